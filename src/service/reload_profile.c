/* SPDX-License-Identifier: MIT */
/*
 * The profiles in a reload.  Those that the file names, and the four called `default`, become as the file says, as a
 * whole.  Others of the file go, but one that an object which stays still has becomes the administrator's.  Whatever an
 * administrator made and the file does not name stays.
 *
 * Each profile of the dry run has its like in the service before anything is done, so that the rest cannot fail: new
 * ones are empty until then.
 */
#include <string.h>

#include "service/event.h"
#include "service/reload.h"
#include "service/state.h"

/* Those of this type, with their likes. */
static int pair_type(struct service *service, struct service *dry, enum config_object object, struct error *error)
{
	struct profile *profile;

	for (profile = profile_first(dry, object); profile; profile = profile->hh.next) {
		profile->pair = profile_find(service, object, profile->name);
		if (profile->pair)
			continue;
		profile->pair = profile_add(service, object, profile->name, error);
		if (!profile->pair)
			return -1;
		profile->pair->pair = NULL;	/* new: until the end */
	}
	return 0;
}

/* Those of the file, and those that it leaves alone.  What goes is in nobody's way. */
static int refuse_more(const struct service_reload *reload, enum config_object object, struct error *error)
{
	const struct profile *profile = profile_first(reload->service, object);
	unsigned int count = profile_count(reload->dry, object);

	for (; profile; profile = profile->hh.next)
		count += !reload_owns(reload, profile->origin) && !profile_find(reload->dry, object, profile->name);
	return profile_refuse_more(object, count, error);
}

int reload_profiles_begin(struct service_reload *reload, struct error *error)
{
	struct profile *profile;

	/* of all types, before any can fail: abort takes away what is like nothing */
	for (enum config_object object = CONFIG_PROFILE_FIRST; object <= CONFIG_PROFILE_LAST; object++) {
		for (profile = profile_first(reload->service, object); profile; profile = profile->hh.next)
			profile->pair = profile;
	}
	for (enum config_object object = CONFIG_PROFILE_FIRST; object <= CONFIG_PROFILE_LAST; object++) {
		if (refuse_more(reload, object, error) == 0 &&
		    pair_type(reload->service, reload->dry, object, error) == 0)
			continue;
		reload_profiles_abort(reload);
		return -1;
	}
	return 0;
}

void reload_profiles_abort(struct service_reload *reload)
{
	for (enum config_object object = CONFIG_PROFILE_FIRST; object <= CONFIG_PROFILE_LAST; object++) {
		struct profile *profile = profile_first(reload->service, object), *next;

		for (; profile; profile = next) {
			next = profile->hh.next;
			if (!profile->pair)
				profile_remove(reload->service, profile);
		}
	}
}

static struct profile *here(struct profile *profile)
{
	return profile && profile->pair ? profile->pair : profile;
}

void reload_provenance(struct provenance *provenance, const struct provenance *from)
{
	*provenance = *from;
	provenance->own = here(from->own);
	provenance->peer = here(from->peer);
	provenance->session = here(from->session);
	provenance->ppp = here(from->ppp);
}

static bool same_row(const struct profile *a, const struct profile *b, unsigned int row)
{
	return param_set_has(&a->set, row) == param_set_has(&b->set, row) &&
	       param_equal(config_tables[a->object], row, &a->config, &b->config);
}

/* Objects follow, as was planned; what is traced of peers is in no plan.  What is new in it, or not there any more, is
 * told. */
static void change(struct service *service, struct profile *profile, const struct profile *wanted)
{
	enum service_event_kind kind = profile->pair ? SERVICE_EVENT_PROFILE_MODIFIED : SERVICE_EVENT_PROFILE_CREATED;
	bool differ = memcmp(&profile->set, &wanted->set, sizeof(profile->set)) != 0 ||
		      memcmp(&profile->config, &wanted->config, sizeof(profile->config)) != 0;
	bool traces = profile->object == CONFIG_PEER_PROFILE &&
		      !same_row(profile, wanted, config_row(CONFIG_PEER_PROFILE, "trace_flags"));

	profile->config = wanted->config;
	profile->set = wanted->set;
	service->profile_changes++;
	if (traces)
		peers_follow(service, profile);
	if (differ || !profile->pair)
		event_profile(service, kind, profile->object, profile->name, profile->origin, &profile->set);
}

