/* SPDX-License-Identifier: MIT */
/* MPPE against known answers, and against lost, late, repeated and forged packets. */
#include "wire/mppe.h"

#include <stdlib.h>
#include <string.h>

#include "hex.h"
#include "ppp_vectors.h"
#include "test.h"

#define PACKET 64

static struct mppe *begin(const char *start_key, unsigned int bits, bool stateful)
{
	struct mppe *mppe = malloc(mppe_size(stateful));
	uint8_t key[MPPE_KEY_MAX];

	assert_non_null(mppe);
	hex_octets(start_key, key, sizeof(key));
	mppe_begin(mppe, key, bits, stateful);
	return mppe;
}

static void end(struct mppe *mppe)
{
	static const uint8_t nothing[sizeof(*mppe)];

	mppe_wipe(mppe);
	assert_memory_equal(mppe, nothing, sizeof(nothing));
	free(mppe);
}

/* Two ends, of which one sends; stateful as said. */
struct pair {
	struct mppe *from, *to;
	uint8_t packet[PACKET];
	size_t length;
};

static struct pair pair_new(bool stateful)
{
	return (struct pair){ begin(V2_SERVER_SEND_START, 128, stateful), begin(V2_SERVER_SEND_START, 128, stateful),
			      { 0 }, 0 };
}

static void pair_free(struct pair *pair)
{
	end(pair->from);
	end(pair->to);
}

/* The next packet of the sender. */
static void encrypt_next(struct pair *pair)
{
	pair->length = MPPE_HEADER + hex_octets(MPPE_PLAIN, pair->packet + MPPE_HEADER, PACKET - MPPE_HEADER);
	mppe_encrypt(pair->from, pair->packet, pair->length);
}

static void encrypt_many(struct pair *pair, int count)
{
	while (count--)
		encrypt_next(pair);
}

/* As it is received by a copy of the packet. */
static enum mppe_result received(struct pair *pair)
{
	uint8_t plain[PACKET], octets[PACKET];
	size_t length = hex_octets(MPPE_PLAIN, plain, sizeof(plain));
	enum mppe_result result;

	memcpy(octets, pair->packet, pair->length);
	result = mppe_decrypt(pair->to, octets, pair->length);
	if (result == MPPE_PACKET)
		assert_memory_equal(octets + MPPE_HEADER, plain, length);
	return result;
}

static enum mppe_result passes(struct pair *pair)
{
	encrypt_next(pair);
	return received(pair);
}

/* --- known answers --- */

static void start_keys_of_version_2(void **state)
{
	uint8_t hash_hash[MPPE_HASH], response[MPPE_NT_RESPONSE], send[16], receive[16], wanted[16];

	hex_octets(V2_HASH_HASH, hash_hash, sizeof(hash_hash));
	hex_octets(V2_NT_RESPONSE, response, sizeof(response));
	mppe_start_keys_v2(hash_hash, response, true, send, receive);
	hex_octets(V2_SERVER_SEND_START, wanted, 16);
	assert_memory_equal(send, wanted, 16);
	hex_octets(V2_SERVER_RECEIVE_START, wanted, 16);
	assert_memory_equal(receive, wanted, 16);
	mppe_start_keys_v2(hash_hash, response, false, receive, send);
	assert_memory_equal(send + 0, (hex_octets(V2_SERVER_SEND_START, wanted, 16), wanted), 16);
}

static void assert_session_key(const char *start_key, unsigned int bits, const char *wanted)
{
	struct mppe *mppe = begin(start_key, bits, false);
	uint8_t octets[MPPE_KEY_MAX];
	size_t length = hex_octets(wanted, octets, sizeof(octets));

	assert_int_equal(mppe->key_length, length);
	assert_memory_equal(mppe->key, octets, length);
	end(mppe);
}

static void session_keys_of_version_1(void **state)
{
	uint8_t hash_hash[MPPE_HASH], challenge[MPPE_V1_CHALLENGE], key[16], wanted[16];

	hex_octets(V2_HASH_HASH, hash_hash, sizeof(hash_hash));	/* the same password */
	hex_octets(V1_CHALLENGE, challenge, sizeof(challenge));
	mppe_start_key_v1(hash_hash, challenge, key);
	hex_octets(V1_START_128, wanted, sizeof(wanted));
	assert_memory_equal(key, wanted, 16);
	assert_session_key(V1_START_128, 128, V1_SESSION_128);
	assert_session_key(V1_LM_HASH, 40, V1_SESSION_40);
	assert_session_key(V1_LM_HASH, 56, V1_SESSION_56);
}

