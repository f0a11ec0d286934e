/* SPDX-License-Identifier: MIT */
/* Peers by host name: when they are asked for, and what becomes of the answers. */
#include "base/log.h"
#include "service_world.h"

#define NAMED(name, id) \
	"tunnel create version=3 dest_ipaddr=peer.example.test tunnel_name=" name " tunnel_id=" id " peer_tunnel_id=9 "

static bool ask(struct world *world, struct service_request *request)
{
	return service_next_request(world->service, request);
}

static void expect_peer(struct world *world, const char *name, const char *peer, enum service_tunnel_state tunnel_state)
{
	struct service_tunnel_view view = world_tunnel(world, name);
	char text[ADDRESS_TEXT_MAX];

	assert_string_equal(address_format(&view.peer, text, sizeof(text)), peer);
	assert_int_equal(view.state, tunnel_state);
}

static void expect_next(struct world *world, uint64_t delay)
{
	struct service_request request;

	assert_int_equal(service_next_deadline(world->service), world->now + delay);
	world->now += delay - 1;
	service_expire(world->service, world->now);
	assert_false(ask(world, &request));
	world->now++;
	service_expire(world->service, world->now);
}

static void a_literal_address_needs_no_request(void **state)
{
	struct world *world = *state;
	struct service_request request;

	DO(world, TUNNEL("lon", "1"));
	assert_false(ask(world, &request));
	assert_int_equal(service_next_deadline(world->service), SERVICE_NEVER);
	expect_peer(world, "lon", "192.0.2.2", SERVICE_TUNNEL_UP);
}

static void a_name_is_asked_for_and_used(void **state)
{
	struct world *world = *state;
	struct service_request request;
	struct address address;
	const struct datapath_null_entry *log;
	size_t count;

	datapath_null_log_begin(world->dp);
	DO(world, NAMED("lon", "1") "\n" SESSION("lon", "a", "11"));
	expect_peer(world, "lon", "", SERVICE_TUNNEL_RESOLVING);
	assert_true(ask(world, &request));
	assert_string_equal(request.host, "peer.example.test");
	assert_int_equal(request.family, AF_UNSPEC);
	assert_int_equal(request.tunnel, world_find(world, "tunnel show tunnel_name=lon"));
	assert_false(ask(world, &request));	/* once is enough */
	address_parse("192.0.2.7", &address);
	service_resolved(world->service, request.tunnel, &address, 1, NULL, world->now);
	expect_peer(world, "lon", "192.0.2.7", SERVICE_TUNNEL_UP);
	log = datapath_null_log(world->dp, &count);
	assert_int_equal(log[count - 1].operation, DATAPATH_NULL_TUNNEL_MODIFY);
	assert_int_equal(log[count - 1].fields, DATAPATH_TUNNEL_PEER);
	assert_true(address_equal(&datapath_null_tunnel(world->dp, log[count - 1].tunnel)->peer.address, &address));
	/* a second answer to one request is nobody's */
	address_parse("192.0.2.8", &address);
	service_resolved(world->service, request.tunnel, &address, 1, NULL, world->now);
	expect_peer(world, "lon", "192.0.2.7", SERVICE_TUNNEL_UP);
}

static void the_family_follows_from_the_parameters(void **state)
{
	struct world *world = *state;
	struct service_request request;

	DO(world, NAMED("a", "1") "src_ipaddr=192.0.2.1");
	assert_true(ask(world, &request));
	assert_int_equal(request.family, AF_INET);
	DO(world, NAMED("b", "2") "src_ipaddr=2001:db8::1");
	assert_true(ask(world, &request));
	assert_int_equal(request.family, AF_INET6);
	DO(world, NAMED("c", "3") "udp_zero_csum6_rx=yes");
	assert_true(ask(world, &request));
	assert_int_equal(request.family, AF_INET6);
}

