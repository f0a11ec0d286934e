/* SPDX-License-Identifier: MIT */
/*
 * See mppe.h.
 *
 * Where a sender with state starts anew, RFC 3078 section 8.2 keeps the key, while Linux changes it (and never sets the
 * A bit on the first packet, which it would take for such a change).  Both change it when the last eight bits of the
 * count are ones.  So we start anew with such a count, which any receiver counts right, and take either from the
 * peer: by what comes out.
 */
#include "wire/mppe.h"

#include <nettle/sha1.h>
#include <string.h>

#include "base/octets.h"
#include "base/packet.h"
#include "wire/ppp.h"

#define BIT_FLUSHED 0x80
#define BIT_ENCRYPTED 0x10
#define COUNTS 4096U
#define COUNT_FLAG 0xff		/* with state: the key changes where the count ends so */
#define PAD 40
/* Packets lost in a row that are caught up with; as far ahead as that or more is behind. */
#define AHEAD_MAX (COUNTS / 2)
/* Each packet that cost its key changes and was garbage halves that, so that mischief does not cost a worker its time;
 * so many good ones make up for it. */
#define CAUTION_STEP 16
#define CAUTION_MAX (7 * CAUTION_STEP)
#define FAILURES_LOST 64	/* in a row that are more than mischief */
#define RESTARTS_MAX 4		/* with state: keys that a peer may have changed in packets that were lost */
#define PLAIN_MIN 8		/* octets that tell an IP packet: protocol, and up to the length of IPv6 */
#define TCP_COMPRESSED_LEAST 3	/* octets behind the protocol */

static const uint8_t pad_zeros[PAD];
static const uint8_t pad_f2[PAD] = {
	0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2,
	0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2,
	0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2,
};

size_t mppe_size(bool stateful)
{
	return sizeof(struct mppe) + (stateful ? sizeof(struct arcfour_ctx) : 0);
}

/* What the bits leave of a key. */
static void reduce(const struct mppe *mppe, uint8_t *key)
{
	if (mppe->bits != 128)
		key[0] = 0xd1;
	if (mppe->bits == 40) {
		key[1] = 0x26;
		key[2] = 0x9e;
	}
}

/* GetNewKeyFromSHA (RFC 3078 section 7.3): key becomes the interim key. */
static void next_interim(const struct mppe *mppe, uint8_t *key)
{
	struct sha1_ctx sha1;

	sha1_init(&sha1);
	sha1_update(&sha1, mppe->key_length, mppe->start);
	sha1_update(&sha1, PAD, pad_zeros);
	sha1_update(&sha1, mppe->key_length, key);
	sha1_update(&sha1, PAD, pad_f2);
	sha1_digest(&sha1, mppe->key_length, key);
}

static void next_key(const struct mppe *mppe, uint8_t *key)
{
	struct arcfour_ctx rc4;

	next_interim(mppe, key);
	arcfour_set_key(&rc4, mppe->key_length, key);
	arcfour_crypt(&rc4, mppe->key_length, key, key);
	reduce(mppe, key);
}

static void restart_stream(struct mppe *mppe)
{
	arcfour_set_key(mppe->stream, mppe->key_length, mppe->key);
}

void mppe_begin(struct mppe *mppe, const uint8_t *start_key, unsigned int bits, bool stateful)
{
	*mppe = (struct mppe){ .count = COUNTS - 1, .bits = (uint8_t)bits, .stateful = stateful,
			       .key_length = bits == 128 ? MPPE_KEY_MAX : MPPE_KEY_SHORT };
	memcpy(mppe->start, start_key, mppe->key_length);
	memcpy(mppe->key, start_key, mppe->key_length);
	next_interim(mppe, mppe->key);
	reduce(mppe, mppe->key);
	if (stateful)
		restart_stream(mppe);
}

void mppe_wipe(struct mppe *mppe)
{
	explicit_bzero(mppe, mppe_size(mppe->stateful));
}

/* --- sending --- */

static bool is_flag(uint16_t count)
{
	return (count & COUNT_FLAG) == COUNT_FLAG;
}

static void put_header(const struct mppe *mppe, uint8_t *octets, bool flushed)
{
	octets[0] = (uint8_t)((flushed ? BIT_FLUSHED : 0) | BIT_ENCRYPTED | mppe->count >> 8);
	octets[1] = (uint8_t)mppe->count;
}

static void encrypt_stateless(struct mppe *mppe, uint8_t *octets, size_t length)
{
	struct arcfour_ctx rc4;

	next_key(mppe, mppe->key);
	put_header(mppe, octets, true);
	arcfour_set_key(&rc4, mppe->key_length, mppe->key);
	arcfour_crypt(&rc4, length, octets + MPPE_HEADER, octets + MPPE_HEADER);
}

