#!/bin/bash
# SPDX-License-Identifier: MIT
# time-limit: 400
# FreeRADIUS (R) knows the users of our LNS (A), which a client of ours (B) calls: every way to prove a name, what is
# granted and refused, accounting that is what we counted, changes and ends that the server asks for; the server dead
# and back, another secret, answers that are forged.
# shellcheck source=tests/peers/_peers.sh
. "$(dirname "$0")/_peers.sh"
# shellcheck source=tests/peers/_freeradius.sh
. "$(dirname "$0")/_freeradius.sh"
# shellcheck source=tests/peers/_ppp.sh
. "$(dirname "$0")/_ppp.sh"

hosts
host R && wire A R 1500 radius wire
ip_on A addr add 198.51.100.1/24 dev radius
ip_on R addr add 198.51.100.2/24 dev wire
radius_files R
radius_user R alice correct-horse "Framed-Protocol = PPP" "Class = 0x626c7565"
radius_user R fixed correct-horse "Framed-IP-Address = 10.9.1.77" "Framed-Route = \"10.50.0.0/16\"" \
	"Filter-Id = \"gold\"" "WISPr-Bandwidth-Max-Down = 8000000"
radius_user R brief correct-horse "Session-Timeout = 3"
radius_user R pooled correct-horse "Framed-Pool = \"others\""
printf 'eve\tCleartext-Password := "correct-horse", EAP-Type := MSCHAPv2\n\n' >>"$TMP/R/etc/radius/users"
(umask 077; echo "$RADIUS_SECRET" >"$TMP/radius-secret"; echo not-the-one >"$TMP/other-secret")
radius R || { fail FreeRADIUS "does not start"; exit 1; }

lns_configuration() {
	users
	cat <<-END
		system modify radius_coa_port=3799 radius_nas_identifier=lns
		radius create radius_name=main address=198.51.100.2 secret_file=$TMP/radius-secret \\
			timeout=1 retries=1 dead_time=2 coa=yes
		pool create pool_name=guests range=10.9.0.10-10.9.0.20
		pool create pool_name=others range=10.9.2.0/24
		ppp profile modify profile_name=default local_ipaddr=10.9.0.1 ip_pool_name=guests use_radius=yes
		peer profile create profile_name=client peer_ipaddr=192.0.2.2
	END
}
daemon A < <(lns_configuration) || exit 1
daemon B </dev/null || exit 1
watches A
watches B
client_profile() { ctl B -q ppp profile modify profile_name=default "$@"; }
lns_profile() { ctl A -q ppp profile modify profile_name=default "$@"; }
# call USER [PASSWORD-FILE]
call() {
	ctl B -q tunnel create tunnel_name=t dest_ipaddr=192.0.2.1
	ctl B -q session create tunnel_name=t session_name=s user_name="$1" user_password_file="$TMP/${2:-password}"
}
hang_up() { ctl B -q tunnel delete tunnel_name=t >/dev/null; until_true 10 up A 0 0; }
is_up() { session_is B t s up && [[ $(ppp_address B ppp0) == $1\ 10.9.0.1 ]]; }
why() { ctl B session show tunnel_name=t session_name=s; tail -n 20 "$(log_of A)" "$(log_of B)" "$(log_of R)"; }
client_address() { ppp_address B ppp0 | cut -d' ' -f1; }
recorded() { [ "$(radius_record R "$1" "$2")" = "$3" ]; }
of_session() { ctl A -j session list | jq -r "[.[0] | .. | objects | select(has(\"$1\")) | .$1][0]"; }

# ---------------------------------------------------------------- who may come in
for method in pap chap mschapv2 eap; do
	# shellcheck disable=SC2046 # words
	lns_profile $(only $method)
	call alice
	check "$method: accepted" until_true 10 is_up "10.9.0.*" || why
	check "$method: accounting begins" until_true 5 recorded Start Framed-IP-Address "$(client_address)"
	hang_up
	call alice wrong-password
	check "$method: rejected, and our client says why" until_true 10 refused B || why
	check "$method: we know who it was" logged A alice
	hang_up
