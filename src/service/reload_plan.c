/* SPDX-License-Identifier: MIT */
/*
 * The plan of a reload: which objects of the file are which of those there are, and what has to be
 * done so that they become alike.
 *
 * An object of the file is the one there is of the same name; if it was given none, of the same id; if nobody has
 * its name, the file's to which the file gave the same id, which is renamed; if it was given neither, one of the
 * file's that was given neither too and is alike in all else, and keeps the name that it has.
 */
#include <stdlib.h>
#include <string.h>

#include "service/reload.h"

static bool given(const struct param_set *set, enum config_object object, const char *parameter)
{
	return param_set_has(set, config_row(object, parameter));
}

static bool tunnel_given(const struct tunnel *tunnel, const char *parameter)
{
	return given(&tunnel->provenance.explicit_rows, CONFIG_TUNNEL, parameter);
}

static bool session_given(const struct session *session, const char *parameter)
{
	return given(&session_provenance(session)->explicit_rows, CONFIG_SESSION, parameter);
}

/* Neither name nor id: only its other parameters tell which one it is. */
static bool tunnel_anonymous(const struct tunnel *tunnel)
{
	return !tunnel_given(tunnel, "tunnel_name") && !tunnel_given(tunnel, "tunnel_id");
}

static bool session_anonymous(const struct session *session)
{
	return !session_given(session, "session_name") && !session_given(session, "session_id");
}

/* Are the rows equal that neither name the object nor can be changed? Which profile it has is no matter when that one
 * says the same. */
static bool same_fixed_rows(const struct param_table *table, const void *a, const void *b)
{
	for (unsigned int row = 0; row < table->count; row++) {
		const struct param *param = &table->params[row];

		if (!(param->flags & (PARAM_KEY | PARAM_LIVE | PARAM_PROFILE_KEY)) &&
		    param->type != PARAM_UNSUPPORTED && !param_equal(table, row, a, b))
			return false;
	}
	return true;
}

static void copy_live_rows(const struct param_table *table, void *to, const void *from)
{
	for (unsigned int row = 0; row < table->count; row++) {
		if (table->params[row].flags & PARAM_LIVE)
			param_copy(table, row, to, from);
	}
}

/* Is the tunnel there is to be named as the wanted one? A name follows from a given id. */
static bool tunnel_renamed(const struct tunnel *tunnel, const struct tunnel *wanted)
{
	return !tunnel_anonymous(wanted) && strcmp(tunnel->config.tunnel_name, wanted->config.tunnel_name) != 0;
}

static bool session_renamed(const struct session *session, const struct session *wanted)
{
	return !session_anonymous(wanted) && strcmp(session_name(session), session_name(wanted)) != 0;
}

/* Do its packets leave in a network namespace whose name is another's now? */
static bool tunnel_is_elsewhere(const struct service *service, const struct tunnel *tunnel)
{
	struct datapath_tunnel_info info;

	return tunnel->config.netns[0] &&
	       datapath_ops(service->dp)->tunnel_info(service->dp, tunnel->datapath, &info) == 0 && info.is_elsewhere;
}

/* Must the tunnel there is be made anew to become like the wanted one? A name that is still in use is no live change,
 * so that the order of renaming does not matter. */
static bool tunnel_must_go(const struct service *service, const struct tunnel *tunnel, const struct tunnel *wanted)
{
	if (tunnel_given(wanted, "tunnel_id") && tunnel->config.tunnel_id != wanted->config.tunnel_id)
		return true;
	if (tunnel_renamed(tunnel, wanted) && lookup_tunnel_by_name(service, wanted->config.tunnel_name))
		return true;
	return tunnel_is_elsewhere(service, tunnel) ||
	       !same_fixed_rows(config_tables[CONFIG_TUNNEL], &tunnel->config, &wanted->config);
}

