# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# kernel.sh - scenarios with the kernel as the datapath: lib.sh includes it where DATAPATH=kernel is in the environment.
# Then host B, or the one that KERNEL_HOST names, is in a guest, whose kernel has L2TP, and its l2tpd has
# datapath=kernel; the other is as ever. What differs is here, so that a scenario is the same file for both: all that
# runs on a host reaches the guest where it is one of those there, and paths are the same. `give B FILE` takes a file
# there that a program there is to find as it is now; what lies in $TMP is there when a daemon starts.
#
# A guest that is there already (KEEP_GUEST, of one who runs many scenarios) is used again: hosts are network
# namespaces in it, too, and what one scenario leaves behind goes with them.
# shellcheck source=tests/peers/_guest.sh
. "$TESTS/peers/_guest.sh"

THERE=''	# hosts in the guest
is_there() { [ "$1" ] && [[ " $THERE " == *" ${1%%+*} "* ]]; }
: "${KERNEL_HOST:=B}"
HERE=A	# the one of both that is not
[ "$KERNEL_HOST" = B ] || HERE=B
# What the kernel cannot do; the reasons are in l2tpd(8), in the same order. unlink: `ip link del` of its interfaces
CANNOT="ip shared unlink"
can() { [[ " $CANNOT " != *" $1 "* ]]; }

for name in on ip_on start_daemon stop_daemon signal_daemon log_of until_true host drop_host helper signal_helper \
	end_helper listener heard capture kill_daemon forget_daemon etc; do
	eval "lib_$(declare -f "$name")"
