/* SPDX-License-Identifier: MIT */
/*
 * What the files of the choice of datapaths share.
 */
#ifndef L2TPD_DATAPATH_CHOICE_INTERNAL_H
#define L2TPD_DATAPATH_CHOICE_INTERNAL_H

#include "datapath/choice/choice.h"

enum choice_backend { CHOICE_USER, CHOICE_KERNEL, CHOICE_BACKENDS };

struct choice_tunnel {
	handle self;
	handle inner[CHOICE_BACKENDS];		/* what the backends call it; HANDLE_NONE: it is not there */
	enum choice_backend backend;		/* which has its sessions */
	const char *moved_by;
	bool may_move;				/* nobody asked for the kernel, and it has no session of it */
	handle port;				/* by which its control messages go; HANDLE_NONE: none as yet */
	struct datapath_tunnel_config config;	/* as told last */
};

struct choice {
	struct datapath_base base;
	struct datapath *backends[CHOICE_BACKENDS];	/* the kernel's: NULL until it is wanted */
	datapath_choice_open_kernel_fn *open_kernel;
	const char *instance;
	struct handle_table tunnels;
	struct choice_owners {
		struct choice_tunnel **slots;		/* by the slot of the backend's handle */
		uint32_t count;
	} owners[CHOICE_BACKENDS];
	int event_fd, packet_fd;		/* epoll */
	bool kernel_is_absent;			/* it was looked for */
	bool listens;				/* listen_in() is on */
	bool kernel_is_next;			/* in receive(): each is the first to be asked every other time */
};

static inline struct choice *choice_of(struct datapath *dp)
{
	return (struct choice *)(void *)dp;
}

/* --- choice.c --- */
/* The kernel's, opened now if it was not. NULL with *error filled where it has none. */
struct datapath *choice_kernel(struct choice *choice, struct error *error);

/* --- handles.c --- */
/* Sessions have no record here: their handle is the backend's, with whose it is in the lowest bit of the slot. */
handle choice_session_handle(enum choice_backend backend, handle inner);
handle choice_session_inner(handle session, enum choice_backend *backend);
/* The tunnel that this backend calls so; choice_tunnel_is_called: from now on. -1: out of memory. */
struct choice_tunnel *choice_tunnel_called(const struct choice *choice, enum choice_backend backend, handle inner);
int choice_tunnel_is_called(struct choice *choice, enum choice_backend backend, struct choice_tunnel *tunnel);
/* The same, its own handle; HANDLE_NONE: there is no such tunnel. */
handle choice_tunnel_outer(const struct choice *choice, enum choice_backend backend, handle inner);

/* --- tunnel.c --- */
/* To user space, when the kernel has refused it, or its first session. -1: *error is as it was, or tells why not. */
int choice_tunnel_move(struct choice *choice, struct choice_tunnel *tunnel, struct error *error);
struct choice_tunnel *choice_tunnel_get(const struct choice *choice, handle tunnel, struct error *error);
int choice_tunnel_add(struct datapath *dp, const struct datapath_tunnel_config *config, handle *tunnel,
		      struct error *error);
int choice_tunnel_modify(struct datapath *dp, handle tunnel, const struct datapath_tunnel_config *config,
			 unsigned int fields, struct error *error);
void choice_tunnel_delete(struct datapath *dp, handle tunnel);
int choice_tunnel_info(struct datapath *dp, handle tunnel, struct datapath_tunnel_info *info);
const char *choice_moved_by(struct datapath *dp, handle tunnel);

#endif
