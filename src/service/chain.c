/* SPDX-License-Identifier: MIT */
/*
 * Which value wins: that of an authorizer, else the one given with the object, else that of its profile, else that
 * of its type's `default` profile, else the built-in one.
 *
 * And which profiles those are.  A tunnel's is the one it names, else the one its peer profile names, else `default`.
 * Its peer profile is the one it names, else the one its tunnel profile names, else `default`.  The profiles of its
 * sessions are those that it names, else those of its tunnel profile, else those of its peer profile, else `default`.
 * A name counts wherever it was set: who sets `default` means that one.
 */
#include <stdio.h>
#include <string.h>

#include "service/internal.h"

const struct profile_naming profile_namings[] = {
	{ CONFIG_PEER_PROFILE, "tunnel_profile_name", CONFIG_TUNNEL_PROFILE },
	{ CONFIG_PEER_PROFILE, "session_profile_name", CONFIG_SESSION_PROFILE },
	{ CONFIG_PEER_PROFILE, "ppp_profile_name", CONFIG_PPP_PROFILE },
	{ CONFIG_TUNNEL_PROFILE, "peer_profile_name", CONFIG_PEER_PROFILE },
	{ CONFIG_TUNNEL_PROFILE, "session_profile_name", CONFIG_SESSION_PROFILE },
	{ CONFIG_TUNNEL_PROFILE, "ppp_profile_name", CONFIG_PPP_PROFILE },
	{ CONFIG_SESSION_PROFILE, "ppp_profile_name", CONFIG_PPP_PROFILE },
	{ CONFIG_PPP_PROFILE, "ip_pool_name", CONFIG_POOL },
	{ CONFIG_PPP_PROFILE, "ipv6_pool_name", CONFIG_POOL },
	{ CONFIG_PPP_PROFILE, "delegated_pool_name", CONFIG_POOL },
	{ CONFIG_PPP_PROFILE, "radius_servers", CONFIG_RADIUS },
};
const unsigned int profile_namings_count = sizeof(profile_namings) / sizeof(profile_namings[0]);

void chain_begin(struct chain_ends *ends)
{
	param_defaults(config_tables[CONFIG_TUNNEL], &ends->tunnel);
	param_defaults(config_tables[CONFIG_SESSION], &ends->session);
	param_defaults(config_tables[CONFIG_PPP_PROFILE], &ends->ppp);
	param_defaults(config_tables[CONFIG_RADIUS], &ends->radius);
	ends->tunnel_rows = (struct chain_rows){
		.own = config_row(CONFIG_TUNNEL, "profile_name"),
		.peer = config_row(CONFIG_TUNNEL, "peer_profile_name"),
		.session = config_row(CONFIG_TUNNEL, "session_profile_name"),
		.ppp = config_row(CONFIG_TUNNEL, "ppp_profile_name"),
	};
	ends->session_rows = (struct chain_rows){
		.own = config_row(CONFIG_SESSION, "profile_name"),
		.peer = CHAIN_ROW_NONE,
		.session = CHAIN_ROW_NONE,
		.ppp = config_row(CONFIG_SESSION, "ppp_profile_name"),
	};
	ends->peer_rows = (struct chain_rows){
		.own = config_row(CONFIG_PEER_PROFILE, "tunnel_profile_name"),
		.peer = CHAIN_ROW_NONE,
		.session = config_row(CONFIG_PEER_PROFILE, "session_profile_name"),
		.ppp = config_row(CONFIG_PEER_PROFILE, "ppp_profile_name"),
	};
}

/* --- values --- */

void chain_resolve(const struct param_table *table, const void *builtin, const struct profile *named,
		   const struct profile *fallback, const void *given, struct provenance *provenance, void *out)
{
	_Alignas(max_align_t) unsigned char decided[sizeof(union any_config)];

	memcpy(decided, given, table->size);	/* given may be out */
	memcpy(out, builtin, table->size);
	for (unsigned int i = 0; i < PARAM_SET_MAX / 64; i++) {
		uint64_t own = provenance->explicit_rows.bits[i] | provenance->authorizer.bits[i];

		provenance->named.bits[i] = named == fallback ? 0 : named->set.bits[i] & ~own;
		provenance->fallback.bits[i] = fallback->set.bits[i] & ~own & ~provenance->named.bits[i];
	}
	rows_overlay(table, out, &fallback->config, &provenance->fallback);
	rows_overlay(table, out, &named->config, &provenance->named);
	rows_overlay(table, out, decided, &provenance->explicit_rows);
	rows_overlay(table, out, decided, &provenance->authorizer);
}

