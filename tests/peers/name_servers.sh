#!/bin/bash
# SPDX-License-Identifier: MIT
# use_dns with those who have a host's name servers: openresolv, Debian's resolvconf, systemd-resolved. Each is
# unpacked, not installed: A has it in a file system of its own, laid over this machine's. l2tpd is tried as it is, and
# in the sandbox of its unit file, where little can be written.
# shellcheck source=tests/v2.sh
. "$(dirname "$0")/../v2.sh"

cache=${L2TPD_CACHE:-/var/cache/l2tpd-tests}
say() { echo "name servers: $*"; }
die() { fail packages "$*"; exit 1; }
# shellcheck source=tests/packages.sh
. "$TESTS/packages.sh"
mkdir -p "$cache/packages" && exec 9>"$cache/lock" && flock 9
fetch openresolv resolvconf systemd-resolved dbus-daemon dbus-system-bus-common
exec 9>&-
sanitised=$L2TPD unsanitised=$TMP/program	# a copy: the sandbox hides the homes of users, where the build may be
cp "$BUILD/src/l2tpd/l2tpd" "$unsanitised" && mkdir "$TMP/folder" || exit 1
export PYTHONDONTWRITEBYTECODE=1

# shellcheck disable=SC2119 # with its own MTU
hosts
ip_on B addr add 10.1.0.1/32 dev lo
echo 'there.example 10.1.0.77' >"$TMP/names"
helper B /usr/bin/python3 "$TESTS/net/_dns.py" 10.1.0.1 "$TMP/names"
(umask 077; echo 'alice * correct-horse *' >"$TMP/users"; echo correct-horse >"$TMP/password")
daemon B <<-END || exit 1
	system modify chap_secrets=$TMP/users state_file=$TMP/B.sqlite
	ppp profile modify profile_name=default local_ipaddr=10.1.0.1 remote_ipaddr=10.1.0.2 \
		dns_ipaddr_pri=10.1.0.1 dns_ipaddr_sec=10.1.0.54
	peer profile create profile_name=A peer_ipaddr=192.0.2.1
END

# ---------------------------------------------------------------- A's file system
# machine NAME PACKAGE...: from now on this machine's and, over it, these packages; /etc and /run are its own
machine() {
	local layer=$TMP/$1 package folder
	mkdir -p "$layer/run/dbus" "$layer/root/usr"
	for package in "${@:2}"; do unpack "$package" "$layer/root"; done
	for folder in bin sbin lib; do	# links into /usr, here
		[ ! -d "$layer/root/$folder" ] || cp -a "$layer/root/$folder" "$layer/root/usr/"
	done
	cp -a /etc "$layer/etc" && cp -a "$layer/root/etc/." "$layer/etc/" && rm -f "$layer/etc/resolv.conf"
	echo 'nameserver 192.0.2.99' >"$layer/etc/resolv.conf"
	echo 'hosts: files dns' >"$layer/etc/nsswitch.conf"
	for folder in messagebus:991 systemd-resolve:992; do
		grep -q "^${folder%:*}:" "$layer/etc/group" || echo "${folder%:*}:x:${folder#*:}:" >>"$layer/etc/group"
		grep -q "^${folder%:*}:" "$layer/etc/passwd" ||
			echo "${folder%:*}:x:${folder#*:}:${folder#*:}::/:/bin/false" >>"$layer/etc/passwd"
	done
	# shellcheck disable=SC2016 # expanded in there
	ip netns exec "${NS}A" unshare --mount sh -c '
		mount --make-rprivate / && mount -t overlay -o "lowerdir=$1/root/usr:/usr" overlay /usr &&
			mount --bind "$1/etc" /etc && mount --bind "$1/run" /run && : >/run/ready && exec sleep 300' \
		sh "$layer" >>"$TMP/helpers.log" 2>&1 &
	machine=$!
	helper_pids+=("$machine")
	until_true 5 test -e "$layer/run/ready"
}
inside() { nsenter -t "$machine" -m -n "$@"; }
# service_of COMMAND...: one of that machine's
service_of() {
	inside "$@" >>"$TMP/helpers.log" 2>&1 </dev/null &
	helper_pids+=("$!")
}
# runs NAME: what `daemon` starts is l2tpd there, `plain` or `sandboxed`
runs() {
	L2TPD=$TMP/l2tpd-$1
	local command=("$sanitised")
	[ "$1" = plain ] || command=(/usr/bin/python3 "$TESTS/net/_sandbox.py" "$unit" "$TMP" "$unsanitised")
	printf '#!/bin/sh\nexec nsenter -t %s -m -n %s "$@"\n' "$machine" "$(printf '"%s" ' "${command[@]}")" >"$L2TPD"
	chmod 755 "$L2TPD"
}

