/* SPDX-License-Identifier: MIT */
/*
 * What peers ask for: who is let in, how it proves itself, what it gets, and what becomes of it.
 */
#include "service/save.h"

#include "service_pair.h"

#define MINUTE 60000

static void ask(struct pair *pair, const char *rows)
{
	char text[512];

	snprintf(text, sizeof(text), CREATE_TUNNEL("t") "%s", rows);
	DO(pair->near, text);
	pair_run(pair, 100);
}

static bool is_up(struct pair *pair)
{
	bool near = world_has(pair->near, "tunnel show tunnel_name=t") &&
		    pair_state(pair->near, "t") == SERVICE_TUNNEL_UP;

	assert_int_equal(world_status(pair->far).tunnels_in[SERVICE_TUNNEL_UP], near);
	return near;
}

/* It was refused, or is gone. */
static void expect_refused(struct pair *pair, uint16_t result, const char *reason)
{
	assert_false(world_has(pair->near, "tunnel show tunnel_name=t"));
	assert_int_equal(world_status(pair->far).tunnels, 0);
	assert_int_equal(datapath_null_tunnels(pair->far->dp), 0);
	assert_int_equal(pair->result[1], result);
	pair_expect_words(pair_failure(pair->near), reason);
}

static void admit(struct pair *pair, const char *rows)
{
	char text[512];

	snprintf(text, sizeof(text), "peer profile create profile_name=near peer_ipaddr=192.0.2.1 %s", rows);
	DO(pair->far, text);
}

/* So that it listens, but not to the near one. */
#define ADMIT_OTHERS "peer profile create profile_name=others peer_ipaddr=198.51.100.0/24\n"

static void watch_log(void)
{
	pair_log[0] = '\0';
	log_set_sink(pair_keep_line, LOG_LEVEL_WARNING);
}

/* --- who --- */

static void who_is_not_known_is_refused_and_told_of(void **state)
{
	struct pair *pair = *state;

	DO(pair->far, ADMIT_OTHERS);
	watch_log();
	ask(pair, "");
	log_set_sink(NULL, LOG_LEVEL_ERROR);
	expect_refused(pair, 4, "no tunnels are accepted from you");
	assert_int_equal(world_status(pair->far).failures, 0);
}

static void the_log_names_the_command_that_helps(void **state)
{
	struct pair *pair = *state;

	DO(pair->near, "system modify tunnel_persist_pend_timeout=2");
	DO(pair->far, ADMIT_OTHERS);
	ask(pair, "persist=yes");
	watch_log();
	pair_run(pair, 5000);
	log_set_sink(NULL, LOG_LEVEL_ERROR);
	if (!strstr(pair_log, "closed by the peer"))	/* both ends write */
		pair_expect_words(pair_log, "peer profile create profile_name=NAME peer_ipaddr=192.0.2.1");
	DO(pair->far, "peer profile create profile_name=n peer_ipaddr=192.0.2.1");
	pair_run(pair, 5000);
	assert_true(is_up(pair));
}

static void who_listens_to_nobody_is_not_heard(void **state)
{
	struct pair *pair = *state;

	ask(pair, "max_retries=2");
	pair_run(pair, MINUTE);
	assert_int_equal(pair->said[1][MESSAGE_STOPCCN], 0);
	assert_false(world_has(pair->near, "tunnel show tunnel_name=t"));
}

static void a_profile_that_accepts_none_is_no_admission(void **state)
{
	struct pair *pair = *state;

	DO(pair->far, ADMIT_OTHERS);
	admit(pair, "accept_tunnels=no");
	ask(pair, "");
	expect_refused(pair, 4, "no tunnels are accepted from you");
	DO(pair->far, "peer profile modify profile_name=near accept_tunnels=yes");
	ask(pair, "");
	assert_true(is_up(pair));
}

static void a_peer_is_known_by_its_name(void **state)
{
	struct pair *pair = *state;

	DO(pair->far, "tunnel profile create profile_name=quick hello_timeout=7\n"
		      "peer profile create profile_name=near.example tunnel_profile_name=quick");
	ask(pair, "");
	assert_true(is_up(pair));
	assert_string_equal(pair_first_tunnel(pair->far).config.peer_profile_name, "near.example");
	assert_int_equal(pair_first_tunnel(pair->far).config.hello_timeout, 7);
}

