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

	if ((mask & TRACE_THERE_IS) == TRACE_THERE_IS)
		return strcpy(out, "all");
	out[0] = '\0';
	for (uint32_t category = 1; category & TRACE_ALL; category <<= 1)
		if (mask & category)
			used += (size_t)snprintf(out + used, TRACE_TEXT_MAX - used, "%s%s", used ? "," : "",
						 trace_name(category));
	return used ? out : strcpy(out, "none");
}

void trace_line(uint32_t category, const struct log_about *about, const char *format, ...)
{
	struct log_about named = { .category = NULL };
	va_list values;

	if (about)
		named = *about;
	named.category = trace_name(category);
	va_start(values, format);
	log_record(LOG_LEVEL_INFO, &named, 0, format, values);
	va_end(values);
}
