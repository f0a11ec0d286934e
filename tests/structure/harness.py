#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The test runner and the corpus replay notice what goes wrong: they are run on planted tests."""
import os
import re
import shutil
import subprocess
import tempfile

import _structure

# Nobody else's sleep is as long.
SLEEPS = [f'sleep {612 + n}.{os.getpid()}' for n in (0, 1)]
HEAD = '#!/bin/bash\n# What for.\n'
FINE = {'tests/structure/fine.sh': HEAD + 'echo "ok one"; echo "ok two: with a colon"\n'}
# what, scripts, regexes of the report, its last line, its exit status
CASES = [
    ('tests that pass', FINE, [r'^structure/fine +2 passed'], '2 passed, 0 failed, 0 skipped', 0),
    ('nothing to run', {}, [], '0 passed, 0 failed, 0 skipped', 1),
    ('a failure', FINE | {'tests/structure/f.sh': HEAD + 'echo details; echo "FAIL it: why"\n'},
     [r'FAIL structure/f: it: why', r'^details'], '2 passed, 1 failed, 0 skipped', 1),
    ('a skipped test', FINE | {'tests/structure/f.sh': HEAD + 'echo "skip it: no kernel"\n'},
     [r'skip structure/f: it: no kernel'], '2 passed, 0 failed, 1 skipped', 0),
    ('a bad exit status', {'tests/structure/f.sh': HEAD + 'echo ok one; exit 3\n'},
     [r'FAIL structure/f: exit status 3'], '1 passed, 1 failed, 0 skipped', 1),
    ('a crash', {'tests/structure/f.sh': HEAD + 'echo ok one; kill -SEGV $$\n'},
     [r'FAIL structure/f: killed by signal SIGSEGV'], '1 passed, 1 failed, 0 skipped', 1),
    ('a test that tests nothing', {'tests/structure/f.sh': HEAD + 'true\n'},
     [r'FAIL structure/f: tested nothing'], '0 passed, 1 failed, 0 skipped', 1),
    ('a test without end', {'tests/structure/f.sh': HEAD + '# time-limit: 1\necho ok one; sleep 60\n'},
     [r'FAIL structure/f: not done within its limit of 1 s'], '1 passed, 1 failed, 0 skipped', 1),
    ('a program nobody built', {'tests/unit/test_a_b.c': ''},
     [r'FAIL unit/a_b: no program'], '0 passed, 1 failed, 0 skipped', 1),
    ('a failed cmocka case', {'tests/unit/test_a.c': '', 'build-asan/tests/unit/test_a':
                              HEAD + 'echo 1..3; echo "ok 1 - x"; echo "not ok 2 - y"; echo "ok 3 - z # SKIP no"\n'},
     [r'FAIL unit/a: y', r'skip unit/a: z: no'], '1 passed, 1 failed, 1 skipped', 1),
    ('leftovers', {'tests/structure/f.sh': HEAD + f'ip netns add "${{NS}}x"; (setsid {SLEEPS[0]} &); (trap "" TERM;'
                   f'exec -a l2tpd-stubborn {SLEEPS[1]}) & echo "$TMP ${{NS}}x" >"$OUTSIDE"; echo ok one\n'},
     [r'^structure/f +1 passed'], '1 passed, 0 failed, 0 skipped', 0),
]

BROKEN = r'''
#include <stdint.h>
#include <stddef.h>
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
  volatile uint8_t sink = CONDITION ? data[len] : 0;
  return sink & 0;
}
'''


def leftovers(outside):
    with open(outside, encoding='utf-8') as f:
        tmp, netns = f.read().split()
    yield from filter(os.path.exists, [tmp, f'/run/netns/{netns}'])
    processes = subprocess.run(['ps', '-eo', 'args'], check=True, capture_output=True, text=True).stdout
    for duration in (command.split()[1] for command in SLEEPS):
        yield from re.findall(rf'^.* {re.escape(duration)}$', processes, re.M)


def run_case(tree, patterns, last, status):
    """What the runner did wrong, or None."""
    with tempfile.TemporaryDirectory() as root:
        _structure.plant(root, tree | {'tests/structure/_shared.sh': ''})
        for path in tree:
            os.chmod(os.path.join(root, path), 0o755)
        shutil.copy2(os.path.join(_structure.ROOT, 'tests/run'), os.path.join(root, 'tests/run'))
        outside = os.path.join(root, 'outside')
        done = subprocess.run([os.path.join(root, 'tests/run')], check=False, capture_output=True, text=True,
                              env=dict(os.environ, OUTSIDE=outside, BUILD='build'), timeout=60)
        left = list(leftovers(outside)) if os.path.exists(outside) else []
    out = done.stdout.splitlines()
    missing = [p for p in patterns if not re.search(p, done.stdout, re.M)]
    if missing or left or done.returncode != status or out[-1] != last:
        return f'status {done.returncode}, missing {missing}, left {left}, last line {out[-1:]}'
    return None


def replay_status(condition, corpus):
    with tempfile.TemporaryDirectory() as root:
        _structure.plant(root, {'target.c': BROKEN.replace('CONDITION', condition)})
        os.mkdir(os.path.join(root, 'corpus'))
        for name, content in corpus.items():
            with open(os.path.join(root, 'corpus', name), 'wb') as f:
                f.write(content)
        subprocess.run(['gcc', '-D_GNU_SOURCE', '-fsanitize=address', '-o', 'replay', 'target.c',
                        os.path.join(_structure.ROOT, 'tests/fuzz/replay.c')], cwd=root, check=True)
        return subprocess.run([os.path.join(root, 'replay'), 'corpus'], cwd=root, check=False,
                              capture_output=True, timeout=60).returncode


def tell(name, wrong):
    print(f'FAIL {name}: {wrong}' if wrong else f'ok {name}')


for what, tree, patterns, last, status in CASES:
    if what == 'leftovers' and os.geteuid() != 0:
        print('skip runner on leftovers: needs root')
        continue
    tell(f'runner on {what}', run_case(tree, patterns, last, status))

for what, condition, corpus, works in [
        ('a decoder that is right', '0', {'a': b'abcdef'}, True),
        ('a decoder that reads beyond an input', 'len == 6', {'a': b'abcdef'}, False),
        ('a decoder that reads beyond a short input', 'len == 3', {'a': b'abcdef'}, False),
        ('a decoder that one flipped bit breaks', 'len > 2 && data[2] == 0x43', {'a': b'abcdef'}, False),
        ('an empty corpus', '0', {}, False)]:
    status = replay_status(condition, corpus)
    tell(f'replay on {what}', None if (status == 0) == works else f'exit status {status}')
