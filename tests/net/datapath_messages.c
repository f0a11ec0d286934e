/* SPDX-License-Identifier: MIT */
/*
 * Control messages, and sessions of version 2, of the user datapath with two workers, in a namespace with nothing but
 * loopback: `datapath_messages CASE` is engine and peer in one.  Prints why and exits 1 when a case fails.
 */
#include <netinet/udp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "datapath/user/worker.h"

#include "_datapath.h"

#define PORT 1701
#define OTHER_PORT 4711
#define WORKERS 2
#define MESSAGE 20
#define LONG_MESSAGE 700
#define TRAIN 10
#define MANY 100
#define PATIENCE_MS 3000
#define SETTLE_US 200000


static void same(const char *what, const struct endpoint *got, const char *address, uint16_t port)
{
	struct endpoint wanted = endpoint_at(address, port);
	char text[ENDPOINT_TEXT_MAX];

	if (got->port == port && address_equal(&got->address, &wanted.address))
		return;
	printf("%s: %s\n", what, endpoint_format(got, text, sizeof(text)));
	exit(1);
}

/* --- the peer --- */

static int peer_socket(const char *address, uint16_t port, const char *ours, uint16_t our_port)
{
	return socket_between(endpoint_at(address, port), endpoint_at(ours, our_port));
}

/* A version 2 header, of a message without AVPs; ns tells messages apart. */
static void control(uint8_t octets[MESSAGE], uint8_t tunnel_id, uint8_t ns)
{
	memcpy(octets, (uint8_t[MESSAGE]){ 0xc8, 2, 0, MESSAGE, 0, tunnel_id, 0, 0, 0, ns }, MESSAGE);
}

static void send_control(int fd, uint8_t tunnel_id, uint8_t ns)
{
	uint8_t octets[MESSAGE];

	control(octets, tunnel_id, ns);
	if (send(fd, octets, MESSAGE, 0) != MESSAGE)
		fail("send");
}

/* Octets of the next datagram that the peer gets within a while, 0: none comes. */
static size_t peer_gets(int fd, uint8_t *octets, size_t size)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	ssize_t length;

	if (poll(&ready, 1, PATIENCE_MS / 10) != 1)
		return 0;
	length = recv(fd, octets, size, 0);
	return length > 0 ? (size_t)length : 0;
}

/* --- ours --- */

static handle listen_on(const char *address, uint16_t port)
{
	struct datapath_port_config config = { .local = endpoint_at(address, port) };
	struct error error = { 0 };
	handle result;

	if (datapath_ops(dp)->listen(dp, &config, &result, &error) < 0)
		fail(error.text);
	return result;
}

static handle add_tunnel(uint8_t version, const char *ours, uint16_t our_port, const char *peer, uint16_t port)
{
	struct datapath_tunnel_config config = { .version = version, .tunnel_id = 1, .peer_tunnel_id = 2,
						 .local = endpoint_at(ours, our_port), .peer = endpoint_at(peer, port),
						 .udp_checksum = true };

	return tunnel_made(&config);
}

static struct datapath_tunnel_info tunnel_info_of(handle tunnel)
{
	struct datapath_tunnel_info info;

	if (datapath_ops(dp)->tunnel_info(dp, tunnel, &info) < 0)
		fail("tunnel_info");
	return info;
}

/* Wait until event_fd says so, then take up to max. */
static int take(struct datapath_message *messages, int max)
{
	struct pollfd ready = { .fd = datapath_ops(dp)->event_fd(dp), .events = POLLIN };
	struct datapath_event events[8];
	int count = 0;

	for (int i = 0; i < 50 && !count; i++) {
		if (poll(&ready, 1, PATIENCE_MS) != 1)
			fail("no message comes");
		datapath_ops(dp)->events(dp, events, 8);
		count = datapath_ops(dp)->receive(dp, messages, max);
	}
	if (!count)
		fail("there is something, but no message");
	return count;
}

static struct datapath_message take_one(void)
{
	struct datapath_message message;

	take(&message, 1);
	equal("a message's length", message.length, MESSAGE);
	return message;
}

static void nothing_is_left(void)
{
	struct pollfd ready = { .fd = datapath_ops(dp)->event_fd(dp), .events = POLLIN };
	struct datapath_message message;
	struct datapath_event events[8];

	usleep(SETTLE_US);
	datapath_ops(dp)->events(dp, events, 8);
	if (datapath_ops(dp)->receive(dp, &message, 1))
		fail("there are more messages");
	while (datapath_ops(dp)->events(dp, events, 8) > 0)
		;
	if (poll(&ready, 1, 0))
		fail("event_fd is readable, but there is nothing");
}

