#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# time-limit: 180
"""Management with the null datapath: the API under clients of every kind, l2tpctl, l2tpd's start and end."""
import json
import os
import re
import resource
import select
import signal
import socket
import stat
import subprocess
import time

import _management as m
from _management import BUILD, L2TPCTL, L2TPD, SOCKET, TMP, TOP, TUNNEL, Daemon, Terminal, check, ctl, equal, matches
from _management import run, until, write
from _varlink import Client, message

MIB = 1 << 20


# ---------------------------------------------------------------- l2tpctl

def test_ctl():
    daemon = Daemon()
    equal('an empty list is empty', ctl('tunnel', 'list'), (0, '', ''))
    equal('an empty list in JSON', ctl('-j', 'tunnel', 'list'), (0, '[]\n', ''))
    equal('create says what it made', ctl(*TUNNEL.split()), (0, '', 'Created tunnel 1\n'))
    equal('-q says nothing', ctl('-q', 'tunnel', 'mod', 'tunnel_id=1', 'ttl=9'), (0, '', ''))
    equal('modify', ctl('tunnel', 'modify', 'tunnel_name=t', 'ttl=7'), (0, '', 'Modified tunnel 1\n'))
    equal('a session', ctl('session', 'create', 'tunnel_id=1', 'session_id=5', 'peer_session_id=6',
                           'session_name=a b')[2], 'Created session 1/5\n')
    equal('the result in JSON', json.loads(ctl('-j', 'session', 'create', 'tunnel_id=1', 'session_id=6',
                                               'peer_session_id=6')[1]),
          {'tunnel_id': 1, 'session_id': 6, 'interface_name': 'l2tpeth1'})
    equal('system modify', ctl('system', 'modify', 'max_tunnels=9')[2], 'Modified system config\n')

    status, out, _ = ctl('-j', 'tunnel', 'show', 'tunnel_name=t')
    tunnel = json.loads(out)
    equal('show in JSON', (status, tunnel['config']['ttl'], tunnel['state']['sessions']), (0, '7', 2))
    _, out, _ = ctl('tunnel', 'show', 'tunnel_id=1')
    matches('show has a heading', out, r'\ATunnel 1, from .* to 192\.0\.2\.2:-$')
    matches('show has labels', out, r'^ +ttl +7$')
    matches('show marks defaults', out, r'^ +encap +udp \(default\)$')
    matches('show has counters', out, r'^ +rx_invalid +0$')
    _, out, _ = ctl('tunnel', 'show', 'tunnel_id=1', 'configuration')
    check('show of a part', 'encap' in out and 'rx_invalid' not in out, out)
    lines = ctl('session', 'list')[1].splitlines()
    equal('list has a heading and a line for each', len(lines), 3)
    column = lines[0].index('Name')
    equal('its columns are aligned', lines[1][column:column + 5], 'a b  ')
    equal('list names', ctl('session', 'list', 'names')[1], 'a b\n6\n')
    equal('list with a filter', [s['config']['session_id'] for s in
                                 json.loads(ctl('-j', 'session', 'list', 'tunnel_name=t', 'session_id=6')[1])], [6])
    for part in 'status', 'statistics', 'configuration', 'version':
        check(f'system show {part}', ctl('system', 'show', part)[1].startswith('l2tpd '), ctl('system', 'show', part))

    status, out, err = ctl('tunnel', 'show', 'tunnel_id=99')
    equal('refused: status', (status, out), (5, ''))
    matches('refused: message', err, r'^l2tpctl: .*99')
    status, out, err = ctl('-j', 'tunnel', 'show', 'tunnel_id=99')
    equal('refused: in JSON', (status, out, json.loads(err)['error']['code']), (5, '', 'unknown'))
    equal('not understood: status', ctl('tunnel', 'frob')[0], 2)
    equal('bad value: status', ctl('tunnel', 'show', 'tunnel_id=x')[0], 2)
    equal('bad option: status', ctl('--frob')[0], 2)
    status, _, err = ctl('tunnel', 'list', path=os.path.join(TMP, 'nowhere'))
    equal('not running: status', status, 3)
    matches('not running: message', err, r'not running.*nowhere.*systemctl start l2tpd')
    equal('delete', ctl('tunnel', 'delete', 'tunnel_name=t'), (0, '', 'Deleted tunnel 1\n'))
    daemon.end()


