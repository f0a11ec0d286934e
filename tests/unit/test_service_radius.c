/* SPDX-License-Identifier: MIT */
/*
 * Users whom a RADIUS server knows, which is this file: what the service tells it, and does as it says.  The client
 * itself is tested in test_radius_*.c.
 */
#include "service_ppp_peer.h"
#include "aaa/pool.h"
#include "wire/radius.h"

#define SERVER                                                                                                        \
	"radius create radius_name=a address=192.0.2.9 secret=correct-horse coa=yes timeout=60\n"                     \
	"ppp profile modify profile_name=default use_radius=yes local_ipaddr=10.1.0.1 auth_mschapv2=no auth_eap=no\n"
#define UNIX_TIME 1700000000

static const struct radius_secret secret = { (const uint8_t *)"correct-horse", 13 };

/* --- what the server hears --- */

static struct radius_datagram datagram;
static uint8_t octets[RADIUS_PACKET_MAX];
static struct radius_packet packet;

static bool take(struct pair *pair)
{
	if (!service_next_radius(pair->far->service, &datagram))
		return false;
	memcpy(octets, datagram.octets, datagram.length);
	assert_true(radius_parse(&packet, octets, datagram.length));
	return true;
}

static void hears(struct pair *pair, uint8_t code)
{
	pair_talk(pair);
	assert_true(take(pair));
	assert_int_equal(packet.code, code);
}

static void hears_nothing(struct pair *pair)
{
	pair_talk(pair);
	assert_false(take(pair));
}

static void said_text(uint8_t type, const char *wanted)
{
	struct radius_attribute attribute;
	char text[RADIUS_TEXT_MAX];

	assert_true(radius_find(&packet, 0, type, &attribute));
	assert_string_equal(radius_get_text(&attribute, text, sizeof(text)), wanted);
}

static void said_number(uint8_t type, uint32_t wanted)
{
	struct radius_attribute attribute;
	uint32_t value;

	assert_true(radius_find(&packet, 0, type, &attribute) && radius_get_u32(&attribute, &value));
	assert_int_equal(value, wanted);
}

/* --- what it says --- */

static struct radius_builder builder;
static uint8_t said[RADIUS_PACKET_MAX];

static void arrive(struct pair *pair, size_t length)
{
	datagram.octets = said;
	datagram.length = length;
	service_radius_received(pair->far->service, &datagram, pair->far->now);
	pair_run(pair, 1000);
}

static void begin_reply(uint8_t code)
{
	radius_begin(&builder, said, sizeof(said), code, packet.identifier, NULL);
}

static void end_reply(struct pair *pair)
{
	arrive(pair, radius_sign_reply(&builder, packet.authenticator, &secret));
}

static void acknowledge(struct pair *pair)
{
	begin_reply(RADIUS_ACCOUNTING_RESPONSE);
	end_reply(pair);
}

static void begin_demand(uint8_t code)
{
	radius_begin(&builder, said, sizeof(said), code, 7, NULL);
}

/* What becomes of it. */
static uint8_t end_demand(struct pair *pair)
{
	size_t length = radius_sign_request(&builder, &secret);

	datagram.socket = RADIUS_SOCKET_DYNAMIC;
	datagram.peer.port = 40000;
	arrive(pair, length);
	do
		assert_true(take(pair));
	while (packet.code == RADIUS_ACCOUNTING_REQUEST);
	return packet.code;
}

/* --- sessions --- */

static void begins(struct pair *pair)
{
	service_set_time(pair->far->service, UNIX_TIME, pair->far->now);
	ppp_ready(pair, SERVER);
	hears(pair, RADIUS_ACCOUNTING_REQUEST);
	said_number(RADIUS_ACCT_STATUS_TYPE, 7);
	acknowledge(pair);
}

