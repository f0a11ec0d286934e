/* SPDX-License-Identifier: MIT */
/*
 * Messages to the API, NUL-terminated as on the socket: each becomes a call on a service with the
 * null datapath, and every reply must be JSON of Varlink's form.
 */
#include <stdlib.h>
#include <string.h>

#include "datapath/null/null.h"
#include "manage/server.h"

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

/* A reply is an object with "parameters", or an "error" that has them as well. */
static void examine(const struct emit *emit)
{
	json_t *reply;

	if (!emit->length)
		return;
	reply = json_loadb(emit->text, emit->length, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(json_object_get(reply, "parameters")))
		abort();
	json_decref(reply);
}

/* False: whoever sends this would be cut off. */
static bool one_message(struct manage *manage, const char *text, size_t length)
{
	static const struct caller caller = { 1, 0, ROLE_CHANGE };
	enum call_step step = CALL_REPLY;
	struct emit reply = { .text = NULL };
	struct error error = { 0 };
	struct call call;

	if (!call_begin(&call, manage, &caller, text, length, &error)) {
		if (!error.text[0])
			abort();
		return false;
	}
	for (int i = 0; step != CALL_LAST && step != CALL_WAIT; i++) {
		if (i == STEPS_MAX)
			abort();
		emit_rewind(&reply, 0);
		step = call_next(&call, &reply);
		examine(&reply);
	}
	call_end(&call);
	emit_free(&reply);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
	static const struct manage_host host = { .now = now, .reload = reload, .changed = changed };
	const char *text = (const char *)data, *end = text + length, *nul;
	struct datapath *dp = datapath_null_new();
	struct service *service = dp ? service_new(dp, NULL) : NULL;
	struct event_base *loop = event_base_new();
	struct manage *manage = service && loop ? manage_new(loop, service, &host) : NULL;

	if (!manage)
		abort();
	while (text < end && (nul = memchr(text, 0, (size_t)(end - text)))) {
		if (!one_message(manage, text, (size_t)(nul - text)))
			break;
		text = nul + 1;
	}
	manage_free(manage);
	event_base_free(loop);
	service_free(service);
	datapath_ops(dp)->close(dp);
	return 0;
}
