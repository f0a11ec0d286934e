#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What l2tpd does when what an l2tprun says is disturbed by others, or is not what an l2tprun says."""
import errno
import os
import random
import resource
import signal
import socket
import struct
import time

import _kernel_api as api
import _management as m
from _management import TMP, check, equal, until

KERNEL = os.path.join(TMP, 'kernel')
PPPOX, MOVED = 3, 12
SOCK_DIAG = 4           # netlink's
AF_PPPOX = 24


def begin():
    daemon = m.Daemon(options=['--kernel-socket', KERNEL])
    peer = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    peer.connect(KERNEL)
    peer.settimeout(10)
    return daemon, peer


def request(kind, number, octets=b'', version=api.VERSION, option=0, value=0, cookie=0):
    return api.ATTACH.pack(version, kind, number, 0, option, value, 0, cookie, len(octets), octets)


def listener(backlog):
    """A Unix socket that listens, and its name; more than its backlog waits for it nobody."""
    made = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    made.setblocking(False)
    made.bind(b'\0' + random.randbytes(16))
    made.listen(backlog)
    return made


def stranger(to):
    made = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    made.setblocking(False)
    made.connect(to.getsockname())
    return made


def udp_socket(connected=True):
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind(('127.0.0.1', 0))
    if connected:
        made.connect(('127.0.0.1', 9))
    return made


def answer(peer):
    """The errno; what is told of sockets is none."""
    client = 0
    while not client:
        client, error, *_ = api.ATTACHED.unpack(peer.recv(256))
    return error


def connect(peer, number, waiting, udp=None, kept=None):
    """A program connects an AF_PPPOX socket to make a tunnel of a UDP socket: the errno."""
    udp = udp or udp_socket()
    own = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if kept is not None:
        kept += udp, own
    address = struct.pack('=HIii16x4H', AF_PPPOX, 1, 0, udp.fileno(), number, 0, number, 0)
    netns = os.open('/proc/self/ns/net', os.O_RDONLY)
    socket.send_fds(peer, [request(PPPOX, number, address)], [waiting.fileno(), netns, own.fileno(), udp.fileno()])
    os.close(netns)
    return answer(peer)


def tunnels():
    return int(m.must('kernel', 'pppol2tp').count("TUNNEL '"))


def test_strangers():
    """Anybody can see a socket's abstract name, and come before us."""
    daemon, peer = begin()
    equal('nobody else', connect(peer, 1, listener(10)), 0)
    crowded = listener(4096)
    kept = [stranger(crowded) for _ in range(500)]
    equal('many others', connect(peer, 2, crowded), 0)
    full = listener(0)
    kept.append(stranger(full))
    try:
        equal('no room for another', connect(peer, 3, full), errno.ENOMEM)
    except TimeoutError:
        check('no room for another', False, 'l2tpd waits for it')
    equal('l2tpd lives', m.ctl('system', 'show', 'status')[0], 0)
    check('tunnels go with their sockets', until(lambda: tunnels() == 0), tunnels())
    daemon.end()


def test_missed():
    """The kernel tells of so many ends of sockets that it drops some, while l2tpd has no time."""
    daemon, peer = begin()
    kept = []
    for number in 1, 2:
        equal('a tunnel', connect(peer, number, listener(1), kept=kept), 0)
    daemon.process.send_signal(signal.SIGSTOP)

    def missed():
        for _ in range(500):
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()
        return any(int(words[8]) for words in map(str.split, m.read('/proc/net/netlink').splitlines()[1:])
                   if words[1] == str(SOCK_DIAG))
    check('it has no room for more', until(missed, 60))
    kept[0].close()
    time.sleep(1)       # the kernel takes its time
    daemon.process.send_signal(signal.SIGCONT)
    check('one ends all the same', until(lambda: tunnels() == 1), tunnels())
    time.sleep(0.5)
    equal('the other does not', tunnels(), 1)
    kept[2].close()
    check('before it is closed', until(lambda: tunnels() == 0), tunnels())
    daemon.end()


def test_unconnected():
    """Sockets that are not connected have to be looked at."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (8192, 8192))
    daemon, peer = begin()
    kept, waiting = [], listener(1)
    wrong = [connect(peer, number, waiting, udp_socket(connected=False), kept) for number in range(1, 801)]
    equal('800 tunnels', set(wrong), {0})

    def seconds():
        ticks = m.read(f'/proc/{daemon.pid}/stat').rpartition(')')[2].split()[11:13]
        return sum(map(int, ticks)) / os.sysconf('SC_CLK_TCK')
    before = seconds()
    time.sleep(3)
    used = seconds() - before
    check('they take little of the time', used < 0.6, f'{used} of 3 s')
    daemon.end()


def test_moving():
    """Many sockets are connected to somebody else, one soon after the other."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (8192, 8192))
    daemon, peer = begin()
    kept, waiting = [], listener(1)
    equal('tunnels', {connect(peer, number, waiting, kept=kept) for number in range(1, 251)}, {0})
    for udp in kept[::2]:
        peer.send(request(MOVED, 0, cookie=os.fstat(udp.fileno()).st_ino))
        udp.connect(('127.0.0.1', 10))
        time.sleep(0.01)
    check('all are followed', until(lambda: 'dest port 9\n' not in m.must('kernel', 'tunnels'), 5),
          m.must('kernel', 'tunnels').count('dest port 9\n'))
    daemon.end()


def test_forged():
    """Only root can say anything there; all the same."""
    daemon, peer = begin()
    equal('a good one', connect(peer, 1, listener(10)), 0)
    random.seed(11)
    some = [os.open('/dev/null', os.O_RDONLY), os.open('/proc/self/ns/net', os.O_RDONLY), os.memfd_create('x'),
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM), socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)]
    some = [each if isinstance(each, int) else each.detach() for each in some]
    for turn in range(600):
        other = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        other.settimeout(10)
        other.connect(KERNEL)
        said = request(random.randrange(MOVED), turn % 3, random.randbytes(random.choice([0, 4, 38, 96])),
                       random.choice([api.VERSION] * 9 + [1]), random.choice([-1, 0, 1, 2, 3, 2 ** 31 - 1]),
                       random.choice([-1, 0, 1, 0x40047437, 0x743e, 0x40107447]))
        if turn % 10 == 0:
            said = said[:random.randrange(len(said))] or b'x'
        socket.send_fds(other, [said], random.choices(some, k=random.randrange(7)))
        try:
            other.recv(256)
        except ConnectionError:
            pass
        other.close()
    equal('l2tpd lives', m.ctl('system', 'show', 'status')[0], 0)
    equal('and does its work', connect(peer, 9, listener(10)), 0)
    daemon.end()


m.main(globals())
