/* SPDX-License-Identifier: MIT */
/*
 * Counters of sessions become rates: what `watch` shows.  A list of sessions is told once a second or so, in any
 * order; what a session had in the list before is found by its ids.
 */
#ifndef L2TPD_L2TPCTL_RATES_H
#define L2TPD_L2TPCTL_RATES_H

#include <stdint.h>

#include "config/objects.h"

enum rate_kind { RATE_RX_BYTES, RATE_TX_BYTES, RATE_RX_PACKETS, RATE_TX_PACKETS, RATE_COUNT };

/* A session as it was listed, and its rates since it was listed before. */
struct rate {
	uint32_t tunnel_id, session_id;
	char tunnel_name[CONFIG_NAME_MAX], session_name[CONFIG_NAME_MAX], interface_name[CONFIG_IFNAME_MAX];
	uint64_t counter[RATE_COUNT];
	double per_second[RATE_COUNT];	/* 0 for what was not listed before, or began anew */
};

struct rates {
	struct rate *rows, *before;	/* of this list and the one before, by ids once it is complete */
	unsigned int count, size, count_before, size_before;
	uint64_t when, when_before;	/* ms of any clock that does not jump */
	double total[RATE_COUNT];	/* sums of per_second */
};

/* A new list, taken at this time; all zero is a good struct rates to begin with. */
void rates_begin(struct rates *rates, uint64_t now);
/* Names, ids and counters of a session; the rates come with rates_end(). */
void rates_add(struct rates *rates, const struct rate *session);
void rates_end(struct rates *rates);
/* The busiest, by octets both ways, then by ids: at most max of them into top. Returns how many. */
unsigned int rates_top(const struct rates *rates, const struct rate **top, unsigned int max);
void rates_free(struct rates *rates);

/* "0", "950", "1.25 k", "34.5 M": three digits and the thousands; returns out. */
#define RATE_TEXT_MAX 16
const char *rate_text(double value, char out[RATE_TEXT_MAX]);
/* The same with a unit of a few letters: "950 B", "1.25 kB". */
#define RATE_UNIT_MAX (RATE_TEXT_MAX + 8)
const char *rate_unit_text(double value, const char *unit, char out[RATE_UNIT_MAX]);

#endif
