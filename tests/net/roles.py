#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Who may use the API: root, an admin group, a read group, others; and what each of them may."""
import grp
import os
import re
import stat
import time

import _management as m
from _management import L2TPCTL, SESSION, TUNNEL, check, ctl, equal, matches, run

STRANGER = 65533


def groups_without_members():
    """Two groups of the system that are nobody's here, by name and id."""
    found = [g for g in grp.getgrall() if g.gr_gid not in (0, STRANGER) and not g.gr_mem]
    return found[-1], found[-2]


ADMIN, READ = groups_without_members()


def as_member(gid, supplementary):
    def become():
        os.setgroups(supplementary)
        os.setgid(gid)
        os.setuid(STRANGER)
    return become


def ctl_as(gid, supplementary, *words, **more):
    return run(L2TPCTL, '-s', m.SOCKET, *words, preexec_fn=as_member(gid, supplementary), **more)


def test_roles():
    os.chmod(m.TMP, 0o755)
    daemon = m.Daemon(TUNNEL + '\n', options=(f'--admin-group={ADMIN.gr_name}', f'--read-group={READ.gr_name}'))
    equal('all may knock', stat.S_IMODE(os.stat(m.SOCKET).st_mode), 0o666)
    equal('root may change', ctl(*SESSION.split())[0], 0)
    for how, gid, supplementary in ('primary', ADMIN.gr_gid, []), ('supplementary', STRANGER, [ADMIN.gr_gid]):
        equal(f'the admin group may change ({how})', ctl_as(gid, supplementary, 'tunnel', 'modify', 'tunnel_id=1',
                                                            'ttl=7')[0], 0)
    for how, gid, supplementary in ('primary', READ.gr_gid, []), ('supplementary', STRANGER, [READ.gr_gid]):
        equal(f'the read group may list ({how})', ctl_as(gid, supplementary, 'tunnel', 'list', 'names'), (0, 't\n', ''))
        equal('and show', ctl_as(gid, supplementary, 'session', 'show', 'tunnel_id=1', 'session_id=5')[0], 0)
        status, _, err = ctl_as(gid, supplementary, 'tunnel', 'delete', 'tunnel_id=1')
        equal('but not change', status, 4)
        matches('which is told', err, rf'TunnelDelete .*uid {STRANGER}.*--admin-group')
    equal('nothing has changed by it', ctl('tunnel', 'list', 'names')[1], 't\n')
    equal('who is in both may change', ctl_as(READ.gr_gid, [ADMIN.gr_gid], 'tunnel', 'modify', 'tunnel_id=1',
                                              'ttl=8')[0], 0)

    check('nobody was refused yet', 'refused' not in daemon.log(), daemon.log())
    for words in ('tunnel', 'list'), ('tunnel', 'delete', 'tunnel_id=1'):
        status, out, err = ctl_as(STRANGER, [], *words)
        equal('others may nothing', (status, out), (4, ''))
        matches('which is told', err, 'only root and members')
    matches('and logged', daemon.log(), rf'client pid \d+ \(uid {STRANGER}\) refused: it is neither root nor')
    for _ in range(20):
        ctl_as(STRANGER, [], 'tunnel', 'list')
    check('but not each time', daemon.log().count('refused') < 10, daemon.log().count('refused'))
    equal('root is not hindered', ctl('tunnel', 'list', 'names')[1], 't\n')
    daemon.end()


def test_every_change_is_refused():
    os.chmod(m.TMP, 0o755)
    daemon = m.Daemon(TUNNEL + '\n', options=(f'--read-group={READ.gr_name}',))
    described = m.read(os.path.join(m.BUILD, 'dist/org.l2tpd.varlink'))
    methods = re.findall(r'^method (\w+)', described, re.M)
    changes = re.findall(r'^# It takes the right to change\.\nmethod (\w+)', described, re.M)
    check('some methods change, some do not', 8 <= len(changes) <= len(methods) - 8, (len(changes), len(methods)))
    script = f'''
import json, socket
s = socket.socket(socket.AF_UNIX)
s.connect({m.SOCKET!r})
def call(method):
    s.sendall(json.dumps({{'method': 'org.l2tpd.' + method, 'parameters': {{}}}}).encode() + b"\\0")
    answer = b''
    while not answer.endswith(b'\\0'):
        answer += s.recv(65536)
    return json.loads(answer[:-1])
for method in {methods}:
    if call(method).get('error') == 'org.l2tpd.PermissionDenied':
        print(method)
'''
    out = run('/usr/bin/python3', '-c', script, preexec_fn=as_member(READ.gr_gid, []))[1]
    equal('each change is refused to who may read, and nothing else', out.splitlines(), changes)
    daemon.end()


def test_half_of_the_clients():
    os.chmod(m.TMP, 0o755)
    daemon = m.Daemon(TUNNEL + '\n', options=(f'--read-group={READ.gr_name}',))
    script = f'''
import socket, sys
clients = []
for i in range(600):
    s = socket.socket(socket.AF_UNIX)
    s.connect({m.SOCKET!r})
    clients.append(s)
open(sys.argv[1], 'w').close()
sys.stdin.read()
'''
    done = os.path.join(m.TMP, 'connected')
    os.mkfifo(os.path.join(m.TMP, 'wait'))
    with open(os.path.join(m.TMP, 'script.py'), 'w', encoding='utf-8') as f:
        f.write(script)
    os.chmod(m.TMP, 0o777)
    with m.subprocess.Popen(['/usr/bin/python3', f.name, done], stdin=m.subprocess.PIPE,
                            preexec_fn=as_member(READ.gr_gid, [])) as process:
        check('a user who may read connects 600 times', m.until(lambda: os.path.exists(done)))
        check('half of all clients are his at most', m.until(lambda: 'this user has half' in daemon.log()))
        started = time.monotonic()
        equal('root is served', ctl('tunnel', 'list', 'names')[1], 't\n')
        check('at once', time.monotonic() - started < 1)
        process.communicate()
    daemon.end()


def test_flood_of_strangers():
    """Who is turned away may come again at once, but keeps nobody from his turn, and fills no log."""
    os.chmod(m.TMP, 0o755)
    daemon = m.Daemon(TUNNEL + '\n', options=(f'--read-group={READ.gr_name}',))
    script = f'''
import socket, time
end = time.monotonic() + 3
count = 0
while time.monotonic() < end:
    s = socket.socket(socket.AF_UNIX)
    s.connect({m.SOCKET!r})
    s.close()
    count += 1
print(count)
'''
    with m.subprocess.Popen(['/usr/bin/python3', '-c', script], stdout=m.subprocess.PIPE, text=True,
                            preexec_fn=as_member(STRANGER, [])) as process:
        time.sleep(0.5)
        took = []
        while process.poll() is None and len(took) < 10:
            started = time.monotonic()
            ctl('tunnel', 'list', 'names')
            took.append(time.monotonic() - started)
        count = int(process.communicate()[0])
    check(f'a stranger comes {count} times in three seconds', count > 500, count)
    check(f'others are served ({max(took):.2f} s)', len(took) > 2 and sorted(took)[len(took) // 2] < 0.5, took)
    check('the log stays short', daemon.log().count('refused') < 10, daemon.log().count('refused'))
    daemon.end()


def test_options():
    status, _, err = run(m.L2TPD, '--admin-group=no-such-group', '--check')
    equal('a group that does not exist', (status, 'no-such-group is no group' in err), (2, True))
    status, _, err = run(m.L2TPD, '--read-group=root', '--check')
    equal("root's own group", (status, "root's own group" in err), (2, True))


m.main(globals())
