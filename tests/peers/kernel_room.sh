#!/bin/bash
# SPDX-License-Identifier: MIT
# time-limit: 400
# The kernel's netlink API: Debian's own kernel, in a guest, the room kernel, and l2tpd under l2tprun are asked the same
# (kernel_room.probes), and answer with the same octets.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

guest() { "$TESTS/guest/guest" "$1" "${NS}kernel" "${@:2}"; }
in_guest() { guest exec -t 200 "$1"; }
requests=$TESTS/peers/kernel_room.probes

host A
end_guest() { guest stop; cleanup; }
trap end_guest EXIT
guest start -n "${NS}A" -m 256 || { fail guest "does not start"; exit 1; }
echo "the kernel is Linux $(in_guest 'uname -r')"
guest install "$BUILD/tests/peers/netlink_probe" || exit 1
guest put "$requests" /tmp/requests || exit 1
in_guest 'modprobe -a l2tp_eth l2tp_ppp l2tp_ip l2tp_ip6 && ip link set lo up &&
	netlink_probe </tmp/requests' >"$TMP/kernel" || { fail guest "does not answer"; exit 1; }

# compare NAME KERNEL: what the kernel said is what $TMP/ours says
compare() {
	local lines
	lines=$(wc -l <"$2")
	if [ "$lines" -lt 200 ]; then
		fail "$1" "the kernel said $lines lines only"
	elif cmp -s "$2" "$TMP/ours"; then
		ok "$1: $lines answers are the same"
	else
		diff "$2" "$TMP/ours" | head -20
		fail "$1" "answers differ"
	fi
}

# the room alone has no devices that could be in the way
host B
sed '/^real_/,/^[^ ]/{/^real_/d; /^ /d}' "$TMP/kernel" >"$TMP/kernel.room"
grep -v '^real_' "$requests" | on B "$BUILD/tests/peers/netlink_room" >"$TMP/ours"
compare "the room kernel" "$TMP/kernel.room"

daemon B --kernel-socket "$TMP/kernel.socket" </dev/null || exit 1
on B "$BUILD/src/l2tprun/l2tprun" -s "$TMP/kernel.socket" "$BUILD/tests/peers/netlink_probe" \
	<"$requests" >"$TMP/ours" 2>"$TMP/trouble"
cat "$TMP/trouble"
compare "l2tpd, under l2tprun" "$TMP/kernel"
