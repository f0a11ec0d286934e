#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""OpenL2TP's names of the programs, and every letter of their options: honoured, or refused, with what to use."""
import os

import _management as m
from _management import L2TPCTL, L2TPD, SESSION, SOCKET, TMP, TUNNEL, check, equal, matches, run


def test_names():
    for name, program in ('l2tpconfig', L2TPCTL), ('openl2tpd', L2TPD):
        path = os.path.join(os.path.dirname(program), name)
        if not os.path.exists(path):        # the build folder has none; an installation does
            path = os.path.join(TMP, name)
            os.symlink(program, path)
        status, out, _ = run(path, '-V')
        check(f'{name} runs', status == 0 and out.startswith('l2tp'), out)
        check(f'{name} -h', run(path, '-h')[0] == 0 and 'From OpenL2TP' in run(path, '-h')[1], run(path, '-h'))


def test_l2tpconfig():
    daemon = m.Daemon(TUNNEL + '\n')
    equal('-q says nothing', m.ctl('-q', *SESSION.split()), (0, '', ''))
    for words in ['-R', '192.0.2.1'], ['-R192.0.2.1'], ['-R'], ['-qR', '192.0.2.1']:
        status, out, err = m.ctl(*words, 'tunnel', 'list')
        equal(f'{" ".join(words)} is refused', (status, out), (2, ''))
        matches(f'{" ".join(words)}: what to use', err, r"-R is OpenL2TP's: -H HOST .*ssh")
    status, out, err = m.ctl('-t', 'tunnel', 'list')
    equal('-t is refused', (status, out), (2, ''))
    matches('-t: why', err, r"-t is OpenL2TP's: .*-H HOST")
    equal('help, as OpenL2TP had it', m.ctl('help'), m.ctl('-h'))
    equal('an option that nobody had', m.ctl('-Z')[0], 2)
    daemon.end()


def test_openl2tpd():
    pid_file = m.write('pid', 'nonsense of a predecessor')
    daemon = m.Daemon(TUNNEL + '\n', options=['-f', '-P', pid_file])
    equal('-f and -c: it runs', m.ctl('tunnel', 'list', 'names')[1], 't\n')
    check('-P writes the pid', m.until(lambda: m.read(pid_file) == f'{daemon.pid}\n'), m.read(pid_file))
    daemon.end()
    check('and takes it away at the end', not os.path.exists(pid_file))
    daemon = m.Daemon(TUNNEL + '\n', options=['-d', 'fsm,api', '-D'])
    equal('-d: categories of the daemon', m.ctl('debug', 'show', 'app')[1], 'trace flags: fsm,api\n')
    matches('-D: all of those of tunnels', m.ctl('debug', 'show', 'tunnel_name=t')[1], r'all|fsm.*data')
    equal('and of those made later', m.ctl(*SESSION.split())[0], 0)
    matches('sessions too', m.ctl('debug', 'show', 'tunnel_name=t', 'session_name=s')[1], r'all|fsm.*data')
    equal('a reload', m.ctl('reload')[0], 0)
    equal('does not change them', m.ctl('debug', 'show', 'app')[1], 'trace flags: fsm,api\n')
    daemon.end()
    daemon = m.Daemon(options=['-d', '2047'])
    matches('-d: a number', m.ctl('debug', 'show', 'app')[1], r'all|fsm.*data')
    daemon.end()
    status, _, err = run(L2TPD, '-d', 'frob')
    equal('-d: what is no category', status, 2)
    matches('and which there are', err, r'-d frob: .*fsm')
    for words in ['-L', 'local3'], ['-L', 'frob']:
        daemon = m.Daemon(options=words)
        equal(f'-L: {words[1]}', m.ctl('tunnel', 'list')[0], 0 if words[1] == 'local3' else 3)
        daemon.process.kill()
        daemon.process.wait()
    daemon = m.Daemon(options=['-P', '/nowhere/at/all'])
    equal('a pid file that cannot be written does not end it', m.ctl('tunnel', 'list')[0], 0)
    matches('but is told', daemon.log(), r'cannot write the pid file /nowhere/at/all: No such')
    daemon.end()
    for words, instead in ((['-u', '1702'], 'our_udp_port'), (['-p', 'event_sock.so'], 'hook_directory'),
                           (['-S'], 'l2tpctl -j status'), (['-R'], 'l2tpctl -H'), (['-y', '5'], 'pppd')):
        status, out, err = run(L2TPD, *words, '-s', SOCKET, '--datapath=null')
        equal(f'{words[0]} is refused', (status, out), (2, ''))
        matches(f'{words[0]}: what to use', err, rf"{words[0]} is OpenL2TP's: .*{instead}")


m.main(globals())
