#!/bin/bash
# SPDX-License-Identifier: MIT
# ttl=copy and dscp=copy where the inner packet is IPv6: every pseudowire type, over IPv4 and IPv6, UDP and IP.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

hosts
real_packets A B

# outer: the distinct "TTL DSCP" of the outer headers that arrive at B while A pings with hop limit 33 and DSCP 10
outer() {
	capture B "(src host 192.0.2.1 or src host 2001:db8::1) and greater 300"
	pings A fd00::2 300 -t 33 -Q 0x28
	end_capture
	tshark -r "$TMP/wire.pcap" -n -T fields -E occurrence=f -E separator=' ' \
		-e ip.ttl -e ip.dsfield.dscp -e ipv6.hlim -e ipv6.tclass.dscp \
		-o "l2tp.cookie_size:8 Byte Cookie" -Y 'ip || ipv6' 2>/dev/null |
		sed 's/^ *//; s/ *$//' | cut -d ' ' -f 1,2 | sort -u
}

for pw_type in eth vlan ip; do
	for setting in "udp 4" "udp 6" "ip 4" "ip 6"; do
		read -r encap family <<<"$setting"
		pair pw_type=$pw_type encap="$encap" family="$family" tunnel="ttl=copy dscp=copy" || continue
		until_true 3 pings A fd00::2
		equal "pw_type=$pw_type over $encap, IPv$family: both copied from inner IPv6" "$(outer)" "33 10"
		unpair
	done
done
