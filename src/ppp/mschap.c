/* SPDX-License-Identifier: MIT */
/* See mschap.h. Whatever a secret can be computed from is wiped. */
#include "ppp/mschap.h"

#include <nettle/des.h>
#include <nettle/md4.h>
#include <nettle/md5.h>
#include <nettle/sha1.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define DES_PART 7	/* octets of key material that make one DES key */

void chap_md5_response(uint8_t identifier, const uint8_t *secret, size_t secret_length, const uint8_t *challenge,
		       size_t challenge_length, uint8_t response[CHAP_MD5_LENGTH])
{
	struct md5_ctx md5;

	md5_init(&md5);
	md5_update(&md5, 1, &identifier);
	md5_update(&md5, secret_length, secret);
	md5_update(&md5, challenge_length, challenge);
	md5_digest(&md5, CHAP_MD5_LENGTH, response);
	explicit_bzero(&md5, sizeof(md5));
}

/* --- hashes of a secret --- */

/* Octets of the UTF-8 character at text, and what it is; 0: it is none. */
static size_t utf8_character(const uint8_t *text, size_t length, uint32_t *character)
{
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	size_t more = text[0] < 0x80 ? 0 : text[0] >> 5 == 6 ? 1 : text[0] >> 4 == 14 ? 2 : text[0] >> 3 == 30 ? 3 : 4;

	if (more > 3 || more >= length)
		return 0;
	*character = more ? text[0] & (0x3fU >> more) : text[0];
	for (size_t i = 1; i <= more; i++) {
		if (text[i] >> 6 != 2)
			return 0;
		*character = *character << 6 | (text[i] & 0x3f);
	}
	return *character < least[more] || *character > 0x10ffff || *character >> 11 == 0x1b ? 0 : more + 1;
}

static bool is_utf8(const uint8_t *text, size_t length)
{
	uint32_t character;

	while (length) {
		size_t octets = utf8_character(text, length, &character);

		if (!octets)
			return false;
		text += octets;
		length -= octets;
	}
	return true;
}

static void hash_unit(struct md4_ctx *md4, uint32_t unit)
{
	const uint8_t octets[] = { (uint8_t)unit, (uint8_t)(unit >> 8) };

	md4_update(md4, sizeof(octets), octets);
}

/* As UTF-16, the lower octet first. */
static void hash_character(struct md4_ctx *md4, uint32_t character)
{
	if (character < 0x10000) {
		hash_unit(md4, character);
		return;
	}
	hash_unit(md4, 0xd800 + ((character - 0x10000) >> 10));
	hash_unit(md4, 0xdc00 + ((character - 0x10000) & 0x3ff));
}

void mschap_hash(const uint8_t *secret, size_t length, uint8_t hash[MSCHAP_HASH])
{
	bool utf8 = is_utf8(secret, length);
	struct md4_ctx md4;

	md4_init(&md4);
	for (size_t i = 0; i < length; ) {
		uint32_t character = secret[i];

		i += utf8 ? utf8_character(secret + i, length - i, &character) : 1;
		hash_character(&md4, character);
	}
	md4_digest(&md4, MSCHAP_HASH, hash);
	explicit_bzero(&md4, sizeof(md4));
}

void mschap_hash_hash(const uint8_t hash[MSCHAP_HASH], uint8_t hash_hash[MSCHAP_HASH])
{
	struct md4_ctx md4;

	md4_init(&md4);
	md4_update(&md4, MSCHAP_HASH, hash);
	md4_digest(&md4, MSCHAP_HASH, hash_hash);
	explicit_bzero(&md4, sizeof(md4));
}

/* --- responses --- */

void mschap_challenge(const uint8_t peer[MSCHAP_V2_CHALLENGE], const uint8_t authenticator[MSCHAP_V2_CHALLENGE],
		      const uint8_t *name, size_t name_length, uint8_t challenge[MSCHAP_V1_CHALLENGE])
{
	const uint8_t *domain_end = name_length ? memrchr(name, '\\', name_length) : NULL;
	size_t domain = domain_end ? (size_t)(domain_end - name) + 1 : 0;
	struct sha1_ctx sha1;

	sha1_init(&sha1);
	sha1_update(&sha1, MSCHAP_V2_CHALLENGE, peer);
	sha1_update(&sha1, MSCHAP_V2_CHALLENGE, authenticator);
	sha1_update(&sha1, name_length - domain, name + domain);
	sha1_digest(&sha1, MSCHAP_V1_CHALLENGE, challenge);
}

/* Spread over eight octets, of which each has a parity bit that nobody looks at. */
static void des_key(const uint8_t part[DES_PART], uint8_t key[DES_KEY_SIZE])
{
	uint64_t bits = 0;

	for (int i = 0; i < DES_PART; i++)
		bits = bits << 8 | part[i];
	for (int i = DES_KEY_SIZE - 1; i >= 0; i--, bits >>= 7)
		key[i] = (uint8_t)(bits << 1);
	explicit_bzero(&bits, sizeof(bits));
}

void mschap_nt_response(const uint8_t challenge[MSCHAP_V1_CHALLENGE], const uint8_t hash[MSCHAP_HASH],
			uint8_t response[MSCHAP_NT_RESPONSE])
{
	uint8_t padded[3 * DES_PART] = { 0 }, key[DES_KEY_SIZE];
	struct des_ctx des;

	memcpy(padded, hash, MSCHAP_HASH);
	for (int i = 0; i < 3; i++) {
		des_key(padded + DES_PART * i, key);
		des_set_key(&des, key);
		des_encrypt(&des, DES_BLOCK_SIZE, response + DES_BLOCK_SIZE * i, challenge);
	}
	explicit_bzero(&des, sizeof(des));
	explicit_bzero(key, sizeof(key));
	explicit_bzero(padded, sizeof(padded));
}

