/* SPDX-License-Identifier: MIT */
/* See wire_socket.h. A raw IPv4 socket gives the IP header, too; a raw IPv6 socket does not. */
#include "l2tprun/wire_socket.h"

#include <errno.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "os/cbpf.h"
#include "os/close.h"
#include "os/netns.h"

#define ZEROS 4				/* octets, in place of a session's id */
#define CONTROL_MIN 12			/* a control message has a header */
#define CONNECTED_PORT L2TP_PROTOCOL	/* raw sockets have no ports, but without one they do not tell their peer */

/* --- opening --- */

static int hear_nothing(int fd)
{
	const struct sock_filter nothing = CBPF(BPF_RET | BPF_K, 0);
	char octet;

	if (cbpf_attach(fd, SO_ATTACH_FILTER, &nothing, 1) < 0)
		return -1;
	while (recv(fd, &octet, sizeof(octet), MSG_DONTWAIT) >= 0)	/* what came before */
		;
	return 0;
}

/* Zeros, T and L, and the id: as the kernel chooses the socket. */
int wire_listen(int fd, sa_family_t family, uint32_t connection_id)
{
	const struct sock_filter code[] = {
		cbpf_raw_header(family),
		CBPF(BPF_LD | BPF_W | BPF_LEN, 0),
		CBPF(BPF_ALU | BPF_SUB | BPF_X, 0),
		CBPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, ZEROS + CONTROL_MIN, 0, 8),
		CBPF(BPF_LD | BPF_W | BPF_IND, 0),
		CBPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 6),
		CBPF(BPF_LD | BPF_B | BPF_IND, ZEROS),
		CBPF(BPF_ALU | BPF_AND | BPF_K, 0xc0),
		CBPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0xc0, 0, 3),
		CBPF(BPF_LD | BPF_W | BPF_IND, ZEROS + 4),
		CBPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, connection_id, 0, 1),
		CBPF(BPF_RET | BPF_K, CBPF_ALL),
		CBPF(BPF_RET | BPF_K, 0),
	};

	return cbpf_attach(fd, SO_ATTACH_FILTER, code, sizeof(code) / sizeof(code[0])) < 0 ? errno : 0;
}

static int open_here(sa_family_t family)
{
	int fd = socket(family, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, L2TP_PROTOCOL), on = 1;

	if (fd < 0)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof(on));	/* nobody asks for that here */
	if (family == AF_INET6) {
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, &on, sizeof(on));
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_RECVTCLASS, &on, sizeof(on));
	}
	if (hear_nothing(fd) < 0)
		os_close(&fd);
	return fd;
}

int wire_open(int netns, sa_family_t family)
{
	int saved = netns_enter_fd(netns, NULL), fd;

	if (saved < 0)
		return -1;
	fd = open_here(family);
	netns_leave(saved);
	return fd;
}

static const struct {
	int level, option;
} kept[] = {
	{ SOL_SOCKET, SO_MARK }, { SOL_SOCKET, SO_PRIORITY }, { SOL_SOCKET, SO_DONTROUTE },
	{ IPPROTO_IP, IP_TTL }, { IPPROTO_IP, IP_TOS }, { IPPROTO_IP, IP_MTU_DISCOVER }, { IPPROTO_IP, IP_FREEBIND },
	{ IPPROTO_IP, IP_TRANSPARENT }, { IPPROTO_IP, IP_MULTICAST_TTL }, { IPPROTO_IP, IP_MULTICAST_LOOP },
	{ IPPROTO_IPV6, IPV6_UNICAST_HOPS }, { IPPROTO_IPV6, IPV6_TCLASS }, { IPPROTO_IPV6, IPV6_MTU_DISCOVER },
	{ IPPROTO_IPV6, IPV6_DONTFRAG }, { IPPROTO_IPV6, IPV6_AUTOFLOWLABEL }, { IPPROTO_IPV6, IPV6_FREEBIND },
	{ IPPROTO_IPV6, IPV6_TRANSPARENT }, { IPPROTO_IPV6, IPV6_MULTICAST_HOPS },
	{ IPPROTO_IPV6, IPV6_MULTICAST_LOOP },
};

static void copy_option(int from, int to, int level, int option)
{
	int value;
	socklen_t length = sizeof(value);

	if (getsockopt(from, level, option, &value, &length) == 0)
		(void)setsockopt(to, level, option, &value, length);
}

int wire_again(int fd)
{
	int netns = ioctl(fd, SIOCGSKNS), family = AF_INET, again;
	socklen_t length = sizeof(family);

	if (netns < 0 || getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &length) < 0)
		return -1;
	again = wire_open(netns, (sa_family_t)family);
	close(netns);
	if (again < 0)
		return -1;
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		copy_option(fd, again, kept[i].level, kept[i].option);
	return again;
}

