/* SPDX-License-Identifier: MIT */
/* What servers are told: sessions, and credentials of each method. */
#include "radius_world.h"

static int begin_with_server(void **state)
{
	if (begin_world(state) < 0)
		return -1;
	add_server("a", "192.0.2.9");
	return 0;
}

static void says_octets(uint8_t type, const char *wanted)
{
	struct radius_attribute attribute = said(0, type);

	assert_int_equal(attribute.length, strlen(wanted));
	assert_memory_equal(attribute.value, wanted, strlen(wanted));
}

static void a_session_is_told(void **state)
{
	struct radius_nas nas = { .identifier = "lns", .ipv4 = address_of("192.0.2.2"),
				  .ipv6 = address_of("2001:db8::2") };
	struct radius_tunnel tunnel = { .client = address_of("192.0.2.1"), .server = address_of("192.0.2.2"),
					.client_name = "lac", .server_name = "lns", .private_group = "blue" };
	struct radius_session session = {
		.session_id = "s1", .port = 7, .port_id = "lon/s1", .called = "5551",
		.calling = "5552", .connect_info = "10000000", .mtu = 1460, .tunnel = &tunnel,
	};
	struct credentials credentials = pap_of("anna", "x");
	struct radius_request request = { .session = &session, .credentials = &credentials };
	struct error error;
	handle asked;

	radius_set_nas(client, &nas);
	assert_int_equal(radius_ask(client, &request, NULL, &asked, now, &error), 0);
	assert_true(take());
	says_text(RADIUS_USER_NAME, "anna");
	says_u32(RADIUS_NAS_IP_ADDRESS, 0xc0000202);
	assert_int_equal(said(0, RADIUS_NAS_IPV6_ADDRESS).length, 16);
	says_text(RADIUS_NAS_IDENTIFIER, "lns");
	says_u32(RADIUS_NAS_PORT, 7);
	says_u32(RADIUS_NAS_PORT_TYPE, 5);
	says_text(RADIUS_NAS_PORT_ID, "lon/s1");
	says_u32(RADIUS_SERVICE_TYPE, 2);
	says_u32(RADIUS_FRAMED_PROTOCOL, 1);
	says_u32(RADIUS_FRAMED_MTU, 1460);
	says_text(RADIUS_CALLED_STATION_ID, "5551");
	says_text(RADIUS_CALLING_STATION_ID, "5552");
	says_text(RADIUS_CONNECT_INFO, "10000000");
	says_text(RADIUS_ACCT_SESSION_ID, "s1");
	/* with a tag, the first octet */
	says_u32(RADIUS_TUNNEL_TYPE, 1 << 24 | RADIUS_TUNNEL_L2TP);
	says_octets(RADIUS_TUNNEL_CLIENT_ENDPOINT, "\001192.0.2.1");
	says_octets(RADIUS_TUNNEL_PRIVATE_GROUP_ID, "\001blue");
}

/* A name that it has another way. */
static void what_a_request_says_instead(void **state)
{
	struct radius_session session = { .user_name = "anna@example.net" };
	struct credentials credentials = pap_of("anna", "x");
	struct radius_request request = { .session = &session, .credentials = &credentials };
	struct error error;
	handle asked;

	assert_int_equal(radius_ask(client, &request, NULL, &asked, now, &error), 0);
	assert_true(take());
	says_text(RADIUS_USER_NAME, "anna@example.net");
	says_not(0, RADIUS_ACCT_SESSION_ID);
	says_not(0, RADIUS_NAS_PORT);
	says_not(0, RADIUS_TUNNEL_TYPE);
}

static void has_password(const char *password)
{
	struct radius_attribute hidden = said(0, RADIUS_USER_PASSWORD);
	uint8_t clear[RADIUS_PASSWORD_MAX + 1] = { 0 };

	assert_true(radius_reveal_password(&world_secret, last.packet.authenticator, hidden.value, hidden.length,
					   clear));
	assert_string_equal((char *)clear, password);
}

static void by_pap(void **state)
{
	struct credentials none = { .name = (const uint8_t *)"anna", .name_length = 4 };
	struct credentials empty = pap_of("anna", "");

	ask();
	assert_true(take());
	has_password("open sesame");
	ask_with(&empty, NULL, HANDLE_NONE);
	assert_true(take());
	has_password("");
	ask_with(&none, NULL, HANDLE_NONE);
	assert_true(take());
	has_password("");
}

