/* SPDX-License-Identifier: MIT */
/*
 * Open addressing, at most three quarters full.  An entry stands at its own place or, when that is taken, at the next
 * that is free; when one goes, those behind it that it has pushed away come nearer.
 */
#include "aaa/number_map.h"

#include <stdlib.h>

#define SIZE_LEAST 16

/* The high bits of a product with a large odd number: neighbours come far apart. */
static size_t home_of(const struct number_map *map, uint64_t key)
{
	return (size_t)(key * 0x9e3779b97f4a7c15u >> 20) & (map->size - 1);
}

/* Where the key is, or would come. The map has an empty place. */
static size_t seek(const struct number_map *map, uint64_t key)
{
	size_t place = home_of(map, key);

	while (map->entries[place].key != key && map->entries[place].key != NUMBER_MAP_EMPTY)
		place = (place + 1) & (map->size - 1);
	return place;
}

static bool grow(struct number_map *map)
{
	struct number_map larger = { .size = map->size ? 2 * map->size : SIZE_LEAST, .count = 0 };

	larger.entries = malloc(larger.size * sizeof(*larger.entries));
	if (!larger.entries)
		return false;
	for (size_t i = 0; i < larger.size; i++)
		larger.entries[i].key = NUMBER_MAP_EMPTY;
	for (size_t i = 0; i < map->size; i++)
		if (map->entries[i].key != NUMBER_MAP_EMPTY)
			number_map_add(&larger, map->entries[i].key, map->entries[i].value);
	free(map->entries);
	*map = larger;
	return true;
}

bool number_map_reserve(struct number_map *map)
{
	return map->count + 1 <= map->size / 4 * 3 || grow(map);
}

void number_map_add(struct number_map *map, uint64_t key, uint64_t value)
{
	map->entries[seek(map, key)] = (struct number_map_entry){ key, value };
	map->count++;
}

bool number_map_find(const struct number_map *map, uint64_t key, uint64_t *value)
{
	size_t place;

	if (!map->count)
		return false;
	place = seek(map, key);
	if (map->entries[place].key != key)
		return false;
	*value = map->entries[place].value;
	return true;
}

void number_map_remove(struct number_map *map, uint64_t key)
{
	size_t mask = map->size - 1, hole, next;

	if (!map->count)
		return;
	hole = seek(map, key);
	if (map->entries[hole].key != key)
		return;
	for (next = (hole + 1) & mask; map->entries[next].key != NUMBER_MAP_EMPTY; next = (next + 1) & mask) {
		size_t home = home_of(map, map->entries[next].key);

		/* it may come here when its home is not between */
		if (((next - home) & mask) >= ((next - hole) & mask)) {
			map->entries[hole] = map->entries[next];
			hole = next;
		}
	}
	map->entries[hole].key = NUMBER_MAP_EMPTY;
	map->count--;
}

void number_map_clear(struct number_map *map)
{
	free(map->entries);
	*map = (struct number_map){ .entries = NULL };
}
