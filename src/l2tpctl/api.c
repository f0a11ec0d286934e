/* SPDX-License-Identifier: MIT */
/*
 * Varlink over a blocking socket: JSON texts, each ended by a NUL.
 */
#include "l2tpctl/api.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "os/unix_socket.h"

#define BUFFER_FIRST 65536
#define REPLY_MAX (64u << 20)	/* octets of a reply: whatever is longer does not come from l2tpd */

void api_init(struct api *api, const char *path)
{
	*api = (struct api){ .path = path, .fd = -1 };
}

void api_close(struct api *api)
{
	if (api->fd >= 0)
		close(api->fd);
	free(api->buffer);
	*api = (struct api){ .path = api->path, .fd = -1, .give_up = api->give_up };
}

static enum api_outcome explain_unreachable(const struct api *api, int errno_value, struct error *error)
{
	if (errno_value == ENOENT || errno_value == ECONNREFUSED)
		error_set(error, ERROR_SYSTEM, NULL,
			  "l2tpd is not running (nothing answers on %s): start it with `systemctl start l2tpd` or "
			  "`l2tpd`, or name its socket with -s", api->path);
	else if (errno_value == EACCES || errno_value == EPERM)
		error_set(error, ERROR_SYSTEM, NULL, "you may not use %s: run this as root or as a member of its group",
			  api->path);
	return API_UNREACHABLE;
}

/* A daemon that was restarted since the last call closed the old connection. */
static bool still_connected(const struct api *api)
{
	struct pollfd poll_fd = { .fd = api->fd, .events = POLLIN };

	return api->fd >= 0 && poll(&poll_fd, 1, 0) == 0;
}

static enum api_outcome api_connect(struct api *api, struct error *error)
{
	int errno_value;

	if (still_connected(api))
		return API_OK;
	api_close(api);
	api->fd = os_unix_connect(api->path, &errno_value, error);
	return api->fd < 0 ? explain_unreachable(api, errno_value, error) : API_OK;
}

static enum api_outcome lost(struct api *api, int errno_value, struct error *error)
{
	if (errno_value)
		error_system(error, errno_value, NULL, "l2tpd does not answer on %s", api->path);
	else
		error_set(error, ERROR_SYSTEM, NULL, "l2tpd closed the connection before it had answered: see its log");
	api_close(api);
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
	json_t *call = json_pack("{s:o, s:o}", "method", json_sprintf("org.l2tpd.%s", method), "parameters",
				 parameters);
	enum api_outcome outcome = api_connect(api, error);
	char *text;

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
		got = recv(api->fd, api->buffer + api->end, api->size - api->end, 0);
		if (got == 0 || failed(api, got)) {
			*outcome = lost(api, got ? errno : 0, error);
			return NULL;
		}
		api->end += got > 0 ? (size_t)got : 0;
	}
}

static enum error_code code_of(const char *name)
{
	for (int code = ERROR_SYNTAX; code <= ERROR_SYSTEM; code++)
		if (name && strcmp(name, error_code_name((enum error_code)code)) == 0)
			return (enum error_code)code;
	return ERROR_SYSTEM;
}

static enum api_outcome refused(const json_t *reply, struct error *error)
{
	const json_t *parameters = json_object_get(reply, "parameters");
	const char *message = json_string_value(json_object_get(parameters, "message"));
	const char *name = json_string_value(json_object_get(reply, "error"));

	error_set(error, code_of(json_string_value(json_object_get(parameters, "code"))),
		  json_string_value(json_object_get(parameters, "parameter")), "%s",
		  message ? message : name ? name : "l2tpd answered with an error that has no name");
	return API_REFUSED;
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
