#!/bin/bash
# SPDX-License-Identifier: MIT
# The counters have the kernel's meaning: packets and octets, L2TP header included, agree on both ends.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

hosts
for name in A B; do on $name sysctl -qw net.ipv6.conf.default.disable_ipv6=1; done

has_sent() { [ "$(session_field A tx_packets)" -ge "$1" ]; }
# Nothing is on its way any more.
have_settled() {
	[ "$(session_field B rx_packets) $(session_field A rx_packets)" = \
		"$(session_field A tx_packets) $(session_field B tx_packets)" ]
}
# ends_agree NAME: what one end sent the other received
ends_agree() {
	local counter
	for counter in packets bytes; do
		same "$1: $counter A to B" "$(session_field B rx_$counter)" "$(session_field A tx_$counter)"
		same "$1: $counter B to A" "$(session_field A rx_$counter)" "$(session_field B tx_$counter)"
		same "$1: tunnel has its session's tx_$counter" "$(tunnel_field A tx_$counter)" \
			"$(session_field A tx_$counter)"
		same "$1: tunnel has its session's rx_$counter" "$(tunnel_field A rx_$counter)" \
			"$(session_field A rx_$counter)"
	done
	for counter in tx_errors rx_errors rx_seq_discards rx_oos_packets rx_cookie_discards rx_invalid; do
		equal "$1: no $counter" "$(session_field A $counter) $(session_field B $counter)" "0 0"
	done
}

# header octets: UDP 4 of its own; session id 4, cookie, sublayer 4
for setting in "udp 8 none 16" "udp 4 default 16" "udp 0 default 12" "ip 8 default 16" "ip 0 none 4"; do
	read -r encap cookie l2spec header <<<"$setting"
	[[ " ${COOKIES:-0 4 8} " == *" $cookie "* ]] || continue
	name="$encap cookie $cookie $l2spec"
	pair encap="$encap" cookie="$cookie" l2spec="$l2spec" || continue
	until_true 3 pings A 10.0.0.2
	tx=$(session_field A tx_packets) bytes=$(session_field A tx_bytes)
	packets A frame pw0 ffffffffffff02000000009988b500000007 "ffffffffffff02000000009988b5$(printf '%0200d' 0)"
	until_true 10 has_sent $((tx + 2))
	equal "$name: two packets" $(($(session_field A tx_packets) - tx)) 2
	equal "$name: their octets" $(($(session_field A tx_bytes) - bytes)) $((18 + 114 + 2 * header))
	transfer 10.0.0.2 20 >/dev/null || fail "$name" "transfer"
	until_true 10 have_settled
	ends_agree "$name"
	unpair
done

# the interface's own counters count frames
pair || exit 1
until_true 3 pings A 10.0.0.2
same "interface: frames in and out" "$(on A cat /sys/class/net/pw0/statistics/tx_packets)" \
	"$(session_field A tx_packets)"

# Prometheus is told the same
metric() {
	on A /usr/bin/python3 -c 'import sys, urllib.request
sys.stdout.buffer.write(urllib.request.urlopen("http://127.0.0.1:9817/metrics").read())' |
		sed -n "s/^l2tpd_$1 //p"
}
ctl A system modify metrics_port=9817 metrics_detail=sessions >/dev/null 2>&1
same "metrics: of the session" "$(metric 'session_tx_packets_total{tunnel="t",session_id="11",session="s"}')" \
	"$(session_field A tx_packets)"
same "metrics: of the tunnel" "$(metric 'tunnel_rx_bytes_total{tunnel="t"}')" "$(tunnel_field A rx_bytes)"
same "metrics: in all" "$(metric rx_bytes_total)" "$(tunnel_field A rx_bytes)"

# a path that does not exist counts as transmit errors
ip_on A route add unreachable 192.0.2.2/32
errors=$(session_field A tx_errors)
on A ping -q -c 3 -i 0.05 -W 1 10.0.0.2 >/dev/null
at_least "no route: tx_errors" $(($(session_field A tx_errors) - errors)) 1
ip_on A route del unreachable 192.0.2.2/32
check "route back: carries again" until_true 5 pings A 10.0.0.2
unpair

# nobody listens at the other end: ICMP says so, which is counted, while packets count as sent
pair sides=A || exit 1
equal "no socket_errors yet" "$(status_field A socket_errors)" 0
packets=$(session_field A tx_packets)
packets A frame pw0 "ffffffffffff02000000009988b5$(printf '%0200d' 0)"
is_told() { [ "$(status_field A socket_errors)" -ge 1 ]; }
check "port unreachable: socket_errors" until_true 10 is_told
packets A frame pw0 "ffffffffffff02000000009988b5$(printf '%0200d' 0)"
is_sent() { [ "$(session_field A tx_packets)" -ge $((packets + 2)) ]; }
check "port unreachable: what follows is sent" until_true 10 is_sent
equal "port unreachable: no tx_errors" "$(session_field A tx_errors)" 0
