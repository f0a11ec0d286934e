#!/bin/bash
# SPDX-License-Identifier: MIT
# time-limit: 400
# l2tpns is the LNS: tunnel and call, our challenge, hidden AVPs, closed from either side, killed and back, HELLO.
# shellcheck source=tests/peers/_peers.sh
. "$(dirname "$0")/_peers.sh"

hosts
# It speaks to a cluster before it speaks to anybody else.
ip_on B route add 224.0.0.0/4 dev wire

# lns SECONDS: how long it waits for an answer to its LCP; a call is closed then
lns() {
	peer_files B
	mkdir -p "$TMP/B/run/l2tpns"
	cat >"$TMP/B/etc/l2tpns/startup-config" <<-END
		set debug 4
		set log_file "/var/log/l2tpns"
		set pid_file "/run/l2tpns.pid"
		set l2tp_secret "correct-horse"
		set primary_radius 127.0.0.1
		set radius_secret "none"
		set bind_address 192.0.2.2
		set cluster_interface "wire"
		set cluster_hb_timeout 31
		set ppp_restart_time 1
		set ppp_max_configure $1
	END
	: >"$TMP/B/var/log/l2tpns"
	peer B /usr/sbin/l2tpns -c /etc/l2tpns/startup-config
	until_true 10 is_bound B 1701
}
# It answers nobody until it has found that it is the master.
tunnel() { tell A tunnel; told A '^tunnel up' 20; }

calls() {
	tell A call
	check "$1: the call is up" told A '^call up' || return
	check "$1: the peer speaks LCP in it" until_true 5 counter_at_least A data 1
	tell A hangup
	tell A call 5
	check "$1: closed by us, and five calls more" until_true 10 counter_at_least A calls 6
	check "$1: the tunnel stays" not_told A '^tunnel down'
}

capture B
lns 10 && lac A -e 1000 -r 300 -m 5 192.0.2.2
check "the tunnel is up" tunnel
before=$(counter A retransmitted)	# SCCRQs, while it was no master
calls "in clear"
check "HELLO keeps it" until_true 8 counter_at_least A hellos_sent 2
equal "nothing was repeated once it answered" "$(counter A retransmitted)" "$before"
: >"$TMP/A.told"
kill_peer B
check "the peer is killed: the tunnel goes down" told A '^tunnel down by=us .*does not answer' 20
lns 3
end_lac A || fail "our end" "status $?"
lac A -e 1000 192.0.2.2
check "the peer is back: the tunnel is up" tunnel
tell A call
check "the peer is back: the call is up" told A '^call up'
check "nobody answers its LCP: closed by the peer, we know" told A '^call down by=peer' 20
end_lac A || fail "our end" "status $?"

lac A -s correct-horse -c 192.0.2.2
check "our challenge: the tunnel is up" tunnel && calls "challenge"
end_lac A || fail "our end" "status $?"
lac A -s wrong-horse -c 192.0.2.2 && tell A tunnel
check "another secret: no tunnel, and the reason is said" told A '^tunnel down by=us result=4 .*text=.+'
end_lac A || fail "our end" "status $?"

lac A -s correct-horse -c -H 192.0.2.2
check "hidden AVPs: the tunnel is up" tunnel && calls "hidden AVPs"
end_lac A || fail "our end" "status $?"
end_capture
check "tshark understands all that we sent" understood 192.0.2.1
check "hidden AVPs were really there" seen 'ip.src == 192.0.2.1 && l2tp.avp.hidden == 1'
