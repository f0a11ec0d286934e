/* SPDX-License-Identifier: MIT */
/*
 * Where events are kept: the last SERVICE_EVENT_RING of them.  An event is a large struct of which little is set, and
 * they are most of what a small configuration takes of memory, so all but the newest are packed (packed.h).  The newest
 * is not, because whoever added it fills it in.
 *
 * They lie in pages, one behind the other as they came; a page is taken for new ones when all of its own are too old to
 * be asked for.
 */
#ifndef L2TPD_SERVICE_EVENT_RING_H
#define L2TPD_SERVICE_EVENT_RING_H

#include "service/event.h"

#define EVENT_PAGE 128		/* events of one */
#define EVENT_PAGES (SERVICE_EVENT_RING / EVENT_PAGE + 1)	/* one is being filled, and takes nobody's place yet */

struct event_ring {
	uint64_t last;		/* the newest's number; 0: there is none */
	struct service_event newest;
	struct event_page *pages[EVENT_PAGES];	/* NULL: none was there yet */
};

/* The next one, which is all zero but for its number; it may be changed until there is another. NULL: out of memory,
 * and all is as it was. */
struct service_event *event_ring_add(struct event_ring *ring);
/* As service_event_get(). */
int event_ring_get(const struct event_ring *ring, uint64_t number, struct service_event *event);
void event_ring_clear(struct event_ring *ring);

#endif
