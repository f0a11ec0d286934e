/* SPDX-License-Identifier: MIT */
/*
 * Randomness for engines that are measured.
 */
#ifndef L2TPD_BENCH_RANDOM_H
#define L2TPD_BENCH_RANDOM_H

#include <stdint.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

/* In portions: a call's id is two octets. At most 4096. */
static inline void bench_random(void *octets, size_t length)
{
	static uint8_t stock[4096];
	static size_t left;

	if (left < length) {
		if (getrandom(stock, sizeof(stock), 0) != (ssize_t)sizeof(stock))
			_exit(1);
		left = sizeof(stock);
	}
	left -= length;
	memcpy(octets, stock + left, length);
}

#endif
