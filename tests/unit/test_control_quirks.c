/* SPDX-License-Identifier: MIT */
/*
 * What other implementations do that the RFC does not say, and how the engine lives with it.  One test a quirk; the
 * comment says who is known for it.
 */
#include "control_world.h"

static struct world world;

static void get_up(void)
{
	world_begin(&world);
	world_respond(&world);
}

static void say_body(uint16_t session_id, const uint8_t *body, size_t length)
{
	world_send(&world, &world.path, session_id, world.ns++, body, length);
}

/* Windows, RouterOS: Result Code of two octets, no error code (xl2tpd refused them for years). */
static void short_result_codes(void **state)
{
	static const uint8_t stop[] = { 0x80, 8, 0, 0, 0, 0, 0, 4, 0x80, 8, 0, 0, 0, 1, 0, 6,
					0x80, 8, 0, 0, 0, 9, 0x12, 0x34 };
	const struct world_event *event;

	get_up();
	say_body(0, stop, sizeof(stop));
	event = assert_told(&world, CONTROL_EVENT_TUNNEL_DOWN);
	assert_int_equal(event->reason.result, 6);
	assert_int_equal(event->reason.error, 0);
	assert_string_equal(event->reason.text, "");
	world_end(&world);
}

/* Apple: Result Code in little-endian, 768 for 3. */
static void little_endian_result_codes(void **state)
{
	static const uint8_t stop[] = { 0x80, 8, 0, 0, 0, 0, 0, 4, 0x80, 8, 0, 0, 0, 9, 0x12, 0x34,
					0x80, 10, 0, 0, 0, 1, 3, 0, 0, 0 };

	get_up();
	say_body(0, stop, sizeof(stop));
	assert_int_equal(assert_told(&world, CONTROL_EVENT_TUNNEL_DOWN)->reason.result, 3);
	world_end(&world);
}

/* Access networks: AVPs of the Broadband Forum (vendor 3561), whose numbers are those of other things at the IETF's. */
static void the_vendor_comes_first(void **state)
{
	static const uint8_t circuit[] = { 0, 9, 0x0d, 0xe9, 0, 14, 'e', 't', 'h' };
	const struct message request = world_message(MESSAGE_ICRQ);
	uint8_t body[256];
	size_t length = message_encode(&request, NULL, body, sizeof(body));

	get_up();
	memcpy(body + length, circuit, sizeof(circuit));
	say_body(0, body, length + sizeof(circuit));
	assert_sends(&world, MESSAGE_ICRP);
	assert_int_equal(world_counters(&world).vendor_avps, 1);
	world_end(&world);
}

/* Cisco and others send messages of later RFCs (MDMST 17, CSUN 28): not mandatory, to be acknowledged and ignored. */
static void unknown_messages_harm_nobody(void **state)
{
	static const uint8_t types[] = { 17, 21, 28, 99 };

	get_up();
	for (size_t i = 0; i < sizeof(types); i++) {
		uint8_t body[] = { 0, 8, 0, 0, 0, 0, 0, types[i], 0x80, 8, 0, 0, 0, 200, 1, 2 };

		world_forget(&world);
		say_body(0, body, sizeof(body));
		assert_int_equal(world.sent_count, 1);
		assert_int_equal(world.sent[world.sent_first].header.nr, world.ns);
		assert_sends_nothing(&world);
		assert_told_nothing(&world);
	}
	assert_int_equal(world_tunnel_state(&world), CONTROL_TUNNEL_ESTABLISHED);
	world_end(&world);
}

