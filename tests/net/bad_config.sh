#!/bin/bash
# SPDX-License-Identifier: MIT
# A configuration file that is wrong: file:line:column, what is wrong and what is allowed; at start exit status 1 and no
# device left behind, with --check the same without touching anything, at reload nothing changes, nor does it when the
# system refuses what the file asks for.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

hosts
tunnel='tunnel create tunnel_name=t version=3 src_ipaddr=192.0.2.1 dest_ipaddr=192.0.2.2 tunnel_id=1 peer_tunnel_id=2'
session='session create tunnel_name=t session_id=11 peer_session_id=12'
devices() { on A ls /sys/class/net | tr '\n' ' '; }
none_left=$(devices)

run() {	# OPTION...: l2tpd on A with the configuration on standard input; its status, messages in $TMP/out
	cat >"$TMP/try.conf"
	on A timeout 10 "$L2TPD" -c "$TMP/try.conf" -s "$TMP/try.socket" "$@" >"$TMP/out" 2>&1 </dev/null
}

# wrong NAME LINE:COLUMN REGEX, the file on standard input: both --check and start refuse it and say so
wrong() {
	local file status
	file=$(cat)
	for mode in --check start; do
		if [ $mode = start ]; then run <<<"$file"; else run --check <<<"$file"; fi
		status=$?
		equal "$1, $mode: exit status" $status 1
		matches "$1, $mode: place" "$(cat "$TMP/out")" "try\.conf:$2: "
		matches "$1, $mode: message" "$(cat "$TMP/out")" "$3"
		equal "$1, $mode: no device left" "$(devices)" "$none_left"
	done
}

run --check <<<"$tunnel
$session interface_name=pw0"
equal "a right file: --check says yes" $? 0
equal "a right file: --check touches nothing" "$(devices)" "$none_left"
wrong "unknown object" 1:1 'channel' <<<'channel create'
wrong "unknown verb" 1:8 'construct' <<<'tunnel construct tunnel_name=t'
wrong "unknown parameter" 2:60 'colour' <<<"$tunnel
$(printf '%-59s' "$session")colour=red"
wrong "misspelt parameter: the nearest is named" 1:15 'dest_ipaddr' <<<'tunnel create dest_ipadr=192.0.2.2 version=3'
wrong "ambiguous prefix: candidates are named" 1:15 'peer_tunnel_id|peer_udp_port' <<<'tunnel create peer_=2'
wrong "no value" 1:15 'tunnel_id' <<<'tunnel create tunnel_id version=3'
wrong "not a number" 1:25 'tunnel_id.*(4294967295|number)' <<<'tunnel create tunnel_id=one version=3'
wrong "number out of range" 1:28 'our_udp_port.*65535' <<<'tunnel create our_udp_port=70000 version=3'
wrong "word that is not allowed" 1:21 'encap.*udp' <<<'tunnel create encap=tcp version=3'
wrong "bad address" 1:26 'src_ipaddr' <<<'tunnel create src_ipaddr=192.0.2.256 version=3'
wrong "cookie of a wrong length" 2:70 'cookie.*(0, 4 or 8|4 or 8)' <<<"$tunnel
$session cookie=001122"
wrong "cookie that is not hexadecimal" 2:70 'cookie.*hex' <<<"$tunnel
$session cookie=0011223g"
wrong "quote that is not closed" 1:27 'quote' <<<'tunnel create tunnel_name="t version=3'
wrong "MTU out of range" 2:67 'mtu.*65535' <<<"$tunnel
$session mtu=67"
wrong "VLAN out of range" 2:71 'vlan_id.*4094' <<<"$tunnel
$session vlan_id=4095 pw_type=vlan"
wrong "tunnel that does not exist" 2:28 'tunnel.*u' <<<"$tunnel
session create tunnel_name=u session_id=11 peer_session_id=12"
wrong "duplicate tunnel id" 2:92 'tunnel_id.*1' <<<"$tunnel
${tunnel/=t /=u }"
wrong "duplicate tunnel name" 2:27 'tunnel_name.*t' <<<"$tunnel
${tunnel/tunnel_id=1 /tunnel_id=9 }"
wrong "duplicate session id" 3:41 'session_id.*11' <<<"$tunnel
$session
$session"
wrong "interface name twice" 3:78 'pw0' <<<"$tunnel
$session interface_name=pw0
session create tunnel_name=t session_id=21 peer_session_id=22 interface_name=pw0"
wrong "invalid interface name" 2:78 'interface_name' <<<"$tunnel
$session interface_name=a/b"
wrong "interface name too long" 2:78 'interface_name.*15' <<<"$tunnel
$session interface_name=averyveryverylongname"
wrong "addresses of two families" 1:53 'IPv' \
	<<<"tunnel create version=3 peer_tunnel_id=2 src_ipaddr=192.0.2.1 dest_ipaddr=2001:db8::2"
