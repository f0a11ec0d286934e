/* SPDX-License-Identifier: MIT */
/* CHAP, MS-CHAP and MS-CHAPv2 between two ends, and against who plays foul. */
#include "auth_world.h"

static const unsigned int methods[] = { PPP_CHAP_MD5, PPP_MSCHAPV1, PPP_MSCHAPV2 };

/* Of the client, with the password that it has or another one. */
static void send_response(uint8_t identifier, const uint8_t *challenge, const char *password)
{
	uint8_t data[1 + MSCHAP_RESPONSE + 4] = { MSCHAP_RESPONSE }, hash[MSCHAP_HASH], short_challenge[8];

	memset(data + 1, 0x77, 16);
	memcpy(data + 1 + MSCHAP_RESPONSE, V2_USER, 4);
	mschap_hash((const uint8_t *)password, strlen(password), hash);
	mschap_challenge(data + 1, challenge, (const uint8_t *)V2_USER, 4, short_challenge);
	mschap_nt_response(short_challenge, hash, data + 1 + MSCHAP_OFFSET_NT);
	inject_packet(&world.lns, PPP_CHAP_PROTOCOL, CHAP_RESPONSE, identifier, data, sizeof(data));
}

static void right_password(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
		begin_world(NULL);
		let_begin(methods[i]);
		run();
		assert_proved(auth_credentials_method(methods[i]));
		assert_null(world.client.link.auth);
		assert_int_equal(world.lns.packets, 2);
		assert_int_equal(world.client.packets, 1);
	}
}

static void octets_on_the_wire(void **state)
{
	set_secret(&world.client, "user", MD5_SECRET);
	let_begin(PPP_CHAP_MD5);
	lose(&world.lns);
	inject(&world.client, PPP_CHAP_PROTOCOL, CHAP_MD5_CHALLENGE_PACKET);
	assert_sent(taken(&world.client), CHAP_MD5_RESPONSE_PACKET);
	inject(&world.client, PPP_CHAP_PROTOCOL, "03170004");
	assert_int_equal(world.client.own_proved_by, CREDENTIALS_CHAP_MD5);
}

static void keys_of_both_ends_fit(void **state)
{
	for (size_t i = 1; i < ARRAY_SIZE(methods); i++) {
		const struct credentials_keys *lns = &world.lns.peer_keys, *client = &world.client.own_keys;

		begin_world(NULL);
		let_begin(methods[i]);
		run();
		assert_true(world.lns.peer_keys_told && client->there);
		assert_memory_equal(lns->send, client->receive, sizeof(lns->send));
		assert_memory_equal(lns->receive, client->send, sizeof(lns->send));
		assert_int_equal(lns->long_only, methods[i] == PPP_MSCHAPV1);
		assert_int_equal(client->long_only, methods[i] == PPP_MSCHAPV1);
	}
}

static void wrong_password(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
		begin_world(NULL);
		world.lns.secret = "other";
		let_begin(methods[i]);
		run();
		/* MS-CHAP would let it try again, but it gives up */
		if (methods[i] == PPP_CHAP_MD5)
			assert_refused();
		assert_failed(&world.client, PPP_CAUSE_NOT_TRUSTED, DISCONNECT_AUTH_FAILED, DIRECTION_OURS);
		assert_string_equal(world.client.text,
				    "the peer refused our name and password: wrong name or password");
		assert_int_equal(world.lns.proofs, 0);
	}
}

static struct sent *assert_failure_text(uint8_t identifier, const char *begins)
{
	struct sent *sent = taken(&world.lns);

	assert_int_equal(sent->octets[0], CHAP_FAILURE);
	assert_int_equal(sent->octets[1], identifier);
	assert_true(sent->length > 4 + strlen(begins));
	assert_memory_equal(sent->octets + 4, begins, strlen(begins));
	return sent;
}

