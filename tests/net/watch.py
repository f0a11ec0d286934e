#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""l2tpctl watch: rates and events on a terminal, events one a line elsewhere."""
import json
import os
import re
import select
import signal
import subprocess
import time

import _management as m
from _management import L2TPCTL, SESSION, SOCKET, TUNNEL, check, ctl, equal, matches


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

    terminal = m.Terminal('watch')
    terminal.expect('Events')
    daemon.end()
    check('a daemon that ends: told', terminal.expect(r'l2tpctl: l2tpd (closed the connection|is not running)'),
          plain(terminal.all))
    equal('a daemon that ends: status', terminal.end(), 3)


def test_rates():
    """The counters of a session whose peer is a daemon that moves no packets: from another's answers."""
    daemon = m.Daemon('\n'.join([TUNNEL] + [f'session create tunnel_name=t session_id={i} peer_session_id=1'
                                            for i in range(1, 200)]) + '\n')
    terminal = m.Terminal('watch', lines=30)
    check('as many sessions as fit', terminal.expect(r'l2tpd: 199 sessions'), plain(terminal.all))
    terminal.expect('Events')
    lines = re.findall(r'^t +(\d+) ', plain(terminal.all.split('\x1b[H')[1]), re.M)
    check('not more', 10 <= len(lines) <= 28, lines)
    equal('in the order of ids where all are idle', lines, [str(i + 1) for i in range(len(lines))])
    equal('q', terminal.end('q'), 0)
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
    text, objects = lines(watch, 'tunnel_deleted'), lines(watch_json, 'tunnel_deleted')
    equal('an event a line', [line.split()[1] for line in text],
          ['session_created', 'session_up', 'tunnel_modified', 'session_down', 'session_deleted', 'tunnel_down',
           'tunnel_deleted'])
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
