/* SPDX-License-Identifier: MIT */
/*
 * gen-doc - print what the manual pages say about the command language, from its tables:
 *
 *	gen-doc conf		the parameters of every object, for l2tpd.conf(5)
 *	gen-doc commands	the commands and what they take, for l2tpctl(1)
 *	gen-doc exit		exit statuses of l2tpctl, for l2tpctl(1)
 *	gen-doc state		state and counters of every object, for l2tpctl(1)
 *	gen-doc l2tpd		options of a program, for its page; so does
 *	gen-doc l2tpctl
 *
 * All in mdoc.  tools/update-manuals puts them into the pages.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/command.h"
#include "l2tpctl/exit.h"
#include "l2tpctl/options.h"
#include "l2tpd/options.h"
#include "manage/state.h"

#define LINE_MAX_COLUMNS 78	/* mandoc complains from 80 on */

/* Words of running text, wrapped; a sentence begins a line of its own, as mdoc has it. */
struct paragraph {
	size_t column;
};

static void put_word(struct paragraph *paragraph, const char *word, size_t length)
{
	if (paragraph->column && paragraph->column + 1 + length > LINE_MAX_COLUMNS) {
		putchar('\n');
		paragraph->column = 0;
	} else if (paragraph->column) {
		putchar(' ');
		paragraph->column++;
	}
	if (!paragraph->column && (*word == '.' || *word == '\''))
		fputs("\\&", stdout);	/* else it would be a macro */
	for (size_t i = 0; i < length; i++) {
		if (word[i] == '\\')
			fputs("\\e", stdout);
		else if (word[i] == '`')
			fputs("\\(ga", stdout);
		else
			putchar(word[i]);
	}
	paragraph->column += length;
}

static void put_words(struct paragraph *paragraph, const char *text)
{
	while (*text) {
		size_t length = strcspn(text, " ");

		put_word(paragraph, text, length);
		text += length;
		text += strspn(text, " ");
	}
}

static void end_line(struct paragraph *paragraph)
{
	putchar('\n');
	paragraph->column = 0;
}

/* A sentence: with a capital letter and a full stop. */
static void put_sentence(const char *text)
{
	struct paragraph paragraph = { 0 };
	char sentence[1024];

	snprintf(sentence, sizeof(sentence), "%s.", text);
	sentence[0] = (char)toupper((unsigned char)sentence[0]);
	put_words(&paragraph, sentence);
	end_line(&paragraph);
}

/* Nothing to say of the system: all of it can be modified. */
static const char *modifiable(const struct param_table *table, const struct param *param)
{
	if (param->flags & PARAM_NAME)
		return "; can be modified with the id";
	return param->flags & PARAM_LIVE && strcmp(table->object, "system") != 0 ? "; can be modified" : "";
}

static void put_param(const struct param_table *table, const struct param *param)
{
	char allowed[PARAM_TEXT_MAX], text[1024];

	printf(".It Cm %s\n", param->name);
	put_sentence(param->help);
	snprintf(text, sizeof(text), "allowed: %s%s%s%s%s%s", param_allowed(param, allowed), param->unit ? ", in " : "",
		 param->unit ? param->unit : "", param->default_text ? "; default: " : "",
		 param->default_text ? param->default_text : "", modifiable(table, param));
	puts(".br");
	put_sentence(text);
	if (param->reference) {
		snprintf(text, sizeof(text), "(%s)", param->reference);
		puts(".br");
		puts(text);
	}
}

/* The names that are refused, in one paragraph. */
static void put_unsupported(const struct param_table *table)
{
	struct paragraph paragraph = { 0 };
	const char *last = NULL;
	char text[64];

	puts(".Pp\nKnown from OpenL2TP, and refused by name until what they belong to is there:");
	for (unsigned int row = 0; row < table->count; row++) {
		if (table->params[row].type != PARAM_UNSUPPORTED)
			continue;
		if (last) {
			snprintf(text, sizeof(text), "%s,", last);
			put_words(&paragraph, text);
		}
		last = table->params[row].name;
	}
	snprintf(text, sizeof(text), "%s.", last ? last : "none");
	put_words(&paragraph, text);
	end_line(&paragraph);
}

static void put_conf(void)
{
	for (int object = 0; object < CONFIG_OBJECT_COUNT; object++) {
		const struct param_table *table = config_tables[object];

		if (object == CONFIG_TUNNEL_PROFILE || object == CONFIG_SESSION_PROFILE)
			continue;	/* those of tunnels and sessions */
		printf(".Ss Parameters of %s\n.Bl -tag -width Ds\n", table->object);
		for (unsigned int row = 0; row < table->count; row++) {
			if (table->params[row].type != PARAM_UNSUPPORTED)
				put_param(table, &table->params[row]);
		}
		puts(".El");
		put_unsupported(table);
	}
}

