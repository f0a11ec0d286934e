#!/bin/bash
# SPDX-License-Identifier: MIT
# time-limit: 300
# xl2tpd in its kernel mode with pppd and its plugin, unmodified, under l2tprun: the tunnel is the socket of a program,
# the session another's, the interface a unit of /dev/ppp. The other end is our own LNS, in A; B has the programs, and
# the l2tpd that they find for a kernel is in a third namespace.
# shellcheck source=tests/peers/_peers.sh
. "$(dirname "$0")/_peers.sh"
# shellcheck source=tests/peers/_ppp.sh
. "$(dirname "$0")/_ppp.sh"
# shellcheck source=tests/peers/_xl2tpd.sh
. "$(dirname "$0")/_xl2tpd.sh"

hosts
host K
real_packets A B
why() { ctl A session list; ctl K session list; tail -n 40 "$TMP/B.log" "$TMP/K.log" "$TMP/B/var/log/pppd"; }
both_have() { has_address A ppp0 "$1" "$2" && has_address B ppp0 "$2" "$1"; }
descriptors() { find "/proc/${daemon_pid[K]}/fd" | wc -l; }
clean() { [ "$(counts K)" = '0 0 0 0' ] && no_ppp_device B; }
no_call() { [ "$(counts K | cut -d " " -f 3)" = 0 ] && no_ppp_device B && [ -z "$(processes B pppd)" ]; }
# forget_calls: A does not know yet that nobody is there any more
forget_calls() {
	local id
	for id in $(of_peer A .config.tunnel_id); do ctl A -q tunnel delete tunnel_id="$id"; done
	until_true 10 up A 0 0
}
all_clean() { clean && [ "$(counts A)" = '0 0 0 0' ] && no_ppp_device A; }

# Our first LCP packet comes before pppd has begun: xl2tpd gets it, as from a kernel that has no such session yet.
daemon A < <(users; cat <<-END
	pool create pool_name=guests range=10.9.0.10-10.9.0.20
	ppp profile modify profile_name=default $ECHOES lcp_retransmit_interval=1
	ppp profile create profile_name=lns local_ipaddr=10.9.0.1 ip_pool_name=guests
	peer profile create profile_name=peer peer_ipaddr=192.0.2.2 ppp_profile_name=lns
END
) || exit 1
daemon K --kernel-socket "$TMP/K.kernel" </dev/null || exit 1

# what xl2tpd starts is the real one
peer_files B
cp "$ROOT/usr/lib/pppd/pppd" "$TMP/B/pppd"
# shellcheck disable=SC2034 # _peers.sh's
PEER_UNDER=("$BUILD/src/l2tprun/l2tprun" -s "$TMP/K.kernel")
# dial OPTION...: calls A, with these options of pppd
dial() {
	stand_in_lac 192.0.2.1 'user alice' 'password correct-horse' noauth debug 'logfile /var/log/pppd' "$@" &&
		stand_in_dials
}

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
dial 'idle 2'
check "who says nothing for a while is hung up" until_true 20 stand_in_said 'lack of activity'
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
mkdir -p "$TMP/B/etc/ppp"
(umask 077; printf 'alice * correct-horse *\n' >"$TMP/B/etc/ppp/chap-secrets")
stand_in_lns require-mschap-v2 'name server' debug 'logfile /var/log/pppd'
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
