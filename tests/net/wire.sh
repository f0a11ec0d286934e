#!/bin/bash
# SPDX-License-Identifier: MIT
# What is on the wire, seen by another's decoder: every packet decodes, each ping and its answer is there once, no
# checksum is wrong, none is longer than the wire allows. The veth offers no offload here, so that what is captured is
# what a real wire would carry.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

hosts
real_packets A B

cookie_size="8 Byte Cookie" inner=eth
seen=(frame.number _ws.col.Protocol _ws.expert.message _ws.col.Info)
decode() {	# LAYERS-OPTION FILTER: packets of the capture that match, what is to be seen of them
	tshark -r "$TMP/wire.pcap" -n -o "l2tp.cookie_size:$cookie_size" -o "l2tp.l2_specific:$1" \
		-d "l2tp.pw_type==0,$inner" -d tcp.port==7000,data -d udp.port==7001,data \
		-o ip.check_checksum:TRUE -o udp.check_checksum:TRUE -o tcp.check_checksum:TRUE \
		-o tcp.analyze_sequence_numbers:FALSE -o ip.defragment:TRUE -Y "$2" \
		-T fields "${seen[@]/#/-e}" 2>"$TMP/tshark.log"
}

# Pings of all sizes, both ways, and how many of each type the decoder must then find.
ping_all() { pings A 10.0.0.2 && pings A 10.0.0.2 3000 && pings B fd00::1 3000; }
echoes() {	# NAME LAYERS-OPTION
	local seen=(icmp.type icmpv6.type)
	equal "$1: echo requests and replies" "$(decode "$2" 'l2tp && (icmp.type == 8 || icmp.type == 0 ||
			icmpv6.type == 128 || icmpv6.type == 129)' | sort -n | uniq -c | xargs)" '6 0 6 8 3 128 3 129'
}

# none NAME LAYERS-OPTION FILTER: no packet matches
none() {
	local found
	found=$(decode "$2" "$3")
	if [ -z "$found" ]; then
		ok "$1"
	else
		fail "$1" "$(wc -l <<<"$found") packets, the first: $(head -n 1 <<<"$found")"
	fi
}

for encap in udp ip; do
	for family in 4 6; do
		for l2spec in none default; do
			name="$encap over IPv$family, sublayer $l2spec"
			session=
			[ $l2spec = none ] || session="use_sequence_numbers=yes"
			pair encap=$encap family=$family l2spec=$l2spec session="$session" || continue
			until_true 3 pings A 10.0.0.2
			capture B
			check "$name: pings" ping_all
			check "$name: TCP with offloads off" transfer 10.0.0.2 3
			check "$name: datagrams with offloads off" datagrams fd00::2 1400 300
			end_capture
			case $l2spec in none) layer=None ;; default) layer="Default L2-Specific" ;; esac
			at_least "$name: decoded as L2TP with TCP in it" "$(decode "$layer" 'l2tp && tcp' | wc -l)" 1000
			echoes "$name" "$layer"
			none "$name: all decodes" "$layer" \
				'_ws.malformed || (_ws.expert.severity >= 6291456 && !tcp.options.sack.dsack)'
			none "$name: no bad checksum" "$layer" \
				'ip.checksum.status == 0 || udp.checksum.status == 0 ||
					tcp.checksum.status == 0 || icmpv6.checksum.status == 0'
			none "$name: nothing longer than the wire" "$layer" 'frame.len > 1514'
			unpair
		done
	done
done

# the other cookies and pseudowire types: few packets of each
others() {	# NAME WORDS-FOR-PAIR...
	local name=$1
	shift
	pair "$@" || return
	until_true 3 pings A 10.0.0.2
	capture B
	check "$name: pings" ping_all
	check "$name: TCP" transfer 10.0.0.2 1
	end_capture
	unpair
	at_least "$name: decoded as L2TP with TCP in it" "$(decode "$layer" 'l2tp && tcp' | wc -l)" 500
	echoes "$name" "$layer"
	none "$name: all decodes" "$layer" \
		'_ws.malformed || (_ws.expert.severity >= 6291456 && !tcp.options.sack.dsack)'
	none "$name: no bad checksum" "$layer" \
		'ip.checksum.status == 0 || udp.checksum.status == 0 || tcp.checksum.status == 0'
}

layer="Default L2-Specific"
for encap in udp ip; do
	cookie_size=None
	others "$encap, no cookie" encap=$encap cookie=0
	cookie_size="4 Byte Cookie"
	others "$encap, 4 octets of cookie" encap=$encap cookie=4
	cookie_size="8 Byte Cookie"
	others "$encap, pw_type=vlan" encap=$encap pw_type=vlan
	at_least "$encap, pw_type=vlan: the tag" "$(decode "$layer" 'vlan.id == 101 && tcp' | wc -l)" 100
	none "$encap, pw_type=vlan: all TCP is tagged" "$layer" 'tcp && !vlan'
	inner=ip
	others "$encap, pw_type=ip" encap=$encap pw_type=ip
	none "$encap, pw_type=ip: no Ethernet inside" "$layer" 'arp && l2tp'
	inner=eth
done
