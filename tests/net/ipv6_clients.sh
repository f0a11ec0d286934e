#!/bin/bash
# SPDX-License-Identifier: MIT
# The kernel takes our router advertisements for what they are, and systemd-networkd our DHCPv6: it gets a prefix,
# and gives a network of it to another device.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/net/_networkd.sh
. "$(dirname "$0")/_networkd.sh"

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
delegating_files LinkLocalAddressing=ipv6
SYSTEMD_LOG_LEVEL=debug networkd N "$TMP/ppp0.network" "$TMP/lan.network"
check "networkd has an address of the prefix" until_true 20 has N '2001:db8:1:1:[0-9a-f:]+/64' addr show dev ppp0
check "a network of the delegated prefix on another device" \
	until_true 20 has N '2001:db8:2:17:[0-9a-f:]+/64' addr show dev lan || tail -n 60 "$TMP/helpers.log"
