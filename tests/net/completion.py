#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# time-limit: 120
"""Completion: words, columns and the names of what exists, in bash too, and at once when there is much."""
import os
import signal
import time

import _management as m
from _management import L2TPCTL, SESSION, SOCKET, TUNNEL, check, equal, run


def complete(*words):
    return run(L2TPCTL, '--complete', '--', '-s', SOCKET, *words)[1].splitlines()


def test_names():
    daemon = m.Daemon(f'{TUNNEL}\n{SESSION}\n' + TUNNEL.replace('=t ', '="two words" ').replace('_id=1 ', '_id=3 ')
                      + ' our_udp_port=1800\n'
                      'session create tunnel_id=3 session_name=x session_id=1 peer_session_id=1\n')
    equal('tunnels', complete('tunnel', 'show', 'tunnel_name='), ['tunnel_name=t', 'tunnel_name="two words"'])
    equal('that begin so', complete('tunnel', 'show', 'tunnel_name=tw'), ['tunnel_name="two words"'])
    equal('by a short name of the parameter', complete('tun', 'del', 'tunnel_n=tw'), ['tunnel_name="two words"'])
    equal('sessions', complete('session', 'show', 'session_name='), ['session_name=s', 'session_name=x'])
    equal('of a tunnel', complete('session', 'show', 'tunnel_name=t', 'session_name='), ['session_name=s'])
    equal('of none', complete('session', 'show', 'tunnel_name=u', 'session_name='), [])
    equal('a tunnel for a new session', complete('session', 'create', 'tunnel_name=t'),
          ['tunnel_name=t', 'tunnel_name="two words"'])
    check('a new tunnel is not called as another',
          'tunnel_name=t' not in complete('tunnel', 'create', 'tunnel_name='))
    os.kill(daemon.pid, signal.SIGSTOP)
    started = time.monotonic()
    equal('a daemon that does not answer: none', complete('tunnel', 'show', 'tunnel_name='), [])
    check('and not after long', time.monotonic() - started < 0.5, time.monotonic() - started)
    os.kill(daemon.pid, signal.SIGCONT)
    daemon.end()
    equal('no daemon: none, and no message', run(L2TPCTL, '--complete', '--', '-s', SOCKET, 'tunnel', 'show',
                                                 'tunnel_name='), (0, '', ''))


def test_profiles():
    daemon = m.Daemon('tunnel profile create profile_name=branch ttl=5\ntunnel profile create profile_name=backup\n'
                      'session profile create profile_name=small mtu=1300\n')
    equal('words of two', complete('tunnel', 'profile', 'cre'), ['create'])
    equal('profiles', complete('tunnel', 'profile', 'show', 'profile_name='),
          ['profile_name=backup', 'profile_name=branch', 'profile_name=default'])
    equal('of another type', complete('session', 'profile', 'modify', 'profile_name=s'), ['profile_name=small'])
    equal('for a tunnel', complete('tunnel', 'create', 'profile_name=br'), ['profile_name=branch'])
    equal('for its sessions', complete('tunnel', 'create', 'session_profile_name=s'), ['session_profile_name=small'])
    check('a new one is not called as another', 'profile_name=branch' not in
          complete('tunnel', 'profile', 'create', 'profile_name='))
    equal('what is unset has no value', complete('tunnel', 'profile', 'unset', 'profile_name=branch', 'tt'), ['ttl'])
    equal('shortcuts', complete('explain', 'tun'), ['tunnel'])
    daemon.end()


