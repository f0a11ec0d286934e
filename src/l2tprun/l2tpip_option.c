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
#include "l2tprun/wire_socket.h"
#include "os/close.h"
#include "os/process.h"

#define VALUE_MAX 64			/* octets; an interface's name has 16 */

/* Those of what is on the wire.  What is to be known of interfaces and ways is there, and not in the annex; of others
 * the program's end says as well what it thinks. */
enum { ON_WIRE_TOO = 1, ON_WIRE = 2, FOR_ADMIN = 4 };

static const struct {
	int level, option;
	unsigned int is;
} options[] = {
	{ SOL_SOCKET, SO_BINDTODEVICE, ON_WIRE }, { SOL_SOCKET, SO_BINDTOIFINDEX, ON_WIRE },
	{ SOL_SOCKET, SO_MARK, ON_WIRE_TOO | FOR_ADMIN }, { SOL_SOCKET, SO_PRIORITY, ON_WIRE_TOO | FOR_ADMIN },
	{ SOL_SOCKET, SO_DONTROUTE, ON_WIRE_TOO },
	{ IPPROTO_IP, IP_TTL, ON_WIRE_TOO }, { IPPROTO_IP, IP_TOS, ON_WIRE_TOO },
	{ IPPROTO_IP, IP_MTU_DISCOVER, ON_WIRE_TOO }, { IPPROTO_IP, IP_MTU, ON_WIRE },
	{ IPPROTO_IP, IP_FREEBIND, ON_WIRE_TOO }, { IPPROTO_IP, IP_TRANSPARENT, ON_WIRE_TOO | FOR_ADMIN },
	{ IPPROTO_IP, IP_MULTICAST_TTL, ON_WIRE_TOO }, { IPPROTO_IP, IP_MULTICAST_LOOP, ON_WIRE_TOO },
	{ IPPROTO_IP, IP_MULTICAST_IF, ON_WIRE }, { IPPROTO_IP, IP_UNICAST_IF, ON_WIRE },
	{ IPPROTO_IP, IP_ADD_MEMBERSHIP, ON_WIRE }, { IPPROTO_IP, IP_DROP_MEMBERSHIP, ON_WIRE },
	{ IPPROTO_IPV6, IPV6_UNICAST_HOPS, ON_WIRE_TOO }, { IPPROTO_IPV6, IPV6_TCLASS, ON_WIRE_TOO },
	{ IPPROTO_IPV6, IPV6_MTU_DISCOVER, ON_WIRE_TOO }, { IPPROTO_IPV6, IPV6_MTU, ON_WIRE },
	{ IPPROTO_IPV6, IPV6_DONTFRAG, ON_WIRE_TOO }, { IPPROTO_IPV6, IPV6_AUTOFLOWLABEL, ON_WIRE_TOO },
	{ IPPROTO_IPV6, IPV6_FREEBIND, ON_WIRE_TOO }, { IPPROTO_IPV6, IPV6_TRANSPARENT, ON_WIRE_TOO | FOR_ADMIN },
	{ IPPROTO_IPV6, IPV6_MULTICAST_HOPS, ON_WIRE_TOO }, { IPPROTO_IPV6, IPV6_MULTICAST_LOOP, ON_WIRE_TOO },
	{ IPPROTO_IPV6, IPV6_MULTICAST_IF, ON_WIRE }, { IPPROTO_IPV6, IPV6_UNICAST_IF, ON_WIRE },
	{ IPPROTO_IPV6, IPV6_JOIN_GROUP, ON_WIRE }, { IPPROTO_IPV6, IPV6_LEAVE_GROUP, ON_WIRE },
};

static unsigned int option_is(const struct trapped *trapped)
{
	int level = (int)trapped->call.arguments[1], option = (int)trapped->call.arguments[2];

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (options[i].level == level && options[i].option == option)
			return options[i].is;
	return 0;
}

/* What the program may not do its own end tells: it asks the same. */
static bool may_administer(const struct trapped *trapped)
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
	    (option_is(trapped) & FOR_ADMIN && !may_administer(trapped)))
		return 0;
	return setsockopt(socket->wire, level, option, value, length) < 0 ? errno : 0;
}

void l2tpip_setsockopt(struct supervisor *supervisor, struct trapped *trapped, struct l2tpip *socket)
{
	unsigned int is = option_is(trapped);
	int failed = is ? set_on_wire(supervisor, trapped, socket) : 0;

	if (is & ON_WIRE)
		supervisor_answer(supervisor, trapped->id, failed);
	else
		supervisor_continue(supervisor, trapped->id);
}

/* Other options may have made the raw socket forget its way, until it is connected again. */
static int get_from_wire(const struct l2tpip *socket, int level, int option, char *value, socklen_t *length)
{
	struct endpoint peer = { .port = 0 };
	socklen_t room = *length;
	uint32_t scope;

	if (getsockopt(socket->wire, level, option, value, length) == 0)
		return 0;
	if (errno != ENOTCONN)
		return errno;
	if (!wire_name(socket->wire, true, &peer.address, &scope) || wire_connect(socket->wire, &peer, scope) != 0)
		return ENOTCONN;
	*length = room;
	return getsockopt(socket->wire, level, option, value, length) < 0 ? errno : 0;
}

void l2tpip_getsockopt(struct supervisor *supervisor, struct trapped *trapped, struct l2tpip *socket)
{
	const uint64_t *arguments = trapped->call.arguments;
	int level = (int)arguments[1], option = (int)arguments[2], protocol = L2TP_PROTOCOL, failed;
	char value[VALUE_MAX];
	socklen_t length;
	int32_t room;

	if (!(option_is(trapped) & ON_WIRE) && (level != SOL_SOCKET || option != SO_PROTOCOL)) {
		supervisor_continue(supervisor, trapped->id);
		return;
	}
	failed = value_room(trapped, arguments[4], &room);
	length = !failed && (size_t)room < sizeof(value) ? (socklen_t)room : sizeof(value);
	if (!failed && level == SOL_SOCKET && option == SO_PROTOCOL) {
		length = length < sizeof(protocol) ? length : sizeof(protocol);
		memcpy(value, &protocol, length);
	} else if (!failed) {
		failed = get_from_wire(socket, level, option, value, &length);
	}
	if (!failed && notification_waits(supervisor->listener, trapped->id))
		failed = value_put(trapped, arguments[3], arguments[4], value, length, length);
	supervisor_answer(supervisor, trapped->id, failed);
}
