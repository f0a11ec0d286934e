/* SPDX-License-Identifier: MIT */
/*
 * JSON to text.  Labels are the names that parameters, state and counters have everywhere else, so
 * nothing here must be told of new ones; only the columns of lists are a choice.
 */
#include "l2tpctl/output.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "l2tpctl/duration.h"
#include "l2tpctl/profile.h"

#define LABEL_WIDTH 26
#define TEXT_SIZE 512

/* A value as text: "yes" for true, "-" for what is not there. Returns out. */
static const char *value_text(const json_t *value, char out[TEXT_SIZE])
{
	if (json_is_boolean(value))
		snprintf(out, TEXT_SIZE, "%s", json_is_true(value) ? "yes" : "no");
	else if (json_is_integer(value))
		snprintf(out, TEXT_SIZE, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else
		snprintf(out, TEXT_SIZE, "%s", json_is_string(value) ? json_string_value(value) : "-");
	text_make_printable(out);
	return out;
}

/* The value at "config.encap" of an object. */
static const json_t *value_at(const json_t *object, const char *path)
{
	const char *dot = strchr(path, '.');
	char part[32];

	if (!dot)
		return json_object_get(object, path);
	snprintf(part, sizeof(part), "%.*s", (int)(dot - path), path);
	return json_object_get(json_object_get(object, part), dot + 1);
}

/* --- show --- */

static bool is_duration(const char *name)
{
	size_t length = strlen(name);

	return strcmp(name, "age") == 0 || strcmp(name, "next_attempt") == 0 || strcmp(name, "uptime") == 0 ||
	       (length > 4 && strcmp(name + length - 4, "_age") == 0);
}

static void print_line(const char *name, const char *text, const char *remark, FILE *out)
{
	fprintf(out, "    %-*s %s%s\n", LABEL_WIDTH, name, text, remark);
}

/* state or statistics */
static void print_members(const char *title, const json_t *members, FILE *out)
{
	char text[TEXT_SIZE], duration[DURATION_TEXT_MAX];
	const char *name;
	json_t *value;

	fprintf(out, "  %s:-\n", title);
	json_object_foreach((json_t *)members, name, value)
		print_line(name, is_duration(name) ? duration_text(json_integer_value(value), duration)
						   : value_text(value, text), "", out);
}

/* What the control protocol did: of all types together, then of those that there were, how many of each. */
static void print_control(const json_t *answer, FILE *out)
{
	const json_t *sent = json_object_get(answer, "messages_sent"), *bad = json_object_get(answer, "messages_bad");
	const json_t *received = json_object_get(answer, "messages_received");
	json_int_t counts[3];
	const char *name;
	char text[128];
	json_t *value;

	if (!json_object_get(answer, "control"))
		return;		/* an older daemon */
	print_members("control messages", json_object_get(answer, "control"), out);
	fputs("  by type:-\n", out);
	json_object_foreach((json_t *)sent, name, value) {
		counts[0] = json_integer_value(value);
		counts[1] = json_integer_value(json_object_get(received, name));
		counts[2] = json_integer_value(json_object_get(bad, name));
		if (!counts[0] && !counts[1] && !counts[2])
			continue;
		snprintf(text, sizeof(text), "%" JSON_INTEGER_FORMAT " sent, %" JSON_INTEGER_FORMAT " received, %"
			 JSON_INTEGER_FORMAT " bad", counts[0], counts[1], counts[2]);
		print_line(name, text, "", out);
	}
}

static bool contains(const json_t *names, const char *name)
{
	const json_t *each;
	size_t i;

	json_array_foreach(names, i, each)
		if (strcmp(json_string_value(each) ? json_string_value(each) : "", name) == 0)
			return true;
	return false;
}

static void print_secrets(const struct param_table *table, const json_t *object, FILE *out)
{
	for (unsigned int row = 0; row < table->count; row++)
		if (table->params[row].flags & PARAM_SECRET &&
		    contains(json_object_get(object, "explicit"), table->params[row].name))
			print_line(table->params[row].name, "(set)", "", out);
}

/* The built-in value, written as values of answers are. */
static const char *builtin_text(const struct param_table *table, unsigned int row, char out[PARAM_TEXT_MAX])
{
	union any_config config;

	memset(&config, 0, sizeof(config));
	out[0] = '\0';
	if (param_parse(table, row, table->params[row].default_text, &config, NULL) == 0)
		param_format(table, row, &config, out);
	return out;
}

/* Numbers of answers are plain, also those that people write otherwise: fwmark. */
static bool is_builtin(const struct param_table *table, unsigned int row, const json_t *value, const char *text)
{
	char builtin[PARAM_TEXT_MAX];

	builtin_text(table, row, builtin);
	if (json_is_integer(value))
		return json_integer_value(value) == (json_int_t)strtoull(builtin, NULL, 0);
	return strcmp(builtin, text) == 0;
}

/* Where a value that was not given comes from, as far as the value itself tells: explain has all of it. */
static const char *origin_remark(const struct param_table *table, int row, const json_t *value, const char *text)
{
	if (row < 0 || !table->params[row].default_text)
		return "";
	return is_builtin(table, (unsigned int)row, value, text) ? " (default)" : " (profile)";
}

/* Which rows mean nothing to a tunnel or session: those of the other version, and those of PPP where there is none.
 * The peer's id of a session is given in version 3 only. */
static unsigned int foreign_flags(const json_t *config)
{
	const json_t *version = json_object_get(config, "version"), *pw_type = json_object_get(config, "pw_type");

	if (!version && !pw_type)
		return 0;
	if (version)
		return json_integer_value(version) == 2 ? PARAM_V3 : PARAM_V2;
	if (strcmp(json_string_value(pw_type), "ppp") != 0)
		return PARAM_V2 | PARAM_PPP;
	return json_object_get(config, "peer_session_id") ? PARAM_V2 : PARAM_V3;
}

static void print_config(const struct param_table *table, const json_t *object, FILE *out)
{
	unsigned int foreign = foreign_flags(json_object_get(object, "config"));
	const json_t *given = json_object_get(object, "explicit");
	char text[TEXT_SIZE], remark[32];
	const char *name;
	json_t *value;

	fputs("  configuration:-\n", out);
	json_object_foreach(json_object_get(object, "config"), name, value) {
		int row = param_find(table, name, true, NULL);	/* -1: a newer daemon's */
		const char *unit = row >= 0 ? table->params[row].unit : NULL;

		if (row >= 0 && table->params[row].flags & foreign)
			continue;
		value_text(value, text);
		snprintf(remark, sizeof(remark), "%s%s%s", unit ? " " : "", unit ? unit : "",
			 given && !contains(given, name) ? origin_remark(table, row, value, text) : "");
		print_line(name, text, remark, out);
	}
	print_secrets(table, object, out);
}

static void print_heading(const struct command *command, const json_t *object, FILE *out)
{
	char a[TEXT_SIZE], b[TEXT_SIZE], c[TEXT_SIZE];

	if (command->object == CONFIG_TUNNEL) {
		const json_t *peer = value_at(object, "state.peer");

		fprintf(out, "Tunnel %s, from %s to %s:-\n", value_text(value_at(object, "config.tunnel_id"), a),
			value_text(value_at(object, "state.local"), b),
			value_text(peer ? peer : value_at(object, "config.dest_ipaddr"), c));
	} else if (command->object == CONFIG_USER) {
		fprintf(out, "User %s, session %s on tunnel %s:-\n", value_text(value_at(object, "state.user_name"), a),
			value_text(value_at(object, "config.session_id"), b),
			value_text(value_at(object, "config.tunnel_id"), c));
	} else if (command->object == CONFIG_SESSION) {
		fprintf(out, "Session %s on tunnel %s:-\n", value_text(value_at(object, "config.session_id"), a),
			value_text(value_at(object, "config.tunnel_id"), b));
	} else {
		fprintf(out, "l2tpd %s%s\n", value_text(json_object_get(object, "version"), a),
			command->options == CONFIG_OPTION_VERSION ? "" : ":-");
	}
}

const json_t *output_shown(const json_t *answer)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)answer, name, value)
		if (json_is_object(value))
			return value;
	return answer;
}

