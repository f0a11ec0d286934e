#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A thousand clients at once: what the daemon has to do is not delayed, its memory is bounded, each has its turn."""
import os
import resource
import selectors
import signal
import time

import _management as m
from _management import check, equal
from _varlink import Client, message, octets

CLIENTS = 1000
TUNNELS, SESSIONS = 20, 20
MIB = 1 << 20


LIST = octets(message('SessionList', True))


class Storm:
    """Clients that list all sessions again and again, as fast as they are answered."""

    def __init__(self):
        self.selector = selectors.DefaultSelector()
        self.octets, self.lists = {}, {}
        for _ in range(CLIENTS):
            client = Client().socket
            client.sendall(LIST)
            client.setblocking(False)
            self.selector.register(client, selectors.EVENT_READ)
            self.octets[client] = self.lists[client] = 0

    def run(self, until):
        """Read what comes until this says so, or 20 s have passed."""
        end = time.monotonic() + 20
        while not until() and time.monotonic() < end:
            for key, _ in self.selector.select(0.01):
                self.read(key.fileobj)

    def read(self, client):
        data = client.recv(1 << 18)
        self.octets[client] += len(data)
        # the last reply of a list is the one that does not continue
        if data.endswith(b'}\0') and not data.endswith(b'"continues":true}\0'):
            self.lists[client] += 1
            client.sendall(LIST)

    def close(self):
        for client in self.lists:
            client.close()


def reload_ms(daemon, storm, ttl):
    """How long it took from SIGHUP to the line in the log, while the storm goes on."""
    daemon.write(m.many(TUNNELS, SESSIONS, f'ttl={ttl}'))
    loaded = daemon.log().count(' loaded')
    started = time.monotonic()
    os.kill(daemon.pid, signal.SIGHUP)
    storm.run(lambda: daemon.log().count(' loaded') > loaded)
    return (time.monotonic() - started) * 1000


def test_storm():
    daemon = m.Daemon(m.many(TUNNELS, SESSIONS, 'ttl=7'))
    before = daemon.rss_kib()
    storm = Storm()
    storm.run(lambda: sum(storm.lists.values()) > CLIENTS)
    took = sorted(reload_ms(daemon, storm, ttl) for ttl in range(8, 15))
    check(f'a signal is acted on at once ({took[3]:.0f} ms, at worst {took[-1]:.0f} ms)', took[3] < 100, took)
    other = Client()
    started = time.monotonic()
    other.send(message('Status'))
    storm.run(lambda: select_readable(other.socket))
    seconds = time.monotonic() - started
    check(f'who comes later is served in its turn ({seconds:.1f} s)', select_readable(other.socket) and seconds < 15,
          seconds)
    storm.run(lambda: min(storm.lists.values()) > 0)
    check('every client has had its turn', min(storm.lists.values()) > 0, list(storm.lists.values()).count(0))
    grown = daemon.rss_kib() - before
    check(f'in bounded memory ({grown} KiB)', grown < 64 * 1024, grown)
    equal('nobody was cut off', 'cut off' in daemon.log(), False)
    storm.close()
    daemon.end()


def select_readable(client):
    with selectors.DefaultSelector() as selector:
        selector.register(client, selectors.EVENT_READ)
        return bool(selector.select(0))


def test_half_messages():
    daemon = m.Daemon(m.TUNNEL + '\n')
    before = daemon.rss_kib()
    clients = []
    for _ in range(200):
        client = Client().socket
        client.setblocking(False)
        clients.append(client)
        try:
            client.send(b'{"method":"' + b'x' * (200 << 10))
        except (BlockingIOError, BrokenPipeError, ConnectionResetError):
            pass
    for _ in range(20):     # the kernel takes no more than so much at once
        for client in clients:
            try:
                client.send(b'x' * 65536)
            except (BlockingIOError, BrokenPipeError, ConnectionResetError):
                pass
        time.sleep(0.02)
    check('two hundred long messages without end: some are cut off', m.until(
        lambda: 'all clients together sent more than 16 MiB' in daemon.log() or 'longer than' in daemon.log()))
    check('the daemon did not keep them', daemon.rss_kib() - before < 40 * 1024, daemon.rss_kib() - before)
    answer = Client().call('TunnelShow', config={'tunnel_id': 1})
    equal('others are served', answer['parameters']['tunnel']['config']['tunnel_name'], 't')
    for client in clients:
        client.close()
    daemon.end()


def test_one_more():
    daemon = m.Daemon(m.TUNNEL + '\n')
    clients = [Client() for _ in range(1024)]
    for client in clients:
        client.call('SystemShow')
    equal('1,024 clients stay', 'cut off' in daemon.log(), False)
    last = Client()
    check('one more is served', last.call('SystemShow') is not None)
    check('for which the longest idle leaves', clients[0].cut_off())
    check('with a line in the log', m.until(lambda: 'the longest idle had to leave' in daemon.log()))
    check('and nobody else', clients[1].call('SystemShow') is not None)
    for client in clients:
        client.socket.close()
    daemon.end()


resource.setrlimit(resource.RLIMIT_NOFILE, (4096, max(4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1])))
m.main(globals())
