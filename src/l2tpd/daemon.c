/* SPDX-License-Identifier: MIT */
/*
 * Wiring.  Whatever happens (a call of the API, an answer of the resolver, an event of the
 * datapath, a deadline, a signal) is given to the service, and afterwards settle() sees to what
 * the service wants next.  Nothing happens at intervals: without an event the loop sleeps.
 */
#include "l2tpd/daemon.h"

#include <event2/event.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "datapath/choice/choice.h"
#include "datapath/kernel/kernel.h"
#include "datapath/null/null.h"
#include "datapath/user/user.h"
#include "l2tpd/files.h"
#include "l2tpd/kernel_api.h"
#include "l2tpd/name_servers.h"
#include "l2tpd/notices.h"
#include "l2tpd/reload.h"
#include "l2tpd/pid_file.h"
#include "l2tpd/radius_sockets.h"
#include "l2tpd/state_file.h"
#include "l2tpd/users.h"
#include "manage/manage.h"
#include "os/child.h"
#include "os/clock.h"
#include "os/notify.h"
#include "os/resolver.h"
#include "os/unix_socket.h"

#define ENDING_S 3		/* for peers to acknowledge that their tunnels are gone */
#define EVENTS_AT_ONCE 64	/* of the datapath, before other events have their turn */
#define CLIENTS_AT_ONCE 16	/* events of the API, likewise ... */
#define CLIENTS_TURN_US 5000	/* ... and not for longer than this */

/* Of two events that wait the one with the lower number is first. */
enum {
	PRIORITY_CONTROL,
	PRIORITY_OTHER,		/* libevent's default: the resolver */
	PRIORITY_CLIENTS,	/* manage takes the last one */
	PRIORITIES
};

struct daemon {
	const struct options *options;
	struct event_base *loop;
	struct datapath *dp;
	struct service *service;
	struct manage *manage;
	struct os_resolver *resolver;
	struct os_listener listener;
	struct event *deadline, *datapath_ready;
	struct event *patience;			/* with peers, when the daemon ends */
	bool is_ending;
	struct event *signals[3];
	struct notices notices;
	struct name_servers_programs name_servers;
	struct users_files users;
	struct radius_sockets *radius;
	struct state *state;
	struct kernel_api *kernel_api;		/* NULL: for nobody */
	uint32_t told_tunnels, told_sessions;	/* in the status that systemd has */
};

/* Peers are told that their tunnels are gone, and have a while to acknowledge it; so have programs that undo here what
 * others did when sessions came up. */
static void end_when_told(struct daemon *daemon, uint32_t silent)
{
	if (daemon->is_ending && !silent && manage_is_done(daemon->manage) && !daemon->name_servers.running)
		event_base_loopbreak(daemon->loop);
}

static void patience_ends(evutil_socket_t fd, short what, void *context)
{
	struct daemon *daemon = context;
	unsigned int silent = service_stop(daemon->service, os_clock_ms());

	if (silent)
		log_warning("%u peers and RADIUS servers did not acknowledge what they were told at the end", silent);
	event_base_loopbreak(daemon->loop);
}

/* See to what the service wants after it was told something. */
static void settle(struct daemon *daemon)
{
	struct service_request request;
	uint64_t next, now, wait;
	struct timeval delay;
	uint32_t silent = 0;

	while (service_next_request(daemon->service, &request))
		os_resolver_lookup(daemon->resolver, request.tunnel, request.host, request.family);
	if (daemon->is_ending)
		silent = service_stop(daemon->service, os_clock_ms());
	manage_settle(daemon->manage);
	users_look(&daemon->users, daemon->service, os_clock_ms());
	service_set_time(daemon->service, (uint64_t)time(NULL), os_clock_ms());
	service_transmit(daemon->service, os_clock_ms());
	radius_sockets_settle(daemon->radius);
	name_servers_settle(&daemon->name_servers, daemon->service);
	end_when_told(daemon, silent);
	next = service_next_deadline(daemon->service);
	if (next == SERVICE_NEVER) {
		event_del(daemon->deadline);
		return;
	}
	now = os_clock_ms();
	wait = next > now ? next - now : 0;
	delay = (struct timeval){ (time_t)(wait / 1000), (suseconds_t)(wait % 1000 * 1000) };
	event_add(daemon->deadline, &delay);
}

