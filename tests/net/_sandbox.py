# SPDX-License-Identifier: MIT
"""Runs a program as systemd would with the [Service] section of a unit file, where there is no systemd to do it.

    _sandbox.py UNIT FOLDER PROGRAM [ARGUMENT...]

FOLDER stands for the unit's runtime and state folder and its configuration: the one place that can be written. The
unit's settings are read from it, and one that is not known here is an error, so that none remains untried.
What each does was read from systemd.exec(5) and systemd.resource-control(5); devices are hidden by a /dev of
their own instead of a cgroup's filter. System calls outside of SystemCallFilter= kill, as there.
"""
import ctypes
import errno
import os
import resource
import socket
import subprocess
import sys

import seccomp

libc = ctypes.CDLL(None, use_errno=True)
CLONE = {'mnt': 0x20000, 'cgroup': 0x2000000, 'uts': 0x4000000, 'ipc': 0x8000000, 'user': 0x10000000,
         'pid': 0x20000000, 'net': 0x40000000, 'time': 0x80}
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND, MS_REC, MS_SLAVE = 1, 2, 4, 8, 0x1000, 0x4000, 0x80000
MOUNT_SETATTR, AT_FDCWD, AT_RECURSIVE = 442, -100, 0x8000
PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PROT_WRITE, PROT_EXEC, SHM_EXEC = 24, 38, 2, 4, 0o100000
CAPABILITIES = ('CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE '
                'NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT '
                'SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE '
                'AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ '
                'PERFMON BPF CHECKPOINT_RESTORE').split()
DEVICES = 'null zero full random urandom tty'.split()
# what says how it is started and ended, not what it may do
ELSEWHERE = ('Type ExecStart ExecReload Restart RestartSec RuntimeDirectory RuntimeDirectoryMode '
             'StateDirectory StateDirectoryMode').split()


def must(result, what):
    if result < 0:
        raise OSError(ctypes.get_errno(), f'{what}: {os.strerror(ctypes.get_errno())}')


def mount(source, target, kind=None, flags=0, data=None):
    words = [word.encode() if word else None for word in (source, target, kind)]
    must(libc.mount(*words, flags, data.encode() if data else None), f'mount {target}')


class MountAttributes(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ('set', 'clear', 'propagation', 'userns_fd')]


def writable(path, yes):
    attributes = MountAttributes(clear=MS_RDONLY) if yes else MountAttributes(set=MS_RDONLY)
    must(libc.syscall(MOUNT_SETATTR, AT_FDCWD, path.encode(), AT_RECURSIVE, ctypes.byref(attributes),
                      ctypes.sizeof(attributes)), f'mount_setattr {path}')


def settings(unit):
    """name: value, of the [Service] section; a list that is given twice grows, and an empty value empties it."""
    found, section = {}, None
    for line in open(unit, encoding='utf-8'):
        line = line.strip()
        if line.startswith('['):
            section = line
        elif section == '[Service]' and line and line[0] not in '#;':
            name, value = line.split('=', 1)
            found[name] = f'{found[name]} {value}' if value and name in found else value
    return found


def expanded(words):
    """The names of system calls in a SystemCallFilter=."""
    names = set()
    for word in words:
        if word.startswith('@'):
            lines = subprocess.run(['systemd-analyze', '--no-pager', 'syscall-filter', word], check=True,
                                   capture_output=True, text=True).stdout.splitlines()
            names |= expanded([line.strip() for line in lines[1:] if line.strip() and line.strip()[0] != '#'])
        else:
            names.add(word)
    return names


