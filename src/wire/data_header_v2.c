/* SPDX-License-Identifier: MIT */
/*
 * L2TPv2 data headers: octets <-> values.
 */
#include "wire/data_header_v2.h"

#include "base/cursor.h"
#include "base/octets.h"
#include "wire/data_header.h"

#define V2_L_BIT 0x4000u
#define V2_S_BIT 0x0800u
#define V2_O_BIT 0x0200u
#define V2_P_BIT 0x0100u
#define V2_VERSION 2u

/* The message ends where its Length says. The cursor is behind it. */
static void cut(struct cursor *cursor, const uint8_t *octets, uint16_t length)
{
	size_t read = (size_t)(cursor->position - octets);

	if (cursor->bad || length < read || length > read + cursor_left(cursor))
		cursor->bad = true;
	else
		cursor->end = cursor->position + (length - read);
}

enum data_v2_check data_header_v2_read(const uint8_t *octets, size_t length, struct data_header_v2 *header)
{
	struct cursor cursor = cursor_over((void *)(uintptr_t)octets, length);	/* only read */
	uint16_t flags = cursor_get_u16(&cursor);
	uint16_t whole = flags & V2_L_BIT ? cursor_get_u16(&cursor) : 0;

	*header = (struct data_header_v2){ .numbered = flags & V2_S_BIT, .priority = flags & V2_P_BIT };
	header->tunnel_id = cursor_get_u16(&cursor);
	header->session_id = cursor_get_u16(&cursor);
	if (!cursor_ok(&cursor))
		return DATA_V2_SHORT;
	if (flags & V2_L_BIT)
		cut(&cursor, octets, whole);
	if (header->numbered) {
		header->ns = cursor_get_u16(&cursor);
		cursor_get_u16(&cursor);	/* Nr is reserved */
	}
	if (flags & V2_O_BIT)
		cursor_take(&cursor, cursor_get_u16(&cursor));
	if (!cursor_left(&cursor))
		return DATA_V2_INVALID;
	header->offset = (uint32_t)(cursor.position - octets);
	header->length = (uint32_t)cursor_left(&cursor);
	return DATA_V2_OK;
}

static uint8_t *put(uint8_t *out, unsigned int value)
{
	octets_put_be16(out, (uint16_t)value);
	return out + 2;
}

size_t data_header_v2_write(const struct data_header_v2 *header, uint8_t *out)
{
	unsigned int flags = V2_VERSION;

	flags |= header->numbered ? V2_S_BIT : 0;
	flags |= header->priority ? V2_P_BIT : 0;
	out = put(out, flags);
	out = put(out, header->tunnel_id);
	out = put(out, header->session_id);
	if (header->numbered)
		put(put(out, header->ns), 0);
	return data_header_v2_length(header->numbered);
}

uint32_t data_v2_sequence(uint16_t ns, uint32_t expected)
{
	uint32_t ahead = (uint32_t)(uint16_t)(ns - expected);

	if (ahead >= 0x8000)
		ahead -= 0x10000;	/* it is behind */
	return (expected + ahead) & DATA_SEQUENCE_MASK;
}
