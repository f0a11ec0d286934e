#!/bin/bash
# SPDX-License-Identifier: MIT
# l2tpd does all its work in the sandbox that its unit file makes: read-only files, a /dev with hardly anything in it,
# few capabilities and system calls. One call more than it may kills it.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

unit=$TOP/dist/l2tpd.service
program=$TMP/program	# a copy: the sandbox hides the homes of users, where the build may be
cp "$L2TPD" "$program" && mkdir "$TMP/folder" || exit 1
if grep -qa __asan_init "$program"; then
	skip all "sanitisers need system calls that the sandbox has not: the unsanitised build is tested"
	exit
fi
sandbox=(/usr/bin/python3 "$TESTS/net/_sandbox.py" "$unit" "$TMP")
L2TPD=$TMP/sandboxed
printf '#!/bin/sh\nexec %s "%s" "$@"\n' "$(printf '"%s" ' "${sandbox[@]}")" "$program" >"$L2TPD"
chmod +x "$L2TPD"
export PYTHONDONTWRITEBYTECODE=1

# --- the unit file itself
installed=$TMP/l2tpd.service	# as it is when the program is where systemd looks for it
sed "s,^ExecStart=l2tpd,ExecStart=$program," "$unit" >"$installed"
exposure=$(systemd-analyze security --offline=true --no-pager "$installed" |
	sed -n 's/.*exposure level.*: \([0-9]*\).*/\1/p')
at_most "systemd-analyze security: exposure" "$exposure" 3

# --- the sandbox is one
inside() { "${sandbox[@]}" "$@"; }
families='import socket; socket.socket(44, socket.SOCK_RAW)'	# AF_XDP
namespaces='import ctypes, sys; sys.exit(ctypes.CDLL(None).unshare(0x10000000) != 0)'
check "its folder can be written" inside /bin/touch "$TMP/folder/file"
check_fails "others cannot" inside /bin/touch /etc/l2tpd-sandbox-test
check_fails "homes are hidden" inside /bin/ls /root/.
equal "there are few devices" "$(inside /bin/sh -c 'echo /dev/*')" \
	"/dev/full /dev/net /dev/null /dev/random /dev/tty /dev/urandom /dev/zero"
equal "sockets are of few families" \
	"$(inside /usr/bin/python3 -c "$families" 2>&1 | grep -o 'family not supported')" 'family not supported'
check_fails "no user namespace can be made" inside /usr/bin/python3 -c "$namespaces"
inside /bin/mount -t tmpfs none /mnt 2>/dev/null
equal "to mount kills" $? $((128 + 31))

# --- what l2tpd does in it
hosts
host C
carries() { pings A 10.0.0.2 && pings A 10.0.0.2 3000; }
etc A hosts <<<'192.0.2.2 other'
ip_on A link add bridge type bridge
for encap in udp ip; do
	for family in 4 6; do
		check "$encap over IPv$family: starts" pair encap=$encap family=$family pw_type=eth
		check "$encap over IPv$family: carries" carries
	done
done
check "a low port, a mark, TTL, VLAN: starts" pair pw_type=vlan \
	tunnel="our_udp_port=701 peer_udp_port=701 fwmark=7 ttl=copy dscp=copy" \
	session="mtu=follow mss_clamp=yes use_sequence_numbers=yes sequencing_required=yes reorder_timeout=20"
check "a low port, a mark, TTL, VLAN: carries" carries
check "pw_type=ip: starts" pair pw_type=ip session="carrier_timeout=5000"
check "pw_type=ip: carries" carries
check "transfer" transfer 10.0.0.2 10
check "BPF programs: starts" pair l2spec=none tunnel="use_udp_checksums=no datapath=bpf"
matches "BPF programs: loaded" "$(session_field A datapath)" '^bpf: '
check "BPF programs: carry" transfer 10.0.0.2 10
unpair

# started as by systemd, told of what it does
helper A /usr/bin/python3 -uc "
import socket
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind('$TMP/folder/notify')
while True:
	print(s.recv(4096).decode(), file=open('$TMP/notified', 'a'))
"
until_true 5 test -S "$TMP/folder/notify"
told() { until_true 5 grep -qx "$1" "$TMP/notified"; }
tunnel='tunnel create tunnel_name=t version=3 dest_ipaddr=other tunnel_id=1 peer_tunnel_id=2'
session='session create tunnel_name=t session_id=11 peer_session_id=12 session_name=s interface_name=pw0'
export NOTIFY_SOCKET=$TMP/folder/notify
check "a peer given by name: starts" daemon A < <(printf '%s\n' "$tunnel" "$session bridge=bridge")
unset NOTIFY_SOCKET
check "systemd learns that it is ready" told READY=1
up() { ctl A tunnel show tunnel_name=t status | grep -q 'state  *up'; }
check "the peer's name is resolved" until_true 5 up
equal "the device is in its bridge" "$(ip_on A -j link show pw0 | field master)" bridge
ip netns add "${NS}D" && host_list+=(D)
for where in C D; do
	check "a device in another network namespace ($where)" ctl A session create tunnel_name=t session_name=$where \
		peer_session_id=30 interface_name=pw$where netns="$NS$where"
	check "is there" ip_on $where link show pw$where
	check "its MTU is changed there" ctl A session modify tunnel_name=t session_name=$where mtu=1300
	check "it is removed there" ctl A session delete tunnel_name=t session_name=$where
	check_fails "and is gone" ip_on $where link show pw$where
