# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# _peers.sh - other people's L2TPv2 daemons as the other end: `. "$(dirname "$0")/_peers.sh"`.
#
# `peer` runs one on a host, in the root that _root.sh makes, with /etc, /var and /run of its own in $TMP/HOST.
# Our end is an l2tpd: see lib.sh and v2.sh.
# shellcheck source=tests/v2.sh
. "$(dirname "${BASH_SOURCE[0]}")/../v2.sh"

ROOT=$("$TESTS/peers/_root.sh") || { fail peers "no root with their packages"; exit 1; }
declare -A peer_pid=()

# ---------------------------------------------------------------- peers
# peer_files HOST: its own /etc, /var and /run; a configuration goes there before `peer`
peer_files() {
	[ -d "$TMP/$1" ] && return
	mkdir -p "$TMP/$1"/{var/log,var/lib,run} && cp -a "$ROOT/etc" "$TMP/$1/etc"
}

# peer HOST COMMAND...: until it is killed, with all it started; its output goes to $TMP/HOST.log. What xl2tpd starts as
# pppd is $TMP/HOST/pppd, if that is there. It runs under the command $PEER_UNDER, if that is set.
PEER_UNDER=()
peer() {
	local host=$1
	shift
	peer_files "$host"
	# shellcheck disable=SC2016 # expanded in there
	ip netns exec "$NS$host" "${PEER_UNDER[@]}" unshare --mount --pid --fork --kill-child=KILL sh -c '
		set -e
		mount --make-rprivate /
		for folder in etc var run; do mount --bind "$1/$folder" "$2/$folder"; done
		[ ! -e "$1/pppd" ] || mount --bind "$1/pppd" "$2/usr/sbin/pppd"
		mount --rbind /dev "$2/dev"
		mount -t proc proc "$2/proc"
		root=$2
		shift 2
		exec chroot "$root" "$@"' sh "$TMP/$host" "$ROOT" "$@" >>"$(log_of "$host")" 2>&1 </dev/null &
	peer_pid[$host]=$!
}
# Its own process, the first in there
inner_pid() { pgrep -P "${peer_pid[$1]}" | head -n 1; }
# Gone when this returns: another that starts must find the port free. (unshare heeds no TERM: only its child's end.)
kill_peer() {
	local inner
	[ "${peer_pid[$1]:-}" ] || return 0
	inner=$(inner_pid "$1")
	{ kill -KILL "${inner:-${peer_pid[$1]}}"; wait "${peer_pid[$1]}"; } 2>/dev/null
	unset "peer_pid[$1]"
}
end_all() {
	local status=$? host
	[ "$BASHPID" = $$ ] || exit
	for host in "${!peer_pid[@]}"; do kill_peer "$host"; done
	(exit $status)
	cleanup
}
trap end_all EXIT
# stand_in HOST: what xl2tpd starts there is our stand-in for pppd (stand_in.c), with the libraries it has here
stand_in() {
	local program=$BUILD/tests/peers/stand_in
	peer_files "$1"
	mkdir -p "$TMP/$1/var/stand-in"
	# shellcheck disable=SC2046 # a list of files
	cp -L "$program" $(ldd "$program" | grep -o '/[^ ]*') "$TMP/$1/var/stand-in"
	printf '#!/bin/sh\nexec %s --library-path %s %s "$@" 2>>/var/log/pppd\n' \
		/var/stand-in/ld-linux-x86-64.so.2 /var/stand-in /var/stand-in/stand_in >"$TMP/$1/pppd"
	chmod 755 "$TMP/$1/pppd"
}
# in_peer HOST COMMAND...: beside it, in the same root, namespaces and files
in_peer() { nsenter -t "$(inner_pid "$1")" --mount --pid --net --root --wd "${@:2}"; }
is_bound() { on "$1" ss -Hlnu "sport = :$2" | grep -q .; }
# processes HOST NAME: of the peer's
processes() { ip netns pids "$NS$1" | xargs -r ps -o pid=,comm= -p | awk -v name="$2" '$2 == name { print $1 }'; }

# ---------------------------------------------------------------- ours
# killed_and_back: l2tpd on A, which then asks the peer on B for a tunnel and a call while that has the old ones
killed_and_back() {
	stop_daemon A KILL
	cat >"$TMP/A.conf" <<-END
		$NO_PPP
		tunnel create tunnel_name=t dest_ipaddr=192.0.2.2 persist=yes
		session create tunnel_name=t session_name=s
	END
	start_daemon A || exit 1
	check "we are killed, and back at once: up, while the peer has the old one" until_true 5 up A 1 1
}

# ---------------------------------------------------------------- what was on the wire
# understood ADDRESS: an independent decoder finds nothing amiss in any control message from there
understood() {
	local complaints
	[ "$(tshark -r "$TMP/wire.pcap" -Y "ip.src == $1 && l2tp.type == 1" 2>/dev/null | wc -l)" -gt 0 ] ||
		{ echo "no control message from $1"; return 1; }
	complaints=$(tshark -r "$TMP/wire.pcap" -2 -V \
		-Y "ip.src == $1 && l2tp && (_ws.malformed || _ws.expert.severity >= 6291456)" 2>/dev/null)
	[ -z "$complaints" ] || { echo "$complaints" | head -n 80; return 1; }
}
# seen FILTER: is there such a packet?
seen() { [ "$(tshark -r "$TMP/wire.pcap" -Y "$1" 2>/dev/null | wc -l)" -gt 0 ]; }
