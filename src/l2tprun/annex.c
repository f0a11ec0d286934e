/* SPDX-License-Identifier: MIT */
/*
 * See annex.h.  A TUN device has the default routes and the two addresses that the sockets are bound to.  The loopback
 * has none, so that a program may speak with 127.0.0.1 of its own namespace; it is up all the same, since packets come
 * in by it, with raw sockets: there they may come from any address.
 */
#include "l2tprun/annex.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/ipv6.h>
#include <net/if.h>
#include <net/route.h>
#include <netinet/udp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "os/close.h"
#include "os/netns.h"

#define DEVICE "l2tp"
#define DEVICE_MTU 65535
#define SETTLE_TRIES 500
#define SETTLE_US 1000			/* nobody else is in the namespace: it is a moment */
#define PORT_TRIES 1024			/* so many may be in use */

/* Ours, and nobody's peer: RFC 7600's dummy address, and one of RFC 6666's prefix for what is to be discarded. */
static const struct address own4 = { .family = AF_INET, .bytes = { 192, 0, 0, 8 } };
static const struct address own6 = { .family = AF_INET6, .bytes = { 1, 0, [15] = 8 } };

static const struct address *own(sa_family_t family)
{
	return family == AF_INET6 ? &own6 : &own4;
}

/* --- making it --- */

static bool set_up(int fd, const char *device)
{
	struct ifreq request = { .ifr_flags = 0 };

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", device);
	if (ioctl(fd, SIOCGIFFLAGS, &request) < 0)
		return false;
	request.ifr_flags |= IFF_UP;
	return ioctl(fd, SIOCSIFFLAGS, &request) == 0;
}

static bool set_address4(int fd, const char *device, struct in_addr address)
{
	struct ifreq request = { .ifr_flags = 0 };
	struct sockaddr_in name = { .sin_family = AF_INET, .sin_addr = address };

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", device);
	memcpy(&request.ifr_addr, &name, sizeof(name));
	return ioctl(fd, SIOCSIFADDR, &request) == 0;
}

static bool lead_here4(int fd)
{
	char device[] = DEVICE;
	struct sockaddr_in any = { .sin_family = AF_INET };
	struct rtentry route = { .rt_flags = RTF_UP, .rt_dev = device };

	memcpy(&route.rt_dst, &any, sizeof(any));
	memcpy(&route.rt_genmask, &any, sizeof(any));
	return ioctl(fd, SIOCADDRT, &route) == 0;
}

/* The loopback gets its address when it is up; 0.0.0.0 takes it away. */
static bool furnish4(int fd)
{
	struct ifreq request = { .ifr_name = DEVICE };

	request.ifr_mtu = DEVICE_MTU;
	return set_up(fd, "lo") && set_address4(fd, "lo", (struct in_addr){ 0 }) &&
	       ioctl(fd, SIOCSIFMTU, &request) == 0 && set_address4(fd, DEVICE, own4.v4) && set_up(fd, DEVICE) &&
	       lead_here4(fd);
}

/* As a system may have it for all that is new. */
static void allow6(void)
{
	int fd = open("/proc/sys/net/ipv6/conf/all/disable_ipv6", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	(void)!write(fd, "0", 1);
	close(fd);
}

/* The kernel looks first whether another host has the address, and does that later: so it is waited for. */
static void settle6(void)
{
	struct endpoint local = { .address = own6 };
	struct sockaddr_storage name;
	socklen_t length = endpoint_to_sockaddr(&local, &name);
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	for (int i = 0; fd >= 0 && i < SETTLE_TRIES && bind(fd, (struct sockaddr *)&name, length) < 0; i++)
		usleep(SETTLE_US);
	os_close(&fd);
}

/* Without it programs get no sockets of that family. */
static void furnish6(int fd)
{
	struct in6_ifreq loopback = { .ifr6_addr = IN6ADDR_LOOPBACK_INIT, .ifr6_prefixlen = 128,
				      .ifr6_ifindex = (int)if_nametoindex("lo") };
	struct in6_ifreq address = { .ifr6_addr = own6.v6, .ifr6_prefixlen = 128,
				     .ifr6_ifindex = (int)if_nametoindex(DEVICE) };
	struct in6_rtmsg route = { .rtmsg_flags = RTF_UP, .rtmsg_metric = 1, .rtmsg_ifindex = address.ifr6_ifindex };

	allow6();
	(void)ioctl(fd, SIOCDIFADDR, &loopback);
	(void)ioctl(fd, SIOCSIFADDR, &address);
	if (ioctl(fd, SIOCADDRT, &route) == 0)
		settle6();
}

static bool furnish(void)
{
	int fd4 = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), fd6 = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool done = fd4 >= 0 && furnish4(fd4);

	if (done && fd6 >= 0)
		furnish6(fd6);
	os_close(&fd4);
	os_close(&fd6);
	return done;
}

static int open_way(void)
{
	struct ifreq request = { .ifr_name = DEVICE };
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	request.ifr_flags = IFF_TUN | IFF_NO_PI;
	if (fd >= 0 && ioctl(fd, TUNSETIFF, &request) < 0)
		os_close(&fd);
	return fd;
}

