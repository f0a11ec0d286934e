/* SPDX-License-Identifier: MIT */
/* Octets that tests write as text. */
#ifndef L2TPD_TESTS_UNIT_HEX_H
#define L2TPD_TESTS_UNIT_HEX_H

#include <ctype.h>
#include <string.h>

#include "test.h"

static inline uint8_t hex_digit(char c)
{
	const char *digits = "0123456789abcdef", *found = strchr(digits, tolower((unsigned char)c));

	assert_true(c && found);
	return (uint8_t)(found - digits);
}

/* Of hexadecimal digits, with blanks between octets or none. Returns how many octets. */
static inline size_t hex_octets(const char *text, uint8_t *octets, size_t size)
{
	size_t length = 0;

	while (*(text += strspn(text, " "))) {
		assert_true(length < size);
		octets[length++] = (uint8_t)(hex_digit(text[0]) << 4 | hex_digit(text[1]));
		text += 2;
	}
	return length;
}

#endif
