/* SPDX-License-Identifier: MIT */
/*
 * One end of the simulated service: a whole service over the null datapath, whose messages and frames go through the
 * simulated network, with what outlives it, and what its events have told.
 */
#ifndef L2TPD_TESTS_SIM_SERVICE_HOST_H
#define L2TPD_TESTS_SIM_SERVICE_HOST_H

#include "service/bearer.h"
#include "service/event.h"
#include "service/name_servers.h"
#include "service/save.h"
#include "wire/control_header.h"

#include "../service_check.h"
#include "../unit/aaa_store.h"
#include "sim.h"

#define KNOWN_MAX 512
#define TEXT_MAX (64 * 1024)		/* octets: of a configuration */
#define CHECK_EVERY 16			/* inputs */

/* What events have told of a tunnel or session. */
struct known {
	handle self;			/* HANDLE_NONE: this place is free */
	bool is_session, up, ipv4, ipv6;
};

struct host {
	unsigned int at;
	struct datapath *dp;
	struct service *service;
	struct memory_store leases;
	struct aaa_store store;
	uint64_t seen;			/* the last event */
	uint64_t asleep_until;		/* it does nothing at all, as if it were stopped */
	struct known known[KNOWN_MAX];
	unsigned int until_check, names;	/* names: of sessions, given so far */
	unsigned int ups;		/* sessions that came up */
};

/* --- what outlives it --- */

static inline int store_no_records(void *context, aaa_store_record_fn *each, void *argument)
{
	(void)context;
	(void)each;
	(void)argument;
	return 0;
}

static inline void store_commit(void *context)
{
	(void)context;
}

static inline const char *store_no_trouble(void *context)
{
	(void)context;
	return "";
}

static inline uint32_t leases_in_use(const struct memory_store *store)
{
	uint32_t count = 0;

	for (size_t i = 0; i < store->count; i++)
		count += store->leases[i].in_use;
	return count;
}

/* --- its wire --- */

static inline bool is_control(const uint8_t *octets, uint32_t length)
{
	struct control_header header;

	return control_header_read(octets, length, &header) && header.length == length;
}

static inline void host_send(void *context, const struct datapath_null_route *route, const uint8_t *octets,
			     uint32_t length)
{
	const struct host *host = context;

	must(route->session_id || is_control(octets, length), "what is sent is neither a control message nor a frame "
	     "of a session whose peer is known");
	must(!route->session_id || route->tunnel_id, "a frame of a tunnel whose peer is not known");
	sim_launch(!host->at, octets, length, route, sizeof(*route));
}

static inline void host_receive(struct host *host, struct sim_packet *packet)
{
	struct datapath_null_route route;

	if (sim.now < host->asleep_until)
		return;
	memcpy(&route, packet->label, sizeof(route));
	if (datapath_null_arrive(host->dp, &route, packet->octets, (uint32_t)packet->length))
		service_receive(host->service, sim.now);
}

/* --- its events --- */

static inline struct known *known_find(struct host *host, handle self, bool is_session)
{
	for (unsigned int i = 0; i < KNOWN_MAX; i++)
		if (host->known[i].self == self && (self == HANDLE_NONE || host->known[i].is_session == is_session))
			return &host->known[i];
	return NULL;
}

static inline void told_created(struct host *host, handle self, bool is_session)
{
	struct known *known;

	must(!known_find(host, self, is_session), "created twice");
	known = known_find(host, HANDLE_NONE, false);
	must(known != NULL, "more tunnels and sessions than the simulator can follow");
	*known = (struct known){ .self = self, .is_session = is_session };
}

static inline void flip(bool *state, bool to, const char *what)
{
	must(*state != to, what);
	*state = to;
}

static inline void told_session(struct host *host, const struct service_event *event)
{
	struct known *known = known_find(host, event->session, true);

	must(known != NULL, "told of a session that is not there");
	switch (event->kind) {
	case SERVICE_EVENT_SESSION_UP:
		host->ups++;
		flip(&known->up, true, "a session is up twice");
		break;
	case SERVICE_EVENT_SESSION_DOWN:
		flip(&known->up, false, "a session is down that was not up");
		must(!known->ipv4 && !known->ipv6, "a session is down, and not what it carried");
		break;
	case SERVICE_EVENT_SESSION_IPV4_UP:
	case SERVICE_EVENT_SESSION_IPV4_DOWN:
		flip(&known->ipv4, event->kind == SERVICE_EVENT_SESSION_IPV4_UP, "IPv4 up or down twice");
		must(known->up, "IPv4 in a session that is not up");
		break;
	case SERVICE_EVENT_SESSION_IPV6_UP:
	case SERVICE_EVENT_SESSION_IPV6_DOWN:
		flip(&known->ipv6, event->kind == SERVICE_EVENT_SESSION_IPV6_UP, "IPv6 up or down twice");
		must(known->up, "IPv6 in a session that is not up");
		break;
	case SERVICE_EVENT_SESSION_DELETED:
		must(!known->up, "a session is deleted that is up");
		known->self = HANDLE_NONE;
		break;
	default:
		break;
	}
}

static inline void told_tunnel(struct host *host, const struct service_event *event)
{
	struct known *known = known_find(host, event->tunnel, false);

	must(known != NULL, "told of a tunnel that is not there");
	if (event->kind == SERVICE_EVENT_TUNNEL_UP)
		flip(&known->up, true, "a tunnel is up twice");
	else if (event->kind == SERVICE_EVENT_TUNNEL_DOWN)
		flip(&known->up, false, "a tunnel is down that was not up");
	else if (event->kind != SERVICE_EVENT_TUNNEL_DELETED)
		return;
	else
		must(!known->up, "a tunnel is deleted that is up");
	if (event->kind == SERVICE_EVENT_TUNNEL_DELETED)
		known->self = HANDLE_NONE;
}

