/* SPDX-License-Identifier: MIT */
/*
 * A call of Names that is given up when its answer does not come in time.
 */
#include "l2tpctl/live.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "config/command.h"
#include "l2tpctl/scanner.h"
#include "os/clock.h"

#define NAME_MAX_OCTETS 256

static void set_limit(const struct api *api, int ms)
{
	struct timeval limit = { ms / 1000, ms % 1000 * 1000 };

	setsockopt(api->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
}

static unsigned int tell_batch(const char *parameters, live_name_fn *tell, void *context)
{
	const char *position = scanner_array(parameters), *element;
	char name[NAME_MAX_OCTETS];
	unsigned int count = 0;
	size_t length;

	while (position && scanner_next(&position, &element, &length)) {
		if (!scanner_text(element, name, sizeof(name)))
			continue;
		tell(context, name);
		count++;
	}
	return count;
}

/* False: it was given up, and what is still to come is not wanted. */
static bool read_names(struct api *api, uint64_t until, live_name_fn *tell, void *context)
{
	unsigned int told = 0;
	bool continues = true;
	const char *parameters;

	while (continues) {
		if (api_reply_text(api, &parameters, &continues, NULL) != API_OK || os_clock_ms() > until)
			return false;
		told += tell_batch(parameters, tell, context);
		if (continues && told >= LIVE_NAMES_MAX)
			return false;
	}
	return true;
}

static json_t *parameters_of(enum config_object object, const char *tunnel, const char *prefix)
{
	json_t *parameters = json_pack("{s:s, s:s}", "object", config_object_name(object), "prefix", prefix);

	if (tunnel[0])
		json_object_set_new(parameters, "tunnel", json_string(tunnel));
	return parameters;
}

void live_names(struct api *api, enum config_object object, const char *tunnel, const char *prefix,
		live_name_fn *tell, void *context)
{
	int limit = api->host ? LIVE_WAIT_REMOTE_MS : LIVE_WAIT_MS;
	enum api_outcome outcome;

	if ((api->host && api->fd < 0) || api_open(api, NULL) != API_OK)
		return;
	set_limit(api, limit);
	outcome = api_call(api, "Names", parameters_of(object, tunnel, prefix), true, NULL);
	api_be_patient(api);
	if (outcome == API_OK && read_names(api, os_clock_ms() + (uint64_t)limit, tell, context))
		set_limit(api, 0);
	else
		api_close(api);
}
