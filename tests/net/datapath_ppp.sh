#!/bin/bash
# SPDX-License-Identifier: MIT
# PPP sessions of the datapath whose frames are the engine's, without a daemon around it: see datapath_ppp.c,
# and datapath_ppp_many.c for those of many sessions.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

# case_of CASE NAME [PROGRAM]: each in a namespace of its own, with loopback only
case_of() {
	host "$1"
	on "$1" sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv4.icmp_msgs_per_sec=100000 net.ipv4.conf.all.rp_filter=0
	check "$2" on "$1" timeout 60 "$BUILD/tests/net/${3:-datapath_ppp}" "$1"
}
case_of engine "frames reach the engine, and the engine's the peer"
case_of third "likewise in version 3"
case_of overip "and over IP"
case_of batches "many frames of two sessions, one of which numbers them"
case_of crowd "no session crowds out another"
case_of own "a device of its own, whatever the headers"
case_of mtu "the MTU follows MRU, path, cipher and wish"
case_of source "who sent it"
case_of router "what is the router's to answer"
case_of cipher "MPPE, with state and without"
case_of rates "rates are kept, both ways"
case_of shared "a device that sessions share" datapath_ppp_many
case_of toobig "packets that are too large for their session" datapath_ppp_many
case_of manyshared "many sessions on one device" datapath_ppp_many
case_of many "many devices go at once" datapath_ppp_many
case_of removed "a shared device that somebody removes" datapath_ppp_many
host bare
on bare sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
check "without IPv6 IPv4 works all the same" on bare timeout 60 "$BUILD/tests/net/datapath_ppp" bare
case_of ppprace "sessions carry, change and end under load" datapath_ppp_many
