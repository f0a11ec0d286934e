/* SPDX-License-Identifier: MIT */
/* The choice of datapaths, between two null datapaths: each is told what is its own, and nothing else. */
#include "datapath/choice/choice.h"

#include <string.h>

#include "datapath/null/null.h"
#include "test.h"

static struct datapath *user, *kernel;
static bool kernel_has_none;
static int opened;

static int open_kernel(const char *instance, struct datapath **dp, struct error *error)
{
	assert_string_equal(instance, "here");
	opened++;
	if (kernel_has_none)
		return error_set(error, ERROR_SYSTEM, "datapath", "this kernel has no L2TP");
	*dp = kernel = datapath_null_new();
	return 0;
}

static int begin(void **state)
{
	struct datapath *dp = NULL;

	user = datapath_null_new();
	kernel = NULL;
	kernel_has_none = false;
	opened = 0;
	*state = user && datapath_choice_open(user, open_kernel, "here", &dp, NULL) == 0 ? dp : NULL;
	return *state ? 0 : -1;
}

static int end(void **state)
{
	datapath_ops(*state)->close(*state);
	return 0;
}

static struct datapath_tunnel_config config_of(enum datapath_choice choice, uint32_t version, uint32_t id)
{
	struct datapath_tunnel_config config = { .choice = choice, .version = (uint8_t)version, .tunnel_id = id,
						 .peer_tunnel_id = id + 100, .local.port = 1701,
						 .peer.port = 1701 };

	assert_true(address_parse("192.0.2.2", &config.peer.address));
	return config;
}

static handle tunnel_made(struct datapath *dp, const struct datapath_tunnel_config *config)
{
	handle tunnel = HANDLE_NONE;

	assert_int_equal(datapath_ops(dp)->tunnel_add(dp, config, &tunnel, NULL), 0);
	assert_int_not_equal(tunnel, HANDLE_NONE);
	return tunnel;
}

static handle session_made(struct datapath *dp, handle tunnel, uint32_t id)
{
	struct datapath_session_config config = { .tunnel = tunnel, .pw_type = L2TP_PW_PPP, .session_id = id,
						  .peer_session_id = id };
	handle session = HANDLE_NONE;

	assert_int_equal(datapath_ops(dp)->session_add(dp, &config, &session, NULL), 0);
	return session;
}

static const char *moved_by(struct datapath *dp, handle tunnel)
{
	return datapath_ops(dp)->moved_by(dp, tunnel);
}

static void each_tunnel_has_the_one_that_was_asked_for(void **state)
{
	struct datapath_tunnel_config shadow = config_of(DATAPATH_KERNEL, 3, 9);
	struct datapath_tunnel_config config = config_of(DATAPATH_USER, 3, 1);
	handle asked, chosen, other, beside;

	asked = tunnel_made(*state, &config);
	config = config_of(DATAPATH_AUTO, 3, 2);
	chosen = tunnel_made(*state, &config);
	assert_int_equal(opened, 0);	/* nobody wanted it */
	config = config_of(DATAPATH_KERNEL, 3, 3);
	other = tunnel_made(*state, &config);
	shadow.shadow = true;
	beside = tunnel_made(*state, &shadow);
	assert_int_equal(opened, 1);
	assert_string_equal(moved_by(*state, asked), "user: asked for");
	assert_string_equal(moved_by(*state, chosen), "user: faster (offloads)");
	assert_string_equal(moved_by(*state, other), "kernel: asked for");
	assert_string_equal(moved_by(*state, beside), "user: its socket is another program's");
	assert_null(moved_by(*state, HANDLE_NONE));
	assert_int_equal(datapath_null_tunnels(kernel), 1);
}

static handle session_made(struct datapath *dp, handle tunnel, uint32_t id);

/* There nothing is cut or joined, and the kernel is faster: by measurement. */
static void over_ip_it_is_the_kernels_where_it_can(void **state)
{
	struct datapath_tunnel_config config = config_of(DATAPATH_AUTO, 3, 1);
	const struct error no = { .code = ERROR_UNSUPPORTED };
	handle tunnel, refused, used;

	config.encap = L2TP_ENCAP_IP;
	tunnel = tunnel_made(*state, &config);
	assert_string_equal(moved_by(*state, tunnel), "kernel: faster over IP (no offloads there)");
	assert_int_equal(datapath_null_tunnels(user), 0);
	datapath_null_fail(kernel, DATAPATH_NULL_TUNNEL_ADD, 0, &no);
	config.tunnel_id = 2;
	refused = tunnel_made(*state, &config);
	assert_string_equal(moved_by(*state, refused), "user: the kernel's L2TP cannot do it");
	datapath_null_fail(kernel, DATAPATH_NULL_SESSION_ADD, 0, &no);
	session_made(*state, tunnel, 5);
	assert_string_equal(moved_by(*state, tunnel), "user: the kernel's L2TP cannot do it");
	assert_int_equal(datapath_null_tunnels(kernel), 0);
	config.tunnel_id = 3;
	used = tunnel_made(*state, &config);
	session_made(*state, used, 6);
	datapath_null_fail(kernel, DATAPATH_NULL_SESSION_ADD, 0, &no);
	assert_int_equal(datapath_ops(*state)->session_add(*state, &(struct datapath_session_config){
		.tunnel = used, .session_id = 7 }, &(handle){ 0 }, NULL), -1);
	assert_string_equal(moved_by(*state, used), "kernel: faster over IP (no offloads there)");
}

