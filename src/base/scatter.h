/* SPDX-License-Identifier: MIT */
/* A fixed sequence of 64-bit numbers that look random: for dry runs and simulations, which are the same each time. */
#ifndef L2TPD_BASE_SCATTER_H
#define L2TPD_BASE_SCATTER_H

#include <stdint.h>

/* The next one. An odd step visits every number, the products scatter them (SplitMix64). */
static inline uint64_t scatter_next(uint64_t *state)
{
	uint64_t x = *state += 0x9e3779b97f4a7c15u;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

#endif
