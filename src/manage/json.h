/* SPDX-License-Identifier: MIT */
/*
 * JSON <-> the structs of config and service, by the tables alone: no parameter and no counter is
 * named here.
 */
#ifndef L2TPD_MANAGE_JSON_H
#define L2TPD_MANAGE_JSON_H

#include <jansson.h>

#include "config/objects.h"
#include "manage/state.h"

/* How a parameter's value looks in JSON; the interface file says the same. */
enum json_shape { JSON_SHAPE_BOOL, JSON_SHAPE_INT, JSON_SHAPE_STRING };
enum json_shape json_shape_of(enum param_type type);

/* Read an object of parameters, or NULL for none, into *config and *set, which must be zero.
 * null members count as absent. Errors name the parameter. */
int json_to_config(const struct param_table *table, const json_t *object, void *config, struct param_set *set,
		   struct error *error);

/* A new object with every parameter that has a value. Secrets are left out. */
json_t *json_from_config(const struct param_table *table, const void *config);

/* A new array of the names of those parameters that are set, secret ones as well. */
json_t *json_from_set(const struct param_table *table, const struct param_set *set);

/* A new object of a table's rows read from *base. now: monotonic ms. */
json_t *json_from_state(const struct state_table *table, const void *base, uint64_t now);

/* A new string; octets that JSON cannot carry become '?'. */
json_t *json_from_text(const char *text);

#endif
