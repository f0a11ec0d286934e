#!/bin/bash
# SPDX-License-Identifier: MIT
# The device's MTU: computed from path, encapsulation, cookie and sublayer, or fixed; what happens when the path shrinks
# later; and that forged ICMP does not make it shrink.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

# A and B are two hops apart: A - wire - R - wire2 - B.
host A; host R; host B
wire A R 1500 wire left
wire R B 1500 right wire
ip_on A addr add 192.0.2.1/26 dev wire
ip_on R addr add 192.0.2.62/26 dev left
ip_on R addr add 192.0.2.126/26 dev right
ip_on B addr add 192.0.2.66/26 dev wire
ip_on A route add default via 192.0.2.62
ip_on B route add default via 192.0.2.126
for side in A:wire:2001:db8:1::1 R:left:2001:db8:1::3 R:right:2001:db8:2::3 B:wire:2001:db8:2::2; do
	IFS=: read -r host device address <<<"$side"
	ip_on "$host" -6 addr add "$address/64" dev "$device" nodad
done
ip_on A -6 route add default via 2001:db8:1::3
ip_on B -6 route add default via 2001:db8:2::3
on R sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
real_packets A B
on R ethtool -K left tx off tso off gso off >/dev/null 2>&1
on R ethtool -K right tx off tso off gso off >/dev/null 2>&1

# B's end first: what is larger than the other end takes is an error of the sender's veth
path() { ip_on B link set wire mtu "$1"; on R ip link set right mtu "$1"; }

# far FAMILY [WORDS]: daemons on A and B, across the router
far() {
	local near=192.0.2.1 far=192.0.2.66
	[ "$1" = 4 ] || { near=2001:db8:1::1 far=2001:db8:2::2; }
	local common="cookie=0011223344556677 peer_cookie=0011223344556677 interface_name=pw0 ${*:2}"
	daemon A <<-END && daemon B <<-END2 || return
		tunnel create tunnel_name=t version=3 src_ipaddr=$near dest_ipaddr=$far \\
			tunnel_id=1 peer_tunnel_id=2 encap=${encap:-udp}
		session create tunnel_name=t session_name=s session_id=11 peer_session_id=12 $common
	END
		tunnel create tunnel_name=t version=3 src_ipaddr=$far dest_ipaddr=$near \\
			tunnel_id=2 peer_tunnel_id=1 encap=${encap:-udp}
		session create tunnel_name=t session_name=s session_id=12 peer_session_id=11 $common
	END2
	ip_on A addr add 10.0.0.1/24 dev pw0
	ip_on B addr add 10.0.0.2/24 dev pw0
	until_true 3 pings A 10.0.0.2
}

# 1500 - IP 20 or 40 - UDP 8 - header 8 - cookie 8 - sublayer 4 - Ethernet 14
far 4 l2spec_type=default; equal "auto, IPv4" "$(mtu_of A)" 1438; unpair
far 4 l2spec_type=none; equal "auto, IPv4, no sublayer" "$(mtu_of A)" 1442; unpair
far 6 l2spec_type=none; equal "auto, IPv6, no sublayer" "$(mtu_of A)" 1422; unpair
far 4 mtu=1500; equal "fixed" "$(mtu_of A)" 1500
check "fixed above the path: full frames pass in fragments" pings A 10.0.0.2 1472 -M "do"
check "fixed above the path: TCP" transfer 10.0.0.2 10
unpair

# The path shrinks to 1300: by default the device stays and we fragment outside.
for family in 4 6; do
	far $family l2spec_type=none
	before=$(mtu_of A)
	path 1300
	check "IPv$family path shrinks, auto: full frames still pass" \
		until_true 5 pings A 10.0.0.2 $((before - 28)) -M "do"
	check "IPv$family path shrinks, auto: TCP" transfer 10.0.0.2 10
	same "IPv$family path shrinks, auto: device keeps its MTU" "$(mtu_of A)" "$before"
	path 1500
	unpair
	ip_on A route flush cache; ip_on A -6 route flush cache

	far $family l2spec_type=none mtu=follow
	path 1300
	on A ping -q -c 2 -i 0.1 -W 1 -s $((before - 28)) -M "do" 10.0.0.2 >/dev/null 2>&1
	is_1300() { [ "$(mtu_of A)" = $((before - 200)) ]; }
	check "IPv$family path shrinks, follow: the device follows" until_true 3 is_1300
	check "IPv$family path shrinks, follow: TCP" transfer 10.0.0.2 10
	check "IPv$family path shrinks, follow: fitting frames pass" pings A 10.0.0.2 $((before - 228)) -M "do"
	path 1500
	unpair
	ip_on A route flush cache; ip_on A -6 route flush cache
