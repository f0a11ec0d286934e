#!/bin/bash
# SPDX-License-Identifier: MIT
# bench.sh - what `make bench` runs: speed and size, each ratio with its pass mark and its goal.
#
#   QUICK=1     fewer and shorter rounds, for developers; the result is not kept
#   ONLY=REGEX  only the rows whose key matches (tcp-cut-1 ... ppp-own-down, see rows.py)
#   VERBOSE=1   each sample as it is taken
#
# What is compared is measured in turn, A B A B, so that a machine whose speed drifts treats all alike; printed is the
# median of the rounds' ratios. Throughput is counted per CPU-second of the whole machine (sample.py). The result,
# with the machine's description and every sample, goes to results/. Exit status 1 if a row misses its pass mark.
# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
# shellcheck source=tests/bench/_bench.sh
. "$TESTS/bench/_bench.sh"
samples=$TMP/samples
: >"$samples"
export BENCH_FLOOD=$TMP/flood L2TPD L2TPCTL NS QUICK ONLY VERBOSE
imix=$(/usr/bin/python3 -c 'import random; random.seed(1); print(*random.choices([64, 576, 1400], [7, 4, 1], k=997))')

# take KEY KIND [ARGUMENT...]: rounds of one sample over each path in $paths
take() {
	local key=$1 kind=$2 round path
	shift 2
	wanted "$key" || return 0
	echo "measuring $key ..."
	settle
	for ((round = 0; round < rounds; round++)); do
		for path in $paths; do
			enter_path "$path"
			case $kind in
			tcp) record "$key" "$path" "$(sample tcp "${NS}A" "${address[$path]}" "$@" "$seconds")" ;;
			flood)	record "$key" "$path" \
					"$(sample flood "${NS}A" "${NS}B" "${address[$path]}" "$seconds" "$@")" ;;
			ping) record "$key" "$path" "$(sample ping "${NS}A" "${address[$path]}" "$pings")" ;;
			esac
			leave_path "$path"
		done
	done
}

# ---------------------------------------------------------------- the paths
declare -A address=([veth]=192.0.2.2 [vxlan]=10.1.0.2 [l2tp]=10.0.0.2 [bpf]=10.6.0.2)

# The same session once more, whose TCP is BPF's: without UDP checksums, as VXLAN has none.
accelerated() {
	local host n m
	for host in A B; do
		if [ $host = A ]; then n=1 m=2; else n=2 m=1; fi
		ctl $host -q tunnel create tunnel_name=bpf version=3 src_ipaddr=192.0.2.$n dest_ipaddr=192.0.2.$m \
			our_udp_port=1706 peer_udp_port=1706 tunnel_id=6$n peer_tunnel_id=6$m \
			use_udp_checksums=no datapath=bpf
		ctl $host -q session create tunnel_name=bpf session_name=bpf session_id=6$n peer_session_id=6$m \
			cookie=0011223344556677 peer_cookie=0011223344556677 l2spec_type=none interface_name=bpf0
		ip_on $host addr add 10.6.0.$n/24 dev bpf0
	done
}

throughput() {
	local streams host
	accelerated
	helper B iperf3 -s
	sleep 0.3
	paths="veth vxlan l2tp bpf"
	cut on
	for streams in 1 4; do take tcp-cut-$streams tcp $streams; done
	cut off
	for streams in 1 4; do take tcp-uncut-$streams tcp $streams; done
	cut on
	paths="veth vxlan l2tp"
	take udp-64 flood 64
	# shellcheck disable=SC2086 # many sizes
	take udp-mixed flood $imix
	cut off
	paths="veth vxlan l2tp bpf"
	take ping ping
	end_helper "$helper"
	for host in A B; do ctl $host -q tunnel delete tunnel_name=bpf; done
}

# ---------------------------------------------------------------- beside a session that is captured
# What is not captured shall not pay for it: the same path, while both daemons capture another session of its tunnel.
enter_path() {
	[ "$1" = tapped ] || return 0
	tap_pids=()
	for host in A B; do
		ip netns exec "$NS$host" "$L2TPCTL" -s "$(socket_of $host)" -q capture session tunnel_name=t \
			session_name=watched file="$TMP/$host.pcapng" &
		tap_pids+=($!)
		until_true 5 test -s "$TMP/$host.pcapng"
	done
}
leave_path() {
	[ "$1" = tapped ] || return 0
	kill -INT "${tap_pids[@]}"
	wait "${tap_pids[@]}"
	rm -f "$TMP"/[AB].pcapng
}

