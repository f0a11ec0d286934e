/* SPDX-License-Identifier: MIT */
/*
 * The types of parameters.  Each has three functions and one line in the table at the end.
 */
#include "config/value.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/address.h"
#include "base/prefix.h"
#include "base/range.h"
#include "base/text.h"
#include "config/match.h"

#define HOST_LABEL_MAX 63	/* RFC 1035 2.3.4 */
#define LIST_ITEM_MAX 64	/* octets of a name in a list, with the NUL: CONFIG_NAME_MAX */

/* --- words --- */

static const struct param_word bool_words[] = {
	WORD("no", 0), WORD("yes", 1), WORD("disable", 0), WORD("enable", 1), WORD("false", 0), WORD("true", 1),
	WORD("off", 0), WORD("on", 1), WORD("0", 0), WORD("1", 1), { .name = NULL },
};

const struct param_word *param_words(const struct param *param)
{
	return param->type == PARAM_BOOL && !param->words ? bool_words : param->words;
}

static const char *word_name(const void *list, unsigned int index)
{
	return ((const struct param_word *)list)[index].name;
}

static bool parse_word(const struct param_word *words, const char *text, int64_t *value)
{
	int found = match_find(word_name, words, text, false);

	if (found < 0)
		return false;
	*value = words[found].value;
	return true;
}

/* The name that is printed for a value; NULL when no word means it. */
static const char *word_for(const struct param_word *words, int64_t value)
{
	for (; words->name; words++) {
		if (words->value == value)
			return words->name;
	}
	return NULL;
}

/* "a|b|c": each value by its first name, when it is supported. */
static void list_words(const struct param_word *words, char out[PARAM_TEXT_MAX])
{
	size_t used = strlen(out);

	for (const struct param_word *word = words; word->name; word++) {
		if (word_for(words, word->value) != word->name || word->feature || used >= PARAM_TEXT_MAX)
			continue;
		used += (size_t)snprintf(out + used, PARAM_TEXT_MAX - used, "%s%s", used ? "|" : "", word->name);
	}
}

static bool parse_bool(const struct param *param, const char *text, void *member)
{
	int64_t value;

	if (!parse_word(param_words(param), text, &value))
		return false;
	*(bool *)member = value;
	return true;
}

static void format_bool(const struct param *param, const void *member, char out[PARAM_TEXT_MAX])
{
	snprintf(out, PARAM_TEXT_MAX, "%s", word_for(param_words(param), *(const bool *)member));
}

static void allowed_words(const struct param *param, char out[PARAM_TEXT_MAX])
{
	out[0] = '\0';
	list_words(param_words(param), out);
}

/* --- numbers --- */

static bool parse_number(const struct param *param, const char *text, int64_t *value)
{
	uint64_t number;

	if (!text_to_u64(text, &number) || number > INT64_MAX)
		return false;
	*value = (int64_t)number;
	return *value >= param->min && *value <= param->max;
}

static void format_number(const struct param *param, int64_t value, char out[PARAM_TEXT_MAX])
{
	if (value < param->min)		/* zero where that is no value: not given */
		out[0] = '\0';
	else if (param->flags & PARAM_HEX)
		snprintf(out, PARAM_TEXT_MAX, "0x%" PRIx64, (uint64_t)value);
	else
		snprintf(out, PARAM_TEXT_MAX, "%" PRId64, value);
}

static void allowed_range(const struct param *param, char out[PARAM_TEXT_MAX])
{
	snprintf(out, PARAM_TEXT_MAX, "%" PRId64 "..%" PRId64, param->min, param->max);
}

static bool parse_u16(const struct param *param, const char *text, void *member)
{
	int64_t value;

	if (!parse_number(param, text, &value))
		return false;
	*(uint16_t *)member = (uint16_t)value;
	return true;
}

static void format_u16(const struct param *param, const void *member, char out[PARAM_TEXT_MAX])
{
	format_number(param, *(const uint16_t *)member, out);
}

