/* SPDX-License-Identifier: MIT */
/*
 * Log lines.  The sink is the one global of this room: there is one log per process, and threads
 * only read it after the program installed it.
 */
#include "base/log.h"

#include <stdbool.h>
#include <stdio.h>

#include "base/text.h"

#define LOG_LINE_MAX 1024		/* before what is foreign in it is escaped */

static log_sink_fn *current_sink;
static enum log_level current_level;

void log_set_sink(log_sink_fn *sink, enum log_level most_verbose)
{
	current_sink = sink;
	current_level = most_verbose;
}

static bool wanted(enum log_level level)
{
	return current_sink && level <= current_level;
}

void log_record(enum log_level level, const struct log_about *about, uint32_t dropped, const char *format,
		va_list values)
{
	static const struct log_about nothing;
	char line[LOG_LINE_MAX], text[LOG_TEXT_MAX];

	if (!current_sink)
		return;
	vsnprintf(line, sizeof(line), format, values);
	text_escape(line, "", text, sizeof(text));
	current_sink(&(struct log_record){ level, text, about ? about : &nothing, dropped });
}

void log_about(enum log_level level, const struct log_about *about, const char *format, ...)
{
	va_list values;

	if (!wanted(level))
		return;
	va_start(values, format);
	log_record(level, about, 0, format, values);
	va_end(values);
}

static uint64_t limits_dropped;		/* by all limits */

uint64_t log_limited_dropped(void)
{
	return limits_dropped;
}

/* A bucket that holds LOG_LIMIT_BURST lines and loses one each interval. */
static bool limit_allows(struct log_limit *limit, uint64_t now_ms)
{
	uint64_t intervals = now_ms > limit->window_ms ? (now_ms - limit->window_ms) / LOG_LIMIT_INTERVAL_MS : 0;

	if (intervals >= limit->lines) {
		limit->lines = 0;
		limit->window_ms = now_ms;
	} else {
		limit->lines -= (uint32_t)intervals;
		limit->window_ms += intervals * LOG_LIMIT_INTERVAL_MS;
	}
	if (limit->lines == LOG_LIMIT_BURST)
		return false;
	limit->lines++;
	return true;
}

void log_limited_about(struct log_limit *limit, uint64_t now_ms, enum log_level level, const struct log_about *about,
		       const char *format, ...)
{
	va_list values;

	if (!wanted(level))
		return;
	if (!limit_allows(limit, now_ms)) {
		limit->dropped++;
		limits_dropped++;
		return;
	}
	va_start(values, format);
	log_record(level, about, limit->dropped, format, values);
	va_end(values);
	limit->dropped = 0;
}
