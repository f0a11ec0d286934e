#!/bin/bash
# SPDX-License-Identifier: MIT
# config save, restore and check: what is saved makes the same again, here without touching anything and in another
# daemon from nothing; a restore is all or nothing, and what it does not name goes.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

hosts
cd "$TMP" || exit 1
daemon A <<END || exit 1
system modify max_tunnels=7
tunnel create tunnel_name=t version=3 src_ipaddr=192.0.2.1 dest_ipaddr=192.0.2.2 tunnel_id=1 peer_tunnel_id=2 ttl=64
session create tunnel_name=t session_name=s session_id=11 peer_session_id=12 cookie=00112233 mtu=1400
END
# what a file could not be copied from: made by hand, with names that nobody gave and some that need quotes
ctl A -q session create tunnel_name=t peer_session_id=77 bridge= mss_clamp=yes
# shellcheck disable=SC2016 # it is not expanded, and is not to be
ctl A -q session create tunnel_name=t session_name='a "b" \c# ; $d' peer_session_id=78 interface_name=odd
ctl A -q tunnel create version=3 encap=ip dest_ipaddr=2001:db8::2 peer_tunnel_id=9
# shellcheck disable=SC2016 # for the inner shell
devices() { on A sh -c 'cd /sys/class/net; for d in *; do echo $d $(cat $d/ifindex); done'; }
# state HOST: all that is configured and what came of it, without what time and packets change
state() {
	ctl "$1" -j tunnel list | jq -S 'map(.config)'
	ctl "$1" -j session list | jq -S 'map(.config + {interface_name: .state.interface_name, mtu_now: .state.mtu})'
	ctl "$1" -j system show configuration | jq -S .config
}
running=$(devices)
before=$(state A)

check "save" ctl A config save file=saved.conf
equal "a new file's mode" "$(stat -c %a saved.conf)" 640
equal "no secret, no file of secrets" "$(ls saved.conf*)" saved.conf
equal "it has all that was made, one command each" "$(grep -cE '^(system|tunnel|session) ' saved.conf)" 6
# shellcheck disable=SC2016 # nothing to expand
matches "quoted where needed" "$(cat saved.conf)" 'session_name="a \\"b\\" \\\\c# ; \$d"'
same "to standard output: the same but for its heading" "$(ctl A config save)" "$(sed 1d saved.conf)"
matches "-j" "$(ctl A -j config save | jq -r '.[0].text')" '^system modify max_tunnels=7$'
check "l2tpd --check takes it" "$L2TPD" --check saved.conf
check "so does config check" ctl A config check file=saved.conf
check "restore" ctl A config restore file=saved.conf
same "nothing is touched: the same devices" "$(devices)" "$running"
same "nor anything else" "$(state A)" "$before"
chmod 604 saved.conf
check "save again" ctl A config save file=saved.conf
equal "a file that was there keeps its mode" "$(stat -c %a saved.conf)" 604
check "and gets the same again" diff <(ctl A config save) <(sed 1d saved.conf)

# from nothing
stop_daemon A
equal "all is gone" "$(on A ls /sys/class/net | grep -cE 'l2tpeth|odd')" 0
daemon A </dev/null || exit 1
check "restore into a daemon that has nothing" ctl A config restore file=saved.conf
same "makes the same" "$(state A)" "$before"
stop_daemon A
daemon A <saved.conf || exit 1
same "so does a start with it" "$(state A)" "$before"
piped() { ctl A config save | ctl A config restore file=-; }
check "saved by pipe" piped
same "nothing is touched" "$(state A)" "$before"

# all or nothing; and what is not named goes
running=$(devices)
ctl A -q tunnel create tunnel_name=mine version=3 dest_ipaddr=192.0.2.9 tunnel_id=30 peer_tunnel_id=2
{ cat saved.conf; echo "session create tunnel_name=t peer_session_id=5 netns=nowhere"; } >wrong.conf
check_fails "a restore that the system refuses" ctl A config restore file=wrong.conf
matches "is told with its place" "$(ctl A config restore file=wrong.conf 2>&1)" '^wrong\.conf:10:[0-9]+: .*nowhere'
same "nothing is touched" "$(devices)" "$running"
matches "what it does not name is still there" "$(ctl A tunnel list names)" mine
{ cat saved.conf; echo "tunnel create colour=red"; echo "tunnel list"; } >wrong.conf
for verb in check restore; do
	text=$(ctl A config $verb file=wrong.conf 2>&1)
	equal "$verb of a wrong file: exit status" $? 1
	matches "$verb: all mistakes" "$text" '^wrong\.conf:10:15: .*colour'
	matches "$verb: with their places" "$text" '^wrong\.conf:11:1: tunnel list has no place'
	matches "$verb: and how many" "$text" '^l2tpctl: 2 mistakes in wrong.conf: nothing was changed'
done
check "config check of the right file changes nothing" ctl A config check file=saved.conf
matches "what it does not name is still there" "$(ctl A tunnel list names)" mine
check "restore of the right one" ctl A config restore file=saved.conf
same "what it does not name is gone" "$(state A)" "$before"
same "the rest is untouched" "$(devices)" "$running"

# what cannot be
equal "restore without a file: exit status" "$(ctl A config restore </dev/null >out 2>&1; echo $?)" 2
matches "says what is missing" "$(cat out)" 'file=FILE'
check_fails "a file that is not there" ctl A config restore file=nowhere.conf
matches "is told" "$(ctl A config restore file=nowhere.conf 2>&1)" 'nowhere\.conf.*No such file'
check_fails "a folder that is not there" ctl A config save file=nowhere/saved.conf
printf 'tunnel create \xff\n' >wrong.conf
matches "a file that is no text" "$(ctl A config check file=wrong.conf 2>&1)" 'UTF-8'
printf 'config restore\n' >script
matches "a script cannot be its own file" "$(ctl A <script 2>&1)" 'file=FILE'
same "nothing of all this changed anything" "$(state A)" "$before"
