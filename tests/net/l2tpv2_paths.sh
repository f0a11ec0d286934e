#!/bin/bash
# SPDX-License-Identifier: MIT
# L2TPv2 where addresses and ports are not what they seem: two clients behind one NAT, a responder that answers from
# another port, static tunnels that have bound the address.
# shellcheck source=tests/v2.sh
. "$(dirname "$0")/../v2.sh"
without_ppp

# ---------------------------------------------------------------- C and D behind the NAT of N, to B
host B && host C && host D && host N
wire B N 1500 wire out
wire C N 1500 wire in_c
wire D N 1500 wire in_d
ip_on B addr add 192.0.2.2/24 dev wire
ip_on N addr add 192.0.2.1/24 dev out
for side in c:C:1 d:D:2; do
	IFS=: read -r dev name n <<<"$side"
	ip_on N addr add 10.0.$n.1/24 dev "in_$dev"
	ip_on "$name" addr add 10.0.$n.2/24 dev wire
	ip_on "$name" route add default via 10.0.$n.1
done
on N sysctl -qw net.ipv4.ip_forward=1
on N nft -f - <<-END || exit 1
	table ip nat {
		chain out {
			type nat hook postrouting priority srcnat
			oifname "out" masquerade
		}
	}
END
daemon B <<-END || exit 1
	tunnel profile modify profile_name=default $IMPATIENT
	peer profile create profile_name=N peer_ipaddr=192.0.2.1
END
# Everything that they say of themselves is the same.
for name in C D; do
	daemon "$name" <<-END || exit 1
		tunnel create tunnel_name=t dest_ipaddr=192.0.2.2 tunnel_id=7 host_name=phone
		session create tunnel_name=t session_name=s session_id=9 frame_socket=$TMP/$name.frames
	END
done
check "two behind one NAT: up" until_true 5 up C 1 1
check "the other, too" until_true 5 up D 1 1
check "they are told apart" until_true 5 up B 2 2
ports=$(of_peer B .config.peer_udp_port | sort -n)
equal "by their ports: one address" "$(of_peer B .config.dest_ipaddr | sort -u)" 192.0.2.1
equal "two ports" "$(sort -u <<<"$ports" | wc -l)" 2
sleep 2
check "HELLO keeps both" up B 2 2
ctl C -q tunnel delete tunnel_name=t
check "one goes" until_true 3 up B 1 1
check "the other stays" up D 1 1
stop_daemon C
stop_daemon D
check "none is left" until_true 3 up B 0 0

# ---------------------------------------------------------------- a responder that answers from another port
# What comes to port 1701 is B's, but it listens to another: its answers come from there.
ctl B -q system modify udp_port=1800
on B nft -f - <<-END || exit 1
	table ip other {
		chain in {
			type filter hook prerouting priority raw
			udp dport 1701 notrack
			udp dport 1701 udp dport set 1800
		}
	}
END
daemon C <<<'' || exit 1
on N nft delete table ip nat
ip_on B route add 10.0.0.0/8 via 192.0.2.1
ctl B -q session profile modify profile_name=default frame_socket="$TMP/B.frames"
ctl B -q peer profile create profile_name=C peer_ipaddr=10.0.1.2
ctl C -q tunnel create tunnel_name=u dest_ipaddr=192.0.2.2 $IMPATIENT
ctl C -q session create tunnel_name=u session_name=s frame_socket="$TMP/C.frames"
check "another port answers: up" until_true 5 tunnel_is C u up
check "so is the call" until_true 5 session_is C u s up
on B nft delete table ip other
sleep 3
check "the port is kept to" session_is C u s up
frame_echo B "$TMP/B.frames"
check "by frames, too" frames_pass C "$TMP/C.frames" 100
stop_daemon B
stop_daemon C

# ---------------------------------------------------------------- a static tunnel has bound the address
# To its socket the kernel gives what comes to the address, also requests and answers.
host A && wire A B 1500 wire near
ip_on A addr add 198.51.100.1/24 dev wire
ip_on B addr add 198.51.100.2/24 dev near
static=(tunnel create tunnel_name=static version=3)
static_A=("${static[@]}" src_ipaddr=198.51.100.1 dest_ipaddr=198.51.100.2 tunnel_id=1 peer_tunnel_id=2)
static_B=("${static[@]}" src_ipaddr=198.51.100.2 dest_ipaddr=198.51.100.1 tunnel_id=2 peer_tunnel_id=1)
# Messages pass: a call is refused, since the frame socket is another's.
another() {
	ctl A -q session create tunnel_name=t session_name=u && until_true 3 no_session
}
no_session() { ! ctl A session show tunnel_name=t session_name=u >/dev/null 2>&1; }
# beside WHEN WORDS: static tunnels come before or after a session is up, and go before it; WORDS: theirs
beside() {
	daemon A <<<"" && daemon B <<-END || return
		session profile modify profile_name=default frame_socket=$TMP/B.frames
		peer profile create profile_name=A peer_ipaddr=198.51.100.1
	END
	[ "$1" = after ] || { ctl A -q "${static_A[@]}" "${@:2}" && ctl B -q "${static_B[@]}" "${@:2}"; } || return
	ctl A -q tunnel create tunnel_name=t dest_ipaddr=198.51.100.2 || return
	ctl A -q session create tunnel_name=t session_name=s frame_socket="$TMP/A.frames"
	until_true 5 session_is A t s up || return
	[ "$1" = before ] || { ctl A -q "${static_A[@]}" "${@:2}" && ctl B -q "${static_B[@]}" "${@:2}"; } || return
	another && frame_echo B "$TMP/B.frames" && frames_pass A "$TMP/A.frames" 20 || return
	ctl A -q tunnel delete tunnel_name=static && ctl B -q tunnel delete tunnel_name=static || return
	another && frames_pass A "$TMP/A.frames" 20 && session_is A t s up || return
	end_helper "$helper"
	stop_daemon A && until_true 10 up B 0 0 && stop_daemon B
}
check "beside a static tunnel with this address" beside before
check "that comes when the call is up" beside after

static_A+=(bind_interface=wire) static_B+=(bind_interface=near)
check "and one that is bound to its interface" beside before
