/* SPDX-License-Identifier: MIT */
/*
 * PPP sessions whose frames are the engine's, in the user datapath with two workers, in a namespace with nothing but
 * loopback: `datapath_ppp CASE` is engine and peer in one, and the kernel behind the devices answers pings.  Prints why
 * and exits 1 when a case fails.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "datapath/user/checksum.h"
#include "datapath/user/inner.h"
#include "datapath/user/punt.h"
#include "datapath/user/shared.h"

#include "_datapath.h"

#define PORT 1701
#define WORKERS 2
#define OCTETS_MAX 4096
#define PATIENCE_MS 2000
#define NOTHING_MS 150
#define SETTLE_US 150000
#define MANY 2000
#define V2_HEADER 6

static const char *const us = "127.0.0.1", *const them = "127.0.0.5";

/* --- the engine --- */

static handle add_tunnel_of(uint8_t version, const char *peer)
{
	struct datapath_tunnel_config config = { .version = version, .tunnel_id = 0x1111, .peer_tunnel_id = 0x2222,
						 .local = endpoint_at(us, PORT), .peer = endpoint_at(peer, PORT),
						 .udp_checksum = true };

	return tunnel_made(&config);
}

static struct datapath_session_config config_of(handle tunnel)
{
	return (struct datapath_session_config){ .tunnel = tunnel, .pw_type = L2TP_PW_PPP, .session_id = 0x0a0a,
						 .peer_session_id = 0x0b0b };
}

static void modify(handle session, const struct datapath_session_config *config, unsigned int fields)
{
	struct error error = { 0 };

	if (datapath_ops(dp)->session_modify(dp, session, config, fields, &error) < 0)
		fail(error.text);
}

static void refused(handle session, const struct datapath_session_config *config, enum error_code code)
{
	struct error error = { 0 };

	if (datapath_ops(dp)->session_modify(dp, session, config, DATAPATH_SESSION_PPP, &error) == 0)
		fail("taken");
	equal("code", error.code, code);
}

static struct address address_of(const char *text)
{
	return endpoint_at(text, 0).address;
}

/* Both protocols, 10.9.0.1 and fe80::1 here, 10.9.0.2 and fe80::2 there. */
static struct datapath_ppp both(void)
{
	return (struct datapath_ppp){ .ipv4 = true, .ipv6 = true, .own_device = true, .mtu = 1500,
				      .local4 = address_of("10.9.0.1"), .peer4 = address_of("10.9.0.2"),
				      .local_identifier = { [7] = 1 }, .peer_identifier = { [7] = 2 } };
}

/* --- the peer --- */

static int peer_socket(const char *address)
{
	return socket_between(endpoint_at(address, PORT), endpoint_at(us, PORT));
}

static size_t octets_of(const char *text, uint8_t *octets)
{
	size_t length;

	if (!text_to_octets(text, octets, OCTETS_MAX, &length))
		fail(text);
	return length;
}

static void give(int fd, const char *text)
{
	uint8_t octets[OCTETS_MAX];
	size_t length = octets_of(text, octets);

	if (send(fd, octets, length, MSG_NOSIGNAL) != (ssize_t)length)
		fail("send");
}

static ssize_t next(int fd, uint8_t *octets, int wait)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };

	return poll(&ready, 1, wait) == 1 ? recv(fd, octets, OCTETS_MAX, 0) : -1;
}

static void same(const char *what, const uint8_t *got, ssize_t length, const char *wanted)
{
	uint8_t octets[OCTETS_MAX];

	if (length == (ssize_t)octets_of(wanted, octets) && memcmp(got, octets, (size_t)length) == 0)
		return;
	printf("%s: %zd octets:", what, length);
	for (ssize_t i = 0; i < length; i++)
		printf(" %02x", got[i]);
	printf("\n");
	exit(1);
}

static void gets(const char *what, int fd, const char *wanted)
{
	uint8_t octets[OCTETS_MAX];
	ssize_t length = next(fd, octets, PATIENCE_MS);

	same(what, octets, length, wanted);
}

static void gets_nothing(const char *what, int fd)
{
	uint8_t octets[OCTETS_MAX];

	if (next(fd, octets, NOTHING_MS) >= 0)
		fail(what);
}

/* What the engine gets. */
static struct datapath_message take(const char *what)
{
	static struct datapath_message message;

	for (uint64_t end = now_ms() + PATIENCE_MS; now_ms() < end;) {
		if (datapath_ops(dp)->receive(dp, &message, 1) == 1)
			return message;
		usleep(2000);
	}
	fail(what);
	return message;
}

static void punted(const char *what, handle session, const char *wanted)
{
	struct datapath_message message = take(what);

	equal("session", message.session, session);
	same(what, message.octets, (ssize_t)message.length, wanted);
}

static int none_punted(void)
{
	struct datapath_message messages[DATAPATH_MESSAGES_MAX];

	usleep(SETTLE_US);
	return datapath_ops(dp)->receive(dp, messages, DATAPATH_MESSAGES_MAX);
}

static void send_frame(handle session, const char *text)
{
	uint8_t octets[OCTETS_MAX];
	struct datapath_message message = { .session = session, .octets = octets };

	message.length = (uint32_t)octets_of(text, octets);
	datapath_ops(dp)->send(dp, &message, 1);
}

/* --- IP packets --- */

