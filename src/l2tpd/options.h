/* SPDX-License-Identifier: MIT */
/*
 * l2tpd's command line.
 */
#ifndef L2TPD_L2TPD_OPTIONS_H
#define L2TPD_L2TPD_OPTIONS_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/log.h"
#include "os/log_sink.h"
#include "os/options.h"

#define OPTIONS_CONFIG_DEFAULT "/etc/l2tpd.conf"

#define OPTIONS_ADMIN_GROUP_DEFAULT "l2tpd"
#define OPTIONS_READ_GROUP_DEFAULT "l2tpd-read"

struct options {
	const char *config;
	bool config_given;		/* then it must exist */
	bool check;
	const char *socket;
	const char *kernel_socket;	/* for l2tprun; "": none */
	const char *pid_file;		/* NULL: none */
	char commands[512];		/* of -d, -D and --datapath: before those of the file, at each reload too */
	unsigned int workers;		/* 0: one per processor */
	bool moves_nothing;		/* the null datapath */
	enum log_level log_level;
	gid_t admin_group, read_group;	/* may change and read over the API; 0: there is no such group */
	struct os_log_target log_to;
};

extern const struct os_program l2tpd_program;

/* Returns -1 to go on, else the exit status: help or version was printed, or an option is wrong. */
int options_parse(int argc, char **argv, struct options *options);

#endif
