#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What the manual pages say about parameters and commands is what the tables of the code say."""
import os
import subprocess

import _structure

MARKED = '.\\" gen-doc %s\n.\\" end of gen-doc\n'


def update(*args):
    program = os.path.join(_structure.ROOT, 'tools/update-manuals')
    return subprocess.run([program, *args], check=False, capture_output=True, text=True)


def verdict(name, right, why):
    print(f'ok {name}' if right else f'FAIL {name}: {why}')


out = update('--check')
verdict('manual pages agree with the tables', out.returncode == 0, (out.stdout + out.stderr).strip())

page = os.path.join(os.environ['TMP'], 'sample.5')
for mode in 'columns', 'commands', 'conf', 'exit', 'l2tpctl', 'l2tpd', 'l2tprun', 'others', 'state':
    with open(page, 'w', encoding='utf-8') as f:
        f.write(f'before\n{MARKED % mode}after\n')
    stale = update('--check', page).returncode
    update(page)
    with open(page, encoding='utf-8') as f:
        text = f.read()
    fresh = update('--check', page).returncode
    verdict(f'a page with a stale part ({mode}) is found and updated',
            stale == 1 and fresh == 0 and text.startswith('before\n') and '.Bl' in text
            and text.endswith('after\n'), text)
    lint = subprocess.run(['mandoc', '-T', 'lint', '-W', 'style'], check=False, capture_output=True, text=True,
                          input='.Dd November 20, 2026\n.Dt X 5\n.Os\n.Sh NAME\n.Nm x\n.Nd y\n.Sh DESCRIPTION\n'
                          + ''.join(line + '\n' for line in text.splitlines()[1:-1]))
    findings = [line for line in lint.stdout.splitlines() if 'operating system' not in line]
    verdict(f'mandoc has nothing to say against that part ({mode})', not findings, '; '.join(findings))
