/* SPDX-License-Identifier: MIT */
/* The tunnel machine, row by row of RFC 2661 section 7.2.1, and what happens at its edges. */
#include "control_world.h"

static struct world world;

enum start { IDLE, WAIT_REPLY, WAIT_CONNECT, ESTABLISHED };
enum happening {
	SCCRQ, SCCRQ_BAD, SCCRP, SCCRP_BAD, SCCCN, SCCCN_BAD, STOPCCN, HELLO, UNKNOWN_MANDATORY, LOCAL_CLOSE,
};

static void get_to(enum start start)
{
	world_begin(&world);
	if (start == WAIT_REPLY)
		world_open(&world);
	else if (start == WAIT_CONNECT)
		world_request(&world);
	else if (start == ESTABLISHED)
		world_respond(&world);
	/* What was sent to no id has found its tunnel: what follows has one. */
	if (start == WAIT_REPLY)
		assert_int_not_equal(world.engine_id, 0);
	world_forget(&world);
}

static void unknown_mandatory(void)
{
	static const uint8_t body[] = { 0x80, 8, 0, 0, 0, 0, 0, 99 };

	world_send(&world, &world.path, 0, world.ns++, body, sizeof(body));
}

static void happen(enum happening what)
{
	static const enum message_type types[] = {
		[SCCRQ] = MESSAGE_SCCRQ, [SCCRQ_BAD] = MESSAGE_SCCRQ, [SCCRP] = MESSAGE_SCCRP,
		[SCCRP_BAD] = MESSAGE_SCCRP, [SCCCN] = MESSAGE_SCCCN, [SCCCN_BAD] = MESSAGE_SCCCN,
		[STOPCCN] = MESSAGE_STOPCCN, [HELLO] = MESSAGE_HELLO,
	};

	if (what == LOCAL_CLOSE) {
		control_close(world.control, world.tunnel, 1, 0, "enough", world.now);
		world_take(&world);
	} else if (what == UNKNOWN_MANDATORY) {
		unknown_mandatory();
	} else if (what == SCCRQ_BAD || what == SCCRP_BAD || what == SCCCN_BAD) {
		world_say_bad(&world, 0, types[what]);
	} else {
		world_say(&world, 0, types[what]);
	}
}

#define NOTHING MESSAGE_NONE
#define GONE (-1)
#define NO_EVENT (-1)

/* In WAIT_CONNECT there is no tunnel yet, but a place: its end is told as REQUEST_DOWN.  In IDLE a message is for no
 * tunnel: but for SCCRQ nothing is done, also not the StopCCN of the table, so that nobody can make us speak. */
