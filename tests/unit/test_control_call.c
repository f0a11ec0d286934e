/* SPDX-License-Identifier: MIT */
/* The four call machines, row by row of RFC 2661 sections 7.4 and 7.5, and what else calls do. */
#include "control_world.h"

static struct world world;

enum { LAC_IN = CONTROL_CALL_LAC_INCOMING, LNS_IN = CONTROL_CALL_LNS_INCOMING, LNS_OUT = CONTROL_CALL_LNS_OUTGOING,
       LAC_OUT = CONTROL_CALL_LAC_OUTGOING };
enum { WAIT_TUNNEL = CONTROL_CALL_WAIT_TUNNEL, WAIT_DECISION = CONTROL_CALL_WAIT_DECISION,
       WAIT_REPLY = CONTROL_CALL_WAIT_REPLY, WAIT_CONNECT = CONTROL_CALL_WAIT_CONNECT,
       WAIT_BEARER = CONTROL_CALL_WAIT_BEARER, ESTABLISHED = CONTROL_CALL_ESTABLISHED, GONE = -1 };
#define CLOSE 100		/* instead of a message: close it here */
#define TUNNEL_OPEN 101
#define ANSWER 102		/* the bearer */
#define BAD 0x200		/* with an AVP that must be refused */
#define NO_EVENT (-1)
#define UP CONTROL_EVENT_CALL_UP
#define DOWN CONTROL_EVENT_CALL_DOWN
#define NOTHING MESSAGE_NONE

static int call_state(void)
{
	struct control_call_info info;

	return control_call_info(world.control, world.call, &info) < 0 ? GONE : (int)info.state;
}

static uint16_t session_id(void)
{
	struct control_call_info info;

	assert_int_equal(control_call_info(world.control, world.call, &info), 0);
	return info.session_id;
}

static void open_call(enum control_call_role role)
{
	assert_int_equal(control_call_open(world.control, world.tunnel, role, 0, &world.call_settings, &world,
					   &world.call, world.now, NULL), 0);
	world_take(&world);
}

static void begin_call(int role)
{
	if (role == LNS_IN)
		world_say(&world, 0, MESSAGE_ICRQ);
	else if (role == LAC_OUT)
		world_say(&world, 0, MESSAGE_OCRQ);
	else
		open_call((enum control_call_role)role);
}

static void establish_call(int role)
{
	if (role == LAC_IN)
		world_say(&world, session_id(), MESSAGE_ICRP);
	else if (role == LNS_IN)
		world_say(&world, session_id(), MESSAGE_ICCN);
	else if (role == LNS_OUT)
		world_say(&world, session_id(), MESSAGE_OCCN);
	else
		control_call_connected(world.control, world.call, world.now);
	world_take(&world);
}

static void get_to(int role, int state)
{
	world_begin(&world);
	if (state == WAIT_TUNNEL)
		world_open(&world);
	else
		world_respond(&world);
	world.undecided = state == WAIT_DECISION;
	begin_call(role);
	if (role == LNS_OUT && (state == WAIT_CONNECT || state == ESTABLISHED))
		world_say(&world, session_id(), MESSAGE_OCRP);
	if (state == ESTABLISHED)
		establish_call(role);
	assert_int_equal(call_state(), state);
	world_forget(&world);
}

static void happen(int what)
{
	const struct control_reason reason = { .result = 3, .text = "enough" };

	if (what == CLOSE)
		control_call_close(world.control, world.call, &reason, world.now);
	else if (what == TUNNEL_OPEN)
		world_say(&world, 0, MESSAGE_SCCRP);
	else if (what == ANSWER)
		control_call_connected(world.control, world.call, world.now);
	else if (what & BAD)
		world_say_bad(&world, session_id(), (enum message_type)(what & ~BAD));
	else
		world_say(&world, session_id(), (enum message_type)what);
	world_take(&world);
}