done
call eve
check "EAP with MSCHAPv2, through us: accepted" until_true 10 is_up "10.9.0.*" || why
hang_up
# shellcheck disable=SC2046 # words
lns_profile $(only mschapv2) mppe=require
client_profile mppe=require
call alice
check "MPPE with the server's keys" until_true 10 is_up "10.9.0.*" || why
check "MPPE with the server's keys: packets pass" ping_sizes "$(client_address)"
hang_up
client_profile mppe=no
lns_profile mppe=no auth_chap=yes auth_eap=yes auth_pap=yes

# ---------------------------------------------------------------- what they get
call fixed
check "Framed-IP-Address" until_true 10 is_up 10.9.1.77 || why
check "Framed-Route" until_true 3 eval '[ "$(ip_on A -j route get 10.50.3.4 | jq -r ".[0].dev")" = ppp0 ]'
hang_up
check "Framed-Route: gone with the session" eval '! ip_on A route show | grep 10.50'
call pooled
check "Framed-Pool" until_true 10 is_up "10.9.2.*" || why
hang_up

# ---------------------------------------------------------------- let in, and then there is nothing for them
# ended NAME USER CAUSE: the server knows that it is over, and why
ended() {
	check "$1: accounting says why" until_true 8 recorded Stop Acct-Terminate-Cause "$3" || why
	equal "$1: of whom" "$(radius_record R Stop User-Name)" "$2"
	equal "$1: how long" "$(radius_record R Stop Acct-Session-Time)" 0
	hang_up
}
call fixed
until_true 10 is_up 10.9.1.77 || why
ctl B -q session create tunnel_name=t session_name=other user_name=fixed user_password_file="$TMP/password"
check "an address that somebody has: our client says why" \
	until_true 8 failed B 'session other .*10\.9\.1\.77.* in use'
ended "an address that somebody has" fixed Service-Unavailable
ctl A -q pool create pool_name=tiny range=10.9.3.1-10.9.3.1
lns_profile ip_pool_name=tiny local_ipaddr=10.9.3.1
call alice
check "an empty pool: our client says why" until_true 8 failed B 'session s .*pool tiny is empty'
ended "an empty pool" alice Service-Unavailable
lns_profile ip_pool_name=guests local_ipaddr=10.9.0.1 interface=shared interface_name=radius
call alice
check "a name that another device has: our client says why" until_true 8 failed B 'session s .*radius'
ended "a name that another device has" alice Port-Error
lns_profile interface=own
ctl A -q session profile modify profile_name=default netns=nowhere
call alice
check "a device that is refused: our client says why" until_true 8 failed B 'session s .*nowhere'
ended "a device that is refused" alice Port-Error
ctl A -q session profile unset profile_name=default netns

# ---------------------------------------------------------------- for how long
call brief
check "Session-Timeout: up" until_true 10 is_up "10.9.0.*" || why
check "Session-Timeout: and ended" until_true 8 recorded Stop Acct-Terminate-Cause Session-Timeout
hang_up

# ---------------------------------------------------------------- what they used
# accounted: the record of the end is what we counted, and what our client did
lns_profile ipv6=no
call alice
until_true 10 is_up "10.9.0.*"
equal "accounting: Class is given back" "$(radius_record R Start Class)" 0x626c7565
carries accounting ppp0 10.9.0.1 "$(client_address)"
sleep 0.5
counted="$(of_session rx_packets) $(of_session rx_bytes) $(of_session tx_packets) $(of_session tx_bytes)"
echo "we counted $counted; our client: $(session B t s '.statistics | tostring')"
ctl B -q session delete tunnel_name=t session_name=s
check "accounting: it ends" until_true 5 recorded Stop User-Name alice
last() { radius_record R Stop "Acct-$1"; }
same "accounting: what we counted" \
	"$(last Input-Packets) $(last Input-Octets) $(last Output-Packets) $(last Output-Octets)" "$counted"
equal "accounting: the user ended it" "$(radius_record R Stop Acct-Terminate-Cause)" User-Request
hang_up

