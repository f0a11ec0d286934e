/* SPDX-License-Identifier: MIT */
/*
 * For each value in effect: who gave it, and what the chain would give today, where profiles were changed since.
 */
#include <stdio.h>
#include <string.h>

#include "service/internal.h"
#include "service/ppp_settings.h"
#include "service/session_ppp.h"

/* What is told of an object. */
struct subject {
	const struct param_table *table;
	const void *config, *today;		/* today NULL: there is no difference */
	const struct provenance *provenance;
	const struct profile *fallback;
};

static void set_source(struct service_explained *row, enum service_source source, const struct profile *profile)
{
	row->source = source;
	row->profile[0] = '\0';
	if (!profile)
		return;
	row->profile_type = profile->object;
	memcpy(row->profile, profile->name, sizeof(row->profile));
}

static void find_source(const struct subject *subject, unsigned int number, struct service_explained *row)
{
	const struct provenance *provenance = subject->provenance;

	if (param_set_has(&provenance->authorizer, number))
		set_source(row, SERVICE_SOURCE_AUTHORIZER, NULL);
	else if (param_set_has(&provenance->explicit_rows, number))
		set_source(row, SERVICE_SOURCE_EXPLICIT, NULL);
	else if (param_set_has(&provenance->named, number))
		set_source(row, SERVICE_SOURCE_PROFILE, provenance->own);
	else if (param_set_has(&provenance->fallback, number))
		set_source(row, SERVICE_SOURCE_PROFILE, subject->fallback);
	else if (row->param->default_text)
		set_source(row, SERVICE_SOURCE_BUILTIN, NULL);
	else
		set_source(row, SERVICE_SOURCE_CHOSEN, NULL);
}

static void format(const struct param_table *table, unsigned int number, const void *config, char out[PARAM_TEXT_MAX])
{
	param_format(table, number, config, out);
	if (out[0] && table->params[number].flags & PARAM_SECRET)
		snprintf(out, PARAM_TEXT_MAX, "(set)");
}

/* False: there is nothing to tell of this row. */
static bool explain_row(const struct subject *subject, unsigned int number, struct service_explained *row)
{
	const struct param *param = &subject->table->params[number];

	if (param->type == PARAM_UNSUPPORTED)
		return false;
	memset(row, 0, sizeof(*row));
	row->param = param;
	format(subject->table, number, subject->config, row->value);
	if (subject->today && !param_equal(subject->table, number, subject->config, subject->today)) {
		row->changed = true;
		format(subject->table, number, subject->today, row->now);
	}
	find_source(subject, number, row);
	return row->value[0] || row->changed || row->source != SERVICE_SOURCE_CHOSEN;
}

static unsigned int explain_all(const struct subject *subject, struct service_explained *rows, unsigned int max)
{
	unsigned int count = 0;

	for (unsigned int number = 0; number < subject->table->count && count < max; number++)
		count += explain_row(subject, number, &rows[count]);
	return count;
}

static struct service_explained *row_named(struct service_explained *rows, unsigned int count, const char *name)
{
	for (unsigned int i = 0; i < count; i++) {
		if (strcmp(rows[i].param->name, name) == 0)
			return &rows[i];
	}
	return NULL;
}

/* --- tunnels --- */

/* Does the profile name it so, today? */
static bool says(const struct profile *profile, unsigned int row, const char *name)
{
	const char *named = row == CHAIN_ROW_NONE ? NULL : profile_named(profile, row);

	return named && strcmp(named, name) == 0;
}

/* A profile that nobody named with the tunnel, nor its tunnel profile: that the peer profile did, or had done when
 * the tunnel was made. */
static void explain_name(const struct service *service, const struct tunnel *tunnel, unsigned int peer_row,
			 struct service_explained *row)
{
	const struct profile *fallback = profile_default(service, CONFIG_PEER_PROFILE);
	const struct profile *peer = tunnel->provenance.peer;

	if (!row || (row->source != SERVICE_SOURCE_BUILTIN && row->source != SERVICE_SOURCE_CHOSEN))
		return;
	if (says(peer, peer_row, row->value))
		set_source(row, SERVICE_SOURCE_PROFILE, peer);
	else if (says(fallback, peer_row, row->value))
		set_source(row, SERVICE_SOURCE_PROFILE, fallback);
	else if (strcmp(row->value, PROFILE_DEFAULT) == 0)
		set_source(row, SERVICE_SOURCE_BUILTIN, NULL);
	else
		set_source(row, SERVICE_SOURCE_FORMER, NULL);
}

