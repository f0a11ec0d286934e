/* SPDX-License-Identifier: MIT */
/* CCP: MPPE's strength and mode, compression that is refused, and what it means to the link if nothing comes of it. */
#include "ppp_world.h"

#define MPPE_ALL "\x12\x06\x01\x00\x00\xe0"		/* stateless; 56, 128, 40 */
#define MPPE_128 "\x12\x06\x01\x00\x00\x40"
#define MPPE_40 "\x12\x06\x01\x00\x00\x20"
#define MPPE_128_STATEFUL "\x12\x06\x00\x00\x00\x40"
#define WITH_MPPC "\x12\x06\x01\x00\x00\x61"
#define DEFLATE "\x1a\x04\x78\x00"

static void begin(struct world *world, unsigned int mppe, bool required)
{
	world_begin(world);
	world->settings.mppe = mppe;
	world->settings.mppe_required = required;
}

static void go(struct world *world)
{
	world_proved(world, true);
	EXPECT_ANY(world, PPP_CCP, REQUEST);
	if (!world->settings.mppe_required)
		EXPECT_ANY(world, PPP_IPCP, REQUEST);
}

/* Whatever IPCP repeats meanwhile. */
static void skip_ipcp(struct world *world)
{
	while (world->sent_count && world->sent[world->sent_first].protocol == PPP_IPCP)
		EXPECT_ANY(world, PPP_IPCP, REQUEST);
}

static void check_keys(const struct world *world, uint8_t bits, bool stateful)
{
	const struct ppp_mppe_keys *keys = &world->event.keys;

	assert_int_equal(keys->bits, bits);
	assert_int_equal(keys->key_length, bits == 128 ? 16 : 8);
	assert_int_equal(keys->stateful, stateful);
	assert_memory_equal(keys->send, "send key........", keys->key_length);
	assert_memory_equal(keys->receive, "receive key.....", keys->key_length);
}

static void test_we_offer_and_they_choose(void **state)
{
	struct world world;
	struct ppp_info info;

	begin(&world, PPP_MPPE_128 | PPP_MPPE_56 | PPP_MPPE_40, false);
	world_proved(&world, true);
	EXPECT(&world, PPP_CCP, REQUEST, MPPE_ALL);
	world_say(&world, PPP_CCP, NAK, world.last.identifier, MPPE_40, 6);
	EXPECT_ANY(&world, PPP_IPCP, REQUEST);
	EXPECT(&world, PPP_CCP, REQUEST, MPPE_40);
	world_return(&world, ACK);
	SAY(&world, PPP_CCP, REQUEST, 1, MPPE_ALL);
	EXPECT(&world, PPP_CCP, NAK, MPPE_40);		/* that is settled */
	SAY(&world, PPP_CCP, REQUEST, 2, MPPE_40);
	EXPECT(&world, PPP_CCP, ACK, MPPE_40);
	world_expect_event(&world, PPP_EVENT_MPPE_UP);
	check_keys(&world, 40, false);
	world_info(&world, &info);
	assert_int_equal(info.mppe_bits, 40);
	world_end(&world);
}

static void test_they_offer_and_we_choose(void **state)
{
	struct world world;

	begin(&world, PPP_MPPE_128 | PPP_MPPE_40, false);
	go(&world);
	SAY(&world, PPP_CCP, REQUEST, 1, "\x12\x06\x01\x00\x00\xf1");	/* all there is, and MPPC */
	EXPECT(&world, PPP_CCP, NAK, MPPE_128);
	SAY(&world, PPP_CCP, REQUEST, 2, MPPE_128);
	EXPECT(&world, PPP_CCP, ACK, MPPE_128);
	world_wait(&world, 3000);
	skip_ipcp(&world);
	EXPECT(&world, PPP_CCP, REQUEST, MPPE_128);			/* from now on we ask for the same */
	world_return(&world, ACK);
	world_expect_event(&world, PPP_EVENT_MPPE_UP);
	check_keys(&world, 128, false);
	world_end(&world);
}

