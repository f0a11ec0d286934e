#!/bin/bash
# SPDX-License-Identifier: MIT
# time-limit: 400
# A real Linux kernel is the other end: Debian's own, in a guest, with `ip l2tp`. Every encapsulation, cookie and
# sublayer, sequence numbers on; what arrives is what was sent, and both ends count the same.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/peers/_guest.sh
. "$(dirname "$0")/_guest.sh"

guest_begin
guest_loads l2tp_eth l2tp_ip l2tp_ip6 l2tp_debugfs 8021q
in_guest 'sysctl -qw net.ipv6.conf.default.disable_ipv6=1'
daemon A </dev/null || exit 1
head -c 3000000 /dev/urandom >"$TMP/sent"
guest put "$TMP/sent" /tmp/sent

# kernel ENCAP FAMILY COOKIE L2SPEC SEQ: the guest's tunnel 2 and session 12; ours: ours ...
kernel() {
	local ports='' cookies='' address=192.0.2.
	[ "$2" = 4 ] || address=2001:db8:2::
	[ "$3" = 0 ] || cookies="cookie ${cookie_B:0:$(($3 * 2))} peer_cookie ${cookie_A:0:$(($3 * 2))}"
	[ "$1" = ip ] || ports="udp_sport 1701 udp_dport 1701 udp_csum on"
	in_guest "ip l2tp add tunnel tunnel_id 2 peer_tunnel_id 1 encap $1 local ${address}2 remote ${address}1 $ports
		ip l2tp add session name pw0 tunnel_id 2 session_id 12 peer_session_id 11 $cookies l2spec_type $4 seq $5
		ip addr add 10.0.0.2/24 dev pw0; ip link set pw0 up" 2>&1
}
ours() {
	local cookies='' address=192.0.2. sequence=''
	[ "$2" = 4 ] || address=2001:db8:2::
	[ "$3" = 0 ] || cookies="cookie=${cookie_A:0:$(($3 * 2))} peer_cookie=${cookie_B:0:$(($3 * 2))}"
	[ "$5" = none ] || sequence="use_sequence_numbers=yes sequencing_required=yes"
	# shellcheck disable=SC2086 # lists of words
	ctl A -q tunnel create tunnel_name=t version=3 encap="$1" tunnel_id=1 peer_tunnel_id=2 \
		src_ipaddr=${address}1 dest_ipaddr=${address}2 &&
	ctl A -q session create tunnel_name=t session_name=s session_id=11 peer_session_id=12 interface_name=pw0 \
		l2spec_type="$4" $cookies $sequence ${6:-} &&
	ip_on A addr add 10.0.0.1/24 dev pw0
}
remove() {
	in_guest 'ip l2tp del tunnel tunnel_id 2'
	ctl A -q tunnel delete tunnel_name=t >/dev/null
}

all_pings() {
	local size
	for size in 56 500 1400 1472 3000 8000; do pings A 10.0.0.2 $size || { echo "size $size"; return 1; }; done
}

# kernel_counters: "tx packets, tx octets, rx packets, rx octets" of its session, from debugfs (`ip l2tp` shows none)
kernel_counters() {
	in_guest 'cat /sys/kernel/debug/l2tp/tunnels' | sed '1,/SESSION 12,/d' |
		sed -nE 's,^ *[0-9]+/[0-9]+ tx ([0-9]+)/([0-9]+)/[0-9]+ rx ([0-9]+)/([0-9]+)/[0-9]+.*,\1 \2 \3 \4,p' |
		head -n 1
}
our_counters() {
	ctl A -j session show tunnel_name=t session_name=s |
		jq -r '[.. | objects | select(has("rx_bytes"))][0] |
			"\(.rx_packets) \(.rx_bytes) \(.tx_packets) \(.tx_bytes)"'
}
counters_agree() {
	local theirs mine
	theirs=$(kernel_counters) mine=$(our_counters)
	echo "kernel '$theirs', ours '$mine'; $(ctl A -j session show tunnel_name=t session_name=s | jq -c .statistics)"
	[ "$theirs" = "$mine" ]
}

for encap in udp ip; do
	for family in 4 6; do
		for l2spec in none default; do
			for cookie in 0 4 8; do
				what=("$encap" "$family" "$cookie" "$l2spec")
				name="$encap IPv$family cookie $cookie sublayer $l2spec"
				seq=none
				[ $l2spec = none ] || [ $cookie = 0 ] || seq=both
				if ! kernel "${what[@]}" $seq || ! ours "${what[@]}" $seq; then
					fail "$name" "cannot be made"
					remove
					continue
				fi
				until_true 5 pings A 10.0.0.2
				check "$name: ping, 56 to 8000 bytes" all_pings
				if [ $cookie = 8 ]; then
					check "$name: TCP to the kernel" guest_tcp_out
					check "$name: TCP from the kernel" guest_tcp_in
				fi
				check "$name: counters agree" until_true 3 counters_agree || counters_agree
				remove
			done
		done
	done
done

# A VLAN pseudowire, whose device carries untagged frames, against a tagged interface on the kernel's pseudowire
kernel udp 4 8 default none
in_guest 'ip addr flush dev pw0; ip link add link pw0 name pw0.101 type vlan id 101
	ip addr add 10.0.0.2/24 dev pw0.101; ip link set pw0.101 up'
ours udp 4 8 default none "pw_type=vlan vlan_id=101"
until_true 5 pings A 10.0.0.2
check "VLAN pseudowire with the kernel's pw0.101: ping" all_pings
check "VLAN pseudowire: TCP to the kernel" guest_tcp_out
check "VLAN pseudowire: TCP from the kernel" guest_tcp_in
remove
guest_is_well
