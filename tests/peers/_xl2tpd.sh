# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# _xl2tpd.sh - xl2tpd on B, and as its pppd our engine behind its pty (stand_in.c): include _peers.sh first.

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
	rm -f "$TMP/B/run/xl2tpd.control"	# it makes a new one after it is bound
	peer B /usr/sbin/xl2tpd -D -c /etc/xl2tpd/xl2tpd.conf -s /etc/xl2tpd/l2tp-secrets -p /run/xl2tpd.pid \
		-C /run/xl2tpd.control
	until_true 5 is_bound B 1701 && until_true 5 test -p "$TMP/B/run/xl2tpd.control"
}
# It is 10.9.0.1, and who calls is one of 10.9.0.10-20.
stand_in_lns() {
	xl2tpd_stand_in $'[lns default]\nip range = 10.9.0.10-10.9.0.20\nlocal ip = 10.9.0.1\nlength bit = yes' "$@"
}
# stand_in_lac LNS OPTION...: calls it, `stand_in_dials`
stand_in_lac() { xl2tpd_stand_in $'[lac we]\nlns = '"$1"$'\nlength bit = yes' "${@:2}"; }
stand_in_dials() { echo "c we" >"$TMP/B/run/xl2tpd.control"; }
stand_in_hangs_up() { echo "d we" >"$TMP/B/run/xl2tpd.control"; }
stand_in_said() { grep -E -- "$1" "$TMP/B/var/log/pppd"; }
