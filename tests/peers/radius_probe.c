/* SPDX-License-Identifier: MIT */
/*
 * Our RADIUS client alone, over real sockets, for freeradius.sh: users log in by PPP, both ends of which are in this
 * program, and whose network access server asks RADIUS whether they may; sessions are accounted; what a server demands
 * is told and answered.
 *
 * It reads commands, one a line, and answers each with a line (with lines, in the case of serve and servers):
 *	server NAME ADDRESS SECRET [TIMEOUT_MS RETRIES DEAD_MS]	ok
 *	login METHOD USER PASSWORD	accepted SERVER ... | rejected SERVER ... | failed TEXT
 *	account start|interim|stop SESSION [OCTETS]		ok
 *	daemon on|off		ok
 *	settle SECONDS		unacknowledged N: how many there are when there are none, or time is over
 *	serve SECONDS		disconnect|coa ...: for each demand; in the end ok. It has session s1 only.
 *	servers			NAME dead|alive forged N unexpected N: each; in the end ok
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "aaa/radius.h"
#include "os/clock.h"
#include "ppp/ppp.h"

#define LINE_OCTETS 512
#define SOCKETS_MAX 64
#define PATIENCE 20000			/* ms of a login */

static struct probe {
	struct radius_client *client;
	struct { unsigned int number; int fd; } sockets[SOCKETS_MAX];
	unsigned int socket_count;
	/* a login */
	struct ppp *ppp;
	handle server, user;		/* links */
	handle conversation;
	bool is_over;
	unsigned int key_count;		/* ends that encipher */
	uint8_t keys[2][2][16];
	char result[LINE_OCTETS];
} my;

static void die(const char *what)
{
	fprintf(stderr, "probe: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* --- sockets --- */

static int open_socket(unsigned int number, sa_family_t family, uint16_t port)
{
	struct endpoint local = { .address.family = family, .port = port };
	struct sockaddr_storage sockaddr;
	socklen_t length = endpoint_to_sockaddr(&local, &sockaddr);
	int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&sockaddr, length) != 0 || my.socket_count == SOCKETS_MAX)
		die("a socket");
	my.sockets[my.socket_count].number = number;
	my.sockets[my.socket_count++].fd = fd;
	return fd;
}

static int socket_of(const struct radius_datagram *datagram)
{
	for (unsigned int i = 0; i < my.socket_count; i++)
		if (my.sockets[i].number == datagram->socket)
			return my.sockets[i].fd;
	return open_socket(datagram->socket, datagram->peer.address.family, 0);
}

static void send_all(void)
{
	struct radius_datagram datagram;

	while (radius_next_datagram(my.client, &datagram, os_clock_ms())) {
		struct sockaddr_storage sockaddr;
		socklen_t length = endpoint_to_sockaddr(&datagram.peer, &sockaddr);

		/* a port that nobody has is refused: that is silence, too */
		if (sendto(socket_of(&datagram), datagram.octets, datagram.length, 0, (struct sockaddr *)&sockaddr,
			   length) < 0 && errno != ECONNREFUSED)
			die("sendto");
	}
}

static void receive(unsigned int index)
{
	uint8_t octets[4096];
	struct sockaddr_storage sockaddr;
	socklen_t length = sizeof(sockaddr);
	ssize_t received = recvfrom(my.sockets[index].fd, octets, sizeof(octets), 0, (struct sockaddr *)&sockaddr,
				    &length);
	struct radius_datagram datagram = { .socket = my.sockets[index].number, .octets = octets };

	if (received < 0 || !endpoint_from_sockaddr(&sockaddr, &datagram.peer))
		return;
	datagram.length = (size_t)received;
	radius_receive(my.client, &datagram, os_clock_ms());
}

/* --- PPP: a frame of one end is one of the other --- */

static void carry_frames(void)
{
	struct ppp_frame frame;
	uint8_t octets[PPP_FRAME_MAX];

	while (ppp_next_frame(my.ppp, &frame)) {
		memcpy(octets, frame.octets, frame.length);
		ppp_receive(my.ppp, frame.link == my.server ? my.user : my.server, octets, frame.length, os_clock_ms());
	}
}

