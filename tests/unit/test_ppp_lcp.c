/* SPDX-License-Identifier: MIT */
/* LCP: which options are asked for and agreed to, its own codes, loops, echoes, and how it ends. */
#include "ppp_world.h"

static void test_up_without_options(void **state)
{
	struct world world;
	struct ppp_info info;

	world_begin(&world);
	world_open(&world);
	EXPECT(&world, PPP_LCP, REQUEST, "");
	world_return(&world, ACK);
	world_expect_no_event(&world);
	SAY(&world, PPP_LCP, REQUEST, 7, "");
	EXPECT(&world, PPP_LCP, ACK, "");
	assert_int_equal(world.last.identifier, 7);
	world_expect_event(&world, PPP_EVENT_LINK_UP);
	world_info(&world, &info);
	assert_int_equal(info.local_mru, 1500);
	assert_int_equal(info.peer_mru, 1500);
	assert_int_equal(info.peer_accm, UINT32_MAX);
	assert_int_equal(info.local_magic, 0);
	assert_false(info.send_pfc || info.send_acfc);
	world_end(&world);
}

static void test_all_options(void **state)
{
	struct world world;
	struct ppp_info info;

	world_begin(&world);
	world.settings.mru = 1460;
	world.settings.mtu = 1400;
	world.settings.accm = 0x000a0000;
	world.settings.use_magic = world.settings.use_pfc = world.settings.use_acfc = true;
	world_open(&world);
	EXPECT_ANY(&world, PPP_LCP, REQUEST);
	assert_int_equal(world.last.length, 4 + 6 + 6 + 2 + 2);
	assert_memory_equal(world.last.data, "\x01\x04\x05\xb4\x02\x06\x00\x0a\x00\x00\x05\x06", 12);
	assert_memory_equal(world.last.data + 16, "\x07\x02\x08\x02", 4);
	world_return(&world, ACK);
	SAY(&world, PPP_LCP, REQUEST, 1,
	    "\x01\x04\x05\xa0\x02\x06\x00\x00\x00\x01\x05\x06\x01\x02\x03\x04\x07\x02\x08\x02");
	EXPECT_ANY(&world, PPP_LCP, ACK);
	world_info(&world, &info);
	assert_int_equal(info.local_mru, 1460);
	assert_int_equal(info.peer_mru, 1400);		/* 1440, and we send no more than 1400 */
	assert_int_equal(info.local_accm, 0x000a0000);
	assert_int_equal(info.peer_accm, 1);
	assert_int_equal(info.peer_magic, 0x01020304);
	assert_int_not_equal(info.local_magic, 0);
	assert_true(info.send_pfc && info.send_acfc);
	world_end(&world);
}

/* Unknown ones, multilink, quality, callback, and those that are not wanted here. */
static void test_rejects(void **state)
{
	struct world world;

	world_begin(&world);
	world_open(&world);
	EXPECT_ANY(&world, PPP_LCP, REQUEST);
	SAY(&world, PPP_LCP, REQUEST, 1,
	    "\x01\x04\x05\xdc\x04\x08\xc0\x25\x00\x00\x03\xe8\x0d\x03\x06\x11\x04\x05\xdc\x12\x02"
	    "\x13\x05\x01\x61\x62\x07\x02\x08\x02\x05\x06\x01\x02\x03\x04\x09\x03\x01\x63\x02");
	EXPECT(&world, PPP_LCP, REJECT,
	       "\x04\x08\xc0\x25\x00\x00\x03\xe8\x0d\x03\x06\x11\x04\x05\xdc\x12\x02"
	       "\x13\x05\x01\x61\x62\x07\x02\x08\x02\x05\x06\x01\x02\x03\x04\x09\x03\x01\x63\x02");
	SAY(&world, PPP_LCP, REQUEST, 2, "\x01\x04\x05\xdc");
	EXPECT(&world, PPP_LCP, ACK, "\x01\x04\x05\xdc");
	world_end(&world);
}