/* --- names of profiles --- */

static bool decided(const struct provenance *provenance, unsigned int row)
{
	return param_set_has(&provenance->explicit_rows, row) || param_set_has(&provenance->authorizer, row);
}

/* The profile that is named by the object itself, or by one of these, in their order; NULL ends them. -1: it does
 * not exist. *found stays as it is when nobody names one. */
static int find_named(const struct service *service, enum config_object type, const char *parameter,
		      const char *given, const char *const *names, struct profile **found, struct error *error)
{
	const char *name = given;

	for (unsigned int i = 0; !name && i < 4; i++)
		name = names[i];
	if (!name)
		return 0;
	*found = profile_find(service, type, name);
	if (*found)
		return 0;
	return error_set(error, ERROR_UNKNOWN, parameter, "there is no %s named %s%s: `%s list` shows those there are",
			 config_object_name(type), name, given ? "" : ", which a profile of this object names",
			 config_object_name(type));
}

/* What this row of the peer and tunnel profiles in use says of the tunnel's sessions. */
static int find_for_sessions(const struct service *service, const struct tunnel_config *given, unsigned int row,
			     unsigned int peer_row, enum config_object type, const struct provenance *provenance,
			     struct profile **found, struct error *error)
{
	const struct param *param = &config_tables[CONFIG_TUNNEL]->params[row];
	const char *names[] = {
		profile_named(provenance->own, row),
		profile_named(profile_default(service, CONFIG_TUNNEL_PROFILE), row),
		profile_named(provenance->peer, peer_row),
		profile_named(profile_default(service, CONFIG_PEER_PROFILE), peer_row),
	};

	*found = profile_default(service, type);
	return find_named(service, type, param->name,
			  decided(provenance, row) ? (const char *)given + param->offset : NULL, names, found, error);
}

/* own: the tunnel profile when it is known, else NULL. */
static int find_peer(const struct service *service, const struct tunnel_config *given, const struct profile *own,
		     struct provenance *provenance, struct error *error)
{
	unsigned int row = service->ends.tunnel_rows.peer;
	const char *names[4] = { own ? profile_named(own, row) : NULL,
				 profile_named(profile_default(service, CONFIG_TUNNEL_PROFILE), row) };

	provenance->peer = profile_default(service, CONFIG_PEER_PROFILE);
	return find_named(service, CONFIG_PEER_PROFILE, "peer_profile_name",
			  decided(provenance, row) ? given->peer_profile_name : NULL, names, &provenance->peer, error);
}

/* The tunnel profile and the peer profile, each of which may name the other.  keep_own: the tunnel profile is what it
 * is. */
static int find_profiles(const struct service *service, const struct tunnel_config *given, bool keep_own,
			 struct provenance *provenance, struct error *error)
{
	bool given_own = decided(provenance, service->ends.tunnel_rows.own);
	unsigned int row = service->ends.peer_rows.own;
	const char *names[4] = { NULL };

	if (given_own && !keep_own &&
	    find_named(service, CONFIG_TUNNEL_PROFILE, "profile_name", given->profile_name, names, &provenance->own,
		       error) < 0)
		return -1;
	if (find_peer(service, given, given_own || keep_own ? provenance->own : NULL, provenance, error) < 0)
		return -1;
	if (given_own || keep_own)
		return 0;
	names[0] = profile_named(provenance->peer, row);
	names[1] = profile_named(profile_default(service, CONFIG_PEER_PROFILE), row);
	provenance->own = profile_default(service, CONFIG_TUNNEL_PROFILE);
	if (find_named(service, CONFIG_TUNNEL_PROFILE, "profile_name", NULL, names, &provenance->own, error) < 0)
		return -1;
	/* now that it is known, it may name a peer profile, too */
	return find_peer(service, given, provenance->own, provenance, error);
}

/* The rows of names say which profiles these are, and whence. */
static void tell_name(const struct service *service, unsigned int row, const struct profile *profile,
		      struct provenance *provenance, char name[CONFIG_NAME_MAX])
{
	const char *named = profile_named(provenance->own, row);
	const struct profile *fallback = profile_default(service, provenance->own->object);

