/* SPDX-License-Identifier: MIT */
/*
 * Subscribers of an LNS, as many and as fast as it lets in: the LAC of the benchmarks (ppp.sh) and the PPP of all who
 * call through it.  Our engines over one UDP socket, in one thread.
 *
 *	subscribers PEER[:PORT]	 tunnels, then calls in all of them in turn, each with PPP until it has an IPv4 address
 *	-t TUNNELS -n COUNT	 this many; subscribers: in all tunnels together
 *	-p COUNT		 that are coming up at once, also in all
 *	-a ADDRESS		 each tunnel comes from an address of its own, from this one on
 *	-w WINDOW		 what we announce
 *	-u NAME -s SECRET	 who they are; "NAME%": with a number behind it, from 0 on
 *	-m md5|mschapv2|pap	 how they prove it
 *	-S SECONDS		 hold them so long, and tell what the LNS takes meanwhile
 *	-k			 after that, until standard input ends, too
 *	-F ADDRESS -L OCTETS	 IPv4 packets of this length with UDP from the first subscriber to there meanwhile
 *	-A			 they cannot be joined on the way
 *	-l PID			 the LNS: what it takes of processor and memory is told
 *	-g			 datagrams of one length go, and come, together: UDP GSO and GRO
 *
 * One line of NAME=VALUE words tells the result, when they are up and were held; another when they are gone. Status 1:
 * not all came up in time, or one was lost.
 */
#include <arpa/inet.h>
#include <getopt.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "calls_process.h"
#include "lac.h"
#include "subscribers_link.h"
#include "wire/data_header_v2.h"
#include "wire/ppp.h"

#define DISCARD 9
#define PACKET_MOST 1500
#define TURNS_FLOODED 16	/* batches of packets until it is looked whether something else is to be done */

struct tunnel {
	handle handle;
	struct control_path path;
	unsigned long asked;		/* calls */
};

static struct load {
	struct party party;
	struct control_tunnel_settings settings;
	struct endpoint peer;
	struct address sources;		/* AF_UNSPEC: the system's choice */
	struct line_users users;
	char user[64];
	unsigned long tunnels_wanted, at_once, seconds;
	pid_t lns;
	bool keep;
	struct in_addr flooded;		/* any: nobody is */
	size_t flood_length;
	bool apart;

	struct tunnel *tunnels;
	uint16_t tunnel_of[65536];	/* by our id: number of the tunnel */
	struct line *lines;		/* share of each tunnel */
	unsigned long share;
	struct tunnel **came_up;	/* where subscribers did, since others were asked for */
	unsigned long came_up_count;
	unsigned long tunnels_asked, tunnels_up, asked, lost, turn;
	struct lac_progress subscribers;
	double lns_began, lns_tenth, lns_nine_tenths;	/* what the LNS had taken of processors then */
} load;

static void complain(const char *what, const char *why)
{
	fprintf(stderr, "subscribers: %s: %s\n", what, why);
}

/* --- asking --- */

static void open_tunnels(void)
{
	struct error error;

	while (load.tunnels_asked < load.tunnels_wanted && load.tunnels_asked - load.tunnels_up < LAC_TUNNELS_AT_ONCE) {
		struct tunnel *tunnel = &load.tunnels[load.tunnels_asked++];

		if (control_open(load.party.control, &tunnel->path, 0, &load.settings, tunnel, &tunnel->handle,
				 party_now(), &error) == 0)
			continue;
		complain("a tunnel", error.text);
		exit(1);
	}
}

/* Its id names the subscriber: the calls of a tunnel are numbered. */
static void open_call(struct tunnel *tunnel)
{
	unsigned long number = (unsigned long)(tunnel - load.tunnels) * load.share + tunnel->asked;
	struct line *line = &load.lines[number];
	struct error error;
	handle call;

	load.asked++;
	tunnel->asked++;
	*line = (struct line){ .path = &tunnel->path, .number = number };
	if (control_call_open(load.party.control, tunnel->handle, CONTROL_CALL_LAC_INCOMING, (uint16_t)tunnel->asked,
			      &lac_call_settings, line, &call, party_now(), &error) == 0)
		return;
	complain("a call", error.text);
	exit(1);
}

/* The next one: where one has come up, so that all tunnels are as busy, until that has its share; then the next. */
static void next_call(struct tunnel *tunnel)
{
	if (load.asked >= load.subscribers.wanted)
		return;
	while (!tunnel || tunnel->asked >= load.share) {
		tunnel = &load.tunnels[load.turn];
		load.turn = (load.turn + 1) % load.tunnels_wanted;
	}
	open_call(tunnel);
}