/* A session of alice, who gets 10.7.7.7; its Acct-Session-Id. */
static void comes_up(struct pair *pair, char session_id[RADIUS_TEXT_MAX])
{
	struct radius_attribute attribute;
	struct address address;

	begins(pair);
	ppp_dial(pair, AS("alice", "wonderland"));
	hears(pair, RADIUS_ACCESS_REQUEST);
	begin_reply(RADIUS_ACCESS_ACCEPT);
	assert_true(address_parse("10.7.7.7", &address));
	radius_put_address(&builder, RADIUS_FRAMED_IP_ADDRESS, 0, &address);
	radius_put_text(&builder, RADIUS_CLASS, "first");
	end_reply(pair);
	ppp_expect_up(pair);
	hears(pair, RADIUS_ACCOUNTING_REQUEST);
	assert_true(radius_find(&packet, 0, RADIUS_ACCT_SESSION_ID, &attribute));
	radius_get_text(&attribute, session_id, RADIUS_TEXT_MAX);
	said_number(RADIUS_ACCT_STATUS_TYPE, RADIUS_STATUS_START);
	said_number(RADIUS_FRAMED_IP_ADDRESS, 0x0a070707);
	said_text(RADIUS_CLASS, "first");
	acknowledge(pair);
}

static void the_server_knows_the_user(void **state)
{
	struct pair *pair = *state;
	struct service_session_view view;
	char session_id[RADIUS_TEXT_MAX];

	comes_up(pair, session_id);
	view = ppp_near(pair);
	ppp_expect_address(&view.ppp.local, "10.7.7.7");
	hears_nothing(pair);
}

static void accept_at(struct pair *pair, const char *ipv4)
{
	struct address address;

	hears(pair, RADIUS_ACCESS_REQUEST);
	begin_reply(RADIUS_ACCESS_ACCEPT);
	assert_true(address_parse(ipv4, &address));
	radius_put_address(&builder, RADIUS_FRAMED_IP_ADDRESS, 0, &address);
	end_reply(pair);
}

/* Nor throws anybody out who is in, as long as nobody can be asked whether he may stay. */
static void a_silent_server_ends_nothing(void **state)
{
	struct pair *pair = *state;

	begins(pair);
	DO(pair->far, "radius modify radius_name=a retries=0\n"
		      "ppp profile modify profile_name=default chap_interval=60\n");
	ppp_dial(pair, AS("alice", "wonderland"));
	accept_at(pair, "10.7.7.7");
	hears(pair, RADIUS_ACCOUNTING_REQUEST);
	acknowledge(pair);
	for (unsigned int times = 1; times < 3; times++) {
		pair_run(pair, 60000);
		hears(pair, RADIUS_ACCESS_REQUEST);
		pair_run(pair, 60000);
		ppp_expect_up(pair);
		assert_int_equal(world_status(pair->far).skipped_challenges, times);
	}
	assert_int_equal(world_status(pair->far).refused_users, 0);
	assert_string_equal(pair_first_session(pair->far).ppp.user_name, "alice");
	pair_run(pair, 60000);
	hears(pair, RADIUS_ACCESS_REQUEST);
	begin_reply(RADIUS_ACCESS_REJECT);
	DO(pair->near, "system modify session_persist_pend_timeout=0");
	end_reply(pair);
	assert_false(ppp_far_has(pair));
}

/* --- a client whose LNS closes before it has said whether it is content --- */

/* The client has told who it is, and waits. */
static void waits_for_an_answer(struct pair *pair)
{
	begins(pair);
	DO(pair->near, "system modify session_persist_pend_timeout=0");
	ppp_dial(pair, AS("alice", "wonderland"));
	hears(pair, RADIUS_ACCESS_REQUEST);
}

static void the_lns_hangs_up(struct pair *pair)
{
	struct service_session_view view = pair_first_session(pair->far);
	char text[128];

	snprintf(text, sizeof(text), "session delete tunnel_id=%u session_id=%u",
		 pair_first_tunnel(pair->far).config.tunnel_id, view.config.session_id);
	DO(pair->far, text);
	pair_run(pair, 100);
	assert_int_equal(world_status(pair->near).sessions, 0);
}

