/* SPDX-License-Identifier: MIT */
/* Events: what is told of whom, in which order, for how long it is kept; and what failed. */
#include "service/event.h"

#include "service_world.h"

/* The names and the objects of the events from this number on: "tunnel_created:lon session_up:lon/a". */
static const char *events_from(struct world *world, uint64_t number)
{
	static char text[8192];
	struct service_event event;
	size_t used = 0;

	text[0] = '\0';
	while (service_event_get(world->service, number++, &event) == 0) {
		assert_int_equal(event.number, number - 1);
		if (event.kind == SERVICE_EVENT_PEER_ADDED || event.kind == SERVICE_EVENT_PEER_REMOVED)
			continue;	/* they have a test of their own */
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s%s%s%s%s", used ? " " : "",
					 service_event_name(event.kind), event.tunnel_name[0] ? ":" : "",
					 event.tunnel_name, event.session_name[0] ? "/" : "", event.session_name);
		assert_true(used < sizeof(text));
	}
	return text;
}

/* From now on. */
static uint64_t next(struct world *world)
{
	return service_event_last(world->service) + 1;
}

static struct service_event get(struct world *world, uint64_t number)
{
	struct service_event event;

	assert_int_equal(service_event_get(world->service, number, &event), 0);
	return event;
}

/* How many of the last events tell that something was deleted for this reason; others that it was are wrong. */
static unsigned int count_reason(struct world *world, unsigned int last, const char *reason)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < last; i++) {
		struct service_event event = get(world, service_event_last(world->service) - i);

		if (event.kind != SERVICE_EVENT_TUNNEL_DELETED && event.kind != SERVICE_EVENT_SESSION_DELETED)
			continue;
		assert_string_equal(event.reason, reason);
		count++;
	}
	return count;
}

static void an_object_is_created_up_down_deleted(void **state)
{
	struct world *world = *state;
	struct service_event event;

	assert_int_equal(service_event_last(world->service), 0);
	world->now = 5000;
	DO(world, TUNNEL("lon", "1") SESSION("lon", "a", "11"));
	assert_string_equal(events_from(world, 1),
			    "tunnel_created:lon tunnel_up:lon session_created:lon/a session_up:lon/a");
	event = get(world, 5);
	assert_int_equal(event.when, 5000);
	assert_int_equal(event.tunnel_id, 1);
	assert_int_equal(event.session_id, 11);
	assert_int_equal(event.origin, SERVICE_ORIGIN_ADMIN);
	assert_int_equal(event.session, world_find(world, "session show tunnel_id=1 session_id=11"));
	assert_string_equal(event.interface_name, "l2tpeth0");
	assert_int_equal(event.peer.family, AF_INET);
	DO(world, "tunnel delete tunnel_name=lon");
	assert_string_equal(events_from(world, 6),
			    "session_down:lon/a session_deleted:lon/a tunnel_down:lon tunnel_deleted:lon");
	assert_string_equal(get(world, 6).reason, "deleted by a command");
	DO(world, TUNNEL("lon", "1") SESSION("lon", "a", "11") SESSION("lon", "b", "12")
	   "session delete tunnel_name=lon session_name=a reason=\"moved to par\"");
	assert_string_equal(get(world, service_event_last(world->service)).reason, "moved to par");
	DO(world, "tunnel delete tunnel_name=lon reason=maintenance");
	assert_int_equal(count_reason(world, 5, "maintenance"), 2);
}

static void what_is_refused_is_no_event(void **state)
{
	struct world *world = *state;
	struct error error = { .code = ERROR_SYSTEM, .text = "refused" };

	datapath_null_fail(world->dp, DATAPATH_NULL_TUNNEL_ADD, 0, &error);
	REFUSED(world, ERROR_SYSTEM, "", "refused", TUNNEL("lon", "1"));
	assert_string_equal(events_from(world, 1), "");
	DO(world, TUNNEL("lon", "1"));
	datapath_null_fail(world->dp, DATAPATH_NULL_SESSION_ADD, 0, &error);
	REFUSED(world, ERROR_SYSTEM, "", "refused", SESSION("lon", "a", "11"));
	assert_string_equal(events_from(world, 1), "tunnel_created:lon tunnel_up:lon");
}

