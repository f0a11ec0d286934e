/* SPDX-License-Identifier: MIT */
/*
 * See save.h.  A row is written when it was given, or when the object would get another value without it: the
 * same overlaying that made the object says which value that would be.
 */
#include "service/save.h"

#include <stdio.h>
#include <string.h>

#include "service/internal.h"

enum phase {
	PHASE_SYSTEM,
	PHASE_PROFILES,
	PHASE_NAMES = PHASE_PROFILES + PROFILE_TYPES,	/* what could not be said before */
	PHASE_TUNNELS,
	PHASE_LIMITS,
};

/* Those that are named before those that name them: what is saved can be typed, too. */
static const enum config_object profile_order[PROFILE_TYPES] = {
	CONFIG_POOL, CONFIG_RADIUS, CONFIG_PPP_PROFILE, CONFIG_SESSION_PROFILE, CONFIG_TUNNEL_PROFILE,
	CONFIG_PEER_PROFILE,
};

static void begin(struct command *command, enum config_object object, enum config_verb verb)
{
	memset(command, 0, sizeof(*command));
	command->object = object;
	command->verb = verb;
}

static void write_row(const struct param_table *table, unsigned int row, const void *config, struct command *command)
{
	param_copy(table, row, &command->config, config);
	param_set_add(&command->set, row);
}

/* Most numbers and addresses have no word for not having been given. */
static bool has_words(const struct param_table *table, unsigned int row, const void *config)
{
	const struct param *param = &table->params[row];
	char text[PARAM_TEXT_MAX];

	return param->type == PARAM_STRING || param->type == PARAM_PATH || param->type == PARAM_OCTETS ||
	       param->type == PARAM_NAMES || param->type == PARAM_RANGES || param_may_be_none(param) ||
	       param_format(table, row, config, text)[0];
}

/* All but keys: those that were given, and those that would be others. */
static void write_rows(const struct param_table *table, const void *config, const struct param_set *given,
		       const void *otherwise, struct command *command)
{
	for (unsigned int row = 0; row < table->count; row++) {
		const struct param *param = &table->params[row];

		if (param->type == PARAM_UNSUPPORTED || param->flags & PARAM_KEY)
			continue;
		if ((param_set_has(given, row) || !param_equal(table, row, config, otherwise)) &&
		    has_words(table, row, config))
			write_row(table, row, config, command);
	}
}

/* --- objects --- */

/* Rows that would refuse what there is already, were they set before it is made again. */
static struct param_set rows_in_the_way(const struct service *service)
{
	const struct system_config *system = &service->system;
	uint32_t tunnels = order_count(&service->tunnels);
	struct param_set rows = { { 0 } };

	if (system->deny_local_tunnel_creates && tunnels)
		param_set_add(&rows, config_row(CONFIG_SYSTEM, "deny_local_tunnel_creates"));
	if (system->drain_tunnels && tunnels)
		param_set_add(&rows, config_row(CONFIG_SYSTEM, "drain_tunnels"));
	if (system->max_tunnels && system->max_tunnels < tunnels)
		param_set_add(&rows, config_row(CONFIG_SYSTEM, "max_tunnels"));
	if (system->max_sessions && system->max_sessions < service->session_count)
		param_set_add(&rows, config_row(CONFIG_SYSTEM, "max_sessions"));
	return rows;
}

/* Those rows at the end, the others before all else. False: there are none. */
static bool save_system(const struct service *service, bool at_end, struct command *command)
{
	const struct param_table *table = config_tables[CONFIG_SYSTEM];
	const struct param_set last = rows_in_the_way(service);
	static const struct param_set none;	/* to set one to its default is to say nothing */
	struct system_config otherwise;

	begin(command, CONFIG_SYSTEM, CONFIG_MODIFY);
	param_defaults(table, &otherwise);
	write_rows(table, &service->system, &none, &otherwise, command);
	for (unsigned int row = 0; row < table->count; row++) {
		if (param_set_has(&last, row) != at_end)
			param_set_remove(&command->set, row);
	}
	return !param_set_is_empty(&command->set);
}

