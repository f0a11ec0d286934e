#!/bin/bash
# SPDX-License-Identifier: MIT
# guest_choice.sh SAMPLES - is what `datapath=auto` takes where the kernel has L2TP the faster one? Bulk TCP in a guest
# as in guest.sh, whose file this stands beside: an Ethernet session over IP and a PPP session over UDP, both moved by
# us and both moved by the kernel. Called by bench.sh, in its environment.
samples=$1
here=$(dirname "$(readlink -f "$0")")
guest=$here/../guest/guest
name=${NS}choice
rounds=${QUICK:+1}
in_guest() { "$guest" exec "$name" -t 120 "$1"; }

"$guest" start "$name" -D -m 512 || exit 1
trap '"$guest" stop "$name"' EXIT
"$guest" install "$name" "$L2TPD" "$L2TPCTL" || exit 1

in_guest '
modprobe -a l2tp_eth l2tp_ip l2tp_ppp
ip netns add A; ip netns add B
ip link add wire netns A type veth peer name wire netns B
for host in A:1 B:2; do
	ip -n ${host%:*} link set lo up; ip -n ${host%:*} link set wire up
	ip -n ${host%:*} addr add 192.0.2.${host#*:}/24 dev wire
done
mkdir -p /etc/ppp; umask 77; echo "alice * secret *" >/etc/ppp/chap-secrets
cat >/root/B.sessions <<-END
	pool create pool_name=users range=10.9.0.10-10.9.0.20
	ppp profile modify profile_name=default local_ipaddr=10.9.0.1 ip_pool_name=users
	peer profile modify profile_name=default accept_tunnels=yes
	END
cat >/root/A.sessions <<-END
	tunnel create tunnel_name=vpn dest_ipaddr=192.0.2.2 persist=yes
	session create tunnel_name=vpn session_name=user user_name=alice user_password=secret interface_name=ppp
	END
ip netns exec B iperf3 -s >/dev/null 2>&1 &' || exit 1

# both_hosts DATAPATH: their daemons, until the sessions carry pings
both_hosts() {
	in_guest "
	begin() {	# HOST NUMBER PEER
		{ echo 'system modify datapath=$1'; cat /root/\$1.sessions
		echo tunnel create tunnel_name=ip version=3 encap=ip src_ipaddr=192.0.2.\$2 dest_ipaddr=192.0.2.\$3 \
			tunnel_id=\$2 peer_tunnel_id=\$3
		echo session create tunnel_name=ip session_id=\$2 peer_session_id=\$3 interface_name=eth
		} >/root/\$1.conf
		ip netns exec \$1 l2tpd -c /root/\$1.conf -s /run/\$1.socket --kernel-socket /run/\$1.kernel \
			>/root/\$1.log 2>&1 &
		echo \$! >/root/\$1.pid
		until ip -n \$1 link show eth >/dev/null 2>&1; do kill -0 \$! || return; sleep 0.2; done
		ip -n \$1 addr add 10.8.0.\$2/24 dev eth
	}
	begin B 2 1; begin A 1 2
	for address in 10.8.0.2 10.9.0.1; do
		for try in \$(seq 40); do
			ip netns exec A ping -q -c 1 -W 1 \$address >/dev/null 2>&1 && continue 2
			sleep 0.2
		done
		echo \"no ping to \$address with datapath=$1\" >&2
		cat /root/A.log >&2
	done"
}

no_host() {
	in_guest 'for host in A B; do
		read -r pid </root/$host.pid
		kill $pid
		while kill -0 $pid 2>/dev/null; do sleep 0.1; done
	done'
}

for ((round = 0; round < ${rounds:-3}; round++)); do
	for datapath in user kernel; do
		both_hosts $datapath
		for path in guest-ip:10.8.0.2 guest-ppp:10.9.0.1; do
			bits=$(in_guest "ip netns exec A iperf3 -J -t 1 -c ${path#*:}" |
				jq '.end.sum_received.bits_per_second // empty')
			echo "${path%:*} $datapath $bits" >>"$samples"
		done
		no_host
	done
done
