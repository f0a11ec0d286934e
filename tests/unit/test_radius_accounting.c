/* SPDX-License-Identifier: MIT */
/* Accounting records: what they say, their order, and that none is lost: with silent servers, and over restarts. */
#include "radius_world.h"

/* --- a store --- */

#define RECORDS_MAX 64

static struct { uint64_t id; size_t length; uint8_t octets[RADIUS_PACKET_MAX]; } stored[RECORDS_MAX];
static unsigned int stored_count;

static int save(void *context, uint64_t id, const uint8_t *octets, size_t length)
{
	assert_true(stored_count < RECORDS_MAX);
	assert_true(!stored_count || stored[stored_count - 1].id < id);
	stored[stored_count].id = id;
	stored[stored_count].length = length;
	memcpy(stored[stored_count++].octets, octets, length);
	return 0;
}

static void forget(void *context, uint64_t id)
{
	unsigned int i = 0;

	while (i < stored_count && stored[i].id != id)
		i++;
	assert_true(i < stored_count);
	memmove(&stored[i], &stored[i + 1], (--stored_count - i) * sizeof(*stored));
}

static int load(void *context, aaa_store_record_fn *each, void *argument)
{
	for (unsigned int i = 0; i < stored_count; i++)
		each(argument, stored[i].id, stored[i].octets, stored[i].length);
	return 0;
}

static const struct aaa_store store = { .record_save = save, .record_remove = forget, .record_load = load };

static void begin_life(void)
{
	client = radius_new(NULL, &store);
	assert_non_null(client);
}

static int begin(void **state)
{
	now = STARTED;
	stored_count = 0;
	begin_life();
	radius_set_time(client, UNIX_TIME, now);
	add_server("a", "192.0.2.9");
	return 0;
}

/* --- records --- */

static struct radius_session session = { .user_name = "anna", .session_id = "s1" };

static int account_as(enum radius_status status, const char *session_id, uint32_t session_time)
{
	struct radius_record record = { .status = status, .session = &session, .session_time = session_time };
	struct error error;

	session.session_id = session_id;
	return radius_account(client, &record, now, &error);
}

static void account(enum radius_status status, const char *session_id)
{
	assert_int_equal(account_as(status, session_id, 0), 0);
}

static void acknowledge(void)
{
	begin_reply(RADIUS_ACCOUNTING_RESPONSE);
	end_reply();
}

static void sends(enum radius_status status, const char *session_id)
{
	assert_true(take());
	assert_int_equal(last.packet.code, RADIUS_ACCOUNTING_REQUEST);
	assert_int_equal(last.datagram.peer.port, 1813);
	assert_true(radius_request_is_genuine(&last.packet, &world_secret));
	says_u32(RADIUS_ACCT_STATUS_TYPE, status);
	says_text(RADIUS_ACCT_SESSION_ID, session_id);
}

static void a_session_is_accounted(void **state)
{
	account(RADIUS_STATUS_START, "s1");
	assert_int_equal(stored_count, 1);
	sends(RADIUS_STATUS_START, "s1");
	says_u32(RADIUS_EVENT_TIMESTAMP, UNIX_TIME);
	says_u32(RADIUS_ACCT_DELAY_TIME, 0);
	says_text(RADIUS_USER_NAME, "anna");
	says_not(0, RADIUS_ACCT_SESSION_TIME);
	acknowledge();
	assert_int_equal(stored_count, 0);
	assert_int_equal(radius_unacknowledged(client), 0);
	account(RADIUS_STATUS_STOP, "s1");
	sends(RADIUS_STATUS_STOP, "s1");
	assert_int_equal(radius_unacknowledged(client), 1);
	acknowledge();
	assert_int_equal(stored_count, 0);
	assert_true(radius_deadline(client) == RADIUS_NEVER);
	tells_nothing();
	assert_int_equal(counted().accounting_requests, 2);
	assert_int_equal(counted().accounting_responses, 2);
}

