/* SPDX-License-Identifier: MIT */
/*
 * Ids that nobody can guess (RFC 2661 section 9.1).  Drawn at random until one is free; where so many are in
 * use that this would take long, bits say which are, and the draw is where to begin to look.
 */
#include <stdlib.h>

#include "control/internal.h"

#define BITS_FROM (CONTROL_IDS / 2)	/* calls of a tunnel: up to here a draw is free every other time */

static uint16_t draw(struct control *control)
{
	uint16_t id;

	control_random(control, &id, sizeof(id));
	return id;
}

static bool tunnel_id_is_free(const struct control *control, uint16_t id)
{
	return id && !control->tunnels[id] && !admission_has_id(control->admission, id);
}

uint16_t control_new_tunnel_id(struct control *control)
{
	uint16_t id = draw(control);

	/* The table is in reach of the cache's prefetch: also its end is found soon. */
	for (unsigned int tries = 0; tries < CONTROL_IDS; tries++, id++)
		if (tunnel_id_is_free(control, id))
			return id;
	return 0;
}

/* From now on until there are few again. False: out of memory. */
static bool keep_bits(struct control_tunnel *tunnel)
{
	struct control_call *call, *next;

	tunnel->ids_in_use = calloc(CONTROL_IDS / 64, sizeof(*tunnel->ids_in_use));
	if (!tunnel->ids_in_use)
		return false;
	tunnel->ids_in_use[0] = 1;
	HASH_ITER(by_id, tunnel->calls_by_id, call, next)
		tunnel->ids_in_use[call->id / 64] |= (uint64_t)1 << call->id % 64;
	return true;
}

static uint16_t find_bit(const struct control_tunnel *tunnel, uint16_t from)
{
	/* The first word is looked at twice: its beginning last. */
	for (unsigned int i = 0; i <= CONTROL_IDS / 64; i++) {
		unsigned int word = (from / 64 + i) % (CONTROL_IDS / 64);
		uint64_t free_bits = ~tunnel->ids_in_use[word];

		if (i == 0)
			free_bits &= ~(uint64_t)0 << from % 64;
		if (free_bits)
			return (uint16_t)(word * 64 + (unsigned int)__builtin_ctzll(free_bits));
	}
	return 0;
}

uint16_t control_new_call_id(struct control *control, struct control_tunnel *tunnel)
{
	unsigned int calls = HASH_CNT(by_id, tunnel->calls_by_id);
	struct control_call *taken;
	uint16_t id;

	if (calls >= CONTROL_IDS - 1)
		return 0;
	if (calls >= BITS_FROM && (tunnel->ids_in_use || keep_bits(tunnel)))
		return find_bit(tunnel, draw(control));
	do {
		id = draw(control);
		HASH_FIND(by_id, tunnel->calls_by_id, &id, sizeof(id), taken);
	} while (!id || taken);
	return id;
}
