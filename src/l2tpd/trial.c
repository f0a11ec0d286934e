/* SPDX-License-Identifier: MIT */
/*
 * See trial.h.  A stand-in for a tunnel has the name and the id that were meant, and a peer that is never
 * resolved, so that it is in no other tunnel's way; one for a session is whatever was right about it.
 * Where there cannot be one, objects that are not found are no mistake any more.
 */
#include "l2tpd/trial.h"

#include <stdio.h>
#include <string.h>

#define NOWHERE "stand-in.invalid"	/* RFC 6761 section 6.4: a name that nobody has */

void trial_begin(struct trial *trial, struct service_reload *reload)
{
	*trial = (struct trial){ .reload = reload };
}

static int execute(struct trial *trial, const struct command *command, struct error *error)
{
	return service_reload_command(trial->reload, command, error);
}

static bool given(const struct command *command, const char *parameter)
{
	return param_set_has(&command->set, config_row(command->object, parameter));
}

static void set(struct command *command, const char *parameter)
{
	param_set_add(&command->set, config_row(command->object, parameter));
}

static bool make_tunnel(struct trial *trial, const struct command *meant, bool name, bool id)
{
	struct command command = { .object = CONFIG_TUNNEL, .verb = CONFIG_CREATE };
	struct tunnel_config *config = &command.config.tunnel;

	if (name) {
		memcpy(config->tunnel_name, meant->config.tunnel.tunnel_name, sizeof(config->tunnel_name));
		set(&command, "tunnel_name");
	}
	if (id) {
		config->tunnel_id = meant->config.tunnel.tunnel_id;
		set(&command, "tunnel_id");
	}
	config->version = 3;
	set(&command, "version");
	config->peer_tunnel_id = 1;
	set(&command, "peer_tunnel_id");
	snprintf(config->dest_ipaddr, sizeof(config->dest_ipaddr), "%s", NOWHERE);
	set(&command, "dest_ipaddr");
	return execute(trial, &command, NULL) == 0;
}

static void stand_in_for_tunnel(struct trial *trial, const struct command *meant)
{
	bool name = given(meant, "tunnel_name"), id = given(meant, "tunnel_id");

	trial->lost_tunnel_name |= !name && !id;	/* without a name there is one derived from the id */
	trial->lost_tunnel_id |= !id;
	if (!name && !id)
		return;
	if (id && make_tunnel(trial, meant, name, true))
		return;
	/* name or id are taken: who has the id is found by it, who has the name too */
	if (name)
		make_tunnel(trial, meant, true, false);
}

/* Its device gets in no other's way. */
static void stand_in_for_session(struct trial *trial, struct command command)
{
	struct session_config *config = &command.config.session;

	if (!given(&command, "interface_name")) {
		snprintf(config->netns, sizeof(config->netns), "%s", NOWHERE);
		set(&command, "netns");
	}
	trial->lost_session |= (!given(&command, "session_name") && !given(&command, "session_id")) ||
			       execute(trial, &command, NULL) < 0;
}

/* What was right about it, or at least its name. */
static void stand_in_for_profile(struct trial *trial, const struct command *meant)
{
	struct command empty = { .object = meant->object, .verb = CONFIG_CREATE };
	unsigned int row = config_profile_row(meant->object);

	trial->lost_profile |= !param_set_has(&meant->set, row);
	if (execute(trial, meant, NULL) == 0)
		return;
	param_copy(config_tables[meant->object], row, &empty.config, &meant->config);
	param_set_add(&empty.set, row);
	/* pools and servers are nothing when they are empty */
	trial->lost_profile |= execute(trial, &empty, NULL) < 0 && !config_has_default(meant->object);
}

void trial_unreadable(struct trial *trial, const struct command *rest)
{
	if (!rest)
		trial->lost_tunnel_name = trial->lost_tunnel_id = trial->lost_session = trial->lost_profile = true;
	else if (rest->verb == CONFIG_CREATE && config_is_profile(rest->object))
		stand_in_for_profile(trial, rest);
	else if (rest->verb == CONFIG_CREATE && rest->object == CONFIG_TUNNEL)
		stand_in_for_tunnel(trial, rest);
	else if (rest->verb == CONFIG_CREATE && rest->object == CONFIG_SESSION)
		stand_in_for_session(trial, *rest);
}

/* Is it not found only because of what was told before? */
static bool follows(const struct trial *trial, const struct error *error)
{
	if (error->code != ERROR_UNKNOWN)
		return false;
	if (strcmp(error->parameter, "tunnel_name") == 0)
		return trial->lost_tunnel_name;
	if (strcmp(error->parameter, "tunnel_id") == 0)
		return trial->lost_tunnel_id;
	if (strcmp(error->parameter, "session_name") == 0 || strcmp(error->parameter, "session_id") == 0)
		return trial->lost_session;
	return trial->lost_profile;
}

int trial_command(struct trial *trial, const struct command *command, struct error *error)
{
	if (execute(trial, command, error) == 0)
		return 0;
	if (follows(trial, error))
		*error = (struct error){ .code = error->code };
	if (command->verb == CONFIG_CREATE && command->object == CONFIG_TUNNEL)
		stand_in_for_tunnel(trial, command);
	else if (command->verb == CONFIG_CREATE && command->object == CONFIG_SESSION)
		trial->lost_session = true;
	else if (command->verb == CONFIG_CREATE && config_is_profile(command->object))
		stand_in_for_profile(trial, command);
	return -1;
}
