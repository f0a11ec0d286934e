/* SPDX-License-Identifier: MIT */
/*
 * Sockets of IP protocol 115 as l2tp_ip and l2tp_ip6 make them: socket(AF_INET or AF_INET6, SOCK_DGRAM, IPPROTO_L2TP).
 * The program gets a UDP socket of the annex (annex.h), on the wire there is a raw socket (wire_socket.h), and control
 * messages are passed between the two as they come.  The names of either end are answered here.
 *
 * l2tpd is told which such sockets there are, with a descriptor of what they have on the wire: it may be asked for a
 * tunnel of one of them, and knows who has which connection id.
 */
#ifndef L2TPD_L2TPRUN_L2TPIP_H
#define L2TPD_L2TPRUN_L2TPIP_H

#include <stdbool.h>
#include <stdint.h>
#include <uthash.h>

#include "l2tprun/annex.h"

struct supervisor;
struct trapped;
struct pending;

struct l2tpip {
	uint64_t inode;			/* of the program's */
	uint64_t cookie;		/* likewise */
	uint64_t number;		/* l2tpd's and our name for it */
	sa_family_t family;
	uint16_t port;			/* in the annex */
	int wire;
	bool bound;
	uint32_t connection_id, peer_connection_id;
	uint16_t peer_unused;		/* l2tp_unused, as it was connected */
	struct address peer;		/* the last one */
	uint32_t peer_scope;
	uint32_t link;			/* that the program's end is bound to in the annex, 0: to none */
	UT_hash_handle hh;
};

struct l2tpips {
	struct annex annex;
	int watched;			/* an epoll; -1: there is no annex as yet */
	struct l2tpip *by_inode;
};

/* A call is about such a socket, or makes one: it is answered, now or later.  False: it is none of these. */
bool l2tpip_call(struct supervisor *supervisor, struct trapped *trapped);

/* l2tpd knows of it: the program gets it. */
void l2tpip_opened(struct supervisor *supervisor, struct pending *pending);
/* l2tpd has nothing against the connection id, or it has. */
void l2tpip_bound(struct supervisor *supervisor, const struct pending *pending, int error);

/* This is what it has on the wire from now on; the other is closed. 0 or an errno. */
int l2tpip_replace(struct supervisor *supervisor, struct l2tpip *socket, int wire);
/* NULL is legal. */
void l2tpip_free(struct l2tpip *socket);

/* As annex_way(), and what comes by it is heard. */
int l2tpip_way(struct l2tpips *sockets, uint32_t scope);
/* Something has come: to be called when the epoll is readable. */
void l2tpip_ready(struct supervisor *supervisor);

/* --- among those files --- */

void l2tpip_socket(struct supervisor *supervisor, struct trapped *trapped);	/* l2tpip_new.c */
void l2tpip_copy(struct supervisor *supervisor, struct trapped *trapped, struct l2tpip *socket);
bool l2tpip_is_ioctl(const struct trapped *trapped);
void l2tpip_ioctl(struct supervisor *supervisor, struct trapped *trapped, struct l2tpip *socket);
void l2tpip_send(struct supervisor *supervisor, struct trapped *trapped, struct l2tpip *socket);
void l2tpip_send_several(struct supervisor *supervisor, struct trapped *trapped, struct l2tpip *socket);
void l2tpip_setsockopt(struct supervisor *supervisor, struct trapped *trapped, struct l2tpip *socket);
void l2tpip_getsockopt(struct supervisor *supervisor, struct trapped *trapped, struct l2tpip *socket);

#endif
