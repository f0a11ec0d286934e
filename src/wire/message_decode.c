/* SPDX-License-Identifier: MIT */
/*
 * Octets to struct message.  Reading goes on after a problem, so that the ids by which the sender can be told
 * of it are known; of several problems the first is told.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/cursor.h"
#include "wire/avp.h"

#define RESULT_GENERAL_ERROR 2
#define ERROR_LENGTH 2
#define ERROR_VALUE 3
#define ERROR_UNKNOWN_AVP 8
#define ATTRIBUTE_PACKET_DELAY 20	/* of drafts before RFC 2661; some still send it, as mandatory */
#define ATTRIBUTE_DISCONNECT_CAUSE 46
#define VENDOR_OF_DISCONNECT_CAUSE 43	/* whose it was in drafts before RFC 3145 */

struct decoder {
	struct cursor cursor;
	const uint8_t *key;
	size_t key_length;
	struct message *message;
	struct message_problem *problem;
	struct message_counters *counters;
	bool refused;
};

struct raw_avp {
	bool mandatory, hidden, reserved;
	uint16_t vendor, attribute;
	uint8_t *octets;
	size_t length;
};

static void refuse(struct decoder *decoder, uint16_t error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void refuse(struct decoder *decoder, uint16_t error, const char *format, ...)
{
	va_list arguments;

	if (decoder->refused)
		return;
	decoder->refused = true;
	decoder->problem->session = message_is_session(decoder->message->type);
	decoder->problem->result = RESULT_GENERAL_ERROR;
	decoder->problem->error = error;
	va_start(arguments, format);
	vsnprintf(decoder->problem->text, sizeof(decoder->problem->text), format, arguments);
	va_end(arguments);
}

/* --- one AVP --- */

/* False: the AVPs cannot be told apart any more. */
static bool next_avp(struct cursor *cursor, struct raw_avp *avp)
{
	uint16_t word = cursor_get_u16(cursor);
	size_t length = word & AVP_LENGTH_MASK;

	avp->mandatory = word & AVP_FLAG_MANDATORY;
	avp->hidden = word & AVP_FLAG_HIDDEN;
	avp->reserved = word & AVP_FLAGS_RESERVED;
	avp->vendor = cursor_get_u16(cursor);
	avp->attribute = cursor_get_u16(cursor);
	if (length < AVP_HEADER_LENGTH)
		return false;
	avp->length = length - AVP_HEADER_LENGTH;
	avp->octets = cursor_take(cursor, avp->length);
	return cursor_ok(cursor);
}

/* Some peers fill up with zeros, which are no AVP. */
static bool only_zeros(const struct cursor *cursor)
{
	for (const uint8_t *octet = cursor->position; octet < cursor->end; octet++)
		if (*octet)
			return false;
	return true;
}

static struct avp_octets rest_of(struct cursor *cursor)
{
	uint16_t length = (uint16_t)cursor_left(cursor);

	return (struct avp_octets){ length ? cursor_take(cursor, length) : NULL, length };
}

/* Apple's clients write result codes in their processor's order. */
static uint16_t result_value(uint16_t value)
{
	return value > 0xff && !(value & 0xff) ? value >> 8 : value;
}

static void read_result(struct cursor *cursor, struct avp_result *result)
{
	*result = (struct avp_result){ .result = result_value(cursor_get_u16(cursor)) };
	if (cursor_left(cursor) < 2)
		return;
	result->has_error = true;
	result->error = result_value(cursor_get_u16(cursor));
	result->text = rest_of(cursor);
}

static uint8_t get_u8(struct cursor *cursor)
{
	const uint8_t *octet = cursor_take(cursor, 1);

	return octet ? *octet : 0;
}

static uint64_t get_u64(struct cursor *cursor)
{
	uint64_t high = cursor_get_u32(cursor);

	return high << 32 | cursor_get_u32(cursor);
}

static void read_errors(struct cursor *cursor, struct avp_call_errors *errors)
{
	cursor_get_u16(cursor);		/* reserved */
	errors->crc = cursor_get_u32(cursor);
	errors->framing = cursor_get_u32(cursor);
	errors->hardware_overruns = cursor_get_u32(cursor);
	errors->buffer_overruns = cursor_get_u32(cursor);
	errors->timeouts = cursor_get_u32(cursor);
	errors->alignment = cursor_get_u32(cursor);
}

static void read_accm(struct cursor *cursor, struct avp_accm *accm)
{
	cursor_get_u16(cursor);		/* reserved */
	accm->send = cursor_get_u32(cursor);
	accm->receive = cursor_get_u32(cursor);
}

static void read_cause(struct cursor *cursor, struct avp_cause *cause)
{
	cause->cause = cursor_get_u16(cursor);
	cause->message = get_u8(cursor);
	cause->text = rest_of(cursor);
}

static void read_disconnect(struct cursor *cursor, struct avp_disconnect_cause *cause)
{
	cause->code = cursor_get_u16(cursor);
	cause->protocol = cursor_get_u16(cursor);
	cause->direction = get_u8(cursor);
	cause->text = rest_of(cursor);
}

/* The value, whose length is right, into the row's member. */
static void read_value(const struct avp_definition *definition, const uint8_t *octets, size_t length,
		       struct message *message)
{
	struct cursor cursor = cursor_over((void *)(uintptr_t)octets, length);
	void *member = (char *)message + definition->offset;

	switch (definition->kind) {
	case AVP_KIND_EMPTY:
		break;
	case AVP_KIND_U16:
		*(uint16_t *)member = cursor_get_u16(&cursor);
		break;
	case AVP_KIND_U32:
		*(uint32_t *)member = cursor_get_u32(&cursor);
		break;
	case AVP_KIND_U64:
		*(uint64_t *)member = get_u64(&cursor);
		break;
	case AVP_KIND_OCTETS:
		*(struct avp_octets *)member = rest_of(&cursor);
		break;
	case AVP_KIND_RESULT:
		read_result(&cursor, member);
		break;
	case AVP_KIND_VERSION:
		*(struct avp_protocol_version *)member = (struct avp_protocol_version){ octets[0], octets[1] };
		break;
	case AVP_KIND_CAUSE:
		read_cause(&cursor, member);
		break;
	case AVP_KIND_ERRORS:
		read_errors(&cursor, member);
		break;
	case AVP_KIND_ACCM:
		read_accm(&cursor, member);
		break;
	case AVP_KIND_DISCONNECT:
		read_disconnect(&cursor, member);
		break;
	}
}

/* --- an AVP in its message --- */

static bool reveal(const struct decoder *decoder, struct raw_avp *avp)
{
	const struct avp_octets *vector = &decoder->message->random_vector;
	const struct hiding hiding = { decoder->key, decoder->key_length, vector->octets, vector->length };
	const uint8_t *value;

	if (!decoder->key || !message_has(decoder->message, AVP_RANDOM_VECTOR) ||
	    !hiding_reveal(&hiding, avp->attribute, avp->octets, avp->length, &value, &avp->length))
		return false;
	avp->octets += HIDING_LENGTH;
	return true;
}

static void not_understood(struct decoder *decoder, const struct raw_avp *avp)
{
	bool is_old = !avp->vendor && !avp->reserved && avp->attribute == ATTRIBUTE_PACKET_DELAY;

	if (avp->mandatory && !is_old) {
		refuse(decoder, ERROR_UNKNOWN_AVP, "AVP %u of vendor %u is mandatory and not understood",
		       avp->attribute, avp->vendor);
		return;
	}
	decoder->counters->ignored_avps++;
	decoder->counters->vendor_avps += avp->vendor != 0;
}

/* A known AVP with a value that cannot be: fatal when it says so itself. */
static void bad_value(struct decoder *decoder, const struct raw_avp *avp, uint16_t error, const char *name,
		      const char *what)
{
	if (avp->mandatory)
		refuse(decoder, error, "%s (AVP %u) %s", name, avp->attribute, what);
	else
		decoder->counters->ignored_avps++;
}

static bool is_zero(const struct raw_avp *avp)
{
	for (size_t i = 0; i < avp->length; i++)
		if (avp->octets[i])
			return false;
	return true;
}

static void take_known(struct decoder *decoder, struct raw_avp *avp, enum avp_row row)
{
	const struct avp_definition *definition = &avp_definitions[row];

	/* A later Random Vector is for what follows it; of all others the first counts. */
	if (message_has(decoder->message, row) && row != AVP_RANDOM_VECTOR)
		return;
	if (avp->hidden && definition->hideable && !decoder->key && message_has(decoder->message, AVP_RANDOM_VECTOR))
		decoder->message->hidden |= AVP_BIT(row);
	if (avp->hidden && !definition->hideable)
		bad_value(decoder, avp, ERROR_VALUE, definition->name, "must not be hidden");
	else if (avp->hidden && !reveal(decoder, avp))
		bad_value(decoder, avp, ERROR_VALUE, definition->name, "is hidden and cannot be revealed");
	else if (avp->length < definition->least || avp->length > definition->most)
		bad_value(decoder, avp, ERROR_LENGTH, definition->name, "has a wrong length");
	else if (definition->nonzero && is_zero(avp))
		bad_value(decoder, avp, ERROR_VALUE, definition->name, "is 0");
	else {
		read_value(definition, avp->octets, avp->length, decoder->message);
		decoder->message->present |= AVP_BIT(row);
	}
}

static void take(struct decoder *decoder, struct raw_avp *avp)
{
	bool is_draft = avp->vendor == VENDOR_OF_DISCONNECT_CAUSE && avp->attribute == ATTRIBUTE_DISCONNECT_CAUSE;
	/* The vendor first: its attributes are numbered independently of the IETF's. */
	int row = (avp->vendor && !is_draft) || avp->reserved ? -1 : avp_find(avp->attribute);

	if (row < 0)
		not_understood(decoder, avp);
	else
		take_known(decoder, avp, (enum avp_row)row);
}

/* --- the message --- */

static bool next_is_type(struct cursor *cursor, struct raw_avp *avp)
{
	return next_avp(cursor, avp) && !avp->vendor && !avp->attribute && !avp->hidden && avp->length == 2;
}

bool message_is_whole(const uint8_t *octets, size_t length)
{
	struct cursor cursor = cursor_over((void *)(uintptr_t)octets, length);
	struct raw_avp avp;

	if (!next_is_type(&cursor, &avp))
		return false;
	while (cursor_left(&cursor) && !only_zeros(&cursor))
		if (!next_avp(&cursor, &avp))
			return false;
	return true;
}

/* The first AVP. False: it is no message type. */
static bool read_type(struct decoder *decoder, bool *mandatory)
{
	struct message *message = decoder->message;
	struct raw_avp avp;

	if (!next_is_type(&decoder->cursor, &avp))
		return false;
	read_value(&avp_definitions[AVP_MESSAGE_TYPE], avp.octets, avp.length, message);
	message->present |= AVP_BIT(AVP_MESSAGE_TYPE);
	*mandatory = avp.mandatory;
	if (message_name(message->message_type))
		message->type = message->message_type;
	return true;
}

static void refuse_missing(struct decoder *decoder, avp_set missing)
{
	for (int row = 0; missing && row < AVP_ROW_COUNT; row++)
		if (missing >> row & 1)
			refuse(decoder, ERROR_VALUE, "%s without %s (AVP %u)", message_name(decoder->message->type),
			       avp_definitions[row].name, avp_definitions[row].attribute);
}

static enum message_verdict read_all(struct decoder *decoder)
{
	struct message *message = decoder->message;
	bool mandatory;
	struct raw_avp avp;

	if (!read_type(decoder, &mandatory))
		return MESSAGE_BROKEN;
	while (cursor_left(&decoder->cursor) && !only_zeros(&decoder->cursor)) {
		if (!next_avp(&decoder->cursor, &avp))
			return MESSAGE_BROKEN;
		if (message->type != MESSAGE_NONE)
			take(decoder, &avp);
	}
	if (message->type == MESSAGE_NONE && !mandatory)
		return MESSAGE_UNKNOWN;
	if (message->type == MESSAGE_NONE)
		refuse(decoder, ERROR_UNKNOWN_AVP, "message type %u is mandatory and not understood",
		       message->message_type);
	else
		refuse_missing(decoder, message_definitions[message->type].required & ~message->present);
	return decoder->refused ? MESSAGE_REFUSED : MESSAGE_OK;
}

enum message_verdict message_decode(uint8_t *octets, size_t length, const uint8_t *key, size_t key_length,
				    struct message *message, struct message_problem *problem,
				    struct message_counters *counters)
{
	struct decoder decoder = { cursor_over(octets, length), key, key_length, message, problem, counters, false };

	memset(message, 0, sizeof(*message));
	return length ? read_all(&decoder) : MESSAGE_OK;
}