static void reply(const struct datapath_message *message, handle tunnel)
{
	struct datapath_message out = *message;

	out.tunnel = tunnel;
	out.octets[9]++;
	datapath_ops(dp)->send(dp, &out, 1);
}

static uint64_t counted_control(void)
{
	struct datapath_totals totals;

	datapath_ops(dp)->totals(dp, &totals);
	return totals.rx_control;
}

/* --- the cases --- */

static void answer_to(const char *any, const char *ours, const char *peer)
{
	handle port = listen_on(any, PORT);
	int fd = peer_socket(peer, OTHER_PORT, ours, PORT);
	uint8_t octets[MESSAGE];

	for (uint8_t id = 0; id < 2; id++) {
		struct datapath_message message;

		send_control(fd, id, 5);
		message = take_one();
		equal("its port", message.port, port);
		equal("its tunnel id", message.octets[5], id);
		same("to whom it came", &message.local, ours, PORT);
		same("who sent it", &message.peer, peer, OTHER_PORT);
		reply(&message, HANDLE_NONE);
		equal("octets of the answer", peer_gets(fd, octets, sizeof(octets)), MESSAGE);
		equal("of the answer", octets[9], 6);
	}
	nothing_is_left();
	datapath_ops(dp)->unlisten(dp, port);
	send(fd, octets, MESSAGE, 0);
	usleep(SETTLE_US);
	if (send(fd, octets, MESSAGE, 0) == MESSAGE)
		fail("somebody still listens");
}

static void answer(void)
{
	answer_to("0.0.0.0", "127.0.0.9", "127.0.0.5");
}

static void answer6(void)
{
	answer_to("::", "2001:db8::2", "2001:db8::1");
}

/* However many ask, what belongs to a connection is there first, and no more than a few of the others at once. */
static void order(void)
{
	struct datapath_message messages[DATAPATH_MESSAGES_MAX];
	int fd, count, seen = 0;

	listen_on("127.0.0.1", PORT);
	fd = peer_socket("127.0.0.5", OTHER_PORT, "127.0.0.1", PORT);
	for (int i = 0; i < MANY; i++)
		send_control(fd, 0, (uint8_t)i);
	for (uint8_t i = 0; i < 3; i++)
		send_control(fd, 7, i);
	count = take(messages, DATAPATH_MESSAGES_MAX);
	equal("connections first", (uint64_t)count, 3);
	for (int i = 0; i < count; i++)
		equal("in their order", (uint64_t)(messages[i].octets[5] << 8 | messages[i].octets[9]),
		      (uint64_t)(7 << 8 | i));
	while (seen < MANY) {
		count = take(messages, DATAPATH_MESSAGES_MAX);
		if (count > 16)
			fail("too many that ask at once");
		for (int i = 0; i < count; i++, seen++)
			equal("those that ask, in their order", messages[i].octets[9], (uint64_t)seen);
		if (seen < MANY / 2) {
			send_control(fd, 7, 9);
			take(messages, DATAPATH_MESSAGES_MAX);
			equal("one in between", messages[0].octets[5], 7);
		}
	}
	nothing_is_left();
}

static void send_train(int fd, uint8_t *octets, size_t datagrams)
{
	int size = MESSAGE;

	if (setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &size, sizeof(size)) < 0 ||
	    send(fd, octets, datagrams * MESSAGE, 0) != (ssize_t)(datagrams * MESSAGE))
		fail("a train is not sent");
}

/* Data of no session, then two control messages, in one piece. */
static void behind(void)
{
	uint8_t octets[TRAIN * MESSAGE] = { 0 };
	struct datapath_message messages[4];
	int fd, count = 0;

	listen_on("0.0.0.0", PORT);
	fd = peer_socket("127.0.0.5", OTHER_PORT, "127.0.0.1", PORT);
	for (size_t i = 0; i < TRAIN; i++)
		octets[i * MESSAGE + 1] = 2;
	control(octets + (TRAIN - 2) * MESSAGE, 7, 1);
	control(octets + (TRAIN - 1) * MESSAGE, 0, 2);
	for (int round = 0; round < 3; round++) {
		send_train(fd, octets, TRAIN);
		for (count = 0; count < 2; count++) {
			messages[0] = take_one();
			equal("which", messages[0].octets[9], (uint64_t)count + 1);
			same("who sent it", &messages[0].peer, "127.0.0.5", OTHER_PORT);
		}
	}
	nothing_is_left();
	equal("counted as dropped", counted_control(), 0);
}