done
check "a device is removed by others" ip_on A link del pw0
printf '%s\n' "$tunnel" "$session mtu=1301" "session create tunnel_name=t peer_session_id=13 interface_name=pw1" \
	>"$TMP/A.conf"
# shellcheck disable=SC2154 # of lib.sh
kill -HUP "${daemon_pid[A]}"
check "SIGHUP: systemd learns of the reload" told RELOADING=1
check "SIGHUP: what is new is there" until_true 5 ip_on A link show pw1
check "reload by the API" ctl A system reload
echo 'tunnel create colour=red' >"$TMP/A.conf"
check_fails "a reload that is refused" ctl A system reload
check "it is still there" answers A
printf '%s\n' "$tunnel" "$session" >"$TMP/A.conf"
mkdir "$TMP/hooks"
printf '#!/bin/sh\necho "$L2TPD_EVENT" >%s\n' "$TMP/folder/event" >"$TMP/hooks/system_modified"
chmod 755 "$TMP/hooks" "$TMP/hooks/system_modified"
check "hook programs are turned on" ctl A system modify hook_directory="$TMP/hooks"
check "and run" until_true 5 grep -q system_modified "$TMP/folder/event"
check "metrics are turned on" ctl A system modify metrics_port=9817
check "and told" on A /usr/bin/python3 -c 'import urllib.request
urllib.request.urlopen("http://127.0.0.1:9817/metrics").read()'

# what programs under l2tprun ask for
echo >"$TMP/C.conf"
check "l2tprun: starts" start_daemon C --kernel-socket "$TMP/folder/kernel"
under() { on C "$BUILD/src/l2tprun/l2tprun" -s "$TMP/folder/kernel" "$@"; }
check "l2tprun: a tunnel" under ip l2tp add tunnel tunnel_id 9 peer_tunnel_id 9 encap ip \
	local 127.0.0.1 remote 127.0.0.1
check "l2tprun: a session" under ip l2tp add session tunnel_id 9 session_id 9 peer_session_id 9
managed="from socket import *
import sys
sys.path.insert(0, '$TESTS/net')
import _kernel_api as api
tunnel, peer, netlink = socket(AF_INET, SOCK_DGRAM), socket(AF_INET, SOCK_DGRAM), socket(AF_NETLINK, SOCK_RAW, 16)
tunnel.bind(('127.0.0.1', 0))
peer.bind(('127.0.0.1', 0))
tunnel.connect(peer.getsockname())
peer.connect(tunnel.getsockname())
netlink.bind((0, 0))
def u32(kind, value): return api.attribute(kind, value.to_bytes(4, 'little'))
netlink.send(api.message(api.CTRL, 1, 1, 0, b'\3\1\0\0' + api.attribute(2, b'l2tp\0')))
family = int.from_bytes(api.attributes(netlink.recv(9999)[20:])[1], 'little')
def ask(command, *attributes):
	netlink.send(api.message(family, 5, 2, 0, bytes((command, 1, 0, 0)) + b''.join(attributes)))
	return -int.from_bytes(netlink.recv(9999)[16:20], 'little', signed=True)
def tunnel_of(fd): return ask(1, u32(9, 3), u32(10, 3), api.attribute(7, b'\3'), api.attribute(2, b'\0\0'), u32(23, fd))
print(tunnel_of(sys.stdin.fileno()), tunnel_of(tunnel.fileno()),
	ask(5, u32(9, 3), u32(11, 33), u32(12, 33), api.attribute(1, b'\5\0')))
peer.send(b'\0\3\0\0' + (33).to_bytes(4, 'big') + bytes(18))
peer.send(b'\xc8\3')
tunnel.settimeout(5)
print(tunnel.recv(99).hex())"
equal "l2tprun: a tunnel of a program's socket, not of what is none (ENOTSOCK); its frames are ours" \
	"$(under /usr/bin/python3 -c "$managed" </dev/null)" $'88 0 0\nc803'
check "l2tprun: it is still there" answers C
stop_daemon C

stop_daemon A KILL
check "killed, and started again" start_daemon A
equal "what it left behind is removed" "$(on A ls /sys/class/net | grep -c '^pw')" 1
stop_daemon A
equal "SIGTERM: exit status" $? 0
equal "SIGTERM: no device is left" "$(on A ls /sys/class/net | grep -c '^pw')" 0
