#!/bin/bash
# SPDX-License-Identifier: MIT
# Trace categories: of one session of a hundred, of a tunnel, of the daemon, switched while they work. Who is not traced
# has no line.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

hosts
etc A hosts <<<'192.0.2.2 peer.example'
SESSIONS=100
daemon A < <(
	echo 'tunnel create tunnel_name=t version=3 dest_ipaddr=192.0.2.2 tunnel_id=1 peer_tunnel_id=2'
	for ((n = 1; n <= SESSIONS; n++)); do
		echo "session create tunnel_name=t session_name=s$n session_id=$n peer_session_id=1 \\"
		echo '	peer_cookie=00112233'
	done
) || exit 1
seen=0
forget() { seen=$(wc -l <"$(log_of A)"); }
lines() { tail -n "+$((seen + 1))" "$(log_of A)"; }
traced() { lines | grep -c "category=${1:-}"; }
has() { lines | grep -qE -- "$1"; }
shows() { equal "$1" "$(ctl A debug show "${@:3}")" "$2"; }
each_session() { for ((n = 1; n <= SESSIONS; n++)); do echo "session modify tunnel_name=t session_name=s$n $1"; done; }

equal 'nobody is traced at first' "$(traced)" 0
shows 'as debug show says' 'trace flags: none' app

# ---------------------------------------------------------------- one of a hundred
equal 'on for one session' "$(ctl A debug modify fsm=yes tunnel_name=t session_name=s7)" 'trace flags: fsm'
shows 'and not for its neighbour' 'trace flags: none' tunnel_name=t session_name=s8
forget
each_session mss_clamp=yes | ctl A >/dev/null 2>&1
equal 'all change, one line' "$(traced)" 1
line='session s7 of tunnel t: modified tunnel=t tunnel_id=1 session=s7 session_id=7 peer=.* interface=l2tpeth[0-9]+'
check 'it is his, with event and category' has "$line event=session_modified category=fsm\$"

forget
for n in 7 8; do packets B send udp 192.0.2.2 192.0.2.1 session=$n cookie=00112234 wait=1100 1; done
ctl A debug modify protocol=yes tunnel_name=t session_name=s7 >/dev/null
for n in 8 7; do packets B send udp 192.0.2.2 192.0.2.1 session=$n cookie=00112234 wait=1100 1; done
check 'a wrong cookie from the network' until_true 5 has \
	'packet from 192.0.2.2:1701 dropped: wrong cookie .*session=s7 .*category=protocol'
equal 'only his' "$(traced protocol)" 1
equal 'categories are switched one by one' "$(ctl A debug modify fsm=no tunnel_name=t session_name=s7)" \
	'trace flags: protocol'
forget
each_session mss_clamp=no | ctl A >/dev/null 2>&1
equal 'off again: no line' "$(traced)" 0

# ---------------------------------------------------------------- a tunnel, and its sessions with it
ctl A debug modify fsm=yes tunnel_name=t >/dev/null
shows 'a session has its own, and its tunnel'"'"'s' $'trace flags: protocol\nwith those of others: protocol,fsm' \
	tunnel_id=1 session_id=7
equal 'in JSON' "$(ctl A -j debug show tunnel_name=t session_name=s8 | field effective)" fsm
forget
each_session mss_clamp=yes | ctl A >/dev/null 2>&1
equal 'a traced tunnel: a line of each session' "$(traced)" $SESSIONS
check 'trace_flags is a parameter as others' ctl A session modify tunnel_name=t session_name=s8 trace_flags=fsm,api
shows 'a list' $'trace flags: fsm,api' tunnel_name=t session_name=s8
check 'or a number' ctl A tunnel modify tunnel_name=t trace_flags=0x205
shows 'which has names' 'trace flags: protocol,api,system' tunnel_name=t
check 'or all that there are' ctl A tunnel modify tunnel_name=t trace_flags=2047
shows 'with their name' 'trace flags: all' tunnel_name=t
check 'or none' ctl A tunnel modify tunnel_name=t trace_flags=none

# ---------------------------------------------------------------- the operating system, the API
forget
ctl A tunnel create tunnel_name=named version=3 dest_ipaddr=peer.example tunnel_id=5 peer_tunnel_id=5 \
	our_udp_port=1755 trace_flags=system,fsm >/dev/null 2>&1
for what in 'it has a socket, .*:1755 ' 'asks for the addresses of peer.example ' \
	'peer.example has the addresses 192.0.2.2 ' 'tunnel named: created ' 'tunnel named: up '; do
	check "a new tunnel: $what" until_true 5 has "$what.*tunnel=named tunnel_id=5.*category=(system|fsm)"
done
ctl A session create tunnel_name=named session_name=x peer_session_id=5 interface_name=x0 >/dev/null 2>&1
check 'a new session: its device' has 'its device is made: x0, index [0-9]+, MTU [0-9]+ .*session=x'

ctl A debug modify api=yes tunnel_name=named >/dev/null
forget
ctl A tunnel modify tunnel_name=named ttl=7 >/dev/null 2>&1
ctl A tunnel modify tunnel_name=t ttl=7 >/dev/null 2>&1
ctl A tunnel list >/dev/null
ctl A tunnel modify tunnel_name=named our_udp_port=1 >/dev/null 2>&1
check 'who asked for what' \
	has 'pid [0-9]+ \(uid 0\): tunnel modify tunnel_name=named ttl=7 tunnel=named category=api$'
