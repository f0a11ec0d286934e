/* SPDX-License-Identifier: MIT */
/* EAP between two ends, with methods of our own and by what a server says, and against who plays foul. */
#include "auth_world.h"

/* A packet that the client sent: a Response of that type. */
static struct sent *assert_response(uint8_t type)
{
	struct sent *sent = taken(&world.client);

	assert_int_equal(sent->protocol, PPP_EAP_PROTOCOL);
	assert_int_equal(sent->octets[0], EAP_RESPONSE);
	assert_int_equal(sent->octets[4], type);
	return sent;
}

/* To what was asked last. */
static void inject_response(const uint8_t *data, size_t length)
{
	inject_packet(&world.lns, PPP_EAP_PROTOCOL, EAP_RESPONSE, world.lns.link.auth->peer.identifier, data, length);
}

/* Let both talk until this end is about to send a Request of that type, or its result; it is out of the queue. */
static struct sent *until_request(uint8_t type, uint8_t operation)
{
	for (int i = 0; i < 100; i++) {
		struct sent *sent;

		while (world.client.count)
			arrive(&world.client, taken(&world.client));
		answer_question(&world.lns);
		sent = taken(&world.lns);
		if (sent->octets[0] == EAP_REQUEST && sent->octets[4] == type &&
		    (!operation || sent->octets[5] == operation))
			return sent;
		arrive(&world.lns, sent);
	}
	fail_msg("no such request");
	return NULL;
}

static void right_password(void **state)
{
	static const unsigned int inner[] = { 0, PPP_MSCHAPV2, PPP_CHAP_MD5, PPP_CHAP_MD5 | PPP_MSCHAPV2 };

	for (size_t i = 0; i < ARRAY_SIZE(inner); i++) {
		begin_world(NULL);
		world.lns.settings.peer_methods = PPP_EAP | inner[i];
		let_begin(PPP_EAP);
		run();
		assert_proved(CREDENTIALS_EAP);
		assert_int_equal(world.lns.asked.method,
				 inner[i] == PPP_CHAP_MD5 ? CREDENTIALS_CHAP_MD5 : CREDENTIALS_MSCHAPV2);
		assert_int_equal(world.lns.peer_keys_told, inner[i] != PPP_CHAP_MD5);
		assert_int_equal(world.lns.proofs, 1);
		assert_null(world.client.link.auth);
	}
}

static void octets_on_the_wire(void **state)
{
	struct sent *sent;

	set_secret(&world.client, "user", MD5_SECRET);
	let_begin(PPP_EAP);
	lose(&world.lns);
	inject(&world.client, PPP_EAP_PROTOCOL, "0108000501");
	assert_sent(taken(&world.client), EAP_IDENTITY_USER);
	inject(&world.client, PPP_EAP_PROTOCOL, EAP_MD5_REQUEST_PACKET);
	sent = taken(&world.client);
	assert_memory_equal(sent->octets + sent->length - 4, "user", 4);	/* its name, which need not be there */
	sent->length -= 4;
	sent->octets[3] -= 4;
	assert_sent(sent, EAP_MD5_RESPONSE_PACKET);
	inject(&world.client, PPP_EAP_PROTOCOL, "03080004");
	inject(&world.client, PPP_EAP_PROTOCOL, "030b0004");
	inject(&world.client, PPP_EAP_PROTOCOL, "040b0004");
	assert_int_equal(world.client.own_proved_by, CREDENTIALS_NONE);
	assert_false(world.client.failed);
	inject(&world.client, PPP_EAP_PROTOCOL, "03090004");
	assert_int_equal(world.client.own_proved_by, CREDENTIALS_EAP);
}

static void keys_of_both_ends_fit(void **state)
{
	const struct credentials_keys *lns = &world.lns.peer_keys, *client = &world.client.own_keys;

	let_begin(PPP_EAP);
	run();
	assert_true(world.lns.peer_keys_told && client->there && !client->long_only);
	assert_memory_equal(lns->send, client->receive, sizeof(lns->send));
	assert_memory_equal(lns->receive, client->send, sizeof(lns->send));
}

static void wrong_password(void **state)
{
	static const unsigned int inner[] = { PPP_MSCHAPV2, PPP_CHAP_MD5 };

	for (size_t i = 0; i < ARRAY_SIZE(inner); i++) {
		begin_world(NULL);
		world.lns.settings.peer_methods = PPP_EAP | inner[i];
		world.lns.secret = "other";
		let_begin(PPP_EAP);
		run();
		assert_refused();
	}
}

