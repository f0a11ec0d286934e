/* SPDX-License-Identifier: MIT */
/*
 * The control protocol between two daemons over a network that a seed makes: it loses, repeats, reorders, delays and
 * corrupts datagrams, is cut for a while, a daemon may start anew, and the clock may jump.  Tunnels and calls are
 * opened from both ends and closed at random; then the network gets well, and within a bound both ends must agree or
 * both be down.
 *
 *	control FIRST COUNT [verbose]	seeds FIRST to FIRST + COUNT - 1 (sim.h)
 *
 * Checked all the time: no two live objects with one id; what is told about a tunnel or call comes in its order and
 * once (serial numbers and sums that grow); on the wire, never more unacknowledged messages than the receiver's window;
 * nothing is neither up nor down for longer than its time.  At the end: both ends have the same tunnels and calls,
 * with each other's ids; a new tunnel and a call in it come up; when all are closed nothing is left in the engine,
 * and nothing leaks (the sanitizers say so).
 */
#include "control/control.h"

#include "sim.h"

#define IDS 65536
#define PORT 1701
#define OTHER_PORT 4001		/* from which a responder may answer */
#define OBJECTS_MAX 512
#define CHAOS_MS 120000		/* of bad network and commands */
#define QUIET_MS 400000		/* afterwards: longer than any state lasts without events */
#define ESTABLISH_MS 120000
#define PATIENCE_MS (2 * ESTABLISH_MS + 1000)	/* a call may wait for its tunnel, then for its answer */
#define JUMP_MS 90000
#define SETUP_MS 20000		/* three messages and their repetitions */
#define LINGER_MS 120000	/* all is closed: until everything is forgotten */
#define CHECK_EVERY 32		/* inputs */

/* What a daemon's owner knows of a tunnel or call. */
struct object {
	bool used, is_call, up;
	handle self, tunnel;
	uint64_t since;
	uint32_t heard_sum;		/* call: of the last WEN or SLI */
	uint32_t serial;		/* tunnel: of the last request for a call */
	bool has_serial;
};

struct host {
	struct control *control;
	struct endpoint endpoint;
	struct object objects[OBJECTS_MAX];
	unsigned int top;		/* beyond there are no objects */
	uint32_t sum;			/* of the last WEN or SLI sent */
	uint16_t own_of[IDS];		/* tunnel: by the peer's id */
	uint16_t acked[IDS];		/* by own id: the last Nr that arrived */
	uint16_t id_owner[IDS];		/* of a check: object + 1 */
	unsigned int ups, downs;
};

struct world {
	struct host hosts[2];
	unsigned int until_check;
	bool corrupted;			/* something may have been */
	bool forgot;			/* who starts anew may by chance take an id that the other still sends to */
	bool other_port;
	bool willing;			/* nothing is refused any more */
};

static struct world *world;

/* --- settings --- */

static struct control_tunnel_settings tunnel_settings(void)
{
	struct control_tunnel_settings settings = {
		.framing_capabilities = 3, .receive_window = (uint16_t)(4 + sim.seed % 20), .retry_timeout = 1000,
		.retry_timeout_most = 8000, .max_retries = 5, .hello_timeout = 60000,
		.establish_timeout = ESTABLISH_MS,
		.auth = sim.seed % 2 ? CONTROL_AUTH_CHALLENGE : CONTROL_AUTH_NONE,
		.hide_avps = sim.seed % 3 == 1, .use_tiebreaker = sim.seed % 5 == 1,
		.secret = "tunnel-secret", .secret_length = 13,
	};

	snprintf(settings.host_name, sizeof(settings.host_name), "sim");
	return settings;
}

static struct control_call_settings call_settings(void)
{
	return (struct control_call_settings){
		.avps = { .present = AVP_BIT(AVP_CALLED_NUMBER) | AVP_BIT(AVP_SEQUENCING_REQUIRED),
			  .called_number = { (const uint8_t *)"5550100", 7 } },
		.establish_timeout = ESTABLISH_MS,
	};
}

/* --- the network --- */

/* Then numbers mean nothing. */
static bool is_confused(void)
{
	return world->corrupted || world->forgot;
}