class Sandbox:
    def __init__(self, unit, folder):
        self.folder = os.path.realpath(folder)
        self.mounts, self.tmp, self.homes, self.files, self.allowed = [], [], [], None, None
        self.refused = seccomp.SyscallFilter(seccomp.ALLOW)
        self.capabilities, self.new_privileges, self.devices = None, True, None
        for name, value in settings(unit).items():
            if name not in ELSEWHERE:
                getattr(self, name, lambda _, name=name: sys.exit(f'_sandbox.py: what does {name}= do?'))(value)

    def refuse(self, call, *conditions, code=errno.EPERM):
        self.refused.add_rule(seccomp.ERRNO(code), call, *conditions)

    # --- a method for each setting ---

    def UMask(self, value):
        os.umask(int(value, 8))

    def LimitNOFILE(self, value):
        most = min(int(value), resource.getrlimit(resource.RLIMIT_NOFILE)[1])	# a container may have less
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

    def CapabilityBoundingSet(self, value):
        self.capabilities = {word.removeprefix('CAP_') for word in value.split()}

    def NoNewPrivileges(self, value):
        self.new_privileges = value != 'yes'

    def RestrictAddressFamilies(self, value):
        allowed = {getattr(socket, word) for word in value.split()}
        for family in set(range(64)) - allowed:
            self.refuse('socket', seccomp.Arg(0, seccomp.EQ, family), code=errno.EAFNOSUPPORT)
        self.refuse('socket', seccomp.Arg(0, seccomp.GE, 64), code=errno.EAFNOSUPPORT)

    def RestrictNamespaces(self, value):
        self.refuse('clone3', code=errno.ENOSYS)
        self.refuse('setns', seccomp.Arg(1, seccomp.EQ, 0))
        for name, flag in CLONE.items():
            if name in value.split() or name == 'time':
                continue
            self.refuse('clone', seccomp.Arg(0, seccomp.MASKED_EQ, flag, flag))
            self.refuse('unshare', seccomp.Arg(0, seccomp.MASKED_EQ, flag, flag))
            self.refuse('setns', seccomp.Arg(1, seccomp.MASKED_EQ, flag, flag))

    def MemoryDenyWriteExecute(self, _):
        both = PROT_WRITE | PROT_EXEC
        self.refuse('mmap', seccomp.Arg(2, seccomp.MASKED_EQ, both, both))
        for call in ('mprotect', 'pkey_mprotect'):
            self.refuse(call, seccomp.Arg(2, seccomp.MASKED_EQ, PROT_EXEC, PROT_EXEC))
        self.refuse('shmat', seccomp.Arg(2, seccomp.MASKED_EQ, SHM_EXEC, SHM_EXEC))

    def RestrictRealtime(self, _):
        for policy in 1, 2, 6:	# FIFO, RR, DEADLINE
            self.refuse('sched_setscheduler', seccomp.Arg(1, seccomp.EQ, policy))

    def RestrictSUIDSGID(self, _):
        for call, place in ('chmod', 1), ('fchmod', 1), ('fchmodat', 2), ('mkdir', 1), ('mkdirat', 2), ('mknod', 1):
            for bit in 0o4000, 0o2000:
                self.refuse(call, seccomp.Arg(place, seccomp.MASKED_EQ, bit, bit))

    def LockPersonality(self, _):
        self.refuse('personality')

    def SystemCallArchitectures(self, value):
        assert value == 'native'	# libseccomp's filters kill calls of any other

    def SystemCallFilter(self, value):
        self.allowed = expanded(value.split())

    def ProtectClock(self, _):
        self.capabilities -= {'SYS_TIME', 'WAKE_ALARM'}

    def ProtectHostname(self, _):
        must(libc.unshare(CLONE['uts']), 'unshare')
        for call in 'sethostname', 'setdomainname':
            self.refuse(call)

    def ProtectKernelLogs(self, _):
        self.capabilities -= {'SYSLOG'}
        self.refuse('syslog')
        self.mounts.append(lambda: self.hide('/proc/kmsg'))

    def ProtectKernelModules(self, _):
        self.capabilities -= {'SYS_MODULE'}
        for call in 'init_module', 'finit_module', 'delete_module':
            self.refuse(call)
        self.mounts.append(lambda: self.hide('/usr/lib/modules'))

    def ProtectKernelTunables(self, _):
        self.mounts += [lambda: self.bind('/proc/sys', False), lambda: writable('/sys', False)]

    def ProtectControlGroups(self, _):
        self.mounts.append(lambda: os.path.ismount('/sys/fs/cgroup') and writable('/sys/fs/cgroup', False))

    def ProtectProc(self, value):
        flags = MS_NOSUID | MS_NODEV | MS_NOEXEC
        self.mounts.insert(0, lambda: mount('proc', '/proc', 'proc', flags, f'hidepid={value}'))

    def ProtectHome(self, _):
        self.homes = [path for path in ('/home', '/root', '/run/user') if os.path.isdir(path)]

    def PrivateTmp(self, _):
        self.tmp += ['/tmp', '/var/tmp']

    def ProtectSystem(self, value):
        assert value == 'strict'
        self.files = value

    def ReadWritePaths(self, value):
        paths = [word.removeprefix('-') for word in value.split()]
        self.mounts += [lambda path=path: os.path.exists(path) and self.bind(path, True) for path in paths]

    def DevicePolicy(self, value):
        assert value == 'closed'
        self.devices = list(DEVICES)

    def DeviceAllow(self, value):
        words = value.split()  # of all its lines
        for path, access in zip(words[::2], words[1::2], strict=True):
            assert path.startswith('/dev/') and access == 'rw'
            self.devices.append(path.removeprefix('/dev/'))

    # --- making it so ---

    @staticmethod
    def hide(path):
        if os.path.isdir(path):
            mount('tmpfs', path, 'tmpfs', MS_RDONLY, 'mode=000')
        elif os.path.exists(path):
            mount('/dev/null', path, None, MS_BIND)

    @staticmethod
    def bind(path, write):
        mount(path, path, None, MS_BIND | MS_REC)
        writable(path, write)

    def make_devices(self):
        there = os.open('/dev', os.O_PATH)
        mount('tmpfs', '/dev', 'tmpfs', MS_NOSUID | MS_NOEXEC, 'mode=755')
        for name in self.devices:
            if not os.access(name, os.F_OK, dir_fd=there):
                continue  # systemd allows it, the kernel has not got it
            os.makedirs(os.path.dirname(f'/dev/{name}'), exist_ok=True)
            os.close(os.open(f'/dev/{name}', os.O_CREAT, 0o600))
            mount(f'/proc/self/fd/{there}/{name}', f'/dev/{name}', None, MS_BIND)
        os.close(there)

    def make_mounts(self):
        must(libc.unshare(CLONE['mnt']), 'unshare')
        mount(None, '/', None, MS_REC | MS_SLAVE)
        folder = os.open(self.folder, os.O_PATH)
        for path in self.tmp + self.homes:
            visible = path in self.tmp or self.folder.startswith(path)
            mount('tmpfs', path, 'tmpfs', MS_NOSUID | MS_NODEV, 'mode=755' if visible else 'mode=000')
        os.makedirs(self.folder, exist_ok=True)
        mount(f'/proc/self/fd/{folder}', self.folder, None, MS_BIND)
        os.close(folder)
        if self.devices:
            self.make_devices()
        if self.files:
            writable('/', False)
            for path in '/dev', '/proc', '/sys', self.folder:
                writable(path, True)
        for make in self.mounts:
            make()
        os.chdir('/')

    def enter(self):
        self.make_mounts()
        for number, name in enumerate(CAPABILITIES):
            if self.capabilities is not None and name not in self.capabilities:
                libc.prctl(PR_CAPBSET_DROP, number, 0, 0, 0)	# EINVAL: older kernels have fewer
        if not self.new_privileges:
            must(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 'no new privileges')
        filters = [self.refused]
        if self.allowed is not None:
            filters.append(seccomp.SyscallFilter(seccomp.KILL_PROCESS))
            for name in self.allowed | {'execve', 'exit', 'exit_group'}:
                try:
                    filters[-1].add_rule(seccomp.ALLOW, name)
                except (RuntimeError, ValueError):
                    continue	# of another architecture, or newer than libseccomp
        for loaded in filters:
            loaded.load()


if __name__ == '__main__':
    Sandbox(sys.argv[1], sys.argv[2]).enter()
    os.execv(sys.argv[3], sys.argv[3:])