/* Who was refused says that it has understood a success. */
static void refused_and_pleased(void **state)
{
	static const uint8_t success[] = { EAP_MSCHAPV2, CHAP_SUCCESS };

	world.lns.secret = "other";
	world.lns.message = "E=647 R=0 V=3";
	let_begin(PPP_EAP);
	until_request(EAP_MSCHAPV2, CHAP_FAILURE);
	inject_response(success, sizeof(success));
	assert_failed(&world.lns, PPP_CAUSE_REFUSED, DISCONNECT_AUTH_FAILED, DIRECTION_PEER);
	assert_int_equal(world.lns.proofs, 0);
}

static void the_name_of_a_verdict_is_kept(void **state)
{
	struct credentials_verdict verdict;

	world.lns.silent = true;
	let_begin(PPP_EAP);
	run();
	ppp_verify(&world.lns.asked, (const uint8_t *)V2_PASSWORD, strlen(V2_PASSWORD), &verdict);
	give_verdict(&world.lns, &verdict, "the user");
	run();
	assert_string_equal(world.lns.peer_name, "the user");
}

/* The response was computed with that name, and says so. */
static void the_identity_is_not_the_name(void **state)
{
	struct sent *sent;

	let_begin(PPP_EAP);
	arrive(&world.lns, taken(&world.lns));
	sent = assert_response(EAP_IDENTITY);
	sent->octets[5] = 'X';
	arrive(&world.client, sent);
	run();
	assert_proved(CREDENTIALS_EAP);
}

static void another_method_is_wanted(void **state)
{
	world.client.settings.our_methods = PPP_EAP | PPP_CHAP_MD5;
	let_begin(PPP_EAP);
	run();
	assert_proved(CREDENTIALS_EAP);
	assert_int_equal(world.lns.asked.method, CREDENTIALS_CHAP_MD5);
	begin_world(NULL);
	world.lns.settings.peer_methods = PPP_EAP | PPP_MSCHAPV2;
	world.client.settings.our_methods = PPP_EAP | PPP_CHAP_MD5;
	let_begin(PPP_EAP);
	run();
	assert_refused();
	assert_string_equal(world.lns.text, "the peer knows no EAP method that is allowed");
}

/* It gives no keys. */
static void no_md5_where_encryption_is_required(void **state)
{
	world.lns.settings.mppe_required = true;
	world.client.settings.our_methods = PPP_EAP | PPP_CHAP_MD5;
	let_begin(PPP_EAP);
	run();
	assert_refused();
}

static void unknown_methods_are_declined(void **state)
{
	static const uint8_t tls[] = { 13, 0x20 };
	struct sent *sent;

	let_begin(PPP_EAP);
	inject_packet(&world.client, PPP_EAP_PROTOCOL, EAP_REQUEST, 5, tls, sizeof(tls));
	sent = assert_response(EAP_NAK);
	assert_int_equal(sent->length, 4 + 1 + 2);
	assert_int_equal(sent->octets[5], EAP_MSCHAPV2);
	assert_int_equal(sent->octets[6], EAP_MD5);
}

static void naks_come_to_an_end(void **state)
{
	static const uint8_t nak[] = { EAP_NAK, EAP_MSCHAPV2, EAP_MD5 };

	let_begin(PPP_EAP);
	until_request(EAP_MSCHAPV2, 0);
	inject_response(nak, sizeof(nak));
	assert_int_equal(taken(&world.lns)->octets[4], EAP_MD5);
	inject_response(nak, sizeof(nak));
	assert_int_equal(taken(&world.lns)->octets[0], EAP_FAILURE);
	assert_failed(&world.lns, PPP_CAUSE_REFUSED, DISCONNECT_AUTH_FAILED, DIRECTION_PEER);
}

static void no_identity(void **state)
{
	static const uint8_t nak[] = { EAP_NAK, 0 };

	let_begin(PPP_EAP);
	inject_response(nak, sizeof(nak));
	assert_failed(&world.lns, PPP_CAUSE_REFUSED, DISCONNECT_AUTH_FAILED, DIRECTION_PEER);
	assert_int_equal(world.lns.questions, 0);
}

