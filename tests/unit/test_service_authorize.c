/* SPDX-License-Identifier: MIT */
/*
 * Questions to an authorizer: who is asked about, what waits meanwhile, what becomes of each answer, of
 * silence and of absence.
 */
#include "service/authorize.h"

#include "base/log.h"
#include "service/event.h"
#include "service_world.h"

static void authorizers(struct world *world, bool tunnels, bool sessions)
{
	assert_int_equal(service_set_authorizers(world->service, tunnels, sessions, world->now, &world->error), 0);
}

static struct service_question question(struct world *world)
{
	struct service_question question;

	assert_true(service_next_question(world->service, &question, world->now));
	return question;
}

static void no_question(struct world *world)
{
	struct service_question question;

	assert_false(service_has_question(world->service));
	assert_false(service_next_question(world->service, &question, world->now));
}

/* Accepted, with the parameters of a create command. */
static int accept_with(struct world *world, uint64_t id, const char *text)
{
	struct service_answer answer = { .accept = true };
	unsigned int count;
	struct command *command = world_parse(text, &count);

	if (count) {
		answer.object = command->object;
		answer.config = command->config;
		answer.set = command->set;
	}
	free(command);
	memset(&world->error, 0, sizeof(world->error));
	return service_answer(world->service, id, &answer, world->now, &world->error);
}

static void accepted(struct world *world, uint64_t id)
{
	world_expect(world, accept_with(world, id, ""));
}

static void refused(struct world *world, uint64_t id, const char *reason)
{
	struct service_answer answer = { .accept = false };

	snprintf(answer.reason, sizeof(answer.reason), "%s", reason);
	assert_int_equal(service_answer(world->service, id, &answer, world->now, &world->error), 0);
}

static void tunnel_is(struct world *world, const char *name, enum service_tunnel_state state, const char *reason)
{
	struct service_tunnel_view view = world_tunnel(world, name);

	assert_int_equal(view.state, state);
	assert_string_equal(view.reason, reason);
}

static void session_is(struct world *world, const char *name, enum service_session_state state, const char *reason)
{
	struct service_session_view view = world_session(world, "lon", name);

	assert_int_equal(view.state, state);
	assert_string_equal(view.reason, reason);
}

/* Does the datapath know the tunnel's peer, so that packets can pass? */
static bool passes(struct world *world)
{
	const struct datapath_null_entry *log;
	size_t count;

	log = datapath_null_log(world->dp, &count);
	for (size_t i = 0; i < count; i++)
		if (log[i].operation == DATAPATH_NULL_TUNNEL_ADD)
			return datapath_null_tunnel(world->dp, log[i].tunnel)->peer.address.family != AF_UNSPEC;
	fail();
	return false;
}

static void nobody_is_asked_without_an_authorizer(void **state)
{
	DO(*state, TUNNEL("lon", "1") SESSION("lon", "a", "11"));
	tunnel_is(*state, "lon", SERVICE_TUNNEL_UP, "");
	session_is(*state, "a", SERVICE_SESSION_UP, "");
	authorizers(*state, true, true);
	no_question(*state);		/* what exists is not asked about */
	tunnel_is(*state, "lon", SERVICE_TUNNEL_UP, "");
}

static void a_tunnel_waits_for_the_answer(void **state)
{
	struct world *world = *state;
	struct service_question asked;

	authorizers(world, true, false);
	datapath_null_log_begin(world->dp);
	DO(world, TUNNEL("lon", "1") SESSION("lon", "a", "11"));
	tunnel_is(world, "lon", SERVICE_TUNNEL_AUTHORIZING, "");
	session_is(world, "a", SERVICE_SESSION_DOWN, "its tunnel is not up");
	assert_false(passes(world));
	asked = question(world);
	assert_int_equal(asked.tunnel, world_find(world, "tunnel show tunnel_name=lon"));
	assert_int_equal(asked.session, HANDLE_NONE);
	assert_in_range(asked.id, 1, INT64_MAX);
	no_question(world);
	world->now += 100;
	accepted(world, asked.id);
	tunnel_is(world, "lon", SERVICE_TUNNEL_UP, "");
	session_is(world, "a", SERVICE_SESSION_UP, "");
	assert_true(passes(world));
	assert_int_equal(world_status(world).tunnel_setup.sum_ms, 100);
	assert_int_equal(accept_with(world, asked.id, ""), -1);		/* once is enough */
	assert_int_equal(world->error.code, ERROR_UNKNOWN);
}

