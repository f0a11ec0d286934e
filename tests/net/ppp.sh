#!/bin/bash
# SPDX-License-Identifier: MIT
# PPP between two daemons: B is the LNS, A the client: who comes in, with which addresses, what passes, and how it ends.
# shellcheck source=tests/v2.sh
. "$(dirname "$0")/../v2.sh"

hosts
cat >"$TMP/users" <<-END
	alice * wonderland *
	bob * "builder of things" 10.9.9.9
END
chmod 600 "$TMP/users"
echo -n wonderland >"$TMP/password"
chmod 600 "$TMP/password"
daemon B < <(lns_commands) || exit 1
daemon A <<-END || exit 1
	tunnel create tunnel_name=t dest_ipaddr=192.0.2.2 persist=yes $IMPATIENT
	session create tunnel_name=t session_name=s user_name=alice user_password_file=$TMP/password
END
# far PATH: of the LNS's only session
far() { ctl B -j session list | jq -r ".[0] | $1"; }
device() { on "$1" ip -o addr show dev "$2"; }

# ---------------------------------------------------------------- it comes up
comes_up "a user comes in" 1 1
equal "by the strongest method" "$(far .state.peer_proved_by)" MS-CHAPv2
equal "who it is" "$(far .state.user_name)" alice
equal "its address, there" "$(far .state.remote_ipaddr)" 10.1.0.10
equal "and here" "$(session A t s .state.local_ipaddr)" 10.1.0.10
equal "the LNS's" "$(session A t s .state.remote_ipaddr)" 10.1.0.1
check "a device of its own" device A ppp0
equal "with the address" "$(device A ppp0 | sed -nE 's/.* inet ([^ ]+ peer [^ ]+).*/\1/p')" "10.1.0.10 peer 10.1.0.1/32"
check "packets pass" on A ping -qc 3 -W 1 10.1.0.1
check "and the other way" on B ping -qc 3 -W 1 10.1.0.10
check "large ones" on A ping -qc 2 -W 1 -s 3000 10.1.0.1
check "IPv6, link-local" on A ping -qc 2 -W 1 "$(session A t s .state.remote_ipv6)%ppp0"
check "the list of users has it" eval '[[ $(ctl B user list) == *alice* ]]'

# ---------------------------------------------------------------- how it ends
ctl A -q session delete tunnel_name=t session_name=s
check "closed by the client: gone there" until_true 3 up B 1 0
check_fails "and its device" device B ppp0
ctl A -q session create tunnel_name=t session_name=s user_name=alice user_password=wonderland
comes_up "again" 1 1
equal "with the same address" "$(far .state.remote_ipaddr)" 10.1.0.10
watches A
ctl B -q session delete tunnel_name="$(far .config.tunnel_name)" session_id="$(far .config.session_id)" \
	reason="enough for today"
check "closed by the LNS: the client says why" saw A 'enough for today'
comes_up "and it comes back" 1 1
on A ip link del ppp0
check "its device removed by somebody: it says so" saw A 'removed by others'
comes_up "and it comes back, too" 1 1
stop_daemon B KILL
start_daemon B || exit 1
comes_up "the LNS killed: it comes back" 1 1 30
equal "with an address of the pool" "$(far '.state.remote_ipaddr | startswith("10.1.0.")')" true

# ---------------------------------------------------------------- who does not come in
ctl A -q session delete tunnel_name=t session_name=s
ctl A -q session create tunnel_name=t session_name=wrong user_name=alice user_password=guesswork
check "a wrong password: the client says why" until_true 5 failed A 'wrong name or password'
check "the LNS's log names the user" logged B 'user alice at 192.0.2.1 is refused \(MS-CHAPv2\): wrong password'
check_fails "and no secret" logged B 'wonderland|guesswork'
ctl A -q session delete tunnel_name=t session_name=wrong
echo 'carol * christmas *' >>"$TMP/users"
give B "$TMP/users"
sleep 1.1
ctl A -q session create tunnel_name=t session_name=c user_name=carol user_password=christmas
comes_up "a user who was added to the file" 1 1
ctl A -q session delete tunnel_name=t session_name=c

# ---------------------------------------------------------------- methods and more
method() {
	ctl B -q ppp profile modify profile_name=default auth_pap=no auth_chap=no auth_mschapv2=no auth_eap=no
	ctl B -q ppp profile modify profile_name=default "$1"=yes
	until_true 3 up B 1 0
	ctl A -q session create tunnel_name=t session_name=m user_name=bob user_password="builder of things"
	comes_up "$2" 1 1
	equal "$2: by it" "$(far .state.peer_proved_by)" "$2"
	check "$2: packets pass" on A ping -qc 1 -W 1 10.1.0.1
	ctl A -q session delete tunnel_name=t session_name=m
}
method auth_pap PAP
method auth_chap CHAP
method auth_eap EAP
if can mppe; then
	ctl B -q ppp profile modify profile_name=default mppe=require
	ctl A -q ppp profile modify profile_name=default mppe=allow
fi
method auth_mschapv2 MS-CHAPv2
if can mppe; then
	ctl A -q session create tunnel_name=t session_name=s user_name=alice user_password=wonderland
	comes_up "encrypted" 1 1
	equal "encrypted: with these keys" "$(far .state.mppe_bits)" 128
	check "encrypted: packets pass" on A ping -qc 3 -W 1 10.1.0.1
	ctl A -q session delete tunnel_name=t session_name=s
	ctl B -q ppp profile unset profile_name=default mppe
fi

# ---------------------------------------------------------------- pppd's scripts
for script in ip-up ip-down; do
	printf '#!/bin/sh\necho "$0 $* $IFNAME $IPLOCAL $IPREMOTE $PEERNAME ${CONNECT_TIME-}" >>%s\n' "$TMP/scripts" \
		>"$TMP/$script"
	chmod 755 "$TMP/$script"
