#!/bin/bash
# SPDX-License-Identifier: MIT
# Control messages and L2TPv2 sessions of the datapath, without a daemon around it: see datapath_messages.c.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

# case_of CASE NAME: each in a namespace of its own, with loopback only
case_of() {
	host "$1"
	on "$1" ip address add 2001:db8::1/64 dev lo nodad
	on "$1" ip address add 2001:db8::2/64 dev lo nodad
	check "$2" on "$1" timeout 20 env -C "$TMP" "$BUILD/tests/net/datapath_messages" "$1"
}
case_of answer "a message is answered from the address to which it was sent"
case_of answer6 "and over IPv6"
case_of order "connections go before those that have none"
case_of behind "control behind data reaches the control thread"
case_of before "data behind control reaches its session"
case_of tunnel "a tunnel has a port, which stays when its peer's changes"
case_of tapped "taps see control messages both ways"
case_of shared "static tunnels on the port, before and after"
case_of many "messages of many ports"
case_of responder "a tunnel on a port that is listened to leaves from the address that was asked"
case_of refused "a peer that is not there"
case_of together "messages to one peer leave together and arrive apart"
case_of apart "where the kernel takes no train they leave one by one"
case_of frames "frames of many sessions leave together, those of each in their order"
