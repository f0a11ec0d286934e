#!/bin/bash
# SPDX-License-Identifier: MIT
# time-limit: 200
# PPPoL2TP sockets: what a real kernel in a guest answers to a program is what l2tpd answers here to the same program
# under l2tprun, and frames go between the two.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/peers/_alike.sh
. "$(dirname "$0")/_alike.sh"

both_begin pppox_probe netlink_probe
guest_loads l2tp_ppp
probe() { under "$BUILD/tests/peers/pppox_probe"; }

# ---------------------------------------------------------------- the same calls
both_run pppox_probe "$TESTS/peers/pppox.probes"
alike "every call" 200
equal "nothing is left of it" "$(ctl A -j tunnel list | jq length)" 0

# ---------------------------------------------------------------- units
guest_loads ppp_mppe
both_run pppox_probe "$TESTS/peers/ppp_units.probes"
alike "every call on units" 60

# ---------------------------------------------------------------- packets of units
guest_loads ppp_deflate
both_run pppox_probe "$TESTS/peers/ppp_packets.probes"
alike "packets" 300

# ---------------------------------------------------------------- sessions that netlink has made
cat >"$TMP/made" <<-'END'
	one end: 1 A 9.4=1 10.4=0 7.1=2 2.2=0 24.i=127.0.0.1 25.i=127.0.0.1 26.2=5000 27.2=5001
	the other: 1 A 9.4=2 10.4=1 7.1=2 2.2=0 24.i=127.0.0.1 25.i=127.0.0.1 26.2=5001 27.2=5000
	a session that knows its peer: 5 A 9.4=2 11.4=12 12.4=11 1.2=7 19.1=1 22.8=100
	its record: 8 - 9.4=2 11.4=12
END
cat >"$TMP/joined" <<-'END'
	socket b
	connect b 38 - 2 1 12 99
	name b
	get b 3
	get b 5
	socket a
	connect a 38 - 1 2 0 0
	name a
	socket c
	connect c 38 - 1 2 11 12
	send c c021010100080102030405
	recv b
	send b 80210101000a01020304
	recv c
	ioctl b stats
	ioctl a stats 11
	close c
	wait 200
	ioctl a stats 11
	close b
END
echo 'what is left: 8 D' >"$TMP/left"
for file in made joined left; do guest put "$TMP/$file" /tmp/$file; done
guest exec 'netlink_probe </tmp/made; pppox_probe </tmp/joined; netlink_probe </tmp/left' >"$TMP/theirs" 2>&1
{
	under "$BUILD/tests/peers/netlink_probe" <"$TMP/made"
	probe <"$TMP/joined"
	under "$BUILD/tests/peers/netlink_probe" <"$TMP/left"
} >"$TMP/ours" 2>&1
alike "netlink's" 20
for id in 1 2; do
	under ip l2tp del tunnel tunnel_id $id
	guest exec "ip l2tp del tunnel tunnel_id $id"
done

# ---------------------------------------------------------------- files that tell of them
guest_loads l2tp_debugfs ppp_generic
both_run pppox_probe "$TESTS/peers/pppox_views.probes"
alike "files" 100

# ---------------------------------------------------------------- over the wire
# wire NAME OURS THEIRS LENGTH: a frame there, and one back, in sessions of both
wire() {
	cat >"$TMP/there.wire" <<-END
		udp u 6000 5000 $3 $2
		socket a
		connect a $4 u 2 1 0 0
		socket b
		connect b $4 - 2 1 12 11
		recv b
		send b 80210101000a0306c0000202
		recv b
		ioctl b stats
		wait 300
	END
	cat >"$TMP/here.wire" <<-END
		udp u 5000 6000 $2 $3
		socket a
		connect a $4 u 1 2 0 0
		socket b
		connect b $4 - 1 2 11 12
		send b c021010100080102030405
		recv b
		set b 3 1
		send b c021010200080102030405
		wait 300
		ioctl b stats
	END
	guest put "$TMP/there.wire" /tmp/wire
	guest exec 'pppox_probe </tmp/wire >/tmp/said 2>&1 & for i in {1..50}; do
		grep -qs "connect b.*ok" /tmp/said && break; sleep 0.1; done'
	probe <"$TMP/here.wire" >"$TMP/here.said" 2>&1
	guest exec 'for i in {1..50}; do grep -q wait /tmp/said && break; sleep 0.1; done; cat /tmp/said' \
		>"$TMP/there.said"
	equal "$1: there" "$(grep -A9 '^recv' "$TMP/there.said" | head -n 4)" "recv b: c021010100080102030405
send b 80210101000a0306c0000202: 12 octets
recv b: c021010200080102030405
ioctl b stats: 2 12 0 tx 1/20/0 rx 2/$5/0 seq 0 oos 0"
	equal "$1: here" "$(grep -E '^(recv|ioctl)' "$TMP/here.said")" "recv b: 80210101000a0306c0000202
ioctl b stats: 1 11 0 tx 2/$5/0 rx 1/20/0 seq 0 oos 0"
}
wire "version 2 over IPv4" 192.0.2.1 192.0.2.2 38 42
wire "version 2 over IPv6" 2001:db8:2::1 2001:db8:2::2 50 42

# ---------------------------------------------------------------- threads
# What net/l2tprun_l2tpd asks of l2tpd, with fewer of them.
guest_takes "$BUILD/tests/net/kernel_race"
guest_loads l2tp_eth l2tp_ip
equal "threads that race, and sockets that they close: the kernel says nothing else" \
	"$(guest exec -t 60 'kernel_race 20 4 </dev/null')" $'begun\nsome answered, none lost, 0 wrong'
equal "and has nothing left of them" "$(in_guest 'ip l2tp show tunnel; echo none')" none

check "the daemon lives" answers A
stop_daemon A
equal "ends well" $? 0
