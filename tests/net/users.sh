#!/bin/bash
# SPDX-License-Identifier: MIT
# Users, as the language has them: configuration files of OpenL2TP with PPP in them come up unchanged; who is there, in
# lists of users and sessions; what is given of pools; where values of PPP are from; and nobody sees a password.
# shellcheck source=tests/v2.sh
. "$(dirname "$0")/../v2.sh"

hosts
for user in bob alice; do echo "$user lns $user-s3cret *"; done >"$TMP/secrets"
chmod 600 "$TMP/secrets"
# what OpenL2TP had in pppd's place
ours="system modify chap_secrets=$TMP/secrets pap_secrets=$TMP/secrets state_file=$TMP/state"

# ---------------------------------------------------------------- files of OpenL2TP
{
	echo "$ours"
	cat <<-'END'
		# system
		system modify max_tunnels=100 deny_local_tunnel_creates=no
		tunnel profile create profile_name=tp1 auth_mode=challenge secret="s3cret" hello_timeout=30
		peer profile create profile_name=lac1.isp tunnel_profile_name=tp1
		peer profile modify profile_name=lac1.isp peer_ipaddr=192.0.2.0 netmask=255.255.255.0
		ppp profile modify profile_name=default auth_peer=yes auth_eap=no auth_pap=no local_name="lns" \
		    local_ipaddr=10.9.0.1 remote_ipaddr=10.9.0.2 dns_ipaddr_pri=10.9.0.53 lcp_echo_interval=30 \
		    lcp_echo_failure_count=5 mtu=1400 mru=1400 multilink=no use_radius=no
	END
} >"$TMP/B.conf"
cat >"$TMP/A.conf" <<-'END'
	tunnel profile create profile_name=tp1 auth_mode=challenge secret="s3cret"; # as above
	tunnel create tunnel_name=up1 dest_ipaddr=192.0.2.2 \
	    profile_name=tp1 persist=yes
	session create tunnel_name=up1 session_name=s1 user_name=bob user_password=bob-s3cret
END
start_daemon B || exit 1
start_daemon A || exit 1
comes_up "files of OpenL2TP's daemon come up" 1 1
equal "the addresses are the profile's" "$(session A up1 s1 '"\(.state.local_ipaddr) \(.state.remote_ipaddr)"')" \
	"10.9.0.2 10.9.0.1"
equal "so is the MRU" "$(session A up1 s1 '"\(.state.peer_mru)"')" 1400
equal "who is there" "$(ctl B user list names)" bob
equal "for us it is nobody" "$(ctl A user list names)" ""
stop_daemon A
stop_daemon B

# every parameter of PPP that OpenL2TP had, as its daemon's file has them
{
	echo "$ours"
	echo "include $TESTS/net/dialects/openl2tpd.conf"
} >"$TMP/B.conf"
start_daemon B || exit 1
start_daemon A || exit 1
session_up() { session_is A "$1" "$2" up; }
check "a file of its daemon with all of PPP comes up" until_true 5 session_up up1 s1
at_B() { ctl B -j user list | jq -r ".[0].state | $1"; }
equal "it says so on both ends" "$(at_B '"\(.user_name) \(.state) \(.local_ipaddr)"')" \
	"bob up 198.51.100.1"
equal "with its addresses" "$(session A up1 s1 '"\(.state.local_ipaddr) \(.state.remote_ipaddr)"')" \
	"198.51.100.2 198.51.100.1"