static bool parse_u32(const struct param *param, const char *text, void *member)
{
	int64_t value;

	if (!parse_number(param, text, &value))
		return false;
	*(uint32_t *)member = (uint32_t)value;
	return true;
}

static void format_u32(const struct param *param, const void *member, char out[PARAM_TEXT_MAX])
{
	format_number(param, *(const uint32_t *)member, out);
}

/* --- words and numbers --- */

static bool parse_enum(const struct param *param, const char *text, void *member)
{
	uint64_t number;
	int64_t value;

	if (!parse_word(param->words, text, &value)) {
		if (!text_to_u64(text, &number) || number > INT32_MAX || !word_for(param->words, (int64_t)number))
			return false;
		value = (int64_t)number;
	}
	*(int *)member = (int)value;
	return true;
}

static void format_enum(const struct param *param, const void *member, char out[PARAM_TEXT_MAX])
{
	const char *word = word_for(param->words, *(const int *)member);

	snprintf(out, PARAM_TEXT_MAX, "%s", word ? word : "");
}

static bool parse_number_or_word(const struct param *param, const char *text, void *member)
{
	return parse_word(param->words, text, member) || parse_number(param, text, member);
}

static void format_number_or_word(const struct param *param, const void *member, char out[PARAM_TEXT_MAX])
{
	int64_t value = *(const int64_t *)member;
	const char *word = word_for(param->words, value);

	if (word)
		snprintf(out, PARAM_TEXT_MAX, "%s", word);
	else
		format_number(param, value, out);
}

static void allowed_range_or_word(const struct param *param, char out[PARAM_TEXT_MAX])
{
	allowed_range(param, out);
	list_words(param->words, out);
}

/* --- several words --- */

#define FLAGS_WORD_MAX 32	/* octets of a word, more than any has */

/* All bits that have a supported word. */
static uint32_t flags_all(const struct param *param)
{
	uint32_t all = 0;

	for (const struct param_word *word = param->words; word->name; word++)
		all |= word->feature ? 0 : (uint32_t)word->value;
	return all;
}

/* A mask; bits that no word stands for are no flags. All those that OpenL2TP has mean all that there are. */
static bool flags_from_number(const struct param *param, const char *text, uint32_t *flags)
{
	uint32_t known = 0;
	uint64_t number;

	for (const struct param_word *word = param->words; word->name; word++)
		known |= (uint32_t)word->value;
	if (!text_to_u64(text, &number) || number > UINT32_MAX)
		return false;
	*flags = number == known ? flags_all(param) : (uint32_t)number;
	return !(*flags & ~flags_all(param));
}

static bool parse_flags(const struct param *param, const char *text, void *member)
{
	char word[FLAGS_WORD_MAX];
	uint32_t flags = 0;
	int64_t value;

	if (flags_from_number(param, text, member))
		return true;
	do {
		if (!text_next_item(&text, word, sizeof(word)))
			return false;
		if (!strcasecmp(word, "all"))
			value = flags_all(param);
		else if (!strcasecmp(word, "none"))
			value = 0;
		else if (!parse_word(param->words, word, &value))
			return false;
		flags |= (uint32_t)value;
	} while (text);
	*(uint32_t *)member = flags;
	return true;
}

static void format_flags(const struct param *param, const void *member, char out[PARAM_TEXT_MAX])
{
	uint32_t left = *(const uint32_t *)member;
	size_t used = 0;

	out[0] = '\0';
	if (!left || left == flags_all(param)) {
		snprintf(out, PARAM_TEXT_MAX, "%s", left ? "all" : "none");
		return;
	}
	for (const struct param_word *word = param->words; word->name; word++) {
		uint32_t bits = (uint32_t)word->value;

		if ((left & bits) != bits || used >= PARAM_TEXT_MAX)
			continue;
		used += (size_t)snprintf(out + used, PARAM_TEXT_MAX - used, "%s%s", used ? "," : "", word->name);
		left &= ~bits;
	}
}

