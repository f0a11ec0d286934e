# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# _guest_ppp.sh - xl2tpd and pppd over the pppol2tp of Debian's kernel, in a guest, as the other end of an l2tpd:
# include v2.sh or _peers.sh, and _ppp.sh, first.
# shellcheck source=tests/peers/_guest.sh
. "$(dirname "${BASH_SOURCE[0]}")/_guest.sh"

# A guest that a busy machine keeps waiting for seconds is not gone: where silence is what is tested, SHORT_ECHOES.
# Our first LCP packet comes before its pppd has begun, and the next is not to come after the usual 3 seconds only.
# shellcheck disable=SC2034
SHORT_ECHOES=$ECHOES ECHOES="lcp_echo_interval=5 lcp_echo_failure_count=6 lcp_retransmit_interval=1"
GUEST_USER=alice GUEST_GLOBAL=''	# GUEST_GLOBAL: lines of xl2tpd's section [global]

# guest_ppp_begin [HOST]: guest_begin, and who it lets in
guest_ppp_begin() {
	guest_begin "$@"
	echo "the peer has $(in_guest 'pppd --version 2>&1; xl2tpd --version' | tr '\n' ' ')"
	guest_loads l2tp_ppp ppp_mppe l2tp_ip
	in_guest "printf 'alice\t*\tcorrect-horse\t*\n' >/etc/ppp/chap-secrets &&
		cp /etc/ppp/chap-secrets /etc/ppp/pap-secrets && chmod 600 /etc/ppp/*-secrets" ||
		{ fail guest "has no pppd"; exit 1; }
}

# guest_xl2tpd SECTION: with this and nothing of an earlier one
guest_xl2tpd() {
	guest_ends
	printf '[global]\nport = 1701\naccess control = no\n%s\n%s\n' "$GUEST_GLOBAL" "$1" >"$TMP/xl2tpd.conf"
	guest put "$TMP/xl2tpd.conf" /run/xl2tpd.conf
	in_guest ': >/run/secrets; : >/run/pppd.log
		xl2tpd -D -c /run/xl2tpd.conf -s /run/secrets -p /run/xl2tpd.pid -C /run/control \
			>/run/xl2tpd.log 2>&1 </dev/null &
		for i in {1..100}; do [ -p /run/control ] && break; sleep 0.1; done'
}
guest_ends() {
	in_guest 'kill $(pidof xl2tpd) 2>/dev/null; sleep 0.2; kill -9 $(pidof pppd) 2>/dev/null
		for i in {1..50}; do pidof xl2tpd pppd >/dev/null || break; sleep 0.1; done
		kill -9 $(pidof xl2tpd pppd) 2>/dev/null; rm -f /run/control; true'
}
# guest_options FILE OPTION...: of its pppd. When it says goodbye to nobody it waits for 2 seconds, not 6.
guest_options() {
	printf '%s\n' nodefaultroute debug 'logfile /run/pppd.log' 'mtu 1450' 'mru 1450' 'lcp-restart 1' \
		'lcp-max-configure 30' "${@:2}" >"$TMP/options"
	guest put "$TMP/options" "$1"
}
# guest_lac OPTION...: it will call us, `guest_dials`
guest_lac() {
	guest_options /run/options.lac noauth "user $GUEST_USER" "$@"
	guest_xl2tpd "[lac lns]
lns = 192.0.2.1
require authentication = no
length bit = yes
pppoptfile = /run/options.lac
[lac second]
lns = 192.0.2.1
require authentication = no
length bit = yes
pppoptfile = /run/options.lac"
}
guest_dials() { in_guest "echo 'c ${1:-lns}' >/run/control"; }
# guest_lns OPTION...: we call it; it is 10.9.0.1, we are one of 10.9.0.10-20
guest_lns() {
	guest_options /run/options.lns 'name lns' "$@"
	guest_xl2tpd "[lns default]
ip range = 10.9.0.10-10.9.0.20
local ip = 10.9.0.1
require authentication = no
length bit = yes
pppoptfile = /run/options.lns"
}
# guest_address: "ITS OURS", of its ppp0
guest_address() {
	in_guest "ip -4 -o addr show dev ppp0 2>/dev/null" | sed -nE 's,.*inet ([0-9.]+) peer ([0-9.]+)/.*,\1 \2,p'
}
# guest_address6 link|global
guest_address6() {
	in_guest "ip -6 -o addr show dev ppp0 scope $1 2>/dev/null" | sed -nE 's,.*inet6 ([0-9a-f:]+).*,\1,p'
}
guest_has_pppd() { [ "$(in_guest 'pidof pppd | wc -w')" = "$1" ]; }
guest_said() { in_guest "grep -E -- '$1' /run/pppd.log /run/xl2tpd.log"; }
guest_forgets() { in_guest ': >/run/pppd.log'; }
