/* SPDX-License-Identifier: MIT */
/* See dispatch.h. */
#include "l2tprun/dispatch.h"

#include <sys/socket.h>

#include "l2tprun/netlink.h"
#include "l2tprun/new_socket.h"
#include "l2tprun/notification.h"
#include "l2tprun/ppp.h"
#include "l2tprun/pppox.h"

/* It may be a tunnel's: l2tpd is to look where it is then. One that has no time for that looks later, if ever. */
static void tell_moved(struct supervisor *supervisor, uint64_t inode)
{
	const struct kernel_attach attach = { .version = KERNEL_ATTACH_VERSION, .kind = KERNEL_ATTACH_MOVED,
					      .cookie = inode };

	if (supervisor->daemon.fd >= 0)
		(void)daemon_send(&supervisor->daemon, &attach, NULL);
}

/* NULL: the descriptor is something else. */
static struct client *find_client(struct supervisor *supervisor, const struct trapped *trapped)
{
	enum call_kind kind = trapped->call.kind;
	struct client *client;

	if (!trapped->socket || !HASH_COUNT(supervisor->clients.by_inode))
		return NULL;
	client = clients_find(&supervisor->clients, trapped->socket);
	if (!client && (kind == CALL_BIND || kind == CALL_CONNECT))
		tell_moved(supervisor, trapped->socket);
	return client;
}

static void new_client(struct supervisor *supervisor, const struct trapped *trapped)
{
	switch ((uint32_t)trapped->call.arguments[0]) {
	case AF_NETLINK:
		new_socket(supervisor, trapped);
		break;
	case AF_PPPOX:
		pppox_socket(supervisor, trapped);
		break;
	default:
		supervisor_continue(supervisor, trapped->id);
	}
}

void dispatch_call(struct supervisor *supervisor, struct trapped *trapped)
{
	typedef void call_fn(struct supervisor *supervisor, struct trapped *trapped, struct client *client);
	static call_fn *const calls[] = { [CLIENT_NETLINK] = netlink_call, [CLIENT_PPPOX] = pppox_call,
					 [CLIENT_PPP] = ppp_call };
	struct client *client;

	if (trapped->call.kind == CALL_SOCKET) {
		new_client(supervisor, trapped);
		return;
	}
	if (trapped->call.kind == CALL_IOCTL && ppp_is_about_device(trapped)) {
		ppp_device_call(supervisor, trapped);
		return;
	}
	client = find_client(supervisor, trapped);
	if (client)
		calls[client->kind](supervisor, trapped, client);
	else
		supervisor_continue(supervisor, trapped->id);
}
