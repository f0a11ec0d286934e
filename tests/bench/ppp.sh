#!/bin/bash
# SPDX-License-Identifier: MIT
# ppp.sh SAMPLES - PPP's rows of bench.sh: an LNS on B, and on A or G who calls it. What subscribers cost an LNS is
# measured with subscribers.c as all of them, the LNS on a processor of its own; what their packets cost, with a client
# of ours. l2tpns, which knows users only by RADIUS, gets the same from the same programs, with FreeRADIUS beside it.
#
#   PRIORITY=COMMAND how both are run, as `chrt -f 1` where others use this machine at the same time
samples=$1
NS=${NS:-p$$-}p
# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
# shellcheck source=tests/bench/_bench.sh
. "$TESTS/bench/_bench.sh"
any_wanted() {
	local key
	for key in "$@"; do [[ $key =~ ${ONLY:-.} || ${ONLY:-.} == $key* ]] && return; done
	return 1
}
any_wanted ppp-up ppp-radius ppp-own- ppp-many- ppp-beside ppp-tcp ppp-lns- || exit 0
PEERS_L2TPD=$L2TPD	# without the sanitisers
# shellcheck source=tests/peers/_peers.sh
. "$TESTS/peers/_peers.sh"
# shellcheck source=tests/peers/_freeradius.sh
. "$TESTS/peers/_freeradius.sh"
SUBSCRIBERS=$BUILD/tests/bench/subscribers
SOURCES=10.6.0.1	# the LACs', one after the other
# Coming up at once, what suits each: with more of them l2tpns loses some for good.
declare -A at_once=([l2tp]=512 [l2tpns]=8)

# ---------------------------------------------------------------- who answers
# It has no option that pins it.
printf '#!/bin/sh\nexec %s taskset -c 0 "%s" "$@"\n' "${PRIORITY:-}" "$L2TPD" >"$TMP/l2tpd"
chmod 755 "$TMP/l2tpd"
# users COUNT: user0 ... with the same secret
users() { (umask 077; seq -f 'user%.0f * secret *' 0 $(($1 - 1)) >"$TMP/users"); }

# lns_config HOST WORDS...: of its PPP profile
lns_config() {
	cat <<-END
		system modify state_file=$TMP/$1.state chap_secrets=$TMP/users pap_secrets=$TMP/no-users
		pool create pool_name=subscribers range=10.64.0.0/14
		ppp profile modify profile_name=default ip_pool_name=subscribers ipv6=no \
			local_ipaddr=${LOCAL:-10.63.0.1} ${*:2}
		tunnel profile modify profile_name=default rx_window_size=128 tx_window_size=128 hello_timeout=60
		peer profile create profile_name=any peer_ipaddr=0.0.0.0/0
	END
}
# lns HOST WORDS...: with one core
lns() {
	rm -f "$TMP/$1".state*
	L2TPD="$TMP/l2tpd" daemon "$1" -w 1 --log-level warning < <(lns_config "$@"; cat "$TMP/more" 2>/dev/null) ||
		return
	lns_pid=${daemon_pid[$1]}
	until_true 10 is_bound "$1" 1701
}
start_l2tp() { lns B interface=shared "$@"; }
stop_l2tp() { stop_daemon B; }

start_l2tpns() {
	peer_files B
	echo 10.64.0.0/16 >"$TMP/B/etc/l2tpns/ip_pool"
	bench_l2tpns <<-END && radius_beside B || return
		set primary_radius_port 1812
		set radius_accounting yes
		set radius_secret "$RADIUS_SECRET"
		set radius_authtypes "chap"
		set peer_address 10.63.0.1
	END
	# It answers nobody until it has found that it is alone.
	until_true 15 grep -aqi master "$TMP/B/var/log/l2tpns"
}
stop_l2tpns() { kill_peer B; }

