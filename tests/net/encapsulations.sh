#!/bin/bash
# SPDX-License-Identifier: MIT
# Every encapsulation, cookie length, sublayer and pseudowire type carries small and large packets, bulk TCP and
# datagrams of every size, unharmed.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

hosts

carries_pings() {
	until_true 3 pings A 10.0.0.2 && pings A 10.0.0.2 3000 && pings A 10.0.0.2 8000 &&
	pings B fd00::1 && pings B fd00::1 3000
}

for encap in udp ip; do
	for family in 4 6; do
		for cookie in ${COOKIES:-0 4 8}; do
			for l2spec in none default; do
				name="$encap over IPv$family, cookie $cookie, sublayer $l2spec"
				pair encap=$encap family=$family cookie=$cookie l2spec=$l2spec || continue
				check "$name: ping" carries_pings
				unpair
			done
		done
	done
done

for pw_type in vlan ip; do
	can $pw_type || continue
	for encap in udp ip; do
		pair pw_type=$pw_type encap=$encap || continue
		check "pw_type=$pw_type over $encap: ping" carries_pings
		check "pw_type=$pw_type over $encap: TCP" transfer 10.0.0.2 20
		check "pw_type=$pw_type over $encap: TCP over IPv6" transfer fd00::2 20
		unpair
	done
done

for encap in udp ip; do
	for family in 4 6; do
		name="$encap over IPv$family"
		pair encap=$encap family=$family session="use_sequence_numbers=yes sequencing_required=yes" || continue
		check "$name: TCP" transfer 10.0.0.2 60
		check "$name: TCP over IPv6" transfer fd00::2 60
		check "$name: datagrams" datagrams 10.0.0.2
		check "$name: datagrams over IPv6" datagrams fd00::2
		check "$name: datagrams in fragments" datagrams 10.0.0.2 9000 500
		equal "$name: nothing lost by sequence" "$(session_field B rx_seq_discards)" 0
		unpair
	done
done