static void what_a_session_used(void **state)
{
	struct radius_tunnel tunnel = { .server = address_of("2001:db8::1"), .connection = 4711 };
	struct grant_class classes[2] = { { 3, "abc" }, { 1, "x" } };
	struct radius_record record = {
		.status = RADIUS_STATUS_STOP, .session = &session, .authentic = RADIUS_AUTHENTIC_LOCAL,
		.classes = classes, .class_count = 2, .ipv4 = address_of("192.0.2.77"), .session_time = 60,
		.octets_received = 0x300000005, .octets_sent = 7, .packets_received = 8, .packets_sent = 9,
		.cause = RADIUS_TERMINATE_IDLE_TIMEOUT, .has_identifier = true, .identifier = { 1, 2 },
	};
	struct radius_attribute attribute;
	struct radius_walk walk;
	unsigned int count = 0;
	struct error error;

	session = (struct radius_session){ .user_name = "anna", .session_id = "s1", .tunnel = &tunnel };
	assert_true(prefix_parse("2001:db8:100::/56", &record.delegated));
	assert_int_equal(radius_account(client, &record, now, &error), 0);
	session.tunnel = NULL;
	sends(RADIUS_STATUS_STOP, "s1");
	says_u32(RADIUS_ACCT_AUTHENTIC, 2);
	says_u32(RADIUS_ACCT_SESSION_TIME, 60);
	says_u32(RADIUS_ACCT_INPUT_OCTETS, 5);
	says_u32(RADIUS_ACCT_INPUT_GIGAWORDS, 3);
	says_u32(RADIUS_ACCT_OUTPUT_OCTETS, 7);
	says_u32(RADIUS_ACCT_OUTPUT_GIGAWORDS, 0);
	says_u32(RADIUS_ACCT_INPUT_PACKETS, 8);
	says_u32(RADIUS_ACCT_OUTPUT_PACKETS, 9);
	says_u32(RADIUS_ACCT_TERMINATE_CAUSE, 4);
	says_u32(RADIUS_FRAMED_IP_ADDRESS, 0xc000024d);
	says_text(RADIUS_ACCT_TUNNEL_CONNECTION, "4711");
	assert_int_equal(said(0, RADIUS_DELEGATED_IPV6_PREFIX).length, 18);
	assert_int_equal(said(0, RADIUS_FRAMED_INTERFACE_ID).length, 8);
	radius_walk(&walk, &last.packet);
	while (radius_next(&walk, &attribute))
		count += !attribute.vendor && attribute.type == RADIUS_CLASS;
	assert_int_equal(count, 2);
}

/* --- order --- */

static void records_of_a_session_are_in_order(void **state)
{
	account(RADIUS_STATUS_START, "s1");
	account(RADIUS_STATUS_STOP, "s1");
	account(RADIUS_STATUS_START, "s2");
	sends(RADIUS_STATUS_START, "s1");
	acknowledge();
	sends(RADIUS_STATUS_START, "s2");
	sends(RADIUS_STATUS_STOP, "s1");
	sends_nothing();
}

/* Of interim records that wait the last says all. */
static void interim_records_are_replaced(void **state)
{
	account(RADIUS_STATUS_START, "s1");
	assert_int_equal(account_as(RADIUS_STATUS_INTERIM, "s1", 300), 0);
	assert_int_equal(account_as(RADIUS_STATUS_INTERIM, "s1", 600), 0);
	assert_int_equal(stored_count, 2);
	assert_int_equal(radius_unacknowledged(client), 2);
	sends(RADIUS_STATUS_START, "s1");
	acknowledge();
	sends(RADIUS_STATUS_INTERIM, "s1");
	says_u32(RADIUS_ACCT_SESSION_TIME, 600);
	assert_int_equal(account_as(RADIUS_STATUS_INTERIM, "s1", 900), 0);	/* the other is under way */
	assert_int_equal(account_as(RADIUS_STATUS_STOP, "s1", 1000), 0);
	assert_int_equal(stored_count, 2);
	acknowledge();
	sends(RADIUS_STATUS_STOP, "s1");
	acknowledge();
	sends_nothing();
	assert_int_equal(stored_count, 0);
}

static void a_window_is_under_way(void **state)
{
	char name[16];
	unsigned int count = 0;

	radius_free(client);
	client = radius_new(NULL, NULL);
	add_server("a", "192.0.2.9");
	for (unsigned int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "s%u", i);
		account(RADIUS_STATUS_START, name);
	}
	while (take())
		count++;
	assert_int_equal(count, 256);
	acknowledge();
	sends(RADIUS_STATUS_START, "s256");
	sends_nothing();
	assert_int_equal(radius_unacknowledged(client), 999);
}

/* --- silence --- */

static void the_next_server_gets_it(void **state)
{
	add_server("b", "192.0.2.10");
	account(RADIUS_STATUS_START, "s1");
	pass(3000);
	sends_to("192.0.2.10", 1813);
	says_u32(RADIUS_ACCT_DELAY_TIME, 3);
	acknowledge();
	assert_int_equal(stored_count, 0);
}

