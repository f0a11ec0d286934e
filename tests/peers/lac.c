/* SPDX-License-Identifier: MIT */
/*
 * One end of L2TPv2 tunnels, against whom it may concern: our engine over a UDP socket, told what to do by lines on
 * its standard input, and telling what happens by lines on its standard output.
 *
 *	lac [options] [PEER[:PORT]]
 *	-b ADDRESS[:PORT]	bind to this (default: any address and port)
 *	-L			listen: tunnels that peers ask for are accepted
 *	-s SECRET -c -H		of the tunnels; with a challenge of ours; hide AVPs
 *	-w WINDOW		receive window that we announce (default 16)
 *	-e MS -r MS -m TIMES	HELLO after silence (0: never), first retransmission, retransmissions
 *	-T TUNNELS -n CALLS	open this many at once, with this many calls in each, and print the rate
 *	-o			calls are outgoing ones: we are the LNS that asks for them
 *	-x			end when all these are up
 *
 * Commands: tunnel | call [N] | outcall [N] (in the newest tunnel) | hangup (all calls) | close (all tunnels) |
 * lcp [CODE] (in each call; 1: Configure-Request) | sli | counters | quit.  The end of the input is nothing special.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "party.h"

#define PORT 1701
#define ESTABLISH_MS 60000
#define LINE_MAX_OCTETS 256
#define PARTING_MS 400		/* for the last messages, and their acknowledgements */

struct handles {
	handle *items;
	size_t count, size;
};

static struct lac {
	struct party party;		/* the first member: an event's party is this */
	struct control_tunnel_settings settings;
	struct endpoint peer;
	bool listens, outgoing, ends, done, is_load;
	unsigned long tunnels_wanted, calls_wanted;	/* calls: in each */
	unsigned long tunnels_up, calls_up, tunnels_lost, calls_lost;
	uint64_t began;
	struct handles tunnels, calls;
} lac;

static void remember(struct handles *handles, handle h)
{
	if (handles->count == handles->size) {
		handles->size = handles->size ? handles->size * 2 : 64;
		handles->items = realloc(handles->items, handles->size * sizeof(*handles->items));
		if (!handles->items)
			exit(1);
	}
	handles->items[handles->count++] = h;
}

/* --- what is asked of the engine --- */

static void open_tunnel(void)
{
	const struct control_path path = { .port = 1, .peer = lac.peer };
	struct error error;
	handle tunnel;

	if (control_open(lac.party.control, &path, 0, &lac.settings, NULL, &tunnel, party_now(), &error) < 0)
		printf("error %s\n", error.text);
	else
		remember(&lac.tunnels, tunnel);
}

static struct control_call_settings call_settings(void)
{
	return (struct control_call_settings){
		.avps = {
			.present = AVP_BIT(AVP_CALLED_NUMBER) | AVP_BIT(AVP_CALLING_NUMBER) | AVP_BIT(AVP_BEARER_TYPE),
			.call_serial_number = 1, .called_number = { (const uint8_t *)"5550100", 7 },
			.calling_number = { (const uint8_t *)"5550199", 7 }, .tx_connect_speed = 100000000,
			.minimum_bps = 64000, .maximum_bps = 100000000, .framing_type = 1, .bearer_type = 1,
		},
		.establish_timeout = ESTABLISH_MS,
	};
}

static void open_calls(handle tunnel, enum control_call_role role, unsigned long count)
{
	const struct control_call_settings settings = call_settings();
	struct error error;
	handle call;

	for (unsigned long i = 0; i < count; i++) {
		if (control_call_open(lac.party.control, tunnel, role, 0, &settings, NULL, &call, party_now(),
				      &error) < 0) {
			printf("error %s\n", error.text);
			return;
		}
		remember(&lac.calls, call);
	}
}

static void hang_up(void)
{
	const struct control_reason reason = { .result = 3, .text = "hung up" };

	for (size_t i = 0; i < lac.calls.count; i++)
		control_call_close(lac.party.control, lac.calls.items[i], &reason, party_now());
	lac.calls.count = 0;
}

static void close_tunnels(void)
{
	for (size_t i = 0; i < lac.tunnels.count; i++)
		control_close(lac.party.control, lac.tunnels.items[i], 1, 0, "closed", party_now());
	lac.tunnels.count = lac.calls.count = 0;
}