done
words() { [ $# = 0 ] || printf '%q ' "$@"; }
on() {
	is_there "$1" || { lib_on "$@"; return; }
	[ "$2" != /usr/bin/python3 ] || bring_python "$3" || return
	in_guest "ip netns exec $NS${1%%+*} $(words "${@:2}")"
}
ip_on() { if is_there "$1"; then in_guest "ip -n $NS$1 $(words "${@:2}")"; else lib_ip_on "$@"; fi; }
# Its instructions are emulated.
until_true() { lib_until_true $(($1 * 4)) "${@:2}"; }
# Of this moment
log_of() {
	! is_there "$1" || in_guest "cat $TMP/$1.log 2>/dev/null" >"$TMP/$1.log"
	lib_log_of "$1"
}

# ---------------------------------------------------------------- hosts
# The wire is a bridge between A and the guest, in a namespace of its own.
boot() {
	guest start -n "${NS}W" -m 384 || { fail guest "does not start"; exit 1; }
	ip netns exec "${NS}W" sysctl -qw net.ipv6.conf.all.disable_ipv6=1
	ip -n "${NS}W" addr flush dev peer0
	ip -n "${NS}W" link add bridge up type bridge forward_delay 0 mcast_snooping 0
	ip -n "${NS}W" link set peer0 master bridge
	guest_takes "$TOP/build/src/l2tpd/l2tpd" "$L2TPCTL"
	guest_loads l2tp_eth l2tp_ip l2tp_ip6 l2tp_ppp bridge veth
	in_guest "ip link set eth0 down; ip link set eth0 name wire
		mkdir -p $(dirname "$L2TPCTL"); ln -sf /usr/local/bin/l2tpctl $L2TPCTL"
}
# no trace of an earlier scenario; its interface comes back from there
clear_guest() {
	in_guest "for name in \$(ip netns list | cut -d ' ' -f 1); do
			[ \$name = control ] || { kill -9 \$(ip netns pids \$name) 2>/dev/null; ip netns del \$name; }
		done
		for i in {1..99}; do ip link show wire && break; sleep 0.1; done
		mkdir -p $TMP" >/dev/null
}
hosts() {
	local -A number=([A]=1 [B]=2)
	guest exec -t 5 true 2>/dev/null || boot
	clear_guest
	host $HERE
	on $HERE sysctl -qw net.ipv6.conf.default.disable_ipv6=0
	ip_on $HERE link add wire type veth peer name toA netns "${NS}W"
	on $HERE ethtool -K wire tx off tso off gso off tx-udp-segmentation off >/dev/null 2>&1
	ip -n "${NS}W" link set toA master bridge up
	ip_on $HERE link set wire up
	ip_on $HERE addr add "192.0.2.${number[$HERE]}/24" dev wire
	ip_on $HERE addr add "2001:db8::${number[$HERE]}/64" dev wire nodad
	host_there "$KERNEL_HOST"
	in_guest "ip link set wire netns $NS$KERNEL_HOST && cd / && ip -n $NS$KERNEL_HOST -batch - <<-END
		link set wire up
		addr add 192.0.2.${number[$KERNEL_HOST]}/24 dev wire
		addr add 2001:db8::${number[$KERNEL_HOST]}/64 dev wire nodad
	END" || { fail "host $KERNEL_HOST" "has no wire"; exit 1; }
}
host_there() {
	THERE+=" $1"
	in_guest "ip netns add $NS$1 && ip -n $NS$1 link set lo up && ip netns exec $NS$1 sysctl -qw \
		net.ipv6.conf.all.accept_ra=0 net.ipv6.conf.default.accept_dad=0 \
		net.ipv6.conf.default.router_solicitations=0"
}
# host NAME [NEAR]
host() { if is_there "${2:-}"; then host_there "$1"; else lib_host "$@"; fi; }
drop_host() { if is_there "$1"; then in_guest "ip netns del $NS$1"; else lib_drop_host "$1"; fi; }
real_packets() { :; }	# its wire carries no others
capture() { lib_capture $HERE "${@:2}"; }	# and both ends see the same

# ---------------------------------------------------------------- files and programs
give() {
	local file
	is_there "$1" || return 0
	for file in "${@:2}"; do
		guest put "$file" "$file" && in_guest "chmod $(stat -c %a "$file") $file" || return
	done
}
etc() {
	is_there "$1" || { lib_etc "$@"; return; }
	guest exec -i "mkdir -p /etc/netns/$NS$1 && touch /etc/$2 && cat >/etc/netns/$NS$1/$2"
}
fetch() { ! is_there "$1" || in_guest "cat $2" >"$2"; }
# What scripts have in their folder, in one go
give_all() {
	(cd / && find "${TMP#/}" -maxdepth 2 -type f -size -256k ! -name '*.log' ! -name '*.pcap*' -print0 |
		tar -c --null -T -) | guest exec -i 'tar -x -C /'
}
# bring_python SCRIPT: this machine's, with the modules that our scripts use, and this one
bring_python() {
	guest exec -t 5 "[ -e $1 ]" && return
	in_guest "[ -e /usr/bin/python3 ]" || {
		guest install "$(readlink -f /usr/bin/python3)" || return
		/usr/bin/python3 -c '
import encodings.idna, hashlib, json, os, random, select, signal, socket, struct, sys, threading, time
for module in list(sys.modules.values()):
    for name in (getattr(module, "__file__", None), getattr(module, "__cached__", None)):
        if name and name.startswith("/usr/lib/python3.") and os.path.exists(name):
            print(name)' | tar -ch -T - 2>/dev/null | guest exec -i "tar -x -C / &&
			ln -s /usr/local/bin/$(basename "$(readlink -f /usr/bin/python3)") /usr/bin/python3"
	}
	in_guest "mkdir -p $(dirname "$1")" && give "$KERNEL_HOST" "$1"
}

# ---------------------------------------------------------------- daemons and helpers
start_daemon() {
	is_there "$1" || { lib_start_daemon "$@"; return; }
	give_all
	in_guest "rm -f $TMP/$1.status
		{ sh -c 'echo \$\$ >$TMP/$1.pid
			exec ip netns exec $NS${1%%+*} l2tpd --datapath kernel -c $TMP/$1.conf -s $(socket_of "$1") \
				$(words "${@:2}")' >$TMP/$1.log 2>&1
			echo \$? >$TMP/$1.status; } >/dev/null 2>&1 </dev/null &"
	until_true 10 answers "$1" && return
	cat "$(log_of "$1")"
	return 1
}
stop_daemon() {
	is_there "$1" || { lib_stop_daemon "$@"; return; }
	in_guest "pid=\$(cat $TMP/$1.pid 2>/dev/null) && rm $TMP/$1.pid || exit 0
		kill -${2:-TERM} \$pid 2>/dev/null
		for i in {1..99}; do [ -s $TMP/$1.status ] && exit \$(cat $TMP/$1.status); sleep 0.1; done; exit 1"
}
kill_daemon() {
	is_there "$1" || { lib_kill_daemon "$@"; return; }
	killed=
	in_guest "kill -KILL \$(cat $TMP/$1.pid)"
}
forget_daemon() { [ ! "$killed" ] || lib_forget_daemon; }
signal_daemon() {
	if is_there "$1"; then in_guest "kill -$2 \$(cat $TMP/$1.pid)"; else lib_signal_daemon "$@"; fi
}

declare -A pid_there=()		# by the pid of what waits for it here: the file with it
helper() {
	local note
	is_there "$1" || { lib_helper "$@"; return; }
	note=$TMP/helper.$((${#pid_there[@]} + 1))
	[ "$2" != /usr/bin/python3 ] || bring_python "$3"
	guest exec "echo \$\$ >$note; exec ip netns exec $NS$1 $(words "${@:2}")" >>"$TMP/helpers.log" 2>&1 </dev/null &
	helper=$!
	pid_there[$helper]=$note
	helper_pids+=("$helper")
}
signal_helper() {
	if [ "${pid_there[$1]:-}" ]; then in_guest "kill -$2 \$(cat ${pid_there[$1]})"; else lib_signal_helper "$@"; fi
}
end_helper() {
	[ -z "${pid_there[$1]:-}" ] || in_guest "kill \$(cat ${pid_there[$1]})" 2>/dev/null
	lib_end_helper "$1"
}

listener() {
	listener_host=$1
	is_there "$1" || { lib_listener "$@"; return; }
	bring_python "${PACKETS[1]}"
	in_guest "ip netns exec $NS$1 $(words "${PACKETS[@]}" "${@:2}") >$TMP/heard 2>&1 </dev/null &
		echo \$! >$TMP/listener.pid"
	until_true 5 in_guest "grep -q ready $TMP/heard"
}
heard() {
	is_there "$listener_host" || { lib_heard; return; }
	in_guest "kill -USR1 \$(cat $TMP/listener.pid)
		for i in {1..300}; do grep -qx end $TMP/heard && break; sleep 0.1; done; sed '1d; \$d' $TMP/heard"
}

# ---------------------------------------------------------------- traffic
# transfer ADDRESS [MEGABYTES [FROM TO]]: what it computes it computes slowly, so it is one megabyte
# shellcheck disable=SC2154 # helper is lib.sh's
transfer() {
	local from=${3:-A} to=${4:-B} sum
	[ -e "$TMP/transferred" ] ||
		{ head -c 1000000 /dev/urandom >"$TMP/transferred" && give "$KERNEL_HOST" "$TMP/transferred"; }
	sum=$(md5sum <"$TMP/transferred")
	on "$to" sh -c "socat -u -T 20 TCP6-LISTEN:7000,reuseaddr,ipv6only=0,accept-timeout=20 \
		OPEN:$TMP/got,creat,trunc >/dev/null 2>&1 </dev/null & sleep 0.2"
	on "$from" socat -u -t 20 "OPEN:$TMP/transferred" "TCP:$(bracketed "$1"):7000,retry=40,interval=0.1" || return
	until_true 5 eval "[ \"\$(on $to sh -c 'md5sum <$TMP/got')\" = '$sum' ]" || return
	helper "$from" timeout 60 socat -u TCP6-LISTEN:7001,reuseaddr,ipv6only=0 "OPEN:$TMP/back,creat,trunc"
	until_true 3 is_listening "$from" 7001
	on "$to" socat -u "OPEN:$TMP/transferred" "TCP:$(bracketed "$(other_end "$1")"):7001,connect-timeout=10" ||
		return
	wait "$helper"
	[ "$(md5sum <"$TMP/back")" = "$sum" ]
}
bracketed() { case $1 in *:*) echo "[$1]" ;; *) echo "$1" ;; esac; }
# of 10.0.0.2 it is 10.0.0.1, of 10.0.0.4 10.0.0.3
other_end() { echo "${1%?}$((${1: -1} - 1))"; }
# ping compares what comes back
datagrams() {
	local size
	for _ in 1 2; do
		size=$((RANDOM % ${2:-1400}))
		pings A "$1" $size || { echo "size $size"; return 1; }
	done
}
