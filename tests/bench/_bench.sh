# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# _bench.sh - what bench.sh and calls.sh share, behind lib.sh: rounds, samples, and how busy the machine is.
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