static uint64_t received(handle session)
{
	return info_of(session).stats.rx_packets;
}

static handle add_session(handle tunnel, uint32_t id)
{
	struct datapath_session_config config = { .tunnel = tunnel, .session_id = id, .peer_session_id = id + 1,
						  .pw_type = L2TP_PW_PPP };

	return session_made(&config);
}

/* A control message, data, and another one: each goes where it belongs, also when the peer's worker is not the first
 * one. */
static void before(void)
{
	uint8_t octets[TRAIN * MESSAGE] = { 0 };
	char peer[16];

	for (uint8_t last = 5; last < 9; last++) {
		handle tunnel, session;
		int fd;

		snprintf(peer, sizeof(peer), "127.0.0.%u", last);
		tunnel = add_tunnel(2, "127.0.0.1", PORT, peer, OTHER_PORT);
		session = add_session(tunnel, 3);
		fd = peer_socket(peer, OTHER_PORT, "127.0.0.1", PORT);
		for (size_t i = 0; i < TRAIN; i++)
			memcpy(octets + i * MESSAGE, (uint8_t[]){ 0, 2, 0, 1, 0, 3, 0xff, 3, 0, 0x21 }, 10);
		control(octets, 1, 1);
		control(octets + (TRAIN - 1) * MESSAGE, 1, 2);
		send_train(fd, octets, TRAIN);
		equal("first", take_one().octets[9], 1);
		equal("last", take_one().octets[9], 2);
		nothing_is_left();
		equal("data", received(session), TRAIN - 2);
		datapath_ops(dp)->tunnel_delete(dp, tunnel);
	}
}

static void tunnel(void)
{
	handle found = add_tunnel(2, "0.0.0.0", 0, "127.0.0.5", PORT);
	struct datapath_tunnel_config moved = { .peer = endpoint_at("127.0.0.5", OTHER_PORT), .peer_tunnel_id = 9 };
	struct datapath_tunnel_info info = tunnel_info_of(found), after;
	struct datapath_message message = { .port = info.port, .tunnel = found, .peer = endpoint_at("127.0.0.5", PORT),
					    .length = MESSAGE };
	uint8_t octets[MESSAGE], got[MESSAGE];
	int first, second;

	if (info.port == HANDLE_NONE || !info.local.port)
		fail("it has no port");
	first = peer_socket("127.0.0.5", PORT, "127.0.0.1", info.local.port);
	second = peer_socket("127.0.0.5", OTHER_PORT, "127.0.0.1", info.local.port);
	control(octets, 0, 1);
	message.octets = octets;
	datapath_ops(dp)->send(dp, &message, 1);
	equal("it sends", peer_gets(first, got, MESSAGE), MESSAGE);
	send_control(second, 1, 2);	/* the peer answers by another port */
	message = take_one();
	same("who sent it", &message.peer, "127.0.0.5", OTHER_PORT);
	equal("by the tunnel's port", message.port, info.port);
	if (datapath_ops(dp)->tunnel_modify(dp, found, &moved, DATAPATH_TUNNEL_PEER | DATAPATH_TUNNEL_PEER_ID,
					    NULL) < 0)
		fail("modify");
	after = tunnel_info_of(found);
	equal("its port after that", after.port, info.port);
	equal("its UDP port after that", after.local.port, info.local.port);
	send_control(second, 1, 3);
	equal("received", take_one().octets[9], 3);
	datapath_ops(dp)->tunnel_delete(dp, found);
	datapath_ops(dp)->send(dp, &message, 1);	/* its port is gone */
	equal("nothing is sent", peer_gets(second, got, MESSAGE), 0);
}

static struct datapath_packet next_packet(const char *what)
{
	struct pollfd ready = { .fd = datapath_ops(dp)->packet_fd(dp), .events = POLLIN };
	struct datapath_packet packet;

	if (poll(&ready, 1, PATIENCE_MS) != 1 || datapath_ops(dp)->packets(dp, &packet, 1) != 1)
		fail(what);
	return packet;
}

