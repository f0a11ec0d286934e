/* SPDX-License-Identifier: MIT */
/* Requests on their way: retransmission, fail-over, dead time, identifiers, forged replies, conversations. */
#include "radius_world.h"

static void an_accepted_user(void **state)
{
	handle asked;

	add_server("a", "192.0.2.9");
	asked = ask();
	sends_to("192.0.2.9", 1812);
	sends_nothing();
	assert_int_equal(last.packet.code, RADIUS_ACCESS_REQUEST);
	answer(RADIUS_ACCESS_ACCEPT);
	tells(RADIUS_EVENT_ANSWER);
	assert_true(event.request == asked && event.owner == &client);
	assert_int_equal(event.verdict->result, CREDENTIALS_ACCEPTED);
	assert_non_null(event.grant);
	assert_null(event.user_name);
	assert_string_equal(event.server, "a");
	tells_nothing();
	assert_true(radius_deadline(client) == RADIUS_NEVER);
	assert_int_equal(counted().access_requests, 1);
	assert_int_equal(counted().access_accepts, 1);
}

static void a_rejected_user(void **state)
{
	add_server("a", "192.0.2.9");
	ask();
	sends_to("192.0.2.9", 1812);
	begin_reply(RADIUS_ACCESS_REJECT);
	radius_put_text(&reply, RADIUS_REPLY_MESSAGE, "you have ");
	radius_put_text(&reply, RADIUS_REPLY_MESSAGE, "not paid");
	end_reply();
	tells(RADIUS_EVENT_ANSWER);
	assert_int_equal(event.verdict->result, CREDENTIALS_REJECTED);
	assert_string_equal(event.verdict->message, "you have not paid");
	assert_null(event.grant);
	assert_int_equal(counted().access_rejects, 1);
}

static void repeats_what_was_said(void **state)
{
	uint8_t first[RADIUS_PACKET_MAX];
	size_t length;

	add_server("a", "192.0.2.9");
	ask();
	sends_to("192.0.2.9", 1812);
	length = last.datagram.length;
	memcpy(first, last.octets, length);
	for (int i = 0; i < 2; i++) {
		pass(999);
		sends_nothing();
		pass(1);
		sends_to("192.0.2.9", 1812);
		assert_int_equal(last.datagram.length, length);
		assert_memory_equal(last.octets, first, length);
	}
	assert_int_equal(counted().access_retransmissions, 2);
	answer(RADIUS_ACCESS_ACCEPT);
	tells(RADIUS_EVENT_ANSWER);
}

static void nobody_answers(void **state)
{
	add_server("a", "192.0.2.9");
	ask();
	pass(3000);
	assert_true(next_event());
	assert_int_equal(event.kind, RADIUS_EVENT_FAILURE);
	assert_string_equal(event.text,
			    "RADIUS server a does not answer: does it run, and know us as a client with this secret?");
	assert_true(event.owner == &client);
	assert_true(next_event());
	assert_int_equal(event.kind, RADIUS_EVENT_SERVER_DEAD);
	assert_string_equal(event.server, "a");
	assert_string_equal(event.text, "authentication");
	assert_false(next_event());
	assert_int_equal(counted().timeouts, 1);
	sends_nothing();
}

static void the_next_server_is_asked(void **state)
{
	uint8_t authenticator[RADIUS_AUTHENTICATOR_LENGTH];

	add_server("a", "192.0.2.9");
	add_server("b", "2001:db8::9");
	ask();
	sends_to("192.0.2.9", 1812);
	memcpy(authenticator, last.packet.authenticator, sizeof(authenticator));
	pass(3000);
	sends_to("2001:db8::9", 1812);
	assert_memory_not_equal(authenticator, last.packet.authenticator, sizeof(authenticator));
	answer(RADIUS_ACCESS_ACCEPT);
	tells(RADIUS_EVENT_ANSWER);
	assert_string_equal(event.server, "b");
	/* the first is dead: the second is asked at once */
	ask();
	sends_to("2001:db8::9", 1812);
	answer(RADIUS_ACCESS_ACCEPT);
	tells(RADIUS_EVENT_ANSWER);
}