static void session_keys_of_version_2(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(mppe_vectors); i++) {
		const struct mppe_vector *vector = &mppe_vectors[i];
		struct mppe *mppe = begin(V2_SERVER_SEND_START, vector->bits, true);
		uint8_t text[] = MPPE_TEST_MESSAGE, wanted[PACKET];
		size_t length = hex_octets(vector->test_message, wanted, sizeof(wanted));

		assert_session_key(V2_SERVER_SEND_START, vector->bits, vector->send_session);
		assert_session_key(V2_SERVER_RECEIVE_START, vector->bits, vector->receive_session);
		arcfour_crypt(mppe->stream, length, text, text);
		assert_memory_equal(text, wanted, length);
		end(mppe);
	}
}

static void packets_without_state(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(mppe_vectors); i++) {
		const struct mppe_vector *vector = &mppe_vectors[i];
		struct pair pair = { begin(V2_SERVER_SEND_START, vector->bits, false),
				     begin(V2_SERVER_SEND_START, vector->bits, false), { 0 }, 0 };

		for (size_t j = 0; j < ARRAY_SIZE(vector->stateless); j++) {
			uint8_t wanted[PACKET];

			encrypt_next(&pair);
			assert_int_equal(hex_octets(vector->stateless[j], wanted, sizeof(wanted)), pair.length);
			assert_memory_equal(pair.packet, wanted, pair.length);
			assert_int_equal(hex_octets(vector->keys[j], wanted, sizeof(wanted)), pair.from->key_length);
			assert_memory_equal(pair.from->key, wanted, pair.from->key_length);
			assert_int_equal(received(&pair), MPPE_PACKET);
		}
		pair_free(&pair);
	}
}

/* Our first has no A bit, which Linux would take for a change of keys; the receiver takes either. */
static void packets_with_state(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(mppe_vectors); i++) {
		const struct mppe_vector *vector = &mppe_vectors[i];
		struct pair pair = { begin(V2_SERVER_SEND_START, vector->bits, true),
				     begin(V2_SERVER_SEND_START, vector->bits, true), { 0 }, 0 };

		for (size_t j = 0; j < ARRAY_SIZE(vector->stateful); j++) {
			uint8_t wanted[PACKET];

			encrypt_next(&pair);
			assert_int_equal(hex_octets(vector->stateful[j], wanted, sizeof(wanted)), pair.length);
			assert_int_equal(pair.packet[0], 0x10);
			pair.packet[0] = wanted[0];
			assert_memory_equal(pair.packet, wanted, pair.length);
			assert_int_equal(received(&pair), MPPE_PACKET);
		}
		pair_free(&pair);
	}
}

/* --- without state --- */

static void counts_go_round(void **state)
{
	for (int stateful = 0; stateful < 2; stateful++) {
		struct pair pair = pair_new(stateful);

		for (int i = 0; i < 3 * 4096; i++)
			assert_int_equal(passes(&pair), MPPE_PACKET);
		pair_free(&pair);
	}
}

static void loss_costs_only_what_is_lost(void **state)
{
	struct pair pair = pair_new(false);

	for (int lost = 0; lost < 2047; lost = 2 * lost + 1) {
		encrypt_many(&pair, lost);
		assert_int_equal(passes(&pair), MPPE_PACKET);
	}
	pair_free(&pair);
}

static void copies_and_late_ones_are_dropped(void **state)
{
	for (int stateful = 0; stateful < 2; stateful++) {
		struct pair pair = pair_new(stateful);
		struct pair late;

		encrypt_next(&pair);
		late = pair;
		assert_int_equal(received(&pair), MPPE_PACKET);
		assert_int_equal(received(&pair), MPPE_DROPPED);
		assert_int_equal(passes(&pair), MPPE_PACKET);
		assert_int_equal(received(&late), MPPE_DROPPED);
		assert_int_equal(passes(&pair), MPPE_PACKET);
		pair_free(&pair);
	}
}

/* Whatever its count. */
static void forged_packets_change_nothing(void **state)
{
	for (int stateful = 0; stateful < 2; stateful++) {
		struct pair pair = pair_new(stateful);

		for (unsigned int count = 0; count < 4096; count += 5) {
			struct pair forged = pair;

			assert_int_equal(passes(&pair), MPPE_PACKET);
			forged.length = 24;
			memset(forged.packet, 0x5a, sizeof(forged.packet));
			forged.packet[0] = (uint8_t)((count & 1 ? 0x90 : stateful ? 0x10 : 0x90) | count >> 8);
			forged.packet[1] = (uint8_t)count;
			assert_int_not_equal(received(&forged), MPPE_PACKET);
		}
		pair_free(&pair);
	}
}

