/* SPDX-License-Identifier: MIT */
/* Captures through the API on the null datapath: what they refuse, what they get, what they lose, how they end. */
#include "manage/capture.h"

#include <string.h>

#include "base/base64.h"
#include "manage_world.h"

#define COOKIE "\xa0\xa1\xa2\xa3"
#define LOST_OPTION "\0\4\0\10"	/* epb_dropcount, 8 octets */

struct fixture {
	struct manage_world world;
	handle tunnel, session;		/* the datapath's, of the first two */
};

/* What a capture has told so far. */
struct told {
	uint8_t octets[2 << 20];
	size_t length;
	uint64_t packets, lost;
	bool ended;
};

static struct told told;

/* --- calls --- */

static bool begin_as(struct fixture *fixture, enum role role, struct call *call, const char *method,
		     const char *config)
{
	char message[1024];

	snprintf(message, sizeof(message),
		 "{\"method\":\"org.l2tpd.%s\",\"more\":true,\"parameters\":{\"config\":{%s}}}", method, config);
	fixture->world.caller.role = role;
	return manage_world_call(&fixture->world, call, message);
}

/* A command, or a capture that is refused: the only reply, whose error code is this; NULL: none. */
static void call_once(struct fixture *fixture, const char *method, const char *config, const char *code)
{
	struct call call;
	json_t *reply;
	const char *found;

	assert_true(begin_as(fixture, ROLE_CHANGE, &call, method, config));
	assert_int_equal(manage_world_next(&call, &reply), CALL_LAST);
	found = json_string_value(json_object_get(json_object_get(reply, "parameters"), "code"));
	if (code)
		assert_string_equal(found, code);
	else
		assert_null(json_object_get(reply, "error"));
	json_decref(reply);
}

static void take_reply(const json_t *reply)
{
	const json_t *parameters = json_object_get(reply, "parameters");
	const json_t *octets = json_object_get(parameters, "octets");
	ssize_t length = base64_decode(json_string_value(octets), json_string_length(octets),
				       told.octets + told.length);

	assert_in_range(length, 0, sizeof(told.octets) - told.length);
	told.length += (size_t)length;
	told.packets += (uint64_t)json_integer_value(json_object_get(parameters, "packets"));
	told.lost += (uint64_t)json_integer_value(json_object_get(parameters, "lost"));
	told.ended |= json_object_get(parameters, "ended") != NULL;
}

/* All that the capture tells now. Returns the step that told nothing more. */
static enum call_step read_all(struct call *call)
{
	enum call_step step;
	json_t *reply;

	told = (struct told){ .length = 0 };
	do {
		step = manage_world_next(call, &reply);
		if (reply)
			take_reply(reply);
		json_decref(reply);
	} while (step == CALL_REPLY);
	return step;
}

/* --- packets --- */

static void arrive(struct fixture *fixture, handle session, uint32_t length)
{
	static uint8_t octets[65535] = { 0, 3, 0, 0, 0, 0, 0, 11, 0xa0, 0xa1, 0xa2, 0xa3 };
	struct datapath_packet packet = { .tunnel = fixture->tunnel, .session = session, .drop = DATAPATH_DROP_NONE,
					  .length = length, .captured = length, .octets = octets,
					  .cookie_length = session ? 4 : 8 };

	assert_true(address_parse("192.0.2.2", &packet.peer.address));
	(void)datapath_null_packet(fixture->world.dp, &packet);
}

static bool is_told(const char *octets, size_t length)
{
	return memmem(told.octets, told.length, octets, length) != NULL;
}

/* --- the fixture: tunnel 1 with sessions 11 and 12, tunnel 2 --- */

static void find_handles(struct fixture *fixture)
{
	const struct datapath_null_entry *log;
	size_t count;

	log = datapath_null_log(fixture->world.dp, &count);
	for (size_t i = 0; i < count; i++) {
		if (log[i].operation == DATAPATH_NULL_TUNNEL_ADD && !fixture->tunnel)
			fixture->tunnel = log[i].tunnel;
		if (log[i].operation == DATAPATH_NULL_SESSION_ADD && !fixture->session)
			fixture->session = log[i].session;
	}
	assert_true(fixture->tunnel && fixture->session);
	datapath_null_log_begin(fixture->world.dp);
}

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	manage_world_begin(&fixture->world, (struct manage_host){ .context = fixture });
	datapath_null_log_begin(fixture->world.dp);
	call_once(fixture, "TunnelCreate", "\"tunnel_name\":\"lon\",\"tunnel_id\":1,\"peer_tunnel_id\":1,\"version\":3,"
		  "\"dest_ipaddr\":\"192.0.2.2\"", NULL);
	call_once(fixture, "SessionCreate", "\"tunnel_id\":1,\"session_id\":11,\"peer_session_id\":11,"
		  "\"session_name\":\"office\"", NULL);
	call_once(fixture, "SessionCreate", "\"tunnel_id\":1,\"session_id\":12,\"peer_session_id\":12", NULL);
	find_handles(fixture);
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	manage_world_end(&fixture->world);
	free(fixture);
	return 0;
}

