#!/bin/bash
# SPDX-License-Identifier: MIT
# A session's device in another network namespace, and the order in which namespaces and daemons end.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

hosts
host C
host D B
pair addresses=no session_A="netns=${NS}C" session_B="netns=${NS}D" || exit 1
check_fails "not in the daemon's namespace" ip_on A link show pw0
check "device in the namespace named" ip_on C link show pw0
ip_on C addr add 10.0.0.1/24 dev pw0
ip_on D addr add 10.0.0.2/24 dev pw0
matches "device is up" "$(ip_on C link show pw0)" ',UP'
check "ping between the inner namespaces" until_true 5 pings C 10.0.0.2
check "large ping" pings C 10.0.0.2 3000
check "TCP between them" transfer 10.0.0.2 20 C D

check_fails "a namespace that does not exist" ctl A session create tunnel_name=t session_id=99 peer_session_id=99 \
	netns=nowhere interface_name=pw9
matches "its message" "$(ctl A session create tunnel_name=t session_id=99 peer_session_id=99 netns=nowhere 2>&1)" \
	'nowhere'
check_fails "a name taken there" ctl A session create tunnel_name=t session_id=99 peer_session_id=99 \
	netns="${NS}C" interface_name=lo

check "session delete" ctl A session delete tunnel_name=t session_name=s
check_fails "device gone from there" ip_on C link show pw0
check "made again" ctl A session create tunnel_name=t session_name=s session_id=11 peer_session_id=12 netns="${NS}C" \
	interface_name=pw0 cookie=$cookie_A peer_cookie=$cookie_B
stop_daemon A KILL
ctl B session show tunnel_name=t session_name=s >/dev/null
start_daemon A
check "restart after SIGKILL: device there again" ip_on C link show pw0

# somebody removes the device, or its whole namespace: the daemon goes on
ip_on C link del pw0
sleep 0.2
check "device removed by others: daemon lives" answers A
drop_host D
sleep 0.5
check "namespace removed: daemon lives" answers B
check "and its session can be deleted" ctl B session delete tunnel_name=t session_name=s
check "clean end" stop_daemon B

# the daemon's own namespace under its name: nothing of what is there is taken for a predecessor's
pair addresses=no sides=A || exit 1
check "a session with netns= our own" ctl A session create tunnel_name=t session_name=own session_id=99 \
	peer_session_id=99 netns="${NS}A" interface_name=pw1
check "its device is here" ip_on A link show pw1
check "and the one that was here before" ip_on A link show pw0
check "its deletion" ctl A session delete tunnel_name=t session_name=own
check_fails "removes its device" ip_on A link show pw1
check "and no other" ip_on A link show pw0

# a namespace is removed and another one made with the same name: its interfaces are none of ours
host E
others() { ip_on E -j link | jq -c 'map([.ifindex, .ifname, .mtu, .group])'; }
check "a session in a namespace" ctl A session create tunnel_name=t session_name=e session_id=98 peer_session_id=98 \
	netns="${NS}E" interface_name=pw2
index=$(ctl A -j session show tunnel_name=t session_name=e | field ifindex)
drop_host E
ip netns add "${NS}E"
for n in {1..5}; do ip_on E link add other$n type bridge; done
at_least "one of them has the number of the old one" "$(ip_on E -j link | jq 'map(.ifindex) | max')" "$index"
before=$(others)
ctl A session modify tunnel_name=t session_name=e mtu=1234 >/dev/null 2>&1
same "modify leaves the new interfaces alone" "$(others)" "$before"
ctl A session delete tunnel_name=t session_name=e >/dev/null 2>&1
same "delete leaves the new interfaces alone" "$(others)" "$before"
check "daemon lives" answers A

# as before, and the file names it: a reload makes the interface in the namespace that has the name now
host F
cat >>"$TMP/A.conf" <<END
session create tunnel_name=t session_name=f session_id=97 peer_session_id=97 netns=${NS}F interface_name=pw3
END
check "a reload with a session in a namespace" ctl A system reload
old=$(ip_on F -j link show pw3 | field address)
check "another reload leaves it alone" ctl A system reload
equal "with its interface" "$(ip_on F -j link show pw3 | field address)" "$old"
drop_host F
check "a reload without the namespace" ctl A system reload
ip netns add "${NS}F"
matches "another namespace of that name: told" "$(ctl A session show tunnel_name=t session_name=f)" \
	"reason +another network namespace is called ${NS}F by now: .*system reload"
check "a reload" ctl A system reload
check "makes the interface there" ip_on F link show pw3
check_fails "and nothing is wrong any more" grep -q reason <<<"$(ctl A session show tunnel_name=t session_name=f)"
