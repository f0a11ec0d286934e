/* SPDX-License-Identifier: MIT */
/*
 * gen-doc - print what the manual pages say about the command language, from its tables:
 *
 *	gen-doc conf		the parameters of what a file configures, for l2tpd.conf(5)
 *	gen-doc others		those of other commands, for l2tpctl(1)
 *	gen-doc commands	the commands and what they take, for l2tpctl(1)
 *	gen-doc columns		what lists can be asked for, for l2tpctl(1)
 *	gen-doc exit		exit statuses of l2tpctl, for l2tpctl(1)
 *	gen-doc state		state and counters of every object, for l2tpctl(1)
 *	gen-doc l2tpd		options of a program, for its page; so does
 *	gen-doc l2tpctl
 *	gen-doc l2tprun
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
#include "l2tprun/options.h"
#include "manage/state.h"

#define LINE_MAX_COLUMNS 78	/* mandoc complains from 80 on */

/* Words of running text, wrapped; a sentence begins a line of its own, as mdoc has it. */
struct paragraph {
	size_t column;
};

/* Columns in the page's source. */
static size_t columns_of(const char *word, size_t length)
{
	size_t columns = length;

	for (size_t i = 0; i < length; i++)
		columns += word[i] == '\\' ? 1 : word[i] == '`' ? 3 : 0;
	return columns;
}

