#!/bin/bash
# SPDX-License-Identifier: MIT
# demo.sh - what `make demo` runs: two hosts, an l2tpd on each, three Ethernet pseudowires between them and what these
# carry; and one of them as server of subscribers, LNS, with the other as its client, PPP and all. KEEP=1 leaves all of
# it up; `tests/demo.sh clean` removes every demo that was left, `clean ID` that one.
#
# The hosts are network namespaces, so nothing of this machine's own network is touched. Each run has an id, which is in
# the names of all it makes, so that several may run beside each other. A run that goes on holds a lock.
set -u -o pipefail
top=$(dirname "$(dirname "$(readlink -f "$0")")")
case ${BUILD:=build} in /*) ;; *) BUILD=$top/$BUILD ;; esac
l2tpd=$BUILD/src/l2tpd/l2tpd l2tpctl=$BUILD/src/l2tpctl/l2tpctl
folder=/run/l2tpd-demo-
export LC_ALL=C.UTF-8

if [ -t 1 ]; then bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'; else bold='' dim='' plain=''; fi
title() { echo; echo "${bold}$*${plain}"; }
# shown COMMAND...: print it as a user would type it, and run it
shown() {
	local words="$*"
	echo "${dim}\$ ${words//"$BUILD/src/l2tpctl/"/}${plain}"
	"$@"
}
# use ID: the run whose things the functions below are about
use() { id=$1 work=$folder$1 hosts="demo-$1-left demo-$1-right"; }
on() { local host=$1; shift; ip netns exec "demo-$id-$host" "$@"; }
ctl() { local host=$1; shift; "$l2tpctl" -s "$work/$host.socket" "$@"; }

# Whatever of it is there: to do it twice, or after half a beginning, is no harm.
remove() {
	local file pid host
	for file in "$work"/*.pid; do
		[ -e "$file" ] || continue
		pid=$(cat "$file")
		# only what we started: the pid may belong to somebody else by now
		ip netns pids "$(cat "${file%.pid}.netns")" 2>/dev/null | grep -qx "$pid" || continue
		kill "$pid" 2>/dev/null && tail --pid="$pid" -f /dev/null
	done
	for host in $hosts; do ip netns del "$host" 2>/dev/null; done
	rm -rf "$work"
}
# remove_left [ID]: that demo, or all that are left, but none that still runs
remove_left() {
	local path found=''
	for path in "$folder"${1:-*}; do
		[ -d "$path" ] || continue
		found=1
		use "${path#"$folder"}"
		if (flock -n 8) 8>>"$work/lock"; then
			remove
			echo "demo $id removed"
		else
			echo "demo $id still runs: it removes itself when it ends"
		fi
	done
	[ "$found" ] || echo "no demo ${1:+$1 }is left"
}

give_up() { echo "demo: $*" >&2; [ ! -d "$work" ] || tail -n 20 "$work"/*.log >&2; exit 1; }

# start NAME HOST COMMAND...: in the background, remembered for remove()
start() {
	local name=$1 host=$2
	shift 2
	ip netns exec "demo-$id-$host" "$@" >"$work/$name.log" 2>&1 </dev/null 9>&- &
	echo $! >"$work/$name.pid"
	echo "demo-$id-$host" >"$work/$name.netns"
}

make_hosts() {
	local host n=1
	for host in $hosts; do ip netns add "$host" || give_up "cannot make network namespaces"; done
	ip link add wire netns "demo-$id-left" type veth peer name wire netns "demo-$id-right" ||
		give_up "cannot make a veth pair"
	for host in left right; do
		ip -n "demo-$id-$host" link set lo up
		ip -n "demo-$id-$host" link set wire up
		ip -n "demo-$id-$host" addr add 192.0.2.$n/24 dev wire
		ip -n "demo-$id-$host" addr add 2001:db8::$n/64 dev wire nodad
		n=2
	done
}

# configuration NEAR FAR: of host number NEAR
configuration() {
	local cookies="cookie=00112233445566$1$1 peer_cookie=00112233445566$2$2"
	cat <<-END
		# A pseudowire over UDP and IPv4, with 8-octet cookies
		tunnel create tunnel_name=blue version=3 encap=udp src_ipaddr=192.0.2.$1 dest_ipaddr=192.0.2.$2 \\
		    tunnel_id=$1 peer_tunnel_id=$2
		session create tunnel_name=blue session_name=office session_id=1$1 peer_session_id=1$2 pw_type=eth \\
		    $cookies l2spec_type=none interface_name=l2tpeth0

		# and one over IP protocol 115 and IPv6
		tunnel create tunnel_name=green version=3 encap=ip src_ipaddr=2001:db8::$1 dest_ipaddr=2001:db8::$2 \\
		    tunnel_id=10$1 peer_tunnel_id=10$2
		session create tunnel_name=green session_name=lab session_id=2$1 peer_session_id=2$2 pw_type=eth \\
		    interface_name=l2tpeth1

		# and one whose TCP goes by BPF programs: past the firewall, and without UDP checksums
		tunnel create tunnel_name=grey version=3 src_ipaddr=192.0.2.$1 dest_ipaddr=192.0.2.$2 \\
		    our_udp_port=1702 peer_udp_port=1702 tunnel_id=20$1 peer_tunnel_id=20$2 \\
		    use_udp_checksums=no datapath=bpf
		session create tunnel_name=grey session_name=bulk session_id=3$1 peer_session_id=3$2 \\
		    $cookies l2spec_type=none interface_name=l2tpeth2
	END
	if [ "$1" = 1 ]; then client; else server; fi
}

# the right host: who knows a password gets an address of the pool
server() {
	cat <<-END

		# a server for subscribers (LNS)
		system modify chap_secrets=$work/chap-secrets state_file=$work/state.sqlite
		pool create pool_name=subscribers range=10.3.0.10-10.3.0.250
		ppp profile create profile_name=subscribers local_ipaddr=10.3.0.1 ip_pool_name=subscribers \\
		    auth_pap=no auth_chap=no auth_eap=no
		peer profile create profile_name=left peer_ipaddr=192.0.2.1 ppp_profile_name=subscribers
	END
	(umask 077; echo 'alice * correct-horse *' >"$work/chap-secrets")
}
# the left host
client() {
	cat <<-END

		# a client of the right host
		tunnel create tunnel_name=red dest_ipaddr=192.0.2.2 persist=yes
		session create tunnel_name=red session_name=call user_name=alice user_password_file=$work/password
	END
	(umask 077; echo correct-horse >"$work/password")
}

start_l2tpd() {
	local host=$1 try
	start "$host" "$host" "$l2tpd" -c "$work/$host.conf" -s "$work/$host.socket"
	for ((try = 0; try < 100; try++)); do
		ctl "$host" system show status >/dev/null 2>&1 && return
		sleep 0.05
	done
	give_up "l2tpd on $host does not answer"
}

wait_for_call() {
	local try
	for ((try = 0; try < 100; try++)); do
		ctl right -j session list | jq -e 'any(.state.state == "up" and .state.origin == "peer")' >/dev/null &&
			ctl left -j session show tunnel_name=red session_name=call |
			jq -e '.state.state == "up"' >/dev/null && return
		sleep 0.05
	done
	give_up "the call does not come up"
}

addresses() {
	local n=1 host
	for host in left right; do
		ip -n "demo-$id-$host" addr add 10.0.0.$n/24 dev l2tpeth0 &&
		ip -n "demo-$id-$host" addr add 10.1.0.$n/24 dev l2tpeth1 &&
		ip -n "demo-$id-$host" addr add 10.4.0.$n/24 dev l2tpeth2 || give_up "no devices on $host"
		# VXLAN, the tunnel that the kernel itself has, for comparison
		ip -n "demo-$id-$host" link add vxlan0 type vxlan id 7 dstport 4789 dev wire \
			local 192.0.2.$n remote 192.0.2.$((3 - n))
		ip -n "demo-$id-$host" addr add 10.2.0.$n/24 dev vxlan0
		ip -n "demo-$id-$host" link set vxlan0 up
		n=2
	done
}

# ping_it ADDRESS SIZE
ping_it() {
	shown ip netns exec "demo-$id-left" ping -q -c 5 -i 0.05 -s "$2" "$1" >"$work/ping.out" ||
		give_up "no answer from $1"
	grep -vE '^(PING|---|$)' "$work/ping.out"
}

# metrics: what the right host's l2tpd tells who asks it by HTTP
metrics() {
	on right bash -c 'exec 3<>/dev/tcp/127.0.0.1/9817 && printf "GET /metrics HTTP/1.0\r\n\r\n" >&3 && cat <&3' ||
		give_up "no metrics"
}

# gigabits ADDRESS [-R]: what iperf3 moves there (or, -R, back) in a second
gigabits() {
	on left iperf3 -J -t 1 -c "$@" 2>/dev/null | jq -r '.end.sum_received.bits_per_second / 1e8 | round / 10'
}
microseconds() {
	on left ping -q -c 40 -i 0.02 "$1" | awk -F/ '/^rtt/ { printf "%.0f", $5 * 1000 }'
}

table() {
	local name address there back
	printf '%s%-36s %10s %10s %10s%s\n' "$bold" "" "there" "back" "ping" "$plain"
	printf '%-36s %10s %10s %10s\n' "" "Gbit/s" "Gbit/s" "us"
	while IFS=: read -r name address; do
		there=$(gigabits "$address") && back=$(gigabits "$address" -R) || give_up "iperf3 to $address failed"
		printf '%-36s %10s %10s %10s\n' "$name" "$there" "$back" "$(microseconds "$address")"
	done <<-END
		veth, no tunnel:192.0.2.2
		VXLAN, in the kernel:10.2.0.2
		l2tpd over UDP, IPv4:10.0.0.2
		l2tpd over UDP, datapath=bpf:10.4.0.2
		l2tpd over IP protocol 115, IPv6:10.1.0.2
		l2tpd, PPP over L2TPv2:10.3.0.1
	END
}

look_around() {
	title "Left up. To look around:"
	cat <<-END
		  ip netns exec demo-$id-left bash                # a shell on the left host
		  ip netns exec demo-$id-left ping 10.0.0.2       # over UDP; 10.1.0.2 is over IPv6, 10.3.0.1 over PPP
		  $l2tpctl -s $work/left.socket session list
		                                                   # and -j, tunnel show, session modify ...
		  $l2tpctl -s $work/left.socket tunnel delete tunnel_name=red reason="good bye"
		                                                   # ends the L2TPv2 tunnel, and the right host knows
		  ip netns exec demo-$id-right bash               # and on the right one
		To remove it:
		  $top/tests/demo.sh clean $id
	END
}

[ "$(id -u)" = 0 ] || { echo "demo: must be root, to make network namespaces and devices: sudo make demo" >&2; exit 1; }
case ${1:-} in
clean) remove_left "${2:-}"; exit ;;
?*) echo "usage: tests/demo.sh [clean [ID]]" >&2; exit 2 ;;
esac
for program in "$l2tpd" "$l2tpctl"; do
	[ -x "$program" ] || { echo "demo: not built yet: run make" >&2; exit 1; }
done
work=$(mktemp -d "${folder}XXXX") || exit 1
use "${work#"$folder"}"
exec 9>>"$work/lock" && flock 9
trap remove EXIT
trap 'exit 130' INT TERM
chmod 755 "$work"

title "Two hosts, left (192.0.2.1) and right (192.0.2.2), joined by a wire."
make_hosts
configuration 1 2 >"$work/left.conf"
configuration 2 1 >"$work/right.conf"
for host in left right; do
	title "$work/$host.conf"
	cat "$work/$host.conf"
done

title "An l2tpd on each; nothing of L2TP in the kernel."
start_l2tpd right
start_l2tpd left	# the last: to it the other is never unreachable
addresses
shown ip -n "demo-$id-left" -br link show type tun

title "Ping over UDP and IPv4, then over IP protocol 115 and IPv6; then packets of 3,000 bytes."
ping_it 10.0.0.2 56
ping_it 10.1.0.2 56
ping_it 10.0.0.2 3000
ping_it 10.1.0.2 3000

title "The other job: the right host is a server for subscribers (LNS), and alice on the left one has an address of it."
wait_for_call
shown ip -n "demo-$id-left" -br addr show dev ppp0
ping_it 10.3.0.1 56
ping_it 10.3.0.1 3000
shown "$l2tpctl" -s "$work/right.socket" user list
shown "$l2tpctl" -s "$work/left.socket" status

title "What l2tpd has counted so far."
shown "$l2tpctl" -s "$work/left.socket" session list

title "Bulk TCP, both ways, beside no tunnel and beside VXLAN."
start iperf3 right iperf3 -s
sleep 0.3
table

title "What l2tpd counted meanwhile."
shown "$l2tpctl" -s "$work/left.socket" session list
shown "$l2tpctl" -s "$work/left.socket" session show tunnel_name=blue session_name=office statistics

title "And as Prometheus sees the server."
shown "$l2tpctl" -s "$work/right.socket" system modify metrics_port=9817
metrics | grep -E '^l2tpd_(sessions|pool|user|radius)' | grep -v ' 0$'

if [ "${KEEP:-}" ] && [ "${KEEP:-}" != 0 ]; then
	trap - EXIT
	look_around
else
	remove
	trap - EXIT
	title "All of it is removed again. \`make demo KEEP=1\` leaves it up."
fi