static void the_order_is_that_of_the_names(void **state)
{
	struct credentials credentials = pap_of("anna", "x");

	add_server("a", "192.0.2.9");
	add_server("b", "192.0.2.10");
	ask_with(&credentials, "b, nobody a", HANDLE_NONE);
	sends_to("192.0.2.10", 1812);
	pass(3000);
	sends_to("192.0.2.9", 1812);
	pass(3000);
	tells(RADIUS_EVENT_FAILURE);
	assert_string_equal(event.server, "a");
}

/* The first server is dead; after its dead time one request tries it, others do not wait for that. */
static void a_dead_server_is_tried_by_one(void **state)
{
	add_server("a", "192.0.2.9");
	add_server("b", "192.0.2.10");
	ask();
	sends_to("192.0.2.9", 1812);
	pass(3000);
	sends_to("192.0.2.10", 1812);
	answer(RADIUS_ACCESS_ACCEPT);
	tells(RADIUS_EVENT_ANSWER);
	pass(60000);
	ask();
	sends_to("192.0.2.9", 1812);
	ask();
	sends_to("192.0.2.10", 1812);
	answer(RADIUS_ACCESS_ACCEPT);
	tells(RADIUS_EVENT_ANSWER);
	tells_nothing();
	pass(1000);
	sends_to("192.0.2.9", 1812);	/* it is back */
	answer(RADIUS_ACCESS_ACCEPT);
	assert_true(next_event() && event.kind == RADIUS_EVENT_ANSWER);
	assert_true(next_event() && event.kind == RADIUS_EVENT_SERVER_ALIVE);
	assert_string_equal(event.server, "a");
	ask();
	sends_to("192.0.2.9", 1812);
	ask();
	sends_to("192.0.2.9", 1812);
}

/* Who tries whether a server is back may go away; then another tries. */
static void a_trial_is_not_lost(void **state)
{
	handle asked;

	add_server("a", "192.0.2.9");
	add_server("b", "192.0.2.10");
	ask();
	pass(6000);
	while (take())
		;
	pass(60000);
	asked = ask();
	sends_to("192.0.2.9", 1812);
	radius_cancel(client, asked, now);
	ask();
	sends_to("192.0.2.9", 1812);
}

/* All are dead: users are not refused before they have been asked. */
static void dead_servers_are_better_than_none(void **state)
{
	add_server("a", "192.0.2.9");
	add_server("b", "192.0.2.10");
	ask();
	pass(6000);
	tells(RADIUS_EVENT_FAILURE);
	while (take())
		;
	ask();
	sends_to("192.0.2.9", 1812);
	pass(3000);
	sends_to("192.0.2.10", 1812);
	answer(RADIUS_ACCESS_ACCEPT);
	tells(RADIUS_EVENT_ANSWER);
	tells_nothing();
}

/* A server that answers others is not dead because it does not like one request. */
static void a_server_that_answers_others_lives(void **state)
{
	struct radius_server_info info;

	add_server("a", "192.0.2.9");
	ask();
	assert_true(take());
	pass(500);
	ask();
	assert_true(take());
	answer(RADIUS_ACCESS_ACCEPT);
	tells(RADIUS_EVENT_ANSWER);
	pass(2500);
	tells(RADIUS_EVENT_FAILURE);
	assert_int_equal(radius_server_info(client, 0, &info), 0);
	assert_false(info.dead);
	assert_int_equal(info.outstanding, 0);
}

static void nobody_to_ask(void **state)
{
	struct credentials credentials = pap_of("anna", "x");
	struct radius_request request = { .session = &plain_session, .credentials = &credentials };
	struct error error;
	handle asked;

	assert_int_equal(radius_ask(client, &request, NULL, &asked, now, &error), -1);
	assert_int_equal(error.code, ERROR_UNKNOWN);
	add_server("a", "192.0.2.9");
	request.servers = "b";
	assert_int_equal(radius_ask(client, &request, NULL, &asked, now, &error), -1);
	request.servers = " ";
	assert_int_equal(radius_ask(client, &request, NULL, &asked, now, &error), 0);
}

static void a_server_without_an_address(void **state)
{
	struct radius_server_settings settings = settings_of("a", "192.0.2.9");

	settings.address.family = AF_UNSPEC;
	set_server(&settings);
	ask();
	sends_nothing();
	tells(RADIUS_EVENT_FAILURE);
	assert_string_equal(event.text, "no RADIUS server can be asked");
	settings = settings_of("a", "192.0.2.9");
	settings.auth_port = 0;
	set_server(&settings);
	ask();
	tells(RADIUS_EVENT_FAILURE);
}