static void anybody_may_when_default_accepts(void **state)
{
	struct pair *pair = *state;

	DO(pair->far, "peer profile modify profile_name=default accept_tunnels=yes");
	ask(pair, "");
	assert_true(is_up(pair));
}

static void remote_tunnels_may_be_denied(void **state)
{
	struct pair *pair = *state;

	admit(pair, "");
	DO(pair->near, CREATE_TUNNEL("before"));
	pair_run(pair, 100);
	DO(pair->far, "system modify deny_remote_tunnel_creates=yes");
	ask(pair, "");
	assert_int_equal(pair->result[1], 4);
	assert_int_equal(world_status(pair->far).tunnels, 1);	/* the one that was there */
	pair_expect_state(pair->near, "before", SERVICE_TUNNEL_UP);
	DO(pair->far, "system modify deny_remote_tunnel_creates=no");
	ask(pair, "");
	pair_expect_state(pair->near, "t", SERVICE_TUNNEL_UP);
}

/* The port is not listened to any more, but the peer hears of it. */
static void a_peers_tunnel_can_be_deleted_when_nobody_listens(void **state)
{
	struct pair *pair = *state;
	char text[128];

	admit(pair, "");
	ask(pair, "");
	DO(pair->far, "system modify deny_remote_tunnel_creates=yes");
	snprintf(text, sizeof(text), "tunnel delete tunnel_name=%s reason=enough",
		 pair_first_tunnel(pair->far).config.tunnel_name);
	DO(pair->far, text);
	pair_run(pair, 5000);
	assert_false(world_has(pair->near, "tunnel show tunnel_name=t"));
	pair_expect_words(pair_failure(pair->near), "enough");
	pair_run(pair, MINUTE);
	assert_int_equal(service_next_deadline(pair->far->service), SERVICE_NEVER);
}

/* --- limits --- */

static void there_are_only_so_many(void **state)
{
	struct pair *pair = *state;

	admit(pair, "max_tunnels=2");
	DO(pair->near, CREATE_TUNNEL("a") "\n" CREATE_TUNNEL("b"));
	pair_run(pair, 100);
	ask(pair, "");
	assert_int_equal(pair->result[1], 2);
	pair_expect_words(pair_failure(pair->near), "as many tunnels as you may have");
	DO(pair->far, "peer profile modify profile_name=near max_tunnels=0\nsystem modify max_tunnels=2");
	ask(pair, "");
	pair_expect_words(pair_failure(pair->near), "as many tunnels as there may be");
	DO(pair->far, "system modify max_tunnels=0 drain_tunnels=yes");
	ask(pair, "");
	pair_expect_words(pair_failure(pair->near), "drain_tunnels");
	DO(pair->near, CREATE_SESSION("a", "s"));
	pair_run(pair, 100);
	pair_expect_words(pair_failure(pair->near), "drain_tunnels");
	DO(pair->far, "system modify drain_tunnels=no");
	ask(pair, "");
	pair_expect_state(pair->near, "t", SERVICE_TUNNEL_UP);
}

/* All ask before any is up. */
static void those_that_are_being_set_up_count(void **state)
{
	struct pair *pair = *state;

	admit(pair, "max_tunnels=1");
	DO(pair->near, CREATE_TUNNEL("a") "\n" CREATE_TUNNEL("b") "\n" CREATE_TUNNEL("c"));
	pair_run(pair, 1000);
	assert_int_equal(world_status(pair->far).tunnels, 1);
	assert_int_equal(world_status(pair->near).tunnels, 1);
}

static void the_systems_sessions_are_only_so_many(void **state)
{
	struct pair *pair = *state;

	admit(pair, "");
	ask(pair, "");
	DO(pair->far, "system modify max_sessions=1");
	DO(pair->near, CREATE_SESSION("t", "a") "\n" CREATE_SESSION("t", "b"));
	pair_run(pair, 100);
	assert_int_equal(world_status(pair->far).sessions, 1);
	assert_int_equal(pair->result[1], 4);
	assert_true(is_up(pair));
}

