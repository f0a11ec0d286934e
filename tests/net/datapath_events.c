/* SPDX-License-Identifier: MIT */
/*
 * What cannot be arranged with a daemon around it: `datapath_events CASE` opens the user datapath with two workers,
 * in a namespace with nothing but loopback, and is engine and peer in one.  The peer is any address of 127/8; which
 * one it is decides at which worker its packets arrive.  Prints why and exits 1 when a case fails.
 */
#include <arpa/inet.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "datapath/user/worker.h"

#include "_datapath.h"

#define PORT 1701
#define WORKERS 2
#define PACKET 72		/* L2TP header, sublayer, Ethernet frame */
#define STUMP 20		/* of it: no whole frame */
#define TRAIN 20		/* packets in one message */
#define CROWD 400		/* sessions: more than the queue of notices holds */
#define PATHS 100		/* more than events are taken at once */
#define EVENTS 64
#define CROWDED 20000u		/* packets: more than a ring of taps holds */
#define SETTLE_US 200000	/* until workers are surely done with what was sent */
#define PATIENCE_MS 4000
#define RACE_MS 2000


static void run(const char *command)
{
	if (system(command) != 0)
		fail(command);
}

static struct endpoint endpoint(const char *address)
{
	return endpoint_at(address, PORT);
}

/* An address whose packets arrive at this worker. */
static const char *peer_of_worker(unsigned int worker)
{
	static char text[16];
	struct endpoint peer;

	for (int i = 2; i < 100; i++) {
		snprintf(text, sizeof(text), "127.0.0.%d", i);
		peer = endpoint(text);
		if (steer_worker(L2TP_ENCAP_UDP, &peer, 0, WORKERS) == worker)
			return text;
	}
	fail("no address leads to this worker");
	return NULL;
}

static handle add_tunnel(const char *peer)
{
	struct datapath_tunnel_config config = { .encap = L2TP_ENCAP_UDP, .tunnel_id = 1, .peer_tunnel_id = 2,
						 .local = endpoint("127.0.0.1"), .peer = endpoint(peer),
						 .udp_checksum = true };

	return tunnel_made(&config);
}

static handle add_session(handle tunnel, uint32_t id, uint32_t reorder_timeout, uint32_t carrier_timeout)
{
	struct datapath_session_config config = { .tunnel = tunnel, .pw_type = L2TP_PW_ETH, .session_id = id,
						  .peer_session_id = id, .l2spec = L2TP_L2SPEC_DEFAULT,
						  .reorder_timeout = reorder_timeout,
						  .carrier_timeout = carrier_timeout, .interface_up = true };

	return session_made(&config);
}

static uint64_t received(handle session)
{
	return info_of(session).stats.rx_packets;
}

/* --- the peer --- */

static int peer_socket(const char *address)
{
	return socket_between(endpoint(address), endpoint("127.0.0.1"));
}

static void packet(uint8_t *octets, uint32_t session_id, uint32_t sequence)
{
	uint32_t id = htonl(session_id), sublayer = htonl(0x40000000 | (sequence & 0xffffff));

	memset(octets, 0, PACKET);
	octets[1] = 3;
	memcpy(octets + 4, &id, 4);
	memcpy(octets + 8, &sublayer, 4);
	memset(octets + 12, 0xff, 6);
	octets[18] = 2;		/* the source address */
	octets[24] = 0x88;	/* a type that nobody listens to */
	octets[25] = 0xb5;
}

static void send_packet(int fd, uint32_t session_id, uint32_t sequence)
{
	uint8_t octets[PACKET];

	packet(octets, session_id, sequence);
	if (send(fd, octets, PACKET, 0) != PACKET)
		fail("send");
}

