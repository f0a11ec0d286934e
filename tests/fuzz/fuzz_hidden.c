/* SPDX-License-Identifier: MIT */
/*
 * Hidden AVPs (RFC 2661 section 4.3).  Arbitrary octets are garbage once they are revealed; so here an input says what
 * a peer that has the secret hides: arbitrary values, arbitrary lengths inside, wherever Random Vectors are or are
 * not.  What the decoder then has must be what the peer had.
 *
 * An input: whether the decoder has the secret (bit 0) or another one (bit 1); the message type; then for each AVP
 * what it is (see put_avp()), its attribute, the length it has inside, the octets it has, and these octets.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "input.h"
#include "wire/avp.h"

#define SECRET "tunnel-secret"
#define OTHER "another"
#define MESSAGE_MAX 8192
#define MANDATORY 1
#define IN_CLEAR 2
#define VENDOR 4
#define VECTOR 8
#define AS_LONG_AS_IT_IS 16	/* the length inside is right, whatever the input says */
#define SPOILT 32		/* a bit of the hidden value is changed on its way */

/* What the decoder ought to find, of values that are octets and arrived as they were sent. */
struct expected {
	bool known, spoilt;		/* spoilt: nothing is known of this row */
	uint16_t length;
	const uint8_t *octets;
};

struct peer {
	struct input input;
	uint8_t body[MESSAGE_MAX];
	size_t length;
	struct hiding hiding;
	struct expected expected[AVP_ROW_COUNT];
};

static const uint8_t *take(struct input *input, size_t *length)
{
	const uint8_t *octets = input->octets;

	if (*length > input->left)
		*length = input->left;
	input->octets += *length;
	input->left -= *length;
	return octets;
}

static void put_header(struct peer *peer, uint16_t flags, size_t length, uint16_t vendor, uint16_t attribute)
{
	const uint16_t words[] = { (uint16_t)(flags | (AVP_HEADER_LENGTH + length)), vendor, attribute };

	for (unsigned int i = 0; i < 3; i++) {
		peer->body[peer->length++] = (uint8_t)(words[i] >> 8);
		peer->body[peer->length++] = (uint8_t)words[i];
	}
}

static void put_vector(struct peer *peer, const uint8_t *octets, size_t length)
{
	put_header(peer, AVP_FLAG_MANDATORY, length, 0, avp_definitions[AVP_RANDOM_VECTOR].attribute);
	if (length) {
		peer->hiding.random_vector = memcpy(peer->body + peer->length, octets, length);
		peer->hiding.random_vector_length = length;
	}
	peer->length += length;
}

/* Of several the first counts that is as it should be. */
static void expect(struct peer *peer, uint16_t attribute, const uint8_t *octets, size_t length)
{
	int row = avp_find(attribute);
	const struct avp_definition *definition = row < 0 ? NULL : &avp_definitions[row];

	if (!definition || definition->kind != AVP_KIND_OCTETS || peer->expected[row].known ||
	    length < definition->least || length > definition->most)
		return;
	peer->expected[row].known = true;
	peer->expected[row].length = (uint16_t)length;
	peer->expected[row].octets = octets;
}

static bool is_hideable(uint16_t attribute)
{
	return avp_find(attribute) >= 0 && avp_definitions[avp_find(attribute)].hideable;
}

/* claimed may be more than there is: then the padding, of which there is less than none, wraps round. */
static void put_hidden(struct peer *peer, uint8_t what, uint16_t attribute, uint16_t claimed, const uint8_t *octets,
		       size_t length)
{
	uint16_t flags = AVP_FLAG_HIDDEN | (what & MANDATORY ? AVP_FLAG_MANDATORY : 0);
	uint8_t *value;

	put_header(peer, flags, HIDING_LENGTH + length, what & VENDOR ? 9 : 0, attribute);
	value = peer->body + peer->length;
	if (length)
		memcpy(value + HIDING_LENGTH, octets, length);
	if (peer->hiding.random_vector)
		hiding_hide(&peer->hiding, attribute, value, claimed, length - claimed);
	peer->length += HIDING_LENGTH + length;
	if (what & SPOILT)
		value[1] ^= 0x80;
	if (!is_hideable(attribute) || (what & VENDOR) || !peer->hiding.random_vector)
		return;
	if (what & SPOILT)
		peer->expected[avp_find(attribute)].spoilt = true;
	else if (claimed <= length)
		expect(peer, attribute, octets, claimed);
}

static void put_clear(struct peer *peer, uint8_t what, uint16_t attribute, const uint8_t *octets, size_t length)
{
	put_header(peer, what & MANDATORY ? AVP_FLAG_MANDATORY : 0, length, what & VENDOR ? 9 : 0, attribute);
	if (length)
		memcpy(peer->body + peer->length, octets, length);
	peer->length += length;
	if (!(what & VENDOR))
		expect(peer, attribute, octets, length);
}

static void put_avp(struct peer *peer)
{
	uint8_t what = next(&peer->input);
	uint16_t attribute = next(&peer->input), claimed = next(&peer->input);
	size_t length = next(&peer->input);
	const uint8_t *octets = take(&peer->input, &length);

	if (what & AS_LONG_AS_IT_IS)
		claimed = (uint16_t)length;
	if (what & VECTOR || (what & IN_CLEAR && attribute == avp_definitions[AVP_RANDOM_VECTOR].attribute))
		put_vector(peer, octets, length);
	else if (what & IN_CLEAR)
		put_clear(peer, what, attribute, octets, length);
	else
		put_hidden(peer, what, attribute, claimed, octets, length);
}

static void check(const struct peer *peer, const struct message *message)
{
	for (int row = 0; row < AVP_ROW_COUNT; row++) {
		const struct avp_octets *found = (const void *)((const char *)message + avp_definitions[row].offset);
		const struct expected *expected = &peer->expected[row];

		if (!expected->known || expected->spoilt)
			continue;
		must(message_has(message, (enum avp_row)row));
		must(found->length == expected->length);
		must(!found->length || !memcmp(found->octets, expected->octets, found->length));
	}
}

static void decode(const struct peer *peer, uint8_t how)
{
	static const char *const secrets[] = { NULL, SECRET, OTHER, OTHER };
	const char *secret = secrets[how & 3];
	uint8_t *octets = malloc(peer->length);	/* its own, so that reading past the end is found */
	struct message_counters counters = { 0 };
	struct message_problem problem = { .error = 0 };
	struct message message;
	enum message_verdict verdict;

	if (!octets)
		return;
	memcpy(octets, peer->body, peer->length);
	must(message_is_whole(octets, peer->length));
	verdict = message_decode(octets, peer->length, (const uint8_t *)secret, secret ? strlen(secret) : 0, &message,
				 &problem, &counters);
	must(verdict != MESSAGE_BROKEN);
	if (message.type != MESSAGE_NONE && (how & 3) == 1)
		check(peer, &message);
	free(octets);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
	static struct peer peer;
	uint8_t how;

	memset(&peer, 0, sizeof(peer));
	peer.input = (struct input){ data, length };
	peer.hiding = (struct hiding){ .key = (const uint8_t *)SECRET, .key_length = sizeof(SECRET) - 1 };
	how = next(&peer.input);
	put_header(&peer, AVP_FLAG_MANDATORY, 2, 0, 0);
	peer.body[peer.length++] = 0;
	peer.body[peer.length++] = next(&peer.input) % MESSAGE_TYPE_COUNT;
	while (peer.input.left && peer.length < MESSAGE_MAX - 2 * UINT8_MAX)
		put_avp(&peer);
	decode(&peer, how);
	return 0;
}
