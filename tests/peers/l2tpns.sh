#!/bin/bash
# SPDX-License-Identifier: MIT
# time-limit: 400
# l2tpns is the LNS of our daemon: tunnel and call, our challenge, hidden AVPs, closed from either side, killed and
# back, HELLO.
# shellcheck source=tests/peers/_peers.sh
. "$(dirname "$0")/_peers.sh"
without_ppp

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
# call WORDS: a tunnel with these, and a session
call() {
	ctl A -q tunnel create tunnel_name=t dest_ipaddr=192.0.2.2 "$@"
	ctl A -q session create tunnel_name=t session_name=s frame_socket="$TMP/A.frames"
}

calls() {
	local name=$1 n
	call "${@:2}"
	check "$name: tunnel and call are up" until_true 20 up A 1 1 ||
		{ ctl A -q tunnel delete tunnel_name=t; return; }
	check "$name: the peer speaks LCP in it" eval '[ -n "$(on A "${FRAMES[@]}" receive "$TMP/A.frames" |
		grep ^ff03c02101)" ]'
	ctl A -q session delete tunnel_name=t session_name=s
	for n in 1 2 3 4 5; do ctl A -q session create tunnel_name=t session_name=s$n; done
	check "$name: closed by us, and five calls more" until_true 10 up A 1 5
	ctl A -q tunnel delete tunnel_name=t reason="no more of it"
	check "$name: deleted, with a reason" until_true 10 grep -aq 'no more of it' "$TMP/B/var/log/l2tpns"
}

(umask 077; echo correct-horse >"$TMP/correct"; echo wrong-horse >"$TMP/wrong")
capture B
daemon A <<<'' || exit 1
lns 10
# It answers nobody until it has found that it is the master.
calls "in clear" max_retries=8
calls "our challenge" auth_mode=challenge secret_file="$TMP/correct"
calls "hidden AVPs" auth_mode=challenge secret_file="$TMP/correct" hide_avps=yes
ctl A -q tunnel create tunnel_name=t dest_ipaddr=192.0.2.2 auth_mode=challenge secret_file="$TMP/wrong"
check "another secret: no tunnel" until_true 5 no_tunnel A t
check "and the reason is said" failed A 'tunnel t: .+'

# shellcheck disable=SC2086 # words
call persist=yes $IMPATIENT
check "a tunnel that persists" until_true 10 up A 1 1
sleep 3
check "HELLO keeps it" up A 1 1
kill_peer B
check "the peer is killed: it waits" until_true 10 tunnel_is A t waiting
check "with its session" session_is A t s waiting
lns 3
check "the peer is back: both are up" until_true 25 up A 1 1
check "nobody answers its LCP: closed by the peer, we know" until_true 20 failed A 'session s .*closed by the peer'
check "and call again" until_true 10 up A 1 1

killed_and_back
stop_daemon A
equal "we are stopped" $? 0
end_capture
check "tshark understands all that we sent" understood 192.0.2.1
check "hidden AVPs were really there" seen 'ip.src == 192.0.2.1 && l2tp.avp.hidden == 1'
check "HELLOs of ours" seen 'ip.src == 192.0.2.1 && l2tp.avp.message_type == 6'