static void test_small_mru(void **state)
{
	struct world world;

	world_begin(&world);
	world_open(&world);
	EXPECT_ANY(&world, PPP_LCP, REQUEST);
	SAY(&world, PPP_LCP, REQUEST, 1, "\x01\x04\x00\x40");
	EXPECT(&world, PPP_LCP, NAK, "\x01\x04\x00\x80");
	SAY(&world, PPP_LCP, REQUEST, 2, "\x01\x03\x40");	/* no MRU at all */
	EXPECT(&world, PPP_LCP, REJECT, "\x01\x03\x40");
	world_end(&world);
}

/* After max_failure Naks what is still wrong is rejected; after more of that it ends. */
static void test_patience(void **state)
{
	struct world world;
	uint8_t identifier = 0;

	world_begin(&world);
	world_open(&world);
	EXPECT_ANY(&world, PPP_LCP, REQUEST);
	while (identifier < 5) {
		SAY(&world, PPP_LCP, REQUEST, ++identifier, "\x01\x04\x00\x40");
		EXPECT_ANY(&world, PPP_LCP, NAK);
	}
	while (identifier < 19) {
		SAY(&world, PPP_LCP, REQUEST, ++identifier, "\x01\x04\x00\x40");
		EXPECT_ANY(&world, PPP_LCP, world.sent_count ? REJECT : 0);
		if (world.sent_count)
			break;
	}
	EXPECT_ANY(&world, PPP_LCP, TERMINATE);
	world_wait(&world, 10000);
	world_expect_event(&world, PPP_EVENT_DOWN);
	assert_int_equal(world.event.event.cause, PPP_CAUSE_NEGOTIATION);
	world_end(&world);
}

/* Its Naks are followed, within what we want; who never has enough loses the option, and then the link. */
static void test_naks_for_ever(void **state)
{
	struct world world;
	unsigned int requests = 0;

	world_begin(&world);
	world.settings.mru = 1460;
	world.settings.use_magic = true;
	world_open(&world);
	EXPECT_ANY(&world, PPP_LCP, REQUEST);
	world_say(&world, PPP_LCP, NAK, world.last.identifier, "\x01\x04\x05\x00", 4);
	EXPECT_ANY(&world, PPP_LCP, REQUEST);
	assert_memory_equal(world.last.data, "\x01\x04\x05\x00", 4);
	world_say(&world, PPP_LCP, NAK, world.last.identifier, "\x01\x04\x05\xdc", 4);
	EXPECT_ANY(&world, PPP_LCP, REQUEST);
	assert_memory_equal(world.last.data, "\x01\x04\x05\xb4", 4);	/* not more than our own wish */
	while (world.last.code == REQUEST && requests++ < 100) {
		world_say(&world, PPP_LCP, NAK, world.last.identifier, "\x01\x04\x02\x00", 4);
		EXPECT_ANY(&world, PPP_LCP, world.sent[world.sent_first].code);
	}
	assert_in_range(requests, 5, 30);
	assert_int_equal(world.last.code, TERMINATE);
	world_wait(&world, 10000);
	world_expect_event(&world, PPP_EVENT_DOWN);
	assert_int_equal(world.event.event.cause, PPP_CAUSE_NEGOTIATION);
	world_end(&world);
}

static void test_rejected_by_peer(void **state)
{
	struct world world;
	struct ppp_info info;

	world_begin(&world);
	world.settings.mru = 1460;
	world.settings.use_magic = world.settings.use_pfc = world.settings.use_acfc = true;
	world_open(&world);
	EXPECT_ANY(&world, PPP_LCP, REQUEST);
	world_return(&world, REJECT);
	EXPECT(&world, PPP_LCP, REQUEST, "");
	world_return(&world, ACK);
	SAY(&world, PPP_LCP, REQUEST, 1, "");
	world_info(&world, &info);
	assert_int_equal(info.local_mru, 1500);
	assert_int_equal(info.local_magic, 0);
	world_expect_event(&world, PPP_EVENT_LINK_UP);
	world_end(&world);
}

/* --- answers that are none --- */

