#!/bin/bash
# SPDX-License-Identifier: MIT
# Where output goes: what cannot be written is an error and not a success, and standard descriptors that are closed
# become nobody's socket.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

host A
{
	echo 'tunnel create tunnel_name=t version=3 dest_ipaddr=192.0.2.2 tunnel_id=1 peer_tunnel_id=2'
	for ((n = 1; n <= 300; n++)); do
		echo "session create tunnel_name=t session_name=s$n session_id=20$n peer_session_id=30$n"
	done
} >"$TMP/A.conf"
start_daemon A --datapath null || exit 1

# loses NAME COMMAND...: exit status 1 and one message, when standard output is full and when it is closed
loses() {
	local name=$1
	shift
	"$@" >/dev/full 2>"$TMP/err"
	equal "$name, full: exit status" $? 1
	matches "$name, full: message" "$(cat "$TMP/err")" 'cannot write to standard output'
	equal "$name, full: one message" "$(wc -l <"$TMP/err")" 1
	"$@" >&- 2>"$TMP/err"
	equal "$name, closed: exit status" $? 1
	matches "$name, closed: message" "$(cat "$TMP/err")" 'cannot write to standard output'
}
ctl_A() { timeout 10 "$L2TPCTL" -s "$(socket_of A)" "$@"; }
loses "session list" ctl_A session list
loses "session list -j" ctl_A -j session list
loses "session list names" ctl_A session list names
loses "tunnel list" ctl_A tunnel list
loses "tunnel show" ctl_A tunnel show tunnel_name=t
loses "tunnel show -j" ctl_A -j tunnel show tunnel_name=t
loses "session show" ctl_A session show tunnel_name=t session_name=s1
loses "l2tpctl -V" "$L2TPCTL" -V
loses "l2tpctl -h" "$L2TPCTL" -h
loses "l2tpd --check" "$L2TPD" --check -c "$TMP/A.conf"
loses "l2tpd -V" "$L2TPD" -V

# what prints nothing needs no standard output
ctl_A -q session modify tunnel_name=t session_name=s1 mtu=1300 >/dev/full
equal "modify with a full standard output" $? 0
ctl_A -q session modify tunnel_name=t session_name=s1 mtu=1400 >&-
equal "modify with standard output closed" $? 0
# a script ends with the command whose output is lost
ctl_A >/dev/full 2>"$TMP/err" <<-END
	session show tunnel_name=t session_name=s1
	session delete tunnel_name=t session_name=s1
END
equal "script, full: exit status" $? 1
check "script, full: the next command was not carried out" ctl_A session show tunnel_name=t session_name=s1

# a daemon that was given no descriptors at all
stop_daemon A
ip netns exec "${NS}A" "$L2TPD" -c "$TMP/A.conf" -s "$(socket_of A)" --datapath null <&- >&- 2>&- &
daemon_pid[A]=$!
check "a daemon without standard descriptors answers" until_true 10 answers A
equal "none of them is its socket" \
	"$(for fd in 0 1 2; do readlink "/proc/${daemon_pid[A]}/fd/$fd"; done | sort -u)" /dev/null
stop_daemon A
equal "and it ends cleanly" $? 0

# a daemon whose log nobody reads: a FIFO that is full
mkfifo "$TMP/fifo"
exec 9<>"$TMP/fifo"
dd if=/dev/zero of="$TMP/fifo" oflag=nonblock bs=4096 count=1000 2>/dev/null
timeout -k 2 20 ip netns exec "${NS}A" "$L2TPD" -c "$TMP/A.conf" -s "$(socket_of A)" --datapath null 2>"$TMP/fifo" &
daemon_pid[A]=$!
answers_in_time() { timeout 2 ip netns exec "${NS}A" "$L2TPCTL" -s "$(socket_of A)" system show status; }
check "a daemon whose log is full answers" until_true 5 answers_in_time
# each reload is a line; the second waits for the first, because an answer comes between them
l2tpd_pid=$(ip netns pids "${NS}A")
for _ in 1 2; do
	kill -HUP "$l2tpd_pid"
	check "and answers after a line" answers_in_time
done
timeout 2 head -c 4096 <&9 >/dev/null
kill -HUP "$l2tpd_pid"
check "and answers when there is room" answers_in_time
matches "the lost lines are counted" "$(timeout 2 cat <&9 | tr -d '\0')" \
	'^l2tpd: warning: [3-9] lines of the log are lost'
kill -TERM "$l2tpd_pid"
check "and ends on SIGTERM" until_true 10 has_ended "$l2tpd_pid"
stop_daemon A
equal "cleanly" $? 0
exec 9>&-
