/* SPDX-License-Identifier: MIT */
/* IPCP: who has which address, and which name servers, in both directions. */
#include "ppp_world.h"

#define ADDRESS_9 "\x03\x06\xc0\x00\x02\x09"
#define ADDRESS_8 "\x03\x06\xc0\x00\x02\x08"
#define ADDRESS_1 "\x03\x06\xc0\x00\x02\x01"
#define OLD_ADDRESSES "\x01\x0a\xc0\x00\x02\x09\xc0\x00\x02\x01"
#define VJ "\x02\x06\x00\x2d\x0f\x01"
#define ADDRESS_0 "\x03\x06\x00\x00\x00\x00"

static void begin(struct world *world)
{
	world_begin(world);
	world_lcp_up(world);
	world_expect_event(world, PPP_EVENT_NETWORK);
}

/* world->network has been changed: so LCP comes later. */
static void go(struct world *world)
{
	world_lcp_up(world);
	world_expect_event(world, PPP_EVENT_NETWORK);
	EXPECT_ANY(world, PPP_IPCP, REQUEST);
}

static void check_address(const struct address *address, const char *text)
{
	char found[ADDRESS_TEXT_MAX];

	assert_string_equal(address_format(address, found, sizeof(found)), text);
}

static void test_up(void **state)
{
	struct world world;
	struct ppp_info info;

	begin(&world);
	EXPECT(&world, PPP_IPCP, REQUEST, ADDRESS_1);
	world_return(&world, ACK);
	world_info(&world, &info);
	assert_false(info.ipv4);
	SAY(&world, PPP_IPCP, REQUEST, 1, ADDRESS_9);
	world_expect_event(&world, PPP_EVENT_IPV4_UP);
	world_info(&world, &info);
	assert_true(info.ipv4);
	assert_int_equal(info.phase, PPP_NETWORK);
	check_address(&info.local, "192.0.2.1");
	check_address(&info.peer, "192.0.2.9");
	world_end(&world);
}

static void test_peer_is_given_an_address(void **state)
{
	struct world world;

	begin(&world);
	EXPECT_ANY(&world, PPP_IPCP, REQUEST);
	SAY(&world, PPP_IPCP, REQUEST, 1, ADDRESS_0);
	EXPECT(&world, PPP_IPCP, NAK, ADDRESS_9);
	SAY(&world, PPP_IPCP, REQUEST, 2, ADDRESS_8);		/* not that one either */
	EXPECT(&world, PPP_IPCP, NAK, ADDRESS_9);
	SAY(&world, PPP_IPCP, REQUEST, 3, "");			/* it shall know which one it has */
	EXPECT(&world, PPP_IPCP, NAK, ADDRESS_9);
	SAY(&world, PPP_IPCP, REQUEST, 4, ADDRESS_9);
	EXPECT(&world, PPP_IPCP, ACK, ADDRESS_9);
	world_end(&world);
}

static void test_peer_insists(void **state)
{
	struct world world;
	struct ppp_info info;

	begin(&world);
	EXPECT_ANY(&world, PPP_IPCP, REQUEST);
	world_return(&world, ACK);
	for (uint8_t i = 0; i < 5; i++) {
		SAY(&world, PPP_IPCP, REQUEST, i, ADDRESS_8);
		EXPECT(&world, PPP_IPCP, NAK, ADDRESS_9);
	}
	SAY(&world, PPP_IPCP, REQUEST, 9, ADDRESS_8);
	EXPECT(&world, PPP_IPCP, REJECT, ADDRESS_8);
	SAY(&world, PPP_IPCP, REQUEST, 10, "");			/* then without: it has what we say */
	EXPECT(&world, PPP_IPCP, ACK, "");
	world_expect_event(&world, PPP_EVENT_IPV4_UP);
	world_info(&world, &info);
	check_address(&info.peer, "192.0.2.9");
	world_end(&world);
}

