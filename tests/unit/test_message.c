/* SPDX-License-Identifier: MIT */
/* Control messages: headers and AVPs, a whole session's, and what is wrong in them. */
#include "wire/message.h"

#include <stdio.h>
#include <string.h>

#include "l2tpv2_vectors.h"
#include "test.h"
#include "wire/avp.h"
#include "wire/control_header.h"

struct decoded {
	uint8_t octets[1024];
	bool header_ok;
	struct control_header header;
	enum message_verdict verdict;
	struct message message;
	struct message_problem problem;
	struct message_counters counters;
};

static const uint8_t *secret = (const uint8_t *)VECTOR_SECRET;

static void decode(const char *text, const uint8_t *key, struct decoded *decoded)
{
	size_t length = strlen(text) / 2;

	memset(decoded, 0, sizeof(*decoded));
	assert_true(length <= sizeof(decoded->octets));
	for (size_t i = 0; i < length; i++)
		assert_int_equal(sscanf(text + 2 * i, "%2hhx", &decoded->octets[i]), 1);
	decoded->header_ok = control_header_read(decoded->octets, length, &decoded->header);
	if (!decoded->header_ok)
		return;
	decoded->verdict = message_decode(decoded->octets + CONTROL_HEADER_LENGTH,
					  decoded->header.length - (size_t)CONTROL_HEADER_LENGTH, key,
					  key ? strlen(VECTOR_SECRET) : 0, &decoded->message, &decoded->problem,
					  &decoded->counters);
}

static const char *vector_named(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(session_vectors); i++)
		if (!strcmp(session_vectors[i].name, name))
			return session_vectors[i].octets;
	fail_msg("no vector %s", name);
	return NULL;
}

static void assert_octets(const struct avp_octets *octets, const char *text)
{
	assert_int_equal(octets->length, strlen(text));
	assert_memory_equal(octets->octets, text, octets->length);
}

/* --- a session --- */

static void reads_sccrq(void **state)
{
	struct decoded d;

	decode(vector_named("SCCRQ_from_A"), secret, &d);
	assert_true(d.header_ok);
	assert_int_equal(d.header.connection_id, 0);
	assert_int_equal(d.verdict, MESSAGE_OK);
	assert_int_equal(d.message.type, MESSAGE_SCCRQ);
	assert_int_equal(d.message.protocol_version.version, 1);
	assert_int_equal(d.message.framing_capabilities, 3);
	assert_int_equal(d.message.assigned_tunnel_id, 0x1111);
	assert_int_equal(d.message.receive_window_size, 8);
	assert_int_equal(d.message.tie_breaker, 0x0102030405060708);
	assert_int_equal(d.message.challenge.length, 16);
	assert_octets(&d.message.host_name, "lac.example");
	assert_false(message_has(&d.message, AVP_CHALLENGE_RESPONSE));
}

static void reads_hidden_values(void **state)
{
	struct decoded d;

	decode(vector_named("ICCN_from_A"), secret, &d);
	assert_int_equal(d.verdict, MESSAGE_OK);
	assert_int_equal(d.header.session_id, 0x0b0b);
	assert_int_equal(d.message.tx_connect_speed, 100000000);
	assert_octets(&d.message.proxy_authen_name, "user@example.net");
	assert_int_equal(d.message.rx_connect_speed, 20000000);
	assert_true(message_has(&d.message, AVP_SEQUENCING_REQUIRED));
}

static void reads_results(void **state)
{
	struct decoded d;

	decode(vector_named("CDN_from_B"), secret, &d);
	assert_int_equal(d.verdict, MESSAGE_OK);
	assert_int_equal(d.message.result_code.result, 2);
	assert_true(d.message.result_code.has_error);
	assert_int_equal(d.message.result_code.error, 6);
	assert_octets(&d.message.result_code.text, "vendor error");
	assert_int_equal(d.message.cause_code.cause, 16);
	assert_int_equal(d.message.cause_code.message, 0x45);
	assert_octets(&d.message.cause_code.text, "normal");
	assert_int_equal(d.message.ppp_disconnect_cause.code, 3);
	assert_octets(&d.message.ppp_disconnect_cause.text, "term");
}

