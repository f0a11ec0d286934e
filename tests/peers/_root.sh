#!/bin/bash
# SPDX-License-Identifier: MIT
# _root.sh - make a root file system out of unmodified Debian packages that holds the daemons we are tested against.
#
# Prints the directory. Nothing is installed on this machine: a daemon runs in that root, in namespaces of its own
# (_peers.sh). It is below $L2TPD_CACHE (default /var/cache/l2tpd-tests), made once and then only read.
set -eu -o pipefail

here=$(dirname "$(readlink -f "$0")")
cache=${L2TPD_CACHE:-/var/cache/l2tpd-tests}
packages="busybox-static xl2tpd ppp l2tpns softether-common softether-vpnserver softether-vpncmd
	freeradius freeradius-common freeradius-utils"

die() { echo "peers: $*" >&2; exit 1; }
say() { echo "peers: $*" >&2; }
# shellcheck source=tests/packages.sh
. "$here/../packages.sh"

make_root() {
	local root=$1 package program libraries
	# shellcheck disable=SC2086 # a list of words
	libraries=$(library_packages $packages) || die "apt-cache depends failed"
	# shellcheck disable=SC2086
	fetch $packages $libraries
	mkdir -p "$root"/{proc,dev,etc,run,tmp,var,sbin,usr/sbin}
	for package in $packages $libraries; do unpack "$package" "$root"; done
	rm -rf "$root"/usr/share/{doc,man,info,locale,lintian}
	for program in sh sleep cat mkdir mount; do ln -sf busybox "$root/bin/$program"; done
	printf 'root:x:0:0:root:/root:/bin/sh\n' >"$root/etc/passwd"
	printf 'root:x:0:\n' >"$root/etc/group"
	printf '127.0.0.1 localhost\n' >"$root/etc/hosts"
	# What xl2tpd starts for each call. There is no PPP in most tests: the call is up as long as this runs. The real
	# one is beside its plugins.
	mv "$root/usr/sbin/pppd" "$root/usr/lib/pppd/pppd"
	printf '#!/bin/sh\nexec sleep 86400\n' >"$root/usr/sbin/pppd"
	chmod 755 "$root/usr/sbin/pppd"
	for program in sbin/{xl2tpd,l2tpns,freeradius} lib/pppd/pppd libexec/softether/vpnserver/vpnserver; do
		[ -x "$root/usr/$program" ] || die "no $program in the packages"
	done
}

# Every file that decides what is in it is part of its name.
root=$cache/peers-$(cat "$here"/_root.sh "$here"/../packages.sh | md5sum | cut -c1-8)
if [ ! -e "$root" ]; then
	mkdir -p "$cache/packages" || die "cannot write to $cache (set L2TPD_CACHE)"
	exec 9>"$cache/lock"
	flock 9
fi
if [ ! -e "$root" ]; then
	apt-cache show xl2tpd >/dev/null 2>&1 || { say "apt-get update"; apt-get -q update >/dev/null; }
	rm -rf "$root.new"
	make_root "$root.new"
	mv "$root.new" "$root"
fi
echo "$root"