static void tapped(void)
{
	handle found = add_tunnel(2, "0.0.0.0", PORT, "127.0.0.5", OTHER_PORT);
	int fd = peer_socket("127.0.0.5", OTHER_PORT, "127.0.0.9", PORT);
	struct datapath_message message;
	struct datapath_packet packet;

	if (datapath_ops(dp)->tap(dp, found, HANDLE_NONE, 100, NULL) < 0)
		fail("tap");
	send_control(fd, 1, 4);
	message = take_one();
	packet = next_packet("what came is not seen");
	equal("it came", packet.outgoing, 0);
	equal("not dropped", (uint64_t)(packet.drop == DATAPATH_DROP_NONE), 1);
	equal("it", packet.octets[9], 4);
	equal("its tunnel", packet.tunnel, found);
	reply(&message, found);
	packet = next_packet("what was sent is not seen");
	equal("it went", packet.outgoing, 1);
	equal("it", packet.octets[9], 5);
	same("from", &packet.local, "127.0.0.9", PORT);
	same("to", &packet.peer, "127.0.0.5", OTHER_PORT);
}

/* A static tunnel on the port does not want them; while somebody listens there they are told all the same. */
static void shared(void)
{
	handle port;
	int fd;

	add_tunnel(3, "127.0.0.1", PORT, "127.0.0.5", OTHER_PORT);
	fd = peer_socket("127.0.0.5", OTHER_PORT, "127.0.0.1", PORT);
	send_control(fd, 1, 1);
	usleep(SETTLE_US);
	equal("counted", counted_control(), 1);
	port = listen_on("127.0.0.1", PORT);
	equal("the same again", listen_on("127.0.0.1", PORT), port);
	send_control(fd, 1, 2);
	send_control(fd, 0, 3);
	equal("told", take_one().octets[9], 2);
	equal("told", take_one().octets[9], 3);
	datapath_ops(dp)->unlisten(dp, port);
	send_control(fd, 1, 4);
	equal("told", take_one().octets[9], 4);
	datapath_ops(dp)->unlisten(dp, port);
	send_control(fd, 1, 5);
	send_control(fd, 0, 6);
	usleep(SETTLE_US);
	equal("counted again", counted_control(), 3);
	nothing_is_left();
}

static void many(void)
{
	uint64_t seen = 0;

	for (int i = 0; i < MANY; i++) {
		handle found = add_tunnel(2, "127.0.0.1", 0, "127.0.0.5", PORT);
		struct datapath_tunnel_info info = tunnel_info_of(found);
		int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		struct sockaddr_storage name;
		socklen_t length = endpoint_to_sockaddr(&info.local, &name);

		if (connect(fd, (struct sockaddr *)&name, length) < 0)
			fail("connect");
		for (uint8_t n = 0; n < 3; n++)
			send_control(fd, 1, n);
		close(fd);
	}
	while (seen < 3 * MANY) {
		struct datapath_message messages[DATAPATH_MESSAGES_MAX];

		seen += (uint64_t)take(messages, DATAPATH_MESSAGES_MAX);
	}
	equal("messages", seen, 3 * MANY);
	nothing_is_left();
}

/* A tunnel of somebody who asked: it has the port that was listened to, and what it sends leaves from the address that
 * was asked. */
static void responder(void)
{
	struct datapath_tunnel_config config = { .version = 2, .tunnel_id = 1, .peer_tunnel_id = 2,
						 .udp_checksum = true, .port = listen_on("0.0.0.0", PORT),
						 .local = endpoint_at("127.0.0.9", PORT),
						 .peer = endpoint_at("127.0.0.5", OTHER_PORT) };
	int fd = peer_socket("127.0.0.5", OTHER_PORT, "127.0.0.9", PORT), client;
	const uint8_t frame[] = { 0xff, 3, 0xc0, 0x21 };
	struct sockaddr_un name = { .sun_family = AF_UNIX, .sun_path = "responder.socket" };
	struct datapath_session_config session = { .pw_type = L2TP_PW_PPP, .session_id = 3, .peer_session_id = 4,
						   .frames = name.sun_path };
	struct datapath_message message;
	struct error error = { 0 };
	uint8_t octets[MESSAGE];
	handle added;

	if (datapath_ops(dp)->tunnel_add(dp, &config, &session.tunnel, &error) < 0 ||
	    datapath_ops(dp)->session_add(dp, &session, &added, &error) < 0)
		fail(error.text);
	equal("its port", tunnel_info_of(session.tunnel).port, config.port);
	same("its end", &(struct endpoint){ tunnel_info_of(session.tunnel).local.address, PORT }, "127.0.0.9", PORT);
	client = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (connect(client, (struct sockaddr *)&name, sizeof(name)) < 0 ||
	    send(client, frame, sizeof(frame), 0) != sizeof(frame))
		fail("the frame socket");
	equal("data", peer_gets(fd, octets, sizeof(octets)), 6 + sizeof(frame));
	datapath_ops(dp)->unlisten(dp, config.port);
	send_control(fd, 1, 4);	/* it stays as long as the tunnel */
	message = take_one();
	equal("its message", message.octets[9], 4);
	same("to its address", &message.local, "127.0.0.9", PORT);
	datapath_ops(dp)->tunnel_delete(dp, session.tunnel);
	if (datapath_ops(dp)->tunnel_add(dp, &config, &added, NULL) == 0)
		fail("a port that is no more is taken");
}

