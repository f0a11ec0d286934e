/* SPDX-License-Identifier: MIT */
/*
 * Completion from the tables of objects, verbs, parameters and words.
 */
#include "l2tpctl/complete.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "config/command.h"
#include "l2tpctl/live.h"

struct completion {
	const char *const *words;	/* all */
	unsigned int count;
	const char *last;		/* what is to be finished */
	struct api *api;		/* where names are asked for; NULL: nowhere */
	complete_fn *tell;
	void *context;
};

static bool fits(const struct completion *completion, const char *word)
{
	return strncasecmp(word, completion->last, strlen(completion->last)) == 0;
}

static void tell(const struct completion *completion, const char *word, const char *help)
{
	if (fits(completion, word))
		completion->tell(completion->context, word, help);
}

static void tell_word(void *context, const char *word, const char *help)
{
	if (strcmp(word, "include") != 0)	/* it is for files */
		tell(context, word, help);
}

/* Was the parameter given in a word before the last? */
static bool given(const struct completion *completion, const char *name)
{
	for (unsigned int i = 1; i + 1 < completion->count; i++)
		if (strncasecmp(completion->words[i], name, strlen(name)) == 0 &&
		    completion->words[i][strlen(name)] == '=')
			return true;
	return false;
}

static void tell_params(const struct completion *completion, const struct command *command)
{
	const struct param_table *table = config_tables[command->object];
	char word[PARAM_TEXT_MAX];

	for (unsigned int row = 0; row < table->count; row++) {
		const struct param *param = &table->params[row];

		if (!config_param_allowed(command->object, command->verb, row) || given(completion, param->name))
			continue;
		snprintf(word, sizeof(word), "%s%s", param->name,
			 config_param_bare(command->object, command->verb, row) ? "" : "=");
		tell(completion, word, param->help);
	}
}

static void tell_options(const struct completion *completion, const struct command *command)
{
	for (unsigned int i = 0; i < CONFIG_OPTION_COUNT; i++)
		if (config_options_allowed(command->object, command->verb) & 1u << i)
			tell(completion, config_option_name(1u << i), NULL);
}

/* --- names of what exists --- */

/* Parameters that name an object, and of which kind it is. */
static const struct {
	const char *parameter;
	enum config_object object;
} namings[] = {
	{ "tunnel_name", CONFIG_TUNNEL },
	{ "session_name", CONFIG_SESSION },
	{ "peer_profile_name", CONFIG_PEER_PROFILE },
	{ "tunnel_profile_name", CONFIG_TUNNEL_PROFILE },
	{ "session_profile_name", CONFIG_SESSION_PROFILE },
	{ "ppp_profile_name", CONFIG_PPP_PROFILE },
	{ "pool_name", CONFIG_POOL },
	{ "ip_pool_name", CONFIG_POOL },
	{ "ipv6_pool_name", CONFIG_POOL },
	{ "delegated_pool_name", CONFIG_POOL },
	{ "radius_name", CONFIG_RADIUS },
	{ "radius_servers", CONFIG_RADIUS },
};

static bool find_named(const struct command *command, const char *parameter, enum config_object *object)
{
	if (strcmp(parameter, "profile_name") == 0) {
		*object = command->object == CONFIG_TUNNEL ? CONFIG_TUNNEL_PROFILE :
			  command->object == CONFIG_SESSION ? CONFIG_SESSION_PROFILE : command->object;
		return config_is_profile(*object);
	}
	for (size_t i = 0; i < sizeof(namings) / sizeof(namings[0]); i++) {
		*object = namings[i].object;
		if (strcmp(namings[i].parameter, parameter) == 0)
			return true;
	}
	return false;
}

/* The value that a parameter was given before the last word; "" when it was not. */
static const char *value_of(const struct completion *completion, const char *name)
{
	size_t length = strlen(name);

	for (unsigned int i = 1; i + 1 < completion->count; i++)
		if (strncasecmp(completion->words[i], name, length) == 0 && completion->words[i][length] == '=')
			return completion->words[i] + length + 1;
	return "";
}

/* Names become values: name=NAME, in quotes where it needs them. */
struct naming {
	const struct completion *completion;
	const char *parameter;
};

