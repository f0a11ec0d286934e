/* SPDX-License-Identifier: MIT */
/*
 * What runs as the commands that make it: for `config save`, and for whoever wants to compare.  Given to
 * a reload of the same service, they change nothing.
 */
#ifndef L2TPD_SERVICE_SAVE_H
#define L2TPD_SERVICE_SAVE_H

#include "service/service.h"

/* Where a save stands: names and ids, no pointers, so that commands may be carried out between two
 * steps.  What exists from the first to the last step is saved exactly once.  Zero: the beginning. */
struct service_save {
	unsigned int phase;
	char profile_name[CONFIG_NAME_MAX];
	uint64_t tunnel_id, session_id;
	handle tunnel;			/* whose sessions are next */
};

/* The next command: the system, then profiles by type and name, those that are named before those that name
 * them, then each tunnel with its sessions in the order of their ids.  It has what was given, the names and ids
 * that were chosen, and all else that the profiles as they are now would give otherwise.  *secrets: which of the
 * rows are to be kept apart from the others; one that comes from a file of its own is not among the rows.
 * False: that was all. */
bool service_save_next(const struct service *service, struct service_save *save, struct command *command,
		       struct param_set *secrets);

#endif
