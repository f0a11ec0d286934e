/* SPDX-License-Identifier: MIT */
/*
 * Text that grows, and JSON in it.  What is frequent (numbers, words, names) is written without
 * printf; everything else goes through the same text that a user would read.
 */
#include "manage/emit.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "manage/json.h"

#define EMIT_FIRST 4096

void emit_free(struct emit *emit)
{
	free(emit->text);
	*emit = (struct emit){ .text = NULL };
}

void emit_rewind(struct emit *emit, size_t length)
{
	if (length < emit->length)
		emit->length = length;
}

/* Room for more octets behind the text; NULL when there is no memory. */
static char *reserve(struct emit *emit, size_t more)
{
	size_t size = emit->size ? emit->size : EMIT_FIRST;
	char *larger;

	if (emit->failed)
		return NULL;
	if (more <= emit->size - emit->length)
		return emit->text + emit->length;
	while (size - emit->length < more)
		size *= 2;
	larger = realloc(emit->text, size);
	if (!larger) {
		emit->failed = true;
		return NULL;
	}
	emit->text = larger;
	emit->size = size;
	return emit->text + emit->length;
}

static void put(struct emit *emit, const char *octets, size_t length)
{
	char *to = reserve(emit, length);

	if (!to)
		return;
	memcpy(to, octets, length);
	emit->length += length;
}

static void put_char(struct emit *emit, char c)
{
	put(emit, &c, 1);
}

/* Before a value or a member: what stands there already tells whether it is the first. */
static void separate(struct emit *emit)
{
	if (emit->length && !strchr("{[:,", emit->text[emit->length - 1]))
		put_char(emit, ',');
}

void emit_raw(struct emit *emit, const char *text)
{
	put(emit, text, strlen(text));
}

void emit_open(struct emit *emit, char bracket)
{
	separate(emit);
	put_char(emit, bracket);
}

void emit_close(struct emit *emit, char bracket)
{
	put_char(emit, bracket);
}

void emit_member(struct emit *emit, const char *name)
{
	size_t length = strlen(name);
	char *to;

	separate(emit);
	to = reserve(emit, length + 3);
	if (!to)
		return;
	*to++ = '"';
	memcpy(to, name, length);
	memcpy(to + length, "\":", 2);
	emit->length += length + 3;
}

void emit_open_member(struct emit *emit, const char *name, char bracket)
{
	emit_member(emit, name);
	emit_open(emit, bracket);
}

/* Octets that may stand in JSON, but for the quote and the backslash. */
static void put_printable(struct emit *emit, const char *text, size_t length)
{
	char *to = reserve(emit, 2 * length);

	if (!to)
		return;
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '"' || text[i] == '\\')
			*to++ = '\\';
		*to++ = text[i];
	}
	emit->length = (size_t)(to - emit->text);
}

static void put_unprintable(struct emit *emit, unsigned char octet)
{
	static const char digits[] = "0123456789abcdef";
	const char escape[] = { '\\', 'u', '0', '0', digits[octet >> 4], digits[octet & 15] };

	if (octet == '\n')
		put(emit, "\\n", 2);
	else if (octet == '\t')
		put(emit, "\\t", 2);
	else if (octet < 0x20)
		put(emit, escape, sizeof(escape));
	else
		put_char(emit, '?');
}

void emit_string(struct emit *emit, const char *text)
{
	size_t length;

	separate(emit);
	put_char(emit, '"');
	for (; *text; text++) {
		length = text_printable_length(text);
		put_printable(emit, text, length);
		text += length;
		if (!*text)
			break;
		put_unprintable(emit, (unsigned char)*text);
	}
	put_char(emit, '"');
}

void emit_string_n(struct emit *emit, const char *text, size_t length)
{
	char *copy = strndup(text, length);

	if (copy)
		emit_string(emit, copy);
	else
		emit->failed = true;
	free(copy);
}

static void put_digits(struct emit *emit, uint64_t number)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	put(emit, digits + at, sizeof(digits) - at);
}

void emit_unsigned(struct emit *emit, uint64_t number)
{
	separate(emit);
	put_digits(emit, number);
}

void emit_integer(struct emit *emit, int64_t number)
{
	separate(emit);
	if (number < 0)
		put_char(emit, '-');
	put_digits(emit, number < 0 ? -(uint64_t)number : (uint64_t)number);
}

void emit_bool(struct emit *emit, bool truth)
{
	separate(emit);
	emit_raw(emit, truth ? "true" : "false");
}

static int dump(const char *octets, size_t length, void *emit)
{
	put(emit, octets, length);
	return 0;
}

void emit_json(struct emit *emit, const json_t *value)
{
	separate(emit);
	if (!value)
		emit_raw(emit, "null");
	else if (json_dump_callback(value, dump, emit, JSON_COMPACT | JSON_ENCODE_ANY) < 0)
		emit->failed = true;
}

void emit_string_member(struct emit *emit, const char *name, const char *text)
{
	if (!text)
		return;
	emit_member(emit, name);
	emit_string(emit, text);
}

