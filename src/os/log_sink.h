/* SPDX-License-Identifier: MIT */
/*
 * Where log lines go: standard error.
 */
#ifndef L2TPD_OS_LOG_SINK_H
#define L2TPD_OS_LOG_SINK_H

#include "base/log.h"

/* Send log lines up to most_verbose to standard error, each in one write.  Where standard error is
 * systemd's journal each line begins with its priority ("<3>", sd-daemon(3)); elsewhere with the
 * program's name.  Never waits for a reader: lines are lost instead, and counted in a later one.
 * Called again, it looks at standard error again. */
void os_log_to_stderr(const char *program, enum log_level most_verbose);

#endif
