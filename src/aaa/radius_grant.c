/* SPDX-License-Identifier: MIT */
/*
 * What an Access-Accept grants, attribute by attribute, and what a CoA-Request may change of it.
 *
 * RFCs have no attribute for rates. Those of vendors that servers' dictionaries know are understood: WISPr's and
 * Ascend's in bit/s, Mikrotik's as text.
 */
#include <stdio.h>
#include <string.h>

#include "aaa/radius_internal.h"
#include "base/text.h"

#define VENDOR_ASCEND 529
#define VENDOR_WISPR 14122
#define VENDOR_MIKROTIK 14988
#define ASCEND_DATA_RATE 197		/* from the user */
#define ASCEND_XMIT_RATE 255
#define WISPR_BANDWIDTH_MAX_UP 7	/* from the user */
#define WISPR_BANDWIDTH_MAX_DOWN 8
#define MIKROTIK_RATE_LIMIT 8

#define ADDRESS_USER 0xffffffff		/* RFC 2865 section 5.8 */
#define ADDRESS_POOL 0xfffffffe

#define MPPE_ALLOWED 1
#define MPPE_REQUIRED 2
#define MPPE_TYPES (GRANT_MPPE_40 | GRANT_MPPE_128)

static enum radius_taken verdict(bool good)
{
	return good ? RADIUS_TAKEN : RADIUS_BAD;
}

/* --- addresses and routes --- */

static enum radius_taken take_address(struct grant *grant, const struct radius_attribute *attribute)
{
	struct address address;
	uint32_t value;

	if (!radius_get_u32(attribute, &value) || !radius_get_ipv4(attribute, &address))
		return RADIUS_BAD;
	if (value == ADDRESS_USER)
		grant->address = GRANT_ADDRESS_USER;
	else if (value == ADDRESS_POOL)
		grant->address = GRANT_ADDRESS_POOL;
	else if (address_is_unicast(&address))
		grant->address = GRANT_ADDRESS_FIXED;
	else
		return RADIUS_BAD;
	if (grant->address == GRANT_ADDRESS_FIXED)
		grant->ipv4 = address;
	return RADIUS_TAKEN;
}

static enum radius_taken take_pool(struct grant *grant, const struct radius_attribute *attribute)
{
	if (grant->address == GRANT_ADDRESS_UNSAID)
		grant->address = GRANT_ADDRESS_POOL;
	return verdict(radius_get_name(attribute, grant->pool, sizeof(grant->pool)));
}

static enum radius_taken take_ipv6(struct grant *grant, const struct radius_attribute *attribute)
{
	return verdict(radius_get_ipv6(attribute, &grant->ipv6) && address_is_unicast(&grant->ipv6));
}

static enum radius_taken take_identifier(struct grant *grant, const struct radius_attribute *attribute)
{
	if (attribute->length != sizeof(grant->identifier))
		return RADIUS_BAD;
	memcpy(grant->identifier, attribute->value, sizeof(grant->identifier));
	grant->has_identifier = true;
	return RADIUS_TAKEN;
}

/* Also with bits behind its length, which people write. */
static bool parse_network(const char *text, struct prefix *network)
{
	return prefix_parse(text, network) || network->address.family != AF_UNSPEC;
}

/* RFC 2865 section 5.22: without a length the network's class counts; unless it is a host. */
static void find_class(const char *text, struct prefix *network)
{
	const uint8_t *octets = network->address.bytes;
	char whole[PREFIX_TEXT_MAX];
	struct prefix found;

	if (strchr(text, '/') || network->address.family != AF_INET)
		return;
	snprintf(whole, sizeof(whole), "%.16s/%d", text, octets[0] < 128 ? 8 : octets[0] < 192 ? 16 : 24);
	if (prefix_parse(whole, &found))
		*network = found;
}

/* "192.0.2.0/24 0.0.0.0 1": a network, a gateway, metrics. Whatever the gateway, the way there is this user. */
static bool parse_route(char *text, sa_family_t family, struct grant_route *route)
{
	char *rest, *network = strtok_r(text, " \t", &rest);
	char *gateway = network ? strtok_r(NULL, " \t", &rest) : NULL;
	char *metric = gateway ? strtok_r(NULL, " \t", &rest) : NULL;
	struct address address;
	uint64_t value = 0;

	if (!network || !parse_network(network, &route->prefix) || route->prefix.address.family != family)
		return false;
	find_class(network, &route->prefix);
	if (gateway && (!address_parse(gateway, &address) || address.family != family))
		return false;
	if (metric && (!text_to_u64(metric, &value) || value > UINT32_MAX))
		return false;
	route->metric = (uint32_t)value;
	return true;
}

/* One that cannot be understood, or is one too many, does not keep the user out. */
static enum radius_taken take_route(struct grant *grant, const struct radius_attribute *attribute, sa_family_t family)
{
	char text[RADIUS_TEXT_MAX];

