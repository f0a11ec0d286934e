#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Profiles, peers and users as l2tpctl shows them: every verb of every type, as text and as JSON."""
import json
import os
import re
import socket

import _management as m
from _management import check, ctl, equal, matches


def words(line, **more):
    return ctl(*line.split(), **more)


def test_tunnel_profiles():
    daemon = m.Daemon()
    equal('create', words('tunnel profile create profile_name=p version=3 ttl=9'),
          (0, '', 'Created tunnel profile p\n'))
    equal('list', words('tunnel profile list')[1], 'default\np\n')
    out = words('tunnel profile show profile_name=p')[1]
    matches('show tells what is set', out, r'^ttl +9 +tunnel profile p$')
    matches('and what is not', out, r'^encap +udp +built-in default$')
    equal('show in JSON', json.loads(words('-j tunnel profile show profile_name=p')[1])['config'],
          {'profile_name': 'p', 'version': 3, 'ttl': '9'})
    equal('a tunnel with it', words('tunnel create tunnel_name=t profile_name=p dest_ipaddr=192.0.2.2 tunnel_id=1 '
                                    'peer_tunnel_id=1')[0], 0)
    out = words('tunnel show tunnel_name=t')[1]
    matches('show: a value of its profile', out, r'^ +ttl +9 \(profile\)$')
    matches('and one of nobody', out, r'^ +fwmark +0 \(default\)$')
    equal('modify', words('tunnel profile modify profile_name=p ttl=10')[2], 'Modified tunnel profile p\n')
    matches('the tunnel is as before', words('tunnel explain tunnel_name=t')[1], r'^ttl +9 +tunnel profile p +10$')
    matches('apply', words('tunnel profile apply profile_name=p')[2], r'^Applied tunnel profile p: 1 of 1 tunnels')
    matches('now it has the new value', words('explain tunnel tunnel_name=t')[1], r'^ttl +10 +tunnel profile p$')
    equal('unset', words('tunnel profile unset profile_name=p ttl')[2], 'Modified tunnel profile p\n')
    status, _, err = words('tunnel profile delete profile_name=p')
    equal('one that is used stays', status, 1)
    matches('and by whom', err, r'used by tunnel t')
    words('tunnel delete tunnel_name=t')
    equal('delete', words('tunnel profile delete profile_name=p')[2], 'Deleted tunnel profile p\n')
    equal('it is gone', words('tunnel profile show profile_name=p')[0], 5)
    equal('default cannot be deleted', words('tunnel profile delete profile_name=default')[0], 1)
    daemon.end()


def test_session_profiles():
    daemon = m.Daemon(m.TUNNEL + '\n')
    equal('create', words('session profile create profile_name=p mtu=1300')[0], 0)
    equal('a session with it', words('session create tunnel_name=t session_name=s session_id=1 peer_session_id=1 '
                                     'profile_name=p')[0], 0)
    matches('explain', words('session explain tunnel_name=t session_name=s')[1], r'^mtu +1300 +session profile p$')
    equal('modify', words('session profile modify profile_name=p mtu=1200')[0], 0)
    matches('apply', words('session profile apply profile_name=p')[2], r'1 of 1 sessions')
    matches('it has', words('session show tunnel_name=t session_name=s')[1], r'mtu +1200')
    equal('unset', words('session profile unset profile_name=p mtu')[0], 0)
    matches('show', words('session profile show profile_name=p')[1], r'^Session profile p')
    equal('list', words('session profile list')[1], 'default\np\n')
    words('session delete tunnel_name=t session_name=s')
    equal('delete', words('session profile delete profile_name=p')[0], 0)
    daemon.end()


def test_peer_profiles():
    daemon = m.Daemon(m.TUNNEL + '\n')
    equal('create', words('peer profile create profile_name=net peer_ipaddr=192.0.2.0/24')[0], 0)
    equal('modify', words('peer profile modify profile_name=net tunnel_profile_name=default')[0], 0)
    matches('show', words('peer profile show profile_name=net')[1], r'peer_ipaddr +192\.0\.2\.0/24')
    equal('list', words('peer profile list')[1], 'default\nnet\n')
    matches('explain peer', words('explain peer peer_ipaddr=192.0.2.77')[1], r'peer_profile_name +net')
    matches('peer explain of another', words('peer explain peer_ipaddr=203.0.113.1')[1], r'peer_profile_name +default')
    equal('unset', words('peer profile unset profile_name=net tunnel_profile_name')[0], 0)
    equal('apply', words('peer profile apply profile_name=net')[0], 0)
    equal('delete', words('peer profile delete profile_name=net')[0], 0)
    matches('peer list', words('peer list')[1], r'^- +192\.0\.2\.2 +1$')
    equal('peer list in JSON', json.loads(words('-j peer list')[1]), [{'peer_ipaddr': '192.0.2.2', 'tunnels': 1}])
    matches('peer show', words('peer show peer_ipaddr=192.0.2.2')[1], r'number of tunnels: 1')
    equal('peer show of nobody', words('peer show peer_ipaddr=192.0.2.3')[0], 5)
    daemon.end()


