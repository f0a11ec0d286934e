# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# lib.sh - the harness of the shell tests: `. "$(dirname "$0")/../lib.sh"`.
#
# A *host* is a network namespace, named by a word (A, B ...). `hosts` makes A and B joined by a veth pair, whose ends
# are both called `wire`: 192.0.2.1 and .2, 2001:db8::1 and ::2. On a host, `daemon` runs an l2tpd with a socket, a
# log and a configuration file of its own; `ctl` talks to it; `pair` starts one on each of A and B with a session
# between them. Everything is removed when the script ends, however it ends.
#
# Each thing tested prints one line: `ok NAME`, `FAIL NAME: why` or `skip NAME: why`. A script can be run by hand too.
set -u -o pipefail

[ "$(id -u)" = 0 ] || { echo "skip all: needs root"; exit 0; }
TESTS=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
TOP=$(dirname "$TESTS")
case ${BUILD:=build} in /*) ;; *) BUILD=$TOP/$BUILD ;; esac
: "${L2TPD:=$BUILD/src/l2tpd/l2tpd}" "${L2TPCTL:=$BUILD/src/l2tpctl/l2tpctl}" "${NS:=l2t$$-}"
own_tmp=''
[ -d "${TMP:-}" ] || { TMP=$(mktemp -d /tmp/l2tpd-test.XXXXXX); own_tmp=1; }
export LC_ALL=C.UTF-8
TRAFFIC=(/usr/bin/python3 "$TESTS/net/_traffic.py")
failures=0
declare -A daemon_pid=()
host_list=() helper_pids=()

# ---------------------------------------------------------------- telling
ok() { echo "ok $1"; }
fail() { echo "FAIL $1: ${2:-}"; failures=$((failures + 1)); }
skip() { echo "skip $1: ${2:-}"; }

# check NAME COMMAND...: ok if the command succeeds; what it printed is shown if it does not.
check() {
	local name=$1
	shift
	if "$@" >"$TMP/check.out" 2>&1; then ok "$name"; else
		fail "$name" "$(tail -n 1 "$TMP/check.out")"
		echo "  command: $*"
		sed 's/^/  /' "$TMP/check.out"
		return 1
	fi
}

# check_fails NAME COMMAND...: the other way round. What is not there, ran out of time or was killed has not refused
# anything, nor has a daemon that l2tpctl does not find.
check_fails() {
	local name=$1 status
	shift
	"$@" >"$TMP/check.out" 2>&1
	status=$?
	if [ $status = 0 ]; then
		fail "$name" "succeeded: $* ($(cat "$TMP/check.out"))"
	elif [ $status -ge 124 ] || { [ "$1" = ctl ] && [ $status = 3 ]; }; then
		fail "$name" "status $status: $* ($(cat "$TMP/check.out"))"
	else
		ok "$name"
	fi
}

# equal NAME GOT WANTED; same NAME GOT WANTED: where both were asked for, and no answer is not the same as none
equal() { if [ "$2" = "$3" ]; then ok "$1"; else fail "$1" "got '$2', wanted '$3'"; fi; }
same() { case $3 in '' | null) fail "$1" "nothing to compare '$2' with" ;; *) equal "$@" ;; esac; }

# matches NAME TEXT REGEX: the regular expression is found in the text
matches() { if grep -qE -- "$3" <<<"$2"; then ok "$1"; else fail "$1" "'$2' does not match '$3'"; fi; }

# at_least NAME NUMBER MINIMUM and at_most NAME NUMBER MAXIMUM, whole numbers
at_least() { if [ "${2:-0}" -ge "$3" ]; then ok "$1"; else fail "$1" "got '$2', wanted at least $3"; fi; }
at_most() { if [ -n "$2" ] && [ "$2" -le "$3" ]; then ok "$1"; else fail "$1" "got '$2', wanted at most $3"; fi; }

# until_true SECONDS COMMAND...: try it until it succeeds
until_true() {
	local end=$((${EPOCHREALTIME/./} + $1 * 1000000))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "${EPOCHREALTIME/./}" -lt "$end" ] || return 1
		sleep 0.02
	done
}

# ---------------------------------------------------------------- hosts
# A+ is host A, too, where another daemon is meant.
on() { local host=${1%%+*}; shift; ip netns exec "$NS$host" "$@"; }
ip_on() { local host=$1; shift; ip -n "$NS$host" "$@"; }

# host NAME [NEAR]: a namespace with loopback up; where NEAR is in a guest (see kernel.sh), this is in it, too
host() {
	ip netns add "$NS$1" && ip_on "$1" link set lo up && host_list+=("$1")
	# no router solicitations and the like: the wire carries what the test sends
	on "$1" sysctl -qw net.ipv6.conf.all.accept_ra=0 net.ipv6.conf.default.accept_dad=0 \
		net.ipv6.conf.default.router_solicitations=0
}

drop_host() { ip netns del "$NS$1"; }	# and all that is on it

# wire HOST1 HOST2 [MTU [DEVICE1 DEVICE2]]: a veth pair between two hosts
wire() {
	local dev1=${4:-wire} dev2=${5:-wire}
	ip_on "$1" link add "$dev1" mtu "${3:-1500}" type veth peer name "$dev2" mtu "${3:-1500}" netns "$NS$2"
	ip_on "$1" link set "$dev1" up
	ip_on "$2" link set "$dev2" up
}

# real_packets HOST...: no segmentation or checksum is left to the veth, every packet is as a real wire would have it
real_packets() {
	local host
	for host; do on "$host" ethtool -K wire tx off tso off gso off tx-udp-segmentation off >/dev/null 2>&1; done
}

# hosts [MTU]: A and B and the wire between them
hosts() {
	host A && host B && wire A B "${1:-1500}"
	ip_on A addr add 192.0.2.1/24 dev wire
	ip_on B addr add 192.0.2.2/24 dev wire
	ip_on A addr add 2001:db8::1/64 dev wire nodad
	ip_on B addr add 2001:db8::2/64 dev wire nodad
}

# ---------------------------------------------------------------- daemons
socket_of() { echo "$TMP/$1.socket"; }
log_of() { echo "$TMP/$1.log"; }
ctl() { local host=$1; shift; on "$host" "$L2TPCTL" -s "$(socket_of "$host")" "$@"; }
answers() { ctl "$1" system show status; }

# daemon HOST [OPTION...]: the configuration is standard input (no pipe: its pid must stay in this shell). Returns when
# it answers; false if it does not.
daemon() {
	cat >"$TMP/$1.conf"
	start_daemon "$@"
}

# start_daemon HOST [OPTION...]: with the configuration it had before
start_daemon() {
	local host=$1
	shift
	ip netns exec "$NS${host%%+*}" "$L2TPD" -c "$TMP/$host.conf" -s "$(socket_of "$host")" "$@" \
		>"$(log_of "$host")" 2>&1 </dev/null &
	daemon_pid[$host]=$!
	until_true 10 answers_or_gone "$host"
	answers "$host" >/dev/null 2>&1 && return
	echo "l2tpd on $host does not answer:"
	tail -n 20 "$(log_of "$host")"
	return 1
}

answers_or_gone() { ! kill -0 "${daemon_pid[$1]}" || answers "$1"; }
is_running() { kill -0 "${daemon_pid[$1]}" 2>/dev/null; }

# stop_daemon HOST [SIGNAL]: its exit status
stop_daemon() {
	local pid=${daemon_pid[$1]:-}
	[ "$pid" ] || return 0
	unset "daemon_pid[$1]"
	kill "-${2:-TERM}" "$pid" 2>/dev/null
	# bash tells of who was killed
	{ until_true 10 has_ended "$pid" || kill -KILL "$pid"; wait "$pid"; } 2>/dev/null
}
has_ended() { ! kill -0 "$1"; }
# kill_daemon HOST: as stop_daemon with KILL, but does not wait: the kernel has only begun to take the process apart.
# forget_daemon: it has ended by now
kill_daemon() {
	killed=${daemon_pid[$1]}
	unset "daemon_pid[$1]"
	kill -KILL "$killed"
}
forget_daemon() { { wait "$killed"; } 2>/dev/null; }
signal_daemon() { kill "-$2" "${daemon_pid[$1]}"; }	# HOST SIGNAL

# etc HOST FILE: what programs on this host find as /etc/FILE is standard input
etc() { mkdir -p "/etc/netns/$NS$1" && cat >"/etc/netns/$NS$1/$2"; }

# helper HOST COMMAND...: runs in the background, is ended with the script; its pid is in $helper
helper() {
	local host=$1
	shift
	ip netns exec "$NS$host" "$@" >>"$TMP/helpers.log" 2>&1 </dev/null &
	helper=$!
	helper_pids+=("$helper")
}
signal_helper() { kill "-$2" "$1"; }	# PID SIGNAL
end_helper() { kill "$1" 2>/dev/null; wait "$1" 2>/dev/null; true; }

cleanup() {
	local status=$? host
	[ "$BASHPID" = $$ ] || exit	# a child that was killed before it became what it was to be
	trap - EXIT INT TERM
	[ $status = 0 ] || [ ${#daemon_pid[@]} = 0 ] || tail -n 15 "$TMP"/*.log
	for host in "${!daemon_pid[@]}"; do stop_daemon "$host"; done
	for host in "${helper_pids[@]:+${helper_pids[@]}}"; do end_helper "$host"; done
	[ -z "${GUEST:-}" ] || [ "${KEEP_GUEST:-}" ] || guest stop
	for host in "${host_list[@]:+${host_list[@]}}"; do
		ip netns del "$NS$host" 2>/dev/null
		rm -rf "/etc/netns/$NS$host"
	done
	[ "$own_tmp" ] && rm -rf "$TMP"
	[ $failures = 0 ] || status=1
	exit $status
}
trap cleanup EXIT
trap 'exit 130' INT TERM

# ---------------------------------------------------------------- the same with other datapaths
# Scripts that run with the kernel's, too (see kernel.sh), say `give B FILE` where a program on B is to find this file
# as it is now, `fetch B FILE` where they read what one there has written, and ask `can WHAT` before they want what only
# the one in user space has.
give() { :; }
fetch() { :; }
can() { :; }
# ---------------------------------------------------------------- a pair of daemons with one session
# pair [NAME=VALUE...]: A and B get an l2tpd each with tunnel `t` and session `s` between them, over the wire, and an
# interface `pw0` with 10.0.0.1 and .2, fd00::1 and ::2. What can be set:
#   encap=udp|ip family=4|6 cookie=0|4|8 l2spec=none|default pw_type=eth|vlan|ip, and words for both sides' commands:
#   tunnel=... session=..., and for one side's: tunnel_A= tunnel_B= session_A= session_B=; sides=B: on B only;
#   addresses=no: the interfaces get none
# Tunnel ids are 1 on A and 2 on B, session ids 11 and 12.
# shellcheck disable=SC2034 # used by name, in pair_config
cookie_A=a0a1a2a3a4a5a6a7 cookie_B=b0b1b2b3b4b5b6b7

# shellcheck disable=SC2034
pair() {
	local encap=udp family=4 cookie=8 l2spec=default pw_type=eth interface=pw0 tunnel='' session='' sides='A B'
	local addresses=yes tunnel_A='' tunnel_B='' session_A='' session_B='' "$@"
	local -A number=([A]=1 [B]=2) peer=([A]=B [B]=A)
	local side
	unpair
	for side in $sides; do
		daemon "$side" < <(pair_config "$side" "${peer[$side]}" "${number[$side]}" \
			"$((3 - ${number[$side]}))") ||
			{ fail "l2tpd on $side" "does not start, for $*"; return 1; }
		[ $addresses = yes ] || continue
		pair_addresses "$side" "${number[$side]}" || { fail "addresses on $side" "for $*"; return 1; }
	done
}

pair_addresses() {
	ip_on "$1" addr add "10.0.0.$2/24" dev pw0 || return
	[ "$(on "$1" sysctl -n net.ipv6.conf.pw0.disable_ipv6)" = 1 ] ||
		ip_on "$1" -6 addr add "fd00::$2/64" dev pw0 nodad
}

# pair_config HOST PEER NUMBER PEER-NUMBER: the commands of one side, from pair's variables
pair_config() {
	local -n mine=cookie_$1 theirs=cookie_$2 tunnel_words=tunnel_$1 session_words=session_$1
	local prefix=192.0.2. words="pw_type=$pw_type l2spec_type=$l2spec $session $session_words"
	[ "$family" = 4 ] || prefix=${prefix6:-2001:db8::}
	[ "$cookie" = 0 ] || words+=" cookie=${mine:0:$((cookie * 2))} peer_cookie=${theirs:0:$((cookie * 2))}"
	[ "$pw_type" != vlan ] || words+=" vlan_id=${vlan_id:-$((100 + $3))}"
	[ -z "$interface" ] || words+=" interface_name=$interface"
	echo "tunnel create tunnel_name=t version=3 encap=$encap src_ipaddr=$prefix$3 dest_ipaddr=$prefix$4" \
		"tunnel_id=$3 peer_tunnel_id=$4 $tunnel $tunnel_words"
	echo "session create tunnel_name=t session_name=s session_id=1$3 peer_session_id=1$4 $words"
}

unpair() { stop_daemon A; stop_daemon B; }

# ---------------------------------------------------------------- looking and traffic
# field NAME: the first member of this name anywhere in the JSON on standard input
field() { jq -r --arg name "$1" '[.. | objects | select(has($name)) | .[$name]][0]'; }

# session_field HOST NAME and tunnel_field HOST NAME: of session s, or SESSION, in tunnel t
session_field() { ctl "$1" -j session show tunnel_name=t session_name="${SESSION:-s}" | field "$2"; }
tunnel_field() { ctl "$1" -j tunnel show tunnel_name=t | field "$2"; }
status_field() { ctl "$1" -j system show status | field "$2"; }
mtu_of() { on "$1" cat "/sys/class/net/${2:-pw0}/mtu"; }

# pings HOST ADDRESS [SIZE [OPTION...]]: three packets, all must be answered. One at a time: with -c 3 ping waits for
# the last answer just twice as long as the first ones took, which on a busy machine is not enough.
pings() {
	local host=$1 address=$2 size=${3:-56} _
	shift $(($# > 3 ? 3 : $#))
	for _ in 1 2 3; do on "$host" ping -q -c 1 -W 2 -s "$size" "$@" "$address" >/dev/null || return; done
}

# transfer ADDRESS [MEGABYTES [FROM TO]]: TCP from A to B, or from one to the other, and back, with checksums
transfer() {
	local from=${3:-A} to=${4:-B}
	helper "$to" "${TRAFFIC[@]}" tcp-serve "$1" 7000
	local server=$helper status
	until_true 3 is_listening "$to" 7000
	on "$from" "${TRAFFIC[@]}" tcp-transfer "$1" 7000 "${2:-60}"
	status=$?
	end_helper $server
	return $status
}

is_listening() { on "$1" ss -Hltn sport = ":$2" | grep -q .; }

# datagrams ADDRESS [MAXIMUM-SIZE [COUNT]]: UDP of random sizes, echoed and compared
datagrams() {
	helper B "${TRAFFIC[@]}" udp-echo "$1" 7001
	local server=$helper status
	on A "${TRAFFIC[@]}" udp-check "$1" 7001 "${2:-1400}" "${3:-2000}"
	status=$?
	end_helper $server
	return $status
}

# packets HOST send|frame ...: see net/_packets.py
PACKETS=(/usr/bin/python3 "$TESTS/net/_packets.py")
packets() { on "$1" "${PACKETS[@]}" "${@:2}"; }

# capture HOST [FILTER]: from now on all (or that) which passes its wire (the device $WIRE, if set) goes to
# $TMP/wire.pcap; end_capture: until now. An older file would look like one that has begun, and what the program has
# not read when it is told to end is lost: so the end is marked.
capture() {
	rm -f "$TMP/wire.pcap"
	capture_host=$1
	helper "$1" tcpdump --immediate-mode -q -i "${WIRE:-wire}" -s 0 -B 65536 -U -w "$TMP/wire.pcap" \
		${2:+"ether proto 0x88b5 or ($2)"}
	capture_pid=$helper
	until_true 5 test -s "$TMP/wire.pcap"
}
end_capture() {
	packets "$capture_host" frame "${WIRE:-wire}" ffffffffffff02000000009988b5656e646564
	until_true 5 capture_has_end || fail "capture" "the end is not in it"
	end_helper "$capture_pid"
}
capture_has_end() { tcpdump -r "$TMP/wire.pcap" -c 1 'ether proto 0x88b5 and ether[14:4] = 0x656e6465' | grep -q .; }

# listener HOST listen|dump DEVICE SECONDS: starts it; `heard` tells it that all was sent, waits until nothing came for
# so long and prints what it heard
listener() {
	: >"$TMP/heard"
	ip netns exec "$NS$1" "${PACKETS[@]}" "${@:2}" >"$TMP/heard" &
	listener_pid=$!
	until_true 5 grep -q ready "$TMP/heard"
}
heard() { kill -USR1 "$listener_pid"; until_true 30 grep -qx end "$TMP/heard"; sed '1d; $d' "$TMP/heard"; }

# shellcheck source=tests/kernel.sh
[ "${DATAPATH:-user}" = user ] || . "$TESTS/kernel.sh"
