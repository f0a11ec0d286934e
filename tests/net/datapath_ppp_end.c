/* SPDX-License-Identifier: MIT */
/*
 * One end of a tunnel with PPP sessions in the user datapath, and an engine that negotiates nothing: what they carry is
 * said by words NAME=VALUE (see set() below).  It says "ready" when all is made, and ends when standard input ends.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/prefix.h"
#include "base/text.h"

#include "_datapath.h"

#define PORT 1701
#define WORKERS 2

static struct datapath_tunnel_config tunnel_config = { .version = 2, .tunnel_id = 1, .peer_tunnel_id = 1,
						       .udp_checksum = true, .dscp = 0 };
static struct datapath_session_config config = { .pw_type = L2TP_PW_PPP, .session_id = 1, .peer_session_id = 1,
						 .mss_clamp = true };
static struct datapath_device_config device_config = { .mtu = 1500 };
static struct datapath_prefix prefixes[DATAPATH_PREFIXES_MAX];
static struct prefix routes[4];

static void copy(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from);
}

static struct address address_of(const char *text)
{
	return endpoint_at(text, 0).address;
}

static void add_prefix(const char *text, bool routed)
{
	prefixes[config.ppp.prefix_count].routed = routed;
	if (!prefix_parse(text, &prefixes[config.ppp.prefix_count++].prefix))
		fail(text);
}

static void set_mppe(unsigned int bits, bool stateful)
{
	bool first = config.ppp.local_identifier[7] == 1;

	config.mppe = (struct datapath_mppe){ .send = true, .receive = true, .bits = (uint8_t)bits,
					      .key_length = bits == 128 ? 16 : 8, .stateful = stateful };
	memset(first ? config.mppe.send_key : config.mppe.receive_key, 0x5a, 16);
	memset(first ? config.mppe.receive_key : config.mppe.send_key, 0xa5, 16);
}

/* Words that say yes. */
static bool *flag_of(const char *name)
{
	static const struct {
		const char *name;
		bool *flag;
	} flags[] = {
		{ "default", &config.ppp.default_route }, { "proxy", &config.ppp.proxy_arp },
		{ "check", &config.ppp.check_source }, { "pfc", &config.ppp.send_pfc },
		{ "acfc", &config.ppp.send_acfc }, { "numbered", &config.send_seq },
	};

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (strcmp(flags[i].name, name) == 0)
			return flags[i].flag;
	return NULL;
}

static void set_address(const char *name, const char *value)
{
	if (strcmp(name, "local") == 0)
		tunnel_config.local = endpoint_at(value, PORT);
	else if (strcmp(name, "peer") == 0)
		tunnel_config.peer = endpoint_at(value, PORT);
	else if (strcmp(name, "local4") == 0)
		config.ppp.local4 = device_config.local4 = address_of(value);
	else if (strcmp(name, "peer4") == 0)
		config.ppp.peer4 = address_of(value);
	else if (strcmp(name, "local6") == 0)
		config.ppp.local6 = device_config.local6 = address_of(value);
	else
		fail(name);
}