/* The second time nobody is waited for. */
static void begin_to_end(struct daemon *daemon)
{
	static const struct timeval patience = { ENDING_S, 0 };

	if (daemon->is_ending) {
		event_base_loopbreak(daemon->loop);
		return;
	}
	daemon->is_ending = true;
	event_add(daemon->patience, &patience);
	settle(daemon);
}

/* For `systemctl status`, when it has become another. */
static void tell_status(struct daemon *daemon)
{
	struct service_status status;

	service_status(daemon->service, &status);
	if (status.tunnels == daemon->told_tunnels && status.sessions == daemon->told_sessions)
		return;
	daemon->told_tunnels = status.tunnels;
	daemon->told_sessions = status.sessions;
	os_notify_status("%u tunnels, %u sessions", status.tunnels, status.sessions);
}

static void changed(void *context)
{
	settle(context);
	tell_status(context);
}

static void deadline_reached(evutil_socket_t fd, short what, void *context)
{
	struct daemon *daemon = context;

	service_expire(daemon->service, os_clock_ms());
	settle(daemon);
}

static void resolved(void *context, handle tunnel, const struct address *addresses, unsigned int count,
		     const char *reason)
{
	struct daemon *daemon = context;

	service_resolved(daemon->service, tunnel, addresses, count, reason, os_clock_ms());
	settle(daemon);
}

static void radius_received(void *context)
{
	settle(context);
}

static void datapath_ready(evutil_socket_t fd, short what, void *context)
{
	struct daemon *daemon = context;
	struct datapath_event events[EVENTS_AT_ONCE];
	int count = datapath_ops(daemon->dp)->events(daemon->dp, events, EVENTS_AT_ONCE);
	uint64_t now = os_clock_ms();

	for (int i = 0; i < count; i++) {
		notices_tell(&daemon->notices, daemon->service, &events[i], now);
		service_datapath_event(daemon->service, &events[i], now);
		kernel_api_datapath_event(daemon->kernel_api, &events[i]);
	}
	service_receive(daemon->service, now);
	settle(daemon);
}

static int reload(void *context, struct error *error)
{
	struct daemon *daemon = context;

	return reload_file(daemon->options->commands, daemon->options->config, daemon->service, daemon->manage,
			   error);
}

static int restore(void *context, struct manage_restore *restore)
{
	struct daemon *daemon = context;

	return reload_texts(daemon->service, daemon->manage, restore);
}

static int try_system(void *context, const struct system_config *wanted, struct error *error)
{
	const struct daemon *daemon = context;

	if (state_try(daemon->state, wanted->state_file, error) < 0)
		return -1;
	return radius_sockets_try(daemon->radius, wanted->radius_coa_port, error);
}

static void got_signal(evutil_socket_t number, short what, void *context)
{
	struct daemon *daemon = context;
	struct error error;

	if (number == SIGHUP) {
		if (reload(daemon, &error) < 0 && error.code == ERROR_UNSUPPORTED)
			log_error("%s", error.text);
		changed(daemon);
		return;
	}
	log_info("ending on signal %d", (int)number);
	begin_to_end(daemon);
}

static int open_datapath(struct daemon *daemon, struct error *error)
{
	struct datapath_user_options user = { .workers = daemon->options->workers,
					      .instance = daemon->options->socket };

	if (daemon->options->moves_nothing) {
		daemon->dp = datapath_null_new();
		return daemon->dp ? 0 : error_set(error, ERROR_SYSTEM, NULL, "out of memory");
	}
	if (datapath_user_open(&user, &daemon->dp, error) < 0)
		return -1;
	return datapath_choice_open(daemon->dp, datapath_kernel_open, daemon->options->socket, &daemon->dp, error);
}

