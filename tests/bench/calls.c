/* SPDX-License-Identifier: MIT */
/*
 * Tunnels and calls against an LNS, as many and as fast as it answers: the LAC of the benchmarks (calls.sh).  It is
 * our engine over one UDP socket, in one thread.
 *
 *	calls calls PEER[:PORT]	 tunnels, then calls in all of them in turn; with -S they are held so long
 *	calls storm PEER[:PORT]	 all tunnels at once; who goes down is opened again
 *	calls flood PEER[:PORT]	 SCCRQs from invented sources for -S seconds, beside tunnels that are up and have calls
 *				 and HELLOs, and newcomers
 *	-t TUNNELS -n CALLS	 this many; calls: in all tunnels together
 *	-p COUNT		 calls that are being set up at once, also in all
 *	-a ADDRESS		 each tunnel comes from an address of its own, from this one on
 *	-f ADDRESS/BITS		 the invented sources
 *	-w WINDOW -r MS -m TIMES what we announce; the first retransmission; and how many
 *	-S SECONDS -R RATE	 hold, or flood; SCCRQs a second at most
 *	-l PID			 the LNS: what it takes of processor and memory is told
 *	-g			 messages of one length go, and come, together: UDP GSO and GRO
 *
 * One line of NAME=VALUE words tells the result.  Status 1: not all came up in time.
 */
#include <arpa/inet.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "calls_flood.h"
#include "calls_process.h"
#include "lac.h"

#define EARLY 30.0		/* of a storm: nearly all are up by then */
#define FLOOD_BATCH 64
#define FLOOD_STEP 0.02		/* seconds between two calls, and two HELLOs, while it floods */
#define NEWCOMERS 5		/* one a second from the first second of the flood on */

struct tunnel {
	handle handle;
	struct control_path path;
	double asked, call_asked;	/* when */
	unsigned long calls_asked, calls_up;
	bool is_up, has_call_asked;
	double took;			/* seconds until it was up */
};

static struct load {
	struct party party;		/* the first member: an event's party is this */
	struct control_tunnel_settings settings;
	struct endpoint peer;
	struct address sources;		/* AF_UNSPEC: the system's choice */
	struct flood_sources invented;
	unsigned long tunnels_wanted, at_once, seconds, rate;
	pid_t lns;
	bool reopens;
	struct tunnel **came_up;	/* where calls did, since others were asked for; NULL: none are to follow */
	unsigned long came_up_count;

	struct tunnel *tunnels;
	unsigned long tunnels_asked, tunnels_up, calls_asked, tunnels_lost, calls_lost;
	unsigned long turn;		/* tunnel that has the next call, where there is a choice */
	struct lac_progress calls;
	double slowest_call;
} load;

/* --- asking --- */

static void open_tunnel(struct tunnel *tunnel)
{
	struct error error;

	if (control_open(load.party.control, &tunnel->path, 0, &load.settings, tunnel, &tunnel->handle, party_now(),
			 &error) < 0) {
		fprintf(stderr, "calls: %s\n", error.text);
		exit(1);
	}
}

static void open_tunnels(unsigned long at_once)
{
	while (load.tunnels_asked < load.tunnels_wanted && load.tunnels_asked - load.tunnels_up < at_once) {
		struct tunnel *tunnel = &load.tunnels[load.tunnels_asked++];

		tunnel->asked = lac_seconds();
		open_tunnel(tunnel);
	}
}

static void open_call(struct tunnel *tunnel)
{
	struct error error;
	handle call;

	load.calls_asked++;
	tunnel->calls_asked++;
	if (control_call_open(load.party.control, tunnel->handle, CONTROL_CALL_LAC_INCOMING, 0, &lac_call_settings,
			      tunnel, &call, party_now(), &error) == 0)
		return;
	fprintf(stderr, "calls: %s\n", error.text);
	exit(1);
}

/* The next call: where one has come up, so that all tunnels are as busy, until that has its share; then the next. */
static void next_call(struct tunnel *tunnel)
{
	unsigned long share = (load.calls.wanted + load.tunnels_wanted - 1) / load.tunnels_wanted;

	if (load.calls_asked >= load.calls.wanted)
		return;
	while (!tunnel || tunnel->calls_asked >= share) {
		tunnel = &load.tunnels[load.turn];
		load.turn = (load.turn + 1) % load.tunnels_wanted;
	}
	open_call(tunnel);
}

/* What came up together is followed together: messages of a kind, which are as long as each other, form trains. */
static void follow(struct party *party)
{
	for (unsigned long i = 0; i < load.came_up_count; i++)
		next_call(load.came_up[i]);
	load.came_up_count = 0;
}

/* --- events --- */

