/* SPDX-License-Identifier: MIT */
/*
 * What is written reads as the same command: by examples, and by many commands made of arbitrary
 * values (the same ones in every run).
 */
#include <stdio.h>
#include <string.h>

#include "config/command.h"
#include "test.h"

#define ROUNDS 20000

static void quoting(void **state)
{
	static const struct {
		const char *value, *word;
	} rows[] = {
		{ "lon", "lon" }, { "192.0.2.1", "192.0.2.1" }, { "a=b", "a=b" }, { "\xc3\xa4", "\xc3\xa4" },
		{ "", "\"\"" }, { "a b", "\"a b\"" }, { "a;b", "\"a;b\"" }, { "#", "\"#\"" },
		{ "\"", "\"\\\"\"" }, { "a\\", "\"a\\\\\"" },
	};
	char out[32];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(command_quote(rows[i].value, out, sizeof(out)), strlen(rows[i].word));
		assert_string_equal(out, rows[i].word);
	}
}

static void what_does_not_fit_is_said(void **state)
{
	char out[32];

	for (size_t size = 0; size < 8; size++) {
		memset(out, 'x', sizeof(out));
		assert_int_equal(command_quote("a \"b\"", out, size), -1);
		assert_int_equal(out[size], 'x');
		assert_true(size == 0 || memchr(out, '\0', size));
	}
	assert_int_equal(command_quote("a \"b\"", out, 10), 9);
	assert_int_equal(command_write(&(struct command){ .object = CONFIG_TUNNEL, .verb = CONFIG_LIST }, out, 11), -1);
	assert_int_equal(command_write(&(struct command){ .object = CONFIG_TUNNEL, .verb = CONFIG_LIST }, out, 12), 11);
	assert_string_equal(out, "tunnel list");
}

