/* SPDX-License-Identifier: MIT */
/*
 * The methods of the API and how one call of them proceeds.  No sockets here: text comes in,
 * replies go out, one at a time and only when they are asked for, so that a list of any length
 * needs no more memory than one reply.
 */
#ifndef L2TPD_MANAGE_METHODS_H
#define L2TPD_MANAGE_METHODS_H

#include <jansson.h>

#include "manage/manage.h"
#include "service/service.h"

#define CALL_MESSAGE_MAX (1u << 20)	/* octets of a message to us: no object comes near */
#define CALL_BATCH_MAX 64		/* objects in one reply of a list */
#define CALL_SCAN_MAX 1024		/* objects looked at for one reply: filters must not stall other work */

struct method;

struct call {
	struct service *service;
	const struct manage_host *host;
	const struct method *method;	/* NULL: none is under way */
	json_t *parameters;		/* an object */
	json_t *refusal;		/* the only reply, when call_begin() found it already */
	bool more, oneway;
	bool begun;			/* lists: the parameters were read */
	struct command filter;		/* lists: set rows must be equal */
	uint64_t after_tunnel_id, after_session_id;
	handle tunnel;			/* whose sessions are being listed */
};

enum call_step {
	CALL_REPLY,		/* *reply is the next one, more will come */
	CALL_LAST,		/* *reply is the last one; NULL when the caller wants none */
	CALL_AGAIN,		/* nothing yet: ask again when other work had its turn */
};

/* Take a message of length octets as a new call.  False when it is no call: whoever sent it speaks
 * another language and is to be cut off; *error says what is wrong. *call is zero or ended. */
bool call_begin(struct call *call, struct service *service, const struct manage_host *host, const char *message,
		size_t length, struct error *error);
/* Proceed. After CALL_LAST the call is over. *reply is a whole message, the caller's. */
enum call_step call_next(struct call *call, json_t **reply);
/* Give up a call; legal at any time. */
void call_end(struct call *call);

struct method {
	const char *name;
	const char *parameters, *result;	/* in the interface language, with their brackets */
	const char *help;
	enum config_object object;
	enum config_verb verb;
	/* Makes *result, *error, or neither with CALL_AGAIN. */
	enum call_step (*step)(struct call *call, json_t **result, json_t **error);
};

extern const struct method methods_l2tpd[];		/* name NULL ends the list */
extern const struct method methods_service[];		/* of INTERFACE_SERVICE */

/* The next step of TunnelList and SessionList (list.c). */
enum call_step list_step(struct call *call, json_t **result, json_t **error);
/* An object as show and list tell it (show.c). NULL when the handle is stale. */
json_t *show_tunnel(struct call *call, handle tunnel);
json_t *show_session(struct call *call, handle session);
json_t *show_system(struct call *call);

/* A Varlink error with one text parameter (NULL: none). */
json_t *call_error(const char *name, const char *parameter, const char *value);
/* org.l2tpd.Failed */
json_t *call_failed(const struct error *error);

#endif
