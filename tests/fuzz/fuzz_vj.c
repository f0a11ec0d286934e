/* SPDX-License-Identifier: MIT */
/*
 * Compressed TCP headers between two ends.  While nothing is lost each packet comes out as it went in; whatever arrives
 * that nobody has sent, nothing is read or written beyond its end.
 *
 * An input: for each packet of which connection, what changes in it, and whether it is lost, or spoilt.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "input.h"
#include "wire/vj.h"

#define CONNECTIONS 4
#define SEND_SLOTS 3
#define RECEIVE_SLOTS 3
#define HEADERS 44		/* octets: TCP has an option */
#define PACKET_MAX (HEADERS + 16)
#define FLAGS_CARRIED 0x3f	/* of TCP: of those of ECN a sender takes no notice, as in Linux (RFC 1144 is older) */

struct pair {
	struct vj *from, *to;
	struct input input;
	uint8_t packets[CONNECTIONS][PACKET_MAX];
	bool in_step;
};

static void put16(uint8_t *at, unsigned int value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void put_sum(uint8_t *ip)
{
	uint32_t sum = 0;

	put16(ip + 10, 0);
	for (int i = 0; i < 20; i += 2)
		sum += (uint32_t)(ip[i] << 8 | ip[i + 1]);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	put16(ip + 10, ~sum & 0xffff);
}

static void begin(struct pair *pair)
{
	static const uint8_t headers[HEADERS] = { 0x45, 0, 0, 0, 0, 1, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
						  0, 0, 0, 80, 0, 0, 0, 1, 0, 0, 0, 1, 0x60, 0x10, 1, 0 };

	pair->from = vj_new(RECEIVE_SLOTS, SEND_SLOTS);
	pair->to = vj_new(RECEIVE_SLOTS, SEND_SLOTS);
	must(pair->from && pair->to);
	pair->in_step = true;
	for (int i = 0; i < CONNECTIONS; i++) {
		memcpy(pair->packets[i], headers, sizeof(headers));
		pair->packets[i][21] = (uint8_t)(i + 1);
	}
}

/* The next of a connection: some octets of its headers move on. Returns its length. */
static size_t make(struct pair *pair, uint8_t *packet)
{
	static const uint8_t where[] = { 5, 24, 25, 26, 27, 30, 31, 33, 34, 35, 38, 39, 8, 43, 41, 1 };
	size_t payload = next(&pair->input) % (PACKET_MAX - HEADERS + 1);

	for (int i = next(&pair->input) % 4; i > 0; i--)
		packet[where[next(&pair->input) % sizeof(where)]] ^= next(&pair->input);
	packet[33] &= FLAGS_CARRIED;
	packet[5]++;
	put16(packet + 2, (unsigned int)(HEADERS + payload));
	memset(packet + HEADERS, (int)payload, payload);
	put_sum(packet);
	return HEADERS + payload;
}

/* octets: of their own length, so that reading past the end is found. */
static void arrive(struct pair *pair, enum vj_kind kind, const uint8_t *octets, size_t length, const uint8_t *packet,
		   size_t packet_length)
{
	uint8_t *copy = malloc(length + 1), *out = malloc(length + VJ_HEADERS_MAX);
	size_t made = 0;

	must(copy && out);
	memcpy(copy, octets, length);
	copy = realloc(copy, length ? length : 1);
	must(copy != NULL);
	if (kind == VJ_COMPRESSED)
		made = vj_expand(pair->to, copy, length, out);
	else if (kind == VJ_UNCOMPRESSED && vj_remember(pair->to, copy, length))
		made = length;
	must(made <= length + VJ_HEADERS_MAX);
	if (pair->in_step && kind != VJ_PLAIN) {
		must(made == packet_length);
		must(!memcmp(kind == VJ_COMPRESSED ? out : copy, packet, made));
	}
	free(copy);
	free(out);
}

static void step(struct pair *pair)
{
	uint8_t how = next(&pair->input), *packet = pair->packets[how % CONNECTIONS], out[PACKET_MAX];
	size_t length = make(pair, packet), packet_length = length;
	enum vj_kind kind = vj_compress(pair->from, packet, &length, how & 4, out);

	must(length <= packet_length);
	if (how & 8) {
		pair->in_step = false;
		vj_toss(pair->to);
	} else if (how & 16) {
		pair->in_step = false;
		out[next(&pair->input) % length] ^= next(&pair->input);
		arrive(pair, how & 32 ? VJ_COMPRESSED : VJ_UNCOMPRESSED, out,
		       how & 64 ? next(&pair->input) % (length + 1) : length, packet, packet_length);
	} else {
		arrive(pair, kind, kind == VJ_PLAIN ? packet : out, length, packet, packet_length);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pair pair = { .input = { data, size } };

	begin(&pair);
	while (pair.input.left)
		step(&pair);
	vj_free(pair.from);
	vj_free(pair.to);
	return 0;
}
