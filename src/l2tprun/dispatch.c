/* SPDX-License-Identifier: MIT */
/* See dispatch.h. */
#include "l2tprun/dispatch.h"

#include <sys/socket.h>

#include "l2tprun/netlink.h"
#include "l2tprun/new_socket.h"
#include "l2tprun/notification.h"
#include "l2tprun/ppp.h"
#include "l2tprun/pppox.h"

/* NULL: the descriptor is something else. */
static struct client *find_client(struct supervisor *supervisor, const struct trapped *trapped)
{
	uint64_t inode;

	if (!HASH_COUNT(supervisor->clients.by_inode))
		return NULL;
	inode = caller_socket(&trapped->caller, (int)trapped->call.arguments[0]);
	return inode && notification_waits(supervisor->listener, trapped->id) ?
		       clients_find(&supervisor->clients, inode) : NULL;
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
