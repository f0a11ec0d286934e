/* SPDX-License-Identifier: MIT */
/* Stepping into namespaces of the network, as far as it takes no rights: nowhere, and to where there is none. */
#include "os/netns.h"

#include <errno.h>

#include "test.h"

static void ours_is_nowhere_else(void **state)
{
	uint64_t here = netns_identity("");
	int outer = netns_enter("", NULL), inner = netns_enter("", NULL);

	assert_int_not_equal(here, 0);
	assert_true(outer >= 0 && inner >= 0);
	errno = ERANGE;
	netns_leave(inner);
	netns_leave(outer);
	assert_int_equal(errno, ERANGE);
	assert_int_equal(netns_identity(""), here);
}

static void there_is_none_of_that_name(void **state)
{
	struct error error = { 0 };
	int saved = netns_enter("no such namespace", &error);

	assert_int_equal(saved, -1);
	assert_int_equal(error.code, ERROR_UNKNOWN);
	errno = ERANGE;
	netns_leave(saved);
	assert_int_equal(errno, ERANGE);
}

static void a_descriptor_that_is_none(void **state)
{
	struct error error = { 0 };

	assert_int_equal(netns_enter_fd(-1, &error), -1);
	assert_int_equal(error.code, ERROR_SYSTEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ours_is_nowhere_else),
		cmocka_unit_test(there_is_none_of_that_name),
		cmocka_unit_test(a_descriptor_that_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
