/* SPDX-License-Identifier: MIT */
/*
 * Devices of the null datapath that PPP sessions share: a name, a configuration, and how many use it.
 */
#include <stdlib.h>
#include <string.h>

#include "datapath/null/internal.h"

static int no_memory(struct error *error)
{
	return error_set(error, ERROR_SYSTEM, NULL, "out of memory");
}

static void shared_free(struct null_datapath *null, struct null_shared *shared)
{
	if (!shared)
		return;
	null_name_release(null, &shared->device);
	free((void *)(uintptr_t)shared->config.routes);
	free(shared);
}

static int copy_routes(struct null_shared *shared, const struct datapath_device_config *config)
{
	struct prefix *routes = NULL;

	if (config->route_count) {
		routes = calloc(config->route_count, sizeof(*routes));
		if (!routes)
			return -1;
		memcpy(routes, config->routes, config->route_count * sizeof(*routes));
	}
	shared->config = *config;
	shared->config.routes = routes;
	return 0;
}

static int device_add(struct null_datapath *null, const struct datapath_device_config *config, handle *device,
		      struct error *error)
{
	struct null_shared *shared;

	if (!*config->ifname)
		return error_set(error, ERROR_VALUE, "interface_name", "a shared interface has a name");
	if (null_fails(null, DATAPATH_NULL_DEVICE_ADD, error))
		return -1;
	shared = calloc(1, sizeof(*shared));
	if (!shared || copy_routes(shared, config) < 0) {
		free(shared);
		return no_memory(error);
	}
	memcpy(shared->device.ifname, config->ifname, sizeof(shared->device.ifname));
	if (null_name_take(null, &shared->device, config->netns, L2TP_PW_PPP, error) < 0)
		goto fail;
	shared->handle = handle_add(&null->devices, shared);
	if (shared->handle == HANDLE_NONE) {
		no_memory(error);
		goto fail;
	}
	*device = shared->handle;
	return 0;
fail:
	shared_free(null, shared);
	return -1;
}

int null_device_add(struct datapath *dp, const struct datapath_device_config *config, handle *device,
		    struct error *error)
{
	struct datapath_null_entry entry = { .operation = DATAPATH_NULL_DEVICE_ADD };

	entry.failed = device_add(null_of(dp), config, &entry.device, error) < 0;
	null_log(null_of(dp), &entry);
	if (!entry.failed)
		*device = entry.device;
	return entry.failed ? -1 : 0;
}

void null_device_delete(struct datapath *dp, handle device)
{
	struct null_datapath *null = null_of(dp);
	struct null_shared *shared = handle_get(&null->devices, device);
	struct datapath_null_entry entry = {
		.operation = DATAPATH_NULL_DEVICE_DELETE, .device = device, .failed = !shared || shared->users,
	};

	null_log(null, &entry);
	if (entry.failed)
		return;
	handle_remove(&null->devices, device);
	shared_free(null, shared);
}

void null_forget_devices(struct null_datapath *null)
{
	struct null_shared *shared;
	uint32_t position = 0;

	while ((shared = handle_next(&null->devices, &position))) {
		handle_remove(&null->devices, shared->handle);
		shared_free(null, shared);
	}
	handle_table_clear(&null->devices);
}
