/* SPDX-License-Identifier: MIT */
/*
 * PPP in the life of sessions, between two services: users come in and get addresses, or not, and why; how they go.
 */
#include "service_ppp.h"

#include "service/session_ppp.h"

#define MINUTE 60000

/* --- in --- */

static void a_user_gets_an_address_from_the_pool(void **state)
{
	struct pair *pair = *state;
	const struct datapath_session_config *config;
	struct service_session_view near, far;

	datapath_null_log_begin(pair->far->dp);
	datapath_null_log_begin(pair->near->dp);
	ppp_ready(pair, PPP_LNS);
	ppp_dial(pair, AS("alice", "wonderland"));
	ppp_expect_up(pair);
	near = ppp_near(pair);
	far = pair_first_session(pair->far);
	ppp_expect_address(&near.ppp.local, "10.1.0.10");
	ppp_expect_address(&near.ppp.peer, "10.1.0.1");
	ppp_expect_address(&far.ppp.local, "10.1.0.1");
	ppp_expect_address(&far.ppp.peer, "10.1.0.10");
	assert_string_equal(far.ppp.user_name, "alice");
	assert_string_equal(far.ppp.peer_proved_by, "MS-CHAPv2");
	assert_string_equal(near.ppp.proved_by, "MS-CHAPv2");
	assert_string_equal(far.ppp.phase, "up");
	assert_string_equal(far.info.ifname, "ppp0");
	config = world_last_session(pair->far);
	assert_true(config->ppp.ipv4);
	assert_true(config->ppp.own_device);
	assert_true(config->ppp.check_source);
	ppp_expect_address(&config->ppp.peer4, "10.1.0.10");
	/* what the LNS sends to its client is from anywhere */
	assert_false(world_last_session(pair->near)->ppp.check_source);
}

/* The first of the pool is the LNS's own. */
static void our_own_address_is_nobodys(void **state)
{
	struct pair *pair = *state;
	struct service_session_view view;

	ppp_ready(pair, "pool create pool_name=subscribers range=10.1.0.0/29\n"
			"ppp profile modify profile_name=default ip_pool_name=subscribers local_ipaddr=10.1.0.1\n");
	ppp_dial(pair, AS("alice", "wonderland"));
	ppp_expect_up(pair);
	view = ppp_near(pair);
	ppp_expect_address(&view.ppp.local, "10.1.0.2");
	ppp_expect_address(&view.ppp.peer, "10.1.0.1");
}

static void a_session_is_not_up_before_it_has_addresses(void **state)
{
	struct pair *pair = *state;
	struct service_session_view view;

	ppp_ready(pair, PPP_LNS "session profile modify profile_name=default no_ppp=yes\n");
	ppp_dial(pair, AS("alice", "wonderland"));
	pair_expect_session(pair->near, "t", "s", SERVICE_SESSION_CONNECTING);
	view = ppp_near(pair);
	pair_expect_words(view.reason, "LCP");
	assert_string_equal(view.ppp.phase, "link");
	view = pair_first_session(pair->far);	/* which needs no PPP */
	assert_int_equal(view.state, SERVICE_SESSION_UP);
}

static void what_a_user_may_have_decides(void **state)
{
	struct pair *pair = *state;
	struct service_session_view view;

	ppp_ready(pair, PPP_LNS);
	ppp_dial(pair, AS("bob", "builder"));
	ppp_expect_up(pair);
	view = ppp_near(pair);
	ppp_expect_address(&view.ppp.local, "10.9.9.9");
}

static void an_address_comes_from_the_profile(void **state)
{
	struct pair *pair = *state;
	struct service_session_view view;

	ppp_ready(pair, "ppp profile modify profile_name=default remote_ipaddr=10.2.0.2 dns_ipaddr_pri=10.2.0.53\n");
	DO(pair->near, "ppp profile modify profile_name=default use_dns=yes");
	ppp_dial(pair, AS("alice", "wonderland"));
	ppp_expect_up(pair);
	view = ppp_near(pair);
	ppp_expect_address(&view.ppp.local, "10.2.0.2");
	ppp_expect_address(&view.ppp.peer, "192.0.0.1");
	ppp_expect_address(&view.ppp.dns[0], "10.2.0.53");
}

/* --- not in --- */

static char lines[4096];

