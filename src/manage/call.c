/* SPDX-License-Identifier: MIT */
/*
 * A call from its message to its last reply, for any method: Varlink's envelope, which methods.c
 * and list.c need not know.
 */
#include <stdio.h>
#include <string.h>

#include "manage/interface.h"
#include "manage/json.h"
#include "manage/methods.h"
#include "manage/server.h"

json_t *call_error(const char *name, const char *parameter, const char *value)
{
	json_t *parameters = json_object();

	if (parameter)
		json_object_set_new_nocheck(parameters, parameter, json_from_text(value));
	return json_pack("{s:s, s:o}", "error", name, "parameters", parameters);
}

json_t *call_failed(const struct error *error)
{
	json_t *parameters = json_object();

	json_object_set_new_nocheck(parameters, "code", json_string_nocheck(error_code_name(error->code)));
	if (error->object[0])
		json_object_set_new_nocheck(parameters, "object", json_from_text(error->object));
	if (error->parameter[0])
		json_object_set_new_nocheck(parameters, "parameter", json_from_text(error->parameter));
	json_object_set_new_nocheck(parameters, "message", json_from_text(error->text));
	return json_pack("{s:s, s:o}", "error", INTERFACE_NAME ".Failed", "parameters", parameters);
}

enum call_step call_fail(const struct error *failure, json_t **error)
{
	*error = call_failed(failure);
	return CALL_LAST;
}

/* --- parameters --- */

static json_t *invalid_parameter(const char *name)
{
	return call_error(INTERFACE_SERVICE ".InvalidParameter", "parameter", name);
}

/* NULL: absent, or null. */
static const json_t *parameter(const struct call *call, const char *name)
{
	const json_t *value = json_object_get(call->parameters, name);

	return json_is_null(value) ? NULL : value;
}

bool call_text(const struct call *call, const char *name, const char **value, json_t **error)
{
	const json_t *given = parameter(call, name);

	if (given && !json_is_string(given)) {
		*error = invalid_parameter(name);
		return false;
	}
	if (given)
		*value = json_string_value(given);
	return true;
}

bool call_number(const struct call *call, const char *name, uint64_t max, uint64_t *value, json_t **error)
{
	const json_t *given = parameter(call, name);
	json_int_t number = json_integer_value(given);

	if (given && (!json_is_integer(given) || number < 0 || (uint64_t)number > max)) {
		*error = invalid_parameter(name);
		return false;
	}
	if (given)
		*value = (uint64_t)number;
	return true;
}

bool call_flag(const struct call *call, const char *name, bool *value, json_t **error)
{
	const json_t *given = parameter(call, name);

	if (given && !json_is_boolean(given)) {
		*error = invalid_parameter(name);
		return false;
	}
	if (given)
		*value = json_is_true(given);
	return true;
}

bool call_command(const struct call *call, struct command *command, json_t **error)
{
	struct error failure = { 0 };
	char object[ERROR_OBJECT_MAX];

	*command = (struct command){ .object = call->method->object, .verb = call->method->verb };
	if (json_to_config(config_tables[command->object], parameter(call, "config"), &command->config, &command->set,
			   &failure) == 0 &&
	    command_check_keys(command, &failure) == 0 &&
	    /* who may only read must not have the daemon read files for him */
	    (call->method->role < ROLE_CHANGE ||
	     secret_fill(command, call->host->read_secret, call->host->context, &failure) == 0))
		return true;
	error_name_object(&failure, command_object(command, object));
	*error = call_failed(&failure);
	return false;
}

/* One of "(config: TunnelConfig, after: ?int)". */
struct signature_part {
	char name[32];
	bool optional;
};

/* False: there are no more. */
static bool signature_next(const char **signature, struct signature_part *part)
{
	const char *end = strchr(*signature, ':'), *begin = end;

	if (!end)
		return false;
	while (begin > *signature && !strchr("( ", begin[-1]))
		begin--;
	snprintf(part->name, sizeof(part->name), "%.*s", (int)(end - begin), begin);
	part->optional = strncmp(end, ": ?", 3) == 0;
	*signature = end + 1;
	return true;
}

static bool signature_has(const char *signature, const char *name)
{
	struct signature_part part;

	while (signature_next(&signature, &part))
		if (strcmp(part.name, name) == 0)
			return true;
	return false;
}

/* A parameter that is none of the method's, or one of its that is missing. Returns NULL, or the error. */
static json_t *check_parameters(const struct call *call)
{
	const char *signature = call->method->parameters, *name;
	struct signature_part part;
	json_t *value;

	json_object_foreach(call->parameters, name, value)
		if (!signature_has(signature, name))
			return invalid_parameter(name);
	while (signature_next(&signature, &part))
		if (!part.optional && !parameter(call, part.name))
			return invalid_parameter(part.name);
	return NULL;
}

/* --- the envelope --- */

static const struct method *find_in(const struct method *methods, const char *name)
{
	for (; methods->name; methods++)
		if (strcmp(methods->name, name) == 0)
			return methods;
	return NULL;
}

static const struct method *find_ours(const char *name)
{
	const struct method *found = NULL;

	for (int i = 0; !found && methods_tables[i]; i++)
		found = find_in(methods_tables[i]->methods, name);
	return found;
}

