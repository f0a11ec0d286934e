/* SPDX-License-Identifier: MIT */
/*
 * Speed and size of an LNS without the system under it: the whole service over the null datapath, called by our engine
 * as LAC, in one process.  The service's time is its own: from its first message of a turn to its last.
 *
 *	service_bench [TUNNELS [CALLS]]		calls in all; 1,000 tunnels and 100,000 calls unless said otherwise
 *
 * One line of NAME=VALUE words: calls set up in a second, in the first and the last fifth; octets of memory a call;
 * calls that ended in a second when the LAC closed the tunnels.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "control/control.h"
#include "datapath/null/null.h"
#include "service/service.h"

#define PORT 1701
#define WINDOW 64
#define AT_ONCE 256		/* calls under way, in all tunnels */
#define NOW 1000		/* ms: time stands still, nothing is lost */
#define HALF_OPEN 1024

static const char configuration[] =
	"tunnel profile modify profile_name=default rx_window_size=64 hello_timeout=60\n"
	"session profile modify profile_name=default no_ppp=yes\n"	/* ppp.sh has what PPP takes */
	"peer profile create profile_name=any peer_ipaddr=0.0.0.0/0\n";
static const struct control_tunnel_settings tunnel_settings = {
	.host_name = "lac", .framing_capabilities = 3, .bearer_capabilities = 3, .receive_window = WINDOW,
	.retry_timeout = 1000, .retry_timeout_most = 8000, .max_retries = 5,
};
static const struct control_call_settings call_settings = {
	.avps = {
		.present = AVP_BIT(AVP_CALLED_NUMBER) | AVP_BIT(AVP_CALLING_NUMBER) | AVP_BIT(AVP_BEARER_TYPE),
		.called_number = { (const uint8_t *)"5550100", 7 }, .calling_number = { (const uint8_t *)"5550199", 7 },
		.tx_connect_speed = 100000000, .framing_type = 1, .bearer_type = 1,
	},
	.establish_timeout = 120000,
};

static struct {
	struct datapath *dp;
	struct control *control;
	struct endpoint local, peer;
	handle port;
	handle *tunnels;
	unsigned int up;
} lac;
static struct {
	struct datapath *dp;
	struct service *service;
	uint64_t ns;			/* spent */
} lns;

static void fail(const char *what)
{
	fprintf(stderr, "service_bench: %s\n", what);
	exit(1);
}

static uint64_t clock_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static void quick_random(void *octets, size_t length)
{
	static uint64_t state = 88172645463325252u;
	uint8_t *out = octets;

	while (length) {
		size_t part = length < sizeof(state) ? length : sizeof(state);

		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		memcpy(out, &state, part);
		out += part;
		length -= part;
	}
}

/* --- the LAC --- */

static bool lac_receive(void)
{
	struct datapath_message messages[DATAPATH_MESSAGES_MAX];
	int count = datapath_ops(lac.dp)->receive(lac.dp, messages, DATAPATH_MESSAGES_MAX);
	struct control_event event;

	for (int i = 0; i < count; i++) {
		const struct control_datagram datagram = {
			.path = { messages[i].port, messages[i].local, messages[i].peer },
			.octets = messages[i].octets, .length = messages[i].length,
		};

		control_receive(lac.control, &datagram, NOW);
		while (control_next_event(lac.control, &event, NOW)) {
			if (event.kind == CONTROL_EVENT_CALL_DOWN || event.kind == CONTROL_EVENT_TUNNEL_DOWN)
				fail(event.reason->text);
			lac.up += event.kind == CONTROL_EVENT_CALL_UP;
		}
	}
	return count > 0;
}

static void lac_transmit(void)
{
	struct control_datagram datagram;

	while (control_next_datagram(lac.control, &datagram, NOW)) {
		const struct datapath_message message = {
			.port = lac.port, .local = lac.local, .peer = datagram.path.peer,
			.octets = datagram.octets, .length = (uint32_t)datagram.length,
		};

		datapath_ops(lac.dp)->send(lac.dp, &message, 1);
	}
}

/* --- the LNS --- */

static void lns_turn(void)
{
	uint64_t began = clock_ns();

	service_receive(lns.service, NOW);
	service_transmit(lns.service, NOW);
	lns.ns += clock_ns() - began;
}

static void configure(void)
{
	struct command_reader reader;
	struct command command;
	struct config_place place;
	struct service_result result;
	struct error error;

	if (command_reader_begin(&reader, configuration, strlen(configuration)) < 0)
		fail("no memory");
	while (command_reader_next(&reader, &command, &place, &error) == 1)
		if (service_execute(lns.service, &command, SERVICE_ORIGIN_FILE, NOW, &result, &error) < 0)
			fail(error.text);
	command_reader_end(&reader);
}

/* --- both --- */

