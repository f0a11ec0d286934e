/* SPDX-License-Identifier: MIT */
/* A link: its phases, what comes too early, what it costs, how it ends, and what the owner sees of it. */
#include "ppp/engine.h"
#include "ppp_world.h"

#define LINK_MAX 400			/* octets of a link that is up: ppp.h's promise */
#define POINTERS 2			/* a heap, or a table, is twice too large at worst */

static void overlook(struct world *world)
{
	world->sent_count = 0;
}

/* --- too early --- */

/* The peer is through before we know which addresses it gets: it need not ask again. */
static void test_early_ipcp(void **state)
{
	struct world world;

	world_begin(&world);
	world.undecided = true;
	world_lcp_up(&world);
	world_expect_event(&world, PPP_EVENT_NETWORK);
	SAY(&world, PPP_IPCP, REQUEST, 1, "\x03\x06\x00\x00\x00\x00");
	SAY(&world, PPP_IPCP, REQUEST, 2, "\x03\x06\xc0\x00\x02\x09");	/* the last one counts */
	SAY(&world, PPP_IPV6CP, REQUEST, 1, "\x01\x0a\1\2\3\4\5\6\7\7");
	SAY(&world, PPP_CCP, REQUEST, 1, "\x12\x06\x01\x00\x00\x40");
	world_expect_silence(&world);
	ppp_network(world.ppp, world.link, &world.network, world.now);
	world_settle(&world);
	EXPECT_ANY(&world, PPP_IPCP, REQUEST);
	EXPECT(&world, PPP_IPCP, ACK, "\x03\x06\xc0\x00\x02\x09");
	assert_int_equal(world.last.identifier, 2);
	EXPECT_ANY(&world, PPP_LCP, PROTOCOL_REJECT);
	assert_memory_equal(world.last.data, "\x80\x57", 2);
	EXPECT_ANY(&world, PPP_LCP, PROTOCOL_REJECT);
	assert_memory_equal(world.last.data, "\x80\xfd", 2);
	world_expect_no_event(&world);
	world_end(&world);
}

/* It overtook the proof, or the peer believes that it has proved enough. */
static void test_ipcp_while_authenticating(void **state)
{
	struct world world;

	world_begin(&world);
	world.settings.peer_methods = PPP_CHAP_MD5;
	world_open(&world);
	EXPECT_ANY(&world, PPP_LCP, REQUEST);
	SAY(&world, PPP_IPCP, REQUEST, 1, "");		/* LCP is not even open */
	SAY(&world, PPP_CHAP_PROTOCOL, 2, 1, "");
	world_return(&world, ACK);
	SAY(&world, PPP_LCP, REQUEST, 1, "");
	EXPECT_ANY(&world, PPP_LCP, ACK);
	EXPECT_ANY(&world, PPP_CHAP_PROTOCOL, 1);
	SAY(&world, PPP_IPCP, REQUEST, 2, "\x03\x06\xc0\x00\x02\x09");
	world_frame(&world, "\xff\x03\x80\x53\x01\x01\x00\x04", 8);	/* ECP: not yet to be refused */
	world_expect_silence(&world);
	world_end(&world);
}

/* --- proofs --- */

static void test_no_common_method(void **state)
{
	struct world world;

	world_begin(&world);
	world.settings.peer_methods = PPP_MSCHAPV2 | PPP_CHAP_MD5;
	world_open(&world);
	EXPECT(&world, PPP_LCP, REQUEST, "\x03\x05\xc2\x23\x81");
	world_say(&world, PPP_LCP, NAK, world.last.identifier, "\x03\x04\xc0\x23", 4);	/* PAP: it may not */
	EXPECT(&world, PPP_LCP, REQUEST, "\x03\x05\xc2\x23\x05");
	world_say(&world, PPP_LCP, NAK, world.last.identifier, "\x03\x04\xc0\x23", 4);
	EXPECT_ANY(&world, PPP_LCP, TERMINATE);
	world_return(&world, TERMINATED);
	world_expect_event(&world, PPP_EVENT_DOWN);
	assert_int_equal(world.event.event.disconnect, 15);
	assert_int_equal(world.event.event.disconnect_direction, 1);
	world_end(&world);
}

