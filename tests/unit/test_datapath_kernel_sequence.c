/* SPDX-License-Identifier: MIT */
/* Of what the kernel traces about sequence numbers: whose it is, and how much of it is looked at. */
#include "datapath/kernel/internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <utlist.h>

#include "datapath/datapath.h"
#include "test.h"

#define AT_ONCE 100
#define EVENTS 300

/* What is in place of the trace points: records to be read. */
static struct traced {
	uint32_t tunnel_id, session_id;
	unsigned int left, read, skips;
} traced;

static struct world {
	struct native_datapath dp;
	struct native_tunnel tunnels[3];
	struct native_session sessions[4];
	struct datapath_event events[EVENTS];
} world;

/* --- in place of os/tracepoint.c --- */

struct tracepoints *tracepoints_open(const char *system, const struct tracepoint *points, unsigned int count,
				     struct error *error)
{
	return NULL;
}

void tracepoints_close(struct tracepoints *points)
{
}

bool tracepoints_next(struct tracepoints *points, struct tracepoint_record *record)
{
	if (!traced.left)
		return false;
	traced.left--;
	traced.read++;
	*record = (struct tracepoint_record){ .point = DATAPATH_PKT_OOS, .numbers = { traced.read, 2, 3 } };
	snprintf(record->text, sizeof(record->text), "sess %" PRIu32 "/%" PRIu32, traced.tunnel_id, traced.session_id);
	return true;
}

void tracepoints_skip(struct tracepoints *points)
{
	traced.left = 0;
	traced.skips++;
}

/* --- the world --- */

static void add_session(unsigned int number, struct native_tunnel *tunnel, uint32_t id)
{
	struct native_session *session = &world.sessions[number];

	session->tunnel = tunnel;
	session->config.session_id = id;
	session->self = handle_add(&world.dp.sessions, session);
	DL_APPEND(tunnel->sessions, session);
}

/* Two of the tunnels have the same id, in two namespaces. */
static int begin(void **state)
{
	static const uint32_t ids[] = { 5, 7, 5 };

	world = (struct world){ .dp = { .notice_fd = eventfd(0, EFD_NONBLOCK), .sequence_fd = eventfd(0, EFD_NONBLOCK),
					.sequences = (struct tracepoints *)&traced } };
	traced = (struct traced){ 0 };
	for (unsigned int i = 0; i < ARRAY_SIZE(ids); i++) {
		world.tunnels[i].tunnel_id = ids[i];
		world.tunnels[i].self = handle_add(&world.dp.tunnels, &world.tunnels[i]);
	}
	add_session(0, &world.tunnels[0], 11);
	add_session(1, &world.tunnels[1], 11);
	add_session(2, &world.tunnels[1], 12);
	add_session(3, &world.tunnels[2], 13);
	return 0;
}

static int finish(void **state)
{
	handle_table_clear(&world.dp.tunnels);
	handle_table_clear(&world.dp.sessions);
	close(world.dp.notice_fd);
	close(world.dp.sequence_fd);
	return 0;
}

/* The kernel has traced so many of one session's. */
static void trace(uint32_t tunnel_id, uint32_t session_id, unsigned int count)
{
	traced = (struct traced){ .tunnel_id = tunnel_id, .session_id = session_id, .left = count };
}

static void an_interval_passes(void)
{
	assert_int_equal(eventfd_write(world.dp.sequence_fd, 1), 0);
	native_sequences_look(&world.dp);
}

/* Is there more to tell? */
static bool is_due(void)
{
	eventfd_t count;

	return eventfd_read(world.dp.notice_fd, &count) == 0;
}

/* --- tests --- */

static void whose_it_is(void **state)
{
	static const struct { uint32_t tunnel_id, session_id; int session; } cases[] = {
		{ 5, 11, 0 }, { 7, 11, 1 }, { 7, 12, 2 }, { 5, 13, 3 }, { 5, 12, -1 }, { 6, 11, -1 },
	};
	const struct datapath_event *event = &world.events[0];

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct native_session *session = &world.sessions[cases[i].session < 0 ? 0 : cases[i].session];

		trace(cases[i].tunnel_id, cases[i].session_id, 1);
		an_interval_passes();
		assert_true(is_due());
		assert_int_equal(native_sequences(&world.dp, world.events, EVENTS), cases[i].session >= 0);
		assert_int_equal(traced.skips, 0);
		if (cases[i].session < 0)
			continue;
		assert_int_equal(event->kind, DATAPATH_EVENT_SEQUENCE);
		assert_int_equal(event->tunnel, session->tunnel->self);
		assert_int_equal(event->session, session->self);
		assert_int_equal(event->sequence.what, DATAPATH_PKT_OOS);
		assert_int_equal(event->sequence.ns, 1);
		assert_int_equal(event->sequence.queued, 3);
	}
}

/* However many there are, and whosever: the rest is dropped, and the next interval begins with what is new. */
static void so_many_are_looked_at(void **state)
{
	for (int ours = 0; ours < 2; ours++) {
		trace(5, ours ? 11 : 99, 10 * AT_ONCE);
		an_interval_passes();
		assert_int_equal(native_sequences(&world.dp, world.events, EVENTS), ours ? AT_ONCE : 0);
		assert_int_equal(traced.read, AT_ONCE);
		assert_int_equal(traced.skips, 1);
		assert_int_equal(native_sequences(&world.dp, world.events, EVENTS), 0);
		assert_int_equal(traced.read, AT_ONCE);
		trace(5, 11, 1);
		an_interval_passes();
		assert_int_equal(native_sequences(&world.dp, world.events, EVENTS), 1);
	}
}

/* Who takes events takes some at a time. */
static void they_are_told_piece_by_piece(void **state)
{
	int told = 0;

	trace(7, 12, 10 * AT_ONCE);
	an_interval_passes();
	while (is_due()) {
		int more = native_sequences(&world.dp, world.events, 30);

		assert_in_range(more, 1, 30);
		told += more;
	}
	assert_int_equal(told, AT_ONCE);
	assert_int_equal(traced.read, AT_ONCE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(whose_it_is),
		TEST(so_many_are_looked_at),
		TEST(they_are_told_piece_by_piece),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
