/* SPDX-License-Identifier: MIT */
/* Capture files, read back by rules that share no code with what writes them. */
#include "wire/pcapng.h"

#include <arpa/inet.h>
#include <string.h>

#include "test.h"

static uint8_t out[70000];

static uint32_t u32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static uint16_t u16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

/* A block's length stands at both of its ends and is a multiple of four. */
static size_t expect_block(const uint8_t *block, size_t length, uint32_t type)
{
	size_t whole = u32(block + 4);

	assert_in_range(whole, 12, length);
	assert_int_equal(whole % 4, 0);
	assert_int_equal(u32(block), type);
	assert_int_equal(u32(block + whole - 4), whole);
	return whole;
}

/* The option of this code between the octets; NULL when there is none. They must end with the end. */
static const uint8_t *option(const uint8_t *at, const uint8_t *end, uint16_t code, size_t *length)
{
	const uint8_t *found = NULL;

	while (u16(at)) {
		if (u16(at) == code) {
			found = at + 4;
			*length = u16(at + 2);
		}
		at += 4 + (u16(at + 2) + 3u) / 4 * 4;
		assert_true(at < end);
	}
	assert_ptr_equal(at + 4, end);
	return found;
}

/* RFC 1071: a header whose checksum is right sums up to this. */
static uint32_t sum(const uint8_t *octets, size_t length, uint32_t start)
{
	uint64_t total = start;

	for (size_t i = 0; i + 1 < length; i += 2)
		total += u16(octets + i);
	if (length % 2)
		total += (uint32_t)octets[length - 1] << 8;
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return (uint32_t)total;
}

static struct pcapng_packet a_packet(const char *local, const char *peer, const uint8_t *octets, uint32_t length)
{
	struct pcapng_packet packet = { .when_ns = 0x17a1b2c3d4e5f607u, .length = length, .captured = length,
					.octets = octets, .local.port = 1701, .peer.port = 1702 };

	if (*local)
		assert_true(address_parse(local, &packet.local.address));
	assert_true(address_parse(peer, &packet.peer.address));
	return packet;
}

static void the_beginning(void **state)
{
	char longer[300];
	const uint8_t *name;
	size_t length = pcapng_begin("session office", "l2tpd", out), section, name_length = 0;

	section = expect_block(out, length, 0x0a0d0d0a);
	assert_int_equal(u32(out + 8), 0x1a2b3c4d);
	assert_int_equal(expect_block(out + section, length - section, 1), length - section);
	assert_int_equal(u16(out + section + 8), 101);		/* raw IP */
	name = option(out + section + 16, out + length - 4, 2, &name_length);
	assert_int_equal(name_length, 14);
	assert_memory_equal(name, "session office", 14);
	name = option(out + section + 16, out + length - 4, 9, &name_length);
	assert_int_equal(name_length, 1);
	assert_int_equal(*name, 9);				/* nanoseconds */
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_in_range(pcapng_begin(longer, longer, out), 200, PCAPNG_BEGIN_MAX);
}

static void udp_over_ipv4(void **state)
{
	static const uint8_t message[] = { 0x00, 0x03, 0, 0, 0, 0, 0, 11, 0xaa, 0xbb, 0xcc };
	struct pcapng_packet packet = a_packet("192.0.2.1", "192.0.2.2", message, sizeof(message));
	const uint8_t *ip = out + 28, *flags;
	size_t length = pcapng_packet(&packet, out, sizeof(out)), size = 0;

	assert_int_equal(expect_block(out, sizeof(out), 6), length);
	assert_int_equal(u32(out + 12), 0x17a1b2c3);
	assert_int_equal(u32(out + 16), 0xd4e5f607);
	assert_int_equal(u32(out + 20), 28 + sizeof(message));
	assert_int_equal(u32(out + 24), 28 + sizeof(message));
	assert_int_equal(ip[0], 0x45);
	assert_int_equal(u16(ip + 2), 28 + sizeof(message));
	assert_int_equal(ip[9], 17);
	assert_int_equal(sum(ip, 20, 0), 0xffff);
	assert_int_equal(u32(ip + 12), 0xc0000202);		/* it came from the peer */
	assert_int_equal(u32(ip + 16), 0xc0000201);
	assert_int_equal(u16(ip + 20), 1702);
	assert_int_equal(u16(ip + 22), 1701);
	assert_int_equal(u16(ip + 24), 8 + sizeof(message));
	assert_int_equal(sum(ip + 12, 16 + sizeof(message), 17 + 8 + sizeof(message)), 0xffff);
	assert_memory_equal(ip + 28, message, sizeof(message));
	assert_int_equal(ip[28 + sizeof(message)], 0);		/* padding */
	flags = option(ip + 40, out + length - 4, 2, &size);
	assert_int_equal(size, 4);
	assert_int_equal(u32(flags), 1);
	assert_null(option(ip + 40, out + length - 4, 4, &size));
	assert_null(option(ip + 40, out + length - 4, 1, &size));
}

