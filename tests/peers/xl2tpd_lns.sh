#!/bin/bash
# SPDX-License-Identifier: MIT
# xl2tpd is the LNS: tunnel and call in clear, with challenges both ways, with hidden AVPs; closed from either side;
# killed and back; HELLO.
# shellcheck source=tests/peers/_peers.sh
. "$(dirname "$0")/_peers.sh"

hosts

# lns CHALLENGE HIDDEN: yes or no
lns() {
	peer_files B
	mkdir -p "$TMP/B/run/xl2tpd"
	cat >"$TMP/B/etc/xl2tpd/xl2tpd.conf" <<-END
		[global]
		port = 1701
		access control = no
		auth file = /etc/xl2tpd/l2tp-secrets
		debug tunnel = yes
		debug state = yes
		[lns default]
		ip range = 10.9.9.2-10.9.9.250
		local ip = 10.9.9.1
		require authentication = no
		challenge = $1
		hidden bit = $2
		length bit = yes
	END
	printf '*\t*\tcorrect-horse\n' >"$TMP/B/etc/xl2tpd/l2tp-secrets"
	peer B /usr/sbin/xl2tpd -D -c /etc/xl2tpd/xl2tpd.conf -s /etc/xl2tpd/l2tp-secrets -p /run/xl2tpd.pid \
		-C /run/xl2tpd.control
	until_true 5 is_bound B 1701
}
log_says() { until_true 5 grep -qE "$1" "$(log_of B)"; }
has_pppd() { [ "$(processes B sleep | wc -l)" = "$1" ]; }

# a call up, closed by us, up again, closed by the peer
calls() {
	tell A call
	check "$1: the call is up" told A '^call up' || return
	check "$1: the peer has it, too" until_true 5 has_pppd 1
	tell A hangup
	check "$1: closed by us, the peer knows" until_true 5 has_pppd 0
	check "$1: the tunnel stays" not_told A down
	tell A call 5
	check "$1: five calls more" until_true 10 counter_at_least A calls 6
	check "$1: the peer has them, too" until_true 5 has_pppd 5
	: >"$TMP/A.told"
	kill "$(processes B sleep | head -n 1)"
	check "$1: closed by the peer, we know" told A '^call down by=peer'
	tell A close
	check "$1: the tunnel closed by us, the peer knows" until_true 5 has_pppd 0
}

capture B
lns no no && lac A -e 1000 -r 300 -m 3 192.0.2.2 && tell A tunnel
check "the tunnel is up" told A "^tunnel up .*vendor='xelerance.com' firmware=1680" && calls "in clear"

tell A tunnel
check "the tunnel is up again" told A '^tunnel up'
tell A call
check "another call" told A '^call up'
check "HELLO keeps it" until_true 5 counter_at_least A hellos_sent 2
equal "nothing was repeated" "$(counter A retransmitted)" 0
: >"$TMP/A.told"
kill_peer B
check "the peer is killed: the tunnel goes down" told A '^tunnel down by=us .*does not answer' 20
lns no no
tell A tunnel
check "the peer is back: the tunnel is up" told A '^tunnel up'
tell A call
check "the peer is back: the call is up" told A '^call up'
end_lac A || fail "our end" "status $?"
kill_peer B

lns yes no && lac A -s correct-horse -c 192.0.2.2 && tell A tunnel
check "challenges both ways: the tunnel is up" told A '^tunnel up' && calls "challenges"
end_lac A || fail "our end" "status $?"
lac A -s wrong-horse -c 192.0.2.2 && tell A tunnel
check "another secret: no tunnel, and the reason is said" told A '^tunnel down by=(us|peer) result=[24] .*text=.+'
end_lac A || fail "our end" "status $?"
kill_peer B

lns yes yes && lac A -s correct-horse -c -H 192.0.2.2 && tell A tunnel
check "hidden AVPs both ways: the tunnel is up" told A "^tunnel up .*vendor='xelerance.com'" && calls "hidden AVPs"
end_lac A || fail "our end" "status $?"
kill_peer B
end_capture
check "tshark understands all that we sent" understood 192.0.2.1
check "hidden AVPs were really there, of ours" seen 'ip.src == 192.0.2.1 && l2tp.avp.hidden == 1'
# Debian's is built without hiding of its own: it announces a Random Vector, and hides nothing behind it.
check "the peer knows of hidden AVPs" seen 'ip.src == 192.0.2.2 && l2tp.avp.type == 36'
