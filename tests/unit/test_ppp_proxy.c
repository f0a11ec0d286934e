/* SPDX-License-Identifier: MIT */
/* Proxy LCP and authentication: taken over when it is what we want, else LCP begins anew; and what a LAC tells. */
#include "ppp_world.h"

#define OCTETS(text) { (const uint8_t *)(text), sizeof(text) - 1 }
#define MAGIC_OURS "\x05\x06\x01\x02\x03\x04"
#define MAGIC_THEIRS "\x05\x06\x0a\x0b\x0c\x0d"
#define MRU_1460 "\x01\x04\x05\xb4"
#define CHAP "\x03\x05\xc2\x23\x05"
#define PAP "\x03\x04\xc0\x23"

static void begin(struct world *world, struct ppp_proxy *proxy)
{
	*proxy = (struct ppp_proxy){
		.initial_received = OCTETS(MRU_1460 MAGIC_THEIRS "\x13\x03\x00"),
		.last_sent = OCTETS(MRU_1460 CHAP MAGIC_OURS),
		.last_received = OCTETS(MRU_1460 MAGIC_THEIRS "\x07\x02\x08\x02"),
	};
	world_begin(world);
	world->settings.use_magic = world->settings.use_pfc = world->settings.use_acfc = true;
	world->settings.peer_methods = PPP_CHAP_MD5 | PPP_PAP;
	world->open.proxy = proxy;
}

static void test_taken_over(void **state)
{
	struct world world;
	struct ppp_proxy proxy;
	struct ppp_info info;

	begin(&world, &proxy);
	world_open(&world);
	world_expect_event(&world, PPP_EVENT_LINK_UP);
	EXPECT_ANY(&world, PPP_CHAP_PROTOCOL, 1);	/* the LAC has seen no proof */
	world_info(&world, &info);
	assert_true(info.proxied);
	assert_int_equal(info.local_mru, 1460);
	assert_int_equal(info.peer_mru, 1460);
	assert_int_equal(info.local_magic, 0x01020304);
	assert_int_equal(info.peer_magic, 0x0a0b0c0d);
	assert_true(info.send_pfc && info.send_acfc);
	assert_int_equal(info.phase, PPP_AUTHENTICATE);
	SAY(&world, PPP_LCP, REQUEST, 1, MRU_1460 MAGIC_THEIRS "\x07\x02\x08\x02");	/* the LAC's Ack was lost */
	EXPECT_ANY(&world, PPP_LCP, ACK);
	world_expect_no_event(&world);
	SAY(&world, PPP_LCP, REQUEST, 2, MAGIC_THEIRS);		/* the subscriber begins anew */
	EXPECT_ANY(&world, PPP_LCP, REQUEST);
	EXPECT_ANY(&world, PPP_LCP, ACK);
	world_info(&world, &info);
	assert_false(info.proxied);
	assert_int_not_equal(info.local_magic, 0x01020304);
	world_end(&world);
}

static void check_anew(const struct ppp_proxy *proxy, const struct world *like)
{
	struct world world;
	struct ppp_info info;

	world_begin(&world);
	world.settings = like->settings;
	world.open.proxy = proxy;
	world_open(&world);
	EXPECT_ANY(&world, PPP_LCP, REQUEST);
	world_expect_no_event(&world);
	world_info(&world, &info);
	assert_false(info.proxied);
	world_end(&world);
}

static void test_anew(void **state)
{
	static const struct {
		struct ppp_octets last_sent, last_received;
	} cases[] = {
		{ OCTETS(MRU_1460 MAGIC_OURS), OCTETS("") },		/* nobody has to prove anything */
		{ OCTETS("\x03\x05\xc2\x23\x81"), OCTETS("") },		/* not by that method */
		{ OCTETS("\x03\x05\xc2\x23\x63"), OCTETS("") },
		{ OCTETS("\x01\x04\x06\x40" CHAP), OCTETS("") },	/* 1600 octets */
		{ OCTETS(CHAP "\x11\x04\x05\xdc"), OCTETS("") },	/* multilink */
		{ OCTETS(CHAP), OCTETS("\x11\x04\x05\xdc") },
		{ OCTETS(CHAP), OCTETS(PAP) },				/* we have no name */
		{ OCTETS(CHAP MAGIC_OURS), OCTETS(MAGIC_OURS) },
		{ OCTETS(CHAP "\x01"), OCTETS("") },			/* broken */
		{ OCTETS(CHAP), OCTETS("\x01\x09\x05") },
		{ { NULL, 0 }, OCTETS("") },				/* not there */
		{ OCTETS(CHAP), { NULL, 0 } },
	};
	struct ppp_proxy proxy;
	struct world world;

	begin(&world, &proxy);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		proxy.last_sent = cases[i].last_sent;
		proxy.last_received = cases[i].last_received;
		check_anew(&proxy, &world);
	}
	world_end(&world);
	begin(&world, &proxy);
	world.settings.peer_methods = 0;	/* who waits for an answer must not wait in vain */
	check_anew(&proxy, &world);
	world_end(&world);
	begin(&world, &proxy);
	world.settings.mru = 1400;
	check_anew(&proxy, &world);
	world_end(&world);
}

