/* SPDX-License-Identifier: MIT */
/*
 * A sequenced-packet socket keeps messages apart as a netlink socket does, and does not look at the address that a
 * message is sent to.  The address from which they come is the name of l2tpd's end, which is made such that it reads
 * as a netlink address: as long, and the octets of the port id are those of the kernel, 0.
 */
#include "l2tprun/new_socket.h"

#include <errno.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "l2tprun/notification.h"
#include "l2tprun/pending.h"
#include "l2tprun/proxy.h"
#include "os/process.h"

#define NAME_TRIES 64	/* other l2tpruns have names, too, of four thousand million */

/* An abstract name (which begins with a 0), unique in its last four octets: nl_groups, which nobody looks at. */
static int give_name(struct supervisor *supervisor, int fd)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int failed = -1;

	for (int i = 0; i < NAME_TRIES && failed; i++) {
		supervisor->last_name++;
		memcpy(name.sun_path + 6, &supervisor->last_name, sizeof(supervisor->last_name));
		failed = bind(fd, (struct sockaddr *)&name, CALL_ADDRESS_LENGTH);
		if (failed && errno != EADDRINUSE)
			break;
	}
	return failed;
}

static int make_pair(struct supervisor *supervisor, int type, struct pending *asked)
{
	int on = 1;

	if (pending_pair(asked, KERNEL_ATTACH_FD_CLIENT, type & SOCK_NONBLOCK) < 0 ||
	    give_name(supervisor, asked->fds[KERNEL_ATTACH_FD_CLIENT]) < 0)
		return -1;
	return setsockopt(asked->fds[KERNEL_ATTACH_FD_CLIENT], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on));
}

static int prepare(struct supervisor *supervisor, const struct trapped *trapped, struct pending *asked,
		   struct error *error)
{
	struct caller_rights rights;

	if (daemon_connect(&supervisor->daemon, error) < 0)
		return -1;
	asked->fds[KERNEL_ATTACH_FD_NETNS] = caller_netns(&trapped->caller);
	if (asked->fds[KERNEL_ATTACH_FD_NETNS] < 0 || !caller_rights(&trapped->caller, &rights))
		return error_system(error, errno, NULL, "cannot look at the program (is /proc mounted?)");
	asked->request.uid = rights.uid;
	asked->request.value = os_process_administers(trapped->caller.tid, asked->fds[KERNEL_ATTACH_FD_NETNS]) ==
			       OS_PROCESS_MAY;
	if (!notification_waits(supervisor->listener, trapped->id))
		return error_set(error, ERROR_UNKNOWN, NULL, "the program has ended");
	asked->request.port_id = rights.pid;
	asked->fds[KERNEL_ATTACH_FD_PROXY] = proxy_open(asked->fds[KERNEL_ATTACH_FD_NETNS], &rights, error);
	if (asked->fds[KERNEL_ATTACH_FD_PROXY] < 0)
		return -1;
	if (make_pair(supervisor, (int)trapped->call.arguments[1], asked) < 0)
		return error_system(error, errno, NULL, "cannot make a pair of sockets");
	return 0;
}

static void give_up(struct supervisor *supervisor, const struct trapped *trapped, struct pending *asked,
		    const struct error *error)
{
	/* who was killed was not hindered by anything */
	if (notification_waits(supervisor->listener, trapped->id))
		supervisor_tell(supervisor, error->text);
	supervisor_continue(supervisor, trapped->id);
	pending_drop(asked);
}

void new_socket(struct supervisor *supervisor, const struct trapped *trapped)
{
	const uint64_t *arguments = trapped->call.arguments;
	int type = (int)arguments[1], plain = type & ~(SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct pending asked = { PENDING(trapped->id),
				 .close_on_exec = type & SOCK_CLOEXEC, .client.type = plain,
				 .request.kind = KERNEL_ATTACH_NETLINK };
	struct error error = { 0 };

	if ((uint32_t)arguments[2] != NETLINK_GENERIC || (plain != SOCK_RAW && plain != SOCK_DGRAM)) {
		supervisor_continue(supervisor, trapped->id);
		return;
	}
	supervisor_sweep(supervisor);
	if (prepare(supervisor, trapped, &asked, &error) < 0) {
		give_up(supervisor, trapped, &asked, &error);
		return;
	}
	asked.client.number = ++supervisor->last_client;
	asked.request.client = asked.client.number;
	pending_ask(supervisor, &asked);
}
