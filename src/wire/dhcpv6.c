/* SPDX-License-Identifier: MIT */
/*
 * Options, and options in options: all have a code and a length of 16 bits each (RFC 8415 21.1).  A table says how each
 * is read; what is read goes into the message, or the IA, that the option is in.
 */
#include "wire/dhcpv6.h"

#include "base/cursor.h"
#include "base/octets.h"

enum option {
	OPTION_CLIENT = 1, OPTION_SERVER = 2, OPTION_IA_NA = 3, OPTION_ADDRESS = 5, OPTION_REQUESTS = 6,
	OPTION_PREFERENCE = 7, OPTION_STATUS = 13, OPTION_RAPID_COMMIT = 14, OPTION_DNS = 23, OPTION_IA_PD = 25,
	OPTION_PREFIX = 26, OPTION_REFRESH = 32,
};

/* What is read, of a message and of the IA that is being read. */
struct reading {
	struct dhcpv6_message *message;
	struct dhcpv6_ia *ia;
};

typedef bool read_fn(struct reading *reading, struct cursor *c);

struct reader {
	uint16_t code;
	read_fn *read;
};

/* Each option that the table knows; the others are stepped over. */
static bool read_options(struct reading *reading, struct cursor *c, const struct reader *readers, size_t count)
{
	while (cursor_left(c)) {
		uint16_t code = cursor_get_u16(c), length = cursor_get_u16(c);
		uint8_t *octets = cursor_take(c, length);
		struct cursor option;

		if (!octets)
			return false;
		option = cursor_over(octets, length);
		for (size_t i = 0; i < count; i++)
			if (readers[i].code == code && (!readers[i].read(reading, &option) || !cursor_ok(&option)))
				return false;
	}
	return cursor_ok(c);
}

/* --- in IAs --- */

/* Bits behind the length are not looked at. */
static void get_prefix(struct cursor *c, uint8_t length, struct prefix *prefix)
{
	const uint8_t *octets = cursor_take(c, 16);

	memset(prefix, 0, sizeof(*prefix));
	if (!octets)
		return;
	prefix->address.family = AF_INET6;
	prefix->length = length;
	memcpy(prefix->address.bytes, octets, 16);
	for (unsigned int bit = length; bit < 128; bit++)
		prefix->address.bytes[bit / 8] &= (uint8_t)~(0x80 >> bit % 8);
}

static void add_lease(struct dhcpv6_ia *ia, const struct dhcpv6_lease *lease)
{
	if (ia->lease_count < DHCPV6_LEASES_MAX)
		ia->leases[ia->lease_count++] = *lease;
}

static bool read_address(struct reading *reading, struct cursor *c)
{
	struct dhcpv6_lease lease;

	get_prefix(c, 128, &lease.prefix);
	lease.preferred = cursor_get_u32(c);
	lease.valid = cursor_get_u32(c);
	if (cursor_ok(c) && reading->ia->kind == DHCPV6_IA_NA)
		add_lease(reading->ia, &lease);
	return true;
}

static bool read_prefix(struct reading *reading, struct cursor *c)
{
	struct dhcpv6_lease lease;
	const uint8_t *length;

	lease.preferred = cursor_get_u32(c);
	lease.valid = cursor_get_u32(c);
	length = cursor_take(c, 1);
	get_prefix(c, length && *length <= 128 ? *length : 128, &lease.prefix);
	if (cursor_ok(c) && *length <= 128 && reading->ia->kind == DHCPV6_IA_PD)
		add_lease(reading->ia, &lease);
	return true;
}

static bool read_ia_status(struct reading *reading, struct cursor *c)
{
	reading->ia->has_status = true;
	reading->ia->status = cursor_get_u16(c);
	return true;
}

static const struct reader ia_readers[] = {
	{ OPTION_ADDRESS, read_address },
	{ OPTION_STATUS, read_ia_status },
	{ OPTION_PREFIX, read_prefix },
};