static void say_to_client(struct pair *pair, uint8_t code, const void *data, size_t length)
{
	const struct session *session = handle_get(&pair->near->service->session_handles, ppp_near(pair).handle);
	uint8_t frame[64];
	const struct datapath_message message = {
		.session = session->datapath, .octets = frame,
		.length = (uint32_t)(PPP_HEADER_LENGTH + PPP_PACKET_LENGTH + length),
	};

	ppp_header_write(PPP_LCP, frame);
	ppp_packet_write(code, 77, length, frame + PPP_HEADER_LENGTH);
	memcpy(frame + PPP_HEADER_LENGTH + PPP_PACKET_LENGTH, data, length);
	assert_true(datapath_null_message(pair->near->dp, &message));
}

static void a_call_that_ends_in_between_may_mean_a_wrong_password(void **state)
{
	struct pair *pair = *state;

	waits_for_an_answer(pair);
	the_lns_hangs_up(pair);
	pair_expect_words(pair_failure(pair->near),
			  "the peer closed while authenticating: name or password may be wrong (closed by the peer: ");
}

static void so_may_a_link_that_does(void **state)
{
	struct pair *pair = *state;

	waits_for_an_answer(pair);
	say_to_client(pair, 5, "Good bye", 8);
	the_lns_hangs_up(pair);
	pair_expect_words(pair_failure(pair->near),
			  "the peer closed while authenticating: name or password may be wrong: Good bye");
}

/* Whatever the end of the call says: it follows from that of the link. */
static void what_ppp_was_told_counts_more(void **state)
{
	static const uint8_t chap[] = { 0xc2, 0x23, 1, 2, 3, 4 };
	struct pair *pair = *state;

	waits_for_an_answer(pair);
	say_to_client(pair, 8, chap, sizeof(chap));
	the_lns_hangs_up(pair);
	pair_expect_words(pair_failure(pair->near), "the peer does not know the protocol that it asked us");
}

/* --- what servers say of users --- */

static void the_server_refuses_the_user(void **state)
{
	struct pair *pair = *state;

	begins(pair);
	ppp_dial(pair, AS("alice", "wonderland"));
	hears(pair, RADIUS_ACCESS_REQUEST);
	begin_reply(RADIUS_ACCESS_REJECT);
	radius_put_text(&builder, RADIUS_REPLY_MESSAGE, "alice has not paid");
	end_reply(pair);
	pair_expect_words(pair_failure(pair->near), "alice has not paid");
}

static void accept_with_policy(struct pair *pair, uint32_t policy, uint32_t types)
{
	uint8_t value[4] = { 0, 0, 0, (uint8_t)policy };
	struct address address;

	hears(pair, RADIUS_ACCESS_REQUEST);
	begin_reply(RADIUS_ACCESS_ACCEPT);
	assert_true(address_parse("10.7.7.7", &address));
	radius_put_address(&builder, RADIUS_FRAMED_IP_ADDRESS, 0, &address);
	radius_put_vendor(&builder, RADIUS_VENDOR_MICROSOFT, RADIUS_MS_MPPE_ENCRYPTION_POLICY, value, sizeof(value));
	value[3] = (uint8_t)types;
	radius_put_vendor(&builder, RADIUS_VENDOR_MICROSOFT, RADIUS_MS_MPPE_ENCRYPTION_TYPES, value, sizeof(value));
	end_reply(pair);
}

/* Whoever was let in and could not have what it needs: the server hears that it is over, and why. */
static void was_let_in_for_nothing(struct pair *pair, uint32_t cause)
{
	hears(pair, RADIUS_ACCOUNTING_REQUEST);
	said_text(RADIUS_USER_NAME, "alice");
	said_number(RADIUS_ACCT_STATUS_TYPE, RADIUS_STATUS_STOP);
	said_number(RADIUS_ACCT_SESSION_TIME, 0);
	said_number(RADIUS_ACCT_TERMINATE_CAUSE, cause);
	acknowledge(pair);
}

