/* SPDX-License-Identifier: MIT */
/*
 * Deflate of PPP between two ends.  While nothing is lost each frame comes out as it went in; whatever arrives that
 * nobody has sent, nothing is read or written beyond its end, and a reset mends all.
 *
 * An input: for each frame what becomes of it, how long it is and of what it consists.
 */
#include <linux/ppp-comp.h>
#include <string.h>

#include "input.h"
#include "kernel/ppp_deflate.h"

#define FRAME_MAX 600
#define MRU 500

enum fate { ARRIVES, IS_LOST, IS_SPOILT, IS_FORGED, RESETS, FATES };

struct pair {
	struct ppp_deflate *from, *to;
	struct input input;
	bool in_step;
};

static void begin(struct pair *pair)
{
	static const uint8_t option[] = { CI_DEFLATE, CILEN_DEFLATE, DEFLATE_MAKE_OPT(9), DEFLATE_CHK_SEQUENCE };

	pair->from = ppp_deflate_new(option, sizeof(option), true);
	pair->to = ppp_deflate_new(option, sizeof(option), false);
	must(pair->from && pair->to && ppp_deflate_begin(pair->from, option, sizeof(option), MRU) &&
	     ppp_deflate_begin(pair->to, option, sizeof(option), MRU));
	pair->in_step = true;
}

/* Half of it is always the same, half of it never. Returns its length. */
static size_t make(struct pair *pair, uint8_t *frame)
{
	size_t length = 2 + (size_t)next(&pair->input) * 2 % MRU;
	uint32_t state = next(&pair->input);

	memset(frame, 'x', length);
	random_octets(&state, frame + length / 2, length - length / 2);
	frame[0] = next(&pair->input) % 4 ? 0 : 0x02;
	frame[1] = 0x21;
	return length;
}

/* frame: of its own length, so that reading past the end is found. */
static bool arrive(struct pair *pair, const uint8_t *octets, size_t length, const uint8_t *wanted, size_t wanted_length)
{
	uint8_t *frame = malloc(length ? length : 1), *out = malloc(FRAME_MAX + 1);
	bool is_whole = false;
	size_t made;

	must(frame && out);
	memcpy(frame, octets, length);
	if (length < 2 || frame[0] || frame[1] != PPP_COMP)
		ppp_deflate_see(pair->to, frame, length);
	else if (ppp_deflate_unpack(pair->to, frame, length, out, FRAME_MAX, &made) == PPP_DEFLATE_FRAME)
		is_whole = made == wanted_length && !memcmp(out, wanted, made);
	free(frame);
	free(out);
	return is_whole;
}

static void forge(struct pair *pair, uint8_t *octets)
{
	size_t length = 2 + next(&pair->input) % 64;

	memset(octets, 0, length);
	octets[1] = PPP_COMP;
	for (size_t i = 2; i < length; i++)
		octets[i] = next(&pair->input);
	arrive(pair, octets, length, octets, 0);
}

static void step(struct pair *pair)
{
	static uint8_t frame[FRAME_MAX], out[FRAME_MAX + PPP_DEFLATE_MORE];
	enum fate fate = next(&pair->input) % FATES;
	size_t length = make(pair, frame), packed = ppp_deflate_pack(pair->from, frame, length, out);

	must(packed < length || !packed);
	if (!packed)
		memcpy(out, frame, length);
	if (fate == IS_FORGED)
		forge(pair, out);
	if (fate == IS_SPOILT)
		out[next(&pair->input) % (packed ? packed : length)] ^= (uint8_t)(1 + next(&pair->input) % 255);
	if (fate == ARRIVES || fate == IS_SPOILT) {
		bool is_whole = arrive(pair, out, packed ? packed : length, frame, length);

		must(!packed || is_whole || !pair->in_step || fate != ARRIVES);
	}
	if (fate == RESETS) {
		ppp_deflate_reset(pair->from);
		ppp_deflate_reset(pair->to);
	}
	pair->in_step = fate == RESETS || (pair->in_step && fate == ARRIVES);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pair pair = { .input = { data, size } };

	begin(&pair);
	while (pair.input.left)
		step(&pair);
	ppp_deflate_free(pair.from);
	ppp_deflate_free(pair.to);
	return 0;
}
