# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# _guest.sh - a guest with Debian's own kernel (guest/guest) at the other end of a wire: include lib.sh, or what has
# it, first, and _ppp.sh, if at all. The wire is called peer0 on the host that has its other end, which is 192.0.2.1
# and 2001:db8:2::1 there; in the guest it is eth0, .2 and ::2.

# shellcheck disable=SC2034 # lib.sh stops it at the end
GUEST=${NS}kernel
guest() { "$TESTS/guest/guest" "$1" "$GUEST" "${@:2}"; }
# in_guest COMMAND-LINE [SECONDS]
in_guest() { guest exec -t "${2:-60}" "$1"; }

# guest_begin [HOST [OPTION...]]: a new host, A if not said, and the guest at its wire, which has what _ppp.sh sends
guest_begin() {
	local host=${1:-A}
	# shellcheck disable=SC2034 # for _ppp.sh, and lib.sh
	FAR_FOLDER=/tmp WIRE=peer0
	host "$host"
	on "$host" sysctl -qw net.ipv6.conf.default.disable_ipv6=0
	guest start -n "$NS$host" -m 256 "${@:2}" || { fail guest "does not start"; exit 1; }
	[ ! -e "$TMP/sent" ] || guest put "$TMP/sent" "$FAR_FOLDER/sent"
	echo "the guest is Linux $(in_guest 'uname -r')"
}
guest_is_well() { check "the kernel had nothing to complain of" in_guest '! dmesg | grep -E "WARNING|BUG:|Oops"'; }
# For _ppp.sh
far() { in_guest "$1"; }
# guest_loads MODULE...
guest_loads() { in_guest "modprobe -a $*" || { fail guest "has no $*"; exit 1; }; }
# guest_takes PROGRAM...: of this machine
guest_takes() { guest install "$@" || { fail guest "does not take $*"; exit 1; }; }