static void tell_link(void)
{
	const struct avp_accm accm = { 0xffffffff, 0xffffffff };

	for (size_t i = 0; i < lac.calls.count; i++)
		control_call_link(lac.party.control, lac.calls.items[i], &accm, party_now());
}

/* Frames of PPP, so that there are some. */
static void send_lcp(uint8_t code)
{
	const uint8_t frame[] = { 0xff, 0x03, 0xc0, 0x21, code, 1, 0, 4 };

	for (size_t i = 0; i < lac.calls.count; i++) {
		struct control_call_info call;
		struct control_tunnel_info tunnel;

		if (control_call_info(lac.party.control, lac.calls.items[i], &call) < 0 ||
		    control_tunnel_info(lac.party.control, call.tunnel, &tunnel) < 0)
			continue;
		party_send_data(&lac.party, &tunnel.path, tunnel.peer_tunnel_id, call.peer_session_id,
				frame, sizeof(frame));
	}
}

/* --- telling --- */

static void print_counters(void)
{
	struct control_counters all;
	uint64_t hellos_sent = 0, hellos_received = 0, retransmitted = 0, duplicates = 0;

	control_counters(lac.party.control, &all);
	for (size_t i = 0; i < lac.tunnels.count; i++) {
		struct control_tunnel_info info;

		if (control_tunnel_info(lac.party.control, lac.tunnels.items[i], &info) < 0)
			continue;
		hellos_sent += info.hellos_sent;
		hellos_received += info.hellos_received;
		retransmitted += info.channel.retransmitted;
		duplicates += info.channel.duplicates;
	}
	printf("counters tunnels=%lu calls=%lu data=%llu hellos_sent=%llu hellos_received=%llu retransmitted=%llu "
	       "duplicates=%llu malformed=%llu ignored_avps=%llu vendor_avps=%llu unknown=%llu\n",
	       lac.tunnels_up, lac.calls_up, (unsigned long long)lac.party.data_frames, (unsigned long long)hellos_sent,
	       (unsigned long long)hellos_received, (unsigned long long)retransmitted, (unsigned long long)duplicates,
	       (unsigned long long)all.malformed, (unsigned long long)all.ignored_avps,
	       (unsigned long long)all.vendor_avps, (unsigned long long)(all.unknown_tunnel + all.unknown_session));
}

static void print_reason(const struct control_reason *reason)
{
	printf(" by=%s result=%u error=%u text='%s'\n", reason->by_peer ? "peer" : "us", reason->result, reason->error,
	       reason->text);
}

static void print_tunnel(handle tunnel)
{
	struct control_tunnel_info info;

	if (lac.is_load || control_tunnel_info(lac.party.control, tunnel, &info) < 0)
		return;
	printf("tunnel up id=%u peer_id=%u host='%s' vendor='%s' firmware=%u window=%u framing=%u bearer=%u\n",
	       info.tunnel_id, info.peer_tunnel_id, info.peer_host_name, info.peer_vendor_name, info.peer_firmware,
	       info.peer_window, info.peer_framing, info.peer_bearer);
}

static void print_call(const char *what, handle call)
{
	static const char *const roles[] = { "lac-incoming", "lns-incoming", "lns-outgoing", "lac-outgoing" };
	struct control_call_info info;

	if (!lac.is_load && control_call_info(lac.party.control, call, &info) == 0)
		printf("call %s id=%u peer_id=%u role=%s\n", what, info.session_id, info.peer_session_id,
		       roles[info.role]);
}

/* Of what was asked for at the start: when all is there, how long did it take? */
static void check_load(void)
{
	uint64_t took = party_now() - lac.began;

	if (!lac.is_load || lac.tunnels_up < lac.tunnels_wanted || lac.calls_up < lac.tunnels_wanted * lac.calls_wanted)
		return;
	lac.is_load = false;
	printf("rate tunnels=%lu calls=%lu ms=%llu calls_per_second=%.0f\n", lac.tunnels_up, lac.calls_up,
	       (unsigned long long)took, (double)lac.calls_up * 1000 / (double)(took ? took : 1));
	if (!lac.ends)
		return;
	print_counters();
	lac.done = true;
}

/* --- events --- */

