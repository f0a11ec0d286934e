/* SPDX-License-Identifier: MIT */
/*
 * The AVPs of arbitrary octets as text, in memory of just their size: what is printed ends, can be shown, and has
 * nothing of what is hidden or secret in it.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "wire/describe.h"

static void must_be_text(const char *text, size_t size)
{
	size_t length = strnlen(text, size);

	must(length < size);
	for (size_t i = 0; i < length; i++)
		must(isprint((unsigned char)text[i]));
}

static bool is_secret(const struct described_avp *avp)
{
	return avp->hidden || avp->vendor || avp->row == AVP_CHALLENGE || avp->row == AVP_CHALLENGE_RESPONSE ||
	       avp->row == AVP_PROXY_AUTHEN_CHALLENGE || avp->row == AVP_PROXY_AUTHEN_RESPONSE;
}

static void describe(const struct described_avp *avp)
{
	char name[DESCRIBE_NAME_MAX], value[DESCRIBE_VALUE_MAX], octets[DESCRIBE_VALUE_MAX];

	must_be_text(describe_name(avp, name), DESCRIBE_NAME_MAX);
	must_be_text(describe_value(avp, value), sizeof(value));
	must_be_text(describe_octets(avp, octets), sizeof(octets));
	must(!is_secret(avp) || (value[0] == '(' && !strcmp(value, octets)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
	uint8_t *octets = malloc(length ? length : 1);
	struct described_avp avp;
	struct cursor cursor;
	size_t before;

	must(octets);
	memcpy(octets, data, length);
	cursor = cursor_over(octets, length);
	for (before = length; describe_next(&cursor, &avp); before = cursor_left(&cursor)) {
		must(cursor_left(&cursor) < before);
		describe(&avp);
	}
	describe_type(octets, length);
	free(octets);
	return 0;
}