/* With the very count that is awaited. */
static void forged_packets_do_not_take_a_place(void **state)
{
	for (int stateful = 0; stateful < 2; stateful++) {
		struct pair pair = pair_new(stateful);

		for (int i = 0; i < 600; i++) {
			struct pair forged;

			encrypt_next(&pair);
			forged = pair;
			memset(forged.packet + MPPE_HEADER, i, forged.length - MPPE_HEADER);
			assert_int_not_equal(received(&forged), MPPE_PACKET);
			assert_int_equal(received(&pair), MPPE_PACKET);
		}
		pair_free(&pair);
	}
}

/* Deciphered or not: what comes out must be an IP packet. */
static void only_ip_packets_are_taken(void **state)
{
	static const struct { const char *plain; bool is; } cases[] = {
		{ "002145000014000000004001f7e7c0000201c0000202", true },
		{ "2145000014000000004001f7e7c0000201c0000202", true },
		{ "2145000014000000004001f7e7c0000201c000020200", true },
		{ "002145000015000000004001f7e7c0000201c0000202", false },
		{ "002145000013000000004001f7e7c0000201c0000202", false },
		{ "002165000014000000004001f7e7c0000201c0000202", false },
		{ "005745000014000000004001f7e7c0000201c0000202", false },
		{ "002145000014000000004001f7e7c0000201c00002", false },
		{ "00576000000000003b40fe8000000000000000000000000000fe80000000000000000000000000000002", true },
		{ "576000000000003b40fe8000000000000000000000000000fe80000000000000000000000000000002ff", true },
		{ "00576000000000013b40fe8000000000000000000000000000fe80000000000000000000000000000002", false },
		{ "00576000000000003b40fe8000000000000000000000000000fe800000000000000000000000000000", false },
		{ "00", false }, { "21", false }, { "0021", false }, { "57", false }, { "802101", false },
	};

	for (size_t i = 0; i < 2 * ARRAY_SIZE(cases); i++) {
		struct pair pair = pair_new(i % 2);
		uint8_t octets[PACKET];
		size_t length = hex_octets(cases[i / 2].plain, octets + MPPE_HEADER, PACKET - MPPE_HEADER);

		mppe_encrypt(pair.from, octets, MPPE_HEADER + length);
		assert_int_equal(mppe_decrypt(pair.to, octets, MPPE_HEADER + length) == MPPE_PACKET, cases[i / 2].is);
		pair_free(&pair);
	}
}

static void in_clear_is_dropped(void **state)
{
	for (int stateful = 0; stateful < 2; stateful++) {
		struct pair pair = pair_new(stateful);

		encrypt_next(&pair);
		pair.packet[0] &= (uint8_t)~0x10;
		assert_int_equal(received(&pair), MPPE_DROPPED);
		pair.packet[0] |= 0x10;
		assert_int_equal(received(&pair), MPPE_PACKET);
		pair_free(&pair);
	}
}

static void no_a_bit_without_state_is_dropped(void **state)
{
	struct pair pair = pair_new(false);

	encrypt_next(&pair);
	pair.packet[0] &= 0x7f;
	assert_int_equal(received(&pair), MPPE_DROPPED);
	pair_free(&pair);
}

static void short_packets_are_dropped(void **state)
{
	for (int stateful = 0; stateful < 2; stateful++) {
		for (size_t length = 0; length <= MPPE_HEADER + 1; length++) {
			struct pair pair = pair_new(stateful);

			encrypt_next(&pair);
			pair.packet[0] |= 0x80;
			pair.length = length;
			assert_int_not_equal(received(&pair), MPPE_PACKET);
			pair_free(&pair);
		}
	}
}

/* Two thousand lost in a row cannot be told from late ones: both ends must begin anew. */
static void too_much_loss_is_told(void **state)
{
	struct pair pair = pair_new(false);
	int dropped = 0;

	assert_int_equal(passes(&pair), MPPE_PACKET);
	encrypt_many(&pair, 3000);
	while (passes(&pair) == MPPE_DROPPED)
		dropped++;
	assert_int_equal(dropped, 63);
	assert_int_equal(passes(&pair), MPPE_LOST);
	pair_free(&pair);
}

/* Garbage far ahead costs key changes: it is believed less far each time, until good packets come. */
static void garbage_costs_less_and_less(void **state)
{
	struct pair pair = pair_new(false);

	assert_int_equal(passes(&pair), MPPE_PACKET);
	for (int i = 0; i < 10; i++) {
		struct pair forged = pair;

		forged.packet[0] = 0x90;
		forged.packet[1] = (uint8_t)(10 + i);
		received(&forged);
	}
	assert_int_equal(pair.to->caution, 112);
	encrypt_many(&pair, 14);
	assert_int_equal(passes(&pair), MPPE_PACKET);
	assert_int_equal(pair.to->caution, 111);
	encrypt_many(&pair, 31);
	assert_int_equal(passes(&pair), MPPE_DROPPED);
	pair_free(&pair);
}

