#!/bin/bash
# SPDX-License-Identifier: MIT
# carrier_timeout: the device loses its carrier after that long without a packet from the peer, and has it again with
# the next one. A device that somebody removed has none either, and what is shown and logged says what helps.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

hosts
for name in A B; do on $name sysctl -qw net.ipv6.conf.default.disable_ipv6=1; done
# a busy machine may be late by a second
pair session_A="carrier_timeout=2000" || exit 1

carrier() { on A cat /sys/class/net/pw0/carrier; }
has() { [ "$(carrier)" = "$1" ]; }

packets B frame pw0 ffffffffffff02000000009988b500000001
check "carrier with the first packet" until_true 10 has 1
kept=0
for _ in 1 2 3 4 5; do
	sleep 0.5
	packets B frame pw0 ffffffffffff02000000009988b500000001
	has 1 && kept=$((kept + 1))
done
equal "carrier while packets come" $kept 5
sleep 0.35
equal "not lost before its time" "$(carrier)" 1
check "lost after it" until_true 10 has 0
equal "shown as lost" "$(session_field A carrier)" false
packets B frame pw0 ffffffffffff02000000009988b500000001
check "back with the next packet" until_true 10 has 1
check "traffic flows again" until_true 3 pings B 10.0.0.1
equal "the other end, without a timeout, never lost it" "$(on B cat /sys/class/net/pw0/carrier_down_count)" 0

if can unlink; then
	ip_on B link del pw0
	gone() { [ "$(session_field B carrier)" = false ]; }
	check "no carrier without a device" until_true 10 gone
	matches "show says what helps" "$(session_field B reason)" \
		'interface pw0 was removed by others: .*system reload'
	matches "and so does the log" "$(cat "$(log_of B)")" \
		'warning: session s of tunnel t: its interface pw0 was removed'
	modify=(session modify tunnel_name=t session_name=s)
	check_fails "its MTU cannot be changed" ctl B "${modify[@]}" mtu=1300
	matches "and that is told with what helps" "$(ctl B "${modify[@]}" mtu=1300 2>&1)" \
		'interface pw0 was removed by others: .*system reload'
	check "what needs no device can be" ctl B "${modify[@]}" lns_mode=yes
	check "system reload" ctl B system reload
	equal "makes it anew: carrier" "$(session_field B carrier)" true
	equal "and no reason for complaint" "$(session_field B reason)" null
	ip_on B addr add 10.0.0.2/24 dev pw0
	check "traffic flows again through the new one" until_true 3 pings B 10.0.0.1
fi

# renamed by somebody: it is still the session's device
ip_on B link set pw0 down && ip_on B link set pw0 name office && ip_on B link set office up
name_shown() { ctl B -j session show tunnel_name=t session_name=s | jq -r .state.interface_name; }
equal "a device renamed by others: show has its present name" "$(name_shown)" office
matches "so has list" "$(ctl B session list)" ' office '
check "modify finds it" ctl B session modify tunnel_name=t session_name=s mtu=1300
equal "and changes it" "$(mtu_of B office) $(session_field B carrier)" "1300 true"
ip_on B link add pw0 type bridge
check "another device with its old name: modify" ctl B session modify tunnel_name=t session_name=s mtu=1301
equal "changes the right one" "$(mtu_of B office) $(mtu_of B pw0)" "1301 1500"