static void challenge_in(const struct sent *sent, uint8_t challenge[16])
{
	struct mschap_failure failure;

	assert_true(mschap_failure_parse(sent->octets + 4, sent->length - 4, &failure));
	assert_true(failure.has_challenge);
	assert_int_equal(failure.challenge_length, 16);
	assert_int_equal(failure.version, 3);
	memcpy(challenge, failure.challenge, 16);
}

static void three_guesses(void **state)
{
	uint8_t challenge[16], next[16], identifier;

	world.lns.message = "think again";
	let_begin(PPP_MSCHAPV2);
	identifier = world.lns.sent[0].octets[1];
	memcpy(challenge, world.lns.sent[0].octets + 5, 16);
	lose(&world.lns);
	for (int i = 0; i < 3; i++, identifier++) {
		send_response(identifier, challenge, "a guess");
		assert_true(answer_question(&world.lns));
		challenge_in(assert_failure_text(identifier, i < 2 ? "E=691 R=1 C=" : "E=691 R=0 C="), next);
		assert_memory_not_equal(next, challenge, 16);
		memcpy(challenge, next, 16);
	}
	assert_failed(&world.lns, PPP_CAUSE_REFUSED, DISCONNECT_AUTH_FAILED, DIRECTION_PEER);
	assert_string_equal(world.lns.text, "wrong name or password: think again");
	assert_int_equal(world.lns.questions, 3);
}

static void right_after_a_wrong_one(void **state)
{
	uint8_t challenge[16], identifier;

	let_begin(PPP_MSCHAPV2);
	identifier = world.lns.sent[0].octets[1];
	memcpy(challenge, world.lns.sent[0].octets + 5, 16);
	lose(&world.lns);
	send_response(identifier, challenge, "a guess");
	assert_true(answer_question(&world.lns));
	lose(&world.lns);
	send_response(identifier, challenge, "a guess");		/* our answer was lost */
	challenge_in(assert_failure_text(identifier, "E=691 R=1"), challenge);
	send_response((uint8_t)(identifier + 1), challenge, V2_PASSWORD);
	assert_true(answer_question(&world.lns));
	assert_int_equal(taken(&world.lns)->octets[0], CHAP_SUCCESS);
	assert_int_equal(world.lns.proofs, 1);
}

static void nobody_types_for_long(void **state)
{
	world.lns.secret = "other";
	let_begin(PPP_MSCHAPV2);
	run();
	assert_false(world.lns.failed);
	assert_true(pass_time(&world.lns));
	assert_int_equal(world.now, 1000 + 30000);
	assert_failed(&world.lns, PPP_CAUSE_REFUSED, DISCONNECT_AUTH_FAILED, DIRECTION_PEER);
}

/* A verdict in MS-CHAP's own words: of a RADIUS server. */
static void a_verdict_with_a_challenge(void **state)
{
	uint8_t challenge[16], wanted[16], identifier;
	size_t length;

	world.lns.message = "E=691 R=1 C=" V2_CHALLENGE " V=3 M=no";
	assert_true(text_to_octets(V2_CHALLENGE, wanted, 16, &length));
	let_begin(PPP_MSCHAPV2);
	identifier = world.lns.sent[0].octets[1];
	memcpy(challenge, world.lns.sent[0].octets + 5, 16);
	lose(&world.lns);
	send_response(identifier, challenge, "a guess");
	assert_true(answer_question(&world.lns));
	challenge_in(assert_failure_text(identifier, "E=691 R=1"), challenge);
	assert_memory_equal(challenge, wanted, 16);
	send_response((uint8_t)(identifier + 1), challenge, V2_PASSWORD);
	assert_memory_equal(world.lns.asked_challenge, wanted, 16);
}

static void an_account_that_is_disabled(void **state)
{
	world.lns.secret = "other";
	world.lns.message = "E=647 R=1 V=3";
	let_begin(PPP_MSCHAPV2);
	run();
	assert_refused();
	assert_string_equal(world.lns.text, "the account is disabled");
	assert_string_equal(world.client.text, "the peer refused our name and password: the account is disabled");
}

