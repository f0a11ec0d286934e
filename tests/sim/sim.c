/* SPDX-License-Identifier: MIT */
/*
 * The control protocol between two daemons over a network that a seed makes: it loses, repeats, reorders, delays and
 * corrupts datagrams, is cut for a while, and a daemon may start anew.  Tunnels and calls are opened from both ends
 * and closed at random; then the network gets well, and within a bound both ends must agree or both be down.
 *
 *	sim FIRST COUNT [verbose]	seeds FIRST to FIRST + COUNT - 1
 *
 * Checked all the time: no two live objects with one id, events in their order, never more unacknowledged messages
 * than the window.  At the end: both ends have the same calls, with each other's ids; nothing waits; nothing leaks
 * (the sanitizers say so).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/control.h"

#define FLYING_MAX 4096
#define DATAGRAM_MAX 2048
#define OBJECTS_MAX 512
#define CHAOS_MS 120000		/* of bad network and commands */
#define QUIET_MS 400000		/* afterwards: longer than any state lasts without events */

struct flying {
	uint64_t arrives;
	unsigned int to;
	size_t length;
	struct control_path path;	/* as the receiver sees it */
	uint8_t octets[DATAGRAM_MAX];
};

/* What a daemon's owner knows of a tunnel or call. */
struct object {
	bool used, is_call, up;
	handle self, tunnel;
};

struct host {
	struct control *control;
	struct endpoint endpoint;
	struct object objects[OBJECTS_MAX];
	unsigned int ups, downs;
};

struct world {
	uint64_t seed, state, now;
	bool verbose;
	struct host hosts[2];
	struct flying *flying[FLYING_MAX];
	unsigned int in_flight;
	unsigned int loss, repeat, corrupt;	/* per cent */
	uint32_t delay;
	uint64_t cut_until;
};

static struct world *world;

static void broken(const char *what)
{
	fprintf(stderr, "seed %llu at %llu ms: %s\n", (unsigned long long)world->seed, (unsigned long long)world->now,
		what);
	abort();
}

static void must(bool holds, const char *what)
{
	if (!holds)
		broken(what);
}

static uint32_t draw(uint32_t below)
{
	world->state ^= world->state << 13;
	world->state ^= world->state >> 7;
	world->state ^= world->state << 17;
	return (uint32_t)(world->state >> 32) % below;
}

static void sim_random(void *octets, size_t length)
{
	for (size_t i = 0; i < length; i++)
		((uint8_t *)octets)[i] = (uint8_t)draw(256);
}

static bool chance(unsigned int per_cent)
{
	return draw(100) < per_cent;
}

/* --- settings --- */

static struct control_tunnel_settings tunnel_settings(void)
{
	struct control_tunnel_settings settings = {
		.framing_capabilities = 3, .receive_window = (uint16_t)(4 + world->seed % 20), .retry_timeout = 1000,
		.retry_timeout_most = 8000, .max_retries = 5, .hello_timeout = 60000, .establish_timeout = 120000,
		.auth = world->seed % 2 ? CONTROL_AUTH_CHALLENGE : CONTROL_AUTH_NONE,
		.hide_avps = world->seed % 3 == 1, .use_tiebreaker = world->seed % 5 == 1,
		.secret = "tunnel-secret", .secret_length = 13,
	};

	snprintf(settings.host_name, sizeof(settings.host_name), "sim");
	return settings;
}

static struct control_call_settings call_settings(void)
{
	return (struct control_call_settings){
		.avps = { .present = AVP_BIT(AVP_CALLED_NUMBER) | AVP_BIT(AVP_SEQUENCING_REQUIRED),
			  .called_number = { (const uint8_t *)"5550100", 7 }, .tx_connect_speed = 1000000,
			  .framing_type = 1, .bearer_type = 1 },
		.establish_timeout = 120000,
	};
}

/* --- the network --- */

static void launch(unsigned int from, const struct control_datagram *datagram)
{
	struct flying *flying;

	if (world->now < world->cut_until || chance(world->loss) || world->in_flight == FLYING_MAX)
		return;
	must(datagram->length <= DATAGRAM_MAX, "a datagram is longer than any should be");
	flying = malloc(sizeof(*flying));
	if (!flying)
		broken("out of memory");
	flying->arrives = world->now + 1 + draw(world->delay);
	flying->to = !from;
	flying->length = datagram->length;
	flying->path = (struct control_path){ .local = datagram->path.peer, .peer = world->hosts[from].endpoint };
	memcpy(flying->octets, datagram->octets, datagram->length);
	if (chance(world->corrupt))
		flying->octets[draw((uint32_t)flying->length)] ^= (uint8_t)(1 + draw(255));
	world->flying[world->in_flight++] = flying;
}

