#!/bin/bash
# SPDX-License-Identifier: MIT
# time-limit: 600
# The kernel's own selftest for L2TP (tools/testing/selftests/net/l2tp.sh of Debian's package of Linux 6.1's sources),
# unmodified, under l2tprun.  Half of what it checks is ESP around L2TP: that is not asked for here, as kernels that
# have no L2TP may have no ESP either.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
cache=${L2TPD_CACHE:-/var/cache/l2tpd-tests}
package=linux-source-6.1
selftest=$cache/$package-selftest-l2tp.sh
die() { fail "$package" "$1"; exit 1; }
say() { echo "$1" >&2; }
# shellcheck source=tests/packages.sh
. "$TESTS/packages.sh"

# The package is large, and one small file of it is all that is wanted: that stays.
extract() {
	fetch $package
	unpack $package "$TMP/sources"
	tar -xOf "$TMP/sources/usr/src/$package.tar.xz" \
		"$package/tools/testing/selftests/net/l2tp.sh" >"$selftest.new" || die "has no such selftest"
	mv "$selftest.new" "$selftest"
	rm -rf "$TMP/sources" "$cache/packages/${package}"_*.deb
}
if [ ! -e "$selftest" ]; then
	mkdir -p "$cache/packages" || die "cannot write to $cache (set L2TPD_CACHE)"
	exec 9>"$cache/lock"
	flock 9
	[ -e "$selftest" ] || extract
	exec 9>&-
fi

# It names its namespaces as it likes: they are in a /run/netns of its own.
host A
daemon A --kernel-socket "$TMP/kernel.socket" </dev/null || exit 1
alone() { on A unshare -m sh -c 'mount -t tmpfs none /run/netns && exec "$@"' sh "$@"; }
alone "$BUILD/src/l2tprun/l2tprun" -s "$TMP/kernel.socket" bash "$selftest" >"$TMP/said" 2>&1
equal "it ends" $? 0
for what in 'IPv4 basic L2TP tunnel' 'IPv4 route through L2TP tunnel' 'IPv6 basic L2TP tunnel' \
	'IPv6 route through L2TP tunnel'; do
	equal "$what" "$(grep -c "^TEST: $what .*\[ OK \]" "$TMP/said")" 2
done
[ $failures = 0 ] || cat "$TMP/said"
check "nothing is left of it" until_true 20 eval '[ "$(ctl A -j tunnel list | jq length)" = 0 ]'
stop_daemon A
equal "ends well" $? 0