/* "org.l2tpd.TunnelList": the last dot divides interface and method. Returns NULL, or the error. */
static json_t *find_method(struct call *call, const char *full_name)
{
	const char *dot = strrchr(full_name, '.');
	size_t length = dot ? (size_t)(dot - full_name) : 0;
	char interface[64];

	if (!dot || length >= sizeof(interface))
		return call_error(INTERFACE_SERVICE ".InterfaceNotFound", "interface", full_name);
	memcpy(interface, full_name, length);
	interface[length] = '\0';
	if (strcmp(interface, INTERFACE_NAME) == 0)
		call->method = find_ours(dot + 1);
	else if (strcmp(interface, INTERFACE_SERVICE) == 0)
		call->method = find_in(methods_service, dot + 1);
	else
		return call_error(INTERFACE_SERVICE ".InterfaceNotFound", "interface", interface);
	return call->method ? NULL : call_error(INTERFACE_SERVICE ".MethodNotFound", "method", full_name);
}

static json_t *permission_denied(const struct call *call)
{
	char message[256];

	snprintf(message, sizeof(message), "%s takes the right to %s, and uid %u has the right to %s: root has it, and "
		 "the group that l2tpd's option --%s-group names", call->method->name, role_name(call->method->role),
		 (unsigned int)call->caller.uid, role_name(call->caller.role),
		 call->method->role == ROLE_READ ? "read" : "admin");
	return call_error(INTERFACE_NAME ".PermissionDenied", "message", message);
}

/* What every method wants alike. Returns NULL, or the error. */
static json_t *refuse(struct call *call, const char *method)
{
	json_t *error = find_method(call, method);

	if (error)
		return error;
	if (call->caller.role < call->method->role)
		return permission_denied(call);
	if (call->method->more && !call->more)
		return call_error(INTERFACE_SERVICE ".ExpectedMore", NULL, NULL);
	return check_parameters(call);
}

/* A flag of the envelope: absent is false. */
static bool flag_ok(const json_t *message, const char *name, bool *flag)
{
	const json_t *value = json_object_get(message, name);

	*flag = json_is_true(value);
	return !value || json_is_boolean(value);
}

static bool begin_decoded(struct call *call, const json_t *message, struct error *error)
{
	const char *method = json_string_value(json_object_get(message, "method"));
	json_t *parameters = json_object_get(message, "parameters");
	bool upgrade;

	if (!method || !flag_ok(message, "more", &call->more) || !flag_ok(message, "oneway", &call->oneway) ||
	    !flag_ok(message, "upgrade", &upgrade) || (parameters && !json_is_object(parameters))) {
		error_set(error, ERROR_SYNTAX, NULL, "a message that is JSON, but no Varlink call");
		return false;
	}
	call->parameters = parameters ? json_incref(parameters) : json_object();
	call->refusal = upgrade ? invalid_parameter("upgrade") : refuse(call, method);
	return true;
}

bool call_begin(struct call *call, struct manage *manage, const struct caller *caller, const char *message,
		size_t length, struct error *error)
{
	json_error_t where;
	json_t *decoded = json_loadb(message, length, JSON_REJECT_DUPLICATES, &where);
	bool ok;

	*call = (struct call){ .manage = manage, .service = manage->service, .host = &manage->host, .caller = *caller };
	if (!decoded) {
		error_set(error, ERROR_SYNTAX, NULL, "a message that is not JSON: %s", where.text);
		return false;
	}
	ok = begin_decoded(call, decoded, error);
	json_decref(decoded);
	if (!ok)
		call_end(call);
	return ok;
}

/* The step's result, in braces as it is, becomes a message. */
static void finish_reply(enum call_step step, json_t *error, struct emit *reply)
{
	if (error) {
		emit_rewind(reply, 0);
		emit_json(reply, error);
	} else if (step == CALL_REPLY) {
		emit_raw(reply, "},\"continues\":true}");
	} else if (step == CALL_LAST) {
		emit_raw(reply, "}}");
	} else {
		emit_rewind(reply, 0);
	}
}

/* NULL: it is no error. */
static const char *reason_of(const json_t *error)
{
	const char *message = json_string_value(json_object_get(json_object_get(error, "parameters"), "message"));

	return message ? message : json_string_value(json_object_get(error, "error"));
}

enum call_step call_next(struct call *call, struct emit *reply)
{
	enum call_step step = CALL_LAST;
	json_t *error = NULL;

	emit_raw(reply, "{\"parameters\":{");
	call->begun = !call->refusal;
	if (call->begun)
		step = call->method->step(call, reply, &error);
	else
		error = json_incref(call->refusal);
	if (error)
		step = CALL_LAST;
	if (step == CALL_LAST)
		call_trace(call, call->method ? call->method->name : "no method", reason_of(error));
	finish_reply(step, error, reply);
	json_decref(error);
	if (call->oneway)
		emit_rewind(reply, 0);
	if (step == CALL_LAST)
		call_end(call);
	return step;
}

void call_end(struct call *call)
{
	if (call->begun && call->method->end)
		call->method->end(call);
	json_decref(call->parameters);
	json_decref(call->refusal);
	*call = (struct call){ .method = NULL };
}
