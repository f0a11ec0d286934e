#!/bin/bash
# SPDX-License-Identifier: MIT
# Who had which address outlives the LNS, however it ends; and the LNS its state file, whatever becomes of that.
# shellcheck source=tests/v2.sh
. "$(dirname "$0")/../v2.sh"

hosts
for user in u1 u2 u3 u4 u5; do echo "$user * secret *"; done >"$TMP/users"
chmod 600 "$TMP/users"
state=$TMP/kept/B.sqlite

lns() {
	lns_commands "$1" 10.1.0.14 >"$TMP/B.conf"
	start_daemon B
}
daemon A <<-END || exit 1
	tunnel create tunnel_name=t dest_ipaddr=192.0.2.2 persist=yes $IMPATIENT
END
echo -n secret >"$TMP/password" && chmod 600 "$TMP/password"
dial() {
	ctl A -q session create tunnel_name=t session_name="$1" user_name="$1" user_password_file="$TMP/password"
}
hang_up() { ctl A -q session delete tunnel_name=t session_name="$1"; }
# who has what, at the LNS: "u1 10.1.0.10 u2 10.1.0.11 "
who() { ctl B -j session list | jq -rj 'map(.state) | sort_by(.user_name)[] | "\(.user_name) \(.remote_ipaddr) "'; }
rows() {
	python3 - "$state" "$1" <<-'END'
		import sqlite3, sys
		for row in sqlite3.connect(sys.argv[1]).execute(sys.argv[2]):
		    print(*row)
	END
}
kept() { [ "$(rows "$1" | tr '\n' ' ')" = "$2" ]; }

lns "$state" || exit 1
# not in the order of their names
for user in u3 u1 u2; do
	dial "$user"
	check "$user comes in" until_true 5 eval 'who | grep -q "'"$user"' 10.1.0"'
done
before=$(who)
equal "who has what" "$before" "u1 10.1.0.11 u2 10.1.0.12 u3 10.1.0.10 "
check "the file has it" until_true 3 kept "SELECT user, prefix, in_use FROM leases ORDER BY prefix" \
	"u3 10.1.0.10 1 u1 10.1.0.11 1 u2 10.1.0.12 1 "
equal "nobody else may read it" "$(stat -c %a "$state")" 600
for signal in KILL TERM; do
	stop_daemon B $signal
	start_daemon B || exit 1
	comes_up "the LNS ends by SIG$signal: they come back" 1 3 30
	same "each with its address" "$(who)" "$before"
done
hang_up u1
check "who has gone" until_true 3 kept "SELECT user, in_use FROM leases ORDER BY user" "u1 0 u2 1 u3 1 "
stop_daemon B KILL
start_daemon B || exit 1
comes_up "it ends again" 1 2 30
dial u4
check "another user" until_true 5 eval 'who | grep -q u4'
dial u1
check "and who had gone" until_true 5 eval 'who | grep -q u1'
equal "has what it had, and the other what nobody had" "$(who)" "${before}u4 10.1.0.13 "

# ---------------------------------------------------------------- who does not come back at once
stop_daemon B KILL
stop_daemon A KILL
start_daemon B || exit 1
start_daemon A || exit 1
dial u5
check "who is faster than those who were there" until_true 5 eval 'who | grep -q u5'
equal "has none of their addresses" "$(who)" "u5 10.1.0.14 "
for user in u2 u4 u1 u3; do dial $user; done
comes_up "they come back" 1 5
equal "each has its own" "$(who)" "${before}u4 10.1.0.13 u5 10.1.0.14 "
hang_up u5
until_true 5 up B 1 4

# ---------------------------------------------------------------- another file
refusal=$(ctl B system modify state_file="$TMP/other.sqlite" 2>&1)
equal "once it is in use, no other can be given" $? 1
matches "what to do is told" "$refusal" "state_file .*$state is in use: .*configuration file, and restart"
check "but the same can" ctl B -q system modify state_file="$state"
sed -i "s|state_file=[^ ]*|state_file=$TMP/other.sqlite|" "$TMP/B.conf"
refusal=$(ctl B system reload 2>&1)
equal "nor by a reload" $? 1
matches "which says where" "$refusal" "B\.conf:1:26: state_file .*restart"
sed -i "s|state_file=[^ ]*|state_file=$state|" "$TMP/B.conf"
check "as it was it is loaded" ctl B -q system reload

# ---------------------------------------------------------------- what may become of the file
for user in u1 u2 u3 u4; do hang_up $user; done
stop_daemon B
printf 'no database at all' >"$TMP/damaged"
lns "$TMP/damaged" || exit 1
dial u5
comes_up "a damaged file: users come in all the same" 1 1 30
check "the log says so, and what to do" logged B "$TMP/damaged is damaged .*move it away"
equal "it is left as it is" "$(cat "$TMP/damaged")" 'no database at all'
matches "another cannot be given: it says why" "$(ctl B system modify state_file="$TMP/other.sqlite" 2>&1)" \
	"$TMP/damaged could not be opened.*configuration file, and restart"
hang_up u5
stop_daemon B

mkdir "$TMP/small"
small() { mount -t tmpfs -o size=300k none "$TMP/small"; }
if small; then
	lns "$TMP/small/state" || exit 1
	dial u1
	comes_up "a small disk" 1 1 30
	until_true 3 test -s "$TMP/small/state-wal"
	dd if=/dev/zero of="$TMP/small/ballast" bs=1k 2>/dev/null
	for ((i = 0; i < 40; i++)); do
		dial u2 && until_true 5 eval 'who | grep -q u2' && hang_up u2
		until_true 5 eval '! who | grep -q u2'
		logged B 'database or disk is full' && break
	done
	check "a full disk: the log says so" logged B 'cannot write .*small/state: database or disk is full'
	dial u3
	check "and users come in" until_true 5 eval 'who | grep -q u3'
	rm "$TMP/small/ballast"
	check "there is room again: the log says so" until_true 10 logged B 'small/state is written again'
	state=$TMP/small/state
	check "and the file has it" until_true 3 kept "SELECT user FROM leases WHERE in_use ORDER BY user" "u1 u3 "
	stop_daemon A
	stop_daemon B
	umount "$TMP/small"
else
	skip "a full disk" "no small disk can be mounted here"
fi