def test_script():
    daemon = Daemon()
    script = '# a script\n' + TUNNEL + '\n\nsession create tunnel_name=t \\\n\tsession_id=5 peer_session_id=6\n' \
             'session create tunnel_name=t \\\n  session_id=5 peer_session_id=7\ntunnel delete tunnel_id=1\n'
    status, _, err = ctl(stdin=script)
    equal('a script stops at the first error: status', status, 1)
    matches('its line and column are told', err, r'^standard input:7:14: .*session_id 5')
    equal('what follows is not done', ctl('tunnel', 'list', 'names')[1], 't\n')
    equal('a syntax error in a script', ctl(stdin='system show\nfrob\n')[0], 2)
    matches('has its line', ctl(stdin='system show version\nfrob\n')[2], r'^standard input:2:1: ')
    equal('exit ends a script', ctl(stdin='exit\nfrob\n'), (0, '', ''))
    # commands run as their lines come in
    process = subprocess.Popen([L2TPCTL, '-s', SOCKET], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    process.stdin.write('tunnel list names\n')
    process.stdin.flush()
    check('a pipe is answered at once', select.select([process.stdout], [], [], 5)[0])
    process.communicate()
    daemon.end()


def test_interactive():
    daemon = Daemon(TUNNEL)
    terminal = Terminal()
    for what, typed, seen in [
            ('a terminal has a prompt', '', r'l2tp> '),
            ('TAB completes', 'tu\t', 'nel '),
            ('? tells what may come next', '?', r'create .*\n(.*\n)*.*list '),
            ('a command is carried out', 'list names\n', r'\nt\r'),
            ('^C clears the line', 'frob\x03tunnel list names\n', r'\nt\r'),
            ('? tells what a value may be', 'tunnel create dest_ipaddr=?', r'host name'),
            ('an error does not end it', '\x03frob\n', r"l2tpctl: 'frob'.*\n(.*\n)*.*l2tp> ")]:
        terminal.type(typed)
        check(what, terminal.expect(seen), terminal.seen)
        terminal.seen = ''
    os.kill(daemon.pid, signal.SIGSTOP)
    terminal.type('tunnel list\n')
    time.sleep(0.5)
    terminal.type('\x03')
    check('^C gives up a command that gets no answer', terminal.expect(r'does not answer.*\n(.*\n)*.*l2tp> '),
          terminal.seen)
    os.kill(daemon.pid, signal.SIGCONT)
    equal('exit ends it', terminal.end('exit\n'), 0)
    daemon.end()


def test_completion():
    def complete(*words):
        return run(L2TPCTL, '--complete', '--', *words)[1].split()

    equal('completes objects', complete('')[:3], ['system', 'tunnel', 'session'])
    equal('completes verbs', complete('-s', 'x', 'tun', 'cr'), ['create'])
    equal('completes parameters', complete('session', 'create', 'mt'), ['mtu='])
    equal('not those given', complete('session', 'create', 'mtu=5', 'mt'), [])
    equal('not those that cannot change', complete('session', 'modify', 'cook'), [])
    equal('completes values', complete('tunnel', 'create', 'encap='), ['encap=udp', 'encap=ip'])
    _, out, err = run('bash', '-c', f'''. {TOP}/dist/l2tpctl.bash; PATH={os.path.dirname(L2TPCTL)}:$PATH
        compopt() {{ :; }}; COMP_LINE="l2tpctl tunnel create encap=u"; COMP_POINT=${{#COMP_LINE}}
        _l2tpctl; echo "${{COMPREPLY[@]}}"''')
    equal('bash completes', out + err, 'udp\n')


# ---------------------------------------------------------------- the API

def test_api():
    daemon = Daemon(TUNNEL)
    equal('without groups the socket is for root only', stat.S_IMODE(os.stat(SOCKET).st_mode), 0o600)
    client = Client()
    info = client.call('org.varlink.service.GetInfo')['parameters']
    equal('GetInfo', (info['product'], info['interfaces']), ('l2tpd', ['org.varlink.service', 'org.l2tpd']))
    served = client.call('org.varlink.service.GetInterfaceDescription', interface='org.l2tpd')
    with open(os.path.join(BUILD, 'dist/org.l2tpd.varlink'), encoding='utf-8') as f:
        equal('the interface served is the one shipped', served['parameters']['description'], f.read())
    described = re.findall(r'^method (\w+)', served['parameters']['description'], re.M)
    missing = [word for word in described if client.call(word).get('error', '').endswith('Found')]
    equal('every method described is there', missing, [])

    text = json.dumps(message('TunnelList', True)).encode() + b'\0'
    for octet in text:
        client.send(bytes([octet]))
    equal('octet by octet', len(client.receive()['parameters']['tunnels']), 1)
    client.send(text * 50)
    equal('fifty calls at once', sum(len(client.receive()['parameters']['tunnels']) for _ in range(50)), 50)
    client.send(message('SystemModify', config={'max_tunnels': 8}) | {'oneway': True})
    equal('oneway has no reply', client.call('SystemShow')['parameters']['config']['max_tunnels'], 8)
    client.send(text)
    client.socket.shutdown(socket.SHUT_WR)
    equal('who closes his sending side gets his reply', len(client.receive()['parameters']['tunnels']), 1)
    check('and then the end', client.cut_off())

    client = Client()
    big = message('TunnelShow', config={'tunnel_name': ''})
    big['parameters']['config']['tunnel_name'] = 'x' * (MIB // 4 - len(json.dumps(big)))
    equal('a message of 256 KiB is heard', client.call('TunnelShow', **big['parameters'])['error'], 'org.l2tpd.Failed')
    daemon.end()


def test_bad_clients():
    daemon = Daemon(TUNNEL)
    late = {'silent': Client(), 'half a message': Client()}
    late['half a message'].send(b'{"method":"org.l')
    started = time.monotonic()

    garbage = Client()
    garbage.send(b'GET / HTTP/1.1\r\n\r\n\0')
    check('garbage is cut off', garbage.cut_off())
    check('with a log line', daemon.logged(r'client pid \d+ \(uid \d+\) cut off: a message that is not JSON'))
    huge, sent = Client(), 0
    try:
        while sent < 100 * MIB:
            sent += huge.socket.send(b'x' * 65536)
    except (BrokenPipeError, ConnectionResetError):
        pass
    check('100 MiB are cut off', sent < 8 * MIB, f'{sent} octets were taken')
    check('with a log line, too', daemon.logged(r'cut off: .*longer than 256 KiB'))
    check('the daemon did not keep them', daemon.status('VmRSS') < 32 * 1024, daemon.status('VmRSS'))

    clients = []
    for _ in range(100):
        clients.append(Client())
        clients[-1].call('SystemShow')
    equal('a hundred clients: the last is served', clients[-1].call('TunnelShow', config={'tunnel_id': 1})
          ['parameters']['tunnel']['config']['tunnel_name'], 't')
    equal('and so is the first', clients[0].call('TunnelShow', config={'tunnel_id': 1})
          ['parameters']['tunnel']['config']['tunnel_name'], 't')
    for client in clients:
        client.socket.close()

    late = {'silent': Client(), 'half a message': Client()}
    late['half a message'].send(b'{"method":"org.l')
    started = time.monotonic()
    for name, client in late.items():
        check(f'{name}: cut off', client.cut_off())
        seconds = time.monotonic() - started
        check(f'{name}: after ten seconds', 9 < seconds < 13, f'{seconds:.1f} s')
    equal('all others are served', ctl('tunnel', 'list', 'names')[1], 't\n')
    daemon.end()


def test_big_lists():
    daemon = Daemon(m.many(100, 200))
    before = daemon.status('VmRSS')
    slow = [Client() for _ in range(20)]
    for client in slow:
        client.send(message('SessionList', True))
    started = time.monotonic()
    status, out, err = ctl('-j', 'session', 'list')
    equal('20,000 sessions in JSON', (status, len(json.loads(out)) if status == 0 else err), (0, 20000))
    check('beside 20 clients that do not read', time.monotonic() - started < 5, f'{time.monotonic() - started:.1f} s')
    equal('and as a table', len(ctl('session', 'list')[1].splitlines()), 20001)
    check('the daemon did not grow by more than 16 MiB', daemon.status('VmRSS') - before < 16 * 1024,
          f'{daemon.status("VmRSS") - before} KiB')

    client = Client()
    first = client.call('SessionList', True)['parameters']['sessions']
    client.socket.close()
    last = first[-1]['config']
    rest = Client().all('SessionList', 'sessions', after_tunnel_id=last['tunnel_id'],
                        after_session_id=last['session_id'])
    equal('a list is resumed where it ended', len(first) + len(rest), 20000)
    equal('with the next', rest[0]['config']['session_id'], last['session_id'] + 1)

    check('those who do not read are cut off', daemon.logged(r'cut off: it does not read its replies', 15))
    equal('a reader that is slow is not', len(Client().all('SessionList', 'sessions', filter={'tunnel_id': 7})), 200)
    for client in slow:
        client.socket.close()
    daemon.end()


# ---------------------------------------------------------------- l2tpd

def run_l2tpd(*words, **more):
    return run(L2TPD, *words, **more)


def test_check():
    good = write('good.conf', TUNNEL + '\nsession create tunnel_name=t session_id=1 peer_session_id=2\n')
    equal('--check of a good file', run_l2tpd('--check', '-c', good),
          (0, f'{good}: 1 tunnel, 1 session, no errors\n', ''))
    bad = write('bad.conf', f'tunnel create frob=1\n{TUNNEL}\n{TUNNEL} \\\n  ttl=256\ntunnel list\nsystem reload\n')
    status, _, err = run_l2tpd('--check', '-c', bad)
    equal('--check of a bad file: status', status, 1)
    equal('every mistake has its place', re.findall(r'bad\.conf:(\d+:\d+): ', err), ['1:15', '4:7', '5:1', '6:1'])
    write('bad2.conf', f'{TUNNEL}\n{TUNNEL}\nsession create tunnel_name=u session_id=1 peer_session_id=1\n')
    status, _, err = run_l2tpd('--check', '-c', os.path.join(TMP, 'bad2.conf'))
    equal('also those that only show when it is tried', re.findall(r'bad2\.conf:(\d+):\d+: ', err), ['2', '3'])
    equal('no such file', run_l2tpd('--check', '-c', os.path.join(TMP, 'none'))[0], 1)
    matches('a folder', run_l2tpd('--check', '-c', TMP)[2], r'Is a directory')
    os.chmod(TMP, 0o755)
    os.chmod(good, 0o644)

    def nobody():
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
    equal('--check needs no rights', run_l2tpd('--check', '-c', good, preexec_fn=nobody)[0], 0)
    status, _, err = run_l2tpd('-c', good, '-s', os.path.join(TMP, 'other'), preexec_fn=nobody)
    equal('a start does', (status, 'run it as root' in err), (1, True))
    status, _, err = run_l2tpd('frob')
    equal('no commands for l2tpd', (status, 'l2tpctl' in err), (2, True))
    equal('-V', run_l2tpd('-V')[0:2], (0, run_l2tpd('--version')[1]))
    for word in '--check', '-w', '--datapath', '-s':
        check(f'--help tells of {word}', word in run_l2tpd('--help')[1])
    equal('bad worker count', run_l2tpd('-w', '0')[0], 2)


def test_start_and_end():
    daemon = Daemon(TUNNEL)
    status, _, err = run_l2tpd('--datapath=null', '-c', daemon.config, '-s', SOCKET)
    equal('a second daemon on the same socket: status', status, 1)
    matches('a second daemon on the same socket: message', err, rf'another l2tpd answers on {SOCKET}')
    equal('the first did not notice', ctl('tunnel', 'list', 'names')[1], 't\n')
    equal('kill -9', daemon.end(signal.SIGKILL), -signal.SIGKILL)
    check('leaves its socket', os.path.exists(SOCKET))
    daemon = Daemon(TUNNEL)
    equal('which does not hinder the next', ctl('tunnel', 'list', 'names')[1], 't\n')
    client = Client()
    equal('SIGTERM ends it well', daemon.end(), 0)
    check('it takes its socket along', not os.path.exists(SOCKET))
    check('and its clients', client.cut_off())
    write('plain', 'x')
    status, _, err = run_l2tpd('--datapath=null', '-c', daemon.config, '-s', os.path.join(TMP, 'plain'))
    equal('a file that is no socket stays', (status, 'not a socket' in err, os.path.exists(os.path.join(TMP, 'plain'))),
          (1, True, True))
    status, _, err = run_l2tpd('--datapath=null', '-c', daemon.config, '-s', '/' + 'x' * 200)
    equal('a path too long', (status, 'characters' in err), (1, True))
    status, _, err = run_l2tpd('--datapath=null', '-c', daemon.config, '-s', os.path.join(TMP, 'no/such/place'))
    equal('no folder', (status, 'No such file' in err), (1, True))
    elsewhere = os.path.join(TMP, 'folder/socket')
    daemon = Daemon(TUNNEL, path=elsewhere)
    equal('its own folder is made', ctl('tunnel', 'list', 'names', path=elsewhere)[1], 't\n')
    equal('SIGINT ends it too', daemon.end(signal.SIGINT), 0)


def test_reload():
    daemon = Daemon(TUNNEL + '\nsession create tunnel_name=t session_id=1 peer_session_id=2\n')
    ctl('session', 'create', 'tunnel_name=t', 'session_id=9', 'peer_session_id=9')
    daemon.write(TUNNEL + ' ttl=9\nsession create tunnel_name=t session_id=2 peer_session_id=2\n')
    os.kill(daemon.pid, signal.SIGHUP)
    check('SIGHUP reloads', daemon.logged('loaded'))
    sessions = {s['config']['session_id']: s['state']['origin'] for s in json.loads(ctl('-j', 'session', 'list')[1])}
    equal('what the file lost is gone, what an administrator made stays', sessions, {2: 'file', 9: 'admin'})
    equal('what can change live did', json.loads(ctl('-j', 'tunnel', 'show', 'tunnel_id=1')[1])['config']['ttl'], '9')
    daemon.write(TUNNEL + '\nfrob\n')
    status, _, err = ctl('system', 'reload')
    equal('a bad file is refused: status', status, 1)
    matches('a bad file is refused: place', err, r'socket\.conf:2:1: ')
    equal('and nothing changed', len(json.loads(ctl('-j', 'session', 'list')[1])), 2)
    daemon.write(TUNNEL + '\n')
    equal('a good one is not', ctl('system', 'reload'), (0, '', 'Reloaded configuration\n'))
    daemon.end()
    done = subprocess.Popen([L2TPD, '--datapath=null', '-c', '-', '-s', SOCKET], stdin=subprocess.PIPE,
                            stderr=subprocess.DEVNULL, text=True)
    m.daemons.append(done)
    done.stdin.write(TUNNEL)
    done.stdin.close()
    until(lambda: ctl('tunnel', 'list', 'names')[1] == 't\n')
    status, _, err = ctl('system', 'reload')
    equal('standard input cannot be read again', (status, 'standard input' in err), (1, True))
    equal('so nothing is lost', ctl('tunnel', 'list', 'names')[1], 't\n')
    done.terminate()
    done.wait(10)


def test_notify():
    path = os.path.join(TMP, 'notify')
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listener.settimeout(5)
    listener.bind(path)
    daemon = Daemon(TUNNEL, env={'NOTIFY_SOCKET': path})
    matches('a status for systemctl', listener.recv(4096).decode(), r'STATUS=1 tunnel')
    equal('readiness is told', listener.recv(4096), b'READY=1')
    os.kill(daemon.pid, signal.SIGHUP)
    matches('reloading is told', listener.recv(4096).decode(), r'RELOADING=1\nMONOTONIC_USEC=\d+')
    equal('its end as well', listener.recv(4096), b'READY=1')
    ctl('tunnel', 'delete', 'tunnel_id=1')
    matches('a change is told', listener.recv(4096).decode(), r'STATUS=0 tunnels')
    daemon.end()
    equal('stopping is told', listener.recv(4096), b'STOPPING=1')


def test_idle():
    daemon = Daemon(TUNNEL + '\n')
    client = Client()
    client.call('SystemShow')
    time.sleep(0.5)
    before = daemon.status('voluntary_ctxt_switches')
    time.sleep(2)
    equal('an idle daemon never wakes', daemon.status('voluntary_ctxt_switches') - before, 0)
    soft, hard = resource.prlimit(daemon.pid, resource.RLIMIT_NOFILE)
    check('it may open as many files as there can be', soft == hard and soft >= resource.getrlimit(
        resource.RLIMIT_NOFILE)[1], (soft, hard))
    daemon.end()


m.main(globals())
