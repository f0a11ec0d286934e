/* SPDX-License-Identifier: MIT */
/*
 * Packets as a pcapng capture file (draft-ietf-opsawg-pcapng), as Wireshark reads it: a section and one
 * interface to begin with, then a block for each packet.  What is written is big-endian.
 *
 * The L2TP messages get an IP header (and over UDP its header) made from the two ends' addresses, so that
 * programs find their way into them.  These headers' length fields, checksums and ports are those that the wire
 * had or could have had; TTL and DSCP are not known.
 */
#ifndef L2TPD_WIRE_PCAPNG_H
#define L2TPD_WIRE_PCAPNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "wire/data_header.h"

#define PCAPNG_COMMENT_MAX 160		/* octets of a comment; more are cut off */
#define PCAPNG_BEGIN_MAX 512		/* octets of pcapng_begin() */
#define PCAPNG_HEADERS_MAX 48		/* IPv6 and UDP */
/* Octets of a packet's block at most, beside those captured. */
#define PCAPNG_BLOCK_MAX (32 + PCAPNG_HEADERS_MAX + 3 + 8 + 12 + 4 + PCAPNG_COMMENT_MAX + 4)

struct pcapng_packet {
	uint64_t when_ns;		/* since 1970-01-01 UTC */
	bool outgoing;
	enum l2tp_encap encap;
	struct endpoint local, peer;	/* the peer's family is the packet's; a local address of another: all zeros */
	uint32_t length;		/* octets of the L2TP message */
	uint32_t captured;		/* of these in octets */
	uint64_t lost;			/* packets between the one before and this one */
	const char *comment;		/* UTF-8, NULL or "": none */
	const uint8_t *octets;
};

/* The beginning. interface: what was captured, for people, cut off behind 100 octets; program: who did it, likewise.
 * out of PCAPNG_BEGIN_MAX. Returns its length. */
size_t pcapng_begin(const char *interface, const char *program, uint8_t *out);
/* A packet's block. Returns its length, 0 when it does not fit in size octets: PCAPNG_BLOCK_MAX + captured do. */
size_t pcapng_packet(const struct pcapng_packet *packet, uint8_t *out, size_t size);

#endif
