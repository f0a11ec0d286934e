#!/bin/bash
# SPDX-License-Identifier: MIT
# explain tells for each value in effect who gave it, and what it would be today; for a peer that nobody configured,
# which profiles would be its own; and peers are listed while tunnels lead to them.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

hosts
daemon A <<-EOF || exit 1
	tunnel profile create profile_name=site version=3 ttl=20
	tunnel profile modify profile_name=default dscp=5
	session profile create profile_name=lan mtu=1400
	peer profile create profile_name=branch peer_ipaddr=192.0.2.0 netmask=255.255.255.0 tunnel_profile_name=site \\
		session_profile_name=lan
	peer profile create profile_name=all peer_ipaddr=0.0.0.0/0
	peer profile create profile_name=six peer_ipaddr=2001:db8::/32 peer_port=1701
	tunnel create tunnel_name=t tunnel_id=1 peer_tunnel_id=2 dest_ipaddr=192.0.2.2 src_ipaddr=192.0.2.1 \\
		peer_profile_name=branch fwmark=7
	session create tunnel_name=t session_name=s session_id=11 peer_session_id=12 interface_name=pw0
EOF

# from OBJECT PARAMETER: a line of explain, without its name
from() {
	local object=$1 keys=tunnel_name=t
	[ "$object" = tunnel ] || keys="$keys session_name=s"
	# shellcheck disable=SC2086
	ctl A "$object" explain $keys | sed -n "s/^$2  *//p" | sed 's/  */ /g; s/ $//'
}

equal "given" "$(from tunnel fwmark)" "0x7 given"
equal "of the tunnel profile" "$(from tunnel ttl)" "20 tunnel profile site"
equal "of default" "$(from tunnel dscp)" "5 tunnel profile default"
equal "of nobody" "$(from tunnel resolve_interval)" "300 built-in default"
equal "a profile that the peer profile names" "$(from tunnel profile_name)" "site peer profile branch"
equal "for sessions, too" "$(from tunnel session_profile_name)" "lan peer profile branch"
ctl A peer profile modify profile_name=branch session_profile_name=default 2>/dev/null
equal "and names no more" "$(from tunnel session_profile_name)" "lan a profile, as it was default"
ctl A peer profile modify profile_name=branch session_profile_name=lan 2>/dev/null
equal "of the session profile" "$(from session mtu)" "1400 session profile lan"
equal "which its tunnel names" "$(from session profile_name)" "lan its tunnel"
same "the other way round" "$(ctl A explain tunnel tunnel_name=t)" "$(ctl A tunnel explain tunnel_name=t)"
equal "as JSON" "$(ctl A -j tunnel explain tunnel_id=1 | jq -c '.parameters[] | select(.parameter == "ttl")')" \
	'{"parameter":"ttl","value":"20","source":"profile","profile_type":"tunnel","profile":"site"}'

ctl A tunnel profile modify profile_name=site ttl=30 bind_interface=wire 2>/dev/null
equal "what it would be today" "$(from tunnel ttl)" "20 tunnel profile site 30"
equal "nothing of what is the same" "$(from tunnel dscp)" "5 tunnel profile default"
matches "and what to do" "$(ctl A tunnel explain tunnel_name=t)" 'tunnel profile apply'
check "apply" ctl A tunnel profile apply profile_name=site
equal "then it is so" "$(from tunnel ttl)" "30 tunnel profile site"
equal "but for what cannot change" \
	"$(ctl A -j tunnel explain tunnel_name=t | jq -c '[.parameters[] | select(.now) | .parameter]')" \
	'["bind_interface"]'
ctl A tunnel profile unset profile_name=site bind_interface 2>/dev/null
check_fails "nothing differs any more" grep -q Today < <(ctl A tunnel explain tunnel_name=t)
equal "show of a profile tells where its values come from" \
	"$(ctl A tunnel profile show profile_name=site | grep -cE '^(ttl .*tunnel profile site|dscp .*profile default)')" 2

# --- which peer is whose
peer() {
	ctl A -j peer explain "$@" |
		jq -r '"\(.peer_profile_name) \(.how) \(.prefix_length) \(.tunnel_profile_name)"'
}
equal "by name" "$(peer peer_ipaddr=198.51.100.1 host_name=branch)" "branch name null site"
equal "by the longest prefix" "$(peer peer_ipaddr=192.0.2.77)" "branch address 24 site"
equal "everything but that" "$(peer peer_ipaddr=198.51.100.1)" "all address 0 default"
equal "who calls himself default gains nothing" "$(peer peer_ipaddr=198.51.100.1 host_name=default)" \
	"all address 0 default"
equal "IPv6, on that port" "$(peer peer_ipaddr=2001:db8::7 peer_port=1701)" "six address 32 default"
equal "not on another" "$(peer peer_ipaddr=2001:db8::7 peer_port=1702)" "default default null default"
matches "for people" "$(ctl A explain peer peer_ipaddr=192.0.2.77)" '^session_profile_name +lan$'
check_fails "one peer, not a network" ctl A peer explain peer_ipaddr=192.0.2.0/24
check_fails "our address, on which no profile depends" ctl A peer explain peer_ipaddr=192.0.2.2 local_ipaddr=192.0.2.1

# --- peers that there are
equal "peer list" "$(ctl A peer list | tr -s ' ' | sed 's/ $//' | paste -sd '|')" \
	"Local Remote Tunnels|192.0.2.1 192.0.2.2 1"
matches "peer show" "$(ctl A peer show peer_ipaddr=192.0.2.0/24)" '^Peer 192\.0\.2\.2, local 192\.0\.2\.1:-$'
ctl A tunnel delete tunnel_name=t 2>/dev/null
equal "peers go with their last tunnel" "$(ctl A peer list)" ""
equal "one that is not there: 5" "$(ctl A peer show peer_ipaddr=192.0.2.2 >/dev/null 2>&1; echo $?)" 5
equal "there are no users before PPP" "$(ctl A -j user list)" "[]"