static void test_peer_would_rather(void **state)
{
	struct world world;

	world_begin(&world);
	world.settings.peer_methods = PPP_MSCHAPV2 | PPP_CHAP_MD5 | PPP_PAP | PPP_EAP;
	world_open(&world);
	EXPECT(&world, PPP_LCP, REQUEST, "\x03\x05\xc2\x23\x81");
	world_say(&world, PPP_LCP, NAK, world.last.identifier, "\x03\x04\xc0\x23", 4);
	EXPECT(&world, PPP_LCP, REQUEST, "\x03\x04\xc0\x23");
	world_return(&world, REJECT);			/* it does not prove anything */
	EXPECT_ANY(&world, PPP_LCP, TERMINATE);
	world_end(&world);
}

/* RADIUS decides about EAP: then it goes first.  What gives no keys is of no use where MPPE is required. */
static void test_first_method(void **state)
{
	struct world world;

	world_begin(&world);
	world.settings.peer_methods = PPP_MSCHAPV2 | PPP_CHAP_MD5 | PPP_PAP | PPP_EAP;
	world.settings.eap_through = true;
	world_open(&world);
	EXPECT(&world, PPP_LCP, REQUEST, "\x03\x04\xc2\x27");
	world_end(&world);
	world_begin(&world);
	world.settings.peer_methods = PPP_CHAP_MD5 | PPP_MSCHAPV1;
	world.settings.mppe = PPP_MPPE_128;
	world.settings.mppe_required = true;
	world_open(&world);
	EXPECT(&world, PPP_LCP, REQUEST, "\x03\x05\xc2\x23\x80");
	world_end(&world);
}

static void test_our_methods(void **state)
{
	struct world world;

	world_begin(&world);				/* no name: no proof */
	world.settings.our_methods = PPP_PAP | PPP_MSCHAPV2;
	world_open(&world);
	EXPECT_ANY(&world, PPP_LCP, REQUEST);
	SAY(&world, PPP_LCP, REQUEST, 1, "\x03\x04\xc0\x23");
	EXPECT(&world, PPP_LCP, REJECT, "\x03\x04\xc0\x23");
	world_end(&world);
	world_begin(&world);
	world.settings.our_methods = PPP_PAP | PPP_MSCHAPV2;
	world.open.user_name = "me";
	world.open.password = (const uint8_t *)"secret";
	world.open.password_length = 6;
	world_open(&world);
	EXPECT_ANY(&world, PPP_LCP, REQUEST);
	SAY(&world, PPP_LCP, REQUEST, 1, "\x03\x05\xc2\x23\x05");
	EXPECT(&world, PPP_LCP, NAK, "\x03\x05\xc2\x23\x81");
	SAY(&world, PPP_LCP, REQUEST, 2, "\x03\x05\xc2\x23\x63");	/* no such algorithm */
	EXPECT(&world, PPP_LCP, NAK, "\x03\x05\xc2\x23\x81");
	SAY(&world, PPP_LCP, REQUEST, 3, "\x03\x04\xc0\x23");
	EXPECT(&world, PPP_LCP, ACK, "\x03\x04\xc0\x23");
	world_end(&world);
}

