/* SPDX-License-Identifier: MIT */
/*
 * Each function answers one call as the kernel's af_netlink would, errors included.  A program's memory
 * is read first; whether it is still that program is asked then; and only then something happens.
 */
#include "l2tprun/netlink.h"

#include <errno.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>

#include "l2tprun/notification.h"
#include "l2tprun/pending.h"
#include "l2tprun/remote.h"
#include "l2tprun/value.h"

#define INT_OPTIONS                                                                                          \
	(1u << NETLINK_PKTINFO | 1u << NETLINK_BROADCAST_ERROR | 1u << NETLINK_NO_ENOBUFS |                  \
	 1u << NETLINK_LISTEN_ALL_NSID | 1u << NETLINK_CAP_ACK | 1u << NETLINK_EXT_ACK | 1u << NETLINK_GET_STRICT_CHK)

static bool waits(const struct supervisor *supervisor, const struct trapped *trapped)
{
	return notification_waits(supervisor->listener, trapped->id);
}

static void answer(struct supervisor *supervisor, const struct trapped *trapped, int error)
{
	supervisor_answer(supervisor, trapped->id, error);
}

/* groups: bit N: group N + 1 is to be joined when that was done. */
static void ask(struct supervisor *supervisor, struct trapped *trapped, const struct client *client,
		struct kernel_attach request, uint32_t groups)
{
	struct pending asked = { PENDING(trapped->id), .groups = groups, .request = request };

	remote_ask(supervisor, trapped, client, &asked);
}

static void call_bind(struct supervisor *supervisor, struct trapped *trapped, struct client *client)
{
	struct sockaddr_nl name;

	if ((uint32_t)trapped->call.arguments[2] < sizeof(name))
		answer(supervisor, trapped, EINVAL);
	else if (!caller_read(&trapped->caller, trapped->call.arguments[1], &name, sizeof(name)))
		answer(supervisor, trapped, EFAULT);
	else if (name.nl_family != AF_NETLINK)
		answer(supervisor, trapped, EINVAL);
	else
		ask(supervisor, trapped, client,
		    (struct kernel_attach){ .kind = KERNEL_ATTACH_BIND, .port_id = name.nl_pid }, name.nl_groups);
}

static void call_connect(struct supervisor *supervisor, struct trapped *trapped, struct client *client)
{
	struct kernel_attach request = { .kind = KERNEL_ATTACH_CONNECT, .value = trapped->caller.tid,
					 .length = CALL_ADDRESS_LENGTH };
	struct sockaddr_nl name = { .nl_family = AF_NETLINK };
	uint32_t length = (uint32_t)trapped->call.arguments[2];

	if (length < sizeof(name.nl_family))
		answer(supervisor, trapped, EINVAL);
	else if (!caller_read(&trapped->caller, trapped->call.arguments[1], &name,
			      length < sizeof(name) ? length : sizeof(name)))
		answer(supervisor, trapped, EFAULT);
	else if (name.nl_family != AF_UNSPEC && (name.nl_family != AF_NETLINK || length < sizeof(name)))
		answer(supervisor, trapped, EINVAL);
	else {
		memcpy(request.octets, &name, sizeof(name));
		ask(supervisor, trapped, client, request, 0);
	}
}

static int put_name(struct supervisor *supervisor, const struct trapped *trapped, const struct sockaddr_nl *name,
		    uint32_t room)
{
	if (!notification_waits(supervisor->listener, trapped->id))
		return 0;
	return value_put(trapped, trapped->call.arguments[1], trapped->call.arguments[2], name,
			 room < sizeof(*name) ? room : sizeof(*name), sizeof(*name));
}

/* As long as it is not bound, its first message may do that. */
static void ask_name(struct supervisor *supervisor, struct trapped *trapped, const struct client *client, uint32_t room)
{
	struct pending asked = {
		PENDING(trapped->id), .request = { .kind = KERNEL_ATTACH_CALL, .option = KERNEL_CALL_NAME },
		.place = { .address = trapped->call.arguments[1], .length_address = trapped->call.arguments[2],
			   .room = room, .tells_whole = true },
	};

	remote_ask(supervisor, trapped, client, &asked);
}