/* xorshift: enough to vary what is tried. */
static uint32_t next_random(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

static uint32_t below(uint32_t *seed, uint32_t limit)
{
	return next_random(seed) % limit;
}

static void random_text(uint32_t *seed, size_t least, size_t most, char *out)
{
	static const char *const pieces[] = { "a", "Z", "7", " ", "\"", "\\", ";", "#", "=", "-", "%", "/", "'", "\\n",
					      "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xc2\xa0", "tunnel" };
	size_t length = least + below(seed, (uint32_t)(most - least + 1)), used = 0;

	while (used < length) {
		const char *piece = pieces[below(seed, ARRAY_SIZE(pieces))];
		size_t size = strlen(piece);

		if (used + size > length) {
			piece = "x";
			size = 1;
		}
		memcpy(out + used, piece, size);
		used += size;
	}
	out[used] = '\0';
}

static int64_t random_number(uint32_t *seed, const struct param *param)
{
	switch (below(seed, 4)) {
	case 0:
		return param->min;
	case 1:
		return param->max;
	default:
		return param->min + (int64_t)below(seed, UINT32_MAX) % (param->max - param->min + 1);
	}
}

static void random_octets(uint32_t *seed, uint8_t *octets, size_t length)
{
	for (size_t i = 0; i < length; i++)
		octets[i] = (uint8_t)next_random(seed);
}

static void random_address(uint32_t *seed, struct address *address)
{
	do {
		memset(address, 0, sizeof(*address));
		address->family = below(seed, 2) ? AF_INET : AF_INET6;
		random_octets(seed, address->bytes, address->family == AF_INET ? 4 : 16);
	} while (!address_is_unicast(address));
}

static int64_t random_word(uint32_t *seed, const struct param *param)
{
	unsigned int count = 0;

	while (param->words[count].name)
		count++;
	return param->words[below(seed, count)].value;
}

static uint32_t supported_flags(const struct param *param)
{
	uint32_t flags = 0;

	for (const struct param_word *word = param->words; word->name; word++)
		flags |= word->feature ? 0 : (uint32_t)word->value;
	return flags;
}

static void random_prefix(uint32_t *seed, struct prefix *prefix)
{
	struct address mask = { .family = below(seed, 2) ? AF_INET : AF_INET6 }, address;
	uint32_t length = below(seed, mask.family == AF_INET ? 33 : 129);

	for (uint32_t bit = 0; bit < length; bit++)
		mask.bytes[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	do {
		random_address(seed, &address);
	} while (!prefix_from_netmask(&address, &mask, prefix));
}

static void random_cookie(uint32_t *seed, struct param_octets *cookie)
{
	cookie->length = (uint8_t)(4 * below(seed, 3));
	random_octets(seed, cookie->octets, cookie->length);
}

static void random_mac(uint32_t *seed, uint8_t mac[6])
{
	random_octets(seed, mac, 6);
	mac[0] = (mac[0] & 0xfe) | 2;
}

/* Anything that the row's type can hold; its check is asked by the caller. */
static void random_member(uint32_t *seed, const struct param *param, void *member)
{
	static const char *const hosts[] = { "lns", "a.b.c", "x-1.example.net.", "2001:db8::1", "192.0.2.1" };
	static const char *const lists[] = { "a", "", "a,b-1,c.net", "a,a" };
	static const char *const ranges[] = { "192.0.2.7", "192.0.2.0/24,198.51.100.1-198.51.100.9", "2001:db8::/32" };

	switch (param->type) {
	case PARAM_BOOL:
		*(bool *)member = !param->words && below(seed, 2);	/* of words, one may not be there yet */
		break;
	case PARAM_U16:
		*(uint16_t *)member = (uint16_t)random_number(seed, param);
		break;
	case PARAM_U32:
		*(uint32_t *)member = (uint32_t)random_number(seed, param);
		break;
	case PARAM_ENUM:
		*(int *)member = (int)random_word(seed, param);
		break;
	case PARAM_U32_OR_WORD:
		*(int64_t *)member = below(seed, 2) ? random_word(seed, param) : random_number(seed, param);
		break;
	case PARAM_STRING:
		random_text(seed, (size_t)param->min, param->size - 1, member);
		break;
	case PARAM_HOST:
		strcpy(member, hosts[below(seed, ARRAY_SIZE(hosts))]);
		break;
	case PARAM_ADDRESS:
		random_address(seed, member);
		break;
	case PARAM_OCTETS:
		random_cookie(seed, member);
		break;
	case PARAM_MAC:
		random_mac(seed, member);
		break;
	case PARAM_FLAGS:
		*(uint32_t *)member = next_random(seed) & supported_flags(param);
		break;
	case PARAM_PREFIX:
		random_prefix(seed, member);
		break;
	case PARAM_PATH:
		*(char *)member = '/';
		random_text(seed, 0, param->size - 2, (char *)member + 1);
		break;
	case PARAM_NAMES:
		strcpy(member, lists[below(seed, ARRAY_SIZE(lists))]);
		break;
	case PARAM_RANGES:
		strcpy(member, ranges[below(seed, ARRAY_SIZE(ranges))]);
		break;
	case PARAM_SPEED:
		*(struct param_speed *)member = (struct param_speed){ next_random(seed), next_random(seed) };
		break;
	case PARAM_UNSUPPORTED:
		break;
	}
}

/* One that its row allows. */
static void random_value(uint32_t *seed, const struct param *param, void *member)
{
	for (int tries = 0; tries < 100; tries++) {
		memset(member, 0, param->size);
		random_member(seed, param, member);
		if (!param->check || param->check(member))
			return;
	}
	assert_int_equal(param_parse(&(struct param_table){ .params = param, .count = 1 }, 0, "255.255.255.0",
				     (char *)member - param->offset, NULL), 0);	/* a netmask is rarely met by chance */
}

static void random_command(uint32_t *seed, struct command *command)
{
	const struct param_table *table;

	memset(command, 0, sizeof(*command));
	do {
		command->object = below(seed, CONFIG_OBJECT_COUNT);
		command->verb = below(seed, CONFIG_VERB_COUNT);
	} while (!config_verb_allowed(command->object, command->verb));
	command->options = next_random(seed) & config_options_allowed(command->object, command->verb);
	if (command->options & CONFIG_OPTION_LOCAL_ONLY)
		command->options &= ~(unsigned int)CONFIG_OPTION_REMOTE_ONLY;	/* not both */
	table = config_tables[command->object];
	for (unsigned int row = 0; row < table->count; row++) {
		const struct param *param = &table->params[row];
		char *member = (char *)&command->config + param->offset;

		if (!config_param_allowed(command->object, command->verb, row) || below(seed, 3) == 0)
			continue;
		memset(member, 0, param->size);
		if (!config_param_bare(command->object, command->verb, row))
			random_value(seed, param, member);
		param_set_add(&command->set, row);
	}
}

static void assert_same_command(const struct command *a, const struct command *b)
{
	const struct param_table *table = config_tables[a->object];

	assert_int_equal(a->object, b->object);
	assert_int_equal(a->verb, b->verb);
	assert_int_equal(a->options, b->options);
	assert_memory_equal(&a->set, &b->set, sizeof(a->set));
	for (unsigned int row = 0; row < table->count; row++)
		assert_true(!param_set_has(&a->set, row) || param_equal(table, row, &a->config, &b->config));
}

static void whatever_is_written_reads_the_same(void **state)
{
	uint32_t seed = 20240229;

	for (int round = 0; round < ROUNDS; round++) {
		struct command command, again;
		struct command_reader reader;
		struct config_place place;
		struct error error = { 0 };
		char text[COMMAND_TEXT_MAX];
		int length;

		random_command(&seed, &command);
		length = command_write(&command, text, sizeof(text));
		assert_true(length > 0);
		assert_int_equal(command_reader_begin(&reader, text, (size_t)length), 0);
		if (command_reader_next(&reader, &again, &place, &error) != 1)
			fail_msg("%u:%u %s\n%s", place.line, place.column, error.text, text);
		assert_same_command(&command, &again);
		assert_int_equal(command_reader_next(&reader, &again, &place, &error), 0);
		command_reader_end(&reader);
	}
}

/* The longest that a command can be: every parameter, every string full of what must be escaped. */
static void the_longest_command_fits(void **state)
{
	for (int object = CONFIG_TUNNEL; object < CONFIG_OBJECT_COUNT; object++) {
		const struct param_table *table = config_tables[object];
		struct command command = { .object = object, .verb = CONFIG_CREATE };
		char text[COMMAND_TEXT_MAX];

		for (unsigned int row = 0; row < table->count; row++) {
			const struct param *param = &table->params[row];

			if (param->type == PARAM_STRING || param->type == PARAM_HOST || param->type == PARAM_PATH)
				memset((char *)&command.config + param->offset, '"', param->size - 1);
			param_set_add(&command.set, row);
		}
		assert_true(table->count <= COMMAND_WORDS_MAX - 2);
		assert_true(command_write(&command, text, sizeof(text)) > 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quoting),
		cmocka_unit_test(what_does_not_fit_is_said),
		cmocka_unit_test(whatever_is_written_reads_the_same),
		cmocka_unit_test(the_longest_command_fits),
	};

	return cmocka_run_group_tests_name("writer", tests, NULL, NULL);
}