/* Huawei: M bits that are not those of the RFC. */
static void m_bits_of_known_avps_mean_nothing(void **state)
{
	static const enum message_type types[] = { MESSAGE_SCCRQ, MESSAGE_SCCCN, MESSAGE_ICRQ, MESSAGE_ICCN };
	uint16_t session = 0;

	world_begin(&world);
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		const struct message message = world_message(types[i]);
		struct control_call_info info;
		uint8_t body[256];
		size_t length = message_encode(&message, NULL, body, sizeof(body));

		for (size_t at = 8; at < length; at += (size_t)(body[at] & 3) << 8 | body[at + 1])
			body[at] ^= 0x80;
		say_body(types[i] == MESSAGE_ICCN ? session : 0, body, length);
		if (control_call_info(world.control, world.call, &info) == 0)
			session = info.session_id;
	}
	assert_told(&world, CONTROL_EVENT_REQUEST);
	assert_told(&world, CONTROL_EVENT_TUNNEL_UP);
	assert_told(&world, CONTROL_EVENT_CALL_REQUEST);
	assert_told(&world, CONTROL_EVENT_CALL_UP);
	world_end(&world);
}

/* Huawei, Windows: Host Names that end in NUL, or are no text at all. */
static void host_names_have_odd_octets(void **state)
{
	static const struct {
		const char *octets;
		uint16_t length;
		const char *shown;
	} cases[] = {
		{ "lac1\0", 5, "lac1" }, { "a\nb\x1b]0;c\x07", 8, "a?b?]0;c" }, { "\xff\xfe", 2, "??" },
		{ "B\xc3\xbcro", 5, "B\xc3\xbcro" }, { "\xc3", 1, "?" }, { "\xe0\x80\x80", 3, "???" },
		{ "\xc2\x9bH", 3, "??H" }, { "\xed\xa0\x80", 3, "???" }, { "\xf4\x90\x80\x80", 4, "????" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct message message = world_message(MESSAGE_SCCRQ);
		struct control_tunnel_info info;

		world_begin(&world);
		message.host_name = (struct avp_octets){ (const uint8_t *)cases[i].octets, cases[i].length };
		world_say_message(&world, 0, &message);
		world_say(&world, 0, MESSAGE_SCCCN);
		assert_int_equal(control_tunnel_info(world.control, world.tunnel, &info), 0);
		assert_string_equal(info.peer_host_name, cases[i].shown);
		world_end(&world);
	}
}

/* Cisco announces a window of 800; others of 65535: taken, but no more is sent than numbers can tell apart. */
static void wide_windows(void **state)
{
	static const struct {
		uint16_t announced, taken;
	} cases[] = { { 800, 800 }, { 65535, CHANNEL_WINDOW_MOST }, { 1, 1 } };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct message message = world_message(MESSAGE_SCCRQ);
		struct control_tunnel_info info;

		world_begin(&world);
		message.present |= AVP_BIT(AVP_RECEIVE_WINDOW_SIZE);
		message.receive_window_size = cases[i].announced;
		world_say_message(&world, 0, &message);
		world_say(&world, 0, MESSAGE_SCCCN);
		assert_int_equal(control_tunnel_info(world.control, world.tunnel, &info), 0);
		assert_int_equal(info.peer_window, cases[i].taken);
		world_end(&world);
	}
}

/* xl2tpd: acknowledgements with a session id. */
static void acknowledgements_of_sessions(void **state)
{
	struct control_tunnel_info info;
	struct control_datagram datagram;

	get_up();
	control_hello(world.control, world.tunnel, world.now);
	assert_true(control_next_datagram(world.control, &datagram, world.now));
	world.nr++;
	world_send(&world, &world.path, 0x4711, world.ns, NULL, 0);
	assert_int_equal(control_tunnel_info(world.control, world.tunnel, &info), 0);
	assert_int_equal(info.channel.acks_received, 1);
	world_wait(&world, 40000);
	assert_int_equal(world_tunnel_state(&world), CONTROL_TUNNEL_ESTABLISHED);
	assert_sends_nothing(&world);
	world_end(&world);
}

