#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""l2tprun: unchanged programs find the kernel's L2TP API, whatever they do with their sockets, whoever ends first."""
import ctypes
import errno
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import time

import _kernel_api as api
import _management as m
from _management import BUILD, TMP, check, equal, matches, run, until

L2TPRUN = os.path.join(BUILD, 'src/l2tprun/l2tprun')
CLIENT = os.path.join(BUILD, 'tests/net/kernel_client')
SOCKET = os.path.join(TMP, 'kernel')
NS = os.environ.get('NS') or f'l2t{os.getpid()}-'
HERE = os.path.dirname(os.path.abspath(__file__))
TUNNEL = 'Tunnel 7, encap UDP\n  From 127.0.0.1 to 127.0.0.2\n  Peer tunnel 8\n  UDP source / dest ports: 5000/5001\n' \
         '  UDP checksum: disabled\n'
WITHOUT = r'^l2tprun: .*: programs find a kernel without L2TP$'
# for programs in Python: a socket, as the kernel's documentation has it
PROGRAM = f"""
import array, errno, fcntl, os, socket, struct, sys, threading, time
sys.path.insert(0, {HERE!r})
import _kernel_api as api
def new(kind=socket.SOCK_RAW):
    s = socket.socket(socket.AF_NETLINK, kind, 16)
    s.bind((0, 0))
    return s
def ask(s, name=b'l2tp'):
    s.sendto(api.message(api.CTRL, api.REQUEST, 1, 0, b'\\3\\1\\0\\0' + api.attribute(2, name + b'\\0')), (0, 0))
    kind, about = next((k, p) for _, k, _, _, p in api.messages(s.recv(65536)))
    if kind == api.CTRL:
        return struct.unpack('=H', api.attributes(about[4:])[1])[0]
    return struct.unpack_from('=i', about)[0]
"""


def l2tprun(*words, options=(), **more):
    return run(L2TPRUN, '-s', SOCKET, *options, *words, **more)


def python(body, **more):
    """What this program prints, or what went wrong."""
    status, out, err = l2tprun(sys.executable, '-c', PROGRAM + body, **more)
    return out.strip() if status == 0 and not err else f'{status}: {out}{err}'


def supervisors():
    """Their numbers: processes of this name in no session of ours."""
    found = []
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            if m.read(f'/proc/{pid}/comm') == 'l2tprun\n' and SOCKET in m.read(f'/proc/{pid}/cmdline'):
                found.append(int(pid))
        except OSError:
            pass
    return found


def test_programs():
    daemon = api.Daemon(SOCKET)
    equal('ip l2tp', l2tprun('ip', 'l2tp', 'show', 'tunnel'), (0, TUNNEL, ''))
    _, plain, _ = run('genl', 'ctrl', 'list')
    _, listed, _ = l2tprun('genl', 'ctrl', 'list')
    check('genl lists the family beside the kernel\'s own', 'Name: l2tp\n\tID: 0x3f0' in listed and
          all(line in listed for line in plain.splitlines() if line.startswith('Name:')), listed)
    addresses = 'ip', 'addr', 'show', 'dev', 'lo'
    equal('rtnetlink is not touched', l2tprun(*addresses), run(*addresses))
    matches('a static program', l2tprun(CLIENT)[1], r'^family 1008 port [1-9]\d*$')
    for convention in ('i386', 'socketcall') if os.uname().machine == 'x86_64' else ():
        matches(f'calls of 32 bits: {convention}', l2tprun(CLIENT, convention)[1], r'^family 1008 port [1-9]\d*$')
    equal('a program that a shell runs', l2tprun('sh', '-c', 'ip l2tp show tunnel | cat; (ip l2tp show tunnel) & wait'),
          (0, 2 * TUNNEL, ''))
    equal('another family is the kernel\'s', python("print(ask(new(), b'nlctrl'), ask(new(), b'frob'))"),
          f'{api.CTRL} {-errno.ENOENT}')
    check('l2tpd knows who sends', daemon.senders and 0 not in daemon.senders, daemon.senders)
    check('all are closed', until(lambda: not daemon.clients), daemon.clients)
    check('no supervisor is left', until(lambda: not supervisors()), supervisors())
    daemon.stop()


