#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""README's tour of the management: its commands, cut out of the text, on an empty machine.

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

SECTION = '## A tour of the management'


def commands():
    """The tour's commands, a line each."""
    section = re.search(rf'^{SECTION}\n(.*?)^## ', m.read(f'{TOP}/README.md'), re.M | re.S)
    blocks = re.findall(r'^```\n(.*?)^```', section[1] if section else '', re.M | re.S)
    return [line for block in blocks for line in re.sub(r'\\\n *', ' ', block).splitlines()]


def run_all(lines):
    """(command, exit status, output) of each, until the shell ended."""
    script = m.read(f'{TOP}/tests/net/_machine.sh')
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


if os.geteuid() != 0:
    print('skip all: needs root')
    sys.exit()
m.main(globals())
