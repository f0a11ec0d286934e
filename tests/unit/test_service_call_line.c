/* SPDX-License-Identifier: MIT */
/*
 * What LAC and LNS tell each other of the line behind the LAC: the ACCMs that LCP agreed to (SLI), when the LAC does
 * not go by them already, and the line's errors (WEN), not too often.
 */
#include "service/call_line.h"

#include "service_ppp_peer.h"

#define LNS_ASKS PPP_LNS "ppp profile modify profile_name=default asyncmap=0xa0000\n"

/* The last event of the line, and how many there were. */
static struct service_event last_line(struct world *world, unsigned int *count)
{
	struct service_event event, last = { .number = 0 };

	*count = 0;
	for (uint64_t number = 1; service_event_get(world->service, number, &event) == 0; number++) {
		if (event.kind != SERVICE_EVENT_SESSION_LINE)
			continue;
		last = event;
		(*count)++;
	}
	return last;
}

static const char *fact(const struct service_event *event, const char *name)
{
	static struct service_event_facts facts;

	service_event_facts(event, &facts);
	for (unsigned int i = 0; i < facts.count; i++)
		if (strcmp(facts.facts[i].name, name) == 0)
			return facts.facts[i].text ? facts.facts[i].text : "a number";
	return "";
}

/* --- SLI --- */

static void the_lac_is_told_what_lcp_agreed_to(void **state)
{
	struct pair *pair = *state;
	struct service_event event;
	unsigned int count;

	ppp_ready(pair, LNS_ASKS);
	ppp_dial(pair, AS("alice", "wonderland"));
	ppp_expect_up(pair);
	assert_int_equal(pair->said[1][MESSAGE_SLI], 1);
	assert_int_equal(pair->said[0][MESSAGE_SLI], 0);
	assert_string_equal(ppp_near(pair).send_accm, "0xffffffff");	/* the client has asked for nothing */
	assert_string_equal(ppp_near(pair).receive_accm, "0x000a0000");
	event = last_line(pair->near, &count);
	assert_int_equal(count, 1);
	assert_string_equal(event.session_name, "s");
	assert_string_equal(fact(&event, "send_accm"), "0xffffffff");
	assert_string_equal(fact(&event, "receive_accm"), "0x000a0000");
	assert_string_equal(fact(&event, "call_crc_errors"), "");
}

/* What the client asks for is what is sent to it. */
static void both_ways(void **state)
{
	struct pair *pair = *state;

	DO(pair->near, "ppp profile modify profile_name=default sync_mode=async asyncmap=0");
	ppp_ready(pair, LNS_ASKS);
	ppp_dial(pair, AS("alice", "wonderland"));
	assert_string_equal(ppp_near(pair).send_accm, "0x00000000");
	assert_string_equal(ppp_near(pair).receive_accm, "0x000a0000");
}

static void nothing_is_said_of_what_a_lac_does_anyway(void **state)
{
	struct pair *pair = *state;
	unsigned int count;

	ppp_ready(pair, PPP_LNS);
	ppp_dial(pair, AS("alice", "wonderland"));
	ppp_expect_up(pair);
	assert_int_equal(pair->said[1][MESSAGE_SLI], 0);
	assert_string_equal(ppp_near(pair).send_accm, "");
	last_line(pair->near, &count);
	assert_int_equal(count, 0);
}

/* LCP of the subscriber, from the beginning or anew, with this ACCM in it. */
static void lcp_with_accm(struct pair *pair, uint8_t accm)
{
	const uint8_t options[] = { 2, 6, 0, 0, 0, accm, 5, 6, 1, 2, 3, ++peer_identifier };

	peer_say(pair, PPP_LCP, PEER_REQUEST, peer_identifier, options, sizeof(options));
	peer_run(pair, 4000);
}

static uint64_t links_received(struct pair *pair)
{
	struct control_counters counters;

	service_control_counters(pair->near->service, &counters);
	return counters.messages_received[MESSAGE_SLI];
}

