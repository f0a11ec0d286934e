/* SPDX-License-Identifier: MIT */
/*
 * Devices pppN of units: TUN devices, whose packets the datapath carries, or, where each needs a look, we do.
 *
 * A device has no other life than its descriptor here: whatever ends, it is gone.
 */
#include <errno.h>
#include <linux/sockios.h>
#include <linux/ppp-ioctl.h>	/* it wants the one before it */
#include <linux/ppp_defs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <utlist.h>

#include "l2tpd/kernel_internal.h"
#include "os/link.h"
#include "os/tap.h"

#define BEFORE_PACKET 2			/* octets for the protocol field of a frame */
#define PACKET_MAX 65536
#define AT_ONCE 64			/* packets of one, before others have their turn */

struct unit_device {
	int fd;
	char netns[NETNS_NAME_MAX];	/* as rows call it */
	struct kernel_api *api;
	struct event *readable;		/* added: we read it, nobody else does */
	struct unit_device *prev, *next;
};

/* --- packets --- */

static void readable(evutil_socket_t fd, short what, void *context)
{
	static uint8_t frame[BEFORE_PACKET + PACKET_MAX];
	struct unit_device *device = context;
	struct kernel_api *api = device->api;
	ssize_t length = 0;

	for (int i = 0; i < AT_ONCE && length >= 0; i++) {
		length = tap_read(device->fd, frame + BEFORE_PACKET, PACKET_MAX);
		if (length > 0)
			kernel_device_packet(api->ppp, device->fd, frame, (size_t)length + BEFORE_PACKET);
	}
	api->changed(api->context);
}

static struct unit_device *find_fd(const struct kernel_api *api, int fd)
{
	struct unit_device *device;

	DL_SEARCH_SCALAR(api->unit_devices, device, fd, fd);
	return device;
}

void unit_device_watch(void *context, int fd, bool on)
{
	const struct kernel_api *api = context;
	const struct unit_device *device = find_fd(api, fd);

	if (!device)
		return;
	if (on) {
		tap_disable_offloads(fd);
		event_add(device->readable, NULL);
	} else {
		event_del(device->readable);
		(void)tap_enable_offloads(fd);
	}
}

void unit_device_write(void *context, int fd, const void *packet, size_t length)
{
	tap_write(fd, packet, length);
}

/* --- coming and going --- */

/* As the kernel's own: without a queue, and without addresses that nobody gave it. */
static void furnish(const char *name)
{
	static const struct link_settings settings = { .no_own_addresses = true };
	struct link_channel *links = link_channel_open(NULL);
	uint32_t ifindex = links ? link_index(links, name) : 0;

	if (ifindex) {
		(void)link_set_noqueue(links, ifindex);
		(void)link_set(links, ifindex, &settings, NULL);
	}
	link_channel_close(links);
}

static int make_here(const char *wanted)
{
	char name[IF_NAMESIZE];
	struct error error;
	int device;

	snprintf(name, sizeof(name), "%s", wanted);
	device = tap_open(name, false, &error);
	if (device < 0)
		return error.code == ERROR_EXISTS ? -EEXIST : -ENOMEM;
	furnish(name);
	tap_set_ppp(device);
	return device;
}

static int make_there(struct kernel_api *api, const char *netns, const char *name)
{
	int saved = space_visit(api, netns), device;

	if (saved < 0)
		return -ENODEV;
	device = make_here(name);
	netns_leave(saved);
	return device;
}

int unit_device_new(void *context, const char *netns, const char *name)
{
	struct kernel_api *api = context;
	struct unit_device *made = calloc(1, sizeof(*made));
	int fd = made ? make_there(api, netns, name) : -ENOMEM;

	if (fd >= 0) {
		made->readable = event_new(api->loop, fd, EV_READ | EV_PERSIST, readable, made);
		made->fd = fd;
		made->api = api;
	}
	if (fd >= 0 && made->readable) {
		snprintf(made->netns, sizeof(made->netns), "%s", netns);
		DL_APPEND(api->unit_devices, made);
		return fd;
	}
	free(made);
	if (fd < 0)
		return fd;
	close(fd);
	return -ENOMEM;
}

void unit_device_free(void *context, int fd)
{
	struct kernel_api *api = context;
	struct unit_device *made = find_fd(api, fd);

	if (made) {
		DL_DELETE(api->unit_devices, made);
		event_free(made->readable);
		free(made);
	}
	close(fd);
}

/* --- what is asked about them --- */

/* Somebody may have given it another name. */
static const struct unit_device *find_device(const struct kernel_api *api, const char *netns, const char *wanted)
{
	const struct unit_device *device;
	char name[IF_NAMESIZE];

	DL_FOREACH(api->unit_devices, device)
		if (strcmp(device->netns, netns) == 0 && tap_name(device->fd, name) && strcmp(name, wanted) == 0)
			return device;
	return NULL;
}

static int tell(struct kernel_attached *told, bool known, const void *octets, size_t length)
{
	if (!known)
		return ENODEV;
	told->length = (uint32_t)length;
	memcpy(told->octets, octets, length);
	return 0;
}

int opened_device(struct kernel_api *api, const struct kernel_attach *attach, int netns_fd,
		  struct kernel_attached *told)
{
	static const char version[] = "2.4.2";	/* of the kernel's driver, for ever */
	const char *netns = space_called(api, netns_fd);
	const struct unit_device *device;
	struct ppp_comp_stats compression;
	struct ppp_stats stats;
	char name[IF_NAMESIZE];

	_Static_assert(sizeof(stats) <= sizeof(told->octets) && sizeof(compression) <= sizeof(told->octets),
		       "they fit");
	snprintf(name, sizeof(name), "%.*s", IF_NAMESIZE - 1, (const char *)attach->octets);
	device = netns ? find_device(api, netns, name) : NULL;
	if (!device)
		return ENODEV;
	switch ((uint32_t)attach->value) {
	case SIOCGPPPSTATS:
		return tell(told, kernel_device_stats(api->ppp, device->fd, &stats), &stats, sizeof(stats));
	case SIOCGPPPVER:
		return tell(told, true, version, sizeof(version));
	case SIOCGPPPCSTATS:
		return tell(told, kernel_device_compression(api->ppp, device->fd, &compression), &compression,
			    sizeof(compression));
	default:
		return ENODEV;
	}
}