/* RFCs 3301, 3308, 3437. */
static void reads_later_avps(void **state)
{
	static const char octets[] =
		"8008000000000007"				/* OCRQ */
		"000a00000028" "00000001" "000a00000029" "00000002"
		"00080000002a" "0001" "000a0000002b" "676f6c64"
		"001a0000002c" "000102030405060708090a0b0c0d0e0f10111213"
		"000a0000002d" "00070065" "00080000002f" "b800" "000800000030" "2800"
		"000a00000031" "010405d4" "000800000032" "0702" "000a00000033" "0304c023" "000600000034";
	uint8_t body[512], again[512];
	size_t length = strlen(octets) / 2;
	struct message_counters counters = { 0 };
	struct message_problem problem;
	struct message m;

	for (size_t i = 0; i < length; i++)
		assert_int_equal(sscanf(octets + 2 * i, "%2hhx", &body[i]), 1);
	assert_int_equal(message_decode(body, length, NULL, 0, &m, &problem, &counters), MESSAGE_REFUSED);
	assert_int_equal(problem.error, 3);	/* what an OCRQ must have is not there; the rest was read */
	assert_int_equal(counters.ignored_avps, 0);
	assert_int_equal(m.rx_minimum_bps, 1);
	assert_int_equal(m.rx_maximum_bps, 2);
	assert_int_equal(m.service_category, 1);
	assert_octets(&m.service_name, "gold");
	assert_int_equal(m.calling_sub_address.length, 20);
	assert_int_equal(m.calling_sub_address.octets[19], 0x13);
	assert_int_equal(m.vpi_vci, 7 << 16 | 101);
	assert_int_equal(m.control_ds, 46 << 10);
	assert_int_equal(m.session_ds, 10 << 10);
	assert_octets(&m.lcp_want_options, "\x01\x04\x05\xd4");
	assert_octets(&m.lcp_allow_options, "\x07\x02");
	assert_octets(&m.lns_last_sent_lcp_confreq, "\x03\x04\xc0\x23");
	assert_true(message_has(&m, AVP_LNS_LAST_RECEIVED_LCP_CONFREQ));
	assert_int_equal(message_encode(&m, NULL, again, sizeof(again)), length);
	assert_memory_equal(again, body, length);
}

/* What announces or asks for something that is not done here: modem on hold, relayed PPPoE, failover, speed updates,
 * and what the registry has for version 3. */
static void leaves_what_it_cannot_do(void **state)
{
	static const uint8_t attributes[] = { 53, 54, 55, 56, 57, 58, 76, 77, 78, 79, 97, 98 };

	for (size_t i = 0; i < ARRAY_SIZE(attributes); i++) {
		uint8_t hello[] = { 0x80, 8, 0, 0, 0, 0, 0, 6, 0, 6, 0, 0, 0, attributes[i] };
		struct message_counters counters = { 0 };
		struct message_problem problem;
		struct message m;

		assert_int_equal(message_decode(hello, sizeof(hello), NULL, 0, &m, &problem, &counters), MESSAGE_OK);
		assert_int_equal(counters.ignored_avps, 1);
		hello[8] = 0x80;
		assert_int_equal(message_decode(hello, sizeof(hello), NULL, 0, &m, &problem, &counters),
				 MESSAGE_REFUSED);
		assert_int_equal(problem.error, 8);
	}
}

/* Some peers send no error code, some their own processor's order. */
static void reads_odd_results(void **state)
{
	static const struct {
		const char *octets;
		unsigned int result;
		bool has_error;
	} odd[] = {
		{ "c802001c000000000000000080080000000000048008000000010006", 6, false },
		{ "c802001c000000000000000080080000000000048008000000010600", 6, false },
		{ "c802001e00000000000000008008000000000004800a00000001" "02000300", 2, true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(odd); i++) {
		struct decoded d;

		decode(odd[i].octets, NULL, &d);
		assert_true(d.header_ok);
		assert_int_equal(d.message.result_code.result, odd[i].result);
		assert_int_equal(d.message.result_code.has_error, odd[i].has_error);
		assert_int_equal(d.message.result_code.error, odd[i].has_error ? 3 : 0);
	}
}

/* Every message of the session is understood; written again it is read as the same. */
static void survives_the_round_trip(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(session_vectors); i++) {
		struct decoded d, again;
		uint8_t octets[1024];
		size_t length;

		if (strstr(session_vectors[i].name, "DATA"))
			continue;
		decode(session_vectors[i].octets, secret, &d);
		assert_true(d.header_ok);
		assert_int_equal(d.verdict, MESSAGE_OK);
		assert_int_equal(d.counters.ignored_avps, 0);
		if (d.message.type == MESSAGE_NONE) {
			assert_int_equal(d.header.length, CONTROL_HEADER_LENGTH);
			continue;
		}
		length = message_encode(&d.message, NULL, octets, sizeof(octets));
		assert_true(length > 0);
		memset(&again, 0, sizeof(again));
		assert_int_equal(message_decode(octets, length, NULL, 0, &again.message, &again.problem,
						&again.counters), MESSAGE_OK);
		assert_true(again.message.present == d.message.present);
		assert_int_equal(message_encode(&again.message, NULL, again.octets, sizeof(again.octets)), length);
		assert_memory_equal(again.octets, octets, length);
	}
}