static void put_word(struct paragraph *paragraph, const char *word, size_t length)
{
	if (paragraph->column && paragraph->column + 1 + columns_of(word, length) > LINE_MAX_COLUMNS) {
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
	paragraph->column += columns_of(word, length);
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
	if (param->flags & PARAM_IN_FILES)
		return "; in configuration files only";
	return param->flags & PARAM_LIVE && strcmp(table->object, "system") != 0 ? "; can be modified" : "";
}

static const char *versions(const struct param *param)
{
	if (param->flags & PARAM_DELETE)
		return "; with delete only";
	if (param->flags & PARAM_V2)
		return "; version 2 only";
	return param->flags & PARAM_V3 ? "; version 3 only" : param->flags & PARAM_PPP ? "; with PPP only" : "";
}

static void put_param(const struct param_table *table, const struct param *param)
{
	char allowed[PARAM_TEXT_MAX], text[1024];

	printf(".It Cm %s\n", param->name);
	put_sentence(param->help);
	snprintf(text, sizeof(text), "allowed: %s%s%s%s%s%s%s", param_allowed(param, allowed),
		 param->unit ? ", in " : "",
		 param->unit ? param->unit : "", param->default_text ? "; default: " : "",
		 param->default_text ? param->default_text : "", modifiable(table, param), versions(param));
	puts(".br");
	put_sentence(text);
	if (param->reference) {
		snprintf(text, sizeof(text), "(%s)", param->reference);
		puts(".br");
		puts(text);
	}
}

/* Some rows' names, in one paragraph that ends with a full stop. */
static void put_names(const struct param_table *table, bool (*wanted)(const struct param *param))
{
	struct paragraph paragraph = { 0 };
	const char *last = NULL;
	char text[64];

	for (unsigned int row = 0; row < table->count; row++) {
		if (!wanted(&table->params[row]))
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

static bool is_unsupported(const struct param *param)
{
	return param->type == PARAM_UNSUPPORTED;
}

static bool is_no_profiles(const struct param *param)
{
	return !is_unsupported(param) && !(param->flags & (PARAM_PROFILE | PARAM_PROFILE_KEY));
}

static bool is_documented(const struct param *param)
{
	return !is_unsupported(param);
}

static bool any(const struct param_table *table, bool (*wanted)(const struct param *param))
{
	for (unsigned int row = 0; row < table->count; row++)
		if (wanted(&table->params[row]))
			return true;
	return false;
}

static void put_parameters(enum config_object object)
{
	const struct param_table *table = config_tables[object];

	printf(".Ss Parameters of %s\n.Bl -tag -width Ds\n", config_object_name(object));
	for (unsigned int row = 0; row < table->count; row++) {
		if (is_documented(&table->params[row]))
			put_param(table, &table->params[row]);
	}
	puts(".El");
	if (object == CONFIG_TUNNEL || object == CONFIG_SESSION) {
		printf(".Pp\nA %s profile may have these too, but not\n", table->object);
		put_names(table, is_no_profiles);
	}
	if (any(table, is_unsupported)) {
		puts(".Pp\nKnown from OpenL2TP, and refused by name until what they belong to is there:");
		put_names(table, is_unsupported);
	}
}

static bool has_verbs(enum config_object object)
{
	for (int verb = 0; verb < CONFIG_VERB_COUNT; verb++)
		if (config_verb_allowed(object, verb))
			return true;
	return false;
}

/* Those of files; profiles of tunnels and sessions have those of tunnels and sessions. */
static void put_conf(void)
{
	for (int object = 0; object < CONFIG_OBJECT_COUNT; object++)
		if (config_verb_in_files(object, CONFIG_MODIFY) && object != CONFIG_TUNNEL_PROFILE &&
		    object != CONFIG_SESSION_PROFILE)
			put_parameters(object);
}

/* Those of commands that are in no file. */
static void put_others(void)
{
	for (int object = 0; object < CONFIG_OBJECT_COUNT; object++)
		if (!config_verb_in_files(object, CONFIG_MODIFY) && has_verbs(object))
			put_parameters(object);
}

/* What lists of tunnels and of sessions know, by name. */
static void put_columns(void)
{
	static const char *const kinds[] = {
		[COLUMN_TEXT] = "text", [COLUMN_NUMBER] = "number", [COLUMN_BOOL] = "yes or no",
		[COLUMN_ADDRESS] = "address",
	};

	for (int object = CONFIG_TUNNEL; object <= CONFIG_SESSION; object++) {
		printf(".Ss Columns of %ss\n.Bl -column -compact rx_cookie_discards PeerSId address\n",
		       config_object_name(object));
		puts(".It Sy name Ta Sy heading Ta Sy what");
		for (const struct column *column = config_columns; column->name; column++)
			if ((int)column->object == object)
				printf(".It %s Ta %s Ta %s\n", column->name, column->shown ? column->heading : "",
				       kinds[column->kind]);
		puts(".El");
	}
}

static unsigned int count_parameters(enum config_object object, enum config_verb verb,
				     bool (*wanted)(enum config_object object, enum config_verb verb, unsigned int row))
{
	unsigned int count = 0;

	for (unsigned int row = 0; row < config_tables[object]->count; row++)
		count += wanted(object, verb, row);
	return count;
}

/* Which parameters a verb takes, in words. */
static void put_arguments(enum config_object object, enum config_verb verb)
{
	if (verb == CONFIG_INCLUDE)
		fputs(" Ar file", stdout);
	else if (verb == CONFIG_LIST || object == CONFIG_CONFIG)
		fputs(count_parameters(object, verb, config_param_allowed) ? " Oo Ar name Ns = Ns Ar value ... Oc" : "",
		      stdout);
	else if (count_parameters(object, verb, config_param_allowed))
		fputs(" Ar name Ns = Ns Ar value ...", stdout);
	if (verb == CONFIG_UNSET)
		fputs(" Ar name ...", stdout);
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
		others += !config_is_key(object, row);
		if (config_is_key(object, row))
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%s %s", keys++ ? "," : "",
						 param->name);
	}
	if (keys && (!others || verb == CONFIG_MODIFY || verb == CONFIG_DELETE))
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

static void put_l2tpd(void)
{
	put_options(&l2tpd_program);
}

static void put_l2tpctl(void)
{
	put_options(&l2tpctl_program);
}

static void put_l2tprun(void)
{
	put_options(&l2tprun_program);
}

static const struct {
	const char *name;
	void (*put)(void);
} modes[] = {
	{ "columns", put_columns }, { "commands", put_commands }, { "conf", put_conf }, { "exit", put_exit },
	{ "l2tpctl", put_l2tpctl }, { "l2tpd", put_l2tpd }, { "l2tprun", put_l2tprun }, { "others", put_others },
	{ "state", put_state },
};

#define MODES (sizeof(modes) / sizeof(modes[0]))

int main(int argc, char **argv)
{
	size_t mode = 0;

	while (argc == 2 && mode < MODES && strcmp(argv[1], modes[mode].name) != 0)
		mode++;
	if (argc != 2 || mode == MODES) {
		fputs("usage: gen-doc columns|commands|conf|exit|l2tpctl|l2tpd|l2tprun|others|state\n", stderr);
		return EXIT_FAILURE;
	}
	modes[mode].put();
	return fflush(stdout) == EOF ? EXIT_FAILURE : EXIT_SUCCESS;
}
