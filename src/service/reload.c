/* SPDX-License-Identifier: MIT */
/*
 * A reload from beginning to end: the dry run, the limits, the system's own parameters.  The plan and
 * its execution are in files of their own (reload.h).
 */
#include "service/reload.h"

#include <stdlib.h>
#include <string.h>

#include "datapath/null/null.h"

int list_add(struct list *list, void *item, struct error *error)
{
	size_t size = list->size ? list->size * 2 : 16;
	void **items;

	if (list->count == list->size) {
		items = reallocarray(list->items, size, sizeof(*items));
		if (!items)
			return service_no_memory(error);
		list->items = items;
		list->size = size;
	}
	list->items[list->count++] = item;
	return 0;
}

static void list_free_items(struct list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
}

static int dry_run(struct reload *reload, const struct command *commands, unsigned int count, struct error *error)
{
	for (unsigned int i = 0; i < count; i++) {
		reload->failed = i;
		reload->dry->command = i;
		if (commands[i].verb != CONFIG_CREATE && commands[i].verb != CONFIG_MODIFY)
			return error_set(error, ERROR_SYNTAX, NULL,
					 "%s %s does not belong into a configuration: only create and modify do",
					 config_object_name(commands[i].object), config_verb_name(commands[i].verb));
		if (service_execute(reload->dry, &commands[i], SERVICE_ORIGIN_FILE, reload->now, NULL, error) < 0)
			return -1;
	}
	reload->failed = count;
	return 0;
}

/* What the file sets; what it set before and sets no more gets its default; the rest stays. */
static void plan_system(struct reload *reload)
{
	const struct param_table *table = config_tables[CONFIG_SYSTEM];
	const struct param_set *set_before = &reload->service->system_file_set;
	struct system_config defaults;

	param_defaults(table, &defaults);
	reload->system = reload->service->system;
	rows_overlay(table, &reload->system, &defaults, set_before);
	rows_overlay(table, &reload->system, &reload->dry->system, &reload->dry->system_file_set);
}

/* The dry run held the limits for what the file makes; what administrators made comes on top. */
static int check_limit(size_t now, size_t of_file, size_t wanted, uint32_t configured, uint32_t built_in,
		       const char *parameter, struct error *error)
{
	size_t most = configured && configured < built_in ? configured : built_in;

	if (wanted <= most || wanted <= now || wanted == of_file)
		return 0;
	return error_set(error, ERROR_LIMIT, parameter,
			 "with those made since there would be %zu, and the limit is %zu: delete some, or raise %s",
			 wanted, most, parameter);
}

static int check_limits(const struct reload *reload, struct error *error)
{
	const struct service *service = reload->service, *dry = reload->dry;
	size_t tunnels = order_count(&service->tunnels), sessions = service->session_count;
	size_t sessions_wanted = sessions - reload->sessions_gone.count + reload->session_copies.count;

	for (size_t i = 0; i < reload->tunnels_gone.count; i++)
		sessions_wanted -= order_count(&((struct tunnel *)reload->tunnels_gone.items[i])->sessions);
	if (check_limit(tunnels, order_count(&dry->tunnels),
			tunnels - reload->tunnels_gone.count + reload->tunnel_copies.count,
			reload->system.max_tunnels, SERVICE_TUNNELS_MAX, "max_tunnels", error) < 0)
		return -1;
	return check_limit(sessions, dry->session_count, sessions_wanted, reload->system.max_sessions,
			   SERVICE_SESSIONS_MAX, "max_sessions", error);
}

static void free_lists(struct reload *reload)
{
	free(reload->sessions_gone.items);
	free(reload->tunnels_gone.items);
	list_free_items(&reload->tunnel_swaps);
	list_free_items(&reload->tunnel_copies);
	list_free_items(&reload->session_swaps);
	list_free_items(&reload->session_copies);
}

int service_reload(struct service *service, const struct command *commands, unsigned int count, uint64_t now,
		   unsigned int *failed, struct error *error)
{
	struct reload reload = { .service = service, .now = now, .failed = count };
	struct datapath *null = datapath_null_new();
	int ret = -1;

	service_start(service, now);
	reload.dry = null ? service_new(null, NULL) : NULL;
	if (!reload.dry) {
		service_no_memory(error);
		goto out;
	}
	if (dry_run(&reload, commands, count, error) < 0 || reload_plan(&reload, error) < 0)
		goto out;
	plan_system(&reload);
	if (check_limits(&reload, error) < 0 || reload_apply(&reload, error) < 0)
		goto out;
	reload_commit(&reload);
	service->system = reload.system;
	service->system_file_set = reload.dry->system_file_set;
	ret = 0;
out:
	if (ret < 0 && failed)
		*failed = reload.failed;
	free_lists(&reload);
	service_free(reload.dry);
	if (null)
		datapath_ops(null)->close(null);
	return ret;
}