static void call_name(struct supervisor *supervisor, struct trapped *trapped, struct client *client)
{
	const struct sockaddr_nl peer = { .nl_family = AF_NETLINK, .nl_pid = client->peer_port,
					  .nl_groups = client->peer_groups };
	const struct sockaddr_nl own = { .nl_family = AF_NETLINK, .nl_pid = client->port_id,
					 .nl_groups = client->groups[0] };
	bool of_peer = trapped->call.kind == CALL_GETPEERNAME;
	int32_t room = 0;
	int error = value_room(trapped, trapped->call.arguments[2], &room);

	if (!error && !of_peer && !client->port_id)
		ask_name(supervisor, trapped, client, (uint32_t)room);
	else
		answer(supervisor, trapped,
		       error ? error : put_name(supervisor, trapped, of_peer ? &peer : &own, (uint32_t)room));
}

static void call_setsockopt(struct supervisor *supervisor, struct trapped *trapped, struct client *client)
{
	const uint64_t *arguments = trapped->call.arguments;
	int32_t value = 0;

	if ((uint32_t)arguments[1] != SOL_NETLINK) {
		supervisor_continue(supervisor, trapped->id);
		return;
	}
	if ((int32_t)arguments[4] < 0) {
		answer(supervisor, trapped, EINVAL);
		return;
	}
	/* the kernel takes what is too short for an int as 0 */
	if ((uint32_t)arguments[4] >= sizeof(value) &&
	    !caller_read(&trapped->caller, arguments[3], &value, sizeof(value))) {
		answer(supervisor, trapped, EFAULT);
		return;
	}
	ask(supervisor, trapped, client,
	    (struct kernel_attach){ .kind = KERNEL_ATTACH_OPTION, .option = (int32_t)arguments[2], .value = value }, 0);
}

/* What SOL_SOCKET says of it that a pair of Unix sockets does not. -1: that is the kernel's to say. */
static int32_t socket_value(const struct client *client, uint32_t option)
{
	switch (option) {
	case SO_DOMAIN:
		return AF_NETLINK;
	case SO_PROTOCOL:
		return NETLINK_GENERIC;
	case SO_TYPE:
		return client->type;
	default:
		return -1;
	}
}

/* As much of the groups as there is room for, and how much there would be. */
static int get_memberships(const struct trapped *trapped, const struct client *client, uint32_t length)
{
	const uint64_t *arguments = trapped->call.arguments;
	uint32_t whole = length & ~3u;

	if (whole > sizeof(client->groups))
		whole = sizeof(client->groups);
	return value_put(trapped, arguments[3], arguments[4], client->groups, whole, sizeof(client->groups));
}

static int get_netlink_option(const struct trapped *trapped, const struct client *client, uint32_t length)
{
	const uint64_t *arguments = trapped->call.arguments;
	uint32_t option = (uint32_t)arguments[2];
	int32_t value;

	if (option == NETLINK_LIST_MEMBERSHIPS)
		return get_memberships(trapped, client, length);
	if (option >= 32 || !(INT_OPTIONS & 1u << option))
		return ENOPROTOOPT;
	if (length < sizeof(value))
		return EINVAL;
	value = client->options >> option & 1;
	return value_put(trapped, arguments[3], arguments[4], &value, sizeof(value), sizeof(value));
}

static void call_getsockopt(struct supervisor *supervisor, struct trapped *trapped, struct client *client)
{
	const uint64_t *arguments = trapped->call.arguments;
	int32_t length, value = socket_value(client, (uint32_t)arguments[2]);
	bool of_netlink = (uint32_t)arguments[1] == SOL_NETLINK;
	int error;

	if (!of_netlink && ((uint32_t)arguments[1] != SOL_SOCKET || value < 0)) {
		supervisor_continue(supervisor, trapped->id);
		return;
	}
	error = value_room(trapped, arguments[4], &length);
	if (!error && waits(supervisor, trapped)) {
		uint32_t room = (uint32_t)length < sizeof(value) ? (uint32_t)length : sizeof(value);

		error = of_netlink ? get_netlink_option(trapped, client, (uint32_t)length) :
				     value_put(trapped, arguments[3], arguments[4], &value, room, room);
	}
	answer(supervisor, trapped, error);
}

typedef void call_fn(struct supervisor *supervisor, struct trapped *trapped, struct client *client);

void netlink_call(struct supervisor *supervisor, struct trapped *trapped, struct client *client)
{
	static call_fn *const calls[CALL_COUNT] = {
		[CALL_BIND] = call_bind, [CALL_CONNECT] = call_connect, [CALL_GETSOCKNAME] = call_name,
		[CALL_GETPEERNAME] = call_name,
		[CALL_SETSOCKOPT] = call_setsockopt, [CALL_GETSOCKOPT] = call_getsockopt,
	};

	if (calls[trapped->call.kind])
		calls[trapped->call.kind](supervisor, trapped, client);
	else
		supervisor_continue(supervisor, trapped->id);
}
