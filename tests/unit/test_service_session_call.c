/* SPDX-License-Identifier: MIT */
/*
 * The life of sessions of tunnels with a control protocol, between two services: asked for at either end, up, lost,
 * called again; what is said of a call; what the datapath is told; sessions that bring their tunnel along.
 */
#include "service/bearer.h"

#include "service_pair.h"

#define MINUTE 60000

/* A command about the far end's only tunnel, which %s stands for. */
static int at_far(struct pair *pair, const char *format)
{
	struct service_tunnel_view view = pair_first_tunnel(pair->far);
	char text[512], *place;

	snprintf(text, sizeof(text), "%s", format);
	place = strstr(text, "TUNNEL");
	assert_non_null(place);
	snprintf(place, sizeof(text) - (size_t)(place - text), "%s%s", view.config.tunnel_name,
		 strstr(format, "TUNNEL") + strlen("TUNNEL"));
	return world_execute(pair->far, SERVICE_ORIGIN_ADMIN, text);
}

#define AT_FAR(pair, text) world_expect((pair)->far, at_far(pair, text))

static void begin_logs(struct pair *pair)
{
	datapath_null_log_begin(pair->near->dp);
	datapath_null_log_begin(pair->far->dp);
}

/* The far end's only wish. */
static void bearer(struct pair *pair, enum service_bearer_outcome outcome, const char *reason)
{
	struct service_bearer wanted;

	assert_true(service_next_bearer(pair->far->service, &wanted));
	assert_string_equal(wanted.called_number, "555");
	assert_int_equal(wanted.session, pair_first_session(pair->far).handle);
	service_bearer(pair->far->service, wanted.session, outcome, 9, reason, pair->far->now);
}

/* --- asking --- */

static void sessions_may_come_before_their_tunnel_is_up(void **state)
{
	struct pair *pair = *state;

	DO(pair->far, ADMIT_NEAR);
	DO(pair->near, CREATE_TUNNEL("t") "\n" CREATE_SESSION("t", "before"));
	pair_expect_session(pair->near, "t", "before", SERVICE_SESSION_WAITING);
	service_expire(pair->near->service, pair->near->now);
	pair_transmit(pair, 0);
	DO(pair->near, CREATE_SESSION("t", "during"));
	pair_expect_session(pair->near, "t", "during", SERVICE_SESSION_WAITING);
	pair_run(pair, 100);
	DO(pair->near, CREATE_SESSION("t", "after"));
	pair_expect_session(pair->near, "t", "after", SERVICE_SESSION_CONNECTING);
	pair_run(pair, 100);
	pair_expect_session(pair->near, "t", "before", SERVICE_SESSION_UP);
	pair_expect_session(pair->near, "t", "during", SERVICE_SESSION_UP);
	pair_expect_session(pair->near, "t", "after", SERVICE_SESSION_UP);
	assert_int_equal(datapath_null_sessions(pair->far->dp), 3);
	assert_int_equal(world_status(pair->far).sessions_in[SERVICE_SESSION_UP], 3);
}

static void what_is_said_of_a_call_is_known_at_the_other_end(void **state)
{
	struct pair *pair = *state;
	struct service_session_view far;

	pair_up(pair, "");
	DO(pair->near, CREATE_SESSION("t", "s") "called_number=123 calling_number=456 sub_address=7 priv_group_id=grp "
	   "connect_speed=64000:128000 framing_type=sync");
	pair_run(pair, 100);
	far = pair_first_session(pair->far);
	assert_int_equal(far.origin, SERVICE_ORIGIN_PEER);
	assert_int_equal(far.state, SERVICE_SESSION_UP);
	assert_string_equal(far.config.called_number, "123");
	assert_string_equal(far.config.calling_number, "456");
	assert_string_equal(far.config.sub_address, "7");
	assert_string_equal(far.config.priv_group_id, "grp");
	assert_int_equal(far.config.connect_speed.tx, 128000);
	assert_int_equal(far.config.connect_speed.rx, 64000);
}