static void the_kernel_is_looked_for_once(void **state)
{
	struct datapath_tunnel_config config = config_of(DATAPATH_AUTO, 3, 1);

	config.encap = L2TP_ENCAP_IP;
	kernel_has_none = true;
	assert_string_equal(moved_by(*state, tunnel_made(*state, &config)), "user: the kernel has no L2TP");
	config.tunnel_id = 2;
	assert_string_equal(moved_by(*state, tunnel_made(*state, &config)), "user: the kernel has no L2TP");
	assert_int_equal(opened, 1);
}

static void without_l2tp_in_the_kernel_it_is_refused_and_asked_for_again(void **state)
{
	struct datapath_tunnel_config config = config_of(DATAPATH_KERNEL, 3, 1);
	struct error error = { 0 };
	handle tunnel = HANDLE_NONE;

	kernel_has_none = true;
	assert_int_equal(datapath_ops(*state)->tunnel_add(*state, &config, &tunnel, &error), -1);
	assert_string_equal(error.parameter, "datapath");
	assert_int_equal(datapath_null_tunnels(user), 0);
	kernel_has_none = false;
	tunnel_made(*state, &config);
	assert_int_equal(opened, 2);
}

static void a_tunnel_of_the_kernels_over_udp_has_its_port_in_user_space(void **state)
{
	struct datapath_tunnel_config config = config_of(DATAPATH_KERNEL, 3, 1);
	handle udp = tunnel_made(*state, &config), ip;
	struct datapath_tunnel_info info;

	assert_int_equal(datapath_null_tunnels(user), 1);
	assert_int_equal(datapath_ops(*state)->tunnel_info(*state, udp, &info), 0);
	assert_int_not_equal(info.port, HANDLE_NONE);
	config.tunnel_id = 2;
	config.encap = L2TP_ENCAP_IP;
	ip = tunnel_made(*state, &config);
	assert_int_equal(datapath_null_tunnels(user), 1);
	assert_int_equal(datapath_null_tunnels(kernel), 2);
	datapath_ops(*state)->tunnel_delete(*state, udp);
	datapath_ops(*state)->tunnel_delete(*state, ip);
	datapath_ops(*state)->tunnel_delete(*state, ip);
	assert_int_equal(datapath_null_tunnels(user), 0);
	assert_int_equal(datapath_null_tunnels(kernel), 0);
}

static void what_the_kernel_refuses_is_not_left_in_user_space(void **state)
{
	struct datapath_tunnel_config config = config_of(DATAPATH_KERNEL, 2, 1);
	const struct error no = { .code = ERROR_UNSUPPORTED };
	handle tunnel = tunnel_made(*state, &config);

	config.tunnel_id = 2;
	datapath_null_fail(kernel, DATAPATH_NULL_TUNNEL_ADD, 0, &no);
	assert_int_equal(datapath_ops(*state)->tunnel_add(*state, &config, &tunnel, NULL), -1);
	assert_int_equal(datapath_null_tunnels(user), 1);
	config.fwmark = 7;
	datapath_null_fail(kernel, DATAPATH_NULL_TUNNEL_MODIFY, 0, &no);
	datapath_null_log_begin(user);
	assert_int_equal(datapath_ops(*state)->tunnel_modify(*state, tunnel, &config, DATAPATH_TUNNEL_MARKING, NULL),
			 -1);
}

