/* SPDX-License-Identifier: MIT */
/*
 * Two services whose null datapaths are joined: what one sends arrives at the other.  Time is common, and jumps from
 * one deadline to the next.  `near` is the one that most tests give commands to, at 192.0.2.1; `far` is at 192.0.2.2
 * and accepts what near asks for when it was given ADMIT_NEAR.
 */
#ifndef L2TPD_TESTS_UNIT_SERVICE_PAIR_H
#define L2TPD_TESTS_UNIT_SERVICE_PAIR_H

#include "base/log.h"
#include "control/control.h"
#include "service/authorize.h"
#include "service/event.h"
#include "wire/control_header.h"
#include "wire/message.h"

#include "service_world.h"

#define PAIR_ROUNDS 5000		/* more are an endless talk */
#define PAIR_KEPT_MAX 512

struct pair {
	struct world *near, *far;
	bool cut;			/* nothing arrives any more */
	unsigned int said[2][MESSAGE_TYPE_COUNT];	/* by near, by far; 0: acknowledgements */
	unsigned int frames[2];		/* of PPP */
	char text[2][256];		/* of the last StopCCN or CDN */
	uint16_t result[2];		/* likewise */
};

#define ADMIT_NEAR "peer profile create profile_name=near peer_ipaddr=192.0.2.1\n"
#define TO_FAR "src_ipaddr=192.0.2.1 dest_ipaddr=192.0.2.2 "
#define CREATE_TUNNEL(name) "tunnel create " TO_FAR "tunnel_name=" name " "
#define CREATE_SESSION(tunnel, name) "session create tunnel_name=" tunnel " session_name=" name " "

static inline void pair_join(struct pair *pair, bool joined)
{
	datapath_null_join(pair->near->dp, joined ? pair->far->dp : NULL);
	datapath_null_join(pair->far->dp, joined ? pair->near->dp : NULL);
}

/* With PPP; most tests need none, and calls are up when both ends agree. */
static inline int pair_begin_ppp(void **state)
{
	struct pair *pair = calloc(1, sizeof(*pair));
	void *world;

	assert_non_null(pair);
	world_begin(&world);
	pair->near = world;
	world_begin(&world);
	pair->far = world;
	service_set_host_name(pair->near->service, "near.example");
	service_set_host_name(pair->far->service, "far.example");
	datapath_null_keep_sent(pair->near->dp);
	datapath_null_keep_sent(pair->far->dp);
	pair_join(pair, true);
	*state = pair;
	return 0;
}

#define NO_PPP "session profile modify profile_name=default no_ppp=yes\n"

static inline int pair_begin(void **state)
{
	struct pair *pair;

	pair_begin_ppp(state);
	pair = *state;
	DO(pair->near, NO_PPP);
	DO(pair->far, NO_PPP);
	return 0;
}

static inline int pair_end(void **state)
{
	struct pair *pair = *state;
	void *near = pair->near, *far = pair->far;

	pair_join(pair, false);
	world_end(&near);
	world_end(&far);
	free(pair);
	return 0;
}

/* What a message says, as far as tests ask. */
static inline void pair_note(struct pair *pair, int who, const struct datapath_message *sent)
{
	uint8_t octets[2048];
	size_t length = sent->length - CONTROL_HEADER_LENGTH;
	struct message_counters counters = { 0 };
	struct message_problem problem;
	struct message message;

	if (sent->session != HANDLE_NONE) {
		pair->frames[who]++;
		return;
	}
	assert_in_range(sent->length, CONTROL_HEADER_LENGTH, sizeof(octets));
	if (!length) {
		pair->said[who][MESSAGE_NONE]++;
		return;
	}
	memcpy(octets, sent->octets + CONTROL_HEADER_LENGTH, length);
	message_decode(octets, length, NULL, 0, &message, &problem, &counters);
	pair->said[who][message.type]++;
	if (message.type != MESSAGE_STOPCCN && message.type != MESSAGE_CDN)
		return;
	pair->result[who] = message.result_code.result;
	control_printable(&message.result_code.text, pair->text[who], sizeof(pair->text[who]));
}

/* All that one has to send; returns how much it was. */
static inline int pair_transmit(struct pair *pair, int who)
{
	struct world *world = who ? pair->far : pair->near;
	static struct datapath_message messages[64];
	int count, total = 0;

	service_transmit(world->service, world->now);
	while ((count = datapath_null_sent(world->dp, messages, 64)) > 0) {
		for (int i = 0; i < count; i++)
			pair_note(pair, who, &messages[i]);
		total += count;
	}
	return total;
}

