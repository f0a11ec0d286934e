/* SPDX-License-Identifier: MIT */
/* Disconnect- and CoA-Requests of servers: who may ask, what is understood, answers that are repeated. */
#include "radius_vectors.h"
#include "radius_world.h"

#define WISPR 14122

static struct radius_server_settings settings;

static int begin(void **state)
{
	struct radius_nas nas = { .identifier = "lns", .ipv4 = address_of("192.0.2.2"),
				  .ipv6 = address_of("2001:db8::2") };

	if (begin_world(state) < 0)
		return -1;
	radius_set_time(client, UNIX_TIME, now);
	radius_set_nas(client, &nas);
	settings = settings_of("a", "192.0.2.9");
	settings.dynamic = true;
	set_server(&settings);
	return 0;
}

/* --- a server's requests --- */

static uint8_t request[RADIUS_PACKET_MAX];
static struct radius_builder builder;
static uint8_t next_identifier;

static void begin_request(uint8_t code)
{
	radius_begin(&builder, request, sizeof(request), code, next_identifier++, NULL);
}

static void arrives_from(const char *address, const uint8_t *octets, size_t length)
{
	struct radius_datagram datagram = { .socket = RADIUS_SOCKET_DYNAMIC, .octets = octets, .length = length,
					    .peer = { address_of(address), 40000 } };

	radius_receive(client, &datagram, now);
}

static size_t end_request(void)
{
	size_t length = radius_sign_request(&builder, &world_secret);

	assert_true(length);
	arrives_from("192.0.2.9", request, length);
	return length;
}

static void begin_disconnect(void)
{
	begin_request(RADIUS_DISCONNECT_REQUEST);
	radius_put_text(&builder, RADIUS_ACCT_SESSION_ID, "s1");
}

static void begin_coa(void)
{
	begin_request(RADIUS_COA_REQUEST);
	radius_put_text(&builder, RADIUS_ACCT_SESSION_ID, "s1");
}

/* The reply that was taken is to the last request. */
static void is_answered(uint8_t code, uint32_t cause)
{
	assert_true(take());
	assert_int_equal(last.datagram.socket, RADIUS_SOCKET_DYNAMIC);
	assert_int_equal(last.datagram.peer.port, 40000);
	assert_int_equal(last.packet.code, code);
	assert_int_equal(last.packet.identifier, request[1]);
	assert_true(radius_reply_is_genuine(&last.packet, request + 4, &world_secret));
	assert_int_equal(radius_seal(&last.packet, request + 4, &world_secret), RADIUS_SEAL_GENUINE);
	if (cause)
		says_u32(RADIUS_ERROR_CAUSE, cause);
	else
		says_not(0, RADIUS_ERROR_CAUSE);
}

static void is_refused(uint32_t cause)
{
	end_request();
	tells_nothing();
	is_answered(request[0] == RADIUS_COA_REQUEST ? RADIUS_COA_NAK : RADIUS_DISCONNECT_NAK, cause);
}

static void is_dropped(void)
{
	uint64_t dropped = counted().dynamic_dropped;

	end_request();
	tells_nothing();
	sends_nothing();
	assert_int_equal(counted().dynamic_dropped, dropped + 1);
}

static const struct radius_dynamic *is_told(void)
{
	end_request();
	tells(RADIUS_EVENT_DYNAMIC);
	assert_string_equal(event.server, "a");
	sends_nothing();
	return event.dynamic;
}

/* --- tests --- */

