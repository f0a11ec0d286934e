/* SPDX-License-Identifier: MIT */
/* Who gets which id, and who gives way: ids that are named, reserved, resting. */
#include "control_world.h"

#define NAMED 77

static struct world world;
static struct error failure;

static int open_named(uint16_t id)
{
	failure = (struct error){ .code = 0 };
	return control_open(world.control, &world.path, id, &world.settings, &world, &world.tunnel, world.now,
			    &failure);
}

static void assert_refused(uint16_t id, const char *why)
{
	assert_int_equal(open_named(id), -1);
	assert_int_equal(failure.code, ERROR_EXISTS);
	assert_string_equal(failure.parameter, "tunnel_id");
	assert_non_null(strstr(failure.text, why));
	assert_sends_nothing(&world);
}

static void establish_named(void)
{
	world.ns = world.nr = 0;
	assert_int_equal(open_named(NAMED), 0);
	world_take(&world);
	world_say(&world, 0, MESSAGE_SCCRP);
	assert_int_equal(world_tunnel_state(&world), CONTROL_TUNNEL_ESTABLISHED);
	world_forget(&world);
}

/* --- named --- */

static void what_lives_keeps_its_id(void **state)
{
	world_begin(&world);
	assert_int_equal(open_named(NAMED), 0);
	world_take(&world);
	world_forget(&world);
	assert_refused(NAMED, "another tunnel has this tunnel_id");
	world_end(&world);
}

/* The peer has not acknowledged the StopCCN: it is sent a last time, before the new SCCRQ. */
static void what_closes_gives_way(void **state)
{
	handle old;

	world_begin(&world);
	establish_named();
	old = world.tunnel;
	control_close(world.control, world.tunnel, 1, 0, "enough", world.now);
	assert_int_equal(open_named(NAMED), 0);
	assert_int_equal(world_counters(&world).tunnels, 1);
	world_take(&world);
	assert_int_equal(assert_sends(&world, MESSAGE_STOPCCN)->header.connection_id, PEER_TUNNEL_ID);
	assert_int_equal(assert_sends(&world, MESSAGE_SCCRQ)->message.assigned_tunnel_id, NAMED);
	control_close(world.control, old, 1, 0, "again", world.now);
	world_take(&world);
	assert_sends_nothing(&world);
	assert_told_nothing(&world);
	assert_int_equal(world_tunnel_state(&world), CONTROL_TUNNEL_WAIT_REPLY);
	world_end(&world);
}

/* A StopCCN that was held until its turn: what it says stays readable when the tunnel is opened again at once. */
static void what_is_told_outlives_its_tunnel(void **state)
{
	struct message stop = world_message(MESSAGE_STOPCCN);
	const struct message hello = world_message(MESSAGE_HELLO);
	uint8_t octets[CONTROL_HEADER_LENGTH + 8];
	struct control_header header;
	struct control_event event;
	uint16_t next;

	world_begin(&world);
	establish_named();
	next = world.ns;
	stop.result_code = (struct avp_result){ 6, true, 0, { (const uint8_t *)"going", 5 } };
	world.ns = (uint16_t)(next + 1);
	world_say_message(&world, 0, &stop);
	assert_told_nothing(&world);
	header = (struct control_header){ .version = 2, .connection_id = NAMED, .ns = next, .nr = world.nr,
					  .length = sizeof(octets) };
	control_header_write(&header, octets);
	assert_int_equal(message_encode(&hello, NULL, octets + CONTROL_HEADER_LENGTH, 8), 8);
	control_receive(world.control, &(struct control_datagram){ world.path, octets, sizeof(octets), NULL },
			world.now);
	assert_true(control_next_event(world.control, &event, world.now));
	assert_int_equal(event.kind, CONTROL_EVENT_TUNNEL_DOWN);
	assert_int_equal(open_named(NAMED), 0);
	assert_int_equal(event.message->result_code.text.octets[4], 'g');	/* the sanitiser looks, too */
	world_end(&world);
}

static void what_was_acknowledged_has_nothing_to_say(void **state)
{
	world_begin(&world);
	establish_named();
	control_close(world.control, world.tunnel, 1, 0, "enough", world.now);
	world_take(&world);
	assert_sends(&world, MESSAGE_STOPCCN);
	establish_named();
	world_say(&world, 0, MESSAGE_STOPCCN);
	world_forget(&world);
	world.ns = world.nr = 0;
	assert_int_equal(open_named(NAMED), 0);
	world_take(&world);
	assert_sends(&world, MESSAGE_SCCRQ);
	assert_sends_nothing(&world);
	world_end(&world);
}

/* An id rests for those that do not name it. */
static void who_names_a_resting_id_gets_it(void **state)
{
	world_begin(&world);
	assert_int_equal(open_named(NAMED), 0);
	control_close(world.control, world.tunnel, 1, 0, NULL, world.now);
	assert_int_equal(world_counters(&world).tunnels, 0);
	assert_int_equal(open_named(NAMED), 0);
	/* The first rest ends while the id is in use again. */
	world.settings.max_retries = 100;
	control_close(world.control, world.tunnel, 1, 0, NULL, world.now);
	assert_int_equal(open_named(NAMED), 0);
	world_wait(&world, 130000);
	assert_refused(NAMED, "another tunnel has this tunnel_id");
	world_end(&world);
}

