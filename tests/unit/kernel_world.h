/* SPDX-License-Identifier: MIT */
/*
 * The kernel's API over a service over the null datapath: requests as octets, replies as octets, and a system that
 * does what the test says.  What is expected is put together here, without the library that the room uses.
 */
#ifndef L2TPD_TESTS_UNIT_KERNEL_WORLD_H
#define L2TPD_TESTS_UNIT_KERNEL_WORLD_H

#include <errno.h>
#include <netinet/in.h>
#include <linux/genetlink.h>
#include <linux/l2tp.h>
#include <linux/netlink.h>

#include "kernel/kernel.h"

#include "service_world.h"

#define FAMILY_ID 0x3f0
#define GROUP_ID 77
#define PORT_ID 4242		/* of the first client; the others count on */
#define SEQUENCE 9
#define CLIENTS 3		/* two in the daemon's namespace, the third in `red` */

struct octets {
	size_t length;
	_Alignas(4) uint8_t octets[8192];
};

struct kernel_world {
	struct world *world;		/* first: *state is both */
	struct kernel *kernel;
	struct kernel_client *clients[CLIENTS];
	struct kernel_caller caller;
	/* the system */
	int probe_errno, take_errno;
	bool chooses;			/* probe: port 40000 where none is given, and 192.0.2.77 for any address */
	struct kernel_wanted wanted;	/* what was asked for last */
	struct kernel_socket socket;	/* that take_socket() finds */
	uint64_t dropped;		/* cookie of the last that was given back */
	int claims;			/* sessions that the program's socket does not get ... */
	uint8_t claimed_version;
	uint32_t claimed;		/* ... and the last of them, or of those that it gets again */
	struct octets forwarded;
	unsigned int wakes, detached;
};

static inline int fake_probe(void *context, const struct kernel_wanted *wanted, struct kernel_socket *socket)
{
	struct kernel_world *kworld = context;

	kworld->wanted = *wanted;
	if (kworld->probe_errno)
		return kworld->probe_errno;
	socket->local = wanted->local;
	socket->peer = wanted->peer;
	if (wanted->encap == CONFIG_ENCAP_IP)
		socket->local.port = socket->peer.port = 0;
	else if (!wanted->peer.port)
		socket->peer = (struct endpoint){ .address.family = wanted->peer.address.family };
	if (kworld->chooses && wanted->encap == CONFIG_ENCAP_UDP && !wanted->local.port)
		socket->local.port = 40000;
	if (kworld->chooses && address_is_any(&wanted->local.address))
		address_parse("192.0.2.77", &socket->local.address);
	return 0;
}

static inline int fake_take(void *context, const char *netns, int32_t pid, int fd, enum config_encap encap,
			    struct kernel_socket *socket)
{
	struct kernel_world *kworld = context;

	assert_int_equal(pid, kworld->caller.pid);
	if (kworld->take_errno)
		return kworld->take_errno;
	*socket = kworld->socket;
	socket->is_connected = socket->peer.port;
	return 0;
}

static inline void fake_drop(void *context, uint64_t cookie)
{
	((struct kernel_world *)context)->dropped = cookie;
}

static inline int fake_claim(void *context, uint64_t cookie, uint8_t version, uint32_t id, bool claimed)
{
	struct kernel_world *kworld = context;

	assert_int_equal(cookie, kworld->socket.cookie);
	kworld->claims += claimed ? 1 : -1;
	kworld->claimed_version = version;
	kworld->claimed = id;
	return 0;
}

static inline void fake_detached(void *context, void *owner)
{
	((struct kernel_world *)context)->detached++;
}

static inline void fake_forward(void *context, void *owner, const void *message, size_t length)
{
	struct kernel_world *kworld = context;

	assert_ptr_equal(owner, &kworld->clients[0]);
	memcpy(kworld->forwarded.octets, message, length);
	kworld->forwarded.length = length;
}

static inline void fake_wake(void *context, void *owner)
{
	((struct kernel_world *)context)->wakes++;
}

