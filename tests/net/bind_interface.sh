#!/bin/bash
# SPDX-License-Identifier: MIT
# bind_interface where packets arrive: those of a bound tunnel are taken from its interface and from no other, whatever
# other tunnels share its port; and it takes nothing from those. What leaves by it is for options.sh. We play the peer,
# over two wires, with plain sockets.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

hosts
wire A B 1500 wire2 wire2
mac_of() { on "$1" cat /sys/class/net/wire2/address; }
ip_on A -6 neigh replace 2001:db8::2 lladdr "$(mac_of B)" dev wire2
ip_on B -6 neigh replace 2001:db8::1 lladdr "$(mac_of A)" dev wire2
on B sysctl -qw net.ipv6.conf.default.disable_ipv6=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.wire.rp_filter=0 \
	net.ipv4.conf.wire2.rp_filter=0

# by DEVICE: packets from A to B go over this wire
by() {
	ip_on A route replace 192.0.2.2/32 dev "$1" src 192.0.2.1
	ip_on A -6 route replace 2001:db8::2/128 dev "$1" src 2001:db8::1
}

# arrive NAME DEVICE SESSION WIRE NUMBER: of three packets for this session, sent over this wire, so many reach the
# device; and they did arrive at the host
arrive() {
	local name=$1 device=$2 session=$3 wire=$4 wanted=$5 before was
	by "$wire"
	before=$(packets_of "$device") was=$(packets_of "$wire")
	packets A send "$encap" "$prefix"1 "$prefix"2 l2spec=none session="$session" - x2
	until_true 10 has_packets "$wire" $((was + 3))
	[ "$wanted" = 0 ] && sleep 0.1
	until_true 10 has_packets "$device" $((before + wanted))
	equal "$name, over $wire" $(($(packets_of "$device") - before)) "$wanted"
}
packets_of() { on B cat "/sys/class/net/$1/statistics/rx_packets"; }
has_packets() { [ "$(packets_of "$1")" -ge "$2" ]; }

# neighbour SESSION WORDS...: tunnel u with such a session and device pw2, with the same peer, and the same port if it
# is UDP
neighbour() {
	ctl B tunnel create tunnel_name=u version=3 encap="$encap" dest_ipaddr="$prefix"1 tunnel_id=7 \
		peer_tunnel_id=8 "${@:2}" &&
		ctl B session create tunnel_name=u session_id="$1" peer_session_id=22 l2spec_type=none \
			interface_name=pw2
}

for encap in udp ip; do
	for family in 4 6; do
		prefix=192.0.2.
		[ $family = 4 ] || prefix=2001:db8::
		name="$encap, IPv$family"
		pair sides=B encap=$encap family=$family cookie=0 l2spec=none addresses=no \
			tunnel="bind_interface=wire2" || continue
		arrive "$name: bound" pw0 12 wire2 3
		arrive "$name: bound" pw0 12 wire 0

		for source in "src_ipaddr=${prefix}2" ''; do
			check "$name: a tunnel that is not bound, ${source:-no src_ipaddr}" \
				neighbour 22 ${source:+"$source"}
			arrive "$name: bound, beside it" pw0 12 wire2 3
			wrong=$(status_field B rx_wrong_source)
			arrive "$name: bound, beside it" pw0 12 wire 0
			# a raw socket cannot tell them from copies of what the other one gets
			[ $encap = ip ] || equal "$name: they are counted" \
				$(($(status_field B rx_wrong_source) - wrong)) 3
			wrong=$(status_field B rx_wrong_source)
			arrive "$name: not bound" pw2 22 wire 3
			arrive "$name: not bound" pw2 22 wire2 3
			same "$name: all from the right source" "$(status_field B rx_wrong_source)" "$wrong"
			ctl B -q tunnel delete tunnel_name=u
		done
		if [ $encap = udp ]; then
			check "$name: one that is not bound, and the same session" neighbour 12 src_ipaddr="$prefix"2
			arrive "$name: same session, bound" pw0 12 wire2 3
			arrive "$name: same session, bound" pw0 12 wire 0
			arrive "$name: same session, not bound" pw2 12 wire 3
			arrive "$name: same session, not bound" pw2 12 wire2 0
			ctl B -q tunnel delete tunnel_name=u
			arrive "$name: bound, alone again" pw0 12 wire2 3
		fi

		check "$name: a tunnel bound to the other one" neighbour 22 src_ipaddr="$prefix"2 bind_interface=wire
		arrive "$name: bound to wire2" pw0 12 wire2 3
		arrive "$name: bound to wire2" pw0 12 wire 0
		arrive "$name: bound to wire" pw2 22 wire 3
		arrive "$name: bound to wire" pw2 22 wire2 0
		unpair

		pair sides=B encap=$encap family=$family cookie=0 l2spec=none addresses=no || continue
		check "$name: a tunnel that is bound, no src_ipaddr" neighbour 22 bind_interface=wire2
		arrive "$name: the later one, bound" pw2 22 wire2 3
		arrive "$name: the later one, bound" pw2 22 wire 0
		arrive "$name: the older one, not bound" pw0 12 wire 3
		arrive "$name: the older one, not bound" pw0 12 wire2 3
		unpair
	done
done
