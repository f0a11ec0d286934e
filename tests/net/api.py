#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Every method of the API, found by introspection: called, and each reply held against what the interface describes.

A method without a case here is a failure: whoever adds one adds its case.
"""
import json
import os

import _idl
import _management as m
from _management import check, equal
from _varlink import Client

T = {'tunnel_name': 't'}
S = {'tunnel_name': 't', 'session_name': 's'}
NEW_TUNNEL = {'version': 3, 'dest_ipaddr': '192.0.2.2', 'tunnel_id': 1, 'peer_tunnel_id': 2, **T}
NEW_SESSION = {'session_id': 5, 'peer_session_id': 6, **S}

# method -> its calls, (parameters, what must be in the first reply's parameters as JSON, or its error), in this order
CASES = {
    'TunnelCreate': [({'config': NEW_TUNNEL}, '"tunnel_id": 1'), ({'config': NEW_TUNNEL}, 'exists')],
    'TunnelModify': [({'config': {**T, 'ttl': '7'}}, '"tunnel_id": 1'),
                     ({'config': {**T, 'our_udp_port': 5}}, 'immutable'), ({'config': {'tunnel_id': 'x'}}, 'value')],
    'TunnelShow': [({'config': T}, '"ttl": "7"'), ({'config': {'tunnel_name': 'u'}}, 'unknown'),
                   ({'config': {}}, 'missing')],
    'SessionCreate': [({'config': NEW_SESSION}, '"interface_name": "l2tpeth0"'), ({'config': {}}, 'missing')],
    'SessionModify': [({'config': {**S, 'lns_mode': True}}, '"session_id": 5')],
    'SessionShow': [({'config': S}, '"lns_mode": true')],
    'TunnelList': [({}, '"tunnel_name": "t"'), ({'where': ['sessions>0']}, '"tunnel_name": "t"'),
                   ({'where': ['sessions>1']}, '"tunnels": []'), ({'fields': ['state.state']}, '"state": "up"'),
                   ({'filter': {'tunnel_id': 9}, 'after_tunnel_id': 0}, '"tunnels": []'),
                   ({'where': ['peer=192.0.2.0/24']}, '"tunnel_id": 1'), ({'where': ['frob=1']}, 'syntax')],
    'SessionList': [({}, '"session_name": "s"'), ({'filter': T, 'fields': ['statistics']}, '"rx_bytes": 0'),
                    ({'after_tunnel_id': 1, 'after_session_id': 5}, '"sessions": []')],
    # it is no call: tests/net/ppp_line.sh has some
    'SessionReportErrors': [({'config': S, 'call_crc_errors': 5}, 'nobody to tell'),
                            ({'config': S, 'call_crc_errors': 2 ** 32}, 'call_crc_errors')],
    'SessionReportAccm': [({'config': S, 'send_accm': 0}, 'nobody to tell'), ({'config': {}}, 'missing')],
    'TunnelExplain': [({'config': T}, '"source": "explicit"')],
    'SessionExplain': [({'config': S}, '"source": "builtin"')],
    'Names': [({'object': 'session', 'tunnel': 't'}, '["s"]'), ({'object': 'tunnel', 'prefix': 'x'}, '[]')],
    'Status': [({}, '"tunnels_up": 1')],
    'SystemModify': [({'config': {'max_tunnels': 70}}, '{}'), ({'config': {'max_tunnels': -1}}, 'value')],
    'SystemShow': [({}, '"max_tunnels": 70')],
    'DebugModify': [({'config': T}, '"trace_flags"')],
    'DebugShow': [({'config': T}, '"trace_flags"')],
    'Events': [({'from': 1}, '"events"'), ({'from': 10 ** 12}, '')],
    'CaptureTunnel': [({'config': T}, '"octets"')],
    'CaptureSession': [({'config': S}, '"octets"')],
    'KernelPppol2tp': [({'config': {}}, 'PPPoL2TP driver info'), ({'config': {'netns': 'nowhere'}}, 'unknown')],
    'KernelTunnels': [({'config': {}}, 'TUNNEL ID, peer ID')],
    'ConfigSave': [({}, 'tunnel create'), ({'secrets': True}, 'session create')],
    'ConfigRestoreBegin': [({}, '"restore"')],
    'PeerList': [({}, '"peers"')],
    'PeerShow': [({'config': {'peer_ipaddr': '192.0.2.2'}}, '')],
    'PeerExplain': [({'config': {'peer_ipaddr': '192.0.2.2'}}, '"how": "default"')],
    'UserList': [({}, '[]'), ({'filter': {'user_name': 'bob'}, 'where': ['tx_bytes>0']}, '[]'),
                 ({'where': ['mtu=1']}, 'syntax')],
    'UserShow': [({'config': {'user_name': 'bob'}}, 'unknown'), ({'config': {}}, 'missing')],
    'SessionDelete': [({'config': S}, '"session_id": 5'), ({'config': S}, 'unknown')],
    'TunnelDelete': [({'config': T}, '"tunnel_id": 1')],
    'Reload': [({}, '{}')],
    'AuthorizerRegister': [({}, 'missing'), ({'sessions': True}, '"questions": []')],
    'AuthorizerAnswer': [({'id': 7, 'accept': True}, 'unknown'),
                         ({'id': 7, 'accept': True, 'reason': 'why'}, 'for a refusal'),
                         ({'id': 7, 'accept': False, 'session': {'mtu': '1400'}}, 'for what is accepted')],
}

# object, a parameter of its profiles with a value
PROFILES = {'Peer': {'peer_ipaddr': '192.0.2.0/24'}, 'Tunnel': {'ttl': '9'}, 'Session': {'lns_mode': True},
            'Ppp': {'mtu': '1400'}}
for profile, parameter in PROFILES.items():
    P = {'profile_name': 'p'}
    CASES |= {
        f'{profile}ProfileCreate': [({'config': P}, '{}'), ({'config': P}, 'exists')],
        f'{profile}ProfileModify': [({'config': {**P, **parameter}}, '{}')],
        f'{profile}ProfileShow': [({'config': P}, '"profile_name": "p"')],
        f'{profile}ProfileList': [({}, '"profile_name": "p"')],
        f'{profile}ProfileApply': [({'config': P}, '"objects": 0')],
        f'{profile}ProfileUnset': [({**P, 'parameters': list(parameter)}, '{}'), ({**P, 'parameters': []}, 'missing')],
        f'{profile}ProfileDelete': [({'config': P}, '{}'), ({'config': P}, 'unknown')],
    }

# what is kept like profiles: its key, what it must have, one more parameter
KEPT = {'Pool': ('pool_name', {'range': '192.0.2.128/25'}, {'range': '192.0.2.0/24'}),
        'Radius': ('radius_name', {'address': '192.0.2.9', 'secret': 'hush'}, {'timeout': 5})}
for kept, (key, parameters, more) in KEPT.items():
    K = {key: 'k'}
    CASES |= {
        f'{kept}Create': [({'config': {**K, **parameters}}, '{}'), ({'config': {**K, **parameters}}, 'exists')],
        f'{kept}Modify': [({'config': {**K, **more}}, '{}')],
        f'{kept}Show': [({'config': K}, f'"{key}": "k"')],
        f'{kept}List': [({}, f'"{key}": "k"'), ({f'after_{key}': 'k'}, '[]')],
        f'{kept}Unset': [({**K, 'parameters': list(parameters)[:1]}, 'missing'), ({**K, 'parameters': []}, 'missing')],
        f'{kept}Delete': [({'config': K}, '{}'), ({'config': K}, 'unknown')],
    }


# a value of each type that a parameter may be; {} for those that have members
ZEROS = {'string': '', 'int': 0, 'bool': False, ('name', 'string'): []}


class Checked:
    """A client whose calls are checked against the interface."""

    def __init__(self):
        self.client = Client()
        text = self.client.call('org.varlink.service.GetInterfaceDescription', interface='org.l2tpd')
        self.text = text['parameters']['description']
        self.interface = _idl.Interface(self.text)
        self.called = set()

    def call(self, method, parameters, more=False):
        return self.client.call(method, more, **parameters)

    def check_call(self, method, parameters, wanted):
        """Call it: the first reply, checked; whatever more there is goes with the connection."""
        self.called.add(method)
        reply = self.call(method, parameters)
        if reply.get('error') == 'org.varlink.service.ExpectedMore':
            reply = self.call(method, parameters, True)
        told = json.dumps(reply['parameters'])
        if 'error' in reply:
            name = reply['error'].rpartition('.')[2]
            wrong = self.interface.wrong(reply['parameters'], self.interface.errors[name], name) \
                if reply['error'].startswith('org.l2tpd.') else None
        else:
            wrong = self.interface.wrong(reply['parameters'], self.interface.methods[method][1], method)
        check(f'{method} {json.dumps(parameters)[:60]}', not wrong and wanted in told, f'{wrong}, {reply}')
        if reply.get('continues'):
            self.client = Client()
        return reply


def restore(client):
    """A configuration that is sent in parts, checked, then made true."""
    number = client.check_call('ConfigRestoreBegin', {}, '"restore"')['parameters']['restore']
    client.check_call('ConfigRestorePart', {'restore': number, 'name': 'f', 'first_line': 1, 'text': m.TUNNEL + '\n'},
                      '{}')
    client.check_call('ConfigRestoreCommit', {'restore': number, 'check_only': True}, '"mistakes": []')
    number = client.check_call('ConfigRestoreBegin', {}, '"restore"')['parameters']['restore']
    client.check_call('ConfigRestorePart', {'restore': number, 'text': 'tunnel frob\n'}, '{}')
    client.check_call('ConfigRestoreCommit', {'restore': number}, ':1:')


def test_every_method():
    daemon = m.Daemon(options=('--kernel-socket', os.path.join(m.TMP, 'kernel')))
    client = Checked()
    with open(os.path.join(m.BUILD, 'dist/org.l2tpd.varlink'), encoding='utf-8') as f:
        equal('the interface served is the one shipped', client.text, f.read())
    equal('every type that is named is described', sorted(
        {t for t in client.interface.named_types() if t[0].isupper()} - client.interface.types.keys()), [])
    for method, cases in CASES.items():
        for parameters, wanted in cases:
            if method in client.interface.methods:
                client.check_call(method, parameters, wanted)
    restore(client)
    equal('every method has its case', sorted(client.interface.methods.keys() - client.called), [])
    equal('and no case is of none', sorted(CASES.keys() - client.interface.methods.keys()), [])
    daemon.end()


def test_what_all_methods_refuse():
    daemon = m.Daemon()
    client = Checked()
    for method, (parameters, _) in client.interface.methods.items():
        reply = client.call(method, {'frob': 1}, True)
        check(f'{method}: a parameter that it has not', (reply.get('error'), reply['parameters']) ==
              ('org.varlink.service.InvalidParameter', {'parameter': 'frob'}), reply)
        needed = {name: ZEROS.get(kind[1], {}) for name, kind in parameters.items() if kind[0] != 'optional'}
        for name in needed:
            for rest in {n: v for n, v in needed.items() if n != name}, {**needed, name: None}:
                reply = client.call(method, rest, True)
                check(f'{method} without {name}', (reply.get('error'), reply['parameters']) ==
                      ('org.varlink.service.InvalidParameter', {'parameter': name}), reply)
        for name in parameters:
            for value in [[{}]], {'frob': {}}:
                reply = client.call(method, {**needed, name: value}, True)
                check(f'{method}: {name} of a wrong type', 'error' in reply, reply)
    daemon.end()


m.main(globals())
