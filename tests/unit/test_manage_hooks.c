/* SPDX-License-Identifier: MIT */
/* Hook programs: which are run for which events, in which order, how many at once, what they are told. */
#include "manage/hooks.h"

#include <signal.h>

#include "service/event.h"
#include "service_world.h"

#define PROGRAMS_MAX 4096

struct program {
	char arguments[512];		/* each with | behind it */
	char path[128], environment[2048];	/* its lines */
	unsigned int limit_ms;
	manage_program_done_fn *done;		/* NULL: it has ended */
	void *context;
};

struct fixture {
	struct world *world;
	struct hooks *hooks;
	struct program programs[PROGRAMS_MAX];	/* that were started */
	unsigned int count, running, most, killed;
	unsigned int done;			/* times that all had ended */
	bool refuse;
};

static struct fixture *fixture;		/* the host's functions have no other way to it */

static uint64_t now(void)
{
	return fixture->world->now;
}

static void changed(void *context)
{
	assert_ptr_equal(context, fixture);
	assert_true(hooks_are_done(fixture->hooks));
	fixture->done++;
}

static int program_at(const char *path, struct error *error)
{
	if (strstr(path, "tunnel_modified"))
		return error_set(error, ERROR_SYSTEM, NULL, "%s is not run: others may write to it", path);
	return strcmp(path, "/hooks/session_created") != 0;
}

static void *run_program(void *context, const char *path, char *const arguments[], char *const environment[],
			 unsigned int limit_ms, manage_program_done_fn *done, void *done_context, struct error *error)
{
	struct program *program = &fixture->programs[fixture->count];
	size_t used = 0;

	assert_ptr_equal(context, fixture);
	if (fixture->refuse) {
		error_set(error, ERROR_SYSTEM, NULL, "cannot run %s", path);
		return NULL;
	}
	assert_true(fixture->count++ < PROGRAMS_MAX);
	snprintf(program->path, sizeof(program->path), "%s", path);
	for (int i = 0; environment[i]; i++)
		used += (size_t)snprintf(program->environment + used, sizeof(program->environment) - used, "%s\n",
					 environment[i]);
	assert_true(used < sizeof(program->environment));
	for (int i = 1; arguments && arguments[i]; i++) {
		strncat(program->arguments, arguments[i], sizeof(program->arguments) - strlen(program->arguments) - 2);
		strcat(program->arguments, "|");
	}
	program->limit_ms = limit_ms;
	program->done = done;
	program->context = done_context;
	if (++fixture->running > fixture->most)
		fixture->most = fixture->running;
	return program;
}

static void kill_program(void *program)
{
	assert_non_null(((struct program *)program)->done);
	fixture->killed++;
}

static void end(unsigned int i, int status, bool out_of_time)
{
	struct program *program = &fixture->programs[i];
	manage_program_done_fn *done = program->done;

	assert_non_null(done);
	program->done = NULL;
	fixture->running--;
	done(program->context, status, out_of_time);
}

static int setup(void **state)
{
	struct manage_host host = { .now = now, .changed = changed, .program_at = program_at,
				    .run_program = run_program, .kill_program = kill_program };
	void *world;

	fixture = calloc(1, sizeof(*fixture));
	assert_non_null(fixture);
	world_begin(&world);
	fixture->world = world;
	host.context = fixture;
	fixture->hooks = hooks_new(fixture->world->service, &host);
	assert_non_null(fixture->hooks);
	DO(world, TUNNEL("first", "99"));	/* so that the peer is known, and no event of the tests */
	hooks_settle(fixture->hooks);
	*state = fixture->world;
	return 0;
}

static int teardown(void **state)
{
	void *world = fixture->world;

	hooks_free(fixture->hooks);
	assert_int_equal(fixture->killed, fixture->running);
	world_end(&world);
	free(fixture);
	return 0;
}

static void settle(void)
{
	hooks_settle(fixture->hooks);
}

static bool was_told(unsigned int program, const char *line)
{
	char text[256];

	snprintf(text, sizeof(text), "\n%s\n", line);
	assert_true(program < fixture->count);
	return strstr(fixture->programs[program].environment, text);
}

static void without_a_folder_nothing_is_run(void **state)
{
	struct world *world = *state;

	DO(world, TUNNEL("lon", "1"));
	settle();
	assert_int_equal(fixture->count, 0);
	DO(world, "system modify hook_directory=/hooks");	/* is an event itself; what was before is over */
	settle();
	assert_int_equal(fixture->count, 1);
	assert_string_equal(fixture->programs[0].path, "/hooks/system_modified");
	assert_true(was_told(0, "L2TPD_CHANGED=hook_directory"));
}

