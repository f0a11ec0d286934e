#!/bin/bash
# SPDX-License-Identifier: MIT
# time-limit: 120
# datapath=bpf here, and a real Linux kernel at the other end: Debian's own, in a guest, with `ip l2tp`. What the
# programs send arrives there whole, with right checksums, and what the kernel sends without UDP checksums is received
# by them. The wire has offloads at the guest's end; at ours they are switched off, as l2tpd(8) says.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/peers/_guest.sh
. "$(dirname "$0")/_guest.sh"

guest_begin A -O
guest_loads l2tp_eth
daemon A </dev/null || exit 1
head -c 1000000 /dev/urandom >"$TMP/sent"
guest put "$TMP/sent" /tmp/sent

# pair_with_kernel FAMILY COOKIE: the guest's tunnel 2 and session 12, ours 1 and 11
pair_with_kernel() {
	local cookies='' theirs='' address=192.0.2. checksums="use_udp_checksums=no" their_checksums="udp_csum off"
	if [ "$1" = 6 ]; then
		address=2001:db8:2:: checksums="udp_zero_csum6_tx=yes udp_zero_csum6_rx=yes"
		their_checksums="udp6_csum_tx off udp6_csum_rx off"
	fi
	if [ "$2" != 0 ]; then
		cookies="cookie=${cookie_A:0:$(($2 * 2))} peer_cookie=${cookie_B:0:$(($2 * 2))}"
		theirs="cookie ${cookie_B:0:$(($2 * 2))} peer_cookie ${cookie_A:0:$(($2 * 2))}"
	fi
	in_guest "ip l2tp add tunnel tunnel_id 2 peer_tunnel_id 1 encap udp local ${address}2 remote ${address}1 \
			udp_sport 1701 udp_dport 1701 $their_checksums &&
		ip l2tp add session name pw0 tunnel_id 2 session_id 12 peer_session_id 11 $theirs l2spec_type none &&
		ip addr add 10.0.0.2/24 dev pw0 && ip link set pw0 up" &&
		ctl A -q tunnel create tunnel_name=t version=3 tunnel_id=1 peer_tunnel_id=2 src_ipaddr=${address}1 \
			dest_ipaddr=${address}2 datapath=bpf $checksums &&
		ctl A -q session create tunnel_name=t session_name=s session_id=11 peer_session_id=12 \
			interface_name=pw0 l2spec_type=none $cookies &&
		ip_on A addr add 10.0.0.1/24 dev pw0
}
remove() {
	in_guest 'ip l2tp del tunnel tunnel_id 2'
	ctl A -q tunnel delete tunnel_name=t
}

# Octets of the session that its device did not see, way tx or rx
past_device() { echo $(($(session_field A "$1_bytes") - $(on A cat "/sys/class/net/pw0/statistics/$1_bytes"))); }
wrong_checksums() { in_guest 'grep ^Tcp: /proc/net/snmp' | awk '{ last = $NF } END { print last }'; }

on A ethtool -K peer0 tx off >/dev/null
for setting in "4 8" "6 0"; do
	read -r family cookie <<<"$setting"
	name="IPv$family, cookie $cookie"
	pair_with_kernel "$family" "$cookie" || { fail "$name" "cannot be made"; remove; continue; }
	check "$name: ping" until_true 10 pings A 10.0.0.2
	check "$name: TCP to the kernel" guest_tcp_out
	check "$name: TCP from the kernel" guest_tcp_in
	at_least "$name: sent by BPF" "$(past_device tx)" 1000000
	at_least "$name: received by BPF" "$(past_device rx)" 1000000
	equal "$name: nothing with a wrong checksum there" "$(wrong_checksums)" 0
	remove
done
guest_is_well
