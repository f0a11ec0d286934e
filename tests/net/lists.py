#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""l2tpctl's lists: filters, conditions, sorting, limits, as tables, names and JSON."""
import json

import _management as m
from _management import check, ctl, equal, matches


def configuration():
    for t, (name, peer, ttl) in enumerate([('b', '192.0.2.9', 5), ('a', '192.0.2.10', 9), ('c', '198.51.100.1', 10)]):
        yield f'tunnel create tunnel_name={name} version=3 dest_ipaddr={peer} tunnel_id={t + 1} peer_tunnel_id=1 ' \
              f'our_udp_port={2000 + t} ttl={ttl}'
        for s in range(t + 1):
            yield f'session create tunnel_name={name} session_name=s{t}{s} session_id={t * 10 + s + 1} ' \
                  f'peer_session_id=1 mtu={1000 + 100 * t + s}'


def names(*words):
    status, out, err = ctl(*words, 'names')
    return out.split() if status == 0 else (status, err)


def test_tunnels():
    daemon = m.Daemon('\n'.join(configuration()) + '\n')
    equal('by ids as they come', names('tunnel', 'list'), ['b', 'a', 'c'])
    equal('sorted by name', names('tunnel', 'list', 'sort=tunnel_name'), ['a', 'b', 'c'])
    equal('downwards', names('tunnel', 'list', 'sort=-tunnel_name'), ['c', 'b', 'a'])
    equal('numbers by size', names('tunnel', 'list', 'sort=-sessions'), ['c', 'a', 'b'])
    equal('addresses by theirs', names('tunnel', 'list', 'sort=dest_ipaddr'), ['b', 'a', 'c'])
    equal('equal ones in the order of ids', names('tunnel', 'list', 'sort=-encap'), ['b', 'a', 'c'])
    equal('a limit', names('tunnel', 'list', 'limit=2'), ['b', 'a'])
    equal('of sorted ones', names('tunnel', 'list', 'sort=-sessions', 'limit=1'), ['c'])
    equal('a filter', names('tunnel', 'list', 'ttl=9'), ['a'])
    equal('a condition', names('tunnel', 'list', 'sessions>1'), ['a', 'c'])
    equal('two of them', names('tunnel', 'list', 'sessions>1', 'tunnel_name!=c'), ['a'])
    equal('an address in a network', names('tunnel', 'list', 'dest_ipaddr=192.0.2.0/24'), ['b', 'a'])
    equal('part of a text', names('tunnel', 'list', 'dest_ipaddr~51.100'), ['c'])
    equal('none', names('tunnel', 'list', 'sessions>9'), [])
    status, out, _ = ctl('-j', 'tunnel', 'list', 'sort=-sessions', 'limit=2')
    equal('in JSON', (status, [t['config']['tunnel_name'] for t in json.loads(out)]), (0, ['c', 'a']))
    equal('an object a line', len(out.splitlines()), 4)
    lines = ctl('tunnel', 'list', 'sort=tunnel_name')[1].splitlines()
    equal('a table has its columns', lines[0].split(),
          ['TunId', 'PeerTId', 'Name', 'Peer', 'Local', 'Encap', 'Sessions', 'State', 'By'])
    equal('and is filled', lines[1].split()[:4], ['2', '1', 'a', '192.0.2.10'])
    status, _, err = ctl('tunnel', 'list', 'colour>5')
    equal('a column that is none: status', status, 2)
    matches('and which there are', err, r'colour.*tunnel_id')
    equal('a value that is none', ctl('tunnel', 'list', 'sessions>many')[0], 2)
    daemon.end()


def test_sessions():
    daemon = m.Daemon('\n'.join(configuration()) + '\n')
    equal('all', names('session', 'list'), ['s00', 's10', 's11', 's20', 's21', 's22'])
    equal('of a tunnel', names('session', 'list', 'tunnel_name=a'), ['s10', 's11'])
    equal('sorted and cut off', names('session', 'list', 'sort=-session_id', 'limit=2'), ['s22', 's21'])
    equal('of a tunnel that is none', ctl('session', 'list', 'tunnel_name=x')[0], 5)
    lines = ctl('session', 'list', 'tunnel_name=c', 'sort=-session_name')[1].splitlines()
    equal('a table of them', [line.split()[4] for line in lines], ['Name', 's22', 's21', 's20'])
    equal('a script reads on after a limit', ctl(stdin='session list limit=1 names\ntunnel list names\n')[1],
          's00\nb\na\nc\n')
    daemon.end()


def test_many():
    """More than one reply, more than is kept at a time."""
    sessions = '\n'.join(f'session create tunnel_name=t session_id={i} peer_session_id=1 '
                         f'session_name=n{i * 7919 % 5003}' for i in range(1, 5001))
    daemon = m.Daemon(m.TUNNEL + '\n' + sessions + '\n')
    got = json.loads(ctl('-j', 'session', 'list')[1])
    equal('5,000 in JSON', sorted(s['config']['session_id'] for s in got), list(range(1, 5001)))
    wanted = sorted((f'n{i * 7919 % 5003}' for i in range(1, 5001)))
    equal('sorted', names('session', 'list', 'sort=session_name'), wanted)
    equal('the first of them', names('session', 'list', 'sort=session_name', 'limit=7'), wanted[:7])
    equal('the last', names('session', 'list', 'sort=-session_name', 'limit=7'), wanted[::-1][:7])
    check('cut off early', len(ctl('session', 'list', 'limit=3')[1].splitlines()) == 4)
    daemon.end()


m.main(globals())
