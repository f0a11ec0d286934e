#!/bin/bash
# SPDX-License-Identifier: MIT
# An Ethernet pseudowire carries Ethernet, whatever is in it: ARP, VLAN tags, unknown protocols, jumbo frames; and it
# works as the port of a bridge.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

hosts
pair session="mtu=9000" || exit 1

matches "the device has no queueing discipline" "$(ip_on A link show pw0)" " qdisc noqueue "
check "ARP resolves" on A ping -q -c 1 -W 2 10.0.0.2
matches "neighbour has the peer's address" "$(ip_on A neigh show 10.0.0.2)" \
	"lladdr $(on B cat /sys/class/net/pw0/address)"

# carries NAME FRAME-IN-HEX: it arrives as it was
carries() {
	listener B dump pw0 0.5
	packets A frame pw0 "$2"
	if heard | grep -qx "$2"; then ok "$1"; else fail "$1" "did not arrive as it was: $(cat "$TMP/heard")"; fi
}
broadcast=ffffffffffff020000000001
pad=$(printf '%092d' 0)
carries "VLAN tag" "${broadcast}8100a06488b5$pad"
carries "two VLAN tags" "${broadcast}88a8a0648100000788b5$pad"
carries "priority tag" "${broadcast}8100e00088b5$pad"
carries "unknown protocol" "${broadcast}88b5$pad"
carries "802.3 length and LLC" "${broadcast}0026424203$pad"
carries "shortest frame" "${broadcast}88b5"
carries "jumbo frame" "${broadcast}88b5$(printf '%017000d' 0)"
carries "VLAN tag on a jumbo frame" "${broadcast}8100006488b5$(printf '%017000d' 0)"
carries "IPv4 that is cut short" "${broadcast}08004500"
carries "IPv4 that lies about its length" "${broadcast}08004500ffff000000004006000001020304050607080000"
carries "IPv6 of unknown extensions" "${broadcast}86dd60000000000800ff$(printf '%064d' 0)0011223344556677"

check "jumbo ping" pings A 10.0.0.2 8972
check "jumbo ping, not fragmented inside" pings A 10.0.0.2 8972 -M "do"
check "TCP with jumbo frames" transfer 10.0.0.2 20
check "jumbo datagrams" datagrams 10.0.0.2 8900 500
unpair

# Hosts C and D talk through bridges on A and B, whose other ports are pseudowires.
for side in A:C:3 B:D:4; do
	IFS=: read -r near far n <<<"$side"
	host "$far" "$near" && wire "$near" "$far" 1500 port eth0
	ip_on "$far" addr add "10.9.0.$n/24" dev eth0
	ip_on "$near" link add br0 type bridge
	ip_on "$near" link set br0 up
	ip_on "$near" link set port master br0
done
pair addresses=no session="bridge=br0 mtu=1500" || exit 1
is_port() { ip_on A -o link show pw0 | grep -q "master br0"; }
check "bridge=: device is a port" is_port
check "bridged ping" until_true 5 pings C 10.9.0.4
check "bridged ping of full size" pings C 10.9.0.4 1472 -M "do"
check "bridged TCP" transfer 10.9.0.4 20 C D
unpair

# interface_up=no: made, and left to its owner to bring up
is_up() { ip_on "$1" link show pw0 up | grep -q pw0; }
pair session_B=interface_up=no addresses=no || exit 1
ip_on A addr add 10.0.0.1/24 dev pw0
ip_on B addr add 10.0.0.2/24 dev pw0
check "up by default" is_up A
check "interface_up=no: there is a device" ip_on B link show pw0
check_fails "interface_up=no: it is down" is_up B
check_fails "interface_up=no: carries nothing" on A ping -q -c 1 -W 0.3 10.0.0.2
ip_on B link set pw0 up
check "interface_up=no: carries once its owner has brought it up" until_true 3 pings A 10.0.0.2
