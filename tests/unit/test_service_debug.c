/* SPDX-License-Identifier: MIT */
/* Trace categories of tunnels and sessions: how they are switched, and whose lines are then written. */
#include "service/debug.h"

#include "base/trace.h"

#include "service_world.h"

#define WORLD TUNNEL("lon", "1") SESSION("lon", "a", "11") SESSION("lon", "b", "12")

static char lines[8192];	/* "category tunnel/session: text" each */
static unsigned int count, dropped;

static void sink(const struct log_record *record)
{
	const struct log_about *about = record->about;
	size_t used = strlen(lines);

	if (!about->category)
		return;
	snprintf(lines + used, sizeof(lines) - used, "%s %s/%s: %s\n", about->category,
		 about->tunnel ? about->tunnel : "", about->session ? about->session : "", record->text);
	count++;
	dropped += record->dropped;
}

static void forget(void)
{
	lines[0] = '\0';
	count = dropped = 0;
}

static int begin(void **state)
{
	forget();
	log_set_sink(sink, LOG_LEVEL_ERROR);
	return world_begin(state);
}

static int end(void **state)
{
	log_set_sink(NULL, LOG_LEVEL_ERROR);
	return world_end(state);
}

static int debug(struct world *world, const char *text, struct service_debug *result)
{
	unsigned int commands;
	struct command *command = world_parse(text, &commands);
	int ret = service_debug(world->service, command, world->now, result, &world->error);

	assert_int_equal(commands, 1);
	free(command);
	return ret;
}

/* The object's own categories after this command. */
static uint32_t flags(struct world *world, const char *text)
{
	struct service_debug result;

	world_expect(world, debug(world, text, &result));
	return result.flags;
}

static uint32_t effective(struct world *world, const char *text)
{
	struct service_debug result;

	world_expect(world, debug(world, text, &result));
	return result.effective;
}

static void categories_are_switched_one_by_one(void **state)
{
	struct world *world = *state;

	DO(world, WORLD);
	assert_int_equal(flags(world, "debug show tunnel_name=lon session_name=a"), 0);
	assert_int_equal(flags(world, "debug modify fsm=yes api=on tunnel_name=lon session_name=a"),
			 TRACE_FSM | TRACE_API);
	assert_int_equal(flags(world, "debug modify system=yes fsm=no tunnel_id=1 session_id=11"),
			 TRACE_SYSTEM | TRACE_API);
	assert_int_equal(flags(world, "debug modify all=yes protocol=no tunnel_name=lon session_name=a"),
			 TRACE_ALL & ~TRACE_PROTOCOL);
	assert_int_equal(flags(world, "debug show tunnel_name=lon session_name=b"), 0);
	assert_int_equal(flags(world, "debug show tunnel_name=lon"), 0);
	assert_int_equal(flags(world, "debug modify fsm=yes app"), TRACE_FSM);
	assert_int_equal(world_status(world).config.trace_flags, TRACE_FSM);
	assert_int_equal(world_session(world, "lon", "a").config.trace_flags, TRACE_ALL & ~TRACE_PROTOCOL);
}

static void a_session_has_its_tunnels_too(void **state)
{
	struct world *world = *state;

	DO(world, WORLD);
	flags(world, "debug modify fsm=yes tunnel_name=lon");
	assert_int_equal(effective(world, "debug show tunnel_name=lon session_name=a"), TRACE_FSM);
	assert_int_equal(effective(world, "debug modify api=yes tunnel_name=lon session_name=a"),
			 TRACE_FSM | TRACE_API);
	assert_int_equal(effective(world, "debug show tunnel_name=lon"), TRACE_FSM);
	assert_int_equal(effective(world, "debug show app"), 0);
}