static void password_changes_are_refused(void **state)
{
	static const uint8_t data[582];

	let_begin(PPP_MSCHAPV2);
	lose(&world.lns);
	inject_packet(&world.lns, PPP_CHAP_PROTOCOL, 7, 9, data, sizeof(data));
	assert_failure_text(9, "E=709 R=");
	assert_failed(&world.lns, PPP_CAUSE_REFUSED, DISCONNECT_AUTH_FAILED, DIRECTION_PEER);
}

static void a_password_that_has_expired(void **state)
{
	static const char text[] = "E=648 R=0 C=" V2_CHALLENGE " V=3 M=change it";

	let_begin(PPP_MSCHAPV2);
	arrive(&world.lns, taken(&world.lns));
	inject_packet(&world.client, PPP_CHAP_PROTOCOL, CHAP_FAILURE, world.client.link.auth->own.identifier, text,
		      strlen(text));
	assert_string_equal(world.client.text,
			    "the peer refused our name and password: the password has expired: change it");
	lose(&world.client);
}

/* It asks for our password and does not know it. */
static void an_authenticator_that_is_not_genuine(void **state)
{
	static const char *const texts[] = {
		"", "welcome", "S=", V2_SUCCESS, "S=0000000000000000000000000000000000000000 M=welcome",
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		begin_world(NULL);
		let_begin(PPP_MSCHAPV2);
		arrive(&world.lns, taken(&world.lns));
		inject_packet(&world.client, PPP_CHAP_PROTOCOL, CHAP_SUCCESS,
			      world.client.link.auth->own.identifier, texts[i], strlen(texts[i]));
		assert_failed(&world.client, PPP_CAUSE_NOT_TRUSTED, DISCONNECT_AUTH_FAILED, DIRECTION_OURS);
		assert_false(world.client.failure.by_peer);
	}
}

static void small_letters_will_do(void **state)
{
	struct sent *sent;

	let_begin(PPP_MSCHAPV2);
	arrive(&world.lns, taken(&world.lns));
	arrive(&world.client, taken(&world.client));
	assert_true(answer_question(&world.lns));
	sent = taken(&world.lns);
	for (size_t i = 6; i < 46; i++)
		if (sent->octets[i] >= 'A')
			sent->octets[i] = (uint8_t)(sent->octets[i] + 'a' - 'A');
	arrive(&world.lns, sent);
	assert_int_equal(world.client.own_proved_by, CREDENTIALS_MSCHAPV2);
}

static void a_verdict_without_its_proof(void **state)
{
	const struct credentials_verdict verdict = { .result = CREDENTIALS_ACCEPTED };

	world.lns.silent = true;
	let_begin(PPP_MSCHAPV2);
	run();
	give_verdict(&world.lns, &verdict, NULL);
	assert_failed(&world.lns, PPP_CAUSE_ERROR, DISCONNECT_AUTH_FAILED, DIRECTION_PEER);
	assert_int_equal(world.lns.count, 0);
}

static void a_verdict_that_was_not_asked_for(void **state)
{
	const struct credentials_verdict verdict = { .result = CREDENTIALS_ACCEPTED };

	let_begin(PPP_CHAP_MD5);
	give_verdict(&world.lns, &verdict, NULL);
	assert_int_equal(world.lns.proofs, 0);
	assert_int_equal(world.lns.packets, 1);
}

static void success_that_was_not_asked_for(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
		begin_world(NULL);
		let_begin(methods[i]);
		for (unsigned int identifier = 0; identifier < 256; identifier++) {
			inject_packet(&world.client, PPP_CHAP_PROTOCOL, CHAP_SUCCESS, (uint8_t)identifier, "", 0);
			inject_packet(&world.client, PPP_CHAP_PROTOCOL, CHAP_FAILURE, (uint8_t)identifier, "", 0);
		}
		assert_int_equal(world.client.own_proved_by, CREDENTIALS_NONE);
		assert_false(world.client.failed);
		run();
		assert_proved(auth_credentials_method(methods[i]));
	}
}

