/* SPDX-License-Identifier: MIT */
/* Users from pppd's files: which line is found, what it says, and what of a file that cannot be read. */
#include "aaa/users.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aaa/users_line.h"
#include "base/log.h"
#include "test.h"

static struct users *users;
static char logged[4096];
static unsigned int log_lines;

static void keep(const struct log_record *record)
{
	log_lines++;
	snprintf(logged + strlen(logged), sizeof(logged) - strlen(logged), "%s\n", record->text);
}

static int begin(void **state)
{
	users = users_new(NULL, NULL);
	logged[0] = '\0';
	log_lines = 0;
	log_set_sink(keep, LOG_LEVEL_INFO);
	return users ? 0 : -1;
}

static int end(void **state)
{
	users_free(users);
	users = NULL;
	log_set_sink(NULL, LOG_LEVEL_INFO);
	return 0;
}

static void load(enum users_file file, const char *text)
{
	struct error error = { 0 };

	if (users_load(users, file, "/etc/ppp/x-secrets", text, strlen(text), &error) < 0)
		fail_msg("%s", error.text);
}

static void refused(const char *text, size_t length, const char *expected)
{
	struct error error = { 0 };

	assert_int_equal(users_load(users, USERS_CHAP, "f", text, length, &error), -1);
	assert_string_equal(error.text, expected);
}

#define REFUSED(text, expected) refused(text, sizeof(text) - 1, expected)

/* The secret, NULL when nobody was found. Valid until the next call. */
static const char *secret_of(enum users_file file, const char *client, const char *server, struct grant *grant)
{
	static char text[USERS_SECRET_MAX + 1];
	struct users_found found;
	struct error error = { 0 };

	if (users_find(users, file, (const uint8_t *)client, strlen(client), server, &found, grant, &error) < 0) {
		assert_int_equal(error.code, ERROR_UNKNOWN);
		assert_int_equal(found.length, 0);
		return NULL;
	}
	assert_true(found.length < sizeof(text));
	memcpy(text, found.secret, found.length);
	text[found.length] = '\0';
	users_forget(&found);
	assert_int_equal(found.length, 0);
	return text;
}

static const char *chap(const char *client, const char *server)
{
	return secret_of(USERS_CHAP, client, server, NULL);
}

