/* SPDX-License-Identifier: MIT */
/*
 * The execution of a reload's plan: first what changes; then what goes, so that names and ids become
 * free; then what is new.  A device that was removed is another one when it comes back, without its
 * addresses: so before anything goes, what is new has been tried (reload_try.c).  When the datapath
 * refuses half way all the same, everything backwards: what is new goes, what went is attached again,
 * under its old names, ids and device names, what was changed is changed back.
 */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "service/reload.h"

/* --- forwards --- */

static void detach_sessions(struct service_reload *reload)
{
	struct list *gone = &reload->sessions_gone;

	if (gone->count)
		session_detach(reload->service, (struct session *const *)(void *)gone->items, gone->count);
	reload->sessions_gone_done = gone->count;
}

static void detach_tunnels(struct service_reload *reload)
{
	for (size_t i = 0; i < reload->tunnels_gone.count; i++)
		tunnel_detach(reload->service, reload->tunnels_gone.items[i]);
	reload->tunnels_gone_done = reload->tunnels_gone.count;
}

/* Where nothing goes, nothing can be lost either. */
static int try_first(struct service_reload *reload, struct error *error)
{
	if (!reload->sessions_gone.count && !reload->tunnels_gone.count)
		return 0;
	return reload_try(reload, error);
}

/* Doing it once more undoes it. */
static int swap_tunnel(struct service_reload *reload, struct tunnel_swap *swap, struct error *error)
{
	struct tunnel_config before = swap->tunnel->config;
	struct provenance provenance_before = swap->tunnel->provenance;

	if (tunnel_change(reload->service, swap->tunnel, &swap->config, &swap->provenance, reload->now, error) < 0)
		return -1;
	swap->config = before;
	swap->provenance = provenance_before;
	return 0;
}

static int swap_session(struct service_reload *reload, struct session_swap *swap, struct error *error)
{
	struct provenance provenance_before = *session_provenance(swap->session);
	struct session_config before;

	session_compose(swap->session, &before);
	if (session_change(reload->service, swap->session, &swap->config, &swap->provenance, error) < 0)
		return -1;
	swap->config = before;
	swap->provenance = provenance_before;
	return 0;
}

/* The id that the dry run chose is nothing to go by: rather that of the predecessor, which the peer
 * may know, else one by chance; and always that where the control protocol tells it the peer, who takes one that it
 * knows for a repetition. */
void reload_unchosen_tunnel_ids(const struct tunnel_copy *copy, struct tunnel_config *config)
{
	const struct param_set *set = &copy->like->provenance.explicit_rows;

	if (param_set_has(set, config_row(CONFIG_TUNNEL, "tunnel_id")))
		return;
	config->tunnel_id = copy->instead_of && !tunnel_is_managed(copy->like) ?
				    copy->instead_of->config.tunnel_id : 0;
	if (!param_set_has(set, config_row(CONFIG_TUNNEL, "tunnel_name")))
		memset(config->tunnel_name, 0, sizeof(config->tunnel_name));
}

static enum service_origin made_by(const struct service_reload *reload)
{
	return reload->mode == SERVICE_RELOAD_ALL ? SERVICE_ORIGIN_ADMIN : SERVICE_ORIGIN_FILE;
}

static int make_tunnel(struct service_reload *reload, struct tunnel_copy *copy, struct error *error)
{
	struct tunnel_config config = copy->like->config;
	struct provenance provenance;
	struct tunnel *made;

	reload_unchosen_tunnel_ids(copy, &config);
	reload_provenance(&provenance, &copy->like->provenance);
	made = tunnel_new(reload->service, &config, &provenance, made_by(reload), reload->now);
	if (!made)
		return service_no_memory(error);
	made->managed.on_demand = copy->like->managed.on_demand;
	if (tunnel_attach(reload->service, made, reload->now, error) < 0) {
		tunnel_free(reload->service, made);
		return -1;
	}
	copy->made = made;
	copy->like->pair = made;
	return 0;
}

void reload_unchosen_session_id(const struct session_copy *copy, struct session_config *config)
{
	if (copy->like->tunnel == copy->in &&
	    !param_set_has(&session_provenance(copy->like)->explicit_rows, config_row(CONFIG_SESSION, "session_id")))
		config->session_id = copy->instead_of ? session_id(copy->instead_of) : 0;
}

