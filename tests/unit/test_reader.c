/* SPDX-License-Identifier: MIT */
/* The reader of files and scripts: blanks, quotes, comments, and where a mistake stands. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/command.h"
#include "test.h"

#define OUT_MAX 4096

/* What a text reads as: a line for each command or error, with its place. */
static const char *read_all(const char *text, size_t length)
{
	static char out[OUT_MAX];
	char *copy = malloc(length ? length : 1);	/* of exactly this size, so that a read beyond is seen */
	struct command_reader reader;
	struct config_place place;
	struct command command;
	struct error error;
	char written[COMMAND_TEXT_MAX];
	size_t used = 0;
	int result;

	assert_non_null(copy);
	memcpy(copy, text, length);
	out[0] = '\0';
	assert_int_equal(command_reader_begin(&reader, copy, length), 0);
	while ((result = command_reader_next(&reader, &command, &place, &error))) {
		assert_true(result < 0 || command_write(&command, written, sizeof(written)) > 0);
		used += (size_t)snprintf(out + used, sizeof(out) - used, "%u:%u %s\n", place.line, place.column,
					 result < 0 ? error.text : written);
		assert_true(used < sizeof(out));
	}
	command_reader_end(&reader);
	free(copy);
	return out;
}

static void reads_as(const char *text, const char *expected)
{
	assert_string_equal(read_all(text, strlen(text)), expected);
}

/* For texts that list what there is, which grows. */
static void reads_from(const char *text, const char *expected)
{
	const char *got = read_all(text, strlen(text));

	if (strncmp(got, expected, strlen(expected)) != 0)
		fail_msg("'%s' does not begin as '%s'", got, expected);
}

static void nothing(void **state)
{
	reads_as("", "");
	reads_as(" \t\n;;\r\n # comment", "");
	reads_as("\\\n\\\n", "");
	reads_as("\xef\xbb\xbf", "");
}

static void lines_and_semicolons_end_commands(void **state)
{
	reads_as("tunnel list\nsession list", "1:1 tunnel list\n2:1 session list\n");
	reads_as("tunnel list;session list ; system reload;",
			"1:1 tunnel list\n1:13 session list\n1:28 system reload\n");
	reads_as("\n\n  tunnel   list\r\nsystem reload\r\n", "3:3 tunnel list\n4:1 system reload\n");
	reads_as("\xef\xbb\xbftunnel list", "1:1 tunnel list\n");
}

static void comments(void **state)
{
	reads_from("# one\ntunnel list # two; three\n#four\\\nsystem reload#no", "2:1 tunnel list\n"
		 "4:8 'reload#no' is no verb of system, did you mean reload: modify, show, reload");
	reads_as("# latin-1 \xe4 and \x01 do no harm\ntunnel list", "2:1 tunnel list\n");
	reads_as("tunnel show tunnel_name=a#b", "1:1 tunnel show tunnel_name=\"a#b\"\n");
}

static void continuation(void **state)
{
	reads_as("tunnel \\\n  list\nsystem reload", "1:1 tunnel list\n3:1 system reload\n");
	reads_as("tunnel\\\r\nlist", "1:1 tunnel list\n");
	reads_as("tunnel list \\", "1:1 tunnel list\n");
	reads_as("tunnel list \\ \nsystem reload",
			"1:13 blanks follow the '\\': it must end its line\n2:1 system reload\n");
	reads_as("tunnel show tunnel_name=a\\b", "1:1 tunnel show tunnel_name=\"a\\\\b\"\n");
	reads_as("tunnel create \\\n   tunnel_id=0", "2:14 tunnel_id must be 1..4294967295: got '0'\n");
}

static void quotes(void **state)
{
	reads_as("tunnel show tunnel_name=\"a b\"", "1:1 tunnel show tunnel_name=\"a b\"\n");
	reads_as("tunnel show \"tunnel_name=a b\"", "1:1 tunnel show tunnel_name=\"a b\"\n");
	reads_as("tunnel show tunnel_name=a\" \"b", "1:1 tunnel show tunnel_name=\"a b\"\n");
	reads_as("tunnel show tunnel_name=\"a\"b", "1:1 tunnel show tunnel_name=ab\n");
	reads_as("tunnel show tunnel_name=\"\\\"\\\\\\n;#\"", "1:1 tunnel show tunnel_name=\"\\\"\\\\\\\\n;#\"\n");
	reads_as("tunnel list bind_interface=\"\"", "1:1 tunnel list bind_interface=\"\"\n");
	reads_as("tunnel list bind_interface=", "1:1 tunnel list bind_interface=\"\"\n");
	reads_from("\"\"", "1:1 '' is no object: system, tunnel, session");
}