/* --- replies that are none --- */

static void is_ignored(void)
{
	assert_false(next_event());
}

static void forged_replies(void **state)
{
	const struct radius_secret other = { (const uint8_t *)"wrong-horse", 11 };
	struct radius_datagram datagram;

	add_server("a", "192.0.2.9");
	ask();
	assert_true(take());
	begin_reply(RADIUS_ACCESS_ACCEPT);
	arrive(reply_octets, radius_sign_reply(&reply, last.packet.authenticator, &other));
	is_ignored();
	assert_int_equal(counted().bad_authenticators, 1);
	begin_reply(RADIUS_ACCESS_ACCEPT);	/* genuine, but its Message-Authenticator */
	radius_put_message_authenticator(&reply);
	radius_sign_reply(&reply, last.packet.authenticator, &world_secret);
	reply.message_authenticator[0] ^= 1;
	reply.message_authenticator = NULL;
	end_reply();
	is_ignored();
	assert_int_equal(counted().bad_authenticators, 2);
	begin_reply(RADIUS_ACCESS_ACCEPT);	/* from elsewhere */
	datagram = last.datagram;
	datagram.octets = reply_octets;
	datagram.length = radius_sign_reply(&reply, last.packet.authenticator, &world_secret);
	datagram.peer.port++;
	radius_receive(client, &datagram, now);
	datagram.peer = (struct endpoint){ address_of("192.0.2.10"), 1812 };
	radius_receive(client, &datagram, now);
	is_ignored();
	assert_int_equal(counted().unexpected, 2);
	end_reply();
	tells(RADIUS_EVENT_ANSWER);
	arrive(reply_octets, datagram.length);	/* a second time */
	is_ignored();
	assert_int_equal(counted().unexpected, 3);
}

static void malformed_replies(void **state)
{
	size_t length;

	add_server("a", "192.0.2.9");
	ask();
	assert_true(take());
	begin_reply(RADIUS_ACCESS_ACCEPT);
	length = radius_sign_reply(&reply, last.packet.authenticator, &world_secret);
	for (size_t part = 0; part < length; part++)
		arrive(reply_octets, part);
	is_ignored();
	assert_int_equal(counted().malformed, length);
	begin_reply(RADIUS_ACCOUNTING_RESPONSE);
	end_reply();
	is_ignored();
	assert_int_equal(counted().unexpected, 1);
	for (unsigned int socket = 0; socket < 40; socket++) {
		last.datagram.socket = socket * 200;
		arrive(reply_octets, length);
	}
	is_ignored();
}

static void of_another_secret(void **state)
{
	const struct radius_secret other = { (const uint8_t *)"wrong-horse", 11 };

	add_server("a", "192.0.2.9");
	ask();
	assert_true(take());
	begin_reply(RADIUS_ACCESS_REJECT);
	arrive(reply_octets, radius_sign_reply(&reply, last.packet.authenticator, &other));
	pass(3000);
	tells(RADIUS_EVENT_FAILURE);
	assert_string_equal(event.text, "RADIUS server a answers as if it had another secret: compare them");
}

/* sealed: has it a Message-Authenticator? */
static bool is_accepted(bool sealed)
{
	ask();
	assert_true(take());
	begin_reply(RADIUS_ACCESS_ACCEPT);
	if (sealed)
		radius_put_message_authenticator(&reply);
	end_reply();
	if (next_event() && event.kind == RADIUS_EVENT_ANSWER)
		return true;
	pass(3000);
	while (take())
		;
	tells(RADIUS_EVENT_FAILURE);
	return false;
}

static void message_authenticators_of_replies(void **state)
{
	struct radius_server_settings settings = settings_of("a", "192.0.2.9");
	struct radius_server_info info;

	set_server(&settings);
	assert_true(is_accepted(false));	/* auto: it may be an old one */
	assert_true(is_accepted(true));
	assert_int_equal(radius_server_info(client, 0, &info), 0);
	assert_true(info.authenticated);
	assert_false(is_accepted(false));	/* but it is not */
	settings.message_authenticator = RADIUS_AUTHENTICATOR_NO;
	set_server(&settings);
	assert_true(is_accepted(false));
	settings.message_authenticator = RADIUS_AUTHENTICATOR_YES;
	settings.auth_port = 1645;		/* another server, of which nothing is known */
	set_server(&settings);
	assert_false(is_accepted(false));
	assert_true(is_accepted(true));
	assert_true(counted().bad_authenticators == 2);
}