static void who_asks_is_the_lac_unless_he_says_otherwise(void **state)
{
	struct pair *pair = *state;

	pair_up(pair, "");
	begin_logs(pair);
	DO(pair->near, CREATE_SESSION("t", "s"));
	pair_run(pair, 100);
	assert_int_equal(pair->said[0][MESSAGE_ICRQ], 1);
	assert_false(world_last_session(pair->near)->lns_mode);
	assert_true(world_last_session(pair->far)->lns_mode);
	AT_FAR(pair, "session create tunnel_name=TUNNEL session_name=back session_type=laic");
	pair_run(pair, 100);
	assert_int_equal(pair->said[1][MESSAGE_ICRQ], 1);
	assert_true(world_last_session(pair->near)->lns_mode);
}

static void the_datapath_knows_both_ids_of_a_call(void **state)
{
	struct pair *pair = *state;
	const struct datapath_session_config *near, *far;

	pair_up(pair, "");
	begin_logs(pair);
	DO(pair->near, CREATE_SESSION("t", "s") "session_id=9 frame_socket=/run/x");
	pair_run(pair, 100);
	near = world_last_session(pair->near);
	far = world_last_session(pair->far);
	assert_int_equal(near->session_id, 9);
	assert_int_equal(far->peer_session_id, 9);
	assert_int_equal(near->peer_session_id, far->session_id);
	assert_int_equal(near->pw_type, L2TP_PW_PPP);
	assert_string_equal(near->frames, "/run/x");
	assert_null(far->frames);
}

static void packets_are_numbered_when_an_end_requires_it(void **state)
{
	struct pair *pair = *state;

	pair_up(pair, "");
	begin_logs(pair);
	DO(pair->near, CREATE_SESSION("t", "none"));
	pair_run(pair, 100);
	assert_false(world_last_session(pair->near)->send_seq || world_last_session(pair->far)->send_seq);
	DO(pair->near, CREATE_SESSION("t", "lac") "sequencing_required=yes");
	pair_run(pair, 100);
	assert_true(world_last_session(pair->near)->send_seq && world_last_session(pair->far)->send_seq);
	assert_true(world_last_session(pair->near)->recv_seq);
	DO(pair->far, "session profile modify profile_name=default sequencing_required=yes");
	DO(pair->near, CREATE_SESSION("t", "lns"));
	pair_run(pair, 100);
	/* the LAC follows it */
	assert_true(world_last_session(pair->far)->send_seq && world_last_session(pair->far)->recv_seq);
	DO(pair->near, "session modify tunnel_name=t session_name=none use_sequence_numbers=yes");
}

static void an_authorizer_at_the_lac_answers_for_the_bearer(void **state)
{
	struct pair *pair = *state;

	pair_up(pair, "");
	assert_int_equal(service_set_authorizers(pair->far->service, false, true, pair->far->now, NULL), 0);
	DO(pair->near, CREATE_SESSION("t", "out") "session_type=lnoc called_number=555");
	pair_run(pair, 100);
	assert_int_equal(pair_first_session(pair->far).state, SERVICE_SESSION_AUTHORIZING);
	assert_string_equal(pair_first_session(pair->far).config.called_number, "555");
	pair_authorize(pair->far, true, "");
	bearer(pair, SERVICE_BEARER_ABSENT, "");	/* who accepted it has seen to it */
	pair_run(pair, 100);
	pair_expect_session(pair->near, "t", "out", SERVICE_SESSION_UP);
	assert_int_equal(pair_first_session(pair->far).state, SERVICE_SESSION_UP);
	DO(pair->near, CREATE_SESSION("t", "busy") "session_type=lnoc called_number=556");
	pair_run(pair, 100);
	pair_authorize(pair->far, false, "busy");
	pair_run(pair, 100);
	assert_false(world_has(pair->near, "session show tunnel_name=t session_name=busy"));
	pair_expect_words(pair_failure(pair->near), "busy");
	assert_int_equal(world_status(pair->far).sessions, 1);
}

