/* SPDX-License-Identifier: MIT */
/*
 * Names that completion learns from the running daemon: of tunnels, sessions, profiles and peers.
 */
#ifndef L2TPD_L2TPCTL_LIVE_H
#define L2TPD_L2TPCTL_LIVE_H

#include "config/objects.h"
#include "l2tpctl/api.h"

#define LIVE_WAIT_MS 80			/* for this host's daemon: who presses a key wants an answer at once */
#define LIVE_WAIT_REMOTE_MS 1000	/* for another's */
#define LIVE_NAMES_MAX 1000		/* more do not help anybody */

typedef void live_name_fn(void *context, const char *name);

/* Tell the names of objects of this kind that begin with prefix; tunnel: of whose sessions, "": of all. Nothing is
 * told when the daemon cannot be reached or is too slow, and no message. A connection to another host is used when
 * there is one, but not made. */
void live_names(struct api *api, enum config_object object, const char *tunnel, const char *prefix,
		live_name_fn *tell, void *context);

#endif