static const struct row {
	int role, state, what;
	enum message_type sent;
	uint16_t result, error;		/* of CDN */
	int event, next;
} rows[] = {
	/* LAC, incoming */
	{ LAC_IN, WAIT_TUNNEL, CLOSE, NOTHING, 0, 0, NO_EVENT, GONE },
	{ LAC_IN, WAIT_TUNNEL, TUNNEL_OPEN, MESSAGE_ICRQ, 0, 0, CONTROL_EVENT_TUNNEL_UP, WAIT_REPLY },
	{ LAC_IN, WAIT_REPLY, MESSAGE_ICRP, MESSAGE_ICCN, 0, 0, UP, ESTABLISHED },
	{ LAC_IN, WAIT_REPLY, MESSAGE_ICRP | BAD, MESSAGE_CDN, 2, 8, DOWN, GONE },
	{ LAC_IN, WAIT_REPLY, MESSAGE_ICRQ, MESSAGE_CDN, 2, 0, DOWN, GONE },
	{ LAC_IN, WAIT_REPLY, MESSAGE_ICCN, MESSAGE_CDN, 2, 0, DOWN, GONE },
	{ LAC_IN, WAIT_REPLY, MESSAGE_OCRP, MESSAGE_CDN, 2, 0, DOWN, GONE },
	{ LAC_IN, WAIT_REPLY, MESSAGE_CDN, NOTHING, 0, 0, DOWN, GONE },
	{ LAC_IN, WAIT_REPLY, CLOSE, MESSAGE_CDN, 3, 0, NO_EVENT, GONE },
	{ LAC_IN, ESTABLISHED, MESSAGE_CDN, NOTHING, 0, 0, DOWN, GONE },
	{ LAC_IN, ESTABLISHED, MESSAGE_CDN | BAD, NOTHING, 0, 0, DOWN, GONE },
	{ LAC_IN, ESTABLISHED, MESSAGE_ICRQ, MESSAGE_CDN, 2, 0, DOWN, GONE },
	{ LAC_IN, ESTABLISHED, MESSAGE_ICRP, MESSAGE_CDN, 2, 0, DOWN, GONE },
	{ LAC_IN, ESTABLISHED, MESSAGE_ICCN, MESSAGE_CDN, 2, 0, DOWN, GONE },
	{ LAC_IN, ESTABLISHED, CLOSE, MESSAGE_CDN, 3, 0, NO_EVENT, GONE },
	{ LAC_IN, ESTABLISHED, MESSAGE_SLI, NOTHING, 0, 0, CONTROL_EVENT_CALL_LINK, ESTABLISHED },
	{ LAC_IN, ESTABLISHED, MESSAGE_WEN, NOTHING, 0, 0, NO_EVENT, ESTABLISHED },
	/* LNS, incoming */
	{ LNS_IN, WAIT_DECISION, MESSAGE_CDN, NOTHING, 0, 0, DOWN, GONE },
	{ LNS_IN, WAIT_DECISION, CLOSE, MESSAGE_CDN, 3, 0, NO_EVENT, GONE },
	{ LNS_IN, WAIT_DECISION, MESSAGE_ICCN, MESSAGE_CDN, 2, 0, DOWN, GONE },
	{ LNS_IN, WAIT_CONNECT, MESSAGE_ICCN, NOTHING, 0, 0, UP, ESTABLISHED },
	{ LNS_IN, WAIT_CONNECT, MESSAGE_ICCN | BAD, MESSAGE_CDN, 2, 8, DOWN, GONE },
	{ LNS_IN, WAIT_CONNECT, MESSAGE_ICRQ, MESSAGE_CDN, 2, 0, DOWN, GONE },
	{ LNS_IN, WAIT_CONNECT, MESSAGE_ICRP, MESSAGE_CDN, 2, 0, DOWN, GONE },
	{ LNS_IN, WAIT_CONNECT, MESSAGE_CDN, NOTHING, 0, 0, DOWN, GONE },
	{ LNS_IN, WAIT_CONNECT, CLOSE, MESSAGE_CDN, 3, 0, NO_EVENT, GONE },
	{ LNS_IN, ESTABLISHED, MESSAGE_CDN, NOTHING, 0, 0, DOWN, GONE },
	{ LNS_IN, ESTABLISHED, MESSAGE_ICRQ, MESSAGE_CDN, 2, 0, DOWN, GONE },
	{ LNS_IN, ESTABLISHED, MESSAGE_ICRP, MESSAGE_CDN, 2, 0, DOWN, GONE },
	{ LNS_IN, ESTABLISHED, MESSAGE_ICCN, MESSAGE_CDN, 2, 0, DOWN, GONE },
	{ LNS_IN, ESTABLISHED, CLOSE, MESSAGE_CDN, 3, 0, NO_EVENT, GONE },
	{ LNS_IN, ESTABLISHED, MESSAGE_WEN, NOTHING, 0, 0, CONTROL_EVENT_CALL_ERRORS, ESTABLISHED },
	{ LNS_IN, ESTABLISHED, MESSAGE_WEN | BAD, MESSAGE_CDN, 2, 8, DOWN, GONE },
	{ LNS_IN, ESTABLISHED, MESSAGE_SLI, NOTHING, 0, 0, NO_EVENT, ESTABLISHED },
	/* LAC, outgoing */
	{ LAC_OUT, WAIT_DECISION, MESSAGE_CDN, NOTHING, 0, 0, DOWN, GONE },
	{ LAC_OUT, WAIT_BEARER, ANSWER, MESSAGE_OCCN, 0, 0, UP, ESTABLISHED },
	{ LAC_OUT, WAIT_BEARER, CLOSE, MESSAGE_CDN, 3, 0, NO_EVENT, GONE },
	{ LAC_OUT, WAIT_BEARER, MESSAGE_OCRQ, MESSAGE_CDN, 2, 0, DOWN, GONE },
	{ LAC_OUT, WAIT_BEARER, MESSAGE_OCRP, MESSAGE_CDN, 2, 0, DOWN, GONE },
	{ LAC_OUT, WAIT_BEARER, MESSAGE_OCCN, MESSAGE_CDN, 2, 0, DOWN, GONE },
	{ LAC_OUT, WAIT_BEARER, MESSAGE_CDN, NOTHING, 0, 0, DOWN, GONE },
	{ LAC_OUT, ESTABLISHED, MESSAGE_OCRQ, MESSAGE_CDN, 2, 0, DOWN, GONE },
	{ LAC_OUT, ESTABLISHED, MESSAGE_OCRP, MESSAGE_CDN, 2, 0, DOWN, GONE },
	{ LAC_OUT, ESTABLISHED, MESSAGE_OCCN, MESSAGE_CDN, 2, 0, DOWN, GONE },
	{ LAC_OUT, ESTABLISHED, MESSAGE_CDN, NOTHING, 0, 0, DOWN, GONE },
	{ LAC_OUT, ESTABLISHED, CLOSE, MESSAGE_CDN, 3, 0, NO_EVENT, GONE },
	/* LNS, outgoing */
	{ LNS_OUT, WAIT_TUNNEL, CLOSE, NOTHING, 0, 0, NO_EVENT, GONE },
	{ LNS_OUT, WAIT_TUNNEL, TUNNEL_OPEN, MESSAGE_OCRQ, 0, 0, CONTROL_EVENT_TUNNEL_UP, WAIT_REPLY },
	{ LNS_OUT, WAIT_REPLY, MESSAGE_OCRP, NOTHING, 0, 0, NO_EVENT, WAIT_CONNECT },
	{ LNS_OUT, WAIT_REPLY, MESSAGE_OCRP | BAD, MESSAGE_CDN, 2, 8, DOWN, GONE },
	{ LNS_OUT, WAIT_REPLY, MESSAGE_OCCN, MESSAGE_CDN, 2, 0, DOWN, GONE },
	{ LNS_OUT, WAIT_REPLY, MESSAGE_OCRQ, MESSAGE_CDN, 2, 0, DOWN, GONE },
	{ LNS_OUT, WAIT_REPLY, MESSAGE_CDN, NOTHING, 0, 0, DOWN, GONE },
	{ LNS_OUT, WAIT_REPLY, CLOSE, MESSAGE_CDN, 3, 0, NO_EVENT, GONE },
	{ LNS_OUT, WAIT_CONNECT, MESSAGE_OCCN, NOTHING, 0, 0, UP, ESTABLISHED },
	{ LNS_OUT, WAIT_CONNECT, MESSAGE_OCRQ, MESSAGE_CDN, 2, 0, DOWN, GONE },
	{ LNS_OUT, WAIT_CONNECT, MESSAGE_OCRP, MESSAGE_CDN, 2, 0, DOWN, GONE },
	{ LNS_OUT, WAIT_CONNECT, MESSAGE_CDN, NOTHING, 0, 0, DOWN, GONE },
	{ LNS_OUT, WAIT_CONNECT, CLOSE, MESSAGE_CDN, 3, 0, NO_EVENT, GONE },
	{ LNS_OUT, ESTABLISHED, MESSAGE_OCRQ, MESSAGE_CDN, 2, 0, DOWN, GONE },
	{ LNS_OUT, ESTABLISHED, MESSAGE_OCRP, MESSAGE_CDN, 2, 0, DOWN, GONE },
	{ LNS_OUT, ESTABLISHED, MESSAGE_OCCN, MESSAGE_CDN, 2, 0, DOWN, GONE },
	{ LNS_OUT, ESTABLISHED, MESSAGE_CDN, NOTHING, 0, 0, DOWN, GONE },
	{ LNS_OUT, ESTABLISHED, CLOSE, MESSAGE_CDN, 3, 0, NO_EVENT, GONE },
};

