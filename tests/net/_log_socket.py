#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A journald or syslogd for tests: _log_socket.py PATH prints each datagram as lines, and an empty line behind it.

On SIGUSR1 it stops reading, on SIGUSR2 it goes on.
"""
import os
import signal
import socket
import sys

reading = True


def switch(number, _):
    global reading
    reading = number == signal.SIGUSR2


def main(path):
    signal.signal(signal.SIGUSR1, switch)
    signal.signal(signal.SIGUSR2, switch)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
        server.bind(path)
        server.settimeout(0.1)
        while True:
            if not reading:
                signal.sigtimedwait([], 0.1)
                continue
            try:
                datagram = server.recv(65536)
            except socket.timeout:
                continue
            os.write(1, datagram.rstrip(b'\n') + b'\n\n')


main(sys.argv[1])