static void a_bearer_is_opened_or_not(void **state)
{
	struct pair *pair = *state;

	pair_up(pair, "");
	DO(pair->near, CREATE_SESSION("t", "out") "session_type=lnoc called_number=555");
	pair_run(pair, 100);
	bearer(pair, SERVICE_BEARER_BEGUN, "");
	pair_run(pair, 1000);
	pair_expect_session(pair->near, "t", "out", SERVICE_SESSION_CONNECTING);
	service_bearer(pair->far->service, pair_first_session(pair->far).handle, SERVICE_BEARER_CONNECTED, 0, "",
		       pair->far->now);
	pair_run(pair, 100);
	pair_expect_session(pair->near, "t", "out", SERVICE_SESSION_UP);
	assert_int_equal(pair_first_session(pair->far).state, SERVICE_SESSION_UP);
	DO(pair->near, "session delete tunnel_name=t session_name=out\n"
	   CREATE_SESSION("t", "no") "session_type=lnoc called_number=555");
	pair_run(pair, 100);
	bearer(pair, SERVICE_BEARER_FAILED, "no dial tone");
	pair_run(pair, 100);
	assert_false(world_has(pair->near, "session show tunnel_name=t session_name=no"));
	assert_int_equal(pair->result[1], 9);
	pair_expect_words(pair_failure(pair->near), "no dial tone");
	assert_int_equal(world_status(pair->far).sessions, 0);
}

static void a_bearer_may_be_told_of_too_late(void **state)
{
	struct pair *pair = *state;
	handle session;

	pair_up(pair, "");
	DO(pair->near, CREATE_SESSION("t", "out") "session_type=lnoc called_number=555");
	pair_run(pair, 100);
	session = pair_first_session(pair->far).handle;
	bearer(pair, SERVICE_BEARER_BEGUN, "");
	pair_run(pair, 100);
	DO(pair->near, "session delete tunnel_name=t session_name=out");
	pair_run(pair, 100);
	service_bearer(pair->far->service, session, SERVICE_BEARER_CONNECTED, 0, "", pair->far->now);
	DO(pair->near, CREATE_SESSION("t", "out") "session_type=lnoc called_number=555");
	pair_run(pair, 100);
	DO(pair->near, "tunnel delete tunnel_name=t");	/* while it is still queued */
	pair_run(pair, 100);
	assert_int_equal(world_status(pair->far).sessions, 0);
	assert_false(service_next_bearer(pair->far->service, &(struct service_bearer){ 0 }));
}

static void without_an_authorizer_nobody_calls_out(void **state)
{
	struct pair *pair = *state;

	pair_up(pair, "");
	DO(pair->near, CREATE_SESSION("t", "out") "session_type=lnoc called_number=555");
	pair_run(pair, 100);
	bearer(pair, SERVICE_BEARER_ABSENT, "");
	pair_run(pair, 100);
	assert_int_equal(pair->result[1], 4);
	assert_false(world_has(pair->near, "session show tunnel_name=t session_name=out"));
	assert_int_equal(world_status(pair->far).sessions, 0);
}

/* --- refused, lost, closed --- */

static void who_never_answers_is_given_up(void **state)
{
	struct pair *pair = *state;

	pair_up(pair, "");
	DO(pair->near, "system modify session_establish_timeout=20");
	assert_int_equal(service_set_authorizers(pair->far->service, false, true, pair->far->now, NULL), 0);
	DO(pair->far, "system modify authorizer_timeout=60000");
	DO(pair->near, CREATE_SESSION("t", "s"));
	pair_run(pair, 19000);
	pair_expect_session(pair->near, "t", "s", SERVICE_SESSION_CONNECTING);
	assert_int_equal(world_status(pair->far).sessions, 1);
	pair_run(pair, 2000);
	assert_false(world_has(pair->near, "session show tunnel_name=t session_name=s"));
	/* who was to be asked about it need not be any more */
	assert_int_equal(world_status(pair->far).sessions, 0);
	assert_false(service_has_question(pair->far->service));
}

