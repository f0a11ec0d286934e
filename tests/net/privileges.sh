#!/bin/bash
# SPDX-License-Identifier: MIT
# l2tpd does all its work with the capabilities that its unit file grants, and no others.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

granted=$(sed -n 's/^CapabilityBoundingSet=//p' "$TOP/dist/l2tpd.service")
program=$L2TPD
L2TPD=$TMP/confined

# confine CAPABILITY...: from now on l2tpd is started with these only
confine() {
	local list=-all word
	for word; do list+=,+${word#CAP_}; done
	printf '#!/bin/sh\nexec setpriv --no-new-privs --inh-caps=-all --bounding-set=%s "%s" "$@"\n' \
		"${list,,}" "$program" >"$L2TPD"
	chmod +x "$L2TPD"
}

# what needs most: a port below 1024, a mark, IP protocol 115, a device elsewhere
ports='our_udp_port=701 peer_udp_port=701'
carries() { pings A 10.0.0.2 && pings A 10.0.0.2 3000; }

hosts
# shellcheck disable=SC2086 # a list of words
confine $granted
check 'UDP, a low port and a mark: starts' pair encap=udp tunnel="$ports fwmark=7"
check 'UDP, a low port and a mark: carries' carries
unpair
check 'IP protocol 115 over IPv6: starts' pair encap=ip family=6
check 'IP protocol 115 over IPv6: carries' carries
unpair
host C
check 'a device in another network namespace: starts' pair addresses=no session_A="netns=${NS}C"
check 'a device in another network namespace: is there' ip_on C link show pw0
unpair

# programs under l2tprun, with a namespace that has a name and one that has none
under() { on A "$BUILD/src/l2tprun/l2tprun" -s "$TMP/A.kernel" "$@"; }
made='ip link set lo up; ip l2tp add tunnel tunnel_id 9 peer_tunnel_id 9 encap ip local 127.0.0.1 remote 127.0.0.1'
check 'l2tprun: starts' daemon A --kernel-socket "$TMP/A.kernel" </dev/null
check 'l2tprun: a tunnel' under sh -ec "$made; ip l2tp show tunnel"
check 'l2tprun: in a named namespace' under ip netns exec "${NS}C" sh -ec "$made; ip l2tp show tunnel"
check 'l2tprun: in one without a name' under unshare -n sh -ec "$made; ip l2tp show tunnel"
matches 'l2tprun: which stays as long as the program does' "$(tail -n 1 "$TMP/check.out")" 'Peer tunnel 9'
stop_daemon A
# shellcheck disable=SC2086
confine ${granted//CAP_SYS_PTRACE/}
check 'without SYS_PTRACE: starts' daemon A --kernel-socket "$TMP/A.kernel" </dev/null
matches 'without SYS_PTRACE: programs may do nothing' "$(under ip l2tp show tunnel 2>&1)" 'Operation not permitted'
matches 'without SYS_PTRACE: and it tells why' "$(cat "$(log_of A)")" 'CAP_SYS_PTRACE'
stop_daemon A

# and without SYS_ADMIN all but that: what the unit file says about taking it away
# shellcheck disable=SC2086
confine ${granted//CAP_SYS_ADMIN/}
check 'without SYS_ADMIN: starts' pair encap=udp
check 'without SYS_ADMIN: carries' carries
unpair
refusal=$(pair addresses=no session_A="netns=${NS}C" 2>&1)
matches 'without SYS_ADMIN: netns= is refused with the remedy' "$refusal" 'netns|namespace.*CAP_SYS_ADMIN'
