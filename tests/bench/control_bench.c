/* SPDX-License-Identifier: MIT */
/*
 * Speed and size of the control protocol's engine alone: a LAC and an LNS in one process, datagrams handed over in
 * memory, one thread.  Each side's time is its own: what it takes from its first datagram of a batch to its last.
 *
 *	control_bench [TUNNELS [CALLS]]		calls in all; 1 tunnel and 50 when nothing is said
 *
 * One line a run: calls set up in a second by each side, of the LNS also while there were few and when nearly all
 * were there; octets of memory a call; calls torn down in a second.
 */
#include <malloc.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "control/control.h"

#define BATCH 128
#define OCTETS_MAX 512
#define WINDOW 32
#define AT_ONCE 32		/* calls at most that are being set up in a tunnel */
#define ROUND 2048		/* and in all tunnels: what is on its way should fit into a cache */
#define QUEUE (4 * ROUND)
#define NOW 1000		/* ms: time stands still, nothing is lost */

struct flying {
	size_t length;
	struct control_path path;
	uint8_t octets[OCTETS_MAX];
};

struct side {
	struct control *control;
	struct endpoint endpoint;
	struct flying *arrived;
	unsigned int arrived_first, arrived_count;
	uint64_t ns;			/* spent */
	unsigned int up, down;
	handle *tunnels, *calls;
	unsigned int tunnel_count;
};

static struct side lac, lns;

static uint64_t clock_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static void fail(const char *what)
{
	fprintf(stderr, "control_bench: %s\n", what);
	exit(1);
}

static uint64_t random_state = 88172645463325252u;

static void quick_random(void *octets, size_t length)
{
	uint8_t *out = octets;

	while (length) {
		size_t part = length < sizeof(random_state) ? length : sizeof(random_state);

		random_state ^= random_state << 13;
		random_state ^= random_state >> 7;
		random_state ^= random_state << 17;
		memcpy(out, &random_state, part);
		out += part;
		length -= part;
	}
}

static const struct control_tunnel_settings tunnel_settings = {
	.host_name = "bench", .framing_capabilities = 3, .bearer_capabilities = 3, .receive_window = WINDOW,
	.retry_timeout = 1000, .retry_timeout_most = 8000, .max_retries = 5, .hello_timeout = 60000,
};
static const struct control_call_settings call_settings = { .establish_timeout = 120000 };

static void act(struct side *side, const struct control_event *event)
{
	if (event->kind == CONTROL_EVENT_REQUEST)
		control_accept(side->control, event->request, &tunnel_settings, NULL, NOW);
	else if (event->kind == CONTROL_EVENT_CALL_REQUEST)
		(void)control_call_accept(side->control, event->call, 0, &call_settings, NULL, NOW, NULL);
	else if (event->kind == CONTROL_EVENT_CALL_UP)
		side->up++;
	else if (event->kind == CONTROL_EVENT_CALL_DOWN)
		side->down++;
}

static void take(struct side *side, struct side *other)
{
	struct control_datagram datagram;

	while (control_next_datagram(side->control, &datagram, NOW)) {
		unsigned int at = (other->arrived_first + other->arrived_count) % QUEUE;
		struct flying *flying = &other->arrived[at];

		if (other->arrived_count == QUEUE || datagram.length > OCTETS_MAX)
			fail("the queue is full");
		other->arrived_count++;
		flying->length = datagram.length;
		flying->path = (struct control_path){ .local = datagram.path.peer, .peer = side->endpoint };
		memcpy(flying->octets, datagram.octets, datagram.length);
	}
}

/* A batch that arrived, and what comes of it. Returns whether there was any. */
static bool turn(struct side *side, struct side *other)
{
	uint64_t began = clock_ns();
	unsigned int count = side->arrived_count < BATCH ? side->arrived_count : BATCH;
	struct control_event event;

	for (unsigned int i = 0; i < count; i++) {
		struct flying *flying = &side->arrived[side->arrived_first];
		const struct control_datagram datagram = { flying->path, flying->octets, flying->length, NULL };

		side->arrived_first = (side->arrived_first + 1) % QUEUE;
		side->arrived_count--;
		control_receive(side->control, &datagram, NOW);
		while (control_next_event(side->control, &event, NOW))
			act(side, &event);
	}
	take(side, other);
	side->ns += clock_ns() - began;
	return count;
}

static void settle(void)
{
	bool any = true;

	while (any) {
		any = turn(&lac, &lns);
		any = turn(&lns, &lac) || any;
	}
}

