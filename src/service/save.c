/* SPDX-License-Identifier: MIT */
/*
 * See save.h.  A row is written when it was given, or when the object would get another value without it: the
 * same overlaying that made the object says which value that would be.
 */
#include "service/save.h"

#include <string.h>

#include "service/internal.h"

enum phase { PHASE_SYSTEM, PHASE_TUNNELS, PHASE_END };

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

/* There is no word for a number or an address that was not given. */
static bool has_words(const struct param_table *table, unsigned int row, const void *config)
{
	enum param_type type = table->params[row].type;
	char text[PARAM_TEXT_MAX];

	return type == PARAM_STRING || type == PARAM_OCTETS || param_format(table, row, config, text)[0];
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

static bool save_system(const struct service *service, struct command *command)
{
	const struct param_table *table = config_tables[CONFIG_SYSTEM];
	static const struct param_set none;	/* to set one to its default is to say nothing */
	struct system_config otherwise;

	begin(command, CONFIG_SYSTEM, CONFIG_MODIFY);
	param_defaults(table, &otherwise);
	write_rows(table, &service->system, &none, &otherwise, command);
	return memcmp(&command->set, &none, sizeof(none)) != 0;
}

static void save_tunnel(const struct tunnel *tunnel, struct command *command)
{
	const struct param_table *table = config_tables[CONFIG_TUNNEL];
	struct tunnel_config otherwise;

	begin(command, CONFIG_TUNNEL, CONFIG_CREATE);
	param_defaults(table, &otherwise);
	write_row(table, config_row(CONFIG_TUNNEL, "tunnel_name"), &tunnel->config, command);
	write_row(table, config_row(CONFIG_TUNNEL, "tunnel_id"), &tunnel->config, command);
	write_rows(table, &tunnel->config, &tunnel->provenance.explicit_rows, &otherwise, command);
}

/* With the name of the device that it has. */
static void save_session(const struct session *session, struct command *command)
{
	const struct param_table *table = config_tables[CONFIG_SESSION];
	struct session_config otherwise, config = session->config;

	begin(command, CONFIG_SESSION, CONFIG_CREATE);
	param_defaults(table, &otherwise);
	memcpy(config.interface_name, session->ifname, sizeof(config.interface_name));
	write_row(table, config_row(CONFIG_SESSION, "tunnel_name"), &config, command);
	if (config.session_name[0])
		write_row(table, config_row(CONFIG_SESSION, "session_name"), &config, command);
	write_row(table, config_row(CONFIG_SESSION, "session_id"), &config, command);
	write_rows(table, &config, &session->provenance.explicit_rows, &otherwise, command);
}

/* --- one after the other --- */

static bool next_session(const struct service *service, struct service_save *save, struct command *command)
{
	const struct tunnel *tunnel = handle_get(&service->tunnel_handles, save->tunnel);
	const struct session *session = tunnel ? lookup_session_from(tunnel, save->session_id + 1) : NULL;

	if (!session)
		return false;
	save->session_id = session->by_id.id;
	save_session(session, command);
	return true;
}

static bool next_tunnel(const struct service *service, struct service_save *save, struct command *command)
{
	const struct tunnel *tunnel;

	if (next_session(service, save, command))
		return true;
	tunnel = lookup_tunnel_from(service, save->tunnel_id + 1);
	if (!tunnel)
		return false;
	save->tunnel_id = tunnel->by_id.id;
	save->tunnel = tunnel->handle;
	save->session_id = 0;
	save_tunnel(tunnel, command);
	return true;
}

static bool next(const struct service *service, struct service_save *save, struct command *command)
{
	if (save->phase == PHASE_SYSTEM) {
		save->phase = PHASE_TUNNELS;
		if (save_system(service, command))
			return true;
	}
	return save->phase == PHASE_TUNNELS && next_tunnel(service, save, command);
}

static void part_secrets(const struct command *command, struct param_set *secrets)
{
	const struct param_table *table = config_tables[command->object];

	memset(secrets, 0, sizeof(*secrets));
	for (unsigned int row = 0; row < table->count; row++) {
		if (param_set_has(&command->set, row) && table->params[row].flags & PARAM_SECRET)
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