/* An echo request with so many octets of data; returns its length. */
static size_t echo4(uint8_t *ip, const char *from, const char *to, size_t data)
{
	struct address source = address_of(from), destination = address_of(to);
	size_t length = IPV4_HEADER + 8 + data;
	uint8_t *icmp = ip + IPV4_HEADER;

	memset(ip, 0, length);
	ip[0] = 0x45;
	octets_put_be16(ip + IPV4_LENGTH, (uint16_t)length);
	ip[IPV4_TTL] = 9;
	ip[IPV4_PROTOCOL] = IPPROTO_ICMP;
	memcpy(ip + IPV4_ADDRESSES, source.bytes, 4);
	memcpy(ip + IPV4_ADDRESSES + 4, destination.bytes, 4);
	octets_put_u16(ip + IPV4_CHECKSUM, checksum_finish(checksum_sum(ip, IPV4_HEADER)));
	icmp[0] = ICMP_ECHO;
	octets_put_u16(icmp + 2, checksum_finish(checksum_sum(icmp, 8 + data)));
	return length;
}

static size_t echo6(uint8_t *ip, const char *from, const char *to, uint8_t type, uint8_t hops)
{
	struct address source = address_of(from), destination = address_of(to);
	uint8_t *icmp = ip + IPV6_HEADER;
	uint64_t sum;

	memset(ip, 0, IPV6_HEADER + 8);
	ip[0] = 0x60;
	ip[IPV6_LENGTH + 1] = 8;
	ip[IPV6_NEXT] = IPPROTO_ICMPV6;
	ip[IPV6_HOPS] = hops;
	memcpy(ip + IPV6_ADDRESSES, source.bytes, 16);
	memcpy(ip + IPV6_ADDRESSES + 16, destination.bytes, 16);
	icmp[0] = type;
	sum = checksum_sum(ip + IPV6_ADDRESSES, 32) + htobe32(8) + htobe16(IPPROTO_ICMPV6) + checksum_sum(icmp, 8);
	octets_put_u16(icmp + 2, checksum_finish(sum));
	return IPV6_HEADER + 8;
}

/* The packet, behind these octets of headers. */
static void give_packet(int fd, const char *headers, const uint8_t *packet, size_t length)
{
	uint8_t octets[OCTETS_MAX];
	size_t before = octets_of(headers, octets);

	memcpy(octets + before, packet, length);
	if (send(fd, octets, before + length, MSG_NOSIGNAL) != (ssize_t)(before + length))
		fail("send");
}

static void ping4(int fd, const char *headers, const char *from, const char *to)
{
	uint8_t packet[OCTETS_MAX];

	give_packet(fd, headers, packet, echo4(packet, from, to, 56));
}

static void ping6(int fd, const char *headers, const char *from, const char *to)
{
	uint8_t packet[OCTETS_MAX];

	give_packet(fd, headers, packet, echo6(packet, from, to, ICMP6_ECHO_REQUEST, 64));
}

/* Does an answer arrive behind these headers, from this address, in time? What the kernel says by itself is passed
 * over. */
static bool is_answered(int fd, const char *headers, const char *from, int patience)
{
	struct address source = address_of(from);
	bool ipv6 = source.family == AF_INET6;
	uint8_t octets[OCTETS_MAX], expected[OCTETS_MAX];
	size_t before = octets_of(headers, expected);

	for (uint64_t end = now_ms() + (uint64_t)patience; now_ms() < end;) {
		ssize_t length = next(fd, octets, patience);
		const uint8_t *ip = octets + before;

		if (length < (ssize_t)(before + IPV4_HEADER + 8) || ip[0] >> 4 != (ipv6 ? 6 : 4) ||
		    (ipv6 ? ip[IPV6_HEADER] != ICMP6_ECHO_REPLY : ip[IPV4_HEADER] != ICMP_ECHOREPLY))
			continue;
		if (memcmp(octets, expected, before) == 0 &&
		    memcmp(ip + (ipv6 ? IPV6_ADDRESSES : IPV4_ADDRESSES), source.bytes, ipv6 ? 16 : 4) == 0)
			return true;
	}
	return false;
}

static void answered(const char *what, int fd, const char *headers, const char *from)
{
	if (!is_answered(fd, headers, from, PATIENCE_MS))
		fail(what);
}

/* The kernel uses a new IPv6 address only after a while: ask until it answers. */
static void answers6(const char *what, int fd, const char *headers, const char *from, const char *to,
		     const char *headers_back)
{
	for (uint64_t end = now_ms() + PATIENCE_MS; now_ms() < end;) {
		ping6(fd, headers, from, to);
		if (is_answered(fd, headers_back, to, NOTHING_MS))
			return;
	}
	fail(what);
}

static bool is_answer(const uint8_t *octets, ssize_t length)
{
	return length > V2_HEADER + 4 + IPV4_HEADER && octets[V2_HEADER + 3] == 0x21 &&
	       octets[V2_HEADER + 4 + IPV4_HEADER] == ICMP_ECHOREPLY;
}

static void not_answered(const char *what, int fd)
{
	uint8_t octets[OCTETS_MAX];
	ssize_t length;

	while ((length = next(fd, octets, NOTHING_MS)) >= 0)
		if (is_answer(octets, length))
			fail(what);
}

static void told(const char *what, enum datapath_event_kind kind, int drop)
{
	struct datapath_event events[16];

	for (uint64_t end = now_ms() + PATIENCE_MS; now_ms() < end; usleep(10000)) {
		int count = datapath_ops(dp)->events(dp, events, 16);

		for (int i = 0; i < count; i++)
			if (events[i].kind == kind && (drop < 0 || events[i].drop == (enum datapath_drop)drop))
				return;
	}
	fail(what);
}

/* --- the engine's frames --- */

