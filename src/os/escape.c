/* SPDX-License-Identifier: MIT */
/*
 * Escaping for log and terminal.  Everything that is not printable ASCII goes: besides the
 * control characters proper that covers the C1 set (0x80-0x9f, alone or as UTF-8), which
 * terminals obey as well.
 */
#include "os/escape.h"

static const char hex_digits[] = "0123456789abcdef";

size_t os_escape(const char *text, char *out, size_t size)
{
	size_t length = 0;

	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		size_t needed = c >= 0x20 && c < 0x7f ? 1 : OS_ESCAPE_GROWTH;

		if (length + needed >= size)
			break;
		if (needed == 1) {
			out[length++] = (char)c;
			continue;
		}
		out[length++] = '\\';
		out[length++] = 'x';
		out[length++] = hex_digits[c >> 4];
		out[length++] = hex_digits[c & 15];
	}
	out[length] = '\0';
	return length;
}
