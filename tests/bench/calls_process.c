/* SPDX-License-Identifier: MIT */
/* See calls_process.h. The scheduler's own figures: those of /proc/PID/stat are in hundredths of a second. */
#include "calls_process.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>

#define PATH_MOST 320
#define LINE_MOST 256

static double thread_seconds(pid_t pid, const char *thread)
{
	char path[PATH_MOST];
	uint64_t nanoseconds = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/task/%s/schedstat", pid, thread);
	file = fopen(path, "re");
	if (!file)
		return 0;
	if (fscanf(file, "%" SCNu64, &nanoseconds) != 1)
		nanoseconds = 0;
	fclose(file);
	return (double)nanoseconds / 1e9;
}

static int64_t octets_of(pid_t pid)
{
	char line[LINE_MOST];
	int64_t kib = 0;
	FILE *file;

	snprintf(line, sizeof(line), "/proc/%d/status", pid);
	file = fopen(line, "re");
	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "RssAnon: %" SCNd64, &kib) == 1)
			break;
	fclose(file);
	return kib * 1024;
}

struct process_use process_use(pid_t pid)
{
	struct process_use use = { .octets = octets_of(pid) };
	char path[PATH_MOST];
	struct dirent *entry;
	DIR *threads;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	threads = opendir(path);
	if (!threads)
		return use;
	while ((entry = readdir(threads)))
		if (entry->d_name[0] != '.')
			use.seconds += thread_seconds(pid, entry->d_name);
	closedir(threads);
	return use;
}