static void set(const char *name, const char *value)
{
	if (flag_of(name))
		*flag_of(name) = true;
	else if (strcmp(name, "side") == 0) {	/* 1 or 2: identifiers, keys */
		config.ppp.local_identifier[7] = (uint8_t)atoi(value);
		config.ppp.peer_identifier[7] = (uint8_t)(3 - atoi(value));
	} else if (strcmp(name, "mru") == 0)
		config.ppp.mtu = (uint16_t)atoi(value);
	else if (strcmp(name, "mtu") == 0)	/* of the shared device */
		device_config.mtu = (uint32_t)atoi(value);
	else if (strcmp(name, "metric") == 0)
		config.ppp.default_metric = (uint32_t)atoi(value);
	else if (strcmp(name, "mppe") == 0)
		set_mppe((unsigned int)atoi(value), false);
	else if (strcmp(name, "stateful") == 0)
		set_mppe((unsigned int)atoi(value), true);
	else if (strcmp(name, "rate") == 0)
		config.rate.send = config.rate.receive = strtoull(value, NULL, 10);
	else if (strcmp(name, "prefix") == 0)
		add_prefix(value, false);
	else if (strcmp(name, "routed") == 0)
		add_prefix(value, true);
	else if (strcmp(name, "route") == 0)	/* of the shared device */
		prefix_parse(value, &routes[device_config.route_count++]);
	else if (strcmp(name, "ifname") == 0)
		copy(config.ifname, sizeof(config.ifname), value);
	else if (strcmp(name, "shared") == 0)
		copy(device_config.ifname, sizeof(device_config.ifname), value);
	else if (strcmp(name, "netns") == 0) {
		copy(config.netns, sizeof(config.netns), value);
		copy(device_config.netns, sizeof(device_config.netns), value);
	} else
		set_address(name, value);
}

static void check(int result, const struct error *error)
{
	if (result < 0)
		fail(error->text);
}

static handle make(void)
{
	const struct datapath_ops *ops = datapath_ops(dp);
	struct error error = { 0 };
	handle session;

	check(ops->tunnel_add(dp, &tunnel_config, &config.tunnel, &error), &error);
	check(ops->session_add(dp, &config, &session, &error), &error);
	config.ppp.own_device = !*device_config.ifname;
	if (*device_config.ifname)
		check(ops->device_add(dp, &device_config, &config.network_device, &error), &error);
	check(ops->session_modify(dp, session, &config, DATAPATH_SESSION_PPP | DATAPATH_SESSION_MPPE |
				  DATAPATH_SESSION_RATE, &error), &error);
	return session;
}

static void report(handle session)
{
	struct datapath_session_info info;

	datapath_ops(dp)->session_info(dp, session, &info);
	printf("%s mtu %u tx %llu %llu rx %llu %llu\n", *info.ifname ? info.ifname : "shared", info.mtu,
	       (unsigned long long)info.stats.tx_packets, (unsigned long long)info.stats.tx_errors,
	       (unsigned long long)info.stats.rx_packets, (unsigned long long)info.stats.rx_errors);
	fflush(stdout);
}

/* Events, until there is no more to read; a line of input asks for a report. */
static void serve(handle session)
{
	struct pollfd ready[2] = { { .fd = STDIN_FILENO, .events = POLLIN },
				   { .fd = datapath_ops(dp)->event_fd(dp), .events = POLLIN } };
	struct datapath_message messages[DATAPATH_MESSAGES_MAX];
	struct datapath_event events[16];
	char line[64];

	for (;;) {
		(void)poll(ready, 2, -1);
		if (ready[0].revents) {
			if (read(STDIN_FILENO, line, sizeof(line)) <= 0)
				return;
			report(session);
		}
		for (int i = datapath_ops(dp)->events(dp, events, 16); i-- > 0;)
			if (events[i].kind == DATAPATH_EVENT_MPPE_LOST)
				printf("lost\n");
		while (datapath_ops(dp)->receive(dp, messages, DATAPATH_MESSAGES_MAX) > 0)
			;
	}
}

int main(int argc, char **argv)
{
	struct datapath_user_options options = { .workers = WORKERS, .instance = "datapath_ppp_end" };
	struct error error = { 0 };
	handle session;

	config.ppp = (struct datapath_ppp){ .ipv4 = true, .ipv6 = true, .mtu = 1500, .prefixes = prefixes };
	config.lns_mode = true;
	device_config.routes = routes;
	device_config.mss_clamp = true;
	for (int i = 1; i < argc; i++) {
		char *value = strchr(argv[i], '=');

		if (value)
			*value++ = '\0';
		set(argv[i], value ? value : "");
	}
	check(datapath_user_open(&options, &dp, &error), &error);
	session = make();
	printf("ready\n");
	report(session);
	serve(session);
	datapath_ops(dp)->close(dp);
	return 0;
}
