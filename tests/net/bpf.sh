#!/bin/bash
# SPDX-License-Identifier: MIT
# datapath=bpf: TCP of both hosts goes by BPF programs, all else by l2tpd, and so does what these cannot do.
# Whether it went by them the device tells: it sees nothing of that.
# time-limit: 400
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

hosts
bpf="use_udp_checksums=no datapath=bpf"
bpf6="udp_zero_csum6_tx=yes udp_zero_csum6_rx=yes datapath=bpf"
helped='^bpf: TCP; user: all else$'

through_device() { on "$1" cat "/sys/class/net/pw0/statistics/$2_bytes"; }
# Octets of the session that its device did not see, way tx or rx
past_device() { echo $(($(session_field "$1" "$2_bytes") - $(through_device "$1" "$2"))); }
is_moved_by() { session_field "$1" datapath | grep -qE "$2"; }
moved_by() { check "$3" until_true 5 is_moved_by "$1" "$2"; }
megabytes() { echo $((${1} / 1000000)); }
# missing FROM TO packets|bytes: how many of what one has sent the other has not received
missing() { echo $(($(session_field "$1" "tx_$3") - $(session_field "$2" "rx_$3"))); }
all_missing() { echo "$(missing A B packets) $(missing A B bytes) $(missing B A packets) $(missing B A bytes)"; }
# Once nothing is on its way
settled_missing() {
	local now='' last
	for _ in {1..30}; do
		last=$now now=$(all_missing)
		[ "$now" != "$last" ] || break
		sleep 0.2
	done
	echo "$now"
}

# ---------------------------------------------------------------- what goes by them
for setting in "4 $bpf" "6 $bpf6"; do
	read -r family words <<<"$setting"
	name="over IPv$family"
	pair family="$family" l2spec=none tunnel="$words" || continue
	for side in A B; do moved_by $side "$helped" "$name: host $side"; done
	before=$(settled_missing)	# until the other end was there
	for address in 10.0.0.2 fd00::2; do
		check "$name: TCP both ways to $address, whole" transfer $address 30
	done
	for side in A B; do
		at_least "$name: $side sent it by BPF" "$(megabytes "$(past_device $side tx)")" 60
		at_least "$name: and received it" "$(megabytes "$(past_device $side rx)")" 60
	done
	equal "$name: one end has received what the other sent, packets and octets" "$(settled_missing)" "$before"
	check "$name: UDP of all sizes beside it" datagrams 10.0.0.2
	check "$name: large pings beside it" pings A 10.0.0.2 3000
done

# ---------------------------------------------------------------- one end alone
for side in A B; do
	pair l2spec=none tunnel=use_udp_checksums=no "tunnel_$side=datapath=bpf" || continue
	before=$(settled_missing)
	check "only $side: TCP both ways, whole" transfer 10.0.0.2 30
	check "only $side: inside IPv6" transfer fd00::2 30
	equal "only $side: one end has received what the other sent, packets and octets" "$(settled_missing)" "$before"
	at_least "only $side: sent by BPF" "$(megabytes "$(past_device $side tx)")" 60
done

# ---------------------------------------------------------------- real packets
real_packets A B
for setting in "4 $bpf" "6 $bpf6"; do
	read -r family words <<<"$setting"
	name="real packets over IPv$family"
	pair family="$family" l2spec=none tunnel="$words ttl=copy dscp=copy" || continue
	capture B "udp and (src host 192.0.2.1 or src host 2001:db8::1)"
	check "$name: TCP both ways, whole" transfer 10.0.0.2 3
	end_capture
	at_least "$name: by BPF" "$(megabytes "$(past_device A tx)")" 3
	decoded() {
		tshark -r "$TMP/wire.pcap" -n -o "l2tp.cookie_size:8 Byte Cookie" -o l2tp.l2_specific:None \
			-d l2tp.pw_type==0,eth --disable-protocol gryphon \
			-o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE "$@" 2>/dev/null
	}
	at_least "$name: captured" "$(decoded -Y tcp | wc -l)" 2000
	wrong='frame.len > 1514 || ip.checksum.status == 0 || tcp.checksum.status == 0 || _ws.malformed'
	equal "$name: none longer than the wire carries, no wrong checksum, nothing that cannot be read" \
		"$(decoded -Y "$wrong")" ""
	equal "$name: TTL and DSCP of the packet inside" \
		"$(decoded -Y tcp -T fields -E separator=' ' -e ip.ttl -e ipv6.hlim | sort -u | tr -d ' ')" \
		"$([ "$family" = 4 ] && echo 64,64 || echo 6464)"
