/* SPDX-License-Identifier: MIT */
/* What servers answer: verdicts, keys, and what a user gets. */
#include "radius_vectors.h"
#include "radius_world.h"

#define WISPR 14122
#define ASCEND 529
#define MIKROTIK 14988

static int begin_asked(void **state)
{
	if (begin_world(state) < 0)
		return -1;
	add_server("a", "192.0.2.9");
	ask();
	return take() ? 0 : -1;
}

static uint8_t response[49], challenge[16];

/* Asked again, by this method. */
static void ask_by(enum credentials_method method)
{
	struct credentials credentials = {
		.method = method, .name = (const uint8_t *)"anna", .name_length = 4, .challenge = challenge,
		.challenge_length = method == CREDENTIALS_MSCHAPV1 ? 8 : 16, .response = response,
		.response_length = sizeof(response),
	};

	ask_with(&credentials, NULL, HANDLE_NONE);
	assert_true(take());
}

static void put_microsoft(uint8_t type, const char *value)
{
	radius_put_vendor(&reply, RADIUS_VENDOR_MICROSOFT, type, value, strlen(value));
}

static void put_key(uint8_t type, const uint8_t *key, size_t length)
{
	uint8_t hidden[RADIUS_VALUE_MAX], salt[] = { 0x80, type };

	length = radius_hide_salted(&world_secret, last.packet.authenticator, salt, key, length, hidden);
	radius_put_vendor(&reply, RADIUS_VENDOR_MICROSOFT, type, hidden, length);
}

/* --- MS-CHAP --- */

#define PROOF "S=0123456789ABCDEF0123456789ABCDEF01234567"

static void an_accepted_mschapv2(void **state)
{
	uint8_t send[CREDENTIALS_KEY_LENGTH], receive[CREDENTIALS_KEY_LENGTH];

	memset(send, 0x5e, sizeof(send));
	memset(receive, 0x4e, sizeof(receive));
	ask_by(CREDENTIALS_MSCHAPV2);
	begin_reply(RADIUS_ACCESS_ACCEPT);
	put_microsoft(RADIUS_MS_CHAP2_SUCCESS, "\x09" PROOF);
	put_key(RADIUS_MS_MPPE_SEND_KEY, send, sizeof(send));
	put_key(RADIUS_MS_MPPE_RECV_KEY, receive, sizeof(receive));
	end_reply();
	tells(RADIUS_EVENT_ANSWER);
	assert_int_equal(event.verdict->result, CREDENTIALS_ACCEPTED);
	assert_string_equal(event.verdict->mschap_success, PROOF);
	assert_true(event.verdict->keys.there);
	assert_memory_equal(event.verdict->keys.send, send, sizeof(send));
	assert_memory_equal(event.verdict->keys.receive, receive, sizeof(receive));
}

/* The server must prove itself, too. */
static void mschapv2_without_a_proof(void **state)
{
	ask_by(CREDENTIALS_MSCHAPV2);
	begin_reply(RADIUS_ACCESS_ACCEPT);
	end_reply();
	tells(RADIUS_EVENT_FAILURE);
	assert_non_null(strstr(event.text, "does not prove"));
	ask_by(CREDENTIALS_MSCHAPV2);
	begin_reply(RADIUS_ACCESS_ACCEPT);
	put_microsoft(RADIUS_MS_CHAP2_SUCCESS, "\x09S=0123");
	end_reply();
	tells(RADIUS_EVENT_FAILURE);
	assert_non_null(strstr(event.text, "Microsoft 26"));
	assert_int_equal(counted().malformed, 2);
}

static void a_rejected_mschapv2(void **state)
{
	ask_by(CREDENTIALS_MSCHAPV2);
	begin_reply(RADIUS_ACCESS_REJECT);
	radius_put_text(&reply, RADIUS_REPLY_MESSAGE, "no");
	put_microsoft(RADIUS_MS_CHAP_ERROR, "\x09" "E=691 R=0 C=00 V=3 M=wrong");
	radius_put_text(&reply, RADIUS_REPLY_MESSAGE, "no");
	end_reply();
	tells(RADIUS_EVENT_ANSWER);
	assert_int_equal(event.verdict->result, CREDENTIALS_REJECTED);
	assert_string_equal(event.verdict->message, "E=691 R=0 C=00 V=3 M=wrong");
}

