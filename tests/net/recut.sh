#!/bin/bash
# SPDX-License-Identifier: MIT
# Super-packets of the coalescer, cut again by the kernel, are the frames there were before (recut.c).
# TAP - bridge - veth without offloads: the kernel has to cut, and to compute every checksum, before the veth.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

host A
off=(tx off rx off sg off tso off gso off gro off tx-udp-segmentation off)

devices() {
	local device key
	ip_on A tuntap add dev tap0 mode tap vnet_hdr &&
		ip_on A link add v0 type veth peer name v1 &&
		ip_on A link add br0 type bridge mcast_snooping 0 stp_state 0 forward_delay 0 || return
	# no netfilter on the bridge: it would drop and trim the damaged ones
	for key in bridge-nf-call-iptables bridge-nf-call-ip6tables; do
		on A sysctl -qw net.bridge.$key=0 2>/dev/null
	done
	for device in v0 v1; do on A ethtool -K $device "${off[@]}" || return; done
	for device in tap0 v0 v1 br0; do
		on A sysctl -qw net.ipv6.conf.$device.disable_ipv6=1
		ip_on A link set $device mtu 9000 up || return
	done
	ip_on A link set tap0 master br0 && ip_on A link set v0 master br0
}

check 'devices' devices && on A timeout 120 "$BUILD/tests/net/recut" tap0 v1
