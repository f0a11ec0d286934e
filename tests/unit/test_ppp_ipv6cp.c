/* SPDX-License-Identifier: MIT */
/* IPV6CP: the two interface identifiers. */
#include "ppp_world.h"

#define IDENTIFIER_A "\x01\x0a\x02\x00\x5e\xff\xfe\x00\x00\x0a"
#define IDENTIFIER_B "\x01\x0a\x00\x00\x00\x00\x00\x00\x00\x0b"
#define IDENTIFIER_0 "\x01\x0a\0\0\0\0\0\0\0\0"

static void begin(struct world *world)
{
	world_begin(world);
	world->settings.ipv4 = false;
	world->settings.ipv6 = true;
	world->network.ipv6 = true;
}

static void go(struct world *world)
{
	world_lcp_up(world);
	world_expect_event(world, PPP_EVENT_NETWORK);
	EXPECT_ANY(world, PPP_IPV6CP, REQUEST);
	assert_int_equal(world->last.length, 10);
	assert_memory_equal(world->last.data, "\x01\x0a", 2);
}

static void test_up(void **state)
{
	struct world world;
	struct ppp_info info;
	uint8_t zero[8] = { 0 };

	begin(&world);
	go(&world);
	assert_memory_not_equal(world.last.data + 2, zero, 8);
	assert_int_equal(world.last.data[2] & 2, 0);		/* nobody else's number */
	world_return(&world, ACK);
	SAY(&world, PPP_IPV6CP, REQUEST, 1, IDENTIFIER_A);
	EXPECT(&world, PPP_IPV6CP, ACK, IDENTIFIER_A);
	world_expect_event(&world, PPP_EVENT_IPV6_UP);
	world_info(&world, &info);
	assert_true(info.ipv6);
	assert_false(info.ipv4);
	assert_memory_equal(info.peer_identifier, IDENTIFIER_A + 2, 8);
	world_end(&world);
}

static void test_same_and_zero(void **state)
{
	uint8_t request[10];
	struct world world;

	begin(&world);
	go(&world);
	memcpy(request, world.last.data, sizeof(request));
	world_say(&world, PPP_IPV6CP, REQUEST, 1, request, sizeof(request));	/* ours */
	EXPECT_ANY(&world, PPP_IPV6CP, NAK);
	assert_memory_not_equal(world.last.data, request, sizeof(request));
	SAY(&world, PPP_IPV6CP, REQUEST, 1, IDENTIFIER_0);
	EXPECT_ANY(&world, PPP_IPV6CP, NAK);
	assert_memory_not_equal(world.last.data, IDENTIFIER_0, sizeof(request));
	world_return(&world, REQUEST);				/* what was suggested */
	EXPECT_ANY(&world, PPP_IPV6CP, ACK);
	world_end(&world);
}

static void test_given(void **state)
{
	struct world world;

	begin(&world);
	memcpy(world.network.local_identifier, IDENTIFIER_A + 2, 8);
	memcpy(world.network.peer_identifier, IDENTIFIER_B + 2, 8);
	go(&world);
	assert_memory_equal(world.last.data, IDENTIFIER_A, 10);
	SAY(&world, PPP_IPV6CP, REQUEST, 1, "\x01\x0a\1\2\3\4\5\6\7\7");
	EXPECT(&world, PPP_IPV6CP, NAK, IDENTIFIER_B);
	SAY(&world, PPP_IPV6CP, REQUEST, 2, "");
	EXPECT(&world, PPP_IPV6CP, NAK, IDENTIFIER_B);
	SAY(&world, PPP_IPV6CP, REQUEST, 3, IDENTIFIER_B "\x02\x04\x00\x4f");	/* compression */
	EXPECT(&world, PPP_IPV6CP, REJECT, "\x02\x04\x00\x4f");
	SAY(&world, PPP_IPV6CP, REQUEST, 4, IDENTIFIER_B);
	EXPECT(&world, PPP_IPV6CP, ACK, IDENTIFIER_B);
	world_end(&world);
}

static void test_told(void **state)
{
	struct world world;
	uint8_t first[10];

	begin(&world);
	go(&world);
	memcpy(first, world.last.data, sizeof(first));
	SAY(&world, PPP_IPV6CP, REQUEST, 1, IDENTIFIER_A);
	EXPECT_ANY(&world, PPP_IPV6CP, ACK);
	world_say(&world, PPP_IPV6CP, NAK, (uint8_t)(world.last.identifier + 1), IDENTIFIER_B, 10);
	world_expect_silence(&world);				/* an answer to nothing */
	world_wait(&world, 3000);
	EXPECT_ANY(&world, PPP_IPV6CP, REQUEST);
	world_say(&world, PPP_IPV6CP, NAK, world.last.identifier, IDENTIFIER_A, 10);	/* the peer's own */
	EXPECT_ANY(&world, PPP_IPV6CP, REQUEST);
	assert_memory_not_equal(world.last.data, IDENTIFIER_A, 10);
	assert_memory_not_equal(world.last.data, first, 10);
	world_say(&world, PPP_IPV6CP, NAK, world.last.identifier, IDENTIFIER_B, 10);
	EXPECT(&world, PPP_IPV6CP, REQUEST, IDENTIFIER_B);
	world_return(&world, ACK);
	world_expect_event(&world, PPP_EVENT_IPV6_UP);
	world_end(&world);
}

/* One network protocol fails, the other lives. */
static void test_beside_ipv4(void **state)
{
	struct world world;
	struct ppp_info info;

	world_begin(&world);
	world.settings.ipv6 = world.network.ipv6 = true;
	world_lcp_up(&world);
	world_expect_event(&world, PPP_EVENT_NETWORK);
	EXPECT_ANY(&world, PPP_IPCP, REQUEST);
	world_return(&world, ACK);
	EXPECT_ANY(&world, PPP_IPV6CP, REQUEST);
	SAY(&world, PPP_LCP, PROTOCOL_REJECT, 1, "\x80\x57\x01\x01\x00\x04");
	SAY(&world, PPP_IPCP, REQUEST, 1, "\x03\x06\xc0\x00\x02\x09");
	EXPECT_ANY(&world, PPP_IPCP, ACK);
	world_expect_event(&world, PPP_EVENT_IPV4_UP);
	world_wait(&world, 100000);
	world_expect_silence(&world);
	world_expect_no_event(&world);
	world_info(&world, &info);
	assert_true(info.ipv4 && !info.ipv6);
	world_end(&world);
}

static void test_not_wanted(void **state)
{
	struct world world;

	world_begin(&world);
	world_lcp_up(&world);
	world_ipcp_up(&world);
	SAY(&world, PPP_IPV6CP, REQUEST, 1, IDENTIFIER_A);
	EXPECT(&world, PPP_LCP, PROTOCOL_REJECT, "\x80\x57\x01\x01\x00\x0e" IDENTIFIER_A);
	world_expect_no_event(&world);
	world_end(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_up), cmocka_unit_test(test_same_and_zero), cmocka_unit_test(test_given),
		cmocka_unit_test(test_told), cmocka_unit_test(test_beside_ipv4), cmocka_unit_test(test_not_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