static void transmit(unsigned int from)
{
	struct control_datagram datagram;

	while (control_next_datagram(world->hosts[from].control, &datagram, world->now)) {
		launch(from, &datagram);
		if (chance(world->repeat))
			launch(from, &datagram);
	}
}

/* --- owners --- */

static struct object *object_of(struct host *host, handle self, bool is_call)
{
	for (unsigned int i = 0; i < OBJECTS_MAX; i++)
		if (host->objects[i].used && host->objects[i].self == self && host->objects[i].is_call == is_call)
			return &host->objects[i];
	return NULL;
}

static struct object *object_add(struct host *host, handle self, handle tunnel, bool is_call)
{
	for (unsigned int i = 0; i < OBJECTS_MAX; i++) {
		if (host->objects[i].used)
			continue;
		host->objects[i] = (struct object){ true, is_call, false, self, tunnel };
		return &host->objects[i];
	}
	return NULL;
}

static void object_remove(struct host *host, struct object *object)
{
	handle self = object->self;

	object->used = false;
	if (object->is_call)
		return;
	for (unsigned int i = 0; i < OBJECTS_MAX; i++)
		if (host->objects[i].is_call && host->objects[i].tunnel == self)
			host->objects[i].used = false;
}

static void tunnel_up(struct host *host, const struct control_event *event)
{
	struct object *object = object_of(host, event->tunnel, false);

	if (!object)
		object = object_add(host, event->tunnel, HANDLE_NONE, false);
	if (!object) {
		control_close(host->control, event->tunnel, 2, 4, "the simulator is full", world->now);
		return;
	}
	must(!object->up, "a tunnel came up twice");
	object->up = true;
	host->ups++;
}

static void call_requested(struct host *host, const struct control_event *event)
{
	const struct control_reason busy = { .result = 4, .text = "busy" };
	struct control_call_settings settings = call_settings();
	struct object *object = chance(90) ? object_add(host, event->call, event->tunnel, true) : NULL;

	must(object_of(host, event->tunnel, false) != NULL, "a call in a tunnel that is not there");
	if (!object) {
		control_call_close(host->control, event->call, &busy, world->now);
		return;
	}
	must(control_call_accept(host->control, event->call, 0, &settings, NULL, world->now, NULL) == 0,
	     "a call cannot be accepted");
}

static void call_up(struct host *host, const struct control_event *event)
{
	struct object *object = object_of(host, event->call, true);

	must(object && !object->up, "a call came up twice, or from nowhere");
	object->up = true;
	host->ups++;
}

static void down(struct host *host, handle self, bool is_call)
{
	struct object *object = object_of(host, self, is_call);

	must(object != NULL, "something went down that was not there");
	object_remove(host, object);
	host->downs++;
}

static void act(struct host *host, const struct control_event *event)
{
	struct control_tunnel_settings settings = tunnel_settings();

	switch (event->kind) {
	case CONTROL_EVENT_REQUEST:
		if (chance(95))
			control_accept(host->control, event->request, &settings, NULL, world->now);
		else
			control_refuse(host->control, event->request, 4, 0, "not today", world->now);
		break;
	case CONTROL_EVENT_TUNNEL_UP:
		tunnel_up(host, event);
		break;
	case CONTROL_EVENT_QUIET:
		control_hello(host->control, event->tunnel, world->now);
		break;
	case CONTROL_EVENT_CALL_REQUEST:
		call_requested(host, event);
		break;
	case CONTROL_EVENT_CALL_BEARER:
		control_call_connected(host->control, event->call, world->now);
		break;
	case CONTROL_EVENT_CALL_UP:
		call_up(host, event);
		break;
	case CONTROL_EVENT_TUNNEL_DOWN:
		down(host, event->tunnel, false);
		break;
	case CONTROL_EVENT_CALL_DOWN:
		down(host, event->call, true);
		break;
	case CONTROL_EVENT_REQUEST_DOWN:
		break;
	case CONTROL_EVENT_CALL_ERRORS:
	case CONTROL_EVENT_CALL_LINK:
		must(object_of(host, event->call, true) != NULL, "news of a call that is not there");
		break;
	}
}

static void check_windows(const struct host *host)
{
	for (unsigned int i = 0; i < OBJECTS_MAX; i++) {
		const struct object *object = &host->objects[i];
		struct control_tunnel_info info;

		if (!object->used || object->is_call)
			continue;
		must(control_tunnel_info(host->control, object->self, &info) == 0, "the owner knows of a tunnel that is gone");
		must(info.cwnd >= 1 && info.cwnd <= (info.peer_window > 1 ? info.peer_window : 1), "the window is too wide");
	}
}

