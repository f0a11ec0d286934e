/* SPDX-License-Identifier: MIT */
/*
 * Two services with PPP between them: `far` is the LNS, with users and a pool, `near` the client.
 */
#ifndef L2TPD_TESTS_UNIT_SERVICE_PPP_H
#define L2TPD_TESTS_UNIT_SERVICE_PPP_H

#include "service_pair.h"

#define PPP_USERS                                                                                                     \
	"alice * wonderland *\n"                                                                                      \
	"bob * builder 10.9.9.9\n"                                                                                    \
	"carol * christmas 10.8.0.0/16\n"                                                                             \
	"dave * nothing\n"

#define PPP_POOL "pool create pool_name=subscribers range=10.1.0.10-10.1.0.12\n"
#define PPP_LNS PPP_POOL "ppp profile modify profile_name=default ip_pool_name=subscribers local_ipaddr=10.1.0.1\n"
#define AS(user, password) "user_name=" user " user_password=" password " "

static inline void ppp_users(struct world *world, const char *text)
{
	struct error error;

	if (service_load_users(world->service, false, "chap-secrets", text, strlen(text), &error) < 0)
		fail_msg("%s", error.text);
}

/* The LNS with these commands, and a tunnel to it, t, which persists. */
static inline void ppp_ready(struct pair *pair, const char *lns)
{
	ppp_users(pair->far, PPP_USERS);
	DO(pair->far, ADMIT_NEAR);
	DO(pair->far, lns);
	DO(pair->near, CREATE_TUNNEL("t") "persist=yes");
	pair_run(pair, 100);
	pair_expect_state(pair->near, "t", SERVICE_TUNNEL_UP);
}

/* A session of near, s, with these parameters, and what becomes of it in a second. */
static inline void ppp_dial(struct pair *pair, const char *parameters)
{
	char text[512];

	snprintf(text, sizeof(text), CREATE_SESSION("t", "s") "%s", parameters);
	DO(pair->near, text);
	pair_run(pair, 1000);
}

static inline struct service_session_view ppp_near(struct pair *pair)
{
	return world_session(pair->near, "t", "s");
}

/* Is there a session at the LNS? */
static inline bool ppp_far_has(struct pair *pair)
{
	return world_status(pair->far).sessions > 0;
}

static inline void ppp_expect_up(struct pair *pair)
{
	struct service_session_view view;

	pair_expect_session(pair->near, "t", "s", SERVICE_SESSION_UP);
	view = pair_first_session(pair->far);
	if (view.state != SERVICE_SESSION_UP)
		fail_msg("the LNS's end is in state %d: %s", view.state, view.reason);
}

static inline void ppp_expect_address(const struct address *address, const char *text)
{
	char shown[ADDRESS_TEXT_MAX];

	assert_string_equal(address_format(address, shown, sizeof(shown)), text);
}

#endif
