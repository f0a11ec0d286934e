#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""l2tpctl -H: the daemon of another host, over a program that takes ssh's words."""
import json
import os
import socket
import threading

import _management as m
from _management import L2TPCTL, SESSION, TMP, TUNNEL, ctl, equal, matches, run

# runs the command as ssh does, through a shell with l2tpctl in its PATH; `broken` is a host that is not there
SSH = f'''#!/bin/sh
echo "$@" >>{TMP}/ssh.words
[ "$1 $2" = "-T --" ] || exit 254
case $3 in
broken) echo 'ssh: connect to host broken: no route' >&2; exit 255 ;;
bare) PATH=/nowhere; exec /bin/sh -c "$4" ;;
old) l2tpctl --bridge -s {TMP}/socket | sed -uz 's/"version":"[^"]*"/"version":"0.0.1"/'; exit ;;
elsewhere) exec /bin/sh -c "l2tpctl --bridge -s {TMP}/elsewhere" ;;
esac
exec /bin/sh -c "$4"
'''


def env():
    return {'L2TPCTL_SSH': m.write('ssh', SSH, 0o755), 'PATH': f'{os.path.dirname(L2TPCTL)}:{os.environ["PATH"]}'}


def test_remote():
    here, there = m.Daemon(TUNNEL + '\n'), m.Daemon('', 'there')
    far = dict(path=there.socket, env=env())
    equal('a command', ctl('-H', 'far', *TUNNEL.split(), **far), (0, '', 'Created tunnel 1\n'))
    equal('what ssh is given', m.read(f'{TMP}/ssh.words'), f"-T -- far l2tpctl --bridge -s '{there.socket}'\n")
    equal('a script', ctl('-H', 'far', stdin=SESSION + '\ntunnel list names\nsession list names\n', **far)[:2],
          (0, 't\ns\n'))
    equal('it was the other daemon', ctl('session', 'list')[1], '')
    many = '\n'.join(f'session create tunnel_name=t session_id={i} peer_session_id={i}' for i in range(100, 1100))
    equal('a thousand commands through one connection', ctl('-q', '-H', 'far', stdin=many, **far), (0, '', ''))
    status, out, _ = ctl('-j', '-H', 'far', 'session', 'list', **far)
    equal('a long list arrives whole', (status, len(json.loads(out))), (0, 1001))
    saved = f'{TMP}/saved.conf'
    equal('its configuration is saved here', ctl('-q', '-H', 'far', 'config', 'save', f'file={saved}', **far)[0], 0)
    m.check('all of it', m.read(saved).count('session create') == 1001, m.read(saved)[:300])
    equal('and restored there', ctl('-q', '-H', 'far', 'config', 'restore', f'file={saved}', **far)[0], 0)
    capture = f'{TMP}/far.pcapng'
    equal('a capture of its packets comes here',
          ctl('-H', 'far', 'capture', 'tunnel', 'tunnel_name=t', f'file={capture}', 'seconds=1', **far)[0], 0)
    m.check('as a file', os.path.getsize(capture) > 0)
    equal('refused: status', ctl('-H', 'far', 'tunnel', 'show', 'tunnel_id=9', **far)[0], 5)
    here.end()
    there.end()
    status, _, err = ctl('-H', 'far', 'tunnel', 'list', **far)
    equal('no daemon there: status', status, 3)
    matches('no daemon there: the far end says so', err, r"l2tpctl: l2tpd is not running .*/there")
    matches('and the near one', err, r'far is reached, but not its l2tpd')


def test_no_connection():
    status, _, err = ctl('-H', 'broken', 'tunnel', 'list', env=env())
    equal('ssh fails: status', status, 3)
    matches('ssh fails: its words', err, r'no route')
    matches('ssh fails: ours', err, r'l2tpctl: no connection to broken')
    matches('no l2tpctl there', ctl('-H', 'bare', 'tunnel', 'list', env=env())[2], r'bare has no l2tpctl')
    matches('no ssh here', ctl('-H', 'x', 'tunnel', 'list', env={'L2TPCTL_SSH': '/nowhere/ssh'})[2],
            r'-H needs ssh, which cannot be run: No such')
    for host in '', '-oProxyCommand=x':
        status, _, err = ctl('-H', host, 'tunnel', 'list', env=env())
        equal(f'a host {host!r} is refused', status, 2)
        matches(f'a host {host!r}: why', err, r'is no host')
    before = m.read(f'{TMP}/ssh.words')
    ctl('--host', '-x', 'tunnel', 'list', env=env())
    equal('and never reaches ssh', m.read(f'{TMP}/ssh.words'), before)


