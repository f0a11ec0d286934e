/* SPDX-License-Identifier: MIT */
/*
 * PPP sessions whose frames are the engine's, in the user datapath with two workers, in a namespace with nothing but
 * loopback: `datapath_ppp CASE` is engine and peer in one, and the kernel behind the devices answers pings.  Prints why
 * and exits 1 when a case fails.  Here: of one session at a time.
 */
#include "_datapath_ppp.h"

/* --- the engine's frames --- */

static void engine(void)
{
	struct datapath_session_config config = config_of(add_tunnel_of(2, them));
	handle session = session_made(&config);
	int peer = peer_socket(them);

	give(peer, "000211110a0aff03c02101010004");
	punted("LCP", session, "ff03c02101010004");
	give(peer, "000211110a0ac02109010008deadbeef");
	punted("without address and control fields", session, "c02109010008deadbeef");
	give(peer, "000211110a0aff03002145");
	told("IPv4 is not carried yet", DATAPATH_EVENT_DROPPED, DATAPATH_DROP_CLOSED);
	send_frame(session, "ff03c02102010004");
	gets("an answer", peer, "000222220b0bff03c02102010004");
	config.send_seq = config.lns_mode = config.priority = true;
	modify(session, &config, DATAPATH_SESSION_SEND_SEQ | DATAPATH_SESSION_LNS_MODE | DATAPATH_SESSION_PRIORITY);
	send_frame(session, "ff03c02102010004");
	gets("numbered, with priority", peer, "090222220b0b00000000ff03c02102010004");
	send_frame(session, "c22301010004");
	gets("the next", peer, "090222220b0b00010000c22301010004");
	usleep(SETTLE_US);
	equal("sent", info_of(session).stats.tx_packets, 3);
	equal("none of a network", info_of(session).network_packets, 0);
	datapath_ops(dp)->session_delete(dp, &session, 1);
	give(peer, "000211110a0ac02109010008deadbeef");
	equal("of no session", (uint64_t)none_punted(), 0);
}

/* Version 3, over UDP and over IP. */
static void third(void)
{
	struct datapath_session_config config = config_of(add_tunnel_of(3, them));
	handle session;
	int peer = peer_socket(them);

	config.l2spec = L2TP_L2SPEC_DEFAULT;
	config.cookie_length = config.peer_cookie_length = 4;
	memcpy(config.cookie, "\xc0\xc1\xc2\xc3", 4);
	memcpy(config.peer_cookie, "\xd0\xd1\xd2\xd3", 4);
	session = session_made(&config);
	give(peer, "0003000000000a0ad0d1d2d300000000ff03c02101010004");
	punted("LCP", session, "ff03c02101010004");
	send_frame(session, "ff03c02102010004");
	gets("an answer", peer, "0003000000000b0bc0c1c2c300000000ff03c02102010004");
	config.send_seq = config.lns_mode = true;
	modify(session, &config, DATAPATH_SESSION_SEND_SEQ | DATAPATH_SESSION_LNS_MODE);
	send_frame(session, "ff03c02102010004");
	gets("numbered", peer, "0003000000000b0bc0c1c2c340000000ff03c02102010004");
}

/* Of what comes by IP protocol 115 a raw socket sees the IP header, too. */
static void over_ip(void)
{
	struct datapath_tunnel_config tunnel = { .version = 3, .encap = L2TP_ENCAP_IP, .tunnel_id = 1,
						 .peer_tunnel_id = 2, .local = endpoint_at(us, 0),
						 .peer = endpoint_at(them, 0) };
	struct sockaddr_storage name;
	struct datapath_session_config config = { 0 };
	socklen_t length = endpoint_to_sockaddr(&tunnel.peer, &name);
	int peer = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, L2TP_IP_PROTOCOL);
	uint8_t octets[OCTETS_MAX];
	handle session;

	if (peer < 0 || bind(peer, (struct sockaddr *)&name, length) < 0)
		fail("the peer's socket");
	length = endpoint_to_sockaddr(&tunnel.local, &name);
	if (connect(peer, (struct sockaddr *)&name, length) < 0 ||
	    datapath_ops(dp)->tunnel_add(dp, &tunnel, &config.tunnel, NULL) < 0)
		fail("the tunnel");
	config = config_of(config.tunnel);
	session = session_made(&config);
	give(peer, "00000a0aff03c02101010004");
	punted("LCP", session, "ff03c02101010004");
	send_frame(session, "ff03c02102010004");
	same("an answer", octets + IPV4_HEADER, next(peer, octets, PATIENCE_MS) - IPV4_HEADER,
	     "00000b0bff03c02102010004");
}

