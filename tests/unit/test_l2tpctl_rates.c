/* SPDX-License-Identifier: MIT */
/* Rates: by ids whatever the order, nothing for what is new or began anew, the busiest first. */
#include "l2tpctl/rates.h"

#include <math.h>
#include <string.h>

#include "test.h"

static void add(struct rates *rates, uint32_t tunnel, uint32_t session, uint64_t rx, uint64_t tx)
{
	struct rate rate = { .tunnel_id = tunnel, .session_id = session, .counter = { rx, tx, rx / 100, tx / 100 } };

	rates_add(rates, &rate);
}

static void list(struct rates *rates, uint64_t now)
{
	rates_begin(rates, now);
	add(rates, 2, 1, now * 3, 0);
	add(rates, 1, 9, now * 1000, now);
	add(rates, 1, 2, 500, 500);
	rates_end(rates);
}

static void assert_near(double got, double wanted)
{
	if (fabs(got - wanted) > 1e-6 * (1 + fabs(wanted)))
		fail_msg("%f, not %f", got, wanted);
}

static void the_first_list_has_no_rates(void **state)
{
	struct rates rates = { 0 };

	list(&rates, 1000);
	assert_int_equal(rates.count, 3);
	assert_near(rates.total[RATE_RX_BYTES], 0);
	rates_free(&rates);
}

static void rates_are_per_second_and_by_ids(void **state)
{
	const struct rate *top[3];
	struct rates rates = { 0 };

	list(&rates, 1000);
	list(&rates, 3000);
	assert_int_equal(rates_top(&rates, top, 3), 3);
	assert_int_equal(top[0]->session_id, 9);
	assert_near(top[0]->per_second[RATE_RX_BYTES], 1000 * 1000);
	assert_near(top[0]->per_second[RATE_TX_BYTES], 1000);
	assert_near(top[0]->per_second[RATE_RX_PACKETS], 10000);
	assert_int_equal(top[1]->tunnel_id, 2);
	assert_near(top[1]->per_second[RATE_RX_BYTES], 3000);
	assert_int_equal(top[2]->session_id, 2);
	assert_near(top[2]->per_second[RATE_RX_BYTES], 0);
	assert_near(rates.total[RATE_RX_BYTES], 1003000);
	rates_free(&rates);
}

static void what_came_or_began_anew_has_no_rate(void **state)
{
	struct rates rates = { 0 };

	list(&rates, 1000);
	rates_begin(&rates, 2000);
	add(&rates, 1, 9, 5, 5);	/* its counters went backwards */
	add(&rates, 1, 3, 7777, 0);	/* new; 1/2 and 2/1 are gone */
	rates_end(&rates);
	assert_near(rates.total[RATE_RX_BYTES] + rates.total[RATE_TX_BYTES], 0);
	rates_begin(&rates, 2000);	/* no time has passed: no rate, no division by it */
	add(&rates, 1, 9, 500, 500);
	rates_end(&rates);
	assert_near(rates.total[RATE_RX_BYTES], 0);
	rates_free(&rates);
}

static void nothing_has_no_rates(void **state)
{
	const struct rate *top[1];
	struct rates rates = { 0 };

	for (uint64_t now = 0; now < 2000; now += 1000) {
		rates_begin(&rates, now);
		rates_end(&rates);
	}
	assert_int_equal(rates_top(&rates, top, 1), 0);
	rates_free(&rates);
}

static void only_the_busiest_are_told(void **state)
{
	const struct rate *top[5];
	struct rates rates = { 0 };

	for (uint64_t now = 0; now < 2; now++) {
		rates_begin(&rates, now * 1000);
		for (uint32_t i = 0; i < 1000; i++)
			add(&rates, 1, i, now * (i * 7919 % 1000), 0);
		rates_end(&rates);
	}
	assert_int_equal(rates_top(&rates, top, 0), 0);
	assert_int_equal(rates_top(&rates, top, 5), 5);
	for (uint32_t i = 0; i < 5; i++)
		assert_near(top[i]->per_second[RATE_RX_BYTES], 999 - i);
	rates_free(&rates);
}

static void numbers_have_three_digits(void **state)
{
	static const struct {
		double value;
		const char *text;
	} rows[] = {
		{ 0, "0" }, { 950, "950" }, { 999.4, "999" }, { 999.6, "1.00 k" }, { 1250, "1.25 k" },
		{ 9996, "10.0 k" },
		{ 34500000, "34.5 M" }, { 999.6e6, "1.00 G" }, { 123e12, "123 T" }, { 5e18, "5000000 T" },
	};
	char text[RATE_TEXT_MAX], with_unit[RATE_UNIT_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_string_equal(rate_text(rows[i].value, text), rows[i].text);
	assert_string_equal(rate_unit_text(12, "B", with_unit), "12 B");
	assert_string_equal(rate_unit_text(1250, "bit/s", with_unit), "1.25 kbit/s");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_list_has_no_rates),
		cmocka_unit_test(rates_are_per_second_and_by_ids),
		cmocka_unit_test(what_came_or_began_anew_has_no_rate),
		cmocka_unit_test(nothing_has_no_rates),
		cmocka_unit_test(only_the_busiest_are_told),
		cmocka_unit_test(numbers_have_three_digits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
