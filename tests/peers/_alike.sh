# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# _alike.sh - the same program in a guest, whose kernel has L2TP, and on A under l2tprun: what the two are told must be
# the same. Include lib.sh first.
# shellcheck source=tests/peers/_guest.sh
. "$(dirname "${BASH_SOURCE[0]}")/_guest.sh"

# both_begin PROGRAM...: the guest and an l2tpd; the programs are those of our tests
both_begin() {
	guest_begin A
	guest_takes "${@/#/$BUILD/tests/peers/}"
	daemon A --kernel-socket "$TMP/kernel.socket" </dev/null || exit 1
}
under() { on A "$BUILD/src/l2tprun/l2tprun" -s "$TMP/kernel.socket" "$@"; }

# alike NAME MINIMUM: what both said, in $TMP/theirs and $TMP/ours, is the same; theirs has so many lines at least
alike() {
	at_least "$1: the kernel in the guest answers" "$(wc -l <"$TMP/theirs")" "$2"
	if diff -u "$TMP/theirs" "$TMP/ours" >"$TMP/difference"; then ok "$1: the same"; else
		fail "$1: the same" "$(grep -c '^[-+]' "$TMP/difference") lines differ"
		head -n 100 "$TMP/difference"
	fi
}
# both_run PROGRAM FILE: what it says, there and here, that is told the lines of this file
both_run() {
	guest put "$2" /tmp/probes
	guest exec "$1 </tmp/probes" >"$TMP/theirs" 2>&1
	under "$BUILD/tests/peers/$1" <"$2" >"$TMP/ours" 2>&1
}