static void keep_lines(const struct log_record *record)
{
	size_t used = strlen(lines);

	snprintf(lines + used, sizeof(lines) - used, "%s\n", record->text);
}

static void wrong(struct pair *pair, const char *parameters)
{
	lines[0] = '\0';
	DO(pair->near, "system modify session_persist_pend_timeout=0");
	log_set_sink(keep_lines, LOG_LEVEL_DEBUG);
	ppp_dial(pair, parameters);
	log_set_sink(NULL, LOG_LEVEL_ERROR);
	assert_false(ppp_far_has(pair));
	assert_int_equal(world_status(pair->near).sessions, 0);
	assert_in_range(pair->said[0][MESSAGE_CDN] + pair->said[1][MESSAGE_CDN], 1, 2);
}

static void a_wrong_password_is_told_to_both_ends_and_is_in_no_log(void **state)
{
	struct pair *pair = *state;

	ppp_ready(pair, PPP_LNS);
	wrong(pair, AS("alice", "guesswork"));
	pair_expect_words(lines, "user alice at 192.0.2.1 is refused (MS-CHAPv2): wrong password");
	assert_null(strstr(lines, "wonderland"));
	assert_null(strstr(lines, "guesswork"));
	pair_expect_words(pair_failure(pair->near), "wrong name or password");
	assert_int_equal(world_status(pair->far).refused_users, 1);
}

static void a_user_that_nobody_knows_gets_the_same_words(void **state)
{
	struct pair *pair = *state;

	ppp_ready(pair, PPP_LNS);
	wrong(pair, AS("mallory", "guesswork"));
	pair_expect_words(lines, "user mallory at 192.0.2.1 is refused (MS-CHAPv2): ");
	assert_null(strstr(lines, "wrong password"));
	pair_expect_words(pair_failure(pair->near), "wrong name or password");
}

static void an_empty_pool_is_told_to_both_ends(void **state)
{
	struct pair *pair = *state;
	struct service_session_view view;

	ppp_ready(pair, "pool create pool_name=small range=10.1.0.10-10.1.0.10\n"
			"ppp profile modify profile_name=default ip_pool_name=small local_ipaddr=10.1.0.1\n");
	DO(pair->near, CREATE_SESSION("t", "first") AS("alice", "wonderland"));
	pair_run(pair, 1000);
	lines[0] = '\0';
	log_set_sink(keep_lines, LOG_LEVEL_DEBUG);
	ppp_dial(pair, AS("carol", "christmas"));
	log_set_sink(NULL, LOG_LEVEL_ERROR);
	pair_expect_session(pair->near, "t", "first", SERVICE_SESSION_UP);
	pair_expect_session(pair->near, "t", "s", SERVICE_SESSION_WAITING);
	pair_expect_words(lines, "user carol: ");
	pair_expect_words(lines, "pool small");
	pair_expect_words(pair_failure(pair->far), "pool small");
	view = ppp_near(pair);
	pair_expect_words(view.reason, "pool small");
}

static void an_address_that_somebody_has_is_given_to_nobody(void **state)
{
	struct pair *pair = *state;

	ppp_ready(pair, PPP_LNS);
	DO(pair->near, CREATE_SESSION("t", "first") AS("bob", "builder"));
	pair_run(pair, 1000);
	ppp_dial(pair, AS("bob", "builder"));
	pair_expect_session(pair->near, "t", "first", SERVICE_SESSION_UP);
	pair_expect_session(pair->near, "t", "s", SERVICE_SESSION_WAITING);
	pair_expect_words(pair_failure(pair->far), "10.9.9.9");
	pair_expect_words(pair_failure(pair->near), "10.9.9.9");
}

static void who_may_have_no_address_gets_none(void **state)
{
	struct pair *pair = *state;

	ppp_ready(pair, PPP_LNS);
	wrong(pair, AS("dave", "nothing"));
	pair_expect_words(lines, "dave may not have the address 10.1.0.1");
	pair_expect_words(pair_failure(pair->near), "may not have");
}

static void a_pool_outside_of_what_a_user_may_have_is_refused(void **state)
{
	struct pair *pair = *state;

	ppp_ready(pair, PPP_LNS);
	wrong(pair, AS("carol", "christmas"));
	pair_expect_words(lines, "carol may not have the address 10.1.0.1");
}