static void a_disconnect(void **state)
{
	const struct radius_dynamic *dynamic;

	begin_disconnect();
	dynamic = is_told();
	assert_int_equal(dynamic->kind, RADIUS_DISCONNECT);
	assert_string_equal(dynamic->selectors.session_id, "s1");
	assert_string_equal(dynamic->selectors.user_name, "");
	radius_dynamic_answer(client, event.request, true, RADIUS_CAUSE_NONE, now);
	is_answered(RADIUS_DISCONNECT_ACK, 0);
	radius_dynamic_answer(client, event.request, true, RADIUS_CAUSE_NONE, now);
	sends_nothing();
	assert_int_equal(counted().disconnect_requests, 1);
	assert_int_equal(counted().disconnect_acks, 1);
	begin_disconnect();
	is_told();
	radius_dynamic_answer(client, event.request, false, RADIUS_CAUSE_NO_SESSION, now);
	is_answered(RADIUS_DISCONNECT_NAK, 503);
}

/* As they come off the wire. */
static void known_requests(void **state)
{
	static const struct { const char *request, *reply; bool done; } cases[] = {
		{ VECTOR_DISCONNECT_REQUEST, VECTOR_DISCONNECT_ACK, true },
		{ VECTOR_DISCONNECT_SEALED, NULL, true },
		{ VECTOR_COA_REQUEST, VECTOR_COA_ACK, true },
	};
	uint8_t octets[256];

	settings.secret_length = sizeof(VECTOR_SECRET) - 1;
	memcpy(settings.secret, VECTOR_SECRET, settings.secret_length);
	set_server(&settings);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		arrives_from("192.0.2.9", octets, hex_octets(cases[i].request, octets, sizeof(octets)));
		tells(RADIUS_EVENT_DYNAMIC);
		assert_string_equal(event.dynamic->selectors.session_id, "00000001");
		radius_dynamic_answer(client, event.request, cases[i].done, RADIUS_CAUSE_NONE, now);
		assert_true(take());
		assert_true(radius_reply_is_genuine(&last.packet, octets + 4, &vector_secret));
		if (cases[i].reply) {
			hex_octets(cases[i].reply, octets, sizeof(octets));
			assert_int_equal(last.packet.code, octets[0]);
			assert_int_equal(last.packet.identifier, octets[1]);
		}
	}
}

static void a_change(void **state)
{
	static const uint8_t rate[] = { 0, 0x0f, 0x42, 0x40 };
	const struct radius_dynamic *dynamic;

	begin_coa();
	radius_put_u32(&builder, RADIUS_SESSION_TIMEOUT, 0);
	radius_put_u32(&builder, RADIUS_IDLE_TIMEOUT, 60);
	radius_put_u32(&builder, RADIUS_ACCT_INTERIM_INTERVAL, 120);
	radius_put_text(&builder, RADIUS_FILTER_ID, "gold");
	radius_put_text(&builder, RADIUS_CLASS, "c");
	radius_put_vendor(&builder, WISPR, 8, rate, sizeof(rate));
	radius_put_u32(&builder, RADIUS_SERVICE_TYPE, 2);
	radius_put_u32(&builder, RADIUS_FRAMED_PROTOCOL, 1);
	dynamic = is_told();
	assert_int_equal(dynamic->kind, RADIUS_COA);
	assert_int_equal(dynamic->changes, RADIUS_CHANGE_SESSION_TIMEOUT | RADIUS_CHANGE_IDLE_TIMEOUT |
			 RADIUS_CHANGE_INTERIM | RADIUS_CHANGE_FILTER | RADIUS_CHANGE_CLASS |
			 RADIUS_CHANGE_RATE_SEND);
	assert_int_equal(dynamic->grant.session_timeout, 0);
	assert_int_equal(dynamic->grant.idle_timeout, 60);
	assert_int_equal(dynamic->grant.interim_interval, 120);
	assert_int_equal(dynamic->grant.rate_send, 1000000);
	assert_string_equal(dynamic->grant.filter, "gold");
	assert_int_equal(dynamic->grant.class_count, 1);
	radius_dynamic_answer(client, event.request, true, RADIUS_CAUSE_NONE, now);
	is_answered(RADIUS_COA_ACK, 0);
	assert_int_equal(counted().coa_requests, 1);
	assert_int_equal(counted().coa_acks, 1);
}

