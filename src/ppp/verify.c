/* SPDX-License-Identifier: MIT */
/*
 * Whether credentials prove that who gave them knows a secret: ppp_verify() of ppp.h.
 *
 * Nobody shall learn from the time it takes how much of a guess was right, nor whether a name is known: comparisons
 * take the same time whatever they find, and without a secret the same is computed with one that nobody has.
 */
#include <nettle/memops.h>
#include <nettle/sha1.h>
#include <string.h>

#include "ppp/mschap.h"
#include "ppp/ppp.h"
#include "wire/mppe.h"

/* Of usual length; whoever answers with it is refused all the same. */
static const uint8_t nobodys_secret[] = "nobody has it";

struct secret {
	const uint8_t *octets;
	size_t length;
};

/* Of their digests, which have one length. */
static bool verify_pap(const struct credentials *credentials, const struct secret *secret)
{
	uint8_t wanted[SHA1_DIGEST_SIZE], given[SHA1_DIGEST_SIZE];
	struct sha1_ctx sha1;
	bool equal;

	sha1_init(&sha1);
	sha1_update(&sha1, secret->length, secret->octets);
	sha1_digest(&sha1, sizeof(wanted), wanted);
	sha1_update(&sha1, credentials->response_length, credentials->response);
	sha1_digest(&sha1, sizeof(given), given);
	equal = memeql_sec(wanted, given, sizeof(wanted)) != 0;
	explicit_bzero(&sha1, sizeof(sha1));
	explicit_bzero(wanted, sizeof(wanted));
	explicit_bzero(given, sizeof(given));
	return equal;
}

static bool verify_md5(const struct credentials *credentials, const struct secret *secret)
{
	uint8_t wanted[CHAP_MD5_LENGTH];

	if (credentials->response_length != CHAP_MD5_LENGTH)
		return false;
	chap_md5_response(credentials->identifier, secret->octets, secret->length, credentials->challenge,
			  credentials->challenge_length, wanted);
	return memeql_sec(wanted, credentials->response, sizeof(wanted)) != 0;
}

static bool verify_mschapv1(const struct credentials *credentials, const struct secret *secret,
			    struct credentials_keys *keys)
{
	uint8_t hash[MSCHAP_HASH], wanted[MSCHAP_NT_RESPONSE];
	bool equal;

	if (credentials->response_length != MSCHAP_RESPONSE || credentials->challenge_length != MSCHAP_V1_CHALLENGE ||
	    credentials->response[MSCHAP_OFFSET_FLAG] != 1)
		return false;
	mschap_hash(secret->octets, secret->length, hash);
	mschap_nt_response(credentials->challenge, hash, wanted);
	equal = memeql_sec(wanted, credentials->response + MSCHAP_OFFSET_NT, sizeof(wanted)) != 0;
	mschap_hash_hash(hash, hash);
	mppe_start_key_v1(hash, credentials->challenge, keys->send);
	memcpy(keys->receive, keys->send, sizeof(keys->receive));
	keys->long_only = true;
	explicit_bzero(hash, sizeof(hash));
	return equal;
}

static bool verify_mschapv2(const struct credentials *credentials, const struct secret *secret,
			    struct credentials_verdict *verdict)
{
	const uint8_t *response = credentials->response, *nt_response = response + MSCHAP_OFFSET_NT;
	uint8_t challenge[MSCHAP_V1_CHALLENGE], hash[MSCHAP_HASH], wanted[MSCHAP_NT_RESPONSE];
	bool equal;

	if (credentials->response_length != MSCHAP_RESPONSE || credentials->challenge_length != MSCHAP_V2_CHALLENGE)
		return false;
	mschap_challenge(response, credentials->challenge, credentials->name, credentials->name_length, challenge);
	mschap_hash(secret->octets, secret->length, hash);
	mschap_nt_response(challenge, hash, wanted);
	equal = memeql_sec(wanted, nt_response, sizeof(wanted)) != 0;
	mschap_hash_hash(hash, hash);
	mschap_success(hash, nt_response, challenge, verdict->mschap_success);
	mppe_start_keys_v2(hash, nt_response, true, verdict->keys.send, verdict->keys.receive);
	explicit_bzero(hash, sizeof(hash));
	return equal;
}

static bool verify(const struct credentials *credentials, const struct secret *secret,
		   struct credentials_verdict *verdict)
{
	switch (credentials->method) {
	case CREDENTIALS_PAP: return verify_pap(credentials, secret);
	case CREDENTIALS_CHAP_MD5: return verify_md5(credentials, secret);
	case CREDENTIALS_MSCHAPV1: return verify_mschapv1(credentials, secret, &verdict->keys);
	case CREDENTIALS_MSCHAPV2: return verify_mschapv2(credentials, secret, verdict);
	default: return false;
	}
}

void ppp_verify(const struct credentials *credentials, const uint8_t *secret, size_t secret_length,
		struct credentials_verdict *verdict)
{
	const struct secret known = { secret ? secret : nobodys_secret,
				      secret ? secret_length : sizeof(nobodys_secret) - 1 };

	*verdict = (struct credentials_verdict){ .result = CREDENTIALS_REJECTED };
	if (verify(credentials, &known, verdict) && secret) {
		verdict->result = CREDENTIALS_ACCEPTED;
		verdict->keys.there = credentials->method == CREDENTIALS_MSCHAPV1 ||
				      credentials->method == CREDENTIALS_MSCHAPV2;
		return;
	}
	/* what was computed would prove our knowledge, and yours, to who has not proved his */
	explicit_bzero(verdict->mschap_success, sizeof(verdict->mschap_success));
	explicit_bzero(&verdict->keys, sizeof(verdict->keys));
}
