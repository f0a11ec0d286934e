#!/bin/bash
# SPDX-License-Identifier: MIT
# Tunnels of a program's own UDP socket, and a sender on the same host that joins datagrams (UDP_SEGMENT), which no wire
# takes apart: none is lost.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/probe.sh
. "$(dirname "$0")/../probe.sh"

hosts
head -c 3000000 /dev/zero | openssl enc -aes-128-ctr -pass pass:x -nosalt 2>/dev/null >"$TMP/sent"
daemon B --kernel-socket "$TMP/B.kernel" </dev/null || exit 1
sum=$(md5sum <"$TMP/sent")
packets_of() { ctl "$1" -j session list | jq "[.. | objects | .$2? | numbers] | first"; }
missing() { echo $(($(packets_of A tx_packets) - $(packets_of B rx_packets))); }
all_arrived() { [ "$(missing)" = "$before" ]; }
has_all() { [ "$(md5sum <"$TMP/received")" = "$sum" ]; }

begin B
for family in 4 6; do
	a=192.0.2.1 b=192.0.2.2
	[ $family = 4 ] || a=2001:db8::1 b=2001:db8::2
	daemon A <<-END || exit 1
		tunnel create tunnel_name=t version=3 src_ipaddr=$a dest_ipaddr=$b \
			our_udp_port=5000 peer_udp_port=6000 tunnel_id=1 peer_tunnel_id=2
		session create tunnel_name=t session_name=s session_id=11 peer_session_id=12 pw_type=eth \
			interface_name=mana0 l2spec_type=none
	END
	say B "! socket 1 udp$family $b 6000 $a 5000" 'tunnel: 1 A 9.4=2 10.4=1 7.1=3 2.2=0 23.f=1' \
		'session: 5 A 9.4=2 11.4=12 12.4=11 1.2=5 5.1=0 8.s=mana0' >"$TMP/made"
	equal "IPv$family: made" "$(grep -c 'error 0' "$TMP/made")" 2
	for host in A B; do
		on $host sysctl -q net.ipv6.conf.mana0.disable_ipv6=1
		ip_on $host link set mana0 up
	done
	ip_on A addr add 10.0.0.1/24 dev mana0
	ip_on B addr add 10.0.0.2/24 dev mana0
	check "IPv$family: frames" until_true 10 pings A 10.0.0.2
	before=$(missing)	# sent when nobody was there
	helper B timeout 60 socat -u TCP-LISTEN:7000,reuseaddr "OPEN:$TMP/received,creat,trunc"
	until_true 5 is_listening B 7000
	check "IPv$family: bulk traffic" on A timeout 30 socat -u "OPEN:$TMP/sent" TCP:10.0.0.2:7000
	check "IPv$family: it is what was sent" until_true 5 has_all
	check "IPv$family: no packet was lost" until_true 5 all_arrived
	say B '! close 1' >/dev/null
	stop_daemon A
	equal "IPv$family: A ends well" $? 0
done
stop_daemon B
equal "B ends well" $? 0
