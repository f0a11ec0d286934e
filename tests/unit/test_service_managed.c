/* SPDX-License-Identifier: MIT */
/*
 * The life of tunnels with a control protocol that are made here: opened, lost, waited for, used and unused, changed
 * and deleted, against a service that accepts them.
 */
#include "service_pair.h"

#define MINUTE 60000

static bool exists(struct pair *pair)
{
	return world_has(pair->near, "tunnel show tunnel_name=t");
}

static const char *peer_of(struct pair *pair, char text[ADDRESS_TEXT_MAX])
{
	struct service_tunnel_view view = world_tunnel(pair->near, "t");

	return address_format(&view.peer, text, ADDRESS_TEXT_MAX);
}

/* --- opening --- */

static void a_tunnel_comes_up_at_both_ends(void **state)
{
	struct pair *pair = *state;
	struct service_tunnel_view near, far;

	pair_up(pair, "");
	near = world_tunnel(pair->near, "t");
	far = pair_first_tunnel(pair->far);
	assert_int_equal(far.origin, SERVICE_ORIGIN_PEER);
	assert_int_equal(near.origin, SERVICE_ORIGIN_ADMIN);
	assert_int_equal(datapath_null_tunnels(pair->near->dp), 1);
	assert_int_equal(datapath_null_tunnels(pair->far->dp), 1);
	assert_string_equal(far.config.dest_ipaddr, "192.0.2.1");
	assert_int_equal(far.config.our_udp_port, 1701);
	assert_true(near.up_since && far.up_since);
	pair_run(pair, 5000);
	assert_in_range(service_next_deadline(pair->near->service) - pair->near->now, 50000, 70000);
}

static void a_tunnel_that_nobody_answers_is_deleted(void **state)
{
	struct pair *pair = *state;

	DO(pair->near, CREATE_TUNNEL("t") "max_retries=3");
	pair_run(pair, 100);
	pair_expect_state(pair->near, "t", SERVICE_TUNNEL_CONNECTING);
	pair_run(pair, MINUTE);
	assert_false(exists(pair));
	assert_int_equal(pair->said[0][MESSAGE_SCCRQ], 4);
	assert_true(pair_failure(pair->near)[0]);
	assert_int_equal(datapath_null_tunnels(pair->near->dp), 0);
}

/* Its sessions would send to nobody. */
static void a_peer_that_the_datapath_refuses_to_know_is_another_attempt(void **state)
{
	const struct error error = { .code = ERROR_SYSTEM, .text = "no room for it" };
	struct pair *pair = *state;

	DO(pair->far, ADMIT_NEAR);
	datapath_null_fail(pair->near->dp, DATAPATH_NULL_TUNNEL_MODIFY, 0, &error);
	DO(pair->near, CREATE_TUNNEL("t") "persist=yes");
	pair_run(pair, 100);
	pair_expect_state(pair->near, "t", SERVICE_TUNNEL_WAITING);
	assert_string_equal(pair_failure(pair->near), "no room for it");
	assert_int_equal(world_status(pair->far).tunnels, 0);
	assert_int_equal(pair->result[0], 2);
	pair_run(pair, 5000);
	pair_expect_state(pair->near, "t", SERVICE_TUNNEL_UP);
	assert_int_equal(world_status(pair->far).tunnels, 1);
}

static void what_is_to_persist_is_tried_ever_later_and_with_another_id(void **state)
{
	struct pair *pair = *state;
	struct service_tunnel_view view;
	uint32_t id, changed = 0;
	unsigned int attempts;

	DO(pair->near, "system modify tunnel_persist_pend_timeout=60");
	DO(pair->near, CREATE_TUNNEL("t") "max_retries=1 persist=yes hello_timeout=7");
	id = world_tunnel(pair->near, "t").config.tunnel_id;
	for (int i = 0; i < 60; i++) {
		pair_run(pair, 1000);
		view = world_tunnel(pair->near, "t");
		changed += view.config.tunnel_id != id;
		id = view.config.tunnel_id;
		assert_int_equal(view.config.hello_timeout, 7);
	}
	assert_in_range(changed, 3, 5);
	pair_run(pair, 10 * MINUTE);
	attempts = pair->said[0][MESSAGE_SCCRQ] / 2;
	assert_in_range(attempts, 12, 17);	/* every 45 to 75 s */
	DO(pair->far, ADMIT_NEAR);
	pair_run(pair, 80000);
	pair_expect_state(pair->near, "t", SERVICE_TUNNEL_UP);
	assert_string_equal(world_tunnel(pair->near, "t").reason, "");
}