/* Our offer of many is acked: the one that the peer asks for holds. */
static void test_all_acked(void **state)
{
	struct world world;

	begin(&world, PPP_MPPE_128 | PPP_MPPE_40, false);
	world_proved(&world, true);
	EXPECT(&world, PPP_CCP, REQUEST, "\x12\x06\x01\x00\x00\x60");
	world_return(&world, ACK);
	SAY(&world, PPP_CCP, REQUEST, 1, MPPE_128);
	skip_ipcp(&world);
	EXPECT(&world, PPP_CCP, ACK, MPPE_128);
	world_expect_event(&world, PPP_EVENT_MPPE_UP);
	check_keys(&world, 128, false);
	world_end(&world);
}

static void test_only_what_is_acceptable(void **state)
{
	struct world world;

	begin(&world, PPP_MPPE_128, false);
	go(&world);
	assert_int_equal(world.settings.mppe, PPP_MPPE_128);
	SAY(&world, PPP_CCP, REQUEST, 1, MPPE_40);
	EXPECT(&world, PPP_CCP, NAK, MPPE_128);
	SAY(&world, PPP_CCP, REQUEST, 2, MPPE_128_STATEFUL);
	EXPECT(&world, PPP_CCP, NAK, MPPE_128);
	SAY(&world, PPP_CCP, REQUEST, 3, WITH_MPPC);
	EXPECT(&world, PPP_CCP, NAK, MPPE_128);
	SAY(&world, PPP_CCP, REQUEST, 4, "\x12\x06\x01\x00\x00\x00");
	EXPECT(&world, PPP_CCP, NAK, MPPE_128);
	SAY(&world, PPP_CCP, REQUEST, 5, "\x12\x05\x01\x00\x00");
	EXPECT(&world, PPP_CCP, REJECT, "\x12\x05\x01\x00\x00");
	world_end(&world);
}

static void test_stateful(void **state)
{
	struct world world;
	struct ppp_info info;

	begin(&world, PPP_MPPE_128 | PPP_MPPE_STATEFUL, false);
	go(&world);
	SAY(&world, PPP_CCP, REQUEST, 1, MPPE_128_STATEFUL);
	EXPECT(&world, PPP_CCP, NAK, MPPE_128);			/* we would rather */
	SAY(&world, PPP_CCP, REQUEST, 2, MPPE_128_STATEFUL);
	EXPECT(&world, PPP_CCP, NAK, MPPE_128);
	SAY(&world, PPP_CCP, REQUEST, 3, MPPE_128_STATEFUL);
	EXPECT(&world, PPP_CCP, ACK, MPPE_128_STATEFUL);
	world_wait(&world, 3000);
	skip_ipcp(&world);
	EXPECT(&world, PPP_CCP, REQUEST, MPPE_128_STATEFUL);
	world_return(&world, ACK);
	world_expect_event(&world, PPP_EVENT_MPPE_UP);
	check_keys(&world, 128, true);
	world_info(&world, &info);
	assert_true(info.mppe_stateful);
	SAY(&world, PPP_CCP, RESET, 7, "");
	world_expect_event(&world, PPP_EVENT_MPPE_RESET);
	EXPECT(&world, PPP_CCP, RESET_ACKED, "");
	assert_int_equal(world.last.identifier, 7);
	SAY(&world, PPP_CCP, RESET_ACKED, 7, "");
	world_expect_silence(&world);
	ppp_mppe_lost(world.ppp, world.link, world.now);
	world_settle(&world);
	EXPECT(&world, PPP_CCP, RESET, "");
	ppp_mppe_restart(world.ppp, world.link, true, world.now);	/* whatever its mode */
	world_settle(&world);
	EXPECT(&world, PPP_CCP, REQUEST, MPPE_128);
	world_expect_event(&world, PPP_EVENT_MPPE_DOWN);
	world_end(&world);
}

/* Who watches the negotiation has to have them before it. */
static void test_keys_before(void **state)
{
	struct ppp_mppe_keys keys;
	struct world world;

	begin(&world, PPP_MPPE_128, false);
	assert_false(ppp_mppe_keys(world.ppp, world.link, &keys));
	go(&world);
	assert_true(ppp_mppe_keys(world.ppp, world.link, &keys));
	assert_int_equal(keys.key_length, 16);
	assert_memory_equal(keys.send, "send key........", 16);
	assert_memory_equal(keys.receive, "receive key.....", 16);
	world_end(&world);
}