static void encrypt_stateful(struct mppe *mppe, uint8_t *octets, size_t length)
{
	bool flag;

	if (mppe->flush)
		mppe->count |= COUNT_FLAG;
	mppe->flush = false;
	flag = is_flag(mppe->count);
	if (flag) {
		next_key(mppe, mppe->key);
		restart_stream(mppe);
	}
	put_header(mppe, octets, flag);
	arcfour_crypt(mppe->stream, length, octets + MPPE_HEADER, octets + MPPE_HEADER);
}

void mppe_encrypt(struct mppe *mppe, uint8_t *octets, size_t length)
{
	mppe->count = (mppe->count + 1) % COUNTS;
	if (mppe->stateful)
		encrypt_stateful(mppe, octets, length - MPPE_HEADER);
	else
		encrypt_stateless(mppe, octets, length - MPPE_HEADER);
}

void mppe_flush(struct mppe *mppe)
{
	mppe->flush = mppe->stateful;
}

/* --- receiving --- */

static bool is_ipv4(const uint8_t *packet, size_t length)
{
	size_t total = length >= IPV4_HEADER ? octets_be16(packet + 2) : 0;

	return total >= IPV4_HEADER && total <= length && packet[0] >> 4 == 4;
}

static bool is_ipv6(const uint8_t *packet, size_t length)
{
	return length >= IPV6_HEADER && packet[0] >> 4 == 6 && octets_be16(packet + 4) <= length - IPV6_HEADER;
}

/* TCP's headers, compressed or about to be. */
static bool is_tcp(const uint8_t *octets, size_t length)
{
	return (octets[0] == PPP_TCP_WHOLE && is_ipv4(octets + 1, length - 1)) ||
	       (octets[0] == PPP_TCP_COMPRESSED && length > TCP_COMPRESSED_LEAST && !(octets[1] & 0x80));
}

/* Whether this is protocol, which may be compressed, and an IP packet, as far as PLAIN_MIN octets tell. Garbage is, by
 * chance, once in some hundred thousand times. */
static bool is_plain(const struct mppe *mppe, const uint8_t *octets, size_t length)
{
	if (length && !octets[0]) {
		octets++;
		length--;
	}
	if (!length)
		return false;
	return (octets[0] == PPP_IPV4 && is_ipv4(octets + 1, length - 1)) ||
	       (octets[0] == PPP_IPV6 && is_ipv6(octets + 1, length - 1)) ||
	       (mppe->any && is_tcp(octets, length));
}

/* This packet could not be used. */
static enum mppe_result failed(struct mppe *mppe)
{
	if (mppe->failures < FAILURES_LOST)
		mppe->failures++;
	return mppe->failures == FAILURES_LOST ? MPPE_LOST : MPPE_DROPPED;
}

static enum mppe_result succeeded(struct mppe *mppe, uint16_t count, const uint8_t *key)
{
	memcpy(mppe->key, key, mppe->key_length);
	mppe->count = count;
	mppe->failures = 0;
	if (mppe->caution)
		mppe->caution--;
	return MPPE_PACKET;
}

static enum mppe_result decrypt_stateless(struct mppe *mppe, uint16_t count, uint8_t *octets, size_t length)
{
	unsigned int ahead = (unsigned int)(count - mppe->count) % COUNTS;
	struct arcfour_ctx rc4;
	uint8_t key[MPPE_KEY_MAX];

	if (!ahead || ahead >= AHEAD_MAX >> mppe->caution / CAUTION_STEP)
		return failed(mppe);
	memcpy(key, mppe->key, sizeof(key));
	while (ahead--)
		next_key(mppe, key);
	arcfour_set_key(&rc4, mppe->key_length, key);
	arcfour_crypt(&rc4, length, octets, octets);
	if (is_plain(mppe, octets, length))
		return succeeded(mppe, count, key);
	if (mppe->caution <= CAUTION_MAX - CAUTION_STEP)
		mppe->caution += CAUTION_STEP;
	return failed(mppe);
}

/* The next in turn, with the stream as it is, or with a new key when its count wants that. */
static enum mppe_result decrypt_next(struct mppe *mppe, uint16_t count, uint8_t *octets, size_t length)
{
	struct arcfour_ctx stream = *mppe->stream;
	uint8_t key[MPPE_KEY_MAX];

	memcpy(key, mppe->key, sizeof(key));
	if (is_flag(count)) {
		next_key(mppe, key);
		arcfour_set_key(&stream, mppe->key_length, key);
	}
	arcfour_crypt(&stream, length, octets, octets);
	if (!is_plain(mppe, octets, length))
		return failed(mppe);
	*mppe->stream = stream;
	return succeeded(mppe, count, key);
}

/* Whether the packet becomes one with this key and a new stream, which then is the session's. */
static bool try_key(struct mppe *mppe, const uint8_t *key, uint8_t *octets, size_t length)
{
	struct arcfour_ctx stream;
	uint8_t start[PLAIN_MIN];
	size_t part = length < sizeof(start) ? length : sizeof(start);

	arcfour_set_key(&stream, mppe->key_length, key);
	arcfour_crypt(&stream, part, start, octets);
	if (!is_plain(mppe, start, length))
		return false;
	memcpy(octets, start, part);
	arcfour_crypt(&stream, length - part, octets + part, octets + part);
	*mppe->stream = stream;
	return true;
}

