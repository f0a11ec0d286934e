/* SPDX-License-Identifier: MIT */
/*
 * config save: what runs, written as the commands that make it.  A file is replaced as a whole or not at all.
 * Secrets go into a file of their own beside it, FILE.secrets, which only its owner may read; the commands
 * name it.
 */
#include "l2tpctl/save.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/source.h"
#include "l2tpctl/progress.h"
#include "os/file.h"
#include "os/standard.h"

#define FILE_MODE 0640		/* of a new file: it says much of a network */
#define SECRETS_MODE 0600

struct save {
	struct run *run;
	struct error *error;
	struct progress progress;
	const char *path;		/* NULL: to standard output */
	char secrets_path[PATH_MAX];	/* absolute, as the daemon will read it */
	struct os_file_writer file, secrets;
	char *old_secrets;		/* of the file of secrets that is there; NULL: none was looked at */
	unsigned int commands, secret_count, secret_number;
	bool failed;			/* *error says why */
};

/* Not relative to a folder that the daemon does not know. */
static int name_secrets(struct save *save)
{
	char folder[PATH_MAX] = "";

	if (save->path[0] != '/' && !getcwd(folder, sizeof(folder) - 1))
		return error_set(save->error, ERROR_SYSTEM, NULL,
				 "the current folder is not known: give the whole path");
	if (folder[0])
		strcat(folder, "/");
	if ((size_t)snprintf(save->secrets_path, PATH_MAX, "%s%s.secrets", folder, save->path) >= PATH_MAX)
		return error_set(save->error, ERROR_VALUE, NULL, "the path is too long");
	return 0;
}

static int begin(struct save *save)
{
	if (!save->path) {
		save->file.out = stdout;
		return 0;
	}
	if (name_secrets(save) < 0 ||
	    os_file_write_begin(&save->file, save->path, FILE_MODE, true, save->error) < 0)
		return -1;
	fprintf(save->file.out,
		"# Written by `l2tpctl config save`; `l2tpctl config restore file=%s` makes it true again.\n",
		save->path);
	return 0;
}

/* --- secrets --- */

#define SECRETS_OCTETS_MAX (1u << 20)

/* Others than those that are written now may be in use: a parameter that was given as a file of ours keeps its key. */
static int begin_secrets(struct save *save)
{
	struct error ignored;
	size_t length;

	if (save->secrets.out)
		return 0;
	if (os_file_read(save->secrets_path, SECRETS_OCTETS_MAX, &save->old_secrets, &length, &ignored) < 0)
		save->old_secrets = NULL;	/* there are none yet */
	return os_file_write_begin(&save->secrets, save->secrets_path, SECRETS_MODE, false, save->error);
}

/* Does a line begin with this key? */
static bool has_key(const char *text, const char *key)
{
	size_t length = strlen(key);

	for (; text; text = strchr(text, '\n')) {
		text += *text == '\n';
		if (strncmp(text, key, length) == 0 && text[length] == ' ')
			return true;
	}
	return false;
}

/* " metrics_token_file=/etc/l2tpd.conf.secrets#metrics_token.1": as part of the command, and the secret itself. */
static int put_secret(struct save *save, const char *parameter, const char *value)
{
	char key[64], where[PATH_MAX + 64], word[2 * PATH_MAX];

	if (begin_secrets(save) < 0)
		return -1;
	save->secret_count++;
	do
		snprintf(key, sizeof(key), "%s.%u", parameter, ++save->secret_number);
	while (save->old_secrets && has_key(save->old_secrets, key));
	snprintf(where, sizeof(where), "%s#%s", save->secrets_path, key);
	if (command_quote(where, word, sizeof(word)) < 0)
		return error_set(save->error, ERROR_VALUE, NULL, "the path is too long");
	fprintf(save->secrets.out, "%s %s\n", key, value);
	fprintf(save->file.out, " %s_file=%s", parameter, word);
	return 0;
}

/* Lines of the file that goes whose keys the commands name. */
static int keep_secrets(struct save *save)
{
	char where[PATH_MAX + 64], *commands, *line, *rest = save->old_secrets;
	size_t length;

	if (!save->old_secrets)
		return 0;
	fflush(save->file.out);
	if (os_file_read(save->file.temporary, SOURCE_OCTETS_MAX, &commands, &length, save->error) < 0)
		return -1;
	while ((line = strsep(&rest, "\n"))) {
		int key = (int)strcspn(line, " ");

		snprintf(where, sizeof(where), "%s#%.*s", save->secrets_path, key, line);
		if (key && key < 64 && strstr(commands, where))
			fprintf(save->secrets.out, "%s\n", line);
	}
	free(commands);
	return 0;
}