done

# fragments: how many fragments of IPv4 and IPv6 packets A has made so far
fragments() {
	on A sh -c 'cat /proc/net/snmp; sed "s/^/x /" /proc/net/snmp6' |
		awk '$1 == "Ip:" && n++ { sum += $20 } $2 == "Ip6FragCreates" { sum += $3 } END { print sum + 0 }'
}
bulk() { [ "$(on A cat /sys/class/net/pw0/statistics/tx_bytes)" -gt 20000000 ]; }

# The path shrinks under a running transfer: it goes on, and nothing counts as an error.
for encap in udp ip; do
	for family in 4 6; do
		name="$encap over IPv$family, path shrinks during a transfer"
		far $family
		before=$(fragments)
		transfer 10.0.0.2 200 >"$TMP/transfer" 2>&1 &
		running=$!
		check "$name: it runs" until_true 5 bulk
		path 1300
		check "$name: arrives whole" wait $running
		at_least "$name: in fragments" $(($(fragments) - before)) 1000
		equal "$name: no tx_errors" "$(session_field A tx_errors) $(session_field B tx_errors)" "0 0"
		path 1500
		unpair
		ip_on A route flush cache; ip_on A -6 route flush cache
	done
done
unset encap

# Forged ICMP, as from R, that names an absurd MTU
forge() {
	/usr/bin/python3 - "$@" <<-'END'
		import sys
		from scapy.all import IP, IPv6, ICMP, ICMPv6PacketTooBig, UDP, Raw, send, conf
		conf.verb = 0
		family, mtu, data = sys.argv[1], int(sys.argv[2]), UDP(sport=1701, dport=1701) / Raw(bytes(100))
		if family == '4':
		    inner = IP(src='192.0.2.1', dst='192.0.2.66') / data
		    packet = IP(src='192.0.2.62', dst='192.0.2.1') / ICMP(type=3, code=4, nexthopmtu=mtu) / inner
		else:
		    inner = IPv6(src='2001:db8:1::1', dst='2001:db8:2::2') / data
		    packet = IPv6(src='2001:db8:1::3', dst='2001:db8:1::1') / ICMPv6PacketTooBig(mtu=mtu) / inner
		for _ in range(3):
		    send(packet)
	END
}
for family in 4 6; do
	far $family l2spec_type=none mtu=follow
	before=$(mtu_of A)
	on R bash -c "$(declare -f forge); forge $family $([ $family = 4 ] && echo 400 || echo 1000)" 2>/dev/null
	sleep 0.3
	pings A 10.0.0.2 $((before - 28))
	same "forged ICMP over IPv$family below the least MTU is ignored" "$(mtu_of A)" "$before"
	check "and traffic flows" pings A 10.0.0.2 1000
	# the same packet with an MTU that may be true is believed: the forgery is no dud
	on R bash -c "$(declare -f forge); forge $family 1400" 2>/dev/null
	pings A 10.0.0.2 $((before - 28))
	is_1400() { [ "$(mtu_of A)" = $((before - 100)) ]; }
	check "ICMP over IPv$family that may be true is believed" until_true 3 is_1400
	unpair
	ip_on A route flush cache; ip_on A -6 route flush cache
done

# TCP MSS clamping, of what a host behind us announces (here: a route's advmss) above what the device carries
mss_at_b() {
	ip_on A route change 10.0.0.0/24 dev pw0 src 10.0.0.1 advmss 1460
	: >"$TMP/helpers.log"
	helper B tcpdump --immediate-mode -nvi pw0 -c 1 'tcp[tcpflags] & tcp-syn != 0'
	until_true 3 grep -q listening "$TMP/helpers.log"
	on A timeout 1 bash -c 'echo >/dev/tcp/10.0.0.2/9' 2>/dev/null
	sleep 0.2
	grep -o 'mss [0-9]*' "$TMP/helpers.log" | head -n 1
}
far 4 mtu=1400; equal "without mss_clamp the MSS is as announced" "$(mss_at_b)" "mss 1460"; unpair
far 4 mtu=1400 mss_clamp=yes; equal "mss_clamp lowers it" "$(mss_at_b)" "mss 1360"; unpair
