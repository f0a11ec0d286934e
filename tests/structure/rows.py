#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""No parameter is accepted and does nothing: what a row sets is read outside of the room of the tables."""
import re

import _structure

TABLE = re.compile(r'\bstatic const struct param params\[\] = \{.*?\n\};', re.S)
ROW = re.compile(r'\b([A-Z][A-Z0-9_]*)\(([a-z][a-z0-9_]*)')
# what the daemon, and who reads commands, does for them is in the tables' room
READ_THERE = {
    'multilink': 'has no value yet but no',
    'config_id': 'tells tunnels apart for people',
}


def members(text):
    for table in TABLE.findall(text):
        for row in table.split('\n\t{') if '\n\t{' in table else [table]:
            for macro, member in ROW.findall(row):
                if macro in ('ROW_LATER', 'WORD', 'LATER') or 'PARAM_READ_FILE' in row or 'PARAM_ACTION' in row:
                    continue
                yield member


def check(root):
    read = '\n'.join(_structure.text(root, path) for path in
                     _structure.files(root, r'^src/(?!config/)[a-z0-9_/]*\.[ch]$'))
    for path in _structure.files(root, r'^src/config/(?!trace_flags)[a-z_]*\.c$'):     # categories are one number
        for member in members(_structure.text(root, path)):
            if member not in READ_THERE and not re.search(r'(?:->|\.|, )%s\b' % member, read):
                yield f'{path}: nobody reads {member}'


GOOD = {
    'src/config/thing.c': 'static const struct param params[] = {\n'
                          '\t{\n\t\tROW_MEMBER(size), .type = PARAM_U32,\n\t},\n'
                          '\tSECONDS(patience, 0, "s"),\n\t{\n\t\tROW_MEMBER(secret_file), .flags = PARAM_READ_FILE,\n'
                          '\t},\n};\n',
    'src/service/thing.c': 'int f(struct thing *thing)\n{\n\treturn thing->size + config.patience;\n}\n',
}

_structure.run('what parameters say is read', check, GOOD, [
    ('a parameter that nobody reads',
     {'src/service/thing.c': 'int f(struct thing *thing)\n{\n\treturn config.patience;\n}\n'}, r'nobody reads size'),
    ('one made by a macro',
     {'src/service/thing.c': 'int f(struct thing *thing)\n{\n\treturn thing->size;\n}\n'}, r'nobody reads patience'),
    ('one that is only set where the tables are',
     {'src/service/thing.c': 'int f(struct thing *thing)\n{\n\treturn config.patience;\n}\n',
      'src/config/other.c': 'int g(struct thing *thing)\n{\n\treturn thing->size;\n}\n'}, r'nobody reads size'),
])
