/* SPDX-License-Identifier: MIT */
/*
 * Subscribers that negotiate anew what was agreed: as somebody else, or for other addresses.
 */
#include "service_ppp_peer.h"

static void expect(struct pair *pair, const char *user, const char *address)
{
	struct service_session_view view = pair_first_session(pair->far);

	assert_string_equal(view.ppp.user_name, user);
	ppp_expect_address(&view.ppp.peer, address);
}

static void another_user_has_nothing_of_the_one_before(void **state)
{
	struct pair *pair = *state;

	ppp_ready(pair, PPP_LNS);
	peer_begin(pair);
	peer_pap(pair, "alice", "wonderland");
	peer_ipcp(pair, "10.1.0.10");
	expect(pair, "alice", "10.1.0.10");
	peer_lcp(pair);
	peer_pap(pair, "bob", "builder");
	peer_ipcp(pair, "10.9.9.9");
	expect(pair, "bob", "10.9.9.9");
	peer_lcp(pair);
	peer_pap(pair, "alice", "wonderland");
	peer_ipcp(pair, "10.1.0.10");
	expect(pair, "alice", "10.1.0.10");
}

static void the_same_user_keeps_what_it_has(void **state)
{
	struct pair *pair = *state;

	ppp_ready(pair, PPP_LNS);
	peer_begin(pair);
	peer_pap(pair, "alice", "wonderland");
	peer_ipcp(pair, "10.1.0.10");
	peer_lcp(pair);
	peer_pap(pair, "alice", "wonderland");
	peer_ipcp(pair, "10.1.0.10");
	expect(pair, "alice", "10.1.0.10");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PAIR_TEST_PPP(another_user_has_nothing_of_the_one_before),
		PAIR_TEST_PPP(the_same_user_keeps_what_it_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
