/* SPDX-License-Identifier: MIT */
/*
 * The names of the categories of trace, and their lines.
 */
#include "base/trace.h"

#include <stdio.h>
#include <string.h>

static const char *const names[] = {
	"protocol", "fsm", "api", "avp_info", "avp_hide", "avp_data", "func", "transport", "data", "system",
	"ppp_control",
};
#define NAMES (sizeof(names) / sizeof(names[0]))

const char *trace_name(uint32_t category)
{
	for (unsigned int bit = 0; bit < NAMES; bit++)
		if (category == 1u << bit)
			return names[bit];
	return "";
}

const char *trace_format(uint32_t mask, char out[TRACE_TEXT_MAX])
{
	size_t used = 0;

	if ((mask & TRACE_ALL) == TRACE_ALL)
		return strcpy(out, "all");
	out[0] = '\0';
	for (uint32_t category = 1; category & TRACE_ALL; category <<= 1)
		if (mask & category)
			used += (size_t)snprintf(out + used, TRACE_TEXT_MAX - used, "%s%s", used ? "," : "",
						 trace_name(category));
	return used ? out : strcpy(out, "none");
}

static void write_line(uint32_t category, const struct log_about *about, uint32_t dropped, const char *format,
		       va_list values) __attribute__((format(printf, 4, 0)));

static void write_line(uint32_t category, const struct log_about *about, uint32_t dropped, const char *format,
		       va_list values)
{
	struct log_about named = { .category = NULL };

	if (about)
		named = *about;
	named.category = trace_name(category);
	log_record(LOG_LEVEL_INFO, &named, dropped, format, values);
}

void trace_line(uint32_t category, const struct log_about *about, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	write_line(category, about, 0, format, values);
	va_end(values);
}

void trace_line_dropped(uint32_t category, const struct log_about *about, uint32_t dropped, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	write_line(category, about, dropped, format, values);
	va_end(values);
}
