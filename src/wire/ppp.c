/* SPDX-License-Identifier: MIT */
/* See ppp.h. */
#include "wire/ppp.h"

#include "base/octets.h"

static const struct {
	uint16_t protocol;
	const char *name;
} names[] = {
	{ PPP_IPV4, "IPv4" },		{ PPP_IPV6, "IPv6" },
	{ PPP_COMPRESSED, "compressed" },
	{ PPP_MULTILINK, "multilink" }, { PPP_VJ_COMPRESSED, "VJ" },
	{ PPP_VJ_UNCOMPRESSED, "VJ" },	{ PPP_IPCP, "IPCP" },
	{ PPP_IPV6CP, "IPV6CP" },	{ PPP_CCP, "CCP" },
	{ PPP_ECP, "ECP" },		{ PPP_LCP, "LCP" },
	{ PPP_PAP_PROTOCOL, "PAP" },	{ PPP_CHAP_PROTOCOL, "CHAP" },
	{ PPP_EAP_PROTOCOL, "EAP" },	{ PPP_LQR, "LQR" },
};

const char *ppp_protocol_name(uint16_t protocol)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].protocol == protocol)
			return names[i].name;
	return "";
}

bool ppp_frame_read(const uint8_t *frame, size_t length, uint16_t *protocol, const uint8_t **information,
		    size_t *information_length)
{
	size_t at = length >= 2 && frame[0] == 0xff && frame[1] == 0x03 ? 2 : 0;

	if (at == length)
		return false;
	if (frame[at] & 1) {
		*protocol = frame[at++];
	} else {
		if (length - at < 2 || !(frame[at + 1] & 1))
			return false;
		*protocol = octets_be16(frame + at);
		at += 2;
	}
	*information = frame + at;
	*information_length = length - at;
	return true;
}

void ppp_header_write(uint16_t protocol, uint8_t out[PPP_HEADER_LENGTH])
{
	out[0] = 0xff;
	out[1] = 0x03;
	octets_put_be16(out + 2, protocol);
}

bool ppp_packet_read(const uint8_t *octets, size_t length, struct ppp_packet *packet)
{
	size_t says = length >= PPP_PACKET_LENGTH ? octets_be16(octets + 2) : 0;

	if (says < PPP_PACKET_LENGTH || says > length)
		return false;
	packet->code = octets[0];
	packet->identifier = octets[1];
	packet->data = octets + PPP_PACKET_LENGTH;
	packet->length = says - PPP_PACKET_LENGTH;
	return true;
}

void ppp_packet_write(uint8_t code, uint8_t identifier, size_t length, uint8_t out[PPP_PACKET_LENGTH])
{
	out[0] = code;
	out[1] = identifier;
	octets_put_be16(out + 2, (uint16_t)(length + PPP_PACKET_LENGTH));
}

bool ppp_options_are_whole(const uint8_t *octets, size_t length)
{
	size_t at = 0;

	while (at < length) {
		if (length - at < PPP_OPTION_LENGTH || octets[at + 1] < PPP_OPTION_LENGTH ||
		    octets[at + 1] > length - at)
			return false;
		at += octets[at + 1];
	}
	return true;
}

bool ppp_option_next(const uint8_t *octets, size_t length, size_t *position, struct ppp_option *option)
{
	if (*position >= length)
		return false;
	option->type = octets[*position];
	option->length = (uint8_t)(octets[*position + 1] - PPP_OPTION_LENGTH);
	option->value = octets + *position + PPP_OPTION_LENGTH;
	*position += octets[*position + 1];
	return true;
}

void ppp_option_put(struct cursor *cursor, uint8_t type, const void *value, size_t length)
{
	const uint8_t header[PPP_OPTION_LENGTH] = { type, (uint8_t)(length + PPP_OPTION_LENGTH) };

	cursor_put(cursor, header, sizeof(header));
	cursor_put(cursor, value, length);
}

void ppp_option_put_u16(struct cursor *cursor, uint8_t type, uint16_t value)
{
	uint8_t octets[2];

	octets_put_be16(octets, value);
	ppp_option_put(cursor, type, octets, sizeof(octets));
}

void ppp_option_put_u32(struct cursor *cursor, uint8_t type, uint32_t value)
{
	uint8_t octets[4];

	octets_put_be32(octets, value);
	ppp_option_put(cursor, type, octets, sizeof(octets));
}

uint16_t ppp_option_u16(const struct ppp_option *option)
{
	return octets_be16(option->value);
}

uint32_t ppp_option_u32(const struct ppp_option *option)
{
	return octets_be32(option->value);
}