/* Whom the server wants to be encrypted does not come in without. */
static void the_server_wants_encryption(void **state)
{
	struct pair *pair = *state;

	begins(pair);
	DO(pair->near, "system modify session_persist_pend_timeout=0");
	ppp_dial(pair, AS("alice", "wonderland"));
	accept_with_policy(pair, 2, 6);
	pair_expect_words(pair_failure(pair->near), "must be encrypted");
	was_let_in_for_nothing(pair, RADIUS_TERMINATE_SERVICE_UNAVAILABLE);
	DO(pair->far, "ppp profile modify profile_name=default mppe=allow mppe_bits=128");
	ppp_dial(pair, AS("alice", "wonderland"));
	accept_with_policy(pair, 2, 6);
	pair_expect_words(pair_failure(pair->near), "encryption is required");
	was_let_in_for_nothing(pair, RADIUS_TERMINATE_NAS_ERROR);
	ppp_dial(pair, AS("alice", "wonderland"));
	accept_with_policy(pair, 2, 2);
	pair_expect_words(pair_failure(pair->near), "must be encrypted");
	was_let_in_for_nothing(pair, RADIUS_TERMINATE_SERVICE_UNAVAILABLE);
	ppp_dial(pair, AS("alice", "wonderland"));
	accept_with_policy(pair, 1, 6);
	ppp_expect_up(pair);
}

static void accept_any(struct pair *pair)
{
	hears(pair, RADIUS_ACCESS_REQUEST);
	begin_reply(RADIUS_ACCESS_ACCEPT);
	radius_put_text(&builder, RADIUS_CLASS, "first");
	end_reply(pair);
}

static void who_gets_nothing_is_accounted_for(void **state)
{
	const struct error refusal = { .code = ERROR_SYSTEM, .text = "no such device is possible" };
	struct pair *pair = *state;

	begins(pair);
	DO(pair->near, "system modify session_persist_pend_timeout=0");
	ppp_dial(pair, AS("alice", "wonderland"));
	accept_any(pair);
	pair_expect_words(pair_failure(pair->near), "there is no address for the peer");
	was_let_in_for_nothing(pair, RADIUS_TERMINATE_SERVICE_UNAVAILABLE);
	said_text(RADIUS_CLASS, "first");
	DO(pair->far, "ppp profile modify profile_name=default remote_ipaddr=10.7.7.7");
	datapath_null_fail(pair->far->dp, DATAPATH_NULL_SESSION_MODIFY, 0, &refusal);
	ppp_dial(pair, AS("alice", "wonderland"));
	accept_any(pair);
	pair_expect_words(pair_failure(pair->near), "no such device is possible");
	was_let_in_for_nothing(pair, RADIUS_TERMINATE_PORT_ERROR);
	hears_nothing(pair);
}

/* Who asks, and who wants to come in: of one that calls without a number its address. */
static void what_the_server_is_told(void **state)
{
	struct pair *pair = *state;

	begins(pair);
	said_text(RADIUS_NAS_IDENTIFIER, "far.example");
	DO(pair->far, "system modify radius_nas_identifier=lns radius_nas_ipaddr=192.0.2.2");
	ppp_dial(pair, AS("alice", "wonderland"));
	hears(pair, RADIUS_ACCESS_REQUEST);
	said_text(RADIUS_USER_NAME, "alice");
	said_text(RADIUS_NAS_IDENTIFIER, "lns");
	said_number(RADIUS_NAS_IP_ADDRESS, 0xc0000202);
	said_text(RADIUS_CALLING_STATION_ID, "192.0.2.1");
	DO(pair->near, "session delete tunnel_name=t session_name=s");
	ppp_dial(pair, AS("alice", "wonderland") "calling_number=5552");
	hears(pair, RADIUS_ACCESS_REQUEST);
	said_text(RADIUS_CALLING_STATION_ID, "5552");
}