def test_versions():
    daemon = m.Daemon(TUNNEL + '\n')
    status, out, err = ctl('-H', 'old', stdin='tunnel list names\ntunnel list names\n', path=daemon.socket, env=env())
    equal('another version there', (status, out), (0, 't\nt\n'))
    matches('is told, once', err, r'\Al2tpctl: warning: the l2tpd of old has version 0\.0\.1, this is [0-9.]+\n\Z')
    daemon.end()


def test_quoting():
    path = f"{TMP}/it's here; exit 9"
    daemon = m.Daemon(TUNNEL + '\n', "it's here; exit 9")
    equal('a path that a shell would read is not', ctl('-H', 'far', 'tunnel', 'list', 'names', path=path, env=env())[1],
          't\n')
    daemon.end()


def test_server():
    here, there = m.Daemon(TUNNEL + '\n'), m.Daemon(TUNNEL.replace('=t ', '=elsewhere '), 'elsewhere')
    status, out, err = ctl(stdin='server show\ntunnel list names\nserver modify name=elsewhere\nserver show\n'
                           'tunnel list names\nserver modify name=localhost\ntunnel list names\n', env=env())
    equal('server modify changes to another host and back', (status, err), (0, ''))
    matches('all of it', out,
            rf'^server localhost, socket {TMP}/socket\nt\nserver elsewhere, over ssh.*\nelsewhere\nt\n$')
    status, _, err = ctl('server', 'modify', 'name=elsewhere')
    equal('server modify for no command is refused', (status, '-H elsewhere' in err), (2, True))
    equal('a host that is none', ctl('server', 'modify', 'name=-x')[0], 2)
    equal('not a word of it', ctl('server', 'frob')[0], 2)
    terminal = m.Terminal(env=env())
    terminal.expect('l2tp> ')
    terminal.type('server modify name=elsewhere\n')
    m.check('the prompt tells the host', terminal.expect('l2tp-elsewhere> '), terminal.all)
    terminal.type('tunnel list names\n')
    m.check('a command there', terminal.expect('\nelsewhere\r'), terminal.all)
    terminal.type('tunnel show tunnel_name=\t\n')
    m.check('its names are completed', terminal.expect('Tunnel 1, from'), terminal.all)
    equal('its end', terminal.end('exit\n'), 0)
    terminal = m.Terminal('-H', 'elsewhere', 'watch', env=env())
    m.check('watch there', terminal.expect('elsewhere: 0 sessions'), terminal.all)
    equal('until q', terminal.end('q'), 0)
    terminal = m.Terminal('-H', 'elsewhere', 'status', env=env())
    m.check('status there', terminal.expect(r'1 tunnel \(1 up\)'), terminal.all)
    equal('at once', terminal.end(), 0)
    here.end()
    there.end()


def test_bridge():
    """Octets both ways at once, with an end that does not read while it sends."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(f'{TMP}/echo')
    listener.listen()
    size = 4 << 20

    def echo():
        peer, _ = listener.accept()
        while data := peer.recv(65536):
            peer.sendall(data)
        peer.close()
    thread = threading.Thread(target=echo)
    thread.start()
    data = ''.join(f'{i:07d}\n' for i in range(size // 8))
    status, out, err = run(L2TPCTL, '--bridge', '-s', f'{TMP}/echo', stdin=data)
    thread.join(10)
    m.check('what goes in comes out', (status, err) == (0, '') and out == data, (status, err, len(out)))
    equal('no daemon: status', run(L2TPCTL, '--bridge', '-s', f'{TMP}/nowhere')[0], 3)


m.main(globals())
