/* SPDX-License-Identifier: MIT */
/*
 * States: that they follow from what happens, that the sums over them are right, how long set-up
 * takes; and, under thousands of things that happen by chance, that who follows the events knows the
 * state of every object.
 */
#include "service/event.h"

#include "service/authorize.h"
#include "service_world.h"

static void sums(struct world *world, uint32_t tunnels_up, uint32_t tunnels_resolving, uint32_t tunnels_down,
		 uint32_t sessions_up, uint32_t sessions_down)
{
	struct service_status status = world_status(world);

	assert_int_equal(status.tunnels_in[SERVICE_TUNNEL_UP], tunnels_up);
	assert_int_equal(status.tunnels_in[SERVICE_TUNNEL_RESOLVING], tunnels_resolving);
	assert_int_equal(status.tunnels_in[SERVICE_TUNNEL_DOWN], tunnels_down);
	assert_int_equal(status.sessions_in[SERVICE_SESSION_UP], sessions_up);
	assert_int_equal(status.sessions_in[SERVICE_SESSION_DOWN], sessions_down);
}

#define RESOLVED_TUNNEL(name, id) \
	"tunnel create version=3 dest_ipaddr=lon.example tunnel_name=" name " tunnel_id=" id " peer_tunnel_id=" id "\n"

static void states_follow_from_facts(void **state)
{
	struct world *world = *state;

	DO(world, TUNNEL("ams", "1") SESSION("ams", "a", "11"));
	sums(world, 1, 0, 0, 1, 0);
	DO(world, RESOLVED_TUNNEL("lon", "2") SESSION("lon", "a", "12") SESSION("lon", "b", "13"));
	sums(world, 1, 1, 0, 1, 2);
	assert_int_equal(world_tunnel(world, "lon").state, SERVICE_TUNNEL_RESOLVING);
	assert_int_equal(world_tunnel(world, "lon").up_since, 0);
	world_answer(world, "224.0.0.1");
	sums(world, 1, 0, 1, 1, 2);
	assert_int_equal(world_tunnel(world, "lon").state, SERVICE_TUNNEL_DOWN);
	world->now = 4000;
	service_expire(world->service, world->now);
	world_answer(world, "192.0.2.9");
	sums(world, 2, 0, 0, 3, 0);
	assert_int_equal(world_tunnel(world, "lon").up_since, 4000);
	assert_int_equal(world_session(world, "lon", "b").up_since, 4000);
	assert_string_equal(world_session(world, "lon", "b").reason, "");
	DO(world, "session delete tunnel_name=lon session_name=a");
	sums(world, 2, 0, 0, 2, 0);
	DO(world, "tunnel delete tunnel_name=lon; tunnel delete tunnel_name=ams");
	sums(world, 0, 0, 0, 0, 0);
}

static void setting_up_is_timed_once(void **state)
{
	struct world *world = *state;
	struct service_status status;

	DO(world, TUNNEL("ams", "1"));
	world->now = 1000;
	DO(world, RESOLVED_TUNNEL("lon", "2") SESSION("lon", "a", "12"));
	world->now = 1080;
	world_answer(world, "192.0.2.9");
	status = world_status(world);
	assert_int_equal(status.tunnel_setup.count, 2);
	assert_int_equal(status.tunnel_setup.sum_ms, 80);
	assert_int_equal(status.tunnel_setup.buckets[0], 1);	/* <= 1 ms */
	assert_int_equal(status.tunnel_setup.buckets[4], 1);	/* 50 < 80 <= 100 */
	assert_int_equal(status.session_setup.count, 1);
	assert_int_equal(status.session_setup.buckets[4], 1);
	for (int i = 1; i < SERVICE_SETUP_BUCKETS; i++)
		assert_true(service_setup_bounds_ms[i - 1] < service_setup_bounds_ms[i]);
}

/* --- by chance --- */

#define OBJECTS 4096

struct follower {			/* what somebody knows who has seen nothing but the events */
	uint64_t next;
	struct { handle handle; bool exists, up; } objects[OBJECTS];
	unsigned int count;
};