static void an_id_that_was_given_stays(void **state)
{
	struct pair *pair = *state;

	DO(pair->near, CREATE_TUNNEL("t") "max_retries=1 persist=yes tunnel_id=77");
	pair_run(pair, MINUTE);
	assert_int_equal(world_tunnel(pair->near, "t").config.tunnel_id, 77);
	assert_in_range(pair->said[0][MESSAGE_SCCRQ], 6, 30);
	DO(pair->far, ADMIT_NEAR);
	pair_run(pair, MINUTE);
	pair_expect_state(pair->near, "t", SERVICE_TUNNEL_UP);
	assert_int_equal(world_tunnel(pair->near, "t").config.tunnel_id, 77);
}

static void two_persistent_tunnels_are_not_tried_in_step(void **state)
{
	struct pair *pair = *state;
	uint64_t first, second;

	DO(pair->near, CREATE_TUNNEL("a") "max_retries=1 persist=yes\n" CREATE_TUNNEL("b") "max_retries=1 persist=yes");
	pair_run(pair, 3500);
	pair_expect_state(pair->near, "a", SERVICE_TUNNEL_WAITING);
	pair_expect_state(pair->near, "b", SERVICE_TUNNEL_WAITING);
	first = service_next_deadline(pair->near->service);
	service_expire(pair->near->service, first);
	second = service_next_deadline(pair->near->service);
	assert_true(first != second);
}

static void who_takes_too_long_to_answer_is_given_up(void **state)
{
	struct pair *pair = *state;

	DO(pair->near, "system modify tunnel_establish_timeout=5");
	DO(pair->near, CREATE_TUNNEL("t") "max_retries=50");
	pair_run(pair, 4900);
	assert_true(exists(pair));
	pair_run(pair, 200);
	assert_false(exists(pair));
}

/* --- names of hosts --- */

static void a_host_name_is_asked_for_anew_at_each_attempt(void **state)
{
	struct pair *pair = *state;
	struct service_tunnel_view view;
	char text[ADDRESS_TEXT_MAX];

	DO(pair->near, "tunnel create tunnel_name=t src_ipaddr=192.0.2.1 dest_ipaddr=lns.example persist=yes "
		       "max_retries=1");
	pair_expect_state(pair->near, "t", SERVICE_TUNNEL_RESOLVING);
	world_answer(pair->near, "192.0.2.7 192.0.2.8 192.0.2.2");
	pair_run(pair, 100);
	pair_expect_state(pair->near, "t", SERVICE_TUNNEL_CONNECTING);
	assert_string_equal(peer_of(pair, text), "192.0.2.7");
	pair_run(pair, 4500);
	pair_expect_state(pair->near, "t", SERVICE_TUNNEL_RESOLVING);
	world_answer(pair->near, "192.0.2.7 192.0.2.8 192.0.2.2");
	view = world_tunnel(pair->near, "t");
	assert_string_equal(address_format(&view.peer, text, sizeof(text)), "192.0.2.8");
	pair_run(pair, 6000);
	world_answer(pair->near, "192.0.2.7 192.0.2.8 192.0.2.2");
	DO(pair->far, ADMIT_NEAR);
	pair_run(pair, 100);
	pair_expect_state(pair->near, "t", SERVICE_TUNNEL_UP);
}

/* Between two attempts the name may be gone: the address that is known is tried. */
static void a_name_that_fails_between_attempts_is_no_end(void **state)
{
	struct pair *pair = *state;
	struct service_request request;
	char text[ADDRESS_TEXT_MAX];

	DO(pair->near, "tunnel create tunnel_name=t src_ipaddr=192.0.2.1 dest_ipaddr=lns.example persist=yes "
		       "max_retries=1");
	world_answer(pair->near, "192.0.2.2");
	pair_run(pair, 4500);
	world_answer(pair->near, "");
	DO(pair->far, ADMIT_NEAR);
	pair_run(pair, 10000);
	pair_expect_state(pair->near, "t", SERVICE_TUNNEL_UP);
	/* and while it is up no answer moves it */
	pair_run(pair, 5 * MINUTE);
	assert_false(service_next_request(pair->near->service, &request));
	assert_string_equal(peer_of(pair, text), "192.0.2.2");
	pair_expect_state(pair->near, "t", SERVICE_TUNNEL_UP);
}

