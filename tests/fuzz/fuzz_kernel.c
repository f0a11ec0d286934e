/* SPDX-License-Identifier: MIT */
/*
 * What programs send to the kernel's API, several of them at once, while an administrator deletes what they make and
 * namespaces go: what comes back are whole messages, and in the end nothing is left of what nobody can reach.
 *
 * An input is steps: an octet that says which, one that says how many octets follow, and those.
 */
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>

#include "datapath/null/null.h"
#include "fuzz.h"
#include "kernel/kernel.h"
#include "service/service.h"

/* <linux/ppp-ioctl.h> and our own PPP cannot be had together */
#define PPPIOCGL2TPSTATS 0x80487436
#define PPPIOCGCHAN 0x80047437
#define PPPIOCSFLAGS 0x40047459
#define PPPIOCGMRU 0x80047453
#define PPPIOCGUNIT 0x80047456
#define CLIENTS 4
#define FAMILY_ID 0x3f0
#define GROUP_ID 77
#define STEPS_MAX 200
#define DATAGRAMS_MAX 100000		/* that one input can cause: a dump ends */

struct world {
	struct datapath *dp;
	struct service *service;
	struct kernel *kernel;
	struct kernel_client *clients[CLIENTS];
	struct kernel_pppox *sockets[CLIENTS];
	uint64_t cookie;
};

static const char *const namespaces[CLIENTS] = { "", "", "red", "blue" };

/* --- the system --- */

static int probe(void *context, const struct kernel_wanted *wanted, struct kernel_socket *socket)
{
	socket->local = wanted->local;
	socket->peer = wanted->peer;
	if (wanted->encap == CONFIG_ENCAP_IP)
		socket->local.port = socket->peer.port = 0;
	else if (!wanted->peer.port)
		socket->peer = (struct endpoint){ .address.family = wanted->peer.address.family };
	return wanted->local.port == 0xffff ? 98 : 0;
}

static int take_socket(void *context, const char *netns, int32_t pid, int fd, enum config_encap encap,
		       struct kernel_socket *socket)
{
	struct world *world = context;

	must(fd >= 0);
	*socket = (struct kernel_socket){ .cookie = ++world->cookie };
	socket->local.address.family = fd % 2 ? AF_INET : AF_INET6;
	socket->peer.address.family = socket->local.address.family;
	if (fd > 50) {		/* it is connected, and its tunnel carried */
		socket->local = (struct endpoint){ { .family = AF_INET, .bytes = { 192, 0, 2, 1 } }, (uint16_t)fd };
		socket->peer = (struct endpoint){ { .family = AF_INET, .bytes = { 192, 0, 2, 2 } }, 1701 };
	}
	return fd > 100 ? 9 : 0;
}

static void drop_socket(void *context, uint64_t cookie)
{
	must(cookie && cookie <= ((struct world *)context)->cookie);
}

static int claim(void *context, uint64_t cookie, uint8_t version, uint32_t id, bool claimed)
{
	must(cookie && cookie <= ((struct world *)context)->cookie);
	return (id & 0xffff) == 77 ? 12 : 0;
}

static void detached(void *context, void *owner)
{
	must(owner == context);
}

static void forward(void *context, void *owner, const void *message, size_t length)
{
	must(length >= NLMSG_HDRLEN && ((const struct nlmsghdr *)message)->nlmsg_len == length);
}

static void wake(void *context, void *owner)
{
}

/* --- what comes back --- */

static void check_messages(const uint8_t *octets, size_t length)
{
	const struct nlmsghdr *message;

	must(length >= NLMSG_HDRLEN && (uintptr_t)octets % KERNEL_ALIGNMENT == 0);
	for (size_t at = 0; at < length; at += NLMSG_ALIGN((size_t)message->nlmsg_len)) {
		message = (const struct nlmsghdr *)(const void *)(octets + at);
		must(length - at >= NLMSG_HDRLEN && message->nlmsg_len >= NLMSG_HDRLEN);
		must(message->nlmsg_len <= length - at);
	}
}

/* What was forwarded may be anything. */
static void receive(struct kernel_client *client, bool is_ours)
{
	const void *octets;
	size_t length, left = DATAGRAMS_MAX;

	while (kernel_client_next(client, &octets, &length)) {
		if (is_ours)
			check_messages(octets, length);
		kernel_client_taken(client);
		must(left--);
	}
}

/* --- steps --- */

/* The tunnel of one of the first ids, as an administrator would. */
static void delete_one(struct world *world, uint8_t which)
{
	struct command command = { .object = CONFIG_TUNNEL, .verb = CONFIG_DELETE };
	uint64_t id = 0;
	handle tunnel = HANDLE_NONE;

	for (unsigned int i = 0; i <= which % 4u && service_next_tunnel(world->service, &id, &tunnel); i++)
		;
	if (tunnel == HANDLE_NONE)
		return;
	strncpy(command.config.tunnel.tunnel_name, service_tunnel_name(world->service, tunnel), CONFIG_NAME_MAX - 1);
	param_set_add(&command.set, ROW_TUNNEL_NAME);
	must(service_execute(world->service, &command, SERVICE_ORIGIN_ADMIN, 0, NULL, NULL) == 0);
}

