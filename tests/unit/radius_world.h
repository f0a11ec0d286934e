/* SPDX-License-Identifier: MIT */
/*
 * A RADIUS client, a clock, and servers that are this file: datagrams are taken from the client, looked at, and
 * answered with what a test wants, signed as a server would.
 */
#ifndef L2TPD_TESTS_UNIT_RADIUS_WORLD_H
#define L2TPD_TESTS_UNIT_RADIUS_WORLD_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aaa/radius.h"
#include "test.h"
#include "wire/radius.h"

#define SECRET "correct-horse"
#define STARTED 1000000			/* ms, when the world begins */
#define UNIX_TIME 1700000000

struct sent {
	struct radius_datagram datagram;
	uint8_t octets[RADIUS_PACKET_MAX];
	struct radius_packet packet;
};

static struct radius_client *client;
static uint64_t now;
static struct sent last;		/* that was taken */
static struct radius_event event;

static const struct radius_secret world_secret = { (const uint8_t *)SECRET, sizeof(SECRET) - 1 };

static inline struct address address_of(const char *text)
{
	struct address address;

	assert_true(address_parse(text, &address));
	return address;
}

static inline struct radius_server_settings settings_of(const char *name, const char *address)
{
	struct radius_server_settings settings = {
		.address = address_of(address), .auth_port = 1812, .acct_port = 1813, .timeout = 1000, .retries = 2,
		.dead_time = 60000, .secret = SECRET, .secret_length = sizeof(SECRET) - 1,
	};

	snprintf(settings.name, sizeof(settings.name), "%s", name);
	return settings;
}

static inline void set_server(const struct radius_server_settings *settings)
{
	struct error error;

	assert_int_equal(radius_set_server(client, settings, now, &error), 0);
}

static inline void add_server(const char *name, const char *address)
{
	struct radius_server_settings settings = settings_of(name, address);

	set_server(&settings);
}

static inline int begin_world(void **state)
{
	now = STARTED;
	client = radius_new(NULL, NULL);
	return client ? 0 : -1;
}

static inline int end_world(void **state)
{
	radius_free(client);
	client = NULL;
	return 0;
}

/* --- what is sent --- */

static inline bool take(void)
{
	if (!radius_next_datagram(client, &last.datagram, now))
		return false;
	memcpy(last.octets, last.datagram.octets, last.datagram.length);
	last.datagram.octets = last.octets;
	assert_true(radius_parse(&last.packet, last.octets, last.datagram.length));
	assert_int_equal(last.packet.length, last.datagram.length);
	return true;
}

static inline void sends_nothing(void)
{
	assert_false(take());
}

/* One datagram to this server. */
static inline void sends_to(const char *address, uint16_t port)
{
	struct address wanted = address_of(address);

	assert_true(take());
	assert_int_equal(last.datagram.peer.port, port);
	assert_true(address_equal(&last.datagram.peer.address, &wanted));
}

static inline struct radius_attribute said(uint32_t vendor, uint8_t type)
{
	struct radius_attribute attribute;

	assert_true(radius_find(&last.packet, vendor, type, &attribute));
	return attribute;
}

static inline void says_u32(uint8_t type, uint32_t wanted)
{
	struct radius_attribute attribute = said(0, type);
	uint32_t value;

	assert_true(radius_get_u32(&attribute, &value));
	assert_int_equal(value, wanted);
}

static inline void says_text(uint8_t type, const char *wanted)
{
	struct radius_attribute attribute = said(0, type);
	char text[RADIUS_TEXT_MAX];

	assert_string_equal(radius_get_text(&attribute, text, sizeof(text)), wanted);
}

static inline void says_not(uint32_t vendor, uint8_t type)
{
	struct radius_attribute attribute;

	assert_false(radius_find(&last.packet, vendor, type, &attribute));
}

/* --- what is answered --- */

static struct radius_builder reply;
static uint8_t reply_octets[RADIUS_PACKET_MAX];

/* To the last that was taken. */
static inline void begin_reply(uint8_t code)
{
	radius_begin(&reply, reply_octets, sizeof(reply_octets), code, last.packet.identifier, NULL);
}

static inline void arrive(const uint8_t *octets, size_t length)
{
	struct radius_datagram datagram = last.datagram;

	datagram.octets = octets;
	datagram.length = length;
	radius_receive(client, &datagram, now);
}

static inline void end_reply(void)
{
	arrive(reply_octets, radius_sign_reply(&reply, last.packet.authenticator, &world_secret));
}

static inline void answer(uint8_t code)
{
	begin_reply(code);
	radius_put_message_authenticator(&reply);
	end_reply();
}

/* --- time and events --- */

/* So much later; what is due is done. */
static inline void pass(uint64_t ms)
{
	uint64_t until = now + ms;

	while (radius_deadline(client) <= until) {
		now = radius_deadline(client) > now ? radius_deadline(client) : now;
		while (radius_expire(client, now))
			;
	}
	now = until;
}

static inline bool next_event(void)
{
	return radius_next_event(client, &event, now);
}

/* The next event is of this kind; those about servers are passed over. */
static inline void tells(enum radius_event_kind kind)
{
	do
		assert_true(next_event());
	while (event.kind != kind &&
	       (event.kind == RADIUS_EVENT_SERVER_DEAD || event.kind == RADIUS_EVENT_SERVER_ALIVE));
	assert_int_equal(event.kind, kind);
}

static inline void tells_nothing(void)
{
	while (next_event())
		assert_true(event.kind == RADIUS_EVENT_SERVER_DEAD || event.kind == RADIUS_EVENT_SERVER_ALIVE);
}

/* --- requests --- */

static const struct radius_session plain_session = { .session_id = "s1" };

static inline struct credentials pap_of(const char *name, const char *password)
{
	return (struct credentials){
		.method = CREDENTIALS_PAP, .name = (const uint8_t *)name, .name_length = strlen(name),
		.response = (const uint8_t *)password, .response_length = strlen(password),
	};
}

static inline handle ask_with(const struct credentials *credentials, const char *servers, handle conversation)
{
	struct radius_request request = { .servers = servers, .session = &plain_session,
					  .credentials = credentials, .conversation = conversation };
	struct error error = { .text = "" };
	handle asked = HANDLE_NONE;

	if (radius_ask(client, &request, &client, &asked, now, &error) < 0)
		fail_msg("%s", error.text);
	return asked;
}

static inline handle ask(void)
{
	struct credentials credentials = pap_of("anna", "open sesame");

	return ask_with(&credentials, NULL, HANDLE_NONE);
}

/* Of the first server. */
static inline struct radius_counters counted(void)
{
	struct radius_server_info info;

	assert_int_equal(radius_server_info(client, 0, &info), 0);
	return info.counters;
}

#endif
