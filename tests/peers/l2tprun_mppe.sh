#!/bin/bash
# SPDX-License-Identifier: MIT
# time-limit: 240
# MPPE of xl2tpd and pppd, unmodified, under l2tprun (_pppd.sh): with our own ends, which require it, and with each
# other.
# shellcheck source=tests/peers/_pppd.sh
. "$(dirname "$0")/_pppd.sh"

profile() { ctl A -q ppp profile modify profile_name="$1" "${@:2}"; }
mppe_bits() { ctl A -j session list | jq -r '[.. | objects | .mppe_bits? | numbers] | first'; }
packets_seen() { tshark -r "$TMP/wire.pcap" -Y "$1" 2>/dev/null | wc -l; }
only_encrypted() {
	at_least "$1: packets on the wire are encrypted" "$(packets_seen 'ppp.protocol == 0x00fd')" 10
	equal "$1: and none is not" "$(packets_seen 'ppp.protocol == 0x0021')" 0
}

# loses FROM TO: a packet that is lost costs nothing but itself
loses() {
	local to
	to=$([ "$1" = A ] && echo 10.9.0.10 || echo 10.9.0.1)
	on "$2" nft 'add table ip lossy; add chain ip lossy in { type filter hook input priority 0; policy accept; };
		add rule ip lossy in ip protocol udp meta length 900-1000 drop'
	check "a packet from $1 is lost" eval "! on $1 ping -q -c 1 -W 0.3 -s 850 $to"
	on "$2" nft delete table ip lossy
	check "the next ones from $1 pass" pings "$1" "$to"
}
QUICK='lcp-restart 1'	# who hears no more ends soon

our_lns || exit 1
their_kernel || exit 1
real_pppd B

# ---------------------------------------------------------------- they call us
# shellcheck disable=SC2046 # words
profile lns $(only mschapv2) mppe=require mppe_bits=40,128
capture A 'udp port 1701'
for options in require-mppe-128 require-mppe-40; do
	dial "$options" "$QUICK"
	if check "$options: both have their addresses" until_true 20 both_have 10.9.0.1 10.9.0.10; then
		equal "$options: so many bits" "$(mppe_bits)" "${options#require-mppe-}"
		if [ "$options" = require-mppe-128 ]; then
			carries "$options" ppp0 10.9.0.1 10.9.0.10
		else
			check "$options: packets pass" until_true 5 pings A 10.9.0.10 4000
			check "$options: TCP" tcp_out 10.9.0.10
		fi
	else
		why
	fi
	[ "$options" = require-mppe-128 ] || { loses A B; loses B A; }
	stand_in_hangs_up
	check "$options: it hangs up, nothing is left" until_true 15 all_clean
done
end_capture
only_encrypted 'they call us'
dial nomppe "$QUICK"
check "without, where it is required: no session" until_true 20 stand_in_said 'terminat|Modem hangup|LCP TermReq'
check "and no call is left" until_true 15 no_call
kill_peer B
forget_calls

# ---------------------------------------------------------------- we call them
profile default mppe=require mppe_bits=128
their_lns require-mppe-128 "$QUICK"
ctl A -q tunnel create tunnel_name=t dest_ipaddr=192.0.2.2
ctl A -q session create tunnel_name=t session_name=s user_name=alice user_password_file="$TMP/password"
if check "we call: both have their addresses" until_true 20 both_have 10.9.0.10 10.9.0.1; then
	check "we call: packets pass" until_true 5 pings A 10.9.0.1 1000
	equal "we call: so many bits" "$(mppe_bits)" 128
else
	why
fi
ctl A -q tunnel delete tunnel_name=t
check "we hang up, nothing is left" until_true 15 all_clean
stop_daemon A
equal "l2tpd on A ends well" $? 0

# ---------------------------------------------------------------- with each other
XL2TPD=A
real_pppd A
capture B 'udp port 1701'
stand_in_lac 192.0.2.2 'user alice' 'password correct-horse' noauth require-mppe-128 "$QUICK" debug \
	'logfile /var/log/pppd' && stand_in_dials
if check "pppd at both ends: both have their addresses" until_true 20 both_have 10.9.0.10 10.9.0.1; then
	check "pppd at both ends: packets pass" until_true 5 pings A 10.9.0.1 4000
	check "pppd at both ends: TCP" tcp_out 10.9.0.1
else
	why
fi
end_capture
only_encrypted 'pppd at both ends'
stand_in_hangs_up
no_ppp() { clean && no_ppp_device A; }
check "they hang up, nothing is left" until_true 15 no_ppp
kill_peer A
kill_peer B
stop_daemon K
equal "l2tpd on K ends well" $? 0