check "packets pass" pings A 198.51.100.1
# the counters that OpenL2TP had, by its names
counted() {
	ctl B -j system show statistics | jq -r '[.. | objects | select(has("short_frames"))][0] | keys | join(" ")'
}
equal "its counters are there" "$(counted)" "$(tr '\n' ' ' <<-'END' | sed 's/ $//'
	auth_fails
	bad_rcvd_frames
	encode_message_fails
	event_queue_full_errors
	ignored_avps
	illegal_messages
	mismatched_session_ids
	mismatched_tunnel_ids
	no_control_frame_resources
	no_matching_session_id_discards
	no_matching_tunnel_id_discards
	no_peer_resources
	no_ppp_resources
	no_session_resources
	no_tunnel_resources
	session_setup_failures
	short_frames
	too_many_sessions
	too_many_tunnels
	total_control_frame_send_fails
	total_rcvd_control_frames
	total_retransmitted_control_frames
	total_sent_control_frames
	tunnel_setup_failures
	unexpected_data_frames
	unsupported_messages
	vendor_avps
	wrong_version_frames
	END
)"
transport() { tunnel A up1 ".transport.$1"; }
at_least "octets of control messages sent" "$(transport octets_sent)" 200
at_least "and received" "$(transport octets_received)" 100
same "what the peer has acknowledged" "$(transport peer_nr)" "$(transport ns)"
stop_daemon A
stop_daemon B

# as `config save` wrote it, both ends
{
	echo "$ours"
	cat <<-'END'
		# system
		system modify \
			max_tunnels=100 \

		# peer profiles
		peer profile create profile_name=lac
		peer profile modify profile_name=lac \
			peer_ipaddr=192.0.2.1 \
			netmask=255.255.255.255 \
			tunnel_profile_name=tp1 \
			ppp_profile_name=isp \

		# tunnel profiles
		tunnel profile create profile_name=tp1
		tunnel profile modify profile_name=tp1 \
			auth_mode=challenge \
			secret=s3cret \
			hide_avps=yes \

		# ppp profiles
		ppp profile create profile_name=isp
		ppp profile modify profile_name=isp \
			mtu=1300 \
			mru=1300 \
			auth_pap=no \
			auth_mschapv2=no \
			auth_eap=no \
			local_name=lns \
			local_ipaddr=10.9.0.1 \
			remote_ipaddr=10.9.0.2 \
			dns_ipaddr_pri=10.9.0.53 \
			lcp_echo_interval=30 \

	END
} >"$TMP/B.conf"
cat >"$TMP/A.conf" <<-'END'
	# tunnel profiles
	tunnel profile modify profile_name=default \
		hide_avps=yes \
		secret=s3cret \

	# ppp profiles
	ppp profile modify profile_name=default \
		auth_peer=no \
		default_route=no \

	# locally created tunnels
	tunnel create tunnel_name=l2tp10456 \
		dest_ipaddr=192.0.2.2 \
		persist=yes \

	session create tunnel_name=l2tp10456 \
		user_name=bob \
		user_password=bob-s3cret \

END
start_daemon B || exit 1
start_daemon A || exit 1
comes_up "files as config save wrote them come up" 1 1
equal "by what is left" "$(at_B '"\(.user_name) \(.peer_proved_by) \(.local_mru)"')" \
	"bob CHAP 1300"
check "packets pass there" pings A 10.9.0.1 1000
stop_daemon A
stop_daemon B

# ---------------------------------------------------------------- several users, of a pool
daemon B <<-END
	$ours
	peer profile modify profile_name=default accept_tunnels=yes
	pool create pool_name=subs range=10.9.1.1-10.9.1.3
	ppp profile create profile_name=isp local_name=lns local_ipaddr=10.9.0.1 ip_pool_name=subs auth_pap=no
	tunnel profile modify profile_name=default ppp_profile_name=isp
END
daemon A <<-END
	ppp profile modify profile_name=default lcp_echo_interval=7
	tunnel create tunnel_name=t dest_ipaddr=192.0.2.2
	session create tunnel_name=t session_name=a1 user_name=alice user_password=alice-s3cret calling_number=111
	session create tunnel_name=t session_name=a2 user_name=alice user_password=alice-s3cret
	session create tunnel_name=t session_name=b user_name=bob user_password=bob-s3cret
END
comes_up "three sessions of two users" 1 3
equal "each is a user's" "$(ctl B user list names | sort | tr '\n' ' ')" "alice alice bob "
equal "with an address of its own" "$(ctl B -j user list | jq -r '[.[].state.remote_ipaddr] | sort | join(" ")')" \
	"10.9.1.1 10.9.1.2 10.9.1.3"