static void notifications_are_acknowledged(void **state)
{
	static const uint8_t notification[] = { EAP_NOTIFICATION, 'h', 'i' };

	let_begin(PPP_EAP);
	inject_packet(&world.client, PPP_EAP_PROTOCOL, EAP_REQUEST, 77, notification, sizeof(notification));
	assert_int_equal(assert_response(EAP_NOTIFICATION)->length, 5);
	run();
	assert_proved(CREDENTIALS_EAP);
}

static void lost_packets_are_sent_again(void **state)
{
	let_begin(PPP_EAP);
	for (int lost = 0; lost < 4; lost++) {
		lose(&world.lns);				/* our request */
		assert_true(pass_time(&world.lns));
		arrive(&world.lns, taken(&world.lns));
		lose(&world.client);				/* its response */
		assert_true(pass_time(&world.lns));
		arrive(&world.lns, taken(&world.lns));
		if (world.client.count)
			arrive(&world.client, taken(&world.client));
		answer_question(&world.lns);
		if (world.lns.proofs)
			break;
	}
	run();
	assert_proved(CREDENTIALS_EAP);
	assert_int_equal(world.lns.questions, 1);
}

/* The last word was lost, and the response comes again. */
static void success_is_said_again(void **state)
{
	struct sent last;

	let_begin(PPP_EAP);
	arrive(&world.lns, until_request(EAP_MSCHAPV2, CHAP_SUCCESS));
	last = *taken(&world.client);
	arrive(&world.client, &last);
	assert_int_equal(taken(&world.lns)->octets[0], EAP_SUCCESS);
	arrive(&world.client, &last);
	run();
	assert_proved(CREDENTIALS_EAP);
	assert_int_equal(world.lns.proofs, 1);
}

/* EAP does not say it again: what comes behind it says the same. */
static void a_success_that_was_lost(void **state)
{
	let_begin(PPP_EAP);
	auth_overtaken(&world.client.link, world.now);
	arrive(&world.lns, until_request(EAP_MSCHAPV2, CHAP_CHALLENGE));
	auth_overtaken(&world.client.link, world.now);
	assert_int_equal(world.client.own_proved_by, CREDENTIALS_NONE);
	arrive(&world.lns, until_request(EAP_MSCHAPV2, CHAP_SUCCESS));
	arrive(&world.client, taken(&world.client));
	lose(&world.lns);
	assert_int_equal(world.client.own_proved_by, CREDENTIALS_NONE);
	auth_overtaken(&world.client.link, world.now);
	assert_proved(CREDENTIALS_EAP);
	assert_null(world.client.link.auth);
}

static void nobody_responds(void **state)
{
	let_begin(PPP_EAP);
	for (int i = 0; i < 10; i++)
		assert_true(pass_time(&world.lns));
	assert_int_equal(world.lns.packets, 10);
	assert_failed(&world.lns, PPP_CAUSE_LOST, DISCONNECT_AUTH_TIMEOUT, DIRECTION_PEER);
	assert_true(pass_time(&world.client));
	assert_failed(&world.client, PPP_CAUSE_LOST, DISCONNECT_AUTH_TIMEOUT, DIRECTION_OURS);
}

/* --- who plays foul --- */

static void success_out_of_turn(void **state)
{
	let_begin(PPP_EAP);
	for (unsigned int identifier = 0; identifier < 256; identifier++)
		inject_packet(&world.client, PPP_EAP_PROTOCOL, EAP_SUCCESS, (uint8_t)identifier, "", 0);
	arrive(&world.lns, taken(&world.lns));			/* identity */
	inject_packet(&world.client, PPP_EAP_PROTOCOL, EAP_SUCCESS, world.client.link.auth->own.identifier, "", 0);
	assert_int_equal(world.client.own_proved_by, CREDENTIALS_NONE);
	arrive(&world.lns, until_request(EAP_MSCHAPV2, CHAP_CHALLENGE));
	inject_packet(&world.client, PPP_EAP_PROTOCOL, EAP_SUCCESS, world.client.link.auth->own.identifier, "", 0);
	assert_int_equal(world.client.own_proved_by, CREDENTIALS_NONE);
	run();
	assert_proved(CREDENTIALS_EAP);
}

static void an_authenticator_that_is_not_genuine(void **state)
{
	struct sent *sent;

	let_begin(PPP_EAP);
	sent = until_request(EAP_MSCHAPV2, CHAP_SUCCESS);
	sent->octets[4 + EAP_MSCHAPV2_HEADER + 10] ^= 1;
	arrive(&world.lns, sent);
	assert_failed(&world.client, PPP_CAUSE_NOT_TRUSTED, DISCONNECT_AUTH_FAILED, DIRECTION_OURS);
	assert_false(world.client.failure.by_peer);
}

