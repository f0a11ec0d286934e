/* SPDX-License-Identifier: MIT */
/*
 * Streams of frames as a network would bring them: most continue their flow, some are changed in one way or another,
 * some are damaged.  For whoever has to keep them in order and intact.
 */
#ifndef L2TPD_TESTS_STREAMS_H
#define L2TPD_TESTS_STREAMS_H

#include "frames.h"

static const struct frame_spec stream_base = {
	.ethernet = true, .source_port = 1000, .dest_port = 2000, .ttl = 64, .flags = 0x10, .payload = 1000,
	.ip_id = 0xfffe, .fragment = 0x4000, .sequence = 0xfffffc00, .ack = 99, .window = 500, .vlan_id = 7, .host = 1,
	.tcp_options = 12,
};

/* The next frame of the same stream. */
static inline void stream_advance(struct frame_spec *spec)
{
	spec->sequence += (uint32_t)spec->payload;
	spec->ip_id++;
	spec->fill = (uint8_t)(spec->fill + 31);
}

/* Ways in which a frame can fail to continue its stream. */
enum change {
	NOTHING, SEQUENCE, OLD_SEQUENCE, ACK, WINDOW, URGENT, TIMESTAMP, OPTIONS, TTL, TOS, DONT_FRAGMENT, ID,
	ID_FIXED, LABEL, LONGER, CWR, ECE, SYN, RST, URG, NO_ACK, VLAN, UNTAGGED, MAC, PADDED, CORRUPT, CORRUPT_IP,
	IP_OPTIONS, FRAGMENT, RESERVED_BIT, NO_PAYLOAD, TCP_RESERVED, UDP_ZERO, UDP_SHORT, CHANGES,
};

static inline const char *change_name(enum change change)
{
	static const char *const names[CHANGES] = {
		"nothing", "sequence", "old sequence", "ack", "window", "urgent", "timestamp", "options", "ttl", "tos",
		"df",
		"id", "fixed id", "label", "longer", "cwr", "ece", "syn", "rst", "urg", "no ack", "vlan", "untagged",
		"mac",
		"padded", "corrupt", "corrupt ip", "ip options", "fragment", "reserved bit", "no payload",
		"tcp reserved",
		"udp zero", "udp short",
	};

	return names[change];
}

static inline void change_spec(struct frame_spec *spec, enum change change)
{
	switch (change) {
	case SEQUENCE: spec->sequence++; break;
	case OLD_SEQUENCE: spec->sequence -= 1000; break;
	case ACK: spec->ack++; break;
	case WINDOW: spec->window++; break;
	case URGENT: spec->urgent++; break;
	case TIMESTAMP: spec->timestamp++; break;
	case OPTIONS: spec->tcp_options += spec->tcp_options < 40 ? 4 : -4; break;
	case TTL: spec->ttl--; break;
	case TOS: spec->tos ^= 3; break;
	case DONT_FRAGMENT: spec->fragment = 0; break;
	case ID: spec->ip_id++; break;
	case ID_FIXED: spec->ip_id--; break;
	case LABEL: spec->flow_label++; break;
	case LONGER: spec->payload++; break;
	case CWR: spec->flags |= 0x80; break;
	case ECE: spec->flags |= 0x40; break;
	case SYN: spec->flags |= 0x02; break;
	case RST: spec->flags |= 0x04; break;
	case URG: spec->flags |= 0x20; break;
	case NO_ACK: spec->flags &= 0xef; break;
	case VLAN: spec->vlan_id++; break;
	case UNTAGGED: spec->tags--; break;
	case IP_OPTIONS: spec->ip_options = 8; break;
	case FRAGMENT: spec->fragment = 0x2000; break;
	case RESERVED_BIT: spec->fragment |= 0x8000; break;
	case NO_PAYLOAD: spec->payload = 0; break;
	default: break;
	}
}