static void ask(const struct credentials *credentials)
{
	struct radius_tunnel tunnel = { .client_name = "lac", .server_name = "lns", .private_group = "t1" };
	struct radius_session session = { .session_id = "s1", .calling = "5552", .mtu = 1460, .tunnel = &tunnel };
	struct radius_request request = { .session = &session, .credentials = credentials,
					  .conversation = my.conversation };
	struct error error;

	if (radius_ask(my.client, &request, NULL, &my.conversation, os_clock_ms(), &error) < 0) {
		snprintf(my.result, sizeof(my.result), "failed %s", error.text);
		my.is_over = true;
	}
	my.conversation = HANDLE_NONE;
}

static void begin_network(handle link)
{
	struct ppp_network network = { .ipv4 = true };

	address_parse(link == my.server ? "192.0.2.254" : "192.0.2.77", &network.local);
	network.peer_may_choose = true;
	ppp_network(my.ppp, link, &network, os_clock_ms());
}

static void keep_keys(const struct ppp_event *event)
{
	unsigned int end = event->link == my.server;

	memcpy(my.keys[end][0], event->keys->send, 16);
	memcpy(my.keys[end][1], event->keys->receive, 16);
	my.key_count++;
}

static void heed_ppp(const struct ppp_event *event)
{
	switch (event->kind) {
	case PPP_EVENT_CREDENTIALS:
		ask(event->credentials);
		break;
	case PPP_EVENT_NETWORK:
		begin_network(event->link);
		break;
	case PPP_EVENT_MPPE_UP:
		keep_keys(event);
		break;
	case PPP_EVENT_IPV4_UP:
		my.is_over |= event->link == my.user;
		break;
	case PPP_EVENT_DOWN:
		if (!my.result[0])
			snprintf(my.result, sizeof(my.result), "failed PPP: %s", event->text);
		my.is_over = true;
		break;
	default:
		break;
	}
}

/* --- what the client tells --- */

static void tell_grant(const struct radius_event *event)
{
	const struct grant *grant = event->grant;
	char address[ADDRESS_TEXT_MAX], route[PREFIX_TEXT_MAX];

	snprintf(my.result, sizeof(my.result),
		 "accepted %s address=%s route=%s timeout=%" PRIu32 " interim=%" PRIu32 " filter=%s class=%.*s "
		 "send=%" PRIu64 " message=%s", event->server, address_format(&grant->ipv4, address, sizeof(address)),
		 prefix_format(&grant->routes[0].prefix, route, sizeof(route)), grant->session_timeout,
		 grant->interim_interval, grant->filter, grant->classes[0].length,
		 (const char *)grant->classes[0].octets, grant->rate_send, event->verdict->message);
}

static void heed_answer(const struct radius_event *event)
{
	if (event->verdict->result == CREDENTIALS_ACCEPTED)
		tell_grant(event);
	else if (event->verdict->result == CREDENTIALS_CONTINUE)
		my.conversation = event->request;
	else
		snprintf(my.result, sizeof(my.result), "rejected %s %s", event->server, event->verdict->message);
	ppp_verdict(my.ppp, my.server, event->verdict, NULL, os_clock_ms());
}

static void heed_demand(const struct radius_event *event)
{
	const struct radius_dynamic *dynamic = event->dynamic;
	bool is_ours = strcmp(dynamic->selectors.session_id, "s1") == 0;

	printf("%s session=%s user=%s changes=%u send=%" PRIu64 " timeout=%" PRIu32 "\n",
	       dynamic->kind == RADIUS_COA ? "coa" : "disconnect", dynamic->selectors.session_id,
	       dynamic->selectors.user_name, dynamic->changes, dynamic->grant.rate_send,
	       dynamic->grant.session_timeout);
	radius_dynamic_answer(my.client, event->request, is_ours, is_ours ? RADIUS_CAUSE_NONE : RADIUS_CAUSE_NO_SESSION,
			      os_clock_ms());
}

static void heed(const struct radius_event *event)
{
	if (event->kind == RADIUS_EVENT_ANSWER && my.ppp) {
		heed_answer(event);
	} else if (event->kind == RADIUS_EVENT_FAILURE) {
		snprintf(my.result, sizeof(my.result), "failed %s", event->text);
		my.is_over = true;
	} else if (event->kind == RADIUS_EVENT_DYNAMIC) {
		heed_demand(event);
	}
}

