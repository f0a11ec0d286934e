/* SPDX-License-Identifier: MIT */
/*
 * See progress.h.
 */
#include "l2tpctl/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "os/clock.h"

#define AGAIN_MS 100
#define CLEAR_LINE "\r\033[K"

void progress_begin(struct progress *progress, bool quiet)
{
	*progress = (struct progress){ .wanted = !quiet && isatty(STDERR_FILENO),
				       .next = os_clock_ms() + PROGRESS_AFTER_MS };
}

void progress_show(struct progress *progress, const char *doing, uint64_t done, uint64_t total)
{
	uint64_t now;

	if (!progress->wanted)
		return;
	now = os_clock_ms();
	if (now < progress->next)
		return;
	progress->next = now + AGAIN_MS;
	progress->shown = true;
	if (total)
		fprintf(stderr, CLEAR_LINE "%s %" PRIu64 " %%", doing, done * 100 / total);
	else
		fprintf(stderr, CLEAR_LINE "%s %" PRIu64, doing, done);
	fflush(stderr);
}

void progress_wait(struct progress *progress, const char *doing, bool much)
{
	if (!progress->wanted || !(progress->shown || much))
		return;
	progress->shown = true;
	fprintf(stderr, CLEAR_LINE "%s ...", doing);
	fflush(stderr);
}

void progress_end(struct progress *progress)
{
	if (progress->shown)
		fputs(CLEAR_LINE, stderr);
	progress->shown = false;
}
