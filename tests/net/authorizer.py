#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Authorizers: the two worked examples accept, change and refuse; others are silent, slow, wrong, or die."""
import json
import os
import signal
import subprocess
import time

import _management as m
from _management import BUILD, SOCKET, TMP, TOP, TUNNEL, Daemon, check, equal, must, session, until
from _varlink import Client, Events

OTHER = TUNNEL.replace('=t ', '=other ').replace('id=1', 'id=7').replace('id=2', 'id=8')
POLICY = os.path.join(TMP, 'policy')
EXAMPLES = {'Python': [os.path.join(TOP, 'doc/examples/authorizer.py')],
            'C': [os.path.join(BUILD, 'doc/examples/authorizer')]}


def show(kind, member, *words):
    """A member of an object's state, or configuration."""
    shown = json.loads(must('-j', kind, 'show', *words))
    return shown['state'].get(member, shown['config'].get(member))


def tunnel(member, name='t'):
    return show('tunnel', member, f'tunnel_name={name}')


def of_session(member, number=1):
    return show('session', member, 'tunnel_name=t', f'session_name=s{number}')


def registered(client=None, **kinds):
    """A client that is asked."""
    client = client or Client()
    reply = client.call('AuthorizerRegister', True, **(kinds or {'tunnels': True, 'sessions': True}))
    equal('it is registered', reply, {'parameters': {'questions': []}, 'continues': True})
    return client


def question(client):
    return client.receive()['parameters']['questions'][0]


class Example(subprocess.Popen):
    """One that does not outlive a test that fails."""

    def __exit__(self, *args):
        self.kill()
        return super().__exit__(*args)


def example_is_right(language, argv):
    with open(POLICY, 'w', encoding='utf-8') as f:
        json.dump({'tunnels': {'t': {'fwmark': 7}}, 'sessions': {'t/s1': {'mtu': '1234'}}}, f)
    daemon = Daemon()
    with open(os.path.join(TMP, 'example'), 'w+', encoding='utf-8') as output, \
            Example([*argv, POLICY, SOCKET], stderr=output) as example:
        check(f'{language}: the example registers', daemon.logged('is the authorizer of tunnels and sessions'),
              daemon.log())
        time.sleep(11)      # longer than a connection may be without a call
        events = Events()
        for command in TUNNEL, session(1), session(2), OTHER:
            must(*command.split())
        kinds = [events.event() for _ in range(10)]
        reasons = {e.get('session_name') or e['tunnel_name']: e['reason'] for e in kinds if 'reason' in e}
        equal(f'{language}: what is in the list is accepted',
              ([e['kind'] for e in kinds].count('tunnel_up'), tunnel('state'), of_session('state')), (1, 'up', 'up'))
        equal(f'{language}: with its parameters', (tunnel('fwmark'), of_session('mtu')), (7, 1234))
        equal(f'{language}: what is not is refused', (tunnel('state', 'other'), of_session('state', 2)),
              ('down', 'down'))
        equal(f'{language}: and the reason is told', (reasons.get('other'), reasons.get('s2')),
              ('refused by the authorizer: tunnel other is not in the list',
               'refused by the authorizer: session t/s2 is not in the list'))
        equal(f'{language}: it is shown, too', of_session('reason', 2), reasons.get('s2'))
        explained = must('tunnel', 'explain', 'tunnel_name=t')
        check(f'{language}: whose value it is can be explained',
              any('fwmark' in line and 'authorizer' in line for line in explained.splitlines()), explained)
        if language == 'Python':
            example.send_signal(signal.SIGSTOP)
            must('system', 'modify', 'authorizer_timeout=300')
            must(*session(3).split())
            check('silence is refusal', until(lambda: of_session('state', 3) == 'down'), of_session('state', 3))
            equal('and the reason says so', of_session('reason', 3),
                  'the authorizer did not answer within authorizer_timeout, which is 300 ms')
        example.kill()
        check(f'{language}: its end is noticed', daemon.logged('the authorizer has left'), daemon.log())
        output.seek(0)
        text = output.read()
        equal(f'{language}: it had nothing to complain of', text, '')
    must(*session(9).split())
    equal(f'{language}: without an authorizer nobody is asked', of_session('state', 9), 'up')
    daemon.end()


def test_examples():
    for language, argv in EXAMPLES.items():
        example_is_right(language, argv)


