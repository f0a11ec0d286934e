#!/bin/bash
# SPDX-License-Identifier: MIT
# time-limit: 400
# SoftEther is the LNS: tunnel and call, closed from either side, HELLOs of both, killed and back.
# shellcheck source=tests/peers/_peers.sh
. "$(dirname "$0")/_peers.sh"

hosts

start_peer() {
	peer_files B
	mkdir -p "$TMP/B/run/softether" "$TMP/B/var/lib/softether" "$TMP/B/var/log/softether"
	peer B /usr/libexec/softether/vpnserver/vpnserver execsvc
	until_true 20 on B sh -c 'ss -Hltn sport = :5555 | grep -q .'
}
# Plain L2TP, without IPsec, is a thing to be asked for.
enable_l2tp() {
	in_peer B /usr/libexec/softether/vpncmd/vpncmd 127.0.0.1:5555 /SERVER /CMD \
		IPsecEnable /L2TP:yes /L2TPRAW:yes /ETHERIP:no /PSK:unused-here /DEFAULTHUB:DEFAULT
}

capture B
check "it starts" start_peer
check "it takes L2TP" enable_l2tp
until_true 10 is_bound B 1701
lac A -e 3000 192.0.2.2
tell A tunnel
check "the tunnel is up" told A "^tunnel up .*window=16" 20
tell A call
check "the call is up" told A '^call up'
tell A lcp
check "the peer answers LCP in it" until_true 5 counter_at_least A data 1
tell A hangup
tell A call 3
check "closed by us, and three calls more" until_true 10 counter_at_least A calls 4
check "HELLOs of both sides" eval 'until_true 20 counter_at_least A hellos_received 1 &&
	until_true 5 counter_at_least A hellos_sent 1'
equal "nothing was repeated" "$(counter A retransmitted)" 0
check "the tunnel stayed" not_told A '^tunnel down'
tell A lcp 5
check "LCP terminated: closed by the peer, we know" told A '^call down by=peer' 30
end_lac A || fail "our end" "status $?"

lac A -e 1000 -r 300 -m 3 192.0.2.2 && tell A tunnel
check "the tunnel is up again" told A '^tunnel up'
tell A call
check "and a call" told A '^call up'
: >"$TMP/A.told"
kill_peer B
check "the peer is killed: the tunnel goes down" told A '^tunnel down by=us .*does not answer' 20
end_lac A || fail "our end" "status $?"
# It had no time to write down what it was told.
start_peer && until_true 20 enable_l2tp && until_true 20 is_bound B 1701
lac A -e 1000 192.0.2.2 && tell A tunnel
check "the peer is back: the tunnel is up" told A '^tunnel up' 20
tell A call
check "the peer is back: the call is up" told A '^call up'
end_lac A || fail "our end" "status $?"
end_capture
check "tshark understands all that we sent" understood 192.0.2.1
