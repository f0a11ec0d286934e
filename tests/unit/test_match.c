/* SPDX-License-Identifier: MIT */
/* Names and their unambiguous prefixes, and the nearest to a wrong one. */
#include "config/match.h"

#include <string.h>

#include "test.h"

static const char *const fruit[] = { "apple", "apricot", "pear", "pearl", "Quince", NULL };

static const char *name_at(const void *list, unsigned int index)
{
	return ((const char *const *)list)[index];
}

static int find(const char *word)
{
	return match_find(name_at, fruit, word, false);
}

static void exact_names_win(void **state)
{
	assert_int_equal(find("apple"), 0);
	assert_int_equal(find("pear"), 2);	/* also a prefix of pearl */
	assert_int_equal(find("PEARL"), 3);
	assert_int_equal(find("quince"), 4);
}

static void prefixes_must_be_unambiguous(void **state)
{
	assert_int_equal(find("app"), 0);
	assert_int_equal(find("Q"), 4);
	assert_int_equal(find("ap"), MATCH_AMBIGUOUS);
	assert_int_equal(find("pea"), MATCH_AMBIGUOUS);
	assert_int_equal(find("pearls"), MATCH_NONE);
	assert_int_equal(find(""), MATCH_NONE);
}

static void prefixes_may_be_forbidden(void **state)
{
	assert_int_equal(match_find(name_at, fruit, "app", true), MATCH_NONE);
	assert_int_equal(match_find(name_at, fruit, "Apple", true), 0);
}

static void candidates_are_listed(void **state)
{
	char out[64];

	assert_string_equal(match_candidates(name_at, fruit, "ap", out, sizeof(out)), "apple, apricot");
	assert_string_equal(match_candidates(name_at, fruit, "", out, sizeof(out)),
			"apple, apricot, pear, pearl, Quince");
	assert_string_equal(match_candidates(name_at, fruit, "x", out, sizeof(out)), "");
}

static void candidates_are_cut_off(void **state)
{
	char out[64];

	for (size_t size = 6; size < sizeof(out); size++) {
		memset(out, 'x', sizeof(out));
		match_candidates(name_at, fruit, "", out, size);
		assert_true(strlen(out) < size);
		assert_int_equal(out[size], 'x');
		assert_true(!strcmp(out, "apple, apricot, pear, pearl, Quince") ||
			    !strcmp(out + strlen(out) - 3, "..."));
	}
}

static void nearest_is_what_was_meant(void **state)
{
	assert_string_equal(match_nearest(name_at, fruit, "aple"), "apple");
	assert_string_equal(match_nearest(name_at, fruit, "peer"), "pear");
	assert_string_equal(match_nearest(name_at, fruit, "QUINZE"), "Quince");
	assert_string_equal(match_nearest(name_at, fruit, "apricotts"), "apricot");
}

static void nothing_is_near(void **state)
{
	static const char *const words[] = { "", "x", "banana", "applepiewithcream",
					     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		assert_null(match_nearest(name_at, fruit, words[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exact_names_win),
		cmocka_unit_test(prefixes_must_be_unambiguous),
		cmocka_unit_test(prefixes_may_be_forbidden),
		cmocka_unit_test(candidates_are_listed),
		cmocka_unit_test(candidates_are_cut_off),
		cmocka_unit_test(nearest_is_what_was_meant),
		cmocka_unit_test(nothing_is_near),
	};

	return cmocka_run_group_tests_name("match", tests, NULL, NULL);
}
