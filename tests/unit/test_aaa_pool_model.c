/* SPDX-License-Identifier: MIT */
/* Pools against a model of them, which looks through all that there is: many orders at random. */
#include "pool_world.h"

enum { ADDRESSES = 64, USERS = 12, POOLS = 2, OUTSIDE = POOLS };
enum condition { UNUSED, REMEMBERED, IN_USE };

static struct {
	enum condition condition;
	int pool;			/* OUTSIDE: of none */
	int user;
	uint64_t order, known;		/* known: since when */
	bool own;
} model[ADDRESSES];
static const char *const pool_names[] = { "p", "q" };
static struct {
	bool there;
	unsigned int first, last;
} spaces[POOLS];
static uint64_t orders, seed;

static unsigned int random_below(unsigned int bound)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned int)(seed >> 33) % bound;
}

static const char *user_name(int user)
{
	static char name[16];

	snprintf(name, sizeof(name), "user%d", user);
	return user ? name : "";
}

static struct prefix address_number(unsigned int number)
{
	struct prefix prefix = prefix_of("192.0.2.0");

	prefix.address.bytes[3] = (uint8_t)number;
	return prefix;
}

static bool fits(int pool, unsigned int number)
{
	return spaces[pool].there && number >= spaces[pool].first && number <= spaces[pool].last;
}

/* Which of those of the pool that are remembered: the newest of this user, or (user -1) the oldest. */
static int remembered(int pool, int user)
{
	int best = -1;

	for (int i = 0; i < ADDRESSES; i++) {
		if (model[i].condition != REMEMBERED || model[i].pool != pool || (user >= 0 && model[i].user != user))
			continue;
		if (best < 0 || (user >= 0 ? model[i].order > model[best].order : model[i].order < model[best].order))
			best = i;
	}
	return best;
}

static bool has_unused(int pool)
{
	for (unsigned int i = 0; i < ADDRESSES; i++)
		if (fits(pool, i) && model[i].condition == UNUSED && !model[i].own)
			return true;
	return false;
}

static void use(unsigned int number, int pool, int user)
{
	if (model[number].condition == UNUSED)
		model[number].known = orders + 1;
	model[number].condition = IN_USE;
	model[number].pool = pool;
	model[number].user = user;
	model[number].order = ++orders;
}

static void model_take(int pool, int user)
{
	struct error error = { 0 };
	struct prefix prefix;
	int result = pools_take(pools, pool_names[pool], user_name(user), &prefix, &error), expected;
	unsigned int number;

	if (!spaces[pool].there) {
		assert_int_equal(error.code, ERROR_UNKNOWN);
		return;
	}
	expected = user ? remembered(pool, user) : -1;
	if (expected < 0 && !has_unused(pool))
		expected = remembered(pool, -1);
	if (expected < 0 && !has_unused(pool)) {
		assert_int_equal(error.code, ERROR_LIMIT);
		return;
	}
	assert_int_equal(result, 0);
	number = prefix.address.bytes[3];
	if (expected >= 0)
		assert_int_equal(number, expected);
	assert_true(fits(pool, number) && !model[number].own);
	assert_int_not_equal(model[number].condition, IN_USE);
	use(number, pool, user);
}

static int pool_of(unsigned int number)
{
	return fits(0, number) ? 0 : fits(1, number) ? 1 : OUTSIDE;
}

static void model_take_this(unsigned int number, int user)
{
	struct prefix prefix = address_number(number);
	struct error error = { 0 };
	int result = pools_take_this(pools, &prefix, user_name(user), &error);

	if (model[number].condition == IN_USE || model[number].own) {
		assert_int_equal(error.code, ERROR_EXISTS);
		return;
	}
	assert_int_equal(result, 0);
	use(number, pool_of(number), user);
}

static void model_give_back(unsigned int number)
{
	struct prefix prefix = address_number(number);

	pools_give_back(pools, &prefix);
	if (model[number].condition != IN_USE)
		return;
	model[number].condition = model[number].pool == OUTSIDE || model[number].own ? UNUSED : REMEMBERED;
	model[number].order = ++orders;
}

static void model_own(unsigned int number)
{
	struct address address = address_number(number).address;

	if (model[number].own) {
		pools_remove_own(pools, &address);
	} else {
		assert_int_equal(pools_add_own(pools, &address, NULL), 0);
		if (model[number].condition == REMEMBERED)
			model[number].condition = UNUSED;
	}
	model[number].own = !model[number].own;
}

/* Who has from no pool what is this pool's now, the first in the order of this member. */
static int next_of(enum condition condition, int pool, int where, bool by_known)
{
	int best = -1;

	for (int i = 0; i < ADDRESSES; i++) {
		if (model[i].condition != condition || model[i].pool != where || !fits(pool, (unsigned int)i))
			continue;
		if (best < 0 || (by_known ? model[i].known < model[best].known : model[i].order < model[best].order))
			best = i;
	}
	return best;
}

static struct pool_config config_of_space(int pool)
{
	char range[64];

	snprintf(range, sizeof(range), "192.0.2.%u-192.0.2.%u", spaces[pool].first, spaces[pool].last);
	return config_of(pool_names[pool], range, 0);
}

