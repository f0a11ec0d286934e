# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# _networkd.sh - systemd-networkd on a host, with nothing else of systemd: include lib.sh first.

# networkd HOST FILE...: with these and no other configuration, until the script ends. It sees neither udev (/sys is
# read-only, as in a container) nor a bus, and nothing of this machine's own networkd.
networkd() {
	# shellcheck disable=SC2016 # in there
	helper "$1" unshare -m bash -c '
		mount --make-rslave /
		for folder in /run/systemd /etc/systemd/network /run/dbus; do
			[ ! -d $folder ] || mount -t tmpfs none $folder || exit
		done
		mkdir -p /run/systemd/netif/{links,leases,lldp} && chown -R systemd-network: /run/systemd/netif
		cp "$@" /etc/systemd/network || exit
		mount -o remount,ro,bind /sys
		SYSTEMD_LOG_TARGET=console exec /lib/systemd/systemd-networkd' networkd "${@:2}"
}

# delegating_files LINE...: for the device ppp0, with these lines besides, and lan, which gets a network of the prefix
# that is delegated on the other. They are ppp0.network and lan.network in $TMP.
delegating_files() {
	printf '%s\n' '[Match]' Name=ppp0 '[Network]' IPv6AcceptRA=yes DHCP=ipv6 "$@" \
		'[IPv6AcceptRA]' DHCPv6Client=always >"$TMP/ppp0.network"
	printf '%s\n' '[Match]' Name=lan '[Network]' LinkLocalAddressing=ipv6 DHCPPrefixDelegation=yes IPv6AcceptRA=no \
		'[DHCPPrefixDelegation]' UplinkInterface=ppp0 SubnetId=0x17 >"$TMP/lan.network"
}
