#!/bin/bash
# SPDX-License-Identifier: MIT
# Why a session with PPP did not come up, and why it went down: B, the LNS, and A, the client, both know it, in what
# they show, in their events and in their logs; and who guesses passwords has to wait.
# shellcheck source=tests/v2.sh
. "$(dirname "$0")/../v2.sh"

hosts
{
	for ((i = 0; i < 12; i++)); do echo "u$i * secret *"; done
	echo 'bob * builder 10.9.9.9'
} >"$TMP/users"
(umask 077; echo secret >"$TMP/secret"; echo builder >"$TMP/builder"; echo guesswork >"$TMP/guess")
chmod 600 "$TMP/users"
daemon B <<-END || exit 1
	system modify state_file=$TMP/B.state chap_secrets=$TMP/users pap_secrets=$TMP/none
	pool create pool_name=small range=10.1.0.10-10.1.0.10
	pool create pool_name=large range=10.2.0.0/24
	ppp profile modify profile_name=default ip_pool_name=small local_ipaddr=10.1.0.1
	peer profile create profile_name=A peer_ipaddr=192.0.2.1
	radius create radius_name=silent address=192.0.2.77 secret=none timeout=1 retries=0
END
daemon A <<-END || exit 1
	system modify session_persist_pend_timeout=2
	tunnel create tunnel_name=t dest_ipaddr=192.0.2.2 persist=yes
	session create tunnel_name=t session_name=first user_name=u0 user_password_file=$TMP/secret
END
comes_up "the first has the only address" 1 1
for host in A B; do watches "$host"; done
is_watched() { ctl "$1" -q system modify hook_timeout=9000; saw "$1" system_modified; }
check "both are watched" eval 'until_true 5 is_watched A && until_true 5 is_watched B'

lns_profile() { ctl B -q ppp profile "$1" profile_name=default "${@:2}"; }
shown() { matches "$1: shown" "$(session A t s .state.reason)" "$2"; }
# fails NAME HERE THERE WORD...: a session with these words does not come up, and that is known: A says HERE, B THERE
fails() {
	local name=$1 here=$2 there=$3
	events_a=$(wc -l <"$TMP/A.events") events_b=$(wc -l <"$TMP/B.events")
	ctl A -q session create tunnel_name=t session_name=s "${@:4}"
	check "$name: the client's status" until_true 8 failed A "$here"
	shown "$name" "$here"
	check "$name: the client's event" until_true 3 since A "$events_a" "session_(modified|down).*$here"
	check "$name: the LNS's event" until_true 3 since B "$events_b" "session_deleted.*$there"
	check "$name: the LNS's status" failed B "$there"
	ctl A -q session delete tunnel_name=t session_name=s
	until_true 5 up B 1 1
}
# since HOST LINES REGEX: so tells one of its events behind so many lines
since() { tail -n +$(($2 + 1)) "$TMP/$1.events" | grep -E -- "$3"; }

# ---------------------------------------------------------------- what cannot be had
fails "an empty pool" 'pool small is empty' 'pool small is empty' user_name=u1 user_password_file="$TMP/secret"
lns_profile modify ip_pool_name=large
ctl A -q session create tunnel_name=t session_name=bob user_name=bob user_password_file="$TMP/builder"
until_true 5 up B 1 2
fails "an address that somebody has" '10\.9\.9\.9.* in use' '10\.9\.9\.9.* in use by bob' \
	user_name=bob user_password_file="$TMP/builder"
ctl A -q session delete tunnel_name=t session_name=bob
until_true 5 up B 1 1
lns_profile modify interface=shared interface_name=wire
fails "a name that another device has" 'wire' 'wire' user_name=u1 user_password_file="$TMP/secret"
lns_profile unset interface interface_name
ctl B -q session profile modify profile_name=default netns=nowhere
fails "a device that is refused" 'nowhere' 'nowhere' user_name=u1 user_password_file="$TMP/secret"
ctl B -q session profile unset profile_name=default netns
lns_profile modify one_session=refuse
fails "a user who is there" 'as many sessions as it may have' 'user u0 is refused.*as many sessions' \
	user_name=u0 user_password_file="$TMP/secret"