static void a_profile_without_addresses_says_which_parameter_gives_one(void **state)
{
	struct pair *pair = *state;

	ppp_ready(pair, "ppp profile modify profile_name=default local_ipaddr=10.1.0.1\n");
	wrong(pair, AS("alice", "wonderland"));
	pair_expect_words(lines, "ip_pool_name");
}

static void a_device_that_cannot_be_made_ends_the_session_with_the_reason(void **state)
{
	struct pair *pair = *state;
	const struct error refusal = { .code = ERROR_SYSTEM, .text = "no such device is possible" };

	ppp_ready(pair, PPP_LNS);
	datapath_null_fail(pair->far->dp, DATAPATH_NULL_SESSION_MODIFY, 0, &refusal);
	wrong(pair, AS("alice", "wonderland"));
	pair_expect_words(lines, "no such device is possible");
	pair_expect_words(pair_failure(pair->near), "no such device is possible");
}

static void a_shared_device_that_others_removed_is_made_anew(void **state)
{
	struct pair *pair = *state;
	struct datapath_event event = { .kind = DATAPATH_EVENT_DEVICE_GONE };
	handle before;

	datapath_null_log_begin(pair->far->dp);
	ppp_ready(pair, PPP_LNS "ppp profile modify profile_name=default interface=shared interface_name=subs\n");
	ppp_dial(pair, AS("alice", "wonderland"));
	ppp_expect_up(pair);
	before = world_last_session(pair->far)->network_device;
	event.session = ((const struct session *)handle_get(&pair->far->service->session_handles,
							    pair_first_session(pair->far).handle))->datapath;
	service_datapath_event(pair->far->service, &event, pair->far->now);
	pair_run(pair, 10000);
	ppp_expect_up(pair);
	assert_int_not_equal(world_last_session(pair->far)->network_device, before);
	assert_int_equal(datapath_null_devices(pair->far->dp), 1);
}

/* --- out --- */

static void the_address_is_given_back_and_kept_for_the_user(void **state)
{
	struct pair *pair = *state;
	struct service_session_view view;

	ppp_ready(pair, PPP_LNS);
	ppp_dial(pair, AS("alice", "wonderland"));
	DO(pair->near, "session delete tunnel_name=t session_name=s");
	pair_run(pair, 1000);
	assert_false(ppp_far_has(pair));
	ppp_dial(pair, AS("alice", "wonderland"));
	view = ppp_near(pair);
	ppp_expect_address(&view.ppp.local, "10.1.0.10");
}

static void the_lns_may_end_it(void **state)
{
	struct pair *pair = *state;
	struct service_session_view view;
	char text[256];

	ppp_ready(pair, PPP_LNS);
	ppp_dial(pair, AS("alice", "wonderland"));
	view = pair_first_session(pair->far);
	snprintf(text, sizeof(text), "session delete tunnel_name=%s session_id=%u reason=\"go away\"",
		 view.config.tunnel_name, view.config.session_id);
	DO(pair->far, text);
	pair_run(pair, 200);
	pair_expect_session(pair->near, "t", "s", SERVICE_SESSION_WAITING);
	pair_expect_words(pair_failure(pair->near), "go away");
	pair_run(pair, 5000);
	ppp_expect_up(pair);
}

static void a_session_ends_after_its_time(void **state)
{
	struct pair *pair = *state;

	ppp_ready(pair, PPP_LNS "ppp profile modify profile_name=default max_connect_time=30\n");
	ppp_dial(pair, AS("alice", "wonderland"));
	ppp_expect_up(pair);
	pair_run(pair, 28000);
	ppp_expect_up(pair);
	pair_run(pair, 2100);
	pair_expect_words(pair_failure(pair->near), "the time that the session may last is over");
}

#define ENCRYPTED "ppp profile modify profile_name=default mppe=require "

/* While its peer is told: a datapath that refuses to stop carrying it must not carry it in clear. */
static void what_the_datapath_goes_on_carrying_stays_encrypted(void **state)
{
	const struct error error = { .code = ERROR_SYSTEM, .text = "not now" };
	const struct datapath_session_config *config;
	struct pair *pair = *state;

	DO(pair->near, ENCRYPTED);
	datapath_null_log_begin(pair->far->dp);
	ppp_ready(pair, PPP_LNS ENCRYPTED "max_connect_time=30\n");
	ppp_dial(pair, AS("alice", "wonderland"));
	ppp_expect_up(pair);
	assert_true(world_last_session(pair->far)->mppe.send);
	datapath_null_fail(pair->far->dp, DATAPATH_NULL_SESSION_MODIFY, 0, &error);
	pair_cut(pair, true);
	pair_run(pair, 30000);
	config = world_last_session(pair->far);
	assert_true(config->ppp.ipv4);
	assert_true(config->mppe.send && config->mppe.receive);
	pair_run(pair, 20000);
	assert_false(ppp_far_has(pair));
}

