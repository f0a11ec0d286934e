#!/bin/bash
# SPDX-License-Identifier: MIT
# time-limit: 300
# PPP with the kernel as the datapath: l2tpd in a guest, whose kernel has L2TP, and l2tpd as usual on A, each as the
# LAC and as the LNS. The control protocol and PPP's are l2tpd's, packets are the kernel's.
# shellcheck source=tests/v2.sh
. "$(dirname "$0")/../v2.sh"
# shellcheck source=tests/peers/_ppp.sh
. "$(dirname "$0")/_ppp.sh"
# shellcheck source=tests/peers/_guest_l2tpd.sh
. "$(dirname "$0")/_guest_l2tpd.sh"

guest_begin
guest_takes "$TOP/build/src/l2tpd/l2tpd" "$L2TPCTL"
guest_loads l2tp_ppp l2tp_ip
SERVER="pool create pool_name=subs range=10.9.0.10-10.9.0.20
ppp profile modify profile_name=default ip_pool_name=subs local_ipaddr=10.9.0.1"
there_counts() {
	there_ctl "-j system show status" | jq -r '[.. | objects | select(has("tunnels_up"))][0] |
		"\(.tunnels) \(.sessions_up)"'
}
there_is() { [ "$(there_counts)" = "$1 $2" ]; }
# moved NAME REGEX: what `session list` of the guest says of the only one
moved() {
	matches "$1: it says what moves the packets" "$(there_ctl -j session list |
		jq -r '.[0].state | .datapath + "; " + .interface_name')" "$2"
}
# session_counts HOST-COMMAND...: packets and octets, sent and received
counters() {
	jq -r --arg a "$1" --arg b "$2" '.[0].statistics |
		"\(.[$a + "_packets"]) \(.[$a + "_bytes"]) \(.[$b + "_packets"]) \(.[$b + "_bytes"])"'
}

count_the_same() {
	[ "$(ctl A -j session list | counters tx rx)" = "$(there_ctl -j session list | counters rx tx)" ]
}

