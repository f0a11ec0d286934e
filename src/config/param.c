/* SPDX-License-Identifier: MIT */
/*
 * Parameters by their tables: finding a row by name, and its member of a config struct as text.
 * No parameter is treated specially here; what is special about one is in its row.
 */
#include "config/param.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/prefix.h"
#include "base/text.h"
#include "config/match.h"
#include "config/value.h"

#define QUOTED_MAX 60		/* octets of a bad value that an error repeats */
#define CANDIDATES_MAX 160	/* octets of names listed in an error */
#define HINT_MAX 80

static void *member_of(const struct param *param, void *config)
{
	return (char *)config + param->offset;
}

static const void *const_member_of(const struct param *param, const void *config)
{
	return (const char *)config + param->offset;
}

static const char *row_name(const void *list, unsigned int index)
{
	const struct param_table *table = list;

	return index < table->count ? table->params[index].name : NULL;
}

/* As it is written in most places: whole, in small letters. */
static int find_exactly(const struct param_table *table, const char *name)
{
	size_t size = strlen(name) + 1;

	for (unsigned int row = 0; row < table->count; row++) {
		if (!strncmp(table->params[row].name, name, size))
			return (int)row;
	}
	return -1;
}

static int find_alias(const struct param_table *table, const char *name)
{
	for (unsigned int row = 0; row < table->count; row++) {
		if (table->params[row].alias && !strcasecmp(table->params[row].alias, name))
			return (int)row;
	}
	return -1;
}

static int find(const struct param_table *table, const char *name, bool exact_only)
{
	int row = find_exactly(table, name);

	if (row < 0 && !exact_only)
		row = find_alias(table, name);
	return row < 0 ? match_find(row_name, table, name, exact_only) : row;
}

static int refuse_name(const struct param_table *table, const char *name, bool ambiguous, struct error *error)
{
	char candidates[CANDIDATES_MAX];
	const char *nearest;

	if (ambiguous)
		return error_set(error, ERROR_SYNTAX, name, "'%.*s' is ambiguous: %s", QUOTED_MAX, name,
				 match_candidates(row_name, table, name, candidates, sizeof(candidates)));
	nearest = match_nearest(row_name, table, name);
	if (nearest)
		return error_set(error, ERROR_SYNTAX, name, "%s has no parameter '%.*s': did you mean %s?",
				 table->object, QUOTED_MAX, name, nearest);
	return error_set(error, ERROR_SYNTAX, name, "%s has no parameter '%.*s': l2tpd.conf(5) lists what it has",
			 table->object, QUOTED_MAX, name);
}

int param_find(const struct param_table *table, const char *name, bool exact_only, struct error *error)
{
	int row = find(table, name, exact_only);

	if (row >= 0)
		return row;
	/* what was meant instead takes long to find, and is often not wanted */
	return error ? refuse_name(table, name, row == MATCH_AMBIGUOUS, error) : -1;
}

static int refuse_unsupported(const struct param *param, struct error *error)
{
	if (param->feature)
		return error_set(error, ERROR_UNSUPPORTED, param->name, "%s is not supported yet: it comes with %s",
				 param->name, param->feature);
	return error_set(error, ERROR_UNSUPPORTED, param->name, "%s is not supported: %s", param->name, param->help);
}

/* What a user may have meant by a bad value. */
static const char *hint_for(const struct param *param, const char *text, char hint[HINT_MAX])
{
	struct prefix network;
	char network_text[PREFIX_TEXT_MAX];

	if (param->type != PARAM_HOST && param->type != PARAM_ADDRESS && param->type != PARAM_PREFIX)
		return "";
	if (strchr(text, '%'))
		return param->type == PARAM_PREFIX ? "; without an interface" :
			"; name the interface of a link-local address with bind_interface";
	if (param->type == PARAM_PREFIX && !prefix_parse(text, &network) && network.address.family != AF_UNSPEC) {
		snprintf(hint, HINT_MAX, "; the network is %s",
			 prefix_format(&network, network_text, sizeof(network_text)));
		return hint;
	}
	if (param->type != PARAM_PREFIX && strchr(text, '/'))
		return "; without a prefix length";
	if (!strncasecmp(text, "::ffff:", 7))
		return "; write IPv4 addresses as such";
	if (strchr(text, '[') || (strchr(text, '.') && strchr(text, ':')))
		return "; without brackets and port";
	return "";
}

