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
	local start=$SECONDS
	mkdir "$TMP/$1"
	env TMP="$TMP/$1" NS="$NS" DATAPATH=kernel KEEP_GUEST=yes "${@:2}" "$TESTS/net/$1.sh" |
		sed -u "s/^\(ok\|FAIL\|skip\) /&$1, /" || failures=$((failures + 1))
	echo "$1: $((SECONDS - start)) s"
}
# Of the two hosts it is B that is there, or the one that is said. What is there is slow.
while read -r name words; do
	[[ " ${SCENARIOS:-$name} " == *" $name "* ]] || continue
	# shellcheck disable=SC2086 # words
	scenario "$name" $words </dev/null
done <<-END
	encapsulations COOKIES=8
	ethernet
	namespaces
	counters COOKIES=8
	carrier
	mtu_table KERNEL_HOST=A
	restart KERNEL_HOST=A MORE=5 COUNTS=30 WITHIN=20000
	ppp
	ppp_ipv6
	l2tpv2
	capture_names
END