/* --- with state --- */

static void loss_needs_a_reset(void **state)
{
	struct pair pair = pair_new(true);

	for (int lost = 1; lost < 1000; lost = 3 * lost) {
		encrypt_many(&pair, lost);
		assert_int_equal(passes(&pair), MPPE_LOST);
		assert_int_equal(passes(&pair), MPPE_LOST);
		mppe_flush(pair.from);
		assert_int_equal(passes(&pair), MPPE_PACKET);
		assert_int_equal(pair.packet[0] & 0x80, 0x80);
		assert_int_equal(passes(&pair), MPPE_PACKET);
		assert_int_equal(pair.packet[0] & 0x80, 0);
	}
	pair_free(&pair);
}

static void a_flag_ends_the_loss(void **state)
{
	struct pair pair = pair_new(true);

	encrypt_many(&pair, 5);
	for (int count = 5; count < 255; count++)
		assert_int_equal(passes(&pair), MPPE_LOST);
	assert_int_equal(passes(&pair), MPPE_PACKET);
	pair_free(&pair);
}

/* A sender as RFC 3078 has it: the key stays. */
static void flush_by_rfc(struct pair *pair)
{
	encrypt_next(pair);
	arcfour_set_key(pair->from->stream, 16, pair->from->key);
	hex_octets(MPPE_PLAIN, pair->packet + MPPE_HEADER, PACKET - MPPE_HEADER);
	pair->packet[0] |= 0x80;
	arcfour_crypt(pair->from->stream, pair->length - MPPE_HEADER, pair->packet + MPPE_HEADER,
		      pair->packet + MPPE_HEADER);
}

/* As Linux does it: the key changes, as with a flag. */
static void flush_by_linux(struct pair *pair)
{
	uint16_t count = pair->from->count;

	mppe_flush(pair->from);
	encrypt_next(pair);
	pair->from->count = (count + 1) % 4096;
	pair->packet[0] = (uint8_t)(0x90 | pair->from->count >> 8);
	pair->packet[1] = (uint8_t)pair->from->count;
}

static void either_way_to_start_anew_is_taken(void **state)
{
	static void (*const ways[])(struct pair *) = { flush_by_rfc, flush_by_linux };

	for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
		struct pair pair = pair_new(true);

		for (int lost = 1; lost < 600; lost += 97) {
			encrypt_many(&pair, lost);
			if (lost % 256 == 255)
				continue;
			ways[i](&pair);
			assert_int_equal(received(&pair), MPPE_PACKET);
			assert_int_equal(passes(&pair), MPPE_PACKET);
		}
		pair_free(&pair);
	}
}

static void one_start_that_was_lost_does_not_matter(void **state)
{
	struct pair pair = pair_new(true);

	for (int i = 0; i < 3; i++)
		flush_by_linux(&pair);
	assert_int_equal(received(&pair), MPPE_PACKET);
	pair_free(&pair);
}

static void a_wrong_start_is_not_taken(void **state)
{
	struct pair pair = pair_new(true);

	assert_int_equal(passes(&pair), MPPE_PACKET);
	for (int i = 0; i < 5; i++)
		flush_by_linux(&pair);
	assert_int_equal(received(&pair), MPPE_LOST);
	pair_free(&pair);
}

static void small(void **state)
{
	assert_true(mppe_size(false) <= 48);
	assert_true(mppe_size(true) <= 320);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(start_keys_of_version_2),
		cmocka_unit_test(session_keys_of_version_1),
		cmocka_unit_test(session_keys_of_version_2),
		cmocka_unit_test(packets_without_state),
		cmocka_unit_test(packets_with_state),
		cmocka_unit_test(counts_go_round),
		cmocka_unit_test(loss_costs_only_what_is_lost),
		cmocka_unit_test(copies_and_late_ones_are_dropped),
		cmocka_unit_test(forged_packets_change_nothing),
		cmocka_unit_test(forged_packets_do_not_take_a_place),
		cmocka_unit_test(only_ip_packets_are_taken),
		cmocka_unit_test(in_clear_is_dropped),
		cmocka_unit_test(no_a_bit_without_state_is_dropped),
		cmocka_unit_test(short_packets_are_dropped),
		cmocka_unit_test(too_much_loss_is_told),
		cmocka_unit_test(garbage_costs_less_and_less),
		cmocka_unit_test(loss_needs_a_reset),
		cmocka_unit_test(a_flag_ends_the_loss),
		cmocka_unit_test(either_way_to_start_anew_is_taken),
		cmocka_unit_test(one_start_that_was_lost_does_not_matter),
		cmocka_unit_test(a_wrong_start_is_not_taken),
		cmocka_unit_test(small),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