wrong "no destination" 1:1 'dest_ipaddr' <<<'tunnel create tunnel_name=t version=3 peer_tunnel_id=2'
wrong "version 2 over IP" 1:43 'encap' <<<'tunnel create dest_ipaddr=192.0.2.2 encap=ip'
wrong "a parameter of version 2 in version 3" 1:125 'means nothing' <<<"$tunnel hello_timeout=60"
wrong "a value that is not there yet" 1:41 'not supported yet' \
	<<<'ppp profile modify profile_name=default multilink=yes'
wrong "sequence numbers without a sublayer" 2:101 'l2spec_type' <<<"$tunnel
$session l2spec_type=none use_sequence_numbers=yes"
wrong "VLAN pseudowire without a VLAN" 2:1 'vlan_id' <<<"$tunnel
$session pw_type=vlan"
wrong "show has no place in a file" 1:1 'show|list' <<<'tunnel list'
wrong "line that is too long" 1:27 '.' < <(printf 'tunnel create tunnel_name=%05000d\n' 0)

# all that is wrong in a file, in one run, in the order of its lines, and nothing that only follows from it
all_wrong() {
	cat <<-END
		tunnel create tunnel_name=a version=3 dest_ipaddr=192.0.2.2 tunnel_id=1 peer_tunnel_id=2 colour=red
		session create tunnel_name=a session_name=s1 session_id=1 peer_session_id=1
		session create tunnel_id=1 session_name=s2 session_id=1 peer_session_id=2
		session create tunnel_name=a session_name=s3 session_id=3 peer_session_id=2 mtu=1
		session modify tunnel_name=a session_name=s3 mtu=1400
		session create tunnel_name=a session_name=s4 session_id=3 peer_session_id=2 vlan_id=7
		session create tunnel_name=nowhere session_id=9 peer_session_id=9
		tunnel create tunnel_name=c version=3 tunnel_id=1 dest_ipaddr=192.0.2.2 peer_tunnel_id=2
		session create tunnel_name=c session_id=9 peer_session_id=9
		tunnel create tunnel_name=d version=3 tunnel_id=4x dest_ipaddr=192.0.2.2 peer_tunnel_id=2
		session create tunnel_id=4 session_id=9 peer_session_id=9
		tunel create tunnel_name=e version=3 dest_ipaddr=192.0.2.2 tunnel_id=5 peer_tunnel_id=2
		session create tunnel_name=e session_id=9 peer_session_id=9
		tunnel list
	END
}
for mode in --check start; do
	if [ $mode = start ]; then run < <(all_wrong); else run --check < <(all_wrong); fi
	equal "many mistakes, $mode: each once, in the order of the lines" \
		"$(sed -n 's/.*try\.conf:\([0-9]*:[0-9]*\): .*/\1/p' "$TMP/out" | tr '\n' ' ')" \
		"1:90 3:55 4:81 6:85 7:28 8:49 10:49 12:1 14:1 "
done
run --check < <(for i in {1..50}; do echo "tunnel create colour=$i"; done)
equal "very many mistakes: the first 20 and a word about the others" \
	"$(grep -c 'colour' "$TMP/out") $(tail -n 1 "$TMP/out")" "20 more is wrong, which is not shown"

# a file that cannot be read
on A "$L2TPD" --check -c "$TMP/nowhere.conf" >"$TMP/out" 2>&1
equal "no such file: exit status" $? 1
matches "no such file: message" "$(cat "$TMP/out")" 'nowhere.conf.*No such file'

# at reload
daemon A <<-END || exit 1
	$tunnel
	$session session_name=s interface_name=pw0
END
index=$(on A cat /sys/class/net/pw0/ifindex)
printf '%s\n' "$tunnel" "$session session_name=s interface_name=pw0" \
	"session create tunnel_name=t colour=red" "session create tunnel_name=u peer_session_id=1" >"$TMP/A.conf"
