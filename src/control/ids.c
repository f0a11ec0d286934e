/* SPDX-License-Identifier: MIT */
/*
 * Ids that nobody can guess (RFC 2661 section 9.1).  Drawn at random until one is free; where so many are in
 * use that this would take long, bits say which are, and the draw is where to begin to look.
 *
 * An id rests when what had it is gone: a message to it may still be on its way, and must not meet another.  A tunnel's
 * rests longer: the peer of one that was given up may take its time to see that.
 */
#include <stdlib.h>

#include "control/internal.h"

#define BITS_FROM (CONTROL_IDS / 2)	/* calls of a tunnel: up to here a draw is free every other time */
#define TUNNEL_REST 120000		/* ms: HELLO after 60 s, and a cycle of retransmissions */
#define RESTING_FEW 64			/* up to here they are looked through: most tunnels need no bits, 8 KiB */

static uint16_t draw(struct control *control)
{
	if (!control->random_left) {
		control_random(control, control->random_pool, sizeof(control->random_pool));
		control->random_left = CONTROL_RANDOM_POOL / 2;
	}
	return control->random_pool[--control->random_left];
}

static void set_bit_of(uint64_t bits[CONTROL_ID_WORDS], uint16_t id, bool in_use)
{
	uint64_t bit = (uint64_t)1 << id % 64;

	if (in_use)
		bits[id / 64] |= bit;
	else
		bits[id / 64] &= ~bit;
}

/* One whose bit is not set, also not in more (NULL: none is); 0: all are. */
static uint16_t find_bit(const uint64_t bits[CONTROL_ID_WORDS], const uint64_t *more, uint16_t from)
{
	/* The first word is looked at twice: its beginning last. */
	for (unsigned int i = 0; i <= CONTROL_ID_WORDS; i++) {
		unsigned int word = (from / 64 + i) % CONTROL_ID_WORDS;
		uint64_t free_bits = ~(bits[word] | (more ? more[word] : 0));

		if (i == 0)
			free_bits &= ~(uint64_t)0 << from % 64;
		if (free_bits)
			return (uint16_t)(word * 64 + (unsigned int)__builtin_ctzll(free_bits));
	}
	return 0;
}

/* --- those that rest --- */

static bool grow(struct control_ids *ids)
{
	uint32_t size = ids->size ? 2 * ids->size : 16;
	struct control_resting *resting = malloc(size * sizeof(*resting));

	if (!resting)
		return false;
	for (uint32_t i = 0; i < ids->count; i++)
		resting[i] = ids->resting[(ids->first + i) % ids->size];
	free(ids->resting);
	ids->resting = resting;
	ids->first = 0;
	ids->size = size;
	return true;
}

/* False: out of memory. */
static bool rest(struct control_ids *ids, uint16_t id, uint64_t until)
{
	if (ids->count == ids->size && !grow(ids))
		return false;
	ids->resting[(ids->first + ids->count++) % ids->size] = (struct control_resting){ until, id };
	return true;
}

static uint16_t oldest(struct control_ids *ids)
{
	uint16_t id = ids->resting[ids->first].id;

	ids->first = (ids->first + 1) % ids->size;
	ids->count--;
	return id;
}

static bool is_over(const struct control_ids *ids, uint64_t now)
{
	return ids->count && ids->resting[ids->first].until <= now;
}

void control_forget_ids(struct control_ids *ids)
{
	free(ids->in_use);
	free(ids->resting);
	*ids = (struct control_ids){ .in_use = NULL };
}

/* --- tunnels --- */

bool control_begin_tunnel_ids(struct control *control)
{
	control->tunnel_ids.in_use = calloc(CONTROL_ID_WORDS, sizeof(*control->tunnel_ids.in_use));
	if (control->tunnel_ids.in_use)
		set_bit_of(control->tunnel_ids.in_use, 0, true);
	return control->tunnel_ids.in_use;
}

bool control_tunnel_id_is_reserved(const struct control *control, uint16_t id)
{
	return control->reserved[id / 64] >> id % 64 & 1;
}

bool control_reserve_id(struct control *control, uint16_t id, bool reserve)
{
	const struct control_tunnel *tunnel = control->tunnels[id];

	if (reserve && tunnel && tunnel->state != CONTROL_TUNNEL_CLOSING)
		return false;
	if (reserve)
		admission_give_up_id(control, id);
	set_bit_of(control->reserved, id, reserve);
	return true;
}

