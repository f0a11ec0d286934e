/* SPDX-License-Identifier: MIT */
/*
 * A table has, for each type of message, what it must and must not have (RFC 8415 16) and how it is answered (18.3).
 *
 * There is one address and one prefix at most.  Each goes to one IA of its kind: to the one that names it already, else
 * to the first; who asks with several always gets the same, then, without our remembering which it was.
 */
#include "aaa/dhcpv6.h"

#include <string.h>

#define PREFERENCE_MOST 255		/* there is no other server to wait for */

struct exchange {
	const struct ipv6_link *link;
	const struct dhcpv6_message *message;
	struct dhcpv6_message *answer;
};

typedef bool answer_fn(struct exchange *exchange);

/* --- what there is --- */

/* For IAs of this kind; false: nothing. */
static bool find_lease(const struct ipv6_link *link, enum dhcpv6_kind kind, struct dhcpv6_lease *lease)
{
	memset(lease, 0, sizeof(*lease));
	lease->preferred = link->preferred;
	lease->valid = link->valid;
	if (kind == DHCPV6_IA_PD) {
		lease->prefix = link->delegated;
	} else {
		lease->prefix.address = link->address;
		lease->prefix.length = 128;
	}
	return lease->prefix.address.family == AF_INET6;
}

static bool names(const struct dhcpv6_ia *ia, const struct prefix *prefix)
{
	for (unsigned int i = 0; i < ia->lease_count; i++)
		if (prefix_equal(&ia->leases[i].prefix, prefix))
			return true;
	return false;
}

/* Which IA of its kind has the lease. */
static const struct dhcpv6_ia *find_holder(const struct dhcpv6_message *message, enum dhcpv6_kind kind,
					   const struct prefix *prefix)
{
	const struct dhcpv6_ia *first = NULL;

	for (unsigned int i = 0; i < message->ia_count; i++) {
		const struct dhcpv6_ia *ia = &message->ias[i];

		if (ia->kind == kind && names(ia, prefix))
			return ia;
		if (ia->kind == kind && !first)
			first = ia;
	}
	return first;
}

/* --- IAs of the answer --- */

static struct dhcpv6_ia *add_ia(struct exchange *exchange, const struct dhcpv6_ia *asked)
{
	struct dhcpv6_ia *ia = &exchange->answer->ias[exchange->answer->ia_count++];

	ia->kind = asked->kind;
	ia->id = asked->id;
	return ia;
}

static void refuse_ia(struct dhcpv6_ia *ia, enum dhcpv6_status status)
{
	ia->has_status = true;
	ia->status = status;
}

/* Renewed at half of the time, anywhere at four fifths (RFC 8415 14.2). */
static void grant_ia(struct dhcpv6_ia *ia, const struct dhcpv6_lease *lease)
{
	ia->leases[ia->lease_count++] = *lease;
	ia->t1 = lease->preferred / 2;
	ia->t2 = (uint32_t)((uint64_t)lease->preferred * 4 / 5);
	if (lease->preferred == UINT32_MAX)
		ia->t1 = ia->t2 = UINT32_MAX;
}

/* What it has that is not the session's ends at once. */
static void end_others(struct dhcpv6_ia *ia, const struct dhcpv6_ia *asked, const struct dhcpv6_lease *lease)
{
	for (unsigned int i = 0; i < asked->lease_count && ia->lease_count < DHCPV6_LEASES_MAX; i++)
		if (!lease || !prefix_equal(&asked->leases[i].prefix, &lease->prefix))
			ia->leases[ia->lease_count++] = (struct dhcpv6_lease){ .prefix = asked->leases[i].prefix };
}

/* none: for those that get nothing. */
static void answer_ias(struct exchange *exchange, bool has_bindings)
{
	for (unsigned int i = 0; i < exchange->message->ia_count; i++) {
		const struct dhcpv6_ia *asked = &exchange->message->ias[i];
		struct dhcpv6_ia *ia = add_ia(exchange, asked);
		struct dhcpv6_lease lease;
		bool is_granted = find_lease(exchange->link, asked->kind, &lease) &&
				  find_holder(exchange->message, asked->kind, &lease.prefix) == asked;

		if (is_granted)
			grant_ia(ia, &lease);
		else if (!has_bindings)
			refuse_ia(ia, asked->kind == DHCPV6_IA_PD ? DHCPV6_NO_PREFIX : DHCPV6_NO_ADDRESSES);
		else if (!asked->lease_count)
			refuse_ia(ia, DHCPV6_NO_BINDING);
		if (has_bindings)
			end_others(ia, asked, is_granted ? &lease : NULL);
	}
}

static void answer_dns(struct exchange *exchange)
{
	struct dhcpv6_message *answer = exchange->answer;

	if (exchange->message->has_requests && !exchange->message->requests_dns)
		return;
	for (unsigned int i = 0; i < 2; i++)
		if (exchange->link->dns[i].family == AF_INET6)
			answer->dns[answer->dns_count++] = exchange->link->dns[i];
}

/* --- messages --- */

