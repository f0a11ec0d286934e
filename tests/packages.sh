# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # cache, die and say are the caller's
# packages.sh - Debian packages of other people's programs, fetched and unpacked but never installed: for the guest's
# image and the roots of peers. The caller has set $cache, which outlives the source tree, and defines `say` and `die`.

# fetch PACKAGE...: into $cache/packages, kept for ever (remove the directory to get newer versions).
fetch() {
	local package missing=()
	for package; do
		compgen -G "$cache/packages/${package}_*.deb" >/dev/null || missing+=("$package")
	done
	[ ${#missing[@]} = 0 ] && return
	say "downloading ${missing[*]}"
	(cd "$cache/packages" &&
		apt-get -q -o APT::Sandbox::User=root download "${missing[@]}" >../download.log 2>&1) ||
		{ tail -5 "$cache/download.log" >&2; die "apt-get download failed"; }
}

# unpack PACKAGE DIRECTORY
unpack() {
	local deb
	deb=$(ls -t "$cache/packages/${1}_"*.deb | head -1)
	mkdir -p "$2" && dpkg -x "$deb" "$2"
}

# The shared libraries that the given packages need, as package names.
library_packages() {
	apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces \
		--no-enhances "$@" | grep -E '^(lib|zlib)' |
		grep -vE 'perl|pam-(modules|runtime)|-common$|debian-installer|semanage' | sort -u
}
