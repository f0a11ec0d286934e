/* SPDX-License-Identifier: MIT */
/*
 * Handles: what rooms give each other instead of pointers.  A handle is a slot number and the
 * generation of what lives there; a stale one is detected, never dereferenced.
 */
#ifndef L2TPD_BASE_HANDLE_H
#define L2TPD_BASE_HANDLE_H

#include <stdint.h>

typedef uint64_t handle;	/* generation << 32 | slot + 1; 0 is never a valid handle */
#define HANDLE_NONE ((handle)0)

struct handle_table {
	struct handle_slot *slots;
	uint32_t size;		/* slots allocated */
	uint32_t used;		/* slots in use */
	uint32_t free_head;	/* index + 1 of the first free slot, 0 when none */
};

/* Zero-initialise before use. Returns HANDLE_NONE when out of memory. object must not be NULL. */
handle handle_add(struct handle_table *table, void *object);
/* The object, or NULL when the handle is stale or was never given. */
void *handle_get(const struct handle_table *table, handle h);
/* Forget the handle and return its object, or NULL when stale. */
void *handle_remove(struct handle_table *table, handle h);
/* Iterate: start with *position 0; NULL at the end. Removal of the current object is allowed. */
void *handle_next(const struct handle_table *table, uint32_t *position);
/* Frees the table, not the objects. */
void handle_table_clear(struct handle_table *table);

#endif
