/* SPDX-License-Identifier: MIT */
/*
 * l2tpctl's command line.
 */
#ifndef L2TPD_L2TPCTL_OPTIONS_H
#define L2TPD_L2TPCTL_OPTIONS_H

#include "os/options.h"

enum l2tpctl_option { OPTION_COMPLETE = OS_OPTION_LONG, OPTION_BRIDGE };

extern const struct os_program l2tpctl_program;

/* Options, examples and exit statuses. */
void l2tpctl_help(FILE *out);

#endif