def test_netlink():
    """What af_netlink says of a socket."""
    daemon = api.Daemon(SOCKET)
    equal('name, after dup() too', python("""
s = new()
name = s.getsockname()
print(name[0] == os.getpid(), s.dup().getsockname() == name, new().getsockname() != name, name[1])"""),
          'True True True 0')
    equal('domain, protocol, type', python("""
s = new(socket.SOCK_DGRAM)
print(*(s.getsockopt(socket.SOL_SOCKET, o) for o in (socket.SO_DOMAIN, socket.SO_PROTOCOL, socket.SO_TYPE)),
      new().getsockopt(socket.SOL_SOCKET, socket.SO_TYPE))"""), '16 16 2 3')
    equal('options', python("""
s = new()
s.setsockopt(270, 11, 1)
s.setsockopt(270, 1, 40)
s.setsockopt(270, 1, 3)
try:
    s.setsockopt(270, 99, 1)
except OSError as e:
    print(e.errno == errno.ENOPROTOOPT, end=' ')
try:
    s.getsockopt(270, 99)
except OSError as e:
    print(e.errno == errno.ENOPROTOOPT, end=' ')
groups = struct.unpack('=2I', s.getsockopt(270, 9, 8)[:8])
print(s.getsockopt(270, 11), s.getsockopt(270, 10), *groups, s.getsockname()[1])
s.setsockopt(270, 2, 3)
print(s.getsockname()[1])"""), 'True True 1 0 4 128 4\n0')
    daemon.options.clear()
    equal('groups in bind()', python("""
s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
s.bind((0, 1 << 31 | 1 << 15 | 1))
print(s.getsockname()[1] == 1 << 31 | 1 << 15 | 1)"""), 'True')
    equal('ports', python("""
s, t, u = (socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16) for _ in range(3))
print(s.getsockname(), s.getpeername(), end=' ')
s.bind((os.getpid() + 5, 0))
t.bind((0, 0))
print(s.getsockname()[0] - os.getpid(), t.getsockname()[0] - os.getpid(), ask(t), end=' ')
for port in os.getpid() + 5, os.getpid():
    try:
        u.bind((port, 0))
    except OSError as e:
        print(errno.errorcode[e.errno], end=' ')
ask(u)
print(u.getsockname()[0] not in (0, os.getpid(), os.getpid() + 5))"""),
          '(0, 0) (0, 0) 5 0 1008 EADDRINUSE EADDRINUSE True')
    equal('are memberships', [o[1:] for o in daemon.options], [(1, 1), (1, 16), (1, 32)])
    equal('flags', python("""
s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC, 16)
t = socket.fromfd(s.fileno(), 16, 3)
fd = os.open('/dev/null', 0)
try:
    s.recv(9)
except BlockingIOError:
    print(bool(fcntl.fcntl(s, fcntl.F_GETFD) & fcntl.FD_CLOEXEC))"""), 'True')
    equal('a Unix socket with a name as long is not ours', python("""
s = socket.socket(socket.AF_UNIX)
s.bind('\\0' + 'n' * 9)
t = socket.socket(socket.AF_UNIX)
u = new()
s.listen()
t.connect('\\0' + 'n' * 9)
print(s.getsockname(), t.getpeername() == s.getsockname(), s.getsockopt(socket.SOL_SOCKET, socket.SO_DOMAIN))"""),
          "b'\\x00nnnnnnnnn' True 1")
    equal('bad addresses', python("""
import ctypes
c = ctypes.CDLL(None, use_errno=True)
s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
length = ctypes.c_int(-1)
for call in (lambda: c.bind(s.fileno(), 8, 12), lambda: c.getsockname(s.fileno(), 8, 8),
             lambda: c.getsockname(s.fileno(), b'x' * 12, ctypes.byref(length)),
             lambda: c.setsockopt(s.fileno(), 270, 11, 8, 4), lambda: c.bind(s.fileno(), b'\\2' + bytes(11), 12)):
    print(call(), errno.errorcode[ctypes.get_errno()], end=' ')"""),
          '-1 EFAULT -1 EFAULT -1 EINVAL -1 EFAULT -1 EINVAL')
    daemon.stop()


def test_descriptors():
    """A descriptor is what it is in any process."""
    daemon = api.Daemon(SOCKET)
    equal('inherited', python("""
s = new()
port = s.getsockname()[0]
if os.fork() == 0:
    print(ask(s), s.getsockname()[0] == port, flush=True)
    os._exit(0)
os.wait()"""), '1008 True')
    equal('passed on', python("""
a, b = socket.socketpair()
if os.fork() == 0:
    s = new()
    socket.send_fds(a, [b'x'], [s.fileno(), s.fileno()])
    os._exit(0)
os.wait()
fds = socket.recv_fds(b, 1, 2)[1]
s = socket.socket(fileno=fds[1])
print(s.getsockname()[0] > 0, ask(s))"""), 'True 1008')
    equal('of a thread with descriptors of its own', python("""
import ctypes
def alone():
    ctypes.CDLL(None).unshare(0x400)
    s = new()
    print(ask(s), s.getsockname()[0] > 0)
t = threading.Thread(target=alone)
t.start()
t.join()"""), '1008 True')
    daemon.stop()