static void requests_are_sealed(void **state)
{
	struct radius_walk walk;
	struct radius_attribute first;

	add_server("a", "192.0.2.9");
	ask();
	assert_true(take());
	assert_int_equal(radius_seal(&last.packet, last.packet.authenticator, &world_secret), RADIUS_SEAL_GENUINE);
	radius_walk(&walk, &last.packet);
	assert_true(radius_next(&walk, &first));
	assert_int_equal(first.type, RADIUS_MESSAGE_AUTHENTICATOR);
}

/* --- identifiers --- */

static void more_than_256_at_once(void **state)
{
	static struct sent sent[600];
	bool seen[3][256] = { { false } };

	add_server("a", "192.0.2.9");
	for (unsigned int i = 0; i < ARRAY_SIZE(sent); i++)
		ask();
	for (unsigned int i = 0; i < ARRAY_SIZE(sent); i++) {
		assert_true(take());
		assert_true(last.datagram.socket < 3);
		assert_false(seen[last.datagram.socket][last.packet.identifier]);
		seen[last.datagram.socket][last.packet.identifier] = true;
		sent[i] = last;
	}
	sends_nothing();
	for (unsigned int i = ARRAY_SIZE(sent); i-- > 0;) {
		last = sent[i];
		last.datagram.octets = last.octets;
		last.packet.authenticator = last.octets + 4;
		answer(RADIUS_ACCESS_ACCEPT);
		tells(RADIUS_EVENT_ANSWER);
	}
	tells_nothing();
	assert_true(radius_deadline(client) == RADIUS_NEVER);
}

static void identifiers_run_out(void **state)
{
	handle cancelled = HANDLE_NONE;

	add_server("a", "192.0.2.9");
	for (unsigned int i = 0; i < 16 * 256 + 2; i++)
		cancelled = ask();
	for (unsigned int i = 0; i < 16 * 256; i++)
		assert_true(take());
	sends_nothing();
	radius_cancel(client, cancelled, now);
	answer(RADIUS_ACCESS_ACCEPT);
	assert_true(take());		/* one waited for that */
	sends_nothing();
	tells(RADIUS_EVENT_ANSWER);
}

static void who_waits_too_long(void **state)
{
	struct radius_server_settings settings = settings_of("a", "192.0.2.9");

	settings.timeout = 40000;
	set_server(&settings);
	for (unsigned int i = 0; i < 16 * 256 + 1; i++)
		ask();
	pass(30000);
	tells(RADIUS_EVENT_FAILURE);
	assert_string_equal(event.text, "RADIUS server a has more requests to answer than it can");
	tells_nothing();
}

/* Who waits for a server that dies is asked of the next. */
static void who_waits_for_a_dead_server(void **state)
{
	add_server("a", "192.0.2.9");
	add_server("b", "192.0.2.10");
	for (unsigned int i = 0; i < 16 * 256 + 1; i++)
		ask();
	while (take())
		;
	pass(3000);
	for (unsigned int i = 0; i < 16 * 256; i++)
		sends_to("192.0.2.10", 1812);
	sends_nothing();
}

static void cancelled_requests(void **state)
{
	handle asked;

	add_server("a", "192.0.2.9");
	asked = ask();
	radius_cancel(client, asked, now);
	sends_nothing();
	assert_true(radius_deadline(client) == RADIUS_NEVER);
	asked = ask();
	assert_true(take());
	radius_cancel(client, asked, now);
	answer(RADIUS_ACCESS_ACCEPT);
	is_ignored();
	asked = ask();
	assert_true(take());
	answer(RADIUS_ACCESS_ACCEPT);
	radius_cancel(client, asked, now);	/* its event is on its way */
	is_ignored();
	radius_cancel(client, asked, now);
	radius_cancel(client, HANDLE_NONE, now);
}

/* --- servers come and go --- */