static void engine(void)
{
	struct datapath_session_config config = config_of(add_tunnel_of(2, them));
	handle session = session_made(&config);
	int peer = peer_socket(them);

	give(peer, "000211110a0aff03c02101010004");
	punted("LCP", session, "ff03c02101010004");
	give(peer, "000211110a0ac02109010008deadbeef");
	punted("without address and control fields", session, "c02109010008deadbeef");
	give(peer, "000211110a0aff03002145");
	told("IPv4 is not carried yet", DATAPATH_EVENT_DROPPED, DATAPATH_DROP_CLOSED);
	send_frame(session, "ff03c02102010004");
	gets("an answer", peer, "000222220b0bff03c02102010004");
	config.send_seq = config.lns_mode = config.priority = true;
	modify(session, &config, DATAPATH_SESSION_SEND_SEQ | DATAPATH_SESSION_LNS_MODE | DATAPATH_SESSION_PRIORITY);
	send_frame(session, "ff03c02102010004");
	gets("numbered, with priority", peer, "090222220b0b00000000ff03c02102010004");
	send_frame(session, "c22301010004");
	gets("the next", peer, "090222220b0b00010000c22301010004");
	usleep(SETTLE_US);
	equal("sent", info_of(session).stats.tx_packets, 3);
	equal("none of a network", info_of(session).network_packets, 0);
	datapath_ops(dp)->session_delete(dp, &session, 1);
	give(peer, "000211110a0ac02109010008deadbeef");
	equal("of no session", (uint64_t)none_punted(), 0);
}

/* Version 3, over UDP and over IP. */
static void third(void)
{
	struct datapath_session_config config = config_of(add_tunnel_of(3, them));
	handle session;
	int peer = peer_socket(them);

	config.l2spec = L2TP_L2SPEC_DEFAULT;
	config.cookie_length = config.peer_cookie_length = 4;
	memcpy(config.cookie, "\xc0\xc1\xc2\xc3", 4);
	memcpy(config.peer_cookie, "\xd0\xd1\xd2\xd3", 4);
	session = session_made(&config);
	give(peer, "0003000000000a0ad0d1d2d300000000ff03c02101010004");
	punted("LCP", session, "ff03c02101010004");
	send_frame(session, "ff03c02102010004");
	gets("an answer", peer, "0003000000000b0bc0c1c2c300000000ff03c02102010004");
	config.send_seq = config.lns_mode = true;
	modify(session, &config, DATAPATH_SESSION_SEND_SEQ | DATAPATH_SESSION_LNS_MODE);
	send_frame(session, "ff03c02102010004");
	gets("numbered", peer, "0003000000000b0bc0c1c2c340000000ff03c02102010004");
}

/* Of what comes by IP protocol 115 a raw socket sees the IP header, too. */
static void over_ip(void)
{
	struct datapath_tunnel_config tunnel = { .version = 3, .encap = L2TP_ENCAP_IP, .tunnel_id = 1,
						 .peer_tunnel_id = 2, .local = endpoint_at(us, 0),
						 .peer = endpoint_at(them, 0) };
	struct sockaddr_storage name;
	struct datapath_session_config config = { 0 };
	socklen_t length = endpoint_to_sockaddr(&tunnel.peer, &name);
	int peer = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, L2TP_IP_PROTOCOL);
	uint8_t octets[OCTETS_MAX];
	handle session;

	if (peer < 0 || bind(peer, (struct sockaddr *)&name, length) < 0)
		fail("the peer's socket");
	length = endpoint_to_sockaddr(&tunnel.local, &name);
	if (connect(peer, (struct sockaddr *)&name, length) < 0 ||
	    datapath_ops(dp)->tunnel_add(dp, &tunnel, &config.tunnel, NULL) < 0)
		fail("the tunnel");
	config = config_of(config.tunnel);
	session = session_made(&config);
	give(peer, "00000a0aff03c02101010004");
	punted("LCP", session, "ff03c02101010004");
	send_frame(session, "ff03c02102010004");
	same("an answer", octets + IPV4_HEADER, next(peer, octets, PATIENCE_MS) - IPV4_HEADER,
	     "00000b0bff03c02102010004");
}

/* Many in a batch, of two sessions: each gets its own, in order. */
static void batches(void)
{
	struct datapath_session_config config = config_of(add_tunnel_of(2, them)), other = config;
	struct datapath_message messages[200];
	uint8_t octets[200][8], got[OCTETS_MAX];
	handle sessions[2];
	int peer = peer_socket(them);

	other.session_id = 0x0c0c;
	other.peer_session_id = 0x0d0d;
	other.send_seq = other.lns_mode = true;
	sessions[0] = session_made(&config);
	sessions[1] = session_made(&other);
	for (unsigned int i = 0; i < 200; i++) {
		octets_of("ff03c021", octets[i]);
		octets[i][4] = (uint8_t)i;
		messages[i] = (struct datapath_message){ .session = sessions[i % 2], .octets = octets[i],
							 .length = i % 3 ? 5 : 6 };
	}
	datapath_ops(dp)->send(dp, messages, 200);
	for (unsigned int i = 0, seen[2] = { 0, 1 }; i < 200; i++) {
		ssize_t length = next(peer, got, PATIENCE_MS);
		bool second = length > 5 && got[5] == 0x0d;
		unsigned int number = got[second ? 14 : 10];

		if (length < 0)
			fail("some are missing");
		equal("in order", number, seen[second] % 256);
		equal("length", (uint64_t)length - (second ? 10 : 6), number % 3 ? 5 : 6);
		seen[second] += 2;
	}
}

