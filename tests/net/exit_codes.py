#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Each exit status of l2tpctl, and that --help and the man page tell of it."""
import os
import re
import socket
import threading

import _management as m
from _management import L2TPCTL, SESSION, TMP, TUNNEL, ctl, equal, matches, run


def as_nobody():
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)


def answer(reply):
    """A daemon that answers the first call with this."""
    path = f'{TMP}/fake'
    listener = socket.socket(socket.AF_UNIX)
    if os.path.exists(path):
        os.unlink(path)
    listener.bind(path)
    listener.listen()

    def serve():
        peer, _ = listener.accept()
        peer.recv(65536)
        peer.sendall(reply)
        peer.close()
    threading.Thread(target=serve, daemon=True).start()
    return path


def test_codes():
    daemon = m.Daemon(TUNNEL + '\n')
    equal('0: done', ctl(*SESSION.split())[0], 0)
    equal('1: refused', ctl(*TUNNEL.split())[0], 1)
    if os.path.exists('/dev/full'):
        with open('/dev/full', 'w', encoding='utf-8') as full:
            equal('1: not written', os.waitstatus_to_exitcode(os.system(f'{L2TPCTL} -s {daemon.socket} tunnel list '
                                                                        f'>/dev/full 2>/dev/null')), 1)
            full.close()
    equal('2: not understood', ctl('tunnel', 'frob')[0], 2)
    status, _, err = ctl('config', 'include', 'x')
    equal('2: for files only', (status, 'configuration files' in err), (2, True))
    equal('2: an option', ctl('--frob')[0], 2)
    equal('3: no daemon', ctl('tunnel', 'list', path=f'{TMP}/nowhere')[0], 3)
    equal('5: no such tunnel', ctl('tunnel', 'show', 'tunnel_name=nobody')[0], 5)
    equal('5: no such session', ctl('session', 'delete', 'tunnel_name=t', 'session_id=77')[0], 5)
    status, _, err = ctl(stdin='tunnel list names\n\ntunnel delete tunnel_name=nobody\ntunnel delete tunnel_name=t\n')
    equal('5: in a script', status, 5)
    matches('with its line', err, r'^standard input:3:')
    equal('which ended there', ctl('tunnel', 'list', 'names')[1], 't\n')
    daemon.end()


def test_denied():
    daemon = m.Daemon(TUNNEL + '\n')
    os.chmod(TMP, 0o755)
    os.chmod(daemon.socket, 0o600)
    status, _, err = run(L2TPCTL, '-s', daemon.socket, 'tunnel', 'list', preexec_fn=as_nobody)
    equal('4: the socket is not for everyone', status, 4)
    matches('and why', err, r'you may not use .*: run this as root')
    daemon.end()
    path = answer(b'{"error":"org.varlink.service.PermissionDenied","parameters":{}}\0')
    status, _, err = ctl(*TUNNEL.split(), path=path)
    equal('4: who may read may not change', status, 4)
    matches('and who may', err, r'you may look, not change: that needs root or')


def test_older():
    path = answer(b'{"error":"org.varlink.service.MethodNotFound","parameters":{"method":"org.l2tpd.Status"}}\0')
    status, _, err = ctl('status', path=path)
    equal('1: a daemon that does not know the command', status, 1)
    matches('and what that means', err, r'does not know org\.l2tpd\.Status: it has another version')


def test_told():
    help_text = dict(re.findall(r'^  (\d)  (.*)$', run(L2TPCTL, '--help')[1], re.M))
    equal('--help has them all', sorted(help_text), list('012345'))
    page = re.search(r'^\.Sh EXIT STATUS\n(.*?)^\.Sh', m.read(f'{m.TOP}/man/l2tpctl.1'), re.M | re.S)[1]
    for number, text in help_text.items():
        sentence = text[0].upper() + text[1:] + '.'
        m.check(f'l2tpctl(1) has {number}', f'.It {number}\n{sentence}\n' in page, page)


m.main(globals())
