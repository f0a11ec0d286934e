/* SPDX-License-Identifier: MIT */
/* Who comes in: requests and their answers, secrets, floods, ties, ports. */
#include "control_world.h"

static struct world world;

static struct control_path path_of(uint8_t host, uint16_t port)
{
	struct control_path path = world.path;

	path.peer.address.bytes[3] = host;
	path.peer.port = port;
	return path;
}

static void request_by(const struct control_path *path, const struct message *message,
		       const struct message_hiding *hiding)
{
	uint8_t body[WORLD_DATAGRAM_MAX];
	size_t length = message_encode(message, hiding, body, sizeof(body));

	assert_true(length > 0);
	world.engine_id = world.nr = 0;
	world_send(&world, path, 0, 0, body, length);
	world.ns = 1;
}

static void request_from(uint8_t host, uint16_t port, uint16_t id)
{
	const struct control_path path = path_of(host, port);
	struct message message = world_message(MESSAGE_SCCRQ);

	message.assigned_tunnel_id = id;
	request_by(&path, &message, NULL);
}

/* --- who is who --- */

static void a_repeated_request_is_answered_again(void **state)
{
	uint8_t body[WORLD_DATAGRAM_MAX];
	const struct world_message *sent;
	size_t length;

	world_begin(&world);
	request_from(2, 1701, 7);
	sent = assert_sends(&world, MESSAGE_SCCRP);
	length = sent->body_length;
	memcpy(body, sent->body, length);
	request_from(2, 1701, 7);
	sent = assert_sends(&world, MESSAGE_SCCRP);
	assert_int_equal(sent->body_length, length);
	assert_memory_equal(sent->body, body, length);
	assert_told(&world, CONTROL_EVENT_REQUEST);
	assert_told_nothing(&world);
	assert_int_equal(world_counters(&world).requests_duplicate, 1);
	assert_int_equal(world_counters(&world).half_open, 1);
	world_end(&world);
}

/* Two clients behind one NAT draw the same ids; one client opens several tunnels. */
static void tells_clients_apart(void **state)
{
	static const struct {
		uint16_t port, id;
	} cases[] = { { 1701, 1 }, { 4001, 1 }, { 4001, 2 } };
	uint16_t ids[3];
	handle tunnels[3];

	world_begin(&world);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		world.path.peer.port = cases[i].port;
		request_from(2, cases[i].port, cases[i].id);
		ids[i] = world.engine_id;
		world_say(&world, 0, MESSAGE_SCCCN);
		tunnels[i] = world.tunnel;
		assert_int_equal(world_tunnel_state(&world), CONTROL_TUNNEL_ESTABLISHED);
	}
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct control_tunnel_info info;

		assert_int_equal(control_tunnel_info(world.control, tunnels[i], &info), 0);
		assert_int_equal(info.tunnel_id, ids[i]);
		assert_int_equal(info.peer_tunnel_id, cases[i].id);
		assert_int_equal(info.path.peer.port, cases[i].port);
	}
	world_end(&world);
}

static void nobody_speaks_for_another(void **state)
{
	struct control_path other;

	world_begin(&world);
	request_from(2, 1701, 7);
	world_forget(&world);
	other = path_of(3, 1701);
	world.path = other;
	world_say(&world, 0, MESSAGE_SCCCN);
	assert_told_nothing(&world);
	world.path = path_of(2, 1702);
	world.ns = 1;
	world_say(&world, 0, MESSAGE_SCCCN);
	assert_told_nothing(&world);
	world.path = path_of(2, 1701);
	world.ns = 1;
	world_say(&world, 0, MESSAGE_SCCCN);
	assert_told(&world, CONTROL_EVENT_TUNNEL_UP);
	world.path = other;
	world_say(&world, 0, MESSAGE_STOPCCN);
	assert_told_nothing(&world);
	assert_int_equal(world_counters(&world).wrong_source, 3);
	world_end(&world);
}

/* --- refusals --- */

static void refuses_when_told_to(void **state)
{
	const struct world_message *sent;

	world_begin(&world);
	world.undecided = true;
	request_from(2, 1701, 7);
	control_refuse(world.control, world.request, 4, 0, "not you", world.now);
	world_take(&world);
	sent = assert_sends(&world, MESSAGE_STOPCCN);
	assert_int_equal(sent->header.connection_id, 7);
	assert_int_equal(sent->header.ns, 0);
	assert_int_equal(sent->header.nr, 1);
	assert_int_equal(sent->message.result_code.result, 4);
	assert_memory_equal(sent->message.result_code.text.octets, "not you", 7);
	/* What is decided later is decided about nothing. */
	control_accept(world.control, world.request, &world.settings, NULL, world.now);
	world_take(&world);
	assert_sends_nothing(&world);
	assert_int_equal(world_counters(&world).half_open, 0);
	world_end(&world);
}

