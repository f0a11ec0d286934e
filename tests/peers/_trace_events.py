#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""_trace_events.py SOCKET FILE: events of an l2tpd's API by the kernel's names, into a file, worded as the kernel's
trace has them; until it is killed. Prints a line when it listens."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../net'))
import _varlink

NUMBERS = 'ns={ns} nr={nr}'
PACKET = 'pkt_ns={pkt_ns} my_nr={my_nr} reorder_q_len={reorder_q_len}'
WORDS = {
    'register_tunnel': 'type={type} encap={encap} version=L2TPv{version} tid={tid} ptid={ptid} fd={fd}',
    'delete_tunnel': '', 'free_tunnel': '',
    # what is called tid and ptid there is sid and psid once more
    'register_session': 'pseudowire={pseudowire} sid={sid} psid={psid} tid={sid} ptid={psid}',
    'delete_session': '', 'free_session': '',
    'session_seqnum_lns_enable': '', 'session_seqnum_lns_disable': '',
    'session_seqnum_update': NUMBERS, 'session_seqnum_reset': NUMBERS,
    'session_pkt_expired': PACKET, 'session_pkt_outside_rx_window': PACKET, 'session_pkt_oos': PACKET,
}


def worded(event):
    """The line."""
    event = {'fd': -1, **event}
    event |= {'type': 'managed' if event['fd'] > 0 else 'unmanaged',
              'pseudowire': {4: 'ETH_VLAN', 5: 'ETH', 7: 'PPP'}.get(event.get('pwtype')),
              'encap': {0: 'UDP', 1: 'IP'}.get(event.get('encap'))}
    words = WORDS[event['kind']].format(**event)
    return f"{event['kind']}: {event['name']}" + (f': {words}' if words else '')


client = _varlink.Client(sys.argv[1])
client.socket.settimeout(None)
reply = client.call('Events', True, kinds=list(WORDS))
print('listening', flush=True)
with open(sys.argv[2], 'w', encoding='utf-8') as out:
    while reply:
        for event in reply['parameters']['events']:
            print(worded(event), file=out, flush=True)
        reply = client.receive()