static void only_who_is_traced_has_lines(void **state)
{
	struct world *world = *state;
	struct datapath_event carrier = { .kind = DATAPATH_EVENT_CARRIER };

	datapath_null_log_begin(world->dp);
	DO(world, WORLD);
	assert_int_equal(count, 0);
	flags(world, "debug modify fsm=yes protocol=yes tunnel_name=lon session_name=a");
	forget();
	DO(world, "session modify tunnel_name=lon session_name=b mss_clamp=yes");
	assert_string_equal(lines, "");
	DO(world, "session modify tunnel_name=lon session_name=a mss_clamp=yes");
	assert_string_equal(lines, "fsm lon/a: session a of tunnel lon: modified\n");
	forget();
	for (size_t i = 0, entries; i < 2; i++) {	/* b, then a */
		const struct datapath_null_entry *log = datapath_null_log(world->dp, &entries);

		assert_int_equal(log[2].operation, DATAPATH_NULL_SESSION_ADD);
		carrier.session = log[2 - i].session;
		service_datapath_event(world->service, &carrier, world->now);
	}
	assert_non_null(strstr(lines, "protocol lon/a: carrier lost\n"));
	assert_non_null(strstr(lines, "fsm lon/a: session a of tunnel lon: down: "));
	assert_int_equal(count, 2);
	forget();
	DO(world, "session delete tunnel_name=lon session_name=b\nsession delete tunnel_name=lon session_name=a");
	assert_string_equal(lines, "fsm lon/a: session a of tunnel lon: deleted: deleted by a command\n");
}

static void profiles_give_theirs_to_new_objects(void **state)
{
	struct world *world = *state;

	DO(world, "tunnel profile create profile_name=tp\n"
		  "tunnel create tunnel_name=old version=3 tunnel_id=9 peer_tunnel_id=9 dest_ipaddr=192.0.2.9 "
		  "profile_name=tp");
	assert_int_equal(flags(world, "debug modify fsm=yes tunnel_profile_name=tp"), TRACE_FSM);
	assert_int_equal(flags(world, "debug modify api=yes session_profile_name=default"), TRACE_API);
	assert_int_equal(flags(world, "debug modify system=yes tunnel_profile_name=tp"), TRACE_FSM | TRACE_SYSTEM);
	assert_int_equal(flags(world, "debug show tunnel_profile_name=default"), 0);
	DO(world, "tunnel create tunnel_name=lon version=3 tunnel_id=1 peer_tunnel_id=1 dest_ipaddr=192.0.2.2 "
		  "profile_name=tp\n" SESSION("lon", "a", "11"));
	assert_int_equal(flags(world, "debug show tunnel_name=lon"), TRACE_FSM | TRACE_SYSTEM);
	assert_int_equal(effective(world, "debug show tunnel_name=lon session_name=a"),
			 TRACE_FSM | TRACE_SYSTEM | TRACE_API);
	assert_int_equal(flags(world, "debug show tunnel_name=old"), 0);	/* until apply */
}

static void apply(struct world *world, const char *text)
{
	struct service_applied applied;
	unsigned int commands;
	struct command *command = world_parse(text, &commands);

	world_expect(world, service_apply(world->service, command, world->now, &applied, &world->error));
	free(command);
}

