#!/bin/bash
# SPDX-License-Identifier: MIT
# What becomes of L2TPv2 tunnels when a daemon is killed or stopped, when the network is cut, and when the first address
# of a name is dead.
# shellcheck source=tests/v2.sh
. "$(dirname "$0")/../v2.sh"
without_ppp

hosts
host C && wire C B 1500 wire wire2
ip_on C addr add 198.51.100.1/24 dev wire
ip_on B addr add 198.51.100.2/24 dev wire2
etc C resolv.conf <<<"nameserver 198.51.100.2"
etc C hosts <<<"127.0.0.1 localhost"
echo "lns.example 198.51.100.66 198.51.100.2" >"$TMP/names"
helper B /usr/bin/python3 "$TESTS/net/_dns.py" 198.51.100.2 "$TMP/names"

# shellcheck disable=SC2086 # words
daemon B <<-END || exit 1
	tunnel profile modify profile_name=default $IMPATIENT
	peer profile create profile_name=A peer_ipaddr=192.0.2.1
	peer profile create profile_name=C peer_ipaddr=198.51.100.1
END
daemon C <<-END || exit 1
	tunnel create tunnel_name=t dest_ipaddr=lns.example persist=yes $IMPATIENT
	session create tunnel_name=t session_name=s
END
# Beside the others: it needs a while.
check "the first address of a name is tried" until_true 5 tunnel_is C t connecting
equal "it is the dead one" "$(tunnel C t .state.peer)" 198.51.100.66

daemon A <<-END || exit 1
	tunnel create tunnel_name=t dest_ipaddr=192.0.2.2 persist=yes $IMPATIENT
	session create tunnel_name=t session_name=s
END
# of_A COUNT: so many tunnels of A's are up on B
of_A() {
	local states
	states=$(ctl B -j tunnel list | jq -r '.[] | select(.state.peer == "192.0.2.1") | .state.state')
	[ "$(grep -cx up <<<"$states")" = "$1" ]
}
# unanswered HOST: tunnels that it gave up, because the peer did not answer
unanswered() { ctl "$1" -j status | jq '[.failures[] | select(.reason | test("does not answer"))] | length'; }
comes_up_both() {
	check "$1: up" until_true "${2:-5}" up A 1 1
	check "$1: up there, and only it" until_true "${2:-5}" of_A 1
}
comes_up_both "at first"
ctl A -q tunnel create tunnel_name=once dest_ipaddr=192.0.2.2 $IMPATIENT
ctl A -q session create tunnel_name=once session_name=s
check "one that does not persist, too" until_true 5 up A 2 2

# ---------------------------------------------------------------- HELLO
capture A 'udp port 1701'
ids() { ctl A -j tunnel list | jq -c '[.[].config.tunnel_id]'; }
before=$(ids)
sleep 3
end_capture
hellos=$(tshark -r "$TMP/wire.pcap" -Y 'l2tp.avp.message_type == 6' 2>/dev/null | wc -l)
at_least "HELLO of two tunnels in 3 s, both ways" "$hellos" 4
at_most "and not too many" "$hellos" 14
same "it keeps them" "$(ids)" "$before"
check "the second address of the name answers" until_true 10 up C 1 1
equal "it is that one" "$(tunnel C t .state.peer)" 198.51.100.2
stop_daemon C
check "stopped: its peer knows" until_true 10 up B 2 2
equal "as it was told" "$(unanswered B)" 0

# ---------------------------------------------------------------- the peer is killed
watches A
stop_daemon B KILL
check "killed: the tunnel waits" until_true 10 tunnel_is A t waiting
check "its session, too" session_is A t s waiting
check "the other tunnel is gone" until_true 3 no_tunnel A once
check "with the reason" saw A 'tunnel_down .*once.*does not answer'
start_daemon B || exit 1
comes_up_both "back" 15
stop_daemon B KILL
start_daemon B || exit 1
comes_up_both "killed and back at once" 15
before=$(unanswered A)
start=$(milliseconds)
stop_daemon B
at_most "stopped: we acknowledge it, it ends at once, milliseconds" $(($(milliseconds) - start)) 2500
check "and we wait" until_true 10 tunnel_is A t waiting
same "as we were told" "$(unanswered A)" "$before"
start_daemon B || exit 1
comes_up_both "back" 15

# ---------------------------------------------------------------- we are
old=$(ids)
stop_daemon A KILL
start_daemon A || exit 1
check "we are killed and back at once: up again, while the peer has the old one" until_true 3 up A 1 1
check "another one" test "$(ids)" != "$old"
check "the peer forgets the old one, and only it" until_true 10 of_A 1
check "which stays up" up A 1 1
before=$(unanswered B)
start=$(milliseconds)
stop_daemon A
equal "we are stopped" $? 0
at_most "at once, milliseconds" $(($(milliseconds) - start)) 2500
check "and the peer knows" until_true 10 of_A 0
same "as it was told" "$(unanswered B)" "$before"
start_daemon A || exit 1
comes_up_both "and back"

# ---------------------------------------------------------------- the network is cut
cut_off() {
	on B nft -f - <<-END
		table inet cut {
			chain in {
				type filter hook input priority filter
				udp dport 1701 drop
			}
		}
	END
}
cut_off
check "cut off: the tunnel waits" until_true 10 tunnel_is A t waiting
check "and the peer has none" until_true 10 of_A 0
on B nft delete table inet cut
comes_up_both "joined again" 10
ip_on B link set wire down
check "unplugged: the tunnel waits" until_true 10 tunnel_is A t waiting
ip_on B link set wire up
comes_up_both "plugged in" 15

# ---------------------------------------------------------------- a dead peer, and an end
kill -STOP "${daemon_pid[B]}"
start=$(milliseconds)
stop_daemon A
equal "stopped while the peer is dead" $? 0
took=$(($(milliseconds) - start))
at_least "it was waited for, milliseconds" $took 1000
at_most "but not for long" $took 8000
kill -CONT "${daemon_pid[B]}"
start_daemon A || exit 1
comes_up_both "both are back" 15
kill -STOP "${daemon_pid[B]}"
kill -TERM "${daemon_pid[A]}"
sleep 0.3
check "told to stop: it waits" is_running A
start=$(milliseconds)
stop_daemon A
equal "told twice: it ends" $? 0
at_most "at once, milliseconds" $(($(milliseconds) - start)) 2000
kill -CONT "${daemon_pid[B]}"