static void a_late_answer_moves_no_open_tunnel(void **state)
{
	struct pair *pair = *state;
	char text[ADDRESS_TEXT_MAX];
	struct service_request request;
	struct address other;

	DO(pair->near, "tunnel create tunnel_name=t src_ipaddr=192.0.2.1 dest_ipaddr=lns.example persist=yes "
		       "max_retries=1");
	world_answer(pair->near, "192.0.2.2");
	pair_run(pair, 4500);
	world_answer(pair->near, "");
	DO(pair->far, ADMIT_NEAR);
	assert_true(address_parse("192.0.2.9", &other));
	for (int i = 0; i < 100; i++) {
		pair_run(pair, 1000);
		if (service_next_request(pair->near->service, &request))
			service_resolved(pair->near->service, request.tunnel, &other, 1, NULL, pair->near->now);
	}
	pair_expect_state(pair->near, "t", SERVICE_TUNNEL_UP);
	assert_string_equal(peer_of(pair, text), "192.0.2.2");
}

static void a_name_that_has_no_address_ends_what_is_not_to_persist(void **state)
{
	struct pair *pair = *state;
	struct service_request request;

	DO(pair->near, "tunnel create tunnel_name=t dest_ipaddr=lns.example");
	for (int i = 0; i < 130; i++) {
		if (service_next_request(pair->near->service, &request))
			service_resolved(pair->near->service, request.tunnel, NULL, 0, "no such name", pair->near->now);
		pair_run(pair, 1000);
		assert_true(exists(pair) || i > 60);
	}
	if (service_next_request(pair->near->service, &request))
		service_resolved(pair->near->service, request.tunnel, NULL, 0, "no such name", pair->near->now);
	pair_run(pair, MINUTE);
	if (service_next_request(pair->near->service, &request))
		service_resolved(pair->near->service, request.tunnel, NULL, 0, "no such name", pair->near->now);
	assert_false(exists(pair));
	pair_expect_words(pair_failure(pair->near), "lns.example: no such name");
}

/* --- lost, and closed --- */

static void a_peer_that_falls_silent_is_noticed(void **state)
{
	struct pair *pair = *state;

	pair_up(pair, "hello_timeout=10 max_retries=2");
	pair_run(pair, 25000);
	assert_in_range(pair->said[0][MESSAGE_HELLO], 1, 3);
	assert_true(exists(pair));
	pair_cut(pair, true);
	pair_run(pair, 20000);
	assert_false(exists(pair));
}

static void what_is_to_persist_comes_back(void **state)
{
	struct pair *pair = *state;
	uint32_t id;

	pair_up(pair, "hello_timeout=10 max_retries=2 persist=yes");
	DO(pair->near, CREATE_SESSION("t", "s") "called_number=5");
	pair_run(pair, 100);
	pair_expect_session(pair->near, "t", "s", SERVICE_SESSION_UP);
	id = world_tunnel(pair->near, "t").config.tunnel_id;
	pair_cut(pair, true);
	pair_run(pair, 20000);
	assert_int_not_equal(pair_state(pair->near, "t"), SERVICE_TUNNEL_UP);
	pair_expect_session(pair->near, "t", "s", SERVICE_SESSION_WAITING);
	assert_int_equal(datapath_null_sessions(pair->near->dp), 0);
	pair_cut(pair, false);
	pair_run(pair, 30000);
	pair_expect_state(pair->near, "t", SERVICE_TUNNEL_UP);
	pair_expect_session(pair->near, "t", "s", SERVICE_SESSION_UP);
	assert_string_equal(world_session(pair->near, "t", "s").config.called_number, "5");
	assert_int_not_equal(world_tunnel(pair->near, "t").config.tunnel_id, id);
}

static void who_accepts_and_closes_at_once_is_tried_ever_later(void **state)
{
	struct pair *pair = *state;
	char name[128];

	pair_up(pair, "persist=yes");
	for (int i = 0; i < 600; i++) {
		if (world_status(pair->far).tunnels) {
			snprintf(name, sizeof(name), "tunnel delete tunnel_name=%s",
				 pair_first_tunnel(pair->far).config.tunnel_name);
			DO(pair->far, name);
		}
		pair_run(pair, 1000);
	}
	assert_in_range(pair->said[0][MESSAGE_SCCRQ], 5, 14);
}

