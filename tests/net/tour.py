#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""README's tours: their commands, cut out of the text, on an empty machine, or on two.

The machine is a network namespace with an address, a file system whose /etc and /run are its own, and the programs
where `make install` puts them.  What this machine has not (make, systemd, ssh to other hosts) are functions and
programs that do what theirs would; `l2tpctl watch` has a terminal, on which q is typed.
"""
import os
import re
import subprocess
import sys

import _management as m
from _management import BUILD, TMP, TOP, check

def texts(section):
    """Its blocks, as they stand there."""
    text = re.search(rf'^## {section}\n(.*?)^## ', m.read(f'{TOP}/README.md'), re.M | re.S)
    return re.findall(r'^```\n(.*?)^```', text[1] if text else '', re.M | re.S)


def blocks(section):
    """Its commands: of each block the lines."""
    return [re.sub(r'\\\n *', ' ', block).splitlines() for block in texts(section)]


def commands():
    """The tour's commands, a line each."""
    return [line for block in blocks('A tour of the management') for line in block]


def run_all(lines, before=''):
    """(command, exit status, output) of each, until the shell ended."""
    script = m.read(f'{TOP}/tests/net/_machine.sh') + before
    for number, line in enumerate(lines):
        command = line.replace('l2tpctl watch', 'watch_a_while')
        # watch leaves no line end behind
        script += f'echo "@@begin {number}"\n{command}\nstatus=$?\necho\necho "@@end $status"\n'
    script += 'kill %1; wait %1; echo "@@stopped $?"\n'
    m.write('tour.sh', script)
    m.write('ssh', '#!/bin/sh\n[ "$1 $2" = "-T --" ] && exec /bin/sh -c "$4"\n', 0o755)
    done = subprocess.run(['unshare', '-mn', 'bash', f'{TMP}/tour.sh'], capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL, timeout=120, cwd=TMP,
                          env={**os.environ, 'TMP': TMP, 'BUILD': BUILD, 'TERM': 'vt100'})
    parts = re.findall(r'^@@begin (\d+)\n(.*?)^@@end (\d+)$', done.stdout, re.M | re.S)
    check('the daemon ends well', '@@stopped 0' in done.stdout, done.stderr[-500:])
    return [(lines[int(n)], int(status), output) for n, output, status in parts], done.stderr


def test_tour():
    lines = commands()
    check('README has a tour', len(lines) > 15, lines)
    results, errors = run_all(lines)
    check('all of it is run', len(results) == len(lines), (len(results), errors[-1000:]))
    for line, status, output in results:
        check(re.sub(r':', ';', re.sub(r' {2,}#.*', '', line)), status == 0, f'status {status}, {output[-300:]!r}')
    output = '\n'.join(result[2] for result in results)
    shown = {line: text for line, _, text in results}
    check('it begins with nothing', re.search(r'0 tunnels, 0 sessions', output), output[:500])
    check('it comes to a tunnel with a session', re.search(r'1 tunnel \(1 up\), 1 session \(1 up\)', output), output)
    check('that is watched', re.search(r'l2tpd: 1 sessions, receiving', output), output[-2000:])
    check('saved, changed in the file, and reloaded',
          re.search(r'^1 +11 .* office +1350 ', shown['l2tpctl session list'], re.M), shown['l2tpctl session list'])
    check('captured', os.path.getsize(f'{TMP}/lan.pcapng') > 0)
    check('explained', re.search(r'ttl +64 +tunnel profile branch', output), shown)
    for line in errors.splitlines():
        if 'l2tpctl: ' in line:
            check('no command complains', False, line)


OTHER = r"""
make install PREFIX=/usr
[ -z "$A_CONF" ] || echo "$A_CONF" >/etc/l2tpd.conf
[ -z "$A_PASSWORD" ] || (umask 077; echo "$A_PASSWORD" >/etc/l2tpd.password)
systemctl enable --now l2tpd
export -f systemctl
unshare -mn sleep 60 & other=$!
until [ "$(readlink /proc/$other/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.05; done
ip link set far netns $other
on_B() { nsenter -t $other -m -n bash -c "$1"; }
on_B 'mount -t tmpfs tmpfs /run; cp -a /etc /run/etc; mount --bind /run/etc /etc; ip link set lo up
    ip addr add 192.0.2.2/24 dev far; ip link set far up
    [ -z "$B_CONF" ] || echo "$B_CONF" >/etc/l2tpd.conf
    [ -z "$B_SECRETS" ] || (umask 077; mkdir -p /etc/ppp; echo "$B_SECRETS" >/etc/ppp/chap-secrets)
    systemctl enable --now l2tpd; jobs -p >$TMP/B.pid'
on_B "$ON_B"; echo "@@B $?"
settled() { for _ in {1..200}; do l2tpctl status | grep -q "$1" && break; sleep 0.05; done; }
trap 'kill $other $(cat $TMP/B.pid)' EXIT
"""


