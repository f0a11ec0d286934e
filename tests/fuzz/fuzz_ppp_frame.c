/* SPDX-License-Identifier: MIT */
/* Any octets as a PPP frame, a packet of a control protocol, and its list of options. */
#include <stdlib.h>

#include "fuzz.h"
#include "wire/ppp.h"

static void walk(const uint8_t *options, size_t length)
{
	struct ppp_option option;
	size_t position = 0, sum = 0;

	if (!ppp_options_are_whole(options, length))
		return;
	while (ppp_option_next(options, length, &position, &option)) {
		must(option.value >= options && option.value + option.length <= options + length);
		sum += PPP_OPTION_LENGTH + (size_t)option.length;
	}
	must(sum == length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
	const uint8_t *information;
	struct ppp_packet packet;
	uint16_t protocol;
	size_t left;

	if (!ppp_frame_read(data, length, &protocol, &information, &left))
		return 0;
	must(protocol & 1 && information >= data && information + left == data + length);
	must(ppp_protocol_name(protocol) != NULL);
	if (!ppp_packet_read(information, left, &packet))
		return 0;
	must(packet.data + packet.length <= data + length);
	walk(packet.data, packet.length);
	return 0;
}
