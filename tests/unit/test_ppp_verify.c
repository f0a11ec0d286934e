/* SPDX-License-Identifier: MIT */
/* Whether credentials prove that one knows a secret, and what the verdict has then. */
#include <string.h>

#include "base/text.h"
#include "ppp/mschap.h"
#include "ppp/ppp.h"
#include "ppp_vectors.h"
#include "test.h"

/* Credentials and their octets. */
struct proof {
	struct credentials credentials;
	uint8_t challenge[TEXT_OCTETS_MAX], response[TEXT_OCTETS_MAX];
};

static void make_proof(struct proof *proof, enum credentials_method method, const char *name, const char *challenge,
		       const char *response)
{
	struct credentials *credentials = &proof->credentials;

	*credentials = (struct credentials){ .method = method, .identifier = 23, .name = (const uint8_t *)name,
					     .challenge = proof->challenge, .response = proof->response,
					     .name_length = strlen(name) };
	if (*challenge)
		assert_true(text_to_octets(challenge, proof->challenge, TEXT_OCTETS_MAX,
					   &credentials->challenge_length));
	assert_true(text_to_octets(response, proof->response, TEXT_OCTETS_MAX, &credentials->response_length));
}

static enum credentials_result verify(const struct proof *proof, const char *secret,
				      struct credentials_verdict *verdict)
{
	ppp_verify(&proof->credentials, (const uint8_t *)secret, secret ? strlen(secret) : 0, verdict);
	return verdict->result;
}

static const struct method {
	enum credentials_method method;
	const char *challenge, *response, *secret;
} methods[] = {
	{ CREDENTIALS_PAP, "", "70617373", "pass" },
	{ CREDENTIALS_CHAP_MD5, MD5_CHALLENGE, CHAP_MD5_RESPONSE, MD5_SECRET },
	{ CREDENTIALS_MSCHAPV1, V1_CHALLENGE, V1_RESPONSE, V2_PASSWORD },
	{ CREDENTIALS_MSCHAPV2, V2_CHALLENGE, V2_RESPONSE, V2_PASSWORD },
};

static void assert_told_nothing(const struct credentials_verdict *verdict)
{
	static const struct credentials_keys none;

	assert_int_equal(verdict->result, CREDENTIALS_REJECTED);
	assert_string_equal(verdict->mschap_success, "");
	assert_memory_equal(&verdict->keys, &none, sizeof(none));
}

static void right_and_wrong(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
		const struct method *method = &methods[i];
		struct credentials_verdict verdict;
		struct proof proof;

		make_proof(&proof, method->method, V2_USER, method->challenge, method->response);
		assert_int_equal(verify(&proof, method->secret, &verdict), CREDENTIALS_ACCEPTED);
		verify(&proof, "other", &verdict);
		assert_told_nothing(&verdict);
		verify(&proof, "", &verdict);
		assert_told_nothing(&verdict);
		verify(&proof, NULL, &verdict);
		assert_told_nothing(&verdict);
		proof.response[i == 0 ? 0 : proof.credentials.response_length - 2] ^= 1;
		verify(&proof, method->secret, &verdict);
		assert_told_nothing(&verdict);
	}
}

/* What is computed with in place of a secret that there is not lets nobody in. */
static void nobodys_secret(void **state)
{
	static const char secret[] = "nobody has it";
	struct credentials_verdict verdict;
	struct proof proof;

	make_proof(&proof, CREDENTIALS_PAP, V2_USER, "", "00");
	memcpy(proof.response, secret, strlen(secret));
	proof.credentials.response_length = strlen(secret);
	assert_int_equal(verify(&proof, secret, &verdict), CREDENTIALS_ACCEPTED);
	verify(&proof, NULL, &verdict);
	assert_told_nothing(&verdict);
}

static void odd_lengths(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
		for (size_t length = 0; length < TEXT_OCTETS_MAX; length++) {
			struct credentials_verdict verdict;
			struct proof proof;

			make_proof(&proof, methods[i].method, V2_USER, methods[i].challenge, methods[i].response);
			if (length == proof.credentials.response_length)
				continue;
			proof.credentials.response_length = length;
			verify(&proof, methods[i].secret, &verdict);
			assert_told_nothing(&verdict);
		}
	}
}