static void send_train(int fd, bool control_first, uint32_t sequence, uint32_t step)
{
	uint8_t octets[PACKET * TRAIN];
	int size = PACKET;

	for (uint32_t i = 0; i < TRAIN; i++)
		packet(octets + (size_t)(PACKET * i), 1, sequence + step * i);
	if (control_first) {
		octets[0] = 0xc8;	/* T, L, S */
		octets[7] = 1;		/* a connection's id */
	}
	if (setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &size, sizeof(size)) < 0 ||
	    send(fd, octets, sizeof(octets), 0) != sizeof(octets))
		fail("a train is not sent");
}

/* --- the cases --- */

static uint64_t control_packets(void)
{
	struct datapath_totals totals;

	datapath_ops(dp)->totals(dp, &totals);
	return totals.rx_control;
}

/* A session is touched by the worker that it belongs to, also when the kernel put its packets behind a control
 * message, which leads to the first worker. */
static void control_before_data(void)
{
	const char *peer = peer_of_worker(1);
	handle session = add_session(add_tunnel(peer), 1, 0, 0);
	int fd = peer_socket(peer);

	send_train(fd, false, 0, 1);
	usleep(SETTLE_US);
	equal("packets of a train of data", received(session), TRAIN);
	send_train(fd, true, TRAIN, 1);
	usleep(SETTLE_US);
	equal("counted as control by the first worker", control_packets(), TRAIN);
	equal("packets that another worker delivered", received(session) - TRAIN, 0);
}

/* The same under load, with packets held for reordering: two workers on one queue would not survive it. */
static void control_before_data_race(void)
{
	const char *peer = peer_of_worker(1);
	handle session = add_session(add_tunnel(peer), 1, 100, 0);
	int fd = peer_socket(peer);
	uint64_t end = now_ms() + RACE_MS;

	for (uint32_t sequence = 0; now_ms() < end; sequence += TRAIN / 2)
		send_train(fd, sequence % 4 == 0, sequence, 2);
	usleep(SETTLE_US);
	if (!received(session))
		fail("nothing arrives");
}

/* Packets are held when the peer moves to another worker's address: the old worker is done with them first. */
static void peer_moves(void)
{
	char old[16];
	const char *new;
	struct datapath_tunnel_config moved;
	struct error error = { 0 };
	handle tunnel, first, second;
	int from_old;

	snprintf(old, sizeof(old), "%s", peer_of_worker(0));
	new = peer_of_worker(1);
	tunnel = add_tunnel(old);
	first = add_session(tunnel, 1, 60000, 0);
	second = add_session(tunnel, 2, 60000, 0);
	from_old = peer_socket(old);
	for (uint32_t id = 1; id <= 2; id++) {
		send_packet(from_old, id, 0);
		send_packet(from_old, id, 2);
	}
	usleep(SETTLE_US);
	if (!shared_get(user_datapath(dp)->workers[0].holding))
		fail("nothing is held");
	moved = (struct datapath_tunnel_config){ .peer = endpoint(new) };
	if (datapath_ops(dp)->tunnel_modify(dp, tunnel, &moved, DATAPATH_TUNNEL_PEER, &error) < 0)
		fail(error.text);
	equal("packets of the first session", received(first), 2);
	equal("packets of the second session", received(second), 2);
	if (shared_get(user_datapath(dp)->workers[0].holding))
		fail("the old worker still holds packets");
	send_packet(peer_socket(new), 2, 1);
	usleep(SETTLE_US);
	equal("with one from the new address", received(second), 3);
}

/* Take events of this kind until there were as many, or patience ends. */
static void expect_events(const char *what, enum datapath_event_kind kind, bool carrier, int wanted)
{
	struct pollfd ready = { .fd = datapath_ops(dp)->event_fd(dp), .events = POLLIN };
	struct datapath_event events[EVENTS];
	uint64_t end = now_ms() + PATIENCE_MS;
	int count, found = 0;

	while (found < wanted && now_ms() < end) {
		poll(&ready, 1, 100);
		count = datapath_ops(dp)->events(dp, events, EVENTS);
		for (int i = 0; i < count; i++)
			found += events[i].kind == kind &&
				 (kind != DATAPATH_EVENT_CARRIER || events[i].carrier == carrier);
	}
	equal(what, (uint64_t)found, (uint64_t)wanted);
}

