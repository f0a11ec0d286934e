/* SPDX-License-Identifier: MIT */
/*
 * See ring.h.  Positions count octets since the beginning; the place in the ring is their remainder.  A
 * record is never torn: what is left at the end of the ring and too short for it is skipped.
 *
 * That no wake-up is lost needs one total order: the writer publishes head and then looks at tail, the
 * reader publishes tail and then looks at head, so at least one of them sees what the other did.
 */
#include "datapath/user/ring.h"

#include <stdint.h>
#include <stdlib.h>

#define ORDERED __ATOMIC_SEQ_CST
#define HEADER sizeof(struct ring_header)

struct ring_header {
	uint32_t size;			/* with this header: a multiple of 8 */
	uint32_t is_record;		/* 0: skipped octets */
};

struct ring {
	uint64_t head __attribute__((aligned(64)));	/* the writer's: what it has put in */
	uint64_t reserved;				/* head, once the open record is committed */
	uint64_t tail __attribute__((aligned(64)));	/* the reader's: what may be overwritten */
	uint64_t taken;
	uint8_t octets[RING_OCTETS] __attribute__((aligned(64)));
};

struct ring *ring_new(void)
{
	struct ring *ring = aligned_alloc(64, sizeof(*ring));

	if (ring)
		ring->head = ring->reserved = ring->tail = ring->taken = 0;
	return ring;
}

void ring_free(struct ring *ring)
{
	free(ring);
}

static struct ring_header *header_at(struct ring *ring, uint64_t position)
{
	return (struct ring_header *)(void *)(ring->octets + position % RING_OCTETS);
}

/* --- the writer --- */

void *ring_reserve(struct ring *ring, size_t size)
{
	uint64_t whole = (HEADER + size + 7) & ~(uint64_t)7, position = ring->head;
	uint64_t end = RING_OCTETS - position % RING_OCTETS, skipped = end < whole ? end : 0;

	if (position + skipped + whole - __atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE) > RING_OCTETS)
		return NULL;
	if (skipped)
		*header_at(ring, position) = (struct ring_header){ .size = (uint32_t)skipped };
	position += skipped;
	*header_at(ring, position) = (struct ring_header){ .size = (uint32_t)whole, .is_record = 1 };
	ring->reserved = position + whole;
	return header_at(ring, position) + 1;
}

bool ring_commit(struct ring *ring)
{
	uint64_t before = ring->head;

	__atomic_store_n(&ring->head, ring->reserved, ORDERED);
	return __atomic_load_n(&ring->tail, ORDERED) == before;
}

/* --- the reader --- */

void *ring_first(struct ring *ring)
{
	while (ring->taken != __atomic_load_n(&ring->head, ORDERED)) {
		struct ring_header *header = header_at(ring, ring->taken);

		if (header->is_record)
			return header + 1;
		ring->taken += header->size;
	}
	return NULL;
}

void ring_take(struct ring *ring)
{
	if (ring_first(ring))
		ring->taken += header_at(ring, ring->taken)->size;
}

void ring_release(struct ring *ring)
{
	__atomic_store_n(&ring->tail, ring->taken, ORDERED);
}
