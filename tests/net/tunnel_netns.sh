#!/bin/bash
# SPDX-License-Identifier: MIT
# Tunnels whose packets leave and arrive in other network namespaces than the daemon's: two of them, with the same
# addresses, ports and ids, are as apart as two machines.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

# Behind each of U and V, whose addresses are the same, is a peer, B and C, whose addresses are the same.
# far HOST NEAR: its daemon and its end of the session
far() {
	wire "$2" "$1"
	ip_on "$1" addr add 192.0.2.2/24 dev wire
	ip_on "$1" addr add 2001:db8::2/64 dev wire nodad
	ip_on "$2" addr add 192.0.2.1/24 dev wire
	ip_on "$2" addr add 2001:db8::1/64 dev wire nodad
	daemon "$1" < <(for encap in udp ip; do far_config $encap; done) || exit 1
	for encap in udp ip; do ip_on "$1" addr add "${network[$encap]}.2/24" dev $encap; done
}
declare -A network=([udp]=10.0.0 [ip]=10.0.1)
far_config() {
	local ours=192.0.2.2 theirs=192.0.2.1 id=11
	[ "$1" = udp ] || ours=2001:db8::2 theirs=2001:db8::1 id=12
	echo "tunnel create tunnel_name=$1 version=3 encap=$1 src_ipaddr=$ours dest_ipaddr=$theirs peer_tunnel_id=1"
	echo "session create tunnel_name=$1 session_id=$id peer_session_id=$id interface_name=$1"
}
# near_config NETNS ENCAP NAME
near_config() {
	local peer=192.0.2.2 id=11
	[ "$2" = udp ] || peer=2001:db8::2 id=12
	echo "tunnel create tunnel_name=$3 version=3 encap=$2 dest_ipaddr=$peer peer_tunnel_id=1 netns=$NS$1"
	echo "session create tunnel_name=$3 session_name=s session_id=$id peer_session_id=$id interface_name=$3"
}
for name in A U V B C; do host $name; done
far B U
far C V
daemon A < <(near_config U udp udp-u; near_config V udp udp-v; near_config U ip ip-u; near_config V ip ip-v) || exit 1

# Each leads to another machine: who answers is not the other one, which cannot.
for encap in udp ip; do
	for pair in u:C v:B; do
		IFS=: read -r near other <<<"$pair"
		device=$encap-$near
		ip_on A addr add "${network[$encap]}.1/24" dev "$device"
		ip_on "$other" link set "$encap" down
		check "$encap by $near: ping" until_true 5 pings A "${network[$encap]}.2"
		check "$encap by $near: large ping" pings A "${network[$encap]}.2" 3000
		ip_on "$other" link set "$encap" up
		ip_on A addr del "${network[$encap]}.1/24" dev "$device"
	done
done
equal "nothing of it in the daemon's namespace" "$(on A ss -Hlun | grep -c ':1701 ')" 0
matches "the device fits the path there" "$(mtu_of A udp-u)" '^14[0-9]{2}$'

check_fails "a namespace that does not exist" ctl A tunnel create tunnel_name=x version=3 dest_ipaddr=192.0.2.2 \
	peer_tunnel_id=1 netns=nowhere
matches "its message names the remedy" "$(ctl A tunnel create tunnel_name=x version=3 dest_ipaddr=192.0.2.2 \
	peer_tunnel_id=1 netns=nowhere 2>&1)" 'ip netns add nowhere'
matches "mtu=follow has nothing to follow there" "$(ctl A session create tunnel_name=udp-u session_id=5 \
	peer_session_id=5 mtu=follow 2>&1)" 'give auto or a number'
matches "not with a control protocol" "$(ctl A tunnel create tunnel_name=x dest_ipaddr=192.0.2.2 netns="${NS}U" 2>&1)" \
	'version'

# a namespace goes, and another one comes with its name
ip netns del "${NS}U"
ip netns add "${NS}U"
ip_on U link set lo up
check "the namespace removed: the daemon lives" answers A
ctl A -q tunnel create tunnel_name=new version=3 src_ipaddr=192.0.2.1 dest_ipaddr=192.0.2.2 peer_tunnel_id=1 \
	netns="${NS}U" >"$TMP/said" 2>&1
matches "a new one of its name is another one" "$(cat "$TMP/said")" '192.0.2.1 is not an address'
ip_on U addr add 192.0.2.1/24 dev lo
ip_on U addr add 2001:db8::1/64 dev lo nodad
check "a reload" ctl A system reload
at_least "makes the tunnels of the file there" "$(on U ss -Hlun | grep -c ':1701 ')" 1
check "its tunnels can be deleted" ctl A tunnel delete tunnel_name=udp-u
check "the other's go on" ctl A tunnel show tunnel_name=udp-v
stop_daemon A
equal "ends well" $? 0
