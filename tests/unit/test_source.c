/* SPDX-License-Identifier: MIT */
/* Configurations of several files: how includes cut them, and what is refused. */
#include "config/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

/* A small file system: names and texts, in the order of the names. */
struct disk {
	const char *names[16], *texts[16];
};

/* "*" stands for anything, at the end only. */
static bool means(const char *path, const char *name)
{
	size_t length = strlen(path);

	return path[length - 1] == '*' ? !strncmp(path, name, length - 1) : !strcmp(path, name);
}

static int read_disk(void *context, const char *path, struct source_list *list, struct error *error)
{
	const struct disk *disk = context;

	for (unsigned int i = 0; disk->names[i]; i++) {
		size_t length = strlen(disk->texts[i]);
		char *text;

		if (!means(path, disk->names[i]))
			continue;
		text = malloc(length + 1);	/* not NUL-terminated: what is behind it must not be read */
		assert_non_null(text);
		memcpy(text, disk->texts[i], length);
		text = realloc(text, length ? length : 1);
		if (source_add_file(list, disk->names[i], text, length, error) < 0)
			return -1;
	}
	return 0;
}

/* All commands, and what is wrong, with their places: "/a:1:1 tunnel list\n". */
static const char *load(const struct disk *disk, const char *path)
{
	static char out[1 << 16];
	struct source_list list = { .items = NULL };
	struct error error = { 0 };
	size_t used = 0;

	out[0] = '\0';
	if (source_load(&list, path, read_disk, (void *)disk, &error) < 0)
		snprintf(out, sizeof(out), "%s", error.text);
	for (unsigned int i = 0; i < list.count; i++) {
		const struct source *source = &list.items[i];
		struct command_reader reader;
		struct config_place place;
		struct command command;
		char text[COMMAND_TEXT_MAX];
		int found;

		if (source->fault) {
			used += (size_t)snprintf(out + used, sizeof(out) - used, "%s:%u:%u %s\n", source->name,
						 source->first_line, source->first_column, source->fault->text);
			continue;
		}
		assert_int_equal(source_reader_begin(&reader, source), 0);
		while ((found = command_reader_next(&reader, &command, &place, &error))) {
			assert_true(found < 0 || command_write(&command, text, sizeof(text)) > 0);
			used += (size_t)snprintf(out + used, sizeof(out) - used, "%s:%u:%u %s\n", source->name,
						 place.line, place.column, found < 0 ? error.text : text);
		}
		command_reader_end(&reader);
	}
	source_free(&list);
	return out;
}

static void one_file(void **state)
{
	const struct disk disk = { { "/a" }, { "tunnel list\n\nsession list" } };

	assert_string_equal(load(&disk, "/a"), "/a:1:1 tunnel list\n/a:3:1 session list\n");
	assert_string_equal(load(&disk, "/b"), "there is no file /b");
}

static void pieces_keep_their_places(void **state)
{
	const struct disk disk = { { "/etc/a", "/etc/b", "/etc/sub/c", "/etc/sub/d" }, {
		"tunnel list\ninclude b # why\nsession list; include sub/c; tunnel list names\n",
		"system show\n",
		"session list names\nincl \"d\"\nsystem show version\n",
		"\"include\" /etc/b",
	} };

	assert_string_equal(load(&disk, "/etc/a"),
			    "/etc/a:1:1 tunnel list\n"
			    "/etc/b:1:1 system show\n"
			    "/etc/a:3:1 session list\n"
			    "/etc/sub/c:1:1 session list names\n"
			    "/etc/b:1:1 system show\n"
			    "/etc/sub/c:3:1 system show version\n"
			    "/etc/a:3:30 tunnel list names\n");
}

static void forms_of_include(void **state)
{
	static const char *const forms[] = {
		"include b", "INCLUDE b", "i b", "  include   b", ";include b", "include\\\n b", "include \"b\"",
		"include file=b", "config include file=b", "conf incl b", "\xef\xbb\xbfinclude b", "include b\r\n",
		"tunnel list\\\n;include b", "include b;", "# no\ninclude b",
	};

	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		const struct disk disk = { { "a", "b" }, { forms[i], "system show" } };
		const char *got = load(&disk, "a");

		print_message("# %s\n", forms[i]);
		assert_non_null(strstr(got, "b:1:1 system show\n"));
		assert_null(strstr(got, "include"));
	}
}