# ---------------------------------------------------------------- measuring
# load HOST OPTION...: what subscribers.c tells, in $TMP/told
load() {
	local host=$1 status
	shift
	# shellcheck disable=SC2086 # words
	${PRIORITY:-} taskset -c 1 ip netns exec "$NS$host" "$SUBSCRIBERS" -g -w 128 -a $SOURCES -l "$lns_pid" "$@" \
		>"$TMP/told" 2>"$TMP/complaints"
	status=$?
	[ "${VERBOSE:-}" ] && sed 's/^/    /' "$TMP/told" "$TMP/complaints"
	return $status
}
# hold HOST OPTION...: they stay until `release`
hold() {
	: >"$TMP/told"
	[ -p "$TMP/hold" ] || mkfifo "$TMP/hold"
	exec {held}<>"$TMP/hold"
	load "$1" -k "${@:2}" <"$TMP/hold" &
	holder=$!
	until_true 120 grep -q ' up=' "$TMP/told" || { not_all; release; return 1; }
}
release() {
	echo >&"$held"
	wait "$holder"
	exec {held}>&-
}
# value NAME: of what was told; nothing was told: nothing
value() { tr ' ' '\n' <"$TMP/told" | awk -F= -v name="$1" '$1 == name { print $2; exit }'; }
not_all() { echo "  not all came up:"; sed 's/^/    /' "$TMP/told" "$TMP/complaints"; }
# with LNS COMMAND...: while it runs
with() {
	: >"$TMP/told"
	"start_$1" || { "stop_$1"; echo "  $1 does not start"; return 1; }
	"${@:2}" || not_all
	"stop_$1"
}

# ---------------------------------------------------------------- subscribers
coming_up() {
	local round count=${COUNT:-50000} method
	wanted ppp-up || return 0
	echo "measuring ppp-up ..."
	settle
	users "$count"
	for ((round = 0; round < rounds; round++)); do
		for method in mschapv2 md5; do
			with l2tp load A -t 10 -n "$count" -p "${at_once[l2tp]}" -m $method 192.0.2.2
			record ppp-up $method "$(value subscribers_per_second)"
			record ppp-up-cpu $method "$(value per_lns_second)"
		done
	done
}

# FreeRADIUS has the other processor, as have the subscribers. The first tenth is told besides: l2tpns stands still for
# some 20 s after a few hundred.
radius_up() {
	local round count=2000
	wanted ppp-radius || return 0
	echo "measuring ppp-radius ..."
	settle
	radius_files B
	radius_user B DEFAULT secret "Service-Type = Framed-User" "Framed-Protocol = PPP"
	echo "radius create radius_name=near address=127.0.0.1 secret=$RADIUS_SECRET" >"$TMP/more"
	for ((round = 0; round < rounds; round++)); do
		taskset -pc 1 $BASHPID >/dev/null
		radius B
		taskset -pc 0,1 $BASHPID >/dev/null
		start_l2tp use_radius=yes &&
			{ load A -t 10 -n $count -p "${at_once[l2tpns]}" -m md5 192.0.2.2 || not_all; }
		record ppp-radius l2tp "$(value subscribers_per_second)"
		record ppp-radius-first l2tp "$(value first_tenth)"
		stop_daemon B
		kill_peer B
		taskset -pc 1 $BASHPID >/dev/null
		with l2tpns load A -t 10 -n $count -p "${at_once[l2tpns]}" -m md5 192.0.2.2
		taskset -pc 0,1 $BASHPID >/dev/null
		record ppp-radius l2tpns "$(value subscribers_per_second)"
		record ppp-radius-first l2tpns "$(value first_tenth)"
	done
	rm -f "$TMP/more"
}

no_ppp_device() { ! on "$1" grep -q ppp /proc/net/dev; }
# With a device for each, up to 2,000 of them; and how long it takes until all are gone.
own_devices() {
	local round count=2000
	any_wanted ppp-own-up ppp-own-down || return 0
	echo "measuring ppp-own ..."
	settle
	users $count
	for ((round = 0; round < (rounds + 1) / 2; round++)); do
		lns B interface=own || return
		load A -t 20 -n $count -p 64 192.0.2.2 || not_all
		until_true 60 no_ppp_device B
		record ppp-own-down l2tp "$(awk "BEGIN { print $EPOCHREALTIME - $(value parting) }")"
		record ppp-own-up l2tp "$(value seconds)"
		record ppp-own-rate l2tp "$(value subscribers_per_second)"
		stop_daemon B
	done
}