static void tunnel_up(struct tunnel *tunnel)
{
	tunnel->is_up = true;
	tunnel->took = lac_seconds() - tunnel->asked;
	load.tunnels_up++;
	/* In a storm each has its share of the calls at once. */
	if (load.reopens)
		for (unsigned long i = 0; i < load.calls.wanted / load.tunnels_wanted; i++)
			open_call(tunnel);
}

static void tunnel_down(struct tunnel *tunnel, const struct control_reason *reason)
{
	if (!load.tunnels_lost++)
		fprintf(stderr, "calls: a tunnel goes down: by=%s result=%u error=%u %s\n",
			reason->by_peer ? "peer" : "us", reason->result, reason->error, reason->text);
	if (tunnel->is_up) {
		load.tunnels_up--;
		load.calls_lost += tunnel->calls_up;
		load.calls.up -= tunnel->calls_up;
	}
	tunnel->calls_up = 0;
	tunnel->is_up = false;
	if (load.reopens)
		open_tunnel(tunnel);
}

static void call_up(struct tunnel *tunnel)
{
	tunnel->calls_up++;
	lac_is_up(&load.calls);
	if (tunnel->has_call_asked && load.calls.last - tunnel->call_asked > load.slowest_call)
		load.slowest_call = load.calls.last - tunnel->call_asked;
	tunnel->has_call_asked = false;
	if (load.came_up)
		load.came_up[load.came_up_count++] = tunnel;
}

/* Whether it had been up: it is one that is missing. */
static void call_down(const struct control_reason *reason)
{
	if (!load.calls_lost++)
		fprintf(stderr, "calls: a call goes down: by=%s result=%u error=%u %s\n",
			reason->by_peer ? "peer" : "us", reason->result, reason->error, reason->text);
}

static void act(struct party *party, const struct control_event *event)
{
	switch (event->kind) {
	case CONTROL_EVENT_TUNNEL_UP:
		tunnel_up(event->owner);
		break;
	case CONTROL_EVENT_TUNNEL_DOWN:
		tunnel_down(event->owner, event->reason);
		break;
	case CONTROL_EVENT_QUIET:
		control_hello(party->control, event->tunnel, party_now());
		break;
	case CONTROL_EVENT_CALL_UP:
		call_up(event->owner);
		break;
	case CONTROL_EVENT_CALL_DOWN:
		call_down(event->reason);
		break;
	case CONTROL_EVENT_REQUEST:
	case CONTROL_EVENT_REQUEST_DOWN:
	case CONTROL_EVENT_CALL_REQUEST:
	case CONTROL_EVENT_CALL_BEARER:
	case CONTROL_EVENT_CALL_ERRORS:
	case CONTROL_EVENT_CALL_LINK:
		break;		/* nobody asks us for anything */
	}
}

/* --- telling --- */

static void print_sums(void)
{
	struct control_counters sums;

	control_counters(load.party.control, &sums);
	printf(" tunnels=%lu calls=%lu tunnels_lost=%lu calls_lost=%lu", load.tunnels_up, load.calls.up,
	       load.tunnels_lost, load.calls_lost);
	printf(" retransmitted=%llu duplicates=%llu sent=%llu data=%llu",
	       (unsigned long long)sums.channel.retransmitted, (unsigned long long)sums.channel.duplicates,
	       (unsigned long long)load.party.sent, (unsigned long long)load.party.data_frames);
}

/* --- calls --- */

static bool is_late(void)
{
	return lac_seconds() - load.calls.began > LAC_PATIENCE;
}

static bool all_tunnels(void)
{
	load.calls.began = lac_seconds();
	while (load.tunnels_up < load.tunnels_wanted && !is_late()) {
		open_tunnels(LAC_TUNNELS_AT_ONCE);
		party_settle(&load.party);
		party_turn(&load.party, NULL, 1000);
	}
	return load.tunnels_up == load.tunnels_wanted;
}

/* The last is up when the peer has acknowledged that it is. */
static bool all_calls(void)
{
	load.calls.began = lac_seconds();
	load.came_up = calloc(load.at_once, sizeof(struct tunnel *));
	if (!load.came_up)
		lac_fail("calls");
	load.party.acted = follow;
	for (unsigned long i = 0; i < load.at_once; i++)
		next_call(NULL);
	party_settle(&load.party);
	while (load.calls.up + load.calls_lost < load.calls.wanted && !is_late())
		party_turn(&load.party, NULL, 1000);
	while (control_unacknowledged(load.party.control) && !is_late())
		party_turn(&load.party, NULL, 1000);
	load.calls.last = lac_seconds();
	return load.calls.up == load.calls.wanted;
}

