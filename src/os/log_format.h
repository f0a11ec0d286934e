/* SPDX-License-Identifier: MIT */
/*
 * A log record as each kind of log takes it (log_sink.c).  Values of fields come from peers and from
 * users: what could be taken for something else is quoted or escaped.
 *
 * Each writes at most size octets, no NUL, and returns how many; a record that is too long is cut off.
 */
#ifndef L2TPD_OS_LOG_FORMAT_H
#define L2TPD_OS_LOG_FORMAT_H

#include <stddef.h>
#include <time.h>

#include "base/log.h"

/* Octets, enough for each of them. A pipe takes so many at once or not at all (pipe(7)). */
#define LOG_FORMAT_MAX 4096

/* "TEXT tunnel=lon tunnel_id=1 peer=192.0.2.2 dropped=3", behind prefix and with a newline. */
size_t log_format_text(const struct log_record *record, const char *prefix, char *out, size_t size);
/* "<30>Nov 20 08:21:09 l2tpd[123]: TEXT tunnel=lon", as syslogd takes it on /dev/log (RFC 3164 4.1).
 * facility: a number as in <syslog.h>, already shifted. when: local time. */
size_t log_format_syslog(const struct log_record *record, const char *program, int pid, int facility,
			 const struct tm *when, char *out, size_t size);
/* A field a line: MESSAGE, PRIORITY, SYSLOG_IDENTIFIER, L2TPD_TUNNEL ... as journald takes it on its socket
 * (systemd's "Native Journal Protocol"). */
size_t log_format_journal(const struct log_record *record, const char *program, int facility, char *out, size_t size);

#endif