static void the_server_ends_the_session(void **state)
{
	struct pair *pair = *state;
	char session_id[RADIUS_TEXT_MAX];

	comes_up(pair, session_id);
	DO(pair->near, "system modify session_persist_pend_timeout=0");	/* it does not come back */
	begin_demand(RADIUS_DISCONNECT_REQUEST);
	radius_put_text(&builder, RADIUS_ACCT_SESSION_ID, "another");
	assert_int_equal(end_demand(pair), RADIUS_DISCONNECT_NAK);
	said_number(RADIUS_ERROR_CAUSE, RADIUS_CAUSE_NO_SESSION);
	begin_demand(RADIUS_DISCONNECT_REQUEST);
	radius_put_text(&builder, RADIUS_ACCT_SESSION_ID, session_id);
	radius_put_text(&builder, RADIUS_CLASS, "last");
	datagram.socket = RADIUS_SOCKET_DYNAMIC;
	assert_int_equal(end_demand(pair), RADIUS_DISCONNECT_ACK);
	hears(pair, RADIUS_ACCOUNTING_REQUEST);
	said_number(RADIUS_ACCT_STATUS_TYPE, RADIUS_STATUS_STOP);
	said_number(RADIUS_ACCT_TERMINATE_CAUSE, RADIUS_TERMINATE_ADMIN_RESET);
	said_text(RADIUS_CLASS, "last");
	assert_false(ppp_far_has(pair));
}

static void the_server_changes_the_session(void **state)
{
	struct pair *pair = *state;
	char session_id[RADIUS_TEXT_MAX];

	comes_up(pair, session_id);
	begin_demand(RADIUS_COA_REQUEST);
	radius_put_text(&builder, RADIUS_USER_NAME, "alice");
	radius_put_u32(&builder, RADIUS_SESSION_TIMEOUT, 30);
	assert_int_equal(end_demand(pair), RADIUS_COA_ACK);
	pair_run(pair, 31000);
	hears(pair, RADIUS_ACCOUNTING_REQUEST);
	said_number(RADIUS_ACCT_STATUS_TYPE, RADIUS_STATUS_STOP);
	said_number(RADIUS_ACCT_TERMINATE_CAUSE, RADIUS_TERMINATE_SESSION_TIMEOUT);
}

static void accept_peer(struct pair *pair, const char *address)
{
	struct address v4;

	begin_reply(RADIUS_ACCESS_ACCEPT);
	assert_true(address_parse(address, &v4));
	radius_put_address(&builder, RADIUS_FRAMED_IP_ADDRESS, 0, &v4);
	datagram.octets = said;
	datagram.length = radius_sign_reply(&builder, packet.authenticator, &secret);
	service_radius_received(pair->far->service, &datagram, pair->far->now);
	peer_run(pair, 4000);
}

static void let_in(struct pair *pair, const char *address)
{
	hears(pair, RADIUS_ACCESS_REQUEST);
	accept_peer(pair, address);
}

static void used(struct pair *pair, uint64_t octets_received)
{
	const struct datapath_stats stats = { .rx_bytes = octets_received, .rx_packets = octets_received };

	datapath_null_set_stats(pair->far->dp, peer_session(pair)->datapath, &stats);
}

/* Whoever it is, accounting has an id and numbers of its own. */
static void another_user_is_accounted_apart(void **state)
{
	struct pair *pair = *state;
	struct radius_attribute attribute;
	char first[RADIUS_TEXT_MAX], second[RADIUS_TEXT_MAX];

	begins(pair);
	peer_begin(pair);
	peer_pap(pair, "alice", "wonderland");
	let_in(pair, "10.7.7.7");
	peer_ipcp(pair, "10.7.7.7");
	hears(pair, RADIUS_ACCOUNTING_REQUEST);
	assert_true(radius_find(&packet, 0, RADIUS_ACCT_SESSION_ID, &attribute));
	radius_get_text(&attribute, first, sizeof(first));
	acknowledge(pair);
	used(pair, 1000);
	peer_lcp(pair);
	peer_pap(pair, "bob", "builder");
	let_in(pair, "10.7.7.8");
	hears(pair, RADIUS_ACCOUNTING_REQUEST);
	said_number(RADIUS_ACCT_STATUS_TYPE, RADIUS_STATUS_STOP);
	said_text(RADIUS_USER_NAME, "alice");
	said_text(RADIUS_ACCT_SESSION_ID, first);
	said_number(RADIUS_ACCT_INPUT_OCTETS, 1000);
	acknowledge(pair);
	peer_ipcp(pair, "10.7.7.8");
	hears(pair, RADIUS_ACCOUNTING_REQUEST);
	said_number(RADIUS_ACCT_STATUS_TYPE, RADIUS_STATUS_START);
	said_text(RADIUS_USER_NAME, "bob");
	said_number(RADIUS_FRAMED_IP_ADDRESS, 0x0a070708);
	assert_true(radius_find(&packet, 0, RADIUS_ACCT_SESSION_ID, &attribute));
	assert_string_not_equal(radius_get_text(&attribute, second, sizeof(second)), first);
	acknowledge(pair);
	used(pair, 1500);
	DO(pair->near, "session delete tunnel_name=t session_name=s");
	hears(pair, RADIUS_ACCOUNTING_REQUEST);
	said_number(RADIUS_ACCT_STATUS_TYPE, RADIUS_STATUS_STOP);
	said_number(RADIUS_ACCT_INPUT_OCTETS, 500);
}