/* Some who ask for EAP mean a method that we do not know, and would take MS-CHAPv2; who insists on EAP gets it. */
static void test_eap_is_a_surprise(void **state)
{
	struct world world;

	world_begin(&world);
	world.settings.our_methods = PPP_EAP | PPP_MSCHAPV2;
	world.open.user_name = "user";
	world_open(&world);
	EXPECT_ANY(&world, PPP_LCP, REQUEST);
	SAY(&world, PPP_LCP, REQUEST, 1, "\x03\x04\xc2\x27");
	EXPECT(&world, PPP_LCP, NAK, "\x03\x05\xc2\x23\x81");
	SAY(&world, PPP_LCP, REQUEST, 2, "\x03\x04\xc2\x27");
	EXPECT(&world, PPP_LCP, ACK, "\x03\x04\xc2\x27");
	world_end(&world);
	world_begin(&world);				/* who asks for more than a proof is not SoftEther */
	world.settings.our_methods = PPP_EAP | PPP_MSCHAPV2;
	world.open.user_name = "user";
	world_open(&world);
	EXPECT_ANY(&world, PPP_LCP, REQUEST);
	SAY(&world, PPP_LCP, REQUEST, 1, "\x01\x04\x05\xb4\x03\x04\xc2\x27");
	EXPECT(&world, PPP_LCP, ACK, "\x01\x04\x05\xb4\x03\x04\xc2\x27");
	world_end(&world);
	world_begin(&world);
	world.settings.our_methods = PPP_EAP | PPP_PAP;
	world.open.user_name = "user";
	world_open(&world);
	EXPECT_ANY(&world, PPP_LCP, REQUEST);
	SAY(&world, PPP_LCP, REQUEST, 1, "\x03\x04\xc2\x27");
	EXPECT(&world, PPP_LCP, ACK, "\x03\x04\xc2\x27");
	world_end(&world);
}

static void test_proved(void **state)
{
	struct world world;
	struct ppp_info info;

	world_begin(&world);
	world_proved(&world, false);
	assert_false(world.event.event.again);
	world_info(&world, &info);
	assert_string_equal(info.peer_name, "user");
	assert_int_equal(info.peer_proved_by, CREDENTIALS_MSCHAPV2);
	SAY(&world, PPP_LCP, REQUEST, 2, "\x01\x04\x05\x78");		/* anew: it is nobody again */
	world_info(&world, &info);
	assert_string_equal(info.peer_name, "");
	assert_int_equal(info.peer_proved_by, CREDENTIALS_NONE);
	assert_int_equal(info.phase, PPP_ESTABLISH);
	world_end(&world);
}

/* Until something is up the peer may not know that it passed: a proof anew would be its first, with other keys. */
static void test_challenged_anew(void **state)
{
	struct world world;

	world_begin(&world);
	world.settings.chap_interval = 10000;
	world_proved(&world, true);
	overlook(&world);
	world_wait(&world, 25000);
	while (world.sent_count)
		EXPECT_ANY(&world, PPP_IPCP, REQUEST);
	world_return(&world, ACK);
	SAY(&world, PPP_IPCP, REQUEST, 1, "\x03\x06\xc0\x00\x02\x09");
	EXPECT_ANY(&world, PPP_IPCP, ACK);
	world_wait(&world, 10000);
	EXPECT_ANY(&world, PPP_CHAP_PROTOCOL, 1);
	world_end(&world);
}

/* What was asked about before LCP began anew is not an answer to what is asked now. */
static void test_verdict_too_late(void **state)
{
	const struct credentials_verdict verdict = { .result = CREDENTIALS_ACCEPTED };
	struct world world;

	world_begin(&world);
	world.settings.peer_methods = PPP_PAP;
	world_open(&world);
	EXPECT_ANY(&world, PPP_LCP, REQUEST);
	world_return(&world, ACK);
	SAY(&world, PPP_LCP, REQUEST, 1, "");
	SAY(&world, PPP_PAP_PROTOCOL, 1, 1, "\4user\6secret");
	world_expect_event(&world, PPP_EVENT_LINK_UP);
	world_expect_event(&world, PPP_EVENT_CREDENTIALS);
	SAY(&world, PPP_LCP, REQUEST, 2, "\x01\x04\x05\x78");
	overlook(&world);
	ppp_verdict(world.ppp, world.link, &verdict, NULL, world.now);
	world_settle(&world);
	world_expect_no_event(&world);
	world_expect_silence(&world);
	world_end(&world);
}