static void lines_and_words(void **state)
{
	static const struct {
		const char *text, *client, *secret;
	} rows[] = {
		{ "a s p", "a", "p" }, { "  a\ts   p  \n", "a", "p" }, { "a s p\r\n", "a", "p" },
		{ "# c\n\n  # d\na s p # rest\n", "a", "p" }, { "a s p#rest", "a", "p" },
		{ "\"a b\" s 'c \"d'", "a b", "c \"d" }, { "a s p\"q r\"t", "a", "pq rt" },
		{ "a s \"p#q\"", "a", "p#q" }, { "a s p\\#q", "a", "p#q" }, { "a s \\#q", "a", "#q" },
		{ "a\\ b s p\\\\q\\\"r", "a b", "p\\q\"r" }, { "a s \"p\\\"q\"", "a", "p\"q" },
		{ "a s \\x41\\x4a4\\x7e!\\x5Az", "a", "AJ4~!Zz" }, { "a s \\101\\1012\\7", "a", "AA2\a" },
		{ "a s \\a\\b\\f\\n\\r\\s\\t\\z\\x9", "a", "\a\b\f\n\r \tz\t" },
		{ "a \\\n s \\\n p", "a", "p" }, { "a\\\nb s p", "ab", "p" }, { "a s \"p\\\nq\"", "a", "pq" },
		{ "a s \"\"", "a", "" }, { "a s ''", "a", "" }, { "a s \\", "a", "" },
		{ "a s '\\x27'", "a", "'" }, { "DOM\\\\a s p", "DOM\\a", "p" },
		{ "a@b.example s p@q", "a@b.example", "p@q" },
		{ "\xc3\xa4 s \xff", "\xc3\xa4", "\xff" }, { "a s @login", "a", "@login" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *secret;

		print_message("# %zu\n", i);
		load(USERS_CHAP, rows[i].text);
		assert_int_equal(users_count(users, USERS_CHAP), 1);
		secret = chap(rows[i].client, "s");
		assert_non_null(secret);
		assert_string_equal(secret, rows[i].secret);
		assert_null(chap(rows[i].client, "other"));
		assert_null(chap("other", "s"));
	}
}

static void the_best_line(void **state)
{
	load(USERS_CHAP, "* * any\n"
			 "u * client\n"
			 "* s server\n"
			 "u s both\n"
			 "u s second\n"
			 "v * first\n"
			 "v * later\n");
	assert_int_equal(users_count(users, USERS_CHAP), 5);
	assert_string_equal(chap("u", "s"), "both");
	assert_string_equal(chap("u", "t"), "client");
	/* pppd holds the server's name for more than the client's */
	assert_string_equal(chap("v", "s"), "server");
	assert_string_equal(chap("v", "t"), "first");
	assert_string_equal(chap("w", "s"), "server");
	assert_string_equal(chap("w", "t"), "any");
	assert_string_equal(chap("", ""), "any");
	assert_null(secret_of(USERS_PAP, "u", "s", NULL));
}

static void names_are_octets(void **state)
{
	struct users_found found;
	uint8_t name[300];

	load(USERS_CHAP, "ab s p\n* t any");
	/* a NUL of the wire is neither the end of a name nor the bound between client and server */
	assert_int_equal(users_find(users, USERS_CHAP, (const uint8_t *)"ab\0", 3, "s", &found, NULL, NULL), -1);
	assert_int_equal(users_find(users, USERS_CHAP, (const uint8_t *)"s\0ab", 4, "", &found, NULL, NULL), -1);
	assert_int_equal(users_find(users, USERS_CHAP, (const uint8_t *)"ab", 2, "s", &found, NULL, NULL), 0);
	memset(name, 'n', sizeof(name));
	for (size_t length = 250; length <= sizeof(name); length++)
		assert_int_equal(users_find(users, USERS_CHAP, name, length, "t", &found, NULL, NULL), 0);
	users_forget(&found);
}

static void addresses(void **state)
{
	static const struct {
		const char *words;
		enum grant_address address;
		const char *fixed, *allowed, *not_allowed;
	} rows[] = {
		{ "", GRANT_ADDRESS_NONE, "", NULL, "192.0.2.1" },
		{ "-", GRANT_ADDRESS_NONE, "", NULL, "192.0.2.1" },
		{ "- 192.0.2.1", GRANT_ADDRESS_NONE, "", NULL, "192.0.2.1" },
		{ "-- 192.0.2.1", GRANT_ADDRESS_NONE, "", NULL, "192.0.2.1" },
		{ "*", GRANT_ADDRESS_UNSAID, "", "192.0.2.1", NULL },
		{ "192.0.2.7", GRANT_ADDRESS_FIXED, "192.0.2.7", "192.0.2.7", "192.0.2.8" },
		{ "192.0.2.7 *", GRANT_ADDRESS_FIXED, "192.0.2.7", "198.51.100.1", NULL },
		{ "192.0.2.7 -", GRANT_ADDRESS_FIXED, "192.0.2.7", "192.0.2.7", "192.0.2.8" },
		{ "192.0.2.7 192.0.2.9", GRANT_ADDRESS_FIXED, "192.0.2.7", "192.0.2.9", "192.0.2.8" },
		{ "192.0.2.0/24", GRANT_ADDRESS_UNSAID, "", "192.0.2.255", "192.0.3.0" },
		{ "192.0.2.99/24", GRANT_ADDRESS_UNSAID, "", "192.0.2.1", "192.0.3.0" },
		{ "192.0.2.0/24+", GRANT_ADDRESS_UNSAID, "", "192.0.2.1", "192.0.3.0" },
		{ "!192.0.2.7 192.0.2.0/24", GRANT_ADDRESS_UNSAID, "", "192.0.2.8", "192.0.2.7" },
		{ "192.0.2.0/24 !192.0.2.7", GRANT_ADDRESS_UNSAID, "", "192.0.2.7", "192.0.3.1" },
		{ "!192.0.2.0/24 *", GRANT_ADDRESS_UNSAID, "", "192.0.3.1", "192.0.2.7" },
		{ "2001:db8::/56", GRANT_ADDRESS_NONE, "", NULL, "192.0.2.7" },
		{ "host.example", GRANT_ADDRESS_NONE, "", NULL, "192.0.2.7" },
	};
	char line[128], text[ADDRESS_TEXT_MAX];
	struct address address;
	struct grant grant;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		snprintf(line, sizeof(line), "u * p %s\n", rows[i].words);
		print_message("# %s", line);
		load(USERS_CHAP, line);
		assert_string_equal(secret_of(USERS_CHAP, "u", "s", &grant), "p");
		assert_int_equal(grant.address, rows[i].address);
		assert_string_equal(address_format(&grant.ipv4, text, sizeof(text)), rows[i].fixed);
		if (rows[i].allowed) {
			assert_true(address_parse(rows[i].allowed, &address));
			assert_true(grant_allows(&grant, &address));
		}
		if (rows[i].not_allowed) {
			assert_true(address_parse(rows[i].not_allowed, &address));
			assert_false(grant_allows(&grant, &address));
		}
	}
}