static int make_session(struct service_reload *reload, struct session_copy *copy, struct error *error)
{
	bool of_file = copy->like->tunnel == copy->in;
	struct session_config config;
	struct provenance provenance;
	struct session *made;

	session_compose(copy->like, &config);
	reload_unchosen_session_id(copy, &config);
	reload_provenance(&provenance, session_provenance(copy->like));
	made = session_new(reload->service, copy->in->pair, &config, &provenance,
			   of_file ? made_by(reload) : SERVICE_ORIGIN_ADMIN, reload->now);
	if (!made)
		return service_no_memory(error);
	if (session_attach(reload->service, made, error) < 0) {
		session_free(reload->service, made);
		return -1;
	}
	copy->made = made;
	if (of_file)
		copy->like->pair = made;
	return 0;
}

static int change_tunnels(struct service_reload *reload, struct error *error)
{
	size_t *done = &reload->tunnel_swaps_done;

	for (; *done < reload->tunnel_swaps.count; ++*done) {
		struct tunnel_swap *swap = reload->tunnel_swaps.items[*done];

		reload->failed = swap->tunnel->pair->command;
		if (swap_tunnel(reload, swap, error) < 0)
			return -1;
	}
	return 0;
}

static int make_tunnels(struct service_reload *reload, struct error *error)
{
	size_t *done = &reload->tunnel_copies_done;

	for (; *done < reload->tunnel_copies.count; ++*done) {
		struct tunnel_copy *copy = reload->tunnel_copies.items[*done];

		reload->failed = copy->like->command;
		if (make_tunnel(reload, copy, error) < 0)
			return -1;
	}
	return 0;
}

static int change_sessions(struct service_reload *reload, struct error *error)
{
	size_t *done = &reload->session_swaps_done;

	for (; *done < reload->session_swaps.count; ++*done) {
		struct session_swap *swap = reload->session_swaps.items[*done];

		reload->failed = swap->session->pair->command;
		if (swap_session(reload, swap, error) < 0)
			return -1;
	}
	return 0;
}

static int make_sessions(struct service_reload *reload, struct error *error)
{
	size_t *done = &reload->session_copies_done;

	for (; *done < reload->session_copies.count; ++*done) {
		struct session_copy *copy = reload->session_copies.items[*done];

		reload->failed = reload_command(copy);
		if (make_session(reload, copy, error) < 0)
			return -1;
	}
	return 0;
}

/* --- backwards --- */

/* The datapath, which took it before, takes it no more: say so, there is nothing else to do. */
static void not_restored(struct service_reload *reload, const char *kind, const char *name, const struct error *error)
{
	reload->not_restored++;
	log_error("%s%s cannot be put back after a failed reload: %s", kind, name, error->text);
}

static void unmake_sessions(struct service_reload *reload)
{
	size_t count = reload->session_copies_done;
	struct session_copy **copies = (struct session_copy **)(void *)reload->session_copies.items;

	while (count > 0) {
		struct session *batch[SESSION_BATCH];
		unsigned int filled = 0;

		while (count > 0 && filled < SESSION_BATCH)
			batch[filled++] = copies[--count]->made;
		session_detach(reload->service, batch, filled);
		for (unsigned int i = 0; i < filled; i++)
			session_free(reload->service, batch[i]);
	}
}

static void unmake_tunnels(struct service_reload *reload)
{
	for (size_t i = reload->tunnel_copies_done; i-- > 0;) {
		struct tunnel_copy *copy = reload->tunnel_copies.items[i];

		tunnel_detach(reload->service, copy->made);
		tunnel_free(reload->service, copy->made);
	}
}

static void change_back(struct service_reload *reload)
{
	struct error error;

	for (size_t i = reload->session_swaps_done; i-- > 0;) {
		struct session_swap *swap = reload->session_swaps.items[i];
		char label[SESSION_LABEL_MAX];

		if (swap_session(reload, swap, &error) < 0)
			not_restored(reload, "the parameters of ", session_label(swap->session, label), &error);
	}
	for (size_t i = reload->tunnel_swaps_done; i-- > 0;) {
		struct tunnel_swap *swap = reload->tunnel_swaps.items[i];

		if (swap_tunnel(reload, swap, &error) < 0)
			not_restored(reload, "the parameters of tunnel ", swap->tunnel->config.tunnel_name,
				     &error);
	}
}

static void restore_session(struct service_reload *reload, struct session *session)
{
	char label[SESSION_LABEL_MAX];
	struct error error;

	if (!session_attach(reload->service, session, &error))
		return;
	not_restored(reload, "", session_label(session, label), &error);
	session_free(reload->service, session);
}