static void test_wrong_answers(void **state)
{
	struct world world;

	world_begin(&world);
	world.settings.mru = 1460;
	world_open(&world);
	EXPECT_ANY(&world, PPP_LCP, REQUEST);
	world_say(&world, PPP_LCP, ACK, (uint8_t)(world.last.identifier + 1), world.last.data, world.last.length);
	world_say(&world, PPP_LCP, ACK, world.last.identifier, "\x01\x04\x05\xb5", 4);	/* not what we asked for */
	world_say(&world, PPP_LCP, ACK, world.last.identifier, "", 0);
	world_say(&world, PPP_LCP, NAK, world.last.identifier, "\x01\x09\x05", 3);	/* broken */
	world_say(&world, PPP_LCP, NAK, world.last.identifier, "", 0);
	world_say(&world, PPP_LCP, REJECT, (uint8_t)(world.last.identifier - 1), "\x01\x04\x05\xb4", 4);
	world_expect_silence(&world);
	SAY(&world, PPP_LCP, REQUEST, 1, "");
	EXPECT(&world, PPP_LCP, ACK, "");
	world_expect_no_event(&world);		/* ours still waits */
	world_return(&world, ACK);		/* with the peer's identifier */
	world_expect_no_event(&world);
	world_end(&world);
}

static void test_ack_twice(void **state)
{
	struct world world;

	world_begin(&world);
	world_open(&world);
	EXPECT_ANY(&world, PPP_LCP, REQUEST);
	world_return(&world, ACK);
	world_return(&world, ACK);
	SAY(&world, PPP_LCP, REQUEST, 1, "");
	world_say(&world, PPP_LCP, ACK, world.last.identifier, "", 0);
	world_expect_event(&world, PPP_EVENT_LINK_UP);
	world_expect_event(&world, PPP_EVENT_NETWORK);
	world_expect_no_event(&world);
	world_end(&world);
}

static void test_malformed(void **state)
{
	struct world world;

	world_begin(&world);
	world_open(&world);
	EXPECT_ANY(&world, PPP_LCP, REQUEST);
	world_frame(&world, "", 0);
	world_frame(&world, "\xff\x03", 2);
	world_frame(&world, "\xff\x03\xc0\x21", 4);
	world_frame(&world, "\xff\x03\xc0\x21\x01\x01\x00", 7);
	world_frame(&world, "\xff\x03\xc0\x21\x01\x01\x00\x03", 8);		/* shorter than its header */
	world_frame(&world, "\xff\x03\xc0\x21\x01\x01\x00\x05", 8);		/* longer than the frame */
	world_frame(&world, "\xff\x03\xc0\x21\x01\x01\x00\x06\x01\x01", 10);	/* an option without an end */
	world_frame(&world, "\xff\x03\xc0\x21\x01\x01\x00\x07\x01\x04\x05", 11);
	world_expect_silence(&world);
	world_frame(&world, "\xff\x03\xc0\x21\x01\x01\x00\x04padding", 15);
	EXPECT(&world, PPP_LCP, ACK, "");
	world_end(&world);
}

/* --- loops --- */

static void test_same_magic(void **state)
{
	struct world world;

	world_begin(&world);
	world.settings.use_magic = true;
	world_open(&world);
	EXPECT_ANY(&world, PPP_LCP, REQUEST);
	world_say(&world, PPP_LCP, REQUEST, 1, world.last.data, world.last.length);
	EXPECT_ANY(&world, PPP_LCP, NAK);
	assert_int_equal(world.last.length, 6);
	SAY(&world, PPP_LCP, REQUEST, 1, "\x05\x06\x00\x00\x00\x00");
	EXPECT_ANY(&world, PPP_LCP, NAK);
	world_end(&world);
}

