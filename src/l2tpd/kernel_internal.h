/* SPDX-License-Identifier: MIT */
/*
 * What the files kernel_*.c share: who is connected, and for which programs.
 */
#ifndef L2TPD_L2TPD_KERNEL_INTERNAL_H
#define L2TPD_L2TPD_KERNEL_INTERNAL_H

#include "kernel/attach.h"
#include "kernel/kernel.h"
#include "l2tpd/kernel_api.h"
#include "os/netns.h"
#include "os/unix_socket.h"

#define KERNEL_CLIENTS_MAX 4096		/* netlink sockets of programs at once; more are refused with ENOBUFS */

/* A connection of an l2tprun. */
struct supervisor {
	struct kernel_api *api;
	int fd;
	struct event *readable;
	struct supervisor *prev, *next;
};

/* A netlink socket of a program. */
struct program {
	struct kernel_api *api;
	const struct supervisor *supervisor;	/* NULL: it has ended, but a program it ran has not */
	uint64_t number;			/* the supervisor's for it */
	struct kernel_client *client;
	int fd;					/* our end of it */
	int proxy;				/* a netlink socket of the kernel, for all other families */
	int netns;				/* the network namespace it is in */
	struct event *readable, *writable, *answered;	/* answered: by the proxy */
	struct program *prev, *next;
};

/* A network namespace in which somebody used the API, other than ours. */
struct space {
	char name[NETNS_NAME_MAX];
	uint64_t identity;
	struct space *prev, *next;
};

struct kernel_api {
	struct event_base *loop;
	struct kernel *kernel;
	struct os_listener listener;
	struct event *arrival, *look;		/* look: whether a namespace is still in use */
	struct supervisor *supervisors;
	struct program *programs;
	struct space *spaces;
	unsigned int program_count;
	bool told;				/* that their rights cannot be seen */
	uint16_t family_id;
	void (*changed)(void *context);
	void *context;
};

/* kernel_program.c: fds are taken over, also when it fails: 0 or an errno */
int program_new(struct supervisor *supervisor, const struct kernel_attach *attach, const int fds[KERNEL_ATTACH_FDS]);
struct program *program_find(const struct supervisor *supervisor, uint64_t number);
void program_free(struct program *program);
/* Give it what there is for it. */
void program_feed(struct program *program);

/* kernel_host.c: what the room asks of the system */
void kernel_host_fill(struct kernel_host *host);

/* kernel_space.c */
/* name: of the namespace of this descriptor, which stays the caller's. It is watched from now on. -1: no memory. */
int space_enter(struct kernel_api *api, int netns, char name[NETNS_NAME_MAX]);
/* Those that nobody uses any more are gone, with their tunnels. */
void spaces_look(struct kernel_api *api);
void spaces_free(struct kernel_api *api);

#endif