static void it_is_asked_for_at_an_interval(void **state)
{
	struct world *world = *state;

	DO(world, NAMED("lon", "1") "resolve_interval=60");
	world_answer(world, "192.0.2.7");
	expect_next(world, 60000);
	datapath_null_log_begin(world->dp);
	world_answer(world, "192.0.2.7");
	assert_int_equal(world_log_length(world), 0);	/* the same: nothing to tell */
	expect_next(world, 60000);
	world_answer(world, "192.0.2.8");
	assert_int_equal(world_log_length(world), 1);
	expect_peer(world, "lon", "192.0.2.8", SERVICE_TUNNEL_UP);
	/* a new interval counts at once */
	world->now += 10;
	DO(world, "tunnel modify tunnel_name=lon resolve_interval=5");
	world->now += 20;
	DO(world, "tunnel modify tunnel_name=lon ttl=7");	/* has nothing to do with it */
	expect_next(world, 4980);
	world_answer(world, "192.0.2.8");
	DO(world, "tunnel modify tunnel_name=lon resolve_interval=0");
	assert_int_equal(service_next_deadline(world->service), SERVICE_NEVER);
}

static void failures_are_tried_again_ever_later(void **state)
{
	static const uint64_t delays[] = { 1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000 };
	struct world *world = *state;
	struct service_tunnel_view view;
	uint64_t since = world->now;

	DO(world, NAMED("lon", "1") "resolve_interval=60");
	for (unsigned int i = 0; i < ARRAY_SIZE(delays); i++) {
		world_answer(world, "");
		expect_peer(world, "lon", "", SERVICE_TUNNEL_RESOLVING);
		view = world_tunnel(world, "lon");
		assert_string_equal(view.reason, "peer.example.test: the name does not exist");
		assert_int_equal(view.reason_since, since);	/* the same trouble all along */
		expect_next(world, delays[i]);
	}
	world_answer(world, "192.0.2.7");
	expect_peer(world, "lon", "192.0.2.7", SERVICE_TUNNEL_UP);
	view = world_tunnel(world, "lon");
	assert_string_equal(view.reason, "");
	expect_next(world, 60000);
	world_answer(world, "");	/* what works is kept */
	expect_peer(world, "lon", "192.0.2.7", SERVICE_TUNNEL_UP);
	view = world_tunnel(world, "lon");
	assert_string_equal(view.reason,
			    "192.0.2.7 is still used; peer.example.test: the name does not exist");
	expect_next(world, 1000);
}

static void unreachable(struct world *world, const char *name)
{
	struct datapath_event event = { .kind = DATAPATH_EVENT_UNREACHABLE };
	const struct datapath_null_entry *log;
	size_t count;

	log = datapath_null_log(world->dp, &count);
	event.tunnel = log[0].tunnel;
	service_datapath_event(world->service, &event, world->now);
	assert_non_null(strstr(world_tunnel(world, name).reason, "cannot be reached"));
}

static void unreachable_means_ask_again_but_not_too_often(void **state)
{
	struct world *world = *state;
	struct service_request request;

	datapath_null_log_begin(world->dp);
	DO(world, NAMED("lon", "1") "resolve_interval=0");
	world_answer(world, "192.0.2.7 192.0.2.8");
	world->now += 2000;
	unreachable(world, "lon");
	assert_false(ask(world, &request));
	unreachable(world, "lon");
	expect_next(world, 5000);	/* whether it was heard meanwhile */
	expect_next(world, 3000);	/* 10 s after it was asked for last */
	world_answer(world, "192.0.2.7 192.0.2.8");
	expect_peer(world, "lon", "192.0.2.8", SERVICE_TUNNEL_UP);	/* the next one's turn */
	assert_string_equal(world_tunnel(world, "lon").reason, "");
	world->now += 20000;
	unreachable(world, "lon");
	world_answer(world, "192.0.2.7 192.0.2.8");	/* at once, as the last time is long ago */
	expect_peer(world, "lon", "192.0.2.7", SERVICE_TUNNEL_UP);
	assert_int_equal(service_next_deadline(world->service), SERVICE_NEVER);
}