void output_show(const struct command *command, const json_t *answer, FILE *out)
{
	const unsigned int parts = CONFIG_OPTION_CONFIG | CONFIG_OPTION_STATUS | CONFIG_OPTION_STATISTICS |
				   CONFIG_OPTION_TRANSPORT;
	const json_t *transport = json_object_get(answer, "transport");
	bool all = !(command->options & (parts | CONFIG_OPTION_VERSION));

	if (config_is_profile(command->object)) {
		profile_show(command, answer, out);
		return;
	}
	if (command->object == CONFIG_PEER) {
		profile_show_peer(answer, out);
		return;
	}
	print_heading(command, answer, out);
	if (all || command->options & CONFIG_OPTION_STATUS)
		print_members("state", json_object_get(answer, "state"), out);
	if (all || command->options & CONFIG_OPTION_CONFIG)
		print_config(config_tables[command->object == CONFIG_USER ? CONFIG_SESSION : command->object], answer,
			     out);
	if (all || command->options & CONFIG_OPTION_STATISTICS)
		print_members("statistics", json_object_get(answer, "statistics"), out);
	if (command->object == CONFIG_SYSTEM && (all || command->options & CONFIG_OPTION_STATISTICS)) {
		print_control(answer, out);
		print_members("as OpenL2TP counts", json_object_get(answer, "openl2tp"), out);
	}
	if (transport && (all || command->options & CONFIG_OPTION_TRANSPORT))
		print_members("transport", transport, out);
}

