#!/bin/bash
# SPDX-License-Identifier: MIT
# A daemon with nothing to do uses no CPU, however many sessions it has.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

host A
on A sysctl -qw net.ipv6.conf.default.disable_ipv6=1
on A ip addr add 192.0.2.1/24 dev lo
{
	echo "tunnel create tunnel_name=t version=3 src_ipaddr=192.0.2.1 dest_ipaddr=192.0.2.2" \
		"tunnel_id=1 peer_tunnel_id=2"
	for n in {1..100}; do
		echo "session create tunnel_name=t session_id=1$n peer_session_id=2$n" \
			"use_sequence_numbers=yes reorder_timeout=100"
	done
} >"$TMP/config"
daemon A <"$TMP/config" || exit 1

ticks() { cat /proc/"${daemon_pid[A]}"/task/*/stat | awk '{ n += $14 + $15 } END { print n }'; }
switches() { cat /proc/"${daemon_pid[A]}"/task/*/status | awk '/ctxt_switches/ { n += $2 } END { print n }'; }
sleep 1
before=$(ticks) switches=$(switches)
sleep 3
equal "100 idle sessions: CPU ticks in 3 s" $(($(ticks) - before)) 0
at_most "100 idle sessions: wake-ups in 3 s" $(($(switches) - switches)) 6
at_most "threads" "$(awk '$1 == "Threads:" { print $2 }' /proc/"${daemon_pid[A]}"/status)" $((4 + 2 * $(nproc)))
at_most "descriptors, of 100 devices" "$(find /proc/"${daemon_pid[A]}"/fd -mindepth 1 | wc -l)" 160
