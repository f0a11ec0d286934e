/* SPDX-License-Identifier: MIT */
/*
 * Known answers: data messages of one call, with every option of the header, whose octets were computed by an
 * implementation of its own and read by a packet analyser; and what must be refused.
 */
#include "wire/data_header_v2.h"

#include <string.h>

#include "base/text.h"
#include "wire/data_header.h"
#include "test.h"

#define OCTETS_MAX 64

static const struct vector {
	const char *octets;
	enum data_v2_check check;
	struct data_header_v2 header;
} vectors[] = {
	{ "4802001e11110a0a00000000ff03c0210101000e010405780506deadbeef", DATA_V2_OK,
	  { 0x1111, 0x0a0a, true, false, 0, 12, 18 } },
	{ "4902001811110a0a00010000ff03c02109020008deadbeef", DATA_V2_OK, { 0x1111, 0x0a0a, true, true, 1, 12, 12 } },
	{ "4a02001e11110a0a00020000000400000000ff03c02109030008deadbeef", DATA_V2_OK,
	  { 0x1111, 0x0a0a, true, false, 2, 18, 12 } },
	{ "000222220b0bff03c0210a020008cafebabe", DATA_V2_OK, { 0x2222, 0x0b0b, false, false, 0, 6, 12 } },
	/* reserved bits and Nr mean nothing */
	{ "34f2222200010021", DATA_V2_OK, { 0x2222, 1, false, false, 0, 6, 2 } },
	{ "0802222200018000ffff0021", DATA_V2_OK, { 0x2222, 1, true, false, 0x8000, 10, 2 } },
	/* an offset of nothing */
	{ "02022222000100000021", DATA_V2_OK, { 0x2222, 1, false, false, 0, 8, 2 } },
	/* what is behind the Length is not the message's */
	{ "4002000922220001c0ffff", DATA_V2_OK, { 0x2222, 1, false, false, 0, 8, 1 } },
	{ "4002000a22220001c021", DATA_V2_OK, { 0x2222, 1, false, false, 0, 8, 2 } },
	{ "4002000b22220001c021", DATA_V2_INVALID, { 0x2222, 1, false, false, 0, 0, 0 } },
	{ "4002000822220001c021", DATA_V2_INVALID, { 0x2222, 1, false, false, 0, 0, 0 } },	/* no frame */
	{ "4002000722220001c021", DATA_V2_INVALID, { 0x2222, 1, false, false, 0, 0, 0 } },
	{ "4002000022220001c021", DATA_V2_INVALID, { 0x2222, 1, false, false, 0, 0, 0 } },
	/* Ns, or the offset, is behind the Length */
	{ "4802000b222200010001000000", DATA_V2_INVALID, { 0x2222, 1, true, false, 1, 0, 0 } },
	{ "4202000b22220001000100ff", DATA_V2_INVALID, { 0x2222, 1, false, false, 0, 0, 0 } },
	{ "080211110a0a0000", DATA_V2_INVALID, { 0x1111, 0x0a0a, true, false, 0, 0, 0 } },
	{ "020211110a0a0fff", DATA_V2_INVALID, { 0x1111, 0x0a0a, false, false, 0, 0, 0 } },
	{ "020211110a0a0001ff", DATA_V2_INVALID, { 0x1111, 0x0a0a, false, false, 0, 0, 0 } },
	{ "000211110a0a", DATA_V2_INVALID, { 0x1111, 0x0a0a, false, false, 0, 0, 0 } },
	{ "000211110a", DATA_V2_SHORT, { 0 } },
	{ "4002000811110a", DATA_V2_SHORT, { 0 } },
	{ "0002", DATA_V2_SHORT, { 0 } },
	{ "", DATA_V2_SHORT, { 0 } },
};

static size_t octets_of(const struct vector *vector, uint8_t *octets)
{
	size_t length;

	assert_true(text_to_octets(vector->octets, octets, OCTETS_MAX, &length));
	return length;
}

static void reads_the_vectors(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(vectors); i++) {
		const struct vector *vector = &vectors[i];
		struct data_header_v2 header;
		uint8_t octets[OCTETS_MAX];
		size_t length = octets_of(vector, octets);

		assert_int_equal(data_header_v2_read(octets, length, &header), vector->check);
		if (vector->check == DATA_V2_SHORT)
			continue;
		assert_int_equal(header.tunnel_id, vector->header.tunnel_id);
		assert_int_equal(header.session_id, vector->header.session_id);
		assert_int_equal(header.numbered, vector->header.numbered);
		assert_int_equal(header.priority, vector->header.priority);
		assert_int_equal(header.ns, vector->header.ns);
		if (vector->check == DATA_V2_INVALID)
			continue;
		assert_int_equal(header.offset, vector->header.offset);
		assert_int_equal(header.length, vector->header.length);
	}
}

static void what_is_written_is_read_back(void **state)
{
	for (unsigned int i = 0; i < 4; i++) {
		struct data_header_v2 wanted = { .tunnel_id = 0xfedc, .session_id = 0x8001, .numbered = i & 1,
						 .priority = i & 2, .ns = i & 1 ? 0xfffe : 0 }, got;
		uint8_t octets[DATA_HEADER_V2_MAX + 1];
		size_t length = data_header_v2_write(&wanted, octets);

		assert_int_equal(length, data_header_v2_length(i & 1));
		octets[length] = 0x21;
		assert_int_equal(data_header_v2_read(octets, length + 1, &got), DATA_V2_OK);
		wanted.offset = (uint32_t)length;
		wanted.length = 1;
		assert_memory_equal(&got, &wanted, sizeof(got));
	}
}

/* RFC 2661 section 5.4, with half of the numbers ahead; also where 24 bits and 16 bits wrap. */
static void numbers_are_the_nearest(void **state)
{
	static const struct {
		uint16_t ns;
		uint32_t expected;
		int32_t distance;
	} rows[] = {
		{ 0, 0, 0 }, { 1, 0, 1 }, { 32767, 0, 32767 }, { 32768, 0, -32768 }, { 65535, 0, -1 },
		{ 0, 65535, 1 }, { 5, 65530, 11 }, { 65534, 65535, -1 }, { 32766, 65535, 32767 },
		{ 0, 0x010000, 0 }, { 0xffff, 0x010000, -1 }, { 3, 0xffffff, 4 }, { 0xfff0, 0xffffff, -15 },
		{ 0xfff0, 2, -18 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint32_t number = data_v2_sequence(rows[i].ns, rows[i].expected);

		assert_true(number <= DATA_SEQUENCE_MASK);
		assert_int_equal(number & 0xffff, rows[i].ns);
		assert_int_equal(data_sequence_distance(number, rows[i].expected), rows[i].distance);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_vectors),
		cmocka_unit_test(what_is_written_is_read_back),
		cmocka_unit_test(numbers_are_the_nearest),
	};

	return cmocka_run_group_tests_name("data_header_v2", tests, NULL, NULL);
}
