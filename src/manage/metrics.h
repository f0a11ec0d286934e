/* SPDX-License-Identifier: MIT */
/*
 * What Prometheus is told, in its text format 0.0.4: counters and gauges by the rows of state.c, so that
 * one added there is a metric, too.
 *
 * A scrape is a position, like a list (list.c): whoever sends it asks for the next lines when the last
 * have left, so it needs the memory of a few lines however many sessions there are.
 */
#ifndef L2TPD_MANAGE_METRICS_H
#define L2TPD_MANAGE_METRICS_H

#include "manage/emit.h"
#include "manage/field.h"

#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* Most objects with series of their own; who has more is told so by l2tpd_metrics_truncated. */
#define METRICS_TUNNELS_MAX 1000
#define METRICS_SESSIONS_MAX 20000

#define METRICS_SUMS_MAX 16	/* rows of state_statistics */

/* Sums over objects fall when one of them goes, and a counter must not: what was lost is added. */
struct metrics_memory {		/* zero at first; one for all scrapes */
	uint64_t last[METRICS_SUMS_MAX], lost[METRICS_SUMS_MAX];
	uint64_t scrapes;		/* that these are of */
};

struct metrics;
struct manage;

/* NULL when out of memory. The detail is the system's metrics_detail of this moment. */
struct metrics *metrics_begin(struct manage *manage);
/* Add the next lines to *text: some KiB, or none yet. False: it was complete before. */
bool metrics_next(struct metrics *metrics, struct emit *text);
void metrics_end(struct metrics *metrics);	/* NULL is legal */

#endif
