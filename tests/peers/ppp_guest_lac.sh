#!/bin/bash
# SPDX-License-Identifier: MIT
# time-limit: 400
# A real pppd over a real kernel's pppol2tp calls our LNS, in a guest with xl2tpd: every way to prove a name, required
# encryption, IPv6, packets of every size, ends from either side and by silence, and what is to be refused.
# shellcheck source=tests/v2.sh
. "$(dirname "$0")/../v2.sh"
# shellcheck source=tests/peers/_ppp.sh
. "$(dirname "$0")/_ppp.sh"
# shellcheck source=tests/peers/_guest_ppp.sh
. "$(dirname "$0")/_guest_ppp.sh"

guest_ppp_begin
daemon A < <(users; cat <<-END
	pool create pool_name=guests range=10.9.0.10-10.9.0.11
	pool create pool_name=prefixes range=2001:db8:9::/48 delegate_length=64
	ppp profile modify profile_name=default local_ipaddr=10.9.0.1 ip_pool_name=guests \\
		dns_ipaddr_pri=10.9.0.53 $ECHOES
	peer profile create profile_name=guest peer_ipaddr=192.0.2.2
END
) || exit 1
watches A
profile() { ctl A -q ppp profile modify profile_name=default "$@"; }
lns_is_up() { has_address A ppp0 10.9.0.1 "$1" && [ "$(guest_address)" = "$1 10.9.0.1" ]; }

# calls NAME OPTION...: the guest's pppd with these options
calls() {
	guest_lac "${@:2}"
	guest_dials
	check "$1: both have their addresses" until_true 15 lns_is_up 10.9.0.10 ||
		{ in_guest 'cat /run/pppd.log; tail -n 5 /run/xl2tpd.log'; tail -n 20 "$(log_of A)"; return 1; }
	check "$1: the call is up" up A 1 1
	check "$1: l2tpctl knows the user" user_is A alice 10.9.0.10
	true
}
hangs_up() {
	in_guest 'kill $(pidof pppd)'
	check "$1: ended by the peer, we know" until_true 5 no_ppp_device A
	until_true 5 up A 1 0
}

for method in pap chap mschapv2 eap; do
	# shellcheck disable=SC2046 # words
	profile $(only $method)
	calls "$method" usepeerdns && carries "$method" ppp0 10.9.0.1 10.9.0.10
	hangs_up "$method"
	guest_ends
done
check "the peer was told of our name server" in_guest 'grep -q 10.9.0.53 /run/pppd.log /etc/ppp/resolv.conf'
check "nobody was told a secret" no_secret_told

# ---------------------------------------------------------------- encryption
# shellcheck disable=SC2046 # words
profile $(only mschapv2) mppe=require mppe_bits=40,128
capture A 'udp port 1701'
for options in "require-mppe-128" "require-mppe-40" "require-mppe-128 mppe-stateful"; do
	[ "${options##* }" != mppe-stateful ] || profile mppe_stateful=yes
	# shellcheck disable=SC2086 # words
	calls "MPPE, $options" "$(tr ' ' '\n' <<<"$options")" && carries "MPPE, $options" ppp0 10.9.0.1 10.9.0.10
	check "MPPE, $options: the kernel says it is on" guest_said 'MPPE .* compression enabled|MPPE .*enabled'
	hangs_up "MPPE, $options"
done
guest_lac nomppe
guest_dials
check "no MPPE where it is required: no session" until_true 15 guest_said 'terminat|Modem hangup'
check "no MPPE where it is required: no device" no_ppp_device A
profile mppe=no mppe_stateful=no
end_capture
packets_seen() { tshark -r "$TMP/wire.pcap" -Y "$1" 2>/dev/null | wc -l; }
at_least "MPPE: packets on the wire are encrypted" "$(packets_seen 'ppp.protocol == 0x00fd')" 100
equal "MPPE: and none is not" "$(packets_seen 'ppp.protocol == 0x0021')" 0

