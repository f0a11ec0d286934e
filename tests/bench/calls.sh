#!/bin/bash
# SPDX-License-Identifier: MIT
# calls.sh SAMPLES - the control protocol's rows of bench.sh: an LNS on B, and calls.c on A as all its peers. Each has
# a processor of its own: what an LNS does with one core is measured. l2tpns gets the same from the same program.
#
#   LNS=COMMAND      another LNS than l2tpd, on B, which listens on port 1701; its standard input stays open
#   PRIORITY=COMMAND how both are run, as `chrt -f 1` where others use this machine at the same time
samples=$1
NS=${NS:-c$$-}c
# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
# shellcheck source=tests/bench/_bench.sh
. "$TESTS/bench/_bench.sh"
any_wanted() {
	local key
	for key in calls-1 calls-50 storm-400 storm-loss- sessions- flood-; do
		[[ $key =~ ${ONLY:-.} || ${ONLY:-.} == $key* ]] && return
	done
	return 1
}
any_wanted || exit 0
PEERS_L2TPD=$L2TPD	# without the sanitisers
# shellcheck source=tests/peers/_peers.sh
. "$TESTS/peers/_peers.sh"
without_ppp
CALLS=$BUILD/tests/bench/calls
SOURCES=10.1.0.1	# the LACs', one after the other; those that do not exist have 10.128.0.0/9
# Calls under way at once, what suits each: of more l2tpns loses messages, and is slower.
declare -A at_once=([l2tp]=512 [l2tpns]=50)

# ---------------------------------------------------------------- who answers
start_l2tp() {
	if [ "${LNS:-}" ]; then
		mkfifo -m 600 "$TMP/lns.in"
		exec {lns_in}<>"$TMP/lns.in"
		# shellcheck disable=SC2086 # a command and its arguments
		${PRIORITY:-} taskset -c 0 ip netns exec "${NS}B" $LNS <"$TMP/lns.in" >/dev/null 2>&1 &
		lns_pid=$!
	else
		L2TPD="$TMP/l2tpd" daemon B -w 1 --log-level warning <"$TMP/lns.conf" || return
		lns_pid=${daemon_pid[B]}
	fi
	until_true 10 is_bound B 1701
}
stop_l2tp() {
	stop_daemon B
	[ "${LNS:-}" ] || return 0
	{ kill "$lns_pid"; wait "$lns_pid"; } 2>/dev/null
	exec {lns_in}>&-
	rm -f "$TMP/lns.in"
}
# It has no option that pins it.
printf '#!/bin/sh\nexec %s taskset -c 0 "%s" "$@"\n' "${PRIORITY:-}" "$L2TPD" >"$TMP/l2tpd"
chmod 755 "$TMP/l2tpd"
cat >"$TMP/lns.conf" <<-END
	tunnel profile modify profile_name=default rx_window_size=128 tx_window_size=128 hello_timeout=60
	peer profile create profile_name=any peer_ipaddr=0.0.0.0/0
END

start_l2tpns() {
	# Calls stay up although nobody answers their LCP.
	bench_l2tpns <<-END
		set radius_secret "none"
		set ppp_restart_time 60
		set ppp_max_configure 10
	END
}
stop_l2tpns() { kill_peer B; }

# ---------------------------------------------------------------- measuring
# load OPTION... MODE: what calls.c tells, in $TMP/told
load() {
	local status
	# shellcheck disable=SC2086 # words
	${PRIORITY:-} taskset -c 1 ip netns exec "${NS}A" "$CALLS" -w 128 -a $SOURCES -l "$lns_pid" "$@" 192.0.2.2 \
		>"$TMP/told" 2>"$TMP/complaints"
	status=$?
	[ "${VERBOSE:-}" ] && sed 's/^/    /' "$TMP/told" "$TMP/complaints"
	return $status
}
# value NAME...: of what was told, added up; nothing was told: nothing
value() {
	local names="$*"
	tr ' ' '\n' <"$TMP/told" | awk -F= -v names=" $names " 'index(names, " " $1 " ") { sum += $2; any = 1 }
		END { if (any) print sum }'
}
# with LNS COMMAND...: while it runs
with() {
	: >"$TMP/told"
	"start_$1" || { "stop_$1"; echo "  $1 does not start"; return 1; }
	"${@:2}" || { echo "  $1: not all came up:"; sed 's/^/    /' "$TMP/told" "$TMP/complaints"; }
	"stop_$1"
}

