/* SPDX-License-Identifier: MIT */
/*
 * The network namespaces in which the kernel's API was used.  The kernel takes a namespace's tunnels away with it; here
 * our own sockets would keep it for ever, so it is looked whether anybody else uses it: whether it has a name, here or
 * where some process has mounts of its own, or a process is in it.
 */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utlist.h>

#include "base/log.h"
#include "l2tpd/kernel_internal.h"
#include "os/clock.h"

#define LOOK_S 5			/* while there are any */

static struct space *find(const struct kernel_api *api, uint64_t identity)
{
	struct space *space;

	DL_FOREACH(api->spaces, space)
		if (space->identity == identity)
			return space;
	return NULL;
}

static void look_later(struct kernel_api *api)
{
	static const struct timeval delay = { LOOK_S, 0 };

	if (api->spaces && !event_pending(api->look, EV_TIMEOUT, NULL))
		event_add(api->look, &delay);
}

int space_enter(struct kernel_api *api, int netns, char name[NETNS_NAME_MAX])
{
	uint64_t identity;
	struct space *space;

	if (netns_keep(fcntl(netns, F_DUPFD_CLOEXEC, 0), name) < 0)
		return -1;
	identity = netns_identity(name);
	space = *name ? find(api, identity) : NULL;
	if (!*name || space) {
		netns_let_go(name);
		return 0;
	}
	space = calloc(1, sizeof(*space));
	if (!space) {
		netns_let_go(name);
		return -1;
	}
	space->identity = identity;
	snprintf(space->name, sizeof(space->name), "%s", name);
	DL_APPEND(api->spaces, space);
	look_later(api);
	return 0;
}

static void forget(struct kernel_api *api, struct space *space)
{
	DL_DELETE(api->spaces, space);
	netns_let_go(space->name);
	free(space);
}

/* Has it a name, or is one of our programs in it? */
static bool is_named(const struct space *space)
{
	return space->name[0] != '@' && netns_identity(space->name) == space->identity;
}

static uint64_t namespace_of(const char *process, const char *kind)
{
	struct stat there;
	char path[300];

	snprintf(path, sizeof(path), "/proc/%s/ns/%s", process, kind);
	return stat(path, &there) == 0 ? there.st_ino : 0;
}

/* `ip netns add` gives a name by a mount, which only those see who share the mounts. */
static bool has_mount(const char *process, const struct space *space)
{
	char path[300], *line = NULL, wanted[64];
	size_t size = 0;
	bool found = false;
	FILE *mounts;

	snprintf(path, sizeof(path), "/proc/%s/mountinfo", process);
	snprintf(wanted, sizeof(wanted), " net:[%llu] ", (unsigned long long)space->identity);
	mounts = fopen(path, "re");
	while (mounts && !found && getline(&line, &size, mounts) > 0)
		found = strstr(line, wanted) != NULL;
	free(line);
	if (mounts)
		fclose(mounts);
	return found;
}

/* *mounts: whose mounts were looked at last; neighbours mostly share them. */
static bool uses(const char *process, const struct space *space, uint64_t *mounts)
{
	uint64_t own;

	if (namespace_of(process, "net") == space->identity)
		return true;
	own = namespace_of(process, "mnt");
	if (!own || own == *mounts)
		return false;
	*mounts = own;
	return has_mount(process, space);
}

static bool has_process(const struct space *space)
{
	uint64_t mounts = namespace_of("self", "mnt");	/* those names we see */
	DIR *processes = opendir("/proc");
	const struct dirent *entry;
	bool found = false;

	if (!processes)
		return true;	/* who knows */
	while (!found && (entry = readdir(processes)))
		found = isdigit((unsigned char)entry->d_name[0]) && uses(entry->d_name, space, &mounts);
	closedir(processes);
	return found;
}

void spaces_look(struct kernel_api *api)
{
	struct space *space, *next;

	DL_FOREACH_SAFE(api->spaces, space, next) {
		if (is_named(space) || has_process(space))
			continue;
		log_info("network namespace %s is gone: so are its tunnels", space->name);
		kernel_netns_gone(api->kernel, space->name, os_clock_ms());
		forget(api, space);
	}
	look_later(api);
	api->changed(api->context);
}

void spaces_free(struct kernel_api *api)
{
	struct space *space, *next;

	DL_FOREACH_SAFE(api->spaces, space, next)
		forget(api, space);
}
