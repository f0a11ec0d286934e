/* SPDX-License-Identifier: MIT */
/*
 * Calls that wait for l2tpd's word: a new socket, an option of one, the groups that bind() names, a file's text, and
 * all that l2tpd alone can answer (KERNEL_ATTACH_PPPOX, KERNEL_ATTACH_CALL).
 */
#ifndef L2TPD_L2TPRUN_PENDING_H
#define L2TPD_L2TPRUN_PENDING_H

#include "l2tprun/supervisor.h"

/* Where octets of an answer go. */
struct pending_place {
	uint64_t address;		/* 0: nowhere */
	uint64_t length_address;	/* where is told how many there are; 0: nowhere */
	uint32_t room;
	bool tells_whole;		/* the length, of which there may be less */
};

struct pending {
	uint64_t id;			/* of the call */
	uint64_t deadline_ms;
	bool sent;
	bool answered;			/* it was too late, or the last answer: only l2tpd's is still to come */
	struct kernel_attach request;
	int fds[KERNEL_ATTACH_FDS_MAX];	/* until sent; -1: none */
	struct caller caller;		/* into whose memory the answer goes; its memory is taken over, too */
	struct pending_place place;
	int end;			/* what the program gets, -1: this is about what it has */
	bool close_on_exec;
	struct l2tpip *l2tpip;		/* a new one, owned */
	pid_t tid;			/* L2TPIP: of the caller */
	struct client client;		/* a new one; of others the inode counts */
	uint32_t groups;		/* bit N: group N + 1 is yet to be joined, and then bind() is done */
	struct pending *prev, *next;
};

/* What begins the initializer of one about this call: it has no descriptors as yet. */
#define PENDING(call) .id = (call), .end = -1, .caller.memory = -1, .fds = { -1, -1, -1, -1 }

/* Ask l2tpd. asked is copied; its descriptors are taken over. */
void pending_ask(struct supervisor *supervisor, const struct pending *asked);
/* Likewise, but nothing is sent before pending_flush(): other calls that wait stay what they are meanwhile. */
void pending_tell(struct supervisor *supervisor, const struct pending *asked);

/* Two sockets that are connected: one for l2tpd, at this place of fds, where it never waits; one for the program, by
 * which it is a client. 0, or -1 with errno. */
int pending_pair(struct pending *asked, int place, bool nonblocking);

/* It is not asked after all: what it has is given up. */
void pending_drop(struct pending *asked);

/* The call is answered without l2tpd. */
void pending_do_without(struct supervisor *supervisor, uint64_t id, const struct kernel_attach *request);

/* l2tpd can take more, or has answered. */
void pending_flush(struct supervisor *supervisor);
void pending_receive(struct supervisor *supervisor);

/* Do without those for whose answer there is no more time. */
void pending_expire(struct supervisor *supervisor);
/* Milliseconds until then, -1: none waits. */
int pending_timeout(const struct supervisor *supervisor);
/* Is one still to be sent? */
bool pending_unsent(const struct supervisor *supervisor);

#endif
