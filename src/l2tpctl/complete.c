/* SPDX-License-Identifier: MIT */
/*
 * Completion from the tables of objects, verbs, parameters and words.
 */
#include "l2tpctl/complete.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "config/command.h"

struct completion {
	const char *const *words;	/* all */
	unsigned int count;
	const char *last;		/* what is to be finished */
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
	for (unsigned int i = 2; i + 1 < completion->count; i++)
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

/* The last word is name=beginning of a value. */
static void tell_values(const struct completion *completion, const struct command *command, size_t name_length)
{
	const struct param_table *table = config_tables[command->object];
	char name[PARAM_TEXT_MAX], word[2 * PARAM_TEXT_MAX], allowed[PARAM_TEXT_MAX];
	const struct param_word *values;
	int row;

	snprintf(name, sizeof(name), "%.*s", (int)name_length, completion->last);
	row = param_find(table, name, false, NULL);
	if (row < 0 || !config_param_allowed(command->object, command->verb, (unsigned int)row))
		return;
	values = param_words(&table->params[row]);
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

void complete(const char *const *words, unsigned int count, complete_fn *tell_fn, void *context)
{
	struct completion completion = { words, count, words[count - 1], tell_fn, context };
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
	tell_options(&completion, &command);
}