/* RFC 3079 section 2.5.3 has what the NT hash's hash of this password and this challenge give. */
static void keys_of_mschapv1(void **state)
{
	uint8_t clear[32] = { 0 }, hidden[32], wanted[16];

	hex_octets("41c00c584bd2d91c4017a2a12fa59f3f", clear + 8, 16);
	hex_octets("a8947850cfc0acc1d1789fb62ddcddb0", wanted, 16);
	hex_octets("102db5df085d3041", challenge, 8);
	ask_by(CREDENTIALS_MSCHAPV1);
	begin_reply(RADIUS_ACCESS_ACCEPT);
	radius_hide_password(&world_secret, last.packet.authenticator, clear, sizeof(clear), hidden);
	radius_put_vendor(&reply, RADIUS_VENDOR_MICROSOFT, RADIUS_MS_CHAP_MPPE_KEYS, hidden, sizeof(hidden));
	end_reply();
	tells(RADIUS_EVENT_ANSWER);
	assert_true(event.verdict->keys.there);
	assert_memory_equal(event.verdict->keys.send, event.verdict->keys.receive, 16);
	assert_memory_equal(event.verdict->keys.send, wanted, 16);
}

static void long_and_bad_keys(void **state)
{
	uint8_t key[32] = { 1, 2, 3 };

	ask_by(CREDENTIALS_MSCHAPV2);
	begin_reply(RADIUS_ACCESS_ACCEPT);
	put_microsoft(RADIUS_MS_CHAP2_SUCCESS, "\x09" PROOF);
	put_key(RADIUS_MS_MPPE_SEND_KEY, key, sizeof(key));
	end_reply();
	tells(RADIUS_EVENT_ANSWER);
	assert_false(event.verdict->keys.there);	/* one way only */
	assert_memory_equal(event.verdict->keys.send, key, 16);
	ask_by(CREDENTIALS_MSCHAPV2);
	begin_reply(RADIUS_ACCESS_ACCEPT);
	put_microsoft(RADIUS_MS_CHAP2_SUCCESS, "\x09" PROOF);
	put_key(RADIUS_MS_MPPE_RECV_KEY, key, 15);
	end_reply();
	tells(RADIUS_EVENT_FAILURE);
}

/* --- what is no PPP --- */

static void a_challenge_without_eap(void **state)
{
	begin_reply(RADIUS_ACCESS_CHALLENGE);
	radius_put_text(&reply, RADIUS_REPLY_MESSAGE, "your token?");
	end_reply();
	tells(RADIUS_EVENT_ANSWER);
	assert_int_equal(event.verdict->result, CREDENTIALS_REJECTED);
	assert_string_equal(event.verdict->message, "your token?");
	assert_non_null(strstr(event.text, "only EAP"));
}

static void a_service_that_is_not_ppp(void **state)
{
	begin_reply(RADIUS_ACCESS_ACCEPT);
	radius_put_u32(&reply, RADIUS_SERVICE_TYPE, 6);
	end_reply();
	tells(RADIUS_EVENT_ANSWER);
	assert_int_equal(event.verdict->result, CREDENTIALS_REJECTED);
	assert_null(event.grant);
	assert_string_equal(event.text, "the RADIUS server allows the user Service-Type 6 only, which is not PPP's");
	ask();
	assert_true(take());
	begin_reply(RADIUS_ACCESS_ACCEPT);
	radius_put_u32(&reply, RADIUS_SERVICE_TYPE, 2);
	radius_put_u32(&reply, RADIUS_FRAMED_PROTOCOL, 1);
	radius_put_text(&reply, RADIUS_USER_NAME, "anna.b");
	end_reply();
	tells(RADIUS_EVENT_ANSWER);
	assert_int_equal(event.verdict->result, CREDENTIALS_ACCEPTED);
	assert_string_equal(event.user_name, "anna.b");
}

/* --- grants --- */

static void put_address(uint8_t type, const char *text)
{
	struct address address = address_of(text);

	radius_put_address(&reply, type, type, &address);
}

static void put_prefix(uint8_t type, const char *text)
{
	struct prefix prefix;

	assert_true(prefix_parse(text, &prefix));
	radius_put_prefix(&reply, type, &prefix);
}