/* Android up to 11: HELLO is never answered.  hello_timeout 0: nobody asks. */
static void hello_can_be_left_out(void **state)
{
	world_begin(&world);
	world.settings.hello_timeout = 0;
	world_respond(&world);
	world_wait(&world, 24 * 3600000);
	assert_told_nothing(&world);
	assert_sends_nothing(&world);
	assert_int_equal(world_tunnel_state(&world), CONTROL_TUNNEL_ESTABLISHED);
	world_end(&world);
}

/* DrayTek ends calls whose Tx Connect Speed is 0. */
static void the_connect_speed_is_not_zero(void **state)
{
	get_up();
	world_say(&world, 0, MESSAGE_OCRQ);
	assert_sends(&world, MESSAGE_OCRP);
	control_call_connected(world.control, world.call, world.now);
	world_take(&world);
	assert_true(assert_sends(&world, MESSAGE_OCCN)->message.tx_connect_speed > 0);
	world_end(&world);
}

/* Cisco: octets behind the 16 of a Challenge Response. */
static void responses_are_longer(void **state)
{
	struct message message = world_message(MESSAGE_SCCCN);
	uint8_t response[CHALLENGE_RESPONSE_LENGTH + 6] = { 0 };
	const struct avp_octets *challenge;

	world_begin(&world);
	world.settings.auth = CONTROL_AUTH_CHALLENGE;
	world_request(&world);
	challenge = &assert_sends(&world, MESSAGE_SCCRP)->message.challenge;
	challenge_response(3, (const uint8_t *)WORLD_SECRET, sizeof(WORLD_SECRET) - 1, challenge->octets,
			   challenge->length, response);
	message.challenge_response = (struct avp_octets){ response, sizeof(response) };
	message.present |= AVP_BIT(AVP_CHALLENGE_RESPONSE);
	world_say_message(&world, 0, &message);
	assert_told(&world, CONTROL_EVENT_REQUEST);
	assert_told(&world, CONTROL_EVENT_TUNNEL_UP);
	world_end(&world);
}

/* Cisco's routers understand no SCCRQ with hidden AVPs: it goes in clear, the rest is hidden. */
static void our_request_goes_in_clear(void **state)
{
	world_begin(&world);
	world.settings.hide_avps = true;
	world_open(&world);
	assert_false(message_has(&assert_sends(&world, MESSAGE_SCCRQ)->message, AVP_RANDOM_VECTOR));
	world_end(&world);
	world_begin(&world);
	world.settings.hide_avps = true;
	world_request(&world);
	assert_true(message_has(&assert_sends(&world, MESSAGE_SCCRP)->message, AVP_RANDOM_VECTOR));
	world_end(&world);
}

/* Who fills messages up with zeros; and who sends what drafts before the RFC had (Packet Processing Delay, 20). */
static void fillings_and_leftovers(void **state)
{
	static const uint8_t more[] = { 0x80, 8, 0, 0, 0, 20, 0, 1, 0, 0, 0, 0, 0 };
	const struct message request = world_message(MESSAGE_ICRQ);
	uint8_t body[256];
	size_t length = message_encode(&request, NULL, body, sizeof(body));

	get_up();
	memcpy(body + length, more, sizeof(more));
	say_body(0, body, length + sizeof(more));
	assert_sends(&world, MESSAGE_ICRP);
	world_end(&world);
}

/* Requests for calls with a session id in the header, where there can be none. */
static void requests_with_a_session_id(void **state)
{
	get_up();
	world_say(&world, 99, MESSAGE_ICRQ);
	assert_sends(&world, MESSAGE_ICRP);
	assert_int_equal(world_counters(&world).calls, 1);
	world_end(&world);
}

/* OpenL2TP: the text of a result ends in NUL. */
static void texts_end_in_nul(void **state)
{
	struct message message = world_message(MESSAGE_CDN);
	const struct world_event *event;

	get_up();
	world_say(&world, 0, MESSAGE_ICRQ);
	world_forget(&world);
	message.result_code = (struct avp_result){ .result = 2, .has_error = true, .error = 6,
						   .text = { (const uint8_t *)"no ppp", 7 } };
	world_say_message(&world, 0, &message);
	event = assert_told(&world, CONTROL_EVENT_CALL_DOWN);
	assert_string_equal(event->reason.text, "no ppp");
	assert_int_equal(event->reason.error, 6);
	world_end(&world);
}