static void check_row(const struct row *row)
{
	get_to(row->role, row->state);
	happen(row->what);
	if (row->what == TUNNEL_OPEN)
		assert_sends(&world, MESSAGE_SCCCN);
	if (row->sent == MESSAGE_CDN)
		assert_sends_result(&world, MESSAGE_CDN, row->result, row->error);
	else if (row->sent != NOTHING)
		assert_sends(&world, row->sent);
	assert_sends_nothing(&world);
	if (row->event != NO_EVENT)
		assert_told(&world, (enum control_event_kind)row->event);
	assert_told_nothing(&world);
	assert_int_equal(call_state(), row->next);
	assert_int_equal(world_counters(&world).calls, row->next != GONE);
	/* The tunnel is not touched. */
	assert_int_equal(world_tunnel_state(&world), row->state == WAIT_TUNNEL && row->what == CLOSE ?
						     CONTROL_TUNNEL_WAIT_REPLY : CONTROL_TUNNEL_ESTABLISHED);
	world_end(&world);
}

static void follows_the_tables(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		print_message("row %zu: role %d in %d\n", i, rows[i].role, rows[i].state);
		check_row(&rows[i]);
	}
}

/* The tables' rows for idle: messages of no session. */
static void answers_only_who_waits(void **state)
{
	static const struct {
		enum message_type said, sent;
	} cases[] = {
		{ MESSAGE_ICRP, MESSAGE_CDN }, { MESSAGE_OCRP, MESSAGE_CDN }, { MESSAGE_ICCN, NOTHING },
		{ MESSAGE_OCCN, NOTHING }, { MESSAGE_CDN, NOTHING }, { MESSAGE_WEN, NOTHING }, { MESSAGE_SLI, NOTHING },
	};

	world_begin(&world);
	world_respond(&world);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		world_say(&world, 77, cases[i].said);
		if (cases[i].sent == MESSAGE_CDN)
			assert_int_equal(assert_sends(&world, MESSAGE_CDN)->header.session_id, PEER_SESSION_ID);
		assert_sends_nothing(&world);
		assert_told_nothing(&world);
	}
	assert_int_equal(world_counters(&world).unknown_session, ARRAY_SIZE(cases));
	world_say_bad(&world, 0, MESSAGE_ICRQ);
	assert_sends_result(&world, MESSAGE_CDN, 2, 8);
	world_say_bad(&world, 0, MESSAGE_OCRQ);
	assert_sends_result(&world, MESSAGE_CDN, 2, 8);
	assert_int_equal(world_tunnel_state(&world), CONTROL_TUNNEL_ESTABLISHED);
	world_end(&world);
}

