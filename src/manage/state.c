/* SPDX-License-Identifier: MIT */
/*
 * The rows of state and of counters.  Counters carry the kernel's names (L2TP_ATTR_STATS) and
 * mean what they mean there.
 */
#include "manage/state.h"

#include "service/service.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static const char *const tunnel_state_words[] = {
	"authorizing", "resolving", "connecting", "waiting", "up", "down", NULL
};
static const char *const session_state_words[] = {
	"authorizing", "connecting", "waiting", "up", "down", NULL
};

#define ROW(type, member, name, words, unit, help) { #name, type, offsetof(struct OF, member), words, unit, help }

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
	ROW(STATE_U64, failures, failures, NULL, NULL, "what has failed since the start"),
	ROW(STATE_SINCE, loaded, load_age, NULL, "s", "how long ago the configuration was read again, or tried to be"),
	ROW(STATE_TEXT, load_error, load_error, NULL, NULL, "why it was refused then"),
	ROW(STATE_TEXT_POINTER, datapath, datapath, NULL, NULL, "what moves the packets"),
	ROW(STATE_SINCE, started, uptime, NULL, "s", "how long the daemon has been running"),
};
#undef OF

#define OF service_tunnel_view
static const struct state_row tunnel_rows[] = {
	ROW(STATE_WORD, state, state, tunnel_state_words, NULL,
	    "authorizing: an authorizer is asked; resolving: the peer's name has no address yet; "
	    "connecting: the peer was asked for it; waiting: for the next attempt, or for a session that wants it; "
	    "up: it carries packets; down: the reason says why"),
	ROW(STATE_TEXT, reason, reason, NULL, NULL, "why it is not up, or the last trouble"),
	ROW(STATE_SINCE, reason_since, reason_age, NULL, "s", "how long ago that was"),
	ROW(STATE_WORD, origin, origin, service_origin_words, NULL,
	    "who made it: the configuration file, a command, or the peer"),
	ROW(STATE_SINCE, created, age, NULL, "s", "how long it has existed"),
	ROW(STATE_SINCE, up_since, up_age, NULL, "s", "how long it has been up"),
	ROW(STATE_ENDPOINT, info.local, local, NULL, NULL, "local address and UDP port in use"),
	ROW(STATE_ADDRESS, peer, peer, NULL, NULL, "the peer's address, as its name was resolved"),
	ROW(STATE_U32, info.path_mtu, path_mtu, NULL, "octets",
	    "largest IP packet that reaches the peer whole; 0: not known"),
	ROW(STATE_U32, sessions, sessions, NULL, NULL, "sessions in this tunnel"),
};
#undef OF

#define OF service_session_view
static const struct state_row session_rows[] = {
	ROW(STATE_WORD, state, state, session_state_words, NULL,
	    "authorizing: an authorizer is asked; connecting: the peer was asked for it; "
	    "waiting: for its tunnel, or for the next attempt; up: packets can pass; down: the reason says why not"),
	ROW(STATE_TEXT, reason, reason, NULL, NULL, "why it is not up"),
	ROW(STATE_WORD, origin, origin, service_origin_words, NULL,
	    "who made it: the configuration file or a command"),
	ROW(STATE_SINCE, created, age, NULL, "s", "how long it has existed"),
	ROW(STATE_SINCE, up_since, up_age, NULL, "s", "how long it has been up"),
	ROW(STATE_TEXT, info.ifname, interface_name, NULL, NULL, "its network device"),
	ROW(STATE_U32, info.ifindex, ifindex, NULL, NULL, "the device's index in its network namespace"),
	ROW(STATE_U32, info.mtu, mtu, NULL, "octets", "the device's MTU in effect"),
	ROW(STATE_BOOL, info.carrier, carrier, NULL, NULL, "whether the device has carrier"),
	ROW(STATE_BOOL, info.send_seq, send_seq, NULL, NULL,
	    "whether sequence numbers are being sent: without lns_mode this follows the peer"),
};
#undef OF

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

const struct state_table state_system = { "SystemState", "What the daemon is doing.", system_rows,
					  COUNT(system_rows) };
const struct state_table state_tunnel = { "TunnelState", "How a tunnel is doing.", tunnel_rows, COUNT(tunnel_rows) };
const struct state_table state_session = { "SessionState", "How a session is doing.", session_rows,
					   COUNT(session_rows) };
const struct state_table state_statistics = { "Statistics", "Counters of a tunnel or a session.", statistics_rows,
					      COUNT(statistics_rows) };
const struct state_table state_system_statistics = { "SystemStatistics",
						     "Packets that were dropped before they met a session.",
						     system_statistics_rows, COUNT(system_statistics_rows) };

const struct state_table *const state_tables[] = {
	&state_system, &state_system_statistics, &state_tunnel, &state_session, &state_statistics, NULL,
};
