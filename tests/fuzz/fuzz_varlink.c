/* SPDX-License-Identifier: MIT */
/*
 * Messages to the API, NUL-terminated as on the socket: each becomes a call on a service with the
 * null datapath, and every reply must be JSON of Varlink's form.
 */
#include <stdlib.h>
#include <string.h>

#include "datapath/null/null.h"
#include "fuzz.h"
#include "manage/server.h"

#define STEPS_MAX 4096	/* of one call: a list of what so short an input can create ends long before */

static struct service *restored;

/* What a client sends as a configuration: as the daemon does it, without includes. */
static int restore(void *context, struct manage_restore *restore)
{
	struct service_reload *reload = service_reload_begin();
	struct command_reader reader;
	struct config_place place;
	struct command command;
	struct error error;
	int ret = 0;

	for (unsigned int i = 0; i < restore->sources.count; i++) {
		if (source_reader_begin(&reader, &restore->sources.items[i]) < 0)
			abort();
		while (ret == 0 && (ret = command_reader_next(&reader, &command, &place, &error)) > 0)
			ret = service_reload_command(reload, &command, &error);
		command_reader_end(&reader);
	}
	if (ret < 0 || restore->check_only)
		service_reload_abort(reload);
	else
		ret = service_reload_finish(reload, restored, SERVICE_RELOAD_ALL, 0, NULL, &error);
	if (ret < 0)
		restore->mistakes[restore->mistake_count++] = strdup(error.text);
	return ret;
}

static int read_secret(void *context, const struct secret_place *place, const char *parameter, char *out,
		       size_t *length, struct error *error)
{
	*length = strlen(place->name);
	memcpy(out, place->name, *length);
	return 0;
}

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
	static const struct manage_host host = { .now = now, .reload = reload, .restore = restore,
						  .read_secret = read_secret, .changed = changed };
	const char *text = (const char *)data, *end = text + length, *nul;
	struct datapath *dp = datapath_null_new();
	struct service *service = dp ? service_new(dp, NULL) : NULL;
	struct event_base *loop = event_base_new();
	struct manage *manage = service && loop ? manage_new(loop, service, &host) : NULL;

	if (!manage)
		abort();
	restored = service;
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