static void who_is_being_set_up_gives_way(void **state)
{
	world_begin(&world);
	world_request(&world);
	assert_sends(&world, MESSAGE_SCCRP);
	assert_told(&world, CONTROL_EVENT_REQUEST);
	assert_int_equal(open_named(world.engine_id), 0);
	world_take(&world);
	assert_told(&world, CONTROL_EVENT_REQUEST_DOWN);
	assert_int_equal(world_counters(&world).half_open, 0);
	assert_sends_result(&world, MESSAGE_STOPCCN, 2, 4);
	assert_sends(&world, MESSAGE_SCCRQ);
	world_end(&world);
}

/* --- reserved --- */

static void reserve_all_but(uint16_t id)
{
	for (uint32_t other = 1; other < 65536; other++)
		if (other != id)
			assert_true(control_reserve_id(world.control, (uint16_t)other, true));
}

static void what_is_reserved_is_not_given(void **state)
{
	struct control_tunnel_info info;

	world_begin(&world);
	reserve_all_but(NAMED);
	assert_int_equal(open_named(0), 0);
	assert_int_equal(control_tunnel_info(world.control, world.tunnel, &info), 0);
	assert_int_equal(info.tunnel_id, NAMED);
	assert_refused(NAMED + 1, "without control protocol");
	assert_int_equal(open_named(0), -1);
	assert_int_equal(failure.code, ERROR_LIMIT);
	assert_true(control_reserve_id(world.control, NAMED + 1, false));
	assert_int_equal(open_named(0), 0);
	assert_int_equal(control_tunnel_info(world.control, world.tunnel, &info), 0);
	assert_int_equal(info.tunnel_id, NAMED + 1);
	world_end(&world);
}

/* A reserved id whose rest ends is still reserved. */
static void a_reserved_id_may_rest(void **state)
{
	world_begin(&world);
	reserve_all_but(NAMED);
	assert_int_equal(open_named(NAMED), 0);
	control_close(world.control, world.tunnel, 1, 0, NULL, world.now);
	assert_true(control_reserve_id(world.control, NAMED, true));
	assert_int_equal(open_named(0), -1);
	world_wait(&world, 130000);
	assert_int_equal(open_named(0), -1);
	assert_int_equal(failure.code, ERROR_LIMIT);
	assert_true(control_reserve_id(world.control, NAMED, false));
	assert_int_equal(open_named(0), 0);
	world_end(&world);
}

static void only_what_lives_is_in_the_way(void **state)
{
	world_begin(&world);
	establish_named();
	assert_false(control_reserve_id(world.control, NAMED, true));
	control_close(world.control, world.tunnel, 1, 0, NULL, world.now);
	assert_true(control_reserve_id(world.control, NAMED, true));
	world_take(&world);
	assert_sends(&world, MESSAGE_STOPCCN);
	assert_int_equal(world_tunnel_state(&world), CONTROL_TUNNEL_CLOSING);
	world_request(&world);
	world_forget(&world);
	assert_true(control_reserve_id(world.control, world.engine_id, true));
	world_take(&world);
	assert_told(&world, CONTROL_EVENT_REQUEST_DOWN);
	assert_sends_result(&world, MESSAGE_STOPCCN, 2, 4);
	world_end(&world);
}

/* --- calls --- */

static void a_call_named_anew(void **state)
{
	const struct control_reason reason = { .result = 3 };
	struct error error = { .code = 0 };
	handle call;

	world_begin(&world);
	world_respond(&world);
	assert_int_equal(control_call_open(world.control, world.tunnel, CONTROL_CALL_LAC_INCOMING, NAMED,
					   &world.call_settings, NULL, &call, world.now, &error), 0);
	assert_int_equal(control_call_open(world.control, world.tunnel, CONTROL_CALL_LAC_INCOMING, NAMED,
					   &world.call_settings, NULL, &call, world.now, &error), -1);
	assert_int_equal(error.code, ERROR_EXISTS);
	assert_string_equal(error.parameter, "session_id");
	control_call_close(world.control, call, &reason, world.now);
	assert_int_equal(control_call_open(world.control, world.tunnel, CONTROL_CALL_LAC_INCOMING, NAMED,
					   &world.call_settings, NULL, &call, world.now, &error), 0);
	world_take(&world);
	assert_sends(&world, MESSAGE_ICRQ);
	assert_sends(&world, MESSAGE_CDN);
	assert_int_equal(assert_sends(&world, MESSAGE_ICRQ)->message.assigned_session_id, NAMED);
	world_end(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_lives_keeps_its_id),
		cmocka_unit_test(what_closes_gives_way),
		cmocka_unit_test(what_is_told_outlives_its_tunnel),
		cmocka_unit_test(what_was_acknowledged_has_nothing_to_say),
		cmocka_unit_test(who_names_a_resting_id_gets_it),
		cmocka_unit_test(who_is_being_set_up_gives_way),
		cmocka_unit_test(what_is_reserved_is_not_given),
		cmocka_unit_test(a_reserved_id_may_rest),
		cmocka_unit_test(only_what_lives_is_in_the_way),
		cmocka_unit_test(a_call_named_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