/* --- events --- */

static void subscriber_up(struct line *line)
{
	unsigned long up = lac_is_up(&load.subscribers), tenth = load.subscribers.wanted / 10;

	if (up == tenth)
		load.lns_tenth = process_use(load.lns).seconds;
	if (up == load.subscribers.wanted - tenth)
		load.lns_nine_tenths = process_use(load.lns).seconds;
	if (load.came_up)
		load.came_up[load.came_up_count++] = &load.tunnels[line->number / load.share];
}

static void subscriber_down(struct line *line, const char *why)
{
	if (!load.lost++)
		complain(line->is_up ? "a subscriber is lost" : "a subscriber does not come up", why);
	if (line->is_up)
		load.subscribers.up--;
}

static void call_up(const struct control_event *event)
{
	struct line *line = event->owner;
	struct control_tunnel_info tunnel;
	struct control_call_info call;

	if (control_call_info(load.party.control, event->call, &call) < 0 ||
	    control_tunnel_info(load.party.control, event->tunnel, &tunnel) < 0)
		return;
	line->tunnel_id = tunnel.peer_tunnel_id;
	line->session_id = call.peer_session_id;
	line_open(line);
}

static void tunnel_up(const struct control_event *event)
{
	const struct tunnel *tunnel = event->owner;
	struct control_tunnel_info info;

	if (control_tunnel_info(load.party.control, event->tunnel, &info) < 0)
		return;
	load.tunnel_of[info.tunnel_id] = (uint16_t)(tunnel - load.tunnels);
	load.tunnels_up++;
}

static void act(struct party *party, const struct control_event *event)
{
	switch (event->kind) {
	case CONTROL_EVENT_TUNNEL_UP:
		tunnel_up(event);
		break;
	case CONTROL_EVENT_TUNNEL_DOWN:
		complain("a tunnel goes down", event->reason->text);
		exit(1);
	case CONTROL_EVENT_QUIET:
		control_hello(party->control, event->tunnel, party_now());
		break;
	case CONTROL_EVENT_CALL_UP:
		call_up(event);
		break;
	case CONTROL_EVENT_CALL_DOWN:
		if (((struct line *)event->owner)->link == HANDLE_NONE)
			subscriber_down(event->owner, event->reason->text);
		break;
	default:
		break;		/* nobody asks us for anything */
	}
}

static void take_data(struct party *party, const uint8_t *octets, size_t length)
{
	struct data_header_v2 header;
	struct tunnel *tunnel;

	(void)party;
	if (data_header_v2_read(octets, length, &header) != DATA_V2_OK)
		return;
	tunnel = &load.tunnels[load.tunnel_of[header.tunnel_id]];
	if (header.session_id >= 1 && header.session_id <= tunnel->asked)
		line_receive(&load.lines[(unsigned long)(tunnel - load.tunnels) * load.share + header.session_id - 1],
			     octets + header.offset, header.length);
}

/* What came up together is followed together: messages of a kind, which are as long as each other, form trains. */
static void turn(uint64_t most)
{
	party_turn(&load.party, NULL, lines_wait(most));
	lines_settle();
	if (!load.came_up_count)
		return;
	for (unsigned long i = 0; i < load.came_up_count; i++)
		next_call(load.came_up[i]);
	load.came_up_count = 0;
	party_settle(&load.party);
}

/* --- coming up --- */

static bool all_tunnels(void)
{
	double until = lac_seconds() + LAC_PATIENCE;

	while (load.tunnels_up < load.tunnels_wanted && lac_seconds() < until) {
		open_tunnels();
		party_settle(&load.party);
		turn(1000);
	}
	return load.tunnels_up == load.tunnels_wanted;
}

static bool all_subscribers(void)
{
	struct lac_progress *all = &load.subscribers;

	all->began = all->last = lac_seconds();
	for (unsigned long i = 0; i < load.at_once; i++)
		next_call(NULL);
	party_settle(&load.party);
	while (all->up + load.lost < all->wanted && lac_seconds() - all->last < LAC_PATIENCE)
		turn(1000);
	return all->up == all->wanted;
}

/* --- telling --- */

/* Nothing is done but what the peer, and the timers, want. */
static void hold(const struct process_use *before)
{
	struct process_use full = process_use(load.lns), held;
	double until;

	/* What the last ones left to be done shall not count as idle. */
	for (until = lac_seconds() + 1; lac_seconds() < until;)
		turn(1000);
	full.seconds = process_use(load.lns).seconds;
	for (until = lac_seconds() + (double)load.seconds; lac_seconds() < until;)
		turn(1000);
	held = process_use(load.lns);
	printf(" octets_each=%.0f idle_percent=%.3f",
	       lac_rate((double)(full.octets - before->octets), (double)load.subscribers.up),
	       lac_rate((held.seconds - full.seconds) * 100, (double)load.seconds));
}

