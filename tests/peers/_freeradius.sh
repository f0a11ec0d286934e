# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# _freeradius.sh - FreeRADIUS as the server that knows the users: include _peers.sh first.
#
# On a host: radius_files, radius_user for each user, then `radius HOST` when nothing else runs there by `peer`, or
# `radius_beside HOST` beside what does. Its secret is $RADIUS_SECRET; it takes PAP, CHAP, MS-CHAP and EAP (MD5 and
# MSCHAPv2), and writes each accounting record to a file.
RADIUS_SECRET=shared-with-radius
RADIUS_COMMAND=(/usr/sbin/freeradius -f -l stdout -d /etc/radius)

radius_files() {
	peer_files "$1"
	mkdir -p "$TMP/$1/etc/radius" "$TMP/$1/var/log"
	: >"$TMP/$1/etc/radius/users"
	cat >"$TMP/$1/etc/radius/radiusd.conf" <<-END
		libdir = /usr/lib/freeradius
		logdir = /var/log
		run_dir = /run
		max_request_time = 5
		cleanup_delay = 1
		log {
			destination = stdout
			auth = yes
		}
		security {
			reject_delay = 0
			status_server = yes
		}
		client everybody {
			ipaddr = 0.0.0.0/0
			secret = $RADIUS_SECRET
		}
		client everybody6 {
			ipv6addr = ::/0
			secret = $RADIUS_SECRET
		}
		modules {
			pap {
			}
			chap {
			}
			mschap {
				use_mppe = yes
			}
			files {
				usersfile = /etc/radius/users
			}
			eap {
				default_eap_type = md5
				md5 {
				}
				mschapv2 {
				}
			}
			detail {
				filename = /var/log/accounting
				header = "record"
				log_packet_header = no
			}
		}
		server default {
			listen {
				type = auth
				ipaddr = *
				port = 1812
			}
			listen {
				type = acct
				ipaddr = *
				port = 1813
			}
			authorize {
				chap
				mschap
				eap {
					ok = return
				}
				files
				pap
			}
			authenticate {
				Auth-Type PAP {
					pap
				}
				Auth-Type CHAP {
					chap
				}
				Auth-Type MS-CHAP {
					mschap
				}
				eap
			}
			accounting {
				detail
			}
		}
	END
}

# radius_user HOST NAME SECRET [ITEM...]: the items are of what it replies, `Framed-IP-Address = 192.0.2.9`
radius_user() {
	local host=$1 items
	printf -v items '\t%s,\n' "${@:4}"
	[ $# -gt 3 ] || items=''
	printf '%s\tCleartext-Password := "%s"\n%s\n' "$2" "$3" "${items%,*}" >>"$TMP/$host/etc/radius/users"
}
radius() {
	peer "$1" "${RADIUS_COMMAND[@]}"
	until_true 10 is_bound "$1" 1813
}
radius_beside() {
	in_peer "$1" "${RADIUS_COMMAND[@]}" >>"$TMP/$1.radius.log" 2>&1 </dev/null &
	until_true 10 is_bound "$1" 1813
}

# radius_record HOST TYPE NAME: of the last accounting record of that type (Start, Interim-Update, Stop), an attribute
radius_record() {
	awk -v type="$2" -v name="$3" -F ' = ' '
		/^record/ { if (is) found = value; is = 0; value = "" }
		{ sub(/^\t/, "") }
		$1 == "Acct-Status-Type" && $2 == type { is = 1 }
		$1 == name { value = $2; gsub(/"/, "", value) }
		END { if (is) found = value; print found }' "$TMP/$1/var/log/accounting"
}
# radius_tell HOST ADDRESS coa|disconnect SECRET ITEM...: what it is answered; true when that is an ACK
radius_tell() {
	local host=$1 address=$2 kind=$3 secret=$4 items
	printf -v items '%s\n' "${@:5}"
	on "$host" chroot "$ROOT" radclient -D /usr/share/freeradius -r 1 -t 3 -x "$address" "$kind" "$secret" \
		<<<"$items" 2>&1 | tee "$TMP/radclient.out"
	grep -q 'Received .*-ACK' "$TMP/radclient.out"
}
