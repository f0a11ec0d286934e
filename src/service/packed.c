/* SPDX-License-Identifier: MIT */
/*
 * See packed.h.  A run of octets that are not zero is written with where it begins; a few zeros do not end one, which
 * costs less than to begin another.
 */
#include "service/packed.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#define RUN_HEADER 4		/* where, how many: 16 bits each */
#define GAP 4			/* so many zeros end a run: 32 bits */
#define WORD 8			/* octets that are looked at together */

struct packed {
	uint32_t length;
	uint8_t octets[];
};

/* Where the run ends that begins at `at`. */
static size_t run_end(const uint8_t *octets, size_t at, size_t size)
{
	size_t end = at + 1;
	uint32_t gap;

	for (; end + GAP <= size; end += GAP - (size_t)__builtin_clz(le32toh(gap)) / 8) {
		memcpy(&gap, octets + end, GAP);
		if (!gap)
			return end;
	}
	for (size_t i = end; i < size; i++)
		if (octets[i])
			end = i + 1;
	return end;
}

static inline uint64_t word_at(const uint8_t *octets)
{
	uint64_t word;

	memcpy(&word, octets, sizeof(word));
	return word;
}

/* The first octet that is not zero, from here on; size: there is none. */
static size_t skip_zeros(const uint8_t *octets, size_t at, size_t size)
{
	while (at + 4 * WORD <= size && !(word_at(octets + at) | word_at(octets + at + WORD) |
					  word_at(octets + at + 2 * WORD) | word_at(octets + at + 3 * WORD)))
		at += 4 * WORD;
	for (; at + WORD <= size; at += WORD)
		if (word_at(octets + at))
			return at + (size_t)__builtin_ctzll(le64toh(word_at(octets + at))) / 8;
	while (at < size && !octets[at])
		at++;
	return at;
}

/* out NULL: only how much it is. */
static size_t write_runs(const uint8_t *octets, size_t size, uint8_t *out)
{
	size_t used = 0;

	for (size_t at = skip_zeros(octets, 0, size), end; at < size; at = skip_zeros(octets, end, size)) {
		uint16_t header[2];

		end = run_end(octets, at, size);
		header[0] = (uint16_t)at;
		header[1] = (uint16_t)(end - at);
		if (out) {
			memcpy(out + used, header, RUN_HEADER);
			memcpy(out + used + RUN_HEADER, octets + at, end - at);
		}
		used += RUN_HEADER + (end - at);
	}
	return used;
}

size_t packed_write(const void *from, size_t size, uint8_t *out)
{
	return write_runs(from, size, out);
}

void packed_read(const uint8_t *octets, size_t length, void *to, size_t size)
{
	uint16_t header[2];

	memset(to, 0, size);
	for (size_t at = 0; at < length; at += RUN_HEADER + (size_t)header[1]) {
		memcpy(header, octets + at, RUN_HEADER);
		memcpy((uint8_t *)to + header[0], octets + at + RUN_HEADER, header[1]);
	}
}

bool packed_make(const void *from, size_t size, struct packed **packed)
{
	size_t length;

	*packed = NULL;
	if (size > PACKED_SIZE_MAX)
		return false;
	length = write_runs(from, size, NULL);
	if (!length)
		return true;
	*packed = malloc(sizeof(**packed) + length);
	if (!*packed)
		return false;
	(*packed)->length = (uint32_t)length;
	write_runs(from, size, (*packed)->octets);
	return true;
}

void packed_open(const struct packed *packed, void *to, size_t size)
{
	packed_read(packed ? packed->octets : NULL, packed ? packed->length : 0, to, size);
}

void packed_free(struct packed *packed)
{
	if (packed)
		explicit_bzero(packed->octets, packed->length);
	free(packed);
}
