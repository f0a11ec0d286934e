/* SPDX-License-Identifier: MIT */
/*
 * A reload from beginning to end: the dry run, the limits, the system's own parameters.  The plan and
 * its execution are in files of their own (reload.h).
 */
#include "service/reload.h"

#include <stdlib.h>
#include <string.h>

#include "datapath/null/null.h"
#include "service/aaa.h"
#include "service/listen.h"
#include "service/question.h"

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

struct service_reload *service_reload_begin(void)
{
	struct service_reload *reload = calloc(1, sizeof(*reload));

	if (!reload)
		return NULL;
	reload->null = datapath_null_new();
	reload->dry = reload->null ? service_new(reload->null, NULL) : NULL;
	if (reload->dry) {
		datapath_null_choose_apart(reload->null);
		return reload;
	}
	service_reload_abort(reload);
	return NULL;
}

int service_reload_command(struct service_reload *reload, const struct command *command, struct error *error)
{
	reload->dry->command = reload->count++;
	if (!config_verb_in_files(command->object, command->verb))
		return error_set(error, ERROR_SYNTAX, NULL,
				 "%s %s does not belong into a configuration: create, modify, and unset of profiles do",
				 config_object_name(command->object), config_verb_name(command->verb));
	return service_execute(reload->dry, command, SERVICE_ORIGIN_FILE, 0, NULL, error);
}

void service_reload_counts(const struct service_reload *reload, uint32_t *tunnels, uint32_t *sessions)
{
	*tunnels = order_count(&reload->dry->tunnels);
	*sessions = reload->dry->session_count;
}

/* Profiles may name those that are made after them; but there must be such. */
int service_reload_names(struct service_reload *reload, unsigned int *failed, struct error *error)
{
	const struct profile *naming;

	if (chain_refuse_dangling(reload->dry, &naming, error) == 0)
		return 0;
	*failed = naming->command;
	return -1;
}

/* What the file sets; what it set before and sets no more, after a restore all else, gets its default; the
 * rest stays. */
void service_reload_system(const struct service_reload *reload, const struct service *service,
			   enum service_reload_mode mode, struct system_config *system)
{
	const struct param_table *table = config_tables[CONFIG_SYSTEM];
	struct system_config defaults;

	param_defaults(table, &defaults);
	*system = service->system;
	if (mode == SERVICE_RELOAD_ALL)
		*system = defaults;
	else
		rows_overlay(table, system, &defaults, &service->system_file_set);
	rows_overlay(table, system, &reload->dry->system, &reload->dry->system_file_set);
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

static int check_limits(const struct service_reload *reload, struct error *error)
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

static void free_lists(struct service_reload *reload)
{
	free(reload->sessions_gone.items);
	free(reload->tunnels_gone.items);
	list_free_items(&reload->tunnel_swaps);
	list_free_items(&reload->tunnel_copies);
	list_free_items(&reload->session_swaps);
	list_free_items(&reload->session_copies);
}

void service_reload_abort(struct service_reload *reload)
{
	if (!reload)
		return;
	free_lists(reload);
	service_free(reload->dry);
	if (reload->null)
		datapath_ops(reload->null)->close(reload->null);
	free(reload);
}

static void commit(struct service_reload *reload)
{
	struct service *service = reload->service;

	reload_commit(reload);
	reload_profiles_commit(reload);
	if (reload->mode == SERVICE_RELOAD_FILE)
		service->system_file_set = reload->dry->system_file_set;
	authorize_absence(service);
}

/* When all profiles have their likes.  What the file says of authorizers holds for what is made now. */
static int make_true(struct service_reload *reload, struct error *error)
{
	struct system_config before = reload->service->system;

	reload->service->system = reload->system;
	reload->system_before = &before;
	if (reload_plan(reload, error) < 0 || check_limits(reload, error) < 0 || reload_apply(reload, error) < 0) {
		reload->service->system = before;
		reload_profiles_abort(reload);
		return -1;
	}
	commit(reload);
	return 0;
}

int service_reload_finish(struct service_reload *reload, struct service *service, enum service_reload_mode mode,
			  uint64_t now, unsigned int *failed, struct error *error)
{
	int ret = -1;

	service_start(service, now);
	service->cause = "the configuration does not have it any more, or not like this";
	reload->service = service;
	reload->mode = mode;
	reload->now = now;
	reload->failed = reload->count;
	service_reload_system(reload, service, mode, &reload->system);
	if (service_reload_names(reload, &reload->failed, error) == 0 && reload_profiles_begin(reload, error) == 0)
		ret = make_true(reload, error);
	listen_update(service);
	aaa_update(service);
	if (ret < 0 && failed)
		*failed = reload->failed;
	service_reload_abort(reload);
	return ret;
}

int service_reload(struct service *service, const struct command *commands, unsigned int count, uint64_t now,
		   unsigned int *failed, struct error *error)
{
	struct service_reload *reload = service_reload_begin();

	if (!reload) {
		if (failed)
			*failed = count;
		return service_no_memory(error);
	}
	for (unsigned int i = 0; i < count; i++) {
		if (service_reload_command(reload, &commands[i], error) == 0)
			continue;
		if (failed)
			*failed = i;
		service_reload_abort(reload);
		return -1;
	}
	return service_reload_finish(reload, service, SERVICE_RELOAD_FILE, now, failed, error);
}