static bool has_changed(const struct service_event *event, const char *parameter)
{
	return param_set_has(&event->changed, config_row(event->object, parameter));
}

static void a_change_tells_which_parameters(void **state)
{
	struct world *world = *state;
	struct service_event event;
	uint64_t from;

	DO(world, TUNNEL("lon", "1") SESSION("lon", "a", "11"));
	from = next(world);
	DO(world, "tunnel modify tunnel_name=lon ttl=7 fwmark=0");
	event = get(world, from);
	assert_int_equal(event.kind, SERVICE_EVENT_TUNNEL_MODIFIED);
	assert_true(has_changed(&event, "ttl"));
	assert_false(has_changed(&event, "fwmark"));	/* it was 0 */
	DO(world, "session modify tunnel_name=lon session_id=11 session_name=b mtu=1400");
	event = get(world, from + 1);
	assert_int_equal(event.kind, SERVICE_EVENT_SESSION_MODIFIED);
	assert_true(has_changed(&event, "mtu") && has_changed(&event, "session_name"));
	assert_string_equal(event.session_name, "b");
	DO(world, "session modify tunnel_name=lon session_name=b mtu=1400");
	assert_int_equal(next(world), from + 2);	/* nothing changed */
}

static void a_reload_tells_what_it_does(void **state)
{
	struct world *world = *state;
	uint64_t from;

	RELOAD(world, TUNNEL("lon", "1") SESSION("lon", "a", "11") TUNNEL("ams", "2"));
	assert_int_equal(get(world, 1).origin, SERVICE_ORIGIN_FILE);
	from = next(world);
	RELOAD(world, TUNNEL("lon", "1") SESSION("lon", "b", "12") TUNNEL("ams", "2"));
	assert_string_equal(events_from(world, from), "session_down:lon/a session_deleted:lon/a session_created:lon/b "
						      "session_up:lon/b");
	assert_non_null(strstr(get(world, from).reason, "the configuration"));
	from = next(world);
	RELOAD(world, TUNNEL("lon", "1") SESSION("lon", "b", "12") TUNNEL("ams", "2"));
	assert_int_equal(next(world), from);
}

static void a_reload_that_fails_tells_both_ways(void **state)
{
	struct world *world = *state;
	struct error error = { .code = ERROR_SYSTEM, .text = "refused" };
	uint64_t from;

	RELOAD(world, TUNNEL("lon", "1") SESSION("lon", "a", "11"));
	from = next(world);
	/* the trial takes one, too */
	datapath_null_fail(world->dp, DATAPATH_NULL_SESSION_ADD, 1, &error);
	RELOAD_REFUSED(world, ERROR_SYSTEM, "", "refused", TUNNEL("lon", "1") SESSION("lon", "b", "12"));
	assert_string_equal(events_from(world, from), "session_down:lon/a session_deleted:lon/a session_created:lon/a "
						      "session_up:lon/a");
}

static void a_name_that_does_not_resolve_is_a_failure(void **state)
{
	struct world *world = *state;
	struct service_failure failures[4];
	struct service_request request;
	struct address address;

	DO(world, "tunnel create tunnel_name=lon version=3 dest_ipaddr=lon.example tunnel_id=1 peer_tunnel_id=2\n"
		  SESSION("lon", "a", "11"));
	assert_string_equal(events_from(world, 1), "tunnel_created:lon session_created:lon/a");
	assert_int_equal(world_session(world, "lon", "a").state, SERVICE_SESSION_DOWN);
	assert_string_equal(world_session(world, "lon", "a").reason, "its tunnel is not up");
	assert_true(service_next_request(world->service, &request));
	world->now = 3000;
	service_resolved(world->service, request.tunnel, NULL, 0, "no such name", world->now);
	assert_string_equal(events_from(world, 3), "tunnel_modified:lon");
	assert_string_equal(get(world, 3).reason, "lon.example: no such name");
	assert_int_equal(service_failures(world->service, failures, 4), 1);
	assert_int_equal(failures[0].class, SERVICE_FAILURE_RESOLVE);
	assert_string_equal(failures[0].tunnel_name, "lon");
	assert_string_equal(failures[0].reason, "lon.example: no such name");
	assert_int_equal(failures[0].when, 3000);

	world->now = 5000;
	service_expire(world->service, world->now);
	assert_true(service_next_request(world->service, &request));
	assert_true(address_parse("192.0.2.2", &address));
	service_resolved(world->service, request.tunnel, &address, 1, NULL, world->now);
	assert_string_equal(events_from(world, 4), "tunnel_modified:lon tunnel_up:lon session_up:lon/a");
	assert_int_equal(world_status(world).failures, 1);
}

