/* SPDX-License-Identifier: MIT */
/*
 * How PPP ends in sessions, and begins anew: at once, whoever answers; and with the reason, here and there.
 */
#include "service/ppp_settings.h"
#include "service/session_ppp.h"

#include "service_ppp.h"

/* --- events --- */

/* The last one of this kind; NULL: there was none. *count: how many there were. */
static const struct service_event *told(struct world *world, enum service_event_kind kind, unsigned int *count)
{
	static struct service_event event, found;

	*count = 0;
	for (uint64_t number = 1; number <= service_event_last(world->service); number++) {
		if (service_event_get(world->service, number, &event) < 0 || event.kind != kind)
			continue;
		found = event;
		++*count;
	}
	return *count ? &found : NULL;
}

static void expect_told(struct world *world, enum service_event_kind kind, unsigned int wanted, const char *words)
{
	unsigned int count;
	const struct service_event *event = told(world, kind, &count);

	if (count != wanted)
		fail_msg("%u events %s, not %u", count, service_event_name(kind), wanted);
	if (event && words)
		pair_expect_words(event->reason, words);
}

/* --- the peer is silent --- */

#define ECHOES "ppp profile modify profile_name=default lcp_echo_interval=5 lcp_echo_failure_count=3\n"

static void who_answers_no_echoes_is_down_at_once(void **state)
{
	struct pair *pair = *state;
	const struct session *session;
	struct service_session_view view;

	ppp_ready(pair, PPP_LNS ECHOES);
	ppp_dial(pair, AS("alice", "wonderland"));
	ppp_expect_up(pair);
	session = handle_get(&pair->far->service->session_handles, pair_first_session(pair->far).handle);
	pair_cut(pair, true);
	pair_run(pair, 20500);
	/* the first of three Terminate-Requests is on its way */
	assert_true(ppp_far_has(pair));
	view = pair_first_session(pair->far);
	assert_int_equal(view.state, SERVICE_SESSION_DOWN);
	pair_expect_words(view.reason, "does not answer echoes");
	assert_false(datapath_null_session(pair->far->dp, session->datapath)->ppp.ipv4);
	expect_told(pair->far, SERVICE_EVENT_SESSION_IPV4_DOWN, 1, NULL);
	expect_told(pair->far, SERVICE_EVENT_SESSION_IPV6_DOWN, 1, NULL);
	expect_told(pair->far, SERVICE_EVENT_SESSION_DOWN, 1, "does not answer echoes");
	pair_run(pair, 10000);
	assert_false(ppp_far_has(pair));
	expect_told(pair->far, SERVICE_EVENT_SESSION_DOWN, 1, NULL);
	expect_told(pair->far, SERVICE_EVENT_SESSION_IPV4_DOWN, 1, NULL);
	expect_told(pair->far, SERVICE_EVENT_SESSION_DELETED, 1, "does not answer echoes");
}

/* What pppd's scripts are told of it is still there then. */
static void the_device_is_told_with_what_ends_in_it(void **state)
{
	struct pair *pair = *state;
	const struct service_event *event;
	unsigned int count;

	ppp_ready(pair, PPP_LNS ECHOES);
	ppp_dial(pair, AS("alice", "wonderland"));
	pair_cut(pair, true);
	pair_run(pair, 20500);
	event = told(pair->far, SERVICE_EVENT_SESSION_IPV4_DOWN, &count);
	assert_non_null(event);
	assert_string_equal(event->interface_name, "ppp0");
	ppp_expect_address(&event->ppp.remote, "10.1.0.10");
	assert_string_equal(event->ppp.user_name, "alice");
}

/* Also when we want to, and nobody is there who could acknowledge it. */
static void a_session_that_we_end_is_down_at_once(void **state)
{
	struct pair *pair = *state;
	struct service_session_view view;

	ppp_ready(pair, PPP_LNS "ppp profile modify profile_name=default max_connect_time=30\n");
	ppp_dial(pair, AS("alice", "wonderland"));
	ppp_expect_up(pair);
	pair_cut(pair, true);
	pair_run(pair, 30500);
	view = pair_first_session(pair->far);
	assert_int_equal(view.state, SERVICE_SESSION_DOWN);
	pair_expect_words(view.reason, "the time that the session may last is over");
	expect_told(pair->far, SERVICE_EVENT_SESSION_DOWN, 1, "the time that the session may last is over");
}

static void a_session_that_gave_way_is_down_at_once(void **state)
{
	struct pair *pair = *state;

	ppp_ready(pair, PPP_LNS "ppp profile modify profile_name=default one_session=replace\n");
	ppp_dial(pair, AS("alice", "wonderland"));
	ppp_expect_up(pair);
	DO(pair->near, CREATE_SESSION("t", "another") AS("alice", "wonderland"));
	pair_run(pair, 300);
	expect_told(pair->far, SERVICE_EVENT_SESSION_DOWN, 1, "one_session=replace");
}