/* Settings allow it, and it cannot be: the peer is not asked, and refused. */
static void test_it_cannot_be(void **state)
{
	struct world world;

	begin(&world, PPP_MPPE_128, false);
	world.network.no_mppe = true;
	world_proved(&world, true);
	EXPECT_ANY(&world, PPP_IPCP, REQUEST);
	SAY(&world, PPP_CCP, REQUEST, 1, MPPE_128);
	EXPECT_ANY(&world, PPP_LCP, PROTOCOL_REJECT);
	world_end(&world);
}

/* Linux wants an answer, and deciphers nothing before; nothing starts anew without state. */
static void test_reset_without_state(void **state)
{
	struct world world;

	begin(&world, PPP_MPPE_128, false);
	go(&world);
	SAY(&world, PPP_CCP, RESET, 7, "");
	world_expect_silence(&world);
	SAY(&world, PPP_CCP, REQUEST, 1, MPPE_128);
	EXPECT(&world, PPP_CCP, ACK, MPPE_128);
	world_wait(&world, 3000);
	skip_ipcp(&world);
	EXPECT(&world, PPP_CCP, REQUEST, MPPE_128);
	world_return(&world, ACK);
	world_expect_event(&world, PPP_EVENT_MPPE_UP);
	SAY(&world, PPP_CCP, RESET, 8, "");
	EXPECT(&world, PPP_CCP, RESET_ACKED, "");
	assert_int_equal(world.last.identifier, 8);
	world_expect_no_event(&world);
	ppp_mppe_restart(world.ppp, world.link, false, world.now);	/* which may be our datapath */
	world_settle(&world);
	EXPECT(&world, PPP_CCP, RESET, "");
	world_end(&world);
}

/* Both ends begin anew, with the keys of the beginning. */
static void test_lost_without_state(void **state)
{
	struct world world;

	begin(&world, PPP_MPPE_128, false);
	go(&world);
	ppp_mppe_lost(world.ppp, world.link, world.now);	/* there is nothing to lose yet */
	world_settle(&world);
	world_expect_silence(&world);
	SAY(&world, PPP_CCP, REQUEST, 1, MPPE_128);
	EXPECT(&world, PPP_CCP, ACK, MPPE_128);
	world_wait(&world, 3000);
	skip_ipcp(&world);
	EXPECT(&world, PPP_CCP, REQUEST, MPPE_128);
	world_return(&world, ACK);
	world_expect_event(&world, PPP_EVENT_MPPE_UP);
	ppp_mppe_lost(world.ppp, world.link, world.now);
	world_settle(&world);
	EXPECT(&world, PPP_CCP, REQUEST, MPPE_128);
	world_expect_event(&world, PPP_EVENT_MPPE_DOWN);
	ppp_mppe_lost(world.ppp, world.link, world.now);
	world_settle(&world);
	world_return(&world, ACK);
	SAY(&world, PPP_CCP, REQUEST, 2, MPPE_128);
	EXPECT(&world, PPP_CCP, ACK, MPPE_128);
	world_expect_event(&world, PPP_EVENT_MPPE_UP);
	check_keys(&world, 128, false);
	world_end(&world);
}

static void test_other_compression(void **state)
{
	struct world world;

	begin(&world, PPP_MPPE_128, false);
	go(&world);
	SAY(&world, PPP_CCP, REQUEST, 1, DEFLATE "\x15\x03\x2f" MPPE_128);
	EXPECT(&world, PPP_CCP, REJECT, DEFLATE "\x15\x03\x2f");
	SAY(&world, PPP_CCP, REQUEST, 2, "");
	EXPECT(&world, PPP_CCP, ACK, "");
	world_end(&world);
}

static void network_up(struct world *world)
{
	SAY(world, PPP_IPCP, REQUEST, 1, "\x03\x06\xc0\x00\x02\x09");
	EXPECT_ANY(world, PPP_IPCP, ACK);
	world_wait(world, 3000);
	while (world->sent_count) {
		EXPECT_ANY(world, world->sent[world->sent_first].protocol, REQUEST);
		if (world->last.protocol == PPP_IPCP)
			world_return(world, ACK);
	}
	world_expect_event(world, PPP_EVENT_IPV4_UP);
}