/* The snaplen that the datapath was last told, for this session (or the tunnel). */
static uint32_t tapped(struct fixture *fixture, handle session)
{
	const struct datapath_null_entry *log;
	uint32_t snaplen = 0;
	size_t count;

	log = datapath_null_log(fixture->world.dp, &count);
	for (size_t i = 0; i < count; i++)
		if (log[i].operation == DATAPATH_NULL_TAP && log[i].session == session && !log[i].failed)
			snaplen = log[i].snaplen;
	return snaplen;
}

/* --- tests --- */

static void what_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct call call;
	json_t *reply;

	call_once(fixture, "CaptureTunnel", "", "missing");
	call_once(fixture, "CaptureTunnel", "\"tunnel_name\":\"par\"", "unknown");
	call_once(fixture, "CaptureTunnel", "\"tunnel_name\":\"lon\",\"session_name\":\"office\"", "value");
	call_once(fixture, "CaptureTunnel", "\"tunnel_name\":\"lon\",\"file\":\"/x\"", "value");
	call_once(fixture, "CaptureSession", "\"tunnel_name\":\"lon\"", "missing");
	call_once(fixture, "CaptureSession", "\"tunnel_name\":\"lon\",\"session_id\":77", "unknown");
	call_once(fixture, "CaptureSession", "\"tunnel_name\":\"lon\",\"session_id\":11,\"seconds\":5", "value");
	call_once(fixture, "CaptureSession", "\"tunnel_name\":\"lon\",\"session_id\":11,\"snaplen\":70000", "value");
	assert_true(begin_as(fixture, ROLE_READ, &call, "CaptureTunnel", "\"tunnel_name\":\"lon\""));
	assert_int_equal(manage_world_next(&call, &reply), CALL_LAST);
	assert_string_equal(json_string_value(json_object_get(reply, "error")), "org.l2tpd.PermissionDenied");
	json_decref(reply);
	assert_int_equal(tapped(fixture, HANDLE_NONE) + tapped(fixture, fixture->session), 0);
}

static void a_session_is_captured(void **state)
{
	struct fixture *fixture = *state;
	struct call call;

	assert_true(begin_as(fixture, ROLE_CHANGE, &call, "CaptureSession",
			     "\"tunnel_name\":\"lon\",\"session_name\":\"office\",\"snaplen\":100"));
	assert_int_equal(read_all(&call), CALL_WAIT);
	assert_int_equal(call.waits_for, MANAGE_PACKETS);
	assert_memory_equal(told.octets, "\x0a\x0d\x0d\x0a", 4);
	assert_true(is_told("session office of tunnel lon", 28));
	assert_int_equal(tapped(fixture, fixture->session), 100);
	arrive(fixture, fixture->session, 64);
	arrive(fixture, HANDLE_NONE, 64);
	captures_take(fixture->world.manage);
	assert_int_equal(read_all(&call), CALL_WAIT);
	assert_int_equal(told.packets, 1);
	assert_false(is_told(COOKIE, 4));
	assert_true(is_told("cookie masked", 13));
	call_end(&call);
	assert_int_equal(tapped(fixture, fixture->session), 0);
}

static void secrets_if_asked_for(void **state)
{
	struct fixture *fixture = *state;
	struct call call, masked;

	assert_true(begin_as(fixture, ROLE_CHANGE, &call, "CaptureTunnel",
			     "\"tunnel_id\":1,\"secrets\":true,\"count\":2"));
	assert_true(begin_as(fixture, ROLE_CHANGE, &masked, "CaptureSession", "\"tunnel_id\":1,\"session_id\":11"));
	assert_int_equal(read_all(&call), CALL_WAIT);
	assert_int_equal(read_all(&masked), CALL_WAIT);
	arrive(fixture, fixture->session, 64);
	captures_take(fixture->world.manage);
	assert_int_equal(read_all(&masked), CALL_WAIT);
	assert_false(is_told(COOKIE, 4));
	assert_int_equal(read_all(&call), CALL_WAIT);
	assert_true(is_told(COOKIE, 4));
	/* it has enough with the next; the other goes on */
	arrive(fixture, fixture->session, 64);
	arrive(fixture, fixture->session, 64);
	captures_take(fixture->world.manage);
	assert_int_equal(read_all(&call), CALL_LAST);
	assert_int_equal(told.packets, 1);
	assert_false(told.ended);
	assert_int_equal(tapped(fixture, HANDLE_NONE), 0);
	assert_int_equal(read_all(&masked), CALL_WAIT);
	assert_int_equal(told.packets, 2);
	call_end(&masked);
}

