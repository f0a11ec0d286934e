/* SPDX-License-Identifier: MIT */
/* PAP between two ends, and against packets that are not as they should be. */
#include "auth_world.h"

#define REQUEST_TOO_LONG_INSIDE "0101000e047573657209706173730000"	/* the password ends behind the packet */

static void right_password(void **state)
{
	let_begin(PPP_PAP);
	run();
	assert_proved(CREDENTIALS_PAP);
	assert_null(world.lns.link.auth);
	assert_null(world.client.link.auth);
	assert_false(world.lns.peer_keys_told);
}

static void octets_on_the_wire(void **state)
{
	set_secret(&world.client, "user", "pass");
	world.client.link.our_method = PPP_PAP;
	link_random(&world.client.link, &(uint8_t){ 0 }, 1);
	auth_begin(&world.client.link, world.now);
	world.client.sent[0].octets[1] = 1;
	assert_sent(&world.client.sent[0], PAP_REQUEST);
	world.client.link.auth->own.identifier = 1;
	inject(&world.client, PPP_PAP_PROTOCOL, PAP_ACK_HI);
	assert_int_equal(world.client.own_proved_by, CREDENTIALS_PAP);
}

static void wrong_password(void **state)
{
	world.lns.secret = "other";
	world.lns.message = "not today\n";
	let_begin(PPP_PAP);
	run();
	assert_refused();
	assert_string_equal(world.client.text, "the peer refused our name and password: not today?");
}

static void unknown_name(void **state)
{
	world.lns.secret = NULL;
	let_begin(PPP_PAP);
	run();
	assert_refused();
	assert_string_equal(world.lns.text, "wrong name or password");
}

static void asked_while_a_verdict_takes_its_time(void **state)
{
	world.lns.silent = true;
	let_begin(PPP_PAP);
	run();
	for (int i = 0; i < 3; i++) {
		assert_true(pass_time(&world.client));
		run();
	}
	assert_int_equal(world.lns.questions, 1);
	/* some count on, and want an answer to the last */
	world.client.link.auth->own.last->octets[1] = ++world.client.link.auth->own.identifier;
	assert_true(pass_time(&world.client));
	run();
	world.lns.silent = false;
	run();
	assert_proved(CREDENTIALS_PAP);
}

static void an_answer_that_was_lost_is_given_again(void **state)
{
	let_begin(PPP_PAP);
	arrive(&world.client, taken(&world.client));
	assert_true(answer_question(&world.lns));
	lose(&world.lns);
	assert_int_equal(world.lns.proofs, 1);
	assert_true(pass_time(&world.client));
	run();
	assert_proved(CREDENTIALS_PAP);
	assert_int_equal(world.lns.proofs, 1);
	assert_int_equal(world.lns.questions, 1);
}

static void nobody_answers(void **state)
{
	let_begin(PPP_PAP);
	for (int i = 0; i < 9; i++)
		assert_true(pass_time(&world.client));
	assert_false(world.client.failed);
	assert_int_equal(world.client.packets, 10);
	assert_true(pass_time(&world.client));
	assert_failed(&world.client, PPP_CAUSE_LOST, DISCONNECT_AUTH_TIMEOUT, DIRECTION_OURS);
	assert_int_equal(world.now, 1000 + 30000);
}

static void nobody_asks(void **state)
{
	world.lns.settings.auth_timeout = 20000;
	let_begin(PPP_PAP);
	assert_true(pass_time(&world.lns));
	assert_failed(&world.lns, PPP_CAUSE_REFUSED, DISCONNECT_AUTH_TIMEOUT, DIRECTION_PEER);
	assert_int_equal(world.now, 1000 + 20000);
}

static void no_verdict(void **state)
{
	world.lns.settings.auth_timeout = 20000;
	world.lns.silent = true;
	let_begin(PPP_PAP);
	run();
	assert_true(pass_time(&world.lns));
	assert_failed(&world.lns, PPP_CAUSE_ERROR, DISCONNECT_AUTH_TIMEOUT, DIRECTION_PEER);
}

static void answers_to_nothing(void **state)
{
	let_begin(PPP_PAP);
	inject_packet(&world.client, PPP_PAP_PROTOCOL, 2, (uint8_t)(world.client.link.auth->own.identifier + 1), "", 1);
	inject_packet(&world.client, PPP_PAP_PROTOCOL, 3, (uint8_t)(world.client.link.auth->own.identifier + 1), "", 1);
	assert_int_equal(world.client.own_proved_by, CREDENTIALS_NONE);
	assert_false(world.client.failed);
	inject_packet(&world.lns, PPP_PAP_PROTOCOL, 2, 1, "", 1);
	inject_packet(&world.lns, PPP_PAP_PROTOCOL, 3, 1, "", 1);
	assert_int_equal(world.lns.questions, 0);
	run();
	assert_proved(CREDENTIALS_PAP);
}

/* A Nak without its message, or with one that is longer than it is. */
static void odd_answers(void **state)
{
	static const struct { const char *data; size_t length; } answers[] = { { "", 0 }, { "\x05no", 3 } };

	for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
		begin_world(NULL);
		let_begin(PPP_PAP);
		inject_packet(&world.client, PPP_PAP_PROTOCOL, 3, world.client.link.auth->own.identifier,
			      answers[i].data, answers[i].length);
		assert_string_equal(world.client.text, "the peer refused our name and password");
	}
}