/* Not required: whatever becomes of it, the link lives. */
static void test_failing_harms_nobody(void **state)
{
	struct world world;

	begin(&world, PPP_MPPE_128, false);
	go(&world);
	network_up(&world);
	world_wait(&world, 100000);			/* no answer */
	world_expect_no_event(&world);
	world.sent_count = 0;
	SAY(&world, PPP_LCP, PROTOCOL_REJECT, 1, "\x80\xfd\x01\x01\x00\x04");
	SAY(&world, PPP_CCP, TERMINATE, 2, "");
	EXPECT_ANY(&world, PPP_CCP, TERMINATED);
	world_expect_silence(&world);
	world_expect_no_event(&world);
	SAY(&world, PPP_CCP, REQUEST, 3, MPPE_128);	/* late is not too late */
	EXPECT(&world, PPP_CCP, REQUEST, MPPE_128);
	world_return(&world, ACK);
	EXPECT_ANY(&world, PPP_CCP, ACK);
	world_expect_event(&world, PPP_EVENT_MPPE_UP);
	SAY(&world, PPP_CCP, TERMINATE, 4, "");
	world_expect_event(&world, PPP_EVENT_MPPE_DOWN);
	world_wait(&world, 10000);
	world_expect_no_event(&world);
	world_end(&world);
}

static void test_mppe_rejected(void **state)
{
	struct world world;

	begin(&world, PPP_MPPE_128, false);
	world_proved(&world, true);
	EXPECT_ANY(&world, PPP_CCP, REQUEST);
	world_return(&world, REJECT);
	EXPECT_ANY(&world, PPP_IPCP, REQUEST);
	EXPECT(&world, PPP_CCP, REQUEST, "");
	world_return(&world, ACK);
	SAY(&world, PPP_CCP, REQUEST, 1, MPPE_128);	/* then not the other way either */
	EXPECT(&world, PPP_CCP, REJECT, MPPE_128);
	SAY(&world, PPP_CCP, REQUEST, 2, "");
	EXPECT(&world, PPP_CCP, ACK, "");
	world_expect_no_event(&world);
	world_end(&world);
}

static void test_not_wanted(void **state)
{
	struct world world;

	begin(&world, 0, false);
	world_proved(&world, true);
	EXPECT_ANY(&world, PPP_IPCP, REQUEST);
	SAY(&world, PPP_CCP, REQUEST, 1, DEFLATE);
	EXPECT(&world, PPP_LCP, PROTOCOL_REJECT, "\x80\xfd\x01\x01\x00\x08" DEFLATE);
	world_end(&world);
}

/* Without keys there is nothing to encrypt with. */
static void test_no_keys(void **state)
{
	struct world world;

	begin(&world, PPP_MPPE_128, false);
	world_proved(&world, false);
	EXPECT_ANY(&world, PPP_IPCP, REQUEST);
	world_expect_silence(&world);
	world_end(&world);
	begin(&world, PPP_MPPE_128, true);
	world_proved(&world, false);
	EXPECT_ANY(&world, PPP_LCP, TERMINATE);
	world_return(&world, TERMINATED);
	world_expect_event(&world, PPP_EVENT_DOWN);
	assert_int_equal(world.event.event.disconnect, 4);
	world_end(&world);
}

/* --- required --- */

static void test_required_comes_first(void **state)
{
	struct world world;

	begin(&world, PPP_MPPE_128, true);
	go(&world);
	SAY(&world, PPP_IPCP, REQUEST, 1, "\x03\x06\xc0\x00\x02\x09");	/* early: held */
	world_expect_silence(&world);
	SAY(&world, PPP_CCP, REQUEST, 1, MPPE_128);
	EXPECT_ANY(&world, PPP_CCP, ACK);
	world_wait(&world, 3000);
	EXPECT(&world, PPP_CCP, REQUEST, MPPE_128);
	world_return(&world, ACK);
	world_expect_event(&world, PPP_EVENT_MPPE_UP);
	EXPECT_ANY(&world, PPP_IPCP, REQUEST);
	world_return(&world, ACK);
	EXPECT_ANY(&world, PPP_IPCP, ACK);
	world_expect_event(&world, PPP_EVENT_IPV4_UP);
	SAY(&world, PPP_CCP, REQUEST, 2, MPPE_ALL);			/* anew: nothing goes in clear meanwhile */
	world_expect_event(&world, PPP_EVENT_IPV4_DOWN);
	world_expect_event(&world, PPP_EVENT_MPPE_DOWN);
	EXPECT(&world, PPP_CCP, REQUEST, MPPE_128);
	world_return(&world, ACK);
	EXPECT_ANY(&world, PPP_CCP, NAK);
	SAY(&world, PPP_CCP, REQUEST, 3, MPPE_128);
	world_expect_event(&world, PPP_EVENT_MPPE_UP);
	check_keys(&world, 128, false);
	world_expect_event(&world, PPP_EVENT_IPV4_UP);
	world_end(&world);
}

