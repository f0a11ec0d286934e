#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The man pages: mandoc has nothing to say against them, and what they refer to is there."""
import os
import re
import subprocess

import _structure

# findings of mandoc that say nothing about a reader's page
HARMLESS = re.compile(r'(operating system explicitly specified|referenced manual not found|outdated mandoc\.db|'
                      r'Mdocdate|cannot parse date|no blank before trailing delimiter)')


def check(root):
    pages = _structure.files(root, r'^man/.*\.[1-8]$')
    if not pages:
        yield 'man/: there are no pages'
        return
    out = subprocess.run(['mandoc', '-T', 'lint', '-W', 'style', *pages], cwd=root, check=False,
                         capture_output=True, text=True)
    for line in (out.stdout + out.stderr).splitlines():
        if not HARMLESS.search(line):
            yield re.sub(r'^mandoc: ', '', line)
    for page in pages:
        for number, line in _structure.lines(root, page):
            m = re.match(r'\.Xr (l2tp\S*) (\d)', line) or re.match(r'\.BR (l2tp\S*) \((\d)\)', line)
            if m and not os.path.exists(os.path.join(root, 'man', f'{m[1]}.{m[2]}')):
                yield f'{page}:{number}: there is no man/{m[1]}.{m[2]}'


PAGE = r'''.\" SPDX-License-Identifier: MIT
.Dd November 20, 2026
.Dt L2TP 7
.Os
.Sh NAME
.Nm l2tp
.Nd what it is for
.Sh SEE ALSO
'''
GOOD = {
    'man/l2tp.7': PAGE + '.Xr ip 8 ,\n.Xr l2tpd 8\n',
    'man/l2tpd.8': PAGE.replace('l2tp', 'l2tpd').replace('L2TP 7', 'L2TPD 8') + '.Xr l2tp 7\n',
}
_structure.run('man pages', check, GOOD, [
    ('a macro that does not exist', {'man/l2tp.7': PAGE + '.Nosuchmacro x\n.Xr ip 8\n'}, r'l2tp\.7:9:.*unknown macro'),
    ('a reference to no page', {'man/l2tp.7': PAGE + '.Xr l2tpx 8\n'}, r'l2tp\.7:9: there is no man/l2tpx\.8'),
    ('no pages', {'man/l2tp.7': None, 'man/l2tpd.8': None}, r'there are no pages'),
])