static const struct row {
	enum start start;
	enum happening what;
	enum message_type sent;
	uint16_t result, error;
	int event;
	int next;
} rows[] = {
	{ IDLE, SCCRQ, MESSAGE_SCCRP, 0, 0, CONTROL_EVENT_REQUEST, GONE },
	{ IDLE, SCCRQ_BAD, MESSAGE_STOPCCN, 2, 8, NO_EVENT, GONE },
	{ IDLE, SCCRP, NOTHING, 0, 0, NO_EVENT, GONE },
	{ IDLE, SCCCN, NOTHING, 0, 0, NO_EVENT, GONE },
	{ IDLE, STOPCCN, NOTHING, 0, 0, NO_EVENT, GONE },
	{ IDLE, HELLO, NOTHING, 0, 0, NO_EVENT, GONE },
	{ IDLE, UNKNOWN_MANDATORY, NOTHING, 0, 0, NO_EVENT, GONE },
	{ WAIT_REPLY, SCCRP, MESSAGE_SCCCN, 0, 0, CONTROL_EVENT_TUNNEL_UP, CONTROL_TUNNEL_ESTABLISHED },
	{ WAIT_REPLY, SCCRP_BAD, MESSAGE_STOPCCN, 2, 8, CONTROL_EVENT_TUNNEL_DOWN, CONTROL_TUNNEL_CLOSING },
	{ WAIT_REPLY, SCCRQ, MESSAGE_STOPCCN, 7, 0, CONTROL_EVENT_TUNNEL_DOWN, CONTROL_TUNNEL_CLOSING },
	{ WAIT_REPLY, SCCCN, MESSAGE_STOPCCN, 7, 0, CONTROL_EVENT_TUNNEL_DOWN, CONTROL_TUNNEL_CLOSING },
	{ WAIT_REPLY, UNKNOWN_MANDATORY, MESSAGE_STOPCCN, 2, 8, CONTROL_EVENT_TUNNEL_DOWN, CONTROL_TUNNEL_CLOSING },
	{ WAIT_REPLY, STOPCCN, NOTHING, 0, 0, CONTROL_EVENT_TUNNEL_DOWN, CONTROL_TUNNEL_CLOSING },
	{ WAIT_REPLY, LOCAL_CLOSE, MESSAGE_STOPCCN, 1, 0, NO_EVENT, CONTROL_TUNNEL_CLOSING },
	{ WAIT_CONNECT, SCCCN, NOTHING, 0, 0, CONTROL_EVENT_TUNNEL_UP, CONTROL_TUNNEL_ESTABLISHED },
	{ WAIT_CONNECT, SCCCN_BAD, MESSAGE_STOPCCN, 2, 8, CONTROL_EVENT_REQUEST_DOWN, GONE },
	{ WAIT_CONNECT, SCCRP, MESSAGE_STOPCCN, 7, 0, CONTROL_EVENT_REQUEST_DOWN, GONE },
	{ WAIT_CONNECT, SCCRQ, MESSAGE_STOPCCN, 7, 0, CONTROL_EVENT_REQUEST_DOWN, GONE },
	{ WAIT_CONNECT, UNKNOWN_MANDATORY, MESSAGE_STOPCCN, 2, 8, CONTROL_EVENT_REQUEST_DOWN, GONE },
	{ WAIT_CONNECT, STOPCCN, NOTHING, 0, 0, CONTROL_EVENT_REQUEST_DOWN, GONE },
	{ ESTABLISHED, HELLO, NOTHING, 0, 0, NO_EVENT, CONTROL_TUNNEL_ESTABLISHED },
	{ ESTABLISHED, SCCRQ, MESSAGE_STOPCCN, 7, 0, CONTROL_EVENT_TUNNEL_DOWN, CONTROL_TUNNEL_CLOSING },
	{ ESTABLISHED, SCCRP, MESSAGE_STOPCCN, 7, 0, CONTROL_EVENT_TUNNEL_DOWN, CONTROL_TUNNEL_CLOSING },
	{ ESTABLISHED, SCCCN, MESSAGE_STOPCCN, 7, 0, CONTROL_EVENT_TUNNEL_DOWN, CONTROL_TUNNEL_CLOSING },
	{ ESTABLISHED, SCCRQ_BAD, MESSAGE_STOPCCN, 2, 8, CONTROL_EVENT_TUNNEL_DOWN, CONTROL_TUNNEL_CLOSING },
	{ ESTABLISHED, UNKNOWN_MANDATORY, MESSAGE_STOPCCN, 2, 8, CONTROL_EVENT_TUNNEL_DOWN, CONTROL_TUNNEL_CLOSING },
	{ ESTABLISHED, STOPCCN, NOTHING, 0, 0, CONTROL_EVENT_TUNNEL_DOWN, CONTROL_TUNNEL_CLOSING },
	{ ESTABLISHED, LOCAL_CLOSE, MESSAGE_STOPCCN, 1, 0, NO_EVENT, CONTROL_TUNNEL_CLOSING },
};

static void check_row(const struct row *row)
{
	get_to(row->start);
	happen(row->what);
	if (row->sent == MESSAGE_STOPCCN)
		assert_sends_result(&world, MESSAGE_STOPCCN, row->result, row->error);
	else if (row->sent != NOTHING)
		assert_sends(&world, row->sent);
	assert_sends_nothing(&world);
	if (row->event != NO_EVENT)
		assert_told(&world, (enum control_event_kind)row->event);
	assert_told_nothing(&world);
	assert_int_equal(world_tunnel_state(&world), row->next);
	/* Whatever closes is forgotten in the end. */
	if (row->next == CONTROL_TUNNEL_CLOSING) {
		world_wait(&world, 40000);
		assert_int_equal(world_tunnel_state(&world), GONE);
		assert_int_equal(world_counters(&world).tunnels, 0);
	}
	world_end(&world);
}

static void follows_the_table(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		print_message("row %zu\n", i);
		check_row(&rows[i]);
	}
}

/* --- StopCCN --- */

