/* SPDX-License-Identifier: MIT */
/*
 * See l2tpip.h. Here: what is sent.  To an address it has to be from here, as UDP, which the program's end is of, would
 * want a port in it; to the peer that the socket is connected to it is, so that the program is told what came of it.
 * What the filter does not see, as it is sent over a descriptor with another number, goes through the annex.
 */
#include <errno.h>
#include <netinet/in.h>
#include <linux/l2tp.h>		/* it wants the one before it */
#include <stddef.h>
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
	return add_part(trapped, arguments[1], arguments[2]);
}

/* struct msghdr, struct iovec and struct mmsghdr of programs of 32 bits. */
struct narrow_header {
	uint32_t name, name_length, parts, part_count, control, control_length, flags;
};
struct narrow_part {
	uint32_t octets, length;
};
struct narrow_several {
	struct narrow_header header;
	uint32_t length;
};

/* Either's. */
struct header {
	uint64_t parts;
	uint64_t part_count;
};

static bool read_header(struct trapped *trapped, uint64_t address, struct header *header)
{
	struct narrow_header narrow;
	struct msghdr wide;

	if (!trapped->call.is_narrow) {
		if (!caller_read(&trapped->caller, address, &wide, sizeof(wide)))
			return false;
		sending.name = (uint64_t)(uintptr_t)wide.msg_name;
		sending.name_length = wide.msg_namelen;
		*header = (struct header){ (uint64_t)(uintptr_t)wide.msg_iov, wide.msg_iovlen };
		return true;
	}
	if (!caller_read(&trapped->caller, address, &narrow, sizeof(narrow)))
		return false;
	sending.name = narrow.name;
	sending.name_length = narrow.name_length;
	*header = (struct header){ narrow.parts, narrow.part_count };
	return true;
}

static int read_part(struct trapped *trapped, const struct header *header, uint64_t index)
{
	struct narrow_part narrow;
	struct iovec wide;

	if (!trapped->call.is_narrow) {
		if (!caller_read(&trapped->caller, header->parts + index * sizeof(wide), &wide, sizeof(wide)))
			return EFAULT;
		return add_part(trapped, (uint64_t)(uintptr_t)wide.iov_base, wide.iov_len);
	}
	if (!caller_read(&trapped->caller, header->parts + index * sizeof(narrow), &narrow, sizeof(narrow)))
		return EFAULT;
	return add_part(trapped, narrow.octets, narrow.length);
}

static int read_parts(struct trapped *trapped, const struct header *header)
{
	int failed = header->part_count > PARTS_MAX ? EMSGSIZE : 0;

	for (uint64_t i = 0; i < header->part_count && !failed; i++)
		failed = read_part(trapped, header, i);
	return failed;
}

static int read_message(struct trapped *trapped, uint64_t address)
{
	struct header header;

	sending.length = 0;
	if (!read_header(trapped, address, &header))
		return EFAULT;
	if (!sending.name_length)
		sending.name = 0;
	return read_parts(trapped, &header);
}

/* What a call says that sends one. */
static int read_call(struct trapped *trapped)
{
	const uint64_t *arguments = trapped->call.arguments;
	const struct header parts = { arguments[1], arguments[2] };

	sending.length = 0;
	sending.flags = 0;
	sending.name = sending.name_length = 0;
	switch (trapped->call.kind) {
	case CALL_SENDTO:
		return read_sendto(trapped);
	case CALL_SENDMSG:
		sending.flags = (int)arguments[2];
		return read_message(trapped, arguments[1]);
	case CALL_WRITEV:
		return parts.part_count > PARTS_MAX ? EINVAL : read_parts(trapped, &parts);
	default:
		return add_part(trapped, arguments[1], arguments[2]);
	}
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

/* What was read. */
static int send_it(struct trapped *trapped, const struct l2tpip *socket)
{
	struct sockaddr_storage name;
	socklen_t length = 0;
	int failed = 0;

	if (socket->family == AF_INET6 && sending.flags & MSG_OOB)
		failed = EOPNOTSUPP;
	if (!failed && sending.name)
		failed = read_name(trapped, socket, &name, &length);
	if (failed)
		return failed;
	return error_of(socket, wire_send(socket->wire, length ? &name : NULL, length, sending.octets, sending.length));
}

void l2tpip_send(struct supervisor *supervisor, struct trapped *trapped, struct l2tpip *socket)
{
	int failed = read_call(trapped);

	if (!notification_waits(supervisor->listener, trapped->id))
		return;
	if (!failed)
		failed = send_it(trapped, socket);
	if (failed)
		supervisor_answer(supervisor, trapped->id, failed);
	else
		notification_return(supervisor->listener, trapped->id, (int64_t)sending.length);
}

/* --- several messages --- */

/* One of an array, and how much of it was sent. 0 or an errno. */
static int send_one(struct supervisor *supervisor, struct trapped *trapped, const struct l2tpip *socket,
		    uint64_t address)
{
	size_t place = trapped->call.is_narrow ? offsetof(struct narrow_several, length) :
						 offsetof(struct mmsghdr, msg_len);
	int failed = read_message(trapped, address);
	uint32_t length = (uint32_t)sending.length;

	if (!failed && !notification_waits(supervisor->listener, trapped->id))
		failed = EINTR;		/* nobody hears it */
	if (!failed)
		failed = send_it(trapped, socket);
	if (!failed && !caller_write(&trapped->caller, address + place, &length, sizeof(length)))
		failed = EFAULT;
	return failed;
}

/* As of the kernel: what fails ends it, and is told when it was the first. */
void l2tpip_send_several(struct supervisor *supervisor, struct trapped *trapped, struct l2tpip *socket)
{
	const uint64_t *arguments = trapped->call.arguments;
	size_t size = trapped->call.is_narrow ? sizeof(struct narrow_several) : sizeof(struct mmsghdr);
	uint32_t count = (uint32_t)arguments[2], sent = 0;
	int failed = 0;

	if (count > PARTS_MAX)
		count = PARTS_MAX;
	sending.flags = (int)arguments[3];
	while (sent < count && !failed) {
		failed = send_one(supervisor, trapped, socket, arguments[1] + sent * size);
		sent += !failed;
	}
	if (sent || !failed)
		notification_return(supervisor->listener, trapped->id, sent);
	else
		supervisor_answer(supervisor, trapped->id, failed);
}
