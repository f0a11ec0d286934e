#!/bin/bash
# SPDX-License-Identifier: MIT
# time-limit: 300
# Sockets of IP protocol 115: the same program here, under l2tprun, and in a guest, with the kernel itself, is told the
# same octet by octet; and the two speak with each other over the wire, with frames of a tunnel of such a socket besides.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
guest() { "$TESTS/guest/guest" "$1" "${NS}kernel" "${@:2}"; }
trap 'guest stop; cleanup' EXIT

host A
guest start -n "${NS}A" -m 256 || { fail guest "does not start"; exit 1; }
guest exec 'modprobe -a l2tp_eth l2tp_ip l2tp_ip6; ip link set lo up' || fail guest "has no L2TP"
guest install "$BUILD/tests/peers/netlink_probe" || { fail guest "does not take our probe"; exit 1; }
daemon A --kernel-socket "$TMP/kernel.socket" </dev/null || exit 1
under() { on A "$BUILD/src/l2tprun/l2tprun" -s "$TMP/kernel.socket" "$@"; }

# ---------------------------------------------------------------- every call, octet by octet
guest put "$TESTS/peers/l2tpip.probes" /tmp/probes
guest exec 'netlink_probe </tmp/probes' >"$TMP/theirs" 2>&1
under "$BUILD/tests/peers/netlink_probe" <"$TESTS/peers/l2tpip.probes" >"$TMP/ours" 2>&1
at_least "the kernel in the guest answers" "$(wc -l <"$TMP/theirs")" 300
if diff -u "$TMP/theirs" "$TMP/ours" >"$TMP/difference"; then ok "the same octets"; else
	fail "the same octets" "$(grep -c '^[-+]' "$TMP/difference") lines differ"
	head -n 100 "$TMP/difference"
fi
check "the daemon lives" answers A
stop_daemon A
equal "ends well" $? 0
