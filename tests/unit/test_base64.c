/* SPDX-License-Identifier: MIT */
/* Base64: the vectors of RFC 4648 section 10, what is not base64, and every length there and back. */
#include "base/base64.h"

#include <string.h>

#include "test.h"

static const char *const vectors[][2] = {
	{ "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" }, { "foob", "Zm9vYg==" },
	{ "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" }, { "\xfb\xff\xbf", "+/+/" },
};

static void the_vectors(void **state)
{
	uint8_t octets[16];
	char text[16];

	for (size_t i = 0; i < ARRAY_SIZE(vectors); i++) {
		const char *plain = vectors[i][0], *coded = vectors[i][1];

		assert_int_equal(base64_encode(plain, strlen(plain), text), strlen(coded));
		assert_int_equal(BASE64_LENGTH(strlen(plain)), strlen(coded));
		assert_memory_equal(text, coded, strlen(coded));
		assert_int_equal(base64_decode(coded, strlen(coded), octets), strlen(plain));
		assert_memory_equal(octets, plain, strlen(plain));
	}
}

static void what_it_is_not(void **state)
{
	static const char *const bad[] = { "Z", "Zg=", "Zg", "====", "Z===", "Zg==Zg==", "Z=g=", "Zm9\n",
					   "Zm9v\x80""aaa", "Zm-_" };
	uint8_t octets[16];

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(base64_decode(bad[i], strlen(bad[i]), octets), -1);
}

static void every_length(void **state)
{
	uint8_t octets[200], back[200];
	char text[BASE64_LENGTH(200)];

	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = (uint8_t)(i * 151 + 7);
	for (size_t length = 0; length < sizeof(octets); length++) {
		size_t coded = base64_encode(octets, length, text);

		assert_int_equal(base64_decode(text, coded, back), length);
		assert_memory_equal(back, octets, length);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_vectors),
		cmocka_unit_test(what_it_is_not),
		cmocka_unit_test(every_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
