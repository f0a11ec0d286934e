#!/bin/bash
# SPDX-License-Identifier: MIT
# The kernel's L2TP API in network namespaces, which come, go, get and lose names; who may use it; and how many can.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
under() { on A "$BUILD/src/l2tprun/l2tprun" -s "$TMP/kernel.socket" "$@"; }
tunnels() { ctl A -j tunnel list | jq length; }
some_left() { [ "$(tunnels)" = "$1" ]; }
# add ID: arguments of ip l2tp
add() {
	echo "add tunnel tunnel_id $1 peer_tunnel_id $1 encap udp local 127.0.0.1 remote 127.0.0.1" \
		"udp_sport 70$1 udp_dport 71$1"
}
ids() { sed -n 's/^Tunnel \([0-9]*\),.*/\1/p' | tr '\n' ' '; }
export PYTHONDONTWRITEBYTECODE=1
host A
daemon A --kernel-socket "$TMP/kernel.socket" </dev/null || exit 1
descriptors() { find "/proc/${daemon_pid[A]}/fd" | wc -l; }


# ---------------------------------------------------------------- names
# shellcheck disable=SC2046 # words, everywhere here
{
	host B
	check 'a tunnel in a namespace' under ip -n "${NS}B" l2tp $(add 1)
	ip netns delete "${NS}B"
	check 'a name taken away is noticed at once' until_true 3 some_left 0
	before=$(descriptors)

	host B
	check 'another one of its name has one' under ip -n "${NS}B" l2tp $(add 1)
	ip netns delete "${NS}B"
	host B
	equal 'another one of its name has none' "$(under ip -n "${NS}B" l2tp show tunnel)" ''
	check 'and can have the same one' under ip -n "${NS}B" l2tp $(add 1)

	# a process keeps it; later it gets a name
	helper A unshare -n sh -c 'ip link set lo up && exec sleep 1000'
	nameless=$helper
	until_true 5 eval '[ "$(readlink /proc/$nameless/ns/net)" != "$(on A readlink /proc/self/ns/net)" ]'
	check 'a tunnel in one without a name' under nsenter -n -t "$nameless" ip l2tp $(add 2)

	# names that l2tpd does not see
	helper A unshare -m sh -c 'mount -t tmpfs none /run/netns && ip netns add hidden &&
		ip -n hidden link set lo up && echo >"$1" && exec sleep 1000' sh "$TMP/ready"
	until_true 5 test -e "$TMP/ready"
	check 'a tunnel in one with a name in another mount namespace' \
		under nsenter -m -t "$helper" ip -n hidden l2tp $(add 4)

	sleep 6		# longer than it takes to find what is gone
	equal 'all of them stay, and nothing else' "$(tunnels)" 3
	equal 'the one of the name, too' "$(under ip -n "${NS}B" l2tp show tunnel | ids)" '1 '
	ip netns delete "${NS}B"
	check 'until the name is taken away' until_true 3 some_left 2
	end_helper "$helper"
	check 'or who knows it ends' until_true 10 some_left 1
	ip netns attach "${NS}C" "$nameless"
	host_list+=(C)
	equal 'what a process kept is there still when it gets a name' \
		"$(under ip -n "${NS}C" l2tp show tunnel | ids)" '2 '
	check 'another one in it' under ip -n "${NS}C" l2tp $(add 3)
	end_helper "$nameless"
	equal 'the name keeps it' "$(sleep 6; under ip -n "${NS}C" l2tp show tunnel | ids)" '2 3 '
	ip netns delete "${NS}C"
	check 'and takes it away' until_true 10 some_left 0
}
check 'no descriptor is left' until_true 10 eval '[ "$(descriptors)" -le "$before" ]'

# ---------------------------------------------------------------- rights
nobody=(setpriv --reuid=65534 --clear-groups)
matches 'a user may ask for the family' "$(under "${nobody[@]}" "$BUILD/tests/net/kernel_client")" '^family 1'
matches 'and for nothing else' "$(under "${nobody[@]}" ip l2tp show tunnel 2>&1)" 'Operation not permitted'
matches 'nor root without the right' \
	"$(under setpriv --bounding-set=-net_admin ip l2tp show tunnel 2>&1)" 'Operation not permitted'
