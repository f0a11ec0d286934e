#!/bin/bash
# SPDX-License-Identifier: MIT
# time-limit: 300
# Our engine alone against a real pppd: here it is xl2tpd's pppd (stand_in.c), there are Debian's xl2tpd, pppd and
# kernel, in a guest. Both directions, every way to prove a name.
# shellcheck source=tests/peers/_peers.sh
. "$(dirname "$0")/_peers.sh"
# shellcheck source=tests/peers/_ppp.sh
. "$(dirname "$0")/_ppp.sh"
# shellcheck source=tests/peers/_guest_ppp.sh
. "$(dirname "$0")/_guest_ppp.sh"
# shellcheck source=tests/peers/_xl2tpd.sh
. "$(dirname "$0")/_xl2tpd.sh"

guest_ppp_begin B
carry() {
	local size
	until_true 5 pings B "$1"	# who has only just come up may need a moment
	for size in 56 1400 3000; do pings B "$1" $size || { echo "size $size"; return 1; }; done
}
why() { in_guest 'cat /run/pppd.log'; tail -n 20 "$TMP/B/var/log/pppd"; }

for method in pap chap mschap-v2 eap; do
	stand_in_lns require-$method 'password correct-horse' 'asyncmap 0'
	guest_lac
	guest_dials
	check "the guest's pppd proves its name, $method" until_true 10 has_address B ppp0 10.9.0.1 10.9.0.10 || why
	check "the guest's pppd proves its name, $method: packets pass" carry 10.9.0.10
	in_guest 'kill $(pidof pppd)'
	check "the guest's pppd proves its name, $method: it ends it" until_true 5 no_ppp_device B
done
for options in "auth require-pap" "auth require-chap" "auth require-mschap-v2" "auth require-eap" \
	"noauth nomagic noaccomp nopcomp default-asyncmap"; do
	mapfile -t lines < <(tr ' ' '\n' <<<"$options")
	guest_lns "${lines[@]}"
	stand_in_lac 192.0.2.2 'user alice' 'password correct-horse'
	stand_in_dials
	check "ours proves its name, $options" until_true 10 has_address B ppp0 10.9.0.10 10.9.0.1 || why
	check "ours proves its name, $options: packets pass" carry 10.9.0.1
	kill "$(processes B ld-linux-x86-64)"	# what runs the stand-in
	check "ours proves its name, $options: it ends it" until_true 5 guest_said 'LCP terminated by peer'
done
guest_is_well
