/* SPDX-License-Identifier: MIT */
/*
 * The network control protocol of IPv6 (RFC 5072): the two interface identifiers, of which the link-local addresses
 * are made.  All other addresses come by router advertisement and DHCPv6.
 */
#include <string.h>

#include "ppp/engine.h"

#define OPTION_IDENTIFIER 1
#define IDENTIFIER_LENGTH 8
#define BIT_IDENTIFIER (1u << OPTION_IDENTIFIER)
#define UNIVERSAL 0x02			/* of its first octet: from a number that nobody else has, as a MAC address */

bool ipv6cp_is_zero(const uint8_t identifier[IDENTIFIER_LENGTH])
{
	static const uint8_t zero[IDENTIFIER_LENGTH];

	return !memcmp(identifier, zero, IDENTIFIER_LENGTH);
}

static bool equal(const uint8_t *a, const uint8_t *b)
{
	return !memcmp(a, b, IDENTIFIER_LENGTH);
}

/* Not that of the other end. */
static void make(struct ppp_link *link, const uint8_t *other, uint8_t out[IDENTIFIER_LENGTH])
{
	do {
		link_random(link, out, IDENTIFIER_LENGTH);
		out[0] &= (uint8_t)~UNIVERSAL;
	} while (ipv6cp_is_zero(out) || equal(out, other));
}

static bool is_refused(const struct ppp_link *link)
{
	return link->negotiation->protocols[CONTROL_IPV6CP].refused & BIT_IDENTIFIER;
}

/* --- our request --- */

static void begin(struct ppp_link *link)
{
	if (ipv6cp_is_zero(link->local_identifier))
		make(link, link->peer_identifier, link->local_identifier);
	if (!link->peer_identifier_fixed)
		memset(link->peer_identifier, 0, IDENTIFIER_LENGTH);
}

static void compose(struct ppp_link *link, struct cursor *out)
{
	if (!is_refused(link))
		ppp_option_put(out, OPTION_IDENTIFIER, link->local_identifier, IDENTIFIER_LENGTH);
}

/* --- the peer's --- */

static void suggest(struct ppp_link *link, struct cursor *nak)
{
	uint8_t identifier[IDENTIFIER_LENGTH];

	if (link->peer_identifier_fixed)
		memcpy(identifier, link->peer_identifier, sizeof(identifier));
	else
		make(link, link->local_identifier, identifier);
	ppp_option_put(nak, OPTION_IDENTIFIER, identifier, sizeof(identifier));
}

static bool is_acceptable(const struct ppp_link *link, const uint8_t *identifier)
{
	if (link->peer_identifier_fixed)
		return equal(identifier, link->peer_identifier);
	return !ipv6cp_is_zero(identifier) && !equal(identifier, link->local_identifier);
}

static enum judgement judge(struct ppp_link *link, const struct ppp_option *option, struct cursor *nak)
{
	if (option->type != OPTION_IDENTIFIER || option->length != IDENTIFIER_LENGTH)
		return JUDGE_REJECT;
	if (is_acceptable(link, option->value))
		return JUDGE_ACK;
	suggest(link, nak);
	return JUDGE_NAK;
}

static const uint8_t *find_identifier(const uint8_t *options, size_t length)
{
	struct ppp_option option;
	size_t position = 0;

	while (ppp_option_next(options, length, &position, &option))
		if (option.type == OPTION_IDENTIFIER)
			return option.value;
	return NULL;
}

static void miss(struct ppp_link *link, const uint8_t *options, size_t length, struct cursor *nak)
{
	if (!find_identifier(options, length))
		suggest(link, nak);
}

static void agree(struct ppp_link *link, const uint8_t *options, size_t length)
{
	const uint8_t *identifier = find_identifier(options, length);

	if (identifier)
		memcpy(link->peer_identifier, identifier, IDENTIFIER_LENGTH);
}

/* --- answers to ours --- */

static void naked(struct ppp_link *link, const struct ppp_option *option)
{
	if (option->type != OPTION_IDENTIFIER || option->length != IDENTIFIER_LENGTH)
		return;
	if (ipv6cp_is_zero(option->value) || equal(option->value, link->peer_identifier))
		make(link, link->peer_identifier, link->local_identifier);
	else
		memcpy(link->local_identifier, option->value, IDENTIFIER_LENGTH);
}

static void rejected(struct ppp_link *link, const struct ppp_option *option)
{
	if (option->type == OPTION_IDENTIFIER)
		link->negotiation->protocols[CONTROL_IPV6CP].refused |= BIT_IDENTIFIER;
}

/* --- up and down --- */

static void finished(struct ppp_link *link)
{
	link_ncp_finished(link, CONTROL_IPV6CP);
}

const struct protocol ipv6cp_protocol = {
	.number = PPP_IPV6CP,
	.begin = begin,
	.compose = compose,
	.judge = judge,
	.miss = miss,
	.agree = agree,
	.naked = naked,
	.rejected = rejected,
	.up = link_ncp_up,
	.down = link_network_changed,
	.finished = finished,
};