beside_tap() {
	wanted beside-tap || return 0
	ctl A -q session create tunnel_name=t session_name=watched session_id=91 peer_session_id=92
	ctl B -q session create tunnel_name=t session_name=watched session_id=92 peer_session_id=91
	address[tapped]=${address[l2tp]}
	helper B iperf3 -s
	sleep 0.3
	paths="l2tp tapped"
	cut on
	take beside-tap tcp 1
	cut off
	end_helper "$helper"
	for host in A B; do ctl $host -q session delete tunnel_name=t session_name=watched; done
}

# ---------------------------------------------------------------- many sessions
# many_config COUNT HOST: a tunnel with so many idle sessions, and none else
many_config() {
	local i mine=1 theirs=2
	[ "$2" = A ] || { mine=2; theirs=1; }
	echo "tunnel create tunnel_name=many version=3 encap=udp src_ipaddr=192.0.2.$mine dest_ipaddr=192.0.2.$theirs" \
		"our_udp_port=1702 peer_udp_port=1702 tunnel_id=100$mine peer_tunnel_id=100$theirs"
	for ((i = 1; i <= $1; i++)); do
		echo "session create tunnel_name=many session_id=${mine}0$i peer_session_id=${theirs}0$i" \
			"cookie=0011223344556677 peer_cookie=0011223344556677 l2spec_type=none"
	done
}

private_kib() { awk '$1 == "RssAnon:" { print $2 }' "/proc/${daemon_pid[$1]}/status"; }

# A second daemon on each host has one busy session and 2,000 idle ones beside it. Devices of both daemons are in the
# same namespaces, so what differs is the daemon.
beside_idle() {
	wanted beside-idle || return 0
	local host n count=2000
	for host in A B; do
		if [ $host = A ]; then n=1; else n=2; fi
		host_many "$host" "$n" "$count" || return
	done
	address[beside]=10.2.0.2
	sleep 3
	helper B iperf3 -s
	sleep 0.3
	paths="l2tp beside"
	cut on
	take beside-idle tcp 1
	cut off
	end_helper "$helper"
	for host in A B; do stop_second "$host"; done
}

# start_second HOST [OPTION...]: the second daemon on a host is kept under the name HOST+, with files of its own.
start_second() {
	local host=$1
	cat >"$TMP/$host+.conf"
	ip netns exec "$NS$host" "$L2TPD" -c "$TMP/$host+.conf" -s "$TMP/$host+.socket" "${@:2}" \
		>>"$TMP/$host+.log" 2>&1 &
	daemon_pid["$host+"]=$!
	until_true 60 on "$host" "$L2TPCTL" -s "$TMP/$host+.socket" system show status ||
		{ tail "$TMP/$host+.log"; return 1; }
}
stop_second() { stop_daemon "$1+"; }

# host_many HOST N COUNT
host_many() {
	start_second "$1" < <(
		many_config "$3" "$1"
		echo "session create tunnel_name=many session_id=9$2 peer_session_id=9$((3 - $2))" \
			"cookie=0011223344556677 peer_cookie=0011223344556677 l2spec_type=none interface_name=busy"
	) || return
	ip_on "$1" addr add 10.2.0.$2/24 dev busy
}

# ---------------------------------------------------------------- programs under l2tprun
# program_host HOST N: one more daemon, with a session that l2tpctl could have made, and one that `ip l2tp` does
program_host() {
	local host=$1 n=$2 m=$((3 - $2)) name
	local run=("$BUILD/src/l2tprun/l2tprun" -s "$TMP/$host.kernel" ip l2tp add)
	start_second "$host" --kernel-socket "$TMP/$host.kernel" <<-END || return
		tunnel create tunnel_name=own version=3 encap=udp src_ipaddr=192.0.2.$n dest_ipaddr=192.0.2.$m \
			our_udp_port=1703 peer_udp_port=1703 tunnel_id=100$n peer_tunnel_id=100$m
		session create tunnel_name=own session_id=8$n peer_session_id=8$m l2spec_type=none interface_name=own
	END
	on "$host" "${run[@]}" tunnel tunnel_id 1$n peer_tunnel_id 1$m encap udp local 192.0.2.$n remote 192.0.2.$m \
		udp_sport 1704 udp_dport 1704
	on "$host" "${run[@]}" session name made tunnel_id 1$n session_id 7$n peer_session_id 7$m l2spec_type none
	for name in own made; do ip_on "$host" link set $name mtu 1400 up; done
	ip_on "$host" addr add 10.3.0.$n/24 dev own
	ip_on "$host" addr add 10.4.0.$n/24 dev made
}

