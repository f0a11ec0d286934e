#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The pure rooms call nothing that touches the world: no socket, clock, random number, thread or FILE.

Read from the undefined symbols of their libraries in the ordinary (not sanitised) build. The list
says what is allowed, so that a function nobody thought of is a finding too.
"""
import os
import re
import subprocess

import _structure

PURE = ['base', 'wire', 'config', 'control', 'aaa', 'ppp', 'service', 'kernel', 'datapath/null']
# Functions of libc that turn memory into memory. A call of snprintf may appear as __snprintf_chk,
# of strtol as __isoc99_strtol and so on.
ALLOWED = re.compile(r'''^(__(isoc\d+_)?)?(
    malloc | calloc | realloc | reallocarray | free | aligned_alloc
  | mem(cpy|move|set|cmp|chr|rchr|mem|pcpy) | bcmp | explicit_bzero
  | str(n?len|n?cpy|n?cat|n?cmp|n?casecmp|chr|rchr|chrnul|str|casestr|spn|cspn|pbrk|sep|tok_r|n?dup|error|error_r)
  | stp(n?cpy) | strto(l|ul|ll|ull|imax|umax|d) | strerrordesc_np | strerrorname_np | __xpg_strerror_r | xpg_strerror_r
  | v?snprintf | v?asprintf | v?sscanf
  | is(alpha|digit|alnum|space|print|xdigit|upper|lower|punct|cntrl|graph) | tolower | toupper
  | ctype_(b|tolower|toupper)_loc | errno_location
  | qsort | qsort_r | bsearch | ffs | ffsl | ffsll | abs | labs | llabs
  | inet_pton | inet_ntop | htonl | htons | ntohl | ntohs
  | nettle_((hmac_)?md5_\w+ | (md4|sha1|des|arcfour)_\w+ | memxor3? | memeql_sec)
  | (de|in)flate\w*
  | mnl_(attr_\w+ | nlmsg_(ok|next|put_(extra_)?header|get_payload(_offset)?))
  | assert_fail | abort | stack_chk_fail | in6addr_any | in6addr_loopback
)(_chk)?$|^_GLOBAL_OFFSET_TABLE_$|^in6addr_any$''', re.X)


def symbols(archive, *flags):
    out = subprocess.run(['nm', *flags, '--format=posix', archive], check=True, capture_output=True, text=True).stdout
    member = '?'
    for line in out.splitlines():
        m = re.match(r'.*\[(.*)\]:$', line)
        if m:
            member = os.path.basename(m[1])
        elif line.strip():
            yield member, line.split()[0]


def archive_of(root, room):
    build = os.path.join(root, os.environ.get('BUILD') or 'build')
    return os.path.join(build, 'src', room, f'lib{room.replace("/", "_")}.a')


def check(root):
    archives = {room: archive_of(root, room) for room in PURE}
    for room, archive in archives.items():
        if not os.path.exists(archive):
            yield f'src/{room}: {archive} is missing: run make'
            return
    ours = {name for archive in archives.values() for _, name in symbols(archive, '--defined-only', '--extern-only')}
    for room, archive in archives.items():
        if not any(symbols(archive, '--defined-only')):
            yield f'src/{room}: its library is empty'
        for member, name in symbols(archive, '--undefined-only'):
            if name not in ours and not ALLOWED.match(name):
                yield f'src/{room}: {member} calls {name}'


def check_compiled(root):
    """As check, in a sample first compile the one file of each pure room to its library."""
    for room in PURE if root != _structure.ROOT else []:
        archive = archive_of(root, room)
        os.makedirs(os.path.dirname(archive), exist_ok=True)
        source = os.path.join(root, 'src', room, 'a.c')
        flags = ['-O2', '-D_GNU_SOURCE', '-U_FORTIFY_SOURCE', '-D_FORTIFY_SOURCE=2', '-fstack-protector-all', '-w']
        subprocess.run(['gcc', *flags, '-c', source, '-o', archive + '.o'], check=True)
        subprocess.run(['ar', 'rcs', archive, archive + '.o'], check=True)
    yield from check(root)


def impure(body):
    headers = 'stdio.h stdlib.h string.h time.h unistd.h pthread.h sys/socket.h sys/random.h'
    return ''.join(f'#include <{h}>\n' for h in headers.split()) + body


GOOD = {f'src/{room}/a.c': f'int pure_{room.replace("/", "_")};\n' for room in PURE} | {
    'src/wire/a.c': impure('int wire_a(char *s, size_t n, int i) { char b[9]; memcpy(b, s, n);'
                           'return snprintf(s, n, "%d%s", i, b) + strtol(s, 0, 10) + pure_base(); }'),
    'src/base/a.c': 'int pure_base(void) { return 1; }',
}
if os.path.isabs(os.environ.get('BUILD', '')):
    os.environ['BUILD'] = os.path.relpath(os.environ['BUILD'], _structure.ROOT)
_structure.run('pure rooms', check_compiled, GOOD, [
    (what, {'src/config/a.c': impure(f'int config_a(char *b, size_t n) {{ {body} }}')},
     rf'src/config: .* calls {symbol}$')
    for what, body, symbol in [
        ('a socket', 'return socket(1, 1, 0);', 'socket'),
        ('a clock', 'return (int)time(0);', 'time'),
        ('a random number', 'return (int)random();', 'random'),
        ('a thread', 'return pthread_create(0, 0, 0, 0);', 'pthread_create'),
        ('a FILE', 'return fopen(b, b) != 0;', 'fopen'),
        ('a log line to the terminal', 'return puts(b);', 'puts'),
        ('a read in its checked form', 'char c[4]; return read(0, c, n) + c[0];', '__read_chk'),
    ]
] + [('a library without code', {'src/service/a.c': ''}, 'src/service: its library is empty')])
