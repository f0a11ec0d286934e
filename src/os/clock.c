/* SPDX-License-Identifier: MIT */
/*
 * The monotonic clock and the kernel's random numbers, in the form that service/ takes them.
 */
#include "os/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#define RANDOM_STOCK 256	/* octets: as much as getrandom() always gives whole */

uint64_t os_clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* From the kernel. */
static void draw(void *octets, size_t length)
{
	uint8_t *to = octets;

	while (length) {
		ssize_t got = getrandom(to, length, 0);

		if (got < 0 && errno != EINTR)
			abort();	/* no getrandom: ids and cookies could be guessed */
		if (got > 0) {
			to += got;
			length -= (size_t)got;
		}
	}
}

/* Ids, magic numbers and challenges are a few octets each: with a system call for each of them an LNS spends one
 * thirtieth of its time here. So they are drawn in portions. What was given is wiped: nobody finds it here. */
void os_random(void *octets, size_t length)
{
	static _Thread_local uint8_t stock[RANDOM_STOCK];
	static _Thread_local size_t left;

	if (length > sizeof(stock)) {
		draw(octets, length);
		return;
	}
	if (left < length) {
		draw(stock, sizeof(stock));
		left = sizeof(stock);
	}
	left -= length;
	memcpy(octets, stock + left, length);
	explicit_bzero(stock + left, length);
}
