#!/bin/bash
# SPDX-License-Identifier: MIT
# time-limit: 300
# SoftEther is the LNS of our client: PAP, MS-CHAPv2, and EAP (of which it knows TLS only, and so falls back), its own
# router (SecureNAT) and a bridge into a TAP device of host B, behind which the traffic ends.
# shellcheck source=tests/peers/_peers.sh
. "$(dirname "$0")/_peers.sh"
# shellcheck source=tests/peers/_ppp.sh
. "$(dirname "$0")/_ppp.sh"

hosts

vpncmd() { in_peer B /usr/libexec/softether/vpncmd/vpncmd 127.0.0.1:5555 /SERVER "$@"; }
start_peer() {
	peer_files B
	mkdir -p "$TMP/B/run/softether" "$TMP/B/var/lib/softether" "$TMP/B/var/log/softether"
	peer B /usr/libexec/softether/vpnserver/vpnserver execsvc
	until_true 20 on B sh -c 'ss -Hltn sport = :5555 | grep -q .'
}
configure_peer() {
	vpncmd /CMD IPsecEnable /L2TP:yes /L2TPRAW:yes /ETHERIP:no /PSK:unused-here /DEFAULTHUB:DEFAULT &&
	vpncmd /ADMINHUB:DEFAULT /CMD UserCreate alice /GROUP: /REALNAME: /NOTE: &&
	vpncmd /ADMINHUB:DEFAULT /CMD UserPasswordSet alice /PASSWORD:correct-horse &&
	vpncmd /ADMINHUB:DEFAULT /CMD SecureNatEnable &&
	vpncmd /CMD BridgeCreate DEFAULT /DEVICE:inside /TAP:yes &&
	until_true 5 ip_on B link show dev tap_inside &&
	ip_on B addr add 192.168.30.254/24 dev tap_inside
}
# It answers nobody for some five seconds now and then, when a session begins.
ECHOES="lcp_echo_interval=2 lcp_echo_failure_count=5"
daemon A < <(users; echo "ppp profile modify profile_name=default $ECHOES") || exit 1
check "it starts" start_peer || exit 1
check "it takes what it is told" configure_peer || exit 1
until_true 10 is_bound B 1701
profile() { ctl A -q ppp profile modify profile_name=default "$@"; }
is_up() { session_is A t s up && [[ $(ppp_address A ppp0) == "192.168.30."*" 192.168.30.1" ]]; }
call() {
	ctl A -q tunnel create tunnel_name=t dest_ipaddr=192.0.2.2
	ctl A -q session create tunnel_name=t session_name=s user_name=alice user_password_file="$TMP/$1"
}
hang_up() { ctl A -q tunnel delete tunnel_name=t >/dev/null; until_true 10 up A 0 0; }
why() { ctl A session show tunnel_name=t session_name=s; tail -n 20 "$(log_of A)"; }

for methods in pap mschapv2 "eap mschapv2"; do
	# shellcheck disable=SC2046,SC2086 # words
	profile $(only $methods)
	call password
	check "$methods: we have an address of its router" until_true 30 is_up || { why; hang_up; continue; }
	ip_on A route add 192.168.30.0/24 dev ppp0
	check "$methods: its router answers" until_true 10 pings A 192.168.30.1
	carries "$methods" ppp0 "$(ppp_address A ppp0 | cut -d' ' -f1)" 192.168.30.254
	hang_up
done
# shellcheck disable=SC2046 # words
profile $(only mschapv2)
call wrong-password
check "a wrong password: said why" until_true 20 refused A || why
hang_up
call password
check "and again with the right one" until_true 30 is_up || why
kill_peer B
check "it is killed: echoes tell" until_true 30 eval '! session_is A t s up'
check "nobody was told a secret" no_secret_told
stop_daemon A
equal "we are stopped" $? 0
