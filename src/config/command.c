/* SPDX-License-Identifier: MIT */
/*
 * Words to struct command.  Which words there are is in keywords.c; the parameters are those of
 * config_tables.
 */
#include "config/command.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "config/keywords.h"

#define WORD_SHOWN_MAX 60	/* octets of a bad word that an error repeats */
#define LIST_MAX 100		/* octets of what is allowed that an error lists */
#define BEFORE_MAX 40		/* octets of the words before the verb */

/* A command that is being read. */
struct parse {
	const struct keyword *verb;
	struct command *command;
	struct command_extra *extra;	/* NULL: not wanted */
};

/* --- the words in front --- */

static int missing_word(const struct keyword *list, const char *before, struct error *error)
{
	char names[LIST_MAX];

	keyword_list(list, names, sizeof(names));
	if (!*before)
		return error_set(error, ERROR_SYNTAX, NULL, "a command begins with one of %s", names);
	if (!names[0])
		return keyword_refuse(list, before, error);
	return error_set(error, ERROR_SYNTAX, NULL, "after %s comes one of %s", before, names);
}

/* Down the tree of keywords to the last one; *used is the word that is to blame, or the one behind. */
static const struct keyword *find_verb(const char *const *words, unsigned int count, unsigned int *used,
				       struct error *error)
{
	const struct keyword *list = keyword_objects, *found = NULL;
	char before[BEFORE_MAX] = "";
	size_t length = 0;

	for (*used = 0; list; ++*used) {
		if (*used == count) {
			missing_word(list, before, error);
			return NULL;
		}
		found = keyword_find(list, before, words[*used], error);
		if (!found)
			return NULL;
		length += (size_t)snprintf(before + length, sizeof(before) - length, "%s%s", length ? " " : "",
					   found->name);
		list = found->next;
	}
	return found;
}

unsigned int command_head(const char *const *words, unsigned int count, struct command *command)
{
	unsigned int used;
	const struct keyword *verb = find_verb(words, count, &used, NULL);

	memset(command, 0, sizeof(*command));
	if (!verb)
		return 0;
	command->object = verb->object;
	command->verb = verb->verb;
	return used;
}

bool command_next_words(const char *const *words, unsigned int count, command_word_fn *tell, void *context)
{
	const struct keyword *list = keyword_objects;

	for (unsigned int i = 0; list && i < count; i++) {
		const struct keyword *found = keyword_find(list, "", words[i], NULL);

		list = found ? found->next : NULL;
	}
	for (const struct keyword *each = list; each && each->name; each++) {
		if (keyword_supported(each))
			tell(context, each->name, each->help);
	}
	return list;
}

/* --- parameters --- */

/* Whatever else the verb takes. */
static bool never_takes(const struct keyword *verb, const struct param *param)
{
	if (param->flags & PARAM_DELETE)
		return verb->verb != CONFIG_DELETE || config_is_profile(verb->object);
	/* to list by a secret would be to guess it */
	return verb->verb == CONFIG_LIST && param->flags & (PARAM_SECRET | PARAM_ACTION);
}

/* Of a row that is supported. */
static bool takes_row(const struct keyword *verb, unsigned int row)
{
	const struct param *param = &config_tables[verb->object]->params[row];
	unsigned int flags = param->flags;

	if (never_takes(verb, param))
		return false;
	switch (verb->takes) {
	case TAKES_NONE:
		return false;
	case TAKES_KEYS:
		return config_is_key(verb->object, row) || flags & PARAM_DELETE;
	case TAKES_LIVE:
		return config_is_key(verb->object, row) || flags & PARAM_LIVE;
	case TAKES_PROFILE:
	case TAKES_UNSET:
		return flags & (PARAM_PROFILE | PARAM_PROFILE_KEY);
	case TAKES_ALL:
		break;
	}
	return true;
}

static bool is_bare(const struct keyword *verb, unsigned int row)
{
	return verb->takes == TAKES_UNSET && !config_is_key(verb->object, row);
}

