/* SPDX-License-Identifier: MIT */
/*
 * What the files of this room share.
 *
 *	ppp.c		what comes in and goes out: frames, events, commands, deadlines
 *	queue.c		what waits to be taken out
 *	link.c		a link's phases: which protocol may speak when, and how a link ends
 *	automaton.c	RFC 1661 section 4.1 as a table
 *	negotiate.c	what LCP and the NCPs have in common: packets <-> the automaton
 *	lcp.c, ipcp.c, ipv6cp.c, ccp.c	their options, and LCP's and CCP's own codes
 *	echo.c		is the peer there?
 *	proxy.c		what a LAC negotiated before
 *	auth.c ...	who proves what to whom: knows methods, and of links only what is declared here
 */
#ifndef L2TPD_PPP_INTERNAL_H
#define L2TPD_PPP_INTERNAL_H

#include "base/deadline.h"
#include "ppp/automaton.h"
#include "ppp/ppp.h"
#include "wire/ppp.h"

/* RFC 3145 section 3 */
enum disconnect_code {
	DISCONNECT_NONE = 0,
	DISCONNECT_ADMIN = 1,
	DISCONNECT_NORMAL = 3,		/* direction: who sent the Terminate-Request */
	DISCONNECT_ENCRYPTION = 4,	/* direction 1: refused by the peer */
	DISCONNECT_LCP_TIMEOUT = 5,
	DISCONNECT_NO_LCP = 6,
	DISCONNECT_LOOP = 7,
	DISCONNECT_ECHO = 8,
	DISCONNECT_AUTH_TIMEOUT = 13,
	DISCONNECT_AUTH_PROTOCOL = 15,	/* direction 1: the peer refused all of ours; 2: we all of its */
	DISCONNECT_AUTH_FAILED = 16,	/* direction 1: the peer's name; 2: ours */
	DISCONNECT_NCP_TIMEOUT = 17,
	DISCONNECT_NO_NCP = 18,
	DISCONNECT_ADDRESSES = 19,	/* direction 1: too many Naks received; 2: sent */
	DISCONNECT_NO_ADDRESS = 20,	/* direction 1: ours is not acceptable to the peer; 2: the peer's to us */
};

enum disconnect_direction { DIRECTION_GLOBAL, DIRECTION_PEER, DIRECTION_OURS };

/* Why a link ends. */
struct link_failure {
	enum ppp_cause cause;
	enum disconnect_code code;
	enum disconnect_direction direction;
	uint16_t protocol;		/* 0: none */
	bool by_peer;
	const char *text;		/* for people; copied */
	bool is_unexplained;		/* who closes the link may say more (link_explain) */
};

enum link_timer {			/* each link has one of each */
	LINK_TIMER_PROTOCOLS,		/* the earliest of the automatons'; negotiate.c */
	LINK_TIMER_ECHO,
	LINK_TIMER_PEER_AUTH,		/* auth.c: the peer's proof: to ask again, or anew */
	LINK_TIMER_OWN_AUTH,		/* auth.c: ours: PAP's request again, or to give up */
	LINK_TIMER_AUTH_LIMIT,		/* auth.c: settings' auth_timeout */
	LINK_TIMERS
};

struct ppp_link;
struct negotiation;			/* negotiate.h: while something is negotiated */
struct auth;				/* auth.c's own: while it needs any */

/* What we prove our name with, in one piece: name, NUL, password. */
struct link_secret {
	uint16_t name_length, password_length;
	uint8_t octets[];
};

struct link_counters {			/* as ppp_counters, of one link: few come a second */
	uint32_t sent, received, dropped, echoes_sent, echoes_answered, echoes_received;
};

enum control_protocol { CONTROL_LCP, CONTROL_IPCP, CONTROL_IPV6CP, CONTROL_CCP, CONTROL_PROTOCOLS };

