/* SPDX-License-Identifier: MIT */
/*
 * L2TPv2 data headers over arbitrary octets.  The first two octets of the input are the sequence number that is
 * expected (its high octets), the rest is the message.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "wire/data_header.h"
#include "wire/data_header_v2.h"

/* Written again, with what we never send left out, it is the same. */
static void check_written(const struct data_header_v2 *header)
{
	struct data_header_v2 again;
	uint8_t octets[DATA_HEADER_V2_MAX + 1] = { 0 };
	size_t length = data_header_v2_write(header, octets);

	must(length == data_header_v2_length(header->numbered) && length <= header->offset);
	must(data_header_v2_read(octets, length + 1, &again) == DATA_V2_OK);
	must(again.tunnel_id == header->tunnel_id && again.session_id == header->session_id);
	must(again.numbered == header->numbered && again.priority == header->priority && again.ns == header->ns);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
	struct data_header_v2 header;
	uint32_t session_id, expected, number;
	size_t offset;

	if (length < 2)
		return 0;
	expected = (uint32_t)data[0] << 16 | (uint32_t)data[1] << 8;
	data += 2;
	length -= 2;
	if (data_header_demux(L2TP_ENCAP_UDP, data, length, &session_id, &offset) != DATA_KIND_V2)
		return 0;
	switch (data_header_v2_read(data, length, &header)) {
	case DATA_V2_SHORT:
		must(length < 8);
		return 0;
	case DATA_V2_INVALID:
		must(length >= 6);
		return 0;
	case DATA_V2_OK:
		break;
	}
	must(header.length && header.offset >= 6 && header.offset + header.length <= length);
	check_written(&header);
	number = data_v2_sequence(header.ns, expected);
	must((number & 0xffff) == header.ns && number <= DATA_SEQUENCE_MASK);
	must(abs(data_sequence_distance(number, expected)) <= 0x8000);
	return 0;
}