static void acknowledges_a_repeated_stop(void **state)
{
	const struct message stop = world_message(MESSAGE_STOPCCN);
	uint8_t body[256];
	size_t length = message_encode(&stop, NULL, body, sizeof(body));

	get_to(ESTABLISHED);
	happen(STOPCCN);
	for (unsigned int i = 0; i < 3; i++) {
		world.sent_count = 0;
		world_wait(&world, 8000);
		world_send(&world, &world.path, 0, (uint16_t)(world.ns - 1), body, length);
		assert_int_equal(world.sent_count, 1);
		assert_int_equal(world.sent[world.sent_first].body_length, 0);
		assert_int_equal(world.sent[world.sent_first].header.nr, world.ns);
	}
	assert_told(&world, CONTROL_EVENT_TUNNEL_DOWN);
	assert_told_nothing(&world);
	world_end(&world);
}

static void tells_what_the_peer_said(void **state)
{
	struct message stop = world_message(MESSAGE_STOPCCN);
	const struct world_event *event;

	get_to(ESTABLISHED);
	stop.result_code = (struct avp_result){ .result = 2, .has_error = true, .error = 7,
						.text = { (const uint8_t *)"go\x1b[2J \xc2\x9b away\0", 14 } };
	world_say_message(&world, 0, &stop);
	event = assert_told(&world, CONTROL_EVENT_TUNNEL_DOWN);
	assert_true(event->reason.by_peer);
	assert_int_equal(event->reason.result, 2);
	assert_int_equal(event->reason.error, 7);
	assert_string_equal(event->reason.text, "go?[2J ?? away");
	world_end(&world);
}

/* The peer's id is not known: its AVP says which tunnel is meant. */
static void a_request_can_be_withdrawn(void **state)
{
	world_begin(&world);
	world_request(&world);
	world_forget(&world);
	world.engine_id = 0;
	world_say(&world, 0, MESSAGE_STOPCCN);
	assert_int_equal(world.sent_count, 1);
	assert_int_equal(world.sent[world.sent_first].body_length, 0);
	assert_int_equal(world.sent[world.sent_first].header.connection_id, PEER_TUNNEL_ID);
	assert_int_equal(world.sent[world.sent_first].header.nr, 2);
	assert_told(&world, CONTROL_EVENT_REQUEST_DOWN);
	assert_int_equal(world_counters(&world).half_open, 0);
	world_end(&world);
}

/* Closed while the peer makes up its mind: its reply tells the id for our StopCCN. */
static void a_late_reply_is_stopped(void **state)
{
	const struct world_message *sent;

	world_begin(&world);
	assert_int_equal(control_open(world.control, &world.path, 0, &world.settings, NULL, &world.tunnel, world.now,
				      NULL), 0);
	while (world.sent_count < 1) {
		struct control_datagram datagram;

		assert_true(control_next_datagram(world.control, &datagram, world.now));
		world_keep_datagram(&world, &datagram);
	}
	control_close(world.control, world.tunnel, 1, 0, "enough", world.now);
	world.nr = 1;
	world_forget(&world);
	world_say(&world, 0, MESSAGE_SCCRP);
	sent = assert_sends(&world, MESSAGE_STOPCCN);
	assert_int_equal(sent->header.connection_id, PEER_TUNNEL_ID);
	assert_told_nothing(&world);
	world_end(&world);
}

static void nobody_is_told_of_what_nobody_knows(void **state)
{
	world_begin(&world);
	assert_int_equal(control_open(world.control, &world.path, 0, &world.settings, NULL, &world.tunnel, world.now,
				      NULL), 0);
	control_close(world.control, world.tunnel, 1, 0, NULL, world.now);
	world_take(&world);
	assert_int_equal(world.sent_count, 0);
	assert_int_equal(world_counters(&world).tunnels, 0);
	world_end(&world);
}

static void nothing_unsent_goes_before_a_stop(void **state)
{
	const struct control_call_settings settings = { .establish_timeout = 1000 };
	handle call;

	get_to(ESTABLISHED);
	for (unsigned int i = 0; i < 100; i++)
		assert_int_equal(control_call_open(world.control, world.tunnel, CONTROL_CALL_LAC_INCOMING, 0, &settings,
						   NULL, &call, world.now, NULL), 0);
	control_close(world.control, world.tunnel, 6, 0, "shutting down", world.now);
	assert_int_equal(control_unacknowledged(world.control), 1);
	world_take(&world);
	assert_int_equal(control_unacknowledged(world.control), 0);
	assert_sends_result(&world, MESSAGE_STOPCCN, 6, 0);
	assert_sends_nothing(&world);
	world_end(&world);
}

/* --- time --- */

