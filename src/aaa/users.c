/* SPDX-License-Identifier: MIT */
/*
 * The lines of the secrets files (users_line.c) by server and client.  A line may say "*" for either, so who is looked
 * for may be found by four keys; the first line of each is the one that counts.
 *
 * Whatever has held secrets is wiped when it is freed.
 */
#include "aaa/users.h"

#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1	/* an element that could not be added has hh.tbl NULL */
#include <uthash.h>

#include "aaa/users_line.h"
#include "base/log.h"

#define NAME_LENGTH_MAX 255		/* octets of a client's or server's name */
#define KEY_MAX (2 * NAME_LENGTH_MAX + 1)
#define WARNINGS_MAX 5			/* of one file; a file of another kind would fill the log */
#define LINK_PREFIX 64			/* bits that hosts share on an IPv6 link */

enum { CLIENT, SERVER, SECRET, ADDRESSES };

/* One line; behind it lie its rules, its key (server, NUL, client) and its secret. */
struct user {
	UT_hash_handle hh;
	uint32_t line;
	size_t size;			/* of all that was allocated */
	uint16_t key_length, secret_length;
	bool in_file;			/* the secret is the path of a file */
	uint8_t rule_count;
	struct grant_allowed rules[];
};

struct table {
	struct user *users;
	char *path;
};

struct users {
	users_read_fn *read;
	void *context;
	struct table tables[USERS_FILES];
};

/* While a file is read. */
struct loading {
	enum users_file file;
	struct users_text text;
	struct users_line line;
	struct table table;
	uint32_t warnings;
	struct grant_allowed rules[GRANT_ALLOWED_MAX];
	unsigned int rule_count;
};

static char *key_of(struct user *user)
{
	return (char *)(user->rules + user->rule_count);
}

static char *secret_of(struct user *user)
{
	return key_of(user) + user->key_length;
}

static void user_free(struct user *user)
{
	explicit_bzero(user, user->size);
	free(user);
}

static void table_clear(struct table *table)
{
	struct user *user, *next;

	HASH_ITER(hh, table->users, user, next) {
		HASH_DEL(table->users, user);
		user_free(user);
	}
	free(table->path);
	*table = (struct table){ .users = NULL };
}

struct users *users_new(users_read_fn *read, void *context)
{
	struct users *users = calloc(1, sizeof(*users));

	if (!users)
		return NULL;
	users->read = read;
	users->context = context;
	return users;
}

void users_free(struct users *users)
{
	if (!users)
		return;
	for (unsigned int i = 0; i < USERS_FILES; i++)
		table_clear(&users->tables[i]);
	free(users);
}

uint32_t users_count(const struct users *users, enum users_file file)
{
	return HASH_COUNT(users->tables[file].users);
}

/* --- the address column --- */

static void warn_at(struct loading *loading, const struct users_word *word, const char *what)
{
	if (loading->warnings++ < WARNINGS_MAX)
		log_warning("%s:%u:%u: %s", loading->text.path, word->line, word->column, what);
}

static int refuse_at(struct loading *loading, unsigned int word, struct error *error, const char *what)
{
	const struct users_word *at = &loading->line.words[word];

	return users_text_refuse(&loading->text, at->line, at->column, error, what);
}

static void add_rule(struct loading *loading, const struct prefix *prefix, bool refused)
{
	loading->rules[loading->rule_count++] = (struct grant_allowed){ *prefix, refused };
}

/* Of one that has more than addresses have. Names in it are names then, which pppd looks up. */
static bool is_name(const char *word)
{
	return !strchr(word, ':') && strspn(word, "0123456789./+") != strlen(word);
}

