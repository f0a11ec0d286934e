#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Profiles, peers and users as l2tpctl shows them: every verb of every type, as text and as JSON."""
import json

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
    status, _, err = words('ppp profile modify profile_name=p mtu=1400')
    equal('its parameters are refused', status, 2)
    matches('by name', err, r'mtu is not supported yet: it comes with PPP')
    matches('show', words('ppp profile show profile_name=p')[1], r'^Ppp profile p|^PPP profile p')
    equal('list', words('ppp profile list')[1], 'default\np\n')
    equal('apply', words('ppp profile apply profile_name=p')[0], 0)
    equal('unset', words('ppp profile unset profile_name=p mtu')[0], 2)
    equal('delete', words('ppp profile delete profile_name=p')[0], 0)
    equal('user list', words('user list'), (0, '', ''))
    equal('user list in JSON', json.loads(words('-j user list')[1]), [])
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
