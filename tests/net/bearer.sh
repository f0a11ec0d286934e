#!/bin/bash
# SPDX-License-Identifier: MIT
# Outgoing calls: A, the LAC, opens their bearers by a hook program; B, the LNS, asks for them.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

HOOKS=$TMP/hooks
mkdir "$HOOKS"
chmod 755 "$TMP" "$HOOKS"
# bearer STATUS: what the program ends with
bearer() {
	cat >"$HOOKS/bearer" <<-END
		#!/bin/sh
		echo "\$L2TPD_CALLED_NUMBER \$L2TPD_TUNNEL_NAME" >>"\${0%/*}/called"
		exit $1
	END
	chmod 755 "$HOOKS/bearer"
}
tunnel_of_B() { ctl B -j tunnel list | jq -r '.. | .tunnel_name? // empty' | head -n 1; }
has_tunnel() { [ -n "$(tunnel_of_B)" ] && is_up "$(tunnel_of_B)"; }
is_up() { [ "$(ctl B -j tunnel show tunnel_name="$1" | field state | jq -r .state)" = up ]; }
call_state() { ctl B -j session show tunnel_name="$tunnel" session_name="$1" | field state | jq -r .state; }
call_is() { [ "$(call_state "$1")" = "$2" ]; }
gone() { ! ctl B -q session show tunnel_name="$tunnel" session_name="$1" 2>/dev/null; }

hosts
bearer 0
daemon A <<-END || exit
	system modify hook_directory=$HOOKS
	session profile modify profile_name=default no_ppp=yes
	tunnel create tunnel_name=lns dest_ipaddr=192.0.2.2 persist=yes
END
daemon B <<-END || exit
	session profile modify profile_name=default no_ppp=yes
	peer profile create profile_name=lac peer_ipaddr=192.0.2.1
END
check "the LAC's tunnel comes up" until_true 10 has_tunnel
tunnel=$(tunnel_of_B)

check 'a call whose bearer opens' ctl B -q session create tunnel_name="$tunnel" session_name=one called_number=5550100
check 'comes up' until_true 5 call_is one up
equal 'the program was told the number and the tunnel' "$(cat "$HOOKS/called")" '5550100 lns'

bearer 8
ctl B -q session create tunnel_name="$tunnel" session_name=two called_number=5550101
check 'one that is busy is gone' until_true 5 gone two
check 'and the log of the LNS says why' grep -q 'busy' "$(log_of B)"

rm "$HOOKS/bearer"
ctl B -q session create tunnel_name="$tunnel" session_name=three called_number=5550102
check 'where nobody opens bearers it is refused' until_true 5 gone three
check 'with the reason' grep -q 'nobody opens bearers' "$(log_of B)"
check 'the first call is still up' call_is one up