static void writes_hidden_values(void **state)
{
	const uint8_t random_vector[] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	const struct message_hiding hiding = {
		.keys = { secret, strlen(VECTOR_SECRET), random_vector, sizeof(random_vector) },
		.hide = ~(avp_set)0, .padding = 5,
	};
	struct message_counters counters = { 0 };
	struct message_problem problem;
	uint8_t octets[1024], clear[1024];
	struct message message;
	size_t length;
	struct decoded d;

	decode(vector_named("ICRQ_from_A"), NULL, &d);
	length = message_encode(&d.message, &hiding, octets, sizeof(octets));
	assert_true(length > 0);
	memcpy(clear, octets, length);
	assert_int_equal(message_decode(clear, length, NULL, 0, &message, &problem, &counters), MESSAGE_REFUSED);
	assert_int_equal(message_decode(octets, length, secret, strlen(VECTOR_SECRET), &message, &problem, &counters),
			 MESSAGE_OK);
	assert_int_equal(message.assigned_session_id, 0x0a0a);
	assert_octets(&message.calling_number, "5551000");
}

static void refuses_what_does_not_fit(void **state)
{
	struct message message = { .type = MESSAGE_SCCRQ, .present = AVP_BIT(AVP_HOST_NAME) };
	static uint8_t name[AVP_VALUE_MAX + 1], octets[2048];
	size_t length;

	message.host_name = (struct avp_octets){ name, AVP_VALUE_MAX };
	length = message_encode(&message, NULL, octets, sizeof(octets));
	assert_int_equal(length, 8 + 6 + AVP_VALUE_MAX);
	for (size_t size = 0; size < length; size++)
		assert_int_equal(message_encode(&message, NULL, octets, size), 0);
	message.host_name.length++;
	assert_int_equal(message_encode(&message, NULL, octets, sizeof(octets)), 0);
}

/* --- what is wrong --- */

static const struct {
	const char *name;
	enum message_verdict verdict;
	unsigned int error;
} verdicts[] = {
	{ "control_reserved_bits_set", MESSAGE_OK, 0 },
	{ "length_lt_datagram_trailing_junk", MESSAGE_OK, 0 },
	{ "avp_len_5", MESSAGE_BROKEN, 0 },
	{ "avp_len_0", MESSAGE_BROKEN, 0 },
	{ "avp_overruns_message", MESSAGE_BROKEN, 0 },
	{ "avp_header_truncated", MESSAGE_BROKEN, 0 },
	{ "first_avp_not_message_type", MESSAGE_BROKEN, 0 },
	{ "message_type_hidden", MESSAGE_BROKEN, 0 },
	{ "message_type_len_9", MESSAGE_BROKEN, 0 },
	{ "unknown_message_99_M1", MESSAGE_REFUSED, 8 },
	{ "unknown_message_99_M0", MESSAGE_UNKNOWN, 0 },
	{ "sccrq_unknown_avp_M0", MESSAGE_OK, 0 },
	{ "sccrq_unknown_avp_M1", MESSAGE_REFUSED, 8 },
	{ "sccrq_vendor9_avp_M1", MESSAGE_REFUSED, 8 },
	{ "sccrq_reserved_avp_bit_M0", MESSAGE_OK, 0 },
	{ "sccrq_tunnel_id_zero", MESSAGE_REFUSED, 3 },
	{ "sccrq_window_zero", MESSAGE_REFUSED, 3 },
	{ "sccrq_missing_host_name", MESSAGE_REFUSED, 3 },
	{ "sccrq_empty_host_name", MESSAGE_REFUSED, 2 },
	{ "sccrq_empty_challenge", MESSAGE_REFUSED, 2 },
	{ "hidden_without_random_vector", MESSAGE_REFUSED, 3 },
	{ "hidden_random_vector_after", MESSAGE_REFUSED, 3 },
	{ "hidden_inner_length_too_big", MESSAGE_REFUSED, 3 },
	{ "hidden_value_one_octet", MESSAGE_REFUSED, 3 },
	{ "rx_speed_len_8_M0_in_iccn", MESSAGE_OK, 0 },
};

static size_t verdict_of(const char *name)
{
	size_t i = 0;

	while (i < ARRAY_SIZE(verdicts) && strcmp(verdicts[i].name, name) != 0)
		i++;
	return i;
}

