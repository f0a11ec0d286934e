/* SPDX-License-Identifier: MIT */
/*
 * Where log lines go: standard error.
 */
#ifndef L2TPD_OS_LOG_SINK_H
#define L2TPD_OS_LOG_SINK_H

#include "base/log.h"

/* Send log lines up to most_verbose to standard error, each in one write.  Where standard error is
 * systemd's journal each line begins with its priority ("<3>", sd-daemon(3)); elsewhere with the
 * program's name. */
void os_log_to_stderr(const char *program, enum log_level most_verbose);

#endif
