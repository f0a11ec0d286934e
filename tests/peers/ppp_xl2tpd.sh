#!/bin/bash
# SPDX-License-Identifier: MIT
# time-limit: 300
# xl2tpd with PPP, without a kernel that has any: what it starts as pppd is our engine behind its pty (stand_in.c). It
# is the LNS of our client, and then the LAC of our LNS.
# shellcheck source=tests/peers/_peers.sh
. "$(dirname "$0")/_peers.sh"
# shellcheck source=tests/peers/_ppp.sh
. "$(dirname "$0")/_ppp.sh"
# shellcheck source=tests/peers/_xl2tpd.sh
. "$(dirname "$0")/_xl2tpd.sh"

hosts
why() { ctl A session list; tail -n 20 "$(log_of A)" "$TMP/B.log" "$TMP/B/var/log/pppd"; }
hang_up() { ctl A -q tunnel delete tunnel_name=t >/dev/null; until_true 10 up A 0 0; }
both_have() { has_address A ppp0 "$1" "$2" && has_address B ppp0 "$2" "$1"; }

daemon A < <(users; cat <<-END
	pool create pool_name=guests range=10.9.0.10-10.9.0.20
	ppp profile modify profile_name=default $ECHOES
	ppp profile create profile_name=lns local_ipaddr=10.9.0.1 ip_pool_name=guests
	peer profile create profile_name=peer peer_ipaddr=192.0.2.2 ppp_profile_name=lns
END
) || exit 1
watches A

# ---------------------------------------------------------------- it is the LNS
for options in "require-pap" "require-chap asyncmap=0" "require-mschap-v2 asyncmap=ffffffff" \
	"require-eap asyncmap=a0000"; do
	stand_in_lns "${options%% *}" 'password correct-horse' "$(sed -n 's/.*asyncmap=/asyncmap /p' <<<"$options")"
	ctl A -q tunnel create tunnel_name=t dest_ipaddr=192.0.2.2
	ctl A -q session create tunnel_name=t session_name=s user_name=alice user_password_file="$TMP/password"
	name="the LNS, $options"
	if check "$name: both have their addresses" until_true 15 both_have 10.9.0.10 10.9.0.1; then
		carries "$name" ppp0 10.9.0.10 10.9.0.1
	else
		why
	fi
	hang_up
	check "$name: closed by us, its pppd is gone" until_true 5 no_ppp_device B
done

# ---------------------------------------------------------------- it is the LAC
for method in pap chap mschapv2 eap; do
	# shellcheck disable=SC2046 # words
	ctl A -q ppp profile modify profile_name=lns $(only $method)
	stand_in_lac 192.0.2.1 'user alice' 'password correct-horse'
	stand_in_dials
	name="the LAC, $method"
	if check "$name: both have their addresses" until_true 15 both_have 10.9.0.1 10.9.0.10; then
		carries "$name" ppp0 10.9.0.1 10.9.0.10
		check "$name: l2tpctl knows the user" user_is A alice 10.9.0.10
	else
		why
	fi
	stand_in_hangs_up
	check "$name: closed by the peer, we know" until_true 10 up A 0 0
done
stand_in_lac 192.0.2.1 'user alice' 'password wrong-horse'
stand_in_dials
check "a wrong password: no device" until_true 10 stand_in_said 'stand-in: down'
check "a wrong password: we know who it was" logged A 'alice.*192.0.2.2|192.0.2.2.*alice'
check "nobody was told a secret" no_secret_told
stop_daemon A
equal "we are stopped" $? 0
