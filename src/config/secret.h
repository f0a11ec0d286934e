/* SPDX-License-Identifier: MIT */
/*
 * Secrets that stand in files of their own: X_file says where the value of X is read from.  The forms are
 *
 *	/PATH			the first line of a file
 *	/PATH#KEY		the rest of its line that begins with KEY and a blank
 *	credential:NAME		the first line of a systemd credential
 *	-			l2tpctl only: standard input, or a prompt
 *
 * Reading is the caller's: this room opens no files.
 */
#ifndef L2TPD_CONFIG_SECRET_H
#define L2TPD_CONFIG_SECRET_H

#include "config/command.h"

#define SECRET_FILE_MAX 65536	/* octets of a file with secrets: of a few hundred, by KEY */

enum secret_kind { SECRET_FILE, SECRET_CREDENTIAL, SECRET_STANDARD };

struct secret_place {
	enum secret_kind kind;
	char name[CONFIG_PATH_MAX];	/* of the file, or of the credential */
	char key[CONFIG_PATH_MAX];	/* "": the first line */
};

/* False when it is none of these forms. */
bool secret_place_parse(const char *text, struct secret_place *place);

/* The place's text, all of it, into out, which has SECRET_FILE_MAX octets. -1 with *error, which quotes nothing
 * of it. parameter: X_file, for *error. */
typedef int secret_read_fn(void *context, const struct secret_place *place, const char *parameter, char *out,
			   size_t *length, struct error *error);

/* For each X_file that is set, read X and set it, too: what is wrong with the value is told of X_file.  Who sets X
 * itself takes X_file away.  Giving both is an error. */
int secret_fill(struct command *command, secret_read_fn *read, void *context, struct error *error);
/* The same for a config struct and its rows. */
int secret_fill_rows(const struct param_table *table, void *config, struct param_set *set, secret_read_fn *read,
		     void *context, struct error *error);

/* The row of the secret that this row says where to read; the row is PARAM_READ_FILE. */
static inline unsigned int secret_row(unsigned int file_row)
{
	return file_row - 1;
}

/* Has the command a secret that was written out? Its row, or -1. */
int secret_literal(const struct command *command);

#endif