static void test_loop(void **state)
{
	struct world world;
	unsigned int frames = 0;

	world_begin(&world);
	world.settings.use_magic = true;
	world_open(&world);
	while (world.sent_count && frames++ < 100) {
		EXPECT_ANY(&world, PPP_LCP, world.sent[world.sent_first].code);
		world_return(&world, world.last.code);
	}
	assert_in_range(frames, 4, 60);
	world_wait(&world, 20000);
	world_expect_event(&world, PPP_EVENT_DOWN);
	assert_int_equal(world.event.event.cause, PPP_CAUSE_LOOP);
	assert_int_equal(world.event.event.disconnect, 7);
	world_end(&world);
}

/* --- time --- */

static void test_nobody_there(void **state)
{
	struct world world;
	uint8_t identifier;

	world_begin(&world);
	world_open(&world);
	EXPECT_ANY(&world, PPP_LCP, REQUEST);
	identifier = world.last.identifier;
	for (int i = 1; i < 10; i++) {
		world_wait(&world, 2999);
		world_expect_silence(&world);
		world_wait(&world, 1);
		EXPECT_ANY(&world, PPP_LCP, REQUEST);
		assert_int_equal(world.last.identifier, identifier);	/* the same request */
	}
	world_expect_no_event(&world);
	world_wait(&world, 3000);
	world_expect_silence(&world);
	world_expect_event(&world, PPP_EVENT_DOWN);
	assert_int_equal(world.event.event.cause, PPP_CAUSE_LOST);
	assert_int_equal(world.event.event.disconnect, 6);
	assert_int_equal(world.event.event.disconnect_protocol, PPP_LCP);
	assert_true(world.event.event.by_peer);
	assert_int_equal(ppp_deadline(world.ppp), PPP_NEVER);
	world_end(&world);
}

/* Its answers are never good enough, and it never says so. */
static void test_no_agreement_in_time(void **state)
{
	struct world world;

	world_begin(&world);
	world_open(&world);
	SAY(&world, PPP_LCP, REQUEST, 1, "");
	world_wait(&world, 60000);
	world_expect_event(&world, PPP_EVENT_DOWN);
	assert_int_equal(world.event.event.disconnect, 5);
	world_end(&world);
}

static void test_passive(void **state)
{
	struct world world;

	world_begin(&world);
	world.settings.passive = true;
	world_open(&world);
	world_expect_silence(&world);
	assert_int_equal(ppp_deadline(world.ppp), PPP_NEVER);
	SAY(&world, PPP_LCP, REQUEST, 1, "");
	EXPECT_ANY(&world, PPP_LCP, REQUEST);
	world_return(&world, ACK);
	EXPECT_ANY(&world, PPP_LCP, ACK);
	world_expect_event(&world, PPP_EVENT_LINK_UP);
	world_end(&world);
}

static void test_passive_closed(void **state)
{
	struct world world;

	world_begin(&world);
	world.settings.passive = true;
	world_open(&world);
	ppp_close(world.ppp, world.link, "no more", world.now);
	world_settle(&world);
	world_expect_silence(&world);
	world_expect_event(&world, PPP_EVENT_DOWN);
	world_end(&world);
}

/* --- codes --- */

static void test_unknown_code(void **state)
{
	struct world world;

	world_begin(&world);
	world_lcp_up(&world);
	world_expect_event(&world, PPP_EVENT_NETWORK);
	EXPECT_ANY(&world, PPP_IPCP, REQUEST);
	SAY(&world, PPP_LCP, 99, 5, "abc");
	EXPECT(&world, PPP_LCP, CODE_REJECT, "\x63\x05\x00\x07" "abc");
	SAY(&world, PPP_LCP, IDENTIFICATION, 1, "\0\0\0\0MSRASV5.20");
	SAY(&world, PPP_LCP, TIME_REMAINING, 1, "\0\0\0\0\0\0\0\1");
	SAY(&world, PPP_LCP, DISCARD, 1, "\0\0\0\0xyz");
	world_expect_silence(&world);
	world_expect_no_event(&world);
	world_end(&world);
}