	radius_get_text(attribute, text, sizeof(text));
	if (grant->route_count == GRANT_ROUTES_MAX ||
	    !parse_route(text, family, &grant->routes[grant->route_count]))
		return RADIUS_IGNORED;
	grant->route_count++;
	return RADIUS_TAKEN;
}

/* The first of two that is free. */
static enum radius_taken take_server(struct address servers[2], const struct radius_attribute *attribute)
{
	struct address *free_one = servers[0].family == AF_UNSPEC ? &servers[0] : &servers[1];

	if (free_one->family != AF_UNSPEC)
		return RADIUS_IGNORED;
	return verdict(radius_get_ipv6(attribute, free_one));
}

/* --- others --- */

static enum radius_taken take_class(struct grant *grant, const struct radius_attribute *attribute)
{
	struct grant_class *class;

	if (grant->class_count == GRANT_CLASSES_MAX)
		return RADIUS_IGNORED;
	class = &grant->classes[grant->class_count++];
	class->length = attribute->length;
	memcpy(class->octets, attribute->value, attribute->length);
	return RADIUS_TAKEN;
}

static enum radius_taken take_mtu(struct grant *grant, const struct radius_attribute *attribute)
{
	uint32_t value;

	if (!radius_get_u32(attribute, &value))
		return RADIUS_BAD;
	if (value < 64 || value > UINT16_MAX)	/* RFC 2865 section 5.12 */
		return RADIUS_IGNORED;
	grant->mtu = (uint16_t)value;
	return RADIUS_TAKEN;
}

static enum radius_taken take_standard(struct grant *grant, const struct radius_attribute *attribute)
{
	switch (attribute->type) {
	case RADIUS_FRAMED_IP_ADDRESS: return take_address(grant, attribute);
	case RADIUS_FRAMED_POOL: return take_pool(grant, attribute);
	case RADIUS_FRAMED_IPV6_POOL:
		return verdict(radius_get_name(attribute, grant->ipv6_pool, sizeof(grant->ipv6_pool)));
	case RADIUS_DELEGATED_IPV6_PREFIX_POOL:
		return verdict(radius_get_name(attribute, grant->delegated_pool, sizeof(grant->delegated_pool)));
	case RADIUS_FRAMED_IPV6_PREFIX: return verdict(radius_get_prefix(attribute, &grant->ipv6_prefix));
	case RADIUS_DELEGATED_IPV6_PREFIX: return verdict(radius_get_prefix(attribute, &grant->delegated));
	case RADIUS_FRAMED_IPV6_ADDRESS: return take_ipv6(grant, attribute);
	case RADIUS_FRAMED_INTERFACE_ID: return take_identifier(grant, attribute);
	case RADIUS_FRAMED_ROUTE: return take_route(grant, attribute, AF_INET);
	case RADIUS_FRAMED_IPV6_ROUTE: return take_route(grant, attribute, AF_INET6);
	case RADIUS_DNS_SERVER_IPV6_ADDRESS: return take_server(grant->dns6, attribute);
	case RADIUS_FRAMED_MTU: return take_mtu(grant, attribute);
	case RADIUS_SESSION_TIMEOUT: return verdict(radius_get_u32(attribute, &grant->session_timeout));
	case RADIUS_IDLE_TIMEOUT: return verdict(radius_get_u32(attribute, &grant->idle_timeout));
	case RADIUS_ACCT_INTERIM_INTERVAL: return verdict(radius_get_u32(attribute, &grant->interim_interval));
	case RADIUS_PORT_LIMIT: return verdict(radius_get_u32(attribute, &grant->port_limit));
	case RADIUS_FILTER_ID:
		radius_get_text(attribute, grant->filter, sizeof(grant->filter));
		return RADIUS_TAKEN;
	case RADIUS_CLASS: return take_class(grant, attribute);
	default: return RADIUS_UNKNOWN;
	}
}

/* --- Microsoft's --- */

static enum radius_taken take_policy(struct grant *grant, const struct radius_attribute *attribute)
{
	uint32_t value;

	if (!radius_get_u32(attribute, &value) || (value != MPPE_ALLOWED && value != MPPE_REQUIRED))
		return RADIUS_BAD;
	grant->mppe_required = value == MPPE_REQUIRED;
	return RADIUS_TAKEN;
}

static enum radius_taken take_types(struct grant *grant, const struct radius_attribute *attribute)
{
	uint32_t value;

	if (!radius_get_u32(attribute, &value))
		return RADIUS_BAD;
	grant->mppe_bits = value & MPPE_TYPES;
	return RADIUS_TAKEN;
}