/* "tunnel_name, tunnel_id": those that a verb takes that takes keys. */
static const char *list_keys(const struct keyword *verb, char out[LIST_MAX])
{
	const struct param_table *table = config_tables[verb->object];
	size_t used = 0;

	out[0] = '\0';
	for (unsigned int row = 0; row < table->count && used < LIST_MAX; row++) {
		if (takes_row(verb, row))
			used += (size_t)snprintf(out + used, LIST_MAX - used, "%s%s", used ? ", " : "",
						 table->params[row].name);
	}
	return out;
}

static int refuse_row(const struct keyword *verb, const struct param *param, struct error *error)
{
	const char *object = config_object_name(verb->object), *kind = config_tables[verb->object]->object;
	const char *verb_name = config_verb_name(verb->verb);
	char keys[LIST_MAX];

	if (param->flags & PARAM_DELETE)
		return error_set(error, ERROR_SYNTAX, param->name, "%s is for %s delete: leave it out", param->name,
				 kind);
	if (verb->takes != TAKES_NONE && verb->verb == CONFIG_LIST)
		return error_set(error, ERROR_SYNTAX, param->name, "%s is never shown, so nothing is listed by it",
				 param->name);
	if (verb->takes == TAKES_LIVE)
		return error_set(error, ERROR_IMMUTABLE, param->name,
				 "%s cannot be changed on a live %s: delete it and create it anew", param->name,
				 object);
	if (verb->takes == TAKES_PROFILE || verb->takes == TAKES_UNSET)
		return error_set(error, ERROR_SYNTAX, param->name,
				 "a %s has no %s: each %s has its own, give it in %s create", object, param->name,
				 kind, kind);
	if (verb->takes == TAKES_KEYS)
		return error_set(error, ERROR_SYNTAX, param->name, "%s %s does not take %s, only %s", object, verb_name,
				 param->name, list_keys(verb, keys));
	return error_set(error, ERROR_SYNTAX, param->name, "%s %s takes no parameters", object, verb_name);
}

/* As param_find(), but knows the other objects too. */
static int find_param(enum config_object object, const char *name, struct error *error)
{
	int row = param_find(config_tables[object], name, false, error);

	for (unsigned int other = 0; row < 0 && other < CONFIG_OBJECT_COUNT; other++) {
		if (param_find(config_tables[other], name, true, NULL) < 0)
			continue;
		error_set(error, ERROR_SYNTAX, name, "%s is a parameter of %s, not of %s", name,
			  config_object_name(other), config_object_name(object));
		break;
	}
	return row;
}

static int set_row(const struct parse *parse, unsigned int row, const char *value, struct error *error)
{
	const struct param_table *table = config_tables[parse->verb->object];
	const struct param *param = &table->params[row];

	if (param->type != PARAM_UNSUPPORTED && !takes_row(parse->verb, row))
		return refuse_row(parse->verb, param, error);
	if (param_set_has(&parse->command->set, row))
		return error_set(error, ERROR_SYNTAX, param->name, "%s is given twice", param->name);
	if (value && is_bare(parse->verb, row))
		return error_set(error, ERROR_SYNTAX, param->name, "%s %s takes %s without a value",
				 config_object_name(parse->verb->object), config_verb_name(parse->verb->verb),
				 param->name);
	if (param->type == PARAM_UNSUPPORTED || !is_bare(parse->verb, row)) {
		if (param_parse(table, row, value ? value : "", &parse->command->config, error) < 0)
			return -1;
	}
	param_set_add(&parse->command->set, row);
	return 0;
}

/* --- conditions of lists --- */

static int parse_sort(struct command_extra *extra, enum config_object object, const char *value, struct error *error)
{
	if (extra->sort)
		return error_set(error, ERROR_SYNTAX, "sort", "sort is given twice");
	extra->descending = *value == '-';
	extra->sort = column_find(object, value + extra->descending, false, error);
	return extra->sort ? 0 : -1;
}

static int parse_limit(struct command_extra *extra, const char *value, struct error *error)
{
	uint64_t limit;

	if (extra->limit)
		return error_set(error, ERROR_SYNTAX, "limit", "limit is given twice");
	if (!text_to_u64(value, &limit) || limit < 1 || limit > UINT32_MAX)
		return error_set(error, ERROR_VALUE, "limit", "limit must be 1..4294967295: got '%.*s'",
				 WORD_SHOWN_MAX, value);
	extra->limit = (uint32_t)limit;
	return 0;
}