static void test_code_reject(void **state)
{
	struct world world;

	world_begin(&world);
	world_lcp_up(&world);
	world_ipcp_up(&world);
	SAY(&world, PPP_LCP, CODE_REJECT, 1, "");		/* of nothing */
	SAY(&world, PPP_LCP, CODE_REJECT, 1, "\x0c\x01\x00\x04");	/* we can do without */
	world_expect_silence(&world);
	world_expect_no_event(&world);
	SAY(&world, PPP_LCP, CODE_REJECT, 2, "\x01\x01\x00\x04");	/* not without Configure-Request */
	EXPECT_ANY(&world, PPP_LCP, TERMINATE);
	world_expect_event(&world, PPP_EVENT_IPV4_DOWN);
	world_return(&world, TERMINATED);
	world_expect_event(&world, PPP_EVENT_DOWN);
	assert_int_equal(world.event.event.cause, PPP_CAUSE_NEGOTIATION);
	world_end(&world);
}

static void test_protocol_reject(void **state)
{
	struct world world;

	world_begin(&world);
	world_lcp_up(&world);
	world_ipcp_up(&world);
	world_frame(&world, "\xff\x03\x80\x53\x01\x01\x00\x04", 8);	/* ECP */
	EXPECT(&world, PPP_LCP, PROTOCOL_REJECT, "\x80\x53\x01\x01\x00\x04");
	world_frame(&world, "\x3d\xc0\x00\x00\x00", 5);			/* multilink */
	EXPECT(&world, PPP_LCP, PROTOCOL_REJECT, "\x00\x3d\xc0\x00\x00\x00");
	world_frame(&world, "\xff\x03\x00\x21\x45", 5);			/* IP is the datapath's */
	world_frame(&world, "\xff\x03\x00\xfd\x45", 5);
	world_expect_silence(&world);
	SAY(&world, PPP_LCP, PROTOCOL_REJECT, 1, "\xc0");		/* of nothing */
	SAY(&world, PPP_LCP, PROTOCOL_REJECT, 1, "\x80\x53");		/* of what we never said */
	world_expect_silence(&world);
	SAY(&world, PPP_LCP, PROTOCOL_REJECT, 1, "\xc0\x21");
	world_expect_event(&world, PPP_EVENT_IPV4_DOWN);
	world_wait(&world, 10000);
	world_expect_event(&world, PPP_EVENT_DOWN);
	world_end(&world);
}

/* What is rejected is cut off at the peer's MRU. */
static void test_protocol_reject_of_large(void **state)
{
	uint8_t frame[1504] = { 0xff, 0x03, 0x80, 0x53 };
	struct world world;

	world_begin(&world);
	world_open(&world);
	EXPECT_ANY(&world, PPP_LCP, REQUEST);
	world_return(&world, ACK);
	SAY(&world, PPP_LCP, REQUEST, 1, "\x01\x04\x00\xc8");
	EXPECT_ANY(&world, PPP_LCP, ACK);
	EXPECT_ANY(&world, PPP_IPCP, REQUEST);
	world_frame(&world, frame, sizeof(frame));
	EXPECT_ANY(&world, PPP_LCP, PROTOCOL_REJECT);
	assert_in_range(world.last.length + PPP_PACKET_LENGTH, 100, 200);
	SAY(&world, PPP_LCP, 99, 1, "");
	world_say(&world, PPP_LCP, 99, 1, frame, 1400);
	EXPECT_ANY(&world, PPP_LCP, CODE_REJECT);
	EXPECT_ANY(&world, PPP_LCP, CODE_REJECT);
	assert_in_range(world.last.length + PPP_PACKET_LENGTH, 100, 200);
	world_end(&world);
}

/* --- echoes --- */

static void test_echo_answered(void **state)
{
	struct world world;
	struct ppp_info info;

	world_begin(&world);
	world_lcp_up(&world);
	world_ipcp_up(&world);
	SAY(&world, PPP_LCP, ECHO, 9, "\x01\x02\x03\x04" "abc");
	EXPECT(&world, PPP_LCP, ECHOED, "\0\0\0\0" "abc");	/* our magic number is none */
	assert_int_equal(world.last.identifier, 9);
	SAY(&world, PPP_LCP, ECHO, 9, "\x01\x02\x03");
	world_expect_silence(&world);
	world_info(&world, &info);
	assert_int_equal(info.counters.echoes_received, 1);
	world_end(&world);
}

