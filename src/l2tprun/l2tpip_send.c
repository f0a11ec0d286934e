/* SPDX-License-Identifier: MIT */
/*
 * See l2tpip.h. Here: what is sent to an address.  UDP, which the program's end is of, would want a port in it, so it
 * is sent from here.  What is sent to the peer that the socket is connected to goes through the annex.
 */
#include <errno.h>
#include <netinet/in.h>
#include <linux/l2tp.h>		/* it wants the one before it */
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "l2tprun/notification.h"
#include "l2tprun/supervisor.h"
#include "l2tprun/wire_socket.h"

#define PARTS_MAX 1024			/* as of the kernel */
#define V6_NAME_MIN 24			/* octets: without the scope, of RFC 2133 */

struct sending {
	uint64_t name;			/* addresses of the caller's */
	uint32_t name_length;
	int flags;
	size_t length;
	uint8_t octets[WIRE_DATAGRAM_MAX];
};

static struct sending sending;		/* one at a time; too large for a stack */

/* --- the message --- */

static int add_part(struct trapped *trapped, uint64_t address, uint64_t length)
{
	if (length > sizeof(sending.octets) - sending.length)
		return EMSGSIZE;
	if (length && !caller_read(&trapped->caller, address, sending.octets + sending.length, length))
		return EFAULT;
	sending.length += length;
	return 0;
}

static int read_sendto(struct trapped *trapped)
{
	const uint64_t *arguments = trapped->call.arguments;

	sending.flags = (int)arguments[3];
	sending.name = arguments[4];
	sending.name_length = (uint32_t)arguments[5];
	return sending.name ? add_part(trapped, arguments[1], arguments[2]) : 0;
}

static int read_sendmsg(struct trapped *trapped)
{
	const uint64_t *arguments = trapped->call.arguments;
	struct msghdr message;
	int failed = 0;

	if (!caller_read(&trapped->caller, arguments[1], &message, sizeof(message)))
		return EFAULT;
	sending.flags = (int)arguments[2];
	sending.name = message.msg_namelen ? (uint64_t)(uintptr_t)message.msg_name : 0;
	sending.name_length = message.msg_namelen;
	if (!sending.name)
		return 0;
	if (message.msg_iovlen > PARTS_MAX)
		return EMSGSIZE;
	for (size_t i = 0; i < message.msg_iovlen && !failed; i++) {
		struct iovec part;

		if (!caller_read(&trapped->caller, (uint64_t)(uintptr_t)(message.msg_iov + i), &part, sizeof(part)))
			return EFAULT;
		failed = add_part(trapped, (uint64_t)(uintptr_t)part.iov_base, part.iov_len);
	}
	return failed;
}

/* --- where to --- */

/* As a name of the raw socket's; errors as of the kernel, in its order. */
static int read_name(struct trapped *trapped, const struct l2tpip *socket, struct sockaddr_storage *name,
		     socklen_t *length)
{
	bool v6 = socket->family == AF_INET6;
	uint32_t most = v6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);

	memset(name, 0, sizeof(*name));
	if (sending.name_length > sizeof(*name))
		return EINVAL;
	*length = sending.name_length < most ? sending.name_length : most;
	if (!caller_read(&trapped->caller, sending.name, name, *length))
		return EFAULT;
	if (v6 && sending.flags & MSG_OOB)
		return EOPNOTSUPP;
	if (sending.name_length < (v6 ? V6_NAME_MIN : sizeof(struct sockaddr_l2tpip)))
		return EINVAL;
	if (name->ss_family && name->ss_family != socket->family)
		return EAFNOSUPPORT;
	name->ss_family = socket->family;
	if (v6)
		((struct sockaddr_in6 *)(void *)name)->sin6_port = 0;
	return 0;
}

/* Of IPv4 the kernel says nothing more of a way that there is not. */
static int error_of(const struct l2tpip *socket, int failed)
{
	return socket->family == AF_INET && failed == ENETUNREACH ? EHOSTUNREACH : failed;
}

void l2tpip_send(struct supervisor *supervisor, struct trapped *trapped, struct l2tpip *socket)
{
	struct sockaddr_storage name;
	socklen_t length;
	int failed;

	sending.length = 0;
	failed = trapped->call.kind == CALL_SENDTO ? read_sendto(trapped) : read_sendmsg(trapped);
	if (!failed && !sending.name) {
		supervisor_continue(supervisor, trapped->id);
		return;
	}
	if (!failed)
		failed = read_name(trapped, socket, &name, &length);
	if (!failed && !notification_waits(supervisor->listener, trapped->id))
		return;
	if (!failed)
		failed = error_of(socket, wire_send(socket->wire, &name, length, sending.octets, sending.length));
	if (failed)
		supervisor_answer(supervisor, trapped->id, failed);
	else
		notification_return(supervisor->listener, trapped->id, (int64_t)sending.length);
}