/* Which of the things in the column a word is is told by what it says: *more becomes false behind the last. */
static int read_address(struct loading *loading, unsigned int number, bool *more, struct error *error)
{
	const struct users_word *word = &loading->line.words[number];
	const char *text = users_line_word(&loading->line, number);
	bool refused = *text == '!', is_any = strcmp(text, "*") == 0;
	struct prefix prefix = { .address.family = AF_INET };
	char address[PREFIX_TEXT_MAX + 1] = "";

	*more = !is_any && strcmp(text, "-") != 0 && strcmp(text, "--") != 0;
	if (!*more && !is_any)
		return 0;
	if (loading->rule_count >= GRANT_ALLOWED_MAX)
		return refuse_at(loading, number, error, "a user can have 8 words for addresses; a network says more");
	if (word->length - refused < (int)sizeof(address))
		memcpy(address, text + refused, word->length - refused);
	if (address[0] && address[strlen(address) - 1] == '+') {
		warn_at(loading, word, "the + is not used: the user may have any address of the network");
		address[strlen(address) - 1] = '\0';
	}
	if (!is_any && is_name(text + refused)) {
		warn_at(loading, word, "names are not looked up here: write the address instead; the word is not used");
		return 0;
	}
	/* pppd does not mind bits behind the length */
	if (!is_any && !prefix_parse(address, &prefix) && prefix.address.family == AF_UNSPEC)
		return refuse_at(loading, number, error, "this is no address, ADDRESS/LENGTH, *, or -");
	add_rule(loading, &prefix, refused);
	return 0;
}

static int read_addresses(struct loading *loading, struct error *error)
{
	const struct users_line *line = &loading->line;
	bool more = true;

	loading->rule_count = 0;
	for (unsigned int i = ADDRESSES; more && i < line->count; i++) {
		if (i >= USERS_WORDS_MAX)
			return refuse_at(loading, USERS_WORDS_MAX - 1, error, "the line has too many words");
		if (read_address(loading, i, &more, error) < 0)
			return -1;
	}
	return 0;
}

/* Options for pppd stand behind "--". */
static void warn_of_options(struct loading *loading)
{
	unsigned int count = loading->line.count < USERS_WORDS_MAX ? loading->line.count : USERS_WORDS_MAX;

	for (unsigned int i = ADDRESSES; i < count; i++)
		if (strcmp(users_line_word(&loading->line, i), "--") == 0)
			warn_at(loading, &loading->line.words[i], "options for pppd behind -- are not used");
}

/* --- loading --- */

static size_t put_key(char *key, const char *server, const void *client, size_t client_length)
{
	size_t server_length = strlen(server);

	memcpy(key, server, server_length + 1);
	memcpy(key + server_length + 1, client, client_length);
	return server_length + 1 + client_length;
}

/* NULL when out of memory. */
static struct user *make_user(const struct loading *loading)
{
	const struct users_word *words = loading->line.words;
	size_t rules = loading->rule_count * sizeof(*loading->rules);
	size_t key_length = (size_t)words[CLIENT].length + words[SERVER].length + 1;
	const char *secret = users_line_word(&loading->line, SECRET);
	bool in_file = secret[0] == '@' && secret[1] == '/';
	size_t size = sizeof(struct user) + rules + key_length + words[SECRET].length + 1;
	struct user *user = calloc(1, size);

	if (!user)
		return NULL;
	user->size = size;
	user->line = words[CLIENT].line;
	user->rule_count = (uint8_t)loading->rule_count;
	memcpy(user->rules, loading->rules, rules);
	user->key_length = (uint16_t)put_key(key_of(user), users_line_word(&loading->line, SERVER),
					     users_line_word(&loading->line, CLIENT), words[CLIENT].length);
	user->in_file = in_file;
	user->secret_length = (uint16_t)(words[SECRET].length - in_file);
	memcpy(secret_of(user), secret + in_file, user->secret_length);
	return user;
}

/* Of lines for the same client and server the first counts. */
static int add_user(struct loading *loading, struct error *error)
{
	struct user *user = make_user(loading), *same = NULL;

	if (user)
		HASH_FIND(hh, loading->table.users, key_of(user), user->key_length, same);
	if (same) {
		user_free(user);
		return 0;
	}
	if (user)
		HASH_ADD_KEYPTR(hh, loading->table.users, key_of(user), user->key_length, user);
	if (user && user->hh.tbl)
		return 0;
	if (user)
		user_free(user);
	return error_set(error, ERROR_SYSTEM, NULL, "out of memory for the users of %s", loading->text.path);
}