static void is_repeated_as_it_was(void **state)
{
	uint8_t first[RADIUS_PACKET_MAX];

	account(RADIUS_STATUS_START, "s1");
	assert_true(take());
	memcpy(first, last.octets, last.packet.length);
	pass(1000);
	assert_true(take());
	assert_memory_equal(first, last.octets, last.packet.length);
	assert_int_equal(counted().accounting_retransmissions, 1);
}

/* Nobody hears it; then one does, and gets all, with the time that has passed. */
static void servers_are_silent_for_long(void **state)
{
	account(RADIUS_STATUS_START, "s1");
	pass(3000);
	while (take())
		;
	account(RADIUS_STATUS_START, "s2");
	account(RADIUS_STATUS_STOP, "s1");
	sends_nothing();
	assert_true(next_event() && event.kind == RADIUS_EVENT_SERVER_DEAD);
	assert_string_equal(event.text, "accounting");
	pass(60000);
	sends(RADIUS_STATUS_START, "s1");	/* one may try */
	says_u32(RADIUS_ACCT_DELAY_TIME, 63);
	says_u32(RADIUS_EVENT_TIMESTAMP, UNIX_TIME);
	sends_nothing();
	pass(3000);
	while (take())
		;
	sends_nothing();
	pass(60000);
	sends(RADIUS_STATUS_START, "s2");	/* in turn */
	acknowledge();
	sends(RADIUS_STATUS_START, "s1");
	acknowledge();
	sends(RADIUS_STATUS_STOP, "s1");
	says_u32(RADIUS_ACCT_DELAY_TIME, 123);
	acknowledge();
	assert_int_equal(stored_count, 0);
	tells_nothing();
}

/* A record that a server does not like, while it takes others, neither kills the server nor keeps it busy. */
static void a_record_that_nobody_acknowledges(void **state)
{
	account(RADIUS_STATUS_START, "bad");
	assert_true(take());
	pass(2500);
	while (take())
		;
	account(RADIUS_STATUS_START, "good");
	sends(RADIUS_STATUS_START, "good");
	acknowledge();
	pass(500);
	assert_false(next_event());
	sends_nothing();
	pass(29999);
	sends_nothing();
	pass(1);
	sends(RADIUS_STATUS_START, "bad");
	says_u32(RADIUS_ACCT_DELAY_TIME, 33);
	acknowledge();
	assert_int_equal(stored_count, 0);
}

static void forged_acknowledgements(void **state)
{
	const struct radius_secret other = { (const uint8_t *)"wrong-horse", 11 };

	account(RADIUS_STATUS_START, "s1");
	assert_true(take());
	begin_reply(RADIUS_ACCOUNTING_RESPONSE);
	arrive(reply_octets, radius_sign_reply(&reply, last.packet.authenticator, &other));
	begin_reply(RADIUS_ACCESS_ACCEPT);
	end_reply();
	assert_int_equal(radius_unacknowledged(client), 1);
	assert_int_equal(counted().bad_authenticators, 1);
	assert_int_equal(counted().unexpected, 1);
	acknowledge();
	assert_int_equal(radius_unacknowledged(client), 0);
}

/* --- restarts --- */

static void records_outlive_us(void **state)
{
	account(RADIUS_STATUS_START, "s1");
	account(RADIUS_STATUS_STOP, "s1");
	assert_true(take());
	radius_free(client);
	now = 5;			/* another clock */
	begin_life();
	assert_int_equal(radius_unacknowledged(client), 2);
	sends_nothing();
	add_server("a", "192.0.2.9");
	radius_set_time(client, UNIX_TIME + 100, now);
	account(RADIUS_STATUS_START, "s2");	/* its id is a new one: save() sees to that */
	sends(RADIUS_STATUS_START, "s1");
	says_u32(RADIUS_EVENT_TIMESTAMP, UNIX_TIME);
	says_u32(RADIUS_ACCT_DELAY_TIME, 100);
	acknowledge();
	sends(RADIUS_STATUS_START, "s2");
	acknowledge();
	sends(RADIUS_STATUS_STOP, "s1");
	acknowledge();
	assert_int_equal(stored_count, 0);
}

/* What is in the store may be damaged, or of another version. Cut off between attributes it is a record still. */
static void a_store_with_other_things(void **state)
{
	size_t length;
	unsigned int records = 0;

	account(RADIUS_STATUS_START, "s1");
	length = stored[0].length;
	radius_free(client);
	for (size_t part = 0; part < length; part++) {
		stored[0].length = part;
		begin_life();
		assert_true(part > 40 || !radius_unacknowledged(client));
		records += radius_unacknowledged(client);
		radius_free(client);
	}
	assert_in_range(records, 1, 4);
	stored[0].length = length;
	stored[0].octets[0]++;
	begin_life();
	assert_int_equal(radius_unacknowledged(client), 0);
}