/* The peer starts anew with this packet. */
static enum mppe_result decrypt_flushed(struct mppe *mppe, uint16_t count, uint8_t *octets, size_t length)
{
	unsigned int ahead = (unsigned int)(count - mppe->count) % COUNTS;
	uint8_t key[MPPE_KEY_MAX];

	if (!ahead)
		return failed(mppe);
	memcpy(key, mppe->key, sizeof(key));
	for (uint16_t passed = mppe->count; passed != count; ) {
		passed = (uint16_t)((passed + 1) % COUNTS);
		if (is_flag(passed))
			next_key(mppe, key);
	}
	for (unsigned int i = 0; i < RESTARTS_MAX; i++) {
		if (try_key(mppe, key, octets, length))
			return succeeded(mppe, count, key);
		next_key(mppe, key);
	}
	failed(mppe);
	return MPPE_LOST;
}

static enum mppe_result decrypt_stateful(struct mppe *mppe, bool flushed, uint16_t count, uint8_t *octets,
					 size_t length)
{
	unsigned int ahead = (unsigned int)(count - mppe->count) % COUNTS;

	if (flushed)
		return decrypt_flushed(mppe, count, octets, length);
	if (ahead == 1)
		return decrypt_next(mppe, count, octets, length);
	if (!ahead || ahead >= AHEAD_MAX)
		return failed(mppe);
	failed(mppe);
	return MPPE_LOST;
}

enum mppe_result mppe_decrypt(struct mppe *mppe, uint8_t *octets, size_t length)
{
	bool flushed = length && octets[0] & BIT_FLUSHED;
	uint16_t count;

	if (length <= MPPE_HEADER || !(octets[0] & BIT_ENCRYPTED) || (!mppe->stateful && !flushed))
		return MPPE_DROPPED;
	count = octets_be16(octets) % COUNTS;
	octets += MPPE_HEADER;
	length -= MPPE_HEADER;
	return mppe->stateful ? decrypt_stateful(mppe, flushed, count, octets, length) :
				decrypt_stateless(mppe, count, octets, length);
}

/* --- start keys --- */

#define SENT_BY_CLIENT "On the client side, this is the send key; on the server side, it is the receive key."
#define SENT_BY_SERVER "On the client side, this is the receive key; on the server side, it is the send key."
#define MASTER "This is the MPPE Master Key"

void mppe_start_key_v1(const uint8_t hash_hash[MPPE_HASH], const uint8_t challenge[MPPE_V1_CHALLENGE],
		       uint8_t key[MPPE_KEY_MAX])
{
	struct sha1_ctx sha1;

	sha1_init(&sha1);
	sha1_update(&sha1, MPPE_HASH, hash_hash);
	sha1_update(&sha1, MPPE_HASH, hash_hash);
	sha1_update(&sha1, MPPE_V1_CHALLENGE, challenge);
	sha1_digest(&sha1, MPPE_KEY_MAX, key);
	explicit_bzero(&sha1, sizeof(sha1));
}

static void asymmetric_key(const uint8_t master[MPPE_KEY_MAX], const char *whose, uint8_t key[MPPE_KEY_MAX])
{
	struct sha1_ctx sha1;

	sha1_init(&sha1);
	sha1_update(&sha1, MPPE_KEY_MAX, master);
	sha1_update(&sha1, PAD, pad_zeros);
	sha1_update(&sha1, strlen(whose), (const uint8_t *)whose);
	sha1_update(&sha1, PAD, pad_f2);
	sha1_digest(&sha1, MPPE_KEY_MAX, key);
	explicit_bzero(&sha1, sizeof(sha1));
}

void mppe_start_keys_v2(const uint8_t hash_hash[MPPE_HASH], const uint8_t nt_response[MPPE_NT_RESPONSE],
			bool authenticator, uint8_t send[MPPE_KEY_MAX], uint8_t receive[MPPE_KEY_MAX])
{
	uint8_t master[MPPE_KEY_MAX];
	struct sha1_ctx sha1;

	sha1_init(&sha1);
	sha1_update(&sha1, MPPE_HASH, hash_hash);
	sha1_update(&sha1, MPPE_NT_RESPONSE, nt_response);
	sha1_update(&sha1, strlen(MASTER), (const uint8_t *)MASTER);
	sha1_digest(&sha1, sizeof(master), master);
	asymmetric_key(master, authenticator ? SENT_BY_SERVER : SENT_BY_CLIENT, send);
	asymmetric_key(master, authenticator ? SENT_BY_CLIENT : SENT_BY_SERVER, receive);
	explicit_bzero(&sha1, sizeof(sha1));
	explicit_bzero(master, sizeof(master));
}
