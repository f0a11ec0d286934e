/* SPDX-License-Identifier: MIT */
/*
 * PPP: all links of a daemon.  RFC 1661 and its users: LCP, PAP, CHAP, MS-CHAP, EAP, IPCP, IPV6CP, CCP.
 *
 * Pure: frames, commands and the time come in; frames and events are taken out.  After each call of something
 * that takes `now` the caller
 *
 *	1. takes events until there are none (what an event points to is valid until the next is asked for), and may
 *	   give commands while it does so;
 *	2. at the end of its own batch takes frames until there are none;
 *	3. sees to it that ppp_expire() is called at ppp_deadline().
 *
 * Who the peer is, which addresses it gets and where packets go is the caller's business: it is asked by events, may
 * answer at once or later, and a link that waits costs nothing but its memory.  What only negotiations need is freed
 * when they are over: 100,000 links lie about.
 *
 * Handles: of links; a stale one is ignored by commands and finds nothing. Times are monotonic milliseconds.
 */
#ifndef L2TPD_PPP_PPP_H
#define L2TPD_PPP_PPP_H

#include "base/address.h"
#include "base/error.h"
#include "base/handle.h"
#include "wire/credentials.h"

#define PPP_NEVER UINT64_MAX
#define PPP_NAME_MAX 256		/* octets of a name that somebody proves, with the NUL */
#define PPP_SECRET_MAX 256
#define PPP_TEXT_MAX 128		/* of a reason, with the NUL */
#define PPP_FRAME_MAX 1600		/* of what the engine sends; of what it takes, more is dropped */
#define PPP_MRU_DEFAULT 1500
#define PPP_MRU_LEAST 128

struct ppp;

/* Fills length octets, unpredictably; never fails. */
typedef void ppp_random_fn(void *octets, size_t length);

/* random NULL: a fixed sequence, for simulations. NULL when out of memory. */
struct ppp *ppp_new(ppp_random_fn *random);
void ppp_free(struct ppp *ppp);

/* --- links --- */

enum ppp_method {			/* bits: ways to prove a name */
	PPP_PAP = 1 << 0, PPP_CHAP_MD5 = 1 << 1, PPP_MSCHAPV1 = 1 << 2, PPP_MSCHAPV2 = 1 << 3, PPP_EAP = 1 << 4,
};

struct ppp_retries {			/* of one protocol's automaton, or of PAP or CHAP */
	uint32_t restart;		/* ms, >= 1 */
	uint32_t max_configure, max_terminate, max_failure;	/* PAP and CHAP: max_configure are the attempts */
};

enum ppp_mppe { PPP_MPPE_40 = 1 << 0, PPP_MPPE_56 = 1 << 1, PPP_MPPE_128 = 1 << 2, PPP_MPPE_STATEFUL = 1 << 3 };

/* What a link may and shall do. Many links share one: it is the caller's, and does not change nor go while a link
 * has it. */
struct ppp_settings {
	uint16_t mru;			/* that we ask for; 0: 1500, not asked for */
	uint16_t mtu;			/* most that we send, whatever the peer's MRU; 0: no bound */
	uint32_t accm;			/* that we ask for; ffffffff: not asked for */
	bool use_magic, use_pfc, use_acfc;	/* asked for, and agreed to */
	bool passive;			/* wait for the peer's first request */
	/* who proves what */
	unsigned int peer_methods;	/* bits of ppp_method that the peer may prove itself by, strongest tried first;
					 * 0: it need not */
	unsigned int our_methods;	/* by which we do when the peer wants it and there is a name */
	bool eap_through;		/* EAP of the peer is the caller's: RADIUS */
	char local_name[PPP_NAME_MAX];	/* what we call ourselves in challenges */
	uint32_t auth_timeout;		/* ms for the peer to prove itself; 0: none */
	uint32_t chap_interval;		/* ms between challenges once up; 0: no more */
	struct ppp_retries lcp, ipcp, pap, chap;	/* ipcp: also of IPV6CP and CCP */
	uint32_t echo_interval;		/* ms; 0: no echoes */
	uint32_t echo_failures;		/* unanswered in a row: the link is dead; 0: never */
	bool ipv4, ipv6;		/* which network protocols are wanted and accepted */
	unsigned int mppe;		/* bits of ppp_mppe that are acceptable; 0: none */
	bool mppe_required;
};

