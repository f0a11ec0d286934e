#!/bin/bash
# SPDX-License-Identifier: MIT
# kill -9 and start again: what is left behind is removed, and the same configuration is up within a second of the
# start. Two l2tpd on one machine do not disturb each other.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

hosts
: "${WITHIN:=3000}"	# ms; it takes some 300 where nothing else runs, and the claim is a second
milliseconds() { echo $((${EPOCHREALTIME/./} / 1000)); }

pair || exit 1
for ((n = 1; n <= ${MORE:=100}; n++)); do
	echo "session create tunnel_name=t session_id=20$n peer_session_id=30$n interface_name=more$n"
done >>"$TMP/A.conf"
stop_daemon A
start_daemon A || exit 1
# restarts_at_once HOST NAME SESSIONS: up again within a second although its predecessor is still dying
restarts_at_once() {
	local start took
	kill_daemon "$1"
	start=$(milliseconds)
	start_daemon "$1" || fail "$2: starts again at once" "$(tail -n 1 "$(log_of "$1")")"
	took=$(($(milliseconds) - start))
	at_most "$2: up again, milliseconds" $took $WITHIN
	equal "$2: all its devices" "$(on "$1" ls /sys/class/net | grep -cE '^(more|pw)')" "$3"
	forget_daemon
	check "$2: the successor's socket is not its predecessor's" answers "$1"
}
# a device that is not l2tpd's, and one that it made but somebody else has taken over the name of
ip_on A link add bystander type veth peer name bystander2
for how in KILL KILL TERM; do
	stop_daemon A $how
	equal "SIG$how: exit status" $? "$([ $how = TERM ] && echo 0 || echo 137)"
	start=$(milliseconds)
	start_daemon A || fail "SIG$how: starts again" ""
	took=$(($(milliseconds) - start))
	at_most "up again after SIG$how, milliseconds" $took $WITHIN
	equal "all its devices" "$(on A ls /sys/class/net | grep -c '^more')" $MORE
	ip_on A addr add 10.0.0.1/24 dev pw0
	check "carries again after SIG$how" until_true 5 pings A 10.0.0.2
	check "others' devices are left alone" ip_on A link show bystander
done
restarts_at_once A "at once, $((MORE + 1)) sessions" $((MORE + 1))
ip_on A addr add 10.0.0.1/24 dev pw0
check "at once: carries again" until_true 5 pings A 10.0.0.2
stop_daemon A
equal "nothing left after a clean end" "$(on A ls /sys/class/net | grep -cE '^(more|pw)')" 0

# leftovers that the new configuration does not have are removed too
start_daemon A && stop_daemon A KILL
daemon A <<<"tunnel create tunnel_name=t version=3 dest_ipaddr=192.0.2.2 tunnel_id=1 peer_tunnel_id=2"
equal "leftovers are removed" "$(on A ls /sys/class/net | grep -cE '^(more|pw)')" 0
stop_daemon A
stop_daemon B

for count in ${COUNTS:-1 500}; do
	{
		echo 'tunnel create tunnel_name=t version=3 dest_ipaddr=192.0.2.2 tunnel_id=1 peer_tunnel_id=2'
		for ((n = 1; n <= count; n++)); do
			echo "session create tunnel_name=t session_id=20$n peer_session_id=30$n interface_name=more$n"
		done
	} >"$TMP/A.conf"
	start_daemon A || exit 1
	restarts_at_once A "at once, $count sessions" $count
	stop_daemon A
done

# Two daemons in one namespace, with different ports and sockets; and others in a second namespace
pair || exit 1
second() {	# HOST NUMBER PEER-NUMBER
	daemon "$1+" <<-END || return
		tunnel create tunnel_name=t version=3 src_ipaddr=192.0.2.$2 dest_ipaddr=192.0.2.$3 \\
			tunnel_id=$2 peer_tunnel_id=$3 our_udp_port=1800 peer_udp_port=1800
		session create tunnel_name=t session_name=s session_id=1$2 peer_session_id=1$3 interface_name=second
	END
	ip_on "$1" addr add "10.1.0.$2/24" dev second
}
check "a second daemon on A" second A 1 2
check "a second daemon on B" second B 2 1
check "first pair carries" pings A 10.0.0.2
check "second pair carries" until_true 5 pings A 10.1.0.2
stop_daemon A+ KILL
check "first pair carries while the second is dead" pings A 10.0.0.2
check "the second comes back" second A 1 2
check "first pair still has its device" pings A 10.0.0.2
check "second pair carries again" until_true 5 pings A 10.1.0.2
stop_daemon A KILL
check "second pair carries while the first is dead" pings A 10.1.0.2
start_daemon A
ip_on A addr add 10.0.0.1/24 dev pw0
check "first pair carries again" until_true 5 pings A 10.0.0.2
check "second pair was left alone" pings A 10.1.0.2

# A third, on another address but the same port; and with IP protocol 115, whose packets every daemon's socket sees
for side in "A 1 2" "B 2 1"; do
	read -r name near far <<<"$side"
	ip_on "$name" addr add "192.0.2.1$near/24" dev wire
	daemon "$name++" <<-END || fail "a third daemon on $name" "does not start"
		tunnel create tunnel_name=u version=3 src_ipaddr=192.0.2.1$near dest_ipaddr=192.0.2.1$far \\
			tunnel_id=2$near peer_tunnel_id=2$far
		session create tunnel_name=u session_id=3$near peer_session_id=3$far interface_name=third
		tunnel create tunnel_name=i version=3 encap=ip src_ipaddr=192.0.2.1$near dest_ipaddr=192.0.2.1$far \\
			tunnel_id=4$near peer_tunnel_id=4$far
		session create tunnel_name=i session_id=5$near peer_session_id=5$far interface_name=fourth
	END
	ip_on "$name" addr add "10.2.0.$near/24" dev third
	ip_on "$name" addr add "10.3.0.$near/24" dev fourth
done
check "another address, same port: carries" until_true 5 pings A 10.2.0.2
check "another address, over IP: carries" until_true 5 pings A 10.3.0.2
check "first pair beside them" pings A 10.0.0.2
check "second pair beside them" pings A 10.1.0.2
