/* SPDX-License-Identifier: MIT */
/*
 * The monotonic clock and the kernel's random numbers, in the form that service/ takes them.
 */
#include "os/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

uint64_t os_clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void os_random(void *octets, size_t length)
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
