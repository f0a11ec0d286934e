/* SPDX-License-Identifier: MIT */
/*
 * A profile's values to those objects that have it in their chain: as far as they can change while they carry traffic,
 * all of them or none.  What cannot is counted, and stays.
 *
 * Tunnels follow tunnel and peer profiles, sessions follow session profiles.  It is done the way a reload does it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/reload.h"

struct apply {
	struct service_reload reload;
	const struct profile *profile;
	struct service_applied *applied;
};

static void set_row(struct param_set *set, unsigned int row, bool in)
{
	if (in)
		param_set_add(set, row);
	else
		param_set_remove(set, row);
}

/* The row stays what it is, and from where it is. */
static void keep_row(const struct param_table *table, unsigned int row, void *config, struct provenance *provenance,
		     const void *now, const struct provenance *provenance_now)
{
	param_copy(table, row, config, now);
	set_row(&provenance->named, row, param_set_has(&provenance_now->named, row));
	set_row(&provenance->fallback, row, param_set_has(&provenance_now->fallback, row));
}

static void count_fixed(struct apply *apply, unsigned int row, bool *fixed)
{
	apply->applied->fixed[row]++;
	if (!*fixed)
		apply->applied->objects_fixed++;
	*fixed = true;
}

/* Leave of the new values those that a running object can take, and count. own_row: which names its profile;
 * other_own: that would be another one today. */
static void keep_fixed_rows(struct apply *apply, const struct param_table *table, unsigned int own_row, bool other_own,
			    void *config, struct provenance *provenance, const void *now,
			    const struct provenance *provenance_now)
{
	bool live = false, fixed = false;

	rows_keep_own(table, config, now);
	for (unsigned int row = 0; row < table->count; row++) {
		const struct param *param = &table->params[row];

		if (param->type == PARAM_UNSUPPORTED || param_equal(table, row, config, now))
			continue;
		if (param->flags & PARAM_LIVE) {
			live = true;
			continue;
		}
		count_fixed(apply, row, &fixed);
		keep_row(table, row, config, provenance, now, provenance_now);
	}
	if (other_own)
		count_fixed(apply, own_row, &fixed);
	apply->applied->objects++;
	apply->applied->changed += live;
}

/* --- tunnels --- */

static bool concerns_tunnel(const struct apply *apply, const struct provenance *provenance)
{
	const struct service *service = apply->reload.service;
	const struct profile *profile = apply->profile;

	return profile == provenance->own || profile == provenance->peer ||
	       profile == profile_default(service, CONFIG_TUNNEL_PROFILE) ||
	       profile == profile_default(service, CONFIG_PEER_PROFILE);
}

static int add_tunnel(struct apply *apply, struct tunnel *tunnel, const struct tunnel_config *config,
		      const struct provenance *provenance, struct error *error)
{
	struct tunnel_swap *swap = calloc(1, sizeof(*swap));

	if (!swap)
		return service_no_memory(error);
	*swap = (struct tunnel_swap){ .tunnel = tunnel, .config = *config, .provenance = *provenance };
	tunnel->pair = tunnel;		/* it is like itself; a reload pairs anew */
	if (!list_add(&apply->reload.tunnel_swaps, swap, error))
		return 0;
	free(swap);
	return -1;
}

static int refuse_tunnel(const struct tunnel *tunnel, const struct tunnel_config *config,
			 const struct provenance *provenance, struct error *error)
{
	if (rules_tunnel(config, &provenance->explicit_rows, error) < 0)
		return -1;
	if (tunnel->peer.family == AF_UNSPEC)
		return 0;
	return rules_peer(config, &provenance->explicit_rows, &tunnel->peer, error);
}

/* Would another profile be its own, were it made today? */
static bool tunnel_own_differs(const struct apply *apply, const struct tunnel *tunnel)
{
	struct provenance today = tunnel->provenance;
	struct tunnel_config ignored;

	return chain_tunnel(apply->reload.service, &tunnel->config, false, &today, &ignored, NULL) == 0 &&
	       today.own != tunnel->provenance.own;
}

static int plan_tunnel(struct apply *apply, struct tunnel *tunnel, struct error *error)
{
	struct service *service = apply->reload.service;
	struct provenance provenance = tunnel->provenance;
	struct tunnel_config config;

	if (!concerns_tunnel(apply, &provenance))
		return 0;
	if (chain_tunnel(service, &tunnel->config, true, &provenance, &config, error) < 0)
		return -1;
	keep_fixed_rows(apply, config_tables[CONFIG_TUNNEL], service->ends.tunnel_rows.own,
			tunnel_own_differs(apply, tunnel), &config, &provenance, &tunnel->config, &tunnel->provenance);
	if (refuse_tunnel(tunnel, &config, &provenance, error) < 0)
		return -1;
	return add_tunnel(apply, tunnel, &config, &provenance, error);
}

