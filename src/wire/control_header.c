/* SPDX-License-Identifier: MIT */
/* See control_header.h. */
#include "wire/control_header.h"

#include "base/cursor.h"

#define BIT_TYPE 0x8000
#define BIT_LENGTH 0x4000
#define BIT_SEQUENCE 0x0800
#define BIT_OFFSET 0x0200		/* version 2: must not be set in control messages */
#define VERSION_MASK 0x000f

bool control_header_read(const uint8_t *octets, size_t length, struct control_header *header)
{
	struct cursor cursor = cursor_over((void *)(uintptr_t)octets, length);
	uint16_t word = cursor_get_u16(&cursor);
	const uint16_t needed = BIT_TYPE | BIT_LENGTH | BIT_SEQUENCE;

	header->version = word & VERSION_MASK;
	header->length = cursor_get_u16(&cursor);
	header->connection_id = cursor_get_u32(&cursor);
	header->ns = cursor_get_u16(&cursor);
	header->nr = cursor_get_u16(&cursor);
	header->session_id = 0;
	if (header->version == 2) {
		header->session_id = (uint16_t)header->connection_id;
		header->connection_id >>= 16;
	}
	return cursor_ok(&cursor) && (word & needed) == needed && (header->version == 2 || header->version == 3) &&
	       !(header->version == 2 && word & BIT_OFFSET) && header->length >= CONTROL_HEADER_LENGTH &&
	       header->length <= length;
}

void control_header_write(const struct control_header *header, uint8_t out[CONTROL_HEADER_LENGTH])
{
	struct cursor cursor = cursor_over(out, CONTROL_HEADER_LENGTH);

	cursor_put_u16(&cursor, (uint16_t)(BIT_TYPE | BIT_LENGTH | BIT_SEQUENCE | header->version));
	cursor_put_u16(&cursor, header->length);
	cursor_put_u32(&cursor, header->version == 2 ? header->connection_id << 16 | header->session_id :
						       header->connection_id);
	cursor_put_u16(&cursor, header->ns);
	cursor_put_u16(&cursor, header->nr);
}