/* --- proof --- */

static void simple_wants_a_profile(void **state)
{
	struct pair *pair = *state;

	DO(pair->far, "peer profile modify profile_name=default accept_tunnels=yes\n"
		      "tunnel profile modify profile_name=default auth_mode=simple");
	ask(pair, "");
	expect_refused(pair, 4, "you are not known here");
	admit(pair, "");
	ask(pair, "");
	assert_true(is_up(pair));
}

static void challenge_wants_a_profile_and_the_secret(void **state)
{
	struct pair *pair = *state;

	DO(pair->far, "peer profile modify profile_name=default accept_tunnels=yes\n"
		      "tunnel profile modify profile_name=default auth_mode=challenge secret=s3cret");
	ask(pair, "secret=s3cret");
	expect_refused(pair, 4, "you are not known here");
	admit(pair, "");
	ask(pair, "");
	assert_false(is_up(pair));
	assert_int_equal(world_status(pair->far).tunnels, 0);
	ask(pair, "secret=wrong");
	assert_false(is_up(pair));
	ask(pair, "secret=s3cret");
	assert_true(is_up(pair));
}

static void who_asks_may_want_proof_too(void **state)
{
	struct pair *pair = *state;

	DO(pair->far, "tunnel profile modify profile_name=default secret=s3cret");
	admit(pair, "");
	ask(pair, "auth_mode=challenge secret=other");
	assert_false(world_has(pair->near, "tunnel show tunnel_name=t"));
	pair_run(pair, MINUTE);
	assert_int_equal(world_status(pair->far).tunnels, 0);
	ask(pair, "auth_mode=challenge secret=s3cret");
	assert_true(is_up(pair));
}

static void what_is_hidden_is_read(void **state)
{
	struct pair *pair = *state;

	DO(pair->far, "tunnel profile modify profile_name=default secret=s3cret auth_mode=challenge hide_avps=yes");
	admit(pair, "");
	ask(pair, "secret=s3cret auth_mode=challenge hide_avps=yes");
	assert_true(is_up(pair));
	DO(pair->near, CREATE_SESSION("t", "s") "called_number=123 calling_number=456");
	pair_run(pair, 100);
	pair_expect_session(pair->near, "t", "s", SERVICE_SESSION_UP);
	assert_string_equal(pair_first_session(pair->far).config.called_number, "123");
}

/* --- ports --- */

static void clients_behind_one_address_are_told_apart(void **state)
{
	struct pair *pair = *state;

	admit(pair, "");
	DO(pair->near, CREATE_TUNNEL("a") "our_udp_port=5001\n" CREATE_TUNNEL("b") "our_udp_port=5002\n"
	   CREATE_TUNNEL("c") "our_udp_port=0\n" CREATE_TUNNEL("d") "our_udp_port=5001");
	pair_run(pair, 100);
	assert_int_equal(world_status(pair->far).tunnels_in[SERVICE_TUNNEL_UP], 4);
	DO(pair->near, "tunnel delete tunnel_name=a");
	pair_run(pair, 100);
	assert_int_equal(world_status(pair->far).tunnels_in[SERVICE_TUNNEL_UP], 3);
	pair_expect_state(pair->near, "b", SERVICE_TUNNEL_UP);
	pair_expect_state(pair->near, "d", SERVICE_TUNNEL_UP);
}

static void another_port_can_be_listened_on(void **state)
{
	struct pair *pair = *state;

	DO(pair->far, "system modify udp_port=1800");
	admit(pair, "");
	ask(pair, "peer_udp_port=1800");
	assert_true(is_up(pair));
	assert_int_equal(pair_first_tunnel(pair->far).config.our_udp_port, 1800);
	DO(pair->far, "system modify udp_port=1701");
	DO(pair->near, CREATE_TUNNEL("u"));
	pair_run(pair, 100);
	pair_expect_state(pair->near, "u", SERVICE_TUNNEL_UP);
	pair_expect_state(pair->near, "t", SERVICE_TUNNEL_UP);
}

