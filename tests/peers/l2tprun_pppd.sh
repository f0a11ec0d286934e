#!/bin/bash
# SPDX-License-Identifier: MIT
# time-limit: 300
# xl2tpd and pppd, unmodified, on B under l2tprun (_pppd.sh). The other end is our own LNS, in A. With encryption:
# l2tprun_mppe.sh.
# shellcheck source=tests/peers/_pppd.sh
. "$(dirname "$0")/_pppd.sh"

descriptors() { find "/proc/${daemon_pid[K]}/fd" | wc -l; }
our_lns || exit 1
their_kernel || exit 1
real_pppd B

# ---------------------------------------------------------------- it calls
for method in chap mschapv2; do
	# shellcheck disable=SC2046 # words
	ctl A -q ppp profile modify profile_name=lns $(only $method)
	dial
	if check "$method: both have their addresses" until_true 20 both_have 10.9.0.1 10.9.0.10; then
		check "$method: l2tpctl knows the user" user_is A alice 10.9.0.10
		[ $method != chap ] || carries "$method" ppp0 10.9.0.1 10.9.0.10
	else
		why
	fi
	stand_in_hangs_up
	check "$method: it hangs up, nothing is left" until_true 15 all_clean
	[ $method != mschapv2 ] || continue
	kill_peer B
done
stand_in_dials
check "it calls again" until_true 20 both_have 10.9.0.1 10.9.0.10
stand_in_hangs_up
check "and hangs up, nothing is left" until_true 15 all_clean
kill_peer B
matches 'xl2tpd finds a kernel with L2TP' "$(cat "$TMP/B.log")" 'Using l2tp kernel support'

# ---------------------------------------------------------------- what else pppd may want
dial +ipv6 'unit 3' 'ifname vpn0'
has_link_local() { ip_on B -6 addr show dev vpn0 | grep -q 'fe80.* peer'; }
reaches_link_local() {
	on A ping -q -c 1 -W 2 "$(ip_on B -j -6 addr show dev vpn0 | jq -r '.[].addr_info[].local // empty')%ppp0"
}
check "a number and a name of one's own: it is called so" until_true 20 has_address B vpn0 10.9.0.10 10.9.0.1
check "IPv6: it has an address" until_true 10 has_link_local
check "IPv6: packets pass" until_true 10 reaches_link_local
check "packets pass by that name" until_true 5 pings A 10.9.0.10
counted() { ctl K -j session list | jq -e '.[].statistics | .tx_packets > 3 and .rx_packets > 3'; }
check "l2tpctl counts them" counted
stand_in_hangs_up
check "it hangs up, nothing is left" until_true 15 all_clean
check "pppd knows how much it was" stand_in_said 'Sent [1-9][0-9]+ bytes, received [1-9][0-9]+ bytes'
dial 'idle 2' 'active-filter tcp' 'pass-filter "not ip proto 4"'
until_true 20 both_have 10.9.0.1 10.9.0.10
on A ping -q -i 0.3 -w 20 10.9.0.10 >/dev/null &
noise=$!
check "who says nothing that counts for a while is hung up" until_true 20 stand_in_said 'lack of activity'
{ kill $noise && wait $noise; } 2>/dev/null
check "and nothing is left" until_true 15 no_call
kill_peer B
forget_calls

# ---------------------------------------------------------------- whoever is killed
before=$(descriptors)
for moment in 0.1 0.4 up; do
	dial
	if [ $moment = up ]; then until_true 20 both_have 10.9.0.1 10.9.0.10; else sleep $moment; fi
	kill_peer B
	check "all killed, $moment: nothing is left" until_true 10 clean
	forget_calls
done
dial
until_true 20 both_have 10.9.0.1 10.9.0.10
kill -KILL "$(processes B pppd)"
check "pppd killed: no call is left" until_true 10 no_call
check "and the other end knows" until_true 10 no_ppp_device A
kill_peer B
forget_calls
no_more_descriptors() { [ "$(descriptors)" -le "$before" ]; }
check "no descriptor is left" until_true 10 no_more_descriptors
dial
until_true 20 both_have 10.9.0.1 10.9.0.10
stop_daemon K KILL
no_pppd() { no_ppp_device B && [ -z "$(processes B pppd)" ]; }
check "l2tpd killed: pppd finds that its line is gone" until_true 15 no_pppd
kill_peer B
forget_calls

# ---------------------------------------------------------------- it is the LNS
start_daemon K --kernel-socket "$TMP/K.kernel"
their_lns
ctl A -q tunnel create tunnel_name=t dest_ipaddr=192.0.2.2
ctl A -q session create tunnel_name=t session_name=s user_name=alice user_password_file="$TMP/password"
if check "the LNS: both have their addresses" until_true 20 both_have 10.9.0.10 10.9.0.1; then
	check "the LNS: packets pass" until_true 5 pings A 10.9.0.1 1000
else
	why
fi
ctl A -q tunnel delete tunnel_name=t
check "closed by us, nothing is left" until_true 15 all_clean
kill_peer B
for host in A K; do
	stop_daemon $host
	equal "l2tpd on $host ends well" $? 0
done
