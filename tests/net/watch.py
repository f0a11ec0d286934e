#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""l2tpctl watch: rates and events on a terminal, events one a line elsewhere."""
import json
import os
import re
import select
import signal
import socket
import subprocess
import threading
import time

import _management as m
from _management import L2TPCTL, SESSION, SOCKET, TUNNEL, check, ctl, equal, matches

# who runs tests in the background has its children ignore ^C: not these
signal.signal(signal.SIGINT, signal.default_int_handler)


def plain(text):
    """What is seen, without the control sequences."""
    return re.sub(r'\x1b\[[?0-9;]*[A-Za-z]', '', text)


def test_terminal():
    daemon = m.Daemon(f'{TUNNEL}\n{SESSION} interface_name=office\n')
    terminal = m.Terminal('watch', columns=100, lines=20)
    check('a heading', terminal.expect(r'l2tpd: 1 sessions, receiving 0 bit/s'), terminal.all)
    check('a line for the session', terminal.expect(r't +s +office +0 +0 +0 +0'), plain(terminal.all))
    ctl('session', 'create', 'tunnel_name=t', 'session_name=other', 'session_id=9', 'peer_session_id=9')
    check('an event', terminal.expect(r'\d\d:\d\d:\d\d session_created .*session_name=other'), plain(terminal.all))
    check('the new session is there a second later', terminal.expect(r'l2tpd: 2 sessions'), plain(terminal.all))
    started = time.monotonic()
    equal('q quits', terminal.end('q'), 0)
    check('at once', time.monotonic() - started < 2)
    check('the terminal is as before', '\x1b[?1049l' in terminal.all and '\x1b[?25h' in terminal.all,
          terminal.all[-200:])
    longest = max(len(plain(line).rstrip('\r')) for line in re.split('\r\n|\x1b\\[H', terminal.all))
    check('no line is longer than the terminal is wide', longest <= 100, longest)

    terminal = m.Terminal('watch', columns=60, lines=8)
    check('a small terminal will do', terminal.expect(r'q quits|every'), terminal.all)
    os.kill(terminal.pid, signal.SIGWINCH)
    check('and one that changes', terminal.expect(r'Events'), terminal.all)
    equal('^C ends it too', terminal.end('\x03'), 0)

    for key in 'q', '\x03':
        terminal = m.Terminal('watch')
        terminal.expect('Events')
        os.kill(daemon.pid, signal.SIGSTOP)
        time.sleep(1.2)         # it waits for a list now
        equal(f'{key!r} ends it when the daemon does not answer', terminal.end(key), 0)
        check('and the terminal is as before then, too', '\x1b[?1049l' in terminal.all, terminal.all[-200:])
        os.kill(daemon.pid, signal.SIGCONT)

    terminal = m.Terminal('watch')
    terminal.expect('Events')
    daemon.end()
    check('a daemon that ends: told', terminal.expect(r'l2tpctl: l2tpd (closed the connection|is not running)'),
          plain(terminal.all))
    equal('a daemon that ends: status', terminal.end(), 3)


class Fake:
    """Answers as a daemon with two sessions whose counters grow as they like."""

    def __init__(self, path):
        if os.path.exists(path):
            os.unlink(path)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen()
        self.began = time.monotonic()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        buffer = b''
        while data := client.recv(65536):
            buffer += data
            while b'\0' in buffer:
                message, buffer = buffer.split(b'\0', 1)
                method = json.loads(message)['method']
                reply = {'parameters': {'events': [], 'next': 1}, 'continues': True} if method.endswith('Events') else \
                    {'parameters': {'sessions': self.sessions()}}
                client.sendall(json.dumps(reply).encode() + b'\0')

    def sessions(self):
        seconds = time.monotonic() - self.began

        def session(number, name, bits, packets):
            return {'config': {'tunnel_id': 1, 'tunnel_name': 'lon', 'session_id': number, 'session_name': name},
                    'state': {'interface_name': f'if{number}'},
                    'statistics': {'rx_bytes': int(seconds * bits / 8), 'tx_bytes': 77,
                                   'rx_packets': int(seconds * packets), 'tx_packets': 7}}
        return [session(1, 'idle', 0, 0), session(2, 'slow\x1b[2J', 3000, 4), session(3, 'busy', 500e6, 60000)]


