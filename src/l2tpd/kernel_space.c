/* SPDX-License-Identifier: MIT */
/*
 * The network namespaces in which the kernel's API was used.  The kernel takes a namespace's tunnels away with it; here
 * our own sockets would keep it for ever, so it is looked whether anybody else does: from time to time, soon after a
 * program has closed its socket, and when a name was taken away.
 *
 * Where other processes are hidden from us, a namespace that never had a name is kept, and one that has lost it
 * is gone.
 *
 * A namespace is called what it was called when we met it, as long as we know it.  It is held until then, so that
 * no other one gets its number.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>
#include <utlist.h>

#include "base/log.h"
#include "l2tpd/kernel_internal.h"
#include "os/clock.h"
#include "os/close.h"
#include "os/netns_users.h"

#define LOOK_MS 5000			/* while there are any */
#define SOON_MS 200			/* who closes a socket is about to end */
#define NAMES "/run/netns"

static struct space *find(const struct kernel_api *api, uint64_t identity)
{
	struct space *space;

	DL_SEARCH_SCALAR(api->spaces, space, identity, identity);
	return space;
}

const char *space_name(const struct kernel_api *api, uint64_t identity)
{
	const struct space *space = find(api, identity);

	if (space)
		return space->name;
	return identity == netns_identity("") ? "" : NULL;
}

static const struct space *find_name(const struct kernel_api *api, const char *name)
{
	const struct space *space;

	DL_FOREACH(api->spaces, space)
		if (strcmp(space->name, name) == 0)
			return space;
	return NULL;
}

static bool has_its_name(const struct space *space)
{
	return space->name[0] != '@' && netns_identity(space->name) == space->identity;
}

/* Is this name still that of the namespace that we know by it? */
static bool is_reached(const struct kernel_api *api, const char *name)
{
	const struct space *space = find_name(api, name);

	return space ? name[0] == '@' || has_its_name(space) : !*name;
}

int space_visit(const struct kernel_api *api, const char *name)
{
	return is_reached(api, name) ? netns_enter(name, NULL) : -1;
}

/* --- when to look --- */

static void look_within(struct kernel_api *api, unsigned int ms)
{
	if (api->spaces)
		timer_within(api->loop, api->look, ms);
}

void spaces_look_soon(struct kernel_api *api)
{
	look_within(api, SOON_MS);
}

static void names_changed(evutil_socket_t fd, short what, void *context)
{
	char octets[4096];

	while (read(fd, octets, sizeof(octets)) > 0)
		;
	spaces_look(context);
}

/* Where this fails they are found to be gone a bit later. */
static void watch_names(struct kernel_api *api)
{
	int fd;

	if (api->names)
		return;
	fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (fd >= 0 && inotify_add_watch(fd, NAMES, IN_DELETE) >= 0)
		api->names = event_new(api->loop, fd, EV_READ | EV_PERSIST, names_changed, api);
	if (api->names)
		event_add(api->names, NULL);
	else
		os_close(&fd);
}

/* --- coming --- */

/* Its name below /run/netns, unless another one had it and is still there. */
static int give_name(struct kernel_api *api, struct space *space)
{
	if (netns_keep(fcntl(space->fd, F_DUPFD_CLOEXEC, 0), space->name) < 0)
		return -1;
	if (!find_name(api, space->name))
		return 0;
	spaces_look(api);
	if (!find_name(api, space->name))
		return 0;
	netns_let_go(space->name);
	return netns_keep_number(fcntl(space->fd, F_DUPFD_CLOEXEC, 0), space->name);
}

static struct space *space_new(struct kernel_api *api, int netns, uint64_t identity)
{
	struct space *space = calloc(1, sizeof(*space));

	if (!space)
		return NULL;
	space->identity = identity;
	space->fd = fcntl(netns, F_DUPFD_CLOEXEC, 0);
	if (space->fd < 0 || give_name(api, space) < 0) {
		os_close(&space->fd);
		free(space);
		return NULL;
	}
	DL_APPEND(api->spaces, space);
	if (space->name[0] != '@')
		watch_names(api);
	return space;
}

int space_enter(struct kernel_api *api, int netns, struct space **space)
{
	uint64_t identity = netns_identity_fd(netns);

	*space = NULL;
	if (!identity)
		return -1;
	if (identity == netns_identity(""))
		return 0;
	*space = find(api, identity);
	if (!*space)
		*space = space_new(api, netns, identity);
	if (!*space)
		return -1;
	(*space)->served++;
	look_within(api, LOOK_MS);
	return 0;
}

void space_leave(struct kernel_api *api, struct space *space)
{
	if (!space)
		return;
	space->served--;
	spaces_look_soon(api);
}

const char *space_called(const struct kernel_api *api, int netns)
{
	uint64_t identity = netns_identity_fd(netns);

	return identity ? space_name(api, identity) : NULL;
}

/* --- going --- */

static void forget(struct kernel_api *api, struct space *space)
{
	DL_DELETE(api->spaces, space);
	netns_let_go(space->name);
	close(space->fd);
	free(space);
}

static void gone(struct kernel_api *api, struct space *space)
{
	uint32_t tunnels = kernel_netns_gone(api->kernel, space->name, os_clock_ms());

	if (tunnels)
		log_info("network namespace %s is gone, and with it %u tunnel%s", space->name, tunnels,
			 tunnels == 1 ? "" : "s");
	forget(api, space);
}

void spaces_look(struct kernel_api *api)
{
	struct space *space, *next;
	struct netns_use *uses;
	size_t count = 0, i = 0;
	bool seen;

	DL_COUNT(api->spaces, space, count);
	uses = count ? calloc(count, sizeof(*uses)) : NULL;
	if (!uses)
		return;
	DL_FOREACH(api->spaces, space)
		uses[i++] = (struct netns_use){ space->identity, space->served || has_its_name(space) };
	seen = netns_find_users(uses, count);
	i = 0;
	DL_FOREACH_SAFE(api->spaces, space, next)
		if (!uses[i++].used && (seen || space->name[0] != '@'))
			gone(api, space);
	free(uses);
	look_within(api, LOOK_MS);
	api->changed(api->context);
}

void spaces_free(struct kernel_api *api)
{
	struct space *space, *next;

	DL_FOREACH_SAFE(api->spaces, space, next)
		forget(api, space);
	if (!api->names)
		return;
	close(event_get_fd(api->names));
	event_free(api->names);
}