/* Nothing is done but what the peer, and the timers, want. */
static void hold(const struct process_use *before)
{
	struct process_use full = process_use(load.lns), held;
	double until;

	/* What the last calls left to be done shall not count as idle. */
	for (until = lac_seconds() + 1; lac_seconds() < until;)
		party_turn(&load.party, NULL, 1000);
	full.seconds = process_use(load.lns).seconds;
	for (until = lac_seconds() + (double)load.seconds; lac_seconds() < until;)
		party_turn(&load.party, NULL, 1000);
	held = process_use(load.lns);
	printf(" octets_per_call=%.0f idle_percent=%.3f", (double)(full.octets - before->octets) /
	       (double)(load.calls.up ? load.calls.up : 1), (held.seconds - full.seconds) * 100 / (double)load.seconds);
}

static int run_calls(void)
{
	struct process_use before;
	double used, lns_used, took;
	bool all = all_tunnels();

	before = process_use(load.lns);
	used = lac_own_seconds();
	all = all && all_calls();
	took = load.calls.last - load.calls.began;
	lns_used = process_use(load.lns).seconds - before.seconds;
	printf("calls_per_second=%.0f first_tenth=%.0f last_tenth=%.0f our_percent=%.0f lns_percent=%.0f",
	       lac_rate((double)load.calls.up, took), lac_first_tenth(&load.calls), lac_last_tenth(&load.calls),
	       lac_rate(100, took) * (lac_own_seconds() - used), lac_rate(100, took) * lns_used);
	if (load.seconds)
		hold(&before);
	print_sums();
	putchar('\n');
	return all ? 0 : 1;
}

/* --- storm --- */

static int run_storm(void)
{
	unsigned long early = 0;
	double now, most = 0;

	load.reopens = true;
	load.calls.began = now = lac_seconds();
	open_tunnels(load.tunnels_wanted);
	party_settle(&load.party);
	while (now - load.calls.began < LAC_PATIENCE &&
	       (load.tunnels_up < load.tunnels_wanted || load.calls.up < load.calls.wanted)) {
		party_turn(&load.party, NULL, 100);
		now = lac_seconds();
		if (now - load.calls.began < EARLY)
			early = load.tunnels_up;
	}
	for (unsigned long i = 0; i < load.tunnels_wanted; i++)
		most = load.tunnels[i].took > most ? load.tunnels[i].took : most;
	printf("asked=%lu early=%lu seconds=%.2f slowest=%.2f", load.tunnels_wanted, early, now - load.calls.began,
	       most);
	print_sums();
	putchar('\n');
	return load.tunnels_up == load.tunnels_wanted && load.calls.up == load.calls.wanted ? 0 : 1;
}

/* --- flood --- */

/* What tunnels that were there before have to do meanwhile: a call now here, now there, and HELLOs. */
static void go_on(unsigned long step)
{
	unsigned long count = load.tunnels_wanted - NEWCOMERS;
	struct tunnel *caller = &load.tunnels[step % count], *greeter = &load.tunnels[(step + count / 2) % count];

	control_hello(load.party.control, greeter->handle, party_now());
	if (caller->has_call_asked)
		return;		/* it is slow, or lost: the slowest call tells */
	caller->has_call_asked = true;
	caller->call_asked = lac_seconds();
	open_call(caller);
}

/* Of the tunnels that were there before. */
static uint64_t repeated(void)
{
	uint64_t sum = 0;

	for (unsigned long i = 0; i < load.tunnels_wanted - NEWCOMERS; i++) {
		struct control_tunnel_info info;

		if (control_tunnel_info(load.party.control, load.tunnels[i].handle, &info) == 0)
			sum += info.channel.retransmitted;
	}
	return sum;
}

static uint64_t flood(int fd)
{
	uint64_t sent = 0;
	unsigned long steps = 0;
	double elapsed = 0;

	load.calls.began = lac_seconds();
	for (; elapsed < (double)load.seconds; elapsed = lac_seconds() - load.calls.began) {
		if (!load.rate || (double)sent < (double)load.rate * elapsed)
			sent += flood_send(fd, &load.invented, FLOOD_BATCH);
		if (elapsed > FLOOD_STEP * (double)(steps + 1))
			go_on(steps++);
		if (load.tunnels_asked < load.tunnels_wanted &&
		    elapsed > 1 + (double)(load.tunnels_asked - (load.tunnels_wanted - NEWCOMERS)))
			open_tunnels(NEWCOMERS);
		party_settle(&load.party);
		party_turn(&load.party, NULL, 0);
	}
	return sent;
}

/* What was asked at the end is still to be answered. */
static void linger(void)
{
	double until = lac_seconds() + 1;

	while (load.calls.up + load.calls_lost < load.calls_asked && lac_seconds() < until)
		party_turn(&load.party, NULL, 100);
}

