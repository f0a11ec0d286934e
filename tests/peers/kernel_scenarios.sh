#!/bin/bash
# SPDX-License-Identifier: MIT
# time-limit: 900
# Scenarios of the datapath in user space, the same files, with the kernel's on one of the two hosts: see kernel.sh.
# All in one guest, which the first starts.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/peers/_guest.sh
. "$(dirname "$0")/_guest.sh"

host_list=(W)	# the guest's wire is there
# scenario NAME [VARIABLE=VALUE...]
scenario() {
	mkdir "$TMP/$1"
	env TMP="$TMP/$1" NS="$NS" DATAPATH=kernel KEEP_GUEST=yes "${@:2}" "$TESTS/net/$1.sh" |
		sed -u "s/^\(ok\|FAIL\|skip\) /&$1, /" || failures=$((failures + 1))
}
for name in ${SCENARIOS:-encapsulations ethernet namespaces counters carrier ppp ppp_ipv6 l2tpv2 capture_names}; do
	scenario "$name" COOKIES=8
done
