#!/bin/bash
# SPDX-License-Identifier: MIT
# time-limit: 300
# The kernel's L2TP API: what a real kernel in a guest answers to unmodified programs is what l2tpd answers here to the
# same programs under l2tprun, octet by octet.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/peers/_alike.sh
. "$(dirname "$0")/_alike.sh"

both_begin netlink_probe
guest_loads l2tp_eth l2tp_ppp l2tp_ip l2tp_ip6

# ---------------------------------------------------------------- ip l2tp
commands() {
	sed 's/LOOP/local 127.0.0.1 remote 127.0.0.1/' <<-'END'
		show tunnel
		add tunnel tid 1 ptid 2 encap udp LOOP udp_sport 5000 udp_dport 5001
		add tunnel tid 1 ptid 2 encap udp LOOP udp_sport 5000 udp_dport 5001
		add tunnel tid 3 ptid 4 encap udp local ::1 remote ::1 udp_sport 5002 udp_dport 5003 udp6_csum_tx off
		add tunnel tid 5 ptid 6 encap ip LOOP
		add tunnel tid 7 ptid 8 encap udp LOOP udp_sport 5004 udp_dport 5005 udp_csum on
		add tunnel tid 9 ptid 10 encap udp local 203.0.113.9 remote 127.0.0.1 udp_sport 5006 udp_dport 5007
		show tunnel
		show tunnel tunnel_id 3
		add session tid 1 sid 10 psid 20
		add session name named0 tid 3 sid 30 psid 40 cookie 11223344 peer_cookie 1122334455667788 seq both
		add session tid 1 sid 10 psid 20
		add session tid 99 sid 10 psid 20
		add session tid 5 sid 50 psid 60 l2spec_type none
		show session
		show session session_id 10 tunnel_id 1
		del session tunnel_id 1 session_id 10
		del session tunnel_id 1 session_id 10
		del tunnel tunnel_id 3
		show session
		del tunnel tunnel_id 1
		del tunnel tunnel_id 5
		del tunnel tunnel_id 7
		del tunnel tunnel_id 7
		show tunnel
	END
}
# a script that prints what each of them says, in either form, and how it ends
script() {
	local line
	commands | while read -r line; do
		echo "echo '+ $line'; ip l2tp $line 2>&1; echo \"= \$?\""
		case $line in show*) echo "ip -j l2tp $line; echo" ;; esac
	done
	echo 'ip -o link | grep -cE "l2tpeth|named"'
}
script >"$TMP/script"
guest exec "$(cat "$TMP/script")" >"$TMP/theirs" 2>&1
under bash "$TMP/script" >"$TMP/ours" 2>&1
alike "ip l2tp" 50

# ---------------------------------------------------------------- netlink, octet by octet
both_run netlink_probe "$TESTS/peers/netlink.probes"
alike netlink 200
both_run netlink_probe "$TESTS/peers/ports.probes"
alike 'port ids' 90

# ---------------------------------------------------------------- files of the kernel's
# What they say of tunnels made alike, after packets and renames; and what they refuse.
FILES='/proc/net/pppol2tp /proc/self/net/pppol2tp /sys/kernel/debug/l2tp/tunnels'
read_files() {
	local each
	echo 'exec 2>&1'
	for each in $FILES; do printf '%s\n' "cat $each"; done
	cat <<-'END'
		cd /proc/self/net && cat pppol2tp | wc -l
		head -c 30 /proc/net/pppol2tp; dd if=/proc/net/pppol2tp bs=7 count=2 skip=3 2>&1 | head -n 1
		dd if=/sys/kernel/debug/l2tp/tunnels bs=16 skip=2 count=1 2>/dev/null
		stat -c '%F %a %s %h %u %g' /proc/net/pppol2tp /sys/kernel/debug/l2tp/tunnels
		for f in /proc/net/pppol2tp /sys/kernel/debug/l2tp/tunnels; do
			[ -r $f ] && echo readable; [ -x $f ] || echo no program; [ -d $f ] || echo no folder
			echo x >$f; echo "= $?"
			echo x >>$f; echo "= $?"
			(exec 3<>$f); echo "= $?"
			(set -C; echo x >$f); echo "= $?"
		done
		unshare -n cat /proc/net/pppol2tp
		unshare -n cat /proc/thread-self/net/pppol2tp | wc -l
		unshare -n cat /sys/kernel/debug/l2tp/tunnels
	END
}
read_files >"$TMP/script"
guest put "$TESTS/peers/views.probes" /tmp/probes
for side in guest here; do
	to=ours
	[ $side = here ] || to=theirs
	{
		if [ $side = guest ]; then
			guest exec 'modprobe l2tp_debugfs; netlink_probe </tmp/probes' >/dev/null
			guest exec "$(cat "$TMP/script")"
		else
			under "$BUILD/tests/peers/netlink_probe" <"$TESTS/peers/views.probes" >/dev/null
			under bash -c "cd /; $(cat "$TMP/script")"
		fi
	} >"$TMP/$to" 2>&1
