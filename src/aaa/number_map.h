/* SPDX-License-Identifier: MIT */
/*
 * Numbers by numbers.  Room is made ahead, so that who changes several maps together can do it whole or not at all.
 */
#ifndef L2TPD_AAA_NUMBER_MAP_H
#define L2TPD_AAA_NUMBER_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct number_map_entry {
	uint64_t key, value;		/* key NUMBER_MAP_EMPTY: nothing is here */
};

#define NUMBER_MAP_EMPTY UINT64_MAX	/* no key */

struct number_map {			/* zero-initialise before use */
	struct number_map_entry *entries;
	size_t size;			/* places: 0 or a power of 2 */
	size_t count;
};

/* Room for one more. False: out of memory. */
bool number_map_reserve(struct number_map *map);
/* The key must not be there, and room must have been made. */
void number_map_add(struct number_map *map, uint64_t key, uint64_t value);
bool number_map_find(const struct number_map *map, uint64_t key, uint64_t *value);
/* Nothing happens when it is not there. */
void number_map_remove(struct number_map *map, uint64_t key);
void number_map_clear(struct number_map *map);

#endif
