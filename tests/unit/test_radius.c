/* SPDX-License-Identifier: MIT */
/* RADIUS packets are read, written, proved and hidden: against known answers, and against what is malformed. */
#include "wire/radius.h"

#include <stdio.h>
#include <string.h>

#include "radius_vectors.h"

struct octets {
	uint8_t octets[RADIUS_PACKET_MAX];
	size_t length;
};

static struct octets octets_of(const char *text)
{
	struct octets octets;

	octets.length = hex_octets(text, octets.octets, sizeof(octets.octets));
	return octets;
}

static struct radius_packet parse(const struct octets *octets)
{
	struct radius_packet packet;

	assert_true(radius_parse(&packet, octets->octets, octets->length));
	return packet;
}

static struct radius_attribute find(const struct radius_packet *packet, uint32_t vendor, uint8_t type)
{
	struct radius_attribute attribute;

	assert_true(radius_find(packet, vendor, type, &attribute));
	return attribute;
}

static struct radius_attribute value_of(const void *value, size_t length)
{
	return (struct radius_attribute){ 0, 1, (uint8_t)length, value };
}

static void reads_an_access_request(void **state)
{
	struct octets octets = octets_of(VECTOR_ACCESS_REQUEST), authenticator = octets_of(VECTOR_AUTHENTICATOR);
	struct radius_packet packet = parse(&octets);
	struct radius_attribute attribute = find(&packet, 0, RADIUS_NAS_IP_ADDRESS);
	struct address address;
	char text[ADDRESS_TEXT_MAX], name[5];
	uint32_t port;

	assert_int_equal(packet.code, RADIUS_ACCESS_REQUEST);
	assert_int_equal(packet.identifier, 0);
	assert_memory_equal(packet.authenticator, authenticator.octets, RADIUS_AUTHENTICATOR_LENGTH);
	assert_true(radius_get_ipv4(&attribute, &address));
	assert_string_equal(address_format(&address, text, sizeof(text)), "192.168.1.16");
	attribute = find(&packet, 0, RADIUS_NAS_PORT);
	assert_true(radius_get_u32(&attribute, &port));
	assert_int_equal(port, 3);
	attribute = find(&packet, 0, RADIUS_USER_NAME);
	assert_true(radius_get_name(&attribute, name, sizeof(name)));
	assert_string_equal(name, "nemo");
	assert_false(radius_get_name(&attribute, name, sizeof(name) - 1));
	assert_false(radius_find(&packet, 0, RADIUS_STATE, &attribute));
}

static void reads_a_tunnel(void **state)
{
	struct octets octets = octets_of(VECTOR_ACCEPT_TUNNEL);
	struct radius_packet packet = parse(&octets);
	struct radius_attribute attribute = find(&packet, 0, RADIUS_TUNNEL_TYPE);
	uint32_t value;

	assert_true(radius_get_u32(&attribute, &value));
	assert_int_equal(value, 1 << 24 | RADIUS_TUNNEL_L2TP);
	attribute = find(&packet, 0, RADIUS_TUNNEL_SERVER_ENDPOINT);
	assert_int_equal(attribute.length, 10);
	assert_memory_equal(attribute.value, "\001192.0.2.2", 10);
}

/* A value that begins with its salt, and what is in it. */
static void reveals(const struct radius_attribute *attribute, size_t skip, const void *wanted, size_t length)
{
	struct octets authenticator = octets_of(VECTOR_AUTHENTICATOR);
	uint8_t clear[RADIUS_VALUE_MAX];
	size_t found = 0;

	assert_true(radius_reveal_salted(&vector_secret, authenticator.octets, attribute->value + skip,
					 attribute->length - skip, clear, &found));
	assert_int_equal(found, length);
	assert_memory_equal(clear, wanted, length);
}

static void reveals_what_a_server_hid(void **state)
{
	struct octets octets = octets_of(VECTOR_ACCEPT_SEALED);
	struct octets send = octets_of(VECTOR_SEND_KEY), receive = octets_of(VECTOR_RECV_KEY);
	struct radius_packet packet = parse(&octets);
	struct radius_attribute attribute = find(&packet, 0, RADIUS_TUNNEL_PASSWORD);

	reveals(&attribute, 1, VECTOR_TUNNEL_PASSWORD, strlen(VECTOR_TUNNEL_PASSWORD));
	attribute = find(&packet, RADIUS_VENDOR_MICROSOFT, RADIUS_MS_MPPE_SEND_KEY);
	reveals(&attribute, 0, send.octets, send.length);
	attribute = find(&packet, RADIUS_VENDOR_MICROSOFT, RADIUS_MS_MPPE_RECV_KEY);
	reveals(&attribute, 0, receive.octets, receive.length);
}

