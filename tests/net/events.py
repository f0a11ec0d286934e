#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The stream of events: order, contents, filters, where it begins; readers who are slow or read nothing."""
import os
import time

import _management as m
from _management import TUNNEL, Daemon, check, ctl, equal, must, session
from _varlink import Client, Events


def test_order():
    daemon = Daemon()
    events = Events()
    equal('the first reply says that events are being told', events.first,
          {'parameters': {'events': [], 'next': 1}, 'continues': True})
    before_ms = time.time() * 1000
    must(*TUNNEL.split())
    must(*session(1).split())
    equal('created and up', events.kinds(4),
          ['tunnel_created:t', 'tunnel_up:t', 'session_created:t:s1', 'session_up:t:s1'])
    must('session', 'modify', 'tunnel_name=t', 'session_name=s1', 'mtu=1400')
    event = events.event()
    equal('an event says what changed', {**event, 'time_ms': 0},
          {'number': 6, 'time_ms': 0, 'kind': 'session_modified', 'origin': 'admin', 'tunnel_name': 't',
           'tunnel_id': 1, 'session_name': 's1', 'session_id': 1, 'interface_name': 'l2tpeth0',
           'peer': '192.0.2.2', 'changed': ['mtu']})
    check('and when', before_ms - 10 <= event['time_ms'] <= time.time() * 1000 + 10, event)
    must('tunnel', 'delete', 'tunnel_name=t')
    equal('down and deleted', events.kinds(4),
          ['session_down:t:s1', 'session_deleted:t:s1', 'tunnel_down:t', 'tunnel_deleted:t'])

    again = Events(**{'from': 4})
    equal('a stream can be taken up again', again.kinds(2), ['session_created:t:s1', 'session_up:t:s1'])
    filtered = Events(kinds=['session_down', 'tunnel_deleted'], **{'from': 1})
    equal('some kinds only', filtered.kinds(2), ['session_down:t:s1', 'tunnel_deleted:t'])
    peers = Events(peers=True, kinds=['peer_added', 'peer_removed'], **{'from': 1})
    equal('peers come and go', [(e['kind'], e['peer']) for e in (peers.event(), peers.event())],
          [('peer_added', '192.0.2.2'), ('peer_removed', '192.0.2.2')])
    filtered = Events(session_name='s1', **{'from': 1})
    equal('one session only', filtered.kinds(2), ['session_created:t:s1', 'session_up:t:s1'])
    equal('the filtered stream goes on', filtered.kinds(1), ['session_modified:t:s1'])

    for what, parameters in ('kind', {'kinds': ['nonsense']}), ('list of kinds', {'kinds': 'tunnel_up'}), \
            ('number', {'from': -1}), ('name', {'tunnel_name': 7}):
        reply = Client().call('Events', True, **parameters)
        check(f'a wrong {what} is refused', 'InvalidParameter' in str(reply.get('error')), reply)
    check('without `more` it is refused', 'ExpectedMore' in str(Client().call('Events')), '')
    daemon.end()


def test_configuration():
    daemon = Daemon(f'{TUNNEL}\n{session(1)}\n')
    equal('what the configuration made', Events(**{'from': 1}).kinds(4),
          ['tunnel_created:t', 'tunnel_up:t', 'session_created:t:s1', 'session_up:t:s1'])
    events = Events()
    daemon.reload(f'{TUNNEL}\n{session(2)}\n')
    equal('a reload', events.kinds(5), ['session_down:t:s1', 'session_deleted:t:s1', 'session_created:t:s2',
                                        'session_up:t:s2', 'config_changed'])
    daemon.reload('nonsense\n')
    event = events.event()
    equal('a configuration that is refused', event['kind'], 'config_refused')
    check('the event says why', f'{daemon.config}:1:1: ' in event['reason'], event)
    must('system', 'modify', 'max_tunnels=1')
    equal('the system was modified', events.event()['changed'], ['max_tunnels'])
    check('a limit refuses', ctl(*TUNNEL.replace('=t ', '=u ').replace('id=1', 'id=2').split())[0] == 1, '')
    event = events.event()
    equal('a limit was hit', event['kind'], 'limit_hit')
    check('the event says which', event['reason'].startswith('max_tunnels: 1 exist'), event)
    daemon.end()


def l2tp(*words):
    """`ip l2tp` under l2tprun."""
    m.run(os.path.join(m.BUILD, 'src/l2tprun/l2tprun'), '-f', '-s', os.path.join(m.TMP, 'kernel'), 'ip', 'l2tp', *words)


