# SPDX-License-Identifier: MIT
"""Programs behind a frame socket, for the tests:
_frames.py echo PATH           what comes goes back, until it is ended
_frames.py check PATH COUNT    so many frames of random lengths, which are to come back in order
_frames.py send PATH HEX       one frame
_frames.py receive PATH        the first frame that comes, in hexadecimal
They wait a while for the socket to be there."""
import os
import random
import socket
import sys
import time

HEADER = bytes.fromhex('ff03c021')
IN_FLIGHT = 32
PATIENCE_S = 5


def connected(path):
    end = time.monotonic() + PATIENCE_S
    while True:
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            sock.connect(path)
            return sock
        except OSError:
            if time.monotonic() > end:
                raise
            sock.close()
            time.sleep(0.02)


def echo(sock):
    while frame := sock.recv(65536):
        sock.send(frame)


def meet(sock):
    """The other end may not be there yet."""
    end = time.monotonic() + PATIENCE_S
    sock.settimeout(0.1)
    while time.monotonic() < end:
        sock.send(HEADER)
        try:
            if sock.recv(65536) == HEADER:
                break
        except TimeoutError:
            pass
    else:
        sys.exit('nothing comes back')


def check(sock, count):
    meet(sock)
    sock.settimeout(PATIENCE_S)
    frames = [HEADER + i.to_bytes(4, 'big') + os.urandom(random.randint(0, 1400)) for i in range(int(count))]
    for i, frame in enumerate(frames):
        sock.send(frame)
        if i >= IN_FLIGHT:
            come_back(sock, frames, i - IN_FLIGHT)
    for i in range(max(0, len(frames) - IN_FLIGHT), len(frames)):
        come_back(sock, frames, i)


def come_back(sock, frames, i):
    try:
        got = sock.recv(65536)
    except TimeoutError:
        sys.exit(f'frame {i} does not come back')
    if got != frames[i]:
        sys.exit(f'frame {i} is another: {got[:16].hex()}, {len(got)} octets')


def receive(sock):
    sock.settimeout(PATIENCE_S)
    print(sock.recv(65536).hex())


what, sock = sys.argv[1], connected(sys.argv[2])
if what == 'send':
    sock.send(bytes.fromhex(sys.argv[3]))
else:
    {'echo': echo, 'check': check, 'receive': receive}[what](sock, *sys.argv[3:])