static void speaks_version_1_only(void **state)
{
	struct message message = world_message(MESSAGE_SCCRQ);

	world_begin(&world);
	message.protocol_version.version = 2;
	request_by(&world.path, &message, NULL);
	assert_sends_result(&world, MESSAGE_STOPCCN, 5, 1);
	assert_told_nothing(&world);
	world_end(&world);
	world_begin(&world);
	world_open(&world);
	world_forget(&world);
	message.type = MESSAGE_SCCRP;
	world_say_message(&world, 0, &message);
	assert_sends_result(&world, MESSAGE_STOPCCN, 5, 1);
	assert_told(&world, CONTROL_EVENT_TUNNEL_DOWN);
	world_end(&world);
}

/* --- challenges --- */

enum answer { RIGHT, WRONG, NONE };

static void answer(enum message_type type, const struct avp_octets *challenge, enum answer how)
{
	struct message message = world_message(type);
	uint8_t response[CHALLENGE_RESPONSE_LENGTH];

	challenge_response((uint8_t)type, (const uint8_t *)WORLD_SECRET, sizeof(WORLD_SECRET) - 1, challenge->octets,
			   challenge->length, response);
	response[3] ^= how == WRONG;
	if (how != NONE) {
		message.challenge_response = (struct avp_octets){ response, sizeof(response) };
		message.present |= AVP_BIT(AVP_CHALLENGE_RESPONSE);
	}
	world_say_message(&world, 0, &message);
}

static void the_peer_proves_itself(void **state)
{
	for (enum answer how = RIGHT; how <= NONE; how++) {
		const struct world_message *sent;

		world_begin(&world);
		world.settings.auth = CONTROL_AUTH_CHALLENGE;
		world_request(&world);
		sent = assert_sends(&world, MESSAGE_SCCRP);
		assert_int_equal(sent->message.challenge.length, 16);
		assert_told(&world, CONTROL_EVENT_REQUEST);
		answer(MESSAGE_SCCCN, &sent->message.challenge, how);
		if (how == RIGHT) {
			assert_told(&world, CONTROL_EVENT_TUNNEL_UP);
		} else {
			assert_sends_result(&world, MESSAGE_STOPCCN, 4, 0);
			assert_true(strlen(assert_told(&world, CONTROL_EVENT_REQUEST_DOWN)->reason.text) > 0);
		}
		assert_int_equal(world_counters(&world).authentication_failures, how != RIGHT);
		world_end(&world);
	}
	for (enum answer how = RIGHT; how <= NONE; how++) {
		world_begin(&world);
		world.settings.auth = CONTROL_AUTH_CHALLENGE;
		world_open(&world);
		answer(MESSAGE_SCCRP, &assert_sends(&world, MESSAGE_SCCRQ)->message.challenge, how);
		if (how == RIGHT) {
			assert_sends(&world, MESSAGE_SCCCN);
			assert_told(&world, CONTROL_EVENT_TUNNEL_UP);
		} else {
			assert_sends_result(&world, MESSAGE_STOPCCN, 4, 0);
			assert_told(&world, CONTROL_EVENT_TUNNEL_DOWN);
		}
		world_end(&world);
	}
}

static void proves_itself_to_the_peer(void **state)
{
	static const uint8_t challenge[] = "who are you, really?";
	uint8_t wanted[CHALLENGE_RESPONSE_LENGTH];
	struct message message = world_message(MESSAGE_SCCRQ);
	const struct world_message *sent;

	message.challenge = (struct avp_octets){ challenge, sizeof(challenge) };
	message.present |= AVP_BIT(AVP_CHALLENGE);
	world_begin(&world);
	request_by(&world.path, &message, NULL);
	sent = assert_sends(&world, MESSAGE_SCCRP);
	challenge_response(2, (const uint8_t *)WORLD_SECRET, sizeof(WORLD_SECRET) - 1, challenge, sizeof(challenge),
			   wanted);
	assert_memory_equal(sent->message.challenge_response.octets, wanted, sizeof(wanted));
	world_end(&world);

	message.type = MESSAGE_SCCRP;
	world_begin(&world);
	world_open(&world);
	world_forget(&world);
	world_say_message(&world, 0, &message);
	sent = assert_sends(&world, MESSAGE_SCCCN);
	challenge_response(3, (const uint8_t *)WORLD_SECRET, sizeof(WORLD_SECRET) - 1, challenge, sizeof(challenge),
			   wanted);
	assert_memory_equal(sent->message.challenge_response.octets, wanted, sizeof(wanted));
	world_end(&world);
}