static void a_peer_has_those_of_its_profile(void **state)
{
	struct world *world = *state;

	DO(world, "peer profile create profile_name=pp trace_flags=fsm\n"
		  "tunnel create tunnel_name=lon version=3 tunnel_id=1 peer_tunnel_id=1 dest_ipaddr=192.0.2.2 "
		  "peer_profile_name=pp\n"
		  "tunnel create tunnel_name=rom version=3 tunnel_id=2 peer_tunnel_id=2 dest_ipaddr=192.0.2.3\n");
	assert_int_equal(flags(world, "debug show peer_ipaddr=192.0.2.2"), TRACE_FSM);
	assert_int_equal(flags(world, "debug show tunnel_name=lon"), 0);
	assert_int_equal(effective(world, "debug show tunnel_name=lon"), TRACE_FSM);
	assert_int_equal(effective(world, "debug show tunnel_name=rom"), 0);
	DO(world, "peer profile modify profile_name=pp trace_flags=api");
	assert_int_equal(effective(world, "debug show tunnel_name=lon"), TRACE_FSM);
	apply(world, "peer profile apply profile_name=pp");
	assert_int_equal(effective(world, "debug show tunnel_name=lon"), TRACE_API);
	/* what it was given itself it keeps */
	assert_int_equal(flags(world, "debug modify fsm=yes peer_ipaddr=192.0.2.0/24"), TRACE_FSM | TRACE_API);
	assert_int_equal(effective(world, "debug show tunnel_name=rom"), TRACE_FSM);
	apply(world, "peer profile apply profile_name=pp");
	assert_int_equal(effective(world, "debug show tunnel_name=lon"), TRACE_FSM | TRACE_API);
	assert_int_equal(flags(world, "debug show peer_ipaddr=192.0.2.3"), TRACE_FSM);
}

/* Two tunnels to it, each with a peer profile: neither takes away what the other brought. */
static void a_peer_has_those_of_all_its_profiles(void **state)
{
	struct world *world = *state;

	DO(world, "peer profile create profile_name=pp trace_flags=fsm\n"
		  "peer profile create profile_name=qq trace_flags=api\n"
		  "tunnel create tunnel_name=lon version=3 tunnel_id=1 peer_tunnel_id=1 dest_ipaddr=192.0.2.2 "
		  "peer_profile_name=pp\n"
		  "tunnel create tunnel_name=rom version=3 tunnel_id=2 peer_tunnel_id=2 dest_ipaddr=192.0.2.2 "
		  "peer_profile_name=qq\n");
	assert_int_equal(flags(world, "debug show peer_ipaddr=192.0.2.2"), TRACE_FSM | TRACE_API);
	DO(world, "peer profile modify profile_name=pp trace_flags=system; "
		  "peer profile modify profile_name=qq trace_flags=none");
	apply(world, "peer profile apply profile_name=pp");
	assert_int_equal(flags(world, "debug show peer_ipaddr=192.0.2.2"), TRACE_SYSTEM | TRACE_API);
	apply(world, "peer profile apply profile_name=qq");
	assert_int_equal(flags(world, "debug show peer_ipaddr=192.0.2.2"), TRACE_SYSTEM);
}

static void a_reload_brings_profiles_of_peers(void **state)
{
#define LON "tunnel create tunnel_name=lon version=3 tunnel_id=1 peer_tunnel_id=1 dest_ipaddr=192.0.2.2\n"
	struct world *world = *state;

	assert_int_equal(world_reload(world, LON), 0);
	assert_int_equal(effective(world, "debug show tunnel_name=lon"), 0);
	assert_int_equal(world_reload(world, "peer profile modify profile_name=default trace_flags=fsm\n" LON), 0);
	assert_int_equal(effective(world, "debug show tunnel_name=lon"), TRACE_FSM);
	assert_int_equal(world_reload(world, LON), 0);
	assert_int_equal(effective(world, "debug show tunnel_name=lon"), 0);
}

/* The snaplen that the datapath was told last, of how many. */
static uint32_t snaplen(struct world *world, size_t taps)
{
	size_t entries, found = 0;
	const struct datapath_null_entry *log = datapath_null_log(world->dp, &entries), *last = NULL;

	for (size_t i = 0; i < entries; i++)
		if (log[i].operation == DATAPATH_NULL_TAP && ++found)
			last = &log[i];
	assert_int_equal(found, taps);
	return last ? last->snaplen : 0;
}

