/* SPDX-License-Identifier: MIT */
/* Authenticators and Message-Authenticators of RADIUS packets, made and tried: see radius.h. */
#include <nettle/hmac.h>
#include <nettle/md5.h>
#include <nettle/memops.h>
#include <string.h>

#include "base/octets.h"
#include "wire/radius.h"

#define AUTHENTICATOR_OFFSET 4

static const uint8_t zeros[RADIUS_AUTHENTICATOR_LENGTH];

/* MD5 of the packet, with this authenticator in the place of its own, and the secret. */
static void digest(const uint8_t *octets, size_t length, const uint8_t *authenticator,
		   const struct radius_secret *secret, uint8_t out[MD5_DIGEST_SIZE])
{
	struct md5_ctx md5;

	md5_init(&md5);
	md5_update(&md5, AUTHENTICATOR_OFFSET, octets);
	md5_update(&md5, RADIUS_AUTHENTICATOR_LENGTH, authenticator);
	md5_update(&md5, length - RADIUS_HEADER_LENGTH, octets + RADIUS_HEADER_LENGTH);
	md5_update(&md5, secret->length, secret->octets);
	md5_digest(&md5, MD5_DIGEST_SIZE, out);
}

/* HMAC-MD5 of the packet, with this authenticator, and with zeros where value is. */
static void seal(const uint8_t *octets, size_t length, const uint8_t *authenticator, const uint8_t *value,
		 const struct radius_secret *secret, uint8_t out[MD5_DIGEST_SIZE])
{
	const uint8_t *behind = value + RADIUS_AUTHENTICATOR_LENGTH;
	struct hmac_md5_ctx hmac;

	hmac_md5_set_key(&hmac, secret->length, secret->octets);
	hmac_md5_update(&hmac, AUTHENTICATOR_OFFSET, octets);
	hmac_md5_update(&hmac, RADIUS_AUTHENTICATOR_LENGTH, authenticator);
	hmac_md5_update(&hmac, (size_t)(value - octets) - RADIUS_HEADER_LENGTH, octets + RADIUS_HEADER_LENGTH);
	hmac_md5_update(&hmac, RADIUS_AUTHENTICATOR_LENGTH, zeros);
	hmac_md5_update(&hmac, (size_t)(octets + length - behind), behind);
	hmac_md5_digest(&hmac, MD5_DIGEST_SIZE, out);
	explicit_bzero(&hmac, sizeof(hmac));
}

/* The length into the header, and the Message-Authenticator, if there is to be one, into its place. */
static size_t close_packet(struct radius_builder *builder, const uint8_t *authenticator,
			   const struct radius_secret *secret)
{
	size_t length = radius_length(builder);

	if (!cursor_ok(&builder->cursor))
		return 0;
	octets_put_be16(builder->octets + 2, (uint16_t)length);
	if (builder->message_authenticator)
		seal(builder->octets, length, authenticator, builder->message_authenticator, secret,
		     builder->message_authenticator);
	return length;
}

size_t radius_sign_access(struct radius_builder *builder, const struct radius_secret *secret)
{
	return close_packet(builder, builder->octets + AUTHENTICATOR_OFFSET, secret);
}

size_t radius_sign_request(struct radius_builder *builder, const struct radius_secret *secret)
{
	return radius_sign_reply(builder, zeros, secret);
}

size_t radius_sign_reply(struct radius_builder *builder, const uint8_t request[RADIUS_AUTHENTICATOR_LENGTH],
			 const struct radius_secret *secret)
{
	size_t length = close_packet(builder, request, secret);

	if (length)
		digest(builder->octets, length, request, secret, builder->octets + AUTHENTICATOR_OFFSET);
	return length;
}

bool radius_request_is_genuine(const struct radius_packet *packet, const struct radius_secret *secret)
{
	return radius_reply_is_genuine(packet, zeros, secret);
}

bool radius_reply_is_genuine(const struct radius_packet *packet, const uint8_t request[RADIUS_AUTHENTICATOR_LENGTH],
			     const struct radius_secret *secret)
{
	uint8_t wanted[MD5_DIGEST_SIZE];

	digest(packet->octets, packet->length, request, secret, wanted);
	return memeql_sec(wanted, packet->authenticator, RADIUS_AUTHENTICATOR_LENGTH);
}

enum radius_seal radius_seal(const struct radius_packet *packet, const uint8_t *authenticator,
			     const struct radius_secret *secret)
{
	const uint8_t *value = NULL;
	struct radius_attribute attribute;
	struct radius_walk walk;
	uint8_t wanted[MD5_DIGEST_SIZE];

	radius_walk(&walk, packet);
	while (radius_next(&walk, &attribute)) {
		if (attribute.vendor || attribute.type != RADIUS_MESSAGE_AUTHENTICATOR)
			continue;
		if (value || attribute.length != RADIUS_AUTHENTICATOR_LENGTH)
			return RADIUS_SEAL_FORGED;
		value = attribute.value;
	}
	if (!value)
		return RADIUS_SEAL_NONE;
	seal(packet->octets, packet->length, authenticator ? authenticator : zeros, value, secret, wanted);
	return memeql_sec(wanted, value, RADIUS_AUTHENTICATOR_LENGTH) ? RADIUS_SEAL_GENUINE : RADIUS_SEAL_FORGED;
}
