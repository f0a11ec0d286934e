#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""1,000 tunnels with 100 sessions each, all listed as JSON: for less than two seconds of a processor, and without
memory for it."""
import os
import resource
import subprocess

import _management as m
from _management import check, equal

TUNNELS, SESSIONS = 1000, 100
SECONDS_MAX = 2.0
GROWTH_MAX_KIB = 16 * 1024


def used(daemon):
    """Seconds of processors that the daemon and those we waited for have used: whoever else is here does not count."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    own = m.read(f'/proc/{daemon.pid}/stat').rpartition(')')[2].split()
    return children.ru_utime + children.ru_stime + (int(own[11]) + int(own[12])) / os.sysconf('SC_CLK_TCK')


def timed_list(daemon, *words):
    """Seconds that it took, and the file that has its output."""
    path = os.path.join(m.TMP, 'list')
    before = used(daemon)
    with open(path, 'wb') as out:
        subprocess.run([m.L2TPCTL, '-s', m.SOCKET, *words], check=True, stdout=out, timeout=60)
    return used(daemon) - before, path


def test_list():
    daemon = m.Daemon(m.many(TUNNELS, SESSIONS, named=True))
    before = daemon.rss_kib()
    seconds, path = timed_list(daemon, '-j', 'session', 'list')
    count = subprocess.run(['jq', 'length'], check=False, stdin=open(path, encoding='utf-8'), capture_output=True,
                           text=True).stdout.strip()
    equal('all sessions, in JSON', count, str(TUNNELS * SESSIONS))
    check(f'in less than {SECONDS_MAX} s ({seconds:.2f} s)', seconds < SECONDS_MAX, f'{seconds:.2f} s')
    check('the daemon did not grow by more than 16 MiB', daemon.rss_kib() - before < GROWTH_MAX_KIB,
          f'{daemon.rss_kib() - before} KiB')
    seconds, path = timed_list(daemon, '-j', 'tunnel', 'list')
    check(f'all tunnels, too ({seconds:.2f} s)', m.read(path).count('"peer_tunnel_id"') >= TUNNELS)
    seconds, path = timed_list(daemon, 'session', 'list', 'session_id>99')
    equal(f'those for which a condition holds ({seconds:.2f} s)', m.read(path).count('\n'), TUNNELS + 1)
    daemon.end()


m.main(globals())