static void udp_over_ipv6_outwards(void **state)
{
	static const uint8_t message[] = { 0x00, 0x03, 0, 0, 0, 0, 0, 11, 0xaa };
	struct pcapng_packet packet = a_packet("2001:db8::1", "2001:db8::2", message, sizeof(message));
	const uint8_t *ip = out + 28, *value;
	size_t length, size = 0;

	packet.outgoing = true;
	packet.lost = 0x100000007u;
	packet.comment = "dropped: wrong cookie";
	length = pcapng_packet(&packet, out, sizeof(out));
	assert_int_equal(expect_block(out, sizeof(out), 6), length);
	assert_int_equal(ip[0] >> 4, 6);
	assert_int_equal(u16(ip + 4), 8 + sizeof(message));
	assert_int_equal(ip[6], 17);
	assert_int_equal(ip[23], 1);				/* from us */
	assert_int_equal(ip[39], 2);
	assert_int_equal(u16(ip + 40), 1701);
	assert_int_equal(sum(ip + 8, 40 + sizeof(message), 17 + 8 + sizeof(message)), 0xffff);
	value = option(ip + 60, out + length - 4, 2, &size);
	assert_int_equal(u32(value), 2);
	value = option(ip + 60, out + length - 4, 4, &size);
	assert_int_equal(size, 8);
	assert_int_equal(u32(value), 1);
	assert_int_equal(u32(value + 4), 7);
	value = option(ip + 60, out + length - 4, 1, &size);
	assert_int_equal(size, 21);
	assert_memory_equal(value, "dropped: wrong cookie", 21);
}

/* Protocol 115, an address of ours that is not known, and a part of the message. */
static void ip_in_part(void **state)
{
	static const uint8_t message[8] = { 0, 0, 0, 11, 1, 2, 3, 4 };
	struct pcapng_packet packet = a_packet("", "192.0.2.2", message, 100);
	const uint8_t *ip = out + 28;

	packet.encap = L2TP_ENCAP_IP;
	packet.captured = 5;
	assert_int_not_equal(pcapng_packet(&packet, out, sizeof(out)), 0);
	assert_int_equal(u32(out + 20), 25);
	assert_int_equal(u32(out + 24), 120);
	assert_int_equal(u16(ip + 2), 120);
	assert_int_equal(ip[9], 115);
	assert_int_equal(u32(ip + 16), 0);
	assert_int_equal(sum(ip, 20, 0), 0xffff);
	assert_memory_equal(ip + 20, message, 5);
	assert_int_equal(u16(ip + 25), 0);
	/* a checksum over what is not there cannot be made */
	packet.encap = L2TP_ENCAP_UDP;
	assert_int_not_equal(pcapng_packet(&packet, out, sizeof(out)), 0);
	assert_int_equal(u16(ip + 26), 0);
}

/* It fits into what the header promises and into nothing smaller than what it needs. */
static void room(void **state)
{
	static uint8_t message[65535];
	struct pcapng_packet packet = a_packet("2001:db8::1", "2001:db8::2", message, 65527);
	char comment[400];
	size_t length;

	memset(comment, 'x', sizeof(comment) - 1);
	comment[sizeof(comment) - 1] = '\0';
	memcpy(comment + PCAPNG_COMMENT_MAX - 1, "\xc3\xa4", 2);	/* would be cut in half */
	packet.comment = comment;
	packet.lost = 1;
	length = pcapng_packet(&packet, out, PCAPNG_BLOCK_MAX + packet.captured);
	assert_int_not_equal(length, 0);
	assert_int_equal(pcapng_packet(&packet, out, length), length);
	for (size_t size = 0; size < length; size += size < 300 ? 1 : 997)
		assert_int_equal(pcapng_packet(&packet, out, size), 0);
	assert_int_equal(pcapng_packet(&packet, out, length - 1), 0);
	assert_int_equal(pcapng_packet(&packet, out, length), length);
	assert_null(memchr(out + length - 200, 0xc3, 200));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_beginning),
		cmocka_unit_test(udp_over_ipv4),
		cmocka_unit_test(udp_over_ipv6_outwards),
		cmocka_unit_test(ip_in_part),
		cmocka_unit_test(room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