static void lcp_anew_is_told_when_it_agrees_to_something_else(void **state)
{
	struct pair *pair = *state;
	unsigned int count;

	ppp_ready(pair, PPP_LNS);
	peer_begin(pair);
	assert_int_equal(links_received(pair), 0);
	lcp_with_accm(pair, 5);
	assert_string_equal(ppp_near(pair).send_accm, "0x00000005");
	lcp_with_accm(pair, 5);
	assert_int_equal(links_received(pair), 1);
	peer_lcp(pair);			/* back to where it began */
	assert_string_equal(ppp_near(pair).send_accm, "0xffffffff");
	assert_int_equal(links_received(pair), 2);
	last_line(pair->near, &count);
	assert_int_equal(count, 2);
}

/* It may go by what it agreed to with its subscriber. */
static void a_lac_that_negotiated_itself_is_always_told(void **state)
{
	struct pair *pair = *state;

	ppp_ready(pair, PPP_LNS "tunnel profile modify profile_name=default allow_ppp_proxy=no\n");
	ppp_dial(pair, "no_ppp=yes use_ppp_proxy=yes last_sent_lcp_confreq=050601020304 "
		       "last_rcvd_lcp_confreq=0206000000000506050607ff");
	assert_int_equal(links_received(pair), 0);
	peer_lcp(pair);
	assert_int_equal(links_received(pair), 1);
	assert_string_equal(ppp_near(pair).send_accm, "0xffffffff");
}

static int report_accm(struct world *world, handle session, uint32_t send, struct error *error)
{
	return service_report_accm(world->service, session, &(struct avp_accm){ send, 7 }, world->now, error);
}

static void a_program_that_is_the_lnss_ppp_tells_it(void **state)
{
	struct pair *pair = *state;
	struct error error;
	handle far;

	ppp_ready(pair, NO_PPP);
	ppp_dial(pair, "no_ppp=yes");
	far = pair_first_session(pair->far).handle;
	assert_int_equal(report_accm(pair->far, far, 3, &error), 0);
	assert_int_equal(report_accm(pair->far, far, 3, &error), 0);
	pair_run(pair, 10);
	assert_int_equal(pair->said[1][MESSAGE_SLI], 1);
	assert_string_equal(ppp_near(pair).send_accm, "0x00000003");
	assert_string_equal(ppp_near(pair).receive_accm, "0x00000007");
	assert_int_equal(report_accm(pair->near, ppp_near(pair).handle, 3, &error), -1);
	pair_expect_words(error.text, "we are the LAC");
}

static void ppp_of_ours_is_contradicted_by_nobody(void **state)
{
	struct pair *pair = *state;
	struct error error;

	ppp_ready(pair, PPP_LNS);
	ppp_dial(pair, AS("alice", "wonderland"));
	assert_int_equal(report_accm(pair->far, pair_first_session(pair->far).handle, 3, &error), -1);
	pair_expect_words(error.text, "tells it itself");
	assert_int_equal(report_accm(pair->far, 12345, 3, &error), -1);
	assert_int_equal(error.code, ERROR_UNKNOWN);
}

/* --- WEN --- */

static int report_errors(struct world *world, handle session, uint32_t crc, struct error *error)
{
	return service_report_errors(world->service, session, &(struct avp_call_errors){ .crc = crc, .alignment = 1 },
				     world->now, error);
}

static void near_reports(struct pair *pair, uint32_t crc)
{
	struct error error;

	if (report_errors(pair->near, ppp_near(pair).handle, crc, &error) < 0)
		fail_msg("%s", error.text);
	pair_run(pair, 10);
}

static uint32_t far_knows(struct pair *pair)
{
	return pair_first_session(pair->far).reports.errors.crc;
}