/* RFC 2661 section 8.1: who is asked may answer from another port, which is the tunnel's from then on. */
static void an_answer_from_another_port_is_followed(void **state)
{
	const struct datapath_null_entry *log;
	struct datapath_message messages[8];
	const struct datapath_tunnel_config *told;
	struct pair *pair = *state;
	size_t count;
	int sent;

	admit(pair, "");
	datapath_null_log_begin(pair->near->dp);
	DO(pair->near, CREATE_TUNNEL("t"));
	service_expire(pair->near->service, pair->near->now);
	pair_transmit(pair, 0);
	service_receive(pair->far->service, pair->far->now);
	datapath_null_join(pair->far->dp, NULL);
	service_transmit(pair->far->service, pair->far->now);
	sent = datapath_null_sent(pair->far->dp, messages, 8);
	assert_true(sent >= 1);
	for (int i = 0; i < sent; i++) {
		struct datapath_message arriving = messages[i];

		arriving.port = 0;
		arriving.peer = messages[i].local;
		assert_true(address_parse("192.0.2.2", &arriving.peer.address));
		arriving.peer.port = 4321;
		arriving.local = messages[i].peer;
		assert_true(datapath_null_message(pair->near->dp, &arriving));
	}
	service_receive(pair->near->service, pair->near->now);
	pair_expect_state(pair->near, "t", SERVICE_TUNNEL_UP);
	log = datapath_null_log(pair->near->dp, &count);
	told = NULL;
	for (size_t i = 0; i < count; i++)
		told = log[i].operation == DATAPATH_NULL_TUNNEL_MODIFY ?
			       datapath_null_tunnel(pair->near->dp, log[i].tunnel) : told;
	assert_non_null(told);
	assert_int_equal(told->peer.port, 4321);
	assert_int_not_equal(told->peer_tunnel_id, 0);
	assert_int_equal(world_tunnel(pair->near, "t").config.peer_udp_port, 1701);	/* as it was given */
}

/* --- the authorizer --- */

static void the_authorizer_of_peers_tunnels_is_asked(void **state)
{
	struct pair *pair = *state;

	admit(pair, "");
	assert_int_equal(service_set_authorizers(pair->far->service, true, false, pair->far->now, NULL), 0);
	ask(pair, "");
	assert_int_equal(pair_first_tunnel(pair->far).state, SERVICE_TUNNEL_AUTHORIZING);
	pair_authorize(pair->far, false, "go away");
	pair_run(pair, 100);
	expect_refused(pair, 4, "go away");
	ask(pair, "");
	pair_authorize(pair->far, true, "");
	pair_run(pair, 100);
	assert_true(is_up(pair));
	DO(pair->near, CREATE_SESSION("t", "s"));
	pair_run(pair, 100);
	pair_expect_session(pair->near, "t", "s", SERVICE_SESSION_UP);
}

static void an_authorizer_may_give_parameters(void **state)
{
	struct service_answer answer = { .accept = true, .object = CONFIG_TUNNEL };
	struct service_question question;
	struct pair *pair = *state;
	struct error error;

	admit(pair, "");
	assert_int_equal(service_set_authorizers(pair->far->service, true, false, pair->far->now, NULL), 0);
	ask(pair, "hello_timeout=0");
	assert_true(service_next_question(pair->far->service, &question, pair->far->now));
	answer.config.tunnel.hello_timeout = 4;
	param_set_add(&answer.set, config_row(CONFIG_TUNNEL, "hello_timeout"));
	assert_int_equal(service_answer(pair->far->service, question.id, &answer, pair->far->now, &error), 0);
	pair_run(pair, 20000);
	assert_int_equal(pair_first_tunnel(pair->far).config.hello_timeout, 4);
	assert_in_range(pair->said[1][MESSAGE_HELLO], 3, 6);
}

/* A call that comes before the answer waits for it. */
static void no_call_is_up_before_its_tunnel_may_be(void **state)
{
	struct pair *pair = *state;

	admit(pair, "");
	assert_int_equal(service_set_authorizers(pair->far->service, true, false, pair->far->now, NULL), 0);
	ask(pair, "");
	DO(pair->near, CREATE_SESSION("t", "s"));
	pair_run(pair, 100);
	pair_expect_session(pair->near, "t", "s", SERVICE_SESSION_CONNECTING);
	assert_int_equal(datapath_null_sessions(pair->far->dp), 0);
	pair_authorize(pair->far, true, "");
	pair_run(pair, 100);
	pair_expect_session(pair->near, "t", "s", SERVICE_SESSION_UP);
	assert_int_equal(pair_first_session(pair->far).state, SERVICE_SESSION_UP);
}

