#!/bin/bash
# SPDX-License-Identifier: MIT
# time-limit: 900
# Scenarios of the datapath in user space, the same files, with the kernel's on one of the two hosts: see kernel.sh.
# All in one guest.
set -u
here=$(dirname "$(readlink -f "$0")")
export NS=${NS:-l2t$$-} DATAPATH=kernel KEEP_GUEST=yes
[ -d "${TMP:-}" ] || { TMP=$(mktemp -d /tmp/l2tpd-test.XXXXXX); trap 'rm -rf "$TMP"' EXIT; }
folder=$TMP
status=0
# scenario NAME [VARIABLE=VALUE...]
scenario() {
	mkdir -p "$folder/$1"
	env TMP="$folder/$1" "${@:2}" "$here/../net/$1.sh" > >(sed "s/^\(ok\|FAIL\|skip\) /&$1, /") || status=1
	wait
}
ends() {
	"$here/../guest/guest" stop "${NS}kernel"
	ip netns del "${NS}W" 2>/dev/null
	rm -rf "$folder"
}
trap ends EXIT
trap 'exit 130' INT TERM
for name in ${SCENARIOS:-encapsulations ethernet namespaces counters carrier ppp ppp_ipv6 l2tpv2 capture_names}; do
	scenario "$name" COOKIES=8
done
exit $status
