/* SPDX-License-Identifier: MIT */
/*
 * The process beside the program, which answers the system calls that the filter takes from it.  One
 * thread and one loop; whatever has to wait for l2tpd waits in a list (pending.h), not in a call.
 */
#ifndef L2TPD_L2TPRUN_SUPERVISOR_H
#define L2TPD_L2TPRUN_SUPERVISOR_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "l2tprun/call.h"
#include "l2tprun/caller.h"
#include "l2tprun/clients.h"
#include "l2tprun/daemon.h"
#include "l2tprun/l2tpip.h"

struct pending;
struct tunnel_socket;

struct supervisor {
	int listener;		/* of the filter */
	int program;		/* pidfd of the first program, -1 when it has ended: nobody looks at messages then */
	int proc;		/* our own /proc */
	struct daemon daemon;
	struct clients clients;
	struct l2tpips l2tpips;
	struct tunnel_socket *tunnel_sockets;	/* by inode */
	struct pending *pending;	/* in the order in which they were asked */
	uint64_t last_client;	/* number of the newest one */
	uint32_t last_name;	/* of l2tpd's end of its pair */
	int views[KERNEL_VIEWS];	/* what those will get that open them next; -1: nothing yet */
	uint64_t look_at_daemon;	/* ms: the next time ... */
	bool daemon_stopped;	/* ... and what was seen the last time (stopped.h) */
	int folder;		/* folder.h; -1: there is none yet */
	bool told;		/* what hinders was told: once is enough, until it was better meanwhile */
};

/* A call that waits. */
struct trapped {
	uint64_t id;
	struct caller caller;
	struct call call;
	uint64_t socket;		/* inode of its descriptor, when it may be one of ours; 0: none */
};

/* A copy of that descriptor. -1 with errno, EBADF: another thread has closed it since, whatever is in its place. */
int trapped_borrow(const struct trapped *trapped);

/* Get what a supervisor needs besides the listener (-1 as yet); path: l2tpd's socket. Closes nothing on failure. */
int supervisor_init(struct supervisor *supervisor, const char *path, pid_t program, struct error *error);
/* Until the last process under the filter is gone. */
void supervisor_run(struct supervisor *supervisor);

/* Say on standard error why programs get no L2TP, if they have not been told yet. Never waits for whoever reads it. */
void supervisor_tell(struct supervisor *supervisor, const char *why);

/* Before another client comes: forget those that were closed, when there are many. */
void supervisor_sweep(struct supervisor *supervisor);

/* Let the kernel do it. */
void supervisor_continue(struct supervisor *supervisor, uint64_t id);
void supervisor_answer(struct supervisor *supervisor, uint64_t id, int error);

#endif