/* What a LAC negotiated before (RFC 2661 section 4.4.5), or is to be told. NULL, 0: not there. */
struct ppp_octets {
	const uint8_t *octets;
	uint16_t length;
};
struct ppp_proxy {
	/* lists of LCP options, without the header of the Configure-Request */
	struct ppp_octets initial_received, last_sent, last_received;
	uint16_t type;			/* Proxy Authen Type: 1 text, 2 CHAP, 3 PAP, 4 none, 5 MS-CHAP; 0: not there */
	struct ppp_octets name, challenge, response;
	uint8_t identifier;
};

/* A link, whose lower layer is there: LCP begins. All but settings is copied. user_name "": we have no name to prove;
 * password then is not read. proxy NULL: none. owner: given back in events. */
struct ppp_open {
	const struct ppp_settings *settings;
	const char *user_name;
	const uint8_t *password;
	size_t password_length;
	const struct ppp_proxy *proxy;
	void *owner;
};
int ppp_open(struct ppp *ppp, const struct ppp_open *open, handle *link, uint64_t now, struct error *error);
/* Terminate-Request, in the background of what else is; PPP_EVENT_DOWN follows, at the latest when patience ends. */
void ppp_close(struct ppp *ppp, handle link, const char *reason, uint64_t now);
/* At once and silently, also of one that is down. No event of it follows. */
void ppp_release(struct ppp *ppp, handle link);

/* --- frames --- */

/* From the address or protocol field on, as it was in the L2TP packet. Not: IP packets, unless no NCP is open. */
void ppp_receive(struct ppp *ppp, handle link, const uint8_t *frame, size_t length, uint64_t now);

struct ppp_frame {
	handle link;
	void *owner;
	const uint8_t *octets;		/* valid until the next call of anything but this */
	size_t length;
};
bool ppp_next_frame(struct ppp *ppp, struct ppp_frame *frame);
uint64_t ppp_deadline(const struct ppp *ppp);
/* Do one thing that is due. Returns whether there was any. */
bool ppp_expire(struct ppp *ppp, uint64_t now);

/* --- events --- */

enum ppp_event_kind {
	PPP_EVENT_LINK_UP,		/* LCP is open */
	/* The peer wants to prove its name: ppp_verdict() is awaited. Also during the network phase (CHAP anew). */
	PPP_EVENT_CREDENTIALS,
	/* Both ends have proved what they had to: ppp_network() is awaited. */
	PPP_EVENT_NETWORK,
	PPP_EVENT_IPV4_UP, PPP_EVENT_IPV4_DOWN, PPP_EVENT_IPV6_UP, PPP_EVENT_IPV6_DOWN,	/* ppp_info() says with what */
	PPP_EVENT_MPPE_UP,		/* before IPV4_UP and IPV6_UP when it is required: what keys says */
	PPP_EVENT_MPPE_DOWN,
	PPP_EVENT_MPPE_RESET,		/* stateful: the peer lost track; flush what is sent (the A bit) */
	PPP_EVENT_DOWN,			/* the last of the link, but for ppp_release(): why */
};

/* Who was not content with our name does not always say more than that it ends the link, or the call. */
#define PPP_CLOSED_WHILE_PROVING "the peer closed while authenticating: name or password may be wrong"

enum ppp_cause {			/* what an accounting record and a CDN want to know */
	PPP_CAUSE_USER,			/* the peer closed it */
	PPP_CAUSE_ADMIN,		/* ppp_close() */
	PPP_CAUSE_LOST,			/* no answer, to echoes or requests */
	PPP_CAUSE_REFUSED,		/* the peer did not prove its name */
	PPP_CAUSE_NOT_TRUSTED,		/* we did not prove ours, or the peer did not prove that it knows our secret */
	PPP_CAUSE_NEGOTIATION,		/* nothing that both want */
	PPP_CAUSE_LOOP,			/* we talk with ourselves */
	PPP_CAUSE_ERROR,
};

struct ppp_mppe_keys {			/* as this end uses them */
	uint8_t key_length;		/* octets: 8 or 16 */
	uint8_t bits;			/* 40, 56 or 128 */
	bool stateful;
	uint8_t send[16], receive[16];	/* start keys, of key_length octets; not yet reduced to bits */
};

struct ppp_event {
	enum ppp_event_kind kind;
	handle link;
	void *owner;
	const struct credentials *credentials;		/* CREDENTIALS */
	bool again;					/* CREDENTIALS, NETWORK: not the first time of this link */
	const struct ppp_mppe_keys *keys;		/* MPPE_UP */
	/* DOWN, and what comes before it of a link that has begun to end */
	enum ppp_cause cause;
	uint16_t disconnect;				/* code of RFC 3145 section 3 */
	uint8_t disconnect_direction;			/* 0 global, 1 the peer, 2 ours */
	uint16_t disconnect_protocol;			/* PPP protocol number, 0: none */
	bool by_peer;					/* it said so, or fell silent */
	const char *text;				/* in words, printable; NULL: the link does not end */
};
bool ppp_next_event(struct ppp *ppp, struct ppp_event *event);

