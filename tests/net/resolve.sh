#!/bin/bash
# SPDX-License-Identifier: MIT
# A peer by host name: resolved without blocking anything, again at an interval and when the network says that the
# peer cannot be reached.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

hosts
ip_on B addr add 192.0.2.3/24 dev wire
etc A resolv.conf <<<"nameserver 192.0.2.2"
etc A hosts <<<"127.0.0.1 localhost"
names() { printf '%s\n' "$@" >"$TMP/names.new"; mv "$TMP/names.new" "$TMP/names"; }
names "lon.example silence"
helper B /usr/bin/python3 "$TESTS/net/_dns.py" 192.0.2.2 "$TMP/names"

far() {	# ADDRESS: the l2tpd of B, at this address
	daemon B <<-END && ip_on B addr add 10.0.0.2/24 dev pw0
		tunnel create tunnel_name=t version=3 src_ipaddr=$1 dest_ipaddr=192.0.2.1 tunnel_id=2 peer_tunnel_id=1
		session create tunnel_name=t session_id=12 peer_session_id=11 interface_name=pw0 \
			mac_address=02:00:00:00:00:02
	END
}
near() {	# WORDS
	daemon A <<-END && ip_on A addr add 10.0.0.1/24 dev pw0
		tunnel create tunnel_name=t version=3 src_ipaddr=192.0.2.1 dest_ipaddr=lon.example \\
			tunnel_id=1 peer_tunnel_id=2 $1
		session create tunnel_name=t session_name=s session_id=11 peer_session_id=12 interface_name=pw0
	END
}
far 192.0.2.2 || exit 1

# while the server is silent
start=${EPOCHREALTIME/./}
near "resolve_interval=1" || exit 1
ctl A tunnel list >/dev/null
at_most "a silent name server delays nothing, milliseconds" $(((${EPOCHREALTIME/./} - start) / 1000)) 4000
matches "show says that it is resolving" "$(ctl A tunnel show tunnel_name=t)" 'resolving'
check "the device is there already" ip_on A link show pw0
names "lon.example 192.0.2.2"
check "carries once the name is known" until_true 20 pings A 10.0.0.2

# the name moves: found at the interval
stop_daemon B
names "lon.example 192.0.2.3"
far 192.0.2.3
check "the name moved: carries again" until_true 10 pings A 10.0.0.2
names ""
sleep 2
check "the name is gone: the last address stays" pings A 10.0.0.2
stop_daemon A

# the name moves, with a long interval: found because the old address says port unreachable
names "lon.example 192.0.2.3"
near "resolve_interval=3600" || exit 1
check "carries" until_true 5 pings A 10.0.0.2
stop_daemon B
names "lon.example 192.0.2.2"
far 192.0.2.2
check "ICMP unreachable has it resolved again" until_true 15 pings A 10.0.0.2
stop_daemon A

# a name that does not exist
names ""
near "resolve_interval=1" || exit 1
sleep 1.5
matches "show says why" "$(ctl A tunnel show tunnel_name=t)" 'lon\.example'
names "lon.example 192.0.2.2"
check "carries as soon as it exists" until_true 15 pings A 10.0.0.2