static void ipv6_words(void **state)
{
	struct grant grant;
	char text[PREFIX_TEXT_MAX];

	load(USERS_CHAP, "u * p * 2001:db8:1::/56 2001:db8:2::/64 2001:db8::7\n"
			 "v * p 2001:db8:1::/56 2001:db8:2::/64 2001:db8::7 *\n");
	/* nothing is read behind a "*" */
	secret_of(USERS_CHAP, "u", "s", &grant);
	assert_int_equal(grant.delegated.address.family, AF_UNSPEC);
	secret_of(USERS_CHAP, "v", "s", &grant);
	assert_string_equal(prefix_format(&grant.delegated, text, sizeof(text)), "2001:db8:1::/56");
	assert_string_equal(prefix_format(&grant.ipv6_prefix, text, sizeof(text)), "2001:db8:2::/64");
	assert_string_equal(address_format(&grant.ipv6, text, sizeof(text)), "2001:db8::7");
	assert_int_equal(grant.allowed_count, 1);
}

static void mistakes_have_a_place(void **state)
{
	char line[2000];

	load(USERS_CHAP, "u s before\n");
	REFUSED("ok * p *\n u * \"p\n", "f:2:6: a quote is not closed on its line");
	REFUSED("u * 'p", "f:1:5: a quote is not closed on its line");
	REFUSED("u * p 300.0.0.1", "f:1:7: this is no address, ADDRESS/LENGTH, *, or -");
	REFUSED("\n\nu * p 192.0.2.1 ::1/129", "f:3:17: this is no address, ADDRESS/LENGTH, *, or -");
	REFUSED("u * p !", "f:1:7: this is no address, ADDRESS/LENGTH, *, or -");
	REFUSED("u * p 1:2:3:4:5:6:7:8:9:a:b:c:d:e:f:1:2:3:4:5:6:7:8:9:a:b:c:d:e:f",
		"f:1:7: this is no address, ADDRESS/LENGTH, *, or -");
	REFUSED("u * p 1.1.1.1 1.1.1.2 1.1.1.3 1.1.1.4 1.1.1.5 1.1.1.6 1.1.1.7 1.1.1.8 1.1.1.9",
		"f:1:71: a user can have 8 words for addresses; a network says more");
	REFUSED("u * p\0q", "f:1:7: a NUL cannot be in a word");
	REFUSED("u * p\\0q", "f:1:8: a NUL cannot be in a word");
	memset(line, 'x', sizeof(line));
	memcpy(line, "u * ", 4);
	refused(line, 4 + 1024, "f:1:5: a word is longer than 1023 octets; is a quote not closed?");
	refused(line, 4 + 256, "f:1:5: a secret can have 255 octets");
	memcpy(line, "uuu ", 4);
	memcpy(line + 4 + 256, " p", 2);
	refused(line, 4 + 256 + 2, "f:1:5: a server's name can have 255 octets");
	memset(line, 'x', 256);
	memcpy(line + 256, " s p", 4);
	refused(line, 260, "f:1:1: a client's name can have 255 octets");
	/* nothing is half applied */
	assert_int_equal(users_count(users, USERS_CHAP), 1);
	assert_string_equal(chap("u", "s"), "before");
	assert_null(chap("ok", "s"));
	assert_int_equal(log_lines, 0);
}