# ---------------------------------------------------------------- IPv6
profile ipv6_pool_name=prefixes
in_guest 'sysctl -qw net.ipv6.conf.default.accept_ra=2'
calls IPv6 && {
	check "IPv6: a link-local address answers" until_true 5 pings A "$(guest_address6 link)%ppp0"
	has_global() { [[ $(guest_address6 global) == 2001:db8:9:* ]]; }
	check "IPv6: router advertisement gives it a prefix of the pool" until_true 15 has_global
	check "IPv6: and it answers there" until_true 5 pings A "$(guest_address6 global)" 1400
	check "IPv6: and reaches us by it" in_guest "ping -6 -c 3 -i 0.2 -I $(guest_address6 global) \
		$(ip_on A -6 -j addr show dev ppp0 scope link | jq -r '.[].addr_info[0].local')%ppp0"
}
hangs_up IPv6
profile ipv6_pool_name=

# ---------------------------------------------------------------- ends
calls "ended by us" && {
	# shellcheck disable=SC2046 # words
	ctl A -q session delete $(ctl A -j session list |
		jq -r '.[0].config | "tunnel_id=\(.tunnel_id) session_id=\(.session_id)"')
	check "ended by us: the peer's pppd knows" until_true 5 \
		guest_said 'LCP terminated by peer|Terminating on signal|Modem hangup'
	check "ended by us: and is gone" until_true 15 guest_has_pppd 0
}
# shellcheck disable=SC2086 # words
profile $SHORT_ECHOES
calls "the peer is stopped" && {
	in_guest 'kill -STOP $(pidof pppd)'
	check "the peer is stopped: echoes tell" until_true 25 no_ppp_device A
	check "the peer is stopped: and why is said" until_true 15 saw A 'session_(down|deleted|lost).*(echo|answer)'
	in_guest 'kill -CONT $(pidof pppd)'
	check "the peer is stopped: it knows when it goes on" until_true 10 guest_has_pppd 0
}
# shellcheck disable=SC2086 # words
profile $ECHOES
calls "we are stopped" 'lcp-echo-interval 1' 'lcp-echo-failure 3' && {
	kill -STOP "${daemon_pid[A]}"
	check "we are stopped: its echoes tell" until_true 15 guest_said 'No response to 3 echo-requests'
	kill -CONT "${daemon_pid[A]}"
	check "we are stopped: no session when we go on" until_true 15 no_ppp_device A
}

# ---------------------------------------------------------------- what is to be refused
GUEST_USER=mallory
in_guest "printf 'mallory\t*\twrong-horse\t*\n' >>/etc/ppp/chap-secrets; cp /etc/ppp/chap-secrets /etc/ppp/pap-secrets"
for method in pap chap mschapv2 eap; do
	# shellcheck disable=SC2046 # words
	profile $(only $method)
	guest_lac
	guest_dials
	check "a wrong password, $method: the peer is told" until_true 10 guest_said 'authentication failed|AuthNak'
	check "a wrong password, $method: no device" no_ppp_device A
	check "a wrong password, $method: we know who it was" logged A 'mallory.*192.0.2.2|192.0.2.2.*mallory'
done
check "nobody was told a secret, either" no_secret_told
GUEST_USER=alice
# shellcheck disable=SC2046 # words
profile $(only chap)
calls "two of a pool of two" && guest_dials second && until_true 15 up A 2 2
check "two of a pool of two: both are up" up A 2 2
ctl A -q pool modify pool_name=guests range=10.9.0.10-10.9.0.10 2>/dev/null
guest_ends
until_true 10 up A 0 0
calls "one of a pool of one" && {
	guest_forgets
	guest_dials second
	check "one of a pool of one: the second is told why" until_true 10 guest_said 'TermReq.*(pool|address)'
	check "one of a pool of one: the first stays" lns_is_up 10.9.0.10 || tail -n 20 "$(log_of A)"
}
stop_daemon A
equal "we are stopped" $? 0
check "the peer knows" until_true 15 guest_has_pppd 0
guest_is_well
