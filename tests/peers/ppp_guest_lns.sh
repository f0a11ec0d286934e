#!/bin/bash
# SPDX-License-Identifier: MIT
# time-limit: 400
# Our client calls a real pppd over a real kernel's pppol2tp, in a guest with xl2tpd: every way to prove our name,
# encryption, packets of every size, ends from either side and by silence, and back again; routes and name servers.
# shellcheck source=tests/v2.sh
. "$(dirname "$0")/../v2.sh"
# shellcheck source=tests/peers/_ppp.sh
. "$(dirname "$0")/_ppp.sh"
# shellcheck source=tests/peers/_guest_ppp.sh
. "$(dirname "$0")/_guest_ppp.sh"

guest_ppp_begin
daemon A < <(users; cat <<-END
	ppp profile modify profile_name=default $ECHOES
	tunnel profile modify profile_name=default $IMPATIENT
END
) || exit 1
watches A
profile() { ctl A -q ppp profile modify profile_name=default "$@"; }
# It gives each call another address, for a while.
client_is_up() {
	session_is A t s up && [[ $(ppp_address A ppp0) == "10.9.0.1"?" 10.9.0.1" ]] &&
		[ "$(guest_address)" = "10.9.0.1 $(client_address)" ]
}
client_address() { ppp_address A ppp0 | cut -d' ' -f1; }
call() {
	ctl A -q tunnel create tunnel_name=t dest_ipaddr=192.0.2.2 persist=yes
	ctl A -q session create tunnel_name=t session_name=s user_name=alice user_password_file="$TMP/password"
}
hang_up() { ctl A -q tunnel delete tunnel_name=t; until_true 10 up A 0 0; }
why() { ctl A session show tunnel_name=t session_name=s; in_guest 'cat /run/pppd.log'; tail -n 20 "$(log_of A)"; }

# calls NAME OPTION...: the guest's pppd with these options
calls() {
	guest_lns "${@:2}"
	call
	check "$1: both have their addresses" until_true 15 client_is_up || { why; return 1; }
}
for options in "auth require-pap" "auth require-chap" "auth require-mschap-v2" "auth require-eap" noauth \
	"auth require-mschap-v2 require-mppe-128" "auth require-mschap-v2 require-mppe-40" \
	"auth require-chap noccp nopcomp noaccomp nomagic" "auth require-chap default-asyncmap mru 1000"; do
	# shellcheck disable=SC2046 # words
	case $options in *eap) profile $(only eap) ;; *) profile $(only pap chap mschapv2 eap) ;; esac
	case $options in *mppe*) profile mppe=require mppe_bits=40,128 ;; *) profile mppe=no ;; esac
	mapfile -t lines < <(sed 's/ mru / \nmru /; s/ \([a-z]\)/\n\1/g' <<<"$options")
	calls "$options" "${lines[@]}" && carries "$options" ppp0 "$(client_address)" 10.9.0.1
	hang_up
	check "$options: closed by us, the peer's pppd knows" until_true 15 guest_has_pppd 0
done
check "nobody was told a secret" no_secret_told

# ---------------------------------------------------------------- ends, and back again
# shellcheck disable=SC2086 # words
profile $SHORT_ECHOES
calls "closed by the peer" auth require-chap && {
	in_guest 'kill $(pidof pppd)'
	check "closed by the peer: we know, and why" until_true 5 \
		logged A 'session s .*(closed|terminated|ended) by the peer'
	check "closed by the peer: and are back" until_true 20 client_is_up
	in_guest 'kill -STOP $(pidof pppd)'
	check "the peer is stopped: echoes tell" until_true 25 eval '! session_is A t s up'
	check "the peer is stopped: why" until_true 15 logged A 'session s .*(echo|answer)'
	in_guest 'kill -CONT $(pidof pppd)'
	check "the peer goes on: we are back" until_true 30 session_is A t s up
}
hang_up
# shellcheck disable=SC2086 # words
profile $ECHOES
calls "we are stopped" auth require-chap 'lcp-echo-interval 1' 'lcp-echo-failure 3' && {
	kill -STOP "${daemon_pid[A]}"
	check "we are stopped: its echoes tell" until_true 15 guest_said 'No response to 3 echo-requests'
	kill -CONT "${daemon_pid[A]}"
	check "we are stopped: and back when we go on" until_true 30 client_is_up
}
hang_up

# ---------------------------------------------------------------- routes and name servers
in_guest 'ip addr add 198.51.100.1/32 dev lo; ip addr add 203.0.113.7/32 dev lo'
ip_on A route add default via 192.0.2.2
profile default_route=yes
GUEST_GLOBAL='listen-addr = 198.51.100.1'
guest_lns auth require-chap 'ms-dns 10.9.0.53' 'ms-dns 10.9.0.54'
ctl A -q tunnel create tunnel_name=t dest_ipaddr=198.51.100.1 persist=yes
ctl A -q session create tunnel_name=t session_name=s user_name=alice user_password_file="$TMP/password"
check "default route: up" until_true 15 client_is_up || why
device_to() { ip_on A -j route get "$1" | jq -r '.[0].dev'; }
check "default route: it leads into the session" until_true 3 eval '[ "$(device_to 203.0.113.7)" = ppp0 ]'
equal "default route: but the tunnel is not in itself" "$(device_to 198.51.100.1)" peer0
check "default route: a host behind the peer answers" pings A 203.0.113.7 1400
hang_up
equal "default route: gone with the session" "$(device_to 203.0.113.7)" peer0
profile default_route=no
GUEST_GLOBAL=

# ---------------------------------------------------------------- not to be had
guest_lns auth require-mschap-v2
ctl A -q tunnel create tunnel_name=t dest_ipaddr=192.0.2.2 persist=yes
ctl A -q session create tunnel_name=t session_name=s user_name=alice user_password_file="$TMP/wrong-password"
check "a wrong password: said why" until_true 15 refused A
check "a wrong password: no device" no_ppp_device A
ctl A -q tunnel delete tunnel_name=t
guest_lns auth require-pap
# shellcheck disable=SC2046 # words
profile $(only chap mschapv2)
call
check "PAP is refused: the session ends, and it is said" until_true 15 failed A 'session s '
hang_up
check "nobody was told a secret, either" no_secret_told
stop_daemon A
equal "we are stopped" $? 0
guest_is_well