/* Until both are silent. */
static inline void pair_talk(struct pair *pair)
{
	for (int round = 0; round < PAIR_ROUNDS; round++) {
		service_receive(pair->near->service, pair->near->now);
		service_receive(pair->far->service, pair->far->now);
		if (!(pair_transmit(pair, 0) + pair_transmit(pair, 1)))
			return;
	}
	fail_msg("they do not stop talking");
}

static inline uint64_t pair_deadline(const struct pair *pair)
{
	uint64_t near = service_next_deadline(pair->near->service), far = service_next_deadline(pair->far->service);

	return near < far ? near : far;
}

/* Let so much time pass. */
static inline void pair_run(struct pair *pair, uint64_t ms)
{
	uint64_t end = pair->near->now + ms, next;

	pair_talk(pair);
	for (int steps = 0; (next = pair_deadline(pair)) <= end; steps++) {
		assert_in_range(steps, 0, 100000);
		if (next > pair->near->now)
			pair->near->now = pair->far->now = next;
		service_expire(pair->near->service, next);
		service_expire(pair->far->service, next);
		pair_talk(pair);
	}
	pair->near->now = pair->far->now = end;
}

/* The network is cut, or mended. */
static inline void pair_cut(struct pair *pair, bool cut)
{
	pair_join(pair, !cut);
}

static inline enum service_tunnel_state pair_state(struct world *world, const char *tunnel)
{
	return world_tunnel(world, tunnel).state;
}

static inline void pair_expect_state(struct world *world, const char *tunnel, enum service_tunnel_state state)
{
	struct service_tunnel_view view = world_tunnel(world, tunnel);

	if (view.state != state)
		fail_msg("tunnel %s is in state %d, not %d: %s", tunnel, view.state, state, view.reason);
}

static inline void pair_expect_session(struct world *world, const char *tunnel, const char *session,
				       enum service_session_state state)
{
	struct service_session_view view = world_session(world, tunnel, session);

	if (view.state != state)
		fail_msg("session %s is in state %d, not %d: %s", session, view.state, state, view.reason);
}

/* The first tunnel there is, and its first session. */
static inline struct service_tunnel_view pair_first_tunnel(struct world *world)
{
	struct service_tunnel_view view;
	uint64_t after = 0;
	handle tunnel;

	assert_true(service_next_tunnel(world->service, &after, &tunnel));
	assert_int_equal(service_tunnel_view(world->service, tunnel, &view), 0);
	return view;
}

static inline struct service_session_view pair_first_session(struct world *world)
{
	struct service_session_view view;
	uint64_t after = 0;
	handle session;

	assert_true(service_next_session(world->service, pair_first_tunnel(world).handle, &after, &session));
	assert_int_equal(service_session_view(world->service, session, &view), 0);
	return view;
}

/* The tunnel t between them, with these rows besides, is up. */
static inline void pair_up(struct pair *pair, const char *rows)
{
	char text[512];

	snprintf(text, sizeof(text), CREATE_TUNNEL("t") "%s", rows);
	DO(pair->far, ADMIT_NEAR);
	DO(pair->near, text);
	pair_run(pair, 100);
	pair_expect_state(pair->near, "t", SERVICE_TUNNEL_UP);
	assert_int_equal(world_status(pair->far).tunnels_in[SERVICE_TUNNEL_UP], 1);
}

/* Why the last thing that failed did; "" when nothing has. */
static inline const char *pair_failure(struct world *world)
{
	static struct service_failure failure;

	memset(&failure, 0, sizeof(failure));
	service_failures(world->service, &failure, 1);
	return failure.reason;
}

static inline void pair_expect_words(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" does not say \"%s\"", text, part);
}

/* The answer to the next question there is. */
static inline void pair_authorize(struct world *world, bool accept, const char *reason)
{
	struct service_answer answer = { .accept = accept };
	struct service_question question;
	struct error error = { 0 };

	assert_true(service_next_question(world->service, &question, world->now));
	answer.object = question.session ? CONFIG_SESSION : CONFIG_TUNNEL;
	snprintf(answer.reason, sizeof(answer.reason), "%s", reason);
	if (service_answer(world->service, question.id, &answer, world->now, &error) < 0)
		fail_msg("%s", error.text);
}

/* The last warning or error since log_set_sink(pair_keep_line, ...). */
static char pair_log[LOG_TEXT_MAX];

static inline void pair_keep_line(const struct log_record *record)
{
	if (record->level <= LOG_LEVEL_WARNING)
		snprintf(pair_log, sizeof(pair_log), "%s", record->text);
}

#define PAIR_TEST_PPP(name) cmocka_unit_test_setup_teardown(name, pair_begin_ppp, pair_end)
#define PAIR_TEST(name) cmocka_unit_test_setup_teardown(name, pair_begin, pair_end)

#endif
