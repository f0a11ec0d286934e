#!/bin/bash
# SPDX-License-Identifier: MIT
# Tunnels of a program's own socket that is not connected, or not even bound, when it becomes the tunnel's: as with the
# kernel, anybody's frames arrive, and none leave until it is connected.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/probe.sh
. "$(dirname "$0")/../probe.sh"

hosts
for host in A B; do daemon $host --kernel-socket "$TMP/$host.kernel" </dev/null || exit 1; done
counter() { on A cat "/sys/class/net/mana0/statistics/$1"; }
has_received() { [ "$(counter rx_packets)" -gt 0 ]; }
errors() { ctl A -j tunnel show tunnel_name=kernel-1 | jq '[.. | objects | select(has("tx_errors"))][0].tx_errors'; }
has_errors() { [ "$(errors)" -gt 0 ]; }
up() { ip_on "$1" link set mana0 up && ip_on "$1" addr add "$2/24" dev mana0; }
is_told() { say A 'get: 4 - 9.4=1' | grep -q -- "$1"; }

begin A
begin B
while read -r name encap a connect b told; do
	say A "! ${a//_/ }" >"$TMP/made"
	[ "$encap" = 0 ] || say A '! bind 1 192.0.2.1 1' >>"$TMP/made"
	say A "tunnel: 1 A 9.4=1 10.4=2 7.1=3 2.2=$encap 23.f=1" 'session: 5 A 9.4=1 11.4=11 12.4=12 1.2=5 8.s=mana0' \
		>>"$TMP/made"
	[[ $a = *udp6* ]] && b=${b/#b/socket_1_udp6} || b=${b/#b/socket_1_udp4}
	say B "! ${b//_/ }" >>"$TMP/made"
	[ "$encap" = 0 ] || say B '! bind 1 192.0.2.2 2' '! connect-to 1 192.0.2.1 1' >>"$TMP/made"
	say B "tunnel: 1 A 9.4=2 10.4=1 7.1=3 2.2=$encap 23.f=1" 'session: 5 A 9.4=2 11.4=12 12.4=11 1.2=5 8.s=mana0' \
		>>"$TMP/made"
	equal "$name: made" "$(grep -c 'error 0' "$TMP/made")" 4
	up A 10.0.0.1 && up B 10.0.0.2
	helper B ping -c 20 -i 0.05 -W 1 10.0.0.1
	check "$name: frames arrive" until_true 10 has_received
	check "$name: none leaves, which is counted" until_true 10 has_errors
	equal "$name: connected" "$(say A "! ${connect//_/ }" | tail -n 1)" '  well'
	check "$name: frames" until_true 10 pings A 10.0.0.2
	check "$name: the tunnel is told as it is" is_told "$told"
	say A '! close 1' >/dev/null
	say B '! close 1' >/dev/null
	for host in A B; do
		check "$name: closed, $host has none" until_true 5 eval "! ip_on $host link show mana0 >/dev/null 2>&1"
	done
done <<-'END'
	bound 0 socket_1_udp4_192.0.2.1_5000 connect_1_192.0.2.2_6000 b_192.0.2.2_6000_192.0.2.1_5000 25:c0000202
	any 0 socket_1_udp4_0.0.0.0_5001 connect_1_192.0.2.2_6001 b_192.0.2.2_6001_192.0.2.1_5001 25:c0000202
	IPv6 0 socket_1_udp6_::_5002 connect_1_2001:db8::2_6002 b_2001:db8::2_6002_2001:db8::1_5002 32:20010db8
	protocol-115 1 l2tp_1_4_2 connect-to_1_192.0.2.2_2 l2tp_1_4_2 25:c0000202
END
# nobody knows its port: it cannot have been sent to
say A '! socket 1 udp4' 'tunnel: 1 A 9.4=1 10.4=2 7.1=3 2.2=0 23.f=1' \
	'session: 5 A 9.4=1 11.4=11 12.4=12 1.2=5 8.s=mana0' >"$TMP/made"
equal 'neither bound nor connected: made' "$(grep -c 'error 0' "$TMP/made")" 2
check 'its session has a device' ip_on A link set mana0 up
equal 'then connected' "$(say A '! connect 1 192.0.2.2 6002' | tail -n 1)" '  well'
check 'it has an address and a peer' until_true 10 is_told ' 27:7217 24:c0000201 25:c0000202'
# ---------------------------------------------------------------- connected again
say A '! close 1' >/dev/null
say A '! socket 1 udp4 192.0.2.1 5010 192.0.2.2 6010' 'tunnel: 1 A 9.4=1 10.4=2 7.1=3 2.2=0 23.f=1' \
	'session: 5 A 9.4=1 11.4=11 12.4=12 1.2=5 8.s=mana0' >"$TMP/made"
say B '! socket 1 udp4 192.0.2.2 6011 192.0.2.1 5010' 'tunnel: 1 A 9.4=2 10.4=1 7.1=3 2.2=0 23.f=1' \
	'session: 5 A 9.4=2 11.4=12 12.4=11 1.2=5 8.s=mana0' >>"$TMP/made"
equal 'to somebody else: made' "$(grep -c 'error 0' "$TMP/made")" 4
up A 10.0.0.1 && up B 10.0.0.2
equal 'connected to where the peer is' "$(say A '! connect 1 192.0.2.2 6011' | tail -n 1)" '  well'
check 'frames follow' until_true 10 pings A 10.0.0.2
check 'the tunnel is told as it is now' is_told ' 27:7b17'
# where its socket is is where the tunnel is, from that moment on
at_once() { # CONNECT A B: each is connected to again and again
	local i both
	for i in {1..10}; do
		both+=("! $1 $2" 'get: 4 - 9.4=1' "! $1 $3" 'get: 4 - 9.4=1')
	done
	say A "${both[@]}"
}
equal 'each time, at once' "$(at_once 'connect 1 192.0.2.2' 6010 6011 | grep -o ' 27:7[ab]17' | uniq | wc -l)" 20
say A '! close 1' '! l2tp 1 4 2' '! bind 1 192.0.2.1 1' 'tunnel: 1 A 9.4=1 10.4=2 7.1=3 2.2=1 23.f=1' >/dev/null
equal 'of IP protocol 115, too' "$(at_once 'connect-to 1' '192.0.2.2 2' '192.0.2.3 2' |
	grep -o ' 25:c000020[23]' | uniq | wc -l)" 20
say A '! close 1' >/dev/null
say B '! close 1' >/dev/null
for host in A B; do
	check "$host lives" answers $host
	stop_daemon $host
	equal "$host ends well" $? 0
done