done
forget_all='ip l2tp show tunnel | sed -n "s/^Tunnel \([0-9]*\),.*/\1/p" |
	while read -r id; do ip l2tp del tunnel tunnel_id $id; done'
guest exec "$forget_all"
under sh -c "$forget_all"
alike files 100
# ---------------------------------------------------------------- over the wire, with `ip l2tp` at both ends
# ends ENCAP FAMILY OPTION...: a session on each side, tun-l2tp here and there, 10.0.0.1 and .2
ends() {
	local encap=$1 here=192.0.2.1 there=192.0.2.2 ports_here='' ports_there=''
	[ "$2" = 4 ] || here=2001:db8:2::1 there=2001:db8:2::2
	[ "$encap" = ip ] || { ports_here='udp_sport 5000 udp_dport 6000' ports_there='udp_sport 6000 udp_dport 5000'; }
	# shellcheck disable=SC2086 # words
	under ip l2tp add tunnel tid 1 ptid 2 encap "$encap" local $here remote $there $ports_here &&
		under ip l2tp add session name l2tp0 tid 1 sid 11 psid 12 "${@:3}" &&
		on A ip link set l2tp0 up mtu 1400 && on A ip addr add 10.0.0.1/24 dev l2tp0 || return
	guest exec "ip l2tp add tunnel tid 2 ptid 1 encap $encap local $there remote $here $ports_there &&
		ip l2tp add session name l2tp0 tid 2 sid 12 psid 11 $(mirrored "${@:3}") &&
		ip link set l2tp0 up mtu 1400 && ip addr add 10.0.0.2/24 dev l2tp0"
}
# the options of the other end: what one sends the other wants
mirrored() {
	sed -E 's/(^| )cookie /\1C /; s/peer_cookie /cookie /; s/(^| )C /\1peer_cookie /' <<<"$*"
}
gone() {
	under ip l2tp del tunnel tunnel_id 1
	guest exec 'ip l2tp del tunnel tunnel_id 2'
	until_true 5 eval '! ip_on A link show l2tp0 >/dev/null 2>&1'
}
for encap in udp ip; do
	for family in 4 6; do
		for options in "" "cookie 11223344 peer_cookie 1122334455667788" "l2spec_type none" "seq both"; do
			name="wire, $encap over IPv$family ${options:-plain}"
			# shellcheck disable=SC2086 # words
			check "$name: made" ends $encap $family $options &&
				check "$name: ping" until_true 10 pings A 10.0.0.2 &&
				check "$name: large ping" pings A 10.0.0.2 3000
			gone
		done
	done
done

# ---------------------------------------------------------------- l2tprun where the kernel has L2TP
guest_takes "$BUILD/src/l2tprun/l2tprun"
matches "there it is told of, and nothing is done" "$(guest exec 'l2tprun ip l2tp show tunnel 2>&1; echo "= $?"' |
	paste -sd ' ')" '^l2tprun: L2TP is here already, .* = 0$'
matches "there: -n" "$(guest exec 'l2tprun -n ip 2>&1; echo "= $?"' | paste -sd ' ')" \
	'^kernel: has L2TP ip would run as without l2tprun .* = 0$'
matches "there: -f, without l2tpd" "$(guest exec 'l2tprun -f ip l2tp show tunnel 2>&1; echo "= $?"' | paste -sd ' ')" \
	'^l2tprun: cannot reach l2tpd .* = 0$'

check "the daemon lives" answers A
equal "nothing is left of it" "$(ctl A -j tunnel list | jq length)" 0
stop_daemon A
equal "ends well" $? 0
