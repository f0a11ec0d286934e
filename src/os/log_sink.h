/* SPDX-License-Identifier: MIT */
/*
 * Where log lines go: standard error, syslog or journald.  None of them is waited for: what cannot be
 * written at once is lost, and counted in a later line.
 */
#ifndef L2TPD_OS_LOG_SINK_H
#define L2TPD_OS_LOG_SINK_H

#include <stdbool.h>

#include "base/log.h"

enum os_log_kind {
	OS_LOG_AUTO,		/* journald when standard error is its stream, standard error otherwise */
	OS_LOG_STDERR,
	OS_LOG_SYSLOG,		/* /dev/log */
	OS_LOG_JOURNAL,		/* /run/systemd/journal/socket, with a field for each thing a line is about */
};

struct os_log_target {
	enum os_log_kind kind;
	int facility;		/* of <syslog.h>; 0: LOG_DAEMON */
};

/* "stderr", "syslog", "syslog:local3" or "journal". False: it is none of these. */
#define OS_LOG_TARGETS "stderr, syslog, syslog:FACILITY or journal"
bool os_log_parse_target(const char *text, struct os_log_target *target);

/* Send log lines up to most_verbose there. Where syslogd or journald cannot be reached lines go to standard
 * error, each in one write.  There a line begins with the program's name, or with its priority ("<3>",
 * sd-daemon(3)) where standard error is journald's stream.  Called again, it looks at all of it again. */
void os_log_open(const char *program, enum log_level most_verbose, struct os_log_target target);

#endif
