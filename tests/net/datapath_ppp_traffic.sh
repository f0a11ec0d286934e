#!/bin/bash
# SPDX-License-Identifier: MIT
# What PPP sessions of the datapath carry, between two hosts: TCP with digests and UDP with its content, through own
# and shared devices, in clear and enciphered; default routes, proxy ARP, namespaces. See datapath_ppp_end.c.
# time-limit: 420
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

hosts
real_packets A B
END=("$BUILD/tests/net/datapath_ppp_end")

# end_of HOST WORD...: an end of the tunnel; what it says is in $TMP/HOST.end
end_of() {
	local host=$1
	shift
	rm -f "$TMP/$host.words" "$TMP/$host.end"
	mkfifo "$TMP/$host.words"
	on "$host" "${END[@]}" "$@" <"$TMP/$host.words" >"$TMP/$host.end" 2>&1 8>&- 9>&- &
	helper_pids+=($!)
	if [ "$host" = A ]; then exec 8>"$TMP/$host.words"; else exec 9>"$TMP/$host.words"; fi
	until_true 5 grep -q . "$TMP/$host.end"
	grep -q ready "$TMP/$host.end" || { fail "the end on $host" "$(cat "$TMP/$host.end")"; return 1; }
}
end_ends() { exec 8>&- 9>&-; wait "${helper_pids[@]}" 2>/dev/null; helper_pids=(); }
report() {
	if [ "$1" = A ]; then echo >&8; else echo >&9; fi
	sleep 0.1
	tail -n 1 "$TMP/$1.end"
}
one=(side=1 local4=10.9.0.1 peer4=10.9.0.2 local6=fd09::1 check)
two=(side=2 local4=10.9.0.2 peer4=10.9.0.1 local6=fd09::2 check)

# ends NAME WORDS-OF-BOTH WORDS-OF-A: a session between A and B, and all that it must carry
ends() {
	local name=$1 family=${4:-4}
	local -a both=($2) first=($3)
	local from=192.0.2.1 to=192.0.2.2
	[ "$family" = 4 ] || from=2001:db8::1 to=2001:db8::2
	end_of A "local=$from" "peer=$to" "${one[@]}" prefix=fd09::2/128 "${both[@]}" "${first[@]}" || return
	end_of B "local=$to" "peer=$from" "${two[@]}" prefix=fd09::1/128 "${both[@]}" || return
	until_true 3 pings B fd09::1
	check "$name: pings of IPv4" pings A 10.9.0.2
	check "$name: pings of IPv6" pings B fd09::1
	check "$name: pings of 3,000 octets" pings B 10.9.0.1 3000
	check "$name: TCP both ways" transfer 10.9.0.2 30
	check "$name: TCP over IPv6 both ways" transfer fd09::2 10
	check "$name: UDP of any size" datagrams 10.9.0.2 2900 500
	matches "$name: no packet was refused" "$(report A)" ' [0-9]+ 0$'
	end_ends
}
ends "own devices" ""  ""
ends "own devices over IPv6" "" "" 6
ends "a shared device" "" "shared=subs mtu=1400 route=10.9.0.0/24 routed=fd09::/64"
ends "compressed headers" "pfc acfc mru=1400" ""
ends "numbered" "numbered" ""
ends "MPPE of 128 bits" "mppe=128" ""
ends "MPPE of 40 bits with state" "stateful=40" ""
ends "MPPE through a shared device" "mppe=128" "shared=subs mtu=1400 route=10.9.0.0/24 route=fd09::/64"

# ---------------------------------------------------------------- default routes
# Behind B is C. A reaches B by routers only, 192.0.2.77 and then .78, which are B, too.
host C && wire B C 1500 behind wire
ip_on B addr add 198.51.100.1/24 dev behind
ip_on C addr add 198.51.100.2/24 dev wire
ip_on C route add default via 198.51.100.1
on B sysctl -qw net.ipv4.ip_forward=1
ip_on A addr flush dev wire scope global
ip_on A addr add 192.0.2.1/32 dev wire
for router in 192.0.2.77 192.0.2.78; do
	ip_on B addr add $router/24 dev wire
	ip_on A route add $router dev wire
