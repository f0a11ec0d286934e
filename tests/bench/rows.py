# SPDX-License-Identifier: MIT
"""The benchmark's table: rows.py SAMPLES. A line of SAMPLES is "KEY PATH VALUE".

A row that compares two paths: its value is the median of the rounds' ratios. One of a single path:
the median of its samples, or, where nothing may go wrong in any round, the worst of them. Exit
status 1 if one misses its pass mark or was not measured.
"""
import collections
import os
import re
import statistics
import sys

MORE, LESS = 1, -1      # is more better, or less?
WORST = 'worst'
# key, what it says, ours, the other, which is better, pass mark, goal
Row = collections.namedtuple('Row', 'key title ours other better mark goal how', defaults=[statistics.median])
ROWS = [
    Row('tcp-cut-1', 'TCP, packets cut, 1 stream, to VXLAN per CPU-second', 'l2tp', 'vxlan', MORE, 0.70, 0.85),
    Row('tcp-cut-4', 'TCP, packets cut, 4 streams, to VXLAN per CPU-second', 'l2tp', 'vxlan', MORE, 0.70, 0.85),
    Row('tcp-uncut-1', 'TCP, uncut, 1 stream, to VXLAN per CPU-second', 'l2tp', 'vxlan', MORE, 0.42, 0.60),
    Row('tcp-uncut-4', 'TCP, uncut, 4 streams, to VXLAN per CPU-second', 'l2tp', 'vxlan', MORE, 0.42, 0.60),
    Row('tcp-cut-1', 'TCP, packets cut, 1 stream, datapath=bpf, likewise', 'bpf', 'vxlan', MORE, 0, 0.70),
    Row('tcp-cut-4', 'TCP, packets cut, 4 streams, datapath=bpf, likewise', 'bpf', 'vxlan', MORE, 0, 0.70),
    Row('tcp-uncut-1', 'TCP, uncut, 1 stream, datapath=bpf, likewise', 'bpf', 'vxlan', MORE, 0.42, 0.90),
    Row('tcp-uncut-4', 'TCP, uncut, 4 streams, datapath=bpf, likewise', 'bpf', 'vxlan', MORE, 0.42, 0.90),
    Row('udp-64', 'UDP of 64 bytes, one flow, to VXLAN per CPU-second', 'l2tp', 'vxlan', MORE, 1.6, 2.0),
    Row('udp-mixed', 'UDP of 64, 576, 1400 bytes (7:4:1), to VXLAN per CPU-second', 'l2tp', 'vxlan', MORE, 0.8, 1.0),
    Row('ping', 'idle ping, median round trip to that of VXLAN', 'l2tp', 'vxlan', LESS, 5.0, 2.5),
    Row('guest', "TCP, to the kernel's l2tp_eth, in a guest by instruction count", 'l2tp', 'kernel', MORE, 2.0, 3.0),
    # of `datapath=auto` where the kernel has L2TP: what it takes, to what it does not
    Row('guest-ip', 'auto, Ethernet over IP: TCP by the kernel, to by us, likewise', 'kernel', 'user', MORE, 1.0, 1.5),
    Row('guest-ppp', 'auto, PPP over UDP: TCP by us, to by the kernel, likewise', 'user', 'kernel', MORE, 1.0, 1.5),
    Row('beside-idle', 'CPU per octet beside 2,000 idle sessions, to alone', 'l2tp', 'beside', LESS, 1.05, 1.0),
    Row('beside-tap', 'CPU per octet beside a session that is captured, to alone', 'l2tp', 'tapped', LESS, 1.03, 1.01),
    Row('creation', 'creating and removing 2,000 sessions, to a bare loop', 'l2tp', 'bare', LESS, 1.5, 1.2),
    Row('memory', 'memory of an idle session, KiB', 'l2tp', None, LESS, 4.0, 2.0),
    Row('program-tcp', 'TCP, packets cut, session of `ip l2tp`, to one of l2tpctl', 'ip', 'l2tpctl', MORE, 0.95, 1.0),
    # no mark: what a program's own socket costs is to be known
    Row('program-tcp', 'the same, in a tunnel of its own socket, to that', 'managed', 'l2tpctl', MORE, 0, 1.0),
    Row('program-show', 'ms that an `ip l2tp show` under l2tprun takes longer', 'l2tp', None, LESS, 2.0, 1.0),
    Row('calls-1', 'calls/s into one tunnel, one core', 'l2tp', None, MORE, 50e3, 200e3),
    Row('calls-1', 'calls/s into one tunnel, to l2tpns', 'l2tp', 'l2tpns', MORE, 2.5, 10),
    Row('calls-50', 'calls/s into 50 tunnels, one core', 'l2tp', None, MORE, 50e3, 200e3),
    Row('calls-50', 'calls/s into 50 tunnels, to l2tpns', 'l2tp', 'l2tpns', MORE, 2.5, 10),
    Row('storm-400', '400 tunnels at once: calls lost, messages repeated', 'l2tp', None, LESS, 0, 0, WORST),
    Row('storm-loss-30', '5,000 tunnels, 20 % loss each way: % up within 30 s', 'l2tp', None, MORE, 99.9, 100, WORST),
    Row('storm-loss-60', '5,000 tunnels, 20 % loss each way: % up within 60 s', 'l2tp', None, MORE, 100, 100, WORST),
    Row('sessions-memory', '100,000 calls in 1,000 tunnels, null datapath: octets each', 'l2tp', None, LESS, 1024, 512),
    Row('sessions-late', '100,000 calls: the last tenth, to the rate of the first', 'l2tp', None, MORE, 0.9, 1.0),
    Row('sessions-idle', '100,000 calls, HELLO every 60 s: % of a core', 'l2tp', None, LESS, 0.3, 0.1, WORST),
    Row('flood-lost', 'flood of SCCRQs, 10 s: tunnels and calls that others lost', 'l2tp', None, LESS, 0, 0, WORST),
    Row('flood-newcomer', 'flood: seconds until an honest peer is in', 'l2tp', None, LESS, 5, 1.5, WORST),
    Row('flood-memory', 'flood: memory that it took, MiB', 'l2tp', None, LESS, 32, 8, WORST),
    Row('ppp-lns-tcp', 'PPP: TCP through the LNS, to l2tpns per CPU-second of it', 'l2tp', 'l2tpns', MORE, 5, 10),
    # Twice: one device takes many packets of a flow as one from us, of l2tpns each by itself; and what none may join.
    Row('ppp-lns-64', 'PPP: 64 octets, one flow, which we join, one core, to l2tpns', 'l2tp', 'l2tpns', MORE, 2, 4),
    Row('ppp-lns-apart', 'PPP: 64 octets, which nobody may join, one core, to l2tpns', 'l2tp', 'l2tpns', MORE, 2, 4),
    Row('ppp-tcp', 'PPP: TCP, packets cut, own device, to VXLAN per CPU-second', 'own', 'vxlan', MORE, 0.65, 0.85),
    Row('ppp-tcp', 'PPP: the same, shared device, to own device', 'shared', 'own', MORE, 0.9, 1.0),
    Row('ppp-up', 'PPP: subscribers/s up, MS-CHAPv2, shared device, one core', 'mschapv2', None, MORE, 10e3, 25e3),
    Row('ppp-up', 'PPP: subscribers/s up, CHAP with MD5, likewise', 'md5', None, MORE, 10e3, 25e3),
    Row('ppp-many-memory', 'PPP: 100,000 subscribers: KiB each', 'l2tp', None, LESS, 3, 2),
    Row('ppp-many-late', 'PPP: 100,000: the last tenth, to the rate of the first', 'l2tp', None, MORE, 0.9, 1.0),
    Row('ppp-many-idle', 'PPP: 100,000, LCP echo every 60 s: % of a core', 'l2tp', None, LESS, 3, 1, WORST),
    Row('ppp-many-lost', 'PPP: 100,000: lost while they are held', 'l2tp', None, LESS, 0, 0, WORST),
    Row('ppp-beside', 'PPP: CPU per octet beside 100,000 idle, to alone', 'alone', 'beside', LESS, 1.05, 1.0),
    Row('ppp-own-down', 'PPP: 2,000 on own devices: seconds to be gone', 'l2tp', None, LESS, 5, 2, WORST),
]


