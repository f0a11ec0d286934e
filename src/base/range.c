/* SPDX-License-Identifier: MIT */
/*
 * Addresses compare as their octets do.
 */
#include "base/range.h"

#include <stdio.h>
#include <string.h>

static int compare(const struct address *a, const struct address *b)
{
	return memcmp(a->bytes, b->bytes, a->family == AF_INET ? 4 : 16);
}

static unsigned int bits_of(const struct address *address)
{
	return address->family == AF_INET ? 32 : 128;
}

static void from_prefix(const struct prefix *prefix, struct range *range)
{
	unsigned int bits = bits_of(&prefix->address);

	range->first = range->last = prefix->address;
	range->length = prefix->length;
	for (unsigned int bit = prefix->length; bit < bits; bit++)
		range->last.bytes[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
}

static bool from_both(const char *text, const char *dash, struct range *range)
{
	char first[ADDRESS_TEXT_MAX];
	size_t length = (size_t)(dash - text);

	if (length >= sizeof(first))
		return false;
	memcpy(first, text, length);
	first[length] = '\0';
	range->length = RANGE_NO_NETWORK;
	return address_parse(first, &range->first) && address_parse(dash + 1, &range->last) &&
	       range->first.family == range->last.family && compare(&range->first, &range->last) <= 0;
}

bool range_parse(const char *text, struct range *range)
{
	const char *dash = strchr(text, '-');
	struct prefix prefix;
	bool good;

	memset(range, 0, sizeof(*range));
	if (dash) {
		good = from_both(text, dash, range);
	} else {
		good = prefix_parse(text, &prefix);
		if (good)
			from_prefix(&prefix, range);
	}
	if (!good)
		memset(range, 0, sizeof(*range));
	return good;
}

const char *range_format(const struct range *range, char *text, size_t size)
{
	struct prefix network = { range->first, range->length };
	char last[ADDRESS_TEXT_MAX];
	size_t length;

	if (range->length != RANGE_NO_NETWORK)
		return prefix_format(&network, text, size);
	address_format(&range->first, text, size);
	length = strlen(text);
	snprintf(text + length, size - length, "-%s", address_format(&range->last, last, sizeof(last)));
	return text;
}

static bool contains(const struct range *range, const struct address *address)
{
	return range->first.family != AF_UNSPEC && range->first.family == address->family &&
	       compare(&range->first, address) <= 0 && compare(address, &range->last) <= 0;
}

bool range_overlaps(const struct range *a, const struct range *b)
{
	return contains(a, &b->first) || contains(b, &a->first);
}