def test_namespaces():
    daemon = api.Daemon(SOCKET)
    host = f'{NS}run'
    subprocess.run(['ip', 'netns', 'add', host], check=True)
    inode = os.stat(f'/run/netns/{host}').st_ino
    equal('ip netns exec', l2tprun('ip', 'netns', 'exec', host, 'ip', 'l2tp', 'show', 'tunnel'), (0, TUNNEL, ''))
    equal('tells which namespace it is', daemon.ever[-1].netns, inode)
    equal('ip -n', l2tprun('ip', '-n', host, 'l2tp', 'show', 'tunnel'), (0, TUNNEL, ''))
    equal('too', daemon.ever[-1].netns, inode)
    equal('ours', (l2tprun('ip', 'l2tp', 'show', 'tunnel')[0], daemon.ever[-1].netns),
          (0, os.stat('/proc/self/ns/net').st_ino))
    for what, options in {'pid and mount namespaces': ['-pf', '--mount-proc'], 'no /proc': ['-m']}.items():
        words = ['unshare', *options, 'sh', '-c',
                 'mount -t tmpfs x /proc; ip l2tp show tunnel' if options == ['-m'] else 'ip l2tp show tunnel']
        equal(what, l2tprun(*words), (0, TUNNEL, ''))
    check('all are closed', until(lambda: not daemon.clients), daemon.clients)
    subprocess.run(['ip', 'netns', 'delete', host], check=True)
    daemon.stop()


VIEW = '/proc/net/pppol2tp'
DEBUG = '/sys/kernel/debug/l2tp/tunnels'


def view(number, netns='self'):
    """What the stand-in tells of a network namespace, which this process has, or that is known by this name."""
    path = '/proc/self/ns/net' if netns == 'self' else f'/run/netns/{netns}'
    return f'view {number} of {os.stat(path).st_ino}\n'


def test_files():
    """However a program calls them, they are opened; all others are the kernel's."""
    daemon = api.Daemon(SOCKET)
    host = f'{NS}files'
    subprocess.run(['ip', 'netns', 'add', host], check=True)
    for path in VIEW, '/proc/self/net/pppol2tp', '/proc/thread-self/net/pppol2tp', '//proc/../proc/./net//pppol2tp':
        equal(path, l2tprun('cat', path), (0, view(0), ''))
    equal(DEBUG, l2tprun('cat', DEBUG), (0, view(1), ''))
    equal('of any namespace', l2tprun('ip', 'netns', 'exec', host, 'cat', VIEW, DEBUG),
          (0, view(0, host) + view(1, host), ''))
    equal('of another process', l2tprun('ip', 'netns', 'exec', host, 'cat', f'/proc/{os.getpid()}/net/pppol2tp'),
          (0, view(0), ''))
    equal('of one that there is not', l2tprun('cat', '/proc/4194305/net/pppol2tp')[0], 1)
    equal('by its number in its own pid namespace',
          l2tprun('unshare', '-pf', '--mount-proc', 'sh', '-c', f'ip netns exec {host} cat /proc/1/net/pppol2tp'),
          (0, view(0), ''))
    equal('relative', l2tprun('sh', '-c', 'cd /proc/self/net && cat ./pppol2tp && cd .. && cat net/pppol2tp'),
          (0, 2 * view(0), ''))
    equal('in a folder that is open', python("""
fd = os.open('/proc/self/net', os.O_RDONLY)
print(os.read(os.open('pppol2tp', os.O_RDONLY, dir_fd=fd), 99).decode(), end='')
print(os.stat('pppol2tp', dir_fd=fd).st_size)"""), f'{view(0)}0')
    for convention in ('i386', ) if os.uname().machine == 'x86_64' else ():
        equal(f'calls of 32 bits: {convention}', l2tprun(CLIENT, 'open', VIEW), (0, view(0), ''))
    equal('others are the kernel\'s', l2tprun('sh', '-c', 'cat /proc/sys/kernel/ostype; cat /tmp/pppol2tp'),
          (1, 'Linux\n', 'cat: /tmp/pppol2tp: No such file or directory\n'))
    check('nothing is held open', until(lambda: not daemon.clients))
    subprocess.run(['ip', 'netns', 'delete', host], check=True)
    daemon.stop()