/* Who names an id may have one that rested. */
static uint16_t wake_tunnel_id(struct control *control)
{
	uint16_t id = oldest(&control->tunnel_ids);

	if (control->tunnels[id] || admission_has_id(control->admission, id))
		return 0;
	set_bit_of(control->tunnel_ids.in_use, id, false);
	return control_tunnel_id_is_reserved(control, id) ? 0 : id;
}

uint16_t control_new_tunnel_id(struct control *control)
{
	uint16_t id;

	while (is_over(&control->tunnel_ids, control->now))
		wake_tunnel_id(control);
	id = find_bit(control->tunnel_ids.in_use, control->reserved, draw(control));
	/* Better one that rested too little than none. */
	while (!id && control->tunnel_ids.count)
		id = wake_tunnel_id(control);
	return id;
}

uint16_t control_free_id(struct control *control)
{
	return control_new_tunnel_id(control);
}

void control_use_tunnel_id(struct control *control, uint16_t id)
{
	set_bit_of(control->tunnel_ids.in_use, id, true);
}

void control_rest_tunnel_id(struct control *control, uint16_t id)
{
	if (!rest(&control->tunnel_ids, id, control->now + TUNNEL_REST))
		set_bit_of(control->tunnel_ids.in_use, id, false);
}

/* --- calls --- */

static void set_bit(struct control_ids *ids, uint16_t id, bool in_use)
{
	if (ids->in_use)
		set_bit_of(ids->in_use, id, in_use);
}

/* False: out of memory. */
static bool keep_bits(struct control_tunnel *tunnel)
{
	struct control_ids *ids = &tunnel->ids;
	const struct control_call *call;
	uint32_t position = 0;

	if (ids->in_use)
		return true;
	ids->in_use = calloc(CONTROL_ID_WORDS, sizeof(*ids->in_use));
	if (!ids->in_use)
		return false;
	set_bit(ids, 0, true);
	while ((call = call_map_next(&tunnel->calls_by_id, &position)))
		set_bit(ids, call->id, true);
	for (uint32_t i = 0; i < ids->count; i++)
		set_bit(ids, ids->resting[(ids->first + i) % ids->size].id, true);
	return true;
}

static bool is_live(const struct control_tunnel *tunnel, uint16_t id)
{
	return call_map_find(&tunnel->calls_by_id, id);
}

static bool is_resting(const struct control_ids *ids, uint16_t id)
{
	for (uint32_t i = 0; i < ids->count; i++)
		if (ids->resting[(ids->first + i) % ids->size].id == id)
			return true;
	return false;
}

static uint16_t wake_call_id(struct control_tunnel *tunnel)
{
	uint16_t id = oldest(&tunnel->ids);

	if (!tunnel->ids.in_use || is_live(tunnel, id))
		return 0;
	set_bit(&tunnel->ids, id, false);
	return id;
}

static void wake(struct control_tunnel *tunnel, uint64_t now)
{
	while (is_over(&tunnel->ids, now))
		wake_call_id(tunnel);
}

void control_use_call_id(struct control_tunnel *tunnel, uint16_t id)
{
	set_bit(&tunnel->ids, id, true);
}

void control_rest_call_id(struct control *control, struct control_tunnel *tunnel, uint16_t id)
{
	struct control_ids *ids = &tunnel->ids;
	bool can_rest;

	wake(tunnel, control->now);
	can_rest = (ids->count < RESTING_FEW || keep_bits(tunnel)) && rest(ids, id, control->now + CONTROL_LINGER);
	set_bit(ids, id, can_rest);
}

static uint16_t draw_unused(struct control *control, const struct control_tunnel *tunnel)
{
	uint16_t id;

	do
		id = draw(control);
	while (!id || is_live(tunnel, id) || is_resting(&tunnel->ids, id));
	return id;
}

uint16_t control_new_call_id(struct control *control, struct control_tunnel *tunnel)
{
	struct control_ids *ids = &tunnel->ids;
	uint32_t calls = tunnel->calls_by_id.count;
	uint16_t id;

	if (calls >= CONTROL_IDS - 1)
		return 0;
	wake(tunnel, control->now);
	if (calls < BITS_FROM && !ids->in_use)
		return draw_unused(control, tunnel);
	if (!keep_bits(tunnel))
		return 0;
	id = find_bit(ids->in_use, NULL, draw(control));
	/* Better one that rested too little than none. */
	while (!id && ids->count)
		id = wake_call_id(tunnel);
	return id;
}