/* Of what goes out on a tunnel that came up: is it within what the other end said it takes? */
static void check_wire(unsigned int from, const struct control_datagram *datagram)
{
	struct host *host = &world->hosts[from];
	uint16_t window = tunnel_settings().receive_window, own;
	struct control_header header;

	must(control_header_read(datagram->octets, datagram->length, &header), "a header cannot be read");
	must(header.length == datagram->length, "a message is not as long as its datagram");
	own = host->own_of[header.connection_id];
	if (!own || header.length == CONTROL_HEADER_LENGTH || is_confused())
		return;
	must((uint16_t)(header.ns - host->acked[own]) < window || (int16_t)(header.ns - host->acked[own]) < 0,
	     "more is under way than the window allows");
}

static void hear_ack(unsigned int at, const struct sim_packet *packet)
{
	struct control_header header;
	uint16_t *acked;

	if (!control_header_read(packet->octets, packet->length, &header) || header.version != 2)
		return;
	acked = &world->hosts[at].acked[header.connection_id];
	if ((int16_t)(header.nr - *acked) > 0)
		*acked = header.nr;
}

static void launch(unsigned int from, const struct control_datagram *datagram)
{
	struct control_path path = { .local = datagram->path.peer, .peer = world->hosts[from].endpoint };
	struct control_header header;

	check_wire(from, datagram);
	must(control_header_read(datagram->octets, datagram->length, &header), "a header cannot be read");
	/* Requests come by a socket of their own, by which they are answered. */
	path.port = world->other_port && !header.connection_id;
	path.peer.port = datagram->path.port ? OTHER_PORT : PORT;
	sim_launch(!from, datagram->octets, datagram->length, &path, sizeof(path));
}

static void transmit(unsigned int from)
{
	struct control_datagram datagram;

	while (control_next_datagram(world->hosts[from].control, &datagram, sim.now))
		launch(from, &datagram);
}

/* --- owners --- */

static struct object *object_of(struct host *host, handle self, bool is_call)
{
	for (unsigned int i = 0; i < host->top; i++)
		if (host->objects[i].used && host->objects[i].self == self && host->objects[i].is_call == is_call)
			return &host->objects[i];
	return NULL;
}

static struct object *object_add(struct host *host, handle self, handle tunnel, bool is_call)
{
	for (unsigned int i = 0; i < OBJECTS_MAX; i++) {
		if (host->objects[i].used)
			continue;
		host->objects[i] = (struct object){ true, is_call, false, self, tunnel, .since = sim.now };
		if (i >= host->top)
			host->top = i + 1;
		return &host->objects[i];
	}
	return NULL;
}

static void object_remove(struct host *host, struct object *object)
{
	handle self = object->self;

	object->used = false;
	for (unsigned int i = 0; i < host->top && !object->is_call; i++)
		if (host->objects[i].is_call && host->objects[i].tunnel == self)
			host->objects[i].used = false;
	while (host->top && !host->objects[host->top - 1].used)
		host->top--;
}

