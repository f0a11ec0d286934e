#!/bin/bash
# SPDX-License-Identifier: MIT
# Programs open /dev/ppp under l2tprun, on a kernel that need not have PPP: units and their devices, what is refused,
# and what is left when programs, namespaces and daemons end. Channels have sessions: tests/peers/l2tprun_pppd.sh.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
L2TPRUN=$BUILD/src/l2tprun/l2tprun
under() { local host=$1; shift; on "$host" "$L2TPRUN" -s "$TMP/A.kernel" "$@"; }
devices() { ip_on "$1" -j link show | jq -r '[.[].ifname | select(startswith("ppp"))] | join(" ")'; }
has() { [ "$(devices "$1")" = "$2" ]; }

host A && host C
daemon A --kernel-socket "$TMP/A.kernel" </dev/null || exit 1

cat >"$TMP/program.py" <<'END'
import ctypes, errno, fcntl, os, select, signal, socket, struct, sys, time
NEWUNIT, ATTACH, DETACH, ATTCHAN = 0xc004743e, 0x4004743d, 0x4004743c, 0x40047438
CONNECT, DISCONN, GUNIT, GFLAGS, SFLAGS = 0x4004743a, 0x7439, 0x80047456, 0x8004745a, 0x40047459
SMRU, SMRRU, MAXCID, SNPMODE, GIDLE = 0x40047452, 0x4004743b, 0x40047451, 0x4008744b, 0x8010743f
SCOMPRESS, SPASS, GCHAN = 0x4010744d, 0x40107447, 0x80047437
libc = ctypes.CDLL(None, use_errno=True)
def name(do, *words):
    try:
        return do(*words)
    except OSError as error:
        return errno.errorcode[error.errno]
def new(flags=os.O_RDWR):
    return name(os.open, '/dev/ppp', flags)