static void the_authorizer_of_peers_sessions_is_asked(void **state)
{
	struct pair *pair = *state;

	pair_up(pair, "");
	assert_int_equal(service_set_authorizers(pair->far->service, false, true, pair->far->now, NULL), 0);
	DO(pair->near, CREATE_SESSION("t", "a") "\n" CREATE_SESSION("t", "b"));
	pair_run(pair, 100);
	assert_int_equal(datapath_null_sessions(pair->far->dp), 0);
	pair_authorize(pair->far, true, "");
	pair_authorize(pair->far, false, "not today");
	pair_run(pair, 100);
	assert_int_equal(world_status(pair->near).sessions, 1);
	assert_int_equal(world_status(pair->far).sessions_in[SERVICE_SESSION_UP], 1);
	assert_int_equal(world_status(pair->far).sessions, 1);
	pair_expect_words(pair->text[1], "not today");
}

/* The peer takes its call back while the authorizer thinks. */
static void a_call_that_is_gone_needs_no_answer(void **state)
{
	struct service_answer answer = { .accept = true, .object = CONFIG_SESSION };
	struct service_question question;
	struct pair *pair = *state;
	struct error error;

	pair_up(pair, "");
	assert_int_equal(service_set_authorizers(pair->far->service, false, true, pair->far->now, NULL), 0);
	DO(pair->near, CREATE_SESSION("t", "a"));
	pair_run(pair, 100);
	assert_true(service_next_question(pair->far->service, &question, pair->far->now));
	DO(pair->near, "session delete tunnel_name=t session_name=a");
	pair_run(pair, 100);
	assert_int_equal(world_status(pair->far).sessions, 0);
	assert_int_equal(service_answer(pair->far->service, question.id, &answer, pair->far->now, &error), -1);
}

static void a_session_deleted_here_goes_there_and_says_why(void **state)
{
	struct pair *pair = *state;

	pair_up(pair, "");
	DO(pair->near, CREATE_SESSION("t", "s"));
	pair_run(pair, 100);
	DO(pair->near, "session delete tunnel_name=t session_name=s reason=\"not needed\"");
	pair_talk(pair);
	assert_int_equal(pair->result[0], 3);
	assert_string_equal(pair->text[0], "not needed");
	assert_int_equal(world_status(pair->far).sessions, 0);
	assert_int_equal(datapath_null_sessions(pair->far->dp), 0);
	assert_string_equal(pair_failure(pair->far), "");
	pair_expect_state(pair->near, "t", SERVICE_TUNNEL_UP);
}

static void a_session_that_the_peer_closes_goes(void **state)
{
	struct pair *pair = *state;

	pair_up(pair, "");
	DO(pair->near, CREATE_SESSION("t", "s"));
	pair_run(pair, 100);
	DO(pair->far, "system modify max_tunnels=9");
	{
		struct service_session_view view = pair_first_session(pair->far);
		char text[128];

		snprintf(text, sizeof(text), "session delete tunnel_name=TUNNEL session_id=%u reason=why",
			 view.config.session_id);
		AT_FAR(pair, text);
	}
	pair_talk(pair);
	assert_int_equal(world_status(pair->near).sessions, 0);
	pair_expect_words(pair_failure(pair->near), "why");
}

