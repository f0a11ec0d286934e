/* SPDX-License-Identifier: MIT */
/* Which peer profile is for whom, with OpenL2TP's mistakes mended; and the peers that tunnels lead to. */
#include "service/internal.h"
#include "service_world.h"
#include "test.h"

static struct peer_match match_of(struct world *world, const char *host_name, const char *address, uint16_t port)
{
	struct address parsed;

	assert_true(address_parse(address, &parsed));
	return peer_match(world->service, host_name, &parsed, port);
}

static void expect(struct world *world, const char *host_name, const char *address, uint16_t port,
		   const char *profile, enum service_peer_how how)
{
	struct peer_match match = match_of(world, host_name, address, port);

	print_message("# %s %s %u\n", host_name, address, port);
	assert_string_equal(match.profile->name, profile);
	assert_int_equal(match.how, how);
}

static void the_name_comes_first(void **state)
{
	struct world *world = *state;

	DO(world, "peer profile create profile_name=lac1 peer_ipaddr=203.0.113.1\n"
		  "peer profile create profile_name=net peer_ipaddr=192.0.2.0/24\n");
	expect(world, "lac1", "192.0.2.2", 1701, "lac1", SERVICE_PEER_BY_NAME);	/* wherever it comes from */
	expect(world, "LAC1", "192.0.2.2", 1701, "net", SERVICE_PEER_BY_ADDRESS);	/* exactly that name */
	expect(world, "", "192.0.2.2", 1701, "net", SERVICE_PEER_BY_ADDRESS);
	expect(world, "lac1", "198.51.100.1", 1701, "lac1", SERVICE_PEER_BY_NAME);
	expect(world, "x", "198.51.100.1", 1701, "default", SERVICE_PEER_BY_DEFAULT);
}

/* In OpenL2TP a peer that calls itself so is known by name, and has passed. */
static void default_is_no_ones_name(void **state)
{
	struct world *world = *state;

	expect(world, "default", "192.0.2.2", 1701, "default", SERVICE_PEER_BY_DEFAULT);
	DO(world, "peer profile create profile_name=net peer_ipaddr=192.0.2.0/24");
	expect(world, "default", "192.0.2.2", 1701, "net", SERVICE_PEER_BY_ADDRESS);
	/* nor has it an address */
	REFUSED(world, ERROR_VALUE, "peer_ipaddr", "no other is for",
		"peer profile modify profile_name=default peer_ipaddr=192.0.2.2");
	REFUSED(world, ERROR_VALUE, "netmask", "no other is for",
		"peer profile modify profile_name=default netmask=255.255.255.0");
	REFUSED(world, ERROR_VALUE, "peer_port", "no other is for",
		"peer profile modify profile_name=default peer_port=1701");
	DO(world, "peer profile modify profile_name=default peer_ipaddr= peer_port=0");
	expect(world, "", "192.0.2.2", 1701, "net", SERVICE_PEER_BY_ADDRESS);
	expect(world, "", "192.0.3.2", 1701, "default", SERVICE_PEER_BY_DEFAULT);
}

/* In OpenL2TP a mask of 0.0.0.0 counted as 32 bits, and won. */
static void the_fewest_addresses_win(void **state)
{
	struct world *world = *state;

	DO(world, "peer profile create profile_name=a peer_ipaddr=0.0.0.0 netmask=0.0.0.0\n"
		  "peer profile create profile_name=b peer_ipaddr=192.0.0.0/16\n"
		  "peer profile create profile_name=c peer_ipaddr=192.0.2.7 netmask=255.255.255.0\n"
		  "peer profile create profile_name=d peer_ipaddr=192.0.2.9\n"
		  "peer profile create profile_name=e peer_ipaddr=::/0\n"
		  "peer profile create profile_name=f peer_ipaddr=2001:db8::/32\n"
		  "peer profile create profile_name=nobody\n");
	expect(world, "", "192.0.2.9", 1701, "d", SERVICE_PEER_BY_ADDRESS);
	expect(world, "", "192.0.2.1", 1701, "c", SERVICE_PEER_BY_ADDRESS);
	expect(world, "", "192.0.3.1", 1701, "b", SERVICE_PEER_BY_ADDRESS);
	expect(world, "", "10.0.0.1", 1701, "a", SERVICE_PEER_BY_ADDRESS);
	assert_int_equal(match_of(world, "", "10.0.0.1", 1701).length, 0);
	assert_int_equal(match_of(world, "", "192.0.2.1", 1701).length, 24);
	expect(world, "", "2001:db8::1", 1701, "f", SERVICE_PEER_BY_ADDRESS);
	expect(world, "", "2001:db9::1", 1701, "e", SERVICE_PEER_BY_ADDRESS);
	/* without a mask the address is one host's */
	DO(world, "peer profile unset profile_name=c netmask");
	expect(world, "", "192.0.2.1", 1701, "b", SERVICE_PEER_BY_ADDRESS);
	expect(world, "", "192.0.2.7", 1701, "c", SERVICE_PEER_BY_ADDRESS);
}

/* In OpenL2TP the port was stored and not used. */
static void ports_count(void **state)
{
	struct world *world = *state;

	DO(world, "peer profile create profile_name=a peer_ipaddr=192.0.2.0/24\n"
		  "peer profile create profile_name=b peer_ipaddr=192.0.2.0/24 peer_port=1800\n"
		  "peer profile create profile_name=c peer_ipaddr=192.0.2.0/24\n"
		  "peer profile create profile_name=d peer_ipaddr=192.0.2.128/25 peer_port=1900\n");
	expect(world, "", "192.0.2.1", 1701, "a", SERVICE_PEER_BY_ADDRESS);	/* by name, where all else is equal */
	expect(world, "", "192.0.2.1", 1800, "b", SERVICE_PEER_BY_ADDRESS);
	expect(world, "", "192.0.2.200", 1900, "d", SERVICE_PEER_BY_ADDRESS);
	expect(world, "", "192.0.2.200", 1800, "b", SERVICE_PEER_BY_ADDRESS);	/* d is for another port */
}