static void a_tunnel_that_is_gone_needs_no_answer(void **state)
{
	struct service_answer answer = { .accept = true, .object = CONFIG_TUNNEL };
	struct service_question question;
	struct pair *pair = *state;
	struct error error;

	admit(pair, "");
	assert_int_equal(service_set_authorizers(pair->far->service, true, true, pair->far->now, NULL), 0);
	ask(pair, "");
	DO(pair->near, CREATE_SESSION("t", "s"));
	pair_run(pair, 100);
	assert_true(service_next_question(pair->far->service, &question, pair->far->now));
	DO(pair->near, "tunnel delete tunnel_name=t");
	pair_run(pair, 100);
	assert_int_equal(world_status(pair->far).tunnels, 0);
	assert_int_equal(world_status(pair->far).sessions, 0);
	assert_int_equal(service_answer(pair->far->service, question.id, &answer, pair->far->now, &error), -1);
}

static void without_an_authorizer_that_must_be_there_nobody_gets_in(void **state)
{
	struct pair *pair = *state;

	admit(pair, "");
	DO(pair->far, "system modify authorizer_absent=refuse");
	ask(pair, "");
	expect_refused(pair, 4, "there is no authorizer");
}

/* --- what kind of calls --- */

static void a_peer_may_be_a_lac_only(void **state)
{
	struct pair *pair = *state;

	admit(pair, "lac_lns=lac");
	ask(pair, "");
	DO(pair->near, CREATE_SESSION("t", "in"));
	pair_run(pair, 100);
	pair_expect_session(pair->near, "t", "in", SERVICE_SESSION_UP);
	DO(pair->near, CREATE_SESSION("t", "out") "session_type=lnoc called_number=1");
	pair_run(pair, 100);
	assert_int_equal(pair->result[1], 3);
	pair_expect_words(pair_failure(pair->near), "lac_lns");
}

static void a_peer_may_be_an_lns_only(void **state)
{
	struct pair *pair = *state;

	admit(pair, "lac_lns=lns");
	ask(pair, "");
	DO(pair->near, CREATE_SESSION("t", "in"));
	pair_run(pair, 100);
	assert_int_equal(world_status(pair->near).sessions, 0);
	pair_expect_words(pair_failure(pair->near), "lac_lns");
}

/* --- what becomes of it --- */

static void what_peers_made_is_not_saved(void **state)
{
	struct service_save position = { 0 };
	struct param_set secrets;
	struct command command;
	struct pair *pair = *state;

	admit(pair, "");
	ask(pair, "");
	DO(pair->near, CREATE_SESSION("t", "s"));
	pair_run(pair, 100);
	assert_int_equal(world_status(pair->far).sessions, 1);
	while (service_save_next(pair->far->service, &position, &command, &secrets))
		assert_true(command.object != CONFIG_TUNNEL && command.object != CONFIG_SESSION);
}

static void an_unused_tunnel_of_a_peer_is_closed(void **state)
{
	struct pair *pair = *state;

	DO(pair->far, "tunnel profile modify profile_name=default idle_timeout=20 persist=yes");
	admit(pair, "");
	ask(pair, "");
	DO(pair->near, CREATE_SESSION("t", "s"));
	pair_run(pair, 1000);
	DO(pair->near, "session delete tunnel_name=t session_name=s");
	pair_run(pair, 21000);
	assert_int_equal(world_status(pair->far).tunnels, 0);
	assert_false(world_has(pair->near, "tunnel show tunnel_name=t"));
	pair_expect_words(pair_failure(pair->near), "idle_timeout");
}

static void a_peer_that_died_is_a_failure(void **state)
{
	struct pair *pair = *state;

	DO(pair->far, "tunnel profile modify profile_name=default hello_timeout=5 max_retries=2");
	admit(pair, "");
	ask(pair, "");
	pair_cut(pair, true);
	pair_run(pair, MINUTE);
	assert_int_equal(world_status(pair->far).tunnels, 0);
	assert_true(pair_failure(pair->far)[0]);
	assert_int_equal(datapath_null_tunnels(pair->far->dp), 0);
}

