/* SPDX-License-Identifier: MIT */
/* The text of a scrape: every counter, its form, its bounds; and the token that lets one have it. */
#include "manage/metrics.h"

#include <stdio.h>
#include <string.h>

#include "config/command.h"
#include "manage_world.h"

static uint64_t now(void)
{
	return 65000;
}

static int setup(void **state)
{
	struct manage_world *world = calloc(1, sizeof(*world));

	manage_world_begin(world, (struct manage_host){ .now = now });
	service_expire(world->service, manage_world_now());
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct manage_world *world = *state;

	manage_world_end(world);
	free(world);
	return 0;
}

/* A whole scrape, to be freed. */
static char *scrape(struct manage_world *world)
{
	struct metrics *metrics = metrics_begin(world->manage);
	struct emit text = { .text = NULL };
	size_t before = 0;
	char *copy;

	assert_non_null(metrics);
	while (metrics_next(metrics, &text)) {
		assert_true(text.length - before < 64 << 10);	/* no step is large */
		before = text.length;
	}
	metrics_end(metrics);
	copy = strndup(text.text, text.length);
	emit_free(&text);
	return copy;
}

static void assert_line(const char *text, const char *line)
{
	char wanted[256];

	snprintf(wanted, sizeof(wanted), "\n%s\n", line);
	if (!strstr(text, wanted))
		fail_msg("no line '%s' in\n%s", line, text);
}

/* How many lines begin so. */
static unsigned int count_lines(const char *text, const char *begin)
{
	unsigned int count = 0;

	for (const char *line = text; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
		count += strncmp(line, begin, strlen(begin)) == 0;
	return count;
}

static void same_octets(void *octets, size_t length)
{
	memset(octets, 7, length);
}

static void pools_and_servers(void **state)
{
	struct manage_world *world = *state;
	char *text = scrape(world);

	assert_null(strstr(text, "l2tpd_pool_"));
	free(text);
	/* a dry run has none */
	service_free(world->service);
	world->service = world->manage->service = service_new(world->dp, same_octets);
	manage_world_execute(world, "pool create pool_name=subs range=192.0.2.0/24\n"
				    "pool create pool_name=\"a\\\"b\" range=2001:db8::/32\n"
				    "radius create radius_name=r address=192.0.2.1 secret=x\n");
	text = scrape(world);
	assert_line(text, "# TYPE l2tpd_pool_in_use gauge");
	assert_line(text, "# TYPE l2tpd_pool_given_total counter");
	assert_line(text, "l2tpd_pool_in_use{pool=\"subs\"} 0");
	assert_line(text, "l2tpd_pool_size{pool=\"subs\"} 254");
	assert_line(text, "l2tpd_pool_size{pool=\"a\\\"b\"} 4294967296");
	assert_line(text, "l2tpd_radius_up{server=\"r\"} 1");
	assert_line(text, "l2tpd_radius_access_requests_total{server=\"r\"} 0");
	assert_line(text, "# TYPE l2tpd_radius_round_trip gauge");
	free(text);
}

static void every_counter_is_told(void **state)
{
	struct manage_world *world = *state;
	char *text, name[128];

	manage_world_execute(world, "tunnel create tunnel_name=lon tunnel_id=1 peer_tunnel_id=1 version=3 "
				    "dest_ipaddr=192.0.2.2\n"
				    "session create tunnel_name=lon session_id=7 peer_session_id=7 "
				    "session_name=office\n"
				    "system modify metrics_detail=sessions\n");
	text = scrape(world);
	for (int i = 0; state_tables[i]; i++) {
		const struct state_table *table = state_tables[i];
		const char *prefix = table == &state_transport ? "tunnel_control_" :
				     table == &state_control   ? "control_" :
				     table == &state_openl2tp  ? "openl2tp_" : "";

		if (table == &state_pool || table == &state_server)
			continue;	/* these have names */
		if (table == &state_messages || table == &state_session)
			continue;	/* they are labels; not those of each session's PPP */
		for (unsigned int row = 0; row < state_tables[i]->count; row++) {
			if (state_tables[i]->rows[row].type != STATE_U64)
				continue;
			snprintf(name, sizeof(name), "# TYPE l2tpd_%s%s_total counter", prefix,
				 state_tables[i]->rows[row].name);
			assert_line(text, name);
		}
	}
	for (unsigned int row = 0; row < state_statistics.count; row++) {
		const char *counter = state_statistics.rows[row].name;

		snprintf(name, sizeof(name), "l2tpd_tunnel_%s_total{tunnel=\"lon\"} 0", counter);
		assert_line(text, name);
		snprintf(name, sizeof(name),
			 "l2tpd_session_%s_total{tunnel=\"lon\",session_id=\"7\",session=\"office\"} 0", counter);
		assert_line(text, name);
	}
	assert_line(text, "l2tpd_tunnels{state=\"up\"} 1");
	assert_line(text, "l2tpd_sessions{state=\"up\"} 1");
	assert_line(text, "l2tpd_tunnel_up{tunnel=\"lon\"} 1");
	assert_line(text, "l2tpd_tunnel_sessions{tunnel=\"lon\"} 1");
	assert_line(text, "l2tpd_uptime_seconds 60");
	assert_line(text, "l2tpd_tunnel_setup_seconds_bucket{le=\"+Inf\"} 1");
	assert_line(text, "l2tpd_session_setup_seconds_count 1");
	assert_line(text, "l2tpd_metrics_truncated 0");
	assert_line(text, "l2tpd_control_messages_sent_total{type=\"StopCCN\"} 0");
	assert_line(text, "l2tpd_control_half_open 0");
	assert_null(strstr(text, "l2tpd_tunnel_control_sent_total{"));	/* its ends do not speak */
	free(text);
}

/* Each metric has its HELP and TYPE once, then its samples, all together; no series is there twice. */
static void the_form_is_right(void **state)
{
	char *text, *line, *rest, family[128] = "", (*seen)[256] = calloc(4096, sizeof(*seen));
	unsigned int count = 0;

	manage_world_execute(*state, "tunnel create tunnel_id=1 peer_tunnel_id=1 version=3 dest_ipaddr=192.0.2.2\n"
				     "tunnel create tunnel_id=2 peer_tunnel_id=2 version=3 dest_ipaddr=192.0.2.3\n"
				     "session create tunnel_id=1 session_id=7 peer_session_id=7\n"
				     "session create tunnel_id=1 session_id=8 peer_session_id=8\n"
				     "session create tunnel_id=2 session_id=8 peer_session_id=8\n"
				     "system modify metrics_detail=sessions\n");
	text = scrape(*state);
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		char name[256];
		double value;

		if (sscanf(line, "# HELP %127s", family) == 1)
			snprintf(name, sizeof(name), "%s", line);
		else if (line[0] == '#')
			assert_int_equal(sscanf(line, "# TYPE %255s %255s", name, name), 2);
		else if (strncmp(line, family, strlen(family)) || sscanf(strrchr(line, ' '), "%lf", &value) != 1)
			fail_msg("'%s' below the head of %s", line, family);
		snprintf(name, sizeof(name), "%.*s", (int)(line[0] == '#' ? strcspn(line + 7, " ") + 7 :
							   strcspn(line, " ")), line);
		for (unsigned int i = 0; i < count; i++)
			if (strcmp(seen[i], name) == 0)
				fail_msg("'%s' comes twice", name);
		assert_true(count < 4096);
		snprintf(seen[count++], sizeof(*seen), "%s", name);
	}
	assert_true(count > 100);
	free(seen);
	free(text);
}

