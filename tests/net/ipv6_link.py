#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Router solicitations and DHCPv6 messages that scapy makes are answered, and scapy reads the answers."""
import os
import subprocess

from scapy.all import IPv6, UDP, Raw, raw  # pylint: disable=no-name-in-module
from scapy.layers import dhcp6 as d
from scapy.layers import inet6 as n

LINK = ['prefix=2001:db8:1:1::/64', 'delegated=2001:db8:2::/56', 'dns=2001:db8::53', 'dns2=2001:db8::54', 'mtu=1400']
CLIENT = d.DHCP6OptClientId(duid=d.DUID_LLT(lladdr='02:03:04:05:06:07', timeval=7))
SERVER = d.DHCP6OptServerId(duid=d.DUID_UUID(uuid=bytes(range(16)))) if hasattr(d, 'DUID_UUID') else \
    d.DHCP6OptServerId(duid=Raw(b'\0\4' + bytes(range(16))))
LEASE = d.DHCP6OptIAPrefix(prefix='2001:db8:2::', plen=56)
PD = d.DHCP6OptIA_PD(iaid=7)
ORO = d.DHCP6OptOptReq(reqopts=[23, 24])


def ask(packet, link=tuple(LINK)):
    """The answer as a packet, None when there is none; packet None: what nobody asked for."""
    words = list(link) + (['unasked'] if packet is None else [])
    question = raw(packet).hex() + '\n' if packet is not None else ''
    out = subprocess.run([os.path.join(os.environ['BUILD'], 'tests/net/ipv6_link'), *words], input=question,
                         capture_output=True, text=True, check=True, timeout=30).stdout.strip()
    return None if out == '-' else IPv6(bytes.fromhex(out))


def dhcp(message, to='ff02::1:2', **more):
    return ask(IPv6(src='fe80::2', dst=to) / UDP(sport=546, dport=547) / message, **more)


def checksums_hold(packet):
    """Written again without its checksums, it is the same."""
    copy = IPv6(raw(packet))
    for layer, field in (UDP, 'chksum'), (n.ICMPv6ND_RA, 'cksum'):
        if layer in copy:
            copy[layer].delfieldval(field)
    del copy.plen
    return raw(copy) == raw(packet)


def tell(what, good, shown):
    print(f'ok {what}' if good else f'FAIL {what}: {shown!r}')


def fields(layer, **wanted):
    return all(getattr(layer, name) == value for name, value in wanted.items())


def advertisements():
    ra = ask(IPv6(src='fe80::2', dst='ff02::2', hlim=255) / n.ICMPv6ND_RS() /
             n.ICMPv6NDOptSrcLLAddr(lladdr='02:03:04:05:06:07'))
    tell('a solicitation is answered, to who asked', ra and fields(ra, src='fe80::1', dst='fe80::2', hlim=255), ra)
    tell('checksum of an advertisement', checksums_hold(ra), ra)
    tell('router lifetime and flags', fields(ra[n.ICMPv6ND_RA], routerlifetime=1800, M=0, O=1, chlim=64), ra)
    tell('prefix', fields(ra[n.ICMPv6NDOptPrefixInfo], prefix='2001:db8:1:1::', prefixlen=64, A=1, L=1,
                          validlifetime=7200, preferredlifetime=3600), ra)
    tell('MTU', ra[n.ICMPv6NDOptMTU].mtu == 1400, ra)
    tell('DNS in an advertisement', fields(ra[n.ICMPv6NDOptRDNSS], dns=['2001:db8::53', '2001:db8::54'],
                                           lifetime=1800), ra)
    unasked = ask(None)
    tell('unasked, to all', fields(unasked, dst='ff02::1', hlim=255) and checksums_hold(unasked), unasked)
    managed = ask(None, link=['address=2001:db8:1:1::7'])
    tell('addresses by DHCPv6', fields(managed[n.ICMPv6ND_RA], M=1) and n.ICMPv6NDOptPrefixInfo not in managed, managed)
    tell('hop limit 64 is from elsewhere', ask(IPv6(src='fe80::2', dst='ff02::2', hlim=64) / n.ICMPv6ND_RS()) is None,
         '')


