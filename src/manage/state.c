/* SPDX-License-Identifier: MIT */
/*
 * The rows of state and of counters.  Counters carry the kernel's names (L2TP_ATTR_STATS) and
 * mean what they mean there.
 */
#include "manage/state.h"

#include "service/service.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static const char *const origin_words[] = { "file", "admin", NULL };
static const char *const tunnel_state_words[] = { "resolving", "up", NULL };

#define ROW(type, member, name, words, unit, help) { #name, type, offsetof(struct OF, member), words, unit, help }

#define OF service_status
static const struct state_row system_rows[] = {
	ROW(STATE_U32, tunnels, tunnels, NULL, NULL, "Tunnels that exist."),
	ROW(STATE_U32, sessions, sessions, NULL, NULL, "Sessions that exist."),
	ROW(STATE_TEXT_POINTER, datapath, datapath, NULL, NULL, "What moves the packets."),
	ROW(STATE_SINCE, started, uptime, NULL, "s", "How long the daemon has been running."),
};
#undef OF

#define OF service_tunnel_view
static const struct state_row tunnel_rows[] = {
	ROW(STATE_WORD, state, state, tunnel_state_words, NULL,
	    "resolving: the peer's name has no address yet; up: packets flow."),
	ROW(STATE_TEXT, reason, reason, NULL, NULL, "Why it is not up, or the last trouble."),
	ROW(STATE_WORD, origin, origin, origin_words, NULL, "Who made it: the configuration file or a command."),
	ROW(STATE_SINCE, created, age, NULL, "s", "How long it has existed."),
	ROW(STATE_ENDPOINT, info.local, local, NULL, NULL, "Local address and UDP port in use."),
	ROW(STATE_ADDRESS, peer, peer, NULL, NULL, "The peer's address, as its name was resolved."),
	ROW(STATE_U32, info.path_mtu, path_mtu, NULL, "octets",
	    "Largest IP packet that reaches the peer whole; 0: not known."),
	ROW(STATE_U32, sessions, sessions, NULL, NULL, "Sessions in this tunnel."),
};
#undef OF

#define OF service_session_view
static const struct state_row session_rows[] = {
	ROW(STATE_WORD, origin, origin, origin_words, NULL, "Who made it: the configuration file or a command."),
	ROW(STATE_SINCE, created, age, NULL, "s", "How long it has existed."),
	ROW(STATE_TEXT, info.ifname, interface_name, NULL, NULL, "Its network device."),
	ROW(STATE_U32, info.ifindex, ifindex, NULL, NULL, "The device's index in its network namespace."),
	ROW(STATE_U32, info.mtu, mtu, NULL, "octets", "The device's MTU in effect."),
	ROW(STATE_BOOL, info.carrier, carrier, NULL, NULL, "Whether the device has carrier."),
	ROW(STATE_BOOL, info.send_seq, send_seq, NULL, NULL,
	    "Whether sequence numbers are being sent: without lns_mode this follows the peer."),
};
#undef OF

#define OF datapath_stats
#define COUNTER(member, help) ROW(STATE_U64, member, member, NULL, NULL, help)
static const struct state_row statistics_rows[] = {
	COUNTER(tx_packets, "Packets sent."),
	COUNTER(tx_bytes, "Octets sent: L2TP header and payload, without UDP and IP."),
	COUNTER(tx_errors, "Packets that could not be sent."),
	COUNTER(rx_packets, "Packets received and delivered."),
	COUNTER(rx_bytes, "Octets of these: L2TP header and payload, without UDP and IP."),
	COUNTER(rx_errors, "Packets received and dropped, for whatever reason."),
	COUNTER(rx_seq_discards, "Dropped for their sequence number, or because they had none."),
	COUNTER(rx_oos_packets, "Received out of order and put in order."),
	COUNTER(rx_cookie_discards, "Dropped because their cookie was wrong."),
	COUNTER(rx_invalid, "Dropped because they were malformed."),
};
#undef OF

#define OF datapath_totals
static const struct state_row system_statistics_rows[] = {
	COUNTER(rx_short, "Packets too short for an L2TP header."),
	COUNTER(rx_version, "Packets of another version of L2TP than their tunnel's."),
	COUNTER(rx_unknown_session, "Packets whose session does not exist."),
	COUNTER(rx_wrong_source, "Packets of a session, but not from its peer's address and port."),
	COUNTER(rx_control, "Control messages, which static tunnels have no use for."),
	COUNTER(rx_oversize, "Packets larger than any that can be received."),
	COUNTER(socket_errors, "Errors that tunnel sockets reported."),
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