equal 'of this tunnel, and only it' "$(traced api)" 1
ctl A debug modify api=yes app >/dev/null
forget
ctl A tunnel list >/dev/null
ctl A tunnel modify tunnel_name=t ttl=8 >/dev/null 2>&1
ctl A tunnel show tunnel_name=nobody >/dev/null 2>&1
check 'of the daemon: whatever is asked' has ': TunnelList category=api$'
check 'and why it was refused' has ': tunnel show tunnel_name=nobody: there is no tunnel named nobody'
equal 'a line each' "$(traced api)" 3

# ---------------------------------------------------------------- profiles, peers
ctl A tunnel profile create profile_name=tp >/dev/null 2>&1
equal 'a profile' "$(ctl A debug modify fsm=yes tunnel_profile_name=tp)" 'trace flags: fsm'
ctl A tunnel create tunnel_name=of_tp version=3 dest_ipaddr=192.0.2.3 tunnel_id=6 peer_tunnel_id=6 profile_name=tp \
	>/dev/null 2>&1
shows 'a tunnel that is made of it' 'trace flags: fsm' tunnel_name=of_tp
check 'is traced' has 'tunnel of_tp: created .*category=fsm'
equal 'peers of a network' "$(ctl A debug modify protocol=yes peer_ipaddr=192.0.2.0/24)" 'trace flags: protocol'
shows 'their tunnels' $'trace flags: fsm\nwith those of others: protocol,fsm' tunnel_name=of_tp
ctl A debug modify all=no peer_ipaddr=192.0.2.0/24 >/dev/null
shows 'no more' 'trace flags: none' tunnel_name=t

# ---------------------------------------------------------------- packets
ctl A debug modify data=yes tunnel_name=t session_name=s9 >/dev/null
forget
for n in 10 9; do packets B send udp 192.0.2.2 192.0.2.1 session=$n cookie=00112233 size=100 1; done
check 'a packet of his' until_true 5 has 'received from 192.0.2.2:1701, 116 octets .*session=s9 .*category=data$'
packets B send udp 192.0.2.2 192.0.2.1 session=9 cookie=00112234 size=100 1
check 'one that is dropped' until_true 5 has ', dropped: wrong cookie .*session=s9 .*category=data$'
packets B send udp 192.0.2.2 192.0.2.1 session=9 cookie=00112233 size=100 1 x999 wait=1100 1
tells() {	# so many packets: a line each, and those that are counted
	[ "$(lines | awk '/category=data/ { n++ } match($0, /category=data dropped=[0-9]+/) {
		n += substr($0, RSTART + 22, RLENGTH - 22) } END { print n + 0 }')" = "$1" ]
}
check 'a flood: each is told or counted' until_true 5 tells 1003
at_most 'most are counted' "$(traced data)" 310
equal 'none of his neighbour' "$(lines | grep -c session=s10)" 0
# a capture of the same session neither ends the trace nor is ended by it
one_more() { packets B send udp 192.0.2.2 192.0.2.1 session=9 cookie=00112233 size=100 1; ! kill -0 "$capturing"; }
ctl A capture session tunnel_name=t session_name=s9 count=2 file="$TMP/s9.pcapng" >/dev/null 2>&1 &
capturing=$!
check 'a capture beside it' until_true 10 one_more
wait "$capturing"
equal 'has whole packets' "$(tshark -r "$TMP/s9.pcapng" -T fields -e frame.cap_len 2>/dev/null | tail -n 1)" 144
forget
packets B send udp 192.0.2.2 192.0.2.1 session=9 cookie=00112233 size=100 1
check 'and it goes on' until_true 5 has 'received from .*session=s9 .*category=data$'
for n in 1 2 3 4 5 6 7; do ctl A debug modify data=yes tunnel_name=t session_name=s2$n >/dev/null; done
matches 'not of too many' "$(ctl A debug modify data=yes tunnel_name=t session_name=s28 2>&1)" '8'
shows 'so it is not on' 'trace flags: none' tunnel_name=t session_name=s28
for n in 9 21 22 23 24 25 26 27; do ctl A debug modify data=no tunnel_name=t session_name=s$n >/dev/null; done
forget
packets B send udp 192.0.2.2 192.0.2.1 session=9 cookie=00112233 size=100 1 wait=300
equal 'off: no line' "$(traced data)" 0

# ---------------------------------------------------------------- what is wrong
refused() {	# NAME REGEX WORD...
	matches "$1" "$(ctl A "${@:3}" 2>&1)" "$2"
}
refused 'a word in a list that is none' 'protocol.*fsm' tunnel modify tunnel_name=t trace_flags=fsm,ppq
refused 'a word that is none' 'protocol.*fsm' tunnel modify tunnel_name=t trace_flags=fsn
refused 'no such session' 'no session' debug modify fsm=yes tunnel_name=t session_name=s1000
refused 'two objects' 'one' debug modify fsm=yes app tunnel_name=t
