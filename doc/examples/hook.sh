#!/bin/sh
# SPDX-License-Identifier: MIT
# A hook program of l2tpd: gives a session's interface its addresses when the session comes up.
#
# It is installed as `session_up` in the folder that `system modify hook_directory=` names, and belongs to root. The
# file `addresses` beside it has lines of TUNNEL SESSION ADDRESS:
#
#	lon office 10.0.0.1/24
#	lon office fd00::1/64
#
# The facts are in the environment: L2TPD_EVENT, L2TPD_TUNNEL_NAME, L2TPD_SESSION_NAME, L2TPD_INTERFACE_NAME ...
# (l2tpd(8) has them all). Standard error is the daemon's log. A status other than 0 is logged, too.
set -eu

while read -r tunnel session address; do
	if [ "$tunnel/$session" = "$L2TPD_TUNNEL_NAME/${L2TPD_SESSION_NAME:-}" ]; then
		ip ${L2TPD_NETNS:+-netns "$L2TPD_NETNS"} address replace "$address" dev "$L2TPD_INTERFACE_NAME"
	fi
done <"$(dirname "$0")/addresses"
