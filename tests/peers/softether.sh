#!/bin/bash
# SPDX-License-Identifier: MIT
# time-limit: 400
# SoftEther is the LNS of our daemon: tunnel and call, closed from either side, HELLOs of both, killed and back.
# shellcheck source=tests/peers/_peers.sh
. "$(dirname "$0")/_peers.sh"
without_ppp

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
call() {
	ctl A -q tunnel create tunnel_name=t dest_ipaddr=192.0.2.2 "$@"
	ctl A -q session create tunnel_name=t session_name=s frame_socket="$TMP/A.frames"
}
lcp() { on A "${FRAMES[@]}" send "$TMP/A.frames" "ff03c021$1"; }

capture B
daemon A <<<'' || exit 1
check "it starts" start_peer
check "it takes L2TP" enable_l2tp
until_true 10 is_bound B 1701
call hello_timeout=3
check "tunnel and call are up" until_true 20 up A 1 1
lcp 01010004		# Configure-Request
check "the peer answers LCP in it" eval '[ "$(on A "${FRAMES[@]}" receive "$TMP/A.frames")" ]'
ctl A -q session delete tunnel_name=t session_name=s
for n in 1 2 3; do ctl A -q session create tunnel_name=t session_name=s$n; done
check "closed by us, and three calls more" until_true 10 up A 1 3
for n in 1 2 3; do ctl A -q session delete tunnel_name=t session_name=s$n; done
ctl A -q session create tunnel_name=t session_name=s frame_socket="$TMP/A.frames"
check "and another" until_true 5 up A 1 1
lcp 05010004		# Terminate-Request
check "LCP terminated: closed by the peer, we know" until_true 30 failed A 'session s .*closed by the peer'
check "the tunnel stays" tunnel_is A t up
ctl A -q session create tunnel_name=t session_name=s
sleep 9			# its HELLO comes after 8.8 s
check "HELLOs of both sides keep it" up A 1 1
ctl A -q tunnel delete tunnel_name=t

# shellcheck disable=SC2086 # words
call persist=yes $IMPATIENT
check "a tunnel that persists" until_true 10 up A 1 1
kill_peer B
check "the peer is killed: it waits" until_true 10 tunnel_is A t waiting
check "with its session" session_is A t s waiting
# It had no time to write down what it was told.
start_peer && until_true 20 enable_l2tp && until_true 20 is_bound B 1701
check "the peer is back: both are up" until_true 30 up A 1 1

killed_and_back
stop_daemon A
equal "we are stopped" $? 0
end_capture
check "tshark understands all that we sent" understood 192.0.2.1
check "HELLOs of ours" seen 'ip.src == 192.0.2.1 && l2tp.avp.message_type == 6'
check "HELLOs of the peer" seen 'ip.src == 192.0.2.2 && l2tp.avp.message_type == 6'
