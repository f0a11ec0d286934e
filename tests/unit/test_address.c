/* SPDX-License-Identifier: MIT */
/* Addresses and endpoints: text, sockaddr and what hostile text makes of them. */
#include "base/address.h"

#include <arpa/inet.h>
#include <string.h>

#include "test.h"

static struct address parsed(const char *text)
{
	struct address address;

	assert_true(address_parse(text, &address));
	return address;
}

static void formats_what_it_parsed(void **state)
{
	static const char *const texts[] = { "0.0.0.0", "192.0.2.1", "255.255.255.255", "::", "2001:db8::1",
					     "fe80::1" };
	char out[ADDRESS_TEXT_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct address address = parsed(texts[i]);

		assert_string_equal(address_format(&address, out, sizeof(out)), texts[i]);
	}
}

static void refuses_what_is_no_address(void **state)
{
	static const char *const texts[] = { "", "192.0.2", "192.0.2.256", "192.0.2.1 ", "fe80::1%eth0", "[::1]",
					     "192.0.2.1/24", "::1::", "localhost", "0300.0.0.1" };

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct address address;

		memset(&address, 0xff, sizeof(address));
		assert_false(address_parse(texts[i], &address));
		assert_int_equal(address.family, AF_UNSPEC);
	}
}

static void unspecified_is_empty_text(void **state)
{
	struct address none = { 0 };
	char out[ADDRESS_TEXT_MAX] = "x";

	assert_string_equal(address_format(&none, out, sizeof(out)), "");
}

static void endpoints_show_the_port_where_there_is_one(void **state)
{
	struct endpoint endpoint = { parsed("192.0.2.1"), 1701 };
	char out[ENDPOINT_TEXT_MAX];

	assert_string_equal(endpoint_format(&endpoint, out, sizeof(out)), "192.0.2.1:1701");
	endpoint.port = 0;
	assert_string_equal(endpoint_format(&endpoint, out, sizeof(out)), "192.0.2.1");
	endpoint = (struct endpoint){ parsed("2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff"), 65535 };
	assert_string_equal(endpoint_format(&endpoint, out, sizeof(out)),
			    "[2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff]:65535");
}

static void equality_needs_family_and_octets(void **state)
{
	struct address a = parsed("192.0.2.1"), b = parsed("192.0.2.2"), c = parsed("::c000:201"), none = { 0 };

	assert_true(address_equal(&a, &a));
	assert_false(address_equal(&a, &b));
	assert_false(address_equal(&a, &c));
	assert_false(address_equal(&a, &none));
	assert_true(address_equal(&none, &none));
}

static void kinds_of_addresses(void **state)
{
	static const struct {
		const char *text;
		bool any, unicast;
	} rows[] = {
		{ "0.0.0.0", true, false }, { "::", true, false },
		{ "192.0.2.1", false, true }, { "127.0.0.1", false, true }, { "223.255.255.255", false, true },
		{ "224.0.0.1", false, false }, { "239.255.255.255", false, false }, { "255.255.255.255", false, false },
		{ "::1", false, true }, { "fe80::1", false, true }, { "ff02::1", false, false },
		{ "::ffff:192.0.2.1", false, false },
	};
	struct address none = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct address address = parsed(rows[i].text);

		assert_int_equal(address_is_any(&address), rows[i].any);
		assert_int_equal(address_is_unicast(&address), rows[i].unicast);
	}
	assert_true(address_is_any(&none));
	assert_false(address_is_unicast(&none));
}

static void sockaddr_there_and_back(void **state)
{
	static const char *const texts[] = { "192.0.2.1", "2001:db8::1" };

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct endpoint endpoint = { parsed(texts[i]), 1701 }, back;
		struct sockaddr_storage sockaddr;

		assert_int_equal(endpoint_to_sockaddr(&endpoint, &sockaddr),
				 i ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in));
		assert_true(endpoint_from_sockaddr(&sockaddr, &back));
		assert_true(address_equal(&endpoint.address, &back.address));
		assert_int_equal(back.port, 1701);
	}
}

static void sockaddr_of_mapped_ipv4_is_ipv4(void **state)
{
	struct endpoint mapped = { parsed("::ffff:192.0.2.1"), 5 }, back;
	struct address plain = parsed("192.0.2.1");
	struct sockaddr_storage sockaddr;

	endpoint_to_sockaddr(&mapped, &sockaddr);
	assert_true(endpoint_from_sockaddr(&sockaddr, &back));
	assert_true(address_equal(&back.address, &plain));
	assert_int_equal(back.port, 5);
}

static void sockaddr_of_other_families(void **state)
{
	struct endpoint none = { .port = 1 }, back;
	struct sockaddr_storage sockaddr = { .ss_family = AF_UNIX };

	assert_false(endpoint_from_sockaddr(&sockaddr, &back));
	assert_int_equal(endpoint_to_sockaddr(&none, &sockaddr), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formats_what_it_parsed),
		cmocka_unit_test(refuses_what_is_no_address),
		cmocka_unit_test(unspecified_is_empty_text),
		cmocka_unit_test(endpoints_show_the_port_where_there_is_one),
		cmocka_unit_test(equality_needs_family_and_octets),
		cmocka_unit_test(kinds_of_addresses),
		cmocka_unit_test(sockaddr_there_and_back),
		cmocka_unit_test(sockaddr_of_mapped_ipv4_is_ipv4),
		cmocka_unit_test(sockaddr_of_other_families),
	};

	return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
