/* SPDX-License-Identifier: MIT */
/* See hdlc.h. */
#include "hdlc.h"

#define FLAG 0x7e
#define ESCAPE 0x7d
#define ESCAPED_BIT 0x20
#define FCS_POLYNOMIAL 0x8408
#define FCS_LENGTH 2
#define FRAME_LEAST (FCS_LENGTH + 2)	/* a protocol and an octet of it, at the very least */

uint16_t hdlc_fcs(uint16_t fcs, const uint8_t *octets, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		fcs ^= octets[i];
		for (int bit = 0; bit < 8; bit++)
			fcs = (uint16_t)(fcs & 1 ? fcs >> 1 ^ FCS_POLYNOMIAL : fcs >> 1);
	}
	return fcs;
}

static void begin(struct hdlc_decoder *decoder)
{
	decoder->length = 0;
	decoder->complete = decoder->escaped = decoder->spoilt = false;
}

/* A flag: what is before it is a frame, if it is good. An escape right before it aborts. */
static bool end(struct hdlc_decoder *decoder)
{
	bool good = !decoder->spoilt && !decoder->escaped && decoder->length >= FRAME_LEAST &&
		    hdlc_fcs(HDLC_FCS_START, decoder->frame, decoder->length) == HDLC_FCS_GOOD;

	if (!good) {
		begin(decoder);
		return false;
	}
	decoder->length -= FCS_LENGTH;
	decoder->complete = true;
	return true;
}

bool hdlc_decode(struct hdlc_decoder *decoder, uint8_t octet)
{
	if (decoder->complete)
		begin(decoder);
	if (octet == FLAG)
		return end(decoder);
	if (octet == ESCAPE && !decoder->escaped) {
		decoder->escaped = true;
		return false;
	}
	if (decoder->length == sizeof(decoder->frame)) {
		decoder->spoilt = true;
		return false;
	}
	decoder->frame[decoder->length++] = decoder->escaped ? octet ^ ESCAPED_BIT : octet;
	decoder->escaped = false;
	return false;
}

static uint8_t *put(uint8_t *to, uint8_t octet, uint32_t accm)
{
	if (octet == FLAG || octet == ESCAPE || (octet < 0x20 && accm >> octet & 1)) {
		*to++ = ESCAPE;
		octet ^= ESCAPED_BIT;
	}
	*to++ = octet;
	return to;
}

size_t hdlc_encode(const uint8_t *frame, size_t length, uint32_t accm, uint8_t *to)
{
	uint16_t fcs = (uint16_t)~hdlc_fcs(HDLC_FCS_START, frame, length);
	uint8_t *next = to;

	*next++ = FLAG;
	for (size_t i = 0; i < length; i++)
		next = put(next, frame[i], accm);
	next = put(next, (uint8_t)fcs, accm);
	next = put(next, (uint8_t)(fcs >> 8), accm);
	*next++ = FLAG;
	return (size_t)(next - to);
}
