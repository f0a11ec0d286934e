/* SPDX-License-Identifier: MIT */
/* The tree of words: sound in itself, and what abbreviations mean in it. */
#include "config/keywords.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "test.h"

#define OPENL2TP_VERBS 40

/* --- every word --- */

static void check_word(const struct keyword *list, const struct keyword *word)
{
	for (const struct keyword *other = list; other < word; other++)
		assert_int_not_equal(strcasecmp(other->name, word->name), 0);
	assert_int_equal(strspn(word->name, "abcdefghijklmnopqrstuvwxyz0123456789_"), strlen(word->name));
	if (word->refusal)
		return;
	assert_non_null(word->help);
	assert_int_not_equal(word->help[strlen(word->help) - 1], '.');
	if (word->next)
		return;
	assert_true(word->object < CONFIG_OBJECT_COUNT && word->verb < CONFIG_VERB_COUNT);
	if (word->takes == TAKES_PROFILE || word->takes == TAKES_UNSET)
		assert_true(config_is_profile(word->object));
	if (keyword_supported(word))
		assert_non_null(keyword_of(word->object, word->verb));
}

static void check_list(const struct keyword *list)
{
	for (const struct keyword *word = list; word->name; word++) {
		print_message("# %s\n", word->name);
		check_word(list, word);
		if (word->next)
			check_list(word->next);
	}
}

static void every_word_is_sound(void **state)
{
	check_list(keyword_objects);
}

static void every_option_has_a_bit(void **state)
{
	for (const struct keyword *option = keyword_options; option->name; option++) {
		assert_int_equal(option->options & (option->options - 1), 0);
		assert_true(option->options || option->feature);
		if (option->options)
			assert_string_equal(config_option_name(option->options), option->name);
	}
	for (int i = 0; i < CONFIG_OPTION_COUNT; i++)
		assert_non_null(config_option_name(1u << i));
}

/* --- abbreviations --- */

/* The error, or "OBJECT VERB". */
static const char *meaning(const char *text)
{
	static char out[ERROR_TEXT_MAX];
	const char *words[8];
	char copy[128], *rest = copy, *word;
	struct command command;
	struct error error;
	unsigned int count = 0;

	snprintf(copy, sizeof(copy), "%s", text);
	while ((word = strtok_r(rest, " ", &rest)))
		words[count++] = word;
	if (command_parse(words, count, &command, NULL, NULL, &error) < 0)
		return strcpy(out, error.text);
	snprintf(out, sizeof(out), "%s %s", config_object_name(command.object), config_verb_name(command.verb));
	return out;
}

