# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# _pppd.sh - xl2tpd in its kernel mode with pppd and its plugin, unmodified, under l2tprun: the tunnel is the socket of
# a program, the session another's, the interface a unit of /dev/ppp. The l2tpd that they find for a kernel is in a
# third namespace, K.
# shellcheck source=tests/peers/_peers.sh
. "$(dirname "${BASH_SOURCE[0]}")/_peers.sh"
# shellcheck source=tests/peers/_ppp.sh
. "$(dirname "${BASH_SOURCE[0]}")/_ppp.sh"
# shellcheck source=tests/peers/_xl2tpd.sh
. "$(dirname "${BASH_SOURCE[0]}")/_xl2tpd.sh"

hosts
host K
real_packets A B
why() { ctl A session list; ctl K session list; tail -n 40 "$TMP/B.log" "$TMP/K.log" "$TMP/B/var/log/pppd"; }
both_have() { has_address A ppp0 "$1" "$2" && has_address B ppp0 "$2" "$1"; }
clean() { [ "$(counts K)" = '0 0 0 0' ] && no_ppp_device B; }
all_clean() { clean && [ "$(counts A)" = '0 0 0 0' ] && no_ppp_device A; }
no_call() { [ "$(counts K | cut -d " " -f 3)" = 0 ] && no_ppp_device B && [ -z "$(processes B pppd)" ]; }
# forget_calls: A does not know yet that nobody is there any more
forget_calls() {
	local id
	for id in $(of_peer A .config.tunnel_id); do ctl A -q tunnel delete tunnel_id="$id"; done
	until_true 10 up A 0 0
}

# our_lns: l2tpd on A. Its first LCP packet comes before pppd has begun: xl2tpd gets it, as from a kernel that has no
# such session yet.
our_lns() {
	daemon A < <(users; cat <<-END
		pool create pool_name=guests range=10.9.0.10-10.9.0.20
		ppp profile modify profile_name=default $ECHOES lcp_retransmit_interval=1
		ppp profile create profile_name=lns local_ipaddr=10.9.0.1 ip_pool_name=guests
		peer profile create profile_name=peer peer_ipaddr=192.0.2.2 ppp_profile_name=lns
	END
	)
}
their_kernel() { daemon K --kernel-socket "$TMP/K.kernel" </dev/null; }
# real_pppd HOST: what xl2tpd starts there is the real one
real_pppd() { peer_files "$1" && cp "$ROOT/usr/lib/pppd/pppd" "$TMP/$1/pppd"; }
# shellcheck disable=SC2034 # _peers.sh's
PEER_UNDER=("$BUILD/src/l2tprun/l2tprun" -s "$TMP/K.kernel")
# dial OPTION...: calls A, with these options of pppd
dial() {
	stand_in_lac 192.0.2.1 'user alice' 'password correct-horse' noauth debug 'logfile /var/log/pppd' "$@" &&
		stand_in_dials
}
# their_lns OPTION...
their_lns() {
	mkdir -p "$TMP/$XL2TPD/etc/ppp"
	(umask 077; printf 'alice * correct-horse *\n' >"$TMP/$XL2TPD/etc/ppp/chap-secrets")
	stand_in_lns require-mschap-v2 'name server' debug 'logfile /var/log/pppd' "$@"
}