static void settle(void)
{
	bool any;

	do {
		lac_transmit();
		lns_turn();
		any = lac_receive();
	} while (any);
}

static void begin(unsigned int tunnels)
{
	const struct control_limits limits = { HALF_OPEN, HALF_OPEN, 1 };
	struct datapath_port_config port = { .local = { .port = PORT } };
	struct error error;

	address_parse("192.0.2.1", &lac.local.address);
	address_parse("192.0.2.2", &lac.peer.address);
	lac.local.port = lac.peer.port = PORT;
	port.local.address = lac.local.address;
	lac.dp = datapath_null_new();
	lns.dp = datapath_null_new();
	lac.control = control_new(&limits, quick_random);
	lac.tunnels = calloc(tunnels, sizeof(handle));
	lns.service = lns.dp ? service_new(lns.dp, quick_random) : NULL;
	if (!lac.dp || !lac.control || !lac.tunnels || !lns.service)
		fail("no memory");
	lac.up = 0;
	datapath_null_join(lac.dp, lns.dp);
	datapath_null_join(lns.dp, lac.dp);
	if (datapath_ops(lac.dp)->listen(lac.dp, &port, &lac.port, &error) < 0)
		fail(error.text);
	configure();
}

static void end(void)
{
	control_free(lac.control);
	service_free(lns.service);
	datapath_ops(lac.dp)->close(lac.dp);
	datapath_ops(lns.dp)->close(lns.dp);
	free(lac.tunnels);
}

static void open_tunnels(unsigned int count)
{
	const struct control_path path = { .port = lac.port, .local = lac.local, .peer = lac.peer };

	for (unsigned int i = 0; i < count; i++) {
		if (control_open(lac.control, &path, 0, &tunnel_settings, NULL, &lac.tunnels[i], NOW, NULL) < 0)
			fail("a tunnel cannot be opened");
		settle();
	}
}

/* As many as may be under way, each in the next tunnel. */
static unsigned int open_calls(unsigned int tunnels, unsigned int opened, unsigned int calls)
{
	unsigned int until = opened + AT_ONCE < calls ? opened + AT_ONCE : calls;
	handle call;

	for (; opened < until; opened++)
		if (control_call_open(lac.control, lac.tunnels[opened % tunnels], CONTROL_CALL_LAC_INCOMING, 0,
				      &call_settings, NULL, &call, NOW, NULL) < 0)
			fail("a call cannot be opened");
	settle();
	if (lac.up != opened)
		fail("not all calls came up");
	return opened;
}

static size_t in_use(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

static double rate(unsigned int count, uint64_t ns)
{
	return ns ? count * 1e9 / (double)ns : 0;
}

static double tear_down(unsigned int tunnels, unsigned int calls)
{
	struct service_status status;

	lns.ns = 0;
	for (unsigned int i = 0; i < tunnels; i++) {
		control_close(lac.control, lac.tunnels[i], 1, 0, NULL, NOW);
		settle();
	}
	service_status(lns.service, &status);
	if (status.sessions)
		fail("not all calls are gone");
	return rate(calls, lns.ns);
}

struct times {
	uint64_t all, first, last;	/* ns: of the calls, and of their first and last fifth */
};

static void set_up(unsigned int tunnels, unsigned int calls, struct times *times)
{
	unsigned int opened = 0;

	begin(tunnels);
	open_tunnels(tunnels);
	lns.ns = 0;
	*times = (struct times){ 0 };
	while (opened < calls) {
		uint64_t before = lns.ns;
		unsigned int was = opened;

		opened = open_calls(tunnels, opened, calls);
		times->first += was < calls / 5 ? lns.ns - before : 0;
		times->last += was >= calls - calls / 5 ? lns.ns - before : 0;
	}
	times->all = lns.ns;
}

/* Octets of an LNS with so many: the LAC is gone when it is looked. */
static size_t size_of(unsigned int tunnels, unsigned int calls)
{
	struct times times;
	size_t size;

	set_up(tunnels, calls, &times);
	control_free(lac.control);
	lac.control = NULL;
	size = in_use();
	end();
	return size;
}

int main(int argc, char **argv)
{
	unsigned int tunnels = argc > 1 ? (unsigned int)strtoul(argv[1], NULL, 10) : 1000;
	unsigned int calls = argc > 2 ? (unsigned int)strtoul(argv[2], NULL, 10) : 100000;
	size_t empty = size_of(tunnels, 0), full = size_of(tunnels, calls);
	struct times times;

	set_up(tunnels, calls, &times);
	printf("calls_per_second=%.0f first_fifth=%.0f last_fifth=%.0f octets_per_call=%zu", rate(calls, times.all),
	       rate(calls / 5, times.first), rate(calls / 5, times.last), (full - empty) / calls);
	printf(" torn_down_per_second=%.0f\n", tear_down(tunnels, calls));
	end();
	return 0;
}
