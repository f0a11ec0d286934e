/* SPDX-License-Identifier: MIT */
/*
 * The sinks of base/log.h.  A line that cannot be written is lost: the daemon does not wait for its
 * log, and says later how many it lost.  Standard error itself is not made non-blocking, other
 * programs have it too.
 *
 * journald is not spoken to through libsystemd, whose sd_journal_sendv() waits for a journald that does
 * not read, and syslogd not through syslog(), which waits as well.
 */
#include "os/log_sink.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "os/clock.h"
#include "os/close.h"
#include "os/log_format.h"

#define SYSLOG_SOCKET "/dev/log"
#define JOURNAL_SOCKET "/run/systemd/journal/socket"
#define TRACE_LINES_MAX 1000	/* a second, of all categories and objects together */
#define TRACE_WINDOW_MS 1000

static const char *program_name = "l2tpd";
static struct os_log_target sink = { OS_LOG_STDERR, LOG_DAEMON };
static bool stderr_to_journal, to_socket;
static int log_fd = STDERR_FILENO, socket_fd = -1;
static atomic_uint lost;	/* lines that nobody was told of */
static struct {
	uint64_t since;		/* when the window began, monotonic ms */
	unsigned int lines, dropped;
} traced;			/* control thread, as all that logs */

/* systemd gives device and inode of the stream that it connected to the journal: it may not be ours. */
static bool stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat st;

	return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 && fstat(STDERR_FILENO, &st) == 0 &&
	       st.st_dev == device && st.st_ino == inode;
}

static size_t format_stderr(const struct log_record *record, char *out, size_t size)
{
	static const char *const priorities[] = { "<3>", "<4>", "<6>", "<7>" };
	static const char *const words[] = { "error: ", "warning: ", "", "debug: " };
	char prefix[64];

	if (stderr_to_journal)
		return log_format_text(record, priorities[record->level], out, size);
	snprintf(prefix, sizeof(prefix), "%s: %s", program_name, words[record->level]);
	return log_format_text(record, prefix, out, size);
}

/* Never waits. poll() does for what could not be opened anew: a socket, or where /proc is missing. */
static bool write_octets(const char *octets, size_t length)
{
	struct pollfd ready = { .fd = log_fd, .events = POLLOUT };

	if (to_socket)
		return send(log_fd, octets, length, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)length;
	return poll(&ready, 1, 0) == 1 && ready.revents & POLLOUT && write(log_fd, octets, length) == (ssize_t)length;
}

static bool write_stderr(const struct log_record *record)
{
	char out[LOG_FORMAT_MAX];

	return write_octets(out, format_stderr(record, out, sizeof(out)));
}

static size_t format_datagram(const struct log_record *record, char *out, size_t size)
{
	time_t now = time(NULL);
	struct tm when = { 0 };

	if (sink.kind == OS_LOG_JOURNAL)
		return log_format_journal(record, program_name, sink.facility, out, size);
	localtime_r(&now, &when);
	return log_format_syslog(record, program_name, (int)getpid(), sink.facility, &when, out, size);
}

/* By name each time: whoever reads may have been started anew. */
static bool write_socket(const struct log_record *record)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	char out[LOG_FORMAT_MAX];
	size_t length = format_datagram(record, out, sizeof(out));

	strcpy(name.sun_path, sink.kind == OS_LOG_JOURNAL ? JOURNAL_SOCKET : SYSLOG_SOCKET);
	if (sendto(socket_fd, out, length, MSG_DONTWAIT | MSG_NOSIGNAL, (const struct sockaddr *)&name,
		   sizeof(name)) == (ssize_t)length)
		return true;
	if (errno == EAGAIN || errno == ENOBUFS)
		return false;		/* it is there, and does not read */
	return write_stderr(record);
}

static bool write_one(const struct log_record *record)
{
	return socket_fd >= 0 ? write_socket(record) : write_stderr(record);
}