# ---------------------------------------------------------------- the guest is the LNS
users >"$TMP/users.commands"	# and their files
for file in users password; do guest put "$TMP/$file" "/run/$file" && in_guest "chmod 600 /run/$file"; done
there < <(sed "s,$TMP,/run,g" "$TMP/users.commands"; echo "$SERVER
peer profile create profile_name=A peer_ipaddr=192.0.2.1
peer profile create profile_name=A6 peer_ipaddr=2001:db8:2::1") ||
	{ fail "l2tpd in the guest" "does not start"; exit 1; }
daemon A <"$TMP/users.commands" || exit 1
while read -r name address words; do
	ctl A -q tunnel create tunnel_name=t dest_ipaddr="$address" persist=yes
	# shellcheck disable=SC2086 # words
	ctl A -q session create tunnel_name=t session_name=s user_name=alice user_password_file="$TMP/password" $words
	check "LNS, $name: up" until_true 20 up A 1 1 || { there_log; tail -n 5 "$(log_of A)"; continue; }
	moved "LNS, $name" '^kernel: asked for; ppp0$'
	carries "LNS, $name" ppp0 "$(ppp_address A ppp0 | cut -d' ' -f1)" 10.9.0.1
	check "LNS, $name: both count the same" until_true 5 count_the_same
	check "LNS, $name: IPv6, link-local" pings A "$(session A t s .state.remote_ipv6)%ppp0" 1300
	ctl A -q tunnel delete tunnel_name=t
	check "LNS, $name: gone there" until_true 10 there_is 0 0
	check "LNS, $name: and in its kernel" until_true 5 nothing_there
done <<-'END'
	IPv4 192.0.2.2
	IPv6 2001:db8:2::2
	numbered 192.0.2.2 use_sequence_numbers=yes
END

# ---------------------------------------------------------------- whom a client may pretend to be
ctl A -q tunnel create tunnel_name=t dest_ipaddr=192.0.2.2 persist=yes
ctl A -q session create tunnel_name=t session_name=s user_name=alice user_password_file="$TMP/password"
check "again: up" until_true 20 up A 1 1
check "its own address: answered" until_true 5 pings A 10.9.0.1
ip_on A addr add 10.9.7.7/32 dev ppp0
in_guest 'ip route add 10.9.7.7 dev ppp0'
check_fails "not its own (check_source): not answered" on A ping -q -c 1 -W 2 -I 10.9.7.7 10.9.0.1
in_guest "l2tpctl -s /run/l2tpd.socket -q ppp profile modify profile_name=default check_source=no"
ctl A -q session delete tunnel_name=t session_name=s
ctl A -q session create tunnel_name=t session_name=s user_name=alice user_password_file="$TMP/password"
check "again: up, unchecked" until_true 20 up A 1 1
ip_on A addr add 10.9.7.7/32 dev ppp0
in_guest 'ip route add 10.9.7.7 dev ppp0'
check "unchecked: answered" until_true 5 on A ping -q -c 1 -W 2 -I 10.9.7.7 10.9.0.1

# ---------------------------------------------------------------- rates
in_guest "l2tpctl -s /run/l2tpd.socket -q ppp profile modify profile_name=default rate_receive=80000 rate_send=160000"
ctl A -q session delete tunnel_name=t session_name=s
ctl A -q session create tunnel_name=t session_name=s user_name=alice user_password_file="$TMP/password"
check "limited: up" until_true 20 up A 1 1
check "limited: ping" until_true 5 pings A 10.9.0.1
limits() { in_guest "tc -s filter show dev ppp0 $1" | tr -s '\n\t ' ' '; }
on A ping -q -f -s 1300 -c 200 -w 2 10.9.0.1 >/dev/null
matches "limited: what is above it is dropped" "$(limits ingress)" 'police .*rate 80Kbit .*dropped [1-9]'
in_guest "ping -q -f -s 1300 -c 200 -w 2 $(ppp_address A ppp0 | cut -d' ' -f1) >/dev/null"
matches "limited: the other way, too" "$(limits egress)" 'police .*rate 160Kbit .*dropped [1-9]'
check "limited: later packets pass" until_true 20 pings A 10.9.0.1
in_guest "l2tpctl -s /run/l2tpd.socket -q ppp profile unset profile_name=default rate_receive rate_send"

# ---------------------------------------------------------------- somebody else deletes it
watches A
in_guest 'ip l2tp del tunnel tunnel_id $(ip l2tp show tunnel | sed -n "s/^Tunnel \([0-9]*\),.*/\1/p")'
check "deleted by somebody: it is known at once" until_true 3 eval '[[ $(there_log) == *"removed by others"* ]]'
ctl A -q session delete tunnel_name=t session_name=s >/dev/null 2>&1
ctl A -q session create tunnel_name=t session_name=s user_name=alice user_password_file="$TMP/password"
check "deleted by somebody: the next call is up all the same" until_true 20 up A 1 1
check "deleted by somebody: ping" until_true 10 pings A 10.9.0.1
in_guest 'set -- $(ip l2tp show session | sed -n "s/^Session \([0-9]*\) in tunnel \([0-9]*\)$/\1 \2/p")
	ip l2tp del session tunnel_id $2 session_id $1'
check "a session deleted by somebody: it is known at once" until_true 3 eval \
	'[ "$(in_guest "grep -c \"removed by others\" /run/l2tpd.log")" = 2 ]'

# ---------------------------------------------------------------- ends
ctl A -q tunnel delete tunnel_name=t
check "deleted: gone there" until_true 20 there_is 0 0
# shellcheck disable=SC2086 # words
ctl A -q tunnel create tunnel_name=t dest_ipaddr=192.0.2.2 persist=yes $IMPATIENT
ctl A -q session create tunnel_name=t session_name=s user_name=alice user_password_file="$TMP/password"
check "again: up, once more" until_true 20 up A 1 1
there_ends KILL
check "killed: the kernel has nothing left" until_true 5 nothing_there
there_again || fail "after a death" "does not start"
check "after a death: the client comes back" until_true 40 there_is 1 1
check "after a death: ping" until_true 10 pings A 10.9.0.1
# another one beside it, from beginning to end, however that comes
beside="l2tpd --datapath kernel -c /dev/null -s /run/beside.socket >/run/beside.log 2>&1 </dev/null"
in_guest "$beside & pid=\$!
	for i in {1..200}; do grep -q ready /run/beside.log && break; sleep 0.1; done
	kill -KILL \$pid; timeout 3 $beside"
check "another l2tpd there: its end is not the first one's" there_is 1 1
check "another l2tpd there: ping" pings A 10.9.0.1
# shellcheck disable=SC2016 # the guest's
in_guest 'kill -KILL $(cat /run/l2tpd.pid)'
there_again || fail "after a death, at once" "does not start"
check "after a death, at once: the client comes back" until_true 40 there_is 1 1
check "after a death, at once: ping" until_true 10 pings A 10.9.0.1
equal "after two deaths: the kernel has one session, one device" \
	"$(in_guest 'ip l2tp show session | grep -c ^Session; ip -o link show | grep -c ": ppp"' | xargs)" "1 1"
ctl A -q tunnel delete tunnel_name=t
there_ends
check "ended: the kernel has nothing left" until_true 5 nothing_there
stop_daemon A

# ---------------------------------------------------------------- the guest is the LAC
daemon A < <(cat "$TMP/users.commands"; echo "$SERVER
peer profile create profile_name=B peer_ipaddr=192.0.2.2
peer profile create profile_name=B6 peer_ipaddr=2001:db8:2::2") || exit 1
in_guest 'ip route add 203.0.113.0/24 dev eth0'	# which is not where the default route will lead
while read -r name address words; do
	there < <(echo "ppp profile modify profile_name=default default_route=yes
tunnel create tunnel_name=t dest_ipaddr=$address persist=yes $words
session create tunnel_name=t session_name=s user_name=alice user_password_file=/run/password") ||
		fail "LAC, $name" "l2tpd in the guest does not start"
	check "LAC, $name: up" until_true 20 there_is 1 1 || { there_log; tail -n 5 "$(log_of A)"; continue; }
	moved "LAC, $name" '^kernel: asked for; ppp0$'
	carries "LAC, $name" ppp0 10.9.0.1 "$(ppp_address A ppp0 | cut -d' ' -f2)"
	equal "LAC, $name: the default route leads into it" \
		"$(in_guest 'ip -4 route get 198.51.100.1' | grep -o 'dev ppp0')" 'dev ppp0'
	there_ends
	check "LAC, $name: gone there" until_true 10 up A 0 0
	check "LAC, $name: and in its kernel" until_true 5 nothing_there
done <<-'END'
	IPv4 192.0.2.1
	IPv6 2001:db8:2::1 our_udp_port=0
END

# ---------------------------------------------------------------- what cannot be
# refused NAME REGEX WORDS: a client's session with these words of its PPP profile
refused() {
	there < <(echo "ppp profile modify profile_name=default $3
tunnel create tunnel_name=t dest_ipaddr=192.0.2.1
session create tunnel_name=t session_name=s user_name=alice user_password_file=/run/password")
	check "refused: $1" until_true 10 eval '[[ $(there_ctl status; there_log) =~ '"$2"' ]]'
	there_ends
}
refused "a shared interface" 'interface=shared.*datapath=user' interface=shared

# ---------------------------------------------------------------- static pseudowires of version 3
stop_daemon A
daemon A < <(cat "$TMP/users.commands"; echo "ppp profile modify profile_name=default auth_none=yes \
	local_ipaddr=10.9.0.1 remote_ipaddr=10.9.0.2") || exit 1
there < <(echo "ppp profile modify profile_name=default auth_none=yes local_ipaddr=10.9.0.2 remote_ipaddr=10.9.0.1") ||
	fail "static" "l2tpd in the guest does not start"
# static HERE THERE ENCAP FAMILY COOKIE L2SPEC: as pseudowire, of PPP
static() { pseudowire "$@" pw_type=ppp interface=''; }
while read -r encap family cookie l2spec; do
	name="static, $encap IPv$family cookie $cookie sublayer $l2spec"
	# shellcheck disable=SC2086 # words
	static 1 2 "$encap" "$family" "$cookie" "$l2spec" | while read -r command; do ctl A -q $command; done
	check "$name: made" in_guest "$(static 2 1 "$encap" "$family" "$cookie" "$l2spec" |
		sed 's,^,l2tpctl -q -s /run/l2tpd.socket ,; 1s/$/ \&\&/')"
	check "$name: both are up" until_true 20 there_is 1 1 && until_true 5 session_is A t s up || there_log
	moved "$name" '^kernel: asked for; ppp0$'
	check "$name: ping, 56 to 8000 bytes" ping_sizes 10.9.0.2
	check "$name: MTU edge" mtu_edge ppp0 10.9.0.2
	ctl A -q tunnel delete tunnel_name=t
	there_ctl -q tunnel delete tunnel_name=t
	check "$name: gone from its kernel" until_true 5 nothing_there
done <<-'END'
	udp 4 8 default
	udp 6 0 none
	ip 4 4 none
	ip 6 8 default
END
there_ends

# ---------------------------------------------------------------- no PPP in this kernel
there < <(static 2 1 ip 4 0 none | sed 's/version=3/& datapath=auto/') ||
	fail "auto" "l2tpd in the guest does not start"
equal "auto: over IP it is the kernel" "$(there_ctl -j tunnel list | jq -r '.[0].state.datapath')" \
	'kernel: faster over IP (no offloads there)'
there_ends
in_guest 'mv /dev/ppp /run/ppp'
there_again
equal "auto, no /dev/ppp: it is user space" "$(there_ctl -j tunnel list | jq -r '.[0].state.datapath')" \
	"user: the kernel's L2TP cannot do it"
there_ends
in_guest 'mv /run/ppp /dev/ppp'
guest_is_well