def test_rates():
    fake = Fake(os.path.join(m.TMP, 'fake'))
    terminal = m.Terminal('watch', path=os.path.join(m.TMP, 'fake'))
    check('rates are those of the counters', terminal.expect(r'busy +if3 +(50\d|49\d) M +0 +(5[89]|6[012])\.\d k +0'),
          plain(terminal.all))
    matches('and their sum', plain(terminal.all), r'3 sessions, receiving (50\d|49\d) Mbit/s, sending 0 bit/s')
    picture = plain(terminal.all.split('\x1b[H')[-1])
    check('the busiest first, the idle last', terminal.expect(r'lon +slow[^\n]*\n[^\n]*idle'), picture)
    check('a name steers no terminal', '\x1b[2J' not in terminal.all, terminal.all)
    equal('q', terminal.end('q'), 0)
    fake.listener.close()


def test_prompt():
    daemon = m.Daemon(f'{TUNNEL}\n{SESSION}\n')
    terminal = m.Terminal()
    terminal.expect('l2tp> ')
    terminal.type('system watch\n')
    check('watch at the prompt', terminal.expect('q quits'), terminal.all)
    terminal.type('q')
    check('comes back to it', terminal.expect('l2tp> '), terminal.all)
    terminal.type('tunnel list names\n')
    check('which is as before', terminal.expect('\nt\r'), terminal.all)
    equal('exit', terminal.end('exit\n'), 0)
    daemon.end()


def test_many():
    daemon = m.Daemon('\n'.join([TUNNEL] + [f'session create tunnel_name=t session_id={i} peer_session_id=1'
                                            for i in range(1, 200)]) + '\n')
    terminal = m.Terminal('watch', lines=30)
    check('as many sessions as fit', terminal.expect(r'l2tpd: 199 sessions'), plain(terminal.all))
    terminal.expect('Events')
    lines = re.findall(r'^t +(\d+) ', plain(terminal.all.split('\x1b[H')[1]), re.M)
    check('not more', 10 <= len(lines) <= 28, lines)
    equal('in the order of ids where all are idle', lines, [str(i + 1) for i in range(len(lines))])
    equal('q ends it', terminal.end('q'), 0)
    daemon.end()


def test_lines():
    daemon = m.Daemon(TUNNEL + '\n')
    watch = subprocess.Popen([L2TPCTL, '-s', SOCKET, 'watch'], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    watch_json = subprocess.Popen([L2TPCTL, '-s', SOCKET, '-j', 'watch'], stdout=subprocess.PIPE,
                                  stdin=subprocess.DEVNULL)
    time.sleep(0.3)
    ctl(*SESSION.split())
    ctl('tunnel', 'modify', 'tunnel_name=t', 'ttl=9')
    ctl('tunnel', 'delete', 'tunnel_name=t')

    def lines(process, last):
        found = b''
        while last not in found.decode() and select.select([process.stdout], [], [], 5)[0]:
            found += os.read(process.stdout.fileno(), 65536)
        return found.decode().splitlines()
    text, objects = lines(watch, 'peer_removed'), lines(watch_json, 'peer_removed')
    equal('an event a line', [line.split()[1] for line in text],
          ['session_created', 'session_up', 'tunnel_modified', 'session_down', 'session_deleted', 'tunnel_down',
           'tunnel_deleted', 'peer_removed'])
    matches('with its time and facts', text[0],
            r'^\d\d:\d\d:\d\d session_created tunnel_name=t tunnel_id=1 session_name=s')
    matches('and what changed', text[2], r'tunnel_modified .*changed=ttl')
    equal('the same as JSON', [json.loads(line)['kind'] for line in objects], [line.split()[1] for line in text])
    for process in watch, watch_json:
        process.send_signal(signal.SIGINT)
        process.wait(5)
    watch = subprocess.Popen([L2TPCTL, '-s', SOCKET, 'watch'], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL,
                             stderr=subprocess.PIPE, text=True)
    time.sleep(0.3)
    daemon.end()
    equal('a daemon that ends', watch.wait(5), 3)
    matches('is told', watch.stderr.read(), 'l2tpctl: l2tpd closed the connection')


m.main(globals())