/* It is for the record of the session's end: RFC 5176 section 3.6, note 4. */
static void a_class_for_the_end(void **state)
{
	const struct radius_dynamic *dynamic;

	begin_disconnect();
	radius_put_text(&builder, RADIUS_CLASS, "c");
	dynamic = is_told();
	assert_int_equal(dynamic->kind, RADIUS_DISCONNECT);
	assert_int_equal(dynamic->changes, RADIUS_CHANGE_CLASS);
	assert_int_equal(dynamic->grant.class_count, 1);
}

static void selectors(void **state)
{
	const struct radius_selectors *selectors;
	struct address ipv4 = address_of("192.0.2.77"), ipv6 = address_of("2001:db8::77");
	struct prefix prefix, delegated;
	char text[PREFIX_TEXT_MAX];

	assert_true(prefix_parse("2001:db8:1::/64", &prefix) && prefix_parse("2001:db8:100::/56", &delegated));
	begin_request(RADIUS_DISCONNECT_REQUEST);
	radius_put_text(&builder, RADIUS_USER_NAME, "anna");
	radius_put_text(&builder, RADIUS_ACCT_MULTI_SESSION_ID, "m1");
	radius_put_text(&builder, RADIUS_NAS_PORT_ID, "lon/s1");
	radius_put_text(&builder, RADIUS_CALLED_STATION_ID, "5551");
	radius_put_text(&builder, RADIUS_CALLING_STATION_ID, "5552");
	radius_put_u32(&builder, RADIUS_NAS_PORT, 7);
	radius_put(&builder, RADIUS_FRAMED_INTERFACE_ID, "12345678", 8);
	radius_put_address(&builder, RADIUS_FRAMED_IP_ADDRESS, RADIUS_FRAMED_IPV6_ADDRESS, &ipv4);
	radius_put_address(&builder, RADIUS_FRAMED_IP_ADDRESS, RADIUS_FRAMED_IPV6_ADDRESS, &ipv6);
	radius_put_prefix(&builder, RADIUS_FRAMED_IPV6_PREFIX, &prefix);
	radius_put_prefix(&builder, RADIUS_DELEGATED_IPV6_PREFIX, &delegated);
	selectors = &is_told()->selectors;
	assert_string_equal(selectors->user_name, "anna");
	assert_string_equal(selectors->multi_session_id, "m1");
	assert_string_equal(selectors->port_id, "lon/s1");
	assert_string_equal(selectors->called, "5551");
	assert_string_equal(selectors->calling, "5552");
	assert_true(selectors->has_port && selectors->port == 7);
	assert_true(selectors->has_identifier);
	assert_memory_equal(selectors->identifier, "12345678", 8);
	assert_true(address_equal(&selectors->ipv4, &ipv4) && address_equal(&selectors->ipv6, &ipv6));
	assert_string_equal(prefix_format(&selectors->ipv6_prefix, text, sizeof(text)), "2001:db8:1::/64");
	assert_string_equal(prefix_format(&selectors->delegated, text, sizeof(text)), "2001:db8:100::/56");
}

static void what_we_cannot_do(void **state)
{
	begin_disconnect();
	radius_put_u32(&builder, RADIUS_SESSION_TIMEOUT, 1);
	is_refused(401);
	begin_coa();
	radius_put_text(&builder, RADIUS_FRAMED_ROUTE, "198.51.100.0/24");
	is_refused(401);
	begin_coa();
	radius_put_vendor(&builder, 9, 1, "x", 1);
	is_refused(401);
	begin_coa();
	is_refused(402);		/* nothing to change */
	begin_request(RADIUS_DISCONNECT_REQUEST);
	is_refused(402);		/* no session */
	begin_coa();
	radius_put_u32(&builder, RADIUS_SERVICE_TYPE, RADIUS_SERVICE_AUTHORIZE_ONLY);
	is_refused(405);
	begin_coa();
	radius_put_text(&builder, RADIUS_IDLE_TIMEOUT, "x");
	is_refused(407);
	begin_disconnect();
	radius_put(&builder, RADIUS_USER_NAME, "a\0b", 3);
	is_refused(407);
	begin_disconnect();
	radius_put_text(&builder, RADIUS_ACCT_SESSION_ID, "s2");
	is_refused(404);		/* which one? */
	assert_int_equal(counted().coa_naks, 5);
	assert_int_equal(counted().disconnect_naks, 4);
}