static void gives_up_who_does_not_answer(void **state)
{
	unsigned int requests = 0;

	world_begin(&world);
	assert_int_equal(control_open(world.control, &world.path, 0, &world.settings, NULL, &world.tunnel, world.now,
				      NULL), 0);
	world.engine_id = 0;
	for (unsigned int s = 0; s < 40; s++) {
		struct control_datagram datagram;

		while (control_next_datagram(world.control, &datagram, world.now))
			requests++;
		world.now += 1000;
		while (control_expire(world.control, world.now))
			world_take_events(&world);
	}
	assert_int_equal(requests, 6);
	assert_string_equal(assert_told(&world, CONTROL_EVENT_TUNNEL_DOWN)->reason.text, "no answer");
	assert_int_equal(world_counters(&world).channel.sent, 1);
	assert_int_equal(world_counters(&world).channel.retransmitted, 5);
	assert_int_equal(world_counters(&world).tunnels, 0);
	world_end(&world);
}

static void keeps_to_the_time_for_setting_up(void **state)
{
	world_begin(&world);
	world.settings.establish_timeout = 5000;
	world_open(&world);		/* the peer acknowledges, and says nothing */
	world_forget(&world);
	world_wait(&world, 4999);
	assert_told_nothing(&world);
	world_wait(&world, 1);
	assert_told(&world, CONTROL_EVENT_TUNNEL_DOWN);
	assert_sends_result(&world, MESSAGE_STOPCCN, 1, 0);
	world_end(&world);
}

static void forgets_who_does_not_go_on(void **state)
{
	world_begin(&world);
	world_request(&world);
	world_forget(&world);
	world_wait(&world, 30999);
	assert_int_equal(world_counters(&world).half_open, 1);
	world_wait(&world, 1);
	assert_told(&world, CONTROL_EVENT_REQUEST_DOWN);
	assert_int_equal(world_counters(&world).half_open, 0);
	assert_int_equal(world_counters(&world).requests_expired, 1);
	world_end(&world);
}

static void asks_after_silence(void **state)
{
	get_to(ESTABLISHED);
	world_wait(&world, 59999);
	assert_told_nothing(&world);
	world_wait(&world, 1);
	assert_told(&world, CONTROL_EVENT_QUIET);
	control_hello(world.control, world.tunnel, world.now);
	world_take(&world);
	assert_sends(&world, MESSAGE_HELLO);
	/* Data that was heard is as good as an answer. */
	world_forget(&world);
	world_wait(&world, 50000);
	control_heard(world.control, world.tunnel, world.now);
	world_wait(&world, 59999);
	assert_told_nothing(&world);
	world_wait(&world, 1);
	assert_told(&world, CONTROL_EVENT_QUIET);
	world_end(&world);
}

static void fewer_retries_are_kept_to(void **state)
{
	get_to(ESTABLISHED);
	control_hello(world.control, world.tunnel, world.now);
	for (unsigned int i = 0; i < 3; i++) {
		struct control_datagram datagram;

		while (control_next_datagram(world.control, &datagram, world.now))
			;
		world.now = control_deadline(world.control);
		assert_true(control_expire(world.control, world.now));
	}
	world.settings.max_retries = 1;
	control_change(world.control, world.tunnel, &world.settings, world.now);
	while (world_counters(&world).tunnels) {
		struct control_datagram datagram;

		while (control_next_datagram(world.control, &datagram, world.now))
			;
		world.now = control_deadline(world.control);
		assert_true(world.now < 1000000 + 60000);
		while (control_expire(world.control, world.now))
			world_take_events(&world);
	}
	assert_told(&world, CONTROL_EVENT_TUNNEL_DOWN);
	world_end(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(follows_the_table),
		cmocka_unit_test(acknowledges_a_repeated_stop),
		cmocka_unit_test(tells_what_the_peer_said),
		cmocka_unit_test(a_request_can_be_withdrawn),
		cmocka_unit_test(a_late_reply_is_stopped),
		cmocka_unit_test(nobody_is_told_of_what_nobody_knows),
		cmocka_unit_test(nothing_unsent_goes_before_a_stop),
		cmocka_unit_test(gives_up_who_does_not_answer),
		cmocka_unit_test(keeps_to_the_time_for_setting_up),
		cmocka_unit_test(forgets_who_does_not_go_on),
		cmocka_unit_test(asks_after_silence),
		cmocka_unit_test(fewer_retries_are_kept_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