static void long_lines(void **state)
{
	char line[20000] = "u * p";
	struct error error = { 0 };

	for (size_t i = 0; i < 4000; i++)
		strcat(line, " ''");
	assert_int_equal(users_load(users, USERS_CHAP, "f", line, strlen(line), &error), -1);
	for (size_t word = 0; word < 9; word++) {
		memset(line + word * 501, 'x', 500);
		line[word * 501 + 500] = ' ';
	}
	assert_int_equal(users_load(users, USERS_CHAP, "f", line, 9 * 501, &error), -1);
	assert_string_equal(error.text, "f:1:4009: the line is too long");
	/* options behind many words are left out of account */
	strcpy(line, "u * p * --");
	for (size_t i = 0; i < 100; i++)
		strcat(line, " noauth");
	load(USERS_CHAP, line);
	assert_string_equal(chap("u", "s"), "p");
}

static void what_is_not_used_is_told(void **state)
{
	char text[200] = "";

	load(USERS_CHAP, "alone\ntwo words\nu * p lon.example\nv * p * -- mtu 1400\nw * p 192.0.2.0/24+\n");
	assert_int_equal(users_count(users, USERS_CHAP), 3);
	assert_string_equal(logged,
		"/etc/ppp/x-secrets:1:1: the line has no client, server and secret; it is not used\n"
		"/etc/ppp/x-secrets:2:1: the line has no client, server and secret; it is not used\n"
		"/etc/ppp/x-secrets:3:7: names are not looked up here: write the address instead; the word is not used\n"
		"/etc/ppp/x-secrets:4:9: options for pppd behind -- are not used\n"
		"/etc/ppp/x-secrets:5:7: the + is not used: the user may have any address of the network\n");
	logged[0] = '\0';
	load(USERS_PAP, "u * $6$salt$hash *\nv * $ecret *\nw * $a$b *\nx * $$$ *\n");
	assert_string_equal(logged, "/etc/ppp/x-secrets:1:5: this looks encrypted, as for crypt(3), and is compared "
				    "as it stands: write the password itself\n");
	log_lines = 0;
	for (size_t i = 0; i < 50; i++)
		strcat(text, "x\n");
	load(USERS_CHAP, text);
	assert_int_equal(log_lines, 6);
	assert_non_null(strstr(logged, "45 more such lines"));
}

