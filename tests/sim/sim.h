/* SPDX-License-Identifier: MIT */
/*
 * What the simulators share: a seed, from which all randomness comes, a clock that jumps from one event to the next,
 * and a network that loses, repeats, reorders, delays and corrupts what is sent, or is cut for a while.
 *
 *	NAME FIRST COUNT [verbose]	seeds FIRST to FIRST + COUNT - 1
 *
 * The same seed does the same and says the same, always.  Whatever ends a run, an invariant or a sanitiser, the seed is
 * told with the command that repeats it.
 */
#ifndef L2TPD_TESTS_SIM_SIM_H
#define L2TPD_TESTS_SIM_SIM_H

#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIM_NEVER UINT64_MAX
#define SIM_FLYING_MAX 4096
#define SIM_OCTETS_MAX 2048
#define SIM_STUCK_MAX 100000		/* inputs at one time: more is a loop */

/* On its way. What arrives first goes first, and of those the one that was sent first. */
struct sim_packet {
	uint64_t arrives, number;
	unsigned int to;
	bool corrupted;
	size_t length;
	max_align_t label[8];		/* the simulator's own: how it finds its receiver */
	uint8_t octets[SIM_OCTETS_MAX];
};

struct sim_network {
	unsigned int loss, repeat, corrupt;	/* per cent */
	uint32_t delay;			/* ms, at most */
	uint64_t cut_until;
	uint64_t launched;
	struct sim_packet *flying[SIM_FLYING_MAX + 1];	/* a heap: the first to arrive is at 1 */
	unsigned int in_flight;
};

static struct sim {
	const char *program;
	bool verbose;
	uint64_t seed, state, now;
	struct sim_network network;
} sim;

/* --- what is told --- */

/* By whatever ends the run: nothing but write(2) would be right, but there is nothing left to lose. */
static inline void sim_tell_seed(void)
{
	fflush(stdout);
	fprintf(stderr, "seed %llu at %llu ms; once more: %s %llu 1 verbose\n", (unsigned long long)sim.seed,
		(unsigned long long)sim.now, sim.program, (unsigned long long)sim.seed);
}

/* There with the sanitisers. */
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));
size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

static inline size_t sim_allocated(void)
{
	return __sanitizer_get_current_allocated_bytes ? __sanitizer_get_current_allocated_bytes() : 0;
}

static inline void sim_aborted(int number)
{
	sim_tell_seed();
	signal(number, SIG_DFL);
	raise(number);
}

static inline void must(bool holds, const char *what)
{
	if (holds)
		return;
	fflush(stdout);
	fprintf(stderr, "%s\n", what);
	abort();
}

__attribute__((format(printf, 1, 2)))
static inline void sim_say(const char *format, ...)
{
	va_list arguments;

	if (!sim.verbose)
		return;
	printf("%8llu ", (unsigned long long)sim.now);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
}

/* --- randomness --- */

static inline uint32_t draw(uint32_t below)
{
	sim.state ^= sim.state << 13;
	sim.state ^= sim.state >> 7;
	sim.state ^= sim.state << 17;
	return (uint32_t)(sim.state >> 32) % below;
}

static inline bool chance(unsigned int per_cent)
{
	return draw(100) < per_cent;
}

static inline void sim_random(void *octets, size_t length)
{
	for (size_t i = 0; i < length; i++)
		((uint8_t *)octets)[i] = (uint8_t)draw(256);
}

/* --- the network --- */

static inline bool sim_is_before(const struct sim_packet *a, const struct sim_packet *b)
{
	return a->arrives < b->arrives || (a->arrives == b->arrives && a->number < b->number);
}

static inline void sim_heap_add(struct sim_packet *packet)
{
	struct sim_network *network = &sim.network;
	unsigned int at = ++network->in_flight;

	for (; at > 1 && sim_is_before(packet, network->flying[at / 2]); at /= 2)
		network->flying[at] = network->flying[at / 2];
	network->flying[at] = packet;
}

/* The first to arrive, which the caller frees. There must be one. */
static inline struct sim_packet *sim_take(void)
{
	struct sim_network *network = &sim.network;
	struct sim_packet *first = network->flying[1], *last = network->flying[network->in_flight--];
	unsigned int at = 1, child;

	while ((child = 2 * at) <= network->in_flight) {
		if (child < network->in_flight && sim_is_before(network->flying[child + 1], network->flying[child]))
			child++;
		if (!sim_is_before(network->flying[child], last))
			break;
		network->flying[at] = network->flying[child];
		at = child;
	}
	if (network->in_flight)
		network->flying[at] = last;
	return first;
}