/* More happens than the queue of notices holds before anybody looks. */
static void crowd(void)
{
	const char *peer = peer_of_worker(0);
	handle tunnel = add_tunnel(peer);
	int fd = peer_socket(peer);
	char command[64];

	for (uint32_t id = 1; id <= CROWD; id++)
		add_session(tunnel, id, 0, 1000);
	expect_events("carrier lost", DATAPATH_EVENT_CARRIER, false, CROWD);
	for (uint32_t id = 1; id <= CROWD; id++)
		send_packet(fd, id, 0);
	usleep(SETTLE_US);
	expect_events("carrier there again", DATAPATH_EVENT_CARRIER, true, CROWD);
	expect_events("carrier lost again", DATAPATH_EVENT_CARRIER, false, CROWD);
	snprintf(command, sizeof(command), "ip link delete group %u", user_datapath(dp)->link_group);
	run(command);
	usleep(SETTLE_US);
	expect_events("devices gone", DATAPATH_EVENT_DEVICE_GONE, false, CROWD);
}

/* Narrowed paths are all asked again, however many they are. */
static void paths_widen(void)
{
	struct itimerspec soon = { .it_value = { .tv_nsec = 1000000 } };
	struct tunnel *tunnel;
	uint32_t position = 0;
	char peer[16];

	run("ip link set lo mtu 1400");
	for (int i = 1; i <= PATHS; i++) {
		snprintf(peer, sizeof(peer), "127.0.1.%d", i);
		add_tunnel(peer);
	}
	while ((tunnel = handle_next(&user_datapath(dp)->tunnels, &position)))
		tunnel->narrowed = true;	/* as after an ICMP message for each */
	run("ip link set lo mtu 1500");
	user_datapath(dp)->path_probe = 1;
	timerfd_settime(user_datapath(dp)->timer_fd, 0, &soon, NULL);
	expect_events("paths with a new MTU", DATAPATH_EVENT_PATH_MTU, false, PATHS);
	for (position = 0; (tunnel = handle_next(&user_datapath(dp)->tunnels, &position));)
		equal("MTU of a path", tunnel->path->mtu, 1500);
}

/* --- taps --- */

/* Devices say nothing by themselves. */
static void be_quiet(void)
{
	run("sysctl -qw net.ipv6.conf.default.disable_ipv6=1");
}

static void tap(handle tunnel, handle session, uint32_t snaplen)
{
	struct error error = { 0 };

	if (datapath_ops(dp)->tap(dp, tunnel, session, snaplen, &error) < 0)
		fail(error.text);
}

/* The next packet, which must come by itself; checks what all have in common. */
static struct datapath_packet next_packet(const char *what, handle tunnel, handle session, int drop, bool held)
{
	struct pollfd ready = { .fd = datapath_ops(dp)->packet_fd(dp), .events = POLLIN };
	struct datapath_packet packet = { 0 };
	uint64_t end = now_ms() + PATIENCE_MS;

	while (!datapath_ops(dp)->packets(dp, &packet, 1))
		if (now_ms() > end || poll(&ready, 1, PATIENCE_MS) != 1)
			fail(what);
	if (packet.tunnel != tunnel || packet.session != session || packet.outgoing || packet.held != held)
		fail(what);
	equal(what, (uint64_t)packet.drop, (uint64_t)drop);
	equal("port of the peer", packet.peer.port, PORT);
	equal("octet of the peer's address", packet.peer.address.bytes[0], 127);
	equal("octet of our address", packet.local.address.bytes[3], 1);
	return packet;
}

static void no_packet(const char *what)
{
	struct pollfd ready = { .fd = datapath_ops(dp)->packet_fd(dp), .events = POLLIN };
	struct datapath_packet packet;

	usleep(SETTLE_US);
	if (datapath_ops(dp)->packets(dp, &packet, 1) || poll(&ready, 1, 0))
		fail(what);
}

