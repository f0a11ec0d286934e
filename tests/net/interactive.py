#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Interactive l2tpctl on a terminal: completion of names, `?`, and a history that outlives it."""
import os
import stat

import _management as m
from _management import SESSION, TMP, TUNNEL, check, equal


def shell(**env):
    terminal = m.Terminal(env=env)
    check('a prompt', terminal.expect('l2tp> '), terminal.all)
    return terminal


def test_names():
    daemon = m.Daemon(f'{TUNNEL}\n{SESSION}\n')
    terminal = shell()
    terminal.type('session show tunnel_n\t')
    check('TAB completes a parameter', terminal.expect('ame='), terminal.all)
    terminal.type('\t')
    check('and then the only tunnel there is', terminal.expect('t'), terminal.all)
    terminal.type(' session_name=\t config\n')
    check('and its only session: the command runs', terminal.expect(r'Session 5 on tunnel 1:-'), terminal.all)
    m.ctl(*TUNNEL.replace('=t ', '=two ').replace('_id=1', '_id=2').split(), 'our_udp_port=1800')
    terminal.type('tunnel show tunnel_name=\t')
    check('two tunnels: TAB goes on as far as it can', terminal.expect('t'), terminal.all)
    terminal.type('\t')
    check('then both are told', terminal.expect(r'tunnel_name=t *\r\n.*tunnel_name=two'), terminal.all)
    terminal.type('w\t\n')
    check('a letter more decides', terminal.expect(r'Tunnel 2, from'), terminal.all)
    terminal.type('tunnel list ?')
    check('? tells columns, too', terminal.expect(r'sort= +by a column'), terminal.all)
    terminal.type('\x03tunnel create mtu?')
    check('? tells help', terminal.expect(r'tunnel create mtu'), terminal.all)
    terminal.type('\x03')
    equal('exit', terminal.end('exit\n'), 0)
    daemon.end()
    terminal = shell()
    terminal.type('tunnel show tunnel_name=\t\x03')
    terminal.type('help\n')
    check('without a daemon TAB says nothing, help helps', terminal.expect(r'OBJECT VERB'), terminal.all)
    terminal.type('tunnel list\n')
    check('a command says why not', terminal.expect(r'l2tpd is not running'), terminal.all)
    equal('^D ends it', terminal.end('\x04'), 0)


def test_history():
    daemon = m.Daemon(f'{TUNNEL}\n')
    path = os.path.join(TMP, 'history')
    terminal = shell(L2TP_HISTFILE=path)
    terminal.type('tunnel list names\n')
    check('a command', terminal.expect('\nt\r'), terminal.all)
    terminal.type('system modify metrics_token=swordfish\n')
    terminal.expect('l2tp> ')
    terminal.type('\x1b[A')
    check('the line before is there again', terminal.expect('tunnel list names'), terminal.all)
    terminal.type('\n')
    check('and runs again', terminal.expect('\nt\r'), terminal.all)
    os.kill(terminal.pid, 9)
    terminal.end()
    equal('a shell that was killed lost nothing', m.read(path).splitlines(), ['tunnel list names'] * 2)
    equal('only its owner may read it', stat.S_IMODE(os.stat(path).st_mode), 0o600)
    terminal = shell(L2TP_HISTFILE=path)
    terminal.type('\x1b[A')
    check('the next shell has it, too', terminal.expect('tunnel list names'), terminal.all)
    equal('exit', terminal.end('\x03exit\n'), 0)
    home = os.path.join(TMP, 'home')
    os.mkdir(home)
    terminal = m.Terminal(env={'HOME': home, 'L2TP_HISTFILE': ''})
    terminal.expect('l2tp> ')
    terminal.type('tunnel list names\n')
    terminal.expect('\nt\r')
    equal('exit with a home', terminal.end('exit\n'), 0)
    equal('an empty L2TP_HISTFILE: no file', os.listdir(home), [])
    daemon.end()


def test_home():
    daemon = m.Daemon(f'{TUNNEL}\n')
    home = os.path.join(TMP, 'home2')
    os.mkdir(home)
    terminal = m.Terminal(env={'HOME': home, 'L2TP_HISTFILE': os.path.join(home, '.l2tp_history'),
                               'L2TP_HISTFILESIZE': '2'})
    terminal.expect('l2tp> ')
    for i in range(5):
        terminal.type(f'tunnel list limit={i + 1} names\n')
        terminal.expect('\nt\r')
    equal('exit', terminal.end('exit\n'), 0)
    path = os.path.join(home, '.l2tp_history')
    equal('each line is kept', len(m.read(path).splitlines()), 5)
    terminal = m.Terminal(env={'HOME': home, 'L2TP_HISTFILE': path, 'L2TP_HISTFILESIZE': '2'})
    terminal.expect('l2tp> ')
    equal('and the next shell', terminal.end('exit\n'), 0)
    equal('cuts them to as many as are wanted', len(m.read(path).splitlines()), 2)
    daemon.end()


m.main(globals())