def run_two(lines, files, hide):
    """All of these commands succeed, on two hosts with these files; hide is no part of their names.
    ((command, exit status, output) of each, all output, complaints)"""
    os.environ.update(files)
    results, errors = run_all(lines, OTHER)
    for name in files:
        del os.environ[name]
    check('all of it is run', len(results) == len(lines), (len(results), errors[-1000:]))
    for line, status, output in results:
        check(re.sub(hide, '', line), status == 0, f'status {status}, {output[-300:]!r}')
    return results, '\n'.join(result[2] for result in results), errors


def test_two_hosts():
    parts = texts('Five minutes, two hosts')
    check('README has two hosts', len(parts) == 8, parts)
    files = {'A_CONF': parts[1], 'B_CONF': parts[2], 'ON_B': 'ip address add 10.9.0.2/24 dev office'}
    lines = [line for line in ''.join(parts[3:6]).splitlines() if 'enable --now' not in line]    # it runs already
    lines = [line.replace('ping ', 'ping -c 3 ') for line in lines]
    mtu = "ip -j link show dev office | jq '.[0].mtu'"
    changed = next(number for number, line in enumerate(lines) if 'mtu=1400' in line)
    lines[changed:] = [mtu, lines[changed], mtu, *lines[changed + 1:], 'settled "1 session (1 up)"', mtu]
    results, output, errors = run_two(lines, files, ' {2,}#.*')
    check('the other host answers', ' 0% packet loss' in output, output)
    before, modified, reloaded = [int(text) for line, _, text in results if line == mtu]
    check('the MTU was changed', modified == 1400 != before, (before, modified))
    check('and at a reload the file wins', reloaded == before, (before, reloaded))
    check('no command complains', 'l2tpctl: ' not in errors, errors)


def test_managed():
    on_b, on_a = blocks('A managed tunnel')
    lines = [line.replace('l2tpctl status', 'settled "1 session (1 up)"; l2tpctl status') for line in on_a]
    _, output, errors = run_two(lines, {'ON_B': '\n'.join(on_b)}, '.*; ')
    check('a tunnel and a call are up', '1 tunnel (1 up), 1 session (1 up)' in output, output)
    check('with who is at the other end', re.search(r'^a +\S+ \(192\.0\.2\.2\) +admin +up ', output, re.M), output)
    check('what was said', re.search(r'^ +sent +[4-9]$', output, re.M), output)
    check('and what the call is', re.search(r'^ +role +LAC Incoming Call$', output, re.M), output)
    check('no command complains', 'l2tpctl: ' not in errors, errors)


def test_server():
    parts = texts('A server and its clients')
    check('README has a server and a client', len(parts) == 8, parts)
    files = dict(zip(('B_CONF', 'B_SECRETS', 'A_CONF', 'A_PASSWORD'), parts))
    check('of ten lines each', all(len(text.splitlines()) <= 10 for text in files.values()), files)
    lines = [f'settled "1 session (1 up)"; {line}' for line in parts[5].splitlines()]
    lines += [f"on_B '{line}'" for line in parts[6].splitlines()]
    results, output, _ = run_two(lines, {**files, 'ON_B': 'true'}, '.*; ')
    check('the server is reached through the session', ' 0% packet loss' in output, output)
    check('and knows who it is', 'alice' in results[-1][2] if results else False, output)


def exchanged(text, *pairs):
    for one, other in pairs:
        text = text.replace(one, '@@').replace(other, one).replace('@@', other)
    return text


def test_kernel_api():
    """The shell that l2tprun is asked for has its commands typed into it; here each has one of its own."""
    shell, *typed = blocks('Programs that speak to the kernel')[0]
    looks = blocks('Programs that speak to the kernel')[1]
    check('README has a shell', shell == 'l2tprun sh' and looks[-2] == 'exit', (shell, looks))
    there = exchanged('; '.join(typed), ('192.0.2.1', '192.0.2.2'), ('10.42.1.1', '10.42.1.2'))
    lines = [f"l2tprun sh -c '{line}'" for line in typed + looks[:-2]] + looks[-1:]
    results, output, _ = run_two([line.replace('ping ', 'ping -c 3 ') for line in lines], {
        'ON_B': f"l2tprun sh -ec '{there}'", 'MODPROBE_OPTIONS': f'-C {TOP}/dist/modprobe.conf'}, '^$')
    check('the other host answers', ' 0% packet loss' in output, output)
    check('programs see the session', 'Session 1 in tunnel 1' in output, output)
    check('so does l2tpctl', re.search(r'^1 .* kernel-1 .* l2tpeth0 ', results[-1][2], re.M), results[-1][2])


if os.geteuid() != 0:
    print('skip all: needs root')
    sys.exit()
m.main(globals())
