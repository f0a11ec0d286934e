/* SPDX-License-Identifier: MIT */
/*
 * Words to struct command.  What may stand where is in the tables of keywords at the top; the
 * parameters are those of config_tables.  Words of OpenL2TP whose feature has not landed are in the
 * tables too, so that they are refused by name and prefixes keep their meaning when they come.
 */
#include "config/command.h"

#include <stdio.h>
#include <string.h>

#include "config/match.h"

#define LATER_V2 "the L2TPv2 control protocol"
#define LATER_PROFILES "profiles"
#define LATER_SAVE "saving and restoring"

#define WORD_SHOWN_MAX 60	/* octets of a bad word that an error repeats */
#define LIST_MAX 100		/* octets of what is allowed that an error lists */

/* Which parameters a verb takes. */
enum takes { TAKES_NONE, TAKES_KEYS, TAKES_LIVE, TAKES_ALL };

struct keyword {
	const char *name;	/* NULL ends a table */
	const char *feature;	/* not supported yet: what it comes with; these are the last of a table */
	unsigned int value;	/* enum config_object, config_verb or config_option */
	enum takes takes;
	unsigned int options;
	const char *help;
};

static const struct keyword objects[] = {
	{ .name = "system", .value = CONFIG_SYSTEM },
	{ .name = "tunnel", .value = CONFIG_TUNNEL },
	{ .name = "session", .value = CONFIG_SESSION },
	{ .name = "peer", .feature = LATER_V2 },
	{ .name = "ppp", .feature = "PPP" },
	{ .name = "user", .feature = "PPP" },
	{ .name = "config", .feature = LATER_SAVE },
	{ .name = "debug", .feature = "trace categories" },
	{ .name = "server", .feature = "access to remote hosts" },
	{ .name = NULL },
};

#define SHOW_PARTS (CONFIG_OPTION_CONFIG | CONFIG_OPTION_STATUS | CONFIG_OPTION_STATISTICS)

static const struct keyword system_verbs[] = {
	{ .name = "modify", .value = CONFIG_MODIFY, .takes = TAKES_LIVE, .help = "change settings of the daemon" },
	{ .name = "show", .value = CONFIG_SHOW,
	  .options = SHOW_PARTS | CONFIG_OPTION_VERSION,
	  .help = "show all about the daemon, or parts of it" },
	{ .name = "reload", .value = CONFIG_RELOAD,
	  .help = "read the configuration file again and apply what changed" },
	{ .name = NULL },
};

static const struct keyword tunnel_verbs[] = {
	{ .name = "create", .value = CONFIG_CREATE, .takes = TAKES_ALL, .help = "make a tunnel" },
	{ .name = "modify", .value = CONFIG_MODIFY, .takes = TAKES_LIVE,
	  .help = "change a tunnel while it carries traffic; with tunnel_id, tunnel_name is its new name" },
	{ .name = "delete", .value = CONFIG_DELETE, .takes = TAKES_KEYS, .help = "remove a tunnel and its sessions" },
	{ .name = "show", .value = CONFIG_SHOW, .takes = TAKES_KEYS, .options = SHOW_PARTS,
	  .help = "show all about one tunnel, or parts of it" },
	{ .name = "list", .value = CONFIG_LIST, .takes = TAKES_ALL, .options = CONFIG_OPTION_NAMES,
	  .help = "list tunnels, all or those whose parameters have the given values" },
	{ .name = "profile", .feature = LATER_PROFILES },
	{ .name = NULL },
};

static const struct keyword session_verbs[] = {
	{ .name = "create", .value = CONFIG_CREATE, .takes = TAKES_ALL, .help = "make a session in a tunnel" },
	{ .name = "modify", .value = CONFIG_MODIFY, .takes = TAKES_LIVE,
	  .help = "change a session while it carries traffic; with session_id, session_name is its new name" },
	{ .name = "delete", .value = CONFIG_DELETE, .takes = TAKES_KEYS,
	  .help = "remove a session and its network device" },
	{ .name = "show", .value = CONFIG_SHOW, .takes = TAKES_KEYS, .options = SHOW_PARTS,
	  .help = "show all about one session, or parts of it" },
	{ .name = "list", .value = CONFIG_LIST, .takes = TAKES_ALL, .options = CONFIG_OPTION_NAMES,
	  .help = "list sessions, all or those whose parameters have the given values" },
	{ .name = "profile", .feature = LATER_PROFILES },
	{ .name = NULL },
};

