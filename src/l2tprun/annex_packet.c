/* SPDX-License-Identifier: MIT */
/* See annex_packet.h. */
#include "l2tprun/annex_packet.h"

#include <string.h>

#include "base/octets.h"
#include "base/packet.h"

#define WHOLE_MAX 65535			/* octets, of IPv4 with its header; of IPv6 without */
#define FRAGMENT 0x3fff			/* more follow, or it is not the first */

/* Where UDP begins, and its length; 0: it is none. */
static size_t read_v4(const uint8_t *octets, size_t *length, struct address *to)
{
	size_t header = (octets[0] & 0xf) * 4u, whole = *length < IPV4_HEADER ? 0 : octets_be16(octets + 2);

	if (header < IPV4_HEADER || whole < header || whole > *length || octets[9] != IPPROTO_UDP ||
	    octets_be16(octets + 6) & FRAGMENT)
		return 0;
	to->family = AF_INET;
	memcpy(&to->v4, octets + 16, sizeof(to->v4));
	*length = whole - header;
	return header;
}

static size_t read_v6(const uint8_t *octets, size_t *length, struct address *to)
{
	size_t payload = *length < IPV6_HEADER ? 0 : octets_be16(octets + 4);

	if (!payload || payload > *length - IPV6_HEADER || octets[6] != IPPROTO_UDP)
		return 0;
	to->family = AF_INET6;
	memcpy(&to->v6, octets + 24, sizeof(to->v6));
	*length = payload;
	return IPV6_HEADER;
}

bool annex_packet_read(const uint8_t *octets, size_t length, struct annex_packet *packet)
{
	size_t udp = 0, said;

	*packet = (struct annex_packet){ .port = 0 };
	if (length && octets[0] >> 4 == 4)
		udp = read_v4(octets, &length, &packet->to);
	else if (length && octets[0] >> 4 == 6)
		udp = read_v6(octets, &length, &packet->to);
	if (!udp || length < UDP_HEADER)
		return false;
	said = octets_be16(octets + udp + 4);
	if (said < UDP_HEADER || said > length)
		return false;
	packet->port = octets_be16(octets + udp);
	packet->octets = octets + udp + UDP_HEADER;
	packet->length = said - UDP_HEADER;
	return true;
}

static void put_udp(uint8_t *head, uint16_t port, size_t length)
{
	octets_put_be16(head + 2, port);
	octets_put_be16(head + 4, (uint16_t)length);
}

static void put_v4(uint8_t *head, const struct annex_arrival *arrival, const struct address *to, size_t length)
{
	head[0] = 4 << 4 | IPV4_HEADER / 4;
	head[1] = arrival->service;
	octets_put_be16(head + 2, (uint16_t)length);
	head[8] = arrival->hops;
	head[9] = IPPROTO_UDP;
	memcpy(head + 12, &arrival->from.v4, sizeof(arrival->from.v4));
	memcpy(head + 16, &to->v4, sizeof(to->v4));
}

static void put_v6(uint8_t *head, const struct annex_arrival *arrival, const struct address *to, size_t length)
{
	head[0] = (uint8_t)(6 << 4 | arrival->service >> 4);
	head[1] = (uint8_t)(arrival->service << 4);
	octets_put_be16(head + 4, (uint16_t)length);
	head[6] = IPPROTO_UDP;
	head[7] = arrival->hops;
	memcpy(head + 8, &arrival->from.v6, sizeof(arrival->from.v6));
	memcpy(head + 24, &to->v6, sizeof(to->v6));
}

size_t annex_packet_head(uint8_t head[ANNEX_HEAD_MAX], const struct annex_arrival *arrival, const struct endpoint *to)
{
	bool v6 = to->address.family == AF_INET6;
	size_t ip = v6 ? IPV6_HEADER : IPV4_HEADER, udp = UDP_HEADER + arrival->length, whole = v6 ? udp : ip + udp;

	if (whole > WHOLE_MAX || arrival->from.family != to->address.family)
		return 0;
	memset(head, 0, ANNEX_HEAD_MAX);
	if (v6)
		put_v6(head, arrival, &to->address, whole);
	else
		put_v4(head, arrival, &to->address, whole);
	put_udp(head + ip, to->port, udp);
	return ip + UDP_HEADER;
}