struct ppp_link {
	struct ppp *ppp;
	handle self;
	void *owner;
	const struct ppp_settings *settings;
	struct negotiation *negotiation;	/* NULL: nothing is negotiated */
	struct auth *auth;			/* NULL: nothing is being proved */
	struct link_secret *secret;		/* NULL: we have no name to prove */
	char *peer_name;			/* NULL: it has proved none */
	struct credentials_keys *keys;		/* NULL: authentication gave none */
	struct deadline deadline;		/* the earliest of timers */
	uint64_t timers[LINK_TIMERS];		/* PPP_NEVER: not set */
	struct link_counters counters;
	/* LCP */
	uint32_t local_accm, peer_accm, local_magic, peer_magic;
	uint16_t local_mru, peer_mru;
	/* authentication: what was agreed, one bit of ppp_method each, 0: none; valid while LCP is open */
	uint8_t peer_method, our_method;
	uint8_t peer_proved_by, proved_by;	/* enum credentials_method */
	uint8_t auth_identifier;		/* auth.c's: of its last packet */
	/* network */
	struct in_addr local, peer, dns[2], nbns[2];	/* any: not known */
	struct in_addr offered_dns[2], offered_nbns[2];	/* to the peer */
	uint8_t local_identifier[8], peer_identifier[8];
	bool want_ipv4, want_ipv6, want_dns, local_may_change, peer_may_choose, peer_identifier_fixed;
	uint8_t mppe;				/* what MPPE may be: bits of ppp_mppe; 0: none */
	bool mppe_required;
	uint8_t mppe_option;			/* MPPE in effect: bits of ppp_mppe; 0: none */
	/* the automatons */
	uint8_t state[CONTROL_PROTOCOLS];	/* enum automaton_state */
	uint8_t identifier[CONTROL_PROTOCOLS];	/* of the last request */
	uint8_t repeats[CONTROL_PROTOCOLS];	/* requests that did not count: repeated(), overtaken() */
	uint8_t acked_identifier[CONTROL_PROTOCOLS];	/* of the request that we acked last */
	uint32_t acked[CONTROL_PROTOCOLS];	/* hash of the options that we acked last; 0: none */
	uint8_t phase;				/* enum ppp_phase */
	uint16_t unanswered;			/* echoes */
	bool send_pfc, send_acfc, proxied;
	bool told_ipv4, told_ipv6, told_mppe;	/* that it is up, to the owner */
	bool was_authenticated, was_up;		/* once: events say `again` */
	bool verdict_awaited;
	bool no_echo;				/* the peer does not know it */
	bool is_looped;				/* an echo of ours came back as if it were the peer's */
};

/* --- what auth.c offers to the link; links are in the authentication phase or later --- */

/* LCP opened: peer_method and our_method say what is to be proved, at least one of them is not 0.  When all is proved
 * link_peer_proved() and link_own_proved() have been called, perhaps already when this returns. */
void auth_begin(struct ppp_link *link, uint64_t now);
/* As auth_begin(), and the peer has answered a challenge of the LAC's: to be asked about as if it were ours, answered
 * with its identifier. False: not the credentials of peer_method; nothing happened. */
bool auth_begin_proxied(struct ppp_link *link, const struct credentials *credentials, uint64_t now);
/* A frame of PAP, CHAP or EAP: what follows the protocol field. Also in the network phase. */
void auth_receive(struct ppp_link *link, uint16_t protocol, const uint8_t *octets, size_t length, uint64_t now);
/* LINK_TIMER_PEER_AUTH, LINK_TIMER_OWN_AUTH or LINK_TIMER_AUTH_LIMIT has come; it is not set any more. */
void auth_expire(struct ppp_link *link, enum link_timer timer, uint64_t now);
/* The answer to link_ask(). */
void auth_verdict(struct ppp_link *link, const struct credentials_verdict *verdict, const char *name, uint64_t now);
/* The peer's LCP said that it does not know this protocol. */
void auth_rejected(struct ppp_link *link, uint16_t protocol, uint64_t now);
/* A packet of the network phase came before ours: the peer thinks that all is proved. */
void auth_overtaken(struct ppp_link *link, uint64_t now);
/* The peer's proof was refused, and it may try again: when it goes instead, that is why. */
bool auth_was_refused(const struct ppp_link *link);
/* We have to prove our name, and the peer has not said that it is content. */
bool auth_is_proving(const struct ppp_link *link);
/* LCP went down, or the link goes: wipe and free link->auth, clear its timers. */
void auth_end(struct ppp_link *link);

/* --- what link.c offers to auth.c --- */

/* To the peer, with address, control and protocol in front; what is longer than PPP_FRAME_MAX with them is not sent. */
void link_send(struct ppp_link *link, uint16_t protocol, const void *octets, size_t length);
/* At this time, PPP_NEVER: not at all. */
void link_set_timer(struct ppp_link *link, enum link_timer timer, uint64_t when);
/* PPP_EVENT_CREDENTIALS; all is copied.  auth_verdict() follows, or never. */
void link_ask(struct ppp_link *link, const struct credentials *credentials);
/* The peer has proved its name (not NUL-terminated), also anew.  keys NULL or not there: none.  When nothing is left to
 * be proved the network phase begins. */
void link_peer_proved(struct ppp_link *link, enum credentials_method method, const char *name, size_t name_length,
		      const struct credentials_keys *keys);
/* And we ours. */
void link_own_proved(struct ppp_link *link, enum credentials_method method, const struct credentials_keys *keys);
/* The link ends: Terminate-Request with the text, then PPP_EVENT_DOWN. Only the first of a link counts.  Calls
 * auth_end(): link->auth is gone when this returns. */
void link_fail(struct ppp_link *link, const struct link_failure *failure);
/* Fills octets, unpredictably. */
void link_random(struct ppp_link *link, void *octets, size_t length);

#endif
