/* SPDX-License-Identifier: MIT */
/*
 * What single parameters do to PPP sessions, where it is the service that does it.
 */
#include "service_ppp.h"

#define MINUTE 60000

/* As pppd has it: the secret for this peer, in the file of secrets. */
static void a_password_may_be_in_the_files(void **state)
{
	struct pair *pair = *state;

	ppp_ready(pair, PPP_LNS);
	ppp_users(pair->near, "alice elsewhere wrong *\nalice isp wonderland *\n");
	DO(pair->near, "ppp profile modify profile_name=default remote_name=isp");
	ppp_dial(pair, "user_name=alice");
	ppp_expect_up(pair);
	DO(pair->near, "session delete tunnel_name=t session_name=s\n"
		       "ppp profile modify profile_name=default remote_name=elsewhere");
	pair_run(pair, 1000);
	ppp_dial(pair, "user_name=alice");
	assert_int_not_equal(ppp_near(pair).state, SERVICE_SESSION_UP);
}

static void attempts_are_bounded(void **state)
{
	struct pair *pair = *state;

	ppp_ready(pair, PPP_LNS);
	DO(pair->near, "ppp profile modify profile_name=default max_failure_count=3");
	ppp_dial(pair, AS("alice", "wrong"));
	assert_in_range(ppp_near(pair).failed_attempts, 1, 2);
	pair_run(pair, 30 * MINUTE);
	assert_int_equal(world_find(pair->near, "session show tunnel_name=t session_name=s"), HANDLE_NONE);
	assert_int_equal(world_status(pair->near).setbacks.session_failures, 3);
}

static void without_a_bound_there_are_always_others(void **state)
{
	struct pair *pair = *state;

	ppp_ready(pair, PPP_LNS);
	ppp_dial(pair, AS("alice", "wrong"));
	pair_run(pair, 30 * MINUTE);
	assert_true(ppp_near(pair).failed_attempts > 10);
}

/* What PPP began with, and what it would begin with today. */
static void explained_is_what_is_in_use(void **state)
{
	static struct service_explained rows[SERVICE_EXPLAINED_MAX];
	struct pair *pair = *state;
	struct command *command;
	unsigned int words;
	bool found = false;
	int count;

	ppp_ready(pair, PPP_LNS);
	DO(pair->near, "ppp profile modify profile_name=default lcp_echo_interval=11");
	ppp_dial(pair, AS("alice", "wonderland"));
	DO(pair->near, "ppp profile modify profile_name=default lcp_echo_interval=12");
	command = world_parse("session explain tunnel_name=t session_name=s", &words);
	count = service_explain(pair->near->service, command, rows, SERVICE_EXPLAINED_MAX, NULL);
	free(command);
	for (int i = 0; i < count; i++) {
		if (!rows[i].of_ppp || strcmp(rows[i].param->name, "lcp_echo_interval") != 0)
			continue;
		assert_string_equal(rows[i].value, "11");
		assert_true(rows[i].changed);
		assert_string_equal(rows[i].now, "12");
		assert_int_equal(rows[i].source, SERVICE_SOURCE_FORMER);
		found = true;
	}
	assert_true(found);
}

static enum datapath_mtu_mode mtu_mode(struct world *world)
{
	const struct datapath_null_entry *log;
	size_t count;

	log = datapath_null_log(world->dp, &count);
	for (size_t i = count; i-- > 0;) {
		if (log[i].operation == DATAPATH_NULL_SESSION_ADD)
			return datapath_null_session(world->dp, log[i].session)->mtu_mode;
	}
	fail_msg("no session was added");
	return DATAPATH_MTU_FIXED;
}

static void the_path_is_followed_when_the_tunnel_says_so(void **state)
{
	struct pair *pair = *state;

	DO(pair->near, "tunnel profile modify profile_name=default do_pmtu_discovery=yes");
	datapath_null_log_begin(pair->near->dp);
	datapath_null_log_begin(pair->far->dp);
	ppp_ready(pair, PPP_LNS);
	ppp_dial(pair, AS("alice", "wonderland"));
	ppp_expect_up(pair);
	assert_int_equal(mtu_mode(pair->near), DATAPATH_MTU_FOLLOW);
	assert_int_equal(mtu_mode(pair->far), DATAPATH_MTU_AUTO);
}

static char lines[16384];

static void keep_lines(const struct log_record *record)
{
	size_t used = strlen(lines);

	snprintf(lines + used, sizeof(lines) - used, "%s\n", record->text);
}

static void what_is_negotiated_is_traced(void **state)
{
	static const char *const said[] = {
		"sent LCP Configure-Request", "received LCP Configure-Ack", ": 1=", "PPP engine: the link is up",
		"received PAP Authenticate-Ack", "sent PAP Authenticate-Request", "PPP engine: names are proved",
		"received IPCP Configure-Nak", ": 3=0a01000a", "PPP engine: IPv4 is up",
	};
	struct pair *pair = *state;

	ppp_ready(pair, PPP_LNS);
	DO(pair->far, "ppp profile modify profile_name=default auth_chap=no auth_mschapv2=no auth_eap=no");
	DO(pair->near, "ppp profile modify profile_name=default trace_flags=ppp");
	log_set_sink(keep_lines, LOG_LEVEL_ERROR);
	ppp_dial(pair, AS("alice", "wonderland"));
	log_set_sink(NULL, LOG_LEVEL_ERROR);
	ppp_expect_up(pair);
	for (size_t i = 0; i < ARRAY_SIZE(said); i++) {
		if (!strstr(lines, said[i]))
			fail_msg("no line says '%s':\n%s", said[i], lines);
	}
	/* neither as text nor in octets */
	assert_true(!strstr(lines, "wonderland") && !strstr(lines, "776f6e6465"));
	lines[0] = '\0';
	DO(pair->near, "ppp profile modify profile_name=default trace_flags=none");
	log_set_sink(keep_lines, LOG_LEVEL_ERROR);
	DO(pair->near, "session delete tunnel_name=t session_name=s");
	pair_run(pair, 1000);
	ppp_dial(pair, AS("alice", "wonderland"));
	log_set_sink(NULL, LOG_LEVEL_ERROR);
	assert_null(strstr(lines, "LCP Configure"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PAIR_TEST_PPP(what_is_negotiated_is_traced),
		PAIR_TEST_PPP(a_password_may_be_in_the_files),
		PAIR_TEST_PPP(attempts_are_bounded),
		PAIR_TEST_PPP(without_a_bound_there_are_always_others),
		PAIR_TEST_PPP(explained_is_what_is_in_use),
		PAIR_TEST_PPP(the_path_is_followed_when_the_tunnel_says_so),
	};

	return cmocka_run_group_tests_name("service_ppp_rows", tests, NULL, NULL);
}
