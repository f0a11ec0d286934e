#!/bin/bash
# SPDX-License-Identifier: MIT
# Captures of a tunnel's and a session's packets, as Wireshark reads them: whose packets, in which direction, what
# became of them, without secrets; and how captures begin and end. We play the peer, with plain sockets.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

hosts
ip_on A addr add 192.0.2.9/24 dev wire
on B sysctl -qw net.ipv6.conf.default.disable_ipv6=1
frame=02000000000102000000000288b5$(printf '00%.0s' {1..46})

# start_capture FILE WORD...: the daemon on B captures from now on
start_capture() {
	local file=$1
	shift
	rm -f "$file"
	ip netns exec "${NS}B" "$L2TPCTL" -s "$(socket_of B)" capture "$@" file="$file" 2>"$TMP/capture.err" &
	capturing=$!
	until_true 5 test -s "$file" || { fail "capture $*" "$(cat "$TMP/capture.err")"; return 1; }
}
# end_capture_of: as with ^C; its exit status
end_capture_of() { kill -INT $capturing; wait $capturing; }
# has_packets FILE COUNT: so many have arrived in the file (tshark would take half a second to say so)
count_blocks='
import struct, sys
octets, count, at = open(sys.argv[1], "rb").read(), 0, 0
while at + 8 <= len(octets):
    kind, length = struct.unpack_from(">II", octets, at)
    at += length
    count += kind == 6 and at <= len(octets)
sys.exit(count < int(sys.argv[2]))'
has_packets() { /usr/bin/python3 -c "$count_blocks" "$1" "$2"; }
# tells_lost: a packet in the file says that there were more before it
tells_lost() { tshark -r "$TMP/slow.pcapng" -n -Y 'frame.drop_count > 0' 2>/dev/null | grep -q .; }
# look FILE FIELD...: a line for each packet
look() {
	local file=$1
	shift
	tshark -r "$file" -n -T fields -E separator='|' -o 'l2tp.cookie_size:8 Byte Cookie' \
		-o udp.check_checksum:TRUE -o ip.check_checksum:TRUE "${@/#/-e}" 2>"$TMP/tshark.log"
}

pair sides=B session_B="reorder_timeout=300" || exit 1
ctl B session create tunnel_name=t session_name=other session_id=31 peer_session_id=32 pw_type=eth l2spec_type=default \
	interface_name=pw1
ctl B tunnel create tunnel_name=beside version=3 dest_ipaddr=192.0.2.9 src_ipaddr=192.0.2.2 tunnel_id=7 peer_tunnel_id=7
ctl B session create tunnel_name=beside session_name=s session_id=71 peer_session_id=72 pw_type=eth
hello=c803001400000002000000008008000000000006
hello_other=c803001400000009000000008008000000000006

# ---------------------------------------------------------------- a session
send_all() {
	packets A send udp 192.0.2.1 192.0.2.2 session=12 cookie="$cookie_A" 0 session=31 cookie= 0 raw=$hello \
		session=12 cookie=0102030405060708 1 cookie="$cookie_A" 2 1 0
	packets A send udp 192.0.2.9 192.0.2.2 session=71 l2spec=default 0 session=12 cookie="$cookie_A" 3
	packets B frame pw0 "$frame"
	packets B frame pw1 "$frame"
}
start_capture "$TMP/s.pcapng" session tunnel_name=t session_name=s
send_all
until_true 5 has_packets "$TMP/s.pcapng" 7
check "^C ends a capture in peace" end_capture_of
matches "and says how much there was" "$(cat "$TMP/capture.err")" '^7 packets captured, 0 lost$'
equal "a session's packets: direction, ends, session, fate" \
	"$(look "$TMP/s.pcapng" frame.packet_flags_direction ip.src udp.srcport ip.dst udp.dstport l2tp.sid \
		frame.comment)" \
	"0x00000001|192.0.2.1|1701|192.0.2.2|1701|0x0000000c|cookie masked
