# SPDX-License-Identifier: MIT
"""For tests of management: checks, daemons with the null datapath, l2tpctl, and a terminal that it is typed into."""
import atexit
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(TOP, os.environ.get('BUILD') or 'build')
L2TPD = os.environ.get('L2TPD') or os.path.join(BUILD, 'src/l2tpd/l2tpd')
L2TPCTL = os.environ.get('L2TPCTL') or os.path.join(BUILD, 'src/l2tpctl/l2tpctl')
TMP = os.environ.get('TMP') or tempfile.mkdtemp(prefix='l2tpd-test.')
if not os.environ.get('TMP'):       # run by hand
    atexit.register(shutil.rmtree, TMP, ignore_errors=True)
SOCKET = os.path.join(TMP, 'socket')
TUNNEL = 'tunnel create tunnel_name=t version=3 dest_ipaddr=192.0.2.2 tunnel_id=1 peer_tunnel_id=2'
SESSION = 'session create tunnel_name=t session_name=s session_id=5 peer_session_id=6'
failures = 0
daemons = []


def session(number, tunnel='t', words=''):
    return f'session create tunnel_name={tunnel} session_name=s{number} session_id={number} ' \
           f'peer_session_id={number} {words}'.strip()


def many(tunnels, sessions, words='', named=False):
    """The configuration of so many tunnels, which have these words too, with so many sessions each."""
    lines = []
    for t in range(1, tunnels + 1):
        lines.append(f'tunnel create tunnel_name=t{t} version=3 dest_ipaddr=192.0.2.2 tunnel_id={t} '
                     f'peer_tunnel_id={t} our_udp_port={2000 + t} {words}'.strip())
        for s in range(1, sessions + 1):
            name = f' session_name=session{s}' if named else ''
            lines.append(f'session create tunnel_name=t{t}{name} session_id={s} peer_session_id={s}')
    return '\n'.join(lines) + '\n'


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


def matches(name, text, regex):
    return check(name, re.search(regex, text, re.M), f'{text!r} does not match {regex!r}')


def until(condition, seconds=10.0):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def write(name, text, mode=0o644):
    path = os.path.join(TMP, name)
    with open(path, 'w', encoding='utf-8') as f:
        f.write(text)
    os.chmod(path, mode)
    return path


def read(path):
    with open(path, encoding='utf-8') as f:
        return f.read()


class Daemon:
    """An l2tpd with the null datapath; name tells apart those that run at the same time. path: another socket than
    the one of this name in TMP."""

    def __init__(self, config='', name='socket', path=None, options=(), program=L2TPD, env=None):
        self.socket = path or os.path.join(TMP, name)
        self.name = name
        self.config = self.write(config)
        self.log_path = os.path.join(TMP, f'{name}.log')
        with open(self.log_path, 'wb') as log:
            self.process = subprocess.Popen([program, '--datapath=null', '-c', self.config, '-s', self.socket,
                                             *options], stderr=log, stdin=subprocess.DEVNULL, stdout=log,
                                            env={**os.environ, **(env or {})})
        daemons.append(self.process)
        self.pid = self.process.pid
        until(lambda: 'ready' in self.log() or self.process.poll() is not None)

    def write(self, config):
        """Its configuration file, which it reads when it is told to."""
        return write(f'{self.name}.conf', config)

    def reload(self, config):
        self.write(config)
        return ctl('system', 'reload', path=self.socket)

    def log(self):
        return read(self.log_path)

    def logged(self, regex, seconds=10.0):
        return until(lambda: re.search(regex, self.log()), seconds)

    def status(self, field):
        """A number of /proc/PID/status."""
        return int(re.search(rf'^{field}:\s+(\d+)', read(f'/proc/{self.pid}/status'), re.M)[1])

    def rss_kib(self):
        return self.status('VmRSS')

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        status = self.process.wait(10)
        if number in (signal.SIGTERM, signal.SIGINT) and status:
            check('l2tpd ends well', False, status)
        return status


def run(*words, stdin=None, env=None, **more):
    """(exit status, standard output, standard error)"""
    done = subprocess.run(words, input=stdin, capture_output=True, text=True, timeout=30, check=False,
                          env={**os.environ, **(env or {})}, **more,
                          **({} if stdin is not None else {'stdin': subprocess.DEVNULL}))
    return done.returncode, done.stdout, done.stderr


def ctl(*words, path=SOCKET, **more):
    return run(L2TPCTL, '-s', path, *words, **more)


def must(*words):
    """Its standard output: it must succeed."""
    status, out, err = ctl(*words)
    if status:
        check('l2tpctl ' + ' '.join(words), False, err)
    return out


class Terminal:
    """l2tpctl on a terminal of its own."""

    def __init__(self, *words, path=SOCKET, env=None, columns=100, lines=30):
        self.seen = ''
        self.all = ''
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update({'TERM': 'vt100', 'L2TP_HISTFILE': '', **(env or {})})
            subprocess.run(['stty', 'columns', str(columns), 'rows', str(lines)], check=False)
            os.execv(L2TPCTL, [L2TPCTL, '-s', path, *words])

    def type(self, text):
        os.write(self.fd, text.encode())

    def expect(self, regex, seconds=5.0):
        """Wait until this is seen; forget what was seen until there."""
        end = time.monotonic() + seconds
        while not (found := re.search(regex, self.seen)):
            if not select.select([self.fd], [], [], max(0, end - time.monotonic()))[0]:
                return False
            try:
                data = os.read(self.fd, 65536).decode(errors='replace')
            except OSError:
                return False
            self.seen += data
            self.all += data
        self.seen = self.seen[found.end():]
        return True

    def end(self, text=None, seconds=5.0):
        """Its exit status, or None when it does not end."""
        if text is not None:
            self.type(text)
        self.expect('\0\0', 0.3)    # what it still says must not hold it up
        status = []

        def ended():
            pid, code = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                status.append(os.waitstatus_to_exitcode(code))
            return pid
        if not until(ended, seconds):
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        return status[0] if status else None


def main(tests):
    """Run the functions of this dictionary whose names begin with test_, or those named on the command line."""
    for name, test in list(tests.items()):
        if name.startswith('test_') and (len(sys.argv) < 2 or name[5:] in sys.argv[1:]):
            try:
                test()
            except (OSError, KeyError, IndexError, ValueError, TypeError, subprocess.TimeoutExpired) as e:
                check(name, False, repr(e))
            for process in daemons:
                process.kill()
                process.wait()
            daemons.clear()
    if failures:
        for file in sorted(os.listdir(TMP)):
            if file.endswith('.log'):
                print(f'{file}:\n' + read(os.path.join(TMP, file))[-4000:])
    sys.exit(1 if failures else 0)
