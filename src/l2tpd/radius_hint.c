/* SPDX-License-Identifier: MIT */
/*
 * See radius_hint.h.  Configurations without the word, which are most, are not looked at twice.
 */
#include "l2tpd/radius_hint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "config/radiusclient.h"
#include "l2tpd/files.h"
#include "os/file.h"

#define HINTS_MAX 64		/* profiles with one */
#define TEXT_MAX (HINTS_MAX * COMMAND_TEXT_MAX / 4)

struct hint {
	char profile[CONFIG_NAME_MAX], path[CONFIG_PATH_MAX];
	bool has_servers;	/* of ours */
	bool says_use, use;	/* use_radius */
};

struct hints {
	struct hint all[HINTS_MAX];
	unsigned int count;
	char text[TEXT_MAX];	/* the commands */
	size_t length;
};

/* Words may be abbreviated, to no less than this. */
static bool has_word(const struct source_list *sources)
{
	static const char *const words[] = { "radius_h", "RADIUS_H" };

	for (unsigned int i = 0; i < sources->count; i++) {
		const struct source *piece = &sources->items[i];

		for (int j = 0; j < 2 && piece->text; j++) {
			if (memmem(piece->text, piece->length, words[j], strlen(words[j])))
				return true;
		}
	}
	return false;
}

static struct hint *hint_of(struct hints *hints, const char *profile)
{
	struct hint *hint = hints->all;

	while (hint < hints->all + hints->count && strcmp(hint->profile, profile) != 0)
		hint++;
	if (hint == hints->all + HINTS_MAX)
		return NULL;
	if (hint == hints->all + hints->count) {
		hints->count++;
		snprintf(hint->profile, sizeof(hint->profile), "%s", profile);
	}
	return hint;
}

static bool is_set(const struct command *command, const char *parameter)
{
	return param_set_has(&command->set, config_row(CONFIG_PPP_PROFILE, parameter));
}

static void note(struct hints *hints, const struct command *command)
{
	const struct ppp_profile_config *config = &command->config.ppp_profile;
	bool unset = command->verb == CONFIG_UNSET;
	struct hint *hint = command->object == CONFIG_PPP_PROFILE ? hint_of(hints, config->profile_name) : NULL;

	if (!hint)
		return;
	if (is_set(command, "radius_hint"))
		snprintf(hint->path, sizeof(hint->path), "%s", unset ? "" : config->radius_hint);
	if (is_set(command, "radius_servers"))
		hint->has_servers = !unset && config->radius_servers[0];
	if (is_set(command, "use_radius")) {
		hint->says_use = !unset;
		hint->use = config->use_radius;
	}
}

static int note_all(struct hints *hints, const struct source_list *sources, struct error *error)
{
	for (unsigned int i = 0; i < sources->count; i++) {
		struct command_reader reader;
		struct config_place place;
		struct command command;
		int found;

		if (!sources->items[i].text)
			continue;
		if (source_reader_begin(&reader, &sources->items[i]) < 0)
			return error_set(error, ERROR_SYSTEM, NULL, "out of memory");
		while ((found = command_reader_next(&reader, &command, &place, NULL)) != 0) {
			if (found > 0)
				note(hints, &command);
		}
		command_reader_end(&reader);
	}
	return 0;
}

/* --- commands --- */

static int put_command(struct hints *hints, const struct command *command, struct error *error)
{
	int length = command_write(command, hints->text + hints->length, sizeof(hints->text) - hints->length - 1);

	if (length < 0)
		return error_set(error, ERROR_LIMIT, "radius_hint", "that are too many servers");
	hints->length += (size_t)length;
	hints->text[hints->length++] = '\n';
	return 0;
}

static void set(struct command *command, const char *parameter)
{
	param_set_add(&command->set, config_row(command->object, parameter));
}

static int put_server(struct hints *hints, const struct radiusclient *client, unsigned int number, struct error *error)
{
	struct command command = { .object = CONFIG_RADIUS, .verb = CONFIG_CREATE };
	struct radius_profile_config *config = &command.config.radius;
	int ret;

	*config = client->servers[number];
	set(&command, "radius_name");
	set(&command, "address");
	set(&command, "secret");
	set(&command, "auth_port");
	set(&command, "acct_port");
	if (client->timeout != RADIUSCLIENT_UNSAID) {
		config->timeout = client->timeout;
		set(&command, "timeout");
	}
	if (client->retries != RADIUSCLIENT_UNSAID) {
		config->retries = client->retries;
		set(&command, "retries");
	}
	if (client->dead_time != RADIUSCLIENT_UNSAID) {
		config->dead_time = client->dead_time;
		set(&command, "dead_time");
	}
	ret = put_command(hints, &command, error);
	explicit_bzero(&command, sizeof(command));
	return ret;
}

