# SPDX-License-Identifier: MIT
"""One measurement, one number on standard output:

  sample.py idle SECONDS                                how busy the machine is by itself, in CPUs
  sample.py tcp NETNS ADDRESS STREAMS SECONDS           octets received by an iperf3 server there, per CPU-second
  sample.py flood NETNS NETNS2 ADDRESS SECONDS SIZE...  UDP packets received in NETNS2, per CPU-second
  sample.py ping NETNS ADDRESS COUNT                    median round trip, microseconds
  sample.py longer COUNT COMMAND... -- COMMAND... how much longer the first takes than the second, milliseconds

CPU-seconds are those of the whole machine, all that is not idle in /proc/stat, less what it used
before ($BENCH_IDLE, CPUs): whoever does the work - program, kernel thread, interrupt - it counts.
$BENCH_FLOOD is the program built from flood.c. With $BENCH_METER a process' id they are those of its
threads alone; with "wall" seconds are just seconds.
"""
import glob
import json
import os
import re
import statistics
import subprocess
import sys
import time

TICK = os.sysconf('SC_CLK_TCK')
IDLE = float(os.environ.get('BENCH_IDLE', 0))
METER = os.environ.get('BENCH_METER')


def busy_seconds():
    """CPU time used since boot: user, nice, system, irq, softirq (not idle, iowait, steal, guest)."""
    with open('/proc/stat', encoding='ascii') as f:
        values = [int(v) for v in f.readline().split()[1:]]
    return (sum(values[0:3]) + sum(values[5:7])) / TICK


def process_seconds(pid):
    """CPU time of the threads of a process that are there."""
    nanoseconds = 0
    for name in glob.glob(f'/proc/{pid}/task/*/schedstat'):
        with open(name, encoding='ascii') as f:
            nanoseconds += int(f.read().split()[0])
    return nanoseconds / 1e9


class Meter:
    def __init__(self):
        self.start = time.monotonic()
        self.busy = self.used()

    def used(self):
        if METER == 'wall':
            return time.monotonic() - self.start
        return process_seconds(METER) if METER else busy_seconds()

    def seconds(self):
        idle = 0 if METER else IDLE * (time.monotonic() - self.start)
        return max(self.used() - self.busy - idle, 0.001)


def inside(netns, *command):
    return ['ip', 'netns', 'exec', netns, *map(str, command)]


def idle(seconds):
    meter = Meter()
    time.sleep(float(seconds))
    return meter.seconds() / float(seconds)


def tcp(netns, address, streams, seconds):
    meter = Meter()
    out = subprocess.run(inside(netns, 'iperf3', '-J', '-c', address, '-P', streams, '-t', seconds),
                         capture_output=True, check=False, text=True).stdout
    used, result = meter.seconds(), json.loads(out)
    if 'error' in result:
        sys.exit(f'iperf3: {result["error"]}')
    return result['end']['sum_received']['bytes'] / used


def flood(netns, netns2, address, seconds, *sizes):
    program = os.environ['BENCH_FLOOD']
    with subprocess.Popen(inside(netns2, program, 'receive', 9000), stdout=subprocess.PIPE, text=True) as receiver:
        receiver.stdout.readline()
        meter = Meter()
        subprocess.run(inside(netns, program, 'send', address, 9000, seconds, *sizes), check=True)
        used = meter.seconds()
        receiver.terminate()
        return int(receiver.stdout.readline()) / used


def ping(netns, address, count):
    out = subprocess.run(inside(netns, 'ping', '-i', '0.05', '-c', count, address), capture_output=True, check=True,
                         text=True).stdout
    return statistics.median(float(t) for t in re.findall(r'time=([\d.]+) ms', out)) * 1000


def longer(count, *words):
    """The difference of the medians; taken in turn."""
    end = words.index('--')
    taken = []
    for _ in range(int(count)):
        for command in words[:end], words[end + 1:]:
            start = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            taken.append(time.perf_counter() - start)
    return (statistics.median(taken[::2]) - statistics.median(taken[1::2])) * 1000


print({'idle': idle, 'tcp': tcp, 'flood': flood, 'ping': ping, 'longer': longer}[sys.argv[1]](*sys.argv[2:]))