/* xl2tpd looks for its secret when it has read the whole SCCRP: what is hidden in there is garbage to it. */
static void a_reply_that_is_read_too_early(void **state)
{
	struct message message = world_message(MESSAGE_SCCRQ);

	world_begin(&world);
	world.settings.hide_avps = true;
	message.vendor_name = (struct avp_octets){ (const uint8_t *)"xelerance.com", 13 };
	message.present |= AVP_BIT(AVP_VENDOR_NAME);
	world_say_message(&world, 0, &message);
	assert_false(message_has(&assert_sends(&world, MESSAGE_SCCRP)->message, AVP_RANDOM_VECTOR));
	world_say(&world, 0, MESSAGE_SCCCN);
	world_say(&world, 0, MESSAGE_ICRQ);
	assert_true(message_has(&assert_sends(&world, MESSAGE_ICRP)->message, AVP_RANDOM_VECTOR));
	world_end(&world);
}

/* Octets behind the value of a hidden AVP; the length before it lies in clear once the message was read. */
static size_t padding_of(const uint8_t *avp)
{
	size_t length = (size_t)(avp[0] & 3) << 8 | avp[1], inside = (size_t)avp[6] << 8 | avp[7];

	return length - AVP_HEADER_LENGTH - HIDING_LENGTH - inside;
}

/* l2tpns refuses hidden values of fewer than eight octets. */
static void hidden_values_are_padded(void **state)
{
	bool different = false;
	size_t first = 0;

	for (unsigned int i = 0; i < 20; i++) {
		const struct world_message *sent;
		unsigned int hidden = 0;

		world_begin(&world);
		world.settings.hide_avps = true;
		world_request(&world);
		sent = assert_sends(&world, MESSAGE_SCCRP);
		for (size_t at = 0; at < sent->body_length;
		     at += (size_t)(sent->body[at] & 3) << 8 | sent->body[at + 1]) {
			if (!(sent->body[at] & AVP_FLAG_HIDDEN >> 8))
				continue;
			assert_in_range(padding_of(sent->body + at), 6, 15);
			first = first ? first : padding_of(sent->body + at);
			different = different || padding_of(sent->body + at) != first;
			hidden++;
		}
		assert_true(hidden >= 3);
		world_end(&world);
	}
	assert_true(different);
}

/* Data may come before ICCN was acknowledged: the call is up when ICCN goes out, not when it has arrived. */
static void data_overtakes_the_acknowledgement(void **state)
{
	struct control_datagram datagram;
	struct control_event event;
	const struct message reply = world_message(MESSAGE_ICRP);
	struct control_call_info info;
	uint8_t octets[256];
	struct control_header header = { .version = 2, .connection_id = 0, .ns = 0 };
	size_t length;

	world_begin(&world);
	world_establish(&world);
	assert_int_equal(control_call_open(world.control, world.tunnel, CONTROL_CALL_LAC_INCOMING, 0,
					   &world.call_settings, NULL, &world.call, world.now, NULL), 0);
	world_take(&world);
	assert_int_equal(control_call_info(world.control, world.call, &info), 0);
	length = message_encode(&reply, NULL, octets + CONTROL_HEADER_LENGTH, sizeof(octets) - CONTROL_HEADER_LENGTH);
	header = (struct control_header){ .version = 2, .connection_id = world.engine_id, .session_id = info.session_id,
					  .ns = world.ns, .nr = world.nr,
					  .length = (uint16_t)(CONTROL_HEADER_LENGTH + length) };
	control_header_write(&header, octets);
	datagram = (struct control_datagram){ world.path, octets, header.length, NULL };
	control_receive(world.control, &datagram, world.now);
	assert_true(control_next_event(world.control, &event, world.now));
	assert_int_equal(event.kind, CONTROL_EVENT_CALL_UP);
	assert_int_equal(control_call_info(world.control, world.call, &info), 0);
	assert_int_equal(info.state, CONTROL_CALL_ESTABLISHED);
	assert_int_equal(info.peer_session_id, PEER_SESSION_ID);
	world_end(&world);
}

