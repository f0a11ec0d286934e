/* SPDX-License-Identifier: MIT */
/* See netns.h. What netns_enter() returns is a descriptor of the namespace we came from, or that we went nowhere. */
#include "os/netns.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utlist.h>

#define NAMES "/run/netns"
#define WENT_NOWHERE INT_MAX	/* no descriptor is that large */

/* Those without a name: few, as programs in one that speak with us are. */
struct kept {
	uint64_t identity;
	int fd;
	unsigned int times;
	struct kept *next;
};
static struct kept *kept_list;
static pthread_mutex_t kept_lock = PTHREAD_MUTEX_INITIALIZER;

uint64_t netns_identity_fd(int fd)
{
	struct stat stat_buffer;

	return fstat(fd, &stat_buffer) == 0 ? stat_buffer.st_ino : 0;
}

static struct kept *find_kept(uint64_t identity)
{
	struct kept *kept;

	LL_FOREACH(kept_list, kept)
		if (kept->identity == identity)
			return kept;
	return NULL;
}

/* Of "@NUMBER"; 0: it is no such name. */
static uint64_t number_of(const char *name)
{
	return name[0] == '@' ? strtoull(name + 1, NULL, 10) : 0;
}

static bool find_name(uint64_t identity, char name[NETNS_NAME_MAX])
{
	DIR *names = opendir(NAMES);
	const struct dirent *entry;
	bool found = false;

	if (!names)
		return false;
	while (!found && (entry = readdir(names))) {
		if (entry->d_name[0] == '@' || strlen(entry->d_name) >= NETNS_NAME_MAX ||
		    netns_identity(entry->d_name) != identity)
			continue;
		strcpy(name, entry->d_name);
		found = true;
	}
	closedir(names);
	return found;
}

static bool keep(uint64_t identity, int fd)
{
	struct kept *kept = find_kept(identity);

	if (kept) {
		kept->times++;
		close(fd);
		return true;
	}
	kept = malloc(sizeof(*kept));
	if (!kept) {
		close(fd);
		return false;
	}
	*kept = (struct kept){ .identity = identity, .fd = fd, .times = 1 };
	LL_PREPEND(kept_list, kept);
	return true;
}

int netns_keep(int fd, char name[NETNS_NAME_MAX])
{
	uint64_t identity = netns_identity_fd(fd);

	*name = '\0';
	if (!identity || identity == netns_identity("") || find_name(identity, name)) {
		close(fd);
		return identity ? 0 : -1;
	}
	return netns_keep_number(fd, name);
}

int netns_keep_number(int fd, char name[NETNS_NAME_MAX])
{
	uint64_t identity = netns_identity_fd(fd);
	bool done;

	*name = '\0';
	if (!identity) {
		close(fd);
		return -1;
	}
	pthread_mutex_lock(&kept_lock);
	done = keep(identity, fd);
	pthread_mutex_unlock(&kept_lock);
	snprintf(name, NETNS_NAME_MAX, "@%llu", (unsigned long long)identity);
	return done ? 0 : -1;
}

void netns_let_go(const char *name)
{
	struct kept *kept;

	pthread_mutex_lock(&kept_lock);
	kept = find_kept(number_of(name));
	if (kept && --kept->times == 0) {
		LL_DELETE(kept_list, kept);
		close(kept->fd);
		free(kept);
	}
	pthread_mutex_unlock(&kept_lock);
}

static int open_kept(uint64_t identity)
{
	const struct kept *kept;
	int fd = -1;

	pthread_mutex_lock(&kept_lock);
	kept = find_kept(identity);
	if (kept)
		fd = fcntl(kept->fd, F_DUPFD_CLOEXEC, 0);
	pthread_mutex_unlock(&kept_lock);
	return fd;
}

static int open_target(const char *name, struct error *error)
{
	uint64_t number = number_of(name);
	char path[128];
	int fd;

	if (number) {
		fd = open_kept(number);
		return fd >= 0 ? fd : error_set(error, ERROR_UNKNOWN, "netns", "network namespace %s is gone", name);
	}
	snprintf(path, sizeof(path), NAMES "/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return error_set(error, ERROR_UNKNOWN, "netns",
				 "there is no network namespace %s: make it with `ip netns add %s`", name, name);
	if (fd < 0)
		return error_system(error, errno, "netns",
			     "cannot open the network namespace %s", name);
	return fd;
}

uint64_t netns_identity(const char *name)
{
	char path[128] = "/proc/thread-self/ns/net";
	struct stat stat_buffer;

	if (number_of(name))
		return number_of(name);
	if (*name)
		snprintf(path, sizeof(path), NAMES "/%s", name);
	return stat(path, &stat_buffer) == 0 ? stat_buffer.st_ino : 0;
}

static int open_own(struct error *error)
{
	int own = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

	if (own < 0)
		error_system(error, errno, "netns", "cannot open /proc/thread-self/ns/net");
	return own;
}

int netns_open(const char *name, struct error *error)
{
	return *name ? open_target(name, error) : open_own(error);
}

/* Who cannot come back does not go: root of a user namespace may enter its own ones of the network, but not that in
 * which it is, if that is not one of them. */
int netns_enter_fd(int target, struct error *error)
{
	int saved = open_own(error);

	if (saved >= 0 && (setns(saved, CLONE_NEWNET) < 0 || setns(target, CLONE_NEWNET) < 0)) {
		error_system(error, errno, "netns", "cannot enter the network namespace (needs CAP_SYS_ADMIN)");
		close(saved);
		saved = -1;
	}
	return saved;
}

int netns_enter(const char *name, struct error *error)
{
	int target, saved;

	if (!*name)
		return WENT_NOWHERE;
	target = open_target(name, error);
	if (target < 0)
		return -1;
	saved = netns_enter_fd(target, error);
	close(target);
	return saved;
}

void netns_leave(int saved)
{
	int before = errno;

	if (saved < 0 || saved == WENT_NOWHERE)
		return;
	/* To stay in a foreign namespace would put every later socket in the wrong place. */
	if (setns(saved, CLONE_NEWNET) < 0)
		abort();
	close(saved);
	errno = before;
}
