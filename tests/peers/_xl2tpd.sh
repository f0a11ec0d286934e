# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# _xl2tpd.sh - xl2tpd on B, or on $XL2TPD, in some tests with our engine behind its pty as its pppd (stand_in.c):
# include _peers.sh first.
XL2TPD=B

# start_xl2tpd: with the configuration that is there
start_xl2tpd() {
	rm -f "$TMP/$XL2TPD/run/xl2tpd.control"	# it makes a new one after it is bound
	peer "$XL2TPD" /usr/sbin/xl2tpd -D -c /etc/xl2tpd/xl2tpd.conf -s /etc/xl2tpd/l2tp-secrets -p /run/xl2tpd.pid \
		-C /run/xl2tpd.control
	until_true 5 is_bound "$XL2TPD" 1701 && until_true 5 test -p "$TMP/$XL2TPD/run/xl2tpd.control"
}
# xl2tpd_does COMMAND: "c we" connects, "d we" disconnects
xl2tpd_does() { echo "$*" >"$TMP/$XL2TPD/run/xl2tpd.control"; }

# challenging_xl2tpd CHALLENGE HIDDEN SECTION: yes or no; with no PPP, and a secret
challenging_xl2tpd() {
	peer_files "$XL2TPD"
	printf '%s\n' '[global]' 'port = 1701' 'access control = no' 'auth file = /etc/xl2tpd/l2tp-secrets' \
		'debug tunnel = yes' 'debug state = yes' "$3" 'require authentication = no' "challenge = $1" \
		"hidden bit = $2" 'length bit = yes' >"$TMP/$XL2TPD/etc/xl2tpd/xl2tpd.conf"
	printf '*\t*\tcorrect-horse\n' >"$TMP/$XL2TPD/etc/xl2tpd/l2tp-secrets"
	start_xl2tpd
}
has_pppd() { [ "$(processes "$XL2TPD" sleep | wc -l)" = "$1" ]; }

# xl2tpd_stand_in SECTION OPTION...: xl2tpd with this section, and these options of pppd
xl2tpd_stand_in() {
	kill_peer "$XL2TPD"
	[ -e "$TMP/$XL2TPD/pppd" ] || stand_in "$XL2TPD"
	mkdir -p "$TMP/$XL2TPD/etc/ppp"
	printf '%s\n' "${@:2}" >"$TMP/$XL2TPD/etc/ppp/options.xl2tpd"
	printf '[global]\nport = 1701\naccess control = no\n%s\nrequire authentication = no\n%s\n' "$1" \
		'pppoptfile = /etc/ppp/options.xl2tpd' >"$TMP/$XL2TPD/etc/xl2tpd/xl2tpd.conf"
	: >"$TMP/$XL2TPD/etc/xl2tpd/l2tp-secrets"
	: >"$TMP/$XL2TPD/var/log/pppd"
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
stand_in_said() { grep -E -- "$1" "$TMP/$XL2TPD/var/log/pppd"; }
