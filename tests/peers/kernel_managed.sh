#!/bin/bash
# SPDX-License-Identifier: MIT
# time-limit: 300
# Tunnels with a UDP socket of the program's own (L2TP_ATTR_FD): the same program here, under l2tprun, and in a guest,
# with the kernel itself. Frames are the devices', all else is the programs'.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/probe.sh
. "$(dirname "$0")/../probe.sh"
# shellcheck source=tests/peers/_alike.sh
. "$(dirname "$0")/_alike.sh"

both_begin netlink_probe
guest_loads l2tp_eth

# ---------------------------------------------------------------- the two programs
here() { say A "$@"; }
# what socket 1 receives next
heard_here() { last A '! recv 1' | tr -d ' '; }
heard_there() { there '! recv 1' | tail -n 1 | tr -d ' '; }

# make FAMILY PORT ATTRIBUTE...: socket 1, tunnel 1, session 11 and its device mana0, there 2 and 12; no device may be
# called as one before it
make() {
	local ours=192.0.2.1 theirs=192.0.2.2
	[ "$1" = 4 ] || ours=2001:db8:2::1 theirs=2001:db8:2::2
	here "! socket 1 udp$1 $ours 5$2 $theirs 6$2" 'tunnel: 1 A 9.4=1 10.4=2 7.1=3 2.2=0 23.f=1' \
		"session: 5 A 9.4=1 11.4=11 12.4=12 1.2=5 8.s=mana0 ${*:3}" >"$TMP/made"
	there "! socket 1 udp$1 $theirs 6$2 $ours 5$2" 'tunnel: 1 A 9.4=2 10.4=1 7.1=3 2.2=0 23.f=1' \
		"session: 5 A 9.4=2 11.4=12 12.4=11 1.2=5 8.s=mana0 ${*:3}" >>"$TMP/made"
	[ "$(grep -c 'error 0' "$TMP/made")" = 4 ] || { cat "$TMP/made"; return 1; }
	on A ip link set mana0 up && on A ip addr add 10.0.0.1/24 dev mana0 &&
		guest exec 'ip link set mana0 up; ip addr add 10.0.0.2/24 dev mana0'
}
no_device() { ! ip_on A link show mana0 >/dev/null 2>&1; }
gone() { until_true 5 no_device && [ "$(ctl A -j tunnel list | jq length)" = 0 ]; }
end_there() { there 'delete: 2 A 9.4=2' '! close 1' >/dev/null; }

begin A "$TMP/kernel.socket"
begin_there
CONTROL=c803001400000000aabbccdd00112233445566	# T is set, whatever follows
STRANGE=00030000000000ff000000000000000000000000	# of a session that there is not
OURS=000300000000000b000000000000000000000000	# of session 11
SHORT=000300000000000b0000	# to the kernel it is no data packet
port=100
COOKIES="15.x=1122334455667788 16.x=1122334455667788"
for family in 4 6; do
	for options in "" "18.1=1 19.1=1 $COOKIES"; do
		name="IPv$family${options:+, cookies and numbers}"
		port=$((port + 1))
		# shellcheck disable=SC2086 # words
		check "$name: made" make $family $port $options || continue
		check "$name: ping" until_true 10 pings A 10.0.0.2
		check "$name: large ping" pings A 10.0.0.2 3000
		equal "$name: the program hears nothing of it" "$(heard_here)" nothing
		there "! send 1 $CONTROL" >/dev/null
		equal "$name: it hears control messages" "$(heard_here)" $CONTROL
		equal "$name: it says them" "$(here "! send 1 $CONTROL" | tail -n 1)" '  well'
		equal "$name: the other end hears them" "$(heard_there)" $CONTROL
		there "! send 1 $STRANGE" "! send 1 $SHORT" >/dev/null
		equal "$name: it hears of sessions that there are not" "$(heard_here)" $STRANGE
		equal "$name: it hears what is too short" "$(heard_here)" $SHORT
		guest exec 'ip link set mana0 down'	# it has nothing to say any more
		equal "$name: tunnel deleted" "$(here 'delete: 2 A 9.4=1' | grep -c 'error 0')" 1
		check "$name: its device is gone" gone
		there "! send 1 $OURS" >/dev/null
		equal "$name: its socket hears everything again" "$(heard_here)" $OURS
		equal "$name: and says it" "$(here "! send 1 $STRANGE" | tail -n 1)" '  well'
		equal "$name: and is closed" "$(here '! close 1' | tail -n 1)" '  well'
		end_there
	done
done

# ---------------------------------------------------------------- the end of the socket is the end of the tunnel
check "made to be closed" make 4 200
check "ping before it is closed" until_true 10 pings A 10.0.0.2
here '! close 1' >/dev/null
check "closed: the tunnel is gone" gone
end_there

# ---------------------------------------------------------------- what cannot be made leaves the socket as it was
check "l2tpd may have one tunnel" ctl A system modify max_tunnels=1
check "and has it" ctl A tunnel create tunnel_name=other version=3 src_ipaddr=192.0.2.1 dest_ipaddr=192.0.2.3 \
	tunnel_id=9 peer_tunnel_id=9
here '! socket 1 udp4 192.0.2.1 5202 192.0.2.2 6202' >/dev/null
tunnel='tunnel: 1 A 9.4=1 10.4=2 7.1=3 2.2=0 23.f=1'
matches "a second one is refused" "$(here "$tunnel")" 'error -12 '
check "the first one goes" ctl A tunnel delete tunnel_name=other
matches "the same socket is taken" "$(here "$tunnel")" 'error 0 '
here '! close 1' >/dev/null
check "closed: it is gone" gone
check "l2tpd may have many" ctl A system modify max_tunnels=1000

check "made to be killed" make 4 201
check "ping before it is killed" until_true 10 pings A 10.0.0.2
kill -9 "${runner[A]}"	# l2tprun is beside it
no_more A
wait "${runner[A]}" 2>/dev/null
check "killed: the tunnel is gone" gone

check "the daemon lives" answers A
stop_daemon A
equal "ends well" $? 0