static void wrong_identifiers(void **state)
{
	struct sent *sent;

	let_begin(PPP_MSCHAPV2);
	arrive(&world.lns, taken(&world.lns));
	sent = taken(&world.client);
	sent->octets[1]++;
	arrive(&world.client, sent);
	assert_int_equal(world.lns.questions, 0);
	sent->octets[1]--;
	arrive(&world.client, sent);
	assert_true(answer_question(&world.lns));
	sent = taken(&world.lns);
	sent->octets[1]++;
	arrive(&world.lns, sent);
	assert_int_equal(world.client.own_proved_by, CREDENTIALS_NONE);
	sent->octets[1]--;
	arrive(&world.lns, sent);
	assert_proved(CREDENTIALS_MSCHAPV2);
}

static void lost_packets_are_sent_again(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
		begin_world(NULL);
		let_begin(methods[i]);
		lose(&world.lns);
		assert_true(pass_time(&world.lns));
		arrive(&world.lns, taken(&world.lns));
		lose(&world.client);
		assert_true(pass_time(&world.client));
		arrive(&world.client, taken(&world.client));
		assert_true(answer_question(&world.lns));
		lose(&world.lns);				/* the success */
		assert_true(pass_time(&world.client));
		run();
		assert_proved(auth_credentials_method(methods[i]));
		assert_int_equal(world.lns.proofs, 1);
		assert_int_equal(world.lns.questions, 1);
	}
}

/* What may have to be said again is not kept for ever. */
static void what_is_kept_goes(void **state)
{
	let_begin(PPP_MSCHAPV2);
	run();
	assert_non_null(world.lns.link.auth);
	assert_true(pass_time(&world.lns));
	assert_null(world.lns.link.auth);
	assert_false(pass_time(&world.lns));
}

/* A challenge that came twice, for the answer was slow: the first answer must count. */
static void the_same_challenge_has_the_same_answer(void **state)
{
	struct sent first, *second;

	let_begin(PPP_MSCHAPV2);
	first = *taken(&world.lns);
	arrive(&world.lns, &first);
	arrive(&world.lns, &first);
	first = *taken(&world.client);
	second = taken(&world.client);
	assert_int_equal(first.length, second->length);
	assert_memory_equal(first.octets, second->octets, first.length);
}

static void nobody_responds(void **state)
{
	let_begin(PPP_CHAP_MD5);
	for (int i = 0; i < 9; i++)
		assert_true(pass_time(&world.lns));
	assert_int_equal(world.lns.packets, 10);
	assert_memory_equal(world.lns.sent[0].octets, world.lns.sent[9].octets, world.lns.sent[0].length);
	assert_true(pass_time(&world.lns));
	assert_failed(&world.lns, PPP_CAUSE_LOST, DISCONNECT_AUTH_TIMEOUT, DIRECTION_PEER);
	assert_int_equal(world.now, 1000 + 30000);
}

static void nobody_challenges(void **state)
{
	let_begin(PPP_CHAP_MD5);
	assert_true(pass_time(&world.client));
	assert_failed(&world.client, PPP_CAUSE_LOST, DISCONNECT_AUTH_TIMEOUT, DIRECTION_OURS);
	assert_int_equal(world.now, 1000 + 30000);
}

static void nobody_says_yes_or_no(void **state)
{
	let_begin(PPP_MSCHAPV2);
	arrive(&world.lns, taken(&world.lns));
	for (int i = 0; i < 10; i++) {
		assert_false(world.client.failed);
		assert_true(pass_time(&world.client));
	}
	assert_int_equal(world.client.packets, 10);
	assert_failed(&world.client, PPP_CAUSE_LOST, DISCONNECT_AUTH_TIMEOUT, DIRECTION_OURS);
	lose(&world.client);
}

