/* SPDX-License-Identifier: MIT */
/* See calls_flood.h. A packet is made once; then only what makes it another peer's is changed. */
#include "calls_flood.h"

#include <arpa/inet.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire/control_header.h"
#include "wire/message.h"

#define BATCH 64
#define MESSAGE_MOST 256
#define TTL 64
#define SEND_BUFFER (4 << 20)	/* octets */
#define MARK 0xa55a		/* the tunnel id of the message that was made, to find where it stands */

struct packet {
	struct iphdr ip;
	struct udphdr udp;
	uint8_t message[MESSAGE_MOST];
} __attribute__((packed));

static struct packet packets[BATCH];
static struct mmsghdr messages[BATCH];
static struct iovec octets[BATCH];
static struct sockaddr_in target;
static size_t id_at;		/* in the message */

bool flood_parse_sources(const char *text, struct flood_sources *sources)
{
	char address[INET_ADDRSTRLEN];
	struct in_addr parsed;
	unsigned int bits;

	if (sscanf(text, "%15[0-9.]/%u", address, &bits) != 2 || bits > 31 || inet_pton(AF_INET, address, &parsed) != 1)
		return false;
	sources->mask = UINT32_MAX >> bits;
	sources->first = ntohl(parsed.s_addr) & ~sources->mask;
	return true;
}

static size_t make_message(uint8_t out[MESSAGE_MOST])
{
	const struct message message = {
		.type = MESSAGE_SCCRQ,
		.present = AVP_BIT(AVP_PROTOCOL_VERSION) | AVP_BIT(AVP_FRAMING_CAPABILITIES) | AVP_BIT(AVP_HOST_NAME) |
			   AVP_BIT(AVP_ASSIGNED_TUNNEL_ID) | AVP_BIT(AVP_RECEIVE_WINDOW_SIZE),
		.protocol_version = { 1, 0 }, .framing_capabilities = 3, .host_name = { (const uint8_t *)"nobody", 6 },
		.assigned_tunnel_id = MARK, .receive_window_size = 4,
	};
	const uint16_t mark = htons(MARK);
	struct control_header header = { .version = 2 };
	size_t length = message_encode(&message, NULL, out + CONTROL_HEADER_LENGTH,
				       MESSAGE_MOST - CONTROL_HEADER_LENGTH);
	uint8_t *found = memmem(out, CONTROL_HEADER_LENGTH + length, &mark, sizeof(mark));

	if (!length || !found)
		abort();
	id_at = (size_t)(found - out);
	header.length = (uint16_t)(CONTROL_HEADER_LENGTH + length);
	control_header_write(&header, out);
	return header.length;
}

static void make_packets(const struct endpoint *peer)
{
	size_t length = make_message(packets[0].message);
	size_t whole = offsetof(struct packet, message) + length;

	packets[0].ip = (struct iphdr){ .version = 4, .ihl = sizeof(struct iphdr) / 4, .ttl = TTL,
					.protocol = IPPROTO_UDP, .tot_len = htons((uint16_t)whole),
					.daddr = peer->address.v4.s_addr };
	/* Without a checksum, as RFC 768 allows. */
	packets[0].udp = (struct udphdr){ .dest = htons(peer->port),
					  .len = htons((uint16_t)(sizeof(struct udphdr) + length)) };
	target = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr = peer->address.v4 };
	for (unsigned int i = 0; i < BATCH; i++) {
		packets[i] = packets[0];
		octets[i] = (struct iovec){ &packets[i], whole };
		messages[i].msg_hdr = (struct msghdr){ .msg_name = &target, .msg_namelen = sizeof(target),
						       .msg_iov = &octets[i], .msg_iovlen = 1 };
	}
}

int flood_open(const struct endpoint *peer)
{
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW), size = SEND_BUFFER;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	make_packets(peer);
	return fd;
}

static uint64_t draw(void)
{
	static uint64_t state = 88172645463325252u;

	state ^= state << 13;
	state ^= state >> 7;
	return state ^= state << 17;
}

uint64_t flood_send(int fd, const struct flood_sources *sources, unsigned int count)
{
	int sent;

	if (count > BATCH)
		count = BATCH;
	for (unsigned int i = 0; i < count; i++) {
		uint64_t drawn = draw();
		uint16_t id = (uint16_t)(drawn >> 32) | 1, port = (uint16_t)(drawn >> 48) | 1024;

		packets[i].ip.saddr = htonl(sources->first | ((uint32_t)drawn & sources->mask));
		packets[i].udp.source = htons(port);
		memcpy(packets[i].message + id_at, &id, sizeof(id));
	}
	sent = sendmmsg(fd, messages, count, 0);
	return sent > 0 ? (uint64_t)sent : 0;
}
