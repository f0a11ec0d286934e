/* SPDX-License-Identifier: MIT */
/* Name servers that peers tell, by IPCP and by router advertisement: whose the host asks, and for how long. */
#include "service_ppp.h"

#include "service/session_ppp.h"
#include "wire/icmpv6.h"
#include "wire/ppp.h"

/* The LNS tells of a name server, and its client wants to know. */
static void ready_with_name_server(struct pair *pair)
{
	ppp_ready(pair, PPP_LNS "ppp profile modify profile_name=default dns_ipaddr_pri=10.1.0.53\n");
	DO(pair->near, "ppp profile modify profile_name=default use_dns=yes");
}

static void name_servers_of_the_peer_are_the_hosts(void **state)
{
	struct pair *pair = *state;
	struct service_name_servers wanted;

	ready_with_name_server(pair);
	ppp_dial(pair, AS("alice", "wonderland"));
	assert_true(service_next_name_servers(pair->near->service, &wanted));
	assert_string_equal(wanted.interface_name, "ppp0");
	ppp_expect_address(&wanted.servers[0], "10.1.0.53");
	assert_false(service_next_name_servers(pair->near->service, &wanted));
	DO(pair->near, "session delete tunnel_name=t session_name=s");
	assert_true(service_next_name_servers(pair->near->service, &wanted));
	assert_int_equal(wanted.servers[0].family, AF_UNSPEC);
	assert_string_equal(wanted.interface_name, "ppp0");
	assert_false(service_next_name_servers(pair->far->service, &wanted));
}

static void name_servers_of_another_namespace_are_not(void **state)
{
	struct pair *pair = *state;
	struct service_name_servers wanted;

	ready_with_name_server(pair);
	ppp_dial(pair, AS("alice", "wonderland") " netns=guests");
	ppp_expect_up(pair);
	assert_false(service_next_name_servers(pair->near->service, &wanted));
	DO(pair->near, "session delete tunnel_name=t session_name=s");
	assert_false(service_next_name_servers(pair->near->service, &wanted));
}

/* --- those of IPv6 --- */

static void advertise(struct pair *pair, const char *dns, const char *second, uint32_t lifetime)
{
	struct icmpv6_advertisement advertisement = { .lifetime = 1800, .dns_lifetime = lifetime };
	const struct session *session = handle_get(&pair->near->service->session_handles, ppp_near(pair).handle);
	uint8_t frame[PPP_HEADER_LENGTH + IPV6_MTU_LEAST];
	struct datapath_message message = { .session = session->datapath, .octets = frame };
	struct address router, all;

	assert_true(address_parse("fe80::1", &router) && address_parse("ff02::1", &all));
	assert_true(address_parse(dns, &advertisement.dns[advertisement.dns_count++]));
	if (second)
		assert_true(address_parse(second, &advertisement.dns[advertisement.dns_count++]));
	ppp_header_write(PPP_IPV6, frame);
	message.length = (uint32_t)(PPP_HEADER_LENGTH +
				    icmpv6_encode_advertisement(&advertisement, &router, &all,
								frame + PPP_HEADER_LENGTH, IPV6_MTU_LEAST));
	assert_true(datapath_null_message(pair->near->dp, &message));
	pair_run(pair, 100);
}

static void expect_servers(struct pair *pair, const char *first, const char *second, const char *third)
{
	const char *const servers[] = { first, second, third };
	struct service_name_servers wanted;

	assert_true(service_next_name_servers(pair->near->service, &wanted));
	assert_string_equal(wanted.interface_name, "ppp0");
	for (unsigned int i = 0; i < ARRAY_SIZE(servers); i++)
		ppp_expect_address(&wanted.servers[i], servers[i]);
	assert_false(service_next_name_servers(pair->near->service, &wanted));
}

static void name_servers_that_are_advertised(void **state)
{
	struct pair *pair = *state;
	struct service_name_servers wanted;
	struct service_session_view view;

	ready_with_name_server(pair);
	ppp_dial(pair, AS("alice", "wonderland"));
	expect_servers(pair, "10.1.0.53", "", "");
	advertise(pair, "2001:db8::53", "2001:db8::54", 600);
	expect_servers(pair, "10.1.0.53", "2001:db8::53", "2001:db8::54");
	view = ppp_near(pair);
	ppp_expect_address(&view.ppp.dns6[1], "2001:db8::54");
	pair_run(pair, 300000);
	advertise(pair, "2001:db8::53", "2001:db8::54", 600);	/* nothing new */
	pair_run(pair, 500000);
	assert_false(service_next_name_servers(pair->near->service, &wanted));
	pair_run(pair, 101000);		/* that was the last one heard */
	expect_servers(pair, "10.1.0.53", "", "");
	advertise(pair, "2001:db8::55", NULL, UINT32_MAX);
	expect_servers(pair, "10.1.0.53", "2001:db8::55", "");
	advertise(pair, "2001:db8::55", NULL, 0);
	expect_servers(pair, "10.1.0.53", "", "");
}

