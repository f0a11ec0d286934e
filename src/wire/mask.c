/* SPDX-License-Identifier: MIT */
/* See mask.h. Whatever is malformed is left as it is from there on: nobody would find a secret in it, either. */
#include "wire/mask.h"

#include "base/cursor.h"

#define CONTROL_HEADER 12		/* of both versions; over IP behind the zero Session ID */
#define AVP_HEADER 6
#define AVP_LENGTH_MASK 0x03ffu
#define AVP_CHALLENGE_RESPONSE 13	/* RFC 2661 section 4.4.3: with the challenge a secret can be guessed from it */
#define AVP_PROXY_AUTHEN_RESPONSE 33	/* RFC 2661 section 4.4.5 */
#define AVP_ASSIGNED_COOKIE 65		/* RFC 3931 section 5.4.4 */
#define VENDOR_CISCO 9			/* from before RFC 3931 */
#define CISCO_ASSIGNED_COOKIE 5
#define V2_LENGTH_BIT 0x4000u		/* RFC 2661 section 3.1 */
#define V2_SEQUENCE_BIT 0x0800u
#define V2_OFFSET_BIT 0x0200u
#define PPP_ADDRESS_CONTROL 0xff03u
#define PPP_PAP 0xc023u			/* RFC 1334 */
#define PPP_CHAP 0xc223u		/* RFC 1994 */
#define PAP_REQUEST 1
#define CHAP_RESPONSE 2

/* Was there anything to mask? */
static bool zero(uint8_t *octets, size_t length)
{
	uint8_t seen = 0;

	for (size_t i = 0; i < length; i++) {
		seen |= octets[i];
		octets[i] = 0;
	}
	return seen;
}

/* As many of the next octets as there are. */
static bool zero_next(struct cursor *c, size_t length)
{
	size_t left = cursor_left(c), there = length < left ? length : left;

	return zero(cursor_take(c, there), there);
}

static size_t get_u8(struct cursor *c)
{
	const uint8_t *octet = cursor_take(c, 1);

	return octet ? *octet : 0;
}

/* --- control messages --- */

static bool is_secret(uint16_t vendor, uint16_t type)
{
	if (vendor == VENDOR_CISCO)
		return type == CISCO_ASSIGNED_COOKIE;
	return vendor == 0 && (type == AVP_CHALLENGE_RESPONSE || type == AVP_PROXY_AUTHEN_RESPONSE ||
			       type == AVP_ASSIGNED_COOKIE);
}

static bool mask_avps(struct cursor *c)
{
	bool masked = false;

	while (cursor_left(c) >= AVP_HEADER) {
		size_t length = cursor_get_u16(c) & AVP_LENGTH_MASK;
		uint16_t vendor = cursor_get_u16(c), type = cursor_get_u16(c);

		if (length < AVP_HEADER)
			break;
		length -= AVP_HEADER;
		if (is_secret(vendor, type))
			masked |= zero_next(c, length);
		else
			cursor_take(c, length);
	}
	return masked;
}

/* --- PPP frames --- */

static bool mask_pap(struct cursor *c)
{
	cursor_take(c, get_u8(c));	/* the peer's name */
	return zero_next(c, get_u8(c));
}

static bool mask_ppp(struct cursor *c)
{
	uint16_t protocol = cursor_get_u16(c);
	size_t code;

	if (protocol == PPP_ADDRESS_CONTROL)
		protocol = cursor_get_u16(c);
	code = get_u8(c);
	cursor_take(c, 3);		/* identifier, length */
	if (protocol == PPP_PAP && code == PAP_REQUEST)
		return mask_pap(c);
	if (protocol == PPP_CHAP && code == CHAP_RESPONSE)
		return zero_next(c, get_u8(c));
	return false;
}

/* --- data messages --- */

static unsigned int mask_v2(struct cursor *c)
{
	uint16_t flags = cursor_get_u16(c);

	cursor_take(c, flags & V2_LENGTH_BIT ? 6 : 4);	/* with both ids */
	cursor_take(c, flags & V2_SEQUENCE_BIT ? 4 : 0);
	if (flags & V2_OFFSET_BIT)
		cursor_take(c, cursor_get_u16(c));
	return mask_ppp(c) ? MASK_PPP : 0;
}

unsigned int mask_message(enum l2tp_encap encap, uint8_t *octets, size_t length, size_t cookie_length)
{
	struct cursor c = cursor_over(octets, length);
	uint32_t session_id = 0;
	size_t offset = 0;

	switch (data_header_demux(encap, octets, length, &session_id, &offset)) {
	case DATA_KIND_V3:
		cursor_take(&c, offset);
		return zero_next(&c, cookie_length) ? MASK_COOKIE : 0;
	case DATA_KIND_CONTROL:
		cursor_take(&c, CONTROL_HEADER + (encap == L2TP_ENCAP_IP ? 4 : 0));
		return mask_avps(&c) ? MASK_AVP : 0;
	case DATA_KIND_V2:
		return mask_v2(&c);
	case DATA_KIND_SHORT:
	case DATA_KIND_VERSION:
		break;
	}
	return 0;
}