static void authenticate(struct world *world, struct ppp_proxy *proxy, uint16_t type)
{
	begin(world, proxy);
	proxy->type = type;
	proxy->identifier = 0x17;
	proxy->name = (struct ppp_octets)OCTETS("user");
	proxy->challenge = (struct ppp_octets)OCTETS("0123456789abcdef");
	proxy->response = (struct ppp_octets)OCTETS("fedcba9876543210");
	if (type == 3)
		proxy->last_sent = (struct ppp_octets)OCTETS(PAP);
}

static void test_proof_taken_over(void **state)
{
	const struct credentials_verdict verdict = { .result = CREDENTIALS_ACCEPTED };
	struct ppp_event event;
	struct ppp_proxy proxy;
	struct world world;

	authenticate(&world, &proxy, 2);
	assert_int_equal(ppp_open(world.ppp, &world.open, &world.link, world.now, NULL), 0);
	assert_true(ppp_next_event(world.ppp, &event));
	assert_int_equal(event.kind, PPP_EVENT_LINK_UP);
	assert_true(ppp_next_event(world.ppp, &event));
	assert_int_equal(event.kind, PPP_EVENT_CREDENTIALS);
	assert_int_equal(event.credentials->method, CREDENTIALS_CHAP_MD5);
	assert_int_equal(event.credentials->identifier, 0x17);
	assert_memory_equal(event.credentials->challenge, "0123456789abcdef", 16);
	assert_memory_equal(event.credentials->response, "fedcba9876543210", 16);
	ppp_verdict(world.ppp, world.link, &verdict, NULL, world.now);
	world_settle(&world);
	EXPECT_ANY(&world, PPP_CHAP_PROTOCOL, 3);
	assert_int_equal(world.last.identifier, 0x17);		/* the subscriber waits for that */
	world_expect_event(&world, PPP_EVENT_NETWORK);
	world_end(&world);
}

static void test_pap_taken_over(void **state)
{
	const struct credentials_verdict verdict = { .result = CREDENTIALS_REJECTED };
	struct ppp_proxy proxy;
	struct world world;

	authenticate(&world, &proxy, 3);
	world_open(&world);
	world_expect_event(&world, PPP_EVENT_LINK_UP);
	world_expect_event(&world, PPP_EVENT_CREDENTIALS);
	ppp_verdict(world.ppp, world.link, &verdict, NULL, world.now);
	world_settle(&world);
	EXPECT_ANY(&world, PPP_PAP_PROTOCOL, 3);
	assert_int_equal(world.last.identifier, 0x17);
	EXPECT_ANY(&world, PPP_LCP, TERMINATE);
	world_end(&world);
}

/* The proof is of another kind than was agreed, or there is none: we ask ourselves. */
static void test_no_proof(void **state)
{
	static const uint16_t types[] = { 0, 1, 3, 4, 5, 99 };
	struct ppp_proxy proxy;
	struct world world;

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		authenticate(&world, &proxy, 2);
		proxy.type = types[i];
		world_open(&world);
		world_expect_event(&world, PPP_EVENT_LINK_UP);
		EXPECT_ANY(&world, PPP_CHAP_PROTOCOL, 1);
		world_expect_no_event(&world);
		world_end(&world);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_taken_over), cmocka_unit_test(test_anew),
		cmocka_unit_test(test_proof_taken_over), cmocka_unit_test(test_pap_taken_over),
		cmocka_unit_test(test_no_proof),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
