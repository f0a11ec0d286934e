/* SPDX-License-Identifier: MIT */
/*
 * Known answers: two ends of a session with cookies of 4 and 8 octets and the default sublayer,
 * the frame an ARP request; the octets were computed by an implementation of its own and read by
 * a packet analyser.
 */
#include "wire/data_header.h"

#include <string.h>

#include "hex.h"
#include "test.h"

#define FRAME "ffffffffffff02000000000108060001080006040001020000000001c0000201000000000000c0000202"

static const struct vector {
	const char *header;		/* without what UDP has in front */
	uint32_t session_id;
	const char *cookie;
	bool s_bit;
	uint32_t sequence;
} vectors[] = {
	{ "00000b01feedface40000000", 0x0b01, "feedface", true, 0 },
	{ "00000a01c0ffee001234567840000000", 0x0a01, "c0ffee0012345678", true, 0 },
	{ "00000b01feedface40000001", 0x0b01, "feedface", true, 1 },
	{ "00000b01feedface40ffffff", 0x0b01, "feedface", true, 0xffffff },
	{ "00000b01feedface00000000", 0x0b01, "feedface", false, 0 },
};

/* The message of a vector; *cookie_length octets of cookie. Returns its length. */
static size_t message_of(const struct vector *vector, enum l2tp_encap encap, uint8_t message[128], uint8_t cookie[8],
			 size_t *cookie_length)
{
	size_t length = encap == L2TP_ENCAP_UDP ? hex_octets("00030000", message, 128) : 0;

	length += hex_octets(vector->header, message + length, 128 - length);
	length += hex_octets(FRAME, message + length, 128 - length);
	*cookie_length = hex_octets(vector->cookie, cookie, 8);
	return length;
}

static void reads_the_vectors(void **state)
{
	uint8_t message[128], cookie[8], frame[64];
	size_t frame_length = hex_octets(FRAME, frame, sizeof(frame));

	for (size_t i = 0; i < 2 * ARRAY_SIZE(vectors); i++) {
		const struct vector *vector = &vectors[i / 2];
		enum l2tp_encap encap = i % 2 ? L2TP_ENCAP_UDP : L2TP_ENCAP_IP;
		size_t cookie_length, length = message_of(vector, encap, message, cookie, &cookie_length), offset;
		uint32_t session_id, sublayer, sequence;

		assert_int_equal(data_header_demux(encap, message, length, &session_id, &offset), DATA_KIND_V3);
		assert_int_equal(session_id, vector->session_id);
		assert_int_equal(data_header_finish(message, length, cookie, cookie_length, L2TP_L2SPEC_DEFAULT,
						    &offset,
						    &sublayer), DATA_CHECK_OK);
		assert_int_equal(offset, data_header_length(encap, cookie_length, L2TP_L2SPEC_DEFAULT));
		assert_int_equal(length - offset, frame_length);
		assert_memory_equal(message + offset, frame, frame_length);
		assert_int_equal(data_sublayer_sequence(sublayer, &sequence), vector->s_bit);
		assert_int_equal(sequence, vector->sequence);
	}
}

static void writes_the_vectors(void **state)
{
	uint8_t message[128], cookie[8], out[DATA_HEADER_MAX];

	for (size_t i = 0; i < 2 * ARRAY_SIZE(vectors); i++) {
		const struct vector *vector = &vectors[i / 2];
		enum l2tp_encap encap = i % 2 ? L2TP_ENCAP_UDP : L2TP_ENCAP_IP;
		size_t cookie_length, length;
		uint32_t word = vector->s_bit ? data_sublayer_from_sequence(vector->sequence) : 0;

		message_of(vector, encap, message, cookie, &cookie_length);
		length = data_header_template(encap, vector->session_id, cookie, cookie_length, L2TP_L2SPEC_DEFAULT,
					      out);
		assert_int_equal(length, data_header_length(encap, cookie_length, L2TP_L2SPEC_DEFAULT));
		assert_memory_equal(out, message, length - 4);
		assert_memory_equal(out + length - 4, "\0\0\0\0", 4);
		assert_int_equal(word, (uint32_t)message[length - 4] << 24 | message[length - 3] << 16 |
					       message[length - 2] << 8 | message[length - 1]);
	}
}