/* Of the engine: who is gone costs nothing. */
static void a_link_that_is_over_is_gone(void **state)
{
	struct pair *pair = *state;
	const struct session *session;
	struct ppp_info info;
	handle link;

	ppp_ready(pair, PPP_LNS "ppp profile modify profile_name=default max_connect_time=30\n");
	ppp_dial(pair, AS("alice", "wonderland"));
	ppp_expect_up(pair);
	session = handle_get(&pair->far->service->session_handles, pair_first_session(pair->far).handle);
	link = session->ppp->link;
	assert_int_equal(ppp_info(pair->far->service->ppp, link, &info), 0);
	DO(pair->near, "system modify session_persist_pend_timeout=0");
	pair_run(pair, 31000);
	assert_false(ppp_far_has(pair));
	assert_int_equal(ppp_info(pair->far->service->ppp, link, &info), -1);
}

static void an_idle_session_ends(void **state)
{
	struct pair *pair = *state;

	ppp_ready(pair, PPP_LNS "ppp profile modify profile_name=default idle_timeout=16\n");
	ppp_dial(pair, AS("alice", "wonderland"));
	pair_run(pair, 14000);
	ppp_expect_up(pair);
	pair_run(pair, 4000);
	pair_expect_words(pair_failure(pair->near), "idle_timeout");
}

static void a_peer_that_falls_silent_is_found_by_echoes(void **state)
{
	struct pair *pair = *state;

	ppp_ready(pair, PPP_LNS "ppp profile modify profile_name=default lcp_echo_interval=5 "
				"lcp_echo_failure_count=3\n");
	ppp_dial(pair, AS("alice", "wonderland"));
	ppp_expect_up(pair);
	pair_run(pair, MINUTE);
	ppp_expect_up(pair);
	pair_cut(pair, true);
	pair_run(pair, 35000);
	assert_false(ppp_far_has(pair));
}

static void a_user_has_one_session_when_it_may_have_no_more(void **state)
{
	struct pair *pair = *state;

	ppp_ready(pair, PPP_LNS "ppp profile modify profile_name=default one_session=refuse\n");
	DO(pair->near, CREATE_SESSION("t", "first") AS("alice", "wonderland"));
	pair_run(pair, 1000);
	ppp_dial(pair, AS("alice", "wonderland"));
	pair_expect_session(pair->near, "t", "first", SERVICE_SESSION_UP);
	pair_expect_session(pair->near, "t", "s", SERVICE_SESSION_WAITING);
}

static void a_new_session_of_a_user_replaces_the_old_one(void **state)
{
	struct pair *pair = *state;

	ppp_ready(pair, PPP_LNS "ppp profile modify profile_name=default one_session=replace\n");
	DO(pair->near, CREATE_SESSION("t", "first") AS("alice", "wonderland"));
	pair_run(pair, 1000);
	DO(pair->near, CREATE_SESSION("t", "s") AS("alice", "wonderland"));
	pair_run(pair, 300);
	pair_expect_session(pair->near, "t", "s", SERVICE_SESSION_UP);
	pair_expect_session(pair->near, "t", "first", SERVICE_SESSION_WAITING);
	pair_expect_words(pair_failure(pair->near), "one_session=replace");
}

static void the_new_session_has_what_the_old_one_had(void **state)
{
	struct pair *pair = *state;
	struct service_session_view view;

	ppp_ready(pair, PPP_LNS "ppp profile modify profile_name=default one_session=replace\n");
	DO(pair->near, CREATE_SESSION("t", "first") AS("bob", "builder"));
	pair_run(pair, 1000);
	DO(pair->near, CREATE_SESSION("t", "s") AS("bob", "builder"));
	pair_run(pair, 300);
	pair_expect_session(pair->near, "t", "s", SERVICE_SESSION_UP);
	view = ppp_near(pair);
	ppp_expect_address(&view.ppp.local, "10.9.9.9");
}

