#!/bin/bash
# SPDX-License-Identifier: MIT
# time-limit: 300
# MPPE with the kernel as the datapath: l2tpd in a guest, whose kernel enciphers, and l2tpd as usual on A.
# shellcheck source=tests/v2.sh
. "$(dirname "$0")/../v2.sh"
# shellcheck source=tests/peers/_ppp.sh
. "$(dirname "$0")/_ppp.sh"
# shellcheck source=tests/peers/_guest_l2tpd.sh
. "$(dirname "$0")/_guest_l2tpd.sh"

INJECT=(/usr/bin/python3 "$TESTS/peers/_inject.py")
guest_begin
guest_takes "$TOP/build/src/l2tpd/l2tpd" "$L2TPCTL" "$TOP/build/tests/peers/kernel_cipher"
guest_loads l2tp_ppp
# The module that enciphers is not to be found until it is asked for.
MODULE=$(in_guest 'modinfo -n ppp_mppe')
in_guest "rmmod ppp_mppe 2>/dev/null; mv $MODULE /run/hidden"
users >"$TMP/users.commands"
for file in users password; do guest put "$TMP/$file" "/run/$file" && in_guest "chmod 600 /run/$file"; done
there < <(sed "s,$TMP,/run,g" "$TMP/users.commands"
	echo "pool create pool_name=subs range=10.9.0.10-10.9.0.20
ppp profile modify profile_name=default ip_pool_name=subs local_ipaddr=10.9.0.1 mppe=allow $(only mschapv2)
peer profile create profile_name=A peer_ipaddr=192.0.2.1") ||
	{ fail "l2tpd in the guest" "does not start"; exit 1; }
daemon A < <(cat "$TMP/users.commands"; echo "ppp profile modify profile_name=default mppe=allow mppe_bits=40,56,128
tunnel create tunnel_name=t dest_ipaddr=192.0.2.2 persist=yes") || exit 1

theirs() { there_ctl -q ppp profile modify profile_name=default "$@"; }
ours() { ctl A -q ppp profile modify profile_name=default "$@"; }
call() { ctl A -q session create tunnel_name=t session_name=s user_name=alice user_password_file="$TMP/password"; }
hang_up() { ctl A -q session delete tunnel_name=t session_name=s; until_true 10 no_ppp_device A; }
# calls NAME BITS: a call with keys of so many, at both ends
calls() {
	call
	check "$1: up" until_true 20 session_is A t s up || { there_log; tail -n 5 "$(log_of A)"; return 1; }
	equal "$1: keys of so many bits" "$(session A t s '.state.mppe_bits // 0') $(there_ctl -j session list |
		jq -r '.[0].state.mppe_bits // 0')" "$2 $2"
}
# inject FRAME...: to the guest
inject() {
	on A "${INJECT[@]}" 192.0.2.1 192.0.2.2 "$(tunnel A t .state.peer_tunnel_id)" \
		"$(session A t s .state.peer_session_id)" "$@"
}
echoes_there() { in_guest 'sed -n "s/^Icmp: //p" /proc/net/snmp' | awk 'NR == 1 { for (i = 1; i <= NF; i++)
	if ($i == "InEchos") column = i } NR == 2 { print $column }'; }
clear_ping_is_answered() {
	local before
	before=$(echoes_there)
	inject "ping:$(ppp_address A ppp0 | cut -d' ' -f1):10.9.0.1"
	until_true 1 eval "[ \$(echoes_there) -gt $before ]"
}

# ---------------------------------------------------------------- a kernel without
calls "no module, allowed" 0 && check "no module, allowed: in clear" until_true 5 pings A 10.9.0.1
check "no module, allowed: a packet in clear from elsewhere is taken" clear_ping_is_answered
check "no module: it is told" eval '[[ $(there_log) == *"is not encrypted: "*"modprobe ppp_mppe"* ]]'
hang_up
theirs mppe=require
call
check "no module, required: refused" until_true 10 eval '[[ $(there_ctl status; there_log) == *"modprobe ppp_mppe"* ]]'
hang_up
in_guest "mv /run/hidden $MODULE"

# ---------------------------------------------------------------- the kernel as the LNS
capture A 'udp port 1701'
calls "LNS" 128 && carries "LNS" ppp0 "$(ppp_address A ppp0 | cut -d' ' -f1)" 10.9.0.1
end_capture
packets_seen() { tshark -r "$TMP/wire.pcap" -Y "$1" 2>/dev/null | wc -l; }
at_least "packets on the wire are encrypted" "$(packets_seen 'ppp.protocol == 0x00fd')" 100
equal "and none is not" "$(packets_seen 'ppp.protocol == 0x0021')" 0
same "the MTU there is less by MPPE's header" "$(in_guest 'cat /sys/class/net/ppp0/mtu')" "$(mtu_of A ppp0)"
check_fails "a packet in clear from elsewhere is not taken" clear_ping_is_answered
check "while those that are encrypted pass" pings A 10.9.0.1

# Garbage, a copy of an old packet: the kernel stops until it is told to go on, which we see to.
old=$(tshark -r "$TMP/wire.pcap" -Y 'ppp.protocol == 0x00fd && ip.dst == 192.0.2.2' -c 2000 -T fields -e udp.payload \
	2>/dev/null | head -n 1)
inject "00fd${old#*00fd}"
check "an old packet: those behind it pass" until_true 20 pings A 10.9.0.1
inject 00fd0001
check "garbage: what is behind it passes" until_true 20 pings A 10.9.0.1
for _ in {1..40}; do
	inject 00fd000100
	sleep 0.05
done
check "much garbage: what is behind it passes" until_true 20 pings A 10.9.0.1
check "much garbage: CCP has begun anew" eval '[[ $(ctl A -j session show tunnel_name=t session_name=s) == *128* ]]'
hang_up

theirs mppe_bits=40
calls "40 bits" 40 && check "40 bits: packets pass" until_true 5 ping_sizes 10.9.0.1
hang_up
theirs mppe_bits=56
call
check "56 bits: refused" until_true 10 eval '[[ $(there_ctl status; there_log) =~ 56\ bits.*datapath=user ]]'
hang_up
theirs mppe_bits=40,128

# ---------------------------------------------------------------- ends
calls "and a last call" 128
ctl A -q tunnel delete tunnel_name=t
check "all is gone" until_true 10 nothing_there
there_ends

# ---------------------------------------------------------------- what two of l2tpd never do
while read -r name what; do check "by itself: $what" in_guest "kernel_cipher $name"; done <<-'END'
	stateful with state: keys change, packets are lost, resets both ways
	deaf resets that do not help: all anew
	first the peer's Ack before ours: nothing in clear
	twice the peer's Ack twice: all anew
	rests nothing is carried for a while: the keys stay
	never what was not negotiated is refused
END

check "nobody was told a key" in_guest '! dmesg | grep "keys: master"'
guest_is_well
