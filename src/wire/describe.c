/* SPDX-License-Identifier: MIT */
/*
 * A walk over the AVPs of a message, as octets: what message_decode() makes of them is another matter, as the messages
 * that are most worth a look are those that it refuses.
 */
#include "wire/describe.h"

#include <inttypes.h>
#include <stdio.h>

#include "wire/avp.h"

#define OCTETS_SHOWN 64		/* of a value in hexadecimal */
#define TEXT_SHOWN 128		/* octets of a text */

/* Only the length of these is told: what they say helps to guess a secret, or is one. */
static const avp_set secrets = AVP_BIT(AVP_CHALLENGE) | AVP_BIT(AVP_CHALLENGE_RESPONSE) | AVP_BIT(AVP_RANDOM_VECTOR) |
			       AVP_BIT(AVP_PROXY_AUTHEN_CHALLENGE) | AVP_BIT(AVP_PROXY_AUTHEN_RESPONSE);

static const avp_set texts = AVP_BIT(AVP_HOST_NAME) | AVP_BIT(AVP_VENDOR_NAME) | AVP_BIT(AVP_CALLED_NUMBER) |
			     AVP_BIT(AVP_CALLING_NUMBER) | AVP_BIT(AVP_SUB_ADDRESS) | AVP_BIT(AVP_PROXY_AUTHEN_NAME) |
			     AVP_BIT(AVP_PRIVATE_GROUP_ID) | AVP_BIT(AVP_SERVICE_NAME);

bool describe_next(struct cursor *cursor, struct described_avp *avp)
{
	uint16_t flags;
	size_t length;

	if (cursor_left(cursor) < AVP_HEADER_LENGTH)
		return false;
	flags = cursor_get_u16(cursor);
	length = flags & AVP_LENGTH_MASK;
	*avp = (struct described_avp){
		.mandatory = flags & AVP_FLAG_MANDATORY,
		.hidden = flags & AVP_FLAG_HIDDEN,
		.vendor = cursor_get_u16(cursor),
		.attribute = cursor_get_u16(cursor),
	};
	if (length < AVP_HEADER_LENGTH)
		return false;
	avp->length = (uint16_t)(length - AVP_HEADER_LENGTH);
	avp->value = cursor_take(cursor, avp->length);
	avp->row = avp->vendor ? -1 : avp_find(avp->attribute);
	return cursor_ok(cursor);
}

const char *describe_name(const struct described_avp *avp, char out[DESCRIBE_NAME_MAX])
{
	if (avp->row >= 0)
		return avp_name((enum avp_row)avp->row);
	if (avp->vendor)
		snprintf(out, DESCRIBE_NAME_MAX, "AVP %u of vendor %u", avp->attribute, avp->vendor);
	else
		snprintf(out, DESCRIBE_NAME_MAX, "AVP %u", avp->attribute);
	return out;
}

/* --- values --- */

static const char *put_hex(const uint8_t *octets, size_t length, char out[DESCRIBE_VALUE_MAX])
{
	size_t shown = length < OCTETS_SHOWN ? length : OCTETS_SHOWN, used = 0;

	out[0] = '\0';
	for (size_t i = 0; i < shown; i++)
		used += (size_t)snprintf(out + used, DESCRIBE_VALUE_MAX - used, "%02x", octets[i]);
	if (shown < length)
		snprintf(out + used, DESCRIBE_VALUE_MAX - used, "... (%zu octets)", length);
	return out;
}

static size_t put_text(const uint8_t *octets, size_t length, char *out, size_t size)
{
	size_t shown = length < TEXT_SHOWN ? length : TEXT_SHOWN, used = 0;

	if (size < TEXT_SHOWN + sizeof("\"...\""))
		return 0;
	out[used++] = '"';
	for (size_t i = 0; i < shown; i++)
		out[used++] = octets[i] >= ' ' && octets[i] < 0x7f && octets[i] != '"' ? (char)octets[i] : '?';
	return used + (size_t)snprintf(out + used, size - used, "%s\"", shown < length ? "..." : "");
}

/* What follows the numbers of a value, when it is there. */
static void put_rest(struct cursor *c, size_t used, char out[DESCRIBE_VALUE_MAX])
{
	size_t length = cursor_left(c);

	if (length && used + 2 < DESCRIBE_VALUE_MAX) {
		out[used++] = ',';
		out[used++] = ' ';
		put_text(cursor_take(c, length), length, out + used, DESCRIBE_VALUE_MAX - used);
	}
}

static void put_result(struct cursor *c, char out[DESCRIBE_VALUE_MAX])
{
	size_t used = (size_t)snprintf(out, DESCRIBE_VALUE_MAX, "%u", cursor_get_u16(c));

	if (cursor_left(c) < 2)
		return;
	used += (size_t)snprintf(out + used, DESCRIBE_VALUE_MAX - used, ", error %u", cursor_get_u16(c));
	put_rest(c, used, out);
}