static int check_lengths(struct loading *loading, struct error *error)
{
	const struct users_word *words = loading->line.words;

	if (words[CLIENT].length > NAME_LENGTH_MAX)
		return refuse_at(loading, CLIENT, error, "a client's name can have 255 octets");
	if (words[SERVER].length > NAME_LENGTH_MAX)
		return refuse_at(loading, SERVER, error, "a server's name can have 255 octets");
	if (words[SECRET].length >= USERS_SECRET_MAX && users_line_word(&loading->line, SECRET)[0] != '@')
		return refuse_at(loading, SECRET, error, "a secret can have 255 octets");
	return 0;
}

/* As of crypt(5): "$6$salt$...". */
static bool is_crypted(const char *secret)
{
	size_t id = secret[0] == '$' ? strspn(secret + 1, "0123456789abcdefghijklmnopqrstuvwxyz") : 0;

	return id && secret[1 + id] == '$' && strchr(secret + 2 + id, '$');
}

static int load_line(struct loading *loading, struct error *error)
{
	if (loading->line.count <= SECRET) {
		warn_at(loading, &loading->line.words[CLIENT],
			"the line has no client, server and secret; it is not used");
		return 0;
	}
	if (check_lengths(loading, error) < 0 || read_addresses(loading, error) < 0)
		return -1;
	warn_of_options(loading);
	if (loading->file == USERS_PAP && is_crypted(users_line_word(&loading->line, SECRET)))
		warn_at(loading, &loading->line.words[SECRET],
			"this looks encrypted, as for crypt(3), and is compared as it stands: write the password itself");
	return add_user(loading, error);
}

static int load_all(struct loading *loading, const char *path, struct error *error)
{
	int found;

	loading->table.path = strdup(path);
	if (!loading->table.path)
		return error_set(error, ERROR_SYSTEM, NULL, "out of memory for the users of %s", path);
	while ((found = users_text_next(&loading->text, &loading->line, error)) > 0)
		if (load_line(loading, error) < 0)
			return -1;
	if (loading->warnings > WARNINGS_MAX)
		log_warning("%s: %u more such lines", path, loading->warnings - WARNINGS_MAX);
	return found;
}

int users_load(struct users *users, enum users_file file, const char *path, const char *text, size_t length,
	       struct error *error)
{
	struct loading *loading = calloc(1, sizeof(*loading));
	int result;

	if (!loading)
		return error_set(error, ERROR_SYSTEM, NULL, "out of memory for the users of %s", path);
	loading->file = file;
	loading->text = users_text_over(path, text, length);
	result = load_all(loading, path, error);
	if (result == 0) {
		table_clear(&users->tables[file]);
		users->tables[file] = loading->table;
	} else {
		table_clear(&loading->table);
	}
	explicit_bzero(loading, sizeof(*loading));
	free(loading);
	return result;
}

/* --- finding --- */

static struct user *look_up(const struct table *table, const char *server, const void *client, size_t client_length)
{
	char key[KEY_MAX + 1];
	struct user *user;
	size_t length;

	if (client_length > NAME_LENGTH_MAX || strlen(server) > NAME_LENGTH_MAX)
		return NULL;
	length = put_key(key, server, client, client_length);
	HASH_FIND(hh, table->users, key, length, user);
	return user;
}

static struct user *best(const struct table *table, const char *server, const void *client, size_t client_length)
{
	struct user *user = look_up(table, server, client, client_length);

	if (!user)
		user = look_up(table, server, "*", 1);
	if (!user)
		user = look_up(table, "*", client, client_length);
	return user ? user : look_up(table, "*", "*", 1);
}