/* What OpenL2TP's users type means what it did; newer words are found where no older one is. */
static void old_words_come_first(void **state)
{
	static const struct {
		const char *text, *begins;
	} rows[] = {
		{ "tun cre", "tunnel create" }, { "t l", "'t' is ambiguous: tunnel, test" }, { "tu l", "tunnel list" },
		{ "ses sh", "session show" }, { "sy m", "system modify" }, { "sys r", "system reload" },
		{ "re", "system reload" }, { "r", "'r' is ambiguous: radius, reload" }, { "po l", "pool list" },
		{ "rad l", "radius list" }, { "c inc file=/x", "config include" },
		{ "inc /x", "config include" }, { "e", "exit is not supported" }, { "q", "quit is not supported" },
		{ "h", "help is not supported" }, { "p list", "'p' is ambiguous: peer, ppp" },
		{ "tunnel c", "tunnel create" }, { "s", "'s' is ambiguous: system, session, server" },
		{ "test", "test is not supported: only test builds of OpenL2TP have it" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *got = meaning(rows[i].text);

		print_message("# %s: %s\n", rows[i].text, got);
		assert_memory_equal(got, rows[i].begins, strlen(rows[i].begins));
	}
}

/* Each command of OpenL2TP is there, or refused by its name. */
static void openl2tp_commands(void **state)
{
	static const char *const commands[OPENL2TP_VERBS] = {
		"config save", "config restore", "server modify", "server show", "system modify", "system show",
		"tunnel create", "tunnel delete", "tunnel modify", "tunnel show", "tunnel list",
		"session create", "session delete", "session modify", "session show", "session list",
		"peer show", "peer list", "user list", "debug modify", "debug show",
	};
	static const char *const profiles[] = { "tunnel", "session", "ppp", "peer" };
	static const char *const verbs[] = { "create", "delete", "modify", "show", "list", "unset", "apply" };
	char text[64], expected[64];

	for (int i = 0; i < OPENL2TP_VERBS && commands[i]; i++) {
		snprintf(expected, sizeof(expected), "%s", commands[i]);
		print_message("# %s\n", commands[i]);
		assert_memory_equal(meaning(commands[i]), expected, strlen(expected));
	}
	for (size_t i = 0; i < ARRAY_SIZE(profiles) * ARRAY_SIZE(verbs); i++) {
		snprintf(text, sizeof(text), "%s prof %s", profiles[i % 4], verbs[i / 4]);
		snprintf(expected, sizeof(expected), "%s profile %s", profiles[i % 4], verbs[i / 4]);
		assert_memory_equal(meaning(text), expected, strlen(expected));
	}
}

/* Both orders are the same command, and wait for the same. */
static void second_forms(void **state)
{
	static const char *const pairs[][2] = {
		{ "tunnel explain", "explain tunnel" }, { "session explain", "explain session" },
		{ "peer explain", "explain peer" }, { "system status", "status" }, { "system watch", "watch" },
		{ "system reload", "reload" }, { "tunnel capture", "capture tunnel" },
		{ "session capture", "capture session" }, { "config include", "include" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		char first[ERROR_TEXT_MAX];
		bool supported;

		snprintf(first, sizeof(first), "%s", meaning(pairs[i][0]));
		supported = !strstr(first, "not supported");
		if (supported)
			assert_string_equal(meaning(pairs[i][1]), first);
		else
			assert_non_null(strstr(meaning(pairs[i][1]), "not supported yet"));
	}
}

static void collect(void *context, const char *word, const char *help)
{
	size_t used = strlen(context);

	snprintf((char *)context + used, 256 - used, "%s%s", used ? " " : "", word);
}

static void what_may_follow(void **state)
{
	static const char *const words[] = { "tun", "cre", "x" }, *const bad[] = { "foo" };
	char told[256] = "";
	struct command command;

	assert_true(command_next_words(words, 0, collect, told));
	assert_memory_equal(told, "system tunnel session ", 22);
	assert_null(strstr(told, "test"));
	told[0] = '\0';
	assert_true(command_next_words(words, 1, collect, told));
	assert_memory_equal(told, "create modify delete show list", 30);
	told[0] = '\0';
	assert_false(command_next_words(words, 2, collect, told));
	assert_false(command_next_words(bad, 1, collect, told));
	assert_string_equal(told, "");
	assert_int_equal(command_head(words, 3, &command), 2);
	assert_int_equal(command.object, CONFIG_TUNNEL);
	assert_int_equal(command.verb, CONFIG_CREATE);
	assert_int_equal(command_head(words, 1, &command), 0);
	assert_int_equal(command_head(bad, 1, &command), 0);
}

static void what_has_a_place_in_files(void **state)
{
	unsigned int count = 0;

	for (int object = 0; object < CONFIG_OBJECT_COUNT; object++)
		for (int verb = 0; verb < CONFIG_VERB_COUNT; verb++)
			count += config_verb_in_files(object, verb);
	/* of nine objects create, modify, of six like profiles unset; `system create` is no command at all */
	assert_int_equal(count, 9 * 2 + 6);
	assert_false(config_verb_in_files(CONFIG_DEBUG, CONFIG_MODIFY));
	assert_false(config_verb_in_files(CONFIG_SERVER, CONFIG_MODIFY));
	assert_false(config_verb_in_files(CONFIG_TUNNEL, CONFIG_DELETE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_word_is_sound),
		cmocka_unit_test(every_option_has_a_bit),
		cmocka_unit_test(old_words_come_first),
		cmocka_unit_test(openl2tp_commands),
		cmocka_unit_test(second_forms),
		cmocka_unit_test(what_may_follow),
		cmocka_unit_test(what_has_a_place_in_files),
	};

	return cmocka_run_group_tests_name("keywords", tests, NULL, NULL);
}
