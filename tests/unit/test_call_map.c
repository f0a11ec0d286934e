/* SPDX-License-Identifier: MIT */
/* Against a plain array, with ids that are drawn, that follow each other, and that all want the same places. */
#include "control/call_map.h"

#include <stdlib.h>

#include "test.h"

#define IDS 65536

/* What is stored is never looked into: any addresses will do. */
static uint8_t objects[2][IDS];
static struct control_call *model[IDS];
static struct call_map map;
static unsigned int model_count;
static uint32_t random_state = 1;

static uint32_t draw(void)
{
	random_state = random_state * 1664525u + 1013904223u;
	return random_state >> 8;
}

static struct control_call *object_of(uint16_t id)
{
	return (void *)&objects[0][id];
}

static struct control_call *other_of(uint16_t id)
{
	return (void *)&objects[1][id];
}

static void add(uint16_t id)
{
	if (!id || model[id])
		return;
	assert_true(call_map_add(&map, id, object_of(id)));
	model[id] = object_of(id);
	model_count++;
}

static void take_away(uint16_t id)
{
	call_map_remove(&map, id, other_of(id));	/* another's: it stays */
	assert_ptr_equal(call_map_find(&map, id), model[id]);
	call_map_remove(&map, id, object_of(id));
	model_count -= model[id] != NULL;
	model[id] = NULL;
}

static void check_all(void)
{
	const struct control_call *call;
	uint32_t position = 0;
	unsigned int seen = 0;

	assert_int_equal(map.count, model_count);
	for (uint32_t id = 0; id < IDS; id++)
		assert_ptr_equal(call_map_find(&map, (uint16_t)id), model[id]);
	while ((call = call_map_next(&map, &position))) {
		assert_ptr_equal(model[(const uint8_t *)call - objects[0]], call);
		seen++;
	}
	assert_int_equal(seen, model_count);
}

/* As who frees all: each removed when it was returned. */
static void empty(void)
{
	const struct control_call *call;
	uint32_t position = 0;

	for (; (call = call_map_next(&map, &position)); position--)
		take_away((uint16_t)((const uint8_t *)call - objects[0]));
	assert_int_equal(model_count, 0);
	assert_int_equal(map.count, 0);
	assert_null(map.calls);
	check_all();
}

static void an_empty_one_has_nothing(void **state)
{
	uint32_t position = 0;

	assert_null(call_map_find(&map, 1));
	assert_null(call_map_next(&map, &position));
	call_map_remove(&map, 1, object_of(1));
}

/* mask: bits that ids have; offset: bits that all have. */
static void mix(uint16_t mask, uint16_t offset, unsigned int steps, unsigned int of_ten)
{
	for (unsigned int i = 0; i < steps; i++) {
		uint16_t id = (uint16_t)((draw() & mask) | offset);

		if (draw() % 10 < of_ten)
			add(id);
		else
			take_away(id);
	}
	check_all();
}

static void knows_what_was_put_in(void **state)
{
	static const struct {
		uint16_t mask, offset;
	} cases[] = {
		{ 0xffff, 0 }, { 0x00ff, 0 }, { 0xff00, 0 }, { 0xff00, 0xff }, { 0xfff0, 0x000f }, { 7, 0xfff8 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		mix(cases[i].mask, cases[i].offset, 3000, 7);
		mix(cases[i].mask, cases[i].offset, 3000, 4);
		mix(cases[i].mask, cases[i].offset, 300, 8);
		empty();
	}
}

/* Ids whose homes are the first few: the inverse of the factor that scatters them. */
static void ids_that_meet(void **state)
{
	uint32_t inverse = 1;

	while ((uint16_t)(inverse * 40503) != 1)
		inverse += 2;
	for (uint32_t i = 1; i < 3000; i++)
		add((uint16_t)(i * inverse));
	check_all();
	for (uint32_t i = 1; i < 3000; i += 3)
		take_away((uint16_t)(i * inverse));
	check_all();
	for (uint32_t i = 65000; i < 65536; i++)	/* and around the end */
		add((uint16_t)(i * inverse));
	check_all();
	empty();
}

static void takes_all_there_are(void **state)
{
	for (uint32_t id = 1; id < IDS; id++)
		add((uint16_t)id);
	assert_int_equal(map.count, IDS - 1);
	check_all();
	for (uint32_t id = 1; id < IDS; id += 2)
		take_away((uint16_t)id);
	check_all();
	empty();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_one_has_nothing),
		cmocka_unit_test(knows_what_was_put_in),
		cmocka_unit_test(ids_that_meet),
		cmocka_unit_test(takes_all_there_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
