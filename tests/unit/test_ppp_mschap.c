/* SPDX-License-Identifier: MIT */
/* Responses and texts of CHAP and MS-CHAP against known answers. */
#include "ppp/mschap.h"

#include <string.h>

#include "hex.h"
#include "ppp_vectors.h"
#include "test.h"

static void assert_octets(const uint8_t *octets, size_t length, const char *wanted)
{
	uint8_t expected[128];

	assert_int_equal(hex_octets(wanted, expected, sizeof(expected)), length);
	assert_memory_equal(octets, expected, length);
}

static void hash_text(const char *text, uint8_t hash[MSCHAP_HASH])
{
	mschap_hash((const uint8_t *)text, strlen(text), hash);
}

static void md5(void **state)
{
	uint8_t challenge[16], response[CHAP_MD5_LENGTH];

	hex_octets(MD5_CHALLENGE, challenge, sizeof(challenge));
	chap_md5_response(23, (const uint8_t *)MD5_SECRET, 6, challenge, sizeof(challenge), response);
	assert_octets(response, sizeof(response), CHAP_MD5_RESPONSE);
	chap_md5_response(9, (const uint8_t *)MD5_SECRET, 6, challenge, sizeof(challenge), response);
	assert_octets(response, sizeof(response), EAP_MD5_RESPONSE);
}

static void version_1(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(mschapv1_vectors); i++) {
		uint8_t hash[MSCHAP_HASH], challenge[MSCHAP_V1_CHALLENGE], response[MSCHAP_NT_RESPONSE];

		hex_octets(V1_CHALLENGE, challenge, sizeof(challenge));
		hash_text(mschapv1_vectors[i].password, hash);
		assert_octets(hash, sizeof(hash), mschapv1_vectors[i].hash);
		mschap_nt_response(challenge, hash, response);
		assert_octets(response, sizeof(response), mschapv1_vectors[i].response);
	}
}

static void challenge_of(const char *name, uint8_t challenge[MSCHAP_V1_CHALLENGE])
{
	uint8_t peer[MSCHAP_V2_CHALLENGE], authenticator[MSCHAP_V2_CHALLENGE];

	hex_octets(V2_PEER_CHALLENGE, peer, sizeof(peer));
	hex_octets(V2_CHALLENGE, authenticator, sizeof(authenticator));
	mschap_challenge(peer, authenticator, (const uint8_t *)name, strlen(name), challenge);
}

static void version_2(void **state)
{
	uint8_t challenge[MSCHAP_V1_CHALLENGE], hash[MSCHAP_HASH], response[MSCHAP_NT_RESPONSE];
	char success[MSCHAP_SUCCESS + 1];

	challenge_of(V2_USER, challenge);
	assert_octets(challenge, sizeof(challenge), V2_CHALLENGE_HASH);
	hash_text(V2_PASSWORD, hash);
	assert_octets(hash, sizeof(hash), V2_HASH);
	mschap_nt_response(challenge, hash, response);
	assert_octets(response, sizeof(response), V2_NT_RESPONSE);
	mschap_hash_hash(hash, hash);
	assert_octets(hash, sizeof(hash), V2_HASH_HASH);
	mschap_success(hash, response, challenge, success);
	assert_string_equal(success, V2_SUCCESS);
}

static void domains_are_left_out(void **state)
{
	uint8_t challenge[MSCHAP_V1_CHALLENGE], with_domain[MSCHAP_V1_CHALLENGE];

	challenge_of(V2_USER_OF_DOMAIN, challenge);
	assert_octets(challenge, sizeof(challenge), V2_CHALLENGE_HASH);
	hex_octets(V2_CHALLENGE_HASH_WITH_DOMAIN, with_domain, sizeof(with_domain));
	assert_memory_not_equal(challenge, with_domain, sizeof(challenge));
	challenge_of("A\\B\\User", challenge);
	assert_octets(challenge, sizeof(challenge), V2_CHALLENGE_HASH);
	challenge_of("", challenge);
	challenge_of("User\\", with_domain);
	assert_memory_equal(challenge, with_domain, sizeof(challenge));
}