def test_file():
    """What can be done with them."""
    daemon = api.Daemon(SOCKET)
    equal('its folder', l2tprun('sh', '-c', 'd=/sys/kernel/debug/l2tp; ls $d; find $d/ -type f -exec cat {} +; '
                                '[ -d $d ] && stat -c "%F %a %h" $d'),
          (0, f'tunnels\n{view(1)}directory 755 2\n', ''))
    equal('a file in it that there is not', l2tprun('cat', '/sys/kernel/debug/l2tp/other')[0], 1)
    equal('reading', python(f"""
fd = os.open({VIEW!r}, os.O_RDONLY | os.O_CLOEXEC)
print(os.read(fd, 4), os.read(fd, 3), os.lseek(fd, -2, 2) > 0, os.read(fd, 9)[-1:], os.read(fd, 9), os.lseek(fd, 0, 0))
print(os.read(fd, 99).decode(), end='')
print(os.get_inheritable(fd), oct(os.fstat(fd).st_mode))"""),
          f"b'view' b' 0 ' True b'\\n' b'' 0\n{view(0)}False 0o100444")
    equal('is there', python(f"""
import ctypes
for path in {VIEW!r}, {DEBUG!r}:
    about = os.stat(path)
    print(oct(about.st_mode), about.st_size, about.st_nlink, os.lstat(path).st_mode == about.st_mode,
          os.path.exists(path), os.access(path, os.R_OK), os.access(path, os.X_OK))"""),
          '0o100444 0 1 True True True False\n0o100600 0 1 True True True False')
    equal('statx', l2tprun('stat', '-c', '%F %a %s', VIEW), (0, 'regular empty file 444 0\n', ''))
    equal('copied', l2tprun('sh', '-c', f'cp {VIEW} {TMP}/copy && cat {TMP}/copy && cp {VIEW} {DEBUG} {TMP} && '
                            f'cat {TMP}/tunnels'), (0, view(0) + view(1), ''))
    tries = f"""
def attempt(path, flags, write=False):
    try:
        fd = os.open(path, flags, 0o600)
        if write:
            os.write(fd, b'x')
        os.close(fd)
        return 'ok'
    except OSError as e:
        return errno.errorcode[e.errno]
for path in {VIEW!r}, {DEBUG!r}:
    print(*(attempt(path, flags) for flags in (os.O_RDONLY, os.O_WRONLY, os.O_RDWR, os.O_CREAT | os.O_EXCL,
                                               os.O_DIRECTORY, os.O_CREAT)), attempt(path, os.O_WRONLY, True))"""
    equal('opening', python(tries), 'ok ok ok EEXIST ENOTDIR ok EIO\nok ok ok EEXIST ENOTDIR ok EINVAL')
    os.chmod(TMP, 0o755)
    equal('by others', python('os.setgid(65534); os.setuid(65534)' + tries),
          'ok EACCES EACCES EEXIST ENOTDIR ok EACCES\nEACCES EACCES EACCES EEXIST ENOTDIR EACCES EACCES')
    daemon.stop()
    equal('without l2tpd there is none', l2tprun('cat', VIEW)[:2], (1, ''))


def test_opening():
    """Opening files goes on as ever under threads, signals and whatever a path may be."""
    daemon = api.Daemon(SOCKET)
    equal('threads', python(f"""
import signal
count = [0]
signal.signal(signal.SIGALRM, lambda *_: count.__setitem__(0, count[0] + 1))
signal.siginterrupt(signal.SIGALRM, False)
signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
answers = set()
def use():
    for _ in range(100):
        with open('/proc/sys/kernel/ostype') as file:
            answers.add(file.read())
        with open({VIEW!r}) as file:
            answers.add(file.read())
threads = [threading.Thread(target=use) for _ in range(10)]
for t in threads: t.start()
for t in threads: t.join()
signal.setitimer(signal.ITIMER_REAL, 0, 0)
print(*sorted(answers), sep='', end='')"""), f'Linux\n{view(0)}'.strip())
    equal('hostile paths', python("""
import ctypes, mmap
c = ctypes.CDLL(None, use_errno=True)
c.mmap.restype = ctypes.c_void_p
pages = c.mmap(None, ctypes.c_size_t(8192), 3, 0x22, -1, ctypes.c_long(0))
c.munmap(ctypes.c_void_p(pages + 4096), ctypes.c_size_t(4096))
def attempt(address, *more):
    return -1 if c.open(ctypes.c_void_p(address), 0) < 0 else 0, errno.errorcode[ctypes.get_errno()]
ctypes.memset(pages, ord('p'), 4096)
end = pages + 4096
print(attempt(0), attempt(end), attempt(end - 4), attempt(pages), end=' ')
ctypes.memmove(end - 19, b'/proc/net/pppol2tp\\0', 19)
print(attempt(end - 19)[0], end=' ')
long = ctypes.create_string_buffer(b'/proc/net/' + b'./' * 2100 + b'pppol2tp')
print(attempt(ctypes.addressof(long)), attempt(ctypes.addressof(ctypes.create_string_buffer(b''))))
"""), "(-1, 'EFAULT') (-1, 'EFAULT') (-1, 'EFAULT') (-1, 'ENAMETOOLONG') 0 (-1, 'ENAMETOOLONG') (-1, 'ENOENT')")
    daemon.stop()


