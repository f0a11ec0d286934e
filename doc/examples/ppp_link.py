#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The PPP end of a session: opens the link with LCP (RFC 1661), and answers and sends echoes.

    ppp_link.py SOCKET [ECHOES]

SOCKET is what the session's frame_socket says: a Unix socket of type SOCK_SEQPACKET. Each packet is one PPP frame, as
the session carries it: with address and control field (ff 03), protocol field and information, without flags, escapes
and checksum. After so many answered echoes (3) the link is closed.
"""
import os
import socket
import struct
import sys
import time

LCP = 0xc021
CONFIGURE_REQUEST, CONFIGURE_ACK, TERMINATE_REQUEST, TERMINATE_ACK, PROTOCOL_REJECT = 1, 2, 5, 6, 8
ECHO_REQUEST, ECHO_REPLY = 9, 10
PATIENCE_S = 1          # until a request is repeated
ATTEMPTS = 30


class Link:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.connect(path)
        self.magic = os.urandom(4)
        self.sent = self.received = False   # whose Configure-Request was acknowledged
        self.identifier = 0

    def send(self, code, identifier, data=b''):
        packet = struct.pack('!BBH', code, identifier, 4 + len(data)) + data
        self.socket.send(b'\xff\x03' + struct.pack('!H', LCP) + packet)

    def request(self, code, data=b''):
        self.identifier = (self.identifier + 1) % 256
        self.send(code, self.identifier, data)

    def receive(self, seconds):
        """(code, identifier, data) of the next LCP packet; None when there is none for so long."""
        self.socket.settimeout(seconds)
        try:
            frame = self.socket.recv(65536)
        except TimeoutError:
            return None
        if not frame:
            sys.exit('the session is gone')
        frame = frame.removeprefix(b'\xff\x03')     # a peer may leave them out
        if len(frame) < 6:
            return None
        protocol, code, identifier, length = struct.unpack('!HBBH', frame[:6])
        if protocol != LCP:
            self.request(PROTOCOL_REJECT, frame)
            return None
        return code, identifier, frame[6:2 + length]

    def act(self, packet):
        code, identifier, data = packet
        if code == CONFIGURE_REQUEST:               # whatever it wants
            self.send(CONFIGURE_ACK, identifier, data)
            self.received = True
        elif code == CONFIGURE_ACK and identifier == self.identifier:
            self.sent = True
        elif code == ECHO_REQUEST:
            self.send(ECHO_REPLY, identifier, self.magic + data[4:])
        elif code == TERMINATE_REQUEST:
            self.send(TERMINATE_ACK, identifier)
            return False
        return True

    def open(self):
        for _ in range(ATTEMPTS):
            if not self.sent:
                self.request(CONFIGURE_REQUEST, b'\x05\x06' + self.magic)
            end = time.monotonic() + PATIENCE_S
            while (left := end - time.monotonic()) > 0:
                packet = self.receive(left)
                if packet:
                    self.act(packet)
                if self.sent and self.received:
                    return True
        return False

    def echo(self):
        """Is it answered? None: the peer has closed the link."""
        self.request(ECHO_REQUEST, self.magic + b'hello')
        end = time.monotonic() + PATIENCE_S
        while (left := end - time.monotonic()) > 0:
            packet = self.receive(left)
            if packet and packet[0] == ECHO_REPLY and packet[1] == self.identifier:
                return True
            if packet and not self.act(packet):
                return None
        return False


def main():
    link = Link(sys.argv[1])
    if not link.open():
        sys.exit('the peer does not answer')
    print('the link is open', flush=True)
    for _ in range(int(sys.argv[2]) if len(sys.argv) > 2 else 3):
        answered = link.echo()
        if answered is None:
            break
        print('answered' if answered else 'not answered', flush=True)
    link.request(TERMINATE_REQUEST)
    print('closed', flush=True)


if __name__ == '__main__':
    main()