check 'root may with many groups' under sh -c 'setpriv --groups "$(seq -s, 1000 3000)" ip l2tp show tunnel'
check 'root of its own namespaces may' under unshare -Urn ip l2tp show tunnel
# others HOW: removes all TCP metrics, as only an administrator may, over a socket that root has opened
others() {
	cat <<-END
		import os, socket, struct, sys
		sys.path.insert(0, '$TESTS/net')
		import _kernel_api as api
		s, t = (socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16) for _ in range(2))
		name = api.attribute(2, b'tcp_metrics\\0')
		s.sendto(api.message(api.CTRL, api.REQUEST, 1, 0, b'\\3\\1\\0\\0' + name), (0, 0))
		whole, kind, _, _, about = next(api.messages(s.recv(65536)))
		family = struct.unpack('=H', api.attributes(about[4:])[1])[0] if kind == api.CTRL else sys.exit('none')
		$1
		t.sendto(api.message(family, api.REQUEST | api.ACK, 2, 0, b'\\2\\1\\0\\0'), (0, 0))
		print(os.strerror(-struct.unpack_from('=i', t.recv(9999), 16)[0]))
	END
}
others '' >"$TMP/others"
if [ "$(on A /usr/bin/python3 "$TMP/others" 2>&1)" = Success ]; then
	equal 'other families: root may what it may' "$(under /usr/bin/python3 "$TMP/others" 2>&1)" Success
	others 'os.setuid(65534)' >"$TMP/others"
	for how in on\ A under; do
		equal "who gave up its rights may not: $how" "$($how /usr/bin/python3 "$TMP/others" 2>&1)" \
			'Operation not permitted'
	done
else
	skip 'rights over other families' 'the kernel has no family tcp_metrics'
fi
family=$(under "$BUILD/tests/net/kernel_client" | sed -n 's/^family \([0-9]*\) .*/\1/p')
# script HOW: for a program that says something and ends at once
script() {
	cat <<-END
		import os, socket, sys
		sys.path.insert(0, '$TESTS/net')
		import _kernel_api as api
		s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
		s.bind((0, 0))
		family = $family
		$1
		os.write(1, b'\\n')
		sys.stdin.readline()
		s.send(api.message(family, api.REQUEST, 0x1, 0, b'\\1\\1\\0\\0' + b''.join(api.attribute(*a) for a in (
		    (9, bytes([9, 0, 0, 0])), (10, bytes([9, 0, 0, 0])), (7, b'\\3'), (2, b'\\0\\0'),
		    (24, bytes([127, 0, 0, 1])), (25, bytes([127, 0, 0, 1])),
		    (26, b'\\x09\\x70'), (27, b'\\x09\\x71')))))
	END
}
# late HOW: l2tpd reads the request when who sent it has ended
late() {
	mkfifo "$TMP/fifo.$1"
	script "$2" >"$TMP/$1.py"
	under /usr/bin/python3 "$TMP/$1.py" <"$TMP/fifo.$1" >"$TMP/$1.said" 2>&1 &
	exec 7>"$TMP/fifo.$1"
	until_true 5 test -s "$TMP/$1.said"
	kill -STOP "${daemon_pid[A]}"
	echo >&7
	exec 7>&-
	wait $!
	kill -CONT "${daemon_pid[A]}"
}
late user 'os.setuid(65534)'
equal 'who gave up its rights has none when it has ended' "$(sleep 0.5; tunnels; cat "$TMP/user.said")" 0
late root 's.send(b""); s.send(api.message(family, api.REQUEST | api.ACK, 1, 0, b"\0\1\0\0")); s.recv(1, 2)'
check 'who had them and ended at once is obeyed' until_true 5 some_left 1
check 'it can be deleted' under ip l2tp del tunnel tunnel_id 9
stop_daemon A
equal 'l2tpd ends well' $? 0

# ---------------------------------------------------------------- descriptors
printf '#!/bin/sh\nexec prlimit --nofile=64 "%s" "$@"\n' "$L2TPD" >"$TMP/limited"
chmod +x "$TMP/limited"
L2TPD=$TMP/limited
check 'few descriptors: starts' start_daemon A --kernel-socket "$TMP/kernel.socket"
many='import socket
kept = [socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16) for _ in range(60)]
print(len(kept))'
equal 'a program gets all that it opens' "$(under /usr/bin/python3 -c "$many" 2>"$TMP/said")" 60
matches 'and is told that not all are of l2tpd' "$(cat "$TMP/said")" '^l2tprun: l2tpd refuses: Too many open files'
matches 'which tells, too' "$(cat "$(log_of A)")" 'kernel API: cannot serve a program .*: Too many open files'
running=()
for _ in {1..60}; do
	helper A "$BUILD/src/l2tprun/l2tprun" -s "$TMP/kernel.socket" sh -c 'ip l2tp show tunnel; exec sleep 1000'
	running+=("$helper")
done
ticks() { awk '{ print $14 + $15 }' "/proc/${daemon_pid[A]}/stat"; }
check 'more programs than it can serve' until_true 10 eval '[ "$(descriptors)" -ge 60 ]'
used=$(ticks)
sleep 2
at_most 'it does not spin' $(($(ticks) - used)) 40
{ kill "${running[@]}" && wait "${running[@]}"; } 2>/dev/null
check 'and serves others when they are gone' until_true 5 under ip l2tp show tunnel
stop_daemon A
equal 'it ends well' $? 0
