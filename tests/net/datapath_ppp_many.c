/* SPDX-License-Identifier: MIT */
/*
 * PPP sessions whose frames are the engine's, in the user datapath with two workers, in a namespace with nothing but
 * loopback: `datapath_ppp_many CASE` is engine and peer in one, and the kernel behind the devices answers pings.
 * Prints why and exits 1 when a case fails.  Here: many sessions, with a device of their own each, or a shared one.
 */
#include "_datapath_ppp.h"

#define MANY 2000

/* --- a shared device --- */

static handle add_device(const char *ifname)
{
	struct datapath_device_config config = { .mtu = 1400, .local4 = address_of("10.9.0.1") };
	struct prefix routes[2] = { { .length = 16 }, { .length = 32 } };
	struct error error = { 0 };
	handle device;

	routes[0].address = address_of("10.7.0.0");
	routes[1].address = address_of("2001:db8::");
	config.local6 = address_of("2001:db8::1");
	config.routes = routes;
	config.route_count = 2;
	snprintf(config.ifname, sizeof(config.ifname), "%s", ifname);
	if (datapath_ops(dp)->device_add(dp, &config, &device, &error) < 0)
		fail(error.text);
	return device;
}

static void set_address(struct datapath_session_config *config, unsigned int number)
{
	char text[ADDRESS_TEXT_MAX];

	snprintf(text, sizeof(text), "10.7.%u.%u", number / 256, number % 256);
	config->ppp.peer4 = address_of(text);
}

static void shared(void)
{
	handle device = add_device("subs"), sessions[2];
	struct datapath_session_config configs[2];
	struct datapath_prefix prefix = { .prefix.length = 56 };
	handle tunnel = add_tunnel_of(2, them);
	int peer = peer_socket(them);

	for (unsigned int i = 0; i < 2; i++) {
		configs[i] = config_of(tunnel);
		configs[i].session_id = 0x0a00 + i;
		configs[i].peer_session_id = 0x0b00 + i;
		sessions[i] = session_made(&configs[i]);
		configs[i].network_device = device;
		configs[i].ppp = both();
		configs[i].ppp.own_device = false;
		configs[i].ppp.check_source = true;
		configs[i].ppp.peer_identifier[7] = (uint8_t)(2 + i);
		set_address(&configs[i], i);
	}
	prefix.prefix.address = address_of("2001:db8:1:100::");
	configs[1].ppp.prefixes = &prefix;
	configs[1].ppp.prefix_count = 1;
	modify(sessions[0], &configs[0], DATAPATH_SESSION_PPP);
	modify(sessions[1], &configs[1], DATAPATH_SESSION_PPP);
	if (*info_of(sessions[0]).ifname)
		fail("a shared device is said to be its own");
	answers4("the first", peer, "000211110a0021", "10.7.0.0", "10.9.0.1", "000222220b00ff030021");
	answers4("the second", peer, "000211110a0121", "10.7.0.1", "10.9.0.1", "000222220b01ff030021");
	answers6("a prefix", peer, "000211110a0157", "2001:db8:1:1ff::7", "2001:db8::1", "000222220b01ff030057");
	answers6("a link-local address", peer, "000211110a0057", "fe80::2", "fe80::1", "000222220b00ff030057");
	ping4(peer, "000211110a0021", "10.7.0.1", "10.9.0.1");
	told("another's address", DATAPATH_EVENT_DROPPED, DATAPATH_DROP_SOURCE);
	set_address(&configs[0], 1);
	refused(sessions[0], &configs[0], ERROR_EXISTS);
	answers4("what was refused changed nothing", peer, "000211110a0021", "10.7.0.0", "10.9.0.1",
		 "000222220b00ff030021");
	set_address(&configs[0], 2);
	modify(sessions[0], &configs[0], DATAPATH_SESSION_PPP);
	answers4("another address", peer, "000211110a0021", "10.7.0.2", "10.9.0.1", "000222220b00ff030021");
	datapath_ops(dp)->device_delete(dp, device);
	if (!if_nametoindex("subs"))
		fail("the device goes before its sessions");
	datapath_ops(dp)->session_delete(dp, sessions, 1);
	set_address(&configs[1], 2);
	modify(sessions[1], &configs[1], DATAPATH_SESSION_PPP);
	answers4("an address that is free again", peer, "000211110a0121", "10.7.0.2", "10.9.0.1",
		 "000222220b01ff030021");
	datapath_ops(dp)->session_delete(dp, &sessions[1], 1);
	datapath_ops(dp)->device_delete(dp, device);
	if (if_nametoindex("subs"))
		fail("the device stays");
}

