#!/bin/bash
# SPDX-License-Identifier: MIT
# What the kernel has numbers for and nothing else, programs under l2tprun get: pseudowires of VLANs and of IP carry
# packets. And who has joined the family's group hears of all network namespaces.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/probe.sh
. "$(dirname "$0")/../probe.sh"

hosts
for host in A B; do daemon $host --kernel-socket "$TMP/$host.kernel" </dev/null || exit 1; done
begin A
begin B
# tunnel HOST OURS THEIRS: of these last octets
tunnel() {
	say "$1" "tunnel: 1 A 9.4=$2 10.4=$3 7.1=3 2.2=0 24.i=192.0.2.$2 25.i=192.0.2.$3 26.2=5000 27.2=5000"
}
matches 'a tunnel' "$(tunnel A 1 2)" 'error 0'
matches 'and its other end' "$(tunnel B 2 1)" 'error 0'
while read -r name number more; do
	for end in 'A 1 2' 'B 2 1'; do
		read -r host ours theirs <<<"$end"
		matches "$name: a session on $host" "$(say "$host" "session: 5 A 9.4=$ours 11.4=$number$ours \
12.4=$number$theirs 1.2=$number 8.s=pw$number ${more:-}")" 'error 0'
		check "$name: it has an interface" ip_on "$host" link set "pw$number" up
		ip_on "$host" addr add "10.0.$number.$ours/24" dev "pw$number"
	done
	check "$name: ping" until_true 10 pings A "10.0.$number.2"
	check "$name: large ping" pings A "10.0.$number.2" 3000
	matches "$name: told of" "$(say A "told: 8 - 9.4=1 11.4=${number}1")" " 1:$(printf %02x "$number")00 "
done <<-'END'
	VLAN 4 14.2=7
	IP 11
END

# ---------------------------------------------------------------- notifications
host C
cat >"$TMP/hear.py" <<-END
	import socket, struct, sys
	sys.dont_write_bytecode = True
	sys.path.insert(0, '$TESTS/net')
	import _kernel_api as api
	s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
	s.settimeout(20)
	s.send(api.message(api.CTRL, api.REQUEST, 1, 0, b'\\3\\1\\0\\0' + api.attribute(2, b'l2tp\\0')))
	about = api.attributes(next(api.messages(s.recv(65536)))[4][4:])
	group = api.attributes(api.attributes(about[7])[1])[2]
	s.setsockopt(270, 1, struct.unpack('=I', group)[0])
	print('joined', flush=True)
	_, _, _, _, heard = next(api.messages(s.recv(65536)))
	print(heard[0], struct.unpack('=I', api.attributes(heard[4:])[9])[0])
END
on A "$L2TPRUN" -s "$TMP/A.kernel" /usr/bin/python3 "$TMP/hear.py" >"$TMP/heard" 2>&1 &
hearer=$!
check 'a member of the group' until_true 10 grep -q joined "$TMP/heard"
check 'a tunnel in another namespace' on A "$L2TPRUN" -s "$TMP/A.kernel" ip -n "${NS}C" l2tp add tunnel tunnel_id 77 \
	peer_tunnel_id 78 encap udp local 127.0.0.1 remote 127.0.0.1 udp_sport 7000 udp_dport 7001
wait $hearer
equal 'is told of' "$(tail -n 1 "$TMP/heard")" '1 77'
no_more A
no_more B
for host in A B; do
	stop_daemon $host
	equal "$host ends well" $? 0
done