static void trace_and_captures_share_a_tap(void **state)
{
	struct world *world = *state;
	handle a;

	DO(world, WORLD);
	a = world_find(world, "session show tunnel_name=lon session_name=a");
	datapath_null_log_begin(world->dp);
	flags(world, "debug modify data=yes tunnel_name=lon session_name=a");
	assert_int_equal(snaplen(world, 1), 1);
	flags(world, "debug modify fsm=yes tunnel_name=lon session_name=a");
	world_expect(world, service_tap(world->service, HANDLE_NONE, a, 100, &world->error));
	assert_int_equal(snaplen(world, 2), 100);
	flags(world, "debug modify data=no tunnel_name=lon session_name=a");
	assert_int_equal(snaplen(world, 2), 100);
	flags(world, "debug modify data=yes tunnel_name=lon session_name=a");
	world_expect(world, service_tap(world->service, HANDLE_NONE, a, 0, &world->error));
	assert_int_equal(snaplen(world, 3), 1);
	DO(world, "session modify tunnel_name=lon session_name=a trace_flags=none");
	assert_int_equal(snaplen(world, 4), 0);
}

static void a_tunnels_tap_serves_its_sessions(void **state)
{
	struct world *world = *state;

	DO(world, WORLD);
	datapath_null_log_begin(world->dp);
	DO(world, "session modify tunnel_name=lon session_name=a trace_flags=data");
	assert_int_equal(snaplen(world, 1), 1);
	DO(world, "tunnel modify tunnel_name=lon trace_flags=data");
	assert_int_equal(snaplen(world, 3), 0);		/* the session's */
	DO(world, "session modify tunnel_name=lon session_name=b trace_flags=data");
	assert_int_equal(snaplen(world, 3), 0);
	DO(world, "tunnel modify tunnel_name=lon trace_flags=none");
	assert_int_equal(snaplen(world, 6), 1);		/* the tunnel's off, both sessions' on */
}

static void a_refused_tap_changes_nothing(void **state)
{
	const struct error full = { .code = ERROR_LIMIT, .text = "full" };
	struct world *world = *state;
	struct service_debug result;

	DO(world, WORLD);
	datapath_null_fail(world->dp, DATAPATH_NULL_TAP, 0, &full);
	assert_int_equal(debug(world, "debug modify data=yes fsm=yes tunnel_name=lon", &result), -1);
	assert_int_equal(world->error.code, ERROR_LIMIT);
	assert_int_equal(flags(world, "debug show tunnel_name=lon"), 0);
	datapath_null_fail(world->dp, DATAPATH_NULL_TAP, 0, &full);
	assert_int_equal(debug(world, "debug modify data=yes fsm=yes peer_ipaddr=192.0.2.0/24", &result), -1);
	assert_int_equal(flags(world, "debug show peer_ipaddr=192.0.2.0/24"), 0);
}

static void packets_have_lines(void **state)
{
	struct world *world = *state;
	struct datapath_packet packet = { .drop = DATAPATH_DROP_COOKIE, .length = 60, .captured = 1,
					  .octets = (const void *)"" };
	struct datapath_packet out[8];
	const struct datapath_null_entry *log;
	size_t entries;

	datapath_null_log_begin(world->dp);
	DO(world, WORLD);
	log = datapath_null_log(world->dp, &entries);
	packet.tunnel = log[0].tunnel;
	packet.session = log[1].session;
	flags(world, "debug modify data=yes tunnel_name=lon session_name=a");
	forget();
	assert_true(datapath_null_packet(world->dp, &packet));
	while (service_packets(world->service, out, 8))
		continue;
	assert_string_equal(lines, "data lon/a: received from , 60 octets, dropped: wrong cookie\n");
	packet.outgoing = true;
	packet.drop = DATAPATH_DROP_NONE;
	forget();
	for (int i = 0; i < 150; i++)
		assert_true(datapath_null_packet(world->dp, &packet));
	packet.when_ns = 1000000000;
	assert_true(datapath_null_packet(world->dp, &packet));
	while (service_packets(world->service, out, 8))
		continue;
	assert_int_equal(count, 100);		/* 99 of the first second, whose first was above */
	assert_int_equal(dropped, 51);
}