/* It was started anew, and knows nothing of what it had. */
static void a_peer_that_comes_back_gets_another_tunnel(void **state)
{
	struct pair *pair = *state;
	void *again;

	DO(pair->far, "tunnel profile modify profile_name=default hello_timeout=5 max_retries=2");
	admit(pair, "");
	ask(pair, "");
	pair_join(pair, false);
	again = pair->near;
	world_end(&again);
	world_begin(&again);
	pair->near = again;
	pair->near->now = pair->far->now;
	service_set_host_name(pair->near->service, "near.example");
	datapath_null_keep_sent(pair->near->dp);
	pair_join(pair, true);
	ask(pair, "");
	pair_expect_state(pair->near, "t", SERVICE_TUNNEL_UP);
	assert_int_equal(world_status(pair->far).tunnels, 2);
	pair_run(pair, MINUTE);
	assert_true(is_up(pair));
	assert_int_equal(world_status(pair->far).tunnels, 1);
}

/* The names of tunnels here are nothing to a peer. */
static void a_peers_tunnel_gets_a_name_that_is_free(void **state)
{
	uint32_t id = 0;

	for (int round = 0; round < 2; round++) {
		struct pair *pair;
		char text[160];
		void *own;

		world_random_state = 7;
		pair_begin(&own);
		pair = own;
		admit(pair, "");
		snprintf(text, sizeof(text), "tunnel create version=3 dest_ipaddr=192.0.2.9 tunnel_id=70000 "
					     "peer_tunnel_id=1 tunnel_name=l2tp%u", id);
		DO(pair->far, text);
		ask(pair, "");
		assert_int_equal(world_status(pair->far).tunnels, 2);
		if (id) {
			snprintf(text, sizeof(text), "l2tp%u-2", id);
			assert_int_equal(pair_first_tunnel(pair->far).config.tunnel_id, id);
			assert_string_equal(pair_first_tunnel(pair->far).config.tunnel_name, text);
		}
		id = pair_first_tunnel(pair->far).config.tunnel_id;
		pair_end(&own);
	}
	(void)state;
}

/* A file may name what a peer has got by chance: it is not that. */
static void a_reload_takes_no_peers_tunnel_for_its_own(void **state)
{
	struct service_tunnel_view far;
	struct pair *pair = *state;
	char text[256];

	admit(pair, "");
	ask(pair, "");
	far = pair_first_tunnel(pair->far);
	snprintf(text, sizeof(text), ADMIT_NEAR "tunnel create tunnel_name=%s dest_ipaddr=192.0.2.1",
		 far.config.tunnel_name);
	RELOAD_REFUSED(pair->far, ERROR_EXISTS, "tunnel_name", "is taken by the tunnel with id", text);
	assert_true(is_up(pair));
	assert_int_equal(pair_first_tunnel(pair->far).handle, far.handle);
	assert_int_equal(pair_first_tunnel(pair->far).origin, SERVICE_ORIGIN_PEER);
}

static void a_datapath_that_refuses_a_peers_tunnel(void **state)
{
	const struct error refusal = { .code = ERROR_SYSTEM, .text = "no room" };
	struct pair *pair = *state;

	admit(pair, "");
	datapath_null_fail(pair->far->dp, DATAPATH_NULL_TUNNEL_ADD, 0, &refusal);
	ask(pair, "");
	expect_refused(pair, 2, "it cannot be set up here");
}

static void live_parameters_of_a_peers_tunnel_can_be_changed(void **state)
{
	struct pair *pair = *state;
	char text[128];

	admit(pair, "");
	ask(pair, "hello_timeout=0");
	snprintf(text, sizeof(text), "tunnel modify tunnel_name=%s hello_timeout=5",
		 pair_first_tunnel(pair->far).config.tunnel_name);
	DO(pair->far, text);
	pair_run(pair, MINUTE);
	assert_in_range(pair->said[1][MESSAGE_HELLO], 8, 13);
}

