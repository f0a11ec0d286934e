#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A thousand clients at once: what the daemon has to do is not delayed, its memory is bounded, each has its turn."""
import json
import os
import re
import resource
import selectors
import signal
import socket
import time

import _management as m
from _management import check, equal

CLIENTS = 1000
TUNNELS, SESSIONS = 20, 20
MIB = 1 << 20


def configuration(ttl):
    for t in range(1, TUNNELS + 1):
        yield f'tunnel create tunnel_name=t{t} version=3 dest_ipaddr=192.0.2.2 tunnel_id={t} peer_tunnel_id={t} ' \
              f'our_udp_port={2000 + t} ttl={ttl}\n'
        for s in range(1, SESSIONS + 1):
            yield f'session create tunnel_name=t{t} session_id={s} peer_session_id={s}\n'


def rss_kib(daemon):
    return int(re.search(r'^VmRSS:\s+(\d+)', m.read(f'/proc/{daemon.pid}/status'), re.M)[1])


def message(method, more=False, **parameters):
    return json.dumps({'method': f'org.l2tpd.{method}', 'parameters': parameters, 'more': more}).encode() + b'\0'


def connect():
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(30)
    client.connect(m.SOCKET)
    return client


def call(client, data):
    """The first reply."""
    client.sendall(data)
    answer = b''
    while b'\0' not in answer:
        got = client.recv(65536)
        if not got:
            return None
        answer += got
    return json.loads(answer.split(b'\0')[0])


class Storm:
    """Clients that list all sessions again and again, as fast as they are answered."""

    def __init__(self):
        self.selector = selectors.DefaultSelector()
        self.octets, self.lists = {}, {}
        for _ in range(CLIENTS):
            client = connect()
            client.sendall(message('SessionList', True))
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
            client.sendall(message('SessionList', True))

    def close(self):
        for client in self.lists:
            client.close()


def reload_ms(daemon, storm, ttl):
    """How long it took from SIGHUP to the line in the log, while the storm goes on."""
    m.write('socket.conf', ''.join(configuration(ttl)))
    loaded = daemon.log().count(' loaded')
    started = time.monotonic()
    os.kill(daemon.pid, signal.SIGHUP)
    storm.run(lambda: daemon.log().count(' loaded') > loaded)
    return (time.monotonic() - started) * 1000


def test_storm():
    daemon = m.Daemon(''.join(configuration(7)))
    before = rss_kib(daemon)
    storm = Storm()
    storm.run(lambda: sum(storm.lists.values()) > CLIENTS)
    took = sorted(reload_ms(daemon, storm, ttl) for ttl in range(8, 15))
    check(f'a signal is acted on at once ({took[3]:.0f} ms, at worst {took[-1]:.0f} ms)', took[3] < 100, took)
    other = connect()
    started = time.monotonic()
    other.sendall(message('Status'))
    storm.run(lambda: select_readable(other))
    seconds = time.monotonic() - started
    check(f'who comes later is served in its turn ({seconds:.1f} s)', select_readable(other) and seconds < 15, seconds)
    storm.run(lambda: min(storm.lists.values()) > 0)
    check('every client has had its turn', min(storm.lists.values()) > 0, list(storm.lists.values()).count(0))
    grown = rss_kib(daemon) - before
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
    before = rss_kib(daemon)
    clients = []
    for _ in range(200):
        client = connect()
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
    check('the daemon did not keep them', rss_kib(daemon) - before < 40 * 1024, rss_kib(daemon) - before)
    answer = call(connect(), message('TunnelShow', config={'tunnel_id': 1}))
    equal('others are served', answer['parameters']['tunnel']['config']['tunnel_name'], 't')
    for client in clients:
        client.close()
    daemon.end()


def test_one_more():
    daemon = m.Daemon(m.TUNNEL + '\n')
    clients = [connect() for _ in range(1024)]
    for client in clients:
        call(client, message('SystemShow'))
    equal('1,024 clients stay', 'cut off' in daemon.log(), False)
    last = connect()
    check('one more is served', call(last, message('SystemShow')) is not None)
    check('for which the longest idle leaves', clients[0].recv(1) == b'')
    check('with a line in the log', m.until(lambda: 'the longest idle had to leave' in daemon.log()))
    check('and nobody else', call(clients[1], message('SystemShow')) is not None)
    for client in clients:
        client.close()
    daemon.end()


resource.setrlimit(resource.RLIMIT_NOFILE, (4096, max(4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1])))
m.main(globals())
