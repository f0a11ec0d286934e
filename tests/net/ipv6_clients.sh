#!/bin/bash
# SPDX-License-Identifier: MIT
# The kernel takes our router advertisements for what they are, and systemd-networkd our DHCPv6: it gets a prefix,
# and gives a network of it to another device.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

networkd=/lib/systemd/systemd-networkd
link=(prefix=2001:db8:1:1::/64 delegated=2001:db8:2::/56 dns=2001:db8::53 mtu=1400)

# subscriber HOST: a host with the device `ppp0`, at whose other end we are
subscriber() {
	host "$1" || return
	on "$1" sysctl -qw net.ipv6.conf.all.accept_ra=1 net.ipv6.conf.default.accept_ra=1 \
		net.ipv6.conf.default.router_solicitations=3
	helper "$1" "$BUILD/tests/net/ipv6_link" "${link[@]}" tun=ppp0
	until_true 5 ip_on "$1" link show ppp0
}

# has HOST WORD...: REGEX is what `ip -6 WORD...` prints
has() { local host=$1 regex=$2; shift 2; ip_on "$host" -6 -o "$@" | grep -qE "$regex"; }

check "the kernel's link" subscriber K
ip_on K link set ppp0 up
check "an address of the prefix" until_true 10 has K '2001:db8:1:1:[0-9a-f:]+/64' addr show dev ppp0
check "a route to all else" has K '^default via fe80::1 .*proto ra' route show dev ppp0
equal "the MTU of IPv6" "$(on K sysctl -n net.ipv6.conf.ppp0.mtu)" 1400
equal "the MTU of the device" "$(on K cat /sys/class/net/ppp0/mtu)" 1500

check "networkd's link" subscriber N
ip_on N link add lan type veth peer name host && ip_on N link set lan up && ip_on N link set host up
# As in addresses.sh: no configuration but this, neither udev nor a bus, and nothing of this machine's own networkd.
cat >"$TMP/networkd.sh" <<-END
	mount --make-rslave /
	for folder in /run/systemd /etc/systemd/network /run/dbus; do
		[ ! -d \$folder ] || mount -t tmpfs none \$folder || exit
	done
	mkdir -p /run/systemd/netif/{links,leases,lldp} && chown -R systemd-network: /run/systemd/netif
	mount -o remount,ro,bind /sys
	printf '%s\n' '[Match]' Name=ppp0 '[Network]' LinkLocalAddressing=ipv6 IPv6AcceptRA=yes DHCP=ipv6 \
		'[IPv6AcceptRA]' DHCPv6Client=always >/etc/systemd/network/ppp0.network
	printf '%s\n' '[Match]' Name=lan '[Network]' LinkLocalAddressing=ipv6 DHCPPrefixDelegation=yes IPv6AcceptRA=no \
		'[DHCPPrefixDelegation]' UplinkInterface=ppp0 SubnetId=0x17 >/etc/systemd/network/lan.network
	SYSTEMD_LOG_LEVEL=debug SYSTEMD_LOG_TARGET=console exec $networkd
END
helper N unshare -m bash "$TMP/networkd.sh"
check "networkd has an address of the prefix" until_true 20 has N '2001:db8:1:1:[0-9a-f:]+/64' addr show dev ppp0
check "a network of the delegated prefix on another device" \
	until_true 20 has N '2001:db8:2:17:[0-9a-f:]+/64' addr show dev lan || tail -n 60 "$TMP/helpers.log"
