#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Small functions, small files: the limits of HACKING.md, measured with universal-ctags."""
import subprocess

import _structure

MEDIAN_MAX = 16          # lines of the middle function
MOST_MAX = 45            # lines of nine functions in ten
FUNCTION_MAX = 60
FILE_MAX = 800
SETS = ['src', 'tests']  # each is held to the limits by itself


def functions(root, paths):
    """(lines, path, number of its first line, name) of every C function, the longest first."""
    if not paths:
        return []
    out = subprocess.run(['ctags', '-x', '--languages=C', '--langmap=C:+.h', '--kinds-C=f',
                          '--_xformat=%{line}\t%{end}\t%{name}\t%F', '-L', '-'], cwd=root, check=True,
                         input='\n'.join(paths), capture_output=True, text=True).stdout
    found = []
    for line in out.splitlines():
        start, end, name, path = line.split('\t')
        found.append((int(end) - int(start) + 1, path, int(start), name))
    return sorted(found, reverse=True)


def check_functions(root, which):
    found = functions(root, _structure.files(root, rf'^{which}/.*\.[ch]$'))
    for size, path, number, name in found:
        if size > FUNCTION_MAX:
            yield f'{path}:{number}: {name} has {size} lines, {FUNCTION_MAX} is the limit'
    if not found:
        return
    longest = [f'{name} {size} ({path}:{number})' for size, path, number, name in found[:10]]
    median, most = found[len(found) // 2][0], found[len(found) // 10][0]
    if root == _structure.ROOT:
        print(f'{which}: {len(found)} functions, median {median} lines, nine in ten <= {most}, longest {longest[0]}')
    if median > MEDIAN_MAX:
        yield f'{which}: the median function has {median} lines, {MEDIAN_MAX} is the limit'
    if most > MOST_MAX:
        yield f'{which}: nine functions in ten should have at most {MOST_MAX} lines; the longest: {", ".join(longest)}'


def check(root):
    for which in SETS:
        yield from check_functions(root, which)
    for path in _structure.files(root, r'(\.([ch]|py|sh)|^Makefile|/need|/run)$'):
        count = _structure.text(root, path).count('\n')
        if count > FILE_MAX:
            yield f'{path}:1: {count} lines, {FILE_MAX} is the limit'


def function(name, size):
    return f'int {name}(void)\n{{\n' + '\tstep();\n' * (size - 3) + '}\n\n'


SMALL = ''.join(function(f'small{i}', 10) for i in range(30))
GOOD = {'src/a.c': SMALL + function('largest', 60), 'tests/unit/a.c': SMALL}
_structure.run('sizes', check, GOOD, [
    ('a function of 61 lines', {'src/b.c': function('large', 61)}, r'src/b\.c:1: large has 61 lines'),
    ('a static inline of 61 lines in a header', {'src/b.h': 'static inline ' + function('large', 61)},
     r'b\.h:1: large'),
    ('a large median', {'src/a.c': ''.join(function(f'f{i}', 17) for i in range(9))}, r'src: the median .* 17'),
    ('many large functions', {'tests/unit/b.c': ''.join(function(f'f{i}', 46) for i in range(5))},
     r'tests: nine functions'),
    ('a C file of 801 lines', {'src/b.c': '\n' * 801}, r'src/b\.c:1: 801 lines'),
    ('a script of 801 lines', {'tests/net/b.sh': '\n' * 801}, r'b\.sh:1: 801 lines'),
])
