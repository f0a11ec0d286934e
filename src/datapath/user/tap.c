/* SPDX-License-Identifier: MIT */
/* See tap.h. Rings exist from the first tap to the last. */
#include "datapath/user/tap.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>
#include <utlist.h>

#include "datapath/user/accelerate.h"
#include "datapath/user/message.h"
#include "os/route.h"

/* --- workers --- */

static uint64_t wall_clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

struct tap_record *tap_begin(struct worker *worker, const struct tunnel *tunnel, const struct session *session,
			     size_t length)
{
	uint32_t snaplen = session ? shared_get(session->snaplen) : shared_get(tunnel->snaplen);
	size_t captured = length < snaplen ? length : snaplen;
	struct ring *ring = rcu_dereference(worker->ring);
	struct tap_record *record = ring ? ring_reserve(ring, sizeof(*record) + captured) : NULL;

	if (!record) {
		worker->tap_lost++;
		return NULL;
	}
	record->ring = ring;
	record->packet = (struct datapath_packet){
		.tunnel = tunnel->self,
		.session = session ? session->self : HANDLE_NONE,
		.when_ns = wall_clock_ns(),
		.cookie_length = session ? session->peer_cookie_length : L2TP_COOKIE_MAX,
		.drop = DATAPATH_DROP_NONE,
		.length = (uint32_t)length,
		.captured = (uint32_t)captured,
		.lost = worker->tap_lost,
	};
	worker->tap_lost = 0;
	return record;
}

void tap_end(struct worker *worker, struct tap_record *record)
{
	uint64_t one = 1;

	/* The counter cannot overflow: it is written once for each time that the reader was done. */
	if (record && ring_commit(record->ring) && write(worker->dp->tap_fd, &one, sizeof(one)) < 0)
		return;
}

static size_t octets_of(const struct iovec *iov, size_t vectors)
{
	size_t octets = 0;

	while (vectors)
		octets += iov[--vectors].iov_len;
	return octets;
}

static void gather(uint8_t *out, size_t room, const struct iovec *iov)
{
	for (; room; iov++) {
		size_t part = iov->iov_len < room ? iov->iov_len : room;

		memcpy(out, iov->iov_base, part);
		out += part;
		room -= part;
	}
}

void tap_departure(struct worker *worker, const struct session *session, const struct path *path,
		   const struct iovec *iov, size_t vectors, int drop)
{
	struct tap_record *record = tap_begin(worker, session->tunnel, session, octets_of(iov, vectors));

	if (!record)
		return;
	record->packet.encap = path->group->encap;
	record->packet.outgoing = true;
	record->packet.cookie_length = session->config.cookie_length;
	record->packet.drop = drop;
	record->packet.local = path->local;
	record->packet.peer = path->peer;
	gather(record->octets, record->packet.captured, iov);
	tap_end(worker, record);
}

void tap_message_sent(struct worker *worker, const struct tunnel *tunnel, const struct socket_group *group,
		      const struct datapath_message *message, int drop)
{
	struct tap_record *record = tap_begin(worker, tunnel, NULL, message->length);

	if (!record)
		return;
	record->packet.encap = group->encap;
	record->packet.outgoing = true;
	record->packet.drop = drop;
	record->packet.local = group->local;
	if (address_is_any(&group->local.address))
		record->packet.local.address = message->local.address;
	record->packet.peer = message->peer;
	memcpy(record->octets, message->octets, record->packet.captured);
	tap_end(worker, record);
}

/* --- the control thread: rings, one of which is its own --- */

static int open_rings(struct user_datapath *dp, struct error *error)
{
	for (unsigned int i = 0; i <= dp->worker_count; i++) {
		struct ring *ring = dp->workers[i].ring ? NULL : ring_new();

		if (ring)
			rcu_assign_pointer(dp->workers[i].ring, ring);
		if (!dp->workers[i].ring)
			return error_system(error, ENOMEM, NULL, "cannot capture packets");
	}
	return 0;
}

static void close_rings(struct user_datapath *dp)
{
	struct ring *ring;

	for (unsigned int i = 0; i <= dp->worker_count; i++)
		dp->workers[i].closing_ring = rcu_xchg_pointer(&dp->workers[i].ring, NULL);
	synchronize_rcu();
	for (unsigned int i = 0; i <= dp->worker_count; i++) {
		ring = dp->workers[i].closing_ring;
		dp->workers[i].closing_ring = NULL;
		ring_free(ring);
	}
}

/* --- taps --- */

/* One more, or one less; with the last the rings go. */
static void count_tap(struct user_datapath *dp, bool more)
{
	dp->taps += more ? 1 : -1;
	if (!dp->taps)
		close_rings(dp);
}

void tap_join(struct session *session)
{
	uint32_t snaplen = session->tunnel->snaplen;

	if (session->own_snaplen > snaplen)
		snaplen = session->own_snaplen;
	if (snaplen)
		shared_set(session->snaplen, snaplen);
	shared_set(session->tapped, snaplen > 0);
}

/* Workers find tapped tunnels here when a packet belongs to no session. */
static void list_tunnel(struct user_datapath *dp, struct tunnel *tunnel, bool add)
{
	const struct tunnel *wanted = add ? NULL : tunnel;

	for (int i = 0; i < DATAPATH_TAPS_MAX; i++) {
		if (dp->tapped[i] != wanted)
			continue;
		rcu_assign_pointer(dp->tapped[i], add ? tunnel : NULL);
		break;
	}
	shared_set(dp->tapped_count, dp->tapped_count + (add ? 1u : -1u));
}