static void allowed_flags(const struct param *param, char out[PARAM_TEXT_MAX])
{
	size_t used;

	out[0] = '\0';
	list_words(param->words, out);
	used = strlen(out);
	snprintf(out + used, PARAM_TEXT_MAX - used, ", several with commas; all|none; a number");
}

const struct param_word *value_unsupported_word(const struct param *param, const char *text)
{
	char word[FLAGS_WORD_MAX];
	int found;

	if (!param->words)
		return NULL;
	do {
		if (!text_next_item(&text, word, sizeof(word)))
			return NULL;
		found = match_find(word_name, param->words, word, false);
		if (found >= 0 && param->words[found].feature)
			return &param->words[found];
	} while (text && param->type == PARAM_FLAGS);
	return NULL;
}

/* --- texts --- */

static bool parse_string(const struct param *param, const char *text, void *member)
{
	size_t length = strlen(text);

	if (length < (size_t)param->min || length >= param->size || text_printable_length(text) < length)
		return false;
	memcpy(member, text, length);
	return true;
}

static void format_string(const struct param *param, const void *member, char out[PARAM_TEXT_MAX])
{
	snprintf(out, PARAM_TEXT_MAX, "%s", (const char *)member);
}

static void allowed_string(const struct param *param, char out[PARAM_TEXT_MAX])
{
	snprintf(out, PARAM_TEXT_MAX, "%" PRId64 " to %zu printable characters", param->min, param->size - 1);
}

/* Letters, digits, hyphens inside and underscores in labels of bounded length, not all of them
 * digits: that would be a mistyped IPv4 address. */
static bool is_host_name(const char *text)
{
	bool letters = false;

	while (*text) {
		size_t length = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

		if (length == 0 || length > HOST_LABEL_MAX || text[0] == '-' || text[length - 1] == '-')
			return false;
		letters = letters || strspn(text, "0123456789") < length;
		text += length;
		if (*text && *text++ != '.')
			return false;
	}
	return letters;
}

static bool parse_host(const struct param *param, const char *text, void *member)
{
	size_t length = strlen(text);
	struct address address;

	if (length >= param->size)
		return false;
	if (address_parse(text, &address) ? !address_is_unicast(&address) : !is_host_name(text))
		return false;
	memcpy(member, text, length);
	return true;
}

static void allowed_host(const struct param *param, char out[PARAM_TEXT_MAX])
{
	snprintf(out, PARAM_TEXT_MAX, "the IPv4 or IPv6 address of one host, or a host name");
}

/* --- addresses and octets --- */

static bool parse_address(const struct param *param, const char *text, void *member)
{
	return address_parse(text, member);
}

static void format_address(const struct param *param, const void *member, char out[PARAM_TEXT_MAX])
{
	address_format(member, out, PARAM_TEXT_MAX);
}

static void allowed_address(const struct param *param, char out[PARAM_TEXT_MAX])
{
	snprintf(out, PARAM_TEXT_MAX, "an IPv4 or IPv6 address");
}

/* Those of both lengths begin alike; the octet before theirs is how many there are. */
static size_t octets_max(const struct param *param)
{
	return param->size - offsetof(struct param_octets, octets);
}

static bool parse_octets(const struct param *param, const char *text, void *member)
{
	struct param_long_octets *octets = member;
	size_t length;

	if (!text_to_octets(text, octets->octets, octets_max(param), &length))
		return false;
	octets->length = (uint8_t)length;
	return true;
}

static void format_octets(const struct param *param, const void *member, char out[PARAM_TEXT_MAX])
{
	const struct param_long_octets *octets = member;

	text_from_octets(octets->octets, octets->length, out);
}

static void allowed_octets(const struct param *param, char out[PARAM_TEXT_MAX])
{
	snprintf(out, PARAM_TEXT_MAX, "0 to %zu octets (hex digits)", octets_max(param));
}