static void drain(unsigned int at)
{
	struct host *host = &world->hosts[at];
	struct control_event event;

	while (control_next_event(host->control, &event, world->now)) {
		if (world->verbose)
			printf("%8llu host %u: event %d tunnel %llx call %llx message %s %s\n", (unsigned long long)world->now,
			       at, event.kind, (unsigned long long)event.tunnel, (unsigned long long)event.call,
			       event.message ? message_name(event.message->type) : "-", event.reason ? event.reason->text : "");
		act(host, &event);
	}
	check_windows(host);
	transmit(at);
}

/* --- commands --- */

static struct object *some_object(struct host *host, bool is_call)
{
	unsigned int from = draw(OBJECTS_MAX);

	for (unsigned int i = 0; i < OBJECTS_MAX; i++) {
		struct object *object = &host->objects[(from + i) % OBJECTS_MAX];

		if (object->used && object->is_call == is_call)
			return object;
	}
	return NULL;
}

static void open_tunnel(unsigned int at)
{
	struct host *host = &world->hosts[at];
	const struct control_path path = { .local = host->endpoint, .peer = world->hosts[!at].endpoint };
	struct control_tunnel_settings settings = tunnel_settings();
	handle tunnel;

	if (control_open(host->control, &path, 0, &settings, NULL, &tunnel, world->now, NULL) < 0)
		broken("a tunnel cannot be opened");
	if (!object_add(host, tunnel, HANDLE_NONE, false))
		control_close(host->control, tunnel, 1, 0, NULL, world->now);
}

static void open_call(unsigned int at)
{
	struct host *host = &world->hosts[at];
	struct object *tunnel = some_object(host, false);
	struct control_call_settings settings = call_settings();
	enum control_call_role role = chance(50) ? CONTROL_CALL_LAC_INCOMING : CONTROL_CALL_LNS_OUTGOING;
	struct control_reason reason = { .result = 3 };
	handle call;

	if (!tunnel || control_call_open(host->control, tunnel->self, role, 0, &settings, NULL, &call, world->now, NULL) < 0)
		return;
	if (!object_add(host, call, tunnel->self, true))
		control_call_close(host->control, call, &reason, world->now);
}

static void close_something(unsigned int at)
{
	struct host *host = &world->hosts[at];
	bool is_call = chance(80);
	struct object *object = some_object(host, is_call);
	const struct control_reason reason = { .result = 3, .text = "no more" };

	if (!object)
		return;
	if (is_call)
		control_call_close(host->control, object->self, &reason, world->now);
	else
		control_close(host->control, object->self, 1, 0, "no more", world->now);
	object_remove(host, object);
}

static void tell_something(unsigned int at)
{
	struct host *host = &world->hosts[at];
	struct object *object = some_object(host, true);
	const struct avp_accm accm = { 1, 2 };
	const struct avp_call_errors errors = { .crc = 1 };

	if (!object)
		return;
	if (chance(50))
		control_call_link(host->control, object->self, &accm, world->now);
	else
		control_call_errors(host->control, object->self, &errors, world->now);
}

static void host_begin(struct host *host)
{
	const struct control_limits limits = { .half_open = 64, .source_half_open = 48, .requests_per_second = 1000 };

	host->control = control_new(&limits, sim_random);
	if (!host->control)
		broken("out of memory");
	memset(host->objects, 0, sizeof(host->objects));
}

static void restart(unsigned int at)
{
	control_free(world->hosts[at].control);
	host_begin(&world->hosts[at]);
}

static void command(unsigned int at)
{
	uint32_t what = draw(100);

	if (what < 15)
		open_tunnel(at);
	else if (what < 70)
		open_call(at);
	else if (what < 85)
		close_something(at);
	else if (what < 97)
		tell_something(at);
	else if (what < 98 && world->seed % 4 == 0)
		restart(at);
	else if (what < 99)
		world->cut_until = world->now + draw(40000);
	drain(at);
}

/* --- time --- */

static void land(unsigned int i)
{
	struct flying *flying = world->flying[i];
	struct control_datagram datagram = { flying->path, flying->octets, flying->length };

	world->flying[i] = world->flying[--world->in_flight];
	control_receive(world->hosts[flying->to].control, &datagram, world->now);
	drain(flying->to);
	free(flying);
}

static uint64_t next_time(void)
{
	uint64_t next = CONTROL_NEVER;

	for (unsigned int i = 0; i < world->in_flight; i++)
		if (world->flying[i]->arrives < next)
			next = world->flying[i]->arrives;
	for (unsigned int i = 0; i < 2; i++)
		if (control_deadline(world->hosts[i].control) < next)
			next = control_deadline(world->hosts[i].control);
	return next;
}

