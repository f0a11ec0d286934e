#!/bin/bash
# SPDX-License-Identifier: MIT
# xl2tpd is the LAC and we are the LNS: in clear, with challenges, with hidden AVPs; closed from either side; a peer
# that is killed comes back with a new tunnel while the old one still stands.
# shellcheck source=tests/peers/_peers.sh
. "$(dirname "$0")/_peers.sh"

hosts

# lac_peer CHALLENGE HIDDEN [AUTODIAL]: yes or no
lac_peer() {
	peer_files B
	cat >"$TMP/B/etc/xl2tpd/xl2tpd.conf" <<-END
		[global]
		port = 1701
		auth file = /etc/xl2tpd/l2tp-secrets
		debug tunnel = yes
		debug state = yes
		[lac we]
		lns = 192.0.2.1
		autodial = ${3:-no}
		require authentication = no
		challenge = $1
		hidden bit = $2
		length bit = yes
	END
	printf '*\t*\tcorrect-horse\n' >"$TMP/B/etc/xl2tpd/l2tp-secrets"
	peer B /usr/sbin/xl2tpd -D -c /etc/xl2tpd/xl2tpd.conf -s /etc/xl2tpd/l2tp-secrets -p /run/xl2tpd.pid \
		-C /run/xl2tpd.control
	until_true 5 is_bound B 1701 && until_true 5 test -p "$TMP/B/run/xl2tpd.control"
}
# peer_does COMMAND: "c we" connects, "d we" disconnects
peer_does() { echo "$*" >"$TMP/B/run/xl2tpd.control"; }
has_pppd() { [ "$(processes B sleep | wc -l)" = "$1" ]; }

calls() {
	: >"$TMP/A.told"
	peer_does c we
	check "$1: the peer's tunnel is up" told A "^tunnel up .*vendor='xelerance.com'" || return
	check "$1: the peer's call is up" told A '^call up .*role=lns-incoming'
	check "$1: the peer has it, too" until_true 5 has_pppd 1
	tell A hangup
	check "$1: closed by us, the peer knows" until_true 5 has_pppd 0
	peer_does c we
	check "$1: again a call" told A '^call up' 15
	until_true 5 has_pppd 1
	: >"$TMP/A.told"
	kill "$(processes B sleep)"
	check "$1: the call closed by the peer, we know" told A '^call down by=peer'
	check "$1: the tunnel stays" not_told A '^tunnel down'
	peer_does d we
	check "$1: the tunnel closed by the peer, we know" told A '^tunnel down by=peer result=1'
}

capture B
lac A -L -e 1000 -r 300 -m 3
lac_peer no no && calls "in clear"
kill_peer B
end_lac A || fail "our end" "status $?"

lac A -L -s correct-horse -c
lac_peer yes no && calls "challenges"
kill_peer B
end_lac A || fail "our end" "status $?"

lac A -L -s wrong-horse -c
lac_peer yes no
peer_does c we
check "another secret: a request comes" told A '^request'
sleep 2
check "another secret: no tunnel" not_told A 'tunnel up'
kill_peer B
end_lac A || fail "our end" "status $?"

lac A -L -s correct-horse -c -H
lac_peer yes yes && calls "hidden AVPs"
kill_peer B
end_lac A || fail "our end" "status $?"

# It asks for an outgoing call, as an LNS would, and may not survive that it gets one.
lac A -L
lac_peer no no
peer_does t 192.0.2.1
check "outgoing call: the peer's tunnel is up" told A '^tunnel up'
peer_does o "$(sed -n 's/^tunnel up id=[0-9]* peer_id=\([0-9]*\) .*/\1/p' "$TMP/A.told")" 5550100
check "outgoing call: up" told A '^call up .*role=lac-outgoing'
kill_peer B
end_lac A || fail "our end" "status $?"

# The peer dies and comes back at once, at the same address and port: what we still hold of it is no obstacle
lac A -L -e 1000 -r 300 -m 3
lac_peer no no yes
check "a peer that dials by itself: the call is up" told A '^call up' 15
kill_peer B
: >"$TMP/A.told"
lac_peer no no yes
check "killed and back: a new tunnel and call are up" told A '^call up' 15
check "killed and back: the old tunnel goes down, and only it" told A '^tunnel down by=us .*does not answer' 15
sleep 1
equal "killed and back: one tunnel down" "$(grep -c '^tunnel down' "$TMP/A.told")" 1
end_lac A || fail "our end" "status $?"
end_capture
check "tshark understands all that we sent" understood 192.0.2.1
check "hidden AVPs were really there, of ours" seen 'ip.src == 192.0.2.1 && l2tp.avp.hidden == 1'