check_fails "reload of a bad file fails" ctl A system reload
equal "and tells all that is wrong" "$(grep -c 'A\.conf:[34]:' "$(log_of A)")" 2
matches "and says where" "$(ctl A system reload 2>&1)" 'A\.conf:3:[0-9]+.*colour'
same "and changed nothing" "$(on A cat /sys/class/net/pw0/ifindex)" "$index"
kill -HUP "${daemon_pid[A]}"
sleep 0.3
check "SIGHUP with a bad file: the daemon goes on" answers A
printf '%s\n' "$tunnel" "$session session_name=s interface_name=pw0 mtu=1300" \
	"session create tunnel_name=t session_id=21 peer_session_id=22 interface_name=pw1" >"$TMP/A.conf"
check "reload of a good file" ctl A system reload
equal "changed what can change live, in place" "$(mtu_of A) $(on A cat /sys/class/net/pw0/ifindex)" "1300 $index"
check "made what is new" ip_on A link show pw1
printf '%s\n' "$tunnel" "$session session_name=s interface_name=pw0 mtu=1300" >"$TMP/A.conf"
check "reload without it" ctl A system reload
check_fails "removed what is no longer there" ip_on A link show pw1

# one that would have to wait for who writes into a pipe, or find it empty: the second time it was read
good=$(cat "$TMP/A.conf")
mkfifo "$TMP/pipe"
printf 'include %s\n' "$TMP/pipe" >>"$TMP/A.conf"
check_fails "reload of an include that is a pipe fails" timeout 5 "$L2TPCTL" -s "$(socket_of A)" system reload
matches "and says which" "$(tail -n 3 "$(log_of A)")" 'A\.conf:3:.*pipe is no regular file'
rm "$TMP/A.conf"
mkfifo "$TMP/A.conf"
check_fails "reload of a file that is a pipe fails" timeout 5 "$L2TPCTL" -s "$(socket_of A)" system reload
check "and what was there stays" ip_on A link show pw0
rm "$TMP/A.conf"
echo "$good" >"$TMP/A.conf"

# a reload that the system refuses: what runs keeps its device, with its addresses, and goes on
office="$session session_name=office interface_name=office"
printf '%s\n' "$tunnel" "$office" >"$TMP/A.conf"
check "reload with another session" ctl A system reload
daemon B <<-END || exit 1
	tunnel create tunnel_name=t version=3 src_ipaddr=192.0.2.2 dest_ipaddr=192.0.2.1 tunnel_id=2 peer_tunnel_id=1
	session create tunnel_name=t session_id=12 peer_session_id=11 interface_name=office
END
ip_on A addr add 10.0.0.1/24 dev office
ip_on B addr add 10.0.0.2/24 dev office
check "which works" pings A 10.0.0.2
as_it_is() { ip_on A -o link show office; ip_on A -o addr show office; }
as_it_was=$(as_it_is)
links=$(on A ls /sys/class/net)

# refused NAME REGEX, the file on standard input
refused() {
	cat >"$TMP/A.conf"
	check_fails "reload, $1: refused" ctl A system reload
	matches "reload, $1: says why" "$(cat "$TMP/check.out")" "$2"
	same "reload, $1: the device and its addresses are as they were" "$(as_it_is)" "$as_it_was"
	same "reload, $1: no device is left behind" "$(on A ls /sys/class/net)" "$links"
	check "reload, $1: packets still pass" pings A 10.0.0.2
}

refused "no such bridge" 'A\.conf:2:.*nobridge' <<<"$tunnel
$office bridge=nobridge"
refused "an address that is not ours" 'A\.conf:1:.*192\.0\.2\.77' <<<"${tunnel/192.0.2.1/192.0.2.77}
$office"
refused "no such network namespace" 'A\.conf:2:.*nowhere' <<<"$tunnel
$office netns=nowhere"
refused "somebody's interface" 'A\.conf:2:.*wire' <<<"$tunnel
${office/interface_name=office/interface_name=wire}"
check "an administrator makes a session" ctl A session create tunnel_name=t session_name=mine \
	session_id=31 peer_session_id=32 interface_name=mine
links=$(on A ls /sys/class/net)
refused "an administrator's interface" 'A\.conf:2:.*mine' <<<"$tunnel
${office/interface_name=office/interface_name=mine}"