static void another_nas(void **state)
{
	struct address address = address_of("192.0.2.3");

	begin_disconnect();
	radius_put_text(&builder, RADIUS_NAS_IDENTIFIER, "other");
	is_refused(403);
	begin_disconnect();
	radius_put_address(&builder, RADIUS_NAS_IP_ADDRESS, RADIUS_NAS_IPV6_ADDRESS, &address);
	is_refused(403);
	begin_disconnect();
	address = address_of("192.0.2.2");
	radius_put_address(&builder, RADIUS_NAS_IP_ADDRESS, RADIUS_NAS_IPV6_ADDRESS, &address);
	address = address_of("2001:db8::2");
	radius_put_address(&builder, RADIUS_NAS_IP_ADDRESS, RADIUS_NAS_IPV6_ADDRESS, &address);
	radius_put_text(&builder, RADIUS_NAS_IDENTIFIER, "lns");
	is_told();
}

/* --- who --- */

static void who_may_ask(void **state)
{
	const struct radius_secret other = { (const uint8_t *)"wrong-horse", 11 };
	size_t length;

	begin_disconnect();
	length = radius_sign_request(&builder, &world_secret);
	arrives_from("192.0.2.10", request, length);
	assert_int_equal(counted().dynamic_dropped, 0);		/* nobody's */
	begin_disconnect();
	arrives_from("192.0.2.9", request, radius_sign_request(&builder, &other));
	begin_request(RADIUS_ACCESS_REQUEST);
	length = radius_sign_request(&builder, &world_secret);
	arrives_from("192.0.2.9", request, length);
	arrives_from("192.0.2.9", request, length - 1);
	settings.dynamic = false;
	set_server(&settings);
	begin_disconnect();
	is_dropped();
	assert_int_equal(counted().dynamic_dropped, 4);
	tells_nothing();
	sends_nothing();
}

static void message_authenticators(void **state)
{
	begin_disconnect();
	radius_put_message_authenticator(&builder);
	is_told();
	begin_disconnect();
	radius_put_message_authenticator(&builder);
	radius_sign_request(&builder, &world_secret);
	builder.message_authenticator[3] ^= 1;
	builder.message_authenticator = NULL;
	memset(request + 4, 0, RADIUS_AUTHENTICATOR_LENGTH);
	is_dropped();
	settings.message_authenticator = RADIUS_AUTHENTICATOR_YES;
	set_server(&settings);
	begin_disconnect();
	is_dropped();
	begin_disconnect();
	radius_put_message_authenticator(&builder);
	is_told();
}

/* --- when --- */

static void put_time(uint64_t time)
{
	begin_disconnect();
	radius_put_u32(&builder, RADIUS_EVENT_TIMESTAMP, (uint32_t)time);
}

static void old_requests(void **state)
{
	put_time(UNIX_TIME - 301);
	is_dropped();
	put_time(UNIX_TIME + 301);
	is_dropped();
	put_time(UNIX_TIME - 300);
	is_told();
	put_time(UNIX_TIME + 300);
	is_told();
	radius_set_time(client, 0, now);
	put_time(UNIX_TIME - 4000);
	is_told();
}

