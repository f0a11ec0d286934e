/* SPDX-License-Identifier: MIT */
/*
 * A reader of the service's events that starts programs.
 */
#include "manage/hooks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/log.h"
#include "manage/environment.h"
#include "manage/ppp_script.h"
#include "service/event.h"

#define PROGRAM_PATH_MAX (CONFIG_PATH_MAX + 32)

struct run {				/* of one program for one event */
	struct hooks *hooks;
	struct service_event event;
	char path[PROGRAM_PATH_MAX];
	bool is_script;			/* pppd's, not a hook */
	void *program;			/* NULL: it waits */
	struct run *prev, *next;
};

struct hooks {
	struct service *service;
	struct manage_host host;
	uint64_t next;			/* number of the event that is read next */
	struct run *waiting, *running;	/* in the order of their events */
	unsigned int waiting_count, running_count;
	struct hooks_counters counters;
	struct log_limit refused, failed, lost;
};

/* --- the environment --- */

/* The parameters that changed, with blanks between them: as many as there is room for. */
static void add_changed(struct environment *environment, const struct service_event *event)
{
	const struct param_table *table = config_tables[event->object];
	char text[ENVIRONMENT_VALUE_MAX - 32] = "";
	size_t used = 0;

	for (unsigned int row = 0; table && row < table->count; row++) {
		const char *name = table->params[row].name;

		if (param_set_has(&event->changed, row) && used + strlen(name) + 2 <= sizeof(text))
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", used ? " " : "", name);
	}
	if (used)
		environment_add(environment, "changed", text);
}

static void describe(struct environment *environment, const struct service_event *event)
{
	struct service_event_facts facts;

	_Static_assert(ENVIRONMENT_VARIABLES_MAX >= SERVICE_EVENT_FACTS_MAX + 4, "PATH, EVENT, NUMBER, CHANGED");
	environment_begin(environment, service_event_name(event->kind));
	environment_add_number(environment, "number", event->number);
	service_event_facts(event, &facts);
	for (unsigned int i = 0; i < facts.count; i++) {
		if (facts.facts[i].text)
			environment_add(environment, facts.facts[i].name, facts.facts[i].text);
		else
			environment_add_number(environment, facts.facts[i].name, facts.facts[i].number);
	}
	add_changed(environment, event);
}

/* --- running --- */

static const char *about(const struct run *run, char text[2 * CONFIG_NAME_MAX + 64])
{
	const struct service_event *event = &run->event;

	snprintf(text, 2 * CONFIG_NAME_MAX + 64, "%s%s%s%s%s", service_event_name(event->kind),
		 event->tunnel_name[0] ? " of tunnel " : "", event->tunnel_name,
		 event->session_name[0] ? ", session " : "", event->session_name);
	return text;
}

static void ended(void *context, int status, bool out_of_time)
{
	struct run *run = context;
	struct hooks *hooks = run->hooks;
	char text[2 * CONFIG_NAME_MAX + 64];

	DL_DELETE(hooks->running, run);
	hooks->running_count--;
	hooks->counters.failed += status && !out_of_time;
	hooks->counters.out_of_time += out_of_time;
	if (out_of_time)
		log_limited(&hooks->failed, hooks->host.now(), LOG_LEVEL_WARNING,
			    "%s was ended, it took longer than hook_timeout: %s", run->path, about(run, text));
	else if (status)
		log_limited(&hooks->failed, hooks->host.now(), LOG_LEVEL_WARNING, "%s failed with %s %d: %s", run->path,
			    status & 0x7f ? "signal" : "exit status", status & 0x7f ? status & 0x7f : status >> 8,
			    about(run, text));
	free(run);
	hooks_settle(hooks);
	if (hooks_are_done(hooks))
		hooks->host.changed(hooks->host.context);	/* somebody may wait for it, to end */
}

/* What it was waiting for in the list of those that wait has been taken from it by the caller. */
static void start(struct hooks *hooks, struct run *run)
{
	unsigned int limit_ms = service_system(hooks->service)->hook_timeout;
	struct environment environment;
	struct ppp_script script;
	struct error error;

	if (run->is_script)
		ppp_script_describe(&script, &run->event, run->path, &environment);
	else
		describe(&environment, &run->event);
	run->program = hooks->host.run_program(hooks->host.context, run->path, run->is_script ? script.arguments : NULL,
					       environment.pointers, limit_ms, ended, run, &error);
	if (run->program) {
		DL_APPEND(hooks->running, run);
		hooks->running_count++;
		hooks->counters.run++;
		return;
	}
	hooks->counters.failed++;
	log_limited(&hooks->failed, hooks->host.now(), LOG_LEVEL_WARNING, "%s", error.text);
	free(run);
}