def read(path):
    samples = {}
    with open(path, encoding='ascii') as f:
        for line in f:
            words = line.split()
            if len(words) == 3:     # an empty value: the measurement failed
                samples.setdefault((words[0], words[1]), []).append(float(words[2]))
    return samples


def value_of(samples, row):
    ours = samples.get((row.key, row.ours), [])
    if row.other is not None:
        ours = [x / y for x, y in zip(ours, samples.get((row.key, row.other), []))]
    if not ours:
        return None
    if row.how == WORST:
        return min(ours) if row.better == MORE else max(ours)
    return row.how(ours)


def verdict(value, row):
    if value is None:
        return 'NOT MEASURED'
    if row.better * value >= row.better * row.goal:
        return 'goal'
    return 'pass' if row.better * value >= row.better * row.mark else 'BELOW THE MARK'


def number(value):
    return '-' if value is None else format(value, '.2f' if abs(value) < 10000 else '.0f')


def main():
    samples, missed = read(sys.argv[1]), 0
    only = re.compile(os.environ.get('ONLY') or '.')
    print(f'\n{"":66}{"value":>8}{"pass":>8}{"goal":>8}')
    for row in ROWS:
        if not only.search(row.key):
            continue
        value = value_of(samples, row)
        told = verdict(value, row)
        missed += told.isupper()
        print(f'{row.title:66}{number(value):>8}{number(row.mark):>8}{number(row.goal):>8}  {told}')
    print('\nmedians (octets, packets per CPU-second; microseconds; seconds; KiB; as the row says):')
    for (key, path), values in samples.items():
        print(f'  {key:16}{path:8}{statistics.median(values):14.4g}   of {len(values)}')
    return 1 if missed else 0


sys.exit(main())