static void in_a_tunnel_that_persists_it_is_called_again(void **state)
{
	struct pair *pair = *state;
	uint32_t ids[2];

	pair_up(pair, "persist=yes");
	DO(pair->near, "system modify session_persist_pend_timeout=30");
	DO(pair->near, CREATE_SESSION("t", "s") "called_number=9\n" CREATE_SESSION("t", "fixed") "session_id=4");
	pair_run(pair, 100);
	ids[0] = world_session(pair->near, "t", "s").config.session_id;
	DO(pair->far, "system modify max_sessions=1");
	for (int i = 0; i < 2; i++) {
		struct service_session_view view = pair_first_session(pair->far);
		char text[128];

		snprintf(text, sizeof(text), "session delete tunnel_name=TUNNEL session_id=%u", view.config.session_id);
		AT_FAR(pair, text);
		pair_talk(pair);
	}
	pair_expect_session(pair->near, "t", "s", SERVICE_SESSION_WAITING);
	pair_expect_words(world_session(pair->near, "t", "s").reason, "closed by the peer");
	pair_run(pair, 10 * MINUTE);
	assert_int_equal(world_status(pair->near).sessions, 2);
	assert_int_equal(world_status(pair->near).sessions_in[SERVICE_SESSION_UP], 1);
	assert_in_range(pair->said[0][MESSAGE_ICRQ], 15, 35);	/* one of them about every 30 s, in the end */
	DO(pair->far, "system modify max_sessions=0");
	pair_run(pair, 40000);
	pair_expect_session(pair->near, "t", "s", SERVICE_SESSION_UP);
	pair_expect_session(pair->near, "t", "fixed", SERVICE_SESSION_UP);
	ids[1] = world_session(pair->near, "t", "s").config.session_id;
	assert_int_not_equal(ids[0], ids[1]);
	assert_int_equal(world_session(pair->near, "t", "fixed").config.session_id, 4);
	assert_string_equal(world_session(pair->near, "t", "s").config.called_number, "9");
}

static void session_persist_pend_timeout_0_is_not_again(void **state)
{
	struct pair *pair = *state;

	pair_up(pair, "persist=yes");
	DO(pair->near, "system modify session_persist_pend_timeout=0");
	DO(pair->far, "system modify max_sessions=1");
	DO(pair->near, CREATE_SESSION("t", "a"));
	pair_run(pair, 100);
	DO(pair->near, CREATE_SESSION("t", "b"));
	pair_run(pair, 100);
	assert_int_equal(world_status(pair->near).sessions, 1);
	pair_expect_words(pair_failure(pair->near), "as many sessions as there may be");
}

static void the_tunnels_own_limit_holds_for_both_ends(void **state)
{
	struct pair *pair = *state;

	pair_up(pair, "max_sessions=2");
	DO(pair->near, CREATE_SESSION("t", "a") "\n" CREATE_SESSION("t", "b"));
	pair_run(pair, 100);
	REFUSED(pair->near, ERROR_LIMIT, "max_sessions", "tunnel t has 2 sessions", CREATE_SESSION("t", "c"));
	AT_FAR(pair, "session create tunnel_name=TUNNEL session_type=laic");
	pair_run(pair, 100);
	assert_int_equal(world_status(pair->near).sessions, 2);
	assert_int_equal(world_status(pair->far).sessions, 2);
	DO(pair->near, "tunnel modify tunnel_name=t max_sessions=3\n" CREATE_SESSION("t", "c"));
	pair_run(pair, 100);
	pair_expect_session(pair->near, "t", "c", SERVICE_SESSION_UP);
}

static void a_full_tunnel_that_is_not_up_takes_no_more(void **state)
{
	struct pair *pair = *state;

	DO(pair->near, CREATE_TUNNEL("t") "max_sessions=1 persist=yes\n" CREATE_SESSION("t", "a"));
	REFUSED(pair->near, ERROR_LIMIT, "max_sessions", "tunnel t has 1 session", CREATE_SESSION("t", "b"));
}

