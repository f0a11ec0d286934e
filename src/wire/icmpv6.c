/* SPDX-License-Identifier: MIT */
/*
 * Options count their length in units of eight octets, themselves included.
 */
#include "wire/icmpv6.h"

#include <string.h>

#include "base/cursor.h"
#include "base/octets.h"

#define SOLICITATION_FIXED 8
#define CHECKSUM_AT 2
#define ADVERTISEMENT_FIXED 16

enum option { OPTION_SOURCE = 1, OPTION_PREFIX = 3, OPTION_MTU = 5, OPTION_DNS = 25 /* RFC 8106 */ };
enum { UNIT = 8, PREFIX_UNITS = 4, MTU_UNITS = 1 };
enum { MANAGED = 0x80, OTHER = 0x40, ON_LINK = 0x80, AUTONOMOUS = 0x40 };

/* All of them whole; one that has no address must not say how it is reached. */
static bool options_hold(struct cursor *c, bool may_have_source)
{
	const uint8_t *option;

	while (cursor_left(c)) {
		option = cursor_take(c, 2);
		if (!option || !option[1] || (option[0] == OPTION_SOURCE && !may_have_source))
			return false;
		cursor_take(c, (size_t)option[1] * UNIT - 2);
		if (!cursor_ok(c))
			return false;
	}
	return true;
}

bool icmpv6_is_solicitation(const struct ipv6_packet *packet)
{
	struct cursor c = cursor_over((void *)packet->payload, packet->payload_length);
	const uint8_t *fixed = cursor_take(&c, SOLICITATION_FIXED);

	return fixed && packet->next_header == IPV6_NEXT_ICMPV6 && packet->hop_limit == ICMPV6_HOPS &&
	       fixed[0] == ICMPV6_SOLICITATION && fixed[1] == 0 && ipv6_checksum_holds(packet) &&
	       options_hold(&c, !address_is_any(&packet->source));
}

/* --- the host's side --- */

static bool is_link_local(const struct address *address)
{
	return address->family == AF_INET6 && address->bytes[0] == 0xfe && (address->bytes[1] & 0xc0) == 0x80;
}

/* value: of an option, behind type and length; length: of it. */
static void take_dns(const uint8_t *value, size_t length, struct icmpv6_advertisement *advertisement)
{
	struct cursor c = cursor_over((void *)value, length);
	const uint8_t *octets;

	cursor_take(&c, 2);
	advertisement->dns_lifetime = cursor_get_u32(&c);
	while (advertisement->dns_count < ICMPV6_DNS_MAX && (octets = cursor_take(&c, 16))) {
		struct address *dns = &advertisement->dns[advertisement->dns_count++];

		dns->family = AF_INET6;
		memcpy(dns->bytes, octets, 16);
	}
}

bool icmpv6_decode_advertisement(const struct ipv6_packet *packet, struct icmpv6_advertisement *advertisement)
{
	struct cursor c = cursor_over((void *)packet->payload, packet->payload_length), options;
	const uint8_t *fixed = cursor_take(&c, ADVERTISEMENT_FIXED), *option;

	if (!fixed || packet->next_header != IPV6_NEXT_ICMPV6 || packet->hop_limit != ICMPV6_HOPS ||
	    fixed[0] != ICMPV6_ADVERTISEMENT || fixed[1] != 0 || !is_link_local(&packet->source) ||
	    !ipv6_checksum_holds(packet))
		return false;
	options = c;
	if (!options_hold(&c, true))
		return false;
	*advertisement = (struct icmpv6_advertisement){ .lifetime = octets_be16(fixed + 6) };
	while (cursor_left(&options) && !advertisement->dns_count) {
		option = cursor_take(&options, 2);
		if (option[0] == OPTION_DNS)
			take_dns(option + 2, (size_t)option[1] * UNIT - 2, advertisement);
		cursor_take(&options, (size_t)option[1] * UNIT - 2);
	}
	return true;
}

/* --- the router's side --- */

static void put_option(struct cursor *c, enum option option, unsigned int units)
{
	cursor_put_u16(c, (uint16_t)(option << 8 | units));
}

static void put_prefix(struct cursor *c, const struct icmpv6_advertisement *advertisement)
{
	unsigned int flags = (advertisement->on_link ? ON_LINK : 0u) | (advertisement->autonomous ? AUTONOMOUS : 0u);

	put_option(c, OPTION_PREFIX, PREFIX_UNITS);
	cursor_put_u16(c, (uint16_t)(advertisement->prefix.length << 8 | flags));
	cursor_put_u32(c, advertisement->valid);
	cursor_put_u32(c, advertisement->preferred);
	cursor_put_u32(c, 0);
	cursor_put(c, advertisement->prefix.address.bytes, 16);
}

static void put_dns(struct cursor *c, const struct icmpv6_advertisement *advertisement)
{
	put_option(c, OPTION_DNS, 1 + 2 * advertisement->dns_count);
	cursor_put_u16(c, 0);
	cursor_put_u32(c, advertisement->dns_lifetime);
	for (unsigned int i = 0; i < advertisement->dns_count; i++)
		cursor_put(c, advertisement->dns[i].bytes, 16);
}

static void put_advertisement(struct cursor *c, const struct icmpv6_advertisement *advertisement)
{
	unsigned int flags = (advertisement->managed ? MANAGED : 0u) | (advertisement->other ? OTHER : 0u);

	cursor_put_u16(c, ICMPV6_ADVERTISEMENT << 8);
	cursor_put_u16(c, 0);
	cursor_put_u16(c, (uint16_t)(advertisement->hop_limit << 8 | flags));
	cursor_put_u16(c, advertisement->lifetime);
	cursor_put_u32(c, 0);
	cursor_put_u32(c, 0);
	if (advertisement->prefix.address.family == AF_INET6)
		put_prefix(c, advertisement);
	if (advertisement->mtu) {
		put_option(c, OPTION_MTU, MTU_UNITS);
		cursor_put_u16(c, 0);
		cursor_put_u32(c, advertisement->mtu);
	}
	if (advertisement->dns_count)
		put_dns(c, advertisement);
}

size_t icmpv6_encode_advertisement(const struct icmpv6_advertisement *advertisement, const struct address *source,
				   const struct address *destination, uint8_t *out, size_t size)
{
	struct ipv6_packet packet = {
		.source = *source, .destination = *destination,
		.next_header = IPV6_NEXT_ICMPV6, .hop_limit = ICMPV6_HOPS,
	};
	uint8_t *payload = ipv6_payload(out, size, 0);
	struct cursor c;

	if (!payload)
		return 0;
	c = cursor_over(payload, size - IPV6_HEADER);
	put_advertisement(&c, advertisement);
	if (!cursor_ok(&c))
		return 0;
	packet.payload_length = (size_t)(c.position - payload);
	return ipv6_finish(out, &packet, CHECKSUM_AT);
}