/* --- names --- */

static socklen_t to_name(const struct endpoint *endpoint, uint32_t scope, struct sockaddr_storage *name)
{
	socklen_t length = endpoint_to_sockaddr(endpoint, name);

	if (name->ss_family == AF_INET6)
		((struct sockaddr_in6 *)(void *)name)->sin6_scope_id = scope;
	return length;
}

int wire_bind(int fd, const struct endpoint *local, uint32_t scope)
{
	struct sockaddr_storage name;
	socklen_t length = to_name(local, scope, &name);

	return bind(fd, (struct sockaddr *)&name, length) < 0 ? errno : 0;
}

int wire_connect(int fd, const struct endpoint *peer, uint32_t scope)
{
	struct endpoint there = { .address = peer->address, .port = CONNECTED_PORT };
	struct sockaddr_storage name;
	socklen_t length = to_name(&there, scope, &name);

	return connect(fd, (struct sockaddr *)&name, length) < 0 ? errno : 0;
}

bool wire_name(int fd, bool peer, struct address *address, uint32_t *scope)
{
	struct sockaddr_storage name;
	const struct sockaddr_in *v4 = (const void *)&name;
	const struct sockaddr_in6 *v6 = (const void *)&name;
	socklen_t length = sizeof(name);

	*address = (struct address){ .family = AF_UNSPEC };
	*scope = 0;
	if ((peer ? getpeername : getsockname)(fd, (struct sockaddr *)&name, &length) < 0)
		return false;
	address->family = name.ss_family;
	if (name.ss_family == AF_INET6) {
		address->v6 = v6->sin6_addr;
		*scope = v6->sin6_scope_id;
	} else {
		address->v4 = v4->sin_addr;
	}
	return true;
}

/* --- messages --- */

/* What ICMP said of what was sent before is no error of this one; l2tp_ip does not listen to it at all. */
static void forget_errors(int fd)
{
	int error;
	socklen_t length = sizeof(error);

	(void)getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
}

int wire_send(int fd, const void *name, socklen_t name_length, const void *octets, size_t length)
{
	uint8_t zeros[ZEROS] = { 0 };
	struct iovec parts[] = { { zeros, sizeof(zeros) }, { (void *)(uintptr_t)octets, length } };
	struct msghdr message = { .msg_name = (void *)(uintptr_t)name, .msg_namelen = name_length, .msg_iov = parts,
				  .msg_iovlen = 2 };

	forget_errors(fd);
	return sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? errno : 0;
}

/* What came with an IPv6 packet; an IPv4 packet has its header. */
static void read_control(struct msghdr *message, struct annex_arrival *arrival)
{
	for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header; header = CMSG_NXTHDR(message, header)) {
		int value;

		memcpy(&value, CMSG_DATA(header), sizeof(value));
		if (header->cmsg_type == IPV6_HOPLIMIT)
			arrival->hops = (uint8_t)value;
		if (header->cmsg_type == IPV6_TCLASS)
			arrival->service = (uint8_t)value;
	}
}

bool wire_receive(int fd, uint8_t buffer[WIRE_DATAGRAM_MAX], struct annex_arrival *arrival)
{
	union {
		struct cmsghdr aligned;
		char octets[2 * CMSG_SPACE(sizeof(int))];
	} control;
	struct sockaddr_storage name;
	struct iovec part = { buffer, WIRE_DATAGRAM_MAX };
	struct msghdr message = { .msg_name = &name, .msg_namelen = sizeof(name), .msg_iov = &part, .msg_iovlen = 1,
				  .msg_control = &control, .msg_controllen = sizeof(control) };
	ssize_t got = recvmsg(fd, &message, MSG_DONTWAIT);
	size_t head = ZEROS;
	struct endpoint source;

	if (got <= 0 || !endpoint_from_sockaddr(&name, &source))
		return false;
	*arrival = (struct annex_arrival){ .from = source.address };
	if (name.ss_family == AF_INET) {
		head += (buffer[0] & 0xf) * 4u;
		arrival->service = buffer[1];
		arrival->hops = buffer[8];
	} else {
		arrival->scope = ((const struct sockaddr_in6 *)(const void *)&name)->sin6_scope_id;
		read_control(&message, arrival);
	}
	arrival->octets = buffer + head;
	arrival->length = (size_t)got > head ? (size_t)got - head : 0;
	return arrival->length >= CONTROL_MIN;
}
