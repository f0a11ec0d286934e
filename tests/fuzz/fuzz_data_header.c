/* SPDX-License-Identifier: MIT */
/*
 * L2TPv3 data headers over arbitrary octets.  The first octet of the input chooses encapsulation
 * (bit 0), sublayer (bit 1) and length of the cookie (bits 2 and 3: 0, 4, 8, 8); bit 4 makes the
 * cookie a wrong one.  The rest is the message.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "wire/data_header.h"

/* What was read, written again, is what stood there, but for reserved bits. */
static void check_written(enum l2tp_encap encap, enum l2tp_l2spec l2spec, size_t cookie_length, uint32_t session_id,
			  const uint8_t *octets, size_t offset)
{
	size_t prefix = encap == L2TP_ENCAP_UDP ? 4 : 0;
	uint8_t out[DATA_HEADER_MAX];

	must(data_header_template(encap, session_id, octets + prefix + 4, cookie_length, l2spec, out) == offset);
	must(!memcmp(out + prefix, octets + prefix, 4 + cookie_length));
}

static void check_sublayer(uint32_t sublayer)
{
	uint32_t sequence;
	bool valid = data_sublayer_sequence(sublayer, &sequence);

	must(sequence <= DATA_SEQUENCE_MASK);
	if (valid)
		must((data_sublayer_from_sequence(sequence) & 0x40ffffff) == (sublayer & 0x40ffffff));
	must(data_sequence_distance(sequence, sequence) == 0);
	must(data_sequence_distance(sequence + 1, sequence) == 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
	static const size_t cookie_lengths[] = { 0, 4, 8, 8 };
	uint8_t choice = length ? data[0] : 0, cookie[L2TP_COOKIE_MAX] = { 0 };
	enum l2tp_encap encap = choice & 1;
	enum l2tp_l2spec l2spec = choice >> 1 & 1;
	size_t cookie_length = cookie_lengths[choice >> 2 & 3], offset = 0, begin;
	uint32_t session_id = 0, sublayer = 0;
	enum data_check check;

	if (!length)
		return 0;
	data++;
	length--;
	if (data_header_demux(encap, data, length, &session_id, &offset) != DATA_KIND_V3) {
		(void)data_header_control_id(encap, data, length, &session_id);
		return 0;
	}
	must(!data_header_control_id(encap, data, length, &sublayer));
	must(offset <= length);
	begin = offset;
	if (length - offset >= cookie_length)
		memcpy(cookie, data + offset, cookie_length);
	if (choice & 16)
		cookie[0] ^= 1;
	check = data_header_finish(data, length, cookie, cookie_length, l2spec, &offset, &sublayer);
	must((check == DATA_CHECK_SHORT) == (length < data_header_length(encap, cookie_length, l2spec)));
	if (check != DATA_CHECK_OK) {
		must(offset == begin);
		return 0;
	}
	must(!(choice & 16) || !cookie_length);
	must(offset == data_header_length(encap, cookie_length, l2spec) && offset <= length);
	check_written(encap, l2spec, cookie_length, session_id, data, offset);
	check_sublayer(sublayer);
	return 0;
}