/* Both ask each other at once. */
static void two_that_ask_each_other_have_two_tunnels(void **state)
{
	struct pair *pair = *state;

	admit(pair, "");
	DO(pair->near, "peer profile create profile_name=far peer_ipaddr=192.0.2.2");
	DO(pair->near, CREATE_TUNNEL("t"));
	DO(pair->far, "tunnel create tunnel_name=t src_ipaddr=192.0.2.2 dest_ipaddr=192.0.2.1");
	pair_run(pair, 100);
	assert_int_equal(world_status(pair->near).tunnels_in[SERVICE_TUNNEL_UP], 2);
	assert_int_equal(world_status(pair->far).tunnels_in[SERVICE_TUNNEL_UP], 2);
}

static void of_two_that_break_the_tie_one_remains(void **state)
{
	struct pair *pair = *state;

	admit(pair, "");
	DO(pair->near, "peer profile create profile_name=far peer_ipaddr=192.0.2.2");
	DO(pair->near, CREATE_TUNNEL("t") "use_tiebreaker=yes");
	DO(pair->far, "tunnel create tunnel_name=t src_ipaddr=192.0.2.2 dest_ipaddr=192.0.2.1 use_tiebreaker=yes");
	pair_run(pair, MINUTE);
	assert_int_equal(world_status(pair->near).tunnels_in[SERVICE_TUNNEL_UP], 1);
	assert_int_equal(world_status(pair->far).tunnels_in[SERVICE_TUNNEL_UP], 1);
	assert_int_equal(world_status(pair->near).tunnels, 1);
	assert_int_equal(world_status(pair->far).tunnels, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PAIR_TEST(who_is_not_known_is_refused_and_told_of),
		PAIR_TEST(the_log_names_the_command_that_helps),
		PAIR_TEST(who_listens_to_nobody_is_not_heard),
		PAIR_TEST(a_profile_that_accepts_none_is_no_admission),
		PAIR_TEST(a_peer_is_known_by_its_name),
		PAIR_TEST(anybody_may_when_default_accepts),
		PAIR_TEST(remote_tunnels_may_be_denied),
		PAIR_TEST(a_peers_tunnel_can_be_deleted_when_nobody_listens),
		PAIR_TEST(there_are_only_so_many),
		PAIR_TEST(those_that_are_being_set_up_count),
		PAIR_TEST(the_systems_sessions_are_only_so_many),
		PAIR_TEST(simple_wants_a_profile),
		PAIR_TEST(challenge_wants_a_profile_and_the_secret),
		PAIR_TEST(who_asks_may_want_proof_too),
		PAIR_TEST(what_is_hidden_is_read),
		PAIR_TEST(clients_behind_one_address_are_told_apart),
		PAIR_TEST(another_port_can_be_listened_on),
		PAIR_TEST(an_answer_from_another_port_is_followed),
		PAIR_TEST(the_authorizer_of_peers_tunnels_is_asked),
		PAIR_TEST(an_authorizer_may_give_parameters),
		PAIR_TEST(no_call_is_up_before_its_tunnel_may_be),
		PAIR_TEST(a_tunnel_that_is_gone_needs_no_answer),
		PAIR_TEST(without_an_authorizer_that_must_be_there_nobody_gets_in),
		PAIR_TEST(a_peer_may_be_a_lac_only),
		PAIR_TEST(a_peer_may_be_an_lns_only),
		PAIR_TEST(what_peers_made_is_not_saved),
		PAIR_TEST(an_unused_tunnel_of_a_peer_is_closed),
		PAIR_TEST(a_peer_that_died_is_a_failure),
		PAIR_TEST(a_peer_that_comes_back_gets_another_tunnel),
		cmocka_unit_test(a_peers_tunnel_gets_a_name_that_is_free),
		PAIR_TEST(a_reload_takes_no_peers_tunnel_for_its_own),
		PAIR_TEST(a_datapath_that_refuses_a_peers_tunnel),
		PAIR_TEST(live_parameters_of_a_peers_tunnel_can_be_changed),
		PAIR_TEST(two_that_ask_each_other_have_two_tunnels),
		PAIR_TEST(of_two_that_break_the_tie_one_remains),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