static void requested(const struct control_event *event)
{
	char text[ENDPOINT_TEXT_MAX];

	printf("request from=%s\n", endpoint_format(&event->path.peer, text, sizeof(text)));
	if (lac.listens)
		control_accept(lac.party.control, event->request, &lac.settings, NULL, party_now());
	else
		control_refuse(lac.party.control, event->request, 4, 0, "nobody is let in here", party_now());
}

static void tunnel_up(const struct control_event *event)
{
	size_t i = 0;

	lac.tunnels_up++;
	while (i < lac.tunnels.count && lac.tunnels.items[i] != event->tunnel)
		i++;
	if (i == lac.tunnels.count)
		remember(&lac.tunnels, event->tunnel);
	print_tunnel(event->tunnel);
	if (lac.is_load)
		open_calls(event->tunnel, lac.outgoing ? CONTROL_CALL_LNS_OUTGOING : CONTROL_CALL_LAC_INCOMING,
			   lac.calls_wanted);
	check_load();
}

static void call_requested(const struct control_event *event)
{
	const struct control_call_settings settings = call_settings();

	print_call("request", event->call);
	if (control_call_accept(lac.party.control, event->call, 0, &settings, NULL, party_now(), NULL) == 0)
		remember(&lac.calls, event->call);
}

static void act(struct party *party, const struct control_event *event)
{
	switch (event->kind) {
	case CONTROL_EVENT_REQUEST:
		requested(event);
		break;
	case CONTROL_EVENT_TUNNEL_UP:
		tunnel_up(event);
		break;
	case CONTROL_EVENT_TUNNEL_DOWN:
		lac.tunnels_lost++;
		printf("tunnel down");
		print_reason(event->reason);
		break;
	case CONTROL_EVENT_REQUEST_DOWN:
		printf("request down");
		print_reason(event->reason);
		break;
	case CONTROL_EVENT_QUIET:
		control_hello(party->control, event->tunnel, party_now());
		break;
	case CONTROL_EVENT_CALL_REQUEST:
		call_requested(event);
		break;
	case CONTROL_EVENT_CALL_BEARER:
		control_call_connected(party->control, event->call, party_now());
		break;
	case CONTROL_EVENT_CALL_UP:
		lac.calls_up++;
		print_call("up", event->call);
		check_load();
		break;
	case CONTROL_EVENT_CALL_DOWN:
		lac.calls_lost++;
		printf("call down");
		print_reason(event->reason);
		break;
	case CONTROL_EVENT_CALL_ERRORS:
	case CONTROL_EVENT_CALL_LINK:
		puts(event->kind == CONTROL_EVENT_CALL_LINK ? "sli" : "wen");
		break;
	}
}

/* --- commands --- */

static void command(const char *line)
{
	char word[16] = "";
	unsigned long count = 1;
	bool has_tunnel = lac.tunnels.count > 0;
	handle tunnel = has_tunnel ? lac.tunnels.items[lac.tunnels.count - 1] : HANDLE_NONE;

	sscanf(line, "%15s %lu", word, &count);
	if (!strcmp(word, "tunnel"))
		open_tunnel();
	else if (!strcmp(word, "call"))
		open_calls(tunnel, CONTROL_CALL_LAC_INCOMING, count);
	else if (!strcmp(word, "outcall"))
		open_calls(tunnel, CONTROL_CALL_LNS_OUTGOING, count);
	else if (!strcmp(word, "hangup"))
		hang_up();
	else if (!strcmp(word, "close"))
		close_tunnels();
	else if (!strcmp(word, "lcp"))
		send_lcp((uint8_t)count);
	else if (!strcmp(word, "sli"))
		tell_link();
	else if (!strcmp(word, "counters"))
		print_counters();
	else if (!strcmp(word, "quit"))
		lac.done = true;
	else
		printf("error no command '%s'\n", word);
}

/* What is there of the input, line by line. False: its end. */
static bool read_commands(void)
{
	static char line[LINE_MAX_OCTETS];
	static size_t used;
	ssize_t got = read(STDIN_FILENO, line + used, sizeof(line) - 1 - used);
	char *end;

	if (got <= 0)
		return got < 0 && errno == EINTR;
	used += (size_t)got;
	line[used] = '\0';
	while ((end = strchr(line, '\n'))) {
		*end = '\0';
		command(line);
		used -= (size_t)(end + 1 - line);
		memmove(line, end + 1, used + 1);
	}
	return used < sizeof(line) - 1;
}