static void hides_as_a_server_does(void **state)
{
	static const struct { const char *clear, *hidden; } cases[] = {
		{ "74756e6e656c2d736563726574", VECTOR_TUNNEL_PASSWORD_HIDDEN },
		{ VECTOR_SEND_KEY, VECTOR_SEND_KEY_HIDDEN },
		{ VECTOR_RECV_KEY, VECTOR_RECV_KEY_HIDDEN },
	};
	struct octets authenticator = octets_of(VECTOR_AUTHENTICATOR);

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct octets clear = octets_of(cases[i].clear), hidden = octets_of(cases[i].hidden);
		uint8_t salt[] = { 0, hidden.octets[1] };	/* its first bit is set for us */
		uint8_t out[RADIUS_VALUE_MAX];

		assert_int_equal(radius_hide_salted(&vector_secret, authenticator.octets, salt, clear.octets,
						    clear.length, out), hidden.length);
		assert_memory_equal(out, hidden.octets, hidden.length);
	}
}

static void salted_values_have_limits(void **state)
{
	const uint8_t authenticator[RADIUS_AUTHENTICATOR_LENGTH] = { 1 }, salt[] = { 1, 2 };
	uint8_t clear[RADIUS_VALUE_MAX] = { 7 }, hidden[RADIUS_VALUE_MAX], out[RADIUS_VALUE_MAX];
	size_t length;

	assert_int_equal(radius_hide_salted(&vector_secret, authenticator, salt, clear, 240, hidden), 0);
	assert_int_equal(radius_hide_salted(&vector_secret, authenticator, salt, clear, 239, hidden), 242);
	assert_true(radius_reveal_salted(&vector_secret, authenticator, hidden, 242, out, &length));
	assert_int_equal(length, 239);
	assert_false(radius_reveal_salted(&vector_secret, authenticator, hidden, 241, out, &length));
	assert_false(radius_reveal_salted(&vector_secret, authenticator, hidden, 2, out, &length));
	assert_false(radius_reveal_salted(&vector_secret, authenticator, hidden, 0, out, &length));
	assert_int_equal(radius_hide_salted(&vector_secret, authenticator, salt, NULL, 0, hidden), 18);
	assert_true(radius_reveal_salted(&vector_secret, authenticator, hidden, 18, out, &length));
	assert_int_equal(length, 0);
	hidden[2] ^= 0x10;	/* the length inside becomes more than there is */
	assert_false(radius_reveal_salted(&vector_secret, authenticator, hidden, 18, out, &length));
}

static void hides_passwords(void **state)
{
	static const struct { const char *clear, *hidden; } cases[] = {
		{ VECTOR_PASSWORD, VECTOR_PASSWORD_HIDDEN }, { VECTOR_LONG_PASSWORD, VECTOR_LONG_PASSWORD_HIDDEN },
	};
	struct octets authenticator = octets_of(VECTOR_AUTHENTICATOR);

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct octets hidden = octets_of(cases[i].hidden);
		uint8_t out[RADIUS_PASSWORD_MAX];
		size_t length = strlen(cases[i].clear);

		assert_int_equal(radius_hide_password(&vector_secret, authenticator.octets,
						      (const uint8_t *)cases[i].clear, length, out), hidden.length);
		assert_memory_equal(out, hidden.octets, hidden.length);
		assert_true(radius_reveal_password(&vector_secret, authenticator.octets, hidden.octets, hidden.length,
						   out));
		assert_memory_equal(out, cases[i].clear, length);
		assert_int_equal(out[length], 0);
	}
}

static void passwords_have_limits(void **state)
{
	const uint8_t authenticator[RADIUS_AUTHENTICATOR_LENGTH] = { 1 }, password[RADIUS_PASSWORD_MAX + 1] = { 2 };
	uint8_t out[RADIUS_PASSWORD_MAX];

	assert_int_equal(radius_hide_password(&vector_secret, authenticator, password, 129, out), 0);
	assert_int_equal(radius_hide_password(&vector_secret, authenticator, password, 128, out), 128);
	assert_int_equal(radius_hide_password(&vector_secret, authenticator, NULL, 0, out), 16);
	assert_false(radius_reveal_password(&vector_secret, authenticator, password, 0, out));
	assert_false(radius_reveal_password(&vector_secret, authenticator, password, 15, out));
}

