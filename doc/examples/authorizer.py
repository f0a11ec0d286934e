#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""An authorizer for l2tpd: decides by a file which tunnels and sessions may be, and with which parameters.

    authorizer.py FILE [SOCKET]

FILE is JSON. What is not in it is refused; the parameters that it gives take precedence over all others. They are
written as l2tpd's API has them (varlink(7); TunnelConfig and SessionConfig in the interface description):

    { "tunnels": { "lon": { "fwmark": 7 } },
      "sessions": { "lon/office": { "mtu": "1400" } } }

The file is read for each question, so that a change of it holds at once. Only one authorizer can be registered. When
it ends, or is silent, l2tpd does as `system modify authorizer_absent=` and `authorizer_silent=` say.
"""
import json
import socket
import sys


class Connection:
    """Varlink: JSON objects over a Unix socket, each ended by a NUL."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.received = b''

    def send(self, method, more=False, **parameters):
        call = {'method': f'org.l2tpd.{method}', 'parameters': parameters, 'more': more}
        self.socket.sendall(json.dumps(call).encode() + b'\0')

    def receive(self):
        while b'\0' not in self.received:
            data = self.socket.recv(65536)
            if not data:
                sys.exit('l2tpd has closed the connection')
            self.received += data
        message, self.received = self.received.split(b'\0', 1)
        reply = json.loads(message)
        if 'error' in reply:
            raise RuntimeError(reply['parameters'].get('message', reply['error']))
        return reply['parameters']


def decide(path, question):
    """The answer to a question: parameters of AuthorizerAnswer."""
    with open(path, encoding='utf-8') as file:
        policy = json.load(file)
    name = question['tunnel']['config']['tunnel_name']
    kind = 'session' if 'session' in question else 'tunnel'
    if kind == 'session':
        name += '/' + question['session']['config'].get('session_name', '')
    allowed = policy.get(f'{kind}s', {})
    if name not in allowed:
        return {'accept': False, 'reason': f'{kind} {name} is not in the list'}
    return {'accept': True, kind: allowed[name]}


def main():
    path = sys.argv[1]
    address = sys.argv[2] if len(sys.argv) > 2 else '/run/l2tpd/l2tpd.socket'
    questions = Connection(address)
    questions.send('AuthorizerRegister', more=True, tunnels=True, sessions=True)
    while True:
        asked = questions.receive()['questions']
        answers = Connection(address)       # not kept: l2tpd closes those on which nothing is said for long
        for question in asked:
            answer = decide(path, question)
            answers.send('AuthorizerAnswer', id=question['id'], **answer)
            try:
                answers.receive()
            except RuntimeError as error:       # too late, say, or the tunnel is gone; the next one may be better
                print(f'authorizer: {error}', file=sys.stderr)


if __name__ == '__main__':
    try:
        main()
    except (RuntimeError, OSError, ValueError) as error:
        sys.exit(f'authorizer: {error}')
