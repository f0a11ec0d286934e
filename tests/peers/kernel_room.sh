#!/bin/bash
# SPDX-License-Identifier: MIT
# time-limit: 400
# The kernel's netlink API: Debian's own kernel, in a guest, the room kernel, and l2tpd under l2tprun are asked the same
# (kernel_room.probes), and answer with the same octets.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/peers/_alike.sh
. "$(dirname "$0")/_alike.sh"

requests=$TESTS/peers/kernel_room.probes
guest_begin
guest_takes "$BUILD/tests/peers/netlink_probe"
guest_loads l2tp_eth l2tp_ppp l2tp_ip l2tp_ip6
guest put "$requests" /tmp/requests || exit 1
in_guest 'netlink_probe </tmp/requests' 200 >"$TMP/kernel" || { fail guest "does not answer"; exit 1; }

# the room alone has no devices that could be in the way
host B
sed '/^real_/,/^[^ ]/{/^real_/d; /^ /d}' "$TMP/kernel" >"$TMP/theirs"
grep -v '^real_' "$requests" | on B "$BUILD/tests/peers/netlink_room" >"$TMP/ours"
alike "the room kernel" 200

daemon B --kernel-socket "$TMP/kernel.socket" </dev/null || exit 1
on B "$BUILD/src/l2tprun/l2tprun" -s "$TMP/kernel.socket" "$BUILD/tests/peers/netlink_probe" \
	<"$requests" >"$TMP/ours" 2>"$TMP/trouble"
cat "$TMP/trouble"
mv "$TMP/kernel" "$TMP/theirs"
alike "l2tpd, under l2tprun" 200
