/* SPDX-License-Identifier: MIT */
/*
 * Text <-> simple values, and making foreign text fit to be shown.
 */
#include "base/text.h"

#include <string.h>
#include <strings.h>

static const char hex_digits[] = "0123456789abcdef";

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool text_to_u64(const char *text, uint64_t *value)
{
	unsigned int base = 10;
	uint64_t sum = 0;

	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		base = 16;
		text += 2;
	} else if (text[0] == '0' && text[1]) {
		base = 8;
		text++;
	}
	if (!*text)
		return false;
	for (; *text; text++) {
		int digit = digit_value(*text);

		if (digit < 0 || digit >= (int)base || sum > (UINT64_MAX - (unsigned int)digit) / base)
			return false;
		sum = sum * base + (unsigned int)digit;
	}
	*value = sum;
	return true;
}

bool text_to_bool(const char *text, bool *value)
{
	static const char *const words[][5] = {
		{ "no", "disable", "false", "off", "0" },
		{ "yes", "enable", "true", "on", "1" },
	};

	for (int truth = 0; truth < 2; truth++) {
		for (int i = 0; i < 5; i++) {
			if (strcasecmp(text, words[truth][i]))
				continue;
			*value = truth;
			return true;
		}
	}
	return false;
}

/* One octet of two hex digits; -1 when that is not what stands there. */
static int octet_value(const char *text)
{
	int high = digit_value(text[0]);
	int low = high < 0 ? -1 : digit_value(text[1]);

	return low < 0 ? -1 : high << 4 | low;
}

bool text_to_octets(const char *text, uint8_t *octets, size_t size, size_t *length)
{
	uint8_t parsed[TEXT_OCTETS_MAX];
	size_t count = 0;

	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
		text += 2;
	while (*text) {
		int octet;

		if (*text == ':' && count)
			text++;
		octet = octet_value(text);
		if (octet < 0 || count == size || count == sizeof(parsed))
			return false;
		parsed[count++] = (uint8_t)octet;
		text += 2;
	}
	memcpy(octets, parsed, count);
	*length = count;
	return true;
}

bool text_next_item(const char **text, char *item, size_t size)
{
	size_t length = strcspn(*text, ",");

	if (length >= size)
		return false;
	memcpy(item, *text, length);
	item[length] = '\0';
	*text = (*text)[length] ? *text + length + 1 : NULL;
	return true;
}

const char *text_from_octets(const uint8_t *octets, size_t length, char *out)
{
	for (size_t i = 0; i < length; i++) {
		out[2 * i] = hex_digits[octets[i] >> 4];
		out[2 * i + 1] = hex_digits[octets[i] & 15];
	}
	out[2 * length] = '\0';
	return out;
}

bool text_to_mac(const char *text, uint8_t mac[6])
{
	uint8_t parsed[6];

	for (int i = 0; i < 6; i++, text += 3) {
		int octet = octet_value(text);

		if (octet < 0 || text[2] != (i < 5 ? ':' : '\0'))
			return false;
		parsed[i] = (uint8_t)octet;
	}
	memcpy(mac, parsed, sizeof(parsed));
	return true;
}

const char *text_from_mac(const uint8_t mac[6], char out[18])
{
	for (int i = 0; i < 6; i++) {
		text_from_octets(mac + i, 1, out + 3 * i);
		out[3 * i + 2] = i < 5 ? ':' : '\0';
	}
	return out;
}

/* Characters that no one sees, and that show others in another order or on another line: Unicode's marks,
 * embeddings, overrides and isolates of direction, and its separators of lines and paragraphs. */
static bool is_direction(uint32_t point)
{
	return point == 0x061c || point == 0x200e || point == 0x200f || (point >= 0x2028 && point <= 0x202e) ||
	       (point >= 0x2066 && point <= 0x2069);
}

/* Octets of the UTF-8 character at text that may be shown; 0 when it may not: a control
 * character (C0, DEL, C1, of direction), an overlong or broken sequence, a surrogate or what is beyond Unicode. */
static size_t printable_length(const unsigned char *text)
{
	uint32_t point, least;
	size_t length;

	if (text[0] < 0x80)
		return text[0] >= 0x20 && text[0] != 0x7f;
	if ((text[0] & 0xe0) == 0xc0) {
		length = 2, least = 0xa0, point = text[0] & 0x1f;
	} else if ((text[0] & 0xf0) == 0xe0) {
		length = 3, least = 0x800, point = text[0] & 0x0f;
	} else if ((text[0] & 0xf8) == 0xf0) {
		length = 4, least = 0x10000, point = text[0] & 0x07;
	} else {
		return 0;
	}
	for (size_t i = 1; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		point = point << 6 | (text[i] & 0x3f);
	}
	if (point < least || point > 0x10ffff || (point >= 0xd800 && point < 0xe000) || is_direction(point))
		return 0;
	return length;
}

size_t text_printable_length(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;

	while (*at) {
		size_t length = printable_length(at);

		if (!length)
			break;
		at += length;
	}
	return (size_t)(at - (const unsigned char *)text);
}

void text_make_printable(char *text)
{
	for (text += text_printable_length(text); *text; text += text_printable_length(text))
		*text = '?';
}

/* How the character at *text is shown, in octets of out; *text moves behind it. */
static size_t escape_one(const char **text, const char *also, char out[4])
{
	const char *at = *text;
	size_t length = printable_length((const unsigned char *)at), slash = 0;

	*text += length ? length : 1;
	if (!length) {
		memcpy(out, "\\x", 2);
		out[2] = hex_digits[(unsigned char)*at >> 4];
		out[3] = hex_digits[*at & 15];
		return 4;
	}
	if (strchr(also, *at))
		out[slash++] = '\\';
	memcpy(out + slash, at, length);
	return slash + length;
}

size_t text_escape(const char *text, const char *also, char *out, size_t size)
{
	size_t used = 0, length;
	char shown[4];		/* what gets a backslash has one octet */

	while (*text && (length = escape_one(&text, also, shown)) < size - used) {
		memcpy(out + used, shown, length);
		used += length;
	}
	out[used] = '\0';
	return used;
}