static int parse_condition(struct command_extra *extra, enum config_object object, const char *word,
			   struct error *error)
{
	if (extra->where_count == COMMAND_CONDITIONS_MAX)
		return error_set(error, ERROR_LIMIT, NULL, "a list may have %d conditions", COMMAND_CONDITIONS_MAX);
	if (condition_parse(object, word, &extra->where[extra->where_count], error) < 0)
		return -1;
	extra->where_count++;
	return 0;
}

/* Is this word, whose name ends at op, a filter on a parameter, name=value?  A column's whole name is more than the
 * beginning of a parameter's, and a network is no filter: parameters have one address. */
static bool is_filter(enum config_object object, const char *name, const char *op)
{
	int row = param_find(config_tables[object], name, false, NULL);
	const struct column *column;

	if (*op != '=' || row < 0)
		return false;
	if (column_find(object, name, true, NULL) && strcasecmp(config_tables[object]->params[row].name, name) != 0)
		return false;
	column = column_find(object, config_tables[object]->params[row].name, true, NULL);
	return !column || column->kind != COLUMN_ADDRESS || !strchr(op, '/');
}

/* Of a list: what is no filter on a parameter. 1: it is one. */
static int parse_extra(const struct parse *parse, const char *word, const char *name, const char *op,
		       struct error *error)
{
	enum config_object object = parse->verb->object;

	if (parse->verb->verb != CONFIG_LIST || parse->verb->takes == TAKES_NONE || !parse->extra)
		return 1;
	if (*op == '=' && strcmp(name, "sort") == 0)
		return parse_sort(parse->extra, object, op + 1, error);
	if (*op == '=' && strcmp(name, "limit") == 0)
		return parse_limit(parse->extra, op + 1, error);
	if (is_filter(object, name, op))
		return 1;
	if (*op == '=' && !column_find(object, name, false, NULL))
		return 1;	/* whoever looks for the parameter says more */
	return parse_condition(parse->extra, object, word, error);
}

/* --- words --- */

/* Say what the verb takes instead of this word. */
static int refuse_word(const char *word, const struct keyword *verb, struct error *error)
{
	const char *object = config_object_name(verb->object), *verb_name = config_verb_name(verb->verb);
	const char *params = verb->takes == TAKES_NONE ? "" :
			     verb->takes == TAKES_UNSET ? "names of parameters" : "parameters as name=value";
	char names[LIST_MAX] = "";
	size_t used = 0;

	for (const struct keyword *option = keyword_options; option->name; option++) {
		if (!option->feature && verb->options & option->options && used < sizeof(names))
			used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s", used ? ", " : "",
						 option->name);
	}
	if (!used && !*params)
		return error_set(error, ERROR_SYNTAX, NULL, "%s %s takes no further words: got '%.*s'", object,
				 verb_name, WORD_SHOWN_MAX, word);
	return error_set(error, ERROR_SYNTAX, NULL, "%s %s does not take '%.*s', but %s%s%s", object, verb_name,
			 WORD_SHOWN_MAX, word, names, used && *params ? ", and " : "", params);
}

/* A word without '=' that is no option of this verb. */
static int parse_bare_word(const struct parse *parse, const char *word, const struct keyword *option,
			   struct error *error)
{
	const struct param_table *table = config_tables[parse->verb->object];
	int row = param_find(table, word, false, NULL);
	const struct param *param = row >= 0 ? &table->params[row] : NULL;

	if (parse->verb->bare && !param_set_has(&parse->command->set, 0))
		return set_row(parse, 0, word, error);
	if (option && option->feature && (!option->options || parse->verb->options & option->options))
		return keyword_refuse(option, "", error);
	if (param && param->type == PARAM_UNSUPPORTED)
		return param_parse(table, (unsigned int)row, "", NULL, error);
	if (param && param->flags & PARAM_ACTION && takes_row(parse->verb, (unsigned int)row))
		return set_row(parse, (unsigned int)row, "yes", error);
	if (param && is_bare(parse->verb, (unsigned int)row))
		return set_row(parse, (unsigned int)row, NULL, error);
	if (param && takes_row(parse->verb, (unsigned int)row))
		return error_set(error, ERROR_SYNTAX, param->name, "%s needs a value: %s=...", param->name,
				 param->name);
	if (parse->verb->takes == TAKES_UNSET)
		return find_param(parse->verb->object, word, error) < 0 ? -1 : refuse_row(parse->verb, param, error);
	return refuse_word(word, parse->verb, error);
}

