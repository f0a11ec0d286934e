/* SPDX-License-Identifier: MIT */
/*
 * Control messages over arbitrary octets.  Bit 0 of the first octet says whether there is a secret.  What was
 * understood, written again in clear and with everything hidden, is understood as the same.
 *
 * The captured-* of its corpus are packets of the tests of tcpdump (https://www.tcpdump.org, BSD-3-Clause) which
 * crashed it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "wire/control_header.h"
#include "wire/message.h"

#define SECRET "tunnel-secret"
#define OCTETS_MAX 4096

static enum message_verdict decode(uint8_t *octets, size_t length, bool secret, struct message *message)
{
	struct message_counters counters = { 0 };
	struct message_problem problem = { .error = 0 };
	enum message_verdict verdict = message_decode(octets, length, secret ? (const uint8_t *)SECRET : NULL,
						      sizeof(SECRET) - 1, message, &problem, &counters);

	must(verdict != MESSAGE_REFUSED || (problem.result == 2 && memchr(problem.text, 0, sizeof(problem.text))));
	return verdict;
}

static void check_written(const struct message *message, bool hidden)
{
	const struct message_hiding hiding = {
		.keys = { (const uint8_t *)SECRET, sizeof(SECRET) - 1, (const uint8_t *)"0123456789abcdef", 16 },
		.hide = ~(avp_set)0, .padding = 3,
	};
	static uint8_t octets[2 * OCTETS_MAX], clear[2][2 * OCTETS_MAX];
	size_t length = message_encode(message, hidden ? &hiding : NULL, octets, sizeof(octets)), lengths[2];
	struct message again, plain = *message;

	if (!length) {
		must(hidden);	/* a value near the most that an AVP holds */
		return;
	}
	must(decode(octets, length, true, &again) == MESSAGE_OK);
	plain.present &= ~AVP_BIT(AVP_RANDOM_VECTOR);
	again.present &= ~AVP_BIT(AVP_RANDOM_VECTOR);
	must(again.present == plain.present && again.type == plain.type);
	lengths[0] = message_encode(&plain, NULL, clear[0], sizeof(clear[0]));
	lengths[1] = message_encode(&again, NULL, clear[1], sizeof(clear[1]));
	must(lengths[0] == lengths[1] && !memcmp(clear[0], clear[1], lengths[0]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
	struct control_header header;
	struct message message;
	uint8_t *octets;

	if (!length || length > OCTETS_MAX)
		return 0;
	if (control_header_read(data + 1, length - 1, &header)) {
		uint8_t written[CONTROL_HEADER_LENGTH];

		control_header_write(&header, written);
		must(!memcmp(written + 2, data + 3, sizeof(written) - 2));
		must(header.length <= length - 1);
	}
	if (length < 1 + CONTROL_HEADER_LENGTH)
		return 0;
	length -= 1 + CONTROL_HEADER_LENGTH;
	octets = malloc(length + 1);	/* its own, so that reading past the end is found */
	if (!octets)
		return 0;
	memcpy(octets, data + 1 + CONTROL_HEADER_LENGTH, length);
	if (decode(octets, length, data[0] & 1, &message) == MESSAGE_OK && message.type != MESSAGE_NONE) {
		check_written(&message, false);
		check_written(&message, true);
	}
	free(octets);
	return 0;
}
