#!/bin/bash
# SPDX-License-Identifier: MIT
# Programs under l2tprun that call whatever they like with whatever arguments, in threads and processes that are killed
# in the middle of it: neither they nor the supervisor hang, the daemon lives and has nothing left of them.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
SEED=${SEED:-1} CALLS=${CALLS:-400}
under() { on A timeout 60 "$BUILD/src/l2tprun/l2tprun" -s "$TMP/kernel.socket" "$@"; }
hostile() { under "${@:2}" "$BUILD/tests/net/kernel_hostile" "$1" "$CALLS"; }
descriptors() { find "/proc/${daemon_pid[A]}/fd" | wc -l; }
no_more_descriptors() { [ "$(descriptors)" -le "$before" ]; }
# tunnels without a program's socket stay: they are deleted by their ids
none_left() {
	for id in 0 1 2 3 4 5; do under ip l2tp del tunnel tunnel_id $id; done
	[ "$(ctl A -j tunnel list | jq length)" = 0 ] && [ -z "$(under ip l2tp show tunnel)" ]
}
no_device() { ! ip_on A -o link | grep -qE 'ppp|l2tpeth'; }

host A
daemon A --kernel-socket "$TMP/kernel.socket" </dev/null || exit 1
# what is made with the first of each kind stays
hostile 1000 >/dev/null 2>&1
until_true 20 none_left
before=$(descriptors)
for turn in 1 2 3; do
	matches "root, $turn" "$(hostile $((SEED + turn)) 2>&1 | tr '\n' ' ')" '^[34] lived $'
	check 'the daemon lives' answers A || break
done
matches 'another user' "$(hostile $((SEED + 4)) setpriv --reuid=65534 --clear-groups 2>&1 | tr '\n' ' ')" \
	'^[34] lived $'
check 'root of namespaces of its own' hostile $((SEED + 5)) unshare -Urn
check 'the daemon lives' answers A
check 'nothing is left of them' until_true 20 none_left
check 'no device' until_true 10 no_device
check 'no descriptor' until_true 20 no_more_descriptors
matches 'it serves others' "$(under "$BUILD/tests/net/kernel_client")" '^family '
stop_daemon A
equal 'it ends well' $? 0
