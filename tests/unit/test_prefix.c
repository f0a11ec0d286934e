/* SPDX-License-Identifier: MIT */
/* Prefixes: text both ways, netmasks, what they contain. */
#include "base/prefix.h"

#include <string.h>

#include "test.h"

static struct address address_of(const char *text)
{
	struct address address;

	assert_true(address_parse(text, &address));
	return address;
}

static void text_both_ways(void **state)
{
	static const struct {
		const char *text, *printed;
		unsigned int length;
	} rows[] = {
		{ "192.0.2.0/24", "192.0.2.0/24", 24 }, { "192.0.2.1", "192.0.2.1", 32 },
		{ "192.0.2.1/32", "192.0.2.1", 32 }, { "0.0.0.0/0", "0.0.0.0/0", 0 }, { "::/0", "::/0", 0 },
		{ "2001:DB8::/32", "2001:db8::/32", 32 }, { "2001:db8::1", "2001:db8::1", 128 },
		{ "128.0.0.0/1", "128.0.0.0/1", 1 }, { "192.0.2.128/025", "192.0.2.128/25", 25 },
		{ "fe80::/10", "fe80::/10", 10 },
	};
	char out[PREFIX_TEXT_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct prefix prefix, again;

		print_message("# %s\n", rows[i].text);
		memset(&prefix, 0xff, sizeof(prefix));
		assert_true(prefix_parse(rows[i].text, &prefix));
		assert_int_equal(prefix.length, rows[i].length);
		assert_string_equal(prefix_format(&prefix, out, sizeof(out)), rows[i].printed);
		assert_true(prefix_parse(out, &again));
		assert_true(prefix_equal(&prefix, &again));
	}
	assert_string_equal(prefix_format(&(struct prefix){ .length = 0 }, out, sizeof(out)), "");
}

static void what_is_none(void **state)
{
	static const char *const bad[] = {
		"", "/", "/24", "192.0.2.0/", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/+1", "192.0.2.0/24 ",
		"192.0.2.0/24/24", "192.0.2/24", "2001:db8::/129", "2001:db8::/0032", "::ffff:192.0.2.0/120", "lns",
		"192.0.2.0/255.255.255.0", "fe80::1%eth0", "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb/1",
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct prefix prefix;

		print_message("# %s\n", bad[i]);
		memset(&prefix, 0xff, sizeof(prefix));
		assert_false(prefix_parse(bad[i], &prefix));
		assert_int_equal(prefix.address.family, AF_UNSPEC);
	}
}

static void host_bits_name_the_network(void **state)
{
	static const struct {
		const char *text, *network;
	} rows[] = {
		{ "192.0.2.1/24", "192.0.2.0/24" }, { "192.0.2.255/31", "192.0.2.254/31" },
		{ "1.0.0.0/0", "0.0.0.0/0" },
		{ "2001:db8::1/64", "2001:db8::/64" }, { "2001:db8:ffff::/33", "2001:db8:8000::/33" },
	};
	char out[PREFIX_TEXT_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct prefix prefix;

		assert_false(prefix_parse(rows[i].text, &prefix));
		assert_string_equal(prefix_format(&prefix, out, sizeof(out)), rows[i].network);
	}
}

static void contains(void **state)
{
	static const struct {
		const char *prefix, *address;
		bool inside;
	} rows[] = {
		{ "192.0.2.0/24", "192.0.2.0", true }, { "192.0.2.0/24", "192.0.2.255", true },
		{ "192.0.2.0/24", "192.0.3.0", false }, { "192.0.2.1", "192.0.2.1", true },
		{ "192.0.2.1", "192.0.2.0", false }, { "0.0.0.0/0", "255.255.255.255", true },
		{ "0.0.0.0/0", "::", false }, { "::/0", "2001:db8::1", true }, { "::/0", "192.0.2.1", false },
		{ "2001:db8:8000::/33", "2001:db8:8000::1", true }, { "2001:db8:8000::/33", "2001:db8:7fff::", false },
	};
	struct prefix none = { .length = 0 };
	struct address unknown = { .family = AF_UNSPEC };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct address address = address_of(rows[i].address);
		struct prefix prefix;

		assert_true(prefix_parse(rows[i].prefix, &prefix));
		assert_int_equal(prefix_contains(&prefix, &address), rows[i].inside);
		assert_false(prefix_contains(&prefix, &unknown));
		assert_false(prefix_contains(&none, &address));
	}
	assert_false(prefix_contains(&none, &unknown));
}

static void netmasks(void **state)
{
	static const struct {
		const char *address, *netmask, *prefix;		/* NULL: no mask */
	} rows[] = {
		{ "192.0.2.1", "255.255.255.0", "192.0.2.0/24" }, { "192.0.2.1", "255.255.255.255", "192.0.2.1" },
		{ "192.0.2.1", "0.0.0.0", "0.0.0.0/0" }, { "192.0.2.1", "255.255.255.252", "192.0.2.0/30" },
		{ "2001:db8::1", "ffff:ffff::", "2001:db8::/32" }, { "2001:db8::1", "::", "::/0" },
		{ "192.0.2.1", "255.0.255.0", NULL }, { "192.0.2.1", "0.0.0.1", NULL },
		{ "192.0.2.1", "ffff::", NULL }, { "2001:db8::1", "255.255.255.0", NULL },
	};
	char out[PREFIX_TEXT_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct address address = address_of(rows[i].address), netmask = address_of(rows[i].netmask);
		struct prefix prefix;

		print_message("# %s %s\n", rows[i].address, rows[i].netmask);
		assert_int_equal(prefix_from_netmask(&address, &netmask, &prefix), rows[i].prefix != NULL);
		assert_string_equal(prefix_format(&prefix, out, sizeof(out)), rows[i].prefix ? rows[i].prefix : "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_both_ways),
		cmocka_unit_test(what_is_none),
		cmocka_unit_test(host_bits_name_the_network),
		cmocka_unit_test(contains),
		cmocka_unit_test(netmasks),
	};

	return cmocka_run_group_tests_name("prefix", tests, NULL, NULL);
}