def test_pools_and_servers():
    daemon = m.Daemon('pool create pool_name=subs range=192.0.2.0/25\n'
                      'pool create pool_name=guests range=192.0.2.128/25\n'
                      'radius create radius_name=main address=192.0.2.1 secret=x\n')
    equal('pools', complete('pool', 'show', 'pool_name='), ['pool_name=guests', 'pool_name=subs'])
    equal('for a profile', complete('ppp', 'profile', 'modify', 'ip_pool_name=s'), ['ip_pool_name=subs'])
    equal('servers', complete('radius', 'modify', 'radius_name='), ['radius_name=main'])
    equal('of a profile', complete('ppp', 'profile', 'modify', 'radius_servers=m'), ['radius_servers=main'])
    check('a new one is not called as another', 'pool_name=subs' not in complete('pool', 'create', 'pool_name='))
    equal('what is unset has no value', complete('pool', 'unset', 'pool_name=subs', 'dele'), ['delegate_length'])
    equal('words of a value', complete('ppp', 'profile', 'modify', 'mppe=r'), ['mppe=require'])
    daemon.end()


def test_lists():
    check('columns', 'sessions' in complete('tunnel', 'list', 'sess'), complete('tunnel', 'list', 'sess'))
    equal('sort', complete('tunnel', 'list', 'sor'), ['sort='])
    equal('by a column', complete('tunnel', 'list', 'sort=sess'), ['sort=sessions'])
    equal('downwards', complete('tunnel', 'list', 'sort=-sess'), ['sort=-sessions'])
    equal('once', complete('tunnel', 'list', 'sort=sessions', 'sor'), [])
    equal('values of words', complete('tunnel', 'create', 'encap='), ['encap=udp', 'encap=ip'])
    check('options', '--host' in complete('--ho'), complete('--ho'))
    equal('OpenL2TP\'s letters are none', [w for w in complete('--') if w == '--'], [])


def test_bash():
    daemon = m.Daemon(f'{TUNNEL}\n')

    def bash(line):
        return run('bash', '-c', f'''. {m.TOP}/dist/l2tpctl.bash; PATH={os.path.dirname(L2TPCTL)}:$PATH
            compopt() {{ echo "compopt $*"; }}; COMP_LINE="{line}"; COMP_POINT=${{#COMP_LINE}}
            _l2tpctl; printf '%s\\n' "${{COMPREPLY[@]}}"''')[1].splitlines()
    equal('a word', bash('l2tpctl tunnel crea'), ['create'])
    equal('a parameter has no blank behind it', bash('l2tpctl tunnel show tunnel_n'),
          ['compopt -o nospace', 'tunnel_name='])
    equal('a value is what stands behind the =', bash('l2tpctl tunnel create encap=u'), ['udp'])
    equal('a name', bash(f'l2tpctl -s {SOCKET} tunnel show tunnel_name='), ['t'])
    daemon.end()


def test_speed():
    """1,000 tunnels with 100 sessions each."""
    def configuration():
        for t in range(1, 1001):
            yield f'tunnel create tunnel_name=tunnel{t} version=3 dest_ipaddr=192.0.2.2 tunnel_id={t} ' \
                  f'peer_tunnel_id={t} our_udp_port={2000 + t}'
            for s in range(1, 101):
                yield f'session create tunnel_name=tunnel{t} session_name=s{t}-{s} session_id={s} peer_session_id={s}'
    daemon = m.Daemon('\n'.join(configuration()) + '\n')
    for what, words, count in (('objects', ['t'], 1), ('all tunnels', ['tunnel', 'show', 'tunnel_name='], 1000),
                               ('one tunnel', ['tunnel', 'show', 'tunnel_name=tunnel1000'], 1),
                               ('sessions of a tunnel', ['session', 'show', 'tunnel_name=tunnel500', 'session_name='],
                                100),
                               ('one session of 100,000', ['session', 'show', 'session_name=s1000-100'], 1)):
        best = 9
        for _ in range(5):
            started = time.monotonic()
            found = complete(*words)
            best = min(best, time.monotonic() - started)
        check(f'{what}: all that there are', len(found) == count, (len(found), found[:5]))
        check(f'{what}: in less than 100 ms', best < 0.1, f'{best * 1000:.0f} ms')
        print(f'  {what}: {best * 1000:.1f} ms')
    daemon.end()


m.main(globals())