static void odd_requests(void **state)
{
	static const char *const dropped[] = {
		"01", "0101", "01010003", "01010004", "0101000504", "0101000904757365", "0101000a0475736572",
		REQUEST_TOO_LONG_INSIDE, "0501000e04757365720470617373",
	};

	let_begin(PPP_PAP);
	for (size_t i = 0; i < ARRAY_SIZE(dropped); i++)
		inject(&world.lns, PPP_PAP_PROTOCOL, dropped[i]);
	assert_int_equal(world.lns.questions, 0);
	assert_int_equal(world.lns.packets, 0);
	inject(&world.lns, PPP_PAP_PROTOCOL, "0101000e0475736572047061737300ff");	/* with padding */
	assert_int_equal(world.lns.questions, 1);
	assert_int_equal(world.lns.asked.name_length, 4);
	assert_int_equal(world.lns.asked.response_length, 4);
	lose(&world.client);
}

/* "admin" and a NUL would be somebody else than it seems. */
static void names_with_a_nul(void **state)
{
	let_begin(PPP_PAP);
	inject(&world.lns, PPP_PAP_PROTOCOL, "0101000e04757300720470617373");
	assert_failed(&world.lns, PPP_CAUSE_REFUSED, DISCONNECT_AUTH_FAILED, DIRECTION_PEER);
	assert_int_equal(world.lns.questions, 0);
	assert_int_equal(taken(&world.lns)->octets[0], 3);
}

static void empty_name_and_password(void **state)
{
	let_begin(PPP_PAP);
	inject(&world.lns, PPP_PAP_PROTOCOL, "010100060000");
	assert_int_equal(world.lns.questions, 1);
	assert_int_equal(world.lns.asked.name_length, 0);
	run();
	assert_true(world.lns.failed);
}

static void too_long_for_pap(void **state)
{
	char password[PPP_SECRET_MAX + 1];

	memset(password, 'x', sizeof(password) - 1);
	password[sizeof(password) - 1] = '\0';
	set_secret(&world.client, V2_USER, password);
	let_begin(PPP_PAP);
	assert_failed(&world.client, PPP_CAUSE_NOT_TRUSTED, DISCONNECT_AUTH_FAILED, DIRECTION_OURS);
	assert_int_equal(world.client.packets, 0);
}

/* CHAP was agreed upon: a password is not to be given away, nor taken. */
static void another_method_was_agreed(void **state)
{
	let_begin(PPP_CHAP_MD5);
	lose(&world.lns);
	inject(&world.lns, PPP_PAP_PROTOCOL, PAP_REQUEST);
	assert_int_equal(world.lns.questions, 0);
	inject(&world.lns, PPP_EAP_PROTOCOL, EAP_IDENTITY_USER);
	assert_int_equal(world.lns.packets, 1);
	inject(&world.client, PPP_EAP_PROTOCOL, "0101000501");
	assert_int_equal(world.client.packets, 0);
	begin_world(NULL);
	let_begin(PPP_PAP);
	inject(&world.lns, PPP_CHAP_PROTOCOL, "0200000c0470617373557365");
	inject(&world.lns, PPP_EAP_PROTOCOL, "020000090175736572");
	assert_int_equal(world.lns.questions, 0);
	assert_false(world.lns.failed);
}

static void rejected_protocol(void **state)
{
	let_begin(PPP_PAP);
	auth_rejected(&world.client.link, PPP_CHAP_PROTOCOL, world.now);
	assert_false(world.client.failed);
	auth_rejected(&world.client.link, PPP_PAP_PROTOCOL, world.now);
	assert_failed(&world.client, PPP_CAUSE_NOT_TRUSTED, DISCONNECT_AUTH_PROTOCOL, DIRECTION_OURS);
	auth_rejected(&world.lns.link, PPP_PAP_PROTOCOL, world.now);
	assert_failed(&world.lns, PPP_CAUSE_REFUSED, DISCONNECT_AUTH_PROTOCOL, DIRECTION_PEER);
}

static void another_name_is_kept(void **state)
{
	const struct credentials_verdict verdict = { .result = CREDENTIALS_ACCEPTED, .message = "welcome" };
	struct sent *sent;

	world.lns.silent = true;
	let_begin(PPP_PAP);
	run();
	give_verdict(&world.lns, &verdict, "the user");
	assert_string_equal(world.lns.peer_name, "the user");
	sent = taken(&world.lns);
	assert_int_equal(sent->octets[0], 2);
	assert_int_equal(sent->length, 4 + 1 + strlen("welcome"));
	give_verdict(&world.lns, &verdict, "again");
	assert_int_equal(world.lns.proofs, 1);
}

static void seen_by_a_lac(void **state)
{
	const struct credentials seen = { CREDENTIALS_PAP, 7, (const uint8_t *)V2_USER, NULL,
					  (const uint8_t *)V2_PASSWORD, strlen(V2_USER), 0, strlen(V2_PASSWORD) };
	struct credentials other = seen;

	world.lns.link.peer_method = PPP_PAP;
	other.method = CREDENTIALS_CHAP_MD5;
	assert_false(auth_begin_proxied(&world.lns.link, &other, world.now));
	assert_null(world.lns.link.auth);
	assert_true(auth_begin_proxied(&world.lns.link, &seen, world.now));
	assert_true(answer_question(&world.lns));
	assert_string_equal(world.lns.peer_name, V2_USER);
	assert_sent(taken(&world.lns), "0207000500");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin_world, end_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(right_password), TEST(octets_on_the_wire), TEST(wrong_password), TEST(unknown_name),
		TEST(asked_while_a_verdict_takes_its_time), TEST(an_answer_that_was_lost_is_given_again),
		TEST(nobody_answers), TEST(nobody_asks), TEST(no_verdict), TEST(answers_to_nothing),
		TEST(odd_answers), TEST(odd_requests), TEST(names_with_a_nul), TEST(empty_name_and_password),
		TEST(too_long_for_pap), TEST(another_method_was_agreed), TEST(rejected_protocol),
		TEST(another_name_is_kept), TEST(seen_by_a_lac),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
