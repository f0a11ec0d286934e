/* SPDX-License-Identifier: MIT */
/*
 * Data packets of L2TP over UDP that a socket of another program shall not get, because we do: those of sessions that
 * are claimed.  All else is the program's as ever: control messages, what is too short, sessions
 * that are not claimed.
 *
 * A socket filter of the extended kind, with a table that both we and the filter have: once it is attached no
 * descriptor of the socket is needed to change it, and with nothing claimed it lets everything through.
 */
#ifndef L2TPD_OS_CLAIM_H
#define L2TPD_OS_CLAIM_H

#include <stdbool.h>
#include <stdint.h>

/* A descriptor of a table of claims, with none; to be closed: what is claimed then stays so. -1 with errno. */
int os_claims_new(void);
/* This UDP socket has these claims; a filter that it had is gone. 0 or an errno. */
int os_claims_attach(int claims, int socket);
/* Which packets: the version in their header (all but 2 is 3) and what they have for a session. */
struct os_claim {
	uint32_t version;		/* 2 or 3 */
	uint32_t id;			/* version 2: the tunnel's id above the session's, 16 bits each */
};
/* Claim it, or no more. 0 or an errno. */
int os_claims_set(int claims, struct os_claim claim, bool claimed);

enum os_filter { OS_FILTER_NONE, OS_FILTER_CLASSIC, OS_FILTER_EXTENDED };
/* Which kind of filter does the socket have? */
enum os_filter os_filter_of(int socket);

#endif
