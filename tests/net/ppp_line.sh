#!/bin/bash
# SPDX-License-Identifier: MIT
# What LNS and LAC tell each other of the line behind the LAC: B is the LNS, A the LAC; with l2tpd's own PPP, and with
# programs in its place.
# shellcheck source=tests/v2.sh
. "$(dirname "$0")/../v2.sh"

hosts
echo 'alice * wonderland *' >"$TMP/users"
chmod 600 "$TMP/users"
mkdir "$TMP/hooks"
cat >"$TMP/hooks/session_line" <<'END'
#!/bin/sh
echo "$L2TPD_SESSION_NAME $L2TPD_SEND_ACCM $L2TPD_RECEIVE_ACCM" >>"${0%/*}/../told"
END
chmod 755 "$TMP/hooks/session_line"
daemon B <<-END || exit 1
	system modify state_file=$TMP/B.state chap_secrets=$TMP/users pap_secrets=$TMP/none
	ppp profile modify profile_name=default remote_ipaddr=10.1.0.10 local_ipaddr=10.1.0.1 asyncmap=0xa0000
	peer profile create profile_name=A peer_ipaddr=192.0.2.1
END
daemon A <<-END || exit 1
	system modify hook_directory=$TMP/hooks
	tunnel create tunnel_name=t dest_ipaddr=192.0.2.2 persist=yes $IMPATIENT
END
far() { ctl B -j session list | jq -r ".[0] | $1"; }
# report HOST METHOD JSON: what is answered
report() {
	on "$1" env PYTHONPATH="$TESTS/net" /usr/bin/python3 - "$(socket_of "$1")" "$2" "$3" <<-'END'
		import json, sys
		from _varlink import Client
		path, method, parameters = sys.argv[1:]
		print(json.dumps(Client(path).call(method, **json.loads(parameters))))
	END
}

# ---------------------------------------------------------------- PPP of ours
watches A
capture A 'udp port 1701'
ctl A -q session create tunnel_name=t session_name=s user_name=alice user_password=wonderland
comes_up "a user comes in" 1 1
check "packets pass" on A ping -qc 1 -W 1 10.1.0.1
end_capture
equal "the LAC shows what the LNS asked for" "$(session A t s .state.receive_accm)" 0x000a0000
equal "and that the client asked for nothing" "$(session A t s .state.send_accm)" 0xffffffff
equal "the message, as others read it" "$(tshark -r "$TMP/wire.pcap" -Y 'l2tp.avp.message_type == 16' -T fields \
	-e ip.src -e l2tp.avp.send_accm -e l2tp.avp.receive_accm 2>/dev/null)" $'192.0.2.2\t4294967295\t655360'
check "its event" saw A 'session_line .*receive_accm=0x000a0000'
check "and its hook program" until_true 3 grep -qx 's 0xffffffff 0x000a0000' "$TMP/told"
equal "the LNS is told nothing" "$(far '.state.receive_accm // "nothing"')" nothing
ctl A -q session delete tunnel_name=t session_name=s

# ---------------------------------------------------------------- programs
ctl B -q session profile modify profile_name=default frame_socket="$TMP/B.frames"
ctl A -q session create tunnel_name=t session_name=f frame_socket="$TMP/A.frames"
comes_up "a call between two programs" 1 1
frame_echo B "$TMP/B.frames"
check "frames pass" frames_pass A "$TMP/A.frames" 20
there="\"config\": {\"tunnel_id\": $(far .config.tunnel_id), \"session_id\": $(far .config.session_id)}"
here='"config": {"tunnel_name": "t", "session_name": "f"}'
equal "the LNS's tells what is escaped" \
	"$(report B SessionReportAccm "{$there, \"send_accm\": 1, \"receive_accm\": 2}")" '{"parameters": {}}'
check "the LAC knows" until_true 3 eval '[ "$(session A t f .state.send_accm)" = 0x00000001 ]'
equal "and what it is to hear" "$(session A t f .state.receive_accm)" 0x00000002
equal "the LAC's tells of errors" \
	"$(report A SessionReportErrors "{$here, \"call_crc_errors\": 7, \"call_alignment_errors\": 2}")" \
	'{"parameters": {}}'
check "the LNS knows" until_true 3 eval '[ "$(far .state.call_crc_errors)" = 7 ]'
equal "all of them" "$(far .state.call_alignment_errors)" 2
matches "not the other way round" "$(report A SessionReportAccm "{$here}")" 'we are the LAC'
matches "nor so" "$(report B SessionReportErrors "{$there}")" 'we are the LNS'