/* To give a device the name that it has is no change: so what was saved is what runs. */
static bool same_fixed_session(const struct session *session, const struct session *wanted)
{
	struct session_config config, other;

	session_compose(session, &config);
	session_compose(wanted, &other);
	if (strcmp(other.interface_name, session_ifname(session)) == 0)
		memcpy(other.interface_name, config.interface_name, sizeof(other.interface_name));
	return same_fixed_rows(config_tables[CONFIG_SESSION], &config, &other);
}

/* Is its device in a network namespace whose name is another's now? */
static bool is_elsewhere(const struct service *service, const struct session *session,
			 const struct session_config *config)
{
	struct datapath_session_info info;

	return config->netns[0] &&
	       datapath_ops(service->dp)->session_info(service->dp, session->datapath, &info) == 0 && info.is_elsewhere;
}

static bool session_must_go(const struct service *service, const struct session *session, const struct session *wanted)
{
	struct session_config config;

	session_compose(session, &config);
	if (session->device_gone || is_elsewhere(service, session, &config))
		return true;
	if (session_given(wanted, "session_id") && session_id(session) != session_id(wanted))
		return true;
	if (session_renamed(session, wanted) && lookup_session_by_name(session->tunnel, session_name(wanted)))
		return true;
	return !same_fixed_session(session, wanted);
}

/* --- which is which --- */

static void forget_pairs(struct service *service)
{
	struct tunnel *tunnel;
	struct session *session;
	uint32_t position = 0;

	while ((tunnel = handle_next(&service->tunnel_handles, &position)))
		tunnel->pair = NULL;
	position = 0;
	while ((session = handle_next(&service->session_handles, &position)))
		session->pair = NULL;
}

/* What an authorizer decided is no difference: the file knows nothing of it. */
static void keep_decided(const struct param_table *table, const void *there, const struct provenance *decided,
			 void *wanted, struct provenance *provenance)
{
	rows_overlay(table, wanted, there, &decided->authorizer);
	provenance->authorizer = decided->authorizer;
}

static void pair_tunnels(struct tunnel *there, struct tunnel *wanted)
{
	if (there->authorization == AUTHORIZATION_ACCEPTED)
		keep_decided(config_tables[CONFIG_TUNNEL], &there->config, &there->provenance, &wanted->config,
			     &wanted->provenance);
	there->pair = wanted;
	wanted->pair = there;
}

/* -1: out of memory. */
static int pair_sessions(const struct service_reload *reload, struct session *there, struct session *wanted,
			 struct error *error)
{
	struct session_config config, decided;
	struct provenance provenance;

	there->pair = wanted;
	wanted->pair = there;
	if (there->authorization != AUTHORIZATION_ACCEPTED)
		return 0;
	session_compose(there, &decided);
	session_compose(wanted, &config);
	provenance = *session_provenance(wanted);
	keep_decided(config_tables[CONFIG_SESSION], &decided, session_provenance(there), &config, &provenance);
	return session_settle(reload->dry, wanted, &config, &provenance, error);
}

/* Does another one of the file claim the id that this one got by chance? */
static bool tunnel_id_claimed(const struct service_reload *reload, const struct tunnel *there,
			      const struct tunnel *wanted)
{
	const struct tunnel *other = lookup_tunnel_by_id(reload->dry, there->config.tunnel_id);

	return other && other != wanted && tunnel_given(other, "tunnel_id");
}

static bool session_id_claimed(const struct session *there, const struct session *wanted)
{
	const struct session *other = lookup_session_by_id(wanted->tunnel, session_id(there));

	return other && other != wanted && session_given(other, "session_id");
}

/* The file's of this id, unless chance gave it. */
static struct tunnel *tunnel_of_other_name(const struct service_reload *reload, const struct tunnel *wanted)
{
	struct tunnel *there = lookup_tunnel_by_id(reload->service, wanted->config.tunnel_id);

	if (!there || !reload_owns(reload, there->origin) || !tunnel_given(there, "tunnel_id"))
		return NULL;
	return tunnel_given(wanted, "tunnel_id") ? there : NULL;
}

