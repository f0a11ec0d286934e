/* SPDX-License-Identifier: MIT */
/*
 * Ranges and what is left out of them.  An address as an integer, cut at the length of what is given, counts up by one
 * from each thing to the next.
 */
#include "aaa/pool_space.h"

#include <string.h>

#define LENGTH_DEFAULT 64		/* bits, IPv6: what a link has (RFC 4291 2.5.4) */
#define SIZE_MAX_BITS 48		/* as many things as no daemon gives; numbers stay far from their type's end */

static unsigned int bits_of(sa_family_t family)
{
	return family == AF_INET ? 32 : 128;
}

static pool_value value_of(const struct address *address)
{
	pool_value value = 0;

	for (unsigned int i = 0; i < bits_of(address->family) / 8; i++)
		value = value << 8 | address->bytes[i];
	return value;
}

static void address_of(pool_value value, sa_family_t family, struct address *address)
{
	memset(address, 0, sizeof(*address));
	address->family = family;
	for (unsigned int i = bits_of(family) / 8; i-- > 0; value >>= 8)
		address->bytes[i] = (uint8_t)value;
}

/* Addresses that no subscriber can have (RFC 6890, RFC 5771, RFC 4291). */
static bool has_unusable(const struct range *range)
{
	static const char *const unusable[] = {
		"0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/4", "255.255.255.255", "::/127", "::ffff:0:0-::ffff:ffff:ffff",
		"fe80::/10", "ff00::/8",
	};
	struct range other;

	for (size_t i = 0; i < sizeof(unusable) / sizeof(*unusable); i++)
		if (range_parse(unusable[i], &other) && range_overlaps(range, &other))
			return true;
	return false;
}

static int check_range(const struct pool_config *config, unsigned int number, struct error *error)
{
	const struct range *range = &config->ranges[number];
	char text[RANGE_TEXT_MAX], other[RANGE_TEXT_MAX];

	if (range->first.family == AF_UNSPEC || range->first.family != config->ranges[0].first.family)
		return error_set(error, ERROR_VALUE, "range", "a pool has addresses of IPv4 or of IPv6, not of both");
	range_format(range, text, sizeof(text));
	if (has_unusable(range))
		return error_set(error, ERROR_VALUE, "range", "in %s are addresses that nobody can have", text);
	for (unsigned int i = 0; i < number; i++)
		if (range_overlaps(range, &config->ranges[i]))
			return error_set(error, ERROR_VALUE, "range", "%s and %s overlap", text,
					 range_format(&config->ranges[i], other, sizeof(other)));
	return 0;
}

static int find_length(const struct pool_config *config, struct pool_space *space, struct error *error)
{
	unsigned int bits = bits_of(space->family);

	space->length = config->length ? config->length : bits == 32 ? 32 : LENGTH_DEFAULT;
	if (space->length > bits || (bits == 32 && space->length != 32))
		return error_set(error, ERROR_VALUE, "delegate_length",
				 "%u is no length of IPv6 prefixes: 1..128; out of IPv4 ranges come addresses",
				 space->length);
	return 0;
}

/* A range of prefixes begins where one begins, and ends where one ends, or begins. */
static bool is_aligned(const struct range *range, unsigned int shift)
{
	pool_value behind = ((pool_value)1 << shift) - 1, last = value_of(&range->last) & behind;

	return !(value_of(&range->first) & behind) && (last == behind || !last);
}

static int add_range(struct pool_space *space, const struct range *range, struct error *error)
{
	unsigned int shift = bits_of(space->family) - space->length;
	bool has_ends = space->family == AF_INET && range->length <= 30;	/* network and broadcast address */
	struct pool_space_range *added = &space->ranges[space->range_count];
	char text[RANGE_TEXT_MAX];
	pool_value count;

	range_format(range, text, sizeof(text));
	if (shift == 128 || !is_aligned(range, shift) || (range->length < 128 && range->length > space->length))
		return error_set(error, ERROR_VALUE, "range", "%s does not consist of whole /%u prefixes", text,
				 space->length);
	added->first = (value_of(&range->first) >> shift) + has_ends;
	count = (value_of(&range->last) >> shift) - has_ends - added->first;
	if (count >> SIZE_MAX_BITS)
		return error_set(error, ERROR_VALUE, "range",
				 "%s has more than 2^%d parts of /%u: make it smaller, or delegate_length", text,
				 SIZE_MAX_BITS, space->length);
	added->count = (uint64_t)count + 1;
	added->start = space->size;
	space->size += added->count;
	space->range_count++;
	return 0;
}

int pool_space_make(const struct pool_config *config, struct pool_space *space, struct error *error)
{
	memset(space, 0, sizeof(*space));
	if (!config->range_count || config->range_count > POOL_RANGES_MAX)
		return error_set(error, ERROR_VALUE, "range", "a pool has 1 to %d ranges", POOL_RANGES_MAX);
	space->family = config->ranges[0].first.family;
	if (find_length(config, space, error) < 0)
		return -1;
	for (unsigned int i = 0; i < config->range_count; i++)
		if (check_range(config, i, error) < 0 || add_range(space, &config->ranges[i], error) < 0)
			return -1;
	return 0;
}

void pool_space_prefix(const struct pool_space *space, uint64_t number, struct prefix *prefix)
{
	const struct pool_space_range *range = space->ranges;
	unsigned int shift = bits_of(space->family) - space->length;

	while (number - range->start >= range->count)
		range++;
	memset(prefix, 0, sizeof(*prefix));
	address_of((range->first + (number - range->start)) << shift, space->family, &prefix->address);
	prefix->length = space->length;
}

bool pool_space_number(const struct pool_space *space, const struct address *address, uint64_t *number)
{
	pool_value value;

	if (address->family != space->family)
		return false;
	value = value_of(address) >> (bits_of(space->family) - space->length);
	for (unsigned int i = 0; i < space->range_count; i++) {
		const struct pool_space_range *range = &space->ranges[i];

		if (value >= range->first && value - range->first < range->count) {
			*number = range->start + (uint64_t)(value - range->first);
			return true;
		}
	}
	return false;
}
