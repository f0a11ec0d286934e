/* SPDX-License-Identifier: MIT */
/*
 * Pools and RADIUS servers, as those see them who are not this room.
 */
#include <string.h>

#include "aaa/pool.h"
#include "service/internal.h"

const char *const service_server_state_words[] = { "alive", "dead", NULL };

bool service_pool_view(const struct service *service, const char *name, struct service_pool_view *view)
{
	struct pool_view pool;

	if (!service->pools || !pools_view(service->pools, name, &pool))
		return false;
	*view = (struct service_pool_view){
		.size = pool.size < INT64_MAX ? pool.size : INT64_MAX,	/* what readers of JSON can read */
		.in_use = pool.in_use,
		.remembered = pool.remembered,
		.given = pool.given,
		.refused = pool.refused,
	};
	return true;
}

bool service_server_view(const struct service *service, const char *name, struct service_server_view *view)
{
	struct radius_server_info info;

	for (unsigned int i = 0; service->radius && radius_server_info(service->radius, i, &info) == 0; i++) {
		if (strcmp(info.settings.name, name) != 0)
			continue;
		*view = (struct service_server_view){
			.state = info.dead ? SERVICE_SERVER_DEAD : SERVICE_SERVER_ALIVE,
			.authenticated = info.authenticated,
			.outstanding = info.outstanding,
			.round_trip = info.round_trip,
			.counters = info.counters,
		};
		return true;
	}
	return false;
}