static void the_challenge_counts(void **state)
{
	for (size_t i = 1; i < ARRAY_SIZE(methods); i++) {
		struct credentials_verdict verdict;
		struct proof proof;

		make_proof(&proof, methods[i].method, V2_USER, methods[i].challenge, methods[i].response);
		proof.challenge[0] ^= 0x80;
		verify(&proof, methods[i].secret, &verdict);
		assert_told_nothing(&verdict);
		proof.challenge[0] ^= 0x80;
		proof.credentials.challenge_length--;
		verify(&proof, methods[i].secret, &verdict);
		assert_told_nothing(&verdict);
	}
}

static void the_identifier_counts(void **state)
{
	struct credentials_verdict verdict;
	struct proof proof;

	make_proof(&proof, CREDENTIALS_CHAP_MD5, V2_USER, MD5_CHALLENGE, CHAP_MD5_RESPONSE);
	proof.credentials.identifier = 24;
	verify(&proof, MD5_SECRET, &verdict);
	assert_told_nothing(&verdict);
}

static void the_name_counts_without_its_domain(void **state)
{
	struct credentials_verdict verdict;
	struct proof proof;

	make_proof(&proof, CREDENTIALS_MSCHAPV2, "user", V2_CHALLENGE, V2_RESPONSE);
	verify(&proof, V2_PASSWORD, &verdict);
	assert_told_nothing(&verdict);
	make_proof(&proof, CREDENTIALS_MSCHAPV2, V2_USER_OF_DOMAIN, V2_CHALLENGE, V2_RESPONSE);
	assert_int_equal(verify(&proof, V2_PASSWORD, &verdict), CREDENTIALS_ACCEPTED);
}

static void assert_key(const uint8_t *key, const char *wanted)
{
	uint8_t octets[CREDENTIALS_KEY_LENGTH];
	size_t length;

	assert_true(text_to_octets(wanted, octets, sizeof(octets), &length));
	assert_memory_equal(key, octets, sizeof(octets));
}

static void what_version_2_answers(void **state)
{
	struct credentials_verdict verdict;
	struct proof proof;

	make_proof(&proof, CREDENTIALS_MSCHAPV2, V2_USER, V2_CHALLENGE, V2_RESPONSE);
	verify(&proof, V2_PASSWORD, &verdict);
	assert_string_equal(verdict.mschap_success, V2_SUCCESS);
	assert_true(verdict.keys.there && !verdict.keys.long_only);
	assert_key(verdict.keys.send, V2_SERVER_SEND_START);
	assert_key(verdict.keys.receive, V2_SERVER_RECEIVE_START);
}

static void keys_of_version_1(void **state)
{
	struct credentials_verdict verdict;
	struct proof proof;

	make_proof(&proof, CREDENTIALS_MSCHAPV1, V2_USER, V1_CHALLENGE, V1_RESPONSE);
	verify(&proof, V2_PASSWORD, &verdict);
	assert_true(verdict.keys.there && verdict.keys.long_only);
	assert_key(verdict.keys.send, V1_START_128);
	assert_key(verdict.keys.receive, V1_START_128);
	assert_string_equal(verdict.mschap_success, "");
}

/* It would have the password guessed in two halves. */
static void a_lan_manager_response_alone_proves_nothing(void **state)
{
	struct credentials_verdict verdict;
	struct proof proof;

	make_proof(&proof, CREDENTIALS_MSCHAPV1, V2_USER, V1_CHALLENGE, V1_RESPONSE);
	proof.response[MSCHAP_OFFSET_FLAG] = 0;
	verify(&proof, V2_PASSWORD, &verdict);
	assert_told_nothing(&verdict);
}

static void methods_without_keys(void **state)
{
	struct credentials_verdict verdict;
	struct proof proof;

	for (size_t i = 0; i < 2; i++) {
		make_proof(&proof, methods[i].method, V2_USER, methods[i].challenge, methods[i].response);
		verify(&proof, methods[i].secret, &verdict);
		assert_false(verdict.keys.there);
	}
	proof.credentials.method = CREDENTIALS_EAP;
	verify(&proof, MD5_SECRET, &verdict);
	assert_told_nothing(&verdict);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(right_and_wrong),
		cmocka_unit_test(nobodys_secret),
		cmocka_unit_test(odd_lengths),
		cmocka_unit_test(the_challenge_counts),
		cmocka_unit_test(the_identifier_counts),
		cmocka_unit_test(the_name_counts_without_its_domain),
		cmocka_unit_test(what_version_2_answers),
		cmocka_unit_test(keys_of_version_1),
		cmocka_unit_test(a_lan_manager_response_alone_proves_nothing),
		cmocka_unit_test(methods_without_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