static void forget_secrets(struct save *save)
{
	if (save->old_secrets)
		explicit_bzero(save->old_secrets, strlen(save->old_secrets));
	free(save->old_secrets);
}

static int put_secrets(struct save *save, const json_t *secrets)
{
	const json_t *secret;
	size_t i;

	json_array_foreach(secrets, i, secret) {
		const char *parameter = json_string_value(json_object_get(secret, "parameter"));
		const char *value = json_string_value(json_object_get(secret, "value"));

		if (parameter && value && save->path && put_secret(save, parameter, value) < 0)
			return -1;
	}
	return 0;
}

/* On a screen, or in a pipe, they have no place. */
static void put_secrets_left_out(const struct save *save, const json_t *secrets)
{
	const json_t *secret;
	size_t i;

	if (save->path)
		return;
	json_array_foreach(secrets, i, secret) {
		const char *parameter = json_string_value(json_object_get(secret, "parameter"));

		fprintf(save->file.out, "# its %s is left out: config save file=FILE puts it into a file of its own\n",
			parameter ? parameter : "secret");
	}
}

/* --- commands --- */

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static int put_command(struct save *save, const json_t *command)
{
	const char *text = json_string_value(json_object_get(command, "text"));
	const json_t *secrets = json_object_get(command, "secrets");

	if (!text)
		return error_set(save->error, ERROR_SYSTEM, NULL, "l2tpd answered with something that is no command");
	if (save->commands++ && begins(text, "tunnel create"))
		fputc('\n', save->file.out);
	if (!save->path && secrets && !strchr(text, '='))
		fputs("# ", save->file.out);	/* what is left of it does nothing */
	fputs(text, save->file.out);
	if (put_secrets(save, secrets) < 0)
		return -1;
	fputc('\n', save->file.out);
	put_secrets_left_out(save, secrets);
	return 0;
}

/* With -j: the commands as the daemon tells them. */
static void put_json(struct save *save, const json_t *command)
{
	fputs(save->commands++ ? ",\n" : "[\n", stdout);
	json_dumpf(command, stdout, 0);
}

static void put_batch(struct save *save, const json_t *commands)
{
	const json_t *command;
	size_t i;

	json_array_foreach(commands, i, command) {
		if (save->run->json && !save->path)
			put_json(save, command);
		else if (!save->failed)
			save->failed = put_command(save, command) < 0;
	}
}

static enum api_outcome receive(struct save *save)
{
	json_t *answer, *parameters = save->path ? json_pack("{s:b}", "secrets", 1) : json_object();
	enum api_outcome outcome = api_call(&save->run->api, "ConfigSave", parameters, true, save->error);
	bool continues = outcome == API_OK;

	while (continues) {
		outcome = api_reply(&save->run->api, &answer, &continues, save->error);
		if (outcome == API_OK)
			put_batch(save, json_object_get(answer, "commands"));
		json_decref(answer);
		progress_show(&save->progress, "saving, commands so far:", save->commands, 0);
	}
	if (save->run->json && !save->path && outcome == API_OK)
		puts(save->commands ? "\n]" : "[]");
	return outcome;
}

static void tell(const struct save *save)
{
	if (save->run->quiet || save->run->json)
		return;
	fprintf(stderr, "Saved configuration to %s: %u commands\n", save->path, save->commands);
	if (save->secret_count)
		fprintf(stderr, "Secrets in it: %u, in %s\n", save->secret_count, save->secrets_path);
}

/* The secrets first: a file that names them must not be there without them. */
static int end(struct save *save)
{
	if (!save->path)
		return os_standard_flush(save->error);
	if (save->secrets.out && (keep_secrets(save) < 0 || os_file_write_end(&save->secrets, save->error) < 0))
		return -1;
	if (os_file_write_end(&save->file, save->error) < 0)
		return -1;
	tell(save);
	return 0;
}

enum status save_run(struct run *run, const char *path, struct error *error)
{
	struct save save = { .run = run, .error = error, .path = strcmp(path, "-") && path[0] ? path : NULL };
	enum api_outcome outcome;
	enum status status;

	if (begin(&save) < 0)
		return STATUS_REFUSED;
	progress_begin(&save.progress, run->quiet);
	outcome = receive(&save);
	progress_end(&save.progress);
	status = run_status(outcome);
	if (outcome == API_OK && (save.failed || end(&save) < 0))
		status = STATUS_REFUSED;
	if (save.path) {
		os_file_write_abort(&save.file);
		os_file_write_abort(&save.secrets);
	}
	forget_secrets(&save);
	return status;
}