static void report(struct world *world, enum datapath_event_kind kind, bool carrier)
{
	struct datapath_event event = { .kind = kind, .carrier = carrier };
	const struct datapath_null_entry *log;
	size_t count;

	log = datapath_null_log(world->dp, &count);
	for (size_t i = 0; i < count; i++)
		if (log[i].operation == DATAPATH_NULL_SESSION_ADD)
			event.session = log[i].session;
	service_datapath_event(world->service, &event, world->now);
}

static void a_carrier_that_is_lost_is_told(void **state)
{
	struct world *world = *state;
	struct service_failure failure;

	datapath_null_log_begin(world->dp);
	DO(world, TUNNEL("lon", "1") "session create tunnel_name=lon session_name=a session_id=11 "
		  "peer_session_id=11 carrier_timeout=500\n");
	world->now = 2000;
	report(world, DATAPATH_EVENT_CARRIER, false);
	assert_string_equal(events_from(world, 6), "session_down:lon/a");
	assert_string_equal(get(world, 6).reason, "nothing has arrived for carrier_timeout, which is 500 ms");
	assert_int_equal(service_failures(world->service, &failure, 1), 1);
	assert_int_equal(failure.class, SERVICE_FAILURE_CARRIER);
	report(world, DATAPATH_EVENT_CARRIER, false);
	assert_int_equal(next(world), 7);
	world->now = 2500;
	report(world, DATAPATH_EVENT_CARRIER, true);
	assert_string_equal(events_from(world, 7), "session_up:lon/a");
	assert_int_equal(world_session(world, "lon", "a").up_since, 2500);
	report(world, DATAPATH_EVENT_CARRIER, false);
	DO(world, "session modify tunnel_name=lon session_name=a carrier_timeout=0");
	assert_string_equal(events_from(world, 8), "session_down:lon/a session_modified:lon/a session_up:lon/a");
}

static void a_device_that_is_gone_is_told(void **state)
{
	struct world *world = *state;
	struct service_failure failure;

	datapath_null_log_begin(world->dp);
	DO(world, TUNNEL("lon", "1") SESSION("lon", "a", "11"));
	report(world, DATAPATH_EVENT_DEVICE_GONE, false);
	report(world, DATAPATH_EVENT_DEVICE_GONE, false);
	assert_string_equal(events_from(world, 6), "session_down:lon/a");
	assert_int_equal(service_failures(world->service, &failure, 1), 1);
	assert_int_equal(failure.class, SERVICE_FAILURE_DEVICE);
	assert_string_equal(failure.session_name, "a");
	assert_string_equal(failure.reason, get(world, 6).reason);
}

static void limits_are_told_once_a_second(void **state)
{
	struct world *world = *state;
	struct service_failure failures[4];

	DO(world, "system modify max_tunnels=1\n" TUNNEL("lon", "1"));
	assert_string_equal(events_from(world, 1), "system_modified tunnel_created:lon tunnel_up:lon");
	for (int i = 0; i < 10; i++) {
		REFUSED(world, ERROR_LIMIT, "max_tunnels", "which is the limit", TUNNEL("ams", "2"));
		world->now += 150;
	}
	assert_string_equal(events_from(world, 5), "limit_hit limit_hit");
	assert_non_null(strstr(get(world, 5).reason, "max_tunnels: 1 exist"));
	assert_int_equal(service_failures(world->service, failures, 4), 2);
	assert_int_equal(failures[0].class, SERVICE_FAILURE_LIMIT);
	assert_true(failures[0].when > failures[1].when);
}

