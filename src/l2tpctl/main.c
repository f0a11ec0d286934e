/* SPDX-License-Identifier: MIT */
/*
 * l2tpctl: the daemon's command line.  It knows the language (config/) and the API, and nothing
 * of the daemon's inside.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "l2tpctl/complete.h"
#include "l2tpctl/interactive.h"
#include "l2tpctl/options.h"
#include "l2tpctl/run.h"
#include "os/standard.h"
#include "os/unix_socket.h"

static void print_completion(void *context, const char *word, const char *help)
{
	puts(word);
}

static const struct os_option *find_option(const char *word)
{
	const struct os_option *option = l2tpctl_program.options;

	for (; option->id; option++)
		if ((word[1] == option->id && !word[2]) || strcmp(word + 2, option->name) == 0)
			return option;
	return NULL;
}

static void print_options(const char *beginning)
{
	for (const struct os_option *option = l2tpctl_program.options; option->id; option++)
		if (strncmp("--", beginning, 2) || strncmp(option->name, beginning + 2, strlen(beginning + 2)) == 0)
			printf("--%s\n", option->name);
}

/* words: as typed behind the program's name, the last is to be finished. */
static enum status print_completions(const char *const *words, unsigned int count)
{
	const struct os_option *option;

	while (count > 1 && words[0][0] == '-') {
		option = find_option(words[0]);
		words++;
		count--;
		if (option && option->argument) {
			words++;
			count--;
		}
	}
	if (!count)
		return STATUS_OK;	/* the argument of an option: the shell's own completion */
	if (words[0][0] == '-')
		print_options(words[0]);
	else
		complete(words, count, print_completion, NULL);
	return STATUS_OK;
}

static enum status run_all(struct run *run, char **words, int count)
{
	if (count > 0)
		return run_words(run, (const char *const *)words, (unsigned int)count);
	if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
		return run_interactive(run);
	return run_script(run);
}

static int run_program(int argc, char **argv)
{
	const char *socket = OS_SOCKET_DEFAULT, *argument;
	struct run run = { .quiet = false };
	bool completing = false;
	enum status status;
	int id, first;

	while ((id = os_options_next(&l2tpctl_program, argc, argv, &argument, &first)) != OS_OPTIONS_END) {
		switch (id) {
		case 's':
			socket = argument;
			break;
		case 'j':
			run.json = true;
			break;
		case 'q':
			run.quiet = true;
			break;
		case 'h':
			os_options_help(&l2tpctl_program, stdout);
			return STATUS_OK;
		case 'V':
			puts("l2tpctl " L2TPD_VERSION);
			return STATUS_OK;
		case OPTION_COMPLETE:
			completing = true;
			break;
		default:
			return STATUS_USAGE;
		}
	}
	if (completing)
		return print_completions((const char *const *)argv + first, (unsigned int)(argc - first));
	api_init(&run.api, socket);
	status = run_all(&run, argv + first, argc - first);
	api_close(&run.api);
	return status;
}

int main(int argc, char **argv)
{
	os_standard_open();
	return os_standard_close("l2tpctl", run_program(argc, argv));
}
