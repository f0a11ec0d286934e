#!/bin/bash
# SPDX-License-Identifier: MIT
# IPv6 through a PPP session: the client's kernel makes itself an address of what the LNS advertises, systemd-networkd
# numbers a network of its own from the prefix that it is delegated, and packets of both pass.
# shellcheck source=tests/v2.sh
. "$(dirname "$0")/../v2.sh"
# shellcheck source=tests/net/_networkd.sh
. "$(dirname "$0")/_networkd.sh"

hosts
on A sysctl -qw net.ipv6.conf.all.accept_ra=1 net.ipv6.conf.default.accept_ra=1 \
	net.ipv6.conf.default.router_solicitations=3
on B sysctl -qw net.ipv6.conf.all.forwarding=1
# a host behind the LNS, and one behind the client
host C B && wire B C 1500 toC wire
ip_on B addr add 2001:db8:c::1/64 dev toC nodad && ip_on C addr add 2001:db8:c::2/64 dev wire nodad
ip_on C route add default via 2001:db8:c::1
ip_on A link add lan type veth peer name stub && ip_on A link set lan up && ip_on A link set stub up
echo 'alice * secret *' >"$TMP/users" && chmod 600 "$TMP/users"
echo -n secret >"$TMP/password" && chmod 600 "$TMP/password"
daemon B <<-END || exit 1
	system modify state_file=$TMP/B.state chap_secrets=$TMP/users pap_secrets=$TMP/none
	pool create pool_name=four range=10.1.0.10-10.1.0.20
	pool create pool_name=links range=2001:db8:1::/48
	pool create pool_name=sites range=2001:db8:200::/40 delegate_length=56
	ppp profile modify profile_name=default ip_pool_name=four local_ipaddr=10.1.0.1 ipv6_pool_name=links \
		delegated_pool_name=sites dns_ipv6addr_pri=2001:db8:c::53
	peer profile create profile_name=A peer_ipaddr=192.0.2.1
END
daemon A <<-END || exit 1
	tunnel create tunnel_name=t dest_ipaddr=192.0.2.2 persist=yes $IMPATIENT
	ppp profile modify profile_name=default use_dns=yes
	session create tunnel_name=t session_name=s user_name=alice user_password_file=$TMP/password
END
has() { local regex=$1; shift; ip_on A -6 -o "$@" | grep -qE "$regex"; }

comes_up "the session" 1 1
check "an address of the link's prefix" until_true 10 has '2001:db8:1:[0-9a-f:]+/64' addr show dev ppp0 ||
	{ ip_on A addr show dev ppp0; ctl B session list; }
check "a route to all else" until_true 5 has '^default via fe80:.* proto ra' route show dev ppp0
advertised() { [ "$(session A t s .state.dns_ipv6addr_pri)" = 2001:db8:c::53 ]; }
check "a name server" until_true 5 advertised
check "packets pass, to a host behind the LNS" until_true 5 on A ping -qc 1 -W 1 2001:db8:c::2
check "large ones" on A ping -qc 2 -W 2 -s 3000 2001:db8:c::2

delegating_files KeepConfiguration=yes
SYSTEMD_LOG_LEVEL=debug networkd A "$TMP/ppp0.network" "$TMP/lan.network"
check "a network of the delegated prefix" until_true 20 has '2001:db8:2[0-9a-f]+:17:[0-9a-f:]+/64' addr show dev lan ||
	tail -n 60 "$TMP/helpers.log"
address=$(ip_on A -6 -o addr show dev lan scope global | grep -oE '2001:db8:[0-9a-f:]+' | head -n 1)
check "packets of it pass" until_true 5 on A ping -qc 1 -W 1 -I "$address" 2001:db8:c::2
check "and come in" until_true 5 on C ping -qc 1 -W 1 "$address"
equal "IPv4 beside it" "$(session A t s .state.local_ipaddr)" 10.1.0.10