/* All that are there go, also when the one that is replaced takes its time to. */
static void of_many_sessions_of_a_user_the_last_remains(void **state)
{
	struct pair *pair = *state;
	static struct service_session_view view;
	uint64_t after = 0;
	handle session;
	int up = 0;

	ppp_ready(pair, PPP_LNS "ppp profile modify profile_name=default one_session=any\n");
	DO(pair->near, CREATE_SESSION("t", "first") AS("alice", "wonderland"));
	DO(pair->near, CREATE_SESSION("t", "second") AS("alice", "wonderland"));
	pair_run(pair, 1000);
	DO(pair->far, "ppp profile modify profile_name=default one_session=replace");
	DO(pair->near, CREATE_SESSION("t", "s") AS("alice", "wonderland"));
	pair_run(pair, 300);
	pair_expect_session(pair->near, "t", "s", SERVICE_SESSION_UP);
	while (service_next_session(pair->far->service, pair_first_tunnel(pair->far).handle, &after, &session)) {
		service_session_view(pair->far->service, session, &view);
		up += view.state == SERVICE_SESSION_UP;
	}
	assert_int_equal(up, 1);
}

static void somebody_who_guesses_has_to_wait(void **state)
{
	struct pair *pair = *state;
	unsigned int before, after;

	ppp_ready(pair, PPP_LNS);
	DO(pair->near, "system modify session_persist_pend_timeout=1");
	ppp_dial(pair, AS("alice", "guesswork"));
	pair_run(pair, MINUTE);
	before = (unsigned int)world_status(pair->far).refused_users;
	pair_run(pair, MINUTE);
	after = (unsigned int)world_status(pair->far).refused_users;
	assert_in_range(after - before, 1, 12);
	/* the right password of another user is not waited for */
	DO(pair->near, CREATE_SESSION("t", "good") AS("bob", "builder"));
	pair_run(pair, 500);
	pair_expect_session(pair->near, "t", "good", SERVICE_SESSION_UP);
}

static void a_reload_ends_no_session_of_a_user(void **state)
{
	struct pair *pair = *state;
	struct service_session_view before, after;

	ppp_users(pair->far, PPP_USERS);
	RELOAD(pair->far, ADMIT_NEAR PPP_LNS);
	DO(pair->near, CREATE_TUNNEL("t") "persist=yes");
	pair_run(pair, 100);
	ppp_dial(pair, AS("alice", "wonderland"));
	ppp_expect_up(pair);
	before = pair_first_session(pair->far);
	RELOAD(pair->far, ADMIT_NEAR "pool create pool_name=subscribers range=10.1.0.10-10.1.0.20\n"
				     "ppp profile modify profile_name=default ip_pool_name=subscribers "
				     "local_ipaddr=10.1.0.1 lcp_echo_interval=10\n");
	pair_run(pair, 1000);
	after = pair_first_session(pair->far);
	assert_int_equal(before.handle, after.handle);
	ppp_expect_up(pair);
}

static void a_session_is_given_up_after_so_many_attempts(void **state)
{
	struct pair *pair = *state;

	ppp_ready(pair, PPP_LNS);
	DO(pair->near, "ppp profile modify profile_name=default max_failure_count=3");
	ppp_dial(pair, AS("alice", "guesswork"));
	assert_int_equal(world_status(pair->near).sessions, 1);
	pair_run(pair, MINUTE);
	assert_int_equal(world_status(pair->near).sessions, 0);
	assert_int_equal(world_status(pair->far).refused_users, 3);
}

static void a_profile_that_was_made_later_is_for_sessions_that_come_later(void **state)
{
	struct pair *pair = *state;
	struct service_session_view view;

	ppp_ready(pair, PPP_LNS);
	ppp_dial(pair, AS("alice", "wonderland"));
	DO(pair->far, "ppp profile modify profile_name=default max_connect_time=5");
	pair_run(pair, 20000);
	ppp_expect_up(pair);
	view = pair_first_session(pair->far);
	assert_int_equal(view.ppp.session_timeout, 0);
}

/* --- proxies --- */