def test_answers():
    daemon = Daemon()
    asked, other = registered(), Client()
    refused = Client().call('AuthorizerRegister', True, tunnels=True)
    equal('there is one at a time', refused['parameters'].get('code'), 'exists')
    must(*TUNNEL.split())
    equal('a tunnel waits', tunnel('state'), 'authorizing')
    what = question(asked)
    equal('the question has the tunnel', (what['tunnel']['config']['tunnel_name'], 'session' in what), ('t', False))
    for name, parameters, code in [
            ('an answer to no question', {'id': what['id'] ^ 2, 'accept': True}, 'unknown'),
            ('a parameter that cannot change', {'id': what['id'], 'accept': True, 'tunnel': {'our_udp_port': 5}},
             'immutable'),
            ('a value that is none', {'id': what['id'], 'accept': True, 'tunnel': {'ttl': '300'}}, 'value'),
            ('parameters of a session', {'id': what['id'], 'accept': True, 'session': {'mtu': '1400'}}, 'value')]:
        reply = other.call('AuthorizerAnswer', **parameters)
        equal(f'{name} is refused', reply['parameters'].get('code'), code)
    equal('and the question stays open', tunnel('state'), 'authorizing')
    equal('an answer in time counts', other.call('AuthorizerAnswer', id=what['id'], accept=True), {'parameters': {}})
    equal('the tunnel is up', tunnel('state'), 'up')
    equal('a second answer is refused', other.call('AuthorizerAnswer', id=what['id'], accept=False)
          ['parameters'].get('code'), 'unknown')

    must(*session(1).split())
    what = question(asked)
    equal('a question about a session has both', (what['tunnel']['config']['tunnel_name'],
                                                  what['session']['config']['session_name']), ('t', 's1'))
    # an authorizer that makes something itself while it is asked
    other.call('SessionCreate', config={'tunnel_name': 't', 'session_name': 's2', 'session_id': 2,
                                        'peer_session_id': 2})
    other.call('AuthorizerAnswer', id=what['id'], accept=True, session={'interface_name': 'pw9'})
    equal('the session has what the answer says', (of_session('state'), of_session('interface_name')), ('up', 'pw9'))
    what = question(asked)
    daemon.reload(TUNNEL)
    equal('what a reload leaves alone stays', (of_session('state'), of_session('state', 2)), ('up', 'authorizing'))
    must('session', 'delete', 'tunnel_name=t', 'session_name=s2')
    equal('a question whose session is gone', other.call('AuthorizerAnswer', id=what['id'], accept=True)
          ['parameters'].get('code'), 'unknown')
    daemon.end()


def test_absence():
    daemon = Daemon(f'system modify authorizer_absent=refuse authorizer_timeout=60000\n{TUNNEL}\n{session(1)}\n')
    equal('absence may be refusal', (tunnel('state'), of_session('state')), ('down', 'down'))
    equal('with the reason', tunnel('reason'), 'there is no authorizer, and authorizer_absent is refuse')
    asked, other = registered(), Client()
    equal('one who comes is asked', tunnel('state'), 'authorizing')
    other.call('AuthorizerAnswer', id=question(asked)['id'], accept=True)
    equal('then about the sessions', of_session('state'), 'authorizing')
    question(asked)
    asked.socket.close()
    check('one who dies is silent', until(lambda: of_session('state') == 'down'), of_session('state'))
    must('system', 'modify', 'authorizer_silent=accept')
    asked = registered()
    question(asked)
    asked.socket.close()
    check('silence may be consent', until(lambda: of_session('state') == 'up'), of_session('state'))
    daemon.end()


def test_many():
    daemon = Daemon(TUNNEL)
    asked, other = registered(sessions=True), Client()
    sessions = 500
    daemon.reload('\n'.join([TUNNEL] + [session(number) for number in range(1, sessions + 1)]))
    answered = refused = 0
    begin = time.monotonic()
    while answered < sessions:
        for what in asked.receive()['parameters']['questions']:
            accept = what['session']['config']['session_id'] % 5 != 0
            reason = {} if accept else {'reason': 'every fifth'}
            other.call('AuthorizerAnswer', id=what['id'], accept=accept, **reason)
            answered += 1
            refused += not accept
    status = json.loads(must('-j', 'system', 'show'))['state']
    equal('many at once are all asked about', (status['sessions_up'], status['sessions_down'], refused),
          (sessions - sessions // 5, sessions // 5, sessions // 5))
    check('in little time', time.monotonic() - begin < 10, time.monotonic() - begin)
    must('system', 'modify', 'authorizer_timeout=300')
    daemon.reload('\n'.join([TUNNEL] + [session(number) for number in range(1001, 1301)]))
    check('one who falls silent holds up nobody for long', until(lambda: json.loads(
        must('-j', 'system', 'show'))['state']['sessions_down'] == 300, 5), must('system', 'show'))
    daemon.end()


m.main(globals())
