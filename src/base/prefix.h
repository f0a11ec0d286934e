/* SPDX-License-Identifier: MIT */
/*
 * Sets of addresses that share their first bits: 192.0.2.0/24, 2001:db8::/32.  They stand wherever
 * a set is meant and not one host: which peers a profile is for, which tunnels a list shows.
 */
#ifndef L2TPD_BASE_PREFIX_H
#define L2TPD_BASE_PREFIX_H

#include "base/address.h"

/* family AF_UNSPEC: not given, which contains nothing.  All bits of the address behind length are
 * zero, so that memcmp() and hashing of the whole struct are legal. */
struct prefix {
	struct address address;
	uint8_t length;			/* bits: 0..32 of IPv4, 0..128 of IPv6 */
};

#define PREFIX_TEXT_MAX (ADDRESS_TEXT_MAX + 4)

/* ADDRESS[/LENGTH] (RFC 4632 3.1, RFC 4291 2.3); without a length all bits count.  False when text is no such thing,
 * and when bits behind the length are set: then *prefix is the network that was meant, else AF_UNSPEC. */
bool prefix_parse(const char *text, struct prefix *prefix);
/* Without the length when it is one host's; AF_UNSPEC becomes "". Returns text, of at least PREFIX_TEXT_MAX. */
const char *prefix_format(const struct prefix *prefix, char *text, size_t size);
/* Of the same family, and the first bits are the same? */
bool prefix_contains(const struct prefix *prefix, const struct address *address);
bool prefix_equal(const struct prefix *a, const struct prefix *b);
/* The network of this address when its mask is 255.255.255.0 or ffff::, say; 0.0.0.0 and :: are length 0.
 * False when the mask has a one behind a zero, or is of another family; *prefix is then AF_UNSPEC. */
bool prefix_from_netmask(const struct address *address, const struct address *netmask, struct prefix *prefix);

#endif
