/* SPDX-License-Identifier: MIT */
/* See ppp_deflate.h. What zlib puts at the end of each packet to flush it is known, and is not sent. */
#include "kernel/ppp_deflate.h"

#include <linux/ppp-comp.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "kernel/ppp_internal.h"

#define ADDRESS_OCTETS 2	/* that the kernel counts before a frame's protocol field */
#define SEQUENCE_OCTETS 2
#define HEADER (PROTOCOL_OCTETS + SEQUENCE_OCTETS)
#define PROTOCOL_MAX 0x3fff	/* higher ones are not compressed, nor are these: */
#define PROTOCOL_OTHER 0x00fb	/* compression of single links */
#define MEMORY_LEVEL 8		/* as of both zlib and the kernel */
#define PART 4096		/* octets that are remembered at once */
#define BLOCK_ENDED 128		/* of a stream's data_type: all is out, and no bits of the next block are in */

static const uint8_t flush_end[] = { 0x00, 0x00, 0xff, 0xff };

struct ppp_deflate {
	z_stream stream;
	bool transmit;
	uint8_t window;			/* bits */
	uint16_t sequence;		/* of the next packet */
	uint32_t mru;
	struct compstat stats;
};

/* The bits of its window; 0: it is no such option. */
static uint8_t window_of(const uint8_t *option)
{
	uint8_t window = (uint8_t)DEFLATE_SIZE(option[2]);

	if ((option[0] != CI_DEFLATE && option[0] != CI_DEFLATE_DRAFT) || option[1] != CILEN_DEFLATE ||
	    DEFLATE_METHOD(option[2]) != DEFLATE_METHOD_VAL || option[3] != DEFLATE_CHK_SEQUENCE)
		return 0;
	return window >= DEFLATE_MIN_SIZE && window <= DEFLATE_MAX_SIZE ? window : 0;
}

struct ppp_deflate *ppp_deflate_new(const uint8_t *option, size_t length, bool transmit)
{
	uint8_t window = length == CILEN_DEFLATE ? window_of(option) : 0;
	struct ppp_deflate *deflate = window ? calloc(1, sizeof(*deflate)) : NULL;
	int failed;

	if (!deflate)
		return NULL;
	deflate->transmit = transmit;
	deflate->window = window;
	if (transmit)
		failed = deflateInit2(&deflate->stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -window, MEMORY_LEVEL,
				      Z_DEFAULT_STRATEGY);
	else
		failed = inflateInit2(&deflate->stream, -window);
	if (failed == Z_OK)
		return deflate;
	free(deflate);
	return NULL;
}

void ppp_deflate_free(struct ppp_deflate *deflate)
{
	if (!deflate)
		return;
	if (deflate->transmit)
		deflateEnd(&deflate->stream);
	else
		inflateEnd(&deflate->stream);
	free(deflate);
}

void ppp_deflate_reset(struct ppp_deflate *deflate)
{
	deflate->sequence = 0;
	if (deflate->transmit)
		deflateReset(&deflate->stream);
	else
		inflateReset(&deflate->stream);
}

bool ppp_deflate_begin(struct ppp_deflate *deflate, const uint8_t *option, size_t length, uint32_t mru)
{
	if (length < CILEN_DEFLATE || window_of(option) != deflate->window)
		return false;
	deflate->mru = mru;
	ppp_deflate_reset(deflate);
	return true;
}

const struct compstat *ppp_deflate_stats(const struct ppp_deflate *deflate)
{
	return &deflate->stats;
}

static bool is_compressible(const uint8_t *frame)
{
	uint16_t protocol = frame_protocol(frame);

	return protocol <= PROTOCOL_MAX && protocol != PPP_COMP && protocol != PROTOCOL_OTHER;
}

/* Of a protocol field that begins with 0 one octet is left out. */
static size_t left_out(const uint8_t *frame)
{
	return frame[0] ? 0 : 1;
}

/* --- sending --- */

/* Returns how long it is; 0: it is not. */
static size_t deflate_frame(z_stream *stream, uint8_t *out, size_t room)
{
	stream->next_out = out;
	stream->avail_out = (uInt)room;
	if (deflate(stream, Z_SYNC_FLUSH) != Z_OK || stream->avail_in || !stream->avail_out)
		return 0;
	return room - stream->avail_out - sizeof(flush_end);
}