0x00000001|192.0.2.1|1701|192.0.2.2|1701|0x0000000c|dropped: wrong cookie; cookie masked
0x00000001|192.0.2.1|1701|192.0.2.2|1701|0x0000000c|held: came ahead of its turn; cookie masked
0x00000001|192.0.2.1|1701|192.0.2.2|1701|0x0000000c|cookie masked
0x00000001|192.0.2.1|1701|192.0.2.2|1701|0x0000000c|dropped: no sequence number, or an old one; cookie masked
0x00000001|192.0.2.9|1701|192.0.2.2|1701|0x0000000c|dropped: not from the session's peer; cookie masked
0x00000002|192.0.2.2|1701|192.0.2.1|1701|0x0000000b|cookie masked"
equal "whose they are" "$(look "$TMP/s.pcapng" frame.interface_name | uniq)" "session s of tunnel t"
age=$((EPOCHSECONDS - $(look "$TMP/s.pcapng" frame.time_epoch | head -1 | cut -d . -f 1)))
at_most "when it was" ${age#-} 60
equal "nobody else may read the file" "$(stat -c %a "$TMP/s.pcapng")" 600

# ---------------------------------------------------------------- a tunnel
start_capture "$TMP/t.pcapng" tunnel tunnel_name=t
send_all
packets A send udp 192.0.2.1 192.0.2.2 raw=$hello_other session=4711 0
until_true 5 has_packets "$TMP/t.pcapng" 11
end_capture_of
# what different workers received is in the order of time as far as it was there together
equal "a tunnel's: all its sessions, control messages, and what is for none" \
	"$(look "$TMP/t.pcapng" frame.packet_flags_direction ip.src l2tp.type l2tp.sid l2tp.ccid frame.comment |
		sort)" \
	"$(sort <<-'END'
		0x00000001|192.0.2.1|0|0x0000000c||dropped: no sequence number, or an old one; cookie masked
		0x00000001|192.0.2.1|0|0x0000001f||dropped: no sequence number, or an old one
		0x00000001|192.0.2.1|1||0x00000002|dropped: a control message, which static tunnels do not have
		0x00000001|192.0.2.1|0|0x0000000c||dropped: wrong cookie; cookie masked
		0x00000001|192.0.2.1|0|0x0000000c||dropped: no sequence number, or an old one; cookie masked
		0x00000001|192.0.2.1|0|0x0000000c||dropped: no sequence number, or an old one; cookie masked
		0x00000001|192.0.2.1|0|0x0000000c||dropped: no sequence number, or an old one; cookie masked
		0x00000001|192.0.2.9|0|0x0000000c||dropped: not from the session's peer; cookie masked
		0x00000002|192.0.2.2|0|0x0000000b||cookie masked
		0x00000002|192.0.2.2|0|0x00000020||
		0x00000001|192.0.2.1|0|0x00001267||dropped: no such session; cookie masked
	END
	)"

# ---------------------------------------------------------------- secrets
cookies_in() { look "$1" l2tp.cookie | sort -u | paste -sd ' '; }
equal "cookies are masked" "$(cookies_in "$TMP/s.pcapng")" 0000000000000000
start_capture "$TMP/secrets.pcapng" session tunnel_name=t session_name=s secrets=yes count=2
packets A send udp 192.0.2.1 192.0.2.2 session=12 cookie="$cookie_A" 3
packets B frame pw0 "$frame"
check "a capture of so many packets ends by itself" wait $capturing
equal "cookies are there if they are asked for" "$(look "$TMP/secrets.pcapng" l2tp.cookie frame.comment)" \
	"$cookie_A|
$cookie_B|"

# ---------------------------------------------------------------- how much, how long
start_capture "$TMP/short.pcapng" session tunnel_name=t session_name=s snaplen=64 seconds=1
packets A send udp 192.0.2.1 192.0.2.2 session=12 cookie="$cookie_A" size=1000 200
check "a capture of so many seconds ends by itself" wait $capturing
equal "packets are cut as was asked" "$(look "$TMP/short.pcapng" frame.len frame.cap_len)" "1048|92"

start_capture "$TMP/gone.pcapng" session tunnel_name=t session_name=other
ctl B session delete tunnel_name=t session_name=other
check "with the session its capture ends" wait $capturing
matches "and says why" "$(cat "$TMP/capture.err")" "deleted"

start_capture "$TMP/unsent.pcapng" session tunnel_name=t session_name=s count=1
ip_on B link set wire down
packets B frame pw0 "$frame"
wait $capturing
ip_on B link set wire up
ip_on B addr replace 2001:db8::2/64 dev wire nodad
equal "what the system did not send" "$(look "$TMP/unsent.pcapng" frame.packet_flags_direction frame.comment)" \
	"0x00000002|dropped: the system did not send it; cookie masked"

# ---------------------------------------------------------------- those who do not keep up, and those who leave
start_capture "$TMP/slow.pcapng" tunnel tunnel_name=t
kill -STOP $capturing
packets A send udp 192.0.2.1 192.0.2.2 session=12 cookie="$cookie_A" size=1400 300 x6000
check "the daemon goes on while a capture is not read" answers B
kill -CONT $capturing
until_true 5 has_packets "$TMP/slow.pcapng" 500
sleep 0.3
packets A send udp 192.0.2.1 192.0.2.2 session=12 cookie="$cookie_A" 301
until_true 5 tells_lost
end_capture_of
read -r captured _ _ lost _ <"$TMP/capture.err"
at_least "what there was no room for is counted" "${lost:-0}" 100
equal "captured and lost are all there were" "$((captured + lost))" 6002
same "the file has the captured ones" "$(look "$TMP/slow.pcapng" frame.number | wc -l)" "$captured"