def test_kernel():
    """By the kernel's names: for those who ask for them, and while somebody does."""
    daemon = Daemon(options=('--kernel-socket', os.path.join(m.TMP, 'kernel')))
    add = ('add', 'tunnel', 'tunnel_id', '7', 'peer_tunnel_id', '8', 'encap', 'udp', 'local', '127.0.0.1', 'remote',
           '127.0.0.1', 'udp_sport', '17007', 'udp_dport', '17008')
    all_kinds = Events()
    l2tp(*add)
    l2tp('del', 'tunnel', 'tunnel_id', '7')
    equal('nobody listens: there are none', [k.split(':')[0] for k in all_kinds.kinds(4)],
          ['tunnel_created', 'tunnel_up', 'tunnel_down', 'tunnel_deleted'])
    kernel = Events(kinds=['register_tunnel', 'register_session', 'delete_session', 'free_tunnel'])
    l2tp(*add)
    l2tp('add', 'session', 'tunnel_id', '7', 'session_id', '70', 'peer_session_id', '80')
    l2tp('del', 'tunnel', 'tunnel_id', '7')
    told = [{k: v for k, v in kernel.event().items() if k not in ('number', 'time_ms')} for _ in range(4)]
    equal('what the kernel tells', told, [
        {'kind': 'register_tunnel', 'origin': 'kernel', 'tunnel_name': 'kernel-7', 'name': 'tunl 7', 'tid': 7,
         'ptid': 8, 'version': 3, 'encap': 0},
        {'kind': 'register_session', 'origin': 'kernel', 'tunnel_name': 'kernel-7', 'name': 'sess 7/70', 'tid': 7,
         'ptid': 8, 'sid': 70, 'psid': 80, 'pwtype': 5},
        {'kind': 'delete_session', 'origin': 'kernel', 'name': 'sess 7/70'},
        {'kind': 'free_tunnel', 'origin': 'kernel', 'name': 'tunl 7'}])
    check('others are not bothered', not any(k.startswith('register') for k in all_kinds.kinds(8)))
    kernel.socket.close()
    after = Events(peers=True)
    l2tp(*add)
    l2tp('del', 'tunnel', 'tunnel_id', '7')
    numbers = [after.event()['number'] for _ in range(6)]
    equal('nobody listens any more: no numbers are missing', numbers, list(range(numbers[0], numbers[0] + 6)))
    daemon.end()


def test_slow():
    daemon = Daemon()
    slow, silent = Events(), Events()
    fast = Events()
    must(*TUNNEL.split())
    for number in range(1, 300):        # warm: the ring's pages are touched, and l2tpd has all the memory it needs
        must('-q', 'tunnel', 'modify', 'tunnel_name=t', f'ttl={1 + number % 200}')
    equal('who reads gets all', len(fast.kinds(301)), 301)
    before = daemon.rss_kib()
    client = Client()
    for number in range(20000):         # more than there is room for
        reply = client.call('TunnelModify', config={'tunnel_name': 't', 'ttl': str(1 + number % 200)})
        assert 'error' not in reply, reply
    name = 'readers who do not read cost little'
    with open(m.L2TPD, 'rb') as program:
        if b'__asan_init' in program.read():
            print(f'skip {name}: sanitisers keep what was freed')
        else:
            check(name, daemon.rss_kib() - before < 12 * 1024, f'{daemon.rss_kib() - before} KiB')
    told = 0
    while slow.event():
        told += 1
    check('a slow reader gets what was sent to it, and then an error',
          told > 20 and slow.error and 'events were lost' in str(slow.error), (told, slow.error))
    check('it is in the log', daemon.logged('reads events too slowly'), daemon.log())
    check('one who reads nothing is cut off', daemon.logged('cut off: it does not read its replies', 15), daemon.log())
    del silent
    equal('and who comes anew is told what happens next', Events().first['parameters']['next'], 20303)
    check('what is no longer there is refused', 'no longer there' in str(Client().call('Events', True, **{'from': 5})),
          '')
    daemon.end()


def test_suppressed():
    daemon = Daemon(TUNNEL)
    events = Events()
    daemon.reload(TUNNEL + '\n' + '\n'.join(session(number) for number in range(1, 3001)))
    kinds = events.kinds(4096)
    equal('many at once are told up to a limit', [kinds[0], kinds[1], kinds[4095]],
          ['session_created:t:s1', 'session_up:t:s1', 'suppressed'])
    events = Events(**{'from': 3 + 4096})
    equal('how many were not is told', events.event()['count'], 6000 - 4095)
    equal('the next call is told again', events.kinds(1), ['config_changed'])
    daemon.end()


m.main(globals())