/* What a server would answer with is what the vector is, once it is signed anew. */
static void signs_and_proves(const char *text, bool reply)
{
	struct octets octets = octets_of(text), request = octets_of(VECTOR_AUTHENTICATOR);
	struct radius_packet packet = parse(&octets);
	struct radius_builder builder;
	uint8_t out[RADIUS_PACKET_MAX];

	radius_begin(&builder, out, sizeof(out), packet.code, packet.identifier, NULL);
	radius_put_raw(&builder, packet.octets + RADIUS_HEADER_LENGTH, packet.length - RADIUS_HEADER_LENGTH);
	assert_int_equal(reply ? radius_sign_reply(&builder, request.octets, &vector_secret) :
			 radius_sign_request(&builder, &vector_secret), octets.length);
	assert_memory_equal(out, octets.octets, octets.length);
	assert_true(reply ? radius_reply_is_genuine(&packet, request.octets, &vector_secret) :
		    radius_request_is_genuine(&packet, &vector_secret));
	octets.octets[octets.length - 1] ^= 1;
	assert_false(reply ? radius_reply_is_genuine(&packet, request.octets, &vector_secret) :
		     radius_request_is_genuine(&packet, &vector_secret));
}

static void authenticators(void **state)
{
	signs_and_proves(VECTOR_ACCESS_ACCEPT, true);
	signs_and_proves(VECTOR_ACCEPT_TUNNEL, true);
	signs_and_proves(VECTOR_ACCEPT_SEALED, true);
	signs_and_proves(VECTOR_ACCOUNTING_REQUEST, false);
	signs_and_proves(VECTOR_DISCONNECT_REQUEST, false);
	signs_and_proves(VECTOR_DISCONNECT_SEALED, false);
	signs_and_proves(VECTOR_COA_REQUEST, false);
}

/* Replies to requests that are vectors, too. */
static void replies_to_requests(void **state)
{
	static const struct { const char *request, *reply; } cases[] = {
		{ VECTOR_ACCOUNTING_REQUEST, VECTOR_ACCOUNTING_RESPONSE },
		{ VECTOR_DISCONNECT_REQUEST, VECTOR_DISCONNECT_ACK },
		{ VECTOR_DISCONNECT_REQUEST, VECTOR_DISCONNECT_NAK },
		{ VECTOR_COA_REQUEST, VECTOR_COA_ACK },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct octets request = octets_of(cases[i].request), reply = octets_of(cases[i].reply);
		struct radius_packet packet = parse(&reply), asked = parse(&request);

		assert_true(radius_reply_is_genuine(&packet, asked.authenticator, &vector_secret));
		assert_false(radius_reply_is_genuine(&packet, packet.authenticator, &vector_secret));
	}
}

static void message_authenticators(void **state)
{
	struct octets accept = octets_of(VECTOR_ACCEPT_SEALED), request = octets_of(VECTOR_AUTHENTICATOR);
	struct octets disconnect = octets_of(VECTOR_DISCONNECT_SEALED), none = octets_of(VECTOR_ACCEPT_TUNNEL);
	struct radius_packet packet = parse(&accept);

	assert_int_equal(radius_seal(&packet, request.octets, &vector_secret), RADIUS_SEAL_GENUINE);
	assert_int_equal(radius_seal(&packet, NULL, &vector_secret), RADIUS_SEAL_FORGED);
	accept.octets[30] ^= 1;
	assert_int_equal(radius_seal(&packet, request.octets, &vector_secret), RADIUS_SEAL_FORGED);
	packet = parse(&disconnect);
	assert_int_equal(radius_seal(&packet, NULL, &vector_secret), RADIUS_SEAL_GENUINE);
	packet = parse(&none);
	assert_int_equal(radius_seal(&packet, request.octets, &vector_secret), RADIUS_SEAL_NONE);
}