static void test_credentials_are_kept(void **state)
{
	struct ppp_event event;
	struct world world;

	world_begin(&world);
	world.settings.peer_methods = PPP_PAP;
	world_open(&world);
	EXPECT_ANY(&world, PPP_LCP, REQUEST);
	world_return(&world, ACK);
	SAY(&world, PPP_LCP, REQUEST, 1, "");
	ppp_receive(world.ppp, world.link, (const uint8_t *)"\xc0\x23\x01\x01\x00\x10\4user\6secret", 18, world.now);
	assert_true(ppp_next_event(world.ppp, &event));
	assert_int_equal(event.kind, PPP_EVENT_CREDENTIALS);
	ppp_release(world.ppp, world.link);		/* valid until the next is asked for, whatever happens */
	assert_int_equal(event.credentials->name_length, 4);
	assert_memory_equal(event.credentials->name, "user", 4);
	assert_memory_equal(event.credentials->response, "secret", 6);
	assert_false(ppp_next_event(world.ppp, &event));
	world_end(&world);
}

/* --- its end --- */

static void test_closed_while_waiting(void **state)
{
	struct world world;

	world_begin(&world);
	world.undecided = true;
	world_lcp_up(&world);
	world_expect_event(&world, PPP_EVENT_NETWORK);
	ppp_close(world.ppp, world.link, "no address is free", world.now);
	world_settle(&world);
	EXPECT(&world, PPP_LCP, TERMINATE, "no address is free");
	ppp_network(world.ppp, world.link, &world.network, world.now);
	world_settle(&world);
	world_expect_silence(&world);
	world_return(&world, TERMINATED);
	world_expect_event(&world, PPP_EVENT_DOWN);
	world_expect_no_event(&world);
	world_end(&world);
}

static void test_nothing_wanted(void **state)
{
	struct world world;

	world_begin(&world);
	world.network.ipv4 = false;
	world_lcp_up(&world);
	world_expect_event(&world, PPP_EVENT_NETWORK);
	EXPECT_ANY(&world, PPP_LCP, TERMINATE);
	world_wait(&world, 10000);
	world_expect_event(&world, PPP_EVENT_DOWN);
	assert_int_equal(world.event.event.disconnect, 18);
	world_end(&world);
}

static void test_released(void **state)
{
	struct world world;
	struct ppp_frame frame;
	struct ppp_event event;
	struct ppp_info info;

	world_begin(&world);
	world_lcp_up(&world);
	world_ipcp_up(&world);
	ppp_close(world.ppp, world.link, "", world.now);
	ppp_release(world.ppp, world.link);
	assert_false(ppp_next_event(world.ppp, &event));
	assert_false(ppp_next_frame(world.ppp, &frame));
	assert_int_equal(ppp_deadline(world.ppp), PPP_NEVER);
	/* it is nobody's handle now */
	ppp_release(world.ppp, world.link);
	ppp_close(world.ppp, world.link, "", world.now);
	ppp_receive(world.ppp, world.link, (const uint8_t *)"\xc0\x21\x01\x01\x00\x04", 6, world.now);
	ppp_network(world.ppp, world.link, &world.network, world.now);
	ppp_mppe_lost(world.ppp, world.link, world.now);
	assert_int_equal(ppp_info(world.ppp, world.link, &info), -1);
	assert_false(ppp_next_event(world.ppp, &event));
	assert_false(ppp_next_frame(world.ppp, &frame));
	world_end(&world);
}

static void test_owner(void **state)
{
	struct world world;
	struct ppp_frame frame;
	int other;

	world_begin(&world);
	world.open.owner = &other;
	assert_int_equal(ppp_open(world.ppp, &world.open, &world.link, world.now, NULL), 0);
	assert_true(ppp_next_frame(world.ppp, &frame));
	assert_ptr_equal(frame.owner, &other);
	assert_int_equal(frame.link, world.link);
	world_end(&world);
}

static void test_limits(void **state)
{
	char name[PPP_NAME_MAX + 1];
	struct world world;
	struct error error;

	memset(name, 'n', PPP_NAME_MAX);
	name[PPP_NAME_MAX] = '\0';
	world_begin(&world);
	world.open.user_name = name;
	assert_int_equal(ppp_open(world.ppp, &world.open, &world.link, world.now, &error), -1);
	assert_string_equal(error.parameter, "user_name");
	world.open.user_name = "me";
	world.open.password = (const uint8_t *)name;
	world.open.password_length = PPP_SECRET_MAX + 1;
	assert_int_equal(ppp_open(world.ppp, &world.open, &world.link, world.now, &error), -1);
	assert_string_equal(error.parameter, "user_password");
	world_end(&world);
}