static struct session *session_of_other_name(const struct service_reload *reload, const struct tunnel *in,
					     const struct session *wanted)
{
	struct session *there = lookup_session_by_id(in, session_id(wanted));

	if (!there || !reload_owns(reload, there->origin) || !session_given(there, "session_id"))
		return NULL;
	return session_given(wanted, "session_id") ? there : NULL;
}

static void find_tunnel(struct service_reload *reload, struct tunnel *wanted)
{
	struct tunnel *there;

	if (!tunnel_given(wanted, "tunnel_name"))
		there = lookup_tunnel_by_id(reload->service, wanted->config.tunnel_id);
	else
		there = lookup_tunnel_by_name(reload->service, wanted->config.tunnel_name);
	if (!there)
		there = tunnel_of_other_name(reload, wanted);
	if (!there || !origin_is_configured(there->origin) || there->pair || tunnel_id_claimed(reload, there, wanted))
		return;
	pair_tunnels(there, wanted);
}

static int find_session(const struct service_reload *reload, struct tunnel *in, struct session *wanted,
			struct error *error)
{
	struct session *there;

	if (!session_given(wanted, "session_name"))
		there = lookup_session_by_id(in, session_id(wanted));
	else
		there = lookup_session_by_name(in, session_name(wanted));
	if (!there)
		there = session_of_other_name(reload, in, wanted);
	if (!there || !origin_is_configured(there->origin) || there->pair || session_id_claimed(there, wanted))
		return 0;
	return pair_sessions(reload, there, wanted, error);
}

/* --- those with neither name nor id: both sides sorted by all else, then merged --- */

static int compare_tunnels(const void *a, const void *b)
{
	struct tunnel_config one = (*(struct tunnel *const *)a)->config;
	struct tunnel_config other = (*(struct tunnel *const *)b)->config;

	memset(one.tunnel_name, 0, sizeof(one.tunnel_name));
	memset(other.tunnel_name, 0, sizeof(other.tunnel_name));
	one.tunnel_id = other.tunnel_id = 0;
	return memcmp(&one, &other, sizeof(one));
}

/* Without what names it. */
static void compose_nameless(const struct session *session, struct session_config *config)
{
	session_compose(session, config);
	memset(config->tunnel_name, 0, sizeof(config->tunnel_name));
	memset(config->session_name, 0, sizeof(config->session_name));
	config->tunnel_id = config->session_id = 0;
}

static int compare_sessions(const void *a, const void *b)
{
	const struct session *one = *(struct session *const *)a, *other = *(struct session *const *)b;
	struct session_config config, other_config;

	if (one->peer_session_id != other->peer_session_id)	/* most differ in it: the rest takes longer */
		return one->peer_session_id < other->peer_session_id ? -1 : 1;
	compose_nameless(one, &config);
	compose_nameless(other, &other_config);
	return memcmp(&config, &other_config, sizeof(config));
}

typedef int pair_fn(const struct service_reload *reload, void *there, void *wanted, struct error *error);

/* Pairs each item of there with one of wanted that equals it. */
static int merge(const struct service_reload *reload, struct list *there, struct list *wanted,
		 int (*compare)(const void *a, const void *b), pair_fn *pair, struct error *error)
{
	size_t i = 0, j = 0;

	if (!there->count || !wanted->count)
		return 0;
	qsort(there->items, there->count, sizeof(*there->items), compare);
	qsort(wanted->items, wanted->count, sizeof(*wanted->items), compare);
	while (i < there->count && j < wanted->count) {
		int order = compare(&there->items[i], &wanted->items[j]);

		if (!order && pair(reload, there->items[i], wanted->items[j], error) < 0)
			return -1;
		i += order <= 0;
		j += order >= 0;
	}
	return 0;
}

static int pair_tunnel_items(const struct service_reload *reload, void *there, void *wanted, struct error *error)
{
	pair_tunnels(there, wanted);
	return 0;
}

