/* SPDX-License-Identifier: MIT */
/* RADIUS packets are read: see radius.h. */
#include "wire/radius.h"

#include <string.h>

#include "base/octets.h"
#include "base/text.h"

#define ATTRIBUTE_HEADER 2	/* type and length */
#define VENDOR_ID_LENGTH 4
#define PREFIX_HEADER 2		/* reserved, bits */

/* Does the list fill these octets exactly? */
static bool is_list(const uint8_t *position, const uint8_t *end)
{
	while (position != end) {
		if (end - position < ATTRIBUTE_HEADER || position[1] < ATTRIBUTE_HEADER || position[1] > end - position)
			return false;
		position += position[1];
	}
	return true;
}

bool radius_parse(struct radius_packet *packet, const uint8_t *octets, size_t length)
{
	size_t said;

	if (length < RADIUS_HEADER_LENGTH)
		return false;
	said = octets_be16(octets + 2);
	if (said < RADIUS_HEADER_LENGTH || said > length || said > RADIUS_PACKET_MAX)
		return false;
	*packet = (struct radius_packet){ octets[0], octets[1], octets, said, octets + 4 };
	return is_list(octets + RADIUS_HEADER_LENGTH, octets + said);
}

void radius_walk(struct radius_walk *walk, const struct radius_packet *packet)
{
	*walk = (struct radius_walk){ .position = packet->octets + RADIUS_HEADER_LENGTH,
				      .end = packet->octets + packet->length };
}

static struct radius_attribute take(uint32_t vendor, const uint8_t **position)
{
	const uint8_t *octets = *position;

	*position += octets[1];
	return (struct radius_attribute){ vendor, octets[0], (uint8_t)(octets[1] - ATTRIBUTE_HEADER),
					  octets + ATTRIBUTE_HEADER };
}

/* Into one of attribute 26. True: it is to be given as *attribute, whole. */
static bool enter_vendor(struct radius_walk *walk, struct radius_attribute *attribute)
{
	const uint8_t *list = attribute->value + VENDOR_ID_LENGTH, *end = attribute->value + attribute->length;
	uint32_t vendor = attribute->length < VENDOR_ID_LENGTH ? 0 : octets_be32(attribute->value);

	if (!vendor)
		return true;
	if (is_list(list, end)) {
		walk->vendor = vendor;
		walk->vendor_position = list;
		walk->vendor_end = end;
		return false;
	}
	*attribute = (struct radius_attribute){ vendor, 0, (uint8_t)(end - list), list };
	return true;
}

bool radius_next(struct radius_walk *walk, struct radius_attribute *attribute)
{
	for (;;) {
		if (walk->vendor_position != walk->vendor_end) {
			*attribute = take(walk->vendor, &walk->vendor_position);
			return true;
		}
		if (walk->position == walk->end)
			return false;
		*attribute = take(0, &walk->position);
		if (attribute->type != RADIUS_VENDOR_SPECIFIC || enter_vendor(walk, attribute))
			return true;
	}
}

bool radius_find(const struct radius_packet *packet, uint32_t vendor, uint8_t type,
		 struct radius_attribute *attribute)
{
	struct radius_walk walk;

	radius_walk(&walk, packet);
	while (radius_next(&walk, attribute))
		if (attribute->vendor == vendor && attribute->type == type)
			return true;
	return false;
}

/* --- values --- */

bool radius_get_u32(const struct radius_attribute *attribute, uint32_t *value)
{
	if (attribute->length != sizeof(*value))
		return false;
	*value = octets_be32(attribute->value);
	return true;
}

static bool get_address(const struct radius_attribute *attribute, sa_family_t family, size_t length,
			struct address *address)
{
	if (attribute->length != length)
		return false;
	*address = (struct address){ .family = family };
	memcpy(address->bytes, attribute->value, length);
	return true;
}

bool radius_get_ipv4(const struct radius_attribute *attribute, struct address *address)
{
	return get_address(attribute, AF_INET, sizeof(address->v4), address);
}

bool radius_get_ipv6(const struct radius_attribute *attribute, struct address *address)
{
	return get_address(attribute, AF_INET6, sizeof(address->v6), address);
}

static bool are_zero(const uint8_t *octets, unsigned int first_bit, unsigned int bits)
{
	for (unsigned int bit = first_bit; bit < bits; bit++)
		if (octets[bit / 8] & 0x80 >> bit % 8)
			return false;
	return true;
}

bool radius_get_prefix(const struct radius_attribute *attribute, struct prefix *prefix)
{
	struct prefix found = { .address.family = AF_INET6 };

	if (attribute->length < PREFIX_HEADER || attribute->length > PREFIX_HEADER + sizeof(found.address.v6))
		return false;
	found.length = attribute->value[1];
	memcpy(found.address.bytes, attribute->value + PREFIX_HEADER, (size_t)attribute->length - PREFIX_HEADER);
	if (found.length > 128 || !are_zero(found.address.bytes, found.length, 128))
		return false;
	*prefix = found;
	return true;
}

char *radius_get_text(const struct radius_attribute *attribute, char *out, size_t size)
{
	size_t length = attribute->length < size ? attribute->length : size - 1;

	for (size_t i = 0; i < length; i++)
		out[i] = attribute->value[i] ? (char)attribute->value[i] : '?';
	out[length] = '\0';
	text_make_printable(out);
	return out;
}

bool radius_get_name(const struct radius_attribute *attribute, char *out, size_t size)
{
	if (attribute->length >= size || memchr(attribute->value, '\0', attribute->length))
		return false;
	memcpy(out, attribute->value, attribute->length);
	out[attribute->length] = '\0';
	return true;
}

size_t radius_get_eap(const struct radius_packet *packet, uint8_t *out, size_t size)
{
	struct radius_attribute attribute;
	struct radius_walk walk;
	size_t length = 0;

	radius_walk(&walk, packet);
	while (radius_next(&walk, &attribute)) {
		if (attribute.vendor || attribute.type != RADIUS_EAP_MESSAGE)
			continue;
		if (attribute.length > size - length)
			return 0;
		memcpy(out + length, attribute.value, attribute.length);
		length += attribute.length;
	}
	return length;
}