size_t ppp_deflate_pack(struct ppp_deflate *deflate, const uint8_t *frame, size_t length, uint8_t *out)
{
	struct compstat *stats = &deflate->stats;
	size_t made;

	if (length < PROTOCOL_OCTETS || !is_compressible(frame))
		return 0;
	octets_put_be16(out, PPP_COMP);
	octets_put_be16(out + PROTOCOL_OCTETS, deflate->sequence++);
	deflate->stream.next_in = (uint8_t *)(uintptr_t)frame + left_out(frame);
	deflate->stream.avail_in = (uInt)(length - left_out(frame));
	made = deflate_frame(&deflate->stream, out + HEADER, length + PPP_DEFLATE_MORE - HEADER);
	stats->unc_bytes += (uint32_t)(length + ADDRESS_OCTETS);
	stats->unc_packets++;
	if (made && made + HEADER < length) {
		stats->comp_bytes += (uint32_t)(HEADER + made + ADDRESS_OCTETS);
		stats->comp_packets++;
		return HEADER + made;
	}
	stats->inc_bytes += (uint32_t)(length + ADDRESS_OCTETS);
	stats->inc_packets++;
	return 0;
}

/* --- receiving --- */

/* Feed these; false: they are no such data, or more comes out than there is room. */
static bool feed(z_stream *stream, const uint8_t *octets, size_t length)
{
	int result;

	stream->next_in = (uint8_t *)(uintptr_t)octets;
	stream->avail_in = (uInt)length;
	result = inflate(stream, Z_SYNC_FLUSH);
	return (result == Z_OK || result == Z_BUF_ERROR) && stream->avail_in == 0;
}

/* A packet ends where a block does: else there is more to come out, or the next one would be taken for its rest. */
static bool feed_packet(z_stream *stream, const uint8_t *octets, size_t length)
{
	return feed(stream, octets, length) && feed(stream, flush_end, sizeof(flush_end)) &&
	       stream->data_type == BLOCK_ENDED;
}

enum ppp_deflate_result ppp_deflate_unpack(struct ppp_deflate *deflate, const uint8_t *frame, size_t length,
					   uint8_t *out, size_t longest, size_t *out_length)
{
	z_stream *stream = &deflate->stream;
	size_t made, payload;

	if (length <= HEADER || octets_be16(frame + PROTOCOL_OCTETS) != deflate->sequence)
		return PPP_DEFLATE_LOST;
	deflate->sequence++;
	out[0] = 0;
	stream->next_out = out + 1;
	stream->avail_out = (uInt)longest;
	if (!feed_packet(stream, frame + HEADER, length - HEADER))
		return PPP_DEFLATE_BROKEN;
	made = longest - stream->avail_out;
	if (!made || (!(out[1] & 1) && made < PROTOCOL_OCTETS))
		return PPP_DEFLATE_LOST;
	payload = made - (out[1] & 1 ? 1 : PROTOCOL_OCTETS);
	if (payload > deflate->mru || PROTOCOL_OCTETS + payload > longest)
		return PPP_DEFLATE_BROKEN;
	if (!(out[1] & 1))
		memmove(out, out + 1, made);
	*out_length = PROTOCOL_OCTETS + payload;
	deflate->stats.unc_bytes += (uint32_t)(*out_length + ADDRESS_OCTETS);
	deflate->stats.unc_packets++;
	deflate->stats.comp_bytes += (uint32_t)(length + ADDRESS_OCTETS);
	deflate->stats.comp_packets++;
	return PPP_DEFLATE_FRAME;
}

/* As if it had come in a block that is not compressed. */
static void remember(z_stream *stream, const uint8_t *octets, size_t length)
{
	const uint8_t header[] = { 0, (uint8_t)length, (uint8_t)(length >> 8), (uint8_t)~length,
				   (uint8_t)(~length >> 8) };
	uint8_t same[PART];

	stream->next_out = same;
	stream->avail_out = sizeof(same);
	if (!feed(stream, header, sizeof(header)))
		return;
	while (length) {
		size_t part = length < sizeof(same) ? length : sizeof(same);

		stream->next_out = same;
		stream->avail_out = sizeof(same);
		if (!feed(stream, octets, part))
			return;
		octets += part;
		length -= part;
	}
}

void ppp_deflate_see(struct ppp_deflate *deflate, const uint8_t *frame, size_t length)
{
	struct compstat *stats = &deflate->stats;

	if (length < PROTOCOL_OCTETS || length > UINT16_MAX || !is_compressible(frame))
		return;
	deflate->sequence++;
	remember(&deflate->stream, frame + left_out(frame), length - left_out(frame));
	stats->inc_bytes += (uint32_t)(length + ADDRESS_OCTETS);
	stats->inc_packets++;
	stats->unc_bytes += (uint32_t)(length + ADDRESS_OCTETS);
	stats->unc_packets++;
}