static void without_a_secret_nothing_is_proved(void **state)
{
	static const uint8_t challenge[] = "who?";
	struct message message = world_message(MESSAGE_SCCRQ);
	struct error error;

	world_begin(&world);
	world.settings.secret_length = 0;
	message.challenge = (struct avp_octets){ challenge, sizeof(challenge) };
	message.present |= AVP_BIT(AVP_CHALLENGE);
	request_by(&world.path, &message, NULL);
	assert_sends_result(&world, MESSAGE_STOPCCN, 4, 0);
	assert_told(&world, CONTROL_EVENT_REQUEST);
	assert_told(&world, CONTROL_EVENT_REQUEST_DOWN);
	/* Nor is a challenge with an empty secret, which anybody can answer, given. */
	world.settings.auth = CONTROL_AUTH_CHALLENGE;
	world_request(&world);
	assert_sends_result(&world, MESSAGE_STOPCCN, 4, 0);
	assert_int_equal(control_open(world.control, &world.path, 0, &world.settings, NULL, &world.tunnel, world.now,
				      &error), -1);
	assert_int_equal(world_counters(&world).tunnels, 0);
	world_end(&world);
}

/* --- hidden values --- */

static void request_hidden(const char *secret)
{
	const struct message_hiding hiding = {
		.keys = { (const uint8_t *)secret, strlen(secret), (const uint8_t *)"0123456789abcdef", 16 },
		.hide = ~(avp_set)0, .padding = 3,
	};
	struct message message = world_message(MESSAGE_SCCRQ);

	message.vendor_name = (struct avp_octets){ (const uint8_t *)"hider", 5 };
	message.challenge = (struct avp_octets){ (const uint8_t *)"hidden, too", 11 };
	message.present |= AVP_BIT(AVP_VENDOR_NAME) | AVP_BIT(AVP_CHALLENGE);
	request_by(&world.path, &message, &hiding);
}

static void reads_hidden_requests(void **state)
{
	struct control_tunnel_info info;
	const struct world_message *sent;

	world_begin(&world);
	request_hidden(WORLD_SECRET);
	assert_string_equal(assert_told(&world, CONTROL_EVENT_REQUEST)->host_name, "peer");
	sent = assert_sends(&world, MESSAGE_SCCRP);
	assert_int_equal(sent->header.connection_id, PEER_TUNNEL_ID);
	assert_true(message_has(&sent->message, AVP_CHALLENGE_RESPONSE));
	request_hidden(WORLD_SECRET);		/* again */
	assert_sends(&world, MESSAGE_SCCRP);
	assert_told_nothing(&world);
	world_say(&world, 0, MESSAGE_SCCCN);
	assert_told(&world, CONTROL_EVENT_TUNNEL_UP);
	assert_int_equal(control_tunnel_info(world.control, world.tunnel, &info), 0);
	assert_int_equal(info.peer_tunnel_id, PEER_TUNNEL_ID);
	assert_string_equal(info.peer_vendor_name, "hider");
	world_end(&world);
}

static void hidden_requests_need_the_secret(void **state)
{
	world_begin(&world);
	request_hidden("another");
	assert_told(&world, CONTROL_EVENT_REQUEST);
	assert_told(&world, CONTROL_EVENT_REQUEST_DOWN);
	assert_sends_nothing(&world);		/* whose id it is cannot be read */
	world.settings.secret_length = 0;
	request_hidden(WORLD_SECRET);
	assert_told(&world, CONTROL_EVENT_REQUEST);
	assert_told(&world, CONTROL_EVENT_REQUEST_DOWN);
	assert_sends_nothing(&world);
	assert_int_equal(world_counters(&world).half_open, 0);
	world_end(&world);
}

/* Only what may be missing is hidden. */
static void hidden_trifles_need_no_secret(void **state)
{
	const struct message_hiding hiding = {
		.keys = { (const uint8_t *)"x", 1, (const uint8_t *)"0123456789abcdef", 16 },
		.hide = AVP_BIT(AVP_VENDOR_NAME),
	};
	struct message message = world_message(MESSAGE_SCCRQ);

	message.vendor_name = (struct avp_octets){ (const uint8_t *)"hider", 5 };
	message.present |= AVP_BIT(AVP_VENDOR_NAME);
	world_begin(&world);
	world.settings.secret_length = 0;
	request_by(&world.path, &message, &hiding);
	assert_sends(&world, MESSAGE_SCCRP);
	world_end(&world);
}

