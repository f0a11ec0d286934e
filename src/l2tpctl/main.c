/* SPDX-License-Identifier: MIT */
/*
 * l2tpctl: the daemon's command line.  It knows the language (config/) and the API, and nothing
 * of the daemon's inside.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "l2tpctl/bridge.h"
#include "l2tpctl/complete.h"
#include "l2tpctl/interactive.h"
#include "l2tpctl/options.h"
#include "l2tpctl/remote.h"
#include "l2tpctl/run.h"
#include "os/standard.h"

static void print_completion(void *context, const char *word, const char *help)
{
	puts(word);
}

static const struct os_option *find_option(const char *word)
{
	const struct os_option *option = l2tpctl_program.options;

	for (; option->id; option++)
		if ((word[1] == option->id && !word[2]) || (option->name && strcmp(word + 2, option->name) == 0))
			return option;
	return NULL;
}

static void print_options(const char *beginning)
{
	for (const struct os_option *option = l2tpctl_program.options; option->id && option->name; option++)
		if (strncmp("--", beginning, 2) || strncmp(option->name, beginning + 2, strlen(beginning + 2)) == 0)
			printf("--%s\n", option->name);
}

/* words: as typed behind the program's name, the last is to be finished. Names are those of this host's daemon:
 * no key should wait for ssh. */
static enum status print_completions(const char *const *words, unsigned int count)
{
	const struct os_option *option;
	const char *path = NULL;
	bool here = true;
	struct api api;

	while (count > 1 && words[0][0] == '-') {
		option = find_option(words[0]);
		words++;
		count--;
		if (option && option->argument) {
			path = option->id == 's' ? words[0] : path;
			here = here && option->id != 'H';
			words++;
			count--;
		}
	}
	if (!count)
		return STATUS_OK;	/* the argument of an option: the shell's own completion */
	api_init(&api, path, NULL);
	if (words[0][0] == '-')
		print_options(words[0]);
	else
		complete(words, count, here ? &api : NULL, print_completion, NULL);
	api_free(&api);
	return STATUS_OK;
}

static enum status run_all(struct run *run, char **words, int count)
{
	if (count == 1 && strcmp(words[0], "help") == 0) {
		l2tpctl_help(stdout);
		return STATUS_OK;
	}
	if (count > 0)
		return run_words(run, (const char *const *)words, (unsigned int)count);
	if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
		return run_interactive(run);
	return run_script(run);
}

/* What the options said. */
struct chosen {
	const char *socket, *host;	/* NULL: not given */
	bool json, quiet, complete, bridge;
};

/* Returns -1 to go on, else the exit status. */
static int take_option(int id, const char *argument, struct chosen *chosen)
{
	struct error error = { 0 };

	switch (id) {
	case 's':
		chosen->socket = argument;
		return -1;
	case 'H':
		chosen->host = argument;
		if (remote_host_allowed(argument, &error))
			return -1;
		fprintf(stderr, "l2tpctl: %s\n", error.text);
		return STATUS_USAGE;
	case 'j':
		chosen->json = true;
		return -1;
	case 'q':
		chosen->quiet = true;
		return -1;
	case OPTION_COMPLETE:
		chosen->complete = true;
		return -1;
	case OPTION_BRIDGE:
		chosen->bridge = true;
		return -1;
	case 'h':
		l2tpctl_help(stdout);
		return STATUS_OK;
	case 'V':
		puts("l2tpctl " L2TPD_VERSION);
		return STATUS_OK;
	default:
		return STATUS_USAGE;
	}
}

/* What `ssh HOST l2tpctl --bridge` is. */
static enum status bridge(const char *path)
{
	struct error error = { 0 };
	struct api api;
	enum api_outcome outcome;

	api_init(&api, path, NULL);
	outcome = api_open(&api, &error);
	if (outcome == API_OK && bridge_run(STDIN_FILENO, STDOUT_FILENO, api.fd, &error) < 0)
		outcome = API_REFUSED;
	if (outcome != API_OK)
		fprintf(stderr, "l2tpctl: %s\n", error.text);
	api_free(&api);
	return run_status(outcome);
}

static int run_program(int argc, char **argv)
{
	struct chosen chosen = { .socket = NULL };
	struct run run = { .quiet = false };
	const char *argument;
	int id, first, status = -1;

	while (status < 0 && (id = os_options_next(&l2tpctl_program, argc, argv, &argument, &first)) != OS_OPTIONS_END)
		status = take_option(id, argument, &chosen);
	if (status >= 0)
		return status;
	if (chosen.bridge)
		return bridge(chosen.socket);
	if (chosen.complete)
		return print_completions((const char *const *)argv + first, (unsigned int)(argc - first));
	run.json = chosen.json;
	run.quiet = chosen.quiet;
	api_init(&run.api, chosen.socket, chosen.host);
	status = run_all(&run, argv + first, argc - first);
	api_free(&run.api);
	return status;
}

int main(int argc, char **argv)
{
	os_standard_open();
	return os_standard_close("l2tpctl", run_program(argc, argv));
}
