#!/bin/bash
# SPDX-License-Identifier: MIT
# Log lines: fields on standard error, in syslog and in the journal; a flood that is counted and not told packet by
# packet; foreign characters; logs that nobody reads.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

hosts
etc A hosts <<<'224.0.0.1 peer.invalid'	# no peer has such an address

# In a mount namespace of its own (ip netns makes it) l2tpd finds our sockets where journald's and syslogd's are.
cat >"$TMP/l2tpd" <<END
#!/bin/sh
mount -t tmpfs tmpfs /run && mkdir /run/systemd && ln -s $TMP/journal /run/systemd/journal
mount -t tmpfs tmpfs /dev && mknod -m 666 /dev/null c 1 3 && ln -s $TMP/syslog /dev/log
exec $L2TPD "\$@"
END
chmod +x "$TMP/l2tpd"
mkdir "$TMP/journal"
log_socket() {
	rm -f "$1"
	/usr/bin/python3 "$TESTS/net/_log_socket.py" "$1" >"$2" &
	helper_pids+=($!)
	until_true 5 test -S "$1"
}

# in_private OPTION...: l2tpd on A, without packets
in_private() {
	stop_daemon A
	L2TPD="$TMP/l2tpd" daemon A --datapath null "$@" <<-'END'
		tunnel create tunnel_name="a \"b\"" version=3 dest_ipaddr=peer.invalid tunnel_id=1 peer_tunnel_id=2
	END
}
has() { grep -qF -- "$2" "$1"; }

# C's name server does not answer, which takes a while to find out
host C
etc C resolv.conf <<<'nameserver 127.0.0.1'
daemon C --datapath null < \
	<(echo 'tunnel create tunnel_name=t version=3 dest_ipaddr=peer.example tunnel_id=1 peer_tunnel_id=2')

# ---------------------------------------------------------------- standard error
in_private
check 'a line says which tunnel' until_true 5 has "$(log_of A)" ' tunnel="a \"b\"" tunnel_id=1'
check 'and that it is a warning' grep -q '^l2tpd: warning: tunnel .*peer\.invalid.* tunnel=' "$(log_of A)"

stop_daemon A
strange=$TMP/$'strange\e[2J\n'
ip netns exec "${NS}A" "$L2TPD" --datapath null -c - -s "$strange" </dev/null 2>"$TMP/strange.log" &
helper_pids+=($!)
check 'control characters are escaped' until_true 5 has "$TMP/strange.log" "strange\\x1b[2J\\x0a"
end_helper $!

# ---------------------------------------------------------------- syslog
check_fails 'a target that there is not' "$L2TPD" --log-to nowhere
matches 'it is told which there are' "$("$L2TPD" --log-to nowhere 2>&1)" 'stderr, syslog, syslog:FACILITY or journal'
log_socket "$TMP/syslog" "$TMP/syslog.out"
in_private --log-to syslog:local3
head='<156>[A-Z][a-z]{2} [ 0-9]{2} [0-9:]{8} l2tpd\[[0-9]+\]: '
check 'syslog gets facility, level and fields' until_true 5 grep -qE "^${head}tunnel .* tunnel_id=1\$" "$TMP/syslog.out"
in_private -L local5
check "OpenL2TP's option for it" until_true 5 grep -qE '^<172>.* tunnel_id=1$' "$TMP/syslog.out"
equal 'and standard error nothing' "$(cat "$(log_of A)")" ''

# ---------------------------------------------------------------- journal
in_private --log-to journal
check 'without a journald lines go to standard error' until_true 5 has "$(log_of A)" 'tunnel_id=1'
log_socket "$TMP/journal/socket" "$TMP/journal.out"
journal=$!
in_private --log-to journal
for field in 'MESSAGE=tunnel a "b": peer.invalid: ' 'PRIORITY=4' 'SYSLOG_IDENTIFIER=l2tpd' 'L2TPD_TUNNEL=a "b"' \
	'L2TPD_TUNNEL_ID=1'; do
	check "the journal gets ${field%%=*}" until_true 5 has "$TMP/journal.out" "$field"
done
equal 'and standard error nothing ' "$(cat "$(log_of A)")" ''

# one that does not read stops nothing, and learns later how much it missed
ctl A debug modify api=yes app >/dev/null
calls=$(($(cat /proc/sys/net/unix/max_dgram_qlen) + 200))
kill -USR1 "$journal"
for ((n = 0; n < calls; n++)); do echo 'debug show app'; done >"$TMP/calls"
check 'nobody reads: the daemon answers' timeout 60 "$L2TPCTL" -q -s "$(socket_of A)" <"$TMP/calls"
kill -USR2 "$journal"
more_lines() { answers A; has "$TMP/journal.out" ' lines of the log are lost: it could not be written'; }
check 'how many lines are lost is told' until_true 5 more_lines

# systemd says whether standard error is the journal's
: >"$TMP/journal.out"
: >"$(log_of A)"
JOURNAL_STREAM=$(stat -c %d:%i "$(log_of A)") in_private
check 'standard error of a service: the journal' until_true 5 has "$TMP/journal.out" 'L2TPD_TUNNEL_ID=1'
JOURNAL_STREAM=1:1 in_private
check 'that of another: standard error' until_true 5 has "$(log_of A)" 'tunnel_id=1'

# ---------------------------------------------------------------- packets of strangers
stop_daemon A
pair sides=A addresses=no
drop_lines() { grep 'for a session that does not exist' "$(log_of A)"; }
told() {	# packets that the lines tell of: one each, and those that they count
	drop_lines | awk '/dropped a packet/ { n++ }
		match($0, /dropped=[0-9]+/) { n += substr($0, RSTART + 8, RLENGTH - 8) }
		END { print n + 0 }'
}
tells() { [ "$(told)" = "$1" ]; }
packets B send udp 192.0.2.2 192.0.2.1 session=4711 1
check 'the first is told' until_true 5 tells 1
matches 'of whom' "$(drop_lines)" ' session_id=4711 peer=192\.0\.2\.2 event=dropped$'
packets B send udp 192.0.2.2 192.0.2.1 session=4711 1 x299 wait=1100 1
check 'then how many were not' until_true 5 tells 302
packets B send udp 192.0.2.2 192.0.2.1 session=4711 1 x99
check 'also when no more come' until_true 15 tells 402
at_most 'which is few lines' "$(drop_lines | wc -l)" 6
packets B send udp 192.0.2.2 192.0.2.1 session=11 cookie=$cookie_A 1
check 'a drop of a session has its names' until_true 5 grep -qE \
	'cookie.* tunnel=t tunnel_id=1 session=s session_id=11 peer=192.0.2.2 interface=pw0 event=dropped$' \
	"$(log_of A)"

# ---------------------------------------------------------------- what libraries say
check 'libevent speaks in the log' until_true 15 has "$(log_of C)" \
	'l2tpd: names of peers: Nameserver 127.0.0.1:53 has failed'
check_fails 'and nowhere else' grep -v '^l2tpd: ' "$(log_of C)"