static const struct keyword *const verbs_of[CONFIG_OBJECT_COUNT] = {
	[CONFIG_SYSTEM] = system_verbs,
	[CONFIG_TUNNEL] = tunnel_verbs,
	[CONFIG_SESSION] = session_verbs,
};

static const char *const verb_names[CONFIG_VERB_COUNT] = {
	[CONFIG_CREATE] = "create", [CONFIG_MODIFY] = "modify", [CONFIG_DELETE] = "delete",
	[CONFIG_SHOW] = "show", [CONFIG_LIST] = "list", [CONFIG_RELOAD] = "reload",
};

static const struct keyword options[] = {
	{ .name = "names", .value = CONFIG_OPTION_NAMES },
	{ .name = "configuration", .value = CONFIG_OPTION_CONFIG },
	{ .name = "statistics", .value = CONFIG_OPTION_STATISTICS },
	{ .name = "status", .value = CONFIG_OPTION_STATUS },
	{ .name = "version", .value = CONFIG_OPTION_VERSION },
	{ .name = "local_only", .feature = LATER_V2 },
	{ .name = "remote_only", .feature = LATER_V2 },
	{ .name = "transport", .feature = LATER_V2 },
	{ .name = NULL },
};

static const char *keyword_at(const void *list, unsigned int index)
{
	return ((const struct keyword *)list)[index].name;
}

static const char *supported_keyword_at(const void *list, unsigned int index)
{
	const struct keyword *keyword = (const struct keyword *)list + index;

	return keyword->feature ? NULL : keyword->name;
}

static int refuse_later(const struct keyword *keyword, struct error *error)
{
	return error_set(error, ERROR_UNSUPPORTED, NULL, "%s is not supported yet: it comes with %s", keyword->name,
			 keyword->feature);
}

/* The supported keyword that word means, or NULL and an error. what: "object", "verb of tunnel". */
static const struct keyword *find_keyword(const struct keyword *list, const char *what, const char *word,
					  struct error *error)
{
	int found = match_find(keyword_at, list, word, false);
	const char *nearest = match_nearest(supported_keyword_at, list, word);
	char names[LIST_MAX];

	if (found >= 0 && !list[found].feature)
		return &list[found];
	if (found >= 0)
		refuse_later(&list[found], error);
	else if (found == MATCH_AMBIGUOUS)
		error_set(error, ERROR_SYNTAX, NULL, "'%.*s' is ambiguous: %s", WORD_SHOWN_MAX, word,
			  match_candidates(keyword_at, list, word, names, sizeof(names)));
	else
		error_set(error, ERROR_SYNTAX, NULL, "'%.*s' is no %s%s%s: %s", WORD_SHOWN_MAX, word, what,
			  nearest ? ", did you mean " : "", nearest ? nearest : "",
			  match_candidates(supported_keyword_at, list, "", names, sizeof(names)));
	return NULL;
}

static const struct keyword *verb_row(enum config_object object, enum config_verb verb)
{
	const struct keyword *row = verbs_of[object];

	while (row->name && (row->feature || row->value != verb))
		row++;
	return row->name ? row : NULL;
}

static bool takes_param(enum takes takes, const struct param *param)
{
	switch (takes) {
	case TAKES_NONE:
		return false;
	case TAKES_KEYS:
		return param->flags & PARAM_KEY;
	case TAKES_LIVE:
		return param->flags & (PARAM_KEY | PARAM_LIVE);
	case TAKES_ALL:
		break;
	}
	return param->type != PARAM_UNSUPPORTED;
}

