#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A configuration of 1,000 tunnels with 100 sessions each, in the null datapath: a reload with one change takes
less than a second, and touches one session; saving, restoring and checking of that size, with their progress."""
import json
import os

from _management import TMP, Daemon, Terminal, check, ctl, equal, main, read, until

TUNNELS, SESSIONS = 1000, 100
RELOAD_S = 1.0


def configuration(words=''):
    """words: of one of the sessions"""
    lines = []
    for t in range(1, TUNNELS + 1):
        lines.append(f'tunnel create tunnel_name=t{t} version=3 src_ipaddr=192.0.2.1 dest_ipaddr=10.0.{t // 250}.'
                     f'{t % 250 + 1} tunnel_id={t} peer_tunnel_id={t}')
        for s in range(1, SESSIONS + 1):
            n = (t - 1) * SESSIONS + s
            lines.append(f'session create tunnel_name=t{t} session_name=s{s} session_id={n} peer_session_id={n} '
                         f'cookie=0011223344556677 peer_cookie=8899aabbccddeeff {words if n == 54321 else ""}')
    return '\n'.join(lines) + '\n'


def cpu_s(pid):
    """What the daemon has used so far: on a busy machine the time that passes says little."""
    with open(f'/proc/{pid}/stat', encoding='utf-8') as f:
        fields = f.read().rpartition(')')[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


def mtu(session):
    shown = ctl('-j', 'session', 'show', 'tunnel_name=t544', f'session_id={session}')[1]
    return json.loads(shown)['config'].get('mtu')


def test_size():
    daemon = Daemon(configuration())
    check('a daemon with 100,000 sessions', until(lambda: 'ready' in daemon.log(), 60), daemon.log())
    memory = daemon.rss_kib()
    daemon.write(configuration('mtu=1300'))
    before = cpu_s(daemon.pid)
    equal('a reload with one change', ctl('system', 'reload')[0], 0)
    took = cpu_s(daemon.pid) - before
    check('takes less than a second', took < RELOAD_S, f'{took} s')
    equal('the change is there', (mtu(54321), mtu(54322)), ('1300', 'auto'))
    check('and takes no memory', daemon.rss_kib() < memory * 1.1, f'{memory} -> {daemon.rss_kib()} KiB')
    check('of which the start left none behind', memory < daemon.rss_kib() * 1.3,
          f'{memory} -> {daemon.rss_kib()} KiB')

    saved = os.path.join(TMP, 'saved.conf')
    equal('all of it is saved', ctl('config', 'save', f'file={saved}')[0], 0)
    lines = read(saved).splitlines()
    equal('one line for each', sum(line.startswith(('tunnel ', 'session ')) for line in lines),
          TUNNELS * (SESSIONS + 1))
    before = cpu_s(daemon.pid)
    equal('and restored', ctl('config', 'restore', f'file={saved}')[0], 0)
    took = cpu_s(daemon.pid) - before
    check('nearly as fast', took < 2 * RELOAD_S, f'{took} s')
    equal('the same', mtu(54321), '1300')

    screen = Terminal('config', 'check', f'file={saved}')
    check('who looks sees how far it is', screen.expect('checking', 20), screen.all)
    check('and the end', screen.expect('100000 sessions, no mistakes', 20), screen.all)
    equal('which is well', screen.end(), 0)


main(globals())