static void send_control(int fd, uint8_t connection)
{
	const uint8_t hello[] = { 0xc8, 3, 0, 20, 0, 0, 0, connection, 0, 0, 0, 0, 0x80, 8, 0, 0, 0, 0, 0, 6 };

	if (send(fd, hello, sizeof(hello), 0) != sizeof(hello))
		fail("send");
}

static void tapped_session(int fd, handle tunnel, handle session)
{
	struct datapath_packet first;
	uint8_t octets[PACKET];

	tap(tunnel, session, 32);
	send_packet(fd, 2, 0);
	send_control(fd, 1);
	send_packet(fd, 1, 0);
	first = next_packet("delivered", tunnel, session, DATAPATH_DROP_NONE, false);
	equal("its length", first.length, PACKET);
	equal("its cookie's", first.cookie_length, 0);
	equal("what is captured", first.captured, 32);
	equal("its session id", first.octets[7], 1);
	equal("its first octet behind the header", first.octets[12], 0xff);
	send_packet(fd, 1, 2);
	next_packet("ahead of its turn", tunnel, session, DATAPATH_DROP_NONE, true);
	send_packet(fd, 1, 0);
	next_packet("old", tunnel, session, DATAPATH_DROP_SEQUENCE, false);
	send_packet(fd, 1, 1);	/* with it goes the one that was held */
	next_packet("the one in between", tunnel, session, DATAPATH_DROP_NONE, false);
	/* what is wrong with one that was held is not said of the one with which it goes */
	packet(octets, 1, 4);
	if (send(fd, octets, STUMP, 0) != STUMP)
		fail("send");
	next_packet("a stump ahead of its turn", tunnel, session, DATAPATH_DROP_NONE, true);
	send_packet(fd, 1, 3);
	next_packet("the one before the stump", tunnel, session, DATAPATH_DROP_NONE, false);
	if (send(fd, "\0\3\0\0\0\0\0\1", 8, 0) != 8)
		fail("send");
	next_packet("without a sublayer", tunnel, session, DATAPATH_DROP_INVALID, false);
	no_packet("another session's, or none's, is seen");
}

/* Of a tunnel there is more to see: all its sessions, and what its peer sends for none of them. */
static void tapped_tunnel(int fd, handle tunnel, handle first, handle second)
{
	tap(tunnel, HANDLE_NONE, 100);
	send_packet(fd, 2, 1);
	equal("captured", next_packet("delivered", tunnel, second, DATAPATH_DROP_NONE, false).captured, PACKET);
	send_packet(fd, 1, 5);
	equal("captured", next_packet("delivered", tunnel, first, DATAPATH_DROP_NONE, false).captured, PACKET);
	send_packet(fd, 7, 0);
	next_packet("of no session", tunnel, HANDLE_NONE, DATAPATH_DROP_UNKNOWN_SESSION, false);
	send_control(fd, 1);
	next_packet("control", tunnel, HANDLE_NONE, DATAPATH_DROP_CONTROL, false);
	send_control(fd, 0);
	next_packet("control of no connection", tunnel, HANDLE_NONE, DATAPATH_DROP_CONTROL, false);
	send_control(fd, 9);
	no_packet("control for another tunnel is seen");
	second = add_session(tunnel, 3, 0, 0);
	send_packet(fd, 3, 0);
	next_packet("of a new session", tunnel, second, DATAPATH_DROP_NONE, false);
}