static bool open_signals(struct daemon *daemon)
{
	static const int numbers[] = { SIGHUP, SIGTERM, SIGINT };

	for (int i = 0; i < 3; i++) {
		daemon->signals[i] = evsignal_new(daemon->loop, numbers[i], got_signal, daemon);
		if (!daemon->signals[i] || event_priority_set(daemon->signals[i], PRIORITY_CONTROL) < 0 ||
		    event_add(daemon->signals[i], NULL) < 0)
			return false;
	}
	return true;
}

/* However many clients want something: after a few of them it is looked whether something else does. */
static struct event_base *new_loop(void)
{
	static const struct timeval turn = { 0, CLIENTS_TURN_US };
	struct event_config *config = event_config_new();
	struct event_base *loop = NULL;

	if (config && event_config_set_max_dispatch_interval(config, &turn, CLIENTS_AT_ONCE, PRIORITY_OTHER) == 0)
		loop = event_base_new_with_config(config);
	if (config)
		event_config_free(config);
	return loop;
}

/* Everything that only needs memory, and the signals. */
static bool open_loop(struct daemon *daemon)
{
	daemon->loop = new_loop();
	if (!daemon->loop || event_base_priority_init(daemon->loop, PRIORITIES) < 0)
		return false;
	daemon->deadline = event_new(daemon->loop, -1, 0, deadline_reached, daemon);
	daemon->patience = event_new(daemon->loop, -1, 0, patience_ends, daemon);
	daemon->name_servers = (struct name_servers_programs){ .loop = daemon->loop, .changed = changed,
							       .context = daemon };
	daemon->resolver = os_resolver_new(daemon->loop, resolved, daemon);
	daemon->state = state_new(daemon->loop);
	return daemon->state && daemon->deadline && daemon->patience && daemon->resolver &&
	       event_priority_set(daemon->deadline, PRIORITY_CONTROL) == 0 &&
	       open_signals(daemon);
}

static void *run_program(void *context, const char *path, char *const arguments[], char *const environment[],
			 unsigned int limit_ms, manage_program_done_fn *done, void *done_context, struct error *error)
{
	const struct daemon *daemon = context;

	if (!arguments)
		return os_child_run(daemon->loop, path, environment, limit_ms, done, done_context, error);
	return os_child_run_with(daemon->loop, path, arguments, environment, NULL, limit_ms, done, done_context, error);
}

static void kill_program(void *program)
{
	os_child_kill(program);
}

static void name_host(struct service *service)
{
	char name[HOST_NAME_MAX + 1] = "";

	if (gethostname(name, sizeof(name) - 1) == 0 && name[0])
		service_set_host_name(service, name);
}

static void *kernel_text_begin(void *context, const char *netns, bool version2, struct error *error)
{
	const struct daemon *daemon = context;

	return kernel_api_text_begin(daemon->kernel_api, netns, version2, error);
}