static int parse_assignment(const struct parse *parse, const char *word, const char *op, struct error *error)
{
	char name[WORD_SHOWN_MAX + 1];	/* longer than any name: what is cut off matches none either */
	int row;

	snprintf(name, sizeof(name), "%.*s", (int)(op - word < WORD_SHOWN_MAX ? op - word : WORD_SHOWN_MAX), word);
	row = parse_extra(parse, word, name, op, error);
	if (row <= 0)
		return row;
	row = find_param(parse->verb->object, name, error);
	return row < 0 ? -1 : set_row(parse, (unsigned int)row, op + 1, error);
}

/* Some are conditions in other words. */
static int take_option(const struct parse *parse, const struct keyword *option, struct error *error)
{
	const unsigned int sides = CONFIG_OPTION_LOCAL_ONLY | CONFIG_OPTION_REMOTE_ONLY;
	bool again = parse->command->options & option->options;

	parse->command->options |= option->options;
	if ((parse->command->options & sides) == sides)
		return error_set(error, ERROR_SYNTAX, NULL, "local_only and remote_only together leave nothing");
	if (!(option->options & sides) || again || !parse->extra)
		return 0;
	return parse_condition(parse->extra, parse->verb->object,
			       option->options & CONFIG_OPTION_REMOTE_ONLY ? "origin=peer" : "origin!=peer", error);
}

static int parse_argument(const struct parse *parse, const char *word, struct error *error)
{
	bool list = parse->verb->verb == CONFIG_LIST && parse->extra;
	const char *op = strpbrk(word, list ? "=!<>~" : "=");
	const struct keyword *option;

	if (op && !parse->verb->bare)
		return parse_assignment(parse, word, op, error);
	if (op && strncmp(word, "file=", 5) == 0)
		return parse_assignment(parse, word, op, error);
	option = keyword_option(word);
	if (!option || option->feature || !(parse->verb->options & option->options))
		return parse_bare_word(parse, word, option, error);
	return take_option(parse, option, error);
}

static void begin(struct parse *parse)
{
	struct command *command = parse->command;

	memset(command, 0, sizeof(*command));
	if (parse->verb) {
		command->object = parse->verb->object;
		command->verb = parse->verb->verb;
	}
	if (parse->extra) {
		parse->extra->where_count = 0;
		parse->extra->sort = NULL;
		parse->extra->descending = false;
		parse->extra->limit = 0;
	}
}

/* Say in the error which object it is about; the name may stand in the words that were not read. Returns -1. */
static int name_object(const struct parse *parse, const char *const *words, unsigned int count, struct error *error)
{
	char object[ERROR_OBJECT_MAX];

	for (unsigned int i = 0; error && i < count; i++)
		(void)parse_argument(parse, words[i], NULL);
	error_name_object(error, command_object(parse->command, object));
	return -1;
}

int command_parse(const char *const *words, unsigned int count, struct command *command,
		  struct command_extra *extra, unsigned int *bad_word, struct error *error)
{
	struct parse parse = { .command = command, .extra = extra };
	unsigned int ignored, *at = bad_word ? bad_word : &ignored;

	parse.verb = find_verb(words, count, at, error);
	begin(&parse);
	if (!parse.verb)
		return -1;
	for (; *at < count; ++*at) {
		if (parse_argument(&parse, words[*at], error) < 0)
			return name_object(&parse, words + *at + 1, count - *at - 1, error);
	}
	return 0;
}

bool command_salvage(const char *const *words, unsigned int count, struct command *command)
{
	struct parse parse = { .command = command };
	unsigned int used;

	parse.verb = find_verb(words, count, &used, NULL);
	begin(&parse);
	for (unsigned int i = used; parse.verb && i < count; i++)
		(void)parse_argument(&parse, words[i], NULL);
	return parse.verb;
}

/* --- the tables for others --- */

