/* SPDX-License-Identifier: MIT */
/*
 * Events as a stream.  A subscriber is a number, that of the event it wants next: what it has not read
 * yet lies in the service's ring, once for all.  Who is overtaken there learns what it has lost; who does
 * not read at all is cut off as anybody is (client.c).
 */
#include "manage/subscribe.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "manage/interface.h"
#include "manage/server.h"
#include "service/event.h"

struct subscription {
	bool kinds[SERVICE_EVENT_COUNT];
	bool listens;			/* to events by the kernel's names, which are made for those who do */
	const char *tunnel_name, *session_name;	/* of the call's parameters; NULL: all */
};

/* --- parameters --- */

static int kind_of(const char *name)
{
	for (int kind = 0; name && kind < SERVICE_EVENT_COUNT; kind++)
		if (strcmp(service_event_name((enum service_event_kind)kind), name) == 0)
			return kind;
	return -1;
}

static bool read_kinds(const struct call *call, struct subscription *subscription, json_t **error)
{
	const json_t *kinds = json_object_get(call->parameters, "kinds");
	const json_t *name;
	size_t i;

	if (!kinds || json_is_null(kinds)) {
		for (int kind = 0; kind < SERVICE_EVENT_COUNT; kind++)
			subscription->kinds[kind] = !service_event_is_kernel((enum service_event_kind)kind);
		return true;
	}
	json_array_foreach(kinds, i, name) {
		int kind = kind_of(json_string_value(name));

		if (kind < 0)
			break;
		subscription->kinds[kind] = true;
		subscription->listens |= service_event_is_kernel((enum service_event_kind)kind);
	}
	subscription->kinds[SERVICE_EVENT_SUPPRESSED] = true;	/* who misses something must know */
	if (json_is_array(kinds) && i == json_array_size(kinds))
		return true;
	*error = call_error(INTERFACE_SERVICE ".InvalidParameter", "parameter", "kinds");
	return false;
}

static bool read_from(struct call *call, json_t **error)
{
	struct service_event oldest;
	struct error failure;

	call->position = service_event_last(call->service) + 1;
	if (!call_number(call, "from", INT64_MAX, &call->position, error))
		return false;
	if (service_event_get(call->service, call->position, &oldest) >= 0)
		return true;
	error_set(&failure, ERROR_UNKNOWN, NULL,
		  "event %llu is no longer there: list the objects and begin without from",
		  (unsigned long long)call->position);
	*error = call_failed(&failure);
	return false;
}

static bool begin(struct call *call, json_t **error)
{
	struct subscription *subscription = calloc(1, sizeof(*subscription));
	struct error failure;

	if (!subscription) {
		error_set(&failure, ERROR_SYSTEM, NULL, "out of memory");
		*error = call_failed(&failure);
		return false;
	}
	call->own = subscription;
	if (!read_kinds(call, subscription, error) || !read_from(call, error) ||
	    !call_text(call, "tunnel_name", &subscription->tunnel_name, error) ||
	    !call_text(call, "session_name", &subscription->session_name, error)) {
		subscription->listens = false;
		return false;
	}
	if (subscription->listens)
		service_kernel_listen(call->service, true);
	return true;
}

/* --- events --- */

/* Milliseconds since 1970 of a moment of the monotonic clock. */
static uint64_t wall_clock(const struct call *call, uint64_t when)
{
	uint64_t now = call->host->now();
	struct timespec wall;

	clock_gettime(CLOCK_REALTIME, &wall);
	return (uint64_t)wall.tv_sec * 1000 + (uint64_t)wall.tv_nsec / 1000000 - (now > when ? now - when : 0);
}

static void emit_changed(struct emit *emit, const struct service_event *event)
{
	static const struct param_set none;

	if (memcmp(&event->changed, &none, sizeof(none)) == 0)
		return;
	emit_member(emit, "changed");
	emit_set(emit, config_tables[event->object], &event->changed);
}

static void emit_event(const struct call *call, struct emit *emit, const struct service_event *event)
{
	struct service_event_facts facts;

	emit_open(emit, '{');
	emit_unsigned_member(emit, "number", event->number);
	emit_unsigned_member(emit, "time_ms", wall_clock(call, event->when));
	emit_string_member(emit, "kind", service_event_name(event->kind));
	service_event_facts(event, &facts);
	for (unsigned int i = 0; i < facts.count; i++) {
		emit_member(emit, facts.facts[i].name);
		if (facts.facts[i].text)
			emit_string(emit, facts.facts[i].text);
		else
			emit_unsigned(emit, facts.facts[i].number);
	}
	emit_changed(emit, event);
	emit_close(emit, '}');
}

static bool is_wanted(const struct subscription *subscription, const struct service_event *event)
{
	if (!subscription->kinds[event->kind])
		return false;
	if (event->kind == SERVICE_EVENT_SUPPRESSED)
		return true;
	if (subscription->tunnel_name && strcmp(subscription->tunnel_name, event->tunnel_name) != 0)
		return false;
	return !subscription->session_name || strcmp(subscription->session_name, event->session_name) == 0;
}