static void configurations_are_told(void **state)
{
	struct world *world = *state;

	service_configuration_loaded(world->service, 4000, "l2tpd.conf:3:1: no");
	assert_string_equal(world_status(world).load_error, "l2tpd.conf:3:1: no");
	assert_int_equal(world_status(world).failures, 1);
	service_configuration_loaded(world->service, 5000, NULL);
	assert_string_equal(world_status(world).load_error, "");
	assert_int_equal(world_status(world).loaded, 5000);
	assert_string_equal(events_from(world, 1), "config_refused config_changed");
}

/* Many sessions, as a text; the caller frees it. */
static char *many_sessions(unsigned int count)
{
	char *text = malloc(count * 100 + 200);
	size_t used;

	assert_non_null(text);
	used = (size_t)sprintf(text, TUNNEL("lon", "1"));
	for (unsigned int i = 1; i <= count; i++)
		used += (size_t)sprintf(text + used, "session create tunnel_id=1 session_id=%u peer_session_id=%u\n", i,
					i);
	return text;
}

static void one_call_cannot_fill_the_ring(void **state)
{
	struct world *world = *state;
	char *text = many_sessions(3000);
	struct service_event last;

	DO(world, "system modify max_sessions=0");
	RELOAD(world, text);
	free(text);
	/* the reader who was up to date still finds what it wants next */
	assert_int_equal(service_event_last(world->service), 1 + SERVICE_EVENT_BUDGET);
	assert_int_equal(get(world, 2).kind, SERVICE_EVENT_TUNNEL_CREATED);
	last = get(world, 1 + SERVICE_EVENT_BUDGET);
	assert_int_equal(last.kind, SERVICE_EVENT_SUPPRESSED);
	assert_int_equal(last.count, 3 + 2 * 3000 - (SERVICE_EVENT_BUDGET - 1));
	DO(world, "system modify max_sessions=0");	/* a new call, a new budget */
	assert_string_equal(events_from(world, next(world) - 1), "system_modified");
}

static void a_reader_who_is_too_slow_learns_it(void **state)
{
	struct world *world = *state;
	struct service_event event;

	for (unsigned int i = 0; i < SERVICE_EVENT_RING; i++)
		DO(world, "system modify max_sessions=0");
	assert_int_equal(service_event_get(world->service, 1, &event), 0);
	DO(world, "system modify max_sessions=0");
	assert_int_equal(service_event_get(world->service, 1, &event), -1);
	assert_int_equal(service_event_get(world->service, 2, &event), 0);
	assert_int_equal(service_event_get(world->service, 0, &event), -1);
	assert_int_equal(service_event_get(world->service, SERVICE_EVENT_RING + 2, &event), 1);
}

static void peers_are_told(void **state)
{
	struct world *world = *state;
	struct service_event first;
	char text[ADDRESS_TEXT_MAX];

	DO(world, TUNNEL("lon", "1") TUNNEL("ams", "2"));
	assert_int_equal(get(world, 2).kind, SERVICE_EVENT_PEER_ADDED);
	first = get(world, 2);
	assert_string_equal(address_format(&first.peer, text, sizeof(text)), "192.0.2.2");
	assert_int_equal(service_event_last(world->service), 5);	/* ams has the same */
	DO(world, "tunnel create tunnel_name=par version=3 dest_ipaddr=par.example tunnel_id=3 peer_tunnel_id=3");
	world_answer(world, "192.0.2.9");
	assert_int_equal(get(world, 7).kind, SERVICE_EVENT_PEER_ADDED);
	world->now += 3600 * 1000;
	service_expire(world->service, world->now);
	world_answer(world, "192.0.2.10");
	assert_int_equal(get(world, 9).kind, SERVICE_EVENT_PEER_REMOVED);
	assert_int_equal(get(world, 10).kind, SERVICE_EVENT_PEER_ADDED);
	assert_int_equal(get(world, 11).kind, SERVICE_EVENT_TUNNEL_MODIFIED);
	assert_string_equal(get(world, 11).reason, "the peer's address is now 192.0.2.10");
	DO(world, "tunnel delete tunnel_name=lon");
	assert_int_equal(get(world, service_event_last(world->service)).kind, SERVICE_EVENT_TUNNEL_DELETED);
	DO(world, "tunnel delete tunnel_name=ams");
	assert_int_equal(get(world, service_event_last(world->service)).kind, SERVICE_EVENT_PEER_REMOVED);
}

