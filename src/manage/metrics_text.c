/* SPDX-License-Identifier: MIT */
/*
 * Lines of Prometheus' text format.
 */
#include "manage/metrics_text.h"

#include <inttypes.h>
#include <stdio.h>

void metrics_family(struct emit *text, const char *name, const char *type, const char *help)
{
	char line[512];

	snprintf(line, sizeof(line), "# HELP " METRICS_PREFIX "%s %s\n# TYPE " METRICS_PREFIX "%s %s\n", name, help,
		 name, type);
	emit_raw(text, line);
}

void metrics_sample(struct emit *text, const char *name, const char *labels, uint64_t value)
{
	char number[32];

	emit_raw(text, METRICS_PREFIX);
	emit_raw(text, name);
	emit_raw(text, labels);
	snprintf(number, sizeof(number), " %" PRIu64 "\n", value);
	emit_raw(text, number);
}

void metrics_single(struct emit *text, const char *name, const char *type, const char *help, uint64_t value)
{
	metrics_family(text, name, type, help);
	metrics_sample(text, name, "", value);
}

const char *metrics_label(const char *value, char out[4 * CONFIG_NAME_MAX])
{
	char *to = out;

	for (; *value && to < out + 4 * CONFIG_NAME_MAX - 3; value++) {
		if (*value == '"' || *value == '\\')
			*to++ = '\\';
		*to++ = *value;
	}
	*to = '\0';
	return out;
}