static bool write_count(unsigned int count, const char *what)
{
	static const struct log_about nothing;
	char line[128];

	snprintf(line, sizeof(line), "%u %s", count, what);
	return write_one(&(struct log_record){ LOG_LEVEL_WARNING, line, &nothing, 0 });
}

static bool tell_lost(void)
{
	unsigned int count = atomic_exchange(&lost, 0);

	if (!count || write_count(count, "lines of the log are lost: it could not be written"))
		return true;
	atomic_fetch_add(&lost, count);
	return false;
}

/* Who traces too much must not fill the disk with it. */
static bool trace_allows(void)
{
	uint64_t now = os_clock_ms();

	if (now - traced.since >= TRACE_WINDOW_MS) {
		traced.since = now;
		traced.lines = 0;
	}
	if (traced.lines == TRACE_LINES_MAX) {
		traced.dropped++;
		return false;
	}
	traced.lines++;
	return true;
}

static void write_record(const struct log_record *record)
{
	struct log_record counted = *record;

	if (record->about->category) {
		if (!trace_allows())
			return;
		counted.dropped += traced.dropped;
		traced.dropped = 0;
	}
	if (!tell_lost() || !write_one(&counted))
		atomic_fetch_add(&lost, 1);
}

/* A pipe or a terminal once more, for us alone and non-blocking. A file is not: its end is shared. */
static int open_stderr(void)
{
	struct stat st;
	int fd = -1;

	if (fstat(STDERR_FILENO, &st) == 0 && (S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode)))
		fd = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	to_socket = fstat(STDERR_FILENO, &st) == 0 && S_ISSOCK(st.st_mode);
	return fd < 0 ? STDERR_FILENO : fd;
}

static void close_all(void)
{
	if (log_fd != STDERR_FILENO)
		close(log_fd);
	os_close(&socket_fd);
}

void os_log_open(const char *program, enum log_level most_verbose, struct os_log_target target)
{
	program_name = program;
	stderr_to_journal = stderr_is_journal();
	sink = target;
	if (sink.kind == OS_LOG_AUTO)
		sink.kind = stderr_to_journal ? OS_LOG_JOURNAL : OS_LOG_STDERR;
	if (!sink.facility)
		sink.facility = LOG_DAEMON;
	close_all();
	log_fd = open_stderr();
	if (sink.kind != OS_LOG_STDERR)
		socket_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	log_set_sink(write_record, most_verbose);
}

/* LOG_KERN is the kernel's alone. */
static bool parse_facility(const char *text, int *facility)
{
	static const struct {
		const char *name;
		int facility;
	} names[] = {
		{ "daemon", LOG_DAEMON }, { "user", LOG_USER }, { "auth", LOG_AUTH }, { "authpriv", LOG_AUTHPRIV },
		{ "syslog", LOG_SYSLOG }, { "local0", LOG_LOCAL0 }, { "local1", LOG_LOCAL1 },
		{ "local2", LOG_LOCAL2 }, { "local3", LOG_LOCAL3 }, { "local4", LOG_LOCAL4 },
		{ "local5", LOG_LOCAL5 }, { "local6", LOG_LOCAL6 }, { "local7", LOG_LOCAL7 },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcasecmp(names[i].name, text))
			continue;
		*facility = names[i].facility;
		return true;
	}
	return false;
}

bool os_log_parse_target(const char *text, struct os_log_target *target)
{
	static const char *const names[] = { "", "stderr", "syslog", "journal" };

	if (strncmp(text, "syslog:", 7) == 0) {
		target->kind = OS_LOG_SYSLOG;
		return parse_facility(text + 7, &target->facility);
	}
	for (int kind = OS_LOG_STDERR; kind <= OS_LOG_JOURNAL; kind++) {
		if (strcmp(text, names[kind]))
			continue;
		*target = (struct os_log_target){ (enum os_log_kind)kind, LOG_DAEMON };
		return true;
	}
	return false;
}
