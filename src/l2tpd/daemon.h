/* SPDX-License-Identifier: MIT */
/*
 * The running daemon: one event loop between the service and the world.
 */
#ifndef L2TPD_L2TPD_DAEMON_H
#define L2TPD_L2TPD_DAEMON_H

#include "l2tpd/configuration.h"
#include "l2tpd/options.h"

/* Open the datapath and the API, make the configuration true, run until a signal ends it.
 * Returns the exit status; what was made is removed. */
int daemon_run(const struct options *options, struct configuration *configuration);

#endif