def delegation():
    offer = dhcp(d.DHCP6_Solicit(trid=0x123456) / CLIENT / ORO / d.DHCP6OptElapsedTime(elapsedtime=0) / PD)
    tell('a solicit is answered', offer and d.DHCP6_Advertise in offer, offer)
    tell('ports and addresses', fields(offer, src='fe80::1', dst='fe80::2') and
         fields(offer[UDP], sport=547, dport=546), offer)
    tell('checksum of an answer', checksums_hold(offer), offer)
    tell('transaction', offer[d.DHCP6_Advertise].trid == 0x123456, offer)
    tell('client identifier', raw(offer[d.DHCP6OptClientId].duid) == raw(CLIENT.duid), offer)
    tell('server identifier', raw(offer[d.DHCP6OptServerId])[4:22] == b'\0\4' + bytes(range(16)), offer)
    tell('preference', offer[d.DHCP6OptPref].prefval == 255, offer)
    tell('DNS in an answer', offer[d.DHCP6OptDNSServers].dnsservers == ['2001:db8::53', '2001:db8::54'], offer)
    request = dhcp(d.DHCP6_Request(trid=2) / CLIENT / SERVER / PD)
    tell('IA of the prefix', fields(request[d.DHCP6OptIA_PD], iaid=7, T1=1800, T2=2880), request)
    tell('the prefix', fields(request[d.DHCP6OptIA_PD].iapdopt[0], prefix='2001:db8:2::', plen=56, preflft=3600,
                              validlft=7200), request)
    quick = dhcp(d.DHCP6_Solicit(trid=3) / CLIENT / d.DHCP6OptRapidCommit() / PD)
    tell('rapid commit', d.DHCP6_Reply in quick and d.DHCP6OptRapidCommit in quick, quick)


def status(packet):
    return packet[d.DHCP6OptStatusCode].statuscode if packet and d.DHCP6OptStatusCode in packet else None


def inner_status(ia):
    """Of an IA of the answer."""
    options = ia.iapdopt if hasattr(ia, 'iapdopt') else ia.ianaopts
    return [option.statuscode for option in options if isinstance(option, d.DHCP6OptStatusCode)]


def life():
    held = d.DHCP6OptIA_PD(iaid=7, iapdopt=[LEASE])
    lost = d.DHCP6OptIA_PD(iaid=7, iapdopt=[d.DHCP6OptIAPrefix(prefix='2001:db8:9::', plen=56)])
    for kind, message in ('renew', d.DHCP6_Renew(trid=4) / CLIENT / SERVER / held), \
                         ('rebind', d.DHCP6_Rebind(trid=4) / CLIENT / held):
        answer = dhcp(message)
        tell(kind, answer and answer[d.DHCP6OptIA_PD].iapdopt[0].validlft == 7200, answer)
    answer = dhcp(d.DHCP6_Renew(trid=5) / CLIENT / SERVER / lost)
    tell('what is not the session\'s ends', [(p.prefix, p.validlft) for p in answer[d.DHCP6OptIA_PD].iapdopt] ==
         [('2001:db8:2::', 7200), ('2001:db8:9::', 0)], answer)
    tell('release', status(dhcp(d.DHCP6_Release(trid=6) / CLIENT / SERVER / held)) == 0, '')
    address = d.DHCP6OptIA_NA(iaid=1, ianaopts=[d.DHCP6OptIAAddress(addr='2001:db8:1:1::99')])
    far = d.DHCP6OptIA_NA(iaid=1, ianaopts=[d.DHCP6OptIAAddress(addr='2001:db8:1:9::99')])
    tell('confirm', status(dhcp(d.DHCP6_Confirm(trid=7) / CLIENT / address)) == 0, '')
    tell('confirm of what is elsewhere', status(dhcp(d.DHCP6_Confirm(trid=7) / CLIENT / far)) == 4, '')
    answer = dhcp(d.DHCP6_Request(trid=8) / CLIENT / SERVER / d.DHCP6OptIA_NA(iaid=1))
    tell('no addresses', inner_status(answer[d.DHCP6OptIA_NA]) == [2], answer)
    answer = dhcp(d.DHCP6_Request(trid=8) / CLIENT / SERVER / PD, link=['prefix=2001:db8:1:1::/64'])
    tell('no prefix', inner_status(answer[d.DHCP6OptIA_PD]) == [6], answer)
    answer = dhcp(d.DHCP6_Request(trid=8) / CLIENT / SERVER / d.DHCP6OptIA_NA(iaid=1), link=['address=2001:db8:1::7'])
    tell('an address', answer[d.DHCP6OptIA_NA].ianaopts[0].addr == '2001:db8:1::7', answer)
    answer = dhcp(d.DHCP6_InfoRequest(trid=9) / ORO)
    tell('information', answer and d.DHCP6_Reply in answer and len(answer[d.DHCP6OptDNSServers].dnsservers) == 2,
         answer)
    tell('unicast', status(dhcp(d.DHCP6_Renew(trid=4) / CLIENT / SERVER / held, to='fe80::1')) == 5, '')
    tell('unicast solicit', dhcp(d.DHCP6_Solicit(trid=4) / CLIENT / PD, to='fe80::1') is None, '')
    broken = IPv6(src='fe80::2', dst='ff02::1:2') / UDP(sport=546, dport=547, chksum=1) / \
        (d.DHCP6_Solicit(trid=4) / CLIENT / PD)
    tell('a wrong checksum', ask(broken) is None, '')


advertisements()
delegation()
life()
