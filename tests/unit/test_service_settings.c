/* SPDX-License-Identifier: MIT */
/* Reasons as people read them. */
#include "service/settings.h"

#include <string.h>

#include "test.h"

static void expect(const struct control_reason *reason, bool session, const char *wanted)
{
	char text[SETTINGS_REASON_MAX];

	settings_reason(reason, session, text);
	assert_string_equal(text, wanted);
}

static void what_the_peer_says(void **state)
{
	expect(&(struct control_reason){ .by_peer = true, .result = 1 }, true,
	       "closed by the peer: carrier lost (result 1)");
	expect(&(struct control_reason){ .by_peer = true, .result = 2, .error = 4, .text = "full" }, true,
	       "closed by the peer: general error (result 2, error 4: not enough resources): full");
	expect(&(struct control_reason){ .by_peer = true, .result = 3, .cause = { .code = 16 } }, true,
	       "closed by the peer: administrative reasons (result 3, PPP 16: authentication failed)");
	expect(&(struct control_reason){ .by_peer = true, .result = 8, .q931 = { .cause = 17 } }, true,
	       "closed by the peer: busy (result 8, Q.931 17: busy)");
	expect(&(struct control_reason){ .by_peer = true, .result = 99, .error = 99, .cause = { .code = 99 } }, true,
	       "closed by the peer: no known result (result 99, error 99: not known, PPP 99: not known)");
	expect(&(struct control_reason){ .by_peer = true, .result = 6 }, false,
	       "closed by the peer: shutting down (result 6)");
}

static void the_longest_fits(void **state)
{
	struct control_reason reason = { .by_peer = true, .result = 2, .error = 8, .cause = { .code = 2 },
					 .q931 = { .cause = 44 } };
	char text[SETTINGS_REASON_MAX];

	memset(reason.text, 'x', sizeof(reason.text) - 1);
	settings_reason(&reason, true, text);
	assert_true(strlen(text) < sizeof(text));
	assert_non_null(strstr(text, "PPP 2: LCP"));
}

static void what_we_say(void **state)
{
	expect(&(struct control_reason){ .result = 1, .text = "no answer" }, false, "no answer");
	expect(&(struct control_reason){ .result = 0 }, false, "it was closed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_peer_says),
		cmocka_unit_test(the_longest_fits),
		cmocka_unit_test(what_we_say),
	};

	return cmocka_run_group_tests_name("service_settings", tests, NULL, NULL);
}
