# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# kernel.sh - scenarios with the kernel as the datapath: lib.sh includes it where DATAPATH=kernel is in the environment.
# Then host B is a guest, whose kernel has L2TP, and its l2tpd has datapath=kernel; A is as ever. What differs is here,
# so that a scenario is the same file for both: `on`, `ip_on`, `ctl`, `daemon` and their like reach the guest.
# What scripts on B read and write has the same path there: `give B FILE` takes it there.
# shellcheck source=tests/peers/_guest.sh
. "$TESTS/peers/_guest.sh"

for name in on ip_on ctl start_daemon stop_daemon log_of until_true; do
	eval "lib_$(declare -f "$name")"
done
on() {
	[ "$1" = B ] || { lib_on "$@"; return; }
	in_guest "$(printf '%q ' "${@:2}")"
}
ip_on() { if [ "$1" = B ]; then on B ip "${@:2}"; else lib_ip_on "$@"; fi; }
ctl() { if [ "$1" = B ]; then on B l2tpctl -s /run/B.socket "${@:2}"; else lib_ctl "$@"; fi; }
# Its instructions are emulated.
until_true() { lib_until_true $(($1 * 4)) "${@:2}"; }
# Of this moment
log_of() {
	[ "$1" != B ] || in_guest 'cat /run/B.log' >"$TMP/B.log"
	lib_log_of "$1"
}

hosts() {
	guest_begin
	guest_takes "$TOP/build/src/l2tpd/l2tpd" "$L2TPCTL"
	guest_loads l2tp_eth l2tp_ip l2tp_ip6 l2tp_ppp
	in_guest "ip link set eth0 down; ip link set eth0 name wire; ip link set wire up; mkdir -p $TMP
		ip addr add 2001:db8::2/64 dev wire nodad" || { fail guest "has no wire"; exit 1; }
	WIRE=wire
	ip_on A link set peer0 down
	ip_on A link set peer0 name wire
	ip_on A link set wire up
	ip_on A addr add 2001:db8::1/64 dev wire nodad
}
real_packets() { :; }	# its wire carries no others

give() {
	local file
	for file in "${@:2}"; do
		guest put "$file" "$file" && in_guest "chmod $(stat -c %a "$file") $file" || return
	done
}
start_daemon() {
	[ "$1" = B ] || { lib_start_daemon "$@"; return; }
	local file words=''
	[ $# = 1 ] || words=$(printf '%q ' "${@:2}")
	for file in "$TMP"/B.conf "$TMP"/users "$TMP"/password; do [ ! -e "$file" ] || give B "$file"; done
	in_guest "l2tpd --datapath kernel -c $TMP/B.conf -s /run/B.socket $words \
		>/run/B.log 2>&1 </dev/null & echo \$! >/run/B.pid"
	until_true 10 answers B && return
	cat "$(log_of B)"
	return 1
}
stop_daemon() {
	[ "$1" = B ] || { lib_stop_daemon "$@"; return; }
	in_guest "pid=\$(cat /run/B.pid 2>/dev/null) && rm /run/B.pid || exit 0
		kill -${2:-TERM} \$pid 2>/dev/null
		for i in {1..99}; do [ -d /proc/\$pid ] || exit 0; sleep 0.1; done; exit 1"
}
# can WHAT: shared: one interface for many sessions; mppe; vlan, ip: pseudowires
can() { [ "$1" = mppe ]; }

# shellcheck disable=SC2154 # helper is lib.sh's
# There is no Python in it, and what it computes it computes slowly.
transfer() {
	local sum
	[ -e "$TMP/transferred" ] || { head -c 1000000 /dev/urandom >"$TMP/transferred" && give B "$TMP/transferred"; }
	sum=$(md5sum <"$TMP/transferred")
	on B sh -c "socat -u -T 20 TCP6-LISTEN:7000,reuseaddr,ipv6only=0,accept-timeout=20 OPEN:$TMP/got,creat,trunc \
		>/dev/null 2>&1 </dev/null & sleep 0.2"
	on A socat -u -t 20 "OPEN:$TMP/transferred" "TCP:$(bracketed "$1"):7000,retry=40,interval=0.1" || return
	until_true 5 eval "[ \"\$(on B sh -c 'md5sum <$TMP/got')\" = '$sum' ]" || return
	helper A timeout 60 socat -u TCP6-LISTEN:7001,reuseaddr,ipv6only=0 "OPEN:$TMP/back,creat,trunc"
	until_true 3 is_listening A 7001
	on B socat -u "OPEN:$TMP/transferred" "TCP:$(bracketed "${1%2}1"):7001,connect-timeout=10" || return
	wait "$helper"
	[ "$(md5sum <"$TMP/back")" = "$sum" ]
}
bracketed() { case $1 in *:*) echo "[$1]" ;; *) echo "$1" ;; esac; }
# ping compares what comes back
datagrams() {
	local size
	for _ in 1 2; do
		size=$((RANDOM % ${2:-1400}))
		pings A "$1" $size || { echo "size $size"; return 1; }
	done
}