static bool attend_once(void)
{
	struct radius_event told;
	struct ppp_event event;
	bool any = false;

	while (my.ppp && ppp_next_event(my.ppp, &event)) {
		heed_ppp(&event);
		any = true;
	}
	while (radius_next_event(my.client, &told, os_clock_ms())) {
		heed(&told);
		any = true;
	}
	if (my.ppp)
		carry_frames();
	return any;
}

static void attend(void)
{
	while (attend_once())
		;
	send_all();
}

/* One turn: waits for a datagram, for 20 ms at most. */
static void turn(void)
{
	struct pollfd files[SOCKETS_MAX];

	attend();
	for (unsigned int i = 0; i < my.socket_count; i++)
		files[i] = (struct pollfd){ my.sockets[i].fd, POLLIN, 0 };
	poll(files, my.socket_count, 20);
	for (unsigned int i = 0; i < my.socket_count; i++)
		if (files[i].revents)
			receive(i);
	while (radius_expire(my.client, os_clock_ms()))
		attend();
	while (my.ppp && ppp_expire(my.ppp, os_clock_ms()))
		attend();
	attend();
}

/* --- commands --- */

static void add_server(char **words)
{
	struct radius_server_settings settings = {
		.auth_port = RADIUS_AUTH_PORT, .acct_port = RADIUS_ACCT_PORT, .timeout = 500, .retries = 1,
		.dead_time = 1000, .dynamic = true,
	};
	char *colon = strchr(words[2], '@');	/* ADDRESS@PORT: authentication there */
	struct error error = { .text = "" };

	if (colon) {
		*colon = '\0';
		settings.auth_port = (uint16_t)atoi(colon + 1);
	}
	snprintf(settings.name, sizeof(settings.name), "%s", words[1]);
	address_parse(words[2], &settings.address);
	settings.secret_length = (uint16_t)strlen(words[3]);
	memcpy(settings.secret, words[3], settings.secret_length);
	if (words[4] && words[5] && words[6]) {
		settings.timeout = (uint32_t)atoi(words[4]);
		settings.retries = (uint32_t)atoi(words[5]);
		settings.dead_time = (uint32_t)atoi(words[6]);
	}
	printf("%s\n", radius_set_server(my.client, &settings, os_clock_ms(), &error) < 0 ? error.text : "ok");
}

static unsigned int method_of(const char *word)
{
	static const struct { const char *name; unsigned int method; } methods[] = {
		{ "pap", PPP_PAP }, { "chap", PPP_CHAP_MD5 }, { "mschap", PPP_MSCHAPV1 }, { "mschapv2", PPP_MSCHAPV2 },
		{ "eap", PPP_EAP },
	};

	for (size_t i = 0; i < sizeof(methods) / sizeof(*methods); i++)
		if (strcmp(methods[i].name, word) == 0)
			return methods[i].method;
	die(word);
	return 0;
}

static void open_links(const struct ppp_settings *server, const struct ppp_settings *user, char **words)
{
	struct ppp_open open_server = { .settings = server, .user_name = "" };
	struct ppp_open open_user = { .settings = user, .user_name = words[2], .password = (const uint8_t *)words[3],
				      .password_length = strlen(words[3]) };
	struct error error;

	my.ppp = ppp_new(os_random);
	if (!my.ppp || ppp_open(my.ppp, &open_server, &my.server, os_clock_ms(), &error) < 0 ||
	    ppp_open(my.ppp, &open_user, &my.user, os_clock_ms(), &error) < 0)
		die("PPP");
}

/* What one end sends with the other receives with. */
static const char *verdict_on_keys(void)
{
	if (my.key_count < 2)
		return "none";
	return memcmp(my.keys[0][0], my.keys[1][1], 16) == 0 && memcmp(my.keys[0][1], my.keys[1][0], 16) == 0 ?
	       "same" : "different";
}