/* --- frames --- */

static void test_frames_of_a_batch(void **state)
{
	struct world world;
	struct ppp_frame frame;
	handle links[300];
	const uint8_t *first;

	world_begin(&world);
	for (size_t i = 0; i < ARRAY_SIZE(links); i++)
		assert_int_equal(ppp_open(world.ppp, &world.open, &links[i], world.now, NULL), 0);
	ppp_release(world.ppp, links[1]);
	assert_true(ppp_next_frame(world.ppp, &frame));
	assert_int_equal(frame.link, links[0]);
	first = frame.octets;
	for (size_t i = 2; i < ARRAY_SIZE(links); i++) {
		assert_true(ppp_next_frame(world.ppp, &frame));
		assert_int_equal(frame.link, links[i]);
		assert_memory_equal(frame.octets, "\xff\x03\xc0\x21\x01", 5);
	}
	assert_false(ppp_next_frame(world.ppp, &frame));
	assert_memory_equal(first, "\xff\x03\xc0\x21\x01", 5);	/* all are valid until something else happens */
	world_end(&world);
}

static void test_counters(void **state)
{
	struct world world;
	struct ppp_info info;

	world_begin(&world);
	world_lcp_up(&world);
	world_ipcp_up(&world);
	world_frame(&world, "\x21xx", 3);
	world_info(&world, &info);
	assert_int_equal(info.counters.sent, 4);
	assert_int_equal(info.counters.received, 5);
	assert_int_equal(info.counters.dropped, 1);
	world_end(&world);
}

static void test_too_large(void **state)
{
	static uint8_t frame[PPP_FRAME_MAX + 1] = { 0xff, 0x03, 0xc0, 0x21, REQUEST, 1, 0, 4 };
	struct world world;

	world_begin(&world);
	world_open(&world);
	EXPECT_ANY(&world, PPP_LCP, REQUEST);
	world_frame(&world, frame, sizeof(frame));
	world_expect_silence(&world);
	world_frame(&world, frame, sizeof(frame) - 1);
	EXPECT_ANY(&world, PPP_LCP, ACK);
	world_end(&world);
}

/* --- memory --- */

static void test_memory(void **state)
{
	const struct ppp_link *link;
	struct world world;
	size_t size;

	world_begin(&world);
	world.settings.echo_interval = 60000;
	world_proved(&world, false);
	EXPECT_ANY(&world, PPP_IPCP, REQUEST);
	world_return(&world, ACK);
	SAY(&world, PPP_IPCP, REQUEST, 1, "\x03\x06\xc0\x00\x02\x09");
	world_expect_event(&world, PPP_EVENT_IPV4_UP);
	world_wait(&world, 59000);		/* what the peer may have missed is not kept for ever */
	link = handle_get(&world.ppp->links, world.link);
	assert_null(link->negotiation);
	assert_null(link->auth);
	assert_null(link->secret);
	assert_null(link->keys);
	size = sizeof(*link) + 16 + strlen(link->peer_name) + 1 + 16 +	/* 16: what malloc takes for itself */
	       POINTERS * (sizeof(void *) + 16);
	assert_in_range(size, 1, LINK_MAX);
	world_end(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_early_ipcp), cmocka_unit_test(test_ipcp_while_authenticating),
		cmocka_unit_test(test_no_common_method), cmocka_unit_test(test_peer_would_rather),
		cmocka_unit_test(test_first_method), cmocka_unit_test(test_our_methods), cmocka_unit_test(test_proved),
		cmocka_unit_test(test_eap_is_a_surprise),
		cmocka_unit_test(test_challenged_anew), cmocka_unit_test(test_verdict_too_late),
		cmocka_unit_test(test_credentials_are_kept),
		cmocka_unit_test(test_closed_while_waiting), cmocka_unit_test(test_nothing_wanted),
		cmocka_unit_test(test_released), cmocka_unit_test(test_owner), cmocka_unit_test(test_limits),
		cmocka_unit_test(test_frames_of_a_batch), cmocka_unit_test(test_counters),
		cmocka_unit_test(test_too_large), cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
