#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What is installed is complete and works: programs, pages, unit file, sample configuration."""
import json
import os
import shutil
import subprocess
import tempfile

import _structure

EXPECTED = [
    'sbin/l2tpd', 'bin/l2tpctl', 'bin/l2tprun', 'lib/systemd/system/l2tpd.service', 'lib/sysusers.d/l2tpd.conf',
    'share/doc/l2tpd/examples/l2tpd.conf',
    'share/bash-completion/completions/l2tpctl', 'share/bash-completion/completions/l2tprun',
    'share/l2tpd/modprobe.conf',
    *(f'share/doc/l2tpd/examples/{name}' for name in ('authorizer.c', 'authorizer.py', 'hook.sh',
                                                            'ppp_link.py')),
    'sbin/openl2tpd', 'bin/l2tpconfig', 'share/bash-completion/completions/l2tpconfig',
    'share/man/man1/l2tpconfig.1', 'share/man/man8/openl2tpd.8',
    'share/man/man7/l2tp.7', 'share/man/man8/l2tpd.8', 'share/man/man5/l2tpd.conf.5', 'share/man/man1/l2tpctl.1',
    'share/man/man1/l2tprun.1',
]


def output(*argv):
    try:
        done = subprocess.run(argv, cwd=_structure.ROOT, check=False, capture_output=True, text=True)
    except OSError as e:
        return -1, str(e)
    return done.returncode, (done.stdout + done.stderr).strip()


def tell(name, right, why=''):
    print(f'ok {name}' if right else f'FAIL {name}: {why}')


def prefix_of(build):
    """Where this build is meant to be installed."""
    options = json.loads(output('meson', 'introspect', '--buildoptions', build)[1])
    return next(o['value'] for o in options if o['name'] == 'prefix')


def main():
    build = os.environ.get('BUILD') or 'build'
    with tempfile.TemporaryDirectory() as root:
        status, said = output('meson', 'install', '-C', build, '--no-rebuild', '--quiet', '--destdir', root)
        tell('meson install', status == 0, said)
        prefix = root + prefix_of(build)
        have = [os.path.relpath(os.path.join(folder, f), prefix) for folder, _, fs in os.walk(root) for f in fs]
        missing = [f for f in EXPECTED if f not in have]
        tell('all is installed', not missing, f'missing: {missing}')
        strays = [f for f in have if f not in EXPECTED and not f.endswith('.varlink')]
        tell('nothing else is installed', not strays, f'more: {strays}')
        tell('the interface file is installed', any(f.endswith('.varlink') for f in have), have)
        status, said = output(f'{prefix}/sbin/l2tpd', '--check', '-c',
                              f'{prefix}/share/doc/l2tpd/examples/l2tpd.conf')
        tell('the sample configuration is right', status == 0, said)
        datadir = f'{prefix.removeprefix(root)}/share/l2tpd'
        with open(f'{prefix}/share/man/man8/l2tpd.8', encoding='utf-8') as f:
            right = f'.It Pa {datadir}/org.l2tpd.varlink' in f.read()
        tell('l2tpd(8) names the interface file where it is', right, datadir)
        for program in 'sbin/l2tpd', 'bin/l2tpctl', 'bin/l2tprun', 'sbin/openl2tpd', 'bin/l2tpconfig':
            status, said = output(f'{prefix}/{program}', '-V')
            tell(f'{program} says its version', status == 0 and any(c.isdigit() for c in said), said)
        if not shutil.which('systemd-analyze'):
            print('skip the unit file is right: no systemd-analyze here')
            return
        # the program's path is that of this installation, else systemd does not find it
        unit = f'{prefix}/lib/systemd/system/l2tpd.service'
        with open(unit, encoding='utf-8') as f:
            content = f.read()
        with open(unit, 'w', encoding='utf-8') as f:
            f.write(content.replace('ExecStart=l2tpd', f'ExecStart={prefix}/sbin/l2tpd'))
        status, said = output('systemd-analyze', 'verify', '--man=no', unit)
        tell('the unit file is right', status == 0 and not said, said)


main()