static void tunnel_up(struct host *host, const struct control_event *event)
{
	struct object *object = object_of(host, event->tunnel, false);
	struct control_tunnel_info info;

	must(control_tunnel_info(host->control, event->tunnel, &info) == 0 && info.peer_tunnel_id,
	     "a tunnel is up and cannot be looked at");
	host->own_of[info.peer_tunnel_id] = info.tunnel_id;
	host->acked[info.tunnel_id] = 1;
	if (!object)
		object = object_add(host, event->tunnel, HANDLE_NONE, false);
	if (!object) {
		control_close(host->control, event->tunnel, 2, 4, "the simulator is full", sim.now);
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
	bool taken = world->willing || chance(90);
	struct object *object = taken ? object_add(host, event->call, event->tunnel, true) : NULL;
	struct object *tunnel = object_of(host, event->tunnel, false);
	uint32_t serial = event->message->call_serial_number;

	must(tunnel != NULL, "a call in a tunnel that is not there");
	must(!tunnel->has_serial || is_confused() || (int32_t)(serial - tunnel->serial) > 0,
	     "requests for calls out of order, or twice");
	tunnel->has_serial = true;
	tunnel->serial = serial;
	if (!object) {
		control_call_close(host->control, event->call, &busy, sim.now);
		return;
	}
	must(control_call_accept(host->control, event->call, 0, &settings, NULL, sim.now, NULL) == 0,
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

/* The sums that the other end sends grow. */
static void told(struct host *host, handle call, uint32_t sum)
{
	struct object *object = object_of(host, call, true);

	must(object != NULL, "news of a call that is not there");
	must(sum > object->heard_sum || is_confused(), "news of a call out of order, or twice");
	object->heard_sum = sum;
}

static void act(struct host *host, const struct control_event *event)
{
	struct control_tunnel_settings settings = tunnel_settings();

	switch (event->kind) {
	case CONTROL_EVENT_REQUEST:
		if (world->willing || chance(95))
			control_accept(host->control, event->request, &settings, NULL, sim.now);
		else
			control_refuse(host->control, event->request, 4, 0, "not today", sim.now);
		break;
	case CONTROL_EVENT_TUNNEL_UP:
		tunnel_up(host, event);
		break;
	case CONTROL_EVENT_QUIET:
		control_hello(host->control, event->tunnel, sim.now);
		break;
	case CONTROL_EVENT_CALL_REQUEST:
		call_requested(host, event);
		break;
	case CONTROL_EVENT_CALL_BEARER:
		control_call_connected(host->control, event->call, sim.now);
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
		told(host, event->call, event->message->call_errors.crc);
		break;
	case CONTROL_EVENT_CALL_LINK:
		told(host, event->call, event->message->accm.send);
		break;
	}
}

static void check_window(const struct control_tunnel_info *info)
{
	must(info->cwnd >= 1 && (info->cwnd <= info->peer_window || info->cwnd == 1), "the window is too wide");
}

/* Ids of tunnels are the host's, those of calls their tunnel's: looked at in turn. */
static void check_tunnel(struct host *host, const struct object *tunnel)
{
	struct control_tunnel_info info;

	must(control_tunnel_info(host->control, tunnel->self, &info) == 0, "the owner knows of a tunnel that is gone");
	check_window(&info);
	must(!host->id_owner[info.tunnel_id], "two tunnels have one id");
	host->id_owner[info.tunnel_id] = 1;
}

static void check_calls(struct host *host, const struct object *tunnel)
{
	uint16_t ids[OBJECTS_MAX];
	unsigned int count = 0;

	for (unsigned int i = 0; i < host->top; i++) {
		const struct object *call = &host->objects[i];
		struct control_call_info info;

		if (!call->used || !call->is_call || call->tunnel != tunnel->self)
			continue;
		must(control_call_info(host->control, call->self, &info) == 0,
		     "the owner knows of a call that is gone");
		for (unsigned int k = 0; k < count; k++)
			must(ids[k] != info.session_id, "two calls of a tunnel have one id");
		ids[count++] = info.session_id;
	}
}

static void check_objects(struct host *host)
{
	memset(host->id_owner, 0, sizeof(host->id_owner));
	for (unsigned int i = 0; i < host->top; i++) {
		const struct object *object = &host->objects[i];

		if (!object->used)
			continue;
		must(object->up || sim.now - object->since < PATIENCE_MS + JUMP_MS,
		     "it neither comes up nor goes down");
		if (object->is_call)
			continue;
		check_tunnel(host, object);
		check_calls(host, object);
	}
}

static void show(unsigned int at, const struct control_event *event)
{
	sim_say("host %u: event %d tunnel %llx call %llx message %s %s", at, event->kind,
		(unsigned long long)event->tunnel, (unsigned long long)event->call,
		event->message ? message_name(event->message->type) : "-", event->reason ? event->reason->text : "");
}

static void drain(unsigned int at)
{
	struct host *host = &world->hosts[at];
	struct control_event event;

	while (control_next_event(host->control, &event, sim.now)) {
		show(at, &event);
		act(host, &event);
	}
	if (!world->until_check--) {
		world->until_check = CHECK_EVERY;
		check_objects(host);
	}
	transmit(at);
}

/* --- commands --- */

static struct object *some_object(struct host *host, bool is_call)
{
	unsigned int from = host->top ? draw(host->top) : 0;

	for (unsigned int i = 0; i < host->top; i++) {
		struct object *object = &host->objects[(from + i) % host->top];

		if (object->used && object->is_call == is_call)
			return object;
	}
	return NULL;
}

static handle open_tunnel(unsigned int at)
{
	struct host *host = &world->hosts[at];
	const struct control_path path = { .local = host->endpoint, .peer = world->hosts[!at].endpoint };
	struct control_tunnel_settings settings = tunnel_settings();
	handle tunnel;

	if (control_open(host->control, &path, 0, &settings, NULL, &tunnel, sim.now, NULL) < 0)
		must(false, "a tunnel cannot be opened");
	if (!object_add(host, tunnel, HANDLE_NONE, false))
		control_close(host->control, tunnel, 1, 0, NULL, sim.now);
	return tunnel;
}

static handle open_call(unsigned int at, const struct object *tunnel)
{
	struct host *host = &world->hosts[at];
	struct control_call_settings settings = call_settings();
	enum control_call_role role = chance(50) ? CONTROL_CALL_LAC_INCOMING : CONTROL_CALL_LNS_OUTGOING;
	struct control_reason reason = { .result = 3 };
	handle call;

	if (!tunnel || control_call_open(host->control, tunnel->self, role, 0, &settings, NULL, &call, sim.now,
					 NULL) < 0)
		return HANDLE_NONE;
	if (!object_add(host, call, tunnel->self, true))
		control_call_close(host->control, call, &reason, sim.now);
	return call;
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
		control_call_close(host->control, object->self, &reason, sim.now);
	else
		control_close(host->control, object->self, 1, 0, "no more", sim.now);
	object_remove(host, object);
}

static void tell_something(unsigned int at)
{
	struct host *host = &world->hosts[at];
	struct object *object = some_object(host, true);
	const struct avp_accm accm = { ++host->sum, 2 };
	const struct avp_call_errors errors = { .crc = host->sum };

	if (!object)
		return;
	if (chance(50))
		control_call_link(host->control, object->self, &accm);
	else
		control_call_errors(host->control, object->self, &errors);
}

static void host_begin(struct host *host)
{
	const struct control_limits limits = { .half_open = 64, .source_half_open = 48, .requests_per_second = 1000 };

	host->control = control_new(&limits, sim_random);
	must(host->control != NULL, "out of memory");
	memset(host->objects, 0, sizeof(host->objects));
	memset(host->own_of, 0, sizeof(host->own_of));
	host->top = 0;
}

static void restart(unsigned int at)
{
	control_free(world->hosts[at].control);
	host_begin(&world->hosts[at]);
	world->forgot = true;
}

static void command(unsigned int at)
{
	uint32_t what = draw(100);

	if (what < 15)
		open_tunnel(at);
	else if (what < 70)
		open_call(at, some_object(&world->hosts[at], false));
	else if (what < 85)
		close_something(at);
	else if (what < 97)
		tell_something(at);
	else if (what < 98 && sim.seed % 4 == 0)
		restart(at);
	else if (what < 99)
		sim.network.cut_until = sim.now + draw(40000);
	else if (sim.seed % 8 == 1)
		sim.now += draw(JUMP_MS);
	drain(at);
}

/* --- time --- */

static void land(void)
{
	struct sim_packet *packet = sim_take();
	struct control_datagram datagram = { .octets = packet->octets, .length = packet->length };

	memcpy(&datagram.path, packet->label, sizeof(datagram.path));
	hear_ack(packet->to, packet);
	control_receive(world->hosts[packet->to].control, &datagram, sim.now);
	drain(packet->to);
	free(packet);
}

static uint64_t next_time(void)
{
	uint64_t next = sim_next_arrival();

	for (unsigned int i = 0; i < 2; i++)
		if (control_deadline(world->hosts[i].control) < next)
			next = control_deadline(world->hosts[i].control);
	return next;
}

static void happen(void)
{
	if (sim_next_arrival() <= sim.now) {
		land();
		return;
	}
	for (unsigned int i = 0; i < 2; i++) {
		while (control_expire(world->hosts[i].control, sim.now))
			drain(i);
		drain(i);
	}
}

static void run_until(uint64_t end, bool commands)
{
	sim_run_until(end, next_time, happen, commands ? command : NULL, 800);
}

/* --- the end --- */

static struct object *counterpart(struct host *other, const struct control_call_info *call,
				  const struct control_tunnel_info *tunnel)
{
	for (unsigned int i = 0; i < other->top; i++) {
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

static bool has_tunnel(const struct host *other, const struct control_tunnel_info *tunnel)
{
	for (unsigned int i = 0; i < other->top; i++) {
		const struct object *object = &other->objects[i];
		struct control_tunnel_info info;

		if (object->used && !object->is_call && control_tunnel_info(other->control, object->self, &info) == 0 &&
		    info.tunnel_id == tunnel->peer_tunnel_id && info.peer_tunnel_id == tunnel->tunnel_id)
			return true;
	}
	return false;
}

static void check_call(unsigned int at, const struct object *object)
{
	const struct host *host = &world->hosts[at];
	struct control_call_info call;
	struct control_tunnel_info tunnel;

	must(control_call_info(host->control, object->self, &call) == 0 &&
	     control_tunnel_info(host->control, call.tunnel, &tunnel) == 0, "the owner knows of a call that is gone");
	sim_say("host %u role %d: session %u/%u of tunnel %u/%u", at, call.role, call.session_id,
		call.peer_session_id, tunnel.tunnel_id, tunnel.peer_tunnel_id);
	must(counterpart(&world->hosts[!at], &call, &tunnel) != NULL, "a call is up at one end only");
}

static void check_agreement(unsigned int at)
{
	struct host *host = &world->hosts[at];

	for (unsigned int i = 0; i < host->top; i++) {
		const struct object *object = &host->objects[i];
		struct control_tunnel_info tunnel;

		if (!object->used)
			continue;
		must(object->up, "something is neither up nor down at the end");
		if (object->is_call) {
			check_call(at, object);
			continue;
		}
		must(control_tunnel_info(host->control, object->self, &tunnel) == 0,
		     "the owner knows of a tunnel that is gone");
		must(has_tunnel(&world->hosts[!at], &tunnel), "a tunnel is up at one end only");
	}
}

static const struct object *come_up(unsigned int at, handle self, bool is_call)
{
	const struct object *object;

	drain(at);
	run_until(sim.now + SETUP_MS, false);
	object = object_of(&world->hosts[at], self, is_call);
	must(object && object->up, is_call ? "a new call does not come up" : "a new tunnel does not come up");
	return object;
}

static void check_life(unsigned int at)
{
	const struct object *tunnel = come_up(at, open_tunnel(at), false);

	come_up(at, open_call(at, tunnel), true);
}

static void close_all(unsigned int at)
{
	struct host *host = &world->hosts[at];

	for (unsigned int i = 0; i < OBJECTS_MAX; i++) {
		struct object *object = &host->objects[i];

		if (!object->used || object->is_call)
			continue;
		control_close(host->control, object->self, 6, 0, "the end", sim.now);
		object_remove(host, object);
	}
	drain(at);
}

static void check_nothing_left(unsigned int at)
{
	struct control_counters counters;

	control_counters(world->hosts[at].control, &counters);
	must(!counters.tunnels && !counters.calls && !counters.half_open, "something is left when all is closed");
	must(!counters.unsendable, "a message could not be sent");
}

static void begin(void)
{
	world = calloc(1, sizeof(*world));
	must(world != NULL, "out of memory");
	sim.network.loss = draw(30);
	sim.network.repeat = draw(20);
	world->corrupted = sim.seed % 3 == 0;
	sim.network.corrupt = world->corrupted ? draw(10) : 0;
	sim.network.delay = 1 + draw(1500);
	world->other_port = sim.seed % 7 == 3;
	for (unsigned int i = 0; i < 2; i++) {
		world->hosts[i].endpoint.address.family = AF_INET;
		world->hosts[i].endpoint.address.bytes[3] = (uint8_t)(i + 1);
		world->hosts[i].endpoint.port = PORT;
		host_begin(&world->hosts[i]);
	}
}

static void end(void)
{
	sim_say("%u and %u up, %u and %u down", world->hosts[0].ups, world->hosts[1].ups, world->hosts[0].downs,
		world->hosts[1].downs);
	control_free(world->hosts[0].control);
	control_free(world->hosts[1].control);
	free(world);
}

static void simulate(void)
{
	begin();
	run_until(CHAOS_MS, true);
	sim_network_heal(sim.network.delay);
	run_until(sim.now + QUIET_MS, false);
	/* A changed id or result is as good as a right one: with those only nothing must break. */
	if (!world->corrupted) {
		check_agreement(0);
		check_agreement(1);
	}
	world->willing = true;
	check_life(0);
	check_life(1);
	close_all(0);
	close_all(1);
	run_until(sim.now + LINGER_MS, false);
	check_nothing_left(0);
	check_nothing_left(1);
	end();
}

int main(int argc, char **argv)
{
	uint64_t count = sim_seeds(argc, argv, simulate);

	printf("%llu seeds: all is well\n", (unsigned long long)count);
	return 0;
}