/* Somebody removes it: each session that had it is told of. */
static void removed(void)
{
	struct datapath_session_config config = config_of(add_tunnel_of(2, them));
	handle device = add_device("subs"), sessions[3];
	struct datapath_event events[8];
	int count = 0;

	for (unsigned int i = 0; i < 3; i++) {
		config.session_id = i + 1;
		sessions[i] = session_made(&config);
		config.ppp = (struct datapath_ppp){ .ipv4 = true };
		config.network_device = device;
		set_address(&config, i);
		if (i < 2)
			modify(sessions[i], &config, DATAPATH_SESSION_PPP);
	}
	if (system("ip link delete subs") != 0)
		fail("ip");
	for (uint64_t end = now_ms() + PATIENCE_MS; now_ms() < end && count < 2; usleep(10000))
		for (int i = datapath_ops(dp)->events(dp, events, 8); i-- > 0;)
			count += events[i].kind == DATAPATH_EVENT_DEVICE_GONE && events[i].session != sessions[2];
	equal("told of", (uint64_t)count, 2);
	datapath_ops(dp)->session_delete(dp, sessions, 3);
	datapath_ops(dp)->device_delete(dp, device);
	config.network_device = add_device("subs");
	modify(session_made(&config), &config, DATAPATH_SESSION_PPP);
}

/* A session whose peer takes less than the device carries: who sends is told, or the packet is cut on the way. */
static void too_big(void)
{
	handle device = add_device("subs"), session;
	struct datapath_session_config config = config_of(add_tunnel_of(2, them));
	int peer = peer_socket(them), fd = socket(AF_INET, SOCK_DGRAM, 0), mtu_now, discover = IP_PMTUDISC_DO;
	struct endpoint to = endpoint_at("10.7.0.1", 9);
	struct sockaddr_storage name;
	socklen_t length = endpoint_to_sockaddr(&to, &name), size = sizeof(mtu_now);
	uint8_t octets[OCTETS_MAX] = { 0 };

	config.network_device = device;
	config.ppp = (struct datapath_ppp){ .ipv4 = true, .mtu = 1000 };
	set_address(&config, 1);
	session = session_made(&config);
	modify(session, &config, DATAPATH_SESSION_PPP);
	if (connect(fd, (struct sockaddr *)&name, length) < 0 ||
	    setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &discover, sizeof(discover)) < 0)
		fail("connect");
	if (send(fd, octets, 1000 - 28, 0) < 0 || next(peer, octets, PATIENCE_MS) != 1000 + 10)
		fail("what fits does not pass");
	if (send(fd, octets, 1000 - 27, 0) < 0)
		fail("send");
	gets_nothing("what does not fit passes", peer);
	if (getsockopt(fd, IPPROTO_IP, IP_MTU, &mtu_now, &size) < 0)
		fail("IP_MTU");
	equal("what the sender was told", (uint64_t)mtu_now, 1000);
}

static void many_shared(void)
{
	struct datapath_session_config config = config_of(add_tunnel_of(2, them));
	handle device = add_device("subs"), *sessions = calloc(MANY, sizeof(*sessions));
	int peer = peer_socket(them);
	char headers[64];

	config.network_device = device;
	config.ppp = (struct datapath_ppp){ .ipv4 = true, .mtu = 1400, .check_source = true };
	for (unsigned int i = 0; i < MANY; i++) {
		config.session_id = config.peer_session_id = i + 1;
		set_address(&config, i);
		sessions[i] = session_made(&config);
		modify(sessions[i], &config, DATAPATH_SESSION_PPP);
	}
	for (unsigned int i = 0; i < MANY; i += 97) {
		set_address(&config, i);
		snprintf(headers, sizeof(headers), "00021111%04x21", i + 1);
		ping4(peer, headers, address_format(&config.ppp.peer4, (char[ADDRESS_TEXT_MAX]){ 0 }, ADDRESS_TEXT_MAX),
		      "10.9.0.1");
		snprintf(headers, sizeof(headers), "00022222%04xff030021", i + 1);
		answered("one of many", peer, headers, "10.9.0.1");
	}
	datapath_ops(dp)->session_delete(dp, sessions, MANY);
	datapath_ops(dp)->device_delete(dp, device);
	free(sessions);
}

