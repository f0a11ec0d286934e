/* SPDX-License-Identifier: MIT */
/* Network namespaces: sockets to speak about each from wherever we are. */
#include <errno.h>
#include <stdlib.h>
#include <utlist.h>

#include "datapath/kernel/internal.h"
#include "os/netns.h"

static void space_free(struct native_space *space)
{
	native_channel_close(space->channel);
	link_channel_close(space->links);
	free(space);
}

static struct native_space *space_new(struct native_datapath *dp, const char *netns, struct error *error)
{
	struct native_space *space = calloc(1, sizeof(*space));
	int saved;

	if (!space) {
		error_system(error, ENOMEM, NULL, "cannot enter the network namespace");
		return NULL;
	}
	saved = netns_enter(netns, error);
	if (saved < 0)
		goto fail;
	space->identity = netns_identity("");
	space->channel = native_channel_open(dp->group, error);
	space->links = space->channel ? link_channel_open(error) : NULL;
	netns_leave(saved);
	if (space->links) {
		native_watch_notices(dp, space);
		return space;
	}
fail:
	space_free(space);
	return NULL;
}

struct native_space *native_space_get(struct native_datapath *dp, const char *netns, struct error *error)
{
	uint64_t identity = netns_identity(netns);
	struct native_space *space;

	LL_SEARCH_SCALAR(dp->spaces, space, identity, identity);
	if (!space) {
		space = space_new(dp, netns, error);
		if (!space)
			return NULL;
		LL_PREPEND(dp->spaces, space);
	}
	space->users++;
	return space;
}

void native_space_put(struct native_datapath *dp, struct native_space *space)
{
	if (!space || --space->users)
		return;
	LL_DELETE(dp->spaces, space);
	space_free(space);
}