# a request that only the administrator may make, of a family that every kernel has: remove all TCP metrics
ADMIN = """
family = ask(new(), b'tcp_metrics')
s = new()
s.sendto(api.message(family, api.REQUEST | api.ACK, 2, 0, b'\\2\\1\\0\\0'), (0, 0))
print(os.strerror(-struct.unpack_from('=i', s.recv(9999), 16)[0]))"""


def test_rights():
    daemon = api.Daemon(SOCKET)
    os.chmod(TMP, 0o755)
    status, out, _ = run(sys.executable, '-c', PROGRAM + ADMIN)
    if (status, out) != (0, 'Success\n'):
        print(f'skip rights: no family tcp_metrics: {status} {out}')
    else:
        equal('the administrator\'s', python(ADMIN), 'Success')
        for who, words in {'a user': ['setpriv', '--reuid=65534', '--clear-groups'],
                           'root without the right': ['setpriv', '--bounding-set=-net_admin'],
                           'root of a user namespace': ['unshare', '-Ur']}.items():
            equal(f'{who} has no more rights than elsewhere',
                  l2tprun(*words, sys.executable, '-c', PROGRAM + ADMIN)[1], 'Operation not permitted\n')
    words = 'setpriv', '--bounding-set=-sys_admin', '--inh-caps=-sys_admin', L2TPRUN, '-s', SOCKET, sys.executable, '-c'
    status, out, err = run(*words, PROGRAM + """
try:
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM, 115)
except OSError as e:
    print(errno.errorcode[e.errno], ask(new()))""")
    equal('root without CAP_SYS_ADMIN has no sockets of IP protocol 115, and all else', (status, out),
          (0, 'EPROTONOSUPPORT 1008\n'))
    matches('and is told why', err, r'^l2tprun: cannot make a network namespace .*: Operation not permitted: ')
    words = 'unshare', '-Ur', L2TPRUN, '-s', SOCKET, 'sh', '-c'
    status, out, _ = run(*words, f'unshare -n {CLIENT}; {CLIENT}')
    matches('root of a user namespace, from which the network namespace is not: nothing breaks', out,
            r'\A(No such file or directory|family 1008 port \d+)\nfamily 1008 port \d+\n\Z')
    equal('setuid programs keep their rights', l2tprun('grep', 'NoNewPrivs', '/proc/self/status')[1].split()[1], '0')
    status, out, err = l2tprun(CLIENT, preexec_fn=as_nobody)
    equal('who is not root gets no L2TP', (status, out), (1, 'No such file or directory\n'))
    matches('and why', err, r'^l2tprun: cannot reach l2tpd on .*\(run this as root\): Permission denied: programs find')
    daemon.stop()


def without_seccomp():
    """As on a kernel that lets nobody answer system calls: seccomp() is none."""
    number = 317 if os.uname().machine == 'x86_64' else 277
    load, compare, answer = (0x20, 0, 0, 0), (0x15, 0, 1, number), (6, 0, 0, 0x50000 | errno.ENOSYS)
    code = struct.pack('HBBIHBBIHBBIHBBI', *load, *compare, *answer, 6, 0, 0, 0x7fff0000)
    room = ctypes.create_string_buffer(code)
    ctypes.CDLL(None).prctl(22, 2, struct.pack('=H6xQ', 4, ctypes.addressof(room)))


def as_nobody():
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)


