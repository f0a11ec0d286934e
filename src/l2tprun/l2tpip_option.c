/* SPDX-License-Identifier: MIT */
/*
 * See l2tpip.h. Here: socket options.  Those that say how packets leave are for what is on the wire; others the
 * program's end has of itself.
 */
#include <errno.h>
#include <netinet/in.h>
#include <linux/l2tp.h>		/* it wants the one before it */
#include <sys/socket.h>
#include <unistd.h>

#include "l2tprun/notification.h"
#include "l2tprun/supervisor.h"
#include "l2tprun/value.h"
#include "os/close.h"
#include "os/process.h"

#define VALUE_MAX 64			/* octets; an interface's name has 16 */

/* Interfaces are there, and not in the annex. */
static bool is_of_wire(int level, int option)
{
	return level == SOL_SOCKET && (option == SO_BINDTODEVICE || option == SO_BINDTOIFINDEX);
}

/* What the program may not do its own end tells: it asks the same. */
static bool may_mark(const struct trapped *trapped)
{
	int netns = caller_netns(&trapped->caller);
	bool may = netns >= 0 && os_process_administers(trapped->caller.tid, netns) == OS_PROCESS_MAY;

	os_close(&netns);
	return may;
}

static int set_on_wire(struct supervisor *supervisor, struct trapped *trapped, const struct l2tpip *socket)
{
	const uint64_t *arguments = trapped->call.arguments;
	int level = (int)arguments[1], option = (int)arguments[2];
	uint32_t length = (uint32_t)arguments[4];
	char value[VALUE_MAX] = { 0 };

	if ((int32_t)length < 0)
		return EINVAL;
	if (length > sizeof(value))
		length = sizeof(value);
	if (!caller_read(&trapped->caller, arguments[3], value, length))
		return EFAULT;
	if (!notification_waits(supervisor->listener, trapped->id) ||
	    (level == SOL_SOCKET && option == SO_MARK && !may_mark(trapped)))
		return 0;
	return setsockopt(socket->wire, level, option, value, length) < 0 ? errno : 0;
}

void l2tpip_setsockopt(struct supervisor *supervisor, struct trapped *trapped, struct l2tpip *socket)
{
	int failed = set_on_wire(supervisor, trapped, socket);

	if (is_of_wire((int)trapped->call.arguments[1], (int)trapped->call.arguments[2]))
		supervisor_answer(supervisor, trapped->id, failed);
	else
		supervisor_continue(supervisor, trapped->id);
}

void l2tpip_getsockopt(struct supervisor *supervisor, struct trapped *trapped, struct l2tpip *socket)
{
	const uint64_t *arguments = trapped->call.arguments;
	int level = (int)arguments[1], option = (int)arguments[2], protocol = L2TP_PROTOCOL, failed;
	char value[VALUE_MAX];
	socklen_t length;
	int32_t room;

	if (!is_of_wire(level, option) && (level != SOL_SOCKET || option != SO_PROTOCOL)) {
		supervisor_continue(supervisor, trapped->id);
		return;
	}
	failed = value_room(trapped, arguments[4], &room);
	length = !failed && (size_t)room < sizeof(value) ? (socklen_t)room : sizeof(value);
	if (!failed && option == SO_PROTOCOL) {
		length = length < sizeof(protocol) ? length : sizeof(protocol);
		memcpy(value, &protocol, length);
	} else if (!failed && getsockopt(socket->wire, level, option, value, &length) < 0) {
		failed = errno;
	}
	if (!failed && notification_waits(supervisor->listener, trapped->id))
		failed = value_put(trapped, arguments[3], arguments[4], value, length, length);
	supervisor_answer(supervisor, trapped->id, failed);
}
