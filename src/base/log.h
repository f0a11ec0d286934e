/* SPDX-License-Identifier: MIT */
/*
 * Log lines, without saying where they go: the program installs a sink (os/log_sink.h).
 * Never called per packet.  Lines that a peer can cause go through log_limited(), which
 * drops what exceeds its rate and says how many were dropped with the next line let through.
 */
#ifndef L2TPD_BASE_LOG_H
#define L2TPD_BASE_LOG_H

#include <stdint.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

typedef void log_sink_fn(enum log_level level, const char *line);

void log_set_sink(log_sink_fn *sink, enum log_level most_verbose);
void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

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

/* now_ms: monotonic milliseconds. */
void log_limited(struct log_limit *limit, uint64_t now_ms, enum log_level level, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

#endif