# ---------------------------------------------------------------- what is to come true
client() {
	daemon A <<-END
		system modify state_file=$TMP/folder/A.sqlite
		ppp profile modify profile_name=default use_dns=yes
		tunnel create tunnel_name=t dest_ipaddr=192.0.2.2
		session create tunnel_name=t session_name=s user_name=alice user_password_file=$TMP/password
	END
}
has() { inside grep -q "nameserver $1\$" "$resolv_conf"; }
has_both() { has 10.1.0.1 && has 10.1.0.54; }
has_none() { ! has 10.1.0.1 && ! has 10.1.0.54 && [ "$(inside cat "$resolv_conf")" = "$before" ]; }
looks_up() { [ "$(inside timeout 2 getent ahostsv4 there.example | awk 'NR == 1 { print $1 }')" = 10.1.0.77 ]; }
why() { inside cat "$resolv_conf"; tail -n 5 "$(log_of A)" "$TMP/helpers.log"; }
# takes NAME: the peer's name servers, as long as there is a session
takes() {
	local name kind before unit=${unit:-$TOP/dist/l2tpd.service}
	for kind in plain sandboxed; do
		runs $kind
		name="$1, $kind"
		before=$(inside cat "$resolv_conf")
		check_fails "$name: the host does not know the peer's names before" looks_up
		client || { fail "$name" "l2tpd does not start"; return; }
		check "$name: the session comes up" until_true 10 session_is A t s up
		check "$name: the host has the peer's name servers" until_true 10 has_both || why
		check "$name: and asks them" until_true 5 looks_up || why
		equal "$name: everybody may read who they are" "$(inside stat -L -c %a "$resolv_conf")" 644
		ctl A -q session delete tunnel_name=t session_name=s
		check "$name: without the session it has what it had" until_true 10 has_none || why
		ctl A -q session create tunnel_name=t session_name=s user_name=alice user_password_file="$TMP/password"
		check "$name: with another it has them again" until_true 10 has_both || why
		stop_daemon A
		equal "$name: l2tpd ends" $? 0
		check "$name: it has what it had" until_true 5 has_none || why
		check_fails "$name: nobody complains" logged A 'did not take|neither systemd-resolved'
		until_true 10 up B 0 0
	done
}

resolv_conf=/etc/resolv.conf
machine openresolv openresolv
inside resolvconf -u	# has /etc/resolv.conf from now on, as on a host that uses it
inside resolvconf -a wire.inet <<<'nameserver 192.0.2.99'
sed 's,^ReadWritePaths=.*,& /etc/resolv.conf,' "$TOP/dist/l2tpd.service" >"$TMP/drop-in.service"
unit=$TMP/drop-in.service takes openresolv

machine resolvconf resolvconf
inside sh -c 'mkdir -p /run/resolvconf/interface && : >/run/resolvconf/enable-updates &&
	ln -sf ../run/resolvconf/resolv.conf /etc/resolv.conf && echo nameserver 192.0.2.99 | resolvconf -a wire.inet'
takes resolvconf

machine resolved systemd-resolved dbus-daemon dbus-system-bus-common
service_of dbus-daemon --system --nofork --nopidfile
until_true 5 inside test -S /run/dbus/system_bus_socket
inside install -d -o systemd-resolve -g systemd-resolve /run/systemd/resolve	# as systemd does
service_of /lib/systemd/systemd-resolved
until_true 10 inside test -S /run/systemd/resolve/io.systemd.Resolve || why
inside ln -sf ../run/systemd/resolve/stub-resolv.conf /etc/resolv.conf
resolv_conf=/run/systemd/resolve/resolv.conf
takes systemd-resolved