static int pair_session_items(const struct service_reload *reload, void *there, void *wanted, struct error *error)
{
	return pair_sessions(reload, there, wanted, error);
}

static int list_anonymous_tunnels(const struct service_reload *reload, const struct service *service,
				  struct list *list, struct error *error)
{
	struct tunnel *tunnel;

	for (tunnel = lookup_tunnel_from(service, 0); tunnel;
	     tunnel = lookup_tunnel_from(service, (uint64_t)tunnel->by_id.id + 1)) {
		if (tunnel_anonymous(tunnel) && !tunnel->pair && reload_owns(reload, tunnel->origin) &&
		    list_add(list, tunnel, error) < 0)
			return -1;
	}
	return 0;
}

static int list_anonymous_sessions(const struct service_reload *reload, const struct tunnel *tunnel,
				   struct list *list, struct error *error)
{
	struct session *session;

	for (session = lookup_session_from(tunnel, 0); session;
	     session = lookup_session_from(tunnel, (uint64_t)session->by_id.id + 1)) {
		if (session_anonymous(session) && !session->pair && reload_owns(reload, session->origin) &&
		    list_add(list, session, error) < 0)
			return -1;
	}
	return 0;
}

static int find_tunnels(struct service_reload *reload, struct error *error)
{
	struct list there = { 0 }, wanted = { 0 };
	struct tunnel *tunnel;
	int ret = -1;

	for (tunnel = lookup_tunnel_from(reload->dry, 0); tunnel;
	     tunnel = lookup_tunnel_from(reload->dry, (uint64_t)tunnel->by_id.id + 1)) {
		if (!tunnel_anonymous(tunnel))
			find_tunnel(reload, tunnel);
	}
	if (list_anonymous_tunnels(reload, reload->service, &there, error) < 0 ||
	    list_anonymous_tunnels(reload, reload->dry, &wanted, error) < 0)
		goto out;
	ret = merge(reload, &there, &wanted, compare_tunnels, pair_tunnel_items, error);
out:
	free(there.items);
	free(wanted.items);
	return ret;
}

static int find_sessions(const struct service_reload *reload, struct tunnel *in, struct tunnel *wanted_tunnel,
			 struct error *error)
{
	struct list there = { 0 }, wanted = { 0 };
	struct session *session;
	int ret = -1;

	for (session = lookup_session_from(wanted_tunnel, 0); session;
	     session = lookup_session_from(wanted_tunnel, (uint64_t)session->by_id.id + 1)) {
		if (!session_anonymous(session) && find_session(reload, in, session, error) < 0)
			return -1;
	}
	if (list_anonymous_sessions(reload, in, &there, error) < 0 ||
	    list_anonymous_sessions(reload, wanted_tunnel, &wanted, error) < 0)
		goto out;
	ret = merge(reload, &there, &wanted, compare_sessions, pair_session_items, error);
out:
	free(there.items);
	free(wanted.items);
	return ret;
}

/* --- what has to be done --- */

/* A device whose name is given comes before those for which the system takes the first name that is free. */
static int session_rank(const struct session_copy *copy)
{
	struct session_config config;
	int rank;

	session_compose(copy->like, &config);
	rank = config.interface_name[0] ? 0 : 3;

	if (copy->like->tunnel != copy->in)
		return rank + 1;	/* an administrator's */
	return rank + (session_given(copy->like, "session_id") ? 0 : 2);
}

static int copy_session(struct service_reload *reload, struct session *like, struct tunnel *in, struct error *error)
{
	struct session_copy *copy = calloc(1, sizeof(*copy));

	if (!copy)
		return service_no_memory(error);
	copy->like = like;
	copy->instead_of = like->pair;
	copy->in = in;
	copy->rank = session_rank(copy);
	if (!list_add(&reload->session_copies, copy, error))
		return 0;
	free(copy);
	return -1;
}