/* Many in a batch, of two sessions: each gets its own, in order. */
static void batches(void)
{
	struct datapath_session_config config = config_of(add_tunnel_of(2, them)), other = config;
	struct datapath_message messages[200];
	uint8_t octets[200][8], got[OCTETS_MAX];
	handle sessions[2];
	int peer = peer_socket(them);

	other.session_id = 0x0c0c;
	other.peer_session_id = 0x0d0d;
	other.send_seq = other.lns_mode = true;
	sessions[0] = session_made(&config);
	sessions[1] = session_made(&other);
	for (unsigned int i = 0; i < 200; i++) {
		octets_of("ff03c021", octets[i]);
		octets[i][4] = (uint8_t)i;
		messages[i] = (struct datapath_message){ .session = sessions[i % 2], .octets = octets[i],
							 .length = i % 3 ? 5 : 6 };
	}
	datapath_ops(dp)->send(dp, messages, 200);
	for (unsigned int i = 0, seen[2] = { 0, 1 }; i < 200; i++) {
		ssize_t length = next(peer, got, PATIENCE_MS);
		bool second = length > 5 && got[5] == 0x0d;
		unsigned int number = got[second ? 14 : 10];

		if (length < 0)
			fail("some are missing");
		equal("in order", number, seen[second] % 256);
		equal("length", (uint64_t)length - (second ? 10 : 6), number % 3 ? 5 : 6);
		seen[second] += 2;
	}
}

/* One session floods, another one is heard. */
static void crowd(void)
{
	struct datapath_session_config config = config_of(add_tunnel_of(2, them)), other = config;
	handle flooding = session_made(&config), quiet;
	int peer = peer_socket(them), count = 0;
	struct datapath_message message;

	other.session_id = 0x0c0c;
	quiet = session_made(&other);
	usleep(SETTLE_US);
	for (int i = 0; i < 10000; i++) {
		give(peer, "000211110a0ac02109010008deadbeef");
		if (i % 100 == 99)
			usleep(1000);
	}
	give(peer, "000211110c0cc02109010008deadbeef");
	do {
		message = take("the quiet one is crowded out");
		count += message.session == flooding;
	} while (message.session != quiet);
	if (count > 3 * PUNT_BURST / PUNT_FRAME_LEAST)
		fail("a flood is not held up");
	told("nobody is told", DATAPATH_EVENT_DROPPED, DATAPATH_DROP_CROWDED);
}

/* --- a device of its own --- */