/* Does a program run for the same tunnel?  Events of no tunnel have an order of their own. */
static bool is_busy(const struct hooks *hooks, handle tunnel)
{
	const struct run *run;

	DL_FOREACH(hooks->running, run)
		if (run->event.tunnel == tunnel)
			return true;
	return false;
}

/* One that waits behind another of its tunnel cannot overtake it: both wait for the same. */
static void start_waiting(struct hooks *hooks)
{
	struct run *run, *next;

	DL_FOREACH_SAFE(hooks->waiting, run, next) {
		if (hooks->running_count >= HOOKS_AT_ONCE)
			break;
		if (is_busy(hooks, run->event.tunnel))
			continue;
		DL_DELETE(hooks->waiting, run);
		hooks->waiting_count--;
		start(hooks, run);
	}
}

/* --- events --- */

static void want_program(struct hooks *hooks, const char *path, bool is_script, const struct service_event *event)
{
	struct error error;
	struct run *run;
	int found;

	found = hooks->host.program_at(path, &error);
	if (found < 0)
		log_limited(&hooks->refused, hooks->host.now(), LOG_LEVEL_WARNING, "%s", error.text);
	run = found > 0 ? calloc(1, sizeof(*run)) : NULL;
	if (!run)
		return;
	*run = (struct run){ .hooks = hooks, .event = *event, .is_script = is_script };
	snprintf(run->path, sizeof(run->path), "%s", path);
	DL_APPEND(hooks->waiting, run);
	hooks->waiting_count++;
}

static void want(struct hooks *hooks, const char *directory, const char *name, const struct service_event *event)
{
	char path[PROGRAM_PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	want_program(hooks, path, false, event);
}

static void overtaken(struct hooks *hooks)
{
	uint64_t oldest = service_event_last(hooks->service) - SERVICE_EVENT_RING + 1, lost = oldest - hooks->next;

	hooks->counters.lost += lost;
	hooks->next = oldest;
	log_limited(&hooks->lost, hooks->host.now(), LOG_LEVEL_WARNING,
		    "hook programs are too slow: %llu events go by without them", (unsigned long long)lost);
}

static void read_events(struct hooks *hooks, const struct system_config *system)
{
	const char *directory = system->hook_directory, *script;
	struct service_event event;
	int ret;

	while (hooks->waiting_count < HOOKS_WAITING) {
		ret = service_event_get(hooks->service, hooks->next, &event);
		if (ret > 0)
			return;
		if (ret < 0) {
			overtaken(hooks);
			continue;
		}
		hooks->next++;
		if (service_event_is_kernel(event.kind))
			continue;	/* they are for who listens, and there is no end of them */
		script = ppp_script_path(system, event.kind);
		if (script && script[0])
			want_program(hooks, script, true, &event);
		if (!directory[0])
			continue;
		want(hooks, directory, service_event_name(event.kind), &event);
		want(hooks, directory, "any", &event);
	}
}

void hooks_settle(struct hooks *hooks)
{
	const struct system_config *system = service_system(hooks->service);

	if (system->hook_directory[0] || system->ppp_scripts)
		read_events(hooks, system);
	else
		hooks->next = service_event_last(hooks->service) + 1;
	start_waiting(hooks);
}

bool hooks_are_done(const struct hooks *hooks)
{
	return !hooks->waiting && !hooks->running && hooks->next > service_event_last(hooks->service);
}

struct hooks *hooks_new(struct service *service, const struct manage_host *host)
{
	struct hooks *hooks = calloc(1, sizeof(*hooks));

	if (hooks)
		*hooks = (struct hooks){ .service = service, .host = *host, .next = 1 };
	return hooks;
}

void hooks_free(struct hooks *hooks)
{
	struct run *run, *next;

	if (!hooks)
		return;
	DL_FOREACH_SAFE(hooks->waiting, run, next)
		free(run);
	DL_FOREACH_SAFE(hooks->running, run, next) {
		hooks->host.kill_program(run->program);
		free(run);
	}
	free(hooks);
}

const struct hooks_counters *hooks_counters(const struct hooks *hooks)
{
	return &hooks->counters;
}
