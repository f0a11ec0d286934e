/* SPDX-License-Identifier: MIT */
/*
 * Log lines, without saying where they go: the program installs a sink (os/log_sink.h).  A line is a
 * sentence for people, and beside it, for programs, fields that say what it is about.
 *
 * Never called per packet.  Lines that a peer can cause go through log_limited(), which drops what
 * exceeds its rate; the next line that it lets through says how many were dropped.  What foreigners
 * can put into a line is made harmless here and in the sink: control characters and what is not UTF-8
 * become \xNN.
 */
#ifndef L2TPD_BASE_LOG_H
#define L2TPD_BASE_LOG_H

#include <stdarg.h>
#include <stdint.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

#define LOG_TEXT_MAX 2048		/* octets of a record's text, with the NUL; what is longer is cut off */

/* What a line is about: a field each. NULL, "" and 0: nothing to say. The caller's, for the call. */
struct log_about {
	const char *tunnel, *session;	/* their names */
	uint32_t tunnel_id, session_id;
	const char *peer;		/* address */
	const char *interface;
	const char *event;		/* of a datapath or the service, one word */
	const char *category;		/* of trace.h */
};

/* What a sink gets, for the time of the call. */
struct log_record {
	enum log_level level;
	const char *text;		/* fit to be shown: no control character, valid UTF-8 */
	const struct log_about *about;	/* never NULL; its values are as they came */
	uint32_t dropped;		/* lines like this one, before it */
};

typedef void log_sink_fn(const struct log_record *record);

void log_set_sink(log_sink_fn *sink, enum log_level most_verbose);

/* about may be NULL. */
void log_about(enum log_level level, const struct log_about *about, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* To the sink whatever the level that is wanted: for those that decide themselves (trace.h). */
void log_record(enum log_level level, const struct log_about *about, uint32_t dropped, const char *format,
		va_list values) __attribute__((format(printf, 4, 0)));

#define log_line(level, ...) log_about(level, NULL, __VA_ARGS__)
#define log_error(...) log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(...) log_line(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_LEVEL_DEBUG, __VA_ARGS__)

#define LOG_LIMIT_BURST 5		/* lines at once ... */
#define LOG_LIMIT_INTERVAL_MS 5000	/* ... and one more each interval */

/* One per call site; zero-initialised. Control thread only. */
struct log_limit {
	uint64_t window_ms;
	uint32_t lines;
	uint32_t dropped;
};

/* now_ms: monotonic milliseconds. about may be NULL. */
void log_limited_about(struct log_limit *limit, uint64_t now_ms, enum log_level level, const struct log_about *about,
		       const char *format, ...) __attribute__((format(printf, 5, 6)));

#define log_limited(limit, now_ms, level, ...) log_limited_about(limit, now_ms, level, NULL, __VA_ARGS__)

/* Lines that limits have dropped since the start. */
uint64_t log_limited_dropped(void);

#endif
