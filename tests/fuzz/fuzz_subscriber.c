/* SPDX-License-Identifier: MIT */
/*
 * A packet of a subscriber, or for one: is it the router's, and what is answered when it is too large? An octet (bit 0:
 * a shared device), an MTU of 16 bits, a packet with an IP header that is whole. Answers are right, and short enough.
 */
#include <stdlib.h>
#include <string.h>

#include "datapath/user/checksum.h"
#include "datapath/user/shared.h"
#include "fuzz.h"

static void check(bool right)
{
	if (!right)
		abort();
}

static void check_answer(const uint8_t *answer, size_t length)
{
	struct inner inner;

	check(length <= TOO_BIG_MAX && inner_find_ip(answer, length, FRAME_IP, &inner) && inner.end == length);
	if (inner.ipv6)
		check(checksum_fold(checksum_sum(answer + IPV6_ADDRESSES, length - IPV6_ADDRESSES) +
				    htobe16((uint16_t)(length - IPV6_HEADER)) + htobe16(58)) == 0xffff);
	else
		check(checksum_fold(checksum_sum(answer + IPV4_HEADER, length - IPV4_HEADER)) == 0xffff);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct network network = { .ppp = { .punt_router = true } };
	uint8_t answer[TOO_BIG_MAX], *packet;
	struct inner inner;
	size_t length;

	if (size < 4)
		return 0;
	length = size - 3;
	packet = malloc(length);
	check(packet);
	memcpy(packet, data + 3, length);
	if (data[0] & 1)
		network.shared = (struct shared_device *)(void *)packet;
	if (inner_find_ip(packet, length, FRAME_IP, &inner) && inner.ipv6)
		(void)router_concerns(&network, packet, length);
	length = too_big_answer(packet, length, octets_be16(data + 1), answer);
	if (length)
		check_answer(answer, length);
	free(packet);
	return 0;
}
