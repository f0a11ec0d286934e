#!/bin/bash
# SPDX-License-Identifier: MIT
# time-limit: 400
# Sequence numbers: what sessions of `ip l2tp`'s kind count of chosen packets, a real kernel's in a guest and l2tpd's
# here, octet by octet.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/peers/_alike.sh
. "$(dirname "$0")/_alike.sh"

both_begin netlink_probe
guest_loads l2tp_eth
guest put "$TESTS/peers/sequence.probes" /tmp/probes

# Both tell what happens as it happens, too.
TRACE=/sys/kernel/tracing
guest exec "mount -t tracefs none $TRACE 2>/dev/null; echo 1 >$TRACE/events/l2tp/enable" ||
	fail guest "does not trace L2TP"
mkfifo "$TMP/listens"
/usr/bin/python3 "$TESTS/peers/_trace_events.py" "$TMP/A.socket" "$TMP/traced.ours" >"$TMP/listens" &
helper_pids+=($!)
read -r -t 20 <"$TMP/listens" || fail "l2tpd's events" "nobody can listen"

guest exec 'netlink_probe </tmp/probes' >"$TMP/theirs" 2>&1 &
theirs=$!
under "$BUILD/tests/peers/netlink_probe" <"$TESTS/peers/sequence.probes" >"$TMP/ours" 2>&1
wait $theirs
at_least "the kernel in the guest counts" "$(wc -l <"$TMP/theirs")" 300
# said FILE NAME: what was said of the session that this probe made, up to the next one
said() { awk -v name="$2" '/^[^ ]/ && !/^(get|packets|more|modify)$/ { on = $0 == name } on' "$1"; }
sessions=0
while read -r name; do
	said "$TMP/theirs" "$name" >"$TMP/said"
	if [ -s "$TMP/said" ] && said "$TMP/ours" "$name" | diff -u "$TMP/said" - >"$TMP/difference"; then
		ok "$name"
	else
		fail "$name" "the kernel and l2tpd differ"
		cat "$TMP/difference"
	fi
	sessions=$((sessions + 1))
done < <(sed -n 's/^\([^#:]*\): 5 A .*/\1/p' "$TESTS/peers/sequence.probes")
at_least "sessions" "$sessions" 40
same "what the tunnel counts" "$(tail -n 4 "$TMP/ours")" "$(tail -n 4 "$TMP/theirs")"
# ---------------------------------------------------------------- what was traced
# Of a packet that had no number the kernel tells what happens to lie where others have one.
# It takes a tunnel away when it has time, and the tunnel itself last.
ended() { grep -q 'free_tunnel: tunl 1$' "$@"; }
until_true 20 ended "$TMP/traced.ours"
guest exec "for i in {1..200}; do grep -q 'free_tunnel: tunl 1\$' $TRACE/trace && break; sleep 0.1; done
	cat $TRACE/trace" | sed -nE 's/^.* [0-9.]+: ([a-z_]+: (tunl|sess) .*)/\1/p' >"$TMP/traced.theirs"
# A tunnel's sessions are hashed in this kernel, so they go in another order.
for side in theirs ours; do
	awk '/^session_pkt_expired: sess 1\/130:/ && ++seen == 2 { sub(/pkt_ns=[0-9]*/, "pkt_ns=?") } 1' \
		"$TMP/traced.$side" >"$TMP/traced"
	sed '/^delete_tunnel/q' "$TMP/traced" >"$TMP/$side"
	sed '1,/^delete_tunnel/d' "$TMP/traced" | sort -s -t/ -k2n >>"$TMP/$side"
done
alike "what is traced" 300
equal "of each kind" "$(cut -d: -f1 "$TMP/traced.ours" | sort -u | wc -l)" 13
stop_daemon A
equal "ends well" $? 0
