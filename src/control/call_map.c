/* SPDX-License-Identifier: MIT */
/*
 * Open addressing: an id lies in its home, or in the next place that was free.
 *
 * Homes are high bits of a product that differs for all ids.  Ids that follow each other, as many peers give them, are
 * scattered by that; and few of 16 bits can be found that meet.
 */
#include "control/call_map.h"

#include <stdlib.h>

#define SIZE_FIRST 8
#define SIZE_MOST 65536
#define SHIFT_FIRST 13		/* 16 bits to SIZE_FIRST places */
#define SCATTER 40503u		/* the golden section of 65536, and odd */

static uint32_t home(const struct call_map *map, uint16_t id)
{
	return (uint16_t)(id * SCATTER) >> map->shift;
}

static uint32_t after(const struct call_map *map, uint32_t place)
{
	return (place + 1) & (map->size - 1);
}

/* Where id lies, or the free place where it would. */
static uint32_t place_of(const struct call_map *map, uint16_t id)
{
	uint32_t place = home(map, id);

	while (map->ids[place] && map->ids[place] != id)
		place = after(map, place);
	return place;
}

struct control_call *call_map_find(const struct call_map *map, uint16_t id)
{
	uint32_t place;

	if (!map->count || !id)
		return NULL;
	place = place_of(map, id);
	return map->ids[place] ? map->calls[place] : NULL;
}

static void put(struct call_map *map, uint16_t id, struct control_call *call)
{
	uint32_t place = place_of(map, id);

	map->ids[place] = id;
	map->calls[place] = call;
	map->count++;
}

static bool grow(struct call_map *map)
{
	struct call_map larger = {
		.size = map->size ? 2 * map->size : SIZE_FIRST,
		.shift = map->size ? map->shift - 1 : SHIFT_FIRST,
	};

	larger.calls = calloc(larger.size, sizeof(*larger.calls) + sizeof(*larger.ids));
	if (!larger.calls)
		return false;
	larger.ids = (void *)(larger.calls + larger.size);
	for (uint32_t i = 0; i < map->size; i++)
		if (map->ids[i])
			put(&larger, map->ids[i], map->calls[i]);
	free(map->calls);
	*map = larger;
	return true;
}

bool call_map_add(struct call_map *map, uint16_t id, struct control_call *call)
{
	/* A quarter stays free, so that there is soon a free place; but for the last size, which needs none. */
	if (map->size < SIZE_MOST && map->count + 1 > map->size / 4 * 3 && !grow(map))
		return false;
	put(map, id, call);
	return true;
}

/* Those that follow, up to a free place, may have to move up: whose home is not behind the gap. */
static void close_gap(struct call_map *map, uint32_t gap)
{
	bool all_at_home = map->size == SIZE_MOST;

	for (uint32_t place = after(map, gap); !all_at_home && map->ids[place]; place = after(map, place)) {
		uint32_t distance = (place - home(map, map->ids[place])) & (map->size - 1);

		if (distance < ((place - gap) & (map->size - 1)))
			continue;
		map->ids[gap] = map->ids[place];
		map->calls[gap] = map->calls[place];
		gap = place;
	}
	map->ids[gap] = 0;
}

void call_map_remove(struct call_map *map, uint16_t id, const struct control_call *call)
{
	uint32_t place;

	if (!map->count || !id)
		return;
	place = place_of(map, id);
	if (!map->ids[place] || map->calls[place] != call)
		return;
	map->count--;
	if (map->count) {
		close_gap(map, place);
		return;
	}
	free(map->calls);
	*map = (struct call_map){ .size = 0 };
}

struct control_call *call_map_next(const struct call_map *map, uint32_t *position)
{
	for (; *position < map->size; ++*position)
		if (map->ids[*position])
			return map->calls[(*position)++];
	return NULL;
}