def test_threads():
    daemon = api.Daemon(SOCKET)
    equal('150 threads', l2tprun(CLIENT, 'threads', '150', '4'), (0, '150 threads, 0 wrong\n', ''))
    check('all are closed', until(lambda: not daemon.clients), daemon.clients)
    with subprocess.Popen([L2TPRUN, '-s', SOCKET, CLIENT, 'hang']) as program:
        check('more sockets than are remembered without a look', until(lambda: len(daemon.ever) > 2000, 60))
        program.kill()
    daemon.stop()


def test_patience():
    """More wait than there is room for in the socket to l2tpd, and none is lost."""
    daemon = api.Daemon(SOCKET, asleep=1.5)
    equal('1,000 threads, and an l2tpd that has no time', l2tprun(CLIENT, 'threads', '1000', '1'),
          (0, '1000 threads, 0 wrong\n', ''))
    check('all are closed', until(lambda: not daemon.clients), daemon.clients)
    daemon.stop()


def test_signals():
    """They come while calls wait for the supervisor, as those that a runtime sends to its own threads."""
    daemon = api.Daemon(SOCKET)
    equal('a signal each 0.2 ms', python("""
import signal
count = [0]
signal.signal(signal.SIGALRM, lambda *_: count.__setitem__(0, count[0] + 1))
signal.siginterrupt(signal.SIGALRM, False)
signal.setitimer(signal.ITIMER_REAL, 0.0002, 0.0002)
answers = [ask(new()) for _ in range(300)]
signal.setitimer(signal.ITIMER_REAL, 0)
print(set(answers), count[0] > 100)"""), '{1008} True')
    check('all are closed', until(lambda: not daemon.clients), daemon.clients)
    daemon.stop()


def test_hostile():
    """A program that says anything harms nobody but itself."""
    daemon = api.Daemon(SOCKET)
    equal('arguments of any kind', python("""
import ctypes, random
c = ctypes.CDLL(None)
room = ctypes.create_string_buffer(4096)
random.seed(5)
kept = [new() for _ in range(3)]
fds = [s.fileno() for s in kept]
numbers = (49, 42, 51, 54, 55, 41) if os.uname().machine == 'x86_64' else (200, 203, 204, 208, 209, 198)
interesting = [0, 1, 3, 4, 12, 16, 38, 39, 270, -1, 2 ** 31 - 1, 2 ** 32 + 12, 2 ** 63, 2 ** 64 - 1,
               ctypes.addressof(room), ctypes.addressof(room) + 4090, *fds, 1000]
for _ in range(20000):
    number = random.choice(numbers)
    first = random.choice(fds + [16]) if number not in (41, 198) else random.choice(interesting)
    ctypes.memmove(room, random.randbytes(64), 64)
    made = c.syscall(number, *(ctypes.c_uint64(n) for n in (first, *random.choices(interesting, k=4))))
    if number in (41, 198) and made > 2:
        os.close(made)
print(ask(kept[0]), kept[0].getsockname()[0] > 0, ask(new()))"""), '1008 True 1008')
    daemon.stop()