static void limits_in_time(void **state)
{
	world.lns.settings.auth_timeout = 4000;
	let_begin(PPP_CHAP_MD5);
	assert_true(pass_time(&world.lns));
	assert_true(pass_time(&world.lns));
	assert_failed(&world.lns, PPP_CAUSE_REFUSED, DISCONNECT_AUTH_TIMEOUT, DIRECTION_PEER);
	assert_int_equal(world.now, 5000);
}

/* --- anew --- */

static void challenged_anew(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
		uint8_t before;

		begin_world(NULL);
		world.lns.settings.chap_interval = 60000;
		let_begin(methods[i]);
		before = world.lns.sent[0].octets[1];
		run();
		for (unsigned int proof = 2; proof < 4; proof++) {
			while (world.lns.count == 0)
				assert_true(pass_time(&world.lns));
			assert_int_not_equal(world.lns.sent[world.lns.first].octets[1], before);
			run();
			assert_int_equal(world.lns.proofs, proof);
			assert_false(world.lns.peer_keys_told);		/* those of the first stay */
			assert_int_equal(world.client.own_proved_by, auth_credentials_method(methods[i]));
			assert_null(world.client.link.auth);
		}
		assert_true(world.now >= 1000 + 2 * 60000);
	}
}

static void does_not_know_it_any_more(void **state)
{
	world.lns.settings.chap_interval = 60000;
	let_begin(PPP_CHAP_MD5);
	run();
	world.lns.secret = "changed";
	assert_true(pass_time(&world.lns));
	run();
	assert_failed(&world.lns, PPP_CAUSE_REFUSED, DISCONNECT_AUTH_FAILED, DIRECTION_PEER);
	assert_failed(&world.client, PPP_CAUSE_NOT_TRUSTED, DISCONNECT_AUTH_FAILED, DIRECTION_OURS);
}

/* What somebody was granted is not to become another's. */
static void is_somebody_else_now(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
		begin_world(NULL);
		world.lns.settings.chap_interval = 60000;
		let_begin(methods[i]);
		run();
		set_secret(&world.client, "Admin", V2_PASSWORD);
		while (world.lns.questions < 2) {
			assert_true(pass_time(&world.lns));
			run();
		}
		assert_failed(&world.lns, PPP_CAUSE_REFUSED, DISCONNECT_AUTH_FAILED, DIRECTION_PEER);
		assert_failed(&world.client, PPP_CAUSE_NOT_TRUSTED, DISCONNECT_AUTH_FAILED, DIRECTION_OURS);
		assert_int_equal(world.lns.proofs, 1);
	}
}

static void fell_silent(void **state)
{
	world.lns.settings.chap_interval = 60000;
	let_begin(PPP_CHAP_MD5);
	run();
	for (int i = 0; i < 11; i++)
		assert_true(pass_time(&world.lns));
	assert_failed(&world.lns, PPP_CAUSE_LOST, DISCONNECT_AUTH_TIMEOUT, DIRECTION_PEER);
}

/* Nobody could say whether the new proof is good: that alone ends nothing, either, and it is challenged again. */
static void nobody_could_be_asked(void **state)
{
	const struct credentials_verdict undecided = { .result = CREDENTIALS_UNDECIDED };

	for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
		uint64_t skipped;

		begin_world(NULL);
		world.lns.settings.chap_interval = 60000;
		let_begin(methods[i]);
		run();
		world.lns.silent = true;
		while (world.lns.questions < 2) {
			assert_true(pass_time(&world.lns));
			run();
		}
		skipped = world.now;
		give_verdict(&world.lns, &undecided, NULL);
		run();
		assert_null(world.lns.link.auth);
		if (methods[i] != PPP_MSCHAPV2)		/* which needs to be told what only the one not asked knows */
			assert_null(world.client.link.auth);
		world.lns.silent = false;
		while (world.lns.questions < 3) {
			assert_true(pass_time(&world.lns));
			run();
		}
		assert_int_equal(world.now, skipped + 60000);
		assert_int_equal(world.lns.proofs, 2);
		assert_proved(auth_credentials_method(methods[i]));
	}
}