static void open_quotes(void **state)
{
	reads_as("tunnel show tunnel_name=\"a b\nsystem reload",
			"1:25 this quote is not closed on its line\n2:1 system reload\n");
	reads_as("tunnel show tunnel_name=\"a\\\"", "1:25 this quote is not closed on its line\n");
	reads_as("tunnel \x01 \\\n x=1 \\\r\n y=2\nsystem reload",
		 "1:8 control character 0x01: only text is allowed\n4:1 system reload\n");
	reads_as("tunnel \x01 \\\n\nsystem reload",
		 "1:8 control character 0x01: only text is allowed\n3:1 system reload\n");
	reads_as("\"", "1:1 this quote is not closed on its line\n");
	reads_as("\"\\", "1:1 this quote is not closed on its line\n");
}

static void the_very_word_is_blamed(void **state)
{
	reads_from("tunnel", "1:7 after tunnel comes one of create, modify, delete, show, list");
	reads_from("  tunnel foo", "1:10 'foo' is no verb of tunnel: create, modify, delete, show, list");
	reads_as("tunnel list xyzzy=1", "1:13 tunnel has no parameter 'xyzzy': l2tpd.conf(5) lists what it has\n");
	reads_as("tunnel list tunnel_id=x", "1:23 tunnel_id must be 1..4294967295: got 'x'\n");
	reads_as("tunnel list tunnel_id=", "1:23 tunnel_id must be 1..4294967295: got nothing\n");
	reads_as("tunnel list \"tunnel_id=x\"", "1:24 tunnel_id must be 1..4294967295: got 'x'\n");
	reads_as("tunnel list tunnel_name=\xc3\xa4\xc3\xb6 tunnel_id=x",
			"1:38 tunnel_id must be 1..4294967295: got 'x'\n");
}

static void only_text_is_read(void **state)
{
	static const char nul[] = "tunnel li\0st\nsystem reload";

	assert_string_equal(read_all(nul, sizeof(nul) - 1),
			    "1:10 control character 0x00: only text is allowed\n2:1 system reload\n");
	reads_as("tunnel \x1b[2J", "1:8 control character 0x1b: only text is allowed\n");
	reads_as("tunnel list\rsystem reload", "1:12 control character 0x0d: only text is allowed\n");
	reads_as("tunnel show tunnel_name=\"a\tb\"", "1:27 control character 0x09: only text is allowed\n");
	reads_as("tunnel show tunnel_name=\x7f", "1:25 control character 0x7f: only text is allowed\n");
	reads_as("tunnel show tunnel_name=\xe4", "1:13 this word is not printable UTF-8 text\n");
	reads_as("tunnel show tunnel_name=\xc2\x9b", "1:13 this word is not printable UTF-8 text\n");
}

static void limits(void **state)
{
	static char text[4 * COMMAND_TEXT_MAX];
	char *end = text + sizeof(text) - 1;

	memset(text, 'a', sizeof(text) - 1);
	*end = '\0';
	reads_as(text,
			"1:8193 a command may have 8192 octets, this one has more: is a quote or the end of a line missing\n");
	for (char *c = text + 1; c < end; c += 2)
		*c = ' ';
	reads_as(text, "1:401 a command may have 200 words\n");
}

static void nobody_need_hear_of_errors(void **state)
{
	static const char text[] = "foo\n\"\ntunnel list";
	struct command_reader reader;
	struct config_place place;
	struct command command;

	assert_int_equal(command_reader_begin(&reader, text, strlen(text)), 0);
	assert_int_equal(command_reader_next(&reader, &command, &place, NULL), -1);
	assert_int_equal(command_reader_next(&reader, &command, &place, NULL), -1);
	assert_int_equal(command_reader_next(&reader, &command, &place, NULL), 1);
	command_reader_end(&reader);
}

static void places_of_parameters(void **state)
{
	static const char text[] = "\ntunnel create version=3 \\\n dest=192.0.2.1 tunnel_n=\"a b\"";
	struct command_reader reader;
	struct config_place place;
	struct command command;

	assert_int_equal(command_reader_begin(&reader, text, strlen(text)), 0);
	assert_int_equal(command_reader_next(&reader, &command, &place, NULL), 1);
	place = command_reader_place_of(&reader, &command, "dest_ipaddr");
	assert_int_equal(place.line, 3);
	assert_int_equal(place.column, 7);
	place = command_reader_place_of(&reader, &command, "tunnel_name");
	assert_int_equal(place.column, 26);
	place = command_reader_place_of(&reader, &command, "encap");	/* not given */
	assert_int_equal(place.line, 2);
	assert_int_equal(place.column, 1);
	place = command_reader_place_of(&reader, &command, "");
	assert_int_equal(place.column, 1);
	command_reader_end(&reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing),
		cmocka_unit_test(lines_and_semicolons_end_commands),
		cmocka_unit_test(comments),
		cmocka_unit_test(continuation),
		cmocka_unit_test(quotes),
		cmocka_unit_test(open_quotes),
		cmocka_unit_test(the_very_word_is_blamed),
		cmocka_unit_test(only_text_is_read),
		cmocka_unit_test(limits),
		cmocka_unit_test(nobody_need_hear_of_errors),
		cmocka_unit_test(places_of_parameters),
	};

	return cmocka_run_group_tests_name("reader", tests, NULL, NULL);
}
