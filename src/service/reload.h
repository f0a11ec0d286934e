/* SPDX-License-Identifier: MIT */
/*
 * A reload in its parts: reload.c carries the commands out on a service of its own over the null
 * datapath, the dry run; reload_plan.c compares what came out with what there is and writes down what
 * has to be done, reload_apply.c does it, or undoes it when the datapath refuses on the way.  Before
 * anything that runs is removed, reload_try.c asks the datapath whether it would take what is to come.
 */
#ifndef L2TPD_SERVICE_RELOAD_H
#define L2TPD_SERVICE_RELOAD_H

#include "service/internal.h"

struct list {				/* zero-initialise before use; of pointers */
	void **items;
	size_t count, size;
};

/* What an object that stays is changed to; once that is done, what it was. */
struct tunnel_swap {
	struct tunnel *tunnel;
	struct tunnel_config config;
	struct provenance provenance;
};

struct session_swap {
	struct session *session;
	struct session_config config;
	struct provenance provenance;
};

/* Something new, made like an object of the dry run. */
struct tunnel_copy {
	struct tunnel *like, *made;
	struct tunnel *instead_of;	/* the one that it replaces, NULL when there is none */
};

struct session_copy {
	struct session *like, *made;	/* like an administrator's when the tunnel of that is made anew */
	struct session *instead_of;
	struct tunnel *in;		/* a tunnel of the dry run, whose pair will be the session's */
	int rank;			/* among those that are made: reload_plan.c */
	handle trial;			/* HANDLE_NONE: it is not being tried */
};

struct service_reload {
	struct datapath *null;
	struct service *dry;
	unsigned int count;		/* of the commands tried */
	/* from service_reload_finish() on */
	struct service *service;
	enum service_reload_mode mode;
	uint64_t now;
	struct system_config system;			/* in force while the lists are done ... */
	const struct system_config *system_before;	/* ... and while they are undone; NULL: the same */
	/* of each, so many are done */
	struct list sessions_gone, tunnels_gone;	/* struct session, struct tunnel: detached, freed at the end */
	struct list tunnel_swaps, tunnel_copies, session_swaps, session_copies;
	size_t sessions_gone_done, tunnels_gone_done;
	size_t tunnel_swaps_done, tunnel_copies_done, session_swaps_done, session_copies_done;
	unsigned int failed;		/* command */
	unsigned int not_restored;	/* what an undo could not put back */
};

/* Which command is to blame: for an administrator's session that of its tunnel. */
static inline unsigned int reload_command(const struct session_copy *copy)
{
	return copy->like->tunnel == copy->in ? copy->like->command : copy->in->command;
}

/* Is it the file's to remove or make anew what this one made?  A restore decides about everything. */
static inline bool reload_owns(const struct service_reload *reload, enum service_origin origin)
{
	return origin == SERVICE_ORIGIN_FILE || (reload->mode == SERVICE_RELOAD_ALL && origin == SERVICE_ORIGIN_ADMIN);
}

int list_add(struct list *list, void *item, struct error *error);

/* --- reload_profile.c --- */
/* Each profile of the dry run gets its like in the service. -1: out of memory, or too many; nothing has changed. */
int reload_profiles_begin(struct service_reload *reload, struct error *error);
/* After begin: leave them as they were. */
void reload_profiles_abort(struct service_reload *reload);
/* After begin, when all objects have their new provenance. */
void reload_profiles_commit(struct service_reload *reload);
/* The profiles of a provenance, of the dry run or not, as those of the service. */
void reload_provenance(struct provenance *provenance, const struct provenance *from);

/* Fill the lists. Nothing of the service changes but its objects' pairs. */
int reload_plan(struct service_reload *reload, struct error *error);
/* Ids that nobody gave: those of the predecessor, or 0; the name that follows from such an id is "". */
void reload_unchosen_tunnel_ids(const struct tunnel_copy *copy, struct tunnel_config *config);
void reload_unchosen_session_id(const struct session_copy *copy, struct session_config *config);
/* Would the service and the datapath take what is to be made? Nothing is left of the trial. -1: it would not, and
 * reload->failed says which command is to blame. */
int reload_try(struct service_reload *reload, struct error *error);
/* Do what the lists say; the pairs of the dry run's objects are then those that are like them.
 * -1: it is undone, and reload->failed says which command is to blame. */
int reload_apply(struct service_reload *reload, struct error *error);
/* Afterwards: free what is gone, and let all of the file be the file's. */
void reload_commit(struct service_reload *reload);

#endif