/* Who is not in yet does not come in. */
static void nobody_could_be_asked_at_first(void **state)
{
	const struct credentials_verdict undecided = { .result = CREDENTIALS_UNDECIDED, .message = "later" };

	world.lns.silent = true;
	let_begin(PPP_CHAP_MD5);
	run();
	give_verdict(&world.lns, &undecided, NULL);
	run();
	assert_refused();
}

/* Nobody confirms our new proof: that alone ends nothing. */
static void not_confirmed_anew(void **state)
{
	uint8_t challenge[17] = { 16 };

	let_begin(PPP_MSCHAPV2);
	run();
	inject_packet(&world.client, PPP_CHAP_PROTOCOL, CHAP_CHALLENGE, 99, challenge, sizeof(challenge));
	while (pass_time(&world.client))
		;
	assert_false(world.client.failed);
	assert_null(world.client.link.auth);
	lose(&world.client);
}

/* --- both --- */

static void both_prove_themselves(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
		begin_world(NULL);
		set_secret(&world.lns, "lns", "our own");
		world.client.secret = "our own";
		world.lns.link.our_method = world.client.link.peer_method = (uint8_t)methods[i];
		let_begin(PPP_MSCHAPV2);
		run();
		assert_proved(CREDENTIALS_MSCHAPV2);
		assert_int_equal(world.client.peer_proved_by, auth_credentials_method(methods[i]));
		assert_int_equal(world.lns.own_proved_by, auth_credentials_method(methods[i]));
		assert_string_equal(world.client.peer_name, "lns");
	}
}

/* Who knows no secret has us answer what we ask. */
static void our_own_challenge(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
		struct sent *sent;

		begin_world(NULL);
		set_secret(&world.lns, V2_USER, V2_PASSWORD);
		world.lns.link.our_method = world.lns.link.peer_method = (uint8_t)methods[i];
		auth_begin(&world.lns.link, world.now);
		sent = taken(&world.lns);
		auth_receive(&world.lns.link, sent->protocol, sent->octets, sent->length, world.now);
		assert_failed(&world.lns, PPP_CAUSE_NOT_TRUSTED, DISCONNECT_AUTH_FAILED, DIRECTION_OURS);
		assert_int_equal(world.lns.count, 0);
	}
}

/* --- odd packets --- */

static void inject_challenge(uint8_t identifier, const uint8_t *data, size_t length)
{
	inject_packet(&world.client, PPP_CHAP_PROTOCOL, CHAP_CHALLENGE, identifier, data, length);
}

/* To the challenge that has not arrived yet. */
static void inject_response(const uint8_t *data, size_t length)
{
	inject_packet(&world.lns, PPP_CHAP_PROTOCOL, CHAP_RESPONSE, world.lns.sent[0].octets[1], data, length);
}

static void odd_challenges(void **state)
{
	static const uint8_t data[300] = { 7 };

	for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
		begin_world(NULL);
		let_begin(methods[i]);
		lose(&world.lns);
		for (unsigned int length = 0; length < 256; length++) {
			uint8_t challenge[300] = { (uint8_t)length };
			bool right = methods[i] == PPP_CHAP_MD5 ? length > 0 :
								  length == (methods[i] == PPP_MSCHAPV1 ? 8 : 16);

			inject_challenge((uint8_t)length, challenge, length);
			assert_int_equal(world.client.count, 0);	/* it is one octet short */
			inject_challenge((uint8_t)length, challenge, length + 1);
			assert_int_equal(world.client.count, right);
			lose(&world.client);
		}
		inject_challenge(1, data, 0);
		assert_int_equal(world.client.count, 0);
	}
}