static void tap_tunnel(struct user_datapath *dp, struct tunnel *tunnel, uint32_t snaplen)
{
	bool before = tunnel->snaplen > 0, after = snaplen > 0;
	struct session *session;

	shared_set(tunnel->snaplen, snaplen);
	DL_FOREACH(tunnel->sessions, session)
		tap_join(session);
	if (before == after)
		return;
	list_tunnel(dp, tunnel, after);
	count_tap(dp, after);
}

static void tap_session(struct user_datapath *dp, struct session *session, uint32_t snaplen)
{
	bool before = session->own_snaplen > 0, after = snaplen > 0;

	session->own_snaplen = snaplen;
	tap_join(session);
	if (before != after)
		count_tap(dp, after);
}

int tap_set(struct datapath *base, handle tunnel_handle, handle session_handle, uint32_t snaplen, struct error *error)
{
	struct user_datapath *dp = user_datapath(base);
	struct tunnel *tunnel = handle_get(&dp->tunnels, tunnel_handle);
	struct session *session = handle_get(&dp->sessions, session_handle);

	if (session_handle == HANDLE_NONE ? !tunnel : !session)
		return error_set(error, ERROR_UNKNOWN, NULL, "the datapath has no such %s",
				 session_handle == HANDLE_NONE ? "tunnel" : "session");
	if (snaplen > DATAPATH_SNAPLEN_MAX)
		snaplen = DATAPATH_SNAPLEN_MAX;
	if (snaplen && !(session ? session->own_snaplen : tunnel->snaplen)) {
		if (dp->taps == DATAPATH_TAPS_MAX)
			return error_set(error, ERROR_LIMIT, NULL, "%d tunnels and sessions are being captured: "
					 "end one of these captures first", DATAPATH_TAPS_MAX);
		if (open_rings(dp, error) < 0) {
			if (!dp->taps)
				close_rings(dp);
			return -1;
		}
	}
	if (session) {
		tap_session(dp, session, snaplen);
		accelerate_settle(dp, session);
		return 0;
	}
	tap_tunnel(dp, tunnel, snaplen);
	DL_FOREACH(tunnel->sessions, session)
		accelerate_settle(dp, session);
	return 0;
}

void tap_forget_session(struct user_datapath *dp, struct session *session)
{
	if (session->own_snaplen)
		tap_session(dp, session, 0);
}

void tap_forget_tunnel(struct user_datapath *dp, struct tunnel *tunnel)
{
	if (tunnel->snaplen)
		tap_tunnel(dp, tunnel, 0);
}

/* --- what the rings hold --- */

/* Our address towards the tunnel's peer where its socket has none of its own. */
static void learn_source(struct user_datapath *dp, struct datapath_packet *packet)
{
	struct tunnel *tunnel = handle_get(&dp->tunnels, packet->tunnel);
	struct route_query query;

	if (!tunnel || !address_is_any(&packet->local.address))
		return;
	if (!tunnel->source_asked) {
		query = (struct route_query){ &tunnel->config.local.address, &tunnel->config.peer,
					      tunnel->config.netns, tunnel->config.bind_interface,
					      tunnel->config.fwmark };
		if (route_source(&query, &tunnel->source) < 0)
			tunnel->source = (struct address){ .family = AF_UNSPEC };
		tunnel->source_asked = true;
	}
	if (tunnel->source.family == packet->peer.address.family)
		packet->local.address = tunnel->source;
}

/* The ring whose first record is the oldest of all; NULL: there is none. */
static struct ring *oldest(const struct user_datapath *dp)
{
	const struct tap_record *record, *first = NULL;
	struct ring *found = NULL;

	for (unsigned int i = 0; i <= dp->worker_count; i++) {
		struct ring *ring = dp->workers[i].ring;

		record = ring ? ring_first(ring) : NULL;
		if (record && (!first || record->packet.when_ns < first->packet.when_ns)) {
			first = record;
			found = ring;
		}
	}
	return found;
}

static int take(struct user_datapath *dp, struct datapath_packet *packets, int max)
{
	struct ring *ring;
	int count = 0;

	while (count < max && (ring = oldest(dp))) {
		const struct tap_record *record = ring_first(ring);

		packets[count] = record->packet;
		packets[count].octets = record->octets;
		learn_source(dp, &packets[count++]);
		ring_take(ring);
	}
	return count;
}

int tap_packet_fd(struct datapath *base)
{
	return user_datapath(base)->tap_fd;
}

int tap_packets(struct datapath *base, struct datapath_packet *packets, int max)
{
	struct user_datapath *dp = user_datapath(base);
	uint64_t told;
	int count;

	for (unsigned int i = 0; i <= dp->worker_count; i++)
		if (dp->workers[i].ring)
			ring_release(dp->workers[i].ring);
	count = take(dp, packets, max);
	if (count || max <= 0)
		return count;
	/* Nothing: sleep, unless a worker wrote a record and told so just before that. */
	if (read(dp->tap_fd, &told, sizeof(told)) < 0)
		return 0;
	count = take(dp, packets, max);
	told = 1;
	if (count && write(dp->tap_fd, &told, sizeof(told)) < 0)
		return count;
	return count;
}
