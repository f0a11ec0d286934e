#!/bin/bash
# SPDX-License-Identifier: MIT
# time-limit: 200
# Our RADIUS client (radius_probe.c) and FreeRADIUS: who may log in, by each method; what they get; accounting records
# against what was counted; a server that is killed and comes back, that has another secret, on whose way somebody
# forges; what it demands later.
# shellcheck source=tests/peers/_peers.sh
. "$(dirname "$0")/_peers.sh"
# shellcheck source=tests/peers/_freeradius.sh
. "$(dirname "$0")/_freeradius.sh"

hosts
radius_files B
radius_user B anna open-sesame 'Framed-IP-Address = 10.9.0.10' 'Framed-Route = "198.51.100.0/24 0.0.0.0 1"' \
	'Session-Timeout = 3600' 'Acct-Interim-Interval = 300' 'Filter-Id = "gold"' 'Class = "a-class"' \
	'WISPr-Bandwidth-Max-Down = 5000000' 'Reply-Message = "good morning"'
radius_user B shell open-sesame 'Service-Type = NAS-Prompt-User'
printf '%s\n\t%s\n' 'berta Cleartext-Password := "open-sesame", EAP-Type := MSCHAPv2' 'Class = "b-class"' \
	'carl Auth-Type := Reject' 'Reply-Message = "carl has not paid"' >>"$TMP/B/etc/radius/users"
radius B || { fail radius "does not start"; tail "$TMP/B.log"; exit 1; }

coproc PROBE { on A "$TOP/build-asan/tests/peers/radius_probe" 2>&1; }
trap 'kill "$PROBE_PID" 2>/dev/null; end_all' EXIT
tell() { echo "$*" >&"${PROBE[1]}"; }
hear() { local line; IFS= read -r -t 40 line <&"${PROBE[0]}" && echo "$line"; }
probe() { tell "$@"; hear; }
# all that it answers until it says ok
hear_all() { local line; while line=$(hear) && [ "$line" != ok ]; do echo "$line"; done; }
logins() { matches "$1" "$(probe login "${@:2:3}")" "$5"; }

# ---------------------------------------------------------------- who may come in
equal "a server" "$(probe server a 192.0.2.2 $RADIUS_SECRET)" ok
granted='accepted a address=10\.9\.0\.10 route=198\.51\.100\.0/24 timeout=3600 interim=300 filter=gold'
granted+=' class=a-class send=5000000'
for method in pap chap; do
	logins "$method" $method anna open-sesame "^$granted message=good morning keys=none\$"
	logins "$method: another password" $method anna open-barley '^rejected a '
done
logins "MS-CHAP: keys of both ends are the same" mschap anna open-sesame "^$granted message=.* keys=same\$"
logins "MS-CHAP: another password" mschap anna open-barley '^rejected a E=691 R='
logins "MS-CHAPv2: keys of both ends are the same" mschapv2 anna open-sesame "^$granted message=.* keys=same\$"
logins "MS-CHAPv2: another password" mschapv2 anna open-barley '^rejected a E=691 R='
logins "EAP, MD5" eap anna open-sesame "^$granted"
logins "EAP, MD5: another password" eap anna open-barley '^rejected a '
logins "EAP, MSCHAPv2" eap berta open-sesame '^accepted a '
logins "EAP, MSCHAPv2: another password" eap berta open-barley '^rejected a '
logins "rejected, with a reason" pap carl open-sesame '^rejected a carl has not paid'
logins "nobody knows this user" chap doris open-sesame '^rejected a '
logins "may come in, but not by PPP" pap shell open-sesame '^rejected a '
tell servers
equal "no reply was thought to be forged" "$(hear_all)" "a alive forged 0 unexpected 0"

# ---------------------------------------------------------------- accounting
records() { grep -c Acct-Status-Type "$TMP/B/var/log/accounting"; }
equal "the daemon begins" "$(probe daemon on)" ok
equal "acknowledged" "$(probe settle 5)" "unacknowledged 0"
equal "and there" "$(radius_record B Accounting-On NAS-Identifier)" probe
for record in start 'interim 5000000000' 'stop 13000000001'; do
	# shellcheck disable=SC2086 # words
	set -- $record
	equal "a session: $1" "$(probe account "$1" s7 "${2:-0}")" ok
	equal "is acknowledged" "$(probe settle 5)" "unacknowledged 0"
done
equal "four records" "$(records)" 4
equal "start: the session" "$(radius_record B Start Acct-Session-Id)" s7
equal "interim: octets" "$(radius_record B Interim-Update Acct-Input-Octets)" $((5000000000 % (1 << 32)))
equal "interim: gigawords" "$(radius_record B Interim-Update Acct-Input-Gigawords)" 1
equal "stop: octets" "$(radius_record B Stop Acct-Input-Octets)" $((13000000001 % (1 << 32)))
equal "stop: gigawords" "$(radius_record B Stop Acct-Input-Gigawords)" 3
equal "stop: to the user" "$(radius_record B Stop Acct-Output-Octets)" 7
equal "stop: packets" "$(radius_record B Stop Acct-Input-Packets) $(radius_record B Stop Acct-Output-Packets)" "8 9"
equal "stop: why" "$(radius_record B Stop Acct-Terminate-Cause)" User-Request
equal "stop: address" "$(radius_record B Stop Framed-IP-Address)" 192.0.2.77
equal "stop: class" "$(radius_record B Stop Class)" 0x636c617373
equal "stop: no delay" "$(radius_record B Stop Acct-Delay-Time)" 0

