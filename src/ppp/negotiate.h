/* SPDX-License-Identifier: MIT */
/*
 * What LCP, IPCP, IPV6CP and CCP have in common: Configure-, Terminate- and Code-Reject packets, identifiers, the
 * restart timer and counters, around the table of automaton.h.  Each protocol says what is its own in a struct
 * protocol.
 *
 * What is needed only while something is negotiated is one struct negotiation, which is made when something begins and
 * freed when everything has settled (negotiate_settle()): a link that is up has none.
 */
#ifndef L2TPD_PPP_NEGOTIATE_H
#define L2TPD_PPP_NEGOTIATE_H

#include "ppp/internal.h"

#define NEGOTIATE_REQUEST_MAX 48	/* octets of options that we ever ask for at once */
#define NEGOTIATE_HELD_MAX 256		/* octets of a packet that came too early */
#define NEGOTIATE_REPEATS_MAX 2		/* of a request that we have acked: see repeated(), overtaken() */
#define NEGOTIATE_OVERTAKEN_MAX 8	/* identifiers behind the one that was acked */
#define NEGOTIATE_LOOPS_MAX 5		/* own magic numbers that came back: it is no chance */

enum judgement { JUDGE_ACK, JUDGE_NAK, JUDGE_REJECT };

/* What is a protocol's own. */
struct protocol {
	uint16_t number;
	/* A negotiation begins: forget what was agreed. */
	void (*begin)(struct ppp_link *link);
	/* The options of our request. */
	void (*compose)(struct ppp_link *link, struct cursor *out);
	/* The peer's request came, whatever is made of it; NULL: that does not matter. */
	void (*asked)(struct ppp_link *link, const uint8_t *options, size_t length);
	/* An option of the peer's request. NAK: with what would be acceptable, written to nak. */
	enum judgement (*judge)(struct ppp_link *link, const struct ppp_option *option, struct cursor *nak);
	/* Ask for what the peer's request, all of which is acceptable, does not have; NULL: nothing is missed. */
	void (*miss)(struct ppp_link *link, const uint8_t *options, size_t length, struct cursor *nak);
	/* The peer's request is acked: what holds from here on. */
	void (*agree)(struct ppp_link *link, const uint8_t *options, size_t length);
	/* The peer wants another value in our request, or the option in it that is not; or will not have it at all. */
	void (*naked)(struct ppp_link *link, const struct ppp_option *option);
	void (*rejected)(struct ppp_link *link, const struct ppp_option *option);
	/* tlu: false: it must not be after all, and is closed; tld, tlf. */
	bool (*up)(struct ppp_link *link);
	void (*down)(struct ppp_link *link);
	void (*finished)(struct ppp_link *link);
	/* Codes beyond the common ones; NULL: none. False: not known. */
	bool (*packet)(struct ppp_link *link, const struct ppp_packet *packet);
};

extern const struct protocol lcp_protocol, ipcp_protocol, ipv6cp_protocol, ccp_protocol;

struct negotiate {			/* of one protocol */
	uint64_t due;			/* restart timer; PPP_NEVER: it is not running */
	uint32_t tries;			/* restart counter */
	uint32_t requests;		/* sent since it was open the last time */
	uint32_t refusals_sent, refusals_received;	/* Naks and Rejects, likewise */
	uint32_t refused;		/* bits of options that we do not ask for any more: the protocol's own */
	bool awaits;			/* an answer to the request: */
	uint8_t identifier, length;
	uint8_t sent[NEGOTIATE_REQUEST_MAX];
};

struct held {				/* a packet of a protocol whose time has not come */
	size_t length;
	uint8_t octets[];
};

struct negotiation {
	struct negotiate protocols[CONTROL_PROTOCOLS];
	struct held *held[CONTROL_PROTOCOLS];
	/* LCP */
	uint8_t methods;		/* bits of ppp_method that the peer has not refused */
	bool asks_little;		/* the peer's request has one option */
	bool eap_declined;		/* once, for what is as good and no surprise */
	bool insisted;			/* once, on EAP */
	uint8_t loops;
	bool heard;			/* an LCP packet */
	/* CCP: MPPE's bits: of our request, and of the peer's that we acked; 0: none */
	uint32_t mppe_wish, mppe_peer;
	/* Why the link ends, or will if nothing else comes up. */
	struct link_failure failure;
	bool has_failure, is_final;
	char text[PPP_TEXT_MAX];
};

/* The link's, made if there is none; NULL: out of memory. */
struct negotiation *negotiate_memory(struct ppp_link *link);
/* Free it if nothing needs it. */
void negotiate_settle(struct ppp_link *link);
void negotiate_forget(struct ppp_link *link);

/* It is open, as if the peer's request with these options had been acked, and ours by the peer. */
void negotiate_take_over(struct ppp_link *link, enum control_protocol which, const uint8_t *options, size_t length);
/* Open and Up, Close, or timeouts. */
void negotiate_open(struct ppp_link *link, enum control_protocol which);
void negotiate_close(struct ppp_link *link, enum control_protocol which);
void negotiate_expire(struct ppp_link *link);
/* Close and Down: silently. */
void negotiate_abandon(struct ppp_link *link, enum control_protocol which);
/* What follows the protocol field. */
void negotiate_receive(struct ppp_link *link, enum control_protocol which, const uint8_t *octets, size_t length);
/* The peer does not know the protocol. */
void negotiate_protocol_rejected(struct ppp_link *link, enum control_protocol which);
/* Nothing will come of it. */
void negotiate_give_up(struct ppp_link *link, enum control_protocol which);
/* A packet of it. */
void negotiate_send(struct ppp_link *link, enum control_protocol which, uint8_t code, uint8_t identifier,
		    const void *data, size_t length);
/* A new one. */
uint8_t negotiate_identifier(struct ppp_link *link, enum control_protocol which);
/* Keep a packet until its time has come, in place of the one before. */
void negotiate_hold(struct ppp_link *link, enum control_protocol which, const uint8_t *octets, size_t length);
/* Take what was held, and free it; NULL: nothing. */
struct held *negotiate_take_held(struct ppp_link *link, enum control_protocol which);
uint16_t negotiate_number(enum control_protocol which);

static inline bool negotiate_is_open(const struct ppp_link *link, enum control_protocol which)
{
	return link->state[which] == AUTOMATON_OPENED;
}

/* Something may still come of it, or has. */
static inline bool negotiate_is_alive(const struct ppp_link *link, enum control_protocol which)
{
	return link->state[which] >= AUTOMATON_REQ_SENT;
}

#endif