static void ends_for_encryption(struct world *world)
{
	while (world->last.protocol != PPP_LCP)
		EXPECT_ANY(world, world->sent[world->sent_first].protocol, world->sent[world->sent_first].code);
	assert_int_equal(world->last.code, TERMINATE);
	world_return(world, TERMINATED);
	world_expect_event(world, PPP_EVENT_DOWN);
	assert_int_equal(world->event.event.cause, PPP_CAUSE_NEGOTIATION);
	assert_int_equal(world->event.event.disconnect, 4);
	assert_int_equal(world->event.event.disconnect_direction, 1);
	world_end(world);
}

/* By who knows the user, and no more than that one allows. */
static void test_required_of_this_link(void **state)
{
	struct world world;

	begin(&world, PPP_MPPE_128 | PPP_MPPE_40, false);
	world.network.mppe_required = true;
	world.network.mppe = PPP_MPPE_40;
	world_proved(&world, true);
	EXPECT(&world, PPP_CCP, REQUEST, MPPE_40);
	world_expect_silence(&world);
	world_say(&world, PPP_CCP, REJECT, world.last.identifier, MPPE_40, 6);
	ends_for_encryption(&world);
}

static void test_required_and_refused(void **state)
{
	struct world world;

	begin(&world, PPP_MPPE_128, true);
	go(&world);
	SAY(&world, PPP_LCP, PROTOCOL_REJECT, 1, "\x80\xfd\x01\x01\x00\x04");
	ends_for_encryption(&world);
	begin(&world, PPP_MPPE_128, true);
	go(&world);
	world_return(&world, REJECT);
	ends_for_encryption(&world);
	begin(&world, PPP_MPPE_128, true);
	go(&world);
	world_say(&world, PPP_CCP, NAK, world.last.identifier, MPPE_40, 6);	/* too weak */
	ends_for_encryption(&world);
	begin(&world, PPP_MPPE_128, true);
	go(&world);
	world_wait(&world, 30000);						/* no answer */
	ends_for_encryption(&world);
}

static void test_required_and_left_out(void **state)
{
	struct world world;

	begin(&world, PPP_MPPE_128, true);
	go(&world);
	world_return(&world, ACK);
	for (uint8_t i = 0; i < 5; i++) {
		SAY(&world, PPP_CCP, REQUEST, i, "");
		EXPECT(&world, PPP_CCP, NAK, MPPE_128);
	}
	SAY(&world, PPP_CCP, REQUEST, 9, "");
	EXPECT_ANY(&world, PPP_CCP, ACK);
	EXPECT_ANY(&world, PPP_CCP, TERMINATE);
	world_return(&world, TERMINATED);
	ends_for_encryption(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_we_offer_and_they_choose), cmocka_unit_test(test_they_offer_and_we_choose),
		cmocka_unit_test(test_all_acked), cmocka_unit_test(test_only_what_is_acceptable),
		cmocka_unit_test(test_stateful),
		cmocka_unit_test(test_keys_before),
		cmocka_unit_test(test_it_cannot_be),
		cmocka_unit_test(test_reset_without_state),
		cmocka_unit_test(test_lost_without_state), cmocka_unit_test(test_other_compression),
		cmocka_unit_test(test_failing_harms_nobody), cmocka_unit_test(test_mppe_rejected),
		cmocka_unit_test(test_not_wanted), cmocka_unit_test(test_no_keys),
		cmocka_unit_test(test_required_comes_first), cmocka_unit_test(test_required_and_refused),
		cmocka_unit_test(test_required_of_this_link),
		cmocka_unit_test(test_required_and_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
