/* SPDX-License-Identifier: MIT */
/*
 * See annex_device.h.  The loopback has no address, so that a program may speak with 127.0.0.1 of its own namespace; it
 * is up all the same, since packets come in by it, with raw sockets: there they may come from any address.
 */
#include "l2tprun/annex_device.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/ipv6.h>
#include <net/if.h>
#include <net/route.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "os/close.h"

#define DEVICE "l2tp"
#define DEVICE_INDEX 0x7fff0000u	/* no program's device has this number */
#define DEVICE_MTU 65535
#define METRIC 1			/* of the first device's route ... */
#define METRIC_OF_LINK 1024		/* ... and of one that only those take who are bound to its device */
#define SETTLE_TRIES 500
#define SETTLE_US 1000			/* nobody else is in the namespace: it is a moment */

/* RFC 7600's dummy address, and one of RFC 6666's prefix for what is to be discarded. */
static const struct address own4 = { .family = AF_INET, .bytes = { 192, 0, 0, 8 } };
static const struct address own6 = { .family = AF_INET6, .bytes = { 1, 0, [15] = 8 } };

const struct address *annex_own(sa_family_t family)
{
	return family == AF_INET6 ? &own6 : &own4;
}

static bool set_up(int fd, const char *device)
{
	struct ifreq request = { .ifr_flags = 0 };

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", device);
	if (ioctl(fd, SIOCGIFFLAGS, &request) < 0)
		return false;
	request.ifr_flags |= IFF_UP;
	return ioctl(fd, SIOCSIFFLAGS, &request) == 0;
}

static bool set_mtu(int fd, const char *device)
{
	struct ifreq request = { .ifr_mtu = DEVICE_MTU };

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", device);
	return ioctl(fd, SIOCSIFMTU, &request) == 0;
}

static int open_device(const char *name, uint32_t index)
{
	struct ifreq request = { .ifr_flags = 0 };
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	request.ifr_flags = IFF_TUN | IFF_NO_PI;
	if (fd >= 0 && (ioctl(fd, TUNSETIFINDEX, &index) < 0 || ioctl(fd, TUNSETIFF, &request) < 0))
		os_close(&fd);
	return fd;
}

/* --- IPv4 --- */

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
	return set_up(fd, "lo") && set_address4(fd, "lo", (struct in_addr){ 0 }) && set_mtu(fd, DEVICE) &&
	       set_address4(fd, DEVICE, own4.v4) && set_up(fd, DEVICE) && lead_here4(fd);
}

/* --- IPv6 --- */

static void write_setting(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	(void)!write(fd, value, strlen(value));
	close(fd);
}

static bool lead_here6(int fd, uint32_t index, uint32_t metric)
{
	struct in6_rtmsg route = { .rtmsg_flags = RTF_UP, .rtmsg_metric = metric, .rtmsg_ifindex = (int)index };

	return ioctl(fd, SIOCADDRT, &route) == 0;
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

/* Without it programs get no sockets of that family, as a system may have it for all that is new. */
static void furnish6(int fd)
{
	struct in6_ifreq loopback = { .ifr6_addr = IN6ADDR_LOOPBACK_INIT, .ifr6_prefixlen = 128,
				      .ifr6_ifindex = (int)if_nametoindex("lo") };
	struct in6_ifreq address = { .ifr6_addr = own6.v6, .ifr6_prefixlen = 128, .ifr6_ifindex = DEVICE_INDEX };

	write_setting("/proc/sys/net/ipv6/conf/all/disable_ipv6", "0");
	(void)ioctl(fd, SIOCDIFADDR, &loopback);
	(void)ioctl(fd, SIOCSIFADDR, &address);
	if (lead_here6(fd, DEVICE_INDEX, METRIC))
		settle6();
}

/* --- both --- */

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

int annex_device_first(void)
{
	int fd = open_device(DEVICE, DEVICE_INDEX);

	if (fd >= 0 && !furnish())
		os_close(&fd);
	return fd;
}

/* Who is bound to it has the addresses of the first. It needs none of its own, which the kernel would make up. */
static bool furnish_link(const char *device, uint32_t index)
{
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char path[64];
	bool done;

	if (fd < 0)
		return false;
	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/addr_gen_mode", device);
	write_setting(path, "1");
	done = set_mtu(fd, device) && set_up(fd, device) && lead_here6(fd, index, METRIC_OF_LINK);
	os_close(&fd);
	return done;
}

int annex_device_of_link(uint32_t index)
{
	char device[IFNAMSIZ];
	int fd;

	snprintf(device, sizeof(device), "link%u", index);
	fd = open_device(device, index);
	if (fd >= 0 && !furnish_link(device, index))
		os_close(&fd);
	return fd;
}