def call(fd, command, *values):
    room = bytearray(struct.pack('=%di' % len(values), *values)) if values else bytearray(command >> 16 & 0x3fff)
    said = name(fcntl.ioctl, fd, command, room)
    return said if isinstance(said, str) else struct.unpack('=%di' % (len(room) // 4), room)[0] if room else said
def names():
    return ' '.join(sorted(n for n in os.listdir('/sys/class/net') if n.startswith('ppp')))
def about(socket, device, which):
    room = ctypes.create_string_buffer(b'?' * 96)
    asked = struct.pack('16sQ16x', device.encode(), ctypes.addressof(room))
    said = name(fcntl.ioctl, socket.fileno(), 0x89f0 + which, asked)
    return said if isinstance(said, str) else room.raw[:96].rstrip(b'?').hex()
def until(wanted):
    end = time.monotonic() + 5
    while names() != wanted and time.monotonic() < end:
        time.sleep(0.01)
    return names()
END
# program HOST LINE...: what it prints
program() {
	local host=$1
	shift
	{ cat "$TMP/program.py" && printf '%s\n' "$@"; } >"$TMP/whole.py"
	under "$host" /usr/bin/python3 "$TMP/whole.py" 2>&1
}

# ---------------------------------------------------------------- units
equal 'a unit has a device' "$(program A 'f = new()' 'print(call(f, NEWUNIT, -1), call(f, GUNIT), names())')" '0 0 ppp0'
check 'which is gone with it' has A ''
equal 'to write nothing is not to close it' "$(program A 'f = new()' 'call(f, NEWUNIT, -1)' 'os.write(f, b"")' \
	'time.sleep(0.3)' 'print(call(f, GUNIT), names())')" '0 ppp0'
equal 'as many as are wanted' "$(program A 'f, g, h = new(), new(), new()' \
	'print(call(f, NEWUNIT, -1), call(g, NEWUNIT, 7), call(h, NEWUNIT, 7), call(h, NEWUNIT, -1), names())' \
	'os.close(f)' 'print(until("ppp1 ppp7"))')" $'0 7 EEXIST 1 ppp0 ppp1 ppp7\nppp1 ppp7'
ip_on A tuntap add ppp0 mode tun
equal 'names that others have are left alone' "$(program A 'f, g = new(), new()' \
	'print(call(f, NEWUNIT, 0), call(g, NEWUNIT, -1), names())')" 'EEXIST 1 ppp0 ppp1'
ip_on A link delete ppp0
matches 'the device is as a line, with no address of its own' "$(program A 'f = new()' 'call(f, NEWUNIT, -1)' \
	'os.system("ip link set ppp0 up; ip addr add 10.1.0.1 peer 10.1.0.2 dev ppp0; ip -o addr show dev ppp0;" +
		"ip -o link show dev ppp0")' | tr '\n' ' ')" \
	'^[^/]*inet 10\.1\.0\.1 peer 10\.1\.0\.2/32 [^/]*POINTOPOINT.*UP.* mtu 1500 qdisc noqueue'
check 'with all it had' has A ''

# ---------------------------------------------------------------- ioctls
equal 'what a file is not yet' "$(program A 'f = new()' \
	'print(call(f, GUNIT), call(f, ATTCHAN, 1), call(f, ATTACH, 0), call(f, CONNECT, 0), call(f, GCHAN))')" \
	'ENOTTY ENXIO ENXIO ENOTTY ENOTTY'
equal 'flags and modes' "$(program A 'f = new()' 'call(f, NEWUNIT, -1)' \
	'print(call(f, SFLAGS, 0x80), call(f, GFLAGS), call(f, SNPMODE, 0x21, 1), call(f, SNPMODE, 0xc021, 1))' \
	'print(call(f, SMRU, 1400), call(f, GIDLE) > 17000000, call(f, SMRRU, 1500), call(f, MAXCID, 15))' \
	'print(call(f, SCOMPRESS), call(f, SPASS), call(f, DETACH, 0), call(f, DISCONN))')" \
	$'128 128 33 EINVAL\n1400 True ENOTTY 15\nEINVAL 0 EINVAL ENOTTY'
equal 'the device tells of itself' "$(program A 'f = new()' 'call(f, NEWUNIT, -1)' 's = socket.socket()' \
	'os.system("ip link set ppp0 name vpn0")' \
	'print(about(s, "vpn0", 0), about(s, "vpn0", 1), about(s, "vpn0", 2))' \
	'print(about(s, "ppp0", 0), about(s, "lo", 0))' | paste -sd " ")" \
	"$(printf '0%.0s' {1..152}) 322e342e3200 $(printf '0%.0s' {1..160}) ENODEV ENOTSUP"
[ "$(uname -m)" != x86_64 ] ||
	equal 'a program of 32 bits is told, too' "$(under A "$BUILD/tests/net/kernel_client" device 2>&1)" '0 2.4.2'
equal 'an argument that is not there' "$(program A 'f = new()' \
	'print(libc.ioctl(f, NEWUNIT, 8), errno.errorcode[ctypes.get_errno()])')" '-1 EFAULT'
equal 'ioctls of other files are left alone' "$(program A \
	's = socket.socket()' 'print(call(os.open("/dev/null", os.O_RDWR), GUNIT), call(s.fileno(), GFLAGS))')" \
	'ENOTTY ENOTTY'
equal 'it is no socket' "$(program A 'f = new()' 'room = ctypes.create_string_buffer(64)' \
	'print(libc.getsockname(f, room, room), errno.errorcode[ctypes.get_errno()])')" '-1 ENOTSOCK'
equal 'how it is opened' "$(program A 'f, g = new(os.O_RDWR | os.O_NONBLOCK), new()' \
	'print(name(os.read, f, 9), os.get_blocking(g), os.get_inheritable(g))' 'call(f, NEWUNIT, -1)' \
	'print(os.write(f, b"\x80\x21\1\1\0\4"), name(os.read, f, 9))')" $'EAGAIN True False\n6 EAGAIN'
equal 'it can be seen' "$(under A stat -c '%F %t %T %a' /dev/ppp)" 'character special file 6c 0 600'

# ---------------------------------------------------------------- who may
# shellcheck disable=SC2016 # python's
equal 'not everybody may' "$(on A "$L2TPRUN" -s "$TMP/A.kernel" setpriv --reuid 65534 --regid 65534 --clear-groups \
	/usr/bin/python3 -c 'import os; os.open("/dev/ppp", 2)' 2>&1 | tail -n 1)" \
	"PermissionError: [Errno 13] Permission denied: '/dev/ppp'"
matches 'who may open it must be an administrator' "$(on A "$L2TPRUN" -s "$TMP/A.kernel" setpriv --bounding-set \
	-net_admin --inh-caps -net_admin /usr/bin/python3 -c 'import os; os.open("/dev/ppp", 2)' 2>&1 | tail -n 1)" \
	'Errno 1\] Operation not permitted'

# ---------------------------------------------------------------- whoever ends first
hold='f = new(); call(f, NEWUNIT, -1); print("held", flush=True); signal.pause()'
{ cat "$TMP/program.py" && echo "$hold"; } >"$TMP/hold.py"
hold_on() {
	rm -f "$TMP/held"
	ip netns exec "$NS$1" "$L2TPRUN" -s "$TMP/A.kernel" /usr/bin/python3 "$TMP/hold.py" >"$TMP/held" 2>&1 &
	holder=$!
	until_true 10 grep -q held "$TMP/held"
}
end_holder() { { kill -KILL "$holder"; wait "$holder"; } 2>/dev/null; true; }
check 'a program has one' hold_on A
equal 'its device' "$(devices A)" ppp0
end_holder
check 'killed: it is gone' until_true 5 has A ''
check 'a program in another namespace has one' hold_on C
equal 'its device is there' "$(devices C)/$(devices A)" ppp0/
end_holder
check 'killed: it is gone there, too' until_true 5 has C ''
equal 'one that is handed on lives as long as its last descriptor' "$(program A 'f = new()' 'call(f, NEWUNIT, -1)' \
	'import subprocess' 'subprocess.run(["sh", "-c", "exec 3>&-; ls /sys/class/net | grep ppp"], pass_fds=[f])' \
	'g = os.dup(f)' 'os.close(f)' 'print(until("ppp0"))')" $'ppp0\nppp0'
check 'and no longer' until_true 5 has A ''
check 'a program has one when l2tpd ends' hold_on A
stop_daemon A KILL
check 'it is gone with l2tpd' until_true 5 has A ''
end_holder
matches 'without l2tpd the kernel says what there is' "$(program A 'print(new())')" \
	'programs find a kernel without L2TP'
start_daemon A --kernel-socket "$TMP/A.kernel"
equal 'the next one serves again' "$(program A 'f = new()' 'print(call(f, NEWUNIT, -1))')" 0
stop_daemon A
equal 'l2tpd ends well' $? 0
