/* SPDX-License-Identifier: MIT */
/*
 * One engine of PPP with one link, and a peer that says what a test wants.  What the engine sends and tells is kept in
 * the order in which it came.
 */
#ifndef L2TPD_TESTS_UNIT_PPP_WORLD_H
#define L2TPD_TESTS_UNIT_PPP_WORLD_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ppp/ppp.h"
#include "wire/ppp.h"

#include "test.h"

#define WORLD_KEPT_MAX 64

enum {					/* codes of packets */
	REQUEST = 1, ACK, NAK, REJECT, TERMINATE, TERMINATED, CODE_REJECT, PROTOCOL_REJECT, ECHO, ECHOED, DISCARD,
	IDENTIFICATION, TIME_REMAINING, RESET = 14, RESET_ACKED,
};

struct world_packet {
	uint16_t protocol;
	uint8_t code, identifier;
	size_t length;			/* of data */
	uint8_t data[PPP_FRAME_MAX];
};

struct world_event {
	struct ppp_event event;
	char text[PPP_TEXT_MAX];
	struct ppp_mppe_keys keys;
};

struct world {
	struct ppp *ppp;
	handle link;
	uint64_t now;
	struct ppp_settings settings;
	struct ppp_open open;
	struct ppp_network network;
	bool undecided;			/* leave NETWORK and CREDENTIALS to the test */
	struct world_packet sent[WORLD_KEPT_MAX], last;	/* the one that was looked at */
	unsigned int sent_first, sent_count;
	struct world_event events[WORLD_KEPT_MAX], event;	/* likewise */
	unsigned int event_first, event_count;
};

static inline void world_random(void *octets, size_t length)
{
	static uint32_t state = 1;

	for (size_t i = 0; i < length; i++) {
		state = state * 1664525u + 1013904223u;
		((uint8_t *)octets)[i] = (uint8_t)(state >> 24);
	}
}

static inline struct in_addr world_v4(const char *text)
{
	struct address address;

	assert_true(address_parse(text, &address));
	return address.v4;
}

static inline void world_begin(struct world *world)
{
	memset(world, 0, sizeof(*world));
	world->ppp = ppp_new(world_random);
	assert_non_null(world->ppp);
	world->now = 1000000;
	world->settings = (struct ppp_settings){
		.accm = UINT32_MAX, .lcp = { 3000, 10, 2, 5 }, .ipcp = { 3000, 10, 2, 5 }, .pap = { 3000, 10, 2, 5 },
		.chap = { 3000, 10, 2, 5 }, .ipv4 = true,
	};
	snprintf(world->settings.local_name, sizeof(world->settings.local_name), "here");
	world->open = (struct ppp_open){ .settings = &world->settings, .user_name = "", .owner = world };
	world->network = (struct ppp_network){ .ipv4 = true };
	assert_true(address_parse("192.0.2.1", &world->network.local));
	assert_true(address_parse("192.0.2.9", &world->network.peer));
}

static inline void world_end(struct world *world)
{
	ppp_free(world->ppp);
}

/* --- what comes out --- */

static inline void world_keep_event(struct world *world, const struct ppp_event *event)
{
	struct world_event *kept = &world->events[(world->event_first + world->event_count++) % WORLD_KEPT_MAX];

	assert_true(world->event_count <= WORLD_KEPT_MAX);
	assert_ptr_equal(event->owner, world);
	kept->event = *event;
	snprintf(kept->text, sizeof(kept->text), "%s", event->text ? event->text : "");
	if (event->keys)
		kept->keys = *event->keys;
}

static inline void world_keep_frame(struct world *world, const struct ppp_frame *frame)
{
	struct world_packet *kept = &world->sent[(world->sent_first + world->sent_count++) % WORLD_KEPT_MAX];
	const uint8_t *octets;
	struct ppp_packet packet;
	size_t length;

	assert_true(world->sent_count <= WORLD_KEPT_MAX);
	assert_true(frame->length <= PPP_FRAME_MAX);
	assert_true(ppp_frame_read(frame->octets, frame->length, &kept->protocol, &octets, &length));
	assert_int_equal(octets - frame->octets, PPP_HEADER_LENGTH);	/* nothing is left out of control packets */
	assert_true(ppp_packet_read(octets, length, &packet));
	kept->code = packet.code;
	kept->identifier = packet.identifier;
	kept->length = packet.length;
	memcpy(kept->data, packet.data, packet.length);
}

static inline void world_settle(struct world *world)
{
	struct ppp_event event;
	struct ppp_frame frame;

	while (ppp_next_event(world->ppp, &event)) {
		world_keep_event(world, &event);
		if (event.kind == PPP_EVENT_NETWORK && !world->undecided)
			ppp_network(world->ppp, world->link, &world->network, world->now);
	}
	while (ppp_next_frame(world->ppp, &frame))
		world_keep_frame(world, &frame);
}

/* The next event is of this kind. */
static inline void world_expect_event(struct world *world, enum ppp_event_kind kind)
{
	assert_int_not_equal(world->event_count, 0);
	world->event = world->events[world->event_first];
	world->event_first = (world->event_first + 1) % WORLD_KEPT_MAX;
	world->event_count--;
	assert_int_equal(world->event.event.kind, kind);
}

static inline void world_expect_no_event(const struct world *world)
{
	assert_int_equal(world->event_count, 0);
}

