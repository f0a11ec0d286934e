/* SPDX-License-Identifier: MIT */
/*
 * A configuration, from files or from a client: read, tried out, and made true.
 */
#ifndef L2TPD_L2TPD_CONFIGURATION_H
#define L2TPD_L2TPD_CONFIGURATION_H

#include <stdbool.h>
#include <stdint.h>

#include "config/source.h"
#include "manage/manage.h"
#include "service/service.h"

#define CONFIGURATION_ERRORS_MAX 20		/* kept and shown; who has more begins with these */
#define CONFIGURATION_LINE_MAX (3 * ERROR_TEXT_MAX)

/* Gets each thing that is wrong as "FILE:LINE:COLUMN: what". */
typedef void configuration_tell_fn(const char *line);

/* Tells the log. */
void configuration_log_error(const char *line);

enum configuration_file {
	CONFIGURATION_GIVEN,
	CONFIGURATION_OPTIONAL,		/* when it does not exist it is empty */
	CONFIGURATION_AGAIN,		/* nobody may wait for it: only regular files are read */
};

struct configuration {
	struct source_list sources;
	struct service_reload *reload;	/* has been given the commands; NULL: it is done, or there is no memory */
	unsigned int errors;
	char *lines[CONFIGURATION_ERRORS_MAX];	/* the first of them, as told */
	configuration_tell_fn *tell;	/* NULL: they are only kept */
};

/* Read and parse the file and what it includes, then try the commands, without touching anything outside: -1
 * when something is wrong, all of which was told.  before: commands that the file follows, of the command line, or
 * "". */
int configuration_load(struct configuration *configuration, const char *before, const char *path,
		       enum configuration_file file, configuration_tell_fn *tell);
/* The same for texts that were read already, which become the configuration's. */
int configuration_load_texts(struct configuration *configuration, struct source_list *sources,
			     configuration_tell_fn *tell);
/* Make it true. -1: nothing has changed, and it was told why.  manage: what its ports are tried on first;
 * NULL at the start, when it waits for those that a predecessor still holds. */
int configuration_apply(struct configuration *configuration, struct service *service, struct manage *manage,
			enum service_reload_mode mode, uint64_t now);
/* What was told first; "" when nothing was. */
const char *configuration_first_error(const struct configuration *configuration);
void configuration_free(struct configuration *configuration);

#endif