static void a_name_is_resolved_after_the_answer(void **state)
{
	struct world *world = *state;
	struct service_request request;

	authorizers(world, true, false);
	DO(world, "tunnel create tunnel_name=lon version=3 dest_ipaddr=lon.example tunnel_id=1 peer_tunnel_id=2");
	assert_false(service_next_request(world->service, &request));
	accepted(world, question(world).id);
	tunnel_is(world, "lon", SERVICE_TUNNEL_RESOLVING, "");
	assert_true(service_next_request(world->service, &request));
}

static void a_tunnel_is_refused_with_the_reason(void **state)
{
	struct world *world = *state;
	struct service_failure failure;

	authorizers(world, true, true);
	datapath_null_log_begin(world->dp);
	DO(world, TUNNEL("lon", "1") SESSION("lon", "a", "11"));
	session_is(world, "a", SERVICE_SESSION_AUTHORIZING, "");
	refused(world, question(world).id, "not paid");
	tunnel_is(world, "lon", SERVICE_TUNNEL_DOWN, "refused by the authorizer: not paid");
	session_is(world, "a", SERVICE_SESSION_DOWN, "its tunnel is not up");
	assert_false(passes(world));
	no_question(world);
	assert_int_equal(service_failures(world->service, &failure, 1), 1);
	assert_int_equal(failure.class, SERVICE_FAILURE_AUTHORIZER);
	assert_string_equal(failure.reason, "refused by the authorizer: not paid");
	authorizers(world, true, true);
	no_question(world);			/* an answer is final */
	DO(world, "tunnel modify tunnel_name=lon ttl=7; session modify tunnel_name=lon session_name=a mtu=1400");
	DO(world, "tunnel delete tunnel_name=lon");
	assert_int_equal(world_status(world).sessions, 0);
}

static void a_session_is_asked_about_after_its_tunnel(void **state)
{
	struct world *world = *state;
	struct service_question asked;
	uint64_t last;

	authorizers(world, true, true);
	DO(world, TUNNEL("lon", "1") SESSION("lon", "a", "11") SESSION("lon", "b", "12"));
	session_is(world, "a", SERVICE_SESSION_AUTHORIZING, "");
	last = service_event_last(world->service);
	accepted(world, question(world).id);
	assert_int_equal(service_event_last(world->service), last + 2);	/* the peer, the tunnel is up */
	tunnel_is(world, "lon", SERVICE_TUNNEL_UP, "");
	asked = question(world);
	assert_int_equal(asked.session, world_find(world, "session show tunnel_name=lon session_name=a"));
	assert_int_equal(datapath_null_sessions(world->dp), 0);
	accepted(world, asked.id);
	refused(world, question(world).id, "");
	session_is(world, "a", SERVICE_SESSION_UP, "");
	session_is(world, "b", SERVICE_SESSION_DOWN, "refused by the authorizer");
	assert_int_equal(datapath_null_sessions(world->dp), 1);
	assert_int_equal(world_status(world).sessions, 2);
	DO(world, "session modify tunnel_name=lon session_name=b mtu=1400");
	DO(world, "session delete tunnel_name=lon session_name=b");
	DO(world, SESSION("lon", "c", "13"));
	asked = question(world);
	DO(world, "session delete tunnel_name=lon session_name=c");
	assert_int_equal(accept_with(world, asked.id, ""), -1);
}

/* What waits will be told apart by its ids, too: two that could not are refused while they wait. */
static void ids_of_what_waits_are_taken(void **state)
{
	struct world *world = *state;

	authorizers(world, true, true);
	DO(world, TUNNEL("lon", "1") SESSION("lon", "a", "11"));
	DO(world, "tunnel create tunnel_name=ber version=3 dest_ipaddr=192.0.2.2 tunnel_id=2 peer_tunnel_id=2");
	REFUSED(world, ERROR_EXISTS, "session_id", "is taken by session a of tunnel lon", SESSION("ber", "b", "11"));
	DO(world, "session delete tunnel_name=lon session_name=a");
	DO(world, SESSION("ber", "b", "11"));
}

