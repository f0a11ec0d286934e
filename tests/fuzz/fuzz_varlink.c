/* SPDX-License-Identifier: MIT */
/*
 * Messages to the API, NUL-terminated as on the socket: each becomes a call on a service with the
 * null datapath, and every reply must be JSON of Varlink's form.
 */
#include <stdlib.h>
#include <string.h>

#include "datapath/null/null.h"
#include "manage/methods.h"

#define STEPS_MAX 4096	/* of one call: a list of what so short an input can create ends long before */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length);

static uint64_t now(void)
{
	return 1000;
}

static int reload(void *context, struct error *error)
{
	return 0;
}

static void changed(void *context)
{
}

/* A reply is an object with "parameters", or an "error", and survives being written and read. */
static void examine(json_t *reply)
{
	json_t *again;
	char *text;

	if (!reply)
		return;
	if (!json_is_object(json_object_get(reply, "parameters")))
		abort();
	text = json_dumps(reply, JSON_COMPACT);
	again = text ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;
	if (!again || !json_equal(again, reply))
		abort();
	json_decref(again);
	free(text);
}

/* False: whoever sends this would be cut off. */
static bool one_message(struct service *service, const struct manage_host *host, const char *text, size_t length)
{
	enum call_step step = CALL_REPLY;
	struct error error = { 0 };
	struct call call;
	json_t *reply;

	if (!call_begin(&call, service, host, text, length, &error)) {
		if (!error.text[0])
			abort();
		return false;
	}
	for (int i = 0; step != CALL_LAST; i++) {
		if (i == STEPS_MAX)
			abort();
		step = call_next(&call, &reply);
		examine(reply);
		json_decref(reply);
	}
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
	const struct manage_host host = { NULL, now, reload, changed };
	const char *text = (const char *)data, *end = text + length, *nul;
	struct datapath *dp = datapath_null_new();
	struct service *service = dp ? service_new(dp, NULL) : NULL;

	if (!service)
		abort();
	while (text < end && (nul = memchr(text, 0, (size_t)(end - text)))) {
		if (!one_message(service, &host, text, (size_t)(nul - text)))
			break;
		text = nul + 1;
	}
	service_free(service);
	datapath_ops(dp)->close(dp);
	return 0;
}
