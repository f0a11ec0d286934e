#!/bin/bash
# SPDX-License-Identifier: MIT
# Many tunnels and sessions beside each other: on one port, between one pair of addresses, with the same session ids in
# different tunnels. Each carries its own traffic and nobody else's.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

hosts
for name in A B; do on $name sysctl -qw net.ipv6.conf.default.disable_ipv6=1; done
for n in 3 5 7; do
	ip_on A addr add 192.0.2.$n/24 dev wire
	ip_on B addr add 192.0.2.$((n + 1))/24 dev wire
done

# side HOST: tunnels 1.. of one side, each with a session of the same id
side() {
	local mine=$1 near far n
	if [ "$mine" = A ]; then near=1 far=2; else near=2 far=1; fi
	tunnel() {	# NAME NEAR-ADDRESS FAR-ADDRESS WORDS
		echo "tunnel create tunnel_name=$1 version=3 src_ipaddr=$2 dest_ipaddr=$3 $4"
	}
	session() {	# TUNNEL SESSION-ID PEER-SESSION-ID INTERFACE
		echo "session create tunnel_name=$1 session_id=$2 peer_session_id=$3 interface_name=$4 $5"
	}
	# four tunnels on port 1701, one per pair of addresses; the same session id in all of them
	for n in 0 2 4 6; do
		tunnel "port$n" 192.0.2.$((near + n)) 192.0.2.$((far + n)) \
			"tunnel_id=${near}0$n peer_tunnel_id=${far}0$n"
		session "port$n" 77 77 "port$n" ""
	done
	# two more between the first pair of addresses, on other ports; and two that share even the ports
	tunnel other1 192.0.2.$near 192.0.2.$far \
		"tunnel_id=${near}21 peer_tunnel_id=${far}21 our_udp_port=170$near peer_udp_port=170$far"
	tunnel other2 192.0.2.$near 192.0.2.$far \
		"tunnel_id=${near}22 peer_tunnel_id=${far}22 our_udp_port=1800 peer_udp_port=1800"
	session other1 77 77 other1 ""
	session other2 77 77 other2 "cookie=0102030405060708 peer_cookie=0102030405060708"
	tunnel same1 192.0.2.$near 192.0.2.$far "tunnel_id=${near}31 peer_tunnel_id=${far}31"
	session same1 ${near}78 ${far}78 same1 ""
	# two over IP between the first pair of addresses, where session ids must differ
	for n in 1 2; do
		tunnel ip$n 192.0.2.$near 192.0.2.$far "encap=ip tunnel_id=${near}4$n peer_tunnel_id=${far}4$n"
		session ip$n ${near}8$n ${far}8$n ip$n ""
	done
	# and three sessions in one tunnel
	for n in 1 2 3; do session port0 ${near}9$n ${far}9$n more$n ""; done
}
daemon A < <(side A) || exit 1
daemon B < <(side B) || exit 1

n=0
for device in port0 port2 port4 port6 other1 other2 same1 ip1 ip2 more1 more2 more3; do
	n=$((n + 1))
	ip_on A addr add 10.1.$n.1/24 dev $device
	ip_on B addr add 10.1.$n.2/24 dev $device
	check "$device: ping" pings A 10.1.$n.2 1000
done
received() { on B sh -c 'cat /sys/class/net/*/statistics/rx_packets' | awk '{ n += $1 } END { print n }'; }
# nothing leaked to a neighbour: a broadcast on one device is heard on that one only
for device in port2 other2 same1 ip1 more2; do
	before=$(received)
	listener B listen $device 0.3
	packets A frame $device ffffffffffff02000000009988b500000007
	equal "$device: its own broadcast arrives" "$(heard)" 7
	after=$(received)
	at_most "$device: no other device hears it" $((after - before)) 4	# wire, device; chance ND
done
sockets=$(on A ss -Hlanup | wc -l)
for n in {1..50}; do
	echo "tunnel create version=3 src_ipaddr=192.0.2.1 dest_ipaddr=192.0.2.99 tunnel_id=5$n peer_tunnel_id=5$n"
done | ctl A >/dev/null 2>&1
at_least "50 tunnels more" "$(ctl A -j tunnel list | jq '[.. | objects | select(has("statistics"))] | length')" 55
same "need no socket more" "$(on A ss -Hlanup | wc -l)" "$sockets"

check_fails "a session id twice in one tunnel is refused" \
	ctl A session create tunnel_name=port0 session_id=77 peer_session_id=5
check_fails "a session id twice over IP is refused" \
	ctl A session create tunnel_name=ip1 session_id=182 peer_session_id=5
check_fails "a tunnel id twice is refused" \
	ctl A tunnel create version=3 dest_ipaddr=192.0.2.2 tunnel_id=100 peer_tunnel_id=5
check_fails "a tunnel name twice is refused" \
	ctl A tunnel create tunnel_name=port0 version=3 dest_ipaddr=192.0.2.2 peer_tunnel_id=5