static void login(char **words)
{
	const struct ppp_retries retries = { 1000, 10, 2, 5 };
	unsigned int method = method_of(words[1]);
	struct ppp_settings user = {
		.mru = 1500, .accm = UINT32_MAX, .use_magic = true, .our_methods = method, .local_name = "user",
		.auth_timeout = PATIENCE, .lcp = retries, .ipcp = retries, .pap = retries, .chap = retries,
		.ipv4 = true,
	};
	struct ppp_settings server = user;
	uint64_t until = os_clock_ms() + PATIENCE;

	server.our_methods = 0;
	server.peer_methods = method;
	server.eap_through = true;
	if (method == PPP_MSCHAPV1 || method == PPP_MSCHAPV2)
		server.mppe = user.mppe = PPP_MPPE_128;
	server.mppe_required = server.mppe;
	my.is_over = false;
	my.key_count = 0;
	my.result[0] = '\0';
	my.conversation = HANDLE_NONE;
	open_links(&server, &user, words);
	while (!my.is_over && os_clock_ms() < until)
		turn();
	printf("%s keys=%s\n", my.result[0] ? my.result : "failed nothing happened", verdict_on_keys());
	ppp_free(my.ppp);
	my.ppp = NULL;
}

static void account(char **words)
{
	struct grant_class class = { 5, "class" };
	struct radius_session session = { .user_name = "anna", .session_id = words[2] };
	struct radius_record record = {
		.session = &session, .authentic = RADIUS_AUTHENTIC_RADIUS, .classes = &class, .class_count = 1,
		.session_time = 60, .octets_received = words[3] ? strtoull(words[3], NULL, 0) : 0, .octets_sent = 7,
		.packets_received = 8, .packets_sent = 9, .cause = RADIUS_TERMINATE_USER_REQUEST,
	};
	struct error error = { .text = "" };

	address_parse("192.0.2.77", &record.ipv4);
	record.status = *words[1] == 'i' ? RADIUS_STATUS_INTERIM :
			strcmp(words[1], "start") == 0 ? RADIUS_STATUS_START : RADIUS_STATUS_STOP;
	printf("%s\n", radius_account(my.client, &record, os_clock_ms(), &error) < 0 ? error.text : "ok");
	send_all();
}

static void account_daemon(char **words)
{
	radius_account_daemon(my.client, NULL, strcmp(words[1], "on") == 0, os_clock_ms());
	puts("ok");
}

static void settle(char **words)
{
	uint64_t until = os_clock_ms() + strtoull(words[1], NULL, 10) * 1000;

	while (radius_unacknowledged(my.client) && os_clock_ms() < until)
		turn();
	printf("unacknowledged %" PRIu32 "\n", radius_unacknowledged(my.client));
}

static void serve(char **words)
{
	uint64_t until = os_clock_ms() + strtoull(words[1], NULL, 10) * 1000;

	while (os_clock_ms() < until) {
		turn();
		fflush(stdout);
	}
	puts("ok");
}

static void tell_servers(char **words)
{
	struct radius_server_info info;

	for (unsigned int i = 0; radius_server_info(my.client, i, &info) == 0; i++)
		printf("%s %s forged %" PRIu64 " unexpected %" PRIu64 "\n", info.settings.name,
		       info.dead ? "dead" : "alive", info.counters.bad_authenticators, info.counters.unexpected);
	puts("ok");
}

static void obey(char *line)
{
	static const struct { const char *name; int least; void (*act)(char **words); } commands[] = {
		{ "server", 3, add_server }, { "login", 3, login }, { "account", 2, account },
		{ "daemon", 1, account_daemon }, { "settle", 1, settle }, { "serve", 1, serve },
		{ "servers", 0, tell_servers },
	};
	char *words[8] = { NULL }, *rest;
	int count = 0;

	for (char *word = strtok_r(line, " \n", &rest); word && count < 7; word = strtok_r(NULL, " \n", &rest))
		words[count++] = word;
	for (size_t i = 0; count && i < sizeof(commands) / sizeof(*commands); i++)
		if (strcmp(commands[i].name, words[0]) == 0 && count > commands[i].least) {
			commands[i].act(words);
			return;
		}
	puts("what?");
}

int main(void)
{
	struct radius_nas nas = { .identifier = "probe" };
	char line[LINE_OCTETS];

	my.client = radius_new(os_random, NULL);
	if (!my.client)
		die("the client");
	address_parse("192.0.2.1", &nas.ipv4);
	radius_set_nas(my.client, &nas);
	radius_set_time(my.client, (uint64_t)time(NULL), os_clock_ms());
	open_socket(RADIUS_SOCKET_DYNAMIC, AF_INET, RADIUS_DYNAMIC_PORT);
	setvbuf(stdout, NULL, _IOLBF, 0);
	while (fgets(line, sizeof(line), stdin))
		obey(line);
	radius_free(my.client);
	return 0;
}
