#!/bin/bash
# SPDX-License-Identifier: MIT
# The datapath without a daemon around it, for what a daemon cannot be brought to in time: see datapath_events.c.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

# case_of CASE NAME: each in a namespace of its own, with loopback only
case_of() {
	host "$1"
	check "$2" on "$1" timeout 20 "$BUILD/tests/net/datapath_events" "$1"
}
case_of train "data behind a control message is left to its own worker"
case_of race "and under load"
case_of move "a peer moves while packets are held"
case_of crowd "carriers and devices, more than the queue of notices holds"
case_of paths "every narrowed path is asked again"
case_of taps "taps see what is theirs, and what became of it"
case_of full "a tap's full ring costs copies, which are counted, not packets"
case_of taprace "taps come and go under load"
