/* SPDX-License-Identifier: MIT */
/*
 * The rows of state and of counters.  Counters carry the kernel's names (L2TP_ATTR_STATS) and
 * mean what they mean there.
 */
#include "manage/state.h"

#include "manage/openl2tp.h"
#include "service/service.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

#define ROW(type, member, name, words, unit, help) \
	{ #name, type, offsetof(struct OF, member), words, unit, help, false }

#define OF service_status
static const struct state_row system_rows[] = {
	ROW(STATE_U32, tunnels, tunnels, NULL, NULL, "tunnels that exist"),
	ROW(STATE_U32, sessions, sessions, NULL, NULL, "sessions that exist"),
	ROW(STATE_U32, tunnels_in[SERVICE_TUNNEL_UP], tunnels_up, NULL, NULL, "tunnels that are up"),
	ROW(STATE_U32, tunnels_in[SERVICE_TUNNEL_AUTHORIZING], tunnels_authorizing, NULL, NULL,
	    "tunnels that an authorizer is asked about"),
	ROW(STATE_U32, tunnels_in[SERVICE_TUNNEL_RESOLVING], tunnels_resolving, NULL, NULL,
	    "tunnels whose peer's name has no address yet"),
	ROW(STATE_U32, tunnels_in[SERVICE_TUNNEL_CONNECTING], tunnels_connecting, NULL, NULL,
	    "tunnels that peers were asked for"),
	ROW(STATE_U32, tunnels_in[SERVICE_TUNNEL_WAITING], tunnels_waiting, NULL, NULL,
	    "tunnels that wait for the next attempt, or for a session that wants them"),
	ROW(STATE_U32, tunnels_in[SERVICE_TUNNEL_DOWN], tunnels_down, NULL, NULL, "tunnels that are down"),
	ROW(STATE_U32, sessions_in[SERVICE_SESSION_UP], sessions_up, NULL, NULL, "sessions that are up"),
	ROW(STATE_U32, sessions_in[SERVICE_SESSION_AUTHORIZING], sessions_authorizing, NULL, NULL,
	    "sessions that an authorizer is asked about"),
	ROW(STATE_U32, sessions_in[SERVICE_SESSION_CONNECTING], sessions_connecting, NULL, NULL,
	    "sessions that peers were asked for"),
	ROW(STATE_U32, sessions_in[SERVICE_SESSION_WAITING], sessions_waiting, NULL, NULL,
	    "sessions that wait for their tunnel, or for the next attempt"),
	ROW(STATE_U32, sessions_in[SERVICE_SESSION_DOWN], sessions_down, NULL, NULL, "sessions that are down"),
	ROW(STATE_U32, user_sessions, user_sessions, NULL, NULL, "sessions of users who have proved their names"),
	ROW(STATE_U64, refused_users, refused_users, NULL, NULL,
	    "attempts to prove a name that came to nothing, since the start"),
	ROW(STATE_U64, skipped_challenges, skipped_challenges, NULL, NULL,
	    "times that a user stayed in whom no RADIUS server could be asked about (chap_interval), since the start"),
	ROW(STATE_U64, failures, failures, NULL, NULL, "what has failed since the start"),
	ROW(STATE_SINCE, loaded, load_age, NULL, "s", "how long ago the configuration was read again, or tried to be"),
	ROW(STATE_TEXT, load_error, load_error, NULL, NULL, "why it was refused then"),
	ROW(STATE_TEXT_POINTER, datapath, datapath, NULL, NULL, "what moves the packets"),
	ROW(STATE_SINCE, started, uptime, NULL, "s", "how long the daemon has been running"),
};
#undef OF

/* A number that is left out when it is 0. */
#define OPTIONAL(type, member, name, unit, help) \
	{ #name, type, offsetof(struct OF, member), NULL, unit, help, true }

#define OF service_tunnel_view
static const struct state_row tunnel_rows[] = {
	ROW(STATE_WORD, state, state, service_tunnel_state_words, NULL,
	    "authorizing: an authorizer is asked; resolving: the peer's name has no address yet; "
	    "connecting: the peer was asked for it; waiting: for the next attempt, or for a session that wants it; "
	    "up: it carries packets; down: the reason says why"),
	ROW(STATE_TEXT, reason, reason, NULL, NULL, "why it is not up, or the last trouble"),
	ROW(STATE_SINCE, reason_since, reason_age, NULL, "s", "how long ago that was"),
	ROW(STATE_WORD, origin, origin, service_origin_words, NULL,
	    "who made it: the configuration file, a command, the peer, or a program by the kernel's API"),
	ROW(STATE_SINCE, created, age, NULL, "s", "how long it has existed"),
	ROW(STATE_SINCE, up_since, up_age, NULL, "s", "how long it has been up"),
	ROW(STATE_ENDPOINT, info.local, local, NULL, NULL, "local address and UDP port in use"),
	ROW(STATE_ADDRESS, peer, peer, NULL, NULL, "the peer's address, as its name was resolved"),
	OPTIONAL(STATE_U32, peer_port, peer_port, NULL, "the peer's UDP port in use"),
	OPTIONAL(STATE_U32, peer_tunnel_id, peer_tunnel_id, NULL, "the peer's id of the tunnel in use"),
	ROW(STATE_TEXT_POINTER, opened_by, opened_by, NULL, NULL, "who asked for it: us or the peer"),
	ROW(STATE_UNTIL, next_attempt, next_attempt, NULL, "s", "when it is asked for again"),
	OPTIONAL(STATE_U32, failed_attempts, failed_attempts, NULL, "attempts that failed since it was up last"),
	ROW(STATE_TEXT, transport.peer_host_name, peer_host_name, NULL, NULL, "what the peer calls itself"),
	ROW(STATE_TEXT, transport.peer_vendor_name, peer_vendor_name, NULL, NULL, "who made it, as it says"),
	ROW(STATE_TEXT, peer_firmware, peer_firmware, NULL, NULL, "its firmware revision"),
	ROW(STATE_TEXT, peer_protocol, peer_protocol_version, NULL, NULL, "its version of the control protocol"),
	ROW(STATE_TEXT_POINTER, peer_framing, peer_framing_caps, NULL, NULL, "framing that it can do"),
	ROW(STATE_TEXT_POINTER, peer_bearer, peer_bearer_caps, NULL, NULL, "bearers that it can open"),
	ROW(STATE_U32, info.path_mtu, path_mtu, NULL, "octets",
	    "largest IP packet that reaches the peer whole; 0: not known"),
	ROW(STATE_TEXT_POINTER, moved_by, datapath, NULL, NULL, "what moves its sessions' packets, and why"),
	ROW(STATE_U32, sessions, sessions, NULL, NULL, "sessions in this tunnel"),
};
#undef OF

#define OF service_session_view
static const struct state_row session_rows[] = {
	ROW(STATE_WORD, state, state, service_session_state_words, NULL,
	    "authorizing: an authorizer is asked; connecting: the peer was asked for it; "
	    "waiting: for its tunnel, or for the next attempt; up: packets can pass; down: the reason says why not"),
	ROW(STATE_TEXT, reason, reason, NULL, NULL, "why it is not up"),
	ROW(STATE_WORD, origin, origin, service_origin_words, NULL,
	    "who made it: the configuration file, a command, the peer, or a program by the kernel's API"),
	ROW(STATE_SINCE, created, age, NULL, "s", "how long it has existed"),
	ROW(STATE_SINCE, up_since, up_age, NULL, "s", "how long it has been up"),
	OPTIONAL(STATE_U32, peer_session_id, peer_session_id, NULL, "the peer's id of the session in use"),
	ROW(STATE_TEXT_POINTER, role, role, NULL, NULL, "what we are in the call: the LAC or the LNS, and who asked"),
	ROW(STATE_TEXT_POINTER, call_phase, call_phase, NULL, NULL, "how far the call is"),
	OPTIONAL(STATE_U32, serial_number, serial_number, NULL, "the number of the call, for both ends' logs"),
	ROW(STATE_UNTIL, next_attempt, next_attempt, NULL, "s", "when it is asked for again"),
	OPTIONAL(STATE_U32, failed_attempts, failed_attempts, NULL, "attempts that failed since it was up last"),
	ROW(STATE_TEXT, send_accm, send_accm, NULL, NULL, "control characters to escape in what is sent (SLI)"),
	ROW(STATE_TEXT, receive_accm, receive_accm, NULL, NULL, "those that are escaped in what is received (SLI)"),
	OPTIONAL(STATE_U32, reports.errors.crc, call_crc_errors, NULL, "errors of the LAC's line, as it told (WEN)"),
	OPTIONAL(STATE_U32, reports.errors.framing, call_framing_errors, NULL, "likewise"),
	OPTIONAL(STATE_U32, reports.errors.hardware_overruns, call_hardware_overruns, NULL, "likewise"),
	OPTIONAL(STATE_U32, reports.errors.buffer_overruns, call_buffer_overruns, NULL, "likewise"),
	OPTIONAL(STATE_U32, reports.errors.timeouts, call_timeout_errors, NULL, "likewise"),
	OPTIONAL(STATE_U32, reports.errors.alignment, call_alignment_errors, NULL, "likewise"),
	ROW(STATE_TEXT_POINTER, ppp.phase, ppp_phase, NULL, NULL,
	    "how far PPP is: link: LCP; authenticate: names are proved; asking: who knows the peer's is asked; "
	    "network: addresses; up"),
	ROW(STATE_TEXT, ppp.user_name, user_name, NULL, NULL, "the name that the peer has proved"),
	ROW(STATE_TEXT_POINTER, ppp.peer_proved_by, peer_proved_by, NULL, NULL, "how it proved it"),
	ROW(STATE_TEXT_POINTER, ppp.proved_by, proved_by, NULL, NULL, "how we proved ours"),
	ROW(STATE_ADDRESS, ppp.local, local_ipaddr, NULL, NULL, "our address in the session"),
	ROW(STATE_ADDRESS, ppp.peer, remote_ipaddr, NULL, NULL, "the peer's address in the session"),
	ROW(STATE_ADDRESS, ppp.local_ipv6, local_ipv6, NULL, NULL, "our link-local address"),
	ROW(STATE_ADDRESS, ppp.peer_ipv6, remote_ipv6, NULL, NULL, "the peer's link-local address"),
	ROW(STATE_TEXT, ppp.ipv6_prefix, ipv6_prefix, NULL, NULL, "whose addresses the peer makes itself"),
	ROW(STATE_ADDRESS, ppp.ipv6_address, ipv6_address, NULL, NULL, "what a RADIUS server gave the peer by itself"),
	ROW(STATE_TEXT, ppp.delegated_prefix, delegated_prefix, NULL, NULL, "what the peer may give on"),
	ROW(STATE_ADDRESS, ppp.dns[0], dns_ipaddr_pri, NULL, NULL, "name server that the peer told"),
	ROW(STATE_ADDRESS, ppp.dns[1], dns_ipaddr_sec, NULL, NULL, "the second one"),
	ROW(STATE_ADDRESS, ppp.dns6[0], dns_ipv6addr_pri, NULL, NULL, "name server that the peer advertises"),
	ROW(STATE_ADDRESS, ppp.dns6[1], dns_ipv6addr_sec, NULL, NULL, "the second one"),
	OPTIONAL(STATE_U16, ppp.local_mru, local_mru, "octets", "largest packet that the peer sends"),
	OPTIONAL(STATE_U16, ppp.peer_mru, peer_mru, "octets", "largest packet that the peer takes"),
	OPTIONAL(STATE_U32, ppp.mppe_bits, mppe_bits, NULL, "packets are encrypted with keys of so many bits"),
	OPTIONAL(STATE_U32, ppp.session_timeout, session_timeout, "s", "how long it may last"),
	OPTIONAL(STATE_U32, ppp.idle_timeout, idle_timeout, "s", "how long it may be idle"),
	OPTIONAL(STATE_U64, ppp.rate_send, rate_send, "bit/s", "most that is sent to the peer"),
	OPTIONAL(STATE_U64, ppp.rate_receive, rate_receive, "bit/s", "most that is taken from the peer"),
	ROW(STATE_TEXT, ppp.filter, filter_id, NULL, NULL, "Filter-Id of the RADIUS server"),
	ROW(STATE_TEXT, ppp.accounting_id, accounting_id, NULL, NULL, "Acct-Session-Id"),
	OPTIONAL(STATE_U64, ppp.counters.sent, ppp_frames_sent, NULL, "frames of PPP's own protocols sent"),
	OPTIONAL(STATE_U64, ppp.counters.received, ppp_frames_received, NULL, "such received"),
	OPTIONAL(STATE_U64, ppp.counters.dropped, ppp_frames_dropped, NULL, "of these, that could not be read"),
	OPTIONAL(STATE_U64, ppp.counters.echoes_sent, ppp_echoes_sent, NULL, "echo requests sent"),
	OPTIONAL(STATE_U64, ppp.counters.echoes_answered, ppp_echoes_answered, NULL,
		 "of these, that the peer answered"),
	ROW(STATE_TEXT, info.ifname, interface_name, NULL, NULL, "its network device"),
	OPTIONAL(STATE_U32, info.ifindex, ifindex, NULL, "the device's index in its network namespace"),
	ROW(STATE_U32, info.mtu, mtu, NULL, "octets", "the device's MTU in effect"),
	ROW(STATE_BOOL, info.carrier, carrier, NULL, NULL, "whether the device has carrier"),
	ROW(STATE_TEXT_POINTER, moved_by, datapath, NULL, NULL, "what moves its packets, and why"),
	ROW(STATE_BOOL, info.send_seq, send_seq, NULL, NULL,
	    "whether sequence numbers are being sent: without lns_mode this follows the peer"),
};
#undef OF

/* How control messages are carried; of one tunnel, or of all together. */
#define CHANNEL_ROWS                                                                                                  \
	ROW(STATE_U64, channel.sent, sent, NULL, NULL, "control messages sent to tunnels' peers, each counted once"), \
	ROW(STATE_U64, channel.received, received, NULL, NULL, "control messages of tunnels received, likewise"),     \
	ROW(STATE_U64, channel.retransmitted, retransmitted, NULL, NULL,                                              \
	    "control messages that were sent again: the peer had not acknowledged them"),                             \
	ROW(STATE_U64, channel.duplicates, duplicates, NULL, NULL, "control messages that came again"),               \
	ROW(STATE_U64, channel.held, held, NULL, NULL,                                                                \
	    "control messages that came ahead of their turn and were kept"),                                          \
	ROW(STATE_U64, channel.discarded, discarded, NULL, NULL,                                                      \
	    "control messages that came so far ahead that they were dropped"),                                        \
	ROW(STATE_U64, channel.acks_sent, acks_sent, NULL, NULL, "acknowledgements sent without a message"),          \
	ROW(STATE_U64, channel.acks_received, acks_received, NULL, NULL, "such that were received"),                  \
	ROW(STATE_U64, channel.octets_sent, octets_sent, NULL, NULL, "octets of all that was sent"),                  \
	ROW(STATE_U64, channel.octets_received, octets_received, NULL, NULL, "octets of all that was received")

#define OF control_tunnel_info
static const struct state_row transport_rows[] = {
	ROW(STATE_U16, ns, ns, NULL, NULL, "number of the next control message that is to be sent"),
	ROW(STATE_U16, nr, nr, NULL, NULL, "number of the control message that is expected next"),
	ROW(STATE_U16, peer_nr, peer_nr, NULL, NULL, "number of the first that the peer has not acknowledged"),
	ROW(STATE_U16, in_flight, in_flight, NULL, NULL, "messages that were sent and not acknowledged"),
	ROW(STATE_U16, peer_window, peer_window, NULL, NULL, "messages that the peer takes at once"),
	ROW(STATE_U16, cwnd, cwnd, NULL, NULL, "messages that the network takes at once: the congestion window"),
	ROW(STATE_U16, ssthresh, ssthresh, NULL, NULL, "up to this window it grows fast"),
	ROW(STATE_U16, cwnd_part, cwnd_part, NULL, NULL,
	    "messages acknowledged since it grew last, when it grows slowly"),
	CHANNEL_ROWS,
	ROW(STATE_U64, hellos_sent, hellos_sent, NULL, NULL, "HELLOs sent, to see whether the peer is alive"),
	ROW(STATE_U64, hellos_received, hellos_received, NULL, NULL, "HELLOs received"),
};
#undef OF

#define OF control_counters
#define CONTROL(member, help) ROW(STATE_U64, member, member, NULL, NULL, help)
static const struct state_row control_rows[] = {
	ROW(STATE_U32, tunnels, tunnels, NULL, NULL, "tunnels that are there or being closed"),
	ROW(STATE_U32, calls, calls, NULL, NULL, "calls in them"),
	ROW(STATE_U32, half_open, half_open, NULL, NULL, "peers that have asked for a tunnel and proved nothing yet"),
	ROW(STATE_U64, received, datagrams_received, NULL, NULL, "datagrams with control messages that arrived"),
	CONTROL(malformed, "of these, that are no control messages or cannot be read"),
	CONTROL(wrong_version, "of another version of L2TP than their tunnel's"),
	CONTROL(unknown_tunnel, "for tunnels that there are not"),
	CONTROL(unknown_session, "for calls that there are not"),
	CONTROL(wrong_source, "not from their tunnel's peer"),
	CONTROL(requests, "requests for tunnels (SCCRQ)"),
	CONTROL(requests_duplicate, "that came again"),
	CONTROL(requests_unproved, "that were put off until the peer repeats them: too many came"),
	CONTROL(requests_crowded_out, "that gave way to newer ones before the peer had proved anything"),
	CONTROL(requests_refused, "that were refused"),
	CONTROL(requests_expired, "that were accepted, and the peer did not go on"),
	CONTROL(replies_dropped, "answers to requests that were not sent: too many at once"),
	CONTROL(authentication_failures, "peers that did not know the secret"),
	CONTROL(ignored_avps, "values in messages that are not understood and need not be"),
	CONTROL(vendor_avps, "of these, some vendor's own"),
	CONTROL(unsendable, "messages that were not sent: too long, or no memory"),
	CHANNEL_ROWS,
};
#undef OF

#define MESSAGE(type, name) \
	{ #name, STATE_U64, MESSAGE_##type * sizeof(uint64_t), NULL, NULL, #type " messages", false }
static const struct state_row message_rows[] = {
	MESSAGE(SCCRQ, sccrq), MESSAGE(SCCRP, sccrp), MESSAGE(SCCCN, scccn), MESSAGE(STOPCCN, stopccn),
	MESSAGE(HELLO, hello), MESSAGE(OCRQ, ocrq), MESSAGE(OCRP, ocrp), MESSAGE(OCCN, occn), MESSAGE(ICRQ, icrq),
	MESSAGE(ICRP, icrp), MESSAGE(ICCN, iccn), MESSAGE(CDN, cdn), MESSAGE(WEN, wen), MESSAGE(SLI, sli),
};

#define OF datapath_stats
#define COUNTER(member, help) ROW(STATE_U64, member, member, NULL, NULL, help)
static const struct state_row statistics_rows[] = {
	COUNTER(tx_packets, "packets sent"),
	COUNTER(tx_bytes, "octets sent: L2TP header and payload, without UDP and IP"),
	COUNTER(tx_errors, "packets that could not be sent"),
	COUNTER(rx_packets, "packets received and delivered"),
	COUNTER(rx_bytes, "octets of these: L2TP header and payload, without UDP and IP"),
	COUNTER(rx_errors, "packets received and dropped, for whatever reason"),
	COUNTER(rx_seq_discards, "dropped for their sequence number, or because they had none"),
	COUNTER(rx_oos_packets, "received out of order and put in order"),
	COUNTER(rx_cookie_discards, "dropped because their cookie was wrong"),
	COUNTER(rx_invalid, "dropped because they were malformed"),
};
#undef OF

#define OF datapath_totals
static const struct state_row system_statistics_rows[] = {
	COUNTER(rx_short, "packets too short for an L2TP header"),
	COUNTER(rx_version, "packets of another version of L2TP than their tunnel's"),
	COUNTER(rx_unknown_session, "packets whose session does not exist"),
	COUNTER(rx_wrong_source, "packets of a session, but not from its peer's address and port"),
	COUNTER(rx_control, "control messages, which static tunnels have no use for"),
	COUNTER(rx_oversize, "packets larger than any that can be received"),
	COUNTER(socket_errors, "errors that tunnel sockets reported"),
	COUNTER(tx_unsent, "control messages that the system did not send"),
};
#undef OF

#define OF service_pool_view
static const struct state_row pool_rows[] = {
	COUNTER(size, "addresses, or prefixes, that could be given"),
	COUNTER(in_use, "of these, that somebody has"),
	COUNTER(remembered, "that nobody has, but that are kept for who had them last, as long as there are others"),
	COUNTER(given, "times that one was given, since the pool was made"),
	COUNTER(refused, "times that none was left"),
};
#undef OF

#define OF service_server_view
#define SERVER(member, help) ROW(STATE_U64, counters.member, member, NULL, NULL, help)
static const struct state_row server_rows[] = {
	ROW(STATE_WORD, state, state, service_server_state_words, NULL, "dead: it has not answered, and is asked last"),
	ROW(STATE_BOOL, authenticated, authenticated, NULL, NULL, "whether it has sent a Message-Authenticator"),
	ROW(STATE_U32, outstanding, outstanding, NULL, NULL, "requests that it has not answered yet"),
	ROW(STATE_U32, round_trip, round_trip, NULL, "ms", "how long the last answer took"),
	SERVER(access_requests, "questions about users"),
	SERVER(access_retransmissions, "times that one was asked again"),
	SERVER(access_accepts, "users who may come in"),
	SERVER(access_rejects, "users who may not"),
	SERVER(access_challenges, "questions that it had in return"),
	SERVER(accounting_requests, "records of what users did"),
	SERVER(accounting_retransmissions, "times that one was sent again"),
	SERVER(accounting_responses, "records that it has"),
	SERVER(timeouts, "requests that it never answered"),
	SERVER(malformed, "answers that are none"),
	SERVER(bad_authenticators, "answers that are forged, or of another secret"),
	SERVER(unexpected, "answers to nothing that was asked"),
	SERVER(disconnect_requests, "sessions that it wanted to end"),
	SERVER(disconnect_acks, "of these, that have ended"),
	SERVER(disconnect_naks, "that have not"),
	SERVER(coa_requests, "sessions that it wanted to change"),
	SERVER(coa_acks, "of these, that have changed"),
	SERVER(coa_naks, "that have not"),
	SERVER(dynamic_duplicates, "of all these, that came again"),
	SERVER(dynamic_dropped, "that were not believed"),
};
#undef OF

#define OF openl2tp_counters
static const struct state_row openl2tp_rows[] = {
	COUNTER(short_frames, "packets too short for an L2TP header"),
	COUNTER(wrong_version_frames, "packets of a version of L2TP that is not their tunnel's"),
	COUNTER(unexpected_data_frames, "packets with data of sessions that there are not"),
	COUNTER(bad_rcvd_frames, "packets that cannot be read"),
	COUNTER(total_rcvd_control_frames, "datagrams with control messages that arrived"),
	COUNTER(total_sent_control_frames, "those that were sent, each time counted, acknowledgements too"),
	COUNTER(total_control_frame_send_fails, "control messages that the system did not send"),
	COUNTER(total_retransmitted_control_frames, "control messages that were sent again"),
	COUNTER(no_control_frame_resources, "answers that were not sent: too many at once"),
	COUNTER(no_peer_resources, "peers that the system had no memory for"),
	COUNTER(no_tunnel_resources, "tunnels that the system had nothing for"),
	COUNTER(no_session_resources, "sessions that the system had nothing for"),
	COUNTER(no_ppp_resources, "sessions whose PPP the system had nothing for"),
	COUNTER(too_many_tunnels, "tunnels that were refused at max_tunnels"),
	COUNTER(too_many_sessions, "sessions that were refused at max_sessions"),
	COUNTER(auth_fails, "peers that did not know the secret"),
	COUNTER(no_matching_tunnel_id_discards, "control messages for tunnels that there are not"),
	COUNTER(no_matching_session_id_discards, "those for sessions that there are not"),
	COUNTER(mismatched_tunnel_ids, "control messages that are not from their tunnel's peer"),
	COUNTER(mismatched_session_ids, "packets with data that are not from their session's peer"),
	COUNTER(encode_message_fails, "control messages that could not be made"),
	COUNTER(tunnel_setup_failures, "tunnels that did not come up"),
	COUNTER(session_setup_failures, "sessions that did not come up"),
	COUNTER(event_queue_full_errors, "events that were lost to hooks: too many at once"),
	COUNTER(ignored_avps, "values in control messages that are not understood and need not be"),
	COUNTER(vendor_avps, "of these, some vendor's own"),
	COUNTER(illegal_messages, "control messages that say what cannot be"),
	COUNTER(unsupported_messages, "control messages of a type that is not known"),
};
#undef OF

const struct state_table state_openl2tp = { "OpenL2tpStatistics", "What the daemon did, as OpenL2TP calls it.",
					    openl2tp_rows, COUNT(openl2tp_rows) };
const struct state_table state_pool = { "PoolState", "How much of a pool is given.", pool_rows, COUNT(pool_rows) };
const struct state_table state_server = { "ServerState", "How a RADIUS server is doing.", server_rows,
					  COUNT(server_rows) };
const struct state_table state_system = { "SystemState", "What the daemon is doing.", system_rows,
					  COUNT(system_rows) };
const struct state_table state_tunnel = { "TunnelState", "How a tunnel is doing.", tunnel_rows, COUNT(tunnel_rows) };
const struct state_table state_session = { "SessionState", "How a session is doing.", session_rows,
					   COUNT(session_rows) };
const struct state_table state_transport = { "Transport", "How the control messages of a tunnel are carried.",
					     transport_rows, COUNT(transport_rows) };
const struct state_table state_statistics = { "Statistics", "Counters of a tunnel or a session.", statistics_rows,
					      COUNT(statistics_rows) };
const struct state_table state_system_statistics = { "SystemStatistics",
						     "Packets that were dropped before they met a session.",
						     system_statistics_rows, COUNT(system_statistics_rows) };

const struct state_table state_control = { "ControlStatistics", "What the control protocol did.", control_rows,
					   COUNT(control_rows) };
const struct state_table state_messages = { "ControlMessages", "Control messages by their type.", message_rows,
					    COUNT(message_rows) };

const struct state_table *const state_tables[] = {
	&state_system, &state_system_statistics, &state_tunnel, &state_transport, &state_session,
	&state_statistics, &state_control, &state_messages, &state_pool, &state_server,
	&state_openl2tp, NULL,
};
