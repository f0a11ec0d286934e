/* SPDX-License-Identifier: MIT */
/*
 * The annex: a network namespace of the supervisor's own, in which every way leads to the supervisor.  Where a program
 * believes to have a socket of IP protocol 115 it has a UDP socket of the annex: what it sends, to whatever address,
 * comes out of annex_take(), and what annex_give() puts in it receives from whatever address that says, port 0 - as
 * from a socket that knows no ports.  Nobody takes a system call of the program for that.
 *
 * No descriptor of such a socket is kept, so that the program's last one is the last: the kernel tells when it is gone.
 */
#ifndef L2TPD_L2TPRUN_ANNEX_H
#define L2TPD_L2TPRUN_ANNEX_H

#include "base/error.h"
#include "l2tprun/annex_packet.h"
#include "os/udp_find.h"

#define ANNEX_DATAGRAM_MAX 65536	/* octets, with room for all headers */
#define ANNEX_WAYS_MAX 33		/* so many links, and one */

struct annex {
	int netns;
	struct annex_way {
		int fd;		/* of a device's packets */
		uint32_t scope;	/* the link that it is of, as the program numbers it; of the first: 0 */
	} ways[ANNEX_WAYS_MAX];
	unsigned int way_count;
	int post4, post6;	/* raw sockets that packets are put in with */
	int witness;		/* of sockets that are gone, for os_udp_end() */
	uint16_t last_port;
};

/* 0, or -1: the process is as it was before. */
int annex_open(struct annex *annex, struct error *error);
void annex_close(struct annex *annex);

/* A new UDP socket there, bound, non-blocking if wanted; *port is what the two below know it by. -1 with errno. */
int annex_socket(struct annex *annex, sa_family_t family, bool nonblocking, uint16_t *port);
/* Where packets of this link go, and come from: a number in ways[], which may be new. -1: there cannot be more. */
int annex_way(struct annex *annex, uint32_t scope);
/* From now on what it sends without an address goes there, and it receives from there alone; peer NULL: no more.
 * scope: of an address of a link, whose way there has to be by then; else 0. 0 or an errno. */
int annex_connect(int fd, const struct address *peer, uint32_t scope);

/* The next that a program sent by this way; its octets are in the buffer. False: there is none. */
bool annex_take(const struct annex *annex, unsigned int way, uint8_t buffer[ANNEX_DATAGRAM_MAX],
		struct annex_packet *packet);
/* The socket of this port receives it. */
void annex_give(const struct annex *annex, unsigned int way, const struct annex_arrival *arrival, uint16_t port);

/* Those of this family that are there (os/udp_find.h). False: it cannot be told. */
bool annex_find(const struct annex *annex, sa_family_t family, struct os_udp_socket *wanted, size_t count);

#endif