static int swap_session(struct service_reload *reload, struct session *there, const struct session *wanted,
			struct error *error)
{
	const struct param_table *table = config_tables[CONFIG_SESSION];
	struct session_config now, config;
	struct session_swap *swap;
	bool differ;

	session_compose(there, &now);
	session_compose(wanted, &config);
	rows_fields(table, session_fields, session_fields_count, &now, &config, &differ);
	if (!differ && !session_renamed(there, wanted))
		return 0;
	swap = calloc(1, sizeof(*swap));
	if (!swap)
		return service_no_memory(error);
	swap->session = there;
	swap->config = now;
	reload_provenance(&swap->provenance, session_provenance(wanted));
	copy_live_rows(table, &swap->config, &config);
	if (session_renamed(there, wanted))
		memcpy(swap->config.session_name, config.session_name, sizeof(swap->config.session_name));
	if (!list_add(&reload->session_swaps, swap, error))
		return 0;
	free(swap);
	return -1;
}

/* Equal to the last octet, as most are at most reloads?  False does not say that they differ. */
static bool session_untouched(const struct service *service, const struct session *there, const struct session *wanted)
{
	struct session_config config, other;

	if (there->device_gone)
		return false;
	session_compose(there, &config);
	session_compose(wanted, &other);
	return memcmp(&config, &other, sizeof(config)) == 0 && !is_elsewhere(service, there, &config);
}

/* A session of the file, in a tunnel that stays. One that needs no change is not touched. */
static int plan_session(struct service_reload *reload, struct session *wanted, struct error *error)
{
	struct session *there = wanted->pair;

	if (there && session_untouched(reload->service, there, wanted))
		return 0;
	if (there && !session_must_go(reload->service, there, wanted))
		return swap_session(reload, there, wanted, error);
	if (there && list_add(&reload->sessions_gone, there, error) < 0)
		return -1;
	return copy_session(reload, wanted, wanted->tunnel, error);
}

static int plan_sessions(struct service_reload *reload, struct tunnel *there, struct tunnel *wanted,
			 struct error *error)
{
	struct session *session;

	if (find_sessions(reload, there, wanted, error) < 0)
		return -1;
	for (session = lookup_session_from(there, 0); session;
	     session = lookup_session_from(there, (uint64_t)session->by_id.id + 1)) {
		if (!session->pair && reload_owns(reload, session->origin) &&
		    list_add(&reload->sessions_gone, session, error) < 0)
			return -1;
	}
	for (session = lookup_session_from(wanted, 0); session;
	     session = lookup_session_from(wanted, (uint64_t)session->by_id.id + 1)) {
		if (plan_session(reload, session, error) < 0)
			return -1;
	}
	return 0;
}

static int swap_tunnel(struct service_reload *reload, struct tunnel *there, const struct tunnel *wanted,
		       struct error *error)
{
	const struct param_table *table = config_tables[CONFIG_TUNNEL];
	struct tunnel_swap *swap;
	bool differ;

	rows_fields(table, tunnel_fields, tunnel_fields_count, &there->config, &wanted->config, &differ);
	if (!differ && !tunnel_renamed(there, wanted))
		return 0;
	swap = calloc(1, sizeof(*swap));
	if (!swap)
		return service_no_memory(error);
	swap->tunnel = there;
	swap->config = there->config;
	reload_provenance(&swap->provenance, &wanted->provenance);
	copy_live_rows(table, &swap->config, &wanted->config);
	if (tunnel_renamed(there, wanted))
		memcpy(swap->config.tunnel_name, wanted->config.tunnel_name, sizeof(swap->config.tunnel_name));
	if (!list_add(&reload->tunnel_swaps, swap, error))
		return 0;
	free(swap);
	return -1;
}

/* What an administrator made in a tunnel that is made anew is made anew too; what its peer asked for, that may ask for
 * again. */
static int carry_over(struct service_reload *reload, const struct tunnel *there, struct tunnel *wanted,
		      struct error *error)
{
	struct session *session;

