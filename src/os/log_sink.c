/* SPDX-License-Identifier: MIT */
/*
 * The sink of base/log.h that writes to standard error, for a terminal, a file or the journal.
 * A line that cannot be written is lost: the daemon does not wait for its log.
 */
#include "os/log_sink.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_MAX_OCTETS 2048	/* a log line with its prefix and newline */

static const char *program_name = "l2tpd";
static bool to_journal;

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

static void write_line(enum log_level level, const char *line)
{
	char out[LINE_MAX_OCTETS];
	size_t prefix = line_prefix(level, out, sizeof(out)), length = prefix;

	length += strnlen(line, sizeof(out) - length - 1);
	memcpy(out + prefix, line, length - prefix);
	out[length++] = '\n';
	if (write(STDERR_FILENO, out, length) < 0)
		return;		/* nowhere to say it */
}

void os_log_to_stderr(const char *program, enum log_level most_verbose)
{
	program_name = program;
	to_journal = stderr_is_journal();
	log_set_sink(write_line, most_verbose);
}
