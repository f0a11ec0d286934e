/* SPDX-License-Identifier: MIT */
/*
 * The profiles themselves: made, changed, deleted, and who uses them.  Not a word here about what they are good for:
 * that is chain.c.
 */
#include "service/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "service/state.h"

static unsigned int type_of(enum config_object object)
{
	return (unsigned int)(object - CONFIG_PROFILE_FIRST);
}

/* "profile_name", "pool_name" */
static const char *key_name(enum config_object object)
{
	return config_tables[object]->params[config_profile_row(object)].name;
}

static int by_name(const struct profile *a, const struct profile *b)
{
	return strcmp(a->name, b->name);
}

struct profile *profile_find(const struct service *service, enum config_object object, const char *name)
{
	struct profile *profile;

	HASH_FIND(hh, service->profiles[type_of(object)], name, strlen(name), profile);
	return profile;
}

struct profile *profile_default(const struct service *service, enum config_object object)
{
	return service->fallback[type_of(object)];
}

struct profile *profile_first(const struct service *service, enum config_object object)
{
	return service->profiles[type_of(object)];
}

struct profile *profile_behind(const struct service *service, enum config_object object, const char *name)
{
	struct profile *profile = profile_find(service, object, name);

	if (profile)
		return profile->hh.next;
	for (profile = profile_first(service, object); profile && strcmp(profile->name, name) <= 0;)
		profile = profile->hh.next;
	return profile;
}

struct profile *profile_add(struct service *service, enum config_object object, const char *name,
			    struct error *error)
{
	struct profile **profiles = &service->profiles[type_of(object)];
	struct profile *profile = calloc(1, sizeof(*profile));

	if (profile) {
		profile->object = object;
		snprintf(profile->name, sizeof(profile->name), "%s", name);
		HASH_ADD_KEYPTR_INORDER(hh, *profiles, profile->name, strlen(profile->name), profile, by_name);
		service->profile_changes++;
		if (profile->hh.tbl)
			return profile;
		free(profile);
	}
	service_no_memory(error);
	return NULL;
}

unsigned int profile_count(const struct service *service, enum config_object object)
{
	return HASH_CNT(hh, service->profiles[type_of(object)]);
}

int profile_refuse_more(enum config_object object, unsigned int count, struct error *error)
{
	if (count <= PROFILES_MAX)
		return 0;
	return error_set(error, ERROR_LIMIT, key_name(object), "there would be %u %ss, and %u is the most there can be",
			 count, config_object_name(object), PROFILES_MAX);
}

void profile_remove(struct service *service, struct profile *profile)
{
	HASH_DELETE(hh, service->profiles[type_of(profile->object)], profile);
	free(profile);
	service->profile_changes++;
}

int profiles_begin(struct service *service)
{
	for (enum config_object object = CONFIG_PROFILE_FIRST; config_has_default(object); object++) {
		service->fallback[type_of(object)] = profile_add(service, object, PROFILE_DEFAULT, NULL);
		if (!profile_default(service, object))
			return -1;
	}
	return 0;
}

void profiles_end(struct service *service)
{
	for (unsigned int type = 0; type < PROFILE_TYPES; type++) {
		while (service->profiles[type])
			profile_remove(service, service->profiles[type]);
	}
}

/* --- who uses them --- */

static void count(struct profile *profile, uint32_t more)
{
	if (profile)
		profile->uses += more;
}

static void count_all(const struct provenance *provenance, uint32_t more)
{
	count(provenance->own, more);
	count(provenance->peer, more);
	count(provenance->session, more);
	count(provenance->ppp, more);
}

void provenance_hold(const struct provenance *provenance)
{
	count_all(provenance, 1);
}

void provenance_release(const struct provenance *provenance)
{
	count_all(provenance, UINT32_MAX);	/* - 1 */
}