# 100,000 on G beside whom a client on A does something; and the same client at C, which has nobody else.
many() {
	local first count=${MANY:-100000} host
	any_wanted ppp-many-memory ppp-many-late ppp-many-idle ppp-beside || return 0
	echo "measuring ppp-many ..."
	settle
	users "$count"
	echo "bench * secret *" >>"$TMP/users"
	LOCAL=10.63.0.2 lns C interface=shared || return
	start_l2tp lcp_echo_interval=60 || return
	hold G -t 1000 -n "$count" -p 256 -S "${HOLD:-60}" 203.0.113.2 || { stop_daemon B; stop_daemon C; return; }
	first=$(value first_tenth)
	record ppp-many-memory l2tp "$(awk "BEGIN { print $(value octets_each) / 1024 }")"
	record ppp-many-late l2tp "$(awk "BEGIN { print $(value last_tenth) / $first }")"
	record ppp-many-late-cpu l2tp "$(value late_cpu)"
	record ppp-many-idle l2tp "$(value idle_percent)"
	beside
	release
	record ppp-many-lost l2tp "$(value lost_while_held)"
	for host in B C; do stop_daemon $host; done
}
beside() {
	local round path
	wanted ppp-beside || return 0
	client beside 192.0.2.2 "" alone 198.51.100.2 "" || return
	address[beside]=10.63.0.1 address[alone]=10.63.0.2
	cut on
	settle
	for path in B C; do helper $path iperf3 -s; done
	sleep 0.3
	for ((round = 0; round < rounds; round++)); do
		for path in beside alone; do
			record ppp-beside $path "$(sample tcp "${NS}A" "${address[$path]}" 1 "$seconds")"
		done
	done
	cut off
	stop_daemon A
}

