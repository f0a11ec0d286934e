# SPDX-License-Identifier: MIT
"""A name server for the tests: _dns.py ADDRESS FILE. A line of FILE, read for each query, is
"NAME ADDRESS..."; ADDRESS `silence` leaves the query without an answer. Other names do not exist."""
import socket
import struct
import sys


def zone(path):
    with open(path, encoding='ascii') as f:
        return {name: addresses for name, *addresses in (line.split() for line in f if line.strip())}


def binary(address):
    family = socket.AF_INET6 if ':' in address else socket.AF_INET
    return family, socket.inet_pton(family, address)


def answer(query, path):
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode())
        at += 1 + query[at]
    question, (kind,) = query[12:at + 5], struct.unpack_from('!H', query, at + 1)
    addresses = zone(path).get('.'.join(labels).lower(), [])
    if addresses == ['silence']:
        return b''
    wanted = {1: socket.AF_INET, 28: socket.AF_INET6}.get(kind)
    answers = [octets for family, octets in map(binary, addresses) if family == wanted]
    head = struct.pack('!HHHHHH', struct.unpack_from('!H', query)[0], 0x8580 if addresses else 0x8583, 1,
                       len(answers), 0, 0)
    return head + question + b''.join(struct.pack('!HHHIH', 0xc00c, kind, 1, 1, len(octets)) + octets
                                      for octets in answers)


sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind((sys.argv[1], 53))
while True:
    data, source = sock.recvfrom(512)
    reply = answer(data, sys.argv[2])
    if reply:
        sock.sendto(reply, source)