static void the_peer_sees_why_a_tunnel_was_deleted(void **state)
{
	struct pair *pair = *state;

	pair_up(pair, "");
	DO(pair->near, "tunnel delete tunnel_name=t reason=\"moved to Paris\"");
	pair_talk(pair);
	assert_int_equal(pair->said[0][MESSAGE_STOPCCN], 1);
	assert_int_equal(pair->result[0], 1);
	assert_string_equal(pair->text[0], "moved to Paris");
	assert_int_equal(world_status(pair->far).tunnels, 0);
	assert_int_equal(world_status(pair->near).tunnels, 0);
	assert_string_equal(pair_failure(pair->far), "");	/* it has gone as it came */
	pair_run(pair, MINUTE);
	assert_int_equal(pair->said[0][MESSAGE_STOPCCN], 1);
}

static void a_peers_reason_is_told_here(void **state)
{
	struct pair *pair = *state;
	char text[128];

	pair_up(pair, "");
	snprintf(text, sizeof(text), "tunnel delete tunnel_name=%s reason=overload",
		 pair_first_tunnel(pair->far).config.tunnel_name);
	DO(pair->far, text);
	pair_talk(pair);
	assert_false(exists(pair));
	pair_expect_words(pair_failure(pair->near), "closed by the peer");
	pair_expect_words(pair_failure(pair->near), "overload");
}

static void a_stopccn_that_is_lost_is_sent_again(void **state)
{
	struct pair *pair = *state;

	pair_up(pair, "our_udp_port=0");
	pair_cut(pair, true);
	DO(pair->near, "tunnel delete tunnel_name=t");
	pair_talk(pair);
	pair_cut(pair, false);
	pair_run(pair, 10000);
	assert_int_equal(world_status(pair->far).tunnels, 0);
	pair_run(pair, MINUTE);		/* and the port is given back */
	assert_int_equal(service_next_deadline(pair->near->service), SERVICE_NEVER);
}

static void a_service_that_stops_tells_all_its_peers(void **state)
{
	struct pair *pair = *state;

	pair_up(pair, "persist=yes");
	DO(pair->near, CREATE_TUNNEL("u") "persist=yes\n" CREATE_SESSION("t", "s"));
	pair_run(pair, 100);
	assert_int_equal(world_status(pair->far).tunnels, 2);
	assert_int_equal(service_stop(pair->near->service, pair->near->now), 2);
	pair_talk(pair);
	assert_int_equal(world_status(pair->far).tunnels, 0);
	assert_int_equal(pair->result[0], 6);
	assert_int_equal(pair->said[0][MESSAGE_STOPCCN], 2);
	assert_int_equal(service_stop(pair->near->service, pair->near->now), 0);
	pair->said[0][MESSAGE_SCCRQ] = 0;
	pair_run(pair, 5 * MINUTE);
	assert_int_equal(pair->said[0][MESSAGE_SCCRQ], 0);
}

static void nothing_is_opened_while_a_service_stops(void **state)
{
	struct pair *pair = *state;

	DO(pair->far, ADMIT_NEAR);
	DO(pair->near, "tunnel create tunnel_name=t src_ipaddr=192.0.2.1 dest_ipaddr=lns.example persist=yes");
	service_stop(pair->near->service, pair->near->now);
	world_answer(pair->near, "192.0.2.2");
	pair_run(pair, MINUTE);
	assert_int_equal(pair->said[0][MESSAGE_SCCRQ], 0);
	/* nor is what a peer asks for */
	service_stop(pair->far->service, pair->far->now);
	DO(pair->near, CREATE_TUNNEL("u"));
	pair_run(pair, MINUTE);
	assert_int_equal(world_status(pair->far).tunnels, 0);
}

/* --- unused --- */

static void an_unused_tunnel_is_deleted_after_its_last_session(void **state)
{
	struct pair *pair = *state;

	pair_up(pair, "idle_timeout=30");
	pair_run(pair, 5 * MINUTE);
	assert_true(exists(pair));		/* it had none yet */
	DO(pair->near, CREATE_SESSION("t", "a") "\n" CREATE_SESSION("t", "b"));
	pair_run(pair, MINUTE);
	DO(pair->near, "session delete tunnel_name=t session_name=a");
	pair_run(pair, MINUTE);
	assert_true(exists(pair));
	DO(pair->near, "session delete tunnel_name=t session_name=b");
	pair_run(pair, 29000);
	assert_true(exists(pair));
	pair_run(pair, 2000);
	assert_false(exists(pair));
	pair_expect_words(pair->text[0], "idle_timeout");
	assert_int_equal(world_status(pair->far).tunnels, 0);
}