#define SIGNING "Magic server to client signing constant"
#define ITERATION "Pad to make it do more than one iteration"

void mschap_success(const uint8_t hash_hash[MSCHAP_HASH], const uint8_t nt_response[MSCHAP_NT_RESPONSE],
		    const uint8_t challenge[MSCHAP_V1_CHALLENGE], char success[MSCHAP_SUCCESS + 1])
{
	uint8_t digest[SHA1_DIGEST_SIZE];
	struct sha1_ctx sha1;

	sha1_init(&sha1);
	sha1_update(&sha1, MSCHAP_HASH, hash_hash);
	sha1_update(&sha1, MSCHAP_NT_RESPONSE, nt_response);
	sha1_update(&sha1, strlen(SIGNING), (const uint8_t *)SIGNING);
	sha1_digest(&sha1, sizeof(digest), digest);
	sha1_update(&sha1, sizeof(digest), digest);
	sha1_update(&sha1, MSCHAP_V1_CHALLENGE, challenge);
	sha1_update(&sha1, strlen(ITERATION), (const uint8_t *)ITERATION);
	sha1_digest(&sha1, sizeof(digest), digest);
	success[0] = 'S';
	success[1] = '=';
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(success + 2 + 2 * i, 3, "%02X", digest[i]);
	explicit_bzero(&sha1, sizeof(sha1));
}

/* --- failures --- */

const char *mschap_error_text(unsigned int error)
{
	switch (error) {
	case MSCHAP_ERROR_RESTRICTED_HOURS: return "not at this hour";
	case MSCHAP_ERROR_DISABLED: return "the account is disabled";
	case MSCHAP_ERROR_EXPIRED: return "the password has expired";
	case MSCHAP_ERROR_NOT_PERMITTED: return "no permission to dial in";
	case MSCHAP_ERROR_FAILED: return "wrong name or password";
	case MSCHAP_ERROR_CHANGING_PASSWORD: return "the password could not be changed";
	default: return "refused";
	}
}

void mschap_failure_format(const struct mschap_failure *failure, char *text, size_t size)
{
	char challenge[2 * MSCHAP_V2_CHALLENGE + 4] = "", version[16] = "";

	if (failure->has_challenge) {
		memcpy(challenge, " C=", 4);
		for (size_t i = 0; i < failure->challenge_length; i++)
			snprintf(challenge + 3 + 2 * i, 3, "%02X", failure->challenge[i]);
	}
	if (failure->version)
		snprintf(version, sizeof(version), " V=%u", failure->version);
	snprintf(text, size, "E=%u R=%d%s%s%s%s", failure->error, failure->retry, challenge, version,
		 failure->message[0] ? " M=" : "", failure->message);
}

static int hex_digit(uint8_t c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 :
	       c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_number(const uint8_t *text, size_t length, unsigned int *value)
{
	if (!length || length > 9)
		return false;
	*value = 0;
	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		*value = *value * 10 + (text[i] - '0');
	}
	return true;
}

static void read_challenge(const uint8_t *text, size_t length, struct mschap_failure *failure)
{
	if (length != 2 * MSCHAP_V1_CHALLENGE && length != 2 * MSCHAP_V2_CHALLENGE)
		return;
	for (size_t i = 0; i < length; i += 2) {
		int high = hex_digit(text[i]), low = hex_digit(text[i + 1]);

		if (high < 0 || low < 0)
			return;
		failure->challenge[i / 2] = (uint8_t)(high << 4 | low);
	}
	failure->challenge_length = length / 2;
	failure->has_challenge = true;
}

/* A word "X=..." that is not the message. */
static void read_word(uint8_t letter, const uint8_t *value, size_t length, struct mschap_failure *failure)
{
	unsigned int number;

	if (letter == 'C')
		read_challenge(value, length, failure);
	else if (letter == 'R')
		failure->retry = length == 1 && *value == '1';
	else if (letter == 'V' && read_number(value, length, &number))
		failure->version = number;
}

static void read_message(const uint8_t *text, size_t length, char message[MSCHAP_MESSAGE_MAX])
{
	if (length > MSCHAP_MESSAGE_MAX - 1)
		length = MSCHAP_MESSAGE_MAX - 1;
	if (length)
		memcpy(message, text, length);
	message[strnlen(message, length)] = '\0';
	text_make_printable(message);
}

static size_t word_length(const uint8_t *text, size_t length)
{
	const uint8_t *end = length ? memchr(text, ' ', length) : NULL;

	return end ? (size_t)(end - text) : length;
}

bool mschap_failure_parse(const uint8_t *text, size_t length, struct mschap_failure *failure)
{
	size_t word = word_length(text, length);

	*failure = (struct mschap_failure){ .error = 0 };
	if (word < 3 || text[0] != 'E' || text[1] != '=' || !read_number(text + 2, word - 2, &failure->error))
		return false;
	while (length > word) {
		text += word + 1;
		length -= word + 1;
		word = word_length(text, length);
		if (word < 2 || text[1] != '=')
			continue;
		if (text[0] == 'M') {
			read_message(text + 2, length - 2, failure->message);
			break;
		}
		read_word(text[0], text + 2, word - 2, failure);
	}
	return true;
}