def test_killed():
    """At any moment: threads in the middle of whatever, again and again."""
    daemon = api.Daemon(SOCKET)
    for i in range(30):
        with subprocess.Popen([L2TPRUN, '-s', SOCKET, CLIENT, 'threads', '20', '1000']) as program:
            time.sleep(0.004 * i)
            program.send_signal(signal.SIGKILL)
    check('the program: nothing is left of it', until(lambda: not daemon.clients and not supervisors()), supervisors())
    with subprocess.Popen([L2TPRUN, '-s', SOCKET, 'sh', '-c', f'read x; {CLIENT}'], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as program:
        until(lambda: m.read(f'/proc/{program.pid}/comm') == 'sh\n')
        for pid in supervisors():
            if pid != program.pid:
                os.kill(pid, signal.SIGTERM)
        program.stdin.write('\n')
        matches('the supervisor ends after the programs, not before', program.communicate()[0], r'^family 1008')
    with subprocess.Popen([L2TPRUN, '-s', SOCKET, 'sh', '-c', f'echo; read x; {CLIENT}'], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as program:
        program.stdout.readline()       # it is loaded: without a supervisor it could not be
        for pid in supervisors():
            os.kill(pid, signal.SIGKILL)
        program.stdin.write('\n')
        equal('but by force: its calls fail', program.communicate()[0], f'{os.strerror(errno.ENOSYS)}\n')
    daemon.stop()


def test_daemon_gone():
    status, out, err = l2tprun('sh', '-c', f'{CLIENT}; {CLIENT}')
    equal('no l2tpd: as a kernel without L2TP', (status, out), (1, 2 * 'No such file or directory\n'))
    matches('why, and what helps', err, r'\Al2tprun: cannot reach l2tpd .*is l2tpd running\?.*\n\Z')
    daemon = api.Daemon(SOCKET, refuse=errno.EPROTONOSUPPORT)
    status, out, err = l2tprun(CLIENT)
    equal('l2tpd refuses', (status, out), (1, 'No such file or directory\n'))
    matches('it tells why', err, WITHOUT)
    daemon.stop()
    daemon = api.Daemon(SOCKET, silent=True)
    begun = time.monotonic()
    status, out, err = l2tprun(CLIENT, 'threads', '5', '1')
    check('l2tpd does not answer: not for long', status == 1 and 4 < time.monotonic() - begun < 9,
          time.monotonic() - begun)
    matches('it tells', err, r'\Al2tprun: l2tpd does not answer: .*\n\Z')
    check('and forgets them', until(lambda: not daemon.clients), daemon.clients)
    daemon.stop()


# what SIOCDEVPRIVATE, which is also PPP's, says of a device that is not PPP's
PRIVATE = """
def private():
    try:
        fcntl.ioctl(socket.socket(), 0x89f0, struct.pack('16sQ16x', b'lo', 0))
    except OSError as e:
        return errno.errorcode[e.errno]
"""


def test_daemon_restarts():
    daemon = api.Daemon(SOCKET)
    plain = run(sys.executable, '-c', PROGRAM + PRIVATE + 'print(private())')[1].strip()
    with subprocess.Popen([L2TPRUN, '-s', SOCKET, sys.executable, '-c', PROGRAM + PRIVATE + """
s = new()
print(ask(s), flush=True)
input()
try:
    print('answered', ask(s))
except OSError as e:
    print('gone')
try:
    s.setsockopt(270, 11, 1)
except OSError as e:
    print(errno.errorcode[e.errno], ask(new()), private(), flush=True)
input()
print(ask(new()), flush=True)
"""], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
        first = program.stdout.readline()
        daemon.stop()
        program.stdin.write('\n')
        program.stdin.flush()
        second = [program.stdout.readline() for _ in range(2)]
        daemon = api.Daemon(SOCKET)
        out, err = program.communicate('\n')
    equal('a program outlives l2tpd', (first, second, out),
          ('1008\n', ['gone\n', f'ECONNREFUSED {-errno.ENOENT} {plain}\n'], '1008\n'))
    equal('which is told once', len(err.splitlines()), 1)
    daemon.stop()


def test_as_itself():
    """What runs is the program, seen from outside, too."""
    daemon = api.Daemon(SOCKET)
    for status in 0, 7, 125:
        equal(f'exit status {status}', l2tprun('sh', '-c', f'exit {status}')[0], status)
    with subprocess.Popen([L2TPRUN, '-s', SOCKET, 'sleep', '60']) as program:
        until(lambda: m.read(f'/proc/{program.pid}/comm') == 'sleep\n')
        program.terminate()
    equal('a signal', program.returncode, -signal.SIGTERM)
    equal('its number, and no child', python(
        "print(os.getpid() == int(os.environ['SAME']) if 'SAME' in os.environ else "
        "open(f'/proc/self/task/{os.getpid()}/children').read() == '')"), 'True')
    out = l2tprun('sh', '-c', 'ls -l /proc/self/fd | grep -c -- "->"; '
                  'ls -l /proc/$$/fd | grep -cE "socket|seccomp|pidfd"')[1]
    equal('no descriptor of ours', out, '4\n0\n')
    equal('not a missing one, either', l2tprun('sh', '-c', 'ls /proc/self/fd | tr "\\n" " "; ls -l /proc/self/fd >&2',
                                               preexec_fn=lambda: os.close(0))[1].split()[0], '0')
    equal('no such program', l2tprun('frob')[::2], (127, 'l2tprun: cannot run frob: No such file or directory\n'))
    equal('no program', l2tprun('/')[::2], (126, 'l2tprun: cannot run /: Permission denied\n'))
    equal('none', l2tprun()[0], 125)
    begun = time.monotonic()
    with subprocess.Popen([L2TPRUN, '-s', SOCKET, 'sh', '-c', 'sleep 2 >/dev/null 2>&1 </dev/null & echo done'],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as program:
        equal('its output ends with it, not with what it left', program.communicate()[0], 'done\n')
        check('at once', time.monotonic() - begun < 1.5, time.monotonic() - begun)
    daemon.stop()


def test_nested():
    daemon = api.Daemon(SOCKET)
    status, out, err = l2tprun(L2TPRUN, '-s', SOCKET, 'ip', 'l2tp', 'show', 'tunnel')
    equal('in itself: steps aside', (status, out), (0, TUNNEL))
    matches('and says so', err, r'^l2tprun: L2TP is here already')
    status, _, err = l2tprun(L2TPRUN, '-f', '-s', SOCKET, 'true')
    equal('unless it must not: it cannot', status, 125)
    matches('and says why', err, r'^l2tprun: a program can have one supervisor')
    daemon.stop()


def test_modules():
    """The configuration is that of this source, which need not be installed."""
    options = l2tprun('sh', '-c', 'echo "$MODPROBE_OPTIONS"', env={'MODPROBE_OPTIONS': '-q'})[1]
    matches('modprobe is told of a configuration', options,
            r'^-q -C /\S+/share/l2tpd/modprobe\.conf -C /etc/modprobe\.d ')
    if not shutil.which('modprobe'):
        print('skip modprobe: there is none')
        return
    told = re.sub(r'/\S+/l2tpd/modprobe\.conf', f'{m.TOP}/dist/modprobe.conf', options.replace('-q', '')).strip()
    for name in 'l2tp_core', 'l2tp_netlink', 'l2tp_eth', 'l2tp_ip', 'l2tp_ip6', 'l2tp_ppp':
        equal(f'modprobe {name}', run('modprobe', name, env={'MODPROBE_OPTIONS': told}), (0, '', ''))
    check('others are as ever', run('modprobe', 'no_such_module', env={'MODPROBE_OPTIONS': told})[0] != 0)


def test_plan():
    daemon = api.Daemon(SOCKET)
    status, out, _ = l2tprun('sh', options=['-n'])
    equal('-n: all is there', status, 0)
    matches('-n: what would happen', out,
            r'^kernel: has no L2TP\nseccomp: can .*\nrights: .*\nl2tpd: answers on .*\nsh would')
    status, out, _ = l2tprun('no-such-program', options=['-n'])
    equal('-n: a program that there is not', (status, out),
          (125, 'no-such-program is not there, or no program: l2tprun could not run it\n'))
    equal('-n: by its path', l2tprun('/dev/null', options=['-n'])[0], 125)
    status, out, _ = run('unshare', '-m', 'sh', '-c', f'mount -t tmpfs none /proc && exec {L2TPRUN} -s {SOCKET} -n')
    equal('-n: without /proc', (status, out.count('mount -t proc proc /proc')), (125, 1))
    check('-n: nothing happened', not daemon.ever)
    matches('-n: without rights', l2tprun('-n', preexec_fn=as_nobody)[1], r'rights: .*run as root\nl2tpd: cannot reach')
    status, out, _ = l2tprun('sh', options=['-n'], preexec_fn=without_seccomp)
    equal('-n: a kernel that cannot', status, 125)
    matches('-n: tells so', out, r'^seccomp: this kernel lets nobody answer system calls: it needs Linux 5\.14')
    status, out, err = l2tprun('echo', 'ran', preexec_fn=without_seccomp)
    equal('there nothing runs', (status, out), (125, ''))
    matches('and it tells why', err, r'^l2tprun: this kernel lets nobody answer system calls: it needs Linux 5\.14')
    daemon.stop()
    status, out, _ = l2tprun('sh', options=['-n'])
    equal('-n: no l2tpd', status, 125)
    matches('-n: what is missing', out, r'^l2tpd: cannot reach l2tpd on')


def test_swift():
    """At most 2 ms are added. The swiftest runs count: others tell of what the machine does besides."""
    daemon = api.Daemon(SOCKET)
    best = {(): 9e9, (L2TPRUN, '-s', SOCKET): 9e9}

    def added():
        for words in list(best) * 10:
            begun = time.monotonic()
            subprocess.run([*words, 'ip', 'l2tp', 'show', 'tunnel'], stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL, check=False)
            best[words] = min(best[words], 1000 * (time.monotonic() - begun))
        plain, under = best.values()
        return under - plain
    with open(L2TPRUN, 'rb') as program:
        sanitised = b'__asan_init' in program.read()
    if sanitised:
        print('skip at most 2 ms are added: a sanitised program takes its time')
    else:
        check('at most 2 ms are added', until(lambda: added() <= 2, 20), f'{added():.1f} ms')
    daemon.stop()


m.main(globals())
