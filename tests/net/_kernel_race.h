/* SPDX-License-Identifier: MIT */
/*
 * What kernel_race.c and kernel_race_sockets.c have in common: the tunnels that all threads work on, and how answers
 * are counted.  A tunnel has one session, at most, that is named.
 */
#ifndef L2TPD_TESTS_NET_KERNEL_RACE_H
#define L2TPD_TESTS_NET_KERNEL_RACE_H

#include <libmnl/libmnl.h>
#include <stdbool.h>
#include <stdint.h>

#define RACE_OF_A_KIND 8
#define RACE_TUNNELS (3 * RACE_OF_A_KIND)	/* ids from 1: without a socket of ours, UDP, IP protocol 115 */
#define NONE_RIGHT ((const int[]){ 0 })

static inline bool race_is_managed(uint32_t id)
{
	return id > RACE_OF_A_KIND;
}

static inline bool race_is_ip(uint32_t id)
{
	return id > 2 * RACE_OF_A_KIND;
}

static inline int race_version(uint32_t id)
{
	return race_is_managed(id) && !race_is_ip(id) && id % 2 ? 2 : 3;
}

static inline uint32_t race_session_id(uint32_t id)
{
	return 100 + id;
}

/* What the thread does from now on: told when it hangs in it. */
void race_begins(const char *what);
/* What came of it: 0, or an errno, which is right when it is among these; 0 ends them. */
void race_ends(int result, const int *right);

/* --- sockets whose close ends a tunnel or a session --- */

bool race_sockets_begin(void);
/* What makes the tunnel's socket that of a managed tunnel. */
void race_put_socket(struct nlmsghdr *header, uint32_t id);
/* Something with one of them: all threads have the same. */
void race_sockets_act(unsigned int *seed);

#endif