void provenance_give(struct provenance *provenance, const struct param_table *table, const struct param_set *given)
{
	for (unsigned int row = param_set_next(given, 0); row < table->count; row = param_set_next(given, row + 1)) {
		if (!(table->params[row].flags & PARAM_LIVE))
			continue;
		param_set_add(&provenance->explicit_rows, row);
		param_set_remove(&provenance->authorizer, row);
		param_set_remove(&provenance->named, row);
		param_set_remove(&provenance->fallback, row);
	}
}

static bool has(const struct provenance *provenance, const struct profile *profile)
{
	return provenance->own == profile || provenance->peer == profile || provenance->session == profile ||
	       provenance->ppp == profile;
}

static int in_use(const struct profile *profile, const char *user, struct error *error)
{
	return error_set(error, ERROR_VALUE, key_name(profile->object), "it is used by %s%s: delete %s first", user,
			 profile->uses > 1 ? " and others" : "", profile->uses > 1 ? "those" : "that");
}

static int refuse_used(const struct service *service, const struct profile *profile, struct error *error)
{
	char label[SESSION_LABEL_MAX];
	const struct tunnel *tunnel;
	const struct session *session;
	uint32_t position = 0;

	if (!profile->uses)
		return 0;
	while ((tunnel = handle_next(&service->tunnel_handles, &position))) {
		if (!has(&tunnel->provenance, profile))
			continue;
		snprintf(label, sizeof(label), "tunnel %s", tunnel->config.tunnel_name);
		return in_use(profile, label, error);
	}
	position = 0;
	while ((session = handle_next(&service->session_handles, &position))) {
		if (has(session_provenance(session), profile))
			return in_use(profile, session_label(session, label), error);
	}
	return 0;
}

uint32_t profile_trace_flags(const struct service *service, const struct profile *profile)
{
	unsigned int row = config_row(profile->object, "trace_flags");
	const void *config;

	if (!param_set_has(&profile->set, row))
		profile = profile_default(service, profile->object);
	config = (const char *)&profile->config + config_tables[profile->object]->params[row].offset;
	return param_set_has(&profile->set, row) ? *(const uint32_t *)config : 0;
}

const char *profile_named(const struct profile *profile, unsigned int row)
{
	if (!param_set_has(&profile->set, row))
		return NULL;
	return (const char *)&profile->config + config_tables[profile->object]->params[row].offset;
}

const char *profile_next_name(const struct profile_naming *naming, const char **rest, char name[CONFIG_NAME_MAX])
{
	const struct param_table *table = config_tables[naming->object];

	if (!*rest || !**rest)
		return NULL;
	if (table->params[config_row(naming->object, naming->parameter)].type == PARAM_NAMES)
		return text_next_item(rest, name, CONFIG_NAME_MAX) ? name : NULL;
	snprintf(name, CONFIG_NAME_MAX, "%s", *rest);
	*rest = NULL;
	return name;
}

static bool names(const struct profile *other, const struct profile_naming *naming, const char *wanted)
{
	const char *rest = profile_named(other, config_row(naming->object, naming->parameter)), *name;
	char buffer[CONFIG_NAME_MAX];

	while ((name = profile_next_name(naming, &rest, buffer))) {
		if (strcmp(name, wanted) == 0)
			return true;
	}
	return false;
}

/* The profile that names this one, and by which parameter; NULL: none does. */
static const struct profile *naming(const struct service *service, const struct profile *profile,
				    const char **parameter)
{
	for (unsigned int i = 0; i < profile_namings_count; i++) {
		const struct profile_naming *row = &profile_namings[i];
		const struct profile *other = profile_first(service, row->object);

		*parameter = row->parameter;
		for (; row->named == profile->object && other; other = other->hh.next) {
			if (names(other, row, profile->name))
				return other;
		}
	}
	return NULL;
}

static int refuse_named(const struct service *service, const struct profile *profile, struct error *error)
{
	const char *parameter, *type;
	const struct profile *other = naming(service, profile, &parameter);

	if (!other)
		return 0;
	type = config_object_name(other->object);
	return error_set(error, ERROR_VALUE, key_name(profile->object),
			 "it is named by %s %s: %s unset profile_name=%s %s first", type, other->name, type,
			 other->name, parameter);
}

