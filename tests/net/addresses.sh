#!/bin/bash
# SPDX-License-Identifier: MIT
# What README says about keeping a device's address: systemd-networkd, with README's own file, gives it to a device that
# appears, and again to its successor.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

networkd=/lib/systemd/systemd-networkd
file=$(sed -n '/^\[Match\]$/,/^```$/ { /^```$/d; p }' "$TOP/README.md")
matches "README has a file for systemd-networkd" "$file" '^Name=office$'
hosts
daemon A <<-END || exit 1
	tunnel create tunnel_name=t version=3 dest_ipaddr=192.0.2.2 tunnel_id=1 peer_tunnel_id=2
	session create tunnel_name=t session_name=s session_id=11 peer_session_id=12 interface_name=office
END

# In a mount namespace where it sees no configuration but README's, neither udev (/sys is read-only, as in a container)
# nor a bus, and nothing of this machine's own networkd.
cat >"$TMP/networkd.sh" <<-END
	mount --make-rslave /
	for folder in /run/systemd /etc/systemd/network /run/dbus; do
		[ ! -d \$folder ] || mount -t tmpfs none \$folder || exit
	done
	mkdir -p /run/systemd/netif/{links,leases,lldp} && chown -R systemd-network: /run/systemd/netif
	mount -o remount,ro,bind /sys
	cat >/etc/systemd/network/office.network <<-FILE
	$file
	FILE
	SYSTEMD_LOG_TARGET=console exec $networkd
END
helper A unshare -m bash "$TMP/networkd.sh"
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