/* "tunnel_name, tunnel_id" */
static const char *list_keys(const struct param_table *table, char out[LIST_MAX])
{
	size_t used = 0;

	out[0] = '\0';
	for (unsigned int row = 0; row < table->count && used < LIST_MAX; row++) {
		if (table->params[row].flags & PARAM_KEY)
			used += (size_t)snprintf(out + used, LIST_MAX - used, "%s%s", used ? ", " : "",
						 table->params[row].name);
	}
	return out;
}

static int refuse_param(const struct param_table *table, const struct keyword *verb, const struct param *param,
			struct error *error)
{
	char keys[LIST_MAX];

	if (verb->takes == TAKES_LIVE)
		return error_set(error, ERROR_IMMUTABLE, param->name,
				 "%s cannot be changed on a live %s: delete it and create it anew", param->name,
				 table->object);
	if (verb->takes == TAKES_KEYS)
		return error_set(error, ERROR_SYNTAX, param->name, "%s %s does not take %s, only %s", table->object,
				 verb->name, param->name, list_keys(table, keys));
	return error_set(error, ERROR_SYNTAX, param->name, "%s %s takes no parameters", table->object, verb->name);
}

/* As param_find(), but knows the other objects too. */
static int find_param(enum config_object object, const char *name, struct error *error)
{
	int row = param_find(config_tables[object], name, false, error);

	for (unsigned int other = 0; row < 0 && other < CONFIG_OBJECT_COUNT; other++) {
		if (param_find(config_tables[other], name, true, NULL) >= 0)
			error_set(error, ERROR_SYNTAX, name, "%s is a parameter of %s, not of %s", name,
				  config_tables[other]->object, config_tables[object]->object);
	}
	return row;
}

/* name=value; equals points at the '='. */
static int parse_assignment(const char *word, const char *equals, const struct keyword *verb,
			    struct command *command, struct error *error)
{
	const struct param_table *table = config_tables[command->object];
	char name[WORD_SHOWN_MAX + 1];	/* longer than any name: what is cut off matches none either */
	const struct param *param;
	int row;

	snprintf(name, sizeof(name), "%.*s",
		 (int)(equals - word < WORD_SHOWN_MAX ? equals - word : WORD_SHOWN_MAX), word);
	row = find_param(command->object, name, error);
	if (row < 0)
		return -1;
	param = &table->params[row];
	if (param->type != PARAM_UNSUPPORTED && !takes_param(verb->takes, param))
		return refuse_param(table, verb, param, error);
	if (param_set_has(&command->set, (unsigned int)row))
		return error_set(error, ERROR_SYNTAX, param->name, "%s is given twice", param->name);
	if (param_parse(table, (unsigned int)row, equals + 1, &command->config, error) < 0)
		return -1;
	param_set_add(&command->set, (unsigned int)row);
	return 0;
}

/* Say what the verb takes instead of this word. */
static int refuse_word(const char *word, const struct keyword *verb, const char *object, struct error *error)
{
	const char *params = verb->takes != TAKES_NONE ? "parameters as name=value" : "";
	char names[LIST_MAX] = "";
	size_t used = 0;

	for (const struct keyword *option = options; option->name && !option->feature; option++) {
		if (verb->options & option->value)
			used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s", used ? ", " : "",
						 option->name);
	}
	if (!used && !*params)
		return error_set(error, ERROR_SYNTAX, NULL, "%s %s takes no further words: got '%.*s'", object,
				 verb->name, WORD_SHOWN_MAX, word);
	return error_set(error, ERROR_SYNTAX, NULL, "%s %s does not take '%.*s', but %s%s%s", object, verb->name,
			 WORD_SHOWN_MAX, word, names, used && *params ? ", and " : "", params);
}