static void acknowledge_peer(struct pair *pair)
{
	begin_reply(RADIUS_ACCOUNTING_RESPONSE);
	datagram.octets = said;
	datagram.length = radius_sign_reply(&builder, packet.authenticator, &secret);
	service_radius_received(pair->far->service, &datagram, pair->far->now);
	peer_run(pair, 100);
}

static void reject_with_another_try(struct pair *pair)
{
	static const char error[] = "\001E=691 R=1 C=0011223344556677 V=3";

	hears(pair, RADIUS_ACCESS_REQUEST);
	begin_reply(RADIUS_ACCESS_REJECT);
	radius_put_vendor(&builder, RADIUS_VENDOR_MICROSOFT, RADIUS_MS_CHAP_ERROR, error, sizeof(error) - 1);
	datagram.octets = said;
	datagram.length = radius_sign_reply(&builder, packet.authenticator, &secret);
	service_radius_received(pair->far->service, &datagram, pair->far->now);
	peer_run(pair, 5000);
}

/* As peer_begin(), with these rows of the profile. */
static void begins_with(struct pair *pair, const char *rows)
{
	char text[128];

	begins(pair);
	peer_begin(pair);
	snprintf(text, sizeof(text), "ppp profile modify profile_name=default %s", rows);
	DO(pair->far, text);
	DO(pair->near, "session delete tunnel_name=t session_name=s");
	peer_run(pair, 100);
	ppp_dial(pair, "no_ppp=yes");
	peer_lcp(pair);
}

/* Whoever was refused, tried again and was let in did not end for that. */
static void a_refusal_is_forgotten(void **state)
{
	struct pair *pair = *state;

	begins_with(pair, "auth_pap=no auth_mschapv1=yes chap_interval=60");
	peer_mschap(pair, "alice", peer_challenge);
	let_in(pair, "10.7.7.7");
	peer_ipcp(pair, "10.7.7.7");
	hears(pair, RADIUS_ACCOUNTING_REQUEST);
	acknowledge_peer(pair);
	peer_run(pair, 60000);
	peer_mschap(pair, "alice", peer_challenge);
	reject_with_another_try(pair);
	peer_mschap(pair, "alice", (uint8_t)(peer_challenge + 1));
	let_in(pair, "10.7.7.7");
	assert_null(peer_session(pair)->ppp->failure);
}

/* What is asked about a peer that has begun anew meanwhile counts no more. */
static void an_answer_that_is_late_lets_nobody_in(void **state)
{
	struct pair *pair = *state;

	begins(pair);
	peer_begin(pair);
	peer_pap(pair, "alice", "wonderland");
	hears(pair, RADIUS_ACCESS_REQUEST);
	peer_lcp(pair);
	accept_peer(pair, "10.7.7.7");
	assert_string_equal(pair_first_session(pair->far).ppp.user_name, "");
}