/* Tunnel and peer profiles may name each other, so that no order of them would do. */
static bool is_said_later(const struct profile *profile, unsigned int row)
{
	return profile->object == CONFIG_TUNNEL_PROFILE &&
	       row == config_row(CONFIG_TUNNEL_PROFILE, "peer_profile_name");
}

/* False: there is nothing to say of it. */
static bool save_profile(const struct profile *profile, bool later, struct command *command)
{
	const struct param_table *table = config_tables[profile->object];
	unsigned int key = config_profile_row(profile->object);
	bool makes = !later && !profile_is_default(profile), says = makes;

	begin(command, profile->object, makes ? CONFIG_CREATE : CONFIG_MODIFY);
	for (unsigned int row = param_set_next(&profile->set, 0); row < PARAM_SET_MAX;
	     row = param_set_next(&profile->set, row + 1)) {
		if (is_said_later(profile, row) != later)
			continue;
		write_row(table, row, &profile->config, command);
		says = true;
	}
	memcpy((char *)&command->config + table->params[key].offset, profile->name, sizeof(profile->name));
	param_set_add(&command->set, key);
	return says;
}

/* What the tunnel would be without the rows that nobody gave.  A profile that it would not have today counts as given,
 * as it will be written. */
static void without_tunnel(const struct service *service, const struct tunnel *tunnel, struct tunnel_config *otherwise,
			   struct param_set *given)
{
	const struct chain_rows *rows = &service->ends.tunnel_rows;
	const unsigned int names[] = { rows->own, rows->peer };
	struct provenance provenance = tunnel->provenance;

	for (unsigned int i = 0; i < 3; i++) {
		if (chain_tunnel(service, &tunnel->config, false, &provenance, otherwise, NULL) < 0)
			*otherwise = service->ends.tunnel;
		if (i < 2 && !param_equal(config_tables[CONFIG_TUNNEL], names[i], &tunnel->config, otherwise))
			param_set_add(&provenance.explicit_rows, names[i]);
	}
	*given = provenance.explicit_rows;
}

static void without_session(const struct service *service, const struct session *session,
			    const struct session_config *config, struct session_config *otherwise,
			    struct param_set *given)
{
	unsigned int row = service->ends.session_rows.own;
	struct provenance provenance = *session_provenance(session);

	for (unsigned int i = 0; i < 2; i++) {
		if (chain_session(service, session->tunnel, config, false, &provenance, otherwise, NULL) < 0)
			*otherwise = service->ends.session;
		if (!param_equal(config_tables[CONFIG_SESSION], row, config, otherwise))
			param_set_add(&provenance.explicit_rows, row);
	}
	*given = provenance.explicit_rows;
}

static void save_tunnel(const struct service *service, const struct tunnel *tunnel, struct command *command)
{
	const struct param_table *table = config_tables[CONFIG_TUNNEL];
	struct tunnel_config otherwise;
	struct param_set given;

	begin(command, CONFIG_TUNNEL, CONFIG_CREATE);
	without_tunnel(service, tunnel, &otherwise, &given);
	write_row(table, config_row(CONFIG_TUNNEL, "tunnel_name"), &tunnel->config, command);
	if (!tunnel_is_managed(tunnel) || param_set_has(&given, ROW_TUNNEL_ID))	/* else it is another each time */
		write_row(table, ROW_TUNNEL_ID, &tunnel->config, command);
	write_rows(table, &tunnel->config, &given, &otherwise, command);
}