static int plan_tunnels(struct apply *apply, struct error *error)
{
	char label[SESSION_LABEL_MAX];
	struct tunnel *tunnel;

	for (tunnel = lookup_tunnel_from(apply->reload.service, 0); tunnel;
	     tunnel = lookup_tunnel_from(apply->reload.service, (uint64_t)tunnel->by_id.id + 1)) {
		if (plan_tunnel(apply, tunnel, error) < 0) {
			snprintf(label, sizeof(label), "tunnel %s", tunnel->config.tunnel_name);
			error_name_object(error, label);
			return -1;
		}
	}
	return 0;
}

/* --- sessions --- */

static bool concerns_session(const struct apply *apply, const struct provenance *provenance)
{
	const struct profile *profile = apply->profile;

	return profile == provenance->own || profile == provenance->ppp ||
	       profile == profile_default(apply->reload.service, CONFIG_SESSION_PROFILE) ||
	       profile == profile_default(apply->reload.service, CONFIG_PPP_PROFILE);
}

static int add_session(struct apply *apply, struct session *session, const struct session_config *config,
		       const struct provenance *provenance, struct error *error)
{
	struct session_swap *swap = calloc(1, sizeof(*swap));

	if (!swap)
		return service_no_memory(error);
	*swap = (struct session_swap){ .session = session, .config = *config, .provenance = *provenance };
	session->pair = session;
	if (!list_add(&apply->reload.session_swaps, swap, error))
		return 0;
	free(swap);
	return -1;
}

static bool session_own_differs(const struct apply *apply, const struct session *session)
{
	struct provenance today = *session_provenance(session);
	struct session_config config;

	session_compose(session, &config);
	return chain_session(apply->reload.service, session->tunnel, &config, false, &today, &config, NULL) == 0 &&
	       today.own != session_provenance(session)->own;
}

static int plan_session(struct apply *apply, struct session *session, struct error *error)
{
	struct service *service = apply->reload.service;
	struct provenance provenance = *session_provenance(session), before = provenance;
	struct session_config config, now;

	if (!concerns_session(apply, &provenance))
		return 0;
	session_compose(session, &now);
	if (chain_session(service, session->tunnel, &now, true, &provenance, &config, error) < 0)
		return -1;
	keep_fixed_rows(apply, config_tables[CONFIG_SESSION], service->ends.session_rows.own,
			session_own_differs(apply, session), &config, &provenance, &now, &before);
	provenance.ppp = before.ppp;	/* its name is a fixed row */
	if (rules_session(session->tunnel, &config, &provenance.explicit_rows, error) < 0)
		return -1;
	return add_session(apply, session, &config, &provenance, error);
}

static int plan_sessions(struct apply *apply, struct error *error)
{
	char label[SESSION_LABEL_MAX];
	struct session *session;
	uint32_t position = 0;

	while ((session = handle_next(&apply->reload.service->session_handles, &position))) {
		if (plan_session(apply, session, error) < 0) {
			error_name_object(error, session_label(session, label));
			return -1;
		}
	}
	return 0;
}

static void free_swaps(struct list *swaps)
{
	for (size_t i = 0; i < swaps->count; i++)
		free(swaps->items[i]);
	free(swaps->items);
}

int execute_profile_apply(struct service *service, const struct command *command, uint64_t now,
			  struct service_applied *applied, struct error *error)
{
	bool tunnels = command->object == CONFIG_TUNNEL_PROFILE || command->object == CONFIG_PEER_PROFILE;
	struct apply apply = { .reload = { .service = service, .now = now }, .applied = applied };
	int ret;

	memset(applied, 0, sizeof(*applied));
	applied->of = tunnels ? CONFIG_TUNNEL : CONFIG_SESSION;
	apply.profile = profile_lookup(service, command, error);
	if (!apply.profile)
		return -1;
	ret = tunnels ? plan_tunnels(&apply, error) : plan_sessions(&apply, error);
	if (ret == 0)
		ret = reload_apply(&apply.reload, error);
	if (ret == 0 && command->object == CONFIG_PEER_PROFILE)
		peers_follow(service, apply.profile);
	free_swaps(&apply.reload.tunnel_swaps);
	free_swaps(&apply.reload.session_swaps);
	return ret;
}

int service_apply(struct service *service, const struct command *command, uint64_t now,
		  struct service_applied *applied, struct error *error)
{
	char object[ERROR_OBJECT_MAX];

	service_start(service, now);
	if (execute_profile_apply(service, command, now, applied, error) == 0)
		return 0;
	error_name_object(error, command_object(command, object));
	return -1;
}