/* --- floods --- */

/* Half of the table is for everybody; then a request must come twice, and one source has its share. */
static void crowds_queue(void **state)
{
	const struct control_limits limits = { .half_open = 8, .source_half_open = 2, .requests_per_second = 1000 };

	world_begin_with(&world, &limits);
	for (uint16_t id = 1; id <= 5; id++)
		request_from(2, 1701, id);
	assert_int_equal(world_counters(&world).half_open, 5);
	request_from(3, 1701, 1);
	assert_int_equal(world_counters(&world).half_open, 5);
	assert_int_equal(world_counters(&world).requests_unproved, 1);
	request_from(3, 1701, 1);
	assert_int_equal(world_counters(&world).half_open, 6);
	/* The first source has more than its share. */
	request_from(2, 1701, 9);
	request_from(2, 1701, 9);
	assert_int_equal(world_counters(&world).half_open, 6);
	assert_int_equal(world_counters(&world).requests_crowded_out, 1);
	world_forget(&world);
	/* When all places are taken the oldest goes. */
	for (uint8_t host = 4; host < 7; host++) {
		request_from(host, 1701, 1);
		request_from(host, 1701, 1);
	}
	assert_int_equal(world_counters(&world).half_open, 8);
	assert_told(&world, CONTROL_EVENT_REQUEST);
	assert_told(&world, CONTROL_EVENT_REQUEST);
	assert_told(&world, CONTROL_EVENT_REQUEST_DOWN);
	assert_told(&world, CONTROL_EVENT_REQUEST);
	world_end(&world);
}

static void haste_needs_patience(void **state)
{
	const struct control_limits limits = { .half_open = 100, .source_half_open = 100, .requests_per_second = 3 };

	world_begin_with(&world, &limits);
	for (uint16_t id = 1; id <= 5; id++)
		request_from(2, 1701, id);
	assert_int_equal(world_counters(&world).half_open, 3);
	assert_int_equal(world_counters(&world).requests_unproved, 2);
	world.now += 1000;
	request_from(2, 1701, 4);
	assert_int_equal(world_counters(&world).half_open, 4);
	/* What is bad is told as often as what is good is let in. */
	world_forget(&world);
	world.now += 1000;
	for (unsigned int i = 0; i < 6; i++) {
		world.engine_id = 0;
		world.ns = 0;
		world_say_bad(&world, 0, MESSAGE_SCCRQ);
	}
	for (unsigned int i = 0; i < 3; i++)
		assert_sends(&world, MESSAGE_STOPCCN);
	assert_sends_nothing(&world);
	world_end(&world);
}

/* --- ports --- */

/* RFC 2661 section 8.1: a responder answers from a port of its choice; and that is that. */
static void follows_the_first_answer(void **state)
{
	struct control_tunnel_info info;

	world_begin(&world);
	world_open(&world);
	world_forget(&world);
	world.path = path_of(3, 4001);
	world_say(&world, 0, MESSAGE_SCCRP);
	assert_told_nothing(&world);		/* not the host that was asked */
	world.path = path_of(2, 4001);
	world.ns = 0;
	world_say(&world, 0, MESSAGE_SCCRP);
	assert_int_equal(assert_told(&world, CONTROL_EVENT_TUNNEL_UP)->event.path.peer.port, 4001);
	assert_int_equal(assert_sends(&world, MESSAGE_SCCCN)->path.peer.port, 4001);
	assert_int_equal(control_tunnel_info(world.control, world.tunnel, &info), 0);
	assert_int_equal(info.path.peer.port, 4001);
	world.path = path_of(2, 1701);
	world_say(&world, 0, MESSAGE_STOPCCN);
	assert_told_nothing(&world);
	assert_int_equal(world_tunnel_state(&world), CONTROL_TUNNEL_ESTABLISHED);
	world_end(&world);
}

/* --- ties --- */