lns_profile unset one_session
lns_profile modify use_radius=yes
fails "a RADIUS server that is silent" 'nobody can be asked' 'user u1 is refused.*silent' \
	user_name=u1 user_password_file="$TMP/secret"
lns_profile unset use_radius
fails "a wrong password" 'wrong name or password' 'user u1 is refused: wrong password' \
	user_name=u1 user_password_file="$TMP/guess"
check_fails "who guesses is not told whether there is such a user" failed A 'user u1 is refused'

# here it is the client whose device has no place; for the LNS the session may have been up by then, or not
events_b=$(wc -l <"$TMP/B.events")
ctl A -q session create tunnel_name=t session_name=s user_name=u1 user_password_file="$TMP/secret" interface_name=wire
check "a name that the client has already: it says so" until_true 5 failed A 'session s .*wire'
check "and the LNS knows" until_true 5 since B "$events_b" 'session_deleted.*closed by the peer: .*wire'
ctl A -q session delete tunnel_name=t session_name=s
until_true 5 up B 1 1

# ---------------------------------------------------------------- who guesses waits, and nobody else
# each guess from a session of its own, as from many at once; refused: how many were, in all
refused() { ctl B -j system show status | field refused_users; }
before=$(refused)
ctl A -q system modify session_persist_pend_timeout=1
for ((i = 0; i < 12; i++)); do
	ctl A -q session create tunnel_name=t session_name="g$i" user_name="u$i" user_password_file="$TMP/guess"
done
sleep 5
at_most "a storm of guesses: answers in 5 s" $(($(refused) - before)) 24
ctl A -q session create tunnel_name=t session_name=good user_name=bob user_password_file="$TMP/builder"
# they wait for 8 s and more by now
check "who knows the password comes in meanwhile" until_true 5 session_is A t good up
for ((i = 0; i < 12; i++)); do ctl A -q session delete tunnel_name=t session_name="g$i"; done
until_true 10 up B 1 2

# ---------------------------------------------------------------- a peer that is gone without a word
lns_profile modify lcp_echo_interval=1 lcp_echo_failure_count=2
ctl A -q session create tunnel_name=t session_name=s user_name=u5 user_password_file="$TMP/secret"
check "another is up" until_true 5 up B 1 3
id=$(ctl B -j user list user_name=u5 | jq '.[0].config.session_id')
of_u5() { ctl B -j session list session_id="$id" | jq -r ".[0].state.$1"; }
device=$(of_u5 interface_name)
events_b=$(wc -l <"$TMP/B.events")
kill -STOP "${daemon_pid[A]}"
not_up() { [ "$(of_u5 state)" = down ]; }
check "it is silent: down at once" until_true 6 not_up
matches "it is still there, and says why" "$(of_u5 reason)" 'does not answer echoes'
check "its event says so" until_true 10 since B "$events_b" "session_down.*does not answer echoes"
check_fails "nothing leads to it" eval 'ip_on B route show | grep -w "$device"'
kill -CONT "${daemon_pid[A]}"
check "it comes back" until_true 30 session_is A t s up
ctl A -q session delete tunnel_name=t session_name=s

# ---------------------------------------------------------------- name servers that nobody takes
untaken='name servers are 10\.9\.9\.9 10\.9\.9\.8: neither'
if [ -e /run/systemd/resolve/io.systemd.Resolve ] || [ -x /usr/sbin/resolvconf ]; then
	skip "name servers that nobody takes" "this machine has who does"
else
	lns_profile modify dns_ipaddr_pri=10.9.9.9 dns_ipaddr_sec=10.9.9.8
	ctl A -q ppp profile modify profile_name=default use_dns=yes
	for ((i = 0; i < 9; i++)); do
		ctl A -q session create tunnel_name=t session_name=s user_name=u5 user_password_file="$TMP/secret"
		until_true 5 session_is A t s up
		ctl A -q session delete tunnel_name=t session_name=s
	done
	check "name servers that nobody takes: the log has them" logged A "$untaken"
	at_most "not each time" "$(grep -cE "$untaken" "$(log_of A)")" 7
fi
