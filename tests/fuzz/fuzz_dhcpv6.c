/* SPDX-License-Identifier: MIT */
/*
 * DHCPv6 messages: what is read and written again is read as the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "wire/dhcpv6.h"

static bool same_duid(const struct dhcpv6_duid *a, const struct dhcpv6_duid *b)
{
	return a->length == b->length && (!a->length || memcmp(a->octets, b->octets, a->length) == 0);
}

static bool same_ia(const struct dhcpv6_ia *a, const struct dhcpv6_ia *b)
{
	if (a->kind != b->kind || a->id != b->id || a->t1 != b->t1 || a->t2 != b->t2 ||
	    a->lease_count != b->lease_count || a->has_status != b->has_status || a->status != b->status)
		return false;
	for (unsigned int i = 0; i < a->lease_count; i++)
		if (!prefix_equal(&a->leases[i].prefix, &b->leases[i].prefix) ||
		    a->leases[i].preferred != b->leases[i].preferred || a->leases[i].valid != b->leases[i].valid)
			return false;
	return true;
}

static void compare(const struct dhcpv6_message *a, const struct dhcpv6_message *b)
{
	must(a->type == b->type && a->transaction == b->transaction);
	must(same_duid(&a->client, &b->client) && same_duid(&a->server, &b->server));
	must(a->rapid_commit == b->rapid_commit && a->has_requests == b->has_requests);
	must(a->requests_dns == b->requests_dns);
	must(a->has_preference == b->has_preference && a->preference == b->preference);
	must(a->has_status == b->has_status && a->status == b->status && a->refresh == b->refresh);
	must(a->dns_count == b->dns_count && !memcmp(a->dns, b->dns, a->dns_count * sizeof(*a->dns)));
	must(a->ia_count == b->ia_count);
	for (unsigned int i = 0; i < a->ia_count; i++)
		must(same_ia(&a->ias[i], &b->ias[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
	struct dhcpv6_message message, again;
	uint8_t octets[8192];
	size_t written;

	if (!dhcpv6_decode(data, length, &message))
		return 0;
	written = dhcpv6_encode(&message, octets, sizeof(octets));
	must(written > 0 && dhcpv6_decode(octets, written, &again));
	compare(&message, &again);
	must(dhcpv6_encode(&message, octets, written - 1) == 0);
	return 0;
}