def test_ppp_profiles():
    daemon = m.Daemon()
    equal('create', words('ppp profile create profile_name=p')[0], 0)
    equal('modify', words('ppp profile modify profile_name=p mtu=1400 auth_pap=no idle_timeout=60')[0], 0)
    status, _, err = words('ppp profile modify profile_name=p multilink=yes')
    equal('several links are refused', status, 2)
    matches('by name', err, r'multilink=yes is not supported yet')
    equal('one is not', words('ppp profile modify profile_name=p multilink=no')[0], 0)
    text = words('ppp profile show profile_name=p')[1]
    matches('show', text, r'^Ppp profile p|^PPP profile p')
    for row in r'mtu +1400 +ppp profile p', r'auth_pap +no +ppp profile p', r'auth_chap +yes +built-in default':
        matches(f'show {row}', text, rf'(?s).*\n *{row}')
    equal('list', words('ppp profile list')[1], 'default\np\n')
    equal('apply', words('ppp profile apply profile_name=p')[0], 0)
    equal('unset', words('ppp profile unset profile_name=p mtu multilink')[0], 0)
    equal('delete', words('ppp profile delete profile_name=p')[0], 0)
    equal('user list', words('user list'), (0, '', ''))
    equal('user list with conditions', words('user list user_name=bob rx_bytes>5 sort=-up_age limit=3'), (0, '', ''))
    matches('user show', words('user show user_name=bob')[2], r'.*bob has no session: `user list`')
    equal('user list in JSON', json.loads(words('-j user list')[1]), [])
    daemon.end()


def test_pools():
    """Pools are kept as profiles are; PPP profiles name them."""
    daemon = m.Daemon()
    path = f'{m.TMP}/pools.conf'
    equal('create', words('pool create pool_name=subs range=192.0.2.10-192.0.2.250,198.51.100.0/24'),
          (0, '', 'Created pool subs\n'))
    equal('of prefixes', words('pool create pool_name=v6 range=2001:db8::/32 delegate_length=56')[0], 0)
    refused = {
        'range must be': 'pool create pool_name=x range=192.0.2.250-192.0.2.10',
        'up to 16 with commas': 'pool create pool_name=x range=10.0.0.0/24,10.0.0.7',
        'of one family': 'pool create pool_name=x range=10.0.0.0/24,2001:db8:1::/48',
        'give range': 'pool create pool_name=x',
        'pool subs has some of it: 198.51.100.0/24': 'pool create pool_name=x range=198.51.100.7',
        'it is for IPv6': 'pool create pool_name=x range=10.0.0.0/24 delegate_length=56',
        'no prefix of 64 bits fits into 2001:db9::/80': 'pool create pool_name=x range=2001:db9::/80',
        'write ranges of IPv6 as ADDRESS/LENGTH': 'pool create pool_name=x range=2001:db9::1-2001:db9::2',
        'without blanks and commas': 'pool create pool_name=a,b range=10.0.0.0/24',
        'it exists: use pool modify': 'pool create pool_name=subs range=10.0.0.0/24',
        'there is no pool named nobody': 'ppp profile modify profile_name=default ip_pool_name=nobody',
        'there is no pool named x': 'pool show pool_name=x',
    }
    for why, command in refused.items():
        status, _, err = words(command)
        equal(f'{command} is refused', status != 0, True)
        matches(f'{command}: why', err, f'(?s).*{re.escape(why)}')
    equal('a profile names one', words('ppp profile modify profile_name=default ip_pool_name=subs')[0], 0)
    status, _, err = words('pool delete pool_name=subs')
    equal('which then stays', status != 0, True)
    matches('why', err, r'.*named by ppp profile default: ppp profile unset profile_name=default ip_pool_name')
    equal('its range can change', words('pool modify pool_name=subs range=192.0.2.0/24')[0], 0)
    equal('but there must be one', words('pool unset pool_name=subs range')[0] != 0, True)
    matches('show', words('pool show pool_name=v6')[1],
            r'(?s)^Pool v6:-\n.*range +2001:db8::/32 +given.*delegate_length +56 +given')
    matches('list', words('pool list')[1], r'(?s).*subs +192\.0\.2\.0/24.*v6 +2001:db8::/32 +56')
    equal('list names', words('pool list names'), (0, 'subs\nv6\n', ''))
    equal('unset', words('pool unset pool_name=v6 delegate_length')[0], 0)
    equal('save', words(f'config save file={path}')[0], 0)
    with open(path, encoding='utf-8') as f:
        text = f.read()
    matches('what is saved', text, r'(?s).*pool create pool_name=subs range=192.0.2.0/24\n'
            r'pool create pool_name=v6 range=2001:db8::/32\n'
            r'ppp profile modify profile_name=default ip_pool_name=subs\n')
    equal('unset of the name', words('ppp profile unset profile_name=default ip_pool_name')[0], 0)
    equal('delete', [words(f'pool delete pool_name={name}')[0] for name in ('subs', 'v6')], [0, 0])
    equal('restore', words(f'config restore file={path}')[0], 0)
    equal('they are back', words('pool list names')[1], 'subs\nv6\n')
    daemon.end()