/* --- ids --- */

static void a_request_again_is_for_the_same_session(void **state)
{
	world_begin(&world);
	world_respond(&world);
	world_say(&world, 0, MESSAGE_ICRQ);
	world_forget(&world);
	world_say(&world, 0, MESSAGE_ICRQ);
	assert_sends_result(&world, MESSAGE_CDN, 2, 0);
	assert_told(&world, DOWN);
	assert_int_equal(world_counters(&world).calls, 0);
	world_end(&world);
}

/* Our id is not known to the peer: its own says which call it gives up. */
static void a_request_can_be_withdrawn(void **state)
{
	world_begin(&world);
	world_respond(&world);
	world_say(&world, 0, MESSAGE_ICRQ);
	world_forget(&world);
	world_say(&world, 0, MESSAGE_CDN);
	assert_told(&world, DOWN);
	assert_int_equal(world_counters(&world).calls, 0);
	world_end(&world);
}

static void withdraws_by_its_own_id(void **state)
{
	const struct world_message *sent;
	uint16_t id;

	get_to(LAC_IN, WAIT_REPLY);
	id = session_id();
	happen(CLOSE);
	sent = assert_sends(&world, MESSAGE_CDN);
	assert_int_equal(sent->header.session_id, 0);
	assert_int_equal(sent->message.assigned_session_id, id);
	world_end(&world);
}

