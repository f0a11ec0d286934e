/* SPDX-License-Identifier: MIT */
/*
 * Addresses from one to another: what pools of addresses are made of.  Beside prefix.h, which is for sets whose
 * members share their first bits.
 */
#ifndef L2TPD_BASE_RANGE_H
#define L2TPD_BASE_RANGE_H

#include "base/prefix.h"

/* Both included, of one family; first <= last. AF_UNSPEC: not given. */
struct range {
	struct address first, last;
	uint8_t length;			/* it was written as a network of so many bits; RANGE_NO_NETWORK: from A to B */
};

#define RANGE_NO_NETWORK 255
#define RANGE_TEXT_MAX (2 * ADDRESS_TEXT_MAX + 1)

/* "192.0.2.10-192.0.2.250", "192.0.2.0/24", "192.0.2.7", "2001:db8::/32". False when text is no such thing, when the
 * last is before the first, and when bits behind a network's length are set; *range is then AF_UNSPEC. */
bool range_parse(const char *text, struct range *range);
/* As it was written. Returns text, of at least RANGE_TEXT_MAX. */
const char *range_format(const struct range *range, char *text, size_t size);
bool range_overlaps(const struct range *a, const struct range *b);

#endif