static void profiles_are_told(void **state)
{
	struct world *world = *state;
	struct service_event event;

	DO(world, "tunnel profile create profile_name=p1 ttl=7; tunnel profile modify profile_name=p1 fwmark=1");
	DO(world, "tunnel profile unset profile_name=p1 ttl; tunnel profile delete profile_name=p1");
	assert_string_equal(events_from(world, 1), "profile_created profile_modified profile_modified profile_deleted");
	event = get(world, 2);
	assert_int_equal(event.object, CONFIG_TUNNEL_PROFILE);
	assert_string_equal(event.profile_name, "p1");
	assert_true(has_changed(&event, "fwmark") && !has_changed(&event, "ttl"));
	event = get(world, 3);
	assert_true(has_changed(&event, "ttl"));
}

static void the_oldest_failure_makes_room(void **state)
{
	struct world *world = *state;
	struct service_failure failures[SERVICE_FAILURES_MAX + 1];
	char text[32];

	for (unsigned int i = 0; i < SERVICE_FAILURES_MAX + 5; i++) {
		snprintf(text, sizeof(text), "failure %u", i);
		service_configuration_loaded(world->service, 1000 + i, text);
	}
	assert_int_equal(service_failures(world->service, failures, SERVICE_FAILURES_MAX + 1), SERVICE_FAILURES_MAX);
	assert_string_equal(failures[0].reason, "failure 36");
	assert_string_equal(failures[SERVICE_FAILURES_MAX - 1].reason, "failure 5");
	assert_int_equal(service_failures(world->service, failures, 1), 1);
	assert_int_equal(world_status(world).failures, SERVICE_FAILURES_MAX + 5);
}

static void every_kind_has_a_name(void **state)
{
	for (int kind = 0; kind < SERVICE_EVENT_COUNT; kind++) {
		assert_non_null(service_event_name(kind));
		for (int other = 0; other < kind; other++)
			assert_string_not_equal(service_event_name(kind), service_event_name(other));
	}
	for (int class = SERVICE_FAILURE_RESOLVE; class <= SERVICE_FAILURE_CONFIGURATION; class++)
		assert_non_null(service_failure_name(class));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_object_is_created_up_down_deleted, world_begin, world_end),
		cmocka_unit_test_setup_teardown(what_is_refused_is_no_event, world_begin, world_end),
		cmocka_unit_test_setup_teardown(a_change_tells_which_parameters, world_begin, world_end),
		cmocka_unit_test_setup_teardown(a_reload_tells_what_it_does, world_begin, world_end),
		cmocka_unit_test_setup_teardown(a_reload_that_fails_tells_both_ways, world_begin, world_end),
		cmocka_unit_test_setup_teardown(a_name_that_does_not_resolve_is_a_failure, world_begin, world_end),
		cmocka_unit_test_setup_teardown(a_carrier_that_is_lost_is_told, world_begin, world_end),
		cmocka_unit_test_setup_teardown(a_device_that_is_gone_is_told, world_begin, world_end),
		cmocka_unit_test_setup_teardown(limits_are_told_once_a_second, world_begin, world_end),
		cmocka_unit_test_setup_teardown(configurations_are_told, world_begin, world_end),
		cmocka_unit_test_setup_teardown(one_call_cannot_fill_the_ring, world_begin, world_end),
		cmocka_unit_test_setup_teardown(a_reader_who_is_too_slow_learns_it, world_begin, world_end),
		cmocka_unit_test_setup_teardown(peers_are_told, world_begin, world_end),
		cmocka_unit_test_setup_teardown(profiles_are_told, world_begin, world_end),
		cmocka_unit_test_setup_teardown(the_oldest_failure_makes_room, world_begin, world_end),
		cmocka_unit_test(every_kind_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