/* The answer to the last CREDENTIALS of this link: who has others in hand (the peer began anew) must not give theirs.
 * name: whom they proved, as it is kept; NULL: the one that was given. UNDECIDED in the network phase (CHAP anew): the
 * peer is challenged again when the next challenge would be due. */
void ppp_verdict(struct ppp *ppp, handle link, const struct credentials_verdict *verdict, const char *name,
		 uint64_t now);
/* Whether these credentials (not EAP) prove that who has them knows this secret, in constant time for those of one
 * method; fills verdict, with keys where there are such. keys are those of who verifies. secret NULL: there is none,
 * the name is unknown: the verdict is REJECTED, after the same work as with one. */
void ppp_verify(const struct credentials *credentials, const uint8_t *secret, size_t secret_length,
		struct credentials_verdict *verdict);

/* Addresses AF_UNSPEC: not told, or none. */
struct ppp_network {
	bool ipv4, ipv6;		/* negotiate it */
	struct address local;		/* ours; AF_UNSPEC: the peer shall say (0.0.0.0) */
	bool local_may_change;		/* take what the peer says instead */
	struct address peer;		/* AF_UNSPEC: what the peer says */
	bool peer_may_choose;		/* take what the peer says; else Nak with the above */
	struct address dns[2], nbns[2];	/* for the peer */
	bool want_dns;			/* ask the peer for its own */
	uint8_t local_identifier[8], peer_identifier[8];	/* zero: at random; what the peer says */
	/* for this link, within the settings: bits of ppp_mppe, of strengths only, 0: all that the settings allow */
	unsigned int mppe;
	bool mppe_required;		/* also where the settings do not say so */
	bool no_mppe;			/* not even where the settings allow it */
};
/* The keys that encryption of a link will begin with whose ends have proved their names (NETWORK), with those of 16
 * octets; bits and mode will be negotiated. False: it has none, or the settings allow no encryption. */
bool ppp_mppe_keys(const struct ppp *ppp, handle link, struct ppp_mppe_keys *keys);
/* The answer to NETWORK. To end the link instead: ppp_close(). */
void ppp_network(struct ppp *ppp, handle link, const struct ppp_network *network, uint64_t now);
/* MPPE: what arrives cannot be read any more: Reset-Request, or without state, CCP anew: MPPE_DOWN and MPPE_UP. */
void ppp_mppe_lost(struct ppp *ppp, handle link, uint64_t now);
/* Likewise, but it is CCP anew, or it is not, whether there is state or not. */
void ppp_mppe_restart(struct ppp *ppp, handle link, bool anew, uint64_t now);

/* --- what there is --- */

enum ppp_phase { PPP_ESTABLISH, PPP_AUTHENTICATE, PPP_WAIT_NETWORK, PPP_NETWORK, PPP_TERMINATE, PPP_DEAD };

struct ppp_counters {			/* frames of the engine; openl2tp.md 5.12's */
	uint64_t sent, received, dropped, echoes_sent, echoes_answered, echoes_received;
};

struct ppp_info {
	enum ppp_phase phase;
	uint16_t local_mru, peer_mru;	/* in effect */
	uint32_t local_accm, peer_accm;
	uint32_t local_magic, peer_magic;
	bool send_pfc, send_acfc;	/* the peer takes such */
	enum credentials_method peer_proved_by, proved_by;	/* how; NONE: not */
	bool proving;			/* we have to prove our name, and the peer has not said yes */
	bool proxied;			/* what the LAC did was taken over */
	const char *trouble;		/* why it ends, other than that one end wanted it; NULL: it does not. Valid
					 * until the next call */
	char peer_name[PPP_NAME_MAX];	/* "" : it has proved none */
	bool ipv4, ipv6;		/* open */
	struct address local, peer, dns[2], nbns[2];	/* dns, nbns: those that the peer told us */
	uint8_t local_identifier[8], peer_identifier[8];
	uint8_t mppe_bits;		/* 0: none */
	bool mppe_stateful;
	struct ppp_counters counters;
};
int ppp_info(const struct ppp *ppp, handle link, struct ppp_info *info);

#endif
