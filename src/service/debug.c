/* SPDX-License-Identifier: MIT */
/*
 * The debug command, which switches trace categories of one object: it is a modify of the object's
 * trace_flags in which the other categories stay.
 */
#include "service/debug.h"

#include <stdio.h>
#include <string.h>

#include "service/trace.h"

/* The object that a debug command names, as the command that will change it. */
struct target {
	struct command command;
	bool peers;		/* those of command.config.peer.peer_ipaddr: nobody configures them */
	uint32_t now, effective;
};

static uint32_t *flags_of(enum config_object object, union any_config *config)
{
	switch (object) {
	case CONFIG_TUNNEL:
	case CONFIG_TUNNEL_PROFILE:
		return &config->tunnel.trace_flags;
	case CONFIG_SESSION:
	case CONFIG_SESSION_PROFILE:
		return &config->session.trace_flags;
	case CONFIG_PEER_PROFILE:
		return &config->peer_profile.trace_flags;
	case CONFIG_PPP_PROFILE:
		return &config->ppp_profile.trace_flags;
	default:
		return &config->system.trace_flags;
	}
}

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
	target->command.config.session.tunnel_id = session->tunnel->config.tunnel_id;
	target->command.config.session.session_id = session_id(session);
	set_key(&target->command, "tunnel_id");
	set_key(&target->command, "session_id");
	target->now = session->trace_flags;
	target->effective = trace_mask_session(service, session);
	return 0;
}

static int target_profile(struct service *service, enum config_object object, const char *name, struct target *target,
			  struct error *error)
{
	const struct param_table *table = config_tables[object];
	unsigned int row = config_profile_row(object);
	const struct profile *profile;

	target->command.object = object;
	snprintf((char *)&target->command.config + table->params[row].offset, CONFIG_NAME_MAX, "%s", name);
	param_set_add(&target->command.set, row);
	profile = profile_lookup(service, &target->command, error);
	if (!profile)
		return -1;
	target->now = target->effective = profile_trace_flags(service, profile);
	return 0;
}

static int target_peer_profile(struct service *service, const struct command *debug, struct target *target,
			       struct error *error)
{
	return target_profile(service, CONFIG_PEER_PROFILE, debug->config.debug.peer_profile_name, target, error);
}

static int target_tunnel_profile(struct service *service, const struct command *debug, struct target *target,
				 struct error *error)
{
	return target_profile(service, CONFIG_TUNNEL_PROFILE, debug->config.debug.tunnel_profile_name, target, error);
}

static int target_session_profile(struct service *service, const struct command *debug, struct target *target,
				  struct error *error)
{
	return target_profile(service, CONFIG_SESSION_PROFILE, debug->config.debug.session_profile_name, target,
			      error);
}

static int target_ppp_profile(struct service *service, const struct command *debug, struct target *target,
			      struct error *error)
{
	return target_profile(service, CONFIG_PPP_PROFILE, debug->config.debug.ppp_profile_name, target, error);
}

static int target_peers(struct service *service, const struct command *debug, struct target *target,
			struct error *error)
{
	const struct prefix *prefix = &debug->config.debug.peer_ipaddr;
	char text[PREFIX_TEXT_MAX];
	unsigned int found = 0;

	target->peers = true;
	target->now = 0;
	for (const struct peer *peer = service->peers; peer; peer = peer->hh.next) {
		if (!prefix_contains(prefix, &peer->key.peer))
			continue;
		target->now |= peer->trace_flags;
		found++;
	}
	target->effective = target->now;
	return found ? 0 : error_set(error, ERROR_UNKNOWN, "peer_ipaddr",
				     "no tunnel leads to %s: `peer list` shows the peers there are",
				     prefix_format(prefix, text, sizeof(text)));
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
	{ target_peers, { "peer_ipaddr" } },
	{ target_peer_profile, { "peer_profile_name" } },
	{ target_tunnel_profile, { "tunnel_profile_name" } },
	{ target_session_profile, { "session_profile_name" } },
	{ target_ppp_profile, { "ppp_profile_name" } },
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

static int tap_peers(struct service *service, const struct prefix *prefix, struct error *error)
{
	struct tunnel *tunnel;
	int ret = 0;

	for (tunnel = lookup_tunnel_from(service, 0); tunnel && ret == 0;
	     tunnel = lookup_tunnel_from(service, (uint64_t)tunnel->by_id.id + 1))
		if (tunnel->record && prefix_contains(prefix, &tunnel->record->key.peer))
			ret = tap_tunnel(service, tunnel, tunnel->config.trace_flags, error);
	return ret;
}

/* -1: the packets of so many cannot be traced. */
static int change_peers(struct service *service, const struct prefix *prefix, uint32_t categories, uint32_t values,
			struct error *error)
{
	struct peer *peer;
	int ret;

	for (peer = service->peers; peer; peer = peer->hh.next) {
		peer->trace_before = peer->trace_flags;
		if (prefix_contains(prefix, &peer->key.peer))
			peer->trace_flags = (peer->trace_flags & ~categories) | values;
	}
	ret = tap_peers(service, prefix, error);
	for (peer = service->peers; peer; peer = peer->hh.next) {
		if (ret < 0)
			peer->trace_flags = peer->trace_before;
		else if (prefix_contains(prefix, &peer->key.peer))
			peer->trace_given = true;
	}
	if (ret < 0)
		(void)tap_peers(service, prefix, NULL);
	return ret;
}

static int change(struct service *service, const struct command *debug, struct target *target, uint64_t now,
		  struct error *error)
{
	struct command *command = &target->command;
	uint32_t categories, values;

	config_debug_flags(&debug->config.debug, &debug->set, &categories, &values);
	if (target->peers)
		return change_peers(service, &debug->config.debug.peer_ipaddr, categories, values, error);
	*flags_of(command->object, &command->config) = (target->now & ~categories) | values;
	param_set_add(&command->set, config_row(command->object, "trace_flags"));
	return service_execute(service, command, SERVICE_ORIGIN_ADMIN, now, NULL, error);
}

int service_debug(struct service *service, const struct command *command, uint64_t now, struct service_debug *debug,
		  struct error *error)
{
	struct target target = { .command = { .verb = CONFIG_MODIFY } };

	if (find_target(service, command, &target, error) < 0)
		return -1;
	if (command->verb == CONFIG_MODIFY &&
	    (change(service, command, &target, now, error) < 0 || find_target(service, command, &target, error) < 0))
		return -1;
	*debug = (struct service_debug){ target.now, target.effective };
	return 0;
}
