# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# _xl2tpd.sh - xl2tpd on B, in some tests with our engine behind its pty as its pppd (stand_in.c): include _peers.sh
# first.

# start_xl2tpd: with the configuration that is there
start_xl2tpd() {
	rm -f "$TMP/B/run/xl2tpd.control"	# it makes a new one after it is bound
	peer B /usr/sbin/xl2tpd -D -c /etc/xl2tpd/xl2tpd.conf -s /etc/xl2tpd/l2tp-secrets -p /run/xl2tpd.pid \
		-C /run/xl2tpd.control
	until_true 5 is_bound B 1701 && until_true 5 test -p "$TMP/B/run/xl2tpd.control"
}
# xl2tpd_does COMMAND: "c we" connects, "d we" disconnects
xl2tpd_does() { echo "$*" >"$TMP/B/run/xl2tpd.control"; }

# challenging_xl2tpd CHALLENGE HIDDEN SECTION: yes or no; with no PPP, and a secret
challenging_xl2tpd() {
	peer_files B
	printf '%s\n' '[global]' 'port = 1701' 'access control = no' 'auth file = /etc/xl2tpd/l2tp-secrets' \
		'debug tunnel = yes' 'debug state = yes' "$3" 'require authentication = no' "challenge = $1" \
		"hidden bit = $2" 'length bit = yes' >"$TMP/B/etc/xl2tpd/xl2tpd.conf"
	printf '*\t*\tcorrect-horse\n' >"$TMP/B/etc/xl2tpd/l2tp-secrets"
	start_xl2tpd
}
has_pppd() { [ "$(processes B sleep | wc -l)" = "$1" ]; }

# xl2tpd_stand_in SECTION OPTION...: xl2tpd with this section, and these options of pppd
xl2tpd_stand_in() {
	kill_peer B
	[ -e "$TMP/B/pppd" ] || stand_in B
	mkdir -p "$TMP/B/etc/ppp"
	printf '%s\n' "${@:2}" >"$TMP/B/etc/ppp/options.xl2tpd"
	printf '[global]\nport = 1701\naccess control = no\n%s\nrequire authentication = no\n%s\n' "$1" \
		'pppoptfile = /etc/ppp/options.xl2tpd' >"$TMP/B/etc/xl2tpd/xl2tpd.conf"
	: >"$TMP/B/etc/xl2tpd/l2tp-secrets"
	: >"$TMP/B/var/log/pppd"
	start_xl2tpd
}
# It is 10.9.0.1, and who calls is one of 10.9.0.10-20.
stand_in_lns() {
	xl2tpd_stand_in $'[lns default]\nip range = 10.9.0.10-10.9.0.20\nlocal ip = 10.9.0.1\nlength bit = yes' "$@"
}
# stand_in_lac LNS OPTION...: calls it, `stand_in_dials`
stand_in_lac() { xl2tpd_stand_in $'[lac we]\nlns = '"$1"$'\nlength bit = yes' "${@:2}"; }
stand_in_dials() { xl2tpd_does c we; }
stand_in_hangs_up() { xl2tpd_does d we; }
stand_in_said() { grep -E -- "$1" "$TMP/B/var/log/pppd"; }