static void seals_what_it_writes(void **state)
{
	struct octets request = octets_of(VECTOR_AUTHENTICATOR);
	uint8_t out[128];
	struct radius_builder builder;
	struct radius_packet packet;
	size_t length;

	radius_begin(&builder, out, sizeof(out), RADIUS_ACCESS_REQUEST, 9, request.octets);
	radius_put_message_authenticator(&builder);
	radius_put_text(&builder, RADIUS_USER_NAME, "nemo");
	length = radius_sign_access(&builder, &vector_secret);
	assert_int_equal(length, RADIUS_HEADER_LENGTH + 18 + 6);
	assert_true(radius_parse(&packet, out, length));
	assert_memory_equal(packet.authenticator, request.octets, RADIUS_AUTHENTICATOR_LENGTH);
	assert_int_equal(radius_seal(&packet, packet.authenticator, &vector_secret), RADIUS_SEAL_GENUINE);

	radius_begin(&builder, out, sizeof(out), RADIUS_COA_REQUEST, 9, NULL);
	radius_put_message_authenticator(&builder);
	length = radius_sign_request(&builder, &vector_secret);
	assert_true(radius_parse(&packet, out, length));
	assert_int_equal(radius_seal(&packet, NULL, &vector_secret), RADIUS_SEAL_GENUINE);
	assert_true(radius_request_is_genuine(&packet, &vector_secret));
}

/* Two of them: which one would count? */
static void two_message_authenticators_are_forged(void **state)
{
	uint8_t out[128];
	struct radius_builder builder;
	struct radius_packet packet;
	size_t length;

	radius_begin(&builder, out, sizeof(out), RADIUS_COA_REQUEST, 9, NULL);
	radius_put_message_authenticator(&builder);
	radius_put_message_authenticator(&builder);
	length = radius_sign_request(&builder, &vector_secret);
	assert_true(radius_parse(&packet, out, length));
	assert_int_equal(radius_seal(&packet, NULL, &vector_secret), RADIUS_SEAL_FORGED);
}

/* --- bounds --- */

static void refuses_lengths_that_do_not_fit(void **state)
{
	struct octets octets = octets_of(VECTOR_ACCESS_REQUEST);
	struct radius_packet packet;

	for (size_t length = 0; length < octets.length; length++)
		assert_false(radius_parse(&packet, octets.octets, length));
	octets.octets[octets.length] = 0xff;	/* padding */
	assert_true(radius_parse(&packet, octets.octets, octets.length + 1));
	assert_int_equal(packet.length, octets.length);
	for (unsigned int length = 0; length < 2; length++) {
		octets.octets[RADIUS_HEADER_LENGTH + 1] = (uint8_t)length;
		assert_false(radius_parse(&packet, octets.octets, octets.length));
	}
	octets.octets[RADIUS_HEADER_LENGTH + 1] = 255;
	assert_false(radius_parse(&packet, octets.octets, octets.length));
}

static void refuses_more_than_a_packet_has(void **state)
{
	uint8_t octets[RADIUS_PACKET_MAX + 2] = { RADIUS_ACCESS_ACCEPT, 0, 0x10, 0x02 };
	struct radius_packet packet;

	for (size_t at = RADIUS_HEADER_LENGTH; at < sizeof(octets); at += 2)
		octets[at + 1] = 2;
	assert_false(radius_parse(&packet, octets, sizeof(octets)));
	octets[3] = 0;
	assert_true(radius_parse(&packet, octets, sizeof(octets)));
}

/* Kinds that are walked through, as "vendor:type:length ". */
static const char *walk(const uint8_t *octets, size_t length)
{
	static char text[256];
	struct radius_packet packet;
	struct radius_attribute attribute;
	struct radius_walk all;
	size_t used = 0;

	assert_true(radius_parse(&packet, octets, length));
	radius_walk(&all, &packet);
	text[0] = '\0';
	while (radius_next(&all, &attribute))
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%u:%u:%u ", attribute.vendor,
					 attribute.type, attribute.length);
	return text;
}

static void looks_into_vendors(void **state)
{
	struct octets two = octets_of("0200002a" VECTOR_AUTHENTICATOR "010361" "1a1000000137" "07060000000208030f" "6f"
				      "0103" "62");
	struct octets other_form = octets_of("0200001e" VECTOR_AUTHENTICATOR "1a0a00000009" "0500ffff");
	struct octets no_vendor = octets_of("0200001f" VECTOR_AUTHENTICATOR "1a05000001" "1a0600000137");
	struct octets vendor_zero = octets_of("0200001d" VECTOR_AUTHENTICATOR "1a0900000000" "500301");

	two.octets[3] = (uint8_t)two.length;
	assert_string_equal(walk(two.octets, two.length), "0:1:1 311:0:10 0:1:1 ");
	two.octets[RADIUS_HEADER_LENGTH + 3 + 6 + 7] = 4;	/* now the second fills the rest */
	assert_string_equal(walk(two.octets, two.length), "0:1:1 311:7:4 311:8:2 0:1:1 ");
	assert_string_equal(walk(other_form.octets, other_form.length), "9:0:4 ");
	assert_string_equal(walk(no_vendor.octets, no_vendor.length), "0:26:3 ");
	assert_string_equal(walk(vendor_zero.octets, vendor_zero.length), "0:26:7 ");
}

