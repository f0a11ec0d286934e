# SPDX-License-Identifier: MIT
"""What the structure tests share: which files there are, and how a check is run and proved.

A check is a function that takes the root of a source tree and yields findings, `path:line: what`.
run() applies it to this project, and then to small trees with one fault planted in each, where it
must find just that: a check that cannot fail is worth nothing.
"""
import os
import re
import subprocess
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def files(root, pattern):
    """Paths below root, relative to it, that match the pattern; in a git clone what git would add."""
    if os.path.exists(os.path.join(root, '.git')):
        out = subprocess.run(['git', '-c', f'safe.directory={root}', 'ls-files', '-co', '--exclude-standard'], cwd=root,
                             check=True, capture_output=True, text=True).stdout
        paths = [p for p in out.splitlines() if os.path.isfile(os.path.join(root, p))]
    else:
        paths = []
        for folder, folders, names in os.walk(root):
            folders[:] = [f for f in folders if not re.match(r'build|\.git$|__pycache__', f)]
            paths += [os.path.relpath(os.path.join(folder, n), root) for n in names]
    return sorted(p for p in paths if re.search(pattern, p))


def text(root, path):
    with open(os.path.join(root, path), encoding='utf-8', newline='') as f:
        return f.read()


def lines(root, path):
    """(number from 1, line without its end)"""
    return list(enumerate(text(root, path).split('\n'), 1))


def plant(root, tree):
    for path, content in tree.items():
        full = os.path.join(root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, 'w', encoding='utf-8', newline='') as f:
            f.write(content)


def run(name, check, good, planted):
    """good: a tree without findings. planted: [(what, tree, regex of the one finding)]:
    the tree is laid over the good one; None as content takes a file away."""
    findings = list(check(ROOT))
    for finding in findings:
        print(finding)
    print(f'FAIL {name}: {len(findings)} findings, the first: {findings[0]}' if findings else f'ok {name}')
    for what, tree, expected in [('nothing wrong', {}, None)] + planted:
        with tempfile.TemporaryDirectory() as root:
            plant(root, {path: content for path, content in (good | tree).items() if content is not None})
            found = list(check(root))
        right = not found if expected is None else len(found) == 1 and re.search(expected, found[0])
        case = f'{name} on a sample with {what}'
        print(f'ok {case}' if right else f'FAIL {case}: found {found}, not /{expected}/')
