#!/bin/bash
# SPDX-License-Identifier: MIT
# UDP checksums on the wire: 0 when the user wants none, never otherwise, whatever the packets' sizes.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

hosts
real_packets A B

# checksums: "ZERO OTHERS": how many UDP datagrams without and with a checksum A sends for single small and large frames
checksums() {
	capture B "udp and (src host 192.0.2.1 or src host 2001:db8::1)"
	pings A 10.0.0.2 && pings A 10.0.0.2 1300
	pings B 10.0.0.1 # answers are sent, too
	end_capture
	tshark -r "$TMP/wire.pcap" -n -T fields -E occurrence=f -e udp.checksum -Y 'udp.port == 1701' 2>/dev/null |
		awk '$1 == "0x0000" { zero++ } $1 != "0x0000" { others++ } END { print zero + 0, others + 0 }'
}

# wire_has NAME FAMILY TUNNEL-WORDS: `none` of A's packets, or `all`, have a checksum
wire_has() {
	local name="IPv$2 $3: $1 have a checksum" zero others
	pair family="$2" tunnel="$3" || return
	until_true 3 pings A 10.0.0.2
	read -r zero others < <(checksums)
	unpair
	[ "$1" = all ] || read -r zero others <<<"$others $zero"
	at_least "$name" "$others" 9
	equal "$name, without exception" "$zero" 0
}

wire_has all 4 ""
wire_has all 4 use_udp_checksums=yes
wire_has none 4 use_udp_checksums=no
wire_has all 6 udp_zero_csum6_rx=yes
wire_has none 6 "udp_zero_csum6_tx=yes udp_zero_csum6_rx=yes"