static int open_post(sa_family_t family)
{
	int fd = socket(family, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_RAW), on = 1;

	if (fd >= 0 && family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_HDRINCL, &on, sizeof(on));
	return fd;
}

/* In the new namespace. */
static bool build(struct annex *annex)
{
	annex->netns = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	annex->way = annex->netns < 0 ? -1 : open_way();
	if (annex->way < 0 || !furnish())
		return false;
	annex->post4 = open_post(AF_INET);
	annex->post6 = open_post(AF_INET6);
	annex->witness = os_udp_ends_open();
	return annex->post4 >= 0 && annex->witness >= 0;
}

static const struct annex closed = { .netns = -1, .way = -1, .post4 = -1, .post6 = -1, .witness = -1 };

/* Who cannot come back does not go. */
static bool step_out(struct annex *annex)
{
	int here = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	bool done;

	if (here < 0 || setns(here, CLONE_NEWNET) < 0 || unshare(CLONE_NEWNET) < 0) {
		os_close(&here);
		return false;
	}
	errno = 0;
	done = build(annex);
	if (!errno)
		errno = EIO;
	netns_leave(here);
	return done;
}

int annex_open(struct annex *annex, struct error *error)
{
	int failed;

	*annex = closed;
	if (step_out(annex))
		return 0;
	failed = errno;
	annex_close(annex);
	return error_system(error, failed, NULL, "cannot make a network namespace for sockets of IP protocol 115");
}

void annex_close(struct annex *annex)
{
	os_close(&annex->netns);
	os_close(&annex->way);
	os_close(&annex->post4);
	os_close(&annex->post6);
	os_close(&annex->witness);
	*annex = closed;
}

/* --- sockets there --- */

static int open_there(const struct annex *annex, sa_family_t family, int flags)
{
	int saved = netns_enter_fd(annex->netns, NULL), fd;

	if (saved < 0)
		return -1;
	fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | flags, IPPROTO_UDP);
	netns_leave(saved);
	return fd;
}

/* The next port that nobody has. It is asked for by its number: a socket that got another would lose it when it is
 * connected no more. */
static int bind_some(struct annex *annex, int fd, sa_family_t family, uint16_t *port)
{
	struct sockaddr_storage name;

	for (int i = 0; i < PORT_TRIES; i++) {
		struct endpoint local = { .address = *own(family) };
		socklen_t length;

		if (++annex->last_port == 0)
			annex->last_port = 1;
		local.port = *port = annex->last_port;
		length = endpoint_to_sockaddr(&local, &name);
		if (bind(fd, (struct sockaddr *)&name, length) == 0)
			return 0;
		if (errno != EADDRINUSE)
			return -1;
	}
	return -1;
}

int annex_socket(struct annex *annex, sa_family_t family, bool nonblocking, uint16_t *port)
{
	int fd = open_there(annex, family, nonblocking ? SOCK_NONBLOCK : 0), on = 1;

	if (fd < 0)
		return -1;
	if (family == AF_INET6) {
		(void)setsockopt(fd, IPPROTO_UDP, UDP_NO_CHECK6_RX, &on, sizeof(on));
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	}
	if (bind_some(annex, fd, family, port) < 0)
		os_close(&fd);
	return fd;
}

int annex_connect(int fd, const struct address *peer)
{
	struct endpoint there = { .port = 0 };
	struct sockaddr_storage name = { .ss_family = AF_UNSPEC };
	socklen_t length = sizeof(struct sockaddr);

	if (peer) {
		there.address = *peer;
		length = endpoint_to_sockaddr(&there, &name);
	}
	return connect(fd, (struct sockaddr *)&name, length) < 0 ? errno : 0;
}

/* --- datagrams --- */

bool annex_take(const struct annex *annex, uint8_t buffer[ANNEX_DATAGRAM_MAX], struct annex_packet *packet)
{
	ssize_t length;

	/* others are the device's own, as a host's that looks for routers */
	while ((length = read(annex->way, buffer, ANNEX_DATAGRAM_MAX)) > 0)
		if (annex_packet_read(buffer, (size_t)length, packet))
			return true;
	return false;
}

void annex_give(const struct annex *annex, const struct address *from, uint16_t port, const uint8_t *octets,
		size_t length)
{
	struct endpoint to = { .address = *own(from->family), .port = port }, nowhere = { .address = to.address };
	uint8_t head[ANNEX_HEAD_MAX];
	size_t head_length = annex_packet_head(head, from, &to, length);
	struct iovec parts[] = { { head, head_length }, { (void *)(uintptr_t)octets, length } };
	struct sockaddr_storage name;
	struct msghdr message = { .msg_name = &name, .msg_iov = parts, .msg_iovlen = 2 };

	if (!head_length)
		return;
	message.msg_namelen = endpoint_to_sockaddr(&nowhere, &name);
	(void)sendmsg(from->family == AF_INET6 ? annex->post6 : annex->post4, &message, MSG_DONTWAIT);
}

bool annex_find(const struct annex *annex, sa_family_t family, struct os_udp_socket *wanted, size_t count)
{
	int saved = netns_enter_fd(annex->netns, NULL);
	bool known = saved >= 0 && os_udp_find(family, wanted, count);

	netns_leave(saved);
	return known;
}
