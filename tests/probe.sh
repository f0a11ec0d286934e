# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# probe.sh - programs that say what they are told, on sockets that stay open (peers/netlink_probe.c): here, under
# l2tprun, and in a guest: `. "$(dirname "$0")/../probe.sh"`, behind lib.sh.
L2TPRUN=$BUILD/src/l2tprun/l2tprun
PROBE=$BUILD/tests/peers/netlink_probe
# shellcheck disable=SC2034 # runner: for those who include this
declare -A to=() runner=()

# begin HOST [SOCKET]: one there, whose l2tpd listens at $TMP/HOST.kernel, or at that
begin() {
	local fd
	rm -f "$TMP/$1.in"; : >"$TMP/$1.said"
	mkfifo "$TMP/$1.in"
	ip netns exec "$NS$1" "$L2TPRUN" -s "${2:-$TMP/$1.kernel}" "$PROBE" <"$TMP/$1.in" >"$TMP/$1.said" 2>&1 &
	runner[$1]=$!
	exec {fd}>"$TMP/$1.in"
	to[$1]=$fd
}
# say HOST LINE...: what it answers. The mark behind it is as many lines as there were before.
say() {
	local said
	said=$(wc -l <"$TMP/$1.said")
	printf '%s\n' "${@:2}" "end $said: 0 -" >&"${to[$1]}"
	until_true 20 grep -qx "end $said" "$TMP/$1.said" || return
	sed "1,${said}d; /^end $said\$/,\$d" "$TMP/$1.said"
}
# last HOST LINE...: the last line of that
last() { say "$@" | tail -n 1; }

# no_more HOST: it has heard all
no_more() { local fd=${to[$1]}; exec {fd}>&-; }

# begin_there, there LINE...: the same in the guest, by the script's own function `guest`, which has the program
begin_there() {
	guest exec 'rm -f /tmp/in; : >/tmp/said; mkfifo /tmp/in; netlink_probe </tmp/in >/tmp/said 2>&1 &
		sleep 1000 >/tmp/in </dev/null 2>&1 &'
}
there() {
	printf '%s\n' "$@" 'end MARK: 0 -' >"$TMP/lines"
	guest put "$TMP/lines" /tmp/lines
	guest exec "said=\$(wc -l </tmp/said); sed s/MARK/\$said/ /tmp/lines >/tmp/in
		for i in {1..200}; do grep -qx \"end \$said\" /tmp/said && break; sleep 0.1; done
		sed \"1,\${said}d; /^end \$said\\\$/,\\\$d\" /tmp/said"
}