static void a_session_is_accepted_with_parameters(void **state)
{
	struct world *world = *state;
	struct service_session_view view;
	uint64_t id;

	DO(world, TUNNEL("lon", "1"));
	authorizers(world, false, true);
	DO(world, SESSION("lon", "a", "11"));
	id = question(world).id;
	world_expect_error(world, accept_with(world, id, "session create session_id=12"), ERROR_IMMUTABLE,
			   "session_id", "an answer cannot change it");
	world_expect_error(world, accept_with(world, id, "tunnel create fwmark=1"), ERROR_VALUE, "tunnel",
			   "the question was about a session");
	world_expect_error(world, accept_with(world, id, "session create pw_type=vlan"), ERROR_MISSING, "vlan_id",
			   "vlan_id");
	session_is(world, "a", SERVICE_SESSION_AUTHORIZING, "");
	world_expect(world, accept_with(world, id, "session create mtu=1234 interface_name=pw7 netns=blue"));
	view = world_session(world, "lon", "a");
	assert_int_equal(view.state, SERVICE_SESSION_UP);
	assert_int_equal(view.config.mtu, 1234);
	assert_string_equal(view.config.netns, "blue");
	assert_string_equal(view.info.ifname, "pw7");
	assert_int_equal(view.info.mtu, 1234);
}

static void a_tunnel_is_accepted_with_live_parameters(void **state)
{
	struct world *world = *state;
	uint64_t id;

	authorizers(world, true, false);
	DO(world, TUNNEL("lon", "1"));
	id = question(world).id;
	world_expect_error(world, accept_with(world, id, "tunnel create our_udp_port=1702"), ERROR_IMMUTABLE,
			   "our_udp_port", "while the tunnel exists");
	tunnel_is(world, "lon", SERVICE_TUNNEL_AUTHORIZING, "");
	world_expect(world, accept_with(world, id, "tunnel create fwmark=9"));
	assert_int_equal(world_tunnel(world, "lon").config.fwmark, 9);
	tunnel_is(world, "lon", SERVICE_TUNNEL_UP, "");
}

static void what_the_datapath_refuses_then_is_down(void **state)
{
	struct world *world = *state;
	struct error error = { .code = ERROR_SYSTEM, .text = "no device" };

	DO(world, TUNNEL("lon", "1"));
	authorizers(world, false, true);
	DO(world, SESSION("lon", "a", "11"));
	datapath_null_fail(world->dp, DATAPATH_NULL_SESSION_ADD, 0, &error);
	accepted(world, question(world).id);
	session_is(world, "a", SERVICE_SESSION_DOWN, "no device");
	assert_int_equal(datapath_null_sessions(world->dp), 0);
}

static void silence_is_refusal(void **state)
{
	struct world *world = *state;
	const char *reason = "the authorizer did not answer within authorizer_timeout, which is 500 ms";
	uint64_t id;

	DO(world, "system modify authorizer_timeout=500");
	authorizers(world, true, false);
	DO(world, TUNNEL("lon", "1"));
	assert_int_equal(service_next_deadline(world->service), SERVICE_NEVER);
	world->now = 9000;
	id = question(world).id;
	assert_int_equal(service_next_deadline(world->service), 9500);
	world->now = 9499;
	service_expire(world->service, world->now);
	tunnel_is(world, "lon", SERVICE_TUNNEL_AUTHORIZING, "");
	world->now = 9500;
	service_expire(world->service, world->now);
	tunnel_is(world, "lon", SERVICE_TUNNEL_DOWN, reason);
	assert_int_equal(accept_with(world, id, ""), -1);	/* too late */
	no_question(world);
	authorizers(world, false, false);
	authorizers(world, true, false);	/* another one comes */
	tunnel_is(world, "lon", SERVICE_TUNNEL_AUTHORIZING, reason);
	accepted(world, question(world).id);
	tunnel_is(world, "lon", SERVICE_TUNNEL_UP, "");
}

static void silence_may_be_consent(void **state)
{
	struct world *world = *state;

	DO(world, "system modify authorizer_timeout=500 authorizer_silent=accept");
	authorizers(world, true, true);
	DO(world, TUNNEL("lon", "1") SESSION("lon", "a", "11"));
	question(world);
	world->now += 500;
	service_expire(world->service, world->now);
	tunnel_is(world, "lon", SERVICE_TUNNEL_UP, "");
	session_is(world, "a", SERVICE_SESSION_UP, "");	/* as nothing was answered at all, it was not asked any more */
}