/* Nobody is there: the network says so, once, and what is sent after that is sent. */
static void refusing(void)
{
	handle found = add_tunnel(2, "127.0.0.1", PORT, "127.0.0.5", OTHER_PORT);
	uint8_t octets[MESSAGE], got[MESSAGE];
	struct datapath_message message = { .port = tunnel_info_of(found).port, .tunnel = found, .octets = octets,
					    .length = MESSAGE, .peer = endpoint_at("127.0.0.5", OTHER_PORT) };
	struct pollfd ready = { .fd = datapath_ops(dp)->event_fd(dp), .events = POLLIN };
	struct datapath_message received;
	struct datapath_event event = { 0 };
	int fd;

	control(octets, 2, 1);
	datapath_ops(dp)->send(dp, &message, 1);
	for (int i = 0; i < 10 && !event.tunnel; i++) {
		if (poll(&ready, 1, PATIENCE_MS) != 1)
			fail("nothing is said of a peer that is not there");
		datapath_ops(dp)->receive(dp, &received, 1);
		datapath_ops(dp)->events(dp, &event, 1);
	}
	equal("event", event.kind, DATAPATH_EVENT_UNREACHABLE);
	equal("its tunnel", event.tunnel, found);
	nothing_is_left();
	datapath_ops(dp)->send(dp, &message, 1);
	usleep(SETTLE_US);	/* the next answer waits on the socket */
	fd = peer_socket("127.0.0.5", OTHER_PORT, "127.0.0.1", PORT);
	datapath_ops(dp)->send(dp, &message, 1);
	equal("sent all the same", peer_gets(fd, got, MESSAGE), MESSAGE);
}

/* --- messages that go together --- */

/* So many of these lengths, numbered; the last to somebody else. */
static void send_batch(handle tunnel, const size_t *lengths, int count)
{
	static uint8_t octets[8][LONG_MESSAGE];
	struct datapath_message messages[8];

	for (int i = 0; i < count; i++) {
		control(octets[i], 2, (uint8_t)i);
		messages[i] = (struct datapath_message){ .port = tunnel_info_of(tunnel).port, .tunnel = tunnel,
							 .octets = octets[i], .length = (uint32_t)lengths[i],
							 .peer = endpoint_at("127.0.0.5", OTHER_PORT) };
	}
	messages[count - 1].tunnel = HANDLE_NONE;
	messages[count - 1].peer = endpoint_at("127.0.0.6", OTHER_PORT);
	datapath_ops(dp)->send(dp, messages, count);
}

static void gets_each(int fd, const size_t *lengths, int count)
{
	uint8_t got[LONG_MESSAGE];

	for (int i = 0; i < count; i++) {
		equal("its length", peer_gets(fd, got, sizeof(got)), lengths[i]);
		equal("its number", got[9], (uint64_t)i);
	}
}