/* One session floods, another one is heard. */
static void crowd(void)
{
	struct datapath_session_config config = config_of(add_tunnel_of(2, them)), other = config;
	handle flooding = session_made(&config), quiet;
	int peer = peer_socket(them), count = 0;
	struct datapath_message message;

	other.session_id = 0x0c0c;
	quiet = session_made(&other);
	usleep(SETTLE_US);
	for (int i = 0; i < 10000; i++) {
		give(peer, "000211110a0ac02109010008deadbeef");
		if (i % 100 == 99)
			usleep(1000);
	}
	give(peer, "000211110c0cc02109010008deadbeef");
	do {
		message = take("the quiet one is crowded out");
		count += message.session == flooding;
	} while (message.session != quiet);
	if (count > 3 * PUNT_BURST / PUNT_FRAME_LEAST)
		fail("a flood is not held up");
	told("nobody is told", DATAPATH_EVENT_DROPPED, DATAPATH_DROP_CROWDED);
}

/* --- a device of its own --- */

static void own(void)
{
	struct datapath_session_config config = config_of(add_tunnel_of(2, them));
	handle session = session_made(&config);
	int peer = peer_socket(them);

	config.ppp = both();
	modify(session, &config, DATAPATH_SESSION_PPP);
	if (strcmp(info_of(session).ifname, "ppp0"))
		fail(info_of(session).ifname);
	equal("MTU: the MRU is less than loopback's", info_of(session).mtu, 1500);
	ping4(peer, "000211110a0aff030021", "10.9.0.2", "10.9.0.1");
	answered("IPv4", peer, "000222220b0bff030021", "10.9.0.1");
	ping4(peer, "000211110a0a0021", "10.9.0.2", "10.9.0.1");
	answered("without address and control fields", peer, "000222220b0bff030021", "10.9.0.1");
	ping4(peer, "000211110a0a21", "10.9.0.2", "10.9.0.1");
	answered("a short protocol field", peer, "000222220b0bff030021", "10.9.0.1");
	ping4(peer, "000211110a0aff0321", "10.9.0.2", "10.9.0.1");
	answered("that alone", peer, "000222220b0bff030021", "10.9.0.1");
	answers6("IPv6", peer, "000211110a0aff030057", "fe80::2", "fe80::1", "000222220b0bff030057");
	config.ppp.send_pfc = config.ppp.send_acfc = true;
	modify(session, &config, DATAPATH_SESSION_PPP);
	ping4(peer, "000211110a0a21", "10.9.0.2", "10.9.0.1");
	answered("both compressed", peer, "000222220b0b21", "10.9.0.1");
	answers6("of IPv6", peer, "000211110a0a57", "fe80::2", "fe80::1", "000222220b0b57");
	config.ppp.send_pfc = false;
	config.ppp.ipv4 = false;
	modify(session, &config, DATAPATH_SESSION_PPP);
	answers6("no address and control fields", peer, "000211110a0a57", "fe80::2", "fe80::1", "000222220b0b0057");
	ping4(peer, "000211110a0a21", "10.9.0.2", "10.9.0.1");
	told("IPv4 is down", DATAPATH_EVENT_DROPPED, DATAPATH_DROP_CLOSED);
	if (!info_of(session).network_packets)
		fail("network packets are not counted");
	config.ppp.ipv6 = false;
	modify(session, &config, DATAPATH_SESSION_PPP);
	if (*info_of(session).ifname || if_nametoindex("ppp0"))
		fail("the device is still there");
	config.ppp = both();
	snprintf(config.ifname, sizeof(config.ifname), "uplink");
	modify(session, &config, DATAPATH_SESSION_PPP);
	ping4(peer, "000211110a0a21", "10.9.0.2", "10.9.0.1");
	answered("again", peer, "000222220b0bff030021", "10.9.0.1");
	datapath_ops(dp)->session_delete(dp, &session, 1);
	if (if_nametoindex("uplink"))
		fail("the device outlives its session");
}

/* The MTU follows MRU, path, cipher and wish. */
static void mtu(void)
{
	struct datapath_session_config config = config_of(add_tunnel_of(2, them));
	handle session = session_made(&config);

	config.ppp = both();
	config.ppp.ipv6 = false;
	config.ppp.mtu = 1400;
	modify(session, &config, DATAPATH_SESSION_PPP);
	equal("MRU", info_of(session).mtu, 1400);
	config.mppe = (struct datapath_mppe){ .send = true, .receive = true, .bits = 128, .key_length = 16 };
	modify(session, &config, DATAPATH_SESSION_MPPE);
	equal("MPPE", info_of(session).mtu, 1396);
	config.mtu_mode = DATAPATH_MTU_FIXED;
	config.mtu = 1000;
	modify(session, &config, DATAPATH_SESSION_MTU);
	equal("as wished", info_of(session).mtu, 1000);
	config.mtu_mode = DATAPATH_MTU_AUTO;
	config.ppp.mtu = 0;
	config.mppe = (struct datapath_mppe){ 0 };
	modify(session, &config, DATAPATH_SESSION_PPP | DATAPATH_SESSION_MPPE);
	equal("the path", info_of(session).mtu, 65535 - 20 - 8 - 10 - 4);
	config.ppp.ipv6 = true;
	config.ppp.mtu = 1000;
	modify(session, &config, DATAPATH_SESSION_PPP);
	equal("IPv6 needs 1280", info_of(session).mtu, 1280);
}

/* The system has no IPv6: IPv4 works all the same. */
static void bare(void)
{
	struct datapath_session_config config = config_of(add_tunnel_of(2, them));
	handle session = session_made(&config);
	int peer = peer_socket(them);

	config.ppp = both();
	config.ppp.local6 = address_of("2001:db8::1");
	modify(session, &config, DATAPATH_SESSION_PPP);
	ping4(peer, "000211110a0a21", "10.9.0.2", "10.9.0.1");
	answered("IPv4", peer, "000222220b0bff030021", "10.9.0.1");
}

/* --- who sent it --- */