static void test_peer_never_gives_in(void **state)
{
	struct world world;
	uint8_t identifier = 0;

	begin(&world);
	EXPECT_ANY(&world, PPP_IPCP, REQUEST);
	world_return(&world, ACK);
	while (!world.event_count && identifier < 100) {
		world_wait(&world, 100);
		SAY(&world, PPP_IPCP, REQUEST, ++identifier, ADDRESS_8);
		while (world.sent_count && world.last.code != TERMINATE)
			EXPECT_ANY(&world, world.sent[world.sent_first].protocol, world.sent[world.sent_first].code);
		if (world.last.code == TERMINATE)
			world_return(&world, TERMINATED);
	}
	world_expect_event(&world, PPP_EVENT_DOWN);
	assert_int_equal(world.event.event.cause, PPP_CAUSE_NEGOTIATION);
	assert_int_equal(world.event.event.disconnect, 19);
	assert_int_equal(world.event.event.disconnect_direction, 2);
	assert_int_equal(world.event.event.disconnect_protocol, PPP_IPCP);
	world_end(&world);
}

static void test_peer_chooses(void **state)
{
	struct world world;
	struct ppp_info info;

	world_begin(&world);
	world.network.peer_may_choose = true;
	go(&world);
	SAY(&world, PPP_IPCP, REQUEST, 1, ADDRESS_1);		/* ours */
	EXPECT(&world, PPP_IPCP, NAK, ADDRESS_9);
	SAY(&world, PPP_IPCP, REQUEST, 1, "\x03\x06\xe0\x00\x00\x01");	/* nobody's */
	EXPECT(&world, PPP_IPCP, NAK, ADDRESS_9);
	SAY(&world, PPP_IPCP, REQUEST, 1, ADDRESS_8);
	EXPECT(&world, PPP_IPCP, ACK, ADDRESS_8);
	world_info(&world, &info);
	check_address(&info.peer, "192.0.2.8");
	world_end(&world);
}

/* A client's view: it needs not know the server's address, and has none to give. */
static void test_peer_of_a_client(void **state)
{
	struct world world;

	world_begin(&world);
	world.network.peer.family = AF_UNSPEC;
	go(&world);
	SAY(&world, PPP_IPCP, REQUEST, 1, ADDRESS_0);
	EXPECT(&world, PPP_IPCP, REJECT, ADDRESS_0);
	SAY(&world, PPP_IPCP, REQUEST, 2, "");
	EXPECT(&world, PPP_IPCP, ACK, "");
	world_end(&world);
}

static void test_we_are_given_an_address(void **state)
{
	struct world world;
	struct ppp_info info;

	world_begin(&world);
	world.network.local.family = AF_UNSPEC;
	go(&world);
	assert_int_equal(world.last.length, 6);
	assert_memory_equal(world.last.data, ADDRESS_0, 6);
	world_say(&world, PPP_IPCP, NAK, world.last.identifier, ADDRESS_8, 6);
	EXPECT(&world, PPP_IPCP, REQUEST, ADDRESS_8);
	world_return(&world, ACK);
	SAY(&world, PPP_IPCP, REQUEST, 1, ADDRESS_9);
	world_expect_event(&world, PPP_EVENT_IPV4_UP);
	world_info(&world, &info);
	check_address(&info.local, "192.0.2.8");
	world_end(&world);
}

static void test_our_address_may_change(void **state)
{
	struct world world;

	world_begin(&world);
	world.network.local_may_change = true;
	go(&world);
	world_say(&world, PPP_IPCP, NAK, world.last.identifier, "\x03\x06\xff\xff\xff\xff", 6);	/* nobody's */
	EXPECT(&world, PPP_IPCP, REQUEST, ADDRESS_1);
	world_say(&world, PPP_IPCP, NAK, world.last.identifier, ADDRESS_8, 6);
	EXPECT(&world, PPP_IPCP, REQUEST, ADDRESS_8);
	world_end(&world);
}

static void test_our_address_is_ours(void **state)
{
	struct world world;

	world_begin(&world);
	go(&world);
	world_say(&world, PPP_IPCP, NAK, world.last.identifier, ADDRESS_8, 6);
	EXPECT(&world, PPP_IPCP, REQUEST, ADDRESS_1);
	world_return(&world, REJECT);			/* it will not hear of it */
	EXPECT(&world, PPP_IPCP, REQUEST, "");
	world_return(&world, ACK);
	SAY(&world, PPP_IPCP, REQUEST, 1, ADDRESS_9);
	world_expect_event(&world, PPP_EVENT_IPV4_UP);
	world_end(&world);
}