static void two_calls_do_not_share_an_id(void **state)
{
	get_to(LAC_IN, WAIT_REPLY);
	happen(MESSAGE_ICRP);
	world_forget(&world);
	open_call(CONTROL_CALL_LAC_INCOMING);
	world_forget(&world);
	happen(MESSAGE_ICRP);		/* with the same id */
	assert_sends_result(&world, MESSAGE_CDN, 2, 5);
	assert_told(&world, DOWN);
	assert_int_equal(world_counters(&world).calls, 1);
	world_end(&world);
}

/* While the id of a call may still be on its way. */
static void ids_rest(void **state)
{
	static uint8_t seen[65536];
	const struct control_reason reason = { .result = 3 };

	get_to(LAC_IN, ESTABLISHED);
	memset(seen, 0, sizeof(seen));
	for (unsigned int i = 0; i < 3000; i++) {
		control_call_close(world.control, world.call, &reason, world.now);
		world_take(&world);
		world_forget(&world);
		open_call(CONTROL_CALL_LAC_INCOMING);
		assert_false(seen[session_id()]);
		seen[session_id()] = 1;
	}
	world_end(&world);
}

static void every_id_can_be_had(void **state)
{
	static uint8_t seen[65536];
	struct control_call_info info;
	struct error error;
	handle call;

	get_to(LAC_IN, ESTABLISHED);
	memset(seen, 0, sizeof(seen));
	seen[session_id()] = 1;
	for (unsigned int i = 1; i < 65535; i++) {
		assert_int_equal(control_call_open(world.control, world.tunnel, CONTROL_CALL_LAC_INCOMING, 0,
						   &world.call_settings, NULL, &call, world.now, &error), 0);
		assert_int_equal(control_call_info(world.control, call, &info), 0);
		assert_true(info.session_id && !seen[info.session_id]);
		seen[info.session_id] = 1;
	}
	assert_int_equal(control_call_open(world.control, world.tunnel, CONTROL_CALL_LAC_INCOMING, 0,
					   &world.call_settings, NULL, &call, world.now, &error), -1);
	assert_int_equal(error.code, ERROR_LIMIT);
	world_end(&world);
}

/* Who names an id that rests may have it; and it is not given to another when it would have rested. */
static void a_named_id_is_kept(void **state)
{
	const struct control_reason reason = { .result = 3 };
	handle named, call;
	uint16_t id;

	get_to(LAC_IN, ESTABLISHED);
	id = session_id();
	control_call_close(world.control, world.call, &reason, world.now);
	assert_int_equal(control_call_open(world.control, world.tunnel, CONTROL_CALL_LAC_INCOMING, id,
					   &world.call_settings, NULL, &named, world.now, NULL), 0);
	world_take(&world);
	for (unsigned int i = 0; i < 65534; i++) {
		if (i == 40000)
			world.now += 31000;	/* the named one's rest would be over */
		assert_int_equal(control_call_open(world.control, world.tunnel, CONTROL_CALL_LAC_INCOMING, 0,
						   &world.call_settings, NULL, &call, world.now, NULL), 0);
	}
	world_end(&world);
}

