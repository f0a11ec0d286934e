/* SPDX-License-Identifier: MIT */
/*
 * The program's exit statuses, what they are called here and what the man page and --help say of them.
 */
#ifndef L2TPD_L2TPCTL_EXIT_H
#define L2TPD_L2TPCTL_EXIT_H

/* These numbers are promised to scripts. */
enum status {
	STATUS_OK = 0, STATUS_REFUSED = 1, STATUS_USAGE = 2, STATUS_UNREACHABLE = 3, STATUS_DENIED = 4,
	STATUS_UNKNOWN = 5, STATUS_COUNT,
};

/* No capital, no full stop. */
extern const char *const status_help[STATUS_COUNT];

#endif
