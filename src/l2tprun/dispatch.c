/* SPDX-License-Identifier: MIT */
/* See dispatch.h. */
#include "l2tprun/dispatch.h"

#include <sys/socket.h>

#include "l2tprun/netlink.h"
#include "l2tprun/new_socket.h"
#include "l2tprun/notification.h"
#include "l2tprun/ppp.h"
#include "l2tprun/pppox.h"
#include "l2tprun/tunnel_socket.h"

/* It may be a tunnel's: l2tpd is to look where it is then. One that has no time for that looks later, if ever. */
static void tell_moved(struct supervisor *supervisor, uint64_t inode)
{
	const struct kernel_attach attach = { .version = KERNEL_ATTACH_VERSION, .kind = KERNEL_ATTACH_MOVED,
					      .cookie = inode };

	if (supervisor->daemon.fd >= 0)
		(void)daemon_send(&supervisor->daemon, &attach, NULL);
}

/* It is none of those that programs were given here. */
static void other_socket(struct supervisor *supervisor, struct trapped *trapped)
{
	bool moves = trapped->socket && (trapped->call.kind == CALL_BIND || trapped->call.kind == CALL_CONNECT);

	if (moves && tunnel_socket_call(supervisor, trapped))
		return;
	if (moves)
		tell_moved(supervisor, trapped->socket);
	supervisor_continue(supervisor, trapped->id);
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
	client = trapped->socket ? clients_find(&supervisor->clients, trapped->socket) : NULL;
	if (client)
		calls[client->kind](supervisor, trapped, client);
	else
		other_socket(supervisor, trapped);
}
