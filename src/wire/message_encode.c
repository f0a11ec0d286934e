/* SPDX-License-Identifier: MIT */
/* struct message to octets: the present rows in the table's order. */
#include <string.h>

#include "base/cursor.h"
#include "wire/avp.h"

static void put_octets(struct cursor *cursor, const struct avp_octets *octets)
{
	cursor_put(cursor, octets->octets, octets->length);
}

static void put_u8(struct cursor *cursor, uint8_t value)
{
	cursor_put(cursor, &value, 1);
}

static void put_result(struct cursor *cursor, const struct avp_result *result)
{
	cursor_put_u16(cursor, result->result);
	if (!result->has_error)
		return;
	cursor_put_u16(cursor, result->error);
	put_octets(cursor, &result->text);
}

static void put_errors(struct cursor *cursor, const struct avp_call_errors *errors)
{
	cursor_put_u16(cursor, 0);
	cursor_put_u32(cursor, errors->crc);
	cursor_put_u32(cursor, errors->framing);
	cursor_put_u32(cursor, errors->hardware_overruns);
	cursor_put_u32(cursor, errors->buffer_overruns);
	cursor_put_u32(cursor, errors->timeouts);
	cursor_put_u32(cursor, errors->alignment);
}

static void put_accm(struct cursor *cursor, const struct avp_accm *accm)
{
	cursor_put_u16(cursor, 0);
	cursor_put_u32(cursor, accm->send);
	cursor_put_u32(cursor, accm->receive);
}

static void put_cause(struct cursor *cursor, const struct avp_cause *cause)
{
	cursor_put_u16(cursor, cause->cause);
	put_u8(cursor, cause->message);
	put_octets(cursor, &cause->text);
}

static void put_disconnect(struct cursor *cursor, const struct avp_disconnect_cause *cause)
{
	cursor_put_u16(cursor, cause->code);
	cursor_put_u16(cursor, cause->protocol);
	put_u8(cursor, cause->direction);
	put_octets(cursor, &cause->text);
}

static void put_value(struct cursor *cursor, const struct message *message, const struct avp_definition *definition)
{
	const void *member = (const char *)message + definition->offset;
	const struct avp_protocol_version *version = member;

	switch (definition->kind) {
	case AVP_KIND_EMPTY:
		break;
	case AVP_KIND_U16:
		cursor_put_u16(cursor, *(const uint16_t *)member);
		break;
	case AVP_KIND_U32:
		cursor_put_u32(cursor, *(const uint32_t *)member);
		break;
	case AVP_KIND_U64:
		cursor_put_u32(cursor, (uint32_t)(*(const uint64_t *)member >> 32));
		cursor_put_u32(cursor, (uint32_t)*(const uint64_t *)member);
		break;
	case AVP_KIND_OCTETS:
		put_octets(cursor, member);
		break;
	case AVP_KIND_RESULT:
		put_result(cursor, member);
		break;
	case AVP_KIND_VERSION:
		put_u8(cursor, version->version);
		put_u8(cursor, version->revision);
		break;
	case AVP_KIND_CAUSE:
		put_cause(cursor, member);
		break;
	case AVP_KIND_ERRORS:
		put_errors(cursor, member);
		break;
	case AVP_KIND_ACCM:
		put_accm(cursor, member);
		break;
	case AVP_KIND_DISCONNECT:
		put_disconnect(cursor, member);
		break;
	}
}

/* hiding NULL: in clear. */
static void put_avp(struct cursor *cursor, const struct message *message, const struct avp_definition *definition,
		    const struct message_hiding *hiding)
{
	uint16_t flags = (uint16_t)((definition->mandatory ? AVP_FLAG_MANDATORY : 0) | (hiding ? AVP_FLAG_HIDDEN : 0));
	struct cursor header = *cursor;
	uint8_t *value;
	size_t length;

	cursor_take(cursor, AVP_HEADER_LENGTH);
	value = cursor->position;
	if (hiding)
		cursor_put_u16(cursor, 0);
	put_value(cursor, message, definition);
	if (!cursor_ok(cursor))
		return;
	length = (size_t)(cursor->position - value);
	if (hiding) {
		uint8_t *padding = cursor_take(cursor, hiding->padding);

		if (!padding)
			return;
		memset(padding, 0, hiding->padding);
		hiding_hide(&hiding->keys, definition->attribute, value, length - HIDING_LENGTH, hiding->padding);
		length += hiding->padding;
	}
	if (length > AVP_VALUE_MAX)
		cursor->bad = true;
	cursor_put_u16(&header, (uint16_t)(flags | (AVP_HEADER_LENGTH + length)));
	cursor_put_u16(&header, 0);
	cursor_put_u16(&header, definition->attribute);
}

static avp_set hideable_rows(avp_set rows)
{
	avp_set hideable = 0;

	for (int row = 0; row < AVP_ROW_COUNT; row++)
		if (avp_definitions[row].hideable)
			hideable |= AVP_BIT(row);
	return rows & hideable;
}

size_t message_encode(const struct message *message, const struct message_hiding *hiding, uint8_t *out, size_t size)
{
	struct cursor cursor = cursor_over(out, size);
	struct message whole = *message;
	avp_set hidden = hiding ? hideable_rows(hiding->hide & message->present) : 0;

	whole.message_type = (uint16_t)message->type;
	whole.present |= AVP_BIT(AVP_MESSAGE_TYPE);
	if (hidden) {
		whole.random_vector = (struct avp_octets){ hiding->keys.random_vector,
							   (uint16_t)hiding->keys.random_vector_length };
		whole.present |= AVP_BIT(AVP_RANDOM_VECTOR);
	}
	for (int row = 0; row < AVP_ROW_COUNT; row++)
		if (message_has(&whole, (enum avp_row)row))
			put_avp(&cursor, &whole, &avp_definitions[row], hidden >> row & 1 ? hiding : NULL);
	return cursor_ok(&cursor) ? (size_t)(cursor.position - out) : 0;
}