static int refuse_value(const struct param *param, const char *text, struct error *error)
{
	char allowed[PARAM_TEXT_MAX], hint[HINT_MAX];
	uint8_t octets[TEXT_OCTETS_MAX];
	size_t length = strlen(text);

	param_allowed(param, allowed);
	if (param->flags & PARAM_SECRET)
		return error_set(error, ERROR_VALUE, param->name, "%s must be %s", param->name, allowed);
	if (!length)
		return error_set(error, ERROR_VALUE, param->name, "%s must be %s: got nothing", param->name, allowed);
	if ((param->type == PARAM_STRING || param->type == PARAM_PATH) && length >= param->size)
		return error_set(error, ERROR_VALUE, param->name, "%s must be %s: got %zu",
				 param->name, allowed, length);
	if (param->type == PARAM_OCTETS && text_to_octets(text, octets, sizeof(octets), &length))
		return error_set(error, ERROR_VALUE, param->name, "%s must be %s: got %zu",
				 param->name, allowed, length);
	return error_set(error, ERROR_VALUE, param->name, "%s must be %s: got '%.*s'%s%s", param->name, allowed,
			 QUOTED_MAX, text, length > QUOTED_MAX ? "..." : "", hint_for(param, text, hint));
}

bool param_may_be_none(const struct param *param)
{
	return param->flags & PARAM_PROFILE && !param->default_text &&
	       (param->type == PARAM_U16 || param->type == PARAM_ADDRESS || param->type == PARAM_PREFIX);
}

int param_parse(const struct param_table *table, unsigned int row, const char *text, void *config, struct error *error)
{
	const struct param *param = &table->params[row];
	_Alignas(max_align_t) unsigned char member[VALUE_SIZE_MAX] = { 0 };
	const struct param_word *word;

	if (param->type == PARAM_UNSUPPORTED)
		return refuse_unsupported(param, error);
	word = value_unsupported_word(param, text);
	if (word)
		return error_set(error, ERROR_UNSUPPORTED, param->name, "%s=%s is not supported yet: it comes with %s",
				 param->name, word->name, word->feature);
	if (!*text && param_may_be_none(param)) {
		memset(member_of(param, config), 0, param->size);
		return 0;
	}
	if (!value_parse(param, text, member) || (param->check && !param->check(member)))
		return refuse_value(param, text, error);
	memcpy(member_of(param, config), member, param->size);
	return 0;
}

const char *param_format(const struct param_table *table, unsigned int row, const void *config,
			 char out[PARAM_TEXT_MAX])
{
	const struct param *param = &table->params[row];

	value_format(param, const_member_of(param, config), out);
	return out;
}

void param_defaults(const struct param_table *table, void *config)
{
	memset(config, 0, table->size);
	for (unsigned int row = 0; row < table->count; row++) {
		const char *text = table->params[row].default_text;

		if (text && param_parse(table, row, text, config, NULL) < 0)
			abort();	/* a defect of the table, which its test finds */
	}
}

bool param_equal(const struct param_table *table, unsigned int row, const void *a, const void *b)
{
	const struct param *param = &table->params[row];

	return value_equal(param, const_member_of(param, a), const_member_of(param, b));
}

void param_copy(const struct param_table *table, unsigned int row, void *to, const void *from)
{
	const struct param *param = &table->params[row];

	memcpy(member_of(param, to), const_member_of(param, from), param->size);
}

const char *param_allowed(const struct param *param, char out[PARAM_TEXT_MAX])
{
	if (param->allowed)
		snprintf(out, PARAM_TEXT_MAX, "%s", param->allowed);
	else
		value_allowed(param, out);
	return out;
}