static int explain(struct world *world, const char *text, struct service_peer_explained *explained)
{
	unsigned int count;
	struct command *command = world_parse(text, &count);
	int ret = service_explain_peer(world->service, command, explained, &world->error);

	free(command);
	return ret;
}

static void the_other_profiles_follow(void **state)
{
	struct world *world = *state;
	struct service_peer_explained explained;

	DO(world, "ppp profile create profile_name=p1; tunnel profile create profile_name=t1 ppp_profile_name=p1\n"
		  "session profile create profile_name=s1\n"
		  "peer profile create profile_name=net peer_ipaddr=192.0.2.0/24 tunnel_profile_name=t1\n"
		  "peer profile modify profile_name=default session_profile_name=s1\n");
	assert_int_equal(explain(world, "peer explain peer_ipaddr=192.0.2.9", &explained), 0);
	assert_int_equal(explained.how, SERVICE_PEER_BY_ADDRESS);
	assert_int_equal(explained.length, 24);
	assert_string_equal(explained.peer_profile_name, "net");
	assert_string_equal(explained.tunnel_profile_name, "t1");
	assert_string_equal(explained.session_profile_name, "s1");
	assert_string_equal(explained.ppp_profile_name, "p1");
	assert_int_equal(explain(world, "peer explain peer_ipaddr=192.0.2.0/24", &explained), -1);
	assert_string_equal(world->error.text, "192.0.2.0/24 is many peers: give the address of one");
	assert_int_equal(explain(world, "peer explain host_name=x", &explained), -1);
	assert_string_equal(world->error.parameter, "peer_ipaddr");
	/* what would change nothing is not taken as if it did */
	assert_int_equal(explain(world, "peer explain peer_ipaddr=192.0.2.9 local_ipaddr=192.0.2.1", &explained), -1);
	assert_string_equal(world->error.parameter, "local_ipaddr");
}

/* --- peers that there are --- */

static void expect_peers(struct world *world, const char *wanted)
{
	static const struct address none;
	struct service_peer_view views[8];
	unsigned int count = service_next_peers(world->service, &none, &none, views, 8);
	char got[256] = "", a[ADDRESS_TEXT_MAX], b[ADDRESS_TEXT_MAX];

	for (unsigned int i = 0; i < count; i++)
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s-%s:%u ",
			 address_format(&views[i].local, a, sizeof(a)), address_format(&views[i].peer, b, sizeof(b)),
			 views[i].tunnels);
	assert_string_equal(got, wanted);
}

#define TO(name, id, address, more) \
	"tunnel create version=3 tunnel_name=" name " tunnel_id=" id " peer_tunnel_id=" id " dest_ipaddr=" address \
	" " more "\n"

static void peers_are_there_while_tunnels_are(void **state)
{
	struct world *world = *state;
	struct service_request request;
	struct address answer;

	DO(world, TO("a", "1", "192.0.2.9", "") TO("b", "2", "192.0.2.9", "") TO("c", "3", "192.0.2.1", "")
		  TO("d", "4", "192.0.2.9", "src_ipaddr=192.0.2.77") TO("e", "5", "lns.example", ""));
	expect_peers(world, "-192.0.2.1:1 -192.0.2.9:2 192.0.2.77-192.0.2.9:1 ");
	assert_true(service_next_request(world->service, &request));
	assert_true(address_parse("2001:db8::5", &answer));
	service_resolved(world->service, request.tunnel, &answer, 1, NULL, world->now);
	expect_peers(world, "-192.0.2.1:1 -192.0.2.9:2 192.0.2.77-192.0.2.9:1 -2001:db8::5:1 ");
	DO(world, "tunnel delete tunnel_name=a; tunnel delete tunnel_name=c; tunnel delete tunnel_name=e");
	expect_peers(world, "-192.0.2.9:1 192.0.2.77-192.0.2.9:1 ");
	DO(world, "tunnel delete tunnel_name=b; tunnel delete tunnel_name=d");
	expect_peers(world, "");
}

/* In batches that are smaller than what there is, each is told once. */
static void batches_meet(void **state)
{
	struct world *world = *state;
	struct service_peer_view views[3], after = { .tunnels = 0 };
	unsigned int count, seen = 0;

	for (int i = 1; i <= 20; i++) {
		char text[160];

		snprintf(text, sizeof(text), "tunnel create version=3 tunnel_name=t%d peer_tunnel_id=1 "
			 "dest_ipaddr=192.0.2.%d", i, i * 7 % 100 + 1);
		DO(world, text);
	}
	while ((count = service_next_peers(world->service, &after.peer, &after.local, views, 3)) > 0) {
		for (unsigned int i = 0; i < count; i++) {
			assert_true(memcmp(&views[i].peer, &after.peer, sizeof(after.peer)) > 0);
			after = views[i];
		}
		seen += count;
	}
	assert_int_equal(seen, 20);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_begin, world_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_name_comes_first),
		TEST(default_is_no_ones_name),
		TEST(the_fewest_addresses_win),
		TEST(ports_count),
		TEST(the_other_profiles_follow),
		TEST(peers_are_there_while_tunnels_are),
		TEST(batches_meet),
	};

	return cmocka_run_group_tests_name("service_peer_match", tests, NULL, NULL);
}
