#!/bin/bash
# SPDX-License-Identifier: MIT
# Where trains of segments cannot serve, packets go one by one and in fragments, and nothing counts as an error: a
# device larger than the path (one that becomes narrower: mtu.sh). And mss_clamp for what arrives.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

hosts
real_packets A B

# fragments: how many fragments of IPv4 and IPv6 packets A has made so far
fragments() {
	on A sh -c 'cat /proc/net/snmp; sed "s/^/x /" /proc/net/snmp6' |
		awk '$1 == "Ip:" && n++ { sum += $20 } $2 == "Ip6FragCreates" { sum += $3 } END { print sum + 0 }'
}

for family in 4 6; do
	for encap in udp ip; do
		name="$encap over IPv$family, fixed MTU above the path"
		pair encap=$encap family=$family session=mtu=3000 || continue
		until_true 3 pings A 10.0.0.2
		before=$(fragments)
		check "$name: TCP" transfer 10.0.0.2 20
		equal "$name: segments as large as the device" "$(on A cat /sys/class/net/pw0/mtu)" 3000
		at_least "$name: in fragments" $(($(fragments) - before)) 10000
		equal "$name: no tx_errors" "$(session_field A tx_errors) $(session_field B tx_errors)" "0 0"
		unpair
	done
done

# mss_clamp at B alone: what A announces is lowered when it arrives; and what B announces when it leaves
mss_seen() {	# AT FROM TO: the MSS of the SYN that FROM sends to the address TO, as seen at AT
	ip_on "$2" route change 10.0.0.0/24 dev pw0 advmss 1460
	: >"$TMP/helpers.log"
	helper "$1" tcpdump --immediate-mode -nvi pw0 -c 1 'tcp[tcpflags] == tcp-syn'
	until_true 3 grep -q listening "$TMP/helpers.log"
	on "$2" timeout 1 bash -c "echo >/dev/tcp/$3/9" 2>/dev/null
	until_true 10 grep -q 'mss [0-9]' "$TMP/helpers.log"
	grep -o 'mss [0-9]*' "$TMP/helpers.log" | head -n 1
}
pair session=mtu=1400 session_B=mss_clamp=no || exit 1
equal "without mss_clamp: as announced" "$(mss_seen B A 10.0.0.2)" "mss 1460"
ctl B session modify tunnel_name=t session_name=s mss_clamp=yes >"$TMP/out"
equal "mss_clamp, receiving" "$(mss_seen B A 10.0.0.2)" "mss 1360"
equal "mss_clamp, sending" "$(mss_seen A B 10.0.0.1)" "mss 1360"
