/* SPDX-License-Identifier: MIT */
/*
 * L2TPv3 data headers: octets <-> values.
 */
#include "wire/data_header.h"

#include <string.h>

#include "base/cursor.h"

#define HEADER_T_BIT 0x8000u		/* control message (RFC 3931 3.2.1) */
#define HEADER_VERSION_MASK 0x000fu
#define UDP_PREFIX_LENGTH 4		/* flags and version, reserved */
#define SESSION_ID_LENGTH 4
#define SUBLAYER_LENGTH 4
#define SUBLAYER_S_BIT 0x40000000u	/* the sequence number is valid (RFC 3931 4.6) */

static enum data_kind demux_udp(struct cursor *cursor, uint32_t *session_id)
{
	uint16_t flags = cursor_get_u16(cursor);
	unsigned int version = flags & HEADER_VERSION_MASK;

	if (!cursor_ok(cursor))
		return DATA_KIND_SHORT;
	if (version != 2 && version != 3)
		return DATA_KIND_VERSION;
	if (flags & HEADER_T_BIT)
		return DATA_KIND_CONTROL;
	if (version == 2)
		return DATA_KIND_V2;
	cursor_get_u16(cursor);		/* reserved: ignored */
	*session_id = cursor_get_u32(cursor);
	return cursor_ok(cursor) ? DATA_KIND_V3 : DATA_KIND_SHORT;
}

enum data_kind data_header_demux(enum l2tp_encap encap, const uint8_t *octets, size_t length,
				 uint32_t *session_id, size_t *offset)
{
	struct cursor cursor = cursor_over((void *)(uintptr_t)octets, length);	/* only read */
	enum data_kind kind;

	if (encap == L2TP_ENCAP_UDP) {
		*offset = UDP_PREFIX_LENGTH + SESSION_ID_LENGTH;
		return demux_udp(&cursor, session_id);
	}
	*offset = SESSION_ID_LENGTH;
	*session_id = cursor_get_u32(&cursor);
	kind = *session_id ? DATA_KIND_V3 : DATA_KIND_CONTROL;
	return cursor_ok(&cursor) ? kind : DATA_KIND_SHORT;
}

bool data_header_control_id(enum l2tp_encap encap, const uint8_t *octets, size_t length, uint32_t *id)
{
	struct cursor cursor = cursor_over((void *)(uintptr_t)octets, length);	/* only read */
	uint16_t flags;

	if (encap == L2TP_ENCAP_IP && cursor_get_u32(&cursor) != 0)
		return false;
	flags = cursor_get_u16(&cursor);
	cursor_get_u16(&cursor);	/* length */
	*id = (flags & HEADER_VERSION_MASK) == 3 ? cursor_get_u32(&cursor) : cursor_get_u16(&cursor);
	return cursor_ok(&cursor) && flags & HEADER_T_BIT;
}

enum data_check data_header_finish(const uint8_t *octets, size_t length, const uint8_t *cookie,
				   size_t cookie_length, enum l2tp_l2spec l2spec, size_t *offset, uint32_t *sublayer)
{
	struct cursor cursor = cursor_over((void *)(uintptr_t)octets, length);	/* only read */
	const uint8_t *received;

	cursor_take(&cursor, *offset);
	received = cursor_take(&cursor, cookie_length);
	*sublayer = l2spec == L2TP_L2SPEC_DEFAULT ? cursor_get_u32(&cursor) : 0;
	if (!cursor_ok(&cursor))
		return DATA_CHECK_SHORT;
	if (cookie_length && memcmp(received, cookie, cookie_length) != 0)
		return DATA_CHECK_COOKIE;
	*offset = length - cursor_left(&cursor);
	return DATA_CHECK_OK;
}

size_t data_header_length(enum l2tp_encap encap, size_t cookie_length, enum l2tp_l2spec l2spec)
{
	return (encap == L2TP_ENCAP_UDP ? UDP_PREFIX_LENGTH : 0) + SESSION_ID_LENGTH + cookie_length +
	       (l2spec == L2TP_L2SPEC_DEFAULT ? SUBLAYER_LENGTH : 0);
}

size_t data_header_template(enum l2tp_encap encap, uint32_t session_id, const uint8_t *cookie,
			    size_t cookie_length, enum l2tp_l2spec l2spec, uint8_t *out)
{
	struct cursor cursor = cursor_over(out, DATA_HEADER_MAX);

	if (encap == L2TP_ENCAP_UDP)
		cursor_put_u32(&cursor, 3u << 16);	/* version 3, not control; reserved */
	cursor_put_u32(&cursor, session_id);
	cursor_put(&cursor, cookie, cookie_length);
	if (l2spec == L2TP_L2SPEC_DEFAULT)
		cursor_put_u32(&cursor, 0);
	return DATA_HEADER_MAX - cursor_left(&cursor);
}

uint32_t data_sublayer_from_sequence(uint32_t sequence)
{
	return SUBLAYER_S_BIT | (sequence & DATA_SEQUENCE_MASK);
}

bool data_sublayer_sequence(uint32_t sublayer, uint32_t *sequence)
{
	*sequence = sublayer & DATA_SEQUENCE_MASK;
	return sublayer & SUBLAYER_S_BIT;
}

int32_t data_sequence_distance(uint32_t sequence, uint32_t expected)
{
	uint32_t forward = (sequence - expected) & DATA_SEQUENCE_MASK;

	if (forward <= DATA_SEQUENCE_MASK / 2)
		return (int32_t)forward;
	return (int32_t)forward - (int32_t)DATA_SEQUENCE_MASK - 1;
}
