/* SPDX-License-Identifier: MIT */
/* What the programs share that are engine and peer of PPP sessions in one: what either says, and what it must hear. */
#ifndef L2TPD_TESTS_NET_DATAPATH_PPP_H
#define L2TPD_TESTS_NET_DATAPATH_PPP_H

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
#define V2_HEADER 6

static const char *const us = "127.0.0.1", *const them = "127.0.0.5";

/* --- the engine --- */

static inline handle add_tunnel_of(uint8_t version, const char *peer)
{
	struct datapath_tunnel_config config = { .version = version, .tunnel_id = 0x1111, .peer_tunnel_id = 0x2222,
						 .local = endpoint_at(us, PORT), .peer = endpoint_at(peer, PORT),
						 .udp_checksum = true };

	return tunnel_made(&config);
}

static inline struct datapath_session_config config_of(handle tunnel)
{
	return (struct datapath_session_config){ .tunnel = tunnel, .pw_type = L2TP_PW_PPP, .session_id = 0x0a0a,
						 .peer_session_id = 0x0b0b };
}

static inline void modify(handle session, const struct datapath_session_config *config, unsigned int fields)
{
	struct error error = { 0 };

	if (datapath_ops(dp)->session_modify(dp, session, config, fields, &error) < 0)
		fail(error.text);
}

static inline void refused(handle session, const struct datapath_session_config *config, enum error_code code)
{
	struct error error = { 0 };

	if (datapath_ops(dp)->session_modify(dp, session, config, DATAPATH_SESSION_PPP, &error) == 0)
		fail("taken");
	equal("code", error.code, code);
}

static inline struct address address_of(const char *text)
{
	return endpoint_at(text, 0).address;
}

/* Both protocols, 10.9.0.1 and fe80::1 here, 10.9.0.2 and fe80::2 there. */
static inline struct datapath_ppp both(void)
{
	return (struct datapath_ppp){ .ipv4 = true, .ipv6 = true, .own_device = true, .mtu = 1500,
				      .local4 = address_of("10.9.0.1"), .peer4 = address_of("10.9.0.2"),
				      .local_identifier = { [7] = 1 }, .peer_identifier = { [7] = 2 } };
}

/* --- the peer --- */

static inline int peer_socket(const char *address)
{
	return socket_between(endpoint_at(address, PORT), endpoint_at(us, PORT));
}

static inline size_t octets_of(const char *text, uint8_t *octets)
{
	size_t length;

	if (!text_to_octets(text, octets, OCTETS_MAX, &length))
		fail(text);
	return length;
}

static inline void give(int fd, const char *text)
{
	uint8_t octets[OCTETS_MAX];
	size_t length = octets_of(text, octets);

	if (send(fd, octets, length, MSG_NOSIGNAL) != (ssize_t)length)
		fail("send");
}

static inline ssize_t next(int fd, uint8_t *octets, int wait)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };

	return poll(&ready, 1, wait) == 1 ? recv(fd, octets, OCTETS_MAX, 0) : -1;
}

static inline void same(const char *what, const uint8_t *got, ssize_t length, const char *wanted)
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

static inline void gets(const char *what, int fd, const char *wanted)
{
	uint8_t octets[OCTETS_MAX];
	ssize_t length = next(fd, octets, PATIENCE_MS);

	same(what, octets, length, wanted);
}

static inline void gets_nothing(const char *what, int fd)
{
	uint8_t octets[OCTETS_MAX];

	if (next(fd, octets, NOTHING_MS) >= 0)
		fail(what);
}

/* What the engine gets. */
static inline struct datapath_message take(const char *what)
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

static inline void punted(const char *what, handle session, const char *wanted)
{
	struct datapath_message message = take(what);

	equal("session", message.session, session);
	same(what, message.octets, (ssize_t)message.length, wanted);
}

static inline int none_punted(void)
{
	struct datapath_message messages[DATAPATH_MESSAGES_MAX];

	usleep(SETTLE_US);
	return datapath_ops(dp)->receive(dp, messages, DATAPATH_MESSAGES_MAX);
}

static inline void send_frame(handle session, const char *text)
{
	uint8_t octets[OCTETS_MAX];
	struct datapath_message message = { .session = session, .octets = octets };

	message.length = (uint32_t)octets_of(text, octets);
	datapath_ops(dp)->send(dp, &message, 1);
}

