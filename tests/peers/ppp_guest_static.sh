#!/bin/bash
# SPDX-License-Identifier: MIT
# time-limit: 300
# A static PPP pseudowire of L2TPv3 (type 7) with a real Linux kernel and its pppd, in a guest: over UDP and over IP,
# with and without cookies and the sublayer.
# shellcheck source=tests/v2.sh
. "$(dirname "$0")/../v2.sh"
# shellcheck source=tests/peers/_ppp.sh
. "$(dirname "$0")/_ppp.sh"
# shellcheck source=tests/peers/_guest_ppp.sh
. "$(dirname "$0")/_guest_ppp.sh"

guest_ppp_begin
guest_takes "$BUILD/tests/peers/pppol2tp"
daemon A < <(users; echo "ppp profile modify profile_name=default auth_none=yes $ECHOES local_ipaddr=10.9.0.1 \
	remote_ipaddr=10.9.0.2") || exit 1

# theirs ENCAP COOKIE L2SPEC; ours the same
theirs() {
	local ports='' cookies='- -'
	[ "$1" = ip ] || ports='udp_sport 1701 udp_dport 1701 udp_csum on'
	[ "$2" = 0 ] || cookies="${cookie_B:0:$(($2 * 2))} ${cookie_A:0:$(($2 * 2))}"
	in_guest "ip l2tp add tunnel tunnel_id 2 peer_tunnel_id 1 encap $1 local 192.0.2.2 remote 192.0.2.1 $ports ||
			exit
		: >/run/pppd.log
		pppol2tp 2 1 12 11 $cookies $3 /usr/sbin/pppd plugin pppol2tp.so pppol2tp 3 nodetach noauth debug \
			noccp nodefaultroute logfile /run/pppd.log lcp-max-configure 30 lcp-restart 1 \
			10.9.0.2:10.9.0.1 >/run/pppol2tp.log 2>&1 </dev/null &"
}
ours() {
	local cookies=''
	[ "$2" = 0 ] || cookies="cookie=${cookie_A:0:$(($2 * 2))} peer_cookie=${cookie_B:0:$(($2 * 2))}"
	ctl A -q tunnel create tunnel_name=t version=3 encap="$1" tunnel_id=1 peer_tunnel_id=2 src_ipaddr=192.0.2.1 \
		dest_ipaddr=192.0.2.2 || return
	# shellcheck disable=SC2086 # a list of words
	ctl A -q session create tunnel_name=t session_name=s session_id=11 peer_session_id=12 pw_type=ppp \
		l2spec_type="$3" $cookies
}
remove() {
	in_guest 'kill $(pidof pppd); for i in {1..10}; do pidof pppd >/dev/null || break; sleep 0.05; done
		kill -9 $(pidof pppd)
		ip l2tp del tunnel tunnel_id 2; true' 2>/dev/null
	ctl A -q tunnel delete tunnel_name=t >/dev/null
	until_true 5 no_ppp_device A
}
is_up() { has_address A ppp0 10.9.0.1 10.9.0.2 && [ "$(guest_address)" = "10.9.0.2 10.9.0.1" ]; }

for encap in udp ip; do
	for cookie in 0 8; do
		for l2spec in none default; do
			name="$encap, cookie $cookie, sublayer $l2spec"
			what=("$encap" "$cookie" "$l2spec")
			if ! theirs "${what[@]}" || ! ours "${what[@]}"; then
				fail "$name" "cannot be made"
				remove
				continue
			fi
			if check "$name: both have their addresses" until_true 15 is_up; then
				carries "$name" ppp0 10.9.0.1 10.9.0.2
			else
				in_guest 'cat /run/pppol2tp.log /run/pppd.log'
			fi
			remove
		done
	done
done

# The peer's pppd ends and is started again: the pseudowire stays, and PPP comes back.
theirs udp 8 default && ours udp 8 default
check "up" until_true 15 is_up
in_guest 'kill $(pidof pppd)'
check "the peer's pppd ends: we know" until_true 10 eval '! session_is A t s up'
in_guest 'ip l2tp del session tunnel_id 2 session_id 12 2>/dev/null; ip l2tp del tunnel tunnel_id 2; sleep 0.5'
theirs udp 8 default
check "it is back: up again" until_true 30 is_up
remove
stop_daemon A
equal "we are stopped" $? 0
guest_is_well
