/* SPDX-License-Identifier: MIT */
/* See base64.h. */
#include "base/base64.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t base64_encode(const void *octets, size_t length, char *out)
{
	const uint8_t *in = octets;
	char *begin = out;

	for (; length; in += 3) {
		size_t part = length < 3 ? length : 3;
		uint32_t group = (uint32_t)in[0] << 16 | (uint32_t)(part > 1 ? in[1] : 0) << 8 | (part > 2 ? in[2] : 0);

		*out++ = digits[group >> 18];
		*out++ = digits[group >> 12 & 63];
		*out++ = part > 1 ? digits[group >> 6 & 63] : '=';
		*out++ = part > 2 ? digits[group & 63] : '=';
		length -= part;
	}
	return (size_t)(out - begin);
}

/* The value of a digit; 64: it is none. */
static uint32_t value_of(char digit)
{
	if (digit >= 'A' && digit <= 'Z')
		return (uint32_t)(digit - 'A');
	if (digit >= 'a' && digit <= 'z')
		return (uint32_t)(digit - 'a') + 26;
	if (digit >= '0' && digit <= '9')
		return (uint32_t)(digit - '0') + 52;
	return digit == '+' ? 62 : digit == '/' ? 63 : 64;
}

ssize_t base64_decode(const char *text, size_t length, uint8_t *out)
{
	uint8_t *begin = out;
	size_t padding = 0;

	if (length % 4)
		return -1;
	while (padding < 2 && padding < length && text[length - 1 - padding] == '=')
		padding++;
	for (size_t i = 0; i < length; i += 4) {
		size_t digits_here = i + 4 < length ? 4 : 4 - padding;
		uint32_t group = 0;

		for (size_t j = 0; j < 4; j++) {
			uint32_t value = j < digits_here ? value_of(text[i + j]) : 0;

			if (value > 63)
				return -1;
			group = group << 6 | value;
		}
		for (size_t j = 0; j + 1 < digits_here; j++)
			*out++ = (uint8_t)(group >> (16 - 8 * j));
	}
	return out - begin;
}
