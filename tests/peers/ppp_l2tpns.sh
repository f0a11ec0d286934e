#!/bin/bash
# SPDX-License-Identifier: MIT
# time-limit: 400
# l2tpns is the LNS of our client, and FreeRADIUS knows its users: addresses, traffic, what accounting says, ends from
# either side.
# shellcheck source=tests/peers/_peers.sh
. "$(dirname "$0")/_peers.sh"
# shellcheck source=tests/peers/_freeradius.sh
. "$(dirname "$0")/_freeradius.sh"
# shellcheck source=tests/peers/_l2tpns.sh
. "$(dirname "$0")/_l2tpns.sh"
# shellcheck source=tests/peers/_ppp.sh
. "$(dirname "$0")/_ppp.sh"

hosts
ip_on B route add 224.0.0.0/4 dev wire
# what is behind the LNS; its traffic is to have that address
FAR_BIND=,bind=10.7.0.1
ip_on B addr add 10.7.0.1/32 dev lo

radius_files B
radius_user B alice correct-horse "Service-Type = Framed-User" "Framed-Protocol = PPP"
radius_user B fixed correct-horse "Service-Type = Framed-User" "Framed-Protocol = PPP" "Framed-IP-Address = 10.8.1.77"
# It sends packets of up to 1462 octets, whatever its MTU ought to be, and drops them when our MRU is less.
daemon A < <(users; echo "ppp profile modify profile_name=default mru=1500 $ECHOES") || exit 1
watches A
lns() {
	kill_peer B
	l2tpns_lns "set peer_address 10.8.0.254" "$@" || { fail l2tpns "does not start"; exit 1; }
}
call() {
	ctl A -q tunnel create tunnel_name=t dest_ipaddr=192.0.2.2 max_retries=8
	ctl A -q session create tunnel_name=t session_name=s user_name="$1" user_password_file="$TMP/${2:-password}"
}
is_up() { session_is A t s up && [[ $(ppp_address A ppp0) == 10.8.$1\ 10.8.0.254 ]]; }
hang_up() { ctl A -q tunnel delete tunnel_name=t >/dev/null; until_true 10 up A 0 0; }
why() {
	ctl A session show tunnel_name=t session_name=s
	tail -n 20 "$(log_of A)"
	grep -av cleanup "$TMP/B/var/log/l2tpns" | tail -n 30
}

for method in pap chap; do
	lns "set radius_authtypes \"$method\""
	call alice
	check "$method: we have an address of its pool" until_true 20 is_up "0.*" || { why; hang_up; continue; }
	ip_on A route add 10.7.0.0/16 dev ppp0
	carries "$method" ppp0 "$(ppp_address A ppp0 | cut -d' ' -f1)" 10.7.0.1
	ctl A -q session delete tunnel_name=t session_name=s
	stopped() { [ "$(radius_record B Stop User-Name)" = alice ]; }
	check "$method: closed by us, its accounting ends" until_true 10 stopped
	hang_up
done
call fixed
check "an address that RADIUS has for the user" until_true 20 is_up 1.77 || why
hang_up
call alice wrong-password
check "a wrong password: we know why" until_true 15 failed A 'session s .*(name and password|name or password)' || why
hang_up
call alice
check "and again with the right one" until_true 20 is_up "0.*" || why
kill_peer B
check "it is killed: echoes tell" until_true 25 eval '! session_is A t s up'
hang_up

# It says that its address inside is the one it has outside: a route to it would lead the tunnel into itself.
l2tpns_lns
call alice
check "the address inside is the one outside: up" until_true 20 session_is A t s up || why
sleep 5
check "the address inside is the one outside: and it stays so" session_is A t s up
ip_on A route replace 10.7.0.0/16 dev ppp0
check "the address inside is the one outside: packets pass" pings A 10.7.0.1
hang_up
check "nobody was told a secret" no_secret_told
stop_daemon A
equal "we are stopped" $? 0