static void a_datapath_that_refuses_a_call_ends_it(void **state)
{
	const struct error refusal = { .code = ERROR_SYSTEM, .text = "no room for it" };
	struct pair *pair = *state;

	pair_up(pair, "");
	datapath_null_fail(pair->far->dp, DATAPATH_NULL_SESSION_ADD, 0, &refusal);
	DO(pair->near, CREATE_SESSION("t", "s"));
	pair_run(pair, 100);
	assert_int_equal(world_status(pair->far).sessions, 0);
	assert_int_equal(world_status(pair->near).sessions, 0);
	assert_int_equal(datapath_null_sessions(pair->near->dp), 0);
	pair_expect_words(pair_failure(pair->far), "no room for it");
	/* and here */
	datapath_null_fail(pair->near->dp, DATAPATH_NULL_SESSION_ADD, 0, &refusal);
	DO(pair->near, CREATE_SESSION("t", "s"));
	pair_run(pair, 100);
	assert_int_equal(world_status(pair->near).sessions, 0);
	assert_int_equal(world_status(pair->far).sessions, 0);
}

static void an_authorizer_here_comes_before_the_call(void **state)
{
	struct pair *pair = *state;

	pair_up(pair, "");
	assert_int_equal(service_set_authorizers(pair->near->service, false, true, pair->near->now, NULL), 0);
	DO(pair->near, CREATE_SESSION("t", "a") "\n" CREATE_SESSION("t", "b"));
	pair_run(pair, 100);
	pair_expect_session(pair->near, "t", "a", SERVICE_SESSION_AUTHORIZING);
	assert_int_equal(pair->said[0][MESSAGE_ICRQ], 0);
	pair_authorize(pair->near, true, "");
	pair_authorize(pair->near, false, "no");
	pair_run(pair, 100);
	pair_expect_session(pair->near, "t", "a", SERVICE_SESSION_UP);
	pair_expect_session(pair->near, "t", "b", SERVICE_SESSION_DOWN);
	DO(pair->near, "session delete tunnel_name=t session_name=b");
}

/* What was accepted may be refused by the protocol: then it is down, and says why. */
static void what_cannot_be_asked_for_is_down(void **state)
{
	struct pair *pair = *state;

	pair_up(pair, "");
	assert_int_equal(service_set_authorizers(pair->near->service, false, true, pair->near->now, NULL), 0);
	DO(pair->near, CREATE_SESSION("t", "a") "\n" CREATE_SESSION("t", "b"));
	pair_authorize(pair->near, true, "");
	DO(pair->near, "tunnel modify tunnel_name=t max_sessions=1");
	pair_authorize(pair->near, true, "");
	pair_run(pair, 100);
	pair_expect_session(pair->near, "t", "a", SERVICE_SESSION_UP);
	pair_expect_session(pair->near, "t", "b", SERVICE_SESSION_DOWN);
	assert_true(world_session(pair->near, "t", "b").reason[0]);
	pair_run(pair, MINUTE);
	assert_int_equal(world_status(pair->far).sessions, 1);
}

static void what_is_down_in_the_datapath_is_gone_with_the_tunnel(void **state)
{
	for (unsigned int steps = 0; steps < 16; steps++) {
		struct pair *pair;
		void *own;

		pair_begin(&own);
		pair = own;
		pair_up(pair, "");
		for (int i = 0; i < 5; i++)
			DO(pair->near, "session create tunnel_name=t");
		for (unsigned int i = 0; i < steps; i++) {
			pair_transmit(pair, (int)i % 2);
			service_receive(i % 2 ? pair->near->service : pair->far->service, pair->near->now);
		}
		if (steps % 3)
			DO(pair->near, "tunnel delete tunnel_name=t");
		else
			AT_FAR(pair, "tunnel delete tunnel_name=TUNNEL");
		pair_run(pair, 100);
		assert_int_equal(world_status(pair->near).sessions, 0);
		assert_int_equal(world_status(pair->far).tunnels, 0);
		assert_int_equal(datapath_null_sessions(pair->near->dp), 0);
		assert_int_equal(datapath_null_sessions(pair->far->dp), 0);
		assert_int_equal(datapath_null_tunnels(pair->far->dp), 0);
		pair_end(&own);
	}
	(void)state;
}