static void source(void)
{
	struct datapath_prefix prefixes[] = { { .prefix = { .length = 24 } }, { .prefix = { .length = 64 } } };
	struct datapath_session_config config = config_of(add_tunnel_of(2, them));
	handle session = session_made(&config);
	int peer = peer_socket(them);

	prefixes[0].prefix.address = address_of("10.8.0.0");
	prefixes[1].prefix.address = address_of("2001:db8:1::");
	config.ppp = both();
	config.ppp.check_source = true;
	config.ppp.prefixes = prefixes;
	config.ppp.prefix_count = 2;
	config.ppp.local6 = address_of("2001:db8:2::1");
	modify(session, &config, DATAPATH_SESSION_PPP);
	memset(prefixes, 0xff, sizeof(prefixes));	/* they were copied */
	ping4(peer, "000211110a0a21", "10.9.0.2", "10.9.0.1");
	answered("its address", peer, "000222220b0bff030021", "10.9.0.1");
	ping4(peer, "000211110a0a21", "10.8.0.77", "10.9.0.1");
	answered("its prefix", peer, "000222220b0bff030021", "10.9.0.1");
	answers6("its IPv6 prefix", peer, "000211110a0a57", "2001:db8:1::9", "2001:db8:2::1", "000222220b0bff030057");
	answers6("its link-local address", peer, "000211110a0a57", "fe80::2", "fe80::1", "000222220b0bff030057");
	ping4(peer, "000211110a0a21", "10.8.1.77", "10.9.0.1");
	told("a stranger", DATAPATH_EVENT_DROPPED, DATAPATH_DROP_SOURCE);
	ping6(peer, "000211110a0a57", "fe80::3", "fe80::1");
	ping6(peer, "000211110a0a57", "2001:db8:3::9", "2001:db8:2::1");
	not_answered("a stranger is answered", peer);
	equal("dropped", info_of(session).stats.rx_errors, 3);
}

/* What is the router's to answer. */
static void router(void)
{
	struct datapath_session_config config = config_of(add_tunnel_of(2, them));
	uint8_t packet[OCTETS_MAX], dhcp[OCTETS_MAX];
	handle session = session_made(&config);
	int peer = peer_socket(them);
	size_t length;

	config.ppp = both();
	config.ppp.punt_router = config.ppp.check_source = true;
	modify(session, &config, DATAPATH_SESSION_PPP);
	length = echo6(packet, "::", "ff02::2", ND_ROUTER_SOLICIT, 255);
	give_packet(peer, "000211110a0aff030057", packet, length);
	equal("a solicitation", take("a solicitation").length, length + 4);
	length = octets_of("6000000000081140fe800000000000000000000000000002ff02000000000000000000000001000202220223"
			   "00080000", dhcp);
	give_packet(peer, "000211110a0a57", dhcp, length);
	equal("DHCPv6", take("DHCPv6").length, length + 1);
	packet[IPV6_HOPS] = 254;
	give_packet(peer, "000211110a0a57", packet, echo6(packet, "fe80::2", "ff02::2", ND_ROUTER_SOLICIT, 254));
	answers6("all else is carried", peer, "000211110a0a57", "fe80::2", "fe80::1", "000222220b0bff030057");
	equal("one from afar", (uint64_t)none_punted(), 0);
}

/* --- MPPE --- */

/* The peer's ends of both directions. */
struct enciphered {
	struct mppe *send, *receive;
};

static struct mppe *direction(const uint8_t *key, unsigned int bits, bool stateful)
{
	struct mppe *mppe = calloc(1, mppe_size(stateful));

	mppe_begin(mppe, key, bits, stateful);
	return mppe;
}

/* A ping as the next packet of the peer, which is sent or lost on the way. */
static void ping_enciphered(struct enciphered *peer, int fd, bool lost)
{
	uint8_t octets[OCTETS_MAX];
	size_t length = MPPE_HEADER + 2 + echo4(octets + MPPE_HEADER + 2, "10.9.0.2", "10.9.0.1", 56);

	octets_put_be16(octets + MPPE_HEADER, PPP_IPV4);
	mppe_encrypt(peer->send, octets, length);
	if (!lost)
		give_packet(fd, "000211110a0aff0300fd", octets, length);
}

/* The next packet that can be read; returns where it begins. Sets whether it starts anew. */
static uint8_t *next_enciphered(const char *what, struct enciphered *peer, int fd, uint8_t *octets, bool *flushed)
{
	uint8_t *packet = octets + V2_HEADER + 4;
	ssize_t length = next(fd, octets, PATIENCE_MS);

	if (length < V2_HEADER + 8 || memcmp(octets + V2_HEADER, "\xff\x03\x00\xfd", 4) != 0)
		fail(what);
	*flushed = *packet & 0x80;
	if (mppe_decrypt(peer->receive, packet, (size_t)length - V2_HEADER - 4) != MPPE_PACKET)
		fail(what);
	return packet + MPPE_HEADER;
}

/* Pings until one is answered, in cipher; was the answer's state begun anew? */
static bool answered_enciphered(const char *what, struct enciphered *peer, int fd)
{
	uint8_t octets[OCTETS_MAX];
	bool flushed;

	ping_enciphered(peer, fd, false);
	for (int i = 0; i < 20; i++) {
		const uint8_t *packet = next_enciphered(what, peer, fd, octets, &flushed);

		if (packet[1] == PPP_IPV4 && packet[2 + IPV4_HEADER] == ICMP_ECHOREPLY)
			return flushed;
	}
	fail(what);
	return false;
}