static void tell_name(void *context, const char *name)
{
	const struct naming *naming = context;
	char quoted[PARAM_TEXT_MAX], word[2 * PARAM_TEXT_MAX];

	if (command_quote(name, quoted, sizeof(quoted)) < 0)
		return;
	snprintf(word, sizeof(word), "%s=%s", naming->parameter, quoted);
	naming->completion->tell(naming->completion->context, word, NULL);
}

/* False: it is no name of something that exists. */
static bool tell_names(const struct completion *completion, const struct command *command, const char *parameter,
		       const char *beginning)
{
	struct naming naming = { completion, parameter };
	enum config_object object;

	if (!completion->api || !find_named(command, parameter, &object))
		return false;
	if (command->verb == CONFIG_CREATE && object == command->object)
		return false;	/* it is to be a new one */
	live_names(completion->api, object, object == CONFIG_SESSION ? value_of(completion, "tunnel_name") : "",
		   beginning + (*beginning == '"'), tell_name, &naming);
	return true;
}

/* --- lists --- */

static void tell_columns(const struct completion *completion, const struct command *command, const char *format)
{
	char word[PARAM_TEXT_MAX];

	for (const struct column *column = config_columns; column->name; column++) {
		snprintf(word, sizeof(word), format, column->name);
		if (column->object == command->object)
			tell(completion, word, NULL);
	}
}

/* What a list takes besides the parameters that it filters by. */
static void tell_list_words(const struct completion *completion, const struct command *command)
{
	if (command->verb != CONFIG_LIST || (command->object != CONFIG_TUNNEL && command->object != CONFIG_SESSION))
		return;
	if (!given(completion, "sort"))
		tell(completion, "sort=", "by a column, or with - before it downwards");
	if (!given(completion, "limit"))
		tell(completion, "limit=", "so many and no more");
	for (const struct column *column = config_columns; column->name; column++)
		if (column->object == command->object && param_find(config_tables[command->object], column->name,
								    true, NULL) < 0)
			tell(completion, column->name, "condition: = != < > ~ and a value");
}

/* The last word is name=beginning of a value. */
static void tell_values(const struct completion *completion, const struct command *command, size_t name_length)
{
	const struct param_table *table = config_tables[command->object];
	char name[PARAM_TEXT_MAX], word[2 * PARAM_TEXT_MAX], allowed[PARAM_TEXT_MAX];
	const struct param_word *values;
	int row;

	snprintf(name, sizeof(name), "%.*s", (int)name_length, completion->last);
	if (command->verb == CONFIG_LIST && strcmp(name, "sort") == 0) {
		tell_columns(completion, command, completion->last[name_length + 1] == '-' ? "sort=-%s" : "sort=%s");
		return;
	}
	row = param_find(table, name, false, NULL);
	if (row < 0 || !config_param_allowed(command->object, command->verb, (unsigned int)row))
		return;
	values = param_words(&table->params[row]);
	if (tell_names(completion, command, table->params[row].name, completion->last + name_length + 1))
		return;
	if (table->params[row].type == PARAM_BOOL) {
		for (int i = 0; i < 2; i++) {
			snprintf(word, sizeof(word), "%s=%s", name, i ? "no" : "yes");
			tell(completion, word, NULL);
		}
		return;
	}
	param_allowed(&table->params[row], allowed);
	if (!values && !completion->last[name_length + 1])
		completion->tell(completion->context, completion->last, allowed);
	for (; values && values->name; values++) {
		snprintf(word, sizeof(word), "%s=%s", name, values->name);
		tell(completion, word, allowed);
	}
}

void complete(const char *const *words, unsigned int count, struct api *api, complete_fn *tell_fn, void *context)
{
	struct completion completion = { words, count, words[count - 1], api, tell_fn, context };
	struct command command;
	const char *equals;

	if (command_next_words(words, count - 1, tell_word, &completion))
		return;
	if (!command_head(words, count - 1, &command))
		return;
	equals = strchr(completion.last, '=');
	if (equals) {
		tell_values(&completion, &command, (size_t)(equals - completion.last));
		return;
	}
	tell_params(&completion, &command);
	tell_list_words(&completion, &command);
	tell_options(&completion, &command);
}