/* The protocol does not know of the ids of sessions that wait: so many that a peer's call would get one of them. */
static void a_peers_call_gets_an_id_that_is_free(void **state)
{
	struct pair *pair = *state;

	DO(pair->far, "peer profile create profile_name=near peer_ipaddr=192.0.2.1 lac_lns=lns");
	DO(pair->near, CREATE_TUNNEL("t") "persist=yes");
	for (int i = 0; i < 2000; i++)
		DO(pair->near, "session create tunnel_name=t");
	pair_run(pair, 100);
	assert_int_equal(world_status(pair->near).sessions_in[SERVICE_SESSION_WAITING], 2000);
	for (int i = 0; i < 100; i++)
		AT_FAR(pair, "session create tunnel_name=TUNNEL session_type=laic");
	pair_run(pair, 100);
	assert_int_equal(world_status(pair->near).sessions_in[SERVICE_SESSION_UP], 100);
	assert_int_equal(world_status(pair->far).sessions_in[SERVICE_SESSION_UP], 100);
}

/* --- sessions to a peer --- */

#define TO_PEER "session create dest_ipaddr=192.0.2.2 "
#define FROM_NEAR "tunnel profile modify profile_name=default src_ipaddr=192.0.2.1\n"

static void a_session_to_a_peer_makes_its_tunnel_and_takes_it_along(void **state)
{
	struct pair *pair = *state;
	struct service_tunnel_view tunnel;

	DO(pair->far, "peer profile modify profile_name=default accept_tunnels=yes");
	DO(pair->near, "tunnel profile modify profile_name=default src_ipaddr=192.0.2.1\n" TO_PEER "session_name=a");
	pair_run(pair, 100);
	assert_int_equal(world_status(pair->near).tunnels, 1);
	DO(pair->near, TO_PEER "session_name=b");
	pair_run(pair, 100);
	assert_int_equal(world_status(pair->near).tunnels, 1);
	assert_int_equal(world_status(pair->near).sessions_in[SERVICE_SESSION_UP], 2);
	tunnel = pair_first_tunnel(pair->near);
	for (int i = 0; i < 2; i++) {
		char text[256];

		assert_int_equal(world_status(pair->near).tunnels, 1);
		snprintf(text, sizeof(text), "session delete tunnel_name=%s session_name=%s",
			 tunnel.config.tunnel_name, i ? "b" : "a");
		DO(pair->near, text);
		pair_run(pair, 100);
	}
	assert_int_equal(world_status(pair->near).tunnels, 0);
	assert_int_equal(world_status(pair->far).tunnels, 0);
}

static void a_session_to_a_peer_takes_the_tunnel_that_is_there(void **state)
{
	struct pair *pair = *state;

	DO(pair->near, "tunnel profile modify profile_name=default src_ipaddr=192.0.2.1");
	pair_up(pair, "max_sessions=1");
	DO(pair->near, TO_PEER "session_name=a");
	pair_run(pair, 100);
	pair_expect_session(pair->near, "t", "a", SERVICE_SESSION_UP);
	/* it is full */
	DO(pair->near, TO_PEER "session_name=b");
	pair_run(pair, 100);
	assert_int_equal(world_status(pair->near).tunnels, 2);
	DO(pair->near, "session delete tunnel_name=t session_name=a");
	pair_run(pair, MINUTE);
	pair_expect_state(pair->near, "t", SERVICE_TUNNEL_UP);	/* it was not made for it */
}

static void a_session_that_cannot_be_made_leaves_no_tunnel(void **state)
{
	struct pair *pair = *state;

	REFUSED(pair->near, ERROR_VALUE, "session_type", "laoc", TO_PEER "session_type=laoc");
	assert_int_equal(world_status(pair->near).tunnels, 0);
	pair_run(pair, MINUTE);
	assert_int_equal(pair->said[0][MESSAGE_SCCRQ], 0);
}

