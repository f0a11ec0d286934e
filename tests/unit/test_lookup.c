/* SPDX-License-Identifier: MIT */
/* The longest prefix has the address, and nobody's prefix can be taken. */
#include "datapath/user/lookup.h"

#include <errno.h>
#include <stdlib.h>
#include <urcu-qsbr.h>

#include "test.h"

#define MANY 20000

static int owners[8];

static int begin(void **state)
{
	rcu_register_thread();
	rcu_thread_offline();
	*state = lookup_new();
	return *state ? 0 : -1;
}

static int end(void **state)
{
	lookup_free(*state);
	rcu_unregister_thread();
	return 0;
}

static struct prefix prefix(const char *text)
{
	struct prefix parsed;

	assert_true(prefix_parse(text, &parsed));
	return parsed;
}

static void add(struct lookup *lookup, const char *text, int *owner)
{
	struct prefix wanted = prefix(text);

	assert_int_equal(lookup_add(lookup, &wanted, owner), 0);
}

static void take_away(struct lookup *lookup, const char *text, int *owner)
{
	struct prefix wanted = prefix(text);
	struct lookup_entry *entry = lookup_remove(lookup, &wanted, owner);

	assert_non_null(entry);
	free(entry);
}

static void *find(const struct lookup *lookup, const char *text)
{
	struct address address;
	void *owner;

	assert_true(address_parse(text, &address));
	rcu_thread_online();
	owner = lookup_find(lookup, address.bytes, address.family == AF_INET6);
	rcu_thread_offline();
	return owner;
}

static void the_longest_prefix_has_it(void **state)
{
	struct lookup *lookup = *state;

	add(lookup, "10.0.0.0/8", &owners[0]);
	add(lookup, "10.1.2.3", &owners[1]);
	add(lookup, "10.1.0.0/17", &owners[2]);
	assert_ptr_equal(find(lookup, "10.1.2.3"), &owners[1]);
	assert_ptr_equal(find(lookup, "10.1.2.4"), &owners[2]);
	assert_ptr_equal(find(lookup, "10.1.128.0"), &owners[0]);
	assert_null(find(lookup, "11.0.0.0"));
	add(lookup, "0.0.0.0/0", &owners[3]);
	assert_ptr_equal(find(lookup, "11.0.0.0"), &owners[3]);
	take_away(lookup, "10.1.2.3", &owners[1]);
	assert_ptr_equal(find(lookup, "10.1.2.3"), &owners[2]);
	take_away(lookup, "10.1.0.0/17", &owners[2]);
	take_away(lookup, "10.0.0.0/8", &owners[0]);
	take_away(lookup, "0.0.0.0/0", &owners[3]);
	assert_null(find(lookup, "10.1.2.3"));
	assert_int_equal(lookup_count(lookup), 0);
}

static void ipv6_likewise(void **state)
{
	struct lookup *lookup = *state;

	add(lookup, "2001:db8::/32", &owners[0]);
	add(lookup, "2001:db8:0:100::/56", &owners[1]);
	add(lookup, "2001:db8:0:1ff::/64", &owners[2]);
	add(lookup, "2001:db8:0:1ff::9", &owners[3]);
	add(lookup, "2001:db8:0:1ff::8/127", &owners[4]);
	add(lookup, "::/0", &owners[5]);
	assert_ptr_equal(find(lookup, "2001:db8:0:1ff::9"), &owners[3]);
	assert_ptr_equal(find(lookup, "2001:db8:0:1ff::8"), &owners[4]);
	assert_ptr_equal(find(lookup, "2001:db8:0:1ff::a"), &owners[2]);
	assert_ptr_equal(find(lookup, "2001:db8:0:1fe::"), &owners[1]);
	assert_ptr_equal(find(lookup, "2001:db8:0:200::"), &owners[0]);
	assert_ptr_equal(find(lookup, "fe80::1"), &owners[5]);
	assert_null(find(lookup, "32.1.13.184"));	/* the same octets */
	take_away(lookup, "2001:db8::/32", &owners[0]);
	take_away(lookup, "2001:db8:0:100::/56", &owners[1]);
	take_away(lookup, "2001:db8:0:1ff::/64", &owners[2]);
	take_away(lookup, "2001:db8:0:1ff::9", &owners[3]);
	take_away(lookup, "2001:db8:0:1ff::8/127", &owners[4]);
	take_away(lookup, "::/0", &owners[5]);
}

static void what_is_taken_stays(void **state)
{
	struct prefix wanted = prefix("10.1.2.3"), other = prefix("10.1.2.2/31");
	struct lookup *lookup = *state;

	add(lookup, "10.1.2.3", &owners[0]);
	add(lookup, "10.1.2.3", &owners[0]);	/* again: nothing changes */
	assert_int_equal(lookup_count(lookup), 1);
	assert_int_equal(lookup_add(lookup, &wanted, &owners[1]), -1);
	assert_int_equal(errno, EEXIST);
	assert_null(lookup_remove(lookup, &wanted, &owners[1]));
	assert_null(lookup_remove(lookup, &other, &owners[0]));
	assert_ptr_equal(find(lookup, "10.1.2.3"), &owners[0]);
	take_away(lookup, "10.1.2.3", &owners[0]);
}

static struct prefix host(unsigned int number)
{
	struct prefix made = { .address = { .family = AF_INET }, .length = 32 };

	made.address.v4.s_addr = htonl(0x0a000000u + number * 3);
	return made;
}

static void it_grows(void **state)
{
	struct lookup *lookup = *state;
	static int many[MANY];

	for (unsigned int i = 0; i < MANY; i++) {
		struct prefix wanted = host(i);

		assert_int_equal(lookup_add(lookup, &wanted, &many[i]), 0);
	}
	assert_int_equal(lookup_count(lookup), MANY);
	rcu_thread_online();
	for (unsigned int i = 0; i < MANY; i++) {
		struct prefix wanted = host(i);

		assert_ptr_equal(lookup_find(lookup, wanted.address.bytes, false), &many[i]);
	}
	rcu_thread_offline();
	for (unsigned int i = 0; i < MANY; i++) {
		struct prefix wanted = host(i);

		free(lookup_remove(lookup, &wanted, &many[i]));
	}
	assert_int_equal(lookup_count(lookup), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_longest_prefix_has_it, begin, end),
		cmocka_unit_test_setup_teardown(ipv6_likewise, begin, end),
		cmocka_unit_test_setup_teardown(what_is_taken_stays, begin, end),
		cmocka_unit_test_setup_teardown(it_grows, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