/* --- the reason --- */

/* What is told to the peer does not tell whether there is such a user; what is kept here does. */
static void who_is_refused_is_named_here(void **state)
{
	struct pair *pair = *state;

	ppp_ready(pair, PPP_LNS);
	DO(pair->near, "system modify session_persist_pend_timeout=0");
	ppp_dial(pair, AS("alice", "guesswork"));
	assert_false(ppp_far_has(pair));
	expect_told(pair->far, SERVICE_EVENT_SESSION_DELETED, 1, "user alice is refused: wrong password");
	pair_expect_words(pair_failure(pair->far), "user alice is refused: wrong password");
	expect_told(pair->near, SERVICE_EVENT_SESSION_DELETED, 1, "wrong name or password");
	assert_null(strstr(pair->text[0], "user alice"));
	assert_null(strstr(pair->text[1], "user alice"));
}

/* Of a session that tries for ever: each reason once. */
static void an_attempt_that_fails_is_told(void **state)
{
	struct pair *pair = *state;

	ppp_ready(pair, "pool create pool_name=small range=10.1.0.10-10.1.0.10\n"
			"ppp profile modify profile_name=default ip_pool_name=small local_ipaddr=10.1.0.1\n");
	DO(pair->near, CREATE_SESSION("t", "first") AS("alice", "wonderland"));
	pair_run(pair, 1000);
	ppp_dial(pair, AS("bob", "guesswork"));
	pair_run(pair, 20000);
	assert_true(ppp_near(pair).failed_attempts > 1);
	expect_told(pair->near, SERVICE_EVENT_SESSION_MODIFIED, 1, "wrong name or password");
	DO(pair->near, "session delete tunnel_name=t session_name=s");
	DO(pair->far, "ppp profile modify profile_name=default one_session=any");
	ppp_users(pair->far, "alice * wonderland *\nbob * builder *\n");
	ppp_dial(pair, AS("bob", "builder"));
	expect_told(pair->near, SERVICE_EVENT_SESSION_MODIFIED, 2, "pool small");
}

/* --- a static pseudowire --- */

#define STATIC_TUNNEL(here, there, id, peer_id)                                                             \
	"tunnel create version=3 tunnel_name=t src_ipaddr=" here " dest_ipaddr=" there " tunnel_id=" id     \
	" peer_tunnel_id=" peer_id "\n"
#define FAR_SESSION "session create tunnel_name=t session_name=s pw_type=ppp session_id=2 peer_session_id=1 "
#define NEAR_SESSION "session create tunnel_name=t session_name=s pw_type=ppp session_id=1 peer_session_id=2 "

static void static_pair(struct pair *pair)
{
	DO(pair->far, "ppp profile modify profile_name=default remote_ipaddr=10.3.0.2 local_ipaddr=10.3.0.1");
	DO(pair->far, STATIC_TUNNEL("192.0.2.2", "192.0.2.1", "2", "1") FAR_SESSION);
	DO(pair->near, STATIC_TUNNEL("192.0.2.1", "192.0.2.2", "1", "2") NEAR_SESSION);
	pair_run(pair, 10000);
	pair_expect_session(pair->near, "t", "s", SERVICE_SESSION_UP);
}

static void a_pseudowire_that_begins_anew_has_what_profiles_say_then(void **state)
{
	struct pair *pair = *state;
	struct service_session_view view;

	static_pair(pair);
	DO(pair->near, "ppp profile modify profile_name=default idle_timeout=3000 lcp_echo_interval=7");
	view = ppp_near(pair);
	assert_int_equal(view.ppp.idle_timeout, 0);	/* it is up */
	DO(pair->far, "session delete tunnel_name=t session_name=s");
	pair_run(pair, 500);
	DO(pair->far, FAR_SESSION);
	pair_run(pair, 65000);
	pair_expect_session(pair->near, "t", "s", SERVICE_SESSION_UP);
	view = ppp_near(pair);
	assert_int_equal(view.ppp.idle_timeout, 3000);
	assert_true(view.ppp.counters.echoes_sent > 0);
}

/* Also the first time, when what is configured is all new, or much of it. */
static void a_pseudowire_of_a_file_has_what_its_profile_says_there(void **state)
{
	struct pair *pair = *state;
	struct service_session_view view;

	ppp_users(pair->far, PPP_USERS);
	world_expect(pair->far, world_reload(pair->far,
		PPP_POOL "ppp profile create profile_name=lns auth_peer=yes ip_pool_name=subscribers\n"
		STATIC_TUNNEL("192.0.2.2", "192.0.2.1", "2", "1") FAR_SESSION "ppp_profile_name=lns\n"));
	DO(pair->near, STATIC_TUNNEL("192.0.2.1", "192.0.2.2", "1", "2") NEAR_SESSION AS("alice", "guesswork"));
	pair_run(pair, 4500);
	assert_int_not_equal(ppp_near(pair).state, SERVICE_SESSION_UP);
	pair_expect_words(world_session(pair->far, "t", "s").reason, "user alice is refused: wrong password");
	world_expect(pair->near, world_reload(pair->near,
		"ppp profile modify profile_name=default idle_timeout=3000\n"
		STATIC_TUNNEL("192.0.2.1", "192.0.2.2", "1", "2") NEAR_SESSION AS("alice", "wonderland")));
	pair_run(pair, 65000);
	pair_expect_session(pair->near, "t", "s", SERVICE_SESSION_UP);
	view = ppp_near(pair);
	assert_int_equal(view.ppp.idle_timeout, 3000);
	ppp_expect_address(&view.ppp.local, "10.1.0.10");
}