matches "as a table" "$(ctl B user list | head -1)" '^TunId +SesId +User +Address'
equal "those of one" "$(ctl B -j user list user_name=alice | jq length)" 2
equal "by a condition" "$(ctl B -j user list 'remote_ipaddr=10.9.1.2/32' calling_number!=5 | jq length)" 1
equal "sorted and cut off" "$(ctl B user list names sort=-user_name limit=1)" bob
id=$(ctl B -j user list user_name=bob | jq -r '.[0].config.session_id')
equal "of one session" "$(ctl B user list names session_id="$id")" bob
equal "of nobody" "$(ctl B user list user_name=carol)" ""
matches "one is shown" "$(ctl B user show user_name=bob | head -1)" "^User bob, session $id on tunnel [0-9]+:-"
matches "of two, which" "$(ctl B user show user_name=alice 2>&1)" 'alice has 2 sessions: give tunnel_id and session_id'
id=$(ctl B -j user list user_name=alice calling_number=111 | jq -r '.[0].config.session_id')
equal "that one" "$(ctl B -j user show user_name=alice session_id="$id" | jq -r .config.calling_number)" 111
matches "who is not there" "$(ctl B user show user_name=carol 2>&1)" 'carol has no session'
equal "sessions by their user, there" "$(ctl B -j session list user_name=alice | jq length)" 2
equal "and here" "$(ctl A session list names user_name=alice | sort | tr '\n' ' ')" "a1 a2 "
matches "what a pool has given" "$(ctl B pool list | tail -1)" '^subs +10\.9\.1\.1-10\.9\.1\.3 +- +3 +3 +0'
ctl A -q session create tunnel_name=t session_name=c user_name=bob user_password=bob-s3cret
refused() { [ "$(ctl B -j pool show pool_name=subs | jq .state.refused)" -ge 1 ]; }
check "nothing is left for another" until_true 5 refused
ctl A -q session delete tunnel_name=t session_name=c
ctl A -q session delete tunnel_name=t session_name=b
in_use() { [ "$(ctl B -j pool show pool_name=subs | jq .state.in_use)" = "$1" ]; }
check "what is given back is there again" until_true 5 in_use 2

# ---------------------------------------------------------------- where values are from
explained() {	# HOST PARAMETER SESSION: "value from" of what PPP does
	ctl "$1" -j explain session tunnel_name=t session_name="$3" | jq -r --arg name "$2" '.. | objects |
		select(.parameter == $name and .of_ppp) | "\(.value) \(.source) \(.profile // "")"'
}
equal "of a profile" "$(explained A lcp_echo_interval a1)" "7 profile default"
equal "built in" "$(explained A auth_chap a1)" "yes builtin "
matches "as a table" "$(ctl A explain session tunnel_name=t session_name=a1)" \
	'^ppp lcp_echo_interval +7 +ppp profile default'

ctl A -q ppp profile modify profile_name=default lcp_echo_interval=8
matches "what it would be today" "$(ctl A explain session tunnel_name=t session_name=a1)" \
	'^ppp lcp_echo_interval +7 +a profile, as it was +8'

# ---------------------------------------------------------------- passwords
ctl A -q config save file="$TMP/saved"
matches "what is saved names a file" "$(grep 'session_name=a1' "$TMP/saved")" \
	"user_name=alice.*user_password_file=\"?$TMP/saved.secrets#user_password"
shown=$(for host in A B; do
	ctl "$host" -j session list
	ctl "$host" session list
	ctl "$host" user list
	ctl "$host" -j user list
	ctl "$host" -j system show
	ctl "$host" status
	ctl "$host" config save
done; ctl A session show tunnel_name=t session_name=a1; cat "$TMP/saved" "$(log_of A)" "$(log_of B)")
equal "they are nowhere" "$(grep -c s3cret <<<"$shown")" 0
ctl A -q session delete tunnel_name=t session_name=a1
check "restored, with the password" ctl A -q config restore file="$TMP/saved"
check "it is the same user" until_true 5 eval '[ "$(ctl B -j user list user_name=alice | jq length)" = 2 ]'