# ---------------------------------------------------------------- packets
declare -A address=([vxlan]=10.1.0.2)
# client (NAME ADDRESS SOURCE)...: a daemon on A with a session for each, whose device has this name
client() {
	local names=()
	while [ $# -gt 0 ]; do
		echo "ppp profile modify profile_name=default check_source=no ipv6=no"
		echo "tunnel create tunnel_name=$1 dest_ipaddr=$2 ${3:+src_ipaddr=$3}"
		echo "session create tunnel_name=$1 session_name=s interface_name=$1 \\"
		echo "	user_name=bench user_password=secret"
		names+=("$1")
		shift 3
	done >"$TMP/client"
	daemon A <"$TMP/client" || return
	until_true 20 all_have_addresses "${names[@]}" || { tail -n 5 "$(log_of A)" "$(log_of B)"; return 1; }
}
all_have_addresses() {
	local name
	for name; do ip_on A -4 addr show dev "$name" | grep -q inet || return; done
}

# A device for each, and one for all: which of them it is says the address that the client calls from.
devices() {
	local round path
	wanted ppp-tcp || return 0
	echo "measuring ppp-tcp ..."
	echo "bench * secret *" >"$TMP/users"
	chmod 600 "$TMP/users"
	daemon B < <(lns_config B
		echo "ppp profile create profile_name=shared ip_pool_name=subscribers local_ipaddr=10.63.0.2 ipv6=no" \
			"interface=shared interface_name=shared"
		echo "peer profile create profile_name=second peer_ipaddr=192.0.2.11 ppp_profile_name=shared") || return
	until_true 10 is_bound B 1701
	ip_on A addr add 192.0.2.11/24 dev wire
	client own 192.0.2.2 192.0.2.1 shared 192.0.2.2 192.0.2.11 || return
	vxlan
	address[own]=10.63.0.1 address[shared]=10.63.0.2
	helper B iperf3 -s
	cut on
	settle
	for ((round = 0; round < rounds; round++)); do
		for path in vxlan own shared; do
			record ppp-tcp $path "$(sample tcp "${NS}A" "${address[$path]}" 1 "$seconds")"
		done
	done
	cut off
	end_helper "$helper"
	for path in A B; do ip_on $path link del vx; stop_daemon $path; done
}

# What the LNS does with one core: all else has the other. TCP from a client of ours into the LNS's host; and packets of
# 64 octets, as fast as they come, to where they are thrown away: a flow that an LNS may join, and one that it may not.
through_lns() {
	local round lns
	any_wanted ppp-lns-tcp ppp-lns-64 ppp-lns-apart || return 0
	echo "measuring ppp-lns ..."
	radius_files B
	radius_user B bench secret "Service-Type = Framed-User" "Framed-Protocol = PPP"
	radius_user B user0 secret "Service-Type = Framed-User" "Framed-Protocol = PPP"
	printf '%s * secret *\n' bench user0 >"$TMP/users"
	chmod 600 "$TMP/users"
	ip_on B addr add 10.7.0.1/24 dev lo
	ip_on B route add blackhole 10.7.1.0/24
	on B sysctl -qw net.ipv4.ip_forward=1
	settle
	for ((round = 0; round < rounds; round++)); do
		for lns in l2tp l2tpns; do
			with $lns packets_of $lns
		done
	done
}
packets_of() {
	if wanted ppp-lns-64; then flooded_with ppp-lns-64 "$1" || return; fi
	if wanted ppp-lns-apart; then flooded_with ppp-lns-apart "$1" -A || return; fi
	wanted ppp-lns-tcp || return 0
	client ppp0 192.0.2.2 "" || return
	ip_on A route add 10.7.0.0/24 dev ppp0
	helper B taskset -c 1 iperf3 -s
	taskset -pc 1 "${daemon_pid[A]}" >/dev/null
	cut on
	sleep 0.5
	record ppp-lns-tcp "$1" "$(BENCH_METER=$lns_pid sample_beside tcp "${NS}A" 10.7.0.1 1 "$seconds")"
	record ppp-lns-wall "$1" "$(BENCH_METER=wall sample_beside tcp "${NS}A" 10.7.0.1 1 "$seconds")"
	cut off
	end_helper "$helper"
	stop_daemon A
}
# flooded_with KEY LNS [OPTION]: how many a second come out, and for each second that the LNS had a processor
flooded_with() {
	local from used began
	hold A -n 1 -m md5 -F 10.7.1.1 -L 64 "${@:3}" 192.0.2.2 || return
	sleep 0.5
	began=$EPOCHREALTIME from=$(came_out) used=$(lns_seconds)
	sleep "$seconds"
	from=$(awk "BEGIN { print $(came_out) - $from }") used=$(awk "BEGIN { print $(lns_seconds) - $used }")
	record "$1" "$2" "$(awk "BEGIN { print $from / ($EPOCHREALTIME - $began) }")"
	record "$1-cpu" "$2" "$(awk "BEGIN { print $from / $used }")"
	release
}
lns_seconds() { awk '{ sum += $1 } END { print sum / 1e9 }' /proc/"$lns_pid"/task/*/schedstat; }
sample_beside() { taskset -c 1 /usr/bin/python3 "$here/sample.py" "$@"; }
# What came out of the LNS's device. Those that came out as one were 36 octets each, and one header.
# shellcheck disable=SC2016 # of awk
came_out() {
	on B awk '/ppp-default:|tun/ { sub(/.*:/, ""); print ($1 - 28 * $2) / 36 }' /proc/net/dev
}

hosts
ip_on B route add 224.0.0.0/4 dev wire	# l2tpns speaks to a cluster before it speaks to anybody else
host C && wire A C 1500 third wire
wires="A:wire B:wire A:third C:wire"
ip_on A addr add 198.51.100.1/24 dev third
ip_on C addr add 198.51.100.2/24 dev wire
host G && wire G B 1500 wire crowd
ip_on G addr add 203.0.113.1/24 dev wire
ip_on B addr add 203.0.113.2/24 dev crowd
for name in A G; do ip_on $name route add local 10.6.0.0/16 dev lo; done
for name in A B C G; do on $name sysctl -qw net.ipv6.conf.default.disable_ipv6=1; done
ip_on B route add 10.6.0.0/16 via 192.0.2.1
coming_up
radius_up
own_devices
devices
through_lns
ip_on B route replace 10.6.0.0/16 via 203.0.113.1
many
true