/* Asked for one, and none came: acked as 0.0.0.0, or rejected. */
static void no_address(uint8_t answer)
{
	struct world world;

	world_begin(&world);
	world.network.local.family = AF_UNSPEC;
	go(&world);
	world_return(&world, answer);
	if (answer == ACK) {
		SAY(&world, PPP_IPCP, REQUEST, 1, ADDRESS_9);
		EXPECT_ANY(&world, PPP_IPCP, ACK);
		EXPECT_ANY(&world, PPP_IPCP, TERMINATE);
		world_return(&world, TERMINATED);
	}
	EXPECT_ANY(&world, PPP_LCP, TERMINATE);
	world_return(&world, TERMINATED);
	world_expect_event(&world, PPP_EVENT_DOWN);
	assert_int_equal(world.event.event.disconnect, 20);
	world_end(&world);
}

static void test_no_address(void **state)
{
	no_address(ACK);
	no_address(REJECT);
}

static void test_servers_for_the_peer(void **state)
{
	struct world world;

	world_begin(&world);
	address_parse("192.0.2.53", &world.network.dns[0]);
	address_parse("192.0.2.137", &world.network.nbns[1]);
	go(&world);
	SAY(&world, PPP_IPCP, REQUEST, 1,
	    ADDRESS_9 "\x81\x06\0\0\0\0" "\x82\x06\0\0\0\0" "\x83\x06\0\0\0\0" "\x84\x06\0\0\0\0");
	EXPECT(&world, PPP_IPCP, REJECT, "\x82\x06\0\0\0\0" "\x83\x06\0\0\0\0");	/* that there are not */
	SAY(&world, PPP_IPCP, REQUEST, 2, ADDRESS_9 "\x81\x06\0\0\0\0" "\x84\x06\x01\x02\x03\x04");
	EXPECT(&world, PPP_IPCP, NAK, "\x81\x06\xc0\x00\x02\x35" "\x84\x06\xc0\x00\x02\x89");
	SAY(&world, PPP_IPCP, REQUEST, 3, ADDRESS_9 "\x81\x06\xc0\x00\x02\x35" "\x84\x06\xc0\x00\x02\x89");
	EXPECT_ANY(&world, PPP_IPCP, ACK);
	world_end(&world);
}

static void test_servers_for_us(void **state)
{
	struct world world;
	struct ppp_info info;

	world_begin(&world);
	world.network.want_dns = true;
	go(&world);
	assert_int_equal(world.last.length, 30);
	assert_memory_equal(world.last.data + 6,
			    "\x81\x06\0\0\0\0" "\x82\x06\0\0\0\0" "\x83\x06\0\0\0\0" "\x84\x06\0\0\0\0", 24);
	world_say(&world, PPP_IPCP, REJECT, world.last.identifier, "\x82\x06\0\0\0\0" "\x84\x06\0\0\0\0", 12);
	EXPECT(&world, PPP_IPCP, REQUEST, ADDRESS_1 "\x81\x06\0\0\0\0" "\x83\x06\0\0\0\0");
	world_say(&world, PPP_IPCP, NAK, world.last.identifier,
		  "\x81\x06\xc0\x00\x02\x35" "\x83\x06\xc0\x00\x02\x36", 12);
	EXPECT(&world, PPP_IPCP, REQUEST, ADDRESS_1 "\x81\x06\xc0\x00\x02\x35" "\x83\x06\xc0\x00\x02\x36");
	world_return(&world, ACK);
	SAY(&world, PPP_IPCP, REQUEST, 1, ADDRESS_9);
	world_info(&world, &info);
	check_address(&info.dns[0], "192.0.2.53");
	check_address(&info.dns[1], "192.0.2.54");
	check_address(&info.nbns[0], "");
	world_end(&world);
}

static void test_rejects(void **state)
{
	struct world world;

	begin(&world);
	EXPECT_ANY(&world, PPP_IPCP, REQUEST);
	SAY(&world, PPP_IPCP, REQUEST, 1,
	    OLD_ADDRESSES VJ ADDRESS_9 "\x04\x06\1\2\3\4" "\x03\x05\1\2\3");
	EXPECT(&world, PPP_IPCP, REJECT,
	       OLD_ADDRESSES VJ "\x04\x06\1\2\3\4" "\x03\x05\1\2\3");
	world_end(&world);
}

/* The peer closes IPCP: without another network protocol the link ends. */
static void test_closed_by_peer(void **state)
{
	struct world world;

	world_begin(&world);
	world_lcp_up(&world);
	world_ipcp_up(&world);
	SAY(&world, PPP_IPCP, TERMINATE, 1, "");
	EXPECT(&world, PPP_IPCP, TERMINATED, "");
	world_expect_event(&world, PPP_EVENT_IPV4_DOWN);
	world_wait(&world, 3000);
	EXPECT_ANY(&world, PPP_LCP, TERMINATE);
	world_return(&world, TERMINATED);
	world_expect_event(&world, PPP_EVENT_DOWN);
	assert_int_equal(world.event.event.cause, PPP_CAUSE_USER);
	assert_true(world.event.event.by_peer);
	world_end(&world);
}

