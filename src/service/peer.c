/* SPDX-License-Identifier: MIT */
/*
 * Peers: whom tunnels lead to.  Nobody makes them; one is there from the first tunnel that knows its peer's address to
 * the last that does.
 */
#include <stdlib.h>
#include <string.h>

#include "service/state.h"

static void key_of(const struct tunnel_config *config, const struct address *address, struct peer_key *key)
{
	memset(key, 0, sizeof(*key));
	key->peer = *address;
	if (!address_is_any(&config->src_ipaddr))
		key->local = config->src_ipaddr;
}

static struct peer *find(const struct service *service, const struct peer_key *key)
{
	struct peer *peer;

	HASH_FIND(hh, service->peers, key, sizeof(*key), peer);
	return peer;
}

static struct peer *add(struct service *service, const struct peer_key *key)
{
	struct peer *peer = calloc(1, sizeof(*peer));

	if (!peer)
		return NULL;
	peer->key = *key;
	HASH_ADD(hh, service->peers, key, sizeof(peer->key), peer);
	if (peer->hh.tbl)
		return peer;
	free(peer);
	return NULL;
}

/* Tunnels whose peer has its trace_flags from this profile. */
static bool follows(const struct tunnel *tunnel, const struct profile *profile)
{
	return tunnel->record && !tunnel->record->trace_given &&
	       (profile_is_default(profile) || tunnel->provenance.peer == profile);
}

static struct tunnel *next_tunnel(const struct service *service, const struct tunnel *tunnel)
{
	return lookup_tunnel_from(service, tunnel ? (uint64_t)tunnel->by_id.id + 1 : 0);
}

/* Tunnels to one peer may have several peer profiles: what the others brought stays. */
void peers_follow(struct service *service, const struct profile *profile)
{
	struct tunnel *tunnel = NULL;
	struct peer *peer;

	while ((tunnel = next_tunnel(service, tunnel))) {
		if (!follows(tunnel, profile))
			continue;
		tunnel->brought_flags = profile_trace_flags(service, tunnel->provenance.peer);
		tunnel->record->trace_flags = 0;
		tunnel->record->follows = true;
	}
	while ((tunnel = next_tunnel(service, tunnel))) {
		if (tunnel->record && tunnel->record->follows)
			tunnel->record->trace_flags |= tunnel->brought_flags;
	}
	while ((tunnel = next_tunnel(service, tunnel))) {
		if (tunnel->record && tunnel->record->follows)
			tap_again(service, tunnel);
	}
	for (peer = service->peers; peer; peer = peer->hh.next)
		peer->follows = false;
}

int peer_enter(struct service *service, struct tunnel *tunnel, const struct address *address, struct error *error)
{
	struct peer_key key;
	struct peer *peer;

	key_of(&tunnel->config, address, &key);
	peer = find(service, &key);
	if (!peer)
		peer = add(service, &key);
	if (!peer) {
		service_no_memory(error);
		history_refused(service, SERVICE_RESOURCE_PEER, error);
		return -1;
	}
	peer->tunnels++;
	peer_leave(service, tunnel);
	tunnel->record = peer;
	tunnel->brought_flags = profile_trace_flags(service, tunnel->provenance.peer);
	if (!peer->trace_given)
		peer->trace_flags |= tunnel->brought_flags;
	return 0;
}

void peer_leave(struct service *service, struct tunnel *tunnel)
{
	struct peer *peer = tunnel->record;

	tunnel->record = NULL;
	if (!peer || --peer->tunnels)
		return;
	if (peer->is_announced)
		event_peer(service, SERVICE_EVENT_PEER_REMOVED, &peer->key.peer, "");
	HASH_DELETE(hh, service->peers, peer);
	free(peer);
}

/* --- looking --- */

static int compare_addresses(const struct address *a, const struct address *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

/* By the peer's address, then ours. */
static int compare(const struct address *a_peer, const struct address *a_local, const struct address *b_peer,
		   const struct address *b_local)
{
	int order = compare_addresses(a_peer, b_peer);

	return order ? order : compare_addresses(a_local, b_local);
}

static void view_of(const struct peer *peer, struct service_peer_view *view)
{
	*view = (struct service_peer_view){
		.local = peer->key.local,
		.peer = peer->key.peer,
		.tunnels = peer->tunnels,
		.trace_flags = peer->trace_flags,
	};
}

/* Into its place among the count that come first; one too many falls off the end. */
static unsigned int insert(struct service_peer_view *views, unsigned int count, unsigned int max,
			   const struct peer *peer)
{
	unsigned int place = count;

	while (place > 0 && compare(&peer->key.peer, &peer->key.local, &views[place - 1].peer,
				    &views[place - 1].local) < 0)
		place--;
	if (place == max)
		return count;
	if (count < max)
		count++;
	memmove(&views[place + 1], &views[place], (count - place - 1) * sizeof(*views));
	view_of(peer, &views[place]);
	return count;
}

unsigned int service_next_peers(struct service *service, const struct address *after_peer,
				const struct address *after_local, struct service_peer_view *views, unsigned int max)
{
	unsigned int count = 0;

	for (const struct peer *peer = service->peers; peer; peer = peer->hh.next) {
		if (compare(&peer->key.peer, &peer->key.local, after_peer, after_local) > 0)
			count = insert(views, count, max, peer);
	}
	return count;
}

static int refuse(const struct prefix *peer_ipaddr, bool many, struct error *error)
{
	char text[PREFIX_TEXT_MAX];

	prefix_format(peer_ipaddr, text, sizeof(text));
	if (many)
		return error_set(error, ERROR_VALUE, "peer_ipaddr",
				 "there are several peers of address %s: `peer list` shows them, give one's "
				 "peer_ipaddr and local_ipaddr", text);
	return error_set(error, ERROR_UNKNOWN, "peer_ipaddr",
			 "no tunnel leads to %s: `peer list` shows the peers there are", text);
}

int service_peer_view(struct service *service, const struct command *command, struct service_peer_view *view,
		      struct error *error)
{
	const struct peer_config *keys = &command->config.peer;
	const struct peer *found = NULL;

	if (keys->peer_ipaddr.address.family == AF_UNSPEC)
		return error_set(error, ERROR_MISSING, "peer_ipaddr", "which peer? Give peer_ipaddr");
	for (const struct peer *peer = service->peers; peer; peer = peer->hh.next) {
		if (!prefix_contains(&keys->peer_ipaddr, &peer->key.peer) ||
		    (keys->local_ipaddr.family != AF_UNSPEC && !address_equal(&peer->key.local, &keys->local_ipaddr)))
			continue;
		if (found)
			return refuse(&keys->peer_ipaddr, true, error);
		found = peer;
	}
	if (!found)
		return refuse(&keys->peer_ipaddr, false, error);
	view_of(found, view);
	return 0;
}
