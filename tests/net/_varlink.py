# SPDX-License-Identifier: MIT
"""Raw clients of the API."""
import json
import socket

from _management import SOCKET


def message(method, more=False, **parameters):
    method = method if '.' in method else f'org.l2tpd.{method}'
    return {'method': method, 'parameters': parameters, **({'more': True} if more else {})}


def octets(data):
    """As they are sent."""
    return data if isinstance(data, bytes) else json.dumps(data).encode() + b'\0'


class Client:
    """One connection."""

    def __init__(self, path=SOCKET):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(30)
        self.socket.connect(path)
        self.buffer = b''

    def send(self, data):
        """A message, or octets that need be none."""
        self.socket.sendall(octets(data))

    def receive(self):
        """The next message; None at the end of the stream."""
        while b'\0' not in self.buffer:
            try:
                data = self.socket.recv(65536)
            except ConnectionResetError:
                return None
            if not data:
                return None
            self.buffer += data
        text, self.buffer = self.buffer.split(b'\0', 1)
        return json.loads(text)

    def call(self, method, more=False, **parameters):
        """The first reply."""
        self.send(message(method, more, **parameters))
        return self.receive()

    def all(self, method, member, **parameters):
        """The objects of a list."""
        reply, objects = self.call(method, True, **parameters), []
        while True:
            objects += reply['parameters'][member]
            if not reply.get('continues'):
                return objects
            reply = self.receive()

    def cut_off(self):
        """Did the daemon close the connection?"""
        return self.receive() is None


class Events(Client):
    """A subscriber."""

    def __init__(self, peers=False, **parameters):
        super().__init__()
        self.peers = peers          # else they are passed over: every first tunnel would have one more event
        self.first = self.call('Events', True, **parameters)
        self.waiting = []
        self.next = None
        self.error = None

    def event(self):
        """The next event; None when the stream is over."""
        while not self.waiting:
            reply = self.receive()
            if reply is None or 'error' in reply:
                self.error = reply
                return None
            self.waiting = reply['parameters']['events']
            self.next = reply['parameters']['next']
        event = self.waiting.pop(0)
        return event if self.peers or not event['kind'].startswith('peer_') else self.event()

    def kinds(self, count):
        """So many events: "tunnel_up:t" ..."""
        told = []
        for _ in range(count):
            event = self.event()
            told.append('end' if event is None else ':'.join(
                filter(None, [event['kind'], event.get('tunnel_name'), event.get('session_name')])))
        return told