static void follow(struct follower *follower, handle object, int what)
{
	unsigned int i = 0;

	while (i < follower->count && follower->objects[i].handle != object)
		i++;
	assert_true(i < OBJECTS);
	if (i == follower->count)
		follower->objects[follower->count++].handle = object;
	switch (what) {
	case SERVICE_EVENT_TUNNEL_CREATED:
		assert_false(follower->objects[i].exists);
		follower->objects[i].exists = true;
		break;
	case SERVICE_EVENT_TUNNEL_UP:
		assert_true(follower->objects[i].exists && !follower->objects[i].up);
		follower->objects[i].up = true;
		break;
	case SERVICE_EVENT_TUNNEL_DOWN:
		assert_true(follower->objects[i].exists && follower->objects[i].up);
		follower->objects[i].up = false;
		break;
	case SERVICE_EVENT_TUNNEL_DELETED:
		assert_true(follower->objects[i].exists && !follower->objects[i].up);
		follower->objects[i].exists = false;
		break;
	case SERVICE_EVENT_TUNNEL_MODIFIED:
		assert_true(follower->objects[i].exists);
	}
}

static void catch_up(struct world *world, struct follower *follower)
{
	struct service_event event;
	int ret;

	while ((ret = service_event_get(world->service, follower->next, &event)) == 0) {
		follower->next++;
		assert_int_not_equal(event.kind, SERVICE_EVENT_SUPPRESSED);
		if (event.kind >= SERVICE_EVENT_SESSION_CREATED && event.kind <= SERVICE_EVENT_SESSION_DELETED)
			follow(follower, event.session << 1,
			       event.kind - SERVICE_EVENT_SESSION_CREATED + SERVICE_EVENT_TUNNEL_CREATED);
		else if (event.kind <= SERVICE_EVENT_TUNNEL_DELETED)
			follow(follower, event.tunnel << 1 | 1, (int)event.kind);
	}
	assert_int_equal(ret, 1);
}

static bool knows(const struct follower *follower, handle object, bool up)
{
	for (unsigned int i = 0; i < follower->count; i++)
		if (follower->objects[i].handle == object)
			return follower->objects[i].exists && follower->objects[i].up == up;
	return false;
}

/* Is what the follower knows true, all of it, and the sums? */
static void compare(struct world *world, const struct follower *follower)
{
	uint64_t after_tunnel = 0, after_session;
	unsigned int exist = 0, known = 0;
	uint32_t tunnels_in[SERVICE_TUNNEL_STATES] = { 0 }, sessions_in[SERVICE_SESSION_STATES] = { 0 };
	struct service_status status = world_status(world);
	handle tunnel, session;

	while (service_next_tunnel(world->service, &after_tunnel, &tunnel)) {
		struct service_tunnel_view view;

		assert_int_equal(service_tunnel_view(world->service, tunnel, &view), 0);
		assert_true(knows(follower, tunnel << 1 | 1, view.state == SERVICE_TUNNEL_UP));
		tunnels_in[view.state]++;
		exist++;
		after_session = 0;
		while (service_next_session(world->service, tunnel, &after_session, &session)) {
			struct service_session_view of_session;

			assert_int_equal(service_session_view(world->service, session, &of_session), 0);
			assert_true(knows(follower, session << 1, of_session.state == SERVICE_SESSION_UP));
			assert_int_equal(of_session.reason[0] != 0, of_session.state == SERVICE_SESSION_DOWN);
			sessions_in[of_session.state]++;
			exist++;
		}
	}
	for (unsigned int i = 0; i < follower->count; i++)
		known += follower->objects[i].exists;
	assert_int_equal(known, exist);
	assert_memory_equal(tunnels_in, status.tunnels_in, sizeof(tunnels_in));
	assert_memory_equal(sessions_in, status.sessions_in, sizeof(sessions_in));
}

static uint32_t chance(uint32_t below)
{
	uint32_t number;

	world_random(&number, sizeof(number));
	return number % below;
}

static void write_tunnel(char *text, size_t size, unsigned int id)
{
	snprintf(text, size, "tunnel create tunnel_name=t%u version=3 tunnel_id=%u peer_tunnel_id=%u dest_ipaddr=%s "
		 "our_udp_port=%u ttl=%u\n", id, id, id, chance(2) ? "192.0.2.2" : "lon.example", 1700 + id,
		 1 + chance(3));
}

static void write_session(char *text, size_t size, unsigned int id)
{
	snprintf(text, size, "session create tunnel_name=t%u session_id=%u peer_session_id=%u carrier_timeout=%u%s\n",
		 id, id * 10 + chance(3), 1 + chance(2), 100 * chance(2), chance(2) ? "" : " interface_name=pw0");
}