static double slowest_newcomer(void)
{
	double most = 0;

	for (unsigned long i = load.tunnels_wanted - NEWCOMERS; i < load.tunnels_wanted; i++) {
		double took = load.tunnels[i].is_up ? load.tunnels[i].took : (double)load.seconds;

		most = took > most ? took : most;
	}
	return most;
}

static int run_flood(void)
{
	int fd = flood_open(&load.peer);
	struct process_use before;
	uint64_t sent, repeated_before;
	double used;

	if (fd < 0)
		lac_fail("raw socket");
	if (!all_tunnels())
		return 1;
	load.tunnels_wanted += NEWCOMERS;
	load.calls.wanted = 0;
	repeated_before = repeated();
	before = process_use(load.lns);
	sent = flood(fd);
	used = process_use(load.lns).seconds - before.seconds;
	linger();
	printf("requests_per_second=%.0f repeated=%llu slowest_call=%.3f newcomer=%.3f",
	       lac_rate((double)sent, (double)load.seconds), (unsigned long long)(repeated() - repeated_before),
	       load.slowest_call, slowest_newcomer());
	printf(" lns_percent=%.0f lns_growth=%lld", lac_rate(100, (double)load.seconds) * used,
	       (long long)(process_use(load.lns).octets - before.octets));
	printf(" calls_missing=%lu", load.calls_asked - load.calls.up - load.calls_lost);
	print_sums();
	putchar('\n');
	close(fd);
	return 0;
}

/* --- beginning and end --- */

static void usage(void)
{
	fputs("usage: calls [-g] [-t TUNNELS] [-n CALLS] [-p COUNT] [-a ADDRESS] [-f ADDRESS/BITS] [-w WINDOW]\n"
	      "             [-r MS] [-m TIMES] [-S SECONDS] [-R RATE] [-l PID] calls|storm|flood PEER[:PORT]\n",
	      stderr);
	exit(2);
}

static bool take_option(int option, char *value)
{
	unsigned long number = value ? strtoul(value, NULL, 10) : 0;

	switch (option) {
	case 't': load.tunnels_wanted = number; return number > 0;
	case 'n': load.calls.wanted = number; return true;
	case 'p': load.at_once = number; return number > 0;
	case 'a': return address_parse(value, &load.sources) && load.sources.family == AF_INET;
	case 'f': return flood_parse_sources(value, &load.invented);
	case 'w': load.settings.receive_window = (uint16_t)number; return number > 0;
	case 'r': load.settings.retry_timeout = (uint32_t)number; return number > 0;
	case 'm': load.settings.max_retries = (uint32_t)number; return true;
	case 'S': load.seconds = number; return true;
	case 'R': load.rate = number; return true;
	case 'l': load.lns = (pid_t)number; return true;
	case 'g': load.party.trains = true; return true;
	default: return false;
	}
}

static void parse(int argc, char **argv)
{
	int option;

	load.settings = lac_tunnel_settings();
	load.tunnels_wanted = 1;
	load.at_once = 64;
	flood_parse_sources((char[]){ "10.128.0.0/9" }, &load.invented);
	while ((option = getopt(argc, argv, "gt:n:p:a:f:w:r:m:S:R:l:")) != -1)
		if (!take_option(option, optarg))
			usage();
	if (optind + 2 != argc || !lac_parse_peer(argv[optind + 1], &load.peer))
		usage();
}

/* The tunnels' paths; also those of newcomers. */
static void prepare(void)
{
	unsigned long count = load.tunnels_wanted + NEWCOMERS;

	load.tunnels = calloc(count, sizeof(*load.tunnels));
	if (!load.tunnels)
		lac_fail("tunnels");
	for (unsigned long i = 0; i < count; i++)
		load.tunnels[i].path = lac_path(&load.peer, &load.sources, i);
}

static void part(void)
{
	for (unsigned long i = 0; i < load.tunnels_asked; i++)
		control_close(load.party.control, load.tunnels[i].handle, 1, 0, NULL, party_now());
	party_settle(&load.party);
	lac_await_acknowledgements(&load.party, 2);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(void);
	} modes[] = { { "calls", run_calls }, { "storm", run_storm }, { "flood", run_flood } };
	const struct endpoint local = { .address.family = AF_INET, .port = LAC_PORT };
	bool trains;
	int status = -1;

	parse(argc, argv);
	prepare();
	trains = load.party.trains;
	if (party_begin(&load.party, &local, act) < 0)
		lac_fail("socket");
	if (trains)
		party_use_trains(&load.party);
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (!strcmp(argv[optind], modes[i].name))
			status = modes[i].run();
	if (status < 0)
		usage();
	part();
	party_end(&load.party);
	free(load.tunnels);
	free(load.came_up);
	return status;
}
