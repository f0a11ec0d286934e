/* SPDX-License-Identifier: MIT */
/*
 * The counters of the whole daemon under the names that OpenL2TP has for them, for those whose scripts know these.
 * Each is made of what is counted anyway.
 */
#ifndef L2TPD_MANAGE_OPENL2TP_H
#define L2TPD_MANAGE_OPENL2TP_H

#include <stdint.h>

struct manage;

struct openl2tp_counters {
	uint64_t short_frames, wrong_version_frames, unexpected_data_frames, bad_rcvd_frames;
	uint64_t total_rcvd_control_frames, total_sent_control_frames, total_control_frame_send_fails;
	uint64_t total_retransmitted_control_frames;
	uint64_t no_control_frame_resources, no_peer_resources, no_tunnel_resources, no_session_resources;
	uint64_t no_ppp_resources;
	uint64_t too_many_tunnels, too_many_sessions, auth_fails;
	uint64_t no_matching_tunnel_id_discards, no_matching_session_id_discards;
	uint64_t mismatched_tunnel_ids, mismatched_session_ids;
	uint64_t encode_message_fails, tunnel_setup_failures, session_setup_failures, event_queue_full_errors;
	uint64_t ignored_avps, vendor_avps, illegal_messages, unsupported_messages;
};

void openl2tp_count(struct manage *manage, struct openl2tp_counters *counters);

#endif