static inline void host_told(struct host *host, const struct service_event *event)
{
	sim_say("host %u: %s %s/%s %s", host->at, service_event_name(event->kind), event->tunnel_name,
		event->session_name, event->reason);
	must(event->kind != SERVICE_EVENT_SUPPRESSED, "so many events at once");
	if (event->kind == SERVICE_EVENT_TUNNEL_CREATED)
		told_created(host, event->tunnel, false);
	else if (event->kind == SERVICE_EVENT_SESSION_CREATED)
		told_created(host, event->session, true);
	else if (event->kind < SERVICE_EVENT_SESSION_CREATED)
		told_tunnel(host, event);
	else if (event->kind <= SERVICE_EVENT_SESSION_IPV6_DOWN)
		told_session(host, event);
}

static inline void host_take_events(struct host *host)
{
	static struct service_event event;

	while (service_event_get(host->service, host->seen + 1, &event) == 0) {
		host->seen++;
		host_told(host, &event);
	}
	must(host->seen == service_event_last(host->service), "events are lost");
}

/* --- its configuration --- */

/* False: a command was refused, and those behind it were not tried. */
static inline bool host_do(struct host *host, const char *text)
{
	struct error error = { .text = "" };
	struct command_reader reader;
	struct config_place place;
	struct command command;
	bool done = true;
	int ret;

	must(command_reader_begin(&reader, text, strlen(text)) == 0, "out of memory");
	while (done && (ret = command_reader_next(&reader, &command, &place, &error)) != 0) {
		if (ret < 0)
			fprintf(stderr, "%s%s\n", text, error.text);
		must(ret > 0, "a command cannot be read");
		done = service_execute(host->service, &command, SERVICE_ORIGIN_ADMIN, sim.now, NULL, &error) == 0;
		must(done || error.text[0], "refused without a reason");
		if (!done)
			sim_say("host %u refuses %s: %s", host->at, text, error.text);
	}
	command_reader_end(&reader);
	return done;
}

static inline void host_load(struct host *host, const char *text)
{
	struct service_reload *reload = service_reload_begin();
	struct error error = { .text = "" };
	struct command_reader reader;
	struct config_place place;
	struct command command;
	unsigned int failed;
	int ret;

	must(reload && command_reader_begin(&reader, text, strlen(text)) == 0, "out of memory");
	while ((ret = command_reader_next(&reader, &command, &place, &error)) != 0)
		if (ret < 0 || service_reload_command(reload, &command, &error) < 0)
			break;
	if (ret || service_reload_finish(reload, host->service, SERVICE_RELOAD_FILE, sim.now, &failed, &error) < 0) {
		fprintf(stderr, "%s\n%s\n", text, error.text);
		must(false, "a configuration is refused");
	}
	command_reader_end(&reader);
}

static inline void host_save(const struct host *host, char text[TEXT_MAX])
{
	struct service_save position = { 0 };
	struct param_set secrets;
	struct command command;
	size_t used = 0;

	text[0] = '\0';
	while (service_save_next(host->service, &position, &command, &secrets)) {
		int length = command_write(&command, text + used, TEXT_MAX - used - 1);

		must(length > 0, "a configuration is too long for the simulator");
		used += (size_t)length;
		text[used++] = '\n';
		text[used] = '\0';
	}
}

/* --- its life --- */

static inline void host_begin(struct host *host, const char *text, const char *users)
{
	const struct service_host wants = { .store = &host->store };
	struct error error;

	host->store = memory_store(&host->leases);
	host->store.record_load = store_no_records;
	host->store.commit = store_commit;
	host->store.trouble = store_no_trouble;
	host->dp = datapath_null_new();
	host->service = host->dp ? service_new(host->dp, sim_random) : NULL;
	must(host->service && service_set_host(host->service, &wants) == 0, "out of memory");
	service_set_host_name(host->service, host->at ? "one.example" : "zero.example");
	datapath_null_carry(host->dp, host_send, host);
	must(service_load_users(host->service, false, "chap-secrets", users, strlen(users), &error) == 0,
	     "users cannot be read");
	host_load(host, text);
	host->seen = 0;
	memset(host->known, 0, sizeof(host->known));
}

/* As by a signal that nothing can be done about: nobody is told, and its store is left as it was. */
static inline void host_crash(struct host *host)
{
	struct memory_store leases = host->leases;

	datapath_null_carry(host->dp, NULL, NULL);
	service_free(host->service);
	datapath_ops(host->dp)->close(host->dp);
	host->leases = leases;
	host->service = NULL;
}

static inline void host_open_bearers(struct host *host)
{
	struct service_bearer bearer;

	while (service_next_bearer(host->service, &bearer)) {
		bool begun = chance(20);

		if (begun)
			service_bearer(host->service, bearer.session, SERVICE_BEARER_BEGUN, 0, "", sim.now);
		service_bearer(host->service, bearer.session,
			       chance(80) ? SERVICE_BEARER_CONNECTED : SERVICE_BEARER_FAILED, 7, "busy", sim.now);
	}
}

/* Whatever the program would do after each call of the service. */
static inline void host_settle(struct host *host)
{
	struct service_name_servers ignored;

	host_open_bearers(host);
	while (service_next_name_servers(host->service, &ignored))
		;
	service_transmit(host->service, sim.now);
	host_take_events(host);
	if (host->until_check--)
		return;
	host->until_check = CHECK_EVERY;
	service_check(host->service, host->dp);
}

static inline uint64_t host_deadline(const struct host *host)
{
	uint64_t deadline = service_next_deadline(host->service);

	return deadline < host->asleep_until ? host->asleep_until : deadline;
}

#endif