static void test_echo_before_open(void **state)
{
	struct world world;

	world_begin(&world);
	world_open(&world);
	EXPECT_ANY(&world, PPP_LCP, REQUEST);
	SAY(&world, PPP_LCP, ECHO, 9, "\0\0\0\0");
	world_expect_silence(&world);
	world_end(&world);
}

static void test_echo_failure(void **state)
{
	struct world world;
	struct ppp_info info;

	world_begin(&world);
	world.settings.echo_interval = 10000;
	world.settings.echo_failures = 3;
	world_lcp_up(&world);
	world_ipcp_up(&world);
	for (int i = 0; i < 5; i++) {
		world_wait(&world, 10000);
		EXPECT(&world, PPP_LCP, ECHO, "\0\0\0\0");
		world_return(&world, ECHOED);
	}
	world_expect_no_event(&world);
	for (int i = 0; i < 3; i++) {
		world_wait(&world, 10000);
		EXPECT_ANY(&world, PPP_LCP, ECHO);
	}
	world_expect_no_event(&world);
	world_info(&world, &info);
	assert_int_equal(info.counters.echoes_sent, 8);
	assert_int_equal(info.counters.echoes_answered, 5);
	world_wait(&world, 10000);
	EXPECT_ANY(&world, PPP_LCP, TERMINATE);
	world_expect_event(&world, PPP_EVENT_IPV4_DOWN);
	world_wait(&world, 10000);
	world_expect_event(&world, PPP_EVENT_DOWN);
	assert_int_equal(world.event.event.cause, PPP_CAUSE_LOST);
	assert_int_equal(world.event.event.disconnect, 8);
	assert_true(world.event.event.by_peer);
	world_end(&world);
}

/* Failures 0: asked, and nothing follows. */
static void test_echo_without_failure(void **state)
{
	struct world world;

	world_begin(&world);
	world.settings.echo_interval = 1000;
	world_lcp_up(&world);
	world_ipcp_up(&world);
	for (int i = 0; i < 30; i++) {
		world_wait(&world, 1000);
		EXPECT_ANY(&world, PPP_LCP, ECHO);
	}
	world_expect_no_event(&world);
	SAY(&world, PPP_LCP, CODE_REJECT, 1, "\x09\x01\x00\x04");	/* a peer that does not know it */
	world_wait(&world, 5000);
	world_expect_silence(&world);
	world_end(&world);
}

static void test_echo_of_a_loop(void **state)
{
	struct world world;
	uint8_t magic[4];

	world_begin(&world);
	world.settings.use_magic = true;
	world.settings.echo_interval = 1000;
	world.settings.echo_failures = 2;
	world_lcp_up(&world);
	world_ipcp_up(&world);
	for (int i = 0; i < 2; i++) {
		world_wait(&world, 1000);
		EXPECT_ANY(&world, PPP_LCP, ECHO);
		memcpy(magic, world.last.data, sizeof(magic));
		world_say(&world, PPP_LCP, ECHO, 1, magic, sizeof(magic));
		world_expect_silence(&world);
	}
	world_wait(&world, 20000);
	world_expect_event(&world, PPP_EVENT_IPV4_DOWN);
	world_expect_event(&world, PPP_EVENT_DOWN);
	assert_int_equal(world.event.event.cause, PPP_CAUSE_LOOP);
	world_end(&world);
}

/* --- its end --- */

