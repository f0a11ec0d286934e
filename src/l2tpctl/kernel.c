/* SPDX-License-Identifier: MIT */
/*
 * The text comes in parts, and is printed as it comes: octet by octet what the file says.  As JSON it is one string.
 */
#include "l2tpctl/kernel.h"

#include <stdio.h>
#include <stdlib.h>

#include "l2tpctl/request.h"

/* All replies, into this file. */
static enum api_outcome receive(struct run *run, FILE *out, struct error *error)
{
	enum api_outcome outcome = API_OK;
	bool continues = true;
	json_t *reply;

	while (continues && outcome == API_OK) {
		outcome = api_reply(&run->api, &reply, &continues, error);
		if (outcome != API_OK)
			break;
		if (json_is_string(json_object_get(reply, "text")))
			fputs(json_string_value(json_object_get(reply, "text")), out);
		json_decref(reply);
	}
	return outcome;
}

static enum api_outcome receive_json(struct run *run, struct error *error)
{
	enum api_outcome outcome;
	size_t length = 0;
	char *text = NULL;
	FILE *memory = open_memstream(&text, &length);
	json_t *object;

	if (!memory)
		abort();
	outcome = receive(run, memory, error);
	fclose(memory);
	if (outcome == API_OK) {
		object = json_pack("{s:s}", "text", text);
		json_dumpf(object, stdout, JSON_INDENT(2));
		putchar('\n');
		json_decref(object);
	}
	free(text);
	return outcome;
}

enum status kernel_run(struct run *run, const struct command *command, struct error *error)
{
	char method[REQUEST_METHOD_MAX];
	enum api_outcome outcome = api_call(&run->api, request_method(command, method), request_parameters(command),
					    true, error);

	if (outcome == API_OK)
		outcome = run->json ? receive_json(run, error) : receive(run, stdout, error);
	return run_status(outcome);
}
