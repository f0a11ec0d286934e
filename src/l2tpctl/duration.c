/* SPDX-License-Identifier: MIT */
/*
 * Seconds to days, hours, minutes.
 */
#include "l2tpctl/duration.h"

#include <inttypes.h>
#include <stdio.h>

#define UNITS_SHOWN 3

const char *duration_text(int64_t seconds, char out[DURATION_TEXT_MAX])
{
	static const struct {
		int64_t seconds;
		const char *name;
	} units[] = { { 86400, "d" }, { 3600, "h" }, { 60, "min" }, { 1, "s" } };
	size_t used = 0;
	int shown = 0;

	for (int i = 0; i < 4 && shown < UNITS_SHOWN; i++) {
		if (seconds < units[i].seconds && (i < 3 || shown))
			continue;
		used += (size_t)snprintf(out + used, DURATION_TEXT_MAX - used, "%s%" PRId64 " %s", used ? " " : "",
					 seconds / units[i].seconds, units[i].name);
		seconds %= units[i].seconds;
		shown++;
	}
	return out;
}