static void an_unreachable_address_is_not_well_when_it_is_found_again(void **state)
{
	struct world *world = *state;
	struct service_tunnel_view view;

	datapath_null_log_begin(world->dp);
	DO(world, NAMED("lon", "1") "resolve_interval=0");
	world_answer(world, "192.0.2.7");
	world->now += 20000;
	unreachable(world, "lon");
	world_answer(world, "192.0.2.7");
	view = world_tunnel(world, "lon");
	assert_string_equal(view.reason, "the network says that 192.0.2.7 cannot be reached");
	world->now += 30000;
	unreachable(world, "lon");
	world_answer(world, "");
	world->now += 999;
	service_expire(world->service, world->now);
	world->now += 100000;
	service_expire(world->service, world->now);
	view = world_tunnel(world, "lon");	/* one trouble's end is not the end of another */
	assert_non_null(strstr(view.reason, "the name does not exist"));
	world_answer(world, "192.0.2.7");
	view = world_tunnel(world, "lon");
	assert_string_equal(view.reason, "");
}

static unsigned int lines;

static void count_line(const struct log_record *record)
{
	assert_non_null(strstr(record->text, "cannot be reached"));
	lines++;
}

/* Whoever forges ICMP can say it of all of them. */
static void lines_about_unreachable_peers_are_limited(void **state)
{
	struct world *world = *state;
	char text[160], name[16];

	lines = 0;
	log_set_sink(count_line, LOG_LEVEL_WARNING);
	for (unsigned int id = 1; id <= 50; id++) {
		snprintf(name, sizeof(name), "t%u", id);
		snprintf(text, sizeof(text), TUNNEL("t%u", "%u"), id, id, id);
		datapath_null_log_begin(world->dp);
		DO(world, text);
		unreachable(world, name);
	}
	log_set_sink(NULL, LOG_LEVEL_INFO);
	assert_int_equal(lines, LOG_LIMIT_BURST);
}

static void unreachable_with_a_literal_is_only_told(void **state)
{
	struct world *world = *state;
	struct service_request request;

	datapath_null_log_begin(world->dp);
	DO(world, TUNNEL("lon", "1"));
	unreachable(world, "lon");
	assert_false(ask(world, &request));
	expect_peer(world, "lon", "192.0.2.2", SERVICE_TUNNEL_UP);
	world->now += 40000;
	unreachable(world, "lon");
	for (int i = 0; i < 12; i++) {
		assert_non_null(strstr(world_tunnel(world, "lon").reason, "cannot be reached"));
		expect_next(world, 5000);	/* no word of it for a minute */
	}
	assert_int_equal(world_tunnel(world, "lon").reason_since, 0);
	assert_string_equal(world_tunnel(world, "lon").reason, "");
	assert_int_equal(service_next_deadline(world->service), SERVICE_NEVER);
	unreachable(world, "lon");
	DO(world, "tunnel delete tunnel_name=lon");
	assert_int_equal(service_next_deadline(world->service), SERVICE_NEVER);
}

static void a_peer_that_is_heard_is_there(void **state)
{
	struct datapath_stats stats = { .rx_packets = 1 };
	const struct datapath_null_entry *log;
	struct world *world = *state;
	handle session;
	size_t count;

	DO(world, TUNNEL("lon", "1"));
	datapath_null_log_begin(world->dp);
	DO(world, "session create tunnel_name=lon session_name=s session_id=1 peer_session_id=2");
	log = datapath_null_log(world->dp, &count);
	assert_int_equal(count, 1);
	session = log[0].session;
	datapath_null_set_stats(world->dp, session, &stats);
	unreachable(world, "lon");
	expect_next(world, 5000);
	assert_non_null(strstr(world_tunnel(world, "lon").reason, "cannot be reached"));
	stats.rx_packets++;
	datapath_null_set_stats(world->dp, session, &stats);
	expect_next(world, 5000);
	assert_string_equal(world_tunnel(world, "lon").reason, "");
	assert_int_equal(service_next_deadline(world->service), SERVICE_NEVER);
}