static void repeated_requests(void **state)
{
	uint8_t first[RADIUS_PACKET_MAX];
	size_t length;

	begin_disconnect();
	is_told();
	length = radius_length(&builder);
	arrives_from("192.0.2.9", request, length);	/* not answered yet */
	tells_nothing();
	sends_nothing();
	radius_dynamic_answer(client, event.request, false, RADIUS_CAUSE_NOT_REMOVABLE, now);
	arrives_from("192.0.2.9", request, length);	/* not sent yet: once is enough */
	is_answered(RADIUS_DISCONNECT_NAK, 504);
	sends_nothing();
	memcpy(first, last.octets, last.packet.length);
	arrives_from("192.0.2.9", request, length);
	is_answered(RADIUS_DISCONNECT_NAK, 504);
	assert_memory_equal(first, last.octets, last.packet.length);
	tells_nothing();
	assert_int_equal(counted().dynamic_duplicates, 3);
	assert_int_equal(counted().disconnect_requests, 1);
}

/* Who says the same after a while means it again. */
static void the_same_again_is_no_repetition(void **state)
{
	size_t length;

	begin_disconnect();
	is_told();
	length = radius_length(&builder);
	radius_dynamic_answer(client, event.request, true, RADIUS_CAUSE_NONE, now);
	is_answered(RADIUS_DISCONNECT_ACK, 0);
	pass(30000);
	arrives_from("192.0.2.9", request, length);
	is_answered(RADIUS_DISCONNECT_ACK, 0);
	tells_nothing();
	pass(1);
	arrives_from("192.0.2.9", request, length);
	tells(RADIUS_EVENT_DYNAMIC);
	sends_nothing();
}

static void more_than_are_remembered(void **state)
{
	handle oldest;
	char text[16];

	begin_disconnect();
	is_told();
	oldest = event.request;
	for (unsigned int i = 0; i < 256; i++) {
		begin_disconnect();
		snprintf(text, sizeof(text), "%u", i);
		radius_put_text(&builder, RADIUS_USER_NAME, text);
		is_told();
	}
	radius_dynamic_answer(client, oldest, true, RADIUS_CAUSE_NONE, now);
	sends_nothing();
	radius_dynamic_answer(client, event.request, true, RADIUS_CAUSE_NONE, now);
	is_answered(RADIUS_DISCONNECT_ACK, 0);
}

static void proxy_states_come_back(void **state)
{
	struct radius_attribute attribute;
	struct radius_walk walk;
	char text[8];

	begin_disconnect();
	radius_put_text(&builder, RADIUS_PROXY_STATE, "one");
	radius_put_text(&builder, RADIUS_PROXY_STATE, "two");
	is_told();
	radius_dynamic_answer(client, event.request, true, RADIUS_CAUSE_RESIDUAL_REMOVED, now);
	is_answered(RADIUS_DISCONNECT_ACK, 201);
	radius_walk(&walk, &last.packet);
	assert_true(radius_next(&walk, &attribute) && radius_next(&walk, &attribute));
	assert_true(radius_next(&walk, &attribute) && attribute.type == RADIUS_PROXY_STATE);
	assert_string_equal(radius_get_text(&attribute, text, sizeof(text)), "one");
	assert_true(radius_next(&walk, &attribute) && attribute.type == RADIUS_PROXY_STATE);
	assert_string_equal(radius_get_text(&attribute, text, sizeof(text)), "two");
	assert_false(radius_next(&walk, &attribute));
}

static void the_server_is_removed(void **state)
{
	begin_disconnect();
	end_request();
	radius_remove_server(client, "a", now);
	tells_nothing();
	set_server(&settings);
	begin_disconnect();
	is_told();
	radius_dynamic_answer(client, event.request, true, RADIUS_CAUSE_NONE, now);
	radius_remove_server(client, "a", now);
	sends_nothing();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_disconnect),
		TEST(known_requests),
		TEST(a_change),
		TEST(a_class_for_the_end),
		TEST(selectors),
		TEST(what_we_cannot_do),
		TEST(another_nas),
		TEST(who_may_ask),
		TEST(message_authenticators),
		TEST(old_requests),
		TEST(repeated_requests),
		TEST(the_same_again_is_no_repetition),
		TEST(more_than_are_remembered),
		TEST(proxy_states_come_back),
		TEST(the_server_is_removed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