def test_radius():
    """So are RADIUS servers, whose secret is seen by nobody."""
    daemon = m.Daemon()
    path = f'{m.TMP}/radius.conf'
    equal('create', words('radius create radius_name=a address=192.0.2.1 secret=hush1')[0], 0)
    equal('another', words('radius create radius_name=b address=2001:db8::1 secret=hush2 auth_port=1645 acct_port=0 '
                           'timeout=1 retries=0 dead_time=10 message_authenticator=yes coa=yes')[0], 0)
    refused = {
        'give address': 'radius create radius_name=x secret=s',
        'give secret_file or secret': 'radius create radius_name=x address=192.0.2.1',
        'both be IPv4 or both IPv6': 'radius create radius_name=x address=192.0.2.1 secret=s src_ipaddr=::1',
        'the IPv4 or IPv6 address of one host': 'radius create radius_name=x address=255.255.255.255 secret=s',
        'there is no radius named c': 'ppp profile modify profile_name=default radius_servers=a,c',
        'names without blanks': 'ppp profile modify profile_name=default radius_servers=a,,b',
        'give secret_file': 'radius unset radius_name=a secret',
    }
    for why, command in refused.items():
        status, _, err = words(command)
        equal(f'{command} is refused', status != 0, True)
        matches(f'{command}: why', err, f'(?s).*{re.escape(why)}')
    equal('a profile names both', words('ppp profile create profile_name=isp use_radius=yes radius_servers=b,a')[0], 0)
    for name in 'a', 'b':
        matches(f'{name} then stays', words(f'radius delete radius_name={name}')[2],
                r'.*named by ppp profile isp: ppp profile unset profile_name=isp radius_servers')
    equal('modify', words('radius modify radius_name=b timeout=2')[0], 0)
    text = words('radius show radius_name=b')[1]
    matches('show', text, r'(?s)^Radius b:-\n.*auth_port +1645 +given.*timeout +2 +given.*coa +yes +given')
    shown = text + words('-j radius show radius_name=b')[1] + words('-j radius list')[1] + words('radius list')[1]
    equal('the secret is in nothing', 'hush' in shown, False)
    equal('save', words(f'config save file={path}')[0], 0)
    with open(path, encoding='utf-8') as f:
        text = f.read()
    equal('nor in what is saved', 'hush' in text, False)
    equal('unset of the names', words('ppp profile unset profile_name=isp radius_servers')[0], 0)
    equal('delete', [words(f'radius delete radius_name={name}')[0] for name in ('a', 'b')], [0, 0])
    equal('restore', words(f'config restore file={path}')[0], 0)
    equal('they are back', words('radius list names')[1], 'a\nb\n')
    equal('with all', json.loads(words('-j radius show radius_name=b')[1])['explicit'],
          ['address', 'secret', 'secret_file', 'auth_port', 'acct_port', 'timeout', 'retries', 'dead_time',
           'message_authenticator', 'coa'])
    daemon.end()