static bool bring_up(void)
{
	struct process_use before;
	double used, lns_used, took;
	bool all = all_tunnels();

	before = process_use(load.lns);
	load.lns_began = before.seconds;
	used = lac_own_seconds();
	all = all && all_subscribers();
	took = load.subscribers.last - load.subscribers.began;
	lns_used = process_use(load.lns).seconds - before.seconds;
	used = lac_own_seconds() - used;
	printf("late_cpu=%.3f ", lac_rate(load.lns_tenth - load.lns_began,
				      before.seconds + lns_used - load.lns_nine_tenths));
	printf("subscribers_per_second=%.0f first_tenth=%.0f last_tenth=%.0f seconds=%.3f our_percent=%.0f "
	       "lns_percent=%.0f per_lns_second=%.0f", lac_rate((double)load.subscribers.up, took),
	       lac_first_tenth(&load.subscribers), lac_last_tenth(&load.subscribers), took, lac_rate(100, took) * used,
	       lac_rate(100, took) * lns_used, lac_rate((double)load.subscribers.up, lns_used));
	if (load.seconds)
		hold(&before);
	printf(" up=%lu lost=%lu\n", load.subscribers.up, load.lost);
	fflush(stdout);
	return all;
}

/* --- a flood of packets --- */

static uint32_t sum_of(const void *octets, size_t length)
{
	const uint8_t *octet = octets;
	uint32_t sum = 0;

	for (size_t i = 0; i < length; i++)
		sum += i % 2 ? octet[i] : (uint32_t)octet[i] << 8;
	return sum;
}

static uint16_t finish(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~(sum + (sum >> 16)));
}

/* As a socket's: one flow, whose packets are numbered. Apart: without a checksum of UDP's, so that nobody may join
 * them. */
static void make_packet(uint8_t *packet, uint16_t number)
{
	struct iphdr ip = { .version = 4, .ihl = 5, .tot_len = htons((uint16_t)load.flood_length), .ttl = 64,
			    .id = htons(number), .protocol = IPPROTO_UDP, .saddr = load.lines[0].address.v4.s_addr,
			    .daddr = load.flooded.s_addr };
	uint16_t udp_length = (uint16_t)(load.flood_length - sizeof(ip));
	struct udphdr udp = { .source = htons(DISCARD), .dest = htons(DISCARD), .len = htons(udp_length) };

	ip.check = finish(sum_of(&ip, sizeof(ip)));
	if (!load.apart)
		udp.check = finish(sum_of(&ip.saddr, 8) + IPPROTO_UDP + udp_length + sum_of(&udp, sizeof(udp)));
	memset(packet, 0, load.flood_length);
	memcpy(packet, &ip, sizeof(ip));
	memcpy(packet + sizeof(ip), &udp, sizeof(udp));
}

static void flood(void)
{
	static uint8_t octets[PARTY_FRAMES_MAX][PPP_HEADER_LENGTH + PACKET_MOST];
	static uint16_t number;
	struct party_frame frames[PARTY_FRAMES_MAX];
	const struct line *line = &load.lines[0];

	for (unsigned int turns = 0; turns < TURNS_FLOODED; turns++) {
		for (unsigned int i = 0; i < PARTY_FRAMES_MAX; i++) {
			ppp_header_write(PPP_IPV4, octets[i]);
			make_packet(octets[i] + PPP_HEADER_LENGTH, number++);
			frames[i] = (struct party_frame){ line->path, line->tunnel_id, line->session_id, octets[i],
							  PPP_HEADER_LENGTH + load.flood_length };
		}
		party_send_frames(&load.party, frames, PARTY_FRAMES_MAX);
	}
}

/* Until standard input ends. */
static void stay(void)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };

	while (poll(&input, 1, 0) == 0) {
		if (load.flooded.s_addr)
			flood();
		turn(load.flooded.s_addr ? 0 : 200);
	}
}

/* --- beginning and end --- */

static void usage(void)
{
	fputs("usage: subscribers [-gkA] [-t TUNNELS] [-n COUNT] [-p COUNT] [-a ADDRESS] [-w WINDOW] [-u NAME[%]]\n"
	      "                   [-s SECRET] [-m md5|mschapv2|pap] [-S SECONDS] [-F ADDRESS] [-L OCTETS] [-l PID]\n"
	      "                   PEER[:PORT]\n", stderr);
	exit(2);
}

