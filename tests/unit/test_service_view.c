/* SPDX-License-Identifier: MIT */
/*
 * What is seen of tunnels and calls of L2TPv2, at both ends and at each stage: ids, who asked, who the peer is, what it
 * tells of its line, the next attempt, counters.
 */
#include "service/session_call.h"

#include "service_pair.h"

static void call_up(struct pair *pair, const char *tunnel_rows)
{
	char text[512];

	snprintf(text, sizeof(text), CREATE_TUNNEL("t") "%s\n" CREATE_SESSION("t", "s") "calling_number=1",
		 tunnel_rows);
	DO(pair->far, ADMIT_NEAR);
	DO(pair->near, text);
	pair_run(pair, 100);
	pair_expect_session(pair->near, "t", "s", SERVICE_SESSION_UP);
}

static void both_ends_see_the_tunnel(void **state)
{
	struct pair *pair = *state;
	struct service_tunnel_view near, far;

	call_up(pair, "framing_caps=sync bearer_caps=none rx_window_size=7");
	near = world_tunnel(pair->near, "t");
	far = pair_first_tunnel(pair->far);
	assert_int_equal(near.peer_tunnel_id, far.config.tunnel_id);
	assert_int_equal(far.peer_tunnel_id, near.config.tunnel_id);
	assert_string_equal(near.opened_by, "us");
	assert_string_equal(far.opened_by, "peer");
	assert_int_equal(near.peer_port, 1701);
	assert_true(near.has_transport && far.has_transport);
	assert_string_equal(near.transport.peer_host_name, "far.example");
	assert_string_equal(far.transport.peer_host_name, "near.example");
	assert_string_equal(far.transport.peer_vendor_name, "l2tpd");
	assert_string_equal(far.peer_protocol, "1.0");
	assert_string_equal(far.peer_framing, "sync");
	assert_string_equal(far.peer_bearer, "none");
	assert_string_equal(near.peer_framing, "any");
	assert_int_equal(far.transport.peer_window, 7);
	assert_int_equal(near.next_attempt, 0);
	assert_int_equal(near.transport.channel.sent, 4);	/* SCCRQ, SCCCN, ICRQ, ICCN */
	assert_int_equal(near.transport.in_flight, 0);
}

static void both_ends_see_the_call(void **state)
{
	struct pair *pair = *state;
	struct service_session_view near, far;

	call_up(pair, "");
	near = world_session(pair->near, "t", "s");
	far = pair_first_session(pair->far);
	assert_int_equal(near.peer_session_id, far.config.session_id);
	assert_int_equal(far.peer_session_id, near.config.session_id);
	assert_string_equal(near.role, "LAC Incoming Call");
	assert_string_equal(far.role, "LNS Incoming Call");
	assert_string_equal(near.call_phase, "established");
	assert_true(near.serial_number);
	assert_int_equal(near.serial_number, far.serial_number);
	assert_false(near.reports.has_errors || near.reports.has_accm);
	assert_string_equal(near.send_accm, "");
}

static handle engine_call(struct world *world, handle session)
{
	const struct session *found = handle_get(&world->service->session_handles, session);

	return found->call->control;
}

/* WEN goes from the LAC to the LNS, SLI the other way. */
static void what_the_peer_reports_is_kept_while_it_is_up(void **state)
{
	const struct avp_call_errors errors = { .crc = 5, .alignment = 7 };
	const struct avp_accm accm = { .send = 0xa0000, .receive = 1 };
	struct pair *pair = *state;
	struct service_session_view near, far;

	call_up(pair, "persist=yes");
	near = world_session(pair->near, "t", "s");
	far = pair_first_session(pair->far);
	control_call_errors(pair->near->service->control, engine_call(pair->near, near.handle), &errors);
	control_call_link(pair->far->service->control, engine_call(pair->far, far.handle), &accm);
	pair_run(pair, 10);
	near = world_session(pair->near, "t", "s");
	far = pair_first_session(pair->far);
	assert_int_equal(far.reports.errors.crc, 5);
	assert_int_equal(far.reports.errors.alignment, 7);
	assert_string_equal(near.send_accm, "0x000a0000");
	assert_string_equal(near.receive_accm, "0x00000001");
	DO(pair->far, "system modify deny_remote_tunnel_creates=yes");
	service_stop(pair->far->service, pair->far->now);
	pair_run(pair, 10);
	near = world_session(pair->near, "t", "s");
	assert_string_equal(near.send_accm, "");
}

