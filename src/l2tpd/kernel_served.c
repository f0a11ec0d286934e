/* SPDX-License-Identifier: MIT */
/* What is the same of all that is served to programs (kernel_internal.h). */
#include <stdlib.h>
#include <utlist.h>

#include "l2tpd/kernel_internal.h"
#include "os/close.h"

void *served_new(const struct served_kind *kind, const struct supervisor *supervisor, uint64_t number, int fd)
{
	struct kernel_api *api = supervisor->api;
	struct served *served = api->served_count < KERNEL_SERVED_MAX ? calloc(1, kind->size) : NULL;

	if (!served) {
		os_close(&fd);
		return NULL;
	}
	*served = (struct served){ .kind = kind, .api = api, .supervisor = supervisor, .number = number, .fd = fd };
	DL_APPEND(api->served, served);
	api->served_count++;
	return served;
}

bool served_enter(struct served *served, int netns)
{
	return space_enter(served->api, netns, &served->space) == 0;
}

const char *served_netns(const struct served *served)
{
	return served->space ? served->space->name : "";
}

void served_end(struct served *served)
{
	DL_DELETE(served->api->served, served);
	served->api->served_count--;
	os_close(&served->fd);
	space_leave(served->api, served->space);
}

void *served_find(const struct served_kind *kind, const struct supervisor *supervisor, uint64_t number)
{
	struct served *served;

	DL_FOREACH(supervisor->api->served, served)
		if (served->supervisor == supervisor && served->number == number)
			return served->kind == kind ? served : NULL;
	return NULL;
}

void served_orphan(const struct supervisor *supervisor)
{
	struct served *served;

	DL_FOREACH(supervisor->api->served, served)
		if (served->supervisor == supervisor)
			served->supervisor = NULL;
}

void served_free_all(struct kernel_api *api)
{
	while (api->served)
		api->served->kind->free(api->served);
}
