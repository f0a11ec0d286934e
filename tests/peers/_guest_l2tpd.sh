# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# _guest_l2tpd.sh - an l2tpd in a guest, whose datapath is the kernel there, as the other end of one on A.
# shellcheck source=tests/peers/_guest.sh
. "$(dirname "${BASH_SOURCE[0]}")/_guest.sh"

# there [COMMAND...]: it starts, with the configuration on standard input; there_again: with that which it had. The
# commands are carried out when it is ready.
there() {
	cat >"$TMP/there.conf"
	guest put "$TMP/there.conf" /run/l2tpd.conf && there_again "$@"
}
there_again() {
	in_guest "l2tpd --datapath kernel -c /run/l2tpd.conf -s /run/l2tpd.socket >/run/l2tpd.log 2>&1 </dev/null &
		echo \$! >/run/l2tpd.pid
		for i in {1..200}; do grep -q ready /run/l2tpd.log && break; sleep 0.1; done
		$*
		grep -q ready /run/l2tpd.log || { cat /run/l2tpd.log; false; }"
}
# there_ends [SIGNAL]
there_ends() {
	in_guest "kill -${1:-TERM} \$(cat /run/l2tpd.pid)
		for i in {1..200}; do [ -d /proc/\$(cat /run/l2tpd.pid) ] || exit 0; sleep 0.1; done; exit 1"
}
there_ctl() { in_guest "l2tpctl -s /run/l2tpd.socket $*"; }
nothing_there() { in_guest '! { ip l2tp show tunnel; ip -o link show | grep ppp; } | grep .'; }
there_log() { in_guest 'tail -n 30 /run/l2tpd.log; dmesg | tail -n 5'; }

# pseudowire HERE THERE ENCAP FAMILY COOKIE L2SPEC [NAME=VALUE...]: the commands of the end HERE, 1 (A) or 2 (the
# guest), with what lib.sh's pair takes, too
# shellcheck disable=SC2034 # used by name, in pair_config
pseudowire() {
	local encap=$3 family=$4 cookie=$5 l2spec=$6 pw_type=eth tunnel='' session='' interface=pw0 "${@:7}"
	local tunnel_A='' tunnel_B='' session_A='' session_B='' prefix6=2001:db8:2:: side=([1]=A [2]=B)
	pair_config "${side[$1]}" "${side[$2]}" "$1" "$2"
}
