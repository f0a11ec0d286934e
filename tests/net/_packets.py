# SPDX-License-Identifier: MIT
"""L2TPv3 data packets, good and bad, from a program that is no l2tpd; and what comes out of it.

  send ENCAP SOURCE DESTINATION WORD...  send packets from our address to theirs
      ENCAP udp (WORDs sport=, dport=: 1701) or ip. Other WORDs say what the packets hold and stay in
      force for those that follow: session=N cookie=HEX l2spec=none|default version=N frame=HEX
      size=N (octets of frame). Each of these sends one: N (an Ns, or - for no sequence number),
      cut=N (a plain packet, but only its first N octets), raw=HEX (nothing but this);
      wait=MS waits; xN repeats the last packet N times more.
  listen DEVICE SECONDS                  the marks of our frames that arrive there, in order, until SIGUSR1 and so
                                         long a silence behind it
  frame DEVICE HEX...                    put frames on a device
  dump DEVICE SECONDS                    likewise all frames, VLAN tag in place, as hex

A frame is a broadcast of the experimental EtherType 88b5 that ends in a mark, its number: Ns, or a count.
"""
import select
import signal
import socket
import struct
import sys
import time

ETHERTYPE = 0x88b5
SOL_PACKET, PACKET_AUXDATA, TP_STATUS_VLAN_VALID = 263, 8, 1 << 4
SO_RCVBUFFORCE = 33


def make_frame(mark, size):
    head = b'\xff' * 6 + b'\x02\x00\x00\x00\x00\x99' + struct.pack('!H', ETHERTYPE) + struct.pack('!I', mark)
    return head + bytes(max(0, size - len(head)))


def make_packet(encap, opt, number, count):
    """number: the Ns or None"""
    packet = struct.pack('!HH', int(opt['version']), 0) if encap == 'udp' else b''
    packet += struct.pack('!I', int(opt['session'])) + bytes.fromhex(opt['cookie'])
    if opt['l2spec'] == 'default':
        packet += struct.pack('!I', 0 if number is None else 0x40000000 | number)
    frame = bytes.fromhex(opt['frame'])
    return packet + (frame or make_frame(count if number is None else number, int(opt['size'])))


def open_socket(encap, source, destination, opt):
    family = socket.AF_INET6 if ':' in source else socket.AF_INET
    if encap == 'udp':
        sock = socket.socket(family, socket.SOCK_DGRAM)
        sock.bind((source, int(opt['sport'])))
        return sock, (destination, int(opt['dport']))
    sock = socket.socket(family, socket.SOCK_RAW, 115)
    sock.bind((source, 0))
    return sock, (destination, 0)


def send(encap, source, destination, *words):
    opt = dict(session='11', cookie='', l2spec='default', version='3', frame='', size='60', sport='1701', dport='1701')
    opt.update(w.split('=', 1) for w in words if w.startswith(('sport=', 'dport=')))
    sock, target = open_socket(encap, source, destination, opt)
    last, count = b'', 0
    for word in words:
        name, _, value = word.partition('=')
        if name == 'wait':
            time.sleep(int(value) / 1000)
            continue
        if value and name not in ('cut', 'raw') or word == 'cookie=':
            opt[name] = value
            continue
        if name.startswith('x'):
            for _ in range(int(name[1:])):
                sock.sendto(last, target)
            continue
        if name == 'raw':
            last = bytes.fromhex(value)
        elif name == 'cut':
            last = make_packet(encap, opt, None, count)[:int(value)]
        else:
            last = make_packet(encap, opt, None if name == '-' else int(name), count)
        count += 1
        sock.sendto(last, target)


def frame_socket(device, protocol):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(protocol))
    sock.bind((device, protocol))
    sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 16 << 20)
    return sock


def frames(sock, seconds):
    """Frames that arrive (not those we send), until all is sent and nothing more has come for so long."""
    all_sent = []
    signal.signal(signal.SIGUSR1, lambda *_: all_sent.append(True))
    print('ready', flush=True)
    end = None
    while end is None or time.monotonic() < end:
        heard = select.select([sock], [], [], 0.05)[0]
        if all_sent and (heard or end is None):
            end = time.monotonic() + float(seconds)
        if not heard:
            continue
        data, extra, _, source = sock.recvmsg(65536, 256)
        if source[2] != socket.PACKET_OUTGOING:
            yield put_tag_back(data, extra)


def put_tag_back(data, extra):
    for level, kind, value in extra:
        if (level, kind) == (SOL_PACKET, PACKET_AUXDATA):
            status, _, _, _, _, tci, tpid = struct.unpack('=IIIHHHH', value)
            if status & TP_STATUS_VLAN_VALID:
                return data[:12] + struct.pack('!HH', tpid or 0x8100, tci) + data[12:]
    return data


def listen(device, seconds):
    sock = frame_socket(device, ETHERTYPE)
    print(*(struct.unpack_from('!I', f, 14)[0] for f in frames(sock, seconds)))


def dump(device, seconds):
    sock = frame_socket(device, 3)      # ETH_P_ALL
    sock.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
    for data in frames(sock, seconds):
        print(data.hex(), flush=True)


def frame(device, *texts):
    sock = frame_socket(device, 3)
    for text in texts:
        sock.send(bytes.fromhex(text))


if __name__ == '__main__':
    {'send': send, 'listen': listen, 'frame': frame, 'dump': dump}[sys.argv[1]](*sys.argv[2:])
    if sys.argv[1] in ('listen', 'dump'):
        print('end')
