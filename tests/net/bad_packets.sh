#!/bin/bash
# SPDX-License-Identifier: MIT
# Packets that are wrong: each is counted under its own name, none is delivered, and the daemon goes on. We play the
# attacker, with plain sockets.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

hosts
ip_on A addr add 192.0.2.9/24 dev wire
ip_on A addr add 2001:db8::9/64 dev wire nodad
on B sysctl -qw net.ipv6.conf.default.disable_ipv6=1

delivered() { on B cat /sys/class/net/pw0/statistics/rx_packets; }
counter() {	# NAME: of the session, the tunnel, or nobody's
	case $1 in
	status.*) status_field B "${1#status.}" ;;
	tunnel.*) tunnel_field B "${1#tunnel.}" ;;
	*) session_field B "$1" ;;
	esac
}

# refused NAME COUNTER NUMBER ENCAP SOURCE WORDS...: so many packets are counted there, and not delivered
refused() {
	local name=$1 counter=$2 count=$3 encap=$4 source=$5 before was to=192.0.2.2
	shift 5
	case $source in *:*) to=2001:db8::2 ;; esac
	before=$(counter "$counter") was=$(delivered)
	packets A send "$encap" "$source" $to session=12 cookie=$cookie_A "$@"
	until_true 10 is_counted "$counter" $((before + count))
	equal "$name: $counter" $(($(counter "$counter") - before)) "$count"
	same "$name: not delivered" "$(delivered)" "$was"
	answers B >/dev/null || fail "$name" "the daemon has died"
}
is_delivered() { [ "$(delivered)" -ge "$1" ]; }
is_counted() { [ "$(counter "$1")" -ge "$2" ]; }

# what is right is delivered, so that the rest means something
accepted() {
	local before
	before=$(delivered)
	packets A send "$@"
	until_true 10 is_delivered $((before + 1))
	equal "a right packet is delivered ($1 $2)" "$(delivered)" $((before + 1))
}

pair sides=B session="sequencing_required=yes" || exit 1
accepted udp 192.0.2.1 192.0.2.2 session=12 cookie=$cookie_A 100
good=(udp 192.0.2.1)
refused "empty datagram" status.rx_short 1 "${good[@]}" raw=
refused "one octet" status.rx_short 1 "${good[@]}" raw=00
refused "short of a header" status.rx_short 3 "${good[@]}" cut=3 cut=5 cut=7
refused "version 1" status.rx_version 1 "${good[@]}" version=1 101
refused "version 2, of no tunnel" status.rx_unknown_session 1 "${good[@]}" raw=00020005000600000000000000000000
refused "version 15" status.rx_version 1 "${good[@]}" version=15 101
refused "unknown session" status.rx_unknown_session 2 "${good[@]}" session=4711 101 session=4294967295 102
refused "session 0" status.rx_unknown_session 1 "${good[@]}" session=0 101
refused "control message of no tunnel" status.rx_control 1 "${good[@]}" raw=c8030014000000000000000080080000000000010000
refused "wrong cookie" rx_cookie_discards 1 "${good[@]}" cookie=a0a1a2a3a4a5a6a8 101
refused "cookie of the other direction" rx_cookie_discards 1 "${good[@]}" cookie=$cookie_B 101
refused "cut in the cookie" tunnel.rx_invalid 1 "${good[@]}" cut=12
refused "cut in the sublayer" tunnel.rx_invalid 1 "${good[@]}" cut=18
refused "wrong source address" status.rx_wrong_source 1 udp 192.0.2.9 101
refused "wrong source port" status.rx_wrong_source 1 udp 192.0.2.1 sport=1999 101
refused "no sequence number" rx_seq_discards 1 "${good[@]}" -
refused "replayed" rx_seq_discards 2 "${good[@]}" 100 x1
refused "far-off sequence number" rx_errors 1 "${good[@]}" 12000000
refused "flood of rubbish" status.rx_unknown_session 2000 "${good[@]}" session=99 1 x1999
accepted udp 192.0.2.1 192.0.2.2 session=12 cookie=$cookie_A 101
packets A send udp 192.0.2.1 192.0.2.2 session=12 cookie=$cookie_A frame=0102030405 102
sleep 0.1
check "a frame shorter than an Ethernet header does no harm" answers B
system_counter() { ctl B -j system show statistics | sed -n "s/.*\"$1\": *\([0-9]*\).*/\1/p"; }
at_least "counters of the system" "$(system_counter rx_unknown_session)" 2000
check "are set to zero" ctl B -q system modify reset_statistics
equal "by a command" "$(system_counter rx_unknown_session)" 0
refused "a packet after that" status.rx_unknown_session 1 "${good[@]}" session=99 1
equal "is the first again" "$(system_counter rx_unknown_session)" 1
at_most "rate-limited log" "$(wc -l <"$(log_of B)")" 60
check_fails "no secret in the log" grep -qiE "$cookie_A|$cookie_B" "$(log_of B)"
stop_daemon B

pair sides=B encap=ip l2spec=none || exit 1
accepted ip 192.0.2.1 192.0.2.2 session=12 cookie=$cookie_A l2spec=none -
refused "IP: short" status.rx_short 2 ip 192.0.2.1 raw=00 raw=000000
refused "IP: unknown session" status.rx_unknown_session 1 ip 192.0.2.1 l2spec=none session=13 -
refused "IP: wrong source" status.rx_wrong_source 1 ip 192.0.2.9 l2spec=none -
refused "IP: wrong cookie" rx_cookie_discards 1 ip 192.0.2.1 l2spec=none cookie=$cookie_B -
refused "IP: control of no tunnel" status.rx_control 1 ip 192.0.2.1 raw=00000000c80300140000000000000000800800000000
refused "IP: cut in the cookie" tunnel.rx_invalid 1 ip 192.0.2.1 l2spec=none cut=6
stop_daemon B

pair sides=B family=6 session="mtu=1500" || exit 1
accepted udp 2001:db8::1 2001:db8::2 session=12 cookie=$cookie_A -
refused "IPv6: wrong source" status.rx_wrong_source 1 udp 2001:db8::9 -
refused "IPv6: unknown session" status.rx_unknown_session 1 udp 2001:db8::1 session=13 -
refused "IPv6: frame larger than the device's MTU" rx_errors 1 udp 2001:db8::1 size=1600 -
refused "IPv6: so is another" status.rx_oversize 2 udp 2001:db8::1 size=1519 - size=9000 -
packets A send udp 2001:db8::1 2001:db8::2 session=12 cookie=$cookie_A size=60000 - x5 size=65000 - x5
sleep 0.2
check "oversize: the daemon lives" answers B
accepted udp 2001:db8::1 2001:db8::2 session=12 cookie=$cookie_A -
stop_daemon B