/* --- what is said --- */

static void says_what_must_be_said(void **state)
{
	const struct world_message *sent;
	uint32_t serial;

	world_begin(&world);
	world_respond(&world);
	open_call(CONTROL_CALL_LAC_INCOMING);
	serial = assert_sends(&world, MESSAGE_ICRQ)->message.call_serial_number;
	happen(MESSAGE_ICRP);
	sent = assert_sends(&world, MESSAGE_ICCN);
	assert_int_equal(sent->header.session_id, PEER_SESSION_ID);
	assert_true(sent->message.tx_connect_speed > 0);	/* some peers end a call of speed 0 */
	assert_int_equal(sent->message.framing_type, 1);
	assert_false(message_has(&sent->message, AVP_SEQUENCING_REQUIRED));
	open_call(CONTROL_CALL_LAC_INCOMING);
	assert_int_equal(assert_sends(&world, MESSAGE_ICRQ)->message.call_serial_number, serial + 1);
	open_call(CONTROL_CALL_LNS_OUTGOING);
	sent = assert_sends(&world, MESSAGE_OCRQ);
	assert_int_equal(sent->verdict, MESSAGE_OK);
	assert_true(sent->message.maximum_bps > 0 && sent->message.bearer_type > 0);
	world_end(&world);
}

static void carries_what_was_set(void **state)
{
	static const uint8_t lcp[] = { 1, 4, 5, 0xd4, 3, 4, 0xc0, 0x23 };
	struct message *avps = &world.call_settings.avps;
	const struct world_message *sent;
	uint8_t number[] = "5550100";

	world_begin(&world);
	world.settings.hide_avps = true;
	world_respond(&world);
	*avps = (struct message){
		.present = AVP_BIT(AVP_CALLED_NUMBER) | AVP_BIT(AVP_LAST_SENT_LCP_CONFREQ) |
			   AVP_BIT(AVP_PROXY_AUTHEN_TYPE) | AVP_BIT(AVP_SEQUENCING_REQUIRED) |
			   AVP_BIT(AVP_TX_CONNECT_SPEED),
		.called_number = { number, 7 }, .last_sent_lcp_confreq = { lcp, sizeof(lcp) }, .proxy_authen_type = 4,
		.tx_connect_speed = 64000,
	};
	open_call(CONTROL_CALL_LAC_INCOMING);
	memset(number, 'x', sizeof(number));	/* it was copied */
	sent = assert_sends(&world, MESSAGE_ICRQ);
	assert_memory_equal(sent->message.called_number.octets, "5550100", 7);
	assert_false(message_has(&sent->message, AVP_LAST_SENT_LCP_CONFREQ));
	happen(MESSAGE_ICRP);
	sent = assert_sends(&world, MESSAGE_ICCN);
	assert_false(message_has(&sent->message, AVP_CALLED_NUMBER));
	assert_memory_equal(sent->message.last_sent_lcp_confreq.octets, lcp, sizeof(lcp));
	assert_int_equal(sent->message.proxy_authen_type, 4);
	assert_int_equal(sent->message.tx_connect_speed, 64000);
	assert_true(message_has(&sent->message, AVP_SEQUENCING_REQUIRED));
	assert_true(message_has(&sent->message, AVP_RANDOM_VECTOR));
	world_end(&world);
}

