#!/bin/bash
# SPDX-License-Identifier: MIT
# What README says about keeping a device's address: systemd-networkd, with README's own file, gives it to a device that
# appears, and again to its successor.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/net/_networkd.sh
. "$(dirname "$0")/_networkd.sh"

file=$(sed -n '/^\[Match\]$/,/^```$/ { /^```$/d; p }' "$TOP/README.md")
matches "README has a file for systemd-networkd" "$file" '^Name=office$'
hosts
daemon A <<-END || exit 1
	tunnel create tunnel_name=t version=3 dest_ipaddr=192.0.2.2 tunnel_id=1 peer_tunnel_id=2
	session create tunnel_name=t session_name=s session_id=11 peer_session_id=12 interface_name=office
END

echo "$file" >"$TMP/office.network"
networkd A "$TMP/office.network"
has_address() { ip_on A -o -4 addr show office | grep -q '10\.9\.0\.1/24'; }
check "a device that is there gets its address" until_true 10 has_address || cat "$TMP/helpers.log"
first=$(on A cat /sys/class/net/office/ifindex)
stop_daemon A
check "the daemon starts again" start_daemon A
check "the device's successor gets it, too" until_true 10 has_address || cat "$TMP/helpers.log"
if [ "$(on A cat /sys/class/net/office/ifindex)" != "$first" ]; then ok "it is another device"; else
	fail "it is another device" "its index is $first again"
fi
equal "networkd has no complaint about the file" "$(grep -c 'office.network:' "$TMP/helpers.log")" 0
