# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# _bench.sh - what bench.sh, calls.sh and ppp.sh share, behind lib.sh: rounds, samples, how busy the machine is, and
# what is compared with.
here=$TESTS/bench
export PYTHONDONTWRITEBYTECODE=1
# shellcheck disable=SC2034 # of use to who reads this file
if [ "${QUICK:-}" ]; then rounds=2 seconds=1 pings=40; else rounds=7 seconds=3 pings=100; fi

sample() { /usr/bin/python3 "$here/sample.py" "$@"; }
wanted() { [[ $1 =~ ${ONLY:-.} ]]; }

# record KEY PATH VALUE: into the file $samples
# shellcheck disable=SC2154 # the script's
record() { echo "$*" >>"$samples"; [ "${VERBOSE:-}" ] && echo "  $*"; true; }

# settle: what else runs here spoils the figures. Wait for it to end, within reason, and take what remains as idle use.
BENCH_IDLE=0
settle() {
	for _ in {1..30}; do
		BENCH_IDLE=$(BENCH_IDLE=0 sample idle 1)
		awk "BEGIN { exit !($BENCH_IDLE < 0.1) }" && break
	done
	export BENCH_IDLE
	record others cpus "$BENCH_IDLE"
	awk "BEGIN { exit $BENCH_IDLE < 0.1 }" && echo "  warning: this machine is busy, the figures will not hold"
}

vxlan() {
	local host n
	for host in A B; do
		if [ $host = A ]; then n=1; else n=2; fi
		ip_on $host link add vx type vxlan id 7 local 192.0.2.$n remote 192.0.2.$((3 - n)) dstport 4789 dev wire
		ip_on $host addr add 10.1.0.$n/24 dev vx
		ip_on $host link set vx up
	done
}

# Whose packets that are, HOST:DEVICE each
wires="A:wire B:wire"
# cut on|off: "on": the sender segments before the wire, so that 1,500-byte packets cross it, and the receiver
# joins them (GRO), as on two machines; "off": super-packets of 64 KB cross whole, as between containers.
cut() {
	local wire segmentation=on gro=off
	[ "$1" = off ] || { segmentation=off; gro=on; }
	for wire in $wires; do
		on "${wire%:*}" ethtool -K "${wire#*:}" tso $segmentation gso $segmentation \
			tx-udp-segmentation $segmentation gro $gro
	done
}

# bench_l2tpns: l2tpns on B (peers/_peers.sh), on the first core; standard input: lines of its configuration besides.
# Its pid is in $lns_pid.
bench_l2tpns() {
	local more
	more=$(cat)
	peer_files B
	mkdir -p "$TMP/B/run/l2tpns"
	cat >"$TMP/B/etc/l2tpns/startup-config" <<-END
		set debug 1
		set log_file "/var/log/l2tpns"
		set pid_file "/run/l2tpns.pid"
		set l2tp_secret "secret"
		set primary_radius 127.0.0.1
		set bind_address 192.0.2.2
		set cluster_interface "wire"
		set cluster_hb_timeout 31
		$more
	END
	: >"$TMP/B/var/log/l2tpns"
	peer B /usr/sbin/l2tpns -c /etc/l2tpns/startup-config
	until_true 10 is_bound B 1701 || return
	lns_pid=$(inner_pid B)
	taskset -apc 0 "$lns_pid" >/dev/null
	[ -z "${PRIORITY:-}" ] || chrt -f -p 1 "$lns_pid"
}