static void what_the_lac_negotiated_is_used(void **state)
{
	struct pair *pair = *state;
	struct service_session_view view;

	ppp_ready(pair, PPP_LNS "tunnel profile modify profile_name=default allow_ppp_proxy=yes\n"
				"ppp profile modify profile_name=default auth_mschapv2=no auth_chap=no auth_eap=no\n");
	ppp_dial(pair, "no_ppp=yes use_ppp_proxy=yes proxy_auth_type=pap proxy_auth_name=alice "
		       "proxy_auth_response=776f6e6465726c616e64 initial_rcvd_lcp_confreq=05060a0b0c0d "
		       "last_sent_lcp_confreq=010405780304c02305061a1b1c1d last_rcvd_lcp_confreq=05060a0b0c0d");
	view = pair_first_session(pair->far);
	assert_string_equal(view.ppp.phase, "network");
	assert_string_equal(view.ppp.user_name, "alice");
	assert_true(view.ppp.proxied);
}

/* The response is to the number as well as to the challenge. */
static void the_number_of_a_proxied_chap_is_told(void **state)
{
	struct pair *pair = *state;
	struct service_session_view view;

	ppp_ready(pair, PPP_LNS "tunnel profile modify profile_name=default allow_ppp_proxy=yes\n"
				"ppp profile modify profile_name=default auth_mschapv2=no auth_pap=no auth_eap=no\n");
	ppp_dial(pair, "no_ppp=yes use_ppp_proxy=yes proxy_auth_type=chap proxy_auth_name=alice proxy_auth_id=23 "
		       "proxy_auth_challenge=000102030405060708090a0b0c0d0e0f "
		       "proxy_auth_response=dba97d92ec2f2fda125ae283c5f08b28 "
		       "last_sent_lcp_confreq=010405780305c2230505061a1b1c1d last_rcvd_lcp_confreq=05060a0b0c0d");
	view = pair_first_session(pair->far);
	assert_true(view.ppp.proxied);
	assert_string_equal(view.ppp.user_name, "alice");
	assert_string_equal(view.ppp.peer_proved_by, "CHAP");
}

static void what_the_lac_negotiated_is_not_used_where_that_is_not_allowed(void **state)
{
	struct pair *pair = *state;
	struct service_session_view view;

	ppp_ready(pair, PPP_LNS);
	ppp_dial(pair, "no_ppp=yes use_ppp_proxy=yes proxy_auth_type=pap proxy_auth_name=alice "
		       "proxy_auth_response=776f6e6465726c616e64 initial_rcvd_lcp_confreq=05060a0b0c0d "
		       "last_sent_lcp_confreq=010405780304c02305061a1b1c1d last_rcvd_lcp_confreq=05060a0b0c0d");
	view = pair_first_session(pair->far);
	assert_string_equal(view.ppp.phase, "link");
	assert_string_equal(view.ppp.user_name, "");
	assert_false(view.ppp.proxied);
}

/* --- version 3 --- */

#define STATIC(here, there, id, peer_id)                                                                              \
	"tunnel create version=3 tunnel_name=t src_ipaddr=" here " dest_ipaddr=" there " tunnel_id=" id               \
	" peer_tunnel_id=" peer_id "\n"                                                                               \
	"session create tunnel_name=t session_name=s pw_type=ppp session_id=" id " peer_session_id=" peer_id " "

static void a_static_pseudowire_carries_ppp(void **state)
{
	struct pair *pair = *state;
	struct service_session_view view;

	DO(pair->far, "ppp profile modify profile_name=default remote_ipaddr=10.3.0.2 local_ipaddr=10.3.0.1");
	DO(pair->far, STATIC("192.0.2.2", "192.0.2.1", "2", "1"));
	DO(pair->near, STATIC("192.0.2.1", "192.0.2.2", "1", "2"));
	pair_run(pair, 10000);
	pair_expect_session(pair->near, "t", "s", SERVICE_SESSION_UP);
	pair_expect_session(pair->far, "t", "s", SERVICE_SESSION_UP);
	view = ppp_near(pair);
	ppp_expect_address(&view.ppp.local, "10.3.0.2");
	DO(pair->far, "session delete tunnel_name=t session_name=s");
	pair_run(pair, 500);
	view = ppp_near(pair);
	assert_int_not_equal(view.state, SERVICE_SESSION_UP);
	DO(pair->far, "session create tunnel_name=t session_name=s pw_type=ppp session_id=2 peer_session_id=1");
	pair_run(pair, 65000);
	pair_expect_session(pair->near, "t", "s", SERVICE_SESSION_UP);
}

