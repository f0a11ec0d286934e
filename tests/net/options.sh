#!/bin/bash
# SPDX-License-Identifier: MIT
# What a tunnel's options do to the packets on the wire: TTL, DSCP, mark, interface, checksums.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

hosts
real_packets A B

# outer FIELDS: the values of these fields, of the outer header, in the packets that arrive at B while A pings
outer() {
	local fields=() field
	for field; do fields+=(-e "$field"); done
	capture B "src host 192.0.2.1 or src host 2001:db8::1"
	pings A "${TO:-10.0.0.2}" 100 "${PING[@]}"
	end_capture
	tshark -r "$TMP/wire.pcap" -n -T fields -E occurrence=f "${fields[@]}" \
		-Y 'udp || ip.proto == 115 || ipv6.nxt == 115' 2>/dev/null |
		sort | uniq -c | sort -rn | awk 'NR == 1 { $1 = ""; print substr($0, 2) }'
}

with() {	# FAMILY TUNNEL-WORDS [NAME=VALUE for pair]
	pair family="$1" tunnel="$2" "${@:3}"
	until_true 3 pings A 10.0.0.2
}
PING=(-Q 0x28)	# of the inner packets: DSCP 10

with 4 ""; equal "TTL and DSCP by default" "$(outer ip.ttl ip.dsfield.dscp)" "64 0"; unpair
with 4 "ttl=7 dscp=46"; equal "TTL and DSCP fixed" "$(outer ip.ttl ip.dsfield.dscp)" "7 46"
ctl A tunnel modify tunnel_name=t ttl=9 dscp=1
equal "TTL and DSCP modified" "$(outer ip.ttl ip.dsfield.dscp)" "9 1"; unpair
with 4 "dscp=copy"; equal "DSCP copied from the inner packet" "$(outer ip.dsfield.dscp)" 10; unpair
PING=(-t 33); with 4 "ttl=copy"; equal "TTL copied from the inner packet" "$(outer ip.ttl)" 33; unpair
PING=(-t 33 -Q 0x28); with 4 "ttl=copy dscp=copy" encap=ip
equal "both copied, over IP" "$(outer ip.ttl ip.dsfield.dscp)" "33 10"; unpair
PING=(-t 33 -Q 0x28); with 6 "ttl=copy dscp=copy"
equal "both copied, over IPv6" "$(outer ipv6.hlim ipv6.tclass.dscp)" "33 10"; unpair
PING=(); with 6 "ttl=5 dscp=12" encap=ip
equal "fixed, over IP and IPv6" "$(outer ipv6.hlim ipv6.tclass.dscp)" "5 12"; unpair

# all that goes along with each packet, at once, in many tunnels
ctl_many() {
	local n
	for n in {20..39}; do
		ctl A tunnel create tunnel_name=x$n version=3 src_ipaddr=192.0.2.1 dest_ipaddr=192.0.2.$n \
			tunnel_id=$n peer_tunnel_id=2 ttl=64 dscp=10 fwmark=0x41414141 || return
	done
}
PING=(); with 4 "ttl=11 dscp=13 fwmark=0x41414141"
equal "TTL, DSCP and mark together" "$(outer ip.ttl ip.dsfield.dscp)" "11 13"
check "in many tunnels" ctl_many
check "and they go again" ctl A tunnel delete tunnel_name=x20
check "the first one carries" pings A 10.0.0.2
check "a clean end" stop_daemon A; unpair

# checksums
with 4 "use_udp_checksums=yes"; matches "UDP checksum" "$(outer udp.checksum)" '0x(....)'
check_fails "is there" test "$(outer udp.checksum)" = 0x0000; unpair
with 4 "use_udp_checksums=no"; check "no UDP checksum: carries" pings A 10.0.0.2 3000
check "no UDP checksum: TCP" transfer 10.0.0.2 5; unpair
with 6 "udp_zero_csum6_tx=yes udp_zero_csum6_rx=yes"
equal "IPv6 with a zero checksum" "$(outer udp.checksum)" 0x0000
check "IPv6 with a zero checksum: TCP" transfer 10.0.0.2 5; unpair
with 6 "" tunnel_A="udp_zero_csum6_tx=yes"
check_fails "a zero checksum over IPv6 is not accepted unasked" pings A 10.0.0.2; unpair

# fwmark: packets with the mark have a route, others have none
ip_on A rule add fwmark 7 lookup 100
ip_on A route add 192.0.2.2/32 dev wire table 100
ip_on A route add unreachable 192.0.2.2/32
with 4 "" tunnel_A="fwmark=7"; check "fwmark decides the route" pings A 10.0.0.2
ctl A tunnel modify tunnel_name=t fwmark=8
check_fails "another mark: no route" pings A 10.0.0.2; unpair
ip_on A route del unreachable 192.0.2.2/32
ip_on A rule del fwmark 7 lookup 100

# bind_interface: a second wire, which the route does not prefer
wire A B 1500 wire2 wire2
ip_on A route add 192.0.2.2/32 dev wire2 metric 500
ip_on B route add 192.0.2.1/32 dev wire2 metric 500
with 4 "bind_interface=wire2"
check "bind_interface: carries" pings A 10.0.0.2
count() { on A cat /sys/class/net/"$1"/statistics/tx_packets; }
before=$(count wire) before2=$(count wire2)
pings A 10.0.0.2
at_most "bind_interface: not on the other wire" $(($(count wire) - before)) 1
at_least "bind_interface: on this one" $(($(count wire2) - before2)) 3
unpair