static int explain_tunnel(const struct service *service, const struct tunnel *tunnel, struct service_explained *rows,
			  unsigned int max)
{
	const struct chain_rows *peer_rows = &service->ends.peer_rows;
	struct provenance provenance = tunnel->provenance;
	struct tunnel_config today;
	struct subject subject = {
		.table = config_tables[CONFIG_TUNNEL],
		.config = &tunnel->config,
		.provenance = &tunnel->provenance,
		.fallback = profile_default(service, CONFIG_TUNNEL_PROFILE),
	};
	unsigned int count;

	if (chain_tunnel(service, &tunnel->config, false, &provenance, &today, NULL) == 0) {
		rows_keep_own(subject.table, &today, &tunnel->config);
		subject.today = &today;
	}
	count = explain_all(&subject, rows, max);
	explain_name(service, tunnel, CHAIN_ROW_NONE, row_named(rows, count, "peer_profile_name"));
	explain_name(service, tunnel, peer_rows->own, row_named(rows, count, "profile_name"));
	explain_name(service, tunnel, peer_rows->session, row_named(rows, count, "session_profile_name"));
	explain_name(service, tunnel, peer_rows->ppp, row_named(rows, count, "ppp_profile_name"));
	return (int)count;
}

/* --- sessions --- */

static void explain_of_tunnel(struct service_explained *row)
{
	if (row && (row->source == SERVICE_SOURCE_BUILTIN || row->source == SERVICE_SOURCE_CHOSEN))
		set_source(row, SERVICE_SOURCE_TUNNEL, NULL);
}

/* What PPP does in it; what is another today was a profile's, or nobody's, when it began.  What it says nothing of
 * itself, and its session does, is that one's. */
static unsigned int explain_ppp(const struct service *service, const struct session *session,
				const struct session_config *config, struct service_explained *rows, unsigned int max)
{
	const struct session_ppp *begun = session->ppp;
	struct ppp_profile_config today;
	struct provenance provenance;
	struct subject subject = {
		.table = config_tables[CONFIG_PPP_PROFILE],
		.config = begun ? ppp_profile_of(begun->terms) : &today,
		.today = &today,
		.provenance = &provenance,
		.fallback = profile_default(service, CONFIG_PPP_PROFILE),
	};
	unsigned int count = 0;

	chain_ppp(service, session, config, &provenance, &today);
	for (unsigned int row = ROW_PPP_PROFILE_NAME + 1; row < subject.table->count && count < max; row++) {
		if (!explain_row(&subject, row, &rows[count]) || rows[count].source == SERVICE_SOURCE_CHOSEN)
			continue;
		if (rows[count].changed)
			set_source(&rows[count], param_equal(subject.table, row, subject.config, &service->ends.ppp) ?
				   SERVICE_SOURCE_BUILTIN : SERVICE_SOURCE_FORMER, NULL);
		rows[count++].of_ppp = true;
	}
	return count;
}

/* The session's own mss_clamp, when it is its PPP profile's. */
static void explain_mss_clamp(const struct service *service, const struct provenance *provenance,
			      struct service_explained *row)
{
	unsigned int number = config_row(CONFIG_PPP_PROFILE, "mss_clamp");
	const struct profile *fallback = profile_default(service, CONFIG_PPP_PROFILE);

	if (!row || !chain_ppp_has_mss_clamp(provenance))
		return;
	if (param_set_has(&provenance->ppp->set, number))
		set_source(row, SERVICE_SOURCE_PROFILE, provenance->ppp);
	else if (param_set_has(&fallback->set, number))
		set_source(row, SERVICE_SOURCE_PROFILE, fallback);
}

static bool speaks_ppp(const struct session_config *config)
{
	return config->pw_type == CONFIG_PW_PPP && !config->no_ppp && !config->frame_socket[0];
}

static int explain_session(const struct service *service, const struct session *session,
			   struct service_explained *rows, unsigned int max)
{
	struct provenance provenance = *session_provenance(session);
	struct session_config config, today;
	struct subject subject = {
		.table = config_tables[CONFIG_SESSION],
		.config = &config,
		.provenance = session_provenance(session),
		.fallback = profile_default(service, CONFIG_SESSION_PROFILE),
	};
	unsigned int count;

	session_compose(session, &config);
	snprintf(config.interface_name, sizeof(config.interface_name), "%s", session_ifname(session));
	if (chain_session(service, session->tunnel, &config, false, &provenance, &today, NULL) == 0) {
		rows_keep_own(subject.table, &today, &config);
		subject.today = &today;
	}
	count = explain_all(&subject, rows, max);
	explain_of_tunnel(row_named(rows, count, "tunnel_name"));
	explain_of_tunnel(row_named(rows, count, "tunnel_id"));
	explain_of_tunnel(row_named(rows, count, "profile_name"));
	explain_of_tunnel(row_named(rows, count, "ppp_profile_name"));
	if (config.pw_type == CONFIG_PW_PPP)
		explain_mss_clamp(service, subject.provenance, row_named(rows, count, "mss_clamp"));
	if (speaks_ppp(&config))
		count += explain_ppp(service, session, &config, rows + count, max - count);
	return (int)count;
}