	for (session = lookup_session_from(there, 0); session;
	     session = lookup_session_from(there, (uint64_t)session->by_id.id + 1)) {
		if (session->origin != SERVICE_ORIGIN_PEER && !reload_owns(reload, session->origin) && !session->pair &&
		    copy_session(reload, session, wanted, error) < 0)
			return -1;
	}
	return 0;
}

static int copy_tunnel(struct service_reload *reload, struct tunnel *wanted, struct error *error)
{
	struct tunnel_copy *copy = calloc(1, sizeof(*copy));
	struct session *session;

	if (!copy)
		return service_no_memory(error);
	copy->like = wanted;
	copy->instead_of = wanted->pair;
	if (list_add(&reload->tunnel_copies, copy, error) < 0) {
		free(copy);
		return -1;
	}
	if (wanted->pair && find_sessions(reload, wanted->pair, wanted, error) < 0)
		return -1;
	for (session = lookup_session_from(wanted, 0); session;
	     session = lookup_session_from(wanted, (uint64_t)session->by_id.id + 1)) {
		if (copy_session(reload, session, wanted, error) < 0)
			return -1;
	}
	return wanted->pair ? carry_over(reload, wanted->pair, wanted, error) : 0;
}

static int plan_tunnel(struct service_reload *reload, struct tunnel *wanted, struct error *error)
{
	struct tunnel *there = wanted->pair;

	if (there && !tunnel_must_go(reload->service, there, wanted))
		return swap_tunnel(reload, there, wanted, error) < 0 ? -1 :
			plan_sessions(reload, there, wanted, error);
	if (there && list_add(&reload->tunnels_gone, there, error) < 0)
		return -1;
	return copy_tunnel(reload, wanted, error);
}

/* --- in which order: those that must have their id first, so that none of them is taken by chance;
 * those of the file before others, and as they are in the file --- */

static int by_rank(int a_rank, unsigned int a, int b_rank, unsigned int b)
{
	if (a_rank != b_rank)
		return a_rank < b_rank ? -1 : 1;
	return a < b ? -1 : a > b;
}

static int compare_tunnel_copies(const void *a, const void *b)
{
	const struct tunnel *one = (*(struct tunnel_copy *const *)a)->like;
	const struct tunnel *other = (*(struct tunnel_copy *const *)b)->like;

	return by_rank(!tunnel_given(one, "tunnel_id"), one->command, !tunnel_given(other, "tunnel_id"),
		       other->command);
}

static int compare_session_copies(const void *a, const void *b)
{
	const struct session_copy *one = *(struct session_copy *const *)a;
	const struct session_copy *other = *(struct session_copy *const *)b;

	return by_rank(one->rank, one->like->command, other->rank, other->like->command);
}

static void sort(struct list *list, int (*compare)(const void *a, const void *b))
{
	if (list->count)
		qsort(list->items, list->count, sizeof(*list->items), compare);
}

int reload_plan(struct service_reload *reload, struct error *error)
{
	struct tunnel *tunnel;

	forget_pairs(reload->service);
	if (find_tunnels(reload, error) < 0)
		return -1;
	for (tunnel = lookup_tunnel_from(reload->service, 0); tunnel;
	     tunnel = lookup_tunnel_from(reload->service, (uint64_t)tunnel->by_id.id + 1)) {
		if (!tunnel->pair && reload_owns(reload, tunnel->origin) &&
		    list_add(&reload->tunnels_gone, tunnel, error) < 0)
			return -1;
	}
	for (tunnel = lookup_tunnel_from(reload->dry, 0); tunnel;
	     tunnel = lookup_tunnel_from(reload->dry, (uint64_t)tunnel->by_id.id + 1)) {
		if (plan_tunnel(reload, tunnel, error) < 0)
			return -1;
	}
	sort(&reload->tunnel_copies, compare_tunnel_copies);
	sort(&reload->session_copies, compare_session_copies);
	return 0;
}
