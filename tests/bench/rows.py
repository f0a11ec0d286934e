# SPDX-License-Identifier: MIT
"""The benchmark's table: rows.py SAMPLES. A line of SAMPLES is "KEY PATH VALUE".

Each row compares the rounds of two paths; its value is the median of the rounds' ratios. Exit
status 1 if one misses its pass mark or was not measured.
"""
import os
import re
import statistics
import sys

MORE, LESS = 1, -1      # is more better, or less?
# key, what it says, ours, the other, which is better, pass mark, goal
ROWS = [
    ('tcp-cut-1', 'TCP, packets cut, 1 stream, to VXLAN per CPU-second', 'l2tp', 'vxlan', MORE, 0.70, 0.85),
    ('tcp-cut-4', 'TCP, packets cut, 4 streams, to VXLAN per CPU-second', 'l2tp', 'vxlan', MORE, 0.70, 0.85),
    ('tcp-uncut-1', 'TCP, uncut, 1 stream, to VXLAN per CPU-second', 'l2tp', 'vxlan', MORE, 0.42, 0.60),
    ('tcp-uncut-4', 'TCP, uncut, 4 streams, to VXLAN per CPU-second', 'l2tp', 'vxlan', MORE, 0.42, 0.60),
    ('udp-64', 'UDP of 64 bytes, to VXLAN per CPU-second', 'l2tp', 'vxlan', MORE, 1.6, 2.0),
    ('udp-mixed', 'UDP of 64, 576, 1400 bytes (7:4:1), to VXLAN per CPU-second', 'l2tp', 'vxlan', MORE, 0.8, 1.0),
    ('ping', 'idle ping, median round trip to that of VXLAN', 'l2tp', 'vxlan', LESS, 5.0, 2.5),
    ('guest', "TCP, to the kernel's l2tp_eth, in a guest by instruction count", 'l2tp', 'kernel', MORE, 2.0, 3.0),
    ('beside-idle', 'CPU per octet beside 2,000 idle sessions, to alone', 'l2tp', 'beside', LESS, 1.05, 1.0),
    ('beside-tap', 'CPU per octet beside a session that is captured, to alone', 'l2tp', 'tapped', LESS, 1.03, 1.01),
    ('creation', 'creating and removing 2,000 sessions, to a bare loop', 'l2tp', 'bare', LESS, 1.5, 1.2),
    ('memory', 'memory of an idle session, KiB', 'l2tp', None, LESS, 4.0, 2.0),
]


def read(path):
    samples = {}
    with open(path, encoding='ascii') as f:
        for line in f:
            words = line.split()
            if len(words) == 3:     # an empty value: the measurement failed
                samples.setdefault((words[0], words[1]), []).append(float(words[2]))
    return samples


def value_of(samples, key, ours, other):
    a = samples.get((key, ours), [])
    if other is None:
        return statistics.median(a) / 1024 if a else None
    ratios = [x / y for x, y in zip(a, samples.get((key, other), []))]
    return statistics.median(ratios) if ratios else None


def verdict(value, better, mark, goal):
    if value is None:
        return 'NOT MEASURED'
    if better * value >= better * goal:
        return 'goal'
    return 'pass' if better * value >= better * mark else 'BELOW THE MARK'


def main():
    samples, missed = read(sys.argv[1]), 0
    only = re.compile(os.environ.get('ONLY') or '.')
    print(f'\n{"":66}{"value":>7}{"pass":>7}{"goal":>7}')
    for key, title, ours, other, better, mark, goal in ROWS:
        if not only.search(key):
            continue
        value = value_of(samples, key, ours, other)
        told = verdict(value, better, mark, goal)
        missed += told.isupper()
        print(f'{title:66}{"-" if value is None else format(value, ".2f"):>7}{mark:7.2f}{goal:7.2f}  {told}')
    print('\nmedians (octets, packets per CPU-second; microseconds; seconds; octets):')
    for (key, path), values in samples.items():
        print(f'  {key:14}{path:8}{statistics.median(values):14.4g}   of {len(values)}')
    return 1 if missed else 0


sys.exit(main())