/* --- profiles --- */

/* What an object would get from it that names nothing else. */
static int explain_profile(const struct service *service, const struct profile *profile,
			   struct service_explained *rows, unsigned int max)
{
	struct provenance provenance = { .own = (struct profile *)profile };
	union any_config builtin, config;
	struct subject subject = {
		.table = config_tables[profile->object],
		.config = &config,
		.provenance = &provenance,
		.fallback = config_has_default(profile->object) ? profile_default(service, profile->object) : profile,
	};
	unsigned int count = 0;

	param_defaults(subject.table, &builtin);
	chain_resolve(subject.table, &builtin, profile, subject.fallback, &builtin, &provenance, &config);
	if (subject.fallback == profile && !config_has_default(profile->object)) {
		provenance.explicit_rows = provenance.fallback;
		provenance.fallback = (struct param_set){ { 0 } };
	}
	for (unsigned int number = 0; number < subject.table->count && count < max; number++) {
		if (!(subject.table->params[number].flags & PARAM_PROFILE))
			continue;
		if (explain_row(&subject, number, &rows[count]) && rows[count].source != SERVICE_SOURCE_CHOSEN)
			count++;
	}
	return (int)count;
}

int service_explain(struct service *service, const struct command *command, struct service_explained *rows,
		    unsigned int max, struct error *error)
{
	const struct tunnel_config *keys = &command->config.tunnel;
	const struct profile *profile;
	const struct session *session;
	const struct tunnel *tunnel;

	if (config_is_profile(command->object)) {
		profile = profile_lookup(service, command, error);
		return profile ? explain_profile(service, profile, rows, max) : -1;
	}
	if (command->object == CONFIG_SESSION) {
		session = lookup_session(service, &command->config.session, error);
		return session ? explain_session(service, session, rows, max) : -1;
	}
	tunnel = lookup_tunnel(service, keys->tunnel_name, keys->tunnel_id, error);
	return tunnel ? explain_tunnel(service, tunnel, rows, max) : -1;
}

/* --- peers --- */

static int refuse_peer(const struct peer_config *asked, struct error *error)
{
	char text[PREFIX_TEXT_MAX];

	if (asked->peer_ipaddr.address.family == AF_UNSPEC)
		return error_set(error, ERROR_MISSING, "peer_ipaddr", "which peer? Give peer_ipaddr");
	if (asked->local_ipaddr.family != AF_UNSPEC)
		return error_set(error, ERROR_VALUE, "local_ipaddr",
				 "no peer profile depends on our address: leave local_ipaddr out");
	if (asked->peer_ipaddr.length == (asked->peer_ipaddr.address.family == AF_INET ? 32 : 128))
		return 0;
	return error_set(error, ERROR_VALUE, "peer_ipaddr", "%s is many peers: give the address of one",
			 prefix_format(&asked->peer_ipaddr, text, sizeof(text)));
}

int service_explain_peer(struct service *service, const struct command *command, struct service_peer_explained *out,
			 struct error *error)
{
	const struct peer_config *asked = &command->config.peer;
	struct tunnel_config tunnel = { .tunnel_id = 0 };
	struct provenance provenance = { .own = NULL };
	struct peer_match match;

	if (refuse_peer(asked, error) < 0)
		return -1;
	match = peer_match(service, asked->host_name, &asked->peer_ipaddr.address, asked->peer_port);
	*out = (struct service_peer_explained){ .how = match.how, .length = match.length };
	memcpy(out->peer_profile_name, match.profile->name, sizeof(out->peer_profile_name));
	/* a tunnel that names this peer profile and nothing else */
	param_set_add(&provenance.explicit_rows, service->ends.tunnel_rows.peer);
	memcpy(tunnel.peer_profile_name, match.profile->name, sizeof(tunnel.peer_profile_name));
	if (chain_tunnel(service, &tunnel, false, &provenance, &tunnel, error) < 0)
		return -1;
	memcpy(out->tunnel_profile_name, tunnel.profile_name, sizeof(out->tunnel_profile_name));
	memcpy(out->session_profile_name, tunnel.session_profile_name, sizeof(out->session_profile_name));
	memcpy(out->ppp_profile_name, tunnel.ppp_profile_name, sizeof(out->ppp_profile_name));
	return 0;
}
