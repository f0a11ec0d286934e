/* SPDX-License-Identifier: MIT */
/*
 * What a subscriber is told that asks for a router or by DHCPv6: which messages are answered, and how. That the octets
 * are what others read is seen in tests/net/ipv6_link.py.
 */
#include "aaa/ipv6_link.h"

#include <stdlib.h>
#include <string.h>

#include "aaa/dhcpv6.h"
#include "test.h"
#include "wire/icmpv6.h"

static const uint8_t server[] = { 0, 4, 's', 'e', 'r', 'v', 'e', 'r' };
static const uint8_t other[] = { 0, 4, 'o', 't', 'h', 'e', 'r' };
static const uint8_t client[] = { 0, 3, 0, 1, 2, 3, 4, 5, 6, 7 };

static struct dhcpv6_message question, answer;
static struct ipv6_link link_of_session;

static struct prefix prefix_of(const char *text)
{
	struct prefix prefix;

	assert_true(prefix_parse(text, &prefix));
	return prefix;
}

static int begin(void **state)
{
	link_of_session = (struct ipv6_link){
		.local = prefix_of("fe80::1").address,
		.prefix = prefix_of("2001:db8:1:1::/64"),
		.delegated = prefix_of("2001:db8:2::/56"),
		.dns = { prefix_of("2001:db8::53").address },
		.mtu = 1400, .router_lifetime = 1800, .preferred = 3600, .valid = 7200,
		.duid = server, .duid_length = sizeof(server),
	};
	memset(&question, 0, sizeof(question));
	question.transaction = 0x123456;
	question.client = (struct dhcpv6_duid){ client, sizeof(client) };
	return 0;
}

static struct dhcpv6_ia *ask_for(enum dhcpv6_kind kind, uint32_t id, const char *lease)
{
	struct dhcpv6_ia *ia = &question.ias[question.ia_count++];

	*ia = (struct dhcpv6_ia){ .kind = kind, .id = id };
	if (lease)
		ia->leases[ia->lease_count++].prefix = prefix_of(lease);
	return ia;
}

static bool ask(enum dhcpv6_type type)
{
	bool is_answered;

	question.type = type;
	is_answered = dhcpv6_answer(&link_of_session, &question, true, &answer);
	if (is_answered) {
		assert_int_equal(answer.transaction, 0x123456);
		assert_int_equal(answer.client.length, question.client.length);
		assert_memory_equal(answer.server.octets, server, sizeof(server));
	}
	return is_answered;
}

static void is_granted(unsigned int number, uint32_t id, const char *prefix)
{
	const struct dhcpv6_ia *ia = &answer.ias[number];
	char text[PREFIX_TEXT_MAX];

	assert_true(number < answer.ia_count && !ia->has_status && ia->lease_count >= 1);
	assert_int_equal(ia->id, id);
	assert_string_equal(prefix_format(&ia->leases[0].prefix, text, sizeof(text)), prefix);
	assert_int_equal(ia->leases[0].preferred, 3600);
	assert_int_equal(ia->leases[0].valid, 7200);
	assert_int_equal(ia->t1, 1800);
	assert_int_equal(ia->t2, 2880);
}

static void is_refused(unsigned int number, uint32_t id, enum dhcpv6_status status)
{
	assert_true(number < answer.ia_count && answer.ias[number].has_status);
	assert_int_equal(answer.ias[number].id, id);
	assert_int_equal(answer.ias[number].status, status);
	assert_int_equal(answer.ias[number].lease_count, 0);
}

static void solicit(void **state)
{
	ask_for(DHCPV6_IA_NA, 1, NULL);
	ask_for(DHCPV6_IA_PD, 2, NULL);
	assert_true(ask(DHCPV6_SOLICIT));
	assert_int_equal(answer.type, DHCPV6_ADVERTISE);
	assert_true(answer.has_preference && answer.preference == 255 && !answer.rapid_commit);
	is_refused(0, 1, DHCPV6_NO_ADDRESSES);
	is_granted(1, 2, "2001:db8:2::/56");
	assert_int_equal(answer.dns_count, 1);
	question.rapid_commit = true;
	link_of_session.address = prefix_of("2001:db8:1:1::7").address;
	assert_true(ask(DHCPV6_SOLICIT));
	assert_int_equal(answer.type, DHCPV6_REPLY);
	assert_true(answer.rapid_commit && !answer.has_preference);
	is_granted(0, 1, "2001:db8:1:1::7");
	link_of_session.delegated = (struct prefix){ .length = 0 };
	assert_true(ask(DHCPV6_SOLICIT));
	is_refused(1, 2, DHCPV6_NO_PREFIX);
}

