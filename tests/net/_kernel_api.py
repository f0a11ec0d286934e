# SPDX-License-Identifier: MIT
"""A stand-in for l2tpd's side of src/kernel/attach.h, which can misbehave: it has one tunnel, and can do nothing else.

Requests for family "l2tp" it answers itself, all others it passes on to the kernel, as l2tpd does.
"""
import errno
import os
import selectors
import socket
import struct
import threading
import time

ATTACH = struct.Struct('=IIQIiiIQI96s4x')
ATTACHED = struct.Struct('=QiIIII96s4x')
VERSION, NETLINK, OPTION, CALL, VIEW, MOVED, BIND, CONNECT = 3, 1, 2, 4, 7, 12, 13, 14
WITH_IT = {NETLINK: 3, OPTION: 0, CALL: 0, VIEW: 2, MOVED: 0, BIND: 0, CONNECT: 0}     # descriptors
FAMILY, GROUP = 0x3f0, 77
HEADER = struct.Struct('=IHHII')
CTRL, ERROR, DONE = 0x10, 2, 3
REQUEST, MULTI, ACK, DUMP = 1, 2, 4, 0x300


def attribute(kind, value):
    padded = value + bytes(-len(value) % 4)
    return struct.pack('=HH', 4 + len(value), kind) + padded


def attributes(octets):
    """{type: value}"""
    found, at = {}, 0
    while at + 4 <= len(octets):
        length, kind = struct.unpack_from('=HH', octets, at)
        found[kind & 0x3fff] = octets[at + 4:at + length]
        at += max(length + 3 & ~3, 4)
    return found


def message(kind, flags, sequence, port, payload):
    return HEADER.pack(16 + len(payload), kind, flags, sequence, port) + payload


def messages(octets):
    """(the whole, type, flags, sequence, payload) of each."""
    at = 0
    while at + 16 <= len(octets):
        length, kind, flags, sequence, _ = HEADER.unpack_from(octets, at)
        yield octets[at:at + length], kind, flags, sequence, octets[at + 16:at + length]
        at += max(length + 3 & ~3, 16)


FAMILY_RECORD = b'\1\2\0\0' + b''.join((
    attribute(2, b'l2tp\0'), attribute(1, struct.pack('=H', FAMILY)), attribute(3, struct.pack('=I', 1)),
    attribute(4, bytes(4)), attribute(5, struct.pack('=I', 35)),
    attribute(7, attribute(1, attribute(2, struct.pack('=I', GROUP)) + attribute(1, b'l2tp\0')))))
TUNNEL_RECORD = b'\4\1\0\0' + b''.join((
    attribute(9, struct.pack('=I', 7)), attribute(10, struct.pack('=I', 8)), attribute(7, b'\3'),
    attribute(2, struct.pack('=H', 0)), attribute(24, bytes((127, 0, 0, 1))), attribute(25, bytes((127, 0, 0, 2))),
    attribute(26, struct.pack('=H', 5000)), attribute(27, struct.pack('=H', 5001)), attribute(13, b'\0')))


class Client:
    """A program's socket: our end of the pair, and the kernel's socket."""

    def __init__(self, port, end, netns, proxy):
        self.first, self.end, self.proxy = port, socket.socket(fileno=end), socket.socket(fileno=proxy)
        self.netns = os.fstat(netns).st_ino
        os.close(netns)
        self.groups, self.is_bound = 0, False
        self.listed = None      # the dump of all families that ours has to be in: (sequence)

    @property
    def port(self):
        return self.proxy.getsockname()[0]

    def bind(self, port):
        try:
            self.proxy.bind((port or self.first, 0))
        except OSError as e:
            if port:
                return e.errno
            self.proxy.bind((0, 0))
        self.is_bound = True
        return 0

    def set_option(self, option, value):
        bit = 1 << value - 1 if 0 < value < 33 else 0
        if option in (1, 2):
            self.groups = self.groups | bit if option == 1 else self.groups & ~bit

    def say(self, *parts):
        try:
            self.end.send(b''.join(parts))
        except OSError:
            pass

    def ask(self, whole, kind, flags, sequence, payload):
        if kind == CTRL and payload[0] == 3 and flags & DUMP:
            self.listed = sequence
        about = attributes(payload[4:]) if kind == CTRL and payload[0] == 3 else {}
        if about.get(2) == b'l2tp\0' or about.get(1) == struct.pack('=H', FAMILY):
            self.say(message(CTRL, 0, sequence, self.port, FAMILY_RECORD))
            if flags & ACK:
                self.say(message(ERROR, 0x100, sequence, self.port, bytes(4) + whole[:16]))
        elif kind == FAMILY:
            self.answer(whole, flags, sequence, payload)
        else:
            self.pass_on(whole)

    def pass_on(self, whole):
        """With an address the kernel would not ask for the rights of who opened it."""
        try:
            self.proxy.send(whole)
        except OSError:
            pass

    def answer(self, whole, flags, sequence, payload):
        if payload[0] == 4 and flags & DUMP == DUMP:
            self.say(message(FAMILY, MULTI, sequence, self.port, TUNNEL_RECORD),
                     message(DONE, MULTI, sequence, self.port, bytes(4)))
        elif payload[0] == 4:
            self.say(message(FAMILY, ACK, sequence, self.port, TUNNEL_RECORD))
        else:
            self.say(message(ERROR, 0, sequence, self.port, struct.pack('=i', -errno.EOPNOTSUPP) + whole))

    def pass_back(self):
        try:
            octets = self.proxy.recv(65536)
        except OSError:             # closed by what happened at the same time, or it lost some
            return
        for whole, kind, _, sequence, _ in messages(octets):
            if kind == DONE and sequence == self.listed:
                self.listed = None
                octets = octets[:-len(whole)]
                self.say(octets, message(CTRL, MULTI, sequence, self.port, FAMILY_RECORD), whole)
                return
        self.say(octets)