static void set_ranges(void)
{
	struct pool_config configs[POOLS];
	size_t count = 0, failed;

	for (int pool = 0; pool < POOLS; pool++)
		if (spaces[pool].there)
			configs[count++] = config_of_space(pool);
	assert_int_equal(pools_set_all(pools, configs, count, &failed, NULL), 0);
}

static void model_make_way(int pool)
{
	for (unsigned int i = 0; i < ADDRESSES; i++) {
		if (fits(pool, i) || model[i].pool != pool)
			continue;
		model[i].pool = OUTSIDE;
		if (model[i].condition == REMEMBERED)
			model[i].condition = UNUSED;
	}
}

static void model_adopt(int pool)
{
	int next;

	while ((next = next_of(IN_USE, pool, OUTSIDE, true)) >= 0)
		use((unsigned int)next, pool, model[next].user);
}

static void model_set(int pool)
{
	unsigned int first = random_below(ADDRESSES), last = first + random_below(ADDRESSES / 4);

	/* apart from the other */
	if (last >= ADDRESSES || (spaces[!pool].there && first <= spaces[!pool].last && spaces[!pool].first <= last))
		return;
	spaces[pool].there = true;
	spaces[pool].first = first;
	spaces[pool].last = last;
	set_ranges();
	model_make_way(pool);
	model_adopt(pool);
}

/* Both anew, in either order: one has what is below, the other what is above. */
static void model_set_both(int pool)
{
	unsigned int bound = 1 + random_below(ADDRESSES - 2);
	int below = (int)random_below(2);
	struct pool_config configs[POOLS];
	size_t failed;

	spaces[below].there = spaces[!below].there = true;
	spaces[below].first = random_below(bound);
	spaces[below].last = bound - 1;
	spaces[!below].first = bound;
	spaces[!below].last = bound + random_below(ADDRESSES - bound);
	configs[0] = config_of_space(pool);
	configs[1] = config_of_space(!pool);
	assert_int_equal(pools_set_all(pools, configs, POOLS, &failed, NULL), 0);
	model_make_way(pool);
	model_make_way(!pool);
	model_adopt(pool);
	model_adopt(!pool);
}

/* The pools are made anew: what was in use comes last. */
static void model_restore(int pool)
{
	int next;

	while ((next = next_of(IN_USE, pool, pool, false)) >= 0) {
		model[next].condition = REMEMBERED;
		model[next].order = ++orders;
	}
	/* known in the order in which they are restored */
	for (int i = 0; i < ADDRESSES; i++)
		if (model[i].condition == REMEMBERED && model[i].pool == pool)
			model[i].known = model[i].order;
}

static void model_restart(void)
{
	struct address address;

	restart();
	for (unsigned int i = 0; i < ADDRESSES; i++) {
		if (model[i].own || model[i].pool == OUTSIDE)
			model[i].condition = UNUSED;
		address = address_number(i).address;
		if (model[i].own)
			assert_int_equal(pools_add_own(pools, &address, NULL), 0);
	}
	set_ranges();
	for (int pool = 0; pool < POOLS; pool++)
		if (spaces[pool].there)
			model_restore(pool);
}

static void compare(void)
{
	for (int pool = 0; pool < POOLS; pool++) {
		uint64_t in_use = 0, remembers = 0, size = 0;
		struct pool_view view;

		assert_int_equal(pools_view(pools, pool_names[pool], &view), spaces[pool].there);
		if (!spaces[pool].there)
			continue;
		for (unsigned int i = 0; i < ADDRESSES; i++) {
			in_use += model[i].condition == IN_USE && model[i].pool == pool;
			remembers += model[i].condition == REMEMBERED && model[i].pool == pool;
			size += fits(pool, i) && !model[i].own;
		}
		assert_int_equal(view.in_use, in_use);
		assert_int_equal(view.remembered, remembers);
		assert_int_equal(view.size, size);
	}
	for (unsigned int i = 0; i < ADDRESSES; i++) {
		struct prefix prefix = address_number(i);
		const char *who = pools_who(pools, &prefix);

		if (model[i].condition == IN_USE)
			assert_string_equal(who, user_name(model[i].user));
		else
			assert_null(who);
	}
}

static void model_step(void)
{
	unsigned int what = random_below(1000), number = random_below(ADDRESSES);
	int pool = (int)random_below(POOLS), user = (int)random_below(USERS);

	if (what < 400)
		model_take(pool, user);
	else if (what < 500)
		model_take_this(number, user);
	else if (what < 970)
		model_give_back(number);
	else if (what < 980)
		model_own(number);
	else if (what < 990)
		model_set(pool);
	else if (what < 995)
		model_set_both(pool);
	else
		model_restart();
}

static void like_a_model(void **state)
{
	for (unsigned int run = 0; run < 200; run++) {
		memset(model, 0, sizeof(model));
		memset(spaces, 0, sizeof(spaces));
		for (unsigned int i = 0; i < ADDRESSES; i++)
			model[i].pool = OUTSIDE;
		orders = 0;
		seed = run;
		stored.count = 0;
		restart();
		for (unsigned int i = 0; i < 500; i++) {
			model_step();
			compare();
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(like_a_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
