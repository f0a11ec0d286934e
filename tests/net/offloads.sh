#!/bin/bash
# SPDX-License-Identifier: MIT
# Super-packets and unfinished checksums that a device hands over: true ones come out as the packets they stand for,
# those that lie about their sizes do no harm: no crash, nothing longer than the wire, the session goes on.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

hosts
for name in A B; do on $name sysctl -qw net.ipv6.conf.default.disable_ipv6=1; done
real_packets A B
# On B, a bridge and a veth without offloads: what l2tpd joins is cut again before we look at it.
ip_on B link add br0 type bridge mcast_snooping 0
ip_on B link add v0 type veth peer name v1
for device in v0 v1; do
	on B ethtool -K $device tx off rx off sg off tso off gso off gro off tx-udp-segmentation off >/dev/null 2>&1
	ip_on B link set $device up
done
ip_on B link set v0 master br0
ip_on B link set br0 up
on B sysctl -qw net.bridge.bridge-nf-call-iptables=0 2>/dev/null	# it would mend what is wrong
pair addresses=no session_B="bridge=br0" || exit 1
ip_on A addr add 10.0.0.1/24 dev pw0
ip_on B addr add 10.0.0.2/24 dev br0
until_true 3 pings A 10.0.0.2
# no ARP in between: packets are counted
mac() { on "$1" cat "/sys/class/net/$2/address"; }
ip_on A neigh replace 10.0.0.2 lladdr "$(mac B br0)" dev pw0 nud permanent
ip_on B neigh replace 10.0.0.1 lladdr "$(mac A pw0)" dev br0 nud permanent
offloads=(/usr/bin/python3 "$TESTS/net/_offloads.py")

# arrived: what came out of them at B: "PACKETS OCTETS-OF-PAYLOAD LONGEST in-order|altered|bad-checksum"
arrived() {
	heard | /usr/bin/python3 -c '
import sys
sys.path.insert(0, sys.argv[1])
from _offloads import payload, checksum, SOURCE
import struct
parts, longest, good = [], 0, True
for line in sys.stdin:
    f = bytes.fromhex(line)
    if f[6:12] != SOURCE:
        continue
    longest = max(longest, len(f) - 14)
    if f[12:14] != b"\x08\x00":
        parts.append((len(parts), f[14:]))
        continue
    ip, total = f[14:34], struct.unpack("!H", f[16:18])[0]
    body = f[34:14 + total]
    pseudo = ip[12:20] + struct.pack("!HH", ip[9], len(body))
    good &= checksum(pseudo + body + bytes(len(body) % 2)) == 0xffff and checksum(ip) == 0xffff
    data = body[20:] if ip[9] == 6 else body[8:]
    parts.append((struct.unpack("!I", body[4:8])[0] if ip[9] == 6 else len(parts), data))
data = b"".join(p for _, p in sorted(parts))
print(len(parts), len(data), longest, "bad-checksum" if not good else
      "in-order" if data == payload(len(data)) else "altered")' "$TESTS/net"
}

expect() {	# NAME PACKETS OCTETS LONGEST
	listener B dump v1 0.4
	on A "${offloads[@]}" pw0 "$1" >"$TMP/sent"
	equal "$1: comes out whole" "$(arrived)" "$2 $3 $4 in-order"
}
expect 'one packet, checksum left to do' 1 1000 1040
expect 'super-packet of 5 segments' 5 5000 1040
expect 'super-packet with a shorter last segment' 6 5100 1040
expect 'super-packet of 64 kB' 50 65000 1340
expect 'UDP super-packet' 9 4100 528
expect 'segments of four octets' 500 2000 44

equal "none was sent in fragments" "$(on B awk '$1 == "Ip:" && n++ { print $15 }' /proc/net/snmp)" 0

# What lies about itself: "PACKETS-SENT TX-ERRORS RX-OVERSIZE-AT-B" of those that reach l2tpd (the kernel itself may
# refuse or drop any of them, newer ones more)
declare -A counted=(
	['more segments than anybody needs']="0 1 0"
	['segment size larger than all of it']="1 0 0"
	['segments larger than the device carries']="3 0 2"
	['IP length that is too short']="1 0 1"
	['IP length that is too long']="0 1 0"
	['header length that is too long']="5 0 0"
	['header length of nothing']="5 0 0"
	['checksum that starts in the payload']="1 0 0"
	['checksum at another place']="1 0 0"
)
counts() { echo "$(session_field A tx_packets) $(session_field A tx_errors) $(status_field B rx_oversize)"; }
lies=0
while read -r name; do
	lies=$((lies + 1))
	listener B dump v1 0.2
	read -r packets errors oversize < <(counts)
	on A "${offloads[@]}" pw0 "$name" >"$TMP/sent" 2>&1
	arrived=$(arrived)
	read -r packets2 errors2 oversize2 < <(counts)
	got="$((packets2 - packets)) $((errors2 - errors)) $((oversize2 - oversize))"
	echo "  $name: $(cat "$TMP/sent"); packets, errors, oversize $got; arrived $arrived"
	if grep -q refused "$TMP/sent"; then
		equal "$name: refused by the kernel, counted nowhere" "$got" "0 0 0"
	elif [ "${counted[$name]:-}" ]; then
		equal "$name: counted" "$got" "${counted[$name]}"
	else
		at_most "$name: nothing of it arrives" "${arrived%% *}" 0
	fi
	check "$name: does no harm" eval 'answers A && answers B && until_true 10 pings A 10.0.0.2'
done < <("${offloads[@]}" list | sed 1,6d)
at_least "so many lies were told" $lies 14
check "bulk TCP goes on" transfer 10.0.0.2 10
