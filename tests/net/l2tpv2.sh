#!/bin/bash
# SPDX-License-Identifier: MIT
# Tunnels and sessions of L2TPv2 between two daemons: who is let in, addresses and ports, closing from either side,
# frames both ways.
# shellcheck source=tests/v2.sh
. "$(dirname "$0")/../v2.sh"
without_ppp

hosts
real_packets A B
ip_on A addr add 192.0.2.11/24 dev wire
ip_on B addr add 192.0.2.12/24 dev wire
ip_on B addr add 2001:db8::12/64 dev wire nodad
daemon A <<<'' || exit 1
daemon B <<<'' || exit 1

# ---------------------------------------------------------------- listening, and who is let in
check_fails "nothing accepts: nothing is listened to" listens B
ctl B -q peer profile create profile_name=other peer_ipaddr=198.51.100.1
check "a peer profile appears: it is listened to" listens B
ctl B -q peer profile modify profile_name=other accept_tunnels=no
check_fails "it does not accept: no longer" listens B
ctl B -q peer profile modify profile_name=other accept_tunnels=yes
ctl B -q system modify deny_remote_tunnel_creates=yes
check_fails "nobody is to be let in: neither" listens B
ctl B -q system modify deny_remote_tunnel_creates=no
check "and again" listens B

ctl A -q tunnel create tunnel_name=t dest_ipaddr=192.0.2.2
check "who is not known is refused" until_true 5 no_tunnel A t
check "and is told so" logged A 'closed by the peer: .*\(result 4\)'
check "the log names the command" logged B '192.0.2.1, .* `l2tpctl peer profile create .*` would admit it'
# shellcheck disable=SC2046 # words
ctl B -q $(sed -nE 's/.*`l2tpctl (peer profile create .*)` would admit it.*/\1/p' "$(log_of B)" | tail -n 1)
ctl A -q tunnel create tunnel_name=t dest_ipaddr=192.0.2.2
comes_up "which indeed admits it" 1 0
ctl A -q tunnel delete tunnel_name=t
check "deleted here: gone there" until_true 5 up B 0 0
ctl B -q peer profile delete profile_name=NAME
ctl B -q peer profile delete profile_name=other
check_fails "no profile: nothing is listened to" listens B
ctl B -q peer profile modify profile_name=default accept_tunnels=yes
ctl A -q tunnel create tunnel_name=t dest_ipaddr=192.0.2.2
comes_up "an open default lets in everybody" 1 0
ctl A -q tunnel delete tunnel_name=t
ctl B -q peer profile modify profile_name=default accept_tunnels=no
ctl B -q peer profile create profile_name=four peer_ipaddr=192.0.2.0/24
ctl B -q peer profile create profile_name=six peer_ipaddr=2001:db8::/64

# ---------------------------------------------------------------- addresses and ports
# call NAME WORDS: a tunnel and a session with these words come up; deleted there
call() {
	local name=$1
	ctl A -q tunnel create tunnel_name=t "${@:2}" || { fail "$name" "no such tunnel"; return 1; }
	ctl A -q session create tunnel_name=t session_name=s
	comes_up "$name" 1 1
}
gone() {
	ctl A -q tunnel delete tunnel_name=t
	until_true 5 up B 0 0 || fail "gone" "B: $(counts B)"
}
call "IPv4" dest_ipaddr=192.0.2.2 && equal "from port 1701" "$(of_peer B .state.peer)" 192.0.2.1
gone
call "IPv6" dest_ipaddr=2001:db8::2; gone
call "a source port" dest_ipaddr=192.0.2.2 our_udp_port=1702
equal "the peer sees it" "$(of_peer B .config.peer_udp_port)" 1702; gone
call "any source port" dest_ipaddr=192.0.2.2 our_udp_port=0
at_least "the peer sees another" "$(of_peer B .config.peer_udp_port)" 1703; gone
call "any source port, IPv6" dest_ipaddr=2001:db8::2 our_udp_port=0; gone
call "a source address of several" dest_ipaddr=192.0.2.2 src_ipaddr=192.0.2.11
equal "the peer sees it" "$(of_peer B .config.dest_ipaddr)" 192.0.2.11; gone
call "the peer's other address answers" dest_ipaddr=192.0.2.12
equal "there it is known" "$(of_peer B .config.src_ipaddr)" 192.0.2.12; gone
call "and its other one of IPv6" dest_ipaddr=2001:db8::12
equal "there it is known, too" "$(of_peer B .config.src_ipaddr)" 2001:db8::12; gone
ctl B -q system modify udp_port=1801
check "another port is listened to" listens B 1801
check_fails "and the first is not" listens B
call "another port of the peer" dest_ipaddr=192.0.2.2 peer_udp_port=1801; gone
call "and from any" dest_ipaddr=192.0.2.2 peer_udp_port=1801 our_udp_port=0; gone
ctl B -q system modify udp_port=1701