static void own(void)
{
	struct datapath_session_config config = config_of(add_tunnel_of(2, them));
	handle session = session_made(&config);
	int peer = peer_socket(them);

	config.ppp = both();
	modify(session, &config, DATAPATH_SESSION_PPP);
	if (strcmp(info_of(session).ifname, "ppp0"))
		fail(info_of(session).ifname);
	equal("MTU: the MRU is less than loopback's", info_of(session).mtu, 1500);
	answers4("IPv4", peer, "000211110a0aff030021", "10.9.0.2", "10.9.0.1", "000222220b0bff030021");
	answers4("without address and control fields", peer, "000211110a0a0021", "10.9.0.2", "10.9.0.1",
		 "000222220b0bff030021");
	answers4("a short protocol field", peer, "000211110a0a21", "10.9.0.2", "10.9.0.1", "000222220b0bff030021");
	answers4("that alone", peer, "000211110a0aff0321", "10.9.0.2", "10.9.0.1", "000222220b0bff030021");
	answers6("IPv6", peer, "000211110a0aff030057", "fe80::2", "fe80::1", "000222220b0bff030057");
	config.ppp.send_pfc = config.ppp.send_acfc = true;
	modify(session, &config, DATAPATH_SESSION_PPP);
	answers4("both compressed", peer, "000211110a0a21", "10.9.0.2", "10.9.0.1", "000222220b0b21");
	answers6("of IPv6", peer, "000211110a0a57", "fe80::2", "fe80::1", "000222220b0b57");
	config.ppp.send_pfc = false;
	config.ppp.ipv4 = false;
	modify(session, &config, DATAPATH_SESSION_PPP);
	answers6("no address and control fields", peer, "000211110a0a57", "fe80::2", "fe80::1", "000222220b0b0057");
	ping4(peer, "000211110a0a21", "10.9.0.2", "10.9.0.1");
	told("IPv4 is down", DATAPATH_EVENT_DROPPED, DATAPATH_DROP_CLOSED);
	if (!info_of(session).network_packets)
		fail("network packets are not counted");
	config.ppp.ipv6 = false;
	modify(session, &config, DATAPATH_SESSION_PPP);
	if (*info_of(session).ifname || if_nametoindex("ppp0"))
		fail("the device is still there");
	config.ppp = both();
	snprintf(config.ifname, sizeof(config.ifname), "uplink");
	modify(session, &config, DATAPATH_SESSION_PPP);
	answers4("again", peer, "000211110a0a21", "10.9.0.2", "10.9.0.1", "000222220b0bff030021");
	datapath_ops(dp)->session_delete(dp, &session, 1);
	if (if_nametoindex("uplink"))
		fail("the device outlives its session");
}

/* The MTU follows MRU, path, cipher and wish. */
static void mtu(void)
{
	struct datapath_session_config config = config_of(add_tunnel_of(2, them));
	handle session = session_made(&config);

	config.ppp = both();
	config.ppp.ipv6 = false;
	config.ppp.mtu = 1400;
	modify(session, &config, DATAPATH_SESSION_PPP);
	equal("MRU", info_of(session).mtu, 1400);
	config.mppe = (struct datapath_mppe){ .send = true, .receive = true, .bits = 128, .key_length = 16 };
	modify(session, &config, DATAPATH_SESSION_MPPE);
	equal("MPPE", info_of(session).mtu, 1396);
	config.mtu_mode = DATAPATH_MTU_FIXED;
	config.mtu = 1000;
	modify(session, &config, DATAPATH_SESSION_MTU);
	equal("as wished", info_of(session).mtu, 1000);
	config.mtu_mode = DATAPATH_MTU_AUTO;
	config.ppp.mtu = 0;
	config.mppe = (struct datapath_mppe){ 0 };
	modify(session, &config, DATAPATH_SESSION_PPP | DATAPATH_SESSION_MPPE);
	equal("the path", info_of(session).mtu, 65535 - 20 - 8 - 10 - 4);
	config.ppp.ipv6 = true;
	config.ppp.mtu = 1000;
	modify(session, &config, DATAPATH_SESSION_PPP);
	equal("IPv6 needs 1280", info_of(session).mtu, 1280);
}

/* The system has no IPv6: IPv4 works all the same. */
static void bare(void)
{
	struct datapath_session_config config = config_of(add_tunnel_of(2, them));
	handle session = session_made(&config);
	int peer = peer_socket(them);

	config.ppp = both();
	config.ppp.local6 = address_of("2001:db8::1");
	modify(session, &config, DATAPATH_SESSION_PPP);
	answers4("IPv4", peer, "000211110a0a21", "10.9.0.2", "10.9.0.1", "000222220b0bff030021");
}

/* --- who sent it --- */

