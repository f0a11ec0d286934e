/* SPDX-License-Identifier: MIT */
/* See tap.h. Debian 12's headers know no USO: its two bits are part of the kernel's ABI. */
#include "os/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <net/if_arp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#ifndef TUN_F_USO4
#define TUN_F_USO4 0x20
#define TUN_F_USO6 0x40
#endif

static int open_clone_device(struct error *error)
{
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0)
		return fd;
	if (errno == ENOENT || errno == ENXIO || errno == ENODEV)
		return error_set(error, ERROR_SYSTEM, NULL,
				 "there is no /dev/net/tun: `modprobe tun`, or in a container "
				 "`mkdir -p /dev/net && mknod /dev/net/tun c 10 200`");
	if (errno == EMFILE || errno == ENFILE)
		return error_system(error, errno, NULL,
				    "too many devices: raise the limit of open files (LimitNOFILE=)");
	return error_system(error, errno, NULL, "cannot open /dev/net/tun");
}

static int explain(int errno_value, const char *name, struct error *error)
{
	if (errno_value == EBUSY || errno_value == EEXIST)
		return error_set(error, ERROR_EXISTS, "interface_name",
				 "an interface %s exists already: choose another interface_name or remove it", name);
	if (errno_value == EPERM)
		return error_set(error, ERROR_SYSTEM, NULL,
				 "not allowed to make the interface %s: run as root or with CAP_NET_ADMIN",
				 name);
	return error_system(error, errno_value, "interface_name", "cannot make the interface %s", name);
}

int tap_available(struct error *error)
{
	int fd = open_clone_device(error);

	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

int tap_open(char name[IF_NAMESIZE], bool ethernet, struct error *error)
{
	struct ifreq request = { .ifr_flags = IFF_NO_PI | IFF_VNET_HDR };
	int fd;

	if (!strchr(name, '%') && if_nametoindex(name))
		return explain(EEXIST, name, error);
	fd = open_clone_device(error);
	if (fd < 0)
		return -1;
	request.ifr_flags = (short)(request.ifr_flags | (ethernet ? IFF_TAP : IFF_TUN));
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (ioctl(fd, TUNSETIFF, &request) < 0) {
		explain(errno, name, error);
		close(fd);
		return -1;
	}
	memcpy(name, request.ifr_name, IF_NAMESIZE);
	return fd;
}

bool tap_enable_offloads(int fd)
{
	unsigned int offloads = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;

	if (ioctl(fd, TUNSETOFFLOAD, offloads | TUN_F_USO4 | TUN_F_USO6) == 0)
		return true;
	/* One unknown bit refuses all. Should even these be refused, frames simply come whole. */
	(void)ioctl(fd, TUNSETOFFLOAD, offloads);
	return false;
}

void tap_disable_offloads(int fd)
{
	(void)ioctl(fd, TUNSETOFFLOAD, 0);
}

void tap_set_ppp(int fd)
{
	(void)ioctl(fd, TUNSETLINK, ARPHRD_PPP);
}

ssize_t tap_read(int fd, void *packet, size_t room)
{
	struct virtio_net_hdr header = { 0 };
	const struct iovec parts[] = { { &header, sizeof(header) }, { packet, room } };
	ssize_t length = readv(fd, parts, 2);

	if (length < 0)
		return -1;
	if (header.gso_type != VIRTIO_NET_HDR_GSO_NONE || header.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM)
		return 0;
	return length > (ssize_t)sizeof(header) ? length - (ssize_t)sizeof(header) : 0;
}

void tap_write(int fd, const void *packet, size_t length)
{
	struct virtio_net_hdr header = { 0 };
	const struct iovec parts[] = { { &header, sizeof(header) }, { (void *)(uintptr_t)packet, length } };

	while (writev(fd, parts, 2) < 0 && errno == EINTR)
		;
}

int tap_netns(int fd)
{
	return ioctl(fd, TUNGETDEVNETNS);
}

bool tap_name(int fd, char name[IF_NAMESIZE])
{
	struct ifreq request = { 0 };

	if (ioctl(fd, TUNGETIFF, &request) < 0)
		return false;
	memcpy(name, request.ifr_name, IF_NAMESIZE);
	return true;
}

void tap_set_carrier(int fd, bool carrier)
{
	int on = carrier;

	(void)ioctl(fd, TUNSETCARRIER, &on);
}
