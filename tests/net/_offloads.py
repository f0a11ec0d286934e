# SPDX-License-Identifier: MIT
"""Frames with a virtio header of our choice, true or lying: _offloads.py DEVICE NAME. Prints how many octets of
payload they hold, or `refused` when the kernel itself does not take them.

The payload of every frame counts upwards, 32 bits each, so that what arrives can be put together and compared."""
import socket
import struct
import sys

SOL_PACKET, PACKET_VNET_HDR = 263, 15
NEEDS_CSUM, TCPV4, TCPV6, UDP_L4 = 1, 1, 4, 5
SOURCE = bytes.fromhex('020000000077')


def payload(length):
    return b''.join(struct.pack('!I', i) for i in range(length // 4 + 1))[:length]


def checksum(data):
    total = sum(struct.unpack(f'!{len(data) // 2}H', data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total


def ipv4(protocol, length, claimed=None):
    head = struct.pack('!BBHHHBBH4s4s', 0x45, 0, claimed or 20 + length, 1, 0x4000, 64, protocol, 0,
                       b'\n\0\0\1', b'\n\0\0\2')
    return head[:10] + struct.pack('!H', 0xffff ^ checksum(head)) + head[12:]


def transport(protocol, data):
    """Header with the pseudo header's checksum where NEEDS_CSUM expects it, and data."""
    pseudo = checksum(b'\n\0\0\1\n\0\0\2' + struct.pack('!HH', protocol, (20 if protocol == 6 else 8) + len(data)))
    if protocol == 6:
        return struct.pack('!HHIIBBHHH', 4000, 4001, 1, 1, 0x50, 0x18, 1000, pseudo, 0) + data
    return struct.pack('!HHHH', 4000, 4001, 8 + len(data), pseudo) + data


def frame(protocol, length, gso_type, gso_size, claimed=None, start=34, offset=None, hdr_len=None, ethertype=0x0800):
    body = transport(protocol, payload(length))
    header = struct.pack('=BBHHHH', NEEDS_CSUM, gso_type, hdr_len if hdr_len is not None else
                         34 + (20 if protocol == 6 else 8), gso_size, start,
                         offset if offset is not None else 16 if protocol == 6 else 6)
    return header + b'\xff' * 6 + SOURCE + struct.pack('!H', ethertype) + ipv4(protocol, len(body), claimed) + body


FRAMES = {
    'one packet, checksum left to do': lambda: frame(6, 1000, 0, 0),
    'super-packet of 5 segments': lambda: frame(6, 5000, TCPV4, 1000),
    'super-packet with a shorter last segment': lambda: frame(6, 5100, TCPV4, 1000),
    'super-packet of 64 kB': lambda: frame(6, 65000, TCPV4, 1300),
    'UDP super-packet': lambda: frame(17, 4100, UDP_L4, 500),
    'segments of four octets': lambda: frame(6, 2000, TCPV4, 4),
    'more segments than anybody needs': lambda: frame(6, 60000, TCPV4, 1),
    'segment size larger than all of it': lambda: frame(6, 1000, TCPV4, 60000),
    'segments larger than the device carries': lambda: frame(6, 9000, TCPV4, 4000),
    'IP length that is too short': lambda: frame(6, 5000, TCPV4, 1000, claimed=60),
    'IP length that is too long': lambda: frame(6, 5000, TCPV4, 1000, claimed=65535),
    'header length that is too long': lambda: frame(6, 5000, TCPV4, 1000, hdr_len=4000),
    'header length of nothing': lambda: frame(6, 5000, TCPV4, 1000, hdr_len=0),
    'checksum that starts in the payload': lambda: frame(6, 1000, 0, 0, start=600),
    'checksum that starts in the Ethernet header': lambda: frame(6, 1000, 0, 0, start=2),
    'checksum at another place': lambda: frame(6, 1000, 0, 0, offset=400),
    'TCP segmentation of UDP': lambda: frame(17, 4000, TCPV4, 1000),
    'UDP segmentation of TCP': lambda: frame(6, 4000, UDP_L4, 1000),
    'IPv6 segmentation of IPv4': lambda: frame(6, 4000, TCPV6, 1000),
    'segmentation of what is no IP': lambda: frame(6, 4000, TCPV4, 1000, ethertype=0x88b5),
}

if __name__ == '__main__':
    if sys.argv[1] == 'list':
        print('\n'.join(FRAMES))
        sys.exit()
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    sock.bind((sys.argv[1], 0))
    sock.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
    try:
        sock.send(FRAMES[sys.argv[2]]())
        print('sent')
    except OSError as e:
        print(f'refused: {e}')
