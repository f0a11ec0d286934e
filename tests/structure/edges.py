#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Who may include whom: every #include below src/ is an edge of this table (ARCHITECTURE.md)."""
import os
import re

import _structure

# room -> rooms it may include besides itself. `datapath` is the contract, datapath/datapath.h.
EDGES = {
    'base': '',
    'wire': 'base',
    'config': 'base',
    'control': 'base wire',
    'aaa': 'base wire',
    'ppp': 'base wire',
    'os': 'base aaa',
    'datapath': 'base wire',
    'datapath/null': 'base wire datapath',
    'datapath/own': 'base wire datapath os',
    'datapath/bpf': 'base os',
    'datapath/user': 'base wire datapath datapath/bpf datapath/own os',
    'datapath/kernel': 'base wire datapath datapath/own os',
    'datapath/choice': 'base wire datapath',
    'service': 'base wire config control ppp aaa datapath datapath/null',
    'kernel': 'base wire config service',
    'manage': 'base wire config service',
    'l2tpd': 'base wire config aaa os datapath datapath/null datapath/user datapath/kernel '
             'datapath/choice service kernel manage',
    'l2tpctl': 'base config os',
    'l2tprun': 'base os kernel',
}
# (room, room that it may include) -> the only headers of that which it may include
ONLY = {
    ('l2tprun', 'kernel'): 'kernel/attach.h',
    ('os', 'aaa'): 'aaa/store.h',
    ('manage', 'wire'): 'wire/mask.h wire/pcapng.h',
}
# headers of libraries -> rooms that may include them; those not named here may go anywhere
LIBRARIES = {
    r'(bpf/|accelerate\.skel\.h)': 'datapath/bpf',
    r'event2/': 'os manage l2tpd',
    r'jansson\.h': 'manage l2tpd l2tpctl',
    r'libmnl/': 'os kernel datapath/kernel',
    r'microhttpd\.h': 'manage',
    r'sqlite3\.h': 'os',
    r'systemd/': 'os',
    r'urcu': 'datapath/user',
    r'(histedit|editline)': 'l2tpctl',
    r'pthread\.h|threads\.h|stdatomic\.h': 'datapath/user os l2tpd',
}


def room(path):
    """The room of a path below src/, None when it lies in none."""
    folder = os.path.dirname(path)
    return folder if folder in EDGES else None


def check_include(root, here, quote, target):
    """What is wrong with this include in this room, or None."""
    if quote == '<':
        for pattern, rooms in LIBRARIES.items():
            if re.match(pattern, target) and here not in rooms.split():
                return f'{here} may not include <{target}>'
        return None
    if not os.path.exists(os.path.join(root, 'src', target)):
        return f'"{target}" is not a path below src/'
    there = room(target)
    if there != here and there not in EDGES[here].split():
        return f'{here} may not include "{target}"'
    only = ONLY.get((here, there), target)
    return None if target in only.split() else f'{here} may not include "{target}", only {only}'


def check(root):
    for path in _structure.files(root, r'^src/.*\.[ch]$'):
        here = room(path[len('src/'):])
        if here is None:
            yield f'{path}:1: lies in no room; a new room needs its edges in tests/structure/edges.py'
            continue
        for number, line in _structure.lines(root, path):
            m = re.match(r'\s*#\s*include\s*(["<])([^">]+)', line)
            wrong = m and check_include(root, here, m[1], m[2])
            if wrong:
                yield f'{path}:{number}: {wrong}'


GOOD = {
    'src/base/a.h': '#include <stdint.h>\n',
    'src/wire/a.c': '#include "wire/a.h"\n#include "base/a.h"\n',
    'src/wire/a.h': '#include "base/a.h"\n',
    'src/datapath/datapath.h': '#include "wire/a.h"\n',
    'src/kernel/attach.h': '',
    'src/l2tprun/a.c': '#include "base/a.h"\n#include "kernel/attach.h"\n',
    'src/datapath/user/a.c': '#include <urcu-qsbr.h>\n#include "datapath/datapath.h"\n',
}
_structure.run('include edges', check, GOOD, [
    ('an include upwards', {'src/base/b.c': '\n#  include "wire/a.h"\n'}, r'^src/base/b\.c:2: base may not'),
    ('a backend that knows the service', {'src/service/s.h': '', 'src/datapath/user/b.c': '#include "service/s.h"\n'},
     r'datapath/user may not include'),
    ('the contract including a backend', {'src/datapath/user/u.h': '',
                                          'src/datapath/d.h': '#include "datapath/user/u.h"'}, r'datapath may not'),
    ('an include not written from src/', {'src/base/b.c': '#include "a.h"\n'}, r'is not a path below src/'),
    ('a header beside the contract', {'src/kernel/kernel.h': '', 'src/l2tprun/b.c': '#include "kernel/kernel.h"\n'},
     r'l2tprun may not .* only kernel/attach\.h'),
    ('a library where it does not belong', {'src/service/s.c': '#include <event2/event.h>\n'}, r's\.c:1: service may'),
    ('a folder that is no room', {'src/pool/p.c': '\n'}, r'lies in no room'),
])
