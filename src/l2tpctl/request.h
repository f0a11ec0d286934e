/* SPDX-License-Identifier: MIT */
/*
 * What a command of the language is in the API: a method and its parameters.
 */
#ifndef L2TPD_L2TPCTL_REQUEST_H
#define L2TPD_L2TPCTL_REQUEST_H

#include <jansson.h>

#include "config/command.h"

/* "TunnelCreate"; returns out. */
#define REQUEST_METHOD_MAX 32
const char *request_method(const struct command *command, char out[REQUEST_METHOD_MAX]);

/* The method's parameters, the caller's to free. */
json_t *request_parameters(const struct command *command);

/* Those of a list. whole: objects with all that there is to know of them, else what a table of them shows. */
json_t *request_list_parameters(const struct command *command, const struct command_extra *extra, bool whole);

#endif
