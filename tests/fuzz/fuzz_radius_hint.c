/* SPDX-License-Identifier: MIT */
/* radiusclient.conf, and behind a NUL the file with secrets: whatever is in them, what was read is whole. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "aaa/radius_hint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length);

static void must(bool true_always)
{
	if (!true_always)
		abort();
}

static void check(const struct radius_hint *hint, bool has_secrets)
{
	struct radius_server_settings settings;

	must(hint->count >= 1 && hint->count <= RADIUS_HINT_SERVERS_MAX);
	for (unsigned int i = 0; i < hint->count; i++) {
		radius_hint_settings(hint, i, "hint", &settings);
		must(hint->servers[i].host[0] && strlen(hint->servers[i].host) < RADIUS_HINT_HOST_MAX);
		must(settings.auth_port || settings.acct_port);
		must(settings.timeout && settings.retries < 100);
		must(!has_secrets || settings.secret_length);
	}
}

static void read_both(const char *text, size_t length)
{
	const char *end = memchr(text, '\0', length);
	size_t first = end ? (size_t)(end - text) : length;
	struct radius_hint hint;
	struct error error;

	if (radius_hint_read(&hint, text, first, &error) < 0)
		return;
	check(&hint, false);
	if (end && !radius_hint_read_secrets(&hint, end + 1, length - first - 1, &error))
		check(&hint, true);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
	char *text = malloc(length);	/* its own, so that reading past the end is found */

	if (!text || !length) {
		free(text);
		return 0;
	}
	memcpy(text, data, length);
	read_both(text, length);
	free(text);
	return 0;
}
