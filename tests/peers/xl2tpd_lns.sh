#!/bin/bash
# SPDX-License-Identifier: MIT
# xl2tpd is the LNS of our daemon: a call in clear, with challenges both ways, with hidden AVPs; closed from either
# side; killed and back; HELLO; frames.
# shellcheck source=tests/peers/_peers.sh
. "$(dirname "$0")/_peers.sh"
# shellcheck source=tests/peers/_xl2tpd.sh
. "$(dirname "$0")/_xl2tpd.sh"
without_ppp

hosts

# lns CHALLENGE HIDDEN: yes or no
lns() {
	challenging_xl2tpd "$1" "$2" "[lns default]
ip range = 10.9.9.2-10.9.9.250
local ip = 10.9.9.1"
}
peer_says() { grep -qE -- "$1" "$TMP/B.log"; }

# calls NAME WORDS...: a tunnel with these words; a call up, closed by us, up again, closed by the peer
calls() {
	local name=$1 n
	ctl A -q tunnel create tunnel_name=t dest_ipaddr=192.0.2.2 "${@:2}"
	ctl A -q session create tunnel_name=t session_name=s
	check "$name: tunnel and call are up" until_true 10 up A 1 1 || { gone "$name"; return; }
	check "$name: the peer has it, too" until_true 5 has_pppd 1
	ctl A -q session delete tunnel_name=t session_name=s
	check "$name: closed by us, the peer knows" until_true 5 has_pppd 0
	check "$name: the tunnel stays" up A 1 0
	for n in 1 2 3 4 5; do ctl A -q session create tunnel_name=t session_name=s$n; done
	check "$name: five calls more" until_true 10 up A 1 5
	check "$name: the peer has them, too" until_true 5 has_pppd 5
	kill "$(processes B sleep | head -n 1)"
	check "$name: closed by the peer, we know" until_true 5 up A 1 4
	check "$name: and why" failed A 'session .*: closed by the peer'
	gone "$name"
}
gone() {
	ctl A -q tunnel delete tunnel_name=t reason="no more of it"
	check "$1: the tunnel deleted, the peer knows" until_true 5 has_pppd 0
}

(umask 077; echo correct-horse >"$TMP/correct"; echo wrong-horse >"$TMP/wrong")
capture B
daemon A <<<'' || exit 1
lns no no && calls "in clear"
check "the peer was told our reason" until_true 10 peer_says 'no more of it'
kill_peer B

lns yes no && calls "challenges both ways" auth_mode=challenge secret_file="$TMP/correct"
ctl A -q tunnel create tunnel_name=t dest_ipaddr=192.0.2.2 auth_mode=challenge secret_file="$TMP/wrong"
check "another secret: no tunnel" until_true 5 no_tunnel A t
check "and the reason is said" failed A 'tunnel t: .*(authori[sz]ed|challenge|secret)'
kill_peer B

lns yes yes && calls "hidden AVPs both ways" auth_mode=challenge secret_file="$TMP/correct" hide_avps=yes

# ---------------------------------------------------------------- it stays, and comes back
kill_peer B
lns no no
# shellcheck disable=SC2086 # words
ctl A -q tunnel create tunnel_name=t dest_ipaddr=192.0.2.2 persist=yes $IMPATIENT
ctl A -q session create tunnel_name=t session_name=s frame_socket="$TMP/A.frames"
check "a tunnel that persists" until_true 10 up A 1 1
on A "${FRAMES[@]}" send "$TMP/A.frames" ff03c021010100040badcafe
sleep 3
check "HELLO keeps it" up A 1 1
kill_peer B
check "the peer is killed: it waits" until_true 10 tunnel_is A t waiting
check "with its session" session_is A t s waiting
lns no no
check "the peer is back: both are up" until_true 15 up A 1 1
check "and the peer has the call" until_true 5 has_pppd 1

# ---------------------------------------------------------------- we do
killed_and_back
check "the peer has both" until_true 5 has_pppd 2
stop_daemon A
equal "we are stopped" $? 0
check "the peer knows of the newer one" until_true 5 has_pppd 1
end_capture
check "tshark understands all that we sent" understood 192.0.2.1
check "hidden AVPs were really there, of ours" seen 'ip.src == 192.0.2.1 && l2tp.avp.hidden == 1'
# Debian's is built without hiding of its own: it announces a Random Vector, and hides nothing behind it.
check "the peer knows of hidden AVPs" seen 'ip.src == 192.0.2.2 && l2tp.avp.type == 36'
check "HELLOs of ours" seen 'ip.src == 192.0.2.1 && l2tp.avp.message_type == 6'
check "a frame is L2TP data with the call's header" seen \
	'ip.src == 192.0.2.1 && l2tp.type == 0 && l2tp.version == 2 && ppp.protocol == 0xc021 && lcp'
check "our StopCCN at the end" seen 'ip.src == 192.0.2.1 && l2tp.avp.message_type == 4 && l2tp.result_code == 6'
