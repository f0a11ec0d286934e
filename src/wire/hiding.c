/* SPDX-License-Identifier: MIT */
/* See hiding.h. */
#include "wire/hiding.h"

#include <nettle/md5.h>
#include <nettle/memops.h>
#include <string.h>

#include "base/octets.h"

#define BLOCK MD5_DIGEST_SIZE

static void first_block(const struct hiding *hiding, uint16_t attribute, uint8_t stream[BLOCK])
{
	struct md5_ctx md5;
	uint8_t type[2];

	octets_put_be16(type, attribute);
	md5_init(&md5);
	md5_update(&md5, sizeof(type), type);
	md5_update(&md5, hiding->key_length, hiding->key);
	md5_update(&md5, hiding->random_vector_length, hiding->random_vector);
	md5_digest(&md5, BLOCK, stream);
}

static void next_block(const struct hiding *hiding, const uint8_t ciphertext[BLOCK], uint8_t stream[BLOCK])
{
	struct md5_ctx md5;

	md5_init(&md5);
	md5_update(&md5, hiding->key_length, hiding->key);
	md5_update(&md5, BLOCK, ciphertext);
	md5_digest(&md5, BLOCK, stream);
}

/* Both ways: the stream follows from the ciphertext, which is what octets were before (revealing) or are
 * afterwards. */
static void combine(const struct hiding *hiding, uint16_t attribute, uint8_t *octets, size_t length, bool reveal)
{
	uint8_t stream[BLOCK], ciphertext[BLOCK];

	first_block(hiding, attribute, stream);
	while (length) {
		size_t part = length < BLOCK ? length : BLOCK;

		if (reveal)
			memcpy(ciphertext, octets, part);
		memxor(octets, stream, part);
		if (!reveal)
			memcpy(ciphertext, octets, part);
		octets += part;
		length -= part;
		if (length)
			next_block(hiding, ciphertext, stream);
	}
}

void hiding_hide(const struct hiding *hiding, uint16_t attribute, uint8_t *octets, size_t length, size_t padding)
{
	octets_put_be16(octets, (uint16_t)length);
	combine(hiding, attribute, octets, HIDING_LENGTH + length + padding, false);
}

bool hiding_reveal(const struct hiding *hiding, uint16_t attribute, uint8_t *octets, size_t length,
		   const uint8_t **value, size_t *value_length)
{
	if (length < HIDING_LENGTH)
		return false;
	combine(hiding, attribute, octets, length, true);
	*value = octets + HIDING_LENGTH;
	*value_length = octets_be16(octets);
	return *value_length <= length - HIDING_LENGTH;
}

void challenge_response(uint8_t message_type, const uint8_t *secret, size_t secret_length, const uint8_t *challenge,
			size_t challenge_length, uint8_t response[CHALLENGE_RESPONSE_LENGTH])
{
	struct md5_ctx md5;

	md5_init(&md5);
	md5_update(&md5, 1, &message_type);
	md5_update(&md5, secret_length, secret);
	md5_update(&md5, challenge_length, challenge);
	md5_digest(&md5, CHALLENGE_RESPONSE_LENGTH, response);
}

bool challenge_response_equal(const uint8_t a[CHALLENGE_RESPONSE_LENGTH], const uint8_t b[CHALLENGE_RESPONSE_LENGTH])
{
	return memeql_sec(a, b, CHALLENGE_RESPONSE_LENGTH);
}
