#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The rules of HACKING.md that a machine can see in the text of a file."""
import os
import re

import _structure

COLUMNS_MAX = 120
TAB = 8
C = r'\.[ch]$'
HASH = r'(\.(py|sh|conf|service|varlink)|(^|/)(meson\.build|Makefile|run)|^tools/[a-z-]+|^tests/fuzz/fuzz)$'
TEXT = rf'{C}|{HASH}|\.(md|[1-8])$'
# paths of the machines we work on, spelt so that this file does not contain them
WORKPLACE = re.compile(r'/(wor[k]|hom[e]/\w+)/')
CORPUS = re.compile(r'^tests/fuzz/corpus/|^tests/.*/data/')


def check_opening(path, content):
    """The licence, then what the file is for."""
    if re.search(C, path):
        if not re.match(r'/\* SPDX-License-Identifier: [^\n]* \*/\n/\*[\s*]*\w', content):
            yield f'{path}:1: begins with its SPDX line and a comment that says what it is for'
        return
    head = '\n'.join(content.split('\n')[:3])
    if 'SPDX-License-Identifier:' not in head and not path.endswith('packages'):
        yield f'{path}:1: no SPDX line at its beginning'
    about = re.sub(r'^(#!|# SPDX-|\.\\" SPDX-).*\n', '', content, flags=re.M).lstrip('\n')
    if not re.match(r'# ?\w|"""\w|\.\\"|\.Dd', about):
        yield f'{path}:2: no comment at its beginning that says what it is for'


def message(line):
    """Nothing but a text that is not broken, so that it can be searched for."""
    return re.match(r'\s*"[^"]*"[^"]{0,3}$', line)


def check_blanks(path, numbered):
    for number, line in numbered:
        indent = re.match(r'[ \t]*', line)[0]
        if re.search(r'[ \t\r]$', line):
            yield f'{path}:{number}: blanks at its end'
        elif re.search(C, path) and ' ' * TAB in indent or re.search(r'\.([ch]|sh)$', path) and ' \t' in indent:
            yield f'{path}:{number}: indented with blanks, not tabs'
        elif path.endswith('.py') and '\t' in indent:
            yield f'{path}:{number}: indented with tabs, not blanks'
        if len(line.expandtabs(TAB)) > COLUMNS_MAX and re.search(rf'{C}|\.(py|sh)$', path) and not message(line):
            yield f'{path}:{number}: longer than {COLUMNS_MAX} columns'
        if WORKPLACE.search(line):
            yield f'{path}:{number}: names a path of somebody\'s machine'
    if numbered and numbered[-1][1] != '':
        yield f'{path}:{numbered[-1][0]}: no newline at its end'


def check_includes(root, path, numbered):
    """Own header first, then the system's, then the project's."""
    own = re.sub(r'^src/(.*)\.c$', r'\1.h', path)
    own = own if path.endswith('.c') and os.path.exists(os.path.join(root, 'src', own)) else None
    found = [(number, m[1], m[2]) for number, line in numbered
             for m in [re.match(r'#include (["<])([^">]+)', line)] if m]
    if own and (not found or found[0][2] != own):
        yield f'{path}:{found[0][0] if found else 1}: its own header, "{own}", is not the first include'
    # a unit test may begin with the header of what it tests, for the same reason
    rest = [f for f in found if f[2] != own] if path.startswith('src/') else found[1:]
    for before, after in zip(rest, rest[1:]):
        if before[1] == '"' and after[1] == '<':
            yield f'{path}:{after[0]}: <{after[2]}> after "{before[2]}": the system\'s headers come first'


def check_c(root, path, content, numbered):
    yield from check_includes(root, path, numbered)
    for number, line in numbered:
        if re.match(r'\s*typedef (struct|union|enum)\b', line):
            yield f'{path}:{number}: a typedef for a struct hides what it is'
    if path.startswith('src/') and path.endswith('.h'):
        guard = 'L2TPD_' + re.sub(r'\W', '_', path[len('src/'):]).upper()
        if not re.search(rf'^#ifndef {guard}\n#define {guard}\n', content, re.M):
            yield f'{path}:1: its include guard is not {guard}'


def anchors(markdown):
    """The anchors of its headings, as the usual renderers make them."""
    for heading in re.findall(r'^#+ (.*)$', markdown, re.M):
        yield re.sub(r'[^\w\- ]', '', heading.lower()).strip().replace(' ', '-')


def check_links(root, path, numbered):
    for number, line in numbered:
        for target in re.findall(r'\]\(([^)\s]+)\)', line):
            if re.match(r'[a-z]+:', target):
                continue
            file, _, anchor = target.partition('#')
            file = os.path.normpath(os.path.join(os.path.dirname(path), file)) if file else path
            if not os.path.exists(os.path.join(root, file)):
                yield f'{path}:{number}: there is no {file}'
            elif anchor and file.endswith('.md') and anchor not in anchors(_structure.text(root, file)):
                yield f'{path}:{number}: there is no heading for #{anchor} in {file}'