static void sessions_are_where_their_tunnel_is(void **state)
{
	struct datapath_tunnel_config config = config_of(DATAPATH_KERNEL, 2, 1);
	handle theirs = tunnel_made(*state, &config), ours, sessions[4];
	struct datapath_session_info info;

	config = config_of(DATAPATH_USER, 2, 2);
	ours = tunnel_made(*state, &config);
	for (int i = 0; i < 4; i++)
		sessions[i] = session_made(*state, i % 2 ? theirs : ours, 10 + (uint32_t)i);
	for (int i = 0; i < 4; i++)
		for (int other = 0; other < i; other++)
			assert_int_not_equal((uint32_t)sessions[i], (uint32_t)sessions[other]);
	assert_int_equal(datapath_null_sessions(user), 2);
	assert_int_equal(datapath_null_sessions(kernel), 2);
	datapath_ops(*state)->session_delete(*state, sessions, 3);
	assert_int_equal(datapath_null_sessions(user), 0);
	assert_int_equal(datapath_null_sessions(kernel), 1);
	assert_int_equal(datapath_ops(*state)->session_info(*state, sessions[2], &info), -1);
	assert_int_equal(datapath_ops(*state)->session_info(*state, sessions[3], &info), 0);
}

/* Both have it in their first slot. */
static void events_and_frames_come_under_our_handles(void **state)
{
	struct datapath_tunnel_config config = config_of(DATAPATH_USER, 2, 1);
	handle ours = tunnel_made(*state, &config), theirs, session;
	struct datapath_message messages[4], frame = { .octets = (uint8_t[]){ 0xc0, 0x21 }, .length = 2 };
	struct datapath_event events[4], event = { .kind = DATAPATH_EVENT_UNREACHABLE };
	uint8_t octet = 0xc8;

	config = config_of(DATAPATH_KERNEL, 2, 2);
	theirs = tunnel_made(*state, &config);
	session = session_made(*state, theirs, 5);
	for (uint32_t slot = 1; slot <= 2; slot++) {
		event.tunnel = (handle)slot;
		(void)datapath_null_event(slot == 1 ? kernel : user, &event);
	}
	frame.session = session_made(kernel, (handle)1, 6);
	assert_int_equal(datapath_ops(*state)->events(*state, events, 4), 2);
	assert_true(events[0].tunnel == theirs && events[1].tunnel == theirs);
	assert_true(ours != theirs);
	assert_true(datapath_null_message(kernel, &frame));
	frame = (struct datapath_message){ .tunnel = (handle)1, .octets = &octet, .length = 1 };
	assert_true(datapath_null_message(kernel, &frame));
	assert_int_equal(datapath_ops(*state)->receive(*state, messages, 4), 2);
	assert_int_not_equal(messages[0].session, HANDLE_NONE);
	assert_int_not_equal(messages[0].session, session);
	assert_int_not_equal(messages[1].port, HANDLE_NONE);
	assert_int_equal(messages[1].tunnel, HANDLE_NONE);
}

static void a_batch_is_sent_in_its_order_by_whoever_has_the_session(void **state)
{
	struct datapath_tunnel_config config = config_of(DATAPATH_KERNEL, 2, 1);
	handle theirs = tunnel_made(*state, &config), session = session_made(*state, theirs, 5);
	struct datapath_tunnel_info info;
	struct datapath_message sent[4], batch[3] = { { .session = session, .length = 1 }, { .length = 2 },
						      { .session = session, .length = 3 } };
	uint8_t octets[4] = { 0 };

	assert_int_equal(datapath_ops(*state)->tunnel_info(*state, theirs, &info), 0);
	for (int i = 0; i < 3; i++) {
		batch[i].octets = octets;
		batch[i].peer = config.peer;
	}
	batch[1].port = info.port;
	batch[1].tunnel = theirs;
	datapath_null_keep_sent(user);
	datapath_null_keep_sent(kernel);
	datapath_ops(*state)->send(*state, batch, 3);
	assert_int_equal(datapath_null_sent(user, sent, 4), 1);
	assert_int_equal(sent[0].length, 2);
	assert_int_equal(datapath_null_sent(kernel, sent, 4), 2);
	assert_int_equal(sent[0].length, 1);
	assert_int_equal(sent[1].length, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_tunnel_has_the_one_that_was_asked_for, begin, end),
		cmocka_unit_test_setup_teardown(over_ip_it_is_the_kernels_where_it_can, begin, end),
		cmocka_unit_test_setup_teardown(the_kernel_is_looked_for_once, begin, end),
		cmocka_unit_test_setup_teardown(without_l2tp_in_the_kernel_it_is_refused_and_asked_for_again, begin,
						end),
		cmocka_unit_test_setup_teardown(a_tunnel_of_the_kernels_over_udp_has_its_port_in_user_space, begin,
						end),
		cmocka_unit_test_setup_teardown(what_the_kernel_refuses_is_not_left_in_user_space, begin, end),
		cmocka_unit_test_setup_teardown(sessions_are_where_their_tunnel_is, begin, end),
		cmocka_unit_test_setup_teardown(events_and_frames_come_under_our_handles, begin, end),
		cmocka_unit_test_setup_teardown(a_batch_is_sent_in_its_order_by_whoever_has_the_session, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