static int put_profile(struct hints *hints, const struct hint *hint, const struct radiusclient *client,
		       struct error *error)
{
	struct command command = { .object = CONFIG_PPP_PROFILE, .verb = CONFIG_MODIFY };
	struct ppp_profile_config *config = &command.config.ppp_profile;
	size_t used = 0;

	snprintf(config->profile_name, sizeof(config->profile_name), "%s", hint->profile);
	set(&command, "profile_name");
	for (unsigned int i = 0; i < client->count && used < sizeof(config->radius_servers); i++)
		used += (size_t)snprintf(config->radius_servers + used, sizeof(config->radius_servers) - used, "%s%s",
					 used ? "," : "", client->servers[i].radius_name);
	if (used >= sizeof(config->radius_servers))
		return error_set(error, ERROR_LIMIT, "radius_hint", "that are too many servers");
	set(&command, "radius_servers");
	return put_command(hints, &command, error);
}

/* --- the files --- */

static int read_secrets(struct radiusclient *client, struct error *error)
{
	struct secret_place place = { .kind = SECRET_FILE };
	char *text = calloc(1, SECRET_FILE_MAX);
	size_t length = 0;
	int ret;

	if (!text)
		return error_set(error, ERROR_SYSTEM, NULL, "out of memory");
	memcpy(place.name, client->servers_file, sizeof(place.name));
	ret = files_read_secret(NULL, &place, "radius_hint", text, &length, error);
	if (ret == 0)
		ret = radiusclient_read_secrets(text, length, client, error);
	explicit_bzero(text, SECRET_FILE_MAX);
	free(text);
	return ret;
}

static int read_client(const char *path, struct radiusclient *client, struct error *error)
{
	char *text = NULL;
	size_t length = 0;
	int ret;

	if (os_file_read(path, SECRET_FILE_MAX, &text, &length, error) < 0)
		return -1;
	ret = radiusclient_read(text, length, client, error);
	free(text);
	return ret < 0 ? -1 : read_secrets(client, error);
}

/* Is it in use, and the only one that says who is asked? */
static bool counts(const struct hints *hints, const struct hint *hint)
{
	bool use = hint->use;

	for (unsigned int i = 0; i < hints->count && !hint->says_use; i++)
		use |= strcmp(hints->all[i].profile, "default") == 0 && hints->all[i].use;
	return use && hint->path[0] == '/' && !hint->has_servers;
}

/* Did another profile name the same file? Its servers are there, then. */
static bool was_used(const struct hints *hints, const struct hint *hint)
{
	for (const struct hint *other = hints->all; other < hint; other++) {
		if (counts(hints, other) && strcmp(other->path, hint->path) == 0)
			return true;
	}
	return false;
}

static int put_hint(struct hints *hints, const struct hint *hint, struct error *error)
{
	struct radiusclient client = { .count = 0 };
	struct error failure = { 0 };
	int ret = 0;

	/* what the sessions then lack is told with them */
	if (read_client(hint->path, &client, &failure) < 0) {
		log_warning("ppp profile %s: radius_hint=%s: %s", hint->profile, hint->path, failure.text);
		client.count = 0;
	}
	for (unsigned int i = 0; ret == 0 && i < client.count && !was_used(hints, hint); i++)
		ret = put_server(hints, &client, i, error);
	if (ret == 0 && client.count)
		ret = put_profile(hints, hint, &client, error);
	explicit_bzero(&client, sizeof(client));
	return ret;
}

static int put_all(struct hints *hints, struct error *error)
{
	for (unsigned int i = 0; i < hints->count; i++) {
		const struct hint *hint = &hints->all[i];

		if (counts(hints, hint) && put_hint(hints, hint, error) < 0)
			return -1;
	}
	return 0;
}

static int add_piece(struct hints *hints, struct source_list *sources, struct error *error)
{
	char *text = hints->length ? malloc(hints->length) : NULL;

	if (!hints->length)
		return 0;
	if (!text)
		return error_set(error, ERROR_SYSTEM, NULL, "out of memory");
	memcpy(text, hints->text, hints->length);
	return source_add_text(sources, "radius_hint", 1, text, hints->length, error);
}

int radius_hint_add(struct source_list *sources, struct error *error)
{
	struct hints *hints = has_word(sources) ? calloc(1, sizeof(*hints)) : NULL;
	int ret = -1;

	if (!hints)
		return has_word(sources) ? error_set(error, ERROR_SYSTEM, NULL, "out of memory") : 0;
	if (note_all(hints, sources, error) == 0 && put_all(hints, error) == 0)
		ret = add_piece(hints, sources, error);
	explicit_bzero(hints, sizeof(*hints));
	free(hints);
	return ret;
}