static void an_unused_tunnel_that_persists_waits_for_a_session(void **state)
{
	struct pair *pair = *state;

	pair_up(pair, "idle_timeout=30 persist=yes");
	DO(pair->near, CREATE_SESSION("t", "a"));
	pair_run(pair, 1000);
	DO(pair->near, "session delete tunnel_name=t session_name=a");
	pair_run(pair, 31000);
	pair_expect_state(pair->near, "t", SERVICE_TUNNEL_WAITING);
	assert_int_equal(world_status(pair->far).tunnels, 0);
	pair_run(pair, 10 * MINUTE);
	pair_expect_state(pair->near, "t", SERVICE_TUNNEL_WAITING);
	DO(pair->near, CREATE_SESSION("t", "b"));
	pair_run(pair, 100);
	pair_expect_state(pair->near, "t", SERVICE_TUNNEL_UP);
	pair_expect_session(pair->near, "t", "b", SERVICE_SESSION_UP);
}

static void a_session_in_time_keeps_its_tunnel(void **state)
{
	struct pair *pair = *state;

	pair_up(pair, "idle_timeout=30");
	DO(pair->near, CREATE_SESSION("t", "a"));
	pair_run(pair, 1000);
	DO(pair->near, "session delete tunnel_name=t session_name=a");
	pair_run(pair, 20000);
	DO(pair->near, CREATE_SESSION("t", "b"));
	pair_run(pair, 5 * MINUTE);
	pair_expect_session(pair->near, "t", "b", SERVICE_SESSION_UP);
}

/* --- HELLO --- */

static void data_says_that_the_peer_is_alive(void **state)
{
	struct pair *pair = *state;
	struct datapath_stats stats = { 0 };
	const struct datapath_null_entry *log;
	handle session = HANDLE_NONE;
	size_t count;

	pair_up(pair, "hello_timeout=10");
	datapath_null_log_begin(pair->near->dp);
	DO(pair->near, CREATE_SESSION("t", "s"));
	pair_run(pair, 1000);
	log = datapath_null_log(pair->near->dp, &count);
	for (size_t i = 0; i < count; i++)
		session = log[i].operation == DATAPATH_NULL_SESSION_ADD ? log[i].session : session;
	assert_int_not_equal(session, HANDLE_NONE);
	pair->said[0][MESSAGE_HELLO] = 0;
	for (int i = 0; i < 30; i++) {
		stats.rx_packets++;
		datapath_null_set_stats(pair->near->dp, session, &stats);
		pair_run(pair, 5000);
	}
	assert_int_equal(pair->said[0][MESSAGE_HELLO], 0);
	pair_run(pair, 60000);
	assert_in_range(pair->said[0][MESSAGE_HELLO], 4, 7);
}

/* --- live parameters --- */

static void live_parameters_reach_the_protocol(void **state)
{
	struct pair *pair = *state;

	pair_up(pair, "hello_timeout=0");
	pair_run(pair, 10 * MINUTE);
	assert_int_equal(pair->said[0][MESSAGE_HELLO], 0);
	DO(pair->near, "tunnel modify tunnel_name=t hello_timeout=5 max_retries=1");
	pair_run(pair, MINUTE);
	assert_in_range(pair->said[0][MESSAGE_HELLO], 8, 13);
	pair_cut(pair, true);
	pair_run(pair, 12000);
	assert_false(exists(pair));
}

/* --- the authorizer --- */

static void nothing_is_asked_of_the_peer_before_the_authorizer_has_answered(void **state)
{
	struct pair *pair = *state;

	DO(pair->far, ADMIT_NEAR);
	assert_int_equal(service_set_authorizers(pair->near->service, true, true, pair->near->now, NULL), 0);
	DO(pair->near, CREATE_TUNNEL("t") "\n" CREATE_SESSION("t", "s") "\n" CREATE_TUNNEL("u") "\n"
	   CREATE_SESSION("u", "s"));
	pair_run(pair, 1000);
	assert_int_equal(pair->said[0][MESSAGE_SCCRQ], 0);
	pair_expect_state(pair->near, "t", SERVICE_TUNNEL_AUTHORIZING);
	pair_authorize(pair->near, true, "");
	pair_authorize(pair->near, false, "not this one");
	pair_run(pair, 100);
	pair_expect_state(pair->near, "t", SERVICE_TUNNEL_UP);
	pair_expect_state(pair->near, "u", SERVICE_TUNNEL_DOWN);
	pair_expect_session(pair->near, "t", "s", SERVICE_SESSION_AUTHORIZING);
	pair_expect_session(pair->near, "u", "s", SERVICE_SESSION_DOWN);
	pair_authorize(pair->near, true, "");
	pair_run(pair, 100);
	pair_expect_session(pair->near, "t", "s", SERVICE_SESSION_UP);
	assert_int_equal(pair->said[0][MESSAGE_SCCRQ], 1);
	pair_run(pair, 5 * MINUTE);
	pair_expect_state(pair->near, "u", SERVICE_TUNNEL_DOWN);
	DO(pair->near, "tunnel delete tunnel_name=u");
}