static inline int kernel_world_begin(void **state)
{
	struct kernel_world *kworld = calloc(1, sizeof(*kworld));
	const struct kernel_host host = {
		.context = kworld, .family_id = FAMILY_ID, .group_id = GROUP_ID, .probe = fake_probe,
		.take_socket = fake_take, .drop_socket = fake_drop, .claim = fake_claim, .forward = fake_forward,
		.detached = fake_detached, .wake = fake_wake,
	};
	void *world;

	assert_non_null(kworld);
	world_begin(&world);
	kworld->world = world;
	kworld->caller = (struct kernel_caller){ .admin = true, .pid = 17 };
	kworld->kernel = kernel_new(kworld->world->service, &host);
	assert_non_null(kworld->kernel);
	for (unsigned int i = 0; i < CLIENTS; i++) {
		kworld->clients[i] = kernel_client_new(kworld->kernel, i == 2 ? "red" : "", PORT_ID + i,
						       &kworld->clients[i]);
		assert_non_null(kworld->clients[i]);
	}
	*state = kworld;
	return 0;
}

static inline int kernel_world_end(void **state)
{
	struct kernel_world *kworld = *state;
	void *world = kworld->world;

	kernel_free(kworld->kernel);
	free(kworld);
	return world_end(&world);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, kernel_world_begin, kernel_world_end)

/* --- putting octets together --- */

static inline void put(struct octets *to, const void *octets, size_t length)
{
	memcpy(to->octets + to->length, octets, length);
	to->length += length;
}

/* The length is finish()'s. */
static inline struct octets begin(uint16_t type, uint16_t flags, uint32_t port_id, uint8_t command, uint8_t version)
{
	const struct nlmsghdr header = {
		.nlmsg_type = type, .nlmsg_flags = flags, .nlmsg_seq = SEQUENCE, .nlmsg_pid = port_id,
	};
	const struct genlmsghdr generic = { .cmd = command, .version = version };
	struct octets to = { 0 };

	put(&to, &header, sizeof(header));
	put(&to, &generic, sizeof(generic));
	return to;
}

static inline void finish(struct octets *message)
{
	uint32_t length = (uint32_t)message->length;

	memcpy(message->octets, &length, sizeof(length));
}

/* A request to the family: as iproute2, with version 1. */
static inline struct octets request(uint8_t command, uint16_t flags)
{
	return begin(FAMILY_ID, NLM_F_REQUEST | flags, 0, command, 1);
}

static inline void put_attribute(struct octets *to, uint16_t type, const void *value, size_t length)
{
	const uint16_t header[2] = { (uint16_t)(4 + length), type };

	put(to, header, sizeof(header));
	put(to, value, length);
	while (to->length % 4)
		to->octets[to->length++] = 0;
}

static inline void put8(struct octets *to, uint16_t type, uint8_t value)
{
	put_attribute(to, type, &value, sizeof(value));
}

static inline void put16(struct octets *to, uint16_t type, uint16_t value)
{
	put_attribute(to, type, &value, sizeof(value));
}

static inline void put32(struct octets *to, uint16_t type, uint32_t value)
{
	put_attribute(to, type, &value, sizeof(value));
}

static inline void put64(struct octets *to, uint16_t type, uint64_t value)
{
	put_attribute(to, type, &value, sizeof(value));
}

/* With its NUL. */
static inline void put_text(struct octets *to, uint16_t type, const char *text)
{
	put_attribute(to, type, text, strlen(text) + 1);
}

static inline void put_ip(struct octets *to, uint16_t type, const char *text)
{
	struct address address;

	assert_true(address_parse(text, &address));
	put_attribute(to, type, address.bytes, address.family == AF_INET ? 4 : 16);
}

/* Ten counters of 0, in the kernel's order. */
static inline void put_no_stats(struct octets *to)
{
	static const uint16_t types[] = { 1, 2, 3, 4, 5, 6, 10, 7, 8, 11 };
	struct octets stats = { 0 };

	for (unsigned int i = 0; i < ARRAY_SIZE(types); i++)
		put64(&stats, types[i], 0);
	put_attribute(to, L2TP_ATTR_STATS, stats.octets, stats.length);
}

/* --- sending and receiving --- */

static inline void send_by(struct kernel_world *kworld, unsigned int client, struct octets *message)
{
	finish(message);
	kernel_client_request(kworld->clients[client], &kworld->caller, message->octets, message->length,
			      kworld->world->now);
}

