#!/bin/bash
# SPDX-License-Identifier: MIT
# Sockets of IP protocol 115 under l2tprun at both ends, without any kernel that has them: tests/peers/kernel_l2tpip.sh
# compares them with the real ones.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/probe.sh
. "$(dirname "$0")/../probe.sh"
under() { local host=$1; shift; on "$host" "$L2TPRUN" -s "$TMP/$host.kernel" "$@"; }

hosts
for host in A B; do daemon $host --kernel-socket "$TMP/$host.kernel" </dev/null || exit 1; done

descriptors() { find "/proc/${daemon_pid[A]}/fd" | wc -l; }
no_more_descriptors() { [ "$(descriptors)" -le "$before" ]; }

check 'before there are any sockets' under A "$PROBE" </dev/null
before=$(descriptors)
begin A
begin B
TAIL=000000000000aabbccddeeff
for family in 4 6; do
	name=IPv$family a=192.0.2.1 b=192.0.2.2
	[ $family = 4 ] || a=2001:db8::1 b=2001:db8::2
	say A "! l2tp 1 $family 2" "! bind 1 $a 101" "! connect-to 1 $b 202 0 $((family == 4 ? 2 : 10)) 9" >"$TMP/out"
	say B "! l2tp 1 $family 2" "! bind 1 $b 202" "! connect-to 1 $a 101 0 $((family == 4 ? 2 : 10)) 9" >>"$TMP/out"
	equal "$name: two sockets, bound and connected" "$(grep -c '  well' "$TMP/out")" 6
	equal "$name: sent" "$(last A "! send 1 c8030014000000ca$TAIL")" '  well'
	matches "$name: received" "$(last B '! recvfrom 1')" "^  20 flags 0 from 0[2a]0000.*: c8030014000000ca$TAIL\$"
	equal "$name: sent by sendmsg()" "$(last B "! sendmsg 1 $a 0 c803001400000065$TAIL")" '  20'
	matches "$name: received" "$(last A '! recvfrom 1')" ": c803001400000065$TAIL\$"
	equal "$name: sent by sendmmsg(), with and without an address" \
		"$(say A "! sendmmsg-mixed 1 $b 0 c8030014000000ca$TAIL" | tail -n 3 | paste -sd ' ')" '  20   20   20'
	for message in 1 2 3; do
		matches "$name: message $message" "$(last B '! recvfrom 1')" ": c8030014000000ca$TAIL\$"
	done
	equal "$name: the connection id is taken, for another program" "$(under A "$PROBE" <<-END | tail -n 1
		! l2tp 1 $family 2
		! bind 1 $a 101
	END
	)" '  Address already in use'
	say A 'tunnel: 1 A 9.4=101 10.4=202 7.1=3 2.2=1 23.f=1' \
		'session: 5 A 9.4=101 11.4=11 12.4=12 1.2=5 8.s=mana0' >"$TMP/out"
	say B 'tunnel: 1 A 9.4=202 10.4=101 7.1=3 2.2=1 23.f=1' \
		'session: 5 A 9.4=202 11.4=12 12.4=11 1.2=5 8.s=mana0' >>"$TMP/out"
	equal "$name: tunnels of them" "$(grep -c 'error 0' "$TMP/out")" 4
	for host in A B; do on $host ip link set mana0 up; done
	on A ip addr add 10.0.0.1/24 dev mana0
	on B ip addr add 10.0.0.2/24 dev mana0
	check "$name: frames" until_true 10 pings A 10.0.0.2
	equal "$name: control messages are the programs'" "$(last A "! send 1 c8030014000000ca$TAIL"
		last B '! recvfrom 1' | sed 's/.*: //')" "  well
c8030014000000ca$TAIL"
	equal "$name: there is no other message" "$(last B '! recvfrom 1')" '  Resource temporarily unavailable'
	say A '! close 1' >/dev/null
	check "$name: closed: the tunnel is gone" until_true 5 eval '! ip_on A link show mana0 >/dev/null 2>&1'
	say B 'delete: 2 A 9.4=202' >/dev/null
	check "$name: deleted: it is gone" until_true 5 eval '! ip_on B link show mana0 >/dev/null 2>&1'
	equal "$name: the socket stays" "$(last B "! sendto 1 $a 0 c803001400000065$TAIL")" '  20'
	say B '! close 1' >/dev/null
done

# ---------------------------------------------------------------- addresses of a link
ip_on A addr add fe80::a/64 dev wire nodad
ip_on B addr add fe80::b/64 dev wire nodad
said_of() { on "$1" cat /sys/class/net/wire/ifindex; }
hex_of() { printf '%02x000000' "$(said_of "$1")"; }
equal 'of a link: bound, connected' "$(say A '! l2tp 1 6 2' '! bind 1 fe80::a%wire 101' \
	'! connect-to 1 fe80::b%wire 202' | grep -c '  well')" 3
equal 'one listens to any' "$(say B '! l2tp 1 6 2' '! bind 1 :: 202' | grep -c '  well')" 2
from=0a00000000000000fe8000000000000000000000000000
for how in send write writev; do
	say A "! $how 1 c8030014000000ca$TAIL" >/dev/null
	matches "of a link: $how" "$(last B '! recvfrom 1')" "from ${from}0a$(hex_of B): c8030014000000ca$TAIL\$"