static void a_program_has_the_facts(void **state)
{
	struct world *world = *state;

	DO(world, "system modify hook_directory=/hooks hook_timeout=1500");
	DO(world, TUNNEL("lon", "1") SESSION("lon", "a", "11"));
	settle();
	assert_int_equal(fixture->count, 2);	/* one of the system, one of the tunnel */
	assert_string_equal(fixture->programs[1].path, "/hooks/tunnel_created");
	assert_int_equal(fixture->programs[1].limit_ms, 1500);
	for (unsigned int i = 1; i < 6; i++)
		end(i, 0, false);
	assert_string_equal(fixture->programs[6].path, "/hooks/session_up");
	assert_true(was_told(6, "L2TPD_EVENT=session_up") && was_told(6, "L2TPD_ORIGIN=admin"));
	assert_true(was_told(6, "L2TPD_TUNNEL_NAME=lon") && was_told(6, "L2TPD_TUNNEL_ID=1"));
	assert_true(was_told(6, "L2TPD_SESSION_NAME=a") && was_told(6, "L2TPD_SESSION_ID=11"));
	assert_true(was_told(6, "L2TPD_INTERFACE_NAME=l2tpeth0") && was_told(6, "L2TPD_PEER=192.0.2.2"));
	assert_true(was_told(6, "L2TPD_NUMBER=8"));
	assert_memory_equal(fixture->programs[6].environment, "PATH=", 5);
	assert_null(strstr(fixture->programs[6].environment, "REASON"));
	assert_null(strstr(fixture->programs[6].environment, "NETNS"));
}

static void those_of_a_tunnel_run_in_order(void **state)
{
	static const char *const wanted[] = {
		"/hooks/tunnel_created", "/hooks/any", "/hooks/tunnel_up", "/hooks/any",
		/* session_created has no program of its own */
		"/hooks/any", "/hooks/session_up", "/hooks/any",
	};
	struct world *world = *state;

	DO(world, "system modify hook_directory=/hooks");
	settle();
	end(0, 0, false);
	end(1, 0, false);
	DO(world, TUNNEL("lon", "1") SESSION("lon", "a", "11"));
	settle();
	for (unsigned int i = 0; i < ARRAY_SIZE(wanted); i++) {
		assert_int_equal(fixture->count, 3 + i);	/* never two of them */
		assert_string_equal(fixture->programs[2 + i].path, wanted[i]);
		end(2 + i, 0, false);
	}
	assert_int_equal(hooks_counters(fixture->hooks)->run, 2 + ARRAY_SIZE(wanted));
	assert_int_equal(fixture->done, 2);
}

static void of_several_tunnels_some_run_at_once(void **state)
{
	struct world *world = *state;
	char text[256];
	unsigned int ended = 0;

	DO(world, "system modify hook_directory=/hooks");
	for (unsigned int i = 1; i <= 20; i++) {
		snprintf(text, sizeof(text), "tunnel create version=3 dest_ipaddr=192.0.2.2 tunnel_id=%u "
			 "peer_tunnel_id=1 our_udp_port=%u", i, 2000 + i);
		DO(world, text);
	}
	settle();
	assert_int_equal(fixture->running, HOOKS_AT_ONCE);
	while (ended < fixture->count)
		end(ended++, 0, false);
	assert_int_equal(fixture->count, 2 + 20 * 4);
	assert_int_equal(fixture->most, HOOKS_AT_ONCE);
}

static void trouble_is_counted(void **state)
{
	struct world *world = *state;

	DO(world, "system modify hook_directory=/hooks");
	settle();
	end(0, 2 << 8, false);
	end(1, SIGTERM, true);
	assert_int_equal(hooks_counters(fixture->hooks)->failed, 1);
	assert_int_equal(hooks_counters(fixture->hooks)->out_of_time, 1);
	fixture->refuse = true;
	DO(world, "system modify max_tunnels=7");
	settle();
	assert_int_equal(hooks_counters(fixture->hooks)->failed, 3);
	assert_int_equal(hooks_counters(fixture->hooks)->run, 2);
}

static void one_that_is_not_trusted_is_not_run(void **state)
{
	struct world *world = *state;

	DO(world, "system modify hook_directory=/hooks; " TUNNEL("lon", "1"));
	settle();
	for (unsigned int i = 0; i < 6; i++)
		end(i, 0, false);
	DO(world, "tunnel modify tunnel_name=lon ttl=7");
	settle();
	assert_int_equal(fixture->count, 7);
	assert_string_equal(fixture->programs[6].path, "/hooks/any");
	assert_true(was_told(6, "L2TPD_EVENT=tunnel_modified") && was_told(6, "L2TPD_CHANGED=ttl"));
}

static void a_storm_is_bounded(void **state)
{
	struct world *world = *state;
	const struct hooks_counters *counters = hooks_counters(fixture->hooks);
	uint64_t events;

	DO(world, "system modify hook_directory=/hooks");
	settle();
	for (unsigned int i = 0; i < 2 * SERVICE_EVENT_RING; i++) {
		DO(world, "system modify max_tunnels=7");
		settle();
	}
	events = service_event_last(world->service);
	assert_int_equal(counters->lost, 0);	/* nothing was read since the queue is full */
	for (unsigned int i = 0; i < 2 * HOOKS_WAITING; i++)
		end(i, 0, false);
	assert_in_range(counters->lost, events - SERVICE_EVENT_RING - HOOKS_WAITING, events - SERVICE_EVENT_RING);
	assert_int_equal(counters->run, 2 * HOOKS_WAITING + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(without_a_folder_nothing_is_run, setup, teardown),
		cmocka_unit_test_setup_teardown(a_program_has_the_facts, setup, teardown),
		cmocka_unit_test_setup_teardown(those_of_a_tunnel_run_in_order, setup, teardown),
		cmocka_unit_test_setup_teardown(of_several_tunnels_some_run_at_once, setup, teardown),
		cmocka_unit_test_setup_teardown(trouble_is_counted, setup, teardown),
		cmocka_unit_test_setup_teardown(one_that_is_not_trusted_is_not_run, setup, teardown),
		cmocka_unit_test_setup_teardown(a_storm_is_bounded, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
