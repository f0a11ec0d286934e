/* SPDX-License-Identifier: MIT */
/* RADIUS packets are written: see radius.h. */
#include <string.h>

#include "wire/radius.h"

#define ATTRIBUTE_HEADER 2	/* type and length */
#define VENDOR_HEADER 6		/* the vendor, and type and length of its own */

void radius_begin(struct radius_builder *builder, void *octets, size_t size, uint8_t code, uint8_t identifier,
		  const uint8_t authenticator[RADIUS_AUTHENTICATOR_LENGTH])
{
	static const uint8_t zeros[RADIUS_AUTHENTICATOR_LENGTH];

	*builder = (struct radius_builder){
		.octets = octets,
		.cursor = cursor_over(octets, size < RADIUS_PACKET_MAX ? size : RADIUS_PACKET_MAX),
	};
	cursor_put_u16(&builder->cursor, (uint16_t)(code << 8 | identifier));
	cursor_put_u16(&builder->cursor, 0);
	cursor_put(&builder->cursor, authenticator ? authenticator : zeros, RADIUS_AUTHENTICATOR_LENGTH);
}

/* An attribute's header; its value, of at least one octet, is to follow. */
static void put_header(struct radius_builder *builder, uint8_t type, size_t length)
{
	if (length > RADIUS_VALUE_MAX)
		builder->cursor.bad = true;
	cursor_put_u16(&builder->cursor, (uint16_t)(type << 8 | ((ATTRIBUTE_HEADER + length) & 0xff)));
}

void radius_put(struct radius_builder *builder, uint8_t type, const void *value, size_t length)
{
	if (!length)
		return;
	put_header(builder, type, length);
	cursor_put(&builder->cursor, value, length);
}

void radius_put_vendor(struct radius_builder *builder, uint32_t vendor, uint8_t type, const void *value,
		       size_t length)
{
	if (!length)
		return;
	put_header(builder, RADIUS_VENDOR_SPECIFIC, VENDOR_HEADER + length);
	cursor_put_u32(&builder->cursor, vendor);
	cursor_put_u16(&builder->cursor, (uint16_t)(type << 8 | ((ATTRIBUTE_HEADER + length) & 0xff)));
	cursor_put(&builder->cursor, value, length);
}

void radius_put_u32(struct radius_builder *builder, uint8_t type, uint32_t value)
{
	put_header(builder, type, sizeof(value));
	cursor_put_u32(&builder->cursor, value);
}

/* Octets of text that fit, without half a character at their end. */
static size_t fitting(const char *text, size_t most)
{
	size_t length = strlen(text);

	if (length <= most)
		return length;
	while (most && ((uint8_t)text[most] & 0xc0) == 0x80)
		most--;
	return most;
}

void radius_put_text(struct radius_builder *builder, uint8_t type, const char *text)
{
	if (text)
		radius_put(builder, type, text, fitting(text, RADIUS_VALUE_MAX));
}

void radius_put_address(struct radius_builder *builder, uint8_t type_ipv4, uint8_t type_ipv6,
			const struct address *address)
{
	if (address->family == AF_INET)
		radius_put(builder, type_ipv4, &address->v4, sizeof(address->v4));
	else if (address->family == AF_INET6)
		radius_put(builder, type_ipv6, &address->v6, sizeof(address->v6));
}

void radius_put_prefix(struct radius_builder *builder, uint8_t type, const struct prefix *prefix)
{
	if (prefix->address.family != AF_INET6)
		return;
	put_header(builder, type, 2 + sizeof(prefix->address.v6));
	cursor_put_u16(&builder->cursor, prefix->length);
	cursor_put(&builder->cursor, &prefix->address.v6, sizeof(prefix->address.v6));
}

void radius_put_tagged_u24(struct radius_builder *builder, uint8_t type, uint8_t tag, uint32_t value)
{
	radius_put_u32(builder, type, (uint32_t)tag << 24 | (value & 0xffffff));
}

void radius_put_tagged_text(struct radius_builder *builder, uint8_t type, uint8_t tag, const char *text)
{
	size_t length = fitting(text, RADIUS_VALUE_MAX - 1);

	if (!length)
		return;
	put_header(builder, type, 1 + length);
	cursor_put(&builder->cursor, &tag, 1);
	cursor_put(&builder->cursor, text, length);
}

void radius_put_eap(struct radius_builder *builder, const uint8_t *packet, size_t length)
{
	while (length) {
		size_t part = length < RADIUS_VALUE_MAX ? length : RADIUS_VALUE_MAX;

		radius_put(builder, RADIUS_EAP_MESSAGE, packet, part);
		packet += part;
		length -= part;
	}
}

void radius_put_raw(struct radius_builder *builder, const uint8_t *attributes, size_t length)
{
	cursor_put(&builder->cursor, attributes, length);
}

void radius_put_message_authenticator(struct radius_builder *builder)
{
	put_header(builder, RADIUS_MESSAGE_AUTHENTICATOR, RADIUS_AUTHENTICATOR_LENGTH);
	builder->message_authenticator = cursor_take(&builder->cursor, RADIUS_AUTHENTICATOR_LENGTH);
}
