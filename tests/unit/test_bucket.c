/* SPDX-License-Identifier: MIT */
/* Token buckets keep their rate over time, whatever the sizes, and their burst. */
#include "datapath/user/bucket.h"

#include "test.h"

/* Octets that pass when so many are asked for in each ms of so long. */
static uint64_t passed(struct bucket *bucket, uint64_t begin, uint64_t ms, size_t packet, unsigned int packets)
{
	uint64_t octets = 0;

	for (uint64_t now = begin; now < begin + ms; now++)
		for (unsigned int i = 0; i < packets; i++)
			octets += bucket_take(bucket, packet, now) ? packet : 0;
	return octets;
}

static void without_a_limit_all_pass(void **state)
{
	struct bucket bucket;

	bucket_begin(&bucket, 0, 0, 5);
	assert_int_equal(passed(&bucket, 5, 1000, 65535, 100), (uint64_t)1000 * 100 * 65535);
}

static void the_rate_is_kept(void **state)
{
	static const size_t packets[] = { 40, 1500, 9000 };
	struct bucket bucket;
	uint64_t octets;

	for (unsigned int i = 0; i < sizeof(packets) / sizeof(packets[0]); i++) {
		bucket_begin(&bucket, 8000000, 20000, 0);	/* a million octets each second */
		octets = passed(&bucket, 0, 10000, packets[i], 40);
		assert_in_range(octets, 10000000, 10000000 + 20000);
	}
}

static void a_burst_passes_at_once_and_comes_back(void **state)
{
	struct bucket bucket;

	bucket_begin(&bucket, 8000, 10000, 100);	/* an octet each ms */
	assert_int_equal(passed(&bucket, 100, 1, 1000, 50), 10000);
	assert_false(bucket_take(&bucket, 1000, 1000));
	assert_true(bucket_take(&bucket, 1000, 1100));
	assert_false(bucket_take(&bucket, 1000, 1100));
	assert_int_equal(passed(&bucket, 1000000, 1, 1000, 50), 10000);	/* no more for a longer time */
}

static void bursts_that_nobody_asked_for(void **state)
{
	struct bucket bucket;

	bucket_begin(&bucket, 800000000, 0, 0);
	assert_int_equal(passed(&bucket, 0, 1, 1000, 100000), 10000000);	/* 100 ms */
	bucket_begin(&bucket, 8000, 0, 0);
	assert_int_equal(passed(&bucket, 0, 1, 1024, 100), BUCKET_BURST_LEAST);
	bucket_begin(&bucket, 8000, 1, 0);
	assert_true(bucket_take(&bucket, 1500, 0));	/* else no packet would ever pass */
	bucket_begin(&bucket, 1, 0, 0);
	assert_true(passed(&bucket, 0, 1, 1000, 100) <= BUCKET_BURST_LEAST);
}

static void nothing_overflows(void **state)
{
	struct bucket bucket;

	bucket_begin(&bucket, UINT64_MAX, UINT32_MAX, 0);
	assert_true(bucket_take(&bucket, 65535, UINT64_MAX / 2));
	assert_true(bucket_take(&bucket, 65535, UINT64_MAX));
	bucket_begin(&bucket, 1000, 0, 0);
	while (bucket_take(&bucket, 1000, 0))
		;
	assert_true(bucket_take(&bucket, 16384, UINT64_MAX));
	assert_false(bucket_take(&bucket, 16384, UINT64_MAX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_limit_all_pass),
		cmocka_unit_test(the_rate_is_kept),
		cmocka_unit_test(a_burst_passes_at_once_and_comes_back),
		cmocka_unit_test(bursts_that_nobody_asked_for),
		cmocka_unit_test(nothing_overflows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