done
give B "$TMP/ip-up" "$TMP/ip-down"
ctl B -q system modify ppp_scripts=yes ip_up_script="$TMP/ip-up" ip_down_script="$TMP/ip-down"
ctl A -q session create tunnel_name=t session_name=s user_name=alice user_password=wonderland
comes_up "with scripts" 1 1
ctl A -q session delete tunnel_name=t session_name=s
check "ip-up is run as pppd runs it" until_true 3 on B grep -qE \
	'ip-up ppp0  0 10\.1\.0\.1 10\.1\.0\.1[0-9] l2tp-[^ ]+ ppp0 10\.1\.0\.1 10\.1\.0\.1[0-9] alice $' "$TMP/scripts"
check "and ip-down, with what was used" until_true 3 on B grep -qE \
	'ip-down ppp0  0 10\.1\.0\.1 .* alice [0-9]+$' "$TMP/scripts"

ctl A -q session create tunnel_name=t session_name=s user_name=alice user_password=wonderland
comes_up "with scripts, again" 1 1
until_true 3 on B grep -q ip-up "$TMP/scripts"
on B truncate -s 0 "$TMP/scripts"
stop_daemon B
check "ip-down is run at the daemon's end, too" on B grep -q 'ip-down ppp0 .* alice [0-9]*$' "$TMP/scripts"
ctl A -q session delete tunnel_name=t session_name=s
start_daemon B || exit 1
check "the tunnel comes back" until_true 30 up B 1 0

# ---------------------------------------------------------------- many behind one device
if can shared; then
	ctl B -q ppp profile modify profile_name=default interface=shared interface_name=subs
	for n in 1 2 3; do
		ctl A -q session create tunnel_name=t session_name=s$n user_name=alice user_password=wonderland
	done
	comes_up "three sessions on a shared device" 1 3
	for n in 1 2 3; do
		check "session $n: packets pass" on A ping -qc 1 -W 1 -I ppp$((n - 1)) 10.1.0.1
	done
	check "from the LNS, too" on B ping -qc 1 -W 1 "$(session A t s1 .state.local_ipaddr)"
	on B ip link del subs
	check "removed by somebody: its sessions end" until_true 5 logged B 'removed by others'
	comes_up "and come back on a new one" 1 3
	check "packets pass" on A ping -qc 1 -W 1 -I ppp0 10.1.0.1
	equal "it is shared" "$(ctl B -j session list | jq -r '.[].state.interface_name' | sort -u)" subs
	ctl B -q ppp profile unset profile_name=default interface interface_name
fi

# whose peers have the same address cannot share one
ctl A -q ppp profile modify profile_name=default interface=shared interface_name=calls
for n in 1 2; do
	ctl A -q session create tunnel_name=t session_name=call$n user_name=alice user_password=wonderland
	[ $n != 1 ] || check "a client's shared device" until_true 5 session_is A t call1 up
done
check "is for one call to an LNS: it says what helps" \
	until_true 8 failed A 'session call2 .*10\.1\.0\.1 .* shared interface calls.*interface=own'
check "the first stays" session_is A t call1 up
ctl A -q ppp profile unset profile_name=default interface interface_name

# ---------------------------------------------------------------- IPv6 and routes
ctl A -q tunnel delete tunnel_name=t
until_true 5 up B 0 0
host C B && wire B C 1500 inside outside	# a network behind the LNS
ip_on B addr add 10.77.0.1/24 dev inside
ctl B -q pool create pool_name=links range=2001:db8:77::/48
ctl B -q pool create pool_name=homes range=2001:db8:aaaa::/48 delegate_length=56
ctl B -q ppp profile modify profile_name=default ipv6_pool_name=links delegated_pool_name=homes
ctl A -q ppp profile modify profile_name=default default_route=yes
on A sysctl -qw net.ipv6.conf.default.accept_ra=2
ctl A -q tunnel create tunnel_name=t dest_ipaddr=192.0.2.2 persist=yes $IMPATIENT
ctl A -q session create tunnel_name=t session_name=s user_name=alice user_password=wonderland
comes_up "with IPv6 and a default route" 1 1
global() {
	ip_on A -j -6 addr show dev ppp0 | jq -r '[.[].addr_info[] | select(.scope == "global") | .local][0] // empty'
}
has_global() { [ -n "$(global)" ]; }
check "the client makes an address of the prefix" until_true 10 has_global
equal "its prefix there" "$(far '.state.ipv6_prefix | startswith("2001:db8:77:")')" true
equal "and one for its own network" "$(far '.state.delegated_prefix | endswith("/56")')" true
check "packets pass to that address" until_true 5 on B ping -qc 1 -W 1 "$(global)"
check "the default route leads into the session" on A ping -qc 1 -W 1 10.77.0.1
check "and the tunnel's own packets do not" eval '[[ $(on A ip route get 192.0.2.2) == *"dev wire"* ]]'
ctl A -q session delete tunnel_name=t session_name=s
check_fails "no session, no such route" on A ping -qc 1 -W 1 10.77.0.1

# ---------------------------------------------------------------- what a daemon that was killed leaves
ctl A -q session create tunnel_name=t session_name=s user_name=alice user_password=wonderland
comes_up "with a default route" 1 1
pinned() { ip_on A -4 route show proto 115 | grep -q '^192\.0\.2\.2 '; }
check "the LNS has a route of its own" pinned
stop_daemon A KILL
check "the client killed: the route is still there" pinned
start_daemon A || exit 1
check "started again, without a default route" until_true 10 up A 1 1
check_fails "the route is gone" pinned
