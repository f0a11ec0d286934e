#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A RADIUS server that accepts everybody, and whose answers must not be believed:
_impostor.py ADDRESS PORT SECRET KIND
KIND: `secret`: proved with another secret; `unproved`: proved, but without Message-Authenticator; `proved`: as it
should be; `spoofed`: so too, but from another port. Prints a line for each request."""
import hashlib
import hmac
import socket
import struct
import sys

ACCESS_REQUEST, ACCESS_ACCEPT, ACCOUNTING_REQUEST, ACCOUNTING_RESPONSE = 1, 2, 4, 5
MESSAGE_AUTHENTICATOR, FRAMED_IP_ADDRESS = 80, 8


def attribute(number, value):
    return struct.pack('!BB', number, len(value) + 2) + value


def answer(request, secret, kind):
    code, identifier, length, authenticator = struct.unpack_from('!BBH16s', request)
    if code == ACCOUNTING_REQUEST:
        code, attributes, with_proof = ACCOUNTING_RESPONSE, b'', False
    elif code == ACCESS_REQUEST:
        code, attributes = ACCESS_ACCEPT, attribute(FRAMED_IP_ADDRESS, socket.inet_aton('10.66.66.66'))
        with_proof = kind != 'unproved'
    else:
        return None
    if with_proof:
        blank = attribute(MESSAGE_AUTHENTICATOR, bytes(16))
        head = struct.pack('!BBH', code, identifier, 20 + len(blank) + len(attributes)) + authenticator
        proof = hmac.new(secret, head + blank + attributes, hashlib.md5).digest()
        attributes = attribute(MESSAGE_AUTHENTICATOR, proof) + attributes
    head = struct.pack('!BBH', code, identifier, 20 + len(attributes))
    return head + hashlib.md5(head + authenticator + attributes + secret).digest() + attributes


def main():
    address, port, secret, kind = sys.argv[1], int(sys.argv[2]), sys.argv[3].encode(), sys.argv[4]
    if kind == 'secret':
        secret = b'not the ' + secret
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((address, port))
    elsewhere = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    elsewhere.bind((address, 0))
    while True:
        request, peer = sock.recvfrom(4096)
        reply = answer(request, secret, kind)
        print(f'request {request[0]} from {peer[0]}', flush=True)
        if reply:
            (elsewhere if kind == 'spoofed' else sock).sendto(reply, peer)


main()