/* Success before there was a challenge: no text fits. */
static void success_without_a_challenge(void **state)
{
	uint8_t data[EAP_MSCHAPV2_HEADER + 42] = { EAP_MSCHAPV2, CHAP_SUCCESS, 1, 0, sizeof(data) - 1 };

	let_begin(PPP_EAP);
	inject_packet(&world.client, PPP_EAP_PROTOCOL, EAP_REQUEST, 1, data, sizeof(data));
	assert_failed(&world.client, PPP_CAUSE_NOT_TRUSTED, DISCONNECT_AUTH_FAILED, DIRECTION_OURS);
}

/* From MSCHAPv2, that would have to prove its own knowledge, to MD5: no keys come of that. */
static void another_method_in_between(void **state)
{
	let_begin(PPP_EAP);
	arrive(&world.lns, until_request(EAP_MSCHAPV2, CHAP_CHALLENGE));
	lose(&world.client);
	inject(&world.client, PPP_EAP_PROTOCOL, "01a00016041000112233445566778899aabbccddeeff");
	inject(&world.client, PPP_EAP_PROTOCOL, "03a00004");
	assert_int_equal(world.client.own_proved_by, CREDENTIALS_EAP);
	assert_false(world.client.own_keys.there);
	lose(&world.client);
}

static void our_own_challenge(void **state)
{
	struct sent *sent;

	set_secret(&world.lns, V2_USER, V2_PASSWORD);
	world.lns.link.our_method = PPP_EAP;
	let_begin(PPP_EAP);
	sent = until_request(EAP_MSCHAPV2, CHAP_CHALLENGE);
	auth_receive(&world.lns.link, sent->protocol, sent->octets, sent->length, world.now);
	assert_failed(&world.lns, PPP_CAUSE_NOT_TRUSTED, DISCONNECT_AUTH_FAILED, DIRECTION_OURS);
}

static void wrong_identifiers(void **state)
{
	struct sent *sent;

	let_begin(PPP_EAP);
	arrive(&world.lns, taken(&world.lns));
	sent = assert_response(EAP_IDENTITY);
	sent->octets[1]++;
	arrive(&world.client, sent);
	assert_int_equal(world.lns.count, 0);
	sent->octets[1]--;
	arrive(&world.client, sent);
	assert_int_equal(world.lns.count, 1);
	arrive(&world.client, sent);			/* a copy: we are beyond that */
	assert_int_equal(world.lns.count, 1);
}

/* Responses to what was asked, cut off anywhere before the name. */
static void odd_responses(void **state)
{
	static const uint8_t types[] = { EAP_MSCHAPV2, EAP_MD5 };

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		size_t least = types[i] == EAP_MD5 ? 4 + 1 + 1 + CHAP_MD5_LENGTH :
						     4 + EAP_MSCHAPV2_HEADER + 1 + MSCHAP_RESPONSE;

		for (size_t cut = 4; cut < least; cut++) {
			struct sent *sent;

			begin_world(NULL);
			world.client.settings.our_methods = types[i] == EAP_MD5 ? PPP_CHAP_MD5 : PPP_MSCHAPV2;
			let_begin(PPP_EAP);
			arrive(&world.lns, until_request(types[i], 0));
			sent = assert_response(types[i]);
			sent->octets[3] = (uint8_t)cut;
			arrive(&world.client, sent);
			assert_int_equal(world.lns.questions, 0);
		}
	}
}

static void long_names(void **state)
{
	for (size_t length = 255; length < 257; length++) {
		uint8_t data[300] = { EAP_IDENTITY };

		begin_world(NULL);
		let_begin(PPP_EAP);
		memset(data + 1, 'n', sizeof(data) - 1);
		inject_response(data, 1 + length);
		assert_int_equal(world.lns.failed, length != 255);
	}
}

static void odd_requests(void **state)
{
	static const uint8_t types[] = { EAP_MSCHAPV2, EAP_MD5 };

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		for (size_t length = 0; length < 22; length++) {
			const uint8_t data[24] = { types[i], types[i] == EAP_MD5 ? 16 : CHAP_CHALLENGE, 1, 0, 21, 16 };
			bool whole = length >= (types[i] == EAP_MD5 ? 18U : 22U);

			begin_world(NULL);
			let_begin(PPP_EAP);
			inject_packet(&world.client, PPP_EAP_PROTOCOL, EAP_REQUEST, 3, data, length);
			assert_int_equal(world.client.count, whole);
		}
	}
	inject_packet(&world.client, PPP_EAP_PROTOCOL, 9, 3, "", 0);
}