static const uint8_t mac_none[6];

static bool parse_mac(const struct param *param, const char *text, void *member)
{
	uint8_t *mac = member;

	/* the lowest bit of the first octet: a group of hosts */
	return text_to_mac(text, mac) && !(mac[0] & 1) && memcmp(mac, mac_none, sizeof(mac_none)) != 0;
}

static void format_mac(const struct param *param, const void *member, char out[PARAM_TEXT_MAX])
{
	if (!memcmp(member, mac_none, sizeof(mac_none)))
		out[0] = '\0';
	else
		text_from_mac(member, out);
}

static void allowed_mac(const struct param *param, char out[PARAM_TEXT_MAX])
{
	snprintf(out, PARAM_TEXT_MAX, "the MAC address of one host, like 02:00:00:00:00:01");
}

/* --- prefixes --- */

static bool parse_prefix(const struct param *param, const char *text, void *member)
{
	return prefix_parse(text, member);
}

static void format_prefix(const struct param *param, const void *member, char out[PARAM_TEXT_MAX])
{
	prefix_format(member, out, PARAM_TEXT_MAX);
}

static void allowed_prefix(const struct param *param, char out[PARAM_TEXT_MAX])
{
	snprintf(out, PARAM_TEXT_MAX, "an IPv4 or IPv6 address, or a network as ADDRESS/LENGTH");
}

static void allowed_path(const struct param *param, char out[PARAM_TEXT_MAX])
{
	snprintf(out, PARAM_TEXT_MAX, "a path of %" PRId64 " to %zu printable characters", param->min,
		 param->size - 1);
}

/* --- lists --- */

static bool is_name(const char *item)
{
	size_t length = strlen(item);

	return length && text_printable_length(item) == length && !strchr(item, ' ');
}

static bool parse_names(const struct param *param, const char *text, void *member)
{
	const char *rest = text;
	char item[LIST_ITEM_MAX];

	while (*text && rest) {
		if (!text_next_item(&rest, item, sizeof(item)) || !is_name(item))
			return false;
	}
	return parse_string(param, text, member);
}

static void allowed_names(const struct param *param, char out[PARAM_TEXT_MAX])
{
	snprintf(out, PARAM_TEXT_MAX, "names without blanks, several with commas");
}

static bool parse_ranges(const struct param *param, const char *text, void *member)
{
	struct range ranges[PARAM_RANGES_MAX];
	const char *rest = text;
	unsigned int count = 0;
	char item[RANGE_TEXT_MAX];

	while (*text && rest) {
		if (count == PARAM_RANGES_MAX || !text_next_item(&rest, item, sizeof(item)) ||
		    !range_parse(item, &ranges[count]) || ranges[count].first.family != ranges[0].first.family)
			return false;
		for (unsigned int i = 0; i < count; i++) {
			if (range_overlaps(&ranges[i], &ranges[count]))
				return false;
		}
		count++;
	}
	return parse_string(param, text, member);
}

static void allowed_ranges(const struct param *param, char out[PARAM_TEXT_MAX])
{
	snprintf(out, PARAM_TEXT_MAX, "FIRST-LAST and ADDRESS/LENGTH of one family, apart, up to %d with commas",
		 PARAM_RANGES_MAX);
}

/* --- speeds --- */

#define SPEED_TEXT_MAX 16	/* octets of one number, more than any has */

static bool parse_speed(const struct param *param, const char *text, void *member)
{
	size_t length = strcspn(text, ":");
	const char *second = text[length] ? text + length + 1 : text;
	struct param_speed *speed = member;
	char first[SPEED_TEXT_MAX];
	uint64_t rx, tx;

	if (length >= sizeof(first))
		return false;
	memcpy(first, text, length);
	first[length] = '\0';
	if (!text_to_u64(first, &rx) || !text_to_u64(second, &tx) || rx > UINT32_MAX || tx > UINT32_MAX)
		return false;
	*speed = (struct param_speed){ .rx = (uint32_t)rx, .tx = (uint32_t)tx };
	return true;
}