static struct enciphered encipher(handle session, struct datapath_session_config *config, unsigned int bits,
				  bool stateful)
{
	config->mppe = (struct datapath_mppe){ .send = true, .receive = true, .stateful = stateful,
					       .bits = (uint8_t)bits, .key_length = bits == 128 ? 16 : 8 };
	memset(config->mppe.send_key, 0x11, 16);
	memset(config->mppe.receive_key, 0x22, 16);
	modify(session, config, DATAPATH_SESSION_PPP | DATAPATH_SESSION_MPPE);
	return (struct enciphered){ direction(config->mppe.receive_key, bits, stateful),
				    direction(config->mppe.send_key, bits, stateful) };
}

static void discard(struct enciphered *peer)
{
	free(peer->send);
	free(peer->receive);
}

static void cipher(void)
{
	struct datapath_session_config config = config_of(add_tunnel_of(2, them));
	static const char advertisement[] = "ff0300576000000000003aff"
		"fe800000000000000000000000000001" "ff020000000000000000000000000001";
	handle session = session_made(&config);
	int fd = peer_socket(them);
	uint8_t octets[OCTETS_MAX];
	struct enciphered peer;
	bool flushed;

	config.ppp = both();
	config.ppp.ipv6 = false;
	peer = encipher(session, &config, 128, false);
	for (int i = 0; i < 300; i++)
		if (!answered_enciphered("without state", &peer, fd))
			fail("it does not say that each stands alone");
	ping_enciphered(&peer, fd, true);
	answered_enciphered("one was lost", &peer, fd);
	ping4(fd, "000211110a0aff030021", "10.9.0.2", "10.9.0.1");
	told("in clear", DATAPATH_EVENT_DROPPED, DATAPATH_DROP_CLEAR);
	give(fd, "000211110a0ac02109010008deadbeef");
	punted("LCP is in clear", session, "c02109010008deadbeef");
	send_frame(session, "ff03c02109010008deadbeef");
	gets("ours, too", fd, "000222220b0bff03c02109010008deadbeef");
	send_frame(session, advertisement);
	same("a packet of the engine's", next_enciphered("a packet of the engine's", &peer, fd, octets, &flushed), 42,
	     advertisement + 4);
	discard(&peer);
	peer = encipher(session, &config, 40, true);
	for (int i = 0; i < 300; i++)
		answered_enciphered("with state", &peer, fd);
	config.mppe.flush = true;
	modify(session, &config, DATAPATH_SESSION_MPPE_FLUSH);
	if (!answered_enciphered("the peer asked for a reset", &peer, fd))
		fail("what is sent does not start anew");
	ping_enciphered(&peer, fd, true);
	ping_enciphered(&peer, fd, false);
	told("track was lost", DATAPATH_EVENT_MPPE_LOST, -1);
	mppe_flush(peer.send);
	answered_enciphered("the peer started anew", &peer, fd);
	discard(&peer);
}

/* --- rates --- */

/* So many pings of a kilobyte; how many answers come. */
static unsigned int flood(int fd, unsigned int count)
{
	uint8_t packet[OCTETS_MAX];
	unsigned int answers = 0;
	size_t length = echo4(packet, "10.9.0.2", "10.9.0.1", 1000 - 28);

	for (unsigned int i = 0; i < count; i++) {
		give_packet(fd, "000211110a0aff030021", packet, length);
		if (i % 20 == 19)
			usleep(1000);
	}
	for (ssize_t got; (got = next(fd, packet, 100)) >= 0;)
		answers += is_answer(packet, got);
	return answers;
}

static void rates(void)
{
	struct datapath_session_config config = config_of(add_tunnel_of(2, them));
	handle session = session_made(&config);
	int peer = peer_socket(them);
	unsigned int free_of, sent, received;
	uint64_t errors;

	config.ppp = both();
	modify(session, &config, DATAPATH_SESSION_PPP);
	free_of = flood(peer, 400);
	if (free_of < 390)
		fail("without a limit not all are answered");
	config.rate = (struct datapath_rate){ .send = 800000, .send_burst = 20000 };	/* 100 packets each second */
	modify(session, &config, DATAPATH_SESSION_RATE);
	errors = info_of(session).stats.tx_errors;
	sent = flood(peer, 400);
	config.rate = (struct datapath_rate){ .receive = 800000, .receive_burst = 50000 };
	modify(session, &config, DATAPATH_SESSION_RATE);
	received = flood(peer, 400);
	equal("errors sending", info_of(session).stats.tx_errors, errors);
	equal("errors receiving", info_of(session).stats.rx_errors, 0);
	/* the burst, and what a fraction of a second adds */
	if (sent < 19 || sent > 19 + 60)
		equal("sent within the rate", sent, 20);
	if (received < 49 || received > 49 + 60)
		equal("received within the rate", received, 50);
	config.rate = (struct datapath_rate){ 0 };
	modify(session, &config, DATAPATH_SESSION_RATE);
	if (flood(peer, 400) < 390)
		fail("a limit that is gone still limits");
}

/* --- a shared device --- */

static handle add_device(const char *ifname)
{
	struct datapath_device_config config = { .mtu = 1400, .local4 = address_of("10.9.0.1") };
	struct prefix routes[2] = { { .length = 16 }, { .length = 32 } };
	struct error error = { 0 };
	handle device;

	routes[0].address = address_of("10.7.0.0");
	routes[1].address = address_of("2001:db8::");
	config.local6 = address_of("2001:db8::1");
	config.routes = routes;
	config.route_count = 2;
	snprintf(config.ifname, sizeof(config.ifname), "%s", ifname);
	if (datapath_ops(dp)->device_add(dp, &config, &device, &error) < 0)
		fail(error.text);
	return device;
}

static void set_address(struct datapath_session_config *config, unsigned int number)
{
	char text[ADDRESS_TEXT_MAX];

	snprintf(text, sizeof(text), "10.7.%u.%u", number / 256, number % 256);
	config->ppp.peer4 = address_of(text);
}

