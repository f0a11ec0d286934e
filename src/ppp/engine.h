/* SPDX-License-Identifier: MIT */
/*
 * The engine behind links, and what link.c, echo.c and proxy.c offer to their neighbours that authentication need not
 * know.
 */
#ifndef L2TPD_PPP_ENGINE_H
#define L2TPD_PPP_ENGINE_H

#include "ppp/negotiate.h"

struct pending_event {
	enum ppp_event_kind kind;
	handle link;
	bool again;
	struct asked *asked;		/* CREDENTIALS: owned */
};

struct event_queue {			/* a ring */
	struct pending_event *events;
	size_t first, count, size;
};

struct frame_queue {			/* link, length, octets; one after the other */
	uint8_t *octets;
	size_t used, taken, size;
};

struct ppp {
	ppp_random_fn *random;		/* NULL: counted */
	uint64_t fixed_random;
	uint64_t now;			/* of the present call */
	struct handle_table links;
	struct deadline_heap deadlines;
	struct event_queue events;
	struct frame_queue frames;
	/* of the event that was taken last */
	struct asked *asked;
	struct ppp_mppe_keys keys;
	char text[PPP_TEXT_MAX];
};

/* --- ppp.c --- */
void ppp_tell(struct ppp_link *link, enum ppp_event_kind kind, bool again);
/* printable, cut off to size octets with the NUL; "" when there is nothing */
void ppp_printable(const uint8_t *octets, size_t length, char *out, size_t size);

/* --- queue.c --- */
/* False: out of memory, it is lost. */
bool queue_event(struct event_queue *queue, const struct pending_event *event);
bool queue_take_event(struct event_queue *queue, struct pending_event *event);
void queue_clear_events(struct event_queue *queue);
/* A copy of all; NULL: out of memory. Freed, it is wiped, too. */
struct asked *queue_copy_asked(const struct credentials *from);
const struct credentials *queue_credentials(const struct asked *asked);
void queue_free_asked(struct asked *asked);
bool queue_frame(struct frame_queue *queue, handle link, uint16_t protocol, const void *octets, size_t length);
void queue_clear_frames(struct frame_queue *queue);
/* owner is not filled in. */
bool queue_take_frame(struct frame_queue *queue, struct ppp_frame *frame);

/* --- link.c --- */
void link_begin(struct ppp_link *link, const struct ppp_proxy *proxy);
void link_receive(struct ppp_link *link, const uint8_t *frame, size_t length);
void link_expire(struct ppp_link *link);
void link_set_network(struct ppp_link *link, const struct ppp_network *network);
/* Why it will end, when it does, unless something better is said. */
void link_note(struct ppp_link *link, const struct link_failure *failure);
/* What the peer says when it closes the link, for who was refused without a word. */
void link_explain(struct ppp_link *link, const char *why);
/* LCP is open, is not any more, will not be again. */
void link_lcp_up(struct ppp_link *link);
void link_lcp_down(struct ppp_link *link);
void link_lcp_finished(struct ppp_link *link);
/* The same of an NCP: tell the owner what changed. */
void link_network_changed(struct ppp_link *link);
bool link_ncp_up(struct ppp_link *link);		/* true */
void link_ncp_finished(struct ppp_link *link, enum control_protocol which);
/* Wipe and free what it points to. */
void link_clear(struct ppp_link *link);

/* --- echo.c --- */
void echo_begin(struct ppp_link *link);
void echo_end(struct ppp_link *link);
void echo_expire(struct ppp_link *link);
void echo_request(struct ppp_link *link, const struct ppp_packet *packet);
void echo_reply(struct ppp_link *link);

/* --- proxy.c --- */
/* What the LAC negotiated is as if we had: LCP is open.  False: it is not enough, or not what we want. */
bool proxy_take(struct ppp_link *link, const struct ppp_proxy *proxy);
/* Begin authentication with what the LAC has seen; false: there is none that we may use. */
bool proxy_authenticate(struct ppp_link *link, const struct ppp_proxy *proxy);

/* --- lcp.c --- */
void lcp_protocol_reject(struct ppp_link *link, uint16_t protocol, const uint8_t *information, size_t length);
/* The method that an Authentication-Protocol option names; 0: none that there is. */
unsigned int lcp_method_read(const struct ppp_option *option);
/* Bits of ppp_method that the peer may prove itself by. */
uint8_t lcp_usable_methods(const struct ppp_settings *settings);
/* Values without which LCP is as RFC 1661 says. */
void lcp_default_peer(struct ppp_link *link);

/* --- ccp.c --- */
/* What arrives cannot be deciphered any more. */
void ccp_lost(struct ppp_link *link);
void ccp_restart(struct ppp_link *link, bool anew);

/* --- ipv6cp.c --- */
bool ipv6cp_is_zero(const uint8_t identifier[8]);

#endif
