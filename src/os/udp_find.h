/* SPDX-License-Identifier: MIT */
/*
 * UDP sockets of other processes, of which nothing is known but their cookies (SO_COOKIE): where are they bound, to
 * whom are they connected, and when are they gone?
 */
#ifndef L2TPD_OS_UDP_FIND_H
#define L2TPD_OS_UDP_FIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"

struct os_udp_socket {
	uint64_t cookie;
	bool found;			/* out: it is there, and bound */
	struct endpoint local, peer;	/* out, if found. peer: any address and port 0, if it is not connected */
};

/* In the calling thread's network namespace, where all sockets of the family are looked at, however few are wanted.
 * Those are put in the order of os_udp_get().  False: it cannot be told, and found is false of all. */
bool os_udp_find(sa_family_t family, struct os_udp_socket *wanted, size_t count);
/* That with this cookie, of those that were looked for; NULL: it was not. */
const struct os_udp_socket *os_udp_get(const struct os_udp_socket *wanted, size_t count, uint64_t cookie);

/* The kernel tells of all that end in the calling thread's network namespace: a descriptor that is readable then. -1
 * with errno. */
int os_udp_ends_open(void);
/* The next; *cookie is 0 if that was something else. False: there is none. *missed is set when more ended than can be
 * told of: then, when there is none any more, os_udp_find() tells. */
bool os_udp_end(int ends, uint64_t *cookie, bool *missed);

#endif
