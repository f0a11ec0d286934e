#!/bin/bash
# SPDX-License-Identifier: MIT
# Secrets: from a file, from a credential, typed or piped, or written out with a warning; never shown, nor saved but
# into a file that only its owner may read.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

cd "$TMP" || exit 1
host A
echo "first-s3cret" >token
chmod 600 token
mkdir credentials
echo "credential-s3cret" >credentials/token
printf '%s\n' "other no" "metrics keyed-s3cret" >keys
chmod 644 keys
export CREDENTIALS_DIRECTORY=$TMP/credentials
PORT=9464
# token_is NAME SECRET: who shows it may read the metrics, others may not
metrics() { on A /usr/bin/python3 - "$1" "$PORT" <<'END'
import sys, urllib.request, urllib.error
request = urllib.request.Request(f'http://127.0.0.1:{sys.argv[2]}/metrics',
                                 headers={'Authorization': 'Bearer ' + sys.argv[1]})
try:
    print(urllib.request.urlopen(request, timeout=5).status)
except urllib.error.HTTPError as e:
    print(e.code)
END
}
token_is() { equal "$1: the right one" "$(metrics "$2")" 200; equal "$1: another" "$(metrics "not-$2")" 401; }
set_token() { ctl A system modify "$@"; }

daemon A <<<"system modify metrics_port=$PORT metrics_token_file=$TMP/token" || exit 1
token_is "from a file at the start" first-s3cret
echo "second-s3cret" >token
check "a reload" ctl A system reload
token_is "reads it again" second-s3cret
check "by its key among others" set_token metrics_token_file="$TMP/keys#metrics"
token_is "by its key" keyed-s3cret
matches "everybody may read that: a warning in the log" "$(cat "$(log_of A)")" \
	'everybody may read the secret in .*/keys'
check "a credential" set_token metrics_token_file=credential:token
token_is "a credential" credential-s3cret
check "piped" set_token metrics_token_file=- <<<"piped-s3cret"
token_is "piped" piped-s3cret
check "typed" /usr/bin/python3 - "$NS" "$L2TPCTL" "$(socket_of A)" <<'END'
import os, pty, sys, time
pid, fd = pty.fork()
if pid == 0:
    os.execvp('ip', ['ip', 'netns', 'exec', sys.argv[1] + 'A', sys.argv[2], '-s', sys.argv[3],
                     'system', 'modify', 'metrics_token_file=-'])
seen = b''
while b'metrics_token: ' not in seen:
    seen += os.read(fd, 1000)
os.write(fd, b'typed-s3cret\n')
try:
    while data := os.read(fd, 1000):
        seen += data
except OSError:
    pass
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
print(seen)
sys.exit(status or b's3cret' in seen)
END
token_is "typed" typed-s3cret
check "one with blanks" set_token metrics_token='  blank s3cret' 2>/dev/null
ctl A -q config save file=blanks.conf && ctl A -q config restore file=blanks.conf
equal "is restored as it was" "$(sed 's/^[^ ]* //' blanks.conf.secrets)" "  blank s3cret"
token_is "one with blanks" '  blank s3cret'
rm blanks.conf.secrets
text=$(set_token metrics_token=written-s3cret 2>&1)
equal "written out: it works" $? 0
matches "with a warning that names another way" "$text" 'warning: .*metrics_token_file=-'
token_is "written out" written-s3cret
check_fails "both is a contradiction" set_token metrics_token=a metrics_token_file="$TMP/token"
for wrong in /nowhere "$TMP/keys#none" credential:none relative /dev/zero; do
	check_fails "metrics_token_file=$wrong is refused" set_token metrics_token_file="$wrong"
done
token_is "after what was refused" written-s3cret

check "save" ctl A config save file=saved.conf
equal "its secrets have a file that only its owner may read" "$(stat -c %a saved.conf.secrets)" 600
equal "and stand in no other" "$(grep -l s3cret -r . | sort | tr '\n' ' ')" \
	"./credentials/token ./keys ./saved.conf.secrets ./token "
told() { ctl A system show && ctl A -j system show && ctl A config save && ctl A -j config save; }
equal "nor are they shown" "$(told | grep -c s3cret)" 0
stop_daemon A
daemon A <saved.conf || exit 1
token_is "a daemon with what was saved" written-s3cret
set_token metrics_token_file="$TMP/token" 2>/dev/null
ctl A -q config save file=again.conf
matches "one that is in a file stays there" "$(cat again.conf)" "metrics_token_file=$TMP/token"
check_fails "and gets no other" test -e again.conf.secrets
equal "no log has one" "$(cat "$TMP"/*.log | grep -c s3cret)" 0

# secrets of tunnels are in profiles, too: each keeps its own
ctl A -q tunnel profile create profile_name=one secret=first-s3cret auth_mode=challenge 2>/dev/null
ctl A -q tunnel profile create profile_name=two secret="second s3cret" hide_avps=yes 2>/dev/null
ctl A -q tunnel profile create profile_name=three secret_file="$TMP/token"
profiles() { ctl A tunnel profile list; ctl A tunnel profile show profile_name="$1"; ctl A -j config save; }
equal "no secret of a profile is shown" "$(profiles one | grep -c s3cret)" 0
matches "but that it is set" "$(profiles one)" 'secret *:? *\(set\)'
check "profiles are saved" ctl A -q config save file=profiles.conf
equal "with their secrets elsewhere" "$(grep -c s3cret profiles.conf)" 0
equal "each in a line of its own, but who has a file" "$(grep -c 's3cret$' profiles.conf.secrets)" 2
cp profiles.conf.secrets before.secrets
check "and restored" ctl A -q config restore file=profiles.conf
ctl A -q config save file=profiles.conf
check "as they were" cmp profiles.conf.secrets before.secrets
check_fails "nothing is listed by a secret" ctl A tunnel list secret=first-s3cret
check_fails "nor over the API" ctl A -j tunnel list secret=first-s3cret
rm -f profiles.conf profiles.conf.secrets before.secrets

# a reload that needs a port which somebody else has
helper A /usr/bin/python3 -c 'import socket, time; s = socket.create_server(("127.0.0.1", 9465)); time.sleep(60)'
until_true 5 is_listening A 9465
echo "system modify max_tunnels=3 metrics_port=9465" >A.conf
check_fails "a port that is taken" ctl A system reload
matches "is told with its place" "$(ctl A system reload 2>&1)" 'A\.conf:1:42: .*9465'
token_is "and changes nothing" second-s3cret
equal "nothing else either" "$(status_field A max_tunnels)" 0