static void source(void)
{
	struct datapath_prefix prefixes[] = { { .prefix = { .length = 24 } }, { .prefix = { .length = 64 } } };
	struct datapath_session_config config = config_of(add_tunnel_of(2, them));
	handle session = session_made(&config);
	int peer = peer_socket(them);

	prefixes[0].prefix.address = address_of("10.8.0.0");
	prefixes[1].prefix.address = address_of("2001:db8:1::");
	config.ppp = both();
	config.ppp.check_source = true;
	config.ppp.prefixes = prefixes;
	config.ppp.prefix_count = 2;
	config.ppp.local6 = address_of("2001:db8:2::1");
	modify(session, &config, DATAPATH_SESSION_PPP);
	memset(prefixes, 0xff, sizeof(prefixes));	/* they were copied */
	answers4("its address", peer, "000211110a0a21", "10.9.0.2", "10.9.0.1", "000222220b0bff030021");
	answers4("its prefix", peer, "000211110a0a21", "10.8.0.77", "10.9.0.1", "000222220b0bff030021");
	answers6("its IPv6 prefix", peer, "000211110a0a57", "2001:db8:1::9", "2001:db8:2::1", "000222220b0bff030057");
	answers6("its link-local address", peer, "000211110a0a57", "fe80::2", "fe80::1", "000222220b0bff030057");
	ping4(peer, "000211110a0a21", "10.8.1.77", "10.9.0.1");
	told("a stranger", DATAPATH_EVENT_DROPPED, DATAPATH_DROP_SOURCE);
	ping6(peer, "000211110a0a57", "fe80::3", "fe80::1");
	ping6(peer, "000211110a0a57", "2001:db8:3::9", "2001:db8:2::1");
	not_answered("a stranger is answered", peer);
	equal("dropped", info_of(session).stats.rx_errors, 3);
}

/* What is the router's to answer. */
static void router(void)
{
	struct datapath_session_config config = config_of(add_tunnel_of(2, them));
	uint8_t packet[OCTETS_MAX], dhcp[OCTETS_MAX];
	handle session = session_made(&config);
	int peer = peer_socket(them);
	size_t length;

	config.ppp = both();
	config.ppp.punt_router = config.ppp.check_source = true;
	modify(session, &config, DATAPATH_SESSION_PPP);
	length = echo6(packet, "::", "ff02::2", ND_ROUTER_SOLICIT, 255);
	give_packet(peer, "000211110a0aff030057", packet, length);
	equal("a solicitation", take("a solicitation").length, length + 4);
	length = octets_of("6000000000081140fe800000000000000000000000000002ff02000000000000000000000001000202220223"
			   "00080000", dhcp);
	give_packet(peer, "000211110a0a57", dhcp, length);
	equal("DHCPv6", take("DHCPv6").length, length + 1);
	packet[IPV6_HOPS] = 254;
	give_packet(peer, "000211110a0a57", packet, echo6(packet, "fe80::2", "ff02::2", ND_ROUTER_SOLICIT, 254));
	answers6("all else is carried", peer, "000211110a0a57", "fe80::2", "fe80::1", "000222220b0bff030057");
	equal("one from afar", (uint64_t)none_punted(), 0);
}

/* --- MPPE --- */

/* The peer's ends of both directions. */
static struct enciphered encipher(handle session, struct datapath_session_config *config, unsigned int bits,
				  bool stateful)
{
	config->mppe = (struct datapath_mppe){ .send = true, .receive = true, .stateful = stateful,
					       .bits = (uint8_t)bits, .key_length = bits == 128 ? 16 : 8 };
	memset(config->mppe.send_key, 0x11, 16);
	memset(config->mppe.receive_key, 0x22, 16);
	modify(session, config, DATAPATH_SESSION_PPP | DATAPATH_SESSION_MPPE);
	return (struct enciphered){ direction(config->mppe.receive_key, bits, stateful),
				    direction(config->mppe.send_key, bits, stateful) };
}