/* --- commands --- */

/* The key, wherever the type's struct has it. */
static const char *key_of(const struct command *command)
{
	const struct param_table *table = config_tables[command->object];

	return (const char *)&command->config + table->params[config_profile_row(command->object)].offset;
}

static int refuse_nameless(const struct command *command, struct error *error)
{
	const char *key = key_name(command->object);

	if (key_of(command)[0])
		return 0;
	return error_set(error, ERROR_MISSING, key, "which %s? Give %s", config_object_name(command->object), key);
}

struct profile *profile_lookup(const struct service *service, const struct command *command, struct error *error)
{
	struct profile *profile;

	if (refuse_nameless(command, error) < 0)
		return NULL;
	profile = profile_find(service, command->object, key_of(command));
	if (!profile)
		error_set(error, ERROR_UNKNOWN, key_name(command->object),
			  "there is no %s named %s: `%s list` shows those there are",
			  config_object_name(command->object), key_of(command), config_object_name(command->object));
	return profile;
}

/* Without the key. */
static struct param_set rows_given(const struct command *command)
{
	struct param_set set = command->set;

	param_set_remove(&set, config_profile_row(command->object));
	return set;
}

/* A row that no profile holds; the language refuses it before, the API may not. */
static int refuse_rows(const struct command *command, struct error *error)
{
	const struct param_table *table = config_tables[command->object];
	struct param_set set = rows_given(command);

	for (unsigned int row = param_set_next(&set, 0); row < PARAM_SET_MAX; row = param_set_next(&set, row + 1)) {
		const struct param *param = &table->params[row];

		if (!(param->flags & PARAM_PROFILE))
			return error_set(error, ERROR_VALUE, param->name,
					 "%s is what one %s alone can have: no profile holds it", param->name,
					 table->object);
	}
	return 0;
}

static void store(struct profile *profile, const struct command *command, unsigned int number)
{
	struct param_set given = rows_given(command);

	rows_overlay(config_tables[profile->object], &profile->config, &command->config, &given);
	rows_join(&profile->set, &given);
	for (unsigned int i = 0; i < profile_namings_count; i++) {
		const struct profile_naming *row = &profile_namings[i];

		if (row->object == profile->object &&
		    param_set_has(&given, config_row(row->object, row->parameter)))
			profile->command = number;
	}
}

/* What a file makes of such a row, when it is read, no command does. */
static int refuse_of_files(const struct command *command, enum service_origin origin, struct error *error)
{
	const struct param_table *table = config_tables[command->object];
	const struct param_set *set = &command->set;

	for (unsigned int row = param_set_next(set, 0); row < table->count; row = param_set_next(set, row + 1)) {
		if (origin != SERVICE_ORIGIN_FILE && table->params[row].flags & PARAM_IN_FILES)
			return error_set(error, ERROR_IMMUTABLE, table->params[row].name,
					 "%s counts in a configuration file only: write it there, and system reload",
					 table->params[row].name);
	}
	return 0;
}

/* What it would become. */
static int refuse_contents(const struct service *service, const struct profile *profile,
			   const struct command *command, struct error *error)
{
	struct profile wanted = { .object = command->object };

	if (profile)
		wanted = *profile;
	else
		snprintf(wanted.name, sizeof(wanted.name), "%s", key_of(command));
	store(&wanted, command, 0);
	return refuse_rows(command, error) < 0 ? -1 : rules_profile(service, &wanted, error);
}

/* A file may name profiles before it makes them, and is looked at as a whole at its end; from others it would be a
 * mistake that only shows when something is made, or when what was saved is restored. */