static void test_peer_terminates(void **state)
{
	struct world world;

	world_begin(&world);
	world_lcp_up(&world);
	world_ipcp_up(&world);
	SAY(&world, PPP_LCP, TERMINATE, 7, "User request\n");
	EXPECT(&world, PPP_LCP, TERMINATED, "");
	assert_int_equal(world.last.identifier, 7);
	world_expect_event(&world, PPP_EVENT_IPV4_DOWN);
	SAY(&world, PPP_LCP, REQUEST, 8, "");
	world_expect_silence(&world);
	world_expect_no_event(&world);			/* a while for the peer to see it */
	world_wait(&world, 3000);
	world_expect_event(&world, PPP_EVENT_DOWN);
	assert_int_equal(world.event.event.cause, PPP_CAUSE_USER);
	assert_int_equal(world.event.event.disconnect, 3);
	assert_int_equal(world.event.event.disconnect_direction, 1);
	assert_true(world.event.event.by_peer);
	assert_string_equal(world.event.text, "closed by the peer: User request?");
	SAY(&world, PPP_LCP, TERMINATE, 9, "");		/* it missed the answer */
	EXPECT(&world, PPP_LCP, TERMINATED, "");
	SAY(&world, PPP_LCP, REQUEST, 10, "");
	world_expect_silence(&world);
	world_expect_no_event(&world);
	world_end(&world);
}

static void test_we_close(void **state)
{
	struct world world;

	world_begin(&world);
	world_lcp_up(&world);
	world_ipcp_up(&world);
	ppp_close(world.ppp, world.link, "the pool is empty", world.now);
	ppp_close(world.ppp, world.link, "again", world.now);
	world_settle(&world);
	EXPECT(&world, PPP_LCP, TERMINATE, "the pool is empty");
	world_expect_event(&world, PPP_EVENT_IPV4_DOWN);
	world_return(&world, TERMINATED);
	world_expect_event(&world, PPP_EVENT_DOWN);
	assert_int_equal(world.event.event.cause, PPP_CAUSE_ADMIN);
	assert_int_equal(world.event.event.disconnect, 1);
	assert_string_equal(world.event.text, "the pool is empty");
	world_expect_no_event(&world);
	world_end(&world);
}

static void test_close_unheard(void **state)
{
	struct world world;

	world_begin(&world);
	world_lcp_up(&world);
	ppp_close(world.ppp, world.link, NULL, world.now);
	world_settle(&world);
	world_wait(&world, 3000);
	world_expect_event(&world, PPP_EVENT_NETWORK);
	world_expect_no_event(&world);
	world_wait(&world, 3000);
	world_expect_event(&world, PPP_EVENT_DOWN);
	assert_int_equal(ppp_deadline(world.ppp), PPP_NEVER);
	world_end(&world);
}

/* The peer wants something else: everything begins anew. */
static void test_negotiated_anew(void **state)
{
	struct world world;
	struct ppp_info info;

	world_begin(&world);
	world_lcp_up(&world);
	world_ipcp_up(&world);
	SAY(&world, PPP_LCP, REQUEST, 2, "\x01\x04\x05\x78");
	world_expect_event(&world, PPP_EVENT_IPV4_DOWN);
	EXPECT_ANY(&world, PPP_LCP, REQUEST);
	world_return(&world, ACK);
	EXPECT_ANY(&world, PPP_LCP, ACK);
	world_expect_event(&world, PPP_EVENT_LINK_UP);
	assert_true(world.event.event.again);
	world_info(&world, &info);
	assert_int_equal(info.peer_mru, 1400);
	world_ipcp_up(&world);
	world_end(&world);
}

/* Then our request is repeated as often as ever. */
static void test_negotiated_anew_and_lost(void **state)
{
	struct world world;

	world_begin(&world);
	world_lcp_up(&world);
	world_ipcp_up(&world);
	SAY(&world, PPP_LCP, REQUEST, 2, "\x01\x04\x05\x78");
	EXPECT_ANY(&world, PPP_LCP, REQUEST);
	EXPECT_ANY(&world, PPP_LCP, ACK);
	for (int i = 1; i < 10; i++) {
		world_wait(&world, 3000);
		EXPECT_ANY(&world, PPP_LCP, REQUEST);
	}
	world_return(&world, ACK);
	world_expect_event(&world, PPP_EVENT_IPV4_DOWN);
	world_expect_event(&world, PPP_EVENT_LINK_UP);
	world_end(&world);
}

