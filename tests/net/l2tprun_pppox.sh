#!/bin/bash
# SPDX-License-Identifier: MIT
# PPPoL2TP sockets of programs under l2tprun: what l2tpctl shows of them, what is left when they are closed or their
# programs killed, and that UDP sockets of tunnels of version 2 keep their control messages. What each call says is
# compared with the kernel in peers/kernel_pppox.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
L2TPRUN=$BUILD/src/l2tprun/l2tprun
under() { on "$1" "$L2TPRUN" -s "$TMP/$1.kernel" "${@:2}"; }
probe() { under "$1" "$BUILD/tests/peers/pppox_probe"; }
tunnels() { ctl "$1" -j tunnel list | jq length; }
none_left() { [ "$(tunnels A)" = 0 ]; }
descriptors() { find "/proc/${daemon_pid[A]}/fd" | wc -l; }
no_more_descriptors() { [ "$(descriptors)" -le "$before" ]; }

hosts
for host in A B; do daemon $host --kernel-socket "$TMP/$host.kernel" </dev/null || exit 1; done
# what is made with the first session stays
equal "a first program" "$(probe A <<-'END' | grep -c ok
	udp u 5000 5001
	socket a
	connect a 38 u 1 2 0 0
	socket b
	connect b 38 - 1 2 11 12
	ioctl b channel
	END
)" 5
check "nothing is left of it" until_true 10 none_left
before=$(descriptors)

# ---------------------------------------------------------------- two hosts
declare -A to
# programs_begin: one on each host, which does what comes on a pipe; programs_end: there is nothing else to do
programs_begin() {
	local host
	for host in A B; do
		mkfifo "$TMP/$host.in"
		probe $host <"$TMP/$host.in" >"$TMP/$host.said" 2>&1 &
		exec {to[$host]}>"$TMP/$host.in"
	done
}
programs_end() {
	local host
	for host in A B; do exec {to[$host]}>&-; done
	check "$1: nothing is left of them" until_true 10 none_left
	check "$1: no descriptor either" until_true 10 no_more_descriptors
	rm "$TMP/A.in" "$TMP/B.in"
}
tell() { printf '%s\n' "${@:2}" >&"${to[$1]}"; }
said() { grep -q "$2" "$TMP/$1.said"; }
programs_begin
tell A 'udp u 5000 5000 192.0.2.1 192.0.2.2' 'socket a' 'connect a 38 u 1 2 0 0' 'socket b' 'connect b 38 - 1 2 11 12'
tell B 'udp u 5000 5000 192.0.2.2 192.0.2.1' 'socket a' 'connect a 38 u 2 1 0 0' 'socket b' 'connect b 38 - 2 1 12 11'
check "a session there" until_true 10 said A '^connect b.*: ok'
check "and there" until_true 10 said B '^connect b.*: ok'
tell B 'recv b' 'recv u'
tell A 'send b c021010100080102030405' 'send u c80200140002000000000000800800000000000100000000'
check "a frame arrives" until_true 10 said B '^recv b: c021010100080102030405$'
check "a control message is the program's" until_true 10 said B '^recv u: c80200140002'
equal "l2tpctl shows the tunnel, and whose it is" \
	"$(ctl A -j tunnel show tunnel_name=kernel-1 |
	jq -r '"\(.config.version) \(.state.origin) \(.state.peer_tunnel_id)"')" '2 kernel 2'
equal "and the session" "$(ctl A -j session show tunnel_name=kernel-1 session_id=11 |
	jq -r '"\(.config.pw_type) \(.state.origin) \(.state.peer_session_id) \(.statistics.tx_packets)"')" \
	'ppp kernel 12 1'
equal "as does ip l2tp" "$(under A ip l2tp show session | grep -c -e 'Session 11 in tunnel 1' \
	-e 'Peer session 12, tunnel 2')" 2
check "an administrator deletes it" ctl A session delete tunnel_name=kernel-1 session_id=11
equal "it is gone" "$(ctl A -j session list | jq length)" 0
tell A 'send b c021010100080102030405' 'get b 2' 'close b'
check "its socket is as it was" until_true 10 said A '^get b 2: 0, 4 octets'
programs_end "two hosts"

