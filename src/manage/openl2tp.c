/* SPDX-License-Identifier: MIT */
/*
 * See openl2tp.h.
 */
#include "manage/openl2tp.h"

#include "manage/hooks.h"
#include "manage/server.h"

static void count_frames(const struct datapath_totals *totals, const struct control_counters *control,
			 struct openl2tp_counters *counters)
{
	const struct channel_counters *channel = &control->channel;

	counters->short_frames = totals->rx_short;
	counters->wrong_version_frames = totals->rx_version + control->wrong_version;
	counters->unexpected_data_frames = totals->rx_unknown_session;
	counters->bad_rcvd_frames = control->malformed + totals->rx_oversize;
	counters->total_rcvd_control_frames = control->received;
	counters->total_sent_control_frames = channel->sent + channel->retransmitted + channel->acks_sent;
	counters->total_control_frame_send_fails = totals->tx_unsent;
	counters->total_retransmitted_control_frames = channel->retransmitted;
	counters->no_control_frame_resources = control->replies_dropped;
	counters->encode_message_fails = control->unsendable;
	counters->no_matching_tunnel_id_discards = control->unknown_tunnel;
	counters->no_matching_session_id_discards = control->unknown_session;
	counters->mismatched_tunnel_ids = control->wrong_source;
	counters->mismatched_session_ids = totals->rx_wrong_source;
	counters->auth_fails = control->authentication_failures;
	counters->ignored_avps = control->ignored_avps;
	counters->vendor_avps = control->vendor_avps;
	for (unsigned int type = 0; type < MESSAGE_TYPE_COUNT; type++)
		*(message_name(type) ? &counters->illegal_messages : &counters->unsupported_messages) +=
			control->messages_bad[type];
}

static void count_setbacks(const struct service_setbacks *setbacks, struct openl2tp_counters *counters)
{
	counters->no_peer_resources = setbacks->no_resources[SERVICE_RESOURCE_PEER];
	counters->no_tunnel_resources = setbacks->no_resources[SERVICE_RESOURCE_TUNNEL];
	counters->no_session_resources = setbacks->no_resources[SERVICE_RESOURCE_SESSION];
	counters->no_ppp_resources = setbacks->no_resources[SERVICE_RESOURCE_PPP];
	counters->too_many_tunnels = setbacks->too_many_tunnels;
	counters->too_many_sessions = setbacks->too_many_sessions;
	counters->tunnel_setup_failures = setbacks->tunnel_failures;
	counters->session_setup_failures = setbacks->session_failures;
}

void openl2tp_count(struct manage *manage, struct openl2tp_counters *counters)
{
	struct control_counters control;
	struct service_status status;

	service_status(manage->service, &status);
	service_control_counters(manage->service, &control);
	*counters = (struct openl2tp_counters){ .event_queue_full_errors = hooks_counters(manage->hooks)->lost };
	count_frames(&status.totals, &control, counters);
	count_setbacks(&status.setbacks, counters);
}
