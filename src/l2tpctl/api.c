/* SPDX-License-Identifier: MIT */
/*
 * Varlink over a blocking socket: JSON texts, each ended by a NUL.
 */
#include "l2tpctl/api.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "l2tpctl/exit.h"
#include "l2tpctl/remote.h"
#include "l2tpctl/scanner.h"
#include "os/unix_socket.h"

#define BUFFER_FIRST 65536
#define SILENCE_MS 3000		/* a daemon that is well answers sooner */
#define REPLY_MAX (64u << 20)	/* octets of a reply: whatever is longer does not come from l2tpd */

void api_init(struct api *api, const char *path, const char *host)
{
	*api = (struct api){ .path = path, .fd = -1 };
	api_use_host(api, host);
}

/* Returns ssh's exit status; 0 when there was none. end: do not wait for the other side, which may never end. */
static int disconnect(struct api *api, bool end)
{
	int status = 0;

	if (api->fd >= 0)
		close(api->fd);
	if (api->ssh > 0)
		status = remote_wait(api->ssh, end);
	free(api->buffer);
	api->buffer = NULL;
	api->begin = api->end = api->size = 0;
	api->fd = -1;
	api->ssh = 0;
	return status;
}

void api_close(struct api *api)
{
	disconnect(api, true);
}

void api_free(struct api *api)
{
	disconnect(api, true);
	free(api->host);
	api->host = NULL;
}

void api_use_host(struct api *api, const char *host)
{
	disconnect(api, true);
	free(api->host);
	api->host = host ? strdup(host) : NULL;
	api->warned = false;
}

const char *api_server(const struct api *api)
{
	return api->host ? api->host : "l2tpd";
}

const char *api_path(const struct api *api)
{
	return api->path ? api->path : OS_SOCKET_DEFAULT;
}

static enum api_outcome explain_unreachable(const struct api *api, int errno_value, struct error *error)
{
	if (errno_value == ENOENT || errno_value == ECONNREFUSED)
		error_set(error, ERROR_SYSTEM, NULL,
			  "l2tpd is not running (nothing answers on %s): start it with `systemctl start l2tpd` or "
			  "`l2tpd`, or name its socket with -s", api_path(api));
	if (errno_value != EACCES && errno_value != EPERM)
		return API_UNREACHABLE;
	error_set(error, ERROR_SYSTEM, NULL, "you may not use %s: run this as root or as a member of its group",
		  api_path(api));
	return API_DENIED;
}

/* A daemon that was restarted since the last call closed the old connection. */
static bool still_connected(const struct api *api)
{
	struct pollfd poll_fd = { .fd = api->fd, .events = POLLIN };

	return api->fd >= 0 && poll(&poll_fd, 1, 0) == 0;
}

/* Languages of two versions differ a little: whoever talks to another host's daemon is told of it. */
static enum api_outcome compare_versions(struct api *api, struct error *error)
{
	const char *version;
	enum api_outcome outcome;
	bool continues;
	json_t *reply;

	if (api->warned)
		return API_OK;
	api->warned = true;
	outcome = api_call(api, "org.varlink.service.GetInfo", json_object(), false, error);
	if (outcome != API_OK)
		return outcome;
	outcome = api_reply(api, &reply, &continues, error);
	version = json_string_value(json_object_get(reply, "version"));
	if (version && strcmp(version, L2TPD_VERSION) != 0)
		fprintf(stderr, "l2tpctl: warning: the l2tpd of %s has version %s, this is %s\n", api->host, version,
			L2TPD_VERSION);
	json_decref(reply);
	return outcome;
}

enum api_outcome api_open(struct api *api, struct error *error)
{
	int errno_value = 0;

	if (still_connected(api))
		return API_OK;
	disconnect(api, true);
	if (api->host)
		api->fd = remote_open(api->host, api->path, &api->ssh, error);
	else
		api->fd = os_unix_connect(api_path(api), SOCK_STREAM, &errno_value, error);
	if (api->fd < 0)
		return explain_unreachable(api, errno_value, error);
	return api->host ? compare_versions(api, error) : API_OK;
}

static enum api_outcome lost(struct api *api, int errno_value, struct error *error)
{
	bool ended = errno_value == 0 || errno_value == EPIPE || errno_value == ECONNRESET;
	int status = disconnect(api, !ended);