/* --- options --- */

static void usage(void)
{
	fputs("usage: lac [-b ADDRESS[:PORT]] [-LcHox] [-s SECRET] [-w WINDOW] [-e MS] [-r MS] [-m TIMES]\n"
	      "           [-T TUNNELS] [-n CALLS] [PEER[:PORT]]\n", stderr);
	exit(2);
}

/* IPv4 with or without a port, IPv6 without. */
static struct endpoint parse_endpoint(char *text, uint16_t port)
{
	struct endpoint endpoint = { .port = port };
	char *colon = strchr(text, ':');

	if (colon && !strchr(colon + 1, ':')) {
		*colon = '\0';
		endpoint.port = (uint16_t)atoi(colon + 1);
	}
	if (!address_parse(text, &endpoint.address))
		usage();
	return endpoint;
}

static void take_secret(const char *secret)
{
	lac.settings.secret_length = (uint16_t)strnlen(secret, CONTROL_SECRET_MAX);
	memcpy(lac.settings.secret, secret, lac.settings.secret_length);
}

static bool take_option(int option, char *value, struct endpoint *local)
{
	switch (option) {
	case 'b': *local = parse_endpoint(value, 0); return true;
	case 'L': lac.listens = true; return true;
	case 'c': lac.settings.auth = CONTROL_AUTH_CHALLENGE; return true;
	case 'H': lac.settings.hide_avps = true; return true;
	case 'o': lac.outgoing = true; return true;
	case 'x': lac.ends = true; return true;
	case 's': take_secret(value); return true;
	case 'w': lac.settings.receive_window = (uint16_t)atoi(value); return true;
	case 'e': lac.settings.hello_timeout = (uint32_t)atoi(value); return true;
	case 'r': lac.settings.retry_timeout = (uint32_t)atoi(value); return true;
	case 'm': lac.settings.max_retries = (uint32_t)atoi(value); return true;
	case 'T': lac.tunnels_wanted = strtoul(value, NULL, 10); return true;
	case 'n': lac.calls_wanted = strtoul(value, NULL, 10); return true;
	default: return false;
	}
}

static void parse(int argc, char **argv, struct endpoint *local)
{
	int option;

	lac.settings = (struct control_tunnel_settings){
		.host_name = "lac", .vendor_name = "l2tpd", .framing_capabilities = 3, .bearer_capabilities = 3,
		.receive_window = 16, .retry_timeout = 1000, .retry_timeout_most = 8000, .max_retries = 5,
		.establish_timeout = ESTABLISH_MS,
	};
	while ((option = getopt(argc, argv, "b:Ls:cHw:e:r:m:T:n:ox")) != -1)
		if (!take_option(option, optarg, local))
			usage();
	if (optind < argc)
		lac.peer = parse_endpoint(argv[optind], PORT);
	else if (!lac.listens)
		usage();
	if (local->address.family == AF_UNSPEC) {
		local->address.family = lac.peer.address.family == AF_INET6 ? AF_INET6 : AF_INET;
		local->port = lac.listens ? PORT : 0;
	}
	lac.is_load = lac.tunnels_wanted > 0;
}

int main(int argc, char **argv)
{
	struct endpoint local = { .port = 0 };
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	uint64_t parting;

	setvbuf(stdout, NULL, _IOLBF, 0);
	parse(argc, argv, &local);
	if (party_begin(&lac.party, &local, act) < 0) {
		perror("lac");
		return 1;
	}
	puts("ready");
	lac.began = party_now();
	for (unsigned long i = 0; i < lac.tunnels_wanted; i++)
		open_tunnel();
	party_settle(&lac.party);
	while (!lac.done) {
		party_turn(&lac.party, &input, 1000);
		if (input.revents && !read_commands())
			input.fd = -1;
		party_settle(&lac.party);
	}
	close_tunnels();
	for (parting = party_now() + PARTING_MS; party_now() < parting;)
		party_turn(&lac.party, NULL, PARTING_MS / 4);
	party_end(&lac.party);
	free(lac.tunnels.items);
	free(lac.calls.items);
	return 0;
}
