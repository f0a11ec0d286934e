/* SPDX-License-Identifier: MIT */
/*
 * Octets of an asynchronous line: each good frame in them, written again, is read as the same frame.
 */
#include "hdlc.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

static void write_and_read(const struct hdlc_decoder *frame)
{
	static uint8_t line[HDLC_ENCODED_MAX(HDLC_FRAME_MAX)];
	static struct hdlc_decoder again;
	size_t length = hdlc_encode(frame->frame, frame->length, 0x000a0000, line);

	again.length = 0;
	again.complete = again.escaped = again.spoilt = false;
	for (size_t i = 0; i < length; i++)
		if (hdlc_decode(&again, line[i]) != (i == length - 1))
			abort();
	if (again.length != frame->length || memcmp(again.frame, frame->frame, again.length) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct hdlc_decoder decoder;

	decoder.length = 0;
	decoder.complete = decoder.escaped = decoder.spoilt = false;
	for (size_t i = 0; i < len; i++)
		if (hdlc_decode(&decoder, data[i]))
			write_and_read(&decoder);
	return 0;
}
