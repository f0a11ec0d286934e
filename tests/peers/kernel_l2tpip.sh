#!/bin/bash
# SPDX-License-Identifier: MIT
# time-limit: 300
# Sockets of IP protocol 115: the same program here, under l2tprun, and in a guest, with the kernel itself, is told the
# same octet by octet; and the two speak with each other over the wire, with frames of a tunnel of such a socket
# besides.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/probe.sh
. "$(dirname "$0")/../probe.sh"
# shellcheck source=tests/peers/_alike.sh
. "$(dirname "$0")/_alike.sh"

both_begin netlink_probe
guest_loads l2tp_eth l2tp_ip l2tp_ip6

# ---------------------------------------------------------------- every call, octet by octet
both_run netlink_probe "$TESTS/peers/l2tpip.probes"
alike "every call" 300

# ---------------------------------------------------------------- over the wire
here() { say A "$@"; }
# what a socket receives next, and the flags and address before it
heard_here() { last A "! recvfrom $1"; }
heard_there() { there "! recvfrom $1" | tail -n 1; }

begin A "$TMP/kernel.socket"
begin_there
TAIL=000000000000aabbccddeeff
ip_on A addr add fe80::1/64 dev peer0 nodad
guest exec 'ip addr add fe80::2/64 dev eth0 nodad'
while read -r name family ours theirs on_us on_them from_us from_them scope; do
	[ "$on_us" != - ] || on_us='' on_them=''
	if [ "$family" = 4 ]; then from=02000000; else from=0a00000000000000; fi
	from_us="  20 flags 0 from $from$from_us$scope" from_them="  20 flags 0 from $from$from_them$scope"
	# whoever calls sends to connection 0, and is answered at its own
	here "! l2tp 1 $family 2" "! bind 1 $ours$on_us 101" >/dev/null
	there "! l2tp 1 $family 2" "! bind 1 $theirs$on_them 0" "! l2tp 2 $family 2" \
		"! bind 2 $theirs$on_them 202" "! connect-to 2 $ours$on_them 101" >/dev/null
	equal "$name: sent to connection 0" \
		"$(here "! sendto 1 $theirs$on_us 0 c803001400000000$TAIL" | tail -n 1)" '  20'
	matches "$name: it is heard there" "$(heard_there 1)" "$from_us: c803001400000000$TAIL\$"
	equal "$name: nothing more" "$(heard_there 2)" '  Resource temporarily unavailable'
	there "! send 2 c803001400000065$TAIL" >/dev/null
	matches "$name: the answer is heard here" "$(heard_here 1)" \
		"$from_them: c803001400000065$TAIL\$"
	equal "$name: connected" "$(here "! connect-to 1 $theirs$on_us 202" | tail -n 1)" '  well'
	here "! send 1 c8030014000000ca$TAIL" >/dev/null
	matches "$name: heard there" "$(heard_there 2)" "$from_us: c8030014000000ca$TAIL\$"

	# a tunnel of these: frames are the devices', control messages the programs'
	here 'tunnel: 1 A 9.4=101 10.4=202 7.1=3 2.2=1 23.f=1' \
		'session: 5 A 9.4=101 11.4=11 12.4=12 1.2=5 8.s=mana0 18.1=1 19.1=1' >"$TMP/made"
	there 'tunnel: 1 A 9.4=202 10.4=101 7.1=3 2.2=1 23.f=2' \
		'session: 5 A 9.4=202 11.4=12 12.4=11 1.2=5 8.s=mana0 18.1=1 19.1=1' >>"$TMP/made"
	equal "$name: a tunnel of each" "$(grep -c 'error 0' "$TMP/made")" 4
	on A ip link set mana0 up && on A ip addr add 10.0.0.1/24 dev mana0
	guest exec 'ip link set mana0 up; ip addr add 10.0.0.2/24 dev mana0'
	check "$name: ping" until_true 10 pings A 10.0.0.2
	check "$name: large ping" pings A 10.0.0.2 3000
	equal "$name: the program hears nothing of it" "$(heard_here 1)" '  Resource temporarily unavailable'
	there "! send 2 c8030014000000650000$TAIL" >/dev/null
	matches "$name: it hears control messages" "$(heard_here 1)" ": c8030014000000650000$TAIL\$"
	here "! send 1 c8030014000000ca0000$TAIL" >/dev/null
	matches "$name: and says them" "$(heard_there 2)" ": c8030014000000ca0000$TAIL\$"
	check_fails "$name: l2tpd complains of none" grep 'control message' "$(log_of A)"
	here '! close 1' >/dev/null
	check "$name: closed: the tunnel is gone" until_true 5 eval '! ip_on A link show mana0 >/dev/null 2>&1'
	equal "$name: for l2tpctl, too" "$(ctl A -j tunnel list | jq length)" 0
	there '! close 1' '! close 2' >/dev/null
done <<-'END'
	IPv4 4 192.0.2.1 192.0.2.2 - - c0000201 c0000202 0*
	IPv6 6 2001:db8:2::1 2001:db8:2::2 - - 20010db8000200000000000000000001 20010db8000200000000000000000002 0*
	link 6 fe80::1 fe80::2 %peer0 %eth0 fe800000000000000000000000000001 fe800000000000000000000000000002 0[1-9]0*
END
no_more A
check "the daemon lives" answers A
stop_daemon A
equal "ends well" $? 0