static void names_of_servers(void **state)
{
	question.has_requests = true;
	assert_true(ask(DHCPV6_SOLICIT));
	assert_int_equal(answer.dns_count, 0);
	question.requests_dns = true;
	assert_true(ask(DHCPV6_SOLICIT));
	assert_int_equal(answer.dns_count, 1);
	link_of_session.dns[1] = prefix_of("2001:db8::54").address;
	assert_true(ask(DHCPV6_INFORMATION_REQUEST));
	assert_int_equal(answer.type, DHCPV6_REPLY);
	assert_int_equal(answer.dns_count, 2);
	assert_int_equal(answer.refresh, 7200);
	/* who asks so may keep silent about itself, but not ask for leases */
	question.client.length = 0;
	assert_true(ask(DHCPV6_INFORMATION_REQUEST));
	assert_int_equal(answer.client.length, 0);
	question.server = (struct dhcpv6_duid){ server, sizeof(server) };
	assert_true(ask(DHCPV6_INFORMATION_REQUEST));
	question.server = (struct dhcpv6_duid){ other, sizeof(other) };
	assert_false(ask(DHCPV6_INFORMATION_REQUEST));
	question.server.length = 0;
	ask_for(DHCPV6_IA_PD, 1, NULL);
	assert_false(ask(DHCPV6_INFORMATION_REQUEST));
}

