/* SPDX-License-Identifier: MIT */
/*
 * Profiles, and the peers that tunnels lead to.
 */
#include "l2tpctl/profile.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "l2tpctl/explain.h"

#define TEXT_SIZE 512

static const char *text_of(const json_t *object, const char *name, const char *otherwise, char out[TEXT_SIZE])
{
	const json_t *value = json_object_get(object, name);

	snprintf(out, TEXT_SIZE, "%s", json_is_string(value) ? json_string_value(value) : otherwise);
	text_make_printable(out);
	return out;
}

static json_int_t number_of(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

/* "Tunnel profile" */
static void print_type(enum config_object object, FILE *out)
{
	const char *type = config_object_name(object);

	fprintf(out, "%c%s", toupper((unsigned char)type[0]), type + 1);
}

/* "profile_name", "pool_name" */
static const char *key_of(const struct command *command)
{
	return config_tables[command->object]->params[config_profile_row(command->object)].name;
}

void profile_show(const struct command *command, const json_t *profile, FILE *out)
{
	const json_t *config = json_object_get(profile, "config"), *effective = json_object_get(profile, "effective");
	char text[TEXT_SIZE];

	print_type(command->object, out);
	fprintf(out, " %s:-\n", text_of(config, key_of(command), "-", text));
	fprintf(out, "  made by %s, ", text_of(profile, "origin", "-", text));
	if (config_has_default(command->object))
		fprintf(out, "used by %" JSON_INTEGER_FORMAT " tunnels and sessions, ", number_of(profile, "uses"));
	fprintf(out, "%zu parameters set\n", json_array_size(json_object_get(profile, "explicit")));
	if (json_array_size(effective))
		explain_rows(effective, "", out);
}

void profile_show_peer(const json_t *peer, FILE *out)
{
	char remote[TEXT_SIZE], local[TEXT_SIZE];

	fprintf(out, "Peer %s, local %s:-\n", text_of(peer, "peer_ipaddr", "-", remote),
		text_of(peer, "local_ipaddr", "any", local));
	fprintf(out, "    number of tunnels: %" JSON_INTEGER_FORMAT "\n", number_of(peer, "tunnels"));
}

/* "branch": the name that the command gave. */
static const char *name_of(const struct command *command)
{
	const struct param_table *table = config_tables[command->object];
	unsigned int row = config_profile_row(command->object);

	return (const char *)&command->config + table->params[row].offset;
}

static void print_applied(const json_t *answer, FILE *out)
{
	const json_t *parameters = json_object_get(answer, "parameters"), *parameter;
	char of[TEXT_SIZE], name[TEXT_SIZE];
	size_t i;

	fprintf(out, ": %" JSON_INTEGER_FORMAT " of %" JSON_INTEGER_FORMAT " %s that have it changed\n",
		number_of(answer, "changed"), number_of(answer, "objects"), text_of(answer, "of", "-", of));
	json_array_foreach(parameters, i, parameter)
		fprintf(out, "%s differs in %" JSON_INTEGER_FORMAT " %s, where it cannot change: "
			"delete them and create them anew\n", text_of(parameter, "parameter", "-", name),
			number_of(parameter, "objects"), of);
}

void profile_notice(const struct command *command, const json_t *answer, FILE *out)
{
	static const char *const done[CONFIG_VERB_COUNT] = {
		[CONFIG_CREATE] = "Created", [CONFIG_MODIFY] = "Modified", [CONFIG_UNSET] = "Modified",
		[CONFIG_DELETE] = "Deleted", [CONFIG_APPLY] = "Applied",
	};

	if (!done[command->verb])
		return;
	fprintf(out, "%s %s %s", done[command->verb], config_object_name(command->object), name_of(command));
	if (command->verb == CONFIG_APPLY)
		print_applied(answer, out);
	else
		fputc('\n', out);
}
