/* SPDX-License-Identifier: MIT */
/*
 * A tunnel's calls by an id: ours, or the peer's.
 *
 * Ids lie by themselves, two octets each, so that to find out that an id is not there, which is asked most, touches
 * one line of the cache even among many; uthash's chains through the calls made that half of an engine's time.
 */
#ifndef L2TPD_CONTROL_CALL_MAP_H
#define L2TPD_CONTROL_CALL_MAP_H

#include <stdbool.h>
#include <stdint.h>

struct control_call;

struct call_map {			/* zero-initialise before use */
	struct control_call **calls;	/* size; behind them the ids */
	uint16_t *ids;			/* 0: the place is free */
	uint32_t size, count;		/* size: 0, or a power of 2 up to 65536: then each id has its own place */
	uint8_t shift;			/* of a hash of 16 bits, to a place */
};

/* NULL: there is none; also of id 0. */
struct control_call *call_map_find(const struct call_map *map, uint16_t id);
/* The id is not 0 and is not there. False: out of memory. */
bool call_map_add(struct call_map *map, uint16_t id, struct control_call *call);
/* Nothing happens when id is not there, or is another call's. */
void call_map_remove(struct call_map *map, uint16_t id, const struct control_call *call);
/* One after the other, from *position 0; NULL: that was all.  When the call that was returned is removed, the next
 * one is asked for with *position as it was before. */
struct control_call *call_map_next(const struct call_map *map, uint32_t *position);

#endif