/* --- IP packets --- */

/* An echo request with so many octets of data; returns its length. */
static inline size_t echo4(uint8_t *ip, const char *from, const char *to, size_t data)
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

static inline size_t echo6(uint8_t *ip, const char *from, const char *to, uint8_t type, uint8_t hops)
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
static inline void give_packet(int fd, const char *headers, const uint8_t *packet, size_t length)
{
	uint8_t octets[OCTETS_MAX];
	size_t before = octets_of(headers, octets);

	memcpy(octets + before, packet, length);
	if (send(fd, octets, before + length, MSG_NOSIGNAL) != (ssize_t)(before + length))
		fail("send");
}

static inline void ping4(int fd, const char *headers, const char *from, const char *to)
{
	uint8_t packet[OCTETS_MAX];

	give_packet(fd, headers, packet, echo4(packet, from, to, 56));
}

static inline void ping6(int fd, const char *headers, const char *from, const char *to)
{
	uint8_t packet[OCTETS_MAX];

	give_packet(fd, headers, packet, echo6(packet, from, to, ICMP6_ECHO_REQUEST, 64));
}

/* Does an answer arrive behind these headers, from this address, in time? What the kernel says by itself is passed
 * over. */
static inline bool is_answered(int fd, const char *headers, const char *from, int patience)
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

static inline void answered(const char *what, int fd, const char *headers, const char *from)
{
	if (!is_answered(fd, headers, from, PATIENCE_MS))
		fail(what);
}

static inline void answers4(const char *what, int fd, const char *headers, const char *from, const char *to,
			    const char *headers_back)
{
	ping4(fd, headers, from, to);
	answered(what, fd, headers_back, to);
}

/* The kernel uses a new IPv6 address only after a while: ask until it answers. */
static inline void answers6(const char *what, int fd, const char *headers, const char *from, const char *to,
			    const char *headers_back)
{
	for (uint64_t end = now_ms() + PATIENCE_MS; now_ms() < end;) {
		ping6(fd, headers, from, to);
		if (is_answered(fd, headers_back, to, NOTHING_MS))
			return;
	}
	fail(what);
}

static inline bool is_answer(const uint8_t *octets, ssize_t length)
{
	return length > V2_HEADER + 4 + IPV4_HEADER && octets[V2_HEADER + 3] == 0x21 &&
	       octets[V2_HEADER + 4 + IPV4_HEADER] == ICMP_ECHOREPLY;
}

static inline void not_answered(const char *what, int fd)
{
	uint8_t octets[OCTETS_MAX];
	ssize_t length;

	while ((length = next(fd, octets, NOTHING_MS)) >= 0)
		if (is_answer(octets, length))
			fail(what);
}

static inline void told(const char *what, enum datapath_event_kind kind, int drop)
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

/* --- MPPE --- */

struct enciphered {
	struct mppe *send, *receive;
};

static inline struct mppe *direction(const uint8_t *key, unsigned int bits, bool stateful)
{
	struct mppe *mppe = calloc(1, mppe_size(stateful));

	mppe_begin(mppe, key, bits, stateful);
	return mppe;
}

/* A ping as the next packet of the peer, which is sent or lost on the way. */
static inline void ping_enciphered(struct enciphered *peer, int fd, bool lost)
{
	uint8_t octets[OCTETS_MAX];
	size_t length = MPPE_HEADER + 2 + echo4(octets + MPPE_HEADER + 2, "10.9.0.2", "10.9.0.1", 56);

	octets_put_be16(octets + MPPE_HEADER, PPP_IPV4);
	mppe_encrypt(peer->send, octets, length);
	if (!lost)
		give_packet(fd, "000211110a0aff0300fd", octets, length);
}

/* The next packet that can be read; returns where it begins. Sets whether it starts anew. */
static inline uint8_t *next_enciphered(const char *what, struct enciphered *peer, int fd, uint8_t *octets,
				       bool *flushed)
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
static inline bool answered_enciphered(const char *what, struct enciphered *peer, int fd)
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

static inline void discard(struct enciphered *peer)
{
	free(peer->send);
	free(peer->receive);
}

#endif