/* A configuration, or one command. */
static void write_commands(char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (unsigned int id = 1; id <= 4; id++) {
		if (chance(3))
			write_tunnel(text + used, size - used, id);
		else
			continue;
		used += strlen(text + used);
		for (uint32_t left = chance(3); left; left--) {
			write_session(text + used, size - used, id);
			used += strlen(text + used);
		}
	}
}

static void trouble(struct world *world)
{
	static const enum datapath_null_operation operations[] = {
		DATAPATH_NULL_TUNNEL_ADD, DATAPATH_NULL_TUNNEL_MODIFY, DATAPATH_NULL_SESSION_ADD,
	};
	struct error error = { .code = ERROR_SYSTEM, .text = "refused" };
	const struct datapath_null_entry *log;
	struct datapath_event event = { .carrier = chance(2) };
	size_t count;

	if (chance(2)) {
		datapath_null_fail(world->dp, operations[chance(3)], chance(4), &error);
		return;
	}
	log = datapath_null_log(world->dp, &count);
	if (!count)
		return;
	event.session = log[chance((uint32_t)count)].session;
	event.kind = chance(2) ? DATAPATH_EVENT_CARRIER : DATAPATH_EVENT_DEVICE_GONE;
	service_datapath_event(world->service, &event, world->now);
}

static void resolve(struct world *world)
{
	static const char *const texts[] = { "192.0.2.2", "224.0.0.1", "192.0.2.9", "" };
	struct service_request request;
	struct address address;

	world->now += chance(5000);
	service_expire(world->service, world->now);
	while (service_next_request(world->service, &request)) {
		bool known = address_parse(texts[chance(4)], &address);

		service_resolved(world->service, request.tunnel, &address, known, "no", world->now);
	}
}

/* An authorizer comes, goes, or answers some questions. */
static void decide(struct world *world)
{
	struct service_answer answer = { .object = CONFIG_TUNNEL };
	struct service_question question;

	if (!chance(4))
		assert_int_equal(service_set_authorizers(world->service, chance(2), chance(2), world->now, NULL), 0);
	while (chance(4) && service_next_question(world->service, &question, world->now)) {
		answer.accept = chance(3);
		if (chance(8))
			assert_int_equal(service_answer(world->service, question.id, &answer, world->now, NULL), 0);
	}
}

static void something(struct world *world)
{
	char text[4096];

	switch (chance(8)) {
	case 0:
		write_commands(text, sizeof(text));
		world_reload(world, text);
		break;
	case 1:
		write_tunnel(text, sizeof(text), 1 + chance(5));
		world_execute(world, SERVICE_ORIGIN_ADMIN, text);
		break;
	case 2:
		write_session(text, sizeof(text), 1 + chance(5));
		world_execute(world, SERVICE_ORIGIN_ADMIN, text);
		break;
	case 3:
		snprintf(text, sizeof(text), "tunnel delete tunnel_id=%u\n", 1 + chance(5));
		world_execute(world, SERVICE_ORIGIN_ADMIN, text);
		break;
	case 4:
		trouble(world);
		break;
	case 5:
	case 6:
		decide(world);
		break;
	default:
		resolve(world);
	}
}

static void who_follows_the_events_knows_all(void **state)
{
	struct world *world = *state;
	struct follower *follower = calloc(1, sizeof(*follower));
	unsigned int ups = 0, asked = 0;

	assert_non_null(follower);
	follower->next = 1;
	datapath_null_log_begin(world->dp);
	for (unsigned int step = 0; step < 3000 && follower->count < OBJECTS - 64; step++) {
		world->now += 10;
		something(world);
		catch_up(world, follower);
		compare(world, follower);
		ups += world_status(world).sessions_in[SERVICE_SESSION_UP];
		asked += world_status(world).sessions_in[SERVICE_SESSION_AUTHORIZING];
	}
	assert_in_range(ups, 500, UINT32_MAX);		/* it was worth it */
	assert_in_range(asked, 100, UINT32_MAX);
	assert_in_range(follower->count, 500, OBJECTS);
	free(follower);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(states_follow_from_facts, world_begin, world_end),
		cmocka_unit_test_setup_teardown(setting_up_is_timed_once, world_begin, world_end),
		cmocka_unit_test_setup_teardown(who_follows_the_events_knows_all, world_begin, world_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
