#!/bin/bash
# SPDX-License-Identifier: MIT
# image.sh - make the guest's kernel and initramfs out of unmodified Debian packages.
#
# Prints the directory that holds vmlinuz, initrd and version. Nothing is installed: packages are fetched with
# `apt-get download` and unpacked with `dpkg -x`, all below $L2TPD_CACHE (default /var/cache/l2tpd-tests), which is
# outside the source tree so that a fresh clone finds the image made by an earlier one.
set -eu -o pipefail

here=$(dirname "$(readlink -f "$0")")
cache=${L2TPD_CACHE:-/var/cache/l2tpd-tests}

# What the guest has besides a kernel. To add a daemon, add its package here and its modules below.
packages="busybox-static bash iproute2 iputils-ping iperf3 kmod ethtool socat ppp xl2tpd"
kernel=linux-image-amd64
modules="virtio_pci virtio_net virtio_rng
	l2tp_core l2tp_netlink l2tp_eth l2tp_ip l2tp_ip6 l2tp_ppp l2tp_debugfs
	ppp_generic pppox ppp_mppe ppp_async ppp_deflate bsd_comp
	vxlan bridge veth 8021q tun sch_netem sch_ingress cls_matchall act_mirred act_police act_vlan
	af_packet_diag udp_diag"

die() { echo "guest image: $*" >&2; exit 1; }
say() { echo "guest image: $*" >&2; }
# shellcheck source=tests/packages.sh
. "$here/../packages.sh"

make_root() {
	local root=$1 package program libraries
	libraries=$(library_packages $packages) || die "apt-cache depends failed"
	fetch $packages $libraries
	for package in $packages $libraries; do unpack "$package" "$root"; done
	rm -rf "$root"/usr/share/{doc,man,info,locale,bash-completion,lintian,doc-base,menu,bug} "${root:?}"/var
	mkdir -p "$root"/{proc,sys,dev,run,tmp,root,etc,usr/local/bin,var/log}
	ln -s ../run "$root/var/run"	# where pppd notes which pid has which device
	for program in $("$root/bin/busybox" --list); do
		compgen -G "$root/*bin/$program" >/dev/null || compgen -G "$root/usr/*bin/$program" >/dev/null ||
			ln -s busybox "$root/bin/$program"
	done
	ln -sf bash "$root/bin/sh"	# Debian's busybox shell would prefer its applets (ip, ping ...)
	printf 'root:x:0:0:root:/root:/bin/bash\n' >"$root/etc/passwd"
	printf 'root:x:0:\n' >"$root/etc/group"
	printf '127.0.0.1 localhost\n::1 localhost\n' >"$root/etc/hosts"
	install -m 755 "$here/init" "$root/init"
	install -m 755 "$here/agent" "$root/bin/guest-agent"
}

# Module files, with those they depend on, as the paths modules.dep gives them.
module_files() {
	local name
	for name in $modules; do
		awk -v name="$name" '
			BEGIN { gsub(/-/, "_", name) }
			{ file = $1; sub(/:$/, "", file); sub(/.*\//, "", file); sub(/\.ko.*/, "", file) }
			{ gsub(/-/, "_", file) }
			file == name { sub(/:/, ""); for (i = 1; i <= NF; i++) print $i; found = 1 }
			END { if (!found)
				print "guest image: no module " name " (built in?)" > "/dev/stderr" }' "$1/modules.dep"
	done | sort -u
}

add_kernel() {
	local root=$1 stage=$2 package version tree file
	package=$(apt-cache depends $kernel | sed -n 's/.*Depends: \(linux-image-[^ ]*\).*/\1/p' | head -1)
	[ "$package" ] || die "cannot find the kernel package behind $kernel"
	fetch "$package"
	unpack "$package" "$stage"
	version=$(basename "$stage"/lib/modules/*)
	tree=lib/modules/$version
	"$root/bin/busybox" depmod -b "$stage" "$version"
	mkdir -p "$root/$tree"
	cp "$stage/$tree"/modules.{builtin*,order} "$root/$tree/"
	for file in $(module_files "$stage/$tree"); do
		file=${file#/"$tree"/}
		install -D -m 644 "$stage/$tree/$file" "$root/$tree/$file"
	done
	chroot "$root" /sbin/depmod -a "$version"
	cp "$stage/boot/vmlinuz-$version" "$image.new/vmlinuz"
	echo "$version" >"$image.new/version"
}

# Every file that decides what is in the image is part of its name.
image=$cache/guest-$(cat "$here"/image.sh "$here"/init "$here"/agent "$here"/../packages.sh | md5sum | cut -c1-8)
if [ ! -e "$image/initrd" ]; then
	mkdir -p "$cache/packages" || die "cannot write to $cache (set L2TPD_CACHE)"
	exec 9>"$cache/lock"
	flock 9
fi
if [ ! -e "$image/initrd" ]; then
	apt-cache show $kernel >/dev/null 2>&1 || { say "apt-get update"; apt-get -q update >/dev/null; }
	rm -rf "$image" "$image.new"
	mkdir -p "$image.new/root" "$image.new/stage"
	make_root "$image.new/root"
	add_kernel "$image.new/root" "$image.new/stage"
	# Not compressed: inflating is what costs time in an emulated machine.
	(cd "$image.new/root" && find . -mindepth 1 -print0 | cpio -0 -o -H newc --quiet -R 0:0) >"$image.new/initrd"
	rm -rf "$image.new/root" "$image.new/stage"
	mv "$image.new" "$image"
	say "kernel $(cat "$image/version"), initramfs $(du -m "$image/initrd" | cut -f1) MB"
fi
echo "$image"