static bool answer_solicit(struct exchange *exchange)
{
	exchange->answer->type = exchange->message->rapid_commit ? DHCPV6_REPLY : DHCPV6_ADVERTISE;
	exchange->answer->rapid_commit = exchange->message->rapid_commit;
	exchange->answer->has_preference = !exchange->message->rapid_commit;
	exchange->answer->preference = PREFERENCE_MOST;
	answer_ias(exchange, false);
	answer_dns(exchange);
	return true;
}

static bool answer_request(struct exchange *exchange)
{
	answer_ias(exchange, false);
	answer_dns(exchange);
	return true;
}

/* Also of a rebind: we know all there is on this link. */
static bool answer_renew(struct exchange *exchange)
{
	answer_ias(exchange, true);
	answer_dns(exchange);
	return true;
}

static bool is_on_link(const struct ipv6_link *link, const struct address *address)
{
	return address_equal(&link->address, address) || prefix_contains(&link->prefix, address);
}

/* Without an address in the question, or one on the link, nothing can be said. */
static bool answer_confirm(struct exchange *exchange)
{
	bool is_known = exchange->link->prefix.address.family || exchange->link->address.family, has_address = false;

	exchange->answer->has_status = true;
	exchange->answer->status = DHCPV6_SUCCESS;
	for (unsigned int i = 0; i < exchange->message->ia_count; i++) {
		const struct dhcpv6_ia *ia = &exchange->message->ias[i];

		for (unsigned int k = 0; ia->kind == DHCPV6_IA_NA && k < ia->lease_count; k++) {
			has_address = true;
			if (!is_on_link(exchange->link, &ia->leases[k].prefix.address))
				exchange->answer->status = DHCPV6_NOT_ON_LINK;
		}
	}
	return is_known && has_address;
}

/* The session keeps what it has: it may come back. */
static bool answer_release(struct exchange *exchange)
{
	exchange->answer->has_status = true;
	exchange->answer->status = DHCPV6_SUCCESS;
	for (unsigned int i = 0; i < exchange->message->ia_count; i++) {
		const struct dhcpv6_ia *asked = &exchange->message->ias[i];
		struct dhcpv6_lease lease;

		if (!find_lease(exchange->link, asked->kind, &lease) || !names(asked, &lease.prefix))
			refuse_ia(add_ia(exchange, asked), DHCPV6_NO_BINDING);
	}
	return true;
}

static bool answer_information(struct exchange *exchange)
{
	if (exchange->message->ia_count)
		return false;
	answer_dns(exchange);
	exchange->answer->refresh = exchange->link->valid;
	return true;
}

/* --- */

enum needs { NO_SERVER, OUR_SERVER, ANY_SERVER };

static const struct rule {
	answer_fn *answer;		/* NULL: not a server's to answer */
	enum needs server;		/* identifier in the message; ANY: none or ours */
	bool needs_client;
	bool may_be_unicast;		/* but is told not to */
} rules[] = {
	[DHCPV6_SOLICIT] = { answer_solicit, NO_SERVER, true, false },
	[DHCPV6_REQUEST] = { answer_request, OUR_SERVER, true, true },
	[DHCPV6_CONFIRM] = { answer_confirm, NO_SERVER, true, false },
	[DHCPV6_RENEW] = { answer_renew, OUR_SERVER, true, true },
	[DHCPV6_REBIND] = { answer_renew, NO_SERVER, true, false },
	[DHCPV6_RELEASE] = { answer_release, OUR_SERVER, true, true },
	[DHCPV6_DECLINE] = { answer_release, OUR_SERVER, true, true },
	[DHCPV6_INFORMATION_REQUEST] = { answer_information, ANY_SERVER, false, false },
};

static bool is_valid(const struct rule *rule, const struct ipv6_link *link, const struct dhcpv6_message *message,
		     bool multicast)
{
	const struct dhcpv6_duid *server = &message->server;
	bool is_ours = server->length == link->duid_length && !memcmp(server->octets, link->duid, server->length);

	if (!rule->answer || (!multicast && !rule->may_be_unicast) || (rule->needs_client && !message->client.length))
		return false;
	return server->length ? is_ours && rule->server != NO_SERVER : rule->server != OUR_SERVER;
}

bool dhcpv6_answer(const struct ipv6_link *link, const struct dhcpv6_message *message, bool multicast,
		   struct dhcpv6_message *answer)
{
	const struct rule *rule = message->type < sizeof(rules) / sizeof(*rules) ? &rules[message->type] : NULL;
	struct exchange exchange;

	if (!rule || !link->duid_length || !is_valid(rule, link, message, multicast))
		return false;
	memset(answer, 0, sizeof(*answer));
	answer->type = DHCPV6_REPLY;
	answer->transaction = message->transaction;
	answer->client = message->client;
	answer->server = (struct dhcpv6_duid){ link->duid, link->duid_length };
	exchange = (struct exchange){ link, message, answer };
	if (multicast)
		return rule->answer(&exchange);
	answer->has_status = true;
	answer->status = DHCPV6_USE_MULTICAST;
	return true;
}