static void make_many(struct world *world, unsigned int count)
{
	char text[256];

	for (unsigned int i = 1; i <= count; i++) {
		snprintf(text, sizeof(text), "tunnel create version=3 dest_ipaddr=192.0.2.2 tunnel_id=%u "
			 "peer_tunnel_id=1 our_udp_port=%u", i, 2000 + i);
		DO(world, text);
	}
}

static void not_all_are_asked_at_once(void **state)
{
	struct world *world = *state;
	struct service_question asked[SERVICE_QUESTIONS_MAX];

	authorizers(world, true, false);
	make_many(world, SERVICE_QUESTIONS_MAX + 10);
	for (unsigned int i = 0; i < SERVICE_QUESTIONS_MAX; i++)
		asked[i] = question(world);
	no_question(world);
	accepted(world, asked[7].id);
	question(world);
	no_question(world);
	/* one that answers some: only those that it does not answer are refused, others get their turn */
	world->now += 1999;
	accepted(world, asked[8].id);
	world->now += 1;
	service_expire(world->service, world->now);
	assert_int_equal(world_status(world).tunnels_in[SERVICE_TUNNEL_DOWN], SERVICE_QUESTIONS_MAX + 1 - 2);
	assert_int_equal(world_status(world).tunnels_in[SERVICE_TUNNEL_AUTHORIZING], 9);
	question(world);
	/* one that answers nothing holds up nobody for longer than its time */
	world->now += 2000;
	service_expire(world->service, world->now);
	assert_int_equal(world_status(world).tunnels_in[SERVICE_TUNNEL_AUTHORIZING], 0);
	assert_int_equal(world_status(world).tunnels_in[SERVICE_TUNNEL_UP], 2);
}

static void one_that_leaves_is_silent(void **state)
{
	struct world *world = *state;

	authorizers(world, true, true);
	make_many(world, 2);
	question(world);
	authorizers(world, false, false);
	assert_int_equal(world_status(world).tunnels_in[SERVICE_TUNNEL_DOWN], 2);
	no_question(world);
	/* authorizer_absent is accept */
	DO(world, "tunnel create version=3 dest_ipaddr=192.0.2.2 tunnel_id=9 peer_tunnel_id=1");
	assert_int_equal(world_status(world).tunnels_in[SERVICE_TUNNEL_UP], 1);
	authorizers(world, true, true);
	question(world);
	question(world);
	no_question(world);
}

static void absence_may_be_refusal(void **state)
{
	struct world *world = *state;

	/* holds for what stands in the same file */
	RELOAD(world, TUNNEL("lon", "1") SESSION("lon", "a", "11") "system modify authorizer_absent=refuse\n");
	tunnel_is(world, "lon", SERVICE_TUNNEL_DOWN, "there is no authorizer, and authorizer_absent is refuse");
	authorizers(world, true, false);
	tunnel_is(world, "lon", SERVICE_TUNNEL_AUTHORIZING,
		  "there is no authorizer, and authorizer_absent is refuse");
	accepted(world, question(world).id);
	tunnel_is(world, "lon", SERVICE_TUNNEL_UP, "");
	session_is(world, "a", SERVICE_SESSION_UP, "");	/* which it does not want to be asked about */
	no_question(world);
}

/* What was refused for that reason is not when the reason goes. */
static void absence_may_be_forgiven(void **state)
{
	struct world *world = *state;

	DO(world, "system modify authorizer_absent=refuse\n" TUNNEL("lon", "1") SESSION("lon", "a", "11"));
	tunnel_is(world, "lon", SERVICE_TUNNEL_DOWN, "there is no authorizer, and authorizer_absent is refuse");
	DO(world, "system modify authorizer_absent=accept\n");
	tunnel_is(world, "lon", SERVICE_TUNNEL_UP, "");
	session_is(world, "a", SERVICE_SESSION_UP, "");
	RELOAD(world, "system modify authorizer_absent=refuse\n" TUNNEL("par", "2"));
	assert_int_equal(world_tunnel(world, "par").state, SERVICE_TUNNEL_DOWN);
	RELOAD(world, TUNNEL("par", "2"));
	assert_int_equal(world_tunnel(world, "par").state, SERVICE_TUNNEL_UP);
	/* but not what an authorizer left without an answer: he may come again */
	authorizers(world, true, false);
	DO(world, "system modify authorizer_absent=refuse\n" TUNNEL("ber", "3"));
	authorizers(world, false, false);
	DO(world, "system modify authorizer_absent=accept\n");
	assert_int_equal(world_tunnel(world, "ber").state, SERVICE_TUNNEL_DOWN);
}