	if (api->host && ended) {
		remote_explain(api->host, status, error);
		return status == STATUS_DENIED ? API_DENIED : API_UNREACHABLE;
	}
	if (errno_value)
		error_system(error, errno_value, NULL, "l2tpd does not answer on %s", api_path(api));
	else
		error_set(error, ERROR_SYSTEM, NULL, "l2tpd closed the connection before it had answered: see its log");
	return API_UNREACHABLE;
}

/* Did the system call end for good? Then errno says why. */
static bool failed(const struct api *api, ssize_t result)
{
	return result < 0 && (errno != EINTR || (api->give_up && api->give_up()));
}

static enum api_outcome send_all(struct api *api, const char *text, size_t length, struct error *error)
{
	while (length) {
		ssize_t sent = send(api->fd, text, length, MSG_NOSIGNAL);

		if (sent < 0 && errno == EPIPE)
			return API_OK;	/* what it said before it closed the connection tells why */
		if (failed(api, sent))
			return lost(api, errno, error);
		if (sent > 0) {
			text += sent;
			length -= (size_t)sent;
		}
	}
	return API_OK;
}

enum api_outcome api_call(struct api *api, const char *method, json_t *parameters, bool more, struct error *error)
{
	json_t *name = json_sprintf("%s%s", strchr(method, '.') ? "" : "org.l2tpd.", method);
	json_t *call = json_pack("{s:o, s:o}", "method", name, "parameters", parameters);
	enum api_outcome outcome = api_open(api, error);
	char *text;

	api->silence_told = false;
	if (more)
		json_object_set_new(call, "more", json_true());
	text = json_dumps(call, JSON_COMPACT);
	if (outcome == API_OK && text)
		outcome = send_all(api, text, strlen(text) + 1, error);
	else if (outcome == API_OK)
		outcome = lost(api, ENOMEM, error);
	free(text);
	json_decref(call);
	return outcome;
}

void api_be_patient(struct api *api)
{
	api->silence_told = true;
}

/* Make room for more octets behind end. */
static bool make_room(struct api *api)
{
	size_t wanted = api->size ? api->size * 2 : BUFFER_FIRST;
	char *larger;

	if (api->begin) {
		memmove(api->buffer, api->buffer + api->begin, api->end - api->begin);
		api->end -= api->begin;
		api->begin = 0;
	}
	if (api->end < api->size)
		return true;
	if (wanted > REPLY_MAX)
		return false;
	larger = realloc(api->buffer, wanted);
	if (!larger)
		return false;
	api->buffer = larger;
	api->size = wanted;
	return true;
}

/* Who waits for long is told so, once a call: of another host's daemon ssh does. False: a signal ended that. */
static bool wait_for_octets(struct api *api)
{
	struct pollfd poll_fd = { .fd = api->fd, .events = POLLIN };
	int ready = api->host || api->silence_told ? 1 : poll(&poll_fd, 1, SILENCE_MS);

	if (ready == 0) {
		fprintf(stderr,
			"l2tpctl: l2tpd has not answered on %s for %d s: it is stopped or busy; still waiting\n",
			api_path(api), SILENCE_MS / 1000);
		api->silence_told = true;
	}
	return !failed(api, ready);
}

/* The next message, to be used before the next call of this; NULL: *outcome says why not. */
static const char *next_message(struct api *api, enum api_outcome *outcome, struct error *error)
{
	size_t searched = api->begin;
	ssize_t got;

	for (;;) {
		const char *end = api->end > searched ? memchr(api->buffer + searched, 0, api->end - searched) : NULL;
		const char *message = api->buffer + api->begin;

		if (end) {
			api->begin = (size_t)(end - api->buffer) + 1;
			return message;
		}
		searched = api->end - api->begin;	/* make_room() moves the message to the front */
		if (!make_room(api)) {
			*outcome = lost(api, ENOMEM, error);
			return NULL;
		}
		if (api->wait && !api->wait(api->wait_context, api->fd)) {
			*outcome = lost(api, ECANCELED, error);
			return NULL;
		}
		if (!wait_for_octets(api)) {
			*outcome = lost(api, errno, error);
			return NULL;
		}
		got = recv(api->fd, api->buffer + api->end, api->size - api->end, 0);
		if (got == 0 || failed(api, got)) {
			*outcome = lost(api, got ? errno : 0, error);
			return NULL;
		}
		api->end += got > 0 ? (size_t)got : 0;
	}
}