static bool read_ia(struct reading *reading, struct cursor *c, enum dhcpv6_kind kind)
{
	struct dhcpv6_ia *ia = &reading->message->ias[reading->message->ia_count];

	if (reading->message->ia_count == DHCPV6_IAS_MAX)
		return false;
	reading->message->ia_count++;
	reading->ia = ia;
	ia->kind = kind;
	ia->id = cursor_get_u32(c);
	ia->t1 = cursor_get_u32(c);
	ia->t2 = cursor_get_u32(c);
	return read_options(reading, c, ia_readers, sizeof(ia_readers) / sizeof(*ia_readers));
}

/* --- in messages --- */

static bool read_ia_na(struct reading *reading, struct cursor *c)
{
	return read_ia(reading, c, DHCPV6_IA_NA);
}

static bool read_ia_pd(struct reading *reading, struct cursor *c)
{
	return read_ia(reading, c, DHCPV6_IA_PD);
}

static bool read_duid(struct dhcpv6_duid *duid, struct cursor *c)
{
	duid->octets = c->position;
	duid->length = cursor_left(c);
	return duid->length && duid->length <= DHCPV6_DUID_MAX;
}

static bool read_client(struct reading *reading, struct cursor *c)
{
	return read_duid(&reading->message->client, c);
}

static bool read_server(struct reading *reading, struct cursor *c)
{
	return read_duid(&reading->message->server, c);
}

static bool read_requests(struct reading *reading, struct cursor *c)
{
	reading->message->has_requests = true;
	while (cursor_left(c) >= 2)
		if (cursor_get_u16(c) == OPTION_DNS)
			reading->message->requests_dns = true;
	return cursor_left(c) == 0;
}

static bool read_preference(struct reading *reading, struct cursor *c)
{
	const uint8_t *preference = cursor_take(c, 1);

	reading->message->has_preference = true;
	reading->message->preference = preference ? *preference : 0;
	return true;
}

static bool read_status(struct reading *reading, struct cursor *c)
{
	reading->message->has_status = true;
	reading->message->status = cursor_get_u16(c);
	return true;
}

static bool read_rapid_commit(struct reading *reading, struct cursor *c)
{
	reading->message->rapid_commit = true;
	return true;
}

static bool read_dns(struct reading *reading, struct cursor *c)
{
	struct dhcpv6_message *message = reading->message;
	struct prefix address;

	message->dns_count = 0;
	while (cursor_left(c) >= 16) {
		get_prefix(c, 128, &address);
		if (message->dns_count < DHCPV6_DNS_MAX)
			message->dns[message->dns_count++] = address.address;
	}
	return cursor_left(c) == 0;
}

static bool read_refresh(struct reading *reading, struct cursor *c)
{
	reading->message->refresh = cursor_get_u32(c);
	return true;
}

static const struct reader readers[] = {
	{ OPTION_CLIENT, read_client },
	{ OPTION_SERVER, read_server },
	{ OPTION_IA_NA, read_ia_na },
	{ OPTION_REQUESTS, read_requests },
	{ OPTION_PREFERENCE, read_preference },
	{ OPTION_STATUS, read_status },
	{ OPTION_RAPID_COMMIT, read_rapid_commit },
	{ OPTION_DNS, read_dns },
	{ OPTION_IA_PD, read_ia_pd },
	{ OPTION_REFRESH, read_refresh },
};

bool dhcpv6_decode(const uint8_t *octets, size_t length, struct dhcpv6_message *message)
{
	struct cursor c = cursor_over((void *)octets, length);
	uint32_t first = cursor_get_u32(&c);
	struct reading reading;

	memset(message, 0, sizeof(*message));
	reading = (struct reading){ message, NULL };
	message->type = first >> 24;
	message->transaction = first & 0xffffff;
	return message->type >= DHCPV6_SOLICIT && message->type <= DHCPV6_INFORMATION_REQUEST &&
	       read_options(&reading, &c, readers, sizeof(readers) / sizeof(*readers));
}

/* --- writing --- */

/* Its length is known when it ends. */
static uint8_t *begin_option(struct cursor *c, enum option code)
{
	cursor_put_u16(c, (uint16_t)code);
	return cursor_take(c, 2);
}

static void end_option(struct cursor *c, uint8_t *length)
{
	if (cursor_ok(c))
		octets_put_be16(length, (uint16_t)(c->position - length - 2));
}

