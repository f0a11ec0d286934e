/* SPDX-License-Identifier: MIT */
/*
 * What a server answers, once it is known to be genuine: whether the user may come in, what the peer is to be told, the
 * keys of MPPE, and what the user gets (radius_grant.c).  A reply that says what cannot be is no answer: RFC 2865
 * section 5 wants a known attribute of a wrong length to be a rejection.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aaa/radius_internal.h"
#include "base/text.h"
#include "wire/mppe.h"

#define SUCCESS_LENGTH (1 + CREDENTIALS_MSCHAP_SUCCESS)	/* MS-CHAP2-Success: identifier and text */
#define V1_KEYS_LENGTH 32		/* MS-CHAP-MPPE-Keys: LM key 8, NT key 16, zeros */
#define V1_NT_KEY 8

struct reading {
	const struct radius_exchange *exchange;
	const struct radius_secret *secret;
	struct radius_answer *answer;
	bool has_error, has_send, has_receive;
};

static void remark(struct radius_answer *answer, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The first remains. */
static void remark(struct radius_answer *answer, const char *format, ...)
{
	va_list values;

	if (answer->remark[0])
		return;
	va_start(values, format);
	vsnprintf(answer->remark, sizeof(answer->remark), format, values);
	va_end(values);
	text_make_printable(answer->remark);
}

static void refuse(struct reading *reading, const struct radius_attribute *attribute)
{
	struct radius_answer *answer = reading->answer;

	answer->unusable = true;
	answer->remark[0] = '\0';
	remark(answer, "RADIUS server %s sends attribute %s%u with %u octets, which cannot be",
	       reading->exchange->server_name, attribute->vendor == RADIUS_VENDOR_MICROSOFT ? "Microsoft " : "",
	       attribute->type, attribute->length);
}

/* Several are one after the other. */
static void add_message(struct radius_answer *answer, const struct radius_attribute *attribute)
{
	char *message = answer->verdict.message;
	size_t used = strlen(message);

	if (used + 1 < sizeof(answer->verdict.message))
		radius_get_text(attribute, message + used, sizeof(answer->verdict.message) - used);
}

/* --- Microsoft's --- */

/* MS-CHAP-Error: an identifier, and what the peer is told instead of any Reply-Message. */
static void take_error(struct reading *reading, const struct radius_attribute *attribute)
{
	struct radius_attribute text = *attribute;

	if (!attribute->length)
		return;
	text.value++;
	text.length--;
	reading->has_error = true;
	radius_get_text(&text, reading->answer->verdict.message, sizeof(reading->answer->verdict.message));
}

static bool take_success(struct reading *reading, const struct radius_attribute *attribute)
{
	if (attribute->length != SUCCESS_LENGTH || memcmp(attribute->value + 1, "S=", 2))
		return false;
	memcpy(reading->answer->verdict.mschap_success, attribute->value + 1, CREDENTIALS_MSCHAP_SUCCESS);
	return true;
}

/* Keys of methods that make longer ones: MPPE takes their first octets. */
static bool take_key(struct reading *reading, const struct radius_attribute *attribute, uint8_t *key)
{
	uint8_t clear[RADIUS_VALUE_MAX];
	size_t length = 0;
	bool good = radius_reveal_salted(reading->secret, reading->exchange->authenticator, attribute->value,
					 attribute->length, clear, &length) && length >= CREDENTIALS_KEY_LENGTH;

	if (good)
		memcpy(key, clear, CREDENTIALS_KEY_LENGTH);
	explicit_bzero(clear, sizeof(clear));
	return good;
}

/* MS-CHAPv1: what is there is what the start key is made of, which is the same both ways (RFC 2548 section 2.4.1). */
static bool take_v1_keys(struct reading *reading, const struct radius_attribute *attribute)
{
	struct credentials_keys *keys = &reading->answer->verdict.keys;
	uint8_t clear[RADIUS_PASSWORD_MAX];

	if (attribute->length != V1_KEYS_LENGTH ||
	    !radius_reveal_password(reading->secret, reading->exchange->authenticator, attribute->value,
				    attribute->length, clear))
		return false;
	mppe_start_key_v1(clear + V1_NT_KEY, reading->exchange->challenge, keys->send);
	memcpy(keys->receive, keys->send, CREDENTIALS_KEY_LENGTH);
	keys->long_only = true;
	reading->has_send = reading->has_receive = true;
	explicit_bzero(clear, sizeof(clear));
	return true;
}

static bool take_microsoft(struct reading *reading, const struct radius_attribute *attribute)
{
	struct credentials_keys *keys = &reading->answer->verdict.keys;

	switch (attribute->type) {
	case RADIUS_MS_CHAP_ERROR:
		take_error(reading, attribute);
		return true;
	case RADIUS_MS_CHAP2_SUCCESS:
		return take_success(reading, attribute);
	case RADIUS_MS_MPPE_SEND_KEY:
		return reading->has_send = take_key(reading, attribute, keys->send);
	case RADIUS_MS_MPPE_RECV_KEY:
		return reading->has_receive = take_key(reading, attribute, keys->receive);
	case RADIUS_MS_CHAP_MPPE_KEYS:
		return reading->exchange->method != CREDENTIALS_MSCHAPV1 || take_v1_keys(reading, attribute);
	default:
		return true;
	}
}

/* --- of RFCs --- */

static bool take_number(const struct radius_attribute *attribute, uint32_t wanted, struct radius_answer *answer,
			const char *what)
{
	uint32_t value;

	if (!radius_get_u32(attribute, &value))
		return false;
	if (value != wanted) {	/* RFC 2865 section 5.6: then it is a rejection */
		answer->verdict.result = CREDENTIALS_REJECTED;
		remark(answer, "the RADIUS server allows the user %s %u only, which is not PPP's", what, value);
	}
	return true;
}

static bool take_state(struct radius_answer *answer, const struct radius_attribute *attribute)
{
	memcpy(answer->state, attribute->value, attribute->length);
	answer->state_length = attribute->length;
	return true;
}

static bool take_standard(struct reading *reading, const struct radius_attribute *attribute)
{
	struct radius_answer *answer = reading->answer;

	switch (attribute->type) {
	case RADIUS_REPLY_MESSAGE:
		if (!reading->has_error)
			add_message(answer, attribute);
		return true;
	case RADIUS_STATE:
		return take_state(answer, attribute);
	case RADIUS_USER_NAME:
		if (!radius_get_name(attribute, answer->user_name, sizeof(answer->user_name)))
			return false;
		text_make_printable(answer->user_name);
		return true;
	case RADIUS_SERVICE_TYPE:
		return take_number(attribute, RADIUS_SERVICE_FRAMED, answer, "Service-Type");
	case RADIUS_FRAMED_PROTOCOL:
		return take_number(attribute, RADIUS_PROTOCOL_PPP, answer, "Framed-Protocol");
	default:
		return true;
	}
}

static void take(struct reading *reading, const struct radius_attribute *attribute)
{
	bool good = attribute->vendor == RADIUS_VENDOR_MICROSOFT ? take_microsoft(reading, attribute) :
		    attribute->vendor ? true : take_standard(reading, attribute);
	enum radius_taken taken = radius_grant_take(&reading->answer->grant, attribute);
	char text[64];

	if (!good || taken == RADIUS_BAD)
		refuse(reading, attribute);
	else if (taken == RADIUS_IGNORED)
		remark(reading->answer, "of what RADIUS server %s says attribute %u is ignored: %s",
		       reading->exchange->server_name, attribute->type,
		       radius_get_text(attribute, text, sizeof(text)));
}

/* --- the whole --- */

/* What the attributes together must be. */
static void conclude_accept(struct reading *reading)
{
	struct radius_answer *answer = reading->answer;
	struct credentials_verdict *verdict = &answer->verdict;

	verdict->keys.there = reading->has_send && reading->has_receive;
	if (reading->exchange->method == CREDENTIALS_MSCHAPV2 && !verdict->mschap_success[0] && !answer->unusable) {
		answer->unusable = true;
		answer->remark[0] = '\0';
		remark(answer, "RADIUS server %s accepts by MS-CHAPv2, but does not prove that it knows the password",
		       reading->exchange->server_name);
	}
}

/* Only EAP can tell the peer of a challenge; by any other method it is a rejection (RFC 2865 section 4.4). */
static void conclude_challenge(struct reading *reading)
{
	struct radius_answer *answer = reading->answer;

	if (reading->exchange->method != CREDENTIALS_EAP) {
		answer->verdict.result = CREDENTIALS_REJECTED;
		remark(answer, "RADIUS server %s asks the user a question, which only EAP can do",
		       reading->exchange->server_name);
		return;
	}
	answer->verdict.result = CREDENTIALS_CONTINUE;
	if (!answer->verdict.eap && !answer->unusable) {
		answer->unusable = true;
		answer->remark[0] = '\0';
		remark(answer, "RADIUS server %s sends a challenge without EAP", reading->exchange->server_name);
	}
}

static void read_eap(struct reading *reading, const struct radius_packet *packet)
{
	struct radius_answer *answer = reading->answer;

	if (reading->exchange->method != CREDENTIALS_EAP)
		return;
	answer->verdict.eap_length = radius_get_eap(packet, answer->eap, sizeof(answer->eap));
	if (answer->verdict.eap_length)
		answer->verdict.eap = answer->eap;
}

struct radius_answer *radius_read_answer(const struct radius_exchange *exchange, const struct radius_packet *packet,
					 const struct radius_secret *secret)
{
	struct radius_answer *answer = calloc(1, sizeof(*answer));
	struct reading reading = { .exchange = exchange, .secret = secret, .answer = answer };
	struct radius_attribute attribute;
	struct radius_walk walk;

	if (!answer)
		return NULL;
	if (packet->code == RADIUS_ACCESS_ACCEPT)
		answer->verdict.result = CREDENTIALS_ACCEPTED;
	radius_walk(&walk, packet);
	while (radius_next(&walk, &attribute))
		take(&reading, &attribute);
	read_eap(&reading, packet);
	if (packet->code == RADIUS_ACCESS_ACCEPT)
		conclude_accept(&reading);
	else if (packet->code == RADIUS_ACCESS_CHALLENGE)
		conclude_challenge(&reading);
	return answer;
}
