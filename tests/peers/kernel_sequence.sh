#!/bin/bash
# SPDX-License-Identifier: MIT
# time-limit: 400
# Sequence numbers: what sessions of `ip l2tp`'s kind count of chosen packets, a real kernel's in a guest and l2tpd's
# here, octet by octet.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
guest() { "$TESTS/guest/guest" "$1" "${NS}kernel" "${@:2}"; }
trap 'guest stop; cleanup' EXIT

host A
guest start -n "${NS}A" -m 256 || { fail guest "does not start"; exit 1; }
guest exec 'modprobe l2tp_eth; ip link set lo up' || fail guest "has no L2TP"
guest install "$BUILD/tests/peers/netlink_probe" || { fail guest "does not take our probe"; exit 1; }
guest put "$TESTS/peers/sequence.probes" /tmp/probes
daemon A --kernel-socket "$TMP/kernel.socket" </dev/null || exit 1

guest exec 'netlink_probe </tmp/probes' >"$TMP/theirs" 2>&1 &
theirs=$!
on A "$BUILD/src/l2tprun/l2tprun" -s "$TMP/kernel.socket" "$BUILD/tests/peers/netlink_probe" \
	<"$TESTS/peers/sequence.probes" >"$TMP/ours" 2>&1
wait $theirs
at_least "the kernel in the guest counts" "$(wc -l <"$TMP/theirs")" 300
# said FILE NAME: what was said of the session that this probe made, up to the next one
said() { awk -v name="$2" '/^[^ ]/ && !/^(get|packets|more|modify)$/ { on = $0 == name } on' "$1"; }
sessions=0
while read -r name; do
	said "$TMP/theirs" "$name" >"$TMP/said"
	if [ -s "$TMP/said" ] && said "$TMP/ours" "$name" | diff -u "$TMP/said" - >"$TMP/difference"; then
		ok "$name"
	else
		fail "$name" "the kernel and l2tpd differ"
		cat "$TMP/difference"
	fi
	sessions=$((sessions + 1))
done < <(sed -n 's/^\([^#:]*\): 5 A .*/\1/p' "$TESTS/peers/sequence.probes")
at_least "sessions" "$sessions" 40
equal "what the tunnel counts" "$(tail -n 4 "$TMP/ours")" "$(tail -n 4 "$TMP/theirs")"
stop_daemon A
equal "ends well" $? 0
