#!/bin/bash
# SPDX-License-Identifier: MIT
# Profiles: what tunnels and sessions get from them when they are made; that editing one changes nothing, and apply
# changes in what exists what can change live, seen in the packets, while traffic flows; what a reload makes of it.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

# a_config: the tunnels `one` and `two` have the profile `site`, `three` has none
a_config() {
	cat <<-EOF
	peer profile create profile_name=branch tunnel_profile_name=site
	tunnel profile create profile_name=site version=3 ttl=20 src_ipaddr=192.0.2.1 dest_ipaddr=192.0.2.2 \\
		session_profile_name=lan
	session profile create profile_name=lan mtu=1400
	session profile modify profile_name=default mss_clamp=yes
	tunnel create tunnel_name=one tunnel_id=1 peer_tunnel_id=1 profile_name=site
	tunnel create tunnel_name=two tunnel_id=2 peer_tunnel_id=2 peer_profile_name=branch
	tunnel create tunnel_name=three tunnel_id=3 peer_tunnel_id=3 version=3 dest_ipaddr=192.0.2.2
	session create tunnel_name=one session_name=s session_id=11 peer_session_id=21 interface_name=pw1
	session create tunnel_name=two session_name=s session_id=12 peer_session_id=22 interface_name=pw2
	session create tunnel_name=three session_name=s session_id=13 peer_session_id=23 interface_name=pw3
	EOF
}

b_config() {
	for n in 1 2 3; do
		echo "tunnel create tunnel_name=t$n tunnel_id=$n peer_tunnel_id=$n version=3 dest_ipaddr=192.0.2.1"
		echo "session create tunnel_name=t$n session_id=2$n peer_session_id=1$n interface_name=pw$n"
	done
}

# ttl_of N: of the packets that A sends in its Nth session
ttl_of() {
	on B timeout 5 tcpdump -i wire -n -v -c 1 "src 192.0.2.1 and udp[12:4] = 2$1" 2>/dev/null >"$TMP/dump.$1" &
	local tcpdump=$!
	for _ in $(seq 50); do
		on A ping -q -c 1 -W 1 "10.0.$1.2" >/dev/null
		kill -0 $tcpdump 2>/dev/null || break
	done
	wait $tcpdump
	sed -n 's/.*ttl \([0-9]*\).*/\1/p' "$TMP/dump.$1" | head -n 1
}
ttls() {
	local n jobs=()
	for n in 1 2 3; do ttl_of $n >"$TMP/ttl.$n" & jobs+=($!); done
	wait "${jobs[@]}"
	cat "$TMP"/ttl.[123] | paste -sd ' '
}

hosts
daemon B < <(b_config) || exit 1
daemon A < <(a_config) || exit 1
for n in 1 2 3; do
	ip_on A addr add "10.0.$n.1/24" dev pw$n
	ip_on B addr add "10.0.$n.2/24" dev pw$n
done
until_true 3 pings A 10.0.1.2

equal "what the profile says is in the packets" "$(ttls)" "20 20 64"
equal "the session profile that the tunnel profile names" "$(mtu_of A pw1) $(mtu_of A pw2)" "1400 1400"
equal "of default, too" "$(ctl A -j session show tunnel_name=one session_name=s | field mss_clamp)" true
equal "a profile stores what was set" "$(ctl A -j session profile show profile_name=lan | jq -c .explicit)" '["mtu"]'
equal "list is sorted" "$(ctl A tunnel profile list | paste -sd ' ')" "default site"

# --- editing, and apply
on A ping -q -i 0.01 -c 150 -W 2 10.0.1.2 >"$TMP/ping" 2>&1 &
ping=$!
check "modify" ctl A tunnel profile modify profile_name=site ttl=30 our_udp_port=1800
equal "changes nothing that is there" "$(ttls)" "20 20 64"
ctl A -j tunnel profile apply profile_name=site >"$TMP/applied"
equal "apply tells whom it changed, and whom not" "$(jq -c '[.of, .objects, .changed, .fixed]' "$TMP/applied")" \
	'["tunnels",2,2,2]'
