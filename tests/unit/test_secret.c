/* SPDX-License-Identifier: MIT */
/* Secrets in files of their own: where they are, and which of a file's lines is meant. */
#include "config/secret.h"

#include <stdio.h>
#include <string.h>

#include "test.h"

static void places(void **state)
{
	static const struct {
		const char *text;
		bool valid;
		enum secret_kind kind;
		const char *name, *key;
	} rows[] = {
		{ "/etc/token", true, SECRET_FILE, "/etc/token", "" },
		{ "/etc/token#lon", true, SECRET_FILE, "/etc/token", "lon" },
		{ "/etc/a#b#c", true, SECRET_FILE, "/etc/a#b", "c" },
		{ "/etc/token#", true, SECRET_FILE, "/etc/token", "" },
		{ "credential:token", true, SECRET_CREDENTIAL, "token", "" },
		{ "-", true, SECRET_STANDARD, "", "" },
		{ "", false, 0, "", "" }, { "token", false, 0, "", "" }, { "credential:", false, 0, "", "" },
		{ "credential:a/b", false, 0, "", "" }, { "credential:..", false, 0, "", "" },
		{ "credential", false, 0, "", "" }, { "--", false, 0, "", "" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct secret_place place;

		print_message("# %s\n", rows[i].text);
		assert_int_equal(secret_place_parse(rows[i].text, &place), rows[i].valid);
		if (!rows[i].valid)
			continue;
		assert_int_equal(place.kind, rows[i].kind);
		assert_string_equal(place.name, rows[i].name);
		assert_string_equal(place.key, rows[i].key);
	}
}

struct file {
	const char *name, *text;
	size_t length;
	unsigned int read;
};

static int read_file(void *context, const struct secret_place *place, const char *parameter, char *out, size_t *length,
		     struct error *error)
{
	struct file *file = context;

	file->read++;
	if (strcmp(file->name, place->name) != 0)
		return error_set(error, ERROR_SYSTEM, parameter, "no such file");
	memcpy(out, file->text, file->length);
	*length = file->length;
	return 0;
}

/* A table with a secret. */
struct config {
	char name[8], token[16], token_file[32];
};

enum { ROW_NAME, ROW_TOKEN, ROW_FILE };

static const struct param params[] = {
	{ .name = "name", .type = PARAM_STRING, .offset = offsetof(struct config, name), .size = 8 },
	{ .name = "token", .type = PARAM_STRING, .flags = PARAM_SECRET, .offset = offsetof(struct config, token),
	  .size = 16 },
	{ .name = "token_file", .type = PARAM_PATH, .flags = PARAM_READ_FILE,
	  .offset = offsetof(struct config, token_file), .size = 32 },
};
static const struct param_table sample = { .object = "test", .params = params, .count = 3,
					   .size = sizeof(struct config) };

/* The token, or the error.  Values that are NULL are not given. */
static const char *token(const char *text, size_t length, const char *literal, const char *where)
{
	static struct config config;
	static struct error error;
	struct param_set set = { { 0 } };
	struct file file = { "/token", text, length, 0 };

	memset(&config, 0, sizeof(config));
	if (literal && param_parse(&sample, ROW_TOKEN, literal, &config, NULL) == 0)
		param_set_add(&set, ROW_TOKEN);
	if (where && param_parse(&sample, ROW_FILE, where, &config, NULL) == 0)
		param_set_add(&set, ROW_FILE);
	if (secret_fill_rows(&sample, &config, &set, read_file, &file, &error) < 0)
		return error.text;
	assert_int_equal(file.read, where && *where);
	assert_int_equal(param_set_has(&set, ROW_TOKEN), literal || (where && *where));
	assert_int_equal(param_set_has(&set, ROW_FILE), literal || where);
	return config.token;
}

#define TOKEN(text, literal, where) token(text, sizeof(text) - 1, literal, where)

static void the_line_that_counts(void **state)
{
	assert_string_equal(TOKEN("s3cret", NULL, "/token"), "s3cret");
	assert_string_equal(TOKEN("s3cret\nmore\n", NULL, "/token"), "s3cret");
	assert_string_equal(TOKEN("s3 cret \r\nmore", NULL, "/token"), "s3 cret ");
	assert_string_equal(TOKEN("a 1\nab 2\nabc 3\n", NULL, "/token#ab"), "2");
	assert_string_equal(TOKEN("a\t  1 2\r\n", NULL, "/token#a"), "  1 2");
	assert_string_equal(TOKEN("a 1\na 2\n", NULL, "/token#a"), "1");
	assert_string_equal(TOKEN("x", NULL, NULL), "");
	assert_string_equal(TOKEN("x", "literal", NULL), "literal");
	assert_string_equal(TOKEN("x", "literal", ""), "literal");
}

static void no_error_shows_the_secret(void **state)
{
	assert_string_equal(TOKEN("", NULL, "/token"),
			    "what token_file names has nothing in the line that counts");
	assert_string_equal(TOKEN("\ns3cret", NULL, "/token"),
			    "what token_file names has nothing in the line that counts");
	assert_string_equal(TOKEN("s3cret\n", NULL, "/token#lon"),
			    "/token has no line that begins with lon and a blank");
	assert_string_equal(TOKEN("lons3cret\nlon\n", NULL, "/token#lon"),
			    "/token has no line that begins with lon and a blank");
	assert_string_equal(TOKEN("lon \n", NULL, "/token#lon"),
			    "what token_file names has nothing in the line that counts");
	assert_string_equal(TOKEN("s3\0cret", NULL, "/token"), "what token_file names is no text");
	assert_string_equal(TOKEN("s3\x01""cret", NULL, "/token"),
			    "token must be 0 to 15 printable characters");
	assert_string_equal(TOKEN("s3cret", NULL, "/elsewhere"), "no such file");
	assert_string_equal(TOKEN("s3cret", "literal", "/token"),
			    "give token or token_file, not both");
}

static void a_secret_that_is_written_out(void **state)
{
	struct command command = { .object = CONFIG_SYSTEM, .verb = CONFIG_MODIFY };

	assert_int_equal(secret_row(ROW_FILE), ROW_TOKEN);
	assert_int_equal(secret_literal(&command), -1);
	strcpy(command.config.system.metrics_token, "x");
	param_set_add(&command.set, config_row(CONFIG_SYSTEM, "metrics_token"));
	assert_int_equal(secret_literal(&command), (int)config_row(CONFIG_SYSTEM, "metrics_token"));
	command.config.system.metrics_token[0] = '\0';
	assert_int_equal(secret_literal(&command), -1);
}

/* Each row that says where to read is behind the secret that it is for. */
static void the_tables_agree(void **state)
{
	unsigned int found = 0;

	for (int object = 0; object < CONFIG_OBJECT_COUNT; object++) {
		const struct param_table *table = config_tables[object];
		char name[ERROR_PARAMETER_MAX + 8];

		for (unsigned int row = 0; row < table->count; row++) {
			if (table->params[row].flags & PARAM_SECRET)
				assert_true(row + 1 < table->count && table->params[row + 1].flags & PARAM_READ_FILE);
			if (!(table->params[row].flags & PARAM_READ_FILE))
				continue;
			assert_true(row > 0 && table->params[row - 1].flags & PARAM_SECRET);
			snprintf(name, sizeof(name), "%s_file", table->params[row - 1].name);
			assert_string_equal(table->params[row].name, name);
			found++;
		}
	}
	assert_true(found > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places),
		cmocka_unit_test(the_line_that_counts),
		cmocka_unit_test(no_error_shows_the_secret),
		cmocka_unit_test(a_secret_that_is_written_out),
		cmocka_unit_test(the_tables_agree),
	};

	return cmocka_run_group_tests_name("secret", tests, NULL, NULL);
}
