/* SPDX-License-Identifier: MIT */
/*
 * What tests may see of the null datapath and do to it: its log, failures, events, statistics.
 */
#include <stdlib.h>
#include <string.h>

#include <utlist.h>

#include "datapath/null/internal.h"

#define LOG_SIZE_FIRST 64

void null_log(struct null_datapath *null, const struct datapath_null_entry *entry)
{
	if (!null->logging)
		return;
	if (null->log_count == null->log_size) {
		size_t size = null->log_size ? null->log_size * 2 : LOG_SIZE_FIRST;
		struct datapath_null_entry *log = reallocarray(null->log, size, sizeof(*log));

		if (!log)
			abort();	/* a test's machine; a log with a hole would let a test pass */
		null->log = log;
		null->log_size = size;
	}
	null->log[null->log_count++] = *entry;
}

void datapath_null_choose_apart(struct datapath *dp)
{
	null_of(dp)->choose_apart = true;
}

void datapath_null_log_begin(struct datapath *dp)
{
	struct null_datapath *null = null_of(dp);

	null->logging = true;
	null->log_count = 0;
}

const struct datapath_null_entry *datapath_null_log(struct datapath *dp, size_t *count)
{
	*count = null_of(dp)->log_count;
	return null_of(dp)->log;
}

void datapath_null_fail(struct datapath *dp, enum datapath_null_operation operation, unsigned int successes,
			const struct error *error)
{
	struct null_failure *failure = &null_of(dp)->failures[operation];

	failure->armed = error != NULL;
	failure->successes = successes;
	if (error)
		failure->error = *error;
}

bool null_fails(struct null_datapath *null, enum datapath_null_operation operation, struct error *error)
{
	struct null_failure *failure = &null->failures[operation];

	if (!failure->armed || failure->successes-- > 0)
		return false;
	failure->armed = false;
	if (error)
		*error = failure->error;
	return true;
}

bool datapath_null_event(struct datapath *dp, const struct datapath_event *event)
{
	struct null_datapath *null = null_of(dp);
	struct datapath_event *events;

	events = reallocarray(null->events, (size_t)null->event_count + 1, sizeof(*events));
	if (!events)
		return false;
	events[null->event_count++] = *event;
	null->events = events;
	return true;
}

void null_forget_packets(struct null_packet **list)
{
	struct null_packet *packet, *next;

	DL_FOREACH_SAFE(*list, packet, next)
		free(packet);
	*list = NULL;
}

static uint32_t snaplen_of(const struct null_datapath *null, const struct datapath_packet *packet)
{
	const struct null_tunnel *tunnel = handle_get(&null->tunnels, packet->tunnel);
	const struct null_session *session = handle_get(&null->sessions, packet->session);
	uint32_t snaplen = tunnel ? tunnel->snaplen : 0;

	return session && session->snaplen > snaplen ? session->snaplen : snaplen;
}

bool datapath_null_packet(struct datapath *dp, const struct datapath_packet *packet)
{
	struct null_datapath *null = null_of(dp);
	uint32_t snaplen = snaplen_of(null, packet);
	struct null_packet *copy = snaplen ? calloc(1, sizeof(*copy) + packet->captured) : NULL;

	if (!copy)
		return false;
	copy->packet = *packet;
	copy->packet.octets = copy->octets;
	if (packet->captured > snaplen)
		copy->packet.captured = snaplen;
	memcpy(copy->octets, packet->octets, copy->packet.captured);
	DL_APPEND(null->packets, copy);
	return true;
}

void datapath_null_set_stats(struct datapath *dp, handle session, const struct datapath_stats *stats)
{
	struct null_session *found = handle_get(&null_of(dp)->sessions, session);

	if (found && !found->stats)
		found->stats = calloc(1, sizeof(*found->stats));
	if (found && found->stats)
		*found->stats = *stats;
}

void datapath_null_set_network_packets(struct datapath *dp, handle session, uint64_t packets)
{
	struct null_session *found = handle_get(&null_of(dp)->sessions, session);

	if (found)
		found->network_packets = packets;
}

void datapath_null_set_carrier(struct datapath *dp, handle session, bool carrier)
{
	struct null_session *found = handle_get(&null_of(dp)->sessions, session);

	if (found)
		found->no_carrier = !carrier;
}

uint32_t datapath_null_tunnels(const struct datapath *dp)
{
	return null_of_const(dp)->tunnels.used;
}

uint32_t datapath_null_devices(const struct datapath *dp)
{
	return null_of_const(dp)->devices.used;
}

const struct datapath_device_config *datapath_null_device(const struct datapath *dp, handle device)
{
	const struct null_shared *found = handle_get(&null_of_const(dp)->devices, device);

	return found ? &found->config : NULL;
}

uint32_t datapath_null_sessions(const struct datapath *dp)
{
	return null_of_const(dp)->sessions.used;
}

const struct datapath_tunnel_config *datapath_null_tunnel(const struct datapath *dp, handle tunnel)
{
	const struct null_tunnel *found = handle_get(&null_of_const(dp)->tunnels, tunnel);

	return found ? &found->config : NULL;
}

const struct datapath_session_config *datapath_null_session(struct datapath *dp, handle session)
{
	struct null_datapath *null = null_of(dp);
	const struct null_session *found = handle_get(&null->sessions, session);

	if (!found)
		return NULL;
	null_session_config(found, &null->shown);
	return &null->shown;
}