static void put_vendor_u32(uint32_t vendor, uint8_t type, uint32_t value)
{
	const uint8_t octets[] = { (uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
				   (uint8_t)value };

	radius_put_vendor(&reply, vendor, type, octets, sizeof(octets));
}

static const struct grant *granted(void)
{
	end_reply();
	tells(RADIUS_EVENT_ANSWER);
	assert_non_null(event.grant);
	return event.grant;
}

static void again(void)
{
	ask();
	assert_true(take());
	begin_reply(RADIUS_ACCESS_ACCEPT);
}

static void is_address(const struct address *address, const char *wanted)
{
	char text[ADDRESS_TEXT_MAX];

	assert_string_equal(address_format(address, text, sizeof(text)), wanted);
}

static void is_prefix(const struct prefix *prefix, const char *wanted)
{
	char text[PREFIX_TEXT_MAX];

	assert_string_equal(prefix_format(prefix, text, sizeof(text)), wanted);
}

static void addresses(void **state)
{
	const struct grant *grant;

	begin_reply(RADIUS_ACCESS_ACCEPT);
	assert_int_equal(granted()->address, GRANT_ADDRESS_UNSAID);
	again();
	put_address(RADIUS_FRAMED_IP_ADDRESS, "192.0.2.77");
	radius_put_text(&reply, RADIUS_FRAMED_POOL, "p");
	grant = granted();
	assert_int_equal(grant->address, GRANT_ADDRESS_FIXED);
	is_address(&grant->ipv4, "192.0.2.77");
	again();
	radius_put_text(&reply, RADIUS_FRAMED_POOL, "p");
	grant = granted();
	assert_int_equal(grant->address, GRANT_ADDRESS_POOL);
	assert_string_equal(grant->pool, "p");
	again();
	radius_put_u32(&reply, RADIUS_FRAMED_IP_ADDRESS, 0xfffffffe);
	assert_int_equal(granted()->address, GRANT_ADDRESS_POOL);
	again();
	radius_put_u32(&reply, RADIUS_FRAMED_IP_ADDRESS, 0xffffffff);
	assert_int_equal(granted()->address, GRANT_ADDRESS_USER);
}

static void ipv6(void **state)
{
	static const uint8_t identifier[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	const struct grant *grant;

	begin_reply(RADIUS_ACCESS_ACCEPT);
	radius_put(&reply, RADIUS_FRAMED_INTERFACE_ID, identifier, sizeof(identifier));
	put_prefix(RADIUS_FRAMED_IPV6_PREFIX, "2001:db8:1::/64");
	put_prefix(RADIUS_DELEGATED_IPV6_PREFIX, "2001:db8:100::/56");
	put_address(RADIUS_FRAMED_IPV6_ADDRESS, "2001:db8:1::5");
	put_address(RADIUS_DNS_SERVER_IPV6_ADDRESS, "2001:db8::53");
	put_address(RADIUS_DNS_SERVER_IPV6_ADDRESS, "2001:db8::54");
	radius_put_text(&reply, RADIUS_FRAMED_IPV6_POOL, "six");
	radius_put_text(&reply, RADIUS_DELEGATED_IPV6_PREFIX_POOL, "pd");
	radius_put_text(&reply, RADIUS_FRAMED_IPV6_ROUTE, "2001:db8:200::/48 :: 5");
	grant = granted();
	assert_true(grant->has_identifier);
	assert_memory_equal(grant->identifier, identifier, sizeof(identifier));
	is_prefix(&grant->ipv6_prefix, "2001:db8:1::/64");
	is_prefix(&grant->delegated, "2001:db8:100::/56");
	is_address(&grant->ipv6, "2001:db8:1::5");
	is_address(&grant->dns6[1], "2001:db8::54");
	assert_string_equal(grant->ipv6_pool, "six");
	assert_string_equal(grant->delegated_pool, "pd");
	is_prefix(&grant->routes[0].prefix, "2001:db8:200::/48");
	assert_int_equal(grant->routes[0].metric, 5);
}

static void routes(void **state)
{
	static const struct { const char *text, *prefix; unsigned int metric; } cases[] = {
		{ "198.51.100.0/24 0.0.0.0 1", "198.51.100.0/24", 1 },
		{ "198.51.100.5/24", "198.51.100.0/24", 0 },
		{ "198.51.100.0", "198.51.100.0/24", 0 },	/* class C */
		{ "10.0.0.0 192.0.2.1 3 4 5", "10.0.0.0/8", 3 },
		{ "172.16.0.0", "172.16.0.0/16", 0 },
		{ "198.51.100.5", "198.51.100.5", 0 },	/* a host */
		{ "0.0.0.0/0 0.0.0.0", "0.0.0.0/0", 0 },
	};
	const struct grant *grant;

	begin_reply(RADIUS_ACCESS_ACCEPT);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		radius_put_text(&reply, RADIUS_FRAMED_ROUTE, cases[i].text);
	grant = granted();
	assert_string_equal(event.text, "");
	assert_int_equal(grant->route_count, ARRAY_SIZE(cases));
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		is_prefix(&grant->routes[i].prefix, cases[i].prefix);
		assert_int_equal(grant->routes[i].metric, cases[i].metric);
	}
}

/* The user comes in all the same, and the reason is told. */
static void routes_that_are_none(void **state)
{
	static const char *const cases[] = {
		"nowhere", " ", "198.51.100.0/33", "198.51.100.0/24 gateway", "198.51.100.0/24 0.0.0.0 far",
		"2001:db8::/32 :: 1", "198.51.100.0/24 0.0.0.0 4294967296",
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		again();
		radius_put_text(&reply, RADIUS_FRAMED_ROUTE, cases[i]);
		assert_int_equal(granted()->route_count, 0);
		assert_non_null(strstr(event.text, "attribute 22 is ignored"));
	}
	again();
	for (int i = 0; i <= GRANT_ROUTES_MAX; i++)
		radius_put_text(&reply, RADIUS_FRAMED_ROUTE, "198.51.100.0/24");
	assert_int_equal(granted()->route_count, GRANT_ROUTES_MAX);
}

static void limits_and_names(void **state)
{
	const struct grant *grant;

	begin_reply(RADIUS_ACCESS_ACCEPT);
	radius_put_u32(&reply, RADIUS_SESSION_TIMEOUT, 3600);
	radius_put_u32(&reply, RADIUS_IDLE_TIMEOUT, 600);
	radius_put_u32(&reply, RADIUS_ACCT_INTERIM_INTERVAL, 300);
	radius_put_u32(&reply, RADIUS_PORT_LIMIT, 2);
	radius_put_u32(&reply, RADIUS_FRAMED_MTU, 1400);
	radius_put_text(&reply, RADIUS_FILTER_ID, "gold");
	radius_put(&reply, RADIUS_CLASS, "\0\1", 2);
	radius_put(&reply, RADIUS_CLASS, "c", 1);
	put_vendor_u32(RADIUS_VENDOR_MICROSOFT, RADIUS_MS_PRIMARY_DNS, 0xc0000235);
	put_vendor_u32(RADIUS_VENDOR_MICROSOFT, RADIUS_MS_SECONDARY_DNS, 0xc0000236);
	put_vendor_u32(RADIUS_VENDOR_MICROSOFT, RADIUS_MS_PRIMARY_NBNS, 0xc0000237);
	grant = granted();
	assert_int_equal(grant->session_timeout, 3600);
	assert_int_equal(grant->idle_timeout, 600);
	assert_int_equal(grant->interim_interval, 300);
	assert_int_equal(grant->port_limit, 2);
	assert_int_equal(grant->mtu, 1400);
	assert_string_equal(grant->filter, "gold");
	assert_int_equal(grant->class_count, 2);
	assert_int_equal(grant->classes[0].length, 2);
	assert_memory_equal(grant->classes[0].octets, "\0\1", 2);
	is_address(&grant->dns[0], "192.0.2.53");
	is_address(&grant->dns[1], "192.0.2.54");
	is_address(&grant->nbns[0], "192.0.2.55");
	assert_int_equal(grant->nbns[1].family, AF_UNSPEC);
	assert_false(grant->mppe_required);
}

static void encryption(void **state)
{
	const struct grant *grant;

	begin_reply(RADIUS_ACCESS_ACCEPT);
	put_vendor_u32(RADIUS_VENDOR_MICROSOFT, RADIUS_MS_MPPE_ENCRYPTION_POLICY, 2);
	put_vendor_u32(RADIUS_VENDOR_MICROSOFT, RADIUS_MS_MPPE_ENCRYPTION_TYPES, 4);
	grant = granted();
	assert_true(grant->mppe_required);
	assert_int_equal(grant->mppe_bits, 4);
	again();
	put_vendor_u32(RADIUS_VENDOR_MICROSOFT, RADIUS_MS_MPPE_ENCRYPTION_POLICY, 1);
	grant = granted();
	assert_false(grant->mppe_required);
}

static void rates(void **state)
{
	static const struct { const char *text; uint64_t receive, send; } cases[] = {
		{ "2M/10M", 2000000, 10000000 },
		{ "512k", 512000, 512000 },
		{ "1000000/1G 2M/2M", 1000000, 1000000000 },
	};
	const struct grant *grant;

	begin_reply(RADIUS_ACCESS_ACCEPT);
	put_vendor_u32(WISPR, 7, 1000000);
	put_vendor_u32(WISPR, 8, 4000000000);
	grant = granted();
	assert_true(grant->rate_receive == 1000000 && grant->rate_send == 4000000000);
	again();
	put_vendor_u32(ASCEND, 197, 64000);
	put_vendor_u32(ASCEND, 255, 128000);
	grant = granted();
	assert_true(grant->rate_receive == 64000 && grant->rate_send == 128000);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		again();
		radius_put_vendor(&reply, MIKROTIK, 8, cases[i].text, strlen(cases[i].text));
		grant = granted();
		assert_true(grant->rate_receive == cases[i].receive && grant->rate_send == cases[i].send);
	}
}