static void name_servers_that_the_lns_advertises(void **state)
{
	struct pair *pair = *state;

	ppp_ready(pair, PPP_LNS
		  "pool create pool_name=links range=2001:db8:1::/48\n"
		  "ppp profile modify profile_name=default ipv6_pool_name=links dns_ipv6addr_pri=2001:db8::53 "
		  "dns_ipv6addr_sec=2001:db8::54\n");
	DO(pair->near, "ppp profile modify profile_name=default use_dns=yes");
	ppp_dial(pair, AS("alice", "wonderland"));
	expect_servers(pair, "2001:db8::53", "2001:db8::54", "");
}

static void name_servers_that_nobody_wants(void **state)
{
	struct pair *pair = *state;
	struct service_name_servers wanted;

	ppp_ready(pair, PPP_LNS);
	ppp_dial(pair, AS("alice", "wonderland"));
	advertise(pair, "2001:db8::53", NULL, 600);
	assert_false(service_next_name_servers(pair->near->service, &wanted));
}

/* However often they change before anybody looks. */
static void of_name_servers_the_last_word_counts(void **state)
{
	struct pair *pair = *state;
	struct service_name_servers wanted;

	ready_with_name_server(pair);
	for (int i = 0; i < 3; i++) {
		ppp_dial(pair, AS("alice", "wonderland"));
		ppp_expect_up(pair);
		DO(pair->near, "session delete tunnel_name=t session_name=s");
	}
	assert_true(service_next_name_servers(pair->near->service, &wanted));
	assert_int_equal(wanted.servers[0].family, AF_UNSPEC);
	assert_false(service_next_name_servers(pair->near->service, &wanted));
}

static unsigned int told_of(struct world *world, enum service_event_kind kind)
{
	static struct service_event event;
	uint64_t last = service_event_last(world->service);
	unsigned int count = 0;

	for (uint64_t number = last > SERVICE_EVENT_RING ? last - SERVICE_EVENT_RING + 1 : 1; number <= last; number++)
		count += service_event_get(world->service, number, &event) == 0 && event.kind == kind;
	return count;
}

/* Whoever did something for a session that was up undoes it, once. */
static void at_the_end_of_the_daemon_nothing_is_left(void **state)
{
	struct pair *pair = *state;
	struct service_name_servers wanted;

	ready_with_name_server(pair);
	ppp_dial(pair, AS("alice", "wonderland"));
	assert_true(service_next_name_servers(pair->near->service, &wanted));
	service_stop(pair->near->service, pair->near->now);
	service_stop(pair->near->service, pair->near->now);
	assert_true(service_next_name_servers(pair->near->service, &wanted));
	assert_int_equal(wanted.servers[0].family, AF_UNSPEC);
	assert_string_equal(wanted.interface_name, "ppp0");
	advertise(pair, "2001:db8::53", NULL, 600);
	assert_false(service_next_name_servers(pair->near->service, &wanted));
	pair_run(pair, 1000);
	assert_false(service_next_name_servers(pair->near->service, &wanted));
	assert_int_equal(told_of(pair->near, SERVICE_EVENT_SESSION_IPV4_UP), 1);
	assert_int_equal(told_of(pair->near, SERVICE_EVENT_SESSION_IPV4_DOWN), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PAIR_TEST_PPP(name_servers_of_the_peer_are_the_hosts),
		PAIR_TEST_PPP(name_servers_of_another_namespace_are_not),
		PAIR_TEST_PPP(name_servers_that_are_advertised),
		PAIR_TEST_PPP(name_servers_that_the_lns_advertises),
		PAIR_TEST_PPP(name_servers_that_nobody_wants),
		PAIR_TEST_PPP(of_name_servers_the_last_word_counts),
		PAIR_TEST_PPP(at_the_end_of_the_daemon_nothing_is_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