done

# ---------------------------------------------------------------- what is too long for the wire
pair l2spec=none tunnel="$bpf" session="mtu=1500" || exit 1
check "device wider than the path: TCP, whole" transfer 10.0.0.2 3
at_most "such packets are l2tpd's, which has them fragmented" "$(megabytes "$(past_device A tx)")" 0

pair l2spec=none tunnel="$bpf" || exit 1
check "MTU of the wire: before it shrinks" transfer 10.0.0.2 3
for side in A B; do ip_on $side link set wire mtu 1300; done
check "since it has shrunk: TCP, whole" until_true 10 transfer 10.0.0.2 3
for side in A B; do ip_on $side link set wire mtu 1500; done

# ---------------------------------------------------------------- what is not for them
pair l2spec=none tunnel="$bpf" || exit 1
ip_on A route add 192.0.2.2 via 192.0.2.99 table 100	# there is nobody
ip_on A rule add fwmark 5 table 100
helper B socat -u TCP-LISTEN:7005,bind=10.0.0.2 OPEN:/dev/null
until_true 5 is_listening B 7005
check "a mark of the packet inside says nothing of the tunnel's" on A timeout 10 \
	socat -u -t 20 "OPEN:$L2TPD" TCP:10.0.0.2:7005,setsockopt-int=1:36:5
ip_on A rule del fwmark 5 table 100

# A segment of a connection that stays, once more, and then of another VLAN.
helper A socat -u TCP-LISTEN:7006,bind=10.0.0.1 OPEN:/dev/null
until_true 5 is_listening A 7006
capture B "udp and src host 192.0.2.2 and greater 120"
helper B socat -u SYSTEM:"head -c 400 /dev/zero; sleep 100" TCP:10.0.0.1:7006
until_true 5 eval 'tcpdump -r "$TMP/wire.pcap" -c 1 "greater 400" 2>/dev/null | grep -q .'
frame=$(tcpdump -r "$TMP/wire.pcap" -c 1 -xx "greater 400" 2>/dev/null | sed -n 's/^\t0x[0-9a-f]*:  //p' | tr -d ' \n')
end_capture
settled_missing >/dev/null
received() { echo $(($(session_field A rx_packets) - $(on A cat /sys/class/net/pw0/statistics/rx_packets))); }
again() { # FRAME: how many packets the program has received of it
	local before
	before=$(received)
	packets B frame wire "$1"
	sleep 0.2
	echo $(($(received) - before))
}
equal "a segment once more: taken" "$(again "$frame")" 1
equal "of another VLAN: not" "$(again "${frame:0:24}81000005${frame:24}")" 0

# ---------------------------------------------------------------- what they cannot do, or no longer
pair l2spec=default tunnel="$bpf" && moved_by A "L2-specific sublayer" "a sublayer: not helped, and shown why"
pair l2spec=none pw_type=ip tunnel="$bpf" && moved_by A "only Ethernet" "an IP pseudowire: likewise"
check "and works" transfer 10.0.0.2 3

pair l2spec=none tunnel="$bpf" || exit 1
moved_by A "$helped" "helped at first"
ctl A -q session modify tunnel_name=t session_name=s carrier_timeout=60000
moved_by A "carrier_timeout" "not with a carrier to lose"
ctl A -q session modify tunnel_name=t session_name=s carrier_timeout=0
moved_by A "$helped" "and again"
helper A "$L2TPCTL" -s "$(socket_of A)" -q capture tunnel tunnel_name=t file="$TMP/own.pcapng"
capturing=$helper
moved_by A "captured" "not while it is captured"
check "what is captured meanwhile goes on" transfer 10.0.0.2 3
end_helper "$capturing"
moved_by A "$helped" "again when that has ended"
before=$(session_field A tx_packets)
ip_on A link set wire down
moved_by A "no route" "not without a route"
at_least "what was counted stays" "$(session_field A tx_packets)" "$before"
ip_on A link set wire up
moved_by A "$helped" "and with one again"
check "TCP as before" until_true 10 transfer 10.0.0.2 3
ctl A -q tunnel modify tunnel_name=t dscp=46
moved_by A "$helped" "with another code point"
check "TCP with that" transfer 10.0.0.2 3