# managed_host HOST N: and one of a tunnel whose UDP socket is a program's own
managed_host() {
	local host=$1 n=$2 m=$((3 - $2))
	mkfifo "$TMP/$host.in"
	ip netns exec "$NS$host" "$BUILD/src/l2tprun/l2tprun" -s "$TMP/$host.kernel" \
		"$BUILD/tests/peers/netlink_probe" <"$TMP/$host.in" >"$TMP/$host.said" 2>&1 &
	helper_pids+=("$!")
	exec {program_input[$n]}>"$TMP/$host.in"
	cat >&"${program_input[$n]}" <<-END
		! socket 1 udp4 192.0.2.$n 1705 192.0.2.$m 1705
		tunnel: 1 A 9.4=2$n 10.4=2$m 7.1=3 2.2=0 23.f=1
		session: 5 A 9.4=2$n 11.4=6$n 12.4=6$m 1.2=5 5.1=0 8.s=managed
	END
	until_true 10 ip_on "$host" link set managed mtu 1400 up || { cat "$TMP/$host.said"; return 1; }
	ip_on "$host" addr add 10.5.0.$n/24 dev managed
}

# What is compared with is a program that asks another family of the kernel's, in the same way.
programs() {
	wanted program-tcp || wanted program-show || return 0
	local round paths="ip l2tpctl managed" program_input=()
	address[l2tpctl]=10.3.0.2 address[ip]=10.4.0.2 address[managed]=10.5.0.2
	program_host A 1 && program_host B 2 && managed_host A 1 && managed_host B 2 || return
	helper B iperf3 -s
	sleep 0.3
	cut on
	take program-tcp tcp 1
	cut off
	end_helper "$helper"
	if wanted program-show; then
		echo "measuring program-show ..."
		settle
		for ((round = 0; round < rounds; round++)); do
			record program-show l2tp "$(on A /usr/bin/python3 "$here/sample.py" longer 20 \
				"$BUILD/src/l2tprun/l2tprun" -s "$TMP/A.kernel" ip l2tp show tunnel -- \
				ip tcp_metrics show)"
		done
	fi
	for host in A B; do stop_second $host; done
}

# Creation and removal, against a bare loop over the same devices; and what 2,000 sessions take of the daemon's memory.
creation() {
	wanted creation || wanted memory || return 0
	local round count=2000 start end before bare
	echo "measuring creation and memory ..."
	settle
	host M
	on M sysctl -qw net.ipv6.conf.default.disable_ipv6=1
	wire M A 1500 wire unused
	ip_on M addr add 192.0.2.1/24 dev wire
	daemon M < <(many_config 0 A) || return
	before=$(private_kib M)
	stop_daemon M
	for ((round = 0; round < (rounds + 1) / 2; round++)); do
		bare=$(on M "$TMP/devices" $count)
		record creation bare "$(awk '{ print $1 + $2 }' <<<"$bare")"
		start=$EPOCHREALTIME
		daemon M < <(many_config $count A) || return
		end=$EPOCHREALTIME
		record memory l2tp "$(awk "BEGIN { print ($(private_kib M) - $before) / $count }")"
		ctl M -q tunnel delete tunnel_name=many
		until_true 20 no_devices M
		start=$(awk "BEGIN { print $end - $start }")
		record creation l2tp "$(awk "BEGIN { print $EPOCHREALTIME - $end + $start }")"
		stop_daemon M
	done
}
no_devices() { ! on "$1" grep -q l2tpeth /proc/net/dev; }

# ---------------------------------------------------------------- all of it
machine() {
	echo "date: $(date -u +%F)"
	echo "l2tpd: $(git -C "$TOP" describe --always --dirty 2>/dev/null || "$L2TPD" -V)"
	echo "kernel: $(uname -sr)"
	echo "cpu: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(nproc) cores"
	echo "memory: $(awk '$1 == "MemTotal:" { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo)"
	local busiest
	busiest=$(awk '$1 == "others" { print $3 }' "$samples" | sort -n | tail -1)
	echo "used by others: at most $busiest CPUs; $rounds rounds of $seconds s"
}

for program in flood devices; do cc -O2 -o "$TMP/$program" "$here/$program.c" || exit 1; done
hosts
for name in A B; do on $name sysctl -qw net.ipv6.conf.default.disable_ipv6=1; done
vxlan
pair l2spec=none || exit 1
throughput
beside_tap
beside_idle
programs
creation
if wanted guest; then bash "$here/guest.sh" "$samples"; fi
if wanted guest-ip || wanted guest-ppp; then bash "$here/guest_choice.sh" "$samples"; fi
unpair
bash "$here/calls.sh" "$samples"
bash "$here/ppp.sh" "$samples"

machine >"$TMP/result"
/usr/bin/python3 "$here/rows.py" "$samples" >>"$TMP/result"
verdict=$?
echo
cat "$TMP/result"
if [ -z "${QUICK:-}${ONLY:-}" ]; then
	mkdir -p "$here/results"
	kept=$here/results/$(date -u +%Y%m%d-%H%M).txt
	{ cat "$TMP/result"; echo; echo "samples:"; cat "$samples"; } >"$kept"
	echo "kept in ${kept#"$TOP/"}"
fi
exit $verdict
