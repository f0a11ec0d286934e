/* SPDX-License-Identifier: MIT */
/* Pools for tests of them: configured one after the other, and over a store that outlives them. */
#ifndef L2TPD_TESTS_UNIT_POOL_WORLD_H
#define L2TPD_TESTS_UNIT_POOL_WORLD_H

#include <stdlib.h>
#include <string.h>

#include "aaa/pool.h"
#include "aaa_store.h"
#include "test.h"

static struct memory_store stored;
static struct aaa_store store;
static struct pools *pools;

static struct pool_config configured[4];
static size_t configured_count;

static inline int begin(void **state)
{
	memset(&stored, 0, sizeof(stored));
	store = memory_store(&stored);
	pools = pools_new(&store);
	configured_count = 0;
	return pools ? 0 : -1;
}

static inline int end(void **state)
{
	pools_free(pools);
	return 0;
}

static inline void restart(void)
{
	pools_free(pools);
	pools = pools_new(&store);
	configured_count = 0;
}

/* ranges: separated by commas. */
static inline struct pool_config config_of(const char *name, const char *ranges, unsigned int length)
{
	struct pool_config config = { .length = (uint8_t)length };
	char text[1024], *rest = text, *range;

	snprintf(config.name, sizeof(config.name), "%s", name);
	snprintf(text, sizeof(text), "%s", ranges);
	while (*ranges && (range = strsep(&rest, ",")))
		assert_true(range_parse(range, &config.ranges[config.range_count++]));
	return config;
}

static inline int try_set(const char *name, const char *ranges, unsigned int length, struct error *error)
{
	struct pool_config wanted[ARRAY_SIZE(configured)];
	size_t at = 0, count, failed;

	while (at < configured_count && strcmp(configured[at].name, name) != 0)
		at++;
	assert_in_range(at, 0, ARRAY_SIZE(configured) - 1);
	count = at == configured_count ? at + 1 : configured_count;
	memcpy(wanted, configured, sizeof(configured));
	wanted[at] = config_of(name, ranges, length);
	if (pools_set_all(pools, wanted, count, &failed, error) < 0)
		return -1;
	memcpy(configured, wanted, sizeof(configured));
	configured_count = count;
	return 0;
}

/* The last one that was made. */
static inline void remove_last(const char *name)
{
	struct pool_view view;
	size_t failed;

	assert_string_equal(configured[--configured_count].name, name);
	assert_int_equal(pools_set_all(pools, configured, configured_count, &failed, NULL), 0);
	assert_false(pools_view(pools, name, &view));
}

static inline void set(const char *name, const char *ranges, unsigned int length)
{
	struct error error = { 0 };

	if (try_set(name, ranges, length, &error) < 0)
		fail_msg("%s: %s", ranges, error.text);
}

static inline struct prefix prefix_of(const char *text)
{
	struct prefix prefix;

	assert_true(prefix_parse(text, &prefix));
	return prefix;
}

static inline void expect_prefix(const struct prefix *prefix, const char *wanted)
{
	char text[PREFIX_TEXT_MAX];

	assert_string_equal(prefix_format(prefix, text, sizeof(text)), wanted);
}

/* What this user gets, "" when nothing. */
static inline const char *take(const char *pool, const char *user)
{
	static char text[PREFIX_TEXT_MAX];
	struct error error = { 0 };
	struct prefix prefix;

	if (pools_take(pools, pool, user, &prefix, &error) < 0) {
		assert_int_equal(error.code, ERROR_LIMIT);
		return "";
	}
	assert_string_equal(pools_who(pools, &prefix), user);
	return prefix_format(&prefix, text, sizeof(text));
}

static inline void give_back(const char *text)
{
	struct prefix prefix = prefix_of(text);

	assert_non_null(pools_who(pools, &prefix));
	pools_give_back(pools, &prefix);
	assert_null(pools_who(pools, &prefix));
}

static inline int take_this(const char *text, const char *user, struct error *error)
{
	struct prefix prefix = prefix_of(text);

	return pools_take_this(pools, &prefix, user, error);
}

static inline struct pool_view view_of(const char *name)
{
	struct pool_view view;

	assert_true(pools_view(pools, name, &view));
	return view;
}

#define CASE(function) cmocka_unit_test_setup_teardown(function, begin, end)

#endif