static void put_cause(struct cursor *c, char out[DESCRIBE_VALUE_MAX])
{
	unsigned int cause = cursor_get_u16(c);
	const uint8_t *message = cursor_take(c, 1);

	put_rest(c, (size_t)snprintf(out, DESCRIBE_VALUE_MAX, "%u, message %u", cause, message ? *message : 0), out);
}

static void put_disconnect(struct cursor *c, char out[DESCRIBE_VALUE_MAX])
{
	unsigned int code = cursor_get_u16(c), protocol = cursor_get_u16(c);
	const uint8_t *direction = cursor_take(c, 1);

	put_rest(c, (size_t)snprintf(out, DESCRIBE_VALUE_MAX, "%u, protocol 0x%04x, direction %u", code, protocol,
				     direction ? *direction : 0), out);
}

static void put_errors(struct cursor *c, char out[DESCRIBE_VALUE_MAX])
{
	static const char *const names[] = { "crc", "framing", "hardware overruns", "buffer overruns", "timeouts",
					     "alignment" };
	size_t used = 0;

	cursor_get_u16(c);	/* reserved */
	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		used += (size_t)snprintf(out + used, DESCRIBE_VALUE_MAX - used, "%s%s %" PRIu32, i ? ", " : "",
					 names[i], cursor_get_u32(c));
}

static void put_accm(struct cursor *c, char out[DESCRIBE_VALUE_MAX])
{
	uint32_t send, receive;

	cursor_get_u16(c);	/* reserved */
	send = cursor_get_u32(c);
	receive = cursor_get_u32(c);
	snprintf(out, DESCRIBE_VALUE_MAX, "send 0x%08" PRIx32 ", receive 0x%08" PRIx32, send, receive);
}

static void put_kind(enum avp_kind kind, struct cursor *c, char out[DESCRIBE_VALUE_MAX])
{
	uint32_t high;

	switch (kind) {
	case AVP_KIND_U16:
		snprintf(out, DESCRIBE_VALUE_MAX, "%u", cursor_get_u16(c));
		break;
	case AVP_KIND_U32:
		snprintf(out, DESCRIBE_VALUE_MAX, "%" PRIu32, cursor_get_u32(c));
		break;
	case AVP_KIND_U64:
		high = cursor_get_u32(c);
		snprintf(out, DESCRIBE_VALUE_MAX, "0x%08" PRIx32 "%08" PRIx32, high, cursor_get_u32(c));
		break;
	case AVP_KIND_VERSION:
		high = cursor_get_u16(c);
		snprintf(out, DESCRIBE_VALUE_MAX, "%" PRIu32 ".%" PRIu32, high >> 8, high & 0xff);
		break;
	case AVP_KIND_RESULT:
		put_result(c, out);
		break;
	case AVP_KIND_CAUSE:
		put_cause(c, out);
		break;
	case AVP_KIND_ERRORS:
		put_errors(c, out);
		break;
	case AVP_KIND_ACCM:
		put_accm(c, out);
		break;
	case AVP_KIND_DISCONNECT:
		put_disconnect(c, out);
		break;
	case AVP_KIND_EMPTY:
	case AVP_KIND_OCTETS:
		break;
	}
}

/* Must it not be seen? A vendor's may be anything: Cisco's cookies are such. */
static bool is_closed(const struct described_avp *avp, char out[DESCRIBE_VALUE_MAX])
{
	const char *why = avp->hidden ? "hidden, " : "";

	if (!avp->hidden && !avp->vendor && !(avp->row >= 0 && secrets >> avp->row & 1))
		return false;
	snprintf(out, DESCRIBE_VALUE_MAX, "(%s%u octets)", why, avp->length);
	return true;
}

const char *describe_octets(const struct described_avp *avp, char out[DESCRIBE_VALUE_MAX])
{
	return is_closed(avp, out) ? out : put_hex(avp->value, avp->length, out);
}

const char *describe_value(const struct described_avp *avp, char out[DESCRIBE_VALUE_MAX])
{
	const struct avp_definition *definition = avp->row >= 0 ? &avp_definitions[avp->row] : NULL;
	struct cursor c = cursor_over((void *)(uintptr_t)avp->value, avp->length);

	if (is_closed(avp, out))
		return out;
	if (!definition || avp->length < definition->least || avp->length > definition->most ||
	    (definition->kind == AVP_KIND_OCTETS && !(texts >> avp->row & 1)))
		return put_hex(avp->value, avp->length, out);
	out[0] = '\0';
	if (definition->kind == AVP_KIND_OCTETS)
		put_text(avp->value, avp->length, out, DESCRIBE_VALUE_MAX);
	else
		put_kind(definition->kind, &c, out);
	return out;
}

const char *describe_type(const uint8_t *octets, size_t length)
{
	struct cursor cursor = cursor_over((void *)(uintptr_t)octets, length), value;
	struct described_avp avp;

	if (!describe_next(&cursor, &avp) || avp.row != AVP_MESSAGE_TYPE || avp.length != 2 || avp.hidden)
		return NULL;
	value = cursor_over((void *)(uintptr_t)avp.value, avp.length);
	return message_name(cursor_get_u16(&value));
}