/* An address that the user chooses is nobody else's, also when it chooses again. */
static void a_user_who_chooses_has_what_nobody_has(void **state)
{
	struct pair *pair = *state;
	struct prefix bobs = { .length = 32 }, first = { .length = 32 };
	struct error error;

	assert_true(address_parse("10.6.6.6", &bobs.address) && address_parse("10.5.5.5", &first.address));
	begins(pair);
	assert_int_equal(pools_take_this(pair->far->service->pools, &bobs, "bob", &error), 0);
	peer_begin(pair);
	peer_pap(pair, "alice", "wonderland");
	let_in(pair, "255.255.255.255");
	peer_ipcp(pair, "10.5.5.5");
	assert_string_equal(pools_who(pair->far->service->pools, &first), "alice");
	peer_ipcp(pair, "10.5.5.6");
	assert_null(pools_who(pair->far->service->pools, &first));
	peer_ipcp(pair, "10.6.6.6");
	peer_run(pair, 20000);
	assert_false(ppp_far_has(pair));
	pair_expect_words(pair_failure(pair->near), "10.6.6.6 is in use by bob");
}

/* Also one that is of no prefix of the user's is routed to it, and told it. */
static void an_ipv6_address_of_its_own(void **state)
{
	struct pair *pair = *state;
	const struct datapath_session_config *config;
	struct address v4, v6;

	assert_true(address_parse("10.7.7.7", &v4) && address_parse("2001:db8::7", &v6));
	begins(pair);
	ppp_dial(pair, AS("alice", "wonderland"));
	hears(pair, RADIUS_ACCESS_REQUEST);
	begin_reply(RADIUS_ACCESS_ACCEPT);
	radius_put_address(&builder, RADIUS_FRAMED_IP_ADDRESS, 0, &v4);
	radius_put_address(&builder, 0, RADIUS_FRAMED_IPV6_ADDRESS, &v6);
	end_reply(pair);
	ppp_expect_up(pair);
	config = datapath_null_session(pair->far->dp, peer_session(pair)->datapath);
	assert_true(config->ppp.ipv6 && config->ppp.punt_router);
	assert_int_equal(config->ppp.prefix_count, 1);
	assert_int_equal(config->ppp.prefixes[0].prefix.length, 128);
	assert_true(address_equal(&config->ppp.prefixes[0].prefix.address, &v6));
	assert_true(peer_session(pair)->ppp->advertise);
}

static void accept_ipv6(struct pair *pair, const char *ipv6)
{
	struct address v4, v6;

	hears(pair, RADIUS_ACCESS_REQUEST);
	begin_reply(RADIUS_ACCESS_ACCEPT);
	assert_true(address_parse("10.7.7.7", &v4) && address_parse(ipv6, &v6));
	radius_put_address(&builder, RADIUS_FRAMED_IP_ADDRESS, 0, &v4);
	radius_put_address(&builder, 0, RADIUS_FRAMED_IPV6_ADDRESS, &v6);
	end_reply(pair);
	ppp_expect_up(pair);
}

/* What a server gives out of a pool of ours the pool gives to nobody else, and a server may tell the session by it. */
static void an_ipv6_address_of_a_pool(void **state)
{
	struct pair *pair = *state;
	struct radius_attribute attribute;
	struct address told, wanted;
	struct service_session_view view;
	struct prefix link;

	assert_true(prefix_parse("2001:db8::/64", &link) && address_parse("2001:db8::7", &wanted));
	begins(pair);
	DO(pair->far, "pool create pool_name=links range=2001:db8::/63\n");
	ppp_dial(pair, AS("alice", "wonderland"));
	accept_ipv6(pair, "2001:db8::7");
	assert_string_equal(pools_who(pair->far->service->pools, &link), "alice");
	view = pair_first_session(pair->far);
	ppp_expect_address(&view.ppp.ipv6_address, "2001:db8::7");
	hears(pair, RADIUS_ACCOUNTING_REQUEST);
	assert_true(radius_find(&packet, 0, RADIUS_FRAMED_IPV6_ADDRESS, &attribute));
	assert_true(radius_get_ipv6(&attribute, &told) && address_equal(&told, &wanted));
	acknowledge(pair);
	begin_demand(RADIUS_COA_REQUEST);
	radius_put_address(&builder, 0, RADIUS_FRAMED_IPV6_ADDRESS, &wanted);
	radius_put_u32(&builder, RADIUS_SESSION_TIMEOUT, 300);
	assert_int_equal(end_demand(pair), RADIUS_COA_ACK);
	DO(pair->near, "session delete tunnel_name=t session_name=s");
	pair_run(pair, 100);
	assert_null(pools_who(pair->far->service->pools, &link));
}

