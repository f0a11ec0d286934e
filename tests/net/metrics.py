#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Metrics over HTTP: off and on loopback unless told otherwise, a token, bounds, clients that misbehave."""
import http.client
import re
import socket
import subprocess
import time

import _management as m
from _management import check, ctl, equal

TUNNEL = 'tunnel create tunnel_name=t version=3 dest_ipaddr=192.0.2.2 tunnel_id=1 peer_tunnel_id=2\n'


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


PORT = free_port()


def get(path='/metrics', address='127.0.0.1', **headers):
    """(status, body), or None when nobody answers."""
    connection = http.client.HTTPConnection(address, PORT, timeout=10)
    try:
        connection.request('GET', path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except ConnectionRefusedError:
        return None
    finally:
        connection.close()


def listening(pid):
    """Local addresses of this process's TCP sockets that listen."""
    out = subprocess.run(['ss', '-Hltnp'], check=True, capture_output=True, text=True).stdout
    return [line.split()[3] for line in out.splitlines() if f'pid={pid},' in line]


def samples(text):
    return {line.rpartition(' ')[0]: float(line.rpartition(' ')[2])
            for line in text.splitlines() if not line.startswith('#')}


def test_off_and_on():
    daemon = m.Daemon(TUNNEL)
    equal('off unless told otherwise', listening(daemon.pid), [])
    equal('turned on', ctl('system', 'modify', f'metrics_port={PORT}')[0], 0)
    equal('on loopback', listening(daemon.pid), [f'127.0.0.1:{PORT}'])
    status, text = get()
    values = samples(text)
    equal('a scrape', (status, values['l2tpd_tunnels{state="up"}'], values['l2tpd_tunnel_up{tunnel="t"}']), (200, 1, 1))
    check('of every counter', {f'l2tpd_{name}_total' for name in ('rx_bytes', 'rx_short', 'failures', 'api_calls')}
          <= values.keys(), text)
    equal('and of no session', [name for name in values if name.startswith('l2tpd_session_up')], [])
    ctl('session', 'create', 'tunnel_name=t', 'session_name=s', 'session_id=5', 'peer_session_id=6')
    ctl('system', 'modify', 'metrics_detail=sessions')
    equal('until that is wanted', samples(get()[1])['l2tpd_session_up{tunnel="t",session_id="5",session="s"}'], 1)
    equal('nothing else is there', get('/')[0], 404)
    with socket.socket() as other:
        other.bind(('127.0.0.1', 0))
        other.listen()
        taken = other.getsockname()[1]
        status, _, err = ctl('system', 'modify', f'metrics_port={taken}', 'max_tunnels=77')
    equal('a port that is taken is refused', (status, 'another program has this port' in err), (1, True))
    equal('nothing has changed', (get()[0], 'max_tunnels' in ctl('system', 'show', 'configuration')[1]
                                  and '77' in ctl('system', 'show', 'configuration')[1]), (200, False))
    status, _, err = ctl('system', 'modify', 'metrics_address=192.0.2.77', f'metrics_port={free_port()}')
    equal('so is an address that is not ours', (status, 'no interface has this address' in err), (1, True))
    ctl('system', 'modify', 'metrics_address=::1')
    equal('IPv6', (listening(daemon.pid), get(address='::1')[0]), ([f'[::1]:{PORT}'], 200))
    ctl('system', 'modify', 'metrics_port=0')
    equal('turned off', (listening(daemon.pid), get()), ([], None))
    daemon.end()


def test_configured():
    daemon = m.Daemon(f'{TUNNEL}system modify metrics_port={PORT} metrics_token=sesame\n')
    equal('on from the start', listening(daemon.pid), [f'127.0.0.1:{PORT}'])
    equal('not without the token', get(), (401, 'metrics_token, please\n'))
    equal('nor with another', get(Authorization='Bearer sesamf')[0], 401)
    equal('but with it', get(Authorization='Bearer sesame')[0], 200)
    check('which nobody is shown', 'sesame' not in ctl('-j', 'system', 'show')[1] + ctl('system', 'show')[1])
    m.write('socket.conf', TUNNEL)
    equal('a reload turns it off', (ctl('system', 'reload')[0], listening(daemon.pid)), (0, []))
    with socket.create_server(('127.0.0.1', PORT)):
        m.write('socket.conf', f'{TUNNEL}system modify metrics_port={PORT} max_tunnels=77\n')
        status, _, err = ctl('system', 'reload')
        equal('a reload that wants a port that is taken is refused', (status, 'has this port' in err), (1, True))
        equal('and changes nothing', '77' in ctl('system', 'show', 'configuration')[1], False)
    equal('when it is free the reload is not', (ctl('system', 'reload')[0], get()[0]), (0, 200))
    daemon.end()


def test_taken_at_start():
    with socket.create_server(('127.0.0.1', PORT)):
        daemon = m.Daemon(f'{TUNNEL}system modify metrics_port={PORT}\n')
        check('a port that is taken at the start is told', 'tried again until it can' in daemon.log(), daemon.log())
        equal('and stops nothing else', ctl('tunnel', 'list', 'names')[1], 't\n')
    check('when it is free it is ours', m.until(lambda: 'metrics are told at' in daemon.log()))
    equal('and tells', get()[0], 200)
    daemon.end()


def test_bad_clients():
    daemon = m.Daemon(f'{TUNNEL}system modify metrics_port={PORT}\n')
    silent = [socket.create_connection(('127.0.0.1', PORT)) for _ in range(20)]
    silent[0].sendall(b'GET /metrics HTT')
    started = time.monotonic()
    equal('clients that say nothing hinder no scrape', get()[0], 200)
    equal('nor the API', ctl('tunnel', 'list', 'names')[1], 't\n')
    before = daemon.rss_kib()
    for client in silent[:2]:
        client.settimeout(20)
        equal('they are cut off', client.recv(1), b'')
        check('after ten seconds', 8 < time.monotonic() - started < 14, time.monotonic() - started)
    for client in silent:
        client.close()
    garbage = socket.create_connection(('127.0.0.1', PORT))
    garbage.settimeout(20)
    sent = 0
    try:
        while sent < 100 << 20:
            sent += garbage.send(b'x' * 65536)
    except OSError:
        pass
    check('100 MiB are cut off', sent < 8 << 20, sent)
    check('and not kept', daemon.rss_kib() - before < 4096, daemon.rss_kib() - before)
    equal('metrics are told again', get()[0], 200)
    daemon.end()


def test_bounds():
    lines = [f'tunnel create tunnel_id={t} peer_tunnel_id=1 version=3 dest_ipaddr=192.0.2.2 our_udp_port={2000 + t}\n'
             + ''.join(f'session create tunnel_id={t} session_id={s} peer_session_id={s}\n' for s in range(1, 21))
             for t in range(1, 1101)]
    daemon = m.Daemon(''.join(lines) + f'system modify metrics_port={PORT} metrics_detail=sessions\n')
    before = daemon.rss_kib()
    started = time.monotonic()
    _, text = get()
    seconds = time.monotonic() - started
    values = samples(text)
    equal('no more than 1,000 tunnels', len([n for n in values if n.startswith('l2tpd_tunnel_up')]), 1000)
    equal('no more than 20,000 sessions', len([n for n in values if n.startswith('l2tpd_session_up')]), 20000)
    equal('which is told', values['l2tpd_metrics_truncated'], 1)
    equal('while the sums are of all', values['l2tpd_sessions{state="up"}'], 22000)
    check('in less than two seconds', seconds < 2, seconds)
    check('without memory for all of it', daemon.rss_kib() - before < 2048, daemon.rss_kib() - before)
    check('and it is all there', re.search(r'l2tpd_session_up\{tunnel=".*",session_id="20",session=""\} 1\n\Z', text),
          text[-200:])
    daemon.end()


m.main(globals())
