#!/bin/bash
# SPDX-License-Identifier: MIT
# What is seen of L2TPv2: show, list and status of both ends, counters, and metrics.
# shellcheck source=tests/v2.sh
. "$(dirname "$0")/../v2.sh"
without_ppp

hosts
daemon A <<<'system modify metrics_port=9817' || exit 1
daemon B <<'END' || exit 1
tunnel profile create profile_name=lacs host_name=lns.example auth_mode=challenge secret=sesame framing_caps=sync
peer profile create profile_name=lac peer_ipaddr=192.0.2.1 tunnel_profile_name=lacs
END
echo sesame >"$TMP/secret"
ctl A -q tunnel create tunnel_name=t dest_ipaddr=192.0.2.2 secret_file="$TMP/secret" auth_mode=challenge \
	host_name=lac.example persist=yes rx_window_size=7
ctl A -q session create tunnel_name=t session_name=s calling_number=5551234 called_number=99 sub_address=7
comes_up "a call" 1 1

# ---------------------------------------------------------------- both ends say the same
of_A() { tunnel A t "$1"; }
at_B() { ctl B -j tunnel list | jq -r ".[0] | $1"; }
equal "the peer's id of the tunnel, here and there" \
	"$(of_A .state.peer_tunnel_id) $(at_B .state.peer_tunnel_id)" \
	"$(at_B .config.tunnel_id) $(of_A .config.tunnel_id)"
equal "who asked" "$(of_A .state.opened_by) $(at_B .state.opened_by)" "us peer"
equal "the peer's port" "$(of_A .state.peer_port) $(at_B .state.peer_port)" "1701 1701"
equal "what it calls itself" "$(of_A .state.peer_host_name) $(at_B .state.peer_host_name)" "lns.example lac.example"
equal "who made it, which version of the protocol, what it can do" \
	"$(of_A '.state | [.peer_vendor_name, .peer_protocol_version, .peer_framing_caps, .peer_bearer_caps] | @tsv')" \
	$'l2tpd\t1.0\tsync\tany'
equal "its window" "$(at_B .transport.peer_window)" 7
equal "messages: sent here, received there since it had proved itself" \
	"$(of_A .transport.sent) $(at_B .transport.received)" "4 2"
equal "none was sent again" "$(of_A .transport.retransmitted) $(at_B .transport.duplicates)" "0 0"
s_A() { session A t s "$1"; }
s_B() { ctl B -j session list | jq -r ".[0] | $1"; }
same "the peer's id of the session" "$(s_A .state.peer_session_id) $(s_B .state.peer_session_id)" \
	"$(s_B .config.session_id) $(s_A .config.session_id)"
equal "what each is" "$(s_A .state.role), $(s_B .state.role)" "LAC Incoming Call, LNS Incoming Call"
equal "how far" "$(s_A .state.call_phase), $(s_B .state.call_phase)" "established, established"
same "the same serial number" "$(s_A .state.serial_number)" "$(s_B .state.serial_number)"
at_least "which there is" "$(s_A .state.serial_number)" 1
equal "numbers of who calls whom" "$(s_B '.config | "\(.calling_number) \(.called_number) \(.sub_address)"')" \
	"5551234 99 7"

# ---------------------------------------------------------------- as text
matches "show transport" "$(ctl A tunnel show tunnel_name=t transport)" '^    sent +4$'
check_fails "is that alone" grep -q state <<<"$(ctl A tunnel show tunnel_name=t transport)"
check_fails "a session has none" ctl A session show tunnel_name=t session_name=s transport
matches "show has it too" "$(ctl A tunnel show tunnel_name=t)" '^  transport:-$'
matches "list: ids in use, who made it" "$(ctl B tunnel list)" \
	"^$(at_B .config.tunnel_id) +$(of_A .config.tunnel_id) +l2tp[0-9]+ +192.0.2.1 .* +udp +1 +up +peer\$"
names() { ctl "$1" tunnel list "$2" names | wc -l; }
equal "remote_only" "$(names B remote_only) $(names A remote_only)" "1 0"
equal "local_only" "$(names B local_only) $(names A local_only)" "0 1"
equal "conditions" "$(ctl A tunnel list peer_host_name=lns.example 'retransmitted<1' names)" t
matches "sessions: type ppp" "$(ctl A session list)" '^[0-9]+ +[0-9]+ +[0-9]+ +t +s +ppp '
equal "by who calls" "$(ctl B session list calling_number=5551234 names | wc -l)" 1
matches "status: who, from where, since when" "$(ctl B status)" \
	'^l2tp[0-9]+ +lac\.example \(192\.0\.2\.1\) +peer +up +[0-9]+ s +1 '

# ---------------------------------------------------------------- counters
counter() { ctl A -j system show statistics | jq -c "$1"; }
equal "counters by type" "$(counter '[.messages_sent.sccrq, .messages_received.sccrp, .messages_sent.icrq]')" \
	"[1,1,1]"
equal "and of all" "$(counter '.control | [.sent, .tunnels, .calls, .malformed]')" "[4,1,1,0]"
matches "as text" "$(ctl A system show statistics)" '^    icrq +1 sent, 0 received, 0 bad$'
metric() { on A curl -s http://127.0.0.1:9817/metrics | grep -F "$1 " | cut -d ' ' -f 2; }
equal "metrics: by type" "$(metric 'l2tpd_control_messages_sent_total{type="ICCN"}')" 1
equal "of a tunnel" "$(metric 'l2tpd_tunnel_control_sent_total{tunnel="t"}')" 4
equal "states" "$(metric 'l2tpd_tunnels{state="up"}') $(metric 'l2tpd_tunnels{state="waiting"}')" "1 0"
ctl A -q system modify reset_statistics
equal "reset" "$(counter .messages_sent.icrq) $(counter .control.tunnels)" "0 1"
packets B send udp 192.0.2.2 192.0.2.1 sport=1702 raw=c8020014ffff0000000000008008000000000006
unknown() { [ "$(counter .control.unknown_tunnel)" = 1 ]; }
check "a message for no tunnel" until_true 5 unknown

# ---------------------------------------------------------------- why it is not up
ctl A -q session create tunnel_name=t session_name=out session_type=lnoc calling_number=1 called_number=2
check "what the peer refuses waits" until_true 5 session_is A t out waiting
matches "status: why, and until when" "$(ctl A status)" \
	'out of tunnel t: closed by the peer: .*\(result [0-9]+\).*; next attempt in [0-9]+ s$'
ctl A -q session delete tunnel_name=t session_name=out
stop_daemon B
check "the peer stops: it waits" until_true 5 tunnel_is A t waiting
matches "status: why, and until when, of a tunnel" "$(ctl A status)" \
	'^t +192\.0\.2\.2 +admin +waiting +- .*closed by the peer: .*\(result 6\).*; next attempt in [0-9]+ s'
at_least "attempts that failed" "$(of_A .state.failed_attempts)" 1
equal "what is not known any more is not told" \
	"$(of_A '.transport, .state.peer_host_name, .state.peer_tunnel_id')" \
	$'null\nnull\nnull'
equal "metrics: it waits" \
	"$(metric 'l2tpd_tunnels{state="waiting"}') $(metric 'l2tpd_sessions{state="waiting"}')" "1 1"