static void a_server_is_removed(void **state)
{
	add_server("a", "192.0.2.9");
	add_server("b", "192.0.2.10");
	ask();
	sends_to("192.0.2.9", 1812);
	radius_remove_server(client, "a", now);
	answer(RADIUS_ACCESS_ACCEPT);		/* too late */
	is_ignored();
	sends_to("192.0.2.10", 1812);
	radius_remove_server(client, "b", now);
	tells(RADIUS_EVENT_FAILURE);
	radius_remove_server(client, "b", now);
}

static void a_server_gets_another_secret(void **state)
{
	struct radius_server_settings settings = settings_of("a", "192.0.2.9");
	struct radius_attribute password;
	uint8_t clear[RADIUS_PASSWORD_MAX];

	memcpy(settings.secret, "wrong", 5);
	settings.secret_length = 5;
	set_server(&settings);
	ask();
	assert_true(take());
	settings = settings_of("a", "192.0.2.9");
	set_server(&settings);
	assert_true(take());
	password = said(0, RADIUS_USER_PASSWORD);
	assert_true(radius_reveal_password(&world_secret, last.packet.authenticator, password.value, password.length,
					   clear));
	assert_string_equal((char *)clear, "open sesame");
	answer(RADIUS_ACCESS_ACCEPT);
	tells(RADIUS_EVENT_ANSWER);
}

static void bad_settings(void **state)
{
	struct radius_server_settings settings = settings_of("a b", "192.0.2.9");
	struct error error;
	char name[32];

	assert_int_equal(radius_set_server(client, &settings, now, &error), -1);
	settings = settings_of("", "192.0.2.9");
	assert_int_equal(radius_set_server(client, &settings, now, &error), -1);
	settings = settings_of("a", "192.0.2.9");
	settings.secret_length = 0;
	assert_int_equal(radius_set_server(client, &settings, now, &error), -1);
	assert_string_equal(error.parameter, "secret");
	settings = settings_of("a", "192.0.2.9");
	settings.timeout = 0;
	assert_int_equal(radius_set_server(client, &settings, now, &error), -1);
	for (unsigned int i = 0; i < RADIUS_SERVERS_MAX; i++) {
		snprintf(name, sizeof(name), "s%u", i);
		add_server(name, "192.0.2.9");
	}
	settings = settings_of("a", "192.0.2.9");
	assert_int_equal(radius_set_server(client, &settings, now, &error), -1);
	assert_int_equal(error.code, ERROR_LIMIT);
}

static void secrets_are_not_shown(void **state)
{
	struct radius_server_info info;
	static const uint8_t none[RADIUS_SECRET_MAX];

	add_server("a", "192.0.2.9");
	assert_int_equal(radius_server_info(client, 0, &info), 0);
	assert_int_equal(info.settings.secret_length, 0);
	assert_memory_equal(info.settings.secret, none, sizeof(none));
	assert_int_equal(radius_server_info(client, 1, &info), -1);
}

/* --- conversations --- */

static handle challenged;

static void challenge(const char *eap)
{
	begin_reply(RADIUS_ACCESS_CHALLENGE);
	radius_put_message_authenticator(&reply);
	radius_put_eap(&reply, (const uint8_t *)eap, strlen(eap));
	radius_put_text(&reply, RADIUS_STATE, "where we were");
	end_reply();
	tells(RADIUS_EVENT_ANSWER);
	assert_int_equal(event.verdict->result, CREDENTIALS_CONTINUE);
	assert_int_equal(event.verdict->eap_length, strlen(eap));
	assert_memory_equal(event.verdict->eap, eap, strlen(eap));
	challenged = event.request;
}

static struct credentials eap_of(const char *packet)
{
	return (struct credentials){
		.method = CREDENTIALS_EAP, .name = (const uint8_t *)"anna", .name_length = 4,
		.response = (const uint8_t *)packet, .response_length = strlen(packet),
	};
}

