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
# What is in $TMP/sent, by TCP from A (10.0.0.1) to the guest (10.0.0.2), or the other way, whole
guest_tcp_out() {
	in_guest 'socat -u TCP-LISTEN:7000,reuseaddr OPEN:/tmp/received,creat,trunc >/dev/null 2>&1 &'
	on A socat -u -t 20 "OPEN:$TMP/sent" TCP:10.0.0.2:7000,connect-timeout=10,retry=50,interval=0.1 || return
	[ "$(in_guest 'for i in {1..150}; do pidof socat >/dev/null || break; sleep 0.1; done
		md5sum </tmp/received')" = "$(md5sum <"$TMP/sent")" ]
}
guest_tcp_in() {
	helper A socat -u TCP-LISTEN:7000,reuseaddr "OPEN:$TMP/received,creat,trunc"
	until_true 3 is_listening A 7000
	in_guest 'socat -u OPEN:/tmp/sent TCP:10.0.0.1:7000,connect-timeout=10' || return
	wait "$helper"
	cmp -s "$TMP/received" "$TMP/sent"
}
