/* SPDX-License-Identifier: MIT */
/*
 * Unaligned access to octets whose bounds were checked before: a frame lies in a buffer wherever the
 * L2TP header before it ends.  Compilers make one instruction of each.  Where bounds are not known
 * yet: base/cursor.h.
 * octets_be*: values in network order; octets_u*: as they lie in memory, for comparing and summing.
 */
#ifndef L2TPD_BASE_OCTETS_H
#define L2TPD_BASE_OCTETS_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint16_t octets_u16(const uint8_t *p)
{
	uint16_t value;

	memcpy(&value, p, sizeof(value));
	return value;
}

static inline uint32_t octets_u32(const uint8_t *p)
{
	uint32_t value;

	memcpy(&value, p, sizeof(value));
	return value;
}

static inline uint64_t octets_u64(const uint8_t *p)
{
	uint64_t value;

	memcpy(&value, p, sizeof(value));
	return value;
}

static inline uint16_t octets_be16(const uint8_t *p)
{
	return be16toh(octets_u16(p));
}

static inline uint32_t octets_be32(const uint8_t *p)
{
	return be32toh(octets_u32(p));
}

static inline void octets_put_u16(uint8_t *p, uint16_t value)
{
	memcpy(p, &value, sizeof(value));
}

static inline void octets_put_be16(uint8_t *p, uint16_t value)
{
	octets_put_u16(p, htobe16(value));
}

static inline void octets_put_be32(uint8_t *p, uint32_t value)
{
	value = htobe32(value);
	memcpy(p, &value, sizeof(value));
}

/* memcmp() == 0 for the few octets of a header, without the call; length: 0, or 8 and more, or a
 * multiple of 4. */
static inline bool octets_same(const uint8_t *a, const uint8_t *b, size_t length)
{
	uint64_t difference = 0;
	size_t i = 0;

	for (; i + 8 <= length; i += 8)
		difference |= octets_u64(a + i) ^ octets_u64(b + i);
	if (i == length)
		return difference == 0;
	if (length < 8)
		return octets_u32(a) == octets_u32(b);
	return (difference | (octets_u64(a + length - 8) ^ octets_u64(b + length - 8))) == 0;
}

#endif