static void detail_bounds_what_is_told(void **state)
{
	static const char *const details[] = { "totals", "tunnels", "sessions" };
	char command[64], *text;

	manage_world_execute(*state, "tunnel create tunnel_id=1 peer_tunnel_id=1 version=3 dest_ipaddr=192.0.2.2\n"
				     "session create tunnel_id=1 session_id=7 peer_session_id=7\n");
	for (int i = 0; i < 3; i++) {
		snprintf(command, sizeof(command), "system modify metrics_detail=%s\n", details[i]);
		manage_world_execute(*state, command);
		text = scrape(*state);
		assert_int_equal(count_lines(text, "l2tpd_tunnel_up{"), i >= 1);
		assert_int_equal(count_lines(text, "l2tpd_session_up{"), i >= 2);
		assert_int_equal(count_lines(text, "l2tpd_rx_bytes_total "), 1);
		free(text);
	}
}

static void there_is_an_end_to_it(void **state)
{
	char command[128], *text;

	for (unsigned int id = 1; id <= METRICS_TUNNELS_MAX + 5; id++) {
		snprintf(command, sizeof(command), "tunnel create tunnel_id=%u peer_tunnel_id=1 version=3 "
			 "dest_ipaddr=192.0.2.2\n", id);
		manage_world_execute(*state, command);
	}
	text = scrape(*state);
	assert_int_equal(count_lines(text, "l2tpd_tunnel_up{"), METRICS_TUNNELS_MAX);
	assert_int_equal(count_lines(text, "l2tpd_tunnel_rx_bytes_total{"), METRICS_TUNNELS_MAX);
	assert_line(text, "l2tpd_metrics_truncated 1");
	assert_line(text, "l2tpd_tunnels{state=\"up\"} 1005");
	free(text);
}