static void connect_one(struct world *world, uint8_t which, const uint8_t *octets, size_t length)
{
	struct kernel_pppox **socket = &world->sockets[which % CLIENTS], *made = NULL;
	const struct kernel_pppox_asker asker = {
		.netns = namespaces[which % CLIENTS], .is_connected = *socket, .tid = 3, .pid = 1,
		.fd = length > 10 ? octets[10] : -1, .owner = world,
	};
	int failed = kernel_pppox_connect(world->kernel, &asker, octets, length, 0, &made);

	must(failed ? !made : made && !*socket);
	if (failed)
		return;
	*socket = made;
	must(kernel_pppox_attach(made, 0) == 0);
}

static void hear(void *context, const uint8_t *frame, size_t length)
{
	must(context != NULL);
}

static void gone(void *context)
{
}

static void call_one(struct world *world, uint8_t which, const uint8_t *octets, size_t length)
{
	static const uint32_t commands[] = { PPPIOCGCHAN, PPPIOCGL2TPSTATS, PPPIOCGMRU, PPPIOCSFLAGS, PPPIOCGUNIT };
	const struct kernel_channel_user user = { .context = world, .frame = hear, .gone = gone };
	struct kernel_pppox *socket = world->sockets[which % CLIENTS];
	uint8_t argument[KERNEL_PPPOX_ARGUMENT_MAX] = { 0 };
	struct kernel_channel *channel;
	size_t told = 0;
	int32_t value;

	memcpy(argument, octets, length < sizeof(argument) ? length : sizeof(argument));
	if (kernel_pppox_ioctl(socket, commands[octets[0] % 5], argument, &told) == 0)
		must(told <= sizeof(argument));
	channel = kernel_channel_find(world->kernel, namespaces[which % CLIENTS], octets[1]);
	if (channel)
		(void)kernel_channel_take(channel, &user);
	if (!socket)
		return;
	must(kernel_pppox_name(socket, argument, &told) == 0 && told <= KERNEL_PPPOX_NAME_MAX);
	(void)kernel_pppox_set(socket, octets[3] % 8, octets[4], 0);
	(void)kernel_pppox_get(socket, octets[3] % 8, &value);
	kernel_pppox_sent(socket, octets, length);
}

static void close_one(struct world *world, uint8_t which)
{
	kernel_pppox_free(world->sockets[which % CLIENTS], 0);
	world->sockets[which % CLIENTS] = NULL;
}

static void step(struct world *world, uint8_t what, const uint8_t *octets, size_t length)
{
	struct kernel_client *client = world->clients[what % CLIENTS];
	const struct kernel_caller caller = { .admin = !(what & 4), .pid = 1 };
	_Alignas(KERNEL_ALIGNMENT) uint8_t copy[256] = { 0 };

	memcpy(copy, octets, length);
	switch (what >> 3) {
	case 1:
		kernel_client_option(client, length ? copy[0] : NETLINK_ADD_MEMBERSHIP,
				     length > 1 ? copy[1] : GROUP_ID);
		break;
	case 2:
		receive(client, true);
		kernel_client_forwarded(client, copy, length);
		receive(client, false);
		break;
	case 3:
		receive(client, true);
		break;
	case 4:
		kernel_netns_gone(world->kernel, namespaces[what % CLIENTS], 0);
		break;
	case 5:
		kernel_socket_closed(world->kernel, length ? copy[0] : 1, 0);
		break;
	case 6:
		delete_one(world, what);
		break;
	case 8:
		connect_one(world, what, copy, length);
		break;
	case 9:
		call_one(world, what, copy, length);
		break;
	case 10:
		close_one(world, what);
		break;
	default:
		kernel_client_request(client, &caller, copy, length, 0);
	}
}

static void begin(struct world *world)
{
	const struct kernel_host host = {
		.context = world, .family_id = FAMILY_ID, .group_id = GROUP_ID, .probe = probe,
		.take_socket = take_socket, .drop_socket = drop_socket, .claim = claim, .forward = forward,
		.detached = detached, .wake = wake,
	};

	world->dp = datapath_null_new();
	must(world->dp);
	world->service = service_new(world->dp, NULL);
	must(world->service);
	world->kernel = kernel_new(world->service, &host);
	must(world->kernel);
	for (unsigned int i = 0; i < CLIENTS; i++) {
		world->clients[i] = kernel_client_new(world->kernel, namespaces[i], 1000 + i, NULL);
		must(world->clients[i]);
	}
}

static void end(struct world *world)
{
	struct service_status status;

	for (unsigned int i = 0; i < CLIENTS; i++) {
		if (i % 2)
			close_one(world, (uint8_t)i);
		receive(world->clients[i], true);
		kernel_netns_gone(world->kernel, namespaces[i], 0);
	}
	service_status(world->service, &status);
	must(status.tunnels == 0 && status.sessions == 0);
	kernel_free(world->kernel);
	service_free(world->service);
	datapath_ops(world->dp)->close(world->dp);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
	struct world world = { 0 };

	begin(&world);
	for (unsigned int i = 0; i < STEPS_MAX && length >= 2 && data[1] <= length - 2; i++) {
		size_t size = data[1];

		step(&world, data[0], data + 2, size);
		data += 2 + size;
		length -= 2 + size;
	}
	end(&world);
	return 0;
}
