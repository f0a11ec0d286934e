/* SPDX-License-Identifier: MIT */
/*
 * The slot table behind handles.  Free slots form a list through next_free; a slot's generation
 * grows when its object goes, so that handles to it become stale.
 */
#include "base/handle.h"

#include <stdlib.h>
#include <string.h>

#define HANDLE_SLOTS_FIRST 16

struct handle_slot {
	void *object;		/* NULL: free */
	uint32_t generation;
	uint32_t next_free;	/* index + 1; 0: the last */
};

static int grow(struct handle_table *table)
{
	uint32_t size = table->size ? table->size * 2 : HANDLE_SLOTS_FIRST;
	struct handle_slot *slots;

	if (size <= table->size)
		return -1;
	slots = reallocarray(table->slots, size, sizeof(*slots));
	if (!slots)
		return -1;
	for (uint32_t i = table->size; i < size; i++)
		slots[i] = (struct handle_slot){ .next_free = i + 1 < size ? i + 2 : 0 };
	table->free_head = table->size + 1;
	table->slots = slots;
	table->size = size;
	return 0;
}

static struct handle_slot *find(const struct handle_table *table, handle h)
{
	uint32_t number = (uint32_t)h;
	struct handle_slot *slot;

	if (!number || number > table->size)
		return NULL;
	slot = &table->slots[number - 1];
	return slot->object && slot->generation == (uint32_t)(h >> 32) ? slot : NULL;
}

handle handle_add(struct handle_table *table, void *object)
{
	struct handle_slot *slot;
	uint32_t number;

	if (!table->free_head && grow(table) < 0)
		return HANDLE_NONE;
	number = table->free_head;
	slot = &table->slots[number - 1];
	table->free_head = slot->next_free;
	table->used++;
	slot->object = object;
	return (handle)slot->generation << 32 | number;
}

void *handle_get(const struct handle_table *table, handle h)
{
	const struct handle_slot *slot = find(table, h);

	return slot ? slot->object : NULL;
}

void *handle_remove(struct handle_table *table, handle h)
{
	struct handle_slot *slot = find(table, h);
	void *object;

	if (!slot)
		return NULL;
	object = slot->object;
	slot->object = NULL;
	slot->generation++;
	slot->next_free = table->free_head;
	table->free_head = (uint32_t)h;
	table->used--;
	return object;
}

void *handle_next(const struct handle_table *table, uint32_t *position)
{
	while (*position < table->size) {
		void *object = table->slots[(*position)++].object;

		if (object)
			return object;
	}
	return NULL;
}

void handle_table_clear(struct handle_table *table)
{
	free(table->slots);
	memset(table, 0, sizeof(*table));
}