/* A word without '=' that is no option of this verb. */
static int refuse_bare_word(const char *word, const struct keyword *verb, const struct keyword *option,
			    const struct command *command, struct error *error)
{
	const struct param_table *table = config_tables[command->object];
	int row = param_find(table, word, false, NULL);
	const struct param *param = row >= 0 ? &table->params[row] : NULL;

	if (param && param->type == PARAM_UNSUPPORTED)
		return param_parse(table, (unsigned int)row, "", NULL, error);
	if (param && takes_param(verb->takes, param))
		return error_set(error, ERROR_SYNTAX, param->name, "%s needs a value: %s=...",
				 param->name, param->name);
	if (option && option->feature)
		return refuse_later(option, error);
	return refuse_word(word, verb, table->object, error);
}

static int parse_argument(const char *word, const struct keyword *verb, struct command *command, struct error *error)
{
	const char *equals = strchr(word, '=');
	const struct keyword *option;
	int found;

	if (equals)
		return parse_assignment(word, equals, verb, command, error);
	found = match_find(keyword_at, options, word, false);
	option = found >= 0 ? &options[found] : NULL;
	if (!option || option->feature || !(verb->options & option->value))
		return refuse_bare_word(word, verb, option, command, error);
	command->options |= option->value;
	return 0;
}

int command_parse(const char *const *words, unsigned int count, struct command *command,
		  unsigned int *bad_word, struct error *error)
{
	unsigned int ignored, *at = bad_word ? bad_word : &ignored;
	const struct keyword *object, *verb;
	char what[LIST_MAX], names[LIST_MAX];

	memset(command, 0, sizeof(*command));
	*at = 0;
	if (count < 1)
		return error_set(error, ERROR_SYNTAX, NULL, "a command begins with one of %s",
				 match_candidates(supported_keyword_at, objects, "", names, sizeof(names)));
	object = find_keyword(objects, "object", words[0], error);
	if (!object)
		return -1;
	command->object = object->value;
	*at = 1;
	if (count < 2)
		return error_set(error, ERROR_SYNTAX, NULL, "after %s comes one of %s", object->name,
				 match_candidates(supported_keyword_at, verbs_of[object->value], "", names,
						  sizeof(names)));
	snprintf(what, sizeof(what), "verb of %s", object->name);
	verb = find_keyword(verbs_of[object->value], what, words[1], error);
	if (!verb)
		return -1;
	command->verb = verb->value;
	for (*at = 2; *at < count; ++*at) {
		if (parse_argument(words[*at], verb, command, error) < 0)
			return -1;
	}
	return 0;
}

bool command_salvage(const char *const *words, unsigned int count, struct command *command)
{
	const struct keyword *object, *verb;

	memset(command, 0, sizeof(*command));
	object = count >= 2 ? find_keyword(objects, "object", words[0], NULL) : NULL;
	if (!object)
		return false;
	verb = find_keyword(verbs_of[object->value], "verb", words[1], NULL);
	if (!verb)
		return false;
	command->object = object->value;
	command->verb = verb->value;
	for (unsigned int i = 2; i < count; i++)
		(void)parse_argument(words[i], verb, command, NULL);
	return true;
}

const char *config_object_name(enum config_object object)
{
	return objects[object].name;
}

const char *config_verb_name(enum config_verb verb)
{
	return verb_names[verb];
}

bool config_verb_allowed(enum config_object object, enum config_verb verb)
{
	return verb_row(object, verb);
}

const char *config_verb_help(enum config_object object, enum config_verb verb)
{
	const struct keyword *row = verb_row(object, verb);

	return row ? row->help : NULL;
}

bool config_param_allowed(enum config_object object, enum config_verb verb, unsigned int row)
{
	const struct keyword *keyword = verb_row(object, verb);

	return keyword && takes_param(keyword->takes, &config_tables[object]->params[row]);
}

unsigned int config_options_allowed(enum config_object object, enum config_verb verb)
{
	const struct keyword *row = verb_row(object, verb);

	return row ? row->options : 0;
}

const char *config_option_name(enum config_option option)
{
	const struct keyword *row = options;

	while (row->name && (row->feature || row->value != option))
		row++;
	return row->name;
}
