#!/bin/bash
# SPDX-License-Identifier: MIT
# xl2tpd is the LAC and our daemon is the LNS: in clear, with challenges, with hidden AVPs; closed from either side; a
# peer that is killed comes back with a new tunnel while the old one still stands; killed ourselves.
# shellcheck source=tests/peers/_peers.sh
. "$(dirname "$0")/_peers.sh"
# shellcheck source=tests/peers/_xl2tpd.sh
. "$(dirname "$0")/_xl2tpd.sh"
without_ppp

hosts

# lac_peer CHALLENGE HIDDEN [AUTODIAL]: yes or no
lac_peer() {
	challenging_xl2tpd "$1" "$2" "[lac we]
lns = 192.0.2.1
autodial = ${3:-no}
redial = ${3:-no}
redial timeout = 1"
}
# The one tunnel, or session, that it asked for
the_tunnel() { of_peer A .config.tunnel_id; }
the_session() { ctl A -j session list | jq -r '.[0].config | "tunnel_id=\(.tunnel_id) session_id=\(.session_id)"'; }

calls() {
	xl2tpd_does c we
	check "$1: the peer's tunnel and call are up" until_true 10 up A 1 1 || return
	check "$1: the peer has it, too" until_true 5 has_pppd 1
	# shellcheck disable=SC2046 # words
	ctl A -q session delete $(the_session) reason="hung up"
	check "$1: closed by us, the peer knows" until_true 5 has_pppd 0
	xl2tpd_does c we
	check "$1: again a call" until_true 15 up A 1 1
	until_true 5 has_pppd 1
	kill "$(processes B sleep)"
	check "$1: the call closed by the peer, we know" until_true 5 up A 1 0
	xl2tpd_does d we
	check "$1: the tunnel closed by the peer, we know" until_true 5 up A 0 0
	check "$1: and why" saw A 'tunnel_(down|deleted) .*closed by the peer: .*\(result 1'
}

capture B
daemon A <<-END || exit 1
	tunnel profile modify profile_name=default $IMPATIENT
	tunnel profile create profile_name=secret auth_mode=challenge secret=correct-horse
	tunnel profile create profile_name=wrong auth_mode=challenge secret=wrong-horse
	tunnel profile create profile_name=hidden auth_mode=challenge secret=correct-horse hide_avps=yes
	peer profile create profile_name=peer peer_ipaddr=192.0.2.2
END
watches A
# with PROFILE: what its tunnels are to be
with() { ctl A -q peer profile modify profile_name=peer tunnel_profile_name="$1"; }

lac_peer no no && calls "in clear"
xl2tpd_does c we
check "another tunnel" until_true 10 up A 1 1
ctl A -q tunnel delete tunnel_id="$(the_tunnel)" reason="that will do"
check "the tunnel closed by us, the peer knows" until_true 5 has_pppd 0
check "and why" until_true 10 grep -q 'that will do' "$TMP/B.log"
kill_peer B

with secret
lac_peer yes no && calls "challenges"
with wrong
xl2tpd_does c we
check "another secret: a request comes to nothing" until_true 10 \
	logged A '192.0.2.2 asked for a tunnel, which came to nothing'
check "another secret: no tunnel" up A 0 0
kill_peer B

with hidden
lac_peer yes yes && calls "hidden AVPs"
kill_peer B

# It asks for an outgoing call, as an LNS would, and may not survive that it gets one.
with default
mkdir "$TMP/hooks"
chmod 755 "$TMP" "$TMP/hooks"
printf '#!/bin/sh\nexit 0\n' >"$TMP/hooks/bearer"
chmod 755 "$TMP/hooks/bearer"
ctl A -q system modify hook_directory="$TMP/hooks"
lac_peer no no
xl2tpd_does t 192.0.2.1
check "outgoing call: the peer's tunnel is up" until_true 5 up A 1 0
xl2tpd_does o "$(of_peer A .state.peer_tunnel_id)" 5550100
check "outgoing call: up" saw A 'session_up'
kill_peer B
check "the peer is killed: its tunnel goes" until_true 15 up A 0 0

# The peer dies and comes back at once, at the same address and port: what we still hold of it is no obstacle
lac_peer no no yes
check "a peer that dials by itself: up" until_true 15 up A 1 1
old=$(the_tunnel)
kill_peer B
lac_peer no no yes
check "killed and back: a new tunnel is up beside the old one" until_true 15 up A 2 2
check "the old one goes, and only it" until_true 15 up A 1 1
check "it is the new one that stays" test "$(the_tunnel)" != "$old"

# It would find out by its HELLO, once a minute.
stop_daemon A KILL
start_daemon A || exit 1
kill_peer B
lac_peer no no yes
check "both are killed and back: up" until_true 15 up A 1 1
check "the peer has it, too" until_true 5 has_pppd 1
stop_daemon A
equal "we are stopped" $? 0
check "the peer knows" until_true 5 has_pppd 0
end_capture
check "tshark understands all that we sent" understood 192.0.2.1
check "hidden AVPs were really there, of ours" seen 'ip.src == 192.0.2.1 && l2tp.avp.hidden == 1'