/* Drafts before RFC 3145 had the cause as attribute 46 of vendor 43. */
static void causes_of_drafts(void **state)
{
	static const uint8_t cdn[] = { 0x80, 8, 0, 0, 0, 0, 0, 14, 0x80, 8, 0, 0, 0, 1, 0, 3,
				       0x80, 8, 0, 0, 0, 14, PEER_SESSION_ID >> 8, PEER_SESSION_ID & 0xff,
				       0, 11, 0, 43, 0, 46, 0, 8, 0xc0, 0x21, 0 };

	get_up();
	world_say(&world, 0, MESSAGE_ICRQ);
	world_forget(&world);
	say_body(0, cdn, sizeof(cdn));
	assert_int_equal(assert_told(&world, CONTROL_EVENT_CALL_DOWN)->reason.cause.code, 8);
	assert_int_equal(world_counters(&world).vendor_avps, 0);
	world_end(&world);
}

/* Cisco: the tunnel goes with its last session; StopCCN follows CDN at once. */
static void the_last_call_takes_the_tunnel_along(void **state)
{
	get_up();
	world_say(&world, 0, MESSAGE_ICRQ);
	world_forget(&world);
	world_say(&world, 0, MESSAGE_CDN);
	world_say(&world, 0, MESSAGE_STOPCCN);
	assert_told(&world, CONTROL_EVENT_CALL_DOWN);
	assert_told(&world, CONTROL_EVENT_TUNNEL_DOWN);
	assert_sends_nothing(&world);
	world_end(&world);
}

/* Hosts with several addresses: Cisco and others take answers only from the one that they asked. */
static void answers_come_from_the_address_that_was_asked(void **state)
{
	world_begin(&world);
	world.path.local.address.bytes[3] = 77;
	world_request(&world);
	assert_int_equal(assert_sends(&world, MESSAGE_SCCRP)->path.local.address.bytes[3], 77);
	world_say(&world, 0, MESSAGE_SCCCN);
	world_say(&world, 0, MESSAGE_ICRQ);
	assert_int_equal(assert_sends(&world, MESSAGE_ICRP)->path.local.address.bytes[3], 77);
	world_end(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(short_result_codes),
		cmocka_unit_test(little_endian_result_codes),
		cmocka_unit_test(the_vendor_comes_first),
		cmocka_unit_test(unknown_messages_harm_nobody),
		cmocka_unit_test(m_bits_of_known_avps_mean_nothing),
		cmocka_unit_test(host_names_have_odd_octets),
		cmocka_unit_test(wide_windows),
		cmocka_unit_test(acknowledgements_of_sessions),
		cmocka_unit_test(hello_can_be_left_out),
		cmocka_unit_test(the_connect_speed_is_not_zero),
		cmocka_unit_test(responses_are_longer),
		cmocka_unit_test(our_request_goes_in_clear),
		cmocka_unit_test(fillings_and_leftovers),
		cmocka_unit_test(requests_with_a_session_id),
		cmocka_unit_test(texts_end_in_nul),
		cmocka_unit_test(a_reply_that_is_read_too_early),
		cmocka_unit_test(hidden_values_are_padded),
		cmocka_unit_test(data_overtakes_the_acknowledgement),
		cmocka_unit_test(causes_of_drafts),
		cmocka_unit_test(the_last_call_takes_the_tunnel_along),
		cmocka_unit_test(answers_come_from_the_address_that_was_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