static void values_have_their_lengths(void **state)
{
	const uint8_t octets[20] = { 0 };
	struct address address;
	struct prefix prefix;
	uint32_t value;

	for (size_t length = 0; length <= sizeof(octets); length++) {
		struct radius_attribute attribute = value_of(octets, length);

		assert_int_equal(radius_get_u32(&attribute, &value), length == 4);
		assert_int_equal(radius_get_ipv4(&attribute, &address), length == 4);
		assert_int_equal(radius_get_ipv6(&attribute, &address), length == 16);
		assert_int_equal(radius_get_prefix(&attribute, &prefix), length >= 2 && length <= 18);
	}
}

static void prefixes(void **state)
{
	static const uint8_t good[] = { 0, 40, 0x20, 0x01, 0x0d, 0xb8, 0xff };
	static const uint8_t beyond[] = { 0, 32, 0x20, 0x01, 0x0d, 0xb8, 1 };
	static const uint8_t too_long[] = { 0, 129 };
	struct radius_attribute attribute = value_of(good, sizeof(good));
	struct prefix prefix;
	char text[PREFIX_TEXT_MAX];

	assert_true(radius_get_prefix(&attribute, &prefix));
	assert_string_equal(prefix_format(&prefix, text, sizeof(text)), "2001:db8:ff00::/40");
	attribute = value_of(beyond, sizeof(beyond));
	assert_false(radius_get_prefix(&attribute, &prefix));
	attribute = value_of(too_long, sizeof(too_long));
	assert_false(radius_get_prefix(&attribute, &prefix));
}

static void texts_are_made_printable(void **state)
{
	struct radius_attribute attribute = value_of("a\0b\x1b[1m\xff", 8);
	char text[16];

	assert_string_equal(radius_get_text(&attribute, text, sizeof(text)), "a?b?[1m?");
	assert_string_equal(radius_get_text(&attribute, text, 3), "a?");
	assert_false(radius_get_name(&attribute, text, sizeof(text)));
}

static void eap_is_cut_and_joined(void **state)
{
	uint8_t eap[1000], out[2048], joined[1000];
	struct radius_builder builder;
	struct radius_packet packet;
	size_t length;

	for (size_t i = 0; i < sizeof(eap); i++)
		eap[i] = (uint8_t)i;
	radius_begin(&builder, out, sizeof(out), RADIUS_ACCESS_CHALLENGE, 1, NULL);
	radius_put_eap(&builder, eap, sizeof(eap));
	length = radius_sign_access(&builder, &vector_secret);
	assert_string_equal(walk(out, length), "0:79:253 0:79:253 0:79:253 0:79:241 ");
	assert_true(radius_parse(&packet, out, length));
	assert_int_equal(radius_get_eap(&packet, joined, sizeof(joined)), sizeof(eap));
	assert_memory_equal(joined, eap, sizeof(eap));
	assert_int_equal(radius_get_eap(&packet, joined, sizeof(joined) - 1), 0);
}

static void what_does_not_fit_is_not_written(void **state)
{
	uint8_t out[40], value[255] = { 0 };
	struct radius_builder builder;

	radius_begin(&builder, out, sizeof(out), RADIUS_ACCESS_REQUEST, 1, value);
	radius_put(&builder, RADIUS_CLASS, value, 19);
	assert_int_equal(radius_sign_access(&builder, &vector_secret), 0);
	radius_begin(&builder, out, sizeof(out), RADIUS_ACCESS_REQUEST, 1, value);
	radius_put(&builder, RADIUS_CLASS, value, 18);
	radius_put(&builder, RADIUS_CLASS, value, 0);	/* nothing */
	assert_int_equal(radius_sign_access(&builder, &vector_secret), 40);
	radius_begin(&builder, out, 10, RADIUS_ACCESS_REQUEST, 1, value);
	assert_int_equal(radius_sign_access(&builder, &vector_secret), 0);
}