done
ip_on A route add default via 192.0.2.77 dev wire metric 100
pinned_to() { ip_on A route show 192.0.2.2/32 | grep -q "via $1"; }
is_not_pinned() { ! ip_on A route show 192.0.2.2/32 | grep -q .; }

end_of A local=192.0.2.1 peer=192.0.2.2 "${one[@]}" default || exit 1
end_of B local=192.0.2.2 peer=192.0.2.1 "${two[@]}" proxy || exit 1
matches "the default route leads to the device" "$(ip_on A route get 198.51.100.2)" 'dev ppp0'
matches "the tunnel's peer keeps its route" "$(ip_on A route get 192.0.2.2)" 'via 192.0.2.77 dev wire'
check "what is behind the peer is reached" pings A 198.51.100.2
ip_on A route replace default via 192.0.2.78 dev wire metric 100
check "another router: the peer's route follows" until_true 3 pinned_to 192.0.2.78
ip_on A route del default via 192.0.2.78 dev wire metric 100
sleep 0.2
check "no router: it stays" pinned_to 192.0.2.78
ip_on A route del 192.0.2.2/32 via 192.0.2.78
on A ping -q -c 3 -i 0.2 -W 1 198.51.100.2 >/dev/null
at_most "without that route nothing goes round in circles" "$(report A | sed 's/.* tx \([0-9]*\) .*/\1/')" 100
ip_on A route add default via 192.0.2.77 dev wire metric 100
check "a router again: the peer has its route" until_true 3 pinned_to 192.0.2.77
check "what is behind the peer is reached again" pings A 198.51.100.2
exec 8>&-
check "the route is gone with the device" until_true 5 is_not_pinned
end_ends

# What a crash leaves behind, the next run removes.
end_of A local=192.0.2.1 peer=192.0.2.2 "${one[@]}" default || exit 1
on A pkill -KILL -P "${helper_pids[0]}" 2>/dev/null || kill -KILL "${helper_pids[0]}"
end_ends
check "a crash leaves the route" pinned_to 192.0.2.77
ip_on A route del default via 192.0.2.77 dev wire metric 100
end_of A local=192.0.2.1 peer=192.0.2.2 "${one[@]}" || exit 1
check "the next run removes it" is_not_pinned
end_ends

no_proxy() { ! ip_on B neigh show proxy | grep -q .; }

# ---------------------------------------------------------------- proxy ARP, and other namespaces
# The subscriber has an address of the network between B and C.
ip_on A route add default via 192.0.2.77 dev wire metric 100
end_of A local=192.0.2.1 peer=192.0.2.2 "${one[@]}" local4=198.51.100.9 peer4=198.51.100.1 prefix=198.51.100.0/24 \
	|| exit 1
end_of B local=192.0.2.2 peer=192.0.2.1 "${two[@]}" local4=198.51.100.1 peer4=198.51.100.9 proxy || exit 1
ip_on C route del default
check "B answers for its subscriber" pings C 198.51.100.9
exec 9>&-
check "and no more when he is gone" until_true 5 no_proxy
end_ends

host D
end_of A local=192.0.2.1 peer=192.0.2.2 "${one[@]}" "netns=${NS}D" prefix=10.8.0.0/24 default || exit 1
end_of B local=192.0.2.2 peer=192.0.2.1 "${two[@]}" || exit 1
check "a device in another namespace" pings D 10.9.0.2
matches "with its routes" "$(ip_on D route)" '10.8.0.0/24 dev ppp0'
check "there the peer needs no route of its own" is_not_pinned
end_ends
end_of A local=192.0.2.1 peer=192.0.2.2 "${one[@]}" "netns=${NS}D" shared=subs mtu=1400 routed=10.9.0.0/28 || exit 1
end_of B local=192.0.2.2 peer=192.0.2.1 "${two[@]}" || exit 1
check "a shared device in another namespace" pings D 10.9.0.2
matches "with the session's routes" "$(ip_on D route)" '10.9.0.0/28 dev subs'
end_ends
