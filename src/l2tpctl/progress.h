/* SPDX-License-Identifier: MIT */
/*
 * Telling how far something is that takes long: one line on the terminal, which is gone when it is done.
 */
#ifndef L2TPD_L2TPCTL_PROGRESS_H
#define L2TPD_L2TPCTL_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#define PROGRESS_AFTER_MS 500		/* what is done before needs none */

struct progress {
	bool wanted, shown;
	uint64_t next;			/* monotonic ms: when it is shown again */
};

/* Only where standard error is a terminal, and not when quiet. */
void progress_begin(struct progress *progress, bool quiet);
/* It is at "sending 40 %". total 0: it is not known, then it is "reading 1200". */
void progress_show(struct progress *progress, const char *doing, uint64_t done, uint64_t total);
/* What comes now takes as long as it takes: shown at once where anything was, or much is to be done. */
void progress_wait(struct progress *progress, const char *doing, bool much);
/* The line is gone. */
void progress_end(struct progress *progress);

#endif
