/* SPDX-License-Identifier: MIT */
/*
 * What outlives the daemon (state_file): leases, and accounting that no server has taken yet.  The file is opened, and
 * made, when there is something to be kept or known: a daemon without users has none.
 */
#ifndef L2TPD_L2TPD_STATE_FILE_H
#define L2TPD_L2TPD_STATE_FILE_H

#include <event2/event.h>

#include "aaa/store.h"
#include "service/service.h"

struct state;

/* NULL when out of memory. */
struct state *state_new(struct event_base *loop);
/* Whose state_file it is; before anything is saved. */
void state_set_service(struct state *state, const struct service *service);
/* Valid as long as the state. */
const struct aaa_store *state_store(struct state *state);
/* -1: this cannot become the state_file, another is in use. */
int state_try(const struct state *state, const char *path, struct error *error);
/* What was saved is written. NULL is legal. */
void state_free(struct state *state);

#endif