static void system_logins_are_refused(void **state)
{
	struct users_found found;
	struct error error = { 0 };

	load(USERS_PAP, "# as Debian delivers it\n* hostname \"\" *\nguest hostname \"*\" -\nl hostname @login *\n");
	load(USERS_CHAP, "u * \"\" *\n");
	assert_int_equal(log_lines, 0);
	assert_int_equal(users_find(users, USERS_PAP, (const uint8_t *)"u", 1, "hostname", &found, NULL, &error), -1);
	assert_int_equal(error.code, ERROR_UNSUPPORTED);
	assert_string_equal(error.text,
			    "/etc/ppp/x-secrets:2: no secret stands there, which means the system's passwords: "
			    "these are not asked; write a secret");
	assert_int_equal(users_find(users, USERS_PAP, (const uint8_t *)"l", 1, "hostname", &found, NULL, &error), -1);
	assert_int_equal(error.code, ERROR_UNSUPPORTED);
	assert_string_equal(secret_of(USERS_PAP, "guest", "hostname", NULL), "*");
	assert_string_equal(chap("u", "s"), "");
}

static int read_file(void *context, const char *path, char *out, size_t size, size_t *length, struct error *error)
{
	const char *text = context;

	if (strcmp(path, "/run/secret") != 0)
		return error_set(error, ERROR_SYSTEM, NULL, "cannot open %s", path);
	assert_true(strlen(text) <= size);
	*length = strlen(text);
	memcpy(out, text, *length);
	return 0;
}

static void secrets_in_files(void **state)
{
	char content[1024] = "# c\n \"the secret\" and more\n";
	struct users_found found;
	struct error error = { 0 };

	load(USERS_CHAP, "u * @/run/secret\nv * @/none\nw * @run");
	assert_int_equal(users_find(users, USERS_CHAP, (const uint8_t *)"u", 1, "s", &found, NULL, &error), -1);
	assert_int_equal(error.code, ERROR_UNSUPPORTED);
	users_free(users);
	users = users_new(read_file, content);
	load(USERS_CHAP, "u * @/run/secret\nv * @/none\nw * @run");
	assert_string_equal(chap("u", "s"), "the secret");
	assert_string_equal(chap("w", "s"), "@run");
	/* it is read when it is needed */
	strcpy(content, "new");
	assert_string_equal(chap("u", "s"), "new");
	strcpy(content, "# nothing\n");
	assert_int_equal(users_find(users, USERS_CHAP, (const uint8_t *)"u", 1, "s", &found, NULL, &error), -1);
	assert_string_equal(error.text, "/run/secret: its first word is the secret, of at most 255 octets");
	memset(content, 'x', 400);
	assert_int_equal(users_find(users, USERS_CHAP, (const uint8_t *)"u", 1, "s", &found, NULL, &error), -1);
	assert_int_equal(users_find(users, USERS_CHAP, (const uint8_t *)"v", 1, "s", &found, NULL, &error), -1);
	assert_string_equal(error.text, "cannot open /none");
	assert_int_equal(found.length, 0);
}

static void many(void **state)
{
	enum { LINES = 100000 };
	size_t size = LINES * 48, used = 0;
	char *text = malloc(size), name[32], secret[32];
	struct error error = { 0 };

	for (unsigned int i = 0; i < LINES; i++)
		used += (size_t)snprintf(text + used, size - used, "user%u\t*\tsecret%u\t*\n", i, i);
	assert_int_equal(users_load(users, USERS_CHAP, "f", text, used, &error), 0);
	assert_int_equal(users_count(users, USERS_CHAP), LINES);
	for (unsigned int i = 0; i < LINES; i++) {
		snprintf(name, sizeof(name), "user%u", i);
		snprintf(secret, sizeof(secret), "secret%u", i);
		assert_string_equal(chap(name, "lns"), secret);
	}
	load(USERS_CHAP, "");
	assert_int_equal(users_count(users, USERS_CHAP), 0);
	assert_null(chap("user1", "lns"));
	free(text);
}

#define CASE(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(lines_and_words),
		CASE(the_best_line),
		CASE(names_are_octets),
		CASE(addresses),
		CASE(ipv6_words),
		CASE(mistakes_have_a_place),
		CASE(long_lines),
		CASE(what_is_not_used_is_told),
		CASE(system_logins_are_refused),
		CASE(secrets_in_files),
		CASE(many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
