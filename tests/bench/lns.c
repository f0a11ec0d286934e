/* SPDX-License-Identifier: MIT */
/*
 * An LNS of our engine and the datapath in user space, with nothing between and around them: what l2tpd has above
 * these is its service.  Whoever asks is let in.  For comparisons: `LNS=build/tests/bench/lns tests/bench/calls.sh`.
 *
 *	lns [-n] [-w WINDOW]	on 0.0.0.0:1701; -n: tunnels and calls have no data path
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "control/control.h"
#include "datapath/user/user.h"

#include "random.h"

#define PORT 1701
#define HALF_OPEN 16384
#define REQUESTS_PER_SECOND 20000
#define BATCHES_MAX 4		/* received before what they cause is sent */

static struct datapath *dp;
static struct control *control;
static struct control_tunnel_settings settings = {
	.host_name = "lns", .framing_capabilities = 3, .bearer_capabilities = 3, .receive_window = 64,
	.retry_timeout = 1000, .retry_timeout_most = 8000, .max_retries = 5, .hello_timeout = 60000,
};
static handle data_tunnels[65536];	/* the datapath's, by our tunnel id */
static bool has_data = true;

static void check(int status, const struct error *error)
{
	if (status == 0)
		return;
	fprintf(stderr, "lns: %s\n", error->text);
	exit(1);
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* --- events --- */

static void tunnel_up(const struct control_event *event)
{
	struct datapath_tunnel_config config = { .version = 2, .encap = L2TP_ENCAP_UDP, .port = event->path.port,
						 .local = event->path.local, .peer = event->path.peer };
	struct control_tunnel_info info;
	struct error error;

	if (!has_data || control_tunnel_info(control, event->tunnel, &info) < 0)
		return;
	config.tunnel_id = info.tunnel_id;
	config.peer_tunnel_id = info.peer_tunnel_id;
	check(datapath_ops(dp)->tunnel_add(dp, &config, &data_tunnels[info.tunnel_id], &error), &error);
	control_set_owner(control, event->tunnel, (void *)(uintptr_t)data_tunnels[info.tunnel_id]);
}

static void tunnel_down(const struct control_event *event)
{
	if (event->owner)
		datapath_ops(dp)->tunnel_delete(dp, (handle)(uintptr_t)event->owner);
}

static void call_up(const struct control_event *event)
{
	struct datapath_session_config config = { .pw_type = L2TP_PW_PPP };
	struct control_call_info call;
	struct control_tunnel_info tunnel;
	struct error error;
	handle session;

	if (!has_data || control_call_info(control, event->call, &call) < 0 ||
	    control_tunnel_info(control, event->tunnel, &tunnel) < 0)
		return;
	config.tunnel = data_tunnels[tunnel.tunnel_id];
	config.session_id = call.session_id;
	config.peer_session_id = call.peer_session_id;
	check(datapath_ops(dp)->session_add(dp, &config, &session, &error), &error);
}

static void act(const struct control_event *event, uint64_t now)
{
	static const struct control_call_settings call_settings = { .establish_timeout = 60000 };

	switch (event->kind) {
	case CONTROL_EVENT_REQUEST:
		control_accept(control, event->request, &settings, NULL, now);
		break;
	case CONTROL_EVENT_TUNNEL_UP:
		tunnel_up(event);
		break;
	case CONTROL_EVENT_TUNNEL_DOWN:
		tunnel_down(event);
		break;
	case CONTROL_EVENT_QUIET:
		control_hello(control, event->tunnel, now);
		break;
	case CONTROL_EVENT_CALL_REQUEST:
		(void)control_call_accept(control, event->call, 0, &call_settings, NULL, now, NULL);
		break;
	case CONTROL_EVENT_CALL_UP:
		call_up(event);
		break;
	default:
		break;		/* data paths of calls that go down go with their tunnel */
	}
}

static void drain(uint64_t now)
{
	struct control_event event;

	while (control_next_event(control, &event, now))
		act(&event, now);
}

/* --- in and out --- */

static bool receive(uint64_t now)
{
	struct datapath_message messages[DATAPATH_MESSAGES_MAX];
	int count = datapath_ops(dp)->receive(dp, messages, DATAPATH_MESSAGES_MAX);

	for (int i = 0; i < count; i++) {
		const struct control_datagram datagram = {
			.path = { messages[i].port, messages[i].local, messages[i].peer },
			.octets = messages[i].octets, .length = messages[i].length,
		};

		control_receive(control, &datagram, now);
		drain(now);
	}
	return count > 0;
}

static void transmit(uint64_t now)
{
	struct datapath_message messages[DATAPATH_MESSAGES_MAX];
	struct control_datagram datagram;
	int count;

	do {
		for (count = 0; count < DATAPATH_MESSAGES_MAX &&
				control_next_datagram(control, &datagram, now); count++)
			messages[count] = (struct datapath_message){
				.port = datagram.path.port, .local = datagram.path.local, .peer = datagram.path.peer,
				.tunnel = (handle)(uintptr_t)datagram.owner, .octets = datagram.octets,
				.length = (uint32_t)datagram.length,
			};
		if (count)
			datapath_ops(dp)->send(dp, messages, count);
	} while (count == DATAPATH_MESSAGES_MAX);
}

static void turn(void)
{
	struct pollfd fd = { .fd = datapath_ops(dp)->event_fd(dp), .events = POLLIN };
	uint64_t now = now_ms(), due = control_deadline(control);
	struct datapath_event events[16];

	if (poll(&fd, 1, due <= now ? 0 : due - now < 1000 ? (int)(due - now) : 1000) < 0 && errno != EINTR)
		exit(1);
	now = now_ms();
	for (int i = 0; i < BATCHES_MAX && receive(now); i++)
		;
	while (datapath_ops(dp)->events(dp, events, 16) == 16)
		;
	while (control_expire(control, now))
		drain(now);
	transmit(now);
}

int main(int argc, char **argv)
{
	const struct control_limits limits = { HALF_OPEN, HALF_OPEN, REQUESTS_PER_SECOND };
	const struct datapath_user_options options = { .workers = 1, .instance = "bench" };
	const struct datapath_port_config config = { .local = { .address.family = AF_INET, .port = PORT } };
	struct error error;
	handle port;
	int option;

	while ((option = getopt(argc, argv, "nw:")) != -1) {
		if (option == 'n')
			has_data = false;
		else if (option == 'w')
			settings.receive_window = (uint16_t)atoi(optarg);
		else
			return 2;
	}
	check(datapath_user_open(&options, &dp, &error), &error);
	check(datapath_ops(dp)->listen(dp, &config, &port, &error), &error);
	control = control_new(&limits, bench_random);
	while (control)
		turn();
	return 1;
}
