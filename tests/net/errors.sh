#!/bin/bash
# SPDX-License-Identifier: MIT
# Whatever is refused, and wherever it was written: the error names the object, the parameter, the value, what is
# allowed, and where it came from.  On a command line, in a script, as JSON, in a file that is checked and in one that
# is loaded.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

host A
daemon A <<-END || exit 1
	tunnel create tunnel_name=t version=3 dest_ipaddr=127.0.0.2 src_ipaddr=127.0.0.1 tunnel_id=1 peer_tunnel_id=2
	session create tunnel_name=t session_name=s session_id=11 peer_session_id=12
END
new='version=3 dest_ipaddr=127.0.0.3 peer_tunnel_id=3'

# value FILE NAME: of an error in JSON
value() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["error"].get(sys.argv[2], ""))' "$@"; }

# refused STATUS OBJECT PARAMETER REGEX COLUMN WORD...: a command on a command line, in a script and as JSON
refused() {
	local status=$1 object=$2 parameter=$3 regex=$4 column=$5 name got
	shift 5
	name="$*"
	ctl A "$@" >/dev/null 2>"$TMP/said"
	equal "$name: exit status" $? "$status"
	matches "$name: object, and what is wrong" "$(cat "$TMP/said")" "^l2tpctl: $object: .*$regex"
	got=$(printf '# a script\n%s\n' "$name" | ctl A 2>&1 >/dev/null)
	matches "$name: the same, with its place in a script" "$got" \
		"^standard input:2:$column: $object: .*$regex"
	ctl A -j "$@" >/dev/null 2>"$TMP/said"
	equal "$name: object as JSON" "$(value "$TMP/said" object)" "$object"
	equal "$name: parameter as JSON" "$(value "$TMP/said" parameter)" "$parameter"
	matches "$name: message as JSON" "$(value "$TMP/said" message)" "$regex"
}

# in_file OBJECT REGEX LINE: of a configuration file: when it is checked, and when it is loaded
in_file() {
	local name=$3
	printf '# a file\n\t%s\n' "$3" >"$TMP/try.conf"
	matches "$name: checked" "$("$L2TPD" --check "$TMP/try.conf" 2>&1)" "^$TMP/try\.conf:2:[0-9]+: $1: .*$2"
	cp "$TMP/A.conf" "$TMP/A.saved"
	printf '\t%s\n' "$3" >>"$TMP/A.conf"
	matches "$name: reloaded" "$(ctl A system reload 2>&1)" "A\.conf:3:[0-9]+: $1: .*$2"
	mv "$TMP/A.saved" "$TMP/A.conf"
}

# wrong in itself: what is typed is enough to know
refused 2 'tunnel lon' ttl "ttl must be 1\.\.255\|default\|copy: got '999'" 19 tunnel create ttl=999 tunnel_name=lon
refused 2 'session x of tunnel t' cookie "cookie must be 0, 4 or 8 octets .*: got 3" 52 \
	session create tunnel_name=t session_name=x cookie=001122
refused 2 'system' max_tunnels "max_tunnels must be 0\.\.65536: got 'many'" 27 system modify max_tunnels=many
refused 2 'ppp profile default' multilink 'multilink=yes is not supported yet: it comes with' 41 \
	ppp profile modify profile_name=default multilink=yes
refused 2 'tunnel lon' colour "no parameter 'colour'" 31 tunnel create tunnel_name=lon colour=red
refused 2 'tunnel 1' version 'version cannot be changed on a live tunnel: delete it and create it anew' 27 \
	tunnel modify tunnel_id=1 version=3
refused 2 'tunnel lon' dest_ipaddr "dest_ipaddr must be .*: got '192\.0\.2\.0/24'; without a prefix length" 43 \
	tunnel create tunnel_name=lon dest_ipaddr=192.0.2.0/24

# wrong beside what there is: the daemon knows
refused 1 'tunnel lon' tunnel_id 'tunnel.id 1' 108 tunnel create tunnel_name=lon version=3 dest_ipaddr=127.0.0.3 \
	peer_tunnel_id=3 our_udp_port=1702 tunnel_id=1
refused 1 'session x of tunnel t' vlan_id 'vlan_id' 1 session create tunnel_name=t session_name=x pw_type=vlan \
	peer_session_id=5
refused 5 'tunnel nowhere' tunnel_name 'there is no tunnel named nowhere: .tunnel list. shows' 27 \
	tunnel delete tunnel_name=nowhere
refused 5 'session nobody of tunnel t' session_name 'tunnel t has no session named nobody' 41 \
	session show tunnel_name=t session_name=nobody

in_file 'tunnel lon' "encap must be udp\|ip: got 'tcp'" "tunnel create $new encap=tcp tunnel_name=lon"
in_file 'tunnel lon' 'dest_ipaddr' 'tunnel create tunnel_name=lon version=3 peer_tunnel_id=3'
in_file 'session x of tunnel nowhere' 'there is no tunnel named nowhere' \
	'session create tunnel_name=nowhere session_name=x peer_session_id=5'

# nothing of it happened
equal "and nothing happened" "$(ctl A tunnel list names; ctl A session list names)" "t
s"