/* And if it is never answered: the peer was heard. */
static void test_negotiated_anew_in_vain(void **state)
{
	struct world world;

	world_begin(&world);
	world_lcp_up(&world);
	world_ipcp_up(&world);
	SAY(&world, PPP_LCP, REQUEST, 2, "\x01\x04\x05\x78");
	world_wait(&world, 60000);
	world_expect_event(&world, PPP_EVENT_IPV4_DOWN);
	world_expect_event(&world, PPP_EVENT_DOWN);
	assert_int_equal(world.event.event.cause, PPP_CAUSE_LOST);
	assert_int_equal(world.event.event.disconnect, 5);
	world_end(&world);
}

#define MAGIC "\x05\x06\x01\x02\x03\x04"

/* The peer missed our Ack: that is no reason to begin anew. */
static void test_request_repeated(void **state)
{
	struct world world;

	world_begin(&world);
	world.settings.use_magic = true;
	world_open(&world);
	EXPECT_ANY(&world, PPP_LCP, REQUEST);
	world_return(&world, ACK);
	SAY(&world, PPP_LCP, REQUEST, 1, MAGIC);
	EXPECT_ANY(&world, PPP_LCP, ACK);
	world_expect_event(&world, PPP_EVENT_LINK_UP);
	world_ipcp_up(&world);
	for (int i = 0; i < 2; i++) {
		SAY(&world, PPP_LCP, REQUEST, 1, MAGIC);
		EXPECT(&world, PPP_LCP, ACK, MAGIC);
		world_expect_silence(&world);
		world_expect_no_event(&world);
	}
	SAY(&world, PPP_LCP, REQUEST, 1, MAGIC);	/* it began anew, and waits for our request */
	world_expect_event(&world, PPP_EVENT_IPV4_DOWN);
	EXPECT_ANY(&world, PPP_LCP, REQUEST);
	EXPECT(&world, PPP_LCP, ACK, MAGIC);
	world_end(&world);
}

/* Without a magic number there is no telling. */
static void test_request_repeated_or_not(void **state)
{
	struct world world;

	world_begin(&world);
	world_lcp_up(&world);
	world_ipcp_up(&world);
	SAY(&world, PPP_LCP, REQUEST, 1, "");
	world_expect_event(&world, PPP_EVENT_IPV4_DOWN);
	EXPECT_ANY(&world, PPP_LCP, REQUEST);
	EXPECT(&world, PPP_LCP, ACK, "");
	world_end(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_up_without_options), cmocka_unit_test(test_all_options),
		cmocka_unit_test(test_rejects), cmocka_unit_test(test_small_mru), cmocka_unit_test(test_patience),
		cmocka_unit_test(test_naks_for_ever), cmocka_unit_test(test_rejected_by_peer),
		cmocka_unit_test(test_wrong_answers), cmocka_unit_test(test_ack_twice),
		cmocka_unit_test(test_malformed), cmocka_unit_test(test_same_magic), cmocka_unit_test(test_loop),
		cmocka_unit_test(test_nobody_there), cmocka_unit_test(test_no_agreement_in_time),
		cmocka_unit_test(test_passive), cmocka_unit_test(test_passive_closed),
		cmocka_unit_test(test_unknown_code), cmocka_unit_test(test_code_reject),
		cmocka_unit_test(test_protocol_reject), cmocka_unit_test(test_protocol_reject_of_large),
		cmocka_unit_test(test_echo_answered), cmocka_unit_test(test_echo_before_open),
		cmocka_unit_test(test_echo_failure), cmocka_unit_test(test_echo_without_failure),
		cmocka_unit_test(test_echo_of_a_loop), cmocka_unit_test(test_peer_terminates),
		cmocka_unit_test(test_we_close), cmocka_unit_test(test_close_unheard),
		cmocka_unit_test(test_negotiated_anew), cmocka_unit_test(test_negotiated_anew_and_lost),
		cmocka_unit_test(test_negotiated_anew_in_vain),
		cmocka_unit_test(test_request_repeated), cmocka_unit_test(test_request_repeated_or_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
