#!/bin/bash
# SPDX-License-Identifier: MIT
# What others are told of peers and their calls: events, hook programs, authorizers; and the example of a PPP end.
# shellcheck source=tests/v2.sh
. "$(dirname "$0")/../v2.sh"
without_ppp

hosts
mkdir -m 755 "$TMP/hooks"
chmod 755 "$TMP"
cat >"$TMP/hooks/session_up" <<'END'
#!/bin/sh
echo "$L2TPD_ORIGIN $L2TPD_PEER $L2TPD_PEER_HOST_NAME $L2TPD_CALLING_NUMBER $L2TPD_CALLED_NUMBER" >"${0%/*}/told"
END
chmod 755 "$TMP/hooks/session_up"
daemon A <<<'' || exit 1
daemon B <<END || exit 1
system modify hook_directory=$TMP/hooks
session profile create profile_name=framed frame_socket=$TMP/B.frames
peer profile create profile_name=lac peer_ipaddr=192.0.2.1 session_profile_name=framed
END
ip netns exec "${NS}B" "$L2TPCTL" -s "$(socket_of B)" -j watch >"$TMP/events" 2>&1 </dev/null &
helper_pids+=("$!")

# event NAME JQ: that of the first such event
event() { jq -r "select(.kind == \"$1\") | $2" "$TMP/events" 2>/dev/null | head -n 1; }
has_event() { [ "$(event "$1" .kind)" ]; }

# ---------------------------------------------------------------- events and hook programs
until_true 5 test -e "$TMP/events"
ctl A -q tunnel create tunnel_name=t dest_ipaddr=192.0.2.2 host_name=lac.example persist=yes
ctl A -q session create tunnel_name=t session_name=s calling_number=5551234 called_number=99 \
	frame_socket="$TMP/A.frames"
comes_up "a call" 1 1
check "a program is told who calls whom" until_true 5 grep -qx 'peer 192.0.2.1 lac.example 5551234 99' "$TMP/hooks/told"
check "events" until_true 5 has_event session_up
equal "of a tunnel: from whom" "$(event tunnel_up '"\(.origin) \(.peer) \(.peer_host_name)"')" \
	"peer 192.0.2.1 lac.example"
equal "of a session: who calls whom" \
	"$(event session_up '"\(.peer_host_name) \(.calling_number) \(.called_number)"')" "lac.example 5551234 99"

# ---------------------------------------------------------------- the example of a PPP end
links=()
for host in A B; do
	ip netns exec "$NS$host" "$TOP/doc/examples/ppp_link.py" "$TMP/$host.frames" 3 >"$TMP/$host.link" 2>&1 &
	links+=($!)
done
for pid in "${links[@]}"; do check "the example ends well" wait "$pid"; done
for host in A B; do
	equal "its link on $host was open" "$(head -n 1 "$TMP/$host.link")" "the link is open"
done
matches "echoes were answered" "$(cat "$TMP"/[AB].link)" '^answered$'
at_least "the frames were counted" "$(session A t s .statistics.rx_packets)" 4
ctl A -q tunnel delete tunnel_name=t
check "the end is told with the peer's name" until_true 5 has_event tunnel_deleted
equal "too" "$(event tunnel_deleted '"\(.peer_host_name) \(.reason)"' | cut -c 1-30)" "lac.example closed by the peer"

# ---------------------------------------------------------------- an authorizer decides by who they are
cat >"$TMP/authorizer.py" <<END
import json, sys
sys.path.insert(0, '$TOP/doc/examples')
import authorizer
def decide(path, question):
    print(json.dumps(question), flush=True)
    if 'session' not in question:
        name = question['tunnel']['state'].get('peer_host_name')
        return {'accept': name != 'bad.example', **({} if name != 'bad.example' else {'reason': 'not you'})}
    number = question['session']['config'].get('called_number')
    return {'accept': number != '66', **({'reason': 'nobody there'} if number == '66' else {})}
authorizer.decide = decide
authorizer.main()
END
ip netns exec "${NS}B" /usr/bin/python3 "$TMP/authorizer.py" - "$(socket_of B)" >"$TMP/questions" 2>&1 </dev/null &
helper_pids+=("$!")
check "an authorizer" until_true 5 logged B 'is the authorizer of tunnels and sessions'
ctl A -q tunnel create tunnel_name=bad dest_ipaddr=192.0.2.2 host_name=bad.example
check "refuses by the peer's name" until_true 5 failed A 'tunnel bad: closed by the peer: .*not you'
ctl A -q tunnel create tunnel_name=good dest_ipaddr=192.0.2.2 host_name=good.example
ctl A -q session create tunnel_name=good session_name=one called_number=66 calling_number=1 sub_address=7
check "and by the number that is called" \
	until_true 5 failed A 'session one of tunnel good: closed by the peer: .*nobody there'
ctl A -q session create tunnel_name=good session_name=two called_number=77 calling_number=1 sub_address=7 \
	bearer_type=analog
comes_up "and lets in others" 1 1
asked() { jq -rs "map($1) | .[-1]" "$TMP/questions"; }
equal "what it is told of a peer" \
	"$(asked '.tunnel | "\(.config.dest_ipaddr) \(.state.peer_host_name) \(.state.origin)"')" \
	"192.0.2.1 good.example peer"
equal "and of a call" \
	"$(asked '.session | [.state.role] +
		(.config | [.calling_number, .called_number, .sub_address, .bearer_type])' |
		jq -r 'join(" ")')" "LNS Incoming Call 1 77 7 analog"
