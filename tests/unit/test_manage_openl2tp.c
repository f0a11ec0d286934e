/* SPDX-License-Identifier: MIT */
/* The names of OpenL2TP's counters, and what is behind them. */
#include "manage/openl2tp.h"

#include "manage/state.h"
#include "manage_world.h"

static int begin(void **state)
{
	struct manage_world *world = calloc(1, sizeof(*world));

	assert_non_null(world);
	manage_world_begin(world, (struct manage_host){ .now = NULL });
	*state = world;
	return 0;
}

static int end(void **state)
{
	manage_world_end(*state);
	free(*state);
	return 0;
}

static void same_octets(void *octets, size_t length)
{
	memset(octets, 7, length);
}

/* Of a service that is no dry run. */
static struct openl2tp_counters count(struct manage_world *world)
{
	struct openl2tp_counters counters;

	openl2tp_count(world->manage, &counters);
	return counters;
}

static void refused(struct manage_world *world, const char *text)
{
	const char *words[16];
	char copy[256], *rest = copy, *word;
	struct command command;
	struct error error;
	unsigned int n = 0;

	snprintf(copy, sizeof(copy), "%s", text);
	while ((word = strsep(&rest, " ")))
		words[n++] = word;
	assert_int_equal(command_parse(words, n, &command, NULL, NULL, &error), 0);
	assert_int_equal(service_execute(world->service, &command, SERVICE_ORIGIN_ADMIN, manage_world_now(), NULL,
					 &error), -1);
}

#define TUNNEL "tunnel create version=3 dest_ipaddr=192.0.2.2 peer_tunnel_id=1"

static void what_could_not_be_is_counted(void **state)
{
	struct manage_world *world = *state;

	service_free(world->service);
	world->service = world->manage->service = service_new(world->dp, same_octets);
	assert_int_equal(count(world).too_many_tunnels, 0);
	manage_world_execute(world, "system modify max_tunnels=1 max_sessions=1\n" TUNNEL " tunnel_name=lon\n"
				    "session create tunnel_name=lon peer_session_id=1\n");
	for (int i = 0; i < 3; i++)
		refused(world, TUNNEL);
	refused(world, "session create tunnel_name=lon peer_session_id=2");
	assert_int_equal(count(world).too_many_tunnels, 3);	/* also those that are not told */
	assert_int_equal(count(world).too_many_sessions, 1);
	assert_int_equal(count(world).no_tunnel_resources, 0);
	manage_world_execute(world, "system modify reset_statistics=yes");
	assert_int_equal(count(world).too_many_tunnels + count(world).too_many_sessions, 0);
}

static void what_the_system_lacks_is_counted(void **state)
{
	static const struct error lacks = { .code = ERROR_SYSTEM, .text = "no device" };
	struct manage_world *world = *state;

	service_free(world->service);
	world->service = world->manage->service = service_new(world->dp, same_octets);
	datapath_null_fail(world->dp, DATAPATH_NULL_TUNNEL_ADD, 0, &lacks);
	refused(world, TUNNEL);
	assert_int_equal(count(world).no_tunnel_resources, 1);
	assert_int_equal(count(world).no_session_resources, 0);
}

/* Each is a member, and there is no other. */
static void every_counter_has_a_row(void **state)
{
	assert_int_equal(state_openl2tp.count * sizeof(uint64_t), sizeof(struct openl2tp_counters));
	for (unsigned int i = 0; i < state_openl2tp.count; i++)
		assert_int_equal(state_openl2tp.rows[i].offset, i * sizeof(uint64_t));
}

/* OpenL2TP's counters of tunnels and sessions, and what has them here. */
static const struct {
	const char *name;
	const struct state_table *table;
	const char *row;
} elsewhere[] = {
	{ "retransmits", &state_transport, "retransmitted" },
	{ "tx_zlbs", &state_transport, "acks_sent" },
	{ "tx_zlb_fails", &state_openl2tp, "total_control_frame_send_fails" },
	{ "rx_zlbs", &state_transport, "acks_received" },
	{ "data_pkt_discards", &state_statistics, "rx_errors" },
	{ "duplicate_pkt_discards", &state_transport, "duplicates" },
	{ "rx_hellos", &state_transport, "hellos_received" },
	{ "tx_hellos", &state_transport, "hellos_sent" },
	{ "tx_hello_fails", &state_openl2tp, "total_control_frame_send_fails" },
	{ "ns", &state_transport, "ns" },
	{ "nr", &state_transport, "nr" },
	{ "peer_ns", &state_transport, "nr" },	/* one less */
	{ "peer_nr", &state_transport, "peer_nr" },
	{ "cwnd", &state_transport, "cwnd" },
	{ "ssthresh", &state_transport, "ssthresh" },
	{ "congpkt_acc", &state_transport, "cwnd_part" },
	{ "control_rx_packets", &state_transport, "received" },
	{ "control_rx_bytes", &state_transport, "octets_received" },
	{ "control_tx_packets", &state_transport, "sent" },
	{ "control_tx_bytes", &state_transport, "octets_sent" },
	{ "control_rx_oos_packets", &state_transport, "held" },
	{ "control_rx_oos_discards", &state_transport, "discarded" },
	{ "data_rx_packets", &state_statistics, "rx_packets" },
	{ "data_rx_bytes", &state_statistics, "rx_bytes" },
	{ "data_rx_errors", &state_statistics, "rx_errors" },
	{ "data_tx_packets", &state_statistics, "tx_packets" },
	{ "data_tx_bytes", &state_statistics, "tx_bytes" },
	{ "data_tx_errors", &state_statistics, "tx_errors" },
	{ "data_rx_oos_packets", &state_statistics, "rx_oos_packets" },
	{ "data_rx_oos_discards", &state_statistics, "rx_seq_discards" },
	{ "num_establish_retries", &state_tunnel, "failed_attempts" },
	{ "num_sessions", &state_tunnel, "sessions" },
	{ "use_count", &state_tunnel, "sessions" },
	{ "crc_errs", &state_session, "call_crc_errors" },
	{ "framing_errs", &state_session, "call_framing_errors" },
	{ "hardware_overruns", &state_session, "call_hardware_overruns" },
	{ "buffer_overruns", &state_session, "call_buffer_overruns" },
	{ "timeouts", &state_session, "call_timeout_errors" },
	{ "alignment_errs", &state_session, "call_alignment_errors" },
};

static bool has_row(const struct state_table *table, const char *name)
{
	for (unsigned int i = 0; i < table->count; i++) {
		if (strcmp(table->rows[i].name, name) == 0)
			return true;
	}
	return false;
}

static void counters_of_tunnels_and_sessions_have_rows(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(elsewhere); i++) {
		if (!has_row(elsewhere[i].table, elsewhere[i].row))
			fail_msg("%s: there is no %s", elsewhere[i].name, elsewhere[i].row);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_could_not_be_is_counted),
		TEST(what_the_system_lacks_is_counted),
		cmocka_unit_test(every_counter_has_a_row),
		cmocka_unit_test(counters_of_tunnels_and_sessions_have_rows),
	};

	return cmocka_run_group_tests_name("manage_openl2tp", tests, NULL, NULL);
}
