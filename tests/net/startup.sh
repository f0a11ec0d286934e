#!/bin/bash
# SPDX-License-Identifier: MIT
# What can be wrong with the machine when l2tpd starts, or with one command later: each has a message of its own, that
# says what to do; and no device stays behind.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

hosts
chmod 755 "$TMP"	# one of them runs as nobody
tunnel='tunnel create tunnel_name=t version=3 dest_ipaddr=192.0.2.2 tunnel_id=1 peer_tunnel_id=2'
session='session create tunnel_name=t session_id=11 peer_session_id=12 interface_name=pw0'

# refused NAME REGEX [COMMAND...]: l2tpd on A with the configuration on standard input ends with status 1 and says so
refused() {
	local status name=$1 regex=$2
	shift 2
	cat >"$TMP/try.conf"
	on A timeout 10 "$@" "$L2TPD" -c "$TMP/try.conf" -s "$TMP/try.socket" >"$TMP/out" 2>&1 </dev/null
	status=$?
	equal "$name: exit status" $status 1
	matches "$name: message" "$(cat "$TMP/out")" "$regex"
	check_fails "$name: no device left" ip_on A link show pw0
}

refused "source address not local" 'src_ipaddr.*192\.0\.2\.77|192\.0\.2\.77.*src_ipaddr' <<-END
	$tunnel src_ipaddr=192.0.2.77
	$session
END
ip_on A link add taken type veth peer name taken2
refused "interface name taken" 'an interface taken exists already: choose another interface_name' <<-END
	$tunnel
	${session/pw0/taken}
END
refused "a bridge that is none" 'conf:2:[0-9]+:.*is no bridge' <<-END
	$tunnel
	$session bridge=taken
END
refused "bind_interface that does not exist" 'interface nowhere' <<-END
	$tunnel bind_interface=nowhere
	$session
END
refused "bridge that does not exist" 'br9' <<-END
	$tunnel
	$session bridge=br9
END
refused "no rights" 'root|CAP_NET_ADMIN' setpriv --reuid=nobody --regid=nogroup --clear-groups <<-END
	$tunnel
	$session
END
refused "no /dev/net/tun" '/dev/net/tun' unshare -m sh -c 'mount -t tmpfs none /dev/net; exec "$@"' - <<-END
	$tunnel
	$session
END
helper A /usr/bin/python3 -c 'import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("0.0.0.0", 1701)); time.sleep(30)'
until_true 3 on A sh -c 'ss -Hlun sport = :1701 | grep -q .'
refused "port taken by another program" 'port 1701.*1701 is the default' <<-END
	$tunnel src_ipaddr=192.0.2.1
	$session
END
refused "port taken by another program, which was asked for" 'port 1701.*choose another our_udp_port$' <<-END
	$tunnel src_ipaddr=192.0.2.1 our_udp_port=1701
	$session
END
end_helper "$helper"

# a second l2tpd: same port
daemon A <<-END || exit 1
	$tunnel src_ipaddr=192.0.2.1
	${session/pw0/pw1}
END
refused "port taken by a second l2tpd" '1701' <<-END
	$tunnel src_ipaddr=192.0.2.1
	$session
END
check "and the first still has its device" ip_on A link show pw1
check "and still answers" answers A
# same socket
on A timeout 5 "$L2TPD" -c "$TMP/A.conf" -s "$(socket_of A)" >"$TMP/out" 2>&1
equal "socket taken by a second l2tpd: exit status" $? 1
matches "socket taken: message" "$(cat "$TMP/out")" 'A\.socket'
check "the first still answers" answers A
stop_daemon A

# a stale socket of a dead daemon is no obstacle
daemon A <<<"$tunnel" && stop_daemon A KILL
check "a stale socket is no obstacle" daemon A <<<"$tunnel"
stop_daemon A

# the command line
on A "$L2TPD" -h >"$TMP/out" 2>&1
equal "-h: exit status" $? 0
matches "-h names the options" "$(cat "$TMP/out")" '--check'
check "-V" on A "$L2TPD" -V
on A "$L2TPD" --nonsense >"$TMP/out" 2>&1
at_least "unknown option: exit status" $? 1
"$L2TPCTL" -s "$TMP/nowhere.socket" tunnel list >"$TMP/out" 2>&1
at_least "l2tpctl without a daemon: exit status" $? 1
matches "l2tpctl without a daemon: message" "$(cat "$TMP/out")" 'nowhere\.socket'

# a daemon that is stopped: who waits for it is told so, and gets his answer when it goes on
daemon A <<<"$tunnel"
kill -STOP "${daemon_pid[A]}"
"$L2TPCTL" -s "$(socket_of A)" tunnel list names >"$TMP/out" 2>"$TMP/said" &
waits=$!
check "l2tpctl and a daemon that is stopped: told" \
	until_true 10 grep -q 'has not answered on .*A\.socket for 3 s' "$TMP/said"
kill -CONT "${daemon_pid[A]}"
wait "$waits"
equal "and answered when it goes on" "$? $(cat "$TMP/out")" "0 t"
equal "told once" "$(wc -l <"$TMP/said")" 1
stop_daemon A
