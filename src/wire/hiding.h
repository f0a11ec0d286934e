/* SPDX-License-Identifier: MIT */
/*
 * Hidden AVP values (RFC 2661 section 4.3; RFC 3931 section 5.3, which only derives the key in another
 * way), and the answer to a tunnel's challenge (RFC 2661 section 5.1.1).
 *
 * A hidden value is
 *
 *	original length 16 | original value | padding of any length
 *
 * combined by XOR with a stream: MD5 of attribute type, key and random vector, then of the key and the 16
 * octets of ciphertext before.
 */
#ifndef L2TPD_WIRE_HIDING_H
#define L2TPD_WIRE_HIDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hiding {
	const uint8_t *key;		/* the shared secret (version 2), or what is derived from it */
	size_t key_length;
	const uint8_t *random_vector;
	size_t random_vector_length;
};

#define HIDING_LENGTH 2			/* octets that hiding adds, besides padding */
#define CHALLENGE_RESPONSE_LENGTH 16

/* Hide value (in place, behind HIDING_LENGTH octets of room): octets[0..HIDING_LENGTH + length + padding - 1]
 * becomes the hidden value. The padding is the caller's. */
void hiding_hide(const struct hiding *hiding, uint16_t attribute, uint8_t *octets, size_t length, size_t padding);
/* Reveal octets in place: *value points into them. False when the length inside does not fit: another key, or
 * garbage. */
bool hiding_reveal(const struct hiding *hiding, uint16_t attribute, uint8_t *octets, size_t length,
		   const uint8_t **value, size_t *value_length);

/* What answers challenge: message_type is the message's that carries the answer. */
void challenge_response(uint8_t message_type, const uint8_t *secret, size_t secret_length, const uint8_t *challenge,
			size_t challenge_length, uint8_t response[CHALLENGE_RESPONSE_LENGTH]);
/* In constant time. */
bool challenge_response_equal(const uint8_t a[CHALLENGE_RESPONSE_LENGTH], const uint8_t b[CHALLENGE_RESPONSE_LENGTH]);

#endif
