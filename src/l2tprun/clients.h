/* SPDX-License-Identifier: MIT */
/*
 * The sockets that programs were given, found by the inode number of the program's end: whatever number a descriptor
 * has, in whichever process, after dup(), fork() or a passage over another socket, it leads to the same inode.
 *
 * Nobody tells when the last descriptor is closed.  So from time to time the kernel's list of sockets is
 * compared, when there are twice as many as were found alive the last time.
 */
#ifndef L2TPD_L2TPRUN_CLIENTS_H
#define L2TPD_L2TPRUN_CLIENTS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <uthash.h>

#define CLIENTS_SWEEP_MIN 256	/* so few need no comparing */

#define CLIENT_GROUP_WORDS 32	/* 1,024 multicast groups: all families of a kernel have some hundred */

enum client_kind {
	CLIENT_NETLINK,
	CLIENT_PPPOX,
	CLIENT_PPP,		/* no socket, to the program: what it opened as /dev/ppp */
};

struct client {
	enum client_kind kind;
	uint64_t inode;
	uint64_t number;	/* l2tpd's and our name for it */
	uint32_t port_id;	/* that it is known to be bound to, 0: to none */
	uint32_t peer_port, peer_groups;	/* that it is connected to */
	uint32_t groups[CLIENT_GROUP_WORDS];	/* bit N: group N + 1 is joined */
	uint32_t options;	/* bit N: option N of level SOL_NETLINK is on */
	int type;		/* SOCK_RAW or SOCK_DGRAM */
	bool seen;		/* by the sweep that is going on */
	UT_hash_handle hh;
};

struct clients {
	struct client *by_inode;
	unsigned int sweep_at;	/* this many */
};

/* A copy of what is not the table's own of this one. NULL: no memory. */
struct client *clients_add(struct clients *clients, const struct client *client);
struct client *clients_find(struct clients *clients, uint64_t inode);
/* NULL is legal. */
void clients_remove(struct clients *clients, struct client *client);

bool clients_want_sweep(const struct clients *clients);
/* Forget those that are not in this list, /proc/net/unix of the namespace in which they were made. */
void clients_sweep(struct clients *clients, FILE *list);
void clients_free(struct clients *clients);

#endif