static void what_waits_says_for_how_long(void **state)
{
	struct pair *pair = *state;
	struct service_tunnel_view view;
	struct service_session_view session;

	DO(pair->far, "peer profile create profile_name=other peer_ipaddr=198.51.100.1");
	DO(pair->near, CREATE_TUNNEL("t") "persist=yes\n" CREATE_SESSION("t", "s"));
	pair_run(pair, 100);		/* it is refused */
	view = world_tunnel(pair->near, "t");
	assert_int_equal(view.state, SERVICE_TUNNEL_WAITING);
	assert_in_range(view.next_attempt, pair->near->now, pair->near->now + 2000);
	assert_int_equal(view.failed_attempts, 1);
	assert_false(view.has_transport);
	assert_int_equal(view.peer_tunnel_id, 0);
	assert_null(view.peer_framing);
	session = world_session(pair->near, "t", "s");
	assert_int_equal(session.next_attempt, 0);		/* its tunnel's is what it waits for */
	assert_null(session.role);
	pair_run(pair, 2000);
	assert_true(world_tunnel(pair->near, "t").failed_attempts >= 2);
}

static void static_tunnels_have_none_of_it(void **state)
{
	struct pair *pair = *state;
	struct service_tunnel_view view;

	DO(pair->near, "tunnel create tunnel_name=v3 version=3 encap=ip src_ipaddr=192.0.2.1 dest_ipaddr=192.0.2.2 "
		       "tunnel_id=1 peer_tunnel_id=9\n"
		       "session create tunnel_name=v3 session_name=s session_id=5 peer_session_id=6");
	view = world_tunnel(pair->near, "v3");
	assert_int_equal(view.peer_tunnel_id, 9);
	assert_int_equal(view.peer_port, 0);
	assert_null(view.opened_by);
	assert_false(view.has_transport);
	assert_int_equal(world_session(pair->near, "v3", "s").peer_session_id, 6);
	assert_null(world_session(pair->near, "v3", "s").role);
}

static void counters_begin_anew_when_they_are_reset(void **state)
{
	struct pair *pair = *state;
	struct control_counters counters;

	call_up(pair, "");
	service_control_counters(pair->near->service, &counters);
	assert_int_equal(counters.messages_sent[MESSAGE_ICRQ], 1);
	assert_int_equal(counters.channel.sent, 4);
	assert_int_equal(counters.tunnels, 1);
	DO(pair->near, "system modify reset_statistics");
	service_control_counters(pair->near->service, &counters);
	assert_int_equal(counters.messages_sent[MESSAGE_ICRQ], 0);
	assert_int_equal(counters.channel.sent, 0);
	assert_int_equal(counters.calls, 1);		/* what is there is there */
	DO(pair->near, "session delete tunnel_name=t session_name=s");
	pair_run(pair, 100);
	service_control_counters(pair->near->service, &counters);
	assert_int_equal(counters.messages_sent[MESSAGE_CDN], 1);
}

/* --- trace --- */

static char lines[16384];

static void sink(const struct log_record *record)
{
	size_t used = strlen(lines);

	snprintf(lines + used, sizeof(lines) - used, "%s: %s\n", record->about && record->about->category ?
		 record->about->category : "", record->text);
}

static void a_traced_call(void **state)
{
	struct pair *pair = *state;

	log_set_sink(sink, LOG_LEVEL_DEBUG);
	lines[0] = '\0';
	call_up(pair, "");
	assert_null(strstr(lines, "ICRQ"));
	DO(pair->near, CREATE_SESSION("t", "traced") "trace_flags=protocol called_number=99\n"
		       CREATE_SESSION("t", "x"));
	pair_run(pair, 100);
	log_set_sink(NULL, LOG_LEVEL_INFO);
	assert_non_null(strstr(lines, "protocol: sent ICRQ to 192.0.2.2:1701: session 0, Ns 4,"));
	assert_non_null(strstr(lines, "Called Number \"99\""));
	assert_non_null(strstr(lines, "protocol: received ICRP from 192.0.2.2:1701"));
	assert_non_null(strstr(lines, "protocol: sent ICCN to"));
	assert_null(strstr(strstr(lines, "sent ICRQ") + 1, "sent ICRQ"));	/* the other one's */
	assert_null(strstr(lines, "transport:"));
}

#define test(name) cmocka_unit_test_setup_teardown(name, pair_begin, pair_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(both_ends_see_the_tunnel),
		test(both_ends_see_the_call),
		test(what_the_peer_reports_is_kept_while_it_is_up),
		test(what_waits_says_for_how_long),
		test(static_tunnels_have_none_of_it),
		test(counters_begin_anew_when_they_are_reset),
		test(a_traced_call),
	};

	return cmocka_run_group_tests_name("service_view", tests, NULL, NULL);
}