static enum radius_taken take_microsoft(struct grant *grant, const struct radius_attribute *attribute)
{
	switch (attribute->type) {
	case RADIUS_MS_MPPE_ENCRYPTION_POLICY: return take_policy(grant, attribute);
	case RADIUS_MS_MPPE_ENCRYPTION_TYPES: return take_types(grant, attribute);
	case RADIUS_MS_PRIMARY_DNS: return verdict(radius_get_ipv4(attribute, &grant->dns[0]));
	case RADIUS_MS_SECONDARY_DNS: return verdict(radius_get_ipv4(attribute, &grant->dns[1]));
	case RADIUS_MS_PRIMARY_NBNS: return verdict(radius_get_ipv4(attribute, &grant->nbns[0]));
	case RADIUS_MS_SECONDARY_NBNS: return verdict(radius_get_ipv4(attribute, &grant->nbns[1]));
	default: return RADIUS_UNKNOWN;
	}
}

/* --- rates --- */

static enum radius_taken take_rate(uint64_t *rate, const struct radius_attribute *attribute)
{
	uint32_t value;

	if (!radius_get_u32(attribute, &value))
		return RADIUS_BAD;
	*rate = value;
	return RADIUS_TAKEN;
}

/* "512k", "10M". *text is moved behind it. */
static bool parse_rate(const char **text, uint64_t *rate)
{
	const char *at = *text;
	uint64_t value = 0;

	for (; *at >= '0' && *at <= '9' && value < UINT32_MAX; at++)
		value = value * 10 + (uint64_t)(*at - '0');
	if (at == *text)
		return false;
	*rate = value * (*at == 'k' ? 1000 : *at == 'M' ? 1000000 : *at == 'G' ? 1000000000 : 1);
	*text = at + (*at == 'k' || *at == 'M' || *at == 'G');
	return true;
}

/* From the user, and after a slash to the user; else both. What follows (bursts) is not ours. */
static enum radius_taken take_rate_limit(struct grant *grant, const struct radius_attribute *attribute)
{
	char octets[RADIUS_TEXT_MAX];
	const char *text = radius_get_text(attribute, octets, sizeof(octets));
	uint64_t receive, send;

	if (!parse_rate(&text, &receive))
		return RADIUS_BAD;
	send = receive;
	if (*text == '/') {
		text++;
		if (!parse_rate(&text, &send))
			return RADIUS_BAD;
	}
	if (*text && *text != ' ')
		return RADIUS_BAD;
	grant->rate_receive = receive;
	grant->rate_send = send;
	return RADIUS_TAKEN;
}

enum radius_taken radius_grant_take(struct grant *grant, const struct radius_attribute *attribute)
{
	unsigned int change = attribute->vendor ? radius_grant_change(attribute) : 0;

	if (!attribute->vendor)
		return take_standard(grant, attribute);
	if (attribute->vendor == RADIUS_VENDOR_MICROSOFT)
		return take_microsoft(grant, attribute);
	switch (change) {
	case RADIUS_CHANGE_RATE_SEND: return take_rate(&grant->rate_send, attribute);
	case RADIUS_CHANGE_RATE_RECEIVE: return take_rate(&grant->rate_receive, attribute);
	case RADIUS_CHANGE_RATE_SEND | RADIUS_CHANGE_RATE_RECEIVE: return take_rate_limit(grant, attribute);
	default: return RADIUS_UNKNOWN;
	}
}

unsigned int radius_grant_change(const struct radius_attribute *attribute)
{
	static const struct { uint32_t vendor; uint8_t type; unsigned int change; } changes[] = {
		{ 0, RADIUS_SESSION_TIMEOUT, RADIUS_CHANGE_SESSION_TIMEOUT },
		{ 0, RADIUS_IDLE_TIMEOUT, RADIUS_CHANGE_IDLE_TIMEOUT },
		{ 0, RADIUS_ACCT_INTERIM_INTERVAL, RADIUS_CHANGE_INTERIM },
		{ 0, RADIUS_FILTER_ID, RADIUS_CHANGE_FILTER },
		{ 0, RADIUS_CLASS, RADIUS_CHANGE_CLASS },
		{ VENDOR_WISPR, WISPR_BANDWIDTH_MAX_UP, RADIUS_CHANGE_RATE_RECEIVE },
		{ VENDOR_WISPR, WISPR_BANDWIDTH_MAX_DOWN, RADIUS_CHANGE_RATE_SEND },
		{ VENDOR_ASCEND, ASCEND_DATA_RATE, RADIUS_CHANGE_RATE_RECEIVE },
		{ VENDOR_ASCEND, ASCEND_XMIT_RATE, RADIUS_CHANGE_RATE_SEND },
		{ VENDOR_MIKROTIK, MIKROTIK_RATE_LIMIT, RADIUS_CHANGE_RATE_SEND | RADIUS_CHANGE_RATE_RECEIVE },
	};

	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++)
		if (changes[i].vendor == attribute->vendor && changes[i].type == attribute->type)
			return changes[i].change;
	return 0;
}