# ---------------------------------------------------------------- a socket that is connected later
programs_begin
tell A 'udp u 5000 0 192.0.2.1 192.0.2.2' 'socket a' 'connect a 38 u 1 2 0 0' 'socket b' 'connect b 38 - 1 2 11 12'
tell B 'udp u 5001 5000 192.0.2.2 192.0.2.1' 'socket a' 'connect a 38 u 2 1 0 0' 'socket b' 'connect b 38 - 2 1 12 11'
check "not connected: a session there" until_true 10 said A '^connect b.*: ok'
check "and there" until_true 10 said B '^connect b.*: ok'
tell A 'recv b'
tell B 'send b c021010100080102030405'
check "frames arrive" until_true 10 said A '^recv b: c021010100080102030405$'
tell A 'link u 5001 192.0.2.2'
is_linked() { ctl A -j tunnel list | grep -q 192.0.2.2; }
check "connected: the tunnel is told" until_true 10 is_linked
tell B 'recv b'
tell A 'send b c021020100080102030405'
check "frames leave" until_true 10 said B '^recv b: c021020100080102030405$'
programs_end "connected later"

# ---------------------------------------------------------------- bridged
programs_begin
for tunnel in 1 2; do
	tell A "udp u 500$tunnel 600$tunnel 192.0.2.1 192.0.2.2" "socket m" "connect m 38 u $tunnel $tunnel 0 0" \
		"socket $tunnel" "connect $tunnel 38 - $tunnel $tunnel 11 11"
	tell B "udp u 600$tunnel 500$tunnel 192.0.2.2 192.0.2.1" "socket m" "connect m 38 u $tunnel $tunnel 0 0" \
		"socket $tunnel" "connect $tunnel 38 - $tunnel $tunnel 11 11"
done
tell B 'line 1 x' 'bridge x 2'
check "two channels are bridged" until_true 10 said B '^bridge.*: ok'
packet=45000014000000004000000000000000c0000201
tell A "send 1 c02101010004" 'recv 2' "send 1 0021$packet" 'recv 2' "send 2 0057$packet" 'recv 1'
check "a frame of LCP passes" until_true 10 said A '^recv 2: c02101010004$'
check "a packet passes" until_true 10 said A "^recv 2: 0021$packet\$"
check "and back" until_true 10 said A "^recv 1: 0057$packet\$"
tell B 'unbridge x'
check "they are no more" until_true 10 said B '^unbridge.*: ok'
tell A "send 1 0021$packet" 'quiet 2'
check "nothing passes" until_true 10 said A '^quiet 2: EAGAIN'
programs_end "bridged"

# ---------------------------------------------------------------- many, killed, malformed
equal "150 sockets" "$(probe A <<-'END' | tail -n 1
	udp u 5000 5001
	socket a
	connect a 38 u 1 2 0 0
	many 150 - 1 2
	END
)" 'many 150 - 1 2: 150'
check "nothing is left of them" until_true 10 none_left
check "no descriptor either" until_true 10 no_more_descriptors
cat >"$TMP/killed" <<-'END'
	udp u 5000 5001
	socket a
	connect a 38 u 1 2 0 0
	many 1000 - 1 2
	many 1000 - 1 2
	many 1000 - 1 2
END
for i in 1 2 3 4; do
	ip netns exec "${NS}A" "$L2TPRUN" -s "$TMP/A.kernel" "$BUILD/tests/peers/pppox_probe" <"$TMP/killed" \
		>"$TMP/killed.said" 2>&1 &
	sleep "0.$((i * 2))"
	{ kill -KILL $! && wait $!; } 2>/dev/null
done
check "programs were killed: nothing is left of them" until_true 20 none_left
check "no descriptor is left" until_true 10 no_more_descriptors

forged="import ctypes, os, random, socket, sys
libc = ctypes.CDLL(None, use_errno=True)
random.seed(7)
wrong = 0
for turn in range(400):
    fd = libc.socket(24, 2, 1)
    name = bytearray(random.randbytes(random.choice([0, 6, 16, 37, 38, 46, 50, 58, 59, 96, 110, 128])))
    if len(name) > 16 and turn % 2:
        name[0:14] = b'\x18\0\1\0\0\0' + bytes(4) + random.choice([b'\xff\xff\xff\xff', b'\0\0\0\0', b'\1\0\0\0'])
    wrong += libc.connect(fd, bytes(name), len(name)) == 0
    for call in range(4):
        libc.ioctl(fd, 0x7400 | random.randrange(256) | random.getrandbits(14) << 16, bytes(16384))
    libc.setsockopt(fd, 273, random.randrange(8), random.randbytes(8), random.randrange(9))
    os.close(fd)
print(wrong)"
equal "random octets connect nothing" "$(under A /usr/bin/python3 -c "$forged" 2>&1)" 0
check "the daemon lives" answers A
check "and has nothing of them" until_true 10 none_left
stop_daemon A
equal "ends well" $? 0