/* MSCHAPv2's right to another guess, in EAP. */
static void right_after_a_wrong_one(void **state)
{
	struct credentials_verdict verdict = { .result = CREDENTIALS_REJECTED };
	struct mschap_failure failure;
	struct sent *sent;

	let_begin(PPP_EAP);
	arrive(&world.lns, until_request(EAP_MSCHAPV2, CHAP_CHALLENGE));
	arrive(&world.client, taken(&world.client));
	give_verdict(&world.lns, &verdict, NULL);
	sent = taken(&world.lns);
	assert_int_equal(sent->octets[5], CHAP_FAILURE);
	assert_true(mschap_failure_parse(sent->octets + 9, sent->length - 9, &failure));
	assert_true(failure.retry);
	/* as a request with that challenge, which the client takes */
	sent->octets[5] = CHAP_CHALLENGE;
	sent->octets[9] = 16;
	memcpy(sent->octets + 10, failure.challenge, 16);
	arrive(&world.lns, sent);
	run();
	assert_proved(CREDENTIALS_EAP);
	assert_int_equal(world.lns.questions, 2);
}

/* --- with a server --- */

static void begin_with_a_server(void)
{
	world.lns.settings.eap_through = true;
	world.lns.silent = true;
	let_begin(PPP_EAP);
	run();
	assert_int_equal(world.lns.questions, 1);
	assert_int_equal(world.lns.asked.method, CREDENTIALS_EAP);
	assert_int_equal(world.lns.asked.response_length, 4 + 1 + strlen(V2_USER));
	assert_int_equal(world.lns.asked_response[0], EAP_RESPONSE);
	assert_int_equal(world.lns.asked_response[4], EAP_IDENTITY);
	assert_int_equal(world.lns.asked.name_length, strlen(V2_USER));
}

static void verdict_with(enum credentials_result result, const char *eap)
{
	struct credentials_verdict verdict = { .result = result, .keys = { .there = true, .send = { 7 } } };
	uint8_t octets[TEXT_OCTETS_MAX];

	if (eap) {
		assert_true(text_to_octets(eap, octets, sizeof(octets), &verdict.eap_length));
		verdict.eap = octets;
	}
	give_verdict(&world.lns, &verdict, NULL);
}

static void a_server_goes_on_and_accepts(void **state)
{
	begin_with_a_server();
	set_secret(&world.client, V2_USER, MD5_SECRET);
	verdict_with(CREDENTIALS_CONTINUE, EAP_MD5_REQUEST_PACKET);
	run();
	assert_int_equal(world.lns.questions, 2);
	assert_memory_equal(world.lns.asked_response, "\x02\x09\x00\x1a\x04\x10\x87\xcc", 8);
	assert_int_equal(world.lns.asked.name_length, strlen(V2_USER));
	verdict_with(CREDENTIALS_ACCEPTED, "03090004");
	run();
	assert_proved(CREDENTIALS_EAP);
	assert_true(world.lns.peer_keys_told);
	assert_int_equal(world.lns.peer_keys.send[0], 7);
}

static void a_server_says_no_packet(void **state)
{
	begin_with_a_server();
	verdict_with(CREDENTIALS_ACCEPTED, NULL);
	assert_int_equal(world.lns.proofs, 1);
	assert_int_equal(taken(&world.lns)->octets[0], EAP_SUCCESS);
	begin_world(NULL);
	begin_with_a_server();
	verdict_with(CREDENTIALS_REJECTED, NULL);
	run();
	assert_refused();
}

static void a_server_refuses(void **state)
{
	begin_with_a_server();
	verdict_with(CREDENTIALS_CONTINUE, EAP_MD5_REQUEST_PACKET);
	run();
	verdict_with(CREDENTIALS_REJECTED, "04090004");
	run();
	assert_refused();
}