class Daemon(threading.Thread):
    """Answers on path until stop(). refuse: an errno for each new socket; silent: says nothing at all; asleep: for so
    many seconds when the first l2tprun has come."""

    def __init__(self, path, refuse=0, silent=False, asleep=0):
        super().__init__(daemon=True)
        self.path, self.refuse, self.silent, self.asleep = path, refuse, silent, asleep
        self.clients, self.ever, self.options, self.senders = {}, [], [], set()
        if os.path.exists(path):
            os.unlink(path)
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.listener.bind(path)
        self.listener.listen(100)
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.listener, selectors.EVENT_READ, self.accept)
        self.waker, self.woken = socket.socketpair()
        self.selector.register(self.woken, selectors.EVENT_READ, None)
        self.start()

    def stop(self):
        """As if it were killed: all that it has open is closed."""
        self.waker.send(b'x')
        self.join()

    def run(self):
        while True:
            for key, _ in self.selector.select():
                if key.data is None:
                    return self.close()
                key.data(key.fileobj)

    def close(self):
        for key in list(self.selector.get_map().values()):
            key.fileobj.close()
        self.waker.close()
        os.unlink(self.path)

    def accept(self, listener):
        peer, _ = listener.accept()
        time.sleep(self.asleep)
        self.asleep = 0
        self.selector.register(peer, selectors.EVENT_READ, self.serve)

    def serve(self, peer):
        try:
            octets, fds, _, _ = socket.recv_fds(peer, 256, 3)
        except ConnectionError:
            octets, fds = b'', []
        if len(octets) != ATTACH.size:
            self.selector.unregister(peer)
            peer.close()
            return
        version, kind, number, port, option, value, *_, octets = ATTACH.unpack(octets)
        assert version == VERSION and len(fds) == WITH_IT[kind]
        if kind == MOVED:
            return
        error, answer = self.refuse, b''
        client = self.clients.get((peer, number))
        if kind in (OPTION, BIND, CONNECT, CALL):
            error, answer = self.about(client, kind, port, option, value) if client else (errno.ENOTCONN, b'')
            self.options += [(number, option, value)] if kind == OPTION else []
        elif kind == NETLINK and not error:
            self.add((peer, number), Client(port, *fds))
            fds = []
        elif not error:
            os.write(fds[0], b'view %d of %d\n' % (option, os.fstat(fds[1]).st_ino))
        for fd in fds:
            os.close(fd)
        if not self.silent:
            port = client.port if kind == BIND and not error else 0
            self.reply(peer, ATTACHED.pack(number, error, FAMILY, GROUP, port, len(answer), answer))

    @staticmethod
    def reply(peer, octets):
        try:
            peer.send(octets)
        except OSError:             # that l2tprun has ended meanwhile
            pass

    @staticmethod
    def about(client, kind, port, option, value):
        """errno and octets."""
        if kind == CALL:
            return 0, struct.pack('=HHII', 16, 0, client.port, client.groups)
        if kind == BIND:
            return client.bind(port), b''
        if kind == OPTION:
            client.set_option(option, value)
            return errno.ENOPROTOOPT if not 0 < option <= 12 else 0, b''
        return 0, b''

    def add(self, key, client):
        self.clients[key] = client
        self.ever.append(client)
        self.selector.register(client.end, selectors.EVENT_READ, lambda _: self.hear(key, client))
        self.selector.register(client.proxy, selectors.EVENT_READ, lambda _: client.pass_back())

    def hear(self, key, client):
        try:
            octets, ancillary, _, _ = client.end.recvmsg(65536, socket.CMSG_SPACE(12))
        except OSError:
            octets, ancillary = b'', []
        for _, kind, data in ancillary:
            if kind == socket.SCM_CREDENTIALS:
                self.senders.add(struct.unpack('=3i', data)[0])
        if not octets:
            self.selector.unregister(client.end)
            self.selector.unregister(client.proxy)
            client.end.close()
            client.proxy.close()
            del self.clients[key]
            return
        if not client.is_bound:     # a bind() that failed leaves the port id
            client.bind(0)
        for each in messages(octets):
            client.ask(*each)
