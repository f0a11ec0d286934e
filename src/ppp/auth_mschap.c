/* SPDX-License-Identifier: MIT */
/* What CHAP and EAP have in common of MS-CHAP: see auth.h. */
#include <nettle/memops.h>
#include <stdio.h>
#include <string.h>

#include "ppp/auth.h"
#include "wire/mppe.h"

#define CHANGE_PASSWORD_VERSION 3	/* of password changes: what version 2 must say, although we know none */

bool auth_value_read(const uint8_t *octets, size_t length, struct auth_value *value)
{
	struct cursor cursor = cursor_over((uint8_t *)octets, length);
	const uint8_t *size = cursor_take(&cursor, 1);

	value->length = size ? *size : 0;
	value->value = cursor_take(&cursor, value->length);
	value->name = cursor.position;
	value->name_length = cursor_left(&cursor);
	return cursor_ok(&cursor);
}

void auth_value_write(struct cursor *cursor, const void *value, size_t length, const void *name, size_t name_length)
{
	const uint8_t size = (uint8_t)length;

	cursor_put(cursor, &size, 1);
	cursor_put(cursor, value, length);
	cursor_put(cursor, name, name_length);
}

/* --- we are who proves its name --- */

static void answer_v1(struct auth_own *own, const uint8_t hash[MSCHAP_HASH], uint8_t response[MSCHAP_RESPONSE])
{
	uint8_t hash_hash[MSCHAP_HASH];

	mschap_nt_response(own->challenge, hash, response + MSCHAP_OFFSET_NT);
	response[MSCHAP_OFFSET_FLAG] = 1;
	mschap_hash_hash(hash, hash_hash);
	mppe_start_key_v1(hash_hash, own->challenge, own->keys.send);
	memcpy(own->keys.receive, own->keys.send, sizeof(own->keys.receive));
	own->keys.long_only = true;
	explicit_bzero(hash_hash, sizeof(hash_hash));
}

static void answer_v2(struct ppp_link *link, struct auth_own *own, const uint8_t hash[MSCHAP_HASH],
		      uint8_t response[MSCHAP_RESPONSE])
{
	uint8_t challenge[MSCHAP_V1_CHALLENGE], hash_hash[MSCHAP_HASH], *nt_response = response + MSCHAP_OFFSET_NT;

	link_random(link, response, MSCHAP_V2_CHALLENGE);
	mschap_challenge(response, own->challenge, link->secret->octets, link->secret->name_length, challenge);
	mschap_nt_response(challenge, hash, nt_response);
	mschap_hash_hash(hash, hash_hash);
	mschap_success(hash_hash, nt_response, challenge, own->success);
	mppe_start_keys_v2(hash_hash, nt_response, false, own->keys.send, own->keys.receive);
	explicit_bzero(hash_hash, sizeof(hash_hash));
}

void auth_mschap_answer(struct ppp_link *link, struct auth_own *own, const uint8_t *challenge, size_t length,
			uint8_t response[MSCHAP_RESPONSE])
{
	uint8_t hash[MSCHAP_HASH];

	memset(response, 0, MSCHAP_RESPONSE);
	memcpy(own->challenge, challenge, length);
	own->keys = (struct credentials_keys){ .there = true };
	mschap_hash(auth_password(link->secret), link->secret->password_length, hash);
	if (length == MSCHAP_V1_CHALLENGE)
		answer_v1(own, hash, response);
	else
		answer_v2(link, own, hash, response);
	explicit_bzero(hash, sizeof(hash));
}

/* Some write small letters. */
bool auth_mschap_genuine(const struct auth_own *own, const uint8_t *text, size_t length)
{
	char said[MSCHAP_SUCCESS];

	if (length < MSCHAP_SUCCESS || !own->success[0])
		return false;
	for (size_t i = 0; i < MSCHAP_SUCCESS; i++)
		said[i] = (char)(text[i] >= 'a' && text[i] <= 'f' ? text[i] - 'a' + 'A' : text[i]);
	return memeql_sec(said, own->success, MSCHAP_SUCCESS) != 0;
}

void auth_mschap_reason(const uint8_t *text, size_t length, char reason[PPP_TEXT_MAX])
{
	char whole[MSCHAP_MESSAGE_MAX + 64];
	struct mschap_failure failure;

	if (!mschap_failure_parse(text, length, &failure)) {
		auth_text(text, length, reason);
		return;
	}
	snprintf(whole, sizeof(whole), "%s%s%s", mschap_error_text(failure.error), failure.message[0] ? ": " : "",
		 failure.message);
	auth_text((const uint8_t *)whole, strlen(whole), reason);
}

/* --- the peer is --- */

bool auth_mschap_success_text(const struct credentials_verdict *verdict, char *text, size_t size)
{
	if (strnlen(verdict->mschap_success, MSCHAP_SUCCESS) != MSCHAP_SUCCESS)
		return false;
	snprintf(text, size, "%.*s%s%s", MSCHAP_SUCCESS, verdict->mschap_success, verdict->message[0] ? " M=" : "",
		 verdict->message);
	return true;
}

/* What the verdict says, in words or as such a text. */
static void read_verdict(const struct credentials_verdict *verdict, struct mschap_failure *failure)
{
	size_t length = strnlen(verdict->message, sizeof(verdict->message));

	if (mschap_failure_parse((const uint8_t *)verdict->message, length, failure))
		return;
	*failure = (struct mschap_failure){ .error = MSCHAP_ERROR_FAILED, .retry = true };
	snprintf(failure->message, sizeof(failure->message), "%.*s", (int)length, verdict->message);
}

bool auth_mschap_failure_text(struct ppp_link *link, const struct credentials_verdict *verdict, size_t challenge_length,
			      char text[MSCHAP_MESSAGE_MAX], char reason[PPP_TEXT_MAX])
{
	struct auth_peer *peer = &link->auth->peer;
	struct mschap_failure failure;

	read_verdict(verdict, &failure);
	if (failure.error != MSCHAP_ERROR_FAILED || !peer->retries)
		failure.retry = false;
	else if (failure.retry)
		peer->retries--;
	if (!failure.has_challenge || failure.challenge_length != challenge_length)
		link_random(link, failure.challenge, challenge_length);
	failure.has_challenge = true;
	failure.challenge_length = challenge_length;
	if (challenge_length == MSCHAP_V2_CHALLENGE)
		failure.version = CHANGE_PASSWORD_VERSION;
	mschap_failure_format(&failure, text, MSCHAP_MESSAGE_MAX);
	auth_mschap_reason((const uint8_t *)text, strlen(text), reason);
	memcpy(peer->challenge, failure.challenge, challenge_length);
	peer->challenge_length = (uint8_t)challenge_length;
	return failure.retry;
}
