/* SPDX-License-Identifier: MIT */
/*
 * The configuration file: read, tried out, and made true.
 */
#ifndef L2TPD_L2TPD_CONFIGURATION_H
#define L2TPD_L2TPD_CONFIGURATION_H

#include <stdbool.h>
#include <stdint.h>

#include "service/service.h"

#define CONFIGURATION_OCTETS_MAX (64u << 20)	/* of the file: 300,000 sessions */
#define CONFIGURATION_ERRORS_MAX 20		/* shown of one file; who has more begins with these */
#define CONFIGURATION_LINE_MAX (2 * ERROR_TEXT_MAX)

/* Gets each thing that is wrong as "FILE:LINE:COLUMN: what". */
typedef void configuration_tell_fn(const char *line);

/* Tells the log. */
void configuration_log_error(const char *line);

struct configuration {
	const char *path;
	char *text;
	size_t length;
	struct service_reload *reload;	/* has been given the commands; NULL: it is done, or there is no memory */
	unsigned int errors;
	char first_error[CONFIGURATION_LINE_MAX];	/* as told */
	configuration_tell_fn *tell;
};

/* Read and parse the file, then try its commands, without touching anything outside: -1 when
 * something is wrong, all of which was told.  optional: a file that does not exist is empty. */
int configuration_load(struct configuration *configuration, const char *path, bool optional,
		       configuration_tell_fn *tell);
/* Make it true. -1: nothing has changed, and it was told why. */
int configuration_apply(struct configuration *configuration, struct service *service, uint64_t now);
void configuration_free(struct configuration *configuration);

#endif