static void shared(void)
{
	handle device = add_device("subs"), sessions[2];
	struct datapath_session_config configs[2];
	struct datapath_prefix prefix = { .prefix.length = 56 };
	handle tunnel = add_tunnel_of(2, them);
	int peer = peer_socket(them);

	for (unsigned int i = 0; i < 2; i++) {
		configs[i] = config_of(tunnel);
		configs[i].session_id = 0x0a00 + i;
		configs[i].peer_session_id = 0x0b00 + i;
		sessions[i] = session_made(&configs[i]);
		configs[i].network_device = device;
		configs[i].ppp = both();
		configs[i].ppp.own_device = false;
		configs[i].ppp.check_source = true;
		configs[i].ppp.peer_identifier[7] = (uint8_t)(2 + i);
		set_address(&configs[i], i);
	}
	prefix.prefix.address = address_of("2001:db8:1:100::");
	configs[1].ppp.prefixes = &prefix;
	configs[1].ppp.prefix_count = 1;
	modify(sessions[0], &configs[0], DATAPATH_SESSION_PPP);
	modify(sessions[1], &configs[1], DATAPATH_SESSION_PPP);
	if (*info_of(sessions[0]).ifname)
		fail("a shared device is said to be its own");
	ping4(peer, "000211110a0021", "10.7.0.0", "10.9.0.1");
	answered("the first", peer, "000222220b00ff030021", "10.9.0.1");
	ping4(peer, "000211110a0121", "10.7.0.1", "10.9.0.1");
	answered("the second", peer, "000222220b01ff030021", "10.9.0.1");
	answers6("a prefix", peer, "000211110a0157", "2001:db8:1:1ff::7", "2001:db8::1", "000222220b01ff030057");
	answers6("a link-local address", peer, "000211110a0057", "fe80::2", "fe80::1", "000222220b00ff030057");
	ping4(peer, "000211110a0021", "10.7.0.1", "10.9.0.1");
	told("another's address", DATAPATH_EVENT_DROPPED, DATAPATH_DROP_SOURCE);
	set_address(&configs[0], 1);
	refused(sessions[0], &configs[0], ERROR_EXISTS);
	ping4(peer, "000211110a0021", "10.7.0.0", "10.9.0.1");
	answered("what was refused changed nothing", peer, "000222220b00ff030021", "10.9.0.1");
	set_address(&configs[0], 2);
	modify(sessions[0], &configs[0], DATAPATH_SESSION_PPP);
	ping4(peer, "000211110a0021", "10.7.0.2", "10.9.0.1");
	answered("another address", peer, "000222220b00ff030021", "10.9.0.1");
	datapath_ops(dp)->device_delete(dp, device);
	if (!if_nametoindex("subs"))
		fail("the device goes before its sessions");
	datapath_ops(dp)->session_delete(dp, sessions, 1);
	set_address(&configs[1], 2);
	modify(sessions[1], &configs[1], DATAPATH_SESSION_PPP);
	ping4(peer, "000211110a0121", "10.7.0.2", "10.9.0.1");
	answered("an address that is free again", peer, "000222220b01ff030021", "10.9.0.1");
	datapath_ops(dp)->session_delete(dp, &sessions[1], 1);
	datapath_ops(dp)->device_delete(dp, device);
	if (if_nametoindex("subs"))
		fail("the device stays");
}

/* Somebody removes it: each session that had it is told of. */
static void removed(void)
{
	struct datapath_session_config config = config_of(add_tunnel_of(2, them));
	handle device = add_device("subs"), sessions[3];
	struct datapath_event events[8];
	int count = 0;

	for (unsigned int i = 0; i < 3; i++) {
		config.session_id = i + 1;
		sessions[i] = session_made(&config);
		config.ppp = (struct datapath_ppp){ .ipv4 = true };
		config.network_device = device;
		set_address(&config, i);
		if (i < 2)
			modify(sessions[i], &config, DATAPATH_SESSION_PPP);
	}
	if (system("ip link delete subs") != 0)
		fail("ip");
	for (uint64_t end = now_ms() + PATIENCE_MS; now_ms() < end && count < 2; usleep(10000))
		for (int i = datapath_ops(dp)->events(dp, events, 8); i-- > 0;)
			count += events[i].kind == DATAPATH_EVENT_DEVICE_GONE && events[i].session != sessions[2];
	equal("told of", (uint64_t)count, 2);
	datapath_ops(dp)->session_delete(dp, sessions, 3);
	datapath_ops(dp)->device_delete(dp, device);
	config.network_device = add_device("subs");
	modify(session_made(&config), &config, DATAPATH_SESSION_PPP);
}

/* A session whose peer takes less than the device carries: who sends is told, or the packet is cut on the way. */
static void too_big(void)
{
	handle device = add_device("subs"), session;
	struct datapath_session_config config = config_of(add_tunnel_of(2, them));
	int peer = peer_socket(them), fd = socket(AF_INET, SOCK_DGRAM, 0), mtu_now, discover = IP_PMTUDISC_DO;
	struct endpoint to = endpoint_at("10.7.0.1", 9);
	struct sockaddr_storage name;
	socklen_t length = endpoint_to_sockaddr(&to, &name), size = sizeof(mtu_now);
	uint8_t octets[OCTETS_MAX] = { 0 };

	config.network_device = device;
	config.ppp = (struct datapath_ppp){ .ipv4 = true, .mtu = 1000 };
	set_address(&config, 1);
	session = session_made(&config);
	modify(session, &config, DATAPATH_SESSION_PPP);
	if (connect(fd, (struct sockaddr *)&name, length) < 0 ||
	    setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &discover, sizeof(discover)) < 0)
		fail("connect");
	if (send(fd, octets, 1000 - 28, 0) < 0 || next(peer, octets, PATIENCE_MS) != 1000 + 10)
		fail("what fits does not pass");
	if (send(fd, octets, 1000 - 27, 0) < 0)
		fail("send");
	gets_nothing("what does not fit passes", peer);
	if (getsockopt(fd, IPPROTO_IP, IP_MTU, &mtu_now, &size) < 0)
		fail("IP_MTU");
	equal("what the sender was told", (uint64_t)mtu_now, 1000);
}

