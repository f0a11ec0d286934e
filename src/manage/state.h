/* SPDX-License-Identifier: MIT */
/*
 * What can be seen of a running system besides its configuration: one table of rows for each
 * kind of object.  JSON, the interface file and the man pages come from these rows, as
 * parameters come from config/param.h; l2tpctl prints the JSON.
 */
#ifndef L2TPD_MANAGE_STATE_H
#define L2TPD_MANAGE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum state_type {		/* type of the member */
	STATE_BOOL,		/* bool */
	STATE_U16,		/* uint16_t */
	STATE_U32,		/* uint32_t */
	STATE_U64,		/* uint64_t */
	STATE_WORD,		/* an enum: one of the row's words */
	STATE_TEXT,		/* char[], left out when empty */
	STATE_TEXT_POINTER,	/* const char *, left out when NULL */
	STATE_ADDRESS,		/* struct address, left out when unknown */
	STATE_ENDPOINT,		/* struct endpoint, likewise */
	STATE_SINCE,		/* uint64_t monotonic ms: shown as seconds ago, left out when 0 */
	STATE_UNTIL,		/* likewise: seconds from now */
};

struct state_row {
	const char *name;
	enum state_type type;
	size_t offset;			/* of the member in the table's struct */
	const char *const *words;	/* STATE_WORD: by value, NULL ends the list */
	const char *unit;		/* "s", "octets" or NULL */
	const char *help;		/* as config/param.h's: no capital, no full stop */
	bool optional;			/* a number: left out when 0 */
};

struct state_table {
	const char *type;		/* its name in the interface file: "TunnelState" */
	const char *help;
	const struct state_row *rows;
	unsigned int count;
};

extern const struct state_table state_system;			/* of struct service_status */
extern const struct state_table state_tunnel;			/* of struct service_tunnel_view */
extern const struct state_table state_session;			/* of struct service_session_view */
extern const struct state_table state_transport;		/* of struct control_tunnel_info */
extern const struct state_table state_statistics;		/* of struct datapath_stats */
extern const struct state_table state_system_statistics;	/* of struct datapath_totals */
extern const struct state_table state_control;			/* of struct control_counters */
extern const struct state_table state_messages;			/* of an array of them by type, as they have them */

/* All of them, for those who describe them; NULL ends the list. */
extern const struct state_table state_pool, state_server, state_openl2tp;
extern const struct state_table *const state_tables[];

#endif
