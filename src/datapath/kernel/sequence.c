/* SPDX-License-Identifier: MIT */
/*
 * What the kernel does with sequence numbers is told by its trace points, of all its sessions in all namespaces, whose
 * names there are but the ids.  While somebody listens they are looked at in intervals; what is too much for one is
 * dropped unseen, as peers can cause any number.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/log.h"
#include "datapath/kernel/internal.h"

#define INTERVAL_MS 100
#define LOOKED_AT_ONCE 100		/* records, of whomever: 1000 a second, as the datapath in user space tells */

/* In the order of enum datapath_sequence. */
static const struct tracepoint points[] = {
	{ "session_seqnum_lns_enable", "name", { NULL } },
	{ "session_seqnum_lns_disable", "name", { NULL } },
	{ "session_seqnum_update", "name", { "ns", "nr" } },
	{ "session_seqnum_reset", "name", { "ns", "nr" } },
	{ "session_pkt_expired", "name", { "pkt_ns", "my_nr", "reorder_q_len" } },
	{ "session_pkt_outside_rx_window", "name", { "pkt_ns", "my_nr", "reorder_q_len" } },
	{ "session_pkt_oos", "name", { "pkt_ns", "my_nr", "reorder_q_len" } },
};
_Static_assert(sizeof(points) / sizeof(*points) == DATAPATH_PKT_OOS + 1, "each has one");

static void set_timer(const struct native_datapath *dp, long ms)
{
	const struct timespec time = { .tv_nsec = ms * 1000000 };

	(void)timerfd_settime(dp->sequence_fd, 0, &(struct itimerspec){ time, time }, NULL);
}

void native_listen_in(struct datapath *base, bool on)
{
	struct native_datapath *dp = native_of(base);
	struct error error = { 0 };

	set_timer(dp, 0);
	dp->sequences_due = 0;
	tracepoints_close(dp->sequences);
	dp->sequences = on ? tracepoints_open("l2tp", points, sizeof(points) / sizeof(*points), &error) : NULL;
	if (dp->sequences)
		set_timer(dp, INTERVAL_MS);
	else if (on)
		log_warning("datapath=kernel: nobody can be told of sequence numbers: %s", error.text);
}

/* Tunnels in several namespaces may have the same id. */
static const struct native_session *find(const struct native_datapath *dp, const char *name)
{
	uint32_t tunnel_id, session_id, position = 0;
	const struct native_session *session = NULL;
	const struct native_tunnel *tunnel;

	if (sscanf(name, "sess %" SCNu32 "/%" SCNu32, &tunnel_id, &session_id) != 2)
		return NULL;
	while (!session && (tunnel = handle_next(&dp->tunnels, &position)))
		if (tunnel->tunnel_id == tunnel_id)
			session = native_session_find(tunnel, session_id);
	return session;
}

static bool take(const struct native_datapath *dp, const struct tracepoint_record *record, struct datapath_event *event)
{
	const struct native_session *session = find(dp, record->text);

	if (!session)
		return false;		/* another's */
	*event = (struct datapath_event){ .kind = DATAPATH_EVENT_SEQUENCE, .tunnel = session->tunnel->self,
					  .session = session->self };
	event->sequence.what = (enum datapath_sequence)record->point;
	event->sequence.ns = record->numbers[0];
	event->sequence.nr = record->numbers[1];
	event->sequence.queued = record->numbers[2];
	return true;
}

void native_sequences_look(struct native_datapath *dp)
{
	uint64_t expired;

	if (read(dp->sequence_fd, &expired, sizeof(expired)) < 0 || !dp->sequences)
		return;
	dp->sequences_due = LOOKED_AT_ONCE;
	native_notice(dp);
}

int native_sequences(struct native_datapath *dp, struct datapath_event *events, int max)
{
	struct tracepoint_record record;
	int told = 0;

	while (told < max && dp->sequences_due) {
		if (!tracepoints_next(dp->sequences, &record)) {
			dp->sequences_due = 0;
			return told;
		}
		if (take(dp, &record, &events[told]))
			told++;
		if (--dp->sequences_due == 0)
			tracepoints_skip(dp->sequences);
	}
	if (dp->sequences_due)
		native_notice(dp);
	return told;
}