/* --- list --- */

/* The next column of such a list, from this one on; its name is NULL behind the last. */
static const struct column *next_column(const struct command *command, const struct column *column)
{
	while (column->name && (column->object != command->object || !column->shown))
		column++;
	return column;
}

void output_list_begin(const struct command *command, struct table *table)
{
	const struct column *column = next_column(command, config_columns);
	const char *headings[TABLE_COLUMNS_MAX];
	unsigned int count = 0;

	for (; column->name && count < TABLE_COLUMNS_MAX; column = next_column(command, column + 1))
		headings[count++] = column->heading;
	table_begin(table, count, headings);
}

/* The name, or the id of what has none. */
static void print_name(const struct command *command, const json_t *object, FILE *out)
{
	static const char *const paths[CONFIG_OBJECT_COUNT][2] = {
		[CONFIG_TUNNEL] = { "config.tunnel_name", "config.tunnel_id" },
		[CONFIG_SESSION] = { "config.session_name", "config.session_id" },
		[CONFIG_PEER_PROFILE] = { "config.profile_name" }, [CONFIG_TUNNEL_PROFILE] = { "config.profile_name" },
		[CONFIG_SESSION_PROFILE] = { "config.profile_name" }, [CONFIG_PPP_PROFILE] = { "config.profile_name" },
		[CONFIG_POOL] = { "config.pool_name" }, [CONFIG_RADIUS] = { "config.radius_name" },
		[CONFIG_PEER] = { "peer_ipaddr" }, [CONFIG_USER] = { "state.user_name" },
	};
	const char *name = paths[command->object][0], *id = paths[command->object][1];
	const json_t *value = name ? value_at(object, name) : NULL;
	char text[TEXT_SIZE];

	fprintf(out, "%s\n", value_text(value || !id ? value : value_at(object, id), text));
}

void output_list_object(const struct command *command, const json_t *object, struct table *table, FILE *out)
{
	const struct column *column = next_column(command, config_columns);
	char text[TEXT_SIZE];

	if (command->options & CONFIG_OPTION_NAMES || config_has_default(command->object)) {
		print_name(command, object, out);
		return;
	}
	for (; column->name; column = next_column(command, column + 1))
		table_add(table, value_text(value_at(object, column->path), text));
}

/* --- notices --- */

void output_notice(const struct command *command, const json_t *answer, FILE *out)
{
	static const char *const done[CONFIG_VERB_COUNT] = {
		[CONFIG_CREATE] = "Created", [CONFIG_MODIFY] = "Modified", [CONFIG_DELETE] = "Deleted",
		[CONFIG_RELOAD] = "Reloaded",
	};
	char tunnel[TEXT_SIZE], session[TEXT_SIZE];

	if (config_is_profile(command->object)) {
		profile_notice(command, answer, out);
		return;
	}
	if (!done[command->verb] || command->object == CONFIG_DEBUG)
		return;
	value_text(json_object_get(answer, "tunnel_id"), tunnel);
	value_text(json_object_get(answer, "session_id"), session);
	if (command->verb == CONFIG_RELOAD)
		fprintf(out, "%s configuration\n", done[command->verb]);
	else if (command->object == CONFIG_SYSTEM)
		fprintf(out, "%s system config\n", done[command->verb]);
	else if (command->object == CONFIG_TUNNEL)
		fprintf(out, "%s tunnel %s\n", done[command->verb], tunnel);
	else
		fprintf(out, "%s session %s/%s\n", done[command->verb], tunnel, session);
}
