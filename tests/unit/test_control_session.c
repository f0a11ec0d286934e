/* SPDX-License-Identifier: MIT */
/*
 * The recorded session of l2tpv2_vectors.h, from both of its ends: an engine in the place of A, then one in that of B,
 * gets the datagrams of the other and must send what is recorded of its own.  Settings say what the recorded end says
 * of itself, and the random octets are the recorded ones; so ids, numbers, hidden values and answers to challenges are
 * all compared.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "control/control.h"
#include "l2tpv2_vectors.h"
#include "test.h"
#include "wire/control_header.h"

#define OCTETS_MAX 1024
#define SECRET_LENGTH (sizeof(VECTOR_SECRET) - 1)
#define NOW 1000000

static struct control *control;
static struct control_path path;
static handle tunnel, call;
static unsigned int events;		/* those that were told: bits by kind */
static struct control_reason reason;
static const char *challenge;		/* of which vector this end draws the challenge, as its random octets */
static uint8_t id_octet;		/* of which its tunnel id is made */

struct packet {
	uint8_t octets[OCTETS_MAX];
	size_t length;
	struct control_header header;
	struct message message;
	enum message_verdict verdict;
};

static void decode(struct packet *packet)
{
	struct message_counters counters = { 0 };
	struct message_problem problem;

	assert_true(control_header_read(packet->octets, packet->length, &packet->header));
	packet->verdict = message_decode(packet->octets + CONTROL_HEADER_LENGTH,
					 packet->length - CONTROL_HEADER_LENGTH, (const uint8_t *)VECTOR_SECRET,
					 SECRET_LENGTH, &packet->message, &problem, &counters);
	assert_int_equal(packet->verdict, MESSAGE_OK);
}

static void read_vector(const char *name, struct packet *packet)
{
	const char *text = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(session_vectors); i++)
		if (!strcmp(session_vectors[i].name, name))
			text = session_vectors[i].octets;
	if (!text)
		fail_msg("no vector %s", name);
	packet->length = strlen(text) / 2;
	for (size_t i = 0; i < packet->length; i++)
		assert_int_equal(sscanf(text + 2 * i, "%2hhx", &packet->octets[i]), 1);
}

/* Of what ids are drawn from the end comes first. */
static void recorded_random(void *octets, size_t length)
{
	struct packet packet;

	if (length != 16) {
		for (size_t i = 0; i < length; i++)
			((uint8_t *)octets)[i] = i + 2 < length ? (uint8_t)(i * 7) : id_octet;
		return;
	}
	read_vector(challenge, &packet);
	decode(&packet);
	memcpy(octets, packet.message.challenge.octets, length);
}

/* What an end says of itself, as recorded. */
static struct control_tunnel_settings settings_of(const char *name)
{
	struct control_tunnel_settings settings = {
		.auth = CONTROL_AUTH_CHALLENGE, .secret = VECTOR_SECRET, .secret_length = SECRET_LENGTH,
		.retry_timeout = 1000, .retry_timeout_most = 8000, .max_retries = 5,
	};
	const struct message *message;
	struct packet packet;

	read_vector(name, &packet);
	decode(&packet);
	message = &packet.message;
	memcpy(settings.host_name, message->host_name.octets, message->host_name.length);
	if (message->vendor_name.length)
		memcpy(settings.vendor_name, message->vendor_name.octets, message->vendor_name.length);
	settings.firmware_revision = message->firmware_revision;
	settings.framing_capabilities = message->framing_capabilities;
	settings.bearer_capabilities = message->bearer_capabilities;
	settings.receive_window = message->receive_window_size;
	settings.use_tiebreaker = message_has(message, AVP_TIE_BREAKER);
	return settings;
}

/* What a call says in these messages, as recorded; the octets are those of *packets. */
static struct control_call_settings call_settings_of(const char *first, const char *second, struct packet packets[2])
{
	struct control_call_settings settings;

	read_vector(first, &packets[0]);
	read_vector(second ? second : first, &packets[1]);
	decode(&packets[0]);
	decode(&packets[1]);
	settings = (struct control_call_settings){ .avps = packets[1].message };
	settings.avps.present |= packets[0].message.present;
	settings.avps.call_serial_number = packets[0].message.call_serial_number;
	settings.avps.bearer_type = packets[0].message.bearer_type;
	settings.avps.physical_channel_id = packets[0].message.physical_channel_id;
	settings.avps.called_number = packets[0].message.called_number;
	settings.avps.calling_number = packets[0].message.calling_number;
	settings.avps.sub_address = packets[0].message.sub_address;
	return settings;
}