# ---------------------------------------------------------------- who the peer is
# Found by the name that it gives, and then it has to prove it.
ctl B -q peer profile modify profile_name=four accept_tunnels=no
(umask 077; echo correct-horse >"$TMP/correct"; echo wrong-horse >"$TMP/wrong")
give B "$TMP/correct"
ctl B -q tunnel profile create profile_name=secret auth_mode=challenge secret_file="$TMP/correct" hide_avps=yes
ctl B -q peer profile create profile_name=bob tunnel_profile_name=secret
proof=(dest_ipaddr=192.0.2.2 auth_mode=challenge hide_avps=yes secret_file="$TMP/correct")
call "by name, with a challenge and hidden AVPs" "${proof[@]}" host_name=bob; gone
refused() {
	ctl A -q tunnel create tunnel_name=t "${@:2}"
	check "$1: refused" until_true 5 no_tunnel A t
}
refused "another name" "${proof[@]}" host_name=alice
refused "another secret" dest_ipaddr=192.0.2.2 auth_mode=challenge secret_file="$TMP/wrong" host_name=bob
refused "no secret" dest_ipaddr=192.0.2.2 host_name=bob
equal "none got in" "$(counts B)" "0 0 0 0"
ctl B -q peer profile modify profile_name=four accept_tunnels=yes

# ---------------------------------------------------------------- many of them
for n in 1 2 3 4; do
	ctl A -q tunnel create tunnel_name=t$n dest_ipaddr=192.0.2.2 our_udp_port=$((n < 3 ? 1701 : 1702))
	ctl A -q session create tunnel_name=t$n session_name=s
	ctl A -q session create tunnel_name=t$n session_name=u
done
comes_up "four tunnels between the same two, by two ports" 4 8
ctl A -q tunnel delete tunnel_name=t2
comes_up "one of them goes" 3 6
for n in 1 3 4; do ctl A -q tunnel delete tunnel_name=t$n; done
comes_up "and the others" 0 0

# ---------------------------------------------------------------- closed, from either side
watches A
watches B
call "to be closed" dest_ipaddr=192.0.2.2
ctl A -q session delete tunnel_name=t session_name=s reason="enough of it"
comes_up "a session deleted here: gone there" 1 0
check "with our reason" saw B 'enough of it'
ctl A -q session create tunnel_name=t session_name=s
comes_up "another" 1 1
id=$(of_peer B .config.tunnel_id)
ctl B -q session delete tunnel_id="$id" session_id="$(ctl B -j session list | jq '.[0].config.session_id')" \
	reason="that is all"
comes_up "a session deleted there: gone here" 1 0
check "with the peer's reason" saw A 'closed by the peer: .*that is all'
ctl B -q tunnel delete tunnel_id="$id" reason="good bye"
comes_up "the tunnel deleted there: gone here" 0 0
check "with the peer's reason, too" saw A 'closed by the peer: .*good bye'
ctl A -q tunnel create tunnel_name=t dest_ipaddr=192.0.2.2 persist=yes
ctl A -q session create tunnel_name=t session_name=s
comes_up "a tunnel that persists" 1 1
ctl B -q tunnel delete tunnel_id="$(of_peer B .config.tunnel_id)"
check "the peer deletes it: it waits" until_true 5 tunnel_is A t waiting
check "and its session, too" session_is A t s waiting
comes_up "both come again" 1 1
ctl B -q session delete tunnel_id="$(of_peer B .config.tunnel_id)" \
	session_id="$(ctl B -j session list | jq '.[0].config.session_id')"
check "the peer deletes its session: it waits" until_true 5 session_is A t s waiting
comes_up "and comes again" 1 1
ctl A -q tunnel delete tunnel_name=t reason="the last one"
comes_up "deleted with its session" 0 0
check "with our reason, too" saw B 'the last one'
ctl A -q session create dest_ipaddr=192.0.2.2 session_name=s
comes_up "a session to a peer makes its tunnel" 1 1
ctl A -q session delete tunnel_name="$(ctl A -j tunnel list | jq -r '.[0].config.tunnel_name')" session_name=s
comes_up "which goes with it" 0 0