static void a_reload_asks_about_what_is_new(void **state)
{
	struct world *world = *state;
	size_t operations;

	RELOAD(world, TUNNEL("lon", "1"));
	authorizers(world, true, true);
	RELOAD(world, TUNNEL("lon", "1") SESSION("lon", "a", "11") TUNNEL("ams", "2"));
	assert_int_equal(question(world).session, HANDLE_NONE);
	world_expect(world, accept_with(world, question(world).id, "session create carrier_timeout=700"));
	session_is(world, "a", SERVICE_SESSION_UP, "");
	tunnel_is(world, "ams", SERVICE_TUNNEL_AUTHORIZING, "");
	datapath_null_log_begin(world->dp);
	RELOAD(world, TUNNEL("lon", "1") SESSION("lon", "a", "11") TUNNEL("ams", "2"));
	datapath_null_log(world->dp, &operations);
	assert_int_equal(operations, 0);	/* what the authorizer decided is no difference */
	assert_int_equal(world_session(world, "lon", "a").config.carrier_timeout, 700);
	no_question(world);
}

static void a_reload_that_fails_asks_again(void **state)
{
	struct world *world = *state;
	struct error error = { .code = ERROR_SYSTEM, .text = "refused" };

	authorizers(world, true, true);
	RELOAD(world, TUNNEL("lon", "1") SESSION("lon", "a", "11"));
	accepted(world, question(world).id);
	question(world);
	datapath_null_fail(world->dp, DATAPATH_NULL_TUNNEL_ADD, 1, &error);
	RELOAD_REFUSED(world, ERROR_SYSTEM, "", "refused", TUNNEL("ams", "2"));
	tunnel_is(world, "lon", SERVICE_TUNNEL_UP, "");
	session_is(world, "a", SERVICE_SESSION_AUTHORIZING, "");
	accepted(world, question(world).id);
	session_is(world, "a", SERVICE_SESSION_UP, "");
}

/* What was there is there again, by what was decided then, whatever the file that failed says of authorizers. */
static void a_reload_that_fails_decides_nothing(void **state)
{
	struct world *world = *state;
	struct error error = { .code = ERROR_SYSTEM, .text = "refused" };

	RELOAD(world, TUNNEL("lon", "1") SESSION("lon", "a", "11"));
	authorizers(world, true, true);
	datapath_null_fail(world->dp, DATAPATH_NULL_TUNNEL_ADD, 1, &error);
	RELOAD_REFUSED(world, ERROR_SYSTEM, "", "refused", TUNNEL("ams", "2"));
	tunnel_is(world, "lon", SERVICE_TUNNEL_UP, "");
	session_is(world, "a", SERVICE_SESSION_UP, "");
	no_question(world);
	authorizers(world, false, false);
	datapath_null_fail(world->dp, DATAPATH_NULL_TUNNEL_ADD, 1, &error);
	RELOAD_REFUSED(world, ERROR_SYSTEM, "", "refused",
		       "system modify authorizer_absent=refuse\n" TUNNEL("ams", "2"));
	tunnel_is(world, "lon", SERVICE_TUNNEL_UP, "");
	/* what was refused does not slip in, either */
	RELOAD(world, "system modify authorizer_absent=refuse\n" TUNNEL("ber", "3"));
	assert_int_equal(world_tunnel(world, "ber").state, SERVICE_TUNNEL_DOWN);
	datapath_null_fail(world->dp, DATAPATH_NULL_TUNNEL_ADD, 1, &error);
	RELOAD_REFUSED(world, ERROR_SYSTEM, "", "refused", TUNNEL("ams", "2"));
	assert_int_equal(world_tunnel(world, "ber").state, SERVICE_TUNNEL_DOWN);
}

