# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# _ppp.sh - what PPP between an l2tpd on A and somebody else must do: include v2.sh or _peers.sh first.
#
# The other end of the session is on B, unless the includer says otherwise (_guest.sh).

# far COMMAND-LINE: there; FAR_FOLDER is where it may write, and has what is to be sent.
far() { on B sh -c "$1"; }
FAR_FOLDER=$TMP/far
mkdir "$FAR_FOLDER"
head -c 3000000 /dev/urandom >"$TMP/sent" && cp "$TMP/sent" "$FAR_FOLDER/sent"
PPP_SUM=$(md5sum <"$TMP/sent")
# shellcheck disable=SC2034 # for those who include this
ECHOES="lcp_echo_interval=1 lcp_echo_failure_count=3"	# who is stopped is known to be within some 4 s

# users: one, alice with correct-horse, in both of pppd's files
users() {
	(umask 077; printf 'alice\t*\tcorrect-horse\t*\nmallory\t*\tmy-own\t-\n' >"$TMP/users"
		echo correct-horse >"$TMP/password"; echo wrong-horse >"$TMP/wrong-password")
	echo "system modify chap_secrets=$TMP/users pap_secrets=$TMP/users state_file=$TMP/state.sqlite"
}
# only METHOD...: words of a PPP profile, that only these prove names: pap, chap, mschapv2, eap
only() {
	local method words=''
	for method in pap chap mschapv2 eap; do
		case " $* " in *" $method "*) words+=" auth_$method=yes" ;; *) words+=" auth_$method=no" ;; esac
	done
	echo "$words"
}

# ppp_devices HOST: their names; ppp_address HOST DEVICE: "OURS THEIRS"
ppp_devices() { ip_on "$1" -j link show | jq -r '.[].ifname | select(startswith("ppp"))'; }
ppp_address() {
	ip_on "$1" -j -4 addr show dev "$2" | jq -r '.[].addr_info[] | select(.local) | "\(.local) \(.address // "-")"'
}
has_address() { [ "$(ppp_address "$1" "$2")" = "$3 $4" ]; }
no_ppp_device() { ip_on "$1" -j link show | jq -e 'all(.[].ifname; startswith("ppp") | not)'; }

# ---------------------------------------------------------------- traffic
ping_sizes() {
	local size
	for size in 56 500 1300 1472 3000 8000; do pings A "$1" $size || { echo "size $size"; return 1; }; done
}
# mtu_edge DEVICE ADDRESS: a packet as large as the MTU passes uncut, as does its answer; a larger one does not leave
mtu_edge() {
	local mtu
	mtu=$(mtu_of A "$1")
	echo "MTU $mtu"
	pings A "$2" $((mtu - 28)) -M "do" || return
	[[ $(on A ping -c 1 -W 0.1 -s $((mtu - 27)) -M "do" "$2" 2>&1) == *'too long'* ]]
}
tcp_out() {
	far "rm -f $FAR_FOLDER/received
		socat -u -T 20 TCP-LISTEN:7000,reuseaddr,accept-timeout=20 OPEN:$FAR_FOLDER/received,creat,trunc \
			>/dev/null 2>&1 </dev/null & sleep 0.1"
	on A socat -u -t 20 "OPEN:$TMP/sent" "TCP:$1:7000,retry=40,interval=0.1" || return
	until_true 5 far_has_all
}
far_has_all() { [ "$(far "md5sum <$FAR_FOLDER/received")" = "$PPP_SUM" ]; }
# shellcheck disable=SC2154 # helper is lib.sh's
tcp_in() {
	helper A timeout 60 socat -u TCP-LISTEN:7001,reuseaddr "OPEN:$TMP/received,creat,trunc"
	until_true 3 is_listening A 7001
	far "socat -u OPEN:$FAR_FOLDER/sent TCP:$1:7001,connect-timeout=10${FAR_BIND:-}" || return
	wait "$helper"
	[ "$(md5sum <"$TMP/received")" = "$PPP_SUM" ]
}
# carries NAME DEVICE OURS THEIRS: all of that
carries() {
	until_true 5 pings A "$4"	# who has only just come up may need a moment
	check "$1: ping, 56 to 8000 bytes" ping_sizes "$4"
	check "$1: MTU edge" mtu_edge "$2" "$4"
	check "$1: TCP to the peer" tcp_out "$4"
	check "$1: TCP from the peer" tcp_in "$3"
}

# ---------------------------------------------------------------- what is told
# refused HOST: so does its status tell of a client's session whose name or password will not do
refused() { failed "$1" 'session s .*(691|password|authentication|accepted|proof|prove)'; }
no_secret_told() {
	! grep -rlE 'correct-horse|wrong-horse' "$(log_of A)" "$TMP/A.events" 2>/dev/null &&
		! ctl A session list | grep -E 'correct-horse|wrong-horse'
}
# user_is HOST USER ADDRESS: l2tpctl knows who it is
user_is() { ctl "$1" -j user list | jq -e --arg user "$2" --arg address "$3" '
	[.. | strings] | (index($user) and index($address))'; }
