# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# v2.sh - tunnels with a control protocol: `. "$(dirname "$0")/../v2.sh"`, which includes lib.sh.
# shellcheck source=tests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# With the sanitisers: what others send is what they are to see. With a finding its exit status is not 0.
L2TPD=${PEERS_L2TPD:-$TOP/build-asan/src/l2tpd/l2tpd}
[ -x "$L2TPD" ] || { fail l2tpd "no program $L2TPD: run make build-asan"; exit 1; }
FRAMES=(/usr/bin/python3 "$TESTS/net/_frames.py")
# A peer that is gone is known to be after 1 s of silence and two messages of which none is answered: some 4 s.
# shellcheck disable=SC2034 # for those who include this
IMPATIENT="hello_timeout=1 retry_timeout=1 max_retries=1"

# tunnel HOST NAME PATH and session HOST TUNNEL NAME PATH: what jq finds there in what `show -j` prints
tunnel() { ctl "$1" -j tunnel show tunnel_name="$2" 2>/dev/null | jq -r "$3"; }
session() { ctl "$1" -j session show tunnel_name="$2" session_name="$3" 2>/dev/null | jq -r "$4"; }
tunnel_is() { [ "$(tunnel "$1" "$2" .state.state)" = "$3" ]; }
session_is() { [ "$(session "$1" "$2" "$3" .state.state)" = "$4" ]; }
no_tunnel() { ! ctl "$1" tunnel show tunnel_name="$2" >/dev/null 2>&1; }

# counts HOST: how many tunnels, sessions, and how many of them are up
counts() {
	ctl "$1" -j system show status |
		jq -r '[.. | objects | select(has("tunnels_up"))][0] |
			"\(.tunnels) \(.tunnels_up) \(.sessions) \(.sessions_up)"'
}
# up HOST TUNNELS SESSIONS: so many there are, and all are up
up() { [ "$(counts "$1")" = "$2 $2 $3 $3" ]; }
both_up() { up A "$1" "$2" && up B "$1" "$2"; }
# comes_up NAME TUNNELS SESSIONS [SECONDS]: on A and on B
comes_up() {
	until_true "${4:-5}" both_up "$2" "$3" && { ok "$1"; return; }
	fail "$1" "tunnels, up, sessions, up: A $(counts A), B $(counts B)"
	tail -n 5 "$(log_of A)" "$(log_of B)"
	return 1
}
# of_peer HOST PATH: of the tunnels that peers asked for
of_peer() { ctl "$1" -j tunnel list | jq -r ".[] | select(.state.origin == \"peer\") | $2"; }

listens() { on "$1" ss -Hlun "sport = :${2:-1701}" | grep -q .; }
# watches HOST: its events go to a file from now on; saw HOST REGEX: one of them
watches() {
	# shellcheck disable=SC2016 # for the shell there
	helper "$1" sh -c 'exec "$0" -s "$1" watch >"$2" 2>&1' "$L2TPCTL" "$(socket_of "$1")" "$TMP/$1.events"
}
saw() { until_true 3 on "$1" grep -qE -- "$2" "$TMP/$1.events" || { on "$1" tail -n 5 "$TMP/$1.events"; return 1; }; }
# failed HOST REGEX: so tells its status (logs are limited)
failed() { ctl "$1" status | grep -E -- "$2"; }
logged() { grep -qE -- "$2" "$(log_of "$1")"; }
milliseconds() { echo $((${EPOCHREALTIME/./} / 1000)); }

# frame_echo HOST PATH: what comes out of the frame socket goes into it again
frame_echo() { helper "$1" "${FRAMES[@]}" echo "$2"; }
# frames_pass HOST PATH COUNT: so many there and back again, in order
frames_pass() { on "$1" "${FRAMES[@]}" check "$2" "$3"; }

# lns_commands [STATE-FILE [LAST]]: of an LNS that A may call; who is in $TMP/users comes in, and gets an address of
# 10.1.0.10 to LAST
lns_commands() {
	cat <<-END
		system modify state_file=${1:-$TMP/B.state} chap_secrets=$TMP/users pap_secrets=$TMP/none
		pool create pool_name=subscribers range=10.1.0.10-${2:-10.1.0.20}
		ppp profile modify profile_name=default ip_pool_name=subscribers local_ipaddr=10.1.0.1
		peer profile create profile_name=A peer_ipaddr=192.0.2.1
	END
}

# without_ppp: sessions of daemons that are started from now on are up when both ends agree to the call
NO_PPP="session profile modify profile_name=default no_ppp=yes"
without_ppp() {
	eval "with_ppp_$(declare -f daemon)"
	daemon() { with_ppp_daemon "$@" < <(echo "$NO_PPP" && cat); }
}