static void cipher(void)
{
	struct datapath_session_config config = config_of(add_tunnel_of(2, them));
	static const char advertisement[] = "ff0300576000000000003aff"
		"fe800000000000000000000000000001" "ff020000000000000000000000000001";
	handle session = session_made(&config);
	int fd = peer_socket(them);
	uint8_t octets[OCTETS_MAX];
	struct enciphered peer;
	bool flushed;

	config.ppp = both();
	config.ppp.ipv6 = false;
	peer = encipher(session, &config, 128, false);
	for (int i = 0; i < 300; i++)
		if (!answered_enciphered("without state", &peer, fd))
			fail("it does not say that each stands alone");
	ping_enciphered(&peer, fd, true);
	answered_enciphered("one was lost", &peer, fd);
	ping4(fd, "000211110a0aff030021", "10.9.0.2", "10.9.0.1");
	told("in clear", DATAPATH_EVENT_DROPPED, DATAPATH_DROP_CLEAR);
	give(fd, "000211110a0ac02109010008deadbeef");
	punted("LCP is in clear", session, "c02109010008deadbeef");
	send_frame(session, "ff03c02109010008deadbeef");
	gets("ours, too", fd, "000222220b0bff03c02109010008deadbeef");
	send_frame(session, advertisement);
	same("a packet of the engine's", next_enciphered("a packet of the engine's", &peer, fd, octets, &flushed), 42,
	     advertisement + 4);
	discard(&peer);
	peer = encipher(session, &config, 40, true);
	for (int i = 0; i < 300; i++)
		answered_enciphered("with state", &peer, fd);
	config.mppe.flush = true;
	modify(session, &config, DATAPATH_SESSION_MPPE_FLUSH);
	if (!answered_enciphered("the peer asked for a reset", &peer, fd))
		fail("what is sent does not start anew");
	ping_enciphered(&peer, fd, true);
	ping_enciphered(&peer, fd, false);
	told("track was lost", DATAPATH_EVENT_MPPE_LOST, -1);
	mppe_flush(peer.send);
	answered_enciphered("the peer started anew", &peer, fd);
	discard(&peer);
}

/* --- rates --- */

/* So many pings of a kilobyte; how many answers come. */
static unsigned int flood(int fd, unsigned int count)
{
	uint8_t packet[OCTETS_MAX];
	unsigned int answers = 0;
	size_t length = echo4(packet, "10.9.0.2", "10.9.0.1", 1000 - 28);

	for (unsigned int i = 0; i < count; i++) {
		give_packet(fd, "000211110a0aff030021", packet, length);
		if (i % 20 == 19)
			usleep(1000);
	}
	for (ssize_t got; (got = next(fd, packet, 100)) >= 0;)
		answers += is_answer(packet, got);
	return answers;
}

static void rates(void)
{
	struct datapath_session_config config = config_of(add_tunnel_of(2, them));
	handle session = session_made(&config);
	int peer = peer_socket(them);
	unsigned int free_of, sent, received;
	uint64_t errors;

	config.ppp = both();
	modify(session, &config, DATAPATH_SESSION_PPP);
	free_of = flood(peer, 400);
	if (free_of < 390)
		fail("without a limit not all are answered");
	config.rate = (struct datapath_rate){ .send = 800000, .send_burst = 20000 };	/* 100 packets each second */
	modify(session, &config, DATAPATH_SESSION_RATE);
	errors = info_of(session).stats.tx_errors;
	sent = flood(peer, 400);
	config.rate = (struct datapath_rate){ .receive = 800000, .receive_burst = 50000 };
	modify(session, &config, DATAPATH_SESSION_RATE);
	received = flood(peer, 400);
	equal("errors sending", info_of(session).stats.tx_errors, errors);
	equal("errors receiving", info_of(session).stats.rx_errors, 0);
	/* the burst, and what a fraction of a second adds */
	if (sent < 19 || sent > 19 + 60)
		equal("sent within the rate", sent, 20);
	if (received < 49 || received > 49 + 60)
		equal("received within the rate", received, 50);
	config.rate = (struct datapath_rate){ 0 };
	modify(session, &config, DATAPATH_SESSION_RATE);
	if (flood(peer, 400) < 390)
		fail("a limit that is gone still limits");
}

static const struct case_of_many cases[] = {
	{ "engine", engine }, { "third", third }, { "overip", over_ip }, { "batches", batches }, { "crowd", crowd },
	{ "own", own }, { "mtu", mtu }, { "source", source }, { "router", router }, { "cipher", cipher },
	{ "rates", rates }, { "bare", bare },
};

int main(int argc, char **argv)
{
	return run_case(argc, argv, "datapath_ppp", WORKERS, cases, sizeof(cases) / sizeof(cases[0]));
}