# ---------------------------------------------------------------- a server dies
kill_peer B
matches "the server is dead: said so" "$(probe login pap anna open-sesame)" \
	'^failed RADIUS server a does not answer'
for n in 1 2 3; do probe account start d$n; probe account stop d$n $n; done >/dev/null
equal "records wait" "$(probe settle 2)" "unacknowledged 6"
tell servers
matches "it is dead" "$(hear_all)" '^a dead'
radius B
equal "it is back: all records reach it" "$(probe settle 10)" "unacknowledged 0"
equal "each once" "$(records)" 10
at_least "with their delay" "$(radius_record B Stop Acct-Delay-Time)" 2
logins "and users come in again" chap anna open-sesame '^accepted a '

# ---------------------------------------------------------------- the next server
equal "a server that nobody is, before the other" "$(probe server a 192.0.2.3 $RADIUS_SECRET)" ok
equal "the other" "$(probe server b 192.0.2.2 $RADIUS_SECRET)" ok
logins "the next server is asked" chap anna open-sesame '^accepted b '
equal "of a secret that is another" "$(probe server a 192.0.2.2 not-shared)" ok
logins "another secret: the next server is asked" mschapv2 anna open-sesame '^accepted b '
equal "no other server" "$(probe server b 192.0.2.2 not-shared)" ok
logins "another secret: the reason is told" pap anna open-sesame '^failed RADIUS server .*secret'

# ---------------------------------------------------------------- forgeries
ip netns exec "${NS}B" /usr/bin/python3 "$TESTS/peers/_forger.py" 192.0.2.2 1645 &
forger=$!
until_true 5 is_bound B 1645
equal "somebody forges on the way" "$(probe server a 192.0.2.2@1645 $RADIUS_SECRET 3000 1 1000)" ok
equal "the only way" "$(probe server b 192.0.2.3 $RADIUS_SECRET)" ok
logins "nobody comes in by that" pap anna open-barley '^rejected a '
logins "who may come in does" eap anna open-sesame "^$granted"
tell servers
matches "forgeries are counted" "$(hear_all)" '^a alive forged [1-9][0-9]* unexpected [1-9]'
kill "$forger"

# ---------------------------------------------------------------- what the server demands
equal "a server" "$(probe server a 192.0.2.2 $RADIUS_SECRET)" ok
tell serve 6
check "CoA" radius_tell B 192.0.2.1:3799 coa $RADIUS_SECRET 'Acct-Session-Id = s1' 'User-Name = anna' \
	'WISPr-Bandwidth-Max-Down = 1000000' 'Session-Timeout = 60'
check_fails "CoA of a session that is not there" radius_tell B 192.0.2.1:3799 coa $RADIUS_SECRET \
	'Acct-Session-Id = s2' 'Session-Timeout = 60'
check "the reason" grep -q 'Error-Cause = Session-Context-Not-Found' "$TMP/radclient.out"
check_fails "CoA of what cannot be changed" radius_tell B 192.0.2.1:3799 coa $RADIUS_SECRET \
	'Acct-Session-Id = s1' 'Framed-Pool = "p"'
check "the reason" grep -q 'Error-Cause = Unsupported-Attribute' "$TMP/radclient.out"
check_fails "Disconnect for another NAS" radius_tell B 192.0.2.1:3799 disconnect $RADIUS_SECRET \
	'Acct-Session-Id = s1' 'NAS-Identifier = "other"'
check "the reason" grep -q 'Error-Cause = NAS-Identification-Mismatch' "$TMP/radclient.out"
check "Disconnect" radius_tell B 192.0.2.1:3799 disconnect $RADIUS_SECRET 'Acct-Session-Id = s1' \
	'Message-Authenticator = 0x00' "Event-Timestamp = $(date +%s)"
hear_all >"$TMP/demands"
check "CoA: what is to change" grep -qx 'coa session=s1 user=anna changes=9 send=1000000 timeout=60' "$TMP/demands"
check "Disconnect: which" grep -qx 'disconnect session=s1 .*' "$TMP/demands"
equal "nothing else is demanded" "$(wc -l <"$TMP/demands")" 3
tell serve 8
check_fails "of another secret: no answer" radius_tell B 192.0.2.1:3799 disconnect not-shared 'Acct-Session-Id = s1'
check_fails "of an hour ago: no answer" radius_tell B 192.0.2.1:3799 disconnect $RADIUS_SECRET \
	'Acct-Session-Id = s1' "Event-Timestamp = $(($(date +%s) - 3600))"
equal "nothing is demanded" "$(hear_all)" ""
