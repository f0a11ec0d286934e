/* SPDX-License-Identifier: MIT */
/* What waits to be taken out: events, of which each input causes a few, and frames, of a whole batch. */
#include <stdlib.h>
#include <string.h>

#include "ppp/engine.h"

#define EVENTS_FIRST 16
#define EVENTS_KEPT 1024		/* places that are not given back */
#define FRAMES_FIRST 16384
#define FRAMES_KEPT 262144		/* octets that are not given back between batches */
#define FRAMES_MAX 16777216		/* beyond that frames are lost, as on a line that is too slow */

/* --- events --- */

/* What was asked about, in one piece. */
struct asked {
	struct credentials credentials;	/* views of octets */
	size_t size;
	uint8_t octets[];
};

static bool grow_events(struct event_queue *queue)
{
	size_t size = queue->size ? queue->size * 2 : EVENTS_FIRST;
	struct pending_event *events;

	if (queue->count < queue->size)
		return true;
	events = reallocarray(NULL, size, sizeof(*events));
	if (!events)
		return false;
	for (size_t i = 0; i < queue->count; i++)
		events[i] = queue->events[(queue->first + i) % queue->size];
	free(queue->events);
	*queue = (struct event_queue){ .events = events, .count = queue->count, .size = size };
	return true;
}

bool queue_event(struct event_queue *queue, const struct pending_event *event)
{
	if (!grow_events(queue))
		return false;
	queue->events[(queue->first + queue->count++) % queue->size] = *event;
	return true;
}

bool queue_take_event(struct event_queue *queue, struct pending_event *event)
{
	if (!queue->count)
		return false;
	*event = queue->events[queue->first];
	queue->first = (queue->first + 1) % queue->size;
	if (!--queue->count && queue->size > EVENTS_KEPT) {
		free(queue->events);
		*queue = (struct event_queue){ .events = NULL };
	}
	return true;
}

static const uint8_t *append(struct asked *asked, const uint8_t *octets, size_t length)
{
	uint8_t *to = asked->octets + asked->size;

	if (length)
		memcpy(to, octets, length);
	asked->size += length;
	return to;
}

struct asked *queue_copy_asked(const struct credentials *from)
{
	struct asked *asked = malloc(sizeof(*asked) + from->name_length + from->challenge_length +
				     from->response_length);

	if (!asked)
		return NULL;
	asked->credentials = *from;
	asked->size = 0;
	asked->credentials.name = append(asked, from->name, from->name_length);
	asked->credentials.challenge = append(asked, from->challenge, from->challenge_length);
	asked->credentials.response = append(asked, from->response, from->response_length);
	return asked;
}

const struct credentials *queue_credentials(const struct asked *asked)
{
	return &asked->credentials;
}

void queue_free_asked(struct asked *asked)
{
	if (asked)
		explicit_bzero(asked, sizeof(*asked) + asked->size);
	free(asked);
}

void queue_clear_events(struct event_queue *queue)
{
	struct pending_event event;

	while (queue_take_event(queue, &event))
		queue_free_asked(event.asked);
	free(queue->events);
	*queue = (struct event_queue){ .events = NULL };
}

/* --- frames --- */

struct frame_header {
	handle link;
	size_t length;
};

/* All have been taken, and what the last one points to is not needed any more: there were passwords in it. */
static void empty(struct frame_queue *queue)
{
	if (queue->taken < queue->used || !queue->used)
		return;
	explicit_bzero(queue->octets, queue->used);
	queue->used = queue->taken = 0;
	if (queue->size > FRAMES_KEPT) {
		free(queue->octets);
		*queue = (struct frame_queue){ .octets = NULL };
	}
}

void queue_clear_frames(struct frame_queue *queue)
{
	queue->taken = queue->used;
	empty(queue);
	free(queue->octets);
	*queue = (struct frame_queue){ .octets = NULL };
}

static bool reserve(struct frame_queue *queue, size_t length)
{
	size_t size = queue->size ? queue->size : FRAMES_FIRST;
	uint8_t *octets;

	while (size < queue->used + length)
		size *= 2;
	if (size == queue->size)
		return true;
	octets = size > FRAMES_MAX ? NULL : realloc(queue->octets, size);
	if (!octets)
		return false;
	queue->octets = octets;
	queue->size = size;
	return true;
}

static size_t padded(size_t length)
{
	return (length + sizeof(struct frame_header) - 1) / sizeof(struct frame_header) * sizeof(struct frame_header);
}

bool queue_frame(struct frame_queue *queue, handle link, uint16_t protocol, const void *octets, size_t length)
{
	const struct frame_header header = { link, PPP_HEADER_LENGTH + length };
	uint8_t *at;

	empty(queue);
	if (!reserve(queue, sizeof(header) + padded(header.length)))
		return false;
	at = queue->octets + queue->used;
	memcpy(at, &header, sizeof(header));
	ppp_header_write(protocol, at + sizeof(header));
	if (length)
		memcpy(at + sizeof(header) + PPP_HEADER_LENGTH, octets, length);
	queue->used += sizeof(header) + padded(header.length);
	return true;
}

bool queue_take_frame(struct frame_queue *queue, struct ppp_frame *frame)
{
	struct frame_header header;

	if (queue->taken == queue->used)
		return false;
	memcpy(&header, queue->octets + queue->taken, sizeof(header));
	frame->link = header.link;
	frame->octets = queue->octets + queue->taken + sizeof(header);
	frame->length = header.length;
	queue->taken += sizeof(header) + padded(header.length);
	return true;
}