/* What a server must not say is not passed on. */
static void a_server_errs(void **state)
{
	static const char *const packets[] = { NULL, "01", "01090003", "01090005", "03090004", "04090004", "02090004" };

	for (size_t i = 0; i < ARRAY_SIZE(packets); i++) {
		begin_world(NULL);
		begin_with_a_server();
		verdict_with(CREDENTIALS_CONTINUE, packets[i]);
		assert_failed(&world.lns, PPP_CAUSE_ERROR, DISCONNECT_AUTH_FAILED, DIRECTION_PEER);
		assert_int_equal(world.lns.count, 0);
	}
}

/* Identity once more, and any type: all is the server's. */
static void a_server_asks_what_it_likes(void **state)
{
	begin_with_a_server();
	verdict_with(CREDENTIALS_CONTINUE, "0120000501");
	run();
	assert_int_equal(world.lns.questions, 2);
	verdict_with(CREDENTIALS_CONTINUE, "012100060d20");
	run();
	assert_int_equal(world.lns.questions, 3);
	assert_int_equal(world.lns.asked_response[4], EAP_NAK);
}

static void a_server_comes_to_no_end(void **state)
{
	char packet[16];

	begin_with_a_server();
	for (unsigned int i = 0; i < 200 && !world.lns.failed; i++) {
		snprintf(packet, sizeof(packet), "01%02x000501", i);
		verdict_with(CREDENTIALS_CONTINUE, packet);
		run();
	}
	assert_refused();
	assert_int_equal(world.lns.questions, 101);
}

static void a_request_of_a_server_is_sent_again(void **state)
{
	begin_with_a_server();
	verdict_with(CREDENTIALS_CONTINUE, EAP_MD5_REQUEST_PACKET);
	lose(&world.lns);
	assert_true(pass_time(&world.lns));
	assert_sent(taken(&world.lns), EAP_MD5_REQUEST_PACKET);
}

/* SoftEther knows TLS only, asks for it with the identifier of before, and does not know EAP any more when that will
 * not do: it asks for another protocol then. */
static void eap_is_rejected_in_the_middle(void **state)
{
	let_begin(PPP_EAP);
	lose(&world.lns);
	inject(&world.client, PPP_EAP_PROTOCOL, "0101000501");
	assert_response(EAP_IDENTITY);
	inject(&world.client, PPP_EAP_PROTOCOL, "010100060d20");
	assert_response(EAP_NAK);
	auth_rejected(&world.client.link, PPP_EAP_PROTOCOL, world.now);
	assert_false(world.client.failed);
	auth_end(&world.client.link);
	auth_end(&world.lns.link);
	let_begin(PPP_MSCHAPV2);
	run();
	assert_proved(CREDENTIALS_MSCHAPV2);
}

static void eap_is_rejected_and_nothing_follows(void **state)
{
	let_begin(PPP_EAP);
	lose(&world.lns);
	inject(&world.client, PPP_EAP_PROTOCOL, "0101000501");
	auth_rejected(&world.client.link, PPP_EAP_PROTOCOL, world.now);
	assert_true(pass_time(&world.client));
	assert_failed(&world.client, PPP_CAUSE_NOT_TRUSTED, DISCONNECT_AUTH_PROTOCOL, DIRECTION_OURS);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin_world, end_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(right_password), TEST(octets_on_the_wire), TEST(keys_of_both_ends_fit), TEST(wrong_password),
		TEST(refused_and_pleased), TEST(the_name_of_a_verdict_is_kept), TEST(the_identity_is_not_the_name),
		TEST(another_method_is_wanted), TEST(no_md5_where_encryption_is_required),
		TEST(unknown_methods_are_declined), TEST(naks_come_to_an_end), TEST(no_identity),
		TEST(notifications_are_acknowledged), TEST(lost_packets_are_sent_again), TEST(success_is_said_again),
		TEST(a_success_that_was_lost),
		TEST(nobody_responds), TEST(success_out_of_turn), TEST(an_authenticator_that_is_not_genuine),
		TEST(success_without_a_challenge), TEST(another_method_in_between), TEST(our_own_challenge),
		TEST(wrong_identifiers),
		TEST(odd_responses), TEST(long_names), TEST(odd_requests), TEST(right_after_a_wrong_one),
		TEST(a_server_goes_on_and_accepts), TEST(a_server_says_no_packet), TEST(a_server_refuses),
		TEST(a_server_errs), TEST(a_server_asks_what_it_likes), TEST(a_server_comes_to_no_end),
		TEST(a_request_of_a_server_is_sent_again), TEST(eap_is_rejected_in_the_middle),
		TEST(eap_is_rejected_and_nothing_follows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