def test_radius_hint():
    """OpenL2TP's radius_hint is the configuration of another client, whose servers become ours."""
    secrets = m.write('servers', '192.0.2.1/lns  hush1\n192.0.2.2\thush2\n')
    os.chmod(secrets, 0o600)
    hint = m.write('radiusclient.conf', f'authserver 192.0.2.1\nacctserver 192.0.2.1\nauthserver 192.0.2.2:1645\n'
                   f'servers {secrets}\nradius_timeout 5\n')
    daemon = m.Daemon('ppp profile modify profile_name=default use_radius=yes\n'
                      f'ppp profile create profile_name=a radius_hint={hint}\n'
                      f'ppp profile create profile_name=b radius_hint={hint} use_radius=no\n'
                      'radius create radius_name=mine address=192.0.2.3 secret=hush3\n'
                      f'ppp profile create profile_name=c radius_hint={hint} radius_servers=mine\n'
                      f'ppp profile create profile_name=d radius_hint={hint}\n'
                      f'ppp profile create profile_name=e radius_hint={m.TMP}/nowhere\n')
    equal('its servers are there', words('radius list names')[1],
          'mine\nradiusclient-192.0.2.1\nradiusclient-192.0.2.2\n')
    matches('as they are', words('radius show radius_name=radiusclient-192.0.2.2')[1],
            r'(?s).*address +192\.0\.2\.2.*secret +\(set\).*auth_port +1645.*acct_port +0.*timeout +5')
    wanted = {'a': 'radiusclient-192.0.2.1,radiusclient-192.0.2.2', 'b': None, 'c': 'mine',
              'd': 'radiusclient-192.0.2.1,radiusclient-192.0.2.2', 'e': None}
    for name, servers in wanted.items():
        config = json.loads(words(f'-j ppp profile show profile_name={name}')[1])['config']
        equal(f'the servers of {name}', config.get('radius_servers'), servers)
    matches('what cannot be read is in the log', daemon.log(), r'(?s).*ppp profile e: radius_hint=.*nowhere')
    check('no secret is', 'hush' not in daemon.log(), daemon.log())
    daemon.end()


def test_radius_hint_in_commands():
    """Of what only files do a command says so, and does nothing."""
    daemon = m.Daemon('ppp profile create profile_name=a radius_hint=/nowhere\n')
    for command in ('ppp profile modify profile_name=a radius_hint=/elsewhere',
                    'ppp profile create profile_name=b radius_hint=/elsewhere',
                    'ppp profile unset profile_name=a radius_hint'):
        status, _, errors = words(command)
        check(f'{command}: refused', status == 1 and 'radius_hint counts in a configuration file only' in errors,
              errors)
    equal('it is as it was', json.loads(words('-j ppp profile show profile_name=a')[1])['config']['radius_hint'],
          '/nowhere')
    daemon.end()


def test_port_of_dynamic_authorization():
    daemon = m.Daemon('')
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as other:
        other.bind(('::', 0))
        port = other.getsockname()[1]
        status, _, errors = words(f'system modify radius_coa_port={port}')
        check('a port that somebody has', status == 1 and 'give another radius_coa_port' in errors, errors)
        equal('it is not set', json.loads(words('-j system show')[1])['config'].get('radius_coa_port'), 0)
    equal('a port that nobody has', words(f'system modify radius_coa_port={port}')[0], 0)
    with open('/proc/net/udp6', encoding='ascii') as sockets:
        check('is listened on', f':{port:04X} ' in sockets.read(), port)
    daemon.end()


def test_capture():
    daemon = m.Daemon(m.TUNNEL + '\n')
    path = f'{m.TMP}/tunnel.pcapng'
    equal('a tunnel without packets', ctl(*'capture tunnel tunnel_name=t seconds=1'.split(), f'file={path}')[0], 0)
    with open(path, 'rb') as f:
        equal('is a capture all the same', f.read(4), b'\n\r\r\n')
    daemon.end()


def test_script():
    """All of it in a file as OpenL2TP would have it, and back."""
    daemon = m.Daemon()
    script = 'tunnel profile create profile_name=tp1 version=3 ttl=7\n' \
             'peer profile create profile_name=lac1 tunnel_profile_name=tp1\n' \
             'peer profile modify profile_name=lac1 peer_ipaddr=192.0.2.0 netmask=255.255.255.0\n' \
             'tunnel create tunnel_name=up1 dest_ipaddr=192.0.2.7 \\\n' \
             '    profile_name=tp1 tunnel_id=1 peer_tunnel_id=1\n'
    equal('a script', ctl(stdin=script)[0], 0)
    saved = words('config save')[1]
    check('is what is saved',
          all(word in saved for word in ('profile_name=tp1', 'profile_name=lac1', 'tunnel_name=up1')), saved)
    daemon.end()
    daemon = m.Daemon()
    equal('and restored', ctl('config', 'restore', 'file=' + m.write('saved.conf', saved))[0], 0)
    equal('it is the same', words('config save')[1], saved)
    daemon.end()


m.main(globals())
