/* SPDX-License-Identifier: MIT */
/* Filters of packets, run by the kernel: on a socket of the family Unix, to which no link layer has come. */
#ifndef L2TPD_TESTS_UNIT_PACKET_FILTER_H
#define L2TPD_TESTS_UNIT_PACKET_FILTER_H

#include <sys/socket.h>
#include <unistd.h>

#include "os/cbpf.h"
#include "test.h"

/* max: so many instructions it may have. */
static inline bool lets_pass(const struct sock_filter *code, unsigned int count, unsigned int max,
			     const uint8_t *packet, size_t length)
{
	uint8_t received[256];
	int pair[2];
	bool passed;

	assert_in_range(count, 1, max);
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, pair), 0);
	assert_int_equal(cbpf_attach(pair[1], SO_ATTACH_FILTER, code, count), 0);
	assert_int_equal(send(pair[0], packet, length, 0), length);
	passed = recv(pair[1], received, sizeof(received), 0) == (ssize_t)length;
	close(pair[0]);
	close(pair[1]);
	return passed;
}

#endif
