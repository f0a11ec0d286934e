/* SPDX-License-Identifier: MIT */
/*
 * The methods of the API and how one call of them proceeds.  No sockets here: text comes in,
 * replies go out, one at a time and only when they are asked for, so that a list of any length
 * needs no more memory than one reply.
 *
 * To add methods: write a table of them in a file of their own, and name it in methods_tables
 * (methods.c).  The interface description, the check of parameters' names, of the caller's role and of
 * `more` come from the table.
 */
#ifndef L2TPD_MANAGE_METHODS_H
#define L2TPD_MANAGE_METHODS_H

#include <jansson.h>
#include <stdio.h>

#include "manage/emit.h"
#include "manage/manage.h"
#include "manage/role.h"
#include "service/service.h"

#define CALL_MESSAGE_MAX (256u << 10)	/* octets of a message to us: no object comes near */
#define CALL_REPLY_OCTETS (16u << 10)	/* about so many in one reply of a list ... */
#define CALL_BATCH_MAX 64		/* ... and not more objects than this */
#define CALL_SCAN_MAX 1024		/* objects looked at for one reply: filters must not stall other work */

struct method;

struct call {
	struct manage *manage;
	struct service *service;
	const struct manage_host *host;
	const struct method *method;	/* NULL: none is under way */
	struct caller caller;
	json_t *parameters;		/* an object */
	json_t *refusal;		/* the only reply, when call_begin() found it already */
	bool more, oneway;
	bool begun;			/* the method had its first step */
	bool traced;
	unsigned int waits_for;		/* set by a step that returns CALL_WAIT: MANAGE_EVENTS | ... */
	uint64_t position;		/* the method's own, as is: zero at first ... */
	void *own;			/* ... and NULL: method->end() frees it */
};

enum call_step {
	CALL_REPLY,		/* the reply is the next one, more will come */
	CALL_LAST,		/* the reply is the last one */
	CALL_AGAIN,		/* nothing yet: ask again when other work had its turn */
	CALL_WAIT,		/* nothing yet: ask again when manage_notify() tells what the call waits for */
};

/* Take a message of length octets as a new call.  False when it is no call: whoever sent it speaks
 * another language and is to be cut off; *error says what is wrong. *call is zero or ended. */
bool call_begin(struct call *call, struct manage *manage, const struct caller *caller, const char *message,
		size_t length, struct error *error);
/* Proceed. After CALL_LAST the call is over. *reply, empty before, becomes a whole message without its
 * NUL; it stays empty when there is nothing to send (CALL_AGAIN, CALL_WAIT, a caller who wants no reply). */
enum call_step call_next(struct call *call, struct emit *reply);
/* Give up a call; legal at any time. */
void call_end(struct call *call);

struct method {
	const char *name;
	enum role role;				/* the least that may call it */
	const char *parameters, *result;	/* in the interface language, with their brackets */
	const char *help;
	enum config_object object;
	enum config_verb verb;
	/* Writes the members of the result (emit_member() and so on, without the brackets around them), or
	 * makes *error, which ends the call.  What was written is dropped with CALL_AGAIN, CALL_WAIT and errors. */
	enum call_step (*step)(struct call *call, struct emit *result, json_t **error);
	bool more;				/* it takes many replies: callable only so */
	/* After the last step, or when the caller is gone, if there was a first: frees call->own, which may be
	 * NULL. NULL: there is nothing to do. */
	void (*end)(struct call *call);
};

struct method_table {
	const char *types;			/* its methods' own types, in the interface language; NULL: none */
	const struct method *methods;		/* name NULL ends the list */
	void (*write_types)(FILE *out);		/* instead of types: they come from a table. NULL: they do not */
};

extern const struct method_table *const methods_tables[];	/* of INTERFACE_NAME; NULL ends the list */
extern const struct method methods_service[];			/* of INTERFACE_SERVICE */

extern const struct method_table methods_capture;		/* capture.c */
extern const struct method_table methods_config;		/* methods_config.c */
extern const struct method_table methods_debug;			/* debug.c */
extern const struct method_table methods_kernel;		/* kernel.c */
extern const struct method_table methods_line;			/* line.c */
extern const struct method_table methods_list;			/* list.c */
extern const struct method_table methods_names;			/* names.c */
extern const struct method_table methods_status;		/* status.c */
extern const struct method_table methods_profile;		/* methods_profile.c */
extern const struct method_table methods_peer;		/* methods_peer.c */

/* Lines of the API's trace category (debug.c). refused: why not; NULL: it was done.
 * A command: mask is that of service_trace_mask(), from before it was carried out. */
void call_trace_command(struct call *call, uint32_t mask, const struct command *command, const char *refused);
/* Any other call; nothing when there was such a line. */
void call_trace(const struct call *call, const char *method, const char *refused);

/* --- the parameters of a call: names are checked before the first step, types when they are read --- */

/* Each leaves *value alone when the parameter is absent or null. False: *error says what is wrong. */
bool call_text(const struct call *call, const char *name, const char **value, json_t **error);
bool call_number(const struct call *call, const char *name, uint64_t max, uint64_t *value, json_t **error);
bool call_flag(const struct call *call, const char *name, bool *value, json_t **error);
/* The command that "config" and the method mean. */
bool call_command(const struct call *call, struct command *command, json_t **error);

/* Has the service carry out a command, and all see to it whom that concerns. done may be NULL. -1: *error is made. */
int call_carry_out(struct call *call, const struct command *command, struct service_result *done, json_t **error);

/* --- replies --- */

/* A Varlink error with one text parameter (NULL: none). */
json_t *call_error(const char *name, const char *parameter, const char *value);
/* org.l2tpd.Failed */
json_t *call_failed(const struct error *error);
/* Makes *error of it and ends the call: `return call_fail(&failure, error);` */
enum call_step call_fail(const struct error *failure, json_t **error);

/* An object as show and list tell it (show.c), written as a value. *fields NULL: all of it. */
struct field_view;
struct fields;
void show_object(struct call *call, const struct field_view *view, const struct fields *fields, struct emit *emit);
/* The members of SystemShow. */
void show_system(struct call *call, struct emit *emit);

#endif