done
say B "! sendto 1 fe80::a%wire 101 c803001400000065$TAIL" >/dev/null
matches 'of a link: the answer' "$(last A '! recvfrom 1')" "from ${from}0b$(hex_of A): c803001400000065$TAIL\$"
say B "! sendto 1 2001:db8::1 101 c803001400000065$TAIL" '! sendto 1 fe80::a 101 c803001400000065$TAIL' >"$TMP/out"
equal 'of a link: nobody else is heard' "$(last A '! recvfrom 1')" '  Resource temporarily unavailable'
equal 'a copy sends, too' "$(say A '! copy 1 2' '! close 1' "! send 2 c8030014000000ca$TAIL" | grep -c '  well')" 3
matches 'and is heard' "$(last B '! recvfrom 1')" ": c8030014000000ca$TAIL\$"
equal 'connected to no link any more' "$(last A '! disconnect 2')" '  well'
say B "! sendto 1 2001:db8::1 101 c803001400000065$TAIL" >/dev/null
equal 'it was bound to one' "$(last A '! recvfrom 2')" '  Resource temporarily unavailable'
say A '! close 2' >/dev/null
say B '! close 1' >/dev/null

# ---------------------------------------------------------------- errors of the way
say A '! l2tp 1 4 2' '! bind 1 192.0.2.1 101' '! connect-to 1 192.0.2.2 202' >/dev/null
ip_on A route del 192.0.2.0/24
for how in send write writev; do
	equal "no way: $how" "$(last A "! $how 1 c8030014000000ca$TAIL")" '  No route to host'
done
ip_on A route add 192.0.2.0/24 dev wire
equal 'a way again' "$(last A "! write 1 c8030014000000ca$TAIL")" '  20'
say A '! close 1' >/dev/null

# ---------------------------------------------------------------- one program after the other
bound() {
	local i
	for ((i = 0; i < 30; i++)); do
		under A "$PROBE" <<-END | tail -n 1
			! l2tp 1 4 2
			! bind 1 127.0.0.1 101
		END
	done | sort | uniq -c | sed 's/^ *//'
}
equal 'a connection id is free when its socket is closed' "$(bound)" '30   well'

# ---------------------------------------------------------------- as it may end
say B '! l2tp 1 4 2' '! bind 1 192.0.2.2 7' >/dev/null
say A '! l2tp 1 4 2' '! bind 1 192.0.2.1 8' '! connect-to 1 192.0.2.2 7' \
	'tunnel: 1 A 9.4=8 10.4=7 7.1=3 2.2=1 23.f=1' 'session: 5 A 9.4=8 11.4=11 12.4=12 1.2=5 8.s=mana0' >/dev/null
check 'a tunnel of a program that is killed' ip_on A link show mana0
kill -9 "${runner[A]}"
no_more A
wait "${runner[A]}" 2>/dev/null
check 'is gone' until_true 5 eval '! ip_on A link show mana0 >/dev/null 2>&1'
check 'no descriptor is left' until_true 10 no_more_descriptors

# as many as there can be, which are more than the kernel tells of when they are closed at once, by who is not the last
# program
cat >"$TMP/many.py" <<-'END'
	import errno, os, resource, signal, socket
	resource.setrlimit(resource.RLIMIT_NOFILE, (16384, 16384))
	child = os.fork()
	if child == 0:
	    kept = []
	    try:
	        for _ in range(10000):
	            kept.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM, 115))
	    except OSError as e:
	        print('open', len(kept), errno.errorcode[e.errno], flush=True)
	    signal.pause()
	input()
	os.kill(child, signal.SIGKILL)
	os.wait()
	print('closed', flush=True)
	input()
END
mkfifo "$TMP/many.in"
under A /usr/bin/python3 "$TMP/many.py" <"$TMP/many.in" >"$TMP/many.out" 2>&1 &
exec 8>"$TMP/many.in"
check 'many sockets' until_true 60 grep -q open "$TMP/many.out"
matches 'there is an end of it' "$(cat "$TMP/many.out")" '^open 409[0-9] ENOBUFS$'
supervisor=$(pgrep -x l2tprun | while read -r pid; do
	grep -q "$TMP/A.kernel" "/proc/$pid/cmdline" && echo "$pid"
done | tail -n 1)
kill -STOP "$supervisor"
echo >&8
check 'closed' until_true 10 grep -q closed "$TMP/many.out"
sleep 4
kill -CONT "$supervisor"
check 'none of them is left' until_true 10 eval '[ "$(descriptors)" -le $((before + 1)) ]'	# one is l2tprun's
exec 8>&-
host C
say B '! l2tp 3 4 2' '! bind 3 127.0.0.1 101' >/dev/null
equal 'another network namespace has its own' "$(under B ip netns exec "${NS}C" "$PROBE" <<-END | tail -n 1
	! l2tp 1 4 2
	! bind 1 127.0.0.1 101
	! l2tp 2 4 2
	! bind 2 127.0.0.2 102
	! sendto 1 127.0.0.2 0 c803001400000066$TAIL
	! recvfrom 2
END
)" "  20 flags 0 from 020000007f0000010000000000000000: c803001400000066$TAIL"
if [ "$(uname -m)" = x86_64 ]; then
	for convention in i386 socketcall; do
		equal "sent by a program of 32 bits: $convention" \
			"$(under A "$BUILD/tests/net/kernel_client" send $convention 192.0.2.2)" \
			'sendmsg 20 sendmmsg 2 of 20 and 20'
		for message in 1 2 3; do
			matches "$convention: message $message" "$(last B '! recvfrom 1')" ': c803001400000007'
		done
	done
fi
stop_daemon B KILL
start_daemon B --kernel-socket "$TMP/B.kernel" || fail 'another l2tpd' 'does not start'
check 'a socket outlives l2tpd' under A "$PROBE" <<-END
	! l2tp 1 4 2
	! bind 1 192.0.2.1 8
	! sendto 1 192.0.2.2 7 c803001400000007$TAIL
END
matches 'and receives' "$(last B '! recvfrom 1')" ": c803001400000007$TAIL\$"
check 'the daemons live' answers A
for host in A B; do
	stop_daemon $host
	equal "$host ends well" $? 0
done