static void values_longer_than_attributes(void **state)
{
	uint8_t out[1024], value[256] = { 0 };
	struct radius_builder builder;
	char text[301];

	radius_begin(&builder, out, sizeof(out), RADIUS_ACCESS_REQUEST, 1, value);
	radius_put(&builder, RADIUS_CLASS, value, 254);
	assert_int_equal(radius_sign_access(&builder, &vector_secret), 0);
	radius_begin(&builder, out, sizeof(out), RADIUS_ACCESS_REQUEST, 1, value);
	radius_put_vendor(&builder, 311, 1, value, 248);
	assert_int_equal(radius_sign_access(&builder, &vector_secret), 0);
	memset(text, 'x', 252);
	strcpy(text + 252, "\xc3\xa4 and more");	/* a character that would be cut in two */
	radius_begin(&builder, out, sizeof(out), RADIUS_ACCESS_REQUEST, 1, value);
	radius_put_vendor(&builder, 311, 1, value, 247);
	radius_put_text(&builder, RADIUS_CONNECT_INFO, text);
	radius_put_tagged_text(&builder, RADIUS_TUNNEL_ASSIGNMENT_ID, 3, text);
	assert_string_equal(walk(out, radius_sign_access(&builder, &vector_secret)), "311:1:247 0:77:252 0:82:253 ");
}

static void writes_addresses_and_prefixes(void **state)
{
	struct address address = { 0 };
	struct prefix prefix = { 0 };
	struct octets wanted = octets_of("080300320000000000000000000000000000000004" "06c0000201"
					 "5f12" "20010db8000000000000000000000001"
					 "7b14" "0038" "20010db80000ab000000000000000000");
	struct radius_builder builder;
	uint8_t out[128];

	wanted.octets[2] = 0;
	radius_begin(&builder, out, sizeof(out), 8, 3, NULL);
	radius_put_address(&builder, RADIUS_NAS_IP_ADDRESS, RADIUS_NAS_IPV6_ADDRESS, &address);
	radius_put_prefix(&builder, RADIUS_DELEGATED_IPV6_PREFIX, &prefix);
	assert_true(address_parse("192.0.2.1", &address));
	radius_put_address(&builder, RADIUS_NAS_IP_ADDRESS, RADIUS_NAS_IPV6_ADDRESS, &address);
	assert_true(address_parse("2001:db8::1", &address));
	radius_put_address(&builder, RADIUS_NAS_IP_ADDRESS, RADIUS_NAS_IPV6_ADDRESS, &address);
	assert_true(prefix_parse("2001:db8:0:ab00::/56", &prefix));
	radius_put_prefix(&builder, RADIUS_DELEGATED_IPV6_PREFIX, &prefix);
	assert_int_equal(radius_sign_access(&builder, &vector_secret), RADIUS_HEADER_LENGTH + 6 + 18 + 20);
	assert_memory_equal(out + RADIUS_HEADER_LENGTH, wanted.octets + RADIUS_HEADER_LENGTH, 6 + 18 + 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_an_access_request),
		cmocka_unit_test(reads_a_tunnel),
		cmocka_unit_test(reveals_what_a_server_hid),
		cmocka_unit_test(hides_as_a_server_does),
		cmocka_unit_test(salted_values_have_limits),
		cmocka_unit_test(hides_passwords),
		cmocka_unit_test(passwords_have_limits),
		cmocka_unit_test(authenticators),
		cmocka_unit_test(replies_to_requests),
		cmocka_unit_test(message_authenticators),
		cmocka_unit_test(seals_what_it_writes),
		cmocka_unit_test(two_message_authenticators_are_forged),
		cmocka_unit_test(refuses_lengths_that_do_not_fit),
		cmocka_unit_test(refuses_more_than_a_packet_has),
		cmocka_unit_test(looks_into_vendors),
		cmocka_unit_test(values_have_their_lengths),
		cmocka_unit_test(prefixes),
		cmocka_unit_test(texts_are_made_printable),
		cmocka_unit_test(eap_is_cut_and_joined),
		cmocka_unit_test(what_does_not_fit_is_not_written),
		cmocka_unit_test(values_longer_than_attributes),
		cmocka_unit_test(writes_addresses_and_prefixes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