static void an_address_in_use_is_kept(void **state)
{
	struct world *world = *state;

	DO(world, NAMED("lon", "1") "resolve_interval=60");
	world_answer(world, "192.0.2.7 192.0.2.8");
	expect_next(world, 60000);
	world_answer(world, "192.0.2.8 192.0.2.7");	/* name servers shuffle */
	expect_peer(world, "lon", "192.0.2.7", SERVICE_TUNNEL_UP);
}

static void bad_addresses_are_passed_over(void **state)
{
	struct world *world = *state;
	struct service_tunnel_view view;

	DO(world, NAMED("lon", "1") "src_ipaddr=192.0.2.1");
	world_answer(world, "2001:db8::1 224.0.0.1 0.0.0.0 192.0.2.7");
	expect_peer(world, "lon", "192.0.2.7", SERVICE_TUNNEL_UP);
	DO(world, NAMED("par", "2"));
	world_answer(world, "ff02::1 fe80::1 255.255.255.255");
	expect_peer(world, "par", "", SERVICE_TUNNEL_DOWN);
	view = world_tunnel(world, "par");
	assert_string_equal(view.reason, "peer.example.test: ff02::1 is not the address of one host");
	expect_next(world, 1000);
	world_answer(world, "");
	expect_peer(world, "par", "", SERVICE_TUNNEL_RESOLVING);
}

static void ids_that_clash_are_found_when_the_address_is_known(void **state)
{
	struct world *world = *state;
	const struct datapath_tunnel_config *config;
	const struct datapath_null_entry *log;
	size_t count;

	datapath_null_log_begin(world->dp);
	DO(world, TUNNEL("lon", "1") SESSION("lon", "office", "11") NAMED("par", "2") "\n" SESSION("par", "x", "10")
		  SESSION("par", "y", "11"));
	world_answer(world, "192.0.2.2");
	expect_peer(world, "par", "", SERVICE_TUNNEL_DOWN);
	assert_non_null(strstr(world_tunnel(world, "par").reason,
			       "session_id 11 is taken by session office of tunnel lon"));
	log = datapath_null_log(world->dp, &count);
	config = datapath_null_tunnel(world->dp, log[2].tunnel);
	assert_int_equal(config->peer_tunnel_id, 9);
	assert_int_equal(config->peer.address.family, AF_UNSPEC);	/* so nothing is sent or received */
	/* the way is free when the other is gone */
	DO(world, "session delete tunnel_name=lon session_name=office");
	expect_next(world, 1000);
	world_answer(world, "192.0.2.2");
	expect_peer(world, "par", "192.0.2.2", SERVICE_TUNNEL_UP);
	REFUSED(world, ERROR_EXISTS, "session_id", "11 is taken by session y of tunnel par", SESSION("lon", "z", "11"));
	/* an address that cannot be used does not take one away that can */
	DO(world, "tunnel create version=3 dest_ipaddr=192.0.2.3 tunnel_name=rom tunnel_id=3 peer_tunnel_id=3\n"
		  SESSION("rom", "v", "11"));
	expect_next(world, 300000);
	world_answer(world, "192.0.2.3");
	expect_peer(world, "par", "192.0.2.2", SERVICE_TUNNEL_UP);
	assert_non_null(strstr(world_tunnel(world, "par").reason, "192.0.2.2 is still used"));
}

static void rules_hold_for_the_address_that_was_found(void **state)
{
	struct world *world = *state;

	DO(world, NAMED("lon", "1") "\ntunnel modify tunnel_name=lon use_udp_checksums=no\n"
		  "tunnel modify tunnel_name=lon use_udp_checksums=yes");
	world_answer(world, "2001:db8::7");
	expect_peer(world, "lon", "2001:db8::7", SERVICE_TUNNEL_UP);
	REFUSED(world, ERROR_VALUE, "use_udp_checksums", "the peer's address is IPv6",
		"tunnel modify tunnel_name=lon use_udp_checksums=no");
}

