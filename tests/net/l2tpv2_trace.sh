#!/bin/bash
# SPDX-License-Identifier: MIT
# Control messages in the log and in captures: of whom, what they say, and what nobody is told: secrets.
# shellcheck source=tests/v2.sh
. "$(dirname "$0")/../v2.sh"
without_ppp

hosts
daemon A <<<'' || exit 1
daemon B <<'END' || exit 1
tunnel profile create profile_name=lacs auth_mode=challenge secret=sesame hide_avps=yes
peer profile create profile_name=lac peer_ipaddr=192.0.2.1 tunnel_profile_name=lacs
END
echo sesame >"$TMP/secret"
ctl A -q tunnel create tunnel_name=t dest_ipaddr=192.0.2.2 auth_mode=challenge secret_file="$TMP/secret" persist=yes
comes_up "a tunnel" 1 0
seen=0
forget() { seen=$(wc -l <"$(log_of A)"); }
lines() { tail -n "+$((seen + 1))" "$(log_of A)"; }
category() { lines | grep -cE "category=($1)( |\$)"; }
has() { lines | grep -qE -- "$1"; }
says() { check "$1" until_true 5 has "$2"; }
# a session NAME comes up
new_session() {
	ctl A -q session create tunnel_name=t session_name="$1" "${@:2}" && until_true 5 session_is A t "$1" up
}

equal "who is not traced has no line" "$(category '.*')" 0
# ---------------------------------------------------------------- protocol
ctl A -q debug modify protocol=yes tunnel_name=t
forget
new_session s called_number=99 'calling_number=a"b'
says "what is sent, with its values" \
	'sent ICRQ to 192.0.2.2:1701: session 0, Ns [0-9]+, Nr [0-9]+: Assigned Session ID [0-9]+, .*category=protocol'
says "also texts" 'Called Number "99", Calling Number "a\?b" tunnel=t .*session=s '
says "what is received; what is hidden stays so" \
	'received ICRP from 192.0.2.2:1701: session [1-9][0-9]*, .*ID \(hidden, [0-9]+ octets\) .*session=s '
says "and the rest" 'sent ICCN to .*Tx Connect Speed 1000000'
equal "no other category" "$(category 'transport|avp_info|avp_data|avp_hide|func|fsm')" 0
equal "no acknowledgements" "$(category protocol)" 3
# ---------------------------------------------------------------- the others
ctl A -q debug modify protocol=no avp_info=yes tunnel_name=t
forget
new_session t
says "avp_info: attributes and lengths" \
	'received Assigned Session ID: attribute 14, mandatory, hidden, [0-9]+ octets .*category=avp_info'
ctl A -q debug modify avp_info=no avp_data=yes avp_hide=yes tunnel_name=t
forget
new_session u
says "avp_data: octets" 'sent Tx Connect Speed: 000f4240 .*category=avp_data'
says "but of no secret" 'received Assigned Session ID: \(hidden, .*category=avp_data'
says "avp_hide: which are hidden" 'received Assigned Session ID hidden, in [0-9]+ octets .*category=avp_hide'
ctl A -q debug modify all=no fsm=yes func=yes transport=yes tunnel_name=t
forget
new_session v
says "fsm: states" 'session v of tunnel t: connecting -> up .*session=v .*category=fsm'
says "func: what the engine tells" 'protocol engine: the call is up .*session=v .*category=func'
says "transport: numbers and windows" \
	'sent message Ns [0-9]+, Nr [0-9]+; 1 under way, window [0-9]+ of 10, threshold 10 .*category=transport'
says "acknowledgements, too" 'received acknowledgement Ns [0-9]+, Nr [0-9]+; 0 under way'
equal "and of no message what it says" "$(category 'protocol|avp_info|avp_data|avp_hide')" 0
# ---------------------------------------------------------------- one session of many
ctl A -q debug modify all=no tunnel_name=t
ctl A -q debug modify protocol=yes tunnel_name=t session_name=v
forget
for s in s v; do
	ctl B -q session delete tunnel_id="$(tunnel A t .state.peer_tunnel_id)" \
		session_id="$(session A t $s .state.peer_session_id)"
done
says "one session: its messages" 'received CDN from .*: session [0-9]+, .*Result Code 3.*session=v '
check_fails "and of no other" has 'session=s .*category='
# ---------------------------------------------------------------- from the first message on
ctl A -q debug modify all=no tunnel_name=t session_name=v
ctl A -q tunnel modify tunnel_name=t trace_flags=protocol,transport
ctl B -q debug modify protocol=yes app
forget
ctl B -q tunnel delete tunnel_id="$(tunnel A t .state.peer_tunnel_id)" reason="see you"
says "the end" 'received StopCCN from .*Result Code [0-9], error 0, "see you"'
says "and a new beginning: no challenge is told" \
	'sent SCCRQ to 192.0.2.2:1701: session 0, Ns 0, Nr 0: Protocol Version 1.0, .*Challenge \(16 octets\)'
says "nor the answer to one" 'sent SCCCN .*Challenge Response \(16 octets\)'
check "the daemon's: what peers say that have proved nothing" \
	until_true 5 logged B 'received SCCRQ from 192.0.2.1:1701: .*peer=192.0.2.1 category=protocol'
check "and what they are told" logged B 'sent SCCRP to 192.0.2.1:1701: '
forget
on B nft 'add table ip silent; add chain ip silent in { type filter hook input priority 0; policy drop; }'
ctl A -q session create tunnel_name=t session_name=w
says "transport: what is sent again" 'sent message Ns [0-9]+, Nr [0-9]+, again; .*category=transport'
on B nft delete table ip silent
says "and comes through" 'sent ICCN .*session=w '
for daemon in A B; do
	check_fails "no secret in the log of $daemon" grep -qE 'sesame|736573616d65' "$(log_of $daemon)"
done

# ---------------------------------------------------------------- captures
look() { tshark -r "$TMP/t.pcapng" -n -T fields -E separator='|' "${@/#/-e}" 2>/dev/null; }
frame=ff03c0230101000d03626f6206736573616d65	# PAP: bob, sesame
ctl A -q session delete tunnel_name=t session_name=w
ctl A -q tunnel create tunnel_name=c dest_ipaddr=192.0.2.2 auth_mode=challenge secret_file="$TMP/secret" persist=yes \
	our_udp_port=1702
check "another tunnel" until_true 5 tunnel_is A c up
ip netns exec "${NS}A" "$L2TPCTL" -s "$(socket_of A)" capture tunnel tunnel_name=c file="$TMP/t.pcapng" \
	2>"$TMP/capture.err" &
capturing=$!
until_true 5 test -s "$TMP/t.pcapng"
ctl A -q session create tunnel_name=c session_name=s frame_socket="$TMP/frames"
until_true 5 session_is A c s up
on A "${FRAMES[@]}" send "$TMP/frames" $frame
captured() { look frame.number | tail -n 1 | grep -qxE '[4-9]|..'; }
until_true 5 captured
kill -INT $capturing
wait $capturing
equal "a capture: control messages and frames, both ways" \
	"$(look frame.packet_flags_direction l2tp.type l2tp.avp.message_type ppp.protocol pap.password frame.comment |
		head -n 5)" \
	"0x00000002|1|10|||
0x00000001|1|11|||
0x00000002|1|12|||
0x00000001|1||||
0x00000002|0||0xc023||authentication masked"
