# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2317,SC2034
# The machine of tour.py: /etc and /run of its own, an address, and what stands in for make and systemd. What follows
# it are README's commands.
mount -t tmpfs tmpfs /run && cp -a /etc /run/etc && mount --bind /run/etc /etc || exit 99
rm -f /etc/l2tpd.conf
ip link set lo up
ip link add wire type veth peer name far && ip link set far up &&
	ip addr add 192.0.2.1/24 dev wire && ip link set wire up || exit 99
export HOME=$TMP L2TPCTL_SSH=$TMP/ssh
PREFIX=$(meson introspect --buildoptions "$BUILD" | jq -r '.[] | select(.name == "prefix") | .value')
export PATH="$TMP/root$PREFIX/bin:$TMP/root$PREFIX/sbin:$PATH"

make() {
	case "$*" in
	'') ;;
	'install PREFIX=/usr') meson install -C "$BUILD" --no-rebuild --quiet --destdir "$TMP/root" ;;
	*) return 1 ;;
	esac
}
systemctl() {
	case "$*" in
	'enable --now l2tpd')
		l2tpd >>"$TMP/l2tpd.log" 2>&1 &
		for _ in {1..100}; do l2tpctl system show status >/dev/null 2>&1 && return; sleep 0.05; done; false ;;
	'reload l2tpd') kill -HUP %1 && sleep 0.5 ;;
	'restart l2tpd') kill %1; wait %1; systemctl enable --now l2tpd ;;
	*) return 1 ;;
	esac
}
watch_a_while() { (sleep 3; printf q) | script -qec "stty columns 100 rows 24; l2tpctl watch" /dev/null; }
