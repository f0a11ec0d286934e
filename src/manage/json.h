/* SPDX-License-Identifier: MIT */
/*
 * JSON that was read becomes configs, by the tables alone: no parameter is named here.  The other
 * direction is emit.h.
 */
#ifndef L2TPD_MANAGE_JSON_H
#define L2TPD_MANAGE_JSON_H

#include <jansson.h>

#include "config/objects.h"

/* How a parameter's value looks in JSON; the interface file says the same. */
enum json_shape { JSON_SHAPE_BOOL, JSON_SHAPE_INT, JSON_SHAPE_STRING };
enum json_shape json_shape_of(enum param_type type);

/* Read an object of parameters, or NULL for none, into *config and *set, which must be zero.
 * null members count as absent. Errors name the parameter. */
int json_to_config(const struct param_table *table, const json_t *object, void *config, struct param_set *set,
		   struct error *error);

/* A new string; octets that JSON cannot carry become '?'. */
json_t *json_from_text(const char *text);

#endif
