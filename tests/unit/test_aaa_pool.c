/* SPDX-License-Identifier: MIT */
/* Pools: who gets what, who gets it again, what is refused, and what is left after changes and restarts. */
#include "pool_world.h"

static void what_is_given(void **state)
{
	static const struct {
		const char *ranges;
		unsigned int length;
		uint64_t size;
		const char *first, *second;
	} rows[] = {
		{ "192.0.2.10-192.0.2.12", 0, 3, "192.0.2.10", "192.0.2.11" },
		{ "192.0.2.0/24", 0, 254, "192.0.2.1", "192.0.2.2" },
		{ "192.0.2.0/30", 0, 2, "192.0.2.1", "192.0.2.2" },
		{ "192.0.2.0/31", 0, 2, "192.0.2.0", "192.0.2.1" },
		{ "192.0.2.0-192.0.2.255", 0, 256, "192.0.2.0", "192.0.2.1" },
		{ "192.0.2.7,198.51.100.9", 32, 2, "192.0.2.7", "198.51.100.9" },
		{ "10.0.0.0/8", 0, (1 << 24) - 2, "10.0.0.1", "10.0.0.2" },
		{ "2001:db8::/32", 0, UINT64_C(1) << 32, "2001:db8::/64", "2001:db8:0:1::/64" },
		{ "2001:db8::/32", 56, 1 << 24, "2001:db8::/56", "2001:db8:0:100::/56" },
		{ "2001:db8::/64", 0, 1, "2001:db8::/64", "" },
		{ "2001:db8::-2001:db8:0:3::", 0, 4, "2001:db8::/64", "2001:db8:0:1::/64" },
		{ "2001:db8::-2001:db8:0:3:ffff:ffff:ffff:ffff", 0, 4, "2001:db8::/64", "2001:db8:0:1::/64" },
		{ "2001:db8::1-2001:db8::5", 128, 5, "2001:db8::1", "2001:db8::2" },
		{ "2001:db8::5", 128, 1, "2001:db8::5", "" },
		{ "2000::/16", 64, UINT64_C(1) << 48, "2000::/64", "2000:0:0:1::/64" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		print_message("# %s\n", rows[i].ranges);
		set("p", rows[i].ranges, rows[i].length);
		assert_true(view_of("p").size == rows[i].size);
		assert_string_equal(take("p", "a"), rows[i].first);
		assert_string_equal(take("p", "b"), rows[i].second);
		remove_last("p");
		restart();
		stored.count = 0;
	}
}

static void what_is_no_pool(void **state)
{
	static const struct {
		const char *ranges;
		unsigned int length;
		const char *parameter, *text;
	} rows[] = {
		{ "", 0, "range", "a pool has 1 to 16 ranges" },
		{ "192.0.2.1,2001:db8::/64", 0, "range", "a pool has addresses of IPv4 or of IPv6, not of both" },
		{ "192.0.2.0/24,192.0.2.255", 0, "range", "192.0.2.255 and 192.0.2.0/24 overlap" },
		{ "192.0.2.0/24", 24, "delegate_length",
		  "24 is no length of IPv6 prefixes: 1..128; out of IPv4 ranges come addresses" },
		{ "2001:db8::/32", 129, "delegate_length",
		  "129 is no length of IPv6 prefixes: 1..128; out of IPv4 ranges come addresses" },
		{ "2001:db8::/64", 56, "range", "2001:db8::/64 does not consist of whole /56 prefixes" },
		{ "2001:db8::1-2001:db8::5", 0, "range",
		  "2001:db8::1-2001:db8::5 does not consist of whole /64 prefixes" },
		{ "2001:db8::-2001:db8::5", 0, "range",
		  "2001:db8::-2001:db8::5 does not consist of whole /64 prefixes" },
		{ "2001:db8::/64", 128, "range",
		  "2001:db8::/64 has more than 2^48 parts of /128: make it smaller, or delegate_length" },
		{ "2000::/3", 128, "range",
		  "2000::/3 has more than 2^48 parts of /128: make it smaller, or delegate_length" },
		{ "224.0.0.0/24", 0, "range", "in 224.0.0.0/24 are addresses that nobody can have" },
		{ "127.0.0.1", 0, "range", "in 127.0.0.1 are addresses that nobody can have" },
		{ "0.0.0.0/0", 0, "range", "in 0.0.0.0/0 are addresses that nobody can have" },
		{ "::/0", 64, "range", "in ::/0 are addresses that nobody can have" },
		{ "fe80::/64", 0, "range", "in fe80::/64 are addresses that nobody can have" },
		{ "198.51.100.0-198.51.101.9", 0, "range", "198.51.100.0-198.51.101.9 overlaps a range of pool other" },
	};
	struct error error;
	struct pool_view view;

	set("other", "198.51.100.0/24", 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		print_message("# %s\n", rows[i].ranges);
		assert_int_equal(try_set("p", rows[i].ranges, rows[i].length, &error), -1);
		assert_string_equal(error.text, rows[i].text);
		assert_string_equal(error.parameter, rows[i].parameter);
		assert_false(pools_view(pools, "p", &view));
	}
}

static void the_same_again(void **state)
{
	set("p", "192.0.2.1-192.0.2.3", 0);
	assert_string_equal(take("p", "a"), "192.0.2.1");
	assert_string_equal(take("p", "b"), "192.0.2.2");
	give_back("192.0.2.1");
	/* others get what nobody had before */
	assert_string_equal(take("p", "c"), "192.0.2.3");
	assert_string_equal(take("p", "a"), "192.0.2.1");
	give_back("192.0.2.1");
	give_back("192.0.2.3");
	/* then what lies there the longest */
	assert_string_equal(take("p", "d"), "192.0.2.1");
	assert_string_equal(take("p", "c"), "192.0.2.3");
	assert_string_equal(take("p", "a"), "");
	assert_int_equal(view_of("p").refused, 1);
	assert_int_equal(view_of("p").given, 6);
	assert_int_equal(view_of("p").in_use, 3);
	/* a user of several sessions has the one of the last again first */
	give_back("192.0.2.1");
	assert_string_equal(take("p", "b"), "192.0.2.1");
	give_back("192.0.2.2");
	give_back("192.0.2.1");
	assert_int_equal(view_of("p").remembered, 2);
	assert_string_equal(take("p", "b"), "192.0.2.1");
	assert_string_equal(take("p", "b"), "192.0.2.2");
	/* nobody's are given in turn, not the last at once */
	give_back("192.0.2.2");
	give_back("192.0.2.3");
	assert_string_equal(take("p", ""), "192.0.2.2");
	give_back("192.0.2.2");
	assert_string_equal(take("p", ""), "192.0.2.3");
}

static void a_certain_address(void **state)
{
	struct error error;

	set("p", "192.0.2.0/29", 0);
	set("six", "2001:db8::/32", 56);
	assert_int_equal(take_this("192.0.2.2", "a", &error), 0);
	assert_int_equal(take_this("192.0.2.2", "b", &error), -1);
	assert_int_equal(error.code, ERROR_EXISTS);
	assert_string_equal(error.text, "192.0.2.2 is in use by a");
	assert_string_equal(take("p", "b"), "192.0.2.1");
	assert_string_equal(take("p", "b"), "192.0.2.3");
	give_back("192.0.2.2");
	/* also what is another's when that one is away */
	assert_int_equal(take_this("192.0.2.2", "c", &error), 0);
	assert_string_equal(take("p", "a"), "192.0.2.4");
	/* from no pool; what the pool leaves out may be somebody's */
	assert_int_equal(take_this("203.0.113.1", "d", &error), 0);
	assert_int_equal(take_this("203.0.113.1", "", &error), -1);
	assert_string_equal(error.text, "203.0.113.1 is in use by d");
	give_back("203.0.113.1");
	assert_int_equal(take_this("203.0.113.1", "", &error), 0);
	assert_int_equal(take_this("203.0.113.1", "d", &error), -1);
	assert_string_equal(error.text, "203.0.113.1 is in use");
	assert_int_equal(take_this("192.0.2.7", "d", &error), 0);
	assert_int_equal(take_this("2001:db8:ff00::/56", "d", &error), 0);
	assert_int_equal(take_this("2001:db8:ff00::/64", "e", &error), -1);
	assert_string_equal(error.text,
			    "a /64 cannot be out of pool six, which gives /56: take one from outside of its ranges");
	assert_int_equal(error.code, ERROR_VALUE);
	assert_int_equal(pools_take_this(pools, &(struct prefix){ .length = 0 }, "d", &error), -1);
}

/* An address by itself has with it what its pool would have given to one user. */
static void what_is_around_an_address(void **state)
{
	struct address inside, beside;
	struct prefix taken, outside;
	struct error error;

	assert_true(address_parse("2001:db8::1:0:7", &inside) && address_parse("2001:db9::7", &beside));
	set("p", "192.0.2.0/29", 0);
	set("six", "2001:db8::/63", 64);
	assert_int_equal(pools_take_around(pools, &inside, "a", &taken, &error), 0);
	expect_prefix(&taken, "2001:db8::/64");
	assert_int_equal(pools_take_around(pools, &inside, "b", &taken, &error), -1);
	assert_string_equal(error.text, "2001:db8::/64 is in use by a");
	assert_string_equal(take("six", "b"), "2001:db8:0:1::/64");
	assert_int_equal(pools_take_around(pools, &beside, "b", &outside, &error), 0);
	expect_prefix(&outside, "2001:db9::7");
	pools_give_back(pools, &outside);
	give_back("2001:db8::/64");
	assert_string_equal(take("six", "c"), "2001:db8::/64");
}

/* What is larger than a pool would be others' too. */
static void what_a_pool_is_in(void **state)
{
	struct error error;

	set("p", "192.0.2.0/29", 0);
	set("six", "2001:db8:1::/48", 64);
	assert_int_equal(take_this("2001:db8::/32", "a", &error), -1);
	assert_string_equal(error.text, "in 2001:db8::/32 are addresses of pool six, which others are given");
	assert_int_equal(take_this("2001:db8::/48", "a", &error), 0);
	assert_int_equal(take_this("192.0.2.0", "a", &error), 0);	/* which the pool leaves out */
}

static void give_back_what_is_not_there(void **state)
{
	struct prefix prefix = prefix_of("192.0.2.1"), none = { .length = 0 };

	set("p", "192.0.2.0/29", 0);
	pools_give_back(pools, &prefix);
	pools_give_back(pools, &none);
	assert_string_equal(take("p", "a"), "192.0.2.1");
	give_back("192.0.2.1");
	pools_give_back(pools, &prefix);
	assert_int_equal(view_of("p").remembered, 1);
	assert_int_equal(view_of("p").in_use, 0);
}

static void our_own_addresses(void **state)
{
	struct address one = prefix_of("192.0.2.1").address, two = prefix_of("192.0.2.2").address;
	struct address six = prefix_of("2001:db8::1").address, also = prefix_of("2001:db8::2").address;
	struct error error;

	assert_int_equal(pools_add_own(pools, &one, &error), 0);
	set("p", "192.0.2.0/29", 0);
	set("six", "2001:db8::/62", 64);
	assert_int_equal(pools_add_own(pools, &one, &error), 0);
	assert_int_equal(pools_add_own(pools, &six, &error), 0);
	assert_int_equal(pools_add_own(pools, &also, &error), 0);
	assert_int_equal(view_of("p").size, 5);
	assert_int_equal(view_of("six").size, 3);
	assert_string_equal(take("p", "a"), "192.0.2.2");
	assert_string_equal(take("six", "a"), "2001:db8:0:1::/64");
	assert_int_equal(take_this("192.0.2.1", "a", &error), -1);
	assert_string_equal(error.text, "192.0.2.1 is an address of our own");
	assert_int_equal(take_this("2001:db8::/64", "a", &error), -1);
	/* somebody has it already: who has it keeps it */
	assert_int_equal(pools_add_own(pools, &two, &error), 0);
	give_back("192.0.2.2");
	assert_string_equal(take("p", "a"), "192.0.2.3");
	give_back("192.0.2.3");
	pools_remove_own(pools, &one);
	pools_remove_own(pools, &six);
	assert_string_equal(take("p", "b"), "192.0.2.4");
	assert_int_equal(view_of("six").size, 3);
	pools_remove_own(pools, &one);
	pools_remove_own(pools, &one);
	pools_remove_own(pools, &also);
	assert_int_equal(view_of("p").size, 5);
	assert_int_equal(view_of("six").size, 4);
	assert_int_equal(take_this("192.0.2.1", "c", &error), 0);
	assert_int_equal(take_this("2001:db8::/64", "c", &error), 0);
}

static void ranges_change(void **state)
{
	struct error error;

	set("p", "192.0.2.1-192.0.2.6", 0);
	assert_string_equal(take("p", "a"), "192.0.2.1");
	assert_string_equal(take("p", "b"), "192.0.2.2");
	assert_string_equal(take("p", "c"), "192.0.2.3");
	assert_string_equal(take("p", "d"), "192.0.2.4");
	assert_int_equal(take_this("198.51.100.2", "e", &error), 0);
	give_back("192.0.2.4");
	give_back("192.0.2.1");
	set("p", "198.51.100.1-198.51.100.3,192.0.2.3-192.0.2.4", 0);
	assert_int_equal(view_of("p").in_use, 2);
	assert_int_equal(view_of("p").remembered, 1);
	/* who had what does not fit has it until the end */
	assert_int_equal(take_this("192.0.2.2", "x", &error), -1);
	assert_string_equal(error.text, "192.0.2.2 is in use by b");
	give_back("192.0.2.2");
	assert_string_equal(take("p", "b"), "198.51.100.1");
	assert_string_equal(take("p", "d"), "192.0.2.4");
	give_back("198.51.100.2");
	assert_string_equal(take("p", "e"), "198.51.100.2");
	/* a change that is refused changes nothing */
	assert_int_equal(try_set("p", "224.0.0.1", 0, &error), -1);
	assert_string_equal(take("p", "f"), "198.51.100.3");
	assert_string_equal(take("p", "g"), "");
	restart();
	set("p", "192.0.2.1-192.0.2.6", 0);
	assert_string_equal(take("p", "a"), "192.0.2.1");
	assert_string_equal(take("p", "c"), "192.0.2.3");
}

static void pools_go(void **state)
{
	struct error error;

	set("p", "192.0.2.1-192.0.2.3", 0);
	assert_string_equal(take("p", "a"), "192.0.2.1");
	assert_string_equal(take("p", "b"), "192.0.2.2");
	give_back("192.0.2.2");
	remove_last("p");
	assert_int_equal(pools_take(pools, "p", "a", &(struct prefix){ .length = 0 }, &error), -1);
	assert_string_equal(error.text, "there is no pool p: create it");
	assert_int_equal(take_this("192.0.2.1", "x", &error), -1);
	set("q", "192.0.2.1-192.0.2.3", 0);
	assert_int_equal(view_of("q").in_use, 1);
	assert_string_equal(take("q", "x"), "192.0.2.2");
	remove_last("q");
	give_back("192.0.2.1");
	give_back("192.0.2.2");
	/* the store has not forgotten */
	set("p", "192.0.2.1-192.0.2.3", 0);
	assert_string_equal(take("p", "c"), "192.0.2.3");
	assert_string_equal(take("p", "b"), "192.0.2.2");
}

static void all_at_once(void **state)
{
	struct pool_config first[] = {
		config_of("p", "192.0.2.1-192.0.2.3", 0), config_of("q", "192.0.2.4-192.0.2.6", 0),
		config_of("r", "192.0.2.7", 0),
	};
	struct pool_config swapped[] = {
		config_of("q", "192.0.2.1-192.0.2.3", 0), config_of("p", "192.0.2.4-192.0.2.7", 0),
	};
	struct pool_config wrong[] = {
		config_of("s", "192.0.2.1", 0), config_of("p", "192.0.2.0/30", 0),
	};
	struct error error = { 0 };
	struct pool_view view;
	size_t failed;

	assert_int_equal(pools_set_all(pools, first, 3, &failed, &error), 0);
	assert_string_equal(take("p", "a"), "192.0.2.1");
	assert_string_equal(take("q", "b"), "192.0.2.4");
	assert_string_equal(take("p", "c"), "192.0.2.2");
	give_back("192.0.2.2");
	assert_string_equal(take("r", "d"), "192.0.2.7");
	assert_int_equal(pools_set_all(pools, wrong, 2, &failed, &error), -1);
	assert_int_equal(failed, 1);
	assert_string_equal(error.text, "192.0.2.0/30 overlaps a range of pool s");
	assert_false(pools_view(pools, "s", &view));
	assert_int_equal(pools_set_all(pools, swapped, 2, &failed, &error), 0);
	assert_false(pools_view(pools, "r", &view));
	assert_int_equal(view_of("p").in_use, 2);
	assert_int_equal(view_of("q").in_use, 1);
	/* nobody gets what somebody has */
	assert_string_equal(take("q", "e"), "192.0.2.2");
	assert_string_equal(take("q", "e"), "192.0.2.3");
	assert_string_equal(take("q", "e"), "");
	assert_string_equal(take("p", "e"), "192.0.2.6");
	give_back("192.0.2.1");
	assert_string_equal(take("q", "a"), "192.0.2.1");
	restart();
	assert_int_equal(pools_set_all(pools, swapped, 2, &failed, &error), 0);
	assert_string_equal(take("p", "d"), "192.0.2.7");
	assert_string_equal(take("q", "a"), "192.0.2.1");
	assert_int_equal(pools_set_all(pools, NULL, 0, &failed, &error), 0);
	assert_false(pools_view(pools, "p", &view));
	assert_false(pools_view(pools, "q", &view));
}

static void a_restart(void **state)
{
	struct error error;

	set("p", "192.0.2.1-192.0.2.4", 0);
	assert_string_equal(take("p", "a"), "192.0.2.1");
	assert_string_equal(take("p", "b"), "192.0.2.2");
	assert_string_equal(take("p", "c"), "192.0.2.3");
	give_back("192.0.2.3");
	give_back("192.0.2.2");
	assert_string_equal(take("p", "b"), "192.0.2.2");
	restart();
	set("p", "192.0.2.1-192.0.2.4", 0);
	assert_int_equal(view_of("p").in_use, 0);
	assert_int_equal(view_of("p").remembered, 3);
	assert_string_equal(take("p", "x"), "192.0.2.4");
	/* c's was not in use; then a's, in use the longest */
	assert_string_equal(take("p", "y"), "192.0.2.3");
	assert_string_equal(take("p", "z"), "192.0.2.1");
	assert_string_equal(take("p", "b"), "192.0.2.2");
	assert_string_equal(take("p", "c"), "");
	restart();
	/* what does not fit any more is forgotten there, too */
	assert_int_equal(take_this("192.0.2.3", "w", &error), 0);
	set("p", "192.0.2.2-192.0.2.3", 0);
	assert_int_equal(stored.count, 2);
	assert_int_equal(view_of("p").remembered, 1);
	assert_int_equal(view_of("p").in_use, 1);
	/* another length: nothing of it is the same */
	set("six", "2001:db8::/48", 56);
	assert_string_equal(take("six", "a"), "2001:db8::/56");
	restart();
	set("six", "2001:db8::/48", 64);
	assert_int_equal(view_of("six").remembered, 0);
}

static void no_store(void **state)
{
	pools_free(pools);
	pools = pools_new(NULL);
	set("p", "192.0.2.1-192.0.2.4", 0);
	assert_string_equal(take("p", "a"), "192.0.2.1");
	give_back("192.0.2.1");
	assert_string_equal(take("p", "a"), "192.0.2.1");
	set("p", "192.0.2.2-192.0.2.4", 0);
	assert_int_equal(stored.saved, 0);
}

static void many_users_are_forgotten(void **state)
{
	enum { MORE = 1000 };
	char user[32];

	pools_free(pools);
	pools = pools_new(NULL);
	set("p", "10.0.0.0/8", 0);
	for (unsigned int i = 0; i < POOL_REMEMBERED_MAX + MORE; i++) {
		snprintf(user, sizeof(user), "user%u", i);
		give_back(take("p", user));
	}
	assert_int_equal(view_of("p").remembered, POOL_REMEMBERED_MAX);
	assert_int_equal(view_of("p").in_use, 0);
	assert_string_equal(take("p", "user1000"), "10.0.3.233");
	assert_int_equal(view_of("p").remembered, POOL_REMEMBERED_MAX - 1);
	take("p", "user999");
	assert_int_equal(view_of("p").remembered, POOL_REMEMBERED_MAX - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(what_is_given),
		CASE(what_is_no_pool),
		CASE(the_same_again),
		CASE(a_certain_address),
		CASE(what_is_around_an_address),
		CASE(what_a_pool_is_in),
		CASE(give_back_what_is_not_there),
		CASE(our_own_addresses),
		CASE(ranges_change),
		CASE(pools_go),
		CASE(all_at_once),
		CASE(a_restart),
		CASE(no_store),
		CASE(many_users_are_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
