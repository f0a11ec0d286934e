#!/bin/bash
# SPDX-License-Identifier: MIT
# Programs under l2tprun and a real l2tpd: the commands of the kernel's own documentation, and what is left when
# threads, programs, namespaces and daemons come and go as they like.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# With the sanitisers: what comes and goes is to leave nothing in their memory, either.
SANITISED=$TOP/build-asan/src
L2TPD=$SANITISED/l2tpd/l2tpd L2TPRUN=$SANITISED/l2tprun/l2tprun
under() { local host=$1; shift; on "$host" "$L2TPRUN" -s "$TMP/$host.kernel" "$@"; }
tunnels() { ctl "$1" -j tunnel list | jq length; }
none_left() { [ "$(tunnels A)" = 0 ] && ! ip_on A -o link | grep -qE 'l2tpeth|ppp'; }
descriptors() { find "/proc/${daemon_pid[A]}/fd" | wc -l; }
no_more_descriptors() { [ "$(descriptors)" -le "$before" ]; }

hosts
for host in A B; do daemon $host --kernel-socket "$TMP/$host.kernel" </dev/null || exit 1; done

# ---------------------------------------------------------------- as it is written there
# typed ADDRESS PEER LOCAL REMOTE: for a shell
typed() {
	cat <<-END
		set -e
		modprobe l2tp_eth
		modprobe l2tp_netlink
		ip l2tp add tunnel tunnel_id 1 peer_tunnel_id 1 udp_sport 5000 udp_dport 5000 \
			encap udp local $3 remote $4
		ip l2tp add session tunnel_id 1 session_id 1 peer_session_id 1
		ip -s -d link show dev l2tpeth0
		ip addr add $1/32 peer $2/32 dev l2tpeth0
		ip li set dev l2tpeth0 up
	END
}
# the modules' configuration need not be installed for this
export MODPROBE_OPTIONS="-C $TOP/dist/modprobe.conf"
check 'typed on one host' under A sh <<<"$(typed 10.42.1.1 10.42.1.2 192.0.2.1 192.0.2.2)"
check 'and on the other' under B sh <<<"$(typed 10.42.1.2 10.42.1.1 192.0.2.2 192.0.2.1)"
check 'they reach each other' until_true 10 pings A 10.42.1.2
equal 'l2tpctl shows the tunnel' "$(tunnels A)" 1
matches 'ip l2tp shows the session' "$(under A ip l2tp show session)" 'interface name: l2tpeth0'
VIEW=/proc/net/pppol2tp TUNNELS=/sys/kernel/debug/l2tp/tunnels
ctl A kernel tunnels >"$TMP/outside"	# it counts on: without the counters
for counted in 's, [rt]x [0-9/]*,,g' 's,^ 00000000.*,,'; do sed -i "$counted" "$TMP/outside"; done
matches 'so does l2tpctl, as the kernel words it' "$(cat "$TMP/outside")" '^  SESSION 1, peer 1, ETH$'
same 'which a file tells as well' "$(under A cat $TUNNELS | sed 's, [rt]x [0-9/]*,,g; s,^ 00000000.*,,')" \
	"$(cat "$TMP/outside")"
same 'another one only of version 2' "$(under A cat $VIEW)" "$(ctl A kernel pppol2tp)"
equal 'of which there is nothing but the head' "$(ctl A kernel pppol2tp | wc -l)" 6
same 'as JSON' "$(ctl A -j kernel pppol2tp | jq -r .text)" "$(ctl A kernel pppol2tp)"
equal 'another namespace has none of it' "$(under A unshare -n cat $TUNNELS | wc -l)" 11
check_fails 'one that there is not' ctl A kernel tunnels netns=nowhere
check 'it is deleted' under A ip l2tp del tunnel tunnel_id 1
check 'nothing is left of it' until_true 10 none_left

empty="from socket import *
s = socket(AF_NETLINK, SOCK_RAW, 16)
s.bind((0, 0))
s.send(b'')
s.send(b'\1\0')
s.send((20).to_bytes(4, 'little') + b'\x10\0\5\0' + bytes(8) + b'\7\1\0\0')
print(-int.from_bytes(s.recv(99)[16:20], 'little', signed=True))"
equal 'messages without anything in them are passed over' "$(under A /usr/bin/python3 -c "$empty")" 95
many="from socket import *
s = socket(AF_NETLINK, SOCK_RAW, 16)
s.settimeout(10)
def empty(flags):
    return b'\20\0\0\0\1\0' + bytes([flags, 0]) + bytes(8)
s.send(6000 * empty(1) + empty(5))
print(int.from_bytes(s.recv(99)[16:20], 'little'))"
equal 'many at once: the last is answered, too' "$(under A /usr/bin/python3 -c "$many" 2>&1 | tail -n 1)" 0

# ---------------------------------------------------------------- threads
# what is made with the first of each kind stays
under A "$BUILD/tests/net/kernel_race" 4 30 </dev/null >/dev/null 2>&1
until_true 20 none_left
before=$(descriptors)
equal '150 threads' "$(under A "$BUILD/tests/net/kernel_race" 150 6 </dev/null 2>&1)" \
	$'begun\nsome answered, none lost, 0 wrong'