static void every_header_is_read_back(void **state)
{
	static const uint8_t cookie[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	uint8_t out[DATA_HEADER_MAX];

	for (unsigned int i = 0; i < 12; i++) {
		enum l2tp_encap encap = i & 1;
		enum l2tp_l2spec l2spec = i >> 1 & 1;
		size_t cookie_length = (i >> 2) * 4, offset;
		size_t length = data_header_template(encap, 0xffffffff, cookie, cookie_length, l2spec, out);
		uint32_t session_id, sublayer;

		assert_int_equal(data_header_demux(encap, out, length, &session_id, &offset), DATA_KIND_V3);
		assert_int_equal(session_id, 0xffffffff);
		assert_int_equal(data_header_finish(out, length, cookie, cookie_length, l2spec, &offset, &sublayer),
				 DATA_CHECK_OK);
		assert_int_equal(offset, length);	/* an empty frame */
		for (size_t less = 1; less <= cookie_length + (l2spec ? 4 : 0); less++) {
			offset = data_header_length(encap, 0, L2TP_L2SPEC_NONE);
			assert_int_equal(data_header_finish(out, length - less, cookie, cookie_length, l2spec, &offset,
							    &sublayer), DATA_CHECK_SHORT);
		}
	}
}

static void a_wrong_cookie_is_found_in_each_octet(void **state)
{
	uint8_t message[128], cookie[8];
	size_t cookie_length, length = message_of(&vectors[1], L2TP_ENCAP_IP, message, cookie, &cookie_length);

	for (size_t bit = 0; bit < 64; bit++) {
		size_t offset = 4;
		uint32_t sublayer;

		message[4 + bit / 8] ^= 1 << bit % 8;
		assert_int_equal(data_header_finish(message, length, cookie, cookie_length, L2TP_L2SPEC_DEFAULT,
						    &offset,
						    &sublayer), DATA_CHECK_COOKIE);
		assert_int_equal(offset, 4);
		message[4 + bit / 8] ^= 1 << bit % 8;
	}
}

static void tells_kinds_apart(void **state)
{
	static const struct {
		enum l2tp_encap encap;
		const char *octets;
		enum data_kind kind;
	} rows[] = {
		{ L2TP_ENCAP_UDP, "", DATA_KIND_SHORT },
		{ L2TP_ENCAP_UDP, "00", DATA_KIND_SHORT },
		{ L2TP_ENCAP_UDP, "0003", DATA_KIND_SHORT },
		{ L2TP_ENCAP_UDP, "0003000000000b", DATA_KIND_SHORT },
		{ L2TP_ENCAP_UDP, "0003000000000b01", DATA_KIND_V3 },
		{ L2TP_ENCAP_UDP, "7ff3ffff00000b01", DATA_KIND_V3 },	/* reserved bits are ignored */
		{ L2TP_ENCAP_UDP, "0003000000000000", DATA_KIND_V3 },	/* a session that cannot exist */
		{ L2TP_ENCAP_UDP, "c803001400000000", DATA_KIND_CONTROL },
		{ L2TP_ENCAP_UDP, "c80200140000", DATA_KIND_CONTROL },
		{ L2TP_ENCAP_UDP, "00020001", DATA_KIND_V2 },
		{ L2TP_ENCAP_UDP, "0001000000000b01", DATA_KIND_VERSION },	/* L2F */
		{ L2TP_ENCAP_UDP, "0000000000000b01", DATA_KIND_VERSION },
		{ L2TP_ENCAP_UDP, "c804001400000000", DATA_KIND_VERSION },
		{ L2TP_ENCAP_IP, "", DATA_KIND_SHORT },
		{ L2TP_ENCAP_IP, "000000", DATA_KIND_SHORT },
		{ L2TP_ENCAP_IP, "00000b", DATA_KIND_SHORT },
		{ L2TP_ENCAP_IP, "00000000", DATA_KIND_CONTROL },
		{ L2TP_ENCAP_IP, "00030000", DATA_KIND_V3 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint8_t octets[16];
		size_t offset, length = hex_octets(rows[i].octets, octets, sizeof(octets));
		uint32_t session_id;

		assert_int_equal(data_header_demux(rows[i].encap, octets, length, &session_id, &offset), rows[i].kind);
	}
}

/* RFC 3931 Appendix C with a window of 2^23: from the point of view of expected. */
static void sequence_distance(void **state)
{
	static const struct {
		uint32_t sequence, expected;
		bool accepted;
		int32_t distance;
	} rows[] = {
		{ 0, 0, true, 0 },
		{ 1, 0, true, 1 },
		{ 8388607, 0, true, 8388607 },
		{ 8388608, 0, false, -8388608 },
		{ 16777215, 0, false, -1 },
		{ 0, 16777215, true, 1 },
		{ 16777214, 16777215, false, -1 },
		{ 5, 16777200, true, 21 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int32_t distance = data_sequence_distance(rows[i].sequence, rows[i].expected);

		assert_int_equal(distance, rows[i].distance);
		assert_int_equal(distance >= 0, rows[i].accepted);
	}
}

static void expect_control(enum l2tp_encap encap, const uint8_t *octets, size_t length, bool is_one, uint32_t id)
{
	uint32_t found = 77;

	assert_int_equal(data_header_control_id(encap, octets, length, &found), is_one);
	if (is_one)
		assert_int_equal(found, id);
	/* none of it is enough but all */
	while (length-- > 0)
		assert_false(data_header_control_id(encap, octets, length, &found));
}

static void control_messages_name_their_connection(void **state)
{
	static const uint8_t v3[] = { 0xc8, 0x03, 0, 12, 0, 1, 2, 3 }, v2[] = { 0xc8, 0x02, 0, 12, 4, 5 };
	static const uint8_t ip[] = { 0, 0, 0, 0, 0xc8, 0x03, 0, 12, 0, 1, 2, 3 };
	static const uint8_t data[] = { 0x00, 0x03, 0, 0, 0, 0, 0, 11 };
	static const uint8_t session[] = { 0, 0, 0, 11, 0xc8, 3, 0, 0, 0, 0, 0, 1 };

	expect_control(L2TP_ENCAP_UDP, v3, sizeof(v3), true, 0x010203);
	expect_control(L2TP_ENCAP_UDP, v2, sizeof(v2), true, 0x0405);
	expect_control(L2TP_ENCAP_IP, ip, sizeof(ip), true, 0x010203);
	expect_control(L2TP_ENCAP_UDP, data, sizeof(data), false, 0);
	expect_control(L2TP_ENCAP_IP, session, sizeof(session), false, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_vectors),
		cmocka_unit_test(writes_the_vectors),
		cmocka_unit_test(every_header_is_read_back),
		cmocka_unit_test(a_wrong_cookie_is_found_in_each_octet),
		cmocka_unit_test(tells_kinds_apart),
		cmocka_unit_test(sequence_distance),
		cmocka_unit_test(control_messages_name_their_connection),
	};

	return cmocka_run_group_tests_name("data_header", tests, NULL, NULL);
}
