/* SPDX-License-Identifier: MIT */
/*
 * See secret.h.  What is typed is not shown, and ^C ends only the typing: so the terminal is never left without
 * its echo.
 */
#include "l2tpctl/secret.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "config/secret.h"

#define INTERRUPTED '\003'

/* A line without its end, octet by octet: what follows is for whoever reads next. -1: there is none, or it is
 * too long. */
static int read_line(char *out, size_t size)
{
	size_t used = 0;
	char c = 0;

	for (;;) {
		ssize_t got = read(STDIN_FILENO, &c, 1);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0 || c == '\n' || c == INTERRUPTED)
			break;
		if (used + 1 == size)
			return -1;
		out[used++] = c;
	}
	if (used && out[used - 1] == '\r')
		used--;
	out[used] = '\0';
	return c == INTERRUPTED || !used ? -1 : 0;
}

static int prompt(const char *name, char *out, size_t size)
{
	struct termios before, quiet;
	int ret;

	if (tcgetattr(STDIN_FILENO, &before) < 0)
		return -1;
	quiet = before;
	quiet.c_lflag |= ICANON;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ISIG);
	quiet.c_iflag |= ICRNL;
	quiet.c_cc[VEOL] = INTERRUPTED;
	if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) < 0)
		return -1;
	fprintf(stderr, "%s: ", name);		/* whoever is quick types now: that is not to be flushed */
	fflush(stderr);
	ret = read_line(out, size);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
	fputc('\n', stderr);
	return ret;
}

static int take_row(const struct run *run, struct command *command, unsigned int file_row, struct error *error)
{
	const struct param_table *table = config_tables[command->object];
	const struct param *param = &table->params[file_row];
	unsigned int row = secret_row(file_row);
	const char *name = table->params[row].name;
	char value[PARAM_TEXT_MAX];
	bool terminal = isatty(STDIN_FILENO);
	int ret;

	if (run->source)
		return error_set(error, ERROR_VALUE, param->name, "%s=- reads standard input, which is the script: "
				 "name a file", param->name);
	if (param_set_has(&command->set, row))
		return error_set(error, ERROR_VALUE, param->name, "give %s or %s, not both", name, param->name);
	if ((terminal ? prompt(name, value, sizeof(value)) : read_line(value, sizeof(value))) < 0)
		return error_set(error, ERROR_VALUE, param->name, "no %s was given on standard input, or one that is "
				 "too long", name);
	ret = param_parse(table, row, value, &command->config, error);
	explicit_bzero(value, sizeof(value));
	param_set_add(&command->set, row);
	param_set_remove(&command->set, file_row);
	memset((char *)&command->config + param->offset, 0, param->size);
	return ret;
}

int secret_take(const struct run *run, struct command *command, struct error *error)
{
	const struct param_table *table = config_tables[command->object];

	if (command->verb != CONFIG_CREATE && command->verb != CONFIG_MODIFY)
		return 0;
	for (unsigned int row = param_set_next(&command->set, 0); row < PARAM_SET_MAX;
	     row = param_set_next(&command->set, row + 1)) {
		const struct param *param = &table->params[row];

		if (param->flags & PARAM_READ_FILE &&
		    strcmp((const char *)&command->config + param->offset, "-") == 0 &&
		    take_row(run, command, row, error) < 0)
			return -1;
	}
	return 0;
}

void secret_warn(const struct command *command)
{
	int row = secret_literal(command);
	const char *name = row >= 0 ? config_tables[command->object]->params[row].name : NULL;

	if (name)
		fprintf(stderr, "l2tpctl: warning: %s is on the command line, where other users can see it: "
			"%s_file=- asks for it instead\n", name, name);
}