/* Whose profiles are they that the commands name? */
static void take_type(const struct service_reload *reload, enum config_object object)
{
	for (struct profile *profile = profile_first(reload->dry, object); profile; profile = profile->hh.next) {
		if (reload->mode == SERVICE_RELOAD_FILE)
			profile->pair->origin = SERVICE_ORIGIN_FILE;
		else if (!profile->pair->pair)
			profile->pair->origin = SERVICE_ORIGIN_ADMIN;
		change(reload->service, profile->pair, profile);
	}
}

/* Was it for the commands to name it, and they do not? */
static bool dropped(const struct service_reload *reload, const struct profile *profile)
{
	return !profile_is_default(profile) && reload_owns(reload, profile->origin) &&
	       !profile_find(reload->dry, profile->object, profile->name);
}

static void keep(struct profile *profile, struct profile **todo)
{
	if (!profile || profile->stays)
		return;
	profile->stays = true;
	profile->next_staying = *todo;
	*todo = profile;
}

static void keep_named(struct service *service, const struct profile *profile, struct profile **todo)
{
	for (unsigned int i = 0; i < profile_namings_count; i++) {
		const struct profile_naming *row = &profile_namings[i];
		const char *rest = NULL, *name;
		char buffer[CONFIG_NAME_MAX];

		if (row->object == profile->object)
			rest = profile_named(profile, config_row(row->object, row->parameter));
		while ((name = profile_next_name(row, &rest, buffer)))
			keep(profile_find(service, row->named, name), todo);
	}
}

/* Those that are in use, and what they name.  Dropped ones that name one another keep nobody. */
static void find_staying(const struct service_reload *reload)
{
	struct profile *todo = NULL, *profile;

	for (enum config_object object = CONFIG_PROFILE_FIRST; object <= CONFIG_PROFILE_LAST; object++) {
		for (profile = profile_first(reload->service, object); profile; profile = profile->hh.next)
			profile->stays = false;
	}
	for (enum config_object object = CONFIG_PROFILE_FIRST; object <= CONFIG_PROFILE_LAST; object++) {
		for (profile = profile_first(reload->service, object); profile; profile = profile->hh.next) {
			if (profile->uses || !dropped(reload, profile))
				keep(profile, &todo);
		}
	}
	while (todo) {
		profile = todo;
		todo = profile->next_staying;
		keep_named(reload->service, profile, &todo);
	}
}

static void drop_type(const struct service_reload *reload, enum config_object object)
{
	struct profile *profile = profile_first(reload->service, object), *next;

	for (; profile; profile = next) {
		next = profile->hh.next;
		if (profile->stays)
			continue;
		event_profile(reload->service, SERVICE_EVENT_PROFILE_DELETED, object, profile->name, profile->origin,
			      NULL);
		profile_remove(reload->service, profile);
	}
}

static void hand_over(const struct service_reload *reload, enum config_object object)
{
	struct profile *profile = profile_first(reload->service, object);

	for (; profile; profile = profile->hh.next) {
		if (dropped(reload, profile))
			profile->origin = SERVICE_ORIGIN_ADMIN;
	}
}

/* The contents first: what is named by nobody any more can go, what is still used changes hands. */
void reload_profiles_commit(struct service_reload *reload)
{
	for (enum config_object object = CONFIG_PROFILE_FIRST; object <= CONFIG_PROFILE_LAST; object++)
		take_type(reload, object);
	find_staying(reload);
	for (enum config_object object = CONFIG_PROFILE_FIRST; object <= CONFIG_PROFILE_LAST; object++) {
		drop_type(reload, object);
		hand_over(reload, object);
	}
}
