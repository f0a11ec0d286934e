/* SPDX-License-Identifier: MIT */
/* What programs of the administrator's are told: variables named as the API names things, L2TPD_TUNNEL_ID. */
#ifndef L2TPD_MANAGE_ENVIRONMENT_H
#define L2TPD_MANAGE_ENVIRONMENT_H

#include <stdint.h>

#define ENVIRONMENT_VALUE_MAX 320	/* of a variable with its name; what is longer is cut off */
#define ENVIRONMENT_VARIABLES_MAX 53	/* with PATH */

struct environment {
	char text[ENVIRONMENT_VARIABLES_MAX][ENVIRONMENT_VALUE_MAX];
	char *pointers[ENVIRONMENT_VARIABLES_MAX + 1];	/* for execve(): valid as long as this is where it is */
	unsigned int count;
};

/* PATH, and what the program is run for: L2TPD_EVENT. */
void environment_begin(struct environment *environment, const char *event);
/* The name as the API has it; the value is made printable. */
void environment_add(struct environment *environment, const char *name, const char *value);
/* Likewise, with a name of somebody else's. */
void environment_add_plain(struct environment *environment, const char *name, const char *value);
void environment_add_number(struct environment *environment, const char *name, uint64_t number);

#endif
