/* SPDX-License-Identifier: MIT */
/* See event_ring.h. */
#include "service/event_ring.h"

#include <stdlib.h>
#include <string.h>

#include "service/packed.h"

#define PAGE_OCTETS 4096	/* of a new page; one that has them all is cut to what they take */

struct event_page {
	uint32_t size;			/* of octets */
	uint32_t ends[EVENT_PAGE];	/* where each of its events ends there, and the next begins */
	uint8_t octets[];
};

static struct event_page **page_of(struct event_ring *ring, uint64_t number)
{
	return &ring->pages[number / EVENT_PAGE % EVENT_PAGES];
}

static size_t begin_of(const struct event_page *page, uint64_t number)
{
	uint64_t place = number % EVENT_PAGE;

	return page && place ? page->ends[place - 1] : 0;
}

static bool resize(struct event_page **page, size_t size)
{
	struct event_page *resized = realloc(*page, sizeof(**page) + size);

	if (!resized)
		return false;
	if (!*page)
		memset(resized->ends, 0, sizeof(resized->ends));
	resized->size = (uint32_t)size;
	*page = resized;
	return true;
}

/* Room for so many octets in all. */
static bool reserve(struct event_page **page, size_t octets)
{
	size_t size = *page ? (*page)->size : 0;

	if (*page && octets <= size)
		return true;
	size = 2 * size > PAGE_OCTETS ? 2 * size : PAGE_OCTETS;
	return resize(page, octets > size ? octets : size);
}

/* False: out of memory. */
static bool put_away(struct event_ring *ring, const struct service_event *event)
{
	struct event_page **page = page_of(ring, event->number);
	uint8_t octets[PACKED_ROOM(sizeof(*event))];
	size_t length = packed_write(event, sizeof(*event), octets);
	size_t begin = begin_of(*page, event->number);

	if (!reserve(page, begin + length))
		return false;
	memcpy((*page)->octets + begin, octets, length);
	(*page)->ends[event->number % EVENT_PAGE] = (uint32_t)(begin + length);
	if (event->number % EVENT_PAGE == EVENT_PAGE - 1)
		resize(page, begin + length);
	return true;
}

struct service_event *event_ring_add(struct event_ring *ring)
{
	if (ring->last && !put_away(ring, &ring->newest))
		return NULL;
	memset(&ring->newest, 0, sizeof(ring->newest));
	ring->newest.number = ++ring->last;
	return &ring->newest;
}

int event_ring_get(const struct event_ring *ring, uint64_t number, struct service_event *event)
{
	const struct event_page *page = ring->pages[number / EVENT_PAGE % EVENT_PAGES];
	size_t begin;

	if (number > ring->last)
		return 1;
	if (!number || number + SERVICE_EVENT_RING <= ring->last)
		return -1;
	if (number == ring->last) {
		*event = ring->newest;
		return 0;
	}
	begin = begin_of(page, number);
	packed_read(page->octets + begin, page->ends[number % EVENT_PAGE] - begin, event, sizeof(*event));
	return 0;
}

void event_ring_clear(struct event_ring *ring)
{
	for (unsigned int i = 0; i < EVENT_PAGES; i++)
		free(ring->pages[i]);
	*ring = (struct event_ring){ .last = 0 };
}