start_capture "$TMP/one.pcapng" session tunnel_name=t session_name=s snaplen=64
first=$capturing
start_capture "$TMP/two.pcapng" session tunnel_name=t session_name=s
packets A send udp 192.0.2.1 192.0.2.2 session=12 cookie="$cookie_A" size=1000 302
until_true 5 has_packets "$TMP/one.pcapng" 1
kill -KILL $first
wait $first 2>/dev/null
packets A send udp 192.0.2.1 192.0.2.2 session=12 cookie="$cookie_A" size=1000 303
until_true 5 has_packets "$TMP/two.pcapng" 2
end_capture_of
equal "two captures of one session do not disturb each other" \
	"$(look "$TMP/one.pcapng" frame.cap_len) $(look "$TMP/two.pcapng" frame.cap_len | paste -sd ' ')" "92 1048 1048"

# ---------------------------------------------------------------- what is refused
refused() {	# NAME REGEX WORD...
	local name=$1 regex=$2
	shift 2
	ctl B capture "$@" >"$TMP/refused" 2>&1 && fail "$name" "was accepted"
	matches "$name" "$(cat "$TMP/refused")" "$regex"
}
refused "no file" 'file=NAME' tunnel tunnel_name=t
refused "no tunnel of that name" 'no tunnel named x' tunnel tunnel_name=x file="$TMP/x"
refused "no session of that name" 'no session named x' session tunnel_name=t session_name=x file="$TMP/x"
refused "no session at all" 'which session' session tunnel_name=t file="$TMP/x"
refused "a tunnel's session" 'capture session' tunnel tunnel_name=t session_name=s file="$TMP/x"
refused "a folder" 'x.d' tunnel tunnel_name=t file="$TMP/x.d/x"
check_fails "what is refused leaves no file" test -e "$TMP/x"

# ---------------------------------------------------------------- trains of packets
pair || exit 1
moved() { echo $(($(session_field B rx_packets) + $(session_field B tx_packets))); }
before=$(moved)
start_capture "$TMP/many.pcapng" session tunnel_name=t session_name=s snaplen=64
begun=$(moved)
check "a transfer is not disturbed" transfer 10.0.0.2 2
after=$(moved)
sleep 0.3
end_capture_of
at_the_end=$(moved)
read -r captured _ _ lost _ <"$TMP/capture.err"
at_least "packets that travelled together are captured apart" "$captured" 1000
at_least "each one, or counted as lost" $((captured + lost)) $((after - begun))
at_most "and none twice" $((captured + lost)) $((at_the_end - before))
equal "each with its own header" "$(look "$TMP/many.pcapng" l2tp.sid | sort -u | paste -sd ' ')" "0x0000000b 0x0000000c"
equal "and none larger than the path" "$(look "$TMP/many.pcapng" frame.len | sort -n | tail -1)" 1500

# ---------------------------------------------------------------- other ways through the network
other_ways() {	# NAME SOURCE DESTINATION ENCAP WORD...: one packet in, one out, with these fields
	local name=$1 source=$2 destination=$3 encap=$4 wanted=$5
	shift 5
	pair sides=B addresses=no "$@" || return
	start_capture "$TMP/way.pcapng" session tunnel_name=t session_name=s count=2
	packets A send "$encap" "$source" "$destination" session=12 cookie="$cookie_A" 0
	packets B frame pw0 "$frame"
	wait $capturing
	equal "$name" "$wanted" "$(look "$TMP/way.pcapng" ip.src ip.dst ipv6.src ipv6.dst udp.checksum.status \
		ip.checksum.status l2tp.sid)"
}
other_ways "over IPv6" 2001:db8::1 2001:db8::2 udp "||2001:db8::1|2001:db8::2|1||0x0000000c
||2001:db8::2|2001:db8::1|1||0x0000000b" family=6
other_ways "over IP protocol 115" 192.0.2.1 192.0.2.2 ip "192.0.2.1|192.0.2.2||||1|0x0000000c
192.0.2.2|192.0.2.1||||1|0x0000000b" encap=ip

# an address of ours that nobody configured: the route's
ctl B tunnel create tunnel_name=any version=3 dest_ipaddr=192.0.2.1 our_udp_port=1777 peer_udp_port=1778 \
	tunnel_id=8 peer_tunnel_id=8
ctl B session create tunnel_name=any session_id=81 peer_session_id=82 pw_type=eth
start_capture "$TMP/any.pcapng" session tunnel_name=any session_id=81 count=1
packets A send udp 192.0.2.1 192.0.2.2 sport=1778 dport=1777 session=81 0
wait $capturing
equal "to an address that the route chose" "$(look "$TMP/any.pcapng" ip.src udp.srcport ip.dst udp.dstport)" \
	"192.0.2.1|1778|192.0.2.2|1777"
