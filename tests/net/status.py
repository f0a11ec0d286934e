#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""l2tpctl status: what is up, since when, who, how much, what is not well and why."""
import json
import os
import signal

import _management as m
from _management import check, ctl, equal, matches

GOOD = 'tunnel create tunnel_name=lon version=3 dest_ipaddr=192.0.2.2 tunnel_id=1 peer_tunnel_id=2\n' \
       'session create tunnel_name=lon session_name=office session_id=5 peer_session_id=6\n' \
       'session create tunnel_name=lon session_name=lab session_id=6 peer_session_id=7\n'
BAD = 'tunnel create tunnel_name=par version=3 dest_ipaddr=nobody.invalid tunnel_id=2 peer_tunnel_id=2 ' \
      'our_udp_port=1800\nsession create tunnel_name=par session_id=5 peer_session_id=6\n'


def test_empty():
    daemon = m.Daemon()
    status, out, _ = ctl('status')
    equal('an empty daemon: status', status, 0)
    matches('an empty daemon: in a line', out, r'^l2tpd [0-9.]+, running for \d+ s: 0 tunnels, 0 sessions$')
    matches('and what to do', out, r'There are no tunnels yet: `l2tpctl tunnel create`')
    daemon.end()


def test_well():
    daemon = m.Daemon(GOOD)
    out = ctl('status')[1]
    matches('how much is up', out, r': 1 tunnel \(1 up\), 2 sessions \(2 up\)$')
    matches('who, from where, since when, how much', out, r'^lon +192\.0\.2\.2 +file +up +\d+ s +2 +0 B +0 B$')
    check('no trouble, no line about it', 'failed' not in out and 'down' not in out and 'Reason' not in out, out)
    equal('the same as the system\'s verb', ctl('system', 'status')[1].splitlines()[1:], out.splitlines()[1:])
    daemon.end()


def test_not_well():
    daemon = m.Daemon(GOOD + BAD)
    check('what failed', m.until(lambda: 'What failed last' in ctl('status')[1]), ctl('status')[1])
    out = ctl('status')[1]
    matches('not all is up', out, r': 2 tunnels \(1 up, 1 resolving\), 3 sessions \(2 up, 1 down\)$')
    check('what is not up comes first', out.index('\npar ') < out.index('\nlon '), out)
    matches('and why', out, r'^par +nobody\.invalid +file +resolving +- +1 .*nobody\.invalid: ')
    matches('when', out, r'^  \d+ s ago: tunnel par: nobody\.invalid: ')
    check('its sessions are not told one by one', 'Sessions that are not up' not in out, out)
    m.write('socket.conf', GOOD + 'frob\n')
    os.kill(daemon.pid, signal.SIGHUP)
    check('a configuration that was refused', m.until(lambda: 'configuration was refused' in ctl('status')[1]))
    matches('and its mistake', ctl('status')[1], r'refused .* ago, and what ran before runs on: .*:4:1: ')
    answer = json.loads(ctl('-j', 'status')[1])
    equal('in JSON', [t['config']['tunnel_name'] for t in answer['tunnels']], ['lon', 'par'])
    check('with its failures', {'resolve', 'configuration'} == {f['kind'] for f in answer['failures']}, answer)
    equal('and states', (answer['state']['tunnels_up'], answer['state']['sessions_down']), (1, 1))
    daemon.end()


def test_many():
    tunnels = '\n'.join(f'tunnel create tunnel_name=t{i} version=3 dest_ipaddr=192.0.2.2 tunnel_id={i} '
                        f'peer_tunnel_id=1 our_udp_port={2000 + i}' for i in range(1, 101))
    daemon = m.Daemon(tunnels + '\n' + BAD.replace('tunnel_id=2 ', 'tunnel_id=999 '))
    m.until(lambda: 'resolving  -' in ctl('status')[1])
    lines = [line for line in ctl('status')[1].splitlines() if line.startswith(('t', 'par '))]
    equal('twenty of many', len(lines), 20)
    check('that one first', lines[0].startswith('par '), lines[0])
    matches('and that there are more', ctl('status')[1], r'^\.\.\. and 81 more: `l2tpctl status all`')
    lines = [line for line in ctl('status', 'all')[1].splitlines() if line.startswith(('t', 'par '))]
    equal('all of them', len(lines), 101)
    daemon.end()


m.main(globals())
