#!/bin/bash
# SPDX-License-Identifier: MIT
# Reloads under load: two hundred sessions are changed, made anew, removed and made again beside two that are not
# mentioned otherwise than before.  These two carry datagrams all the time, each of which must come back: not one is
# lost, whatever happens to the neighbours, by reload, SIGHUP and restore.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

OTHERS=200
hosts

# config HOST WORDS: two sessions that carry the load, and on A the others, with these words
config() {
	local near=1 far=2 n
	[ "$1" = A ] || near=2 far=1
	echo "tunnel create tunnel_name=t version=3 src_ipaddr=192.0.2.$near dest_ipaddr=192.0.2.$far \\"
	echo "	tunnel_id=$near peer_tunnel_id=$far ${tunnel_words:-}"
	for n in 1 2; do
		echo "session create tunnel_name=t session_id=$near$n peer_session_id=$far$n interface_name=pw$n"
	done
	[ "$1" = A ] && [ "${2:-}" != none ] || return 0
	for ((n = 0; n < OTHERS; n++)); do
		echo "session create tunnel_name=t session_id=$((1000 + n)) interface_name=x$n ${2:-}"
	done
}
daemon A < <(config A peer_session_id=7) && daemon B < <(config B) || exit 1
for n in 1 2; do
	ip_on A addr add 10.$n.0.1/24 dev pw$n
	ip_on B addr add 10.$n.0.2/24 dev pw$n
	helper B "${TRAFFIC[@]}" udp-echo 10.$n.0.2 7001
	until_true 3 pings A 10.$n.0.2
done
index=$(on A cat /sys/class/net/pw{1,2}/ifindex)

# load: datagrams through both, 60,000 and more until `done` is there, until all of them have come back
load_pids=()
for n in 1 2; do
	ip netns exec "${NS}A" "${TRAFFIC[@]}" udp-check 10.$n.0.2 7001 1400 60000 "$TMP/done" >"$TMP/load$n" 2>&1 &
	load_pids+=($!)
done
loaded() { kill -0 "${load_pids[0]}" && kill -0 "${load_pids[1]}"; } 2>/dev/null
others() { on A ls /sys/class/net | grep -c '^x'; }
forwarded=$(ctl A -j session show tunnel_name=t session_id=11 | field rx_packets)

config A "peer_session_id=7 mtu=1300" >"$TMP/A.conf"
check "reload: another MTU for $OTHERS sessions" ctl A system reload
equal "it is there" "$(mtu_of A x$((OTHERS - 1)))" 1300
config A "peer_session_id=8" >"$TMP/A.conf"
check "reload: $OTHERS sessions are made anew" ctl A system reload
config A none >"$TMP/A.conf"
kill -HUP "${daemon_pid[A]}"
none() { [ "$(others)" = 0 ]; }
check "SIGHUP: $OTHERS sessions go" until_true 10 none
config A "peer_session_id=8" >"$TMP/restored.conf"
check "restore: and come again" ctl A config restore file="$TMP/restored.conf"
equal "all of them" "$(others)" $OTHERS
echo "session create tunnel_name=t session_id=11 peer_session_id=1 interface_name=x1" >>"$TMP/restored.conf"
check_fails "a restore that is wrong" ctl A config restore file="$TMP/restored.conf"
equal "changes nothing" "$(others)" $OTHERS
# what is wrong shows late: when all that is new is tried, after the TTL and MTUs were changed
devices() { on A ip -o link | grep -oE '^[0-9]+: x[0-9]+.* mtu [0-9]+' | md5sum; }
before=$(devices)
{
	echo "system modify max_sessions=1000"
	tunnel_words="ttl=7" config A "peer_session_id=8 mtu=1310"
	echo "session create tunnel_name=t session_id=3000 peer_session_id=1 bridge=nowhere"
} >"$TMP/A.conf"
check_fails "a reload that the system refuses on the way" ctl A system reload
sed -i '/interface_name=x0 /d; s/peer_session_id=8 mtu=1310/peer_session_id=9/' "$TMP/A.conf"
check_fails "one that would make them anew" ctl A system reload
equal "they change nothing" "$(devices) $(ctl A -j tunnel show tunnel_name=t | field ttl)" "$before default"
equal "nor the system" "$(ctl A -j system show | field max_sessions)" 0
tunnel_words="ttl=9" config A "peer_session_id=8" >"$TMP/A.conf"
check "reload: the tunnel's TTL" ctl A system reload
check "all that happened under load" loaded
touch "$TMP/done"

for n in 1 2; do
	wait "${load_pids[$((n - 1))]}"
	equal "session $n: none of 60000 datagrams and more is lost ($(tail -n 1 "$TMP/load$n"))" $? 0
done
same "they are what they were: the same devices" "$(on A cat /sys/class/net/pw{1,2}/ifindex)" "$index"
at_least "and the load went through them" "$(ctl A -j session show tunnel_name=t session_id=11 | field rx_packets)" \
	$((forwarded + 30000))
