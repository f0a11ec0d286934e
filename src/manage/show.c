/* SPDX-License-Identifier: MIT */
/*
 * Objects as show and list tell them: what was configured, what of it explicitly, how it is doing,
 * what it counted.
 */
#include "manage/json.h"
#include "manage/methods.h"

json_t *show_tunnel(struct call *call, handle tunnel)
{
	const struct param_table *table = config_tables[CONFIG_TUNNEL];
	struct service_tunnel_view view;

	if (service_tunnel_view(call->service, tunnel, &view) < 0)
		return NULL;
	return json_pack("{s:o, s:o, s:o, s:o}", "config", json_from_config(table, &view.config), "explicit",
			 json_from_set(table, &view.set), "state",
			 json_from_state(&state_tunnel, &view, call->host->now()), "statistics",
			 json_from_state(&state_statistics, &view.info.stats, 0));
}

json_t *show_session(struct call *call, handle session)
{
	const struct param_table *table = config_tables[CONFIG_SESSION];
	struct service_session_view view;

	if (service_session_view(call->service, session, &view) < 0)
		return NULL;
	return json_pack("{s:o, s:o, s:o, s:o}", "config", json_from_config(table, &view.config), "explicit",
			 json_from_set(table, &view.set), "state",
			 json_from_state(&state_session, &view, call->host->now()), "statistics",
			 json_from_state(&state_statistics, &view.info.stats, 0));
}

json_t *show_system(struct call *call)
{
	struct service_status status;

	service_status(call->service, &status);
	return json_pack("{s:s, s:o, s:o, s:o}", "version", L2TPD_VERSION, "config",
			 json_from_config(config_tables[CONFIG_SYSTEM], &status.config), "state",
			 json_from_state(&state_system, &status, call->host->now()), "statistics",
			 json_from_state(&state_system_statistics, &status.totals, 0));
}