def check(root):
    for path in _structure.files(root, TEXT):
        if CORPUS.search(path):
            continue
        content, numbered = _structure.text(root, path), _structure.lines(root, path)
        if not path.endswith('.md'):
            yield from check_opening(path, content)
        yield from check_blanks(path, numbered)
        if re.search(C, path):
            yield from check_c(root, path, content, numbered)
        if path.endswith('.md'):
            yield from check_links(root, path, numbered)


HEAD = '/* SPDX-License-Identifier: MIT */\n/* What it is for. */\n'
SCRIPT = '#!/bin/sh\n# SPDX-License-Identifier: MIT\n# What it is for.\n'
GUARD = '#ifndef L2TPD_BASE_A_H\n#define L2TPD_BASE_A_H\n#endif\n'
GOOD = {
    'src/base/a.h': HEAD + GUARD,
    'src/base/a.c': HEAD + '#include "base/a.h"\n\n#include <stdio.h>\n\n#include "base/b.h"\n',
    'src/base/b.h': HEAD + GUARD.replace('_A_', '_B_'),
    'src/base/c.c': HEAD + '\t"' + 'x' * 120 + '");\n',
    'tools/a.sh': SCRIPT + 'if true; then\n\techo\nfi\n',
    'README.md': '# A tour\n[here](#a-tour), [there](src/base/a.c)\n',
}
_structure.run('hygiene', check, GOOD, [
    ('no licence', {'src/base/c.c': '/* What it is for. */\n'}, r'c\.c:1: begins with'),
    ('no essay', {'src/base/c.c': '/* SPDX-License-Identifier: MIT */\n\nint a;\n'}, r'c\.c:1: begins with'),
    ('a script without a licence', {'tools/b.sh': '#!/bin/sh\n# What it is for.\n'}, r'b\.sh:1: no SPDX'),
    ('a script that does not say what for', {'tools/b.sh': '#!/bin/sh\n# SPDX-License-Identifier: MIT\nset -e\n'},
     r'b\.sh:2: no comment'),
    ('a blank at the end', {'src/base/c.c': HEAD + 'int a; \n'}, r'c\.c:3: blanks at its end'),
    ('carriage returns', {'src/base/c.c': HEAD + 'int a;\r\n'}, r'c\.c:3: blanks at its end'),
    ('blanks for tabs', {'src/base/c.c': HEAD + '        int a;\n'}, r'c\.c:3: indented with blanks'),
    ('blanks before tabs', {'tools/b.sh': SCRIPT + ' \tif\n'}, r'b\.sh:4: indented with blanks'),
    ('tabs for blanks', {'tools/b.py': '# SPDX-License-Identifier: MIT\n"""What for."""\nif a:\n\tb()\n'},
     r'py:4: indented'),
    ('a long line', {'src/base/c.c': HEAD + '\t' * 15 + '/*x*/\n'}, r'c\.c:3: longer'),
    ('a long line that has a text', {'src/base/c.c': HEAD + '\t' * 14 + 'say("' + 'x' * 10 + '");\n'},
     r'c\.c:3: longer'),
    ('no newline at the end', {'src/base/c.c': HEAD + 'int a;'}, r'c\.c:3: no newline'),
    ('a path of a workplace', {'src/base/c.c': HEAD + '/* see /' + 'work/notes */\n'}, r'c\.c:3: names a path'),
    ('its own header second', {'src/base/a.c': HEAD + '#include <stdio.h>\n#include "base/a.h"\n'},
     r'a\.c:3: its own header'),
    ('its own header nowhere', {'src/base/a.c': HEAD + 'int a;\n'}, r'a\.c:1: its own header'),
    ('a system header last', {'src/base/c.c': HEAD + '#include "base/b.h"\n#include <stdio.h>\n'},
     r'c\.c:4: <stdio\.h> after'),
    ('a typedef of a struct', {'src/base/c.c': HEAD + 'typedef struct s { int a; } s_t;\n'}, r'c\.c:3: a typedef'),
    ('a wrong guard', {'src/base/b.h': HEAD + GUARD}, r'b\.h:1: its include guard is not L2TPD_BASE_B_H'),
    ('a dead link', {'doc/a.md': '[x](../src/base/z.c)\n'}, r'doc/a\.md:1: there is no src/base/z\.c'),
    ('a dead anchor', {'doc/a.md': '[x](../README.md#a-walk)\n'}, r'doc/a\.md:1: there is no heading'),
])