bool api_has_reply(const struct api *api)
{
	return api->end > api->begin && memchr(api->buffer + api->begin, 0, api->end - api->begin);
}

static enum error_code code_of(const char *name)
{
	for (int code = ERROR_SYNTAX; code <= ERROR_SYSTEM; code++)
		if (name && strcmp(name, error_code_name((enum error_code)code)) == 0)
			return (enum error_code)code;
	return ERROR_SYSTEM;
}

/* Varlink's own errors say little: most of them come from a daemon of another version. */
static void explain_varlink(const char *name, const json_t *parameters, struct error *error)
{
	const char *method = json_string_value(json_object_get(parameters, "method"));
	const char *parameter = json_string_value(json_object_get(parameters, "parameter"));

	if (method)
		error_set(error, ERROR_UNSUPPORTED, NULL,
			  "the l2tpd that runs does not know %s: it has another version than this l2tpctl, "
			  L2TPD_VERSION, method);
	else if (parameter)
		error_set(error, ERROR_UNSUPPORTED, NULL,
			  "the l2tpd that runs does not take %s: it has another version than this l2tpctl, "
			  L2TPD_VERSION, parameter);
	else
		error_set(error, ERROR_SYSTEM, NULL, "l2tpd answered with %s", name);
}

static bool is_denial(const char *name)
{
	const char *last = strrchr(name, '.');

	return last && strcmp(last, ".PermissionDenied") == 0;
}

static enum api_outcome refused(const json_t *reply, struct error *error)
{
	const json_t *parameters = json_object_get(reply, "parameters");
	const char *message = json_string_value(json_object_get(parameters, "message"));
	const char *object = json_string_value(json_object_get(parameters, "object"));
	const char *name = json_string_value(json_object_get(reply, "error"));

	if (is_denial(name ? name : "")) {
		error_set(error, ERROR_SYSTEM, NULL, "%s", message ? message :
			  "you may look, not change: that needs root or a member of l2tpd's administrators' group");
		return API_DENIED;
	}
	if (message)
		error_set(error, code_of(json_string_value(json_object_get(parameters, "code"))),
			  json_string_value(json_object_get(parameters, "parameter")), "%s", message);
	else
		explain_varlink(name ? name : "an error that has no name", parameters, error);
	error_name_object(error, object ? object : "");
	return error && error->code == ERROR_UNKNOWN ? API_UNKNOWN : API_REFUSED;
}

enum api_outcome api_reply(struct api *api, json_t **parameters, bool *continues, struct error *error)
{
	enum api_outcome outcome = API_OK;
	const char *message = next_message(api, &outcome, error);
	json_t *reply;

	*parameters = NULL;
	*continues = false;
	if (!message)
		return outcome;
	reply = json_loads(message, 0, NULL);
	if (!json_is_object(reply)) {
		json_decref(reply);
		return lost(api, EPROTO, error);
	}
	*continues = json_is_true(json_object_get(reply, "continues"));
	if (json_object_get(reply, "error"))
		outcome = refused(reply, error);
	else
		*parameters = json_incref(json_object_get(reply, "parameters"));
	if (outcome == API_OK && !*parameters)
		*parameters = json_object();
	json_decref(reply);
	return outcome;
}

enum api_outcome api_reply_text(struct api *api, const char **parameters, bool *continues, struct error *error)
{
	static const char *const names[] = { "parameters", "continues", "error" };
	enum api_outcome outcome = API_OK;
	const char *message = next_message(api, &outcome, error), *values[3];
	json_t *reply;

	*parameters = "{}";
	*continues = false;
	if (!message)
		return outcome;
	if (!scanner_skip(message))
		return lost(api, EPROTO, error);
	scanner_members(message, names, values, 3);
	if (values[2]) {
		reply = json_loads(message, 0, NULL);
		outcome = refused(reply, error);
		json_decref(reply);
		return outcome;
	}
	*parameters = values[0] ? values[0] : *parameters;
	*continues = values[1] && strncmp(values[1], "true", 4) == 0;
	return API_OK;
}