static void open_tunnels(unsigned int count)
{
	const struct control_path path = { .local = lac.endpoint, .peer = lns.endpoint };

	for (unsigned int i = 0; i < count; i++) {
		if (control_open(lac.control, &path, 0, &tunnel_settings, NULL, &lac.tunnels[i], NOW, NULL) < 0)
			fail("a tunnel cannot be opened");
		if (i % 32 == 31)
			settle();
	}
	settle();
}

/* One round: some calls, one after the other in each tunnel. */
static void open_calls(unsigned int tunnels, unsigned int *opened, unsigned int calls)
{
	unsigned int most = AT_ONCE * tunnels < ROUND ? AT_ONCE * tunnels : ROUND;
	uint64_t began = clock_ns();

	for (unsigned int i = 0; i < most && *opened < calls; i++) {
		if (control_call_open(lac.control, lac.tunnels[*opened % tunnels], CONTROL_CALL_LAC_INCOMING, 0,
				      &call_settings, NULL, &lac.calls[*opened], NOW, NULL) < 0)
			fail("a call cannot be opened");
		++*opened;
	}
	lac.ns += clock_ns() - began;
	settle();
	if (lac.up != *opened || lns.up != *opened)
		fail("not all calls came up");
}

static double rate(unsigned int count, uint64_t ns)
{
	return ns ? count * 1e9 / (double)ns : 0;
}

static void begin(unsigned int tunnels, unsigned int calls)
{
	const struct control_limits limits = { .half_open = 1024, .source_half_open = 1024,
					       .requests_per_second = 1000000 };
	struct side *sides[] = { &lac, &lns };

	for (unsigned int i = 0; i < 2; i++) {
		memset(sides[i], 0, sizeof(*sides[i]));
		sides[i]->control = control_new(&limits, quick_random);
		sides[i]->arrived = calloc(QUEUE, sizeof(*sides[i]->arrived));
		sides[i]->tunnels = calloc(tunnels, sizeof(handle));
		sides[i]->calls = calloc(calls, sizeof(handle));
		if (!sides[i]->control || !sides[i]->arrived || !sides[i]->tunnels || !sides[i]->calls)
			fail("out of memory");
		sides[i]->endpoint.address.family = AF_INET;
		sides[i]->endpoint.address.bytes[3] = (uint8_t)(i + 1);
		sides[i]->endpoint.port = 1701;
	}
}

static void end(void)
{
	struct side *sides[] = { &lac, &lns };

	for (unsigned int i = 0; i < 2; i++) {
		control_free(sides[i]->control);
		free(sides[i]->arrived);
		free(sides[i]->tunnels);
		free(sides[i]->calls);
	}
}

static size_t in_use(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

static double tear_down(unsigned int calls)
{
	const struct control_reason reason = { .result = 3 };
	uint64_t began = lns.ns;

	for (unsigned int i = 0; i < calls; i++) {
		control_call_close(lac.control, lac.calls[i], &reason, NOW);
		if (i % AT_ONCE == AT_ONCE - 1)
			settle();
	}
	settle();
	if (lns.down != calls)
		fail("not all calls went down");
	return rate(calls, lns.ns - began);
}

static void run(unsigned int tunnels, unsigned int calls)
{
	unsigned int opened = 0, early = 0, late_from = 0;
	uint64_t early_ns = 0, late_began = 0, began;
	size_t before, memory;

	begin(tunnels, calls);
	open_tunnels(tunnels);
	before = in_use();
	lac.ns = lns.ns = 0;
	while (opened < calls) {
		open_calls(tunnels, &opened, calls);
		if (opened <= calls / 5) {
			early = opened;
			early_ns = lns.ns;
		}
		if (opened >= calls - calls / 5 && !late_from) {
			late_from = opened;
			late_began = lns.ns;
		}
	}
	memory = in_use() - before;
	began = lns.ns;
	printf("%u tunnels, %u calls: LNS %.0f calls/s (first fifth %.0f, last fifth %.0f), LAC %.0f calls/s, "
	       "%zu octets a call", tunnels, calls, rate(calls, lns.ns), rate(early, early_ns),
	       rate(calls - late_from, began - late_began), rate(calls, lac.ns), memory / 2 / calls);
	printf(", LNS %.0f torn down/s\n", tear_down(calls));
	end();
}

int main(int argc, char **argv)
{
	unsigned int tunnels = argc > 1 ? (unsigned int)strtoul(argv[1], NULL, 10) : 0;
	unsigned int calls = argc > 2 ? (unsigned int)strtoul(argv[2], NULL, 10) : 50000;

	if (tunnels) {
		run(tunnels, calls);
		return 0;
	}
	run(1, 50000);
	run(50, 100000);
	run(1000, 100000);
	return 0;
}