static void take_events(void)
{
	struct control_event event;

	while (control_next_event(control, &event, NOW)) {
		events |= 1u << event.kind;
		tunnel = event.tunnel ? event.tunnel : tunnel;
		call = event.call ? event.call : call;
		if (event.reason)
			reason = *event.reason;
		if (event.kind == CONTROL_EVENT_REQUEST) {
			const struct control_tunnel_settings settings = settings_of("SCCRP_from_B");

			control_accept(control, event.request, &settings, NULL, NOW);
		}
	}
}

static void receive(const char *name)
{
	struct packet packet;

	read_vector(name, &packet);
	control_receive(control, &(struct control_datagram){ path, packet.octets, packet.length, NULL }, NOW);
	take_events();
}

/* In clear, with the random vector and the tie breaker left out: two ends draw different ones. */
static size_t write_clear(const struct message *message, uint8_t *octets)
{
	struct message clear = *message;

	clear.present &= ~(AVP_BIT(AVP_RANDOM_VECTOR) | AVP_BIT(AVP_TIE_BREAKER));
	return message_encode(&clear, NULL, octets, OCTETS_MAX);
}

/* The next that is not an acknowledgement, if name is not one. */
static void take_datagram(const char *name, bool is_ack, struct packet *packet)
{
	struct control_datagram datagram;

	do {
		if (!control_next_datagram(control, &datagram, NOW))
			fail_msg("%s was not sent", name);
	} while (datagram.length == CONTROL_HEADER_LENGTH && !is_ack);
	packet->length = datagram.length;
	memcpy(packet->octets, datagram.octets, datagram.length);
	decode(packet);
}

static void must_send(const char *name)
{
	struct packet wanted, sent;
	uint8_t octets[2][OCTETS_MAX];
	size_t length;

	read_vector(name, &wanted);
	decode(&wanted);
	take_datagram(name, wanted.length == CONTROL_HEADER_LENGTH, &sent);
	assert_int_equal(sent.header.connection_id, wanted.header.connection_id);
	assert_int_equal(sent.header.session_id, wanted.header.session_id);
	assert_int_equal(sent.header.ns, wanted.header.ns);
	assert_int_equal(sent.header.nr, wanted.header.nr);
	assert_true((sent.message.present | AVP_BIT(AVP_RANDOM_VECTOR)) ==
		    (wanted.message.present | AVP_BIT(AVP_RANDOM_VECTOR)));
	length = write_clear(&wanted.message, octets[0]);
	assert_int_equal(write_clear(&sent.message, octets[1]), length);
	assert_memory_equal(octets[0], octets[1], length);
}

static void must_tell(enum control_event_kind kind)
{
	assert_true(events >> kind & 1);
	events &= ~(1u << kind);
}

static void begin(const char *random_of, uint8_t octet)
{
	const struct control_limits limits = { .half_open = 8, .source_half_open = 8, .requests_per_second = 1000 };

	challenge = random_of;
	id_octet = octet;
	events = 0;
	control = control_new(&limits, recorded_random);
	assert_non_null(control);
	path = (struct control_path){ .peer = { .address = { .family = AF_INET, .bytes = { 192, 0, 2, 2 } },
						.port = 1701 } };
}