/* Which parameters a verb takes, in words. */
static void put_arguments(enum config_object object, enum config_verb verb)
{
	const struct param_table *table = config_tables[object];
	unsigned int taken = 0;

	for (unsigned int row = 0; row < table->count; row++)
		taken += config_param_allowed(object, verb, row);
	if (taken)
		printf(verb == CONFIG_LIST ? " Oo %s Oc" : " %s", "Ar name Ns = Ns Ar value ...");
	for (unsigned int i = 0; i < CONFIG_OPTION_COUNT; i++) {
		if (config_options_allowed(object, verb) & 1u << i)
			printf(" Oo Cm %s Oc", config_option_name(1u << i));
	}
	putchar('\n');
}

static void put_keys(enum config_object object, enum config_verb verb)
{
	const struct param_table *table = config_tables[object];
	unsigned int keys = 0, others = 0;
	char text[1024] = "named by";
	size_t used = strlen(text);

	for (unsigned int row = 0; row < table->count; row++) {
		const struct param *param = &table->params[row];

		if (!config_param_allowed(object, verb, row))
			continue;
		others += !(param->flags & PARAM_KEY);
		if (param->flags & PARAM_KEY)
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%s %s", keys++ ? "," : "",
						 param->name);
	}
	if (keys && (!others || verb == CONFIG_MODIFY))
		put_sentence(text);
}

static void put_commands(void)
{
	puts(".Bl -tag -width Ds");
	for (int object = 0; object < CONFIG_OBJECT_COUNT; object++) {
		for (int verb = 0; verb < CONFIG_VERB_COUNT; verb++) {
			if (!config_verb_allowed(object, verb))
				continue;
			printf(".It Cm %s %s", config_object_name(object), config_verb_name(verb));
			put_arguments(object, verb);
			put_sentence(config_verb_help(object, verb));
			put_keys(object, verb);
		}
	}
	puts(".El");
}

static void put_state(void)
{
	for (int i = 0; state_tables[i]; i++) {
		printf(".Ss %s\n", state_tables[i]->type);
		puts(state_tables[i]->help);
		puts(".Bl -tag -width Ds");
		for (unsigned int row = 0; row < state_tables[i]->count; row++) {
			const struct state_row *each = &state_tables[i]->rows[row];
			char text[1024];

			printf(".It Cm %s\n", each->name);
			snprintf(text, sizeof(text), "%s%s%s", each->help, each->unit ? ", in " : "",
				 each->unit ? each->unit : "");
			put_sentence(text);
		}
		puts(".El");
	}
}

static void put_option(const struct os_option *option)
{
	fputs(".It ", stdout);
	if (option->id < OS_OPTION_LONG)
		printf("Fl %c%s", option->id, option->name ? " , " : "");
	if (option->name)
		printf("Fl Fl %s", option->name);
	printf(option->argument ? " Ar %s\n" : "\n", option->argument);
	put_sentence(option->refused ? option->refused : option->help);
}

static void put_options(const struct os_program *program)
{
	const struct os_option *option = program->options;

	puts(".Bl -tag -width Ds");
	for (; option->id && !option->refused; option++)
		put_option(option);
	puts(".El");
	if (!option->id)
		return;
	puts(".Pp\nKnown from OpenL2TP, and refused with what to use instead:\n.Bl -tag -width Ds");
	for (; option->id; option++)
		put_option(option);
	puts(".El");
}

static void put_exit(void)
{
	puts(".Bl -tag -width Ds");
	for (int status = 0; status < STATUS_COUNT; status++) {
		printf(".It %d\n", status);
		put_sentence(status_help[status]);
	}
	puts(".El");
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "conf")) {
		put_conf();
	} else if (argc == 2 && !strcmp(argv[1], "commands")) {
		put_commands();
	} else if (argc == 2 && !strcmp(argv[1], "exit")) {
		put_exit();
	} else if (argc == 2 && !strcmp(argv[1], "state")) {
		put_state();
	} else if (argc == 2 && !strcmp(argv[1], "l2tpd")) {
		put_options(&l2tpd_program);
	} else if (argc == 2 && !strcmp(argv[1], "l2tpctl")) {
		put_options(&l2tpctl_program);
	} else {
		fputs("usage: gen-doc conf|commands|state|l2tpd|l2tpctl\n", stderr);
		return EXIT_FAILURE;
	}
	return fflush(stdout) == EOF ? EXIT_FAILURE : EXIT_SUCCESS;
}