static enum call_step overtaken(struct call *call, json_t **error)
{
	struct error failure;

	log_limited(&call->manage->overtaken, call->host->now(), LOG_LEVEL_WARNING,
		    "API: client pid %d (uid %u) reads events too slowly: its stream is ended", (int)call->caller.pid,
		    (unsigned int)call->caller.uid);
	error_set(&failure, ERROR_LIMIT, NULL,
		  "events were lost, %llu and those after it: read faster; list the objects and subscribe anew",
		  (unsigned long long)call->position);
	return call_fail(&failure, error);
}

static enum call_step events_step(struct call *call, struct emit *result, json_t **error)
{
	bool first = !call->own;
	struct service_event event;
	unsigned int told = 0, seen = 0;
	int ret = 0;

	if (first && !begin(call, error))
		return CALL_LAST;
	emit_open_member(result, "events", '[');
	while (!first && told < CALL_BATCH_MAX && seen++ < CALL_SCAN_MAX &&
	       (ret = service_event_get(call->service, call->position, &event)) == 0) {
		call->position++;
		if (!is_wanted(call->own, &event))
			continue;
		emit_event(call, result, &event);
		told++;
	}
	if (ret < 0 && !told)
		return overtaken(call, error);
	emit_close(result, ']');
	emit_unsigned_member(result, "next", call->position);
	if (first || told)
		return CALL_REPLY;
	call->waits_for = MANAGE_EVENTS;
	return ret ? CALL_WAIT : CALL_AGAIN;
}

static void events_end(struct call *call)
{
	struct subscription *subscription = call->own;

	if (subscription && subscription->listens)
		service_kernel_listen(call->service, false);
	free(subscription);
}

void subscribe_settle(struct manage *manage)
{
	uint64_t last = service_event_last(manage->service);

	if (last == manage->told_event)
		return;
	manage->told_event = last;
	manage_notify(manage, MANAGE_EVENTS);
}

static void write_kinds(FILE *out)
{
	fputs("\n# What an event tells. Those of a tunnel or session come in the order created, up, down, deleted;\n"
	      "# modified may come in between: parameters changed, or there is trouble, which the reason tells.\n"
	      "# session_line: the peer of a call told of the line behind the LAC: errors (WEN), or which control\n"
	      "# characters to escape (SLI). suppressed: so many events at once that `count` of them are not told:\n"
	      "# list the objects again. Those from register_tunnel on are of tunnels and sessions that programs made\n"
	      "# through the kernel's API: what the kernel's trace points of these names tell, in members with the\n"
	      "# names of their fields; those about sequence numbers are also of sessions whose packets the kernel\n"
	      "# moves. They are made only while somebody listens who has named them in kinds, and 1000 in a second\n"
	      "# at most are about sequence numbers.\n"
	      "type EventKind (", out);
	for (int kind = 0; kind < SERVICE_EVENT_COUNT; kind++)
		fprintf(out, "%s%s", !kind ? "" : kind % 5 ? ", " : ",\n  ",
			service_event_name((enum service_event_kind)kind));
	fputs(")\n", out);
}

static void write_fact(FILE *out, const char *name, bool is_text, const char *const *words)
{
	fprintf(out, "  %s: ", name);
	if (!words)
		fputs(is_text ? "?string" : "?int", out);
	for (unsigned int i = 0; words && words[i]; i++)
		fprintf(out, "%s%s", i ? ", " : "(", words[i]);
	fputs(words ? "),\n" : ",\n", out);
}

static void write_types(FILE *out)
{
	const char *const *words;
	const char *name;
	bool is_text;

	write_kinds(out);
	fputs("\n# Something that happened. What does not apply is left out. number counts them without gaps; time_ms\n"
	      "# is in milliseconds since 1970; changed names parameters.\n"
	      "type Event (\n  number: int,\n  time_ms: int,\n  kind: EventKind,\n", out);
	for (unsigned int i = 0; (name = service_event_fact_name(i, &is_text, &words)); i++)
		write_fact(out, name, is_text, words);
	fputs("  changed: ?[]string\n)\n", out);
}

static const struct method methods[] = {
	{ "Events", ROLE_READ,
	  "(kinds: ?[]EventKind, tunnel_name: ?string, session_name: ?string, from: ?int)",
	  "(events: []Event, next: int)",
	  "Tell what happens from now on, or from the event of this number. Call it with `more`: the first reply\n"
	  "has no events and says that they are being told; next is the number to go on from after a break.\n"
	  "The daemon keeps the last 8192 events: who reads too slowly for that gets an error, and who reads\n"
	  "nothing is cut off.",
	  CONFIG_SYSTEM, CONFIG_SHOW, .step = events_step, .more = true, .end = events_end },
	{ .name = NULL },
};

const struct method_table methods_subscribe = { .methods = methods, .write_types = write_types };
