/* SPDX-License-Identifier: MIT */
/*
 * Values that RADIUS hides: both ways are a chain of MD5 over the secret and the ciphertext before, and differ in what
 * begins it (RFC 2865 section 5.2: the authenticator; RFC 2868 section 3.5: a salt behind it).
 */
#include <nettle/md5.h>
#include <nettle/memops.h>
#include <string.h>

#include "wire/radius.h"

#define BLOCK MD5_DIGEST_SIZE

struct chain {
	const struct radius_secret *secret;
	const uint8_t *authenticator, *salt;	/* salt NULL: none */
};

static void stream(const struct chain *chain, const uint8_t *ciphertext, uint8_t out[BLOCK])
{
	struct md5_ctx md5;

	md5_init(&md5);
	md5_update(&md5, chain->secret->length, chain->secret->octets);
	md5_update(&md5, BLOCK, ciphertext ? ciphertext : chain->authenticator);
	if (!ciphertext && chain->salt)
		md5_update(&md5, RADIUS_SALT_LENGTH, chain->salt);
	md5_digest(&md5, BLOCK, out);
}

/* length: whole blocks. In place. */
static void hide(const struct chain *chain, uint8_t *octets, size_t length)
{
	uint8_t block[BLOCK];

	for (size_t at = 0; at < length; at += BLOCK) {
		stream(chain, at ? octets + at - BLOCK : NULL, block);
		memxor(octets + at, block, BLOCK);
	}
	explicit_bzero(block, sizeof(block));
}

static void reveal(const struct chain *chain, const uint8_t *hidden, size_t length, uint8_t *out)
{
	uint8_t block[BLOCK];

	for (size_t at = 0; at < length; at += BLOCK) {
		stream(chain, at ? hidden + at - BLOCK : NULL, block);
		memxor3(out + at, hidden + at, block, BLOCK);
	}
	explicit_bzero(block, sizeof(block));
}

static size_t blocks(size_t length)
{
	return (length + BLOCK - 1) / BLOCK * BLOCK;
}

size_t radius_hide_password(const struct radius_secret *secret,
			    const uint8_t authenticator[RADIUS_AUTHENTICATOR_LENGTH], const uint8_t *password,
			    size_t length, uint8_t *out)
{
	const struct chain chain = { secret, authenticator, NULL };
	size_t whole = length ? blocks(length) : BLOCK;

	if (length > RADIUS_PASSWORD_MAX)
		return 0;
	memset(out, 0, whole);
	if (length)
		memcpy(out, password, length);
	hide(&chain, out, whole);
	return whole;
}

bool radius_reveal_password(const struct radius_secret *secret,
			    const uint8_t authenticator[RADIUS_AUTHENTICATOR_LENGTH], const uint8_t *hidden,
			    size_t length, uint8_t *out)
{
	const struct chain chain = { secret, authenticator, NULL };

	if (!length || length % BLOCK || length > RADIUS_PASSWORD_MAX)
		return false;
	reveal(&chain, hidden, length, out);
	return true;
}

size_t radius_hide_salted(const struct radius_secret *secret,
			  const uint8_t authenticator[RADIUS_AUTHENTICATOR_LENGTH],
			  const uint8_t salt[RADIUS_SALT_LENGTH], const uint8_t *value, size_t length, uint8_t *out)
{
	const struct chain chain = { secret, authenticator, out };
	size_t whole = blocks(1 + length);

	if (RADIUS_SALT_LENGTH + whole > RADIUS_VALUE_MAX)
		return 0;
	out[0] = salt[0] | 0x80;	/* RFC 2868 section 3.5 */
	out[1] = salt[1];
	memset(out + RADIUS_SALT_LENGTH, 0, whole);
	out[RADIUS_SALT_LENGTH] = (uint8_t)length;
	if (length)
		memcpy(out + RADIUS_SALT_LENGTH + 1, value, length);
	hide(&chain, out + RADIUS_SALT_LENGTH, whole);
	return RADIUS_SALT_LENGTH + whole;
}

bool radius_reveal_salted(const struct radius_secret *secret,
			  const uint8_t authenticator[RADIUS_AUTHENTICATOR_LENGTH], const uint8_t *hidden,
			  size_t length, uint8_t *out, size_t *out_length)
{
	const struct chain chain = { secret, authenticator, hidden };
	uint8_t clear[RADIUS_VALUE_MAX];
	size_t whole = length - RADIUS_SALT_LENGTH;
	bool fits;

	if (length < RADIUS_SALT_LENGTH + BLOCK || length > RADIUS_VALUE_MAX || whole % BLOCK)
		return false;
	reveal(&chain, hidden + RADIUS_SALT_LENGTH, whole, clear);
	fits = clear[0] < whole;
	if (fits) {
		*out_length = clear[0];
		memcpy(out, clear + 1, clear[0]);
	}
	explicit_bzero(clear, sizeof(clear));
	return fits;
}