static void taps(void)
{
	const char *peer = peer_of_worker(1);
	handle tunnel = add_tunnel(peer), first, second;
	int fd = peer_socket(peer), stranger = peer_socket(peer_of_worker(0));

	be_quiet();
	first = add_session(tunnel, 1, 60000, 0);
	second = add_session(tunnel, 2, 0, 0);
	tapped_session(fd, tunnel, first);
	send_packet(stranger, 1, 4);
	next_packet("from another address", tunnel, first, DATAPATH_DROP_WRONG_SOURCE, false);
	tapped_tunnel(fd, tunnel, first, second);
	send_packet(stranger, 7, 4);
	send_control(stranger, 1);
	no_packet("a stranger's are seen");
	tap(tunnel, HANDLE_NONE, 0);
	send_packet(fd, 2, 2);
	no_packet("a session is seen whose tunnel is tapped no more");
	send_packet(fd, 1, 6);
	equal("captured", next_packet("the other tap", tunnel, first, DATAPATH_DROP_NONE, false).captured, 32);
	datapath_ops(dp)->session_delete(dp, &first, 1);
	equal("rings without a tap", user_datapath(dp)->workers[0].ring || user_datapath(dp)->workers[1].ring, 0);
	tap(tunnel, HANDLE_NONE, 1);
	datapath_ops(dp)->tunnel_delete(dp, tunnel);
	equal("taps without a tunnel", user_datapath(dp)->taps + user_datapath(dp)->tapped_count, 0);
}

/* More than the ring holds before anybody looks: the rest is counted, and told with the next. */
static void taps_overflow(void)
{
	const char *peer = peer_of_worker(0);
	handle tunnel = add_tunnel(peer), session;
	struct datapath_packet packets[64];
	int fd = peer_socket(peer), count;
	uint64_t seen = 0, lost = 0;

	be_quiet();
	session = add_session(tunnel, 1, 0, 0);
	tap(tunnel, session, PACKET);
	for (uint32_t sequence = 0; sequence < CROWDED; sequence += TRAIN) {
		send_train(fd, false, sequence, 1);
		if (sequence % (TRAIN * 50) == 0)
			usleep(1000);	/* its socket has a buffer, too */
	}
	usleep(SETTLE_US);
	while ((count = datapath_ops(dp)->packets(dp, packets, 64)) > 0)
		for (int i = 0; i < count; i++, seen++)
			lost += packets[i].lost;
	if (seen < 1000 || seen >= CROWDED)
		fail("the ring does not have the size that it should");
	send_packet(fd, 1, CROWDED);
	usleep(SETTLE_US);
	equal("packets", (uint64_t)datapath_ops(dp)->packets(dp, packets, 64), 1);
	equal("seen, lost and one more", seen + lost + packets[0].lost + 1, received(session));
	send_packet(fd, 1, CROWDED + 1);
	usleep(SETTLE_US);
	equal("packets", (uint64_t)datapath_ops(dp)->packets(dp, packets, 64), 1);
	equal("told twice", packets[0].lost, 0);
}

/* Taps, sessions and rings come and go while packets arrive. */
static void taps_race(void)
{
	const char *peer = peer_of_worker(1);
	handle tunnel = add_tunnel(peer), session = add_session(tunnel, 1, 100, 0);
	struct datapath_packet packets[64];
	uint64_t end = now_ms() + RACE_MS, seen = 0;
	int fd = peer_socket(peer);

	for (uint32_t i = 0; now_ms() < end; i++) {
		send_train(fd, i % 9 == 0, i * TRAIN / 2, 2);
		tap(tunnel, i % 3 ? session : HANDLE_NONE, i * 7 % 5 ? 20 : 0);
		if (i % 4 == 0)
			seen += (uint64_t)datapath_ops(dp)->packets(dp, packets, 64);
		if (i % 101 == 0) {
			datapath_ops(dp)->session_delete(dp, &session, 1);
			session = add_session(tunnel, 1, 100, 0);
		}
	}
	if (!seen)
		fail("nothing is seen");
}

static const struct case_of_many cases[] = {
	{ "train", control_before_data }, { "race", control_before_data_race }, { "move", peer_moves },
	{ "crowd", crowd }, { "paths", paths_widen },
	{ "taps", taps }, { "full", taps_overflow }, { "taprace", taps_race },
};

int main(int argc, char **argv)
{
	return run_case(argc, argv, "datapath_events", WORKERS, cases, sizeof(cases) / sizeof(cases[0]));
}