/* Nor are their names taken and what they say ignored. */
static void an_answer_names_no_profiles(void **state)
{
	static const char *const names[] = { "peer_profile_name", "session_profile_name", "ppp_profile_name" };
	struct world *world = *state;
	struct service_question asked;
	char text[128];

	DO(world, "session profile create profile_name=gold mtu=1300");
	authorizers(world, true, true);
	DO(world, TUNNEL("lon", "1") SESSION("lon", "a", "11"));
	asked = question(world);
	for (unsigned int i = 0; i < 3; i++) {
		snprintf(text, sizeof(text), "tunnel create %s=default", names[i]);
		assert_int_equal(accept_with(world, asked.id, text), -1);
		assert_int_equal(world->error.code, ERROR_IMMUTABLE);
		assert_string_equal(world->error.parameter, names[i]);
	}
	accepted(world, asked.id);
	asked = question(world);
	assert_int_equal(accept_with(world, asked.id, "session create profile_name=gold"), -1);
	assert_string_equal(world->error.parameter, "profile_name");
	assert_int_equal(accept_with(world, asked.id, "session create ppp_profile_name=default"), -1);
	world_expect(world, accept_with(world, asked.id, "session create mtu=1300"));
	assert_int_equal(world_session(world, "lon", "a").config.mtu, 1300);
}

static unsigned int lines;

static void count_line(const struct log_record *record)
{
	assert_string_equal(record->about->tunnel, "lon");
	assert_int_equal(record->about->session_id, lines + 1);
	lines++;
}

/* A peer may ask for as many sessions as it likes. */
static void lines_about_sessions_are_limited(void **state)
{
	struct world *world = *state;
	char text[128];

	DO(world, "system modify authorizer_absent=refuse");
	DO(world, TUNNEL("lon", "1"));
	authorizers(world, true, true);
	accepted(world, question(world).id);
	authorizers(world, false, false);
	lines = 0;
	log_set_sink(count_line, LOG_LEVEL_INFO);
	for (unsigned int id = 1; id <= 50; id++) {
		snprintf(text, sizeof(text), "session create tunnel_name=lon session_id=%u peer_session_id=1", id);
		DO(world, text);
	}
	log_set_sink(NULL, LOG_LEVEL_INFO);
	assert_int_equal(lines, LOG_LIMIT_BURST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nobody_is_asked_without_an_authorizer, world_begin, world_end),
		cmocka_unit_test_setup_teardown(a_tunnel_waits_for_the_answer, world_begin, world_end),
		cmocka_unit_test_setup_teardown(a_name_is_resolved_after_the_answer, world_begin, world_end),
		cmocka_unit_test_setup_teardown(a_tunnel_is_refused_with_the_reason, world_begin, world_end),
		cmocka_unit_test_setup_teardown(lines_about_sessions_are_limited, world_begin, world_end),
		cmocka_unit_test_setup_teardown(a_session_is_asked_about_after_its_tunnel, world_begin, world_end),
		cmocka_unit_test_setup_teardown(ids_of_what_waits_are_taken, world_begin, world_end),
		cmocka_unit_test_setup_teardown(a_session_is_accepted_with_parameters, world_begin, world_end),
		cmocka_unit_test_setup_teardown(a_tunnel_is_accepted_with_live_parameters, world_begin, world_end),
		cmocka_unit_test_setup_teardown(what_the_datapath_refuses_then_is_down, world_begin, world_end),
		cmocka_unit_test_setup_teardown(silence_is_refusal, world_begin, world_end),
		cmocka_unit_test_setup_teardown(silence_may_be_consent, world_begin, world_end),
		cmocka_unit_test_setup_teardown(not_all_are_asked_at_once, world_begin, world_end),
		cmocka_unit_test_setup_teardown(one_that_leaves_is_silent, world_begin, world_end),
		cmocka_unit_test_setup_teardown(absence_may_be_refusal, world_begin, world_end),
		cmocka_unit_test_setup_teardown(absence_may_be_forgiven, world_begin, world_end),
		cmocka_unit_test_setup_teardown(a_reload_asks_about_what_is_new, world_begin, world_end),
		cmocka_unit_test_setup_teardown(a_reload_that_fails_asks_again, world_begin, world_end),
		cmocka_unit_test_setup_teardown(a_reload_that_fails_decides_nothing, world_begin, world_end),
		cmocka_unit_test_setup_teardown(an_answer_names_no_profiles, world_begin, world_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
