/* SPDX-License-Identifier: MIT */
/*
 * The sink of base/log.h that writes to standard error, for a terminal, a file or the journal.
 * A line that cannot be written is lost: the daemon does not wait for its log, and says later how
 * many it lost.  Standard error itself is not made non-blocking, other programs have it too.
 */
#include "os/log_sink.h"

#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_MAX_OCTETS 2048	/* a log line with its prefix and newline */

static const char *program_name = "l2tpd";
static bool to_journal, to_socket;
static int log_fd = STDERR_FILENO;
static atomic_uint lost;	/* lines that nobody was told of */

/* systemd gives device and inode of the stream that it connected to the journal: it may not be ours. */
static bool stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat st;

	return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 && fstat(STDERR_FILENO, &st) == 0 &&
	       st.st_dev == device && st.st_ino == inode;
}

static size_t line_prefix(enum log_level level, char *out, size_t size)
{
	static const char *const priorities[] = { "<3>", "<4>", "<6>", "<7>" };
	static const char *const words[] = { "error: ", "warning: ", "", "debug: " };
	int length;

	if (to_journal)
		length = snprintf(out, size, "%s", priorities[level]);
	else
		length = snprintf(out, size, "%s: %s", program_name, words[level]);
	return length < 0 ? 0 : (size_t)length;
}

/* Never waits. poll() does for what could not be opened anew: a socket, or where /proc is missing. */
static bool write_octets(const char *octets, size_t length)
{
	struct pollfd ready = { .fd = log_fd, .events = POLLOUT };

	if (to_socket)
		return send(log_fd, octets, length, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)length;
	return poll(&ready, 1, 0) == 1 && ready.revents & POLLOUT && write(log_fd, octets, length) == (ssize_t)length;
}

static bool write_one(enum log_level level, const char *line)
{
	char out[LINE_MAX_OCTETS];
	size_t prefix = line_prefix(level, out, sizeof(out)), length = prefix;

	length += strnlen(line, sizeof(out) - length - 1);
	memcpy(out + prefix, line, length - prefix);
	out[length++] = '\n';
	return write_octets(out, length);
}

static bool tell_lost(void)
{
	unsigned int count = atomic_exchange(&lost, 0);
	char line[80];

	if (!count)
		return true;
	snprintf(line, sizeof(line), "%u lines of the log are lost: it could not be written", count);
	if (write_one(LOG_LEVEL_WARNING, line))
		return true;
	atomic_fetch_add(&lost, count);
	return false;
}

static void write_line(enum log_level level, const char *line)
{
	if (!tell_lost() || !write_one(level, line))
		atomic_fetch_add(&lost, 1);
}

/* A pipe or a terminal once more, for us alone and non-blocking. A file is not: its end is shared. */
static int open_sink(void)
{
	struct stat st;
	int fd = -1;

	if (fstat(STDERR_FILENO, &st) == 0 && (S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode)))
		fd = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	to_socket = fstat(STDERR_FILENO, &st) == 0 && S_ISSOCK(st.st_mode);
	return fd < 0 ? STDERR_FILENO : fd;
}

void os_log_to_stderr(const char *program, enum log_level most_verbose)
{
	program_name = program;
	to_journal = stderr_is_journal();
	if (log_fd != STDERR_FILENO)
		close(log_fd);
	log_fd = open_sink();
	log_set_sink(write_line, most_verbose);
}
