/* SPDX-License-Identifier: MIT */
/*
 * Log records as octets: the fields have one table, from which text and journal both come.
 */
#include "os/log_format.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "base/text.h"

#define VALUE_MAX 512		/* octets of a field's value; the longest, a name, has 63 before it is escaped */

struct buffer {
	char *out;
	size_t size, used;
};

enum field_type { FIELD_TEXT, FIELD_ID };

static const struct field {
	const char *name;
	enum field_type type;
	size_t offset;		/* in struct log_about */
} fields[] = {
	{ "tunnel", FIELD_TEXT, offsetof(struct log_about, tunnel) },
	{ "tunnel_id", FIELD_ID, offsetof(struct log_about, tunnel_id) },
	{ "session", FIELD_TEXT, offsetof(struct log_about, session) },
	{ "session_id", FIELD_ID, offsetof(struct log_about, session_id) },
	{ "peer", FIELD_TEXT, offsetof(struct log_about, peer) },
	{ "interface", FIELD_TEXT, offsetof(struct log_about, interface) },
	{ "event", FIELD_TEXT, offsetof(struct log_about, event) },
	{ "category", FIELD_TEXT, offsetof(struct log_about, category) },
};
#define FIELDS (sizeof(fields) / sizeof(fields[0]))

static int priority_of(enum log_level level)
{
	static const int priorities[] = { LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

	return priorities[level];
}

static void put(struct buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Whole or not at all: half a field would be another. */
static void put(struct buffer *buffer, const char *format, ...)
{
	size_t left = buffer->size - buffer->used;
	va_list values;
	int length;

	va_start(values, format);
	length = vsnprintf(buffer->out + buffer->used, left, format, values);
	va_end(values);
	if (length >= 0 && (size_t)length < left)
		buffer->used += (size_t)length;
}

static bool has_value(const struct log_about *about, const struct field *field, char value[VALUE_MAX])
{
	const void *member = (const char *)about + field->offset;
	const char *text = field->type == FIELD_TEXT ? *(const char *const *)member : NULL;
	uint32_t id = field->type == FIELD_ID ? *(const uint32_t *)member : 0;

	if (field->type == FIELD_ID) {
		snprintf(value, VALUE_MAX, "%u", id);
		return id;
	}
	if (!text || !text[0])
		return false;
	snprintf(value, VALUE_MAX, "%s", text);
	return true;
}

/* In quotes, so that a name cannot pretend to be another field. */
static void put_value(struct buffer *buffer, const char *name, const char *value)
{
	bool plain = !value[strcspn(value, " \"=\\")] && !value[text_printable_length(value)];
	char escaped[VALUE_MAX];

	text_escape(value, plain ? "" : "\"\\", escaped, sizeof(escaped));
	put(buffer, plain ? " %s=%s" : " %s=\"%s\"", name, escaped);
}

static void put_text(struct buffer *buffer, const struct log_record *record)
{
	char value[VALUE_MAX];

	put(buffer, "%s", record->text);
	for (size_t i = 0; i < FIELDS; i++)
		if (has_value(record->about, &fields[i], value))
			put_value(buffer, fields[i].name, value);
	if (record->dropped)
		put(buffer, " dropped=%u", record->dropped);
}

size_t log_format_text(const struct log_record *record, const char *prefix, char *out, size_t size)
{
	struct buffer buffer = { out, size - 1, 0 };

	put(&buffer, "%s", prefix);
	put_text(&buffer, record);
	out[buffer.used++] = '\n';
	return buffer.used;
}

size_t log_format_syslog(const struct log_record *record, const char *program, int pid, int facility,
			 const struct tm *when, char *out, size_t size)
{
	/* not strftime(): the names are English whatever the locale */
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct buffer buffer = { out, size, 0 };

	put(&buffer, "<%d>%.3s %2d %02d:%02d:%02d %s[%d]: ", facility | priority_of(record->level),
	    &months[3 * when->tm_mon], when->tm_mday, when->tm_hour, when->tm_min, when->tm_sec, program, pid);
	put_text(&buffer, record);
	return buffer.used;
}

static void put_journal_field(struct buffer *buffer, const char *name, const char *value)
{
	char upper[32], escaped[VALUE_MAX];
	size_t i;

	for (i = 0; name[i] && i < sizeof(upper) - 1; i++)
		upper[i] = (char)toupper((unsigned char)name[i]);
	upper[i] = '\0';
	text_escape(value, "", escaped, sizeof(escaped));
	put(buffer, "L2TPD_%s=%s\n", upper, escaped);
}

size_t log_format_journal(const struct log_record *record, const char *program, int facility, char *out, size_t size)
{
	struct buffer buffer = { out, size, 0 };
	char value[VALUE_MAX];

	put(&buffer, "MESSAGE=%s\nPRIORITY=%d\nSYSLOG_IDENTIFIER=%s\nSYSLOG_FACILITY=%d\n", record->text,
	    priority_of(record->level), program, facility >> 3);
	for (size_t i = 0; i < FIELDS; i++)
		if (has_value(record->about, &fields[i], value))
			put_journal_field(&buffer, fields[i].name, value);
	if (record->dropped)
		put(&buffer, "L2TPD_DROPPED=%u\n", record->dropped);
	return buffer.used;
}