/* --- what cannot be --- */

static void refused(void)
{
	end_reply();
	tells(RADIUS_EVENT_FAILURE);
	assert_non_null(strstr(event.text, "which cannot be"));
}

static void values_that_cannot_be(void **state)
{
	static const uint8_t numbers[] = { RADIUS_SESSION_TIMEOUT, RADIUS_FRAMED_IP_ADDRESS, RADIUS_SERVICE_TYPE,
					   RADIUS_FRAMED_IPV6_PREFIX, RADIUS_FRAMED_IPV6_ADDRESS,
					   RADIUS_FRAMED_INTERFACE_ID, RADIUS_FRAMED_MTU };
	static const uint8_t microsoft[] = { RADIUS_MS_MPPE_ENCRYPTION_POLICY, RADIUS_MS_PRIMARY_DNS,
					     RADIUS_MS_MPPE_SEND_KEY };
	static const char *const rates[] = { "fast", "1M/", "1M/x", "1Mb", "/1M" };

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		again();
		radius_put_text(&reply, numbers[i], "x");
		refused();
	}
	for (size_t i = 0; i < ARRAY_SIZE(microsoft); i++) {
		again();
		put_microsoft(microsoft[i], "abc");
		refused();
	}
	for (size_t i = 0; i < ARRAY_SIZE(rates); i++) {
		again();
		radius_put_vendor(&reply, MIKROTIK, 8, rates[i], strlen(rates[i]));
		refused();
	}
	again();
	radius_put_u32(&reply, RADIUS_FRAMED_IP_ADDRESS, 0xe0000001);	/* multicast */
	refused();
	again();
	radius_put(&reply, RADIUS_FRAMED_POOL, "a\0b", 3);
	refused();
	again();
	put_vendor_u32(RADIUS_VENDOR_MICROSOFT, RADIUS_MS_MPPE_ENCRYPTION_POLICY, 3);
	refused();
}