static inline struct sim_packet *sim_launch_once(unsigned int to, const uint8_t *octets, size_t length,
						 const void *label, size_t label_length)
{
	struct sim_network *network = &sim.network;
	struct sim_packet *packet;

	if (chance(network->loss) || sim.now < network->cut_until || network->in_flight == SIM_FLYING_MAX)
		return NULL;
	packet = malloc(sizeof(*packet));
	must(packet != NULL, "out of memory");
	packet->arrives = sim.now + 1 + draw(network->delay);
	packet->number = network->launched++;
	packet->to = to;
	packet->length = length;
	packet->corrupted = length && chance(network->corrupt);
	memcpy(packet->label, label, label_length);
	memcpy(packet->octets, octets, length);
	if (packet->corrupted)
		packet->octets[draw((uint32_t)length)] ^= (uint8_t)(1 + draw(255));
	sim_heap_add(packet);
	return packet;
}

/* Somebody sends it: it will arrive once, twice or never. Returns whether it was corrupted on the way. */
static inline bool sim_launch(unsigned int to, const uint8_t *octets, size_t length, const void *label,
			      size_t label_length)
{
	const struct sim_packet *packet, *again = NULL;

	must(length <= SIM_OCTETS_MAX, "what is sent is longer than anything should be");
	must(label_length <= sizeof(packet->label), "the label is too long");
	packet = sim_launch_once(to, octets, length, label, label_length);
	if (chance(sim.network.repeat))
		again = sim_launch_once(to, octets, length, label, label_length);
	return (packet && packet->corrupted) || (again && again->corrupted);
}

static inline uint64_t sim_next_arrival(void)
{
	return sim.network.in_flight ? sim.network.flying[1]->arrives : SIM_NEVER;
}

/* From now on nothing is lost. */
static inline void sim_network_heal(uint32_t delay)
{
	sim.network.loss = sim.network.repeat = sim.network.corrupt = 0;
	sim.network.cut_until = 0;
	sim.network.delay = delay;
}

/* --- time --- */

/* On to the next thing that happens, at the latest until then. */
static inline void sim_advance(uint64_t next, uint64_t end)
{
	static uint64_t last;
	static unsigned int stuck;

	if (next > end)
		next = end;
	if (next > sim.now)
		sim.now = next;
	stuck = sim.now == last ? stuck + 1 : 0;
	last = sim.now;
	must(stuck < SIM_STUCK_MAX, "time stands still");
}

/* Until then: when something is due, and that it happens; and one of the two hosts is told to do something again and
 * again, at most so many ms apart (NULL: nobody is). */
static inline void sim_run_until(uint64_t end, uint64_t next_time(void), void happen(void),
				 void command(unsigned int host), uint32_t pause)
{
	uint64_t next_command = sim.now;

	while (sim.now < end) {
		uint64_t next = next_time();

		if (command && next_command <= next) {
			sim.now = next_command > sim.now ? next_command : sim.now;
			command(draw(2));
			next_command = sim.now + draw(pause);
			continue;
		}
		sim_advance(next, end);
		happen();
	}
}

/* --- seeds --- */

static inline void sim_begin(uint64_t seed)
{
	sim.seed = seed;
	sim.state = seed * 0x9e3779b97f4a7c15u | 1;
	sim.now = 1000;
	sim.network = (struct sim_network){ .delay = 1 };
	for (unsigned int i = 0; i < 8; i++)	/* small seeds have few bits set */
		draw(2);
}

static inline void sim_end(void)
{
	while (sim.network.in_flight)
		free(sim_take());
}

/* Each of the seeds that the arguments name; returns how many. */
static inline uint64_t sim_seeds(int argc, char **argv, void simulate(void))
{
	uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 0) : 1, count = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;

	static char buffer[BUFSIZ];
	size_t before;

	sim.program = argv[0];
	sim.verbose = argc > 3;
	setvbuf(stdout, buffer, _IOLBF, sizeof(buffer));
	signal(SIGABRT, sim_aborted);
	if (__sanitizer_set_death_callback)
		__sanitizer_set_death_callback(sim_tell_seed);
	for (uint64_t i = 0; i < count; i++) {
		before = sim_allocated();
		sim_begin(first + i);
		simulate();
		sim_end();
		must(sim_allocated() == before, "memory is kept when all is gone");
	}
	return count;
}

#endif