/* The next packet that was sent is this; data NULL: whatever is in it. */
static inline void world_expect(struct world *world, uint16_t protocol, uint8_t code, const char *data, size_t length)
{
	assert_int_not_equal(world->sent_count, 0);
	world->last = world->sent[world->sent_first];
	world->sent_first = (world->sent_first + 1) % WORLD_KEPT_MAX;
	world->sent_count--;
	assert_int_equal(world->last.protocol, protocol);
	assert_int_equal(world->last.code, code);
	if (!data)
		return;
	assert_int_equal(world->last.length, length);
	assert_memory_equal(world->last.data, data, length);
}

#define EXPECT(world, protocol, code, data) world_expect(world, protocol, code, data, sizeof(data) - 1)
#define EXPECT_ANY(world, protocol, code) world_expect(world, protocol, code, NULL, 0)

static inline void world_expect_silence(const struct world *world)
{
	assert_int_equal(world->sent_count, 0);
}

/* --- what goes in --- */

static inline void world_open(struct world *world)
{
	struct error error;

	assert_int_equal(ppp_open(world->ppp, &world->open, &world->link, world->now, &error), 0);
	world_settle(world);
}

static inline void world_frame(struct world *world, const void *octets, size_t length)
{
	void *copy = malloc(length ? length : 1);	/* of that length: reading beyond is found */

	assert_non_null(copy);
	if (length)
		memcpy(copy, octets, length);
	ppp_receive(world->ppp, world->link, copy, length, world->now);
	free(copy);
	world_settle(world);
}

static inline void world_say(struct world *world, uint16_t protocol, uint8_t code, uint8_t identifier,
			     const void *data, size_t length)
{
	uint8_t frame[PPP_FRAME_MAX];

	ppp_header_write(protocol, frame);
	ppp_packet_write(code, identifier, length, frame + PPP_HEADER_LENGTH);
	if (length)
		memcpy(frame + PPP_HEADER_LENGTH + PPP_PACKET_LENGTH, data, length);
	world_frame(world, frame, PPP_HEADER_LENGTH + PPP_PACKET_LENGTH + length);
}

#define SAY(world, protocol, code, identifier, data) \
	world_say(world, protocol, code, identifier, data, sizeof(data) - 1)

/* The packet that was looked at last, given back with another code. */
static inline void world_return(struct world *world, uint8_t code)
{
	world_say(world, world->last.protocol, code, world->last.identifier, world->last.data, world->last.length);
}

/* Whatever is due in that time happens when it is. */
static inline void world_wait(struct world *world, uint64_t ms)
{
	uint64_t until = world->now + ms;

	while (ppp_deadline(world->ppp) <= until) {
		if (ppp_deadline(world->ppp) > world->now)
			world->now = ppp_deadline(world->ppp);
		while (ppp_expire(world->ppp, world->now))
			world_settle(world);
	}
	world->now = until;
}

static inline void world_info(const struct world *world, struct ppp_info *info)
{
	assert_int_equal(ppp_info(world->ppp, world->link, info), 0);
}

/* --- the usual --- */

/* The engine asks, and so does the peer, for nothing. */
static inline void world_lcp_up(struct world *world)
{
	world_open(world);
	EXPECT_ANY(world, PPP_LCP, REQUEST);
	world_return(world, ACK);
	SAY(world, PPP_LCP, REQUEST, 1, "");
	EXPECT(world, PPP_LCP, ACK, "");
	world_expect_event(world, PPP_EVENT_LINK_UP);
}

/* With the addresses of world->network. */
static inline void world_ipcp_up(struct world *world)
{
	world_expect_event(world, PPP_EVENT_NETWORK);
	EXPECT(world, PPP_IPCP, REQUEST, "\x03\x06\xc0\x00\x02\x01");
	world_return(world, ACK);
	SAY(world, PPP_IPCP, REQUEST, 1, "\x03\x06\xc0\x00\x02\x09");
	EXPECT(world, PPP_IPCP, ACK, "\x03\x06\xc0\x00\x02\x09");
	world_expect_event(world, PPP_EVENT_IPV4_UP);
	world_expect_silence(world);
}

/* LCP with MS-CHAPv2, by which the peer proves that it is "user"; keys are the verdict's. */
static inline void world_proved(struct world *world, bool with_keys)
{
	static const uint8_t response[54] = { 49, [50] = 'u', 's', 'e', 'r' };
	struct credentials_verdict verdict = {
		.result = CREDENTIALS_ACCEPTED, .mschap_success = "S=0123456789ABCDEF0123456789ABCDEF01234567",
		.keys = { .there = with_keys, .send = "send key........", .receive = "receive key....." },
	};

	world->settings.peer_methods = PPP_MSCHAPV2;
	world_open(world);
	EXPECT(world, PPP_LCP, REQUEST, "\x03\x05\xc2\x23\x81");
	world_return(world, ACK);
	SAY(world, PPP_LCP, REQUEST, 1, "");
	EXPECT(world, PPP_LCP, ACK, "");
	world_expect_event(world, PPP_EVENT_LINK_UP);
	EXPECT_ANY(world, PPP_CHAP_PROTOCOL, 1);
	world_say(world, PPP_CHAP_PROTOCOL, 2, world->last.identifier, response, sizeof(response));
	world_expect_event(world, PPP_EVENT_CREDENTIALS);
	ppp_verdict(world->ppp, world->link, &verdict, NULL, world->now);
	world_settle(world);
	EXPECT_ANY(world, PPP_CHAP_PROTOCOL, 3);
	world_expect_event(world, PPP_EVENT_NETWORK);
}

#endif