/* The reason of each attempt is its own. */
static void a_pseudowire_says_why_it_failed_last(void **state)
{
	struct pair *pair = *state;

	ppp_users(pair->far, PPP_USERS);
	DO(pair->far, "ppp profile modify profile_name=default remote_ipaddr=10.3.0.2 local_ipaddr=10.3.0.1 "
		      "auth_peer=yes");
	DO(pair->far, STATIC_TUNNEL("192.0.2.2", "192.0.2.1", "2", "1") FAR_SESSION);
	DO(pair->near, STATIC_TUNNEL("192.0.2.1", "192.0.2.2", "1", "2") NEAR_SESSION AS("alice", "guesswork"));
	pair_run(pair, 4500);
	pair_expect_words(world_session(pair->far, "t", "s").reason, "user alice is refused: wrong password");
	expect_told(pair->far, SERVICE_EVENT_SESSION_MODIFIED, 1, "user alice is refused: wrong password");
	pair_cut(pair, true);
	pair_run(pair, 65000);
	pair_expect_words(pair_failure(pair->far), "does not answer");
}

static void a_pseudowire_whose_peer_is_silent_says_so(void **state)
{
	struct pair *pair = *state;

	DO(pair->near, ECHOES);
	static_pair(pair);
	pair_cut(pair, true);
	pair_run(pair, 20500);
	pair_expect_session(pair->near, "t", "s", SERVICE_SESSION_DOWN);
	expect_told(pair->near, SERVICE_EVENT_SESSION_DOWN, 1, "does not answer echoes");
	pair_run(pair, 10000);
	assert_int_not_equal(ppp_near(pair).state, SERVICE_SESSION_UP);
	expect_told(pair->near, SERVICE_EVENT_SESSION_DOWN, 1, NULL);
}

/* What it carries is carried again with the next packet: nothing is negotiated meanwhile. */
static void a_pseudowire_without_carrier_carries_no_network_protocol(void **state)
{
	struct pair *pair = *state;
	struct datapath_event event = { .kind = DATAPATH_EVENT_CARRIER };
	const struct session *session;

	static_pair(pair);
	DO(pair->far, "session modify tunnel_name=t session_name=s carrier_timeout=500");
	session = handle_get(&pair->far->service->session_handles, world_session(pair->far, "t", "s").handle);
	event.session = session->datapath;
	service_datapath_event(pair->far->service, &event, pair->far->now);
	expect_told(pair->far, SERVICE_EVENT_SESSION_IPV4_DOWN, 1, NULL);
	expect_told(pair->far, SERVICE_EVENT_SESSION_IPV6_DOWN, 1, NULL);
	expect_told(pair->far, SERVICE_EVENT_SESSION_DOWN, 1, "carrier_timeout, which is 500 ms");
	event.carrier = true;
	service_datapath_event(pair->far->service, &event, pair->far->now);
	expect_told(pair->far, SERVICE_EVENT_SESSION_UP, 2, NULL);
	expect_told(pair->far, SERVICE_EVENT_SESSION_IPV4_UP, 2, NULL);
	expect_told(pair->far, SERVICE_EVENT_SESSION_IPV6_UP, 2, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PAIR_TEST_PPP(who_answers_no_echoes_is_down_at_once),
		PAIR_TEST_PPP(the_device_is_told_with_what_ends_in_it),
		PAIR_TEST_PPP(a_session_that_we_end_is_down_at_once),
		PAIR_TEST_PPP(a_session_that_gave_way_is_down_at_once),
		PAIR_TEST_PPP(who_is_refused_is_named_here),
		PAIR_TEST_PPP(an_attempt_that_fails_is_told),
		PAIR_TEST_PPP(a_pseudowire_that_begins_anew_has_what_profiles_say_then),
		PAIR_TEST_PPP(a_pseudowire_of_a_file_has_what_its_profile_says_there),
		PAIR_TEST_PPP(a_pseudowire_without_carrier_carries_no_network_protocol),
		PAIR_TEST_PPP(a_pseudowire_says_why_it_failed_last),
		PAIR_TEST_PPP(a_pseudowire_whose_peer_is_silent_says_so),
	};

	return cmocka_run_group_tests_name("service_ppp_end", tests, NULL, NULL);
}
