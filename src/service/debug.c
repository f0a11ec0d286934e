/* SPDX-License-Identifier: MIT */
/*
 * The debug command, which switches trace categories of one object: it is a modify of the object's
 * trace_flags in which the other categories stay.
 */
#include "service/debug.h"

#include <string.h>

#include "service/trace.h"

/* The object that a debug command names, as the command that will change it. */
struct target {
	struct command command;
	uint32_t now, effective;
};

static bool is_set(const struct command *command, const char *name)
{
	return param_set_has(&command->set, config_row(CONFIG_DEBUG, name));
}

static void set_key(struct command *command, const char *name)
{
	param_set_add(&command->set, config_row(command->object, name));
}

static int target_tunnel(struct service *service, const struct command *debug, struct target *target,
			 struct error *error)
{
	const struct tunnel *tunnel = lookup_tunnel(service, debug->config.debug.tunnel_name,
						    debug->config.debug.tunnel_id, error);

	if (!tunnel)
		return -1;
	target->command.object = CONFIG_TUNNEL;
	target->command.config.tunnel.tunnel_id = tunnel->config.tunnel_id;
	set_key(&target->command, "tunnel_id");
	target->now = tunnel->config.trace_flags;
	target->effective = trace_mask_tunnel(service, tunnel);
	return 0;
}

static int target_session(struct service *service, const struct command *debug, struct target *target,
			  struct error *error)
{
	const struct debug_config *config = &debug->config.debug;
	struct session_config keys = { .tunnel_id = config->tunnel_id, .session_id = config->session_id };
	const struct session *session;

	memcpy(keys.tunnel_name, config->tunnel_name, sizeof(keys.tunnel_name));
	memcpy(keys.session_name, config->session_name, sizeof(keys.session_name));
	session = lookup_session(service, &keys, error);
	if (!session)
		return -1;
	target->command.object = CONFIG_SESSION;
	target->command.config.session.tunnel_id = session->config.tunnel_id;
	target->command.config.session.session_id = session->config.session_id;
	set_key(&target->command, "tunnel_id");
	set_key(&target->command, "session_id");
	target->now = session->config.trace_flags;
	target->effective = trace_mask_session(service, session);
	return 0;
}

static int target_later(struct service *service, const struct command *debug, struct target *target,
			struct error *error)
{
	return error_set(error, ERROR_UNSUPPORTED, NULL, "those of profiles and peers are not supported yet");
}

static int target_system(struct service *service, struct target *target)
{
	target->command.object = CONFIG_SYSTEM;
	target->now = target->effective = trace_mask_system(service);
	return 0;
}

/* The rows that name an object of each kind. */
static const struct {
	int (*find)(struct service *service, const struct command *debug, struct target *target, struct error *error);
	const char *keys[5];
} kinds[] = {
	{ target_session, { "session_name", "session_id", "tunnel_name", "tunnel_id" } },
	{ target_tunnel, { "tunnel_name", "tunnel_id" } },
	{ target_later, { "peer_ipaddr" } },
	{ target_later, { "peer_profile_name" } },
	{ target_later, { "tunnel_profile_name" } },
	{ target_later, { "session_profile_name" } },
	{ target_later, { "ppp_profile_name" } },
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* How many of the keys that are given are this kind's; 0 when its first two are not among them. */
static unsigned int keys_of(const struct command *debug, size_t kind)
{
	unsigned int count = 0;

	for (size_t i = 0; kinds[kind].keys[i]; i++) {
		if (i == 2 && !count)
			return 0;
		count += is_set(debug, kinds[kind].keys[i]);
	}
	return count;
}

static unsigned int keys_given(const struct command *debug)
{
	const struct param_table *table = config_tables[CONFIG_DEBUG];
	unsigned int count = 0;

	for (unsigned int row = 0; row < table->count; row++)
		count += table->params[row].flags & PARAM_KEY && param_set_has(&debug->set, row);
	return count;
}

/* One object, or the daemon. */
static int find_target(struct service *service, const struct command *debug, struct target *target,
		       struct error *error)
{
	unsigned int given = keys_given(debug);

	if (!given)
		return target_system(service, target);
	for (size_t i = 0; i < KINDS && !(debug->options & CONFIG_OPTION_APP); i++)
		if (keys_of(debug, i) == given)
			return kinds[i].find(service, debug, target, error);
	return error_set(error, ERROR_VALUE, NULL,
			 "whose trace categories? Name one object, or say app for those of the daemon");
}

static void set_flags(struct command *command, uint32_t flags)
{
	switch (command->object) {
	case CONFIG_TUNNEL:
		command->config.tunnel.trace_flags = flags;
		break;
	case CONFIG_SESSION:
		command->config.session.trace_flags = flags;
		break;
	default:
		command->config.system.trace_flags = flags;
	}
	param_set_add(&command->set, config_row(command->object, "trace_flags"));
}

int service_debug(struct service *service, const struct command *command, uint64_t now, struct service_debug *debug,
		  struct error *error)
{
	struct target target = { .command = { .verb = CONFIG_MODIFY } };
	uint32_t categories, values;

	if (find_target(service, command, &target, error) < 0)
		return -1;
	if (command->verb == CONFIG_MODIFY) {
		config_debug_flags(&command->config.debug, &command->set, &categories, &values);
		set_flags(&target.command, (target.now & ~categories) | values);
		if (service_execute(service, &target.command, SERVICE_ORIGIN_ADMIN, now, NULL, error) < 0 ||
		    find_target(service, command, &target, error) < 0)
			return -1;
	}
	*debug = (struct service_debug){ target.now, target.effective };
	return 0;
}
