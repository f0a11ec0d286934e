#!/bin/bash
# SPDX-License-Identifier: MIT
# L2TPv2 sessions of the datapath and their frame sockets, without a daemon around it: see datapath_frames.c.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

# case_of CASE NAME: each in a namespace and a folder of its own, with loopback only
case_of() {
	host "$1"
	mkdir "$TMP/$1"
	check "$2" on "$1" timeout 30 env -C "$TMP/$1" "$BUILD/tests/net/datapath_frames" "$1"
}
case_of bits "frames arrive, whatever the header's options"
case_of sending "frames leave, numbered and with priority if wanted"
case_of sequence "16 bits of sequence number"
case_of follow "the LNS decides on numbers"
case_of clients "one client at a time"
case_of paths "paths of frame sockets"
case_of batches "many frames both ways, and when the peer moves"
case_of framerace "clients, sessions and peers come and go under load"