static void judges_malformed_messages(void **state)
{
	size_t judged = 0;

	for (size_t i = 0; i < ARRAY_SIZE(malformed_vectors); i++) {
		size_t at = verdict_of(malformed_vectors[i].name);
		struct decoded d;

		decode(malformed_vectors[i].octets, secret, &d);
		if (at == ARRAY_SIZE(verdicts)) {
			if (d.header_ok)
				fail_msg("%s: the header was accepted", malformed_vectors[i].name);
			continue;
		}
		judged++;
		if (!d.header_ok || d.verdict != verdicts[at].verdict)
			fail_msg("%s: verdict %d", malformed_vectors[i].name, d.verdict);
		if (d.verdict == MESSAGE_REFUSED) {
			assert_int_equal(d.problem.result, 2);
			assert_int_equal(d.problem.error, verdicts[at].error);
			assert_true(d.problem.text[0]);
		}
	}
	assert_int_equal(judged, ARRAY_SIZE(verdicts));
}

static void tells_where_a_problem_belongs(void **state)
{
	struct decoded d;

	/* CDN without a result, of session 5; and an ICRQ whose session id is known beside an unknown AVP */
	decode("c802001c00010002000000008008000000000" "00e80080000000e0005", NULL, &d);
	assert_int_equal(d.verdict, MESSAGE_REFUSED);
	assert_true(d.problem.session);
	assert_int_equal(d.message.assigned_session_id, 5);
	assert_non_null(strstr(d.problem.text, "Result Code"));
	decode("c80200390001000000000000" "800800000000000a" "8007000900ff01" "80080000000e0007" "800a0000000f00000001"
	       "00080000ffff0000" "00000000", NULL, &d);
	assert_true(d.header_ok);
	assert_int_equal(d.verdict, MESSAGE_REFUSED);
	assert_int_equal(d.problem.error, 8);
	assert_true(d.problem.session);
	assert_int_equal(d.message.assigned_session_id, 7);
	assert_int_equal(d.counters.ignored_avps, 1);
}

static void finds_every_attribute(void **state)
{
	for (int row = 0; row < AVP_ROW_COUNT; row++)
		assert_int_equal(avp_find(avp_definitions[row].attribute), row);
	assert_int_equal(avp_find(20), -1);
	assert_int_equal(avp_find(53), -1);
	assert_int_equal(avp_find(65535), -1);
}

static void knows_names_and_texts(void **state)
{
	assert_string_equal(message_name(MESSAGE_ICCN), "ICCN");
	assert_null(message_name(5));
	assert_null(message_name(MESSAGE_TYPE_COUNT));
	assert_true(message_is_session(MESSAGE_SLI));
	assert_false(message_is_session(MESSAGE_HELLO));
	assert_string_equal(message_result_text(true, 8), "busy");
	assert_null(message_result_text(false, 99));
	assert_string_equal(message_error_text(2), "wrong length");
}

static void writes_and_reads_headers(void **state)
{
	const struct control_header headers[] = {
		{ .version = 2, .connection_id = 0xffff, .session_id = 0x1234, .ns = 65535, .nr = 1, .length = 12 },
		{ .version = 3, .connection_id = 0xdeadbeef, .ns = 7, .nr = 65535, .length = 12 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(headers); i++) {
		uint8_t octets[CONTROL_HEADER_LENGTH];
		struct control_header read;

		control_header_write(&headers[i], octets);
		assert_true(control_header_read(octets, sizeof(octets), &read));
		assert_int_equal(read.connection_id, headers[i].connection_id);
		assert_int_equal(read.session_id, headers[i].session_id);
		assert_int_equal(read.ns, headers[i].ns);
		assert_int_equal(read.nr, headers[i].nr);
		for (size_t length = 0; length < sizeof(octets); length++)
			assert_false(control_header_read(octets, length, &read));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_sccrq),
		cmocka_unit_test(reads_hidden_values),
		cmocka_unit_test(reads_results),
		cmocka_unit_test(reads_later_avps),
		cmocka_unit_test(leaves_what_it_cannot_do),
		cmocka_unit_test(reads_odd_results),
		cmocka_unit_test(survives_the_round_trip),
		cmocka_unit_test(writes_hidden_values),
		cmocka_unit_test(refuses_what_does_not_fit),
		cmocka_unit_test(judges_malformed_messages),
		cmocka_unit_test(tells_where_a_problem_belongs),
		cmocka_unit_test(finds_every_attribute),
		cmocka_unit_test(knows_names_and_texts),
		cmocka_unit_test(writes_and_reads_headers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
