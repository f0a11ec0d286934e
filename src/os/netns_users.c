/* SPDX-License-Identifier: MIT */
/*
 * Where a thread is tells ns/net of its folder in /proc; what is mounted tells mountinfo of any process that
 * has the same mounts: "net:[NUMBER]" is a namespace.
 */
#include "os/netns_users.h"

#include <ctype.h>
#include <dirent.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

struct search {
	struct netns_use *uses;
	size_t count, used;
	uint64_t *mounts;	/* mount namespaces that were looked at */
	size_t mount_count;
};

static bool is_number(const char *name)
{
	return isdigit((unsigned char)*name);
}

static void mark(struct search *search, uint64_t identity)
{
	for (size_t i = 0; i < search->count; i++) {
		if (search->uses[i].identity != identity || search->uses[i].used)
			continue;
		search->uses[i].used = true;
		search->used++;
	}
}

static void look_at_threads(struct search *search, const char *pid)
{
	char path[600];
	struct stat there;
	const struct dirent *entry;
	DIR *threads;

	snprintf(path, sizeof(path), "/proc/%s/task", pid);
	threads = opendir(path);
	while (threads && search->used < search->count && (entry = readdir(threads))) {
		snprintf(path, sizeof(path), "/proc/%s/task/%s/ns/net", pid, entry->d_name);
		if (is_number(entry->d_name) && stat(path, &there) == 0)
			mark(search, there.st_ino);
	}
	if (threads)
		closedir(threads);
}

/* ID PARENT MAJOR:MINOR ROOT PLACE ... */
static void read_mounts(struct search *search, const char *path)
{
	unsigned long long identity;
	char *line = NULL;
	size_t size = 0;
	FILE *file = fopen(path, "re");

	while (file && getline(&line, &size, file) > 0)
		if (sscanf(line, "%*s %*s %*s net:[%llu]", &identity) == 1)
			mark(search, identity);
	free(line);
	if (file)
		fclose(file);
}

/* Is this mount namespace a new one? */
static bool remember_mounts(struct search *search, uint64_t identity)
{
	uint64_t *larger;

	for (size_t i = 0; i < search->mount_count; i++)
		if (search->mounts[i] == identity)
			return false;
	larger = realloc(search->mounts, (search->mount_count + 1) * sizeof(*larger));
	if (!larger)
		return true;
	search->mounts = larger;
	larger[search->mount_count++] = identity;
	return true;
}

static void look_at_mounts(struct search *search, const char *pid)
{
	char path[300];
	struct stat there;

	snprintf(path, sizeof(path), "/proc/%s/ns/mnt", pid);
	if (stat(path, &there) < 0 || !remember_mounts(search, there.st_ino))
		return;
	snprintf(path, sizeof(path), "/proc/%s/mountinfo", pid);
	read_mounts(search, path);
}

/* Who has not this sees where processes are that have no more rights than himself, and not where all are. */
static bool sees_others(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	return syscall(SYS_capget, &header, data) == 0 &&
	       data[CAP_TO_INDEX(CAP_SYS_PTRACE)].effective & CAP_TO_MASK(CAP_SYS_PTRACE);
}

bool netns_find_users(struct netns_use *uses, size_t count)
{
	struct search search = { .uses = uses, .count = count };
	DIR *processes = sees_others() ? opendir("/proc") : NULL;
	const struct dirent *entry;

	if (!processes)
		return false;
	for (size_t i = 0; i < count; i++)
		search.used += uses[i].used;
	while (search.used < count && (entry = readdir(processes))) {
		if (!is_number(entry->d_name))
			continue;
		look_at_threads(&search, entry->d_name);
		look_at_mounts(&search, entry->d_name);
	}
	closedir(processes);
	free(search.mounts);
	return true;
}