/* A file tried on the null datapath happens to nobody. */
static void dry_runs_are_not_traced(void **state)
{
	struct world *world = *state;

	assert_int_equal(world_reload(world, "system modify trace_flags=all\n"
					     "tunnel create tunnel_name=lon version=3 tunnel_id=1 peer_tunnel_id=1 "
					     "dest_ipaddr=192.0.2.2 trace_flags=fsm\n"), 0);
	assert_string_equal(lines, "fsm lon/: tunnel lon: created\nfsm lon/: tunnel lon: up\n");
}

static void a_command_is_its_objects(void **state)
{
	struct world *world = *state;
	unsigned int commands;
	struct command *command;

	DO(world, WORLD "tunnel modify tunnel_name=lon trace_flags=fsm\nsystem modify trace_flags=data\n"
		  "session modify tunnel_name=lon session_name=a trace_flags=api\n");
	command = world_parse("session show tunnel_name=lon session_name=a\n"
			      "session show tunnel_name=lon session_name=x\n"
			      "tunnel show tunnel_name=lon\ntunnel show tunnel_name=x\nsystem show", &commands);
	assert_int_equal(service_trace_mask(world->service, &command[0]), TRACE_FSM | TRACE_API | TRACE_DATA);
	assert_int_equal(service_trace_mask(world->service, &command[1]), TRACE_FSM | TRACE_DATA);
	assert_int_equal(service_trace_mask(world->service, &command[2]), TRACE_FSM | TRACE_DATA);
	assert_int_equal(service_trace_mask(world->service, &command[3]), TRACE_DATA);
	assert_int_equal(service_trace_mask(world->service, &command[4]), TRACE_DATA);
	assert_int_equal(service_trace_mask(world->service, NULL), TRACE_DATA);
	free(command);
}

static void whose_must_be_said(void **state)
{
	static const struct {
		const char *text;
		enum error_code code;
	} wrong[] = {
		{ "debug show tunnel_name=paris", ERROR_UNKNOWN },
		{ "debug modify fsm=yes tunnel_name=lon session_name=x", ERROR_UNKNOWN },
		{ "debug modify fsm=yes session_name=a", ERROR_MISSING },
		{ "debug modify fsm=yes app tunnel_name=lon", ERROR_VALUE },
		{ "debug modify fsm=yes tunnel_name=lon tunnel_profile_name=x", ERROR_VALUE },
		{ "debug modify fsm=yes tunnel_profile_name=x", ERROR_UNKNOWN },
		{ "debug modify fsm=yes ppp_profile_name=x", ERROR_UNKNOWN },
		{ "debug show peer_ipaddr=203.0.113.0/24", ERROR_UNKNOWN },
	};
	struct world *world = *state;
	struct service_debug result;

	DO(world, WORLD);
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		assert_int_equal(debug(world, wrong[i].text, &result), -1);
		assert_int_equal(world->error.code, wrong[i].code);
	}
	assert_int_equal(flags(world, "debug show tunnel_name=lon"), 0);
	assert_int_equal(flags(world, "debug modify ppp=yes ppp_profile_name=default"), TRACE_PPP);
	assert_int_equal(flags(world, "debug show ppp_profile_name=default"), TRACE_PPP);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(categories_are_switched_one_by_one),
		TEST(a_session_has_its_tunnels_too),
		TEST(only_who_is_traced_has_lines),
		TEST(profiles_give_theirs_to_new_objects),
		TEST(a_peer_has_those_of_its_profile),
		TEST(a_peer_has_those_of_all_its_profiles),
		TEST(a_reload_brings_profiles_of_peers),
		TEST(trace_and_captures_share_a_tap),
		TEST(a_tunnels_tap_serves_its_sessions),
		TEST(a_refused_tap_changes_nothing),
		TEST(packets_have_lines),
		TEST(dry_runs_are_not_traced),
		TEST(a_command_is_its_objects),
		TEST(whose_must_be_said),
	};

	return cmocka_run_group_tests_name("service_debug", tests, NULL, NULL);
}