void emit_unsigned_member(struct emit *emit, const char *name, uint64_t number)
{
	emit_member(emit, name);
	emit_unsigned(emit, number);
}

void emit_bool_member(struct emit *emit, const char *name, bool truth)
{
	emit_member(emit, name);
	emit_bool(emit, truth);
}

/* --- by tables --- */

static void emit_text_param(struct emit *emit, const struct param *param, const char *text)
{
	bool truth = false;

	emit_member(emit, param->name);
	switch (json_shape_of(param->type)) {
	case JSON_SHAPE_BOOL:
		text_to_bool(text, &truth);
		emit_bool(emit, truth);
		return;
	case JSON_SHAPE_INT:
		emit_integer(emit, strtoll(text, NULL, 0));
		return;
	case JSON_SHAPE_STRING:
	default:
		emit_string(emit, text);
	}
}

/* 0 where it is not allowed is no value: nobody gave one. */
static void emit_number(struct emit *emit, const struct param *param, uint32_t number)
{
	if (number || param->min <= 0)
		emit_unsigned_member(emit, param->name, number);
}

static void emit_param(struct emit *emit, const struct param_table *table, unsigned int row, const void *config)
{
	const struct param *param = &table->params[row];
	const void *member = (const char *)config + param->offset;
	char text[PARAM_TEXT_MAX];

	switch (param->type) {	/* the frequent ones without a way through text */
	case PARAM_U16:
		emit_number(emit, param, *(const uint16_t *)member);
		return;
	case PARAM_U32:
		emit_number(emit, param, *(const uint32_t *)member);
		return;
	case PARAM_BOOL:
		emit_bool_member(emit, param->name, *(const bool *)member);
		return;
	default:
		param_format(table, row, config, text);
		if (text[0])
			emit_text_param(emit, param, text);
	}
}

void emit_config(struct emit *emit, const struct param_table *table, const void *config, const struct param_set *only)
{
	emit_open(emit, '{');
	for (unsigned int row = 0; row < table->count; row++) {
		const struct param *param = &table->params[row];

		if (param_is_kept(param) && !(param->flags & PARAM_SECRET) &&
		    (!only || param_set_has(only, row)))
			emit_param(emit, table, row, config);
	}
	emit_close(emit, '}');
}

void emit_set(struct emit *emit, const struct param_table *table, const struct param_set *set)
{
	emit_open(emit, '[');
	for (unsigned int row = 0; row < table->count; row++)
		if (param_set_has(set, row))
			emit_string(emit, table->params[row].name);
	emit_close(emit, ']');
}

static void emit_text_state(struct emit *emit, const char *name, const char *text)
{
	if (text && *text)
		emit_string_member(emit, name, text);
}

static void emit_counted(struct emit *emit, const struct state_row *row, uint64_t number)
{
	if (number || !row->optional)
		emit_unsigned_member(emit, row->name, number);
}

static void emit_row(struct emit *emit, const struct state_row *row, const void *base, uint64_t now)
{
	const void *member = (const char *)base + row->offset;
	char text[ENDPOINT_TEXT_MAX];
	uint64_t then;

	switch (row->type) {
	case STATE_BOOL:
		emit_bool_member(emit, row->name, *(const bool *)member);
		break;
	case STATE_U16:
		emit_counted(emit, row, *(const uint16_t *)member);
		break;
	case STATE_U32:
		emit_counted(emit, row, *(const uint32_t *)member);
		break;
	case STATE_U64:
		emit_counted(emit, row, *(const uint64_t *)member & INT64_MAX);
		break;
	case STATE_WORD:
		emit_string_member(emit, row->name, row->words[*(const unsigned int *)member]);
		break;
	case STATE_TEXT:
		emit_text_state(emit, row->name, member);
		break;
	case STATE_TEXT_POINTER:
		emit_text_state(emit, row->name, *(const char *const *)member);
		break;
	case STATE_ADDRESS:
		emit_text_state(emit, row->name, address_format(member, text, sizeof(text)));
		break;
	case STATE_ENDPOINT:
		if (((const struct endpoint *)member)->address.family != AF_UNSPEC ||
		    ((const struct endpoint *)member)->port)
			emit_text_state(emit, row->name, endpoint_format(member, text, sizeof(text)));
		break;
	case STATE_SINCE:
		then = *(const uint64_t *)member;
		if (then)
			emit_unsigned_member(emit, row->name, (now > then ? now - then : 0) / 1000);
		break;
	case STATE_UNTIL:
		then = *(const uint64_t *)member;
		if (then)
			emit_unsigned_member(emit, row->name, (then > now ? then - now + 999 : 0) / 1000);
		break;
	}
}

void emit_state(struct emit *emit, const struct state_table *table, const void *base, uint64_t now,
		const struct param_set *only)
{
	emit_open(emit, '{');
	for (unsigned int i = 0; i < table->count; i++)
		if (!only || param_set_has(only, i))
			emit_row(emit, &table->rows[i], base, now);
	emit_close(emit, '}');
}
