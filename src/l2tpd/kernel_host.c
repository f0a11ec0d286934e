/* SPDX-License-Identifier: MIT */
/*
 * What the room kernel asks of the system: what would become of the sockets that a kernel would make, and of those that
 * a program wants to make a tunnel of.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "l2tpd/kernel_internal.h"
#include "os/netns.h"
#include "os/socket.h"
#include "wire/data_header.h"

/* --- unmanaged tunnels --- */

static int open_like(const struct kernel_wanted *wanted)
{
	bool udp = wanted->encap == CONFIG_ENCAP_UDP;

	return socket(wanted->local.address.family, (udp ? SOCK_DGRAM : SOCK_RAW) | SOCK_CLOEXEC,
		      udp ? IPPROTO_UDP : L2TP_IP_PROTOCOL);
}

static int bind_like(const struct kernel_api *api, int fd, const struct kernel_wanted *wanted)
{
	struct sockaddr_storage name;
	socklen_t length = endpoint_to_sockaddr(&wanted->local, &name);
	int one = 1;

	if (wanted->encap == CONFIG_ENCAP_UDP && wanted->local.address.family == AF_INET6 &&
	    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one)) < 0)
		return errno;
	if (bind(fd, (const struct sockaddr *)&name, length) < 0)
		return errno;
	if (wanted->encap == CONFIG_ENCAP_IP &&
	    l2tpip_is_taken(api, netns_identity(wanted->netns), wanted->tunnel_id, 0, &wanted->local.address))
		return EADDRINUSE;
	if (wanted->encap == CONFIG_ENCAP_UDP && !wanted->peer.port)
		return 0;
	length = endpoint_to_sockaddr(&wanted->peer, &name);
	return connect(fd, (const struct sockaddr *)&name, length) < 0 ? errno : 0;
}

/* Of whom it is not connected to only the family is told; what has no ports does not say to whom it is. */
static void read_ends(int fd, const struct kernel_wanted *wanted, struct kernel_socket *told)
{
	*told = (struct kernel_socket){ .local = wanted->local, .peer.address.family = wanted->peer.address.family };
	(void)os_socket_local(fd, &told->local);
	if (wanted->encap == CONFIG_ENCAP_IP) {
		told->peer = wanted->peer;
		told->local.port = told->peer.port = 0;
		return;
	}
	(void)os_socket_peer(fd, &told->peer);
}

static int probe_here(const struct kernel_api *api, const struct kernel_wanted *wanted, struct kernel_socket *told)
{
	int fd = open_like(wanted), failed;

	if (fd < 0)
		return errno;
	failed = bind_like(api, fd, wanted);
	if (!failed)
		read_ends(fd, wanted, told);
	close(fd);
	return failed;
}

static int probe(void *context, const struct kernel_wanted *wanted, struct kernel_socket *told)
{
	int saved = space_visit(context, wanted->netns), failed;

	if (saved < 0)
		return ENODEV;
	failed = probe_here(context, wanted, told);
	netns_leave(saved);
	return failed;
}

/* --- managed tunnels --- */

/* A copy of the process's descriptor; -1. */
static int borrow(int32_t pid, int fd)
{
	int process = (int)syscall(SYS_pidfd_open, pid, 0), copy;

	if (process < 0)
		return -1;
	copy = (int)syscall(SYS_pidfd_getfd, process, fd, 0);
	close(process);
	return copy;
}

static int option(int fd, int name)
{
	return os_socket_option(fd, SOL_SOCKET, name);
}

static bool is_of_netns(int fd, const char *netns)
{
	uint64_t its = os_socket_netns(fd);

	return its && its == netns_identity(netns);
}

static int check_socket(int fd, const char *netns, enum config_encap encap)
{
	struct stat kind;
	int family;

	if (fstat(fd, &kind) < 0 || !S_ISSOCK(kind.st_mode))
		return ENOTSOCK;
	if (!is_of_netns(fd, netns))
		return EINVAL;
	family = option(fd, SO_DOMAIN);
	if (option(fd, SO_TYPE) != SOCK_DGRAM || (family != AF_INET && family != AF_INET6))
		return EPROTONOSUPPORT;
	/* those of IP protocol 115 are others, which l2tprun tells of */
	if (encap != CONFIG_ENCAP_UDP || option(fd, SO_PROTOCOL) != IPPROTO_UDP)
		return EPROTONOSUPPORT;
	return 0;
}

/* What it sends with is what the tunnel sends with. Not connected: any address, port 0. */
void socket_describe(int fd, struct kernel_socket *told)
{
	told->local = told->peer = (struct endpoint){ .address.family = (sa_family_t)option(fd, SO_DOMAIN) };
	(void)os_socket_local(fd, &told->local);
	(void)os_socket_peer(fd, &told->peer);
	told->is_connected = told->peer.port;
	told->mark = (uint32_t)option(fd, SO_MARK);
	os_socket_interface(fd, told->interface);
}

static void describe_checksums(int fd, struct kernel_socket *told)
{
	told->udp_checksum = option(fd, SO_NO_CHECK) <= 0;
	told->udp_zero_csum6_tx = os_socket_option(fd, IPPROTO_UDP, UDP_NO_CHECK6_TX) > 0;
	told->udp_zero_csum6_rx = os_socket_option(fd, IPPROTO_UDP, UDP_NO_CHECK6_RX) > 0;
}

static int take_udp(struct kernel_api *api, const char *netns, int fd, enum config_encap encap,
		    struct kernel_socket *told)
{
	int failed = check_socket(fd, netns, encap);

	if (!failed)
		failed = socket_take(api, netns, fd, &told->cookie);
	if (failed)
		return failed;
	socket_describe(fd, told);
	describe_checksums(fd, told);
	socket_seen(api, told);
	return 0;
}

static int take_socket(void *context, const char *netns, int32_t pid, int fd, enum config_encap encap,
		       struct kernel_socket *told)
{
	int copy = borrow(pid, fd), failed;
	struct l2tpip *l2tpip;

	if (copy < 0)
		return EBADF;
	*told = (struct kernel_socket){ .cookie = 0 };
	l2tpip = l2tpip_find(context, os_socket_cookie(copy));
	if (!l2tpip)
		failed = take_udp(context, netns, copy, encap, told);
	else
		failed = l2tpip_take(l2tpip, netns, encap, told);
	close(copy);
	return failed;
}

static void drop_socket(void *context, uint64_t cookie)
{
	struct l2tpip *l2tpip = l2tpip_find(context, cookie);

	if (l2tpip)
		l2tpip->taken = false;
	else
		socket_drop(context, cookie);
}

static int claim(void *context, uint64_t cookie, uint8_t version, uint32_t id, bool claimed)
{
	if (l2tpip_find(context, cookie))	/* it never gets data */
		return 0;
	return socket_claim(context, cookie, (struct os_claim){ version, id }, claimed);
}

/* --- programs --- */

static void detached(void *context, void *owner)
{
	pppox_detached(owner);
}

static void forward(void *context, void *owner, const void *message, size_t length)
{
	program_forward(owner, message, length);
}

static void wake(void *context, void *owner)
{
	const struct program *program = owner;

	event_add(program->writable, NULL);
}

void kernel_host_fill(struct kernel_host *host)
{
	host->probe = probe;
	host->take_socket = take_socket;
	host->drop_socket = drop_socket;
	host->claim = claim;
	host->detached = detached;
	host->forward = forward;
	host->wake = wake;
}