static void format_speed(const struct param *param, const void *member, char out[PARAM_TEXT_MAX])
{
	const struct param_speed *speed = member;

	snprintf(out, PARAM_TEXT_MAX, "%" PRIu32 ":%" PRIu32, speed->rx, speed->tx);
}

static void allowed_speed(const struct param *param, char out[PARAM_TEXT_MAX])
{
	snprintf(out, PARAM_TEXT_MAX, "RX:TX, each 0..4294967295, or one number for both");
}

/* --- the table --- */

static bool parse_nothing(const struct param *param, const char *text, void *member)
{
	return false;
}

static void format_nothing(const struct param *param, const void *member, char out[PARAM_TEXT_MAX])
{
	out[0] = '\0';
}

static void allowed_nothing(const struct param *param, char out[PARAM_TEXT_MAX])
{
	snprintf(out, PARAM_TEXT_MAX, "not given");
}

static const struct {
	bool (*parse)(const struct param *param, const char *text, void *member);
	void (*format)(const struct param *param, const void *member, char out[PARAM_TEXT_MAX]);
	void (*allowed)(const struct param *param, char out[PARAM_TEXT_MAX]);
} types[] = {
	[PARAM_BOOL] = { parse_bool, format_bool, allowed_words },
	[PARAM_U16] = { parse_u16, format_u16, allowed_range },
	[PARAM_U32] = { parse_u32, format_u32, allowed_range },
	[PARAM_ENUM] = { parse_enum, format_enum, allowed_words },
	[PARAM_U32_OR_WORD] = { parse_number_or_word, format_number_or_word, allowed_range_or_word },
	[PARAM_STRING] = { parse_string, format_string, allowed_string },
	[PARAM_HOST] = { parse_host, format_string, allowed_host },
	[PARAM_ADDRESS] = { parse_address, format_address, allowed_address },
	[PARAM_OCTETS] = { parse_octets, format_octets, allowed_octets },
	[PARAM_MAC] = { parse_mac, format_mac, allowed_mac },
	[PARAM_FLAGS] = { parse_flags, format_flags, allowed_flags },
	[PARAM_PREFIX] = { parse_prefix, format_prefix, allowed_prefix },
	[PARAM_PATH] = { parse_string, format_string, allowed_path },
	[PARAM_SPEED] = { parse_speed, format_speed, allowed_speed },
	[PARAM_NAMES] = { parse_names, format_string, allowed_names },
	[PARAM_RANGES] = { parse_ranges, format_string, allowed_ranges },
	[PARAM_UNSUPPORTED] = { parse_nothing, format_nothing, allowed_nothing },
};

bool value_parse(const struct param *param, const char *text, void *member)
{
	return types[param->type].parse(param, text, member);
}

void value_format(const struct param *param, const void *member, char out[PARAM_TEXT_MAX])
{
	types[param->type].format(param, member, out);
}

bool value_equal(const struct param *param, const void *a, const void *b)
{
	const struct param_long_octets *octets_a = a, *octets_b = b;

	switch (param->type) {
	case PARAM_STRING:
	case PARAM_HOST:
	case PARAM_PATH:
	case PARAM_NAMES:
	case PARAM_RANGES:
		return !strcmp(a, b);
	case PARAM_ADDRESS:
		return address_equal(a, b);
	case PARAM_PREFIX:
		return prefix_equal(a, b);
	case PARAM_OCTETS:
		return octets_a->length == octets_b->length &&
		       !memcmp(octets_a->octets, octets_b->octets, octets_a->length);
	default:
		return !memcmp(a, b, param->size);
	}
}

void value_allowed(const struct param *param, char out[PARAM_TEXT_MAX])
{
	types[param->type].allowed(param, out);
}