/* The next datagram of a client; length 0: there is none. */
static inline struct octets receive(struct kernel_world *kworld, unsigned int client)
{
	struct octets received = { 0 };
	const void *octets;
	size_t length;

	if (!kernel_client_next(kworld->clients[client], &octets, &length))
		return received;
	put(&received, octets, length);
	kernel_client_taken(kworld->clients[client]);
	return received;
}

static inline void expect(struct kernel_world *kworld, unsigned int client, struct octets *expected)
{
	struct octets received = receive(kworld, client);

	finish(expected);
	assert_int_equal(received.length, expected->length);
	assert_memory_equal(received.octets, expected->octets, expected->length);
}

static inline void expect_nothing(struct kernel_world *kworld, unsigned int client)
{
	assert_int_equal(receive(kworld, client).length, 0);
}

/* NLMSG_ERROR for this request: 0 an acknowledgement. Errors have the request whole. */
static inline struct octets verdict(unsigned int client, const struct octets *message, int error, bool capped)
{
	const struct nlmsghdr header = {
		.nlmsg_type = NLMSG_ERROR, .nlmsg_flags = capped ? 0x100 : 0, .nlmsg_seq = SEQUENCE,
		.nlmsg_pid = PORT_ID + client,
	};
	struct octets reply = { 0 };

	error = -error;
	put(&reply, &header, sizeof(header));
	put(&reply, &error, sizeof(error));
	put(&reply, message->octets, capped ? 16 : message->length);
	reply.length = (reply.length + 3) & ~(size_t)3;		/* the kernel counts what fills it up, too */
	return reply;
}

static inline void expect_verdict(struct kernel_world *kworld, unsigned int client, const struct octets *message,
				  int error)
{
	struct octets expected = verdict(client, message, error, !error);

	expect(kworld, client, &expected);
}

/* The reply, then the acknowledgement. */
static inline void expect_told(struct kernel_world *kworld, struct octets message, struct octets *record)
{
	((struct nlmsghdr *)(void *)message.octets)->nlmsg_flags |= NLM_F_ACK;
	send_by(kworld, 0, &message);
	expect(kworld, 0, record);
	expect_verdict(kworld, 0, &message, 0);
	expect_nothing(kworld, 0);
}

/* It is refused with this errno (0: acknowledged), and nothing else is said. */
static inline void ask_of(struct kernel_world *kworld, unsigned int client, struct octets message, int error)
{
	struct octets received;
	struct nlmsgerr body;

	((struct nlmsghdr *)(void *)message.octets)->nlmsg_flags |= NLM_F_ACK;
	send_by(kworld, client, &message);
	received = receive(kworld, client);
	assert_true(received.length >= 36);
	memcpy(&body, received.octets + 16, sizeof(body));
	if (body.error != -error)
		fail_msg("%s (%d) instead of %s (%d)", strerror(-body.error), -body.error, strerror(error), error);
	assert_int_equal(received.length, error ? 20 + ((message.length + 3) & ~(size_t)3) : 36);
	expect_nothing(kworld, client);
}

static inline void ask(struct kernel_world *kworld, struct octets message, int error)
{
	ask_of(kworld, 0, message, error);
}

/* --- what most tests begin with --- */

/* Of version 3, with ids and no addresses. */
static inline struct octets new_tunnel(uint32_t id, uint16_t encap)
{
	struct octets message = request(L2TP_CMD_TUNNEL_CREATE, 0);

	put32(&message, L2TP_ATTR_CONN_ID, id);
	put32(&message, L2TP_ATTR_PEER_CONN_ID, id + 1);
	put8(&message, L2TP_ATTR_PROTO_VERSION, 3);
	put16(&message, L2TP_ATTR_ENCAP_TYPE, encap);
	return message;
}

static inline void put_ends(struct octets *to)
{
	put_ip(to, L2TP_ATTR_IP_SADDR, "192.0.2.1");
	put_ip(to, L2TP_ATTR_IP_DADDR, "192.0.2.2");
}

static inline void put_ports(struct octets *to, uint16_t port, uint16_t peer_port)
{
	put16(to, L2TP_ATTR_UDP_SPORT, port);
	put16(to, L2TP_ATTR_UDP_DPORT, peer_port);
}