# ---------------------------------------------------------------- what the server asks for
call alice
until_true 10 is_up "10.9.0.*" || why
ms_for_300_kb() {	# to the client
	local begun
	helper B timeout 30 socat -u TCP-LISTEN:7002,reuseaddr "OPEN:$TMP/far/slow,creat,trunc"
	until_true 3 is_listening B 7002
	begun=$(milliseconds)
	head -c 300000 "$TMP/sent" | on A socat -u - "TCP:$(client_address):7002,connect-timeout=10"
	wait "$helper"
	echo $(($(milliseconds) - begun))
}
# a busy machine may be slow; with a limit of 1 Mbit/s none is as fast as that
is_fast() { [ "$(ms_for_300_kb)" -le 900 ]; }
check "before a change: 300 kB in less than a second" until_true 20 is_fast
check "CoA: acknowledged" radius_tell R 198.51.100.1:3799 coa "$RADIUS_SECRET" 'User-Name = "alice"' \
	'WISPr-Bandwidth-Max-Down = 1000000'
at_least "CoA: ms for 300 kB at 1 Mbit/s" "$(ms_for_300_kb)" 1500
check "CoA: and a higher rate" radius_tell R 198.51.100.1:3799 coa "$RADIUS_SECRET" 'User-Name = "alice"' \
	'WISPr-Bandwidth-Max-Down = 100000000'
check "CoA: and a higher rate: 300 kB in less than a second" until_true 20 is_fast
check_fails "CoA: of nobody" radius_tell R 198.51.100.1:3799 coa "$RADIUS_SECRET" 'User-Name = "nobody"' \
	'WISPr-Bandwidth-Max-Down = 1000000'
matches "CoA: of nobody: why" "$(cat "$TMP/radclient.out")" 'Session-Context-Not-Found'
check_fails "CoA: what we cannot change" radius_tell R 198.51.100.1:3799 coa "$RADIUS_SECRET" 'User-Name = "alice"' \
	'Framed-IP-Address = 10.1.2.3' 'Login-TCP-Port = 23'
check_fails "CoA: with another secret" radius_tell R 198.51.100.1:3799 coa not-the-one 'User-Name = "alice"' \
	'WISPr-Bandwidth-Max-Down = 1000000'
matches "CoA: with another secret: no answer" "$(cat "$TMP/radclient.out")" 'No reply'
ip_on R addr add 198.51.100.77/24 dev wire
check_fails "Disconnect: from elsewhere" radius_tell R 198.51.100.1:3799 disconnect "$RADIUS_SECRET" \
	'User-Name = "alice"' 'Packet-Src-IP-Address = 198.51.100.77'
check "Disconnect: from elsewhere: it is not heard" session_is B t s up
check "Disconnect: acknowledged" radius_tell R 198.51.100.1:3799 disconnect "$RADIUS_SECRET" \
	"Acct-Session-Id = \"$(radius_record R Start Acct-Session-Id)\""
check "Disconnect: our client knows" failed B 'session s .*(closed|ended|terminated) by the peer'
check "Disconnect: accounting ends" until_true 5 recorded Stop Acct-Terminate-Cause Admin-Reset
hang_up

# ---------------------------------------------------------------- dead and back
call alice
until_true 10 is_up "10.9.0.*" || why
last=$(radius_record R Start Acct-Session-Id)
kill_peer R
ctl B -q session delete tunnel_name=t session_name=s
until_true 5 up A 1 0
ctl B -q session create tunnel_name=t session_name=s user_name=alice user_password_file="$TMP/password"
check "the server is dead: no session, and our client knows" until_true 15 failed B 'session s .*nobody can be asked'
check "the server is dead: we say so" until_true 5 logged A 'RADIUS server main does not answer'
radius R
check "it is back: it learns what it missed" until_true 20 recorded Stop Acct-Session-Id "$last"
ctl B -q session create tunnel_name=t session_name=s user_name=alice user_password_file="$TMP/password"
check "it is back: accepted" until_true 20 is_up "10.9.0.*" || why
last=$(radius_record R Start Acct-Session-Id)
kill_peer R
hang_up
stop_daemon A
radius R
start_daemon A
check "we were restarted meanwhile: it learns what it missed" until_true 20 recorded Stop Acct-Session-Id "$last"