/* --- events --- */

static void expect_events(const struct world *world, const char *expected)
{
	char text[1024] = "";
	struct service_event event;

	for (uint64_t number = 1; number <= service_event_last(world->service); number++) {
		assert_int_equal(service_event_get(world->service, number, &event), 0);
		if (event.kind > SERVICE_EVENT_SESSION_DELETED)
			continue;
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s", text[0] ? " " : "",
			 service_event_name(event.kind));
	}
	assert_string_equal(text, expected);
}

static void events_tell_of_all_that_happens(void **state)
{
	struct pair *pair = *state;

	pair_up(pair, "");
	DO(pair->near, CREATE_SESSION("t", "s"));
	pair_run(pair, 100);
	DO(pair->near, "session delete tunnel_name=t session_name=s\ntunnel delete tunnel_name=t");
	pair_run(pair, 100);
	expect_events(pair->near, "tunnel_created tunnel_up session_created session_up session_down session_deleted "
				  "tunnel_down tunnel_deleted");
	expect_events(pair->far, "tunnel_created tunnel_up session_created session_up session_down session_deleted "
				 "tunnel_down tunnel_deleted");
}

/* --- reload --- */

#define FILE_TUNNEL(rows) "tunnel create tunnel_name=t " TO_FAR rows "\n"

static void a_reload_leaves_alone_what_did_not_change(void **state)
{
	struct pair *pair = *state;
	struct service_tunnel_view view;

	DO(pair->far, ADMIT_NEAR);
	RELOAD(pair->near, NO_PPP FILE_TUNNEL("") CREATE_SESSION("t", "s") "\nsession create tunnel_name=t\n");
	pair_run(pair, 100);
	pair_expect_session(pair->near, "t", "s", SERVICE_SESSION_UP);
	view = world_tunnel(pair->near, "t");
	datapath_null_log_begin(pair->near->dp);
	RELOAD(pair->near, NO_PPP FILE_TUNNEL("") CREATE_SESSION("t", "s") "\nsession create tunnel_name=t\n");
	assert_int_equal(world_log_length(pair->near), 0);
	pair_run(pair, 100);
	assert_int_equal(pair->said[0][MESSAGE_STOPCCN], 0);
	assert_int_equal(pair->said[0][MESSAGE_CDN], 0);
	assert_int_equal(world_tunnel(pair->near, "t").handle, view.handle);
	/* a live row is no reason to close it */
	RELOAD(pair->near, NO_PPP FILE_TUNNEL("hello_timeout=5") CREATE_SESSION("t", "s")
			   "\nsession create tunnel_name=t\n");
	pair_run(pair, 20000);
	assert_int_equal(pair->said[0][MESSAGE_STOPCCN], 0);
	assert_in_range(pair->said[0][MESSAGE_HELLO], 2, 4);
}

static void a_reload_makes_anew_what_changed(void **state)
{
	struct pair *pair = *state;
	uint32_t id;

	DO(pair->far, ADMIT_NEAR);
	RELOAD(pair->near, NO_PPP FILE_TUNNEL("") CREATE_SESSION("t", "s"));
	pair_run(pair, 100);
	id = world_tunnel(pair->near, "t").config.tunnel_id;
	RELOAD(pair->near, NO_PPP FILE_TUNNEL("rx_window_size=7") CREATE_SESSION("t", "s"));
	assert_int_not_equal(world_tunnel(pair->near, "t").config.tunnel_id, id);
	pair_run(pair, 2000);
	pair_expect_state(pair->near, "t", SERVICE_TUNNEL_UP);
	pair_expect_session(pair->near, "t", "s", SERVICE_SESSION_UP);
	assert_int_equal(pair->said[0][MESSAGE_STOPCCN], 1);
	assert_int_equal(world_status(pair->far).tunnels, 1);
}