static void errors_are_told_once_a_minute(void **state)
{
	struct pair *pair = *state;
	struct service_event event;
	unsigned int count;

	ppp_ready(pair, NO_PPP);
	ppp_dial(pair, "no_ppp=yes");
	near_reports(pair, 5);
	assert_int_equal(far_knows(pair), 5);
	near_reports(pair, 6);
	near_reports(pair, 9);
	pair_run(pair, 55000);
	assert_int_equal(far_knows(pair), 5);
	pair_run(pair, 5000);
	assert_int_equal(far_knows(pair), 9);
	pair_run(pair, 100000);
	assert_int_equal(pair->said[0][MESSAGE_WEN], 2);
	near_reports(pair, 9);			/* no news */
	assert_int_equal(pair->said[0][MESSAGE_WEN], 2);
	near_reports(pair, 10);			/* a minute has passed */
	assert_int_equal(pair->said[0][MESSAGE_WEN], 3);
	event = last_line(pair->far, &count);
	assert_int_equal(count, 3);
	assert_string_equal(fact(&event, "call_alignment_errors"), "a number");
	assert_string_equal(fact(&event, "send_accm"), "");
	pair_expect_session(pair->near, "t", "s", SERVICE_SESSION_UP);
}

static void a_line_without_errors_is_not_told_of(void **state)
{
	const struct avp_call_errors none = { .crc = 0 };
	struct pair *pair = *state;
	struct error error;

	ppp_ready(pair, NO_PPP);
	ppp_dial(pair, "no_ppp=yes");
	assert_int_equal(service_report_errors(pair->near->service, ppp_near(pair).handle, &none, pair->near->now,
					       &error), 0);
	pair_run(pair, 100);
	assert_int_equal(pair->said[0][MESSAGE_WEN], 0);
}

static void another_call_has_another_line(void **state)
{
	struct pair *pair = *state;

	ppp_ready(pair, NO_PPP);
	ppp_dial(pair, "no_ppp=yes");
	near_reports(pair, 5);
	near_reports(pair, 6);			/* waits for its minute */
	service_stop(pair->far->service, pair->far->now);
	pair_run(pair, 10);
	assert_int_equal(pair->said[0][MESSAGE_WEN], 1);
	pair_run(pair, 120000);
	assert_int_equal(pair->said[0][MESSAGE_WEN], 1);
}

static void who_has_no_line_to_tell_of_is_told_so(void **state)
{
	struct pair *pair = *state;
	struct error error;

	ppp_ready(pair, NO_PPP);
	ppp_dial(pair, "no_ppp=yes");
	assert_int_equal(report_errors(pair->far, pair_first_session(pair->far).handle, 1, &error), -1);
	pair_expect_words(error.text, "we are the LNS");
	DO(pair->near, "tunnel create tunnel_name=v3 version=3 encap=ip src_ipaddr=192.0.2.1 dest_ipaddr=192.0.2.2 "
		       "tunnel_id=1 peer_tunnel_id=9\n"
		       "session create tunnel_name=v3 session_name=s session_id=5 peer_session_id=6");
	assert_int_equal(report_errors(pair->near, world_session(pair->near, "v3", "s").handle, 1, &error), -1);
	pair_expect_words(error.text, "no call");
	assert_int_equal(report_errors(pair->near, 12345, 1, &error), -1);
	assert_int_equal(error.code, ERROR_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PAIR_TEST_PPP(the_lac_is_told_what_lcp_agreed_to),
		PAIR_TEST_PPP(both_ways),
		PAIR_TEST_PPP(nothing_is_said_of_what_a_lac_does_anyway),
		PAIR_TEST_PPP(lcp_anew_is_told_when_it_agrees_to_something_else),
		PAIR_TEST_PPP(a_lac_that_negotiated_itself_is_always_told),
		PAIR_TEST_PPP(a_program_that_is_the_lnss_ppp_tells_it),
		PAIR_TEST_PPP(ppp_of_ours_is_contradicted_by_nobody),
		PAIR_TEST_PPP(errors_are_told_once_a_minute),
		PAIR_TEST_PPP(a_line_without_errors_is_not_told_of),
		PAIR_TEST_PPP(another_call_has_another_line),
		PAIR_TEST_PPP(who_has_no_line_to_tell_of_is_told_so),
	};

	return cmocka_run_group_tests_name("service_call_line", tests, NULL, NULL);
}