check 'nothing is left of them' until_true 20 none_left
check 'no descriptor either' until_true 10 no_more_descriptors

# ---------------------------------------------------------------- killed
for i in $(seq 12); do
	# no function: its pid would be that of a shell
	ip netns exec "${NS}A" "$L2TPRUN" -s "$TMP/A.kernel" "$BUILD/tests/net/kernel_race" 20 1000 \
		</dev/null >/dev/null 2>&1 &
	sleep "0.$(printf %02d $((i * 3)))"
	{ kill -KILL $! && wait $!; } 2>/dev/null
done
check 'programs were killed: another deletes their tunnels' under A "$BUILD/tests/net/kernel_race" 1 1 </dev/null
check 'all of them' until_true 20 none_left
check 'no descriptor is left' until_true 10 no_more_descriptors

# ---------------------------------------------------------------- namespaces
host C
check 'a tunnel in a namespace' under A ip -n "${NS}C" l2tp add tunnel tunnel_id 9 peer_tunnel_id 9 encap udp \
	local 127.0.0.1 remote 127.0.0.1 udp_sport 7000 udp_dport 7001
check 'a session in it' under A ip -n "${NS}C" l2tp add session tunnel_id 9 session_id 9 peer_session_id 9
equal 'not to be seen from here' "$(under A ip l2tp show tunnel)" ''
matches 'but there, in a file' "$(under A ip netns exec "${NS}C" cat $TUNNELS)" '^TUNNEL 9 peer 9 from 127.0.0.1 '
matches 'and by l2tpctl' "$(ctl A kernel tunnels "netns=${NS}C")" '^TUNNEL 9 peer 9 from 127.0.0.1 '
ip netns delete "${NS}C"
host_list=("${host_list[@]/C/}")
check 'is gone with the namespace' until_true 20 none_left

# with a name that l2tpd does not see
hidden() {
	unshare -m sh -e <<-END
		mount --make-rprivate /
		ip netns add "${NS}D"
		ip -n "${NS}D" link set lo up
		l2tp() { "$L2TPRUN" -s "$TMP/A.kernel" ip -n "${NS}D" l2tp "\$@"; }
		l2tp add tunnel tunnel_id 9 peer_tunnel_id 9 encap ip local 127.0.0.1 remote 127.0.0.1
		l2tp show tunnel
		l2tp show tunnel
	END
}
check 'a namespace that only others know' hidden
matches 'lasts as long as they have it' "$(tail -n 1 "$TMP/check.out")" 'Peer tunnel 9'
check 'and is gone with them' until_true 20 none_left
rm -f "/run/netns/${NS}D"

# ---------------------------------------------------------------- daemons
mkfifo "$TMP/tell"
under A "$BUILD/tests/net/kernel_race" 30 60 <"$TMP/tell" >"$TMP/race.out" 2>"$TMP/race.err" &
race=$!
exec 7>"$TMP/tell"
echo end >&7
check 'programs have begun' until_true 20 grep -qx begun "$TMP/race.out"
stop_daemon A KILL
sleep 0.3
check 'l2tpd comes back under programs' start_daemon A --kernel-socket "$TMP/A.kernel"
wait $race
equal 'they end, and know' "$?: $(tail -n 1 "$TMP/race.out")" '0: some answered, some lost, 0 wrong'
exec 7>&-
matches 'of the reason' "$(cat "$TMP/race.err")" '^l2tprun: .*: programs find a kernel without L2TP$'
check 'nothing is left of them, either' until_true 20 none_left
check 'the next program has all it needs' under A ip l2tp show tunnel

# ---------------------------------------------------------------- one that is stopped
# two sockets: one asks, and waits; the other asks when l2tpd goes on
cat >"$TMP/stopped.py" <<-END
	import socket, sys
	sys.path.insert(0, '$TESTS/net')
	import _kernel_api as api
	name = api.attribute(2, b'l2tp\\0')
	ask = api.message(api.CTRL, api.REQUEST, 1, 0, b'\\3\\1\\0\\0' + name)
	s, t = (socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16) for _ in range(2))
	for each in s, t:
	    each.send(ask)
	    each.recv(65536)
	print('open', flush=True)
	input()
	s.send(ask)
	print(len(s.recv(65536)), flush=True)
	input()
	t.send(ask)
	print(len(t.recv(65536)) > 0, flush=True)
END
mkfifo "$TMP/stopped.in"
under A /usr/bin/python3 "$TMP/stopped.py" <"$TMP/stopped.in" >"$TMP/stopped.out" 2>"$TMP/stopped.err" &
exec 7>"$TMP/stopped.in"
check 'before it is stopped' until_true 20 grep -qx open "$TMP/stopped.out"
kill -STOP "${daemon_pid[A]}"
echo >&7
check 'who waits for its answer is told that there is none' until_true 30 grep -qx 0 "$TMP/stopped.out"
matches 'and why' "$(cat "$TMP/stopped.err")" '^l2tprun: l2tpd is stopped: programs find a kernel without L2TP$'
kill -CONT "${daemon_pid[A]}"
echo >&7
check 'whoever did not ask goes on with it' until_true 20 grep -qx True "$TMP/stopped.out"
exec 7>&-
stop_daemon A
equal 'l2tpd ends well' $? 0