/* RFCs 3301, 3308 and 3437: each in the messages that have it. */
static void carries_what_came_later(void **state)
{
	static const uint8_t nsap[20] = { 1 }, options[] = { 1, 4, 5, 0xd4 };
	struct message *avps = &world.call_settings.avps;
	const struct world_message *sent;

	world_begin(&world);
	world_respond(&world);
	*avps = (struct message){
		.present = AVP_BIT(AVP_RX_MAXIMUM_BPS) | AVP_BIT(AVP_SERVICE_NAME) | AVP_BIT(AVP_CALLING_SUB_ADDRESS) |
			   AVP_BIT(AVP_VPI_VCI) | AVP_BIT(AVP_SESSION_DS) | AVP_BIT(AVP_LCP_WANT_OPTIONS) |
			   AVP_BIT(AVP_LCP_ALLOW_OPTIONS),
		.rx_maximum_bps = 9, .service_name = { (const uint8_t *)"gold", 4 },
		.calling_sub_address = { nsap, sizeof(nsap) }, .vpi_vci = 8, .session_ds = 46 << 10,
		.lcp_want_options = { options, 4 }, .lcp_allow_options = { options, 4 },
	};
	open_call(CONTROL_CALL_LAC_INCOMING);
	sent = assert_sends(&world, MESSAGE_ICRQ);
	assert_memory_equal(sent->message.service_name.octets, "gold", 4);
	assert_memory_equal(sent->message.calling_sub_address.octets, nsap, sizeof(nsap));
	assert_int_equal(sent->message.vpi_vci, 8);
	assert_int_equal(sent->message.session_ds, 46 << 10);
	assert_false(message_has(&sent->message, AVP_RX_MAXIMUM_BPS));
	assert_false(message_has(&sent->message, AVP_LCP_WANT_OPTIONS));
	happen(MESSAGE_ICRP);
	sent = assert_sends(&world, MESSAGE_ICCN);
	assert_memory_equal(sent->message.lcp_want_options.octets, options, 4);
	assert_memory_equal(sent->message.lcp_allow_options.octets, options, 4);
	open_call(CONTROL_CALL_LNS_OUTGOING);
	sent = assert_sends(&world, MESSAGE_OCRQ);
	assert_int_equal(sent->message.rx_maximum_bps, 9);
	assert_false(message_has(&sent->message, AVP_VPI_VCI));
	world_end(&world);
}

/* The longest of all, with everything hidden. */
static void a_message_full_of_values(void **state)
{
	static const uint8_t much[1000];
	static const struct avp_octets most = { much, sizeof(much) };
	struct message *avps = &world.call_settings.avps;

	world_begin(&world);
	world.settings.hide_avps = true;
	world_respond(&world);
	*avps = (struct message){
		.present = AVP_BIT(AVP_INITIAL_RECEIVED_LCP_CONFREQ) | AVP_BIT(AVP_LAST_SENT_LCP_CONFREQ) |
			   AVP_BIT(AVP_LAST_RECEIVED_LCP_CONFREQ) | AVP_BIT(AVP_PROXY_AUTHEN_NAME) |
			   AVP_BIT(AVP_PROXY_AUTHEN_CHALLENGE) | AVP_BIT(AVP_PROXY_AUTHEN_RESPONSE) |
			   AVP_BIT(AVP_PRIVATE_GROUP_ID) | AVP_BIT(AVP_LCP_WANT_OPTIONS) |
			   AVP_BIT(AVP_LCP_ALLOW_OPTIONS),
		.initial_received_lcp_confreq = most, .last_sent_lcp_confreq = most, .last_received_lcp_confreq = most,
		.proxy_authen_name = most, .proxy_authen_challenge = most, .proxy_authen_response = most,
		.private_group_id = most, .lcp_want_options = most, .lcp_allow_options = most,
	};
	open_call(CONTROL_CALL_LAC_INCOMING);
	assert_sends(&world, MESSAGE_ICRQ);
	happen(MESSAGE_ICRP);
	assert_int_equal(assert_sends(&world, MESSAGE_ICCN)->message.lcp_allow_options.length, sizeof(much));
	assert_int_equal(world_counters(&world).unsendable, 0);
	world_end(&world);
}

static void refuses_what_does_not_fit(void **state)
{
	static const uint8_t much[1017];
	struct error error;
	handle call;

	world_begin(&world);
	world_respond(&world);
	world.call_settings.avps.present = AVP_BIT(AVP_CALLED_NUMBER);
	world.call_settings.avps.called_number = (struct avp_octets){ much, 1001 };
	assert_int_equal(control_call_open(world.control, world.tunnel, CONTROL_CALL_LAC_INCOMING, 0,
					   &world.call_settings, NULL, &call, world.now, &error), -1);
	assert_int_equal(error.code, ERROR_VALUE);
	assert_int_equal(world_counters(&world).calls, 0);
	world.call_settings.avps.called_number.length = 1000;
	assert_int_equal(control_call_open(world.control, world.tunnel, CONTROL_CALL_LAC_INCOMING, 0,
					   &world.call_settings, NULL, &call, world.now, &error), 0);
	world_take(&world);
	assert_int_equal(assert_sends(&world, MESSAGE_ICRQ)->message.called_number.length, 1000);
	world_end(&world);
}

