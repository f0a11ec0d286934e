/* SPDX-License-Identifier: MIT */
/* Handles: found, stale, reused, iterated. */
#include "base/handle.h"

#include "test.h"

#define OBJECTS 1000

static int objects[OBJECTS];

static void finds_what_was_added(void **state)
{
	struct handle_table table = { 0 };
	handle handles[OBJECTS];

	for (int i = 0; i < OBJECTS; i++) {
		handles[i] = handle_add(&table, &objects[i]);
		assert_int_not_equal(handles[i], HANDLE_NONE);
	}
	assert_int_equal(table.used, OBJECTS);
	for (int i = 0; i < OBJECTS; i++)
		assert_ptr_equal(handle_get(&table, handles[i]), &objects[i]);
	handle_table_clear(&table);
	assert_null(handle_get(&table, handles[0]));
}

static void a_removed_handle_is_stale(void **state)
{
	struct handle_table table = { 0 };
	handle first = handle_add(&table, &objects[0]), second;

	assert_ptr_equal(handle_remove(&table, first), &objects[0]);
	assert_null(handle_get(&table, first));
	assert_null(handle_remove(&table, first));
	second = handle_add(&table, &objects[1]);
	assert_int_equal((uint32_t)second, (uint32_t)first);	/* the slot is used again ... */
	assert_int_not_equal(second, first);			/* ... under another handle */
	assert_null(handle_get(&table, first));
	assert_ptr_equal(handle_get(&table, second), &objects[1]);
	assert_int_equal(table.used, 1);
	handle_table_clear(&table);
}

static void invented_handles_are_refused(void **state)
{
	struct handle_table table = { 0 };

	assert_null(handle_get(&table, 1));
	handle_add(&table, &objects[0]);
	assert_null(handle_get(&table, HANDLE_NONE));
	assert_null(handle_get(&table, 2));
	assert_null(handle_get(&table, 1u << 31));
	assert_null(handle_get(&table, UINT64_MAX));
	assert_null(handle_get(&table, (handle)1 << 32));
	handle_table_clear(&table);
}

static void iteration_survives_removal(void **state)
{
	struct handle_table table = { 0 };
	handle handles[10];
	uint32_t position = 0;
	int seen = 0;
	int *object;

	for (int i = 0; i < 10; i++)
		handles[i] = handle_add(&table, &objects[i]);
	while ((object = handle_next(&table, &position))) {
		handle_remove(&table, handles[object - objects]);
		seen++;
	}
	assert_int_equal(seen, 10);
	assert_int_equal(table.used, 0);
	position = 0;
	assert_null(handle_next(&table, &position));
	handle_table_clear(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_was_added),
		cmocka_unit_test(a_removed_handle_is_stale),
		cmocka_unit_test(invented_handles_are_refused),
		cmocka_unit_test(iteration_survives_removal),
	};

	return cmocka_run_group_tests_name("handle", tests, NULL, NULL);
}