/* A sum over sessions falls when one of them goes; the counter must not. */
static void sums_never_fall(void **state)
{
	struct manage_world *world = *state;
	const struct datapath_stats ten = { .rx_seq_discards = 10 }, five = { .rx_seq_discards = 5 },
				    seven = { .rx_seq_discards = 7 };
	const struct datapath_null_entry *log;
	handle first, second;
	size_t count;
	char *text;

	manage_world_execute(world, "tunnel create tunnel_id=1 peer_tunnel_id=1 version=3 dest_ipaddr=192.0.2.2\n");
	datapath_null_log_begin(world->dp);
	manage_world_execute(world, "session create tunnel_id=1 session_id=7 peer_session_id=7\n"
				    "session create tunnel_id=1 session_id=8 peer_session_id=8\n");
	log = datapath_null_log(world->dp, &count);
	assert_int_equal(count, 2);
	first = log[0].session;
	second = log[1].session;
	datapath_null_set_stats(world->dp, first, &ten);
	datapath_null_set_stats(world->dp, second, &five);
	text = scrape(world);
	assert_line(text, "l2tpd_rx_seq_discards_total 15");
	free(text);
	manage_world_execute(world, "session delete tunnel_id=1 session_id=7\n");
	text = scrape(world);
	assert_line(text, "l2tpd_rx_seq_discards_total 15");
	free(text);
	datapath_null_set_stats(world->dp, second, &seven);
	text = scrape(world);
	assert_line(text, "l2tpd_rx_seq_discards_total 17");
	free(text);
}

/* Two scrapers at once, with more objects than one step sums up: the older sums are not the fall of the newer. */
static void a_scrape_that_is_overtaken(void **state)
{
	struct manage_world *world = *state;
	const struct datapath_stats ten = { .rx_seq_discards = 10 }, twenty = { .rx_seq_discards = 20 };
	const struct datapath_null_entry *log;
	struct emit ignored = { .text = NULL };
	struct metrics *slow;
	size_t count;
	char *text;

	manage_world_execute(world, "tunnel create tunnel_id=1 peer_tunnel_id=1 version=3 dest_ipaddr=192.0.2.2\n");
	datapath_null_log_begin(world->dp);
	manage_world_execute(world, "session create tunnel_id=1 session_id=7 peer_session_id=7\n");
	log = datapath_null_log(world->dp, &count);
	datapath_null_set_stats(world->dp, log[0].session, &ten);
	slow = metrics_begin(world->manage);
	assert_true(metrics_next(slow, &ignored) && metrics_next(slow, &ignored));	/* tunnels, sessions */
	datapath_null_set_stats(world->dp, log[0].session, &twenty);
	text = scrape(world);
	assert_line(text, "l2tpd_rx_seq_discards_total 20");
	free(text);
	while (metrics_next(slow, &ignored))
		;
	metrics_end(slow);
	emit_free(&ignored);
	text = scrape(world);
	assert_line(text, "l2tpd_rx_seq_discards_total 20");
	free(text);
}

static void names_are_quoted(void **state)
{
	char *text;

	manage_world_execute(*state, "tunnel create tunnel_name=\"a\\\"b\\\\c\" tunnel_id=1 peer_tunnel_id=1 version=3 "
				     "dest_ipaddr=192.0.2.2\n");
	text = scrape(*state);
	assert_line(text, "l2tpd_tunnel_up{tunnel=\"a\\\"b\\\\c\"} 1");
	free(text);
}

static void tokens(void **state)
{
	assert_true(http_authorized(NULL, ""));
	assert_true(http_authorized("Basic eA==", ""));
	assert_true(http_authorized("Bearer s3cret", "s3cret"));
	assert_true(http_authorized("bearer s3cret", "s3cret"));	/* schemes have no case: RFC 9110 11.1 */
	assert_false(http_authorized(NULL, "s3cret"));
	assert_false(http_authorized("", "s3cret"));
	assert_false(http_authorized("Bearer", "s3cret"));
	assert_false(http_authorized("Bearer ", "s3cret"));
	assert_false(http_authorized("Bearer s3cre", "s3cret"));
	assert_false(http_authorized("Bearer s3cret ", "s3cret"));
	assert_false(http_authorized("Bearer S3cret", "s3cret"));
	assert_false(http_authorized("Basic s3cret", "s3cret"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_counter_is_told),
		TEST(pools_and_servers),
		TEST(the_form_is_right),
		TEST(detail_bounds_what_is_told),
		TEST(there_is_an_end_to_it),
		TEST(sums_never_fall),
		TEST(a_scrape_that_is_overtaken),
		TEST(names_are_quoted),
		cmocka_unit_test(tokens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
