/* SPDX-License-Identifier: MIT */
/*
 * A call from its message to its last reply, for any method: Varlink's envelope, which methods.c
 * and list.c need not know.
 */
#include <string.h>

#include "manage/interface.h"
#include "manage/json.h"
#include "manage/methods.h"

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
	if (error->parameter[0])
		json_object_set_new_nocheck(parameters, "parameter", json_from_text(error->parameter));
	json_object_set_new_nocheck(parameters, "message", json_from_text(error->text));
	return json_pack("{s:s, s:o}", "error", INTERFACE_NAME ".Failed", "parameters", parameters);
}

static const struct method *find_in(const struct method *methods, const char *name)
{
	for (; methods->name; methods++)
		if (strcmp(methods->name, name) == 0)
			return methods;
	return NULL;
}

/* "org.l2tpd.TunnelList": the last dot divides interface and method. */
static void find_method(struct call *call, const char *full_name)
{
	const char *dot = strrchr(full_name, '.');
	size_t length = dot ? (size_t)(dot - full_name) : 0;
	char interface[64];

	if (!dot || length >= sizeof(interface)) {
		call->refusal = call_error(INTERFACE_SERVICE ".InterfaceNotFound", "interface", full_name);
		return;
	}
	memcpy(interface, full_name, length);
	interface[length] = '\0';
	if (strcmp(interface, INTERFACE_NAME) == 0)
		call->method = find_in(methods_l2tpd, dot + 1);
	else if (strcmp(interface, INTERFACE_SERVICE) == 0)
		call->method = find_in(methods_service, dot + 1);
	else
		call->refusal = call_error(INTERFACE_SERVICE ".InterfaceNotFound", "interface", interface);
	if (!call->method && !call->refusal)
		call->refusal = call_error(INTERFACE_SERVICE ".MethodNotFound", "method", full_name);
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
	if (upgrade)
		call->refusal = call_error(INTERFACE_SERVICE ".InvalidParameter", "parameter", "upgrade");
	else
		find_method(call, method);
	return true;
}

bool call_begin(struct call *call, struct service *service, const struct manage_host *host, const char *message,
		size_t length, struct error *error)
{
	json_error_t where;
	json_t *decoded = json_loadb(message, length, JSON_REJECT_DUPLICATES, &where);
	bool ok;

	*call = (struct call){ .service = service, .host = host };
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

enum call_step call_next(struct call *call, json_t **reply)
{
	json_t *result = NULL, *error = NULL;
	enum call_step step = CALL_LAST;

	*reply = NULL;
	if (call->refusal)
		error = json_incref(call->refusal);
	else
		step = call->method->step(call, &result, &error);
	if (error)
		*reply = error;
	else if (result)
		*reply = json_pack("{s:o}", "parameters", result);
	if (*reply && step == CALL_REPLY)
		json_object_set_new_nocheck(*reply, "continues", json_true());
	if (call->oneway) {
		json_decref(*reply);
		*reply = NULL;
	}
	if (step == CALL_LAST)
		call_end(call);
	return step;
}

void call_end(struct call *call)
{
	json_decref(call->parameters);
	json_decref(call->refusal);
	*call = (struct call){ .method = NULL };
}
