/* SPDX-License-Identifier: MIT */
/*
 * Prefixes: text, netmasks, and what they contain.
 */
#include "base/prefix.h"

#include <stdio.h>
#include <string.h>

static unsigned int family_bits(sa_family_t family)
{
	return family == AF_INET ? 32 : family == AF_INET6 ? 128 : 0;
}

/* The mask's part in this octet of an address: all ones where the prefix covers it whole. */
static uint8_t octet_mask(unsigned int length, unsigned int octet)
{
	if (length >= 8 * (octet + 1))
		return 0xff;
	return length <= 8 * octet ? 0 : (uint8_t)(0xff << (8 * (octet + 1) - length));
}

/* Set the bits behind the length to zero. False when they were not all. */
static bool clear_host_bits(struct prefix *prefix)
{
	bool clear = true;

	for (unsigned int i = 0; i < family_bits(prefix->address.family) / 8; i++) {
		uint8_t *octet = &prefix->address.bytes[i], kept = *octet & octet_mask(prefix->length, i);

		clear = clear && kept == *octet;
		*octet = kept;
	}
	return clear;
}

/* 1 to 3 decimal digits, nothing else. */
static bool parse_length(const char *text, unsigned int most, uint8_t *length)
{
	size_t digits = strspn(text, "0123456789");
	unsigned int value = 0;

	if (!digits || digits > 3 || text[digits])
		return false;
	while (*text)
		value = value * 10 + (unsigned int)(*text++ - '0');
	*length = (uint8_t)value;
	return value <= most;
}

bool prefix_parse(const char *text, struct prefix *prefix)
{
	const char *slash = strchr(text, '/');
	char address[ADDRESS_TEXT_MAX];
	size_t length = slash ? (size_t)(slash - text) : strlen(text);
	struct prefix found = { .length = 0 };

	memset(prefix, 0, sizeof(*prefix));
	if (length >= sizeof(address))
		return false;
	memcpy(address, text, length);
	address[length] = '\0';
	if (!address_parse(address, &found.address))
		return false;
	/* such an address never arrives: endpoint_from_sockaddr() tells plain IPv4 */
	if (found.address.family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&found.address.v6))
		return false;
	found.length = (uint8_t)family_bits(found.address.family);
	if (slash && !parse_length(slash + 1, found.length, &found.length))
		return false;
	*prefix = found;
	return clear_host_bits(prefix);
}

const char *prefix_format(const struct prefix *prefix, char *text, size_t size)
{
	char address[ADDRESS_TEXT_MAX];

	address_format(&prefix->address, address, sizeof(address));
	if (prefix->length == family_bits(prefix->address.family))
		snprintf(text, size, "%s", address);
	else
		snprintf(text, size, "%s/%u", address, prefix->length);
	return text;
}

bool prefix_contains(const struct prefix *prefix, const struct address *address)
{
	if (prefix->address.family == AF_UNSPEC || prefix->address.family != address->family)
		return false;
	for (unsigned int i = 0; i < family_bits(address->family) / 8; i++) {
		if ((address->bytes[i] & octet_mask(prefix->length, i)) != prefix->address.bytes[i])
			return false;
	}
	return true;
}

bool prefix_equal(const struct prefix *a, const struct prefix *b)
{
	return a->length == b->length && address_equal(&a->address, &b->address);
}

bool prefix_from_netmask(const struct address *address, const struct address *netmask, struct prefix *prefix)
{
	struct prefix found = { .address = *address };
	unsigned int bits = family_bits(address->family), i = 0;

	memset(prefix, 0, sizeof(*prefix));
	if (!bits || address->family != netmask->family)
		return false;
	while (i < bits && netmask->bytes[i / 8] & 0x80 >> i % 8)
		i++;
	found.length = (uint8_t)i;
	for (; i < bits; i++) {
		if (netmask->bytes[i / 8] & 0x80 >> i % 8)
			return false;
	}
	clear_host_bits(&found);
	*prefix = found;
	return true;
}