# ---------------------------------------------------------------- frames
ctl B -q session profile create profile_name=framed frame_socket="$TMP/B.frames"
ctl B -q peer profile modify profile_name=four session_profile_name=framed
ctl B -q peer profile modify profile_name=six session_profile_name=framed
for words in dest_ipaddr=192.0.2.2 "dest_ipaddr=2001:db8::2 our_udp_port=0"; do
	for numbers in "" sequencing_required=yes; do
		name="frames, $words $numbers"
		capture A
		# shellcheck disable=SC2086 # words
		ctl A -q tunnel create tunnel_name=t $words
		ctl A -q session create tunnel_name=t session_name=s frame_socket="$TMP/A.frames" ${numbers:+"$numbers"}
		comes_up "$name: up" 1 1
		frame_echo B "$TMP/B.frames"
		check "$name: there and back" frames_pass A "$TMP/A.frames" 500
		end_helper "$helper"
		end_capture
		equal "$name: numbered" "$(tshark -r "$TMP/wire.pcap" -Y 'l2tp.type == 0' -T fields -e l2tp.seq_bit \
			2>/dev/null | sort -u)" "$([ "$numbers" ] && echo 1 || echo 0)"
		gone
	done
done

# One frame socket is for one session. What is wrong here is not the peer's business.
call "the first call of two" dest_ipaddr=192.0.2.2
ctl A -q session create tunnel_name=t session_name=u
comes_up "the second is refused" 1 1
check "the log says why" logged B "session .*$TMP/B.frames is in use"
check "the peer is told no more than that" failed A 'session u .*: it cannot be set up here'
check_fails "nothing of our files" failed A 'session u .*frames'
gone

# ---------------------------------------------------------------- limits
call "a limit of sessions" dest_ipaddr=192.0.2.2 max_sessions=1
check_fails "one more is refused" ctl A session create tunnel_name=t session_name=u
ctl B -q peer profile modify profile_name=four max_tunnels=1
ctl A -q tunnel create tunnel_name=u dest_ipaddr=192.0.2.2
check "one tunnel of an address: no second" until_true 5 no_tunnel A u
check "and the reason is told" failed A 'closed by the peer: .*as many tunnels as you may have'
ctl B -q peer profile modify profile_name=four max_tunnels=0
ctl B -q system modify max_tunnels=1
ctl A -q tunnel create tunnel_name=u dest_ipaddr=192.0.2.2
check "one tunnel of all: no second" until_true 5 no_tunnel A u
ctl B -q system modify max_tunnels=0 max_sessions=1
ctl A -q tunnel modify tunnel_name=t max_sessions=0
ctl A -q session create tunnel_name=t session_name=u
comes_up "one session of all: no second" 1 1
check "and the reason is told, too" failed A 'as many sessions as there may be'
ctl B -q system modify max_sessions=0 drain_tunnels=yes
ctl A -q tunnel create tunnel_name=u dest_ipaddr=192.0.2.2
ctl A -q session create tunnel_name=t session_name=u
comes_up "drained: nothing new" 1 1
ctl A -q session delete tunnel_name=t session_name=s
comes_up "but what ends, ends" 1 0
ctl B -q system modify drain_tunnels=no
ctl A -q session create tunnel_name=t session_name=s
comes_up "and no longer drained" 1 1

# ---------------------------------------------------------------- changes of what the peer asked for
id=$(of_peer B .config.tunnel_id)
peers_session=(tunnel_id="$id" session_id="$(ctl B -j session list | jq '.[0].config.session_id')")
check "its session can be modified" ctl B -q session modify "${peers_session[@]}" trace_flags=fsm
check "so can its tunnel" ctl B -q tunnel modify tunnel_id="$id" max_retries=7
ctl B -q session profile modify profile_name=framed trace_flags=api
check "a profile of its session is applied" ctl B -q session profile apply profile_name=framed
ctl B -q tunnel profile modify profile_name=default hello_timeout=33
check "a profile of its tunnel is applied" ctl B -q tunnel profile apply profile_name=default
equal "both arrive" "$(of_peer B '[.config.max_retries, .config.hello_timeout] | join(" ")')" "7 33"
comes_up "all stays" 1 1

# ---------------------------------------------------------------- reload
before=$(ctl A -j session list; ctl B -j session list)
daemon_reload() { signal_daemon "$1" HUP; until_true 5 logged "$1" 'reload'; }
daemon_reload B
up_both=$(counts A; counts B)
equal "reload: what the peer asked for stays" "$up_both" "1 1 1 1
1 1 1 1"
ids() { jq -s 'map(.[] | .config | [.tunnel_id, .session_id])'; }
same "reload: the very same" "$( (ctl A -j session list; ctl B -j session list) | ids)" "$(ids <<<"$before")"
stop_daemon A
equal "a clean end of A" $? 0
check "of which B knows" until_true 10 up B 0 0
stop_daemon B
equal "a clean end of B" $? 0
