/* SPDX-License-Identifier: MIT */
/*
 * A bounded cursor over octets with a sticky error: once a read or write does not fit, the
 * cursor is bad, reads give zeros and writes go nowhere, so that a codec is straight-line code
 * which asks cursor_ok() once at its end.  Network byte order throughout.
 */
#ifndef L2TPD_BASE_CURSOR_H
#define L2TPD_BASE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/octets.h"

struct cursor {
	uint8_t *position;
	uint8_t *end;
	bool bad;
};

static inline struct cursor cursor_over(void *octets, size_t length)
{
	return (struct cursor){ octets, (uint8_t *)octets + length, false };
}

static inline bool cursor_ok(const struct cursor *cursor)
{
	return !cursor->bad;
}

static inline size_t cursor_left(const struct cursor *cursor)
{
	return cursor->bad ? 0 : (size_t)(cursor->end - cursor->position);
}

/* The next length octets, stepping over them; NULL (and bad) when fewer are left. */
static inline uint8_t *cursor_take(struct cursor *cursor, size_t length)
{
	uint8_t *taken = cursor->position;

	if (cursor->bad || cursor_left(cursor) < length) {
		cursor->bad = true;
		return NULL;
	}
	cursor->position += length;
	return taken;
}

static inline uint16_t cursor_get_u16(struct cursor *cursor)
{
	const uint8_t *p = cursor_take(cursor, 2);

	return p ? octets_be16(p) : 0;
}

static inline uint32_t cursor_get_u32(struct cursor *cursor)
{
	const uint8_t *p = cursor_take(cursor, 4);

	return p ? octets_be32(p) : 0;
}

static inline void cursor_put_u16(struct cursor *cursor, uint16_t value)
{
	uint8_t *p = cursor_take(cursor, 2);

	if (p)
		octets_put_be16(p, value);
}

static inline void cursor_put_u32(struct cursor *cursor, uint32_t value)
{
	uint8_t *p = cursor_take(cursor, 4);

	if (p)
		octets_put_be32(p, value);
}

static inline void cursor_put(struct cursor *cursor, const void *octets, size_t length)
{
	uint8_t *p = cursor_take(cursor, length);

	if (p && length)
		memcpy(p, octets, length);
}

#endif