static void restore_tunnel(struct service_reload *reload, struct tunnel *tunnel)
{
	struct session *session;
	struct error error;
	uint64_t next = 0;

	if (tunnel_attach(reload->service, tunnel, reload->now, &error) < 0) {
		not_restored(reload, "tunnel ", tunnel->config.tunnel_name, &error);
		tunnel_free(reload->service, tunnel);
		return;
	}
	while ((session = lookup_session_from(tunnel, next))) {
		char label[SESSION_LABEL_MAX];

		next = (uint64_t)session->by_id.id + 1;
		if (session->origin == SERVICE_ORIGIN_PEER) {	/* whose call has ended */
			session_remove(session);
			session_free(reload->service, session);
			continue;
		}
		if (!session_resume(reload->service, session, &error))
			continue;
		not_restored(reload, "", session_label(session, label), &error);
		session_remove(session);
		session_free(reload->service, session);
	}
}

static void undo(struct service_reload *reload, struct error *error)
{
	size_t used;

	/* what comes back does so by the rules by which it was there */
	if (reload->system_before)
		reload->service->system = *reload->system_before;
	unmake_sessions(reload);
	unmake_tunnels(reload);
	change_back(reload);
	for (size_t i = 0; i < reload->tunnels_gone_done; i++)
		restore_tunnel(reload, reload->tunnels_gone.items[i]);
	for (size_t i = 0; i < reload->sessions_gone_done; i++)
		restore_session(reload, reload->sessions_gone.items[i]);
	if (!reload->not_restored || !error)
		return;
	used = strlen(error->text);
	snprintf(error->text + used, sizeof(error->text) - used, " (and %u could not be put back: see the log)",
		 reload->not_restored);
}

int reload_apply(struct service_reload *reload, struct error *error)
{
	unsigned int no_command = reload->failed;

	if (change_tunnels(reload, error) < 0 || change_sessions(reload, error) < 0 || try_first(reload, error) < 0)
		goto fail;
	detach_sessions(reload);
	detach_tunnels(reload);
	if (make_tunnels(reload, error) < 0 || make_sessions(reload, error) < 0)
		goto fail;
	reload->failed = no_command;
	return 0;
fail:
	undo(reload, error);
	return -1;
}

static void learn_provenance(struct provenance *provenance, const struct provenance *from)
{
	provenance_release(provenance);
	reload_provenance(provenance, from);
	provenance_hold(provenance);
}

/* Which rows were given; after a restore it is still known whose it is. */
static void adopt_tunnel(const struct service_reload *reload, const struct tunnel *wanted, struct tunnel *there)
{
	if (reload->mode == SERVICE_RELOAD_FILE)
		there->origin = SERVICE_ORIGIN_FILE;
	memcpy(there->config.profile_name, wanted->config.profile_name, sizeof(there->config.profile_name));
	learn_provenance(&there->provenance, &wanted->provenance);
}

/* Without memory for it, it is still another profile's, or was given with other words. */
static void adopt_session(const struct service_reload *reload, const struct session *wanted, struct session *there)
{
	struct session_config config, file;
	struct provenance provenance;

	if (reload->mode == SERVICE_RELOAD_FILE)
		there->origin = SERVICE_ORIGIN_FILE;
	session_compose(there, &config);
	session_compose(wanted, &file);
	reload_provenance(&provenance, session_provenance(wanted));
	memcpy(config.profile_name, file.profile_name, sizeof(config.profile_name));
	memcpy(config.interface_name, file.interface_name, sizeof(config.interface_name));
	(void)session_settle(reload->service, there, &config, &provenance, NULL);
}

void reload_commit(struct service_reload *reload)
{
	struct tunnel *tunnel;
	struct session *session;
	uint32_t position = 0;

	for (size_t i = 0; i < reload->sessions_gone.count; i++)
		session_free(reload->service, reload->sessions_gone.items[i]);
	for (size_t i = 0; i < reload->tunnels_gone.count; i++)
		tunnel_free(reload->service, reload->tunnels_gone.items[i]);
	while ((tunnel = handle_next(&reload->dry->tunnel_handles, &position)))
		adopt_tunnel(reload, tunnel, tunnel->pair);
	position = 0;
	while ((session = handle_next(&reload->dry->session_handles, &position)))
		adopt_session(reload, session, session->pair);
}
