/* SPDX-License-Identifier: MIT */
/*
 * MPPE between two ends, while packets are lost, come twice, are spoilt and forged.  What arrives is what was sent or
 * is not taken; while nothing was lost everything is taken, whatever else came in between.
 *
 * An input: how (bits 0-1: 40, 56, 128 bits; bit 2: with state), then for each packet what happens to it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "input.h"
#include "wire/mppe.h"

#define PACKET_MAX 80

enum fate { ARRIVES, IS_LOST, COMES_TWICE, IS_SPOILT, IS_FORGED, COMES_AFTER_A_FLUSH, FATES };

struct pair {
	struct mppe *from, *to;
	struct input input;
	uint8_t packet[PACKET_MAX], plain[PACKET_MAX];
	size_t length;
	bool in_step;			/* nothing was lost */
	bool deceived;			/* a packet that was spoilt or forged became one by chance */
};

static struct mppe *begin(uint8_t how)
{
	static const unsigned int bits[] = { 40, 56, 128, 128 };
	static const uint8_t key[MPPE_KEY_MAX] = "0123456789abcde";
	bool stateful = how & 4;
	struct mppe *mppe = malloc(mppe_size(stateful));

	must(mppe != NULL);
	mppe_begin(mppe, key, bits[how & 3], stateful);
	return mppe;
}

static void send_packet(struct pair *pair)
{
	uint8_t how = next(&pair->input);
	size_t more = how % 32;

	memset(pair->plain, how, sizeof(pair->plain));
	if (how & 64) {
		memcpy(pair->plain, "\x57\x60\x00\x00\x00\x00", 6);
		pair->plain[6] = (uint8_t)more;
		pair->length = 1 + 40 + more;
	} else {
		memcpy(pair->plain, "\x00\x21\x45\x00\x00", 5);
		pair->plain[5] = (uint8_t)(20 + more);
		pair->length = 2 + 20 + more;
	}
	memcpy(pair->packet + MPPE_HEADER, pair->plain, pair->length);
	pair->length += MPPE_HEADER;
	mppe_encrypt(pair->from, pair->packet, pair->length);
}

/* octets: of their own length, so that reading past the end is found. */
static enum mppe_result receive(struct pair *pair, const uint8_t *octets, size_t length, bool genuine)
{
	uint8_t *copy = malloc(length ? length : 1);
	enum mppe_result result;

	must(copy != NULL);
	if (length)
		memcpy(copy, octets, length);
	result = mppe_decrypt(pair->to, copy, length);
	if (genuine && result == MPPE_PACKET && !pair->deceived)
		must(!memcmp(copy + MPPE_HEADER, pair->plain, length - MPPE_HEADER));
	if (!genuine && result == MPPE_PACKET)
		pair->deceived = true;
	free(copy);
	return result;
}

static void forge(struct pair *pair)
{
	uint8_t octets[PACKET_MAX];
	size_t length = next(&pair->input) % (PACKET_MAX + 1);

	for (size_t i = 0; i < length; i++)
		octets[i] = next(&pair->input);
	receive(pair, octets, length, false);
}

static void spoil(struct pair *pair)
{
	uint8_t octets[PACKET_MAX];

	memcpy(octets, pair->packet, pair->length);
	octets[next(&pair->input) % pair->length] ^= (uint8_t)(1 + next(&pair->input) % 255);
	receive(pair, octets, pair->length, false);
	pair->in_step = false;
}

static void arrive(struct pair *pair)
{
	enum mppe_result result = receive(pair, pair->packet, pair->length, true);

	if (pair->in_step && !pair->deceived)
		must(result == MPPE_PACKET);
	if (result == MPPE_PACKET)
		pair->in_step = true;
}

static void step(struct pair *pair)
{
	enum fate fate = next(&pair->input) % FATES;

	if (fate == IS_FORGED)
		forge(pair);
	if (fate == COMES_AFTER_A_FLUSH)
		mppe_flush(pair->from);
	send_packet(pair);
	switch (fate) {
	case IS_LOST:
		pair->in_step = false;
		return;
	case IS_SPOILT:
		spoil(pair);
		return;
	default:
		arrive(pair);
		break;
	}
	if (fate == COMES_TWICE && !pair->deceived)
		must(receive(pair, pair->packet, pair->length, true) != MPPE_PACKET);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
	struct pair pair = { .input = { data, length }, .in_step = true };
	uint8_t how = next(&pair.input);

	pair.from = begin(how);
	pair.to = begin(how);
	while (pair.input.left)
		step(&pair);
	mppe_wipe(pair.from);
	mppe_wipe(pair.to);
	free(pair.from);
	free(pair.to);
	return 0;
}
