/* SPDX-License-Identifier: MIT */
/* Hidden values and challenge responses against known answers. */
#include "wire/hiding.h"

#include <string.h>

#include "hex.h"
#include "l2tpv2_vectors.h"
#include "test.h"

static struct hiding keys_of(const struct hiding_vector *vector, uint8_t random_vector[64])
{
	return (struct hiding){ (const uint8_t *)VECTOR_SECRET, strlen(VECTOR_SECRET), random_vector,
				hex_octets(vector->random_vector, random_vector, 64) };
}

static void hides(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(hiding_vectors); i++) {
		const struct hiding_vector *vector = &hiding_vectors[i];
		uint8_t random_vector[64], octets[128], hidden[128];
		struct hiding keys = keys_of(vector, random_vector);
		size_t length = hex_octets(vector->value, octets + HIDING_LENGTH, 64);
		size_t padding = hex_octets(vector->padding, octets + HIDING_LENGTH + length, 32);

		assert_int_equal(hex_octets(vector->hidden, hidden, sizeof(hidden)), HIDING_LENGTH + length + padding);
		hiding_hide(&keys, (uint16_t)vector->attribute, octets, length, padding);
		assert_memory_equal(octets, hidden, HIDING_LENGTH + length + padding);
	}
}

static void reveals(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(hiding_vectors); i++) {
		const struct hiding_vector *vector = &hiding_vectors[i];
		uint8_t random_vector[64], octets[128], wanted[64];
		struct hiding keys = keys_of(vector, random_vector);
		size_t length = hex_octets(vector->hidden, octets, sizeof(octets)), value_length;
		const uint8_t *value;

		assert_true(hiding_reveal(&keys, (uint16_t)vector->attribute, octets, length, &value, &value_length));
		assert_int_equal(value_length, hex_octets(vector->value, wanted, sizeof(wanted)));
		assert_memory_equal(value, wanted, value_length);
	}
}

static void another_secret_reveals_nothing(void **state)
{
	const struct hiding_vector *vector = &hiding_vectors[1];
	uint8_t random_vector[64], octets[128];
	struct hiding keys = keys_of(vector, random_vector);
	size_t length = hex_octets(vector->hidden, octets, sizeof(octets)), value_length;
	const uint8_t *value;

	keys.key_length--;
	assert_false(hiding_reveal(&keys, (uint16_t)vector->attribute, octets, length, &value, &value_length));
	assert_false(hiding_reveal(&keys, (uint16_t)vector->attribute, octets, 1, &value, &value_length));
}

static void answers_challenges(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(challenge_vectors); i++) {
		const struct challenge_vector *vector = &challenge_vectors[i];
		uint8_t secret[256], challenge[256], wanted[CHALLENGE_RESPONSE_LENGTH];
		uint8_t response[CHALLENGE_RESPONSE_LENGTH];
		size_t secret_length = hex_octets(vector->secret, secret, sizeof(secret));
		size_t challenge_length = hex_octets(vector->challenge, challenge, sizeof(challenge));

		hex_octets(vector->response, wanted, sizeof(wanted));
		challenge_response((uint8_t)vector->message_type, secret, secret_length, challenge, challenge_length,
				   response);
		assert_true(challenge_response_equal(response, wanted));
		response[15] ^= 1;
		assert_false(challenge_response_equal(response, wanted));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hides),
		cmocka_unit_test(reveals),
		cmocka_unit_test(another_secret_reveals_nothing),
		cmocka_unit_test(answers_challenges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