static inline size_t change_octets(uint8_t *frame, const struct frame_parts *parts, enum change change)
{
	size_t length = parts->length;

	switch (change) {
	case MAC: frame[3] ^= 1; break;
	case PADDED: frame[length++] = 0; break;
	case CORRUPT: frame[length - 1] ^= 0x40; break;
	case CORRUPT_IP: frame[parts->l3 + 10] ^= 0x40; break;
	case TCP_RESERVED:	/* a reserved bit, and the checksum right again */
		frame[parts->l4 + 12] ^= 2;
		put16(frame + parts->l4 + 16, (get16(frame + parts->l4 + 16) + 0xffff - 0x200) % 0xffff);
		break;
	case UDP_ZERO: put16(frame + parts->l4 + 6, 0); break;
	case UDP_SHORT:		/* of it twice: header and pseudo-header */
		put16(frame + parts->l4 + 4, get16(frame + parts->l4 + 4) - 1);
		put16(frame + parts->l4 + 6, (get16(frame + parts->l4 + 6) + 1) % 0xffff);
		break;
	default: break;
	}
	return length;
}

/* Does this change say anything of such a frame? */
static inline bool applies(enum change change, const struct frame_spec *spec)
{
	switch (change) {
	case TIMESTAMP: case OPTIONS: case SEQUENCE: case OLD_SEQUENCE: case ACK: case WINDOW: case URGENT:
	case CWR: case ECE: case SYN: case RST: case URG: case NO_ACK: case TCP_RESERVED:
		return !spec->udp;
	case DONT_FRAGMENT: case ID: case ID_FIXED: case CORRUPT_IP: case FRAGMENT: case RESERVED_BIT:
		return !spec->ipv6;
	case UDP_ZERO: case UDP_SHORT:
		return spec->udp;
	case LABEL:
		return spec->ipv6;
	default:
		return true;
	}
}

/* A flow; its source address ends with host. */
static inline struct frame_spec stream_random(uint64_t *seed, uint8_t host)
{
	struct frame_spec spec = stream_base;

	spec.host = host;
	spec.ethernet = test_random_below(seed, 4);
	spec.tags = spec.ethernet ? (int)test_random_below(seed, 3) : 0;
	spec.ipv6 = test_random(seed) & 1;
	spec.udp = test_random(seed) & 1;
	spec.tcp_options = 4 * (int)test_random_below(seed, 11);
	spec.ip_id = (uint16_t)test_random(seed);
	spec.sequence = test_random(seed);
	spec.source_port = (uint16_t)test_random_below(seed, 3);
	spec.fragment = test_random(seed) & 1 ? 0x4000 : 0;
	spec.payload = 1 + test_random_below(seed, test_random(seed) & 1 ? 200 : 1460);
	return spec;
}

static inline enum change random_change(const struct frame_spec *spec, uint64_t *seed)
{
	enum change change = test_random_below(seed, 6) ? NOTHING : test_random_below(seed, CHANGES);

	if ((change == UNTAGGED && !spec->tags) || (change == MAC && !spec->ethernet) || !applies(change, spec))
		return NOTHING;
	return change;
}

/* A frame of the stream, which then moves on: most continue it, some are changed, some end it. Returns its length. */
static inline size_t stream_next(struct frame_spec *spec, uint64_t *seed, uint8_t *frame)
{
	enum change change = random_change(spec, seed);
	struct frame_spec this = *spec;
	struct frame_parts parts;

	change_spec(&this, change);
	if (!test_random_below(seed, 12))
		this.flags |= test_random(seed) & 9;
	if (this.payload && !test_random_below(seed, 12))
		this.payload = 1 + test_random_below(seed, (uint32_t)this.payload);
	frame_build(&this, frame, &parts);
	spec->payload = this.payload;
	stream_advance(spec);
	if (!test_random_below(seed, 6) || !this.payload)
		spec->payload = 1 + test_random_below(seed, 1460);
	return change_octets(frame, &parts, change);
}

#endif
