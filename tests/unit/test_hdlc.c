/* SPDX-License-Identifier: MIT */
/*
 * Known answers: the check value that everybody has of this check sequence, and an LCP Configure-Request on an
 * asynchronous line, as an implementation of its own computed it.
 */
#include "hdlc.h"

#include <string.h>

#include "hex.h"
#include "test.h"

#define OCTETS_MAX 256

static const char lcp_request[] = "ff03c021010100140206000000000506deadbeef07020802";
static const char all_escaped[] = "7eff7d23c0217d217d217d207d347d227d267d207d207d207d207d257d26deadbeef7d277d227d287d22"
				  "52a57e";
static const char some_escaped[] = "7eff03c021010100140206000000000506deadbeef0702080252a57e";

static void fcs_has_the_known_value(void **state)
{
	assert_int_equal((uint16_t)~hdlc_fcs(HDLC_FCS_START, (const uint8_t *)"123456789", 9), 0x906e);
}

static void frames_are_written(void **state)
{
	uint8_t frame[OCTETS_MAX], wanted[OCTETS_MAX], got[HDLC_ENCODED_MAX(OCTETS_MAX)];
	size_t length = hex_octets(lcp_request, frame, OCTETS_MAX);

	assert_int_equal(hdlc_encode(frame, length, HDLC_ACCM_ALL, got), hex_octets(all_escaped, wanted, OCTETS_MAX));
	assert_memory_equal(got, wanted, strlen(all_escaped) / 2);
	assert_int_equal(hdlc_encode(frame, length, 0x000a0000, got), hex_octets(some_escaped, wanted, OCTETS_MAX));
	assert_memory_equal(got, wanted, strlen(some_escaped) / 2);
}

/* How many frames the octets have; the last is in decoder. */
static unsigned int decode(struct hdlc_decoder *decoder, const uint8_t *octets, size_t length)
{
	unsigned int frames = 0;

	for (size_t i = 0; i < length; i++)
		frames += hdlc_decode(decoder, octets[i]);
	return frames;
}

static void frames_are_read(void **state)
{
	const char *lines[] = { all_escaped, some_escaped };
	uint8_t frame[OCTETS_MAX], octets[OCTETS_MAX];
	size_t frame_length = hex_octets(lcp_request, frame, OCTETS_MAX);
	struct hdlc_decoder decoder = { .length = 0 };

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		size_t length = hex_octets(lines[i], octets, OCTETS_MAX);

		assert_int_equal(decode(&decoder, octets, length), 1);
		assert_int_equal(decoder.length, frame_length);
		assert_memory_equal(decoder.frame, frame, frame_length);
		/* the flag between two frames may be one */
		assert_int_equal(decode(&decoder, octets + 1, length - 1), 1);
	}
}

static void what_is_spoilt_is_no_frame(void **state)
{
	uint8_t octets[OCTETS_MAX], bad[OCTETS_MAX];
	size_t length = hex_octets(some_escaped, octets, OCTETS_MAX);
	struct hdlc_decoder decoder = { .length = 0 };

	for (size_t i = 1; i + 1 < length; i++) {
		memcpy(bad, octets, length);
		bad[i] ^= 0x40;
		assert_int_equal(decode(&decoder, bad, length), 0);
	}
	memcpy(bad, octets, length);
	bad[length - 1] = 0x7d;		/* aborted: an escape and the flag */
	bad[length] = 0x7e;
	assert_int_equal(decode(&decoder, bad, length + 1), 0);
	assert_int_equal(decode(&decoder, octets, length), 1);
}

static void what_is_too_long_is_no_frame(void **state)
{
	uint8_t frame[HDLC_FRAME_MAX], line[HDLC_ENCODED_MAX(HDLC_FRAME_MAX)];
	struct hdlc_decoder decoder = { .length = 0 };

	memset(frame, 0x7e, sizeof(frame));
	assert_int_equal(decode(&decoder, line, hdlc_encode(frame, HDLC_FRAME_MAX - 1, 0, line)), 0);
	assert_int_equal(decode(&decoder, line, hdlc_encode(frame, HDLC_FRAME_MAX - 2, 0, line)), 1);
	assert_int_equal(decoder.length, HDLC_FRAME_MAX - 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fcs_has_the_known_value),
		cmocka_unit_test(frames_are_written),
		cmocka_unit_test(frames_are_read),
		cmocka_unit_test(what_is_spoilt_is_no_frame),
		cmocka_unit_test(what_is_too_long_is_no_frame),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