static void happen(void)
{
	for (unsigned int i = 0; i < world->in_flight; i++)
		if (world->flying[i]->arrives <= world->now) {
			land(i);
			return;
		}
	for (unsigned int i = 0; i < 2; i++)
		while (control_expire(world->hosts[i].control, world->now))
			drain(i);
	drain(0);
	drain(1);
}

static void run_until(uint64_t end, bool commands)
{
	uint64_t next_command = world->now;
	unsigned int stuck = 0;
	uint64_t last = 0;

	while (world->now < end) {
		uint64_t next = next_time();

		if (commands && next_command <= next) {
			world->now = next_command > world->now ? next_command : world->now;
			command(draw(2));
			next_command = world->now + draw(800);
			continue;
		}
		if (next > end)
			next = end;
		if (next > world->now)
			world->now = next;
		happen();
		stuck = world->now == last ? stuck + 1 : 0;
		last = world->now;
		must(stuck < 100000, "time stands still");
	}
}

/* --- the end --- */

static struct object *counterpart(struct host *other, const struct control_call_info *call,
				  const struct control_tunnel_info *tunnel)
{
	for (unsigned int i = 0; i < OBJECTS_MAX; i++) {
		struct object *object = &other->objects[i];
		struct control_call_info info;
		struct control_tunnel_info tunnel_info;

		if (!object->used || !object->is_call || control_call_info(other->control, object->self, &info) < 0 ||
		    control_tunnel_info(other->control, info.tunnel, &tunnel_info) < 0)
			continue;
		if (info.session_id == call->peer_session_id && info.peer_session_id == call->session_id &&
		    tunnel_info.tunnel_id == tunnel->peer_tunnel_id && tunnel_info.peer_tunnel_id == tunnel->tunnel_id)
			return object;
	}
	return NULL;
}

static void check_agreement(unsigned int at)
{
	struct host *host = &world->hosts[at];

	for (unsigned int i = 0; i < OBJECTS_MAX; i++) {
		const struct object *object = &host->objects[i];
		struct control_call_info call;
		struct control_tunnel_info tunnel;

		if (!object->used)
			continue;
		must(object->up, "something is neither up nor down at the end");
		if (!object->is_call)
			continue;
		must(control_call_info(host->control, object->self, &call) == 0 &&
		     control_tunnel_info(host->control, call.tunnel, &tunnel) == 0, "the owner knows of a call that is gone");
		if (world->verbose && !counterpart(&world->hosts[!at], &call, &tunnel))
			printf("host %u role %d: session %u/%u of tunnel %u/%u\n", at, call.role, call.session_id,
			       call.peer_session_id, tunnel.tunnel_id, tunnel.peer_tunnel_id);
		must(counterpart(&world->hosts[!at], &call, &tunnel) != NULL, "a call is up at one end only");
	}
}

static void simulate(uint64_t seed, bool verbose)
{
	world = calloc(1, sizeof(*world));
	if (!world)
		abort();
	world->seed = seed;
	world->state = seed * 0x9e3779b97f4a7c15u | 1;
	world->verbose = verbose;
	setvbuf(stdout, NULL, _IOLBF, 0);
	world->loss = draw(30);
	world->repeat = draw(20);
	world->corrupt = seed % 3 == 0 ? draw(10) : 0;
	world->delay = 1 + draw(1500);
	for (unsigned int i = 0; i < 2; i++) {
		world->hosts[i].endpoint.address.family = AF_INET;
		world->hosts[i].endpoint.address.bytes[3] = (uint8_t)(i + 1);
		world->hosts[i].endpoint.port = 1701;
		host_begin(&world->hosts[i]);
	}
	run_until(CHAOS_MS, true);
	world->loss = world->repeat = world->corrupt = 0;
	world->cut_until = 0;
	run_until(CHAOS_MS + QUIET_MS, false);
	/* A changed id or result is as good as a right one: with those only nothing must break. */
	if (seed % 3) {
		check_agreement(0);
		check_agreement(1);
	}
	if (verbose)
		printf("seed %llu: %u and %u up, %u and %u down\n", (unsigned long long)seed, world->hosts[0].ups,
		       world->hosts[1].ups, world->hosts[0].downs, world->hosts[1].downs);
	for (unsigned int i = 0; i < world->in_flight; i++)
		free(world->flying[i]);
	control_free(world->hosts[0].control);
	control_free(world->hosts[1].control);
	free(world);
}

int main(int argc, char **argv)
{
	unsigned long long first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
	unsigned long long count = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;

	for (unsigned long long seed = first; seed < first + count; seed++)
		simulate(seed, argc > 3);
	printf("%llu seeds from %llu: all is well\n", count, first);
	return 0;
}