static void many_shared(void)
{
	struct datapath_session_config config = config_of(add_tunnel_of(2, them));
	handle device = add_device("subs"), *sessions = calloc(MANY, sizeof(*sessions));
	int peer = peer_socket(them);
	char headers[64];

	config.network_device = device;
	config.ppp = (struct datapath_ppp){ .ipv4 = true, .mtu = 1400, .check_source = true };
	for (unsigned int i = 0; i < MANY; i++) {
		config.session_id = config.peer_session_id = i + 1;
		set_address(&config, i);
		sessions[i] = session_made(&config);
		modify(sessions[i], &config, DATAPATH_SESSION_PPP);
	}
	for (unsigned int i = 0; i < MANY; i += 97) {
		set_address(&config, i);
		snprintf(headers, sizeof(headers), "00021111%04x21", i + 1);
		ping4(peer, headers, address_format(&config.ppp.peer4, (char[ADDRESS_TEXT_MAX]){ 0 }, ADDRESS_TEXT_MAX),
		      "10.9.0.1");
		snprintf(headers, sizeof(headers), "00022222%04xff030021", i + 1);
		answered("one of many", peer, headers, "10.9.0.1");
	}
	datapath_ops(dp)->session_delete(dp, sessions, MANY);
	datapath_ops(dp)->device_delete(dp, device);
	free(sessions);
}

/* As many devices. They go at once. */
static void many(void)
{
	struct datapath_session_config config = config_of(add_tunnel_of(2, them));
	handle *sessions = calloc(MANY, sizeof(*sessions));
	uint64_t begin = now_ms(), made;

	config.ppp = both();
	for (unsigned int i = 0; i < MANY; i++) {
		config.session_id = i + 1;
		set_address(&config, i);
		sessions[i] = session_made(&config);
		modify(sessions[i], &config, DATAPATH_SESSION_PPP);
	}
	if (!if_nametoindex("ppp1999"))
		fail("they have other names");
	made = now_ms();
	datapath_ops(dp)->session_delete(dp, sessions, MANY);
	/* one by one each would wait for the kernel, some ten times as long */
	if (now_ms() - made > 2 * (made - begin))
		equal("ms to remove them", now_ms() - made, made - begin);
	printf("made in %d ms, removed in %d\n", (int)(made - begin), (int)(now_ms() - made));
	if (if_nametoindex("ppp0") || if_nametoindex("ppp1999"))
		fail("some are left");
	free(sessions);
}

/* Sessions begin to carry, change and end under load. */
static void race(void)
{
	struct datapath_session_config config = config_of(add_tunnel_of(2, them)), other = config;
	handle device = add_device("subs"), session = session_made(&config), second;
	int peer = peer_socket(them);
	struct datapath_message messages[DATAPATH_MESSAGES_MAX];
	uint64_t end = now_ms() + 2000;
	unsigned int rounds;

	other.session_id = 0x0c0c;
	second = session_made(&other);
	other.network_device = device;
	other.ppp = both();
	other.ppp.own_device = false;
	config.ppp = both();
	config.ppp.check_source = true;
	config.rate.send = 100000000;
	for (rounds = 0; now_ms() < end; rounds++) {
		config.mppe = (struct datapath_mppe){ .send = rounds % 2, .receive = rounds % 2, .bits = 128,
						      .key_length = 16, .stateful = rounds % 3 };
		config.ppp.ipv6 = rounds % 5;
		config.ppp.ipv4 = rounds % 5 && rounds % 7;
		set_address(&other, rounds % 200);
		modify(session, &config, DATAPATH_SESSION_PPP | DATAPATH_SESSION_MPPE | DATAPATH_SESSION_RATE);
		modify(second, &other, DATAPATH_SESSION_PPP);
		for (int i = 0; i < 10; i++) {
			ping4(peer, "000211110a0a21", "10.9.0.2", "10.9.0.1");
			ping4(peer, "000211110c0c21", "10.7.0.1", "10.9.0.1");
			give(peer, "000211110a0ac02109010008deadbeef");
			give(peer, "000211110a0a00fd900100210000");
			send_frame(session, "ff03c02101010004");
		}
		(void)datapath_ops(dp)->receive(dp, messages, DATAPATH_MESSAGES_MAX);
		if (rounds % 11 == 0) {
			datapath_ops(dp)->session_delete(dp, &second, 1);
			second = session_made(&other);
		}
	}
	if (rounds < 10)
		fail("too slow to see anything");
}

static const struct case_of_many cases[] = {
	{ "engine", engine }, { "third", third }, { "overip", over_ip }, { "batches", batches },
	{ "crowd", crowd }, { "own", own },
	{ "mtu", mtu }, { "source", source }, { "router", router }, { "cipher", cipher }, { "rates", rates },
	{ "shared", shared }, { "toobig", too_big }, { "manyshared", many_shared }, { "many", many },
	{ "ppprace", race }, { "removed", removed }, { "bare", bare },
};

int main(int argc, char **argv)
{
	return run_case(argc, argv, "datapath_ppp", WORKERS, cases, sizeof(cases) / sizeof(cases[0]));
}