static void a_reload_with_a_given_id_makes_it_anew_under_it(void **state)
{
	struct pair *pair = *state;

	DO(pair->far, ADMIT_NEAR);
	RELOAD(pair->near, NO_PPP FILE_TUNNEL("tunnel_id=9 persist=yes"));
	pair_run(pair, 100);
	RELOAD(pair->near, NO_PPP FILE_TUNNEL("tunnel_id=9 persist=yes rx_window_size=7"));
	pair_run(pair, 30000);
	pair_expect_state(pair->near, "t", SERVICE_TUNNEL_UP);
}

static void a_reload_leaves_peers_objects_alone(void **state)
{
	struct pair *pair = *state;
	struct service_tunnel_view far;

	pair_up(pair, "");
	DO(pair->near, CREATE_SESSION("t", "s"));
	pair_run(pair, 100);
	far = pair_first_tunnel(pair->far);
	RELOAD(pair->far, ADMIT_NEAR TUNNEL("static", "70000"));
	pair_run(pair, 100);
	assert_int_equal(world_status(pair->far).tunnels, 2);
	assert_int_equal(pair_first_tunnel(pair->far).handle, far.handle);
	assert_int_equal(pair_first_session(pair->far).state, SERVICE_SESSION_UP);
	pair_expect_state(pair->near, "t", SERVICE_TUNNEL_UP);
}

/* The calls of peers in a tunnel of ours that is made anew are not ours. */
static void a_reload_does_not_take_over_the_calls_of_peers(void **state)
{
	struct pair *pair = *state;
	char text[256];

	DO(pair->far, ADMIT_NEAR);
	RELOAD(pair->near, NO_PPP FILE_TUNNEL(""));
	pair_run(pair, 100);
	snprintf(text, sizeof(text), "session create tunnel_name=%s session_type=laic",
		 pair_first_tunnel(pair->far).config.tunnel_name);
	DO(pair->far, text);
	pair_run(pair, 100);
	assert_int_equal(pair_first_session(pair->near).origin, SERVICE_ORIGIN_PEER);
	RELOAD(pair->near, NO_PPP FILE_TUNNEL("rx_window_size=7"));
	pair_run(pair, 2000);
	pair_expect_state(pair->near, "t", SERVICE_TUNNEL_UP);
	assert_int_equal(world_status(pair->near).sessions, 0);
}

static void what_a_reload_could_not_change_is_as_before(void **state)
{
	const struct error refusal = { .code = ERROR_SYSTEM, .text = "refused" };
	struct pair *pair = *state;
	unsigned int failed = 0;

	DO(pair->far, ADMIT_NEAR);
	RELOAD(pair->near, NO_PPP FILE_TUNNEL("") CREATE_SESSION("t", "s"));
	for (unsigned int i = 0; i < 3; i++) {
		pair_run(pair, 5000);
		pair_expect_state(pair->near, "t", SERVICE_TUNNEL_UP);
		pair_expect_session(pair->near, "t", "s", SERVICE_SESSION_UP);
		datapath_null_fail(pair->near->dp, DATAPATH_NULL_TUNNEL_ADD, i, &refusal);
		failed += world_reload(pair->near, FILE_TUNNEL("rx_window_size=7") TUNNEL("v", "70000")
				       CREATE_SESSION("t", "s")) < 0;
		datapath_null_fail(pair->near->dp, DATAPATH_NULL_TUNNEL_ADD, 0, NULL);
	}
	assert_int_equal(failed, 3);
	pair_run(pair, 30000);
	pair_expect_state(pair->near, "t", SERVICE_TUNNEL_UP);
	pair_expect_session(pair->near, "t", "s", SERVICE_SESSION_UP);
	assert_int_equal(world_status(pair->far).tunnels, 1);
}

static void a_new_id_that_the_datapath_refuses_is_another_attempt(void **state)
{
	const struct error refusal = { .code = ERROR_SYSTEM, .text = "refused" };
	struct pair *pair = *state;

	DO(pair->near, CREATE_TUNNEL("t") "max_retries=1 persist=yes");
	pair_run(pair, 100);
	datapath_null_fail(pair->near->dp, DATAPATH_NULL_TUNNEL_ADD, 0, &refusal);
	pair_run(pair, 4500);
	pair_expect_words(world_tunnel(pair->near, "t").reason, "refused");
	assert_int_equal(datapath_null_tunnels(pair->near->dp), 1);
	DO(pair->near, "tunnel modify tunnel_name=t ttl=9");
	DO(pair->far, ADMIT_NEAR);
	pair_run(pair, MINUTE);
	pair_expect_state(pair->near, "t", SERVICE_TUNNEL_UP);
}