static void put_option(struct cursor *c, enum option code, const void *octets, size_t length)
{
	uint8_t *begin = begin_option(c, code);

	cursor_put(c, octets, length);
	end_option(c, begin);
}

static void put_status(struct cursor *c, enum dhcpv6_status status)
{
	static const char *const words[] = {
		[DHCPV6_SUCCESS] = "done", [DHCPV6_UNSPECIFIED] = "refused",
		[DHCPV6_NO_ADDRESSES] = "no address for you", [DHCPV6_NO_BINDING] = "not yours",
		[DHCPV6_NOT_ON_LINK] = "not of this link",
		[DHCPV6_USE_MULTICAST] = "use multicast", [DHCPV6_NO_PREFIX] = "no prefix for you",
	};
	const char *text = status < sizeof(words) / sizeof(*words) ? words[status] : "";
	uint8_t *begin = begin_option(c, OPTION_STATUS);

	cursor_put_u16(c, (uint16_t)status);
	cursor_put(c, text, strlen(text));
	end_option(c, begin);
}

static void put_lease(struct cursor *c, const struct dhcpv6_lease *lease, enum dhcpv6_kind kind)
{
	uint8_t *begin = begin_option(c, kind == DHCPV6_IA_NA ? OPTION_ADDRESS : OPTION_PREFIX);

	if (kind == DHCPV6_IA_NA)
		cursor_put(c, lease->prefix.address.bytes, 16);
	cursor_put_u32(c, lease->preferred);
	cursor_put_u32(c, lease->valid);
	if (kind == DHCPV6_IA_PD) {
		cursor_put(c, &lease->prefix.length, 1);
		cursor_put(c, lease->prefix.address.bytes, 16);
	}
	end_option(c, begin);
}

static void put_ia(struct cursor *c, const struct dhcpv6_ia *ia)
{
	uint8_t *begin = begin_option(c, (enum option)ia->kind);

	cursor_put_u32(c, ia->id);
	cursor_put_u32(c, ia->t1);
	cursor_put_u32(c, ia->t2);
	for (unsigned int i = 0; i < ia->lease_count; i++)
		put_lease(c, &ia->leases[i], ia->kind);
	if (ia->has_status)
		put_status(c, ia->status);
	end_option(c, begin);
}

static void put_dns(struct cursor *c, const struct dhcpv6_message *message)
{
	uint8_t *begin = begin_option(c, OPTION_DNS);

	for (unsigned int i = 0; i < message->dns_count; i++)
		cursor_put(c, message->dns[i].bytes, 16);
	end_option(c, begin);
}

static void put_rest(struct cursor *c, const struct dhcpv6_message *message)
{
	static const uint8_t dns_requested[2] = { 0, OPTION_DNS };
	uint8_t *begin;

	if (message->has_requests)
		put_option(c, OPTION_REQUESTS, dns_requested, message->requests_dns ? 2 : 0);
	if (message->has_preference)
		put_option(c, OPTION_PREFERENCE, &message->preference, 1);
	if (message->has_status)
		put_status(c, message->status);
	if (message->rapid_commit)
		put_option(c, OPTION_RAPID_COMMIT, NULL, 0);
	if (message->dns_count)
		put_dns(c, message);
	if (message->refresh) {
		begin = begin_option(c, OPTION_REFRESH);
		cursor_put_u32(c, message->refresh);
		end_option(c, begin);
	}
}

size_t dhcpv6_encode(const struct dhcpv6_message *message, uint8_t *out, size_t size)
{
	struct cursor c = cursor_over(out, size);

	cursor_put_u32(&c, (uint32_t)message->type << 24 | (message->transaction & 0xffffff));
	if (message->client.length)
		put_option(&c, OPTION_CLIENT, message->client.octets, message->client.length);
	if (message->server.length)
		put_option(&c, OPTION_SERVER, message->server.octets, message->server.length);
	for (unsigned int i = 0; i < message->ia_count; i++)
		put_ia(&c, &message->ias[i]);
	put_rest(&c, message);
	return cursor_ok(&c) ? (size_t)(c.position - out) : 0;
}