static void the_lower_breaker_wins(void **state)
{
	static const struct {
		bool ours, theirs;
		uint64_t breaker;	/* theirs */
		bool we_go, they_go;
	} cases[] = {
		{ false, false, 0, true, true }, { true, false, 0, true, false }, { false, true, 5, false, true },
		{ true, true, 1, false, true }, { true, true, UINT64_MAX, true, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct message message = world_message(MESSAGE_SCCRQ);
		handle opened;

		world_begin(&world);
		world.settings.use_tiebreaker = cases[i].ours;
		world_open(&world);
		opened = world.tunnel;
		if (cases[i].theirs)
			message.present |= AVP_BIT(AVP_TIE_BREAKER);
		message.tie_breaker = cases[i].breaker;
		world_forget(&world);
		request_by(&world.path, &message, NULL);
		if (!cases[i].we_go)
			assert_told(&world, CONTROL_EVENT_TUNNEL_DOWN);
		if (cases[i].they_go)
			assert_told(&world, CONTROL_EVENT_REQUEST);
		assert_told_nothing(&world);
		world.tunnel = opened;
		assert_int_equal(world_tunnel_state(&world), cases[i].we_go ? CONTROL_TUNNEL_WAIT_REPLY : -1);
		/* Who loses is silent. */
		if (cases[i].they_go)
			assert_sends(&world, MESSAGE_SCCRP);
		assert_sends_nothing(&world);
		world_end(&world);
	}
}

static void a_tie_costs_one_tunnel(void **state)
{
	struct message message = world_message(MESSAGE_SCCRQ);

	world_begin(&world);
	for (unsigned int i = 0; i < 20; i++)
		world_open(&world);
	message.present |= AVP_BIT(AVP_TIE_BREAKER);
	message.tie_breaker = 1;
	world_forget(&world);
	request_by(&world.path, &message, NULL);
	assert_told(&world, CONTROL_EVENT_TUNNEL_DOWN);
	assert_told(&world, CONTROL_EVENT_REQUEST);
	assert_told_nothing(&world);
	assert_int_equal(world_counters(&world).tunnels, 19);
	world_end(&world);
}

/* --- ids --- */

static void every_tunnel_id_can_be_had(void **state)
{
	static uint8_t seen[65536];
	struct control_tunnel_info info;
	struct error error;

	memset(seen, 0, sizeof(seen));
	world_begin(&world);
	for (unsigned int i = 1; i <= 65535; i++) {
		assert_int_equal(control_open(world.control, &world.path, i == 1 ? 4711 : 0, &world.settings, NULL,
					      &world.tunnel, world.now, &error), 0);
		assert_int_equal(control_tunnel_info(world.control, world.tunnel, &info), 0);
		assert_true(info.tunnel_id && !seen[info.tunnel_id]);
		seen[info.tunnel_id] = 1;
	}
	assert_int_equal(control_open(world.control, &world.path, 0, &world.settings, NULL, &world.tunnel, world.now,
				      &error), -1);
	assert_int_equal(control_open(world.control, &world.path, 4711, &world.settings, NULL, &world.tunnel, world.now,
				      &error), -1);
	assert_int_equal(error.code, ERROR_EXISTS);
	world_end(&world);
}

/* The peer of a tunnel that was given up may still send to its id. */
static void tunnel_ids_rest(void **state)
{
	static uint8_t seen[65536];
	struct control_tunnel_info info;

	memset(seen, 0, sizeof(seen));
	world_begin(&world);
	for (unsigned int i = 0; i < 20000; i++) {
		assert_int_equal(control_open(world.control, &world.path, 0, &world.settings, NULL, &world.tunnel,
					      world.now, NULL), 0);
		assert_int_equal(control_tunnel_info(world.control, world.tunnel, &info), 0);
		assert_false(seen[info.tunnel_id]);
		seen[info.tunnel_id] = 1;
		control_close(world.control, world.tunnel, 1, 0, NULL, world.now);
	}
	/* But who names it may have it. */
	assert_int_equal(control_open(world.control, &world.path, info.tunnel_id, &world.settings, NULL, &world.tunnel,
				      world.now, NULL), 0);
	world_end(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_repeated_request_is_answered_again),
		cmocka_unit_test(tells_clients_apart),
		cmocka_unit_test(nobody_speaks_for_another),
		cmocka_unit_test(refuses_when_told_to),
		cmocka_unit_test(speaks_version_1_only),
		cmocka_unit_test(the_peer_proves_itself),
		cmocka_unit_test(proves_itself_to_the_peer),
		cmocka_unit_test(without_a_secret_nothing_is_proved),
		cmocka_unit_test(reads_hidden_requests),
		cmocka_unit_test(hidden_requests_need_the_secret),
		cmocka_unit_test(hidden_trifles_need_no_secret),
		cmocka_unit_test(crowds_queue),
		cmocka_unit_test(haste_needs_patience),
		cmocka_unit_test(follows_the_first_answer),
		cmocka_unit_test(the_lower_breaker_wins),
		cmocka_unit_test(a_tie_costs_one_tunnel),
		cmocka_unit_test(every_tunnel_id_can_be_had),
		cmocka_unit_test(tunnel_ids_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