static int refuse_unknown(const struct service *service, const struct command *command, enum service_origin origin,
			  struct error *error)
{
	for (unsigned int i = 0; i < profile_namings_count && origin != SERVICE_ORIGIN_FILE; i++) {
		const struct profile_naming *naming = &profile_namings[i];
		unsigned int row = naming->object == command->object ? config_row(naming->object, naming->parameter) :
								       PARAM_SET_MAX;
		char buffer[CONFIG_NAME_MAX];
		const char *rest, *name;

		if (row == PARAM_SET_MAX || !param_set_has(&command->set, row))
			continue;
		rest = (const char *)&command->config + config_tables[command->object]->params[row].offset;
		while ((name = profile_next_name(naming, &rest, buffer))) {
			if (!profile_find(service, naming->named, name))
				return error_set(error, ERROR_UNKNOWN, naming->parameter,
						 "there is no %s named %s: make that first",
						 config_object_name(naming->named), name);
		}
	}
	return 0;
}

int execute_profile_create(struct service *service, const struct command *command, enum service_origin origin,
			   struct error *error)
{
	const char *type = config_object_name(command->object), *name = key_of(command);
	struct profile *profile;

	if (refuse_nameless(command, error) < 0)
		return -1;
	profile = profile_find(service, command->object, name);
	if (profile)
		return error_set(error, ERROR_EXISTS, key_name(command->object),
				 profile_is_default(profile) ? "it exists always: use %s modify" :
							       "it exists: use %s modify, or another name",
				 type);
	if (refuse_of_files(command, origin, error) < 0 || refuse_contents(service, NULL, command, error) < 0 ||
	    refuse_unknown(service, command, origin, error) < 0 ||
	    profile_refuse_more(command->object, profile_count(service, command->object) + 1, error) < 0)
		return -1;
	profile = profile_add(service, command->object, name, error);
	if (!profile)
		return -1;
	profile->origin = origin;
	store(profile, command, service->command);
	event_profile(service, SERVICE_EVENT_PROFILE_CREATED, command->object, profile->name, origin, &profile->set);
	return 0;
}

int execute_profile_modify(struct service *service, const struct command *command, enum service_origin origin,
			   struct error *error)
{
	struct profile *profile = profile_lookup(service, command, error);
	struct param_set given;

	if (!profile || refuse_of_files(command, origin, error) < 0 ||
	    refuse_contents(service, profile, command, error) < 0 ||
	    refuse_unknown(service, command, origin, error) < 0)
		return -1;
	store(profile, command, service->command);
	service->profile_changes++;
	given = rows_given(command);
	event_profile(service, SERVICE_EVENT_PROFILE_MODIFIED, command->object, profile->name, profile->origin, &given);
	return 0;
}

int execute_profile_unset(struct service *service, const struct command *command, enum service_origin origin,
			  struct error *error)
{
	const struct param_table *table = config_tables[command->object];
	struct profile *profile = profile_lookup(service, command, error);
	static const union any_config nothing;
	struct param_set set = rows_given(command);
	struct profile wanted;

	if (!profile || refuse_of_files(command, origin, error) < 0)
		return -1;
	if (param_set_is_empty(&set))
		return error_set(error, ERROR_MISSING, NULL, "%s unset needs the names of parameters",
				 config_object_name(command->object));
	wanted = *profile;
	rows_overlay(table, &wanted.config, &nothing, &set);
	for (unsigned int i = 0; i < PARAM_SET_MAX / 64; i++)
		wanted.set.bits[i] &= ~set.bits[i];
	if (rules_profile(service, &wanted, error) < 0)
		return -1;
	profile->config = wanted.config;
	profile->set = wanted.set;
	service->profile_changes++;
	event_profile(service, SERVICE_EVENT_PROFILE_MODIFIED, command->object, profile->name, profile->origin, &set);
	return 0;
}

int execute_profile_delete(struct service *service, const struct command *command, struct error *error)
{
	struct profile *profile = profile_lookup(service, command, error);

	if (!profile)
		return -1;
	if (profile_is_default(profile))
		return error_set(error, ERROR_VALUE, key_name(command->object),
				 "it exists always: empty it with %s unset", config_object_name(command->object));
	if (refuse_used(service, profile, error) < 0 || refuse_named(service, profile, error) < 0)
		return -1;
	event_profile(service, SERVICE_EVENT_PROFILE_DELETED, command->object, profile->name, profile->origin, NULL);
	profile_remove(service, profile);
	return 0;
}
