# SPDX-License-Identifier: MIT
"""Traffic whose content is checked, for the tests (see lib.sh):

  tcp-serve ADDRESS PORT            takes transfers until it is ended
  tcp-transfer ADDRESS PORT MB      so many megabytes there and, at the same time, back; digests must agree
  udp-echo ADDRESS PORT             sends every datagram back until it is ended
  udp-check ADDRESS PORT MAX COUNT [FILE]  COUNT datagrams of random sizes up to MAX, and more until FILE is there;
                            each must come back as it was
"""
import hashlib
import os
import random
import select
import socket
import struct
import sys
import threading
import time

CHUNK = 1 << 20
WINDOW = 32             # datagrams on the way at a time: fits in any socket's buffer
PATIENCE_S = 30


def family(address):
    return socket.AF_INET6 if ':' in address else socket.AF_INET


def send_data(sock, length):
    """Random octets, then their digest. The block is altered each time, so that no two chunks are alike."""
    digest, block, sent = hashlib.sha1(), bytearray(os.urandom(CHUNK)), 0
    while sent < length:
        struct.pack_into('!QQ', block, random.randrange(CHUNK - 16), sent, random.getrandbits(64))
        part = memoryview(block)[:min(CHUNK, length - sent)]
        digest.update(part)
        sock.sendall(part)
        sent += len(part)
    sock.sendall(digest.digest())


def receive_data(sock, length):
    """True if the digest that follows the octets is theirs."""
    digest, left = hashlib.sha1(), length
    while left:
        data = sock.recv(min(CHUNK, left))
        if not data:
            return False
        digest.update(data)
        left -= len(data)
    return sock.recv(20, socket.MSG_WAITALL) == digest.digest()


def tcp_serve(address, port):
    server = socket.create_server((address, port), family=family(address))
    while True:
        sock, _ = server.accept()
        length, = struct.unpack('!Q', sock.recv(8, socket.MSG_WAITALL))
        sender = threading.Thread(target=send_data, args=(sock, length))
        sender.start()
        good = receive_data(sock, length)
        sender.join()
        sock.sendall(b'+' if good else b'-')
        sock.close()


def connect(address, port):
    """The server may need a moment to start."""
    for _ in range(100):
        try:
            return socket.create_connection((address, port), timeout=PATIENCE_S)
        except ConnectionRefusedError:
            time.sleep(0.05)
    sys.exit('nobody listens')


def tcp_transfer(address, port, megabytes):
    length = megabytes * 1000000
    sock = connect(address, port)
    start = time.monotonic()
    sock.sendall(struct.pack('!Q', length))
    sender = threading.Thread(target=send_data, args=(sock, length))
    sender.start()
    good = receive_data(sock, length)
    sender.join()
    if sock.recv(1) != b'+':
        sys.exit('what arrived there is not what was sent')
    if not good:
        sys.exit('what came back is not what was sent')
    print(f'{2 * megabytes / (time.monotonic() - start):.0f} MB/s')


def udp_echo(address, port):
    sock = socket.socket(family(address), socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    sock.bind((address, port))
    while True:
        data, source = sock.recvfrom(65536)
        sock.sendto(data, source)


def udp_check(address, port, largest, count, file=None):
    sock = socket.socket(family(address), socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    sock.connect((address, port))
    waiting, sent, returned, deadline = {}, 0, 0, time.monotonic() + PATIENCE_S * (4 if file else 1)
    until_served(sock)
    while returned < count:
        if sent == count and file and not os.path.exists(file):
            count += WINDOW
        if sent < count and len(waiting) < WINDOW:
            data = struct.pack('!I', sent) + os.urandom(random.randint(0, largest - 4))
            waiting[sent] = data
            sock.send(data)
            sent += 1
            continue
        if not select.select([sock], [], [], 2)[0]:
            sizes = sorted(map(len, waiting.values()))
            sys.exit(f'{len(waiting)} of {sent} datagrams did not come back, sizes {sizes}')
        data = sock.recv(65536)
        if len(data) < 4:
            continue
        number, = struct.unpack_from('!I', data)
        if waiting.pop(number, None) != data:
            sys.exit(f'datagram {number} came back altered or twice')
        returned += 1
        if time.monotonic() > deadline:
            sys.exit('too slow')


def until_served(sock):
    """The echo may need a moment to start: empty datagrams until one comes back, then until silence."""
    for _ in range(100):
        try:
            sock.send(b'')
            if select.select([sock], [], [], 0.05)[0]:
                sock.recv(1)
                break
        except ConnectionRefusedError:
            time.sleep(0.05)
    else:
        sys.exit('nobody echoes')
    while select.select([sock], [], [], 0.1)[0]:
        sock.recv(1)


if __name__ == '__main__':
    name, where, at = sys.argv[1], sys.argv[2], int(sys.argv[3])
    {'tcp-serve': tcp_serve, 'tcp-transfer': tcp_transfer, 'udp-echo': udp_echo,
     'udp-check': udp_check}[name](where, at, *(int(word) if word.isdigit() else word for word in sys.argv[4:]))
