/* SPDX-License-Identifier: MIT */
/*
 * Token buckets: what a session may send or receive, in octets for each second, with bursts.  Each has one owner, the
 * worker through which that direction of the session goes.  Pure; time is the caller's, in ms.
 */
#ifndef L2TPD_DATAPATH_USER_BUCKET_H
#define L2TPD_DATAPATH_USER_BUCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BUCKET_BURST_MS 100		/* a burst, when nobody says how much: what so much time carries, ... */
#define BUCKET_BURST_LEAST 16384	/* ... and no less than this: TCP at a low rate must get a window through */
#define BUCKET_BURST_MOST (1u << 30)
#define BUCKET_ASKED_LEAST 2048		/* of a burst that was asked for: it must hold a packet, or none would pass */

struct bucket {
	uint64_t rate;			/* octets for each second; 0: no limit */
	uint64_t most, level;		/* thousandths of octets */
	uint64_t time;			/* ms: when level was right */
};

/* bits: for each second, 0: no limit. burst: octets, 0: by BUCKET_BURST_MS. It is full. */
static inline void bucket_begin(struct bucket *bucket, uint64_t bits, uint32_t burst, uint64_t now)
{
	uint64_t octets = burst;

	bucket->rate = bits && bits < 8 ? 1 : bits / 8;
	if (!burst)
		octets = bucket->rate / (1000 / BUCKET_BURST_MS);
	if (octets < (burst ? BUCKET_ASKED_LEAST : BUCKET_BURST_LEAST))
		octets = burst ? BUCKET_ASKED_LEAST : BUCKET_BURST_LEAST;
	if (octets > BUCKET_BURST_MOST)
		octets = BUCKET_BURST_MOST;
	bucket->most = bucket->level = octets * 1000;
	bucket->time = now;
}

/* May a packet of so many octets pass now? Then it has. */
static inline bool bucket_take(struct bucket *bucket, size_t octets, uint64_t now)
{
	uint64_t passed = now - bucket->time, cost = (uint64_t)octets * 1000;

	if (!bucket->rate)
		return true;
	if (passed) {
		bucket->time = now;
		/* Full for certain, and the product might not fit. */
		if (passed > bucket->most / bucket->rate)
			bucket->level = bucket->most;
		else
			bucket->level += passed * bucket->rate;
		if (bucket->level > bucket->most)
			bucket->level = bucket->most;
	}
	if (bucket->level < cost)
		return false;
	bucket->level -= cost;
	return true;
}

#endif
