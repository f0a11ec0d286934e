#!/bin/bash
# SPDX-License-Identifier: MIT
# time-limit: 300
# l2tpd --datapath kernel in a guest, whose kernel has L2TP, and l2tpd as usual here: every encapsulation, changes while
# it runs, what the kernel cannot do, and what is left when it is killed.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/peers/_guest_l2tpd.sh
. "$(dirname "$0")/_guest_l2tpd.sh"

guest_begin
guest_takes "$L2TPD" "$L2TPCTL"
guest_loads l2tp_eth l2tp_ip l2tp_ip6
in_guest 'sysctl -qw net.ipv6.conf.default.disable_ipv6=1'
on A sysctl -qw net.ipv6.conf.default.disable_ipv6=1	# devices say nothing by themselves: all is counted
daemon A </dev/null || exit 1

# ---------------------------------------------------------------- both ends
# here ENCAP FAMILY COOKIE L2SPEC: our end, with whatever session_words say
here() {
	local command
	ctl A -q tunnel delete tunnel_name=t >/dev/null 2>&1
	# shellcheck disable=SC2086 # words
	pseudowire 1 2 "$@" session="$session_words" | sed "s/192.0.2.2/${there_address:-192.0.2.2}/" |
		while read -r command; do ctl A -q $command || return; done &&
		ip_on A addr add 10.0.0.1/24 dev pw0
}
# counters OTHER-WAY < JSON: what was sent and received, or received and sent
counters() {
	local -a order=(tx rx)
	[ $# = 0 ] || order=(rx tx)
	jq -r --arg a "${order[0]}" --arg b "${order[1]}" \
		'.statistics | "\(.[$a + "_packets"]) \(.[$a + "_bytes"]) \(.[$b + "_packets"]) \(.[$b + "_bytes"])"'
}

# ---------------------------------------------------------------- what goes over the wire
address="ip addr add 10.0.0.2/24 dev pw0"
there </dev/null || { fail "l2tpd in the guest" "does not start"; exit 1; }
while read -r encap family cookie l2spec sequence; do
	name="$encap IPv$family cookie $cookie sublayer $l2spec"
	session_words=''
	[ "$sequence" = no ] || session_words="use_sequence_numbers=yes sequencing_required=yes" name+=" sequence"
	pseudowire 2 1 "$encap" "$family" "$cookie" "$l2spec" session="$session_words" >"$TMP/there.commands"
	check "$name: made" in_guest "$(sed 's,^,l2tpctl -q -s /run/l2tpd.socket ,; s/$/ \&\&/' "$TMP/there.commands")
		ip addr add 10.0.0.2/24 dev pw0" || continue
	here "$encap" "$family" "$cookie" "$l2spec" || fail "$name" "cannot be made here"
	until_true 5 pings A 10.0.0.2
	check "$name: ping" pings A 10.0.0.2
	check "$name: large ping" pings A 10.0.0.2 4000
	before=$(ctl A -j session show tunnel_name=t session_name=s | counters)
	shown=$(in_guest 'l2tpctl -s /run/l2tpd.socket -j session show tunnel_name=t session_name=s >/run/session
		ip l2tp show tunnel; ip l2tp show session
		l2tpctl -s /run/l2tpd.socket -q tunnel delete tunnel_name=t; ip l2tp show tunnel | sed s/^/LEFT:/
		ip -o link show | grep pw0 | sed s/^/LEFT:/; cat /run/session' | tr -s '\n' ' ')
	matches "$name: ip l2tp shows it, and nothing after it is deleted" "${shown%%\{*}" \
		"^Tunnel 2, encap ${encap^^} .*Peer tunnel 1 .*Session 12 in tunnel 2 +Peer session 11, .*name: pw0 [^L]*\$"
	[ "$cookie" = 0 ] || matches "$name: ip l2tp shows cookies" "$shown" \
		"cookie ${cookie_B:0:$((cookie * 2))} +peer cookie ${cookie_A:0:$((cookie * 2))}"
	# an ARP request may come between
	after=$(ctl A -j session show tunnel_name=t session_name=s | counters) shown="{${shown#*\{}"
	matches "$name: both count the same" ":$before:$after:" ":$(counters back <<<"$shown"):"
	same "$name: the MTU is the same" "$(jq .state.mtu <<<"$shown")" "$(mtu_of A)"
done <<-'END'
	udp 4 8 default no
	udp 4 0 none no
	udp 6 4 default yes
	ip 4 8 none no
	ip 6 0 default yes
END

# ---------------------------------------------------------------- changes while it runs
session_words=''
there_ends
pseudowire 2 1 udp 4 8 default | there "$address" || fail "with a configuration" "does not start"
here udp 4 8 default
check "configured: ping" until_true 10 pings A 10.0.0.2
check "modified" in_guest 'ctl() { l2tpctl -q -s /run/l2tpd.socket "$@"; }
	ctl session modify tunnel_name=t session_name=s mtu=1300 use_sequence_numbers=yes sequencing_required=yes \
		reorder_timeout=100 lns_mode=yes &&
	ctl tunnel modify tunnel_name=t ttl=7 dscp=46 fwmark=9 use_udp_checksums=no'
ctl A -q session modify tunnel_name=t session_name=s use_sequence_numbers=yes
shown=$(in_guest 'ip l2tp show session; cat /sys/class/net/pw0/mtu' | tr -s '\n' ' ')
matches "modified: the kernel has it" "$shown" 'reorder timeout: 100 .*sequence numbering: send recv 1300'
on A timeout 20 tcpdump -l -n -v -c 1 -i peer0 'udp and src host 192.0.2.2' >"$TMP/marked" 2>/dev/null &
capturing=$!
check "modified: ping" until_true 5 pings A 10.0.0.2
wait $capturing
matches "modified: ttl, dscp and no checksum are in the packets" "$(cat "$TMP/marked")" 'tos 0xb8, ttl 7'
# ---------------------------------------------------------------- what the kernel tells of sequence numbers
# listens: to the API's events from now on; heard: the first of a kind, what FILTER finds in it
listens() {
	in_guest "mount -t tracefs none /sys/kernel/tracing
		(printf '{\"method\":\"org.l2tpd.Events\",\"more\":true,\"parameters\":{\"kinds\":[$1]}}\0'; sleep 60) |
			socat -t 60 - UNIX-CONNECT:/run/l2tpd.socket >/run/events 2>&1 &
		echo \$! >/run/listener
		for i in {1..100}; do [ -s /run/events ] && break; sleep 0.05; done"
}
heard() {
	in_guest "tr '\0' '\n' </run/events" |
		jq -c "[.parameters.events[]? | select(.kind == \"$1\") | $2] | .[]" 2>/dev/null | head -n 1
}
has_heard() { [ "$(heard "$1" .kind)" ]; }
listens '\"session_seqnum_update\",\"session_pkt_outside_rx_window\"'
pings A 10.0.0.2
check "what the kernel does with sequence numbers is told" until_true 5 has_heard session_seqnum_update
matches "of whom, and what" "$(heard session_seqnum_update '[.tunnel_name, .session_name, .name, .origin]')" \
	'^."t","s","sess 2/12","file".$'
equal "its numbers are one after the other" "$(heard session_seqnum_update '.nr - .ns')" 1
session_words="use_sequence_numbers=yes" here udp 4 8 default	# it begins anew
on A ping -q -c 2 -W 1 10.0.0.2 >/dev/null
check "numbers that are too old, too" until_true 5 has_heard session_pkt_outside_rx_window
matches "which, and what was expected" "$(heard session_pkt_outside_rx_window '[.pkt_ns, .my_nr]')" '^.0,[1-9]'
# shellcheck disable=SC2016 # the guest's
in_guest 'kill $(cat /run/listener)'

pseudowire 2 1 udp 4 8 default | sed 's/192.0.2.2/192.0.2.3/' >"$TMP/there.conf"
guest put "$TMP/there.conf" /run/l2tpd.conf
# shellcheck disable=SC2016 # the guest's
check "reloaded: another address" in_guest 'ip addr add 192.0.2.3/24 dev eth0; kill -HUP $(cat /run/l2tpd.pid)
	for i in {1..99}; do	# while it is tried the old one is there, too
		ip addr add 10.0.0.2/24 dev pw0 2>/dev/null && break	# not to the old one, which has it
		sleep 0.1
	done
	cat /run/l2tpd.log; ip l2tp show tunnel
	[ "$(ip l2tp show tunnel | grep From)" = "  From 192.0.2.3 to 192.0.2.1" ]'
check_fails "reloaded: no ping from another address" pings A 10.0.0.2
there_address=192.0.2.3
here udp 4 8 default
check "reloaded: ping" until_true 10 pings A 10.0.0.2

# ---------------------------------------------------------------- an end without a word
there_ends KILL
equal "killed: the kernel has nothing left" \
	"$(in_guest 'for i in {1..50}; do ip -o link show dev pw0 >/dev/null 2>&1 || break; sleep 0.1; done
		ip l2tp show tunnel; ip -o link show | grep -c pw0')" 0
there_again "$address" || fail "after a death" "does not start"
ip_on A neigh flush dev pw0	# it has another MAC address
check "after a death: ping" until_true 10 pings A 10.0.0.2
# shellcheck disable=SC2016 # the guest's
in_guest 'kill -KILL $(cat /run/l2tpd.pid)'
there_again "$address" || fail "after a death, at once" "does not start"
ip_on A neigh flush dev pw0
check "after a death, at once: ping" until_true 10 pings A 10.0.0.2

# ---------------------------------------------------------------- devices
shown=$(in_guest 'ctl() { l2tpctl -q -s /run/l2tpd.socket "$@"; }
	ip netns add there; ip netns exec there ip link set lo up
	ip -n there link add br0 type bridge; ip -n there link set br0 up
	ctl session create tunnel_name=t session_name=n session_id=70 peer_session_id=71 interface_name=pw0 \
		netns=there bridge=br0 mac_address=02:00:00:00:00:77 mtu=1200
	ip -n there -o link show pw0
	ctl session delete tunnel_name=t session_name=n; ip -n there link show pw0
	ctl session create tunnel_name=t session_id=80 peer_session_id=81; ip -o link show l2tpeth0' 2>&1)
matches "in a namespace, on a bridge: as it was told" "$shown" 'UP.* mtu 1200 .*master br0 .*02:00:00:00:00:77'
matches "in a namespace: gone when deleted" "$shown" 'pw0" does not exist'
matches "a session without a name" "$shown" ': l2tpeth0: .*UP'
shown=$(in_guest 'ctl() { l2tpctl -q -s /run/l2tpd.socket "$@"; }
	ctl tunnel create tunnel_name=far version=3 dest_ipaddr=198.51.100.1 tunnel_id=90 peer_tunnel_id=91
	ctl session create tunnel_name=far session_id=92 peer_session_id=93 interface_name=far0
	ip l2tp show tunnel tunnel_id 90; ip route add 198.51.100.0/24 via 192.0.2.1 mtu 1400
	for i in {1..200}; do ip l2tp show tunnel tunnel_id 90 | grep "to 198.51.100.1" && break; sleep 0.1; done
	cat /sys/class/net/far0/mtu' 2>&1 | tr -s '\n ' ' ')
matches "no route as yet: it is there all the same, and takes the route when it comes; so does the MTU" "$shown" \
	'Tunnel 90, encap UDP From 0.0.0.0 .* From 192.0.2.2 to 198.51.100.1 1346'

# Somebody else removes a tunnel of ours
there_ctl -q tunnel create tunnel_name=lost version=3 encap=ip src_ipaddr=127.0.0.1 dest_ipaddr=127.0.0.1 \
	tunnel_id=140 peer_tunnel_id=141
there_ctl -q session create tunnel_name=lost session_name=s session_id=142 peer_session_id=143
in_guest 'ip l2tp del tunnel tunnel_id 140'
lost() { [[ $(there_ctl -j session show tunnel_name=lost session_name=s) == *"removed by others"* ]]; }
check "removed by somebody else: it says so" until_true 10 lost
check "and can be deleted" there_ctl -q tunnel delete tunnel_name=lost

# What moves the packets where nobody says it
moved() { there_ctl -j tunnel show "tunnel_name=$1" | jq -r .state.datapath; }
auto="version=3 datapath=auto src_ipaddr=127.0.0.1 dest_ipaddr=127.0.0.1"
in_guest "ctl() { l2tpctl -q -s /run/l2tpd.socket \"\$@\"; }
	ctl tunnel create tunnel_name=over_udp $auto tunnel_id=120 peer_tunnel_id=121 our_udp_port=1777
	ctl tunnel create tunnel_name=over_ip $auto encap=ip tunnel_id=122 peer_tunnel_id=123
	ctl session create tunnel_name=over_ip session_id=124 peer_session_id=125
	ctl tunnel create tunnel_name=packets $auto encap=ip tunnel_id=126 peer_tunnel_id=127
	ctl session create tunnel_name=packets session_id=128 peer_session_id=129 pw_type=ip
	ctl tunnel create tunnel_name=copies $auto encap=ip tunnel_id=130 peer_tunnel_id=131 ttl=copy"
equal "auto, over UDP" "$(moved over_udp)" 'user: faster (offloads)'
equal "auto, over IP" "$(moved over_ip)" 'kernel: faster over IP (no offloads there)'
equal "auto, a session that the kernel has not" "$(moved packets)" "user: the kernel's L2TP cannot do it"
equal "auto, a tunnel that it has not" "$(moved copies)" "user: the kernel's L2TP cannot do it"
equal "as it was asked for" "$(moved t)" 'kernel: asked for'
in_guest 'for tunnel in over_udp over_ip packets copies; do
	l2tpctl -q -s /run/l2tpd.socket tunnel delete tunnel_name=$tunnel; done'

# A tunnel whose packets are in another namespace, with a device at home, and one with a device where there is no wire
shown=$(in_guest 'ctl() { l2tpctl -q -s /run/l2tpd.socket "$@"; }
	ip link add bar0 type bridge
	ctl tunnel create tunnel_name=away version=3 netns=there encap=ip src_ipaddr=127.0.0.1 dest_ipaddr=127.0.0.1 \
		tunnel_id=100 peer_tunnel_id=101
	ctl tunnel create tunnel_name=back version=3 netns=there encap=ip src_ipaddr=127.0.0.1 dest_ipaddr=127.0.0.1 \
		tunnel_id=101 peer_tunnel_id=100
	ctl session create tunnel_name=away session_id=110 peer_session_id=111
	ctl session create tunnel_name=back session_id=111 peer_session_id=110 interface_name=bar0 netns=there
	ip -n there addr add 10.3.0.1/24 dev bar0; ip addr add 10.3.0.2/24 dev l2tpeth1
	for i in 1 2 3 4 5; do ping -q -c 1 -W 2 10.3.0.1 && break; done; ip netns exec there ip l2tp show tunnel
	ctl tunnel delete tunnel_name=away; ctl tunnel delete tunnel_name=back
	ip -o link show | grep l2tpeth1; ip -n there link show bar0' 2>&1 | tr -s '\n ' ' ')
matches "a tunnel in a namespace, its device at home: ping" "$shown" \
	' 0% packet loss.*Tunnel 100, encap IP .*Tunnel 101'
matches "a tunnel in a namespace: all of it goes" "$shown" 'Peer tunnel 100 Device "bar0" does not exist. $'

# ---------------------------------------------------------------- what cannot be
# refused NAME REGEX COMMAND...
refused() {
	matches "refused: $1" "$(there_ctl "${*:3}" 2>&1 && echo 'it was done')" "$2"
}
session="session create tunnel_name=t session_id=60 peer_session_id=61"
refused ip 'no pseudowires of IP packets .pw_type.*datapath=user' "$session" pw_type=ip
refused mss_clamp 'mss_clamp.*firewall' "$session" mss_clamp=yes
refused carrier_timeout 'carrier_timeout' "$session" carrier_timeout=1000
refused "mss_clamp, live" 'mss_clamp' session modify tunnel_name=t session_name=s mss_clamp=yes
refused "a name that is taken" 'an interface eth0 exists' "$session" interface_name=eth0
refused "no such bridge" 'bridge.*ip link add nobridge' "$session" bridge=nobridge
refused "ttl=copy" 'ttl.*copy' tunnel create tunnel_name=r version=3 dest_ipaddr=192.0.2.77 \
	tunnel_id=5 peer_tunnel_id=6 ttl=copy
in_guest 'ip l2tp add tunnel tunnel_id 7 peer_tunnel_id 8 encap ip local 127.0.0.1 remote 127.0.0.1'
check "a tunnel of somebody else has its id" there_ctl -q tunnel create tunnel_name=r version=3 \
	dest_ipaddr=192.0.2.77 tunnel_id=7 peer_tunnel_id=8
matches "in the kernel it has another" "$(in_guest 'ip l2tp show tunnel')" "Tunnel $((7 + 0x80000001)), encap UDP"
there_ctl -q tunnel delete tunnel_name=r
check "nothing of what was refused is there" in_guest '! ip l2tp show session | grep -q "Session 60"'
check "all the time: ping" until_true 5 pings A 10.0.0.2
check "ends" there_ends
equal "ends: only what is not ours is left" "$(in_guest 'ip l2tp show tunnel' | grep ^Tunnel)" 'Tunnel 7, encap IP'
guest_is_well
