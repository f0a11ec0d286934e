/* SPDX-License-Identifier: MIT */
/*
 * Where the values of an object come from.
 */
#ifndef L2TPD_SERVICE_PROFILE_H
#define L2TPD_SERVICE_PROFILE_H

#include "config/objects.h"

/* Which rows of an object's configuration came from where; those in none have their built-in default. */
struct provenance {
	struct param_set explicit_rows;	/* given with the object itself */
};

#endif
