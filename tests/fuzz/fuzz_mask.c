/* SPDX-License-Identifier: MIT */
/*
 * Masking of arbitrary messages.  The first octet of the input chooses encapsulation (bit 0) and length of the
 * cookie (bits 1 and 2: 0, 4, 8, 8).  The rest is the message, in memory of just its size.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "wire/mask.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
	static const size_t cookie_lengths[] = { 0, 4, 8, 8 };
	uint8_t choice = length ? data[0] : 0, *octets, *once;
	enum l2tp_encap encap = choice & 1;
	size_t cookie_length = cookie_lengths[choice >> 1 & 3], changed = 0;
	unsigned int masked;

	if (!length)
		return 0;
	data++;
	length--;
	octets = malloc(length ? length : 1);
	once = malloc(length ? length : 1);
	must(octets && once);
	memcpy(octets, data, length);
	masked = mask_message(encap, octets, length, cookie_length);
	for (size_t i = 0; i < length; i++) {
		must(octets[i] == data[i] || octets[i] == 0);
		changed += octets[i] != data[i];
	}
	must((masked != 0) == (changed != 0));
	must(!(masked & MASK_COOKIE) || changed <= cookie_length);
	/* what is masked stays masked, and nothing else goes */
	memcpy(once, octets, length);
	must(mask_message(encap, octets, length, cookie_length) == 0);
	must(!memcmp(once, octets, length));
	free(octets);
	free(once);
	return 0;
}