	memcpy(name, profile->name, CONFIG_NAME_MAX);
	param_set_remove(&provenance->named, row);
	param_set_remove(&provenance->fallback, row);
	if (decided(provenance, row))
		return;
	if (provenance->own != fallback && named && strcmp(named, name) == 0)
		param_set_add(&provenance->named, row);
	else if (profile_named(fallback, row) && strcmp(profile_named(fallback, row), name) == 0)
		param_set_add(&provenance->fallback, row);
}

static void tell_tunnel_names(const struct service *service, struct tunnel_config *config,
			      struct provenance *provenance)
{
	const struct chain_rows *rows = &service->ends.tunnel_rows;

	memcpy(config->profile_name, provenance->own->name, CONFIG_NAME_MAX);
	tell_name(service, rows->peer, provenance->peer, provenance, config->peer_profile_name);
	tell_name(service, rows->session, provenance->session, provenance, config->session_profile_name);
	tell_name(service, rows->ppp, provenance->ppp, provenance, config->ppp_profile_name);
}

static int find_sessions_profiles(const struct service *service, const struct tunnel_config *given,
				  struct provenance *provenance, struct error *error)
{
	const struct chain_rows *rows = &service->ends.tunnel_rows, *peer_rows = &service->ends.peer_rows;

	if (find_for_sessions(service, given, rows->session, peer_rows->session, CONFIG_SESSION_PROFILE, provenance,
			      &provenance->session, error) < 0)
		return -1;
	return find_for_sessions(service, given, rows->ppp, peer_rows->ppp, CONFIG_PPP_PROFILE, provenance,
				 &provenance->ppp, error);
}

/* --- versions --- */

/* A profile may serve both versions: what of it does not fit this one is as if it did not say it. */
static void leave_out(enum config_object object, unsigned int row, const void *builtin, struct provenance *provenance,
		      void *config)
{
	param_set_remove(&provenance->named, row);
	param_set_remove(&provenance->fallback, row);
	param_copy(config_tables[object], row, config, builtin);
}

/* Rows that mean nothing here: those with one of these flags. */
static void leave_out_others(enum config_object object, unsigned int others, const void *builtin,
			     struct provenance *provenance, void *config)
{
	struct param_set set = provenance->named;

	rows_join(&set, &provenance->fallback);
	for (unsigned int row = param_set_next(&set, 0); row < PARAM_SET_MAX; row = param_set_next(&set, row + 1))
		if (config_tables[object]->params[row].flags & others)
			leave_out(object, row, builtin, provenance, config);
}

static unsigned int other_version(uint32_t version)
{
	return version == 2 ? PARAM_V3 : PARAM_V2;
}

static void fit_tunnel(const struct service *service, struct provenance *provenance, struct tunnel_config *config)
{
	const struct tunnel_config *builtin = &service->ends.tunnel;
	unsigned int row = PARAM_SET_MAX;

	leave_out_others(CONFIG_TUNNEL, other_version(config->version), builtin, provenance, config);
	if (config->version == 2 && config->encap == CONFIG_ENCAP_IP)
		row = config_row(CONFIG_TUNNEL, "encap");
	else if (config->version == 3 && !config->our_udp_port)
		row = config_row(CONFIG_TUNNEL, "our_udp_port");
	if (row != PARAM_SET_MAX && !decided(provenance, row))
		leave_out(CONFIG_TUNNEL, row, builtin, provenance, config);
}

/* Version 2 has one kind of pseudowire. */
static void fit_pw_type(const struct service *service, const struct tunnel *tunnel, struct provenance *provenance,
			struct session_config *config)
{
	if (tunnel->config.version != 2 || config->pw_type == CONFIG_PW_PPP ||
	    decided(provenance, ROW_SESSION_PW_TYPE))
		return;
	leave_out(CONFIG_SESSION, ROW_SESSION_PW_TYPE, &service->ends.session, provenance, config);
	config->pw_type = CONFIG_PW_PPP;
}

static void fit_session(const struct service *service, const struct tunnel *tunnel, struct provenance *provenance,
			struct session_config *config)
{
	unsigned int others = other_version(tunnel->config.version);

	fit_pw_type(service, tunnel, provenance, config);
	if (config->pw_type != CONFIG_PW_PPP)
		others |= PARAM_PPP;
	leave_out_others(CONFIG_SESSION, others, &service->ends.session, provenance, config);
	if (config->pw_type == CONFIG_PW_PPP && chain_ppp_has_mss_clamp(provenance))
		config->mss_clamp = chain_ppp_mss_clamp(service, provenance->ppp);
}

