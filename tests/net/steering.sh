#!/bin/bash
# SPDX-License-Identifier: MIT
# Which socket of a port gets a packet: data, control messages of a connection, and control messages with connection id
# 0 (who asks for a connection) each have their own, so that a flood of the last harms nobody. The daemon is stopped
# while we look at what waits in the queues.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

hosts
on B sysctl -qw net.ipv6.conf.default.disable_ipv6=1
rest=00000000000080080000	# of a control message, from its second id or Ns on: a message type
declare -A source=([4]=192.0.2.1 [6]=2001:db8::1) target=([4]=192.0.2.2 [6]=2001:db8::2)

# queues: which of the sockets hold something, in the order in which they were opened: 0 and 1 are the workers', 2 is
# for control, 3 for connection id 0
queues() {
	on B ss -Huanp sport = :1701 | sed -nE 's/^\S+\s+([0-9]+) .*fd=([0-9]+)\).*/\2 \1/p' | sort -n |
		awk '$2 { printf "%s%d", n++ ? " " : "", NR - 1 }'
}
sockets() { on B ss -Huan sport = :1701 | wc -l; }
dropped() { on B awk '/:06A5 / { n += $NF } END { print n + 0 }' /proc/net/udp /proc/net/udp6; }
freeze() { kill -STOP "${daemon_pid[B]}"; }
thaw() { kill -CONT "${daemon_pid[B]}" && until_true 5 is_idle; }
is_idle() { answers B && [ -z "$(queues)" ]; }

# queued: where these packets wait
queued() {
	freeze
	packets A send udp "${source[$family]}" "${target[$family]}" session=12 "$@"
	queues
	thaw
}

for family in 4 6; do
	daemon B -w 2 <<-END || exit 1
		tunnel create tunnel_name=t version=3 src_ipaddr=${target[$family]} dest_ipaddr=${source[$family]} \\
			tunnel_id=2 peer_tunnel_id=1
		session create tunnel_name=t session_name=s session_id=12 peer_session_id=11 interface_name=pw0
	END
	equal "IPv$family: sockets" "$(sockets)" 4
	matches "IPv$family: data goes to a worker's" "$(queued -)" '^[01]$'
	matches "IPv$family: what is too short does" "$(queued raw=c8)" '^[01]$'
	matches "IPv$family: version 2 data does" "$(queued raw=0002000000000000)" '^[01]$'
	equal "IPv$family: control of a connection" "$(queued raw=c80300140000002a$rest)" 2
	equal "IPv$family: control of a connection, high id" "$(queued raw=c8030014002a0000$rest)" 2
	equal "IPv$family: control of a version 2 tunnel" "$(queued raw=c8020014002a0000$rest)" 2
	equal "IPv$family: control with id 0" "$(queued raw=c803001400000000$rest)" 3
	equal "IPv$family: control with version 2 tunnel id 0" "$(queued raw=c80200140000002a$rest)" 3

	# a flood of them, more than a queue holds, then control and data
	freeze
	packets A send udp "${source[$family]}" "${target[$family]}" raw=c803001400000000$rest x49999
	lost=$(dropped)
	at_least "IPv$family: a flood with id 0 overflows" "$lost" 1000
	equal "IPv$family: its own queue only" "$(queues)" 3
	packets A send udp "${source[$family]}" "${target[$family]}" session=12 - x99 raw=c80300140000002a$rest x99
	same "IPv$family: nothing else is lost" "$(dropped)" "$lost"
	thaw
	equal "IPv$family: all data was delivered" "$(session_field B rx_packets)" 101
	at_least "IPv$family: control was counted" "$(status_field B rx_control)" 1000
	stop_daemon B
done