/* The network held a request up: it is not the peer's last wish.  But who asks again means it. */
static void test_overtaken(void **state)
{
	struct world world;
	struct ppp_info info;

	world_begin(&world);
	world.network.peer_may_choose = true;
	world_lcp_up(&world);
	world_expect_event(&world, PPP_EVENT_NETWORK);
	EXPECT_ANY(&world, PPP_IPCP, REQUEST);
	SAY(&world, PPP_IPCP, REQUEST, 2, ADDRESS_8);
	EXPECT_ANY(&world, PPP_IPCP, ACK);
	SAY(&world, PPP_IPCP, REQUEST, 1, ADDRESS_9);
	world_expect_silence(&world);
	world_wait(&world, 3000);
	EXPECT_ANY(&world, PPP_IPCP, REQUEST);
	world_return(&world, ACK);
	world_expect_event(&world, PPP_EVENT_IPV4_UP);
	for (int i = 0; i < 2; i++) {
		SAY(&world, PPP_IPCP, REQUEST, 1, ADDRESS_9);
		world_expect_no_event(&world);
	}
	world_info(&world, &info);
	check_address(&info.peer, "192.0.2.8");
	SAY(&world, PPP_IPCP, REQUEST, 1, ADDRESS_9);
	world_expect_event(&world, PPP_EVENT_IPV4_DOWN);
	EXPECT_ANY(&world, PPP_IPCP, REQUEST);
	EXPECT_ANY(&world, PPP_IPCP, ACK);
	world_end(&world);
}

static void test_negotiated_anew(void **state)
{
	struct world world;
	struct ppp_info info;

	world_begin(&world);
	world.network.peer_may_choose = true;
	world_lcp_up(&world);
	world_ipcp_up(&world);
	SAY(&world, PPP_IPCP, REQUEST, 5, ADDRESS_8);
	world_expect_event(&world, PPP_EVENT_IPV4_DOWN);
	EXPECT(&world, PPP_IPCP, REQUEST, ADDRESS_1);
	world_return(&world, ACK);
	EXPECT(&world, PPP_IPCP, ACK, ADDRESS_8);
	world_expect_event(&world, PPP_EVENT_IPV4_UP);
	world_info(&world, &info);
	check_address(&info.peer, "192.0.2.8");
	world_end(&world);
}

/* The peer does not know IP; nor does it answer. */
static void test_not_there(void **state)
{
	struct world world;

	begin(&world);
	SAY(&world, PPP_LCP, PROTOCOL_REJECT, 1, "\x80\x21\x01\x01\x00\x04");
	EXPECT_ANY(&world, PPP_IPCP, REQUEST);
	EXPECT_ANY(&world, PPP_LCP, TERMINATE);
	world_wait(&world, 10000);
	world_expect_event(&world, PPP_EVENT_DOWN);
	assert_int_equal(world.event.event.disconnect, 18);
	world_end(&world);
	begin(&world);
	world_wait(&world, 60000);
	world_expect_event(&world, PPP_EVENT_DOWN);
	assert_int_equal(world.event.event.disconnect, 17);
	assert_int_equal(world.event.event.disconnect_protocol, PPP_IPCP);
	world_end(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_up), cmocka_unit_test(test_peer_is_given_an_address),
		cmocka_unit_test(test_peer_insists), cmocka_unit_test(test_peer_never_gives_in),
		cmocka_unit_test(test_peer_chooses), cmocka_unit_test(test_peer_of_a_client),
		cmocka_unit_test(test_we_are_given_an_address), cmocka_unit_test(test_our_address_may_change),
		cmocka_unit_test(test_our_address_is_ours), cmocka_unit_test(test_no_address),
		cmocka_unit_test(test_servers_for_the_peer), cmocka_unit_test(test_servers_for_us),
		cmocka_unit_test(test_rejects), cmocka_unit_test(test_closed_by_peer),
		cmocka_unit_test(test_overtaken), cmocka_unit_test(test_negotiated_anew),
		cmocka_unit_test(test_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
