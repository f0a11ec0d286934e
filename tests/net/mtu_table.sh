#!/bin/bash
# SPDX-License-Identifier: MIT
# The MTU of every kind of session is what the path leaves it; and mtu=follow goes with the MTU of our own interface,
# even when no traffic flows.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

hosts
on A sysctl -qw net.ipv6.conf.default.disable_ipv6=1
declare -A ip_header=([4]=20 [6]=40) source=([4]=192.0.2.1 [6]=2001:db8::1) peer=([4]=192.0.2.2 [6]=2001:db8::2)
declare -A outer=([udp]=16 [ip]=4)	# UDP 8 and the L2TP header 8, or the session id
types=(eth vlan)
! can ip || types+=(ip)
declare -A sublayer=([none]=0 [default]=4) frame=([eth]=14 [vlan]=18 [ip]=0)

# table PATH-MTU: prints the commands that make one session of each kind, and notes the wanted MTU of each interface
table() {
	local path=$1 encap family cookie l2spec pw_type n=0 words
	: >"$TMP/wanted"
	for encap in udp ip; do
		for family in 4 6; do
			echo "tunnel create tunnel_name=$encap$family version=3 encap=$encap" \
				"src_ipaddr=${source[$family]} dest_ipaddr=${peer[$family]}" \
				"tunnel_id=$((++n)) peer_tunnel_id=$n"
			for cookie in 0 4 8; do
				for l2spec in none default; do
					for pw_type in "${types[@]}"; do
						words="cookie=${cookie_A:0:$((cookie * 2))}"
						[ $cookie != 0 ] || words=
						[ $pw_type != vlan ] || words+=" vlan_id=7"
						echo "session create tunnel_name=$encap$family session_id=$((++n))" \
							"peer_session_id=$n pw_type=$pw_type l2spec_type=$l2spec" \
							"interface_name=pw$n $words"
						echo "pw$n" $((path - ip_header[$family] - outer[$encap] - cookie -
							sublayer[$l2spec] - frame[$pw_type])) >>"$TMP/wanted"
					done
				done
			done
		done
	done
}

for path in 1500 1400; do
	ip_on A link set wire mtu $path
	daemon A < <(table $path) || { fail "l2tpd" "does not start"; exit 1; }
	on A sh -c 'cd /sys/class/net; for d in pw*; do echo $d $(cat $d/mtu); done' | sort >"$TMP/got"
	equal "path $path: sessions" "$(wc -l <"$TMP/got")" $((24 * ${#types[@]}))
	check "path $path: MTU of each" diff <(sort "$TMP/wanted") "$TMP/got"
	stop_daemon A
done
ip_on A link set wire mtu 1500

for encap in udp ip; do
	for family in 4 6; do
		name="$encap over IPv$family, follow"
		pair encap=$encap family=$family sides=A addresses=no session=mtu=follow || continue
		least=$((1500 - ip_header[$family] - outer[$encap] - 8 - 4 - 14))
		equal "$name: as the path" "$(mtu_of A)" $least
		for path in 1400 1500; do
			ip_on A link set wire mtu $path
			is_now() { [ "$(mtu_of A)" = $((least - 1500 + path)) ]; }
			check "$name: the interface's MTU becomes $path" until_true 10 is_now
		done
		stop_daemon A
	done
done
pair sides=A addresses=no || exit 1
before=$(mtu_of A)
ip_on A link set wire mtu 1400
sleep 0.5
same "auto: the device keeps its MTU" "$(mtu_of A)" "$before"