/* Those of one length to one peer, and one that is shorter, leave as one; on the wire they are as they were. */
static void together(void)
{
	static const size_t lengths[] = { 40, 40, 40, 20, 40, 50, 40 };
	const int count = sizeof(lengths) / sizeof(lengths[0]), on = 1;
	handle tunnel = add_tunnel(2, "127.0.0.1", PORT, "127.0.0.5", OTHER_PORT);
	int fd = peer_socket("127.0.0.5", OTHER_PORT, "127.0.0.1", PORT);
	int other = peer_socket("127.0.0.6", OTHER_PORT, "127.0.0.1", PORT);
	uint8_t got[LONG_MESSAGE];

	send_batch(tunnel, lengths, count);
	gets_each(fd, lengths, count - 1);
	equal("somebody else's", peer_gets(other, got, sizeof(got)), 40);
	equal("its number", got[9], (uint64_t)count - 1);
	if (setsockopt(fd, IPPROTO_UDP, UDP_GRO, &on, sizeof(on)) < 0)
		fail("UDP_GRO");
	send_batch(tunnel, lengths, count);
	equal("a train", peer_gets(fd, got, sizeof(got)), 40 + 40 + 40 + 20);
	equal("a single one", peer_gets(fd, got, sizeof(got)), 40);
	equal("a longer one", peer_gets(fd, got, sizeof(got)), 50);
}

/* The path became narrower and nobody told us yet: the kernel refuses the train, not the messages. */
static void apart(void)
{
	static const size_t lengths[] = { LONG_MESSAGE, LONG_MESSAGE, LONG_MESSAGE, 40 };
	handle tunnel = add_tunnel(2, "127.0.0.1", PORT, "127.0.0.5", OTHER_PORT);
	int fd = peer_socket("127.0.0.5", OTHER_PORT, "127.0.0.1", PORT);
	struct datapath_totals totals;

	if (system("ip route replace local 127.0.0.5 dev lo table local mtu 600"))
		fail("ip route");
	send_batch(tunnel, lengths, 4);
	gets_each(fd, lengths, 3);
	datapath_ops(dp)->totals(dp, &totals);
	equal("unsent", totals.tx_unsent, 0);
	send_batch(tunnel, lengths, 4);
	gets_each(fd, lengths, 3);
}

/* Frames of sessions that negotiate at once: as many as can leave together, and none before what its session has sent
 * earlier. */
static void frames(void)
{
	enum { A, B, C, SESSIONS };
	static const struct {
		uint8_t session, number, length;
	} sent[] = { { A, 0, 20 }, { B, 0, 40 }, { C, 0, 20 }, { A, 1, 40 }, { B, 1, 20 }, { C, 1, 40 } };
	const int count = sizeof(sent) / sizeof(sent[0]), on = 1;
	handle tunnel = add_tunnel(2, "127.0.0.1", PORT, "127.0.0.5", OTHER_PORT), sessions[SESSIONS];
	int fd = peer_socket("127.0.0.5", OTHER_PORT, "127.0.0.1", PORT), trains;
	uint8_t octets[6][40] = { { 0 } }, got[LONG_MESSAGE], numbers[SESSIONS] = { 0 };
	struct datapath_message messages[6] = { { 0 } };

	for (uint8_t i = 0; i < SESSIONS; i++)
		sessions[i] = add_session(tunnel, (uint16_t)(10 * (i + 1)));
	for (int i = 0; i < count; i++) {
		memcpy(octets[i], (uint8_t[]){ 0xff, 3, 0xc0, 0x21, sent[i].session, sent[i].number }, 6);
		messages[i] = (struct datapath_message){ .session = sessions[sent[i].session], .octets = octets[i],
							 .length = sent[i].length };
	}
	datapath_ops(dp)->send(dp, messages, count);
	for (int i = 0; i < count; i++) {
		equal("its header", peer_gets(fd, got, sizeof(got)) > 12, 1);
		equal("its number", got[6 + 5], numbers[got[6 + 4]]++);
	}
	if (setsockopt(fd, IPPROTO_UDP, UDP_GRO, &on, sizeof(on)) < 0)
		fail("UDP_GRO");
	datapath_ops(dp)->send(dp, messages, count);
	for (trains = 0; peer_gets(fd, got, sizeof(got)); trains++)
		;
	equal("trains", (uint64_t)trains, 2);
}

static const struct case_of_many cases[] = {
	{ "answer", answer }, { "answer6", answer6 }, { "order", order }, { "behind", behind }, { "before", before },
	{ "tunnel", tunnel }, { "tapped", tapped }, { "shared", shared }, { "many", many },
	{ "responder", responder }, { "refused", refusing }, { "together", together }, { "apart", apart },
	{ "frames", frames },
};

int main(int argc, char **argv)
{
	return run_case(argc, argv, "datapath_messages", WORKERS, cases, sizeof(cases) / sizeof(cases[0]));
}