/* Of one that somebody has the session comes up without. */
static void an_ipv6_address_of_somebody_else(void **state)
{
	struct pair *pair = *state;
	struct service_session_view view;
	struct prefix link;
	struct error error;

	assert_true(prefix_parse("2001:db8::/64", &link));
	begins(pair);
	DO(pair->far, "pool create pool_name=links range=2001:db8::/63\n");
	assert_int_equal(pools_take_this(pair->far->service->pools, &link, "bob", &error), 0);
	ppp_dial(pair, AS("alice", "wonderland"));
	accept_ipv6(pair, "2001:db8::7");
	view = pair_first_session(pair->far);
	assert_int_equal(view.ppp.ipv6_address.family, AF_UNSPEC);
	assert_false(peer_session(pair)->ppp->ipv6);
	assert_string_equal(pools_who(pair->far->service->pools, &link), "bob");
}

static void the_daemon_ends(void **state)
{
	struct pair *pair = *state;
	char session_id[RADIUS_TEXT_MAX];

	comes_up(pair, session_id);
	assert_true(service_stop(pair->far->service, pair->far->now) > 0);
	hears(pair, RADIUS_ACCOUNTING_REQUEST);
	said_number(RADIUS_ACCT_STATUS_TYPE, RADIUS_STATUS_STOP);
	said_number(RADIUS_ACCT_TERMINATE_CAUSE, RADIUS_TERMINATE_ADMIN_REBOOT);
	acknowledge(pair);
	assert_int_equal(service_stop(pair->far->service, pair->far->now), 1);
	hears(pair, RADIUS_ACCOUNTING_REQUEST);
	said_number(RADIUS_ACCT_STATUS_TYPE, 8);
	acknowledge(pair);
	assert_int_equal(service_stop(pair->far->service, pair->far->now), 0);
	hears_nothing(pair);
}

/* Who was let in and is not up yet is told of once, too. */
static void the_daemon_ends_in_between(void **state)
{
	struct pair *pair = *state;

	begins(pair);
	peer_begin(pair);
	peer_pap(pair, "alice", "wonderland");
	let_in(pair, "10.7.7.7");
	service_stop(pair->far->service, pair->far->now);
	hears(pair, RADIUS_ACCOUNTING_REQUEST);
	said_number(RADIUS_ACCT_STATUS_TYPE, RADIUS_STATUS_STOP);
	said_number(RADIUS_ACCT_TERMINATE_CAUSE, RADIUS_TERMINATE_ADMIN_REBOOT);
	acknowledge(pair);
	session_ppp_end(pair->far->service, handle_get(&pair->far->service->session_handles,
						       pair_first_session(pair->far).handle));
	service_stop(pair->far->service, pair->far->now);
	hears(pair, RADIUS_ACCOUNTING_REQUEST);
	said_number(RADIUS_ACCT_STATUS_TYPE, 8);
	acknowledge(pair);
	hears_nothing(pair);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, pair_begin_ppp, pair_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_server_knows_the_user),
		TEST(a_call_that_ends_in_between_may_mean_a_wrong_password),
		TEST(so_may_a_link_that_does),
		TEST(what_ppp_was_told_counts_more),
		TEST(the_server_refuses_the_user),
		TEST(a_silent_server_ends_nothing),
		TEST(the_server_wants_encryption),
		TEST(who_gets_nothing_is_accounted_for),
		TEST(what_the_server_is_told),
		TEST(the_server_ends_the_session),
		TEST(the_server_changes_the_session),
		TEST(another_user_is_accounted_apart),
		TEST(a_refusal_is_forgotten),
		TEST(an_answer_that_is_late_lets_nobody_in),
		TEST(a_user_who_chooses_has_what_nobody_has),
		TEST(an_ipv6_address_of_its_own),
		TEST(an_ipv6_address_of_a_pool),
		TEST(an_ipv6_address_of_somebody_else),
		TEST(the_daemon_ends),
		TEST(the_daemon_ends_in_between),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