const char *config_object_name(enum config_object object)
{
	static const char *const names[CONFIG_OBJECT_COUNT] = {
		[CONFIG_SYSTEM] = "system", [CONFIG_TUNNEL] = "tunnel", [CONFIG_SESSION] = "session",
		[CONFIG_PEER_PROFILE] = "peer profile", [CONFIG_TUNNEL_PROFILE] = "tunnel profile",
		[CONFIG_SESSION_PROFILE] = "session profile", [CONFIG_PPP_PROFILE] = "ppp profile",
		[CONFIG_POOL] = "pool", [CONFIG_RADIUS] = "radius",
		[CONFIG_PEER] = "peer", [CONFIG_USER] = "user", [CONFIG_DEBUG] = "debug",
		[CONFIG_CONFIG] = "config", [CONFIG_CAPTURE] = "capture", [CONFIG_KERNEL] = "kernel",
		[CONFIG_SERVER] = "server",
	};

	return names[object];
}

const char *config_verb_name(enum config_verb verb)
{
	static const char *const names[CONFIG_VERB_COUNT] = {
		[CONFIG_CREATE] = "create", [CONFIG_MODIFY] = "modify", [CONFIG_DELETE] = "delete",
		[CONFIG_SHOW] = "show", [CONFIG_LIST] = "list", [CONFIG_UNSET] = "unset", [CONFIG_APPLY] = "apply",
		[CONFIG_EXPLAIN] = "explain", [CONFIG_RELOAD] = "reload", [CONFIG_STATUS] = "status",
		[CONFIG_WATCH] = "watch", [CONFIG_SAVE] = "save", [CONFIG_RESTORE] = "restore",
		[CONFIG_CHECK] = "check", [CONFIG_INCLUDE] = "include", [CONFIG_CAPTURE_TUNNEL] = "tunnel",
		[CONFIG_CAPTURE_SESSION] = "session", [CONFIG_KERNEL_PPPOL2TP] = "pppol2tp",
		[CONFIG_KERNEL_TUNNELS] = "tunnels",
	};

	return names[verb];
}

bool config_verb_allowed(enum config_object object, enum config_verb verb)
{
	return keyword_of(object, verb);
}

const char *config_verb_help(enum config_object object, enum config_verb verb)
{
	const struct keyword *row = keyword_of(object, verb);

	return row ? row->help : NULL;
}

bool config_verb_in_files(enum config_object object, enum config_verb verb)
{
	if (verb == CONFIG_UNSET)
		return config_is_profile(object);
	if (verb != CONFIG_CREATE && verb != CONFIG_MODIFY)
		return false;
	return object == CONFIG_SYSTEM || object == CONFIG_TUNNEL || object == CONFIG_SESSION ||
	       config_is_profile(object);
}

bool config_param_allowed(enum config_object object, enum config_verb verb, unsigned int row)
{
	const struct keyword *keyword = keyword_of(object, verb);

	return keyword && config_tables[object]->params[row].type != PARAM_UNSUPPORTED && takes_row(keyword, row);
}

int command_check_keys(const struct command *command, struct error *error)
{
	const struct keyword *keyword = keyword_of(command->object, command->verb);

	for (unsigned int row = param_set_next(&command->set, 0); keyword && row < PARAM_SET_MAX;
	     row = param_set_next(&command->set, row + 1)) {
		const struct param *param = &config_tables[command->object]->params[row];

		if (keyword->takes == TAKES_KEYS ? !takes_row(keyword, row) : never_takes(keyword, param))
			return refuse_row(keyword, param, error);
	}
	return 0;
}

bool config_param_bare(enum config_object object, enum config_verb verb, unsigned int row)
{
	const struct keyword *keyword = keyword_of(object, verb);

	return keyword && is_bare(keyword, row);
}

unsigned int config_options_allowed(enum config_object object, enum config_verb verb)
{
	const struct keyword *row = keyword_of(object, verb);
	unsigned int options = 0;

	for (const struct keyword *option = keyword_options; row && option->name; option++)
		options |= option->feature ? 0 : row->options & option->options;
	return options;
}

const char *config_option_name(enum config_option option)
{
	const struct keyword *row = keyword_options;

	while (row->name && row->options != option)
		row++;
	return row->name;
}
