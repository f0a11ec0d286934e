# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# _l2tpns.sh - l2tpns with PPP on host B, whose users FreeRADIUS beside it knows: include _peers.sh and _freeradius.sh
# first.

# l2tpns_lns WORD...: lines of its configuration besides, each one word
l2tpns_lns() {
	mkdir -p "$TMP/B/run/l2tpns"
	cat >"$TMP/B/etc/l2tpns/startup-config" <<-END
		set debug 4
		set log_file "/var/log/l2tpns"
		set pid_file "/run/l2tpns.pid"
		set l2tp_secret "correct-horse"
		set primary_radius 127.0.0.1
		set primary_radius_port 1812
		set radius_accounting yes
		set radius_secret "$RADIUS_SECRET"
		set bind_address 192.0.2.2
		set cluster_interface "wire"
		set cluster_hb_timeout 31
		$(printf '%s\n' "$@")
	END
	echo 10.8.0.0/24 >"$TMP/B/etc/l2tpns/ip_pool"
	: >"$TMP/B/var/log/l2tpns"
	peer B /usr/sbin/l2tpns -c /etc/l2tpns/startup-config
	# It speaks to a cluster before it speaks to anybody else: to nobody until it found that it is the master.
	until_true 10 is_bound B 1701 && radius_beside B &&
		until_true 15 grep -aqi 'master' "$TMP/B/var/log/l2tpns"
}
