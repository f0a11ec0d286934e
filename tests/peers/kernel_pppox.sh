#!/bin/bash
# SPDX-License-Identifier: MIT
# time-limit: 200
# PPPoL2TP sockets: what a real kernel in a guest answers to a program is what l2tpd answers here to the same program
# under l2tprun, and frames go between the two.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
guest() { "$TESTS/guest/guest" "$1" "${NS}kernel" "${@:2}"; }
trap 'guest stop; cleanup' EXIT

host A
guest start -n "${NS}A" -m 256 || { fail guest "does not start"; exit 1; }
guest exec 'modprobe l2tp_ppp; ip link set lo up' || fail guest "has no L2TP"
for program in pppox_probe netlink_probe; do
	guest install "$BUILD/tests/peers/$program" || { fail guest "does not take our probe"; exit 1; }
done
daemon A --kernel-socket "$TMP/kernel.socket" </dev/null || exit 1
under() { on A "$BUILD/src/l2tprun/l2tprun" -s "$TMP/kernel.socket" "$@"; }
probe() { under "$BUILD/tests/peers/pppox_probe"; }

# ---------------------------------------------------------------- the same calls
guest put "$TESTS/peers/pppox.probes" /tmp/probes
guest exec 'pppox_probe </tmp/probes' >"$TMP/theirs" 2>&1
probe <"$TESTS/peers/pppox.probes" >"$TMP/ours" 2>&1
at_least "the kernel in the guest answers" "$(wc -l <"$TMP/theirs")" 200
if diff -u "$TMP/theirs" "$TMP/ours" >"$TMP/difference"; then ok "the same answers"; else
	fail "the same answers" "$(grep -c '^[-+]' "$TMP/difference") lines differ"
	cat "$TMP/difference"
fi
equal "nothing is left of it" "$(ctl A -j tunnel list | jq length)" 0

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
at_least "netlink's: the kernel in the guest answers" "$(wc -l <"$TMP/theirs")" 20
if diff -u "$TMP/theirs" "$TMP/ours" >"$TMP/difference"; then ok "netlink's: the same answers"; else
	fail "netlink's: the same answers" "$(grep -c '^[-+]' "$TMP/difference") lines differ"
	cat "$TMP/difference"
fi
for id in 1 2; do
	under ip l2tp del tunnel tunnel_id $id
	guest exec "ip l2tp del tunnel tunnel_id $id"
done

# ---------------------------------------------------------------- files that tell of them
guest put "$TESTS/peers/pppox_views.probes" /tmp/probes
guest exec 'modprobe -a l2tp_debugfs ppp_generic; pppox_probe </tmp/probes' >"$TMP/theirs" 2>&1
probe <"$TESTS/peers/pppox_views.probes" >"$TMP/ours" 2>&1
at_least "the kernel in the guest tells of sockets" "$(wc -l <"$TMP/theirs")" 100
if diff -u "$TMP/theirs" "$TMP/ours" >"$TMP/difference"; then ok "the same text"; else
	fail "the same text" "$(grep -c '^[-+]' "$TMP/difference") lines differ"
	cat "$TMP/difference"
fi

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

check "the daemon lives" answers A
stop_daemon A
equal "ends well" $? 0
