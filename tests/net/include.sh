#!/bin/bash
# SPDX-License-Identifier: MIT
# A configuration of several files, and l2tpd --check FILE: what is included where, mistakes with the file and the line
# where they are, and the exit status.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

cd "$TMP" || exit 1
mkdir conf.d
tunnel='version=3 dest_ipaddr=192.0.2.2'

checked() {	# FILE: what --check says of it
	"$L2TPD" --check "$1" >out 2>&1
	echo $? >>out
	cat out
}

cat >main.conf <<END
system modify max_tunnels=4
include conf.d/*.conf
  inc "more files.conf"	# quotes, an abbreviation, and a comment
tunnel create tunnel_name=last $tunnel tunnel_id=9 peer_tunnel_id=9; include end.conf
END
echo "session create tunnel_name=one session_id=1 peer_session_id=1" >conf.d/20-sessions.conf
echo "tunnel create tunnel_name=one $tunnel tunnel_id=1 peer_tunnel_id=1" >conf.d/10-tunnels.conf
echo "tunnel create tunnel_name=other $tunnel tunnel_id=7 peer_tunnel_id=7 colour=red" >conf.d/ignored
printf '%s\n' "include conf.d/none-*.conf" "include none.d/*.conf" >"more files.conf"
printf '%s' "session create tunnel_name=last session_id=2 peer_session_id=2" >end.conf

equal "--check FILE: right, with all that it includes" "$(checked main.conf)" \
	"main.conf: 2 tunnels, 2 sessions, no errors
0"
equal "-c FILE says the same" "$("$L2TPD" --check -c main.conf)" "main.conf: 2 tunnels, 2 sessions, no errors"
check_fails "a second file is refused" "$L2TPD" --check main.conf main.conf
check_fails "as is a file without --check" "$L2TPD" main.conf

echo "tunnel create tunnel_name=two $tunnel tunnel_id=1x peer_tunnel_id=2" >>conf.d/10-tunnels.conf
echo "session create tunnel_name=one session_id=3 peer_session_id=3 mtu=1" >>main.conf
text=$(checked main.conf)
matches "a mistake in a file that is included: its name and line" "$text" \
	'^conf\.d/10-tunnels\.conf:2:[0-9]+: .*tunnel_id'
matches "and one behind the include, at its own line" "$text" '^main\.conf:5:[0-9]+: .*mtu'
matches "exit status" "$text" '^1$'
sed -i '$d' conf.d/10-tunnels.conf main.conf

echo "include nowhere.conf" >>main.conf
matches "a file that is not there" "$(checked main.conf)" '^main\.conf:5:1: .*nowhere\.conf.*No such file'
sed -i '$ s/nowhere/main/' main.conf
matches "a file that includes itself" "$(checked main.conf)" '^main\.conf:5:1: .*main\.conf includes main\.conf'
echo "include main.conf" >conf.d/10-more.conf
sed -i '$d' main.conf
sed -i 's/include main/include ..\/main/' conf.d/10-more.conf
matches "or does so by a detour" "$(checked "$TMP/main.conf")" '10-more\.conf:1:1: .*(itself|deep)'
rm conf.d/10-more.conf
for n in {1..9}; do echo "include deep$((n + 1)).conf" >"deep$n.conf"; done
: >deep10.conf
matches "files that are included too deep" "$(checked deep1.conf)" '^deep8\.conf:1:1: .*8 deep'
equal "one less is not" "$(checked deep3.conf | tail -n 1)" 0
mkfifo conf.d/30-pipe.conf
echo "" >conf.d/30-pipe.conf &
equal "what is included may be a pipe" "$(checked main.conf | tail -n 1)" 0
wait
rm conf.d/30-pipe.conf

# a daemon: at the start, at each reload, and what a client restores
host A
daemon A <main.conf || exit 1
equal "a daemon with includes: its tunnels" "$(ctl A tunnel list names)" "one
last"
echo "tunnel create tunnel_name=two $tunnel tunnel_id=2 peer_tunnel_id=2" >>conf.d/10-tunnels.conf
check "a reload reads them again" ctl A system reload
equal "and has what is new in them" "$(ctl A tunnel list names | grep -c two)" 1
echo "blunder" >conf.d/40-wrong.conf
check_fails "a mistake in one of them" ctl A system reload
matches "is told with its place" "$(ctl A system reload 2>&1)" 'conf\.d/40-wrong\.conf:1:1: '
kill -HUP "${daemon_pid[A]}"
sleep 0.2
matches "so by SIGHUP, in the log" "$(tail -n 3 "$(log_of A)")" '40-wrong\.conf:1:1: '
check_fails "and by restore" ctl A config restore file=main.conf
matches "which names it likewise" "$(ctl A config restore file=main.conf 2>&1)" '^conf\.d/40-wrong\.conf:1:1: '
rm conf.d/40-wrong.conf
sed -i '/name=two/d' conf.d/10-tunnels.conf
check "restore of a file with includes" ctl A config restore file=main.conf
equal "makes what they say" "$(ctl A tunnel list names)" "one
last"
check_fails "include is no command" ctl A include main.conf
