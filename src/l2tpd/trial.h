/* SPDX-License-Identifier: MIT */
/*
 * The commands of a configuration given to a reload (service.h), so that every mistake in it is found
 * in one run.  Where a command is refused, a stand-in takes the place of what it would have made: what
 * comes later is not blamed for it.  Such a reload can only be aborted.
 */
#ifndef L2TPD_L2TPD_TRIAL_H
#define L2TPD_L2TPD_TRIAL_H

#include <stdbool.h>

#include "service/service.h"

struct trial {
	struct service_reload *reload;	/* not owned */
	/* A refused command may have been meant to make what is not found by ... */
	bool lost_tunnel_name, lost_tunnel_id, lost_session, lost_profile;
};

void trial_begin(struct trial *trial, struct service_reload *reload);

/* Would it be carried out? -1: no, *error says why; with an empty text it is only because of a mistake
 * that was told before. */
int trial_command(struct trial *trial, const struct command *command, struct error *error);
/* There was a command that could not be read; *rest is what could be read of it, NULL: nothing. */
void trial_unreadable(struct trial *trial, const struct command *rest);

#endif
