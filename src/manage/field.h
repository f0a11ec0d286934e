/* SPDX-License-Identifier: MIT */
/*
 * What can be seen of an object, by name: "config.mtu", "state.peer", "statistics.rx_bytes".  Lists
 * show a choice of these and are filtered by them.
 */
#ifndef L2TPD_MANAGE_FIELD_H
#define L2TPD_MANAGE_FIELD_H

#include <jansson.h>

#include "manage/state.h"
#include "service/service.h"

enum field_part { FIELD_STATISTICS, FIELD_STATE, FIELD_CONFIG, FIELD_EXPLICIT, FIELD_TRANSPORT, FIELD_PARTS };

struct field {
	enum field_part part;
	int row;			/* of the part's table; -1: the whole part */
};

/* A copy of an object and the tables that explain it. */
struct field_view {
	enum config_object object;	/* CONFIG_TUNNEL or CONFIG_SESSION */
	union {
		struct service_tunnel_view tunnel;
		struct service_session_view session;
	};
};

const void *field_config(const struct field_view *view);
const struct param_set *field_explicit(const struct field_view *view);
const struct datapath_stats *field_statistics(const struct field_view *view);
/* Of STATE, STATISTICS or TRANSPORT, which sessions do not have: NULL. */
const struct state_table *field_table(enum config_object object, enum field_part part);

/* "PART.NAME", a NAME alone, or a PART. A name that several parts have means what is in effect: a
 * counter, then state, then configuration. */
int field_find(enum config_object object, const char *name, struct field *field, struct error *error);

/* The value as show prints it, in out; NULL when there is none. now: monotonic ms. */
const char *field_text(const struct field_view *view, const struct field *field, uint64_t now,
		       char out[PARAM_TEXT_MAX]);

/* --- which fields a list is to show --- */
struct fields {
	bool part[FIELD_PARTS];				/* anything of it */
	struct param_set rows[FIELD_PARTS];
};

int fields_add(struct fields *fields, enum config_object object, const char *name, struct error *error);
/* For emit_config() and emit_state(): the rows that are wanted of a part. fields NULL: all of all parts. */
bool fields_want(const struct fields *fields, enum field_part part);
const struct param_set *fields_rows(const struct fields *fields, enum field_part part);

#endif