/* With the name of the device that it has. */
static void save_session(const struct service *service, const struct session *session, struct command *command)
{
	const struct param_table *table = config_tables[CONFIG_SESSION];
	struct session_config otherwise, config;
	struct param_set given;

	begin(command, CONFIG_SESSION, CONFIG_CREATE);
	session_compose(session, &config);
	without_session(service, session, &config, &otherwise, &given);
	snprintf(config.interface_name, sizeof(config.interface_name), "%s", session_ifname(session));
	write_row(table, config_row(CONFIG_SESSION, "tunnel_name"), &config, command);
	if (config.session_name[0])
		write_row(table, config_row(CONFIG_SESSION, "session_name"), &config, command);
	if (!tunnel_is_managed(session->tunnel) || param_set_has(&given, ROW_SESSION_ID))
		write_row(table, ROW_SESSION_ID, &config, command);
	write_rows(table, &config, &given, &otherwise, command);
}

/* --- one after the other --- */

static bool next_session(const struct service *service, struct service_save *save, struct command *command)
{
	const struct tunnel *tunnel = handle_get(&service->tunnel_handles, save->tunnel);
	const struct session *session;

	do {
		session = tunnel ? lookup_session_from(tunnel, save->session_id + 1) : NULL;
		if (!session)
			return false;
		save->session_id = session->by_id.id;
	} while (!origin_is_configured(session->origin));
	save_session(service, session, command);
	return true;
}

static bool next_tunnel(const struct service *service, struct service_save *save, struct command *command)
{
	const struct tunnel *tunnel;

	if (next_session(service, save, command))
		return true;
	do {
		tunnel = lookup_tunnel_from(service, save->tunnel_id + 1);
		if (!tunnel)
			return false;
		save->tunnel_id = tunnel->by_id.id;
	} while (!origin_is_configured(tunnel->origin));
	save->tunnel = tunnel->handle;
	save->session_id = 0;
	save_tunnel(service, tunnel, command);
	return true;
}

/* False: there is no other of this type. */
static bool next_profile(const struct service *service, struct service_save *save, struct command *command)
{
	bool later = save->phase == PHASE_NAMES;
	enum config_object object = later ? CONFIG_TUNNEL_PROFILE : profile_order[save->phase - PHASE_PROFILES];
	const struct profile *profile = profile_behind(service, object, save->profile_name);

	while (profile && !save_profile(profile, later, command))
		profile = profile->hh.next;
	if (profile)
		memcpy(save->profile_name, profile->name, sizeof(save->profile_name));
	return profile;
}

static bool next(const struct service *service, struct service_save *save, struct command *command)
{
	if (save->phase == PHASE_SYSTEM) {
		save->phase = PHASE_PROFILES;
		if (save_system(service, false, command))
			return true;
	}
	for (; save->phase < PHASE_TUNNELS; save->phase++) {
		if (next_profile(service, save, command))
			return true;
		memset(save->profile_name, 0, sizeof(save->profile_name));
	}
	if (save->phase == PHASE_TUNNELS) {
		if (next_tunnel(service, save, command))
			return true;
		save->phase = PHASE_LIMITS;
	}
	return save->phase++ == PHASE_LIMITS && save_system(service, true, command);
}

/* Is there any text in this row? */
static bool says_something(const struct param_table *table, unsigned int row, const struct command *command)
{
	return *((const char *)&command->config + table->params[row].offset);
}

static void part_secrets(struct command *command, struct param_set *secrets)
{
	const struct param_table *table = config_tables[command->object];

	memset(secrets, 0, sizeof(*secrets));
	for (unsigned int row = param_set_next(&command->set, 0); row < PARAM_SET_MAX;
	     row = param_set_next(&command->set, row + 1)) {
		unsigned int file_row = row + 1;	/* the table's test sees to it */

		if (!(table->params[row].flags & PARAM_SECRET))
			continue;
		if (param_set_has(&command->set, file_row) && says_something(table, file_row, command)) {
			param_set_remove(&command->set, row);
			continue;
		}
		param_set_remove(&command->set, file_row);	/* who writes the secret to a file names that */
		if (says_something(table, row, command))
			param_set_add(secrets, row);
	}
}

bool service_save_next(const struct service *service, struct service_save *save, struct command *command,
		       struct param_set *secrets)
{
	if (!next(service, save, command))
		return false;
	part_secrets(command, secrets);
	return true;
}
