/* SPDX-License-Identifier: MIT */
/*
 * RADIUS packets: whatever their lengths say, what is read lies within them; attributes that were read and are written
 * again are the same packet; what is hidden is what is revealed.
 *
 * An input is a packet as it arrives.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "wire/radius.h"

static const struct radius_secret secret = { (const uint8_t *)"xyzzy5461", 9 };

static void read_values(const struct radius_attribute *attribute)
{
	char text[RADIUS_VALUE_MAX + 1], name[16];
	struct address address;
	struct prefix prefix;
	uint32_t value;

	must(strlen(radius_get_text(attribute, text, sizeof(text))) == attribute->length);
	must(strlen(radius_get_text(attribute, name, sizeof(name))) < sizeof(name));
	if (radius_get_name(attribute, name, sizeof(name)))
		must(!memcmp(name, attribute->value, attribute->length) && !name[attribute->length]);
	radius_get_u32(attribute, &value);
	radius_get_ipv4(attribute, &address);
	radius_get_ipv6(attribute, &address);
	if (radius_get_prefix(attribute, &prefix))
		must(prefix.length <= 128);
}

static void hide_and_reveal(const struct radius_packet *packet, const struct radius_attribute *attribute)
{
	uint8_t hidden[RADIUS_VALUE_MAX], clear[RADIUS_VALUE_MAX];
	size_t length, found = 0;

	radius_reveal_salted(&secret, packet->authenticator, attribute->value, attribute->length, clear, &found);
	must(found <= RADIUS_VALUE_MAX);
	if (attribute->length <= RADIUS_PASSWORD_MAX)
		radius_reveal_password(&secret, packet->authenticator, attribute->value, attribute->length, hidden);
	length = radius_hide_salted(&secret, packet->authenticator, packet->octets, attribute->value,
				    attribute->length, hidden);
	if (!length)
		return;
	must(radius_reveal_salted(&secret, packet->authenticator, hidden, length, clear, &found));
	must(found == attribute->length && (!found || !memcmp(clear, attribute->value, found)));
}

static void write_again(const struct radius_packet *packet)
{
	uint8_t again[RADIUS_PACKET_MAX];
	struct radius_builder builder;
	struct radius_packet signed_again;
	size_t length;

	radius_begin(&builder, again, packet->length, packet->code, packet->identifier, packet->authenticator);
	radius_put_raw(&builder, packet->octets + RADIUS_HEADER_LENGTH, packet->length - RADIUS_HEADER_LENGTH);
	must(radius_sign_access(&builder, &secret) == packet->length);
	must(!memcmp(again, packet->octets, packet->length));
	length = radius_sign_reply(&builder, packet->authenticator, &secret);
	must(radius_parse(&signed_again, again, length));
	must(radius_reply_is_genuine(&signed_again, packet->authenticator, &secret));
}

static void read_packet(const uint8_t *octets, size_t length)
{
	uint8_t eap[RADIUS_PACKET_MAX];
	struct radius_attribute attribute;
	struct radius_packet packet;
	struct radius_walk walk;

	if (!radius_parse(&packet, octets, length))
		return;
	radius_walk(&walk, &packet);
	while (radius_next(&walk, &attribute)) {
		must(attribute.value >= octets && attribute.value + attribute.length <= octets + packet.length);
		read_values(&attribute);
		hide_and_reveal(&packet, &attribute);
	}
	must(radius_get_eap(&packet, eap, sizeof(eap)) <= packet.length);
	radius_seal(&packet, packet.authenticator, &secret);
	radius_request_is_genuine(&packet, &secret);
	write_again(&packet);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
	uint8_t *octets = malloc(length);	/* its own, so that reading past the end is found */

	if (!octets)
		return 0;
	if (length)
		memcpy(octets, data, length);
	read_packet(octets, length);
	free(octets);
	return 0;
}