/* The session goes, and another one comes, before the peer has answered: the tunnel is not asked for twice. */
static void a_tunnel_on_demand_is_opened_once(void **state)
{
	struct pair *pair = *state;
	char text[256];

	DO(pair->near, "tunnel profile modify profile_name=default idle_timeout=10 max_retries=9\n"
		       "system modify tunnel_establish_timeout=0\n" TO_PEER "session_name=a");
	pair_run(pair, 100);
	snprintf(text, sizeof(text), "session delete tunnel_name=%s session_name=a",
		 pair_first_tunnel(pair->near).config.tunnel_name);
	DO(pair->near, text);
	DO(pair->near, TO_PEER "session_name=b");
	pair_run(pair, 20000);
	assert_int_equal(world_status(pair->near).tunnels, 1);
	assert_in_range(pair->said[0][MESSAGE_SCCRQ], 2, 7);
	DO(pair->near, "tunnel profile modify profile_name=default idle_timeout=0");
}

static void what_was_made_on_demand_survives_a_reload(void **state)
{
	struct pair *pair = *state;

	DO(pair->far, "peer profile modify profile_name=default accept_tunnels=yes");
	RELOAD(pair->near, NO_PPP FROM_NEAR TO_PEER "session_name=a");
	pair_run(pair, 100);
	assert_int_equal(world_status(pair->near).sessions_in[SERVICE_SESSION_UP], 1);
	RELOAD(pair->near, NO_PPP FROM_NEAR TO_PEER "session_name=a");
	pair_run(pair, 100);
	assert_int_equal(pair->said[0][MESSAGE_CDN] + pair->said[0][MESSAGE_STOPCCN], 0);
	RELOAD(pair->near, NO_PPP FROM_NEAR);
	pair_run(pair, 100);
	assert_int_equal(world_status(pair->near).tunnels, 0);
	assert_int_equal(world_status(pair->far).tunnels, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PAIR_TEST(sessions_may_come_before_their_tunnel_is_up),
		PAIR_TEST(what_is_said_of_a_call_is_known_at_the_other_end),
		PAIR_TEST(who_asks_is_the_lac_unless_he_says_otherwise),
		PAIR_TEST(the_datapath_knows_both_ids_of_a_call),
		PAIR_TEST(packets_are_numbered_when_an_end_requires_it),
		PAIR_TEST(an_authorizer_at_the_lac_answers_for_the_bearer),
		PAIR_TEST(a_bearer_is_opened_or_not),
		PAIR_TEST(a_bearer_may_be_told_of_too_late),
		PAIR_TEST(without_an_authorizer_nobody_calls_out),
		PAIR_TEST(who_never_answers_is_given_up),
		PAIR_TEST(the_authorizer_of_peers_sessions_is_asked),
		PAIR_TEST(a_call_that_is_gone_needs_no_answer),
		PAIR_TEST(a_session_deleted_here_goes_there_and_says_why),
		PAIR_TEST(a_session_that_the_peer_closes_goes),
		PAIR_TEST(in_a_tunnel_that_persists_it_is_called_again),
		PAIR_TEST(session_persist_pend_timeout_0_is_not_again),
		PAIR_TEST(the_tunnels_own_limit_holds_for_both_ends),
		PAIR_TEST(a_full_tunnel_that_is_not_up_takes_no_more),
		PAIR_TEST(a_datapath_that_refuses_a_call_ends_it),
		PAIR_TEST(an_authorizer_here_comes_before_the_call),
		PAIR_TEST(what_cannot_be_asked_for_is_down),
		cmocka_unit_test(what_is_down_in_the_datapath_is_gone_with_the_tunnel),
		PAIR_TEST(a_peers_call_gets_an_id_that_is_free),
		PAIR_TEST(a_session_to_a_peer_makes_its_tunnel_and_takes_it_along),
		PAIR_TEST(a_session_to_a_peer_takes_the_tunnel_that_is_there),
		PAIR_TEST(a_session_that_cannot_be_made_leaves_no_tunnel),
		PAIR_TEST(a_tunnel_on_demand_is_opened_once),
		PAIR_TEST(what_was_made_on_demand_survives_a_reload),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