static void no_includes(void **state)
{
	const struct disk disk = { { "a" }, {
		"tunnel create \\\ninterface_name=x\n# include b\ntunnel show tunnel_name=\"x;include b\"\n"
	} };

	assert_string_equal(load(&disk, "a"),
			    "a:2:1 interface_name is not supported: sessions have network devices, tunnels have none: "
			    "use it in session create\n"
			    "a:4:1 tunnel show tunnel_name=\"x;include b\"\n");
}

static void wildcards(void **state)
{
	const struct disk disk = { { "/a", "/d/1", "/d/2" }, {
		"include d/*\ninclude none/*", "system show", "tunnel list"
	} };

	assert_string_equal(load(&disk, "/a"), "/d/1:1:1 system show\n/d/2:1:1 tunnel list\n");
}

static void what_is_wrong_is_told_in_its_place(void **state)
{
	const struct disk disk = { { "/a", "/b" }, {
		"tunnel list\n  include nowhere\ninclude\ninclude b c\nsession create \"\n include b\nsystem show",
		"tunnel create tunnel_id=0"
	} };

	assert_string_equal(load(&disk, "/a"),
			    "/a:1:1 tunnel list\n"
			    "/a:2:3 there is no file /nowhere\n"
			    "/a:3:1 include which file? Write include FILE\n"
			    "/a:4:11 config include does not take 'c', but parameters as name=value\n"
			    "/a:5:16 this quote is not closed on its line\n"
			    "/b:1:25 tunnel_id must be 1..4294967295: got '0'\n"
			    "/a:7:1 system show\n");
}

static void circles(void **state)
{
	const struct disk self = { { "/a" }, { "include a\ntunnel list" } };
	const struct disk three = { { "/a", "/b", "/c" }, { "include b", "include c", "include a" } };

	assert_string_equal(load(&self, "/a"), "/a:1:1 a file may not include itself: /a includes /a\n"
					       "/a:2:1 tunnel list\n");
	assert_string_equal(load(&three, "/a"),
			    "/c:1:1 a file may not include itself: /a includes /b includes /c includes /a\n");
}

static void depth(void **state)
{
	struct disk disk = { .names = { NULL } };
	char names[12][8], texts[12][16];

	for (int i = 0; i < 12; i++) {
		snprintf(names[i], sizeof(names[i]), "/%x", i);
		snprintf(texts[i], sizeof(texts[i]), "include %x", i + 1);
		disk.names[i] = names[i];
		disk.texts[i] = texts[i];
	}
	assert_string_equal(load(&disk, "/0"),
			    "/7:1:1 files may include each other 8 deep: /8 is one too many\n");
}

static void limits(void **state)
{
	struct source_list list = { .items = NULL };
	struct error error = { 0 };
	char name[32];

	for (int i = 0; i < SOURCE_FILES_MAX; i++) {
		snprintf(name, sizeof(name), "/%d", i);
		assert_int_equal(source_add_file(&list, name, malloc(1), 1, &error), 0);
	}
	assert_int_equal(source_add_file(&list, "/more", malloc(1), 1, &error), -1);
	assert_string_equal(error.text, "a configuration may have 1000 files");
	source_free(&list);
	assert_int_equal(source_add_file(&list, "/large", malloc(1), SOURCE_OCTETS_MAX + 1ul, &error), -1);
	assert_string_equal(error.text, "a configuration may have 64 MiB in all its files");
	source_free(&list);
	source_free(&list);
}

static void a_path_that_is_too_long(void **state)
{
	char folder[400], name[420], text[300] = "include ";
	struct disk disk = { { name }, { text } };

	memset(folder, 'f', sizeof(folder));
	snprintf(name, sizeof(name), "/%.399s/a", folder);
	memset(text + 8, 'p', 200);
	assert_non_null(strstr(load(&disk, name), "a path may have 511 octets, with the including file's folder"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_file),
		cmocka_unit_test(pieces_keep_their_places),
		cmocka_unit_test(forms_of_include),
		cmocka_unit_test(no_includes),
		cmocka_unit_test(wildcards),
		cmocka_unit_test(what_is_wrong_is_told_in_its_place),
		cmocka_unit_test(circles),
		cmocka_unit_test(depth),
		cmocka_unit_test(limits),
		cmocka_unit_test(a_path_that_is_too_long),
	};

	return cmocka_run_group_tests_name("source", tests, NULL, NULL);
}