static int does_not_load(void *context, aaa_store_record_fn *each, void *argument)
{
	return -1;
}

static void a_store_that_cannot_be_read(void **state)
{
	struct aaa_store broken = store;

	broken.record_load = does_not_load;
	radius_free(client);
	client = radius_new(NULL, &broken);
	add_server("a", "192.0.2.9");
	account(RADIUS_STATUS_START, "s1");
	assert_int_equal(stored_count, 0);
	sends(RADIUS_STATUS_START, "s1");
	acknowledge();
	assert_int_equal(radius_unacknowledged(client), 0);
}

/* --- others --- */

static void the_daemon_begins_and_ends(void **state)
{
	struct radius_nas nas = { .identifier = "lns" };

	radius_set_nas(client, &nas);
	add_server("b", "192.0.2.10");
	radius_account_daemon(client, NULL, true, now);
	sends_to("192.0.2.9", 1813);
	says_u32(RADIUS_ACCT_STATUS_TYPE, 7);
	says_text(RADIUS_NAS_IDENTIFIER, "lns");
	acknowledge();
	sends_to("192.0.2.10", 1813);
	acknowledge();
	sends_nothing();
	assert_int_equal(stored_count, 0);
	radius_account_daemon(client, "b nobody", false, now);
	sends_to("192.0.2.10", 1813);
	says_u32(RADIUS_ACCT_STATUS_TYPE, 8);
	assert_int_equal(radius_unacknowledged(client), 1);
	sends_nothing();
}

static void without_a_clock(void **state)
{
	radius_set_time(client, 0, now);
	account(RADIUS_STATUS_START, "s1");
	sends(RADIUS_STATUS_START, "s1");
	says_not(0, RADIUS_EVENT_TIMESTAMP);
	says_u32(RADIUS_ACCT_DELAY_TIME, 0);
}

static void what_cannot_be_accounted(void **state)
{
	struct radius_record record = { .status = RADIUS_STATUS_START, .session = &session, .servers = "nobody" };
	struct error error;

	session.session_id = "s1";
	assert_int_equal(radius_account(client, &record, now, &error), -1);
	assert_int_equal(error.code, ERROR_UNKNOWN);
	assert_int_equal(account_as(RADIUS_STATUS_START, "", 0), -1);
	assert_int_equal(account_as(RADIUS_STATUS_START, NULL, 0), -1);
	assert_int_equal(radius_unacknowledged(client), 0);
	radius_remove_server(client, "a", now);
	assert_int_equal(account_as(RADIUS_STATUS_START, "s1", 0), -1);
}

/* One that only knows users: nobody wants records. */
static void nobody_takes_records(void **state)
{
	struct radius_server_settings settings = settings_of("a", "192.0.2.9");

	settings.acct_port = 0;
	set_server(&settings);
	account(RADIUS_STATUS_START, "s1");
	radius_account_daemon(client, " ", true, now);
	assert_int_equal(radius_unacknowledged(client), 0);
	assert_int_equal(stored_count, 0);
	add_server("b", "192.0.2.10");
	account(RADIUS_STATUS_START, "s1");
	sends_to("192.0.2.10", 1813);
}

static void a_server_is_removed(void **state)
{
	account(RADIUS_STATUS_START, "s1");
	assert_true(take());
	radius_remove_server(client, "a", now);
	assert_int_equal(radius_unacknowledged(client), 1);
	sends_nothing();
	add_server("c", "192.0.2.11");
	sends_to("192.0.2.11", 1813);
	acknowledge();
	assert_int_equal(radius_unacknowledged(client), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_session_is_accounted),
		TEST(what_a_session_used),
		TEST(records_of_a_session_are_in_order),
		TEST(interim_records_are_replaced),
		TEST(a_window_is_under_way),
		TEST(the_next_server_gets_it),
		TEST(is_repeated_as_it_was),
		TEST(servers_are_silent_for_long),
		TEST(a_record_that_nobody_acknowledges),
		TEST(forged_acknowledgements),
		TEST(records_outlive_us),
		TEST(a_store_with_other_things),
		TEST(a_store_that_cannot_be_read),
		TEST(the_daemon_begins_and_ends),
		TEST(without_a_clock),
		TEST(what_cannot_be_accounted),
		TEST(nobody_takes_records),
		TEST(a_server_is_removed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