static bool parse_method(const char *text)
{
	static const struct {
		const char *name;
		unsigned int method;
	} methods[] = { { "md5", PPP_CHAP_MD5 }, { "mschapv2", PPP_MSCHAPV2 }, { "pap", PPP_PAP } };

	load.users.methods = 0;
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (!strcmp(text, methods[i].name))
			load.users.methods = methods[i].method;
	return load.users.methods;
}

static bool parse_user(const char *text)
{
	char *percent;

	snprintf(load.user, sizeof(load.user), "%s", text);
	percent = strchr(load.user, '%');
	load.users.numbered = percent;
	if (percent)
		*percent = '\0';
	return load.user[0];
}

static bool take_option(int option, char *value)
{
	unsigned long number = value ? strtoul(value, NULL, 10) : 0;

	switch (option) {
	case 't': load.tunnels_wanted = number; return number > 0 && number < 65536;
	case 'n': load.subscribers.wanted = number; return number > 0;
	case 'p': load.at_once = number; return number > 0;
	case 'a': return address_parse(value, &load.sources) && load.sources.family == AF_INET;
	case 'w': load.settings.receive_window = (uint16_t)number; return number > 0;
	case 'u': return parse_user(value);
	case 's': load.users.password = value; return true;
	case 'm': return parse_method(value);
	case 'S': load.seconds = number; return true;
	case 'k': load.keep = true; return true;
	case 'F': return inet_pton(AF_INET, value, &load.flooded) == 1;
	case 'A': load.apart = true; return true;
	case 'L': load.flood_length = number; return number >= 28 && number <= PACKET_MOST;
	case 'l': load.lns = (pid_t)number; return true;
	case 'g': load.party.trains = true; return true;
	default: return false;
	}
}

static void parse(int argc, char **argv)
{
	int option;

	load.settings = lac_tunnel_settings();
	load.users = (struct line_users){ .name = load.user, .password = "secret", .methods = PPP_MSCHAPV2,
					  .up = subscriber_up, .down = subscriber_down };
	parse_user("user%");
	load.tunnels_wanted = load.subscribers.wanted = 1;
	load.at_once = 64;
	load.flood_length = 64;
	while ((option = getopt(argc, argv, "gkAt:n:p:a:w:u:s:m:S:F:L:l:")) != -1)
		if (!take_option(option, optarg))
			usage();
	if (optind + 1 != argc || !lac_parse_peer(argv[optind], &load.peer))
		usage();
	load.share = (load.subscribers.wanted + load.tunnels_wanted - 1) / load.tunnels_wanted;
	if (load.share > UINT16_MAX)
		usage();
}

static void prepare(void)
{
	load.tunnels = calloc(load.tunnels_wanted, sizeof(*load.tunnels));
	load.lines = calloc(load.tunnels_wanted * load.share, sizeof(*load.lines));
	load.came_up = calloc(load.subscribers.wanted, sizeof(struct tunnel *));
	if (!load.tunnels || !load.lines || !load.came_up)
		lac_fail("subscribers");
	for (unsigned long i = 0; i < load.tunnels_wanted; i++)
		load.tunnels[i].path = lac_path(&load.peer, &load.sources, i);
}

/* Nobody of them says goodbye: the tunnels go. */
static void part(void)
{
	double began = lac_seconds();
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	printf("parting=%lld.%06ld", (long long)now.tv_sec, now.tv_nsec / 1000);
	for (unsigned long i = 0; i < load.tunnels_asked; i++)
		control_close(load.party.control, load.tunnels[i].handle, 1, 0, NULL, party_now());
	party_settle(&load.party);
	lac_await_acknowledgements(&load.party, 10);
	printf(" parted_seconds=%.3f unacknowledged=%u lost_while_held=%lu\n", lac_seconds() - began,
	       control_unacknowledged(load.party.control), load.lost);
}

int main(int argc, char **argv)
{
	const struct endpoint local = { .address.family = AF_INET, .port = LAC_PORT };
	struct party party;
	bool all;

	parse(argc, argv);
	prepare();
	if (party_begin(&party, &local, act) < 0)
		lac_fail("socket");
	party.data = take_data;
	if (load.party.trains)
		party_use_trains(&party);
	load.party = party;
	if (!lines_begin(&load.party, &load.users))
		lac_fail("PPP");
	all = bring_up();
	if (all && load.keep)
		stay();
	part();
	party_end(&load.party);
	lines_end();
	free(load.tunnels);
	free(load.lines);
	free(load.came_up);
	return all && !load.lost ? 0 : 1;
}