# ---------------------------------------------------------------- challenged anew while the server is dead
skipped() { ctl A -j status | jq .state.skipped_challenges; }
# of_server SERVER COUNTER
of_server() { ctl A -j radius show radius_name="$1" | field "$2"; }
accepts() { of_server main access_accepts; }
for method in chap mschapv2; do
	# shellcheck disable=SC2046 # words
	lns_profile chap_interval=3 $(only $method)
	call alice
	check "$method anew: up" until_true 10 is_up "10.9.0.*" || why
	before=$(skipped)
	kill_peer R
	check "$method anew, the server is dead: challenges are skipped" until_true 30 \
		eval '[ "$(skipped)" -ge $((before + 2)) ]' || why
	check "$method anew, the server is dead: the session stays" is_up "10.9.0.*" || why
	radius R
	before=$(accepts)
	check "$method anew, the server is back: it is asked again" until_true 30 \
		eval '[ "$(accepts)" -ge $((before + 2)) ]' || why
	check "$method anew, the server is back: the session stays" is_up "10.9.0.*" || why
	hang_up
done
equal "challenges that are skipped: one line of each session" \
	"$(grep -c 'whether user alice may stay was not answered' "$(log_of A)")" 2
lns_profile chap_interval=0 auth_pap=yes auth_chap=yes auth_mschapv2=yes auth_eap=yes

# ---------------------------------------------------------------- others
# said_since: our client was told, since it had so many events
said_since() {
	tail -n +$((lines + 1)) "$TMP/B.events" | grep -q 'session_deleted .*session_name=s .*nobody can be asked'
}
note_lines() { lines=$(wc -l <"$TMP/B.events"); }
ctl A -q radius create radius_name=silent address=198.51.100.2 auth_port=1999 acct_port=1998 \
	secret_file="$TMP/radius-secret" timeout=1 retries=1 dead_time=60
lns_profile radius_servers=silent,main
call alice
check "the first server is silent: the second is asked" until_true 15 is_up "10.9.0.*" || why
hang_up
before=$(of_server silent access_requests)
call alice
check "the first server is known to be dead: the second is asked" until_true 15 is_up "10.9.0.*" || why
same "and the first is not" "$(of_server silent access_requests)" "$before"
hang_up
lns_profile radius_servers=main
ctl A -q radius modify radius_name=main secret_file="$TMP/other-secret"
note_lines
call alice
check "another secret: no session" until_true 15 said_since
hang_up

# forged KIND: a server that is not to be believed, asked at once
forged() {
	kill "${forger:-}" 2>/dev/null; wait "${forger:-}" 2>/dev/null
	ip netns exec "${NS}R" /usr/bin/python3 "$TESTS/peers/_impostor.py" 198.51.100.2 1912 "$RADIUS_SECRET" "$1" \
		>"$TMP/forger.$1" 2>&1 &
	forger=$! helper_pids+=("$!")
	until_true 3 is_bound R 1912
	note_lines
	call alice
}
ctl A -q radius create radius_name=forger address=198.51.100.2 auth_port=1912 acct_port=0 \
	secret_file="$TMP/radius-secret" timeout=1 retries=1 dead_time=0
# It does not know the password, which all but PAP would have it prove.
# shellcheck disable=SC2046 # words
lns_profile radius_servers=forger $(only pap)
refuses() { until_true 15 said_since && grep -q 'request 1' "$TMP/forger.$1" && no_ppp_device A; }
for kind in secret spoofed; do
	forged $kind
	check "an answer that is forged, $kind: not believed" refuses $kind
	hang_up
done
forged unproved
check "no Message-Authenticator, ever: believed" until_true 10 is_up 10.66.66.66 || why
hang_up
forged proved
check "with a Message-Authenticator: believed" until_true 10 is_up 10.66.66.66 || why
hang_up
forged unproved
check "once it had one: without it not believed" refuses unproved
hang_up
check "nobody was told a secret" eval 'no_secret_told && ! grep -rl "$RADIUS_SECRET" "$(log_of A)" "$TMP/A.events"'
stop_daemon B
equal "the client is stopped" $? 0
stop_daemon A
equal "we are stopped" $? 0