/* Which part of a grant a word of the address column is depends on its family and length. */
static void grant_rule(struct grant *grant, const struct grant_allowed *rule)
{
	const struct prefix *prefix = &rule->prefix;

	if (prefix->address.family == AF_INET) {
		grant->allowed[grant->allowed_count++] = *rule;
		if (prefix->length == 32 && !rule->refused && grant->address != GRANT_ADDRESS_FIXED) {
			grant->address = GRANT_ADDRESS_FIXED;
			grant->ipv4 = prefix->address;
		}
	} else if (!rule->refused && prefix->length == 128) {
		grant->ipv6 = prefix->address;
	} else if (!rule->refused && prefix->length == LINK_PREFIX) {
		grant->ipv6_prefix = *prefix;
	} else if (!rule->refused && prefix->length < LINK_PREFIX) {
		grant->delegated = *prefix;
	}
}

static void fill_grant(const struct user *user, struct grant *grant)
{
	for (unsigned int i = 0; i < user->rule_count; i++)
		grant_rule(grant, &user->rules[i]);
	if (!grant->allowed_count)
		grant->address = GRANT_ADDRESS_NONE;
}

/* The secret is the first word of a file. */
static int read_secret(const struct users *users, const char *path, struct users_found *found, struct error *error)
{
	struct users_line line;
	struct users_text text;
	char octets[4 * USERS_SECRET_MAX];
	size_t length = 0;
	int result = -1;

	line.count = 0;
	if (!users->read) {
		error_set(error, ERROR_UNSUPPORTED, NULL, "secrets in files of their own (%s) are not read here", path);
		return -1;
	}
	if (users->read(users->context, path, octets, sizeof(octets), &length, error) < 0)
		goto out;
	text = users_text_over(path, octets, length);
	if (users_text_next(&text, &line, error) < 0)
		goto out;
	if (!line.count || line.words[0].length >= USERS_SECRET_MAX) {
		error_set(error, ERROR_VALUE, NULL, "%s: its first word is the secret, of at most 255 octets", path);
		goto out;
	}
	found->length = line.words[0].length;
	memcpy(found->secret, users_line_word(&line, 0), found->length);
	result = 0;
out:
	explicit_bzero(octets, sizeof(octets));
	explicit_bzero(&line, sizeof(line));
	return result;
}

static int take_secret(const struct users *users, enum users_file file, struct user *user, struct users_found *found,
		       struct error *error)
{
	char path[USERS_PATH_MAX];
	bool is_login = user->secret_length == 0 || (user->secret_length == 6 && !memcmp(secret_of(user), "@login", 6));

	if (user->in_file) {
		memcpy(path, secret_of(user), user->secret_length);
		path[user->secret_length] = '\0';
		return read_secret(users, path, found, error);
	}
	if (file == USERS_PAP && is_login)
		return error_set(error, ERROR_UNSUPPORTED, NULL,
				 "%s:%u: no secret stands there, which means the system's passwords: these are not asked; "
				 "write a secret", users->tables[file].path, user->line);
	memcpy(found->secret, secret_of(user), user->secret_length);
	found->length = user->secret_length;
	return 0;
}

int users_find(const struct users *users, enum users_file file, const uint8_t *client, size_t client_length,
	       const char *server, struct users_found *found, struct grant *grant, struct error *error)
{
	const struct table *table = &users->tables[file];
	struct user *user = best(table, server, client, client_length);

	memset(found, 0, sizeof(*found));
	if (grant)
		memset(grant, 0, sizeof(*grant));
	if (!user)
		return error_set(error, ERROR_UNKNOWN, NULL, "%s has no line for this client and server %s",
				 table->path ? table->path : "no file", server);
	if (take_secret(users, file, user, found, error) < 0) {
		users_forget(found);
		return -1;
	}
	found->line = user->line;
	if (grant)
		fill_grant(user, grant);
	return 0;
}

void users_forget(struct users_found *found)
{
	explicit_bzero(found, sizeof(*found));
}
