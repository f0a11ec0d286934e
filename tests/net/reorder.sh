#!/bin/bash
# SPDX-License-Identifier: MIT
# Sequence numbers on receive: what is newer is accepted, what is old is discarded, and with reorder_timeout what came
# early waits for what is missing, for a bounded time, also across the wrap. We play the peer, packet by packet.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

hosts
on B sysctl -qw net.ipv6.conf.default.disable_ipv6=1

# receives NAME SESSION-WORDS NUMBERS... : expected marks, in order; further: expected "discards errors oos"
# NUMBERS as _packets.py's send takes them; `wait=MS` between them
receives() {
	local name=$1 session=$2 numbers=$3 delivered=$4 discards=$5 heard
	pair sides=B cookie=0 session="sequencing_required=${REQUIRED:-yes} $session" || return
	listener B listen pw0 0.4
	# shellcheck disable=SC2086 # a list of numbers
	packets A send udp 192.0.2.1 192.0.2.2 session=12 $numbers
	heard=$(heard)
	equal "$name: delivered" "$heard" "$delivered"
	equal "$name: discarded" "$(session_field B rx_seq_discards)" "$discards"
	equal "$name: counted" "$(session_field B rx_packets)" "$(wc -w <<<"$delivered")"
	[ $# = 5 ] || equal "$name: out of order" "$(session_field B rx_oos_packets)" "$6"
	stop_daemon B
}

top=16777215	# the last number before the wrap
receives "in order" "" "0 1 2 3" "0 1 2 3" 0 0
receives "a loss costs what was lost and no more" "" "0 2 3 4 7" "0 2 3 4 7" 0
receives "old is discarded" "" "0 2 1 3" "0 2 3" 1
receives "replayed is discarded" "" "5 6 x1 7 x2" "5 6 7" 3
receives "across the wrap" "" "$((top - 1)) $top 0 1" "$((top - 1)) $top 0 1" 0
receives "a loss across the wrap" "" "$((top - 1)) 0 1" "$((top - 1)) 0 1" 0
receives "old across the wrap" "" "$top 1 $top 0 2" "$top 1 2" 2
receives "no number where one is required" "" "0 - 1" "0 1" 1
REQUIRED=no receives "none is required" "" "0 - 1" "0 1 1" 0
REQUIRED=no receives "an LNS that numbers its packets requires numbers" "lns_mode=yes use_sequence_numbers=yes" \
	"0 - 1" "0 1" 1
REQUIRED=no receives "an LNS that does not number requires none" "lns_mode=yes" "0 - 1" "0 1 1" 0
REQUIRED=no receives "a LAC follows its LNS and requires none" "use_sequence_numbers=yes" "0 - 1" "0 1 1" 0
receives "far off is not newer" "" "100 9000100 101" "100 101" 1
receives "a peer that began anew is followed" "" "1000 1001 0 1 2 3 4 5 6 7 8" "1000 1001 5 6 7 8" 5

receives "reordered, put in order" "reorder_timeout=200" "0 2 1 3" "0 1 2 3" 0 0
receives "four shuffled" "reorder_timeout=200" "0 4 2 3 1 5" "0 1 2 3 4 5" 0 2
receives "shuffled across the wrap" "reorder_timeout=200" "$((top - 1)) 1 $top 0 2" "$((top - 1)) $top 0 1 2" 0
receives "held twice" "reorder_timeout=200" "0 2 2 1 3" "0 1 2 3" 1
receives "what never comes is given up by a timer" "reorder_timeout=100" "0 2 3" "0 2 3" 0
receives "what comes too late is discarded" "reorder_timeout=100" "0 2 3 wait=250 1 4" "0 2 3 4" 1

# The timer is real: what was held is delivered without a further packet, after the timeout and not before.
pair sides=B cookie=0 session="reorder_timeout=2000" || exit 1
packets A send udp 192.0.2.1 192.0.2.2 session=12 0 2
sleep 0.1
equal "held before its time" "$(session_field B rx_packets)" 1
is_two() { [ "$(session_field B rx_packets)" = 2 ]; }
check "delivered by itself after it" until_true 10 is_two
# A queue that is full gives up the oldest gap rather than growing
packets A send udp 192.0.2.1 192.0.2.2 session=12 10000 $(seq 10002 10300) 10001
all_there() { [ "$(session_field B rx_packets)" -ge 299 ]; }
check "a full queue delivers" until_true 10 all_there
stop_daemon B
