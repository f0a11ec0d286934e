# SPDX-License-Identifier: MIT
"""What the tests of the API's streams share: an l2tpd with the null datapath, clients of its socket, checks."""
import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(TOP, os.environ.get('BUILD') or 'build')
L2TPD = os.environ.get('L2TPD') or os.path.join(BUILD, 'src/l2tpd/l2tpd')
L2TPCTL = os.environ.get('L2TPCTL') or os.path.join(BUILD, 'src/l2tpctl/l2tpctl')
TMP = os.environ.get('TMP') or tempfile.mkdtemp(prefix='l2tpd-test.')
SOCKET = os.path.join(TMP, 'socket')
failures = 0


def check(name, right, why=''):
    global failures
    if right:
        print(f'ok {name}', flush=True)
    else:
        failures += 1
        print(f'FAIL {name}: {why}', flush=True)
    return right


def equal(name, got, wanted):
    return check(name, got == wanted, f'got {got!r}, wanted {wanted!r}')


def until(condition, seconds=10.0):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


class Daemon:
    """An l2tpd with the null datapath and this configuration."""

    def __init__(self, config=''):
        self.config = os.path.join(TMP, 'config')
        self.write(config)
        self.log_path = os.path.join(TMP, 'log')
        with open(self.log_path, 'wb') as log:
            self.process = subprocess.Popen([L2TPD, '--datapath=null', '-c', self.config, '-s', SOCKET], stderr=log,
                                            stdin=subprocess.DEVNULL, stdout=log)
        self.pid = self.process.pid
        if not until(lambda: 'ready' in self.log() or self.process.poll() is not None) or self.process.poll():
            check('l2tpd starts', False, self.log())

    def write(self, config):
        with open(self.config, 'w', encoding='utf-8') as f:
            f.write(config)

    def log(self):
        with open(self.log_path, encoding='utf-8') as f:
            return f.read()

    def logged(self, regex, seconds=10.0):
        return until(lambda: re.search(regex, self.log()), seconds)

    def rss_kib(self):
        with open(f'/proc/{self.pid}/status', encoding='utf-8') as f:
            return int(re.search(r'^VmRSS:\s+(\d+)', f.read(), re.M)[1])

    def reload(self, config):
        self.write(config)
        return Client().call('Reload')

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(10)
        equal('l2tpd ends well', status, 0)


class Client:
    """A raw client of the API."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(20)
        self.socket.connect(SOCKET)
        self.buffer = b''

    def send(self, method, more=False, **parameters):
        call = {'method': f'org.l2tpd.{method}', 'parameters': parameters, **({'more': True} if more else {})}
        self.socket.sendall(json.dumps(call).encode() + b'\0')

    def receive(self):
        """The next message; None at the end of the stream."""
        while b'\0' not in self.buffer:
            try:
                data = self.socket.recv(65536)
            except ConnectionResetError:
                return None
            if not data:
                return None
            self.buffer += data
        message, self.buffer = self.buffer.split(b'\0', 1)
        return json.loads(message)

    def call(self, method, more=False, **parameters):
        self.send(method, more, **parameters)
        return self.receive()


class Events(Client):
    """A subscriber."""

    def __init__(self, peers=False, **parameters):
        super().__init__()
        self.peers = peers          # else they are passed over: every first tunnel would have one more event
        self.first = self.call('Events', True, **parameters)
        self.waiting = []
        self.next = None
        self.error = None

    def event(self):
        """The next event; None when the stream is over."""
        while not self.waiting:
            reply = self.receive()
            if reply is None or 'error' in reply:
                self.error = reply
                return None
            self.waiting = reply['parameters']['events']
            self.next = reply['parameters']['next']
        event = self.waiting.pop(0)
        return event if self.peers or not event['kind'].startswith('peer_') else self.event()

    def kinds(self, count):
        """So many events: "tunnel_up:t" ..."""
        told = []
        for _ in range(count):
            event = self.event()
            told.append('end' if event is None else ':'.join(
                filter(None, [event['kind'], event.get('tunnel_name'), event.get('session_name')])))
        return told


def command(*words):
    """l2tpctl: (exit status, standard output, standard error)"""
    done = subprocess.run([L2TPCTL, '-s', SOCKET, *words], capture_output=True, text=True, timeout=30, check=False,
                          stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout, done.stderr


def must(*words):
    status, out, err = command(*words)
    if status:
        check('l2tpctl ' + ' '.join(words), False, err)
    return out


TUNNEL = 'tunnel create tunnel_name=t version=3 dest_ipaddr=192.0.2.2 tunnel_id=1 peer_tunnel_id=2'


def session(number, tunnel='t', words=''):
    return f'session create tunnel_name={tunnel} session_name=s{number} session_id={number} ' \
           f'peer_session_id={number} {words}'.strip()