static void in_the_place_of_a(void **state)
{
	const struct avp_call_errors errors = { 1, 2, 3, 4, 5, 6 };
	struct control_tunnel_settings settings;
	struct control_call_settings call_settings;
	struct packet packets[2];

	begin("SCCRQ_from_A", 0x11);
	settings = settings_of("SCCRQ_from_A");
	assert_int_equal(control_open(control, &path, 0x1111, &settings, NULL, &tunnel, NOW, NULL), 0);
	must_send("SCCRQ_from_A");
	receive("SCCRP_from_B");
	must_tell(CONTROL_EVENT_TUNNEL_UP);
	must_send("SCCCN_from_A");
	receive("ZLB_from_B");
	call_settings = call_settings_of("ICRQ_from_A", "ICCN_from_A", packets);
	assert_int_equal(control_call_open(control, tunnel, CONTROL_CALL_LAC_INCOMING, 0x0a0a, &call_settings, NULL,
					   &call, NOW, NULL), 0);
	must_send("ICRQ_from_A");
	receive("ICRP_from_B");
	must_tell(CONTROL_EVENT_CALL_UP);
	must_send("ICCN_from_A");
	receive("ZLB2_from_B");
	receive("SLI_from_B");
	must_tell(CONTROL_EVENT_CALL_LINK);
	must_send("ZLB3_from_A");
	control_call_errors(control, call, &errors);
	must_send("WEN_from_A");
	receive("ZLB4_from_B");
	receive("HELLO_from_B");
	must_send("ZLB5_from_A");
	receive("CDN_from_B");
	must_tell(CONTROL_EVENT_CALL_DOWN);
	assert_string_equal(reason.text, "vendor error");
	assert_int_equal(reason.cause.code, 3);
	assert_int_equal(reason.q931.cause, 16);
	must_send("ZLB6_from_A");
	call_settings = call_settings_of("OCRQ_from_LNS_role_from_A", NULL, packets);
	assert_int_equal(control_call_open(control, tunnel, CONTROL_CALL_LNS_OUTGOING, 0x0c0c, &call_settings, NULL,
					   &call, NOW, NULL), 0);
	must_send("OCRQ_from_LNS_role_from_A");
	receive("OCRP_from_B");
	receive("OCCN_from_B");
	must_tell(CONTROL_EVENT_CALL_UP);
	must_send("ZLB7_from_A");
	control_close(control, tunnel, 6, 0, "shutdown", NOW);
	must_send("StopCCN_from_A");
	receive("ZLB8_from_B");
	assert_int_equal(control_unacknowledged(control), 0);
	assert_int_equal(events, 0);
	control_free(control);
}

static void answer_call(const char *first, const char *second, uint16_t id)
{
	struct control_call_settings settings;
	struct packet packets[2];

	must_tell(CONTROL_EVENT_CALL_REQUEST);
	settings = call_settings_of(first, second, packets);
	assert_int_equal(control_call_accept(control, call, id, &settings, NULL, NOW, NULL), 0);
	take_events();
}

static void in_the_place_of_b(void **state)
{
	const struct control_reason over = {
		.result = 2, .error = 6, .text = "vendor error",
		.cause = { .code = 3, .direction = 1, .text = { (const uint8_t *)"term", 4 } },
		.q931 = { 16, 0x45, { (const uint8_t *)"normal", 6 } },
	};
	const struct avp_accm accm = { 0xa0000, 0 };

	begin("SCCRP_from_B", 0x22);
	receive("SCCRQ_from_A");
	must_tell(CONTROL_EVENT_REQUEST);
	must_send("SCCRP_from_B");
	receive("SCCCN_from_A");
	must_tell(CONTROL_EVENT_TUNNEL_UP);
	must_send("ZLB_from_B");
	receive("ICRQ_from_A");
	answer_call("ICRP_from_B", NULL, 0x0b0b);
	must_send("ICRP_from_B");
	receive("ICCN_from_A");
	must_tell(CONTROL_EVENT_CALL_UP);
	must_send("ZLB2_from_B");
	control_call_link(control, call, &accm);
	must_send("SLI_from_B");
	receive("ZLB3_from_A");
	receive("WEN_from_A");
	must_tell(CONTROL_EVENT_CALL_ERRORS);
	must_send("ZLB4_from_B");
	control_hello(control, tunnel, NOW);
	must_send("HELLO_from_B");
	receive("ZLB5_from_A");
	control_call_close(control, call, &over, NOW);
	must_send("CDN_from_B");
	receive("ZLB6_from_A");
	receive("OCRQ_from_LNS_role_from_A");
	answer_call("OCRP_from_B", "OCCN_from_B", 0x0d0d);
	must_tell(CONTROL_EVENT_CALL_BEARER);
	must_send("OCRP_from_B");
	control_call_connected(control, call, NOW);
	take_events();
	must_tell(CONTROL_EVENT_CALL_UP);
	must_send("OCCN_from_B");
	receive("StopCCN_from_A");
	must_tell(CONTROL_EVENT_TUNNEL_DOWN);
	assert_string_equal(reason.text, "shutdown");
	must_send("ZLB8_from_B");
	assert_int_equal(events, 0);
	control_free(control);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_the_place_of_a),
		cmocka_unit_test(in_the_place_of_b),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