equal "and what cannot change" "$(jq -c .parameters "$TMP/applied")" '[{"parameter":"our_udp_port","objects":2}]'
equal "it is in the packets of both, and of no other" "$(ttls)" "30 30 64"
equal "what is made once is as it was" "$(ctl A -j tunnel show tunnel_name=one | field our_udp_port)" 1701
wait $ping
matches "no packet was lost meanwhile" "$(cat "$TMP/ping")" '150 received, 0% packet loss'
matches "apply for people" "$(ctl A tunnel profile apply profile_name=site 2>&1)" \
	'^Applied tunnel profile site: 0 of 2 tunnels that have it changed$'

check "an explicit value" ctl A tunnel modify tunnel_name=one ttl=40
ctl A tunnel profile modify profile_name=default ttl=50 2>/dev/null
check "apply of default" ctl A tunnel profile apply profile_name=default
equal "explicit before profile before default" "$(ttls)" "40 30 50"
check "unset" ctl A tunnel profile unset profile_name=site ttl our_udp_port
check "apply" ctl A tunnel profile apply profile_name=site
equal "what is not set any more is default's" "$(ttls)" "40 50 50"

check "a session profile" ctl A session profile modify profile_name=lan mtu=1300
check "its apply" ctl A session profile apply profile_name=lan
equal "devices follow" "$(mtu_of A pw1) $(mtu_of A pw2) $(mtu_of A pw3)" "1300 1300 $(mtu_of A pw3)"

# --- who uses what
refused() { local name=$1; shift; equal "$name" "$(ctl A "$@" 2>&1 >/dev/null; echo $?)" "$(printf '%b' "$WANTED")"; }
WANTED='l2tpctl: tunnel profile site: it is used by tunnel one and others: delete those first\n1' \
	refused "one in use stays" tunnel profile delete profile_name=site
WANTED='l2tpctl: peer profile default: it exists always: empty it with peer profile unset\n1' \
	refused "default stays" peer profile delete profile_name=default
WANTED='l2tpctl: tunnel profile site: it exists: use tunnel profile modify, or another name\n1' \
	refused "a name is taken once" tunnel profile create profile_name=site
check_fails "an unknown profile" ctl A tunnel create profile_name=nobody peer_tunnel_id=9 dest_ipaddr=192.0.2.2
check_fails "a parameter of one tunnel alone" ctl A tunnel profile create profile_name=x tunnel_id=9

# --- a reload: the file's profiles are as the file says
stays=$(on A cat /sys/class/net/pw1/ifindex)
ctl A tunnel profile create profile_name=mine ttl=9 2>/dev/null
check "reload" ctl A system reload
equal "what was edited is as in the file" "$(ttls)" "20 20 64"
same "with the devices of before" "$(on A cat /sys/class/net/pw1/ifindex)" "$stays"
equal "what an administrator made stays" "$(ctl A tunnel profile list | paste -sd ' ')" "default mine site"
sed -i 's/ttl=20/ttl=25/' "$TMP/A.conf"
check "reload with another value in a profile" ctl A system reload
equal "its tunnels have it" "$(ttls)" "25 25 64"
same "and still the same devices" "$(on A cat /sys/class/net/pw1/ifindex)" "$stays"

echo "peer profile create profile_name=lost tunnel_profile_name=nowhere" >>"$TMP/A.conf"
check_fails "a name that leads nowhere" ctl A system reload
matches "is told with its place" "$(ctl A system reload 2>&1)" \
	"A.conf:12:59: peer profile lost: there is no tunnel profile named nowhere"
matches "by --check, too" "$("$L2TPD" --check "$TMP/A.conf" 2>&1)" 'A.conf:12:59: .*nowhere'
equal "nothing changed" "$(ctl A peer profile list | paste -sd ' ')" "branch default"

# a profile that is refused is the only mistake: what has it is not blamed
sed -i -e '/profile_name=lost/d' -e 's/ttl=25/ttl=999/' "$TMP/A.conf"
equal "a mistake in a profile is told once" "$("$L2TPD" --check "$TMP/A.conf" 2>&1 | grep -c 'A.conf')" 1
