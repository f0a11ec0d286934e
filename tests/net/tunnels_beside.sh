#!/bin/bash
# SPDX-License-Identifier: MIT
# Tunnels with and without an address of their own, beside each other on one port; and what the network says about
# peers that are not there reaches the tunnel it is about.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

hosts

# A has no src_ipaddr, B knows A's address; then a second tunnel takes that address and port for itself.
beside() {	# ENCAP
	local encap=$1 wrong
	pair encap="$encap" sides=B
	daemon A <<-END || { fail "$encap, no src_ipaddr" "l2tpd on A does not start"; return; }
		tunnel create tunnel_name=t version=3 encap=$encap dest_ipaddr=192.0.2.2 tunnel_id=1 peer_tunnel_id=2
		session create tunnel_name=t session_name=s session_id=11 peer_session_id=12 interface_name=pw0 \\
			cookie=$cookie_A peer_cookie=$cookie_B l2spec_type=default
	END
	ip_on A addr add 10.0.0.1/24 dev pw0
	check "$encap, no src_ipaddr: ping" until_true 5 pings A 10.0.0.2
	check "$encap: another tunnel on its port, with src_ipaddr" ctl A tunnel create tunnel_name=u version=3 \
		encap="$encap" src_ipaddr=192.0.2.1 dest_ipaddr=192.0.2.99 tunnel_id=7 peer_tunnel_id=8
	check "$encap: with a session" ctl A session create tunnel_name=u session_id=17 peer_session_id=18
	wrong=$(status_field A rx_wrong_source)
	check "$encap: the first one still carries" pings A 10.0.0.2
	check "$encap: and TCP" transfer 10.0.0.2 5
	same "$encap: nothing comes from a wrong source" "$(status_field A rx_wrong_source)" "$wrong"
	check "$encap: the second one away again" ctl A tunnel delete tunnel_name=u
	check "$encap: the first one carries on" pings A 10.0.0.2
	unpair
}
beside udp
beside ip

# Many peers with their port closed: each tunnel is told, with checksums or without.
peers=({10..33})
on B sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv4.icmp_msgs_per_sec=100000
for n in "${peers[@]}"; do ip_on B addr add "192.0.2.$n/24" dev wire; done
# What all are told; the log has but some of it, or whoever forges such messages would fill it.
told() {
	local reasons='[.. | .reason? // empty | select(test("cannot be reached"))]'
	[ "$(ctl A -j tunnel list | jq "$reasons | length")" -ge ${#peers[@]} ]
}
ask_all() {
	# shellcheck disable=SC2016 # expanded by the shell on A
	on A sh -c 'for n; do ping -q -c 1 -W 0.2 "10.0.$n.2" & done; wait' ask_all "${peers[@]}"
}
ask_until_told() { ask_all; told; }
closed() {	# USE_UDP_CHECKSUMS
	local n
	daemon A -w 2 < <(for n in "${peers[@]}"; do
		echo "tunnel create tunnel_name=t$n version=3 dest_ipaddr=192.0.2.$n tunnel_id=$n peer_tunnel_id=2 \\"
		echo "	use_udp_checksums=$1"
		echo "session create tunnel_name=t$n session_id=$n peer_session_id=12 interface_name=pw$n"
	done) || { fail "use_udp_checksums=$1" "l2tpd on A does not start"; return; }
	for n in "${peers[@]}"; do ip_on A addr add "10.0.$n.1/24" dev "pw$n"; done
	check "use_udp_checksums=$1: each tunnel without a peer is told" until_true 5 ask_until_told
	stop_daemon A
}
closed yes
closed no

# Both ends on one address and port of one daemon: what is sent comes back, with checksums or without.
for checksums in yes no; do
	daemon A < <(for n in 1 2; do
		echo "tunnel create tunnel_name=t$n version=3 src_ipaddr=192.0.2.1 dest_ipaddr=192.0.2.1 \\"
		echo "	tunnel_id=$n peer_tunnel_id=$((3 - n)) use_udp_checksums=$checksums"
		echo "session create tunnel_name=t$n session_name=s session_id=1$n peer_session_id=1$((3 - n)) \\"
		echo "	interface_name=pw$n"
	done) || { fail "both ends here" "l2tpd on A does not start"; continue; }
	listener A listen pw2 0.3
	packets A frame pw1 ffffffffffff02000000009988b500000007
	equal "both ends on one port, use_udp_checksums=$checksums" "$(heard)" 7
	stop_daemon A
done
