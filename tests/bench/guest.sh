#!/bin/bash
# SPDX-License-Identifier: MIT
# guest.sh SAMPLES - bulk TCP through our l2tpd and through the kernel's own l2tp_eth, in one guest (this machine's
# kernel may have no L2TP). The guest's clock counts its instructions and it has one CPU, so that throughput there is
# throughput per CPU work, whatever else this machine does. Called by bench.sh, in its environment.
samples=$1
here=$(dirname "$(readlink -f "$0")")
guest=$here/../guest/guest
name=${NS}bench
rounds=${QUICK:+2}
in_guest() { "$guest" exec "$name" -t "${1}" "$2"; }

"$guest" start "$name" -D -m 512 || exit 1
trap '"$guest" stop "$name"' EXIT
"$guest" install "$name" "$L2TPD" "$L2TPCTL" || exit 1

# Two namespaces on a veth pair; in both: kernel session `kernel`, 10.1.0.x, and ours `ours`, 10.2.0.x; both over UDP
# with 8-octet cookies and no sublayer.
in_guest 120 '
modprobe l2tp_eth
ip netns add A; ip netns add B
ip link add wire netns A type veth peer name wire netns B
cookies_A="cookie 0011223344556677 peer_cookie 8899aabbccddeeff"
cookies_B="cookie 8899aabbccddeeff peer_cookie 0011223344556677"
side() {	# HOST NUMBER PEER COOKIES
	ip -n $1 link set lo up; ip -n $1 link set wire up; ip -n $1 addr add 192.0.2.$2/24 dev wire
	ip -n $1 l2tp add tunnel tunnel_id $2 peer_tunnel_id $3 encap udp \
		local 192.0.2.$2 remote 192.0.2.$3 udp_sport 5000 udp_dport 5000
	ip -n $1 l2tp add session name kernel tunnel_id $2 session_id $2 peer_session_id $3 $4 l2spec_type none
	ip -n $1 addr add 10.1.0.$2/24 dev kernel
	ip -n $1 link set kernel up
	echo "tunnel create tunnel_name=t version=3 src_ipaddr=192.0.2.$2 dest_ipaddr=192.0.2.$3" \
		"tunnel_id=$2 peer_tunnel_id=$3" >/root/$1.conf
	echo "session create tunnel_name=t session_id=$2 peer_session_id=$3 interface_name=ours l2spec_type=none" \
		"$(echo $4 | sed "s/ie /ie=/g")" >>/root/$1.conf
	ip netns exec $1 l2tpd -c /root/$1.conf -s /run/$1.socket >/root/$1.log 2>&1 &
	for try in 1 2 3 4 5 6 7 8 9 10; do ip -n $1 link show ours >/dev/null 2>&1 && break; sleep 0.5; done
	ip -n $1 addr add 10.2.0.$2/24 dev ours || cat /root/$1.log
}
side A 1 2 "$cookies_A"; side B 2 1 "$cookies_B"
ip netns exec B iperf3 -s >/dev/null 2>&1 &
sleep 1
for n in 1 2; do
	ip netns exec A ping -q -c 2 -i 0.2 10.$n.0.2 >/dev/null || echo "no ping to 10.$n.0.2" >&2
done' || exit 1

for ((round = 0; round < ${rounds:-5}; round++)); do
	for path in kernel:10.1.0.2 l2tp:10.2.0.2; do
		bits=$(in_guest 120 "ip netns exec A iperf3 -J -t 1 -c ${path#*:}" |
			jq '.end.sum_received.bits_per_second // empty')
		echo "guest ${path%:*} $bits" >>"$samples"
	done
done