static void an_eap_conversation(void **state)
{
	struct credentials identity = eap_of("i am anna"), proof = eap_of("proof");

	add_server("a", "192.0.2.9");
	add_server("b", "192.0.2.10");
	ask_with(&identity, "b a", HANDLE_NONE);
	sends_to("192.0.2.10", 1812);
	says_text(RADIUS_EAP_MESSAGE, "i am anna");
	says_not(0, RADIUS_STATE);
	challenge("prove it");
	assert_true(ask_with(&proof, "a b", challenged) == challenged);
	assert_memory_equal(event.verdict->eap, "prove it", 8);	/* still */
	sends_to("192.0.2.10", 1812);	/* only who asked knows the answer */
	says_text(RADIUS_EAP_MESSAGE, "proof");
	says_text(RADIUS_STATE, "where we were");
	challenge("and again");
	pass(119999);
	ask_with(&proof, "", challenged);
	assert_true(take());
	begin_reply(RADIUS_ACCESS_ACCEPT);
	radius_put_message_authenticator(&reply);
	radius_put_eap(&reply, (const uint8_t *)"good", 4);
	end_reply();
	tells(RADIUS_EVENT_ANSWER);
	assert_int_equal(event.verdict->result, CREDENTIALS_ACCEPTED);
	assert_memory_equal(event.verdict->eap, "good", 4);
	assert_true(radius_deadline(client) == RADIUS_NEVER);
}

static void a_conversation_ends(void **state)
{
	struct credentials identity = eap_of("i am anna"), proof = eap_of("proof");
	struct radius_request request = { .session = &plain_session, .credentials = &proof };
	struct error error;
	handle asked;

	add_server("a", "192.0.2.9");
	ask_with(&identity, NULL, HANDLE_NONE);
	assert_true(take());
	challenge("prove it");
	pass(120000);
	request.conversation = challenged;
	assert_int_equal(radius_ask(client, &request, NULL, &asked, now, &error), -1);
	assert_int_equal(error.code, ERROR_UNKNOWN);
	tells_nothing();
	ask_with(&identity, NULL, HANDLE_NONE);
	assert_true(take());
	challenge("prove it");
	radius_cancel(client, challenged, now);
	assert_true(radius_deadline(client) == RADIUS_NEVER);
	ask_with(&identity, NULL, HANDLE_NONE);
	assert_true(take());
	challenge("prove it");
	ask_with(&proof, NULL, challenged);
	pass(3000);
	tells(RADIUS_EVENT_FAILURE);
}

/* EAP is worth nothing when it is not sealed, whatever is demanded of other replies: RFC 3579 section 3.2. */
static void eap_must_be_sealed(void **state)
{
	struct credentials identity = eap_of("i am anna");
	struct radius_server_settings settings = settings_of("a", "192.0.2.9");

	for (settings.message_authenticator = RADIUS_AUTHENTICATOR_AUTO;
	     settings.message_authenticator <= RADIUS_AUTHENTICATOR_NO; settings.message_authenticator++) {
		set_server(&settings);
		ask_with(&identity, NULL, HANDLE_NONE);
		assert_true(take());
		begin_reply(RADIUS_ACCESS_ACCEPT);
		radius_put_eap(&reply, (const uint8_t *)"good", 4);
		end_reply();
		is_ignored();
	}
	assert_int_equal(counted().bad_authenticators, 3);
}

/* Nor does one there tell that the server has it elsewhere. */
static void eap_promises_nothing(void **state)
{
	struct credentials identity = eap_of("i am anna");

	add_server("a", "192.0.2.9");
	ask_with(&identity, NULL, HANDLE_NONE);
	assert_true(take());
	challenge("prove it");
	assert_true(is_accepted(false));
	assert_true(is_accepted(true));
	assert_false(is_accepted(false));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin_world, end_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_accepted_user),
		TEST(a_rejected_user),
		TEST(repeats_what_was_said),
		TEST(nobody_answers),
		TEST(the_next_server_is_asked),
		TEST(the_order_is_that_of_the_names),
		TEST(a_dead_server_is_tried_by_one),
		TEST(a_trial_is_not_lost),
		TEST(dead_servers_are_better_than_none),
		TEST(a_server_that_answers_others_lives),
		TEST(nobody_to_ask),
		TEST(a_server_without_an_address),
		TEST(forged_replies),
		TEST(malformed_replies),
		TEST(of_another_secret),
		TEST(message_authenticators_of_replies),
		TEST(requests_are_sealed),
		TEST(more_than_256_at_once),
		TEST(identifiers_run_out),
		TEST(who_waits_too_long),
		TEST(who_waits_for_a_dead_server),
		TEST(cancelled_requests),
		TEST(a_server_is_removed),
		TEST(a_server_gets_another_secret),
		TEST(bad_settings),
		TEST(secrets_are_not_shown),
		TEST(an_eap_conversation),
		TEST(a_conversation_ends),
		TEST(eap_must_be_sealed),
		TEST(eap_promises_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