# calls TUNNELS COUNT
calls() {
	local key=calls-$1 round lns
	wanted "$key" || return 0
	echo "measuring $key ..."
	settle
	for ((round = 0; round < rounds; round++)); do
		for lns in l2tp l2tpns; do
			with $lns load -g -t "$1" -n "$2" -p "${at_once[$lns]}" calls
			record "$key" $lns "$(value calls_per_second)"
		done
	done
}

storm_400() {
	local round
	wanted storm-400 || return 0
	echo "measuring storm-400 ..."
	settle
	for ((round = 0; round < rounds; round++)); do
		with l2tp load -t 400 -n 400 storm
		record storm-400 l2tp "$(value tunnels_lost calls_lost retransmitted duplicates)"
	done
}

# Every packet may be lost, on either host as it comes in. Who gives up asks anew at once; the first repetition is
# early, for with the usual second 0.36^6 of all, more than 0.1 %, had lost each of their six exchanges in 30 s.
storm_loss() {
	local host asked
	wanted storm-loss-30 || wanted storm-loss-60 || return 0
	echo "measuring storm-loss ..."
	for host in A B; do
		on $host nft -f - <<-END
			table ip lossy {
				chain in {
					type filter hook prerouting priority raw
					iifname wire udp dport 1701 numgen random mod 100 < 20 drop
				}
			}
		END
	done
	with l2tp load -t 5000 -r 250 -m 9 storm
	for host in A B; do on $host nft delete table ip lossy; done
	asked=$(value asked)
	[ "$asked" ] || return
	record storm-loss-30 l2tp "$(awk "BEGIN { print $(value early) * 100 / $asked }")"
	record storm-loss-60 l2tp "$(awk "BEGIN { print $(value tunnels) * 100 / $asked }")"
}

# memory is the service's, without that of the system's data path, which is told beside it.
sessions() {
	local first
	wanted sessions-memory || wanted sessions-late || wanted sessions-idle || return 0
	echo "measuring sessions ..."
	settle
	with l2tp load -g -t 1000 -n 100000 -p 512 -S ${HOLD:-60} calls
	first=$(value first_tenth)
	[ "$first" ] || return
	record sessions-resident l2tp "$(value octets_per_call)"
	record sessions-late l2tp "$(awk "BEGIN { print $(value last_tenth) / $first }")"
	record sessions-idle l2tp "$(value idle_percent)"
	"$BUILD/tests/bench/service_bench" 1000 100000 >"$TMP/told"
	record sessions-memory l2tp "$(value octets_per_call)"
}

flood() {
	wanted flood-lost || wanted flood-newcomer || wanted flood-memory || return 0
	echo "measuring flood ..."
	settle
	with l2tp load -t 50 -S 10 flood
	[ "$(value newcomer)" ] || return
	record flood-lost l2tp "$(value tunnels_lost calls_lost calls_missing)"
	record flood-newcomer l2tp "$(value newcomer)"
	record flood-memory l2tp "$(awk "BEGIN { print $(value lns_growth) / 1048576 }")"
	record flood-rate l2tp "$(value requests_per_second)"
	record flood-call l2tp "$(value slowest_call)"
}

hosts
ip_on B route add 224.0.0.0/4 dev wire	# l2tpns speaks to a cluster before it speaks to anybody else
ip_on A route add local 10.1.0.0/16 dev lo
ip_on B route add 10.0.0.0/8 via 192.0.2.1
calls 1 50000
calls 50 50000
storm_400
storm_loss
sessions
flood
true