static void who_may_ask(void **state)
{
	static const struct {
		enum dhcpv6_type type;
		bool without, ours, others, nameless;
	} rows[] = {
		{ DHCPV6_SOLICIT, true, false, false, false }, { DHCPV6_ADVERTISE, false, false, false, false },
		{ DHCPV6_REQUEST, false, true, false, false }, { DHCPV6_CONFIRM, true, false, false, false },
		{ DHCPV6_RENEW, false, true, false, false }, { DHCPV6_REBIND, true, false, false, false },
		{ DHCPV6_REPLY, false, false, false, false }, { DHCPV6_RELEASE, false, true, false, false },
		{ DHCPV6_DECLINE, false, true, false, false }, { DHCPV6_RECONFIGURE, false, false, false, false },
		{ DHCPV6_INFORMATION_REQUEST, true, true, false, true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		print_message("# %u\n", rows[i].type);
		begin(state);
		if (rows[i].type != DHCPV6_INFORMATION_REQUEST)
			ask_for(DHCPV6_IA_NA, 1, "2001:db8:1:1::9");
		assert_int_equal(ask(rows[i].type), rows[i].without);
		question.server = (struct dhcpv6_duid){ server, sizeof(server) };
		assert_int_equal(ask(rows[i].type), rows[i].ours);
		question.server = (struct dhcpv6_duid){ server, sizeof(server) - 1 };
		assert_false(ask(rows[i].type));
		question.server = (struct dhcpv6_duid){ other, sizeof(other) };
		assert_int_equal(ask(rows[i].type), rows[i].others);
		question.server = (struct dhcpv6_duid){ server, rows[i].ours ? sizeof(server) : 0 };
		question.client.length = 0;
		assert_int_equal(ask(rows[i].type), rows[i].nameless);
		/* no DHCPv6 here */
		begin(state);
		link_of_session.duid_length = 0;
		assert_false(ask(rows[i].type));
	}
}

static void unicast(void **state)
{
	ask_for(DHCPV6_IA_PD, 1, NULL);
	question.server = (struct dhcpv6_duid){ server, sizeof(server) };
	question.type = DHCPV6_RENEW;
	assert_true(dhcpv6_answer(&link_of_session, &question, false, &answer));
	assert_true(answer.has_status && answer.status == DHCPV6_USE_MULTICAST);
	assert_int_equal(answer.ia_count, 0);
	assert_int_equal(answer.dns_count, 0);
	question.server.length = 0;
	question.type = DHCPV6_SOLICIT;
	assert_false(dhcpv6_answer(&link_of_session, &question, false, &answer));
	question.type = DHCPV6_INFORMATION_REQUEST;
	question.ia_count = 0;
	assert_false(dhcpv6_answer(&link_of_session, &question, false, &answer));
}

static void bindings(void **state)
{
	question.server = (struct dhcpv6_duid){ server, sizeof(server) };
	ask_for(DHCPV6_IA_PD, 1, "2001:db8:2::/56");
	assert_true(ask(DHCPV6_RENEW));
	is_granted(0, 1, "2001:db8:2::/56");
	assert_int_equal(answer.ias[0].lease_count, 1);
	/* what it had before ends, and what it has now begins */
	question.ia_count = 0;
	ask_for(DHCPV6_IA_PD, 1, "2001:db8:3::/56");
	assert_true(ask(DHCPV6_RENEW));
	is_granted(0, 1, "2001:db8:2::/56");
	assert_int_equal(answer.ias[0].lease_count, 2);
	assert_int_equal(answer.ias[0].leases[1].valid, 0);
	/* nothing is left for it */
	question.server.length = 0;
	link_of_session.delegated = (struct prefix){ .length = 0 };
	assert_true(ask(DHCPV6_REBIND));
	assert_int_equal(answer.ias[0].lease_count, 1);
	assert_int_equal(answer.ias[0].leases[0].valid, 0);
	assert_false(answer.ias[0].has_status);
	question.ia_count = 0;
	ask_for(DHCPV6_IA_PD, 1, NULL);
	assert_true(ask(DHCPV6_REBIND));
	is_refused(0, 1, DHCPV6_NO_BINDING);
}

/* One prefix: whoever had it has it, whatever the order in which is asked. */
static void several_ias(void **state)
{
	ask_for(DHCPV6_IA_PD, 1, NULL);
	ask_for(DHCPV6_IA_PD, 2, NULL);
	assert_true(ask(DHCPV6_SOLICIT));
	is_granted(0, 1, "2001:db8:2::/56");
	is_refused(1, 2, DHCPV6_NO_PREFIX);
	question.ia_count = 0;
	ask_for(DHCPV6_IA_PD, 2, "2001:db8:9::/56");
	ask_for(DHCPV6_IA_PD, 1, "2001:db8:2::/56");
	assert_true(ask(DHCPV6_REBIND));
	assert_int_equal(answer.ias[0].leases[0].valid, 0);
	is_granted(1, 1, "2001:db8:2::/56");
}

static void release(void **state)
{
	question.server = (struct dhcpv6_duid){ server, sizeof(server) };
	ask_for(DHCPV6_IA_PD, 1, "2001:db8:2::/56");
	ask_for(DHCPV6_IA_PD, 2, "2001:db8:3::/56");
	assert_true(ask(DHCPV6_RELEASE));
	assert_true(answer.has_status && answer.status == DHCPV6_SUCCESS);
	assert_int_equal(answer.ia_count, 1);
	is_refused(0, 2, DHCPV6_NO_BINDING);
	assert_true(ask(DHCPV6_DECLINE));
}

static void confirm(void **state)
{
	/* nothing to say about nothing */
	assert_false(ask(DHCPV6_CONFIRM));
	ask_for(DHCPV6_IA_PD, 1, "2001:db8:2::/56");
	assert_false(ask(DHCPV6_CONFIRM));
	ask_for(DHCPV6_IA_NA, 1, "2001:db8:1:1::99");
	assert_true(ask(DHCPV6_CONFIRM));
	assert_true(answer.has_status && answer.status == DHCPV6_SUCCESS);
	ask_for(DHCPV6_IA_NA, 2, "2001:db8:1:2::99");
	assert_true(ask(DHCPV6_CONFIRM));
	assert_int_equal(answer.status, DHCPV6_NOT_ON_LINK);
	link_of_session.prefix = (struct prefix){ .length = 0 };
	assert_false(ask(DHCPV6_CONFIRM));
}

static void times_without_end(void **state)
{
	ask_for(DHCPV6_IA_PD, 1, NULL);
	link_of_session.preferred = link_of_session.valid = UINT32_MAX;
	assert_true(ask(DHCPV6_SOLICIT));
	assert_int_equal(answer.ias[0].t1, UINT32_MAX);
	assert_int_equal(answer.ias[0].t2, UINT32_MAX);
	link_of_session.preferred = UINT32_MAX - 1;
	assert_true(ask(DHCPV6_SOLICIT));
	assert_int_equal(answer.ias[0].t2, 3435973835u);
}

/* --- packets --- */

static uint8_t packet[1500], reply[IPV6_LINK_ANSWER_MAX];
static size_t packet_length;

static void make_question(const char *from, const char *to)
{
	struct address source = prefix_of(from).address, destination = prefix_of(to).address;
	struct ipv6_udp udp = { .source = DHCPV6_CLIENT_PORT, .destination = DHCPV6_SERVER_PORT };

	udp.payload_length = dhcpv6_encode(&question, packet + IPV6_HEADER + UDP_HEADER,
					   sizeof(packet) - IPV6_HEADER - UDP_HEADER);
	packet_length = ipv6_finish_udp(packet, &source, &destination, &udp);
}

static size_t answered(void)
{
	uint8_t *copy = malloc(packet_length);	/* its end is guarded */
	size_t length;

	memcpy(copy, packet, packet_length);
	length = ipv6_link_answer(&link_of_session, copy, packet_length, reply);
	free(copy);
	return length;
}

static void dhcpv6_packets(void **state)
{
	struct ipv6_packet decoded;
	struct ipv6_udp udp;
	size_t length;

	question.type = DHCPV6_SOLICIT;
	ask_for(DHCPV6_IA_PD, 1, NULL);
	make_question("fe80::2", "ff02::1:2");
	length = answered();
	assert_true(length && ipv6_decode(reply, length, &decoded) && ipv6_decode_udp(&decoded, &udp));
	assert_int_equal(udp.source, 547);
	assert_int_equal(udp.destination, 546);
	assert_true(address_equal(&decoded.source, &link_of_session.local));
	assert_int_equal(decoded.destination.bytes[15], 2);
	assert_true(dhcpv6_decode(udp.payload, udp.payload_length, &answer));
	is_granted(0, 1, "2001:db8:2::/56");
	/* each octet counts */
	for (size_t i = 0; i < packet_length; i++) {
		packet[i] ^= 1;
		if (i != 3 && i != 7 && i / 4 != 0)
			assert_int_equal(answered(), 0);
		packet[i] ^= 1;
	}
	for (; packet_length; packet_length--)
		if (packet_length < IPV6_HEADER + UDP_HEADER + 4)
			assert_int_equal(answered(), 0);
	make_question("2001:db8:1:1::5", "ff02::1:2");
	assert_int_equal(answered(), 0);
	make_question("fe80::2", "ff02::1");
	assert_int_equal(answered(), 0);
	make_question("fe80::2", "fe80::1");
	assert_int_equal(answered(), 0);
	question.type = DHCPV6_RENEW;
	question.server = (struct dhcpv6_duid){ server, sizeof(server) };
	make_question("fe80::2", "fe80::1");
	assert_int_not_equal(answered(), 0);
}

static void make_solicitation(const char *from, const char *to, uint8_t hops, const char *options, size_t length)
{
	struct ipv6_packet solicitation = {
		.source = prefix_of(from).address, .destination = prefix_of(to).address,
		.next_header = IPV6_NEXT_ICMPV6, .hop_limit = hops, .payload_length = 8 + length,
	};
	uint8_t *payload = packet + IPV6_HEADER;

	memset(payload, 0, 8);
	payload[0] = ICMPV6_SOLICITATION;
	memcpy(payload + 8, options, length);
	packet_length = ipv6_finish(packet, &solicitation, 2);
}

#define SOLICITATION(from, to, hops, options) make_solicitation(from, to, hops, options, sizeof(options) - 1)
#define SOURCE_OPTION "\1\1\2\3\4\5\6\7"

static void solicitations(void **state)
{
	struct ipv6_packet decoded;
	size_t length;

	SOLICITATION("fe80::2", "ff02::2", 255, SOURCE_OPTION);
	length = answered();
	assert_true(length && ipv6_decode(reply, length, &decoded) && ipv6_checksum_holds(&decoded));
	assert_int_equal(decoded.hop_limit, 255);
	assert_int_equal(decoded.destination.bytes[0], 0xfe);
	assert_int_equal(decoded.payload[0], ICMPV6_ADVERTISEMENT);
	assert_int_equal(decoded.payload[5], 0x40);
	SOLICITATION("::", "ff02::2", 255, "");
	length = answered();
	assert_true(length && ipv6_decode(reply, length, &decoded));
	assert_int_equal(decoded.destination.bytes[0], 0xff);
	SOLICITATION("fe80::2", "fe80::1", 255, "");
	assert_int_not_equal(answered(), 0);
	link_of_session.address = prefix_of("2001:db8:1:1::7").address;
	assert_true(ipv6_decode(reply, answered(), &decoded));
	assert_int_equal(decoded.payload[5], 0xc0);
	packet[IPV6_HEADER + 2] ^= 1;
	assert_int_equal(answered(), 0);
	SOLICITATION("fe80::2", "ff02::2", 254, "");
	assert_int_equal(answered(), 0);
	SOLICITATION("fe80::2", "ff02::1:2", 255, "");
	assert_int_equal(answered(), 0);
	SOLICITATION("2001:db8::1", "ff02::2", 255, "");
	assert_int_equal(answered(), 0);
	SOLICITATION("::", "ff02::2", 255, SOURCE_OPTION);
	assert_int_equal(answered(), 0);
	SOLICITATION("fe80::2", "ff02::2", 255, "\1\0\0\0\0\0\0\0");
	assert_int_equal(answered(), 0);
	SOLICITATION("fe80::2", "ff02::2", 255, "\1\2\0\0\0\0\0\0");
	assert_int_equal(answered(), 0);
	SOLICITATION("fe80::2", "ff02::2", 255, "\1");
	assert_int_equal(answered(), 0);
}

static void unasked(void **state)
{
	struct ipv6_packet decoded;
	size_t length = ipv6_link_advertise(&link_of_session, reply);

	assert_true(length && ipv6_decode(reply, length, &decoded) && ipv6_checksum_holds(&decoded));
	/* fixed part, prefix, MTU, one server */
	assert_int_equal(decoded.payload_length, 16 + 32 + 8 + 24);
	link_of_session = (struct ipv6_link){ .local = link_of_session.local };
	length = ipv6_link_advertise(&link_of_session, reply);
	assert_true(length && ipv6_decode(reply, length, &decoded));
	assert_int_equal(decoded.payload_length, 16);
	assert_int_equal(decoded.payload[5], 0);
}

#define CASE(function) cmocka_unit_test_setup(function, begin)

/* --- the other end of an advertisement --- */

static uint8_t advertised[IPV6_LINK_ANSWER_MAX];

static bool hear(size_t length, struct icmpv6_advertisement *heard)
{
	struct ipv6_packet decoded;

	return ipv6_decode(advertised, length, &decoded) && icmpv6_decode_advertisement(&decoded, heard);
}

static void an_advertisement_is_heard(void **state)
{
	struct icmpv6_advertisement heard;
	size_t length;

	link_of_session.dns[1] = prefix_of("2001:db8::54").address;
	length = ipv6_link_advertise(&link_of_session, advertised);
	assert_true(hear(length, &heard));
	assert_int_equal(heard.lifetime, 1800);
	assert_int_equal(heard.dns_lifetime, 1800);
	assert_int_equal(heard.dns_count, 2);
	assert_true(address_equal(&heard.dns[0], &link_of_session.dns[0]));
	assert_true(address_equal(&heard.dns[1], &link_of_session.dns[1]));
	link_of_session.dns[0].family = link_of_session.dns[1].family = AF_UNSPEC;
	assert_true(hear(ipv6_link_advertise(&link_of_session, advertised), &heard));
	assert_int_equal(heard.dns_count, 0);
}

/* From another link, from who is no router, not whole, or with another sum. */
static void an_advertisement_that_is_none(void **state)
{
	struct icmpv6_advertisement heard;
	size_t length = ipv6_link_advertise(&link_of_session, advertised);

	assert_true(hear(length, &heard));
	for (size_t i = 4; i < length; i++) {	/* behind the flow label, which is anybody's */
		uint8_t before = advertised[i];

		advertised[i] ^= 0x40;
		assert_false(hear(length, &heard));
		advertised[i] = before;
		assert_false(hear(i, &heard));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(solicit),
		CASE(names_of_servers),
		CASE(who_may_ask),
		CASE(unicast),
		CASE(bindings),
		CASE(several_ias),
		CASE(release),
		CASE(confirm),
		CASE(times_without_end),
		CASE(dhcpv6_packets),
		CASE(solicitations),
		CASE(unasked),
		CASE(an_advertisement_is_heard),
		CASE(an_advertisement_that_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
