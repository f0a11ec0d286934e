/* SPDX-License-Identifier: MIT */
/* What values mean: addresses, names of devices and hosts that make sense, and those that do not. */
#include "config/check.h"

#include "config/objects.h"
#include "test.h"

static void interface_names(void **state)
{
	static const char *const good[] = { "", "eth0", "l2tpeth0", "a-b_c.d@e", "123456789012345", "...", "\xc3\xa4" };
	static const char *const bad[] = { ".", "..", "all", "default", "a/b", "a b", "a:b", "eth%d", "%", "\xc3\xa0" };

	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		assert_true(check_interface(good[i]));
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(check_interface(bad[i]));
}

static void netns_names(void **state)
{
	assert_true(check_netns(""));
	assert_true(check_netns("blue"));
	assert_true(check_netns("a b"));
	assert_false(check_netns("."));
	assert_false(check_netns(".."));
	assert_false(check_netns("../../proc/1/ns/net"));
	assert_false(check_netns("a/b"));
}

static void cookie_lengths(void **state)
{
	for (uint8_t length = 0; length <= PARAM_OCTETS_MAX; length++) {
		struct param_octets cookie = { .length = length };

		assert_int_equal(check_cookie(&cookie), length % 4 == 0);
	}
}

static void source_addresses(void **state)
{
	static const struct {
		const char *text;
		bool good;
	} rows[] = {
		{ "0.0.0.0", true }, { "::", true }, { "192.0.2.1", true }, { "2001:db8::1", true },
		{ "224.0.0.5", false }, { "255.255.255.255", false }, { "ff02::5", false },
		{ "::ffff:192.0.2.1", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct address address;

		assert_true(address_parse(rows[i].text, &address));
		assert_int_equal(check_source(&address), rows[i].good);
	}
}

static void names_in_lists(void **state)
{
	assert_true(check_list_name("") && check_list_name("a-b.c") && check_list_name("\xc3\xa4"));
	assert_true(!check_list_name("a b") && !check_list_name("a,b"));
}

static void addresses_of_hosts(void **state)
{
	static const struct {
		const char *text;
		bool host, v4, v6;
	} rows[] = {
		{ "192.0.2.1", true, true, false }, { "2001:db8::1", true, false, true },
		{ "0.0.0.0", false, false, false }, { "255.255.255.255", false, false, false },
		{ "ff02::1", false, false, false }, { "::", false, false, false },
	};
	struct address address = { .family = AF_UNSPEC };

	assert_true(check_host(&address) && check_host_v4(&address) && check_host_v6(&address));
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_true(address_parse(rows[i].text, &address));
		assert_int_equal(check_host(&address), rows[i].host);
		assert_int_equal(check_host_v4(&address), rows[i].v4);
		assert_int_equal(check_host_v6(&address), rows[i].v6);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(interface_names),
		cmocka_unit_test(netns_names),
		cmocka_unit_test(cookie_lengths),
		cmocka_unit_test(source_addresses),
		cmocka_unit_test(names_in_lists),
		cmocka_unit_test(addresses_of_hosts),
	};

	return cmocka_run_group_tests_name("check", tests, NULL, NULL);
}
