#!/bin/bash
# SPDX-License-Identifier: MIT
# Captures by name, of what really goes over the wire: a tunnel with its control messages and calls, one session of
# several, both directions, each packet once, without the cookies. (What becomes of packets, and who loses: capture.sh.)
# shellcheck source=tests/v2.sh
. "$(dirname "$0")/../v2.sh"

hosts
file=$TMP/B.pcapng
# start_capture WORD...: on B, from now on
start_capture() {
	on B rm -f "$file"
	# shellcheck disable=SC2016 # for the shell there
	helper B sh -c 'exec "$@" 2>"$0"' "$TMP/capture.err" "$L2TPCTL" -s "$(socket_of B)" capture "$@" file="$file"
	capturing=$helper
	until_true 5 on B test -s "$file" || fail "capture $*" "$(on B cat "$TMP/capture.err")"
}
has_octets() { [ "$(on B stat -c %s "$file")" -ge "$1" ]; }
ends() {
	signal_helper "$capturing" INT
	wait "$capturing"
	local status=$?
	fetch B "$file"
	return $status
}
# look FILTER FIELD...: a line for each packet of this kind
look() {
	tshark -r "$file" -n -Y "$1" -T fields -E separator='|' -E occurrence=f -o 'l2tp.cookie_size:8 Byte Cookie' \
		-o 'l2tp.l2_specific:Default L2-Specific' -d l2tp.pw_type==0,eth "${@:2}" 2>"$TMP/tshark.log"
}

# ---------------------------------------------------------------- Ethernet
for settings in "encap=udp family=4" "encap=ip family=6"; do
	# shellcheck disable=SC2086 # words
	pair $settings || exit 1
	ctl B -q session create tunnel_name=t session_name=other session_id=31 peer_session_id=32 interface_name=pw1
	until_true 3 pings A 10.0.0.2
	start_capture session tunnel_name=t session_name=s
	check "$settings: ping" pings A 10.0.0.2 1000
	packets B frame pw1 ffffffffffff02000000009988b5
	until_true 5 has_octets 6000
	check "$settings: ^C ends it in peace" ends
	equal "$settings: each packet once, with its direction and session" \
		"$(look icmp -e frame.packet_flags_direction -e l2tp.sid -e icmp.type)" \
		"$(for _ in 1 2 3; do printf '%s\n' '0x00000001|0x0000000c|8' '0x00000002|0x0000000b|0'; done)"
	equal "$settings: cookies are masked" "$(look icmp -e l2tp.cookie | sort -u)" 0000000000000000
	equal "$settings: nothing of the other session" "$(look 'l2tp.sid == 32' -e frame.number)" ''
	equal "$settings: whose they are" "$(look icmp -e frame.interface_name | sort -u)" "session s of tunnel t"
	start_capture session tunnel_name=t session_name=s snaplen=64 secrets=yes count=6
	pings A 10.0.0.2 1000
	check "$settings: a capture of so many packets ends by itself" wait "$capturing"
	fetch B "$file"
	equal "$settings: cut, with cookies" \
		"$(look l2tp -e l2tp.cookie -e frame.packet_flags_direction | sort | uniq -c | xargs)" \
		"3 $cookie_A|0x00000001 3 $cookie_B|0x00000002"
	at_most "$settings: no more than was asked" "$(look l2tp -e frame.cap_len | sort -n | tail -n 1)" 104
	unpair
done

# ---------------------------------------------------------------- a tunnel with its calls
echo 'alice * secret *' >"$TMP/users" && chmod 600 "$TMP/users"
daemon B < <(lns_commands) || exit 1
daemon A <<<"tunnel create tunnel_name=t dest_ipaddr=192.0.2.2 persist=yes" || exit 1
comes_up "a tunnel" 1 0
start_capture tunnel tunnel_name="$(of_peer B .config.tunnel_name)"
ctl A -q session create tunnel_name=t session_name=s user_name=alice user_password=secret
comes_up "a call" 1 1
check "packets pass" on A ping -qc 3 -i 0.2 -W 2 10.1.0.1
ctl A -q session delete tunnel_name=t session_name=s
comes_up "and goes" 1 0
until_true 5 has_octets 3000
sleep 1
ends
kinds() { look "l2tp.avp.message_type == $1" -e frame.packet_flags_direction | sort -u | xargs; }
equal "its control messages: the call is asked for" "$(kinds 10)" 0x00000001
equal "answered" "$(kinds 11)" 0x00000002
equal "connected" "$(kinds 12)" 0x00000001
equal "and closed" "$(kinds 14)" 0x00000001
equal "PPP: LCP both ways" "$(look lcp -e frame.packet_flags_direction | sort -u | xargs)" "0x00000001 0x00000002"
equal "packets, each once" "$(look icmp -e frame.packet_flags_direction -e icmp.type | sort | uniq -c | xargs)" \
	"3 0x00000001|8 3 0x00000002|0"