static void two_of_one_object_share_its_tap(void **state)
{
	struct fixture *fixture = *state;
	struct call large, small;

	assert_true(begin_as(fixture, ROLE_CHANGE, &small, "CaptureTunnel", "\"tunnel_id\":1,\"snaplen\":64"));
	assert_int_equal(read_all(&small), CALL_WAIT);
	assert_int_equal(tapped(fixture, HANDLE_NONE), 64);
	assert_true(begin_as(fixture, ROLE_CHANGE, &large, "CaptureTunnel", "\"tunnel_id\":1,\"snaplen\":1000"));
	assert_int_equal(read_all(&large), CALL_WAIT);
	assert_int_equal(tapped(fixture, HANDLE_NONE), 1000);
	arrive(fixture, HANDLE_NONE, 800);
	captures_take(fixture->world.manage);
	assert_int_equal(read_all(&small), CALL_WAIT);
	assert_in_range(told.length, 64, 250);
	assert_int_equal(read_all(&large), CALL_WAIT);
	assert_in_range(told.length, 800, 1000);
	call_end(&large);
	assert_int_equal(tapped(fixture, HANDLE_NONE), 64);
	call_end(&small);
	assert_int_equal(tapped(fixture, HANDLE_NONE), 0);
}

/* More than the buffer holds is lost and counted, and what was told is whole. */
static void a_slow_reader_loses(void **state)
{
	struct fixture *fixture = *state;
	struct call call;

	assert_true(begin_as(fixture, ROLE_CHANGE, &call, "CaptureTunnel", "\"tunnel_id\":1"));
	assert_int_equal(read_all(&call), CALL_WAIT);
	for (int i = 0; i < 40; i++)
		arrive(fixture, fixture->session, 60000);
	for (int i = 0; i < 20; i++)	/* one turn takes a part */
		captures_take(fixture->world.manage);
	assert_int_equal(read_all(&call), CALL_WAIT);
	assert_in_range(told.packets, 10, 20);
	assert_int_equal(told.packets + told.lost, 40);
	arrive(fixture, fixture->session, 60000);
	captures_take(fixture->world.manage);
	assert_int_equal(read_all(&call), CALL_WAIT);
	assert_int_equal(told.packets, 1);
	assert_int_equal(told.lost, 0);
	assert_true(is_told(LOST_OPTION, 4));	/* what was before it */
	arrive(fixture, fixture->session, 60000);
	captures_take(fixture->world.manage);
	assert_int_equal(read_all(&call), CALL_WAIT);
	assert_int_equal(told.packets, 1);
	assert_false(is_told(LOST_OPTION, 4));
	call_end(&call);
}

static void it_ends_with_what_it_watches(void **state)
{
	struct fixture *fixture = *state;
	struct call tunnel, session;

	assert_true(begin_as(fixture, ROLE_CHANGE, &tunnel, "CaptureTunnel", "\"tunnel_id\":1"));
	assert_true(begin_as(fixture, ROLE_CHANGE, &session, "CaptureSession", "\"tunnel_id\":1,\"session_id\":11"));
	assert_int_equal(read_all(&tunnel), CALL_WAIT);
	assert_int_equal(read_all(&session), CALL_WAIT);
	call_once(fixture, "SessionDelete", "\"tunnel_id\":1,\"session_id\":11", NULL);
	captures_settle(fixture->world.manage);
	assert_int_equal(read_all(&session), CALL_LAST);
	assert_true(told.ended);
	assert_int_equal(read_all(&tunnel), CALL_WAIT);
	call_once(fixture, "TunnelDelete", "\"tunnel_id\":1", NULL);
	captures_settle(fixture->world.manage);
	assert_int_equal(read_all(&tunnel), CALL_LAST);
	assert_true(told.ended);
}

/* Each has a buffer, so they are few; one that ends makes room. */
static void there_are_not_too_many(void **state)
{
	struct fixture *fixture = *state;
	struct call calls[16], more;

	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		assert_true(begin_as(fixture, ROLE_CHANGE, &calls[i], "CaptureTunnel", "\"tunnel_id\":1"));
		assert_int_equal(read_all(&calls[i]), CALL_WAIT);
	}
	call_once(fixture, "CaptureTunnel", "\"tunnel_id\":1", "limit");
	call_end(&calls[3]);
	assert_true(begin_as(fixture, ROLE_CHANGE, &more, "CaptureTunnel", "\"tunnel_id\":1"));
	assert_int_equal(read_all(&more), CALL_WAIT);
	call_end(&more);
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
		call_end(&calls[i]);
}

static void the_datapath_may_refuse(void **state)
{
	struct fixture *fixture = *state;
	struct error no = { .code = ERROR_LIMIT, .text = "no" };

	datapath_null_fail(fixture->world.dp, DATAPATH_NULL_TAP, 0, &no);
	call_once(fixture, "CaptureTunnel", "\"tunnel_id\":1", "limit");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_refused),
		TEST(a_session_is_captured),
		TEST(secrets_if_asked_for),
		TEST(two_of_one_object_share_its_tap),
		TEST(a_slow_reader_loses),
		TEST(it_ends_with_what_it_watches),
		TEST(there_are_not_too_many),
		TEST(the_datapath_may_refuse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
