#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Every command there is is used by a test that drives the real programs."""
import os
import re
import subprocess

import _structure

BUILD = os.path.join(_structure.ROOT, os.environ.get('BUILD') or 'build')
GEN_DOC = os.path.join(BUILD, 'tools/gen-doc')


def commands():
    """All there are, from the tables that the program has them from: ".It Cm tunnel profile create Ar ..."."""
    out = subprocess.run([GEN_DOC, 'commands'], capture_output=True, text=True, check=True).stdout
    return [line.strip() for line in re.findall(r'^\.It Cm ([a-z ]+?)(?= [A-Z]|$)', out, re.M)]


def texts():
    for folder in 'tests/net', 'tests/peers':
        for name in sorted(os.listdir(os.path.join(_structure.ROOT, folder))):
            if name.endswith(('.py', '.sh', '.conf')):
                yield _structure.text(_structure.ROOT, f'{folder}/{name}')
    yield _structure.text(_structure.ROOT, 'README.md')      # tour.py runs what it says


def is_used(command, text):
    """The words one after the other, whatever quotes and commas are between them, `explain tunnel` in any order."""
    words = command.split()
    orders = [words, words[::-1]] if {'explain', 'capture'} & set(words) else [words]
    return any(re.search(r'\b' + r"""[\s'",]+""".join(order) + r'\b', text) for order in orders)


def main():
    text = '\n'.join(texts())
    everything = sorted(set(commands()))
    if len(everything) < 20:
        print(f'FAIL commands: only {len(everything)} were found: {everything}')
    for command in everything:
        print(f'ok {command}' if is_used(command, text) else
              f'FAIL {command}: no test in tests/net or tests/peers uses it')


main()