int chain_tunnel(const struct service *service, const struct tunnel_config *given, bool keep_own,
		 struct provenance *provenance, struct tunnel_config *config, struct error *error)
{
	if (find_profiles(service, given, keep_own, provenance, error) < 0 ||
	    find_sessions_profiles(service, given, provenance, error) < 0)
		return -1;
	chain_resolve(config_tables[CONFIG_TUNNEL], &service->ends.tunnel, provenance->own,
		      profile_default(service, CONFIG_TUNNEL_PROFILE), given, provenance, config);
	fit_tunnel(service, provenance, config);
	tell_tunnel_names(service, config, provenance);
	return 0;
}

int chain_tunnel_names(const struct service *service, struct tunnel_config *config, struct provenance *provenance,
		       struct error *error)
{
	if (find_profiles(service, config, true, provenance, error) < 0 ||
	    find_sessions_profiles(service, config, provenance, error) < 0)
		return -1;
	tell_tunnel_names(service, config, provenance);
	return 0;
}

static int find_session_own(const struct service *service, const struct tunnel *tunnel,
			    const struct session_config *given, struct provenance *provenance, struct error *error)
{
	const char *names[4] = { NULL };

	provenance->own = tunnel->provenance.session;
	return find_named(service, CONFIG_SESSION_PROFILE, "profile_name",
			  decided(provenance, service->ends.session_rows.own) ? given->profile_name : NULL, names,
			  &provenance->own, error);
}

static int find_session_ppp(const struct service *service, const struct tunnel *tunnel,
			    const struct session_config *given, struct provenance *provenance, struct error *error)
{
	unsigned int row = service->ends.session_rows.ppp;
	const char *names[4] = { profile_named(provenance->own, row),
				 profile_named(profile_default(service, CONFIG_SESSION_PROFILE), row) };

	provenance->ppp = tunnel->provenance.ppp;
	return find_named(service, CONFIG_PPP_PROFILE, "ppp_profile_name",
			  decided(provenance, row) ? given->ppp_profile_name : NULL, names, &provenance->ppp, error);
}

int chain_session(const struct service *service, const struct tunnel *tunnel, const struct session_config *given,
		  bool keep_own, struct provenance *provenance, struct session_config *config, struct error *error)
{
	if (!keep_own && find_session_own(service, tunnel, given, provenance, error) < 0)
		return -1;
	if (find_session_ppp(service, tunnel, given, provenance, error) < 0)
		return -1;
	chain_resolve(config_tables[CONFIG_SESSION], &service->ends.session, provenance->own,
		      profile_default(service, CONFIG_SESSION_PROFILE), given, provenance, config);
	fit_session(service, tunnel, provenance, config);
	memcpy(config->profile_name, provenance->own->name, CONFIG_NAME_MAX);
	tell_name(service, service->ends.session_rows.ppp, provenance->ppp, provenance, config->ppp_profile_name);
	return 0;
}

void chain_radius(const struct service *service, const struct profile *profile, struct radius_profile_config *config)
{
	memcpy(config, &service->ends.radius, sizeof(*config));
	rows_overlay(config_tables[CONFIG_RADIUS], config, &profile->config, &profile->set);
	snprintf(config->radius_name, sizeof(config->radius_name), "%s", profile->name);
}

/* The name in this row of a profile that nothing has; NULL: there is none. */
static const char *find_dangling(const struct service *service, const struct profile_naming *naming,
				 const struct profile *profile, char buffer[CONFIG_NAME_MAX])
{
	const char *rest = profile_named(profile, config_row(naming->object, naming->parameter)), *name;

	do
		name = profile_next_name(naming, &rest, buffer);
	while (name && profile_find(service, naming->named, name));
	return name;
}

int chain_refuse_dangling(const struct service *service, const struct profile **naming, struct error *error)
{
	char object[ERROR_OBJECT_MAX], buffer[CONFIG_NAME_MAX];

	for (unsigned int i = 0; i < profile_namings_count; i++) {
		const struct profile_naming *row = &profile_namings[i];
		const struct profile *profile = profile_first(service, row->object);

		for (; profile; profile = profile->hh.next) {
			const char *name = find_dangling(service, row, profile, buffer);

			if (!name)
				continue;
			*naming = profile;
			error_set(error, ERROR_UNKNOWN, row->parameter,
				  "there is no %s named %s: `%s create` makes one", config_object_name(row->named),
				  name, config_object_name(row->named));
			snprintf(object, sizeof(object), "%s %s", config_object_name(row->object), profile->name);
			error_name_object(error, object);
			return -1;
		}
	}
	return 0;
}