static void what_nobody_knows_is_no_matter(void **state)
{
	begin_reply(RADIUS_ACCESS_ACCEPT);
	radius_put_text(&reply, 240, "x");
	radius_put_vendor(&reply, 9, 1, "shape=1", 7);
	put_microsoft(RADIUS_MS_CHAP_DOMAIN, "d");
	for (int i = 0; i <= GRANT_CLASSES_MAX; i++)
		radius_put_text(&reply, RADIUS_CLASS, "c");
	assert_int_equal(granted()->class_count, GRANT_CLASSES_MAX);
}

static void messages_are_printable_and_cut(void **state)
{
	char text[200];

	memset(text, 'x', sizeof(text) - 1);
	text[199] = '\0';
	begin_reply(RADIUS_ACCESS_REJECT);
	radius_put_text(&reply, RADIUS_REPLY_MESSAGE, "a\x1b[2Jb\n");
	radius_put_text(&reply, RADIUS_REPLY_MESSAGE, text);
	radius_put_text(&reply, RADIUS_REPLY_MESSAGE, text);
	radius_put_text(&reply, RADIUS_REPLY_MESSAGE, text);
	end_reply();
	tells(RADIUS_EVENT_ANSWER);
	assert_int_equal(strlen(event.verdict->message), CREDENTIALS_MESSAGE_MAX - 1);
	assert_memory_equal(event.verdict->message, "a?[2Jb?xxx", 10);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin_asked, end_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_accepted_mschapv2),
		TEST(mschapv2_without_a_proof),
		TEST(a_rejected_mschapv2),
		TEST(keys_of_mschapv1),
		TEST(long_and_bad_keys),
		TEST(a_challenge_without_eap),
		TEST(a_service_that_is_not_ppp),
		TEST(addresses),
		TEST(ipv6),
		TEST(routes),
		TEST(routes_that_are_none),
		TEST(limits_and_names),
		TEST(encryption),
		TEST(rates),
		TEST(values_that_cannot_be),
		TEST(what_nobody_knows_is_no_matter),
		TEST(messages_are_printable_and_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