/* Known: MD4 of 20ac 00e4 0001f600 as UTF-16. */
static void secrets_in_utf8(void **state)
{
	uint8_t hash[MSCHAP_HASH], other[MSCHAP_HASH];

	hash_text("\xe2\x82\xac\xc3\xa4\xf0\x9f\x98\x80", hash);
	assert_octets(hash, sizeof(hash), "ca5eb1b65266513f97384b627d4ad9c9");
	hash_text("\xe4", hash);		/* Latin-1 */
	hash_text("\xc3\xa4", other);
	assert_memory_equal(hash, other, sizeof(hash));
	hash_text("\xc3\xa4\xe4", other);	/* neither one nor the other: octets */
	hash_text("\xc3\x83\xc2\xa4\xc3\xa4", hash);
	assert_memory_equal(hash, other, sizeof(hash));
	hash_text("\xed\xa0\x80", other);	/* half a surrogate pair: octets */
	hash_text("\xc3\xad\xc2\xa0\xc2\x80", hash);
	assert_memory_equal(hash, other, sizeof(hash));
	hash_text("", hash);
	assert_octets(hash, sizeof(hash), "31d6cfe0d16ae931b73c59d7e0c089c0");
}

static bool parse(const char *text, struct mschap_failure *failure)
{
	return mschap_failure_parse((const uint8_t *)text, strlen(text), failure);
}

static void failures_are_written(void **state)
{
	struct mschap_failure failure = { .error = 691, .retry = true, .has_challenge = true, .challenge_length = 16,
					  .version = 3, .message = "no" };
	char text[MSCHAP_MESSAGE_MAX];

	hex_octets(V2_CHALLENGE, failure.challenge, sizeof(failure.challenge));
	mschap_failure_format(&failure, text, sizeof(text));
	assert_string_equal(text, "E=691 R=1 C=5B5D7C7D7B3F2F3E3C2C602132262628 V=3 M=no");
	failure = (struct mschap_failure){ .error = 649 };
	mschap_failure_format(&failure, text, sizeof(text));
	assert_string_equal(text, "E=649 R=0");
	mschap_failure_format(&failure, text, 6);
	assert_string_equal(text, "E=649");
}

static void failures_are_read(void **state)
{
	struct mschap_failure failure;

	assert_true(parse("E=691 R=1 C=5b5d7c7d7b3f2f3e3c2c602132262628 V=3 M=go away, R=1", &failure));
	assert_int_equal(failure.error, 691);
	assert_true(failure.retry && failure.has_challenge);
	assert_octets(failure.challenge, failure.challenge_length, V2_CHALLENGE);
	assert_int_equal(failure.version, 3);
	assert_string_equal(failure.message, "go away, R=1");
	assert_true(parse("E=648 R=0 C=102db5df085d3041 V=2", &failure));
	assert_false(failure.retry);
	assert_octets(failure.challenge, failure.challenge_length, V1_CHALLENGE);
	assert_true(parse("E=1 M=\n\xff", &failure));
	assert_string_equal(failure.message, "??");
}

static void odd_failures(void **state)
{
	static const char *const refused[] = {
		"", "E", "E=", "E=x", "X=691", "E=-1", "e=691", "E=1234567890", " E=691",
	};
	static const char *const accepted[] = {
		"E=691 ", "E=691  R", "E=691 C=12 V= R=", "E=691 C=5b5d7c7d7b3f2f3g R=2", "E=691 V=-1 M",
	};
	struct mschap_failure failure;

	for (size_t i = 0; i < ARRAY_SIZE(refused); i++)
		assert_false(parse(refused[i], &failure));
	for (size_t i = 0; i < ARRAY_SIZE(accepted); i++) {
		assert_true(parse(accepted[i], &failure));
		assert_int_equal(failure.error, 691);
		assert_false(failure.retry || failure.has_challenge || failure.version || failure.message[0]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(md5),
		cmocka_unit_test(version_1),
		cmocka_unit_test(version_2),
		cmocka_unit_test(domains_are_left_out),
		cmocka_unit_test(secrets_in_utf8),
		cmocka_unit_test(failures_are_written),
		cmocka_unit_test(failures_are_read),
		cmocka_unit_test(odd_failures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
