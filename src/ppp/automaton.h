/* SPDX-License-Identifier: MIT */
/*
 * The option negotiation automaton of RFC 1661 section 4.1, as a table: what LCP, IPCP, IPV6CP and CCP have in common.
 * It knows no packets and no time: negotiate.c does what it says.
 */
#ifndef L2TPD_PPP_AUTOMATON_H
#define L2TPD_PPP_AUTOMATON_H

#include <stdint.h>

enum automaton_state {
	AUTOMATON_INITIAL, AUTOMATON_STARTING, AUTOMATON_CLOSED, AUTOMATON_STOPPED, AUTOMATON_CLOSING,
	AUTOMATON_STOPPING, AUTOMATON_REQ_SENT, AUTOMATON_ACK_RCVD, AUTOMATON_ACK_SENT, AUTOMATON_OPENED,
	AUTOMATON_STATES
};

enum automaton_event {
	AUTOMATON_UP, AUTOMATON_DOWN, AUTOMATON_OPEN, AUTOMATON_CLOSE,
	AUTOMATON_TO_PLUS, AUTOMATON_TO_MINUS,		/* timeout: with tries left, without */
	AUTOMATON_RCR_PLUS, AUTOMATON_RCR_MINUS,	/* Configure-Request: acceptable, not */
	AUTOMATON_RCA, AUTOMATON_RCN,			/* Configure-Ack, -Nak or -Reject */
	AUTOMATON_RTR, AUTOMATON_RTA,			/* Terminate-Request, -Ack */
	AUTOMATON_RUC,					/* unknown code */
	AUTOMATON_RXJ_PLUS, AUTOMATON_RXJ_MINUS,	/* Code- or Protocol-Reject: to be lived with, not */
	AUTOMATON_RXR,					/* Echo, Discard */
	AUTOMATON_EVENTS
};

enum automaton_action {
	AUTOMATON_TLU = 1 << 0, AUTOMATON_TLD = 1 << 1,	/* this layer up, down */
	AUTOMATON_TLS = 1 << 2, AUTOMATON_TLF = 1 << 3,	/* started, finished */
	AUTOMATON_IRC = 1 << 4, AUTOMATON_ZRC = 1 << 5,	/* restart counter: initialised, zero */
	AUTOMATON_SCR = 1 << 6, AUTOMATON_SCA = 1 << 7, AUTOMATON_SCN = 1 << 8,
	AUTOMATON_STR = 1 << 9, AUTOMATON_STA = 1 << 10,
	AUTOMATON_SCJ = 1 << 11, AUTOMATON_SER = 1 << 12,
};

struct automaton_step {
	uint16_t actions;		/* bits of automaton_action, to be done in the order of the table's cell */
	uint8_t next;			/* enum automaton_state */
};

/* What happens. An event that cannot be in this state changes nothing. */
struct automaton_step automaton_step(enum automaton_state state, enum automaton_event event);

#endif