/* As many devices. They go at once. */
static void many(void)
{
	struct datapath_session_config config = config_of(add_tunnel_of(2, them));
	handle *sessions = calloc(MANY, sizeof(*sessions));
	uint64_t begin = now_ms(), made;

	config.ppp = both();
	for (unsigned int i = 0; i < MANY; i++) {
		config.session_id = i + 1;
		set_address(&config, i);
		sessions[i] = session_made(&config);
		modify(sessions[i], &config, DATAPATH_SESSION_PPP);
	}
	if (!if_nametoindex("ppp1999"))
		fail("they have other names");
	made = now_ms();
	datapath_ops(dp)->session_delete(dp, sessions, MANY);
	/* one by one each would wait for the kernel, some ten times as long */
	if (now_ms() - made > 2 * (made - begin))
		equal("ms to remove them", now_ms() - made, made - begin);
	printf("made in %d ms, removed in %d\n", (int)(made - begin), (int)(now_ms() - made));
	if (if_nametoindex("ppp0") || if_nametoindex("ppp1999"))
		fail("some are left");
	free(sessions);
}

/* Sessions begin to carry, change and end under load. */
static void race(void)
{
	struct datapath_session_config config = config_of(add_tunnel_of(2, them)), other = config;
	handle device = add_device("subs"), session = session_made(&config), second;
	int peer = peer_socket(them);
	struct datapath_message messages[DATAPATH_MESSAGES_MAX];
	uint64_t end = now_ms() + 2000;
	unsigned int rounds;

	other.session_id = 0x0c0c;
	second = session_made(&other);
	other.network_device = device;
	other.ppp = both();
	other.ppp.own_device = false;
	config.ppp = both();
	config.ppp.check_source = true;
	config.rate.send = 100000000;
	for (rounds = 0; now_ms() < end; rounds++) {
		config.mppe = (struct datapath_mppe){ .send = rounds % 2, .receive = rounds % 2, .bits = 128,
						      .key_length = 16, .stateful = rounds % 3 };
		config.ppp.ipv6 = rounds % 5;
		config.ppp.ipv4 = rounds % 5 && rounds % 7;
		set_address(&other, rounds % 200);
		modify(session, &config, DATAPATH_SESSION_PPP | DATAPATH_SESSION_MPPE | DATAPATH_SESSION_RATE);
		modify(second, &other, DATAPATH_SESSION_PPP);
		for (int i = 0; i < 10; i++) {
			ping4(peer, "000211110a0a21", "10.9.0.2", "10.9.0.1");
			ping4(peer, "000211110c0c21", "10.7.0.1", "10.9.0.1");
			give(peer, "000211110a0ac02109010008deadbeef");
			give(peer, "000211110a0a00fd900100210000");
			send_frame(session, "ff03c02101010004");
		}
		(void)datapath_ops(dp)->receive(dp, messages, DATAPATH_MESSAGES_MAX);
		if (rounds % 11 == 0) {
			datapath_ops(dp)->session_delete(dp, &second, 1);
			second = session_made(&other);
		}
	}
	if (rounds < 10)
		fail("too slow to see anything");
}

static const struct case_of_many cases[] = {
	{ "shared", shared }, { "toobig", too_big }, { "manyshared", many_shared }, { "many", many },
	{ "ppprace", race }, { "removed", removed },
};

int main(int argc, char **argv)
{
	return run_case(argc, argv, "datapath_ppp", WORKERS, cases, sizeof(cases) / sizeof(cases[0]));
}