/* As `ip l2tp add tunnel` asks for one of version 3 over UDP, 192.0.2.1:5000 to 192.0.2.2:5001. */
static inline struct octets udp_tunnel(uint32_t id, uint16_t port)
{
	struct octets message = new_tunnel(id, L2TP_ENCAPTYPE_UDP);

	put_ends(&message);
	put_ports(&message, port, 5001);
	return message;
}

static inline struct octets ip_tunnel(uint32_t id)
{
	struct octets message = new_tunnel(id, L2TP_ENCAPTYPE_IP);

	put_ends(&message);
	return message;
}

/* The same in version 2, with a record and no more. */
static inline struct octets v2_tunnel(uint32_t id, uint16_t port)
{
	struct octets message = udp_tunnel(id, port);

	put8(&message, L2TP_ATTR_PROTO_VERSION, 2);	/* the last counts */
	return message;
}

static inline struct octets session(uint32_t tunnel_id, uint32_t id, uint16_t pw_type)
{
	struct octets message = request(L2TP_CMD_SESSION_CREATE, 0);

	put32(&message, L2TP_ATTR_CONN_ID, tunnel_id);
	put32(&message, L2TP_ATTR_SESSION_ID, id);
	put32(&message, L2TP_ATTR_PEER_SESSION_ID, id + 1);
	put16(&message, L2TP_ATTR_PW_TYPE, pw_type);
	return message;
}

/* A command with nothing but ids. */
static inline struct octets by_id(uint8_t command, uint32_t tunnel_id)
{
	struct octets message = request(command, 0);

	put32(&message, L2TP_ATTR_CONN_ID, tunnel_id);
	return message;
}

static inline struct octets by_ids(uint8_t command, uint32_t tunnel_id, uint32_t session_id)
{
	struct octets message = by_id(command, tunnel_id);

	put32(&message, L2TP_ATTR_SESSION_ID, session_id);
	return message;
}

/* What is told of new_tunnel(id, encap) before its socket. */
static inline void put_tunnel_record(struct octets *to, uint32_t id, uint16_t encap)
{
	put8(to, L2TP_ATTR_PROTO_VERSION, 3);
	put32(to, L2TP_ATTR_CONN_ID, id);
	put32(to, L2TP_ATTR_PEER_CONN_ID, id + 1);
	put32(to, L2TP_ATTR_DEBUG, 0);
	put16(to, L2TP_ATTR_ENCAP_TYPE, encap);
	put_no_stats(to);
}

/* What is told of udp_tunnel(id, port). */
static inline void put_udp_record(struct octets *to, uint32_t id, uint16_t port)
{
	put_tunnel_record(to, id, L2TP_ENCAPTYPE_UDP);
	put8(to, L2TP_ATTR_UDP_CSUM, 0);
	put_ports(to, port, 5001);
	put_ends(to);
}

/* What is told of session(tunnel_id, id, PW_ETH) in a tunnel as above. */
static inline void put_session_record(struct octets *to, uint32_t tunnel_id, uint32_t id, const char *ifname)
{
	put32(to, L2TP_ATTR_CONN_ID, tunnel_id);
	put32(to, L2TP_ATTR_SESSION_ID, id);
	put32(to, L2TP_ATTR_PEER_CONN_ID, tunnel_id + 1);
	put32(to, L2TP_ATTR_PEER_SESSION_ID, id + 1);
	put32(to, L2TP_ATTR_DEBUG, 0);
	put16(to, L2TP_ATTR_PW_TYPE, L2TP_PWTYPE_ETH);
	put_text(to, L2TP_ATTR_IFNAME, ifname);
	put8(to, L2TP_ATTR_RECV_SEQ, 0);
	put8(to, L2TP_ATTR_SEND_SEQ, 0);
	put8(to, L2TP_ATTR_LNS_MODE, 0);
	put_no_stats(to);
}

/* A message from the family to a client. */
static inline struct octets said(unsigned int client, uint8_t command, uint16_t flags)
{
	return begin(FAMILY_ID, flags, PORT_ID + client, command, 1);
}

static inline void join_group(struct kernel_world *kworld, unsigned int client)
{
	assert_true(kernel_client_option(kworld->clients[client], NETLINK_ADD_MEMBERSHIP, GROUP_ID));
}

#endif
