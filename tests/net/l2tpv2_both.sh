#!/bin/bash
# SPDX-License-Identifier: MIT
# LAC and LNS at once: two daemons with tunnels and calls of all four kinds both ways, whose bearers an authorizer
# opens; what a peer may be; and 300 tunnels of one configuration file.
# shellcheck source=tests/v2.sh
. "$(dirname "$0")/../v2.sh"
without_ppp

hosts
for side in A:2 B:1; do
	IFS=: read -r host peer <<<"$side"
	daemon "$host" <<-END || exit 1
		peer profile create profile_name=peer peer_ipaddr=192.0.2.$peer
		tunnel create tunnel_name=ours dest_ipaddr=192.0.2.$peer
	END
	mkdir "$TMP/$host"
	helper "$host" /usr/bin/python3 "$TESTS/net/_authorizer.py" "$(socket_of "$host")" "$TMP/$host"
	check "an authorizer on $host" until_true 10 logged "$host" 'is the authorizer of sessions'
done
comes_up "a tunnel of each" 2 0

# ---------------------------------------------------------------- all kinds of calls, in both tunnels, from both ends
called=100
for host in A B; do
	theirs=$(of_peer "$host" .config.tunnel_name)
	for name in ours "$theirs"; do
		for kind in laic lnoc; do
			ctl "$host" -q session create tunnel_name="$name" session_name="s$called" session_type=$kind \
				called_number=$called || fail "call $called" "not taken"
			called=$((called + 1))
		done
	done
done
comes_up "eight calls" 2 8
types() {
	ctl "$1" -j session list |
		jq -r '[.[] | select(.state.origin == "peer") | .config.session_type] | sort | join(" ")'
}
equal "what A was asked for" "$(types A)" "laoc laoc lnic lnic"
equal "what B was asked for" "$(types B)" "laoc laoc lnic lnic"
pass() {
	local n
	for ((n = 100; n < 108; n++)); do
		frame_echo B "$TMP/B/$n"
		frames_pass A "$TMP/A/$n" 50 || return
		end_helper "$helper"
	done
}
check "frames of each, both ways, to their sockets" pass
ctl A -q session create tunnel_name=ours session_name=none session_type=lnoc called_number=999
check "a bearer that cannot be: refused" until_true 5 failed A 'closed by the peer: .*no line to there'
comes_up "the others stay" 2 8

# ---------------------------------------------------------------- what a peer may be
ctl B -q peer profile modify profile_name=peer lac_lns=lac
ctl A -q session create tunnel_name=ours session_name=a session_type=laic called_number=200
check "a LAC may ask for an incoming call" until_true 5 session_is A ours a up
ctl A -q session create tunnel_name=ours session_name=b session_type=lnoc called_number=201
check "and not for an outgoing one" until_true 5 failed A 'closed by the peer: .*\(result 3\).*lac_lns'
ctl B -q peer profile modify profile_name=peer lac_lns=lns
ctl A -q session create tunnel_name=ours session_name=c session_type=lnoc called_number=202
check "an LNS may" until_true 5 session_is A ours c up
stop_daemon A
stop_daemon B

# ---------------------------------------------------------------- both at the same time
for side in A:2 B:1; do
	IFS=: read -r host peer <<<"$side"
	cat >"$TMP/$host.conf" <<-END
		$NO_PPP
		peer profile create profile_name=peer peer_ipaddr=192.0.2.$peer
		tunnel create tunnel_name=ours dest_ipaddr=192.0.2.$peer use_tiebreaker=yes persist=yes
		session create tunnel_name=ours session_name=s
	END
done
ip_on B link set wire down
start_daemon A
start_daemon B
ip_on B link set wire up
comes_up "tunnels that are asked for at the same time, with a tie breaker" 2 2 10
tied() { logged A 'at the same time, and goes first' || logged B 'at the same time, and goes first'; }
check "one went first" tied
stop_daemon A
stop_daemon B

# ---------------------------------------------------------------- many
{
	echo "$NO_PPP"
	for ((n = 1; n <= 300; n++)); do
		port=$([ $((n % 30)) = 0 ] && echo our_udp_port=0)
		echo "tunnel create tunnel_name=t$n dest_ipaddr=192.0.2.2 $port"
		echo "session create tunnel_name=t$n session_name=s"
	done
} >"$TMP/A.conf"
daemon B <<<"peer profile create profile_name=A peer_ipaddr=192.0.2.1" || exit 1
start=$(milliseconds)
start_daemon A || exit 1
comes_up "300 tunnels of one file, each with a session" 300 300 20
at_most "milliseconds" $(($(milliseconds) - start)) 15000	# some 700 where nothing else runs
kill -HUP "${daemon_pid[A]}"
kill -HUP "${daemon_pid[B]}"
sleep 0.5
before=$(ctl A -j session list | jq -c '[.[].config.session_id]')
comes_up "both read their files again: all stay" 300 300
same "the very same" "$(ctl A -j session list | jq -c '[.[].config.session_id]')" "$before"
sed -i '/tunnel_name=t300 /d' "$TMP/A.conf"
echo 'tunnel modify tunnel_name=t299 hello_timeout=17' >>"$TMP/A.conf"
kill -HUP "${daemon_pid[A]}"
comes_up "a tunnel less in the file: the peer knows" 299 299
check "and another parameter" until_true 10 eval '[ "$(tunnel A t299 .config.hello_timeout)" = 17 ]'
start=$(milliseconds)
stop_daemon A
equal "stopped" $? 0
at_most "milliseconds to stop" $(($(milliseconds) - start)) 8000	# no acknowledgement is waited for
check "and the peer knows of each" until_true 10 up B 0 0
