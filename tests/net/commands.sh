#!/bin/bash
# SPDX-License-Identifier: MIT
# Create, modify, delete, show and list while traffic flows through a session: none of it disturbs the traffic of the
# others, each does what it says, and what is deleted is gone.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

hosts
pair session_A="lns_mode=yes" || exit 1		# A says whether there are sequence numbers, B follows
until_true 3 pings A 10.0.0.2
helper B "${TRAFFIC[@]}" tcp-serve 10.0.0.2 7000
on A "${TRAFFIC[@]}" tcp-transfer 10.0.0.2 7000 1000 >"$TMP/transfer" 2>&1 &
transfer=$!

# other tunnels and sessions come and go beside it
for round in 1 2 3; do
	check "round $round: tunnel create" ctl A tunnel create tunnel_name=u version=3 src_ipaddr=192.0.2.1 \
		dest_ipaddr=192.0.2.2 tunnel_id=50 peer_tunnel_id=60 our_udp_port=1800 peer_udp_port=1800
	for n in 1 2 3; do
		check "round $round: session create $n" ctl A session create tunnel_name=u session_name=x$n \
			session_id=50$n peer_session_id=60$n interface_name=x$n cookie=00112233 peer_cookie=00112233
	done
	check "round $round: session modify" ctl A session modify tunnel_name=u session_name=x1 mtu=1300
	equal "round $round: the device has the new MTU" "$(mtu_of A x1)" 1300
	check "round $round: session delete by id" ctl A session delete tunnel_id=50 session_id=502
	check_fails "round $round: its device is gone" ip_on A link show x2
	check "round $round: tunnel delete" ctl A tunnel delete tunnel_name=u
	check_fails "round $round: its sessions' devices are gone" ip_on A link show x1
done

matches "session show" "$(ctl A session show tunnel_name=t session_name=s)" 'pw0'
equal "session list -j has one" "$(ctl A -j session list | jq '[.. | objects | select(has("statistics"))] | length')" 1
matches "session list names" "$(ctl A session list names)" 's'
matches "tunnel list" "$(ctl A tunnel list)" 't'
matches "tunnel show" "$(ctl A tunnel show tunnel_id=1)" '192\.0\.2\.2'
check "prefixes of words" ctl A tun sh tunnel_n=t
check_fails "delete of an unknown session" ctl A session delete tunnel_name=t session_id=4711
check_fails "delete of an unknown tunnel" ctl A tunnel delete tunnel_name=nobody
check_fails "create-only parameter" ctl A session modify tunnel_name=t session_name=s l2spec_type=none
matches "its message names the parameter" \
	"$(ctl A session modify tunnel_name=t session_name=s l2spec_type=none 2>&1)" l2spec_type
check_fails "unknown word" ctl A session modify tunnel_name=t session_name=s colour=red

# other names, for what carries the traffic; then those of the file again
ifindex=$(on A cat /sys/class/net/pw0/ifindex)
check "rename a tunnel" ctl A tunnel modify tunnel_id=1 tunnel_name=road
check "rename its session" ctl A session modify tunnel_name=road session_id=11 session_name=cart
equal "both go by their new names" \
	"$(ctl A -j session show tunnel_name=road session_name=cart | field session_id)" 11
same "and are listed by them" "$(ctl A session list tunnel_name=road names | tr -s '\t ' ' ')" \
	"$(ctl A session list tunnel_id=1 names | tr -s '\t ' ' ')"
matches "by the session's, too" "$(ctl A session list names)" cart
check_fails "the tunnel's old name is nobody's" ctl A tunnel show tunnel_name=t
check_fails "nor the session's" ctl A session show tunnel_name=road session_name=s
check "another tunnel may have it" ctl A tunnel create tunnel_name=t version=3 src_ipaddr=192.0.2.1 \
	dest_ipaddr=192.0.2.2 tunnel_id=50 peer_tunnel_id=60 our_udp_port=1800 peer_udp_port=1800
matches "a name that is taken is refused" "$(ctl A tunnel modify tunnel_id=1 tunnel_name=t 2>&1)" \
	'tunnel_name t is taken by the tunnel with id 50: give another'
check "delete the other" ctl A tunnel delete tunnel_name=t
check "reload" ctl A system reload
equal "the names are those of the file" "$(session_field A session_id)" 11
same "it is the same interface" "$(on A cat /sys/class/net/pw0/ifindex)" "$ifindex"

# the busy session itself
is_numbered() { [ "$(session_field B send_seq)" = "$1" ]; }
check "modify: sequence numbers on" ctl A session modify tunnel_name=t session_name=s use_sequence_numbers=yes
check "the other end follows" until_true 10 is_numbered true
check "modify: required at the other end" ctl B session modify tunnel_name=t session_name=s sequencing_required=yes
check "modify: reordering" ctl B session modify tunnel_name=t session_name=s reorder_timeout=50
check "modify: sequencing no longer required" ctl B session modify tunnel_name=t session_name=s sequencing_required=no
check "modify: sequence numbers off" ctl A session modify tunnel_name=t session_name=s use_sequence_numbers=no
check "the other end follows again" until_true 10 is_numbered false
for name in A B; do
	check "modify: mtu on $name" ctl $name session modify tunnel_name=t session_name=s mtu=1400
	equal "the device of $name has it" "$(mtu_of $name)" 1400
done
check "modify: TTL of the tunnel" ctl A tunnel modify tunnel_name=t ttl=7 dscp=10
if wait "$transfer"; then
	ok "traffic flowed through it all"
else
	fail "traffic flowed through it all" "$(cat "$TMP/transfer")"
fi
at_least "show counts live" "$(session_field A tx_packets)" 1000

check "session delete" ctl A session delete tunnel_name=t session_name=s
check_fails "the device is gone" ip_on A link show pw0
check "it can be made again" ctl A session create tunnel_name=t session_name=s session_id=11 peer_session_id=12 \
	interface_name=pw0 cookie=$cookie_A peer_cookie=$cookie_B
ip_on A addr add 10.0.0.1/24 dev pw0
check "and carries again" until_true 5 pings A 10.0.0.2

# show says nothing secret, and JSON of what was asked
equal "tunnel show -j has its peer" "$(tunnel_field A dest_ipaddr)" 192.0.2.2
check_fails "two objects of one name" ctl A session create tunnel_name=t session_name=s session_id=77 peer_session_id=77
echo 'tunnel list
session list' | ctl A >"$TMP/stdin" 2>&1
matches "commands from standard input" "$(cat "$TMP/stdin")" 't'
check "clean end" stop_daemon A
check_fails "no device left" ip_on A link show pw0