static void only_who_may_tells(void **state)
{
	const struct avp_call_errors errors = { .crc = 7 };
	const struct avp_accm accm = { 1, 2 };

	get_to(LAC_IN, ESTABLISHED);
	control_call_link(world.control, world.call, &accm);
	control_call_errors(world.control, world.call, &errors);
	world_take(&world);
	assert_int_equal(assert_sends(&world, MESSAGE_WEN)->message.call_errors.crc, 7);
	assert_sends_nothing(&world);
	world_end(&world);
	get_to(LNS_IN, ESTABLISHED);
	control_call_errors(world.control, world.call, &errors);
	control_call_link(world.control, world.call, &accm);
	world_take(&world);
	assert_int_equal(assert_sends(&world, MESSAGE_SLI)->message.accm.receive, 2);
	assert_sends_nothing(&world);
	world_end(&world);
}

/* --- limits and time --- */

static void too_many_are_refused(void **state)
{
	struct message request = world_message(MESSAGE_ICRQ);

	world_begin(&world);
	world.settings.max_calls = 2;
	world_respond(&world);
	for (uint16_t id = 1; id <= 3; id++) {
		request.assigned_session_id = id;
		world_say_message(&world, 0, &request);
	}
	assert_sends(&world, MESSAGE_ICRP);
	assert_sends(&world, MESSAGE_ICRP);
	assert_sends_result(&world, MESSAGE_CDN, 4, 0);
	assert_int_equal(world_counters(&world).calls, 2);
	world_end(&world);
}

static void no_state_waits_for_ever(void **state)
{
	static const struct {
		int role, state;
	} cases[] = {
		{ LAC_IN, WAIT_REPLY }, { LNS_IN, WAIT_DECISION }, { LNS_IN, WAIT_CONNECT }, { LNS_OUT, WAIT_REPLY },
		{ LNS_OUT, WAIT_CONNECT }, { LAC_OUT, WAIT_DECISION }, { LAC_OUT, WAIT_BEARER },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		get_to(cases[i].role, cases[i].state);
		world.settings.hello_timeout = 0;
		control_change(world.control, world.tunnel, &world.settings, world.now);
		world_wait(&world, 119999);
		assert_told_nothing(&world);
		world_wait(&world, 1);
		assert_told(&world, DOWN);
		assert_sends_result(&world, MESSAGE_CDN, 10, 0);
		assert_int_equal(call_state(), GONE);
		world_end(&world);
	}
}

static void the_tunnels_end_is_the_calls_end(void **state)
{
	get_to(LNS_IN, ESTABLISHED);
	world_say(&world, 0, MESSAGE_STOPCCN);
	assert_told(&world, CONTROL_EVENT_TUNNEL_DOWN);
	assert_told_nothing(&world);
	assert_int_equal(world_counters(&world).calls, 0);
	world_end(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(follows_the_tables),
		cmocka_unit_test(answers_only_who_waits),
		cmocka_unit_test(a_request_again_is_for_the_same_session),
		cmocka_unit_test(a_request_can_be_withdrawn),
		cmocka_unit_test(withdraws_by_its_own_id),
		cmocka_unit_test(two_calls_do_not_share_an_id),
		cmocka_unit_test(ids_rest),
		cmocka_unit_test(every_id_can_be_had),
		cmocka_unit_test(a_named_id_is_kept),
		cmocka_unit_test(says_what_must_be_said),
		cmocka_unit_test(carries_what_was_set),
		cmocka_unit_test(carries_what_came_later),
		cmocka_unit_test(a_message_full_of_values),
		cmocka_unit_test(refuses_what_does_not_fit),
		cmocka_unit_test(only_who_may_tells),
		cmocka_unit_test(too_many_are_refused),
		cmocka_unit_test(no_state_waits_for_ever),
		cmocka_unit_test(the_tunnels_end_is_the_calls_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
