#!/bin/bash
# SPDX-License-Identifier: MIT
# Hook programs of a real daemon: the example gives an interface its address; order, time limit, a storm, programs that
# must not be run, and the end of the daemon.
. "$(dirname "$0")/../lib.sh"

HOOKS=$TMP/hooks
mkdir "$HOOKS"
chmod 755 "$TMP" "$HOOKS"
told() { cat "$HOOKS/told" 2>/dev/null; }
has_told() { grep -qxF -- "$1" "$HOOKS/told"; }
storm_told() { [ "$(told | grep -cvE 'modified|peer_')" -ge 400 ]; }
logged() { grep -qE -- "$1" "$(log_of A)"; }

# hook NAME: a program whose script is standard input
hook() {
	{ echo '#!/bin/sh'; cat; } >"$HOOKS/$1"
	chmod 755 "$HOOKS/$1"
}
# tell: a hook that writes one line
tell() {
	hook "$1" <<-'END'
		echo "$L2TPD_EVENT ${L2TPD_TUNNEL_NAME:-} ${L2TPD_SESSION_NAME:-}" >>"${0%/*}/told"
	END
}
# hang: one that does not end, and writes its pid
hang() {
	hook "$1" <<-'END'
		echo $$ >"${0%/*}/pid"
		sleep 1000
	END
}

hosts
tunnel=(tunnel create tunnel_name=lon version=3 src_ipaddr=192.0.2.1 dest_ipaddr=192.0.2.2 tunnel_id=1 peer_tunnel_id=2)
session=(session create tunnel_name=lon session_name=office session_id=11 peer_session_id=12 interface_name=pw0)

# ---------------------------------------------------------------- the example
cp "$TOP/doc/examples/hook.sh" "$HOOKS/session_up"
echo 'lon office 10.0.0.1/24' >"$HOOKS/addresses"
tell any
daemon A <<END || exit
system modify hook_directory=$HOOKS hook_timeout=60000
${tunnel[*]}
${session[*]}
END
has_address() { ip_on A -4 address show dev pw0 | grep -q 'inet 10.0.0.1/24 '; }
check 'the example gives the interface its address' until_true 10 has_address
check 'what the configuration made is told' until_true 10 has_told 'session_up lon office'
equal 'in order' "$(told | grep -v peer_ | head -n 4 | tr '\n' ,)" \
	'tunnel_created lon ,tunnel_up lon ,session_created lon office,session_up lon office,'

host C
echo 'lon away 10.0.1.1/24' >>"$HOOKS/addresses"
ctl A -q session create tunnel_name=lon session_name=away session_id=12 peer_session_id=13 interface_name=pw1 \
	netns="${NS}C"
has_address_there() { ip_on C -4 address show dev pw1 | grep -q 'inet 10.0.1.1/24 '; }
check 'and one in another network namespace' until_true 10 has_address_there
ctl A -q session delete tunnel_name=lon session_name=away

# ---------------------------------------------------------------- a device that somebody removes
rm "$HOOKS/session_up"
hook session_down <<-'END'
	env | grep ^L2TPD_ | sort >"${0%/*}/facts"
END
ip_on A link delete pw0
check 'a session that lost its device is told' until_true 10 has_told 'session_down lon office'
until_true 10 test -s "$HOOKS/facts"
matches 'with the reason' "$(cat "$HOOKS/facts")" '^L2TPD_REASON=its interface pw0 was removed by others'
matches 'and the other facts' "$(tr '\n' ' ' <"$HOOKS/facts")" \
	'L2TPD_EVENT=session_down L2TPD_INTERFACE_NAME=pw0 .*_PEER=192.0.2.2 .*_SESSION_ID=11 .*SESSION_NAME=office'
rm "$HOOKS"/*

# ---------------------------------------------------------------- failure and the time limit
hook tunnel_modified <<<'exit 3'
ctl A -q tunnel modify tunnel_name=lon ttl=7
check 'a program that fails is logged' until_true 10 \
	logged "$HOOKS/tunnel_modified failed with exit status 3: tunnel_modified of tunnel lon"
hang tunnel_modified
ctl A -q system modify hook_timeout=500
ctl A -q tunnel modify tunnel_name=lon ttl=8
check 'one that takes too long runs' until_true 10 test -s "$HOOKS/pid"
check 'the daemon does not wait for it' ctl A -q tunnel modify tunnel_name=lon fwmark=1
check 'it is ended' until_true 10 logged 'tunnel_modified was ended, it took longer than hook_timeout'
check 'really' until_true 10 has_ended "$(cat "$HOOKS/pid")"
check 'so is the one that waited for it' until_true 10 \
	eval '[ "$(grep -c "tunnel_modified was ended" "$(log_of A)")" = 2 ]'
rm -f "$HOOKS"/*

# ---------------------------------------------------------------- who is not run
tell tunnel_modified
chmod g+w "$HOOKS/tunnel_modified"
ctl A -q tunnel modify tunnel_name=lon ttl=9
check 'what others may write to is not run' until_true 10 \
	logged 'tunnel_modified is not run: others may write to it: chmod go-w'
check_fails 'really not' test -e "$HOOKS/told"
rm -f "$HOOKS"/*

# ---------------------------------------------------------------- a storm
ctl A -q system modify hook_timeout=60000
tell any
for number in $(seq 100 299); do
	echo "tunnel create tunnel_name=t$number version=3 dest_ipaddr=192.0.2.2 tunnel_id=$number peer_tunnel_id=1 \\"
	echo "	our_udp_port=2000"
done >"$TMP/storm"
begin=${EPOCHREALTIME/./}
ctl A -q <"$TMP/storm"
took=$((${EPOCHREALTIME/./} - begin))
check 'a storm of events is told whole' until_true 60 storm_told
equal 'created before up' "$(told | grep -vE 'modified|peer_' |
	awk '/created/ { created[$2]++ } /up/ { right += created[$2] == 1 } END { print right, NR }')" '200 400'
at_most 'and did not hold up the daemon' $((took / 1000)) 5000
rm -f "$HOOKS"/*

# ---------------------------------------------------------------- the end
hang tunnel_modified
ctl A -q tunnel modify tunnel_name=lon ttl=10
until_true 10 test -s "$HOOKS/pid"
check 'the daemon ends while a program runs' stop_daemon A
check 'which ends too' until_true 10 has_ended "$(cat "$HOOKS/pid")"