/* The service on the datapath, and the API in front of it. */
static bool open_service(struct daemon *daemon)
{
	const struct manage_host host = { .context = daemon, .now = os_clock_ms, .reload = reload, .restore = restore,
					  .try_system = try_system,
					  .read_secret = files_read_secret, .changed = changed,
					  .groups = { daemon->options->admin_group, daemon->options->read_group },
					  .program_at = os_child_program, .run_program = run_program,
					  .kill_program = kill_program,
					  .kernel_text_begin = kernel_text_begin,
					  .kernel_text_next = kernel_api_text_next,
					  .kernel_text_end = kernel_api_text_end };
	const struct service_host for_ppp = { .read_secret = users_read_secret,
					      .store = state_store(daemon->state) };
	int fd = datapath_ops(daemon->dp)->event_fd(daemon->dp);

	if (fd >= 0) {
		daemon->datapath_ready = event_new(daemon->loop, fd, EV_READ | EV_PERSIST, datapath_ready, daemon);
		if (!daemon->datapath_ready || event_priority_set(daemon->datapath_ready, PRIORITY_CONTROL) < 0 ||
		    event_add(daemon->datapath_ready, NULL) < 0)
			return false;
	}
	daemon->service = service_new(daemon->dp, os_random);
	if (!daemon->service)
		return false;
	state_set_service(daemon->state, daemon->service);
	if (service_set_host(daemon->service, &for_ppp) < 0)
		return false;
	name_host(daemon->service);
	daemon->radius = radius_sockets_new(daemon->loop, daemon->service, radius_received, daemon);
	service_expire(daemon->service, os_clock_ms());
	daemon->manage = manage_new(daemon->loop, daemon->service, &host);
	return daemon->radius && daemon->manage && manage_listen(daemon->manage, daemon->listener.fd) == 0;
}

/* Who may use the API is decided by the client's credentials; where only root may, others need not even reach it. */
static unsigned int socket_mode(const struct options *options)
{
	return options->admin_group || options->read_group ? 0666 : 0600;
}

/* In the order in which failures are cheapest: the socket tells whether another daemon runs. */
static int daemon_open(struct daemon *daemon, struct error *error)
{
	if (!open_loop(daemon))
		return error_set(error, ERROR_SYSTEM, NULL,
				 "cannot set up the event loop: out of memory or descriptors");
	if (os_listen(daemon->options->socket, SOCK_STREAM, socket_mode(daemon->options), &daemon->listener,
		      error) < 0 || open_datapath(daemon, error) < 0)
		return -1;
	if (!open_service(daemon))
		return error_set(error, ERROR_SYSTEM, NULL, "out of memory");
	if (!daemon->options->kernel_socket[0])
		return 0;
	daemon->kernel_api = kernel_api_open(daemon->loop, daemon->service, daemon->options->kernel_socket, changed,
					     daemon, error);
	return daemon->kernel_api ? 0 : -1;
}

static void free_event(struct event *event)
{
	if (event)
		event_free(event);
}

/* Clients first, so that none sees half of it; devices and sockets last. */
static void daemon_close(struct daemon *daemon)
{
	manage_free(daemon->manage);
	kernel_api_close(daemon->kernel_api);
	os_listen_close(&daemon->listener);
	free_event(daemon->deadline);
	free_event(daemon->patience);
	free_event(daemon->datapath_ready);
	for (int i = 0; i < 3; i++)
		free_event(daemon->signals[i]);
	os_resolver_free(daemon->resolver);
	radius_sockets_free(daemon->radius);
	service_free(daemon->service);
	state_free(daemon->state);
	if (daemon->dp)
		datapath_ops(daemon->dp)->close(daemon->dp);
	if (daemon->loop)
		event_base_free(daemon->loop);
}

static void serve(struct daemon *daemon)
{
	changed(daemon);
	pid_file_write(daemon->options->pid_file);
	os_notify_ready();
	log_info("version " L2TPD_VERSION " ready: configuration %s, socket %s", daemon->options->config,
		 daemon->options->socket);
	event_base_dispatch(daemon->loop);
	os_notify_stopping();
	pid_file_remove(daemon->options->pid_file);
}

int daemon_run(const struct options *options, struct configuration *configuration)
{
	struct daemon daemon = { .options = options, .told_tunnels = UINT32_MAX,
				 .listener = { .fd = -1, .lock_fd = -1 } };
	int status = EXIT_FAILURE;
	struct error error = { 0 };

	if (daemon_open(&daemon, &error) < 0) {
		log_error("%s", error.text);
	} else if (configuration_apply(configuration, daemon.service, NULL, SERVICE_RELOAD_FILE, os_clock_ms()) == 0) {
		configuration_free(configuration);
		status = EXIT_SUCCESS;
		serve(&daemon);
	}
	daemon_close(&daemon);
	return status;
}