/* --- the end --- */

static void a_cause_does_not_outlive_its_command(void **state)
{
	struct pair *pair = *state;

	pair_up(pair, "");
	DO(pair->near, CREATE_TUNNEL("u"));
	pair_run(pair, 100);
	DO(pair->near, "tunnel delete tunnel_name=u reason=gone");
	/* the rest is service_free()'s */
}

static void it_may_end_at_any_time(void **state)
{
	(void)state;
	for (unsigned int steps = 0; steps < 14; steps++) {
		struct pair *pair;
		void *own;

		pair_begin(&own);
		pair = own;
		DO(pair->far, ADMIT_NEAR);
		DO(pair->near, CREATE_TUNNEL("t") "persist=yes\n" CREATE_SESSION("t", "s") "\n" CREATE_SESSION("t", "r")
		   "\n" CREATE_TUNNEL("v") "\n");
		service_expire(pair->near->service, pair->near->now);
		for (unsigned int i = 0; i < steps; i++) {
			pair_transmit(pair, (int)i % 2);
			service_receive(i % 2 ? pair->near->service : pair->far->service, pair->near->now);
			if (i == 9)
				DO(pair->near, "tunnel delete tunnel_name=v");
		}
		pair_end(&own);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PAIR_TEST(a_tunnel_comes_up_at_both_ends),
		PAIR_TEST(a_tunnel_that_nobody_answers_is_deleted),
		PAIR_TEST(a_peer_that_the_datapath_refuses_to_know_is_another_attempt),
		PAIR_TEST(what_is_to_persist_is_tried_ever_later_and_with_another_id),
		PAIR_TEST(an_id_that_was_given_stays),
		PAIR_TEST(two_persistent_tunnels_are_not_tried_in_step),
		PAIR_TEST(who_takes_too_long_to_answer_is_given_up),
		PAIR_TEST(a_host_name_is_asked_for_anew_at_each_attempt),
		PAIR_TEST(a_name_that_fails_between_attempts_is_no_end),
		PAIR_TEST(a_late_answer_moves_no_open_tunnel),
		PAIR_TEST(a_name_that_has_no_address_ends_what_is_not_to_persist),
		PAIR_TEST(a_peer_that_falls_silent_is_noticed),
		PAIR_TEST(what_is_to_persist_comes_back),
		PAIR_TEST(who_accepts_and_closes_at_once_is_tried_ever_later),
		PAIR_TEST(the_peer_sees_why_a_tunnel_was_deleted),
		PAIR_TEST(a_peers_reason_is_told_here),
		PAIR_TEST(a_stopccn_that_is_lost_is_sent_again),
		PAIR_TEST(a_service_that_stops_tells_all_its_peers),
		PAIR_TEST(nothing_is_opened_while_a_service_stops),
		PAIR_TEST(an_unused_tunnel_is_deleted_after_its_last_session),
		PAIR_TEST(an_unused_tunnel_that_persists_waits_for_a_session),
		PAIR_TEST(a_session_in_time_keeps_its_tunnel),
		PAIR_TEST(data_says_that_the_peer_is_alive),
		PAIR_TEST(live_parameters_reach_the_protocol),
		PAIR_TEST(nothing_is_asked_of_the_peer_before_the_authorizer_has_answered),
		PAIR_TEST(events_tell_of_all_that_happens),
		PAIR_TEST(a_reload_leaves_alone_what_did_not_change),
		PAIR_TEST(a_reload_makes_anew_what_changed),
		PAIR_TEST(a_reload_with_a_given_id_makes_it_anew_under_it),
		PAIR_TEST(a_reload_leaves_peers_objects_alone),
		PAIR_TEST(a_reload_does_not_take_over_the_calls_of_peers),
		PAIR_TEST(what_a_reload_could_not_change_is_as_before),
		PAIR_TEST(a_new_id_that_the_datapath_refuses_is_another_attempt),
		PAIR_TEST(a_cause_does_not_outlive_its_command),
		cmocka_unit_test(it_may_end_at_any_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