host C
index=$(on A cat /sys/class/net/pw0/ifindex)
ip_on A link set pw0 netns "${NS}C"
moved_by A "another network namespace" "not when the device has left"
ip_on C addr add 10.0.0.1/24 dev pw0
ip_on C link set pw0 up
check "which works from there" transfer 10.0.0.2 3 C B
ip_on A link add other index "$index" type veth peer name other2	# so that it gets another
ip_on C link set pw0 netns "${NS}A"
moved_by A "$helped" "and again when it is back"
pair_addresses A 1 && ip_on A link set pw0 up
check "TCP as before, whatever its index is now" until_true 10 transfer 10.0.0.2 3
ctl A -q session delete tunnel_name=t session_name=s
check "it goes with its session, and nobody else's" test ! -e "$(on A ls -d /sys/class/net/pw0 2>/dev/null)" -a \
	"$(on A cat /sys/class/net/other/ifindex)" = "$index"
ip_on A link del other

# ---------------------------------------------------------------- who is told what
refused() { # NAME MESSAGE WORD...
	local said
	said=$(ctl A tunnel create tunnel_name=x dest_ipaddr=192.0.2.2 our_udp_port=1999 tunnel_id=9 "${@:3}" \
		2>&1) && fail "$1" "taken"
	matches "$1" "$said" "$2"
}
refused "checksums asked for" "use_udp_checksums=no" version=3 peer_tunnel_id=9 datapath=bpf
refused "IP protocol 115" "encap=udp" version=3 peer_tunnel_id=9 encap=ip datapath=bpf
refused "version 2" "version=3" datapath=bpf

# ---------------------------------------------------------------- wrong packets
host D
on D "$BUILD/tests/net/bpf_programs" || failures=$((failures + 1))

# ---------------------------------------------------------------- nothing stays
pair l2spec=none tunnel="$bpf" || exit 1
links() {
	grep -l "^link_type:	tcx" "/proc/${daemon_pid[A]}/fdinfo/"* | xargs -r awk '$1 == "link_id:" { print $2 }'
}
stays() { for link in "${held[@]}"; do bpftool link show id "$link" && return; done; false; }
has_gone() { ! stays; }
mapfile -t held < <(links)
equal "a program on the wire" ${#held[@]} 1
filters() { on A tc filter show dev pw0 egress | grep -c encapsulate; }
equal "and one on the device" "$(filters)" 1
ctl A -q session modify tunnel_name=t session_name=s carrier_timeout=60000
equal "none where it is not helped" "$(filters) $(links)" "0 "
ctl A -q session modify tunnel_name=t session_name=s carrier_timeout=0
on A tc qdisc del dev pw0 clsact
ip_on A route add 203.0.113.0/24 via 192.0.2.2
is_held() { [ "$(filters)" = 1 ]; }
check "it is put there again" until_true 5 is_held
mapfile -t held < <(links)
check "the kernel holds them" stays
kill_daemon A
check "none after kill -9" until_true 5 has_gone
start_daemon A </dev/null && pair_addresses A 1
check "up again" until_true 10 transfer 10.0.0.2 3
ctl A -q tunnel delete tunnel_name=t
equal "none without its tunnel" "$(links)" ""

# ---------------------------------------------------------------- many
ms() { echo $((${EPOCHREALTIME/./} / 1000)); }
{
	grep '^tunnel' "$TMP/A.conf"
	for id in {1..200}; do
		echo "session create tunnel_name=t session_name=s$id session_id=$id peer_session_id=$id" \
			"l2spec_type=none"
	done
} >"$TMP/many.conf"
stop_daemon A
before=$(ms)
daemon A <"$TMP/many.conf"
at_most "200 sessions begin soon" $(($(ms) - before)) 1500
SESSION=s200 moved_by A "$helped" "the last is helped"
before=$(ms)
ctl A -q tunnel delete tunnel_name=t
at_most "and end soon" $(($(ms) - before)) 1500

exit $((failures > 0))