/* Whoever stays in the datapath without PPP is not on it any more: the next one has its name. */
static void a_shared_device_outlives_those_who_use_it(void **state)
{
	struct datapath_event event = { .kind = DATAPATH_EVENT_DEVICE_GONE };
	struct pair *pair = *state;
	const struct datapath_null_entry *log;
	const struct session *session;
	size_t count;

	DO(pair->far, "ppp profile modify profile_name=default remote_ipaddr=10.3.0.2 local_ipaddr=10.3.0.1 "
		      "interface=shared interface_name=subs");
	DO(pair->far, STATIC("192.0.2.2", "192.0.2.1", "2", "1"));
	DO(pair->near, STATIC("192.0.2.1", "192.0.2.2", "1", "2"));
	pair_run(pair, 10000);
	pair_expect_session(pair->far, "t", "s", SERVICE_SESSION_UP);
	session = handle_get(&pair->far->service->session_handles, pair_first_session(pair->far).handle);
	event.session = session->datapath;
	datapath_null_log_begin(pair->far->dp);
	service_datapath_event(pair->far->service, &event, pair->far->now);
	pair_run(pair, 65000);
	pair_expect_session(pair->far, "t", "s", SERVICE_SESSION_UP);
	assert_int_equal(datapath_null_devices(pair->far->dp), 1);
	log = datapath_null_log(pair->far->dp, &count);
	while (count--)
		assert_false(log[count].operation == DATAPATH_NULL_DEVICE_DELETE && log[count].failed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PAIR_TEST_PPP(a_user_gets_an_address_from_the_pool),
		PAIR_TEST_PPP(our_own_address_is_nobodys),
		PAIR_TEST_PPP(a_session_is_not_up_before_it_has_addresses),
		PAIR_TEST_PPP(what_a_user_may_have_decides),
		PAIR_TEST_PPP(an_address_comes_from_the_profile),
		PAIR_TEST_PPP(a_wrong_password_is_told_to_both_ends_and_is_in_no_log),
		PAIR_TEST_PPP(a_user_that_nobody_knows_gets_the_same_words),
		PAIR_TEST_PPP(an_empty_pool_is_told_to_both_ends),
		PAIR_TEST_PPP(an_address_that_somebody_has_is_given_to_nobody),
		PAIR_TEST_PPP(who_may_have_no_address_gets_none),
		PAIR_TEST_PPP(a_pool_outside_of_what_a_user_may_have_is_refused),
		PAIR_TEST_PPP(a_profile_without_addresses_says_which_parameter_gives_one),
		PAIR_TEST_PPP(a_device_that_cannot_be_made_ends_the_session_with_the_reason),
		PAIR_TEST_PPP(a_shared_device_that_others_removed_is_made_anew),
		PAIR_TEST_PPP(the_address_is_given_back_and_kept_for_the_user),
		PAIR_TEST_PPP(the_lns_may_end_it),
		PAIR_TEST_PPP(a_session_ends_after_its_time),
		PAIR_TEST_PPP(what_the_datapath_goes_on_carrying_stays_encrypted),
		PAIR_TEST_PPP(a_link_that_is_over_is_gone),
		PAIR_TEST_PPP(an_idle_session_ends),
		PAIR_TEST_PPP(a_peer_that_falls_silent_is_found_by_echoes),
		PAIR_TEST_PPP(a_user_has_one_session_when_it_may_have_no_more),
		PAIR_TEST_PPP(a_new_session_of_a_user_replaces_the_old_one),
		PAIR_TEST_PPP(the_new_session_has_what_the_old_one_had),
		PAIR_TEST_PPP(of_many_sessions_of_a_user_the_last_remains),
		PAIR_TEST_PPP(somebody_who_guesses_has_to_wait),
		PAIR_TEST_PPP(a_reload_ends_no_session_of_a_user),
		PAIR_TEST_PPP(a_session_is_given_up_after_so_many_attempts),
		PAIR_TEST_PPP(a_profile_that_was_made_later_is_for_sessions_that_come_later),
		PAIR_TEST_PPP(what_the_lac_negotiated_is_used),
		PAIR_TEST_PPP(the_number_of_a_proxied_chap_is_told),
		PAIR_TEST_PPP(what_the_lac_negotiated_is_not_used_where_that_is_not_allowed),
		PAIR_TEST_PPP(a_static_pseudowire_carries_ppp),
		PAIR_TEST_PPP(a_shared_device_outlives_those_who_use_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
