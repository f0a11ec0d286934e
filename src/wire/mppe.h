/* SPDX-License-Identifier: MIT */
/*
 * MPPE (RFC 3078): IP packets of a PPP session enciphered by RC4, and where its keys come from (RFC 3079).
 *
 *	PPP protocol 00fd | A B C D and coherency count 16 | RC4(protocol | payload)
 *
 * For the workers that move packets: a struct mppe is one direction of one session, of one thread at a time; nothing is
 * allocated, each call does a bounded amount of work.  Without state, the key changes with each packet, and
 * lost packets cost only themselves.  With state, one key lasts 256 packets and RC4 runs on from packet to packet: what
 * comes after a lost packet cannot be read until the peer starts anew, and must be asked to (CCP Reset-Request).
 *
 * MPPE has no check sum: whether a packet was deciphered is seen by what comes out, which is an IP packet or is not.
 * That is why nothing a receiver knows changes before its packet has become one: who throws in packets with
 * false counts cannot drive the two ends apart.
 */
#ifndef L2TPD_WIRE_MPPE_H
#define L2TPD_WIRE_MPPE_H

#include <nettle/arcfour.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MPPE_HEADER 2			/* octets behind the PPP protocol field */
#define MPPE_OCTETS (MPPE_HEADER + 2)	/* that a packet gets longer: its own protocol field is enciphered, too */
#define MPPE_KEY_MAX 16
#define MPPE_KEY_SHORT 8		/* of 40 and 56 bits */
#define MPPE_HASH 16			/* of a password, and of that hash (RFC 2759) */
#define MPPE_NT_RESPONSE 24
#define MPPE_V1_CHALLENGE 8

/* One direction. Made for so many octets as mppe_size() says: those without state need no stream. */
struct mppe {
	uint8_t start[MPPE_KEY_MAX];
	uint8_t key[MPPE_KEY_MAX];	/* of the session, at present */
	uint16_t count;			/* of the last packet; before the first: 4095 */
	uint8_t bits, key_length;
	bool stateful;
	bool flush;			/* sending with state: start anew with the next */
	bool any;			/* receiving: TCP headers may be compressed (vj.h) */
	uint8_t failures;		/* receiving: packets in a row that could not be used */
	uint8_t caution;		/* receiving: how little far ahead is believed */
	struct arcfour_ctx stream[];	/* with state: one */
};

size_t mppe_size(bool stateful);
/* bits: 40, 56 or 128. start_key: 8 octets, with 128 bits 16; of longer ones the first count. */
void mppe_begin(struct mppe *mppe, const uint8_t *start_key, unsigned int bits, bool stateful);
void mppe_wipe(struct mppe *mppe);

/* In place: octets begins with MPPE_HEADER octets of room, then protocol and payload; length counts all of it. */
void mppe_encrypt(struct mppe *mppe, uint8_t *octets, size_t length);
/* The peer asked for a reset (CCP Reset-Request): the next packet starts anew. */
void mppe_flush(struct mppe *mppe);

enum mppe_result {
	MPPE_PACKET,		/* octets + MPPE_HEADER is protocol and payload: IPv4 or IPv6, or so it begins */
	MPPE_DROPPED,		/* a copy, late, not enciphered, or garbled: nobody need be told */
	/* likewise, and with state: track was lost: ask the peer to reset. Without: so many packets in a row could not
	 * be used that both ends should begin anew (CCP) */
	MPPE_LOST,
};
/* In place: octets begins with the header; any length. What was not MPPE_PACKET is of no use any more. */
enum mppe_result mppe_decrypt(struct mppe *mppe, uint8_t *octets, size_t length);

/* --- start keys (RFC 3079) --- */

/* MS-CHAPv1, both ways, for 128 bits (those for 40 and 56 are the LAN Manager hash, which nobody uses any more). */
void mppe_start_key_v1(const uint8_t hash_hash[MPPE_HASH], const uint8_t challenge[MPPE_V1_CHALLENGE],
		       uint8_t key[MPPE_KEY_MAX]);
/* MS-CHAPv2, for any number of bits. authenticator: who verified the response, or who gave it. */
void mppe_start_keys_v2(const uint8_t hash_hash[MPPE_HASH], const uint8_t nt_response[MPPE_NT_RESPONSE],
			bool authenticator, uint8_t send[MPPE_KEY_MAX], uint8_t receive[MPPE_KEY_MAX]);

#endif