static void by_chap(void **state)
{
	uint8_t challenge[23], response[16];
	struct credentials credentials = {
		.method = CREDENTIALS_CHAP_MD5, .identifier = 22, .name = (const uint8_t *)"anna", .name_length = 4,
		.challenge = challenge, .challenge_length = sizeof(challenge), .response = response,
		.response_length = sizeof(response),
	};
	struct radius_attribute attribute;

	memset(challenge, 0xc1, sizeof(challenge));
	memset(response, 0xe5, sizeof(response));
	ask_with(&credentials, NULL, HANDLE_NONE);
	assert_true(take());
	attribute = said(0, RADIUS_CHAP_PASSWORD);
	assert_int_equal(attribute.length, 17);
	assert_int_equal(attribute.value[0], 22);
	assert_memory_equal(attribute.value + 1, response, sizeof(response));
	attribute = said(0, RADIUS_CHAP_CHALLENGE);
	assert_int_equal(attribute.length, sizeof(challenge));
	assert_memory_equal(attribute.value, challenge, sizeof(challenge));
	says_not(0, RADIUS_USER_PASSWORD);
}

static struct credentials mschap_of(enum credentials_method method, uint8_t challenge[16], uint8_t response[49])
{
	for (uint8_t i = 0; i < 49; i++)
		response[i] = i;
	memset(challenge, 0xc1, 16);
	return (struct credentials){
		.method = method, .identifier = 9, .name = (const uint8_t *)"anna", .name_length = 4,
		.challenge = challenge, .challenge_length = method == CREDENTIALS_MSCHAPV1 ? 8 : 16,
		.response = response, .response_length = 49,
	};
}

static void by_mschap(void **state)
{
	static const struct { enum credentials_method method; uint8_t type, flags; } cases[] = {
		{ CREDENTIALS_MSCHAPV1, RADIUS_MS_CHAP_RESPONSE, 48 },
		{ CREDENTIALS_MSCHAPV2, RADIUS_MS_CHAP2_RESPONSE, 0 },
	};
	uint8_t challenge[16], response[49];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct credentials credentials = mschap_of(cases[i].method, challenge, response);
		struct radius_attribute attribute;

		ask_with(&credentials, NULL, HANDLE_NONE);
		assert_true(take());
		attribute = said(RADIUS_VENDOR_MICROSOFT, RADIUS_MS_CHAP_CHALLENGE);
		assert_int_equal(attribute.length, credentials.challenge_length);
		attribute = said(RADIUS_VENDOR_MICROSOFT, cases[i].type);
		assert_int_equal(attribute.length, 50);
		assert_int_equal(attribute.value[0], 9);
		assert_int_equal(attribute.value[1], cases[i].flags);
		assert_memory_equal(attribute.value + 2, response, 48);
	}
}

static void by_eap(void **state)
{
	static uint8_t packet[CREDENTIALS_EAP_MAX];
	struct credentials credentials = { .method = CREDENTIALS_EAP, .name = packet, .name_length = 1,
					   .response = packet, .response_length = sizeof(packet) };
	uint8_t joined[RADIUS_PACKET_MAX];

	memset(packet, 0x77, sizeof(packet));
	ask_with(&credentials, NULL, HANDLE_NONE);
	assert_true(take());
	assert_int_equal(radius_get_eap(&last.packet, joined, sizeof(joined)), sizeof(packet));
	assert_memory_equal(joined, packet, sizeof(packet));
}

static void cannot(struct credentials credentials)
{
	struct radius_request request = { .session = &plain_session, .credentials = &credentials };
	struct error error;
	handle asked;

	assert_int_equal(radius_ask(client, &request, NULL, &asked, now, &error), -1);
	assert_int_equal(error.code, ERROR_VALUE);
	sends_nothing();
	tells_nothing();
}

static void what_radius_cannot_say(void **state)
{
	static uint8_t octets[2000];
	uint8_t challenge[16], response[49];
	struct credentials credentials = pap_of("anna", "x");

	credentials.response = octets;
	credentials.response_length = RADIUS_PASSWORD_MAX + 1;
	cannot(credentials);
	cannot(pap_of("", "x"));
	credentials = pap_of("anna", "x");
	credentials.name = octets;
	credentials.name_length = RADIUS_VALUE_MAX + 1;
	cannot(credentials);
	for (enum credentials_method method = CREDENTIALS_CHAP_MD5; method <= CREDENTIALS_MSCHAPV2; method++) {
		credentials = mschap_of(method, challenge, response);
		credentials.response_length = 48;
		cannot(credentials);
		credentials = mschap_of(method, challenge, response);
		credentials.response_length = method == CREDENTIALS_CHAP_MD5 ? 16 : 49;
		credentials.challenge_length = 0;
		cannot(credentials);
	}
	credentials = (struct credentials){ .method = CREDENTIALS_EAP, .name = octets, .name_length = 1,
					    .response = octets, .response_length = sizeof(octets) };
	cannot(credentials);
	credentials.response_length = 0;
	cannot(credentials);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin_with_server, end_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_session_is_told),
		TEST(what_a_request_says_instead),
		TEST(by_pap),
		TEST(by_chap),
		TEST(by_mschap),
		TEST(by_eap),
		TEST(what_radius_cannot_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