static void odd_responses(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
		for (unsigned int length = 0; length < 256; length += 3) {
			uint8_t response[300] = { (uint8_t)length };

			begin_world(NULL);
			let_begin(methods[i]);
			inject_response(response, length);
			assert_false(world.lns.failed);			/* one octet short: dropped */
			inject_response(response, length + 1);
			assert_failed(&world.lns, PPP_CAUSE_REFUSED, DISCONNECT_AUTH_FAILED, DIRECTION_PEER);
			assert_int_equal(world.lns.questions, 0);
		}
	}
}

static void long_names(void **state)
{
	for (size_t length = 255; length < 257; length++) {
		uint8_t response[1 + 16 + 300] = { 16 };

		begin_world(NULL);
		let_begin(PPP_CHAP_MD5);
		memset(response + 17, 'n', 300);
		inject_response(response, 17 + length);
		assert_int_equal(world.lns.questions, length == 255);
		assert_int_equal(world.lns.failed, length != 255);
	}
}

static void names_with_a_nul(void **state)
{
	static const uint8_t response[1 + 16 + 4] = { 16, [17] = 'a', [18] = 'b', [20] = 'c' };

	let_begin(PPP_CHAP_MD5);
	inject_response(response, sizeof(response));
	assert_int_equal(world.lns.questions, 0);
	assert_true(world.lns.failed);
}

static void seen_by_a_lac(void **state)
{
	static const uint8_t challenge[] = { 0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
					     0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff };
	uint8_t response[CHAP_MD5_LENGTH];
	struct credentials seen = { CREDENTIALS_CHAP_MD5, 23, (const uint8_t *)"user", challenge, response, 4,
				    sizeof(challenge), sizeof(response) };

	chap_md5_response(23, (const uint8_t *)V2_PASSWORD, strlen(V2_PASSWORD), challenge, sizeof(challenge),
			  response);
	world.lns.link.peer_method = PPP_MSCHAPV2;
	assert_false(auth_begin_proxied(&world.lns.link, &seen, world.now));
	world.lns.link.peer_method = PPP_CHAP_MD5;
	assert_true(auth_begin_proxied(&world.lns.link, &seen, world.now));
	assert_true(answer_question(&world.lns));
	assert_string_equal(world.lns.peer_name, "user");
	assert_sent(taken(&world.lns), "03170004");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin_world, end_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(right_password), TEST(octets_on_the_wire), TEST(keys_of_both_ends_fit), TEST(wrong_password),
		TEST(three_guesses), TEST(right_after_a_wrong_one), TEST(nobody_types_for_long),
		TEST(a_verdict_with_a_challenge), TEST(an_account_that_is_disabled),
		TEST(password_changes_are_refused), TEST(a_password_that_has_expired),
		TEST(an_authenticator_that_is_not_genuine), TEST(small_letters_will_do),
		TEST(a_verdict_without_its_proof), TEST(a_verdict_that_was_not_asked_for),
		TEST(success_that_was_not_asked_for), TEST(wrong_identifiers),
		TEST(lost_packets_are_sent_again), TEST(what_is_kept_goes),
		TEST(the_same_challenge_has_the_same_answer), TEST(nobody_responds), TEST(nobody_challenges),
		TEST(nobody_says_yes_or_no), TEST(limits_in_time), TEST(challenged_anew),
		TEST(does_not_know_it_any_more), TEST(is_somebody_else_now), TEST(fell_silent),
		TEST(nobody_could_be_asked), TEST(nobody_could_be_asked_at_first),
		TEST(not_confirmed_anew),
		TEST(both_prove_themselves), TEST(our_own_challenge), TEST(odd_challenges), TEST(odd_responses),
		TEST(long_names), TEST(names_with_a_nul), TEST(seen_by_a_lac),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
