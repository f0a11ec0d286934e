/* SPDX-License-Identifier: MIT */
/*
 * What may come next in a command: for the interactive shell, its `?`, and the completion of
 * other shells.
 */
#ifndef L2TPD_L2TPCTL_COMPLETE_H
#define L2TPD_L2TPCTL_COMPLETE_H

#include "l2tpctl/api.h"

/* One way to go on: the whole word ("tunnel_name=" without its value), its help or NULL. */
typedef void complete_fn(void *context, const char *word, const char *help);

/* Tell of each way to finish the last of these words, which may be "". api: where the names of what exists are asked
 * for (live.h); NULL: they are not told. */
void complete(const char *const *words, unsigned int count, struct api *api, complete_fn *tell, void *context);

#endif