static void a_loop_is_found_when_the_address_is_known(void **state)
{
	struct world *world = *state;

	DO(world, NAMED("lon", "9") "src_ipaddr=192.0.2.1\n" NAMED("par", "2") "src_ipaddr=192.0.2.1\n"
		  SESSION("par", "x", "10"));
	world_answer(world, "192.0.2.1");
	expect_peer(world, "lon", "", SERVICE_TUNNEL_DOWN);
	assert_non_null(strstr(world_tunnel(world, "lon").reason, "would lead to itself"));
	world_answer(world, "192.0.2.1");
	assert_non_null(strstr(world_tunnel(world, "par").reason, "session_id and peer_session_id must differ"));
}

static void the_datapath_may_refuse_an_address(void **state)
{
	struct world *world = *state;
	struct error no = { .code = ERROR_SYSTEM, .text = "no route" };

	DO(world, NAMED("lon", "1") "\n" SESSION("lon", "a", "11"));
	datapath_null_fail(world->dp, DATAPATH_NULL_TUNNEL_MODIFY, 0, &no);
	world_answer(world, "192.0.2.2");
	expect_peer(world, "lon", "", SERVICE_TUNNEL_DOWN);
	/* the id is not taken for an address that is not in use */
	DO(world, TUNNEL("par", "2") SESSION("par", "b", "11"));
	expect_next(world, 1000);
	world_answer(world, "192.0.2.9");
	expect_peer(world, "lon", "192.0.2.9", SERVICE_TUNNEL_UP);
}

static void answers_for_tunnels_that_are_gone_are_ignored(void **state)
{
	struct world *world = *state;
	struct service_request request;
	struct address address;

	address_parse("192.0.2.7", &address);
	DO(world, NAMED("lon", "1"));
	assert_true(ask(world, &request));
	DO(world, "tunnel delete tunnel_name=lon");
	service_resolved(world->service, request.tunnel, &address, 1, NULL, world->now);
	DO(world, NAMED("lon", "1") "\n" NAMED("par", "2"));
	DO(world, "tunnel delete tunnel_name=lon");	/* while it is in the queue */
	assert_true(ask(world, &request));
	assert_int_equal(request.tunnel, world_find(world, "tunnel show tunnel_name=par"));
	service_resolved(world->service, request.tunnel, NULL, 0, NULL, world->now);
	DO(world, "tunnel delete tunnel_name=par");	/* while its deadline is set */
	assert_int_equal(service_next_deadline(world->service), SERVICE_NEVER);
	service_expire(world->service, world->now + 100000);
	assert_false(ask(world, &request));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_begin, world_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_literal_address_needs_no_request),
		TEST(a_name_is_asked_for_and_used),
		TEST(the_family_follows_from_the_parameters),
		TEST(it_is_asked_for_at_an_interval),
		TEST(failures_are_tried_again_ever_later),
		TEST(unreachable_means_ask_again_but_not_too_often),
		TEST(an_unreachable_address_is_not_well_when_it_is_found_again),
		TEST(lines_about_unreachable_peers_are_limited),
		TEST(unreachable_with_a_literal_is_only_told),
		TEST(a_peer_that_is_heard_is_there),
		TEST(an_address_in_use_is_kept),
		TEST(bad_addresses_are_passed_over),
		TEST(ids_that_clash_are_found_when_the_address_is_known),
		TEST(rules_hold_for_the_address_that_was_found),
		TEST(a_loop_is_found_when_the_address_is_known),
		TEST(the_datapath_may_refuse_an_address),
		TEST(answers_for_tunnels_that_are_gone_are_ignored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
